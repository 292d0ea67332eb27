"""Changes of name from a day on: what is refused, what follows, and the figures before and after."""

import itertools
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from compliance.access import permissions
from compliance.access.permissions import ANALYST, COORDINATOR, MANAGEMENT, User
from compliance.core.errors import Refusal
from compliance.correcting.renaming import (
    add_alias,
    add_alias_with,
    aliases,
    effect,
    names,
    remove_alias,
    remove_alias_with,
    suggestions,
)
from compliance.counting.assessing import coverage
from compliance.store.database import EVERYTHING_KNOWN
from tests.layers import first_of
from tests.line import POINTS

# Those that the exports here are the basis of.
MEASURED = POINTS[:4]
DAY = date(2023, 7, 1)
LATER = date(2025, 1, 1)
AS_OF = date(2026, 11, 24)
INSTRUCTION = """
Enhet | Krav | Status
{} | 1 Ansvar | Klar
{} | 2 Larm | Ej påbörjad
"""


def rename(line, old, new, *, kind="unit", day=DAY):
    add_alias(line.database, kind=kind, old=old, new=new, valid_from=day, order=line.order())


def aliases_of(line, known_at=EVERYTHING_KNOWN):
    """Old name, new name, year of the first day and whether it follows, of every alias in effect."""
    with line.database.cursor() as cursor:
        live = aliases(cursor, known_at)
    return sorted((a.old_name, a.new_name, a.valid_from.year, a.follows) for a in live)


def number(line, old, new):
    with line.database.cursor() as cursor:
        return next(a.alias_id for a in aliases(cursor, EVERYTHING_KNOWN) if (a.old_name, a.new_name) == (old, new))


def counted(line, day, level="unit"):
    """Met and all items of point 3, by part of the organisation."""
    point = tuple(point for point in POINTS if point.id == "local_instruction")
    with line.database.cursor() as cursor:
        figures = coverage(cursor, point, days=[day], known_at=EVERYTHING_KNOWN, level=level)
    return {(f.unit or f.department or f.organisation): (f.met, f.of) for f in figures if f.basis}


# --- Figures -------------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_two_units_that_become_one_are_counted_together_from_the_day(line):
    line.load_table(INSTRUCTION.format("Spånga", "Kista"), extract_date=date(2023, 1, 1))
    rename(line, "Spånga", "Järva")
    rename(line, "kista", "Järva")
    assert counted(line, date(2023, 6, 30)) == {"Spånga": (1, 1), "Kista": (0, 1)}
    assert counted(line, DAY) == {"Järva": (1, 2)}
    units = {item["item"]: item["unit"] for item in line.items("local_instruction", DAY)}
    assert units == {"Spånga/1 Ansvar": "Järva", "Kista/2 Larm": "Järva"}


@pytest.mark.exhaustive
def test_organisations_that_become_one_count_as_it_until_it_has_an_export_of_its_own(line):
    for name in ("Spånga-Tensta", "Rinkeby-Kista"):
        line.load_table(
            INSTRUCTION.format(f"{name} A", f"{name} B"),
            name=f"{name}.csv",
            organisation=name,
            extract_date=date(2023, 1, 1),
        )
        rename(line, name, "Järva", kind="organisation")
    assert counted(line, date(2023, 6, 30), "organisation") == {"Spånga-Tensta": (1, 2), "Rinkeby-Kista": (1, 2)}
    assert counted(line, DAY, "organisation") == {"Järva": (2, 4)}
    line.load_table(INSTRUCTION.format("A", "A"), organisation="JÄRVA", extract_date=date(2023, 9, 1))
    assert counted(line, date(2023, 8, 31), "organisation") == {"JÄRVA": (2, 4)}
    assert counted(line, date(2023, 9, 1), "organisation") == {"JÄRVA": (1, 2)}


@pytest.mark.exhaustive
def test_a_file_belongs_to_what_its_organisation_is_called_on_its_extract_date(line):
    for name, day in (("Spånga-Tensta", date(2023, 1, 1)), ("Rinkeby-Kista", date(2023, 2, 1))):
        line.load_table(INSTRUCTION.format("A", "B"), name=f"{name}.csv", organisation=name, extract_date=day)
        rename(line, name, "Järva", kind="organisation")
    with pytest.raises(Refusal, match="several organisations: Spånga-Tensta, Rinkeby-Kista"):
        line.load_table(INSTRUCTION.format("C", "C"), extract_date=date(2023, 6, 30))
    named = "Förvaltning: Spånga-Tensta\n" + INSTRUCTION.format("C", "C").lstrip("\n")
    (ordered,) = line.load_table(named, organisation="spånga-tensta", extract_date=date(2023, 8, 1))
    (unordered,) = line.load_table(named, name="b.csv", extract_date=date(2023, 9, 1))
    assert [(r.organisation, r.other_organisation) for r in (ordered, unordered)] == [("Järva", None), ("Järva", None)]
    (before,) = line.load_table(named, name="c.csv", organisation="Spånga-Tensta", extract_date=date(2023, 6, 30))
    assert (before.organisation, before.other_organisation) == ("Spånga-Tensta", None)


def test_a_removed_change_is_as_if_it_had_never_been_said_but_is_still_known_of_then(line):
    line.load_table(INSTRUCTION.format("Spånga", "Järva"), extract_date=date(2023, 1, 1))
    rename(line, "Spånga", "Järva")
    moment = line.wait()
    remove_alias(line.database, number(line, "Spånga", "Järva"), line.order())
    assert counted(line, DAY) == {"Spånga": (1, 1), "Järva": (0, 1)}
    assert aliases_of(line) == []
    assert aliases_of(line, moment) == [("Spånga", "Järva", 2023, False)]


def test_every_change_leaves_an_event(line):
    rename(line, "A", "B")
    remove_alias(line.database, number(line, "A", "B"), line.order())
    events = [(row["who"], row["action"], row["what"]) for row in line.rows("from events order by happened_at")]
    assert events == [
        ("test", "rename", "unit: A → B from 2023-07-01"),
        ("test", "remove alias", "unit: A → B from 2023-07-01"),
    ]


def changes(line, kind, old, new, day=DAY, as_of=AS_OF):
    """The effect of adding an alias: its name and day, and met of all items of each point with a basis."""
    result = effect(
        line.database,
        lambda cursor: add_alias_with(cursor, kind=kind, old=old, new=new, valid_from=day, order=line.order()),
        kind=kind,
        old=old,
        valid_from=day,
        points=MEASURED,
        as_of=as_of,
    )
    assert aliases_of(line) == []
    parts = [{f.point.number: (f.met, f.of) for f in figures if f.basis} for figures in (result.before, result.after)]
    return result.name, result.day, *parts


@pytest.mark.live
def test_the_effect_is_that_of_the_unit_which_takes_over(line, exhaustively):
    line.load_table(INSTRUCTION.format("Spånga", "Järva"), extract_date=date(2023, 1, 1))
    assert changes(line, "unit", " spånga ", "Järva") == ("Järva", AS_OF, {3: (0, 1)}, {3: (1, 2)})
    if exhaustively:
        assert changes(line, "unit", "Spånga", "Nytt") == ("Nytt", AS_OF, {3: (1, 1)}, {3: (1, 1)})
        late = date(2027, 1, 1)
        assert changes(line, "unit", "Spånga", "Järva", late) == ("Järva", late, {3: (0, 1)}, {3: (1, 2)})


@pytest.mark.exhaustive
def test_the_effect_on_an_organisation_that_was_not_there_is_told_from_what_it_takes_over(line):
    line.load_table(INSTRUCTION.format("A", "B"), organisation="Spånga", extract_date=date(2023, 1, 1))
    assert changes(line, "organisation", "Spånga", "Järva") == ("Järva", AS_OF, {3: (1, 2)}, {3: (1, 2)})


@pytest.mark.exhaustive
def test_the_effect_of_a_system_is_that_on_the_organisation(line):
    line.load_table("Systemnamn\nAlfa ny", name="systems.csv")
    line.load_table("System | Klassad datum\nAlfa | 2026-10-01", name="classes.csv")
    change = changes(line, "system", "Alfa", "Alfa ny")
    assert (change[2][4], change[3][4]) == ((0, 1), (1, 1))


@pytest.mark.live
def test_the_effect_of_removing_is_that_on_the_name_which_loses(line):
    line.load_table(INSTRUCTION.format("Spånga", "Järva"), extract_date=date(2023, 1, 1))
    rename(line, "Spånga", "Järva")
    result = effect(
        line.database,
        lambda cursor: remove_alias_with(cursor, number(line, "Spånga", "Järva"), line.order()),
        kind="unit",
        old="Spånga",
        valid_from=DAY,
        points=MEASURED,
        as_of=AS_OF,
    )
    assert (result.name, result.before[0].of, result.after[0].of) == ("Järva", 2, 1)


@pytest.mark.exhaustive
def test_a_point_that_a_name_loses_altogether_is_among_what_changes(line):
    line.load_table(INSTRUCTION.format("Spånga", "Spånga"), extract_date=date(2023, 1, 1))
    line.load_table("AD-konto | Enhet | Anställningsdatum\nkim | Järva | 2020-01-01", name="staff.csv")
    courses = "kim | A | INFOSAK | Pågår\nkim | B | GDPR | Pågår"
    line.load_table(f"AD-konto | Kurs | Kurskod | Status\n{courses}", name="training.csv")
    rename(line, "Spånga", "Järva")
    result = effect(
        line.database,
        lambda cursor: remove_alias_with(cursor, number(line, "Spånga", "Järva"), line.order()),
        kind="unit",
        old="Spånga",
        valid_from=DAY,
        points=MEASURED,
        as_of=AS_OF,
    )
    assert {f.point.number: (before.of, f.of) for before, f in zip(result.before, result.after, strict=True)} == {
        1: (1, 1),
        2: (1, 1),
        3: (2, 0),
    }


def test_what_is_refused_is_refused_when_its_effect_is_asked_for(line):
    line.load_table(INSTRUCTION.format("A", "B"))
    with pytest.raises(Refusal, match="are the same name"):
        changes(line, "unit", "A", "a")


# --- Names that change twice ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("later_first", [False, True])
def test_a_name_that_has_changed_twice_is_called_by_its_last_name(line, later_first):
    changes = [("A", "B", DAY), ("B", "C", LATER)]
    for old, new, day in reversed(changes) if later_first else changes:
        rename(line, old, new, day=day)
    assert aliases_of(line) == [("A", "B", 2023, False), ("A", "C", 2025, True), ("B", "C", 2025, False)]


def test_what_was_renamed_before_goes_straight_on_to_the_last_name(line):
    rename(line, "B", "C", day=date(2020, 1, 1))
    rename(line, "A", "b")
    assert aliases_of(line) == [("A", "C", 2023, True), ("A", "b", 2023, False), ("B", "C", 2020, False)]
    called = line.rows("select renamed('unit', 'a', date '2023-07-01', timestamp '9999-12-31') as name")
    assert called == [{"name": "C"}]


def test_what_follows_goes_when_what_it_follows_from_goes(line):
    for old, new, day in [("A", "B", DAY), ("B", "C", LATER), ("C", "D", date(2026, 1, 1))]:
        rename(line, old, new, day=day)
    assert [row for row in aliases_of(line) if row[3]] == [
        ("A", "C", 2025, True),
        ("A", "D", 2026, True),
        ("B", "D", 2026, True),
    ]
    with pytest.raises(Refusal, match="follows from other changes"):
        remove_alias(line.database, number(line, "A", "D"), line.order())
    remove_alias(line.database, number(line, "B", "C"), line.order())
    assert aliases_of(line) == [("A", "B", 2023, False), ("C", "D", 2026, False)]


def test_a_name_that_is_given_to_another_later_no_longer_follows(line):
    rename(line, "A", "B")
    rename(line, "A", "E", day=date(2024, 1, 1))
    rename(line, "B", "C", day=LATER)
    assert [row for row in aliases_of(line) if row[3]] == []


def called(line, name, *years):
    """The name of a unit in each of the years."""
    of_year = "renamed('unit', $name, make_date(year, 6, 1), timestamp '9999-12-31')"
    sql = f"select {of_year} as name from unnest($years) as asked(year) order by year"
    return [row["name"] for row in line.rows(sql, name=name, years=list(years))]


@pytest.mark.live
@pytest.mark.parametrize("step", first_of([8, 1]))
def test_in_whatever_order_changes_are_said_a_name_is_its_last_one(line, step):
    """said_again_later: A became C by way of B, then D, and D is C as well; each order has names of its own"""
    changes = [("A", "B", 2020), ("B", "C", 2021), ("A", "D", 2022), ("D", "C", 2019)]
    for order in list(itertools.permutations(range(4)))[::step]:
        own = "".join(map(str, order))
        for place in order:
            old, new, year = changes[place]
            rename(line, old + own, new + own, day=date(year, 1, 1))
        last = called(line, f"A{own}", 2019, 2020, 2021, 2022, 2023)
        assert last == [f"A{own}", f"B{own}", f"C{own}", f"C{own}", f"C{own}"], order
        derived = [row for row in aliases_of(line) if row[3] and row[0].endswith(own)]
        assert derived == [(f"A{own}", f"C{own}", 2021, True), (f"A{own}", f"C{own}", 2022, True)], order


# --- Refusals ------------------------------------------------------------------------------------------------------


WRONG = [
    ("unit", " \u200b", "B", "Write both the old and the new name"),
    ("unit", "A", "", "Write both the old and the new name"),
    ("unit", "Enhet  Ö", "ENHET ö", "are the same name"),
    ("street", "A", "B", "There is no “street”. Did you mean "),
    ("unit", "x", "Y", "x already becomes Y by 2023-07-01"),
    ("unit", "X", "Z", "X becomes Y on 2023-07-01"),
    ("unit", "Y", "x", "x becomes Y on 2023-07-01"),
    ("organisation", "A", "b" * 201, "The text has 201 characters"),
]


def test_what_cannot_be_is_refused_with_a_sentence_and_changes_nothing(line):
    rename(line, "X", "Y")
    for kind, old, new, message in WRONG:
        with pytest.raises(Refusal, match=message):
            rename(line, old, new, kind=kind)
        assert aliases_of(line) == [("X", "Y", 2023, False)]


def test_a_circle_of_several_is_found_also_where_it_closes_later(line):
    rename(line, "A", "B", day=LATER)
    rename(line, "B", "C")
    with pytest.raises(Refusal, match=r"A becomes C on 2025-01-01\. Remove that first"):
        rename(line, "C", "A", day=date(2020, 1, 1))


def test_a_name_may_come_back_to_where_nobody_leads(line):
    rename(line, "B", "A", day=date(2010, 1, 1))
    rename(line, "B", "E", day=date(2015, 1, 1))
    rename(line, "A", "B", day=date(2020, 1, 1))
    assert ("A", "E", 2020, True) in aliases_of(line)


def test_names_are_kept_as_people_see_them_and_without_identity_numbers(line):
    rename(line, " Enhet\u200b  Norr ", "Enhet 19121212-1212")
    (alias,) = aliases_of(line)
    assert alias[0] == "Enhet Norr"
    assert "1212-1212" not in alias[1]


def test_a_kind_does_not_touch_another(line):
    rename(line, "A", "B", kind="system")
    rename(line, "B", "A", kind="unit")
    assert len(aliases_of(line)) == 2


def test_an_unknown_change_cannot_be_removed(line):
    with pytest.raises(Refusal, match="no longer there"):
        remove_alias(line.database, 7, line.order())


# --- Suggestions ---------------------------------------------------------------------------------------------------

STAFF = """
AD-konto | Avdelning | Enhet | Anställningsdatum
kim01 | Skola | Förskolan Björken | 2020-01-01
kim02 | Skola | Enheten Norr 2 | 2020-01-01
"""


@pytest.mark.live
def test_a_name_that_the_staff_list_lacks_is_suggested_to_be_its_most_similar_one(line, exhaustively):
    line.load_table(STAFF, name="staff.csv", extract_date=date(2026, 10, 1))
    line.load_table(INSTRUCTION.format("Förskolan Bjorken", "Enhet Norr 1"), name="instruction.csv")
    with line.database.cursor() as cursor:
        (suggestion,) = suggestions(cursor, as_of=AS_OF, known_at=EVERYTHING_KNOWN)
        used = [row for row in names(cursor, as_of=AS_OF, known_at=EVERYTHING_KNOWN) if row["kind"] == "unit"]
    assert (suggestion.kind, suggestion.old_name, suggestion.new_name) == (
        "unit",
        "Förskolan Bjorken",
        "Förskolan Björken",
    )
    assert (suggestion.sources, suggestion.naming, suggestion.since) == (("local_instruction",), 1, date(2026, 10, 1))
    assert [(row["name"], row["naming"]) for row in used] == [
        ("Enhet Norr 1", 1),
        ("Enheten Norr 2", 1),
        ("Förskolan Bjorken", 1),
        ("Förskolan Björken", 1),
    ]
    if exhaustively:
        rename(line, suggestion.old_name, suggestion.new_name, day=date(2027, 1, 1))
        with line.database.cursor() as cursor:
            assert suggestions(cursor, as_of=AS_OF, known_at=EVERYTHING_KNOWN) == []


# --- The part of the page ------------------------------------------------------------------------------------------


def drawn(monkeypatch, folder, *, role=COORDINATOR, lang="sv"):
    """The part by itself, as a user of a role sees it with the database in a folder, or with the samples."""

    def part():
        from compliance.screens import addressing, widgets
        from compliance.screens.imports import names as imports_names

        with widgets.showing_errors():
            imports_names.names(addressing.current())

    monkeypatch.setenv("COMPLIANCE_DATABASE", str(folder / "test.duckdb"))
    monkeypatch.setattr(permissions, "current_user", lambda: User("tester", role))
    app = AppTest.from_function(part, default_timeout=60)
    app.query_params["lang"] = lang
    app.query_params["as_of"] = AS_OF.isoformat()
    app.run()
    assert not app.exception
    return app


def text(app):
    return " ".join(entry.value for entry in app.markdown)


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


@pytest.mark.live
def test_a_suggestion_is_used_seen_in_the_figures_saved_and_removed(line, monkeypatch, exhaustively):
    line.load_table(STAFF, name="staff.csv", extract_date=date(2026, 10, 1))
    line.load_table(INSTRUCTION.format("Förskolan Bjorken", "Förskolan Björken"), name="instruction.csv")
    app = drawn(monkeypatch, line.folder)
    assert "heter <strong>Förskolan Bjorken</strong> numera <strong>Förskolan Björken</strong>? En rad i" in text(app)
    press(app, "Använd")
    assert "En rad nämner Förskolan Bjorken, i Lokal anvisning." in text(app)
    assert "Så ändras siffrorna: Förskolan Björken" in text(app)
    assert "0\u00a0% före, 50,0\u00a0% efter" in text(app)
    assert aliases_of(line) == []
    press(app, "Spara")
    assert aliases_of(line) == [("Förskolan Bjorken", "Förskolan Björken", 2026, False)]
    assert "Namn som kan avse samma sak" not in text(app)
    if exhaustively:
        is_removed(line, app)


def is_removed(line, app):
    box = next(box for box in app.selectbox if box.label == "Ta bort namnbytet")
    box.set_value(number(line, "Förskolan Bjorken", "Förskolan Björken")).run()
    press(app, "Ta bort namnbytet")
    assert aliases_of(line) == []
    assert "Ingenting än." in text(app)


@pytest.mark.exhaustive
def test_what_cannot_be_is_told_and_cannot_be_saved(line, monkeypatch):
    line.load_table(INSTRUCTION.format("A", "B"))
    rename(line, "A", "B", day=date(2027, 1, 1))
    app = drawn(monkeypatch, line.folder, lang="en")
    for label, value in {"Earlier name": "B", "New name": "A"}.items():
        next(box for box in app.selectbox if box.label == label).set_value(value).run()
    assert "Remove that first, or choose another day." in text(app)
    assert "Save" not in [button.label for button in app.button]


@pytest.mark.live
@pytest.mark.parametrize("role", first_of([MANAGEMENT, ANALYST]), ids=lambda role: role.id)
def test_only_who_may_load_exports_sees_the_part(line, monkeypatch, role):
    rename(line, "A", "B")
    app = drawn(monkeypatch, line.folder, role=role)
    assert not app.button
    assert "Namn som ändras" not in text(app)


@pytest.mark.live
def test_on_the_sample_data_it_can_only_be_looked_at(sample_database, monkeypatch):
    app = drawn(monkeypatch, sample_database.path.parent)
    assert "Namn som ändras" in text(app)
    assert [*app.button, *app.selectbox] == []
