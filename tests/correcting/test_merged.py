"""Organisations that have become one: rows that are alike in both are two, each with its own outcome."""

from datetime import date

import pytest

from compliance.access.reader import EVERYTHING
from compliance.access.scopes import Scope
from compliance.correcting.renaming import add_alias, add_alias_with
from compliance.counting.assessing import items
from compliance.counting.figures import load_figures
from compliance.counting.incidents import duties
from compliance.counting.system_cards import card, systems
from compliance.counting.tracing import register_row, row_behind
from compliance.declarations.points import point_by
from compliance.extracts.extracting import extract
from compliance.store.database import EVERYTHING_KNOWN
from tests.layers import first_of
from tests.line import POINTS, SOURCES, Line

DAY = date(2026, 11, 24)
ONE = "Norrby"
# The same id in the same row of a file of the same name; of what is sent or signed only one.
INCIDENTS = """
Ärende-ID | Upptäcktes       | Enhet | Betydande incident | Upplysning skickad
1         | 2026-11-23 10:00 | Norr  | Ja                 | {sent}
2         | 2026-11-20 10:00 | Norr  | Ej bedömd          |
"""
BREACHES = """
Incident-ID | Enhet | Vetskap          | Anmälningspliktig | Anmäld till IMY
P1          | Norr  | 2026-11-23 09:00 | Ja                | {sent}
"""
AGREEMENTS = """
Avtals-ID | Leverantör | Tjänst | Status | Avtalsdatum | Giltigt till
A1        | Lev        | {name} | ja     | {signed}    | 2027-01-01
"""
PROCESSINGS = """
Behandlings-ID | Namn | Enhet | System    | Senast granskad
B1             | {name} | Norr  | Journalen | 2026-05-01
"""


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    with Line(tmp_path_factory.mktemp("merged")).held() as made:
        for organisation, name, sent, signed in (
            ("Norra", "Journalen", "2026-11-23 12:00", "2026-01-01"),
            ("Södra", "Journalen, Arkivet", "", ""),
        ):
            said = {"extract_date": DAY, "organisation": organisation}
            made.load_table(INCIDENTS.format(sent=sent), name="i.csv", source="incidents", **said)
            made.load_table(BREACHES.format(sent=sent), name="b.csv", source="breaches", **said)
            made.load_table(AGREEMENTS.format(name=name, signed=signed), name="a.csv", source="processors", **said)
            made.load_table(PROCESSINGS.format(name=name), name="p.csv", source="processing", **said)
            add_alias(
                made.database,
                kind="organisation",
                old=organisation,
                new=ONE,
                valid_from=date(2026, 11, 1),
                order=made.order(),
            )
        register = "Systemnamn | Enhet | Leverantör\nJournalen | Norr | Lev\nArkivet | Norr | Lev"
        made.load_table(register, name="s.csv", extract_date=DAY, source="systems", organisation="Norra")
        yield made


@pytest.mark.exhaustive
def test_each_report_stands_once_for_each_incident(merged):
    with merged.database.cursor() as cursor:
        place = Scope(ONE)
        found = duties(cursor, POINTS, as_of=DAY, known_at=EVERYTHING_KNOWN, place=place, own=None, reader=EVERYTHING)
    assert sorted((duty.kind, duty.id, duty.sent is not None, duty.outcome) for duty in found) == [
        ("assessment", "2", False, "unknown"),
        ("assessment", "2", False, "unknown"),
        ("breach", "P1", False, "pending"),
        ("breach", "P1", True, "met"),
        ("early_warning", "1", False, "unmet"),
        ("early_warning", "1", True, "met"),
        ("notification", "1", False, "pending"),
        ("notification", "1", False, "pending"),
    ]


@pytest.mark.exhaustive
def test_each_agreement_and_processing_of_a_system_stands_once_with_its_own_outcome(merged):
    with merged.database.cursor() as cursor:
        asked = {"organisation": ONE, "as_of": DAY, "known_at": EVERYTHING_KNOWN, "reader": EVERYTHING}
        found = card(cursor, POINTS, load_figures(None), system="Journalen", **asked)
        listed = systems(cursor, POINTS, as_of=DAY, known_at=EVERYTHING_KNOWN, reader=EVERYTHING)
    assert [(row["service"], row["outcome"]) for row in found.agreements] == [
        ("Journalen, Arkivet", "unmet"),
        ("Journalen", "met"),
    ]
    assert [(row["name"], row["outcome"]) for row in found.processings] == [
        ("Journalen", "unknown"),
        ("Journalen, Arkivet", "unknown"),
    ]
    # one agreement in order is enough, and that of the archive is not signed
    assert {row["system"]: row["agreement_outcome"] for row in listed} == {"Journalen": "met", "Arkivet": "unmet"}


# --- The row behind each ---------------------------------------------------------------------------------------------

HANDLED = """
Ärende-ID | Upptäcktes | Enhet | Stängd   | Orsak | Åtgärd   | Rubrik
1         | 2026-05-01 | Norr  | {closed} | Fel   | {action} | {title}
"""
AWARE = """
Incident-ID | Enhet | Vetskap          | Anmälningspliktig | Anmäld till IMY | Motivering försening
P1          | Norr  | 2026-05-04 09:00 | Ja                | {sent}          | {why}
"""
REGISTER = "Systemnamn | Enhet | Leverantör\n{system} | Norr | {supplier}"


@pytest.fixture(scope="module")
def alike(tmp_path_factory):
    """Two that have become one, each with the same id in the same row of a file of the same name."""
    with Line(tmp_path_factory.mktemp("alike")).held() as made:
        for organisation, closed, sent in (("Norra", "2026-05-10", "2026-05-05 09:00"), ("Södra", "", "")):
            said = {"extract_date": DAY, "organisation": organisation}
            text = HANDLED.format(closed=closed, action="Byte", title=f"Av {organisation}")
            made.load_table(text, name="i.csv", source="incidents", **said)
            text = AWARE.format(sent=sent, why=f"Av {organisation}")
            made.load_table(text, name="b.csv", source="breaches", **said)
            text = REGISTER.format(system=f"System {organisation}", supplier=organisation)
            made.load_table(text, name="s.csv", source="systems", **said)
            with made.database.writing() as cursor:
                called = {"kind": "organisation", "old": organisation, "new": ONE, "valid_from": date(2026, 11, 1)}
                add_alias_with(cursor, **called, order=made.order())
        yield made


@pytest.mark.live
@pytest.mark.parametrize(
    ("name", "column", "told"),
    first_of(
        [
            ("incidents", "title", {("Av Norra", "met", None), ("Av Södra", "unmet", "open_too_long")}),
            ("breaches", "delay_reason", {("Av Norra", "met", None), ("Av Södra", "unmet", "not_notified")}),
        ]
    ),
)
def test_an_extract_has_each_row_once_with_its_own_outcome(alike, name, column, told):
    with alike.database.cursor() as cursor:
        found = extract(
            cursor, name, points=POINTS, as_of=DAY, known_at=EVERYTHING_KNOWN, reader=EVERYTHING
        ).table.to_pylist()
    assert sorted((row[column], row["outcome"], row["reason"]) for row in found) == sorted(told, key=str)


@pytest.mark.parametrize(
    ("point", "column", "told"),
    first_of(
        [
            ("incident_handling", "title", {"met": "Av Norra", "unmet": "Av Södra"}),
            ("gdpr_reporting", "delay_reason", {"met": "Av Norra", "unmet": "Av Södra"}),
        ]
    ),
)
def test_the_row_behind_an_item_is_its_own(alike, point, column, told):
    asked = point_by(POINTS, point)
    with alike.database.cursor() as cursor:
        found = items(cursor, asked, as_of=DAY, known_at=EVERYTHING_KNOWN).to_pylist()
        behind = {item["outcome"]: row_behind(cursor, asked, item, SOURCES, reader=EVERYTHING) for item in found}
    assert {item["file"] for item in found} == {
        alike.rows("select file from imports where source = $source", source=asked.needs[0])[0]["file"]
    }
    assert {outcome: {f[0]: f[2] for f in row.fields}[column] for outcome, row in behind.items()} == told


@pytest.mark.parametrize("organisation", first_of(["Södra", "Norra"]))
def test_the_row_of_the_register_behind_a_system_is_its_own(alike, organisation):
    with alike.database.cursor() as cursor:
        asked = {"organisation": ONE, "as_of": DAY, "known_at": EVERYTHING_KNOWN, "reader": EVERYTHING}
        register = card(cursor, POINTS, load_figures(None), system=f"System {organisation}", **asked).register
        row = register_row(cursor, register, SOURCES, as_of=DAY, known_at=EVERYTHING_KNOWN, reader=EVERYTHING)
    assert {name: value for name, _, value in row.fields}["supplier"] == organisation
