"""The interface of every kind of store, and the few words in which statements are run.

    with stores.own().cursor() as cursor:       # reading
    with stores.own().writing() as cursor:      # one transaction, alone: committed, or rolled back where it raises
    with stores.own().rehearsing() as cursor:   # one transaction that is always rolled back

A kind is one module with a subclass of Database (file.py is the first) and one line in stores.py, which chooses it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import duckdb

from compliance.core import clock
from compliance.declarations.queries import statement

EVERYTHING_KNOWN: Final = datetime(9999, 12, 31)
Cursor = duckdb.DuckDBPyConnection
Failure = duckdb.Error
Rows = list[dict[str, Any]]
Series = Literal["organisation", "import", "mapping", "alias", "review", "decision", "decision of a review"]


class Database(ABC):
    """A store of rows. `name` identifies it within this process: stores.named() gives the same object for it."""

    def __init__(self, name: str) -> None:
        self.name = name
        # the moment of a change, given that of the latest one; an invented history has its own
        self.moment_after: Callable[[datetime], datetime] = next_moment
        self._last_version = ("", "")

    @abstractmethod
    def exists(self) -> bool:
        """Whether anything has ever been committed to it. Raise Refusal if nobody may look."""

    @abstractmethod
    def state(self) -> str:
        """A text that changes with every write, told without reading any row."""

    @abstractmethod
    def cursor(self) -> AbstractContextManager[Cursor]:
        """A cursor of one's own while the block lasts; of an empty database where the store does not exist."""

    @abstractmethod
    def _turn(self) -> AbstractContextManager[Cursor]:
        """A cursor that is alone in writing while the block lasts, among all threads and processes."""

    def _commit(self, cursor: Cursor) -> None:
        """Make lasting what a turn has written."""
        cursor.execute("commit")

    def version(self) -> str:
        """A text that changes with all that figures rest on, and with the reviews that are approved.

        What is written in a draft changes the state and leaves the version. So the rows are asked only when the state
        has changed, and a page may ask at every run.
        """
        state = self.state()
        known_state, version = self._last_version
        if state != known_state:
            with self.cursor() as cursor:
                version = repr(rows(cursor, statement("data_mark")))
            self._last_version = (state, version)
        return version

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        """A cursor inside one transaction: committed where the block ends, rolled back where it raises.

        Its `moment` is later than all that the store holds, and is taken when its turn has come: who has waited does
        not write in the past.
        """
        with self._turn() as cursor, self._transaction(cursor):
            yield cursor
            self._commit(cursor)

    @contextmanager
    def rehearsing(self) -> Iterator[Cursor]:
        """A cursor inside one transaction that is always rolled back: what would be, without writing it."""
        with self.cursor() as cursor, self._transaction(cursor):
            yield cursor
            with suppress(Failure):
                cursor.execute("rollback")

    @contextmanager
    def _transaction(self, cursor: Cursor) -> Iterator[None]:
        """A transaction with its moment, which the block ends; rolled back where the block raises."""
        cursor.execute("begin transaction")
        try:
            stamp(cursor, self.moment_after(newest_moment(cursor)))
            yield
        except BaseException:
            # where the store itself has failed there is nothing left to roll back
            with suppress(Failure):
                cursor.execute("rollback")
            raise


def newest_moment(cursor: Cursor) -> datetime:
    """The moment (UTC) of the latest change."""
    ((newest,),) = cursor.execute(statement("newest_moment")).fetchall()
    return newest or datetime.min


def next_moment(newest: datetime) -> datetime:
    """Now (UTC), and after the newest that the store holds: a clock can be set back, and a review pins a moment."""
    return max(clock.now(), newest + timedelta(microseconds=1))


def stamp(cursor: Cursor, moment: datetime) -> None:
    """Set the moment of what a cursor writes from here on; `moment()` in SQL."""
    cursor.execute("set variable moment = $moment", {"moment": moment})


def moment(cursor: Cursor) -> datetime:
    """The moment (UTC) of the turn that a cursor writes or rehearses in."""
    ((now,),) = cursor.execute("select moment()").fetchall()
    return now  # type: ignore[no-any-return]


def next_number(cursor: Cursor, kind: Series, *, review_id: int | None = None) -> int:
    """The next number of a kind, which is free: only one turn is written at a time."""
    ((number,),) = cursor.execute(statement("next_number"), {"kind": kind, "review_id": review_id}).fetchall()
    return number  # type: ignore[no-any-return]


def rows(cursor: Cursor, sql: str, parameters: dict[str, Any] | None = None) -> Rows:
    """The rows of a statement, each by column name."""
    cursor.execute(sql, parameters or {})
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
