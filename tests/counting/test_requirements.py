"""A point requirement by requirement, of an organisation by department and of a department by unit."""

from datetime import date

import pytest

from compliance.access.scopes import Scope
from compliance.core.language import Language
from compliance.counting.requirements import by_number, requirements_on, weakest_first
from compliance.declarations.points import point_by
from compliance.screens.point import requirements_texts as texts
from compliance.store.database import EVERYTHING_KNOWN
from compliance.wording.tables import table
from tests.line import POINTS, Line

DAY = date(2026, 11, 20)
NAME = "Förvaltningen"
POINT = point_by(POINTS, "local_instruction")
STAFF = """
AD-konto | Enhet | Avdelning | Anställningsdatum
p1       | Norr  | Kust      | 2020-01-01
p2       | Söder | Kust      | 2020-01-01
p3       | Väst  | Inland    | 2020-01-01
"""
ANSWERS = """
Enhet    | Krav       | Status         | Kommentar
Norr     | 10 Register | Klar           |
Söder    | 10 register | Ej påbörjad    |
Väst     | 10 Register | Pågår          |
Norr     | 9 Larm     | Klar           |
Söder    | 9 Larm     | Klar           |
Väst     | 9 Larm     | Ej tillämpligt | Har inget
Nirgends | 9 Larm     | Ej påbörjad    |
"""


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    line = Line(tmp_path_factory.mktemp("requirements"))
    with line.held():
        line.load_table(STAFF, extract_date=DAY, organisation=NAME)
        line.load_table(ANSWERS, extract_date=DAY, organisation=NAME, source="local_instruction")
        line.load_table(ANSWERS.replace("Klar", "Pågår"), extract_date=DAY, organisation="Grannen")
        yield line


def asked(line, *, department=None, unit=None):
    place = Scope(NAME, department, unit)
    with line.database.cursor() as cursor:
        return requirements_on(cursor, POINT, place=place, as_of=DAY, known_at=EVERYTHING_KNOWN)


def counted(found):
    """The numerator and denominator of each requirement as a whole, and of its parts."""
    return {
        each.label.lower(): ((each.whole.met, each.whole.of), {n: (f.met, f.of) for n, f in each.parts.items()})
        for each in found
    }


def test_each_requirement_is_counted_in_each_department_and_exempt_units_are_not(line):
    found = asked(line)
    assert counted(found) == {
        # a unit that no department claims counts in the whole alone
        "9 larm": ((2, 3), {"Kust": (2, 2), "Inland": (0, 0)}),
        "10 register": ((1, 3), {"Kust": (1, 2), "Inland": (0, 1)}),
    }
    assert found[0].parts["Inland"].status == "nothing_to_assess"


def test_a_department_is_counted_by_unit_and_a_unit_has_its_reasons(line):
    assert counted(asked(line, department="kust")) == {
        "9 larm": ((2, 2), {"Norr": (1, 1), "Söder": (1, 1)}),
        "10 register": ((1, 2), {"Norr": (1, 1), "Söder": (0, 1)}),
    }
    columns, rows = table(texts.of_unit(POINT), asked(line, department="Kust", unit="Söder"), Language("sv"))
    assert columns[0].label == "Krav"
    assert rows == [["9 Larm", "Uppfyllt", ""], ["10 register", "Ej uppfyllt", "Ej påbörjat"]]


def test_requirements_stand_in_the_order_of_their_numbers_and_the_weakest_part_first(line):
    assert sorted(["10 b", "2.10", "2.9", "Övrigt", "Arkiv"], key=by_number) == [
        "2.9",
        "2.10",
        "10 b",
        "Arkiv",
        "Övrigt",
    ]
    assert weakest_first(asked(line)) == ["Inland", "Kust"]


def test_of_many_requirements_those_with_most_left_are_shown_first_in_their_order(line, monkeypatch):
    monkeypatch.setattr(texts, "FIRST", 1)
    found, say = asked(line), Language("sv")
    assert [each.label.lower() for each in texts.first(found)] == ["10 register"]
    told = texts.lead(found, Scope(NAME), say)
    assert "2 av 3" in told
    assert "Här visas de 1 krav där mest återstår." in told


def test_a_cell_leads_to_the_items_of_the_requirement_in_the_department(line):
    heads, rows = texts.heat(asked(line), asked(line), Scope(NAME), Language("sv"), way=lambda *way: "/".join(way))
    assert heads[0] == "Hela förvaltningen"
    assert [cell.text for cell in rows[1].cells] == ["1\N{NO-BREAK SPACE}av\N{NO-BREAK SPACE}3", "0", "50"]
    assert [cell.address.lower() for cell in rows[1].cells] == [
        "/10 register",
        "inland/10 register",
        "kust/10 register",
    ]
