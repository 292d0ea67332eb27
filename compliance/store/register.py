"""The register of those who reach the product: persons, roles, sessions and the audit trail.

    register.own().rows("session", key=key, …)      # the rows of a statement of queries/register
    with register.own().writing() as run:           # an exclusive transaction, rolled back if the block raises
        run("end_session", key=key)

It is an SQLite file beside the organisation's database, or tables of PostgreSQL where several machines share that, and
not in the store itself. It is there before any export is loaded, a login never waits for the turn of an import, and
restoring a database does not take back what has been done.
"""

from functools import cache
from pathlib import Path

from compliance.core import places
from compliance.core.places import Place
from compliance.store.file_register import FileRegister, Register


def own() -> Register:
    """The register of the organisation's own store."""
    return at(places.own())


def at(place: Place) -> Register:
    """The register of the store of a place; two files in one folder have the same."""
    if place.address:
        from compliance.store.shared_register import shared_register  # Who has a file need not load it.

        return shared_register(place.address)
    return in_file(place.register)


@cache
def in_file(path: Path) -> FileRegister:
    """The register in a file."""
    return FileRegister(path)


def move(source: Register, target: Register) -> dict[str, int]:
    """Copy a register to another one that is empty, and return how many rows of each table it then has.

    Every row is the same there, with the seals of the audit trail. Sessions are left behind: all log in again.
    """
    tables = source.kept()
    target.put(tables)
    if target.kept() != tables:
        target.clear()
        raise RuntimeError(f"the register in {target.name} is not what {source.name} has")
    return {table: len(rows) for table, rows in tables.items()}
