"""The slides of a review: the file has what the review says, and everything fits in its place."""

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
from tests.layers import first_of
from tests.line import POINTS
from tests.searching import named

pytestmark = pytest.mark.live

SV, EN = Language("sv"), Language("en")
KINDS = ["front", "verdict", "points", *["point"] * len(POINTS), "decisions", "steps"]
HARD = "Informations\u00adklassning\x0b\x00 \ud800 <b>&amp;</b> =1+1 " + "x" * 9_999 + " Ännu en mening. " * 200
DRAFT, FOOTER, TITLE, KICKER = 17, 11, 0, 13
WIDTH, HEIGHT = 12_192_000 / 360_000, 19.05


@pytest.fixture(scope="module")
def approved(sample_database):
    """The approved review of 2025, and its signatures."""
    with sample_database.cursor() as cursor:
        review = review_of(cursor, 2025)
        return dossier(cursor, review, own=None), signatures_of(cursor, review)


@pytest.fixture(scope="module")
def review(approved):
    """The same review with four decisions of an earlier one, two of them late."""
    review, _ = approved
    states = (("ongoing", date(2025, 9, 30), "Hälften är klassade."), ("not_started", date(2025, 11, 30), None))
    more = (("done", date(2025, 4, 30), None), ("ongoing", date(2025, 6, 30), None))
    carried = tuple(
        replace(row, year=2024, status=status, due=due, note=note)
        for row, (status, due, note) in zip(review.decisions, (*states, *more), strict=True)
    )
    return replace(review, carried=carried)


@pytest.fixture(scope="module")
def slides(approved):
    """A function that makes the slides of a dossier."""

    def of(review, say=SV, *, state="approved", public=False):
        return slides_of(review, state=state, signed=approved[1], say=say, public=public)

    return of


@pytest.fixture(scope="module")
def deck(review, slides):
    """A function that writes the slides of the review as a file and reads it back."""
    return cache(lambda say=SV, public=False: read(slides(review, say, public=public)))


def read(slides):
    return Presentation(io.BytesIO(write_slides(slides)))


def only(slides, *chosen):
    """Those slides alone: to write a file of all takes long."""
    return replace(slides, slides=tuple(chosen))


def texts(slide):
    """Every text on a slide, those of its table included."""
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)


def placed(slide, number):
    return [shape.text_frame.text for shape in slide.placeholders if shape.placeholder_format.idx == number]


def full_text(slide):
    return "\n".join(texts(slide)).replace("\u00a0", " ")


def everything(deck):
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides if slide.has_notes_slide]
    return "\n".join([*map(full_text, deck.slides), *notes])


def cells(slide):
    [table] = [shape.table for shape in slide.shapes if shape.has_table]
    return [[cell.text for cell in row.cells] for row in table.rows]


def chart(slide):
    [drawn] = [shape.chart for shape in slide.shapes if shape.has_chart]
    return drawn


def of_kind(slides, kind):
    return [slide for slide in slides.slides if slide.kind == kind]


# --- Which slides there are ----------------------------------------------------------------------------------------


def test_there_is_a_slide_for_each_subject_of_a_meeting(approved, review, slides):
    assert [slide.kind for slide in slides(approved[0]).slides] == KINDS
    assert [slide.kind for slide in slides(review).slides] == [*KINDS[:-1], "decisions", "steps"]


@pytest.mark.parametrize("say", first_of([SV, EN]), ids=lambda say: say.code)
def test_the_file_has_the_figures_of_all_points(say, sample_database, approved, deck):
    with sample_database.cursor() as cursor:
        params = {"days": [approved[0].as_of], "known_at": approved[0].known_at, "level": "organisation"}
        counted = coverage(cursor, load_points(None), **params)
    [_, _, thirteen, *points] = deck(say).slides
    head, *listed = cells(thirteen)
    assert len(listed) == len(counted) == len(POINTS)
    assert {"sv": ["Täckning", "Uppfyllt"], "en": ["Coverage", "Met"]}[say.code] == head[1:3]
    for figure, row, slide in zip(counted, listed, points, strict=False):
        n, of = say.number(figure.met), say.number(figure.of)
        counts = say("{n} of {of}", n=n, of=of).replace(" ", "\u00a0")
        assert row[0].startswith(f"{figure.point.number} ")
        assert row[1:3] == [percent(figure, say), counts if figure.coverage is not None else "–"]
        assert placed(slide, KICKER)[0].startswith(f"{figure.point.number} ")
        assert percent(figure, say) in texts(slide)
        assert figure.coverage is None or counts.replace("\u00a0", " ") in full_text(slide)
    assert tuple(chart(thirteen).plots[0].series[0].values) == tuple(figure.coverage for figure in counted)


def test_a_status_has_its_shape_its_word_and_its_colour(review, deck):
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


@pytest.mark.parametrize("say", first_of([SV, EN]), ids=lambda say: say.code)
def test_no_word_of_a_status_is_cut_in_the_table_of_all_points(say, review, slides):
    whole = [replace(p.now, met=9, unmet=0, unknown=0) for p in review.points]
    reached = [replace(p, now=n) for p, n in zip(review.points[:7], whole, strict=False)]
    changed = slides(replace(review, points=(*reached, *review.points[7:])), say)
    rows = cells(read(only(changed, *of_kind(changed, "points"))).slides[0])
    assert len({row[3] for row in rows[1:]}) == 5
    assert [row[3] for row in rows if row[3].endswith("…")] == []


def test_a_change_has_the_day_of_the_figure_before(review, slides):
    first, *rest = review.points
    before = replace(first.now, as_of=date(2024, 12, 1), met=first.now.met - 100, unmet=first.now.unmet + 100)
    changed = slides(replace(review, points=(replace(first, before=before, by_review=True), *rest)))
    thirteen, point = of_kind(changed, "points")[0], of_kind(changed, "point")[0]
    assert thirteen.texts["kicker"].replace("\u00a0", " ") == (
        "De tretton gransknings\u00adpunkterna · 15 november 2025 · ändring sedan 1 december 2024"
    )
    assert [row[4] for row in thirteen.table.rows][:2] == ["+6,0", "–"]
    assert point.texts["compared"].replace("\u00a0", " ") == (
        "Mål 95 %\nGenomgång 2024 (1 december 2024): 71,6 %, +6,0 p.e."
    )


# --- The verdict ---------------------------------------------------------------------------------------------------


def test_the_verdict_has_its_grounds_the_worst_points_and_three_figures(review, slides):
    [verdict] = of_kind(slides(review), "verdict")
    assert verdict.texts["title"] == "Arbetet är delvis tillräckligt och har delvis önskad verkan."
    assert verdict.texts["grounds"].startswith("Arbetet fortlöper i huvudsak enligt plan.")
    assert verdict.texts["worst"].replace("\u00a0", " ").split("\n") == [
        "19,1 %\tInformationsklassning", "44,4 %\tRiskanalys", "70,8 %\tImplementering av lokal anvisning",
    ]  # fmt: skip
    missing = sum(not answer.now.basis for answer in review.points)
    facts = [(verdict.texts[f"fact{n}"], verdict.texts[f"meaning{n}"]) for n in (1, 2, 3)]
    assert facts == [
        ("0 av 11", "mätbara punkter når målet"),
        (str(missing), "punkt saknar underlag" if missing == 1 else "punkter saknar underlag"),
        ("2", "tidigare beslut är försenade"),
    ]


def test_a_review_older_than_the_judgement_says_that_none_was_requested(review, slides):
    old = replace(review, written=replace(review.written, judgement=None, chapters={}))
    [verdict] = of_kind(slides(old), "verdict")
    assert verdict.texts["title"] == judging.sentence(old.written, SV)
    assert (verdict.texts["why"], verdict.texts["grounds"]) == ("", "")


# --- A point -------------------------------------------------------------------------------------------------------


def test_a_point_has_one_chart_its_trend_else_its_reasons_else_its_bar(review, slides):
    point = review.points[3]
    short = replace(review, points=(replace(point, months=point.months[-2:]), *review.points[:3], *review.points[4:]))
    kinds = {public: type(of_kind(slides(short, public=public), "point")[0].chart) for public in (False, True)}
    assert kinds == {False: CountChart, True: BarChart}
    read(only(slides(short), of_kind(slides(short), "point")[0]))
    charts = [slide.chart for slide in of_kind(slides(review), "point")]
    assert [type(chart) for chart in charts[:9]] == [LineChart] * 8 + [type(None)]


def test_a_chart_can_be_edited_and_holds_the_figures(review, deck):
    drawn = chart(deck().slides[6])
    trend, target = drawn.plots[0].series
    shares = [review.points[3].figure(month).coverage for month in review.points[3].months]
    assert list(trend.values) == shares
    assert (target.name, set(target.values)) == ("Mål 95\u00a0%", {0.95})
    assert [point.data_label.text_frame.text for point in (trend.points[11], target.points[11])] == [
        "19,1\u00a0%", "Mål 95\u00a0%",
    ]  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(drawn.part.chart_workbook.xlsx_part.blob)).active
    assert [row[1] for row in book.iter_rows(min_row=2, values_only=True)] == [pytest.approx(share) for share in shares]
    scale = drawn._chartSpace.find(f".//{qn('c:valAx')}/{qn('c:scaling')}")
    assert [float(scale.find(qn(name)).get("val")) for name in ("c:min", "c:max")] == [0.0, 1.01]


def test_the_comment_is_whole_in_the_notes_and_on_no_slide(review, slides):
    comment = "Två rader,\nden andra " + "lång " * 400 + "till slut."
    written = replace(review.written, comments=review.written.comments | {"risk_analysis": comment})
    changed = slides(replace(review, written=written))
    [slide] = read(only(changed, of_kind(changed, "point")[4])).slides
    assert placed(slide, KICKER) == ["5 Riskanalys"]
    assert slide.notes_slide.notes_text_frame.text == comment
    assert "Två rader" not in full_text(slide)


# --- Decisions and next steps --------------------------------------------------------------------------------------


def test_late_decisions_come_first_and_are_marked(deck):
    own, earlier = deck().slides[len(POINTS) + 3], deck().slides[len(POINTS) + 4]
    assert [row[0] for row in cells(own)] == ["Nr", "2025-1", "2025-2", "2025-3", "2025-4"]
    assert [(row[0], row[3]) for row in cells(earlier)[1:]] == [
        ("2024-1", "Försenat, pågår\nHälften är klassade."), ("2024-4", "Försenat, pågår"), ("2024-2", "Ej påbörjad"),
        ("2024-3", "Klar"),
    ]  # fmt: skip
    assert placed(earlier, TITLE) == ["Tre beslut är öppna. Två av dem är försenade."]


def test_decisions_that_do_not_fit_are_counted(review, slides):
    many = tuple(replace(review.decisions[0], number=n, text=f"{n} " + "Ett långt beslut. " * 40) for n in range(1, 14))
    changed = slides(replace(review, decisions=many))
    slide = read(only(changed, *of_kind(changed, "decisions"))).slides[0]
    assert len(cells(slide)) == 1 + DECISIONS
    assert all(row[1].endswith("…") for row in cells(slide)[1:])
    assert "och 7 till" in full_text(slide)
    [frame] = [shape for shape in slide.shapes if shape.has_table]
    place = LAYOUTS["decisions"]["table"].box
    assert frame.height <= place.height * 360_000 + 10


def test_the_next_steps_are_those_written_or_the_activities_of_the_plan(review, slides):
    [steps] = of_kind(slides(review), "steps")
    assert steps.texts["list"].split("\n")[:2] == [
        "Implementera lokal anvisning för informationssäkerhet.", "Utse objektledare för samtliga system.",
    ]  # fmt: skip
    [steps] = of_kind(slides(replace(review, written=replace(review.written, chapters={}))), "steps")
    assert steps.texts["list"].replace("\u00a0", " ").split("\n")[1] == (
        "Utse objektledare för samtliga system, senast 30 november 2026"
    )


# --- The public version ----------------------------------------------------------------------------------------------


def said(part):
    """Every text of slides that are not written as a file."""
    if isinstance(part, str):
        return [part.replace("\u00a0", " ").replace("\u00ad", "")]
    if hasattr(part, "__dataclass_fields__"):
        part = vars(part)
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, tuple) else ()
    return [text for each in parts for text in said(each)]


@pytest.mark.parametrize("kind", first_of(["slides", "file"]))
@pytest.mark.parametrize("code", first_of(LANGUAGES))
def test_the_public_version_has_no_names_and_no_reasons(code, kind, sample_database, review, slides, deck):
    def all_of(*, public):
        say = Language(code)
        return everything(deck(say, public)) if kind == "file" else "\n".join(said(slides(review, say, public=public)))

    params = {"as_of": review.as_of, "known_at": review.known_at}
    with sample_database.cursor() as cursor:
        people = rows(cursor, "select distinct name from staff_at(as_of := $as_of, known_at := $known_at)", params)
        systems = rows(
            cursor, "select distinct system as name from systems_at(as_of := $as_of, known_at := $known_at)", params
        )
    text, whole = all_of(public=True), all_of(public=False)
    assert named(text, [row["name"] for row in (*people, *systems) if row["name"]]) == []
    withheld = [row.responsible for row in review.decisions] + [*review.written.comments.values()]
    assert [item for item in withheld if item in text] == []
    assert all(item in whole for item in withheld)
    assert {"sv": "Varför:", "en": "Why:"}[code] not in text
    assert review.written.public_comments["local_instruction"] in text


# --- How it looks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LAYOUTS)
def test_the_places_of_a_layout_are_on_the_slide_and_do_not_overlap(kind):
    boxes = [place.box for place in LAYOUTS[kind].values()]
    for box in boxes:
        assert min(box) > 0
        assert box.left + box.width <= WIDTH
        assert box.top + box.height <= min(HEIGHT, 17.75)
    for one, other in combinations(boxes, 2):
        apart = one.left + one.width <= other.left or other.left + other.width <= one.left
        assert apart or one.top + one.height <= other.top or other.top + other.height <= one.top, (one, other)


def test_every_text_has_a_place_and_every_place_a_name(review, slides):
    """Places are read by name from a file: a text whose place is renamed there would vanish."""
    for slide in slides(review).slides:
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


def test_every_slide_has_only_filled_placeholders_and_a_unique_title(deck):
    shapes = [shape for slide in deck().slides for shape in slide.shapes]
    assert [shape.name for shape in shapes if not shape.is_placeholder] == []
    assert [shape.name for shape in shapes if shape.has_text_frame and not shape.text_frame.text.strip()] == []
    titles = [slide.shapes.title.text_frame.text for slide in deck().slides]
    assert len(set(titles)) == len(titles) == len(POINTS) + 6
    drawn = [shape._element.nvGraphicFramePr.cNvPr for shape in shapes if shape.has_chart or shape.has_table]
    assert len(drawn) > len(POINTS)
    assert [shape.get("name") for shape in drawn if not shape.get("descr")] == []


def test_a_draft_is_marked_on_every_slide_and_an_approved_review_on_none(review, slides, deck):
    assert {tuple(placed(slide, DRAFT)) for slide in deck().slides} == {()}
    draft = slides(review, state="draft")
    each_kind = [of_kind(draft, kind)[0] for kind in dict.fromkeys(KINDS)]
    assert {tuple(placed(slide, DRAFT)) for slide in read(only(draft, *each_kind)).slides} == {("Utkast",)}


def test_every_slide_has_the_footer_and_its_number(deck):
    for number, slide in enumerate(deck().slides, start=1):
        assert placed(slide, FOOTER) == ["Ledningens genomgång 2025 · Lövsta stadsdelsförvaltning (exempel)"]
        fields = [field for field in slide.element.iter(qn("a:fld")) if field.get("type") == "slidenum"]
        assert [field.findtext(qn("a:t")) for field in fields] == [str(number)]


@pytest.mark.parametrize(("say", "locale"), first_of([(SV, "sv-SE"), (EN, "en-GB")]))
def test_every_run_has_its_language(say, locale, deck):
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


def test_the_same_review_gives_the_same_file_without_traces_of_its_making(approved, exhaustively):
    review, who = approved
    review = review if exhaustively else replace(review, points=review.points[:2])
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


def test_no_text_breaks_the_file(review, slides):
    """Control characters, a lone surrogate, markup, a formula, and a word of 9,999 letters, in every text of a user."""
    answers = tuple(
        replace(answer, point=replace(answer.point, short={"en": HARD}, question={"en": HARD}, fulfilled={"en": HARD}))
        for answer in (review.points[0], review.points[3], review.points[8])  # one of them without a basis
    )
    comments = dict.fromkeys(review.written.comments, HARD)
    written = replace(review.written, comments=comments, chapters=dict.fromkeys(review.written.chapters, HARD))
    decisions = tuple(replace(row, text=HARD, responsible=HARD, note=HARD) for row in review.decisions)
    hard = replace(
        review,
        organisation=HARD,
        points=answers,
        written=written,
        decisions=decisions,
        carried=decisions,
        why=HARD,
        version=2,
    )
    deck = read(replace(slides(hard, state="draft"), draft=HARD))
    assert len(deck.slides) == len(answers) + 6
    assert deck.slides[4].notes_slide.notes_text_frame.text.startswith(
        "Informationsklassning\ufffd\ufffd \ufffd <b>&amp;</b>"
    )
    longest = max(len(text) for slide in deck.slides for text in texts(slide))
    assert 20 < longest < 1_000


# --- How much a place holds ----------------------------------------------------------------------------------------


def fitted(text, *, letters, lines):
    """A text in a box as wide as so many `n`."""
    return _fit_lines(text, room=556 * letters, lines=lines, more="…")


def test_a_text_is_cut_between_two_words_and_only_if_it_does_not_fit():
    assert fitted("nnn nnn nnn", letters=8, lines=2) == ("nnn nnn nnn", 2)
    assert fitted("nnn nnn nnn", letters=8, lines=1) == ("nnn…", 1)
    assert fitted("nnn nnn\nnnn\nnnn", letters=8, lines=3) == ("nnn nnn\nnnn\nnnn", 3)
    assert fitted("nnn nnn\nnnn\nnnn", letters=8, lines=2) == ("nnn nnn\nnnn…", 2)
    assert fitted("n" * 50, letters=10, lines=3) == ("n" * 10 + "…", 1)
    assert fitted("nn\tnnnn nnnn", letters=9, lines=1) == ("nn\tnnnn nnnn", 1)


def test_a_width_is_converted_to_the_type_size_of_the_place():
    assert _room(10 * 556 / 1000 * 20 / 72 * 2.54 * 1.02, 20, bold=False) == pytest.approx(5560)
    assert _room(10, 20, bold=True) < _room(10, 20, bold=False)
