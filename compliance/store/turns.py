"""Fair turns between processes with a file that only one of them can have open.

There are two lock files. A process that waits for the file holds the turnstile, and nobody who comes later passes it:
not even another thread of the process that has the file open. So continuous readers cannot shut out a writer. Who
writes again and again gives way in between: a page asks the file many times, and would wait for a turn each time.

A server holds a third one, shared with other servers, for as long as it runs.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from compliance.store import failures

WAIT_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.01


class Turns:
    """The turns with the file in `path`. The file need not exist, but its folder must."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(f"{path}.lock", thread_local=False)
        self._turnstile = FileLock(f"{path}.turn", thread_local=False)

    def take(self) -> None:
        """Wait for this process's turn. Raise Refusal if it does not come, or if the file system has no locks."""
        try:
            with self._turnstile.acquire(timeout=WAIT_SECONDS, poll_interval=POLL_SECONDS):
                self._lock.acquire(timeout=WAIT_SECONDS, poll_interval=POLL_SECONDS)
        except Timeout as error:
            raise failures.busy(self._path, WAIT_SECONDS) from error
        except (OSError, NotImplementedError) as error:  # Some network file systems have no locks.
            raise failures.no_access(self._path, error) from error

    def end(self) -> None:
        """Release the file to other processes."""
        self._lock.release()

    def is_awaited(self) -> bool:
        """Whether another process is waiting at the turnstile, or none can be seen there."""
        return _is_taken(self._turnstile)

    def give_way(self, *, seconds: float) -> None:
        """Wait while another process has the file or waits for it, at most so many seconds."""
        end = time.monotonic() + seconds
        while (_is_taken(self._lock) or self.is_awaited()) and time.monotonic() < end:
            time.sleep(5 * POLL_SECONDS)


def _is_taken(lock: FileLock) -> bool:
    """Whether another process has a lock, or nobody can have it."""
    try:
        with lock.acquire(timeout=0):
            return False
    except (Timeout, OSError, NotImplementedError):
        return True


def serve(path: Path) -> None:
    """Tell others that a server runs on the file in `path`, until this process ends. Wait if it is being replaced."""
    import fcntl  # The server needs Linux; everything else does not.

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fcntl.flock(_served(path), fcntl.LOCK_SH)


@contextmanager
def unserved(path: Path) -> Iterator[bool]:
    """Whether no server runs on the file in `path`; then none starts within the block."""
    import fcntl

    number = _served(path)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        free = True
    except BlockingIOError:
        free = False
    try:
        yield free
    finally:
        os.close(number)


def _served(path: Path) -> int:
    return os.open(f"{path}.served", os.O_RDWR | os.O_CREAT, 0o600)
