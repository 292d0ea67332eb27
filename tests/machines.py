"""Machines that share a store in PostgreSQL, each with a folder of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from compliance.store.changes import NOTHING, add, changes_since, numbers_of_rows, push
from compliance.store.database import Cursor, Database
from compliance.store.file import FileDatabase
from compliance.store.following import Waits
from compliance.store.shared import SharedDatabase

# It looks for changes at each use, for as long as that takes on a busy computer.
EAGER = Waits(fresh=0.0, retry=0.0, read=30.0)


def machine(address: str, folder: Path) -> SharedDatabase:
    """A machine with a folder, which shares the database at an address."""
    return SharedDatabase(address, FileDatabase.at(folder / "copy.duckdb"), EAGER)


def with_all_of(file: FileDatabase, address: str, folder: Path) -> SharedDatabase:
    """A machine that has put everything in a file to an address."""
    one = machine(address, folder)
    fill(one, file)
    return one


def fill(one: Database, file: FileDatabase) -> None:
    """Put everything in a file to a store."""
    with one.replacing() as path:
        path.unlink(missing_ok=True)
        file.copy_to(path)


@contextmanager
def travelling(one: SharedDatabase, other: Cursor, write: Callable[[Cursor], None]) -> Iterator[Cursor]:
    """A cursor of another machine with what one writes by way of PostgreSQL. All of it is taken back in the end."""
    with one._exclusively() as turn, one.copy.turn() as cursor:
        turn.before = numbers_of_rows(cursor)
        cursor.execute("begin transaction")
        write(cursor)
        push(turn, cursor)
        cursor.execute("rollback")
        other.execute("begin transaction")
        add(turn.run, other, NOTHING, changes_since(turn.run.rows, NOTHING))
        try:
            yield other
        finally:
            other.execute("rollback")
            turn.run.roll_back()
