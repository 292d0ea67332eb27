"""Child processes with limits on memory, time and output, which leave nothing behind.

Only the standard library is imported here: a child sets its limits before any other library is loaded.
"""

import contextlib
import errno
import math
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final

from compliance.core.places import ROOT
from compliance.core.saving import PREFIX, is_disk_full

STALE_SECONDS: Final = 24 * 60 * 60
# 1,000,000 rows x 12 columns of text need 3 GB of address space and 9 s.
MEMORY: Final = 4 << 30
OUTPUT_BYTES: Final = 2 << 30


# The exit code of a child that cannot write its answer because the disk is full.
FULL: Final = 74
# How often a child checks that its parent lives, and a parent that its child's result is still wanted.
POLL_SECONDS: Final = 0.5
PROGRESS: Final = "progress"
# The exit codes of a child that somebody else has ended; all other signals are of what it does itself.
KILLS: Final = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP)
# The folder of this process if it is a child, else nothing.
_folder: Final[list[Path]] = []


# --- Parent -------------------------------------------------------------------------------------------------------


class TimeOver(Exception):
    """A child was killed because its time was up."""


class Late(TimeOver):
    """It was so by the clock alone: the machine is busy, or the child waits for something."""


class Killed(Exception):
    """A child was killed by somebody else, as by a system without memory, or could not be started."""


class Unwanted(Exception):
    """A child was killed because its result was no longer wanted."""


def run(
    module: str,
    *arguments: str,
    folder: Path,
    stdin: BinaryIO,
    stdout: BinaryIO | int = subprocess.DEVNULL,
    seconds: float,
    patience: float,
    wanted: Callable[[], bool] | None = None,
) -> int:
    """Run a module of the product in `folder` and return its exit code. It may die at any point.

    The module's first arguments are the folder, the whole seconds of a processor that it may take and this process's
    id. Raise TimeOver when those are up, Late when `patience` is by the clock, Unwanted as soon as `wanted` returns
    False, Killed if it was killed by somebody else; each way it is dead.
    """
    first = (str(folder), str(math.ceil(seconds)), str(os.getpid()))
    command = [sys.executable, "-P", "-m", module, *first, *arguments]
    with _started(command, cwd=folder, env=environment(folder), stdin=stdin, stdout=stdout) as process:
        watch = _Watch(process, patience, wanted)
        watch.start()
        try:
            code = process.wait()
        finally:
            process.kill()
            watch.ended.set()
    if watch.unwanted:
        raise Unwanted
    if watch.late:
        raise Late
    if code == -signal.SIGXCPU:
        raise TimeOver
    if code in KILLS:
        raise Killed(signal.Signals(-code).name)
    return code


def _started(command: list[str], **given: Any) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True, **given)
    except OSError as error:
        raise Killed(error.strerror) from error


class _Watch(threading.Thread):
    """Kills a child in time. `Popen.wait` with a timeout would poll instead, which costs up to 50 ms a child."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float, wanted: Callable[[], bool] | None) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self.late = self.unwanted = False
        self._process, self._wanted, self._end = process, wanted, time.monotonic() + seconds

    def run(self) -> None:
        """Wait until the child has ended, or kill it."""
        while not self.ended.wait(self._pause()):
            self.late = time.monotonic() >= self._end
            self.unwanted = not self.late and self._wanted is not None and not self._wanted()
            if self.late or self.unwanted:
                self._process.kill()
                return

    def _pause(self) -> float:
        left = max(self._end - time.monotonic(), 0.0)
        return left if self._wanted is None else min(left, POLL_SECONDS)


# --- Child --------------------------------------------------------------------------------------------------------


def begin(arguments: list[str]) -> Path:
    """Set a child's limits for good, make it end with its parent, and return its folder. A child calls this first."""
    limit_resources(seconds=int(arguments[1]))
    folder = Path(arguments[0])
    _folder.append(folder)
    threading.Thread(target=_end_with, args=(int(arguments[2]), folder), daemon=True).start()
    return folder


def report_progress(done: int, of: int) -> None:
    """Report how many parts of the work are done. Does nothing in a process that is no child."""
    for folder in _folder:
        new = folder / f"{PROGRESS}.new"
        new.write_text(f"{done} {of}")
        new.replace(folder / PROGRESS)


def read_progress(folder: Path) -> tuple[int, int] | None:
    """Return how many parts of how many the child of a folder has done, or None if it does not report."""
    with contextlib.suppress(OSError, ValueError):
        done, of = (folder / PROGRESS).read_text().split()
        return int(done), int(of)
    return None


def _end_with(parent: int, folder: Path) -> None:
    """Exit and remove the folder once the parent is gone."""
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def limit_resources(*, seconds: int) -> None:
    """Limit memory, processor time and output of this process, for good."""
    import resource

    for kind, amount, grace in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, MEMORY, 0),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES, 0),
        # The soft limit's signal tells the parent what happened; the hard limit only kills.
        (resource.RLIMIT_CPU, seconds, 5),
    ):
        most = resource.getrlimit(kind)[1]
        hard = amount + grace if most == resource.RLIM_INFINITY else min(amount + grace, most)
        resource.setrlimit(kind, (min(amount, hard), hard))


def environment(folder: Path) -> dict[str, str]:
    """The environment of a child: where the packages are, and none of the server's settings.

    Temporary files of its libraries go into its folder, which is removed with it.
    """
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    few = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {"PYTHONPATH": path, "TMPDIR": str(folder), "ARROW_DEFAULT_MEMORY_POOL": "system", **few}


# --- Either -------------------------------------------------------------------------------------------------------


def nameless_file() -> BinaryIO:
    """A new file without a name: no other process finds it, and it goes when this process and its child end.

    It may hold identity numbers, so on Linux it is in memory; elsewhere it is an unlinked temporary file.
    """
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("export"), "w+b")
    return tempfile.TemporaryFile()


@cache
def sweep() -> None:
    """Remove folders that a killed server left behind more than a day ago. Runs once a process."""
    with contextlib.suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            _sweep(folder)


def _sweep(folder: Path) -> None:
    with contextlib.suppress(OSError):
        status = folder.lstat()
        old = time.time() - status.st_mtime > STALE_SECONDS
        if old and stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)


def disk_was_full(fault: BaseException) -> bool:
    """Whether a child failed to write because the disk is full, not because it reached its own output limit."""
    import resource

    limited = os.strerror(errno.EFBIG) in str(fault) and resource.getrlimit(resource.RLIMIT_FSIZE)[0] == OUTPUT_BYTES
    return is_disk_full(fault) and not limited


def where(fault: BaseException) -> str:
    """The class of a fault and its place in the code. Never its message, which may quote a cell."""
    import traceback

    frames = traceback.extract_tb(fault.__traceback__)[-3:]
    places = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(fault).__name__} at {places}"
