"""The first kind of store: a DuckDB file, open only while it is used.

DuckDB locks its file against every other process, so a process keeps it open only while it reads or writes: the first
thread to use it opens it, others share the connection with their own cursors, and the last one closes it. A server
closes it a moment later, since to open it takes longer than most of what a click reads; who waits for it goes first.
"""

import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final

from compliance.core.saving import causes, refusal_of
from compliance.store import failures
from compliance.store.database import Cursor, Database, Failure, holding, newest_moment, stamp
from compliance.store.engine import is_of_the_file, log_of, opened, remove
from compliance.store.schema import upgrade
from compliance.store.turns import POLL_SECONDS, WAIT_SECONDS, Turns, serve, unserved

# A database file begins with three blocks of 4 KB. The first one holds the magic bytes.
HEAD: Final = 3 * 4096
MAGIC_AT: Final = 8
MAGIC: Final = b"DUCK"
# How often a file is copied that others write to.
COPIES: Final = 3
# What is written within a tick of the file system's clock may leave the same time.
TICK_SECONDS: Final = 0.02
# How long a server keeps a file open that nobody uses.
LINGER_SECONDS: Final = 0.25


class FileDatabase(Database):
    """A database file. `FileDatabase.at(path)` returns the same object for the same file, one per process."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path
        self._condition = threading.Condition()
        # One writer at a time also among threads: a new number is the highest one plus one.
        self.writer = threading.RLock()
        self._connection: Cursor | None = None
        self._users: Counter[int] = Counter()
        self._opening = False
        # Whether it stays open for a moment after each use, and a thread waits to close it.
        self.lingers = False
        self._lingering = False
        # Whether this opening created the file, and nothing has been committed to it yet.
        self._unwritten = False
        self._commits = 0
        # How many times this process has opened it: each time another file may have taken its place.
        self.openings = 0
        self._turns = Turns(path)

    @staticmethod
    def at(path: Path) -> "FileDatabase":
        """The database in `path`, which need not exist yet."""
        return file_database(path.resolve())

    def exists(self) -> bool:
        """Whether the file exists. Raise Refusal if it cannot be accessed.

        A file with an incomplete head has never held anything: a full disk or a power cut preceded its first commit.
        """
        try:
            size = _size(self.path)
            return size >= HEAD or (size > 0 and not _is_begun(self.path))
        except OSError as error:
            raise failures.no_access(self.path, error) from error

    def require(self) -> None:
        """Raise Refusal, with nothing written, if there is no file, or one that is no database."""
        if not self.exists():
            raise failures.missing(str(self.path))
        try:
            if not _is_begun(self.path):
                raise failures.foreign(self.path)
        except OSError as error:
            raise failures.no_access(self.path, error) from error

    def is_held(self) -> bool:
        """Whether this thread has a cursor of it."""
        return self._users[threading.get_ident()] > 0

    def state(self) -> str:
        """The modification times and sizes of the file and its log, read without opening them, and the commits here.

        The log is written before a commit can be seen: who reads in between must not take the rows for the new ones.
        """
        if not self.exists():
            return "none"
        marks = [(self._commits, 0)]
        for file in (self.path, log_of(self.path)):
            with suppress(FileNotFoundError):
                stat = file.stat()
                marks.append((stat.st_mtime_ns, stat.st_size))
        return repr(marks)

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """A cursor for the block. If the file does not exist, it is of an empty database in memory."""
        if not self.exists():
            with _memory() as cursor:
                yield cursor
            return
        with self._shared_cursor() as cursor:
            yield cursor

    def serve(self) -> None:
        """Tell other processes that a server runs on the file. Where that fails, nothing can be replaced either."""
        with suppress(OSError):
            serve(self.path)

    def linger(self) -> None:
        """Stay open for a moment after each use."""
        self.lingers = True

    def give_way(self, *, seconds: float) -> None:
        """Wait while another process reads the file, as a server for a page: it has it until a moment after."""
        self._turns.give_way(seconds=seconds)

    @contextmanager
    def replacing(self) -> Iterator[Path]:
        """The file, which is open in no process and no thread. It need not exist, and may be damaged."""
        with self.writer, self._alone(), self._unserved():
            self._turns.take()
            try:
                yield self.path
            finally:
                self._turns.end()

    def sizes(self) -> dict[str, int]:
        """How many bytes the file has."""
        return {self.path.name: _size(self.path)}

    def clear(self) -> None:
        """Remove the file."""
        with self.replacing() as path:
            remove(path)

    def copy_aside(self, path: Path) -> None:
        """Copy the file as it lies there, without opening it: DuckDB would hold it against every other process.

        If something was written meanwhile it is copied again, and in the end as by `copy_to`.
        """
        for _ in range(COPIES if self.exists() else 0):
            before = self.state()
            time.sleep(TICK_SECONDS)
            try:
                for file, target in ((self.path, path), (log_of(self.path), log_of(path))):
                    with suppress(FileNotFoundError):
                        shutil.copyfile(file, target)
            except OSError as error:
                raise refusal_of(error) or failures.no_access(self.path, error) from error
            if self.state() == before:
                return
            remove(path)
        self.copy_to(path)

    @contextmanager
    def _unserved(self) -> Iterator[None]:
        """No server runs on the file within the block."""
        with ExitStack() as held:
            try:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                free = held.enter_context(unserved(self.path))
            except OSError as error:
                raise failures.no_access(self.path, error) from error
            if not free:
                raise failures.served(self.path)
            yield

    @contextmanager
    def rewriting(self) -> Iterator[tuple[Cursor, Path]]:
        """A cursor of the file, which nobody else has open; the block may close it and put another file in its place.

        Its `moment` is later than any in the file. What the block commits is kept, as in any other connection.
        """
        with self.replacing() as path, closing(connect(path)) as connection:
            stamp(connection, self.moment_after(newest_moment(connection)))
            yield connection, path

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No thread opens the file within the block. Raise Refusal if one does not close it in time."""
        end = time.monotonic() + WAIT_SECONDS
        with self._condition:
            while self._opening or self._connection:
                if time.monotonic() > end:
                    raise failures.busy(self.path, WAIT_SECONDS)
                self._condition.wait(POLL_SECONDS)
            self._opening = True
        try:
            yield
        finally:
            with self._condition:
                self._opening = False
                self._condition.notify_all()

    @contextmanager
    def excluding(self) -> Iterator[Cursor]:
        """A cursor that excludes other writers. A new file remains only if something is committed to it."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise failures.no_access(self.path, error) from error
        with self.writer, self._shared_cursor() as cursor:
            yield cursor

    def commit(self, cursor: Cursor) -> None:
        """Commit what a turn has written."""
        super().commit(cursor)
        self._commits += 1
        self._unwritten = False

    @contextmanager
    def _shared_cursor(self) -> Iterator[Cursor]:
        cursor = self._enter()
        try:
            with holding():
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
        """A cursor of the open file. Open it first if needed; wait if another process is waiting for the file.

        A thread that already has a cursor does not wait: it would wait for itself to release the file.
        """
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
                if self.lingers and not self._unwritten and not self._turns.is_awaited():
                    self._linger()
                else:
                    self._close()

    def _linger(self) -> None:
        """Have the file closed in a moment."""
        if self._lingering:
            return
        try:
            threading.Thread(target=self._close_later, name="closing").start()
            self._lingering = True
        except RuntimeError:  # as many threads run as may
            self._close()

    def _close_later(self) -> None:
        """Close the file once nobody has used it for a moment, or at once if another process waits for it."""
        end = time.monotonic() + LINGER_SECONDS
        while time.monotonic() < end and self._is_free():
            time.sleep(5 * POLL_SECONDS)
        with self._condition:
            self._lingering = False
            if self._connection and not self._users.total():
                self._close()

    def _is_free(self) -> bool:
        """Whether it is open, and no other process waits for it."""
        with self._condition:
            return self._connection is not None and not self._turns.is_awaited()

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        try:
            if connection:
                connection.close()
            if self._unwritten:
                remove(self.path)
        finally:
            self._turns.end()
            self._condition.notify_all()

    def _open(self) -> Cursor:
        self._turns.take()
        try:
            self._unwritten = not self.exists()
            self.openings += 1
            return self._opened()
        except BaseException:
            self._turns.end()
            raise

    def _opened(self) -> Cursor:
        """Open the file. If it is new and cannot be created, nothing is left of it."""
        if not self._unwritten:
            return connect(self.path)
        try:
            remove(self.path)
            return connect(self.path)
        except BaseException as error:
            with suppress(OSError):
                remove(self.path)
            if isinstance(error, OSError):
                raise failures.no_access(self.path, error) from error
            raise


@cache
def file_database(path: Path) -> FileDatabase:
    """The database in a file, whose path must be resolved."""
    return FileDatabase(path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _is_begun(path: Path) -> bool:
    """Whether a file is the beginning of a database's head, and not some other file."""
    with path.open("rb") as file:
        head = file.read(len(MAGIC) + MAGIC_AT)
    return head[MAGIC_AT:] == MAGIC[: len(head) - MAGIC_AT] if len(head) > MAGIC_AT else not any(head)


# --- Opening ------------------------------------------------------------------------------------------------------


def connect(path: Path | str) -> Cursor:
    """Open a file and upgrade its tables and macros."""
    try:
        connection = opened(path)
    except Failure as error:
        raise failures.unusable(Path(path), error) from error
    with _refusing(path, connection):
        upgrade(connection, Path(path))
    return connection


@contextmanager
def _refusing(path: Path | str, connection: Cursor) -> Iterator[None]:
    """Close the connection if the block raises. Turn a failure of the file into a Refusal."""
    try:
        yield
    except BaseException as error:
        connection.close()
        if isinstance(error, Failure) and is_of_the_file(error):
            raise failures.unusable(Path(path), error) from error
        raise


@contextmanager
def _memory() -> Iterator[Cursor]:
    """A cursor of an empty database in memory, which is shared: creating one takes as long as drawing a page."""
    cursor = _empty().cursor()
    try:
        yield cursor
    finally:
        cursor.close()


@cache
def _empty() -> Cursor:
    return connect(":memory:")
