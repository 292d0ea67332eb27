"""DuckDB connections: what they may do, files to hand out, and files that are not trusted."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from compliance.core.saving import is_disk_full
from compliance.store.database import Cursor, Failure
from compliance.store.failures import UNCOMMITTED

POLL_SECONDS: Final = 0.01
# How many times as long as it may use a processor something may take on a busy machine.
PATIENCE: Final = 10
NO_EXTENSIONS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
# The settings for a file that is not trusted: only its own data, limited resources, and no change of settings.
CONFINED: Final[dict[str, str | bool | int | float | list[str]]] = NO_EXTENSIONS | {
    "enable_external_access": False,
    "python_enable_replacements": False,
    "memory_limit": "1GB",
    "temp_directory": "",
    "threads": 2,
    "lock_configuration": True,
}


def opened(path: Path | str) -> Cursor:
    """Open a file without changing it, and without ever loading an extension."""
    return duckdb.connect(str(path), config=NO_EXTENSIONS)


@contextmanager
def new_file(path: Path) -> Iterator[Cursor]:
    """A new database file to hand out, without the product's tables. Any version of DuckDB since 1.0 can open it."""
    with duckdb.connect(str(path), config=NO_EXTENSIONS | {"storage_compatibility_version": "v1.0.0"}) as connection:
        yield connection
        settle(connection)


def log_of(path: Path) -> Path:
    """The file in which DuckDB logs what a file does not have yet."""
    return path.with_name(f"{path.name}.wal")


def remove(path: Path) -> None:
    """Remove a file and its log, if they are there."""
    for file in (path, log_of(path)):
        file.unlink(missing_ok=True)


def settle(connection: Cursor) -> None:
    """Write everything committed into the file itself. On a full disk this raises, while closing would not."""
    connection.execute("checkpoint")


@contextmanager
def confined(path: Path, *, seconds: float) -> Iterator[Cursor]:
    """Open a database file that is not trusted. Its statements reach no other file, and are interrupted in time.

    Anything that goes wrong in it raises `Failure`.
    """
    with duckdb.connect(str(path), config=CONFINED) as connection, watched(connection, seconds=seconds):
        yield connection


def apart() -> Cursor:
    """A database with nothing in it, for statements that are not trusted. It has little memory and one thread."""
    return duckdb.connect(":memory:", config=CONFINED | {"memory_limit": "256MB", "threads": 1})


@contextmanager
def watched(connection: Cursor, *, seconds: float) -> Iterator[threading.Event]:
    """Interrupt what runs in the block when the time is up, and all that begins after: the event is set then.

    What counts is the processor time of this thread, in which a database with one thread does all its work.
    """
    over, late, left = threading.Event(), threading.Event(), _countdown(seconds)

    def interrupt() -> None:
        while not over.wait(max(left(), POLL_SECONDS)):
            if left() <= 0:
                late.set()
                connection.interrupt()

    watch = threading.Thread(target=interrupt, daemon=True)
    watch.start()
    try:
        yield late
    finally:
        over.set()
        watch.join()


def _countdown(seconds: float) -> Callable[[], float]:
    """How many seconds of a processor this thread may still use; by the clock it has several times as many."""
    begun, clock = time.thread_time(), time.monotonic()
    try:
        mine = time.pthread_getcpuclockid(threading.get_ident())
    except AttributeError:  # not every system tells it of another thread
        return lambda: clock + seconds - time.monotonic()
    return lambda: min(begun + seconds - time.clock_gettime(mine), clock + PATIENCE * seconds - time.monotonic())


def is_out_of_memory(error: Failure) -> bool:
    """Whether a statement asked for more memory than there is for it."""
    return isinstance(error, duckdb.OutOfMemoryException)


def is_of_the_file(error: Failure) -> bool:
    """Whether the file has failed rather than the statement. A damaged block has no error class of its own."""
    of_its_class = isinstance(error, duckdb.IOException | duckdb.FatalException) or type(error) is duckdb.Error
    # A commit violates no constraint, so if it fails, the file has failed.
    return of_its_class or UNCOMMITTED in str(error) or is_disk_full(error)
