"""Identity numbers: what is one, and the mask in its place. Arrow is imported where it is used."""

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

    Column = pa.ChunkedArray[Any]

MASK: Final = "******-****"
LOOKS_LIKE: Final = "[0-9]{6}[-+\u2010-\u2015\u2212]?[0-9]{4}"
IDENTITY: Final = re.compile(
    "(?<![0-9])(?P<century>[0-9]{2})?(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    "[-+\u2010-\u2015\u2212]?(?P<last>[0-9]{4})(?![0-9])"
)
FRACTION: Final = re.compile(r"(-?[0-9]{1,9}[.,])[0-9]+(?:[eE][-+]?[0-9]+)?")


def mask_text(text: str) -> tuple[str, int]:
    """The text with every identity number masked, and how many there were."""
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
