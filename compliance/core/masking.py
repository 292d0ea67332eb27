"""Identity numbers: recognising and masking them. Arrow is imported where it is used.

*The form* is the rulebook's: a date of six or eight digits followed by four digits, with a valid check digit and no
digit next to them, but for those around the number of a sole trader. It is matched against every way to read a text:
after NFKC, without invisible characters, with escapes as their characters and with letters as digits.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from compliance.core.readings import AMID_DIGITS, PLAIN, Reading, readings

if TYPE_CHECKING:
    import pyarrow as pa

    Column = pa.ChunkedArray[Any]

MASK: Final = "******-****"
# The most characters between two digits of the date, and before the last four; a run of white space counts as one.
MOST_BETWEEN: Final = 3
# What surrounds the number of a sole trader: SE850709123201, 168507091232.
BEFORE_TRADER: Final = "16"
AFTER_TRADER: Final = "01"
# How many cells must consist of a number of the form to judge whether a column has it by chance.
LEAST_CELLS: Final = 5
# The length of a number of the form that has lost three leading zeros: 0001011239.
SHORTEST: Final = 7
# Luhn: each digit to the digit sum of its double.
DOUBLED: Final = str.maketrans("0123456789", "0246813579")
YEARS_BEFORE: Final = 5
YEARS_AFTER: Final = 1

RUN: Final = re.compile("[0-9]+")
# The usual ways to write a number that is alone in a cell. There are columns of telephone numbers of the second kind.
USUAL: Final = re.compile(
    "(?:[0-9]{2})?[0-9]{6}[-+ ]?(?P<together>[0-9]{4})"
    "|(?=(?:[0-9][- ]?){9}[0-9]$)[-0-9 ]+(?P<parted>[0-9]{2}[- ][0-9]{2})"
)
# A SHA-256 or a moment as the program writes them, some of whose digits have the form by chance.
WRITTEN: Final = re.compile(
    r"\b(?:[0-9a-f]{64}|[0-9A-F]{64})\b|(?<!\d)\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{6})?(?!\d)"
)
BLANK: Final = re.compile(r"\s+")
# What may surround a decimal number; parts of a date or of a list are surrounded by something else.
BEFORE_DECIMALS: Final = re.compile(r"(?:^|\s)[-+\u2212]?$")
AFTER_DECIMALS: Final = re.compile(r"(?:[eE][-+]?[0-9]{1,3})?%?(?:\s|$)")
WHOLE_PART: Final = re.compile(
    r"(?:^|\s)[-+\u2212]?(?P<digits>[0-9]{1,3}(?P<gap>[\s.,'\u2019])[0-9]{3}(?:(?P=gap)[0-9]{3})*|[0-9]+)$"
)
# A date of six digits, whole or with the same sign twice, and what separates it from the last four.
SIX_DIGITS: Final = re.compile("[0-9]{2}(?P<sign>[^0-9]?)[0-9]{2}(?P=sign)[0-9]{2}[^0-9]*")
# What stands before a time of day (a blank, or another time before a range or an offset), before minutes that seconds
# follow, and before the fraction of a second.
BEFORE_TIME: Final = re.compile(r"(?:^|\s|[0-9]{2}:[0-9]{2}\s?[-+\u2010-\u2015]\s?)$")
HOURS: Final = re.compile("(?:^|[^-0-9:./+\u2010-\u2015])(?:[01]?[0-9]|2[0-3]):$")
HOURS_BEGUN: Final = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]")
SECONDS: Final = re.compile("[0-9]{2}:[0-5][0-9]:[0-5][0-9][.,]$")
ONLY_DIGITS: Final = re.compile("[0-9]+(?:[.,]0+)?")
ZEROS: Final = re.compile(r"(?:[.,]0+)?\s*")
DATE_BEGUN: Final = re.compile(
    "(?P<year>1[89][0-9]{2}|2[01][0-9]{2}|9999)(?P<sign>[-/.\u2010-\u2015])(?P<month>[0-9]{2})(?P=sign)(?P<day>[0-9]{2})"
    "(?![0-9])"
)
# A date that the last four digits may cut, as in 2011-11-10 08:43 and 3.5.2012 20:36.
DATES: Final = re.compile(
    "(?<![0-9])(?:(?:1[89]|2[01])[0-9]{2}(?P<sign>[-/.\u2010-\u2015])[0-9]{1,2}(?P=sign)[0-9]{1,2}"
    "|[0-9]{1,2}(?P<mark>[-/.\u2010-\u2015])[0-9]{1,2}(?:(?P=mark)| )(?:1[89]|2[01])[0-9]{2}"
    ")(?![0-9])"
)
LONGEST_DATE: Final = 10
# A country code before a telephone number: +47 22 11 …, +46 (0)70-….
COUNTRY: Final = re.compile(r"\+(?:[0-9]{1,3}\s?\(?)?$")
CLOCK: Final = re.compile("(?:[01][0-9]|2[0-3])[0-5][0-9]")
# The lengths of the groups that full stops make of a date. Other three or more are a version, or an IP address.
DOTTED_DATES: Final = frozenset({(2, 2, 2), (4, 2, 2)})
DOTTED_HALVES: Final = frozenset((*date, 2) for date in DOTTED_DATES)
MOST_GROUPS: Final = 5
IP_ADDRESS: Final = re.compile(r"(?:(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])(?:\.|$)){4}")
# What stands between an IP address and the length of its prefix, a port, or the end of a range.
AFTER_ADDRESS: Final = "/:-"
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
    """A date and four digits in a text: the span, where the four digits begin, whether the check digit is `right`,
    whether they are the `whole` text.

    `day` is the date if it has eight digits and is a plain one; `clock` says that a time of day follows.
    """

    start: int
    four: int
    end: int
    right: bool
    whole: bool
    day: date | None
    clock: bool


class _Candidate(NamedTuple):
    """Runs of digits in a text, from the first to the last, which may be a number; `tail` digits follow the last
    four.
    """

    text: str
    runs: Sequence[Run]
    first: int
    last: int
    tail: int

    @property
    def digits(self) -> str:
        """Its digits up to the last four, these included."""
        digits = "".join(self.text[start:end] for start, end in self.runs[self.first : self.last + 1])
        return digits[: len(digits) - self.tail]

    @property
    def half(self) -> Run | None:
        """The run with the first two of the last four digits, if a character parts these."""
        start, end = self.runs[self.last]
        return self.runs[self.last - 1] if end - start - self.tail == 2 else None

    @property
    def four(self) -> int:
        """Where the last four digits begin."""
        return self.half[1] - 2 if self.half else self.runs[self.last][1] - self.tail - 4

    @property
    def sign(self) -> str:
        """What parts the last four digits; empty if nothing does."""
        return self.text[self.half[1] : self.runs[self.last][0]] if self.half else ""


# --- A text -------------------------------------------------------------------------------------------------------


def mask_text(text: str, kind: Kind = Kind.OTHER, day: date | None = None) -> tuple[str, int]:
    """Return the text with every identity number masked, and how many there were.

    `kind` and `day` are those of the text's column.
    """
    return _masked(text, [number for number in numbers(text) if number.right and not _is_allowed(number, kind, day)])


def mask_beside_hashes(text: str) -> tuple[str, int]:
    """The same for a text of the program's own: a SHA-256 or a moment in it is left."""
    pieces, done, count = [], 0, 0
    for start, end in [*(match.span() for match in WRITTEN.finditer(text)), (len(text), len(text))]:
        piece, masked = mask_text(text[done:start])
        pieces += [piece, text[start:end]]
        done, count = end, count + masked
    return "".join(pieces), count


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
        four = usual.start(usual.lastgroup or 0)
        digits = "".join(RUN.findall(text))
        number = _number(digits, (0, four, len(text)), whole=True, clock=text[four - 1] == " ")
        if number or not text.endswith(AFTER_TRADER):
            return [number] if number else []
    return [_placed(number, reading) for reading in readings(text) for number in _numbers(reading.text)]


def _placed(number: Number, reading: Reading) -> Number:
    begins, end = reading.begins, reading.ends[number.end - 1]
    if isinstance(begins, range):
        return number
    return replace(number, start=begins[number.start], four=begins[number.four], end=end)


def _numbers(text: str) -> list[Number]:
    """The numbers of the form in a text whose digits are 0–9."""
    runs = [match.span() for match in RUN.finditer(text)]
    if sum(end - start for start, end in runs) < 10:
        return []
    whole, place = _whole_number(text), (runs[0][0], runs[0][0], runs[-1][1])
    if len(whole) in (10, 12) and (number := _number(whole, place, whole=True, clock=False)):
        return [number]
    # The last four digits end a run, or two of them are one.
    lasts = [place for place, (start, end) in enumerate(runs) if end - start == 2 or end - start >= 4]
    return [number for last in lasts if (number := _ending_with(text, runs, last))]


def _ending_with(text: str, runs: list[Run], last: int) -> Number | None:
    """The longest number whose last four digits end a run of digits, one with its check digit before others.

    It begins with a run too: no digit is next to it.
    """
    longest = None
    for tail in _tails(text, runs, last):
        for first in _firsts(text, runs, last, lengths=(10 + tail, 12 + tail)):
            candidate = _Candidate(text, runs, first, last, tail)
            number = _number_of(candidate)
            if number and (longest is None or number.right >= longest.right) and not _is_none(candidate):
                longest = number
    return longest


def _tails(text: str, runs: list[Run], last: int) -> Iterator[int]:
    """How many digits may follow the last four in a run: none, or the two after a sole trader's number."""
    start, end = runs[last]
    for tail in (0, len(AFTER_TRADER)) if text.endswith(AFTER_TRADER, start, end) else (0,):
        if end - start - tail >= 4 or (end - start - tail == 2 and last and _is_parted(text, runs[last - 1], start)):
            yield tail


def _is_parted(text: str, half: Run, start: int) -> bool:
    """Whether one character parts two digits or more from those that begin after it; white space is one."""
    gap = text[half[1] : start]
    return half[1] - half[0] >= 2 and (len(gap) == 1 or gap.isspace())


def _firsts(text: str, runs: list[Run], last: int, *, lengths: tuple[int, int]) -> Iterator[int]:
    """The runs from which so many digits reach to the end of the last run, nearest first."""
    length = 0
    for first in range(last, -1, -1):
        length += runs[first][1] - runs[first][0]
        if length > lengths[1]:
            return
        if length in lengths:
            yield first
        if first and not _may_be_between(text[runs[first - 1][1] : runs[first][0]]):
            return


def _may_be_between(gap: str) -> bool:
    """Whether a gap has at most three characters and none is a letter; white space is collapsed first."""
    if len(gap) > MOST_BETWEEN:
        gap = BLANK.sub(" ", gap)
    return len(gap) <= MOST_BETWEEN and not any(map(str.isalpha, gap))


def _number_of(candidate: _Candidate) -> Number | None:
    digits = candidate.digits
    if not _is_day(digits[:-4]):
        return None
    text, runs, first, last, tail = candidate
    begin, four, end = runs[first][0], candidate.four, runs[last][1]
    whole = first == 0 and _is_all(text, begin, end)
    return _number(digits, (begin, four, end), whole=whole, clock=text[four - 1].isspace() and not tail)


def _number(digits: str, place: tuple[int, int, int], *, whole: bool, clock: bool) -> Number | None:
    """The number of ten or twelve digits, if they begin with a date; `clock` if white space precedes the last four."""
    if not _is_day(digits[:-4]):
        return None
    plain = None
    if len(digits) == 12 and not digits.startswith(BEFORE_TRADER) and digits[6] < "4":
        plain = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    return Number(*place, _luhn(digits[-10:]), whole, plain, clock and bool(CLOCK.fullmatch(digits[-4:])))


@lru_cache(maxsize=100_000)
def _is_day(digits: str) -> bool:
    """Whether digits are a date: six, eight, or six after the 16 of a sole trader.

    Six are tried in the 2000s, which have a 29 February wherever any century has one. A coordination number has 60
    added to its day.
    """
    if len(digits) == 8 and digits.startswith(BEFORE_TRADER):
        digits = digits[2:]
    if len(digits) not in (6, 8):
        return False
    year, month, day = int(digits[:-4]), int(digits[-4:-2]), int(digits[-2:])
    if len(digits) == 8 and not 1800 <= year < 2100:
        return False
    return _is_date(year if len(digits) == 8 else 2000 + year, month, day - 60 if day > 60 else day)


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


def _whole_number(text: str) -> str:
    """The digits of a text that is a whole number with thousands separators or an exponent, else empty."""
    text = text.strip()
    if THOUSANDS.fullmatch(text):
        return "".join(RUN.findall(text)[:4])
    if POWER.fullmatch(text):
        value = Decimal(text.replace(",", "."))
        return str(abs(int(value))) if value == value.to_integral_value() and abs(value) < 10**12 else ""
    return ""


# --- What is none -------------------------------------------------------------------------------------------------


def _is_none(candidate: _Candidate) -> bool:
    """Whether digits of the form are something else by what is written around them: the rulebook's closed list."""
    rules = PARTED_RULES if candidate.half else TOGETHER_RULES
    return any(rule(candidate) for rule in rules)


def _begins_date(candidate: _Candidate) -> bool:
    """Whether the last four digits are the year of a date."""
    begun = DATE_BEGUN.match(candidate.text, candidate.runs[candidate.last][0])
    return begun is not None and _is_date(int(begun["year"]), int(begun["month"]), int(begun["day"]))


def _is_decimals(candidate: _Candidate) -> bool:
    """Whether the last run is the decimals of a number that stands alone.

    Four digits are not: they may be the last four of an identity number, as in 850709.1232.
    """
    text, runs, first, last, _ = candidate
    (start, end), before = runs[last], runs[last - 1] if last and last - first < 2 else None
    if before is None or end - start == 4 or start - before[1] != 1 or text[before[1]] not in ".,":
        return False
    alone = BEFORE_DECIMALS.search(text, max(before[0] - 2, 0), before[0])
    return alone is not None and AFTER_DECIMALS.match(text, end) is not None


def _is_amount(candidate: _Candidate) -> bool:
    """Whether the last two digits are the decimals of a number that stands alone: 85 070 912,32, or 12,32 after a date.

    After a date of six digits they may be the last four of an identity number, as in 850709 12,32.
    """
    text, runs, first, last, _ = candidate
    if candidate.sign not in (".", ",") or not AFTER_DECIMALS.match(text, runs[last][1]):
        return False
    begin = runs[first][0]
    whole = WHOLE_PART.search(text, max(begin - 2, 0), runs[last][0] - 1)
    if whole is None:
        return False
    return whole.start("digits") <= begin or not SIX_DIGITS.fullmatch(text, begin, candidate.four)


def _is_fraction(candidate: _Candidate) -> bool:
    """Whether the last run is the fraction of a second."""
    start = candidate.runs[candidate.last][0]
    return SECONDS.search(candidate.text, max(start - 9, 0), start) is not None


def _cuts_date(candidate: _Candidate) -> bool:
    """Whether some of the last four digits are part of a date that goes on before or after them."""
    begin, end = candidate.four, candidate.runs[candidate.last][1]
    dates = DATES.finditer(candidate.text, max(begin - LONGEST_DATE, 0), end + LONGEST_DATE)
    return any(found.start() < begin < found.end() or found.start() < end < found.end() for found in dates)


def _has_country(candidate: _Candidate) -> bool:
    """Whether a country code precedes, as it does a telephone number."""
    begin = candidate.runs[candidate.first][0]
    return COUNTRY.search(candidate.text, max(begin - 6, 0), begin) is not None


def _is_time(candidate: _Candidate) -> bool:
    """Whether the last four digits are a time of day after a blank, or part of one: 14:30, and 30:59 of 14:30:59."""
    text, runs, _, last, _ = candidate
    begin, (start, end) = candidate.four, runs[last]
    if HOURS_BEGUN.match(text, start):
        return True
    if candidate.sign != ":":
        return False
    if text[begin] < "6" and text[start] < "6" and HOURS.search(text, max(begin - 4, 0), begin):
        return True
    clock = CLOCK.fullmatch(f"{text[begin : begin + 2]}{text[start:end]}")
    return clock is not None and BEFORE_TIME.search(text, max(begin - 9, 0), begin) is not None


def _is_ip_address(candidate: _Candidate) -> bool:
    """Whether the last two digits follow an IP address: the length of its prefix, a port, or the end of a range."""
    if candidate.sign not in tuple(AFTER_ADDRESS):
        return False
    text, runs, last = candidate.text, candidate.runs, candidate.last - 1
    groups = _groups(text, runs, last)
    return len(groups) == 4 and bool(IP_ADDRESS.fullmatch(text, runs[last - 3][0], runs[last][1]))


def _is_version(candidate: _Candidate) -> bool:
    """Whether three or more groups of digits that full stops part, and that are no date, precede the last four.

    Other digits in brackets may stand between. The groups may begin before the candidate, as those of 10.85.07.09:1232.
    """
    text, runs, first, last, _ = candidate
    place = last - 1 if candidate.half else last
    if candidate.sign == "." and (_goes_on(text, runs, last) or _is_dotted(_groups(text, runs, place), DOTTED_HALVES)):
        return True
    glued = candidate.four - runs[place][0]
    if glued:
        return place > first and _is_dotted((*_groups(text, runs, place)[:-1], glued), DOTTED_DATES)
    place -= 1
    if place == first and "." not in text[runs[place][1] : candidate.four]:
        return False  # A whole date, as in 3.1.850709-1232.
    while place > 0 and text[runs[place][0] - 1] in "([" and text[runs[place][1]] in ")]":
        place -= 1
    return _is_dotted(_groups(text, runs, place), DOTTED_DATES)


def _goes_on(text: str, runs: Sequence[Run], last: int) -> bool:
    """Whether a full stop joins a run with the next."""
    return last + 1 < len(runs) and text[runs[last][1] : runs[last + 1][0]] == "."


def _is_dotted(groups: tuple[int, ...], dates: Collection[tuple[int, ...]]) -> bool:
    return len(groups) > 2 and groups not in dates


def _groups(text: str, runs: Sequence[Run], last: int) -> tuple[int, ...]:
    """The lengths of the runs that full stops join with a run and that precede it; no more than a date can have."""
    first = last
    while first and last - first < MOST_GROUPS and text[runs[first - 1][1] : runs[first][0]] == ".":
        first -= 1
    return tuple(end - start for start, end in runs[first : last + 1])


TOGETHER_RULES: Final = (_begins_date, _is_decimals, _is_fraction, _is_version)
PARTED_RULES: Final = (_cuts_date, _is_time, _is_fraction, _is_amount, _has_country, _is_ip_address, _is_version)

# --- A column -----------------------------------------------------------------------------------------------------

# RE2 finds the cells that may hold a date and four digits. Only those leave Arrow for the exact test in Python.
GAP: Final = "[^A-Za-z0-9]*"
# Digits, and the letters that look like them.
DIGIT, ZERO, ONE, NOT_ZERO = "[0-9OolI]", "[0Oo]", "[1lI]", "[1-9lI]"
# 01 to 31, and the same with 60 added for a coordination number.
DAYS: Final = (
    f"(?:{ZERO}{GAP}{NOT_ZERO}|[12lI]{GAP}{DIGIT}|3{GAP}[01OolI]|6{GAP}{NOT_ZERO}|[78]{GAP}{DIGIT}|9{GAP}[01OolI])"
)
DATE: Final = f"{DIGIT}{GAP}{DIGIT}{GAP}(?:{ZERO}{GAP}{NOT_ZERO}|{ONE}{GAP}[0-2OolI]){GAP}{DAYS}"
FOUR: Final = f"{DIGIT}{{2}}{GAP}{DIGIT}{{2}}(?:{ZERO}{ONE})?"
# A time of day at the end, which is no part of a number. Dates have one in many columns.
TIME_LAST: Final = r"([0-9])\s+(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]*)?)?\s*$"
# A date and four digits, an exponent, a character that is not plain, an escape, or groups of thousands.
LOOKS_LIKE: Final = (
    f"{DATE}{GAP}{FOUR}(?:[^0-9]|$)|^[-+ ]?[0-9]{{1,12}}(?:[.,][0-9]{{1,17}})?[eE]"
    f"|[^{PLAIN.pattern[1:-2]}]|{AMID_DIGITS}"
    "|^[^A-Za-z0-9]*[0-9]{1,3}(?:[^A-Za-z0-9][0-9]{3}){3}(?:[^0-9]|$)"
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
    if not pc.any(_may_have_form(column.unique(), f"{LOOKS_LIKE}|{LOST_ZERO}")).as_py():
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
    return Masked(pc.replace_with_mask(column, suspect, new), count, allowed, by_chance)


def _suspect(column: "Column") -> tuple[Any, bool]:
    """A mask of the cells that may hold a number, and whether the column's numbers have lost their leading zeros."""
    either = _may_have_form(column, f"{LOOKS_LIKE}|{LOST_ZERO}")
    if _have_lost_zeros(column, either):
        return either, True
    return _may_have_form(column, LOOKS_LIKE), False


def _may_have_form(column: Any, pattern: str) -> Any:
    """A mask of the cells that match a pattern, also without a time of day at their end."""
    import pyarrow.compute as pc

    matches = _matches(column, pattern)
    if not pc.any(matches).as_py():
        return matches
    timeless: Any = pc.replace_substring_regex(column.filter(matches), TIME_LAST, r"\1")
    return pc.replace_with_mask(_whole(matches), _whole(matches), _whole(_matches(timeless, pattern)))


def _whole(column: Any) -> Any:
    return column.combine_chunks() if hasattr(column, "combine_chunks") else column


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
    start, end = text.index(digits[0]), text.index(digits[0]) + len(digits[0])
    number = _number(digits[0].zfill(10), (start, end - 4, end), whole=True, clock=False)
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
