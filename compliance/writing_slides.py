"""A report as slides for a meeting: native tables, charts that can be edited, and the comments in the notes."""

from typing import Any, Final

from pptx.enum.dml import MSO_THEME_COLOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide

from compliance.blocks import Report
from compliance.language import Language
from compliance.slide_charts import Drawing, add_chart
from compliance.slide_design import (
    DRAFT,
    FOOTER,
    LAYOUTS,
    NUMBER,
    Place,
    element,
    empty_deck,
    emu,
    footer_run,
    number_field,
    saved,
    tag,
)
from compliance.slide_plan import KEY, Leaf, Line, Words, facts_indent, planned
from compliance.slide_tables import add_table
from compliance.slide_text import fitted, plain

_KINDS: Final = list(LAYOUTS)


def write_slides(report: Report) -> bytes:
    """The report as a PowerPoint file; the same report always gives the same bytes."""
    report = plain(report)
    deck = empty_deck(report)
    leaves = planned(report)
    slides = [_add(deck, leaf, report) for leaf in leaves]
    firsts = {leaf.chapter: slide for leaf, slide in reversed(list(zip(leaves, slides, strict=True)))}
    for leaf, slide in zip(leaves, slides, strict=True):
        _link(slide, leaf, firsts)
    return saved(deck, report)


def _add(deck: Deck, leaf: Leaf, report: Report) -> Slide:
    language = Language(report.language)
    slide: Slide = deck.slides.add_slide(deck.slide_layouts[_KINDS.index(leaf.layout)])
    shapes = {shape.placeholder_format.idx: shape for shape in slide.placeholders}
    for name, place in LAYOUTS[leaf.layout][1].items():
        shape = shapes[place.number]
        shape.name = language(place.name)
        if name in leaf.words:
            _fill(shape, leaf.words[name], place)
        else:
            shape.element.getparent().remove(shape.element)
    _add_figure(slide, leaf, report)
    if "note" in leaf.words:
        # Read aloud after the figure that it explains.
        slide.shapes._spTree.append(shapes[LAYOUTS[leaf.layout][1]["note"].number].element)
    _add_furniture(slide, shapes[DRAFT.number], report, number=len(deck.slides))
    if leaf.notes:
        _set_notes(slide, leaf.notes)
    return slide


# ---------------------------------------------------------------- words


def _fill(shape: Any, words: Words, place: Place) -> None:
    """Writes words into a placeholder, with only what is other than its layout has it."""
    if words.box != place.box:
        shape.left, shape.top, shape.width, shape.height = map(emu, words.box)
    frame = shape.text_frame
    indent = facts_indent(words.lines, size=words.size) if any("\t" in line.text for line in words.lines) else 0.0
    for index, line in enumerate(words.lines):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        if line.bullet:
            paragraph.level = 1
        if indent:
            _hang(paragraph, indent)
        _write(paragraph, line)
    if words.size != place.size:
        _set_size(frame._txBody, words.size)


def _write(paragraph: Any, line: Line) -> None:
    label, tab, text = line.text.partition("\t")
    paragraph.text = label
    if tab:
        for run in paragraph.runs:
            run.font.color.theme_color = MSO_THEME_COLOR.TEXT_2
        paragraph.add_run().text = tab
        for index, part in enumerate(text.split("\n")):
            if index:
                paragraph.add_line_break()
            paragraph.add_run().text = part
    if line.key:
        _write_key(paragraph, line.key, alone=not line.text)


def _write_key(paragraph: Any, text: str, *, alone: bool) -> None:
    stroke = paragraph.add_run()
    stroke.text = KEY.lstrip() if alone else KEY
    stroke.font.bold = True
    stroke.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    paragraph.add_run().text = text


def _hang(paragraph: Any, indent: float) -> None:
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", str(emu(indent)))
    properties.set("indent", str(-emu(indent)))


def _set_size(body: Any, size: float) -> None:
    for run in body.iter(tag("a:r"), tag("a:br")):
        properties = run.find(tag("a:rPr"))
        if properties is None:
            properties = element("<a:rPr/>")
            run.insert(0, properties)
        properties.set("sz", str(round(size * 100)))


def _set_notes(slide: Slide, notes: tuple[str, ...]) -> None:
    frame: Any = slide.notes_slide.notes_text_frame
    # A line break in a text stays one; between texts there is an empty line.
    frame.text = "\n".join(line for text in notes for line in [*text.split("\n"), ""]).rstrip("\n")


# ---------------------------------------------------------------- figures and furniture


def _add_figure(slide: Slide, leaf: Leaf, report: Report) -> None:
    if leaf.figure is None or leaf.box is None:
        return
    if isinstance(leaf.figure, Drawing):
        add_chart(slide, leaf.figure, leaf.box, percent="0\\ %" if report.language == "sv" else "0%")
    else:
        add_table(slide, leaf.figure, left=leaf.box.left, top=leaf.box.top)


def _add_furniture(slide: Slide, draft: Any, report: Report, *, number: int) -> None:
    """The word of a draft, the footer and the slide's number, last in the order of reading."""
    tree: Any = slide.shapes._spTree
    language = Language(report.language)
    tree.remove(draft.element)
    if report.draft:
        draft.name = language(DRAFT.name)
        word = fitted(report.draft, sizes=(DRAFT.size, 14, 12), room=DRAFT.box.width, most=1, bold=True)
        draft.text_frame.text = word.text
        _set_size(draft.text_frame._txBody, word.size)
        tree.append(draft.element)
    if report.footer:
        tree.append(_furniture(FOOTER, _next_id(tree), language(FOOTER.name), footer_run(report)))
    tree.append(_furniture(NUMBER, _next_id(tree), language(NUMBER.name), number_field(str(number))))


def _furniture(place: Place, number: int, name: str, content: str) -> Any:
    """A placeholder that looks as its layout has it."""
    return element(
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr><a:spLocks noGrp="1"/>'
        f'</p:cNvSpPr><p:nvPr><p:ph type="{place.kind}" sz="quarter" idx="{place.number}"/></p:nvPr></p:nvSpPr>'
        f"<p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/><a:p>{content}</a:p></p:txBody></p:sp>"
    )


def _next_id(tree: Any) -> int:
    return max(int(found) for found in tree.xpath("//@id") if str(found).isdigit()) + 1


def _link(slide: Slide, leaf: Leaf, firsts: dict[int, Slide]) -> None:
    """Makes the lines of the contents lead to their chapters."""
    lines = leaf.words["text"].lines if "text" in leaf.words else ()
    if not any(line.goes_to is not None for line in lines):
        return
    place = LAYOUTS[leaf.layout][1]["text"].number
    frame: Any = next(shape for shape in slide.placeholders if shape.placeholder_format.idx == place)
    for line, paragraph in zip(lines, frame.text_frame.paragraphs, strict=True):
        if line.goes_to is None:
            continue
        rel = slide.part.relate_to(firsts[line.goes_to].part, RELATIONSHIP_TYPE.SLIDE)
        for run in paragraph.runs:
            link = element(f'<a:hlinkClick r:id="{rel}" action="ppaction://hlinksldjump"/>')
            run._r.get_or_add_rPr().append(link)
