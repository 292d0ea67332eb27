"""Whose turn it is with a file that one process at a time can have open.

Two lock files make the turns fair: who waits for the file holds the turnstile, and nobody passes who comes later; not
even a thread of the process that has the file open, so that readers without a pause cannot shut a writer out.
"""

from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from compliance.store import failures

WAIT_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.01


class Turns:
    """The turns with the file in `path`, which need not exist yet; its folder must."""

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
        except (OSError, NotImplementedError) as error:  # some network file systems know no locks
            raise failures.no_access(self._path, error) from error

    def end(self) -> None:
        """Let another process have its turn."""
        self._lock.release()

    def is_awaited(self) -> bool:
        """Whether another process stands at the turnstile."""
        try:
            with self._turnstile.acquire(timeout=0):
                return False
        except Timeout:
            return True
