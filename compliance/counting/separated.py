"""CSV and its variants, safe from being read as formulas by a spreadsheet program.

Nobody knows which separator a file will be opened with: Swedish Excel takes a semicolon, others a comma or a tab. So a
text that needs quotes in one variant has them in all, and one that could start a formula in one is defused in all.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

# A column of a table; pyarrow's type stubs do not cover it.
Cells = Any
# What a spreadsheet program takes for the start of a formula.
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
FIRST: Final = r"^[=+\-@\t\r]"
# Where a text, split at the separator, would start a formula in the next cell.
WITHIN: Final = r'([;,\t\r\n]"*)([=+\-@])'
NEEDY: Final = r'[;,\t"\r\n]|^\s|\s$'
BOM: Final = b"\xef\xbb\xbf"
Row = Iterable[object]


def harmless(value: object) -> object:
    """Prefix a text that a spreadsheet program would take for a formula with an apostrophe; never a number."""
    return harmless_first(re.sub(WITHIN, r"\1'\2", value)) if isinstance(value, str) else value


def harmless_first(text: str) -> str:
    """The same for a text that cannot be split into cells; early year packages were written so."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def harmless_column(texts: Cells) -> Cells:
    """The same for a column of texts."""
    texts = pc.replace_substring_regex(texts, pattern=WITHIN, replacement=r"\1'\2")
    return pc.if_else(
        pc.match_substring_regex(texts, pattern=FIRST), pc.binary_join_element_wise("'", texts, ""), texts
    )


def joined(rows: Iterable[Row], *, separator: str) -> str:
    """Return the rows as RFC 4180 has them: CRLF after each, quotes where a text needs them."""
    return "".join(separator.join(_quoted(harmless(value)) for value in row) + "\r\n" for row in rows)


def _quoted(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if re.search(NEEDY, text) else text


def joined_table(table: pa.Table, *, separator: str) -> bytes:
    """The same for a table whose texts are harmless. It works on whole columns, never row by row."""
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
    """The texts of a column concatenated."""
    whole: Cells = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts), "")
    content: bytes = whole[0].as_buffer().to_pybytes()
    return content


def swedish_csv(table: Sequence[Mapping[str, object]]) -> bytes:
    """Return a table as CSV for Swedish Excel; texts that look like formulas get an apostrophe."""
    rows: list[Iterable[object]] = [table[0].keys(), *(row.values() for row in table)] if table else []
    return BOM + joined(rows, separator=";").encode()
