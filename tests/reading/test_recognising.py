"""Recognising sheets: their source, where the table begins and ends, and the extract date."""

import re
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from compliance.core.errors import Refusal
from compliance.declarations.sources import normal
from compliance.loading.loading import Order, prepare
from compliance.reading.recognising import data_rows
from tests.files import xlsx
from tests.layers import first_of
from tests.line import SOURCES, WORDS, Line, read_here


def prepared(book, **said):
    return prepare(book, Order("test", **said), sources=SOURCES, words=WORDS)


def matched(folder, table, *, name="export.csv", **said):
    """The only sheet of a file of this table."""
    [match] = prepared(read_here(Line(folder).file(table, name=name), name=name), **said).matches
    return match


def cells(match, field):
    """What the rows that are data have in the column of a field."""
    return data_rows(match, WORDS)[match.columns[field][0].place].to_pylist()


@pytest.mark.parametrize(
    "written",
    [
        "Vetskap",
        "VETSKAP",
        " vetskap\u00a0",
        "Vetskap:",
        "Vetskap *",
        "Vetskap (datum+tid) *:",
        "Vet\u00adskap".replace("\u00ad", ""),
        "Vetskap\n(datum)",
    ],
)
def test_headings_match_however_they_are_written(written):
    assert normal(written) == "vetskap"


def test_composed_and_decomposed_headings_are_the_same():
    assert normal("O\u0308vrigt") == normal("Övrigt")


@pytest.mark.live
def test_every_source_is_recognised_by_its_own_headings():
    sheets = {}
    for number, source in enumerate(SOURCES.values(), start=1):
        heads = [field.headings[0] for field in source.fields]
        values = ["2026-01-01" if f.type in {"date", "datetime"} else "1" for f in source.fields]
        sheets[f"Blad{number}"] = [heads, values]
    matches = prepared(read_here(xlsx(sheets), name="allt.xlsx")).matches
    found = {match.sheet.name: match.source.id for match in matches}
    assert found == dict(zip(sheets, SOURCES, strict=True))


def test_title_rows_other_columns_and_footers(line):
    [receipt] = line.load_table(
        "Rapport uttagen 2026-10-02 08:14\n\nOkänd | Enhet | Anställningsdatum | AD-konto\n"
        "x | A | 2024-01-01 | p1\n\nx | A | 2024-01-01 | p2\nTotalt | 2\n | Antal rader: 2\nUnderskrift",
        extract_date=None,
    )
    assert line.rows("select employee_id, row from staff order by row") == [
        {"employee_id": "p1", "row": 4},
        {"employee_id": "p2", "row": 6},
    ]
    assert receipt.extract_date.day == date(2026, 10, 2)
    assert [column.heading for column in receipt.matches[0].unused] == ["Okänd"]
    assert line.problems() == []


def test_footers_are_not_data_even_where_one_column_is_enough():
    """A sheet with each."""
    footers = [["812 rader"], ["Summa", 3], ["Sign:", "Eva Ek"], ["Underskrift"], ["Totalt antal system: 2"]]
    sheets = {
        f"Blad{n}": [["Systemnamn", "Enhet"], [f"A{n}", "x"], [f"B{n}", "y"], [], footer]
        for n, footer in enumerate(footers)
    }
    matches = prepared(read_here(xlsx(sheets), name="system.xlsx")).matches
    assert [cells(match, "system") for match in matches] == [[f"A{n}", f"B{n}"] for n in range(len(footers))]


def test_a_total_row_with_more_than_two_cells_is_data(tmp_path):
    match = matched(tmp_path, "AD-konto | Enhet | Anställningsdatum\nTotalt | A | 2024-01-01")
    assert cells(match, "employee_id") == ["Totalt"]


def test_the_heading_must_be_in_the_first_20_rows(tmp_path):
    head = "AD-konto | Enhet | Anställningsdatum\np1 | A | 2024-01-01"
    assert cells(matched(tmp_path, "x\n" * 19 + head), "employee_id") == ["p1"]
    with pytest.raises(Refusal, match="no sheet with the headings"):
        matched(tmp_path, "x\n" * 20 + head)


def test_of_two_columns_for_one_field_the_synonym_listed_first_wins(tmp_path):
    match = matched(
        tmp_path, "Anställningsnr | Enhet | Arbetsplats | Anställningsdatum | AD-konto\n17 | A | B | 2024-01-01 | p1"
    )
    assert (cells(match, "employee_id"), cells(match, "unit")) == (["p1"], ["A"])
    assert [column.heading for column in match.unused] == ["Anställningsnr", "Arbetsplats"]


def test_a_tie_is_refused_as_ambiguous(tmp_path):
    # Ärende-ID, Enhet and Upptäcktes are all that both incidents and breaches need.
    table = "Ärende-ID | Enhet | Upptäcktes\n1 | A | 2026-01-01"
    with pytest.raises(Refusal, match="could be"):
        matched(tmp_path, table)
    assert matched(tmp_path, table, source="breaches").source.id == "breaches"


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(Refusal, match="Anställningsdatum"):
        matched(tmp_path, "AD-konto | Enhet | E-post\np | A | B")


def test_an_unknown_source_names_the_nearest(tmp_path):
    with pytest.raises(Refusal, match="Did you mean staff"):
        matched(tmp_path, "AD-konto | Enhet | Anställningsdatum\np | A | 2024-01-01", source="stafff")


def workbook(path, **sheets):
    path.write_bytes(xlsx(sheets))
    return path


def modified(path, moment):
    """The workbook as if its program had saved it at `moment` (UTC)."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    core = parts["docProps/core.xml"].decode()
    stamped = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{moment:%Y-%m-%dT%H:%M:%SZ}", core)
    with zipfile.ZipFile(path, "w") as new:
        for name, content in (parts | {"docProps/core.xml": stamped.encode()}).items():
            new.writestr(name, content)
    return path


STAFF = [["AD-konto", "Enhet", "Anställningsdatum"], ["p1", "A", date(2024, 1, 1)]]


def test_a_cover_sheet_that_says_system_is_no_register(tmp_path):
    path = workbook(tmp_path / "b.xlsx", Info=[["System:", "HR"], ["Instruktion", "Fyll i"]], Data=STAFF)
    [match] = prepared(read_here(path, name=path.name)).matches
    assert (match.source.id, match.sheet.name) == ("staff", "Data")


def test_sheets_of_one_source_are_one_export_and_others_another(line, tmp_path):
    more = [STAFF[0], ["p2", "B", date(2024, 1, 1)]]
    systems = [["Systemnamn", "Objektledare"], ["S", "Eva"]]
    path = workbook(tmp_path / "b.xlsx", Norr=STAFF, System=systems, Söder=more)
    receipts = line.load(path, extract_date=date(2026, 1, 1))
    assert [(r.source.id, r.summary.loaded) for r in receipts] == [("staff", 2), ("systems", 1)]
    assert line.column("sheet", "staff") == ["Norr", "Söder"]


@pytest.mark.live
def test_hidden_sheets_rows_and_columns_are_read(line, tmp_path):
    path = workbook(tmp_path / "b.xlsx", A=[["x"]], B=STAFF)
    book = openpyxl.load_workbook(path)
    book["B"].sheet_state = "hidden"
    book["B"].row_dimensions[2].hidden = True
    book["B"].column_dimensions["A"].hidden = True
    book.save(path)
    line.load(path, extract_date=date(2026, 1, 1))
    assert line.column("employee_id", "staff") == ["p1"]


@pytest.mark.parametrize(
    ("above", "name", "day", "by"),
    [
        ("Uttagen | 2026-10-02", "a.csv", date(2026, 10, 2), "heading"),
        ("Uttaget: 2 oktober 2026", "a.csv", date(2026, 10, 2), "heading"),
        ("Uttagsdatum | | 46297", "a.csv", date(2026, 10, 2), "heading"),
        ("Rapport per 2026-10-02 för perioden 2026-01-01 – 2026-09-30", "a.csv", date(2026, 10, 2), "heading"),
        ("Period 2026-01-01 – 2026-09-30", "a_20261002.csv", date(2026, 10, 2), "file_name"),
        ("Rapport per 2026-01-01 – 2026-09-30", "a 2026-10-03.csv", date(2026, 10, 3), "file_name"),
        ("Skapad 2020-01-01", "a-2026-10-02-v2.csv", date(2026, 10, 2), "file_name"),
        ("Rapport per 2026-01-01 to 2026-09-30", "a 2026-10-03.csv", date(2026, 10, 3), "file_name"),
        ("Uttagen 2 October 2026", "a 2025-01-01.csv", date(2026, 10, 2), "heading"),
        ("Period", "a 2026-01-01--2026-09-30 uttag 20261002.csv", date(2026, 10, 2), "file_name"),
        ("Period", "a_20260101_20260930 b 2026-10-02.csv", date(2026, 10, 2), "file_name"),
    ],
)  # fmt: skip
def test_where_the_extract_date_comes_from(tmp_path, above, name, day, by):
    path = Line(tmp_path).file(f"{above}\nAD-konto | Enhet | Anställningsdatum\np | A | 2024-01-01", name=name)
    found = prepared(read_here(path, name=name)).day
    assert (found.day, found.by) == (day, by)


def test_the_workbooks_own_modified_date_is_local_time(tmp_path):
    path = modified(workbook(tmp_path / "b.xlsx", A=STAFF), datetime(2026, 5, 5, 22, 30))
    found = prepared(read_here(path, name=path.name)).day  # 22:30 UTC is half past midnight in Stockholm
    assert (found.day, found.by) == (date(2026, 5, 6), "modified")


def test_a_missing_extract_date_is_requested(line):
    with pytest.raises(Refusal, match="extract date"):
        line.load_table("AD-konto | Enhet | Anställningsdatum\np | A | 2024-01-01", extract_date=None)


def test_a_date_after_today_is_a_warning(line):
    [receipt] = line.load_table(
        "AD-konto | Enhet | Anställningsdatum\np | A | 2024-01-01", extract_date=date(2027, 1, 1)
    )
    assert receipt.future


@pytest.mark.parametrize(
    ("above", "other"),
    first_of([("Förvaltning: Norra | x", "Norra"), ("Nämnd | Södra", "Södra"), ("Förvaltningen", None)]),
)
def test_an_organisation_named_in_the_file_is_reported_and_not_used(line, above, other):
    [receipt] = line.load_table(f"{above}\nAD-konto | Enhet | Anställningsdatum\np | A | 2024-01-01")
    assert (receipt.organisation, receipt.other_organisation) == ("Förvaltningen", other)


def test_an_unknown_column_with_an_identity_number_is_dropped_and_reported(tmp_path):
    table = "AD-konto | Enhet | Anställningsdatum | Anteckning | Okänd\np | A | 2024-01-01 | se 19121212-1212 | x"
    match = matched(tmp_path, table)
    assert [c.heading for c in match.dropped] == ["Anteckning"]
    assert [c.heading for c in match.unused] == ["Okänd"]


@pytest.mark.parametrize(
    "head",
    first_of(
        [
            [
                ("AD-konto", "Enhet", "Anställning", "Personnummer", None),
                (None, None, "Anställningsdatum", "Nr", "Namn"),
            ],
            [(None, None, None, "Personnummer", None), ("AD-konto", "Enhet", "Anställningsdatum", "Nr", "Kontroll")],
        ]
    ),
    ids=["both rows are needed", "the lower row is enough"],
)
def test_a_column_under_a_banner_of_identity_numbers_is_dropped(line, head):
    path = line.folder / "personal.xlsx"
    path.write_bytes(xlsx({"Blad1": [*head, ("p1", "A", "2024-01-01", "841212", "x")]}))
    [receipt] = line.load(path, extract_date=date(2026, 11, 1))
    assert [column.heading for column in receipt.matches[0].dropped] == list(head[1][3:])
    assert receipt.matches[0].unused == ()
    assert line.column("name", "staff") == [None]
    assert "841212" not in str(line.rows("from import_rows"))


@pytest.mark.live
def test_identity_numbers_never_reach_the_database(tmp_path):
    line = Line(tmp_path)  # not held open: what is written is in the file
    head = "AD-konto | Enhet | Anställningsdatum | Personnummer | Annat | Befattning"
    first = "p1 | A | 2024-01-01 | hemlig | 19121212-1212 | chef 121212-1212 ok"
    [receipt] = line.load_table(f"{head}\n{first}\n1212121212 | A | 2024-01-01 | x | y | z")
    assert [c.heading for c in receipt.matches[0].dropped] == ["Personnummer", "Annat"]
    assert line.column("position", "staff") == ["chef ******-**** ok"]
    assert line.problems() == [(3, "AD-konto", "******-****", "identity_number", "rejected")]
    written = line.database.path.read_bytes()
    assert b"chef ******-**** ok" in written
    assert b"1212121212" not in written
    assert b"121212-1212" not in written
