"""Writing the file of a store anew, without what is removed from it by a purge or with a person, or other texts.

Rows are otherwise only ever added; this is the exception. The old file is not changed: DuckDB keeps the bytes of what
it deletes. A new file is written next to it without them, and replaces it when complete. A process that is killed at
any moment leaves one of the two.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.saving import DiskFull, is_disk_full
from compliance.declarations.queries import statement
from compliance.keeping.leftovers import SUFFIX, sweep
from compliance.store.database import Cursor, Failure, Rows, quoted, rows
from compliance.store.engine import log_of, remove

UNWRITTEN: Final = N_(
    "The database {file} cannot be written anew: {error}. Nothing has been purged. Make room for {size} MB "
    "beside it, see to it that you may write there, and try again."
)
# The schema name of the new file while both are open.
NEW: Final = "rewritten"
ARROW_TYPES: Final = {"VARCHAR": pa.string(), "VARCHAR[]": pa.list_(pa.string())}


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


def copy_with(cursor: Cursor, path: Path, changes: Changes) -> None:
    """Copy everything in the open file to a new one, with the changes. The new file is closed on return."""
    cursor.execute(f"attach $path as {NEW}", {"path": str(path)})
    cursor.execute("begin transaction")
    ((old,),) = cursor.execute("select current_database()").fetchall()
    cursor.execute(f"copy from database {quoted(old)} to {NEW} (schema)")
    for table, columns in tables_of(cursor).items():
        _copy(cursor, table, columns, changes)
        if added := changes.added.get(table):
            params = {"rows": added}
            cursor.execute(f"insert into {NEW}.{quoted(table)} by name select unnest($rows, recursive := true)", params)
    cursor.execute("commit")
    cursor.execute(f"checkpoint {NEW}")
    cursor.execute(f"detach {NEW}")


def tables_of(cursor: Cursor) -> dict[str, dict[str, str]]:
    """The tables of the open file, each with its columns and their types."""
    tables: dict[str, dict[str, str]] = {}
    for row in rows(cursor, statement("columns_of_file")):
        tables.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    return tables


def _copy(cursor: Cursor, table: str, columns: dict[str, str], changes: Changes) -> None:
    """Copy a table in the order of its rows."""
    changed, gone = changes.values.get(table, {}), changes.gone.get(table, set())
    if not changed and not gone:
        cursor.execute(f"insert into {NEW}.{quoted(table)} from {quoted(table)}")
        return
    columns_sql = [
        f"case when n.{quoted(_mark(name))} then n.{quoted(name)} else t.{quoted(name)} end"
        if name in changed
        else f"t.{quoted(name)}"
        for name in columns
    ]
    with _registered(cursor, new_values=_as_table(changed, columns), rows_gone=_as_ids(gone)):
        cursor.execute(
            f"insert into {NEW}.{quoted(table)} select {', '.join(columns_sql)} from {quoted(table)} as t"
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


# --- The file -----------------------------------------------------------------------------------------------------


def rewrite(connection: Cursor, path: Path, changes: Changes) -> None:
    """Write the file anew with the changes, replace the old one with it, and close its connection.

    Nothing of what the changes remove is left in the folder. Raise Refusal, with the old file as it was, if it fails.
    """
    try:
        sweep(path)
        write_anew(connection, path, changes)
    except (Failure, OSError) as error:
        kind = DiskFull if is_disk_full(error) else Refusal
        size = path.stat().st_size // 1_000_000 + 1
        raise kind(UNWRITTEN, file=path.name, error=str(error).split("\n")[0], size=size) from error


def write_anew(connection: Cursor, path: Path, changes: Changes) -> None:
    """The same, without a sentence for a failure."""
    new_path = path.with_name(f"{path.name}{SUFFIX}")
    try:
        _write(connection, path, new_path, changes)
    finally:
        with suppress(OSError):
            remove(new_path)


def _write(connection: Cursor, path: Path, new_path: Path, changes: Changes) -> None:
    remove(new_path)
    copy_with(connection, new_path, changes)
    # The new file has what the old one's log holds. Left behind, the log would be taken for the new file's.
    connection.execute("checkpoint")
    connection.close()
    # Pages spilled by a load that was killed.
    shutil.rmtree(path.with_name(f"{path.name}.tmp"), ignore_errors=True)
    if log_of(path).exists():
        raise OSError(f"{log_of(path).name} is still there")
    shutil.copymode(path, new_path)
    _flush(new_path)
    new_path.replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    """Wait until a file, or a folder's list of files, is on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
