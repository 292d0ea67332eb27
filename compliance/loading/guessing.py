"""Guesses for a file that is not recognised: its source, its heading row, and a column for each field.

A guess is offered, never applied. It is made by name (like a known heading) or by content (like the field's values).
"""

import itertools
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.lengths import LONGEST_HEADING
from compliance.core.masking import MASK
from compliance.declarations.queries import statement
from compliance.declarations.sources import BRACKETS, Field, Source, Words, is_secret, no_answer, normal
from compliance.loading import levels
from compliance.loading.elsewhere import may_hold_levels
from compliance.loading.refusing import safe_to_show
from compliance.reading.mapping import ColumnMapping, heading_keys
from compliance.reading.recognising import banners_above, is_identity, known_headings, match_by_mapping
from compliance.reading.sheets import HEADING_ROWS, Sheet, top_rows
from compliance.store.database import EVERYTHING_KNOWN, Cursor, rows

SAMPLED_ROWS: Final = 2000
SAMPLES: Final = 30
# How many rows are looked at for the heading among them, and the share of the table's columns that it has at least.
MEASURED_ROWS: Final = 200
FULL: Final = 0.7
# How many characters of a value are compared: no meaningful word and no date is longer.
LOOKED_AT: Final = 100
# The share of rows that have a value of their own in a column of ids.
UNIQUE: Final = 0.95
# A column with more values in more rows than these is none of words.
FEW_WORDS: Final = 20
MANY_ROWS: Final = 40
# The least score for which a column is offered.
OFFERED: Final = 0.6
SIMILAR: Final = 0.72
LEAST_SIMILAR: Final = 4
HINTED: Final = 0.7
DATE: Final = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}(\D.*)?|\d{8}|\d{1,2}[-./]\d{1,2}[-./]\d{4}(\D.*)?"
    r"|\d{1,2}\.?[ /-][a-zåäö]{3,9}\.?[ /-](\d{4}|\d\d)(\D.*)?",
    re.IGNORECASE,
)
# The address of a machine.
MACHINE: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}", re.IGNORECASE)
SERIAL: Final = re.compile(r"[34]\d{4}([.,]\d+)?")
# No two of its parts match the same characters, so a long text is rejected in linear time.
NUMBER: Final = re.compile(r"[-+−]?\d[\d\s\u00a0]*([.,]\d+\s*)?%?")
# How many characters of a heading are compared.
LONGEST: Final = 200


@dataclass(frozen=True)
class Candidate:
    """A column to choose from: its place, key and heading, and its most common values with their counts.

    `distinct` values stand in `filled` of its first `rows`. `banner` is the text that stands over several columns, and
    `in_title` says that the title of the table has it too.
    """

    place: int
    key: str
    heading: str
    values: tuple[tuple[str, int], ...]
    distinct: int = 0
    filled: int = 0
    rows: int = 0
    banner: str = ""
    in_title: bool = False

    @property
    def is_unique(self) -> bool:
        """Whether almost each row has a value, and one of its own."""
        return self.distinct >= UNIQUE * self.rows


@dataclass(frozen=True)
class Guess:
    """A column for a field, and the reason for it: its heading is `known`, or was read `before`, or a guess by `name`
    or `content`.
    """

    key: str
    by: str


def candidates(sheet: Sheet, index: int, words: Words, known: Collection[str]) -> list[Candidate]:
    """The columns of a sheet whose heading is in the row `index`, without those that are never read."""
    row = top_rows(sheet)[index]
    hidden = hidden_places(row, words, known)
    below, above = sheet.cells.slice(index + 1, SAMPLED_ROWS), top_rows(sheet)[:index]
    keys = {place: key for place, key in heading_keys(row).items() if place not in hidden}
    banners = banners_above(above, min(keys, default=0))
    titles = [normal(cell) for cells in above for cell in cells if cell and sum(map(bool, cells)) == 1]
    counted = {place: _counted(below, place) for place in keys}
    rows_ = max((sum(values.values()) for values in counted.values()), default=0)
    return [
        Candidate(
            place,
            key,
            " ".join(str(row[place]).split())[:LONGEST_HEADING],
            tuple(sorted(counted[place].items(), key=lambda entry: (-entry[1], entry[0]))[:SAMPLES]),
            len(counted[place]),
            sum(counted[place].values()),
            rows_,
            banner := banners.get(place, ""),
            in_title=bool(banner) and any(normal(banner) in title for title in titles),
        )
        for place, key in keys.items()
    ]


def shown_sheet(
    sheet: Sheet,
    index: int,
    source: Source | None,
    fields: Mapping[str, str],
    *,
    words: Words,
    sources: Collection[Source],
) -> Sheet:
    """The first rows of a sheet as a page may show them, without rows that say level 4, and cells that could.

    `fields` are the columns of the fields of `source`, by the headings in the row `index`. Until a source is chosen,
    every column may hold levels.
    """
    source = source or max(sources, key=lambda each: (each.levels_anywhere, len(levels.level_fields(each))))
    top = replace(sheet, cells=sheet.cells.slice(0, max(index + 1, HEADING_ROWS) + SAMPLED_ROWS))
    known = known_headings(sources)
    # The user may choose another heading row: every row with headings of levels is tried as one.
    for at, row in enumerate(top_rows(sheet)):
        if at == index or any(may_hold_levels(cell, words) for cell in row if cell):
            mapping = ColumnMapping(source.id, (), dict(fields) if at == index else {})
            top = safe_to_show(match_by_mapping(top, 0, source, at, mapping, words, known), words, sources)
    return top


def hidden_places(row: Sequence[str | None], words: Words, known: Collection[str]) -> frozenset[int]:
    """The places of columns whose heading says that they hold identity numbers, or why somebody is absent.

    `known` are the headings that some source knows.
    """
    filled = [(place, cell) for place, cell in enumerate(row) if cell]
    return frozenset(place for place, cell in filled if is_identity(cell, words, known) or is_secret(cell))


def _counted(cells: pa.Table, place: int) -> dict[str, int]:
    """How often each value stands in a column."""
    texts = pc.utf8_trim_whitespace(cells[f"c{place}"].drop_null())
    column: Any = pc.utf8_slice_codeunits(texts, 0, LOOKED_AT)
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(column).to_pylist() if entry["values"]}


def likely_row(sheet: Sheet, sources: Collection[Source]) -> int:
    """The row most likely to be the heading: the uppermost of those that are most like one."""
    known = known_headings(sources)
    rows = top_rows(sheet)
    width = _width(sheet)
    columns = [_column_facts(sheet, place) for place in range(sheet.cells.num_columns)]
    scores = [(_likeness(row, width, columns, known), -index) for index, row in enumerate(rows)]
    return -max(scores, default=(0.0, 0))[1]


def _width(sheet: Sheet) -> int:
    """How many cells an ordinary row of the table has."""
    filled: Any = [pc.is_valid(column).cast(pa.int32()) for column in sheet.cells.slice(0, MEASURED_ROWS).columns]
    counts = sorted((sum(row) for row in zip(*(column.to_pylist() for column in filled), strict=True)), reverse=True)
    return counts[len(counts) // 4] if counts else 0


def _column_facts(sheet: Sheet, place: int) -> tuple[Counter[str], bool]:
    """How often each of the first texts of a column stands there, and whether most are numbers, dates or addresses."""
    cells = [
        str(cell).strip()[:LOOKED_AT]
        for cell in sheet.cells.column(place).slice(0, MEASURED_ROWS).drop_null().to_pylist()
    ]
    return Counter(cells), 2 * sum(map(is_value, cells)) > len(cells)


def is_value(cell: str) -> bool:
    """Whether a text is a value rather than a name: a number, a date, an address."""
    return MASK in cell or _is_address(cell) or bool(DATE.fullmatch(cell) or NUMBER.fullmatch(cell))


def _likeness(
    row: Sequence[str | None], width: int, columns: Sequence[tuple[Counter[str], bool]], known: Collection[str]
) -> float:
    """How much a row is like headings: known ones, as many as the table has columns, and not as the cells below them.

    A heading is a text, stands once in its column, and may stand above values.
    """
    cells = [(place, cell.strip()[:LOOKED_AT]) for place, cell in enumerate(row) if cell and cell.strip()]
    if not cells:
        return 0.0
    of = max(width, len(cells))
    names = [(place, cell) for place, cell in cells if not is_value(cell)]
    once = sum(columns[place][0][cell] <= 1 for place, cell in names)
    above = sum(columns[place][1] for place, _ in names)
    known_ = sum(key in known for key in heading_keys(row).values())
    full = min(1.0, len(cells) / max(FULL * width, 1))
    return full * (2 + 3 * known_ / of + (len(names) + once + above) / len(cells))


def looks_like_data(row: Sequence[str | None], sources: Collection[Source]) -> bool:
    """Whether a row is data rather than headings, and so must not be saved with a mapping.

    It is data if it has no known heading but an identity number, an e-mail address or a date, or mostly numbers.
    """
    cells = [cell.strip()[:LOOKED_AT] for cell in row if cell and cell.strip()]
    if known_headings(sources) & set(heading_keys(row).values()):
        return False
    personal = any(MASK in cell or _is_address(cell) or DATE.fullmatch(cell) for cell in cells)
    return personal or 2 * sum(bool(NUMBER.fullmatch(cell)) for cell in cells) > len(cells)


def _is_address(cell: str) -> bool:
    """Whether a cell is an e-mail address and nothing else."""
    at = cell.find("@", 1)
    dot = cell.find(".", at + 2)
    return 0 < at < dot < len(cell) - 1 and len(cell.split()) == 1


def likely_source(columns: Sequence[Candidate], sources: Collection[Source], words: Words) -> Source | None:
    """The source with most guesses: first for its required fields, then for the others.

    None where all of them are of headings that stand in every register.
    """
    telling = {column.key for column in columns if normal(column.heading) not in words["telling_nothing"]}

    def score(source: Source) -> float:
        guessed = guesses(source, columns, words=words, known={}, before={})
        needed = sum(field.name in guessed for field in source.required)
        told = any(guess.key in telling for guess in guessed.values())
        return needed / len(source.required) + len(guessed) / len(columns) if told else 0.0

    best = max(sources, key=score, default=None)
    return best if best and score(best) else None


def guesses(
    source: Source,
    columns: Sequence[Candidate],
    *,
    words: Words,
    known: Mapping[str, Collection[str]],
    before: Mapping[str, Collection[str]],
) -> dict[str, Guess]:
    """A column for each field that one can be guessed for. Each column is used once, for the field it fits best.

    `known` has values of a field in other exports, in lower case; `before` the headings it was read from.
    """
    scored = [
        (*_score(field, column, words, known.get(field.name, ()), before.get(field.name, ())), field.name, column.key)
        for field, column in itertools.product(source.fields, columns)
        if not _is_no_id(source, field, column, columns) or known.get(field.name) or column.key in before
    ]
    order = {field.name: place for place, field in enumerate(source.fields)}
    explained = {column.key for column in columns if _is_explained(source, column, known)}
    guessed = _levels_together(source, columns)
    taken = {guess.key for guess in guessed.values()}
    for score, by, name, key in sorted(scored, key=lambda each: (-each[0], order[each[2]], each[3] not in explained)):
        if score >= OFFERED and name not in guessed and key not in taken:
            guessed[name] = Guess(key, by)
            taken.add(key)
    for field in source.required:
        able = [column for column in columns if not _is_no_id(source, field, column, columns)]
        if field.name not in guessed and field.type == "id" and (hinted := _hinted(field, able)):
            guessed[field.name] = Guess(hinted, "name")
    return guessed


def _is_no_id(source: Source, field: Field, column: Candidate, columns: Sequence[Candidate]) -> bool:
    """Whether a column cannot hold the ids by which rows are known: its values stand again and again.

    Where another field is part of the key, they may, as often as a column of few values has values.
    """
    if (
        field.type != "id"
        or field.name not in source.key
        or column.is_unique
        or normal(column.heading) in field.headings
    ):
        return False
    kinds = [other.distinct for other in columns if other is not column and other.distinct <= FEW_WORDS]
    often = max(kinds, default=1) if len(source.key) > 1 else 1
    return column.filled < UNIQUE * column.rows or column.filled > often * column.distinct


def _is_explained(source: Source, column: Candidate, known: Mapping[str, Collection[str]]) -> bool:
    """Whether the banner of a column stands in the title, names its source, or is a known value of some field."""
    banner = normal(column.banner)
    every = {value for name, values in known.items() if source.field(name).type == "text" for value in values}
    return bool(banner) and (column.in_title or banner in every or any(word in banner for word in source.called))


def _levels_together(source: Source, columns: Sequence[Candidate]) -> dict[str, Guess]:
    """The one column with all levels, for each of their fields, if none of them has a column of its own."""
    fields = [field for field in source.fields if field.type == "level"]
    headed = {normal(column.heading): column.key for column in reversed(columns)}
    if any(heading in headed for field in fields for heading in field.headings):
        return {}
    together = {f.name: [heading for group in f.instead.headings for heading in group] for f in fields if f.instead}
    keys = {name: headed[heading] for name, headings in together.items() for heading in headings if heading in headed}
    return {name: Guess(key, "known") for name, key in keys.items()}


def _hinted(field: Field, columns: Sequence[Candidate]) -> str | None:
    """The first column whose heading has a hint of a field, even if another field uses it."""
    return next((c.key for hint in field.hints for c in columns if hint in c.key), None)


def _score(
    field: Field, column: Candidate, words: Words, known: Collection[str], before: Collection[str]
) -> tuple[float, str]:
    """How well a column fits a field, from 0 to 2, and the main reason."""
    if _is_no_text(field, column):
        return 0.0, "content"
    if normal(column.heading) in field.headings or column.key in before:
        return 2.0, "known" if normal(column.heading) in field.headings else "before"
    name = max((_similarity(column.key, heading) for heading in (*field.headings, *before)), default=0.0)
    hinted = any(hint in column.key for hint in field.hints)
    name = max(name if name >= SIMILAR else 0.0, HINTED if hinted else 0.0)
    content = _content(field, column, words, known)
    if content < 0 or _answers_alone(field, column, words):
        return 0.0, "content"
    return (
        (0.9 * name + 0.4 * max(content, 0.0), "name")
        if name
        else (0.7 * content * _content_weight(field, known), "content")
    )


def _is_no_text(field: Field, column: Candidate) -> bool:
    """Whether a column mostly has days or addresses of machines, or of persons where a word or a name is wanted."""
    if field.type in {"date", "datetime", "number", "level"} or not column.values:
        return False
    named = field.type in {"word", "yes_no"} or (field.required and field.type in {"text", "path"})
    of_what = Counter[str]()
    for value, number in column.values:
        of_what["day"] += number * bool(DATE.fullmatch(value))
        of_what["machine"] += number * bool(MACHINE.fullmatch(value))
        of_what["person"] += number * (named and _is_address(value))
    return 2 * max(of_what.values()) > sum(number for _, number in column.values)


def _answers_alone(field: Field, column: Candidate, words: Words) -> bool:
    """Whether a column says nothing but yes and no, where a text is wanted, or words of which none is yes or no."""
    every = {*words["yes"], *words["no"]}
    own = {word.casefold() for listed in field.words.values() for word in listed}
    is_answered = field.type not in {"text", "path", "id", "word"} or not own.isdisjoint(every)
    return not is_answered and all(value.casefold() in every for value, _ in column.values)


def _content_weight(field: Field, known: Collection[str]) -> float:
    """Whether content alone can decide for a field: many columns hold dates, few hold the names of our units."""
    return 1.0 if known or field.words else 0.0


def _similarity(one: str, other: str) -> float:
    """How similar two headings are, from 0 to 1. One with all words of the other scores 0.9."""
    one, other = one[:LONGEST], other[:LONGEST]
    mine, its = set(re.findall(r"\w+", one)), set(re.findall(r"\w+", other))
    if mine and its and (mine <= its or its <= mine):
        return 0.9
    short, long = sorted((one, other), key=len)
    if len(short) >= LEAST_SIMILAR and long.startswith(short):
        return 0.7 + 0.2 * len(short) / len(long)
    return SequenceMatcher(None, one, other).ratio()


def _content(field: Field, column: Candidate, words: Words, known: Collection[str]) -> float:
    """The share of a column's values that fit a field; below 0 if they cannot be its values."""
    total = sum(number for _, number in column.values)
    if not total:
        return 0.0
    if known:
        return sum(n for value, n in column.values if value.casefold() in known) / total
    if field.words:
        if column.distinct > FEW_WORDS and column.rows > MANY_ROWS:
            return -1.0
        own = tuple(word.casefold() for listed in field.words.values() for word in listed)
        # A word may continue a known one: Klarmarkerad.
        return sum(n for value, n in column.values if value.casefold().startswith(own)) / total
    share = sum(n for value, n in column.values if _fits_type(field.type, value, words)) / total
    # Few dates make no column of dates, but any value may be a text.
    return share if share >= 0.3 or field.type not in READABLE else -1.0


READABLE: Final = frozenset({"date", "datetime", "number", "level", "yes_no"})


def _fits_type(kind: str, value: str, words: Words) -> bool:
    """Whether a value can be read as a type; for a text always False, as any value could be one."""
    if kind in {"date", "datetime"}:
        return bool(DATE.fullmatch(value) or SERIAL.fullmatch(value))
    if kind == "level":
        return levels.looks_like_level(value, words)
    if kind == "number":
        return bool(NUMBER.fullmatch(value))
    return kind == "yes_no" and value.casefold() in {*words["yes"], *words["no"]}


def unknown_words(field: Field, column: Candidate, words: Words) -> list[tuple[str, int]]:
    """The values of a column that no list of the field has, most common first, without those that are no answer."""
    if field.type == "yes_no":
        own = {*words["yes"], *words["no"], *(w.casefold() for listed in field.words.values() for w in listed)}
    elif field.type == "word":
        own = {word.casefold() for listed in field.words.values() for word in listed}
    else:
        return []
    empty = no_answer(field, words)
    counted = Counter(
        {v: n for v, n in column.values if v.casefold() not in own and v.casefold().strip(BRACKETS) not in empty}
    )
    return counted.most_common()


def known_values(cursor: Cursor, source: Source, *, day: date, known_at: datetime) -> dict[str, frozenset[str]]:
    """Values that the key and the fields referring to another export have had, in lower case, at most 5,000 each."""
    columns = {name: (source.id, name) for name in source.key}
    columns |= {field.name: field.refers_to for field in source.fields if field.refers_to}
    texts = {name: to for name, to in columns.items() if source.field(name).type in {"text", "id", "path"}}
    values_by_field = {}
    for name, (other, column) in texts.items():
        sql = f"select distinct lower({column}) as value from {other}_at(as_of := $day, known_at := $known_at)"
        values = rows(cursor, f"{sql} where {column} is not null limit 5000", {"day": day, "known_at": known_at})
        if values:
            values_by_field[name] = frozenset(row["value"] for row in values)
    return values_by_field


def headings_before(cursor: Cursor, source: Source) -> dict[str, frozenset[str]]:
    """The headings that each field of a source has been read from."""
    fields = rows(cursor, statement("headings_before"), {"source": source.id, "known_at": EVERYTHING_KNOWN})
    return {row["field"]: frozenset(map(normal, row["headings"])) for row in fields}
