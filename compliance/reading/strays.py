"""Stray cells of xlsx: detect a sheet that reaches far beyond its table, and cut it to the table.

Excel stores a cell that was once formatted or filled, however far away. The library lays out the whole rectangle.
"""

import io
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from compliance.reading.cells import MAX_COLUMNS, ROOMY, SPARSE, Unreadable

# fastexcel lays a sheet out as a full rectangle, about 85 bytes a cell.
MAX_CELLS: Final = 30_000_000
# A stray cell lies this far from the rest, in a sheet that would not fit.
ROW_GAP: Final = 1000
COLUMN_GAP: Final = 50
TAIL: Final = 65536
# What a cell has whose text is a date of ISO 8601.
ISO: Final = b't="d"'
# The elements of a cell that holds a value, not only a format.
FILLED: Final = ("v", "is")


@dataclass
class Scan:
    """Properties of a sheet's XML, gathered while it is inflated, without parsing it."""

    head: bytes = b""
    tail: bytes = b""
    cells: int = 0
    rows: int = 0
    iso_dates: bool = False
    hidden_errors: bool = False
    formulas: int = 0
    rest: bytes = b""

    def add(self, piece: bytes) -> None:
        """Take in the next piece. Counts are estimates, a little too high where a piece ends within a tag."""
        self.head = self.head or piece[:4096]
        border = self.tail[-len(ISO) :] + piece[: len(ISO)]
        self.tail = (self.tail + piece if len(piece) < TAIL else piece)[-TAIL:]
        root = re.search(rb"<(\w+:)?worksheet\b", self.head)
        prefix = (root and root[1]) or b""
        if claimed_area(self.head) > ROOMY:
            self.cells += piece.count(b"<%bc" % prefix)
        self.rows += piece.count(b"<%brow" % prefix)
        self.iso_dates = self.iso_dates or ISO in piece or ISO in border
        self.hidden_errors |= root is None and b'calcext:value-type="error"' in piece
        self._count_formulas(piece, prefix)

    def _count_formulas(self, piece: bytes, prefix: bytes) -> None:
        """Count the formulas without a value. A cell that is not closed yet waits for the next piece."""
        formula, end = b"<%bf" % prefix, b"</%bc>" % prefix
        if formula in piece or formula in self.rest + piece[: len(formula)]:
            piece = self.rest + piece
            self.formulas += _unknown_values(piece, prefix)
            self.rest = b""
        closed = piece.rfind(end)
        self.rest = piece[max(closed, len(piece) - TAIL) :] if closed >= 0 else (self.rest + piece)[-TAIL:]

    @property
    def sparse(self) -> bool:
        """Whether the sheet claims to reach much further than it has cells."""
        area = claimed_area(self.head)
        last = re.findall(rb"<(?:\w+:)?row\b[^>]{0,500}?\br=[\"'](\d+)[\"']", self.tail)
        long = bool(last) and int(last[-1]) > max(100_000, SPARSE * self.rows)
        return long or (area > ROOMY and area > SPARSE * self.cells)


def claimed_area(head: bytes) -> int:
    """How many cells the sheet has that begins with this XML, as it says itself; 0 if it does not."""
    match = re.search(rb"<(?:\w+:)?dimension\b[^>]*\bref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']", head)
    if not match:
        return 0
    width = column_number(match[3].decode()) - column_number(match[1].decode()) + 1
    return width * (int(match[4]) - int(match[2]) + 1)


def _unknown_values(xml: bytes, prefix: bytes) -> int:
    """How many formulas have no stored value. An empty value counts as none unless the cell is of type text."""
    formula = rb"<%bf(?:\s[^<>]*)?(?:/>|>[^<]*</%bf>)\s*(?:</%bc>|(<%bv(?:\s[^<>]*)?(?:/>|>\s*</%bv>)))"
    matches = re.finditer(formula.replace(b"%b", prefix), xml)
    return sum(not (cell[1] and _is_text(xml[max(0, cell.start() - 500) : cell.start()], prefix)) for cell in matches)


def _is_text(before: bytes, prefix: bytes) -> bool:
    """Whether the last cell that begins in some XML is of type text."""
    return re.search(rb"\st=[\"']str[\"']", before[before.rfind(b"<%bc" % prefix) :]) is not None


def column_number(letters: str) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class Places:
    """Follows the cells of a sheet's XML and knows the position of each, even if the cell does not give it."""

    def __init__(self) -> None:
        self.row = -1
        self.column = -1

    def start(self, tag: str, attributes: dict[str, str]) -> bool:
        """Handle a start tag; return whether it is a cell."""
        reference = attributes.get("r")
        if tag == "row":
            self.row = int(reference) - 1 if reference else self.row + 1
            self.column = -1
        elif tag == "c":
            letters = reference.rstrip("0123456789").upper() if reference else ""
            self.column = column_number(letters) if letters else self.column + 1
            if letters and reference:
                self.row = int(reference[len(letters) :]) - 1
        return tag == "c"


def near_cells(xml: bytes) -> tuple[bytes, int]:
    """The sheet's XML without stray cells if it is sparse, and how many filled cells were cut.

    Raise Unreadable if even the table is too large.
    """
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
    """A parser that refuses a document's own entities."""
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
    """The last index of the fullest block, where a gap wider than `gap` ends a block."""
    blocks: list[tuple[int, int]] = []
    before = None
    for place in sorted(used):
        if before is None or place - before > gap:
            blocks.append((0, place))
        blocks[-1] = (blocks[-1][0] + used[place], place)
        before = place
    fullest = max((count for count, _ in blocks), default=0)
    return next((end for count, end in blocks if count == fullest), 0)


def _cut(xml: bytes, *, last_row: int, last_column: int) -> tuple[bytes, int]:
    """The sheet's XML without the cells beyond the last row and column, and how many of those were filled."""
    # Copies the spans of bytes between stray cells; `position` is where the current span begins.
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
