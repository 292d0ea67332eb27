"""The rejected rows of a file as a workbook for its owner to correct and send back, and the corrections made in it.

The workbook has the columns of the file, with the same headings in the same order, after two of its own. A hidden
sheet says which file it belongs to, so that the corrected rows complete that file's import.
"""

from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from openpyxl.utils import get_column_letter

from compliance.core.language import LANGUAGES, N_, Language
from compliance.correcting import forms
from compliance.declarations.queries import statement
from compliance.declarations.sources import normal
from compliance.loading.loading import Receipt
from compliance.loading.storing import never_stored
from compliance.loading.validating import REASONS
from compliance.reading.markers import ROW, Marker, is_row_number, row_number
from compliance.reading.recognising import Match, Row
from compliance.reading.sheets import Workbook
from compliance.store.database import Cursor, Rows, rows

# The heading of the first of the two own columns; the other holds the row number in the file.
ERROR: Final = N_("Error")
OWN_COLUMNS: Final = 2
# More notes would make the workbook slow to open. Cells beyond them are still marked.
NOTES: Final = 2_000
WIDEST: Final = 40
MEASURED_ROWS: Final = 200
# Joins the headings of the columns that one field was read from.
JOINT: Final = " + "
MIDNIGHT: Final = " 00:00:00"
NOT_AWAY: Final = frozenset({"", "nej", "n", "no", "0", "falskt", "false", "ingen", "-"})


def return_workbook(receipts: tuple[Receipt, ...], workbook: Workbook, say: Language) -> bytes:
    """The rejected rows of one file with the wrong cells marked, without the columns and rows that are never stored."""
    book = forms.new_book()
    for receipt in receipts:
        rejected = [problem for problem in receipt.problems if problem["kind"] == "rejected"]
        for match in receipt.matches:
            problems = [problem for problem in rejected if problem["sheet_number"] == match.number]
            if shown := [problem for problem in problems if problem["row"] not in match.withheld_rows]:
                _write(book, match, shown, say)
    sources = {receipt.source.id for receipt in receipts}
    forms.mark(
        book,
        Marker(
            kind="return",
            sha256=workbook.sha256,
            source=sources.pop() if len(sources) == 1 else None,
            extract_date=receipts[0].extract_date.day,
        ),
    )
    return forms.content(book)


def only_rejected(receipts: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
    """The receipts with only their rejected rows left, in place; other rows are empty.

    Sending every row of a large file to the process that makes the workbook would take long.
    """
    return tuple(
        replace(receipt, matches=tuple(_only_rejected(match, receipt) for match in receipt.matches))
        for receipt in receipts
    )


def _only_rejected(match: Match, receipt: Receipt) -> Match:
    wrong = {p["row"] - 1 for p in receipt.problems if p["kind"] == "rejected" and p["sheet_number"] == match.number}
    cells = match.sheet.cells
    is_wrong: Any = pc.is_in(pa.array(range(len(cells)), pa.int64()), pa.array(sorted(wrong), pa.int64()))
    columns = [pc.if_else(is_wrong, column, None) for column in cells.columns]
    return replace(match, sheet=replace(match.sheet, cells=pa.table(columns, names=cells.column_names)))


def _write(book: Any, match: Match, problems: Rows, say: Language) -> None:
    name = forms.sheet_name(match.sheet.name or say.pick(match.source.title), book.sheetnames)
    sheet = book.create_sheet(name)
    by_row = {row: list(group) for row, group in groupby(sorted(problems, key=_row), key=_row)}
    lines = _cells(match, list(by_row))
    places = _places(match, lines)
    headings = _headings(match)
    _write_head(sheet, [say(ERROR), say(ROW), *(headings.get(place) or "" for place in places)])
    columns = {place: column for column, place in enumerate(places, start=OWN_COLUMNS + 1)}
    for number, ((row, group), cells) in enumerate(zip(by_row.items(), lines, strict=True), start=2):
        forms.put(sheet, number, 1, " ".join(_sentences(group, say)), alignment=forms.WRAPPED)
        forms.put(sheet, number, 2, row, alignment=forms.TOP)
        for place, column in columns.items():
            if cells[place]:
                forms.put(sheet, number, column, cells[place], alignment=forms.TOP)
    _mark_wrong(sheet, match, by_row, columns, say)
    forms.widths(sheet, [46, 10, *(_width(headings.get(place), place, lines) for place in places)])
    sheet.freeze_panes = sheet.cell(2, OWN_COLUMNS + 1)
    sheet.auto_filter.ref = sheet.dimensions
    forms.printable(sheet)


def _row(problem: dict[str, Any]) -> int:
    number: int = problem["row"]
    return number


def _write_head(sheet: Any, headings: list[str]) -> None:
    for column, heading in enumerate(headings, start=1):
        if heading:
            forms.head(sheet, 1, column, heading)
        if column <= OWN_COLUMNS:
            sheet.cell(1, column).font = forms.font(bold=True, italic=True)


def _sentences(problems: Rows, say: Language) -> list[str]:
    """The problems of a row as sentences, each after the name of its column."""
    return [
        say(N_("{column}: {sentence}"), column=problem["column"], sentence=say(REASONS[problem["reason"]]))
        for problem in sorted(problems, key=lambda problem: problem["column_number"] or 0)
    ]


def _mark_wrong(sheet: Any, match: Match, by_row: dict[int, Rows], columns: dict[int, int], say: Language) -> None:
    """Mark the wrong cells, with a note, and add the drop-down or check of the field to their columns."""
    marks = [
        (number, p) for number, problems in enumerate(by_row.values(), start=2) for p in problems if p["column_number"]
    ]
    for noted, (number, problem) in enumerate(marks):
        place = problem["column_number"] - 1
        if place in columns:
            cell = sheet.cell(number, columns[place])
            cell.fill = forms.WRONG
            if noted < NOTES:
                forms.note(cell, say(REASONS[problem["reason"]]))
    marked_places = {problem["column_number"] - 1 for _, problem in marks}
    for place, check in _checks(match, say).items():
        if place in marked_places and place in columns:
            letter = get_column_letter(columns[place])
            check.add(f"{letter}2:{letter}{len(by_row) + 1}")
            sheet.add_data_validation(check)


def _checks(match: Match, say: Language) -> dict[int, Any]:
    """The drop-down or check of each column that alone gives a field, by place."""
    field_names = {group[0].place: name for name, group in match.columns.items() if name not in match.combined}
    checks = {place: forms.check(match.source.field(name), say) for place, name in field_names.items()}
    return {place: check for place, check in checks.items() if check}


def _cells(match: Match, numbers: list[int]) -> list[Row]:
    """The cells of the rows with these numbers, counted from 1."""
    lines = match.sheet.cells.take([number - 1 for number in numbers])
    secret = match.secret_places
    return [
        [_yes_or_no(cell) if place in secret else cell for place, cell in enumerate(row.values())]
        for row in lines.to_pylist()
    ]


def _yes_or_no(cell: str | None) -> str:
    """Yes or no for a reason of absence: the reason is left out, but a corrected row must not lose the absence."""
    return "Ja" if (cell or "").strip().casefold() not in NOT_AWAY else "Nej"


def _places(match: Match, lines: list[Row]) -> list[int]:
    """The stored columns that have a heading, or a value in one of the rows."""
    hidden, headings = never_stored(match) - _read_as_yes_or_no(match), _headings(match)
    every = range(match.sheet.cells.num_columns)
    return [p for p in every if p not in hidden and (p in headings or any(cells[p] for cells in lines))]


def _read_as_yes_or_no(match: Match) -> frozenset[int]:
    """The columns that a field reads as yes or no only."""
    return frozenset(c.place for f in match.source.fields if f.secret for c in match.columns.get(f.name, ()))


def _headings(match: Match) -> dict[int, str]:
    """The headings as read, by place."""
    return {column.place: column.heading for column in match.kept_columns}


def _width(heading: str | None, place: int, lines: list[Row]) -> int:
    longest = max((len(cells[place] or "") for cells in lines[:MEASURED_ROWS]), default=0)
    return min(max(longest, min(len(heading or ""), 24), 8) + 2, WIDEST)


# --- Corrections -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A cell of the original file that a return changed: its row and column there, and its text before and now."""

    row: int
    column: str
    before: str
    now: str


def corrections(cursor: Cursor, receipt: Receipt) -> list[Change]:
    """The changes that a return makes in its original file, in file order. Empty if the receipt is of no return."""
    if not receipt.marker or receipt.marker.kind != "return" or not receipt.marker.sha256:
        return []
    params = {"sha256": receipt.marker.sha256, "source": receipt.source.id}
    originals = rows(cursor, statement("returned_columns"), params)
    return [change for match in receipt.matches for change in _changes(cursor, match, _of_sheet(originals, match))]


def _of_sheet(originals: Rows, match: Match) -> Rows:
    """The columns of the original sheet that a sheet of the return was made from."""
    same_name = [row for row in originals if forms.sheet_name(row["sheet"] or "") == match.sheet.name]
    only_sheet = len({row["sheet_number"] for row in originals}) == 1
    return originals if only_sheet else same_name


def _changes(cursor: Cursor, match: Match, originals: Rows) -> list[Change]:
    number_place = next((c.place for c in match.unused if is_row_number(c.heading)), None)
    if number_place is None or not originals:
        return []
    now = _numbered(match, number_place)
    first = originals[0]
    params = {"import_id": first["import_id"], "sheet_number": first["sheet_number"]}
    stored = rows(cursor, statement("returned_rows"), params | {"numbers": [first["heading_row"] or 0, *now]})
    before = {row["row"]: row["cells"] for row in stored}
    places = _places_before(match, originals, before.get(first["heading_row"] or 0, []))
    return [
        Change(number, heading, was, is_)
        for number, cells in sorted(now.items())
        if number in before
        for place, (heading, old) in places.items()
        if (was := _text(before[number][old])) != (is_ := _text(cells[place]))
    ]


def _numbered(match: Match, place: int) -> dict[int, Row]:
    """The rows of the return by their number in the original file, without those of which nothing is stored."""
    below = enumerate(match.sheet.cells.slice(match.heading_row).to_pylist(), start=match.heading_row + 1)
    lines = ((list(row.values()), row[f"c{place}"]) for at, row in below if at not in match.withheld_rows)
    return {number: row for row, cell in lines if (number := row_number(cell))}


def _places_before(match: Match, originals: Rows, head: Row) -> dict[int, tuple[str, int]]:
    """For each column of the return that the original file has, by place: its heading and its place there."""
    original_places = {row["heading"]: row["place"] for row in originals if JOINT not in row["heading"]}
    original_places = {
        heading: place for place, heading in reversed(list(enumerate(head))) if heading
    } | original_places
    error_headings = {normal(Language(code)(ERROR)) for code in LANGUAGES}
    secret = match.secret_places
    return {
        place: (heading, original_places[heading])
        for place, heading in sorted(_headings(match).items())
        if place not in secret
        and heading in original_places
        and normal(heading) not in error_headings
        and not is_row_number(heading)
    }


def _text(cell: str | None) -> str:
    """The text of a cell as compared: white space and a midnight time are ignored."""
    return " ".join((cell or "").split()).removesuffix(MIDNIGHT)
