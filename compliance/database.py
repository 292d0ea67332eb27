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

from compliance.errors import Refusal
from compliance.language import N_
from compliance.places import QUERIES
from compliance.queries import statement

WAIT_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.01
# The step of an upgrade that no statement can do: it knows the whole line and so comes after it. It is looked up only
# for a store that needs it, and its mark stands among those of the schema.
CLEANING: Final = "compliance.cleaning"
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
        """Whether the file is there; a Refusal where nobody may look."""
        try:
            return self.path.exists()
        except OSError as error:
            raise _no_access(self.path, error) from error

    def version(self) -> str:
        """A text that changes with every change of the data, told without opening the file."""
        if not self.exists():
            return "none"
        files = [self.path, self.path.with_name(f"{self.path.name}.wal")]
        marks = [(s.st_mtime_ns, s.st_size) for f in files if f.exists() for s in [f.stat()]]
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
            if _is_of_the_file(error):
                raise _unusable(self.path, error) from error
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
                        self.path.unlink(missing_ok=True)
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
        except OSError as error:
            raise _no_access(self.path, error) from error
        try:
            self._unwritten = not self.exists()
            return connect(self.path)
        except BaseException:
            self._file_lock.release()
            raise


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
        if _upgrade(connection):
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
    return isinstance(error, duckdb.IOException | duckdb.FatalException) or type(error) is duckdb.Error


def _unusable(path: Path, error: duckdb.Error) -> Refusal:
    return Refusal(
        N_("The database {file} cannot be opened: {error} Close the program that uses it, or restore a backup."),
        file=path.name,
        error=str(error).split("\n")[0],
    )


def _no_access(path: Path, error: OSError) -> Refusal:
    return Refusal(
        N_("The database {file} cannot be used: {error}. Check that its folder is there and that you may write in it."),
        file=path.name,
        error=error.strerror or error,
    )


@contextmanager
def _memory() -> Iterator[Cursor]:
    connection = connect(":memory:")
    try:
        yield connection
    finally:
        connection.close()


@cache
def _schema() -> tuple[dict[str, str], str, str]:
    """The schema files by name, the macros, and a mark of both."""
    files = {path.name: path.read_text("utf-8") for path in sorted((QUERIES / "schema").glob("*.sql"))}
    macros = "\n".join((QUERIES / name).read_text("utf-8") for name in ("macros.sql", "values.sql"))
    mark = hashlib.sha256(repr((files, macros)).encode()).hexdigest()
    return files, macros, mark


def _upgrade(connection: Cursor) -> bool:
    """Applies the schema files that the database has not seen, in order, and renews its macros.

    Gives whether it has been cleaned; a new one need not be.
    """
    files, macros, mark = _schema()
    connection.execute("create table if not exists schema_files (name varchar, applied_at timestamp)")
    applied = {name for (name,) in connection.execute("select name from schema_files").fetchall()}
    if f"macros {mark}" in applied:
        return CLEANED in applied
    now = _now()
    connection.execute("begin transaction")
    for name, text in files.items():
        if name not in applied:
            connection.execute(text)
            _record(connection, name, now)
    connection.execute(macros)
    connection.execute("delete from schema_files where starts_with(name, 'macros ')")
    _record(connection, f"macros {mark}", now)
    if not applied:
        _record(connection, CLEANED, now)
    connection.execute("commit")
    return not applied or CLEANED in applied


def _record(connection: Cursor, name: str, now: datetime) -> None:
    connection.execute("insert into schema_files values ($name, $now)", {"name": name, "now": now})


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def rows(cursor: Cursor, sql: str, parameters: dict[str, Any] | None = None) -> Rows:
    """The rows of a statement, each by column name."""
    cursor.execute(sql, parameters or {})
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
