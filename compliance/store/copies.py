"""Copies of the database files that leave the store, and databases made anew of a copy that is not trusted."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations.queries import sql_of, statement
from compliance.store.database import Cursor, Failure, rows
from compliance.store.file_register import KEPT, Register, Row, Tables, insert
from compliance.store.schema import FOLLOWS, refuse_other

# The table with the marks of the upgrades of a store.
MARKS: Final = "schema_files"
# A text, and a list of texts, as PostgreSQL keeps them.
STORABLE: Final = {
    "VARCHAR": "replace({}, chr(0), '')",
    "VARCHAR[]": "list_transform({}, lambda each: replace(each, chr(0), ''))",
}
NAME: Final = re.compile(r"[a-z_]{1,60}")


def applied_files(cursor: Cursor) -> list[str]:
    """The schema files that a store has, by name."""
    applied = cursor.execute("select name from schema_files where ends_with(name, '.sql') order by 1").fetchall()
    return [name for (name,) in applied]


def contents(cursor: Cursor) -> dict[str, tuple[int, int]]:
    """What each table of a store holds: how many rows, and a number of their values in their order.

    It does not tell texts apart of which one has a character that PostgreSQL does not keep.
    """
    tables: dict[str, list[str]] = {}
    for row in rows(cursor, statement("shared_columns")):
        kept = STORABLE.get(row["data_type"], "{}").format(f'"{row["column_name"]}"')
        tables.setdefault(row["table_name"], []).append(kept)
    found = {}
    for table, columns in tables.items():
        sql = statement("table_contents").replace("{columns}", ", ".join(columns)).replace("{table}", table)
        (found[table],) = cursor.execute(sql).fetchall()
    return found


def forget_mark(cursor: Cursor) -> None:
    """Let a copy of a shared store be a store of its own."""
    cursor.execute(f"delete from {MARKS} where starts_with(name, $prefix)", {"prefix": FOLLOWS})


def unkept(cursor: Cursor) -> Iterator[tuple[str, str, int, Any]]:
    """Each text with a character that PostgreSQL does not keep: its table, column and row, and the text without it."""
    for row in rows(cursor, statement("shared_columns")):
        if kept := STORABLE.get(row["data_type"]):
            table, column = row["table_name"], row["column_name"]
            new = kept.format(f'"{column}"')
            sql = f'select rowid, {new} from "{table}" where "{column}" <> {new}'
            for row_id, text in cursor.execute(sql).fetchall():
                yield table, column, row_id, text


def rebuild(cursor: Cursor, archived: Path, *, name: str) -> None:
    """Add the rows in a database file that is not trusted, of a name, to a new database.

    Only rows are taken from it, and only of the tables and columns that this program knows: no view, no macro, no
    default. Raise Refusal if it is no database of this program, or of a version that this one does not read.
    """
    with _refusing(archived):
        cursor.execute("attach $path as archived (type duckdb, read_only)", {"path": str(archived)})
        ((own,),) = cursor.execute("select current_database()").fetchall()
        known, found = _columns(cursor, own), _columns(cursor, "archived")
        if MARKS not in found:
            raise _foreign(archived)
        refuse_other({mark for (mark,) in cursor.execute(f"select name from archived.{MARKS}").fetchall()}, name)
        if any(not set(found[table]) <= set(known.get(table, ())) for table in found):
            raise _foreign(archived)
        for table in sorted(found.keys() - {MARKS}):
            names = ", ".join(f'"{name}"' for name in found[table])
            cursor.execute(f'insert into "{table}" ({names}) select {names} from archived."{table}" order by rowid')


def _columns(cursor: Cursor, database: str) -> dict[str, list[str]]:
    """The columns of each table of an attached database; a view is none."""
    tables: dict[str, list[str]] = {}
    for row in rows(cursor, statement("columns_of_tables"), {"database": database}):
        tables.setdefault(row["table_name"], []).append(row["column_name"])
    return tables


@contextmanager
def _refusing(archived: Path) -> Iterator[None]:
    try:
        yield
    except Failure as error:
        raise _foreign(archived) from error


def _foreign(archived: Path) -> Refusal:
    return Refusal(
        N_("The archived database {file} is damaged or was made by another program. Nothing has been restored."),
        file=archived.name,
    )


def copy_register(register: Register, to: Path) -> None:
    """Copy a register, of any kind, to a new file, without its sessions."""
    with closing(sqlite3.connect(to)) as copy:
        copy.executescript(sql_of("register/schema"))
        for table, records in register.kept().items():
            insert(copy, table, records)
        copy.commit()


def archived_register(archived: Path) -> Tables:
    """The rows of a register in a file that is not trusted: no trigger and no view of it gets in.

    Raise Refusal if it is no register of this program, or of a newer version.
    """
    try:
        with closing(_read_only(archived)) as source, closing(sqlite3.connect(":memory:")) as made:
            source.execute("pragma trusted_schema = off")
            made.executescript(sql_of("register/schema"))
            known = _tables(made)
            for table, columns in _tables(source).items():
                if not {*columns} <= {*known.get(table, ())}:
                    raise _foreign(archived)
                if table in KEPT:
                    insert(made, table, _records(source, table, columns))
            tables = {table: _records(made, table, known[table]) for table in KEPT}
    except sqlite3.Error as error:
        raise _foreign(archived) from error
    if any(isinstance(value, bytes | float) for rows in tables.values() for row in rows for value in row.values()):
        raise _foreign(archived)
    return tables


def _records(connection: sqlite3.Connection, table: str, columns: list[str]) -> list[Row]:
    records = connection.execute(f"select {', '.join(columns)} from {table} order by rowid")
    return [dict(zip(columns, record, strict=True)) for record in records]


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _tables(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """The columns of each table of a register. Raise Refusal if a name is none that a statement can hold."""
    sql = "select name from sqlite_master where type = 'table' and name not like 'sqlite~_%' escape '~'"
    tables = {}
    for (table,) in connection.execute(sql).fetchall():
        columns = [column[0] for column in connection.execute("select name from pragma_table_info(?)", (table,))]
        if not all(NAME.fullmatch(name) for name in (table, *columns)):
            raise sqlite3.DatabaseError("a name of another program")
        tables[table] = columns
    return tables
