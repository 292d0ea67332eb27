"""Trace an item back to its spreadsheet row, field by field."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from compliance.access.reader import Reader
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, table_columns
from compliance.store.database import Cursor, rows


@dataclass(frozen=True)
class TracedRow:
    """A row of an export as it was loaded: each field with its heading in the file (None if the file had none)."""

    import_id: int
    source: Source
    fields: tuple[tuple[str, str | None, Any], ...]

    @property
    def columns(self) -> tuple[tuple[str, Any], ...]:
        """The columns that the file had, with their values."""
        return tuple((heading, value) for _, heading, value in self.fields if heading)


def own_source(point: Point, sources: dict[str, Source]) -> Source:
    """The export whose rows are the point's items."""
    return sources[point.needs[0]]


def row_behind(
    cursor: Cursor, point: Point, item: dict[str, Any], sources: dict[str, Source], *, reader: Reader
) -> TracedRow | None:
    """The row that a traced item names by import, sheet and number; None if it is no longer stored."""
    location = {name: item[name] for name in ("import_id", "sheet", "row")}
    return row_loaded(cursor, own_source(point, sources), **location, reader=reader)


def register_row(
    cursor: Cursor,
    register: dict[str, Any],
    sources: dict[str, Source],
    *,
    as_of: date,
    known_at: datetime,
    reader: Reader,
) -> TracedRow | None:
    """The register's row about a system; None if it is no longer stored."""
    params = {name: register[name] for name in ("organisation", "system", "file", "sheet", "row")}
    imports = rows(cursor, statement("register_import"), {"as_of": as_of, "known_at": known_at, **params})
    if not imports:
        return None
    location = {"import_id": imports[0]["import_id"], "sheet": register["sheet"], "row": register["row"]}
    return row_loaded(cursor, sources["systems"], **location, reader=reader)


def row_loaded(
    cursor: Cursor, source: Source, *, import_id: int, sheet: str | None, row: int, reader: Reader
) -> TracedRow | None:
    """A row of an import as it was loaded, by sheet and number; None if it was rejected.

    Columns declared to name a person are left out if the reader may not see persons' names.
    """
    matches = rows(
        cursor,
        f"select * from {source.id} where import_id = $import_id and sheet is not distinct from $sheet and row = $row",
        {"import_id": import_id, "sheet": sheet, "row": row},
    )
    return _traced(cursor, source, matches[0], reader) if matches else None


def _traced(cursor: Cursor, source: Source, row: dict[str, Any], reader: Reader) -> TracedRow:
    params = {"import_id": row["import_id"], "sheet": row["sheet"]}
    headings = {entry["field"]: entry["heading"] for entry in rows(cursor, statement("import_columns"), params)}
    fields = [
        (name, headings.get(field.name), reader.text(row[name]) if isinstance(row[name], str) else row[name])
        for field in source.fields
        for name, _ in table_columns(field)
        if reader.named or not field.person
        if name == field.name or row[name] is not None
    ]
    return TracedRow(row["import_id"], source, tuple(fields))
