"""The page of training: figures as points 1 and 2 count them, the right persons, and only the coordinator sees them."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from xml.etree import ElementTree

import pytest
import streamlit as st

from compliance.access import permissions
from compliance.access.disclosure import OTHER_UNITS
from compliance.access.permissions import ANALYST, COORDINATOR, MANAGEMENT, User
from compliance.access.scopes import Scope
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.correcting.renaming import add_alias
from compliance.counting import training
from compliance.counting.assessing import LEVELS, basis_on, counts, items_of, plans
from compliance.counting.figures import figures, load_figures
from compliance.drawing import training as drawing_training
from compliance.drawing.charts import PageLink
from compliance.drawing.training import Expiry
from compliance.screens.training import texts
from compliance.store.database import EVERYTHING_KNOWN, rows
from compliance.wording import phrases
from tests.apps import DAY, opened, text, ways_in
from tests.exports import load_all, random_exports
from tests.layers import first_of
from tests.line import POINTS, Line
from tests.readers import MINE, THEIRS, hidden_from, reader

AS_OF = date(2026, 11, 24)
SV, EN = Language("sv"), Language("en")
ORGANISATION = "Förvaltningen"
DEFINITIONS = load_figures(None)
# The figures next to points 1 and 2.
BESIDE = tuple(figure for figure in DEFINITIONS if {point.number for point in POINTS[:2]}.intersection(figure.points))

# 90 days after AS_OF is 22 February 2027. Eva and Fia are not counted; Lager has no department.
STAFF = """
AD-konto | Namn | E-post         | Avdelning | Enhet | Anställningsdatum | Tjänstledig | Ledningsgrupp
a1       | Ada  | ada@example.se | Omsorg    | Norr  | 2020-01-01        |             | Ja
a2       | Bo   |                | Omsorg    | Norr  | 2020-01-01        |             |
a3       | Cia  | cia@example.se | Omsorg    | Norr  | 2020-01-01        |             |
a4       | Dan  | dan@example.se | Omsorg    | NORR  | 2020-01-01        |             |
a5       | Eva  | eva@example.se | Omsorg    | Norr  | 2020-01-01        | Ja          | Ja
a6       | Fia  | fia@example.se | Omsorg    | Norr  | 2026-11-01        |             |
b1       | Gun  | gun@example.se | Omsorg    | Söder | 2020-01-01        |             |
b2       | Hal  | hal@example.se | Omsorg    | Söder | 2020-01-01        |             |
c1       | Ivo  | ivo@example.se |           | Lager | 2020-01-01        |             | Ja
"""
COURSES = """
AD-konto | E-post        | Kurskod   | Kurs | Status      | Startdatum | Slutfört datum | Giltig till
a1       |               | INFOSAK   | I    | Godkänd     |            | 2024-11-24     | 2026-11-24
a1       |               | DATASKYDD | D    | Godkänd     |            | 2025-01-01     | tillsvidare
a2       | bo@example.se | INFOSAK   | I    | Godkänd     |            | 2024-11-23     | 2026-11-23
a3       |               | INFOSAK   | I    | Ej godkänd  |            | 2026-01-01     |
a3       |               | DATASKYDD | D    | Godkänd     |            | 2025-01-01     | 2027-02-22
a4       |               | INFOSAK   | I    | Påbörjad    | 2026-01-01 |                |
a4       |               | DATASKYDD | D    | Godkänd     |            | 2025-01-01     | 2027-02-23
b1       |               | INFOSAK   | I    | Godkänd     |            | 2026-01-10     |
b1       |               | DATASKYDD | D    | Godkänd     |            | 2026-01-10     | 2027-11-30
b2       |               | INFOSAK   | I    | Godkänd     |            | 2026-01-10     |
b2       |               | DATASKYDD | D    | Godkänd     |            | 2026-01-10     |
c1       |               | INFOSAK   | I    | Godkänd     |            | 2025-11-30     | 2027-02-22
"""


def rules_on(day=AS_OF):
    return training.rules(POINTS, DEFINITIONS, day)


def trained(database, place, *, day=AS_OF, most=1000, rules=None, who=MINE):
    with database.cursor() as cursor:
        return training.training(
            cursor,
            rules or rules_on(day),
            place=place,
            as_of=day,
            known_at=EVERYTHING_KNOWN,
            most=most,
            reader=who,
            plans=hidden_from(cursor, who, day),
        )


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """The persons above."""
    with Line(tmp_path_factory.mktemp("training")).held() as line:
        line.load_table(STAFF, source="staff", organisation=ORGANISATION)
        line.load_table(COURSES, source="training")
        yield line


@pytest.fixture(scope="module")
def omsorg(tmp_path_factory):
    """The persons above without Lager, whose one person Omsorg would reveal."""
    with Line(tmp_path_factory.mktemp("omsorg")).held() as line:
        line.load_table(STAFF[: STAFF.index("c1")], source="staff", organisation=ORGANISATION)
        line.load_table(COURSES, source="training")
        yield line


@cache
def hidden(database, day=AS_OF):
    """Of a database that no test changes."""
    with database.cursor() as cursor:
        return plans(cursor, POINTS, days=[day], known_at=EVERYTHING_KNOWN)


@pytest.fixture(scope="module")
def whole(line):
    return trained(line.database, Scope(ORGANISATION))


@pytest.fixture(scope="module")
def whole_sample(sample_database):
    with sample_database.cursor() as cursor:
        (organisation,) = basis_on(cursor, days=[DAY], known_at=EVERYTHING_KNOWN).organisations
    return trained(sample_database, Scope(organisation), day=DAY)


# --- The same figures as the points and the figures beside them ---------------------------------------------------


def shape(figure):
    low = [name.casefold() if name else None for name in (figure.department, figure.unit)]
    return (
        figure.point.number,
        *low,
        figure.met,
        figure.unmet,
        figure.unknown,
        figure.pending,
        figure.exempt,
        figure.columns,
    )


def assert_agrees(database, day, most=2):
    """Every scope's figures are those of the points, and its persons those of their items."""
    with database.cursor() as cursor:
        counted = counts(cursor, POINTS[:2], days=[day], known_at=EVERYTHING_KNOWN)
        levels = {level: counted.figures(level) for level in LEVELS}
        tables = items_of(cursor, POINTS[:2], as_of=day, known_at=EVERYTHING_KNOWN)
        point_items = [(number, item) for number, table in enumerate(tables, 1) for item in table.to_pylist()]
        beside = figures(cursor, BESIDE, points=POINTS, as_of=day, known_at=EVERYTHING_KNOWN)
    organisations = {figure.organisation for figure in levels["organisation"] if figure.basis}
    for organisation in organisations:
        by_level = {level: [f for f in shown if f.organisation == organisation] for level, shown in levels.items()}
        of_items = [(number, item) for number, item in point_items if item["organisation"] == organisation]
        whole = trained(database, Scope(organisation), day=day)
        assert_parts_agree(database, whole, by_level, organisation, day, most)
        assert_persons_agree(whole, of_items, day)
        assert_figures_agree(whole, {f.definition.id: f for f in beside if f.organisation == organisation})
    return organisations


def assert_parts_agree(database, whole, by_level, organisation, day, most):
    assert [shape(course) for course in whole.whole.courses] == [shape(figure) for figure in by_level["organisation"]]
    departments = [course for part in whole.parts if not part.unit for course in part.courses]
    assert Counter(map(shape, departments)) == Counter(map(shape, by_level["department"]))
    units = [course for part in whole.parts if part.unit for course in part.courses]
    names = sorted({figure.department for figure in by_level["department"]})[:most]
    for name in names:
        below = trained(database, Scope(organisation, name), day=day, most=0)
        units += [course for part in below.parts for course in part.courses]
        summed = sum((part.n for part in below.parts), training.PersonCounts())
        assert summed == below.whole.n
    below = [figure for figure in by_level["unit"] if figure.department in {None, *names}]
    assert Counter(map(shape, units)) == Counter(map(shape, below))
    assert sum((part.n for part in whole.parts), training.PersonCounts()) == whole.whole.n


def assert_persons_agree(whole, of_items, day):
    last = date.fromordinal(day.toordinal() + 90)

    def persons(lets):
        return {item["item"].casefold(): item["label"] for _, item in of_items if lets(item)}

    unmet = persons(lambda item: item["outcome"] == "unmet")
    soon = persons(lambda item: item["outcome"] == "met" and item["due"] and item["due"] <= last)
    assert Counter(person.name for person in whole.missing) == Counter(unmet.values())
    assert Counter(person.name for person in whole.expiring) == Counter(soon.values())
    assert (whole.whole.n.missing, whole.whole.n.expiring) == (len(unmet), len(soon))
    for place, number in enumerate((1, 2)):
        due = [item["due"] for n, item in of_items if n == number and item["outcome"] == "met" and item["due"]]
        months = Counter((day.year, day.month) for day in due)
        drawn = {(m.first_day.year, m.first_day.month): m.ending[place] for m in whole.months}
        assert drawn == {month: months[month] for month in drawn}


def assert_figures_agree(whole, by_id):
    n = whole.whole.n
    assert whole.told == by_id["both_courses"].basis
    if not whole.told:  # no column tells when a course was passed: none of the figures is there, or shown
        assert {figure.part for figure in by_id.values()} == {None}
        assert {fact.value for fact in texts.facts(whole, SV)[1:]} == {phrases.DASH}
        return
    assert (n.met_both, n.in_both) == (by_id["both_courses"].part, by_id["both_courses"].whole)
    management = by_id["both_courses_management"]
    assert not management.basis or (n.management_both, n.management_in_both) == (management.part, management.whole)
    for course, expiring in zip(
        whole.whole.courses, (n.information_security_expiring, n.data_protection_expiring), strict=True
    ):
        figure = by_id[f"{course.point.id}_expiring"]
        assert (expiring, course.met) == (figure.part, figure.whole)


@pytest.mark.exhaustive
def test_the_samples_agree_with_points_and_figures(sample):
    assert assert_agrees(sample, DAY)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(1, 13))
def test_odd_exports_agree_with_points_and_figures(seed, tmp_path):
    with Line(tmp_path).held() as line:
        exports = random_exports(seed, disputed=seed % 2 == 1)
        load_all(line, (export for export in exports if export.source in {"staff", "training", "systems"}))
        # for other seeds an organisation may lack an export, and has nothing to compare
        assert assert_agrees(line.database, AS_OF) or seed > 1


@pytest.mark.exhaustive
def test_a_pass_without_its_day_hides_no_figure_of_those_that_have_one(tmp_path):
    """no basis: one of several exports had no column for the day"""
    with Line(tmp_path).held() as line:
        line.load_table(STAFF, source="staff")
        line.load_table(COURSES, source="training")
        undated = "AD-konto | Kurskod | Kurs | Status\na3 | INFOSAK | I | Godkänd"
        line.load_table(undated, source="training", name="more.csv", completes=True)
        assert assert_agrees(line.database, AS_OF)
        page = trained(line.database, Scope(ORGANISATION))
    assert page.whole.n.undated == 1
    assert "Uppgift saknas i exporten: Slutfört datum. (1)" in texts.uncounted(page, SV)


@pytest.mark.live
@pytest.mark.parametrize("lacking", first_of([1, 0]), ids=["one has not begun", "all passed"])
def test_without_the_day_of_any_pass_no_figure_says_0(tmp_path, lacking):
    """That nobody has both courses, or that nobody lacks one, is not known; who has not begun is."""
    passed = [f"a{n} | {code} | {code} | Godkänd" for n in (1, 2) for code in ("INFOSAK", "DATASKYDD")]
    undated = "\n".join(["AD-konto | Kurskod | Kurs | Status", *passed[: 4 - lacking]])
    with Line(tmp_path).held() as line:
        line.load_table("\n".join(STAFF.strip().splitlines()[:3]), source="staff", organisation=ORGANISATION)
        line.load_table(undated, source="training")
        assert assert_agrees(line.database, AS_OF)
        facts = texts.facts(trained(line.database, Scope(ORGANISATION)), SV)
    assert [fact.value for fact in facts] == ["1" if lacking else "–", "–", "–", "–"]


@pytest.mark.live
def test_a_unit_is_counted_under_its_new_name(tmp_path):
    with Line(tmp_path).held() as line:
        line.load_table(STAFF, source="staff", organisation=ORGANISATION)
        line.load_table(COURSES, source="training")
        add_alias(line.database, kind="unit", old="norr", new="Nordan", valid_from=date(2026, 1, 1), order=line.order())
        assert assert_agrees(line.database, AS_OF) == {ORGANISATION}
        assert trained(line.database, Scope(ORGANISATION, None, "nordan")).whole.n.persons == 6


# --- What is counted ----------------------------------------------------------------------------------------------


def test_who_lacks_and_who_has_both_is_counted_per_person(whole):
    n = whole.whole.n
    # Bo lacks both; Cia, Dan and Ivo one each; Ada, Gun and Hal have both
    assert (n.persons, n.counted, n.missing, n.missing_both, n.met_both, n.in_both) == (9, 7, 1 + 3, 1, 3, 7)
    assert (n.on_leave, n.newly_employed, n.without_department) == (1, 1, 1)
    assert (n.management_both, n.management_in_both) == (1, 2)


@pytest.mark.live
def test_most_missing_comes_first_and_a_unit_without_department_is_separate(line, whole):
    assert [(part.department, part.unit, part.n.missing) for part in whole.parts] == [
        ("Omsorg", None, 3),
        (None, "Lager", 1),
    ]
    below = trained(line.database, Scope(ORGANISATION, "omsorg"))
    assert [(part.department, part.unit, part.n.missing, part.n.counted) for part in below.parts] == [
        ("Omsorg", "Norr", 3, 4),
        ("Omsorg", "Söder", 0, 2),
    ]
    assert trained(line.database, Scope(ORGANISATION, None, "Norr")).parts == ()


def test_soon_includes_the_last_of_the_days_ahead(whole):
    # Ada's runs out on the day itself, Ivo's and Cia's on the 90th day after it, Dan's the day after that
    assert [person.name for person in whole.expiring] == ["Ada", "Ivo", "Cia"]
    assert (whole.whole.n.information_security_expiring, whole.whole.n.data_protection_expiring) == (2, 1)
    by_month = {(month.first_day.year, month.first_day.month): (month.ending, month.soon) for month in whole.months}
    assert len(by_month) == 13
    assert by_month[2026, 11] == ((1, 0), (1, 0))
    assert by_month[2027, 2] == ((1, 2), (1, 1))
    # Gun's, in the last month drawn; those in 2028 are not drawn
    assert by_month[2027, 11] == ((0, 1), (0, 0))
    assert sum(sum(ending) for ending, _ in by_month.values()) == 1 + 3 + 1


def test_each_person_has_their_reasons_and_an_address(whole):
    by_part = {
        person.name: [texts.state_text(one, point, SV).replace("\u00a0", " ")
                      for one, point in zip(person.courses, POINTS, strict=False)]
        for person in whole.missing
    }  # fmt: skip
    assert by_part == {
        "Bo": ["gick ut 23 november 2026", "ej påbörjad"],
        "Cia": ["underkänd", "går ut 22 februari 2027"],
        "Dan": ["påbörjad, inte klar", "giltig till 23 februari 2027"],
        "Ivo": ["går ut 22 februari 2027", "ej påbörjad"],
    }
    # both courses first, then by unit and name; the learning platform knows Bo's address
    assert [person.name for person in whole.missing] == ["Bo", "Ivo", "Cia", "Dan"]
    assert whole.missing[0].email == "bo@example.se"
    assert [person.name for person in whole.missing if person.management] == ["Ivo"]


def test_a_reminder_is_a_row_per_person_and_course(whole):
    reminders = texts.reminder_rows(whole.missing, "missing", whole, SV)
    assert [tuple(row.values())[:3] + tuple(row.values())[4:] for row in reminders] == [
        ("Bo", "bo@example.se", "Norr", "gick ut 23 november 2026"),
        ("Bo", "bo@example.se", "Norr", "ej påbörjad"),
        ("Ivo", "ivo@example.se", "Lager", "ej påbörjad"),
        ("Cia", "cia@example.se", "Norr", "underkänd"),
        ("Dan", "dan@example.se", "Norr", "påbörjad, inte klar"),
    ]
    assert list(reminders[0]) == ["Namn", "E-post", "Enhet", "Kurs", "Skäl"]
    soon = texts.reminder_rows(whole.expiring, "expiring", whole, EN)
    assert [(row["Name"], row["Course"], row["Reason"]) for row in soon] == [
        ("Ada", POINTS[0].title["en"], "expires 24 November 2026"),
        ("Ivo", POINTS[0].title["en"], "expires 22 February 2027"),
        ("Cia", POINTS[1].title["en"], "expires 22 February 2027"),
    ]


@pytest.mark.live
def test_a_list_is_cut_short_and_a_file_is_not(line):
    assert [person.name for person in trained(line.database, Scope(ORGANISATION), most=2).missing] == ["Bo", "Ivo"]
    assert trained(line.database, Scope(ORGANISATION), most=0).missing == ()
    with line.database.cursor() as cursor:
        everyone = training.listed_persons(
            cursor,
            rules_on(),
            "missing",
            place=Scope(ORGANISATION),
            as_of=AS_OF,
            known_at=EVERYTHING_KNOWN,
            reader=MINE,
        )
        kept = rows(cursor, "select table_name from duckdb_tables() where temporary")
    assert len(everyone) == 4
    # none with a person in it
    assert [row["table_name"] for row in kept] == ["pinned_imports"]


def test_each_course_may_have_its_own_days(line):
    in_force = rules_on()
    own_days = replace(
        in_force, days=(90, 0), values=in_force.values | {"data_protection_expiring_days": 0}
    )  # Cia's course no longer expires soon
    result = trained(line.database, Scope(ORGANISATION), rules=own_days)
    assert [person.name for person in result.expiring] == ["Ada", "Ivo"]
    assert texts.within(result, SV) == "inom 90 respektive 0 dagar"


# --- In words -----------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_the_answer_is_built_from_the_figures(line, whole):
    assert texts.sentences(whole, SV) == [
        "4 av 7 medarbetare saknar minst en av kurserna.",
        "Omsorg har flest.",
    ]
    norr = trained(line.database, Scope(ORGANISATION, None, "Norr"))
    assert texts.sentences(norr, EN) == [
        "3 of 4 employees lack at least one of the courses.",
        "2 have a course that expires within 90 days.",
    ]
    assert texts.sentences(trained(line.database, Scope(ORGANISATION, None, "Söder")), SV) == [
        "Alla 2 medarbetare har båda kurserna."
    ]
    first, second = whole.parts
    alike = training.visible_to(replace(whole, parts=(first, replace(second, n=first.n))), MINE, hidden(line.database))
    assert "Omsorg har flest." not in texts.sentences(alike, SV)
    nobody = trained(line.database, Scope(ORGANISATION, None, "Ingenstans"))
    assert texts.sentences(nobody, SV) == ["Här finns ingen som ska gå kurserna."]


def test_the_facts_are_the_figures(whole):
    facts = texts.facts(whole, SV)
    # 3 of 7 is 42.857 %, 1 of 2 is half
    assert [(fact.value, fact.rest, fact.note) for fact in facts] == [
        ("4", "av 7", "1 saknar båda, 3 en av dem"),
        ("42,9\u00a0%", "", "3 av 7"),
        ("50,0\u00a0%", "", "1 av 2"),
        ("3", "av 7", "Informations\u00adsäkerhet: 2 av 4 giltiga. Grundkurs i dataskydd: 1 av 5 giltiga"),
    ]
    assert texts.uncounted(whole, SV) == [
        "1 är tjänstledig och räknas inte.",
        "1 är nyanställd och räknas inte än.",
        "1 medarbetare hör till en enhet utan avdelning.",
    ]


def of_few(line, who=MINE):
    """Omsorg, whose units have four and two counted persons."""
    return trained(line.database, Scope(ORGANISATION, "Omsorg"), most=0, who=who)


@pytest.mark.live
def test_units_of_few_persons_are_added_up_except_for_the_coordinator(omsorg):
    assert [part.unit for part in of_few(omsorg).parts] == ["Norr", "Söder"]
    result = of_few(omsorg, THEIRS)
    (together,) = result.parts
    assert (texts.part_name(together, SV), together.n.counted, together.n.missing) == (SV(OTHER_UNITS), 4 + 2, 3)
    assert [(course.met, course.unmet) for course in together.courses] == [(1 + 2, 3), (3 + 2, 1)]
    # and no sentence names one of them
    assert texts.sentences(result, SV)[1:] == ["2 har en kurs som går ut inom 90 dagar."]
    (_, row) = texts.rows(
        result, [together], Scope(ORGANISATION, "Omsorg"), SV, lambda department, unit: f"/{department}/{unit}"
    )
    assert row.name == PageLink("Övriga enheter")


@pytest.mark.live
def test_units_that_are_too_few_even_together_are_left_out(line, whole):
    # Lager has one person, which Omsorg's six and the whole would reveal
    omsorg, lager = whole.parts
    plans = hidden(line.database)
    theirs = training.visible_to(whole, THEIRS, plans)
    (together,) = theirs.parts
    assert (together.others, together.n.counted) == (True, omsorg.n.counted + lager.n.counted)
    assert training.visible_to(replace(whole, parts=(lager,)), THEIRS, plans).parts == ()
    # nor is Omsorg shown on a page of its own
    alone = of_few(line, THEIRS)
    assert alone.few
    assert not alone.whole.n.persons
    assert not any("utan avdelning" in said for said in texts.uncounted(theirs, SV))
    assert trained(line.database, Scope(ORGANISATION, None, "Norr"), who=THEIRS).few
    assert not theirs.few


@pytest.mark.live
def test_the_management_group_of_a_part_is_shown_to_the_coordinator_only(line, omsorg):
    """It could be subtracted from that of the organisation."""
    theirs, mine = (texts.facts(of_few(omsorg, who), SV)[2] for who in (THEIRS, MINE))
    assert (theirs.value, theirs.note) == ("–", "För få personer")
    assert (mine.value, mine.note) == ("100\u00a0%", "1 av 1")
    nobody = trained(line.database, Scope(ORGANISATION, None, "Söder"))
    assert len(texts.facts(nobody, SV)) == 3


def test_the_months_are_described_in_words_and_drawn_on_one_scale(whole):
    assert texts.months_alt(whole, 1, EN).replace("\u00a0", " ") == (
        "Data protection: 3 of 5 valid courses expire by the end of November 2027."
    )
    first, second = (texts.months(whole, place, SV) for place in (0, 1))
    assert (first[0].size, second[3].size, second[3].soon, second[0].size) == (1 / 2, 2 / 2, 1 / 2, 0)
    assert [month.year for month in first if month.year] == ["2026", "2027"]
    columns, table = texts.months_table(whole, SV)
    assert (len(columns), [row[1:] for row in table]) == (3, [["1", ""], ["1", "2"], ["", "1"]])


def test_where_few_courses_expire_only_the_months_in_which_any_does_are_told(whole):
    """A part of few persons would have 26 columns of almost only zeros."""
    assert texts.seldom(whole)
    assert texts.months_sentence(whole, EN).replace("\u00a0", " ") == (
        "Valid courses that expire by the end of November 2027: Information security 2 of 4; Data protection 3 of 5."
    )
    busy = replace(whole, months=tuple(replace(month, ending=(1, 0)) for month in whole.months))
    assert not texts.seldom(busy)
    none = replace(whole, months=tuple(replace(month, ending=(0, 0)) for month in whole.months))
    assert texts.months_table(none, EN)[1] == []
    one = replace(whole, months=tuple(replace(month, ending=(0, month.ending[1])) for month in whole.months))
    assert [column.label for column in texts.months_table(one, EN)[0]] == ["Month", "Data protection"]


# --- The fragments ------------------------------------------------------------------------------------------------


def test_a_month_with_none_draws_no_bar_and_one_half_soon_draws_both():
    drawn = ElementTree.fromstring(
        drawing_training.expiry([Expiry("a", "", "4", 1.0, 0.25), Expiry("b", "", "0", 0, 0)], alt="x")
    )
    full, empty = (bar for bar in drawn.iter() if bar.get("class") == "v-e-bar")
    assert [(part.get("class"), part.get("style")) for part in full] == [
        ("v-e-later", "flex-grow:0.7500"),
        ("v-e-soon", "flex-grow:0.2500"),
    ]
    assert list(empty) == []


# --- The page -----------------------------------------------------------------------------------------------------


def names_of(database):
    with database.cursor() as cursor:
        sql = "select name, email from persons_at(as_of := $day, known_at := $known)"
        persons = rows(cursor, sql, {"day": DAY, "known": EVERYTHING_KNOWN})
    return {value for row in persons for value in row.values() if value}


def everything(app):
    """All text of the page, its tables included."""
    return text(app) + " ".join(frame.value.to_csv() for frame in app.dataframe)


@pytest.mark.live
@pytest.mark.parametrize(
    ("role", "lang"),
    first_of([(MANAGEMENT, "en"), (COORDINATOR, "sv"), (ANALYST, "sv")]),
    ids=lambda role: getattr(role, "id", role),
)
def test_the_page_opens_with_its_answer_and_names_persons_to_the_coordinator_only(
    role, lang, sample, whole_sample, monkeypatch
):
    say, persons = Language(lang), role is COORDINATOR
    app = opened("training", monkeypatch, role=role, lang=lang)
    shown = everything(app)
    for sentence in texts.sentences(training.visible_to(whole_sample, reader(role), hidden(sample, DAY)), say):
        assert sentence in shown
    assert (whole_sample.missing[0].name in shown) is persons
    assert bool(app.get("download_button")) is persons
    if lang == "sv":
        assert 'href="/training?as_of=2026-10-31&amp;department=%C3%84ldreomsorg"' in shown
    if not persons:
        assert [name for name in names_of(sample) if name in shown] == []


@pytest.mark.exhaustive
def test_a_department_shows_its_units_and_one_of_few_persons_to_the_coordinator_only(sample, monkeypatch):
    """The page opens with the departments of the whole."""
    department = text(opened("training", monkeypatch, department=ABOVE))
    assert 'href="/training?as_of=2026-10-31&amp;unit=Informationss%C3%A4kerhet+och+dataskydd"' in department
    theirs = text(opened("training", monkeypatch, role=MANAGEMENT, unit=OF_FEW))
    assert "färre än fem personer" in theirs
    assert "v-drill" not in theirs


ABOVE, OF_FEW = "Ledning och utveckling", "Informationssäkerhet och dataskydd"


@pytest.mark.exhaustive
def test_a_unit_of_few_persons_shows_the_way_back_and_has_no_name_on_the_page_of_its_department(sample, monkeypatch):
    mine = text(opened("training", monkeypatch, unit=OF_FEW, lang="en"))
    assert 'href="/training?as_of=2026-10-31&amp;department=Ledning+och+utveckling&amp;lang=en"' in mine
    assert "v-drill" in mine
    department = text(opened("training", monkeypatch, role=MANAGEMENT, department=ABOVE))
    assert OF_FEW not in department.replace("\u00ad", "")


@pytest.mark.live
def test_the_file_for_reminders_holds_everybody_and_asks_for_the_permission_again(sample, monkeypatch):
    files, names = {}, []
    button = st.download_button

    def recording(label, data, **params):
        files[params["key"]] = data
        names.append(params["file_name"])
        return button(label, data, **params)

    monkeypatch.setattr(st, "download_button", recording)
    shown = text(opened("training", monkeypatch, unit="Hemtjänst Natt"))
    assert 'href="/training?as_of=2026-10-31&amp;department=%C3%84ldreomsorg"' in shown
    assert "v-drill" in shown
    assert names == ["Vilka som saknar kurs 2026-10-31.csv"]
    lines = files["reminders missing"]().decode("utf-8-sig").splitlines()
    assert lines[0] == "Namn;E-post;Enhet;Kurs;Skäl"
    # 19 lack a course, 17 of them both
    assert len(lines) - 1 == 19 + 17
    monkeypatch.setattr(permissions, "current_user", lambda: User("tester", MANAGEMENT))
    with pytest.raises(Refusal):
        files["reminders missing"]()


@pytest.mark.live
def test_without_exports_the_page_says_what_is_missing_and_links_to_it(own, monkeypatch):
    app = opened("training", monkeypatch)
    assert "Ingen export av Personallista och Utbildningsstatus är inläst" in text(app)
    assert not re.search(r"(?<!\d)0\u00a0%", text(app))
    theirs = opened("training", monkeypatch, role=MANAGEMENT)
    assert ways_in(app) == ["Läs in", "Hämta mall: Personallista", "Hämta mall: Utbildningsstatus"]
    assert ways_in(theirs) == []
