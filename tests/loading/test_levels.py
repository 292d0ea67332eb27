"""Levels: which cells are read, empty or refused; and nothing of a row refused for its level is stored."""

import io
import json
from datetime import date, timedelta

import openpyxl
import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.correcting.returning import corrections, return_workbook
from compliance.loading.levels import read_of, read_one
from compliance.loading.validating import withheld_text
from tests.apps import dropped, opened, text
from tests.command import run_here
from tests.files import xlsx
from tests.layers import first_of
from tests.line import WORDS, Line, read_here, rehearsed
from tests.searching import bytes_of, holds, places_of, uncompressed, unpacked, values_of

FOUR, NONE = "protective_security", "not_a_level"
DAY = date(2026, 11, 1)
# A word that stands in every cell of the rows that must not be kept, but for their level.
SECRET = "Kvarnholmen"
HEAD = ["System", "Informationsmängd", "K/R/T", "Klassad", "Anteckning"]
OPEN = ["Alfa", "Journaler", "K3/R1", "2026-05-01", "öppen"]


@pytest.fixture
def line(tmp_path):
    """A line into a file whose pages hide nothing."""
    found = Line(tmp_path)
    with uncompressed(found.database):
        yield found


def secret(level, day="2026-05-01", *, name=SECRET):
    return [name, f"{name} uppgifter", level, day, f"om {name}"]


def loaded(line, rows, *, name="klassa.xlsx", extract_date=DAY, **said):
    path = line.folder / name
    path.write_bytes(xlsx({"Blad1": rows}))
    return line.load(path, extract_date=extract_date, **said)


# --- the list --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "texts"),
    [
        (0, ["0", "K0", "Försumbar", "0,0", "Fo\N{COMBINING DIAERESIS}rsumbar (0)"]),
        (3, ["3", "3,0", "3.0", "K3", "k3", " K3\n", "Allvarlig", "ALLVARLIG 3", "3 allvarlig", "(3) Allvarlig"]),
        (3, ["Allvarlig (3)", "(Allvarlig) 3", "Allvarlig[3]", "\N{NO-BREAK SPACE}3"]),
        (None, [None, "", " ", "-", "Ej bedömd", "EJ KLASSAD", "saknas", "#N/A", "#SAKNAS!"]),
        (FOUR, ["4", "4,0", "K4", "k4", "R4", "Allvarlig 4", "Kvalificerad (4)", "4 hemlig", "K4/R2", "4/2/1"]),
        (FOUR, ["K\N{CIRCLED DIGIT FOUR}", "\N{FULLWIDTH DIGIT FOUR}", "K\N{ZERO WIDTH JOINER}4", "K4R2T1"]),
        (NONE, ["IV", "fyra", "R3", "K3 R2", "Allvarlig 2", "2 Allvarlig", "5", "9", "44", "K\N{CIRCLED DIGIT THREE}"]),
        (NONE, ["3,5", "3/2/1", "2001-02-03", "2001-02-03 00:00:00", "-3", "Hög", "true", "3K", "x" * 100_000]),
    ],
)
def test_a_level_in_a_column_of_its_own(level, texts):
    assert {said: read_one(said, "K", WORDS) for said in texts} == dict.fromkeys(texts, level)


@pytest.mark.parametrize(
    ("levels", "texts"),
    [
        ((3, 2, 1), ["K3 R2 T1", "K3/R2/T1", "k3, r2, t1", "K3R2T1", "R2-T1-K3", "K=3; R=2; T=1", "K:3|R:2|T:1"]),
        ((3, 2, 1), ["3/2/1", "3-2-1", "3 2 1", "3,2,1", "321", "K3.R2.T1"]),
        ((3, 1, None), ["K3/R1", "R1 K3"]),
        ((None, 2, 1), ["R2/T1"]),
        ((3, None, None), ["K3"]),
        ((None, None, None), ["", None, "-", "Ej klassad", "#N/A"]),
        (
            (FOUR,) * 3,
            ["K4/R2", "R4", "K2 R4 T1", "4/1/1", "1/1/4", "4", "K4K4", "K4 X2", "K\N{CIRCLED DIGIT FOUR} R2"],
        ),
        ((NONE,) * 3, ["K3 K2", "K3 R2 T1 K1", "K3 X2", "K3 R2 T", "3/2", "3/2/1/0", "K3 och R2", "Allvarlig", "K5"]),
        ((NONE,) * 3, ["2001-02-03 00:00:00", "36925", "K3" + "-" * 97 + "R2T4", "K3 " * 50_000]),
    ],
)
def test_levels_together_in_one_cell(levels, texts):
    found = {said: tuple(read_of(said, letter, "KRT", WORDS) for letter in "KRT") for said in texts}
    assert found == dict.fromkeys(texts, levels)


def test_an_organisation_adds_words_of_its_own(tmp_path):
    from compliance.declarations.sources import load_values

    (tmp_path / "values.toml").write_text('level_3 = ["Mycket hög"]\nno_level = ["?"]\n', "utf-8")
    words = load_values(tmp_path)
    assert [read_one(said, "K", words) for said in ("mycket hög", "Mycket hög 3", "?", "Allvarlig")] == [3, 3, None, 3]
    assert read_one("Mycket hög 4", "K", words) == FOUR


@pytest.mark.exhaustive
def test_a_level_in_one_cell_counts_for_access_rights(line):
    line.load_table("Systemnamn\nAlfa\nBeta", extract_date=DAY)
    line.load_table("System | Granskningsdatum\nAlfa | 2026-02-01\nBeta | 2026-02-01", extract_date=DAY)
    loaded(line, [HEAD, OPEN, ["Beta", None, "K2/R3", "2026-05-01", None]])
    # reviewed nine months ago: too long where confidentiality is 3
    outcomes = {item["label"]: item["outcome"] for item in line.items("7", DAY)}
    assert outcomes == {"Alfa": "unmet", "Beta": "met"}


# --- rows that are refused -------------------------------------------------------------------------------------------


def test_a_refused_cell_is_one_problem_without_the_rest_of_its_row(line):
    [receipt] = loaded(line, [HEAD, secret("K4/R2/T1"), OPEN, secret("IV"), [*secret("K3 R2", day="aldrig")]])
    assert line.problems() == [
        (2, "K/R/T", None, FOUR, "rejected"),
        (4, "K/R/T", None, NONE, "rejected"),
        (5, "Klassad", "aldrig", "not_a_date", "rejected"),
    ]
    assert (receipt.summary.loaded, receipt.summary.rejected, receipt.summary.withheld) == (1, 3, 2)
    assert line.column("system", "classifications") == ["Alfa"]
    assert [row["row"] for row in line.rows("select row from import_rows order by row")] == [1, 3, 5]


def test_two_wrong_cells_of_a_row_are_two_problems_and_one_row(line):
    rows = [["System", "K", "R", "T", "Klassad"], [SECRET, "4", "R4", "T1", "2026-05-01"], ["Ö", 1, 1, 1, "2026-05-01"]]
    [receipt] = loaded(line, rows)
    assert [(problem[1], problem[3]) for problem in line.problems()] == [("K", FOUR), ("R", FOUR)]
    assert (receipt.summary.rejected, receipt.summary.withheld) == (1, 1)


# Sheets with a row that must not be kept: how its level is written, and where.
OWN = ["System", "K", "R", "T", "Klassad", "K/R/T"]
REFUSED = {
    "combined": [HEAD, OPEN, secret("K4/R2/T1")],
    "unread": [HEAD, OPEN, secret("nivå fyra")],
    "first_row": [HEAD, secret("R4"), OPEN],
    "without_a_date": [HEAD, OPEN, secret("K4", day=None)],
    "own_columns": [OWN, ["Alfa", 3, 2, 1, "2026-05-01", ""], [SECRET, 2, 1, "IV", "2026-05-01", ""]],
    "combined_unused": [OWN, ["Alfa", 3, 2, 1, "2026-05-01", "K3"], [SECRET, 2, 1, 1, "2026-05-01", "K4R1T1"]],
    "own_unused": [["System", "K", "Konfidentialitet", "Klassad"], ["Alfa", 3, 3, DAY], [SECRET, 3, "4", DAY]],
    "twice": [["System", "K", "K", "Klassad"], ["Alfa", 3, 3, DAY], [SECRET, 3, "K4", DAY]],
    "under_the_table": [HEAD, OPEN, [f"Underskrift {SECRET}", None, "K4", None, None]],
    "unknown_heading": [["System", "Klassad", "Konf."], ["Alfa", DAY, "3"], [SECRET, DAY, "K4"]],
    "any_column": [HEAD, OPEN, [*secret("K1")[:-1], "K4"]],
    "above_the_table": [HEAD[:3], secret("K4")[:3], HEAD, OPEN],
    "register": [["Systemnamn", "Säkerhetsskyddsklassad"], ["Alfa", "Nej"], [SECRET, "Ja"]],
    "other_source": [["Systemnamn", "Enhet", "K/R/T"], ["Alfa", "A", "K3R2T1"], [SECRET, f"{SECRET} enhet", "K4R2T1"]],
}


@pytest.mark.live
@pytest.mark.parametrize("kinds", first_of([["unread", "unknown_heading", "other_source"], [*REFUSED]]), ids=len)
def test_nothing_of_a_refused_row_is_stored_anywhere(line, kinds):
    for number, kind in enumerate(kinds):
        rows = REFUSED[kind]
        [receipt] = loaded(line, rows, name=f"{kind}.xlsx", extract_date=DAY + timedelta(number))
        assert (receipt.summary.loaded, receipt.summary.withheld) == (
            1,
            int(kind not in {"under_the_table", "above_the_table"}),
        ), kind
    assert places_of(line.database, SECRET) == []
    # the search finds what is kept
    kept = [[SECRET if cell == "Alfa" else cell for cell in row] for row in REFUSED["combined"][:2]]
    loaded(line, kept, name="kept.xlsx")
    found = places_of(line.database, SECRET)
    assert {"import_rows.cells", "classifications.system", "test.duckdb", "test.duckdb.wal"} <= {*found}


@pytest.mark.exhaustive
def test_nothing_of_a_refused_row_is_stored_by_a_completing_file_or_a_rehearsal(line):
    rows = [HEAD, OPEN, secret("K4")]
    loaded(line, [HEAD, ["Beta", None, "K1", "2026-04-01", None]])
    path = line.folder / "komplettering.xlsx"
    path.write_bytes(xlsx({"Blad1": rows}))
    book = read_here(path, name=path.name)
    order = line.order(extract_date=DAY)

    def seen(cursor, receipts):
        tables = [name for (name,) in cursor.execute("select table_name from duckdb_tables()").fetchall()]
        return str([cursor.execute(f"from {table}").fetchall() for table in tables])

    receipts, tables = rehearsed(line.database, book, order, seen)
    assert "Alfa" in tables
    assert SECRET not in tables + str(receipts[0].problems)
    loaded(line, rows, name="komplettering.xlsx", completes=True)
    assert line.column("system", "classifications") == ["Beta", "Alfa"]
    assert places_of(line.database, SECRET) == []


@pytest.mark.live
def test_neither_the_return_workbook_nor_its_import_has_refused_rows(line):
    rows = [HEAD, OPEN, secret("K4"), ["Beta", "Loggar", "K2", None, "saknar datum"]]
    path = line.folder / "klassa.xlsx"
    receipts = tuple(loaded(line, rows))
    content = return_workbook(receipts, read_here(path, name=path.name), Language("sv"))
    assert holds(unpacked(content), "saknar datum")
    assert not holds(unpacked(content), SECRET)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet["B"]] == ["Rad i filen", 4]
    # the owner mends the row, and finds that it is of another kind
    for column, value in zip("CDEFG", secret("4/4/4"), strict=True):
        sheet[f"{column}2"] = value
    sheet.append([None, 9, *OPEN])
    book.save(line.folder / "rättad.xlsx")
    [receipt] = line.load(line.folder / "rättad.xlsx")
    with line.database.cursor() as cursor:
        assert corrections(cursor, receipt) == []
    assert line.rows("select row, number from import_facts where fact = 'mended' order by row") == [
        {"row": 4, "number": 0},
        {"row": 9, "number": 1},
    ]
    assert places_of(line.database, SECRET) == []


def test_a_file_of_refused_rows_only_is_refused_without_quoting_a_cell(line):
    with pytest.raises(Refusal) as refusal:
        loaded(line, [HEAD, secret("K4"), secret("nivå fyra")])
    said = Language("sv").refusal(refusal.value)
    assert "rad 2, kolumn K/R/T: Nivå 4 hör till säkerhetsskyddet." in said.replace("\N{NO-BREAK SPACE}", " ")
    assert SECRET not in said + str(refusal.value.values)
    assert not any(SECRET in value for _, _, value in values_of(line.database))
    assert not any(holds(content, SECRET) for content in bytes_of(line.database.path).values())


@pytest.mark.exhaustive
def test_the_command_line_says_how_many_and_where_to_correct_them(line):
    path = line.folder / "klassa.xlsx"
    path.write_bytes(xlsx({"Blad1": [HEAD, OPEN, secret("K4"), secret("IV")]}))
    done = run_here(line.database.path, "load", path, "--extract-date", "2026-11-01")
    assert done.returncode == 0
    first, second = done.stdout.splitlines()
    assert first.endswith("1 rows, 2 rejected, 0 warnings")
    assert second == withheld_text(2, Language("en"))
    listed = run_here(line.database.path, "rejected", "--format", "json")
    assert [(row["row"], row["value"]) for row in json.loads(listed.stdout)] == [(3, None), (4, None)]
    assert SECRET not in done.stdout + listed.stdout


def test_the_receipt_says_how_many_and_where_to_correct_them():
    assert withheld_text(2, Language("en")) == (
        "Two rejected rows have level 4, or a level that cannot be read and so could be 4. "
        "Nothing of them is kept or sent back; correct them in the system that they come from."
    )


# --- the page --------------------------------------------------------------------------------------------------------


def everything(app):
    return text(app) + str([(box.label, box.options) for box in app.selectbox]) + str([t.label for t in app.expander])


@pytest.mark.live
def test_the_page_says_how_many_and_shows_none_of_them(own, tmp_path, monkeypatch):
    app = opened("imports", monkeypatch)
    path = tmp_path / "klassa.xlsx"
    path.write_bytes(xlsx({"Blad1": [HEAD, OPEN, secret("K4"), secret("IV")]}))
    dropped(app, path)
    assert "avvisade rader har nivå 4, eller en nivå" in text(app)
    assert "Alfa" in everything(app)
    assert SECRET not in everything(app)
    assert [button.label for button in app.get("download_button") if "avvisade" in button.label] == []


@pytest.mark.exhaustive
def test_samples_of_unmapped_columns_show_no_refused_row(own, tmp_path, monkeypatch):
    app = opened("imports", monkeypatch)
    for number, levels in enumerate(("K/R/T", "Nivåer")):
        path = tmp_path / f"klassa{number}.xlsx"
        head = ["System", "Informationsmängd", levels, f"Bedömd den {number}", "Anteckning"]
        rows = [head, secret("K4/R1/T1"), OPEN, *([secret("nivå fyra")] if levels == "K/R/T" else [])]
        path.write_bytes(xlsx({"Blad1": rows}))
        dropped(app, path)
        assert f"Bedömd den {number}" in everything(app)
        assert "Alfa" in everything(app)
        assert SECRET not in everything(app)
