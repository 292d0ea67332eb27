"""Cleaning the cells that an earlier version stored as they were read.

A sheet is rebuilt from its cells and columns, and goes through the steps of a file that is read today.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.cleaning.exports import SUSPECT, Exports
from compliance.core.masking import MASK, mask_text
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source
from compliance.loading.elsewhere import may_hold_levels
from compliance.loading.levels import level_columns
from compliance.loading.refusing import without_refused
from compliance.loading.stored import match_of, stored_rows
from compliance.reading.recognising import Match, is_identity
from compliance.reading.screening import screened_as
from compliance.store.database import Cursor, Rows, rows

# The source of an export whose own source no longer exists: it has no fields.
UNKNOWN: Final = Source("", 0, {}, {}, unique=(), key=(), rhythm_days=0, fields=())


@dataclass(frozen=True)
class _StoredSheet:
    """A sheet as it was stored, and the database id of each of its rows; None for a row without stored cells."""

    import_id: int
    sheet_number: int | None
    headings: Rows
    row_ids: list[int | None]
    match: Match

    @property
    def cells(self) -> pa.Table:
        """Its cells, one row a row of the spreadsheet."""
        return self.match.sheet.cells

    def with_cells(self, cells: pa.Table) -> "_StoredSheet":
        """The same sheet with other cells."""
        return replace(self, match=replace(self.match, sheet=replace(self.match.sheet, cells=cells)))


def clean_sheets(cursor: Cursor, exports: Exports) -> None:
    """Clean every sheet that could hold what must not be stored."""
    for sheet in rows(cursor, statement("cleaning_sheets"), SUSPECT):
        source = exports.source_of(sheet["import_id"]) or UNKNOWN
        headings = exports.headings_of(sheet["import_id"], sheet["sheet_number"])
        suspect, levels = _is_suspect(exports, sheet, headings), _has_levels(exports, source, headings)
        if suspect or levels:
            before = after = _stored_sheet(cursor, source, sheet, headings)
            after = _without_identities(exports, after) if suspect else after
            after = _without_levels(exports, after) if levels else after
            _change(exports, before, after)


def _is_suspect(exports: Exports, sheet: dict[str, Any], headings: Rows) -> bool:
    """Whether a sheet could hold an identity number."""
    unused = [row["heading"] or "" for row in headings if row["field"] is None]
    return bool(sheet["suspects"]) or any(
        is_identity(heading, exports.words, exports.known_headings) for heading in unused
    )


def _has_levels(exports: Exports, source: Source, headings: Rows) -> bool:
    """Whether an export has levels, or a column with the heading of one."""
    anywhere = source.levels_anywhere or any(field.type == "level" for field in source.fields)
    return anywhere or any(may_hold_levels(row["heading"] or "", exports.words) for row in headings)


# --- Rebuilding ---------------------------------------------------------------------------------------------------


def _stored_sheet(cursor: Cursor, source: Source, sheet: dict[str, Any], headings: Rows) -> _StoredSheet:
    table = stored_rows(cursor, sheet)
    match = match_of(source, sheet["sheet_number"] or 0, headings, table)
    return _StoredSheet(sheet["import_id"], sheet["sheet_number"], headings, table["row_id"].to_pylist(), match)


# --- Cleaning -----------------------------------------------------------------------------------------------------


def _without_identities(exports: Exports, stored: _StoredSheet) -> _StoredSheet:
    """The sheet with identity numbers masked; an unused column that has one is dropped."""
    sheet, masked = screened_as(stored.match, exports.day_of(stored.import_id))
    exports.masked_cells[stored.import_id] += masked
    cells = sheet.cells
    for column in stored.match.unused:
        one = pc.any(pc.match_substring(cells.column(column.place), MASK)).as_py()
        if one or is_identity(column.heading, exports.words, exports.known_headings):
            _drop_heading(exports, stored, column.place)
            cells = cells.set_column(column.place, f"c{column.place}", pa.nulls(cells.num_rows, pa.string()))
    return stored.with_cells(cells)


def _drop_heading(exports: Exports, stored: _StoredSheet, place: int) -> None:
    """Record that a column was dropped, as reading a file today does."""
    for row in stored.headings:
        if row["place"] == place:
            exports.changes.drop("import_columns", [row["row_id"]])
            what = mask_text(row["heading"] or "")[0]
            fact = {"import_id": stored.import_id, "sheet_number": stored.sheet_number, "fact": "dropped_column"}
            exports.changes.add("import_facts", fact | {"what": what, "number": 1})


def _without_levels(exports: Exports, stored: _StoredSheet) -> _StoredSheet:
    """The sheet without rows that are refused for their levels and cells that could be level 4, which are listed by
    their places alone. The levels of the other rows are read again.
    """
    complete = stored.with_cells(_with_values_of_problems(exports, stored))
    match = without_refused(complete.match, exports.words, exports.sources.values())
    headings = {column.place: column.heading for column in match.every_column}
    for cells, note in ((match.withheld, exports.refuse), (match.blanked, exports.blank)):
        for cell in cells.to_pylist():
            note(
                (stored.import_id, stored.sheet_number, cell["row"]),
                sheet=match.sheet.name or None,
                column_number=cell["place"] + 1,
                column=headings.get(cell["place"]),
                value=None,
                reason=cell["reason"],
            )
    _read_levels(exports, stored, match)
    return stored.with_cells(match.sheet.cells)


def _read_levels(exports: Exports, stored: _StoredSheet, match: Match) -> None:
    """Read the levels below the heading as today, where a cell is not empty."""
    for name, levels in level_columns(match, exports.words).items():
        texts = match.sheet.cells.column(match.columns[name][0].place)
        for row, (text, level) in enumerate(zip(texts.to_pylist(), levels.to_pylist(), strict=True), start=1):
            if text is not None and row > match.heading_row:
                exports.levels[stored.import_id, stored.sheet_number, row][name] = level


def _with_values_of_problems(exports: Exports, stored: _StoredSheet) -> pa.Table:
    """The cells, and for rows without stored cells the values in the list of problems."""
    cells = stored.cells
    problems = exports.problems.get((stored.import_id, stored.sheet_number), [])
    values = {(row["column_number"], row["row"]): row["value"] for row in problems if row["value"]}
    values = {key: value for key, value in values.items() if key[0] and key[1] and stored.row_ids[key[1] - 1] is None}
    for place in sorted({place - 1 for place, _ in values}):
        column = cells.column(place).to_pylist()
        for (number, row), value in values.items():
            if number - 1 == place:
                column[row - 1] = value
        cells = cells.set_column(place, f"c{place}", pa.array(column, pa.string()))
    return cells


def _change(exports: Exports, before: _StoredSheet, after: _StoredSheet) -> None:
    """Change the rows with other cells, and drop those that have none left."""
    differing = _differing(before.cells, after.cells)
    if not pc.any(differing).as_py():
        return
    places = pc.indices_nonzero(differing)
    now = zip(*(column.to_pylist() for column in after.cells.take(places).columns), strict=True)
    for place, cells in zip(places.to_pylist(), now, strict=True):
        row_id = before.row_ids[place]
        if row_id is not None and any(cells):
            exports.changes.change("import_rows", "cells", row_id, list(cells))
        elif row_id is not None:
            exports.changes.drop("import_rows", [row_id])


def _differing(before: pa.Table, after: pa.Table) -> Any:
    """Which rows of two tables differ."""
    differs: Any = pa.array([False] * before.num_rows)
    for was, now in zip(before.columns, after.columns, strict=True):
        unequal: Any = pc.not_equal(was, now)
        filled: Any = pc.xor(pc.is_valid(was), pc.is_valid(now))
        differs = pc.or_(differs, pc.or_(pc.fill_null(unequal, False), filled))
    return differs.combine_chunks() if isinstance(differs, pa.ChunkedArray) else differs
