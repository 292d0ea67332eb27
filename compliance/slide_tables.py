"""Tables on slides: how wide their columns are, how high their rows, and how many rows a slide holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

from compliance.blocks import Align, Signatures, Table
from compliance.slide_design import TABLE_STYLE, Box, element, emu, tag
from compliance.slide_text import beginning, height, line_count, longest_line, longest_word, width

SIZES: Final = (16.0, 14.0, 12.0)
SIDE, ABOVE = 0.28, 0.12
# Higher than this no row becomes: the rest of its text is told in the notes.
HIGHEST: Final = 5.0
SIGNING: Final = 1.35


@dataclass(frozen=True)
class Row:
    """A row and its height in cm; `spans` says that its first cell takes the whole width."""

    cells: tuple[str, ...]
    height: float
    spans: bool = False


@dataclass(frozen=True)
class Grid:
    """The part of a table that stands on one slide, its heading row first where it has one.

    `untold` are the rows whose text is not all there, written out.
    """

    name: str
    widths: tuple[float, ...]
    aligns: tuple[Align, ...]
    rows: tuple[Row, ...]
    size: float
    headed: bool
    untold: tuple[str, ...] = ()

    @property
    def height(self) -> float:
        """The height in cm."""
        return sum(row.height for row in self.rows)


# ---------------------------------------------------------------- layout


def table_grids(table: Table, *, room: float, most: float) -> list[Grid]:
    """The table on as few slides as hold it, each at most `most` cm high, in the largest type that needs no more."""
    pages = [_pages(table, size=size, room=room, most=most) for size in SIZES]
    # What fits on one slide is as large as it can be. A long table is read in 14 points, unless 12 save many slides.
    whole = next((grids for grids in pages if len(grids) == 1), None)
    return whole or (pages[2] if len(pages[2]) <= 0.67 * len(pages[1]) else pages[1])


def _pages(table: Table, *, size: float, room: float, most: float) -> list[Grid]:
    widths = _widths(table, size=size, room=room)
    head = _row(tuple(column.heading for column in table.columns), widths=widths, size=size, bold=True)
    highest = min(HIGHEST, most - head.height)
    rows = [_held(cells, widths=widths, size=size, highest=highest) for cells in table.rows]
    aligns = tuple(column.align for column in table.columns)
    return [
        Grid(
            name=table.caption,
            widths=widths,
            aligns=aligns,
            rows=(head, *(rows[index] for index in page)),
            size=size,
            headed=True,
            untold=tuple(_told(table, index) for index in page if rows[index].cells != table.rows[index]),
        )
        for page in paged([row.height for row in rows], most=most - head.height)
    ]


def paged(heights: Sequence[float], *, most: float) -> list[range]:
    """Which rows stand on which slide: as few slides as hold them, and none with much less on it than another."""
    fewest = len(_greedy(heights, most=most))
    limit = most
    while limit > 1 and len(_greedy(heights, most=limit - 0.5)) == fewest:
        limit -= 0.5
    return _greedy(heights, most=limit)


def _greedy(heights: Sequence[float], *, most: float) -> list[range]:
    starts, used = [0], 0.0
    for index, high in enumerate(heights):
        if used and used + high > most:
            starts.append(index)
            used = 0.0
        used += high
    return [range(start, stop) for start, stop in zip(starts, [*starts[1:], len(heights)], strict=True)]


def _widths(table: Table, *, size: float, room: float) -> tuple[float, ...]:
    """The columns' shares of the width: of what is left over their text, else widened where a word would be broken."""
    shares = [column.width for column in table.columns]
    texts = [[row[index] for row in table.rows if index < len(row)] for index in range(len(shares))]
    least = [
        max(longest_word(cells, size=size), longest_word([column.heading], size=size, bold=True)) + 2 * SIDE + 0.05
        for cells, column in zip(texts, table.columns, strict=True)
    ]
    if sum(least) > room:
        return tuple(room * value / sum(least) for value in least)
    whole = [
        max(value, longest_line(cells, size=size) + 2 * SIDE + 0.05) for value, cells in zip(least, texts, strict=True)
    ]
    if sum(whole) <= room:
        unit = (room - sum(whole)) / (sum(shares) or 1)
        return tuple(value + share * unit for value, share in zip(whole, shares, strict=True))
    return _shared(shares, least, room=room)


def _shared(shares: Sequence[float], least: Sequence[float], *, room: float) -> tuple[float, ...]:
    """The room by shares, where each column has at least what it needs."""
    fixed: set[int] = set()
    while True:
        free = room - sum(least[index] for index in fixed)
        unit = free / (sum(share for index, share in enumerate(shares) if index not in fixed) or 1)
        narrow = {index for index, share in enumerate(shares) if index not in fixed and share * unit < least[index]}
        if not narrow:
            return tuple(least[i] if i in fixed else share * unit for i, share in enumerate(shares))
        fixed |= narrow


def _row(cells: tuple[str, ...], *, widths: tuple[float, ...], size: float, bold: bool = False) -> Row:
    lines = (
        line_count(cell, size=size, room=wide - 2 * SIDE, bold=bold) for cell, wide in zip(cells, widths, strict=False)
    )
    return Row(cells, height(max(lines, default=1), size=size) + 2 * ABOVE)


def _held(cells: tuple[str, ...], *, widths: tuple[float, ...], size: float, highest: float) -> Row:
    """A row that is no higher than a slide: of a cell that is, the beginning."""
    row = _row(cells, widths=widths, size=size)
    if row.height <= highest:
        return row
    most = int((highest - 2 * ABOVE) / height(1, size=size))
    shown = tuple(
        cell
        if line_count(cell, size=size, room=wide - 2 * SIDE) <= most
        else beginning(cell, size=size, room=wide - 2 * SIDE, most=most)
        for cell, wide in zip(cells, widths, strict=False)
    )
    return _row(shown, widths=widths, size=size)


def _told(table: Table, index: int) -> str:
    pairs = zip(table.columns, table.rows[index], strict=False)
    return "\n".join(f"{column.heading}: {cell}" for column, cell in pairs)


def signature_grids(signatures: Sequence[Signatures], *, room: float, most: float) -> list[Grid]:
    """Who signs, one below the other: what is signed, and under it each label with its text or a rule to write on."""
    size = SIZES[0]
    labels = [label for block in signatures for label, _ in block.lines]
    first = min(0.4 * room, max((width(label, size=size) for label in labels), default=0) + 1.2)
    widths = (first, min(room, 22.0) - first)
    rows = []
    for block in signatures:
        rows.append(Row((block.title, ""), height(1, size=size) + 0.5, spans=True))
        rows += [Row(line, max(SIGNING, _row(line, widths=widths, size=size).height)) for line in block.lines]
    names = ", ".join(block.title for block in signatures)
    return [
        Grid(names, widths, ("left", "left"), tuple(rows[i] for i in page), size, headed=False)
        for page in paged([row.height for row in rows], most=most)
    ]


# ---------------------------------------------------------------- drawing


def add_table(slide: Any, grid: Grid, *, left: float, top: float) -> None:
    """Draws the grid as a table of the slide, its heading row marked as such."""
    box = Box(left, top, sum(grid.widths), grid.height)
    frame: Any = slide.shapes.add_table(len(grid.rows), len(grid.widths), *map(emu, box))
    frame.name = grid.name or frame.name
    frame._element.nvGraphicFramePr.cNvPr.set("descr", grid.name)
    table: Any = frame.table
    table._tbl.tblPr.find(tag("a:tableStyleId")).text = TABLE_STYLE
    table.first_row, table.horz_banding, table.first_col = grid.headed, False, True
    # Edges that are computed one after the other add up without a gap.
    for lines, sizes, side in (
        (table.columns, grid.widths, "width"),
        (table.rows, [r.height for r in grid.rows], "height"),
    ):
        ends = [emu(end) for end in accumulate(sizes)]
        for line, start, end in zip(lines, [0, *ends], ends, strict=False):
            setattr(line, side, end - start)
    for number, row in enumerate(grid.rows):
        _fill(table, grid, row, number)


def _fill(table: Any, grid: Grid, row: Row, number: int) -> None:
    if row.spans:
        table.cell(number, 0).merge(table.cell(number, len(grid.widths) - 1))
    for index, text in enumerate(row.cells[: 1 if row.spans else len(grid.widths)]):
        cell = table.cell(number, index)
        _write(cell, text, size=grid.size, align=grid.aligns[index], bold=row.spans)
        # The table's edges are those of the text above it.
        cell.margin_left = emu(SIDE if index else 0)
        cell.margin_right = emu(SIDE if row.spans or index < len(grid.widths) - 1 else 0)
        if not grid.headed and not row.spans and not text:
            cell._tc.get_or_add_tcPr().append(_signing_line())
        low = not grid.headed or number == 0
        cell.vertical_anchor = MSO_ANCHOR.BOTTOM if low else MSO_ANCHOR.TOP


def _signing_line() -> Any:
    """The rule that somebody writes on."""
    return element('<a:lnB w="12700"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill></a:lnB>')


def _write(cell: Any, text: str, *, size: float, align: Align, bold: bool) -> None:
    cell.margin_top = cell.margin_bottom = emu(ABOVE)
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.text = text
    paragraph.alignment = PP_ALIGN.RIGHT if align == "right" else PP_ALIGN.LEFT
    properties = f'sz="{round(size * 100)}"' + (' b="1"' if bold else "")
    for run in paragraph._p.iter(tag("a:r"), tag("a:br")):
        old = run.find(tag("a:rPr"))
        if old is not None:
            run.remove(old)
        run.insert(0, element(f"<a:rPr {properties}/>"))
    paragraph._p.append(element(f"<a:endParaRPr {properties}/>"))
