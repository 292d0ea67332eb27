"""The engine: what a connection may do, files that are handed out, and files that somebody else has made."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from compliance.core.saving import is_disk_full
from compliance.store.database import Cursor, Failure
from compliance.store.failures import UNCOMMITTED

POLL_SECONDS: Final = 0.01
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


def opened(path: Path | str) -> Cursor:
    """The opened file as it is. No extension is fetched from anywhere."""
    return duckdb.connect(str(path), config=NO_EXTENSIONS)


@contextmanager
def new_file(path: Path) -> Iterator[Cursor]:
    """A database file with nothing of ours in it, for what is handed out: any version since 1.0 can open it."""
    with duckdb.connect(str(path), config=NO_EXTENSIONS | {"storage_compatibility_version": "v1.0.0"}) as connection:
        yield connection
        settle(connection)


def settle(connection: Cursor) -> None:
    """Put all that is committed into the file itself: where there is no room, to close it would only be silent."""
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
    """Interrupt what runs when the time is up, and whatever is begun after that."""
    wait = seconds
    while not over.wait(wait):
        connection.interrupt()
        wait = POLL_SECONDS


def is_of_the_file(error: Failure) -> bool:
    """Whether the file has failed and not the statement: a damaged block has no class of its own."""
    of_its_class = isinstance(error, duckdb.IOException | duckdb.FatalException) or type(error) is duckdb.Error
    # what is committed can contradict nothing, so that only the file can have failed
    return of_its_class or UNCOMMITTED in str(error) or is_disk_full(error)
