"""The first kind of store: a DuckDB file, opened while it is used.

DuckDB locks its file against every other process. So a process holds it only while something reads or writes: the
first user opens it, others of the same process join with a cursor of their own, the last one closes it.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from compliance.core.saving import causes
from compliance.store import failures
from compliance.store.database import Cursor, Database, Failure, newest_moment, next_moment
from compliance.store.engine import is_of_the_file, opened
from compliance.store.schema import CLEANING, upgrade
from compliance.store.turns import POLL_SECONDS, Turns

# A database file begins with three blocks of 4 KB, in the first of which stands what it is.
HEAD: Final = 3 * 4096
MAGIC_AT: Final = 8
MAGIC: Final = b"DUCK"


class FileDatabase(Database):
    """One database file of this process; `FileDatabase.at(path)` gives the same object for the same file."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path
        self._condition = threading.Condition()
        # one writer at a time in this process too: numbers are the highest there is and one more
        self._writer = threading.RLock()
        self._connection: Cursor | None = None
        self._users: Counter[int] = Counter()
        self._opening = False
        # whether the file was made by this opening and nothing has been committed to it yet
        self._unwritten = False
        self._turns = Turns(path)

    @staticmethod
    def at(path: Path) -> "FileDatabase":
        """The database in `path`, which need not exist yet."""
        return file_database(path.resolve())

    def exists(self) -> bool:
        """Whether the file is there. Raise Refusal if nobody may look.

        One without a whole head has never held anything: a full disk or a power cut came before its first commit.
        """
        try:
            size = _size(self.path)
            return size >= HEAD or (size > 0 and not _is_begun(self.path))
        except OSError as error:
            raise failures.no_access(self.path, error) from error

    def state(self) -> str:
        """When the file and its log were last written, and their sizes: told without opening them."""
        if not self.exists():
            return "none"
        marks = []
        for file in (self.path, _log_of(self.path)):
            with suppress(FileNotFoundError):
                stat = file.stat()
                marks.append((stat.st_mtime_ns, stat.st_size))
        return repr(marks)

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """A cursor of one's own while the block lasts. Where the file is not there, an empty database in memory."""
        if not self.exists():
            with _memory() as cursor:
                yield cursor
            return
        with self._joined() as cursor:
            yield cursor

    @contextmanager
    def _turn(self) -> Iterator[Cursor]:
        """A file that was not there is there only after the first commit."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise failures.no_access(self.path, error) from error
        with self._writer, self._joined() as cursor:
            yield cursor

    def _commit(self, cursor: Cursor) -> None:
        super()._commit(cursor)
        self._unwritten = False

    @contextmanager
    def _joined(self) -> Iterator[Cursor]:
        cursor = self._enter()
        try:
            yield cursor
        except Failure as error:
            for first in causes(error):
                if isinstance(first, Failure) and is_of_the_file(first):
                    raise failures.unusable(self.path, first) from error
            raise
        finally:
            cursor.close()
            self._leave()

    def _enter(self) -> Cursor:
        """A cursor of the open file, which the first user opens; waits while another process is waiting for it."""
        me = threading.get_ident()
        with self._condition:
            while self._opening or (self._connection and not self._users[me] and self._turns.is_awaited()):
                self._condition.wait(POLL_SECONDS)
            if self._connection:
                self._users[me] += 1
                return self._connection.cursor()
            self._opening = True
        connection = None
        try:
            connection = self._open()
            return connection.cursor()
        finally:
            with self._condition:
                self._connection, self._opening = connection, False
                self._users[me] += connection is not None
                self._condition.notify_all()

    def _leave(self) -> None:
        with self._condition:
            self._users[threading.get_ident()] -= 1
            if self._connection and not self._users.total():
                self._users.clear()
                connection, self._connection = self._connection, None
                try:
                    connection.close()
                    if self._unwritten:
                        _remove(self.path)
                finally:
                    self._turns.end()
                    self._condition.notify_all()

    def _open(self) -> Cursor:
        self._turns.take()
        try:
            self._unwritten = not self.exists()
            return self._opened()
        except BaseException:
            self._turns.end()
            raise

    def _opened(self) -> Cursor:
        """The opened file; where it was not there, and cannot be made, nothing of it is left."""
        if not self._unwritten:
            return connect(self.path)
        try:
            _remove(self.path)
            return connect(self.path)
        except BaseException as error:
            with suppress(OSError):
                _remove(self.path)
            if isinstance(error, OSError):
                raise failures.no_access(self.path, error) from error
            raise


@cache
def file_database(path: Path) -> FileDatabase:
    """The database in a file that is named without links."""
    return FileDatabase(path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _is_begun(path: Path) -> bool:
    """Whether a file is the beginning of a database's head, and nothing else that somebody has put there."""
    with path.open("rb") as file:
        head = file.read(len(MAGIC) + MAGIC_AT)
    return head[MAGIC_AT:] == MAGIC[: len(head) - MAGIC_AT] if len(head) > MAGIC_AT else not any(head)


def _log_of(path: Path) -> Path:
    """Where a database writes what it has committed and not yet put in its place."""
    return path.with_name(f"{path.name}.wal")


def _remove(path: Path) -> None:
    for file in (path, _log_of(path)):
        file.unlink(missing_ok=True)


# --- Opening ------------------------------------------------------------------------------------------------------


def connect(path: Path | str) -> Cursor:
    """The opened file, its tables and macros brought up to date.

    A store of an earlier version is cleaned first of what is never kept, and opened again.
    """
    connection = _connected(path)
    with _refusing(path, connection):
        if upgrade(connection, Path(path)):
            return connection
        now = next_moment(newest_moment(connection))
        import_module(CLEANING).clean(connection, Path(path).resolve(), now=now)
    return _connected(path)


def _connected(path: Path | str) -> Cursor:
    try:
        return opened(path)
    except Failure as error:
        raise failures.unusable(Path(path), error) from error


@contextmanager
def _refusing(path: Path | str, connection: Cursor) -> Iterator[None]:
    """Close the connection where something is raised; what has failed is a Refusal where it is the file."""
    try:
        yield
    except BaseException as error:
        connection.close()
        if isinstance(error, Failure) and is_of_the_file(error):
            raise failures.unusable(Path(path), error) from error
        raise


@contextmanager
def _memory() -> Iterator[Cursor]:
    """A cursor of an empty database in memory, to which nobody commits: to make one takes as long as a page."""
    cursor = _empty().cursor()
    try:
        yield cursor
    finally:
        cursor.close()


@cache
def _empty() -> Cursor:
    return connect(":memory:")
