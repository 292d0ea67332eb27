"""An export as it is stored: its sheets with their cells as they were read, and its columns as they were recognised."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, normal
from compliance.loading.storing import JOINT
from compliance.loading.validating import UNKEPT
from compliance.reading.mapping import ColumnMapping, heading_keys, with_words
from compliance.reading.recognising import FOOTER_CELLS, Match, SheetColumn, shares_as_words
from compliance.reading.said import is_added
from compliance.reading.sheets import Sheet
from compliance.store.database import Cursor, Rows, rows


def stored_matches(
    cursor: Cursor, import_id: int, source: Source, mappings: Collection[ColumnMapping] = ()
) -> list[Match]:
    """The sheets of an import as they were recognised, with the words of the mappings of their headings.

    Of a field of which only yes or no is stored the cells say that.
    """
    by_sheet: dict[int, Rows] = defaultdict(list)
    for column in rows(cursor, statement("stored_columns"), {"import_id": import_id}):
        by_sheet[column["sheet_number"]].append(column)
    sheets = {row["sheet_number"]: row for row in rows(cursor, statement("sheets_kept"), {"import_id": import_id})}
    matches = []
    for number, headings in by_sheet.items():
        if number in sheets:
            width = max(row["place"] for row in headings) + 1
            sheet = {"import_id": import_id, "sheet_number": number, "last": sheets[number]["last"], "width": width}
            match = match_of(source, number, headings, stored_rows(cursor, sheet))
            match = _with_rows_read(cursor, import_id, _with_secrets(cursor, import_id, match))
            matches.append(_as_mapped(match, mappings))
    return matches


def stored_rows(cursor: Cursor, sheet: dict[str, Any]) -> pa.Table:
    """The cells of a sheet in columns c0, c1 …, one row a row of the spreadsheet up to its last, beside its row id."""
    cells = ", ".join(f"r.cells[{place + 1}] as c{place}" for place in range(max(sheet["width"], 1)))
    params = {name: sheet[name] for name in ("import_id", "sheet_number", "last")}
    table: pa.Table = cursor.sql(statement("stored_rows").replace("{cells}", cells), params=params).to_arrow_table()
    return table


def match_of(source: Source, number: int, headings: Rows, stored: pa.Table) -> Match:
    """A sheet as it was recognised, of its stored columns and rows.

    The columns of a field that was read from several are found by their headings; a field of which one is not found
    has only its first.
    """
    cells = stored.select([name for name in stored.column_names if name.startswith("c")])
    placed = [row for row in headings if row["place"] is not None]
    heading_row = max((row["heading_row"] or 0 for row in headings), default=0)
    known = {field.name for field in source.fields}
    columns = {r["field"]: _group(r, cells, heading_row) for r in placed if r["field"] in known}
    return Match(
        sheet=Sheet(headings[0]["sheet"] or "" if headings else "", cells),
        number=number,
        source=source,
        heading_row=heading_row,
        columns=columns,
        combined=_combined(source, columns),
        unused=tuple(SheetColumn(row["place"], row["heading"] or "") for row in placed if row["field"] is None),
        dropped=(),
    )


def _group(row: dict[str, Any], cells: pa.Table, heading_row: int) -> tuple[SheetColumn, ...]:
    """The columns that a field was read from; a heading that joins several is stored with the place of the first."""
    first, *others = (row["heading"] or "").split(JOINT)
    if not others or not heading_row:
        return (SheetColumn(row["place"], row["heading"] or ""),)
    line = cells.slice(heading_row - 1, 1).to_pylist()
    written = {normal(text): place for place, text in enumerate(line[0].values() if line else ()) if text}
    places = [written.get(normal(other)) for other in others]
    if None in places:
        return (SheetColumn(row["place"], row["heading"] or ""),)
    rest = (SheetColumn(place, other) for place, other in zip(places, others, strict=True) if place is not None)
    return (SheetColumn(row["place"], first), *rest)


def _combined(source: Source, columns: dict[str, tuple[SheetColumn, ...]]) -> frozenset[str]:
    """The fields combined from other columns: those with such a heading, or that share a column."""
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


def _as_mapped(match: Match, mappings: Collection[ColumnMapping]) -> Match:
    """The sheet with the words of the mapping of its headings, if it has one.

    Headings that are never stored are not among its headings any more; those of what the file says once never were.
    """
    line = match.sheet.cells.slice(match.heading_row - 1, 1).to_pylist() if match.heading_row else []
    added = {group[0].place: name for name, group in match.columns.items() if is_added(group[0].heading)}
    written = [text if place not in added else None for place, text in enumerate(line[0].values() if line else ())]
    keys = set(heading_keys(written).values())
    for mapping in mappings:
        is_for_it = mapping.source == match.source.id and {*mapping.said} == {*added.values()}
        if is_for_it and keys and keys <= {*mapping.headings}:
            return replace(match, source=with_words(match.source, [mapping.words, shares_as_words(match, mapping)]))
    return match


def _with_rows_read(cursor: Cursor, import_id: int, match: Match) -> Match:
    """The sheet with filled cells beside it in each row that was loaded or rejected.

    What stood in columns that are never stored told that these are rows, and no footer and no blank lines.
    """
    sql = statement("rows_before").replace("{source}", match.source.id)
    params: dict[str, Any] = {"import_id": import_id, "sheet_number": match.number, "last": match.sheet.cells.num_rows}
    params["unkept"] = sorted(UNKEPT)
    filled = cursor.sql(sql, params=params).to_arrow_table()["filled"]
    cells = match.sheet.cells
    for extra in range(FOOTER_CELLS + 1):
        cells = cells.append_column(f"c{match.sheet.cells.num_columns + extra}", filled)
    return replace(match, sheet=replace(match.sheet, cells=cells))


def _with_secrets(cursor: Cursor, import_id: int, match: Match) -> Match:
    """The sheet with Ja or Nej in the columns of which only that is stored, and with their headings."""
    cells = match.sheet.cells
    for field in match.source.fields:
        for column in match.columns.get(field.name, ())[:1] if field.secret else ():
            sql = statement("stored_answers").replace("{source}", match.source.id).replace("{field}", field.name)
            params = {"import_id": import_id, "sheet_number": match.number, "last": cells.num_rows}
            said = cursor.sql(sql, params=params).to_arrow_table()["answer"]
            own = pc.coalesce(said, cells.column(column.place)).to_pylist()
            if match.heading_row:
                own[match.heading_row - 1] = column.heading
            cells = cells.set_column(column.place, f"c{column.place}", pa.array(own, pa.string()))
    return replace(match, sheet=replace(match.sheet, cells=cells))
