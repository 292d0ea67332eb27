"""Questionnaires to units: the questions, loading the answers, and what an answer leaves as it was."""

import io
import shutil
import zipfile
from datetime import date

import openpyxl
import pytest

from compliance.core.language import LANGUAGES, Language
from compliance.correcting.questionnaires import (
    HEADING_ROW,
    TOPICS,
    Asking,
    count,
    file_name,
    questionnaire,
    questionnaires,
    questions,
)
from compliance.correcting.renaming import add_alias
from compliance.counting.figures import figures, load_figures
from compliance.loading.loading import NothingToLoad
from compliance.reading.markers import ASKED, SHEET
from compliance.store.database import EVERYTHING_KNOWN
from tests.layers import first_of, layered
from tests.line import POINTS, SOURCES, Line

SV = Language("sv")
BASE, ASKED_ON, ANSWERED = date(2026, 9, 1), date(2026, 10, 1), date(2026, 10, 20)
NORR, SÖDER = "Hemtjänst Norr", "Hemtjänst Söder"
EXPORTS = [
    """AD-konto | Enhet | Anställningsdatum | Anställd t.o.m. | Avdelning
    kim | Hemtjänst Norr | 2020-01-01 | | Omsorg
    lo | Hemtjänst Söder | 2020-01-01 | | Omsorg
    ny | Ny enhet | 2026-01-01 | | Omsorg
    gone | Nedlagd | 2010-01-01 | 2025-12-31 | Omsorg""",
    """Systemnamn | Enhet | Ansvarsnivå
    Alfa | Hemtjänst Norr | Lokalt
    Beta | Hemtjänst Norr | Lokalt
    Central | Hemtjänst Norr | Centralt
    Gamma | Hemtjänst Söder | Lokalt
    Delta | | Lokalt""",
    """System | Granskningsdatum | Konton före
    Alfa | 2026-05-01 | 10
    Beta | 2024-05-01 | 20""",
    """Enhet | Krav | Status | Datum | Kommentar | Version
    Hemtjänst Norr | 1 Klassa | Genomförd | 2026-03-01 | | 2.1
    Hemtjänst Norr | 2 Behörigheter | Pågår | 2026-03-02 | Väntar på it | 2.1
    Hemtjänst Söder | 1 Klassa | Ej påbörjad | | | 2.1
    Hemtjänst Söder | 2 Behörigheter | Ej tillämpligt | | Har inga system | 2.1
    Hemtjänst Söder | 3 Utbildning | Oklart | | | 2.1""",
    """Dnr | Benämning | Beställande enhet | Upphandlingsform | Avtalsdatum | Annonserad | Innehåller IT/information | Klassning gjord | Infosäkkrav | Riskanalys gjord | PUB-behov bedömt | Avstämd samordnare
    0017 | Larm | Hemtjänst Norr | Direkt | 2026-06-01 | 2026-04-01 | Ja | Ja | | Nej | Ja | 2026-03-01
    18 | Klar | Hemtjänst Norr | Direkt | 2026-06-01 | | Ja | Ja | Ja | Ja | Ja | 2026-03-01
    19 | Mat | Hemtjänst Norr | Direkt | 2026-06-01 | | Nej | | | | |
    20 | Förra året | Hemtjänst Norr | Direkt | 2025-06-01 | | Ja | | | | |
    21 | Journal | Hemtjänst Söder | Ramavtal | 2026-07-01 | | Ja | Nej | | | |
    22 | Okänd | Hemtjänst Söder | | | | Vet ej | | | | | """,  # noqa: E501
    """Rutin | Granskningspunkt | Fastställd | Nästa översyn | Dokumentägare
    Rutin för klassning | 4 | 2025-01-01 | | Samordnare
    Rutin för incidenter | 11 | | | Samordnare""",
]  # fmt: skip


# The questions that the exports alone lead to, once they have been counted.
CACHE = {}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A folder with the exports and the database that they were loaded into."""
    with Line(tmp_path_factory.mktemp("asked")).held() as line:
        for number, table in enumerate(EXPORTS):
            line.load_table(table, name=f"{number}.csv", extract_date=BASE)
    return line.folder


@pytest.fixture(scope="module")
def known(loaded):
    """The exports alone, for tests of what is asked."""
    line = Line(loaded)
    line.loads = len(EXPORTS)
    with line.held():
        yield line


@pytest.fixture
def line(tmp_path, loaded):
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    copy = Line(tmp_path)
    copy.loads = len(EXPORTS)
    with copy.held():
        yield copy


def asking(line, **changes):
    [row] = line.rows("select organisation from organisations_at(timestamp '9999-12-31')")
    return Asking(
        **({**row, "as_of": ASKED_ON, "known_at": EVERYTHING_KNOWN, "points": POINTS, "sources": SOURCES} | changes)
    )


def asked(line):
    """The questions by unit; those of the exports alone are counted once."""
    if line.loads == len(EXPORTS) and "asked" in CACHE:
        return CACHE["asked"]
    with line.database.cursor() as cursor:
        by_unit = questions(cursor, asking(line))
    if line.loads == len(EXPORTS):
        CACHE["asked"] = by_unit
    return by_unit


def opened(line, unit, say=SV):
    by_unit = asked(line)
    return openpyxl.load_workbook(io.BytesIO(questionnaire(unit, by_unit.get(unit, {}), asking(line), say)))


def headings(sheet):
    """The column of each heading, without its star."""
    return {str(cell.value).removesuffix(" *"): cell.column for cell in sheet[HEADING_ROW]}


def shown(sheet):
    """The visible cells below the headings."""
    visible = [cell.column for cell in sheet[HEADING_ROW] if not sheet.column_dimensions[cell.column_letter].hidden]
    return [[row[column - 1].value for column in visible] for row in sheet.iter_rows(min_row=HEADING_ROW + 1)]


def write(sheet, row, **answers):
    """Write answers as a user does. In a keyword, _ stands for a blank in the heading."""
    places = headings(sheet)
    for heading, value in answers.items():
        cell = sheet.cell(HEADING_ROW + row, places[heading.replace("_", " ")])
        assert not cell.protection.locked, f"{heading} is not asked"
        cell.value = value


def answered(line, book, *, day=ANSWERED):
    path = line.folder / f"{len(list(line.folder.iterdir()))}.xlsx"
    book.save(path)
    return line.load(path, completes=True, extract_date=day)


def outcomes(line, point, day):
    return {row["item"]: (row["outcome"], row["reason"]) for row in line.items(point, day)}


def kept(line, source, day):
    """The rows of a source on a day, without the columns on their origin."""
    beside = {"organisation", "file", "columns", "extract_date", "import_id", "sheet_number", "sheet", "row"}
    records = line.rows(f"select * from {source}_at($day, timestamp '9999-12-31')", day=day)
    return sorted((tuple((k, v) for k, v in row.items() if k not in beside) for row in records), key=str)


# --- Questions ---------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_a_unit_is_asked_for_what_is_neither_done_nor_exempt(known):
    sheet = opened(known, NORR)["Lokal anvisning"]
    assert shown(sheet) == [
        ["2 Behörigheter", "Pågår 2026-03-02", None, sheet["D4"].value, "Väntar på it"],
        ["3 Utbildning", "Uppgift saknas", None, None, None],
    ]
    assert sheet["D4"].value.date() == date(2026, 3, 2)
    assert [row[0] for row in shown(opened(known, SÖDER)["Lokal anvisning"])] == ["1 Klassa", "3 Utbildning"]


@pytest.mark.live
def test_a_unit_is_asked_for_what_is_unknown_of_this_years_procurements(known):
    sheet = opened(known, NORR)["Upphandlingar"]
    [row] = shown(sheet)
    assert row[:7] == ["0017 · Larm", "Avtalsdatum 2026-06-01", "Ja", "Ja", None, "Nej", "Ja"]
    assert [cell.coordinate for cell in sheet[HEADING_ROW + 1] if not cell.protection.locked] == ["E4"]
    assert [row[0] for row in shown(opened(known, SÖDER)["Upphandlingar"])] == ["21 · Journal", "22"]


def test_a_unit_is_asked_for_reviews_that_are_overdue_or_were_never_done(known):
    lines = shown(opened(known, NORR)["Behörighetsgenomgångar"])
    assert [row[:2] for row in lines] == [["Beta", "Granskningen är försenad (2024-05-01)"]]
    assert [row[0] for row in shown(opened(known, SÖDER)["Behörighetsgenomgångar"])] == ["Gamma"]


@pytest.mark.live
def test_reviews_are_asked_for_also_before_anything_is_known_of_them(tmp_path):
    with Line(tmp_path).held() as line:
        line.load_table(EXPORTS[1], extract_date=BASE)
        [access] = [topic for topic in TOPICS if topic.source == "access_reviews"]
        systems = {unit: [row["system"] for row in questions_[access]] for unit, questions_ in asked(line).items()}
    assert systems == {None: ["Delta"], NORR: ["Alfa", "Beta"], SÖDER: ["Gamma"]}


def test_the_whole_organisation_is_asked_for_routines_and_for_systems_without_a_unit(known):
    book = opened(known, None)
    assert book.sheetnames[1:] == ["Behörighetsgenomgångar", "Lokala rutiner och styrdokument", SHEET]
    assert [row[0] for row in shown(book["Behörighetsgenomgångar"])] == ["Delta"]
    routines = {row[0].split(".")[0]: row[1:3] for row in shown(book["Lokala rutiner och styrdokument"])}
    assert len(routines) == len(POINTS) - 1
    assert "4" not in routines
    assert routines["11"] == ["Inte fastställd än", "Rutin för incidenter"]
    assert routines["1"] == ["Uppgift saknas", None]


def test_units_stand_in_swedish_order_with_the_number_of_their_questions(known):
    assert {unit: count(topics) for unit, topics in asked(known).items()} == {
        None: len(POINTS), NORR: 4, SÖDER: 5, "Ny enhet": 3,
    }  # fmt: skip


# --- Answers -----------------------------------------------------------------------------------------------------


@pytest.mark.live
@pytest.mark.parametrize("code", layered(LANGUAGES, {"sv"}))
def test_answers_change_the_figures_and_only_from_their_day_on(line, code):
    before = {point: outcomes(line, point, ASKED_ON) for point in ("local_instruction", "access", "procurement")}
    book = opened(line, NORR, Language(code))
    _, local, procurements, access, new, _ = book.worksheets
    write(local, 1, Status="Genomförd", Datum=date(2026, 10, 15))
    write(procurements, 1, Infosäkkrav="Ja")
    write(access, 1, Granskningsdatum=date(2026, 10, 10), Konton_före=20, Granskade=20, Borttagna=3, Granskad_av="Chef")
    write(new, 1, Dnr="30", Benämning="Ny", Avtalsdatum=date(2026, 10, 5))
    write(new, 1, **{"Innehåller IT/information": "Ja"})
    receipts = answered(line, book)
    assert {r.source.id: (r.summary.loaded, r.summary.rejected, r.summary.warnings) for r in receipts} == {
        "local_instruction": (1, 0, 0), "procurements": (2, 0, 0), "access_reviews": (1, 0, 0),
    }  # fmt: skip
    after = {point: outcomes(line, point, ANSWERED) for point in before}
    changes = {
        (point, item): new_
        for point in before
        for item, new_ in after[point].items()
        if before[point].get(item) != new_
    }
    assert changes == {
        ("local_instruction", f"{NORR}/2 Behörigheter"): ("met", None),
        ("access", "Beta"): ("met", None),
        ("procurement", "0017"): ("met", None),
        ("procurement", "30"): ("unmet", "steps_missing"),
    }
    assert {point: outcomes(line, point, ASKED_ON) for point in before} == before


@pytest.mark.live
@pytest.mark.parametrize("unit", first_of([NORR, None, SÖDER]))
def test_what_is_not_answered_changes_nothing(line, unit):
    before = {source: kept(line, source, ANSWERED) for source in ("local_instruction", "procurements", "routines")}
    book = opened(line, unit)
    for sheet in book.worksheets[1:-1]:
        if "Kommentar" in headings(sheet):
            assert {cell.value for cell in sheet["C"][HEADING_ROW:]} == {None}
    with pytest.raises(Exception, match="no row below them"):
        answered(line, book)
    assert {source: kept(line, source, ANSWERED) for source in before} == before


@pytest.mark.live
def test_an_answered_row_keeps_everything_that_was_known_of_it(line):
    book = opened(line, NORR)
    write(book["Lokal anvisning"], 1, Status="Pågår")
    write(book["Upphandlingar"], 1, Infosäkkrav="Nej")
    expected = kept(line, "procurements", ANSWERED)
    before = [
        tuple((k, False if (k, dict(row)["reference"]) == ("requirements", "0017") else v) for k, v in row)
        for row in expected
    ]
    local = kept(line, "local_instruction", ANSWERED)
    answered(line, book)
    assert kept(line, "procurements", ANSWERED) == before
    assert kept(line, "local_instruction", ANSWERED) == local


@pytest.mark.exhaustive
def test_what_is_written_over_a_visible_text_changes_nothing(line):
    book = opened(line, NORR)
    sheet = book["Lokal anvisning"]
    write(sheet, 2, Status="Genomförd")
    sheet.cell(HEADING_ROW + 2, 1).value = "Något annat"
    answered(line, book)
    assert outcomes(line, "local_instruction", ANSWERED)[f"{NORR}/3 Utbildning"] == ("met", None)


@pytest.mark.exhaustive
def test_an_answer_without_its_required_column_is_rejected_and_told(line):
    book = opened(line, NORR)
    write(book["Lokal anvisning"], 1, Kommentar="Snart")
    write(book["Lokal anvisning"], 2, Kommentar="Snart")
    write(book["Behörighetsgenomgångar"], 1, Granskningsdatum=date(2026, 10, 10))
    write(book["Lokal anvisning"], 1, Status="Pågår")
    receipts = answered(line, book)
    [local] = [receipt for receipt in receipts if receipt.source.id == "local_instruction"]
    assert [(p["row"], p["column"], p["reason"]) for p in local.problems] == [(5, "Status *", "missing")]


@pytest.mark.live
def test_one_bad_sheet_does_not_hold_up_the_others(line):
    """all_or_nothing: a unit that misread one sheet would have to answer everything again"""
    book = opened(line, NORR)
    write(book["Lokal anvisning"], 2, Kommentar="Snart")
    write(book["Behörighetsgenomgångar"], 1, Granskningsdatum=date(2026, 10, 10))
    receipts = {receipt.source.id: receipt for receipt in answered(line, book)}
    assert {id_: (r.summary.loaded, r.summary.rejected) for id_, r in receipts.items()} == {
        "local_instruction": (0, 1), "access_reviews": (1, 0),
    }  # fmt: skip
    assert [problem["reason"] for problem in receipts["local_instruction"].problems] == ["missing"]
    assert outcomes(line, "access", ANSWERED)["Beta"] == ("met", None)
    assert outcomes(line, "local_instruction", ANSWERED) == outcomes(line, "local_instruction", ASKED_ON)


@pytest.mark.live
def test_answers_of_which_no_sheet_can_be_loaded_are_refused(line):
    book = opened(line, NORR)
    write(book["Lokal anvisning"], 2, Kommentar="Snart")
    write(book["Behörighetsgenomgångar"], 1, Granskad_av="Chef")
    with pytest.raises(NothingToLoad):
        answered(line, book)
    assert line.rows("from imports where extract_date = $day", day=ANSWERED) == []


def removed(line, day):
    """The number of accounts removed this year, as the figure counts it."""
    with line.database.cursor() as cursor:
        asked_for = [each for each in load_figures(None) if each.id == "accounts_removed"]
        [figure] = figures(cursor, asked_for, points=POINTS, as_of=day, known_at=EVERYTHING_KNOWN)
    return figure.part


@pytest.mark.live
def test_a_review_that_is_answered_twice_counts_once_as_it_was_said_last(line):
    """sent_again: the accounts that were removed would be counted double"""
    book = opened(line, NORR)
    write(book["Behörighetsgenomgångar"], 1, Granskningsdatum=date(2026, 10, 10), Borttagna=3)
    answered(line, book)
    assert removed(line, ANSWERED) == 3
    write(book["Behörighetsgenomgångar"], 1, Borttagna=4)
    answered(line, book)
    assert removed(line, ANSWERED) == 4
    reviews = [dict(row) for row in kept(line, "access_reviews", ANSWERED)]
    assert sorted((row["system"], str(row["reviewed"])) for row in reviews) == [
        ("Alfa", "2026-05-01"), ("Beta", "2024-05-01"), ("Beta", "2026-10-10"),
    ]  # fmt: skip


@pytest.mark.live
def test_a_routine_that_is_named_counts_for_its_point(line):
    book = opened(line, None)
    sheet = book["Lokala rutiner och styrdokument"]
    write(sheet, 1, Rutin="Rutin för utbildning", Fastställd=date(2026, 10, 1), Dokumentägare="Samordnare")
    answered(line, book)
    routines = line.rows(
        "select * from routines_at(date '2026-10-20', timestamp '9999-12-31') where adopted is not null"
    )
    assert sorted((row["review_point"], row["routine"]) for row in routines) == [
        (1, "Rutin för utbildning"), (4, "Rutin för klassning"),
    ]  # fmt: skip


@pytest.mark.exhaustive
def test_a_renamed_unit_answers_for_the_rows_of_its_old_name(line):
    add_alias(line.database, kind="unit", old=NORR, new="Nordhem", valid_from=date(2026, 1, 1), order=line.order())
    book = opened(line, "Nordhem")
    write(book["Lokal anvisning"], 1, Status="Genomförd")
    answered(line, book)
    points_met = {
        item: outcome for item, outcome in outcomes(line, "local_instruction", ANSWERED).items() if "2 Beh" in item
    }
    assert points_met[f"{NORR}/2 Behörigheter"] == ("met", None)
    assert len(points_met) == 2


@pytest.mark.exhaustive
def test_the_day_on_which_it_is_saved_is_the_day_of_the_answers_and_they_complete_what_is_there(line):
    book = opened(line, NORR)
    write(book["Lokal anvisning"], 1, Status="Genomförd")
    path = line.folder / file_name(NORR, asking(line), SV)
    book.save(path)
    [receipt] = line.load(path)
    assert receipt.extract_date.by == "modified"
    assert receipt.replaces == ()
    assert len(outcomes(line, "local_instruction", receipt.extract_date.day)) == 5


@pytest.mark.exhaustive
def test_a_unit_that_is_called_like_a_formula_is_asked_by_its_name(line):
    line.load_table("Enhet | Krav | Status\n=Norr | 1 Klassa | Pågår", name="x.csv", extract_date=BASE, completes=True)
    sheet = opened(line, "=Norr")["Lokal anvisning"]
    cell = sheet.cell(HEADING_ROW + 1, headings(sheet)["Enhet"])
    assert (cell.value, cell.quotePrefix) == ("=Norr", True)


# --- The workbook ------------------------------------------------------------------------------------------------


def test_only_what_is_asked_is_open_and_what_tells_rows_apart_is_hidden(known):
    for sheet in opened(known, NORR).worksheets[1:-1]:
        assert sheet.protection.sheet
        hidden = [
            name
            for name, column in headings(sheet).items()
            if sheet.column_dimensions[sheet.cell(1, column).column_letter].hidden
        ]
        assert hidden[-1] == ASKED
        places = {n - 1 for n in headings(sheet).values()}
        for row in sheet.iter_rows(min_row=HEADING_ROW + 1):
            asked_places = {int(place) for place in row[-1].value.split(",")}
            assert asked_places <= places
            assert {
                cell.column - 1 for cell in row if cell.value is None and not cell.protection.locked
            } == asked_places


def test_all_units_come_in_one_zip_each_under_its_own_name(known):
    with zipfile.ZipFile(io.BytesIO(questionnaires(asked(known), asking(known), SV))) as archive:
        assert archive.namelist() == [
            "Frågor till Förvaltningen.xlsx", f"Frågor till {NORR}.xlsx", f"Frågor till {SÖDER}.xlsx",
            "Frågor till Ny enhet.xlsx",
        ]  # fmt: skip
    assert file_name("A/B: c", asking(known), SV) == "Frågor till A B c.xlsx"


def test_a_unit_that_is_asked_nothing_can_still_tell_of_new_procurements(known):
    book = openpyxl.load_workbook(io.BytesIO(questionnaire("Nyast", {}, asking(known), SV)))
    assert book.sheetnames == ["Så fyller du i", "Nya upphandlingar", SHEET]
