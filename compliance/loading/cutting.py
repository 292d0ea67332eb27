"""Cells that are too long: nothing that comes after has a cell of more than some thousand characters."""

from dataclasses import replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.lengths import LONGEST_NAME, LONGEST_TEXT, shortened
from compliance.declarations.sources import is_secret
from compliance.reading.recognising import CUT, Match, Words, end_of_table

# What divides the parts of a path.
STEP: Final = " / "


def cut(match: Match, words: Words) -> Match:
    """The match with the beginning of each cell that is too long, and with a list of those in its rows.

    Only what is left when white space is folded counts. Of a path the last parts are kept, which name the unit.
    """
    paths = {column.place for f in match.source.fields if f.type == "path" for column in match.columns.get(f.name, ())}
    cells, parts = match.sheet.cells, [CUT.empty_table()]
    for place, name in enumerate(cells.column_names):
        column = cells[name]
        if (pc.max(pc.binary_length(column)).as_py() or 0) > LONGEST_TEXT:
            shorter, found = _cut_column(column, place, path=place in paths)
            cells = cells.set_column(place, name, shorter)
            parts.append(found)
    if len(parts) == 1:
        return match
    return replace(match, sheet=replace(match.sheet, cells=cells), cut=_told(match, pa.concat_tables(parts), words))


def _cut_column(column: Any, place: int, *, path: bool) -> tuple[Any, pa.Table]:
    """The column with its long cells cut, and where they stand."""
    long: Any = pc.fill_null(pc.greater(pc.utf8_length(column), pa.scalar(LONGEST_TEXT)), False)
    texts = [" ".join(str(text).split()) for text in column.filter(long).to_pylist()]
    kept = [_cut_path(text) if path else text[:LONGEST_TEXT] for text in texts]
    rows = [int(index) + 1 for index in pc.indices_nonzero(long).to_pylist()]
    found = [
        {"row": row, "place": place, "value": shortened(text)}
        for row, text in zip(rows, texts, strict=True)
        if len(text) > LONGEST_TEXT
    ]
    shorter = pc.replace_with_mask(column, long.combine_chunks(), pa.array(kept, pa.string()))
    return shorter, pa.Table.from_pylist(found, CUT)


def _cut_path(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    above, *last = text.rsplit(STEP, 2)
    return STEP.join([above[: LONGEST_TEXT // 2], *(part[:LONGEST_NAME] for part in last)])


def _told(match: Match, found: pa.Table, words: Words) -> pa.Table:
    """Of the cells that were cut those in the rows of the table, in columns that are kept."""
    named = [*match.unused, *(column for group in match.columns.values() for column in group)]
    hidden = {c.place for f in match.source.fields if f.secret for c in match.columns.get(f.name, ())}
    places = {column.place for column in named if not is_secret(column.full)} - hidden
    end = end_of_table(match, words)
    told = [
        cell
        for cell in found.to_pylist()
        if match.heading_row < int(cell["row"] or 0) <= end and cell["place"] in places
    ]
    return pa.Table.from_pylist(told, CUT)
