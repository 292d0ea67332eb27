"""The changes of a shared store: what a turn adds to PostgreSQL, and what a copy lacks of it.

Each table has the rows of the store with the number of their change and their place in it. `changes` has a number and a
random id for each, and how many rows it added to each table; what travels is counted.
"""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

import pyarrow as pa

from compliance.core import clock
from compliance.declarations.queries import sql_of, statement
from compliance.store import failures
from compliance.store.copies import forget_mark
from compliance.store.database import Cursor, quoted
from compliance.store.file import connect
from compliance.store.postgresql import Run
from compliance.store.schema import FIRST_OF_0_11, FOLLOWS, file_names, refuse_other, renew

SCHEMA: Final = "compliance"
# What PostgreSQL has beside the tables of the store.
OWN: Final = ("changes", "schema_files")
# The tables of which relations of the store are made.
OF_PACKS: Final = ("packs", "pack_files")
# The types of PostgreSQL for those of the store.
TYPES: Final = {
    "VARCHAR": "text",
    "INTEGER": "integer",
    "SMALLINT": "smallint",
    "TINYINT": "smallint",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "VARCHAR[]": "text[]",
}
BATCH_ROWS: Final = 100_000
# What runs a statement and gives its rows: `Line.rows` or `Run.rows`.
Rows = Callable[..., list[tuple[Any, ...]]]


class Mark(NamedTuple):
    """A change: its number, and its random id."""

    number: int
    id: str


NOTHING: Final = Mark(0, "")


@dataclass
class Turn:
    """The turn of a writer: its transaction in PostgreSQL, the moment it began, and what was there before.

    `before` has the number of rows of each table of the copy.
    """

    run: Run
    began: datetime
    last: Mark
    before: dict[str, int]


# --- Rows ---------------------------------------------------------------------------------------------------------


def push(turn: Turn, cursor: Cursor, *, anew: bool = False) -> Mark:
    """Add to PostgreSQL the rows that a turn has added, as one change, and return it. Each table's rows are counted."""
    mark = Mark(turn.last.number + 1, secrets.token_hex(16))
    now = numbers_of_rows(cursor)
    counts = {table: number - turn.before[table] for table, number in now.items() if number != turn.before[table]}
    turn.run.rows(sql_of("shared/add_change"), *mark, turn.began, anew, json.dumps(counts))
    for table, expected in counts.items():
        taken = 0
        for rows in _added(cursor, table, turn.before[table], mark.number):
            taken += turn.run.ingest(table, rows)
        if taken != expected:
            raise RuntimeError(f"PostgreSQL took {taken} of {expected} rows of {table}")
    turn.before = now
    return mark


def _added(cursor: Cursor, table: str, before: int, number: int) -> Iterator[pa.Table]:
    """The rows of a table beyond the number before, with the number of their change and their places in it.

    Rows are numbered from nought and none is ever deleted. If one were, more would be found here than were counted.
    """
    names = ", ".join(f"{quoted(name)}::{_wider(type_)} as {quoted(name)}" for name, type_ in tables()[table].items())
    added = f"from {quoted(table)} where rowid >= {before}"
    sql = f"select {number}::bigint as change, rowid - (select min(rowid) {added}) as nth, {names} {added}"
    for batch in cursor.sql(sql).to_arrow_reader(BATCH_ROWS):
        yield pa.Table.from_batches([batch])


def add(run: Run, cursor: Cursor, mine: Mark, changes: list[tuple[int, str, bool, str]]) -> Mark:
    """Add the rows of changes to a copy, and return the last one. Each table's rows are counted."""
    if not changes:
        return mine
    begin = max((number for number, _, anew, _ in changes if anew), default=0)
    expected: dict[str, int] = {}
    for number, _, _, rows in changes:
        for table, count in json.loads(rows).items() if number >= begin else ():
            expected[table] = expected.get(table, 0) + count
    for table, count in expected.items():
        _fetch(run, cursor, table, after=mine.number, expected=count)
    if not expected.keys().isdisjoint(OF_PACKS):
        renew(cursor)
    last = Mark(*changes[-1][:2])
    set_mark(cursor, last, moment=clock.now())
    return last


def _fetch(run: Run, cursor: Cursor, table: str, *, after: int, expected: int) -> None:
    """Add the rows of a table after a change to a copy, in their order."""
    names, fetched = ", ".join(map(quoted, tables()[table])), 0
    sql = f"select {names} from {quoted(table)} where change > {after} order by change, nth"
    for batch in run.batches(sql):
        cursor.register("fetched_rows", pa.Table.from_batches([batch]))
        cursor.execute(f"insert into {quoted(table)} ({names}) select {names} from fetched_rows")
        cursor.unregister("fetched_rows")
        fetched += batch.num_rows
    if fetched != expected:
        raise RuntimeError(f"PostgreSQL gave {fetched} of {expected} rows of {table}")


# --- Tables -------------------------------------------------------------------------------------------------------


def agree(run: Run, *, name: str) -> None:
    """Have PostgreSQL's tables be those of this program. Raise Refusal if another version's cannot be."""
    if not is_begun(run.rows):
        if run.rows(sql_of("shared/columns")):
            raise failures.taken(name, SCHEMA)
        run.rows(f"create schema if not exists {SCHEMA}")
        _run_all(run, "schema")
    applied = applied_there(run, name=name)
    if FIRST_OF_0_11 in applied:
        run.rows(sql_of("shared/forget_schema_files"))
    if files := [file for file in file_names() if file not in applied]:
        _extend(run)
        if not applied:
            _run_all(run, "keys")
        for file in files:
            run.rows(sql_of("shared/add_schema_file"), file)


@cache
def tables() -> dict[str, dict[str, str]]:
    """The types of the columns of each table of the store."""
    found: dict[str, dict[str, str]] = {}
    with closing(connect(":memory:")) as own:
        for table, column, type_ in own.execute(statement("shared_columns")).fetchall():
            found.setdefault(table, {})[column] = type_
    return found


def numbers_of_rows(cursor: Cursor) -> dict[str, int]:
    """The number of rows of each table, which is known without reading any."""
    sql = " union all ".join(f"select '{table}', count(*) from {quoted(table)}" for table in tables())
    return dict(cursor.execute(sql).fetchall())


def _extend(run: Run) -> None:
    """Make the tables and columns that PostgreSQL lacks."""
    found = {(table, column) for table, column in run.rows(sql_of("shared/columns"))}
    there = {table for table, _ in found}
    for table, columns in tables().items():
        lacking = [f"{quoted(name)} {TYPES[type_]}" for name, type_ in columns.items() if (table, name) not in found]
        if table not in there:
            keys = ["change bigint not null references changes", "nth bigint not null", "primary key (change, nth)"]
            run.rows(f"create table {quoted(table)} ({', '.join(lacking + keys)})")
        elif lacking:
            run.rows(f"alter table {quoted(table)} {', '.join(f'add column {column}' for column in lacking)}")
        # Otherwise PostgreSQL would keep samples of texts, which a purge does not remove. No plan needs them.
        if unsampled := [f"alter column {quoted(n)} set statistics 0" for n in columns if (table, n) not in found]:
            run.rows(f"alter table {quoted(table)} {', '.join(unsampled)}")


def is_begun(rows: Rows) -> bool:
    """Whether PostgreSQL has any of the tables."""
    return bool(rows(sql_of("shared/is_begun"))[0][0])


def changes_since(rows: Rows, mark: Mark) -> list[tuple[int, str, bool, str]]:
    """A change and those after it, in order: number, id, whether it replaced everything, and its rows as JSON."""
    return rows(sql_of("shared/since"), mark.number)


def head(rows: Rows) -> tuple[Mark, datetime]:
    """The last change, and the time, which this machine then goes by."""
    ((number, id_, now),) = rows(sql_of("shared/head"))
    clock.go_by(now)
    return Mark(number, id_) if number else NOTHING, now


def _run_all(run: Run, name: str) -> None:
    """Run the statements of a file."""
    for each in sql_of(f"shared/{name}").split(";"):
        run.rows(each)


def applied_there(run: Run, *, name: str) -> set[str]:
    """The schema files that PostgreSQL's tables come from. Raise Refusal if another version has made them."""
    applied = {name for (name,) in run.rows("select name from schema_files")}
    refuse_other(applied, name, tables_alone=True)
    return applied


# --- Marks --------------------------------------------------------------------------------------------------------


def mark_of(cursor: Cursor) -> Mark:
    """The last change that a copy holds."""
    return noted(cursor)[0]


def noted(cursor: Cursor) -> tuple[Mark, datetime]:
    """The last change that a copy holds, noted in the copy itself, among the marks of its upgrades; and when."""
    sql = "select name, applied_at from schema_files where starts_with(name, $prefix)"
    for name, moment in cursor.execute(sql, {"prefix": FOLLOWS}).fetchall():
        number, _, id_ = name.removeprefix(FOLLOWS).partition(" ")
        return Mark(int(number), id_), moment
    return NOTHING, datetime.min


def set_mark(cursor: Cursor, mark: Mark, *, moment: datetime) -> None:
    """Note the last change that a copy holds."""
    forget_mark(cursor)
    name = f"{FOLLOWS}{mark.number} {mark.id}"
    cursor.execute("insert into schema_files values ($name, $moment)", {"name": name, "moment": moment})


def _wider(type_: str) -> str:
    """The type in which a value travels: PostgreSQL has no integer of one byte."""
    return "smallint" if type_ == "TINYINT" else type_
