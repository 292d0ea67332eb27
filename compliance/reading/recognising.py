"""Recognising sheets: which source a sheet is an export of, its columns, its rows and its extract date."""

import dataclasses
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.errors import Asked
from compliance.core.language import N_
from compliance.core.lengths import LONGEST_HEADING, LONGEST_NAME
from compliance.core.masking import MASK
from compliance.core.readings import visible
from compliance.core.remembering import cached_property
from compliance.declarations.sources import ABSENCE, Field, Source, Words, is_secret, normal
from compliance.reading.columns import in_threads
from compliance.reading.mapping import ColumnMapping, heading_keys, headings_written, with_words
from compliance.reading.naming import source_of_file
from compliance.reading.said import filled_in, heading_of, values_of, with_room, words_of_shares
from compliance.reading.sheets import Row, Sheet, Workbook, top_rows

FOOTER_CELLS: Final = 2
MONTHS: Final = [
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
DAY: Final = re.compile(
    r"(?<!\d)(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})|(?P<c>\d{8})"
    r"|(?P<d2>\d{1,2})[./](?P<m2>\d{1,2})[./](?P<y2>\d{4})"
    r"|(?P<d3>\d{1,2}) (?P<m3>[a-zåäö]{3,9})\.? (?P<y3>\d{4}))(?!\d)",
    re.IGNORECASE,
)
PERIOD: Final = re.compile(r"\s*(?:[-–—]+|till|to|t\.?o\.?m\.?)\s*\d", re.IGNORECASE)
# What joins two days of a file's name to a period.
BETWEEN: Final = re.compile(r"\s*(?:[-–—_]+|till|to|t\.?o\.?m\.?)\s*", re.IGNORECASE)
FILE_DAY: Final = re.compile(r"(?<!\d)(20\d\d)(-?)(\d\d)\2(\d\d)(?!\d)")
BRACKETS: Final = str.maketrans("()", "[]")
# One row a refused cell: the spreadsheet's row, and the column from 0.
_CELL: Final[dict[str, pa.DataType]] = {"row": pa.int32(), "place": pa.int32(), "reason": pa.string()}
WITHHELD: Final = pa.schema(_CELL)
# One row a cell that was cut, with its beginning.
CUT: Final = pa.schema({"row": _CELL["row"], "place": _CELL["place"], "value": _CELL["reason"]})


class Unrecognised(Asked):
    """A file that is not recognised; the user can still say how its columns are read, or which of several it is."""


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet: its place (0 is A), its heading as written, and the banner above it."""

    place: int
    heading: str
    banner: str = ""

    @property
    def full(self) -> str:
        """The heading with its banner."""
        return f"{self.banner} {self.heading}".strip()


@dataclass(frozen=True)
class Match:
    """A sheet that is an export of `source`: where its heading ends, and which columns give which field.

    `combined` are the fields computed from other columns. `mapping` is what a user has said of such headings; `said`
    has the values that the file says once, by the place of the column behind the last one that they fill.
    `withheld` has the cells because of which their rows must not be stored; those rows are blank in `sheet`. `blanked`
    has the cells that are blank in it as they could be level 4. `cut` has the cells that were too long to be stored
    whole. `repeated` counts the rows that repeat the headings, which are blank in `sheet`; `second` is a row below with
    the headings of another table, before which `sheet` ends. `month_first` are the fields of dates of which somebody
    has said whether they begin with the month.
    """

    sheet: Sheet
    number: int
    source: Source
    heading_row: int
    columns: dict[str, tuple[SheetColumn, ...]]
    combined: frozenset[str]
    unused: tuple[SheetColumn, ...]
    dropped: tuple[SheetColumn, ...]
    mapping: ColumnMapping | None = None
    said: Mapping[int, str] = dataclasses.field(default_factory=dict)
    withheld: pa.Table = dataclasses.field(default_factory=WITHHELD.empty_table)
    blanked: pa.Table = dataclasses.field(default_factory=WITHHELD.empty_table)
    cut: pa.Table = dataclasses.field(default_factory=CUT.empty_table)
    month_first: Mapping[str, bool] = dataclasses.field(default_factory=dict)
    repeated: int = 0
    second: int | None = None

    @cached_property
    def withheld_rows(self) -> frozenset[int]:
        """The numbers of the rows that must not be stored."""
        return frozenset(int(row) for row in self.withheld["row"].to_pylist() if row)

    @property
    def kept_columns(self) -> tuple[SheetColumn, ...]:
        """The columns with a heading that were not dropped, once for each field that they give."""
        return (*(column for group in self.columns.values() for column in group), *self.unused)

    @property
    def every_column(self) -> tuple[SheetColumn, ...]:
        """The columns that have a heading, once for each field that they give."""
        return (*self.kept_columns, *self.dropped)

    @property
    def secret_places(self) -> frozenset[int]:
        """The places of columns that say, or could say, why somebody is absent."""
        of_field = [c.place for f in self.source.fields if f.secret for c in self.columns.get(f.name, ())]
        return frozenset([*of_field, *(column.place for column in self.kept_columns if is_secret(column.full))])

    @property
    def width(self) -> int:
        """How many headings the sheet has."""
        return len({c.place for group in self.columns.values() for c in group}) + len(self.unused) + len(self.dropped)

    @property
    def by_chance(self) -> list[SheetColumn]:
        """The columns whose numbers only look like identity numbers."""
        every = {column.place: column for column in self.kept_columns}
        return [every[place] for place in self.sheet.by_chance if place in every]

    @property
    def known(self) -> list[SheetColumn]:
        """The columns whose headings its source knows, also those that another column is read instead of."""
        read = {column.place: column for group in self.columns.values() for column in group}
        synonyms = known_headings([self.source])
        return [*read.values(), *(c for c in self.unused if {normal(c.heading), normal(c.full)} & synonyms)]


def recognise(
    workbook: Workbook,
    sources: dict[str, Source],
    words: Words,
    *,
    source_id: str | None,
    heading_row: int | None = None,
    mappings: Sequence[ColumnMapping] = (),
    returned: bool = False,
) -> list[Match]:
    """The sheets that are exports, in their order. Raise Refusal if there is none, or if a sheet could be two.

    `source_id` and `heading_row` (1 is the first) are what the user says, if anything. `returned` says that the file is
    a return, which has other columns besides those of its original. A sheet recognised by a single column is left out
    if another sheet is recognised by more, or if nothing stands below it: a cover sheet often says "System" somewhere.
    """
    wanted = {source_id: sources[source_id]} if source_id else sources
    known = known_headings(sources.values())

    def found(heading_row: int | None) -> list[Match]:
        return [
            match
            for number, sheet in enumerate(workbook.sheets)
            for match in _mapped(workbook, number, wanted, words, known, mappings, returned=returned)
            or _best(_matches(sheet, number, wanted.values(), words, known, heading_row), file=workbook.name)
        ]

    matches = found(heading_row)
    if heading_row and matches:
        # what was said is of the sheets that have such a row
        said = {match.number for match in matches}
        matches = sorted([*matches, *(m for m in found(None) if m.number not in said)], key=lambda m: m.number)
    matches = [_without_identities(match, words, known, masked=bool(workbook.masked)) for match in matches]
    matches = _without_covers(matches, workbook)
    if not matches:
        raise _unknown(workbook, list(wanted.values()), words, known)
    return _with_words_of_mappings(matches)


def _without_covers(matches: list[Match], workbook: Workbook) -> list[Match]:
    """The sheets that were recognised by more than a word that a cover has too."""
    if any(len(match.columns) > 1 for match in matches):
        matches = [match for match in matches if len(match.columns) > 1]
    if any(sheet.cells.num_rows for sheet in workbook.sheets if all(sheet is not match.sheet for match in matches)):
        return [match for match in matches if len(match.columns) > 1 or match.sheet.cells.num_rows > match.heading_row]
    return matches


def _mapped(
    workbook: Workbook,
    number: int,
    sources: Mapping[str, Source],
    words: Words,
    known: frozenset[str],
    mappings: Sequence[ColumnMapping],
    *,
    returned: bool,
) -> list[Match]:
    """The sheet as the latest mapping of its headings and form reads it, as a list of one or none."""
    sheet = workbook.sheets[number]
    for index, row in enumerate(top_rows(sheet) if mappings else ()):
        keys = set(heading_keys(row).values())
        for mapping in mappings:
            applies = keys == set(mapping.headings) or (returned and keys >= set(mapping.fields.values()))
            if not (mapping.source in sources and keys and applies):
                continue
            # in a return each field has its column
            values = {} if returned else values_of(mapping, workbook, number, index + 1)
            if values is not None:
                match = match_by_mapping(sheet, number, sources[mapping.source], index, mapping, words, known)
                match = _with_returned(match) if returned else _with_columns(match, values)
                if all(field.name in match.columns for field in match.source.required):
                    return [match]
    return []


def _with_columns(match: Match, values: Mapping[str, str]) -> Match:
    """The match with a column behind the last one for each field that the file says once."""
    if not (match.mapping and values):
        return match
    said, first = match.mapping.said, match.sheet.cells.num_columns
    fields = {name: match.source.field(name) for name in values if name not in match.columns}
    columns = {
        name: (SheetColumn(first + number, heading_of(field, said[name])),)
        for number, (name, field) in enumerate(fields.items())
    }
    places = {columns[name][0].place: values[name] for name in columns}
    return replace(match, sheet=with_room(match.sheet, len(columns)), columns=match.columns | columns, said=places)


def _with_returned(match: Match) -> Match:
    """The match with the columns, in a return, of the fields that the file itself had said once."""
    unused = {column.heading: column for column in match.unused}
    headings = {
        n: heading_of(match.source.field(n), s) for n, s in (match.mapping.said if match.mapping else {}).items()
    }
    columns = {name: (unused[heading],) for name, heading in headings.items() if heading in unused}
    rest = tuple(column for column in match.unused if column.heading not in headings.values())
    return replace(match, columns=match.columns | columns, unused=rest)


def match_by_mapping(
    sheet: Sheet, number: int, source: Source, index: int, mapping: ColumnMapping, words: Words, known: frozenset[str]
) -> Match:
    """The sheet as an export of `source` with its heading in the row `index`, read by a mapping."""
    above, row = top_rows(sheet)[:index], top_rows(sheet)[index]
    keys = heading_keys(row)
    banners = banners_above(above, min(keys, default=0))
    named = {
        key: SheetColumn(place, _heading(row[place] or "", words), banners.get(place, ""))
        for place, key in keys.items()
    }
    dropped = tuple(column for column in named.values() if is_identity(column.heading, words, known))
    columns: dict[str, tuple[SheetColumn, ...]] = {
        field.name: (named[key],)
        for field in source.fields
        if (key := mapping.fields.get(field.name)) in named and named[key] not in dropped
    }
    secret = _secret_columns(source, tuple(column for column in named.values() if column not in dropped))
    columns = {name: group for name, group in columns.items() if not source.field(name).secret} | secret
    times = Counter(group[0].place for group in columns.values())
    # A column that gives several fields holds them all, like K3 R2 T1.
    combined = {
        name
        for name, group in columns.items()
        if (instead := source.field(name).instead)
        and (times[group[0].place] > 1 or any(normal(group[0].heading) in known for known in instead.headings))
    }
    combined |= {name for name in secret if normal(columns[name][0].heading) not in source.field(name).headings}
    unused = tuple(c for c in named.values() if c.place not in times and c not in dropped)
    return Match(sheet, number, source, index + 1, columns, frozenset(combined), unused, dropped, mapping)


def _secret_columns(source: Source, columns: tuple[SheetColumn, ...]) -> dict[str, tuple[SheetColumn, ...]]:
    """The columns of secret fields, of which only yes or no is read. They are known by heading only, never mapped."""
    by_heading = {normal(column.heading): column for column in reversed(columns)}
    groups = {
        field.name: (own,) if (own := _first(field.headings, by_heading)) else _parts(field, by_heading)
        for field in source.fields
        if field.secret
    }
    return {name: group for name, group in groups.items() if group}


def as_mapping(match: Match, *, through: str | None) -> ColumnMapping:
    """How a sheet was read, as a mapping of its headings. `through` is the column that its keys were matched by."""
    if match.mapping:
        return replace(match.mapping, through=through)
    row = top_rows(match.sheet)[match.heading_row - 1]
    keys = heading_keys(row)
    fields = {
        name: keys[group[0].place]
        for name, group in match.columns.items()
        if group[0].place in keys and not match.source.field(name).secret
    }
    return ColumnMapping(match.source.id, tuple(keys.values()), fields, through=through, written=headings_written(row))


def _with_words_of_mappings(matches: list[Match]) -> list[Match]:
    """The matches with the words of their mappings. All sheets of one source are read with the same words."""
    words: dict[str, list[dict[str, dict[str, str]]]] = {match.source.id: [] for match in matches}
    for match in matches:
        if match.mapping:
            words[match.source.id] += [match.mapping.words, shares_as_words(match, match.mapping)]
    return [replace(match, source=with_words(match.source, words[match.source.id])) for match in matches]


def shares_as_words(match: Match, mapping: ColumnMapping) -> dict[str, dict[str, str]]:
    """The shares in a sheet, such as 3/3 and 100 %, as words with the codes that a mapping gives them."""
    below = match.sheet.cells.slice(match.heading_row)
    cells = {
        name: [str(cell) for cell in pc.unique(below.column(match.columns[name][0].place).drop_null()).to_pylist()]
        for name in mapping.shares
        if name in match.columns
    }
    return words_of_shares(mapping, cells)


def _without_identities(match: Match, words: Words, known: frozenset[str], *, masked: bool) -> Match:
    """Move unrecognised columns to `dropped` if they hold an identity number, or their heading or banner says so."""
    identities = tuple(
        column
        for column in match.unused
        if is_identity(column.full, words, known)
        or (masked and pc.any(pc.match_substring(match.sheet.cells.column(column.place), MASK)).as_py())
    )
    kept = tuple(column for column in match.unused if column not in identities)
    return replace(match, unused=kept, dropped=match.dropped + identities)


def _matches(
    sheet: Sheet,
    number: int,
    sources: Iterable[Source],
    words: Words,
    known: frozenset[str],
    heading_row: int | None,
) -> list[Match]:
    head = _headings(sheet, words, known)
    return [match for source in sources for match in _match(sheet, number, source, head, heading_row)]


def _best(matches: list[Match], *, file: str) -> list[Match]:
    """The match with most fields, as a list of one or none. Raise Unrecognised if two have as many."""
    best = max((len(match.columns) for match in matches), default=0)
    first = [match for match in matches if len(match.columns) == best]
    if len(first) > 1:
        raise Unrecognised(
            N_("The sheet {sheet} in {file} could be {first} or {second}. Say which of them it is."),
            about="source",
            options=tuple(f"--source {match.source.id}" for match in first),
            sheet=first[0].sheet.name or file,
            file=file,
            first=first[0].source.title,
            second=first[1].source.title,
        )
    return first


@dataclass(frozen=True)
class _Heading:
    """A candidate heading: the index of its last row, its columns, those to drop, and those that some source knows."""

    last: int
    columns: tuple[SheetColumn, ...]
    dropped: tuple[SheetColumn, ...]
    known: dict[str, SheetColumn]


Named = list[tuple[SheetColumn, str]]
Headings = tuple[list[_Heading], list[_Heading | None]]


def _headings(sheet: Sheet, words: Words, every: frozenset[str]) -> Headings:
    """Each of the first rows as a candidate heading, and each row together with the one below it."""
    named = [_headed_cells(row, words) for row in top_rows(sheet)]
    rows = [_candidate(index, row, [], every, words) for index, row in enumerate(named)]
    pairs = [_under_banner(index, named[index], named[index + 1], every, words) for index in range(len(named) - 1)]
    return rows, pairs


def known_headings(sources: Iterable[Source]) -> frozenset[str]:
    """Every heading that some source knows."""
    fields = [field for source in sources for field in source.fields]
    groups = [field.headings for field in fields]
    groups += [group for field in fields if field.instead for group in field.instead.headings]
    return frozenset(heading for group in groups for heading in group)


def _headed_cells(row: Row, words: Words) -> Named:
    """The filled cells of a row with their normalised headings; a long text is no known heading."""
    return [
        (SheetColumn(place, _heading(cell, words)), normal(cell) if len(cell) <= LONGEST_HEADING else "")
        for place, cell in enumerate(row)
        if cell and cell.strip()
    ]


def _heading(cell: str, words: Words) -> str:
    """A heading as it is stored. A long one is cut, but keeps the word because of which its column is never read."""
    if len(cell) <= LONGEST_HEADING:
        return cell
    text = " ".join(cell.split())
    begun = text[:LONGEST_HEADING]
    hidden = (word for word in (*words["identity_headings"], *ABSENCE) if word in text.casefold())
    return next((f"{text[: LONGEST_HEADING - len(word) - 2]}… {word}" for word in hidden if word not in begun), begun)


def _candidate(last: int, columns: Named, other: Named, every: frozenset[str], words: Words) -> _Heading:
    dropped = tuple(column for column, _ in columns if is_identity(column.full, words, every))
    known: dict[str, SheetColumn] = {}
    for column, key in (*columns, *other):
        if key in every and column not in dropped:
            known.setdefault(key, column)
    return _Heading(last, tuple(column for column, _ in columns), dropped, known)


def _under_banner(index: int, upper: Named, lower: Named, every: frozenset[str], words: Words) -> _Heading | None:
    """Two rows as one heading, where a banner covers the empty cells to its right.

    A column has the name of the lower row, or of both together; if the lower is empty, of the upper.
    """
    if min(len(upper), len(lower)) < 2:
        return None
    above, below = ({column.place: (column, key) for column, key in row} for row in (upper, lower))
    columns, other, banner, banner_text = [], [], "", ""
    for place in range(max(*above, *below) + 1):
        if place in above:
            banner, banner_text = above[place][1], above[place][0].heading
        elif place not in below:
            banner, banner_text = "", ""
        if place in below:
            column, key = below[place]
            column = replace(column, banner=banner_text) if banner_text else column
            columns.append((column, key))
            other += [(column, f"{banner} {key}")] if banner else []
        elif place in above:
            columns.append(above[place])
    return _candidate(index + 1, columns, other, every, words)


def _match(sheet: Sheet, number: int, source: Source, head: Headings, heading_row: int | None) -> Iterator[Match]:
    """The sheet as an export of `source`, if one of its first rows, or the `heading_row`, has all required headings.

    If no single row has them, two rows may: a banner over groups of columns, and their names below.
    """
    rows, pairs = head
    for heading in (heading for heading in (*rows, *pairs) if heading and heading.known):
        if heading_row and heading.last + 1 != heading_row:
            continue
        columns, _ = _columns(source, heading)
        if all(field.name in columns for field in source.required):
            below = pairs[heading.last] if heading in rows and heading.last < len(pairs) else None
            yield _matched(sheet, number, source, _completed(source, heading, columns, rows, below))
            return


def _matched(sheet: Sheet, number: int, source: Source, heading: _Heading) -> Match:
    columns, combined = _columns(source, heading)
    used = {c.place for group in columns.values() for c in group}
    unused = tuple(c for c in heading.columns if c.place not in used and c not in heading.dropped)
    banners = banners_above(top_rows(sheet)[: heading.last], min(column.place for column in heading.columns))
    unused = tuple(replace(c, banner=banners.get(c.place) or c.banner) for c in unused)
    return Match(sheet, number, source, heading.last + 1, columns, combined, unused, heading.dropped)


def banners_above(above: list[Row], first: int) -> dict[int, str]:
    """The text above each column in the rows right above a heading. A cell covers the empty ones to its right.

    A text alone above the `first` column is the title of the table and no banner.
    """
    banners: dict[int, str] = {}
    for row in reversed(above):
        filled = [place for place, cell in enumerate(row) if cell and cell.strip()]
        if not filled:
            break
        over = ""
        for place, cell in enumerate(row if filled != [first] else ()):
            over = (cell or "").strip() or over
            banners[place] = f"{over} {banners.get(place, '')}".strip()
    return banners


def _completed(
    source: Source,
    heading: _Heading,
    columns: dict[str, tuple[SheetColumn, ...]],
    rows: list[_Heading],
    pair: _Heading | None,
) -> _Heading:
    """The heading together with the row below, if that names the columns under a banner and is no data.

    It is data if it has a cell under a required heading, or a cell that is no known heading.
    """
    if pair is None:
        return heading
    filled = {column.place for column in rows[pair.last].columns}
    needed = {column.place for field in source.required for column in columns[field.name]}
    pair_columns, _ = _columns(source, pair)
    known = {column.place for group in pair_columns.values() for column in group}
    return pair if not filled & needed and filled <= known else heading


def _columns(source: Source, heading: _Heading) -> tuple[dict[str, tuple[SheetColumn, ...]], frozenset[str]]:
    """The columns of each field, and the fields that are combined from other columns."""
    columns: dict[str, tuple[SheetColumn, ...]] = {}
    combined: set[str] = set()
    for field in source.fields:
        if own := _first(field.headings, heading.known):
            columns[field.name] = (own,)
        elif parts := _parts(field, heading.known):
            columns[field.name] = parts
            combined.add(field.name)
    return columns, frozenset(combined)


def _parts(field: Field, by_heading: dict[str, SheetColumn]) -> tuple[SheetColumn, ...]:
    groups = field.instead.headings if field.instead else ()
    return tuple(column for group in groups if (column := _first(group, by_heading)))


def _first(headings: Iterable[str], by_heading: dict[str, SheetColumn]) -> SheetColumn | None:
    return next((by_heading[heading] for heading in headings if heading in by_heading), None)


def is_identity(heading: str, words: Words, known: Container[str]) -> bool:
    """Whether a heading says that its column holds personal identity numbers; `known` headings never do."""
    letters = _letters(heading)
    if not any(word in letters for word in words["identity_headings"]):
        plain = normal(heading)
        return plain not in known and not {letters, _letters(plain)}.isdisjoint(words["identity_headings_whole"])
    # `normal` drops parentheses, so a known heading could hide the word in one. Brackets are kept.
    return normal(heading.translate(BRACKETS)) not in known


def _letters(heading: str) -> str:
    """The visible letters and digits of a heading, in lower case."""
    return "".join(filter(str.isalnum, visible(heading).casefold()))


def _unknown(workbook: Workbook, sources: list[Source], words: Words, known: frozenset[str]) -> Unrecognised:
    """Why nothing was recognised, naming the source that the file most likely is and the columns that it lacks."""
    found = nearest(workbook, sources, words, known)
    text = (
        N_("{file} looks like {source} but lacks {columns}. Export the whole of it again, or connect its columns.")
        if found
        else N_(
            "{file} has no sheet with the headings of a known export. "
            "Check that it is the right file, or connect its columns."
        )
    )
    values = {"source": found.source.title, "columns": ", ".join(found.missing)} if found else {}
    return Unrecognised(text, about="columns", options=(), file=workbook.name, **values)


@dataclass(frozen=True)
class Near:
    """The source that a file nearly is: the number of its sheet, and the columns that this lacks."""

    source: Source
    sheet: int
    missing: tuple[str, ...]


def nearest(workbook: Workbook, sources: Sequence[Source], words: Words, known: frozenset[str]) -> Near | None:
    """The source that the file's own words name, else the one of whose required columns a sheet has most.

    None if it names none and has no such column, or only those that stand in registers of every kind.
    """
    named = source_of_file(workbook, sources, words)
    near = [
        (source is named, len(source.required) - len(missing), -len(missing), -number, Near(source, number, missing))
        for number, sheet in enumerate(workbook.sheets)
        for row in _headings(sheet, words, known)[0]
        if row.known and row.last + 1 < sheet.cells.num_rows
        for source in sources
        if (missing := _missing(source, row)) and (source is named or _is_told(source, row, words))
    ]
    if near:
        return max(near, key=lambda entry: entry[:4])[-1]
    largest = max(enumerate(workbook.sheets), key=lambda entry: entry[1].cells.num_rows, default=(0, None))[0]
    return Near(named, largest, tuple(field.heading for field in named.required)) if named else None


def _missing(source: Source, row: _Heading) -> tuple[str, ...]:
    columns, _ = _columns(source, row)
    return tuple(field.heading for field in source.required if field.name not in columns)


def _is_told(source: Source, row: _Heading, words: Words) -> bool:
    """Whether a row has a required heading of a source that does not stand in registers of every kind."""
    columns, _ = _columns(source, row)
    headings = (normal(column.heading) for field in source.required for column in columns.get(field.name, ()))
    return any(heading not in words["telling_nothing"] for heading in headings)


def data_rows(match: Match, words: Words) -> pa.Table:
    """The cells below the heading, without total, count and signature rows at the end. The first is heading_row + 1."""
    return match.sheet.cells.slice(match.heading_row, end_of_table(match, words) - match.heading_row)


def end_of_table(match: Match, words: Words) -> int:
    """The number of rows up to and including the last one that is data."""
    cells, start = match.sheet.cells, match.heading_row
    end = cells.num_rows
    while end > start:
        block = max(start, end - 500)
        columns = [column.to_pylist() for column in cells.slice(block, end - block).columns]
        for row in reversed(list(zip(*columns, strict=True))):
            filled = [cell for cell in row if cell and cell.strip()]
            if filled and not _is_footer(filled, words):
                return end
            end -= 1
    return start


def _is_footer(filled: list[str], words: Words) -> bool:
    if len(filled) > FOOTER_CELLS:
        return False
    texts = (re.sub(r"^[\d\s]+", "", " ".join(cell.split()).casefold()) for cell in filled)
    return any(re.match(rf"{re.escape(word)}(?!\w)", text) for text in texts for word in words["footers"])


def with_values(match: Match, words: Words) -> Match:
    """The match with what the file says once in each row of its table."""
    if not match.said:
        return match
    headings = {group[0].place: group[0].heading for group in match.columns.values()}
    columns = {place: (headings[place], value) for place, value in match.said.items()}
    sheet = filled_in(match.sheet, columns, heading_row=match.heading_row, end=end_of_table(match, words))
    return replace(match, sheet=sheet)


def error_cells(match: Match, words: Words) -> int:
    """How many error cells the sheet has: those that the reader found, and those that an export wrote as text."""
    known = set(words["error_cells"])
    like_one = in_threads(lambda column: column.filter(pc.starts_with(column, "#")), match.sheet.cells.columns)
    written = sum((cell or "").strip().casefold() in known for column in like_one for cell in column.to_pylist())
    return match.sheet.errors + written


def organisation_named(matches: list[Match], words: Words) -> str | None:
    """The organisation named in a row above a heading ("Förvaltning: Exempel"), as written."""
    names = "|".join(map(re.escape, words["organisation"]))
    for match in matches:
        for cell, following in _told_above(top_rows(match.sheet)[: match.heading_row - 1]):
            named = re.fullmatch(rf"(?:{names})(?::\s*(.*))?", cell, re.IGNORECASE)
            if named and (name := named[1] or following):
                return name[:LONGEST_NAME].rstrip()
    return None


def _told_above(rows: list[Row]) -> Iterator[tuple[str, str]]:
    """Each filled cell of rows above a heading, on one line, with the one after it."""
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row if cell and cell.strip()]
        yield from zip(cells, [*cells[1:], ""], strict=False)


# --- the extract date -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ExtractDate:
    """A date and where it comes from: `said`, `marker`, `heading`, `file_name`, `modified` or `arrival`."""

    day: date
    by: str


def extract_date(workbook: Workbook, matches: list[Match], words: Words) -> ExtractDate | None:
    """The extract date of a workbook: from the rows above the headings, its name, or its modified date."""
    for match in matches:
        if day := day_above(top_rows(match.sheet)[: match.heading_row - 1], words, date1904=workbook.date1904):
            return ExtractDate(day, "heading")
    if day := _day_named(workbook.name):
        return ExtractDate(day, "file_name")
    return ExtractDate(workbook.modified.date(), "modified") if workbook.modified else None


def _day_named(name: str) -> date | None:
    """The first day in the name of a file that neither begins nor ends a period."""
    found = [(match, day) for match in FILE_DAY.finditer(name) if (day := _day(match[1], match[3], match[4]))]
    ends = [bool(BETWEEN.fullmatch(name[a.end() : b.start()])) for (a, _), (b, _) in pairwise(found)]
    of_periods = zip([*ends, False], [False, *ends], strict=False)
    return next((day for (_, day), period in zip(found, of_periods, strict=False) if not any(period)), None)


def day_above(rows: list[Row], words: Words, *, date1904: bool) -> date | None:
    """The extract date that rows above a heading hold."""
    keyword = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words['extract_date']))})(?!\w)", re.IGNORECASE)
    days = (_day_after(keyword, *told, date1904=date1904) for told in _told_above(rows))
    return next(filter(None, days), None)


def _day_after(keyword: re.Pattern[str], cell: str, following: str, *, date1904: bool) -> date | None:
    """The first date after a keyword, in its cell or the next.

    `match` is kept from one keyword to the next, so that each part of a long cell is searched once.
    """
    match: re.Match[str] | None = None
    for word in keyword.finditer(cell):
        if match is None or match.start() < word.end():
            match = DAY.search(cell, word.end())
        if match is None:
            return _first_day(following) or serial_day(following, date1904=date1904)
        if day := _day_of(match):
            return day
    return None


def written_day(text: str) -> date | None:
    """The date that a text is, in any form that an export may have it."""
    match = DAY.fullmatch(text.strip())
    return _day_of(match) if match else None


def _first_day(text: str) -> date | None:
    """The first date in a text, unless it begins a period."""
    match = DAY.search(text)
    return _day_of(match) if match else None


def _day_of(match: re.Match[str]) -> date | None:
    """The day of a date in a text, unless it begins a period."""
    if PERIOD.match(match.string, match.end()):
        return None
    parts: dict[str, Any] = match.groupdict()
    if parts["c"]:
        return _day(parts["c"][:4], parts["c"][4:6], parts["c"][6:])
    if parts["m3"]:
        month = next((i for i, name in enumerate(MONTHS) if name.startswith(parts["m3"].lower())), None)
        return None if month is None else _day(parts["y3"], month % 12 + 1, parts["d3"])
    return _day(parts["y"] or parts["y2"], parts["m"] or parts["m2"], parts["d"] or parts["d2"])


def serial_day(text: str, *, date1904: bool = False) -> date | None:
    """The day of a serial number, from 2000 to 2100."""
    if not re.fullmatch(r"\d{5}([.,]\d+)?", text):
        return None
    day = (date(1904, 1, 1) if date1904 else date(1899, 12, 30)) + timedelta(days=int(text[:5]))
    return day if 2000 <= day.year <= 2100 else None


def _day(year: object, month: object, day: object) -> date | None:
    try:
        result = date(int(str(year)), int(str(month)), int(str(day)))
    except ValueError:
        return None
    return result if 2000 <= result.year <= 2100 else None
