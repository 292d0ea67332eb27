"""Cells as they were read and kept by an earlier version: without what is not kept today.

A sheet is put together again from its cells and columns, and goes through the steps of a file that is read today.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.cleaning.exports import SUSPECT, Exports
from compliance.core.masking import MASK, mask_text
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, normal
from compliance.loading.levels import level_columns, without_refused
from compliance.reading.recognising import Column, Match, is_identity
from compliance.reading.screening import screened_as
from compliance.reading.sheets import Sheet
from compliance.store.database import Cursor, Rows, rows

# An export of which no more is known, whatever became of its import: it has no fields.
UNKNOWN: Final = Source("", 0, {}, {}, unique=(), key=(), rhythm_days=0, fields=())


@dataclass(frozen=True)
class _Kept:
    """A sheet as it was kept, and by which id the database knows each of its rows; none where no cells were kept."""

    import_id: int
    sheet_number: int | None
    headings: Rows
    row_ids: list[int | None]
    match: Match

    @property
    def cells(self) -> pa.Table:
        """Its cells, one row a row of the spreadsheet."""
        return self.match.sheet.cells

    def having(self, cells: pa.Table) -> "_Kept":
        """The same sheet with other cells."""
        return replace(self, match=replace(self.match, sheet=replace(self.match.sheet, cells=cells)))


def clean_sheets(cursor: Cursor, found: Exports) -> None:
    """Every sheet in which something could stand that is not kept today."""
    for sheet in rows(cursor, statement("cleaning_sheets"), SUSPECT):
        source = found.source_of(sheet["import_id"]) or UNKNOWN
        headings = found.headings_of(sheet["import_id"], sheet["sheet_number"])
        suspect, levels = _is_suspect(found, sheet, headings), _has_levels(found, source, headings)
        if suspect or levels:
            before = after = _kept(cursor, source, sheet, headings)
            after = _without_identities(found, after) if suspect else after
            after = _without_levels(found, after) if levels else after
            _change(found, before, after)


def _is_suspect(found: Exports, sheet: dict[str, Any], headings: Rows) -> bool:
    """Whether an identity number could stand in a sheet."""
    unused = [row["heading"] or "" for row in headings if row["field"] is None]
    return bool(sheet["suspects"]) or any(is_identity(heading, found.words, found.known_headings) for heading in unused)


def _has_levels(found: Exports, source: Source, headings: Rows) -> bool:
    """Whether an export has levels, or a column that is called as if it had."""
    of_source = any(field.type == "level" for field in source.fields)
    return of_source or any(normal(row["heading"] or "") in found.level_headings for row in headings)


# --- Put together again -------------------------------------------------------------------------------------------


def _kept(cursor: Cursor, source: Source, sheet: dict[str, Any], headings: Rows) -> _Kept:
    names = [f"c{place}" for place in range(max(sheet["width"], 1))]
    cells = ", ".join(f"r.cells[{place + 1}] as {name}" for place, name in enumerate(names))
    given = {name: sheet[name] for name in ("import_id", "sheet_number", "last")}
    table = cursor.sql(statement("cleaning_kept").replace("{cells}", cells), params=given).to_arrow_table()
    match = _match(source, sheet, headings, table.select(names))
    return _Kept(sheet["import_id"], sheet["sheet_number"], headings, table["row_id"].to_pylist(), match)


def _match(source: Source, sheet: dict[str, Any], headings: Rows, cells: pa.Table) -> Match:
    """What the sheet was recognised as. Of a field that was read from several columns only the first is known."""
    placed = [row for row in headings if row["place"] is not None]
    known = {field.name for field in source.fields}
    columns: dict[str, tuple[Column, ...]] = {r["field"]: (_column(r),) for r in placed if r["field"] in known}
    return Match(
        sheet=Sheet(headings[0]["sheet"] or "" if headings else "", cells, 0),
        number=sheet["sheet_number"] or 0,
        source=source,
        heading_row=max((row["heading_row"] or 0 for row in headings), default=0),
        columns=columns,
        combined=_combined(source, columns),
        unused=tuple(_column(row) for row in placed if row["field"] is None),
        dropped=(),
    )


def _column(row: dict[str, Any]) -> Column:
    return Column(row["place"], row["heading"] or "")


def _combined(source: Source, columns: dict[str, tuple[Column, ...]]) -> frozenset[str]:
    """The fields that other columns gave: by their heading, or since several are read from the same column."""
    places = [group[0].place for group in columns.values()]
    others = {
        field.name: {heading for group in field.instead.headings for heading in group}
        for field in source.fields
        if field.instead and field.name in columns
    }
    return frozenset(
        name
        for name, theirs in others.items()
        for column in columns[name]
        if normal(column.heading) in theirs or places.count(column.place) > 1
    )


# --- What is not kept ---------------------------------------------------------------------------------------------


def _without_identities(found: Exports, kept: _Kept) -> _Kept:
    """The sheet without identity numbers; a column that no field was read from and that has one is dropped."""
    sheet, masked = screened_as(kept.match, found.day_of(kept.import_id))
    found.masked_cells[kept.import_id] += masked
    cells = sheet.cells
    for column in kept.match.unused:
        one = pc.any(pc.match_substring(cells.column(column.place), MASK)).as_py()
        if one or is_identity(column.heading, found.words, found.known_headings):
            _drop_heading(found, kept, column.place)
            cells = cells.set_column(column.place, f"c{column.place}", pa.nulls(cells.num_rows, pa.string()))
    return kept.having(cells)


def _drop_heading(found: Exports, kept: _Kept, place: int) -> None:
    """Records that a column was dropped, as a file that is read today does."""
    for row in kept.headings:
        if row["place"] == place:
            found.changes.drop("import_columns", [row["row_id"]])
            what = mask_text(row["heading"] or "")[0]
            given = {"import_id": kept.import_id, "sheet_number": kept.sheet_number, "fact": "dropped_column"}
            found.changes.add("import_facts", given | {"what": what, "number": 1})


def _without_levels(found: Exports, kept: _Kept) -> _Kept:
    """The sheet without the rows that are refused for their levels, which are listed without what they hold; the levels
    of the others are read.
    """
    whole = kept.having(_with_values_of_problems(found, kept))
    match = without_refused(whole.match, found.words, found.sources.values())
    headings = {column.place: column.heading for column in match.every_column}
    for cell in match.withheld.to_pylist():
        found.refuse(
            (kept.import_id, kept.sheet_number, cell["row"]),
            sheet=match.sheet.name or None,
            column_number=cell["place"] + 1,
            column=headings.get(cell["place"]),
            value=None,
            reason=cell["reason"],
        )
    _read_levels(found, kept, match)
    return kept.having(match.sheet.cells)


def _read_levels(found: Exports, kept: _Kept, match: Match) -> None:
    """What the levels below the heading are read as today, where a cell says something."""
    for name, levels in level_columns(match, found.words).items():
        texts = match.sheet.cells.column(match.columns[name][0].place)
        for row, (text, level) in enumerate(zip(texts.to_pylist(), levels.to_pylist(), strict=True), start=1):
            if text is not None and row > match.heading_row:
                found.levels[kept.import_id, kept.sheet_number, row][name] = level


def _with_values_of_problems(found: Exports, kept: _Kept) -> pa.Table:
    """The cells, and where none were kept what the list of problems says of them."""
    cells = kept.cells
    listed = found.problems.get((kept.import_id, kept.sheet_number), [])
    values = {(row["column_number"], row["row"]): row["value"] for row in listed if row["value"]}
    values = {key: value for key, value in values.items() if key[0] and key[1] and kept.row_ids[key[1] - 1] is None}
    for place in sorted({place - 1 for place, _ in values}):
        column = cells.column(place).to_pylist()
        for (number, row), value in values.items():
            if number - 1 == place:
                column[row - 1] = value
        cells = cells.set_column(place, f"c{place}", pa.array(column, pa.string()))
    return cells


def _change(found: Exports, before: _Kept, after: _Kept) -> None:
    """Rows with other cells, and those that have none left, which are not kept."""
    differing = _differing(before.cells, after.cells)
    if not pc.any(differing).as_py():
        return
    places = pc.indices_nonzero(differing)
    now = zip(*(column.to_pylist() for column in after.cells.take(places).columns), strict=True)
    for place, cells in zip(places.to_pylist(), now, strict=True):
        row_id = before.row_ids[place]
        if row_id is not None and any(cells):
            found.changes.change("import_rows", "cells", row_id, list(cells))
        elif row_id is not None:
            found.changes.drop("import_rows", [row_id])


def _differing(before: pa.Table, after: pa.Table) -> Any:
    """Which rows of two tables differ."""
    found: Any = pa.array([False] * before.num_rows)
    for was, now in zip(before.columns, after.columns, strict=True):
        unequal: Any = pc.not_equal(was, now)
        filled: Any = pc.xor(pc.is_valid(was), pc.is_valid(now))
        found = pc.or_(found, pc.or_(pc.fill_null(unequal, False), filled))
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
