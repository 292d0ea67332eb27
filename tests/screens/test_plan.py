"""The year wheel: what counts as done and late, what is drawn where, the actions, and the calendar file."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from random import Random
from xml.etree import ElementTree

import pytest
import streamlit as st
from icalendar import Calendar

from compliance.access import permissions
from compliance.access.permissions import ANALYST, COORDINATOR, MANAGEMENT, User
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.correcting.arrangements import Delivering
from compliance.correcting.deliveries import delivery
from compliance.counting.assessing import run
from compliance.declarations.queries import query
from compliance.drawing import charts, wheel, wheel_layout
from compliance.drawing.wheel_layout import LANES, Span, lay_out
from compliance.review import deciding, planning, reviewing
from compliance.review.calendars import Event, calendar_file
from compliance.review.deciding import DecisionContent
from compliance.review.planning import Occasion, load_wheel
from compliance.screens import reads
from compliance.screens.plan import page as plan_page
from compliance.screens.plan import texts
from compliance.screens.plan.texts import Year
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN, rows
from compliance.store.file import FileDatabase
from tests.apps import opened, text, ways_in
from tests.layers import first_of
from tests.line import POINTS, SOURCES, Line
from tests.readers import MINE

SV = Language("sv")
AS_OF = date(2026, 10, 31)
TAKEN = date(2026, 10, 1)
NAME = "Förvaltningen"
DECLARED = load_wheel(None)
STAFF = """
AD-konto | Namn      | Enhet | Anställningsdatum
p1       | Anna Berg | Norr  | 2024-01-01
"""
# Each activity is named for its state on 31 October 2026.
ACTIVITIES = """
Aktivitets-ID | Aktivitet         | Typ                | Granskningspunkt | Startdatum | Slutdatum   | Status
A1 | late_priority                | Prioriterat område | 4                | 2026-02-01 | 2026-09-30  | Pågår
A2 | done                         | Aktivitet          | 3                | 2026-02-01 | 2026-09-30  | Klar
A3 | control_to_come              | Kontroll           | 7                | 2026-11-05 | 2026-12-01  | Ej påbörjad
A4 | without_end_unknown_word     | Aktivitet          | 99               | 2026-03-01 | tillsvidare | Väntar
A5 | of_last_year_done            | Aktivitet          | 3                | 2025-05-01 |             | Klar
A6 | late_since_last_year         | Aktivitet          | 3                | 2025-02-01 | 2025-12-15  | Ej klar
A7 | next_year                    | Prioriterat område | 4                | 2027-01-10 | 2027-12-15  | Ej påbörjad
A8 | due_on_the_day_by Anna Berg  | Åtgärd             | 1                | 2026-02-01 | 2026-10-31  | Pågår
A9 | cancelled                    | Aktivitet          | 3                | 2026-01-01 | 2026-01-31  | Utgår
B1 | without_dates                | Prioriterat område |                  |            |             | Pågår
B2 | begins_after_its_end         | Aktivitet          | 3                | 2026-12-01 | 2026-06-30  | Pågår
B3 | over_the_turn_of_the_year    | Aktivitet          | 3                | 2025-12-01 | 2026-11-30  | PÅGÅR
B4 | without_any_day              | Aktivitet          | 3                |            |             | Pågår
"""
STATES = {
    "late_priority": "late",
    "done": "done",
    "control_to_come": "not_started",
    "without_end_unknown_word": "ongoing",
    "due_on_the_day_by Anna Berg": "ongoing",
    "cancelled": "cancelled",
    "without_dates": "ongoing",
    "begins_after_its_end": "late",
    "over_the_turn_of_the_year": "ongoing",
    "without_any_day": "ongoing",
}
DEVIATIONS = """
År   | Rapport | Område    | Avvikelse | Åtgärd            | Ansvarig  | Klart senast
2024 | T2      | Avtal     | Ja        | too_old           | Anna Berg | 2025-01-31
2025 | VB      | Dataskydd | Nej       |                   |           |
2025 | T2      | Roller    | Ja        | late_of_last_year | Anna Berg | 2026-01-31
2026 | T1      | Utbildning | Ja       | closed_by_t2      | Anna Berg | 2026-08-31
2026 | T1      | Klassning | Ja        | open              | Anna Berg | 2026-12-31
2026 | T1      | Beredskap | Ja        |                   | Anna Berg | 2026-08-31
2026 | T2      | Utbildning | Nej      |                   |           |
2026 | T2      | Risk      | Ja        | due_on_the_day    | Anna Berg | 2026-10-31
"""
RECOMMENDATIONS = """
År   | Område | Rekommendation   | Ansvarig  | Status   | Klart senast
2024 | A      | of_older_report  | Anna Berg | Pågår    | 2025-06-30
2025 | B      | done             | Anna Berg | Åtgärdad | 2026-06-30
2025 | C      | late             | Anna Berg | Pågår    | 2026-10-30
2025 | D      | without_day      | Anna Berg |          |
"""
CLASSIFICATIONS = """
Åtgärds-ID | System | Krav                  | Status   | Ansvarig  | Planerat klart | Klart datum
C1         | Alfa   | done_whatever_status  | Planerad | Anna Berg | 2026-01-31     | 2026-10-31
C2         | Alfa   | done_after_the_day    | Klar     | Anna Berg | 2026-01-31     | 2026-11-01
C3         | Alfa   | due_on_the_day        | Planerad | Anna Berg | 2026-10-31     |
C4         | Beta   | said_done_but_no_date | Klar     | Anna Berg | 2026-09-01     |
C5         | Beta   | without_day           | Planerad | Anna Berg |                |
"""
TABLES = {
    "staff": STAFF,
    "activities": ACTIVITIES,
    "deviations": DEVIATIONS,
    "dpo_recommendations": RECOMMENDATIONS,
    "classification_actions": CLASSIFICATIONS,
}


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """A small organisation with a plan, and a draft review with a decision that names a person."""
    with Line(tmp_path_factory.mktemp("plan")).held() as loaded:
        for source, table in TABLES.items():
            loaded.load_table(table, name=f"{source}.csv", source=source, extract_date=TAKEN)
        review = reviewing.open_review(loaded.database, year=2026, as_of=AS_OF, order=loaded.order(), today=AS_OF)
        contents = [
            DecisionContent("Anna Berg och Bo Ek ska klassa Alfa.", due=date(2026, 12, 31), responsible="Bo Ek"),
            DecisionContent("Utan dag."),
        ]
        for decided in contents:
            deciding.decide(
                loaded.database, review.review_id, decided, order=loaded.order(), points=("classification",)
            )
        yield loaded


@pytest.fixture
def plan(line):
    return planned(line, AS_OF)


def planned(line, day, declared=DECLARED):
    with line.database.cursor() as cursor:
        return planning.plan(cursor, declared, organisation=NAME, as_of=day, reader=MINE)


def year_of(line, day=AS_OF):
    with line.database.cursor() as cursor:
        review = planning.review_of_year(cursor, DECLARED, organisation=NAME, as_of=day)
        decided = deciding.decisions(cursor)
    left = tuple(decision for decision in decided if decision.open and decision.year <= day.year)
    return Year(planned(line, day), review, left)


def states(moments):
    return {moment.title["en"]: moment.state for moment in moments if moment.kind not in ("report", "review")}


def reports(year_plan):
    return {
        moment.id.removesuffix(f"-{year_plan.year}"): moment.state
        for moment in year_plan.moments
        if moment.kind == "report"
    }


def actions(year_plan, source):
    return {action.text: action.state for action in year_plan.of(source)}


# --- What is done and what is late --------------------------------------------------------------------------------


@pytest.mark.live
def test_an_activity_is_late_when_its_day_has_passed_and_it_is_not_done(plan):
    assert states(plan.moments) == STATES
    assert states(plan.earlier) == {"late_since_last_year": "late"}


def test_an_open_end_and_a_start_after_the_end_are_no_dates(plan):
    moments = {moment.title["en"]: moment for moment in plan.moments}
    assert moments["without_end_unknown_word"].due is None
    assert (moments["begins_after_its_end"].start, moments["begins_after_its_end"].due) == (None, date(2026, 6, 30))
    assert moments["late_priority"].days_late(AS_OF) == 31
    assert moments["control_to_come"].ring == "controls"


def test_the_priority_areas_are_in_the_order_of_their_points(plan):
    assert [(area.title["en"], area.point) for area in plan.areas] == [("late_priority", 4), ("without_dates", None)]


def test_a_report_is_done_when_the_export_has_it_and_its_time_has_come(plan, line):
    assert reports(plan) == {"annual_report": "done", "tertial_1": "done", "tertial_2": "done", "plan": "not_started"}
    assert reports(planned(line, date(2026, 11, 1)))["plan"] == "done"


@pytest.mark.live
def test_a_report_is_late_only_if_an_export_after_its_last_day_lacks_it(tmp_path):
    line = Line(tmp_path)
    without = "År | Rapport | Avvikelse\n2026 | Tertial 1 | Nej"
    line.load_table(without, name="september.csv", source="deviations", extract_date=date(2026, 9, 30))
    before, after = planned(line, date(2026, 9, 30)), planned(line, date(2026, 10, 1))
    # its last day is 30 September, so the export of that day cannot show it as late
    assert (reports(before)["tertial_2"], reports(after)["tertial_2"]) == ("ongoing", "unknown")
    assert reports(after)["tertial_1"] == "done"
    assert reports(after)["plan"] == "not_started"
    line.load_table(without, name="oktober.csv", source="deviations", extract_date=date(2026, 10, 1))
    assert reports(planned(line, date(2026, 10, 1)))["tertial_2"] == "late"


def test_the_review_is_done_from_the_day_it_was_approved(sample_database, plan):
    with sample_database.cursor() as cursor:
        ((name,),) = cursor.execute("select any_value(name) from organisation_names").fetchall()
        days = (date(2025, 10, 31), date(2025, 11, 20), date(2025, 12, 15), date(2025, 12, 16))
        moments = [planning.review_of_year(cursor, DECLARED, organisation=name, as_of=day) for day in days]
    assert [review.state for review in moments] == ["not_started", "ongoing", "late", "done"]
    assert [review.due for review in moments] == [date(2025, 11, 26)] * 3 + [date(2025, 12, 16)]
    assert [
        texts.sentences(Year(plan, review, ()), SV)[-1].replace("\N{NO-BREAK SPACE}", " ") for review in moments
    ] == [
        "Genomgången hålls den 26 november.",
        "Genomgången hålls den 26 november.",
        "Genomgången skulle ha hållits den 26 november.",
        "Genomgången godkändes den 16 december.",
    ]


# --- The actions --------------------------------------------------------------------------------------------------


def test_the_state_of_a_classification_action_follows_its_dates_and_not_its_status(plan):
    assert actions(plan, "classification") == {
        "said_done_but_no_date": "late",
        "done_after_the_day": "late",
        "due_on_the_day": "open",
        "without_day": "open",
        "done_whatever_status": "done",
    }


def test_the_recommendations_are_those_of_the_latest_report(plan):
    assert actions(plan, "recommendation") == {"late": "late", "without_day": "open", "done": "done"}


def test_a_deviation_is_closed_by_a_later_report_without_one_in_the_same_area(plan):
    assert actions(plan, "deviation") == {
        "late_of_last_year": "late",
        "due_on_the_day": "open",
        "open": "open",
        "closed_by_t2": "done",
    }


@pytest.mark.live
@pytest.mark.parametrize("day", first_of([AS_OF, date(2026, 12, 31), date(2025, 10, 31), date(2026, 3, 1)], 2), ids=str)
def test_the_actions_agree_with_the_figures_next_to_the_points(day, sample_database, line):
    for database in (sample_database, line.database):
        with database.cursor() as cursor:
            moment = {"as_of": day, "known_at": EVERYTHING_KNOWN}
            overdue, closed = (
                run(cursor, query("figures", f"classification_actions_{name}"), **moment, values={}).to_pylist()[0]
                for name in ("overdue", "closed")
            )
            year_plan = planning.plan(cursor, DECLARED, organisation=overdue["organisation"], as_of=day, reader=MINE)
        counted = Counter(action.state for action in year_plan.of("classification"))
        assert (counted["late"], counted["done"], counted.total()) == (
            overdue["part"],
            closed["part"],
            overdue["whole"],
        )


@pytest.mark.live
def test_that_none_is_overdue_is_not_said_without_a_column_for_the_day(tmp_path):
    """Neither of the year's plan, nor of actions of any kind; what is done is done."""
    actions_ = "Åtgärds-ID | System | Krav | Status | Klart datum"
    tables = {
        "activities": "Aktivitets-ID | Aktivitet | Status\nA1 | a | Pågår",
        "classification_actions": f"{actions_}\n1 | A | a | Planerad |\n2 | A | b | Klar | 2026-01-01",
        "dpo_recommendations": "År | Område | Rekommendation | Status\n2025 | A | a | Pågår",
        "deviations": "År | Rapport | Område | Avvikelse | Åtgärd\n2026 | T1 | A | Ja | a",
    }
    with Line(tmp_path).held() as own:
        for source, table in tables.items():
            own.load_table(table, name=f"{source}.csv", source=source, extract_date=TAKEN, organisation=NAME)
        undated = planned(own, AS_OF)
    counts = {
        source: [text for _, text in texts.action_counts(undated.of(source), SV)] for source in texts.ACTION_TITLES
    }
    open_ = ["Öppen 1", "Klar 0"]
    assert counts == {"classification": ["Öppen 1", "Klar 1"], "recommendation": open_, "deviation": open_}
    assert not texts.actions_sentence(undated, SV)
    (activity,) = (moment for moment in undated.moments if moment.kind != "report")
    for moment, sentences in (activity, []), (replace(activity, due_told=True), ["Inget moment är försenat."]):
        assert texts.sentences(Year(replace(undated, moments=(moment,)), None, ()), SV) == sentences


# --- What an organisation declares --------------------------------------------------------------------------------


def test_an_organisation_changes_days_words_and_reports_in_its_own_file(line, tmp_path):
    own = (
        '[reports.tertial_1]\nused = false\n[reports.tertial_2]\ndue = "10-20"\n'
        '[reports.plan]\nfrom = "12-01"\ndue = "02-29"\n[words]\ndone = ["väntar"]\n'
    )
    (tmp_path / "year_wheel.toml").write_text(own, encoding="utf-8")
    year_plan = planned(line, AS_OF, load_wheel(tmp_path))
    assert states(year_plan.moments)["without_end_unknown_word"] == "done"
    days = {moment.id: (moment.start, moment.due) for moment in year_plan.moments if moment.kind == "report"}
    assert "tertial_1-2026" not in days
    assert days["tertial_2-2026"] == (date(2026, 9, 1), date(2026, 10, 20))
    assert days["plan-2026"] == (date(2025, 12, 1), date(2026, 2, 28))


@pytest.mark.parametrize(
    ("text_", "message"),
    [
        ('[reports.plan]\ndue = "31 maj"', "31 maj"),
        ('[reports.plan]\nevidence = "mail"', "mail"),
        ('[reports.own]\ntitle = { sv = "Egen", en = "Own" }\nevidence = "plan"\ndue = "05-31"', "from"),
    ],
)
def test_a_declaration_that_cannot_be_read_is_reported_with_its_place(text_, message, tmp_path):
    (tmp_path / "year_wheel.toml").write_text(text_, encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        load_wheel(tmp_path)
    assert "year_wheel.toml" in SV.refusal(refused.value)
    assert message in SV.refusal(refused.value)


# --- The wheel ----------------------------------------------------------------------------------------------------


def spans(seed, number):
    """Random moments of a year in three rings, most of them overlapping."""
    random = Random(seed)
    for index in range(number):
        start = random.random()
        end = min(start + random.choice([0.003, 0.04, 0.2, 0.8]), 1.0)
        state = random.choice(wheel_layout.PRIORITY)
        yield Span(str(index + 1), random.choice([0, 0, 0, 1, 2]), start, end, state, "")


@pytest.mark.parametrize("number", [0, 1, 12, 40, 120])
@pytest.mark.parametrize("seed", range(4))
def test_nothing_overlaps_and_every_number_is_drawn_once_or_left_out(seed, number):
    laid = lay_out(list(spans(seed, number)))
    for one, other in combinations(laid.arcs, 2):
        same_lane = (one.ring, one.lane) == (other.ring, other.lane)
        assert not same_lane or one.end <= other.start + 1e-9 or other.end <= one.start + 1e-9
    drawn = [no for arc in laid.arcs for no in arc.numbers]
    assert sorted([*drawn, *laid.left_out], key=int) == [str(index + 1) for index in range(number)]
    assert sum(laid.lanes) <= LANES
    assert all(arc.lane < laid.lanes[arc.ring] and 0 <= arc.start < arc.end <= 1 + 1e-9 for arc in laid.arcs)


def test_without_room_for_all_late_moments_are_drawn_and_done_ones_are_not():
    crowd = [Span(str(n), 0, 0.1 + n / 1000, 0.9, "done" if n % 2 else "late", "") for n in range(14)]
    laid = lay_out(crowd)
    drawn = {no for arc in laid.arcs for no in arc.numbers}
    # of nine lanes, the two empty rings keep one each
    assert drawn == {"0", "2", "4", "6", "8", "10", "12"}
    assert len(laid.left_out) == 7


def test_moments_of_the_same_time_and_state_share_an_arc():
    same = [Span(str(n), 0, 0.1, 0.9, "ongoing", f"title {n}") for n in (1, 2, 3)]
    laid = lay_out([*same, Span("4", 0, 0.1, 0.9, "done", "")])
    assert sorted(arc.numbers for arc in laid.arcs) == [("1", "2", "3"), ("4",)]
    assert laid.lanes == (2, 1, 1)


def test_a_day_gets_room_for_its_number_and_ends_where_it_should():
    ((arc,), lanes, out) = vars(lay_out([Span("1", 2, 0.5, 0.5027, "late", "")])).values()
    assert arc.end == 0.5027
    assert arc.end - arc.start > 0.02
    assert (lanes, out) == ((1, 1, 1), ())


@pytest.mark.parametrize(
    ("start", "end", "hand", "middle"),
    [
        (0.1, 0.9, 0.5, 0.875),  # at the end, not at six o'clock
        (0.1, 0.9, 0.88, 0.845),  # before the hand where there is no room after it
        (0.1, 0.9, 0.905, 0.87),  # the hand stands just behind the end
        (0.48, 0.54, 0.5, None),  # no room on either side
    ],
)
def test_the_numbers_of_an_arc_stand_at_its_end_and_never_under_the_hand(start, end, hand, middle):
    arc = wheel_layout.Arc(0, start, end, "ongoing", ("1",), "")
    found = wheel_layout.numbers_middle(arc, width=0.05, hand=hand, gap=0.01)
    assert found == pytest.approx(middle) if middle else found is None


def drawn_wheel(year):
    laid = texts.layout(year, SV)
    svg = wheel.wheel(texts.wheel(year, laid, SV))
    return laid, svg, ElementTree.fromstring(svg).find("svg")


def test_the_numbers_in_the_wheel_are_those_of_the_list(line):
    year = year_of(line)
    laid, svg, tree = drawn_wheel(year)
    assert "\n" not in svg
    in_arcs = {part.text for part in tree.iter("text") if part.get("class", "").startswith("v-yw-no")}
    listed = texts.moment_rows(year, laid, POINTS, lambda point: charts.anchor("x", "/point"), SV)
    assert in_arcs == {row.number for row in listed if row.drawn}
    # a moment without any date is only in the list, and a priority area is in neither: it has its own section
    assert [row.title for row in listed if not row.drawn] == ["without_any_day"]
    assert not {"late_priority", "without_dates"} & {row.title for row in listed}
    assert [row.state for row in listed] == sorted((row.state for row in listed), key=wheel_layout.PRIORITY.index)
    assert [row.title for row in listed][:1] == ["begins_after_its_end"]


def test_the_sentence_of_the_wheel_is_built_from_the_figures(line):
    year = year_of(line)
    _, _, tree = drawn_wheel(year)
    # ongoing: A4, A8, B3, B4 and the review, which is opened; to come: A3, the plan of 2027; done: A2, three reports
    alt = tree.get("aria-label").replace("\N{NO-BREAK SPACE}", " ")
    assert tree.get("role") == "img"
    assert "13 moment: försenat 1, pågår 5, kommande 2, klart 4 och avbrutet 1." in alt
    assert "31 oktober 2026" in alt


def test_the_name_of_an_activity_is_escaped_everywhere(line):
    evil = Occasion("x", "activities", "activity", {"en": "<script>\n\nalert('x')"}, None, AS_OF, "late")
    base = year_of(line)
    year = Year(replace(base.plan, moments=(evil,)), None, ())
    laid, svg, _ = drawn_wheel(year)
    listed = texts.moment_rows(year, laid, POINTS, lambda point: charts.anchor("x", "/point"), SV)
    for fragment in (svg, wheel.moments(listed, label="x")):
        assert "<script" not in fragment
        assert "\n" not in fragment


# --- The page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def small(line, monkeypatch):
    """The app on the small organisation."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    return line


def plain(fragment):
    return re.sub(r"<[^>]+>", " ", fragment).replace("\N{NO-BREAK SPACE}", " ").replace("\N{SOFT HYPHEN}", "")


def persons(database):
    """Everybody named in the exports by first and last name."""
    sql = "select name from staff union select responsible from classification_actions"
    with database.cursor() as cursor:
        names = {row["name"] for row in rows(cursor, sql)}
    return {name for name in names if name and " " in name}


@pytest.mark.live
def test_the_page_opens_with_what_is_late_and_when_the_review_is_held(small, monkeypatch):
    app = opened("plan", monkeypatch)
    shown = plain(text(app))
    assert "Ett moment är försenat." in shown
    assert "Ett prioriterat område är försenat." in shown
    assert "Genomgången hålls den 26 november." in shown
    assert "1 moment i tidigare års planer" in app.expander[0].label


@pytest.mark.live
def test_the_page_counts_open_overdue_and_done_in_words(small, monkeypatch):
    shown = plain(text(opened("plan", monkeypatch, lang="en")))
    assert re.search(r"Overdue 2\s+Open 2\s+Completed 1", shown)
    assert re.search(r"Overdue 1\s+Open 1\s+Completed 1", shown)
    assert "4 of 9 actions that are left to do are overdue." in re.sub(r"\s+", " ", shown)


@pytest.mark.live
def test_a_promise_is_next_to_its_figure_with_a_link_to_the_point(sample, monkeypatch):
    page = opened("plan", monkeypatch)
    shown = text(page)
    beside_ = next(part.value for part in page.markdown if "v-promises" in part.value)
    assert 'href="/point?as_of=2026-10-31&amp;point=classification"' in beside_
    assert "91 av 297 system har giltig klassning" in plain(beside_)
    assert "1 av 6 områden som mäts når målet" in re.sub(r"\s+", " ", plain(shown))


@pytest.mark.live
@pytest.mark.parametrize("role", [MANAGEMENT, ANALYST], ids=lambda role: role.id)
def test_only_the_coordinator_sees_persons(role, sample, small, monkeypatch):
    assert "Anna Berg" in text(opened("plan", monkeypatch))
    theirs = text(opened("plan", monkeypatch, role=role))
    assert "due_on_the_day_by […]" in theirs
    assert "Anna Berg" not in theirs
    assert "Ansvarig" not in theirs


@pytest.mark.live
def test_the_samples_name_nobody_to_management(sample, monkeypatch):
    named = persons(sample)
    shown = plain(text(opened("plan", monkeypatch)))
    assert any(name in shown for name in named)
    theirs = plain(text(opened("plan", monkeypatch, role=MANAGEMENT, lang="en")))
    assert [name for name in named if name in theirs] == []


@pytest.mark.live
def test_a_unit_of_few_persons_shows_others_no_figure_next_to_a_promise(tmp_path, monkeypatch):
    promise = (
        ACTIVITIES.strip().splitlines()[0] + "\nA1 | Utbilda | Prioriterat område | 1 | 2026-02-01 | 2026-12-31 | Pågår"
    )
    courses = "AD-konto | Kurskod | Kurs | Status | Slutfört datum\np1 | INFOSAK | I | Godkänd | 2026-05-01"
    with Line(tmp_path).held() as few:
        for source, table in (("staff", STAFF), ("training", courses), ("activities", promise)):
            few.load_table(table, name=f"{source}.csv", source=source, extract_date=TAKEN)
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(few.database.path))
        mine, theirs = (
            opened("plan", monkeypatch, role=role, unit="Norr", as_of=AS_OF.isoformat())
            for role in (COORDINATOR, MANAGEMENT)
        )
        besides = [next(part.value for part in app.markdown if "v-promises" in part.value) for app in (mine, theirs)]
        assert ["För få personer" in plain(beside_) for beside_ in besides] == [False, True]
        assert "gäller hela förvaltningen" in text(theirs)


@pytest.mark.exhaustive
def test_without_a_plan_the_page_says_what_is_missing_and_links_to_it(tmp_path, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))
    with FileDatabase.at(tmp_path / "own.duckdb").writing():
        pass
    page = opened("plan", monkeypatch)
    assert "Ingen export av Verksamhetsplan och väsentlighets- och riskanalys är inläst till och med" in text(page)
    assert "Uppgift saknas" in text(page)
    assert ways_in(page)[0] == "Läs in"
    # nothing is ongoing or late where nothing is loaded and no review is opened, whatever the day
    before, after = (text(opened("plan", monkeypatch, as_of=f"2026-11-{day}")) for day in ("20", "27"))
    assert "Genomgången hålls den" in before
    assert "Ingen genomgång är öppnad än." in after
    assert "v-moment-ongoing" not in before + after
    assert "v-moment-late" not in before + after


@pytest.mark.exhaustive
def test_an_export_without_actions_of_the_year_is_not_said_to_be_missing(tmp_path, monkeypatch):
    table = "År | Rapport | Område | Avvikelse | Beskrivning\n2024 | T1 | Loggning | Ja | Saknas"
    with Line(tmp_path).held() as line:
        line.load_table(table, name="deviations.csv", source="deviations", extract_date=TAKEN)
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        shown = text(opened("plan", monkeypatch, as_of=AS_OF.isoformat()))
    assert "Inga åtgärder att följa upp." in shown
    assert "Ingen export av Avvikelser i tertialrapport" not in shown


@pytest.mark.live
def test_the_open_decisions_of_the_reviews_are_counted_with_a_link_to_them(small, monkeypatch):
    def decisions_shown(role, lang="sv", as_of=AS_OF):
        page = opened("plan", monkeypatch, role=role, lang=lang, as_of=as_of.isoformat())
        return [part.value for part in page.markdown if re.search(r'v-link" href="/decisions', part.value)]

    [shown] = decisions_shown(MANAGEMENT)
    assert (
        "Två beslut är öppna. Inget av dem är försenat. 1 beslut saknar datum och finns inte i kalenderfilen." in shown
    )
    assert 'href="/decisions?as_of=2026-10-31"' in shown
    [later] = decisions_shown(COORDINATOR, "en", date(2027, 1, 1))
    assert "Two decisions are open. One of them is late. 1 decision has no date" in later
    assert "Bo Ek" not in later
    # a reader who may not read a review gets nothing of it
    assert decisions_shown(ANALYST) == []


# --- The calendar -------------------------------------------------------------------------------------------------


def seen_by(line, role):
    data = reads.data(line.database)
    return View(Reader(User("tester", role), SV, reads.withheld(data)), data, False, AS_OF, Scope(NAME))


def calendar_of(line, role, monkeypatch):
    """The events of the file that a user of a role gets."""
    monkeypatch.setattr(permissions, "current_user", lambda: User("tester", role))
    view = seen_by(line, role)
    content = plan_page.calendar(view, plan_page.year(view))
    return content.decode(), Calendar.from_ical(content).walk("VEVENT")


@pytest.mark.live
def test_the_calendar_file_holds_what_the_page_lists(small, monkeypatch):
    _, events = calendar_of(small, COORDINATOR, monkeypatch)
    counted = Counter((event.start, str(event["summary"])) for event in events)
    year = year_of(small)
    moments = [*(item.moment for item in year.items), *year.plan.areas]
    days = [(moment.due, moment.title.get("sv") or moment.title["en"]) for moment in moments]
    days = [(day, title.replace("Anna Berg", "[…]")) for day, title in days if day]
    open_ = [
        (date(2026, 9, 1), "Beta: said_done_but_no_date"),
        (date(2026, 1, 31), "Alfa: done_after_the_day"),
        (AS_OF, "Alfa: due_on_the_day"),
        (date(2026, 10, 30), "C: late"),
        (date(2026, 1, 31), "Roller: late_of_last_year"),
        (AS_OF, "Risk: due_on_the_day"),
        (date(2026, 12, 31), "Klassning: open"),
    ]
    decided = [(date(2026, 12, 31), "Beslut 2026-1: […] och […] ska klassa Alfa.")]
    expected = [
        (TAKEN + timedelta(SOURCES[id_].rhythm_days), f"Ny export: {SOURCES[id_].title['sv']}") for id_ in TABLES
    ]
    assert len(days) == 12
    assert counted == Counter([*days, *open_, *decided, *expected])


@pytest.mark.parametrize("role", [COORDINATOR, MANAGEMENT, ANALYST], ids=lambda role: role.id)
def test_the_calendar_file_names_nobody_whoever_asks(role, small, monkeypatch):
    content, events = calendar_of(small, role, monkeypatch)
    unfolded = content.replace("\r\n ", "")
    assert "Anna" not in unfolded
    assert "Bo Ek" not in unfolded
    # a reader who may not read a review gets no decision of it
    assert any("Beslut 2026-1" in str(event["summary"]) for event in events) is (role is not ANALYST)


@pytest.mark.live
@pytest.mark.parametrize(("lang", "name"), [("sv", "Årshjul 2026.ics"), ("en", "Year wheel 2026.ics")])
def test_the_calendar_file_is_named_in_the_readers_language(small, monkeypatch, lang, name):
    names, button = [], st.download_button
    monkeypatch.setattr(
        st, "download_button", lambda *args, **options: names.append(options["file_name"]) or button(*args, **options)
    )
    opened("plan", monkeypatch, lang=lang)
    assert names == [name]


def test_an_event_is_a_whole_day_and_is_the_same_event_in_the_next_file(small, monkeypatch):
    _, first = calendar_of(small, COORDINATOR, monkeypatch)
    _, again = calendar_of(small, MANAGEMENT, monkeypatch)
    assert len({event["uid"] for event in first}) == len(first)
    assert [event["uid"] for event in first] == [event["uid"] for event in again]
    assert all(type(event.start) is date and event.end == event.start + timedelta(days=1) for event in first)


@pytest.mark.live
def test_decisions_of_two_reviews_of_a_year_are_two_events(small):
    decision = year_of(small).decisions[0]
    year = replace(year_of(small), decisions=(decision, replace(decision, decision_id=decision.decision_id + 1)))
    keys = [event.key for event in texts.events(year, SV, clean=str) if event.key.startswith("decision/")]
    assert len({*keys}) == len(keys) == 2


@pytest.mark.live
def test_the_next_export_of_each_source_is_an_event_without_who_delivers_it(small):
    named = Delivering("Anna Berg", "anna@exempel.se", "Ur Heroma")
    staff, never = (
        delivery(SOURCES[id_], day, named, as_of=AS_OF, late_after=3)
        for id_, day in (("staff", TAKEN), ("systems", None))
    )
    year = replace(year_of(small), deliveries=(staff, never))
    [event] = [event for event in texts.events(year, SV, clean=str) if event.key.startswith("export/")]
    assert (event.key, event.day) == ("export/staff", TAKEN + timedelta(SOURCES["staff"].rhythm_days))
    assert event.summary == "Ny export: Personallista"
    assert not [text for text in (event.summary, event.description) if "Anna" in text or "Heroma" in text]


def test_a_single_line_in_a_calendar_stays_one_line():
    event = Event("k", AS_OF, "a\r\nBEGIN:VALARM\nb", "", "c\nd")
    stamp = datetime(2026, 11, 25, 10, tzinfo=UTC)
    calendar = Calendar.from_ical(calendar_file([event], owner=NAME, name="e\nf", language="sv", stamp=stamp))
    (entry,) = calendar.walk("VEVENT")
    assert (str(entry["summary"]), entry.categories, calendar.calendar_name) == ("a BEGIN:VALARM b", ["c d"], "e f")


def test_the_creation_time_is_in_the_file():
    stamp = datetime(2026, 11, 25, 10, tzinfo=UTC)
    event = Event("k", AS_OF, "Åäö; komma, kolon:", "rad\nrad", "kontroll")
    (entry,) = Calendar.from_ical(calendar_file([event], owner=NAME, name="Årshjul", language="sv", stamp=stamp)).walk(
        "VEVENT"
    )
    assert (entry["dtstamp"].dt, str(entry["summary"])) == (stamp, "Åäö; komma, kolon:")
