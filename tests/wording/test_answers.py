"""A figure as an answer: never rounded across what it does not reach, and in words that a colleague would say."""

from datetime import date

import pytest

from compliance.core.language import Language
from compliance.counting.assessing import Coverage
from compliance.counting.outlook import Outlook
from compliance.declarations.points import load_points
from compliance.wording.answers import answer, how_many, where_to

SV, EN = Language("sv"), Language("en")
POINTS = {point.id: point for point in load_points(None)}
DAY = date(2026, 10, 31)


def figure(point, met, of):
    counts = {"met": met, "unmet": of - met, "unknown": 0, "pending": 0, "exempt": 0}
    return Coverage(POINTS[point], as_of=DAY, organisation="Norr", department=None, unit=None, basis=True, **counts)


@pytest.mark.parametrize(
    ("met", "of", "swedish", "english"),
    [
        (91, 297, "Knappt vart tredje system har en klassning som gäller.", "Just under one system in three has a "),
        (99, 297, "Vart tredje system har en klassning som gäller.", "One system in three has a valid "),
        (56, 293, "Knappt vart femte system har en klassning som gäller.", "Just under one system in five has "),
        (105, 297, "Drygt vart tredje system har en klassning som gäller.", "A little over one system in three "),
        (237, 297, "Knappt åtta av tio system har giltig klassning.", "Just under eight in ten systems have a "),
        (240, 300, "Åtta av tio system har giltig klassning.", "Eight in ten systems have a valid "),
        (241, 300, "Drygt åtta av tio system har giltig klassning.", "A little over eight in ten systems "),
        (10, 12, "10 av 12 system har giltig klassning.", "10 of 12 systems have a valid "),
        (4, 20, "4 av 20 system har giltig klassning.", "4 of 20 systems have a valid "),
        (9, 300, "9 av 300 system har giltig klassning.", "9 of 300 systems have a valid "),
        (299, 300, "299 av 300 system har giltig klassning.", "299 of 300 systems have a valid "),
        (0, 0, "", ""),
    ],
)
def test_a_share_is_said_about_as_large_as_it_is_and_on_the_right_side_of_it(met, of, swedish, english):
    told = how_many(figure("classification", met, of), SV).replace("\u00a0", " ")
    assert told == swedish
    assert how_many(figure("classification", met, of), EN).startswith(english)


@pytest.mark.parametrize("point", POINTS)
def test_every_point_can_be_one_in_so_many(point):
    assert {"{nth}", "{n}"} == {"{nth}" if "{nth}" in text else "{n}" for text in POINTS[point].each.values()}
    assert how_many(figure(point, 25, 100), SV).startswith(("Var fjärde ", "Vart fjärde "))
    assert " in four " in how_many(figure(point, 25, 100), EN)


@pytest.mark.parametrize(
    ("outlook", "told"),
    [
        ({"reached": "not_within_five_years"}, "Målet nås inte inom fem år."),
        ({"reached": "falling"}, "Täckningen sjunker."),
        ({"reached": "no_change"}, "Täckningen står still."),
        ({"reached": "no_clear_direction"}, "Ingen tydlig riktning."),
        ({"reached": "2031-05"}, "I samma takt nås målet i maj 2031."),
        ({"at_most": 0.9}, "Målet kan inte nås i år."),
        ({}, "Målet är 95 %."),
    ],
)
def test_where_it_is_heading_is_the_second_sentence(outlook, told):
    heading = Outlook(figure("classification", 91, 297), **outlook)
    assert where_to(heading, SV).replace("\u00a0", " ") == told
    assert (
        answer(heading, SV).replace("\u00a0", " ") == f"Knappt vart tredje system har en klassning som gäller. {told}"
    )


def test_a_figure_that_reaches_its_target_is_heading_nowhere():
    assert where_to(Outlook(figure("classification", 290, 297), reached="reached"), SV) == ""
