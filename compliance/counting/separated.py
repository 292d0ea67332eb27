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
# What a spreadsheet program takes for the start of a formula, also in the other widths and heights that NFKC makes one
# of, and at the beginning of a text behind blanks and invisible characters.
SIGNS: Final = r"=+\-@" + "\u207a\u207c\u208a\u208c\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
BLANKS: Final = " \v\f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000"
UNSEEN: Final = (
    "\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u0300-\u036f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u115f\u1160"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
FIRST: Final = f"^([{BLANKS}{UNSEEN}\t\r\n]*)([{SIGNS}])"
LINE_FIRST: Final = "^[\t\r]"
# And where a text, split at the separator, would start a formula in the next cell. After a blank it is prose.
STARTS: Final = (FIRST, f'([;,\t\r\n][{UNSEEN}"]*)([{SIGNS}])')
FORMULA: Final = re.compile(f"{FIRST}|{LINE_FIRST}")
FORMULAS: Final = tuple(map(re.compile, STARTS))
NEEDY: Final = r'[;,\t"\r\n]|^\s|\s$'
BOM: Final = b"\xef\xbb\xbf"
Row = Iterable[object]


def harmless(value: object) -> object:
    """Put an apostrophe before what a spreadsheet program would take for a formula in a text; never in a number."""
    if not isinstance(value, str):
        return value
    for pattern in FORMULAS:
        value = pattern.sub(r"\1'\2", value)
    return f"'{value}" if value[:1] in ("\t", "\r") else value


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet program, or a person who edits a cell there, could make a formula of a text."""
    return FORMULA.match(text) is not None


def harmless_column(texts: Cells) -> Cells:
    """The same as `harmless` for a column of texts."""
    for pattern in STARTS:
        texts = pc.replace_substring_regex(texts, pattern=pattern, replacement=r"\1'\2")
    return pc.if_else(
        pc.match_substring_regex(texts, pattern=LINE_FIRST), pc.binary_join_element_wise("'", texts, ""), texts
    )


# --- As packages were written before ------------------------------------------------------------------------------


def harmless_in_ascii(text: str) -> str:
    """As year packages up to 0.10 were written."""
    return harmless_first(re.sub(r'([;,\t\r\n]"*)([=+\-@])', r"\1'\2", text))


def harmless_first(text: str) -> str:
    """As the earliest were, whose texts could be split into cells."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


# --- Rows ---------------------------------------------------------------------------------------------------------


def joined(rows: Iterable[Row], *, separator: str) -> str:
    """Return the rows as RFC 4180 has them: CRLF after each, quotes where a text needs them."""
    return "".join(separator.join(_quoted(harmless(value)) for value in row) + "\r\n" for row in rows)


def _quoted(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if re.search(NEEDY, text) else text


def joined_table(table: pa.Table, *, separator: str, heading: bool = True) -> bytes:
    """The same for a table whose texts are harmless. It works on whole columns, never row by row."""
    columns: list[Cells] = table.columns
    cells = [_quoted_column(pc.fill_null(column, "")) for column in columns]
    lines = pc.binary_join_element_wise(pc.binary_join_element_wise(*cells, separator), "\r\n", "")
    first = joined([table.column_names] if heading else [], separator=separator)
    return b"".join([first.encode(), *map(_content, lines.chunks)])


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
