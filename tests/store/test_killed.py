"""The process is killed repeatedly during loads: no acknowledged import is lost, and none is incomplete."""

import random
import re
import signal
import subprocess
import time
from datetime import date, timedelta

import pytest

from compliance.core.places import ROOT
from compliance.store.database import rows
from tests.command import arguments, environment, run_here
from tests.line import SOURCES, Line

pytestmark = pytest.mark.exhaustive

ROWS, KILLS, SEED = 1500, 30, 20261124
COLUMNS = 4
FIRST_DAY = date(2026, 1, 1)


@pytest.fixture
def line(tmp_path):
    return Line(tmp_path)


def export(line):
    """So many rows that reading, validating and writing each take a while; one in a hundred is rejected."""
    people = [f"p{i} | Enhet {i % 90} | {'2024-01-01' if i % 100 else 'nyss'} | tillsvidare" for i in range(ROWS)]
    return line.file("\n".join(["AD-konto | Enhet | Anställningsdatum | Anställd t.o.m.", *people]))


def load_and_kill(line, path, *, day, after):
    """Start a load and kill it after some seconds or, if `after` is None, as soon as it acknowledges an import.

    Return the imports acknowledged by then, whether it was killed, and after how many seconds.
    """
    start = time.monotonic()
    process = subprocess.Popen(
        arguments("load", path, "--extract-date", day),
        cwd=ROOT,
        env=environment(line.database.path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if after is None:
        first_line = process.stdout.readline()
    else:
        time.sleep(after)
        first_line = b""
    seconds = time.monotonic() - start
    process.kill()
    out, _ = process.communicate(timeout=60)
    acknowledged = [int(number) for number in re.findall(r"^import (\d+): ", (first_line + out).decode(), re.M)]
    return acknowledged, process.returncode == -signal.SIGKILL, seconds


def halves(line):
    """Incomplete imports: those with a wrong number of rows, problems or events, and rows without an import."""
    with line.database.cursor() as cursor:
        imports = rows(cursor, "select import_id, source, loaded, rejected from imports")
        expected = {
            **{name: {r["import_id"]: r["loaded"] for r in imports if r["source"] == name} for name in SOURCES},
            "problems": {r["import_id"]: r["rejected"] for r in imports},
            "import_columns": {r["import_id"]: COLUMNS for r in imports},
            "events": {r["import_id"]: 1 for r in imports},
        }
        actual = {name: counted(cursor, name) for name in expected}
    return [(name, actual[name], expected[name]) for name in expected if actual[name] != expected[name]]


def counted(cursor, table):
    """The number of rows of a table by import."""
    number = "cast(regexp_extract(what, 'import (\\d+)', 1) as integer)" if table == "events" else "import_id"
    records = rows(cursor, f"select {number} as import_id, count(*) as n from {table} group by all")
    return {row["import_id"]: row["n"] for row in records}


def test_kills_lose_nothing_and_leave_no_half(line):
    """Every second load is killed right after it has acknowledged, the others at some time during the load."""
    path, moments, days = export(line), random.Random(SEED), iter(FIRST_DAY + timedelta(n) for n in range(4 * KILLS))
    acknowledged, killed, whole = set(), 0, 0.0
    while killed < KILLS:
        after = moments.uniform(0, whole) if killed % 2 else None
        confirmed, was_killed, seconds = load_and_kill(line, path, day=next(days), after=after)
        acknowledged |= set(confirmed)
        killed += was_killed
        if after is None:
            whole = seconds
        elif not was_killed:  # The machine has become faster, so the load ended before it was killed.
            whole *= 0.9
        existing = {row["import_id"] for row in line.rows("select import_id from imports")}
        assert acknowledged <= existing, f"lost after {after} s"
        assert halves(line) == [], f"a half after {after} s"
    # The imports that had just been acknowledged exist.
    assert len(acknowledged) >= KILLS // 2
    done = run_here(line.database.path, "load", path, "--extract-date", next(days))
    assert (done.returncode, done.stderr, halves(line)) == (0, "", [])
