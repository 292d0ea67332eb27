"""The rejected rows of a file as a workbook for its owner to correct and send back, and the corrections made in it.

The workbook has the columns of the file, with the same headings in the same order, after two of its own. A hidden
sheet says which file it belongs to, so that the corrected rows complete that file's import.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.language import LANGUAGES, N_, Language
from compliance.correcting import forms
from compliance.declarations.queries import statement
from compliance.declarations.sources import Field, Source, normal, spoken
from compliance.loading.loading import Receipt
from compliance.loading.storing import JOINT, never_stored, read_as_yes_or_no, yes_or_no
from compliance.loading.validating import REASONS
from compliance.reading.markers import ROW, Marker, is_row_number, row_number
from compliance.reading.recognising import Match
from compliance.reading.sheets import Row, Workbook
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows

# The heading of the first of the two own columns; the other holds the row number in the file.
ERROR: Final = N_("Error")
OWN_COLUMNS: Final = 2
# More notes would make the workbook slow to open. Cells beyond them are still marked.
NOTES: Final = 2_000
WIDEST: Final = 40
MEASURED_ROWS: Final = 200
MIDNIGHT: Final = " 00:00:00"


@dataclass(frozen=True)
class RejectedRows:
    """The rejected rows of a sheet that can be corrected: their cells by number, and what is wrong in them.

    `headings`, and the `alone` fields that are read from one column, are by place. What is never stored is not in it.
    """

    sheet: str
    source: Source
    headings: dict[int, str]
    alone: dict[int, Field]
    lines: dict[int, Row]
    problems: Rows


def return_workbook(receipts: tuple[Receipt, ...], workbook: Workbook, say: Language) -> bytes:
    """The rejected rows of one file with the wrong cells marked, without the columns and rows that are never stored."""
    sheets = [
        _of_match(match, shown)
        for receipt in receipts
        for match in receipt.matches
        if (shown := [p for p in _rejected_in(receipt, match) if p["row"] not in match.withheld_rows])
    ]
    return workbook_of_rows(sheets, sha256=workbook.sha256, day=receipts[0].extract_date.day, say=say)


def workbook_of_rows(sheets: list[RejectedRows], *, sha256: str, day: date, say: Language) -> bytes:
    """A workbook of rejected rows, marked with the file that they belong to."""
    book = forms.new_book()
    for rejected in sheets:
        _write(book, rejected, say)
    sources = {rejected.source.id for rejected in sheets}
    source = sources.pop() if len(sources) == 1 else None
    forms.mark(book, Marker(kind="return", sha256=sha256, source=source, extract_date=day))
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
    wrong = {problem["row"] - 1 for problem in _rejected_in(receipt, match)}
    cells = match.sheet.cells
    is_wrong: Any = pc.is_in(pa.array(range(len(cells)), pa.int64()), pa.array(sorted(wrong), pa.int64()))
    columns = [pc.if_else(is_wrong, column, None) for column in cells.columns]
    return replace(match, sheet=replace(match.sheet, cells=pa.table(columns, names=cells.column_names)))


def _rejected_in(receipt: Receipt, match: Match) -> Rows:
    """The problems of the rejected rows of a sheet."""
    return [p for p in receipt.problems if p["kind"] == "rejected" and p["sheet_number"] == match.number]


def _of_match(match: Match, problems: Rows) -> RejectedRows:
    numbers = sorted({problem["row"] for problem in problems})
    answers = read_as_yes_or_no(match)
    hidden = never_stored(match) - answers
    secret = match.secret_places
    lines = [
        [None if at in hidden else yes_or_no(cell) if at in secret else cell for at, cell in enumerate(row.values())]
        for row in match.sheet.cells.take([number - 1 for number in numbers]).to_pylist()
    ]
    alone = {g[0].place: match.source.field(name) for name, g in match.columns.items() if name not in match.combined}
    headings = {place: heading for place, heading in _headings(match).items() if place not in hidden}
    by_number = dict(zip(numbers, lines, strict=True))
    return RejectedRows(match.sheet.name, match.source, headings, alone, by_number, problems)


def _write(book: Any, rejected: RejectedRows, say: Language) -> None:
    name = forms.sheet_name(rejected.sheet or say.pick(rejected.source.title), book.sheetnames)
    sheet = book.create_sheet(name)
    by_row = {row: list(group) for row, group in groupby(sorted(rejected.problems, key=_row), key=_row)}
    lines, headings = [rejected.lines[row] for row in by_row], rejected.headings
    places = _places(rejected, lines)
    _write_head(sheet, [say(ERROR), say(ROW), *(headings.get(place) or "" for place in places)])
    columns = {place: column for column, place in enumerate(places, start=OWN_COLUMNS + 1)}
    for number, ((row, group), cells) in enumerate(zip(by_row.items(), lines, strict=True), start=2):
        forms.put(sheet, number, 1, " ".join(_sentences(group, headings.values(), say)), alignment=forms.WRAPPED)
        forms.put(sheet, number, 2, row, alignment=forms.TOP)
        for place, column in columns.items():
            if text := _cell(cells, place):
                forms.put(sheet, number, column, text, alignment=forms.TOP)
    _mark_wrong(sheet, rejected, by_row, columns, say)
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


def _sentences(problems: Rows, headings: Collection[str], say: Language) -> list[str]:
    """The problems of a row as sentences, each after the name of its column."""
    return [
        f"{spoken(problem['column'] or '', headings)}: {say(REASONS[problem['reason']])}"
        for problem in sorted(problems, key=lambda problem: problem["column_number"] or 0)
    ]


def _mark_wrong(
    sheet: Any, rejected: RejectedRows, by_row: dict[int, Rows], columns: dict[int, int], say: Language
) -> None:
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
    for place in sorted(marked_places & rejected.alone.keys() & columns.keys()):
        forms.guard(sheet, rejected.alone[place], forms.below(columns[place], first=2, count=len(by_row)), say)


def _cell(cells: Row, place: int) -> str:
    """A cell of a row, which may be shorter than others, as text."""
    return (cells[place] if place < len(cells) else None) or ""


def _places(rejected: RejectedRows, lines: list[Row]) -> list[int]:
    """The columns that have a heading, or a value in one of the rows."""
    width = max([*map(len, lines), *(place + 1 for place in rejected.headings)], default=0)
    return [p for p in range(width) if p in rejected.headings or any(_cell(cells, p) for cells in lines)]


def _headings(match: Match) -> dict[int, str]:
    """The headings as read, by place."""
    return {column.place: column.heading for column in match.kept_columns}


def _width(heading: str | None, place: int, lines: list[Row]) -> int:
    longest = max((len(_cell(cells, place)) for cells in lines[:MEASURED_ROWS]), default=0)
    return min(max(longest, min(len(heading or ""), 24), 8) + 2, WIDEST)


# --- Rejected rows of an import that is stored ----------------------------------------------------------------------


@dataclass(frozen=True)
class Returnable:
    """The rows of a loaded file that can be sent back, and the import that they are told of by."""

    import_id: int
    source: str
    sha256: str
    day: date
    sheets: tuple[RejectedRows, ...]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(len(sheet.lines) for sheet in self.sheets)

    def workbook(self, say: Language) -> bytes:
        """Their workbook, as the card of the file gave it."""
        return workbook_of_rows(list(self.sheets), sha256=self.sha256, day=self.day, say=say)


def returnable(cursor: Cursor, import_id: int, sources: Mapping[str, Source]) -> Returnable | None:
    """The rows of the file of an import that are still rejected; None if there are none, or the file does not count.

    An import of returned rows gives those of the file that they belong to. Rows that came back corrected are left out.
    """
    of_file = rows(cursor, statement("file_of_import"), {"import_id": import_id})
    if not of_file:
        return None
    sha256, day = of_file[0]["sha256"], of_file[0]["extract_date"]
    params = {"sha256": sha256, "day": day, "known_at": EVERYTHING_KNOWN}
    sheets = [
        sheet
        for row in rows(cursor, statement("returned_to"), params)
        if row["source"] in sources
        for sheet in _sheets_of(cursor, row["import_id"], sources[row["source"]], sha256)
    ]
    return Returnable(import_id, of_file[0]["source"], sha256, day, tuple(sheets)) if sheets else None


def _sheets_of(cursor: Cursor, import_id: int, source: Source, sha256: str) -> list[RejectedRows]:
    """The sheets of an import with rows that are still rejected."""
    rejected = rows(cursor, statement("rejected_kept"), {"import_id": import_id})
    params = {"sha256": sha256, "source": source.id, "known_at": EVERYTHING_KNOWN}
    returned = [place for row in rows(cursor, statement("earlier_returns"), params) for place in row["mended"] or ()]
    mended = {(place["sheet"], place["row"]) for place in returned}
    columns = rows(cursor, statement("columns_of_import"), {"import_id": import_id})
    # The name of a file's only sheet may have changed when its rows came back.
    names = {row["sheet_number"]: forms.sheet_name(row["sheet"] or "") for row in columns}
    if len(names) == 1:
        mended, names = {("", row) for _, row in mended}, dict.fromkeys(names, "")
    left = [row for row in rejected if (names.get(row["sheet_number"]), row["row"]) not in mended]
    return [
        _of_store(cursor, source, [c for c in columns if c["sheet_number"] == number], list(group))
        for number, group in groupby(left, key=lambda row: row["sheet_number"])
    ]


def _of_store(cursor: Cursor, source: Source, columns: Rows, rejected: Rows) -> RejectedRows:
    params = {"import_id": rejected[0]["import_id"], "sheet_number": rejected[0]["sheet_number"]}
    head = rows(cursor, statement("returned_rows"), params | {"numbers": [columns[0]["heading_row"] or 0]})
    head_cells: Row = head[0]["cells"] if head else []
    lines: dict[int, Row] = {row["row"]: row["cells"] for row in rejected}
    headings = {place: heading for place, heading in enumerate(head_cells) if heading}
    # A column that no field is read from may be one of which nothing is stored.
    headings |= {
        column["place"]: column["heading"]
        for column in columns
        if JOINT not in column["heading"]
        if column["field"] or any(_cell(cells, column["place"]) for cells in (head_cells, *lines.values()))
    }
    times = Counter(column["place"] for column in columns)
    read = {c["place"]: c for c in columns if c["field"] and times[c["place"]] == 1 and JOINT not in c["heading"]}
    fields = {place: source.field(column["field"]) for place, column in read.items()}
    alone = {p: f for p, f in fields.items() if not f.instead or normal(read[p]["heading"]) in f.headings}
    return RejectedRows(rejected[0]["sheet"] or "", source, headings, alone, lines, rejected)


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
