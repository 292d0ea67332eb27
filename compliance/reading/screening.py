"""A file without identity numbers: which of its columns may hold what only looks like one, before it is passed on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from compliance.core.errors import Refusal
from compliance.core.masking import MASK, Kind, Masked, mask_column, mask_text
from compliance.declarations.sources import Field, Source
from compliance.reading.mapping import Columns
from compliance.reading.markers import SHEET, marked
from compliance.reading.recognising import Match, Words, extract_date, recognise
from compliance.reading.sheets import Sheet, Workbook

if TYPE_CHECKING:
    import pyarrow as pa

    Column = pa.ChunkedArray[Any]


@dataclass(frozen=True)
class Asked:
    """What is known of a file before it is read: what a person says of it, and how all files are read.

    `today` is the extract date of a file of which nobody says one, itself included.
    """

    sources: dict[str, Source]
    words: Words
    today: date | None
    mappings: Sequence[Columns] = ()
    source: str | None = None
    day: date | None = None

    @property
    def said(self) -> tuple[object, ...]:
        """What a person has said of it, now or before."""
        return self.source, self.day, tuple(self.mappings)


@dataclass(frozen=True)
class _Expected:
    """What the columns of a sheet hold below its heading, as far as it matters; `joined` become one text together."""

    heading_row: int
    kinds: Mapping[int, Kind]
    joined: tuple[tuple[int, ...], ...] = ()


NOTHING: Final = _Expected(0, {})


def screened(workbook: Workbook, asked: Asked) -> Workbook:
    """The workbook with every identity number masked, in its cells and the names of its sheets."""
    expected, day = _expected(workbook, asked)
    found = [_screened(sheet, expected.get(n, NOTHING), day) for n, sheet in enumerate(workbook.sheets)]
    masked = workbook.masked + sum(count for _, count in found)
    return replace(workbook, sheets=tuple(sheet for sheet, _ in found), masked=masked, around=day)


def screened_again(workbook: Workbook, asked: Asked) -> Workbook:
    """The workbook with masked as well what was let through for something else than what is now said of it."""
    return screened(workbook, asked) if any(sheet.allowed for sheet in workbook.sheets) else workbook


def _expected(workbook: Workbook, asked: Asked) -> tuple[dict[int, _Expected], date | None]:
    """What is expected of each sheet that is recognised, by its number, and the extract date."""
    rest, marker = marked(workbook)
    said = asked.source or (marker.source if marker and marker.source in asked.sources else None)
    returned = marker is not None and marker.kind == "return"
    try:
        matches = recognise(rest, asked.sources, asked.words, said=said, mappings=asked.mappings, returned=returned)
    except Refusal:
        matches = []
    found = extract_date(rest, matches, asked.words)
    day = asked.day or (marker.extract_date if marker else None) or (found.day if found else asked.today)
    # a sheet that says what the workbook is comes out of it
    own = [n for n, sheet in enumerate(workbook.sheets) if marker is None or sheet.name != SHEET]
    return {own[match.number]: _expected_of(match) for match in matches}, day


def screened_as(match: Match, day: date | None) -> tuple[Sheet, int]:
    """A sheet whose columns are known, without identity numbers, and how many it had."""
    return _screened(match.sheet, _expected_of(match), day)


def _expected_of(match: Match) -> _Expected:
    """What the columns of a sheet hold that has been recognised."""
    joined = [group for name, group in match.columns.items() if name in match.combined and _is_joined(match, name)]
    return _Expected(match.heading_row, _kinds(match), tuple(tuple(one.place for one in group) for group in joined))


def _is_joined(match: Match, name: str) -> bool:
    """Whether the columns of a field are read as one text, as a first and a last name are."""
    field = match.source.field(name)
    return field is not None and field.instead is not None and field.instead.using == "joined"


def _kinds(match: Match) -> dict[int, Kind]:
    """What the columns of a sheet hold that are read into one field each."""
    read = [
        (group[0].place, kind_of(match.source.field(name)))
        for name, group in match.columns.items()
        if name not in match.combined
    ]
    places = [place for place, _ in read]
    return {place: kind for place, kind in read if kind is not Kind.OTHER and places.count(place) == 1}


def kind_of(field: Field | None) -> Kind:
    """What a field holds, as far as it decides what is an identity number in it; without one, anything."""
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
    for place, column in enumerate(sheet.cells.columns):
        found = _masked(column, expected.kinds.get(place, Kind.OTHER), expected.heading_row, day)
        if found.count:
            cells = cells.set_column(place, cells.column_names[place], found.column)
        masked += found.count
        allowed += [place] if found.allowed else []
        by_chance += [place] if found.by_chance else []
    for places in expected.joined:
        cells, count = _mask_joined(cells, places)
        masked += count
    return replace(sheet, name=name, cells=cells, allowed=tuple(allowed), by_chance=tuple(by_chance)), masked


def _mask_joined(cells: "pa.Table", places: tuple[int, ...]) -> tuple["pa.Table", int]:
    """The cells with a mask for each of those that make an identity number together, and how many there were."""
    import pyarrow.compute as pc

    parts: list[Any] = [cells.column(place) for place in places]
    whole = pc.binary_join_element_wise(*parts, " ", null_handling="replace", null_replacement="")
    found = mask_column(whole)
    if found.count:
        changed = pc.not_equal(found.column, whole)
        for place, part in zip(places, parts, strict=True):
            mask = pc.if_else(pc.and_(changed, pc.is_valid(part)), MASK, part)
            cells = cells.set_column(place, cells.column_names[place], mask)
    return cells, found.count


def _masked(column: "Column", kind: Kind, heading_row: int, day: date | None) -> Masked:
    """A column as it is expected below its heading, and as any other text above."""
    if kind is Kind.OTHER:
        return mask_column(column)
    import pyarrow as pa

    above, below = mask_column(column.slice(0, heading_row)), mask_column(column.slice(heading_row), kind, day)
    whole: Column = pa.chunked_array([*above.column.chunks, *below.column.chunks], pa.string())
    return replace(below, column=whole, count=above.count + below.count)
