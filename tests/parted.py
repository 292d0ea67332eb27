"""Two organisations in one database: what belongs to each part carries the mark of the part, wherever it is written.

A reader of a part must see no other mark. Each part has a department, a unit, persons, and a row in every export; the
file of a part is called by its mark too.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from compliance.access.scopes import Scope
from compliance.review.reviewing import GROUNDS
from tests import once
from tests.reviewed import Reviewed

ORGANISATION = "Förvaltningen"
OTHER = "Yetiförvaltningen"
DAY = date(2026, 11, 20)
BEFORE = date(2025, 11, 20)


@dataclass(frozen=True)
class Part:
    """A unit with what is its own; all of it is called by its mark."""

    mark: str
    organisation: str
    department: str
    unit: str
    persons: int


NORR = Part("norr", ORGANISATION, "Omsorg", "Norr", 7)
XENO = Part("xeno", ORGANISATION, "Omsorg", "Xenoenheten", 6)
ZEBRA = Part("zebra", ORGANISATION, "Zebraavdelningen", "Zebraenheten", 8)
YETI = Part("yeti", OTHER, "Yetiavdelningen", "Yetienheten", 6)
PARTS = (NORR, XENO, ZEBRA, YETI)
# The parts that a person may be limited to, each with the marks that they must not see.
LIMITS = {
    "organisation": (Scope(ORGANISATION), ("yeti",)),
    "department": (Scope(ORGANISATION, "omsorg"), ("yeti", "zebra")),
    "unit": (Scope(ORGANISATION, None, "Norr"), ("yeti", "zebra", "xeno")),
}
# A row of each export of a part; what is about norrsystemet from elsewhere is in the second row.
TABLES = {
    "training": """
        AD-konto | Kurskod | Kurs | Status | Slutfört datum
        {m}0 | INFOSAK | I | Godkänd | 2026-05-01
        {m}1 | DATASKYDD | D | Godkänd | 2024-12-01
    """,
    "systems": """
        Systemnamn | Enhet | Objektägare | Leverantör | Centralt/lokalt | Behandlar personuppgifter
        {m}systemet | {u} | {m}ägare | Leverantören AB | Lokalt | Ja
    """,
    "classifications": """
        Objekt/System | K | R | T | Klassad datum | Informationsmängd
        {m}systemet | 2 | 2 | 2 | 2026-05-01 | {m}uppgifter
    """,
    "classification_actions": """
        Åtgärds-ID | System | Krav | Status | Ansvarig | Planerat klart
        {m}1 | {m}systemet | Det {m}krävs | Pågår | {m}ansvarig | 2026-09-01
    """,
    "risk_analyses": """
        Risk-ID | Analysobjekt | Analysdatum | Händelse | Riskvärde | Åtgärd
        {m}1 | {m}systemet | 2026-05-01 | Det {m}händer | 12 | Det {m}görs
    """,
    "access_reviews": """
        System | Granskningsdatum | Konton före | Granskade | Borttagna | Granskad av
        {m}systemet | 2026-05-01 | 10 | 10 | 1 | {m}granskaren
    """,
    "processing": """
        Behandlings-ID | Namn | Enhet | Ändamål | System | DPIA krävs
        {m}1 | {m}behandlingen | {u} | {m}ändamål | {m}systemet | Ja
        {m}2 | {m}lånet | {u} | {m}ändamål | norrsystemet | Ja
    """,
    "dpias": """
        DPIA-ID | Behandlings-ID | Krävs | Status
        {m}1 | {m}1 | Ja | Pågår
    """,
    "processors": """
        Avtals-ID | Leverantör | Tjänst/System | Enhet | Status
        {m}1 | Leverantören AB | {m}systemet | {u} | nej
        {m}2 | Leverantören AB | norrsystemet | {u} | nej
    """,
    "procurements": """
        Dnr | Benämning | Beställande enhet | Avtalsdatum | Innehåller IT/information | Klassning gjord
        {m}1 | {m}köpet | {u} | 2026-05-01 | Ja | Nej
    """,
    "incidents": """
        Ärende-ID | Rubrik | Kategori | Upptäcktes | Enhet | Betydande incident | System | Orsak
        {m}1 | {m}rubrik | {m}kategori | 2026-11-19 10:00 | {u} | Ja | {m}systemet | {m}orsak
        {m}2 | {m}rubrik | {m}kategori | 2026-10-19 10:00 | {u} | Nej | norrsystemet | {m}orsak
        {m}3 | {m}rubrik | {m}kategori | 2026-09-19 10:00 | {u} | Ej bedömd | norrsystemet | {m}orsak
    """,
    "breaches": """
        Incident-ID | Enhet | Typ av incident | Vetskap | Anmälningspliktig
        {m}1 | {u} | {m}typ | 2026-11-19 10:00 | Ja
    """,
    "local_instruction": """
        Enhet | Krav/kapitel | Status | Kommentar
        {u} | {m}krav | Ej påbörjad | {m}kommentar
    """,
}
# The exports that say nothing of a unit concern the organisation.
WHOLE = {
    "activities": """
        Aktivitets-ID | Aktivitet | Typ | Granskningspunkt | Startdatum | Slutdatum | Status
        {m}1 | {m}aktivitet | Prioriterat område | 4 | 2026-01-01 | 2026-06-01 | Pågår
    """,
    "dpo_recommendations": """
        År | Område | Rekommendation | Ansvarig | Status | Klart senast
        2026 | {m}område | {m}rekommendation | {m}ansvarig | Öppen | 2026-06-01
    """,
    "deviations": """
        År | Rapport | Område | Avvikelse | Beskrivning | Åtgärd
        2026 | T1 | {m}område | Ja | {m}beskrivning | {m}åtgärd
    """,
    "routines": """
        Rutin | Granskningspunkt | Fastställd
        {m}rutin | 4 | 2026-01-01
    """,
}
STAFF = "AD-konto | Namn | Avdelning | Enhet | Anställningsdatum"


def loaded(folder: Path) -> Reviewed:
    """The two organisations with their exports and a review each, in a folder of the test's own."""
    return Reviewed(folder).copied_from(Reviewed(once.made("parted", _make)))


def _make(folder: Path) -> None:
    with Reviewed(folder).held() as line:
        # a person who has moved from another department: where from must not be seen either
        _load(line, "staff", "norr", f"{STAFF}\nnorr0 | Nils Norrman | Zebraavdelningen | Zebraenheten | 2020-01-01",
              organisation=ORGANISATION, extract_date=BEFORE)  # fmt: skip
        _load(line, "training", "norr", TABLES["training"].format(m="norr"), organisation=ORGANISATION,
              extract_date=BEFORE)  # fmt: skip
        for parts in ((NORR, XENO), (ZEBRA,), (YETI,)):
            _load_parts(line, *parts)
        for organisation, mark in ((ORGANISATION, "zebra"), (OTHER, "yeti")):
            for source, table in WHOLE.items():
                _load(line, source, mark, table.format(m=mark), organisation=organisation, extract_date=DAY)
            _review(line, organisation, mark)


def _load_parts(line: Reviewed, *parts: Part) -> None:
    """Load the rows of some parts of an organisation in files that are called by the first of them."""
    organisation, mark = parts[0].organisation, parts[0].mark
    for source, table in ({"staff": f"{STAFF}\n{{persons}}"} | TABLES).items():
        heading, *rows = table.strip().splitlines()
        filled = [row.format(m=part.mark, u=part.unit, persons=_persons(part)) for part in parts for row in rows]
        fields = {"organisation": organisation, "extract_date": DAY, "completes": ZEBRA in parts}
        _load(line, source, mark, "\n".join([heading, *filled]), **fields)


def _persons(part: Part) -> str:
    return "\n".join(
        f"{part.mark}{n} | {part.mark}a {part.mark}sson{n} | {part.department} | {part.unit} | 2020-01-01"
        for n in range(part.persons)
    )


def _load(line: Reviewed, source: str, mark: str, table: str, **fields: object) -> None:
    text = "\n".join(row.strip() for row in table.strip().splitlines())
    line.load_table(text, name=f"{mark}_{source}_{fields['extract_date']}.csv", source=source, **fields)


def _review(line: Reviewed, organisation: str, mark: str) -> None:
    review = line.open(organisation=organisation)
    line.discuss(review)
    for kind in ("comment", "public_comment"):
        line.write(review, kind, "classification", f"Om {mark}systemet i {mark}enheten.")
    line.write(review, "chapter", GROUNDS, f"Skäl om {mark}enheten.")
    line.decide(review, f"Klassa {mark}systemet", point="classification", due=date(2027, 3, 31))
    if organisation == ORGANISATION:
        line.approve(line.submit(review))
