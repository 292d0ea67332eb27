"""Write the slides of a review as PowerPoint: real placeholders, native tables, and charts that can be edited.

A text that is too long for its placeholder is cut between two words, by the widths of Arial, which is on every machine
with Office; other programs have a typeface with the same widths.
"""

import re
from collections.abc import Sequence
from copy import deepcopy
from itertools import accumulate
from typing import Any, Final

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.util import Pt

from compliance.core.language import N_, SOFT_HYPHEN, Language
from compliance.counting.assessing import Status
from compliance.report.blocks import Column, Table, map_texts
from compliance.report.slides.charts import COLOURS, add_chart
from compliance.report.slides.layouts import (
    FOOTER,
    LAYOUTS,
    NUMBER,
    TABLE_STYLE,
    Place,
    deck_bytes,
    empty_deck,
    emu,
    layout_name,
    place_name,
)
from compliance.report.slides.slides import STATUS_COLUMN, Slide, Slides
from compliance.report.writers.widths import arial_width

POINT: Final = 2.54 / 72
LEADING: Final = 1.2
# Bold letters are at most this much wider; a little room is spared, since programs differ.
BOLD, SPARE = 1.09, 1.02
ELLIPSIS: Final = "…"
# The height of a table's heading, and the margins of a cell, in cm.
HEAD, SIDE, ABOVE = 0.97, 0.2, 0.1
# The space between the lines of a list, in cm.
SPACING: Final = 0.22
# No line has room for more letters of a word.
MOST_LETTERS: Final = 500
# Characters that XML or PowerPoint cannot hold; a line break stays.
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_WORD: Final = re.compile("[^ ]+")


def write_slides(slides: Slides) -> bytes:
    """Write the slides as a PowerPoint file. The same slides always give the same bytes."""
    slides = map_texts(slides, _drawable)
    footer = _fit(slides.footer, FOOTER)
    deck = empty_deck(slides, footer)
    for slide in slides.slides:
        _add(deck, slide, slides, footer)
    return deck_bytes(deck, slides)


def _drawable(text: str) -> str:
    """The text with only the characters that a slide can show. PowerPoint would draw a soft hyphen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(SOFT_HYPHEN, "")
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _add(deck: Deck, slide: Slide, slides: Slides, footer: str) -> None:
    say = Language(slides.language)
    drawn: Any = deck.slides.add_slide(deck.slide_layouts.get_by_name(layout_name(slide.kind, slides)))
    for name, place in LAYOUTS[slide.kind].items():
        text = slides.draft or "" if name == "draft" else slide.texts.get(name, "")
        _fill(drawn.placeholders[place.number], slide, name, place, text, say)
    _place(drawn, "footer", FOOTER, say).text_frame.text = footer
    _number(_place(drawn, "number", NUMBER, say), drawn.slide_layout, len(deck.slides))
    if slide.notes:
        drawn.notes_slide.notes_text_frame.text = slide.notes


# --- Places -------------------------------------------------------------------------------------------------------


def _fill(shape: Any, slide: Slide, name: str, place: Place, text: str, say: Language) -> None:
    """Fill a placeholder with what the slide has for it, or remove it."""
    shape.name = place_name(name, say)
    if place.kind == "chart" and slide.chart:
        add_chart(shape, slide.chart, place, head=HEAD if slide.table else 0.0, code=say.code)
    elif place.kind == "tbl" and slide.table:
        _add_table(shape, slide, slide.table, place)
    elif fitted := _fit(text, place, more=_more(place, say)):
        shape.text_frame.text = fitted
        if name == "mark" and slide.statuses[0]:
            _colour(shape.text_frame, slide.statuses[0])
    else:
        shape.element.getparent().remove(shape.element)


def _more(place: Place, say: Language) -> str:
    """The end of a text that is cut. In a place for several lines it says where the rest is."""
    several = place.kind == "body" and place.box.height >= 3 * _line(place.size)
    return say(N_("… (more in the Word file)")) if several else ELLIPSIS


def _colour(frame: Any, status: Status) -> None:
    """Give the first line of a text the colour of a status."""
    frame.paragraphs[0].runs[0].font.color.theme_color = COLOURS[status]


def _place(drawn: Any, key: str, place: Place, say: Language) -> Any:
    """Add a placeholder that the library does not copy from the layout, last in the reading order."""
    drawn.shapes.clone_placeholder(drawn.slide_layout.placeholders.get(place.number))
    shape = drawn.placeholders[place.number]
    shape.name = place_name(key, say)
    return shape


def _number(shape: Any, layout: Any, number: int) -> None:
    """Write a slide's number as the field of the layout."""
    field = deepcopy(next(layout.element.iter(qn("a:fld"))))
    field.find(qn("a:t")).text = str(number)
    shape.text_frame.paragraphs[0]._p.append(field)


# --- Tables -------------------------------------------------------------------------------------------------------


def _add_table(shape: Any, slide: Slide, table: Table, place: Place) -> None:
    """Add a native table whose rows share the height of its place; next to a chart they are equally high."""
    frame = _empty_table(shape, table)
    heads, high = tuple(column.heading for column in table.columns), (place.box.height - HEAD) / len(table.rows)
    for row, status, drawn in zip((heads, *table.rows), (None, *slide.statuses), frame.table.rows, strict=True):
        head = row is heads
        room, even = HEAD if head else high, head or slide.chart is not None
        _write_row(drawn, table.columns, row, size=place.size, high=room, head=head, even=even)
        if status:
            _colour(drawn.cells[STATUS_COLUMN].text_frame, status)
    frame.height = sum(row.height for row in frame.table.rows)


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


def _write_row(
    drawn: Any, columns: Sequence[Column], row: Sequence[str], *, size: float, high: float, head: bool, even: bool
) -> None:
    """Write as much of a row as fits in a height. The row gets the height it needs, or all of it if `even`."""
    above, used = ABOVE if even else 2 * ABOVE, 1
    most = int((high - ABOVE - above) / _line(size))
    for index, (cell, column, text) in enumerate(zip(drawn.cells, columns, row, strict=True)):
        bold = head or index == STATUS_COLUMN
        room = _room(column.width - 2 * SIDE, size, bold=bold)
        fitted, lines = _fit_lines(text, room=room, lines=most, more=ELLIPSIS)
        used = max(used, lines)
        _write_cell(cell, fitted, column, size=size, bold=bold)
        cell.margin_left, cell.margin_top = emu(SIDE if index else 0), emu(above)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE if even else MSO_ANCHOR.TOP
    drawn.height = emu(high if even else min(high, used * _line(size) + above + 2 * ABOVE))


def _write_cell(cell: Any, text: str, column: Column, *, size: float, bold: bool) -> None:
    """Write a cell; `bold` makes its first line bold."""
    cell.margin_bottom, cell.margin_right = emu(ABOVE), emu(SIDE)
    cell.text_frame.text = text
    for index, paragraph in enumerate(cell.text_frame.paragraphs):
        paragraph.alignment = PP_ALIGN.RIGHT if column.align == "right" else PP_ALIGN.LEFT
        paragraph.font.size = Pt(size)
        for piece in paragraph.runs:
            piece.font.size, piece.font.bold = Pt(size), bold and index == 0


# --- How much a place holds ---------------------------------------------------------------------------------------


def _fit(text: str, place: Place, *, more: str = ELLIPSIS) -> str:
    """As much of a text as fits in a place, ending with `more` if it is cut."""
    high = _line(place.size) + (SPACING if place.hangs else 0.0)
    room = _room(place.box.width - place.hangs, place.size, bold=place.bold)
    return _fit_lines(text, room=room, lines=max(1, int(place.box.height / high)), more=more)[0]


def _line(size: float) -> float:
    """The height of a line, in cm."""
    return size * POINT * LEADING


def _room(width: float, size: float, *, bold: bool) -> float:
    """A width in cm as thousandths of the type size, the unit of `arial_width`."""
    return width / (size * POINT) * 1000 / SPARE / (BOLD if bold else 1)


def _fit_lines(text: str, *, room: float, lines: int, more: str) -> tuple[str, int]:
    """As much of a text as fits on so many lines, and how many it takes. A text that is cut ends with `more`."""
    whole: list[str] = []
    left = lines
    paragraphs = text.split("\n")
    for place, paragraph in enumerate(paragraphs):
        end, used = _letters_that_fit(paragraph, room=room, lines=left)
        if end < len(paragraph) or (used == left and place < len(paragraphs) - 1):
            # Lay the paragraph out again, with room for `more` on its last line.
            end, used = _letters_that_fit(paragraph, room=room, lines=left, spared=arial_width(more))
            return "\n".join([*whole, paragraph[:end].rstrip(" ,;:–-") + more]), lines - left + used
        whole.append(paragraph)
        left -= used
    return text, lines - left


def _letters_that_fit(text: str, *, room: float, lines: int, spared: float = 0.0) -> tuple[int, int]:
    """How many letters of a text fit on so many lines, in whole words, and how many lines they take.

    `spared` is left free at the end of the last line. The text before a tab hangs to the left of the lines.
    """
    used, held, line = 1, 0, 0.0
    for word in _WORD.finditer(text, text.find("\t") + 1):
        width = arial_width(word[0][:MOST_LETTERS])
        if line and line + arial_width(" ") + width > room - (spared if used == lines else 0.0):
            used, line = used + 1, 0.0
        free = room - (spared if used == lines else 0.0)
        if used > lines:
            return held, lines
        if width > free:
            # A word that would fit but for `more` is dropped; a word wider than any line is cut.
            return (held if held and width <= room else word.start() + _letters(word[0], free)), used
        line += width + (arial_width(" ") if line else 0)
        held = word.end()
    return len(text), used


def _letters(word: str, room: float) -> int:
    """How many letters of a word fit on a line."""
    return sum(1 for end in accumulate(map(arial_width, word[:MOST_LETTERS])) if end <= room)
