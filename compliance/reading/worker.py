"""The child process that reads one file: it sets its limits first, then reads the cells as text and masks them.

Run as `python -m compliance.reading.worker TARGET SECONDS PARENT [careful]` with the file as standard input, which must
be seekable and needs no name. It leaves one Arrow file a sheet and `answer.json` in the folder TARGET, all masked. It
trusts nothing that it reads and may be killed at any point; then there is no answer. Only the standard library is
imported before the limits are set, so this module and those that it uses import everything else inside functions.
"""

import gc
import json
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from compliance.core.children import FULL, begin, disk_was_full, where
from compliance.core.lengths import LONGEST_NAME, few_marks, few_marks_in
from compliance.reading.cells import MAX_PLACES, Content, Unreadable, as_table, dates_alone, without_nul
from compliance.reading.columns import in_threads
from compliance.reading.textfiles import read_text
from compliance.reading.workbooks import read_ole, read_zip

if TYPE_CHECKING:
    import pyarrow as pa

    from compliance.reading.screening import ReadRequest
    from compliance.reading.sheets import Workbook

# The file in TARGET with the pickled request: what the parent knows of the file.
REQUEST: Final = "request"

SIGNATURES: Final = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"PK\x05\x06", "empty"),
    (b"{\\rtf", "document"),
    (b"\x09\x00\x04\x00", "old_excel"),
    (b"\x09\x02\x06\x00", "old_excel"),
    (b"\x09\x04\x06\x00", "old_excel"),
    (b"\x09\x08", "old_excel"),
)
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def main(arguments: list[str]) -> None:
    """Read standard input and leave the answer in TARGET, within SECONDS of processor time."""
    target, careful = begin(arguments), "careful" in arguments[3:]
    # Nothing here makes cycles, and looking for them doubles the time for a large text file.
    gc.disable()
    # Arrow imports these if they are installed, which takes longer than reading an ordinary file.
    sys.modules.update(dict.fromkeys(("pandas", "numpy")))  # type: ignore[arg-type]
    try:
        answer = _answer(read(sys.stdin.buffer, folder=target, careful=careful), target=target)
    except Unreadable as problem:
        answer = {"problem": problem.code, "values": problem.values}
    except MemoryError:
        answer = {"problem": "memory", "values": {}}
    except BaseException as fault:
        # A panic of the spreadsheet library is a BaseException.
        answer = {"problem": _problem(fault), "values": {}, "fault": where(fault)}
    try:
        (target / "answer.json").write_text(json.dumps(answer, default=str), encoding="utf-8")
    except OSError:
        raise SystemExit(FULL) from None


def _problem(fault: BaseException) -> str:
    return "no_room" if disk_was_full(fault) else "unusual"


def _answer(content: Content, *, target: Path) -> dict[str, Any]:
    """Mask every cell and name, write the sheets, and return the answer for the parent."""
    workbook = _screened(content, *pickle.loads((target / REQUEST).read_bytes()))  # noqa: S301 - the parent's own
    sheets = []
    for index, sheet in enumerate(workbook.sheets):
        _write(sheet.cells, path=target / f"{index}.arrow")
        sheets.append(vars(sheet) | {"name": sheet.name[:LONGEST_NAME], "cells": f"{index}.arrow"})
    return vars(workbook) | {
        "cut": content.cut + sum(sheet.cut for sheet in content.sheets),
        "formulas": content.formulas + sum(sheet.formulas for sheet in content.sheets),
        "sheets": sheets,
    }


def _screened(content: Content, name: str, request: "ReadRequest") -> "Workbook":
    """The content as a workbook without identity numbers."""
    from compliance.reading.screening import screened
    from compliance.reading.sheets import Sheet, Workbook

    sheets = tuple(
        Sheet(
            few_marks(s.name.replace("\0", "")),
            _read(s.cells),
            s.errors,
            tuple(s.error_places[:MAX_PLACES]),
            hidden=s.hidden,
        )
        for s in content.sheets
    )
    return screened(Workbook(name, "", content.kind, sheets, content.date1904, content.modified, masked=0), request)


def _read(cells: "pa.Table") -> "pa.Table":
    """The cells as all formats have them."""
    return as_table(in_threads(lambda column: few_marks_in(dates_alone(without_nul(column))), cells.columns))


def _write(cells: "pa.Table", *, path: Path) -> None:
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, cells.schema) as writer:
        writer.write_table(cells)


def read(file: BinaryIO, *, folder: Path, careful: bool) -> Content:
    """Everything that the file holds, whatever it is called. Raise Unreadable if it is no table.

    `folder` may hold a link to the file for a moment.
    """
    file.seek(0)
    head = file.read(4096)
    for signature, code in SIGNATURES:
        if head.startswith(signature):
            raise Unreadable(code)
    file.seek(0)
    if head.startswith(b"PK\x03\x04"):
        content = read_zip(file, folder=folder, careful=careful)
    elif head.startswith(OLE):
        content = read_ole(file, folder=folder)
    else:
        content = read_text(file.read())
    if not any(sheet.cells.num_rows for sheet in content.sheets):
        raise Unreadable("empty")
    return content


if __name__ == "__main__":
    main(sys.argv[1:])
