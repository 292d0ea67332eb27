"""What became of each sheet of a workbook: which are read as an export, and why the others are not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from compliance.declarations.sources import Source, Words
from compliance.reading.mapping import ColumnMapping
from compliance.reading.markers import split_marker
from compliance.reading.recognising import (
    Match,
    Unrecognised,
    end_of_table,
    known_headings,
    nearest,
    recognise,
)
from compliance.reading.sheets import Sheet, Workbook

Why = Literal["taken", "other", "beside", "no_rows", "near", "ambiguous", "unknown", "empty"]


@dataclass(frozen=True)
class SheetUse:
    """A sheet and what became of it, with the source that it is or nearly is.

    `rows` are those of its table. A sheet `beside` others is recognised by a single column, as a cover sheet may be; of
    one that is `near` a source, `missing` are the columns that it lacks. An `other` is recognised, but the file is not
    read as that.
    """

    sheet: Sheet
    why: Why
    source: Source | None = None
    rows: int = 0
    missing: tuple[str, ...] = ()


def sheet_uses(
    workbook: Workbook,
    matches: Sequence[Match],
    sources: dict[str, Source],
    words: Words,
    mappings: Sequence[ColumnMapping] = (),
) -> list[SheetUse]:
    """The use of each sheet of a workbook, of which `matches` are read; without the hidden sheet of our own."""
    taken = {match.number: match for match in matches}
    sheets = split_marker(workbook)[0].sheets
    return [
        SheetUse(sheet, "taken", taken[number].source, end_of_table(taken[number], words) - taken[number].heading_row)
        if number in taken
        else _unread(replace(workbook, sheets=(sheet,)), sources, words, mappings)
        for number, sheet in enumerate(sheets)
    ]


def _unread(
    workbook: Workbook, sources: Mapping[str, Source], words: Words, mappings: Sequence[ColumnMapping]
) -> SheetUse:
    """Why the only sheet of a workbook is not read."""
    [sheet] = workbook.sheets
    if not sheet.cells.num_rows:
        return SheetUse(sheet, "empty")
    try:
        [match] = recognise(workbook, dict(sources), words, source_id=None, mappings=mappings)
    except Unrecognised as refusal:
        if refusal.about == "source":
            return SheetUse(sheet, "ambiguous")
        near = nearest(replace(workbook, name=""), list(sources.values()), words, known_headings(sources.values()))
        return SheetUse(sheet, "near", near.source, missing=near.missing) if near else SheetUse(sheet, "unknown")
    rows = end_of_table(match, words) - match.heading_row
    why: Why = "no_rows" if not rows else "beside" if len(match.columns) == 1 else "other"
    return SheetUse(sheet, why, match.source, rows)
