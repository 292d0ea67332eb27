"""The tables and macros of a store, and its upgrade from an earlier version."""

import hashlib
import logging
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import duckdb

from compliance.core import clock
from compliance.core.places import QUERIES
from compliance.declarations.queries import statement, text_of
from compliance.declarations.sources import Source, product_sources
from compliance.store import failures
from compliance.store.database import Cursor, quoted
from compliance.store.engine import apart
from compliance.store.packs import ever_installed, relation_of, sources_of_packs

# The schema file of the tables that 0.11 leaves, which later files add to.
BASELINE: Final = "100_baseline.sql"
# What 0.11 has recorded first, as every version before it, and last: of the tables, and of a file that it has upgraded.
FIRST_OF_0_11: Final = "001_house.sql"
LAST_TABLE_OF_0_11: Final = "520_meanings.sql"
LAST_STEP_OF_0_11: Final = "read anew: words for no answer, forms of dates"
# The schema file of the tables of packs.
PACKS: Final = "102_packs.sql"
# The files of `queries/` with what every statement may read. Reviews freeze the first alone.
MACRO_FILES: Final = ("macros.sql", "sources.sql", "values.sql")
# The prefix of the mark of the macros, among the names of schema files.
MACROS: Final = "macros "
# Whether the relation of a source can be made, by all that it declares.
_MADE: Final[dict[str, bool]] = {}
log = logging.getLogger(__name__)
# The prefix of the mark of the last change that a copy of a shared store holds.
FOLLOWS: Final = "follows "


@cache
def _schema() -> tuple[dict[str, str], str, str]:
    """The schema files by name, the macros, and a hash of both."""
    files = {path.name: path.read_text("utf-8") for path in sorted((QUERIES / "schema").glob("*.sql"))}
    macros = _macros(())
    mark = hashlib.sha256(repr((files, macros)).encode()).hexdigest()
    return files, macros, mark


def _macros(of_packs: tuple[Source, ...]) -> str:
    """The macros, with those of the sources of the product and of packs."""
    sources = (*product_sources().values(), *of_packs)
    return "\n".join(text_of(name, sources) for name in MACRO_FILES)


def upgrade(connection: Cursor, path: Path) -> None:
    """Apply the schema files that have not been applied, in order, and replace the macros.

    The tables that 0.11 leaves are those of the baseline. Raise Refusal for a store of a version before 0.11, and if
    unknown schema files have been applied: this program would read and write their tables wrongly.
    """
    files = _schema()[0]
    applied = _applied(connection, path)
    refuse_other(applied, path.name)
    if PACKS in applied and _mark_of_macros(connection) in applied:
        return
    now = clock.now()
    connection.execute("begin transaction")
    if FIRST_OF_0_11 in applied:
        connection.execute(f"delete from schema_files where not starts_with(name, '{FOLLOWS}')")
        _record(connection, BASELINE, now)
        applied = {BASELINE}
    for (view,) in connection.execute(statement("views")).fetchall():
        connection.execute(f"drop view {quoted(view)}")
    for name, text in files.items():
        if name not in applied:
            connection.execute(text)
            _record(connection, name, now)
    renew(connection)
    connection.execute("commit")


def renew(connection: Cursor) -> None:
    """Have the relations of the packs' sources, and the macros, be those of this program and of the installed packs."""
    of_packs = tuple(source for source in sources_of_packs(connection) if can_be_made(source))
    for source in of_packs:
        connection.execute(relation_of(source))
    connection.execute(_macros(of_packs) if of_packs else _schema()[1])
    connection.execute(f"delete from schema_files where starts_with(name, '{MACROS}')")
    _record(connection, _mark_of_macros(connection), clock.now())


def can_be_made(source: Source) -> bool:
    """Whether the relation of a source of a pack can be made, tried apart from the store.

    Rows that come from a backup or another machine can be anything: a store that could not make them would not open.
    """
    key = repr(source)
    if key not in _MADE:
        try:
            with closing(apart()) as tried:
                create(tried, (source,))
            _MADE[key] = True
        except (duckdb.Error, LookupError, TypeError, ValueError) as error:
            log.warning("The relation of the source %s of a pack cannot be made: %s", source.id, error)
            _MADE[key] = False
    return _MADE[key]


def create(connection: Cursor, of_packs: tuple[Source, ...]) -> None:
    """Make the tables and macros in an empty database, with the relations of the sources of some packs."""
    for text in (*_schema()[0].values(), *map(relation_of, of_packs), _macros(of_packs)):
        connection.execute(text)


def _mark_of_macros(connection: Cursor) -> str:
    """The mark of the macros, with that of the packs whose sources they read. It is asked for at each opening."""
    installed = sorted(sha256 for _, sha256 in ever_installed(connection))
    return f"{MACROS}{hashlib.sha256(repr((_schema()[2], installed)).encode()).hexdigest()}"


def file_names() -> list[str]:
    """The names of the schema files, in order."""
    return [*_schema()[0]]


def refuse_other(applied: set[str], name: str, *, tables_alone: bool = False) -> None:
    """Raise Refusal by what has been applied to a store, if a version before 0.11 or a newer program has written it.

    `tables_alone` is whether it has no steps of its own, as PostgreSQL and a copy of what that has.
    """
    if FIRST_OF_0_11 in applied:
        is_copy = any(mark.startswith(FOLLOWS) for mark in applied)
        if (LAST_TABLE_OF_0_11 if tables_alone or is_copy else LAST_STEP_OF_0_11) not in applied:
            raise failures.older(name)
        unknown = {mark for mark in applied if mark.endswith(".sql") and mark > LAST_TABLE_OF_0_11}
    else:
        unknown = {mark for mark in applied - {*_schema()[0]} if not mark.startswith((MACROS, FOLLOWS))}
    if unknown:
        raise failures.newer(name, min(unknown))


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
