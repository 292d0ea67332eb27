"""The interface of every kind of store, and the functions that run statements.

    with stores.own().cursor() as cursor:       # reading
    with stores.own().writing() as cursor:      # an exclusive transaction, rolled back if the block raises
    with stores.own().rehearsing() as cursor:   # a transaction that is always rolled back

A kind of store is a module with a subclass of Database (file.py and shared.py), chosen in stores.py.
"""

import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import duckdb

from compliance.core import clock, queueing
from compliance.core.errors import Refusal
from compliance.declarations.queries import statement

EVERYTHING_KNOWN: Final = datetime(9999, 12, 31)
Cursor = duckdb.DuckDBPyConnection
Failure = duckdb.Error
# What a text raises that is no statement, or none of what there is.
UNREADABLE: Final = (
    duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.NotImplementedException,
)  # fmt: skip
Rows = list[dict[str, Any]]
# The parts that figures rest on, among those that have a mark.
FIGURES: Final = (
    "organisation_names", "imports", "revocations", "aliases", "alias_removals", "courses_said", "meanings", "mappings",
    "packs", "pack_switches", "approved_reviews", "seals", "purges",
)  # fmt: skip
Series = Literal["organisation", "import", "mapping", "alias", "review", "decision", "decision of a review"]


class Told(Protocol):
    """A change that is told in an audit trail."""

    def tell(self, store: str) -> None:
        """Tell of the change, of the store with a name, just before it is committed. Raise Refusal to prevent it."""

    def tell_failure(self) -> None:
        """Tell that the change has failed after all."""


# How many cursors a thread has, of any store.
_cursors: Counter[int] = Counter()
# What is to be told of the transaction, if it may be committed.
_to_tell: ContextVar[list[Told] | None] = ContextVar("to_tell", default=None)


class Database(ABC):
    """A store of rows. `name` identifies it within this process: stores.named() gives the same object for it."""

    def __init__(self, name: str) -> None:
        self.name = name
        # Gives the moment of a change from that of the latest one. The sample database replaces it.
        self.moment_after: Callable[[datetime], datetime] = next_moment
        self._last_marks: tuple[str, Mapping[str, str]] = ("", {})

    @abstractmethod
    def exists(self) -> bool:
        """Whether anything has ever been committed to it. Raise Refusal if it cannot be accessed."""

    @abstractmethod
    def require(self) -> None:
        """Raise Refusal, with nothing written, unless there is something to read."""

    @abstractmethod
    def state(self) -> str:
        """A text that changes with every write, computed without reading any row."""

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """A cursor for the block. If the store does not exist, it is of an empty database.

        Whoever it is for waits for their turn to count, before anything is held that others wait for.
        """
        take_turn()
        with self.reading() as cursor:
            yield cursor

    @contextmanager
    def turn(self) -> Iterator[Cursor]:
        """A cursor for the block that excludes every other writer, in all threads and processes."""
        take_turn(surely=True)
        with self.excluding() as cursor:
            yield cursor

    @abstractmethod
    def reading(self) -> AbstractContextManager[Cursor]:
        """A cursor for the block, at once."""

    @abstractmethod
    def excluding(self) -> AbstractContextManager[Cursor]:
        """A cursor for the block that excludes every other writer."""

    def away_since(self) -> datetime | None:
        """The moment (UTC) of what it shows while what keeps it is away; None if it shows the latest."""
        return None

    @abstractmethod
    def serve(self) -> None:
        """Tell other processes that a server runs on it, until this one ends."""

    def linger(self) -> None:  # noqa: B027 - what opens at once need not
        """Stay open for a moment after each use, as those that a server shows."""

    def give_way(self, *, seconds: float) -> None:  # noqa: B027 - where nobody waits for a writer
        """Let other processes finish what they read from it, for at most so many seconds."""

    @abstractmethod
    def replacing(self) -> AbstractContextManager[Path]:
        """The file to replace in the block, which nobody has open. Raise Refusal if a server runs on it."""

    @abstractmethod
    def rewriting(self) -> AbstractContextManager[tuple[Cursor, Path]]:
        """A cursor of its file, which the block may replace. Raise Refusal if a server runs on it."""

    def inspect(self) -> list[str]:
        """The tables that were not what they must be, and have been mended; none if nothing was wrong."""
        return []

    @abstractmethod
    def sizes(self) -> dict[str, int]:
        """How many bytes each part of it takes."""

    def forget(self) -> str:
        """See to it that nothing is left of what was removed from it. Return a sentence of what can be; or empty."""
        return ""

    @abstractmethod
    def clear(self) -> None:
        """Remove everything in it. Raise Refusal if a server runs on it."""

    def copy_to(self, path: Path) -> None:
        """Write everything in it at this moment to a new file, without what has been deleted."""
        with self.reading() as cursor:
            cursor.execute("attach $path as copied", {"path": str(path)})
            ((own,),) = cursor.execute("select current_database()").fetchall()
            cursor.execute(f"copy from database {quoted(own)} to copied")
            cursor.execute("checkpoint copied")
            cursor.execute("detach copied")

    def copy_aside(self, path: Path) -> None:
        """Write everything in it to a new file, to be tried on; where that can be, nobody waits for it meanwhile."""
        self.copy_to(path)

    def commit(self, cursor: Cursor) -> None:
        """Commit what a turn has written."""
        cursor.execute("commit")

    def version(self) -> str:
        """A text that changes with everything that figures depend on, and with the approved reviews.

        A write to a draft changes the state but not the version.
        """
        return _version(self.marks())

    def marks(self) -> Mapping[str, str]:
        """A text for each part of what it holds, which changes with that part.

        Rows are read only if the state has changed, so a page can call this at every run.
        """
        state = self.state()
        known_state, marks = self._last_marks
        if state != known_state:
            with self.cursor() as cursor:
                marks = _marks(cursor)
            self._last_marks = (state, marks)
        return marks

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        """A cursor in a transaction, which is committed at the end of the block, or rolled back if the block raises.

        Its `moment` is later than any in the store. It is taken when the turn begins, so that a writer that has waited
        does not write in the past. What `tell` was given in the block is told before the commit.
        """
        with self.turn() as cursor, self._transaction(cursor):
            told: list[Told] = []
            with _collecting(told):
                yield cursor
            with _telling(told, self.name):
                self.commit(cursor)

    @contextmanager
    def rehearsing(self) -> Iterator[Cursor]:
        """A cursor in a transaction that is always rolled back, to see the effect of a change without making it."""
        with self.cursor() as cursor, self._transaction(cursor), _collecting(None):
            yield cursor
            with suppress(Failure):
                cursor.execute("rollback")

    @contextmanager
    def _transaction(self, cursor: Cursor) -> Iterator[None]:
        """Begin a transaction at its moment. The block ends it; if the block raises, it is rolled back."""
        cursor.execute("begin transaction")
        try:
            stamp(cursor, self.moment_after(newest_moment(cursor)))
            yield
        except BaseException:
            # If the store itself has failed, there is nothing left to roll back.
            with suppress(Failure):
                cursor.execute("rollback")
            raise


@contextmanager
def holding() -> Iterator[None]:
    """Note that this thread has a cursor in the block."""
    me = threading.get_ident()
    _cursors[me] += 1
    try:
        yield
    finally:
        _cursors[me] -= 1
        if not _cursors[me]:
            del _cursors[me]


def is_holding() -> bool:
    """Whether this thread has a cursor: who then waits for another thread keeps the file open meanwhile."""
    return threading.get_ident() in _cursors


def take_turn(*, surely: bool = False) -> None:
    """Wait for the turn to count of whom this thread works for; who has a cursor does not wait."""
    if not is_holding():
        queueing.take_turn(surely=surely)


def tell(change: Told) -> None:
    """Have a change told when the transaction of this block is committed; in a rehearsal it is not."""
    to_tell = _to_tell.get()
    if to_tell is not None:
        to_tell.append(change)


@contextmanager
def _collecting(to_tell: list[Told] | None) -> Iterator[None]:
    """Collect what is told in the block; nothing, if its transaction is not committed."""
    before = _to_tell.set(to_tell)
    try:
        yield
    finally:
        _to_tell.reset(before)


@contextmanager
def _telling(told: list[Told], store: str) -> Iterator[None]:
    """Tell of changes, and that they have failed if the block raises."""
    try:
        for change in told:
            change.tell(store)
        yield
    except BaseException:
        for change in told:
            with suppress(Refusal):
                change.tell_failure()
        raise


def version_within(cursor: Cursor) -> str:
    """The version of a store as a transaction sees it, with what that has written."""
    return _version(_marks(cursor))


def _version(marks: Mapping[str, str]) -> str:
    return " ".join(marks[part] for part in FIGURES)


def _marks(cursor: Cursor) -> Mapping[str, str]:
    return {row["part"]: f"{row['n']} {row['mark']}" for row in rows(cursor, statement("marks"))}


def newest_moment(cursor: Cursor) -> datetime:
    """The moment (UTC) of the latest change."""
    ((newest,),) = cursor.execute(statement("newest_moment")).fetchall()
    return newest or datetime.min


def next_moment(newest: datetime, now: datetime | None = None) -> datetime:
    """Now (UTC), but later than the newest moment in the store: a clock can be set back, and reviews pin a moment."""
    return max(now or clock.now(), newest + timedelta(microseconds=1))


def stamp(cursor: Cursor, moment: datetime) -> None:
    """Set the moment that a cursor writes from now on, `moment()` in SQL."""
    cursor.execute("set variable moment = $moment", {"moment": moment})


def moment(cursor: Cursor) -> datetime:
    """The moment (UTC) of a cursor's transaction."""
    ((now,),) = cursor.execute("select moment()").fetchall()
    return now  # type: ignore[no-any-return]


def next_number(cursor: Cursor, kind: Series, *, review_id: int | None = None) -> int:
    """The next free number of a kind. It stays free until used, since there is only one writer at a time."""
    ((number,),) = cursor.execute(statement("next_number"), {"kind": kind, "review_id": review_id}).fetchall()
    return number  # type: ignore[no-any-return]


def quoted(name: str) -> str:
    """A name of a table or a column in a statement: it may be a word of SQL."""
    return '"' + name.replace('"', '""') + '"'


def rows(cursor: Cursor, sql: str, parameters: dict[str, Any] | None = None) -> Rows:
    """The rows of a statement, as dictionaries by column name."""
    cursor.execute(sql, parameters or {})
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
