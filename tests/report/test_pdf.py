"""The report as PDF: what a screen reader reads, what an archive requires, and odd texts unchanged."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pikepdf
import pytest
import typst

from compliance.core.places import REPORT
from compliance.counting.assessing import Status
from compliance.report.blocks import (
    Bar,
    Block,
    Bullets,
    Heading,
    LineChart,
    PageBreak,
    Paragraph,
    Report,
    Signatures,
    Table,
)
from compliance.report.writers import typesetting
from compliance.report.writers.pdf import write_pdf
from compliance.report.writers.typesetting import COLOURS
from compliance.wording.tables import Head
from compliance.wording.trends import Level, Trend, TrendPoint
from tests.layers import first_of
from tests.reports import LONG_TABLE, sample
from tests.tagged import Node, Tagged

SWEDISH = sample("sv", "Utkast")
ENGLISH = sample("en")
HOSTILE = [
    '#read("/etc/passwd")',
    '*bold* _slanted_ $x^2$ `raw` = heading - "quoted" -- --- ... ~',
    "\\ \\u{41} <label> @reference // no comment /* none */ [a](b) #{1 + 1} & &amp; <b>",
    "Žaneta Łukasz, Жанна, Ελένη, 中文",
    "klart 🎉 och 👩‍💻",
]


@pytest.fixture(scope="module")
def swedish() -> Tagged:
    return Tagged(write_pdf(SWEDISH))


@pytest.fixture(scope="module")
def english() -> Tagged:
    return Tagged(write_pdf(ENGLISH, archive=True))


@pytest.fixture(params=first_of(["swedish", "english"]))
def written(request):
    """A report with its PDF: a Swedish draft, and an English one for the archive."""
    return (SWEDISH if request.param == "swedish" else ENGLISH), request.getfixturevalue(request.param)


def of_kind(report: Report, *kinds):
    return [block for block in report.blocks if isinstance(block, kinds)]


def trend(name: str, *, alt: str | None = None, moments: tuple[TrendPoint, ...] | None = None) -> LineChart:
    """A trend with the same text everywhere."""
    level, two = Level(0.95, name), (TrendPoint(name, 0.4, name), TrendPoint(name, 0.5, name))
    return LineChart(name, name if alt is None else alt, name, Trend(moments or two, level, level))


def short(*blocks: Block, **changes) -> Report:
    return replace(SWEDISH, **{"draft": None, "facts": (), "blocks": blocks, **changes})


def pdf_of(*blocks: Block, **changes) -> Tagged:
    return Tagged(write_pdf(short(*blocks, **changes)))


def plain(text: str) -> str:
    """The text on one line, as it is read aloud."""
    return " ".join(text.replace("\u00a0", " ").split())


# --- the document ------------------------------------------------------------------------------------------------


def test_the_document_has_its_language_title_and_author(written):
    report, pdf = written
    assert str(pdf.root.Lang) == report.language
    assert pdf.root.MarkInfo.Marked
    assert pdf.root.ViewerPreferences.DisplayDocTitle
    assert str(pdf.pdf.docinfo.Title) == report.title
    assert str(pdf.pdf.docinfo.Author) == report.organisation


def test_it_claims_to_be_accessible_and_only_on_request_an_archive_file(swedish, english):
    with swedish.pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == SWEDISH.title
        assert "pdfaid:part" not in metadata
    with english.pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
    assert len(english.root.OutputIntents) == 1


def test_it_holds_nothing_that_runs_or_leads_out(written):
    _, pdf = written
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(pdf.root.keys())
    names = pdf.root.get("/Names", {})
    assert not {"/JavaScript", "/EmbeddedFiles"} & set(names.keys())
    actions = [note.get("/A", {}) for page in pdf.pdf.pages for note in page.get("/Annots", [])]
    assert actions
    assert {str(action.get("/S", "/GoTo")) for action in actions} == {"/GoTo"}


def test_every_font_is_in_the_file(written):
    _, pdf = written
    fonts = [font for page in pdf.pdf.pages for font in page.Resources.get("/Font", {}).values()]
    assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in fonts)
    assert {str(font.BaseFont).split("+")[1] for font in fonts} >= {"IBMPlexSans-Regular", "IBMPlexSans-SemiBold"}


@pytest.mark.live
def test_the_same_report_gives_the_same_bytes_with_its_own_date():
    report = short(Heading("Kapitel", 1), of_kind(SWEDISH, Table)[0], of_kind(SWEDISH, LineChart)[0])
    assert write_pdf(report) == write_pdf(report)
    report = short(Heading("Kapitel", 1))
    written = write_pdf(report)
    elsewhere = report.made_at.astimezone(timezone(timedelta(hours=2)))
    assert written == write_pdf(replace(report, made_at=elsewhere))
    assert written == write_pdf(replace(report, made_at=report.made_at.replace(tzinfo=None, microsecond=7)))
    assert str(Tagged(written).pdf.docinfo.CreationDate) == "D:20261102121005Z"
    assert written != write_pdf(replace(report, made_at=datetime(2026, 11, 3, tzinfo=UTC)))


# --- its structure -----------------------------------------------------------------------------------------------


@pytest.mark.live
def test_headings_are_in_order_and_skip_no_level(written):
    report, pdf = written
    headings = [(int(node.tag[1]), node.text) for node in pdf.tree.find("H1", "H2", "H3", "H4", "H5", "H6")]
    assert headings == [(1, report.contents), *((block.level, block.text) for block in of_kind(report, Heading))]
    levels = [0, *(level for level, _ in headings)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_bookmarks_are_the_headings(written):
    report, pdf = written
    bookmarks = [(level, title) for level, title, _ in pdf.bookmarks]
    assert bookmarks == [(1, report.contents), *((block.level, block.text) for block in of_kind(report, Heading))]


def test_the_contents_have_the_right_page_numbers(written):
    _, pdf = written
    entries = [plain(entry.text) for entry in pdf.tree.find("TOCI")]
    expected = [plain(f"{title} {page}") for level, title, page in pdf.bookmarks[1:] if level <= 2]
    assert entries == expected
    links = [note for note in pdf.pdf.pages[0].Annots if note.Subtype == "/Link"]
    assert len(links) == len(entries)


def test_every_chart_is_a_figure_with_its_alternative_text(written):
    report, pdf = written
    charts = of_kind(report, LineChart)
    assert len(charts) == 4
    assert [str(node.element.Alt) for node in pdf.tree.find("Figure")] == [chart.alt for chart in charts]
    captions = [node.text for node in pdf.tree.find("Caption")]
    assert captions == [block.caption for block in of_kind(report, LineChart, Table)]


def test_a_table_has_its_header_cells_and_all_its_texts(written):
    report, pdf = written
    tables = of_kind(report, Table)
    for node, table in zip(pdf.tree.find("Table"), tables, strict=True):
        assert node.find("Caption")[0].text == table.caption
        head, *rows = [[plain(cell.text) for cell in row.nodes] for row in node.find("TR")]
        if table.bars:
            # A screen reader reads the figures, and skips the bars that draw them.
            assert [row.pop(1) for row in (head, *rows)] == [table.scale] + [""] * len(table.bars)
        assert head == [column.label for column in table.columns]
        assert rows == [[plain(text) for text in row] for row in table.rows]


def test_each_bar_is_a_whole_artifact_in_the_colour_of_its_status():
    bars = tuple(Bar("", 0.5, "", 0.95, status, "") for status in ("green", "yellow", "red"))
    pdf = pdf_of(Table("Tabell", (Head("A"),), (("a",),) * 3, bars, scale="0–100"))
    drawn, inside = [], False
    for operands, operator in pikepdf.parse_content_stream(pdf.pdf.pages[-1], "BMC EMC scn m l W"):
        if str(operator) in {"BMC", "EMC"}:
            inside = str(operator) == "BMC"
            drawn += [[]] if inside else []
        elif inside:
            drawn[-1].append((str(operator), [float(number) for number in operands]))
    filled = [[colour(*parts) for name, parts in one if name == "scn"] for one in drawn]
    # The track, what is filled of it, and the shape.
    assert filled == [[COLOURS[name] for name in ("track", bar.status, bar.status)] for bar in bars]
    assert "W" not in {name for one in drawn for name, _ in one}  # none is cut off


def colour(*parts: float) -> str:
    return "#" + bytes(round(255 * part) for part in parts).hex().upper()


def test_a_cell_of_a_table_knows_its_heading(written):
    _, pdf = written
    for table in pdf.tree.find("Table"):
        headers = table.find("TH")
        assert [str(node.attribute("/Scope")) for node in headers] == ["/Column"] * len(headers)
        ids = [str(node.element.ID) for node in headers]
        for row in table.find("TBody")[0].find("TR"):
            assert [[str(id_) for id_ in cell.attribute("/Headers")] for cell in row.nodes] == [[id_] for id_ in ids]


def test_the_header_of_a_long_table_is_repeated_on_each_of_its_pages(swedish):
    pages = [page for page in swedish.pages if any(re.fullmatch(r"Å-0\d\d", run.text) for run in page)]
    assert len(pages) > 2
    assert all([run.text for run in page].count("Timmar") == 1 for page in pages)
    numbers = [run.text for page in pages for run in page if run.text.startswith("Å-0")]
    assert len(numbers) == LONG_TABLE


def test_paragraphs_and_lists_are_unchanged(written):
    report, pdf = written
    paragraphs = [plain(node.text) for node in pdf.tree.find("P")]
    texts = [plain(block.text) for block in of_kind(report, Paragraph)]
    assert [text for text in paragraphs if text in texts] == texts
    items = [plain(item) for block in of_kind(report, Bullets) for item in block.items]
    assert [plain(node.text) for node in pdf.tree.find("LBody")] == items


def test_on_cover_and_signatures_each_text_follows_its_label(swedish):
    full_text = plain("|".join(node.text for node in swedish.tree.find("P", "Span")))
    for label, text in SWEDISH.facts:
        assert plain(f"|{label}|{text}|") in full_text
    assert "|Underskrift|Inlämnad av|Maj Exempelsson, 2026-11-02|Ort och datum|Förvaltningschef|" in full_text


# --- its pages ---------------------------------------------------------------------------------------------------


def test_every_page_of_a_draft_is_marked_by_an_artifact(swedish):
    for number in range(len(swedish.pages)):
        assert swedish.artifacts(number, "Background") == "Utkast"
        assert swedish.artifacts(number, "Header") == "Utkast"
    assert [node.text for node in swedish.tree.find("P")].count(
        "Utkast"
    ) == 1  # a screen reader reads it once, on the cover


def test_a_report_that_is_no_draft_has_no_mark(english):
    for number in range(len(english.pages)):
        assert english.artifacts(number, "Background") + english.artifacts(number, "Header") == ""


def test_the_footer_of_each_page_has_its_number(swedish, english):
    for pdf, report, words in ((swedish, SWEDISH, "Sida {} av {}"), (english, ENGLISH, "Page {} of {}")):
        count = len(pdf.pages)
        footers = [pdf.artifacts(number, "Footer") for number in range(count)]
        assert footers == [report.footer + words.format(number, count) for number in range(1, count + 1)]


def test_a_page_begins_after_a_page_break():
    pdf = pdf_of(Heading("Ett", 1), PageBreak(), PageBreak(), Heading("Två", 1), PageBreak())
    assert [page for *_, page in pdf.bookmarks] == [1, 2, 3]
    assert len(pdf.pages) == 3


LONG_ONE = Table("Tabell", (Head("Nr"), Head("Text")), (("första", "text"), *(("en till", "text"),) * 40))
SIGNED = Signatures("Underskrift", (("Namn", ""), ("Ort", ""), ("Datum", "2026-11-02")))


@pytest.mark.live
@pytest.mark.parametrize(
    ("block", "together"),
    [(LONG_ONE, ("Tabell", "Nr", "första")), (SIGNED, ("Underskrift", "Namn", "Ort", "Datum"))],
    ids=["table", "signatures"],
)
def test_what_belongs_together_is_on_one_page_wherever_it_begins(block, together, exhaustively):
    pages = set()
    for lines in range(37, 25, -1 if exhaustively else -5):
        pdf = pdf_of(Heading("Kapitel", 1), *(Paragraph("rad", "note"),) * lines, block)
        pages_of = {text: _pages(pdf, text)[0] for text in together}
        assert len(set(pages_of.values())) == 1, pages_of
        pages |= set(pages_of.values())
    assert pages == {1, 2}


def _pages(pdf: Tagged, text: str) -> list[int]:
    return [number for number, runs in enumerate(pdf.pages) for run in runs if run.text == text]


# --- texts as they are -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("archive", first_of([False, True]), ids=["accessible", "archive"])
@pytest.mark.parametrize("text", first_of(HOSTILE, 3))
def test_a_text_is_never_markup(text, archive):
    bars = (Bar(text, 0.5, text, 0.95, "red", text),) * 2
    columns = (Head(text, width=3), Head(text, numeric=True, width=3))
    table = Table(text, columns, ((text, text), ("ett", text)), bars, scale=text)
    blocks = [Heading(text, 1), *(Paragraph(text, style) for style in ("body", "answer", "comment", "note"))]
    blocks += [Bullets((text,)), table, trend(text), Signatures(text, ((text, text),))]
    report = short(*blocks, title=text, organisation=text, footer=text, facts=((text, text),))
    pdf = Tagged(write_pdf(report, archive=archive))
    assert str(pdf.pdf.docinfo.Title) == text
    assert pdf.bookmarks[1][1] == text
    assert [str(node.element.Alt) for node in pdf.tree.find("Figure")] == [text]
    assert pdf.artifacts(0, "Footer").startswith(text)
    tags = {tag: [node.text for node in pdf.tree.find(tag)] for tag in ("H1", "P", "LBody", "TH", "TD", "Caption")}
    assert tags["H1"][1:] == [text]
    assert tags["P"].count(text) == 7  # organisation, title, four paragraphs and what is signed
    assert tags["LBody"] == [text]
    assert tags["TH"] == [text, text, text]
    assert tags["TD"] == [text, "", text, "ett", "", text]
    assert tags["Caption"] == [text, text]


def test_line_breaks_are_kept_and_an_empty_line_separates_paragraphs():
    pdf = pdf_of(Paragraph("ett\ntvå\rtre\u2028\r\nfyra\tfem", "comment"))
    assert [node.text for node in pdf.tree.find("P")][-2:] == ["ett två tre", "fyra fem"]
    heights = {run.text.strip(): run.height for run in pdf.pages[-1]}
    assert heights["ett"] > heights["två"] > heights["tre"] > heights["fyra fem"]


@pytest.mark.parametrize("archive", first_of([False, True]), ids=["accessible", "archive"])
def test_forbidden_characters_are_replaced(archive):
    texts = [
        f"före{odd}efter" for odd in ("\0", "\x07", "\ufeff", "\ufffe", "\ud83c", "\ue000", "\U000f0001", "\ufdd0")
    ]
    blocks = [block for text in texts for block in (Heading(text, 1), Paragraph(text))]
    together = " ".join(texts)
    chart = trend(together, moments=tuple(TrendPoint(text, 0.5, text) for text in texts))
    pdf = Tagged(write_pdf(short(*blocks, chart, title=together), archive=archive))
    paragraphs = [node.text for node in pdf.tree.find("P")]
    assert paragraphs[-len(texts) :] == ["före\ufffdefter"] * len(texts)


def test_the_templates_read_only_their_input_and_each_other():
    code = {path.name: re.sub(r"//.*", "", path.read_text("utf-8")) for path in REPORT.glob("*.typ")}
    text = "".join(code.values())
    assert re.findall(r"\b(read|include|eval|plugin|csv|yaml|toml|xml|cbor)\b", text) == []
    assert set(re.findall(r"\bimport (\S+)", text)) == {'"chart.typ":', '"text.typ":'}
    assert set(re.findall(r"\bsys[.\w]*", text)) == {
        f"sys.inputs.{name}" for name in ("report", "charts", "width", "colours", "compounds")
    }


@pytest.mark.parametrize("path", ["../secret.txt", "/secret.txt", "/../secret.txt", "{outside}"])
def test_a_template_cannot_read_outside_its_folder(path, tmp_path, monkeypatch):
    outside = tmp_path / "secret.txt"
    outside.write_text("hemligt")
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "report.typ").write_text(f'#read("{path.format(outside=outside)}")')
    monkeypatch.setattr(typesetting, "REPORT", folder)
    with pytest.raises(typst.TypstError, match=r"not found|outside|root"):
        write_pdf(short())


LONG = {
    "compound": "informationssäkerhetsklassificeringsarbetsgruppsprotokoll",
    "without_hyphens": "X" * 90,
    "address": "https://exempel.example/arenden/2026/" + "bilaga_1-b." * 9,
    "digits": "1234567890" * 6,
    "path": "C:\\Gemensam\\" + "Undermapp\\" * 9,
}


@pytest.mark.parametrize("word", first_of(LONG.values(), 2), ids=LONG)
def test_a_long_word_stays_in_its_column_and_on_its_page(word):
    columns = (Head("Första"), Head("Andra", numeric=True), Head("Tredje", width=0.8), Head("Fjärde", width=3))
    table = Table("Tabell", columns, (("a", "b", "c", "d"), (word, word, word, word)))
    pdf = pdf_of(Heading(word, 1), Paragraph(word, "answer"), Bullets((word,)), table, title=word)
    right_margin = 595.3 - 22 / 25.4 * 72
    assert max(run.right for page in pdf.pages for run in page) <= right_margin + 0.5
    cells = pdf.tree.find("TD")[4:]
    assert [cell.text for cell in cells] == [word] * 4
    places = [_place(pdf, cell) for cell in cells]
    assert all(right < left for (_, right), (left, _) in pairwise(places))


def test_a_column_is_never_too_narrow_for_a_date_or_a_short_word():
    columns = (
        Head("Nr", width=0.3),
        Head("Beslut", width=9),
        Head("Datum", width=0.3),
        Head("Status", width=0.3),
    )
    rows = (("2026-1", "Ett beslut som är långt. " * 9, "2026-03-31", "Ej påbörjat"),)
    runs = [run for page in pdf_of(Table("Beslut", columns, rows)).pages for run in page]
    texts = [run.text.strip() for run in runs]
    assert {"2026-1", "2026-03-31", "påbörjat"} <= set(texts)
    assert max(run.right for run in runs) <= 595.3 - 22 / 25.4 * 72 + 0.5


def test_a_heat_table_has_its_shapes_as_text_and_its_upright_headings_whole():
    names = ["1 Informationssäkerhet", *(f"{number} Registerförteckning" for number in range(2, 14))]
    columns = (Head("Avdelning", width=4.4), *(Head(name, numeric=True) for name in names))
    statuses = (None, *(Status.RED for _ in names))
    rows = (("Kultur, fritid och stadsmiljö", *("◆\N{NO-BREAK SPACE}100" for _ in names)),)
    pdf = pdf_of(Table("", columns, rows, statuses=(statuses,), upright=True))
    cells = [plain(cell.text) for row in pdf.tree.find("TR") for cell in row.nodes]
    assert cells == ["Avdelning", *names, "Kultur, fritid och stadsmiljö", *(["◆ 100"] * len(names))]
    assert max(run.right for page in pdf.pages for run in page) <= 595.3 - 22 / 25.4 * 72 + 0.5


def test_a_compound_is_hyphenated_between_its_words():
    words = ("Tredjelandsöverföring", "Upphandlingsansvarig", "Incidentrapportering", "Informationsklassning")
    columns = (Head("A", width=2.4), Head("B", width=10))
    pdf = pdf_of(Table("Tabell", columns, tuple((word, "b") for word in words)))
    parts = [line.strip("\N{SOFT HYPHEN}-") for line in _lines(pdf, until=150)[2:]]
    assert parts == [
        "Tredjelands", "överföring", "Upphandlings", "ansvarig", "Incident", "rapportering",
        "Informations", "klassning",
    ]  # fmt: skip


def test_an_address_breaks_after_its_punctuation():
    pdf = pdf_of(Table("Tabell", (Head("A"), Head("B", width=3)), ((LONG["address"], "b"),)))
    lines = _lines(pdf, until=180)[2:]
    assert "".join(lines) == LONG["address"]
    assert all(line[-1] in ":/_-." for line in lines)


def _lines(pdf: Tagged, *, until: float) -> list[str]:
    """The lines of the last page, of the runs that begin left of `until`."""
    lines: dict[float, str] = {}
    for run in pdf.pages[-1]:
        if run.left < until and run.mcid is not None:
            lines[run.height] = lines.get(run.height, "") + run.text
    return list(lines.values())


def _place(pdf: Tagged, cell: Node) -> tuple[float, float]:
    """The left and right edge of a cell's text."""
    nodes = [cell, *cell.find()]
    number = next(i for i, page in enumerate(pdf.pdf.pages) for node in nodes if node.element.get("/Pg") == page.obj)
    marks = {mark for node in nodes for mark in node.marks}
    runs = [run for run in pdf.pages[number] if run.mcid in marks]
    return min(run.left for run in runs), max(run.right for run in runs)


# --- unusual reports ---------------------------------------------------------------------------------------------


def test_headings_that_skip_a_level_are_raised_and_empty_ones_left_out():
    pdf = pdf_of(Heading("Djup", 3), Heading("  ", 1), Heading("Djupare", 3), Heading("Djupast", 3), Heading("Ytan", 1))
    headings = [(node.tag, node.text) for node in pdf.tree.find("H1", "H2", "H3")]
    assert headings == [("H1", "Innehåll"), ("H1", "Djup"), ("H2", "Djupare"), ("H3", "Djupast"), ("H1", "Ytan")]


def test_a_report_without_headings_has_no_contents():
    assert pdf_of(Paragraph("Bara detta.")).tree.find("H1", "TOC") == []


def test_the_caption_of_a_chart_stands_in_for_a_missing_alternative_text():
    pdf = pdf_of(trend("Incidenter", alt=""))
    assert [str(node.element.Alt) for node in pdf.tree.find("Figure")] == ["Incidenter"]


def test_empty_blocks_do_no_harm():
    empty = (Paragraph(""), Bullets(()), Table("", (Head("A"),), ()), Signatures("", ()), Paragraph("\n\n", "note"))
    assert pdf_of(*empty, draft="", footer="", contents="").tree.find("TH")[0].text == "A"
    assert len(pdf_of().pages) <= 2


def test_a_cell_longer_than_a_page_continues_on_the_next():
    words = " ".join(f"ord{number}" for number in range(1500))
    pdf = pdf_of(Table("Lång", (Head("Nr"), Head("Text")), (("1", words), ("2", "slut"))))
    assert pdf.tree.find("TD")[1].text == words
    assert min(run.height for page in pdf.pages for run in page if run.mcid is not None) > 25 / 25.4 * 72 - 12
    assert len(pdf.pages) > 3
