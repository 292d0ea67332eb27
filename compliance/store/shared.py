"""The second kind of store, for more than one machine: PostgreSQL keeps the rows, and a DuckDB file counts.

Each machine has a copy in a file, which follows (`following.py`). A change takes its turn with a lock of PostgreSQL, is
made in the copy, and is committed there once PostgreSQL has committed it. Each change has a number and a random id
(`changes.py`). While PostgreSQL is away the copy is shown as it is, and nothing can be written.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from compliance.core.errors import Refusal
from compliance.declarations.queries import sql_of
from compliance.store import failures
from compliance.store.changes import (
    NOTHING,
    OWN,
    SCHEMA,
    Mark,
    Turn,
    agree,
    head,
    numbers_of_rows,
    push,
    set_mark,
    tables,
)
from compliance.store.database import Cursor, Database, newest_moment, next_moment, quoted, stamp
from compliance.store.engine import remove
from compliance.store.failures import Away
from compliance.store.file import FileDatabase, connect, file_database
from compliance.store.following import Follower, Waits
from compliance.store.postgresql import MOVE_SECONDS, TURN_SECONDS, Line, Run

# The turn of a writer, by PostgreSQL's lock with this number.
LOCK: Final = 7025438310447362
# How long it is asked whether a change was committed whose connection was lost meanwhile.
RESOLVE_SECONDS: Final = 10.0
# How long PostgreSQL may write out what it has in memory; nobody waits meanwhile.
CHECKPOINT_SECONDS: Final = 300.0


class SharedDatabase(Database):
    """A store in PostgreSQL, at an address, with its copy in a file of this machine."""

    def __init__(self, address: str, copy: FileDatabase, waits: Waits | None = None) -> None:
        super().__init__(copy.name)
        self.copy, self.follower = copy, Follower(address, copy, waits or Waits())
        self.moment_after = self._moment_after
        self._writing = Line(address, schema=SCHEMA)
        self._turn: Turn | None = None
        # How many rows each table had after the last change of this process.
        self._rows: tuple[Mark, dict[str, int]] | None = None

    # --- Reading --------------------------------------------------------------------------------------------------

    def exists(self) -> bool:
        """Whether anything has ever been committed to it. Raise Refusal if that cannot be known."""
        return self.follower.exists()

    def require(self) -> None:
        """Raise Refusal, with nothing written there, if nothing was ever committed to it or if that cannot be known."""
        if not self.exists():
            raise failures.missing(self.follower.line.name)

    def state(self) -> str:
        """A text that changes with every write. It is of this copy."""
        self.follower.keep_up()
        return self.copy.state()

    def reading(self) -> AbstractContextManager[Cursor]:
        """A cursor of the copy for the block, which shows what was committed a moment ago, or what it has."""
        return self.follower.cursor()

    def away_since(self) -> datetime | None:
        """The moment of what the copy shows while PostgreSQL cannot be reached; None if it shows the latest."""
        return self.follower.away_since()

    def inspect(self) -> list[str]:
        """Compare the copy with PostgreSQL. It is made anew if it differs, or if half of its file is free."""
        return self.follower.inspect()

    def sizes(self) -> dict[str, int]:
        """How many bytes the copy has, and PostgreSQL's tables."""
        return self.follower.sizes()

    def serve(self) -> None:
        """Nothing: servers follow what replaces the store."""

    def linger(self) -> None:
        """Let the copy stay open for a moment after each use."""
        self.copy.linger()

    @contextmanager
    def excluding(self) -> Iterator[Cursor]:
        """A cursor of the copy that excludes every other writer, on every machine; the copy is up to date."""
        with self._exclusively() as turn, self.follower.distrusting(), self.follower.turn(turn) as cursor:
            known = self._rows
            turn.before = known[1] if known and known[0] == turn.last else numbers_of_rows(cursor)
            self._turn = turn
            try:
                yield cursor
            finally:
                self._turn = None

    @contextmanager
    def _exclusively(self) -> Iterator[Turn]:
        """A turn that excludes every other writer; the copy is up to date."""
        with self._writing.writing(LOCK, seconds=TURN_SECONDS) as (run, now):
            agree(run, name=self._writing.name)
            last, _ = head(run.rows)
            self.follower.come(run, last)
            yield Turn(run, now, last, {})

    def commit(self, cursor: Cursor) -> None:
        """Commit what a turn has written: in PostgreSQL, then in the copy.

        Raise Refusal if PostgreSQL has not committed it, or if that is not known. A copy that cannot commit follows.
        """
        if (turn := self._turn) is None:
            raise RuntimeError("there is no turn to commit")
        mark = push(turn, cursor)
        set_mark(cursor, mark, moment=turn.began)
        self._commit_there(turn.run, mark)
        self.follower.commit(cursor, mark)
        self._rows = mark, turn.before

    def _commit_there(self, run: Run, mark: Mark) -> None:
        """Commit in PostgreSQL. If the connection is lost meanwhile, find out whether it was committed."""
        try:
            run.commit()
        except Away as error:
            made = self._is_made(mark)
            if made is None:
                raise failures.unknown(self._writing.name) from error
            if not made:
                raise

    def _is_made(self, mark: Mark) -> bool | None:
        """Whether a change was committed after all; None if PostgreSQL does not say so in time.

        The lock is taken first: it is free once the lost connection has ended, for better or worse.
        """
        end = time.monotonic() + RESOLVE_SECONDS
        while time.monotonic() < end:
            with suppress(Refusal), self._writing.writing(LOCK, seconds=2) as (run, _):
                return bool(run.rows(sql_of("shared/is_made"), *mark)[0][0])
            time.sleep(0.1)
        return None

    def _moment_after(self, newest: datetime) -> datetime:
        """The moment of a turn, by PostgreSQL's clock, but later than the newest one."""
        return next_moment(newest, self._turn.began if self._turn else None)

    def copy_aside(self, path: Path) -> None:
        """Copy what this machine has, once it is up to date, without holding it."""
        with self.reading():
            pass
        self.copy.copy_aside(path)

    # --- Replacing ------------------------------------------------------------------------------------------------

    @contextmanager
    def replacing(self) -> Iterator[Path]:
        """A file with everything in it, which the block may replace. What it then holds replaces the store.

        Nobody writes meanwhile; every server then makes its copy anew.
        """
        path = self.copy.path.with_name("shared.duckdb")
        with self._exclusively() as turn:
            turn.run.rows("set local idle_in_transaction_session_timeout = 0")
            remove(path)
            try:
                if turn.last != NOTHING:
                    self.copy.copy_to(path)
                self._turn = turn
                yield path
                if path.exists():
                    self._replace(turn, path)
            finally:
                self._turn = None
                remove(path)
        self.follower.look()

    @contextmanager
    def rewriting(self) -> Iterator[tuple[Cursor, Path]]:
        """A cursor of such a file; the block may close it and put another file in its place."""
        with self.replacing() as path, closing(connect(path)) as connection:
            stamp(connection, self.moment_after(newest_moment(connection)))
            yield connection, path

    def forget(self) -> str:
        """Have PostgreSQL remove the files and the log of what was there. Return a sentence if it may not."""
        with self._writing.transaction() as run:
            ((may_checkpoint, recycles),) = run.rows(sql_of("shared/forgetting"))
            for sql in ("checkpoint", "select pg_switch_wal()", "checkpoint") if may_checkpoint else ():
                run.rows(sql, seconds=CHECKPOINT_SECONDS)
        if not may_checkpoint:
            return failures.REMEMBERS
        return failures.RECYCLES if recycles else ""

    def clear(self) -> None:
        """Remove its tables, and the copy."""
        with self._exclusively() as turn:
            names = ", ".join(map(quoted, [*tables(), *OWN]))
            turn.run.rows(f"drop table {names}", seconds=MOVE_SECONDS)
        self.follower.clear()

    def _replace(self, turn: Turn, path: Path) -> None:
        """Replace every row in PostgreSQL with those of a file."""
        turn.before = dict.fromkeys(tables(), 0)
        turn.run.rows(f"truncate {', '.join(map(quoted, tables()))}", seconds=MOVE_SECONDS)
        with closing(connect(path)) as connection:
            mark = push(turn, connection, anew=True)
        self._commit_there(turn.run, mark)


@cache
def shared_database(address: str, copy: Path) -> SharedDatabase:
    """The store at an address, with its copy in a file, whose path must be resolved."""
    return SharedDatabase(address, file_database(copy))
