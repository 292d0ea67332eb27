"""The tables and macros of a store, and how one of an earlier version is brought up to date."""

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

# The step of an upgrade that no statement can do: it knows the whole line and so comes after it. It is looked up only
# for a store that needs it, and its mark stands among those of the schema.
CLEANING: Final = "compliance.cleaning.cleaning"
CLEANED: Final = "cleaned of identity numbers and levels"
# How what is noted of the macros begins, beside the names of schema files.
MACROS: Final = "macros "


@cache
def _schema() -> tuple[dict[str, str], str, str]:
    """The schema files by name, the macros, and a mark of both."""
    files = {path.name: path.read_text("utf-8") for path in sorted((QUERIES / "schema").glob("*.sql"))}
    macros = "\n".join(text_of(name) for name in ("macros.sql", "values.sql"))
    mark = hashlib.sha256(repr((files, macros)).encode()).hexdigest()
    return files, macros, mark


def upgrade(connection: Cursor, path: Path) -> bool:
    """Apply the schema files that the database has not seen, in order, and renew its macros.

    Return whether it has been cleaned; a new one need not be. Raise Refusal if it has seen schema files that this
    program does not know: what they hold would be read and written wrongly.
    """
    files, macros, mark = _schema()
    applied = _applied(connection, path)
    if unknown := {name for name in applied - {*files, CLEANED} if not name.startswith(MACROS)}:
        raise failures.newer(path, min(unknown))
    if f"{MACROS}{mark}" in applied:
        return CLEANED in applied
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
        _record(connection, CLEANED, now)
    connection.execute("commit")
    return not applied or CLEANED in applied


def _applied(connection: Cursor, path: Path) -> set[str]:
    """The names of the schema files that a database has seen, none where it is new. Raise Refusal if it is not ours."""
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
