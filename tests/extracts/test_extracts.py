"""Extracts: files read back, texts that look like formulas, words and titles, and the command that writes them."""

import csv
import io
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from compliance.access.permissions import ANALYST, MANAGEMENT, combined
from compliance.access.reader import Withheld
from compliance.access.withholding import Names
from compliance.commands.cli import app
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.counting.separated import harmless
from compliance.declarations.points import point_by
from compliance.declarations.queries import names
from compliance.extracts.declared import extract_by, extract_names, load_extracts
from compliance.extracts.extracting import Extract, extract
from compliance.extracts.files import as_bytes, kind_of, write
from compliance.extracts.words import dictionary, titled
from compliance.loading.loading import Order
from compliance.review.deciding import DecisionContent, decide
from compliance.review.reviewing import open_review
from compliance.store.database import EVERYTHING_KNOWN
from tests.line import POINTS, Line
from tests.readers import MINE, THEIRS, reader

AS_OF = date(2026, 11, 24)
SV, EN = Language("sv"), Language("en")
KINDS: tuple[Any, ...] = ("csv", "swedish_csv", "xlsx", "parquet")

SYSTEMS = """
System       | Enhet | Objektledare | Centralt/lokalt | Behandlar personuppgifter
=cmd!A1      | Norr  | Eva          | Lokalt          | Ja
+46 8 123    | Norr  |              | Lokalt          | Nej
-1           | Söder |              | Centralt        |
@summa       | Söder | Örjan Åkesson | Lokalt         | Ja
Väg; "bred"  | Norr  |              | Lokalt          | Ja
"""
STAFF = """
AD-konto | Namn       | Enhet | Avdelning | Anställningsdatum
a1       | Eva Larsson| Norr  | Vård      | 2020-01-01
a2       | Bo Ek      | Söder | Skola     | 2020-01-01
"""
TRAINING = """
AD-konto | Kurs | Kurskod | Status  | Slutfört datum | Giltig till
a1       | Kurs | ISEC    | Godkänd | 2026-01-01     | 2026-12-31
"""
INCIDENTS = """
Ärende-ID | Rubrik      | Enhet | Upptäcktes       | Stängd | Orsak | Allvarlighetsgrad
I1        | Stulen dator | Norr | 2026-05-01 14:30 |        | Inbrott | Hög
I2        | Röjande     | Söder | 2026-05-02       |        |       | Låg
"""
CLASSIFIED = """
System   | Klassad    | Giltig till
@summa   | 2026-03-01 | tillsvidare
"""
# No spreadsheet program may run these, and they must come back unchanged.
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    'say "hej"; then,',
    "line one\nline two\r\nline three",
    "åäö ÅÄÖ",
    "no\N{NO-BREAK SPACE}break",
    " ends with a space ",
    "'=1",
    "#N/A",
    "1,5",
    "TRUE",
    "<b>&amp;</b>",
    "",
    None,
)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A database with a few exports of each kind, held open."""
    with Line(tmp_path_factory.mktemp("extracts")).held() as line:
        line.load_table(SYSTEMS, source="systems")
        line.load_table(STAFF)
        line.load_table(TRAINING)
        line.load_table(INCIDENTS, source="incidents")
        line.load_table(CLASSIFIED, source="classifications")
        yield line


def taken(line: Line, name: str, *, point: str | None = None, **options: Any) -> Extract:
    """The extract of a line in its current state, computed once."""
    key = (line.folder, line.loads, name, point, *options.items())
    if key not in TAKEN:
        TAKEN[key] = freshly_taken(line, name, point=point, **options)
    return TAKEN[key]


TAKEN: dict[Any, Extract] = {}


def freshly_taken(line: Line, name: str, *, point: str | None = None, **options: Any) -> Extract:
    only = point_by(POINTS, point) if point else None
    with line.database.cursor() as cursor:
        return extract(
            cursor,
            name,
            points=POINTS,
            as_of=AS_OF,
            known_at=EVERYTHING_KNOWN,
            point=only,
            **{"reader": MINE} | options,
        )


def taken_together(line: Line, wanted: Iterable[str], **options: Any) -> dict[str, Extract]:
    """Several extracts of a line, for which what they share is counted once."""
    known: dict[str, pa.Table] = {}
    return {name: freshly_taken(line, name, known=known, **options) for name in wanted}


def read_csv(content: bytes, *, delimiter: str, encoding: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter))


def book(wanted: Extract, language: Language) -> Any:
    return openpyxl.load_workbook(io.BytesIO(as_bytes(wanted, kind="xlsx", language=language)))


def with_labels(line: Line, labels: tuple[str | None, ...]) -> Extract:
    """An extract of items whose labels are these texts."""
    wanted = taken(line, "items", point="classification")
    rows = [wanted.table.slice(0, 1).to_pylist()[0] | {"label": label} for label in labels]
    return replace(wanted, table=pa.Table.from_pylist(rows, schema=wanted.table.schema))


# --- declarations --------------------------------------------------------------------------------


def test_every_statement_is_an_extract_with_texts_in_both_languages() -> None:
    assert sorted(extract_names()) == list(names("extracts"))
    for definition in load_extracts():
        assert set(definition.title) == set(definition.purpose) == {"sv", "en"}
        for column in definition.columns:
            assert set(column.title) == set(column.meaning) == {"sv", "en"}, f"{definition.id}.{column.name}"
        types = {column.name: column.type for column in definition.columns}
        told = [types.get(name) for name in ("as_of", "organisation", "point_id")]
        assert told == ["date", "varchar", "varchar"], definition.id


@pytest.mark.parametrize("language", [SV, EN], ids=["sv", "en"])
def test_no_two_columns_of_an_extract_share_a_title(language: Language) -> None:
    for definition in load_extracts():
        titles = [language.pick(column.title) for column in definition.columns]
        assert len(set(titles)) == len(titles), definition.id


def test_the_dictionary_says_title_name_type_and_meaning() -> None:
    columns = dictionary(extract_by("missing"), SV)
    assert columns[0] == ("Förvaltning", "organisation", "text", "vilken förvaltning det gäller")
    assert ("Förfaller", "due", "datum", "när kravet förfaller eller slutar gälla, eller tomt") in columns
    status = next(column for column in dictionary(extract_by("coverage"), SV) if column[1] == "status")
    assert status[3].startswith("täckningen mot mål och gräns: Når målet, Nära")
    both = {column[1]: column for column in dictionary(extract_by("coverage"), EN, codes=True)}
    assert both["basis"][3].endswith(": Yes (true), No (false)")
    assert both["coverage"][2] == "per cent"


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(Refusal, match="Did you mean incidents"):
        extract_by("incident")


@pytest.mark.live
def test_a_point_is_refused_for_an_extract_that_has_none(loaded: Line) -> None:
    with pytest.raises(Refusal, match="not divided by review points"):
        taken(loaded, "incidents", point="4")


@pytest.mark.live
def test_only_the_point_asked_for(loaded: Line) -> None:
    assert set(taken(loaded, "missing", point="1").table["id"].to_pylist()) == {"information_security_training"}
    assert set(taken(loaded, "missing").table["point"].to_pylist()) == {1, 4, 5, 11}
    assert set(taken(loaded, "coverage", point="4").table["id"].to_pylist()) == {"classification"}


@pytest.mark.live
def test_only_the_organisation_asked_for(line: Line) -> None:
    line.load_table(SYSTEMS, source="systems", organisation="Ena")
    line.load_table("System | Enhet\nAlfa | Norr", source="systems", organisation="Andra")
    wanted = taken(line, "items", point="4", organisation="Andra")
    assert set(wanted.table["organisation"].to_pylist()) == {"Andra"}
    assert {row["organisation"] for row in wanted.imports} == {"Andra"}
    assert wanted.table["item"].to_pylist() == ["Alfa"]


@pytest.mark.live
def test_an_empty_database_gives_a_heading(tmp_path: Path, exhaustively: bool) -> None:
    wanted = [name for name in extract_names() if exhaustively or name not in COUNTS]
    with Line(tmp_path).held() as bare:
        every = taken_together(bare, wanted)
    for name, kind in product(every, KINDS):
        content = as_bytes(every[name], kind=kind, language=SV)
        assert len(content) > 20, (name, kind)


def test_nothing_stays_registered_after_an_extract(loaded: Line) -> None:
    with loaded.database.cursor() as cursor:
        one = point_by(POINTS, "1")
        extract(cursor, "coverage", points=POINTS, as_of=AS_OF, known_at=EVERYTHING_KNOWN, point=one, reader=MINE)
        cursor.execute("select view_name from duckdb_views() where view_name in ('counted', 'point_items')")
        assert cursor.fetchall() == []


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.live
def test_without_names_nobody_is_named(loaded: Line) -> None:
    people = taken(loaded, "items", point="1", reader=THEIRS).table
    for name in ("item", "label", "department", "unit", "file", "sheet", "row"):
        assert set(people[name].to_pylist()) == {None}, name
    assert people["outcome"].to_pylist() == ["met", "unmet"]
    things = taken(loaded, "items", point="4", reader=THEIRS).table
    assert None not in things["label"].to_pylist()
    described = taken(loaded, "missing", point="11", reader=THEIRS).table
    assert described["item"].to_pylist() == ["I2", "I1"]
    assert described["label"].to_pylist() == [None, None]
    incidents = taken(loaded, "incidents", reader=THEIRS).table
    assert set(incidents["title"].to_pylist()) == set(incidents["cause"].to_pylist()) == {None}
    assert set(taken(loaded, "systems", reader=THEIRS).table["object_leader"].to_pylist()) == {None}


def staff_of(*units: tuple[str, str, int]) -> str:
    people = [
        f"{unit}{n} | {unit} | {department} | 2020-01-01" for unit, department, many in units for n in range(many)
    ]
    return "\n".join(["AD-konto | Enhet | Avdelning | Anställningsdatum", *people])


# Organisations with few persons in some of their units.
FEW = {
    "Ena": (("Norr", "Vård", 7), ("Öster", "Vård", 3), ("Väster", "Vård", 2), ("Söder", "Skola", 5)),
    "Andra": (("Norr", "Vård", 7), ("Öster", "Vård", 6), ("Söder", "Skola", 4), ("Hamn", "Teknik", 9)),
    "Tredje": (("Norr", "Vård", 7), ("Öster", "Skola", 6), ("Löst", "", 2)),
}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with Line(tmp_path_factory.mktemp("few")).held() as line:
        for organisation, units in FEW.items():
            line.load_table(staff_of(*units), organisation=organisation)
            line.load_table(TRAINING.replace("a1", f"{organisation}1"), organisation=organisation)
        line.load_table("System | Enhet\nAlfa | Väster", source="systems", organisation="Ena")
        yield line


def parts_shown(line: Line, organisation: str) -> list[tuple[Any, ...]]:
    rows = taken(line, "coverage", point="1", reader=THEIRS).table.to_pylist()
    return [(r["level"], r["department"], r["unit"], r["unmet"]) for r in rows if r["organisation"] == organisation]


@pytest.mark.live
def test_without_names_units_of_few_persons_are_added_up_as_others(few: Line) -> None:
    assert parts_shown(few, "Ena") == [
        ("organisation", None, None, 17),
        ("department", "Skola", None, 5),
        ("department", "Vård", None, 12),
        ("unit", "Skola", "Söder", 5),
        ("unit", "Vård", "Norr", 7),
        ("other_units", "Vård", None, 5),
    ]
    # points about things hide nothing
    systems = taken(few, "coverage", point="4", organisation="Ena", reader=THEIRS).table
    assert systems["unit"].to_pylist() == [None, None, "Väster"]
    titles = titled(taken(few, "coverage", point="1", reader=THEIRS), SV).to_pylist()
    assert [row["Nivå"] for row in titles if row["Förvaltning"] == "Ena"].count("Övriga enheter") == 1


def test_without_names_no_small_unit_can_be_derived_by_subtraction(few: Line) -> None:
    """The whole minus Vård and Teknik would be the 4 of Skola, so Teknik, the smaller, is hidden too."""
    assert parts_shown(few, "Andra") == [
        ("organisation", None, None, 26),
        ("department", "Vård", None, 13),
        ("unit", "Vård", "Norr", 7),
        ("unit", "Vård", "Öster", 6),
        ("other_units", None, None, 13),
    ]


def test_without_names_units_without_department_are_the_rest(few: Line) -> None:
    """The whole minus the departments would be the 2 without a department."""
    assert parts_shown(few, "Tredje") == [
        ("organisation", None, None, 15),
        ("department", "Vård", None, 7),
        ("unit", "Vård", "Norr", 7),
        ("other_units", None, None, 8),
    ]


@pytest.mark.live
def test_without_names_units_of_few_persons_are_one_row(few: Line) -> None:
    """Also where only two persons have no department; whoever may see persons has a row of each unit."""
    theirs, mine = (taken(few, "units", reader=who).table.to_pylist() for who in (THEIRS, MINE))
    assert [tuple(row[name] for name in ("organisation", "unit", "units", "employed")) for row in theirs] == [
        *(("Andra", "Norr", 1, 7), ("Andra", "Öster", 1, 6), ("Andra", None, 2, 13)),
        *(("Ena", "Söder", 1, 5), ("Ena", "Norr", 1, 7), ("Ena", None, 2, 5)),
        *(("Tredje", "Norr", 1, 7), ("Tredje", None, 2, 8)),
    ]
    own = {row["unit"]: row["employed"] for row in mine if row["organisation"] == "Ena"}
    assert own == {"Norr": 7, "Öster": 3, "Väster": 2, "Söder": 5}


@pytest.mark.live
def test_without_names_courses_are_by_month_and_units_of_few_persons_one(line: Line, exhaustively: bool) -> None:
    line.load_table(staff_of(*FEW["Ena"]))
    passed = "{} | Kurs | ISEC | Godkänd | 2026-01-01 | 2026-12-31"
    persons = ("Öster0", "Väster1", "Norr0")
    line.load_table("\n".join([TRAINING.strip().splitlines()[0], *map(passed.format, persons)]))
    with pytest.raises(Refusal, match="not allowed"):
        taken(line, "courses", reader=THEIRS)
    rows = taken(line, "courses_by_month", reader=THEIRS).table.to_pylist()
    january = [row for row in rows if row["month_end"] == date(2026, 1, 31)]
    assert [(row["level"], row["unit"], row["completed"]) for row in january] == [
        ("unit", "Norr", 1),
        ("other_units", None, 2),
    ]
    if exhaustively:
        own = taken(line, "courses_by_month", reader=MINE).table.filter(pc.field("completed") > 0)
        assert {*own["unit"].to_pylist()} == {"Öster", "Väster", "Norr"}


def test_an_organisation_of_few_persons_has_no_number_of_them(line: Line) -> None:
    line.load_table(staff_of(("Norr", "Vård", 3), ("Söder", "Vård", 1)))
    (row,) = taken(line, "units", reader=THEIRS).table.to_pylist()
    assert (row["level"], row["units"], row["employed"]) == ("other_units", 2, None)


# A name in the free text of every kind of export.
NAMED = {
    "processing": """
    Behandlings-ID | Namn                  | Enhet
    P1             | Löner hos Eva Larsson | Norr
    """,
    "routines": """
    Rutin              | Granskningspunkt | Fastställd
    Eva Larssons rutin | 4                | 2026-01-01
    """,
    "activities": """
    Aktivitets-ID | Aktivitet                 | Typ       | Ansvarig    | Slutdatum  | Status
    V1            | Gå igenom med Eva Larsson | Aktivitet | Eva Larsson | 2026-12-01 | Pågår
    """,
    "deviations": """
    År   | Rapport | Område | Avvikelse | Beskrivning | Åtgärd              | Ansvarig
    2026 | T1      | Rutin  | Ja        | Saknas      | Eva Larsson skriver | Eva Larsson
    """,
    "systems": """
    Systemnamn | Förvaltningsobjekt  | Leverantör     | Enhet
    Alfa       | Eva Larssons objekt | Eva Larsson AB | Norr
    """,
}
# The extracts without free text, which take longest.
COUNTS = {"coverage", "trend", "outlook", "figures"}


@pytest.mark.live
def test_without_names_free_text_has_its_names_removed(line: Line, exhaustively: bool) -> None:
    for source, table in NAMED.items():
        line.load_table(table, name=f"{source} Eva Larsson.csv", source=source)
    withheld: list[str] = []

    class Heard(Names):
        def withhold(self, text: str) -> str:
            withheld.append(text)
            return super().withhold(text)

    names = Heard(["Eva Larsson"], [])
    theirs, known, found = replace(THEIRS, withheld=Withheld(lambda: names)), {}, {}
    wanted = [each.id for each in load_extracts() if each.permitted(theirs)]
    for name in (name for name in wanted if exhaustively or name not in COUNTS):
        withheld.clear()
        found[name] = rows = freshly_taken(line, name, reader=theirs, known=known).table.to_pylist()
        assert "Larsson" not in str(rows), name
        # it was there before it was withheld, except where another rule empties the column
        assert ("Larsson" in str(withheld)) == (bool(rows) and name not in COUNTS), name
    systems = found["systems"][0]
    assert (systems["system"], systems["object"], systems["supplier"]) == ("Alfa", "[…] objekt", "[…] AB")


def test_decisions_are_for_those_who_may_read_the_review(line: Line) -> None:
    order = Order("test")
    review = open_review(line.database, year=2026, as_of=AS_OF, order=order, today=AS_OF)
    content = DecisionContent("Eva Larsson klassar", point="classification", responsible="Eva Larsson")
    decide(line.database, review.review_id, content, order=order, points=tuple(point.id for point in POINTS))
    (decided,) = taken(line, "decisions").table.to_pylist()
    assert (decided["decision"], decided["responsible"], decided["review_state"]) == ("2026-1", "Eva Larsson", "draft")
    with pytest.raises(Refusal, match="not allowed"):
        taken(line, "decisions", reader=THEIRS)
    both = reader(combined([ANALYST, MANAGEMENT]), names=["Eva Larsson"])
    (row,) = taken(line, "decisions", reader=both).table.to_pylist()
    assert (row["text"], row["responsible"]) == ("[…] klassar", None)


@pytest.mark.live
def test_without_names_a_text_of_a_single_incident_is_left_out(line: Line) -> None:
    line.load_table(
        """
        Ärende-ID | Upptäcktes | Enhet | Kategori      | Allvarlighetsgrad | Status
        I1        | 2026-05-01 | Norr  | Phishing      | Hög               | Öppen
        I2        | 2026-05-02 | Norr  | phishing      | Hög               | Öppen
        I3        | 2026-05-03 | Norr  | Phishing      | Hög               | Öppen
        I4        | 2026-05-04 | Norr  | Eva glömde en pärm | Eva vet      | Fråga Eva
        """,
        source="incidents",
    )
    line.load_table(
        """
        Incident-ID | Enhet | Vetskap    | Typ av incident
        B1          | Norr  | 2026-05-01 | Eva glömde en pärm
        """,
        source="breaches",
    )
    wanted = ("items", "missing", "incidents", "incident_months", "breaches")
    theirs = taken_together(line, wanted, reader=THEIRS)
    assert {*theirs["incident_months"].table["category"].to_pylist()} == {None, "Phishing"}
    incidents = theirs["incidents"].table
    assert incidents["category"].to_pylist() == [None, "Phishing", "phishing", "Phishing"]
    assert incidents["severity"].to_pylist() == [None, "Hög", "Hög", "Hög"]
    assert incidents["status"].to_pylist() == [None, "Öppen", "Öppen", "Öppen"]
    for name, found in theirs.items():
        assert "Eva" not in str(found.table.to_pylist()), name


@pytest.mark.live
def test_without_names_the_order_of_rows_reveals_no_unit(line: Line) -> None:
    line.load_table(staff_of(("Norr", "Vård", 2), ("Söder", "Vård", 2)))
    passed = "{} | Kurs | ISEC | Godkänd | 2026-01-01 | 2026-12-31"
    line.load_table("\n".join([TRAINING.strip().splitlines()[0], passed.format("Norr0"), passed.format("Söder1")]))
    line.load_table("System | Enhet\nBeta | Norr\nAlfa | Söder", source="systems")
    # person by person in each unit it was met, unmet, unmet, met
    mine, ordered = (taken_together(line, ("items",), reader=who)["items"].table for who in (MINE, THEIRS))
    assert mine["outcome"].to_pylist()[:4] == ["met", "unmet", "unmet", "met"]
    assert ordered["outcome"].to_pylist()[:4] == ["met", "met", "unmet", "unmet"]
    assert ordered["point"].to_pylist() == mine["point"].to_pylist()
    assert ordered["item"].to_pylist()[-2:] == ["Beta", "Alfa"]


# --- CSV -----------------------------------------------------------------------------------------


def test_plain_csv_has_names_codes_and_points(loaded: Line) -> None:
    content = as_bytes(taken(loaded, "coverage", point="1"), kind="csv", language=SV)
    assert content.startswith(b"as_of,point,id,level,organisation,")
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == 6
    rows = read_csv(content, delimiter=",", encoding="utf-8")
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["as_of"], first["coverage"], first["status"], first["basis"]) == ("2026-11-24", "0.5", "red", "true")
    assert first["unit"] == ""


def test_swedish_csv_has_a_mark_semicolons_commas_and_words(loaded: Line) -> None:
    content = as_bytes(taken(loaded, "coverage", point="1"), kind="swedish_csv", language=EN)
    assert content.startswith(b"\xef\xbb\xbfAvst")
    assert content.count(b"\n") == content.count(b"\r\n") == 6
    rows = read_csv(content, delimiter=";", encoding="utf-8-sig")
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["Avstämningsdatum"] == "2026-11-24"
    assert first["Täckning"] == "0,5"
    assert first["Status"] == "Under gränsen"
    assert first["Underlag finns"] == "Ja"
    assert first["Granskningspunkt"] == "E-utbildning: Informationssäkerhet för medarbetare i staden"


@pytest.mark.live
def test_codes_become_words_and_reasons_the_words_of_their_point(loaded: Line) -> None:
    rows = titled(taken(loaded, "missing"), SV).to_pylist()
    points = {(row["Punkt"], row["Utfall"], row["Skäl"]) for row in rows}
    assert (1, "Ej uppfyllt", "Ej påbörjad") in points
    assert (4, "Ej uppfyllt", "Inte klassat") in points
    assert (5, "Uppgift saknas", "Uppgift saknas i exporten") in points
    assert (11, "Ej uppfyllt", "Öppen för länge") in points
    incidents = titled(taken(loaded, "incidents"), SV).to_pylist()
    assert {row["Skäl"] for row in incidents} == {"Öppen för länge"}


def test_the_detail_of_a_reason_is_put_into_words(line: Line) -> None:
    line.load_table(
        """
        Behandlings-ID | Namn    | Enhet | Personuppgiftsansvarig | Ändamål | Tredjeland
        P1             | Journal | Norr  | Nämnden                | Vård    | Nej
        """
    )
    wanted = taken(line, "items", point="8")
    assert wanted.table["detail"].to_pylist() == ["dpo, data_subjects, data_categories, recipients, reviewed"]
    assert titled(wanted, SV)["Vad som saknas"].to_pylist() == [
        "Dataskyddsombud, Kategorier registrerade, Kategorier personuppgifter, Kategorier mottagare, Senast granskad"
    ]


def test_an_unknown_code_stays(loaded: Line) -> None:
    wanted = taken(loaded, "items", point="4")
    strange = replace(wanted, table=wanted.table.slice(0, 1).set_column(8, "reason", pa.array(["new_code"])))
    assert titled(strange, SV)["Skäl"].to_pylist() == ["new_code"]


def test_a_time_without_a_time_of_day_is_a_date_in_swedish(loaded: Line) -> None:
    wanted = taken(loaded, "incidents")
    swedish = read_csv(as_bytes(wanted, kind="swedish_csv", language=SV), delimiter=";", encoding="utf-8-sig")
    plain = read_csv(as_bytes(wanted, kind="csv", language=SV), delimiter=",", encoding="utf-8")
    at = swedish[0].index("Upptäcktes")
    assert [row[at] for row in swedish[1:]] == ["2026-05-02", "2026-05-01 14:30:00"]
    assert [row[at] for row in plain[1:]] == ["2026-05-02 00:00:00", "2026-05-01 14:30:00"]


@pytest.mark.parametrize(("kind", "delimiter"), [("csv", ","), ("swedish_csv", ";")])
def test_hostile_texts_come_back_as_texts(loaded: Line, kind: Any, delimiter: str) -> None:
    wanted = with_labels(loaded, HOSTILE)
    rows = read_csv(as_bytes(wanted, kind=kind, language=SV), delimiter=delimiter, encoding="utf-8-sig")
    assert {len(row) for row in rows} == {17}
    labels = [row[6] for row in rows[1:]]
    assert labels == [harmless(label) if label else "" for label in HOSTILE]
    assert not [text for text in labels if text[:1] in "=+-@\t\r" and text]


@pytest.mark.parametrize("kind", ["csv", "swedish_csv"])
def test_a_negative_number_is_a_number_and_a_text_that_looks_like_one_is_not(loaded: Line, kind: Any) -> None:
    wanted = with_labels(loaded, ("-1", "-1,5"))
    table = wanted.table.append_column("number", pa.array([-1, -1])).append_column("share", pa.array([-1.5, -0.25]))
    columns = (
        *wanted.definition.columns,
        *[replace(wanted.definition.columns[0], name=n) for n in ("number", "share")],
    )
    wanted = replace(wanted, table=table, definition=replace(wanted.definition, columns=columns))
    delimiter, mark = (",", ".") if kind == "csv" else (";", ",")
    rows = read_csv(as_bytes(wanted, kind=kind, language=SV), delimiter=delimiter, encoding="utf-8-sig")
    assert [row[6] for row in rows[1:]] == ["'-1", "'-1,5"]
    assert [row[17:] for row in rows[1:]] == [["-1", f"-1{mark}5"], ["-1", f"-0{mark}25"]]


def test_harmless_leaves_everything_but_dangerous_texts() -> None:
    assert [harmless(value) for value in ("=1", "+1", "-1", "@a", "\ta", "\ra")] == [
        "'=1",
        "'+1",
        "'-1",
        "'@a",
        "'\ta",
        "'\ra",
    ]
    assert [harmless(value) for value in (-1, -1.5, None, True, "a=1", "", "1-2")] == [
        -1,
        -1.5,
        None,
        True,
        "a=1",
        "",
        "1-2",
    ]


@pytest.mark.live
def test_a_system_named_like_a_formula_passes_the_whole_line(loaded: Line) -> None:
    wanted = taken(loaded, "systems")
    rows = read_csv(as_bytes(wanted, kind="csv", language=SV), delimiter=",", encoding="utf-8")
    assert [row[3] for row in rows[1:]] == ["'-1", "'@summa", "'+46 8 123", "'=cmd!A1", 'Väg; "bred"']
    sheet = book(wanted, SV).worksheets[0]
    assert [sheet.cell(row, 4).value for row in range(2, 7)] == ["-1", "@summa", "+46 8 123", "=cmd!A1", 'Väg; "bred"']


def test_an_open_end_is_written_as_the_date_it_is(loaded: Line) -> None:
    wanted = taken(loaded, "items", point="4")
    table = wanted.table.set_column(10, "due", pa.array([date(9999, 12, 31)] * len(wanted.table), pa.date32()))
    wanted = replace(wanted, table=table)
    for kind, delimiter in (("csv", ","), ("swedish_csv", ";")):
        rows = read_csv(as_bytes(wanted, kind=kind, language=SV), delimiter=delimiter, encoding="utf-8-sig")
        assert rows[1][10] == "9999-12-31"
    assert book(wanted, SV).worksheets[0].cell(2, 11).value == datetime(9999, 12, 31)


# --- Excel ---------------------------------------------------------------------------------------


def test_a_workbook_has_rows_dictionary_and_source(loaded: Line) -> None:
    read = book(taken(loaded, "missing", point="1"), SV)
    data, columns, about = read.worksheets
    assert data["A1"].value == "Förvaltning"
    assert data["A1"].font.bold
    assert not data["A2"].font.bold
    assert data.freeze_panes == columns.freeze_panes == "A2"
    table = data.tables["missing"]
    assert (table.ref, table.autoFilter.ref) == ("A1:R2", "A1:R2")
    assert table.column_names == [cell.value for cell in data[1]]
    assert 8 <= data.column_dimensions["A"].width <= 60
    assert [cell.value for cell in columns[2]] == [
        "Förvaltning",
        "organisation",
        "text",
        "vilken förvaltning det gäller",
    ]
    about_facts = {row[0].value: row[1].value for row in about.iter_rows(min_row=2)}
    assert datetime(2026, 11, 24) in about_facts.values()
    assert "Arbetslistan" in about_facts.values()
    assert any("export.csv" in str(value) and "2026-11-01" in str(value) for value in about_facts.values())


def test_a_workbook_speaks_the_language_asked_for(loaded: Line) -> None:
    english = book(taken(loaded, "missing", point="1"), EN)
    assert english.sheetnames == ["Data", "Columns", "About"]
    assert [cell.value for cell in english.worksheets[0][1]][3:9] == [
        "Point",
        "Review point",
        "Item",
        "Label",
        "Outcome",
        "Reason",
    ]


def test_texts_in_a_workbook_are_never_formulas_or_errors(loaded: Line) -> None:
    sheet = book(with_labels(loaded, HOSTILE), SV).worksheets[0]
    cells = [sheet.cell(row, 7) for row in range(2, len(HOSTILE) + 2)]
    for cell, label in zip(cells, HOSTILE, strict=True):
        assert (cell.value or "").replace("\r\n", "\n").lstrip("\r\n") == (label or "").replace("\r\n", "\n").lstrip(
            "\r"
        )
        assert cell.data_type in {"s", "inlineStr", "n"} if label else True
        assert cell.data_type not in {"f", "e", "b"}
        assert cell.quotePrefix == ((label or "x")[0] in "=+-@\t\r")


def test_numbers_dates_and_times_in_a_workbook_keep_their_types(loaded: Line) -> None:
    sheet = book(taken(loaded, "incidents"), SV).worksheets[0]
    heading = [cell.value for cell in sheet[1]]
    newest, oldest = sheet[2], sheet[3]
    at = heading.index("Upptäcktes")
    assert (newest[at].value, newest[at].number_format) == (datetime(2026, 5, 2), "yyyy-mm-dd")
    assert (oldest[at].value, oldest[at].number_format) == (datetime(2026, 5, 1, 14, 30), "yyyy-mm-dd hh:mm")
    assert newest[heading.index("Dagar öppen")].value == 206
    assert newest[heading.index("Förfaller")].value == datetime(2026, 6, 1)


def test_a_share_in_a_workbook_is_per_cent_and_a_date_a_date(loaded: Line) -> None:
    sheet = book(taken(loaded, "coverage", point="1"), SV).worksheets[0]
    row = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    assert (row["Täckning"].value, row["Täckning"].number_format) == (0.5, "0.0%")
    day = row["Avstämningsdatum"]
    assert (day.value, day.number_format) == (datetime(2026, 11, 24), "yyyy-mm-dd")


def test_characters_that_no_workbook_can_hold_are_left_out(loaded: Line) -> None:
    sheet = book(with_labels(loaded, ("a\x00b\x0bc",)), SV).worksheets[0]
    assert sheet.cell(2, 7).value == "abc"


def test_more_rows_than_a_worksheet_has_are_refused(loaded: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.extracts.workbooks.EXCEL_ROWS", 2)
    with pytest.raises(Refusal, match="Choose CSV or Parquet"):
        as_bytes(taken(loaded, "systems"), kind="xlsx", language=SV)


# --- Parquet, and files --------------------------------------------------------------------------


def test_parquet_has_names_codes_and_types(loaded: Line) -> None:
    table = pq.read_table(io.BytesIO(as_bytes(taken(loaded, "items", point="4"), kind="parquet", language=SV)))
    assert table.schema.field("due").type == pa.date32()
    assert table.schema.field("row").type == pa.int32()
    assert table["item"].to_pylist() == ["-1", "@summa", "+46 8 123", "=cmd!A1", 'Väg; "bred"']
    assert set(table["outcome"].to_pylist()) == {"met", "unmet", "exempt"}


@pytest.mark.live
def test_the_same_rows_give_the_same_bytes(loaded: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def written() -> dict[str, bytes]:
        wanted = freshly_taken(loaded, "missing", point="1")
        return {kind: as_bytes(wanted, kind=kind, language=SV) for kind in KINDS}

    first, clock = written(), time.time
    monkeypatch.setattr(time, "time", lambda: clock() + 10)  # a zip stores even seconds
    assert written() == first


@pytest.mark.live
def test_a_workbook_holds_no_clock(loaded: Line) -> None:
    content = as_bytes(taken(loaded, "missing"), kind="xlsx", language=SV)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert str(datetime.now().year).encode() not in packed.read("docProps/core.xml")


def test_the_extension_decides_the_kind() -> None:
    assert kind_of(Path("a.CSV"), swedish_excel=False) == "csv"
    assert kind_of(Path("a.csv"), swedish_excel=True) == "swedish_csv"
    assert kind_of(Path("a.xlsx"), swedish_excel=True) == "xlsx"
    assert kind_of(Path("a.parquet"), swedish_excel=False) == "parquet"
    with pytest.raises(Refusal, match=r"\.csv, \.xlsx, \.parquet only"):
        kind_of(Path("a.xls"), swedish_excel=False)


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    loaded: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("old", "utf-8")

    def busy(self: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", busy)
    with pytest.raises(Refusal, match=r"a\.csv cannot be written: Permission denied"):
        write(taken(loaded, "systems"), file, kind="csv", language=SV)
    assert file.read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_buffer_can_be_written_to(loaded: Line) -> None:
    buffer = io.BytesIO()
    wanted = taken(loaded, "systems")
    write(wanted, buffer, kind="csv", language=SV)
    assert buffer.getvalue() == as_bytes(wanted, kind="csv", language=SV)


# --- the command line ----------------------------------------------------------------------------


@pytest.fixture
def command(loaded: Line, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`compliance extract …` on the loaded database."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(loaded.database.path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*arguments: object) -> Any:
        return CliRunner().invoke(app, ["extract", *map(str, arguments)])

    return run


def test_the_command_writes_a_file(command: Any, tmp_path: Path) -> None:
    result = command("items", "--as-of", "2026-11-24", "--point", "4", "--swedish-excel", "--to", tmp_path / "a.csv")
    assert (result.exit_code, result.output) == (0, "a.csv: 5 rows\n")
    rows = read_csv((tmp_path / "a.csv").read_bytes(), delimiter=";", encoding="utf-8-sig")
    assert rows[0][:4] == ["Förvaltning", "Avdelning", "Enhet", "Punkt"]
    assert {row[7] for row in rows[1:]} == {"Uppfyllt", "Ej uppfyllt", "Undantaget"}


@pytest.mark.live
def test_the_command_writes_a_workbook_in_english_or_swedish(command: Any, tmp_path: Path) -> None:
    command("items", "--as-of", "2026-11-24", "--point", "4", "--to", tmp_path / "en.xlsx")
    command("items", "--as-of", "2026-11-24", "--point", "4", "--swedish-excel", "--to", tmp_path / "sv.xlsx")
    assert openpyxl.load_workbook(tmp_path / "en.xlsx").worksheets[0]["A1"].value == "Organisation"
    assert openpyxl.load_workbook(tmp_path / "sv.xlsx").worksheets[0]["A1"].value == "Förvaltning"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["item", "--to", "a.csv"], "There is no “item”. Did you mean items?"),
        (["items", "--to", "a.doc"], "The file a.doc can be written as .csv, .xlsx, .parquet only."),
        (["items", "--point", "99", "--to", "a.csv"], "There is no review point 99"),
    ],
)
def test_the_command_refuses_unknown_values(command: Any, arguments: list[str], message: str) -> None:
    result = command(*arguments)
    assert isinstance(result.exception, Refusal)
    assert str(result.exception).startswith(message)
