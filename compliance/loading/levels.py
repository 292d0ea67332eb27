"""Levels of confidentiality, integrity and availability: each text is read, empty or refused, by a closed list.

Level 4 belongs to protective security, and a text in no list could be level 4 in a form that nobody thought of. Both
refuse their row, of which nothing may be kept or handed out (rulebook, section 3, classifications). So its cells are
taken away here, before anything else sees them.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from compliance.declarations.sources import Field, Source, normal
from compliance.reading.markers import is_row_number, row_number
from compliance.reading.recognising import WITHHELD, Column, Match, Words, end_of_table
from compliance.reading.sheets import Sheet

PROTECTIVE_SECURITY: Final = "protective_security"
NOT_A_LEVEL: Final = "not_a_level"
if TYPE_CHECKING:
    Cells = pa.ChunkedArray[Any]

Reason = Literal["protective_security", "not_a_level"]
Level = int | Reason | None
Reader = Callable[[str | None], Level]

HIGHEST: Final = 3
LONGEST: Final = 100
SPACE: Final = re.compile(
    "[ \t\n\r\x0b\f\u0085\u00a0\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+"
)  # as the statements of queries/values.sql fold them
BETWEEN: Final = r"[ /\-,;:=.|]*"
PAIR: Final = re.compile(rf"([a-z]){BETWEEN}([0-9])")
PAIRS: Final = re.compile(rf"{PAIR.pattern}(?:{BETWEEN}{PAIR.pattern}){{0,2}}")
DIGITS: Final = re.compile(rf"([0-9]){BETWEEN}([0-9]){BETWEEN}([0-9])")
ALONE: Final = re.compile(r"([a-z]?)([0-9])|([0-9])[.,]0")
NUMBER: Final = r"[0-9]|\([0-9]\)|\[[0-9]\]"
WORD: Final = r"[^0-9()\[\]]+|\([^0-9()\[\]]+\)|\[[^0-9()\[\]]+\]"
WORDED: Final = re.compile(rf"({NUMBER}) ?({WORD})|({WORD}) ?({NUMBER})|({WORD})")


def read_one(cell: str | None, letter: str | None, words: Words) -> Level:
    """The level of a cell that holds one: None where it is empty, a reason where it is refused."""
    text = _text(cell, words)
    if text is None or len(text) > LONGEST:
        return None if text is None else NOT_A_LEVEL
    level = _alone(text, letter) if ALONE.fullmatch(text) else _worded(text, words)
    return level if level is not None and level <= HIGHEST else _refused(text)


def read_of(cell: str | None, letter: str, letters: str, words: Words) -> Level:
    """The level under one of the `letters` in a cell that holds one to three of them together."""
    text = _text(cell, words)
    if text is None or len(text) > LONGEST:
        return None if text is None else NOT_A_LEVEL
    found = _together(text, letters)
    return found.get(letter) if found and max(found.values()) <= HIGHEST else _refused(text)


def _text(cell: str | None, words: Words) -> str | None:
    """The text as it is compared; None where it is empty, an error cell or a word that says so."""
    text = unicodedata.normalize("NFC", SPACE.sub(" ", cell or "").strip(" ")[: LONGEST + 1]).casefold()
    return None if not text or text in words["error_cells"] or text in words["no_level"] else text


def _alone(text: str, letter: str | None) -> int | None:
    """3, 3,0 or K3 under its own letter."""
    found = ALONE.fullmatch(text)
    if not found or (found[1] and found[1] != (letter or "").casefold()):
        return None
    return int(found[2] or found[3])


def _worded(text: str, words: Words) -> int | None:
    """A declared word, alone or with its digit; None where they disagree."""
    found = WORDED.fullmatch(text)
    if not found:
        return _meant(text, words)
    digit, word = found[1] or found[4], found[2] or found[3] or found[5]
    level = _meant(word.strip(" ()[]"), words)
    return level if digit is None or int(digit.strip("()[]")) == level else None


def _meant(word: str, words: Words) -> int | None:
    return next((level for level in range(HIGHEST + 1) if word in words[f"level_{level}"]), None)


def _together(text: str, letters: str) -> dict[str, int]:
    """The level of each letter that the text has; nothing where it is no such text."""
    if digits := DIGITS.fullmatch(text):
        return dict(zip(letters, map(int, digits.groups()), strict=False))
    pairs = PAIR.findall(text) if PAIRS.fullmatch(text) else []
    found = {letter.upper(): int(digit) for letter, digit in pairs}
    return found if len(found) == len(pairs) and found.keys() <= set(letters) else {}


def _refused(text: str) -> Reason:
    """Why a text is refused: it says 4 in one of the forms, of whatever letter and word and however the digit looks."""
    seen = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    if worded := WORDED.fullmatch(seen):
        return PROTECTIVE_SECURITY if "4" in (worded[1] or worded[4] or "") else NOT_A_LEVEL
    forms = (ALONE, PAIRS, DIGITS)
    if any(form.fullmatch(seen) for form in forms) and "4" in seen:
        return PROTECTIVE_SECURITY
    return NOT_A_LEVEL


def is_like(cell: str, words: Words) -> bool:
    """Whether a text is written as levels are, of whatever letter and however high."""
    text = _text(cell, words) or ""
    return any(form.fullmatch(text) for form in (ALONE, PAIRS, DIGITS)) or _worded(text, words) is not None


# --- Columns of levels ----------------------------------------------------------------------------------------------


def level_columns(match: Match, words: Words) -> dict[str, "Cells"]:
    """The levels of each field that has them, by its name: one a row of the sheet, null where it has none."""
    return {
        field.name: pc.coalesce(
            *(
                _levels(match.sheet.cells.column(column.place), _reader_of(match, field, words))
                for column in match.columns[field.name]
            )
        )
        for field in _fields(match.source)
        if field.name in match.columns
    }


def _reader_of(match: Match, field: Field, words: Words) -> Reader:
    return _together_reader(match.source, field, words) if field.name in match.combined else _reader(field, words)


def _reader(field: Field, words: Words) -> Reader:
    return partial(read_one, letter=field.letter, words=words)


def _together_reader(source: Source, field: Field, words: Words) -> Reader:
    letters = "".join(other.letter for other in _fields(source) if other.letter)
    return partial(read_of, letter=field.letter or "", letters=letters, words=words)


def _fields(source: Source) -> list[Field]:
    return [field for field in source.fields if field.type == "level"]


def _levels(column: "Cells", read: Reader) -> "Cells":
    return _each(column, lambda cell: level if isinstance(level := read(cell), int) else None, pa.int8())


def _each(column: "Cells", give: Callable[[str | None], Any], kind: Any) -> "Cells":
    """What is given for each cell; each text is looked at once, since a column has few."""
    chunks = []
    for chunk in column.chunks:
        coded: Any = chunk.dictionary_encode()
        given = pa.array([give(text) for text in coded.dictionary.to_pylist()], kind)
        chunks.append(given.take(coded.indices))
    return pa.chunked_array(chunks, kind)


# --- Rows of which nothing is kept ----------------------------------------------------------------------------------


def without_refused(match: Match, words: Words, sources: Iterable[Source]) -> Match:
    """The match without the cells of each row that is refused for its level, and with a list of those rows.

    Rows under the table are no data, so in no list, but what they hold could be level 4 all the same. The number of a
    row that came back mended stays.
    """
    found = _refused_cells(match, _readers(match, words, sources))
    within = found.filter(pc.less_equal(found["row"], pa.scalar(end_of_table(match, words), pa.int32())))
    return replace(_blank(match, found), withheld=within) if found.num_rows else match


def as_shown(match: Match, words: Words, sources: Collection[Source]) -> Sheet:
    """The sheet as a page may show it before anybody has said which columns hold levels.

    Letters with their digits are levels wherever they stand.
    """
    letters = {field.letter.casefold() for source in sources for field in _fields(source) if field.letter}
    anywhere = dict.fromkeys(range(match.sheet.cells.num_columns), partial(_says_four, letters=letters, words=words))
    shown = without_refused(match, words, sources)
    return _blank(shown, _refused_cells(replace(shown, heading_row=0), anywhere)).sheet


def _says_four(cell: str | None, letters: Collection[str], words: Words) -> Level:
    text = _text(cell, words) or ""
    pairs = PAIR.findall(text) if PAIRS.fullmatch(text) else []
    four = "4" in {digit for _, digit in pairs} and {letter for letter, _ in pairs} <= {*letters}
    return PROTECTIVE_SECURITY if four else None


def _refused_cells(match: Match, readers: Mapping[int, Reader]) -> pa.Table:
    """One row a cell below the heading that is refused: its row, its place and why."""
    parts = [WITHHELD.empty_table()]
    for place, read in sorted(readers.items()):
        below = match.sheet.cells.column(place).slice(match.heading_row)
        reasons = _each(below, _only_reason(read), pa.string())
        places: Any = pc.indices_nonzero(pc.is_valid(reasons))
        rows = pc.add(places.cast(pa.int32()), pa.scalar(match.heading_row + 1, pa.int32()))
        given = [rows, pa.array([place] * len(places), pa.int32()), reasons.drop_null().combine_chunks()]
        parts.append(pa.table(given, schema=WITHHELD))
    return pa.concat_tables(parts)


def _only_reason(read: Reader) -> Callable[[str | None], str | None]:
    return lambda cell: reason if isinstance(reason := read(cell), str) else None


def _blank(match: Match, found: pa.Table) -> Match:
    """The match with nothing in the rows of some cells; but for their number, where it is a column of a return."""
    numbered = {column.place for column in match.unused if is_row_number(column.heading)}
    cells = match.sheet.cells
    hidden: Any = pc.is_in(pa.array(range(1, cells.num_rows + 1), pa.int32()), pc.unique(found["row"]))
    for place, name in enumerate(cells.column_names):
        left: Any = pa.scalar(None, pa.string())
        if place in numbered:
            left = _each(cells[name], _as_number, pa.string())
        cells = cells.set_column(place, name, pc.if_else(hidden, left, cells[name]))
    return replace(match, sheet=replace(match.sheet, cells=cells))


def _as_number(cell: str | None) -> str | None:
    number = row_number(cell)
    return None if number is None else str(number)


def _readers(match: Match, words: Words, sources: Iterable[Source]) -> dict[int, Reader]:
    """How each column that has levels, or is called as if it had, is read; of whatever is in no list each is refused.

    In an export that reads no levels only what says 4 is refused, and only where the headings leave no doubt.
    """
    fields = _fields(match.source)
    if not fields:
        return {place: read for source in sources for place, read in _readers_elsewhere(match, source, words).items()}
    named = {
        column.place: _reader_of(match, field, words)
        for field in fields
        for column in match.columns.get(field.name, ())
    }
    return {**_by_heading(match.source, (*match.unused, *match.dropped), words), **named}


def level_headings(sources: Iterable[Source]) -> frozenset[str]:
    """The headings of columns that have levels."""
    fields = [field for source in sources for field in _fields(source)]
    return frozenset(heading for field in fields for heading in (*field.headings, *together_headings(field)))


def together_headings(field: Field) -> tuple[str, ...]:
    """The headings of columns that have a level together with others."""
    return tuple(heading for group in field.instead.headings for heading in group) if field.instead else ()


def _by_heading(source: Source, columns: Iterable[Column], words: Words) -> dict[int, Reader]:
    """The columns that no field is read from and that are called as levels are."""
    known: dict[str, Reader] = {}
    for field in _fields(source):
        known |= dict.fromkeys(together_headings(field), _together_reader(source, field, words))
        known |= dict.fromkeys(field.headings, _reader(field, words))
    found = {column.place: known.get(normal(column.heading)) or known.get(normal(column.full)) for column in columns}
    return {place: read for place, read in found.items() if read}


def _readers_elsewhere(match: Match, source: Source, words: Words) -> dict[int, Reader]:
    """The columns that are called as the levels of another source; a letter alone may mean anything."""
    found = _by_heading(source, match.unused, words)
    called = {column.place: normal(column.heading) for column in match.unused}
    sure = len(found) >= len(_fields(source))
    return {place: _only_four(read) for place, read in found.items() if sure or len(called[place]) > 1}


def _only_four(read: Reader) -> Reader:
    return lambda cell: PROTECTIVE_SECURITY if read(cell) == PROTECTIVE_SECURITY else None
