"""The slides of a review as a PowerPoint file: real placeholders, native tables, and charts that can be edited.

Every text stands in its place in its type. One that is too long for it is cut between two words, by the widths of the
typeface, which is on every machine with Office; other programs have a twin with the same widths.
"""

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace
from itertools import accumulate
from typing import Any, Final, TypeVar

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.util import Pt

from compliance.core.language import N_, SOFT_HYPHEN, Language
from compliance.counting.assessing import Status
from compliance.report.blocks import Column, Table
from compliance.report.slides.charts import COLOURS, add_chart
from compliance.report.slides.layouts import (
    FOOTER,
    LAYOUTS,
    NUMBER,
    TABLE_STYLE,
    Place,
    empty_deck,
    emu,
    layout_name,
    place_name,
    saved,
)
from compliance.report.slides.slides import MARKED, Slide, Slides
from compliance.report.writers.widths import arial_width

T = TypeVar("T")
POINT: Final = 2.54 / 72
LEADING: Final = 1.2
# Bold letters are at most this much wider, and a little is left over.
BOLD, SPARE = 1.09, 1.02
ELLIPSIS: Final = "…"
# The height of a table's heading, and what is left around a cell's text, in cm.
HEAD, SIDE, ABOVE = 0.97, 0.2, 0.1
# What stands between the lines of a list.
SPACED: Final = 0.22
# No line has room for more letters.
MOST: Final = 500
# What XML or PowerPoint cannot hold; a line break stays.
_NO_SIGN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_WORD: Final = re.compile("[^ ]+")


def write_slides(slides: Slides) -> bytes:
    """The slides as a PowerPoint file; the same slides always give the same bytes."""
    slides = _plain(slides)
    footer = _fitted(slides.footer, FOOTER)
    deck = empty_deck(slides, footer)
    for slide in slides.slides:
        _add(deck, slide, slides, footer)
    return saved(deck, slides)


def _plain(value: T) -> T:
    """The same value, however deep, with only signs that a slide can show. PowerPoint would draw a soft hyphen."""
    changed: Any = value
    if isinstance(value, str):
        changed = _NO_SIGN.sub("\N{REPLACEMENT CHARACTER}", value.replace("\r\n", "\n").replace("\r", "\n"))
        changed = changed.replace(SOFT_HYPHEN, "")
    elif isinstance(value, tuple):
        changed = tuple(_plain(item) for item in value)
    elif isinstance(value, dict):
        changed = {name: _plain(item) for name, item in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        changed = replace(value, **{field.name: _plain(getattr(value, field.name)) for field in fields(value)})
    return changed  # type: ignore[no-any-return]


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
    """Puts into a placeholder what the slide has for it; without anything it is taken away."""
    shape.name = place_name(name, say)
    if place.kind == "chart" and slide.chart:
        add_chart(shape, slide.chart, place, head=HEAD if slide.table else 0.0, code=say.code)
    elif place.kind == "tbl" and slide.table:
        _add_table(shape, slide, slide.table, place)
    elif told := _fitted(text, place, more=_more(place, say)):
        shape.text_frame.text = told
        if name == "mark" and slide.statuses[0]:
            _colour(shape.text_frame, slide.statuses[0])
    else:
        shape.element.getparent().remove(shape.element)


def _more(place: Place, say: Language) -> str:
    """What a text ends with that is cut; one in a place for several lines says where the rest is."""
    several = place.kind == "body" and place.box.height >= 3 * _line(place.size)
    return say(N_("… (more in the Word file)")) if several else ELLIPSIS


def _colour(frame: Any, status: Status) -> None:
    """Gives the first line of a text the colour of a status."""
    frame.paragraphs[0].runs[0].font.color.theme_color = COLOURS[status]


def _place(drawn: Any, key: str, place: Place, say: Language) -> Any:
    """A place that the library does not take over from the layout, last in the order of reading."""
    drawn.shapes.clone_placeholder(drawn.slide_layout.placeholders.get(place.number))
    shape = drawn.placeholders[place.number]
    shape.name = place_name(key, say)
    return shape


def _number(shape: Any, layout: Any, number: int) -> None:
    """Writes a slide's number as the field that the layout has."""
    field = deepcopy(next(layout.element.iter(qn("a:fld"))))
    field.find(qn("a:t")).text = str(number)
    shape.text_frame.paragraphs[0]._p.append(field)


# --- Tables -------------------------------------------------------------------------------------------------------


def _add_table(shape: Any, slide: Slide, table: Table, place: Place) -> None:
    """A native table whose rows share the room of its place; where a chart stands beside it, they are equally high."""
    frame = _empty_table(shape, table)
    heads, high = tuple(column.heading for column in table.columns), (place.box.height - HEAD) / len(table.rows)
    for row, status, drawn in zip((heads, *table.rows), (None, *slide.statuses), frame.table.rows, strict=True):
        head = row is heads
        room, even = HEAD if head else high, head or slide.chart is not None
        _write_row(drawn, table.columns, row, size=place.size, high=room, head=head, even=even)
        if status:
            _colour(drawn.cells[MARKED].text_frame, status)
    frame.height = sum(row.height for row in frame.table.rows)


def _empty_table(shape: Any, table: Table) -> Any:
    """A table in our style, its heading row and first column marked as such."""
    name, frame = shape.name, shape.insert_table(len(table.rows) + 1, len(table.columns))
    frame.name, made = name, frame.table
    frame._element.nvGraphicFramePr.cNvPr.set("descr", table.caption)
    made._tbl.tblPr.find(qn("a:tableStyleId")).text = TABLE_STYLE
    made.first_row, made.horz_banding, made.first_col = True, False, True
    for drawn, column in zip(made.columns, table.columns, strict=True):
        drawn.width = emu(column.width)
    return frame


def _write_row(
    drawn: Any, columns: Sequence[Column], row: Sequence[str], *, size: float, high: float, head: bool, even: bool
) -> None:
    """Writes as much of a row as so much height holds; it is as high as it needs, with some air, or `even`ly so."""
    above, used = ABOVE if even else 2 * ABOVE, 1
    most = int((high - ABOVE - above) / _line(size))
    for index, (cell, column, text) in enumerate(zip(drawn.cells, columns, row, strict=True)):
        bold = head or index == MARKED
        room = _room(column.width - 2 * SIDE, size, bold=bold)
        told, lines = _held(text, room=room, lines=most, more=ELLIPSIS)
        used = max(used, lines)
        _write_cell(cell, told, column, size=size, bold=bold)
        cell.margin_left, cell.margin_top = emu(SIDE if index else 0), emu(above)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE if even else MSO_ANCHOR.TOP
    drawn.height = emu(high if even else min(high, used * _line(size) + above + 2 * ABOVE))


def _write_cell(cell: Any, text: str, column: Column, *, size: float, bold: bool) -> None:
    """Writes a cell; of one in bold the first line."""
    cell.margin_bottom, cell.margin_right = emu(ABOVE), emu(SIDE)
    cell.text_frame.text = text
    for index, paragraph in enumerate(cell.text_frame.paragraphs):
        paragraph.alignment = PP_ALIGN.RIGHT if column.align == "right" else PP_ALIGN.LEFT
        paragraph.font.size = Pt(size)
        for piece in paragraph.runs:
            piece.font.size, piece.font.bold = Pt(size), bold and index == 0


# --- How much a place holds ---------------------------------------------------------------------------------------


def _fitted(text: str, place: Place, *, more: str = ELLIPSIS) -> str:
    """A text as it stands in a place; cut where that has no room for all of it."""
    high = _line(place.size) + (SPACED if place.hangs else 0.0)
    room = _room(place.box.width - place.hangs, place.size, bold=place.bold)
    return _held(text, room=room, lines=max(1, int(place.box.height / high)), more=more)[0]


def _line(size: float) -> float:
    """How high a line is, in cm."""
    return size * POINT * LEADING


def _room(width: float, size: float, *, bold: bool) -> float:
    """A width in cm in thousandths of the size of the type."""
    return width / (size * POINT) * 1000 / SPARE / (BOLD if bold else 1)


def _held(text: str, *, room: float, lines: int, more: str) -> tuple[str, int]:
    """As much of a text as stands on so many lines, and how many it takes; `more` stands where it is cut."""
    kept: list[str] = []
    left = lines
    paragraphs = text.split("\n")
    for place, paragraph in enumerate(paragraphs):
        end, used = _begun(paragraph, room=room, lines=left)
        if end < len(paragraph) or (used == left and place < len(paragraphs) - 1):
            end, used = _begun(paragraph, room=room, lines=left, spared=arial_width(more))
            return "\n".join([*kept, paragraph[:end].rstrip(" ,;:–-") + more]), lines - left + used
        kept.append(paragraph)
        left -= used
    return text, lines - left


def _begun(text: str, *, room: float, lines: int, spared: float = 0.0) -> tuple[int, int]:
    """How many letters of a text stand on so many lines, by whole words, and how many lines they take.

    `spared` is the room that is left at the end of the last line. What stands before a tab stands beside the lines.
    """
    used, held, line = 1, 0, 0.0
    for word in _WORD.finditer(text, text.find("\t") + 1):
        long = arial_width(word[0][:MOST])
        if line and line + arial_width(" ") + long > room - (spared if used == lines else 0.0):
            used, line = used + 1, 0.0
        free = room - (spared if used == lines else 0.0)
        if used > lines:
            return held, lines
        if long > free:
            # A word that no line holds is cut.
            return (held if held and long <= room else word.start() + _letters(word[0], free)), used
        line += long + (arial_width(" ") if line else 0)
        held = word.end()
    return len(text), used


def _letters(word: str, room: float) -> int:
    """How many letters of a word stand on a line."""
    return sum(1 for end in accumulate(map(arial_width, word[:MOST])) if end <= room)
