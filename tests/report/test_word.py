"""The report as Word, read back: structure, language, alternative texts, fields, and custom templates."""

import io
import re
import time
import zipfile
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import pairwise

import pytest
from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm
from lxml import etree

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.counting.assessing import Status
from compliance.report.blocks import (
    Beside,
    Bullets,
    Heading,
    LineChart,
    PageBreak,
    Paragraph,
    Result,
    Signatures,
    Table,
    Together,
)
from compliance.report.writers import word as report_word
from compliance.report.writers.word import write_word
from compliance.wording.tables import Head
from tests.layers import first_of
from tests.reports import LONG_TABLE, MADE_AT, sample

# The order of the properties of paragraphs and tables in Word's schema.
PARAGRAPH_ORDER = ["pStyle", "keepNext", "keepLines", "pageBreakBefore", "numPr", "pBdr", "tabs"]
PARAGRAPH_ORDER += ["suppressAutoHyphens", "spacing", "ind", "jc", "outlineLvl", "sectPr"]
TABLE_ORDER = ["tblStyle", "tblW", "tblLayout", "tblLook", "tblCaption", "tblDescription"]
DRAFT = {"sv": "Utkast", "en": "Draft"}
CODES = first_of(DRAFT)


@pytest.fixture(scope="module")
def files():
    """A function that writes the report in a language, as a draft or not."""
    return cache(lambda code, *, draft=False: write_word(sample(code, DRAFT[code] if draft else None)))


@pytest.fixture(scope="module", params=CODES)
def written(request, files):
    """A report and its document."""
    return sample(request.param), Document(io.BytesIO(files(request.param)))


def small(*blocks, draft=None, **changes):
    return replace(sample(draft=draft), blocks=blocks, **changes)


def opened(report, template=None):
    return Document(io.BytesIO(write_word(report, template=template)))


def headings(document):
    styled = [(p.style.name, p.text) for p in document.paragraphs if p.style.name.startswith("Heading ")]
    return [(int(name.removeprefix("Heading ")), text) for name, text in styled]


def texts(document, style):
    return [p.text for p in document.paragraphs if p.style.name == style]


def part(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode("utf-8")


def everything(content):
    """All XML of a file as one text."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(".xml"))


def local(elements):
    return [etree.QName(element).localname for element in elements]


# --- structure ---------------------------------------------------------------------------------------------------


def test_headings_are_real_in_order_and_skip_no_level(written):
    report, document = written
    assert headings(document) == [(block.level, block.text) for block in report.blocks if isinstance(block, Heading)]
    levels = [0, *(level for level, _ in headings(document))]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_heading_that_skips_a_level_is_raised_and_an_empty_one_left_out():
    report = small(Heading("A", 2), Heading(" ", 1), Heading("B", 3), Heading("C", 3), Heading("D", 1))
    assert headings(opened(report)) == [(1, "A"), (2, "B"), (3, "C"), (1, "D")]


def test_every_text_of_the_report_is_in_the_document(written):
    report, document = written
    words = "\n".join(p.text for p in document.paragraphs)
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    for block in report.blocks:
        if isinstance(block, Paragraph):
            assert block.text in words
        elif isinstance(block, Bullets):
            assert list(block.items) == texts(document, "List Bullet")
        elif isinstance(block, Table):
            assert {text for row in block.rows for text in row} <= cells
    assert texts(document, "Title") == [report.title]
    assert texts(document, "Subtitle") == [report.organisation]
    assert texts(document, "Report Fact") == ["\t".join(fact) for fact in report.facts]


def test_paragraphs_have_the_style_of_what_they_are(written):
    report, document = written
    styles = {"body": "Body Text", "answer": "Report Answer", "comment": "Report Comment", "note": "Report Note"}
    for name, style in styles.items():
        expected = [block.text for block in report.blocks if isinstance(block, Paragraph) and block.style == name]
        assert [text for text in texts(document, style) if text] == expected


def test_line_breaks_are_kept_and_an_empty_line_separates_paragraphs():
    document = opened(small(Paragraph("en\ntvå\r\n\r\ntre\x0bfyra\x00 <b>&\t#")))
    paragraphs = [p for p in document.paragraphs if p.style.name == "Body Text"]
    assert [p.text for p in paragraphs] == ["en\ntvå", "tre fyra  <b>&\t#"]
    assert len(paragraphs[0]._p.findall(f".//{qn('w:br')}")) == 1


def test_soft_hyphens_break_and_hyphens_between_digits_do_not():
    report = small(
        Paragraph("Informations\xadklassning 2026-10-31 in- och utdata"), Table("Öv\xadrigt", (Head("A"),), ())
    )
    document = opened(report)
    line = next(p for p in document.paragraphs if p.style.name == "Body Text")
    assert line.text == "Informationsklassning 2026-10-31 in- och utdata"
    assert len(line._p.xpath("w:r/w:softHyphen")) == 1
    assert len(line._p.xpath("w:r/w:noBreakHyphen")) == 2
    assert document.tables[0]._tbl.tblPr.xpath("string(w:tblCaption/@w:val)") == "Övrigt"


def test_a_page_break_belongs_to_the_next_block():
    document = opened(small(Heading("A", 1), PageBreak(), Table("T", (Head("x"),), ()), PageBreak(), Heading("B", 1)))
    after_breaks = [p.text for p in document.paragraphs if p.paragraph_format.page_break_before]
    assert after_breaks == ["A", "T", "B"]  # the first comes after the contents
    last = opened(small(Paragraph("a"), PageBreak())).paragraphs[-1]
    assert last.text == "a"


@pytest.mark.live
@pytest.mark.parametrize("code", CODES)
def test_properties_are_in_the_order_of_words_schema(files, code):
    for content in (files(code), files(code, draft=True)):
        for name in ("word/document.xml", "word/styles.xml"):
            tree = etree.fromstring(part(content, name).encode("utf-8"))
            for tag, order in (("pPr", PARAGRAPH_ORDER), ("tblPr", TABLE_ORDER)):
                for element in tree.iter(qn(f"w:{tag}")):
                    if tag == "tblPr" and name == "word/styles.xml":
                        continue
                    tags = local(element)
                    assert tags == sorted(set(tags), key=order.index)


# --- pictures and tables -----------------------------------------------------------------------------------------


def test_every_chart_has_its_alternative_text_and_caption(written):
    report, document = written
    charts = [block for block in report.blocks if isinstance(block, LineChart)]
    pictures = document.element.body.findall(f"{qn('w:p')}//{qn('wp:inline')}")
    assert [picture.docPr.get("descr") for picture in pictures] == [chart.alt for chart in charts]
    above = [picture.xpath("ancestor::w:p")[0].getprevious() for picture in pictures]
    assert [p.xpath("string(.//w:t)") for p in above] == [chart.caption for chart in charts]
    assert {p.xpath("string(w:pPr/w:pStyle/@w:val)") for p in above} == {"Caption"}


def test_every_bar_is_in_its_row_with_figure_and_status_as_alternative_text(written):
    report, document = written
    for table, block in zip(document.tables, (b for b in report.blocks if isinstance(b, Table)), strict=True):
        alts = [row.xpath("w:tc[2]//wp:docPr/@descr") for row in table._tbl.tr_lst[1:]]
        assert [alt for row in alts for alt in row] == [f"{bar.text}, {bar.word}" for bar in block.bars]
        if block.bars:
            assert [len(row) for row in alts] == [1] * len(block.rows)
            assert table.rows[0].cells[1].text == block.scale
            assert all(picture.extent.cx < table.columns[1].width for picture in table._tbl.xpath(".//wp:inline"))


def test_a_picture_fits_on_its_page(written):
    document = written[1]
    section = document.sections[0]
    sizes = [(extent.cx, extent.cy) for extent in document.element.body.iter(qn("wp:extent"))]
    assert max(high for _, high in sizes) <= section.page_height - section.top_margin - section.bottom_margin
    assert max(wide for wide, _ in sizes) <= section.page_width - section.left_margin - section.right_margin


def test_tables_repeat_their_heading_row_and_keep_rows_whole(written):
    report, document = written
    tables = [block for block in report.blocks if isinstance(block, Table)]
    assert [len(table.rows) - 1 for table in document.tables] == [len(table.rows) for table in tables]
    assert len(document.tables[-1].rows) == LONG_TABLE + 1
    for table, block in zip(document.tables, tables, strict=True):
        assert table.style.name == "Report Table"
        rows = table._tbl.tr_lst
        assert [bool(row.findall(f".//{qn('w:tblHeader')}")) for row in rows] == [True] + [False] * len(block.rows)
        assert all(row.findall(f".//{qn('w:cantSplit')}") for row in rows)
        headings = [column.label for column in block.columns]
        headings[1:1] = [block.scale] if block.bars else []
        assert [cell.text for cell in table.rows[0].cells] == headings


def test_a_table_has_caption_and_alternative_text(written):
    report, document = written
    for table, block in zip(document.tables, (b for b in report.blocks if isinstance(b, Table)), strict=True):
        caption = table._tbl.getprevious()
        assert caption.xpath("string(.//w:t)") == block.caption
        assert caption.xpath("string(w:pPr/w:pStyle/@w:val)") == "Caption"
        assert table._tbl.tblPr.xpath("string(w:tblCaption/@w:val)") == block.caption
        assert block.columns[0].label in table._tbl.tblPr.xpath("string(w:tblDescription/@w:val)")


def test_columns_have_their_widths_and_alignment(written):
    _, document = written
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    for table in document.tables:
        widths = [cell.width for cell in table.rows[1].cells]
        assert sum(widths) == pytest.approx(room, rel=0.01)
    assert document.tables[-1].rows[1].cells[-1].paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.RIGHT


@pytest.mark.parametrize(("word", "is_wider"), [("ord", False), ("a" * 34, True)])
def test_a_column_has_its_share_and_what_its_longest_word_needs(word, is_wider):
    table = Table("T", (Head("A", width=1), Head("B", width=3)), ((word, "x"),))
    narrow, wide = (cell.width for cell in opened(small(table)).tables[0].rows[1].cells)
    assert (narrow > Cm(5)) == is_wider
    assert narrow + wide == pytest.approx(Cm(16.6), rel=0.01)
    assert is_wider or wide == pytest.approx(3 * narrow, rel=0.01)


def test_many_columns_keep_dates_whole_and_break_the_longest_words():
    heads = ("Nr", "Beslut", "Skäl", "Ansvarig", "Datum", "Resurs", "Uppföljning", "Status")
    row = ("2025-1", "a" * 19, "a" * 21, "a" * 31)
    row += ("2026-09-30", "120 timmar", "T2", "Ej påbörjat")
    table = opened(small(Table("T", tuple(map(Head, heads)), (row,)))).tables[0]
    assert table.rows[1].cells[0].paragraphs[0].style.name == "Report Cell Small"
    widths = [cell.width.pt for cell in table.rows[1].cells]
    assert widths[4] > 8 * (8 * 0.556 + 2 * 0.333) + 8.5
    assert sum(widths) <= Cm(16.6).pt + 1
    few = opened(small(Table("T", tuple(map(Head, heads[:3])), (row[:3],)))).tables[0]
    assert few.rows[1].cells[0].paragraphs[0].style.name == "Report Cell"


def test_in_a_narrow_table_words_break_before_figures():
    heads = (Head("A", numeric=True), *(Head(letter) for letter in "BCDEFGH"))
    row = ("1\u00a0300\u00a0av\u00a01\u00a0675", *("b" * 60 for _ in "BCDEFGH"))
    widths = [cell.width.pt for cell in opened(small(Table("T", heads, (row,)))).tables[0].rows[1].cells]
    assert widths[0] > 8 * (9 * 0.556 + 0.5 + 4 * 0.278) + 8.5
    assert max(widths[1:]) == pytest.approx(min(widths[1:]), rel=0.01)
    # There is not enough room for the figures alone either.
    heads, row = (Head("A"), Head("B", numeric=True), Head("C", numeric=True)), ("a", "1" * 99, "2" * 99)
    widths = [cell.width.pt for cell in opened(small(Table("T", heads, (row,)))).tables[0].rows[1].cells]
    assert sum(widths) <= Cm(16.6).pt + 1
    assert min(widths) > 0


def test_a_long_compound_may_be_hyphenated_between_its_words():
    table = Table("T", (Head("A", width=1), Head("B", width=9)), (("Informationssäkerhetssamordnare", "x"),))
    cell = opened(small(table)).tables[0].rows[1].cells[0]
    assert [text.text for text in cell._tc.iter(qn("w:t"))] == ["Informations", "säkerhets", "samordnare"]
    assert cell.width < Cm(4)


def test_a_short_text_stays_on_its_line_if_there_is_room():
    columns = (Head("Punkt", width=8), Head("Status", width=1))
    table = opened(small(Table("T", columns, (("Riskanalys", "Under gränsen"),)))).tables[0]
    assert table.rows[1].cells[1].width.pt > 60 + 8.5


def test_a_table_begins_with_more_than_its_heading_row_on_a_page():
    table = opened(small(Table("T", (Head("A"),), (("a",),) * 20))).tables[0]
    with_next = [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in table.rows]
    assert with_next[:4] == [True, True, False, False]


def test_a_point_is_rows_of_one_table_that_are_kept_together():
    chart = next(block for block in sample().blocks if isinstance(block, LineChart))
    figure = Beside((Result("30,6 %", "red", "Under gränsen", "91 av 297 system"),), (chart,))
    columns = (Head("Vad som återstår"), Head("Antal", numeric=True))
    weak = Beside((Table("", columns, (("Inte klassat", "164"),)),), (Table("", columns, (("Försenad", "8"),)),))
    words = (Paragraph("Görs inget är täckningen 29,0 %."), Paragraph("Takten är för låg.", "comment"))
    document = opened(
        small(Together((Heading("4. Informationsklassning", 3), figure, *words, weak)), Paragraph("Sedan"))
    )
    heading = next(p for p in document.paragraphs if p.text.startswith("4."))
    assert heading._p.xpath("w:pPr/w:keepNext")
    (layout,) = document.tables
    first, between, last = layout._tbl.tr_lst
    assert all(row.xpath("w:trPr/w:cantSplit") for row in (first, between, last))
    assert between.xpath("w:tc/w:tcPr/w:gridSpan/@w:val") == ["2"]
    for row in (first, between):
        assert all(paragraph.xpath("w:pPr/w:keepNext") for paragraph in row.xpath("w:tc/w:p"))
    assert not last.xpath(".//w:keepNext")


def test_a_long_comment_may_be_split_between_pages():
    columns = Beside((Paragraph("Vänster"),), (Paragraph("Höger"),))
    document = opened(small(Together((columns, Paragraph("Ord. " * 400)))))
    assert [bool(row.xpath("w:trPr/w:cantSplit")) for row in document.tables[0]._tbl.tr_lst] == [True, False]


def test_a_heat_table_has_shapes_tints_and_upright_headings():
    columns = (Head("Avdelning", width=4), Head("1 Klassning", numeric=True), Head("2 Riskanalys", numeric=True))
    heat = Table("", columns, (("Norr", "◆ 25", "–"),), statuses=((None, Status.RED, None),), upright=True)
    table = opened(small(heat)).tables[0]
    assert [cell.text for cell in table.rows[1].cells] == ["Norr", "◆ 25", "–"]
    heads, cells = (row.xpath("w:tc") for row in table._tbl.tr_lst)
    assert [cell.xpath("w:tcPr/w:textDirection/@w:val") for cell in heads] == [[], ["btLr"], ["btLr"]]
    assert table._tbl.tr_lst[0].xpath("w:trPr/w:trHeight")
    assert [cell.xpath("w:tcPr/w:shd/@w:fill") for cell in cells] == [[], ["EFBFAB"], []]
    assert bool(cells[1].xpath("w:p/w:r/w:rPr/w:b"))


def test_a_table_is_not_last_in_a_document():
    document = opened(small(Table("T", (Head("A"),), (("a",),)), PageBreak()))
    assert local(document.element.body)[-3:] == ["tbl", "p", "sectPr"]
    assert not document.paragraphs[-1].paragraph_format.page_break_before


def test_tables_without_captions_do_not_merge():
    table = Table("", (Head("A"),), (("a",),))
    body = opened(small(Paragraph("x"), table, table)).element.body
    assert local(body)[-6:] == ["p", "tbl", "p", "tbl", "p", "sectPr"]


def test_the_signature_block_has_names_and_rules_to_sign_on(written):
    report, document = written
    block = next(block for block in report.blocks if isinstance(block, Signatures))
    assert texts(document, "Report Signature Title") == [block.title]
    lines = [p for p in document.paragraphs if p.style.name == "Report Signature"]
    assert [p.text for p in lines] == [f"{label}\t{text or chr(9)}" for label, text in block.lines]
    assert all(p.paragraph_format.keep_with_next for p in lines[:-1])
    leaders = lines[0].style.element.xpath("w:pPr/w:tabs/w:tab/@w:leader")
    assert leaders == ["underscore"]


# --- contents, language, properties --------------------------------------------------------------------------------


def test_the_contents_have_their_entries_and_links(written):
    report, document = written
    frame = document.element.body.xpath
    assert frame("string(w:sdt//w:instrText)") == 'TOC \\o "1-2" \\h \\z \\u'
    title, *entries = frame("w:sdt/w:sdtContent/w:p")
    assert title.xpath("string(.//w:t)") == report.contents
    listed = [(level, text) for level, text in headings(document) if level <= 2]
    assert [entry.xpath("string(.//w:hyperlink//w:t)") for entry in entries] == [text for _, text in listed]
    levels = [entry.xpath("string(w:pPr/w:pStyle/@w:val)") for entry in entries]
    assert levels == [f"TOC{level}" for level, _ in listed]
    bookmarks = document.element.body.xpath(
        ".//w:p[w:pPr/w:pStyle[@w:val='Heading1' or @w:val='Heading2']]/w:bookmarkStart/@w:name"
    )
    assert [entry.xpath("string(.//w:hyperlink/@w:anchor)") for entry in entries] == bookmarks
    kinds = frame("w:sdt//w:fldChar/@w:fldCharType")
    assert kinds == ["begin", "separate", "end"]


def test_word_asks_its_reader_nothing_on_opening(files):
    assert not re.search("updateFields|w:dirty", everything(files("sv")))


def test_a_report_without_headings_has_no_contents():
    assert opened(small(Paragraph("a"))).element.body.find(qn("w:sdt")) is None


@pytest.mark.parametrize(("code", "tag"), first_of([("sv", "sv-SE"), ("en", "en-GB")]))
def test_the_language_is_set_in_styles_and_properties(files, code, tag):
    document = Document(io.BytesIO(files(code)))
    assert document.styles.element.xpath("w:docDefaults//w:lang/@w:val") == [tag]
    assert document.core_properties.language == tag
    assert set(re.findall(r'<w:(?:lang|themeFontLang)[^>]* w:val="([^"]+)"', everything(files(code)))) <= {tag}


def test_the_properties_are_the_reports(written):
    report, document = written
    properties = document.core_properties
    assert (properties.title, properties.author, properties.last_modified_by) == (
        report.title,
        *(2 * [report.organisation]),
    )
    assert properties.created == properties.modified == MADE_AT
    assert "python" not in f"{properties.comments}{properties.subject}{properties.keywords}".lower()


def test_pages_are_a4_and_numbered_in_the_footer(written):
    report, document = written
    section = document.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    line = section.footer.paragraphs[0]._p
    assert line.xpath("w:fldSimple/@w:instr") == ["PAGE", "NUMPAGES"]
    footer = "".join(line.xpath(".//w:t/text()"))
    assert footer == report.footer + report.page.replace("{pages}", "1").replace("{page}", "1")


@pytest.mark.parametrize("code", CODES)
def test_only_a_draft_is_marked_and_on_every_page(files, code):
    word, draft = DRAFT[code], files(code, draft=True)
    document = Document(io.BytesIO(draft))
    (line,) = document.sections[0].header.paragraphs
    assert line.text == word
    assert f'string="{word}"' in part(draft, "word/header1.xml")
    assert f">{word}<" not in everything(files(code))


# --- the file ----------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_the_same_report_gives_the_same_file(files):
    assert write_word(sample("sv", "Utkast")) == files("sv", draft=True)
    with zipfile.ZipFile(io.BytesIO(files("sv"))) as archive:
        # A zip counts in steps of two seconds.
        moment = (*MADE_AT.timetuple()[:5], MADE_AT.second // 2 * 2)
        assert {entry.date_time for entry in archive.infolist()} == {moment}


@pytest.mark.exhaustive
def test_a_report_is_written_fast():
    report = sample()
    start = time.process_time()
    write_word(report)
    assert time.process_time() - start < 3


# --- the organisation's template ---------------------------------------------------------------------------------


def short():
    """The report's first blocks, one of every kind among them."""
    blocks = sample().blocks
    return small(
        *blocks[:12], *(next(b for b in blocks if isinstance(b, kind)) for kind in (LineChart, Table, Signatures))
    )


def template(*lines, change=lambda document: None):
    """A template as Swedish Word writes it, with a header and the given paragraphs."""
    document = Document()
    for element in document.styles.element.xpath("w:style | w:style/w:basedOn | w:style/w:next | w:style/w:link"):
        for name, value in element.attrib.items():
            element.set(name, re.sub("^Heading(?=[0-9])", "Rubrik", value))
    for name in ("Caption", "List Bullet"):
        document.styles[name].delete()
    document.sections[0].header.paragraphs[0].text = "Exempelkommun"
    document.sections[0].left_margin = document.sections[0].right_margin = Cm(4)
    document.sections[0].page_width = Cm(21)
    for text in lines:
        document.add_paragraph(text)
    change(document)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


@pytest.fixture(scope="module")
def templated():
    """A report in a template that has nothing but its placeholder."""
    return opened(short(), template("{{rapport}}"))


def test_a_template_keeps_its_content_and_gets_the_report_at_its_placeholder():
    document = opened(short(), template("Före", "{{ Report }}", "Efter"))
    lines = [p.text for p in document.paragraphs]
    assert (lines[0], lines[-1]) == ("Före", "Efter")
    assert "{{" not in "".join(lines)
    assert lines[1:3] == [sample().organisation, sample().title]
    assert [p.text for p in document.sections[0].header.paragraphs] == ["Exempelkommun"]
    assert not document.sections[0].footer.is_linked_to_previous or not document.sections[0].footer.paragraphs[0].text
    assert headings(document) == [(b.level, b.text) for b in short().blocks if isinstance(b, Heading)]
    assert {p._p.style for p in document.paragraphs if p.style.name == "Heading 2"} == {"Rubrik2"}


def test_styles_that_a_template_lacks_are_added(templated):
    document = templated
    assert document.styles["Caption"].style_id == "Caption"
    bullet = next(p for p in document.paragraphs if p.style.name == "List Bullet")
    number = bullet.style.element.xpath("string(w:pPr/w:numPr/w:numId/@w:val)")
    numbering = document.part.numbering_part.element
    abstract = numbering.xpath(f"string(w:num[@w:numId='{number}']/w:abstractNumId/@w:val)")
    assert numbering.xpath(f"string(w:abstractNum[@w:abstractNumId='{abstract}']//w:lvlText/@w:val)") == "–"
    kinds = local(numbering)
    assert kinds == sorted(kinds)  # abstractNum before num
    defaults = document.styles.element.xpath("w:style[@w:default][@w:type='paragraph']")
    assert len(defaults) == 1
    ids = document.styles.element.xpath("w:style/@w:styleId")
    assert len(ids) == len(set(ids))
    assert set(document.styles.element.xpath("w:style/w:basedOn/@w:val")) <= set(ids)


def test_our_styles_never_replace_those_of_a_template():
    def change(document):
        document.styles.element.xpath("w:style[@w:styleId='Normal']/w:name")[0].set(qn("w:val"), "Brödtext")

    document = opened(short(), template("{{rapport}}", change=change))
    styles = document.styles.element
    assert styles.xpath("w:style[@w:default][@w:type='paragraph']/w:name/@w:val") == ["Brödtext"]
    assert styles.xpath("w:style[w:name/@w:val='Normal']/@w:styleId") == ["NormalReport"]
    assert styles.xpath("w:style[w:name/@w:val='Report Note']/w:basedOn/@w:val") == ["NormalReport"]


def test_without_a_placeholder_the_report_comes_last_on_a_new_page():
    document = opened(small(Paragraph("sist")), template("Försättsblad", ""))
    lines = [p.text for p in document.paragraphs]
    assert lines[:2] == ["Försättsblad", sample().organisation]
    assert lines[-1] == "sist"
    assert document.paragraphs[1].paragraph_format.page_break_before
    assert not opened(small(Paragraph("sist")), template("")).paragraphs[0].paragraph_format.page_break_before


def test_pictures_and_tables_fit_the_margins_of_the_template(templated):
    extents = {int(extent.get("cx")) for extent in templated.element.body.iter(qn("wp:extent"))}
    assert max(extents) == pytest.approx(Cm(13), rel=0.01)
    assert templated.tables[0]._tbl.tblPr.xpath("string(w:tblW/@w:w)") == str(round(13 / 2.54 * 1440))


def test_a_rule_to_sign_on_ends_at_the_margin_of_the_template(templated):
    line = templated.paragraphs[-1]
    assert line.style.name == "Report Signature"
    assert [round(stop.position.cm, 1) for stop in line.paragraph_format.tab_stops] == [14.0, 13.0]
    assert line._p.xpath("w:pPr/w:tabs/w:tab/@w:val") == ["clear", "right"]


def test_a_draft_marks_every_header_of_a_template():
    def change(document):
        document.sections[0].different_first_page_header_footer = True
        document.settings.odd_and_even_pages_header_footer = True
        later = document.add_section(WD_SECTION.NEW_PAGE)
        later.header.is_linked_to_previous = False
        later.header.paragraphs[0].text = "Bilaga"

    document = opened(small(Paragraph("a"), draft="Utkast"), template("{{rapport}}", change=change))
    first, later = document.sections
    marked = [[p.text for p in header.paragraphs] for header in (first.header, first.first_page_header)]
    assert marked == [["Utkast", "Exempelkommun"], ["Utkast"]]
    assert [p.text for p in first.even_page_header.paragraphs] == ["Utkast"]
    assert [p.text for p in later.header.paragraphs] == ["Utkast", "Bilaga"]
    assert later.even_page_header.is_linked_to_previous


def test_a_templates_numbering_does_not_precede_ours(templated):
    numbers = {
        p._p.xpath("string(w:pPr/w:numPr/w:numId/@w:val)") for p in templated.paragraphs if "Rubrik" in p._p.style
    }
    assert numbers == {"0"}


def test_a_template_without_lists_gets_one():
    def change(document):
        part = document.part
        part.drop_rel(next(i for i, rel in part.rels.items() if rel.reltype.endswith("/numbering")))

    document = opened(small(Bullets(("a", "b"))), template("{{rapport}}", change=change))
    assert texts(document, "List Bullet") == ["a", "b"]
    assert len(document.part.numbering_part.element) == 2


def repacked(content, name, change):
    """A file with one part changed."""
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(new, "w") as archive:
        for entry in old.namelist():
            archive.writestr(entry, change(old.read(entry)) if entry == name else old.read(entry))
    return new.getvalue()


def with_content_type(kind):
    own = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return repacked(template("{{rapport}}"), "[Content_Types].xml", lambda part: part.replace(own, kind))


def test_a_dotx_is_a_template_and_the_report_a_document():
    kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
    content = write_word(small(Paragraph("a")), template=with_content_type(kind))
    assert "template.main" not in part(content, "[Content_Types].xml")
    assert Document(io.BytesIO(content)).paragraphs[-1].text == "a"


def workbook():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"Mall", id="text"),
        pytest.param(b"\xd0\xcf\x11\xe0" + bytes(4096), id="old_or_encrypted"),
        pytest.param(template("x")[:4000], id="cut_off"),
        pytest.param(workbook(), id="other_zip"),
        pytest.param(with_content_type(b"application/vnd.ms-word.document.macroEnabled.main+xml"), id="with_macros"),
        pytest.param(repacked(template(), "word/document.xml", lambda part: part[:900]), id="broken_xml"),
        pytest.param(repacked(template(), "word/document.xml", lambda _: b"<a/>"), id="other_xml"),
        pytest.param(repacked(template(), "word/styles.xml", lambda part: part[:900]), id="broken_styles"),
    ],
)
def test_a_file_that_is_no_template_is_refused_in_both_languages(content):
    with pytest.raises(Refusal) as refused:
        write_word(small(Paragraph("a")), template=content)
    assert Language("en").refusal(refused.value).startswith("The template is not a Word file")
    assert Language("sv").refusal(refused.value).startswith("Mallen är inte en Word-fil")


def test_a_template_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(report_word, "MOST_BYTES", 10_000)
    with pytest.raises(Refusal):
        write_word(small(Paragraph("a")), template=template())


def test_the_moment_of_a_file_may_have_no_time_zone():
    assert opened(small(Paragraph("a"), made_at=datetime(2026, 1, 2, 3, 4, 5))).core_properties.created.year == 2026
