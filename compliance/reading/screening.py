"""Masking identity numbers in a file, given which of its columns may hold numbers that only look like one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from compliance.core.errors import Refusal
from compliance.core.masking import MASK, Kind, Masked, mask_column, mask_text
from compliance.declarations.sources import Field, Source, Words
from compliance.reading.columns import in_threads
from compliance.reading.mapping import ColumnMapping
from compliance.reading.markers import SHEET, split_marker
from compliance.reading.recognising import Match, extract_date, recognise
from compliance.reading.sheets import Sheet, Workbook

if TYPE_CHECKING:
    import pyarrow as pa

    Column = pa.ChunkedArray[Any]


@dataclass(frozen=True)
class ReadRequest:
    """What is known of a file before it is read: what the user says of it, and how all files are read.

    `today` is the extract date of a file without one.
    """

    sources: dict[str, Source]
    words: Words
    today: date | None
    mappings: Sequence[ColumnMapping] = ()
    source: str | None = None
    day: date | None = None
    heading_row: int | None = None

    @property
    def user_input(self) -> tuple[object, ...]:
        """What users have said of it, now or before."""
        return self.source, self.day, self.heading_row, tuple(self.mappings)


@dataclass(frozen=True)
class _Expected:
    """The kinds of a sheet's columns below its heading. The columns of each group in `joined` become one text."""

    heading_row: int
    kinds: Mapping[int, Kind]
    joined: tuple[tuple[int, ...], ...] = ()


NOTHING: Final = _Expected(0, {})


def screened(workbook: Workbook, request: ReadRequest) -> Workbook:
    """The workbook with every identity number masked, in cells and sheet names."""
    expected, day = _expected(workbook, request)
    sheets = [_screened(sheet, expected.get(n, NOTHING), day) for n, sheet in enumerate(workbook.sheets)]
    masked = workbook.masked + sum(count for _, count in sheets)
    return replace(workbook, sheets=tuple(sheet for sheet, _ in sheets), masked=masked, around=day)


def screened_again(workbook: Workbook, request: ReadRequest) -> Workbook:
    """The workbook with what was left masked too, where the request has changed since it was read."""
    return screened(workbook, request) if any(sheet.allowed for sheet in workbook.sheets) else workbook


def _expected(workbook: Workbook, request: ReadRequest) -> tuple[dict[int, _Expected], date | None]:
    """The expectations of each recognised sheet, by its number, and the extract date."""
    rest, marker = split_marker(workbook)
    source_id = request.source or (marker.source if marker and marker.source in request.sources else None)
    returned = marker is not None and marker.kind == "return"
    try:
        matches = recognise(
            rest,
            request.sources,
            request.words,
            source_id=source_id,
            heading_row=request.heading_row,
            mappings=request.mappings,
            returned=returned,
        )
    except Refusal:
        matches = []
    dated = extract_date(rest, matches, request.words)
    day = request.day or (marker.extract_date if marker else None) or (dated.day if dated else request.today)
    # Matches are numbered without the marker's sheet: map them back to the workbook.
    own = [n for n, sheet in enumerate(workbook.sheets) if marker is None or sheet.name != SHEET]
    return {own[match.number]: _expected_of(match) for match in matches}, day


def _expected_of(match: Match) -> _Expected:
    """The expectations of a recognised sheet."""
    joined = [group for name, group in match.columns.items() if name in match.combined and _is_joined(match, name)]
    return _Expected(match.heading_row, _kinds(match), tuple(tuple(one.place for one in group) for group in joined))


def _is_joined(match: Match, name: str) -> bool:
    """Whether the columns of a field are joined to one text, as first and last name are."""
    field = match.source.field(name)
    return field is not None and field.instead is not None and field.instead.using == "joined"


def _kinds(match: Match) -> dict[int, Kind]:
    """The kinds of the columns that give exactly one field."""
    read = [
        (group[0].place, kind_of(match.source.field(name)))
        for name, group in match.columns.items()
        if name not in match.combined
    ]
    places = [place for place, _ in read]
    return {place: kind for place, kind in read if kind is not Kind.OTHER and places.count(place) == 1}


def kind_of(field: Field | None) -> Kind:
    """The kind of a field's column; OTHER without a field."""
    if field is None:
        return Kind.OTHER
    if field.case_id:
        return Kind.CASE
    if field.type == "id" and field.person:
        return Kind.PERSON
    return Kind.TIME if field.type in {"date", "datetime"} else Kind.OTHER


def _screened(sheet: Sheet, expected: _Expected, day: date | None) -> tuple[Sheet, int]:
    """A sheet without identity numbers, and how many it had."""
    name, masked = mask_text(sheet.name)
    cells, allowed, by_chance = sheet.cells, [], []
    kinds = [expected.kinds.get(place, Kind.OTHER) for place in range(cells.num_columns)]
    results = in_threads(
        lambda column, kind: _masked(column, kind, expected.heading_row, day), sheet.cells.columns, kinds
    )
    for place, result in enumerate(results):
        if result.count:
            cells = cells.set_column(place, cells.column_names[place], result.column)
        masked += result.count
        allowed += [place] if result.allowed else []
        by_chance += [place] if result.by_chance else []
    for places in expected.joined:
        cells, count = _mask_joined(cells, places)
        masked += count
    return replace(sheet, name=name, cells=cells, allowed=tuple(allowed), by_chance=tuple(by_chance)), masked


def _mask_joined(cells: "pa.Table", places: tuple[int, ...]) -> tuple["pa.Table", int]:
    """The cells with a mask for each part of an identity number across columns, and how many numbers there were."""
    import pyarrow.compute as pc

    parts: list[Any] = [cells.column(place) for place in places]
    whole = pc.binary_join_element_wise(*parts, " ", null_handling="replace", null_replacement="")
    result = mask_column(whole)
    if result.count:
        changed = pc.not_equal(result.column, whole)
        for place, part in zip(places, parts, strict=True):
            mask = pc.if_else(pc.and_(changed, pc.is_valid(part)), MASK, part)
            cells = cells.set_column(place, cells.column_names[place], mask)
    return cells, result.count


def _masked(column: "Column", kind: Kind, heading_row: int, day: date | None) -> Masked:
    """A column masked as its kind below the heading, and as any other text above."""
    if kind is Kind.OTHER:
        return mask_column(column)
    import pyarrow as pa

    above, below = mask_column(column.slice(0, heading_row)), mask_column(column.slice(heading_row), kind, day)
    whole: Column = pa.chunked_array([*above.column.chunks, *below.column.chunks], pa.string())
    return replace(below, column=whole, count=above.count + below.count)
