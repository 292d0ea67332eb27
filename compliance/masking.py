"""Identity numbers: what is one, and the mask in its place. Arrow is imported where it is used."""

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

    Column = pa.ChunkedArray[Any]

MASK: Final = "******-****"
SIGNS: Final = "-+\u2010-\u2015\u2212"
# What can stand between two digits without being seen, and what divides the thousands of a number.
UNSEEN: Final = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
GAPS: Final = " \u00a0\u2009\u202f"
POWER: Final = "[0-9][.,][0-9]{7,11}[eE][+]?(?:0?9|11)"
LOOKS_LIKE: Final = (
    f"[0-9]{{6}}[{SIGNS}]?[0-9]{{4}}|[{UNSEEN}][{SIGNS}]?[0-9]"
    f"|^[{GAPS}]*[0-9](?:[{GAPS}]?[0-9]){{9,11}}[{GAPS}]*$|^{POWER}$"
)
IDENTITY: Final = re.compile(
    "(?<![0-9])(?P<century>[0-9]{2})?(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    f"[{SIGNS}]?(?P<last>[0-9]{{4}})(?![0-9])"
)
BETWEEN: Final = re.compile(f"(?<=[{SIGNS}0-9])[{UNSEEN}]+(?=[{SIGNS}0-9])")
THOUSANDS: Final = re.compile(f"[0-9](?:[{GAPS}][0-9]{{3}}){{3}}|[0-9](?:[{GAPS}]?[0-9]){{11}}")
SCIENTIFIC: Final = re.compile(POWER)
FRACTION: Final = re.compile(r"(-?[0-9]{1,9}[.,])[0-9]+(?:[eE][-+]?[0-9]+)?")


def mask_text(text: str) -> tuple[str, int]:
    """The text with every identity number masked, and how many there were."""
    text, masked = _mask(text)
    plain = _plain(text)
    if plain == text:
        return text, masked
    unveiled, more = _mask(plain)
    return (unveiled, masked + more) if more else (text, masked)


def _plain(text: str) -> str:
    """The text with digits side by side that marks, gaps between thousands or a power of ten keep apart."""
    if not text.isprintable():
        text = BETWEEN.sub("", text)
    if text.isdigit():
        return text
    if THOUSANDS.fullmatch(text.strip()):
        return re.sub(f"[{GAPS}]", "", text)
    if SCIENTIFIC.fullmatch(text):
        digits, power = re.split("[eE]", text.replace(",", "."))
        return digits.replace(".", "").ljust(int(power) + 1, "0")
    return text


def _mask(text: str) -> tuple[str, int]:
    masked = 0

    def mask(match: re.Match[str]) -> str:
        nonlocal masked
        if not _is_identity(match):
            return match[0]
        masked += 1
        return MASK

    # The decimals of a number are no identity number, however they fall out; a whole part of ten digits may be one.
    number = FRACTION.fullmatch(text)
    whole = number.end(1) if number else len(text)
    return IDENTITY.sub(mask, text[:whole]) + text[whole:], masked


def _is_identity(match: re.Match[str]) -> bool:
    century, year, month, day, last = match.group("century", "year", "month", "day", "last")
    return (
        (century is None or 18 <= int(century) <= 20)
        # Of six digits the year is one of 2000's: there is a 29 February wherever some century has one.
        and _is_date(int((century or "20") + year), int(month), int(day))
        and _luhn(year + month + day + last)
    )


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day - 60 if day > 60 else day)
    except ValueError:
        return False
    return True


def _luhn(digits: str) -> bool:
    """Whether the last of ten digits is the check digit of the others."""
    products = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(product // 10 + product % 10 for product in products) % 10 == 0


def mask_table(table: "pa.Table") -> tuple["pa.Table", int]:
    """The table with every identity number masked, and how many there were."""
    masked = 0
    for place, name in enumerate(table.column_names):
        column, count = _mask_column(table[name])
        if count:
            table = table.set_column(place, name, column)
            masked += count
    return table, masked


def _mask_column(column: "Column") -> tuple["Column", int]:
    """Only the few cells that look like it leave Arrow for the exact test."""
    import pyarrow as pa
    import pyarrow.compute as pc

    longest = pc.max(pc.binary_length(column)).as_py()
    if longest is None or longest < 10:
        return column, 0
    matches: Any = pc.match_substring_regex(column, LOOKS_LIKE)
    suspect: Any = pc.fill_null(matches, False)
    results = [mask_text(str(text)) for text in column.filter(suspect).to_pylist()]
    count = sum(masked for _, masked in results)
    if not count:
        return column, 0
    texts = pa.array([text for text, _ in results], pa.string())
    return pc.replace_with_mask(column, suspect.combine_chunks(), texts), count
