"""The rejected rows of a file as a workbook that its owner mends and sends back; and what was mended in it.

It has the columns of the file, under the same headings and in the same order, after two of its own. A hidden sheet says
which file it belongs to, so that the mended rows complete that file's import.
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
from compliance.loading.keeping import never_kept, secret_places
from compliance.loading.loading import Receipt
from compliance.loading.validating import REASONS
from compliance.reading.markers import ROW, Marker, is_row_number, row_number
from compliance.reading.recognising import Match, Row
from compliance.reading.sheets import Workbook
from compliance.store.database import Cursor, Rows, rows

# The first of the two columns that stand before the file's own; the other has the row in the file.
ERROR: Final = N_("Error")
OWN_COLUMNS: Final = 2
# More notes than these make a workbook that opens slowly; the cells are marked all the same.
NOTES: Final = 2_000
WIDEST: Final = 40
MEASURED_ROWS: Final = 200
# What joins the columns that one field was read from.
JOINT: Final = " + "
MIDNIGHT: Final = " 00:00:00"
NOT_AWAY: Final = frozenset({"", "nej", "n", "no", "0", "falskt", "false", "ingen", "-"})


def return_workbook(receipts: tuple[Receipt, ...], workbook: Workbook, say: Language) -> bytes:
    """The rejected rows of one file, the wrong cells marked; without the columns and rows that are never kept."""
    book = forms.new_book()
    for receipt in receipts:
        rejected = [problem for problem in receipt.problems if problem["kind"] == "rejected"]
        for match in receipt.matches:
            of_sheet = [problem for problem in rejected if problem["sheet_number"] == match.number]
            if wrong := [problem for problem in of_sheet if problem["row"] not in match.withheld_rows]:
                _write(book, match, wrong, say)
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


def lean(receipts: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
    """The receipts with those rows alone that were rejected, at their places: all of a large file takes long to send
    to where the workbook is made.
    """
    return tuple(replace(found, matches=tuple(_lean(match, found) for match in found.matches)) for found in receipts)


def _lean(match: Match, receipt: Receipt) -> Match:
    wrong = {p["row"] - 1 for p in receipt.problems if p["kind"] == "rejected" and p["sheet_number"] == match.number}
    cells = match.sheet.cells
    kept: Any = pc.is_in(pa.array(range(len(cells)), pa.int64()), pa.array(sorted(wrong), pa.int64()))
    columns = [pc.if_else(kept, column, None) for column in cells.columns]
    return replace(match, sheet=replace(match.sheet, cells=pa.table(columns, names=cells.column_names)))


def _write(book: Any, match: Match, wrong: Rows, say: Language) -> None:
    name = forms.sheet_name(match.sheet.name or say.pick(match.source.title), book.sheetnames)
    sheet = book.create_sheet(name)
    by_row = {row: list(found) for row, found in groupby(sorted(wrong, key=_row), key=_row)}
    lines = _cells(match, list(by_row))
    places = _places(match, lines)
    headings = _headings(match)
    _write_head(sheet, [say(ERROR), say(ROW), *(headings.get(place) or "" for place in places)])
    columns = {place: column for column, place in enumerate(places, start=OWN_COLUMNS + 1)}
    for number, ((row, found), cells) in enumerate(zip(by_row.items(), lines, strict=True), start=2):
        forms.put(sheet, number, 1, " ".join(_sentences(found, say)), alignment=forms.WRAPPED)
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


def _sentences(found: Rows, say: Language) -> list[str]:
    """What is wrong in a row, each sentence after the name of its column."""
    return [
        say(N_("{column}: {sentence}"), column=problem["column"], sentence=say(REASONS[problem["reason"]]))
        for problem in sorted(found, key=lambda problem: problem["column_number"] or 0)
    ]


def _mark_wrong(sheet: Any, match: Match, by_row: dict[int, Rows], columns: dict[int, int], say: Language) -> None:
    """Fills the wrong cells, with a note, and gives their columns the drop-down or check that the field has."""
    wrong = [(number, p) for number, found in enumerate(by_row.values(), start=2) for p in found if p["column_number"]]
    for noted, (number, problem) in enumerate(wrong):
        place = problem["column_number"] - 1
        if place in columns:
            cell = sheet.cell(number, columns[place])
            cell.fill = forms.WRONG
            if noted < NOTES:
                forms.note(cell, say(REASONS[problem["reason"]]))
    wrong_places = {problem["column_number"] - 1 for _, problem in wrong}
    for place, check in _checks(match, say).items():
        if place in wrong_places and place in columns:
            letter = get_column_letter(columns[place])
            check.add(f"{letter}2:{letter}{len(by_row) + 1}")
            sheet.add_data_validation(check)


def _checks(match: Match, say: Language) -> dict[int, Any]:
    """The drop-down or check of each column that a field of its own is read from, by place."""
    own = {group[0].place: name for name, group in match.columns.items() if name not in match.combined}
    made = {place: forms.check(match.source.field(name), say) for place, name in own.items()}
    return {place: check for place, check in made.items() if check}


def _cells(match: Match, numbers: list[int]) -> list[Row]:
    """The cells of rows of the sheet, which count from 1."""
    found = match.sheet.cells.take([number - 1 for number in numbers])
    secret = secret_places(match)
    return [
        [_yes_or_no(cell) if place in secret else cell for place, cell in enumerate(row.values())]
        for row in found.to_pylist()
    ]


def _yes_or_no(cell: str | None) -> str:
    """Whether somebody is away: why they are is left out, but a mended row must not lose that they are."""
    return "Ja" if (cell or "").strip().casefold() not in NOT_AWAY else "Nej"


def _places(match: Match, lines: list[Row]) -> list[int]:
    """The columns that are kept and have a heading, or something in one of the rows."""
    hidden, headings = never_kept(match) - _read_as_yes_or_no(match), _headings(match)
    every = range(match.sheet.cells.num_columns)
    return [p for p in every if p not in hidden and (p in headings or any(cells[p] for cells in lines))]


def _read_as_yes_or_no(match: Match) -> frozenset[int]:
    """The columns of which a field reads yes or no and nothing else."""
    return frozenset(c.place for f in match.source.fields if f.secret for c in match.columns.get(f.name, ()))


def _headings(match: Match) -> dict[int, str]:
    """The headings by place, as they were read."""
    read = [*match.unused, *(column for group in match.columns.values() for column in group)]
    return {column.place: column.heading for column in read}


def _width(heading: str | None, place: int, lines: list[Row]) -> int:
    longest = max((len(cells[place] or "") for cells in lines[:MEASURED_ROWS]), default=0)
    return min(max(longest, min(len(heading or ""), 24), 8) + 2, WIDEST)


# --- what came back ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A cell of the file that a return changed: its row and column there, what stood in it and what stands now."""

    row: int
    column: str
    before: str
    now: str


def mended(cursor: Cursor, receipt: Receipt) -> list[Change]:
    """What the rows of a return changed in the file that they come from, in its order; nothing of other files."""
    if not receipt.marker or receipt.marker.kind != "return" or not receipt.marker.sha256:
        return []
    wanted = {"sha256": receipt.marker.sha256, "source": receipt.source.id}
    originals = rows(cursor, statement("returned_columns"), wanted)
    return [change for match in receipt.matches for change in _changes(cursor, match, _of_sheet(originals, match))]


def _of_sheet(originals: Rows, match: Match) -> Rows:
    """The columns of the sheet that a sheet of the return was made from."""
    named = [row for row in originals if forms.sheet_name(row["sheet"] or "") == match.sheet.name]
    alone = len({row["sheet_number"] for row in originals}) == 1
    return originals if alone else named


def _changes(cursor: Cursor, match: Match, originals: Rows) -> list[Change]:
    numbered = next((c.place for c in match.unused if is_row_number(c.heading)), None)
    if numbered is None or not originals:
        return []
    now = _numbered(match, numbered)
    first = originals[0]
    wanted = {"import_id": first["import_id"], "sheet_number": first["sheet_number"]}
    kept = rows(cursor, statement("returned_rows"), wanted | {"numbers": [first["heading_row"] or 0, *now]})
    before = {row["row"]: row["cells"] for row in kept}
    places = _places_before(match, originals, before.get(first["heading_row"] or 0, []))
    return [
        Change(number, heading, was, is_)
        for number, cells in sorted(now.items())
        if number in before
        for place, (heading, old) in places.items()
        if (was := _text(before[number][old])) != (is_ := _text(cells[place]))
    ]


def _numbered(match: Match, place: int) -> dict[int, Row]:
    """The rows of the return by their number in the file, without those of which nothing is kept."""
    below = enumerate(match.sheet.cells.slice(match.heading_row).to_pylist(), start=match.heading_row + 1)
    found = ((list(row.values()), row[f"c{place}"]) for at, row in below if at not in match.withheld_rows)
    return {number: row for row, cell in found if (number := row_number(cell))}


def _places_before(match: Match, originals: Rows, head: Row) -> dict[int, tuple[str, int]]:
    """For each column of the return that the file has: its heading, and where it stood there."""
    known = {row["heading"]: row["place"] for row in originals if JOINT not in row["heading"]}
    known = {heading: place for place, heading in reversed(list(enumerate(head))) if heading} | known
    own = {normal(Language(code)(ERROR)) for code in LANGUAGES}
    secret = secret_places(match)
    return {
        place: (heading, known[heading])
        for place, heading in sorted(_headings(match).items())
        if place not in secret and heading in known and normal(heading) not in own and not is_row_number(heading)
    }


def _text(cell: str | None) -> str:
    """A cell as it is compared: white space and a time of midnight do not count."""
    return " ".join((cell or "").split()).removesuffix(MIDNIGHT)
