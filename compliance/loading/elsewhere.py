"""Levels in columns that are not declared to hold any: which columns may, by heading, and what their cells say.

Level 4 must not be stored under any heading (rulebook, section 3, classifications, "Whatever the heading"). The words
are declared in data/values.toml. In a column that may hold levels a closed list says which cells are kept; whatever is
in no list is blanked, since it could be level 4.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.declarations.sources import Words, normal, product_sources
from compliance.loading.levels import (
    LONGEST,
    PROTECTIVE_SECURITY,
    UNREAD_LEVEL,
    Reader,
    is_level,
    level_text,
    map_cells,
    only_four,
    says_four,
    simplified,
    tokens,
)
from compliance.reading.recognising import Match, SheetColumn, banners_above, serial_day, written_day
from compliance.reading.sheets import top_rows

if TYPE_CHECKING:
    from compliance.loading.levels import Cells

# The types of fields that read a closed form of their own.
OWN_FORM: Final = frozenset({"date", "yes_no", "id", "word"})
# The longest word of a heading that is searched with its letters apart, as K/R/T, only where a word begins.
SHORT: Final = 3
BRACKETS: Final = " ()[]"
TIME: Final = re.compile(r"[ t]\d{1,2}[:.]\d\d(?:[:.]\d\d)?.*$")
SLASHED: Final = re.compile(
    r"(\d{4})/(\d{1,2})/(\d{1,2})|(\d{1,2})-(\d{1,2})-(\d{4})|(\d{1,2})[-/]([a-zåäö]+)[-/](\d{4})"
)
# What level 4 looks like outside of a column that may hold levels, or has a letter that could be another one.
LIKELY: Final = r"^[\W_]*(?:[krt][\W_]*[0-9][\W_0]*)+$|[^\x{20}-\x{7e}\t\n\r åäöÅÄÖéÉüÜ]"


# --- Columns --------------------------------------------------------------------------------------------------------


def reasons(match: Match, words: Words, *, but: Collection[int]) -> dict[int, "Cells"]:
    """Why each cell of a column is refused or blanked, by the place of the column: null where it is kept.

    The columns at the places `but` are left out. What a source of others declares is no reason to trust a heading.
    """
    headed = {column.place: column for column in match.every_column}
    title, own = _title(match), match.source.id in product_sources()
    found: dict[int, Cells] = {}
    for place, cells in enumerate(match.sheet.cells.columns):
        if place not in but:
            heading, declared, stays = _heading(match, headed[place], title) if place in headed else ("", False, False)
            guarded = not (own and declared and stays) and may_hold_levels(heading, words)
            found[place] = _of_levels(cells, heading, words, stays=stays) if guarded else of_any(cells, words)
    return found


def _title(match: Match) -> str:
    """The text above the table that begins above its first column, and so is no banner over some of them."""
    first = min((column.place for column in match.every_column), default=0)
    return banners_above(top_rows(match.sheet)[: max(match.heading_row - 1, 0)], first).get(first, "")


def _heading(match: Match, column: SheetColumn, title: str) -> tuple[str, bool, bool]:
    """What a column is called, also by the banner above it; whether a field is declared with that heading; and whether
    its cells stay unless they say level 4, as it is required or has a form of its own.
    """
    fields = [match.source.field(name) for name, group in match.columns.items() if column in group]
    own = match.source.id in product_sources()
    stays = any((field.required and own) or field.type in OWN_FORM for field in fields)
    if any(normal(column.heading) in field.headings for field in fields):
        return column.heading, True, stays
    # A long heading has been cut.
    banner = "" if column.banner == title else column.banner
    written = match.sheet.cells.column(column.place)[match.heading_row - 1].as_py() if match.heading_row else None
    return f"{banner} {written or column.heading}", False, stays


def may_hold_levels(heading: str, words: Words) -> bool:
    """Whether a heading says that its column holds levels, or is a word that often stands for them."""
    parts = re.findall(r"[^\W_]+", simplified(heading))
    if re.search(_contained(tuple(words["level_headings"])), " ".join(parts)):
        return True
    whole, beside = (_plain_words(words[name]) for name in ("level_headings_whole", "level_headings_beside"))
    parts = [part for part in parts if not part.isdigit()]
    return "".join(parts) in whole or (not whole.isdisjoint(parts) and whole | beside >= {*parts})


@cache
def _contained(words: tuple[str, ...]) -> str:
    """A pattern of the words, in headings that are words with a space between them. A space may stand in each word."""
    return "|".join(map(_spaced, words))


def _spaced(word: str) -> str:
    letters = re.findall(r"[^\W_]", simplified(word))
    pattern = " ?".join(letters)
    if len(letters) == len(word) > SHORT or " " in word:
        return pattern
    begun = rf"(?:^| ){pattern}"
    return begun if len(letters) < len(word) else rf"{begun}|{''.join(letters)}"


def _plain(text: str) -> str:
    """The letters and digits of a text alone."""
    return "".join(re.findall(r"[^\W_]", simplified(text)))


def _plain_words(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(_plain, words))


# --- A column that may hold levels ----------------------------------------------------------------------------------


def _of_levels(cells: "Cells", heading: str, words: Words, *, stays: bool) -> "Cells":
    """Why its cells are refused or blanked. If it `stays`, it is read into a field and only level 4 is looked for."""
    fours, yes = _words_for_four(cells, heading, words)
    read = _reader(fours, yes, words)
    return map_cells(cells, only_four(read) if stays else read, pa.string())


def _words_for_four(cells: "Cells", heading: str, words: Words) -> tuple[frozenset[str], frozenset[str]]:
    """The words that say level 4 in a column, and those that do by saying yes."""
    fours = _plain_words(words["level_4"])
    texts = {_plain(text) for text in pc.unique(cells).to_pylist() if text and len(text) <= LONGEST}
    contained = _plain(heading)
    agreement = any(word in contained for word in _plain_words(words["agreement_headings"]))
    if not agreement and texts.isdisjoint(_plain_words(words["own_scale"])):
        fours |= _plain_words(words["level_4_in_columns"])
    if not any(word in contained for word in _plain_words(words["protected_headings"])):
        return fours, frozenset()
    # A column of 0 and 1 says no and yes; with other levels, or without any 0, the 1 is a level.
    yes_no = "0" in texts and texts.isdisjoint("23")
    return fours, frozenset(words["yes"]) - (frozenset() if yes_no else {"1"})


def _reader(fours: frozenset[str], yes: Collection[str], words: Words) -> Reader:
    counted, negations = _plain_words(words["counted"]), _plain_words(words["negations"])

    def read(cell: str | None) -> Any:
        text = level_text(cell, words)
        if text is None or len(text) > LONGEST:
            return None if text is None else UNREAD_LEVEL
        if is_day(text, words):
            return None
        if says_four(text, counted) or _names(text, fours, negations) or _says_yes(text, yes):
            return PROTECTIVE_SECURITY
        kept = is_level(text, words) or {text, text.strip(BRACKETS)} & {*words["no"], *words["no_answer"]}
        return None if kept else UNREAD_LEVEL

    return read


def _names(text: str, fours: frozenset[str], negations: Collection[str]) -> bool:
    """Whether some of a text is one of the words, each of at most three, and nothing in it says no: Klass Hemlig."""
    parts = [part for part in tokens(text) if not part[0].isdigit()]
    runs = ("".join(parts[first:last]) for first in range(len(parts)) for last in range(first + 1, first + 4))
    return not fours.isdisjoint(runs) and not {*parts} & {*negations}


def _says_yes(text: str, yes: Collection[str]) -> bool:
    """Whether a text is a yes, or begins with one: Ja, hemlig."""
    return text.strip(BRACKETS + ".!") in yes or bool(yes and len(text) > 1 and {*tokens(text)[:1]} & {*yes})


def is_day(text: str, words: Words) -> bool:
    """Whether a text is a date, and not three levels of which a spreadsheet has made one: 2004-02-01 may be 4-2-1."""
    plain = TIME.sub("", text)
    if match := SLASHED.fullmatch(plain):
        parts = [part for part in match.groups() if part]
        plain = (" " if parts[1].isalpha() else "." if len(parts[2]) == len("2026") else "-").join(parts)
    day: date | None = written_day(plain) or serial_day(text)
    if day is None:
        return text in words["open_end"]
    return not (2000 <= day.year <= 2004 and day.month <= 4 and day.day <= 4)


# --- Any other column -----------------------------------------------------------------------------------------------


def of_any(cells: "Cells", words: Words) -> "Cells":
    """Why the cells of a column are refused: K4 alone, or with R and T, or a word that says level 4 alone."""
    fours = _plain_words(words["level_4"])
    found: Any = pc.match_substring_regex(cells, _likely(tuple(sorted(words["level_4"]))))
    likely: Any = pc.fill_null(found, False)
    if not pc.any(likely).as_py():
        return pa.chunked_array([pa.nulls(len(cells), pa.string())])
    read = lambda cell: PROTECTIVE_SECURITY if cell and _says_four_alone(cell, fours) else None  # noqa: E731
    return map_cells(pc.if_else(likely, cells, pa.scalar(None, pa.string())), read, pa.string())


@cache
def _likely(words: tuple[str, ...]) -> str:
    """A pattern that finds each cell that could be refused, and few others: Arrow searches a column at once."""
    begun = {re.escape(text[:3]) for word in words for text in (word, simplified(word))}
    return rf"(?i){LIKELY}|{'|'.join(sorted(begun))}"


def _says_four_alone(cell: str, fours: Collection[str]) -> bool:
    text = cell.strip()
    if len(text) > LONGEST:
        return False
    if _plain(text) in fours:
        return True
    parts = tokens(text)
    letters, numbers = parts[::2], [re.sub(r"[.,]0+$", "", part) for part in parts[1::2]]
    paired = (
        len(letters) == len(numbers) and {*letters} <= {*"krt"} and all(n.isdigit() and len(n) == 1 for n in numbers)
    )
    return paired and "4" in numbers and (len(letters) > 1 or letters == ["k"])
