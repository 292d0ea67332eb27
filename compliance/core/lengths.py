"""How long a text may be, so that nothing in a cell makes the product slow. Arrow is imported where it is used.

What is longer is cut and told; how long a field may be is declared with it (`data/sources`).
"""

import unicodedata
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST_TEXT: Final = 10_000
LONGEST_NAME: Final = 200
LONGEST_ID: Final = 200
LONGEST_HEADING: Final = 200
# To order the marks of one letter takes the square of their number; Unicode's stream-safe form has so many (UAX #15).
MOST_MARKS: Final = 30


def shortened(text: str, most: int = LONGEST_NAME) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def few_marks(text: str) -> str:
    """The text with no more marks on a letter than any language has, so that it can be composed in linear time."""
    if len(text) <= MOST_MARKS or text.isascii():
        return text
    kept, marks = [], 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter)[0] == "M" else 0
        if marks <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def few_marks_in(table: "pa.Table") -> "pa.Table":
    """The same of every cell of a table."""
    import pyarrow.compute as pc

    for place, name in enumerate(table.column_names):
        longest = pc.max(pc.binary_length(table[name])).as_py() or 0
        many = rf"(\pM{{{MOST_MARKS}}})\pM+"
        if longest > 2 * MOST_MARKS and pc.any(pc.match_substring_regex(table[name], many)).as_py():
            column: Any = pc.replace_substring_regex(table[name], many, r"\1")
            table = table.set_column(place, name, column)
    return table
