"""The copy of a shared store on one machine: a DuckDB file that follows what PostgreSQL has.

    follower = Follower(address, file_database(path), Waits())
    with follower.cursor() as cursor:       # shows what was committed a moment ago, or what the copy has

Rows are only ever added, so it fetches what was added since its last change. A copy whose last change is unknown to
PostgreSQL took another history, and is made anew, as is one that is damaged or removed.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.declarations.queries import sql_of, statement
from compliance.store import failures
from compliance.store.changes import (
    NOTHING,
    SCHEMA,
    Mark,
    Turn,
    add,
    applied_there,
    changes_since,
    head,
    is_begun,
    mark_of,
    noted,
)
from compliance.store.copies import contents
from compliance.store.database import Cursor, Failure
from compliance.store.engine import remove
from compliance.store.failures import Unusable
from compliance.store.file import FileDatabase, connect
from compliance.store.postgresql import READ_SECONDS, TURN_SECONDS, Line, Run

LONG_AGO: Final = float("-inf")
# How often the copy is compared anew that has followed further meanwhile.
COMPARISONS: Final = 5
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Waits:
    """For how many seconds a copy is shown as it is, and is waited for."""

    # A page never rests on more than this; within the shorter time it is not asked again.
    oldest: float = 2.0
    fresh: float = 0.2
    # PostgreSQL is not asked again when it was away.
    retry: float = 2.0
    # The longest wait for an answer.
    read: float = READ_SECONDS


class Follower:
    """The copy of a store in PostgreSQL, at an address, and how far it has followed."""

    def __init__(self, address: str, copy: FileDatabase, waits: Waits) -> None:
        self.copy, self.waits = copy, waits
        # The last change that the copy is known to hold.
        self._mark = NOTHING
        self.line = Line(address, schema=SCHEMA, patience=waits.read)
        # The one who follows, and what looks whether there is something to follow, one at a time.
        self._alone, self._begins = threading.Lock(), threading.Lock()
        self._looking: Future[None] = Future()
        self._looking.set_result(None)
        # In which opening it was last seen to be this copy, whether it lacks something, and whether it is damaged.
        self._opening, self._is_behind, self._is_damaged = 0, False, False
        # When it was last known to have all there is.
        self._seen, self._seen_at = LONG_AGO, datetime.min
        # Why it cannot follow, and until when that is not tried again.
        self._why: Refusal | None = None
        self._retry = LONG_AGO

    # --- Showing --------------------------------------------------------------------------------------------------

    def exists(self) -> bool:
        """Whether anything has ever been committed to it. Raise Refusal if that cannot be known."""
        self.keep_up()
        self._refuse_unknown()
        return self._mark != NOTHING

    def _refuse_unknown(self) -> None:
        """Raise Refusal while PostgreSQL is away if there is no copy either: it would look like an empty store."""
        if self._why and self._mark == NOTHING:
            raise self._why.with_traceback(None)

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """A cursor of the copy for the block, which shows what was committed a moment ago, or what it has."""
        self.keep_up()
        self._refuse_unknown()
        with self.distrusting(), ExitStack() as held:
            try:
                cursor = held.enter_context(self.copy.reading())
                is_known = self._is_known(cursor)
            except Unusable:
                self._distrust()
                is_known = False
            if not is_known:
                held.close()
                self.keep_up()
                cursor = held.enter_context(self.copy.reading())
            # It is lost, which is not to be empty.
            if not self.copy.is_held() and (self._why or self._mark != NOTHING):
                raise self._why.with_traceback(None) if self._why else failures.away(self.line.name)
            yield cursor

    def _is_known(self, cursor: Cursor) -> bool:
        """Whether the copy is there, and the one that it was: another file may have taken its place."""
        if not self.copy.is_held():
            return self._mark == NOTHING
        if self.copy.openings != self._opening:
            if mark_of(cursor) != self._mark:
                self._is_behind, self._seen = True, LONG_AGO
                return False
            self._opening = self.copy.openings
        return True

    def away_since(self) -> datetime | None:
        """The moment of what the copy shows while PostgreSQL cannot be reached; None if it shows the latest."""
        self.keep_up()
        return self._seen_at if self._why else None

    # --- Following ------------------------------------------------------------------------------------------------

    def keep_up(self) -> None:
        """Bring the copy up to date, unless it was a moment ago, or PostgreSQL is away.

        Who has a cursor goes on with what it shows: what it has begun to read does not change, and a copy that is made
        anew waits for it. Nobody waits for a look that another has begun, unless the copy is too old, nor for a
        database that has just been away.
        """
        if self._is_fresh() or self.copy.is_held():
            return
        begun, look = self._begin_look()
        patience = self._patience(begun=begun)
        try:
            look.result(patience)
        except TimeoutError:
            if patience:
                self._why = self._why or failures.away(self.line.name)

    def _begin_look(self) -> tuple[bool, Future[None]]:
        """Whether a look has been begun in a thread of its own, and that one, or the one that is under way."""
        with self._begins:
            if not self._looking.done():
                return False, self._looking
            self._looking = Future()
            target = partial(_settle, self._looking, self.look)
            try:
                threading.Thread(target=target, name="following", daemon=True).start()
            except RuntimeError:  # as many threads run as may
                target()
            return True, self._looking

    def _is_fresh(self) -> bool:
        """Whether it was looked a moment ago whether the copy is up to date."""
        now = time.monotonic()
        return now < self._retry or (now - self._seen < self.waits.fresh and self._is_whole())

    def _is_whole(self) -> bool:
        """Whether the copy is there, and nothing is known to be wrong with it."""
        return not self._is_damaged and not self._is_behind and self.copy.exists()

    def _patience(self, *, begun: bool) -> float:
        """How long to wait for a look: until there is something to show, and it is not too old."""
        if self._why:
            return 0
        if self._mark == NOTHING or not self._is_whole():
            return TURN_SECONDS
        is_old = time.monotonic() - self._seen > self.waits.oldest
        return self.waits.read if begun or is_old else 0

    def look(self) -> None:
        """Follow what PostgreSQL has. If it is away, go on with the copy."""
        begun = time.monotonic()
        try:
            with self._alone:
                self.follow()
        except Exception as error:  # Whatever it is, pages go on with what the copy has.
            if self._mark == NOTHING:
                self._mark, self._seen_at = self._own_mark()
            # Where there is no copy to go on with, whoever asks is refused, and told so.
            if not self._why and not (isinstance(error, Refusal) and self._mark == NOTHING):
                log.warning("The copy cannot follow: %s", error.__cause__ or error, exc_info=error)
            why = error if isinstance(error, Refusal) else failures.away(self.line.name)
            self._why, self._retry = why, time.monotonic() + self.waits.retry
        else:
            self._seen, self._why = begun, None

    def follow(self) -> None:
        """Fetch what was added to PostgreSQL. Raise Refusal if that cannot be done."""
        if not is_begun(self.line.rows):
            if self.copy.exists():  # It is of another store.
                self.clear()
            self._mark, self._seen_at = NOTHING, clock.now()
            return
        last, now = head(self.line.rows)
        if last != self._mark or not self._is_whole():
            with self.line.transaction(read_only=True) as run:
                self._catch_up(run)
        self._seen_at = now

    def _catch_up(self, run: Run) -> None:
        """Add what the copy lacks, or make it anew if it took another history or cannot be used.

        Nobody writes here meanwhile: a copy that is made anew would lack what was written while it was made.
        """
        with self.copy.writer:
            try:
                if self.copy.exists() and not self._is_damaged and self._add_to_copy(run):
                    return
            except Unusable:
                log.warning("The copy cannot be used, and is made anew", exc_info=True)
            self._make_anew(run)

    def _add_to_copy(self, run: Run) -> bool:
        """Add what the copy lacks. Return whether it could."""
        with self.copy.excluding() as cursor:
            applied_there(run, name=self.line.name)
            if mark := self._advanced(run, cursor):
                self.copy.commit(cursor)
                self._mark, self._is_behind = mark, False
            else:
                cursor.execute("rollback")
            return mark is not None

    def _advanced(self, run: Run, cursor: Cursor) -> Mark | None:
        """Begin a transaction, add what the copy lacks, and return its last change; None if it has another history."""
        cursor.execute("begin transaction")
        mine = mark_of(cursor)
        changes = changes_since(run.rows, mine)
        if mine == NOTHING or not changes or changes[0][:2] != mine or any(anew for _, _, anew, _ in changes[1:]):
            return None
        return add(run, cursor, mine, changes[1:])

    def _make_anew(self, run: Run) -> None:
        """Make the copy anew, beside the old one, which is shown until then."""
        with self._fresh(run) as (path, mark):
            self._put(path, mark)

    @contextmanager
    def _fresh(self, run: Run) -> Iterator[tuple[Path, Mark]]:
        """Another copy, for the block, and the last change that it holds."""
        path = self.copy.path.with_name(f"{self.copy.path.name}.{secrets.token_hex(4)}.new")
        try:
            self.copy.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with closing(connect(path)) as connection:
                connection.execute("begin transaction")
                applied_there(run, name=self.line.name)
                mark = add(run, connection, NOTHING, changes_since(run.rows, NOTHING))
                connection.execute("commit")
                connection.execute("checkpoint")
            yield path, mark
        except OSError as error:
            raise failures.no_access(self.copy.path, error) from error
        except Failure as error:
            raise failures.unusable(self.copy.path, error) from error
        finally:
            with suppress(OSError):
                remove(path)

    def _put(self, path: Path, mark: Mark) -> None:
        with self.copy.replacing() as old:
            remove(old)
            path.replace(old)
        self._mark, self._is_behind, self._is_damaged = mark, False, False

    def inspect(self) -> list[str]:
        """Compare the copy with PostgreSQL. It is made anew if it differs, or if half of its file is free."""
        for _ in range(COMPARISONS):
            if not is_begun(self.line.rows):
                return []
            with self._alone, self.line.transaction(read_only=True) as run:
                self._catch_up(run)
                with self._fresh(run) as (path, mark), self.copy.writer:
                    found = self._compared(path, mark)
                    if found is not None:
                        return found
        return []

    def _compared(self, path: Path, mark: Mark) -> list[str] | None:
        """The tables in which the copy differs from a fresh one; None if it has followed further meanwhile."""
        with closing(connect(path)) as connection:
            there = contents(connection)
        try:
            with self.copy.excluding() as cursor:
                if mark_of(cursor) != mark:
                    return None
                here, is_roomy = contents(cursor), bool(cursor.execute(statement("is_roomy")).fetchall()[0][0])
        except Unusable:
            here, is_roomy = {}, True
        different = [table for table in there if there[table] != here.get(table)]
        if different or is_roomy:
            self._put(path, mark)
        return different

    def sizes(self) -> dict[str, int]:
        """How many bytes the copy has, and PostgreSQL's tables."""
        ((there,),) = self.line.rows(sql_of("shared/size"))
        return self.copy.sizes() | {self.line.name: there}

    def _own_mark(self) -> tuple[Mark, datetime]:
        """The last change that the copy holds, and when it was added."""
        try:
            if self.copy.exists():
                with self.copy.reading() as cursor:
                    return noted(cursor)
        except Refusal:
            log.warning("The copy cannot be used, and PostgreSQL cannot be reached", exc_info=True)
        return NOTHING, datetime.min

    @contextmanager
    def distrusting(self) -> Iterator[None]:
        """Have the copy made anew if it turns out in the block to be damaged."""
        try:
            yield
        except Unusable as error:
            self._distrust()
            raise failures.made_anew() from error

    def _distrust(self) -> None:
        self._is_damaged, self._seen = True, LONG_AGO

    # --- Turns ----------------------------------------------------------------------------------------------------

    @contextmanager
    def turn(self, turn: Turn) -> Iterator[Cursor]:
        """A cursor of the copy that excludes other writers here; another file in its place is brought up to date."""
        with ExitStack() as held:
            try:
                cursor = held.enter_context(self.copy.excluding())
                is_known = mark_of(cursor) == turn.last
            except Unusable:
                self._distrust()
                is_known = False
            if not is_known:
                held.close()
                self._catch_up(turn.run)
                cursor = held.enter_context(self.copy.excluding())
                if mark_of(cursor) != turn.last:
                    raise failures.away(self.line.name)
            yield cursor

    def come(self, run: Run, last: Mark) -> None:
        """Have the copy hold a last change, in a turn that nobody else has; PostgreSQL is there."""
        if self._mark != last or not self._is_whole():
            self._catch_up(run)
        self._why, self._retry = None, LONG_AGO

    def commit(self, cursor: Cursor, mark: Mark) -> None:
        """Commit a change that PostgreSQL has committed. A copy that cannot follows."""
        try:
            self.copy.commit(cursor)
            self._mark = mark
        except Failure:
            log.warning("The copy could not commit, and will follow", exc_info=True)
            self._is_behind, self._seen = True, LONG_AGO
            with suppress(Failure):
                cursor.execute("rollback")

    def clear(self) -> None:
        """Remove the copy."""
        with self.copy.replacing() as path:
            remove(path)
        self._mark = NOTHING


def _settle(future: Future[None], work: Callable[[], None]) -> None:
    """Do some work, and say that it is done, or how it failed."""
    try:
        work()
        future.set_result(None)
    except BaseException as error:
        future.set_exception(error)
