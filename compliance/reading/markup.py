"""Tables in HTML, which many systems save as .xls, and in the XML of Excel 2003."""

import html
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

from compliance.reading.cells import (
    ISO_MOMENT,
    MAX_COLUMNS,
    MAX_ROWS,
    Content,
    RawSheet,
    Row,
    Unreadable,
    modified,
    table_of,
    trimmed,
)

SPREADSHEET_2003: Final = "urn:schemas-microsoft-com:office:spreadsheet"
SS: Final = f"{{{SPREADSHEET_2003}}}"

# What a page must have: text between its tags.
TEXT: Final = re.compile(r">\s*[^<\s]")
TABLE: Final = re.compile("<table", re.IGNORECASE)
# In the first of several pages, Excel lists the sheets with the pages that hold them.
SHEET_OF_PAGES: Final = re.compile(r"<x:Name>([^<]*)</x:Name>\s*<x:WorksheetSource\s+HRef=[\"']([^\"']+)[\"']")

# --- HTML ----------------------------------------------------------------------------------------


class HtmlRows:
    """Collects the rows of a page: those of its tables, and the lines of text between them.

    A cell over several columns or rows has its value in the first of them, as in a spreadsheet program.
    """

    BLOCKS: Final = frozenset(
        ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "table", "br", "li", "center")
    )
    SILENT: Final = frozenset(("script", "style", "title"))

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.tables = 0
        self.cut = 0
        # Of each open table: its current row, and for each column how many rows a cell above still spans.
        self._open: list[Row | None] = []
        self._below: list[dict[int, int]] = []
        self._text: list[str] = []
        self._span = (1, 1)
        self._silent = False
        self._cell = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle a start tag."""
        if tag in self.SILENT:
            self._silent = True
        elif tag in self.BLOCKS:
            self._break(tag)
        if tag == "table":
            self.tables += 1
            self._open.append(None)
            self._below.append({})
        elif tag == "tr" and self._open:
            self._open[-1] = []
        elif tag in ("td", "th") and self._open:
            self._start_cell(attributes)

    def end(self, tag: str) -> None:
        """Handle an end tag, written or implied."""
        if tag in self.SILENT:
            self._silent = False
        elif tag in ("td", "th") and self._open:
            self._end_cell()
        elif tag == "tr" and self._open:
            self._end_row()
        elif tag == "table" and self._open:
            self._end_row()
            self._open.pop()
            self._below.pop()
        elif tag in self.BLOCKS:
            self._break(tag)

    def data(self, text: str) -> None:
        """Handle text; white space of any kind becomes a space."""
        if not self._silent:
            self._text.append(re.sub("[ \t\r\n\f]+", " ", text))

    def close(self) -> list[Row]:
        """Return all rows."""
        self._line()
        return self.rows

    def _break(self, tag: str) -> None:
        """Break the line in a cell, or start a new row outside cells. A table in a cell has rows of its own."""
        if self._cell and tag != "table":
            self._text.append("\n")
        else:
            self._line()

    def _line(self) -> None:
        """Add the text outside cells as a row."""
        if text := self._take_text():
            self.rows.append([text])

    def _take_text(self) -> str:
        """Take the text since the last cell or line."""
        lines = (re.sub(" +", " ", line).strip() for line in "".join(self._text).split("\n"))
        self._text, self._cell = [], False
        return "\n".join(filter(None, lines))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._text, self._cell = [], True
        self._span = (
            _span(attributes, "colspan", most=MAX_COLUMNS),
            _span(attributes, "rowspan", most=MAX_ROWS),
        )
        if self._open[-1] is None:
            self._open[-1] = []

    def _end_cell(self) -> None:
        text, row = self._take_text(), self._open[-1]
        if row is None:
            return
        self._skip_spanned(row)
        wide, high = self._span
        if len(row) >= MAX_COLUMNS:
            self.cut += bool(text)
            return
        if high > 1:
            self._below[-1].update(dict.fromkeys(range(len(row), len(row) + wide), high))
        row += [text or None, *[None] * (wide - 1)]

    def _skip_spanned(self, row: Row) -> None:
        while self._below[-1].get(len(row), 0) > 0:
            row.append(None)

    def _end_row(self) -> None:
        row = self._open[-1]
        self._open[-1] = None
        if row is not None:
            self.rows.append(row)
        self._below[-1] = {place: left - 1 for place, left in self._below[-1].items() if left > 1}


def _span(attributes: dict[str, str], name: str, *, most: int) -> int:
    text = attributes.get(name, "").strip()
    return min(max(int(text), 1), most) if re.fullmatch("[0-9]{1,8}", text) else 1


def read_html(text: str) -> Content:
    """The tables of a page, one below the other, as one sheet. Raise Unreadable for tags without any text."""
    # Found before the page is parsed, which takes far longer.
    if not TEXT.search(text):
        raise Unreadable("empty" if TABLE.search(text) else "no_table")
    return _content([("", text)])


def read_pages(pages: Sequence[tuple[str, str]]) -> Content:
    """The sheets of a "single file web page" of (location, page): those that its first page lists, else that page."""
    if not pages:
        raise Unreadable("no_table")
    by_file = {place.rpartition("/")[2]: page for place, page in pages}
    named = [(html.unescape(name), place.rpartition("/")[2]) for name, place in SHEET_OF_PAGES.findall(pages[0][1])]
    return _content([(name, by_file[file]) for name, file in named if file in by_file] or [("", pages[0][1])])


def pages_in_archive(data: bytes) -> Iterator[tuple[str, bytes]]:
    """(location, page) of each page in a "single file web page", which some systems and Excel itself name .xls."""
    import email

    for part in email.message_from_bytes(data).walk():
        page = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(page, bytes):
            yield part.get("Content-Location", ""), page


def _content(pages: Sequence[tuple[str, str]]) -> Content:
    """The pages that have a table, each as a sheet."""
    sheets = [sheet for name, text in pages if (sheet := _page(name, text))]
    if not sheets:
        raise Unreadable("no_table")
    return Content(kind="html", sheets=sheets)


def _page(name: str, text: str) -> RawSheet | None:
    """The tables of a page, one below the other; None if it has none."""
    from lxml import etree

    if not text.strip():
        return None
    collected = HtmlRows()
    parser = etree.HTMLParser(target=collected, encoding="utf-8", no_network=True, huge_tree=True)
    rows = etree.fromstring(text.encode(), parser)
    if not collected.tables:
        return None
    cells, cut = table_of(cast(list[Row], rows))
    return RawSheet(name=name, cells=trimmed(cells), cut=cut + collected.cut)


# --- XML of Excel 2003 ---------------------------------------------------------------------------


class XmlSheet:
    """Collects the rows of a sheet. Rows and cells give their index only where they skip some."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.error_places: list[tuple[int, int]] = []
        self.formulas = 0
        self.cut = 0

    def add(self, element: Any) -> None:
        """Add a row, with the empty rows that its index skips and those that its span adds."""
        if index := element.get(f"{SS}Index"):
            self.rows.extend([[]] * (min(int(index), MAX_ROWS) - 1 - len(self.rows)))
        self.rows.append(self._row(element))
        if more := element.get(f"{SS}Span"):
            self.rows.extend([[]] * min(int(more), MAX_ROWS - len(self.rows)))

    def as_sheet(self, name: str) -> RawSheet:
        """The sheet under its name."""
        cells, cut = table_of(self.rows)
        return RawSheet(
            name=name,
            cells=trimmed(cells),
            errors=len(self.error_places),
            cut=cut + self.cut,
            error_places=self.error_places,
            formulas=self.formulas,
        )

    def _row(self, element: Any) -> Row:
        row = Row()
        for cell in element.iterchildren(f"{SS}Cell"):
            if index := cell.get(f"{SS}Index"):
                row.extend([None] * (min(int(index), MAX_COLUMNS + 1) - 1 - len(row)))
            data = cell.find(f"{SS}Data")
            if len(row) >= MAX_COLUMNS:
                self.cut += data is not None
                continue
            if data is not None and data.get(f"{SS}Type") == "Error":
                self.error_places.append((len(self.rows) + 1, len(row)))
            self.formulas += cell.get(f"{SS}Formula") is not None and _is_empty(data)
            row.append(_xml_value(data))
            if merged := cell.get(f"{SS}MergeAcross"):
                row.extend([None] * min(int(merged), MAX_COLUMNS))
        return row


def read_xml_2003(text: str) -> Content:
    """The sheets of an "XML Spreadsheet 2003"."""
    from lxml import etree

    try:
        sheets = _xml_sheets(re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode())
    except etree.XMLSyntaxError as fault:
        raise Unreadable("damaged") from fault
    return Content(
        kind="xml",
        sheets=sheets,
        date1904="Date1904" in text[:65536],
        modified=modified(text[:65536].encode()),
    )


def _xml_sheets(xml: bytes) -> list[RawSheet]:
    from lxml import etree

    events = etree.iterparse(
        io.BytesIO(xml),
        tag=(f"{SS}Row", f"{SS}Worksheet"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
    )
    sheets, sheet = [], XmlSheet()
    for _, element in events:
        if element.tag == f"{SS}Row":
            sheet.add(element)
        else:
            sheets.append(sheet.as_sheet(element.get(f"{SS}Name", "")))
            sheet = XmlSheet()
        element.clear()
    return sheets


def _is_empty(data: Any) -> bool:
    """Whether a formula has no stored value; an empty text is a value."""
    return data is None or (data.get(f"{SS}Type") != "String" and not "".join(data.itertext()))


def _xml_value(data: Any) -> str | None:
    """A value as text, as an Excel workbook would have given it."""
    kind = None if data is None else data.get(f"{SS}Type")
    if data is None or kind == "Error":
        return None
    text: str = data.text or "" if not len(data) else "".join(data.itertext())
    if kind == "DateTime":
        return re.sub(ISO_MOMENT, r"\1 \2", text)
    if kind == "Boolean":
        return {"1": "true", "0": "false"}.get(text, text)
    if kind == "Number" and "E" in text.upper():
        number = float(text)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return text
