"""What is left in each unit: since when, what is done about it, and whom its list goes to."""

from datetime import date

import pytest

from compliance.access.permissions import ANALYST
from compliance.access.scopes import Scope
from compliance.core.errors import Refusal
from compliance.correcting import renaming
from compliance.declarations.points import load_todo
from compliance.declarations.sources import load_values
from compliance.store.database import EVERYTHING_KNOWN
from compliance.worklists.contacts import Contact
from compliance.worklists.lists import Asking, work_lists
from tests.layers import layered
from tests.line import POINTS, Line
from tests.readers import MINE, reader
from tests.reviewed import ANSWERS

DAY = date(2026, 11, 20)
FIRST, SECOND, THIRD = date(2026, 1, 31), date(2026, 6, 30), date(2026, 10, 31)
ORGANISATION = "Förvaltningen"
STAFF = """
AD-konto | Namn        | E-post         | Befattning    | Ledningsgrupp | Enhet | Avdelning | Anställningsdatum
p1       | Anna Berg   | anna@a.example | Undersköterska |              | Norr  | Öst       | 2020-01-01
p2       | Bo Ek       | bo@a.example   | Enhetschef    |               | Norr  | Öst       | 2020-01-01
p3       | Eva Dal     | eva@a.example  | Avdelningschef | Ja           | Stab  | Öst       | 2020-01-01
p4       | Ulf Ny      | ulf@a.example  | Handläggare   |               | Söder | Väst      | 2020-01-01
"""
TRAINING = """
AD-konto | Kurs                                 | Status  | Slutfört datum | Giltig till
p1       | Informationssäkerhet för medarbetare | Godkänd | 2024-09-15     | 2026-09-15
p2       | Informationssäkerhet för medarbetare | Godkänd | 2026-01-15     |
p3       | Informationssäkerhet för medarbetare | Godkänd | 2026-01-15     |
p4       | Informationssäkerhet för medarbetare | Godkänd | 2026-01-15     |
annan    | Grundkurs i dataskydd                | Godkänd | 2026-01-15     |
"""
SYSTEMS = f"""
Systemnamn | Enhet | Objektägare | Centralt/lokalt | {ANSWERS}
Alfa       | Norr  | Ulf Ny      | Lokalt          | | Nej
Beta       | Väst  | Ulf Ny      | Lokalt          | | Nej
Gamma      |       | Okänd Berg  | Lokalt          | | Nej
"""
INCIDENTS = """
Ärendenummer | Enhet | Upptäckt   | Stängd
I1           | Norr  | 2026-01-05 |
"""


# The points that these exports are enough for.
MEASURED = tuple(point for point in POINTS if point.number in {1, 2, 4, 5, 11})


def asked(line, who=MINE, *, as_of=DAY, organisation=ORGANISATION, only=None):
    """The lists by unit; of a point alone, since each takes as long."""
    points = tuple(point for point in MEASURED if only in (None, point.number))
    managers = tuple(load_values(None)["managers"])
    asking = Asking(organisation, as_of, EVERYTHING_KNOWN, points, load_todo(None), managers)
    with line.database.cursor() as cursor:
        return {each.unit: each for each in work_lists(cursor, asking, who)}


def since(found):
    """Since when each item of the lists is left, by its point and id, and whether perhaps longer."""
    return {(x.point.number, x.item["item"]): (x.since, x.earlier) for each in found.values() for x in each.left}


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    line = Line(tmp_path_factory.mktemp("before"))
    with line.held():
        for table in (STAFF, TRAINING, SYSTEMS):
            line.load_table(table, extract_date=THIRD)
        line.found = asked(line)
    return line


@pytest.fixture
def line(before, tmp_path):
    with before.copied(tmp_path) as line:
        yield line


@pytest.mark.live
def test_a_unit_has_what_is_left_in_it_and_nothing_of_others(before):
    found = before.found
    assert {unit: [(x.point.number, x.item["label"]) for x in each.left] for unit, each in found.items()} == {
        "Norr": [(1, "Anna Berg"), *[(2, name) for name in ("Anna Berg", "Bo Ek")], (4, "Alfa"), (5, "Alfa")],
        "Väst": [(4, "Beta"), (5, "Beta")],
        None: [(4, "Gamma"), (5, "Gamma")],
        "Stab": [(2, "Eva Dal")],
        "Söder": [(2, "Ulf Ny")],
    }
    assert found["Norr"].left[0].todo["sv"] == "Gör om kursen."


def test_a_list_goes_to_whoever_leads_the_unit_and_to_nobody_who_only_answers_for_a_system(before):
    assert {unit: each.contact for unit, each in before.found.items()} == {
        "Norr": Contact("Bo Ek", "bo@a.example", "unit", greeted=True),
        "Stab": Contact("Eva Dal", "eva@a.example", "unit", greeted=True),
        "Väst": None,
        None: None,
        "Söder": None,
    }
    (alfa, _) = [x.contacts for x in before.found["Norr"].left if x.item["item"] == "Alfa"]
    assert alfa == (Contact("Ulf Ny", "ulf@a.example", "owner"),)


@pytest.mark.live
def test_without_a_head_of_its_own_it_goes_to_the_head_of_the_department(line):
    line.load_table(STAFF.replace("Enhetschef ", "Chefssekreterare"), extract_date=DAY)
    found = asked(line, only=2)
    assert found["Norr"].contact == Contact("Eva Dal", "eva@a.example", "department", greeted=True)
    assert found["Söder"].contact is None


@pytest.mark.live
@pytest.mark.parametrize("name", layered(["Enhetschef Norr", "Rektorn", "p2", ""], {"Enhetschef Norr", ""}))
def test_a_title_or_an_id_is_not_greeted_as_a_person(line, name):
    line.load_table(STAFF.replace("Bo Ek", name), extract_date=DAY)
    contact = asked(line, only=2)["Norr"].contact
    assert (contact.name, contact.email, contact.greeted) == (name or "p2", "bo@a.example", False)


@pytest.mark.live
def test_since_is_the_export_from_which_it_has_been_so_or_the_day_after_it_lapsed(line):
    for day, answer in ((FIRST, "Nej"), (SECOND, "Ja")):
        line.load_table(SYSTEMS.replace("| Nej", f"| {answer}"), extract_date=day)
    found = since(asked(line))
    assert found[1, "p1"] == (date(2026, 9, 16), False)
    assert found[2, "p1"] == (THIRD, True)
    assert found[5, "Alfa"] == (THIRD, False)
    line.load_table(SYSTEMS, extract_date=SECOND)
    assert since(asked(line, only=5))[5, "Alfa"] == (FIRST, True)
    assert since(asked(line, only=5, as_of=FIRST))[5, "Alfa"] == (FIRST, True)


@pytest.mark.live
def test_since_follows_a_system_that_has_another_name(line):
    line.load_table(SYSTEMS.replace("Alfa", "Äldre"), extract_date=FIRST)
    renaming.add_alias(line.database, kind="system", old="Äldre", new="Alfa", valid_from=SECOND, order=line.order())
    assert since(asked(line, only=5))[5, "Alfa"] == (FIRST, True)


@pytest.mark.live
def test_each_organisation_has_its_own_lists(line):
    line.load_table(SYSTEMS.replace("Norr", "Annan"), extract_date=DAY, organisation="Den andra")
    assert sorted(filter(None, asked(line, only=5, organisation="Den andra"))) == ["Annan", "Väst"]
    assert "Annan" not in asked(line, only=5)
    assert asked(line, only=5, organisation="Ingen") == {}


@pytest.mark.live
def test_a_reader_of_a_part_gets_its_lists_alone_and_who_sees_no_names_none(line):
    limited = reader(MINE.user.role, limit=Scope(ORGANISATION, None, "Norr"))
    assert [*asked(line, limited, only=2)] == ["Norr"]
    with pytest.raises(Refusal):
        asked(line, reader(ANALYST))


@pytest.mark.live
def test_what_an_export_has_no_column_for_is_left_to_no_unit(line):
    """late: the column came with a later export, and what it says is told since then"""
    line.load_table(INCIDENTS.replace("Stängd", "Annat"), extract_date=SECOND)
    line.load_table(INCIDENTS, extract_date=THIRD)
    (item,) = line.items("incident_handling", SECOND)
    assert item["reason"] == "column_missing"
    assert asked(line, as_of=SECOND) == {}
    assert since(asked(line, only=11))[11, "I1"] == (THIRD, False)


def test_an_empty_database_has_none(tmp_path):
    with Line(tmp_path).held() as line:
        assert asked(line) == {}
