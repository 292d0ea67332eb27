"""Write the slides of a review as PowerPoint: real placeholders, native tables, and charts that can be edited.

A text that is too long for its placeholder gets a smaller type; what even so does not fit is whole in the notes.
"""

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Final

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.presentation import Presentation as Deck
from pptx.util import Pt

from compliance.core.language import N_, SOFT_HYPHEN, Language
from compliance.counting.assessing import Status
from compliance.report.blocks import Table, map_texts
from compliance.report.slides.charts import COLOURS, add_chart
from compliance.report.slides.contents import Slide, Slides
from compliance.report.slides.fitting import (
    ABOVE,
    ELLIPSIS,
    NARROW,
    SIDE,
    TALLEST,
    Grid,
    fit,
    fit_lines,
    grid_of,
    hang_of,
    line,
    room_of,
)
from compliance.report.slides.layouts import (
    FOOTER,
    KINDS,
    LAYOUTS,
    NUMBER,
    TABLE_STYLE,
    Place,
    deck_bytes,
    empty_deck,
    emu,
    place_name,
)
from compliance.wording.tables import Head

# How much lighter than the colour of its status a cell is, and its saturation in thousandths of a per cent.
TINTS: Final = {Status.GREEN: (0.9, 35_000), Status.YELLOW: (0.78, 84_000), Status.RED: (0.72, 80_000)}
# Rows are at most this much higher than they need to be, in cm.
AIR: Final = 0.5
# Characters that XML or PowerPoint cannot hold; a line break stays.
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def write_slides(slides: Slides) -> bytes:
    """Write the slides as a PowerPoint file. The same slides always give the same bytes."""
    slides = map_texts(slides, _drawable)
    report, footer = slides.report, fit(slides.report.footer, FOOTER).text
    deck = empty_deck(report, footer)
    for slide in slides.slides:
        _Drawing(deck, slide, Language(report.language)).draw(report.draft or "", footer)
    return deck_bytes(deck, report)


def _drawable(text: str) -> str:
    """The text with only the characters that a slide can show. PowerPoint would draw a soft hyphen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(SOFT_HYPHEN, "")
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


class _Drawing:
    """One slide while it is drawn; `longer` are the texts that do not fit, which its notes have whole."""

    def __init__(self, deck: Deck, slide: Slide, say: Language) -> None:
        self.slide, self.say, self.places = slide, say, LAYOUTS[slide.kind]
        layout = deck.slide_layouts.get_by_name(say(KINDS[slide.kind]))
        self.drawn: Any = deck.slides.add_slide(layout)
        self.number = len(deck.slides)
        self.more = say(N_("… (continues in the notes)"))
        self.longer: list[str] = []

    def draw(self, draft: str, footer: str) -> None:
        """Fill every place, with the mark of a draft, the footer and the number, and write the notes."""
        for name, place in self.places.items():
            self._fill(name, place, draft if name == "draft" else self.slide.texts.get(name, ""))
        self._place("footer", FOOTER).text_frame.text = footer
        self._write_number(self._place("number", NUMBER))
        if notes := "\n\n".join(filter(None, (self.slide.notes, *self.longer))):
            self.drawn.notes_slide.notes_text_frame.text = notes

    # --- Places ---------------------------------------------------------------------------------------------------

    def _fill(self, name: str, place: Place, text: str) -> None:
        """Fill a placeholder with what the slide has for it, or remove it."""
        shape = self.drawn.placeholders[place.number]
        shape.name = place_name(name, self.say)
        if chart := self.slide.charts.get(name):
            add_chart(shape, chart, place, say=self.say)
        elif place.kind == "tbl" and self.slide.table:
            self._add_table(shape, self.slide.table, place)
        elif text and place.kind not in {"tbl", "chart"}:
            self._write(shape, name, place, text)
        else:
            shape.element.getparent().remove(shape.element)

    def _write(self, shape: Any, name: str, place: Place, text: str) -> None:
        """Write a text at the size at which it fits, and so do those beside it."""
        more = self.more if place.box.height > 2 * line(place.size) else ELLIPSIS
        beside = {key: each for key, each in self.places.items() if key.rstrip("123") == name.rstrip("123")}
        most = min(fit(self.slide.texts.get(key, text), each).size for key, each in beside.items())
        fitted = fit(text, place, more=more, most=most)
        shape.text_frame.text = fitted.text
        if not fitted.whole and text not in self.slide.notes:
            self.longer.append(text)
        hangs = emu(hang_of(text, place, fitted.size))
        for paragraph in shape.text_frame.paragraphs:
            if not place.bullets and (hangs or place.hangs):
                hang = hangs if "\t" in paragraph.text else 0
                paragraph._p.get_or_add_pPr().attrib.update({"marL": str(hang), "indent": str(-hang)})
            for piece in paragraph.runs if fitted.size != place.size else ():
                piece.font.size = Pt(fitted.size)
        if status := self.slide.marks.get(name):
            _colour(shape.text_frame, status)

    def _place(self, key: str, place: Place) -> Any:
        """Add a placeholder that the library does not copy from the layout, last in the reading order."""
        self.drawn.shapes.clone_placeholder(self.drawn.slide_layout.placeholders.get(place.number))
        shape = self.drawn.placeholders[place.number]
        shape.name = place_name(key, self.say)
        return shape

    def _write_number(self, shape: Any) -> None:
        """Write the slide's number as the field of the layout."""
        field = deepcopy(next(self.drawn.slide_layout.element.iter(qn("a:fld"))))
        field.find(qn("a:t")).text = str(self.number)
        shape.text_frame.paragraphs[0]._p.append(field)

    # --- Tables ---------------------------------------------------------------------------------------------------

    def _add_table(self, shape: Any, table: Table, place: Place) -> None:
        """Add a native table. Its rows share some of the height that is left; what does not fit goes to the notes."""
        grid = grid_of(self.slide)
        size = self.slide.size or grid.pages(place)[0].size
        frame = _empty_table(shape, table)
        high = grid.head_height(size)
        heads, *drawn = frame.table.rows
        _write_head(heads, table, size, upright=grid.stands)
        for cell in list(heads.cells)[1:] if grid.upright and not grid.stands else ():
            _centre(cell)
        heads.height = emu(high)
        room = place.box.height - high
        needed = [grid.row_height(row, size) for row in table.rows]
        air = min(AIR, max(0.0, room - sum(needed)) / max(1, len(needed)))
        statuses = table.statuses or ((),) * len(drawn)
        for row, cells, height, marks in zip(drawn, table.rows, needed, statuses, strict=True):
            row.height = emu(min(height, room) + air)
            self._write_row(row, grid, cells, size=size, lines=int((room - 2 * ABOVE) / line(size)), statuses=marks)
        frame.height = sum(row.height for row in frame.table.rows)

    def _write_row(
        self,
        drawn: Any,
        grid: Grid,
        row: Sequence[str],
        *,
        size: float,
        lines: int,
        statuses: Sequence[Status | None],
    ) -> None:
        """Write a row with the colours of its statuses, in a heat table as the ground of its cells."""
        marks = statuses or (None,) * len(row)
        for place, (column, text, status) in enumerate(zip(grid.table.columns, row, marks, strict=True)):
            cell = drawn.cells[place]
            fitted, _ = fit_lines(text, room=grid.room(place, size), lines=lines, more=self.more)
            if fitted != text:
                self.longer.append(f"{row[0]}: {text}" if place else text)
            _write_cell(cell, fitted, column, size=size, first=place == 0)
            if grid.upright and place:
                _centre(cell)
            if status:
                _mark(cell, status, fill=grid.upright)


def _colour(frame: Any, status: Status) -> None:
    """Give the first line of a text the colour of a status."""
    frame.paragraphs[0].runs[0].font.color.theme_color = COLOURS[status]


def _mark(cell: Any, status: Status, *, fill: bool) -> None:
    """Mark a cell with a status by the colour of its first line, or by its fill; below the limit in bold."""
    if not fill:
        _colour(cell.text_frame, status)
    elif status in TINTS:
        cell.fill.solid()
        ground, (lighter, saturation) = cell.fill.fore_color, TINTS[status]
        ground.theme_color, ground.brightness = COLOURS[status], lighter
        pale = OxmlElement("a:satMod")
        pale.set("val", str(saturation))
        cell._tc.tcPr.find(f".//{qn('a:schemeClr')}").insert(0, pale)
    cell.text_frame.paragraphs[0].runs[0].font.bold = status == Status.RED or not fill


def _empty_table(shape: Any, table: Table) -> Any:
    """Add a table in our style, with its heading row and first column marked as such."""
    name, frame = shape.name, shape.insert_table(len(table.rows) + 1, len(table.columns))
    frame.name, native = name, frame.table
    frame._element.nvGraphicFramePr.cNvPr.set("descr", table.caption)
    native._tbl.tblPr.find(qn("a:tableStyleId")).text = TABLE_STYLE
    native.first_row, native.horz_banding, native.first_col = True, False, True
    for drawn, column in zip(native.columns, table.columns, strict=True):
        drawn.width = emu(column.width)
    return frame


def _write_head(drawn: Any, table: Table, size: float, *, upright: bool) -> None:
    """Write the headings; with `upright` they stand, but for the first."""
    for place, (cell, column) in enumerate(zip(drawn.cells, table.columns, strict=True)):
        text = column.label
        if upright and place:
            text, _ = fit_lines(text, room=room_of(TALLEST - 2 * SIDE, size, bold=True), lines=1, more=ELLIPSIS)
        _write_cell(cell, text, column, size=size, first=place == 0)
        for paragraph in cell.text_frame.paragraphs:
            for piece in paragraph.runs:
                piece.font.bold = True
        cell.vertical_anchor = MSO_ANCHOR.BOTTOM
        if upright and place:
            cell._tc.get_or_add_tcPr().set("vert", "vert270")
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE


def _write_cell(cell: Any, text: str, column: Head, *, size: float, first: bool) -> None:
    """Write a cell; the first of a row has no margin to its left."""
    cell.margin_top = cell.margin_bottom = emu(ABOVE)
    cell.margin_left, cell.margin_right = emu(0 if first else SIDE), emu(SIDE)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.text_frame.text = text
    for paragraph in cell.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.RIGHT if column.numeric else PP_ALIGN.LEFT
        paragraph.font.size = Pt(size)
        for piece in paragraph.runs:
            piece.font.size, piece.font.bold = Pt(size), False


def _centre(cell: Any) -> None:
    cell.margin_left = cell.margin_right = emu(NARROW)
    for paragraph in cell.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.CENTER
