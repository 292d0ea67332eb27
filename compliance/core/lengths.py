"""Limits on the length of texts, so that no cell makes the product slow. Arrow is imported where it is used.

Longer texts are cut, with a warning. Each field's own limit is in its declaration (`data/sources`).
"""

import unicodedata
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST_TEXT: Final = 10_000
LONGEST_NAME: Final = 200
LONGEST_ID: Final = 200
LONGEST_HEADING: Final = 200
# Ordering the combining marks of one letter takes quadratic time. Unicode's stream-safe form allows 30 (UAX #15).
MOST_MARKS: Final = 30


def shortened(text: str, most: int = LONGEST_NAME) -> str:
    """The text, cut to `most` characters with an ellipsis if it is longer."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def few_marks(text: str) -> str:
    """The text with at most MOST_MARKS combining marks on a letter, so that normalising it takes linear time."""
    if len(text) <= MOST_MARKS or text.isascii():
        return text
    kept, marks = [], 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter)[0] == "M" else 0
        if marks <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def few_marks_in(column: "pa.ChunkedArray[Any]") -> "pa.ChunkedArray[Any]":
    """A column with `few_marks` applied to every cell."""
    import pyarrow.compute as pc

    longest = pc.max(pc.binary_length(column)).as_py() or 0
    many = rf"(\pM{{{MOST_MARKS}}})\pM+"
    if longest > 2 * MOST_MARKS and pc.any(pc.match_substring_regex(column, many)).as_py():
        fewer: pa.ChunkedArray[Any] = pc.replace_substring_regex(column, many, r"\1")
        return fewer
    return column
