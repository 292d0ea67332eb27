"""The stores of the product. This is the only module that chooses the kind of a store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compliance.core import places
from compliance.core.addresses import address
from compliance.core.places import Place
from compliance.core.saving import temporary_folder
from compliance.store.database import Database
from compliance.store.file import FileDatabase, file_database


def own() -> Database:
    """The organisation's own store: a file, or a database that several machines share."""
    return at(places.own())


def samples() -> FileDatabase:
    """The store of the sample data: always a file, whatever kind the organisation's own store is."""
    return file_database(places.sample_database())


def named(name: str) -> Database:
    """The store with a name."""
    return next(store for store in (own(), samples()) if store.name == name)


def at(place: Place, *, copy: Path | None = None) -> Database:
    """The store of a place. The copy of a shared one that is not the organisation's own can be in another file."""
    if not place.address:
        return file_database(place.database)
    from compliance.store.shared import shared_database  # Who has a file need not load it.

    return shared_database(place.address, place.database if copy is None or place == places.own() else copy.resolve())


def public_name(said: str) -> str:
    """An address without what is secret in it, or the name of a file."""
    found = address(said)
    return found.shown if found else Path(said).name


def in_file(path: Path) -> FileDatabase:
    """The store in a file of its own, such as one that is being restored."""
    return FileDatabase.at(path)


@contextmanager
def copy_of(database: Database) -> Iterator[Database]:
    """A copy of a store for the block, in a folder of its own."""
    with temporary_folder() as folder:
        path = folder / "copy.duckdb"
        database.copy_aside(path)
        yield in_file(path)
