"""Rows of texts with separators between: CSV and its kin, which no spreadsheet program may take for formulas.

Nobody knows with which separator a file is opened: Swedish Excel takes a semicolon, others a comma or a tab. So what
would need quotes in one form has them in every form, and what would begin a cell in one is harmless in all.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

# A column of a table; the types of pyarrow know too little of one.
Cells = Any
# What a spreadsheet program takes for the beginning of a formula.
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
FIRST: Final = r"^[=+\-@\t\r]"
# Where a text would go on in a cell of its own if it were divided there.
WITHIN: Final = r'([;,\t\r\n]"*)([=+\-@])'
NEEDY: Final = r'[;,\t"\r\n]|^\s|\s$'
BOM: Final = b"\xef\xbb\xbf"
Row = Iterable[object]


def harmless(value: object) -> object:
    """A text that a spreadsheet program would take for a formula gets an apostrophe before it; a number never does."""
    return harmless_first(re.sub(WITHIN, r"\1'\2", value)) if isinstance(value, str) else value


def harmless_first(text: str) -> str:
    """The same where the text is not divided, as year packages wrote it at first."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def harmless_column(texts: Cells) -> Cells:
    """The same of a column of texts."""
    texts = pc.replace_substring_regex(texts, pattern=WITHIN, replacement=r"\1'\2")
    return pc.if_else(
        pc.match_substring_regex(texts, pattern=FIRST), pc.binary_join_element_wise("'", texts, ""), texts
    )


def joined(rows: Iterable[Row], *, separator: str) -> str:
    """RFC 4180: CRLF after each row, quotes where a text needs them."""
    return "".join(separator.join(_quoted(harmless(value)) for value in row) + "\r\n" for row in rows)


def _quoted(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if re.search(NEEDY, text) else text


def joined_table(table: pa.Table, *, separator: str) -> bytes:
    """The same of a table whose texts are harmless. A column is one piece of memory: no row is touched."""
    columns: list[Cells] = table.columns
    cells = [_quoted_column(pc.fill_null(column, "")) for column in columns]
    lines = pc.binary_join_element_wise(pc.binary_join_element_wise(*cells, separator), "\r\n", "")
    return b"".join([joined([table.column_names], separator=separator).encode(), *map(_content, lines.chunks)])


def _quoted_column(texts: Cells) -> Cells:
    inside = pc.replace_substring(texts, '"', '""')
    return pc.if_else(
        pc.match_substring_regex(texts, pattern=NEEDY), pc.binary_join_element_wise('"', inside, '"', ""), texts
    )


def _content(texts: Cells) -> bytes:
    """The texts of a column one after the other."""
    whole: Cells = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts), "")
    content: bytes = whole[0].as_buffer().to_pybytes()
    return content


def swedish_csv(table: Sequence[Mapping[str, object]]) -> bytes:
    """What a table shows, as CSV for Swedish Excel; texts that look like formulas get an apostrophe."""
    rows: list[Iterable[object]] = [table[0].keys(), *(row.values() for row in table)] if table else []
    return BOM + joined(rows, separator=";").encode()
