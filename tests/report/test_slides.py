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
from compliance.report.blocks import Table
from compliance.report.files import write_report
from compliance.report.slides.charts import _free, _side
from compliance.report.slides.fitting import Grid, fit, fit_lines, grid_of, hang_of, room_of
from compliance.report.slides.layouts import KINDS as LAYOUT_NAMES
from compliance.report.slides.layouts import LAYOUTS, NAMES
from compliance.report.slides.slides import FEWEST, MOST, slides_of
from compliance.report.slides.writing import write_slides
from compliance.review import judging
from compliance.review.approving import dossier, signatures_of
from compliance.review.functions import load_functions
from compliance.review.reviewing import GROUNDS, review_of
from compliance.store.database import rows
from compliance.wording.phrases import label, percent, share
from compliance.wording.tables import Head
from compliance.wording.trends import Level, Trend, TrendPoint
from tests.layers import first_of
from tests.line import POINTS
from tests.sampled import draft
from tests.searching import named

pytestmark = pytest.mark.live

SV, EN = Language("sv"), Language("en")
FIRST = ["front", "verdict", "table", "heat", "table", "three"]
LAST = ["table", "table", "proposed"]
KINDS = [*FIRST, *["pair"] * 4, *LAST]
FUNCTIONS = load_functions(None)
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
        return slides_of(review, state=state, signed=approved[1], say=say, public=public, functions=FUNCTIONS)

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


def coloured(review, *statuses):
    """The review with so many points below, near and at their targets, in their order."""
    met = {"red": 1, "yellow": 0.93, "green": 1_000}
    wanted = [met[status] for status in statuses]
    points = tuple(
        replace(answer, now=replace(answer.now, basis=True, met=met, unmet=unmet, unknown=0))
        for answer, share in zip(review.points, wanted, strict=True)
        for met, unmet in [(930, 70) if share == 0.93 else (share, 1_000 - share)]
    )
    return replace(review, points=points)


def test_there_are_at_most_fourteen_slides_two_points_on_one_where_many_are_below_their_limit(review, slides):
    assert [slide.kind for slide in slides(review).slides] == KINDS
    kinds = [slide.kind for slide in slides(coloured(review, *["green"] * 8, *["red"] * 5)).slides]
    assert kinds == [*FIRST, *["point"] * 5, *LAST]
    assert len(kinds) == MOST
    for below in range(14):
        statuses = ["red"] * below + ["yellow"] * (13 - below)
        made = slides(coloured(review, *statuses)).slides
        assert FEWEST <= len(made) <= MOST, below
        heads = [slide.texts[key] for slide in made for key in ("kicker", "head1", "head2") if key in slide.texts]
        own = "\n".join(heads)
        rest = "\n".join(said(made))
        assert [answer.point.id for answer in review.points[:below] if label(answer.point, SV) not in rest] == []
        assert below > 10 or [a.point.id for a in review.points[:below] if label(a.point, SV) not in own] == []


def test_where_few_are_below_their_limit_those_furthest_from_the_target_have_a_slide_too(review, slides):
    made = coloured(review, "red", *["yellow"] * 12)
    point = made.points[4]
    worse = replace(point, now=replace(point.now, met=850, unmet=150))
    made = replace(made, points=tuple(worse if answer is point else answer for answer in made.points))
    own = [slide.texts["kicker"] for slide in of_kind(slides(made), "point")]
    assert (own[0][0], "5 Riskanalys" in own, len(own)) == ("1", True, FEWEST - len(FIRST) - len(LAST))


def test_a_review_of_an_earlier_version_has_no_end_of_the_year_and_no_slide_of_what_lapses(review, slides):
    old = replace(review, points=tuple(replace(answer, heading=None) for answer in review.points))
    made = slides(old)
    assert [slide.kind for slide in made.slides] == [kind for place, kind in enumerate(KINDS) if place != 4]
    assert [column.label for column in made.slides[2].table.columns][-1] == "Ändring"
    assert made.slides[5].texts["title"].startswith("Knappt åtta av tio medarbetare")
    assert "Målet är 95\u00a0%." in made.slides[5].texts["text1"]


def test_without_any_export_there_are_slides_all_the_same(review, slides):
    points = tuple(
        replace(a, now=replace(a.now, basis=False), heading=None, departments=(), units=(), months=(), reasons=())
        for a in review.points
    )
    made = slides(replace(review, points=points, imports=(), decisions=(), carried=()))
    assert [slide.kind for slide in made.slides] == ["front", "verdict", "table", "three", "table", "table", "proposed"]
    assert made.slides[3].texts["title"] == "Tre saknar underlag."
    missing = made.slides[4].texts["key"].replace("\u00a0", " ")
    assert missing.startswith("Ingen export av Personallista, Utbildningsstatus, Lokal anvisning,")
    assert missing.count("Ingen export") == missing.count(".") == 1
    read(made)


def test_without_incidents_that_year_the_slide_of_incidents_says_so(review, slides):
    none = {"met": 0, "unmet": 0, "unknown": 0, "pending": 0, "exempt": 0}
    points = tuple(replace(a, now=replace(a.now, **none)) if a.point.number > 10 else a for a in review.points)
    [incidents] = of_kind(slides(replace(review, points=points)), "three")
    assert incidents.texts["title"] == "Tre har inga ärenden."


# --- Titles that answer --------------------------------------------------------------------------------------------


def test_every_title_is_an_answer_and_none_a_question(review, slides):
    titles = [slide.texts["title"] for slide in slides(review).slides]
    assert [title for title in titles if "?" in title] == []
    assert [title.replace("\u00a0", " ") for title in titles[2:7]] == [
        "Tre är nära, åtta ligger under gränsen, en saknar underlag och en har inga ärenden.",
        "Kultur, fritid och stadsmiljö har flest punkter under gränsen: nio av tio.",
        "27 utbildningar, 5 granskningar av behandlingar m.m. slutar gälla före årsskiftet. "
        "Registerförteckning personuppgiftsbehandling sjunker från 74,5 % till 72,0 %.",
        "92 av 117 incidenter är avslutade i tid. 8 av 10 personuppgiftsincidenter är anmälda i tid.",
        "Knappt åtta av tio medarbetare har en giltig utbildning. "
        "Knappt åtta av tio medarbetare har en giltig grundkurs.",
    ]


# --- The verdict, all points, departments ---------------------------------------------------------------------------


def test_the_verdict_has_its_grounds_the_worst_points_and_how_many_have_no_decision(review, slides):
    [verdict] = of_kind(slides(review), "verdict")
    assert verdict.texts["title"] == "Arbetet är delvis tillräckligt och har delvis önskad verkan."
    assert verdict.texts["answer"] == (
        "Ingen av de elva mätbara punkterna når målet. Informationsklassning ligger längst från målet."
    )
    assert verdict.texts["part1"].startswith("Arbetet fortlöper i huvudsak enligt plan.")
    assert (verdict.texts["why1"], verdict.texts["why2"]) == ("Skäl", "Längst från målet")
    assert verdict.texts["part2"].replace("\u00a0", " ").split("\n") == [
        "19,1 %\tInformationsklassning (mål 95 %)", "44,4 %\tRiskanalys (mål 95 %)",
        "70,8 %\tImplementering av lokal anvisning (mål 100 %)",
    ]  # fmt: skip
    assert [(verdict.texts[f"fact{n}"], verdict.texts[f"meaning{n}"]) for n in (1, 2, 3)] == [
        ("0 av 11", "mätbara punkter når målet"),
        ("5", "punkter under gränsen saknar beslut"),
        ("2", "tidigare beslut är försenade"),
    ]


def test_where_no_earlier_decision_is_late_the_verdict_has_no_figure_of_them(review, slides):
    [verdict] = of_kind(slides(replace(review, carried=())), "verdict")
    assert ("fact2" in verdict.texts, "fact3" in verdict.texts) == (True, False)


def test_where_no_point_is_below_its_limit_the_verdict_counts_those_that_keep_their_target(review, slides):
    [verdict] = of_kind(slides(coloured(review, *["yellow"] * 13)), "verdict")
    assert verdict.texts["meaning2"] == "når det vid årsskiftet om inget görs"


def test_without_grounds_the_verdict_has_the_points_that_need_a_decision(review, slides):
    def parts(review):
        [verdict] = of_kind(slides(review), "verdict")
        return [(verdict.texts.get(f"why{n}"), verdict.texts.get(f"part{n}", "")) for n in (1, 2)]

    bare = replace(review, written=replace(review.written, chapters={}))
    (heading, listed), (far, _) = parts(bare)
    assert (heading, far) == ("Under gränsen utan beslut", "Längst från målet")
    assert listed.startswith("1 E-utbildning: Informationssäkerhet, 3 Implementering")
    two = coloured(bare, "red", *["yellow"] * 11, "red")
    assert parts(two)[0][1].split("\n") == ["1 E-utbildning: Informationssäkerhet", "13 Rapporteringsskyldighet NIS"]
    assert [heading for heading, _ in parts(coloured(bare, *["yellow"] * 13))] == ["Längst från målet", None]


def test_a_review_older_than_the_judgement_says_that_none_was_requested(review, slides):
    old = replace(review, written=replace(review.written, judgement=None, chapters={}))
    [verdict] = of_kind(slides(old), "verdict")
    assert verdict.texts["title"] == judging.sentence(old.written, SV)
    assert "Skäl" not in verdict.texts.values()


@pytest.mark.parametrize("say", first_of([SV, EN]), ids=lambda say: say.code)
def test_the_file_has_the_full_titles_and_the_figures_of_all_points(say, sample_database, approved, deck):
    with sample_database.cursor() as cursor:
        params = {"days": [approved[0].as_of], "known_at": approved[0].known_at, "level": "organisation"}
        counted = coverage(cursor, load_points(None), **params)
    head, *listed = cells(deck(say).slides[2])
    assert len(listed) == len(counted) == len(POINTS)
    assert head[-1] == {"sv": "31\u00a0december", "en": "31\u00a0December"}[say.code]
    for figure, answer, row in zip(counted, approved[0].points, listed, strict=True):
        title = f"{figure.point.number} {say.plain(figure.point.title)}"
        assert row[0] == title + ("\u00a0*" if figure.point.mandatory_practice else "")
        assert row[1:3] == [percent(figure, say), share(figure.target.target, say)]
        then = answer.outlook.then
        ends = percent(then, say) if then else "–"
        assert row[-1].endswith(ends)
    key = {"sv": "* obligatoriskt arbetssätt i väsentlighets- och riskanalysen", "en": "* mandatory practice"}
    assert key[say.code] in full_text(deck(say).slides[2])


def test_how_high_a_figure_can_still_become_is_in_the_notes_not_in_the_column_of_doing_nothing(review, slides):
    thirteen = slides(review).slides[2]
    assert thirteen.table.rows[11][-1] == "–"
    best = "Målet kan inte nås i år, som högst 80,0 %."
    assert best in thirteen.notes.replace("\u00a0", " ")


def test_a_status_has_its_shape_its_word_and_its_colour_now_and_at_the_end_of_the_year(review, deck):
    thirteen, pair = deck().slides[2], deck().slides[7]
    [table] = [shape.table for shape in thirteen.shapes if shape.has_table]
    marked = [[row.cells[place].text_frame.paragraphs[0] for row in table.rows][1:] for place in (3, 5)]
    assert {text.text.replace("\u00a0", " ") for text in marked[0]} == {
        "♦ Under gränsen", "▲ Nära", "○ Underlag saknas", "– Inga ärenden",
    }  # fmt: skip
    assert [column[3].runs[0].font.color.theme_color for column in marked] == [MSO_THEME_COLOR.ACCENT_6] * 2
    assert marked[1][6].text.replace("\u00a0", " ") == "▲ 86,7 %"
    assert "♦\u00a0Under\u00a0gränsen" in texts(pair)


def test_departments_are_a_heat_table_the_weakest_first(review, slides):
    [heat] = of_kind(slides(review), "heat")
    assert [column.label for column in heat.table.columns][:3] == [
        "Avdelning",
        "Informationssäkerhet",
        "Dataskydd",
    ]
    below = [sum(status == "red" for status in row) for row in heat.table.statuses]
    assert below == sorted(below, reverse=True)
    assert heat.texts["key"] == "● Når målet · ▲ Nära · ♦ Under gränsen · procent uppfyllt"
    slide = read(only(slides(review), heat)).slides[0]
    [table] = [shape.table for shape in slide.shapes if shape.has_table]
    cell = table.rows[1].cells[4]
    assert (cell.text[0], cell.fill.fore_color.theme_color) == ("♦", MSO_THEME_COLOR.ACCENT_6)
    assert cell.text_frame.paragraphs[0].runs[0].font.bold
    assert table.rows[0].cells[1]._tc.tcPr.get("vert") == "vert270"


def test_forty_departments_are_one_slide_and_those_without_room_are_in_its_notes(review, slides):
    many = tuple(
        replace(
            answer,
            departments=tuple(
                replace(part, department=f"Avdelning {n} {part.department}", met=part.met + n)
                for n in range(5)
                for part in answer.departments
            ),
        )
        for answer in review.points
    )
    [heat] = of_kind(slides(replace(review, points=many)), "heat")
    shown, rest = len(heat.table.rows), heat.notes.split("\n")
    assert shown + len(rest) == 40
    assert shown >= 15
    assert [column.label for column in heat.table.columns][1:4] == ["1", "2", "3"]
    [table] = [shape.table for shape in read(only(slides(review), heat)).slides[0].shapes if shape.has_table]
    assert table.rows[0].cells[1]._tc.tcPr.get("vert") is None
    assert heat.texts["key"] == f"{len(rest)} avdelningar till står i anteckningarna."
    assert re.match(r"Avdelning \d .*: Informationssäkerhet .\s\d+", rest[0])


def test_the_long_name_of_a_unit_is_whole_in_the_notes(review, slides):
    name = "Enheten för " + "långa namn och " * 19
    made = coloured(review, *["green"] * 3, "red", *["green"] * 9)
    point = made.points[3]
    renamed = replace(point, units=tuple(replace(unit, unit=name) for unit in point.units))
    points = tuple(renamed if answer is point else answer for answer in made.points)
    [slide] = of_kind(slides(replace(made, points=points)), "point")
    assert max(len(line.partition("\t")[2]) for line in slide.texts["causes"].split("\n")) == 60
    assert name in slide.notes


def test_the_long_name_of_a_department_is_whole_in_the_notes(review, slides):
    name = "Avdelningen för " + "långa namn och " * 19

    def renamed(parts):
        return tuple(replace(part, department=name) if part.department == "Äldreomsorg" else part for part in parts)

    points = tuple(replace(answer, departments=renamed(answer.departments)) for answer in review.points)
    named = replace(review, points=points)
    [heat] = of_kind(slides(named), "heat")
    assert name in heat.notes.split("\n")
    assert max(len(row[0]) for row in heat.table.rows) == 60


# --- What lapses, incidents -----------------------------------------------------------------------------------------


def test_what_lapses_is_told_by_kind_and_point_with_what_it_does_to_the_figure(review, slides):
    lapses = slides(review).slides[4]
    rows = [tuple(cell.replace("\u00a0", " ") for cell in row) for row in lapses.table.rows]
    assert rows[0] == ("15", "utbildningar", "1 E-utbildning: Informationssäkerhet", "♦ 77,6 %", "♦ 75,4 %")
    assert [(row[0], row[1]) for row in rows] == [
        ("15", "utbildningar"), ("12", "utbildningar"), ("5", "granskningar av behandlingar"),
        ("4", "behörighetsgenomgångar"), ("3", "riskanalyser"),
    ]  # fmt: skip
    assert lapses.texts["kicker"] == "Slutar gälla före årsskiftet · 39"


def test_incidents_and_time_limits_are_side_by_side_with_what_can_still_be_reached(review, slides):
    [three] = of_kind(slides(review), "three")
    assert [three.texts[f"head{n}"][:2] for n in (1, 2, 3)] == ["11", "12", "13"]
    assert three.texts["text2"].replace("\u00a0", " ").split("\n")[:3] == [
        "8 av 10 personuppgiftsincidenter är anmälda i tid.", "Tidsfrist: 72 timmar.", "Mål 100 %, gräns 90 %.",
    ]  # fmt: skip
    assert "Målet kan inte nås i år, som högst 80,0\u00a0%." in three.texts["text2"]
    assert three.texts["text3"].split("\n")[-1] == "Tidsfrist: incidentanmälan 6\u00a0timmar."


# --- A point -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def point(sample_database, slides):
    """The slide of a point of the draft of 2026, which is compared with the approved review of 2025."""
    made = slides(draft(sample_database), state="draft")
    return made, next(slide for slide in of_kind(made, "point") if slide.texts["kicker"].startswith("4 "))


def test_a_point_below_its_limit_has_why_it_changed_and_the_decision_with_who_and_when(point):
    made, slide = point
    assert [each.kind for each in made.slides] == [*FIRST, *["point"] * 5, *LAST]
    assert slide.texts["title"] == "Knappt vart tredje system har en klassning som gäller. Målet nås inte inom fem år."
    assert slide.texts["why"] == "Varför ändrades siffran? (procentenheter)"
    assert slide.texts["causes"].replace("\u00a0", " ").split("\n") == [
        "+14,1\t42 system uppfyller nu kravet", "−3,4\t10 system uppfyller inte längre kravet",
        "+1,0\t6 system har tillkommit", "−0,2\t2 system har utgått",
    ]  # fmt: skip
    assert slide.texts["decided"].replace("\u00a0", " ") == (
        "2025-1 Samtliga verksamhetskritiska system ska klassas. Avdelningschef verksamhetsstöd, "
        "senast 30 september 2026. Försenat, pågår."
    )
    assert "Genomgång 2025 (15 november 2025): 19,1 %, +11,5 p.e." in slide.texts["text"].replace("\u00a0", " ")


@pytest.mark.parametrize("lost", [2, 1])
def test_what_stays_late_has_why_it_is_not_met_and_if_all_does_nothing_left_to_do(lost, sample_database, slides):
    document = draft(sample_database)
    points = [replace(a, heading=replace(a.heading, lost=lost)) if a.point.number == 13 else a for a in document.points]
    made = slides(replace(document, points=tuple(points)), state="draft")
    [late] = [slide for slide in of_kind(made, "point") if slide.texts["kicker"].startswith("13 ")]
    why, all_late = "Inte bedömt om incidenten är betydande 1 · Skickad för sent 1", lost == 2
    assert late.texts["why"] == ("Varför det inte är uppfyllt" if all_late else "Mest kvar att göra")
    assert (late.texts["causes"] == why) is all_late
    assert ("Mest kvar" not in late.notes) is all_late
    assert f"{'Varför det inte är uppfyllt' if all_late else 'Vad som återstår'}: {why}" in late.notes
    assert f"Ej uppfyllt: {why}" in of_kind(made, "three")[0].texts["text3"]
    assert [text for text in said(of_kind(made, "three")[0]) if "återstår:" in text] == []


def test_the_pace_is_in_the_title_of_a_point_and_with_its_figures_in_the_notes(point):
    _, slide = point
    assert "takt" not in slide.texts["text"]
    assert "mellan 31 okt 2025 (19,1 %) och 31 okt 2026 (30,6 %)" in slide.notes.replace("\u00a0", " ")


def test_a_trend_has_its_target_its_limit_and_the_end_of_the_year_and_can_be_edited(point):
    made, slide = point
    drawn = chart(read(only(made, slide)).slides[0])
    share, target, limit, ahead = drawn.plots[0].series
    assert (target.name, set(target.values)) == ("Mål 95\u00a0%", {0.95})
    assert (limit.name, set(limit.values)) == ("Gräns 80\u00a0%", {0.8})
    shown = slide.charts["chart"].trend
    assert list(share.values) == [*(moment.share for moment in shown.moments), None]
    assert list(ahead.values)[-2:] == [shown.moments[-1].share, pytest.approx(86 / 297, abs=0.001)]
    told = [text.text for text in drawn._chartSpace.iter(qn("a:t"))]
    assert told == ["30,6\u00a0%", "Mål 95\u00a0%", "Gräns 80\u00a0%", "Om inget görs", "29,0\u00a0%"]
    book = openpyxl.load_workbook(io.BytesIO(drawn.part.chart_workbook.xlsx_part.blob)).active
    assert book.max_row == len(shown.moments) + 2
    scale = drawn._chartSpace.find(f".//{qn('c:valAx')}/{qn('c:scaling')}")
    assert [float(scale.find(qn(name)).get("val")) for name in ("c:min", "c:max")] == [0.0, 1.01]


@pytest.mark.parametrize(
    ("shares", "limit", "placed", "figure"),
    [
        ([0.2] * 12, 0.8, "b", "t"),  # the limit's name below its line, as usual
        ([0.75] * 12, 0.8, "t", "b"),  # above it where the trend is below
        ([0.6] * 9 + [0.7, 0.75, 0.78], 0.8, "t", ""),  # the trend comes from below, and the limit is above
        ([0.85] * 12, 0.82, "b", ""),  # no room between limit and target
        ([0.85] * 12, 0.9, None, "b"),  # nor below the limit
    ],
)
def test_a_label_of_a_trend_stands_where_no_line_crosses_it(shares, limit, placed, figure):
    moments = tuple(TrendPoint("2026-01-31", share, "") for share in shares)
    trend = Trend(moments, Level(0.95, ""), Level(limit, ""), ahead=TrendPoint("", shares[-1], ""), after=1)
    found = _free(trend, trend.limit, 0.14)
    assert (found and found[1]) == placed
    assert _side(trend, 0.14) == figure


def test_a_limit_without_a_free_place_is_named_beside_the_target(point):
    made, slide = point
    trend = slide.charts["chart"].trend
    near = replace(trend, moments=tuple(replace(moment, share=0.85) for moment in trend.moments))
    near = replace(near, limit=Level(0.9, "Gräns 90\u00a0%"))
    [drawn] = read(only(made, replace(slide, charts={"chart": replace(slide.charts["chart"], trend=near)}))).slides
    told = [text.text for text in chart(drawn)._chartSpace.iter(qn("a:t"))]
    assert told[:2] == ["Mål 95\u00a0% · streckad linje: gräns 90\u00a0%", "Om inget görs"]
    assert chart(drawn).plots[0].series[2]._element.find(qn("c:dLbls")) is None


def test_a_point_without_a_trend_has_no_chart(review, slides):
    short = replace(review, points=tuple(replace(answer, months=answer.months[-2:]) for answer in review.points))
    made = slides(short)
    assert [slide.charts for slide in made.slides if slide.charts] == []
    read(only(made, of_kind(made, "pair")[0]))


def test_the_comment_is_whole_in_the_notes_and_on_no_slide(review, slides):
    comment = "Två rader,\nden andra " + "lång " * 400 + "till slut."
    written = replace(review.written, comments=review.written.comments | {"risk_analysis": comment})
    changed = slides(replace(review, written=written))
    [slide] = read(only(changed, of_kind(changed, "pair")[2])).slides
    assert placed(slide, KICKER) == ["Punkterna 5 och 6"]
    assert comment in slide.notes_slide.notes_text_frame.text
    assert "Två rader" not in full_text(slide)


def test_the_other_points_are_one_slide_with_where_they_are_heading(point):
    made, _ = point
    [others] = [slide for slide in made.slides if slide.texts.get("kicker") == "Punkterna 1, 3, 6, 7, 9 och 10"]
    assert others.texts["title"] == (
        "Övriga punkter: fyra är nära och en saknar underlag. "
        "Behörighetshantering når målet men sjunker under gränsen till årsskiftet."
    )
    rows = {row[0].split()[0]: [cell.replace("\u00a0", " ") for cell in row] for row in others.table.rows}
    assert list(rows) == ["1", "3", "6", "7", "9", "10"]
    assert rows["7"][1:] == [
        "● Når målet", "96,3 %", "286 av 297", "♦ 74,7 %",
        "64 behörighetsgenomgångar ska göras om",
    ]  # fmt: skip
    assert rows["1"][-1] == "I samma takt nås målet i juni 2027."
    assert rows["9"][1:] == ["○ Underlag saknas", "–", "–", "–", "–"]
    why = "Ingen export av Upphandlingar är inläst till och med den 31 oktober 2026."
    assert others.texts["key"].replace("\u00a0", " ") == why


# --- Decisions and what is proposed ----------------------------------------------------------------------------------


def test_decisions_have_who_and_when_and_the_late_ones_of_earlier_reviews_come_first(deck):
    listed = cells(deck().slides[-2])
    assert listed[0] == ["Nr", "Beslut", "Ansvarig", "Klart senast", "Status"]
    assert [row[0] for row in listed[1:]] == [
        "2025-1", "2025-2", "2025-3", "2025-4", "2024-4", "2024-1", "2024-2", "2024-3",
    ]  # fmt: skip
    assert listed[1][2:] == ["Avdelningschef verksamhetsstöd", "30\u00a0sep\u00a02026", "Ej påbörjat"]
    assert [row[4] for row in listed[5:7]] == ["Försenat, pågår", "Försenat, pågår"]
    assert listed[6][1].endswith("\nHälften är klassade.")
    assert "Det som nämnden föreslås besluta står på nästa bild." in full_text(deck().slides[-2])
    assert placed(deck().slides[-1], KICKER) == ["Här behövs nämndens beslut"]
    assert placed(deck().slides[-2], TITLE) == ["Sju beslut är öppna. Två av dem är försenade."]


def test_a_long_decision_is_whole_on_the_slide_of_decisions_alone(review, slides):
    text = "Ett långt beslut. " * 10
    [first, *_] = review.decisions
    made = slides(replace(review, decisions=(replace(first, text=text),), carried=()))
    about = of_kind(made, "pair")[1].texts["text2"].split("\n")[-1].replace("\u00a0", " ")
    assert about == "2025-1 (se Beslut). Avdelningschef verksamhetsstöd, senast 30 september 2026. Ej påbörjat."
    assert made.slides[-2].table.rows[0][1] == text


def test_a_decision_of_several_lines_is_in_one_on_the_slide_of_its_point(review, slides):
    [first, *_] = review.decisions
    made = slides(replace(review, decisions=(replace(first, text="Klassa:\n\n- journalen\n- arkivet"),), carried=()))
    assert "2025-1 Klassa: - journalen - arkivet. " in of_kind(made, "pair")[1].texts["text2"]


def test_of_many_decisions_a_point_has_the_numbers(review, slides):
    first = review.decisions[0]
    many = tuple(replace(first, number=n) for n in range(1, 4))
    made = slides(replace(review, decisions=many, carried=()))
    assert of_kind(made, "pair")[1].texts["text2"].split("\n")[-1] == "Öppna: 2025-1, 2025-2 och 2025-3 (se Beslut)."


def test_decisions_that_do_not_fit_go_on_to_further_slides_and_none_is_cut(review, slides):
    many = tuple(replace(review.decisions[0], number=n, text=f"{n} " + "Ett långt beslut. " * 9) for n in range(1, 14))
    made = slides(coloured(replace(review, decisions=many, carried=()), "red", *["green"] * 12))
    listed = [slide for slide in made.slides if slide.texts.get("kicker") == "Beslut"]
    assert len(listed) > 1
    assert [slide.texts["title"][-5:] for slide in listed] == [
        f"({n}/{len(listed)})" for n in range(1, len(listed) + 1)
    ]
    drawn = read(only(made, *listed)).slides
    assert [row[1] for slide in drawn for row in cells(slide)[1:]] == [row.text for row in many]
    for slide in drawn:
        [frame] = [shape for shape in slide.shapes if shape.has_table]
        assert frame.height <= LAYOUTS["table"]["table"].box.height * 360_000 + 10


def test_a_decision_longer_than_a_slide_is_whole_in_its_notes(review, slides):
    text = "Ett långt beslut. " * 500
    made = slides(replace(review, decisions=(replace(review.decisions[0], text=text),), carried=()))
    [slide] = read(only(made, made.slides[-2])).slides
    assert cells(slide)[1][1].endswith("… (fortsätter i anteckningarna)")
    assert text.strip() in slide.notes_slide.notes_text_frame.text


def test_what_the_board_is_asked_is_left_to_write_above_what_needs_it_and_the_priorities(review, slides):
    proposed = slides(review).slides[-1]
    assert (proposed.texts["title"], proposed.texts["list"]) == ("Nämnden föreslås …", "att …\natt …\natt …")
    assert (proposed.texts["why1"], proposed.texts["why2"]) == ("Att ta ställning till", "Prioriterat 2026")
    assert proposed.texts["part2"].split("\n")[:2] == [
        "Implementera lokal anvisning för informationssäkerhet.", "Utse objektledare för samtliga system.",
    ]  # fmt: skip
    first, *rest = proposed.texts["part1"].replace("\u00a0", " ").split("\n")
    assert first.startswith("Under gränsen utan beslut: 1 E-utbildning: Informationssäkerhet, 3 ")
    assert rest == ["Försenade beslut: 2024-1 och 2024-4.", "Underlag saknas: 9 Informationssäkerhet i upphandling."]
    written = replace(review.written, chapters={})
    planned = slides(replace(review, written=written)).slides[-1].texts["part2"].replace("\u00a0", " ").split("\n")
    assert planned[1] == "Utse objektledare för samtliga system, senast 30 nov 2026"


def test_what_falls_below_its_limit_by_the_end_of_the_year_needs_a_decision(point):
    made, _ = point
    lines = made.slides[-1].texts["part1"].replace("\u00a0", " ").split("\n")
    assert "Under gränsen vid årsskiftet om inget görs: 7 Behörighetshantering." in lines


def test_without_anything_that_needs_a_decision_the_priorities_begin_from_the_left(review, slides):
    fine = coloured(review, *["green"] * 13)
    fine = replace(fine, carried=(), points=tuple(replace(answer, heading=None) for answer in fine.points))
    texts = slides(fine).slides[-1].texts
    assert (texts["why1"], "why2" in texts) == ("Prioriterat 2026", False)


def test_decisions_beyond_fourteen_slides_are_whole_in_the_notes(review, slides):
    first = review.decisions[0]
    many = tuple(replace(first, number=n, text=f"{n} " + "Ett långt beslut. " * 17) for n in range(1, 21))
    made = slides(replace(review, decisions=many, carried=())).slides
    listed = [slide for slide in made if slide.texts.get("kicker") == "Beslut"]
    shown = [row[1] for slide in listed for row in slide.table.rows]
    rest = listed[-1].notes.split("\n")
    assert len(made) == MOST
    assert len(shown) + len(rest) == 20
    assert listed[-1].texts["key"].startswith(f"{len(rest)} beslut till står i anteckningarna. Det som nämnden ")
    missing = [row.number for row in many if row.text not in shown and not any(row.text in line for line in rest)]
    assert missing == []


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
    withheld = ["Avdelningschef äldreomsorg", *review.written.comments.values()]
    assert [item for item in withheld if item in text] == []
    assert all(item in whole for item in withheld)
    assert {"sv": "Varför", "en": "Why"}[code] not in text
    assert review.written.public_comments["local_instruction"] in text


@pytest.mark.parametrize(
    ("responsible", "shown"),
    [
        ("Maja Ek, avdelningschef äldreomsorg", "Avdelningschef"),
        ("Informationssäkerhetssamordnare", "Informationssäkerhetssamordnare"),
        ("Maja Ek", "Ansvarig är utsedd"),
        ("", "Ansvarig saknas"),
    ],
)
def test_the_version_to_hand_out_shows_of_those_responsible_the_function_alone(responsible, shown, review, slides):
    named = replace(review, decisions=(replace(review.decisions[0], responsible=responsible),), carried=())
    pages = {public: slides(named, public=public).slides for public in (False, True)}
    assert [pages[public][-2].table.rows[0][2] for public in (False, True)] == [responsible or "–", shown]
    about = {public: of_kind(slides(named, public=public), "pair")[1].texts["text2"] for public in (False, True)}
    assert (responsible in about[False], shown in about[True], "Maja" in about[True]) == (True, True, False)


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


def test_type_is_large_and_no_text_smaller_than_fourteen_points(deck):
    for places in LAYOUTS.values():
        assert places["title"].size >= 28
        assert min(place.size for place in places.values()) >= 14
    for slide in deck().slides:
        sizes = [int(run.get("sz")) for run in slide.element.iter(qn("a:rPr")) if run.get("sz")]
        assert min(sizes, default=1400) >= 1400


@pytest.mark.parametrize("public", first_of([False, True]))
@pytest.mark.parametrize("say", first_of([SV, EN]), ids=lambda say: say.code)
@pytest.mark.parametrize("year", first_of([2026, 2025]))
def test_no_text_of_the_sample_is_cut_and_no_word_in_two(year, say, public, sample_database, approved, slides):
    made = slides(draft(sample_database) if year == 2026 else approved[0], say, public=public, state="draft")
    for slide in read(made).slides:
        assert [text for text in texts(slide) if re.search(r"\w…$|…\s?\(", text)] == []
    tables = [grid_of(slide) for slide in made.slides if slide.table]
    assert [grid.table.caption for grid in tables if not grid.breaks_no_word(14)] == []


@pytest.mark.parametrize("below", [10, 13])
def test_no_text_is_cut_where_many_points_are_below_their_limit_and_have_decisions(below, sample_database, slides):
    review = draft(sample_database)
    first, text = review.decisions[0], "Ett långt beslut. " * 17
    many = tuple(replace(first, number=n, text=text, point=review.points[n % 13].point.id) for n in range(1, 21))
    for decisions in (review.decisions, many):
        colours = ["red"] * below + ["green"] * (13 - below)
        made = slides(coloured(replace(review, decisions=decisions), *colours), state="draft").slides
        assert len(made) <= MOST
        places = ((fit(text, LAYOUTS[slide.kind][key]), key) for slide in made for key, text in slide.texts.items())
        assert [(fitted.text, key) for fitted, key in places if not fitted.whole] == []


def test_texts_after_a_tab_begin_beyond_the_longest_before_it():
    place = LAYOUTS["point"]["causes"]
    assert hang_of("+14,1\t42 system", place, 16) == place.hangs
    assert hang_of("1 133 av 1 485\tÄldreomsorg\n9 av 10\tFörskola", place, 16) > place.hangs + 1
    assert hang_of("Ingen tabb.", place, 16) == 0


def test_texts_side_by_side_are_of_one_size(sample_database, slides):
    made = slides(draft(sample_database), state="draft")
    [three] = read(only(made, *of_kind(made, "three"))).slides
    beside = [shape for shape in three.placeholders if shape.text_frame.text.count("\n") > 1]
    assert len(beside) == 3
    assert len({run.font.size for shape in beside for line in shape.text_frame.paragraphs for run in line.runs}) == 1


def test_every_slide_has_only_filled_placeholders_and_a_unique_title(deck):
    shapes = [shape for slide in deck().slides for shape in slide.shapes]
    assert [shape.name for shape in shapes if not shape.is_placeholder] == []
    assert [shape.name for shape in shapes if shape.has_text_frame and not shape.text_frame.text.strip()] == []
    titles = [slide.shapes.title.text_frame.text for slide in deck().slides]
    assert len(set(titles)) == len(titles) == len(KINDS)
    drawn = [shape._element.nvGraphicFramePr.cNvPr for shape in shapes if shape.has_chart or shape.has_table]
    assert len(drawn) >= 8 + 5
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
    assert [layout.name for layout in deck(say).slide_layouts] == [say(name) for name in LAYOUT_NAMES.values()]


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
    made = slides(hard, state="draft")
    deck = read(replace(made, report=replace(made.report, draft=HARD)))
    assert "Informationsklassning\ufffd\ufffd \ufffd <b>&amp;</b>" in deck.slides[1].notes_slide.notes_text_frame.text
    longest = max(len(text) for slide in deck.slides for text in texts(slide))
    assert 20 < longest < 5_000


# --- How much a place holds ----------------------------------------------------------------------------------------


def fitted(text, *, letters, lines):
    """A text in a box as wide as so many `n`."""
    return fit_lines(text, room=556 * letters, lines=lines, more="…")


def test_a_text_is_cut_between_two_words_and_only_if_it_does_not_fit():
    assert fitted("nnn nnn nnn", letters=8, lines=2) == ("nnn nnn nnn", 2)
    assert fitted("nnn nnn nnn", letters=8, lines=1) == ("nnn…", 1)
    assert fitted("nnn nnn\nnnn\nnnn", letters=8, lines=3) == ("nnn nnn\nnnn\nnnn", 3)
    assert fitted("nnn nnn\nnnn\nnnn", letters=8, lines=2) == ("nnn nnn\nnnn…", 2)
    assert fitted("n" * 50, letters=10, lines=3) == ("n" * 28 + "…", 3)
    assert fitted("n" * 50, letters=10, lines=5) == ("n" * 50, 5)
    assert fitted("nn\tnnnn nnnn", letters=9, lines=1) == ("nn\tnnnn nnnn", 1)


def test_a_text_gets_a_smaller_type_before_it_goes_on_in_the_notes(review, slides):
    place = LAYOUTS["verdict"]["part1"]
    text = "Arbetet fortlöper enligt plan. " * 12
    assert fit("Kort.", place) == ("Kort.", place.size, True)
    assert (fit(text, place).size, fit(text, place).whole) == (16, True)
    assert fit(text * 9, place).whole is False
    written = replace(review.written, chapters=review.written.chapters | {GROUNDS: text * 9})
    made = slides(replace(review, written=written))
    [slide] = read(only(made, *of_kind(made, "verdict"))).slides
    assert slide.notes_slide.notes_text_frame.text.count((text * 9).strip()) == 1
    assert "… (fortsätter i anteckningarna)" in full_text(slide)


def test_a_table_takes_one_slide_at_the_largest_type_that_fits_else_several_at_the_smallest():
    place = LAYOUTS["table"]["table"]

    def told(rows):
        return Grid(Table("", (Head("n", width=9), Head("n", width=9)), (("n", "n"),) * rows)).pages(place)

    assert told(3) == [(0, 3, 18)]
    assert [page.size for page in (*told(13), *told(14))] == [16, 14]
    assert [(page.first, page.end) for page in told(40)] == [(0, 15), (15, 30), (30, 40)]


def test_a_width_is_converted_to_the_type_size_of_the_place():
    assert room_of(10 * 556 / 1000 * 20 / 72 * 2.54 * 1.02, 20, bold=False) == pytest.approx(5560)
    assert room_of(10, 20, bold=True) < room_of(10, 20, bold=False)
