"""Rows below the headings that have headings themselves: of another page, which are no data, or of another table."""

from dataclasses import replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.language import N_, Language
from compliance.declarations.sources import normal
from compliance.reading.recognising import Match, known_headings
from compliance.reading.sheets import top_rows

# Its functions, which are made when it is imported, as a type checker cannot know.
compute: Any = pc
# So many known headings in a row below the headings are those of another table.
HEADINGS: Final = 2
# What can stand around a heading.
AROUND: Final = " \t\n\r\u00a0:*"


def without_repeated(match: Match) -> Match:
    """The match with each row below its headings that has the same texts blanked, and with their number.

    A blank row is no row, and the rows below it keep their numbers.
    """
    found = _repeated(match)
    if not found:
        return match
    cells = match.sheet.cells
    hidden: Any = pc.is_in(pa.array(range(cells.num_rows), pa.int64()), pa.array(found, pa.int64()))
    for place, name in enumerate(cells.column_names):
        cells = cells.set_column(place, name, pc.if_else(hidden, pa.scalar(None, pa.string()), cells[name]))
    return replace(match, sheet=replace(match.sheet, cells=cells), repeated=len(found))


def _repeated(match: Match) -> list[int]:
    """The indices of the rows below the headings that have the same texts under each of them."""
    row = top_rows(match.sheet)[match.heading_row - 1]
    headings = {column.place: text for column in match.kept_columns if (text := normal(row[column.place] or ""))}
    below: Any = pa.array(range(match.heading_row, match.sheet.cells.num_rows), pa.int64())
    # First what begins alike, column by column, which leaves hardly a row.
    for place, heading in headings.items():
        begun: Any = pc.utf8_lower(pc.utf8_ltrim_whitespace(match.sheet.cells.column(place).take(below)))
        alike: Any = pc.fill_null(pc.starts_with(begun, heading.split()[0]), False)
        below = below.filter(alike.combine_chunks())
    columns = {place: match.sheet.cells.column(place).take(below).to_pylist() for place in headings}
    same = (
        all(normal(columns[place][number] or "") == text for place, text in headings.items())
        for number in range(len(below))
    )
    return [int(index) for index, is_same in zip(below.to_pylist(), same, strict=True) if is_same and headings]


def without_second_table(match: Match, known: frozenset[str]) -> Match:
    """The match without what stands below its table, if another row has headings: that is of another table.

    Such a row has at least two headings of the source, and mostly headings that are `known`, or the heading of an id
    or a system in its own column. A title right above it is of the other table too.
    """
    below = match.sheet.cells.slice(match.heading_row)
    filled, found = _rows_with_headings(match, below, known)
    first = compute.index(found, True).as_py()
    if first < 0:
        return match
    end = first
    while end and filled[end - 1].as_py() <= 1:
        end -= 1
    kept = match.sheet.cells.slice(0, match.heading_row + end)
    return replace(match, sheet=replace(match.sheet, cells=kept), second=match.heading_row + first + 1)


def _rows_with_headings(match: Match, below: pa.Table, known: frozenset[str]) -> tuple[Any, Any]:
    """How many cells of each row are filled, and whether it has headings."""
    # Genomförd is a heading of dates, and a word of a status.
    words = {word for field in match.source.fields for word in field.every_word}
    own, any_, named = known_headings([match.source]) - words, known - words, _names(match)
    hits = some = filled = pa.array([0] * below.num_rows, pa.int64())
    is_named = pa.array([False] * below.num_rows, pa.bool_())
    for place, column in enumerate(below.columns):
        text = compute.utf8_lower(compute.utf8_trim(column.combine_chunks(), characters=AROUND))
        is_filled = compute.greater(compute.fill_null(compute.utf8_length(text), 0), 0)
        hits = compute.add(hits, _among(text, own).cast(pa.int64()))
        some = compute.add(some, _among(text, any_).cast(pa.int64()))
        filled = compute.add(filled, is_filled.cast(pa.int64()))
        is_named = compute.or_(is_named, _among(text, named.get(place, frozenset())))
    mostly = compute.greater_equal(compute.multiply(some, 2), filled)
    return filled, compute.or_(compute.and_(compute.greater_equal(hits, HEADINGS), mostly), is_named)


def _among(text: Any, headings: frozenset[str]) -> Any:
    return compute.is_in(text, pa.array(sorted(headings), pa.string()))


def _names(match: Match) -> dict[int, frozenset[str]]:
    """The headings of each column that holds ids or names of systems, by its place. A course may be called Kurs."""
    named = (field for field in match.source.fields if field.required and (field.is_id or field.names == "system"))
    fields = {field.name: field for field in named}
    return {group[0].place: frozenset(fields[n].headings) for n, group in match.columns.items() if n in fields}


def second_text(row: int, say: Language) -> str:
    """That what is below another row of headings is not read."""
    text = N_("Row {row} has headings of its own. Nothing from there on is read: put each table in a sheet of its own.")
    return say(text, row=row)


def repeated_text(n: int, say: Language) -> str:
    """How many rows repeat the headings."""
    return say.plural(
        "{count} row repeats the headings and is not loaded.",
        "{count} rows repeat the headings and are not loaded.",
        n,
        count=say.in_words(n).capitalize(),
    )
