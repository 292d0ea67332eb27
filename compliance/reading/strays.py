"""Stray cells of xlsx: a sheet that reaches far beyond its table is seen, and cut to the table."""

import io
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from compliance.reading.cells import MAX_COLUMNS, ROOMY, SPARSE, Unreadable

# The library lays a sheet out as a full rectangle, about 85 bytes a cell.
MAX_CELLS: Final = 30_000_000
# A stray cell is one that lies this far from the rest of a sheet that would not fit.
ROW_GAP: Final = 1000
COLUMN_GAP: Final = 50
TAIL: Final = 65536
# What a cell contains if it is more than a format.
FILLED: Final = ("v", "is")


@dataclass
class Scan:
    """What can be seen of a sheet's XML while it is inflated, without reading it."""

    head: bytes = b""
    tail: bytes = b""
    cells: int = 0
    rows: int = 0
    iso_dates: bool = False
    hidden_errors: bool = False
    formulas: int = 0
    rest: bytes = b""

    def add(self, piece: bytes) -> None:
        """Takes note of the next piece; counts are estimates, a little too high."""
        self.head = self.head or piece[:4096]
        self.tail = (self.tail + piece if len(piece) < TAIL else piece)[-TAIL:]
        self.cells += piece.count(b"<c") + piece.count(b":c")
        self.rows += piece.count(b"<row") + piece.count(b":row")
        self.iso_dates |= b't="d"' in piece
        self.hidden_errors |= b'calcext:value-type="error"' in piece
        self._count_formulas(self.rest + piece)

    def _count_formulas(self, xml: bytes) -> None:
        """Counts the formulas without a value; a cell that is not closed yet waits for the next piece."""
        root = re.search(rb"<(\w+:)?worksheet\b", self.head)
        prefix = (root and root[1]) or b""
        if b"<%bf" % prefix in xml:
            self.formulas += _unknown_values(xml, prefix)
        self.rest = xml[max(xml.rfind(b"</%bc>" % prefix), len(xml) - TAIL, 0) :]

    @property
    def sparse(self) -> bool:
        """Whether the sheet claims to reach much further than it has cells."""
        area = self._claimed()
        last = re.findall(rb"<(?:\w+:)?row\b[^>]{0,500}?\br=[\"'](\d+)[\"']", self.tail)
        long = bool(last) and int(last[-1]) > max(100_000, SPARSE * self.rows)
        return long or (area > ROOMY and area > SPARSE * self.cells)

    def _claimed(self) -> int:
        said = re.search(rb"<(?:\w+:)?dimension\b[^>]*\bref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']", self.head)
        if not said:
            return 0
        width = column_number(said[3].decode()) - column_number(said[1].decode()) + 1
        return width * (int(said[4]) - int(said[2]) + 1)


def _unknown_values(xml: bytes, prefix: bytes) -> int:
    """How many formulas have no value after them; an empty one counts as none unless the cell is a text."""
    formula = rb"<%bf(?:\s[^<>]*)?(?:/>|>[^<]*</%bf>)\s*(?:</%bc>|(<%bv(?:\s[^<>]*)?(?:/>|>\s*</%bv>)))"
    found = re.finditer(formula.replace(b"%b", prefix), xml)
    return sum(not (cell[1] and _is_text(xml[max(0, cell.start() - 500) : cell.start()], prefix)) for cell in found)


def _is_text(before: bytes, prefix: bytes) -> bool:
    """Whether the cell that begins last in some XML is said to hold a text."""
    return re.search(rb"\st=[\"']str[\"']", before[before.rfind(b"<%bc" % prefix) :]) is not None


def column_number(letters: str) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class Places:
    """Follows the cells of a sheet's XML and knows where each stands, also where it does not say so."""

    def __init__(self) -> None:
        self.row = -1
        self.column = -1

    def start(self, tag: str, attributes: dict[str, str]) -> bool:
        """Takes note of a start tag; true for a cell."""
        said = attributes.get("r")
        if tag == "row":
            self.row = int(said) - 1 if said else self.row + 1
            self.column = -1
        elif tag == "c":
            letters = said.rstrip("0123456789").upper() if said else ""
            self.column = column_number(letters) if letters else self.column + 1
            if letters and said:
                self.row = int(said[len(letters) :]) - 1
        return tag == "c"


def near_cells(xml: bytes) -> tuple[bytes, int]:
    """The sheet's XML without stray cells, where it reaches over far more cells than it has; how many were filled."""
    rows, columns = _used(xml)
    if _area(rows, columns) <= max(ROOMY, SPARSE * rows.total()):
        return xml, 0
    last_row = _end_of_block(rows, gap=ROW_GAP)
    last_column = min(_end_of_block(columns, gap=COLUMN_GAP), MAX_COLUMNS - 1)
    if _area([min(rows), last_row], [min(columns), last_column]) > MAX_CELLS:
        raise Unreadable("too_large")
    return _cut(xml, last_row=last_row, last_column=last_column)


def _area(rows: Collection[int], columns: Collection[int]) -> int:
    if not rows:
        return 0
    return (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)


def _expat() -> Any:
    """A parser that refuses entities of the document's own."""
    from xml.parsers import expat

    def refuse(*_: object) -> None:
        raise Unreadable("damaged")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.EntityDeclHandler = refuse
    return parser


def _used(xml: bytes) -> tuple[Counter[int], Counter[int]]:
    """How many filled cells each row and each column of a sheet has."""
    places, rows, columns = Places(), Counter[int](), Counter[int]()

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if not places.start(tag, attributes) and tag in FILLED:
            rows[places.row] += 1
            columns[places.column] += 1

    parser = _expat()
    parser.StartElementHandler = start
    parser.Parse(xml, True)
    return rows, columns


def _end_of_block(used: Counter[int], *, gap: int) -> int:
    """The last place of the fullest run of places, where a run ends before a gap that is too wide."""
    runs: list[tuple[int, int]] = []
    before = None
    for place in sorted(used):
        if before is None or place - before > gap:
            runs.append((0, place))
        runs[-1] = (runs[-1][0] + used[place], place)
        before = place
    fullest = max((count for count, _ in runs), default=0)
    return next((end for count, end in runs if count == fullest), 0)


def _cut(xml: bytes, *, last_row: int, last_column: int) -> tuple[bytes, int]:
    """The sheet's XML without the cells beyond the last row and column, and how many of those were filled."""
    places, kept, parser = Places(), io.BytesIO(), _expat()
    position, cutting, lost = 0, False, 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal cutting, position, lost
        tag = name.rpartition(" ")[2]
        if not places.start(tag, attributes):
            lost += cutting and tag in FILLED
            return
        stray = places.row > last_row or places.column > last_column
        if stray and not cutting:
            kept.write(xml[position : parser.CurrentByteIndex])
        elif cutting and not stray:
            position = parser.CurrentByteIndex
        cutting = stray

    def end(name: str) -> None:
        nonlocal cutting, position
        if cutting and name.rpartition(" ")[2] == "row":
            position, cutting = parser.CurrentByteIndex, False

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(xml, True)
    kept.write(xml[position:])
    return kept.getvalue(), lost
