"""The register of those who reach the product: persons, roles, sessions and the audit trail, in an SQLite file.

It is beside the organisation's database and not in it. It is there before any export is loaded, a login never waits for
the turn of an import, and restoring a database does not take back what has been done.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any, Final

from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import QUERIES
from compliance.core.saving import is_disk_full
from compliance.store import failures

STATEMENTS: Final = QUERIES / "register"
WAIT_SECONDS: Final = 30.0
# Read and written by the service's own user alone.
MODE: Final = 0o600
# SQLite's names for a full disk, and for a file that may not grow.
NO_ROOM: Final = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR_SHMSIZE"})
REPLACED: Final = N_(
    "The register {file} was removed or replaced while it was in use. Nothing has been done. Put it back, or restore a "
    "backup, and start again."
)
Row = dict[str, Any]
Run = Callable[..., list[Row]]


class Register:
    """The register in a file, which is created when it is first written. Threads and processes may share it.

    It is read through a connection of its own, so that nobody who reads waits for those who write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writes, self._reads, self._opening = RLock(), RLock(), RLock()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def rows(self, name: str, /, **parameters: object) -> list[Row]:
        """The rows of a statement of `queries/register`, as last committed; none if there is no register yet."""
        if self._file is None and not self.path.exists():
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

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Raise Refusal for an error of SQLite in the block."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if is_disk_full(error) or getattr(error, "sqlite_errorname", "") in NO_ROOM:
                raise failures.no_room(self.path) from error
            raise Refusal(
                failures.NO_ACCESS, file=self.path.name, error=getattr(error, "strerror", None) or error
            ) from error

    def _opened(self) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        """The connections to write and to read. Raise Refusal if the file is another one: writing would be lost."""
        with self._opening:
            if self._writer is None or self._reader is None:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, MODE))
                writer = _connected(self.path)
                writer.executescript(_statement("schema"))
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


def _rows(connection: sqlite3.Connection, name: str, parameters: Row) -> list[Row]:
    cursor = connection.execute(_statement(name), parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one of its name; None if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


@cache
def _statement(name: str) -> str:
    return (STATEMENTS / f"{name}.sql").read_text("utf-8")


@cache
def _register(path: Path) -> Register:
    return Register(path)


def own() -> Register:
    """The register beside the organisation's database."""
    return _register(places.register())
