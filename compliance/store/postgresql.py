"""Connections to PostgreSQL that never keep anybody waiting longer than they say.

    line = Line("postgresql://compliance@db1,db2/compliance", schema="compliance")
    with line.transaction() as run:
        run.rows("select …", 1, "a")        # the rows, as tuples; parameters are $1, $2 …
        run.ingest("staff", table)          # an Arrow table into a table
        for batch in run.batches("select …"):   # the rows, as Arrow record batches

Each connection has a thread of its own: a server that stands still keeps that thread, which is abandoned with its
connection when the time is up. After any failure of the connection the next use connects anew.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import datetime
from queue import SimpleQueue
from typing import Any, Final, TypeVar

import adbc_driver_manager
import adbc_driver_postgresql.dbapi as driver
import pyarrow as pa

from compliance.core import addresses, clock
from compliance.core.addresses import Address
from compliance.core.errors import Refusal
from compliance.declarations.queries import sql_of
from compliance.store import failures
from compliance.store.failures import Away

T = TypeVar("T")
# How long to wait for a statement that has its answer at once: for whoever reads, and for whoever writes; for one that
# moves many rows, and for a turn.
READ_SECONDS: Final = 3.0
WRITE_SECONDS: Final = 15.0
MOVE_SECONDS: Final = 30.0
TURN_SECONDS: Final = 60.0
# A writer that no longer answers is ended by the server, so that its turn ends too.
# Whatever an administrator has set for the account does not hold here.
SETTINGS: Final = {
    "timezone": "UTC",
    "client_encoding": "UTF8",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "120s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
CONNECTING: Final = {
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    "target_session_attrs": "read-write",
    "application_name": "compliance",
}
# Whatever the server takes otherwise: a writer sees what was committed before its turn.
WRITING: Final = "begin isolation level read committed"
# What keeps every text, and tells letters apart.
ENCODING: Final = "UTF8"
BATCH_BYTES: Final = 16 * 1024 * 1024
# What PostgreSQL calls a full disk, a wait that was too long, and a character that it does not store; and the classes
# of what it says when it cannot be used: no connection, no transaction any more, no rights, no database, no resources.
DISK_FULL, LOCK_TIMEOUT, NOT_STORED = "53100", "55P03", "22021"
UNUSABLE: Final = frozenset({"08", "25", "28", "3D", "53", "57", "58"})
# No right to something, or to see that it is there.
NO_RIGHTS: Final = frozenset({"42501", "42P01"})
log = logging.getLogger(__name__)


class Line:
    """A connection to a database of PostgreSQL, for one thread at a time, opened when it is first used."""

    def __init__(
        self, address: str, *, schema: str, patience: float = WRITE_SECONDS, wait: float = TURN_SECONDS
    ) -> None:
        self.name = public_address(address)
        self.schema = schema
        self._patience, self._wait = patience, wait
        self._address = _with_settings(address, schema)
        self._alone = threading.RLock()
        self._worker: _Worker | None = None

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator["Run"]:
        """A transaction for the block, rolled back if it raises. Reading, it sees the database as at one moment."""
        with self.turn():
            run = self._begun("begin isolation level repeatable read read only" if read_only else WRITING)
            try:
                yield run
                run.commit()
            except BaseException:
                run.roll_back()
                raise

    @contextmanager
    def writing(self, lock: int, *, seconds: float) -> Iterator[tuple["Run", datetime]]:
        """A transaction that excludes every other writer with a lock, on every machine, and the time that it begins.

        This machine then goes by that time. The lock comes first, then the first reading: it sees everything that was
        committed before its turn. Raise Refusal if the turn does not come within some seconds.
        """
        with self.transaction() as run:
            [(*_, now)] = run.rows(sql_of("shared/lock"), f"{seconds:.0f}s", lock, seconds=seconds + READ_SECONDS)
            clock.go_by(now)
            yield run, now

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a statement that changes nothing, outside of a transaction."""
        with self.turn():
            return self._begun(sql, *values).first

    def records(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """These rows, by the names of their columns."""
        with self.turn():
            run = self._begun(sql, *values)
            return run.named(run.first)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The turn of this thread with the connection."""
        if not self._alone.acquire(timeout=self._wait):
            raise failures.awaited(self._wait)
        try:
            yield
        finally:
            self._alone.release()

    def _begun(self, sql: str, *values: object) -> "Run":
        """Run a first statement, on a new connection if the one at hand has died since it was last used."""
        old = self._worker
        if old and not old.is_abandoned:
            with suppress(Away):
                return Run(old, sql, *values)
            if old.is_silent:
                raise failures.away(self.name)
        self._worker = _Worker(self._address, self.name, self.schema, self._patience, self._wait)
        return Run(self._worker, sql, *values)


class Run:
    """An open connection on which a first statement has been run; `first` has its rows."""

    def __init__(self, worker: "_Worker", sql: str, *values: object) -> None:
        self._worker = worker
        self._columns: list[str] = []
        self.first = self.rows(sql, *values)
        self._is_open = True

    def commit(self) -> None:
        """Commit the transaction, once."""
        if self._is_open:
            self._is_open = False
            self.rows("commit", seconds=MOVE_SECONDS)

    def roll_back(self) -> None:
        """Take the transaction back, if it is not over."""
        if self._is_open:
            self._is_open = False
            with suppress(Exception):
                self.rows("rollback")

    def rows(self, sql: str, *values: object, seconds: float | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement, none if it returns none."""

        def work(connection: driver.Connection) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(sql, values or None)
                self._columns = [column[0] for column in cursor.description or ()]
                return cursor.fetchall() if cursor.description else []

        return self._worker.ask(work, seconds)

    def records(self, sql: str, *values: object, seconds: float | None = None) -> list[dict[str, Any]]:
        """These rows, by the names of their columns."""
        return self.named(self.rows(sql, *values, seconds=seconds))

    def named(self, rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
        """The rows of the last statement, by the names of their columns."""
        return [dict(zip(self._columns, row, strict=True)) for row in rows]

    def ingest(self, table: str, rows: pa.Table) -> int:
        """Add rows to a table, by the names of their columns, and return how many the server has taken."""

        def work(connection: driver.Connection) -> int:
            with connection.cursor() as cursor:
                return int(cursor.adbc_ingest(table, rows, mode="append"))

        return self._worker.ask(work, MOVE_SECONDS)

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """The rows of a statement, each batch fetched while the one before is used.

        Nothing else can be asked before the last batch.
        """

        def begin(connection: driver.Connection) -> tuple[driver.Cursor, pa.RecordBatchReader]:
            cursor = connection.cursor()
            cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)})
            cursor.execute(sql)
            return cursor, cursor.fetch_record_batch()

        cursor, reader = self._worker.ask(begin, MOVE_SECONDS)
        try:
            ahead = self._worker.order(lambda _: next(reader, None))
            while (batch := self._worker.answer(ahead, MOVE_SECONDS)) is not None:
                ahead = self._worker.order(lambda _: next(reader, None))
                yield batch
        finally:
            if not self._worker.is_abandoned:
                self._worker.ask(lambda _: cursor.close())


class _Worker:
    """A connection, in a thread of its own."""

    def __init__(self, address: str, name: str, schema: str, patience: float, wait: float) -> None:
        # Whether nothing is to be asked any more, and whether that is because it did not answer in time.
        self.is_abandoned = self.is_silent = False
        self._address, self._name, self._schema = address, name, schema
        self._patience, self._wait = patience, wait
        self._orders: SimpleQueue[tuple[Callable[[driver.Connection], Any], Future[Any]] | None] = SimpleQueue()
        threading.Thread(target=self._work, name="postgresql", daemon=True).start()

    def ask(self, work: Callable[[driver.Connection], T], seconds: float | None = None) -> T:
        """What some work returns. Raise Away if the connection fails, or if the time is up."""
        return self.answer(self.order(work), seconds)

    def order(self, work: Callable[[driver.Connection], T]) -> Future[T]:
        """Have some work done, whose answer is asked for later. Raise Away if the connection has failed."""
        if self.is_abandoned:
            raise failures.away(self._name)
        answer: Future[T] = Future()
        self._orders.put((work, answer))
        return answer

    def answer(self, answer: Future[T], seconds: float | None = None) -> T:
        """What some work has returned, once it has. Raise Away as `ask` does."""
        try:
            return answer.result(seconds or self._patience)
        except TimeoutError as error:
            self.is_silent = True
            self._abandon()
            raise failures.away(self._name) from error
        except adbc_driver_manager.Error as error:
            raise self._refused(error) from error

    def _abandon(self) -> None:
        """Ask nothing more. The thread closes the connection once it can."""
        self.is_abandoned = True
        self._orders.put(None)

    def _refused(self, error: adbc_driver_manager.Error) -> Exception:
        state = error.sqlstate or ""
        if state == DISK_FULL:
            return failures.no_room_there(self._name)
        if state == LOCK_TIMEOUT:
            return failures.awaited(self._wait)
        if state == NOT_STORED:
            return failures.not_stored()
        if state in NO_RIGHTS:
            return failures.no_rights(self._name)
        if state[:2] in UNUSABLE or (not state and isinstance(error, adbc_driver_manager.OperationalError)):
            self._abandon()
            return failures.away(self._name)
        return error

    def _work(self) -> None:
        connection: driver.Connection | None = None
        while order := self._orders.get():
            work, answer = order
            try:
                connection = connection or self._connected()
                answer.set_result(work(connection))
            except BaseException as error:
                answer.set_exception(error)
        if connection:
            with suppress(Exception):
                connection.close()

    def _connected(self) -> driver.Connection:
        """A new connection. Raise Refusal if it is not as asked for, or its database in another encoding."""
        connection = driver.connect(self._address, autocommit=True)
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('search_path'), current_setting('server_encoding')")
            ((schema, encoding),) = cursor.fetchall()
        if (schema, encoding) == (self._schema, ENCODING):
            return connection
        connection.close()
        raise failures.not_fit(self._name, encoding) if encoding != ENCODING else failures.pooled(self._name)


def public_address(address: str) -> str:
    """An address without what is secret in it: the hosts and the name of the database."""
    return parts_of(address).shown


def parts_of(address: str) -> Address:
    """The parts of an address. Raise Refusal if it is none."""
    found = addresses.address(address)
    if found is None:
        raise Refusal(addresses.NOT_PLAIN)
    return found


def _with_settings(address: str, schema: str) -> str:
    """The address with what every connection needs, unless it says otherwise."""
    parts = parts_of(address)
    options = " ".join(f"-c {name}={value}" for name, value in (SETTINGS | {"search_path": schema}).items())
    said = {"options": f"{options} {parts.settings.get('options', '')}".strip()}
    return parts.having(**CONNECTING | parts.settings | said)
