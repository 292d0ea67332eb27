"""A store is copied as it lies while others write to it: what the copy holds is what was committed at one moment."""

import threading

import pytest

from compliance.store import file as files
from compliance.store.file import FileDatabase
from tests.layers import first_of
from tests.machines import machine

PAIR = "insert into events (happened_at, who, action, what) values (moment(), $who, 'try', $n)"


def write(database, number):
    with database.writing() as cursor:
        for who in ("one", "other"):
            cursor.execute(PAIR, {"who": who, "n": str(number)})


def pairs(database):
    with database.cursor() as cursor:
        counted = (
            "select who, count(*), max(cast(what as integer)) from events where action = 'try' group by 1 order by 1"
        )
        return cursor.execute(counted).fetchall()


def test_a_copy_of_a_store_that_nobody_writes_to(line, tmp_path, monkeypatch):
    write(line.database, 1)
    before = line.database.state()
    monkeypatch.setattr(FileDatabase, "copy_to", None)
    line.database.copy_aside(tmp_path / "copy.duckdb")
    write(line.database, 2)
    assert pairs(FileDatabase(tmp_path / "copy.duckdb")) == [("one", 1, 1), ("other", 1, 1)]
    assert line.database.state() != before


@pytest.mark.live
@pytest.mark.parametrize("copies", first_of([3, 60]))
def test_a_copy_beside_a_writer_is_whole(line, tmp_path, copies):
    over, written = threading.Event(), []

    def writer():
        while not over.is_set():
            write(line.database, len(written) + 1)
            written.append(None)
            over.wait(0.01)

    thread = threading.Thread(target=writer)
    thread.start()
    try:
        for number in range(copies):
            least, path = len(written), tmp_path / f"{number}.duckdb"
            line.database.copy_aside(path)
            found = pairs(FileDatabase(path))
            if least:
                one, other = found
                assert one[1:] == other[1:]
                assert one[1] == one[2] >= least
    finally:
        over.set()
        thread.join()


@pytest.mark.exhaustive
def test_what_several_machines_share_is_copied_as_a_store_of_its_own(postgres_database, tmp_path):
    one, other = (machine(postgres_database, tmp_path / name) for name in ("one", "other"))
    write(one, 1)
    other.copy_aside(tmp_path / "copy.duckdb")
    copy = FileDatabase(tmp_path / "copy.duckdb")
    write(copy, 2)
    assert (pairs(copy), pairs(one)) == ([("one", 2, 2), ("other", 2, 2)], [("one", 1, 1), ("other", 1, 1)])


def test_what_never_lies_still_is_copied_with_a_cursor(line, tmp_path, monkeypatch):
    write(line.database, 1)
    states = iter(range(100))
    monkeypatch.setattr(FileDatabase, "state", lambda _: str(next(states)))
    monkeypatch.setattr(files, "TICK_SECONDS", 0)
    line.database.copy_aside(tmp_path / "copy.duckdb")
    assert pairs(FileDatabase(tmp_path / "copy.duckdb")) == [("one", 1, 1), ("other", 1, 1)]
