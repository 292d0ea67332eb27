"""Which stores there are. The only module that turns a place into a store: a kind is chosen here."""

from compliance.core import places
from compliance.store.database import Database
from compliance.store.file import FileDatabase, file_database


def own() -> Database:
    """The organisation's own store."""
    return file_database(places.own_database())


def samples() -> FileDatabase:
    """The store of the fictitious administration: a file on every machine, whatever keeps the organisation's own."""
    return file_database(places.sample_database())


def named(name: str) -> Database:
    """The one of the two that has this name."""
    return next(store for store in (own(), samples()) if store.name == name)
