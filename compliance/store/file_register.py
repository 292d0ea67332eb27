"""What every kind of register is, and the first kind, an SQLite file. `register.own()` chooses."""

import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any, Final

from compliance.core import clock
from compliance.core.errors import Hindered, Refusal
from compliance.core.language import N_
from compliance.core.saving import is_disk_full
from compliance.declarations.queries import sql_of
from compliance.store import failures
from compliance.store.numbers_removed import token_kept, without_numbers

WAIT_SECONDS: Final = 30.0
# Read and written by the service's own user alone.
MODE: Final = 0o600
# SQLite's names for a full disk, and for a file that may not grow.
NO_ROOM: Final = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR_SHMSIZE"})
REPLACED: Final = N_(
    "The register {file} was removed or replaced while it was in use. Nothing has been done. Put it back, or restore a "
    "backup, and start again."
)
NOT_EMPTY: Final = N_("There is already a register in {name}. Nothing has been changed in it.")
Row = dict[str, Any]
Run = Callable[..., list[Row]]
# The rows of each table, in order.
Tables = dict[str, list[Row]]
# The `user_version` of a file that has been cleaned of what this version does not keep.
CLEANED: Final = 1
CLEARED: Final = frozenset({"persons", "audit"})
# The tables that are kept elsewhere too, with the statement that gives all their rows. Sessions must not come back.
KEPT: Final = {"persons": "persons", "keys": "keys", "roles": "roles", "audit": "entries"}


class Register(ABC):
    """A register. It is created when it is first written; threads, processes and machines may share it."""

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def exists(self) -> bool:
        """Whether anything has ever been written to it."""

    @abstractmethod
    def rows(self, name: str, /, **parameters: object) -> list[Row]:
        """The rows of a statement of `queries/register`, as last committed; none if there is no register yet."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Run]:
        """A function that runs statements in an exclusive transaction, rolled back if the block raises."""

    @abstractmethod
    def put(self, tables: Tables) -> None:
        """Add what `kept` gave of another register. Raise Refusal if this one is not empty."""

    @abstractmethod
    def clear(self) -> None:
        """Remove everything in it."""

    @abstractmethod
    def forget(self) -> None:
        """Leave nothing of what was removed from it in its files."""

    def kept(self) -> Tables:
        """All rows at one moment, but for sessions; none if there is no register yet."""
        if not self.exists():
            return {table: [] for table in KEPT}
        with self.writing() as run:
            return {table: run(name, after=0) for table, name in KEPT.items()}


class FileRegister(Register):
    """The register in a file.

    It is read through a connection of its own, so that nobody who reads waits for those who write.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path
        self._writes, self._reads, self._opening = RLock(), RLock(), RLock()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def exists(self) -> bool:
        """Whether anything has ever been written to it."""
        return self._file is not None or self.path.exists()

    def rows(self, name: str, /, **parameters: object) -> list[Row]:
        """The rows of a statement of `queries/register`, as last committed; none if there is no register yet."""
        if not self.exists():
            return []
        with self._reads, self._refusing():
            return _rows(self._opened()[1], name, parameters)

    @contextmanager
    def writing(self) -> Iterator[Run]:
        """A function that runs statements in an exclusive transaction, rolled back if the block raises."""

        def run(name: str, /, **parameters: object) -> list[Row]:
            with self._refusing():
                return _rows(self._opened()[0], name, parameters)

        with self._writes:
            with self._refusing():
                self._opened()[0].execute("begin immediate")
            try:
                yield run
                with self._refusing():
                    self._opened()[0].execute("commit")
            except BaseException:
                with suppress(sqlite3.Error, Refusal):
                    self._opened()[0].execute("rollback")
                raise

    def forget(self) -> None:
        """Leave nothing of what was removed from it in its files: the log is emptied."""
        if self.exists():
            with self._writes, self._refusing():
                self._opened()[0].execute("pragma wal_checkpoint(truncate)")

    def clear(self) -> None:
        """Remove its files."""
        with self._writes, self._reads, self._opening, self._refusing():
            for connection in filter(None, (self._writer, self._reader)):
                connection.close()
            self._writer = self._reader = self._file = None
            for ending in ("", "-wal", "-shm"):
                self.path.with_name(f"{self.path.name}{ending}").unlink(missing_ok=True)

    def put(self, tables: Tables) -> None:
        """Add what `kept` gave of another register. Raise Refusal if this one is not empty."""
        with self.writing() as run:
            refuse_kept(run, self.name)
            with self._refusing():
                for table, rows in without_numbers(tables, at=moment()).items():
                    insert(self._opened()[0], table, rows)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Raise Refusal for an error of SQLite in the block."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if is_disk_full(error) or getattr(error, "sqlite_errorname", "") in NO_ROOM:
                raise failures.no_room(self.path) from error
            raise Hindered(
                failures.NO_ACCESS, file=self.path.name, error=getattr(error, "strerror", None) or error
            ) from error

    def _opened(self) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        """The connections to write and to read. Raise Refusal if the file is another one: writing would be lost."""
        with self._opening:
            if self._writer is None or self._reader is None:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, MODE))
                writer = _connected(self.path)
                writer.executescript(sql_of("register/schema"))
                _clean(writer)
                self._writer, self._reader, self._file = writer, _connected(self.path), _identity(self.path)
            elif self._file != _identity(self.path):
                raise Refusal(REPLACED, file=self.path.name)
            return self._writer, self._reader


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("pragma journal_mode = wal")
    # Every entry of the audit trail is on disk before what it tells of is done.
    connection.execute("pragma synchronous = full")
    # What is removed is overwritten.
    connection.execute("pragma secure_delete = on")
    return connection


def _clean(connection: sqlite3.Connection) -> None:
    """Remove once what an earlier version kept of identity numbers, also from the file's log."""
    if _is_cleaned(connection):
        return
    connection.execute("begin immediate")
    try:
        if not _is_cleaned(connection):
            before = {table: _rows(connection, name, {"after": 0}) for table, name in KEPT.items()}
            after = without_numbers(before, at=moment())
            _put_instead(connection, {table: rows for table, rows in after.items() if rows != before[table]})
            for row in _rows(connection, "tokens", {}):
                if not token_kept(row["token"]):
                    _rows(connection, "forget_token", {"key": row["key"]})
            connection.execute(f"pragma user_version = {CLEANED}")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("pragma wal_checkpoint(truncate)")


def _is_cleaned(connection: sqlite3.Connection) -> bool:
    ((version,),) = connection.execute("pragma user_version").fetchall()
    return bool(version >= CLEANED)


def _put_instead(connection: sqlite3.Connection, tables: Tables) -> None:
    """Replace the rows of tables; the triggers that keep the trail are off meanwhile."""
    triggers = connection.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"drop trigger {name}")
    for table, rows in tables.items():
        if table in CLEARED:
            _rows(connection, f"clear_{table}", {})
        insert(connection, table, rows)
    for _, sql in triggers:
        connection.execute(sql)


def moment() -> str:
    """The moment (UTC) as the register writes it, so that texts sort as moments do."""
    return clock.now().isoformat(timespec="microseconds")


def _rows(connection: sqlite3.Connection, name: str, parameters: Row) -> list[Row]:
    cursor = connection.execute(sql_of(f"register/{name}"), cleaned(parameters))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one of its name; None if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def insert(connection: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    """Add rows, which all have the same columns, to a table of a file."""
    if rows:
        names = ", ".join(rows[0])
        given = ", ".join(f":{name}" for name in rows[0])
        connection.executemany(f"insert into {table} ({names}) values ({given})", rows)


def refuse_kept(run: Run, name: str) -> None:
    """Raise Refusal if a register is not empty."""
    if any(run(statement, after=0) for statement in KEPT.values()):
        raise Refusal(NOT_EMPTY, name=name)


def storable(text: str) -> str:
    """A text without what PostgreSQL does not keep, and with a mark for what UTF-8 does not hold."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def cleaned(parameters: Row) -> Row:
    """The values that a statement is given, with texts that can be stored."""
    return {name: storable(value) if isinstance(value, str) else value for name, value in parameters.items()}
