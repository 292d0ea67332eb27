"""Tables that are text: detecting their encoding and format, and reading CSV."""

import codecs
import csv
import io
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Final, cast

from compliance.reading.cells import (
    MAX_ROWS,
    ROOMY,
    SPARSE,
    Content,
    RawSheet,
    Row,
    Unreadable,
    replaced,
    table_of,
    trimmed,
)
from compliance.reading.markup import SPREADSHEET_2003, pages_in_archive, read_html, read_pages, read_xml_2003

DELIMITERS: Final = ";\t,"
SAMPLE: Final = 200_000
SEP_LINE: Final = re.compile(r'"?sep=(\t|[^\w\s"])"?[;,\t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
FILLED_UP: Final = "\0" * 50
LAST_LINE: Final = "\x1c"
# What is between the cells of a table. A file of nothing else is empty.
BETWEEN: Final = " \t\n\r\v\f\0;,|\"'\ufeff\xa0"
# More than any spreadsheet program opens. All is counted before anything is parsed, which takes far longer.
MOST_LINES: Final = 4 * MAX_ROWS
MOST_COLUMNS: Final = 65_536
LONGEST_LINE: Final = 16 << 20
LINE_END: Final = re.compile("[\r\n]")


def read_text(data: bytes) -> Content:
    """A table that is text, whatever the file is called."""
    if not data.strip():
        raise Unreadable("empty")
    text = decode(data)
    if not text.strip(BETWEEN):
        raise Unreadable("empty")
    head = text[:4096].lstrip().lower()
    if head.startswith("mime-version:"):
        return read_pages([(name, decode(page)) for name, page in pages_in_archive(data)])
    if not head.startswith("<"):
        return Content(kind="csv", sheets=[read_csv(text)])
    if re.search(f"[\"']{SPREADSHEET_2003}[\"']", head) and "<html" not in head:
        return read_xml_2003(text)
    if re.search("<office:document", head):
        raise Unreadable("open_office")
    if re.search(r"<(html|table|meta|body|div|style|center|!doctype html)\b(?!:)", head):
        return read_html(text)
    raise Unreadable("unknown")


def decode(data: bytes) -> str:
    """The text of a file: Unicode by byte order mark or form, else Windows-1252. Raise Unreadable if it is binary."""
    codecs.register_error("windows", _as_windows)
    text = data.decode(_encoding(data), errors="windows").lstrip("\ufeff").rstrip("\x1a")
    sample = text[:65536]
    strange = sum(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n\f\0" for letter in sample)
    # Old systems leave some NUL in texts; a file of another kind has many, or fills blocks with them.
    if strange * 50 > len(sample) or sample.count("\0") * 10 > len(sample) or FILLED_UP in text:
        raise Unreadable("unknown")
    return text.replace("\0", "")


def _as_windows(fault: UnicodeError) -> tuple[str, int]:
    """A decoding error handler that reads a few bytes of Windows-1252 in a text that is otherwise UTF-8."""
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return fault.object[fault.start : fault.end].decode("cp1252", errors="replace"), fault.end


def _encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd * 5 > len(sample) and odd > 10 * even:
        return "utf-16-le"
    if even * 5 > len(sample) and even > 10 * odd:
        return "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "utf-8" if _mostly_utf8(data) else "cp1252"
    return "utf-8"


def _mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return len(re.findall("[^\x00-\x7f]", text)) - broken > 10 * broken


def read_csv(text: str) -> RawSheet:
    """The records of a CSV file, one a row, including those that are blank or have several lines."""
    separator = SEP_LINE.match(text)
    delimiter = separator[1] if separator else delimiter_of(text)
    _refuse_too_large(text, delimiter)
    table, cut = table_of(_records(text[separator.end() :] if separator else text, delimiter))
    # A quotation mark that is never closed swallows the sentinel line at the end.
    if table["c0"][-1].as_py() != LAST_LINE:
        raise Unreadable("open_quote", row=table.num_rows)
    table = trimmed(table.slice(0, table.num_rows - 1))
    # Exports protect leading zeros with a formula: ="00123".
    return RawSheet(name="", cells=replaced(table, pattern='^="([^"]*)"$', by=r"\1"), cut=cut)


def _refuse_too_large(text: str, delimiter: str) -> None:
    """Raise Unreadable if a text has more lines, or longer ones, than a table can have, or hardly a filled cell."""
    lines = text.count("\n") + text.count("\r")
    cells = lines + text.count(delimiter)
    if lines > MOST_LINES or cells > max(ROOMY, SPARSE * (len(text) - cells)):
        raise Unreadable("too_large")
    # A window without a line end is within a line that is long enough to be counted.
    done = 0
    while done + MOST_COLUMNS < len(text):
        last = max(text.rfind(end, done, done + MOST_COLUMNS) for end in "\r\n")
        if last < 0:
            found = LINE_END.search(text, done + MOST_COLUMNS)
            last = found.start() if found else len(text)
            if last - done > LONGEST_LINE or text.count(delimiter, done, last) > MOST_COLUMNS:
                raise Unreadable("too_large")
        done = last + 1


def _records(text: str, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(len(text) + 1)
    lines = itertools.chain(io.StringIO(text, newline=""), [LAST_LINE])
    records = csv.reader(lines, delimiter=delimiter)
    first = next(records)
    # The byte order mark may be within the first heading's quotation marks.
    return itertools.chain([[cell.lstrip("\ufeff") for cell in first]], cast(Iterator[Row], records))


def delimiter_of(text: str) -> str:
    """The delimiter that splits most of the first records into the same number of cells."""
    csv.field_size_limit(SAMPLE)
    return max(DELIMITERS, key=lambda delimiter: _evenness(text[:SAMPLE], delimiter))


def _evenness(text: str, delimiter: str) -> tuple[int, int]:
    """How many of the first fifty records have the most common width, and that width.

    Titles, the records before the first one of that width, do not count. A later record that is not split weighs
    against the delimiter; so the comma loses if it is only a decimal comma or within texts, which headings lack.
    """
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths = [len(record) for record in itertools.islice(records, 50) if record]
    split = Counter(width for width in widths if width > 1)
    if not split:
        return (-len(widths) * 3, 0)
    width, count = split.most_common(1)[0]
    return (count - 3 * widths[widths.index(width) :].count(1), width)
