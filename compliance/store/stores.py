"""The stores of the product. This is the only module that chooses the kind of a store."""

from pathlib import Path

from compliance.core import places
from compliance.core.addresses import address
from compliance.store.database import Database
from compliance.store.file import FileDatabase, file_database


def own() -> Database:
    """The organisation's own store: a file, or a database that several machines share."""
    if shared := places.shared_database():
        from compliance.store.shared import shared_database  # Who has a file need not load it.

        return shared_database(shared, places.own_database())
    return file_database(places.own_database())


def samples() -> FileDatabase:
    """The store of the sample data: always a file, whatever kind the organisation's own store is."""
    return file_database(places.sample_database())


def named(name: str) -> Database:
    """The store with a name."""
    return next(store for store in (own(), samples()) if store.name == name)


def at(said: str, copy: Path) -> Database:
    """The store at an address, whose copy is then in a file, or the one in a file that is named."""
    if said == places.shared_database():
        return own()
    if address(said):
        from compliance.store.shared import shared_database

        return shared_database(said, copy.resolve())
    return in_file(Path(said))


def shown(said: str) -> str:
    """An address without what is secret in it, or the name of a file."""
    found = address(said)
    return found.shown if found else Path(said).name


def in_file(path: Path) -> Database:
    """The store in a file of its own, such as one that is being restored."""
    return FileDatabase.at(path)
