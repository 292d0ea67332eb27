"""The database file: opened while it is used, brought up to date, and shared with other processes by turns.

DuckDB locks its file against every other process. So a process holds it only while something reads or writes:
the first user opens it, others of the same process join with a cursor of their own, the last one closes it.
Two lock files make the turns fair: who waits for the file holds the turnstile, and nobody passes who comes later;
not even a thread of the process that has the file open, so that readers without a pause cannot shut a writer out.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import duckdb
from filelock import FileLock, Timeout

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import QUERIES
from compliance.core.saving import NoRoom, behind, lacks_room
from compliance.declarations.queries import statement, text_of

WAIT_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.01
# The step of an upgrade that no statement can do: it knows the whole line and so comes after it. It is looked up only
# for a store that needs it, and its mark stands among those of the schema.
CLEANING: Final = "compliance.cleaning.cleaning"
CLEANED: Final = "cleaned of identity numbers and levels"
EVERYTHING_KNOWN: Final = datetime(9999, 12, 31)
NO_EXTENSIONS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
# What a file that somebody else has made may do: use itself and a part of this machine, and nothing can be set anew.
CONFINED: Final[dict[str, str | bool | int | float | list[str]]] = NO_EXTENSIONS | {
    "enable_external_access": False,
    "python_enable_replacements": False,
    "memory_limit": "1GB",
    "temp_directory": "",
    "threads": 2,
    "lock_configuration": True,
}

# A database file begins with three blocks of 4 KB, in the first of which stands what it is.
HEAD: Final = 3 * 4096
MAGIC_AT: Final = 8
MAGIC: Final = b"DUCK"
# How DuckDB says that a commit has failed, and that a file is from a version after it.
UNCOMMITTED: Final = "Failed to commit"
NEWER_FILE: Final = "newer version"
# How what is noted of the macros begins, beside the names of schema files.
MACROS: Final = "macros "
Cursor = duckdb.DuckDBPyConnection
Failure: Final = duckdb.Error
Rows = list[dict[str, Any]]


class Database:
    """One database file of this process; `Database.at(path)` gives the same object for the same file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # what gives the moment of a change from that of the latest one; an invented history has its own
        self.moment_after: Callable[[datetime], datetime] = next_moment
        self._condition = threading.Condition()
        # one writer at a time in this process too: numbers are the highest there is and one more
        self._writer = threading.RLock()
        self._connection: Cursor | None = None
        self._users: Counter[int] = Counter()
        self._opening = False
        # whether the file was made by this opening and nothing has been committed to it yet
        self._unwritten = False
        self._file_lock = FileLock(f"{path}.lock", thread_local=False)
        self._turnstile = FileLock(f"{path}.turn", thread_local=False)

    @staticmethod
    def at(path: Path) -> "Database":
        """The database in `path`, which need not exist yet."""
        return _database(path.resolve())

    def exists(self) -> bool:
        """Whether the file is there; a Refusal where nobody may look.

        One without a whole head has never held anything: a full disk or a power cut came before its first commit.
        """
        try:
            size = _size(self.path)
            return size >= HEAD or (size > 0 and not _is_begun(self.path))
        except OSError as error:
            raise _no_access(self.path, error) from error

    def version(self) -> str:
        """A text that changes with every change of the data, told without opening the file."""
        if not self.exists():
            return "none"
        marks = []
        for file in (self.path, _log_of(self.path)):
            with suppress(FileNotFoundError):
                seen = file.stat()
                marks.append((seen.st_mtime_ns, seen.st_size))
        return repr(marks)

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """A cursor of one's own while the block lasts. Where the file is not there, an empty database in memory."""
        if not self.exists():
            with _memory() as cursor:
                yield cursor
            return
        with self._joined() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        """A cursor inside one transaction: committed where the block ends, rolled back where it raises.

        A file that was not there is there only after the first commit. Its `moment` is later than all that the store
        holds, and is taken when its turn has come: who has waited does not write in the past.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _no_access(self.path, error) from error
        with self._writer, self._joined() as cursor:
            cursor.execute("begin transaction")
            try:
                self._stamp(cursor)
                yield cursor
            except BaseException:
                # where the file itself has failed there is nothing left to roll back
                with suppress(duckdb.Error):
                    cursor.execute("rollback")
                raise
            cursor.execute("commit")
            self._unwritten = False

    @contextmanager
    def rehearsing(self) -> Iterator[Cursor]:
        """A cursor inside one transaction that is always rolled back: what would be, without writing it."""
        with self.cursor() as cursor:
            cursor.execute("begin transaction")
            try:
                self._stamp(cursor)
                yield cursor
            finally:
                with suppress(duckdb.Error):
                    cursor.execute("rollback")

    def _stamp(self, cursor: Cursor) -> None:
        stamp(cursor, self.moment_after(_newest(cursor)))

    @contextmanager
    def _joined(self) -> Iterator[Cursor]:
        cursor = self._enter()
        try:
            yield cursor
        except duckdb.Error as error:
            for first in behind(error):
                if isinstance(first, duckdb.Error) and _is_of_the_file(first):
                    raise _unusable(self.path, first) from error
            raise
        finally:
            cursor.close()
            self._leave()

    def _enter(self) -> Cursor:
        """A cursor of the open file, which the first user opens; waits while another process is waiting for it."""
        me = threading.get_ident()
        with self._condition:
            while self._opening or (self._connection and not self._users[me] and self._is_awaited()):
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
                    self._file_lock.release()
                    self._condition.notify_all()

    def _is_awaited(self) -> bool:
        """Whether another process stands at the turnstile."""
        try:
            with self._turnstile.acquire(timeout=0):
                return False
        except Timeout:
            return True

    def _open(self) -> Cursor:
        try:
            with self._turnstile.acquire(timeout=WAIT_SECONDS, poll_interval=POLL_SECONDS):
                self._file_lock.acquire(timeout=WAIT_SECONDS, poll_interval=POLL_SECONDS)
        except Timeout as error:
            raise Refusal(
                N_(
                    "The database {file} has been busy for {seconds} seconds. "
                    "Close other programs that use it and try again."
                ),
                file=self.path.name,
                seconds=int(WAIT_SECONDS),
            ) from error
        except (OSError, NotImplementedError) as error:  # some network file systems know no locks
            raise _no_access(self.path, error) from error
        try:
            self._unwritten = not self.exists()
            return self._opened()
        except BaseException:
            self._file_lock.release()
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
                raise _no_access(self.path, error) from error
            raise


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


def _newest(cursor: Cursor) -> datetime:
    """The moment (UTC) of the latest change."""
    ((newest,),) = cursor.execute(statement("newest_moment")).fetchall()
    return newest or datetime.min


def next_moment(newest: datetime) -> datetime:
    """Now (UTC), and after the newest that the store holds: a clock can be set back, and a review pins a moment."""
    return max(datetime.now(UTC).replace(tzinfo=None), newest + timedelta(microseconds=1))


def stamp(cursor: Cursor, moment: datetime) -> None:
    """Says the moment of what a cursor writes from here on; `moment()` in SQL."""
    cursor.execute("set variable moment = $moment", {"moment": moment})


def moment(cursor: Cursor) -> datetime:
    """The moment (UTC) of the turn that a cursor writes or rehearses in."""
    found: datetime = cursor.execute("select moment()").fetchall()[0][0]
    return found


@cache
def _database(path: Path) -> Database:
    return Database(path)


def connect(path: Path | str) -> Cursor:
    """The opened file, its tables and macros brought up to date. No extension is fetched from anywhere.

    A store of an earlier version is cleaned first of what is never kept, and opened again.
    """
    connection = _connected(path)
    with _refusing(path, connection):
        if _upgrade(connection, Path(path)):
            return connection
        now = next_moment(_newest(connection))
        import_module(CLEANING).clean(connection, Path(path).resolve(), now=now)
    return _connected(path)


def _connected(path: Path | str) -> Cursor:
    try:
        return duckdb.connect(str(path), config=NO_EXTENSIONS)
    except duckdb.Error as error:
        raise _unusable(Path(path), error) from error


@contextmanager
def _refusing(path: Path | str, connection: Cursor) -> Iterator[None]:
    """Closes the connection where something is raised; what has failed is a Refusal where it is the file."""
    try:
        yield
    except BaseException as error:
        connection.close()
        if isinstance(error, duckdb.Error) and _is_of_the_file(error):
            raise _unusable(Path(path), error) from error
        raise


@contextmanager
def new_file(path: Path) -> Iterator[Cursor]:
    """A database file with nothing of ours in it, for what is handed out: any version since 1.0 can open it."""
    with duckdb.connect(str(path), config=NO_EXTENSIONS | {"storage_compatibility_version": "v1.0.0"}) as connection:
        yield connection
        settle(connection)


def settle(connection: Cursor) -> None:
    """Puts all that is committed into the file itself: where there is no room, to close it would only be silent."""
    connection.execute("checkpoint")


@contextmanager
def confined(path: Path, *, seconds: float) -> Iterator[Cursor]:
    """A database file that somebody else has made: its statements reach no other file, and end after some seconds.

    Whatever goes wrong in it is a `Failure`.
    """
    with duckdb.connect(str(path), config=CONFINED) as connection:
        over = threading.Event()
        watch = threading.Thread(target=_interrupt, args=(connection, over, seconds), daemon=True)
        watch.start()
        try:
            yield connection
        finally:
            over.set()
            watch.join()


def _interrupt(connection: Cursor, over: threading.Event, seconds: float) -> None:
    """Interrupts what runs when the time is up, and whatever is begun after that."""
    wait = seconds
    while not over.wait(wait):
        connection.interrupt()
        wait = POLL_SECONDS


def _is_of_the_file(error: duckdb.Error) -> bool:
    """Whether the file has failed and not the statement: a damaged block has no class of its own."""
    of_its_class = isinstance(error, duckdb.IOException | duckdb.FatalException) or type(error) is duckdb.Error
    # what is committed can contradict nothing, so that only the file can have failed
    return of_its_class or UNCOMMITTED in str(error) or lacks_room(error)


def _unusable(path: Path, error: duckdb.Error) -> Refusal:
    if lacks_room(error):
        return _no_room(path)
    if NEWER_FILE in str(error):
        return _newer(path, "DuckDB")
    if UNCOMMITTED in str(error):
        return Refusal(
            N_("The database {file} cannot be written: {error} Nothing has been changed. Check its folder and disk."),
            file=path.name,
            error=str(error).split("\n")[0].rpartition(UNCOMMITTED)[2].strip(" :"),
        )
    return Refusal(
        N_("The database {file} cannot be opened: {error} Close the program that uses it, or restore a backup."),
        file=path.name,
        error=str(error).split("\n")[0],
    )


def _foreign(path: Path) -> Refusal:
    return Refusal(
        N_(
            "The database {file} was made by another program. Nothing has been changed in it. "
            "Say another file, or restore a backup."
        ),
        file=path.name,
    )


def _no_access(path: Path, error: OSError | NotImplementedError) -> Refusal:
    if lacks_room(error):
        return _no_room(path)
    return Refusal(
        N_("The database {file} cannot be used: {error}. Check that its folder is there and that you may write in it."),
        file=path.name,
        error=getattr(error, "strerror", None) or error,
    )


def _no_room(path: Path) -> Refusal:
    return NoRoom(
        N_(
            "There is no room left for the database {file} in the folder {folder}. Free some there and try again. "
            "Nothing has been changed."
        ),
        file=path.name,
        folder=path.parent,
    )


def _newer(path: Path, what: str) -> Refusal:
    return Refusal(
        N_(
            "The database {file} was written by a newer version of this program ({what}), so this one neither reads it "
            "nor writes in it. Start the newer version, or restore a backup from before it."
        ),
        file=path.name,
        what=what,
    )


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


@cache
def _schema() -> tuple[dict[str, str], str, str]:
    """The schema files by name, the macros, and a mark of both."""
    files = {path.name: path.read_text("utf-8") for path in sorted((QUERIES / "schema").glob("*.sql"))}
    macros = "\n".join(text_of(name) for name in ("macros.sql", "values.sql"))
    mark = hashlib.sha256(repr((files, macros)).encode()).hexdigest()
    return files, macros, mark


def _upgrade(connection: Cursor, path: Path) -> bool:
    """Applies the schema files that the database has not seen, in order, and renews its macros.

    Gives whether it has been cleaned; a new one need not be. A Refusal where it has seen schema files that this program
    does not know: what they hold would be read and written wrongly.
    """
    files, macros, mark = _schema()
    applied = _applied(connection, path)
    if unknown := {name for name in applied - {*files, CLEANED} if not name.startswith(MACROS)}:
        raise _newer(path, min(unknown))
    if f"{MACROS}{mark}" in applied:
        return CLEANED in applied
    now = _now()
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
    """The names of the schema files that a database has seen, none where it is new; a Refusal where it is not ours."""
    try:
        return {name for (name,) in connection.execute("select name from schema_files").fetchall()}
    except duckdb.BinderException as error:
        raise _foreign(path) from error
    except duckdb.CatalogException as error:
        if connection.execute("select 1 from duckdb_tables() limit 1").fetchall():
            raise _foreign(path) from error
    connection.execute("create table schema_files (name varchar, applied_at timestamp)")
    return set()


def _record(connection: Cursor, name: str, now: datetime) -> None:
    connection.execute("insert into schema_files values ($name, $now)", {"name": name, "now": now})


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def rows(cursor: Cursor, sql: str, parameters: dict[str, Any] | None = None) -> Rows:
    """The rows of a statement, each by column name."""
    cursor.execute(sql, parameters or {})
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
