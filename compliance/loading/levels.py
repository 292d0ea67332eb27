"""Levels of confidentiality, integrity and availability. A closed list decides what is a level, empty or refused.

Level 4 belongs to protective security, and a text in no list could be level 4 in an unforeseen form. Both refuse their
row, which must neither be stored nor handed out (rulebook, section 3, classifications). So its cells are blanked here,
before anything else sees them.
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
# The forms of levels, in lower case: k3; k3 r2 t1; 3-2-1; a single 3, k3 or 3,0; and a word: hög, 3 (hög), hög 3.
BETWEEN: Final = r"[ /\-,;:=.|]*"
PAIR: Final = re.compile(rf"([a-z]){BETWEEN}([0-9])")
PAIRS: Final = re.compile(rf"{PAIR.pattern}(?:{BETWEEN}{PAIR.pattern}){{0,2}}")
DIGITS: Final = re.compile(rf"([0-9]){BETWEEN}([0-9]){BETWEEN}([0-9])")
SINGLE: Final = re.compile(r"([a-z]?)([0-9])|([0-9])[.,]0")
NUMBER: Final = r"[0-9]|\([0-9]\)|\[[0-9]\]"
WORD: Final = r"[^0-9()\[\]]+|\([^0-9()\[\]]+\)|\[[^0-9()\[\]]+\]"
WORDED: Final = re.compile(rf"({NUMBER}) ?({WORD})|({WORD}) ?({NUMBER})|({WORD})")


def read_one(cell: str | None, letter: str | None, words: Words) -> Level:
    """The level of a cell with one level: None if it is empty, a reason if it is refused."""
    text = _text(cell, words)
    if text is None or len(text) > LONGEST:
        return None if text is None else NOT_A_LEVEL
    level = _single_level(text, letter) if SINGLE.fullmatch(text) else _worded(text, words)
    return level if level is not None and level <= HIGHEST else _refused(text)


def read_of(cell: str | None, letter: str, letters: str, words: Words) -> Level:
    """The level under `letter` in a cell with one to three levels, one for each of the `letters`."""
    text = _text(cell, words)
    if text is None or len(text) > LONGEST:
        return None if text is None else NOT_A_LEVEL
    levels = _combined_levels(text, letters)
    return levels.get(letter) if levels and max(levels.values()) <= HIGHEST else _refused(text)


def _text(cell: str | None, words: Words) -> str | None:
    """The text as it is compared; None if it is empty, an error cell or a word for "no level"."""
    text = unicodedata.normalize("NFC", SPACE.sub(" ", cell or "").strip(" ")[: LONGEST + 1]).casefold()
    return None if not text or text in words["error_cells"] or text in words["no_level"] else text


def _single_level(text: str, letter: str | None) -> int | None:
    """3, 3,0 or K3 under its own letter."""
    match = SINGLE.fullmatch(text)
    if not match or (match[1] and match[1] != (letter or "").casefold()):
        return None
    return int(match[2] or match[3])


def _worded(text: str, words: Words) -> int | None:
    """A declared word, alone or with its digit; None if they disagree."""
    match = WORDED.fullmatch(text)
    if not match:
        return _level_of_word(text, words)
    digit, word = match[1] or match[4], match[2] or match[3] or match[5]
    level = _level_of_word(word.strip(" ()[]"), words)
    return level if digit is None or int(digit.strip("()[]")) == level else None


def _level_of_word(word: str, words: Words) -> int | None:
    return next((level for level in range(HIGHEST + 1) if word in words[f"level_{level}"]), None)


def _combined_levels(text: str, letters: str) -> dict[str, int]:
    """The level of each letter in a text like K3 R2 T1 or 3-2-1; empty if the text has no such form."""
    if digits := DIGITS.fullmatch(text):
        return dict(zip(letters, map(int, digits.groups()), strict=False))
    pairs = PAIR.findall(text) if PAIRS.fullmatch(text) else []
    levels = {letter.upper(): int(digit) for letter, digit in pairs}
    return levels if len(levels) == len(pairs) and levels.keys() <= set(letters) else {}


def _refused(text: str) -> Reason:
    """Why a text is refused: protective security if it says 4 in any form, whatever its letter, word or script."""
    visible = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    if worded := WORDED.fullmatch(visible):
        return PROTECTIVE_SECURITY if "4" in (worded[1] or worded[4] or "") else NOT_A_LEVEL
    forms = (SINGLE, PAIRS, DIGITS)
    if any(form.fullmatch(visible) for form in forms) and "4" in visible:
        return PROTECTIVE_SECURITY
    return NOT_A_LEVEL


def looks_like_level(cell: str, words: Words) -> bool:
    """Whether a text is written like levels, with whatever letter and however high."""
    text = _text(cell, words) or ""
    return any(form.fullmatch(text) for form in (SINGLE, PAIRS, DIGITS)) or _worded(text, words) is not None


# --- Columns of levels ----------------------------------------------------------------------------------------------


def level_columns(match: Match, words: Words) -> dict[str, "Cells"]:
    """The levels of each field of type level, by its name: one a row of the sheet, null where it has none."""
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
    return _map_cells(column, lambda cell: level if isinstance(level := read(cell), int) else None, pa.int8())


def _map_cells(column: "Cells", read: Callable[[str | None], Any], kind: Any) -> "Cells":
    """`read` applied to each cell. Each distinct text is read once, as a column has few."""
    chunks = []
    for chunk in column.chunks:
        coded: Any = chunk.dictionary_encode()
        values = pa.array([read(text) for text in coded.dictionary.to_pylist()], kind)
        chunks.append(values.take(coded.indices))
    return pa.chunked_array(chunks, kind)


# --- Withheld rows --------------------------------------------------------------------------------------------------


def without_refused(match: Match, words: Words, sources: Iterable[Source]) -> Match:
    """The match with rows that are refused for their level blanked, and a list of their cells.

    Rows below the table are no data, so they are blanked but not listed: their cells could be level 4 all the same. A
    return's row numbers stay.
    """
    refused = _refused_cells(match, _readers(match, words, sources))
    within = refused.filter(pc.less_equal(refused["row"], pa.scalar(end_of_table(match, words), pa.int32())))
    return replace(_blank(match, refused), withheld=within) if refused.num_rows else match


def safe_to_show(match: Match, words: Words, sources: Collection[Source]) -> Sheet:
    """The sheet as a page may show it before the user has said which columns hold levels.

    A letter with its digit is a level in whatever column it is.
    """
    letters = {field.letter.casefold() for source in sources for field in _fields(source) if field.letter}
    anywhere = dict.fromkeys(range(match.sheet.cells.num_columns), partial(_says_four, letters=letters, words=words))
    withheld = without_refused(match, words, sources)
    return _blank(withheld, _refused_cells(replace(withheld, heading_row=0), anywhere)).sheet


def _says_four(cell: str | None, letters: Collection[str], words: Words) -> Level:
    text = _text(cell, words) or ""
    pairs = PAIR.findall(text) if PAIRS.fullmatch(text) else []
    four = "4" in {digit for _, digit in pairs} and {letter for letter, _ in pairs} <= {*letters}
    return PROTECTIVE_SECURITY if four else None


def _refused_cells(match: Match, readers: Mapping[int, Reader]) -> pa.Table:
    """One row a refused cell below the heading: its row, its place and the reason."""
    parts = [WITHHELD.empty_table()]
    for place, read in sorted(readers.items()):
        below = match.sheet.cells.column(place).slice(match.heading_row)
        reasons = _map_cells(below, _only_reason(read), pa.string())
        places: Any = pc.indices_nonzero(pc.is_valid(reasons))
        rows = pc.add(places.cast(pa.int32()), pa.scalar(match.heading_row + 1, pa.int32()))
        columns = [rows, pa.array([place] * len(places), pa.int32()), reasons.drop_null().combine_chunks()]
        parts.append(pa.table(columns, schema=WITHHELD))
    return pa.concat_tables(parts)


def _only_reason(read: Reader) -> Callable[[str | None], str | None]:
    return lambda cell: reason if isinstance(reason := read(cell), str) else None


def _blank(match: Match, refused: pa.Table) -> Match:
    """The match with the rows of the given cells blanked, except for the row numbers of a return."""
    numbered = {column.place for column in match.unused if is_row_number(column.heading)}
    cells = match.sheet.cells
    hidden: Any = pc.is_in(pa.array(range(1, cells.num_rows + 1), pa.int32()), pc.unique(refused["row"]))
    for place, name in enumerate(cells.column_names):
        replacement: Any = pa.scalar(None, pa.string())
        if place in numbered:
            replacement = _map_cells(cells[name], _as_number, pa.string())
        cells = cells.set_column(place, name, pc.if_else(hidden, replacement, cells[name]))
    return replace(match, sheet=replace(match.sheet, cells=cells))


def _as_number(cell: str | None) -> str | None:
    number = row_number(cell)
    return None if number is None else str(number)


def _readers(match: Match, words: Words, sources: Iterable[Source]) -> dict[int, Reader]:
    """The reader of each column that holds levels, or has a heading as if it did; it refuses whatever is in no list.

    In an export without levels only a 4 is refused, and only if the headings leave no doubt.
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
    """The headings of columns with levels."""
    fields = [field for source in sources for field in _fields(source)]
    return frozenset(heading for field in fields for heading in (*field.headings, *together_headings(field)))


def together_headings(field: Field) -> tuple[str, ...]:
    """The headings of columns that hold a level together with others."""
    return tuple(heading for group in field.instead.headings for heading in group) if field.instead else ()


def _by_heading(source: Source, columns: Iterable[Column], words: Words) -> dict[int, Reader]:
    """The readers of columns that no field is read from but whose heading is that of a level."""
    readers: dict[str, Reader] = {}
    for field in _fields(source):
        readers |= dict.fromkeys(together_headings(field), _together_reader(source, field, words))
        readers |= dict.fromkeys(field.headings, _reader(field, words))
    by_place = {
        column.place: readers.get(normal(column.heading)) or readers.get(normal(column.full)) for column in columns
    }
    return {place: read for place, read in by_place.items() if read}


def _readers_elsewhere(match: Match, source: Source, words: Words) -> dict[int, Reader]:
    """The readers of columns with the headings of another source's levels. A single letter may mean anything."""
    readers = _by_heading(source, match.unused, words)
    headings = {column.place: normal(column.heading) for column in match.unused}
    sure = len(readers) >= len(_fields(source))
    return {place: _only_four(read) for place, read in readers.items() if sure or len(headings[place]) > 1}


def _only_four(read: Reader) -> Reader:
    return lambda cell: PROTECTIVE_SECURITY if read(cell) == PROTECTIVE_SECURITY else None
