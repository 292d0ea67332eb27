"""Machines that share a store in PostgreSQL, each with a folder of its own."""

from pathlib import Path

from compliance.store.database import Database
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
