"""The process is killed again and again during a load: no acknowledged import is lost, and none is there by half."""

import os
import random
import re
import signal
import subprocess
import time
from datetime import date, timedelta

import pytest

from compliance.database import rows
from compliance.places import ROOT
from tests.command import arguments, environment, run
from tests.line import SOURCES, Line

# `make fuzz` asks for thirty
ROWS, TIMES, SEED = 3000, int(os.environ.get("KILLS", "12")), 20261124
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
    """Starts a load and kills it after a while; what it has acknowledged by then, and whether it was killed."""
    process = subprocess.Popen(
        arguments("load", path, "--extract-date", day),
        cwd=ROOT,
        env=environment(line.database.path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(after)
    process.kill()
    out, _ = process.communicate(timeout=60)
    return [int(number) for number in re.findall(r"^import (\d+): ", out.decode(), re.M)], process.returncode


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
    path, moments = export(line), random.Random(SEED)
    start = time.monotonic()
    assert run(line.database.path, "load", path, "--extract-date", FIRST_DAY - timedelta(1)).returncode == 0
    whole = time.monotonic() - start
    acknowledged, killed = {1}, 0
    for attempt in range(TIMES):
        after = moments.uniform(0, 1.1 * whole)
        told, code = load_and_kill(line, path, day=FIRST_DAY + timedelta(attempt), after=after)
        acknowledged |= set(told)
        killed += code == -signal.SIGKILL
        there = {row["import_id"] for row in line.rows("select import_id from imports")}
        assert acknowledged <= there, f"lost after {after:.3f} s"
        assert halves(line) == [], f"a half after {after:.3f} s"
    # most of the moments were within a run, and not all of them before anything could be written
    assert killed >= TIMES // 2
    assert len(acknowledged) > 1
    done = run(line.database.path, "load", path, "--extract-date", FIRST_DAY + timedelta(TIMES))
    assert (done.returncode, done.stderr) == (0, "")
    assert halves(line) == []
