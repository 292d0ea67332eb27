"""The units of a point: those with most left, and all of them on one scale."""

import re
from datetime import date

import pytest

from compliance.access.permissions import COORDINATOR, MANAGEMENT
from compliance.core.language import Language
from compliance.counting.assessing import Coverage
from compliance.declarations.points import load_points
from compliance.screens.point import texts
from tests.apps import opened, text
from tests.line import Line

[POINT] = [point for point in load_points(None) if point.id == "classification"]
SV, EN = Language("sv"), Language("en")


def unit(name: str, met: int, unmet: int, department: str | None = "Öst") -> Coverage:
    day = date(2026, 10, 31)
    return Coverage(POINT, day, "Förvaltningen", department, name, met, unmet, 0, 0, 0, basis=True)


def plain(html: str) -> str:
    return html.replace("\u00a0", " ").replace("\u00ad", "")


def test_bars_of_units_that_differ_by_fewer_than_two_items_say_nothing():
    assert texts.alike([unit("A", 0, 5), unit("B", 0, 4)])
    assert not texts.alike([unit("A", 0, 5), unit("B", 0, 3)])
    assert not texts.alike([unit("A", 0, 5)]), "one unit alone is the answer"


def test_units_are_told_in_a_sentence_that_also_says_that_all_are_alike():
    units = [unit("A", 19, 1), unit("B", 1, 1), unit("C", 2, 0)]
    assert plain(texts.units_told(units, SV)) == "3 enheter, från 50,0 % till 100 %; 2 når målet på 95 %."
    assert plain(texts.units_told(units, EN)) == "3 units, from 50.0% to 100%; at the target of 95%: 2."
    none = [unit("A", 1, 3), unit("B", 1, 1), unit("C", 0, 1)]
    assert plain(texts.units_told(none, SV)) == "3 enheter, från 0 % till 50,0 %; ingen når målet på 95 %."
    same = [unit(name, 3, 0) for name in "ABC"]
    assert plain(texts.units_told(same, SV)) == "Alla 3 enheter ligger på 100 %."
    assert texts.units_told(units[:2], SV) == ""


@pytest.mark.parametrize(("met", "worth"), [((1, 2, 3), True), ((3, 3, 3), False), ((1, 2), False)])
def test_few_units_or_units_that_are_alike_have_no_strip(met, worth):
    assert texts.worth_a_strip([unit(str(n), n, 3 - n) for n in met]) is worth


def test_the_weakest_department_is_first_and_units_of_none_and_those_added_up_have_lines_of_their_own():
    units = [unit("A", 9, 1, "Väst"), unit("B", 1, 1), unit("C", 0, 2, None), unit("Övriga enheter", 0, 9, None)]
    lines = texts.strip_lines([*units, unit("D", 4, 0)], SV, lambda each: f"/point?unit={each.unit}")
    assert [line.name for line in lines] == ["Öst", "Väst", "Ingen avdelning", "Övriga enheter"]
    assert [plain(mark.text) for mark in lines[0].marks] == ["B: 50,0 %, 1 av 2", "D: 100 %, 4 av 4"]
    assert lines[1].marks[0].address == "/point?unit=A"
    [alone] = texts.strip_lines([unit("C", 0, 2, None)], SV, lambda each: "")
    assert alone.name == "", "an organisation without departments"


def between(html: str, first: str, last: str) -> str:
    return html.split(f">{first}<")[1].split(f">{last}<")[0]


def marks(html: str) -> list[str]:
    return re.findall(r'v-units-mark [^>]* aria-label="([^"]*)"', html)


@pytest.mark.live
def test_the_page_shows_every_unit_as_a_link_and_departments_where_units_are_alike(sample, monkeypatch):
    shown = plain(text(opened("point", monkeypatch, point="classification")))
    assert len(marks(shown)) == 90
    assert shown.count('class="v-link v-units-mark') == 90
    left = between(shown, "Mest kvar att göra", "Enhet för enhet")
    assert "Förskola</a>" in left
    assert "61 kvar" in left
    assert "department=F%C3%B6rskola" in left
    shown = plain(text(opened("point", monkeypatch, point="information_security_training", lang="en")))
    assert "Hemtjänst Natt</a>" in between(shown, "Most left to do", "Unit by unit")


@pytest.mark.live
def test_the_head_of_the_page_says_where_most_is_left_and_who_leads_there(sample, monkeypatch):
    shown = {
        role: plain(text(opened("point", monkeypatch, point="4", role=role))) for role in (COORDINATOR, MANAGEMENT)
    }
    where = "Mest återstår i <strong>Förskola</strong>: 61 av 84."
    assert f"{where} Leds av <strong>Åsa Nilsson</strong>." in shown[COORDINATOR]
    assert f"{where} Leds av <strong>avdelningschef</strong>." in shown[MANAGEMENT]
    assert "Mest återstår i" not in plain(text(opened("point", monkeypatch, point="gdpr_reporting")))


@pytest.mark.live
def test_a_point_of_which_nothing_is_left_has_no_list_of_what_is_most_left(sample, monkeypatch):
    shown = plain(text(opened("point", monkeypatch, point="gdpr_reporting")))
    assert "Mest kvar att göra" not in shown
    assert "0 kvar" not in shown
    assert "Alla 12 enheter ligger på 100 %." in shown
    assert marks(shown) == []


@pytest.mark.live
def test_a_department_has_its_units_on_one_line_and_a_unit_has_none(sample, monkeypatch):
    shown = plain(text(opened("point", monkeypatch, point="classification", department="Förskola")))
    assert shown.count("v-units-line") == shown.count("v-units-lines") + 1
    assert "Hemtjänst Natt" not in " ".join(marks(shown))
    alone = text(opened("point", monkeypatch, point="classification", unit="Hemtjänst Natt"))
    assert "Enhet för enhet" not in alone


@pytest.mark.live
def test_units_of_few_persons_are_one_mark_that_leads_nowhere(line: Line, monkeypatch):
    sizes = {"Norr": 6, "Söder": 2, "Öst": 7, "Väst": 8, "Mitt": 3}
    people = [(f"{unit}{n}", unit) for unit, size in sizes.items() for n in range(size)]
    staff = "AD-konto | Namn | Enhet | Anställningsdatum\n"
    staff += "\n".join(f"{name} | {name} | {unit} | 2020-01-01" for name, unit in people)
    courses = "AD-konto | Kurskod | Kurs | Status | Slutfört datum\n"
    courses += "\n".join(f"{name} | INFOSAK | I | Godkänd | 2025-05-01" for name, _ in people[:9])
    for source, table in (("staff", staff), ("training", courses)):
        line.load_table(table, name=f"{source}.csv", source=source, extract_date=date(2025, 6, 1))
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    told = {}
    for role in (COORDINATOR, MANAGEMENT):
        shown = plain(text(opened("point", monkeypatch, role=role, point="1", as_of="2025-06-01")))
        told[role] = {name.split(":")[0] for name in marks(shown)}
    assert told[COORDINATOR] == {*sizes}
    assert "Övriga enheter" in told[MANAGEMENT]
    assert not {"Söder", "Mitt"} & told[MANAGEMENT]
