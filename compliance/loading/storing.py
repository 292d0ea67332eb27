"""Storing what belongs to an import besides its rows: its cells as read, its columns, and facts about the file.

Columns with personal identity numbers, and columns of which only yes or no may be known, are never stored.
"""

from collections.abc import Collection
from functools import cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.declarations.queries import statement
from compliance.declarations.sources import BRACKETS, Words, load_values
from compliance.loading.validating import Summary
from compliance.reading.columns import in_threads
from compliance.reading.markers import is_row_number, row_number
from compliance.reading.recognising import Match
from compliance.reading.sheets import Workbook
from compliance.store.database import Cursor

SHOWN_PLACES: Final = 500
# Joins the headings of the columns that one field was read from.
JOINT: Final = " + "
NOT_AWAY: Final = frozenset({"", "nej", "n", "no", "0", "falskt", "false", "ingen", "-"})

Fact = dict[str, Any]


def store_columns(cursor: Cursor, import_id: int, matches: list[Match]) -> None:
    """Store which columns the sheets of an import had, and which field each was read into."""
    cursor.execute(statement("add_import_columns"), {"import_id": import_id, "columns": _columns(matches)})


def store_cells(cursor: Cursor, import_id: int, matches: list[Match], *, rejected: Collection[tuple[int, int]]) -> None:
    """Store the cells of the sheets of an import, as they were read; `rejected` are the (sheet, row) of its problems.

    Where only yes or no may be known, that is stored for the rejected rows: they can be sent back without losing it.
    """
    for match in matches:
        _store_cells(cursor, import_id, match, [row for number, row in rejected if number == match.number])


def store_facts(
    cursor: Cursor,
    import_id: int,
    workbook: Workbook,
    matches: list[Match],
    *,
    words: Words,
    summary: Summary,
    through: str | None,
    returned_to: str | None,
    rejected: Collection[tuple[int, int]],
) -> None:
    """Store facts about the file: what was noticed in reading it, what a user said of it, and the rows that it returns.

    `returned_to` is the SHA-256 of the file that returned rows belong to, `rejected` the (sheet, row) of rejected rows.
    """
    facts = [
        *_file_facts(workbook),
        *([_fact("returned_to", what=returned_to)] if returned_to else []),
        *(fact for match in matches if returned_to for fact in returned_rows(match, rejected)),
        *(fact for match in matches for fact in _sheet_facts(match, words)),
        *([_fact("matched_by", what=through)] if through else []),
        *facts_of_dates(summary),
    ]
    if facts:
        cursor.execute(statement("add_import_facts"), {"import_id": import_id, "facts": facts})


def never_stored(match: Match) -> frozenset[int]:
    """The places of columns whose cells are not stored: identity numbers, absence, and those without a heading."""
    kept = {column.place for column in match.kept_columns} - match.secret_places
    return frozenset(range(match.sheet.cells.num_columns)) - kept


def read_as_yes_or_no(match: Match) -> frozenset[int]:
    """The places of columns that a field reads as yes or no only."""
    return frozenset(c.place for f in match.source.fields if f.secret for c in match.columns.get(f.name, ()))


@cache
def _not_away() -> frozenset[str]:
    """The answers that say of nobody that they are away, among them those that are none."""
    return NOT_AWAY | frozenset(load_values(None)["no_answer"])


def yes_or_no(cell: str | None) -> str:
    """Yes or no for a reason of absence: the reason is left out, but a corrected row must not lose the absence."""
    text = " ".join((cell or "").split()).casefold()
    return "Nej" if text.startswith("#") or text.strip(BRACKETS) in _not_away() else "Ja"


def _answers(match: Match, place: int, rejected: Collection[int]) -> "pa.Array[Any]":
    """A column of which only yes or no may be known: its heading, and the answer of each rejected row."""
    column = match.sheet.cells.column(place)
    cells: list[str | None] = [None] * len(column)
    for row in rejected:
        cells[row - 1] = yes_or_no(column[row - 1].as_py())
    cells[match.heading_row - 1] = column[match.heading_row - 1].as_py()
    return pa.array(cells, pa.string())


def _store_cells(cursor: Cursor, import_id: int, match: Match, rejected: Collection[int]) -> None:
    """Store one row for each row of the sheet with any cell, including those above the heading and below the table."""
    answered = read_as_yes_or_no(match) if rejected else frozenset()
    hidden = never_stored(match) - answered
    cells = match.sheet.cells
    for place in answered:
        cells = cells.set_column(place, f"c{place}", _answers(match, place, rejected))
    names = [f"c{place}" if place not in hidden else "null" for place in range(cells.num_columns)]
    numbers = pa.array(range(1, cells.num_rows + 1), pa.int32())
    numbered = cells.append_column("row_number", numbers)
    if match.withheld.num_rows:
        numbered = numbered.filter(pc.invert(pc.is_in(numbers, match.withheld["row"])))
    cursor.register("cells_read", numbered)
    try:
        cursor.execute(
            "insert into import_rows (import_id, sheet_number, row, cells)"
            f" select $import_id, $sheet_number, row_number, cast([{', '.join(names)}] as varchar[]) from cells_read"
            f" where coalesce({', '.join(names)}, null) is not null",
            {"import_id": import_id, "sheet_number": match.number},
        )
    finally:
        cursor.unregister("cells_read")


def _columns(matches: list[Match]) -> list[Fact]:
    """Each field with the columns it was read from, and each unused column."""
    return [
        *(
            _column(match, group[0].place, name, JOINT.join(column.heading for column in group))
            for match in matches
            for name, group in match.columns.items()
        ),
        *(_column(match, column.place, None, column.heading) for match in matches for column in match.unused),
    ]


def _column(match: Match, place: int, field: str | None, heading: str) -> Fact:
    return {
        "sheet_number": match.number,
        "sheet": match.sheet.name,
        "heading_row": match.heading_row,
        "place": place,
        "field": field,
        "heading": heading,
    }


def _file_facts(workbook: Workbook) -> list[Fact]:
    """Facts that are only counted, for the whole file."""
    counts = {"masked": workbook.masked, "cut": workbook.cut, "formula": workbook.formulas}
    counts |= {"date1904": int(workbook.date1904)}
    return [_fact(fact, number=number) for fact, number in counts.items() if number]


def facts_of_dates(summary: Summary) -> list[Fact]:
    """The fields whose dates could begin with the day or the month, or only with the month, as nobody has said."""
    return [
        *(_fact("either_first", what=name) for name in summary.ambiguous),
        *(_fact("month_first", what=name) for name in summary.month_first),
    ]


def fact_read_anew(import_id: int) -> Fact:
    """The fact that an import reads the cells of another anew, the one that was loaded."""
    return _fact("read_anew", number=import_id)


def _sheet_facts(match: Match, words: Words) -> list[Fact]:
    """The columns that were dropped, and the error cells with their places."""
    headings = {column.place: column.heading for column in match.kept_columns}
    return [
        *([_fact("mapped", sheet_number=match.number, what=match.sheet.name)] if match.mapping else []),
        *(_fact("dropped_column", sheet_number=match.number, what=column.heading) for column in match.dropped),
        *(
            _fact("error_cell", sheet_number=match.number, what=headings.get(place, ""), row=row)
            for row, place in sorted({*match.sheet.error_places, *_written_errors(match, words)})
        ),
    ]


def returned_rows(match: Match, rejected: Collection[tuple[int, int]]) -> list[Fact]:
    """The rows that came back, each with whether it could be loaded (1) or is still wrong (0)."""
    return [
        _fact(
            "mended",
            sheet_number=match.number,
            what=match.sheet.name,
            row=number,
            number=int((match.number, row) not in rejected),
        )
        for row, number in original_rows(match).items()
    ]


def original_rows(match: Match) -> dict[int, int]:
    """The number in the original file of each row of a return."""
    place = next((column.place for column in match.unused if is_row_number(column.heading)), None)
    if place is None:
        return {}
    cells = match.sheet.cells[f"c{place}"].to_pylist()[match.heading_row :]
    numbers = {row: row_number(cell) for row, cell in enumerate(cells, start=match.heading_row + 1)}
    return {row: number for row, number in numbers.items() if number}


def _written_errors(match: Match, words: Words) -> list[tuple[int, int]]:
    """The first positions (row, column) of error cells that an export wrote as text."""
    known = pa.array(words["error_cells"], pa.string())
    positions: list[tuple[int, int]] = []
    columns = match.sheet.cells.columns
    some = in_threads(lambda column: pc.any(pc.starts_with(column, "#")).as_py(), columns)
    for place, column in enumerate(columns):
        if not some[place]:
            continue
        lower: Any = pc.utf8_lower(pc.utf8_trim_whitespace(column))
        indices = pc.indices_nonzero(pc.fill_null(pc.is_in(lower, known), False))
        positions += [(int(index) + 1, place) for index in indices.slice(0, SHOWN_PLACES).to_pylist()]
    return positions[:SHOWN_PLACES]


def _fact(
    fact: str, *, sheet_number: int | None = None, what: str = "", row: int | None = None, number: int = 1
) -> Fact:
    return {"sheet_number": sheet_number, "fact": fact, "what": what, "row": row, "number": number}
