"""Identity numbers: recognising and masking them. Arrow is imported where it is used.

*The form* is the rulebook's: a date of six or eight digits followed by four digits, with a valid check digit and no
digit next to them. It is matched against what a reader sees: the text after NFKC, without invisible characters.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

    Column = pa.ChunkedArray[Any]

MASK: Final = "******-****"
# The most characters between two digits of the date, and before the last four; a run of white space counts as one.
MOST_BETWEEN: Final = 3
# How many cells must consist of a number of the form to judge whether a column has it by chance.
LEAST_CELLS: Final = 5
# The length of a number of the form that has lost three leading zeros: 0001011239.
SHORTEST: Final = 7
# Luhn: each digit to the digit sum of its double.
DOUBLED: Final = str.maketrans("0123456789", "0246813579")
YEARS_BEFORE: Final = 5
YEARS_AFTER: Final = 1

RUN: Final = re.compile("[0-9]+")
# The usual way to write a number that is alone in a cell.
USUAL: Final = re.compile("((?:[0-9]{2})?[0-9]{6})([-+ ]?)([0-9]{4})")
BLANK: Final = re.compile(r"\s+")
# Characters that NFKC keeps, or turns into others that are neither digits nor invisible.
PLAIN: Final = re.compile(
    "[\t\n\r -~\u00a0-\u00ac\u00ae-\u00b1\u00b4-\u00b8\u00ba\u00bb\u00bf-\u02ff\u2010-\u2027\u2030-\u205e\u20ac]*"
)
# Letters and unassigned code points that are invisible, in fonts or by definition, beyond categories Cc, Cf, Mn and Me.
UNSEEN: Final = re.compile("[\u115f\u1160\u2065\u3164\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]")
WHITE_CONTROLS: Final = "\t\n\r\v\f\x85"
# What may surround a decimal number; parts of a date or of a list are surrounded by something else.
BEFORE_DECIMALS: Final = re.compile(r"(?:^|\s)[-+\u2212]?$")
AFTER_DECIMALS: Final = re.compile(r"(?:[eE][-+]?[0-9]{1,3})?%?(?:\s|$)")
ONLY_DIGITS: Final = re.compile("[0-9]+(?:[.,]0+)?")
ZEROS: Final = re.compile(r"(?:[.,]0+)?\s*")
DATE_BEGUN: Final = re.compile(
    "(?P<year>1[89][0-9]{2}|2[01][0-9]{2}|9999)(?P<sign>[-/.\u2010-\u2015])(?P<month>[0-9]{2})(?P=sign)(?P<day>[0-9]{2})"
    "(?![0-9])"
)
CLOCK: Final = re.compile("(?:[01][0-9]|2[0-3])[0-5][0-9]")
THOUSANDS: Final = re.compile(r"[-+]?[0-9]{1,3}(?P<gap>[\s.,'\u2019])[0-9]{3}(?:(?P=gap)[0-9]{3}){2}(?:[.,]0+)?")
POWER: Final = re.compile(r"[-+]?[0-9]{1,12}(?:[.,][0-9]{1,17})?[eE][-+]?[0-9]{1,2}")
Run = tuple[int, int]


class Kind(StrEnum):
    """The kind of a column, as far as it decides what is an identity number."""

    CASE = "case"
    PERSON = "person"
    TIME = "time"
    OTHER = "other"


@dataclass(frozen=True)
class Masked:
    """A masked column, and how many identity numbers it had.

    `allowed`: it has numbers of the form that are left. `by_chance`: they are left because most numbers of the column
    have an invalid check digit.
    """

    column: "Column"
    count: int
    allowed: bool = False
    by_chance: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A date and four digits in a text: the span, whether the check digit is `right`, whether they are the `whole`
    text.

    `day` is the date if it has eight digits and is a plain one; `clock` says that a time of day follows.
    """

    start: int
    end: int
    right: bool
    whole: bool
    day: date | None
    clock: bool


# --- A text -------------------------------------------------------------------------------------------------------


def mask_text(text: str, kind: Kind = Kind.OTHER, day: date | None = None) -> tuple[str, int]:
    """Return the text with every identity number masked, and how many there were.

    `kind` and `day` are those of the text's column.
    """
    return _masked(text, [number for number in numbers(text) if number.right and not _is_allowed(number, kind, day)])


def _masked(text: str, matches: Sequence[Number]) -> tuple[str, int]:
    """The text with a mask for each number; overlapping numbers share one."""
    pieces, done, count = [], 0, 0
    for number in sorted(matches, key=lambda number: (number.start, -number.end)):
        if number.start >= done:
            pieces += [text[done : number.start], MASK]
            count += 1
        done = max(done, number.end)
    return ("".join([*pieces, text[done:]]), count) if count else (text, 0)


def numbers(text: str) -> list[Number]:
    """The numbers of the form in a text, including those with an invalid check digit."""
    if usual := USUAL.fullmatch(text):
        number = _number(usual[1] + usual[3], usual.span(), whole=True, clock=usual[2] == " ")
        return [number] if number else []
    if PLAIN.fullmatch(text):
        return _numbers(text)
    # Searched twice: an invisible character may split one number, and may separate two.
    visible, places = _visible(text)
    return [*_numbers("".join(map(_as_decimal, text))), *(_placed(number, places) for number in _numbers(visible))]


def visible(text: str) -> str:
    """The text as a reader sees it: after NFKC, digits of any script as 0–9, without invisible characters."""
    return _visible(text)[0]


def _visible(text: str) -> tuple[str, list[int]]:
    """The visible text, and the index in the original of each of its characters."""
    if text.isascii() and text.isprintable():
        return text, [*range(len(text))]
    pieces = [_visible_letter(letter) for letter in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), places


def _placed(number: Number, places: list[int]) -> Number:
    start, end = places[number.start], places[number.end - 1] + 1
    return Number(start, end, number.right, number.whole, number.day, number.clock)


@lru_cache(maxsize=10_000)
def _visible_letter(letter: str) -> str:
    """A character as it is compared: after NFKC, a digit of any script as 0–9, empty if it is invisible."""
    if letter in WHITE_CONTROLS:
        return " "
    return "".join(map(_as_digit, filter(_is_visible, unicodedata.normalize("NFKC", letter))))


def _is_visible(letter: str) -> bool:
    # Mn and Me: a digit with a mark above or around it is still that digit.
    return unicodedata.category(letter) not in {"Cc", "Cf", "Mn", "Me"} and not UNSEEN.match(letter)


def _as_digit(letter: str) -> str:
    value = unicodedata.digit(letter, None)
    return letter if value is None else str(value)


def _as_decimal(letter: str) -> str:
    # A superscript may be a footnote number: here it is no digit, in the visible text it is one.
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)


def _numbers(text: str) -> list[Number]:
    """The numbers of the form in a text whose digits are 0–9."""
    runs = [match.span() for match in RUN.finditer(text)]
    if sum(end - start for start, end in runs) < 10:
        return []
    whole = _whole_number(text)
    if len(whole) in (10, 12) and (number := _number(whole, (runs[0][0], runs[-1][1]), whole=True, clock=False)):
        return [number]
    return [number for last in range(len(runs)) for number in _ending_with(text, runs, last)]


def _ending_with(text: str, runs: list[Run], last: int) -> Iterator[Number]:
    """The longest number whose last four digits end a run of digits. It begins with a run too: no digit is next to
    it.
    """
    if _begins_date(text, runs[last]):
        return
    longest = None
    for first in _firsts(text, runs, last):
        if last - first < 2 and _is_decimals(text, runs, last):
            continue
        digits = "".join(text[start:end] for start, end in runs[first : last + 1])
        if len(digits) in (10, 12):
            whole = first == 0 and _is_all(text, runs[0][0], runs[last][1])
            clock = first < last and text[runs[last - 1][1] : runs[last][0]].isspace()
            place = (runs[first][0], runs[last][1])
            longest = _number(digits, place, whole=whole, clock=clock) or longest
    if longest:
        yield longest


def _firsts(text: str, runs: list[Run], last: int) -> Iterator[int]:
    """The runs from which ten to twelve digits reach to the end of the last run, nearest first."""
    if runs[last][1] - runs[last][0] < 4:
        return
    length = 0
    for first in range(last, -1, -1):
        length += runs[first][1] - runs[first][0]
        if length > 12:
            return
        if length >= 10:
            yield first
        if first and not _may_be_between(text[runs[first - 1][1] : runs[first][0]]):
            return


def _may_be_between(gap: str) -> bool:
    """Whether a gap has at most three characters and none is a letter; white space is collapsed first."""
    if len(gap) > MOST_BETWEEN:
        gap = BLANK.sub(" ", gap)
    return len(gap) <= MOST_BETWEEN and not any(map(str.isalpha, gap))


def _number(digits: str, place: Run, *, whole: bool, clock: bool) -> Number | None:
    """The number of ten or twelve digits, if they begin with a date; `clock` if white space precedes the last four."""
    year, month, day = int(digits[:-8]), int(digits[-8:-6]), int(digits[-6:-4])
    eight = len(digits) == 12
    if eight and not 1800 <= year < 2100:
        return None
    # Six digits are tried in the 2000s, which have a 29 February wherever any century has one.
    # A coordination number has 60 added to its day.
    if not _is_date(year if eight else 2000 + year, month, day - 60 if day > 60 else day):
        return None
    plain = date(year, month, day) if eight and day <= 60 else None
    return Number(*place, _luhn(digits[-10:]), whole, plain, clock and bool(CLOCK.fullmatch(digits[-4:])))


@cache
def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _luhn(digits: str) -> bool:
    """Whether the last of ten digits is the check digit of the others."""
    return (sum(map(int, digits[::2].translate(DOUBLED))) + sum(map(int, digits[1::2]))) % 10 == 0


def _is_all(text: str, start: int, end: int) -> bool:
    """Whether a text is nothing but the given span, apart from white space and zero decimals."""
    return not text[:start].strip() and bool(ZEROS.fullmatch(text, end))


def _begins_date(text: str, last: Run) -> bool:
    """Whether a run of four digits is the year of a date."""
    begun = DATE_BEGUN.match(text, last[0])
    return begun is not None and _is_date(int(begun["year"]), int(begun["month"]), int(begun["day"]))


def _is_decimals(text: str, runs: list[Run], last: int) -> bool:
    """Whether the last run is the decimals of a number that stands alone.

    Four digits are not: they may be the last four of an identity number, as in 850709.1232.
    """
    (start, end), before = runs[last], runs[last - 1] if last else None
    if before is None or end - start == 4 or start - before[1] != 1 or text[before[1]] not in ".,":
        return False
    alone = BEFORE_DECIMALS.search(text, max(before[0] - 2, 0), before[0])
    return alone is not None and AFTER_DECIMALS.match(text, end) is not None


def _whole_number(text: str) -> str:
    """The digits of a text that is a whole number with thousands separators or an exponent, else empty."""
    text = text.strip()
    if THOUSANDS.fullmatch(text):
        return "".join(RUN.findall(text)[:4])
    if POWER.fullmatch(text):
        value = Decimal(text.replace(",", "."))
        return str(abs(int(value))) if value == value.to_integral_value() and abs(value) < 10**12 else ""
    return ""


# --- A column -----------------------------------------------------------------------------------------------------

# RE2 finds the cells that may hold a date and four digits. Only those leave Arrow for the exact test in Python.
GAP: Final = "[^A-Za-z0-9]*"
# 01 to 31, and the same with 60 added for a coordination number.
DAYS: Final = f"(?:0{GAP}[1-9]|[12]{GAP}[0-9]|3{GAP}[01]|6{GAP}[1-9]|[78]{GAP}[0-9]|9{GAP}[01])"
DATE: Final = f"[0-9]{GAP}[0-9]{GAP}(?:0{GAP}[1-9]|1{GAP}[0-2]){GAP}{DAYS}"
# A date and four digits, an exponent, a character that is not plain, or groups of thousands.
LOOKS_LIKE: Final = (
    f"{DATE}{GAP}[0-9]{{4}}(?:[^0-9]|$)|^[-+ ]?[0-9]{{1,12}}(?:[.,][0-9]{{1,17}})?[eE]"
    f"|[^{PLAIN.pattern[1:-2]}]|^[^A-Za-z0-9]*[0-9]{{1,3}}(?:[^A-Za-z0-9][0-9]{{3}}){{3}}(?:[^0-9]|$)"
)
WHOLE_NUMBER: Final = r"^\s*[0-9]+(?:[.,]0+)?\s*$"
# A date of six digits whose year has lost its leading zeros (and its month one, if the year is 00), and four digits.
LOST_ZERO: Final = rf"^\s*(?:[1-9]?(?:0[1-9]|1[0-2])|[1-9]){DAYS.replace(GAP, '')}[0-9]{{4}}(?:[.,]0+)?\s*$"


def mask_column(column: "Column", kind: Kind = Kind.OTHER, day: date | None = None) -> Masked:
    """A column of texts without identity numbers. `day` is the extract date, which tells case numbers apart."""
    import pyarrow as pa
    import pyarrow.compute as pc

    longest = pc.max(pc.binary_length(column)).as_py()
    if longest is None or longest < SHORTEST:
        return Masked(column, 0)
    # Most columns have few distinct texts, and no number in any.
    if not pc.any(_matches(column.unique(), f"{LOOKS_LIKE}|{LOST_ZERO}")).as_py():
        return Masked(column, 0)
    suspect, zeros = _suspect(column)
    if not pc.any(suspect).as_py():
        return Masked(column, 0)
    cells: Any = column.filter(suspect).combine_chunks().dictionary_encode()
    texts = cells.dictionary.to_pylist()
    every = [_numbers_of(text, zeros=zeros) for text in texts]
    times = Counter(cells.indices.to_pylist())
    chosen, by_chance = _those_to_mask(every, times, kind, day)
    allowed = any(sum(n.right for n in each) > len(some) for each, some in zip(every, chosen, strict=True))
    masked = [_masked(text, each) for text, each in zip(texts, chosen, strict=True)]
    count = sum(times[place] * number for place, (_, number) in enumerate(masked))
    if not count:
        return Masked(column, 0, allowed, by_chance)
    new: Any = pa.array([text for text, _ in masked], pa.string()).take(cells.indices)
    return Masked(pc.replace_with_mask(column, suspect.combine_chunks(), new), count, allowed, by_chance)


def _suspect(column: "Column") -> tuple[Any, bool]:
    """A mask of the cells that may hold a number, and whether the column's numbers have lost their leading zeros."""
    either = _matches(column, f"{LOOKS_LIKE}|{LOST_ZERO}")
    if _have_lost_zeros(column, either):
        return either, True
    return _matches(column, LOOKS_LIKE), False


def _matches(column: Any, pattern: str) -> Any:
    import pyarrow.compute as pc

    matches: Any = pc.match_substring_regex(column, pattern)
    return pc.fill_null(matches, False)


def _have_lost_zeros(column: "Column", suspect: Any) -> bool:
    """Whether most whole numbers of a column have the form once their leading zeros are restored."""
    import pyarrow.compute as pc

    whole = _matches(column, WHOLE_NUMBER)
    most = pc.sum(whole).as_py() / 2
    few: Any = column.filter(pc.and_(whole, suspect))
    if len(few) <= most:
        return False
    counted = pc.value_counts(few).to_pylist()
    right = [entry["counts"] for entry in counted if any(n.right for n in _numbers_of(entry["values"], zeros=True))]
    return bool(sum(right) > most)


def _numbers_of(text: str, *, zeros: bool) -> list[Number]:
    """The numbers of a cell, including one that has lost its leading zeros if `zeros`."""
    digits = RUN.match(text.strip()) if zeros and ONLY_DIGITS.fullmatch(text.strip()) else None
    if digits is None or not SHORTEST <= len(digits[0]) < 10:
        return numbers(text)
    start = text.index(digits[0])
    number = _number(digits[0].zfill(10), (start, start + len(digits[0])), whole=True, clock=False)
    return [number] if number else []


def _those_to_mask(
    every: list[list[Number]], times: Mapping[int, int], kind: Kind, day: date | None
) -> tuple[list[list[Number]], bool]:
    """The identity numbers of each distinct cell, and whether other numbers of the form are left as chance matches.

    `times` is how often each cell occurs in the column.
    """
    suspects = [[n for n in each if n.right and not _is_allowed(n, kind, day)] for each in every]
    if not _is_by_chance(every, times, kind):
        return suspects, False
    kept = [[n for n in each if not n.whole] for each in suspects]
    return kept, kept != suspects


def _is_by_chance(every: list[list[Number]], times: Mapping[int, int], kind: Kind) -> bool:
    """Whether most cells that consist of a number of the form have an invalid check digit."""
    whole = [(place, each) for place, each in enumerate(every) if any(number.whole for number in each)]
    cells = sum(times[place] for place, _ in whole)
    wrong = sum(times[place] for place, each in whole if not any(number.right for number in each))
    return 2 * wrong > cells >= (1 if kind is Kind.PERSON else LEAST_CELLS)


def _is_allowed(number: Number, kind: Kind, day: date | None) -> bool:
    """Whether a number is a case number from around the extract date, or a date with its time of day."""
    if kind is Kind.TIME:
        return number.clock and number.day is not None
    return kind is Kind.CASE and day is not None and number.day is not None and _around(day, number.day)


def _around(extract_date: date, day: date) -> bool:
    """Whether a day is from five years before to one year after the extract date."""
    return _moved(extract_date, -YEARS_BEFORE) <= day <= _moved(extract_date, YEARS_AFTER)


def _moved(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
