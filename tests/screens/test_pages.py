"""Every page for every role in both languages, with a figure asserted; and the actions on it."""

import html
import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import pytest
import streamlit as st

from compliance.access import permissions
from compliance.access.permissions import ADMINISTRATOR, ANALYST, COORDINATOR, HEAD, MANAGEMENT, ROLES, Permission, User
from compliance.access.scopes import Scope
from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, Language
from compliance.core.places import ROOT
from compliance.counting.assessing import coverage
from compliance.counting.quality import Reach, load_checks
from compliance.declarations.sources import load_sources
from compliance.screens import frame, reads
from compliance.screens.downloads import FileName, file_name
from compliance.screens.incidents import page as incidents_page
from compliance.screens.overview import page as overview_page
from compliance.screens.point import page as point_page
from compliance.screens.point import texts as point_texts
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.file import FileDatabase
from compliance.wording import phrases
from compliance.wording.phrases import label, percent
from compliance.worklists import sending
from tests import once
from tests.apps import DAY, App, dropped, links, listed_files, opened, pages_linked, text, ways_in
from tests.files import xlsx
from tests.layers import first_of
from tests.line import POINTS, SOURCES, Line
from tests.reviewed import AS_OF

# The day of the samples' latest review.
PAGES = {
    "overview": {COORDINATOR.id, HEAD.id, MANAGEMENT.id, ANALYST.id},
    "city": {COORDINATOR.id, HEAD.id, MANAGEMENT.id, ANALYST.id},
    "review": {COORDINATOR.id, HEAD.id, MANAGEMENT.id, ANALYST.id},
    "decisions": {COORDINATOR.id, HEAD.id, MANAGEMENT.id},
    "point": {COORDINATOR.id, HEAD.id, MANAGEMENT.id, ANALYST.id},
    "worklists": {COORDINATOR.id},
    "imports": {COORDINATOR.id},
    "quality": {COORDINATOR.id, HEAD.id, MANAGEMENT.id, ANALYST.id},
    "extracts": {COORDINATOR.id, ANALYST.id},
    "about": {COORDINATOR.id, HEAD.id, MANAGEMENT.id, ANALYST.id},
    "roles": {ADMINISTRATOR.id},
    "audit": {ADMINISTRATOR.id},
}
MOST_SEEING = [COORDINATOR.id, ADMINISTRATOR.id, HEAD.id, MANAGEMENT.id, ANALYST.id]
# These have test files of their own, with every role and both languages.
ELSEWHERE = {"meeting", "training", "systems", "incidents", "plan", "settings", "digest"}


# What is shown instead of the share of a point without a basis.
NO_SHARE = "\N{EN DASH}"


@dataclass(frozen=True)
class Store:
    """What is loaded: the day of its review, and what only its pages say."""

    database: FileDatabase = field(compare=False)
    day: date
    decisions: tuple[str, ...]
    remark: str
    file: str


def samples(database):
    return Store(database, DAY, ("2025-1", "2026-1"), "rejected_rows", "Systemregister_2026-10-31.xlsx")


@cache
def figures(store):
    """The figures of a store, which no test changes."""
    with store.database.cursor() as cursor:
        counted = coverage(cursor, POINTS, days=[store.day], known_at=EVERYTHING_KNOWN, level="organisation")
    return {figure.point.id: figure for figure in counted}


def expected(page, store, say, role):
    """A figure, or a word of the rules, that a page must have."""
    counted = figures(store)
    left = sum(figure.unmet + figure.unknown for figure in counted.values())
    shares = [percent(figure, say) for figure in counted.values()]
    words = [phrases.word(figure, say) for figure in counted.values() if figure.coverage is None]
    reasons = f">{say('What remains to be done')}</div>"
    [remark] = [check for check in load_checks(None) if check.id == store.remark]
    return {
        "review": [say("Management review"), reasons, *words, *(share for share in shares if share != NO_SHARE)],
        # there is one organisation (several: test_city)
        "city": [say("This page compares organisations. There is one here, and the overview has its figures.")],
        "decisions": store.decisions,
        "overview": shares,
        "point": [
            percent(counted["classification"], say),
            f"<strong>{say.number(counted['classification'].of)}</strong>",
            *[reasons] * (Permission.SEE_ITEMS in role.permissions),
        ],
        "worklists": [sending.items_left(left, say)],
        "imports": [say.pick(source.title) for source in load_sources(None).values()],
        "quality": [say.pick(remark.title)],
        "extracts": [say.pick({"sv": "Arbetslistan", "en": "Working list"})],
        "about": [store.file, say("No basis")],
        "roles": [say.pick(permissions.WORDS[Permission.MANAGE_ROLES])],
        "audit": [say("Audit trail")],
    }[page]


def file_names(page, say):
    """How the name of a file of a page begins, in the language of the page."""
    point = next(point for point in POINTS if point.id == "classification")
    return {
        "quality": [f"{say('Data quality')} {DAY}"],
        "extracts": [say.pick({"sv": "Arbetslistan", "en": "Working list"}) + f" {DAY}.csv"],
        "point": [f"{label(point, say)} {DAY}.csv"],
    }.get(page, [])


@pytest.mark.live
def test_an_error_in_a_body_is_told_once(own, monkeypatch):
    """twice: a fragment draws an error that leaves it, and the frame would draw it again as a fault"""

    def refuse(_view):
        raise Refusal("The file is busy.")

    monkeypatch.setattr(incidents_page, "basis", refuse)
    shown = text(opened("incidents", monkeypatch))
    assert shown.count("The file is busy.") == shown.count("v-note") == 1


def test_every_page_is_tested_here_or_in_a_file_of_its_own():
    assert {entry.id for entry in frame.PAGES} == {*PAGES, *ELSEWHERE}
    assert [page for page in ELSEWHERE if not [*(ROOT / "tests").glob(f"*/test_{page}.py")]] == []


def test_the_name_of_a_file_has_no_mark_that_a_name_cannot_have():
    say = Language("sv")
    assert file_name(say, "{title} {day}", "csv", title="4 A/B: <c>\n*", day=DAY) == f"4 A B c {DAY}.csv"
    assert len(file_name(say, "{title}", "xlsx", title="x" * 5000)) < 255


def most_seeing(page):
    return min((role for role in ROLES if role.id in PAGES[page]), key=lambda role: MOST_SEEING.index(role.id))


@pytest.mark.live
@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_its_figures(page, stage, monkeypatch):
    """Each once, for the role that sees most of it; test_table.py opens each for every role, on a server."""
    store = Store(stage("draft").database, AS_OF, ("2026-1",), "missing_columns", "systems.csv")
    role = most_seeing(page)
    shown = text(opened(page, monkeypatch, role=role, as_of=AS_OF.isoformat(), point="classification"))
    assert [figure for figure in expected(page, store, Language("sv"), role) if figure not in shown] == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.id)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_for_every_role_in_both_languages(page, role, lang, sample, monkeypatch):
    say = Language(lang)
    if role.id not in PAGES[page]:
        monkeypatch.setattr(permissions, "current_user", lambda: User("tester", role))
        alone = App(ROOT / "pages" / f"{page}.py")
        alone.query_params["lang"] = lang
        alone.run()
        assert not alone.exception
        assert text(alone) == f'<div class="v-note">{say("You are not allowed to do this. Ask the coordinator.")}</div>'
        return
    button, names = st.download_button, []
    monkeypatch.setattr(st, "download_button", lambda *a, **k: names.append(k["file_name"]) or button(*a, **k))
    app = opened(page, monkeypatch, role=role, lang=lang, point="classification")
    shown = text(app)
    assert [name for name in names if not isinstance(name, FileName)] == []
    # what these files hold is what a figure counts, item by item
    may = Permission.SEE_ITEMS in role.permissions
    assert {any(name.startswith(begun) for name in names) for begun in file_names(page, say)} <= {may}
    for figure in expected(page, samples(sample), say, role):
        assert figure in shown
    assert say("Sample data, all figures are invented") in shown
    # the navigation has only pages that may be opened
    assert {name for name in PAGES if name in pages_linked(app)} <= {name for name in PAGES if role.id in PAGES[name]}


@pytest.mark.exhaustive
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.id)
def test_every_point_shows_its_figure_and_its_items_in_words(point, sample, monkeypatch):
    figure, say = figures(samples(sample))[point.id], Language("sv")
    app = opened("point", monkeypatch, point=point.id)
    shown = text(app)
    if point.id in {"procurement", "dpia"}:
        assert (figure.coverage is None) == (point.id == "procurement")
    if figure.coverage is None:
        assert say.pick({"sv": "Underlag saknas", "en": ""}) in shown
        # what is missing is reported, and is never zero
        assert point.id != "procurement" or "Ingen export av Upphandlingar är inläst" in shown
        assert "v-hero-figure" not in shown
        return
    assert f'<div class="v-hero-figure">{percent(figure, say)}</div>' in shown
    if point.id == "dpia":
        # both percentages are shown if the export lacks answers
        assert figure.unknown
        assert (
            f"<strong>{say.percent(figure.of_answered, limits=(1.0, 0.9))} av dem där uppgift finns.</strong>" in shown
        )
    items = app.dataframe[0].value
    assert len(items) == figure.unmet + figure.unknown or figure.unmet + figure.unknown == 0
    words = items.drop(columns=["Källa", "Id", "Namn"], errors="ignore").to_csv(index=False)
    assert not re.search(r"[a-z]_[a-z]", words)


def test_a_report_of_an_incident_is_listed_by_its_stage_in_words():
    row = {
        "item": "INC-1/early_warning",
        "label": "Larm",
        "outcome": "unmet",
        "reason": "",
        "detail": None,
        "due": None,
    }
    row |= {"department": "Omsorg", "unit": "Norr", "file": "a.csv", "sheet": "", "row": 2}
    (shown,) = point_texts.item_table(POINTS[12], [row], Language("sv"))
    assert shown["Id"] == "INC-1, upplysning"


def test_an_id_that_says_only_what_stands_beside_it_takes_no_column():
    """Of a requirement of the local instruction it is the unit and the requirement, and leaves no room for the rest."""
    row = {"outcome": "unmet", "reason": "ongoing", "detail": None, "due": None, "department": "Omsorg", "unit": "Norr"}
    row |= {"label": "Utse ansvarig", "file": "a.csv", "sheet": "", "row": 2}

    def columns(*ids):
        table = point_texts.item_table(POINTS[2], [row | {"item": item} for item in ids], Language("sv"))
        return list(table[0])

    assert columns("NORR/Utse ansvarig", "Norr/Utse ansvarig") == ["Namn", "Avdelning", "Enhet", "Skäl", "Källa"]
    assert columns("Norr/Utse ansvarig", "7")[0] == "Id"


@pytest.mark.exhaustive
def test_the_meeting_begins_with_the_situation_and_earlier_decisions_the_late_ones_first(sample, monkeypatch):
    """ISO/IEC 27001, 9.3.2 a."""
    shown = text(opened("meeting", monkeypatch, review="2026")).replace("\u00a0", " ")
    assert "Tre beslut är öppna. Två av dem är försenade." in shown
    assert re.findall(r"<strong>(2\d+-\d)</strong> <span.*?>([^<>]+)</span></div>", shown) == [
        ("2025-4", "försenat"),
        ("2025-1", "försenat"),
        ("2025-2", "ej påbörjat"),
        ("2025-3", "klart"),
    ]
    assert 'Samtliga verksamhetskritiska system ska klassas.<span class="v-mute"> Hälften är klassade.</span>' in shown
    assert "Ansvarig: avdelningschef" in shown


@pytest.mark.exhaustive
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_overview_marks_the_points_whose_figure_a_remark_can_change(sample, monkeypatch, lang):
    """noise: of the samples no remark concerns so many rows that it can"""
    say = Language(lang)
    assert "v-remark" not in text(opened("overview", monkeypatch, lang=lang))
    effects = {"freshness": Reach(0, 9, ("classification", "access")), "rejected_rows": Reach(5, 9, ("access",))}
    monkeypatch.setattr(reads, "effects", lambda *_: effects)
    for page, name in ((overview_page, "overview"), (overview_page, "_points"), (point_page, "_basis")):
        monkeypatch.setattr(page, name, getattr(page, name).__wrapped__)
    app = opened("overview", monkeypatch, lang=lang)
    titles = re.findall(r'class="v-remark" role="img" title="([^"]*)"', text(app))
    assert titles == [phrases.remarks(n, say) for n in (1, 2)]
    point = opened("point", monkeypatch, point="access", lang=lang)
    assert f"{phrases.remarks(2, say)}." in text(point)
    assert any("point=access" in link for link in links(point) if link.startswith("/quality"))


@pytest.mark.exhaustive
def test_nothing_to_assess_is_never_a_hundred_per_cent(line, monkeypatch):
    """The export is loaded, and none of its incidents is significant."""
    cases = "Ärende-ID|Upptäcktes|Enhet|Stängd|Betydande incident\nI1|2026-05-01|Norr|2026-05-03|Nej"
    line.load_table(cases, source="incidents")
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    app = opened("point", monkeypatch, point="nis_reporting", as_of="2026-11-01")
    assert "Inga ärenden" in text(app)
    assert "v-hero-figure" not in text(app)


@pytest.mark.exhaustive
def test_an_analyst_sees_no_person_and_no_free_text_of_an_incident(sample, monkeypatch):
    assert not opened("point", monkeypatch, role=ANALYST, point="information_security_training").dataframe
    shown = opened("point", monkeypatch, role=ANALYST, point="incident_handling").dataframe[0].value
    everything = opened("point", monkeypatch, point="incident_handling").dataframe[0].value
    assert not set(everything["Namn"]) & set(shown["Namn"])
    assert all(name.startswith("INC-") for name in shown["Namn"])


@pytest.mark.exhaustive
def test_a_point_tells_what_its_review_says_to_those_who_may_read_it(sample, monkeypatch):
    part = Scope("Lövsta stadsdelsförvaltning (exempel)", "Förskola")
    for role, limit, said in ((MANAGEMENT, None, True), (ANALYST, None, False), (MANAGEMENT, part, False)):
        shown = text(opened("point", monkeypatch, role=role, limit=limit, point="classification"))
        for words in ("Samordnarens kommentar, 8", "bedömning: otillräckligt", "Samtliga verksamhetskritiska system"):
            assert (words in shown) == said, (role.id, words)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Omsorg: Norr with eight persons, six of them trained, and Söder with three, one trained. Teknik: Verk with seven,
    all trained, and Växt, which has grown from three, two trained, to six."""
    begun = ["2020-01-01", "2026-06-01"]
    units = {"Norr": ("Omsorg", 8, 0, 6), "Söder": ("Omsorg", 3, 0, 1), "Verk": ("Teknik", 7, 0, 7)}
    units["Växt"] = ("Teknik", 3, 3, 2)
    staff, courses = "AD-konto|Enhet|Avdelning|Anställningsdatum\n", "AD-konto|Kurskod|Kurs|Status|Slutfört datum\n"
    for unit, (department, old, new, trained) in units.items():
        days = begun[:1] * old + begun[1:] * new
        staff += "".join(f"{unit}{n}|{unit}|{department}|{day}\n" for n, day in enumerate(days))
        courses += "".join(f"{unit}{n}|INFOSAK|I|Godkänd|2025-05-01\n" for n in range(trained))
    courses += "Norr0|GDPR|D|Pågår|\n"
    with Line(tmp_path_factory.mktemp("parts")).held() as line:
        for source, table in (("staff", staff), ("training", courses)):
            line.load_table(table, name=f"{source}.csv", source=source, extract_date=date(2025, 6, 1))
        yield line


@pytest.fixture
def parts(small, monkeypatch):
    """The app on those exports."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(small.database.path))


def page_text(page, monkeypatch, *, role=MANAGEMENT, **params):
    """The text of a page, with attributes, on a day when Växt has six persons; a year before it had three."""
    shown = text(opened(page, monkeypatch, role=role, **params))
    return html.unescape(shown).replace("\u00a0", " ")


@pytest.mark.exhaustive
def test_the_name_of_a_file_is_without_names_of_persons(line, monkeypatch):
    """Anna Berg has left, and is in an earlier list alone."""
    staff = "AD-konto | Namn | Enhet | Anställningsdatum\na1 | Anna Berg | Norr | 2020-01-01"
    line.load_table(staff, name="staff.csv", source="staff", extract_date=date(2026, 5, 1))
    staff = staff.replace("a1 | Anna Berg", "b2 | Bo Ek")
    line.load_table(staff, name="Lista från Anna Berg.csv", source="staff", extract_date=DAY)
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    for page in ("about", "point"):
        assert "Lista från Anna Berg.csv" in text(opened(page, monkeypatch, role=COORDINATOR))
        assert "Lista från […].csv" in text(opened(page, monkeypatch, role=MANAGEMENT))


@pytest.mark.exhaustive
def test_small_units_are_added_up_for_others_than_the_coordinator(parts, monkeypatch):
    """Rulebook, section 5: no unit figure that rests on fewer than five persons."""
    mine = page_text("point", monkeypatch, role=COORDINATOR, point="information_security_training", unit="Söder")
    assert "v-hero-figure" in mine
    theirs = page_text("point", monkeypatch, point="information_security_training", unit="Söder")
    assert "v-hero-figure" not in theirs
    assert "färre än fem personer" in theirs


@pytest.mark.exhaustive
def test_the_overview_shows_nothing_of_a_unit_of_few_persons(parts, monkeypatch):
    words = ("33,3 %", "1 av 3", "Under gränsen")
    mine = page_text("overview", monkeypatch, role=COORDINATOR, unit="Söder")
    assert [word for word in words if word not in mine] == []
    theirs = page_text("overview", monkeypatch, unit="Söder")
    assert [word for word in words if word in theirs] == []
    assert "Ingen punkt kan mätas." in theirs
    # both courses, in the legend too
    assert "För få personer 2 " in re.sub(r"(<[^>]+>|\s)+", " ", theirs)


@pytest.mark.exhaustive
def test_a_unit_that_was_small_on_a_day_of_the_year_has_no_figure_in_it(parts, monkeypatch):
    for page in ("overview", "point"):
        shown = {
            role: page_text(page, monkeypatch, role=role, unit="Växt", point="1") for role in (COORDINATOR, MANAGEMENT)
        }
        # two of three a year before: in the ring, the trend, its table and the change
        assert [word for word in ("66,7 %", "−33,3") if word not in shown[COORDINATOR]] == []
        assert [word for word in ("66,7 %", "−33,3", "2 av 3") if word in shown[MANAGEMENT]] == []
        assert "33,3 %" in shown[COORDINATOR]
        assert "33,3 %" not in shown[MANAGEMENT]
    assert "30 juni 2026" not in shown[MANAGEMENT]


@pytest.mark.exhaustive
@pytest.mark.parametrize("page", ["overview", "point", "training"])
def test_no_subtraction_reveals_the_figure_of_a_lone_unit_of_few_persons(page, parts, monkeypatch):
    """Omsorg has 7 of 11: subtracting Norr's 6 of 8 would reveal Söder's 1 of 3."""
    mine = page_text(page, monkeypatch, role=COORDINATOR, department="Omsorg", point="1")
    theirs = page_text(page, monkeypatch, department="Omsorg", point="1")
    assert [figure in mine for figure in ("63,6 %", "75,0 %")] == [True, True]
    assert [figure in theirs for figure in ("63,6 %", "75,0 %")] == [True, False]
    assert "75,0 %" not in page_text(page, monkeypatch, unit="Norr", point="1")
    if page == "point":  # 9 of 13: nothing to hide there
        assert "69,2 %" in page_text(page, monkeypatch, department="Teknik", point="1")


@pytest.mark.live
def test_a_point_whose_items_are_requirements_is_shown_requirement_by_requirement(sample, monkeypatch):
    app = opened("point", monkeypatch, point="local_instruction")
    shown = text(app).replace("\u00a0", " ")
    assert "Mest återstår av <strong>10 Personuppgiftsbehandlingar är registrerade</strong>: 30 av 90." in shown
    assert "60 av 90" in shown
    assert [link for link in links(app) if "department=F%C3%B6rskola" in link and "item=10+Personuppgifts" in link]
    assert "Krav för krav" not in text(opened("point", monkeypatch, point="access"))


@pytest.mark.live
def test_the_page_of_a_unit_says_who_leads_it_by_name_to_who_may_see_persons(sample, monkeypatch):
    shown = {
        role: text(opened("point", monkeypatch, role=role, point="access", unit="Hemtjänst Natt"))
        for role in (COORDINATOR, MANAGEMENT)
    }
    assert "Hemtjänst Natt leds av <strong>Malin Kowalska</strong> (Enhetschef)." in shown[COORDINATOR]
    assert "Hemtjänst Natt leds av <strong>enhetschef</strong>." in shown[MANAGEMENT]
    assert "Kowalska" not in shown[MANAGEMENT]
    units = text(opened("point", monkeypatch, role=COORDINATOR, point="information_security_training"))
    assert '<span class="v-led v-mute v-small">Malin Kowalska</span>' in units


@pytest.mark.live
@pytest.mark.parametrize(("page", "number"), first_of([("about", len(PAGES)), ("overview", len(PAGES) + len(POINTS))]))
def test_the_view_is_kept_in_the_address_and_in_every_link(page, number, stage, monkeypatch):
    stage("draft")
    app = opened(page, monkeypatch, lang="en", as_of=AS_OF.isoformat(), department="Öst")
    assert app.query_params["department"] == "Öst"
    found = [link for link in links(app) if not link.startswith("/auth/")]
    assert len(found) >= number
    assert all("as_of=2026-11-20" in link and "department=%C3%96" in link and "lang=en" in link for link in found)


@pytest.mark.exhaustive
def test_without_a_day_the_samples_are_shown_on_the_day_of_their_latest_staff_list(sample, monkeypatch):
    app = opened("overview", monkeypatch, as_of="not a date")
    assert app.query_params["as_of"] == DAY.isoformat()


@pytest.mark.live
def test_the_numbers_of_the_address_win_over_what_was_chosen_before(own, monkeypatch):
    app = opened("about", monkeypatch)
    app.date_input[0].set_value(date(2025, 10, 31)).run()
    assert app.query_params["as_of"] == "2025-10-31"
    assert "31\u00a0oktober\u00a02025" in " ".join(str(part.proto) for part in app.get("popover"))


@pytest.mark.exhaustive
def test_one_click_starts_a_database_of_ones_own_and_leaves_the_samples_alone(sample, monkeypatch):
    before, own = sample.path.read_bytes(), sample.path.with_name("own.duckdb")
    app = opened("overview", monkeypatch)
    app.button(key="start_badge").click().run()
    try:
        assert own.exists()
        assert sample.path.read_bytes() == before
        assert "Exempeldata" not in text(app)
        with FileDatabase.at(own).cursor() as cursor:
            assert cursor.execute("select action, what from events").fetchall() == [("start", "own database")]
    finally:
        own.unlink(missing_ok=True)


@pytest.mark.exhaustive
def test_the_samples_are_looked_at_beside_an_own_database_and_neither_is_changed(sample, monkeypatch):
    """mixed: a figure of the one among those of the other; written: a text that was meant for one's own review"""
    own = FileDatabase.at(once.new(sample.path.with_name("own.duckdb")))
    try:
        app = opened("overview", monkeypatch)
        assert "Ingen export är inläst till och med den" in text(app)
        app.button(key="show_samples").click().run()
        shown, shares = text(app), {percent(figure, Language("sv")) for figure in figures(samples(sample)).values()}
        assert all(share in shown for share in ["Exempeldata, alla siffror är påhittade", *shares])
        assert "show_samples" not in [button.key for button in app.button]
        assert "point" in pages_linked(app)
        assert all("data=samples" in link for link in links(app))
        assert "imports" not in pages_linked(app)
        looked = opened("review", monkeypatch, data="samples", review="2026", part="points")
        assert "Exempeldata" in text(looked)
        assert not looked.text_area
        app.button(key="show_own").click().run()
        assert "Ingen export är inläst till och med den" in text(app)
        assert "data" not in app.query_params
    finally:
        own.path.unlink(missing_ok=True)


@pytest.mark.exhaustive
def test_whoever_is_limited_or_sees_no_figures_is_shown_no_samples(own, monkeypatch):
    limited = opened("overview", monkeypatch, limit=Scope("Förvaltningen", None, "Norr"), data="samples")
    assert "show_samples" not in [button.key for button in limited.button]
    assert "Exempeldata" not in text(limited)
    assert "Roller" in text(opened("roles", monkeypatch, role=ADMINISTRATOR, data="samples"))


@pytest.mark.live
def test_an_empty_database_says_so_and_leads_to_the_imports(own, monkeypatch):
    app = opened("overview", monkeypatch)
    assert "Ingen export är inläst till och med den" in text(app)
    assert text(app).count("Underlag saknas") >= len(POINTS)
    assert not re.search(r"(?<!\d)0\u00a0%", text(app))
    assert ways_in(app) == ["Läs in"]
    assert "Börja med Systemförteckning, som punkterna 4, 5 och 7 behöver." in text(app)
    assert len(app.get("download_button")) == len(SOURCES)
    for role in (HEAD, ANALYST):
        theirs = opened("overview", monkeypatch, role=role)
        assert not theirs.get("download_button")
        assert not ways_in(theirs)
    [lacking] = [point for point in POINTS if point.id == "access"]
    titles = [f"Hämta mall: {SOURCES[id_].title['sv']}" for id_ in lacking.needs]
    assert ways_in(opened("point", monkeypatch, point="access")) == ["Läs in", *titles]


@pytest.mark.live
@pytest.mark.parametrize("page", first_of(["quality", "extracts", "about"]))
def test_a_page_on_exports_says_that_none_is_loaded_and_leads_there(page, own, monkeypatch):
    app = opened(page, monkeypatch)
    assert "Ingen export är inläst till och med den" in text(app)
    assert ways_in(app) == ["Läs in"]
    app.button(key="load_exports").click().run()
    assert app.file_uploader


@pytest.mark.live
def test_a_fault_is_logged_with_a_reference_and_the_page_goes_on(stage, monkeypatch, caplog):
    from compliance.screens.overview import texts

    stage("draft")
    monkeypatch.setattr(texts, "overview_sentences", lambda *_: 1 / 0)
    app = opened("overview", monkeypatch, as_of=AS_OF.isoformat())
    shown = text(app)
    assert "Något gick fel" in shown
    assert "division by zero" not in shown
    reference = caplog.records[-1].args[0]
    assert reference in shown


# --- Loading on the page ------------------------------------------------------------------------------------------

SYSTEMS = [
    ["Uttagen 2026-10-31"],
    ["Systemnamn", "Enhet", "Har informationssäkerhetsklassning genomförts under det senaste året?"],
    *([f"System {number}", "Norr", "Ja" if number % 3 else "Nej"] for number in range(12)),
]


def press_load(app):
    next(button for button in app.button if button.label.startswith("Läs\u00a0in")).click().run()


def selected(database, sql):
    with database.cursor() as cursor:
        return cursor.execute(sql).fetchall()


@pytest.mark.exhaustive
def test_a_file_is_previewed_then_loaded_and_counts_and_is_revoked_with_a_reason(
    own, reads_here, monkeypatch, tmp_path
):
    bad = tmp_path / "bild.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 50)
    register = tmp_path / "Systemregister.xlsx"
    register.write_bytes(xlsx({"System": SYSTEMS}))
    app = opened("imports", monkeypatch)
    dropped(app, bad, register)
    # an unreadable file gets its sentence, and the others are read
    assert "Filen är inget kalkylark." in text(app)
    assert listed_files(app)["Tolkad som"] == ["", "Systemförteckning"]
    next(button for button in app.button if button.label.replace("\u00a0", " ").startswith("Ta bort")).click().run()
    assert "bild.png" not in text(app)
    assert "<strong>Systemförteckning</strong>" in text(app)
    assert "v-dumbbells" in text(app)
    assert selected(own, "select count(*) from imports") == [(0,)]
    asks_for_permission_again(app, own, monkeypatch)
    press_load(app)
    assert selected(own, "select count(*), min(imported_by) from imports") == [(1, "tester")]
    assert "inlästa som import 1" in text(app)
    revokes_with_a_reason(own, monkeypatch)


def asks_for_permission_again(app, own, monkeypatch):
    """A page that is open when the role is taken away does nothing until it is given back."""
    checks = []
    with monkeypatch.context() as taken:
        taken.setattr(permissions, "current_user", lambda: checks.append(1) or User("tester", MANAGEMENT))
        press_load(app)
    assert checks
    assert selected(own, "select count(*) from imports") == [(0,)]
    app.run()


def revokes_with_a_reason(own, monkeypatch):
    """An import is revoked with a reason and stays in the history."""
    app = opened("imports", monkeypatch, part="history")
    app.query_params["import"] = str(1)
    app.run()
    # what revoking would change is shown first
    assert "Så ändras siffrorna" in text(app)
    app.button(key="revoke 1").click().run()
    assert "Ange varför importen återkallas." in text(app)
    app.text_area(key="reason 1").set_value("fel fil")
    app.button(key="revoke 1").click().run()
    assert selected(own, "select import_id, why from revocations") == [(1, "fel fil")]
    assert "fel fil" in text(app)


@pytest.mark.live
@pytest.mark.parametrize("lang", ["sv", "en"])
def test_why_a_figure_changed_is_unfolded_only_where_it_differs_from_the_last_review(lang, sample, monkeypatch):
    """Classification has risen since the review of 2025, and not in a unit that has classified nothing."""
    label = {"sv": "Varför ändrades siffran?", "en": "Why did the figure change?"}[lang]
    app = opened("point", monkeypatch, lang=lang, point="classification")
    [box] = [box for box in app.expander if box.label == label]
    assert box.proto.expanded
    assert "v-changes" in text(app)
    app = opened("point", monkeypatch, lang=lang, point="classification", unit="Hemtjänst Natt")
    [box] = [box for box in app.expander if box.label == label]
    assert not box.proto.expanded
    assert "v-changes" not in text(app)
