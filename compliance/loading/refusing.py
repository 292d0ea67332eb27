"""Rows that are refused for a level, and cells that are blanked as they could be level 4.

Nothing of a row with level 4 may be stored or handed out (rulebook, section 3, classifications), so its cells are
blanked here, before anything else sees them. What a page shows and what is loaded go through the same function.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from compliance.declarations.sources import Source, Words, normal
from compliance.loading import elsewhere
from compliance.loading.levels import (
    PROTECTIVE_SECURITY,
    UNREAD_LEVEL,
    Reader,
    level_fields,
    map_cells,
    only_four,
    reader_alone,
    reader_of,
    reader_together,
)
from compliance.reading.markers import is_row_number, row_number
from compliance.reading.recognising import WITHHELD, Match, SheetColumn, end_of_table
from compliance.reading.sheets import Sheet

if TYPE_CHECKING:
    from compliance.loading.levels import Cells


def without_refused(match: Match, words: Words, sources: Iterable[Source]) -> Match:
    """The match without rows that are refused for their level and cells that could be level 4, and with lists of both.

    Rows above and below the table are no data, so they are blanked but not listed: their cells could be level 4 all the
    same. A return's row numbers stay.
    """
    found = _found(match, _reasons(match, words, sources))
    if not found.num_rows:
        return match
    unread: Any = pc.equal(found["reason"], pa.scalar(UNREAD_LEVEL))
    refused = found.filter(pc.invert(unread))
    blanked = found.filter(pc.and_(unread, pc.invert(pc.is_in(found["row"], pc.unique(refused["row"])))))
    end = end_of_table(match, words)
    return replace(
        _blank_rows(_blank_cells(match, blanked), refused),
        withheld=_listed(refused, match, end),
        blanked=_listed(blanked, match, end),
    )


def safe_to_show(match: Match, words: Words, sources: Iterable[Source]) -> Sheet:
    """The sheet as a page may show it before the user has said what it is: as it would be loaded, or with less."""
    shown = without_refused(match, words, sources)
    if match.source.levels_anywhere:
        return shown.sheet
    alone = {place: elsewhere.of_any(cells, words) for place, cells in enumerate(shown.sheet.cells.columns)}
    return _blank_rows(shown, _found(shown, alone)).sheet


# --- What is refused ------------------------------------------------------------------------------------------------


def _reasons(match: Match, words: Words, sources: Iterable[Source]) -> dict[int, "Cells"]:
    """Why each cell of a column is refused or blanked, by the place of the column; null where it is kept."""
    readers = _declared(match, words, sources)
    cells = match.sheet.cells
    reasons = {
        place: map_cells(cells.column(place), _only_reason(read), pa.string()) for place, read in readers.items()
    }
    return reasons | (elsewhere.reasons(match, words, but=readers) if match.source.levels_anywhere else {})


def _only_reason(read: Reader) -> Reader:
    def reason(cell: str | None) -> Any:
        return found if isinstance(found := read(cell), str) else None

    return reason


def _declared(match: Match, words: Words, sources: Iterable[Source]) -> dict[int, Reader]:
    """The reader of each column that holds levels, or has the declared heading of one; it refuses what is in no list.

    In another export without levels only a 4 is refused, and only if the headings leave no doubt.
    """
    fields = level_fields(match.source)
    if not fields:
        every = () if match.source.levels_anywhere else sources
        return {place: read for source in every for place, read in _of_other_source(match, source, words).items()}
    named = {
        column.place: reader_of(match, field, words) for field in fields for column in match.columns.get(field.name, ())
    }
    return {**_by_heading(match.source, (*match.unused, *match.dropped), words), **named}


def _by_heading(source: Source, columns: Iterable[SheetColumn], words: Words) -> dict[int, Reader]:
    """The readers of columns that no field is read from but whose heading is that of a level."""
    readers: dict[str, Reader] = {}
    for field in level_fields(source):
        together = field.instead.headings if field.instead else ()
        readers |= dict.fromkeys((h for group in together for h in group), reader_together(source, field, words))
        readers |= dict.fromkeys(field.headings, reader_alone(field, words))
    by_place = {
        column.place: readers.get(normal(column.heading)) or readers.get(normal(column.full)) for column in columns
    }
    return {place: read for place, read in by_place.items() if read}


def _of_other_source(match: Match, source: Source, words: Words) -> dict[int, Reader]:
    """The readers of columns with the headings of another source's levels. A single letter may mean anything."""
    readers = _by_heading(source, match.unused, words)
    headings = {column.place: normal(column.heading) for column in match.unused}
    sure = len(readers) >= len(level_fields(source))
    return {place: only_four(read) for place, read in readers.items() if sure or len(headings[place]) > 1}


def _found(match: Match, reasons: Mapping[int, "Cells"]) -> pa.Table:
    """One row a refused or blanked cell: its row, its place and the reason. Above the table only level 4 is one."""
    parts = [WITHHELD.empty_table()]
    for place, column in sorted(reasons.items()):
        at: Any = pc.indices_nonzero(pc.is_valid(column))
        rows = pc.add(at.cast(pa.int32()), pa.scalar(1, pa.int32()))
        columns = [rows, pa.array([place] * len(at), pa.int32()), column.drop_null().combine_chunks()]
        parts.append(pa.table(columns, schema=WITHHELD))
    found = pa.concat_tables(parts)
    heading = pa.scalar(match.heading_row, pa.int32())
    four: Any = pc.and_(pc.less(found["row"], heading), pc.equal(found["reason"], pa.scalar(PROTECTIVE_SECURITY)))
    return found.filter(pc.or_(pc.greater(found["row"], heading), four))


# --- Blanking -------------------------------------------------------------------------------------------------------


def _blank_rows(match: Match, refused: pa.Table) -> Match:
    """The match with the rows of the given cells blanked, except for the row numbers of a return."""
    numbered = {column.place for column in match.unused if is_row_number(column.heading)}
    cells = match.sheet.cells
    hidden: Any = pc.is_in(pa.array(range(1, cells.num_rows + 1), pa.int32()), pc.unique(refused["row"]))
    for place, name in enumerate(cells.column_names if refused.num_rows else ()):
        replacement: Any = pa.scalar(None, pa.string())
        if place in numbered:
            replacement = map_cells(cells[name], _as_number, pa.string())
        cells = cells.set_column(place, name, pc.if_else(hidden, replacement, cells[name]))
    return replace(match, sheet=replace(match.sheet, cells=cells))


def _blank_cells(match: Match, blanked: pa.Table) -> Match:
    """The match with single cells blanked."""
    cells = match.sheet.cells
    numbers = pa.array(range(1, cells.num_rows + 1), pa.int32())
    for place in sorted({int(place) for place in blanked["place"].to_pylist() if place is not None}):
        rows: Any = blanked.filter(pc.equal(blanked["place"], pa.scalar(place, pa.int32())))["row"]
        name = cells.column_names[place]
        kept = pc.if_else(pc.is_in(numbers, rows), pa.scalar(None, pa.string()), cells[name])
        cells = cells.set_column(place, name, kept)
    return replace(match, sheet=replace(match.sheet, cells=cells))


def _as_number(cell: str | None) -> str | None:
    number = row_number(cell)
    return None if number is None else str(number)


def _listed(cells: pa.Table, match: Match, end: int) -> pa.Table:
    """The cells in the rows of the table."""
    rows: Any = cells["row"]
    first, last = pa.scalar(match.heading_row, pa.int32()), pa.scalar(end, pa.int32())
    return cells.filter(pc.and_(pc.greater(rows, first), pc.less_equal(rows, last)))
