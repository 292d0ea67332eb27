"""The register where several machines share the database: its tables are in PostgreSQL, beside those of the store.

Logins hold on every machine, and there is one audit trail. Writers take their turn by a lock of PostgreSQL.

While PostgreSQL is away nothing is written and nobody logs in. Whose session and roles were read here some minutes ago
goes on with them, so that pages go on; that is kept in memory alone.
"""

import logging
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, Final, NamedTuple

import pyarrow as pa
from adbc_driver_manager import Error

from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.declarations.queries import sql_of
from compliance.store import failures, postgresql
from compliance.store.failures import Away
from compliance.store.file_register import Register, Row, Run, Tables, cleaned, moment, refuse_kept
from compliance.store.numbers_removed import without_numbers
from compliance.store.postgresql import MOVE_SECONDS, Line, public_address

SCHEMA: Final = "compliance_register"
# The turn of a writer, by PostgreSQL's lock with this number. It is not that of the store: a change of the store is
# told here while it has its turn there.
LOCK: Final = 7025438310447363
WAIT_SECONDS: Final = 30.0
# How often it is tried whether PostgreSQL is there again. Nobody waits for that.
RETRY_SECONDS: Final = 1.0
# For how long a session and its roles, once read, hold while PostgreSQL is away.
ABSENCE_SECONDS: Final = 600.0
# What is remembered, and by which parameter; within this time it is not asked again. A page asks for it many times.
REMEMBERED: Final = {"session": "key", "roles_held": "person"}
FRESH_SECONDS: Final = 0.2
# The statements that take something away from a session or a person, who is then asked about anew.
TAKING: Final = frozenset({"add_role", "end_session", "end_sessions_of_person", "remove_person"})
MOST_REMEMBERED: Final = 10_000
# Statements that read much have a connection of their own, so that no session waits for them.
READING_MUCH: Final = frozenset({"entries", "entries_found", "entries_of", "persons_in_audit"})
PLACE: Final = re.compile(r"\$([a-z_]+)")
log = logging.getLogger(__name__)


class SharedRegister(Register):
    """The register in PostgreSQL, at an address."""

    def __init__(self, address: str) -> None:
        super().__init__(public_address(address))
        self._reading, self._reading_much, self._writing = (
            Line(address, schema=SCHEMA, wait=WAIT_SECONDS) for _ in range(3)
        )
        self._is_made = self._is_away = False
        self._memory = Memory()

    def exists(self) -> bool:
        """Whether anything has ever been written to it. Raise Away if that cannot be known."""
        with self._using(self._reading):
            return self._made()

    def rows(self, name: str, /, **parameters: object) -> list[Row]:
        """The rows of a statement, as last committed, or a session and roles as remembered while PostgreSQL is away."""
        fresh = self._memory.recall(name, parameters, seconds=FRESH_SECONDS)
        if fresh is not None:
            return fresh
        try:
            now = self._memory.now()
            found = self._rows(name, parameters)
            self._memory.keep(name, parameters, found, since=now)
            return found
        except Away:
            remembered = self._memory.recall(name, parameters, seconds=ABSENCE_SECONDS)
            if remembered is None:
                raise
            return remembered

    def _rows(self, name: str, parameters: Row) -> list[Row]:
        if not (self._is_made or self.exists()):
            return []
        if name in READING_MUCH:
            with self._using(self._reading_much), self._reading_much.transaction(read_only=True) as run:
                return _runner(run)(name, **parameters)
        with self._using(self._reading):
            return self._reading.records(*_bound(name, parameters))

    @contextmanager
    def writing(self) -> Iterator[Run]:
        """A function that runs statements in an exclusive transaction, rolled back if the block raises."""
        taken: list[tuple[str, Row]] = []

        def noted(name: str, /, **parameters: object) -> list[Row]:
            if name in TAKING:
                taken.append((name, parameters))
            return rows(name, **parameters)

        try:
            with self._exclusively() as run:
                rows = _runner(run)
                yield noted
        finally:
            for _, parameters in taken:
                self._memory.forget(parameters)
        if any(name == "remove_person" for name, _ in taken):
            self._write_over()

    def _write_over(self) -> None:
        """Make the tables with names anew: PostgreSQL keeps what is deleted from one until its place is needed."""
        try:
            self._reading_much.rows("vacuum (full) persons, sessions")
        except (Refusal, Error):
            log.warning("What was removed from the register has not been overwritten yet", exc_info=True)

    def forget(self) -> None:
        """Leave nothing of what was removed from it in its files: PostgreSQL writes them anew."""
        if self.exists():
            with self._using(self._writing):
                self._writing.rows("vacuum full persons, sessions")

    def clear(self) -> None:
        """Remove its tables."""
        with self._exclusively() as run:
            run.rows(f"drop schema {SCHEMA} cascade")
        self._is_made, self._memory = False, Memory()

    def put(self, tables: Tables) -> None:
        """Add what `kept` gave of another register. Raise Refusal if this one is not empty."""
        with self._exclusively() as run:
            refuse_kept(_runner(run), self.name)
            for table, rows in without_numbers(tables, at=moment()).items():
                if rows and (taken := run.ingest(table, _arrow(rows))) != len(rows):
                    raise RuntimeError(f"PostgreSQL took {taken} of {len(rows)} rows of {table}")

    @contextmanager
    def _exclusively(self) -> Iterator[postgresql.Run]:
        """A transaction that excludes every other writer, on every machine. The tables are there."""
        with self._using(self._writing), self._writing.writing(LOCK, seconds=WAIT_SECONDS) as (run, _):
            if not self._is_made:
                run.rows(sql_of("register/shared/schema"))
            yield run
            try:
                run.commit()
            except Away as error:
                raise failures.unknown(self.name) from error
            self._is_made = True

    def _made(self) -> bool:
        """Whether the tables are there."""
        if not self._is_made:
            [found] = self._reading.records(*_bound("shared/is_made", {}))
            clock.go_by(found["now"])
            self._is_made = found["is_made"]
        return self._is_made

    # --- Absence --------------------------------------------------------------------------------------------------

    @contextmanager
    def _using(self, line: Line) -> Iterator[None]:
        """The turn of this thread with a connection. Once PostgreSQL is away, nobody waits for it."""
        self._refuse_while_away()
        with line.turn():
            self._refuse_while_away()
            try:
                yield
            except Away:
                self._leave()
                raise
            except Error as error:
                log.warning("The register cannot be used", exc_info=True)
                raise failures.away(self.name) from error

    def _refuse_while_away(self) -> None:
        if self._is_away:
            raise failures.away(self.name)

    def _leave(self) -> None:
        if not self._is_away:
            log.warning("The register cannot be reached")
            self._is_away = True
            threading.Thread(target=self._come_back, name="register", daemon=True).start()

    def _come_back(self) -> None:
        """Try until PostgreSQL is there again."""
        while self._is_away:
            time.sleep(RETRY_SECONDS)
            with suppress(Refusal, Error):
                self._reading.rows("select 1")
                self._is_away = False


class Freshness(NamedTuple):
    """A moment of the monotonic clock, how often something had been taken away here, and the last change of roles."""

    time: float
    changes: int
    roles: int


LONG_AGO: Final = Freshness(float("-inf"), 0, 0)


class Memory:
    """What was read lately of sessions and roles.

    Every session that is read tells the number of the last change of roles, on any machine. What was read of roles
    before it does not hold: losing the database must not bring back a role that was taken away.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, object], tuple[Freshness, list[Row]]] = {}
        self._changes = self._roles = 0
        self._lock = threading.Lock()

    def now(self) -> Freshness:
        """When something that is then kept begins to be read."""
        return Freshness(time.monotonic(), self._changes, self._roles)

    def keep(self, name: str, parameters: Row, rows: list[Row], *, since: Freshness) -> None:
        """Remember the rows of a statement, unless something has been taken away since they were read."""
        if name not in REMEMBERED:
            return
        key = name, parameters[REMEMBERED[name]]
        with self._lock:
            self._kept.pop(key, None)
            self._roles = max(self._roles, *(row.get("roles", 0) for row in rows), 0)
            if since.changes == self._changes and (rows or name != "session"):
                self._kept[key] = since, rows
            while self._kept and (len(self._kept) > MOST_REMEMBERED or self._oldest() < since.time - ABSENCE_SECONDS):
                del self._kept[next(iter(self._kept))]

    def _oldest(self) -> float:
        """When what has been remembered longest was read."""
        return next(iter(self._kept.values()))[0].time

    def recall(self, name: str, parameters: Row, *, seconds: float) -> list[Row] | None:
        """The rows of a statement as they were not so long ago; None if that is not known."""
        if name not in REMEMBERED:
            return None
        since, rows = self._kept.get((name, parameters[REMEMBERED[name]]), (LONG_AGO, []))
        if time.monotonic() - since.time >= seconds or (name == "roles_held" and since.roles != self._roles):
            return None
        return [dict(row) for row in rows if name != "session" or _lasts(row, parameters)]

    def forget(self, parameters: Row) -> None:
        """Forget the session with a key, or everything about a person."""
        with self._lock:
            self._changes += 1
            for key, (_, rows) in [*self._kept.items()]:
                who = {key[1], *(row["person"] for row in rows)}
                if who & {parameters.get("key"), parameters.get("person")}:
                    del self._kept[key]


def _lasts(session: Row, parameters: Row) -> bool:
    """Whether a session is not over, as the statement has it."""
    return bool(session["ends_at"] > parameters["at"] and session["seen_at"] > parameters["idle"])


def _runner(run: postgresql.Run) -> Run:
    def rows(name: str, /, **parameters: object) -> list[Row]:
        seconds = MOVE_SECONDS if name in READING_MUCH else None
        return run.records(*_bound(name, parameters), seconds=seconds)

    return rows


def _bound(name: str, parameters: Row) -> tuple[Any, ...]:
    """A statement with numbered parameters, each with its type, and their values."""
    sql, names = _numbered(name)
    values = [cleaned(parameters)[each] for each in names]
    types = ["bigint" if isinstance(value, int) else "text" for value in values]
    return (sql.format(*types), *values)


@cache
def _numbered(name: str) -> tuple[str, list[str]]:
    """A statement with a place for the type of each parameter, and the names of these."""
    sql = sql_of(f"register/{name}")
    names = list(dict.fromkeys(PLACE.findall(sql)))
    return PLACE.sub(lambda match: f"${names.index(match[1]) + 1}::{{{names.index(match[1])}}}", sql), names


def _arrow(rows: list[Row]) -> pa.Table:
    """Rows with whole numbers and texts."""
    types = [(name, pa.int64() if isinstance(value, int) else pa.string()) for name, value in rows[0].items()]
    return pa.Table.from_pylist(rows, schema=pa.schema(types))


@cache
def shared_register(address: str) -> SharedRegister:
    """The register at an address."""
    return SharedRegister(address)
