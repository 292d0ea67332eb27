"""Files that take long are made outside of the process that serves pages, in one of their own with limits.

    content = made(Job(), report_file, dossier, kind="docx", say=say, …)

Whatever a text in it does to a writer, other viewers go on. The command line serves nobody and calls the same functions
itself.
"""

import json
import logging
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from compliance.core import children
from compliance.core.children import nameless_file, sweep
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.saving import temporary_folder

# A browser waits three minutes for a file: for its turn and for the making together.
SECONDS: Final = 120.0
TURN_SECONDS: Final = 45.0
AT_ONCE: Final = threading.BoundedSemaphore(2)
Make = Callable[..., bytes]

TOO_SLOW: Final = N_(
    "The file was not ready after {seconds} seconds, so it was stopped. Try again when fewer files are being made. "
    "Of a large extract choose CSV or Parquet, or a single review point. The command line has no time limit."
)
BUSY: Final = N_("Other files are being made, and it has not been this one's turn. Try again in a minute.")
TOO_LARGE: Final = N_(
    "The file needs more memory than it may take. Of a large extract choose CSV or Parquet, or a single review point."
)
log = logging.getLogger(__name__)


class NotMade(Exception):
    """The process that makes a file has failed; says where, and nothing of what it was making."""


@dataclass
class Job:
    """A file that somebody waits for: when it was asked for, begun and over, and what was to be said in the end.

    `wanted` tells whether they still wait; `taken` is whether its making has been asked to begin; `folder` is the
    child's.
    """

    wanted: Callable[[], bool] = lambda: True
    asked: float = field(default_factory=time.monotonic)
    taken: bool = False
    begun: float | None = None
    over: float | None = None
    sentence: str = ""
    folder: Path | None = None

    @property
    def seconds(self) -> float:
        """How long it has been made so far."""
        return time.monotonic() - self.begun if self.begun else 0.0

    @property
    def parts(self) -> tuple[int, int] | None:
        """How many parts of how many are done, where it has several."""
        return children.told(self.folder) if self.folder else None


def made(job: Job, make: Make, *given: Any, seconds: float = SECONDS, **named: Any) -> bytes:
    """What `make` gives, made by a child; a Refusal where it is too slow, too large or refused by `make` itself."""
    with _turn(job), nameless_file() as order, nameless_file() as answer:
        pickle.dump((make, given, named), order, pickle.HIGHEST_PROTOCOL)
        order.flush()
        code = _run(job, order, answer, seconds=seconds)
        return _content(answer, code=code)


@contextmanager
def _turn(job: Job) -> Iterator[None]:
    if not AT_ONCE.acquire(timeout=TURN_SECONDS):
        raise Refusal(BUSY)
    try:
        job.begun = time.monotonic()
        yield
    finally:
        AT_ONCE.release()


def _run(job: Job, order: BinaryIO, answer: BinaryIO, *, seconds: float) -> int:
    sweep()
    try:
        with temporary_folder() as job.folder:
            given: Any = {"folder": job.folder, "stdin": order, "stdout": answer, "wanted": job.wanted}
            return children.run("compliance.core.maker", **given, seconds=seconds)
    except children.TimeOver:
        raise Refusal(TOO_SLOW, seconds=round(seconds)) from None


def _content(file: BinaryIO, *, code: int) -> bytes:
    """What the child answered; it may have died before it could."""
    file.seek(0)
    try:
        said = json.loads(file.readline())
    except ValueError:
        raise NotMade(f"died with code {code}") from None
    if said["problem"] == "refused":
        raise Refusal(said["message"], **said["values"])
    if said["problem"] == "memory":
        raise Refusal(TOO_LARGE)
    if said["problem"]:
        raise NotMade(said["where"])
    return file.read()
