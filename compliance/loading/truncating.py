"""Truncating long cells, so that no later step meets a cell of more than some thousand characters."""

from dataclasses import replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.lengths import LONGEST_NAME, LONGEST_TEXT, shortened
from compliance.declarations.sources import Words
from compliance.reading.recognising import CUT, Match, end_of_table

# The separator of the parts of a path.
STEP: Final = " / "


def truncate(match: Match, words: Words) -> Match:
    """The match with its long cells truncated, and a list of those cells in its rows.

    The length is that after collapsing white space. A path keeps its last parts, which name the unit.
    """
    paths = {column.place for f in match.source.fields if f.type == "path" for column in match.columns.get(f.name, ())}
    cells, parts = match.sheet.cells, [CUT.empty_table()]
    for place, name in enumerate(cells.column_names):
        column = cells[name]
        if (pc.max(pc.binary_length(column)).as_py() or 0) > LONGEST_TEXT:
            shorter, listed = _truncate_column(column, place, path=place in paths)
            cells = cells.set_column(place, name, shorter)
            parts.append(listed)
    if len(parts) == 1:
        return match
    return replace(match, sheet=replace(match.sheet, cells=cells), cut=_reported(match, pa.concat_tables(parts), words))


def _truncate_column(column: Any, place: int, *, path: bool) -> tuple[Any, pa.Table]:
    """The column with its long cells truncated, and where they are."""
    long: Any = pc.fill_null(pc.greater(pc.utf8_length(column), pa.scalar(LONGEST_TEXT)), False)
    texts = [" ".join(str(text).split()) for text in column.filter(long).to_pylist()]
    kept = [_truncate_path(text) if path else text[:LONGEST_TEXT] for text in texts]
    rows = [int(index) + 1 for index in pc.indices_nonzero(long).to_pylist()]
    cells = [
        {"row": row, "place": place, "value": shortened(text)}
        for row, text in zip(rows, texts, strict=True)
        if len(text) > LONGEST_TEXT
    ]
    shorter = pc.replace_with_mask(column, long.combine_chunks(), pa.array(kept, pa.string()))
    return shorter, pa.Table.from_pylist(cells, CUT)


def _truncate_path(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    above, *last = text.rsplit(STEP, 2)
    return STEP.join([above[: LONGEST_TEXT // 2], *(part[:LONGEST_NAME] for part in last)])


def _reported(match: Match, cells: pa.Table, words: Words) -> pa.Table:
    """The truncated cells to report: those in the rows of the table, in columns that are stored."""
    places = {column.place for column in match.kept_columns} - match.secret_places
    end = end_of_table(match, words)
    reported = [
        cell
        for cell in cells.to_pylist()
        if match.heading_row < int(cell["row"] or 0) <= end and cell["place"] in places
    ]
    return pa.Table.from_pylist(reported, CUT)
