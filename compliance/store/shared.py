"""The second kind of store, for more than one machine: PostgreSQL keeps the rows, and a DuckDB file counts.

Each server has a copy in a file, which follows: rows are only ever added, so it fetches what was added since. A change
takes its turn with a lock of PostgreSQL, is made in the copy, and is committed there once PostgreSQL has committed it.
Each change has a number and a random id. A copy whose last change is unknown to PostgreSQL took another history,
and is made anew, as is one that is damaged or removed.

While PostgreSQL is away the copy is shown as it is, and nothing can be written.
"""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.places import QUERIES
from compliance.declarations.queries import statement
from compliance.store import failures
from compliance.store.copies import contents, forget_mark
from compliance.store.database import (
    Cursor,
    Database,
    Failure,
    newest_moment,
    next_moment,
    stamp,
)
from compliance.store.failures import Away, Unusable
from compliance.store.file import FileDatabase, connect, file_database, remove
from compliance.store.postgresql import MOVE_SECONDS, READ_SECONDS, TURN_SECONDS, Line, Run
from compliance.store.schema import FOLLOWS, file_names, refuse_unknown

SCHEMA: Final = "compliance"
# What PostgreSQL has beside the tables of the store.
OWN: Final = ("changes", "schema_files")
# The types of PostgreSQL for those of the store.
TYPES: Final = {
    "VARCHAR": "text",
    "INTEGER": "integer",
    "SMALLINT": "smallint",
    "TINYINT": "smallint",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "VARCHAR[]": "text[]",
}
# A page never rests on more than this; within the shorter time it is not asked again.
OLDEST_SECONDS: Final = 2.0
FRESH_SECONDS: Final = 0.2
# How long PostgreSQL is not asked again when it was away.
RETRY_SECONDS: Final = 2.0
# How long it is asked whether a change was committed whose connection was lost meanwhile.
RESOLVE_SECONDS: Final = 10.0
BATCH_ROWS: Final = 100_000
LONG_AGO: Final = float("-inf")
# How long PostgreSQL may write out what it has in memory; nobody waits meanwhile.
CHECKPOINT_SECONDS: Final = 300.0
# How often the copy is compared anew that has followed further meanwhile.
COMPARISONS: Final = 5
log = logging.getLogger(__name__)


class Mark(NamedTuple):
    """A change: its number, and its random id."""

    number: int
    id: str


NOTHING: Final = Mark(0, "")


@dataclass
class Turn:
    """The turn of a writer: its transaction in PostgreSQL, the moment it began, and what was there before.

    `before` has the number of rows of each table of the copy.
    """

    run: Run
    began: datetime
    last: Mark
    before: dict[str, int]


class SharedDatabase(Database):
    """A store in PostgreSQL, at an address, with its copy in a file of this machine."""

    def __init__(self, address: str, copy: FileDatabase) -> None:
        super().__init__(copy.name)
        self.copy = copy
        self.moment_after = self._moment_after
        self._reading = Line(address, schema=SCHEMA, patience=READ_SECONDS)
        self._writing = Line(address, schema=SCHEMA)
        # The one who follows, and what looks whether there is something to follow, one at a time.
        self._follower, self._begins = threading.Lock(), threading.Lock()
        self._looking: Future[None] = Future()
        self._looking.set_result(None)
        # The last change that the copy is known to hold, and when it was last known to be the last one of all.
        self._mark = NOTHING
        # In which opening it was last seen to be this copy, whether it lacks something, and whether it is damaged.
        self._opening, self._is_behind, self._is_damaged = 0, False, False
        self._seen, self._seen_at = LONG_AGO, datetime.min
        # Why it cannot follow, and until when that is not tried again.
        self._why: Refusal | None = None
        self._retry = LONG_AGO
        self._turn: Turn | None = None
        # How many rows each table had after the last change of this process.
        self._rows: tuple[Mark, dict[str, int]] | None = None

    # --- Reading --------------------------------------------------------------------------------------------------

    def exists(self) -> bool:
        """Whether anything has ever been committed to it. Raise Refusal if that cannot be known."""
        self._keep_up()
        self._refuse_unknown()
        return self._mark != NOTHING

    def _refuse_unknown(self) -> None:
        """Raise Refusal while PostgreSQL is away if there is no copy either: it would look like an empty store."""
        if self._why and self._mark == NOTHING:
            raise self._why.with_traceback(None)

    def state(self) -> str:
        """A text that changes with every write. It is of this copy."""
        self._keep_up()
        return self.copy.state()

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """A cursor of the copy for the block, which shows what was committed a moment ago, or what it has."""
        self._keep_up()
        self._refuse_unknown()
        with self._distrusting(), ExitStack() as held:
            try:
                cursor = held.enter_context(self.copy.cursor())
                is_known = self._is_known(cursor)
            except Unusable:
                self._distrust()
                is_known = False
            if not is_known:
                held.close()
                self._keep_up()
                cursor = held.enter_context(self.copy.cursor())
            if not self.copy.is_held() and (
                self._why or self._mark != NOTHING
            ):  # It is lost, which is not to be empty.
                raise self._why.with_traceback(None) if self._why else failures.away(self._reading.name)
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
        self._keep_up()
        return self._seen_at if self._why else None

    def serve(self) -> None:
        """Nothing: servers follow what replaces the store."""

    @property
    def lingers(self) -> bool:
        """Whether the copy stays open for a moment after each use."""
        return self.copy.lingers

    @lingers.setter
    def lingers(self, lingers: bool) -> None:
        if "copy" in vars(self):
            self.copy.lingers = lingers

    # --- Following ------------------------------------------------------------------------------------------------

    def _keep_up(self) -> None:
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
                self._why = self._why or failures.away(self._reading.name)

    def _begin_look(self) -> tuple[bool, "Future[None]"]:
        """Whether a look has been begun in a thread of its own, and that one, or the one that is under way."""
        with self._begins:
            if not self._looking.done():
                return False, self._looking
            self._looking = Future()
            target = partial(_settle, self._looking, self._look)
            try:
                threading.Thread(target=target, name="following", daemon=True).start()
            except RuntimeError:  # as many threads run as may
                target()
            return True, self._looking

    def _is_fresh(self) -> bool:
        """Whether it was looked a moment ago whether the copy is up to date."""
        now = time.monotonic()
        return now < self._retry or (now - self._seen < FRESH_SECONDS and self._is_whole())

    def _is_whole(self) -> bool:
        """Whether the copy is there, and nothing is known to be wrong with it."""
        return not self._is_damaged and not self._is_behind and self.copy.exists()

    def _patience(self, *, begun: bool) -> float:
        """How long to wait for a look: until there is something to show, and it is not too old."""
        if self._why:
            return 0
        if self._mark == NOTHING or not self._is_whole():
            return TURN_SECONDS
        return READ_SECONDS if begun or time.monotonic() - self._seen > OLDEST_SECONDS else 0

    def _look(self) -> None:
        """Follow what PostgreSQL has. If it is away, go on with the copy."""
        begun = time.monotonic()
        try:
            with self._follower:
                self.follow()
        except Exception as error:  # Whatever it is, pages go on with what the copy has.
            if not self._why:
                log.warning("The copy cannot follow: %s", error.__cause__ or error, exc_info=error)
            if self._mark == NOTHING:
                self._mark, self._seen_at = self._own_mark()
            why = error if isinstance(error, Refusal) else failures.away(self._reading.name)
            self._why, self._retry = why, time.monotonic() + RETRY_SECONDS
        else:
            self._seen, self._why = begun, None

    def follow(self) -> None:
        """Fetch what was added to PostgreSQL. Raise Refusal if that cannot be done."""
        if not self._reading.rows(_statement("is_begun"))[0][0]:
            if self.copy.exists():  # It is of another store.
                with self.copy.replacing() as path:
                    remove(path)
            self._mark, self._seen_at = NOTHING, clock.now()
            return
        last, now = _head(self._reading.rows(_statement("head")))
        if last != self._mark or not self._is_whole():
            with self._reading.transaction(read_only=True) as run:
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
        with self.copy.turn() as cursor:
            refuse_newer(run, self.copy.path)
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
        changes = run.rows(_statement("since"), mine.number)
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
                refuse_newer(run, path)
                mark = add(run, connection, NOTHING, run.rows(_statement("since"), 0))
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
            if not self._reading.rows(_statement("is_begun"))[0][0]:
                return []
            with self._follower, self._reading.transaction(read_only=True) as run:
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
            with self.copy.turn() as cursor:
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
        ((there,),) = self._reading.rows(_statement("size"))
        return self.copy.sizes() | {self._reading.name: there}

    def _own_mark(self) -> tuple[Mark, datetime]:
        """The last change that the copy holds, and when it was added."""
        try:
            if self.copy.exists():
                with self.copy.cursor() as cursor:
                    return _noted(cursor)
        except Refusal:
            log.warning("The copy cannot be used, and PostgreSQL cannot be reached", exc_info=True)
        return NOTHING, datetime.min

    @contextmanager
    def _distrusting(self) -> Iterator[None]:
        """Have the copy made anew if it turns out in the block to be damaged."""
        try:
            yield
        except Unusable as error:
            self._distrust()
            raise failures.made_anew() from error

    def _distrust(self) -> None:
        self._is_damaged, self._seen = True, LONG_AGO

    # --- Writing --------------------------------------------------------------------------------------------------

    @contextmanager
    def turn(self) -> Iterator[Cursor]:
        """A cursor of the copy that excludes every other writer, on every machine; the copy is up to date."""
        with self._exclusively() as turn, self._distrusting(), self._turn_of_copy(turn) as cursor:
            known = self._rows
            turn.before = known[1] if known and known[0] == turn.last else numbers_of_rows(cursor)
            self._turn = turn
            try:
                yield cursor
            finally:
                self._turn = None

    @contextmanager
    def _turn_of_copy(self, turn: Turn) -> Iterator[Cursor]:
        """A cursor of the copy that excludes other writers here; another file in its place is brought up to date."""
        with ExitStack() as held:
            try:
                cursor = held.enter_context(self.copy.turn())
                is_known = mark_of(cursor) == turn.last
            except Unusable:
                self._distrust()
                is_known = False
            if not is_known:
                held.close()
                self._catch_up(turn.run)
                cursor = held.enter_context(self.copy.turn())
                if mark_of(cursor) != turn.last:
                    raise failures.away(self._writing.name)
            yield cursor

    @contextmanager
    def _exclusively(self) -> Iterator[Turn]:
        """A turn that excludes every other writer; the copy is up to date.

        The lock comes first, then the first reading: it sees everything that was committed before its turn.
        """
        with self._writing.transaction() as run:
            run.rows(f"set local lock_timeout = '{TURN_SECONDS:.0f}s'")
            run.rows(_statement("lock"), seconds=TURN_SECONDS + READ_SECONDS)
            self._agree(run)
            last, now = _head(run.rows(_statement("head")))
            if self._mark != last or not self._is_whole():
                self._catch_up(run)
            self._why, self._retry = None, LONG_AGO
            yield Turn(run, now, last, {})

    def _agree(self, run: Run) -> None:
        """Have PostgreSQL's tables be those of this program. Raise Refusal if a newer one has made them."""
        if not run.rows(_statement("is_begun"))[0][0]:
            if run.rows(_statement("columns")):
                raise failures.taken(self._writing.name, SCHEMA)
            run.rows(f"create schema if not exists {SCHEMA}")
            _run_all(run, "schema")
        applied = refuse_newer(run, self.copy.path)
        if files := [name for name in file_names() if name not in applied]:
            _extend(run, _tables())
            if not applied:
                _run_all(run, "keys")
            for name in files:
                run.rows(_statement("add_schema_file"), name)

    def commit(self, cursor: Cursor) -> None:
        """Commit what a turn has written: in PostgreSQL, then in the copy.

        Raise Refusal if PostgreSQL has not committed it, or if that is not known. A copy that cannot commit follows.
        """
        if (turn := self._turn) is None:
            raise RuntimeError("there is no turn to commit")
        mark = push(turn, cursor)
        _set_mark(cursor, mark, moment=turn.began)
        self._commit_there(turn.run, mark)
        try:
            self.copy.commit(cursor)
            self._mark, self._rows = mark, (mark, turn.before)
        except Failure:
            log.warning("The copy could not commit, and will follow", exc_info=True)
            self._is_behind, self._seen = True, LONG_AGO
            with suppress(Failure):
                cursor.execute("rollback")

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
            with suppress(Refusal), self._writing.transaction() as run:
                run.rows("set local lock_timeout = '2s'")
                run.rows(_statement("lock"))
                return bool(run.rows(_statement("is_made"), *mark)[0][0])
            time.sleep(0.1)
        return None

    def _moment_after(self, newest: datetime) -> datetime:
        """The moment of a turn, by PostgreSQL's clock, but later than the newest one."""
        return next_moment(newest, self._turn.began if self._turn else None)

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
                if self._mark != NOTHING:
                    self.copy.copy_to(path)
                self._turn = turn
                yield path
                if path.exists():
                    self._replace(turn, path)
            finally:
                self._turn = None
                remove(path)
        self._look()

    @contextmanager
    def rewriting(self) -> Iterator[tuple[Cursor, Path]]:
        """A cursor of such a file; the block may close it and put another file in its place."""
        with self.replacing() as path, closing(connect(path)) as connection:
            stamp(connection, self.moment_after(newest_moment(connection)))
            yield connection, path

    def forget(self) -> str:
        """Have PostgreSQL remove the files and the log of what was there. Return a sentence if it may not."""
        with self._writing.transaction() as run:
            ((may_checkpoint, recycles),) = run.rows(_statement("forgetting"))
            for sql in ("checkpoint", "select pg_switch_wal()", "checkpoint") if may_checkpoint else ():
                run.rows(sql, seconds=CHECKPOINT_SECONDS)
        if not may_checkpoint:
            return failures.REMEMBERS
        return failures.RECYCLES if recycles else ""

    def clear(self) -> None:
        """Remove its tables, and the copy."""
        with self._exclusively() as turn:
            tables = ", ".join(map(quoted, [*_tables(), *OWN]))
            turn.run.rows(f"drop table {tables}", seconds=MOVE_SECONDS)
        with self.copy.replacing() as path:
            remove(path)
        self._mark = NOTHING

    def _replace(self, turn: Turn, path: Path) -> None:
        """Replace every row in PostgreSQL with those of a file."""
        turn.before = dict.fromkeys(_tables(), 0)
        turn.run.rows(f"truncate {', '.join(map(quoted, _tables()))}", seconds=MOVE_SECONDS)
        with closing(connect(path)) as connection:
            mark = push(turn, connection, anew=True)
        self._commit_there(turn.run, mark)


# --- Rows ---------------------------------------------------------------------------------------------------------


def push(turn: Turn, cursor: Cursor, *, anew: bool = False) -> Mark:
    """Add to PostgreSQL the rows that a turn has added, as one change, and return it. Each table's rows are counted."""
    mark = Mark(turn.last.number + 1, secrets.token_hex(16))
    now = numbers_of_rows(cursor)
    counts = {table: number - turn.before[table] for table, number in now.items() if number != turn.before[table]}
    turn.run.rows(_statement("add_change"), *mark, turn.began, anew, json.dumps(counts))
    for table, expected in counts.items():
        taken = 0
        for rows in _added(cursor, table, turn.before[table], mark.number):
            taken += turn.run.ingest(table, rows)
        if taken != expected:
            raise RuntimeError(f"PostgreSQL took {taken} of {expected} rows of {table}")
    turn.before = now
    return mark


def _added(cursor: Cursor, table: str, before: int, number: int) -> Iterator[pa.Table]:
    """The rows of a table beyond the number before, with the number of their change and their places in it.

    Rows are numbered from nought and none is ever deleted. If one were, more would be found here than were counted.
    """
    names = ", ".join(f"{quoted(name)}::{_wider(type_)} as {quoted(name)}" for name, type_ in _tables()[table].items())
    added = f"from {quoted(table)} where rowid >= {before}"
    sql = f"select {number}::bigint as change, rowid - (select min(rowid) {added}) as nth, {names} {added}"
    for batch in cursor.sql(sql).to_arrow_reader(BATCH_ROWS):
        yield pa.Table.from_batches([batch])


def add(run: Run, cursor: Cursor, mine: Mark, changes: list[tuple[int, str, bool, str]]) -> Mark:
    """Add the rows of changes to a copy, and return the last one. Each table's rows are counted."""
    if not changes:
        return mine
    begin = max((number for number, _, anew, _ in changes if anew), default=0)
    expected: dict[str, int] = {}
    for number, _, _, rows in changes:
        for table, count in json.loads(rows).items() if number >= begin else ():
            expected[table] = expected.get(table, 0) + count
    for table, count in expected.items():
        _fetch(run, cursor, table, after=mine.number, expected=count)
    last = Mark(*changes[-1][:2])
    _set_mark(cursor, last, moment=clock.now())
    return last


def _fetch(run: Run, cursor: Cursor, table: str, *, after: int, expected: int) -> None:
    """Add the rows of a table after a change to a copy, in their order."""
    names, fetched = ", ".join(map(quoted, _tables()[table])), 0
    sql = f"select {names} from {quoted(table)} where change > {after} order by change, nth"
    for batch in run.batches(sql):
        cursor.register("fetched_rows", pa.Table.from_batches([batch]))
        cursor.execute(f"insert into {quoted(table)} ({names}) select {names} from fetched_rows")
        cursor.unregister("fetched_rows")
        fetched += batch.num_rows
    if fetched != expected:
        raise RuntimeError(f"PostgreSQL gave {fetched} of {expected} rows of {table}")


def _settle(future: "Future[None]", work: Callable[[], None]) -> None:
    """Do some work, and say that it is done, or how it failed."""
    try:
        work()
        future.set_result(None)
    except BaseException as error:
        future.set_exception(error)


@cache
def _tables() -> dict[str, dict[str, str]]:
    """The types of the columns of each table of the store."""
    tables: dict[str, dict[str, str]] = {}
    with closing(connect(":memory:")) as own:
        for table, column, type_ in own.execute(statement("shared_columns")).fetchall():
            tables.setdefault(table, {})[column] = type_
    return tables


def numbers_of_rows(cursor: Cursor) -> dict[str, int]:
    """The number of rows of each table, which is known without reading any."""
    sql = " union all ".join(f"select '{table}', count(*) from {quoted(table)}" for table in _tables())
    return dict(cursor.execute(sql).fetchall())


def _extend(run: Run, tables: dict[str, dict[str, str]]) -> None:
    """Make the tables and columns that PostgreSQL lacks."""
    found = {(table, column) for table, column in run.rows(_statement("columns"))}
    there = {table for table, _ in found}
    for table, columns in tables.items():
        lacking = [f"{quoted(name)} {TYPES[type_]}" for name, type_ in columns.items() if (table, name) not in found]
        if table not in there:
            keys = ["change bigint not null references changes", "nth bigint not null", "primary key (change, nth)"]
            run.rows(f"create table {quoted(table)} ({', '.join(lacking + keys)})")
        elif lacking:
            run.rows(f"alter table {quoted(table)} {', '.join(f'add column {column}' for column in lacking)}")
        # Otherwise PostgreSQL would keep samples of texts, which a purge does not remove. No plan needs them.
        if unsampled := [f"alter column {quoted(n)} set statistics 0" for n in columns if (table, n) not in found]:
            run.rows(f"alter table {quoted(table)} {', '.join(unsampled)}")


def _head(found: list[tuple[Any, ...]]) -> tuple[Mark, datetime]:
    """The last change, and the time, which this machine then goes by."""
    ((number, id_, now),) = found
    clock.go_by(now)
    return Mark(number, id_) if number else NOTHING, now


def _run_all(run: Run, name: str) -> None:
    """Run the statements of a file."""
    for each in _statement(name).rstrip(";").split(";"):
        run.rows(each)


def refuse_newer(run: Run, path: Path) -> set[str]:
    """The schema files that PostgreSQL's tables come from. Raise Refusal if a newer program has made them."""
    applied = {name for (name,) in run.rows("select name from schema_files")}
    refuse_unknown(applied, path)
    return applied


# --- Marks --------------------------------------------------------------------------------------------------------


def mark_of(cursor: Cursor) -> Mark:
    """The last change that a copy holds."""
    return _noted(cursor)[0]


def _noted(cursor: Cursor) -> tuple[Mark, datetime]:
    """The last change that a copy holds, noted in the copy itself, among the marks of its upgrades; and when."""
    sql = "select name, applied_at from schema_files where starts_with(name, $prefix)"
    for name, moment in cursor.execute(sql, {"prefix": FOLLOWS}).fetchall():
        number, _, id_ = name.removeprefix(FOLLOWS).partition(" ")
        return Mark(int(number), id_), moment
    return NOTHING, datetime.min


def _set_mark(cursor: Cursor, mark: Mark, *, moment: datetime) -> None:
    forget_mark(cursor)
    name = f"{FOLLOWS}{mark.number} {mark.id}"
    cursor.execute("insert into schema_files values ($name, $moment)", {"name": name, "moment": moment})


def quoted(name: str) -> str:
    """A name of this program's own tables, which may be a word of SQL."""
    return f'"{name}"'


def _wider(type_: str) -> str:
    """The type in which a value travels: PostgreSQL has no integer of one byte."""
    return "smallint" if type_ == "TINYINT" else type_


@cache
def _statement(name: str) -> str:
    lines = (QUERIES / "shared" / f"{name}.sql").read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--")).strip()


@cache
def shared_database(address: str, copy: Path) -> SharedDatabase:
    """The store at an address, with its copy in a file, whose path must be resolved."""
    return SharedDatabase(address, file_database(copy))
