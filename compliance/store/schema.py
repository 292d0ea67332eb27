"""The tables and macros of a store, and its upgrade from an earlier version."""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import duckdb

from compliance.core import clock
from compliance.core.places import QUERIES
from compliance.declarations.queries import text_of
from compliance.store import failures
from compliance.store.database import Cursor

# The steps of an upgrade that SQL alone cannot do, by their marks, which are stored among those of the schema files.
# They belong to later rooms, so they are imported by name, only for a store that needs them.
CLEANED: Final = "cleaned of identity numbers and levels, under any heading"
READ_ANEW: Final = "read anew: words for no answer, forms of dates"
STEPS: Final = {
    CLEANED: ("compliance.cleaning.cleaning", "clean"),
    READ_ANEW: ("compliance.loading.rereading", "read_store_anew"),
}
# The marks of earlier versions, which knew less of what may not be kept. Such a store is cleaned once more.
CLEANED_BEFORE: Final = frozenset({"cleaned of identity numbers and levels"})
# The prefix of the mark of the macros, among the names of schema files.
MACROS: Final = "macros "
# The prefix of the mark of the last change that a copy of a shared store holds.
FOLLOWS: Final = "follows "
# The names of schema files that were merged into others. A store may have been made with them.
MERGED: Final = frozenset({"320_alias_followers.sql"})


@cache
def _schema() -> tuple[dict[str, str], str, str]:
    """The schema files by name, the macros, and a hash of both."""
    files = {path.name: path.read_text("utf-8") for path in sorted((QUERIES / "schema").glob("*.sql"))}
    macros = "\n".join(text_of(name) for name in ("macros.sql", "values.sql"))
    mark = hashlib.sha256(repr((files, macros)).encode()).hexdigest()
    return files, macros, mark


def upgrade(connection: Cursor, path: Path) -> list[str]:
    """Apply the schema files that have not been applied, in order, and replace the macros.

    Return the marks of the steps that are left: none of a new database, nor of a copy of a shared store, which has what
    that has. Raise Refusal if unknown schema files have been applied, since this program would read and write their
    tables wrongly.
    """
    files, macros, mark = _schema()
    applied = _applied(connection, path)
    refuse_unknown(applied, path)
    left = [] if _is_copy(applied) else [step for step in STEPS if step not in applied]
    if f"{MACROS}{mark}" in applied:
        return left
    now = clock.now()
    connection.execute("begin transaction")
    for name, text in files.items():
        if name not in applied:
            connection.execute(text)
            _record(connection, name, now)
    connection.execute(macros)
    connection.execute("delete from schema_files where starts_with(name, 'macros ')")
    _record(connection, f"{MACROS}{mark}", now)
    if not applied:
        for step in STEPS:
            _record(connection, step, now)
    connection.execute("commit")
    return left if applied else []


def _is_copy(applied: set[str]) -> bool:
    """Whether a file follows a shared store: what it alone had would be in no other copy."""
    return any(name.startswith(FOLLOWS) for name in applied)


def file_names() -> list[str]:
    """The names of the schema files, in order."""
    return [*_schema()[0]]


def refuse_unknown(applied: set[str], path: Path) -> None:
    """Raise Refusal if a schema file has been applied that this program does not have: a newer one has written it."""
    files, _, _ = _schema()
    if unknown := {
        name for name in applied - {*files, *MERGED, *STEPS, *CLEANED_BEFORE} if not name.startswith((MACROS, FOLLOWS))
    }:
        raise failures.newer(path, min(unknown))


def _applied(connection: Cursor, path: Path) -> set[str]:
    """The names of the applied schema files, none if the database is new. Raise Refusal if it is another program's."""
    try:
        return {name for (name,) in connection.execute("select name from schema_files").fetchall()}
    except duckdb.BinderException as error:
        raise failures.foreign(path) from error
    except duckdb.CatalogException as error:
        if connection.execute("select 1 from duckdb_tables() limit 1").fetchall():
            raise failures.foreign(path) from error
    connection.execute("create table schema_files (name varchar, applied_at timestamp)")
    return set()


def _record(connection: Cursor, name: str, now: datetime) -> None:
    connection.execute("insert into schema_files values ($name, $now)", {"name": name, "now": now})
