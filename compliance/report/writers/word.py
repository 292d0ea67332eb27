"""A report as Word: real headings, lists and tables, alternative texts, a language; also in a custom template.

The look is an unzipped Word file in `data/report/word`. A template of the organisation keeps its styles, headers,
footers and sections; styles that it lacks are added from ours. The report replaces the paragraph {{rapport}}, or
follows at the end.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.opc.packuri import PackURI
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.parts.numbering import NumberingPart
from docx.section import _BaseHeaderFooter
from docx.shared import Emu

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import REPORT
from compliance.counting.assessing import Status
from compliance.report.blocks import (
    SIGNS,
    Beside,
    Block,
    Bullets,
    Heading,
    LineChart,
    PageBreak,
    Paragraph,
    Report,
    Result,
    Signatures,
    Table,
    Together,
    Topic,
    each,
    levelled,
)
from compliance.report.writers.office import LOCALES, set_properties, with_fixed_times, zip_folder
from compliance.report.writers.typesetting import COLOURS, SHADES, pictures, writable
from compliance.report.writers.widths import rough_width
from compliance.wording.breaking import add_soft_hyphens
from compliance.wording.tables import Head

# Word's unit of length is a twentieth of a point.
CM: Final = 1440 / 2.54
WIDEST_CM: Final = 17.0
LABEL_WIDE: Final = 26
# Where a rule to sign on ends in the styles.
RULE_END: Final = 7937
# The styles of cells by their type size, and the horizontal padding that the styles give a cell.
CELLS: Final = {9: "report cell", 8: "report cell small"}
CELL_EDGE: Final = 170
# The padding of a cell of a heat table, and the height that upright headings may have.
NARROW_EDGE: Final = 40
HIGHEST: Final = 2800
# The space above a row of a layout, and the letters from which it may be split between pages.
ROW_GAP: Final = 30
LONG_ROW: Final = 1500
# The least width of a column of words when figures need the room.
NARROWEST: Final = 600
# A text in a cell of at most so many letters stays on one line if there is room.
PHRASE: Final = 14
# A word of at least so many letters may be hyphenated.
LONG_WORD: Final = 16
# At least so many rows of a table stay on the page where it begins.
FIRST_ROWS: Final = 3
BREAKS: Final = {"\n": "br", "\t": "tab", "-": "noBreakHyphen", "\N{SOFT HYPHEN}": "softHyphen"}
STYLES: Final = {
    "body": "Body Text",
    "verdict": "Report Verdict",
    "answer": "Report Answer",
    "comment": "Report Comment",
    "note": "Report Note",
}
PLACES: Final = {"{{rapport}}", "{{report}}"}
# The deepest level of headings in the table of contents.
LISTED: Final = 2
# The width of a bar in a row of a table, and the gap between two columns of text.
BAR_CM: Final = 2.3
GAP_CM: Final = 0.9
# A table of at most so many rows is not split between pages.
WHOLE: Final = 8
# No template unpacks to more; a file that does is a zip bomb.
MOST_BYTES: Final = 100_000_000
VML: Final = "{urn:schemas-microsoft-com:vml}"
DOCUMENT_TYPE: Final = b"wordprocessingml.document.main+xml"
TEMPLATE_TYPE: Final = b"wordprocessingml.template.main+xml"
BROKEN: Final = (OpcError, zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, EOFError, RuntimeError)


def write_word(report: Report, *, template: bytes | None = None) -> bytes:
    """Write the report as .docx, in the organisation's `template` (.docx or .dotx) if it has one.

    The same report and template always give the same bytes. Raise Refusal if the template cannot be read.
    """
    report = replace(report, blocks=levelled(report.blocks))
    base = Document(io.BytesIO(zip_folder(REPORT / "word")))
    document = base if template is None else open_template(template)
    language = LOCALES.get(report.language, report.language)
    styles = _styles(document, base)
    frame, mark = _taken(base.element.body.xpath("w:sdt")[0]), _taken(base.sections[0].header.paragraphs[0]._p)
    base.sections[0].header.is_linked_to_previous = True
    writer = _Writer(document, styles=styles, place=_place(document), template=template is not None)
    writer.cover(report)
    writer.contents(report, frame)
    for block in report.blocks:
        writer.add(block)
    writer.end()
    if template is None:
        page, pages, _ = re.split(r"\{pages?\}", report.page)
        texts = {"footer": report.footer, "before the page": page, "before the pages": pages}
        _fill(document.sections[0].footer._element, texts)
    if report.draft:
        _mark_as_draft(document, report.draft, mark=mark, style=styles["report draft"])
    _set_language(document, language)
    title, author = _without_hyphens(report.title), _without_hyphens(report.organisation)
    set_properties(document.core_properties, title=title, author=author, locale=language, made_at=report.made_at)
    return _document_bytes(document, made_at=report.made_at)


# ---------------------------------------------------------------- elements


def _w(tag: str, *children: Any, **attributes: object) -> Any:
    """An element in Word's namespace, with its attributes and children."""
    element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    element.extend(children)
    return element


def _run(text: str) -> Any:
    """A text with its line breaks, tabs and soft hyphens; a hyphen between digits does not break."""
    run = _w("r")
    for piece in re.split("(\n|\t|\N{SOFT HYPHEN}|(?<=[0-9])-(?=[0-9]))", writable(text)):
        if piece in BREAKS:
            run.append(_w(BREAKS[piece]))
        elif piece:
            words = _w("t")
            words.text = piece
            words.set(qn("xml:space"), "preserve")
            run.append(words)
    return run


def _without_hyphens(text: str) -> str:
    """A text for an attribute or a property, without soft hyphens."""
    return writable(text).replace("\N{SOFT HYPHEN}", "")


def _colour(name: str) -> Any:
    """The colour of letters, by its name in the theme."""
    return _w("color", val=COLOURS[name].lstrip("#"))


def _words(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(qn("w:t")))


# ---------------------------------------------------------------- the file that is written into


def _taken(element: Any) -> Any:
    """An element of our file, taken out of it."""
    element.getparent().remove(element)
    return element


def _fill(element: Any, texts: dict[str, str]) -> None:
    """Replace the runs that name a {place} by its text."""
    for words in [*element.iter(qn("w:t"))]:
        if (text := texts.get(words.text.strip("{}"))) is not None:
            run = words.getparent()
            run.getparent().replace(run, _run(text))


def open_template(template: bytes) -> WordDocument:
    """The organisation's template as a document. Raise Refusal if it cannot be read or lacks what is needed later."""
    try:
        document = Document(io.BytesIO(_as_document(template)))
        document.element.body.get_or_add_sectPr()
        document.styles.element.xpath("w:style")
        document.settings.element.xpath("w:compat")
    except (*BROKEN, AttributeError) as fault:
        sentence = N_(
            "The template is not a Word file that can be read. Save it in Word as .docx or .dotx, without macros and "
            "without a password."
        )
        raise Refusal(sentence) from fault
    return document


def _as_document(template: bytes) -> bytes:
    """The template as a document. A .dotx differs only in its content type, which python-docx refuses."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as old, zipfile.ZipFile(content, "w") as new:
        if sum(entry.file_size for entry in old.infolist()) > MOST_BYTES:
            raise ValueError
        for name in dict.fromkeys(old.namelist()):
            part = old.read(name)
            is_index = name == "[Content_Types].xml"
            new.writestr(name, part.replace(TEMPLATE_TYPE, DOCUMENT_TYPE) if is_index else part)
    return content.getvalue()


def _place(document: WordDocument) -> Any:
    """The element before which the report is written: the paragraph {{rapport}}, else the end of the document."""
    body = document.element.body
    for paragraph in body.xpath("w:p | w:sdt/w:sdtContent/w:p"):
        if re.sub(r"\s", "", _words(paragraph)).lower() in PLACES:
            return paragraph
    # An empty last paragraph would leave an empty line, or page, before the report.
    for paragraph in body.xpath("w:p[not(following-sibling::*[not(self::w:sectPr)])]"):
        if not paragraph.xpath(".//w:t | .//w:drawing | .//w:pict | .//w:sectPr"):
            body.remove(paragraph)
    return body.get_or_add_sectPr()


# ---------------------------------------------------------------- styles


def _styles(document: WordDocument, base: WordDocument) -> dict[str, str]:
    """Add the styles of our file that the document lacks; return the id of every style by its name in lower case.

    Styles are matched by name: Word writes the name of a built-in style in English whatever its language, but the id in
    that language.
    """
    styles = document.styles.element
    existing = {_name(style): style.get(qn("w:styleId")) for style in styles.xpath("w:style[w:name]")}
    ours = base.styles.element.xpath("w:style")
    missing = {_name(style): style for style in ours if _name(style) not in existing}
    ids = {style.get(qn("w:styleId")): existing.get(_name(style)) or _free_id(style, existing) for style in ours}
    for style in missing.values():
        styles.append(_adopted(document, style, ids, base=base))
    return existing | {name: ids[style.get(qn("w:styleId"))] for name, style in missing.items()}


def _name(style: Any) -> str:
    return str(style.find(qn("w:name")).get(qn("w:val"))).lower()


def _free_id(style: Any, existing: dict[str, str]) -> str:
    """An id that no other style of the document has."""
    wanted = str(style.get(qn("w:styleId")))
    return f"{wanted}Report" if wanted in existing.values() else wanted


def _adopted(document: WordDocument, style: Any, ids: dict[str, str], *, base: WordDocument) -> Any:
    """A copy of our style that refers to other styles by the document's ids. It is no default in the document."""
    adopted = deepcopy(style)
    adopted.attrib.pop(qn("w:default"), None)
    for element in (adopted, *adopted.xpath("w:basedOn | w:next")):
        name = qn("w:styleId" if element is adopted else "w:val")
        element.set(name, ids[element.get(name)])
    for number in adopted.xpath("w:pPr/w:numPr/w:numId"):
        number.set(qn("w:val"), str(_bullets(document, base)))
    return adopted


def _bullets(document: WordDocument, base: WordDocument) -> int:
    """Add a list definition with our bullets; return its number."""
    numbering = _numbering(document)
    ours = deepcopy(_numbering(base))
    abstract, number = ours.xpath("w:abstractNum")[0], ours.xpath("w:num")[0]
    abstract_id = 1 + max((int(value) for value in numbering.xpath("w:abstractNum/@w:abstractNumId")), default=-1)
    number_id = 1 + max((int(value) for value in numbering.xpath("w:num/@w:numId")), default=0)
    abstract.set(qn("w:abstractNumId"), str(abstract_id))
    number.set(qn("w:numId"), str(number_id))
    number.xpath("w:abstractNumId")[0].set(qn("w:val"), str(abstract_id))
    # The schema wants all abstractNum before the first num.
    first = next(iter(numbering.xpath("w:num")), None)
    numbering.append(abstract) if first is None else first.addprevious(abstract)
    (numbering.xpath("w:num") or numbering)[-1].addnext(number)
    return number_id


def _numbering(document: WordDocument) -> Any:
    """The document's list definitions; the part is added if the document has none."""
    part = document.part
    try:
        return part.part_related_by(RELATIONSHIP_TYPE.NUMBERING)._element  # type: ignore[attr-defined]
    except KeyError:
        empty = parse_xml(f"<w:numbering {nsdecls('w')}/>")
        name = PackURI("/word/numbering.xml")
        new = NumberingPart(name, CONTENT_TYPE.WML_NUMBERING, empty, part.package)
        part.relate_to(new, RELATIONSHIP_TYPE.NUMBERING)
        return empty


# ---------------------------------------------------------------- the report's text


def _room(place: Any) -> int:
    """The width of the text on the pages of the place's section, in twentieths of a point."""
    sections = [place] if place.tag == qn("w:sectPr") else place.xpath("following::w:sectPr | .//w:sectPr")
    size = {name: int(value) for name, value in _numbers(sections[0], "w:pgSz")}
    margins = {name: int(value) for name, value in _numbers(sections[0], "w:pgMar")}
    width = size.get("w", 11906) - margins.get("left", 1417) - margins.get("right", 1417) - margins.get("gutter", 0)
    return max(width, 4000)


def _numbers(section: Any, tag: str) -> Iterator[tuple[str, float]]:
    for element in section.xpath(tag):
        for name, value in element.attrib.items():
            if re.fullmatch(r"-?\d+(\.\d+)?", value):
                yield name.partition("}")[2], float(value)


class _Writer:
    """Writes blocks one after another before an element, and remembers what the last one requires of the next.

    `inside` is the width of the cell that it writes in.
    """

    def __init__(
        self,
        document: WordDocument,
        *,
        styles: dict[str, str],
        place: Any,
        template: bool,
        inside: int | None = None,
    ) -> None:
        self._document = document
        self._styles = styles
        self._place = place
        self._template = template
        self._room, self._narrow = inside or _room(place), inside is not None
        self._keep = False
        self._headings = 0
        self._breaks = place.tag == qn("w:sectPr") and place.getprevious() is not None
        self._after_table = False

    def add(self, block: Block) -> None:
        """Write a block."""
        if isinstance(block, PageBreak):
            self._breaks = True
        else:
            WRITERS[type(block)](self, block)

    def end(self) -> None:
        """Finish the report: no table as the last block, and no {{rapport}} left. A section break of its stays."""
        self._breaks = False
        if self._after_table:
            self._write("Body Text")
        if self._place.tag == qn("w:p"):
            for element in self._place.xpath("*[not(self::w:pPr)]"):
                self._place.remove(element)
            if not self._place.xpath("w:pPr/w:sectPr"):
                self._place.getparent().remove(self._place)

    def _write(self, style: str, *content: Any, properties: Sequence[Any] = (), keep: bool = False) -> Any:
        """Write a paragraph. The schema fixes the order of properties: `properties` come before the indents."""
        formatting = _w("pPr", _w("pStyle", val=self._styles[style.lower()]))
        if keep or self._keep:
            formatting.append(_w("keepNext"))
        if self._breaks:
            formatting.append(_w("pageBreakBefore"))
        formatting.extend(properties)
        if self._after_table and style in STYLES.values():
            formatting.append(_w("spacing", before=200))
        if self._narrow:
            formatting.append(_w("ind", right=0))
        self._breaks = self._after_table = False
        paragraph = _w("p", formatting, *content)
        self._place.addprevious(paragraph)
        return paragraph

    # -- beginning

    def cover(self, report: Report) -> None:
        """Write organisation, title and facts; before contents further down on the page, if there is no template."""
        space = [_w("spacing", before=1700)] if report.contents and not self._template else []
        self._write("Subtitle", _run(report.organisation), properties=space)
        self._write("Title", _run(report.title))
        for label, text in report.facts:
            self._write("Report Fact", _run(f"{label}{_gap(label)}{text}"))

    def contents(self, report: Report, frame: Any) -> None:
        """Write the table of contents into its frame, with entries and links as Word does.

        It gets page numbers when the reader updates it, since only Word knows them. The file does not request the
        update: Word would then ask every reader about fields that may refer to other files. Where the contents have no
        title there are none, and the report goes on below its title.
        """
        if not report.contents:
            return
        self._breaks = True
        headings = enumerate((block for block in each(report.blocks) if isinstance(block, Heading)), start=1)
        entries = [(number, heading) for number, heading in headings if heading.level <= LISTED]
        if not entries:
            return
        self._breaks = False
        _fill(frame, {"contents": report.contents})
        content = frame.find(qn("w:sdtContent"))
        title, field = content
        title.find(f".//{qn('w:pStyle')}").set(qn("w:val"), self._styles["toc heading"])
        *begin, end = _taken(field)
        for place, (number, heading) in enumerate(entries, start=1):
            link = _w("hyperlink", _run(_one_line(heading.text)), anchor=_bookmark(number), history=1)
            before, after = begin if place == 1 else [], [end] if place == len(entries) else []
            content.append(self._write(f"toc {heading.level}", *before, link, *after))
        self._place.addprevious(frame)
        self._breaks = True

    # -- blocks

    def _heading(self, heading: Heading) -> None:
        """Write a heading with the bookmark that the contents link to."""
        self._headings += 1
        # The text has its number already: without this a template's own numbering would precede it.
        numbers = [_w("numPr", _w("numId", val=0))] if self._template else []
        bookmark = {"id": 900_000 + self._headings}
        start = _w("bookmarkStart", **bookmark, name=_bookmark(self._headings))
        end = _w("bookmarkEnd", **bookmark)
        # a template has styles for three levels
        self._write(f"heading {min(heading.level, 3)}", start, _run(_one_line(heading.text)), end, properties=numbers)

    def _bullets(self, bullets: Bullets) -> None:
        for item in bullets.items:
            self._write("List Bullet", _run(item))

    def _paragraphs(self, paragraph: Paragraph) -> None:
        for text in re.split(r"\n\s*\n", writable(paragraph.text).strip()):
            self._write(STYLES[paragraph.style], _run(text))

    def _together(self, block: Together | Topic) -> None:
        """Write blocks that Word keeps on one page: each paragraph and row is kept with the next, except the last.

        From the first columns on they are rows of one table: not every program keeps a table with what follows it.
        """
        before, outer = self._place.getprevious(), self._keep
        self._keep = True
        first = next((place for place, inner in enumerate(block.blocks) if isinstance(inner, Beside)), None)
        for inner in block.blocks[:first]:
            self.add(inner)
        if first is not None:
            self._columns(list(_sides(block.blocks[first:])))
        self._keep = outer
        last = self._place.getprevious()
        if not outer and last is not before:
            for keeping in [*(last.xpath("w:tr[last()]") or [last])[0].iter(qn("w:keepNext"))]:
                keeping.getparent().remove(keeping)

    def _result(self, result: Result) -> None:
        """Write the shape and word of the status, below it the figure in large type and what it counts."""
        word = _run(f"{SIGNS[result.status]} {result.word}")
        word.insert(0, _w("rPr", _colour(f"{SHADES[result.status]}-text")))
        self._write("Report Status", word)
        self._write("Report Figure", _run(result.value))
        self._paragraphs(Paragraph(result.text))
        if result.notes:
            self._paragraphs(Paragraph("\n".join(result.notes), "note"))

    def _beside(self, block: Beside) -> None:
        self._columns([(block.left, block.right)])

    def _columns(self, rows: Sequence[Sequence[Sequence[Block]]]) -> None:
        """Write rows of two columns, or of blocks across both, as a table without lines."""
        if self._after_table or self._breaks:
            self._write("Report Cell")  # Word merges two adjacent tables, and a table cannot begin a page.
        gap = int(GAP_CM * CM)
        half = (self._room - gap) // 2
        element = _w(
            "tbl",
            _w(
                "tblPr",
                _w("tblW", w=self._room, type="dxa"),
                _w("tblLayout", type="fixed"),
                _w("tblCellMar", *(_w(side, w=0, type="dxa") for side in ("top", "left", "bottom", "right"))),
                _w("tblLook", val="0000"),
            ),
            _w("tblGrid", _w("gridCol", w=half + gap), _w("gridCol", w=half)),
        )
        for place, sides in enumerate(rows):
            room, above = half if len(sides) > 1 else self._room, ROW_GAP * (place > 0)
            margins = [gap * (number < len(sides) - 1) for number in range(len(sides))]
            cells = [self._cell(side, room, gap=gap, above=above) for side, gap in zip(sides, margins, strict=True)]
            whole = sum(len(_text_of(side)) for side in sides) < LONG_ROW
            element.append(_w("tr", _w("trPr", *([_w("cantSplit")] * whole)), *cells))
        self._place.addprevious(element)
        self._breaks, self._after_table = False, True

    def _cell(self, blocks: Sequence[Block], room: int, *, gap: int, above: int) -> Any:
        """A cell with the blocks of a column. Word requires a paragraph last in it; after a table it is 1 pt high."""
        last = _w("p", _w("pPr", _w("spacing", before=0, after=0, line=20, lineRule="exact")))
        margin = _w("tcMar", _w("top", w=above, type="dxa"), _w("right", w=gap, type="dxa"))
        across = room == self._room
        span = [_w("gridSpan", val=2)] if across else []
        cell = _w("tc", _w("tcPr", _w("tcW", w=room + gap, type="dxa"), *span, margin), last)
        writer = _Writer(self._document, styles=self._styles, place=last, template=self._template, inside=room)
        writer._keep, writer._narrow = self._keep, not across
        for inner in blocks:
            writer.add(inner)
        before = last.getprevious()
        if before is not None and before.tag == qn("w:p"):
            cell.remove(last)
        return cell

    def _chart(self, chart: LineChart) -> None:
        """Write a picture under its caption."""
        if chart.caption:
            self._write("Caption", _run(chart.caption), keep=True)
        width = min(self._room / CM, WIDEST_CM)
        [png] = pictures([chart], width_cm=width)
        self._write("Report Picture", self._picture(png, width, chart.alt or chart.caption))

    def _picture(self, png: bytes, width_cm: float, alt: str) -> Any:
        """A run with an inline picture and its alternative text."""
        inline = self._document.part.new_pic_inline(io.BytesIO(png), Emu(int(width_cm * 360_000)))
        for side in "TBLR":
            inline.set(f"dist{side}", "0")
        inline.docPr.set("descr", _without_hyphens(alt))
        return _w("r", _w("drawing", inline))

    def _table(self, table: Table) -> None:
        """Write a table under its caption; its heading row is repeated on each page and no row is split."""
        table = replace(table, rows=tuple(tuple(map(_hyphenated, row)) for row in table.rows))
        if table.caption:
            self._write("Caption", _run(table.caption), keep=True)
        elif self._after_table or self._breaks:
            self._write("Body Text")  # Word merges two adjacent tables, and a table cannot begin a page.
        bar_width = int(BAR_CM * CM) + CELL_EDGE if table.bars else 0
        size, widths = self._widths(table, self._room - bar_width)
        rows = [tuple(column.label for column in table.columns), *table.rows]
        together = len(rows) if len(rows) <= WHOLE or self._keep else FIRST_ROWS
        grid = [*widths[:1], *([bar_width] if bar_width else []), *widths[1:]]
        element = _w("tbl", self._table_properties(table), _w("tblGrid", *(_w("gridCol", w=width) for width in grid)))
        drawn = zip(table.bars, pictures(table.bars, width_cm=BAR_CM), strict=True)
        bars = [_run(table.scale), *(self._picture(png, BAR_CM, bar.alt) for bar, png in drawn)]
        element.append(_heads(table, widths=widths, style=self._cell_style(size, keep=together > 1 or self._keep)))
        for place, row in enumerate(table.rows):
            style = self._cell_style(size, keep=place + 2 < together or self._keep)
            statuses = table.statuses[place] if table.statuses else (None,) * len(row)
            element.append(_row(table.columns, row, widths=widths, style=style, statuses=statuses))
        for place, bar in enumerate(bars if bar_width else ()):
            style = element.xpath("w:tr")[place].xpath("w:tc/w:p/w:pPr")[0]
            element.xpath("w:tr")[place].insert(2, _cell_of(bar, bar_width, deepcopy(style)))
        self._place.addprevious(element)
        self._breaks, self._after_table = False, True

    def _cell_style(self, size: int, *, keep: bool) -> Any:
        """The properties of the paragraph in a cell; `keep` has its row on the page of the next one."""
        return _w("pPr", _w("pStyle", val=self._styles[CELLS[size]]), *([_w("keepNext")] * keep))

    def _widths(self, table: Table, room: int) -> tuple[int, list[int]]:
        """The type size of a table, and the widths of its columns.

        A column with longer words takes width from those that have more than they need. If that is not enough, short
        texts may wrap, then the type is smaller, and at last the longest words break, figures after all others.
        """
        attempts = list(_attempts(table))
        size, needs = next((attempt for attempt in attempts if sum(attempt[1]) <= room), attempts[-1])
        needs = _cut_to(table, needs, room)
        whole = sum(column.width for column in table.columns) or 1.0
        shares = [room * column.width / whole for column in table.columns]
        short = sum(max(need - share, 0) for need, share in zip(needs, shares, strict=True))
        spare = sum(max(share - need, 0) for need, share in zip(needs, shares, strict=True))
        given_up = short / spare if spare else 0.0
        pairs = zip(needs, shares, strict=True)
        return size, [int(need if need > share else share - (share - need) * given_up) for need, share in pairs]

    def _table_properties(self, table: Table) -> Any:
        """The properties of a table, including its alternative text."""
        return _w(
            "tblPr",
            _w("tblStyle", val=self._styles["report table"]),
            _w("tblW", w=self._room, type="dxa"),
            _w("tblLayout", type="fixed"),
            _w("tblLook", val="06A0", firstRow=1, lastRow=0, firstColumn=1, lastColumn=0, noHBand=1, noVBand=1),
            _w("tblCaption", val=_without_hyphens(table.caption)),
            _w("tblDescription", val=_without_hyphens(", ".join(column.label for column in table.columns))),
        )

    def _signatures(self, signatures: Signatures) -> None:
        """Write the signatures on one page; a missing one is a rule to sign on, with room above it."""
        self._write("Report Signature Title", _run(signatures.title))
        for place, (label, text) in enumerate(signatures.lines, start=1):
            properties = self._rule() + ([] if text else [_w("spacing", before=560)])
            line = f"{label}{_gap(label)}{text or chr(9)}"
            self._write("Report Signature", _run(line), properties=properties, keep=place < len(signatures.lines))

    def _rule(self) -> list[Any]:
        """The tab at which a rule ends, if the page is too narrow for that of the style."""
        if self._room >= RULE_END:
            return []
        end = _w("tab", val="right", leader="underscore", pos=self._room)
        return [_w("tabs", _w("tab", val="clear", pos=RULE_END), end)]


# The method that writes each kind of block.
WRITERS: Final[dict[type, Callable[[_Writer, Any], None]]] = {
    Heading: _Writer._heading,
    Paragraph: _Writer._paragraphs,
    Bullets: _Writer._bullets,
    Table: _Writer._table,
    LineChart: _Writer._chart,
    Signatures: _Writer._signatures,
    Result: _Writer._result,
    Beside: _Writer._beside,
    Together: _Writer._together,
    Topic: _Writer._together,
}


def _sides(blocks: Sequence[Block]) -> Iterator[tuple[Sequence[Block], ...]]:
    """The rows of a layout: two columns, or the blocks between them across both."""
    for in_columns, run in groupby(blocks, key=lambda block: isinstance(block, Beside)):
        if in_columns:
            yield from ((block.left, block.right) for block in run if isinstance(block, Beside))
        else:
            yield (tuple(run),)


def _text_of(blocks: Sequence[Block]) -> str:
    """The paragraphs of some blocks."""
    return "".join(block.text for block in each(blocks) if isinstance(block, Paragraph))


def _heads(table: Table, *, widths: Sequence[int], style: Any) -> Any:
    """The heading row of a table. Upright headings have the height of the longest."""
    kinds = [_w("cantSplit"), _w("tblHeader")]
    if table.upright:
        longest = max(rough_width(column.label) for column in table.columns[1:])
        kinds.append(_w("trHeight", val=min(HIGHEST, int(0.2 * longest + 2 * CELL_EDGE)), hRule="exact"))
    element = _w("tr", _w("trPr", *kinds))
    for place, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
        turned = table.upright and place > 0
        direction = [_w("textDirection", val="btLr"), _w("vAlign", val="center")] if turned else []
        properties = deepcopy(style)
        if column.numeric and not turned:
            properties.append(_w("jc", val="right"))
        element.append(_cell_of(_run(column.label), width, properties, *direction))
    return element


def _row(
    columns: Sequence[Head],
    row: Sequence[str],
    *,
    widths: Sequence[int],
    style: Any,
    statuses: Sequence[Status | None],
) -> Any:
    """A row of a table, its paragraphs with the properties `style` and the alignment of their columns."""
    element = _w("tr", _w("trPr", _w("cantSplit")))
    for column, text, width, status in zip(columns, row, widths, statuses, strict=True):
        properties, run, shade = deepcopy(style), _run(text), []
        if column.numeric:
            properties.append(_w("jc", val="right"))
        if status and (name := SHADES[status]) != "none":
            shade = [_w("shd", val="clear", color="auto", fill=COLOURS[f"{name}-tint"].lstrip("#")), _narrow()]
            letters = [_w("b"), _colour("red-on-tint")] if status is Status.RED else [_colour(f"{name}-text")]
            run.insert(0, _w("rPr", *letters))
        element.append(_cell_of(run, width, properties, *shade))
    return element


def _narrow() -> Any:
    """The margins of a cell of a heat table, whose columns are many."""
    return _w("tcMar", *(_w(side, w=NARROW_EDGE, type="dxa") for side in ("left", "right")))


def _cell_of(run: Any, width: int, properties: Any, *more: Any) -> Any:
    """A cell of a table with one paragraph, and `more` properties of the cell."""
    return _w("tc", _w("tcPr", _w("tcW", w=width, type="dxa"), *more), _w("p", properties, run))


def _attempts(table: Table) -> Iterator[tuple[int, list[float]]]:
    """Type sizes with the widths that the columns then need, the most comfortable first."""
    largest, *smaller = CELLS
    yield largest, _needs(table, largest, phrase=PHRASE)
    for size in (largest, *smaller):
        yield size, _needs(table, size, phrase=0)


def _cut_to(table: Table, needs: list[float], room: int) -> list[float]:
    """The needs of columns, the largest cut until they fit in the room. Columns of figures are cut last."""
    most = max(needs, default=0.0)
    figures = [need if column.numeric else 0.0 for column, need in zip(table.columns, needs, strict=True)]
    if sum(figures) + NARROWEST * figures.count(0.0) > room:
        figures = [0.0] * len(needs)
    while sum(widths := [max(figure, min(need, most)) for figure, need in zip(figures, needs, strict=True)]) > room:
        most *= 0.95
    return widths


def _needs(table: Table, size: int, *, phrase: int) -> list[float]:
    """The approximate width of each column in which no word, and no text of at most `phrase` letters, breaks."""
    heads = (
        0.0 if table.upright and place else 1.1 * _longest(column.label, 0)
        for place, column in enumerate(table.columns)
    )
    cells = zip(*table.rows, strict=True) if table.rows else ((),) * len(table.columns)
    longest = (
        max([head, *(_longest(text, phrase) for text in texts)]) for head, texts in zip(heads, cells, strict=True)
    )
    return [thousandths * size * 20 / 1000 + CELL_EDGE for thousandths in longest]


def _longest(text: str, phrase: int) -> int:
    """The width of the longest unbreakable part of a text, in thousandths of the type size."""
    parts = [text] if len(text) <= phrase else re.split("[ \n\N{SOFT HYPHEN}]|(?<=[^0-9][-/])", text)
    return max(map(rough_width, parts))


def _hyphenated(text: str) -> str:
    """The text with soft hyphens in its long words."""
    return re.sub(rf"\S{{{LONG_WORD},}}", lambda match: add_soft_hyphens(match[0]), text)


def _gap(label: str) -> str:
    """The separator of a label and its text: a tab, or a line break if the label is too long for its column."""
    return "\t" if len(label) <= LABEL_WIDE else "\n"


def _one_line(text: str) -> str:
    return " ".join(writable(text).split("\n"))


def _bookmark(number: int) -> str:
    return f"_Toc{900_000 + number}"


# ---------------------------------------------------------------- what stands on every page


def _mark_as_draft(document: WordDocument, word: str, *, mark: Any, style: str) -> None:
    """Write the word of a draft above each page and as a watermark, in every header that a page shows."""
    for number, header in enumerate(_headers(document), start=1):
        is_new = header.is_linked_to_previous
        header.is_linked_to_previous = False
        element = header._element
        if is_new:
            element.clear()
        element.insert(0, _marked(deepcopy(mark), word, number=number, style=style))


def _headers(document: WordDocument) -> Iterator[_BaseHeaderFooter]:
    """The headers that pages show. A section without its own shows those of the section before."""
    sections = list(document.sections)
    first = any(section.different_first_page_header_footer for section in sections)
    even = document.settings.odd_and_even_pages_header_footer
    for section in sections:
        shown = [(section.header, True), (section.first_page_header, first), (section.even_page_header, even)]
        for header, is_shown in shown:
            if is_shown and (section is sections[0] or not header.is_linked_to_previous):
                yield header


def _marked(mark: Any, word: str, *, number: int, style: str) -> Any:
    """The mark of a draft with its word, and as wide as its letters need."""
    _fill(mark, {"draft": word})
    mark.find(f".//{qn('w:pStyle')}").set(qn("w:val"), style)
    shape = next(mark.iter(f"{VML}shape"))
    shape.set("id", f"{shape.get('id')}{number}")
    shape.set("alt", _without_hyphens(word))
    shape.set("style", f"{shape.get('style')};width:{min(440, 64 * len(word))}pt")
    shape.find(f"{VML}textpath").set("string", _without_hyphens(word))
    return mark


# ---------------------------------------------------------------- language


def _set_language(document: WordDocument, language: str) -> None:
    """Set the language for spell checkers and screen readers: the default of every style."""
    styles = document.styles.element
    for element in styles.xpath(".//w:lang[@w:val]") or [_default_language(styles)]:
        element.set(qn("w:val"), language)
    for element in document.settings.element.xpath("w:themeFontLang"):
        element.set(qn("w:val"), language)


def _default_language(styles: Any) -> Any:
    """The element of the default language, added if a template has none."""
    element = styles
    for tag in ("docDefaults", "rPrDefault", "rPr", "lang"):
        child = element.find(qn(f"w:{tag}"))
        if child is None:
            child = _w(tag)
            element.append(child) if tag == "lang" else element.insert(0, child)
        element = child
    return element


def _document_bytes(document: WordDocument, *, made_at: datetime) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return with_fixed_times(file.getvalue(), made_at)
