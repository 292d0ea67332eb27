"""The changes that a cleaning makes to a store, and writing the new file with them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from compliance.declarations.queries import statement
from compliance.store.database import Cursor, Rows, rows

# The schema name of the new file while both are open.
NEW: Final = "rewritten"
ARROW_TYPES: Final = {
    "VARCHAR": pa.string(), "VARCHAR[]": pa.list_(pa.string()),
    "DOUBLE": pa.float64(), "INTEGER": pa.int32(), "TINYINT": pa.int8(),
}  # fmt: skip


@dataclass
class Changes:
    """New values by table, column and row of the old file (its `rowid`), rows to drop, and rows to add."""

    values: dict[str, dict[str, dict[int, Any]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(dict)))
    gone: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    added: dict[str, Rows] = field(default_factory=lambda: defaultdict(list))

    def change(self, table: str, column: str, row_id: int, value: Any) -> None:
        """Give a row another value."""
        self.values[table][column][row_id] = value

    def drop(self, table: str, row_ids: Iterable[int]) -> None:
        """Drop rows."""
        self.gone[table].update(row_ids)

    def add(self, table: str, row: dict[str, Any]) -> None:
        """Add a row; columns that it does not name are null."""
        self.added[table].append(row)


def rewrite(cursor: Cursor, path: Path, changes: Changes) -> None:
    """Write everything in the open file to a new one, with the changes. The new file is closed on return."""
    cursor.execute(f"attach $path as {NEW}", {"path": str(path)})
    cursor.execute("begin transaction")
    ((old,),) = cursor.execute("select current_database()").fetchall()
    cursor.execute(f"copy from database {_name(old)} to {NEW} (schema)")
    for table, columns in tables_of(cursor).items():
        _copy(cursor, table, columns, changes)
        if added := changes.added.get(table):
            params = {"rows": added}
            cursor.execute(f"insert into {NEW}.{_name(table)} by name select unnest($rows, recursive := true)", params)
    cursor.execute("commit")
    cursor.execute(f"checkpoint {NEW}")
    cursor.execute(f"detach {NEW}")


def tables_of(cursor: Cursor) -> dict[str, dict[str, str]]:
    """The tables of the open file, each with its columns and their types."""
    tables: dict[str, dict[str, str]] = {}
    for row in rows(cursor, statement("cleaning_columns")):
        tables.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    return tables


def _copy(cursor: Cursor, table: str, columns: dict[str, str], changes: Changes) -> None:
    """Copy a table in the order of its rows."""
    changed, gone = changes.values.get(table, {}), changes.gone.get(table, set())
    if not changed and not gone:
        cursor.execute(f"insert into {NEW}.{_name(table)} from {_name(table)}")
        return
    columns_sql = [
        f"case when n.{_name(_mark(c))} then n.{_name(c)} else t.{_name(c)} end" if c in changed else f"t.{_name(c)}"
        for c in columns
    ]
    with _registered(cursor, new_values=_as_table(changed, columns), rows_gone=_as_ids(gone)):
        cursor.execute(
            f"insert into {NEW}.{_name(table)} select {', '.join(columns_sql)} from {_name(table)} as t"
            " left join new_values as n on n.row_id = t.rowid"
            " where t.rowid not in (select row_id from rows_gone) order by t.rowid"
        )


@contextmanager
def _registered(cursor: Cursor, **tables: pa.Table) -> Iterator[None]:
    """Let statements read Arrow tables by name within the block."""
    for name, table in tables.items():
        cursor.register(name, table)
    try:
        yield
    finally:
        for name in tables:
            cursor.unregister(name)


def _as_ids(row_ids: set[int]) -> pa.Table:
    return pa.table({"row_id": pa.array(sorted(row_ids), pa.int64())})


def _as_table(changed: dict[str, dict[int, Any]], columns: dict[str, str]) -> pa.Table:
    """One row a changed row: for each changed column whether it is changed there, and its new value."""
    ids = sorted({row_id for by_row in changed.values() for row_id in by_row})
    arrays: dict[str, pa.Array[Any]] = {"row_id": pa.array(ids, pa.int64())}
    for column, by_row in changed.items():
        arrays[_mark(column)] = pa.array([row_id in by_row for row_id in ids])
        arrays[column] = pa.array([by_row.get(row_id) for row_id in ids], ARROW_TYPES[columns[column]])
    return pa.table(arrays)


def _mark(column: str) -> str:
    return f"{column} is changed"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
