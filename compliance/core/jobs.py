"""Slow files are made outside the process that serves pages, each in a child process with limits.

    content = make_file(Job(), report_file, dossier, kind="docx", say=say, …)

Whatever a text does to a writer, other readers' pages keep working. The command line serves nobody else and calls the
same functions directly.
"""

import json
import logging
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from compliance.core import children
from compliance.core.children import nameless_file, sweep
from compliance.core.errors import Hindered, Refusal, refusal_from_json
from compliance.core.language import N_
from compliance.core.queueing import Queue
from compliance.core.saving import temporary_folder

# A browser waits three minutes for a file: for its turn and for its making together.
SECONDS: Final = 120.0
TURN_SECONDS: Final = 45.0
# A child takes 300 MB and a core; one person leaves room for another.
AT_ONCE: Final = Queue(of_one=2, at_once=3)
Make = Callable[..., bytes]

TOO_SLOW: Final = N_(
    "The file was not ready after {seconds} seconds, so it was stopped. Try again when fewer files are being made. "
    "Of a large extract choose CSV or Parquet, or a single review point. The command line has no time limit."
)
BUSY: Final = N_("Other files are being made, and it has not been this one's turn. Try again in a minute.")
KILLED: Final = N_("The machine is too busy to make the file just now. Try again in a while.")
TOO_LARGE: Final = N_(
    "The file needs more memory than it may take. Of a large extract choose CSV or Parquet, or a single review point."
)
log = logging.getLogger(__name__)


class JobFailed(Exception):
    """The child failed. The message says where in the code, and quotes nothing of the file."""


@dataclass
class Job:
    """A file that somebody waits for: when it was requested, started and finished, and the sentence shown in the end.

    `wanted` returns whether they still wait, `claimed` whether a thread has taken it up, `folder` is the child's, and
    `rows` how many rows the file has.
    """

    wanted: Callable[[], bool] = lambda: True
    requested_at: float = field(default_factory=time.monotonic)
    claimed: bool = False
    started_at: float | None = None
    finished_at: float | None = None
    sentence: str = ""
    folder: Path | None = None
    rows: int | None = None

    @property
    def seconds(self) -> float:
        """The seconds since it was started."""
        return time.monotonic() - self.started_at if self.started_at else 0.0

    @property
    def parts(self) -> tuple[int, int] | None:
        """How many parts of how many are done, if its maker reports progress."""
        return children.read_progress(self.folder) if self.folder else None


def make_file(job: Job, make: Make, *args: Any, seconds: float = SECONDS, **kwargs: Any) -> bytes:
    """Return the result of `make`, run in a child. Raise Refusal if it is too slow or too large, or if `make` does."""
    with _turn(job), nameless_file() as order, nameless_file() as answer:
        pickle.dump((make, args, kwargs), order, pickle.HIGHEST_PROTOCOL)
        order.flush()
        code = _run(job, order, answer, seconds=seconds)
        return _content(answer, code=code)


@contextmanager
def _turn(job: Job) -> Iterator[None]:
    with AT_ONCE.turn(seconds=TURN_SECONDS) as came:
        if not came:
            raise Hindered(BUSY)
        job.started_at = time.monotonic()
        yield


def _run(job: Job, order: BinaryIO, answer: BinaryIO, *, seconds: float) -> int:
    sweep()
    try:
        with temporary_folder() as job.folder:
            streams: Any = {"folder": job.folder, "stdin": order, "stdout": answer, "wanted": job.wanted}
            return children.run("compliance.core.job_worker", **streams, seconds=seconds, patience=seconds)
    except children.TimeOver:
        raise Refusal(TOO_SLOW, seconds=round(seconds)) from None
    except children.Killed as why:
        log.warning("A job was killed, or did not start: %s", why)
        raise Hindered(KILLED) from None


def _content(file: BinaryIO, *, code: int) -> bytes:
    """The content of the child's answer, which is cut short if the child died."""
    file.seek(0)
    try:
        header = json.loads(file.readline())
    except ValueError:
        raise JobFailed(f"died with code {code}") from None
    if header["problem"] == "refused":
        raise refusal_from_json(header["refusal"])
    if header["problem"] == "memory":
        raise Refusal(TOO_LARGE)
    if header["problem"]:
        raise JobFailed(header["where"])
    return file.read()
