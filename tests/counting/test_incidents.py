"""Incidents: the clocks are the points' pending items, the figures those next to point 11, and no one's words leak."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

import pytest

from compliance.access.permissions import ANALYST, COORDINATOR, MANAGEMENT
from compliance.access.scopes import Scope
from compliance.core import clock
from compliance.core.language import Language
from compliance.core.places import ROOT
from compliance.counting.assessing import items_of
from compliance.counting.figures import figures, load_figures
from compliance.counting.incidents import (
    Cause,
    Clock,
    Month,
    clocks,
    duties,
    end_of,
    incidents,
    next_deadline,
)
from compliance.drawing import charts, plots_incidents
from compliance.drawing import incidents as drawing_incidents
from compliance.screens.incidents import clock_texts, texts
from compliance.screens.overview import texts as overview_texts
from compliance.store.database import EVERYTHING_KNOWN
from compliance.wording import clocks as clock_words
from compliance.wording import phrases
from tests import readers
from tests.apps import opened, text, ways_in
from tests.exports import AS_OF, load_all, random_exports
from tests.layers import first_of
from tests.line import POINTS, Line
from tests.readers import MINE, THEIRS

SV, EN = Language("sv"), Language("en")
CLOCKS_RUN_OUT = {"not_notified", "not_assessed", "not_sent"}
SAMPLE_DAY = date(2026, 10, 31)
# Every day on which something in the samples is pending or expired, and one with nothing.
SAMPLE_DAYS = [SAMPLE_DAY, date(2026, 11, 1), date(2025, 10, 31), date(2026, 6, 30), date(2026, 8, 31)]
RANDOM_DAYS = [AS_OF + timedelta(days=n) for n in (-1, 0, 1, 2)]
ORG = "Lövsta"

# ruff: noqa: E501 - tables are wide
BREACHES = """
Incident-ID | Enhet | Typ av incident | Vetskap          | Anmälningspliktig | Beslutsdatum | Anmäld till IMY  | Motivering ej anmäld | Antal registrerade | Registrerade informerade | Motivering försening
over-spring | Norr  | Röjande         | 2026-03-27 15:30 | Ja                | 2026-03-27   |                  |                      | 12                 | Ja                       |
unassessed  | Norr  |                 | 2026-03-29 10:00 |                   |              |                  |                      |                    |                          |
by-day      | Söder | Röjande         | 2026-03-28       | Ja                | 2026-03-28   |                  |                      | 3                  | Nej                      |
sent        | Norr  | Röjande         | 2026-03-20 08:00 | Ja                | 2026-03-20   | 2026-03-22 20:00 |                      | 3                  | Nej                      |
not-needed  | Norr  | Röjande         | 2026-03-29 08:00 | Nej               | 2026-03-29   |                  | Osannolik risk       |                    |                          |
"""
INCIDENTS = """
Ärende-ID | Rubrik        | Kategori | Upptäcktes       | Enhet | Betydande incident | Orsak | Åtgärd | Stängd     | Upplysning skickad | Incidentanmälan skickad | Lägesrapport skickad | Slutrapport skickad | Allvarlighetsgrad | System
early     | Kim Ek:s dator | Kod     | 2026-03-30 09:00 | Norr  | Ja                 |       |        |            |                    |                         |                      |                     | Hög               |
month     | Avbrott        | Avbrott | 2026-02-26 09:00 | Norr  | Ja                 | El    |        |            | 2026-02-26 12:00   | 2026-02-28 12:00        |                      |                     | Hög               | Alfa
open      | Långt avbrott  | Avbrott | 2026-02-01 09:00 | Söder | Ja                 | El    | Reserv |            | 2026-02-01 12:00   | 2026-02-03 12:00        | 2026-03-01 12:00     |                     | Hög               | Alfa
maybe     | Oklart         | Avbrott | 2026-03-29 09:00 | Norr  | Ej bedömd          |       |        |            |                    |                         |                      |                     |                   |
no        | Litet          | Avbrott | 2026-03-29 09:00 | Norr  | Nej                | El    | Byte   | 2026-03-30 |                    |                         |                      |                     | Låg               | Alfa
"""


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """A handful of breaches and incidents around the clock change of spring 2026."""
    with Line(tmp_path_factory.mktemp("clocks")).held() as own_line:
        own_line.load_table(BREACHES, name="b.csv", extract_date=date(2026, 2, 1), source="breaches", organisation=ORG)
        own_line.load_table(
            INCIDENTS, name="i.csv", extract_date=date(2026, 2, 1), source="incidents", organisation=ORG
        )
        yield own_line


@pytest.fixture
def own_line(tmp_path):
    """A database of the test's own, held open."""
    with Line(tmp_path).held() as fresh:
        yield fresh


@cache
def duties_on(line, as_of, *, own=None, organisation=ORG, **place):
    with line.database.cursor() as cursor:
        where = Scope(organisation, **place)
        return duties(cursor, POINTS, as_of=as_of, known_at=EVERYTHING_KNOWN, place=where, own=own, reader=MINE)


def plain(fragment):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", fragment).replace("\u00ad", "")).strip()


def running(line, as_of, *, now=None, **scope):
    """The clocks by id and kind."""
    return {(c.duty.id, c.duty.kind): c for c in clocks(duties_on(line, as_of, **scope), as_of=as_of, now=now)}


# --- The clocks are the points' items -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples(sample_database):
    own_line = Line(sample_database.path.parent)
    own_line.database = sample_database
    return own_line


@pytest.fixture(scope="module", params=first_of([pytest.param(0, marks=pytest.mark.live), *range(1, 20)]))
def randomly(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("random")
    with Line(folder).held() as own_line:
        wanted = {"incidents", "breaches", "staff", "systems"}
        load_all(own_line, (export for export in random_exports(request.param) if export.source in wanted))
        own_line.seed = request.param
        yield own_line


def organisations(line):
    return [row["name"] for row in line.rows("select name from organisation_names order by name")]


@cache
def items(line, as_of):
    reported = tuple(point for point in POINTS if point.id in {"gdpr_reporting", "nis_reporting"})
    with line.database.cursor() as cursor:
        tables = items_of(cursor, reported, as_of=as_of, known_at=EVERYTHING_KNOWN)
    return [item for table in tables for item in table.to_pylist()]


def of_points(line, as_of, organisation, wanted):
    """The items of points 12 and 13 that are wanted, with their due date."""
    mine = (row for row in items(line, as_of) if row["organisation"] == organisation)
    return sorted((row["item"], str(row["due"])) for row in mine if wanted(row))


def seen_as_items(line, as_of, organisation, *, run_out):
    """The clocks at 24:00 of a day that began this year, written as the points' items are."""
    unsent = clocks(duties_on(line, as_of, organisation=organisation), as_of=as_of, now=None)
    return sorted(
        (f"{c.duty.id}/{c.duty.kind}" if c.duty.kind != "breach" else c.duty.id, str(due(c)))
        for c in unsent
        if c.duty.outcome and c.run_out == run_out
    )


def due(running):
    """The day the point gives: without a time of day, the one after the last that is certainly in time."""
    duty = running.duty
    if duty.deadline:
        return clock.local(duty.deadline).date()
    if duty.last_day is None or duty.limit_months:
        return duty.last_day
    return duty.began.date() + timedelta(days=duty.limit_hours // 24)


@pytest.mark.exhaustive
def test_the_clocks_of_the_samples_are_the_pending_items_and_those_not_sent(samples):
    (organisation,) = organisations(samples)
    kept = []
    for day in SAMPLE_DAYS:
        kept += _agree(samples, day, organisation)
    assert {outcome for outcome, *_ in kept} == {"pending", "run out"}


@pytest.mark.exhaustive
@pytest.mark.parametrize("day", RANDOM_DAYS, ids=str)
def test_the_clocks_of_random_exports_are_the_pending_items_and_those_not_sent(randomly, day):
    kept = [entry for organisation in organisations(randomly) for entry in _agree(randomly, day, organisation)]
    assert kept or randomly.seed  # for other seeds there may be no clock on a day


def _agree(line, day, organisation):
    pending = of_points(line, day, organisation, lambda row: row["outcome"] == "pending")
    unsent = of_points(
        line, day, organisation, lambda row: row["outcome"] == "unmet" and row["reason"] in CLOCKS_RUN_OUT
    )
    assert seen_as_items(line, day, organisation, run_out=False) == pending
    assert seen_as_items(line, day, organisation, run_out=True) == unsent
    return [*(("pending", *item) for item in pending), *(("run out", *item) for item in unsent)]


@pytest.mark.live
@pytest.mark.parametrize("days", first_of([[29, 30], [31, 33]]), ids=str)
def test_the_clocks_of_hand_made_rows_are_the_pending_items_and_those_not_sent(line, days):
    for day in (date(2026, 3, 1) + timedelta(days=n - 1) for n in days):
        assert _agree(line, day, ORG)


UNTOLD = {
    "notifiable": """
Incident-ID | Enhet | Vetskap          | Anmäld till IMY
last year   | Norr  | 2025-12-29 15:30 |
late        | Norr  | 2026-03-27 15:30 |
""",
    "notified": """
Incident-ID | Enhet | Vetskap          | Anmälningspliktig
last year   | Norr  | 2025-12-29 15:30 | Ja
late        | Norr  | 2026-03-27 15:30 | Ja
""",
}


@pytest.mark.live
@pytest.mark.parametrize("column", first_of(UNTOLD))
def test_a_clock_that_no_column_tells_of_is_gone_once_its_limit_has_passed(own_line, column):
    """Whether it had to be notified, or was, is unknown then, and nobody is accused; while it runs it can be met."""
    own_line.load_table(UNTOLD[column], extract_date=date(2026, 1, 1), source="breaches", organisation=ORG)
    # the 72 hours run out on the first two of the days
    for day in (date(2026, 1, 1), date(2026, 3, 30), date(2026, 3, 31)):
        assert (running(own_line, day), _agree(own_line, day, ORG)) == ({}, [])
    (item,) = items(own_line, date(2026, 3, 30))
    assert (item["outcome"], item["reason"], item["detail"]) == ("unknown", "column_missing", column)
    noon = datetime(2026, 3, 30, 12, 0)
    for before in (running(own_line, date(2026, 3, 29)), running(own_line, date(2026, 3, 30), now=noon)):
        assert [clock.state for clock in before.values()] == ["running"]
    assert not running(own_line, date(2026, 3, 30), now=noon + timedelta(hours=4))


# --- How long is left ---------------------------------------------------------------------------------------------


def test_the_hour_that_spring_takes_away_does_not_shorten_the_72_hours(line):
    """Rulebook, point 12: aware 2026-03-27 15:30 → 2026-03-30 16:30; 24:00 of the 29th is 16 h 30 min before."""
    clock = running(line, date(2026, 3, 29))["over-spring", "breach"]
    assert clock.duty.deadline == datetime(2026, 3, 30, 14, 30)  # 16:30 in summer time
    assert clock.left == timedelta(hours=16, minutes=30)
    assert clock.share == pytest.approx((72 - 16.5) / 72)
    assert clock_words.figure_of(clock, SV) == ("16\u00a0tim", "kvar av 72\u00a0tim")
    assert clock_words.when_it_ends(clock, SV) == "mån\u00a030\u00a0mars\u00a016.30"


def test_today_the_time_is_counted_from_now_also_where_the_limit_passes_before_midnight(line):
    """At 24:00 of the 30th it has run out, as the point says; at nine in the morning there is still time."""
    day = date(2026, 3, 30)
    assert running(line, day)["over-spring", "breach"].run_out
    now = running(line, day, now=datetime(2026, 3, 30, 7, 0))["over-spring", "breach"]
    assert (now.run_out, now.left) == (False, timedelta(hours=7, minutes=30))
    later = running(line, day, now=datetime(2026, 3, 30, 14, 31))["over-spring", "breach"]
    assert later.run_out
    assert clock_words.figure_of(later, SV) == ("Gick ut", "för\u00a01\u00a0minut\u00a0sedan")


def test_a_limit_that_ends_at_the_very_moment_has_not_passed(line):
    clock = running(line, date(2026, 3, 30), now=datetime(2026, 3, 30, 14, 30))["over-spring", "breach"]
    assert (clock.run_out, clock.left) == (False, timedelta())


@pytest.mark.parametrize(
    ("day", "figure"),
    [
        (date(2026, 3, 29), ("1\u00a0dag", "kvar av 72\u00a0tim")),
        (date(2026, 3, 30), ("Sista dagen", "av 72\u00a0tim")),
        (date(2026, 3, 31), ("Gick ut", "för\u00a01\u00a0dag\u00a0sedan")),
    ],
)
def test_without_a_time_of_day_a_clock_counts_days_to_the_last_certainly_in_time(line, day, figure):
    """Aware on the 28th: the 30th is two days later and in time, the 31st cannot be decided."""
    clock = running(line, day)["by-day", "breach"]
    assert (clock.duty.deadline, clock.duty.last_day) == (None, date(2026, 3, 30))
    assert clock_words.figure_of(clock, SV) == figure
    assert "saknar klockslag" in clock_texts.clock_facts(clock, SV)[0].note


def test_a_month_is_a_calendar_month_and_counts_days(line):
    """Notified 28 February: the final report is due 28 March, five days after the 23rd."""
    clock = running(line, date(2026, 3, 23))["month", "final_report"]
    assert (clock.duty.last_day, clock.days_left) == (date(2026, 3, 28), 5)
    assert clock_words.figure_of(clock, SV) == ("5\u00a0dagar", "kvar av 1\u00a0månad")
    assert clock.share == pytest.approx(23 / 28)
    assert running(line, date(2026, 3, 30))["month", "final_report"].run_out


def test_a_progress_report_leaves_the_final_report_without_a_limit_while_the_incident_is_open(line):
    clock = running(line, date(2026, 3, 30))["open", "final_report"]
    assert (clock.duty.ends, clock.run_out, clock.share) == (None, False, None)
    assert clock_words.figure_of(clock, SV) == ("Ingen tidsfrist så länge incidenten är öppen", "")
    assert [name for name, _ in clock.duty.earlier] == ["early_warning", "notification", "progress_report"]


@pytest.mark.live
def test_a_clock_continues_over_new_year_although_it_is_no_item_of_the_new_years_points(own_line):
    rows = """
Incident-ID | Enhet | Vetskap          | Anmälningspliktig | Anmäld till IMY
new-year    | Norr  | 2026-12-30 12:00 | Ja                |
long-ago    | Norr  | 2026-06-30 12:00 | Ja                |
"""  # the 72 hours of long-ago end on 3 July 2026
    own_line.load_table(rows, extract_date=date(2026, 12, 31), source="breaches", organisation=ORG)
    day = date(2027, 1, 1)
    assert own_line.items("gdpr_reporting", day) == []
    assert {id_: c.run_out for (id_, _), c in running(own_line, day).items()} == {"long-ago": True, "new-year": False}
    assert running(own_line, date(2027, 1, 2))["new-year", "breach"].run_out
    assert {id_ for id_, _ in running(own_line, date(2027, 7, 3))} == {"long-ago", "new-year"}
    assert {id_ for id_, _ in running(own_line, date(2027, 7, 4))} == {"new-year"}
    # a point has no item to lead to
    (clock_,) = running(own_line, date(2027, 7, 4)).values()
    (card,) = clock_texts.clock_cards([clock_], SV, address=lambda *_: "/")
    assert card.kicker == "new-year · Norr"
    # a day of another year than the page's has its year
    assert clock_words.when_it_ends(clock_, SV) == "lör\u00a02\u00a0jan\u00a012.00"
    (before,) = (c for c in running(own_line, date(2026, 12, 31)).values() if not c.run_out)
    assert clock_words.when_it_ends(before, SV) == "lör\u00a02\u00a0jan\u00a02027\u00a012.00"
    assert {id_: c.run_out for (id_, _), c in running(own_line, date(2026, 12, 31)).items()} == {
        "long-ago": True,
        "new-year": False,
    }


def test_what_can_still_be_met_is_first_by_its_limit_and_what_ran_out_is_last_the_latest_first(line):
    unsent = clocks(duties_on(line, date(2026, 3, 30)), as_of=date(2026, 3, 30), now=None)
    # aware 29 March 10:00 in summer time: 1 April 10:00; the day of `by-day` ends at this very moment
    assert [c.duty.id for c in unsent] == ["by-day", "early", "unassessed", "early", "open", "over-spring", "month"]
    assert [c.state for c in unsent] == ["running"] * 4 + ["unlimited"] + ["run_out"] * 2
    assert next_deadline(unsent).duty.id == "by-day"
    assert next_deadline(unsent[4:]) is None
    assert next_deadline(()) is None


def test_what_has_no_card_is_a_row_and_nothing_is_both(line, monkeypatch):
    unsent = clocks(duties_on(line, date(2026, 3, 30)), as_of=date(2026, 3, 30), now=None)
    monkeypatch.setattr(clock_texts, "FIRST_CARDS", 2)
    titles = {title: [c.duty.id for c in listed] for title, listed in clock_texts.lists(unsent, SV)}
    assert titles == {
        "Går ut senare": ["unassessed", "early"],
        "Tidsfrister som har passerat": ["over-spring", "month"],
        "Utan tidsfrist": ["open"],
    }
    (row, *_) = clock_texts.clock_table(unsent[5:6], SV, address=None)[1]
    assert [plain(cell) for cell in row] == [
        "over-spring Röjande · Norr",
        "Anmälan, dataskyddsförordningen art. 33",
        "Gick ut för 7 timmar sedan mån 30 mars 16.30",
        "Integritetsskyddsmyndigheten (IMY)",
        "Motivering försening",
    ]


@pytest.mark.live
def test_only_the_scope_is_visible(line):
    day = date(2026, 3, 30)
    assert {id_ for id_, _ in running(line, day, unit="Söder")} == {"by-day", "open"}
    assert running(line, day, department="Ingen") == {}


# --- What is to be done, by whom it is received, what is missing --------------------------------------------------


def test_the_law_is_the_discoverys_and_the_recipient_the_days(line):
    early = running(line, date(2026, 3, 30))["early", "early_warning"].duty
    assert early.law["sv"] == "Upplysning, cybersäkerhetslagen 2 kap. 5 §"
    assert early.recipient["sv"] == "Myndigheten för civilt försvar (MCF)"
    breach = running(line, date(2026, 3, 30))["unassessed", "breach"].duty
    assert breach.law["sv"] == "Anmälan, dataskyddsförordningen art. 33"
    assert breach.recipient["sv"] == "Integritetsskyddsmyndigheten (IMY)"
    later = running(line, date(2026, 7, 1))["early", "early_warning"].duty
    assert later.recipient["sv"] == "NCSC/CERT-SE"


@pytest.mark.live
def test_before_the_new_law_one_report_in_six_hours_goes_to_msb(own_line):
    """Without a time of day they end on the day of discovery."""
    rows = "Ärende-ID | Upptäcktes | Enhet | Betydande incident | Incidentanmälan skickad\n"
    rows += "old | 2025-12-31 20:00 | Norr | Ja |\nday | 2025-12-30 | Norr | Ja |"
    own_line.load_table(rows, extract_date=date(2025, 12, 31), source="incidents", organisation=ORG)
    on_the_day = running(own_line, date(2025, 12, 31))
    assert on_the_day.keys() == {("old", "notification"), ("day", "notification")}
    clock = on_the_day["old", "notification"]
    assert clock.left == timedelta(hours=2)  # 20:00 + 6 h is 02:00
    assert clock.duty.law["sv"] == "Incidentrapport, NIS-lagen (2018:1174)"
    assert clock.duty.recipient["sv"] == "Myndigheten för samhällsskydd och beredskap (MSB)"
    clock = on_the_day["day", "notification"]
    assert (clock.duty.last_day, clock.run_out, clock.duty.outcome) == (date(2025, 12, 30), True, "unmet")
    assert running(own_line, date(2026, 1, 1))["old", "notification"].duty.recipient["sv"].endswith("(MCF)")


def test_an_organisations_own_file_adds_a_recipient_from_a_day(line, tmp_path):
    (tmp_path / "review_points.toml").write_text(
        "[points.nis_reporting]\n"
        'recipients = [{ from = 2026-03-01, text = { sv = "Länsstyrelsen", en = "The county" } }]\n',
        encoding="utf-8",
    )
    duty = running(line, date(2026, 3, 30), own=tmp_path)["early", "early_warning"].duty
    assert duty.recipient["sv"] == "Länsstyrelsen"


def test_the_empty_fields_of_the_row_are_missing(line):
    clocks_by_id = running(line, date(2026, 3, 30))
    # the delay needs a reason only once there is one
    assert clocks_by_id["over-spring", "breach"].gaps == ("delay_reason",)
    assert running(line, date(2026, 3, 29))["over-spring", "breach"].gaps == ()
    assert clocks_by_id["unassessed", "breach"].gaps == ("notifiable", "decided", "affected", "informed", "type")
    assert clocks_by_id["early", "early_warning"].gaps == ("system",)
    assert clocks_by_id["early", "notification"].gaps == ("system", "action")
    assert clocks_by_id["month", "final_report"].gaps == ("action",)
    assert clock_texts.missing(clocks_by_id["early", "notification"], SV) == "System och åtgärd"
    assert clock_texts.missing(clocks_by_id["open", "final_report"], SV) == "Klar att skicka"


def test_an_unassessed_incident_is_mentioned_and_has_no_clock(line):
    required = duties_on(line, date(2026, 3, 30))
    assert [duty.id for duty in required if duty.kind == "assessment"] == ["maybe"]
    assert "maybe" not in {id_ for id_, _ in running(line, date(2026, 3, 30))}


# --- In words -----------------------------------------------------------------------------------------------------


def sentences_on(line, day, **more):
    return clock_texts.sentences(clocks(duties_on(line, day, **more), as_of=day, now=None), SV)


@pytest.mark.live
def test_the_headline_counts_the_clocks_and_says_when_the_first_runs_out(line):
    assert sentences_on(line, date(2026, 3, 29)) == [
        "Tre tidsfrister löper. Den första går ut om 16\u00a0timmar.",
        "En tidsfrist har passerat utan att rapporten skickats.",
    ]
    # what has no limit is not running
    assert sentences_on(line, date(2026, 3, 29), unit="Söder") == ["En tidsfrist löper. Den går ut om 1\u00a0dag."]
    assert sentences_on(line, date(2026, 3, 30), unit="Söder") == ["En tidsfrist löper. Den går ut i dag."]
    assert sentences_on(line, date(2026, 3, 5), unit="Söder") == ["Ingen tidsfrist löper."]
    assert sentences_on(line, date(2026, 1, 31)) == ["Ingen tidsfrist löper."]


def test_the_headline_says_when_the_only_clock_runs_out(line):
    clock = running(line, date(2026, 3, 29))["over-spring", "breach"]
    assert clock_texts.sentences([clock], EN) == ["One clock is running. It runs out in 16\u00a0hours."]
    out = running(line, date(2026, 3, 31))["over-spring", "breach"]
    assert clock_texts.sentences([out] * 76, SV) == [
        "Ingen tidsfrist löper.",
        "76 tidsfrister har passerat utan att rapporten skickats.",
    ]


def at(line, *, before):
    """The spring's breach, that long before its limit."""
    duty = running(line, date(2026, 3, 30))["over-spring", "breach"].duty
    return Clock(duty, duty.ends - before, date(2026, 3, 30))


@pytest.mark.parametrize(
    ("before", "figure"),
    [
        (timedelta(hours=31, minutes=59), ("31\u00a0tim", "kvar av 72\u00a0tim")),
        (timedelta(minutes=59, seconds=59), ("59\u00a0min", "kvar av 72\u00a0tim")),
        (-timedelta(hours=5), ("Gick ut", "för\u00a05\u00a0timmar\u00a0sedan")),
        (-timedelta(hours=47), ("Gick ut", "för\u00a047\u00a0timmar\u00a0sedan")),
        (-timedelta(hours=73), ("Gick ut", "för\u00a03\u00a0dagar\u00a0sedan")),
    ],
)
def test_time_left_is_never_rounded_up(line, before, figure):
    assert clock_words.figure_of(at(line, before=before), SV) == figure


def test_the_overview_gets_the_next_deadline_as_a_fact(line):
    unsent = clocks(duties_on(line, date(2026, 3, 29)), as_of=date(2026, 3, 29), now=None)

    def fact_of(clocks_, *lacking):
        return overview_texts.next_deadline_fact(clocks_, SV, lacking=lacking, address="/incidents?a=1&b=2")

    fact = fact_of(unsent)
    assert (fact.value, fact.note) == ("16\u00a0tim", "mån\u00a030\u00a0mars\u00a016.30")
    assert fact.label == '<a class="v-link" href="/incidents?a=1&amp;b=2">Nästa tidsfrist</a>'
    assert f"<dt>{fact.label}</dt>" in charts.facts([fact])
    # what has passed is no next deadline, and without an export it is not known whether any clock runs
    out = [c for c in unsent if c.run_out]
    nones = [fact_of(out), fact_of(out, "Incidenter"), fact_of(()), fact_of((), "Incidenter"), fact_of((), "A", "B")]
    assert {fact.value for fact in nones} == {"–"}
    assert [fact.note for fact in nones] == [
        "1 har passerat",
        "1 har passerat",
        "Ingen tidsfrist löper.",
        "Underlag saknas: Incidenter",
        "Underlag saknas",
    ]


def test_a_law_is_not_broken_between_its_number_and_its_word():
    assert clock_texts.unbroken("Upplysning, lagen 2 kap. 5 §") == "Upplysning, lagen 2\u00a0kap.\u00a05\u00a0§"
    assert clock_texts.unbroken("Notification, GDPR art. 33") == "Notification, GDPR art.\u00a033"
    assert clock_texts.unbroken("Act ch. 2 s. 5") == "Act ch.\u00a02 s.\u00a05"


# --- Were we in time? ---------------------------------------------------------------------------------------------


@pytest.mark.live
def test_reports_in_time_agree_with_the_points(samples):
    (organisation,) = organisations(samples)
    rows = [row for row in items(samples, SAMPLE_DAY) if row["organisation"] == organisation]
    met = sum(row["outcome"] == "met" for row in rows)
    late = sum(row["reason"] == "late" for row in rows)
    required = duties_on(samples, SAMPLE_DAY, organisation=organisation)
    assert texts.reports_in_time(required) == (met, met + late)
    assert late
    assert len(texts.reports_table(required, SV)[1]) == met + late


def test_hours_are_elapsed_hours_and_a_case_without_a_time_of_day_is_no_dot(samples):
    (organisation,) = organisations(samples)
    required = duties_on(samples, SAMPLE_DAY, organisation=organisation)
    # aware Friday 15:30, notified Monday 16:30 over the clock change: 72 elapsed hours, in time
    spring = next(duty for duty in required if duty.id == "PUI-2026-022")
    assert (spring.hours, spring.outcome) == (72.0, "met")
    lanes = texts.hour_lanes(required, SV)
    assert [lane.limit for lane in lanes] == [(72, 72), (24, 24), (6, 6), (72, 72)]
    timed = [duty for duty in texts.sent_reports(required) if duty.hours is not None and not duty.limit_months]
    assert sum(len(lane.dots) for lane in lanes) == len(timed)
    untimed = [d for d in texts.sent_reports(required) if d.hours is None and not d.limit_months]
    assert f"{phrases.counted(len(untimed), SV)} utan klockslag" in texts.reports_sentence(required, SV)


def test_a_report_that_is_minutes_late_says_so():
    shown = texts.hours_exact(_late(72.2), SV)
    assert shown == "72\u00a0tim\u00a012\u00a0min"
    assert texts.hours_exact(_late(96.9), SV) == "96\u00a0tim"


def _late(hours):
    from types import SimpleNamespace

    return SimpleNamespace(hours=hours, limit_hours=72, reason="late")


def test_late_dots_are_diamonds_with_their_hours_and_the_limit_is_a_tick():
    lane = plots_incidents.Lane(
        "Upplysning", [plots_incidents.Dot(4, "a"), plots_incidents.Dot(300, "b", "300 tim")], (24, 24)
    )
    drawn = plots_incidents.duty_dots([lane], plots_incidents.Scale(48, 24, "tim"), mode="light")
    (dots,) = drawn.data
    assert list(dots.marker.symbol) == ["circle", "diamond"]
    # what took longer than the axis is at its end, with its own figure
    assert list(dots.x) == [4, 48]
    assert list(dots.text) == ["", "<b>300 tim</b>"]
    assert [(shape.x0, shape.x1) for shape in drawn.layout.shapes if shape.type == "rect"] == [(24, 24)]
    assert drawn.layout.xaxis.ticktext[-1] == "48\u00a0tim"


def test_dots_that_lie_close_do_not_cover_each_other():
    assert plots_incidents.stack_lifts([0.1, 0.1, 0.1, 0.5], gap=0.02) == [0, -1, 1, 0]
    assert plots_incidents.labels_that_fit(["a", "", "b"], [0.9, 0.9, 0.85]) == ["a", "", ""]
    assert plots_incidents.labels_that_fit(["a", "b"], [0.9, 0.3]) == ["a", "b"]
    # the one to the right stands to the left of its diamond
    assert plots_incidents.labels_that_fit(["300 tim", "200 tim"], [0.9, 0.5]) == ["300 tim", ""]


def test_many_dots_at_once_stay_below_the_name_of_their_line():
    lane = plots_incidents.Lane("Upplysning", [plots_incidents.Dot(4, "a")] * 30, (24, 24))
    drawn = plots_incidents.duty_dots([lane], plots_incidents.Scale(48, 24, "tim"), mode="light")
    (name,) = drawn.layout.annotations
    above = plots_incidents.LANE_HEIGHT * (min(drawn.data[0].y) - name.y)
    assert above >= plots_incidents.DOT / 2 + 15


# --- The year -----------------------------------------------------------------------------------------------------

YEAR_BEFORE = """
Ärende-ID | Kategori | Upptäcktes | Enhet | Orsak | Åtgärd | Stängd
1         | Felskick | 2025-11-03 | Norr  | Fel adress | a | 2025-11-04
2         | Avbrott  | 2025-12-20 | Norr  | Strömavbrott | a | 2025-12-21
"""
THIS_YEAR = """
Ärende-ID | Kategori | Upptäcktes | Enhet | Orsak        | Åtgärd | Stängd
1         | Felskick | 2026-01-10 | Norr  | Fel adress   | a      | 2026-01-10
2         | Felskick | 2026-02-10 | norr  | fel adress   | a      | 2026-03-12
3         | Avbrott  | 2026-03-01 | Söder | Strömavbrott | a      | 2026-04-01
4         | Avbrott  | 2026-09-30 | Söder | Strömavbrott | a      |
5         | Stöld    | 2026-05-01 | Söder | Kim Ek glömde väskan |  | 2026-04-30
6         | Åska     | 2026-09-01 | Väst  |              |        |
7         | Felskick | 2026-09-02 | Norr  | Fel adress   | a      | 2026-09-02
8         | Brand    | 2026-09-03 | Norr  | Brand        | a      | 2026-11-20
9         | Brand    | 2026-09-03 | Öst   | Brand        | a      | 2026-09-09
"""
STAFF = """
AD-konto | Avdelning | Enhet | Anställningsdatum
a1       | A         | Norr  | 2020-01-01
a2       | A         | Norr  | 2020-01-01
a3       | B         | Söder | 2020-01-01
a4       | B         | Tyst  | 2020-01-01
a5       | B         | Tyst  | 2020-01-01
a6       | B         | Stor  | 2020-01-01
a7       | B         | Stor  | 2020-01-01
a8       | B         | Stor  | 2020-01-01
a9       | B         | Stor  | 2020-01-01
a10      | B         | Stor  | 2020-01-01
"""
AUTUMN = date(2026, 10, 10)


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """Two exports, each of one year only, and a staff list."""
    with Line(tmp_path_factory.mktemp("year")).held() as own_line:
        own_line.load_table(YEAR_BEFORE, name="before.csv", extract_date=date(2025, 12, 31), organisation=ORG)
        own_line.load_table(THIS_YEAR, name="now.csv", extract_date=date(2026, 9, 30), organisation=ORG)
        own_line.load_table(STAFF, name="staff.csv", extract_date=date(2026, 9, 30), organisation=ORG)
        yield own_line


@cache
def of_year(line, as_of=AUTUMN, *, reader=MINE, organisation=ORG, window=6, **place):
    with line.database.cursor() as cursor:
        return incidents(
            cursor,
            POINTS,
            as_of=as_of,
            known_at=EVERYTHING_KNOWN,
            place=Scope(organisation, **place),
            window_months=window,
            reader=reader,
            plans=readers.hidden_from(cursor, reader, as_of),
        )


def by_month(months):
    """The counts of each month from the bottom of its column."""
    return {f"{m.month:%Y-%m}": [o.n for o in months if o.month == m.month] for m in months}


@pytest.mark.live
def test_the_months_hold_the_year_before_as_it_was_known_at_its_end(year):
    """Two exports of one year each: ids start again. The day's own export does not reach October."""
    months = of_year(year).months
    assert {m.place: m.kind for m in months} == {1: "Felskick", 2: "Avbrott", 3: "Brand", 4: None}
    counts = by_month(months)
    assert counts["2025-11"] == [1, 0, 0, 0]
    assert counts["2025-12"] == [0, 1, 0, 0]
    assert counts["2026-01"] == [1, 0, 0, 0]
    assert counts["2026-04"] == [0, 0, 0, 0]
    assert counts["2026-05"] == [0, 0, 0, 1]
    assert counts["2026-09"] == [1, 1, 2, 1]
    assert counts["2026-10"] == [None] * 4
    assert next(iter(counts)) == "2025-11"
    assert len(counts) == 12


def test_a_month_before_the_first_known_incident_is_a_dash_and_not_zero(year):
    months = of_year(year, date(2026, 6, 30)).months
    assert by_month(months)["2025-10"] == [None] * len({m.place for m in months})
    drawn = texts.month_columns(months, SV).months
    assert [column.total for column in drawn][:5] == ["–", "–", "–", "–", "1"]
    table = texts.months_table(months, SV)[1]
    assert (table[-1][0], table[-1][-1]) == ("juli\u00a02025", "–")
    # the export of that day covers December only, so June is unknown too
    assert (table[0][0], table[0][-1]) == ("juni\u00a02026", "–")


@pytest.mark.live
def test_the_columns_are_described_with_their_kinds(year):
    assert texts.months_alt(of_year(year).months, SV) == (
        "11 incidenter från november\u00a02025 till oktober\u00a02026. I år: Felskick 3, Avbrott 2, Brand 2, Övrigt 2."
    )


@pytest.mark.live
def test_the_kinds_add_up_to_the_number_of_the_headline(year):
    """Both are of the year of the day; the columns also have the last months of the year before."""
    for day in (AUTUMN, date(2026, 6, 30)):
        found = of_year(year, day)
        kinds = texts.month_columns(found.months, SV).kinds
        assert sum(int(kind.total) for kind in kinds) == found.counts.discovered
        assert texts.facts(found, [], SV)[0].value == str(found.counts.discovered)


def test_what_was_closed_in_time_is_counted_and_stepped_by_the_limit(year):
    """Closed after 0, 30, 31, 0 and 6 days; 5 before its discovery; 6 and 8 open for over 30 days, 4 for ten."""
    found_ = of_year(year)
    c = found_.counts
    assert (c.discovered, c.in_time, c.late, c.open, c.open_too_long, c.contradicting) == (9, 4, 1, 1, 2, 1)
    assert c.median_days == 6  # of 0, 0, 6, 30, 31
    steps = [(s.first_day, s.last_day, s.n) for s in found_.steps]
    assert steps == [(0, 5, 2), (6, 10, 1), (11, 15, 0), (16, 20, 0), (21, 25, 0), (26, 30, 1), (31, 35, 1)]
    assert [s.late for s in found_.steps] == [False] * 6 + [True]
    assert texts.closing_sentence(c, SV) == (
        "4 av 5 stängda incidenter stängdes inom 30 dagar. 3 är öppna, 2 av dem i mer än 30 dagar. "
        "1 är stängd före upptäckten och kan inte bedömas."
    )
    assert texts.closing_sentence(replace(c, in_time=0, late=0), SV).startswith("3 är öppna")


@pytest.mark.live
def test_the_closing_agrees_with_point_11(samples):
    (organisation,) = organisations(samples)
    rows = samples.items("incident_handling", SAMPLE_DAY)
    count = {
        reason: sum(row["reason"] == reason for row in rows) for reason in ("late", "undocumented", "open_too_long")
    }
    met, pending = (sum(row["outcome"] == outcome for row in rows) for outcome in ("met", "pending"))
    c = of_year(samples, SAMPLE_DAY, organisation=organisation).counts
    assert (c.discovered, c.late, c.open_too_long, c.open) == (
        len(rows),
        count["late"],
        count["open_too_long"],
        pending,
    )
    assert c.in_time == met + count["undocumented"]


@pytest.mark.live
def test_causes_are_counted_ignoring_case_and_a_rare_one_is_hidden_from_others(year):
    assert of_year(year).causes == (
        Cause("cause", "Fel adress", 3),
        Cause("cause", "Brand", 2),
        Cause("cause", "Strömavbrott", 2),
        Cause("cause", "Kim Ek glömde väskan", 1),
        Cause("missing", None, 1),
    )
    # Fel adress is in three incidents and in last year's; Strömavbrott in two and in last year's, so in three
    assert of_year(year, reader=THEIRS).causes == (
        Cause("cause", "Fel adress", 3),
        # with the year before there are three, but only two are shown
        Cause("others", None, 5),
        Cause("missing", None, 1),
    )
    assert of_year(year, reader=THEIRS, unit="Söder").causes == (Cause("others", None, 3),)


@pytest.mark.live
def test_a_name_is_left_out_of_a_cause_that_many_share(own_line):
    rows = """
Ärende-ID | Upptäcktes | Enhet | Kategori     | Orsak
1         | 2026-02-01 | Norr  | Bo Ek ringde | Bo Ek slarvade
2         | 2026-02-02 | Norr  | Bo Ek ringde | Bo Ek slarvade
3         | 2026-02-03 | Norr  | Bo Ek ringde | Bo Ek slarvade
4         | 2026-02-04 | Norr  |              |
"""
    own_line.load_table(rows, extract_date=date(2026, 3, 1), source="incidents", organisation=ORG)
    theirs = of_year(own_line, date(2026, 3, 1), reader=readers.reader(ANALYST, names=["Bo Ek"]))
    assert {month.kind for month in theirs.months} == {"[…] ringde", None}
    assert [cause.cause for cause in theirs.causes] == ["[…] slarvade", None]
    assert [kind.cause for kind in theirs.recurring] == ["[…] slarvade"]


@pytest.mark.live
def test_a_rare_kind_is_hidden_from_others_too(year):
    assert {m.kind for m in of_year(year, reader=THEIRS).months} == {"Felskick", "Avbrott", None}


@pytest.mark.live
def test_incidents_recur_in_the_same_unit_with_the_same_cause_within_the_months(year):
    """Norr: 10 January, 10 February, then 2 September, too late for six months. Söder: 1 March and 30 September."""
    recurring = of_year(year).recurring
    assert [(r.unit, r.cause, r.n, r.ids) for r in recurring] == [("Norr", "Fel adress", 2, ("1", "2"))]
    wider = of_year(year, window=7).recurring
    assert [(r.unit, r.n, r.ids) for r in wider] == [("Norr", 3, ("1", "2", "7")), ("Söder", 2, ("3", "4"))]


@pytest.mark.live
def test_an_incident_of_the_previous_year_in_the_same_export_is_marked_as_such(own_line):
    rows = """
Ärende-ID | Upptäcktes | Enhet | Orsak
old       | 2024-01-01 | Norr  | El
before    | 2025-11-01 | Norr  | El
now       | 2026-02-01 | Norr  | el
"""
    own_line.load_table(rows, extract_date=date(2026, 3, 1), source="incidents", organisation=ORG)
    (row,) = of_year(own_line, date(2026, 3, 1)).recurring
    assert (row.n, row.ids, row.earlier) == (1, ("now",), ("before",))


@pytest.mark.live
def test_incidents_of_which_no_column_tells_the_cause_are_not_among_those_that_may_recur(own_line):
    """One that says the cause and leaves it empty is: it does not recur."""
    rows = "Ärende-ID | Upptäcktes | Enhet | Orsak\n1 | 2026-02-01 | Norr | El\n2 | 2026-02-02 | Norr | El\n3 | 2026-02-03 | Norr |"
    mute = "Ärende-ID | Upptäcktes | Enhet\n4 | 2026-02-04 | Norr\n5 | 2026-02-05 | Norr"
    day = date(2026, 3, 1)
    own_line.load_table(mute, extract_date=day, source="incidents", organisation=ORG)
    alone = of_year(own_line, day)
    assert texts.recurring_sentence(alone, 6, SV) == "Uppgift saknas i exporten"
    own_line.load_table(rows, extract_date=day, source="incidents", organisation=ORG, name="more.csv", completes=True)
    of_year.cache_clear()
    both = of_year(own_line, day)
    assert (both.counts.discovered, both.causes_told) == (5, 3)
    fact = texts.facts(both, (), SV)[-1]
    assert (fact.value, fact.rest) == ("2", "av 3")
    assert texts.recurring_sentence(both, 6, SV).startswith("Av årets 3 incidenter vars export har en kolumn för")
    _figures_agree(own_line, day)


def test_units_that_report_nothing_are_named_and_small_ones_only_to_the_coordinator(year):
    units, theirs = of_year(year).units, of_year(year, reader=THEIRS).units
    assert [(u.unit, u.persons) for u in units if u.silent] == [("Stor", 5), ("Tyst", 2)]
    assert list(texts.silent(units, SV).values()) == [[("Stor", "5\u00a0anställda"), ("Tyst", "2\u00a0anställda")]]
    assert list(texts.silent(theirs, SV).values()) == [[("Stor", "5\u00a0anställda")]]
    assert "1 enhet med färre än fem anställda" in texts.silent_sentence(theirs, SV)
    assert "färre än fem" not in texts.silent_sentence(units, SV)


@pytest.mark.live
def test_incidents_per_hundred_employees_by_department_and_by_unit(year):
    """A has 4 incidents and 2 persons; B has 3 and 8; Väst and Öst belong to no department."""
    rates = of_year(year).rates
    assert [(r.part, r.discovered, r.employed) for r in rates] == [("A", 4, 2), ("B", 3, 8), (None, 2, 0)]
    assert [(b.label, b.count) for b in texts.rate_bars(rates, SV)] == [
        ("A", "200,0"),
        ("B", "37,5"),
    ]
    # units of four persons or fewer are hidden from others
    theirs = of_year(year, reader=THEIRS).rates
    assert [b.label for b in texts.rate_bars(theirs, SV)] == ["B"]
    for shown in (rates, theirs):
        assert texts.rate_note(shown, SV) == "2 incidenter hör inte till någon enhet med anställda."
    assert [(r.part, r.discovered, r.employed) for r in of_year(year, department="B").rates] == [
        ("Söder", 3, 1),
        ("Stor", 0, 5),
        ("Tyst", 0, 2),
    ]


FIGURES = {"incidents_per_employed", "units_without_incidents", "recurring_incidents"}


@pytest.mark.live
@pytest.mark.parametrize("day", first_of(SAMPLE_DAYS), ids=str)
def test_the_figures_are_those_next_to_the_points(samples, day):
    _figures_agree(samples, day)


@pytest.mark.exhaustive
def test_the_figures_of_random_exports_are_those_next_to_the_points(randomly):
    _figures_agree(randomly, AS_OF)


def _figures_agree(line, day):
    with line.database.cursor() as cursor:
        mine = tuple(figure for figure in load_figures(None) if figure.id in FIGURES)
        every = figures(cursor, mine, points=POINTS, as_of=day, known_at=EVERYTHING_KNOWN)
    assert len(mine) == len(FIGURES)
    for organisation in organisations(line):
        mine = of_year(line, day, organisation=organisation)
        silent = sum(unit.silent for unit in mine.units)
        counted = {
            "incidents_per_employed": (sum(r.discovered for r in mine.rates), sum(r.employed for r in mine.rates)),
            "units_without_incidents": (silent, len(mine.units)),
            "recurring_incidents": (sum(row.n for row in mine.recurring), mine.causes_told),
        }
        assert counted.keys() == FIGURES
        by_name = {f.definition.id: f for f in every if f.organisation == organisation and f.basis}
        for name, figure in counted.items():
            if name in by_name:
                assert (name, figure) == (name, (by_name[name].part, by_name[name].whole))


# --- What is drawn ------------------------------------------------------------------------------------------------


def test_a_card_says_how_much_of_its_limit_has_passed(line):
    cards = clock_texts.clock_cards([running(line, date(2026, 3, 29))["over-spring", "breach"]], SV, address=None)
    drawn = drawing_incidents.clock_cards(cards, label="Klockor")
    assert (
        'aria-label="over-spring: 16\u00a0tim kvar av 72\u00a0tim"><span class="v-fill" style="width:77.08%"' in drawn
    )


def test_months_are_stacked_with_the_largest_kind_below_and_the_others_as_an_outline():
    months = [
        Month(date(2026, 1, 1), 1, "Felskick", 2),
        Month(date(2026, 1, 1), 2, None, 1),
        Month(date(2026, 2, 1), 1, "Felskick", 0),
        Month(date(2026, 2, 1), 2, None, 0),
    ]
    columns = texts.month_columns(months, SV)
    assert [(kind.shade, kind.name, kind.total) for kind in columns.kinds] == [
        ("kind_others", "Övrigt", "1"),
        ("kind_1", "Felskick", "2"),
    ]
    drawn = plots_incidents.month_columns(columns.months, mode="dark", others=columns.others)
    palette = plots_incidents.PALETTES["dark"]
    assert [bar.marker.color for bar in drawn.data[:2]] == [palette["accent"], palette["bg"]]
    assert list(drawn.data[-1].text) == ["<b>3</b>", "<b>0</b>"]


def test_the_shades_are_those_of_the_style_sheet():
    css = (ROOT / "static" / "style.css").read_text("utf-8").lower()
    for place in (0, 1):
        light, dark = (plots_incidents.PALETTES[mode][f"blue-{place + 2}"].lower() for mode in ("light", "dark"))
        assert f"--blue-{place + 2}: light-dark({light}, {dark});" in css


# --- The page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def own(line, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))


def _told(monkeypatch, lang, role, day):
    """The page of a day: its clocks in the headline and below, and links to their items for those who may see them."""
    shown = text(opened("incidents", monkeypatch, role=role, lang=lang, as_of=f"2026-03-{day}"))
    first = {
        29: {"sv": "Tre tidsfrister löper. Den första går ut om 16\u00a0timmar.", "en": "Three clocks are running."},
        30: {"sv": "Två tidsfrister har passerat utan", "en": "Two time limits have passed"},
    }
    assert first[day][lang] in shown
    assert "over-spring" in shown
    assert ("point=gdpr_reporting" in shown) == (role is not MANAGEMENT)
    return shown


@pytest.mark.live
@pytest.mark.parametrize("lang", first_of(["sv", "en"]))
def test_the_page_shows_its_clocks_and_no_free_text_of_an_incident_to_others(own, lang, monkeypatch):
    assert "Röjande" in _told(monkeypatch, lang, COORDINATOR, 29)
    theirs = _told(monkeypatch, lang, MANAGEMENT, 30)
    assert [word for word in ("Kim Ek", "Röjande", "Långt avbrott", "Reserv") if word in theirs] == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_page_shows_an_analyst_the_items_of_its_clocks_and_no_free_text(own, lang, monkeypatch):
    assert "Röjande" not in _told(monkeypatch, lang, ANALYST, 29)


@pytest.mark.live
def test_today_the_page_counts_from_now(own, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 3, 30))
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 30, 7, 0))
    shown = text(opened("incidents", monkeypatch, as_of="2026-03-30"))
    assert "<strong>7\u00a0tim</strong>" in shown
    assert "Underlag: Incidenter och Personuppgiftsincidenter från 1\u00a0februari\u00a02026." in shown
    # the coordinator reads what nobody else may
    assert "Kim Ek:s dator" in shown


@pytest.mark.exhaustive
def test_the_samples_show_every_part_of_the_page(sample, monkeypatch):
    app = opened("incidents", monkeypatch)
    shown = text(app)
    headings = re.findall(r'role="heading" aria-level="2">([^<]*)<', shown)
    assert headings[-7:] == [
        "Incidenter per månad och slag",
        "Från upptäckt till rapport",
        "Från upptäckt till stängt ärende",
        "Incidenter per 100 anställda",
        "Orsaker",
        "Återkommande incidenter",
        "Enheter som inte rapporterar",
    ]
    assert "point=incident_handling&amp;item=INC-2026-0056" in shown or "item=INC-2026-0056" in shown
    # a chart's figures are in a table behind it
    assert len(app.expander) == 3


@pytest.mark.exhaustive
def test_the_page_follows_the_scope(own, monkeypatch):
    shown = text(opened("incidents", monkeypatch, unit="Söder", as_of="2026-03-29"))
    assert "En tidsfrist löper. Den går ut om 1\u00a0dag." in shown
    assert "over-spring" not in shown


@pytest.mark.exhaustive
def test_a_link_to_an_incident_shows_its_item_whatever_its_outcome(own, monkeypatch):
    app = opened("point", monkeypatch, point="incident_handling", item="no", as_of="2026-03-30")
    assert list(app.dataframe[0].value["Id"]) == ["no"]


@pytest.mark.live
def test_without_exports_the_page_says_what_is_missing_and_links_to_it(own_line, monkeypatch):
    own_line.load_table(STAFF, organisation=ORG)
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(own_line.database.path))
    app = opened("incidents", monkeypatch)
    assert "Underlag saknas" in text(app)
    assert "Ingen export av Incidenter och Personuppgiftsincidenter är inläst" in text(app)
    assert ways_in(app) == ["Läs in", "Hämta mall: Incidenter", "Hämta mall: Personuppgiftsincidenter"]


@pytest.mark.live
def test_with_one_of_the_two_exports_the_other_is_named_and_nothing_is_counted_as_zero(own_line, monkeypatch):
    """Another organisation has what this one lacks."""
    own_line.load_table(BREACHES, extract_date=date(2026, 3, 30), source="breaches", organisation=ORG)
    other = INCIDENTS.replace("early ", "theirs")
    own_line.load_table(other, extract_date=date(2026, 3, 30), source="incidents", organisation="Annan")
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(own_line.database.path))
    shown = text(opened("incidents", monkeypatch, as_of="2026-03-30", organisation=ORG))
    assert "theirs" not in shown
    assert "Ingen export av Incidenter är inläst" in shown
    assert "over-spring" in shown
    assert "Incidenter i år" not in shown


def test_midnight_is_swedish_also_on_days_of_23_and_25_hours():
    assert end_of(date(2026, 10, 31)) == datetime(2026, 10, 31, 23)
    assert end_of(date(2026, 3, 28)) == datetime(2026, 3, 28, 23)
    assert end_of(date(2026, 3, 29)) == datetime(2026, 3, 29, 22)
