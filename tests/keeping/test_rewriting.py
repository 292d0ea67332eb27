"""The file of a store is written anew whole or not at all, and hides nothing of what is removed."""

import subprocess
import sys

import duckdb
import pytest

from compliance.core.errors import Refusal
from compliance.core.places import ROOT
from compliance.keeping.leftovers import SUFFIX, sweep
from compliance.keeping.rewriting import Changes
from compliance.keeping.rewriting import rewrite as rewrite_store
from compliance.store import engine
from compliance.store.file import FileDatabase
from tests.line import Line
from tests.store.test_disk import full

STAFF = """
AD-konto | Enhet | Anställningsdatum | Namn
p1       | Norr  | 2024-01-01        | Sixten Hemlig
p2       | Norr  | 2024-01-01        | Bo Ek
"""


@pytest.fixture
def line(tmp_path):
    line = Line(tmp_path)
    line.load_table(STAFF, name="staff.csv", source="staff")
    return line


def tables(path):
    """Every table with its rows, in their order."""
    with duckdb.connect(str(path)) as connection:
        names = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
        return {name: connection.execute(f'from "{name}"').fetchall() for (name,) in names}


def rewrite(path):
    """Write a store anew without its first person."""
    changes = Changes()
    changes.drop("staff", [0])
    with FileDatabase.at(path).rewriting() as (cursor, _):
        rewrite_store(cursor, path, changes)


def test_all_else_is_the_same_and_nothing_of_what_is_removed_is_left(line, monkeypatch):
    """also of pages that a load which was killed has spilled"""
    monkeypatch.setattr(engine, "NO_EXTENSIONS", engine.NO_EXTENSIONS | {"force_compression": "uncompressed"})
    path = line.database.path
    with line.database.writing() as cursor:
        cursor.execute("update import_rows set cells = ['p2', 'Norr', '2024-01-01', 'Bo Ek'] where row = 2")
    spilled = path.with_name(f"{path.name}.tmp")
    spilled.mkdir()
    (spilled / "duckdb_temp_storage_DEFAULT-0.tmp").write_text("Sixten Hemlig")
    before = tables(path)
    assert holds(path.parent, "Sixten Hemlig") != []
    rewrite(path)
    assert tables(path) == before | {"staff": before["staff"][1:]}
    assert [name for name in holds(path.parent, "Sixten Hemlig") if not name.endswith(".csv")] == []


def holds(folder, text):
    """The files of a folder in whose bytes a text stands."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if text.encode() in path.read_bytes()]


@pytest.mark.live
def test_killed_at_any_step_it_leaves_the_old_store_or_the_new_one(line, tmp_path):
    folder = tmp_path / "killed"
    folder.mkdir()
    command = [sys.executable, "-m", "tests.stepping", line.database.path, folder, "all"]
    old = tables(line.database.path)
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, int(done.stdout or 0) > 40) == (0, True), done.stderr
    new = tables(folder / "whole.duckdb")
    assert len(old["staff"]) - len(new["staff"]) == 1
    found = [tables(path) == new or tables(path) == old for path in sorted(folder.glob("[0-9]*.duckdb"))]
    assert (len(found), {*found}) == (int(done.stdout), {True})
    beside = {path.name.split(".duckdb", 1)[1] for path in folder.iterdir()}
    assert beside <= {"", ".lock", ".turn", ".served", ".wal", SUFFIX, f"{SUFFIX}.wal"}
    for path in folder.glob("[0-9]*.duckdb"):
        sweep(path)
    assert [path.name for path in folder.iterdir() if SUFFIX in path.name] == []


@pytest.mark.live
def test_if_there_is_no_room_the_old_file_stays_and_nothing_is_left(line):
    path = line.database.path
    before = tables(path)
    for part in range(12):
        with full(int(path.stat().st_size * part / 20)), pytest.raises(Refusal):
            rewrite(path)
        assert [file.name for file in path.parent.iterdir() if SUFFIX in file.name] == []
        assert tables(path) == before
