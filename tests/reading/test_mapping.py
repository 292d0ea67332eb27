"""Files that no declaration covers: guesses that are offered, and mappings that are saved for their headings."""

import io
import tomllib
from dataclasses import replace
from datetime import date
from random import Random

import openpyxl
import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.declarations.sources import load_sources
from compliance.loading import guessing
from compliance.reading import mapping
from compliance.reading.accounting import sheet_uses
from compliance.reading.mapping import ColumnMapping, heading_keys, headings_written
from compliance.reading.naming import source_of_sheet
from compliance.reading.recognising import Unrecognised, known_headings, nearest, recognise
from compliance.reading.sheets import top_rows
from compliance.screens.imports.mapping_texts import field_label, guess_note, words_note
from compliance.store.database import EVERYTHING_KNOWN
from tests.files import saved, xlsx
from tests.layers import first_of
from tests.line import SOURCES, WORDS, Line, read_here

OCTOBER, NOVEMBER = date(2026, 10, 31), date(2026, 11, 15)
COURSES = (
    "Kursrapport\nMedarbetar-id | Kurstitel | Läge | Klart den | Betyg\n"
    "p1 | Grundkurs i dataskydd | Klarmarkerad | 2026-05-01 | 5\np2 | Grundkurs i dataskydd | Väntar | | 5"
)
HEADINGS = ("medarbetar-id", "kurstitel", "läge", "klart den", "betyg")
FIELDS = {"employee_id": "medarbetar-id", "course": "kurstitel", "status": "läge", "completed": "klart den"}
MAPPED = ColumnMapping("training", HEADINGS, FIELDS, {"status": {"Klarmarkerad": "passed", "Väntar": "started"}})

KNOWN = known_headings(SOURCES.values())


def remember(line, columns):
    with line.database.writing() as cursor:
        mapping.save(cursor, columns, who="test")


def kept(line):
    with line.database.cursor() as cursor:
        return [entry.columns for entry in mapping.saved_mappings(cursor)]


def test_an_unrecognised_file_is_refused_as_one_that_can_be_mapped(line):
    with pytest.raises(Unrecognised, match="connect its columns"):
        line.load_table(COURSES)


def test_a_mapping_applies_to_files_with_its_headings(line):
    remember(line, MAPPED)
    [receipt] = line.load_table(COURSES)
    assert receipt.source.id == "training"
    assert receipt.matches[0].heading_row == 2
    assert [column.heading for column in receipt.matches[0].unused] == ["Betyg"]
    assert line.column("status_code", "training") == ["passed", "started"]
    assert line.column("completed", "training") == [date(2026, 5, 1), None]
    assert receipt.summary.unknown_words == ()


def test_columns_in_another_order_are_the_same_headings(line):
    remember(line, MAPPED)
    line.load_table("KLART DEN: | Betyg | Läge | Medarbetar-id | Kurstitel\n2026-05-01 | 5 | Klarmarkerad | p1 | K")
    assert line.column("employee_id", "training") == ["p1"]


@pytest.mark.parametrize(
    ("old", "new"), first_of([("Läge", "Tillstånd"), ("Betyg", "Betyg | Ny kolumn"), (" | Betyg", "")])
)
def test_a_mapping_never_applies_to_other_headings(line, old, new):
    remember(line, MAPPED)
    with pytest.raises(Refusal):
        line.load_table(COURSES.replace(old, new))


def test_the_latest_mapping_is_in_effect_until_it_is_deleted(line):
    remember(line, MAPPED)
    other = ColumnMapping("training", tuple(reversed(HEADINGS)), FIELDS | {"result": "betyg"}, {})
    remember(line, other)
    assert [columns.fields for columns in kept(line)] == [other.fields]
    with line.database.writing() as cursor:
        mapping.delete(cursor, MAPPED, who="test")
    assert kept(line) == []
    with pytest.raises(Unrecognised):
        line.load_table(COURSES)


def test_headings_are_stored_as_written_in_the_files_order(line):
    row = ["Medarbetar-id", "Kurstitel\n(svensk)", " LÄGE *", "Klart den", "Betyg", "betyg:"]
    written = headings_written(row)
    assert list(written.items())[1:3] == [("kurstitel", "Kurstitel (svensk)"), ("läge", "LÄGE *")]
    assert list(written.values())[-2:] == ["Betyg", "betyg: (2)"]
    remember(line, replace(MAPPED, headings=tuple(written), written=written))
    [columns] = kept(line)
    assert list(columns.shown.items()) == list(written.items())
    text = mapping.as_source_file(columns, SOURCES["training"])
    assert 'headings = ["Kurstitel (svensk)"]' in text
    assert "LÄGE *" in text.splitlines()[0]


def test_an_older_mapping_without_written_headings_shows_their_keys():
    assert list(MAPPED.shown.values()) == list(HEADINGS)


def test_a_mapping_overrides_the_declaration(line):
    table = "AD-konto | Kurs | Status | Startdatum\np1 | K | Klar | 2026-05-01"
    remember(line, ColumnMapping("training", ("ad-konto", "kurs", "status", "startdatum"), {
        "employee_id": "ad-konto", "course": "kurs", "status": "status", "completed": "startdatum",
    }))  # fmt: skip
    line.load_table(table)
    assert line.column("completed", "training") == [date(2026, 5, 1)]
    assert line.column("started", "training") == [None]


def test_the_second_of_two_equal_headings_is_numbered(line):
    assert heading_keys(["Datum", None, "datum:", "Namn"]) == {0: "datum", 2: "datum (2)", 3: "namn"}
    remember(
        line,
        ColumnMapping(
            "access_reviews", ("system", "datum", "datum (2)"), {"system": "system", "reviewed": "datum (2)"}
        ),
    )
    line.load_table("System | Datum | Datum\nAlfa | 2020-01-01 | 2026-05-01")
    assert line.column("reviewed", "access_reviews") == [date(2026, 5, 1)]


def test_one_column_may_hold_all_three_levels(line):
    fields = {
        "system": "objekt",
        "classified": "när",
        "confidentiality": "nivåer",
        "integrity": "nivåer",
        "availability": "nivåer",
    }
    remember(line, ColumnMapping("classifications", ("objekt", "när", "nivåer"), fields))
    line.load_table("Objekt | När | Nivåer\nAlfa | 2026-05-01 | K3/R2/T1")
    assert line.rows("select confidentiality, integrity, availability from classifications") == [
        {"confidentiality": 3, "integrity": 2, "availability": 1}
    ]


def test_words_for_yes_and_no_can_be_named(line):
    words = {"personal_data": {"Jajamän": "yes", "Icke": "no"}}
    remember(line, ColumnMapping("systems", ("namn", "pu"), {"system": "namn", "personal_data": "pu"}, words))
    line.load_table("Namn | PU\nAlfa | Jajamän\nBeta | icke\nGamma | Ja; Delvis\nDelta | Ja")
    assert line.column("personal_data", "systems") == [True, False, None, True]


def test_an_answer_that_is_neither_yes_nor_no_is_reported(line):
    [receipt] = line.load_table("Systemnamn | Behandlar personuppgifter\nAlfa | Ja; Delvis\nBeta | Ja; Delvis\nC | Nej")
    assert receipt.summary.unknown_words == (("personal_data", "Ja; Delvis", 2),)


def test_a_mapped_identity_column_is_not_read(line):
    remember(line, ColumnMapping("staff", ("personnummer", "enhet", "från"), {
        "employee_id": "personnummer", "unit": "enhet", "employed_from": "från",
    }))  # fmt: skip
    with pytest.raises(Refusal):
        line.load_table("Personnummer | Enhet | Från\n850612-1234 | Norr | 2020-01-01")
    assert not line.database.exists() or line.rows("select * from staff") == []


def test_a_mapping_as_a_source_file_reads_the_same(line, tmp_path):
    own = tmp_path / "own" / "sources"
    own.mkdir(parents=True)
    text = mapping.as_source_file(MAPPED, SOURCES["training"])
    assert tomllib.loads(text)["fields"]["status"]["words"]["passed"] == ["Klarmarkerad"]
    (own / "training.toml").write_text(text, "utf-8")
    training = load_sources(tmp_path / "own")["training"]
    assert "kurstitel" in training.field("course").headings
    assert "Klarmarkerad" in training.field("status").words["passed"]


@pytest.mark.exhaustive
def test_returned_rows_of_a_mapped_file_are_read_by_its_mapping(line):
    from compliance.core.language import Language
    from compliance.correcting import returning

    remember(line, MAPPED)
    path = line.file(COURSES + "\n | Grundkurs i dataskydd | Väntar | | 5", name="kurser.csv")
    receipts = line.load(path, extract_date=OCTOBER)
    back = line.folder / "rättade.xlsx"
    back.write_bytes(returning.return_workbook(tuple(receipts), read_here(path, name=path.name), Language("sv")))
    book = openpyxl.load_workbook(back)
    book.worksheets[0]["C2"] = "p9"
    book.save(back)
    [receipt] = line.load(back)
    assert (receipt.summary.loaded, receipt.extract_date.day) == (1, OCTOBER)
    assert line.column("employee_id", "training") == ["p1", "p2", "p9"]


# --- guesses -----------------------------------------------------------------------------------------------------


def unknown(folder, table):
    """The sheet of a file of this table."""
    path = Line(folder).file(table, name="unknown.csv")
    return read_here(path, name=path.name).sheets[0]


def guessed(line, table, source, *, index=0):
    columns = guessing.candidates(unknown(line.folder, table), index, WORDS, KNOWN)
    with line.database.cursor() as cursor:
        known = guessing.known_values(cursor, SOURCES[source], day=NOVEMBER, known_at=EVERYTHING_KNOWN)
        before = guessing.headings_before(cursor, SOURCES[source])
    found = guessing.guesses(SOURCES[source], columns, words=WORDS, known=known, before=before)
    return {name: (guess.key, guess.by) for name, guess in found.items()}


def test_source_row_and_columns_are_guessed_by_name(line):
    sheet = unknown(line.folder, COURSES)
    assert guessing.likely_row(sheet, SOURCES.values()) == 1
    source = guessing.likely_source(guessing.candidates(sheet, 1, WORDS, KNOWN), SOURCES.values(), WORDS)
    assert source
    assert source.id == "training"
    found = guessed(line, COURSES, "training", index=1)
    assert {name: key for name, (key, _) in found.items()} == FIELDS


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("Behörighetsgranskning 2026, uttag 2026-10-02\n\nYta | När | Antal | Vem\nA | 2026-01-01 | 3 | x", 3),
        (" | Yta | När |  | Vem\n1 | A | 2026-01-01 | a | x\n2 | B | 2026-01-01 | b | x", 1),
        ("Yta | Grad | Svar\nA | Hög | Ja\nB | Hög | Nej\nC | Låg | Ja", 1),
        (
            "Ansvarig: | Kim\nFörvaltning: | X\n\nVad | Var | När | H\na | N | 2026-01-01 | x\nb | N | 2026-01-01 | y",
            4,
        ),
        (" | Klassning\nYta | K1 | R1 | T1\nA | 1 | 2 | 3\nB | 1 | 2 | 3", 2),
        ("Yta | Grad | Nr\nSystem | Hög | 1\nAlfa | Hög | 2\nBeta | Låg | 3", 1),
        ("konto1 | Norr | kim@exempel.se\nkonto2 | Norr | bo@exempel.se", 1),
    ],
)
def test_the_row_of_unknown_headings_is_proposed_and_not_the_first_of_data(tmp_path, table, row):
    assert guessing.likely_row(unknown(tmp_path, table), SOURCES.values()) + 1 == row


YEAR = [["Yta", "När", "Vem"], ["A", "2026-01-01", "x"], ["B", "2026-01-01", "y"]]


@pytest.mark.parametrize(
    ("name", "sheets", "source"),
    [
        ("a.xlsx", {"Blad1": [["Behörighetsgranskning 2026, uttag 2026-10-02"], [], *YEAR]}, "access_reviews"),
        ("a.xlsx", {"Blad1": YEAR, "Konsekvensbedömningar": YEAR}, "dpias"),
        ("a.xlsx", {"Incidenter": YEAR, "Ordlista": [["Ord", "Betyder"], ["Yta", "System"]]}, "incidents"),
        ("lista_över_upphandlingar.xlsx", {"Blad1": YEAR}, "procurements"),
        ("incidenter.xlsx", {"Blad1": [["Personuppgiftsincidenter"], *YEAR]}, "breaches"),
        ("a.xlsx", {"Blad1": [["Granskningsdatum", "Vem"], ["2026-01-01", "A"]]}, "access_reviews"),
        (
            "a.xlsx",
            {"Blad1": [["Riskanalyser 2026"], ["Enhet", "Status", "Krav nr"], ["A", "x", "y"]]},
            "risk_analyses",
        ),
        ("a.xlsx", {"Blad1": [["Incidentansvarig", "Utbildningsdag"], ["A", "2026-01-01"]]}, None),
        ("a.xlsx", {"Blad1": [["Status", "Enhet", "Annat"], ["A", "x", "y"]]}, None),
        ("risk_register.xlsx", {"Blad1": [["Avtals-ID", "Status"], ["A", "x"]]}, "risk_analyses"),
        ("processings 2026.xlsx", {"Blad1": [["Status", "Kurs"], ["A", "x"]]}, "processing"),
        ("Contracts.xlsx", {"Blad1": [["Status", "Kurs"], ["A", "x"]]}, "processors"),
    ],
)
def test_the_refusal_names_the_source_that_the_file_says(name, sheets, source):
    with pytest.raises(Unrecognised) as refusal:
        recognise(read_here(xlsx(sheets), name=name), SOURCES, WORDS, source_id=None)
    assert refusal.value.values.get("source") == (SOURCES[source].title if source else None)
    assert source is None or SOURCES[source].title["en"] in Language("en").refusal(refusal.value)


def test_the_sheet_that_the_refusal_means_has_rows():
    """glossary: a word in its last row is no heading"""
    sheets = {"Lista": [["Behörighetsgranskning 2026"], *YEAR], "Ordlista": [["Ord", "Betyder"], ["Yta", "System"]]}
    near = nearest(read_here(xlsx(sheets), name="a.xlsx"), list(SOURCES.values()), WORDS, KNOWN)
    assert (near.source.id, near.sheet, near.missing) == ("access_reviews", 0, ("System", "Granskningsdatum"))


def test_every_sheet_of_a_workbook_is_accounted_for():
    book = openpyxl.load_workbook(io.BytesIO(xlsx({
        "Omslag": [["System"], ["Om listan"]],
        "Data": [["Systemnamn", "Objektledare"], ["Alfa", "A"], ["Beta", "B"], ["Totalt", 2]],
        "Förra": [["Systemnamn", "Objektledare"]],
        "Plan": [["Uppgift", "Åtgärds-ID", "Status"], ["Alfa", "1", "Pågår"]],
        "Ordlista": [["Ord", "Betyder"], ["a", "b"]],
        "Tomt": [],
    })))  # fmt: skip
    book["Data"].sheet_state = "hidden"
    book = read_here(saved(book), name="a.xlsx")
    matches = recognise(book, SOURCES, WORDS, source_id=None)
    uses = sheet_uses(book, [match for match in matches if match.sheet.name == "Data"], SOURCES, WORDS)
    assert [(use.sheet.name, use.sheet.hidden, use.why, use.source and use.source.id, use.rows) for use in uses] == [
        ("Omslag", False, "beside", "systems", 1),
        ("Data", True, "taken", "systems", 2),
        ("Förra", False, "no_rows", "systems", 0),
        ("Plan", False, "near", "classification_actions", 0),
        ("Ordlista", False, "unknown", None, 0),
        ("Tomt", False, "empty", None, 0),
    ]
    assert uses[3].missing == ("System",)


@pytest.mark.parametrize(
    ("row", "data"),
    [
        ("konto1 | Norr | kim@exempel.se", True),
        ("Kim Ek | Norr | 2020-01-01", True),
        ("Kim Ek | Norr | 1 maj 2020", True),
        ("Kim Ek | 19121212-1212", True),
        ("4711 | 12,5 | Norr", True),
        ("Medarbetare | Kurstitel | 2025 | 2026", False),
        ("Medarbetare | Status per 2026-10-01", False),
        ("AD-konto | 2026-10-01 | 2026-11-01", False),
    ],
)
def test_a_row_of_data_is_not_taken_for_headings(tmp_path, row, data):
    """Headings are stored with a mapping, and a row of data could name somebody."""
    first = top_rows(unknown(tmp_path, f"{row}\nx | y"))[0]
    assert guessing.looks_like_data(first, SOURCES.values()) is data


def test_a_column_is_guessed_by_its_content(line):
    line.load_table("AD-konto | Enhet | Anställningsdatum\nkonto1 | Hemtjänst Norr | 2020-01-01", extract_date=OCTOBER)
    found = guessed(
        line, "Ref | Plats | Vad\nX1 | Hemtjänst Norr | 2026-01-01\nX2 | hemtjänst norr | 2026-02-01", "incidents"
    )
    assert found["unit"] == ("plats", "content")


def test_a_renamed_column_is_offered_as_a_guess(line):
    line.load_table("Systemnamn | Objektledare\nAlfa | A B", extract_date=OCTOBER)
    [receipt] = line.load_table("Systemnamn | Objektledare (namn)\nAlfa | A B", extract_date=NOVEMBER)
    assert "object_leader" in receipt.matches[0].columns
    found = guessed(line, "Systemnamn | Objektledarens namn\nAlfa | A B", "systems")
    assert found["object_leader"] == ("objektledarens namn", "name")


def test_a_heading_mapped_before_is_the_first_guess(line):
    remember(line, MAPPED)
    line.load_table(COURSES, extract_date=OCTOBER)
    found = guessed(line, COURSES.replace("Betyg", "Poäng"), "training", index=1)
    assert found["status"] == ("läge", "before")


def test_a_column_of_answers_is_no_column_of_names_or_of_other_words(line):
    answers = "Systemnamn | Leverantörsavbrott | Ansvar\nAlfa | Ja | Nej\nBeta | nej | Ja"
    assert guessed(line, answers, "systems").keys() == {"system"}
    assert "status" in guessed(line, "Avtals-ID | Leverantör | Statusen\n1 | A | ja\n2 | B | nej", "processors")


NAMELESS = {
    "days": [f"2026-0{n % 9 + 1}-1{n % 10}" for n in range(60)],
    "machines": [f"10.0.{n}.{n % 7}" for n in range(60)],
    "addresses": [f"kim{n}@exempel.se" for n in range(60)],
    "few": [f"Grupp {n % 3}" for n in range(60)],
    "own": [f"{n}x{n % 7}" for n in range(60)],
    "numbers": [str(n * 7 % 13) for n in range(60)],
}
HEADINGS_OF_ALL = (
    "Status IP",
    "Statusdatum",
    "Användargrupp",
    "Kurs skapad",
    "Enhetens adress",
    "System-IP",
    "Namnbyte",
)


@pytest.mark.parametrize("seed", range(20))
def test_no_proposal_is_of_another_kind_than_its_field(tmp_path, seed):
    random = Random(seed)
    kinds = random.sample([*NAMELESS] * 2, 7)
    rows = zip(*(NAMELESS[kind] for kind in kinds), strict=True)
    headings = random.sample(HEADINGS_OF_ALL, 7)
    table = "\n".join(" | ".join(row) for row in [headings, *rows])
    columns = guessing.candidates(unknown(tmp_path, table), 0, WORDS, KNOWN)
    kind_of = {column.key: kind for column, kind in zip(columns, kinds, strict=True)}
    for source in SOURCES.values():
        found = guessing.guesses(source, columns, words=WORDS, known={}, before={})
        each = {(name, kind_of[guess.key]) for name, guess in found.items()}
        for field, kind in ((source.field(name), kind) for name, kind in each):
            assert not (field.type == "word" and kind in {"days", "machines", "addresses", "own"}), (source.id, each)
            assert not (field.type in {"text", "path"} and kind in {"days", "machines"}), (source.id, each)
            assert not (field.type == "id" and len(source.key) == 1 and kind in {"few", "numbers"}), (source.id, each)


def test_a_column_of_words_is_no_column_of_dates(line):
    found = guessed(line, "System | Granskningsdatumet\nAlfa | ja\nBeta | nej", "access_reviews")
    assert "reviewed" not in found


@pytest.mark.parametrize(
    ("headings", "source"),
    [("Status | Ansvarig", None), ("Status | Enhet | Namn", None), ("Status | Enhet | Kurs", "training")],
)
def test_headings_of_every_register_propose_no_source(tmp_path, headings, source):
    table = f"{headings}\n{' | '.join('Klar' for _ in headings.split('|'))}"
    columns = guessing.candidates(unknown(tmp_path, table), 0, WORDS, KNOWN)
    likely = guessing.likely_source(columns, SOURCES.values(), WORDS)
    assert (likely and likely.id) == source


def test_an_exact_heading_is_no_guess(line):
    found = guessed(line, "Kurs | AD-kontot | Status\nA | x1 | Klar", "training")
    assert {name: by for name, (_, by) in found.items()} == {
        "course": "known",
        "employee_id": "name",
        "status": "known",
    }
    guesses = {name: guessing.Guess(key, by) for name, (key, by) in found.items()}
    assert guess_note(guesses, Language("en")) == "One column is guessed. Check it."
    assert field_label(SOURCES["training"].field("course"), guesses["course"], Language("en")) == "Course *"
    assert guess_note({"course": guesses["course"]}, Language("en")) == ""


def test_words_for_no_answer_are_offered_no_meaning(tmp_path):
    columns = guessing.candidates(
        unknown(tmp_path, "Status | Instruktion bifogad\n? | Saknas\n(okänd) | oklart\nVilande | Snart"),
        0,
        WORDS,
        KNOWN,
    )
    processors = SOURCES["processors"]
    assert guessing.unknown_words(processors.field("status"), columns[0], WORDS) == [("Vilande", 1)]
    assert guessing.unknown_words(processors.field("instruction"), columns[1], WORDS) == [("Snart", 1)]


def test_unknown_words_are_listed_with_their_counts(tmp_path):
    columns = guessing.candidates(unknown(tmp_path, COURSES), 1, WORDS, KNOWN)
    status = SOURCES["training"].field("status")
    assert guessing.unknown_words(status, columns[2], WORDS) == [("Klarmarkerad", 1), ("Väntar", 1)]


def test_a_word_of_ones_own_is_not_said_to_count_as_unknown():
    lifecycle, level = (SOURCES["systems"].field(name) for name in ("lifecycle", "responsibility"))
    true = "Status: tomt, eller ett eget ord, betyder att systemet används."
    assert words_note([lifecycle, lifecycle], Language("sv")) == true
    assert (
        words_note([level, lifecycle], Language("sv"))
        == f"Ett ord som du inte förklarar räknas som uppgift saknas. {true}"
    )


def thirty(*columns):
    """A table with thirty rows, each column of a heading and a function of the row's number."""
    rows = [" | ".join(str(value(n)) for _, value in columns) for n in range(30)]
    return "\n".join([" | ".join(heading for heading, _ in columns), *rows])


@pytest.mark.parametrize(
    ("columns", "field", "key"),
    [
        ([("Användargrupp", lambda n: n % 3), ("Kursnamn", lambda _: "K"), ("Nr", str)], "employee_id", None),
        ([("Deltagare", lambda n: f"u{n}"), ("Kursnamn", lambda _: "K")], "employee_id", "deltagare"),
        ([("Deltagare", lambda n: f"u{n % 10}"), ("Kursnamn", lambda n: "KLM"[n % 3])], "employee_id", "deltagare"),
        ([("Deltagare", lambda n: f"u{n % 9}"), ("Kursnamn", lambda _: "K")], "employee_id", None),
        ([("Deltagare", lambda n: f"u{n}" if n % 4 else ""), ("Kursnamn", lambda _: "K")], "employee_id", None),
        ([("Användarnamn", lambda n: n % 3), ("Kursnamn", lambda _: "K")], "employee_id", "användarnamn"),
        ([("Resultatstatus", lambda n: f"2026-01-{n + 1:02}"), ("Utfall", lambda _: "Klar")], "status", "utfall"),
        ([("Statusdatum", lambda n: f"2026-01-{n + 1:02}")], "status", None),
        ([("Status IP", lambda n: f"10.1.2.{n}")], "status", None),
        ([("Status IP", lambda n: f"fe80::1:{n}:2")], "status", None),
        ([("Kursansvarig", lambda n: f"p{n}@exempel.se")], "course", None),
        ([("Kursstart", lambda n: f"2026-01-{n + 1:02}")], "course", None),
    ],
)
def test_an_id_is_unique_and_days_and_addresses_are_no_words(line, columns, field, key):
    found = guessed(line, thirty(*columns), "training")
    assert found.get(field, (None,))[0] == key


def test_free_text_in_many_rows_is_no_status(line):
    rows = "\n".join(f"u{n} | {'Klar' if n < 22 else ''} sedan {n}" for n in range(41))
    assert "status" not in guessed(line, f"Deltagare | Statustext\n{rows}", "training")


@pytest.mark.parametrize(
    ("banners", "key"),
    [
        ("Konto | | Kursen | ", "status (2)"),
        ("Kursen | | Konto | ", "status"),
        ("Konto | | Dataskydd | ", "status (2)"),
        ("Konto | | Annat | ", "status"),
    ],
)
def test_of_two_equal_headings_the_one_that_a_banner_explains(line, banners, key):
    table = f"Rapport om dataskydd | | | \n{banners}\nStatus | Datum | Status | Datum\nKlar | 2026-01-01 | Klar | "
    assert guessed(line, table, "training", index=2)["status"][0] == key


@pytest.mark.parametrize(
    ("title", "name", "source"),
    [
        ("Kursrapport", "x.xlsx", "training"),
        ("Informationssäkerhet för medarbetare", "Kursrapport november.xlsx", "training"),
        ("Utdrag", "Personallista.xlsx", "staff"),
        ("Utdrag", "x.xlsx", None),
    ],
)
def test_a_title_or_a_name_says_what_to_propose(title, name, source):
    rows = [[title], ["E-post", "Namn", "Slutförda"], ["a@exempel.se", "A", "3/3"]]
    book = read_here(xlsx({"Ark1": rows}), name=name)
    found = source_of_sheet(book, 0, list(SOURCES.values()), WORDS)
    assert (found and found.id) == source
