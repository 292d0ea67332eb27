"""Rows that repeat the headings, as where the pages of a report are one sheet: they are no data."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.language import Language
from compliance.declarations.sources import normal
from compliance.reading.recognising import Match
from compliance.reading.sheets import top_rows


def without_repeated(match: Match) -> Match:
    """The match with each row below its headings that has the same texts blanked, and with their number.

    A blank row is no row, and the rows below it keep their numbers.
    """
    found = _repeated(match)
    if not found:
        return match
    cells = match.sheet.cells
    hidden: Any = pc.is_in(pa.array(range(cells.num_rows), pa.int64()), pa.array(found, pa.int64()))
    for place, name in enumerate(cells.column_names):
        cells = cells.set_column(place, name, pc.if_else(hidden, pa.scalar(None, pa.string()), cells[name]))
    return replace(match, sheet=replace(match.sheet, cells=cells), repeated=len(found))


def _repeated(match: Match) -> list[int]:
    """The indices of the rows below the headings that have the same texts under each of them."""
    row = top_rows(match.sheet)[match.heading_row - 1]
    headings = {column.place: text for column in match.kept_columns if (text := normal(row[column.place] or ""))}
    below: Any = pa.array(range(match.heading_row, match.sheet.cells.num_rows), pa.int64())
    # First what begins alike, column by column, which leaves hardly a row.
    for place, heading in headings.items():
        begun: Any = pc.utf8_lower(pc.utf8_ltrim_whitespace(match.sheet.cells.column(place).take(below)))
        alike: Any = pc.fill_null(pc.starts_with(begun, heading.split()[0]), False)
        below = below.filter(alike.combine_chunks())
    columns = {place: match.sheet.cells.column(place).take(below).to_pylist() for place in headings}
    same = (
        all(normal(columns[place][number] or "") == text for place, text in headings.items())
        for number in range(len(below))
    )
    return [int(index) for index, is_same in zip(below.to_pylist(), same, strict=True) if is_same and headings]


def repeated_text(n: int, say: Language) -> str:
    """How many rows repeat the headings."""
    return say.plural(
        "{count} row repeats the headings and is not loaded.",
        "{count} rows repeat the headings and are not loaded.",
        n,
        count=say.in_words(n).capitalize(),
    )
