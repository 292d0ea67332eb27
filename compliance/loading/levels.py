"""Levels of confidentiality, integrity and availability. A closed list decides what is a level, empty or refused.

Level 4 belongs to protective security, and a text in no list could be level 4 in an unforeseen form. Both refuse their
row, which must neither be stored nor handed out (rulebook, section 3, classifications): see `refusing`.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from compliance.declarations.sources import Field, Source, Words
from compliance.reading.recognising import Match

PROTECTIVE_SECURITY: Final = "protective_security"
NOT_A_LEVEL: Final = "not_a_level"
# Why a single cell is blanked, and not its row.
UNREAD_LEVEL: Final = "unread_level"
if TYPE_CHECKING:
    Cells = pa.ChunkedArray[Any]

Reason = Literal["protective_security", "not_a_level", "unread_level"]
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
# A word, a decimal number that is no part of a list like 3,2,1, or a number.
TOKEN: Final = re.compile(r"[^\W\d_]+|(?<![0-9][.,])[0-9]+[.,][0-9]+(?![.,]?[0-9])|[0-9]+")
# Days, years and addresses, which stand beside a level: K3 R2 T1 (2026-05-01).
BESIDE: Final = re.compile(
    r"\S+://\S+|www\.\S+|\S+@\S+|"
    r"(?<![0-9])(?:[0-9]{4}([-/. ]?)[0-9]{2}\1[0-9]{2}|[0-9]{1,2}([-/.])[0-9]{1,2}\2[0-9]{4}|(?:19|20)[0-9]{2})"
    r"(?![0-9])"
)
# Letters of other scripts that look like K and T.
ALIKE: Final = str.maketrans("\u043a\u0442\u03ba\u03c4", "ktkt")
UNSEEN: Final = frozenset({"Cf", "Mn", "Me"})


def read_one(cell: str | None, letter: str | None, words: Words) -> Level:
    """The level of a cell with one level: None if it is empty, a reason if it is refused."""
    text = level_text(cell, words)
    if text is None or len(text) > LONGEST:
        return None if text is None else NOT_A_LEVEL
    level = _single_level(text, letter) if SINGLE.fullmatch(text) else _worded(text, words)
    return level if level is not None and level <= HIGHEST else _refused(text)


def read_of(cell: str | None, letter: str, letters: str, words: Words) -> Level:
    """The level under `letter` in a cell with one to three levels, one for each of the `letters`."""
    text = level_text(cell, words)
    if text is None or len(text) > LONGEST:
        return None if text is None else NOT_A_LEVEL
    levels = _combined_levels(text, letters)
    return levels.get(letter) if levels and max(levels.values()) <= HIGHEST else _refused(text)


def level_text(cell: str | None, words: Words) -> str | None:
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
    return PROTECTIVE_SECURITY if says_four(text) else NOT_A_LEVEL


def says_four(text: str, beside: Collection[str] = ()) -> bool:
    """Whether a text is words and levels, one of which is 4. A number beside one of the words `beside` is no level."""
    levels: list[str] = []
    parts = tokens(plain := BESIDE.sub(" ", text))
    numbers = [place for place, part in enumerate(parts) if part[0].isdigit() and not _is_other(parts, place, beside)]
    for place in numbers:
        whole, _, fraction = parts[place].replace(",", ".").partition(".")
        if len(numbers) == 1 and plain == text:  # not the month of 2026-04
            whole = whole.lstrip("0") or "0"
        together = len(whole) == len("KRT") and len(numbers) == 1 and set(whole) <= set("01234")
        if fraction.strip("0") or not (len(whole) == 1 or together):
            return False
        levels += whole
    return "4" in levels


def _is_other(parts: Sequence[str], place: int, beside: Collection[str]) -> bool:
    """Whether a number among the parts of a text counts something: 4 hours, appendix 4, but not K4 h."""
    before, after = parts[place - 1] if place else "", parts[place + 1] if place + 1 < len(parts) else ""
    return len(before) != 1 and (before in beside or after in beside)


def is_level(text: str, words: Words) -> bool:
    """Whether a text is one to three levels in a known form, of whatever letters, none of them above the highest."""
    forms = any(form.fullmatch(text) for form in (SINGLE, PAIRS, DIGITS))
    return (forms and max(re.findall("[0-9]", text)) <= str(HIGHEST)) or _worded(text, words) is not None


def tokens(text: str) -> list[str]:
    """The words and numbers of a text: K4/R2 is k, 4, r and 2."""
    return TOKEN.findall(simplified(text))


def simplified(text: str) -> str:
    """A text without case, accents, invisible characters and scripts of its own for digits: Ⓚ④ is k4."""
    text = text.casefold()
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text).casefold().translate(ALIKE)
    return "".join(_digit(letter) for letter in letters if unicodedata.category(letter) not in UNSEEN)


def _digit(letter: str) -> str:
    return letter if letter.isascii() else str(unicodedata.digit(letter, letter))


def looks_like_level(cell: str, words: Words) -> bool:
    """Whether a text is written like levels, with whatever letter and however high."""
    text = level_text(cell, words) or ""
    return any(form.fullmatch(text) for form in (SINGLE, PAIRS, DIGITS)) or _worded(text, words) is not None


# --- Columns of levels ----------------------------------------------------------------------------------------------


def level_columns(match: Match, words: Words) -> dict[str, "Cells"]:
    """The levels of each field of type level, by its name: one a row of the sheet, null where it has none."""
    return {
        field.name: pc.coalesce(
            *(
                _levels(match.sheet.cells.column(column.place), reader_of(match, field, words))
                for column in match.columns[field.name]
            )
        )
        for field in level_fields(match.source)
        if field.name in match.columns
    }


def reader_of(match: Match, field: Field, words: Words) -> Reader:
    """What reads the levels of a field from the column that a sheet has for it."""
    return reader_together(match.source, field, words) if field.name in match.combined else reader_alone(field, words)


def reader_alone(field: Field, words: Words) -> Reader:
    """What reads the levels of a field from a column of its own."""
    return partial(read_one, letter=field.letter, words=words)


def reader_together(source: Source, field: Field, words: Words) -> Reader:
    """What reads the levels of a field from a column with those of all fields."""
    letters = "".join(other.letter for other in level_fields(source) if other.letter)
    return partial(read_of, letter=field.letter or "", letters=letters, words=words)


def only_four(read: Reader) -> Reader:
    """The reader without other reasons than level 4."""
    return lambda cell: PROTECTIVE_SECURITY if read(cell) == PROTECTIVE_SECURITY else None


def level_fields(source: Source) -> list[Field]:
    """The fields of a source that are levels."""
    return [field for field in source.fields if field.type == "level"]


def _levels(column: "Cells", read: Reader) -> "Cells":
    return map_cells(column, lambda cell: level if isinstance(level := read(cell), int) else None, pa.int8())


def map_cells(column: "Cells", read: Callable[[str | None], Any], kind: Any) -> "Cells":
    """`read` applied to each cell. Each distinct text is read once, as a column has few."""
    chunks = []
    for chunk in column.chunks:
        coded: Any = chunk.dictionary_encode()
        values = pa.array([read(text) for text in coded.dictionary.to_pylist()], kind)
        chunks.append(values.take(coded.indices))
    return pa.chunked_array(chunks, kind)
