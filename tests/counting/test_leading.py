"""Who leads a unit or a department, by the positions of the staff list, and to whom the names are told."""

from datetime import date

import pytest

from compliance.access.scopes import Scope
from compliance.core.language import Language
from compliance.counting.leading import Leader, leaders_on
from compliance.review.functions import load_functions
from compliance.store.database import EVERYTHING_KNOWN
from compliance.wording.leading import sentence
from tests.line import WORDS, Line
from tests.readers import MINE, THEIRS

DAY = date(2026, 11, 20)
SV = Language("sv")
FUNCTIONS = load_functions(None)
OWN, OTHER = "Förvaltningen", "Grannen"
STAFF = """
AD-konto | Namn         | Befattning             | Enhet  | Avdelning | Anställningsdatum | Slutdatum  | Tjänstledig
p1       | Anna Berg    | Enhetschef             | Norr   | Östra     | 2020-01-01        |            | Ja
p2       | Bo Ek        | Chefssekreterare       | Söder  | Östra     | 2020-01-01        |            |
p3       | Eva Dal      | Biträdande rektor      | Söder  | Östra     | 2020-01-01        |            |
p4       | Ulf Ny       | Enhetschef             | Söder  | Östra     | 2020-01-01        | 2026-10-31 |
p5       | Åsa Lo       | Avdelningschef Östra   | Stab   | Västra    | 2020-01-01        |            |
p6       | Per Ask      | Rektor                 | Skolan | Västra    | 2020-01-01        |            |
p7       | Rektorn      | Rektor                 | Skolan | Västra    | 2020-01-01        |            |
p7       | Rektorn      | Rektor                 | Skolan | Västra    | 2021-01-01        |            |
p9       |           | Enhetschef Siv Lind    | Öppna  | Västra    | 2020-01-01        |            |
p10      | Kim Lo    | Vicerektor             | Söder  | Östra     | 2020-01-01        |            |
p11      | Ann Lo    | Sekreterare till chef  | Söder  | Östra     | 2020-01-01        |            |
p12      | Lo Alm    | Ersättare för chef     | Söder  | Östra     | 2020-01-01        |            |
p13      | Ed Rö     | Avdelningschef Vård och omsorg | Stab | Vård och omsorg | 2020-01-01 |            |
p14      | Bo Rö     | Enhetschef Vård Norrby | Vård Norrby | Vård | 2020-01-01         |            |
p8       | Ida Alm      | Föreståndare Solrosen  | Stab   | Västra    | 2020-01-01        |            |
"""
MANY = "\n".join(f"m{n} | Kim Berg{n} | Gruppchef | Många | Västra | 2020-01-01 | |" for n in range(4))
NEIGHBOUR = """
AD-konto | Namn      | Befattning | Enhet | Avdelning | Anställningsdatum
q1       | Lo Granne | Enhetschef | Norr  | Östra     | 2020-01-01
"""


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    line = Line(tmp_path_factory.mktemp("leading"))
    with line.held():
        line.load_table(STAFF + MANY, extract_date=DAY, organisation=OWN)
        line.load_table(NEIGHBOUR, extract_date=DAY, organisation=OTHER)
        yield line


def told(line, *, unit=None, department=None, who=MINE, organisation=OWN):
    scope = Scope(organisation, department, unit)
    with line.database.cursor() as cursor:
        leaders = leaders_on(cursor, WORDS, organisation=organisation, as_of=DAY, known_at=EVERYTHING_KNOWN)
    return sentence(scope, [leader.seen(who, FUNCTIONS.first) for leader in leaders.of(scope)], SV)


def test_whoever_has_the_position_leads_the_unit_also_on_leave(line):
    assert told(line, unit="norr") == "norr leds av Anna Berg (Enhetschef)."


def test_only_who_may_see_persons_sees_the_name(line):
    assert told(line, unit="Norr", who=THEIRS) == "Norr leds av enhetschef."


def test_a_name_in_a_position_is_shown_to_nobody_who_may_not_see_persons(line):
    """The list of names does not have it, so that nothing but the function of the position is shown."""
    assert told(line, unit="Öppna") == "Öppna leds av Enhetschef Siv Lind."
    assert told(line, unit="Öppna", who=THEIRS) == "Öppna leds av enhetschef."
    assert sentence(Scope(OWN, None, "Öppna"), [Leader("")], SV).startswith("Vem som leder enheten framgår inte")


def test_neither_a_secretary_nor_a_deputy_nor_who_has_left_leads(line):
    assert told(line, unit="Söder") == "Vem som leder enheten framgår inte av personallistan."


def test_each_who_leads_is_named_once_and_no_title_is_a_name(line):
    assert told(line, unit="Skolan") == "Skolan leds av Per Ask (Rektor) och Rektor."


def test_more_than_three_are_counted(line):
    assert told(line, unit="Många") == "Enligt personallistan leds Många av 4 personer."


def test_a_position_with_the_name_of_a_part_leads_that_part(line):
    assert told(line, unit="Solrosen") == "Solrosen leds av Ida Alm (Föreståndare Solrosen)."
    assert told(line, department="Östra") == "Östra leds av Åsa Lo (Avdelningschef Östra)."
    assert told(line, department="Västra") == ""


def test_a_position_with_the_name_of_a_longer_part_leads_no_part_within_that_name(line):
    assert told(line, department="Vård och omsorg") == "Vård och omsorg leds av Ed Rö (Avdelningschef Vård och omsorg)."
    assert told(line, department="Vård") == ""
    assert told(line, unit="Norrby") == "Vem som leder enheten framgår inte av personallistan."


def test_a_unit_of_the_same_name_elsewhere_has_its_own(line):
    assert told(line, unit="Norr", organisation=OTHER) == "Norr leds av Lo Granne (Enhetschef)."


@pytest.mark.parametrize(
    ("position", "words", "leads"),
    [
        ("Avdelningschef Östra", ("chef",), True),
        ("Chefssekreterare", ("chef",), False),
        ("Chef (tf)", ("(tf)",), True),
        ("Chef", (".hef", "rektor"), False),
        ("Rektor", (), False),
    ],
)
def test_a_word_of_a_position_is_a_word_whatever_its_characters(line, position, words, leads):
    with line.database.cursor() as cursor:
        assert cursor.execute("select has_ending($1, $2::varchar[])", [position, [*words]]).fetchone() == (leads,)
