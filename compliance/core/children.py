"""A process of one's own with limits: what it may use, what it sees, and that nothing is left of it.

Only the standard library is imported here, since a child must have its limits before any library is loaded.
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
from typing import BinaryIO, Final

from compliance.core.places import ROOT
from compliance.core.saving import PREFIX, lacks_room

STALE_SECONDS: Final = 24 * 60 * 60
# 1,000,000 rows x 12 columns of text need 3 GB of address space and 9 s.
MEMORY: Final = 4 << 30
OUTPUT_BYTES: Final = 2 << 30


# How a child ends that has no room to say what went wrong.
FULL: Final = 74
# How often a child looks for its parent, and a parent whether anybody still waits for what its child makes.
LOOK_SECONDS: Final = 0.5
PROGRESS: Final = "progress"
# The folder of this process, where it is a child.
_folder: Final[list[Path]] = []


# --- The parent's part --------------------------------------------------------------------------------------------


class TimeOver(Exception):
    """A child has been ended because its time was over."""


class Unwanted(Exception):
    """A child has been ended because nobody waits for it any more."""


def run(
    module: str,
    *arguments: str,
    folder: Path,
    stdin: BinaryIO,
    stdout: BinaryIO | int = subprocess.DEVNULL,
    seconds: float,
    wanted: Callable[[], bool] | None = None,
) -> int:
    """Runs a module of the product in `folder` and gives its exit code; it may die at any point.

    Its first arguments are the folder, the whole seconds that it may take, and the number of this process. It is ended
    when its time is over, or as soon as `wanted` says no.
    """
    first = (str(folder), str(math.ceil(seconds)), str(os.getpid()))
    with subprocess.Popen(
        [sys.executable, "-P", "-m", module, *first, *arguments],
        cwd=folder,
        env=environment(folder),
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        watch = _Watch(process, seconds, wanted)
        watch.start()
        try:
            code = process.wait()
        finally:
            process.kill()
            watch.over.set()
    if watch.unwanted:
        raise Unwanted
    if watch.late or code == -signal.SIGXCPU:
        raise TimeOver
    return code


class _Watch(threading.Thread):
    """Ends a child in time. To wait for it with a time limit would poll, which costs up to 50 ms a child."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float, wanted: Callable[[], bool] | None) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.late = self.unwanted = False
        self._process, self._wanted, self._end = process, wanted, time.monotonic() + seconds

    def run(self) -> None:
        """Waits until the child has ended, or ends it."""
        while not self.over.wait(self._pause()):
            self.late = time.monotonic() >= self._end
            self.unwanted = not self.late and self._wanted is not None and not self._wanted()
            if self.late or self.unwanted:
                self._process.kill()
                return

    def _pause(self) -> float:
        left = max(self._end - time.monotonic(), 0.0)
        return left if self._wanted is None else min(left, LOOK_SECONDS)


# --- The child's part ---------------------------------------------------------------------------------------------


def begin(arguments: list[str]) -> Path:
    """The first that a child does: its limits, for good, and that it ends with its parent. Gives its folder."""
    limit_resources(seconds=int(arguments[1]))
    folder = Path(arguments[0])
    _folder.append(folder)
    threading.Thread(target=_end_with, args=(int(arguments[2]), folder), daemon=True).start()
    return folder


def tell(done: int, of: int) -> None:
    """Tells the parent how many parts of the work are done; in a process that is no child there is nobody to tell."""
    for folder in _folder:
        new = folder / f"{PROGRESS}.new"
        new.write_text(f"{done} {of}")
        new.replace(folder / PROGRESS)


def told(folder: Path) -> tuple[int, int] | None:
    """How many parts of how many the child of a folder has done, if it tells."""
    with contextlib.suppress(OSError, ValueError):
        done, of = (folder / PROGRESS).read_text().split()
        return int(done), int(of)
    return None


def _end_with(parent: int, folder: Path) -> None:
    """Leaves nothing behind when the parent has been killed."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def limit_resources(*, seconds: int) -> None:
    """Limits memory, processor time and output of this process, for good."""
    import resource

    for kind, amount, grace in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, MEMORY, 0),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES, 0),
        # The signal of the soft limit tells the parent what happened; the hard one would only kill.
        (resource.RLIMIT_CPU, seconds, 5),
    ):
        most = resource.getrlimit(kind)[1]
        hard = amount + grace if most == resource.RLIM_INFINITY else min(amount + grace, most)
        resource.setrlimit(kind, (min(amount, hard), hard))


def environment(folder: Path) -> dict[str, str]:
    """What a child sees: where the packages are, and nothing of what the server was told.

    What its libraries write for a moment is in its folder, and gone with it.
    """
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    few = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {"PYTHONPATH": path, "TMPDIR": str(folder), "ARROW_DEFAULT_MEMORY_POOL": "system", **few}


# --- Both ---------------------------------------------------------------------------------------------------------


def nameless_file() -> BinaryIO:
    """A new file that no other process finds, and that is gone with this one and its child, however they end.

    It may hold identity numbers, so on Linux it is in memory; elsewhere it is a temporary file without a name.
    """
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("export"), "w+b")
    return tempfile.TemporaryFile()


@cache
def sweep() -> None:
    """Removes, once a process, the folders that a server left behind when it was killed more than a day ago."""
    with contextlib.suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            _sweep(folder)


def _sweep(folder: Path) -> None:
    with contextlib.suppress(OSError):
        seen = folder.lstat()
        old = time.time() - seen.st_mtime > STALE_SECONDS
        if old and stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)


def lacks_its_room(fault: BaseException) -> bool:
    """Whether a child could not write because the disk is full, and not because its own limit is reached."""
    import resource

    limited = os.strerror(errno.EFBIG) in str(fault) and resource.getrlimit(resource.RLIMIT_FSIZE)[0] == OUTPUT_BYTES
    return lacks_room(fault) and not limited


def where(fault: BaseException) -> str:
    """The class of a fault and its place in the code: never its message, which may quote a cell."""
    import traceback

    frames = traceback.extract_tb(fault.__traceback__)[-3:]
    places = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(fault).__name__} at {places}"
