"""The slides of a review: what is read back from the file is what the review says, and all of it has its room."""

import io
import re
import time
import zipfile
from dataclasses import replace
from datetime import date
from functools import cache, partial
from itertools import combinations

import openpyxl
import pytest
from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.oxml.ns import qn

from compliance.core.language import LANGUAGES, Language
from compliance.counting.assessing import coverage
from compliance.declarations.points import load_points
from compliance.report.blocks import LineChart
from compliance.report.files import write_report
from compliance.report.slides.layouts import KINDS as LAYOUT_NAMES
from compliance.report.slides.layouts import LAYOUTS, NAMES
from compliance.report.slides.slides import DECISIONS, BarChart, CountChart, slides_of
from compliance.report.slides.writing import _fit_lines, _room, write_slides
from compliance.review import judging
from compliance.review.approving import dossier, signatures_of
from compliance.review.reviewing import review_of
from compliance.store.database import rows
from compliance.wording.phrases import percent
from tests.browser import MOST
from tests.line import POINTS
from tests.searching import named

SV, EN = Language("sv"), Language("en")
KINDS = ["front", "verdict", "points", *["point"] * len(POINTS), "decisions", "steps"]
HARD = "Informations\u00adklassning\x0b\x00 \ud800 <b>&amp;</b> =1+1 " + "x" * 9_999 + " Ännu en mening. " * 200
DRAFT, FOOTER, TITLE, KICKER = 17, 11, 0, 13
WIDTH, HEIGHT = 12_192_000 / 360_000, 19.05


@pytest.fixture(scope="module")
def made(sample_database):
    """The approved review of a year, and who signed it."""
    with sample_database.cursor() as cursor:
        review = review_of(cursor, 2025)
        return dossier(cursor, review, own=None), signatures_of(cursor, review)


@pytest.fixture(scope="module")
def found(made):
    """The same review with decisions of an earlier one: two of four are late."""
    review, _ = made
    states = (("ongoing", date(2025, 9, 30), "Hälften är klassade."), ("not_started", date(2025, 11, 30), None))
    more = (("done", date(2025, 4, 30), None), ("ongoing", date(2025, 6, 30), None))
    carried = tuple(
        replace(row, year=2024, status=status, due=due, note=note)
        for row, (status, due, note) in zip(review.decisions, (*states, *more), strict=True)
    )
    return replace(review, carried=carried)


@pytest.fixture(scope="module")
def slides(made):
    """Gives what the slides of a dossier say."""

    def of(review, say=SV, *, state="approved", public=False):
        return slides_of(review, state=state, signed=made[1], say=say, public=public)

    return of


@pytest.fixture(scope="module")
def deck(found, slides):
    """Gives the slides of the year as a file, read back."""
    return cache(lambda say=SV, public=False: read(slides(found, say, public=public)))


def read(said):
    return Presentation(io.BytesIO(write_slides(said)))


def texts(slide):
    """Every text on a slide, those of its table included."""
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)


def placed(slide, number):
    return [shape.text_frame.text for shape in slide.placeholders if shape.placeholder_format.idx == number]


def told(slide):
    return "\n".join(texts(slide)).replace("\u00a0", " ")


def everything(deck):
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides if slide.has_notes_slide]
    return "\n".join([*map(told, deck.slides), *notes])


def cells(slide):
    [table] = [shape.table for shape in slide.shapes if shape.has_table]
    return [[cell.text for cell in row.cells] for row in table.rows]


def chart(slide):
    [found] = [shape.chart for shape in slide.shapes if shape.has_chart]
    return found


def of_kind(said, kind):
    return [slide for slide in said.slides if slide.kind == kind]


# --- Which slides there are ----------------------------------------------------------------------------------------


def test_there_is_a_slide_for_each_thing_that_a_meeting_looks_at(made, found, slides):
    assert [slide.kind for slide in slides(made[0]).slides] == KINDS
    assert [slide.kind for slide in slides(found).slides] == [*KINDS[:-1], "decisions", "steps"]


@pytest.mark.parametrize("say", [SV, EN] if MOST else [SV], ids=lambda say: say.code)
def test_every_figure_of_the_thirteen_is_read_back_from_the_file(say, sample_database, made, deck):
    with sample_database.cursor() as cursor:
        given = {"days": [made[0].as_of], "known_at": made[0].known_at, "level": "organisation"}
        counted = coverage(cursor, load_points(None), **given)
    [_, _, thirteen, *points] = deck(say).slides
    head, *listed = cells(thirteen)
    assert len(listed) == len(counted) == len(POINTS)
    assert {"sv": ["Läget", "Uppfyllt"], "en": ["Now", "Met"]}[say.code] == head[1:3]
    for figure, row, slide in zip(counted, listed, points, strict=False):
        n, of = say.number(figure.met), say.number(figure.of)
        counts = say("{n} of {of}", n=n, of=of).replace(" ", "\u00a0")
        assert row[0].startswith(f"{figure.point.number} ")
        assert row[1:3] == [percent(figure, say), counts if figure.coverage is not None else "–"]
        assert placed(slide, KICKER)[0].startswith(f"{figure.point.number} ")
        assert percent(figure, say) in texts(slide)
        assert figure.coverage is None or counts.replace("\u00a0", " ") in told(slide)
    assert tuple(chart(thirteen).plots[0].series[0].values) == tuple(figure.coverage for figure in counted)


def test_a_status_has_its_shape_its_word_and_its_colour(found, deck):
    thirteen, point = deck().slides[2], deck().slides[6]
    [table] = [shape.table for shape in thirteen.shapes if shape.has_table]
    marked = [row.cells[3].text_frame.paragraphs[0] for row in table.rows][1:]
    assert {text.text.replace("\u00a0", " ") for text in marked} == {
        "♦ Under gränsen", "▲ Nära", "○ Underlag saknas", "– Inga ärenden",
    }  # fmt: skip
    assert marked[3].runs[0].font.color.theme_color == MSO_THEME_COLOR.ACCENT_6
    assert placed(point, 23) == ["♦\u00a0Under\u00a0gränsen"]
    colours = [
        p.format.fill.fore_color.theme_color for p in map(chart(thirteen).plots[0].series[0].points.__getitem__, (3, 6))
    ]
    assert colours == [MSO_THEME_COLOR.ACCENT_6, MSO_THEME_COLOR.ACCENT_5]


@pytest.mark.parametrize("say", [SV, EN], ids=lambda say: say.code)
def test_no_word_of_a_status_is_cut_among_the_thirteen(say, found, slides):
    whole = [replace(p.now, met=9, unmet=0, unknown=0) for p in found.points]
    reached = [replace(p, now=n) for p, n in zip(found.points[:7], whole, strict=False)]
    rows = cells(read(slides(replace(found, points=(*reached, *found.points[7:])), say)).slides[2])
    assert len({row[3] for row in rows[1:]}) == 5
    assert [row[3] for row in rows if row[3].endswith("…")] == []


def test_a_change_is_told_with_the_day_of_what_it_is_compared_with(found, slides):
    first, *rest = found.points
    before = replace(first.now, as_of=date(2024, 12, 1), met=first.now.met - 100, unmet=first.now.unmet + 100)
    said = slides(replace(found, points=(replace(first, before=before, by_review=True), *rest)))
    thirteen, point = of_kind(said, "points")[0], of_kind(said, "point")[0]
    assert thirteen.texts["kicker"].replace("\u00a0", " ") == (
        "Granskningspunkterna 15 november 2025 · ändring sedan 1 december 2024"
    )
    assert [row[4] for row in thirteen.table.rows][:2] == ["+6,0", "–"]
    assert point.texts["compared"].replace("\u00a0", " ") == ("Mål 95 %\nGenomgång 2024, 1 dec.: 71,6 % (+6,0 p.e.)")


# --- The verdict ---------------------------------------------------------------------------------------------------


def test_the_verdict_stands_first_with_its_grounds_the_worst_points_and_three_figures(found, slides):
    [verdict] = of_kind(slides(found), "verdict")
    assert verdict.texts["title"] == "Arbetet är delvis tillräckligt och har delvis önskad verkan."
    assert verdict.texts["grounds"].startswith("Arbetet fortlöper i huvudsak enligt plan.")
    assert verdict.texts["worst"].replace("\u00a0", " ").split("\n") == [
        "19,1 %\tInformationsklassning", "44,4 %\tRiskanalys", "70,8 %\tImplementering av lokal anvisning",
    ]  # fmt: skip
    facts = [(verdict.texts[f"fact{n}"], verdict.texts[f"told{n}"]) for n in (1, 2, 3)]
    assert facts == [
        ("0 av 11", "mätbara punkter når målet"), ("1", "punkt saknar underlag"), ("2", "tidigare beslut är försenade"),
    ]  # fmt: skip


def test_a_review_that_was_made_before_the_judgement_says_that_it_was_not_asked_for(found, slides):
    old = replace(found, written=replace(found.written, judgement=None, chapters={}))
    [verdict] = of_kind(slides(old), "verdict")
    assert verdict.texts["title"] == judging.sentence(old.written, SV)
    assert (verdict.texts["why"], verdict.texts["grounds"]) == ("", "")


# --- A point -------------------------------------------------------------------------------------------------------


def test_a_point_has_one_chart_its_course_else_its_reasons_else_its_bar(found, slides):
    point = found.points[3]
    short = replace(found, points=(replace(point, months=point.months[-2:]), *found.points[:3], *found.points[4:]))
    kinds = {public: type(of_kind(slides(short, public=public), "point")[0].chart) for public in (False, True)}
    assert kinds == {False: CountChart, True: BarChart}
    read(slides(short))
    charts = [slide.chart for slide in of_kind(slides(found), "point")]
    assert [type(chart) for chart in charts[:9]] == [LineChart] * 8 + [type(None)]


def test_a_chart_can_be_edited_and_holds_the_figures(found, deck):
    drawn = chart(deck().slides[6])
    course, target = drawn.plots[0].series
    shares = [found.points[3].figure(month).coverage for month in found.points[3].months]
    assert list(course.values) == shares
    assert (target.name, set(target.values)) == ("Mål 95\u00a0%", {0.95})
    assert [point.data_label.text_frame.text for point in (course.points[11], target.points[11])] == [
        "19,1\u00a0%", "Mål 95\u00a0%",
    ]  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(drawn.part.chart_workbook.xlsx_part.blob)).active
    assert [row[1] for row in book.iter_rows(min_row=2, values_only=True)] == [pytest.approx(share) for share in shares]
    scale = drawn._chartSpace.find(f".//{qn('c:valAx')}/{qn('c:scaling')}")
    assert [float(scale.find(qn(name)).get("val")) for name in ("c:min", "c:max")] == [0.0, 1.01]


def test_the_comment_is_whole_in_the_notes_and_on_no_slide(found, slides):
    comment = "Två rader,\nden andra " + "lång " * 400 + "till slut."
    said = replace(found.written, comments=found.written.comments | {"risk_analysis": comment})
    deck = read(slides(replace(found, written=said)))
    slide = next(slide for slide in deck.slides if placed(slide, KICKER) == ["5 Riskanalys"])
    assert slide.notes_slide.notes_text_frame.text == comment
    assert "Två rader" not in told(slide)


# --- Decisions and next steps --------------------------------------------------------------------------------------


def test_late_decisions_stand_first_and_say_so(deck):
    own, earlier = deck().slides[len(POINTS) + 3], deck().slides[len(POINTS) + 4]
    assert [row[0] for row in cells(own)] == ["Nr", "2025-1", "2025-2", "2025-3", "2025-4"]
    assert [(row[0], row[3]) for row in cells(earlier)[1:]] == [
        ("2024-1", "Försenat, pågår\nHälften är klassade."), ("2024-4", "Försenat, pågår"), ("2024-2", "Ej påbörjad"),
        ("2024-3", "Klar"),
    ]  # fmt: skip
    assert placed(earlier, TITLE) == ["2 av 4 tidigare beslut är försenade."]


def test_decisions_that_have_no_room_are_counted(found, slides):
    many = tuple(replace(found.decisions[0], number=n, text=f"{n} " + "Ett långt beslut. " * 40) for n in range(1, 14))
    slide = read(slides(replace(found, decisions=many))).slides[len(POINTS) + 3]
    assert len(cells(slide)) == 1 + DECISIONS
    assert all(row[1].endswith("…") for row in cells(slide)[1:])
    assert "och 7 till, i Wordfilen" in told(slide)
    [frame] = [shape for shape in slide.shapes if shape.has_table]
    place = LAYOUTS["decisions"]["table"].box
    assert frame.height <= place.height * 360_000 + 10


def test_the_next_steps_are_what_is_written_else_what_the_plan_says(found, slides):
    [steps] = of_kind(slides(found), "steps")
    assert steps.texts["list"].split("\n")[:2] == [
        "Implementera lokal anvisning för informationssäkerhet.", "Utse objektledare för samtliga system.",
    ]  # fmt: skip
    [steps] = of_kind(slides(replace(found, written=replace(found.written, chapters={}))), "steps")
    assert steps.texts["list"].replace("\u00a0", " ").split("\n")[1] == (
        "Utse objektledare för samtliga system, senast 30 november 2026"
    )


# --- The version to hand out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_handed_out_names_nobody_and_tells_no_reason(code, sample_database, found, deck):
    given = {"as_of": found.as_of, "known_at": found.known_at}
    with sample_database.cursor() as cursor:
        people = rows(cursor, "select distinct name from staff_at(as_of := $as_of, known_at := $known_at)", given)
        systems = rows(
            cursor, "select distinct system as name from systems_at(as_of := $as_of, known_at := $known_at)", given
        )
    text = everything(deck(Language(code), True))
    assert named(text, [row["name"] for row in (*people, *systems) if row["name"]]) == []
    kept = [row.responsible for row in found.decisions] + [*found.written.comments.values()]
    assert [said for said in kept if said in text] == []
    assert all(said in everything(deck(Language(code))) for said in kept)
    assert {"sv": "Varför:", "en": "Why:"}[code] not in text
    assert found.written.public_comments["local_instruction"] in text


# --- How it looks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LAYOUTS)
def test_the_places_of_a_layout_lie_on_the_slide_and_beside_each_other(kind):
    boxes = [place.box for place in LAYOUTS[kind].values()]
    for box in boxes:
        assert min(box) > 0
        assert box.left + box.width <= WIDTH
        assert box.top + box.height <= min(HEIGHT, 17.75)
    for one, other in combinations(boxes, 2):
        beside = one.left + one.width <= other.left or other.left + other.width <= one.left
        assert beside or one.top + one.height <= other.top or other.top + other.height <= one.top, (one, other)


def test_every_text_has_a_place_and_every_place_a_name(found, slides):
    """the places are read from the look, a file: a text whose place somebody renames there would be gone"""
    for slide in slides(found).slides:
        assert set(slide.texts) <= set(LAYOUTS[slide.kind])
    places = {name.rstrip("123") for places in LAYOUTS.values() for name in places}
    assert places | {"footer", "number"} == set(NAMES)


def test_type_is_large_and_never_made_smaller(deck):
    for places in LAYOUTS.values():
        assert places["title"].size >= 28
        assert min(place.size for place in places.values() if place.kind != "chart") >= 16
    for slide in deck().slides:
        sizes = [int(run.get("sz")) for run in slide.element.iter(qn("a:rPr")) if run.get("sz")]
        assert min(sizes, default=1600) >= 1600


def test_every_slide_is_made_of_placeholders_none_of_them_empty_and_each_has_its_own_title(deck):
    found = [shape for slide in deck().slides for shape in slide.shapes]
    assert [shape.name for shape in found if not shape.is_placeholder] == []
    assert [shape.name for shape in found if shape.has_text_frame and not shape.text_frame.text.strip()] == []
    titles = [slide.shapes.title.text_frame.text for slide in deck().slides]
    assert len(set(titles)) == len(titles) == 19
    drawn = [shape._element.nvGraphicFramePr.cNvPr for shape in found if shape.has_chart or shape.has_table]
    assert len(drawn) > 13
    assert [shape.get("name") for shape in drawn if not shape.get("descr")] == []


def test_a_draft_says_so_on_every_slide_and_an_approved_review_on_none(found, slides, deck):
    assert {tuple(placed(slide, DRAFT)) for slide in deck().slides} == {()}
    assert {tuple(placed(slide, DRAFT)) for slide in read(slides(found, state="draft")).slides} == {("Utkast",)}


def test_every_slide_has_the_footer_and_its_number(deck):
    for number, slide in enumerate(deck().slides, start=1):
        assert placed(slide, FOOTER) == ["Ledningens genomgång 2025 · Lövsta stadsdelsförvaltning (exempel)"]
        fields = [field for field in slide.element.iter(qn("a:fld")) if field.get("type") == "slidenum"]
        assert [field.findtext(qn("a:t")) for field in fields] == [str(number)]


@pytest.mark.parametrize(("say", "locale"), [(SV, "sv-SE"), (EN, "en-GB")])
def test_every_run_says_its_language(say, locale, deck):
    assert deck(say).core_properties.language == locale
    parts = [part for part in deck(say).part.package.iter_parts() if hasattr(part, "_element")]
    roots = [p._element for p in parts if re.search(r"/(slides|charts|notesSlides|slideLayouts)/", p.partname)]
    runs = [run for root in roots for run in root.iter(qn("a:r"), qn("a:fld"))]
    assert len(runs) > 300
    assert {run.find(qn("a:rPr")).get("lang") for run in runs} == {locale}
    assert [layout.name for layout in deck(say).slide_layouts] == [
        say(name, count=say.in_words(len(POINTS))) for name in LAYOUT_NAMES.values()
    ]


# --- The file ------------------------------------------------------------------------------------------------------


def test_the_same_review_gives_the_same_file_which_tells_nothing_of_its_making(made):
    review, who = made
    write = partial(write_report, review, kind="pptx", state="approved", signed=who, say=SV, public=False)
    first = write()
    time.sleep(1.1)
    assert write() == first
    properties = Presentation(io.BytesIO(first)).core_properties
    assert (properties.title, properties.author) == ("Ledningens genomgång 2025", review.organisation)
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert [name for name in package.namelist() if "printer" in name or "thumbnail" in name] == []
        content = b"".join(package.read(name) for name in package.namelist())
    assert [word for word in (b"python-pptx", b"Canny", b"Macintosh") if word in content] == []


def test_no_text_breaks_the_file(found, slides):
    """control characters, half a letter, markup, a formula, and a word of 9,999 letters, wherever somebody writes"""
    answers = tuple(
        replace(answer, point=replace(answer.point, short={"en": HARD}, question={"en": HARD}, fulfilled={"en": HARD}))
        for answer in found.points
    )
    texts_ = dict.fromkeys(found.written.comments, HARD)
    written = replace(found.written, comments=texts_, chapters=dict.fromkeys(found.written.chapters, HARD))
    decided = tuple(replace(row, text=HARD, responsible=HARD, note=HARD) for row in found.decisions)
    hard = replace(
        found,
        organisation=HARD,
        points=answers,
        written=written,
        decisions=decided,
        carried=decided,
        why=HARD,
        version=2,
    )
    deck = read(replace(slides(hard, state="draft"), draft=HARD))
    assert len(deck.slides) == 19
    assert deck.slides[4].notes_slide.notes_text_frame.text.startswith(
        "Informationsklassning\ufffd\ufffd \ufffd <b>&amp;</b>"
    )
    longest = max(len(text) for slide in deck.slides for text in texts(slide))
    assert 20 < longest < 1_000


# --- How much a place holds ----------------------------------------------------------------------------------------


def held(text, *, letters, lines):
    """A text in a box as wide as so many `n`."""
    return _fit_lines(text, room=556 * letters, lines=lines, more="…")


def test_a_text_is_cut_between_two_words_and_never_when_it_fits():
    assert held("nnn nnn nnn", letters=8, lines=2) == ("nnn nnn nnn", 2)
    assert held("nnn nnn nnn", letters=8, lines=1) == ("nnn…", 1)
    assert held("nnn nnn\nnnn\nnnn", letters=8, lines=3) == ("nnn nnn\nnnn\nnnn", 3)
    assert held("nnn nnn\nnnn\nnnn", letters=8, lines=2) == ("nnn nnn\nnnn…", 2)
    assert held("n" * 50, letters=10, lines=3) == ("n" * 10 + "…", 1)
    assert held("nn\tnnnn nnnn", letters=9, lines=1) == ("nn\tnnnn nnnn", 1)


def test_a_room_is_told_in_the_type_of_the_place():
    assert _room(10 * 556 / 1000 * 20 / 72 * 2.54 * 1.02, 20, bold=False) == pytest.approx(5560)
    assert _room(10, 20, bold=True) < _room(10, 20, bold=False)
