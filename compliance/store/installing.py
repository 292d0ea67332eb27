"""What is written of packs: that a version is installed in the store, and that it is on or off in an organisation."""

from datetime import date

from compliance.declarations.packs import Pack
from compliance.declarations.queries import relations_on_a_day, statement
from compliance.store.database import EVERYTHING_KNOWN, Cursor
from compliance.store.packs import relation_of
from compliance.store.schema import renew


def install(cursor: Cursor, pack: Pack, *, who: str) -> None:
    """Install a version of a pack in the store; what it declares counts from then on."""
    _add(cursor, pack, who=who)
    renew(cursor)


def rehearse(cursor: Cursor, pack: Pack) -> None:
    """Have a version of a pack be installed in a rehearsal.

    Its relations are made for the cursor alone: else whoever installs one, or rehearses it, meanwhile would fail.
    """
    _add(cursor, pack, who="")
    for source in pack.sources.values():
        cursor.execute(_for_a_cursor(relation_of(source)))
    cursor.execute(_for_a_cursor(relations_on_a_day(pack.sources.values())))


def _for_a_cursor(sql: str) -> str:
    """What makes relations for one cursor, that hide those of the store, of what makes them in the store."""
    return sql.replace("create or replace ", "create or replace temp ")


def _add(cursor: Cursor, pack: Pack, *, who: str) -> None:
    values = {"sha256": pack.sha256, "files": [*pack.files], "contents": [*pack.files.values()]}
    cursor.execute(statement("add_pack_files"), values)
    cursor.execute(statement("add_pack"), {"pack": pack.name, "sha256": pack.sha256, "who": who})


def switch(cursor: Cursor, pack: str, organisation: str, *, on: bool, from_day: date, as_of: date, who: str) -> None:
    """Have a pack be on or off in an organisation, as it is called on a day, from a day on."""
    values = {"pack": pack, "organisation": organisation, "is_on": on, "from_day": from_day, "who": who}
    cursor.execute(statement("add_pack_switch"), values | {"as_of": as_of, "known_at": EVERYTHING_KNOWN})
