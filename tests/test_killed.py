"""The process is killed again and again during a load: no acknowledged import is lost, and none is there by half."""

import os
import random
import re
import signal
import subprocess
import time
from datetime import date, timedelta

import pytest

from compliance.core.places import ROOT
from compliance.store.database import rows
from tests.command import arguments, environment, run
from tests.line import SOURCES, Line

# `make fuzz` asks for thirty; the last of three is killed when it has acknowledged
ROWS, TIMES, SEED = 3000, int(os.environ.get("KILLS", "3")), 20261124
COLUMNS = 4
FIRST_DAY = date(2026, 1, 1)


@pytest.fixture
def line(tmp_path):
    return Line(tmp_path)


def export(line):
    """Rows enough that reading, validating and writing each take a while; one in a hundred is rejected."""
    people = [f"p{i} | Enhet {i % 90} | {'2024-01-01' if i % 100 else 'nyss'} | tillsvidare" for i in range(ROWS)]
    return line.file("\n".join(["AD-konto | Enhet | Anställningsdatum | Anställd t.o.m.", *people]))


def load_and_kill(line, path, *, day, after):
    """Starts a load and kills it: after some seconds, or else as soon as it has said that the import is there.

    Gives what it has acknowledged by then, and whether it was killed.
    """
    process = subprocess.Popen(
        arguments("load", path, "--extract-date", day),
        cwd=ROOT,
        env=environment(line.database.path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if after is None:
        said = process.stdout.readline()
    else:
        time.sleep(after)
        said = b""
    process.kill()
    out, _ = process.communicate(timeout=60)
    told = [int(number) for number in re.findall(r"^import (\d+): ", (said + out).decode(), re.M)]
    return told, process.returncode == -signal.SIGKILL


def halves(line):
    """What should never be: imports with another number of rows, problems or events than theirs, rows of no import."""
    with line.database.cursor() as cursor:
        imports = rows(cursor, "select import_id, source, loaded, rejected from imports")
        expected = {
            **{name: {r["import_id"]: r["loaded"] for r in imports if r["source"] == name} for name in SOURCES},
            "problems": {r["import_id"]: r["rejected"] for r in imports},
            "import_columns": {r["import_id"]: COLUMNS for r in imports},
            "events": {r["import_id"]: 1 for r in imports},
        }
        there = {name: counted(cursor, name) for name in expected}
    return [(name, there[name], expected[name]) for name in expected if there[name] != expected[name]]


def counted(cursor, table):
    """How many rows of a table each import has."""
    number = "cast(regexp_extract(what, 'import (\\d+)', 1) as integer)" if table == "events" else "import_id"
    found = rows(cursor, f"select {number} as import_id, count(*) as n from {table} group by all")
    return {row["import_id"]: row["n"] for row in found}


def test_kills_lose_nothing_and_leave_no_half(line):
    """Every third is killed right after it has acknowledged, the others at a moment of the time that a load takes."""
    path, moments = export(line), random.Random(SEED)
    whole = duration(line, path, day=FIRST_DAY - timedelta(1))
    acknowledged, killed, days = {1}, 0, iter(FIRST_DAY + timedelta(n) for n in range(4 * TIMES))
    while killed < TIMES:
        after = None if killed % 3 == 2 else moments.uniform(0, whole)
        told, was_killed = load_and_kill(line, path, day=next(days), after=after)
        acknowledged |= set(told)
        killed += was_killed
        if not was_killed:  # the machine has become quicker: what took so long is done earlier
            whole *= 0.9
        there = {row["import_id"] for row in line.rows("select import_id from imports")}
        assert acknowledged <= there, f"lost after {after} s"
        assert halves(line) == [], f"a half after {after} s"
    # those that had just acknowledged are there
    assert len(acknowledged) > TIMES // 3
    duration(line, path, day=next(days))
    assert halves(line) == []


def duration(line, path, *, day):
    """How long a load takes that nobody disturbs; it succeeds."""
    start = time.monotonic()
    done = run(line.database.path, "load", path, "--extract-date", day)
    assert (done.returncode, done.stderr) == (0, "")
    return time.monotonic() - start
