"""A version to hand out has no name of a person or a system."""

import re
from dataclasses import replace
from datetime import date

import pytest

from compliance.access.disclosure import is_private
from compliance.access.withholding import ExportNames, Names, export_names, names_of_persons
from compliance.declarations.queries import text_of
from compliance.review.dossier import compute, load_frozen, withheld_anew
from tests.line import SOURCES
from tests.reviewed import at

NAMES = Names(["Anna-Karin Berg", "Bo Ek", "Li Å", "Per Olof von Sydow"], ["Alfaportalen", "ÅKE", "Journal", "Beta 2"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna-Karin Berg gör det.", "[…] gör det."),
        ("ANNA-KARIN BERG", "[…]"),
        ("Berg, Anna-Karin och Bo Ek", "[…] och […]"),
        ("Anna Karin Berg", "[…]"),
        ("Anna Berg", "[…]"),
        ("Skriv till anna-karin.berg@example.org", "Skriv till […]"),
        ("Anna-Karin_Berg har anna_karin_berg", "[…] har […]"),
        ("Bo\u00ad Ek, B\u00ado Ek och Bo\u200bEk", "[…], […] och […]"),
        # any address, even if no export has it
        ("Fråga (x.y+z@post.example.org), inte a@b", "Fråga ([…]), inte a@b"),
        ("Anna-Karin Bergs chef", "[…] chef"),
        ("Per von Sydow, Per Sydow, Per Olof von Sydow", "[…], […], […]"),
        ("Alfaportalens fel i alfaportalen", "[…] fel i […]"),
        ("Ny version av Alfaportalen-appen", "Ny version av […]-appen"),
        ("Journalen och journalens brister", "[…] och […] brister"),
        ("Beta 2 är långsamt", "[…] är långsamt"),
        ("Två\nrader om Bo Ek\noch mer", "Två\nrader om […]\noch mer"),
    ],
)
def test_a_name_is_withheld_however_it_is_written(text, expected):
    assert NAMES.withhold(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ett berg av arbete, sa Anna.",
        "Bokeksten",
        "Li Å",  # too short: more often something else
        "Åke kom.",
        "Beta 20 är bra",
        "Anna-Karin Bergström",
        "Journalföring",
        "…",
    ],
)
def test_other_words_stay(text):
    assert NAMES.withhold(text) == text


def test_every_column_declared_as_naming_a_person_is_read_for_names():
    """person = true in data/sources; a new one must not be forgotten."""
    sql = text_of("sources.sql")
    read = {
        (source, name.strip())
        for columns, source in re.findall(r"unnest\(\[([^]]+)\]\) as name\s+from (\w+)", sql)
        for name in columns.split(",")
    }
    assert read == {(source.id, field.name) for source in SOURCES.values() for field in source.fields if field.person}


def test_exports_with_ids_of_persons_and_those_of_incidents_are_private():
    assert {id_ for id_, each in SOURCES.items() if is_private(each)} == {"staff", "training", "incidents", "breaches"}


@pytest.mark.live
def test_a_person_in_an_export_is_withheld_by_name_account_and_address(line):
    head = "Aktivitets-ID | Aktivitet | Typ | Granskningspunkt | Ansvarig | Startdatum | Slutdatum | Status\n"
    plan = head + "".join(
        f"K{n} | Öva | Kontroll | 4 | {who} | 2026-01-01 | 2026-12-01 | Pågår\n"
        for n, who in enumerate(["Kalle Konsult", "Dag Dal, Eva Elm", "Informationssäkerhetssamordnare"])
    )
    line.load_table(plan, name="plan.csv", source="activities")
    staff = "AD-konto | Namn | E-post | Enhet | Anställningsdatum\nab1234 | Gun Gren | gg@x.se | Norr | 2024-01-01\n"
    line.load_table(staff, name="staff.csv", source="staff")
    with line.database.cursor() as cursor:
        names = names_of_persons(export_names(cursor), responsible=("Rita Revisor", "Samordnare"))
    text = "Kalle Konsult, Eva Elm, Gun Gren, AB1234, Rita Revisor; Informationssäkerhetssamordnare, Samordnare"
    assert names.withhold(text) == "[…], […], […], […], […]; Informationssäkerhetssamordnare, Samordnare"


def test_whoever_has_left_is_withheld_too(line):
    """Texts of today may still name them, and nobody may choose a day or an organisation without their names."""
    for day, who in ((date(2026, 1, 1), "ab1234 | Gun Gren"), (date(2026, 6, 1), "cd5678 | Dag Dal")):
        staff = f"AD-konto | Namn | Enhet | Anställningsdatum\n{who} | Norr | 2024-01-01\n"
        line.load_table(staff, name=f"staff {day}.csv", source="staff", extract_date=day)
    with line.database.cursor() as cursor:
        names = names_of_persons(export_names(cursor), responsible=("Rita Revisor",))
    assert names.withhold("Gun Gren, Dag Dal, Rita Revisor, Samordnare") == "[…], […], […], Samordnare"


def test_nothing_is_withheld_without_names():
    assert Names([], []).withhold("Anna Berg") == "Anna Berg"
    assert Names(["", " ", "-"], [""]).withhold("Anna Berg") == "Anna Berg"


SYSTEMS = "Systemnamn | Enhet | Objektägare\nGammasystemet | Norr | Fia Falk\n"
NAMING = "Gammasystemet lades ned av Fia Falk."


@pytest.fixture
def draft(tmp_path):
    with at("draft", tmp_path).held() as found:
        yield found


@pytest.mark.live
def test_a_review_withholds_the_names_of_its_exports_also_of_those_of_another_day(draft):
    """A text of the year may name a system that was replaced, and its owner who has left."""
    draft.load_table(SYSTEMS, name="old.csv", source="systems", extract_date=date(2020, 1, 1))
    review = draft.review()
    draft.decide(review, "Anna Berg reder ut", responsible="Carin Dahl", why="Bo Ek har slutat")
    draft.write(review, "public_comment", "dpia", "Betaportalen väntar på Carin Dahl och Bo Ek.")
    draft.write(review, "public_comment", "access", NAMING)
    draft.write(review, "chapter", "year", "Ett gott år.")
    draft.write(review, "comment", "dpia", "Bara för oss: Anna Berg")
    with draft.database.cursor() as cursor:
        withheld = compute(cursor, review, own=None).withheld
    assert withheld == {
        "Klassa Betaportalen": "Klassa […]",
        "Anna Berg reder ut": "[…] reder ut",
        "Bo Ek har slutat": "[…] har slutat",
        "Betaportalen väntar på Carin Dahl och Bo Ek.": "[…] väntar på […] och […].",
        NAMING: "[…] lades ned av […].",
    }


@pytest.mark.live
def test_a_frozen_review_withholds_names_that_were_loaded_since(draft):
    """The list of those who have left may be loaded after the review was submitted; what is frozen stays."""
    review = draft.review()
    draft.write(review, "public_comment", "dpia", NAMING)
    review = draft.submit(review)
    assert NAMING not in draft.document(review).withheld
    draft.load_table(SYSTEMS, name="old.csv", source="systems", extract_date=date(2020, 1, 1))
    assert draft.document(review).withheld[NAMING] == "[…] lades ned av […]."
    with draft.database.cursor() as cursor:
        frozen = load_frozen(cursor, review.review_id, review.version)
    assert NAMING not in frozen.withheld
    # what it did withhold stays so: the export with the name may have been purged since
    before = replace(frozen, withheld={NAMING: "[…] lades ned av Fia Falk."})
    now = withheld_anew(before, ExportNames(("Fia Falk",), ()))
    assert now.withheld[NAMING] == "[…] lades ned av […]."
