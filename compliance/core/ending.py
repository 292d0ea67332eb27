"""What a container asks of its first process: the system gives it no default of a signal, and the orphans of others."""

import os
import signal
import sys
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Final, NoReturn

FIRST: Final = 1


def heed(status: int = 128 + signal.SIGTERM) -> None:
    """As the first process, end with a status when told to, as any other would without doing anything for it."""
    if os.getpid() == FIRST:
        signal.signal(signal.SIGTERM, partial(_end, status))


def _end(status: int, _number: int, _frame: FrameType | None) -> NoReturn:
    """End at once, whatever threads still do: what they have written is whole or not at all."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(status)


def reap(known: int = 0) -> int:
    """Free the process that had ended already when it was `known`, and return another one that has ended; 0 if none.

    Children of our own are awaited by whoever started them, at once; an orphan that this process was given is not.
    """
    if os.getpid() != FIRST:
        return 0
    found = _ended()
    if found and found == known:
        with suppress(ChildProcessError):
            os.waitpid(found, os.WNOHANG)
        found = _ended()
    return found


def _ended() -> int:
    """A child that has ended and that nobody has freed; 0 if there is none."""
    with suppress(ChildProcessError):
        if status := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return status.si_pid
    return 0
