"""What a file would change, before anything is written; and its rejected rows as a workbook to mend."""

import io
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa

from compliance.assessing import Coverage, coverage
from compliance.comparing import Comparison, compare
from compliance.database import EVERYTHING_KNOWN, Cursor, Database
from compliance.language import N_, Language
from compliance.loading import Order, Receipt, rehearse
from compliance.points import Point
from compliance.reading import Workbook
from compliance.recognising import Match, Words
from compliance.sources import Source
from compliance.validating import REASONS

ILLEGAL: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


@dataclass(frozen=True)
class Preview:
    """What loading files would give: their imports beside those before, and every point before and after, on `day`."""

    receipts: tuple[Receipt, ...]
    comparisons: tuple[Comparison, ...]
    day: date
    before: tuple[Coverage, ...]
    after: tuple[Coverage, ...]

    @property
    def loaded(self) -> int:
        """How many rows would be loaded."""
        return sum(receipt.summary.loaded for receipt in self.receipts)

    @property
    def rejected(self) -> int:
        """How many rows would not."""
        return sum(receipt.summary.rejected for receipt in self.receipts)


def preview(
    database: Database,
    files: list[tuple[Workbook, Order]],
    *,
    as_of: date,
    points: tuple[Point, ...],
    sources: dict[str, Source],
    words: Words,
) -> Preview:
    """Loads the files in a transaction that is rolled back; a Refusal says why one cannot be loaded.

    Figures are those of the as-of date, or of the extract date where that is later.
    """

    def then(cursor: Cursor, receipts: list[Receipt]) -> tuple[date, list[Coverage], list[Comparison]]:
        day = max(as_of, *(receipt.extract_date.day for receipt in receipts))
        compared = [compare(cursor, receipt.import_id, receipt.source) for receipt in receipts]
        return day, _figures(cursor, points, day), compared

    receipts, (day, after, compared) = rehearse(database, files, sources=sources, words=words, then=then)
    with database.cursor() as cursor:
        before = _figures(cursor, points, day)
    return Preview(tuple(receipts), tuple(compared), day, tuple(before), tuple(after))


def _figures(cursor: Cursor, points: tuple[Point, ...], day: date) -> list[Coverage]:
    return coverage(cursor, points, days=[day], known_at=EVERYTHING_KNOWN, level="organisation")


def rejected_workbook(receipts: tuple[Receipt, ...], say: Language) -> bytes:
    """The rejected rows as they stood in the file, with what is wrong before them; without the dropped columns."""
    from openpyxl import Workbook as Book

    book = Book(write_only=True)
    for receipt in receipts:
        for match in receipt.matches:
            wrong = [p for p in receipt.problems if p["kind"] == "rejected" and p["sheet_number"] == match.number]
            if wrong:
                _write_sheet(book, match, wrong, say)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _write_sheet(book: Any, match: Match, wrong: list[dict[str, Any]], say: Language) -> None:
    sheet = book.create_sheet((match.sheet.name or say.pick(match.source.title))[:31].translate(_no_sheet_marks()))
    dropped = {column.place for column in match.dropped}
    sheet.freeze_panes = "D2"
    places = [place for place in range(match.sheet.cells.num_columns) if place not in dropped]
    heads = [say(N_("Row in the file")), say(N_("Column")), say(N_("What is wrong and what to do"))]
    _append(sheet, [*heads, *_cells(match.sheet.cells, [match.heading_row], places)[0]])
    by_row: dict[int, list[dict[str, Any]]] = {}
    for problem in wrong:
        by_row.setdefault(problem["row"], []).append(problem)
    cells = _cells(match.sheet.cells, list(by_row), places)
    for (number, found), values in zip(by_row.items(), cells, strict=True):
        columns = ", ".join(str(problem["column"]) for problem in found)
        texts = " ".join(say(REASONS[problem["reason"]]) for problem in found)
        _append(sheet, [number, columns, texts, *values])


def _cells(cells: pa.Table, rows: list[int], places: list[int]) -> list[list[str | None]]:
    """The cells of rows of the spreadsheet, which count from 1."""
    found = cells.select(places).take([row - 1 for row in rows])
    return [list(row.values()) for row in found.to_pylist()]


def _append(sheet: Any, values: list[object]) -> None:
    """A row whose texts stay texts: a cell that begins with = is no formula here."""
    sheet.append([_text(sheet, value) if isinstance(value, str) else value for value in values])


def _text(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, text.translate(ILLEGAL))
    cell.data_type = "s"
    return cell


def _no_sheet_marks() -> dict[int, str]:
    return dict.fromkeys(map(ord, "[]:*?/\\"), " ")
