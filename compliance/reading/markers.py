"""Workbooks of our own that come back filled in. A hidden sheet identifies them.

A *return* holds the rejected rows of one file, corrected by the owner of the source. *Answers* hold a unit's answers to
a questionnaire. Both complete an export instead of replacing it. A *worklist* is no export: it holds what a unit says
of what is left in it.
"""

import hashlib
import re
import textwrap
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, get_args

import pyarrow as pa

from compliance.core.language import LANGUAGES, N_, Language, folded
from compliance.declarations.sources import normal
from compliance.reading.sheets import Sheet, Workbook

SHEET: Final = "compliance"
TITLE: Final = "Do not change this sheet. It says what the workbook is."
# The heading of the hidden column that lists, for each row, the columns that the unit was asked to fill.
ASKED: Final = "Frågade kolumner"
# The column of a return with the number that each row had in the original file.
ROW: Final = N_("Row in the file")
# The heading of the hidden column of a work list that tells its items apart.
KEY: Final = N_("Key")
Kind = Literal["return", "answers", "worklist"]
KEY_FORM: Final = re.compile(r"(?:x[0-9a-f]{8}){4}")
# So many rows may stand above the first item of a work list.
MOST_ABOVE: Final = 60
MOST_DIGITS: Final = 7
# A unit is asked some hundreds of questions at most.
MOST_ANSWERS: Final = 20_000


@dataclass(frozen=True)
class Marker:
    """The content of the hidden sheet.

    `sha256`, `source` and `extract_date` are those of the file that a return belongs to; answers have none.
    `organisation`, `unit`, `as_of` and `edition` are those of a work list: whose it is, of which day, and how much was
    written of its items when it was made. The unit None is the organisation as a whole.
    """

    kind: Kind
    sha256: str | None = None
    source: str | None = None
    extract_date: date | None = None
    organisation: str = ""
    unit: str | None = None
    as_of: date | None = None
    answer_by: date | None = None
    edition: int = 0

    def rows(self) -> list[tuple[str, str]]:
        """The rows of the hidden sheet."""
        values = {
            "kind": self.kind,
            "sha256": _grouped(self.sha256 or ""),
            "source": self.source,
            "extract_date": str(self.extract_date or ""),
            "organisation": self.organisation,
            "unit": self.unit,
            "as_of": str(self.as_of or ""),
            "answer_by": str(self.answer_by or ""),
            "edition": str(self.edition or ""),
        }
        return [(TITLE, ""), *((key, text) for key, text in values.items() if text)]


def _grouped(digits: str) -> str:
    """Digits in groups with a letter first: ten in a row could be masked as an identity number."""
    return "".join(f"x{group}" for group in textwrap.wrap(digits, 8))


def item_key(organisation: str, point: str, item: str) -> str:
    """By which an item of a work list is known when the list comes back."""
    whole = f"{folded(organisation)}\0{point}\0{folded(item)}"
    return _grouped(hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32])


def is_key(cell: str | None) -> bool:
    """Whether a cell holds the key of an item of a work list."""
    return KEY_FORM.fullmatch((cell or "").strip()) is not None


def has_keys(sheet: Sheet) -> bool:
    """Whether the first rows of a sheet have keys of a work list."""
    return any(is_key(cell) for column in sheet.cells.slice(0, MOST_ABOVE).columns for cell in column.to_pylist())


def is_row_number(heading: str) -> bool:
    """Whether a heading is that of a return's column of row numbers, in any language."""
    return normal(heading) in {normal(Language(code)(ROW)) for code in LANGUAGES}


def row_number(cell: str | None) -> int | None:
    """The number of a spreadsheet row in a cell, if it is one."""
    text = (cell or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def split_marker(workbook: Workbook) -> tuple[Workbook, Marker | None]:
    """The workbook without its hidden sheet, and the marker. Answers lose the rows that were not answered."""
    sheet = next((sheet for sheet in workbook.sheets if sheet.name == SHEET), None)
    values = _marker_values(sheet) if sheet else {}
    kind = next((kind for kind in get_args(Kind) if kind == values.get("kind")), None)
    if kind is None:
        return workbook, None
    marker = Marker(
        kind=kind,
        sha256=re.sub(r"[x\s]", "", values.get("sha256", "")) or None,
        source=values.get("source"),
        extract_date=_day(values.get("extract_date", "")),
        organisation=values.get("organisation", ""),
        unit=values.get("unit"),
        as_of=_day(values.get("as_of", "")),
        answer_by=_day(values.get("answer_by", "")),
        edition=row_number(values.get("edition")) or 0,
    )
    others = tuple(other for other in workbook.sheets if other is not sheet)
    if marker.kind == "answers":
        others = tuple(map(_answered, others))
    return replace(workbook, sheets=others), marker


def _marker_values(sheet: Sheet) -> dict[str, str]:
    """The keys and values of the hidden sheet; empty if the sheet is somebody else's of that name."""
    if sheet.cells.num_columns < 2 or sheet.cells.num_rows < 2 or sheet.cells["c0"][0].as_py() != TITLE:
        return {}
    pairs = zip(sheet.cells["c0"].to_pylist()[1:], sheet.cells["c1"].to_pylist()[1:], strict=True)
    return {key: value for key, value in pairs if key and value}


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _answered(sheet: Sheet) -> Sheet:
    """The sheet with unanswered rows blank: those with none of the asked columns filled."""
    if sheet.cells.num_rows > MOST_ANSWERS:
        return sheet
    rows = sheet.cells.to_pylist()
    place = next(((n, name) for n, row in enumerate(rows) for name, cell in row.items() if cell == ASKED), None)
    if place is None:
        return sheet
    heading, column = place
    kept = [row if number <= heading or _is_answered(row, row[column]) else {} for number, row in enumerate(rows)]
    # The hidden column is none of the export's.
    kept = [{name: cell for name, cell in row.items() if name != column} for row in kept]
    return replace(sheet, cells=pa.Table.from_pylist(kept, schema=sheet.cells.schema))


def _is_answered(row: dict[str, str | None], asked: str | None) -> bool:
    """Whether a row has an answer, or was added by hand and so was asked nothing."""
    return not asked or any((row.get(f"c{place}") or "").strip() for place in asked.split(","))
