"""A version to hand out holds no name of a person, and does not say which system is meant."""

import pytest

from compliance.dossier import compute
from compliance.withholding import Names
from tests.reviewed import at

NAMES = Names(["Anna-Karin Berg", "Bo Ek", "Li Å", "Per Olof von Sydow"], ["Alfaportalen", "ÅKE", "Journal", "Beta 2"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Anna-Karin Berg gör det.", "[…] gör det."),
        ("ANNA-KARIN BERG", "[…]"),
        ("Berg, Anna-Karin och Bo Ek", "[…] och […]"),
        ("Anna Karin Berg", "[…]"),
        ("Anna Berg", "[…]"),
        ("Skriv till anna-karin.berg@example.org", "Skriv till […]@example.org"),
        ("Anna-Karin Bergs chef", "[…] chef"),
        ("Per von Sydow, Per Sydow, Per Olof von Sydow", "[…], […], […]"),
        ("Alfaportalens fel i alfaportalen", "[…] fel i […]"),
        ("Ny version av Alfaportalen-appen", "Ny version av […]-appen"),
        ("Journalen och journalens brister", "[…] och […] brister"),
        ("Beta 2 är långsamt", "[…] är långsamt"),
        ("Två\nrader om Bo Ek\noch mer", "Två\nrader om […]\noch mer"),
    ],
)
def test_a_name_is_withheld_however_it_is_written(text, told):
    assert NAMES.withhold(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ett berg av arbete, sa Anna.",
        "Bokeksten",
        "Li Å",  # as short as that, it is more often something else
        "Åke kom.",
        "Beta 20 är bra",
        "Anna-Karin Bergström",
        "Journalföring",
        "…",
    ],
)
def test_what_is_no_name_stays(text):
    assert NAMES.withhold(text) == text


def test_nothing_is_withheld_where_there_are_no_names():
    assert Names([], []).withhold("Anna Berg") == "Anna Berg"
    assert Names(["", " ", "-"], [""]).withhold("Anna Berg") == "Anna Berg"


def test_a_review_knows_the_names_of_its_exports_and_keeps_none_of_them(tmp_path):
    line = at("draft", tmp_path)
    review = line.review()
    line.decide(review, "Anna Berg reder ut", responsible="Carin Dahl")
    line.write(review, "public_comment", "dpia", "Betaportalen väntar på Carin Dahl och Bo Ek.")
    line.write(review, "chapter", "year", "Ett gott år.")
    line.write(review, "comment", "dpia", "Bara för oss: Anna Berg")
    with line.database.cursor() as cursor:
        withheld = compute(cursor, review, own=None).withheld
    assert withheld == {
        "Klassa Betaportalen": "Klassa […]",
        "Anna Berg reder ut": "[…] reder ut",
        "Betaportalen väntar på Carin Dahl och Bo Ek.": "[…] väntar på […] och […].",
    }
