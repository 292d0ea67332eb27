"""Run a command, and say in one last line how it ended and what it took.

`python -m tools.timed NAME COMMAND…` counts the processor time of every process that was started, databases and
browsers among them, also of those whose parent has not waited for them.
"""

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

# prctl's: the orphans among all that is started below become children of this process, which then waits for them.
PR_SET_CHILD_SUBREAPER = 36


def main(name: str, command: Sequence[str]) -> int:
    """The exit code of the command."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    begun = time.monotonic()
    code = subprocess.run(command).returncode
    seconds = time.monotonic() - begun
    _wait_for_the_rest()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = "failed" if code else "passed"
    print(
        f"{name}: {ended} in {seconds:.0f} s, with {used.ru_utime + used.ru_stime:.0f} s of processor time", flush=True
    )
    return code


def _wait_for_the_rest() -> None:
    """Wait for what ends with the command, as the PostgreSQL of a run does."""
    with suppress(ChildProcessError):
        while True:
            os.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
