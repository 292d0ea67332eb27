"""A file to text cells, read in a child process with limits, so that no file can harm the server."""

import hashlib
import json
import logging
import os
import pickle
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
import pyarrow as pa

from compliance.core import children, clock, places
from compliance.core.children import nameless_file, sweep
from compliance.core.errors import Hindered, Refusal
from compliance.core.language import N_
from compliance.core.lengths import LONGEST_NAME, few_marks
from compliance.core.masking import MASK, mask_text, numbers
from compliance.core.queueing import Queue
from compliance.core.saving import full_temporary_refusal, temporary_folder
from compliance.declarations.sources import load_sources, load_values
from compliance.reading.screening import ReadRequest
from compliance.reading.sheets import Workbook
from compliance.reading.worker import REQUEST

MAX_BYTES: Final = 200 << 20
# How much of a processor a small file may take, which will not finish after it; 60 MB need 20 s.
SECONDS: Final = 6.0
SECONDS_A_MEGABYTE: Final = 2.0
MOST_SECONDS: Final = 120.0
# How many times as long that may take on a busy machine, and the longest that somebody waits.
PATIENCE: Final = 10
MOST_PATIENCE: Final = 600.0
# Each child may use memory up to its limit, so only two of a person run at once.
READERS: Final = 2
# One person leaves room for another.
AT_ONCE: Final = Queue(of_one=READERS, at_once=READERS + 1)
# From this year on, a date in a file name may be the day of the export.
FIRST_YEAR: Final = 2000

TOO_LARGE: Final = N_(
    "The file {file} holds too much, perhaps cells far outside its table. Delete those, or divide the file."
)
UNREADABLE: Final = N_(
    "The file {file} is written in a way that cannot be read here. Open it in the program that it was made with, save "
    "it as a new .xlsx and load that."
)
PROTECTED: Final = N_("The file {file} is protected. Save it without a password or other protection and load it again.")
NO_SPREADSHEET: Final = N_("The file {file} is not a spreadsheet. Load an .xlsx, .xls, .ods or .csv file.")
BUSY: Final = N_("The machine is too busy to read the file {file} just now. Load it again in a while.")
SENTENCES: Final = {
    "empty": N_("The file {file} is empty. Export it again."),
    "damaged": N_("The file {file} is damaged or incomplete. Export it again."),
    "unusual": UNREADABLE,
    "password": PROTECTED,
    "rights": PROTECTED,
    "xlsb": UNREADABLE,
    "old_excel": UNREADABLE,
    "numbers": UNREADABLE,
    "open_office": UNREADABLE,
    "document": NO_SPREADSHEET,
    "slides": NO_SPREADSHEET,
    "pdf": N_("The file {file} is a PDF. Load the spreadsheet that it was made from."),
    "picture": NO_SPREADSHEET,
    "archive": N_("The file {file} is an archive. Unpack it and load the spreadsheets in it."),
    "unknown": NO_SPREADSHEET,
    "no_table": N_("The file {file} is a web page without a table. Sign in to the system and export it again."),
    "open_quote": N_("In the file {file} a quotation mark in row {row} is never closed. Export it again as .xlsx."),
    "bomb": TOO_LARGE,
    "too_large": TOO_LARGE,
    "memory": TOO_LARGE,
    "unopened": N_("The file {file} cannot be opened. Check its name, and that you may read it."),
    "died": UNREADABLE,
    "too_slow": TOO_LARGE,
    "late": BUSY,
    "killed": BUSY,
}
# The problems of which no file is the cause.
HINDRANCES: Final = ("late", "killed")


class NotRead(Refusal):
    """A file that cannot be read, of which it is the cause: `code` says why, as a key of SENTENCES."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        super().__init__(SENTENCES[code], **values)


log = logging.getLogger(__name__)
# The command line prints one sentence about a refused file, without the reader's warnings.
log.addHandler(logging.NullHandler())


def read(content: bytes | Path, *, name: str, request: ReadRequest | None = None) -> Workbook:
    """The sheets of a file. Raise Refusal if it cannot be read.

    `request` is what is known of the file, which decides what is an identity number in it; by default nothing is.
    """
    shown, in_name = safe_name(name)
    sweep()
    with AT_ONCE.turn(), temporary_folder() as folder, nameless_file() as file:
        sha256 = _copy(content, file, shown=shown)
        (folder / REQUEST).write_bytes(pickle.dumps((shown, request or _default_request())))
        answer = _read_in_child(file, folder, shown=shown)
        book = msgspec.convert(answer, Workbook, dec_hook=lambda _kind, name: _cells(folder / name))
        return replace(book, name=shown, sha256=sha256, masked=book.masked + in_name)


def _default_request() -> ReadRequest:
    own = places.own_files()
    return ReadRequest(load_sources(own), load_values(own), today=clock.today())


def safe_name(name: str) -> tuple[str, int]:
    """A file name without path, invisible characters and identity numbers, and how many identity numbers it had."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", few_marks(name)))[-1]
    printable = "".join(letter if unicodedata.category(letter)[0] not in "CZ" else _blank(letter) for letter in last)
    text, dated = _without_last(" ".join(printable.split()))
    text, masked = mask_text(text)
    stem, dot, extension = text.rpartition(".")
    if len(text) > LONGEST_NAME and dot and len(extension) <= 10:
        text = stem[: LONGEST_NAME - len(extension) - 1] + dot + extension
    return text[:LONGEST_NAME] or "export", masked + dated


def _without_last(name: str) -> tuple[str, int]:
    """The name with the last four digits masked where a date before them may be the day of the export.

    The eight digits of the date stay: it is read from the name later.
    """
    found = {(n.four, n.end) for n in numbers(name) if n.right and n.day and n.day.year >= FIRST_YEAR}
    matches, begun = 0, len(name) + 1
    for four, end in sorted(found, reverse=True):
        if end <= begun:
            name, begun, matches = f"{name[:four]}{MASK[-4:]}{name[end:]}", four, matches + 1
    return name, matches


def _blank(letter: str) -> str:
    return " " if letter.isspace() else ""


def _copy(content: bytes | Path, file: BinaryIO, *, shown: str) -> str:
    """Copy the content to a file that only this process and its child can read, and return its SHA-256."""
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(content, shown=shown):
        digest.update(piece)
        file.write(piece)
        size += len(piece)
        if size > MAX_BYTES:
            raise NotRead("too_large", file=shown)
    if not size:
        raise NotRead("empty", file=shown)
    file.flush()
    return digest.hexdigest()


def _pieces(content: bytes | Path, *, shown: str) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    try:
        file = content.open("rb")
    except OSError:
        raise NotRead("unopened", file=shown) from None
    with file:
        while piece := file.read(1 << 20):
            yield piece


def _read_in_child(file: BinaryIO, folder: Path, *, shown: str) -> dict[str, Any]:
    """The child's answer. If its memory ran out it is tried again with care, which cuts stray cells far away."""
    answer = _child(file, folder)
    if answer["problem"] in ("died", "killed", "memory"):
        answer = _child(file, folder, "careful")
    if "fault" in answer:
        log.warning("The reader failed: %s", answer["fault"])
    if answer["problem"] == "no_room":
        raise full_temporary_refusal()
    if answer["problem"]:
        raise _refusal(answer["problem"], shown, **answer["values"])
    return answer


def seconds_for(size: int) -> float:
    """The seconds of a processor that an attempt to read a file of this many bytes may take."""
    return min(SECONDS + SECONDS_A_MEGABYTE * size / (1 << 20), MOST_SECONDS)


def _child(file: BinaryIO, folder: Path, *options: str) -> dict[str, Any]:
    """Run the reader once, with the file as its standard input."""
    seconds = seconds_for(os.fstat(file.fileno()).st_size)
    patience, module = min(PATIENCE * seconds, MOST_PATIENCE), "compliance.reading.worker"
    try:
        code = children.run(module, *options, folder=folder, stdin=file, seconds=seconds, patience=patience)
    except children.Killed as why:
        log.warning("The reader was killed, or did not start: %s", why)
        return {"problem": "killed", "values": {}}
    except children.TimeOver as why:
        return {"problem": "late" if isinstance(why, children.Late) else "too_slow", "values": {}}
    return _answer(folder / "answer.json", code=code)


def _answer(path: Path, *, code: int) -> dict[str, Any]:
    """What the child wrote, or that it died if that is nothing readable."""
    try:
        answer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        log.warning("The reader died with code %s", code)
        return {"problem": "no_room" if code == children.FULL else "died", "values": {}}
    return {"problem": None, **answer}


def _cells(path: Path) -> pa.Table:
    """The cells of a sheet from their file, memory-mapped; the memory lasts as long as the table.

    The file is unlinked at once: its rows may hold levels that must not be stored, and this process may be killed.
    """
    with pa.memory_map(str(path)) as file:
        path.unlink()
        return pa.ipc.open_file(file).read_all()


def _refusal(code: str, shown: str, **values: object) -> Refusal:
    values = {"file": shown, **values}
    return Hindered(SENTENCES[code], **values) if code in HINDRANCES else NotRead(code, **values)
