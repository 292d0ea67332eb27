"""The slides of a review as a PowerPoint file: real placeholders, native tables, and charts that can be edited.

Every text stands in its place in its type. One that is too long for it is cut between two words, by the widths of the
typeface, which is on every machine with Office; other programs have a twin with the same widths.
"""

import re
from dataclasses import fields, is_dataclass, replace
from itertools import accumulate
from typing import Any, Final, TypeVar

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide as Drawn
from pptx.util import Pt

from compliance.blocks import Column
from compliance.language import N_, Language
from compliance.slide_charts import COLOURS, add_chart
from compliance.slide_layouts import (
    DRAFT,
    FOOTER,
    LAYOUTS,
    NUMBER,
    TABLE_STYLE,
    Place,
    element,
    empty_deck,
    emu,
    number_field,
    run,
    saved,
    tag,
)
from compliance.slides import Row, Slide, Slides, Table

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
_GROUPS: Final = {
    222: "ijl'|‘’",
    278: " !,./:;I[\\]ft\u00a0ÌÍÎÏìíîï",
    334: "()-`r¡¨²³´·¸¹“”‹›{}",
    370: '•"*ªº',
    500: "Jcksvxyzçýÿ°^¶",
    556: "#$0123456789?L_abdeghnopqu¢£¤¥§«»àáâãäåèéêëðñòóôõöùúûüþ–€±÷¯µ",
    611: "FTZ¿ßø+<=>~¬×−",
    667: "&ABEKPSVXYÀÁÂÃÄÅÈÉÊËÝÞ",
    722: "CDHNRUwÇÐÑÙÚÛÜ",
    604: "●○",
    510: "♦",
    778: "GOQÒÓÔÕÖØ©®",
    889: "%æMm¼½¾",
    990: "▲",
}
# The typeface's advance widths in thousandths of its size.
_WIDTHS: Final = {character: width for width, group in _GROUPS.items() for character in group}
_WIDEST: Final = 1015
# What XML or PowerPoint cannot hold; a line break stays.
_NO_SIGN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_WORD: Final = re.compile("[^ ]+")
_KINDS: Final = list(LAYOUTS)


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
        changed = changed.replace("\N{SOFT HYPHEN}", "")
    elif isinstance(value, tuple):
        changed = tuple(_plain(item) for item in value)
    elif isinstance(value, dict):
        changed = {name: _plain(item) for name, item in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        changed = replace(value, **{field.name: _plain(getattr(value, field.name)) for field in fields(value)})
    return changed  # type: ignore[no-any-return]


def _add(deck: Deck, slide: Slide, slides: Slides, footer: str) -> None:
    say = Language(slides.language)
    drawn: Drawn = deck.slides.add_slide(deck.slide_layouts[_KINDS.index(slide.kind)])
    shapes = {shape.placeholder_format.idx: shape for shape in drawn.placeholders}
    for name, place in LAYOUTS[slide.kind][1].items():
        _fill(shapes[place.number], slide, name, place, say)
    _add_furniture(drawn, shapes[DRAFT.number], slides, footer, number=len(deck.slides))
    if slide.notes:
        frame: Any = drawn.notes_slide.notes_text_frame
        frame.text = slide.notes


# --- Places -------------------------------------------------------------------------------------------------------


def _fill(shape: Any, slide: Slide, name: str, place: Place, say: Language) -> None:
    """Puts into a placeholder what the slide has for it; without anything it is taken away."""
    shape.name = say(place.name)
    if place.kind == "chart" and slide.chart:
        add_chart(shape, slide.chart, place, head=HEAD if slide.table else 0.0, code=say.code)
    elif place.kind == "tbl" and slide.table:
        _add_table(shape, slide.table, place)
    elif text := _fitted(slide.texts.get(name, ""), place, more=_more(place, say)):
        shape.text_frame.text = text
        if name == "mark" and slide.status:
            shape.text_frame.paragraphs[0].runs[0].font.color.theme_color = COLOURS[slide.status]
    else:
        shape.element.getparent().remove(shape.element)


def _more(place: Place, say: Language) -> str:
    """What a text ends with that is cut; one in a place for several lines says where the rest is."""
    several = place.kind == "body" and place.box.height >= 3 * _line(place.size)
    return say(N_("… (more in the Word file)")) if several else ELLIPSIS


def _add_furniture(drawn: Drawn, draft: Any, slides: Slides, footer: str, *, number: int) -> None:
    """The word of a draft, the footer and the slide's number, last in the order of reading."""
    tree: Any = drawn.shapes._spTree
    say = Language(slides.language)
    tree.remove(draft.element)
    if slides.draft:
        draft.name, draft.text_frame.text = say(DRAFT.name), _fitted(slides.draft, DRAFT)
        tree.append(draft.element)
    for place, content in ((FOOTER, run(footer)), (NUMBER, number_field(str(number)))):
        if content:
            tree.append(_furniture(place, _next_id(tree), say(place.name), content))


def _furniture(place: Place, number: int, name: str, content: str) -> Any:
    """A placeholder that looks as its layout has it."""
    return element(
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f'<p:nvPr><p:ph type="{place.kind}" sz="quarter" idx="{place.number}"/></p:nvPr></p:nvSpPr>'
        f"<p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/><a:p>{content}</a:p></p:txBody></p:sp>"
    )


def _next_id(tree: Any) -> int:
    return max(int(found) for found in tree.xpath("//@id") if str(found).isdigit()) + 1


# --- Tables -------------------------------------------------------------------------------------------------------


def _add_table(shape: Any, table: Table, place: Place) -> None:
    """A native table whose rows share the room of its place, its heading row marked as such."""
    name, frame = shape.name, shape.insert_table(len(table.rows) + 1, len(table.columns))
    frame.name = name
    frame._element.nvGraphicFramePr.cNvPr.set("descr", table.name)
    made = frame.table
    made._tbl.tblPr.find(tag("a:tableStyleId")).text = TABLE_STYLE
    made.first_row, made.horz_banding, made.first_col = True, False, True
    # Edges that are computed one after the other add up without a gap.
    ends = [emu(end) for end in accumulate(column.width for column in table.columns)]
    for column, start, end in zip(made.columns, [0, *ends], ends, strict=False):
        column.width = end - start
    heads, high = Row(tuple(column.heading for column in table.columns)), (place.box.height - HEAD) / len(table.rows)
    for row, drawn in zip((heads, *table.rows), made.rows, strict=True):
        room = HEAD if row is heads else high
        needed = _write_row(drawn, row, table, size=place.size, high=room, head=row is heads)
        # Where bars stand beside the table, its rows are equally high.
        drawn.height = emu(room if table.even or row is heads else min(room, needed))
    frame.height = sum(row.height for row in made.rows)


def _write_row(drawn: Any, row: Row, table: Table, *, size: float, high: float, head: bool) -> float:
    """Writes as much of a row as so much height holds; gives the height that it needs, with some air."""
    above = ABOVE if table.even or head else 2 * ABOVE
    most, used = int((high - ABOVE - above) / _line(size)), 1
    for index, (column, text) in enumerate(zip(table.columns, row.cells, strict=True)):
        bold, cell = head or index == table.marked, drawn.cells[index]
        room = _room(column.width - 2 * SIDE, size, bold=bold)
        told, lines = _held(text, room=room, lines=most, more=ELLIPSIS)
        used = max(used, lines)
        _write_cell(cell, told, column, size=size, bold=bold)
        cell.margin_left, cell.margin_top = emu(SIDE if index else 0), emu(above)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE if table.even else MSO_ANCHOR.TOP
        if index == table.marked and row.status:
            cell.text_frame.paragraphs[0].runs[0].font.color.theme_color = COLOURS[row.status]
    return used * _line(size) + above + 2 * ABOVE


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


def _room(wide: float, size: float, *, bold: bool) -> float:
    """A width in cm in thousandths of the size of the type."""
    return wide / (size * POINT) * 1000 / SPARE / (BOLD if bold else 1)


def _width(text: str) -> int:
    return sum(_WIDTHS.get(character, _WIDEST) for character in text)


def _held(text: str, *, room: float, lines: int, more: str) -> tuple[str, int]:
    """As much of a text as stands on so many lines, and how many it takes; `more` stands where it is cut."""
    kept: list[str] = []
    left = lines
    paragraphs = text.split("\n")
    for place, paragraph in enumerate(paragraphs):
        end, used = _begun(paragraph, room=room, lines=left)
        if end < len(paragraph) or (used == left and place < len(paragraphs) - 1):
            end, used = _begun(paragraph, room=room, lines=left, spared=_width(more))
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
        wide = _width(word[0][:MOST])
        if line and line + _width(" ") + wide > room - (spared if used == lines else 0.0):
            used, line = used + 1, 0.0
        free = room - (spared if used == lines else 0.0)
        if used > lines:
            return held, lines
        if wide > free:
            # A word that no line holds is cut.
            return (held if held and wide <= room else word.start() + _letters(word[0], free)), used
        line += wide + (_width(" ") if line else 0)
        held = word.end()
    return len(text), used


def _letters(word: str, room: float) -> int:
    """How many letters of a word stand on a line."""
    return sum(1 for end in accumulate(map(_width, word[:MOST])) if end <= room)
