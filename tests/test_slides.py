"""The slides of a report: what is read back from the file is what the report says, and all of it has its room."""

import io
import re
import time
import zipfile
from dataclasses import replace
from functools import cache
from itertools import combinations

import openpyxl
import pytest
from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn

from compliance.blocks import (
    Bar,
    BarChart,
    Bullets,
    Column,
    CountChart,
    Heading,
    LineChart,
    Moment,
    PageBreak,
    Paragraph,
    Signatures,
    Table,
)
from compliance.geometry import Level
from compliance.language import Language
from compliance.slide_design import LAYOUTS
from compliance.slide_plan import planned
from compliance.slide_text import ELLIPSIS, beginning, fitted, height, line_count, plain, width
from compliance.writing_slides import write_slides
from tests.browser import MOST
from tests.reports import LONG_TABLE, MADE_AT, sample

FURNITURE = {PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER}
LONG = "Verksamheten klassar sin information varje år och följer upp handlingsplanen tillsammans med objektledaren. "
DRAFT, FOOTER, KICKER, NOTE = 17, 11, 13, 16


@cache
def written(report):
    return write_slides(report)


@cache
def read(report):
    return Presentation(io.BytesIO(written(report)))


def of(*blocks, **changes):
    """The sample report with other blocks."""
    return replace(sample("sv"), blocks=blocks, **changes)


def long_text(sentences):
    return " ".join(f"{number}. {LONG.strip()}" for number in range(sentences))


def bars(count, *, label="Enhet {}"):
    found = (
        Bar(label.format(n), n / count, f"{100 * n // count}\u00a0%", 0.95, "red", "Under gränsen", None)
        for n in range(count)
    )
    return BarChart("Alla enheter", "Staplar.", tuple(found), "mål", "förra genomgången")


def trend(*shares, target=0.95, limit=0.8):
    moments = tuple(Moment(str(2020 + n), share, f"{share}") for n, share in enumerate(shares))
    return LineChart("Över åren", "Linje.", "Täckning", moments, Level(target, "mål"), Level(limit, "gräns"))


# Everything that a report can hold too much of.
HARD = of(
    Paragraph("Före första rubriken."),
    Heading("2 Uppföljning med en rubrik som är så lång att den inte alls får plats på en enda rad. " * 3, 1),
    Heading("2.1 Granskningspunkter", 2),
    Heading("2.1.1 Informationsklassning", 3),
    Paragraph(f"Svaret är långt. {LONG}" * 4, "answer"),
    Paragraph(long_text(60)),
    Bullets(tuple(f"Punkt {n}: {LONG}" for n in range(13))),
    trend(0.3, None, 0.5),
    Paragraph(long_text(12), "note"),
    Paragraph("Efter diagrammet."),
    CountChart("Orsaker", "Orsaker.", "Antal", tuple((f"Orsak {n}", n, str(n)) for n in range(40))),
    Heading("2.2 Enheter", 2),
    bars(30, label="Enhet {} i verksamhetsområdet för individ- och familjeomsorg och ekonomiskt bistånd"),
    Heading("2.3 Fritext", 2),
    Table(
        "Fritext",
        (Column("Område"), Column("Beskrivning", width=5)),
        (("Dataskydd", long_text(40)), ("Kort", "Kort svar"), ("Ett" * 80, "Två")),
    ),
    Heading("2.4 Tomt", 2),
    BarChart("Inga staplar", "Det finns inget att visa.", (), "mål", "förra"),
    Table("Tom tabell", (Column("Kolumn"),), ()),
    Heading("3 Bara en kommentar", 1),
    Paragraph("Sägs högt.", "comment"),
    title="En titel som är lång. " * 12,
    organisation="Förvaltningen för allt. " * 9,
    facts=tuple((f"Uppgift {n}", LONG) for n in range(20)),
    footer="Sidfot " * 60,
    draft="Utkast som inte är färdigt än",
)
REPORTS = {"sv": sample("sv", "Utkast"), "en": sample("en", "Draft"), "hard": HARD}


@pytest.fixture(scope="module", params=[name for name in REPORTS if MOST or name != "en"])
def both(request):
    """A report and its slides; in English all of it only in `make fuzz`."""
    report = REPORTS[request.param]
    return report, read(report)


def texts(slide):
    """Every text on a slide, tables and charts included."""
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)
        elif shape.has_chart:
            part = shape.chart.part._element
            yield from (node.text or "" for node in part.iter(qn("a:t"), qn("c:v")))


def notes(slide):
    return slide.notes_slide.notes_text_frame.text if slide.has_notes_slide else ""


def flat(text):
    """Text without regard to how its lines are broken."""
    return " ".join(text.replace("\x0b", " ").split())


def every_text(deck):
    return flat(" ".join(text for slide in deck.slides for text in (*texts(slide), notes(slide))))


def titles(deck):
    return [slide.shapes.title.text_frame.text for slide in deck.slides]


def titled(deck, beginning):
    return [slide for slide in deck.slides if slide.shapes.title.text_frame.text.startswith(beginning)]


def frames(deck, *, chart):
    return [shape for slide in deck.slides for shape in slide.shapes if (shape.has_chart if chart else shape.has_table)]


def blocks(report, kind):
    return [block for block in plain(report).blocks if isinstance(block, kind)]


# --- slides ------------------------------------------------------------------------------------------------------


def test_the_slides_are_wide(both):
    _, deck = both
    assert (deck.slide_width, deck.slide_height) == (12_192_000, 6_858_000)


def test_every_slide_has_a_title_in_its_place_and_no_placeholder_is_empty(both):
    _, deck = both
    assert [number for number, title in enumerate(titles(deck), start=1) if not title.strip()] == []
    empty = [shape.name for slide in deck.slides for shape in slide.placeholders if not shape.text_frame.text.strip()]
    assert empty == []


def test_titles_tell_the_slides_apart(both):
    _, deck = both
    assert len(set(titles(deck))) == len(deck.slides)


def test_nothing_stands_outside_its_slide_and_no_two_things_stand_over_each_other(both):
    _, deck = both
    wide, high = deck.slide_width, deck.slide_height
    for slide in deck.slides:
        edges = []
        for shape in slide.shapes:
            left, top = shape.left, shape.top
            edges.append((left, left + shape.width, top, top + shape.height, shape.name))
        for left, right, top, bottom, _ in edges:
            assert left >= 0
            assert top >= 0
            assert right <= wide
            assert bottom <= high
        for one, other in combinations(edges, 2):
            beside = one[1] <= other[0] or other[1] <= one[0]
            above = one[3] <= other[2] or other[3] <= one[2]
            assert beside or above, (slide.shapes.title.text_frame.text, one, other)


def test_every_text_fits_its_box_and_is_large_enough(both):
    report, _ = both
    least = {"title": 16, "answer": 24, "text": 16, "facts": 14, "owner": 20, "kicker": 14, "caption": 14, "note": 12}
    for leaf in planned(plain(report)):
        for name, words in leaf.words.items():
            assert words.size >= least[name]
            lines = sum(lines_of(line, words, bold=name == "title") for line in words.lines if "\t" not in line.text)
            assert height(lines, size=words.size) <= words.box.height + 0.01, (name, words.lines)
        if leaf.figure:
            assert leaf.figure.size >= 12


def lines_of(line, words, *, bold):
    room = words.box.width - (0.7 if line.bullet else 0)
    return line_count(line.text, size=words.size, room=room, bold=bold)


def test_nothing_that_the_report_says_is_lost(both):
    report, deck = both
    said = every_text(deck)
    for block in plain(report).blocks:
        for text in spoken(block):
            assert flat(text) in said, text


def spoken(block):
    """The texts of a block that a reader meets."""
    match block:
        case Heading() | Paragraph():
            return [block.text]
        case Bullets():
            return block.items
        case Table():
            return [column.heading for column in block.columns] + [cell for row in block.rows for cell in row]
        case BarChart():
            return [text for bar in block.bars for text in (bar.label, bar.text, bar.word)]
        case LineChart():
            return [block.target.text, block.limit.text, *(moment.label for moment in block.moments)]
        case CountChart():
            return [text for label, _, text in block.counts for text in (label, text)]
        case Signatures():
            return [block.title, *(text for line in block.lines for text in line)]
        case PageBreak():
            return []


def test_front_has_title_organisation_and_facts():
    report = REPORTS["sv"]
    front = read(report).slides[0]
    found = {shape.placeholder_format.type: shape.text_frame.text for shape in front.placeholders}
    assert found[PP_PLACEHOLDER.CENTER_TITLE] == report.title
    assert found[PP_PLACEHOLDER.SUBTITLE] == report.organisation
    assert "\n".join(f"{label}\t{text}" for label, text in report.facts) in found.values()


@pytest.mark.parametrize("code", ["sv", "en"] if MOST else ["sv"])
def test_contents_lead_to_the_chapters(code):
    report = REPORTS[code]
    contents = read(report).slides[1]
    assert contents.shapes.title.text_frame.text == report.contents
    links = [link.get(qn("r:id")) for link in contents.element.iter(qn("a:hlinkClick"))]
    goals = [contents.part.related_part(link).slide.shapes.title.text_frame.text for link in links]
    assert goals == [block.text for block in blocks(report, Heading) if block.level == 1]


def test_a_report_of_one_chapter_has_no_contents():
    assert titles(read(of(Heading("Enda", 1), Paragraph("Text.")))) == [sample().title, "Enda"]


def test_a_heading_without_content_becomes_a_slide_of_its_own_or_stands_above_the_next_title():
    deck = read(of(Heading("1 Kapitel", 1), Heading("1.1 Avsnitt", 2), Heading("1.1.1 Punkt", 3), Paragraph("Text.")))
    assert titles(deck) == [sample().title, "1 Kapitel", "1.1.1 Punkt"]
    assert deck.slides[1].slide_layout.name == "Kapitel"
    kickers = [shape.text_frame.text for shape in deck.slides[2].placeholders if shape.placeholder_format.idx == KICKER]
    assert kickers == ["1.1 Avsnitt"]


def test_a_heading_that_nothing_deeper_follows_is_never_dropped():
    deck = read(of(Heading("A", 2), Heading("B", 2), Paragraph("Text."), Heading("C", 3)))
    assert titles(deck)[1:] == ["A", "B", "C"]


def test_a_heading_with_a_comment_keeps_its_slide_before_a_deeper_one():
    deck = read(of(Heading("A", 2), Paragraph("Sägs.", "comment"), Heading("B", 3), Paragraph("Text.")))
    assert [(slide.shapes.title.text_frame.text, notes(slide)) for slide in list(deck.slides)[1:]] == [
        ("A", "Sägs."),
        ("B", ""),
    ]


def test_a_heading_over_a_comment_alone_belongs_to_the_slide_before():
    first = Heading("2.1 Punkt", 2), Paragraph("Når inte målet.", "answer")
    last = Heading("Kommentar", 3), Paragraph("Säg\ndet här.", "comment"), Paragraph("Källa: uttag.", "note")
    deck = read(of(*first, *last))
    assert titles(deck) == [sample().title, "2.1 Punkt"]
    assert notes(deck.slides[1]) == "Kommentar\nSäg\ndet här."
    assert [s.text_frame.text for s in deck.slides[1].placeholders if s.placeholder_format.idx == NOTE] == [
        "Källa: uttag."
    ]
    assert titles(read(of(*first, Heading("2.2", 2), *last)))[1:] == ["2.1 Punkt", "Kommentar"]


# --- what is said and not shown ----------------------------------------------------------------------------------


def test_comments_stand_in_the_notes_and_on_no_slide(both):
    report, deck = both
    comments = [block.text for block in blocks(report, Paragraph) if block.style == "comment"]
    assert comments
    told = [notes(slide) for slide in deck.slides]
    shown = flat(" ".join(text for slide in deck.slides for text in texts(slide)))
    for comment in comments:
        assert any(comment in note for note in told)
        assert flat(comment) not in shown
    assert sum(note.count(comments[0]) for note in told) == comments.count(comments[0])


def test_a_long_text_begins_on_the_slide_and_is_whole_in_the_notes():
    whole = long_text(40)
    deck = read(of(Heading("Punkt", 2), Paragraph("Svar.", "answer"), Paragraph(whole)))
    slide = deck.slides[1]
    shown = next(text for text in texts(slide) if text.endswith(ELLIPSIS))
    assert whole.startswith(shown.removesuffix(ELLIPSIS))
    assert len(shown) > 400
    assert whole in notes(slide)
    assert Language("sv")("The whole text is in the notes to this slide.") in list(texts(slide))
    assert len(deck.slides) == 2


def test_a_text_that_fits_is_not_repeated_in_the_notes():
    assert not read(of(Heading("Punkt", 2), Paragraph("Kort."))).slides[1].has_notes_slide


def test_a_long_list_goes_on_on_the_next_slide():
    items = tuple(f"{n} {LONG.strip()}" for n in range(20))
    deck = read(of(Heading("Lista", 2), Bullets(items)))
    found = [p for slide in titled(deck, "Lista") for p in slide.placeholders[1].text_frame.paragraphs]
    assert [paragraph.text for paragraph in found] == list(items)
    assert {paragraph.level for paragraph in found} == {1}
    assert titles(deck)[1:] == [f"Lista ({n}/{len(deck.slides) - 1})" for n in range(1, len(deck.slides))]


def test_the_notes_tell_what_was_reached_before():
    bar = Bar("Riskanalys", 0.5, "50,0 %", 0.95, "red", "Under gränsen", 0.41)
    chart = BarChart("Punkter", "Staplar.", (bar, replace(bar, label="NIS", before=None)), "mål", "förra genomgången")
    slide = read(of(Heading("Punkt", 2), chart)).slides[1]
    assert notes(slide) == "Förra genomgången:\nRiskanalys: 41,0\u00a0%"


# --- tables ------------------------------------------------------------------------------------------------------


def test_a_table_that_goes_on_loses_no_row(both):
    report, deck = both
    for table in blocks(report, Table):
        heading = [column.heading for column in table.columns]
        found = [frame.table for frame in frames(deck, chart=False) if cells(frame.table)[0] == heading]
        rows = [row for part in found for row in cells(part)[1:]]
        assert [row[0][:9] for row in rows] == [row[0][:9] for row in table.rows]
        if report is not HARD:
            assert rows == [list(row) for row in table.rows]
        assert all(part.first_row and not part.horz_banding for part in found)


def cells(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_the_slides_of_a_long_table_are_counted():
    deck = read(REPORTS["sv"])
    found = titled(deck, "Alla enheters åtgärder")
    assert len(found) > 1
    assert [slide.shapes.title.text_frame.text for slide in found] == [
        f"Alla enheters åtgärder ({n}/{len(found)})" for n in range(1, len(found) + 1)
    ]
    rows = [sum(len(s.table.rows) - 1 for s in slide.shapes if s.has_table) for slide in found]
    assert sum(rows) == LONG_TABLE
    assert max(rows) - min(rows) <= 3


def test_a_cell_that_no_slide_holds_is_told_in_the_notes():
    told = [notes(slide) for slide in titled(read(HARD), "2.3 Fritext")]
    assert any(f"Område: Dataskydd\nBeskrivning: {long_text(40)}" in note for note in told)


def test_numbers_stand_at_the_right():
    table = frames(read(REPORTS["sv"]), chart=False)[0].table
    assert [cell.text_frame.paragraphs[0].alignment.name for cell in table.rows[1].cells] == [
        "LEFT", "RIGHT", "RIGHT", "RIGHT", "LEFT",
    ]  # fmt: skip


def test_signatures_have_rules_to_write_on():
    block = Signatures("Godkänd", (("Namn", ""), ("Datum", "2026-11-02")))
    table = frames(read(of(Heading("Underskrift", 2), block)), chart=False)[0].table
    assert cells(table) == [["Godkänd", ""], ["Namn", ""], ["Datum", "2026-11-02"]]
    ruled = [cell._tc.find(f".//{qn('a:lnB')}") is not None for row in table.rows for cell in row.cells]
    assert ruled == [False, False, False, True, False, False]
    assert not table.first_row


# --- charts ------------------------------------------------------------------------------------------------------


def series(chart):
    return [(found.name, tuple(found.values)) for plot in chart.plots for found in plot.series]


def expected(block):
    """What the series of a chart hold, by its report."""
    match block:
        case BarChart():
            shares, targets = tuple(bar.share for bar in block.bars), tuple(bar.target for bar in block.bars)
            return [(block.caption, shares), (block.target, targets)]
        case LineChart():
            lines = [(block.name, tuple(moment.share for moment in block.moments))]
            return lines + [(level.text, (level.share,) * len(block.moments)) for level in (block.target, block.limit)]
        case CountChart():
            return [(block.name, tuple(number for _, number, _ in block.counts))]


@pytest.mark.parametrize("code", ["sv", "en"] if MOST else ["sv"])
def test_charts_are_native_and_hold_the_reports_figures(code):
    report = REPORTS[code]
    found = frames(read(report), chart=True)
    charts = blocks(report, BarChart | LineChart | CountChart)
    assert len(found) == len(charts)
    for frame, block in zip(found, charts, strict=True):
        book = openpyxl.load_workbook(io.BytesIO(frame.chart.part.chart_workbook.xlsx_part.blob)).active
        columns = [(name, values) for name, *values in book.iter_cols(min_col=2, values_only=True)]
        for (name, values), drawn, written in zip(expected(block), series(frame.chart), columns, strict=False):
            assert drawn == (name, values)
            assert written == (name, [pytest.approx(value) for value in values])


def test_bars_have_the_colour_and_the_words_of_their_status():
    found = next(frame.chart for frame in frames(read(REPORTS["sv"]), chart=True) if len(frame.chart.plots) == 2)
    block = blocks(REPORTS["sv"], BarChart)[0]
    marks = {"green": "ACCENT_4", "yellow": "ACCENT_5", "red": "ACCENT_6"}
    shares, targets = found.plots[0].series[0], found.plots[1].series[0]
    for index, bar in enumerate(block.bars):
        owner = targets if bar.share is None else shares
        assert owner.points[index].data_label.text_frame.text == f"{bar.text}  {bar.word}"
        if bar.share is not None:
            fill = shares.points[index].format.fill.fore_color.theme_color
            assert fill == MSO_THEME_COLOR[marks[bar.status]]


def test_the_target_is_a_stroke_at_its_place_on_the_same_scale():
    chart = frames(read(REPORTS["sv"]), chart=True)[0].chart
    scales = [
        (
            axis.find(f"{qn('c:scaling')}/{qn('c:min')}").get("val"),
            axis.find(f"{qn('c:scaling')}/{qn('c:max')}").get("val"),
        )
        for axis in chart._chartSpace.iter(qn("c:valAx"))
    ]
    assert [(float(low), float(high)) for low, high in scales] == [(0.0, 1.01)] * 2
    target, stroke = chart.plots[1].series
    assert set(target.values) == {0.95}
    assert set(stroke.values) == {0.005}
    assert target._element.find(f"{qn('c:spPr')}/{qn('a:noFill')}") is not None
    slide = next(slide for slide in read(REPORTS["sv"]).slides if any(shape.has_chart for shape in slide.shapes))
    assert "|  mål" in [text.strip() for text in texts(slide)]


def test_what_is_not_there_is_a_gap_and_never_zero():
    chart = frames(read(of(Heading("P", 2), trend(0.5, None, 0.7))), chart=True)[0].chart
    assert tuple(chart.plots[0].series[0].values) == (0.5, None, 0.7)
    assert chart._chartSpace.find(f".//{qn('c:dispBlanksAs')}").get("val") == "gap"


def test_the_last_figure_is_written_and_a_level_as_high_keeps_clear():
    chart = frames(read(of(Heading("P", 2), trend(*[n / 10 for n in range(10)], limit=0.7))), chart=True)[0].chart
    line, target, limit = chart.plots[0].series
    written = [node.text for node in line._element.iter(qn("a:t"))]
    assert written == ["0.9"]
    assert target.points[9].data_label.text_frame.text.strip("\u00a0") == "mål"
    assert target.points[9].data_label.text_frame.text.startswith("\u00a0")
    assert limit.points[9].data_label.text_frame.text == "gräns"


def test_many_bars_go_on_on_the_next_slide_and_none_is_lost():
    block = bars(40)
    deck = read(of(Heading("Enheter", 2), block))
    found = frames(deck, chart=True)
    assert len(found) > 1
    assert [share for frame in found for share in frame.chart.plots[0].series[0].values] == [
        b.share for b in block.bars
    ]
    assert titles(deck)[1] == f"Enheter (1/{len(found)})"


def test_every_figure_has_its_alternative_text(both):
    report, deck = both
    found = {f._element.nvGraphicFramePr.cNvPr.get("descr") for f in frames(deck, chart=True)}
    assert found == {b.alt for b in blocks(report, BarChart | LineChart | CountChart) if b.alt in found}
    assert all(found)
    tables = frames(deck, chart=False)
    assert all(frame._element.nvGraphicFramePr.cNvPr.get("descr") for frame in tables)


def test_captions_that_say_too_little_get_their_heading():
    one = replace(trend(0.5, 0.6), caption="Över tid")
    text = Paragraph(long_text(8))
    deck = read(of(Heading("1 A", 2), text, one, Heading("2 B", 2), text, one))
    assert titles(deck)[1:] == ["1 A", "1 A: Över tid", "2 B", "2 B: Över tid"]


# --- on every slide ----------------------------------------------------------------------------------------------


def placed(slide, number):
    return [shape.text_frame.text for shape in slide.placeholders if shape.placeholder_format.idx == number]


def test_a_draft_says_so_on_every_slide_and_a_finished_report_on_none():
    assert {tuple(placed(slide, DRAFT)) for slide in read(REPORTS["sv"]).slides} == {("Utkast",)}
    finished = read(of(Heading("Punkt", 2), Paragraph("Text."), trend(0.5, 0.6)))
    assert len(finished.slides) > 1
    assert {tuple(placed(slide, DRAFT)) for slide in finished.slides} == {()}
    assert "Utkast" not in every_text(finished)


def test_every_slide_has_the_footer_and_its_number():
    report = REPORTS["sv"]
    for number, slide in enumerate(read(report).slides, start=1):
        assert placed(slide, FOOTER) == [report.footer]
        fields = [field for field in slide.element.iter(qn("a:fld")) if field.get("type") == "slidenum"]
        assert [field.findtext(qn("a:t")) for field in fields] == [str(number)]


@pytest.mark.parametrize(("code", "locale"), [("sv", "sv-SE"), ("en", "en-GB")])
def test_every_run_says_its_language(code, locale):
    deck = read(REPORTS[code])
    assert deck.core_properties.language == locale
    parts = [part for part in deck.part.package.iter_parts() if hasattr(part, "_element")]
    roots = [p._element for p in parts if re.search(r"/(slides|charts|notesSlides|slideLayouts)/", p.partname)]
    runs = [run for root in roots for run in root.iter(qn("a:r"), qn("a:fld"))]
    assert len(runs) > 300
    assert {run.find(qn("a:rPr")).get("lang") for run in runs} == {locale}


def test_the_file_says_whose_it_is_and_nothing_of_its_making():
    report = REPORTS["sv"]
    data = written(report)
    properties = Presentation(io.BytesIO(data)).core_properties
    assert (properties.title, properties.author) == (report.title, report.organisation)
    assert properties.last_modified_by == report.organisation
    assert properties.created == properties.modified == MADE_AT.replace(tzinfo=None)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert [n for n in package.namelist() if "printer" in n or "thumbnail" in n] == []
        everything = b"".join(package.read(name) for name in package.namelist())
    assert [word for word in (b"python-pptx", b"Canny", b"Macintosh") if word in everything] == []


def test_layouts_are_few_and_speak_the_language():
    deck = read(REPORTS["sv"])
    say = Language("sv")
    assert [layout.name for layout in deck.slide_layouts] == [say(name) for name, _ in LAYOUTS.values()]
    assert {shape.name for slide in deck.slides for shape in slide.placeholders} <= {
        say(place.name) for _, places in LAYOUTS.values() for place in places.values()
    } | {say("Draft word"), say("Footer"), say("Slide number")}


def test_the_same_report_gives_the_same_file_whenever_it_is_made():
    first = written(REPORTS["sv"])
    time.sleep(1.1)
    assert write_slides(REPORTS["sv"]) == first


def test_forty_slides_are_written_in_two_seconds():
    report = sample("sv", "Utkast")
    more = (Heading("4 Mer", 1), *(block for n in range(10) for block in (Heading(f"4.{n}", 2), bars(13))))
    report = replace(report, blocks=(*report.blocks, *more))
    begun = time.process_time()
    count = len(read(report).slides)
    assert count >= 40
    assert time.process_time() - begun < 3  # reading back included


# --- text --------------------------------------------------------------------------------------------------------


def test_signs_that_no_slide_can_show_do_not_break_the_file():
    odd = "Informations\u00adklassning\x0b\x00 \ud800 <b>&amp;</b>\ttab"
    report = of(Heading(odd, 2), Paragraph(odd), Paragraph(odd, "comment"), title=odd, footer=odd, draft=odd)
    assert "Informationsklassning\ufffd\ufffd \ufffd <b>&amp;</b> tab" in every_text(read(report))


def test_widths_are_those_of_the_typeface():
    assert width("n" * 100, size=10) == pytest.approx(55.6 * 10 / 72 * 2.54 * 1.01, rel=1e-6)
    assert width("Ångström", size=20, bold=True) > width("Ångström", size=20)


def test_lines_are_broken_between_words_and_long_words_where_they_must_be():
    assert line_count("ett två", size=20, room=10) == 1
    assert line_count("ett\ntvå", size=20, room=10) == 2
    assert line_count("ord " * 40, size=20, room=10) == 5
    assert line_count("o" * 200, size=20, room=10) == 8


def test_a_text_is_made_smaller_before_it_is_cut():
    text = "Informationsklassning " * 6
    assert fitted(text, sizes=(30, 20), room=30, most=1).cut
    whole = fitted(text, sizes=(30, 20), room=30, most=2)
    assert (whole.text, whole.size, whole.cut) == (text, 20, False)


def test_a_cut_text_ends_with_a_whole_sentence_where_little_is_lost():
    text = "Första meningen är här. Andra meningen är här. " + "Ord " * 50
    assert beginning(text, size=20, room=17, most=1) == "Första meningen är här. Andra meningen är här." + ELLIPSIS
    assert beginning("Ord " * 50, size=20, room=5, most=1) == "Ord Ord Ord" + ELLIPSIS
