"""The rejected rows as a workbook to correct and send back: its content, loading it again, and its changes."""

import io
import shutil
from datetime import date

import openpyxl
import pytest

from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, Language
from compliance.core.masking import mask_text
from compliance.correcting.returning import Change, corrections, return_workbook, returnable
from compliance.declarations.sources import spoken
from compliance.loading.loading import REPLACED, AlreadyLoaded, revoke
from compliance.reading.markers import SHEET, Marker, split_marker
from tests.files import xlsx
from tests.layers import layered
from tests.line import SOURCES, Line, read_here

SV = Language("sv")
DAY = date(2026, 10, 1)
ROWS = [
    ("Rapport", None, None, None, None, None, None),
    (None, None, None, None, None, None, None),
    ("Åtgärds-ID", "Systemnamn", "Personnummer", "Egen kolumn", "Status", "Klart senast", "Krav"),
    ("1", "Alfa", "19121212-1212", "x", "Pågår", "2026-10-31", "A"),
    ("2", None, "19121212-1212", "z", "Pågår", "2026-11-30", "B"),
    ("3", "Beta", None, None, None, "snart", "C"),
    ("4", "Gamma", None, None, "Klar", "2026-12-31", "D"),
    (None, None, None, "y", "Pågår", "2026-12-31", "E"),
]


class Planned(Line):
    """A line with a loaded file of which three rows were rejected. `original` is its receipts and workbook."""

    original = None


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """The line that the tests copy."""
    with Planned(tmp_path_factory.mktemp("planned")).held() as line:
        line.original = original(line)
    return line


@pytest.fixture
def line(planned, tmp_path):
    """A copy for one test."""
    shutil.copytree(planned.folder, tmp_path, dirs_exist_ok=True)
    copy = Planned(tmp_path)
    copy.loads, copy.original = planned.loads, planned.original
    with copy.held():
        yield copy


@pytest.fixture
def empty(tmp_path):
    """A line with nothing loaded."""
    with Planned(tmp_path).held() as line:
        yield line


def original(line, sheets=None, *, name="plan.xlsx"):
    """Load a file with rows that are rejected, and return its receipts and its workbook."""
    if sheets is None and line.original:
        return line.original
    path = line.folder / name
    path.write_bytes(xlsx(sheets or {"Blad1": ROWS}))
    return tuple(line.load(path, extract_date=DAY)), read_here(path, name=path.name)


def returned(line, say=SV, sheets=None):
    return openpyxl.load_workbook(io.BytesIO(return_workbook(*original(line, sheets), say)))


def loaded_again(line, book, *, name="rättad.xlsx"):
    """Load a return as the owner of the source sends it back."""
    path = line.folder / name
    book.save(path)
    return line.load(path)


def test_rows_stand_as_in_the_file_with_what_is_wrong_before_them(line):
    sheet = returned(line).worksheets[0]
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    kept = ["Åtgärds-ID", "Systemnamn", "Egen kolumn", "Status", "Klart senast", "Krav"]
    assert table[0] == ["Fel", "Rad i filen", *kept]
    assert [row[1] for row in table[1:]] == [5, 6, 8]
    assert table[1][0] == "Systemnamn: Värdet saknas. Fyll i det och läs in filen igen."
    assert table[3][0].count("Värdet saknas") == 2
    assert table[1][2:] == ["2", None, "z", "Pågår", "2026-11-30", "B"]
    assert "1212" not in str(table)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C2", "A1:H4")


def test_a_heading_in_a_sentence_is_without_the_marks_at_its_end(line):
    rows = [("Åtgärds-ID", "Systemnamn (id)*:", "Status"), ("1", None, "Klar"), ("2", "Alfa", "Klar")]
    assert returned(line, sheets={"Blad1": rows}).worksheets[0]["A2"].value.startswith("Systemnamn: Värdet saknas.")
    assert spoken("Datum (start) *", ["Datum (start) *", "Datum (slut)"]) == "Datum (start)"


def test_wrong_cells_are_marked_and_say_why(line):
    sheet = returned(line).worksheets[0]
    filled = [
        cell.coordinate for row in sheet.iter_rows(min_row=2) for cell in row if cell.fill.fgColor.rgb == "00F8CBAD"
    ]
    assert filled == ["D2", "F3", "G3", "C4", "D4"]
    assert sheet["A3"].value.endswith("Klart senast: Det är inget datum. Skriv det som 2026-10-31.")
    assert line.problems()[2] == (6, "Klart senast", "snart", "not_a_date", "rejected")
    assert (line.rows("select rejected, warnings from imports")) == [{"rejected": 3, "warnings": 0}]
    assert sheet["D2"].comment.text == "Värdet saknas. Fyll i det och läs in filen igen."


@pytest.mark.live
def test_a_text_that_looks_like_a_formula_is_a_text(empty):
    path = empty.file("Åtgärds-ID | Systemnamn | Status | Krav\n1 | Alfa | Klar |\n2 | | Klar | =1+1")
    receipts = tuple(empty.load(path, extract_date=DAY))
    book = openpyxl.load_workbook(io.BytesIO(return_workbook(receipts, read_here(path, name=path.name), SV)))
    cell = book.worksheets[0]["F2"]
    assert (cell.value, cell.quotePrefix) == ("=1+1", True)
    cell.data_type = "s"  # openpyxl reads it as a formula; a spreadsheet program does not.
    book.worksheets[0]["D2"].value = "Beta"
    loaded_again(empty, book)
    assert empty.column("requirement", "classification_actions") == [None, "=1+1"]


def test_a_wrong_word_or_date_is_offered_what_can_stand_there(empty):
    rows = [("Enhet", "Krav", "Status", "Datum"), ("Norr", "1", "Klar", None), ("Söder", "2", None, None)]
    sheet = returned(empty, sheets={"Blad1": rows}).worksheets[0]
    [check] = sheet.data_validations.dataValidation
    assert (str(check.sqref), check.formula1) == ("E2", '"Genomförd,Pågår,Ej påbörjad,Ej tillämpligt"')


def test_the_hidden_sheet_says_which_file_it_belongs_to(line, tmp_path):
    receipts, book = original(line)
    path = tmp_path / "retur.xlsx"
    path.write_bytes(return_workbook(receipts, book, SV))
    assert openpyxl.load_workbook(path)[SHEET].sheet_state == "hidden"
    _, marker = split_marker(read_here(path, name=path.name))
    assert (marker.kind, marker.sha256, marker.source, marker.extract_date) == (
        "return", book.sha256, "classification_actions", DAY,
    )  # fmt: skip


def test_no_sha256_is_taken_for_an_identity_number():
    """masked: a sheet with a changed sum belongs to no file"""
    sha256 = "aaaaaa8507091232".ljust(64, "b")
    before, marker = f"{sha256[:8]} {sha256[8:]}", Marker("return", sha256)
    assert mask_text(before)[1]  # The form in which it was written before.
    book = read_here(xlsx({SHEET: marker.rows(), "Blad1": [["Id"]]}), name="a.xlsx")
    assert (book.masked, split_marker(book)[1]) == (0, marker)
    rows = [(key, f"{'a' * 8} {'b' * 56}" if key == "sha256" else value) for key, value in marker.rows()]
    again = split_marker(read_here(xlsx({SHEET: rows, "Blad1": [["Id"]]}), name="a.xlsx"))[1]
    assert again == Marker("return", "a" * 8 + "b" * 56)


@pytest.mark.parametrize("code", layered(LANGUAGES, {"sv"}))
def test_mended_rows_load_again_and_the_change_is_told(line, code):
    book = returned(line, Language(code))
    sheet = book.worksheets[0]
    sheet["D2"].value = "Beta"
    sheet["F3"].value = "Klar"
    sheet["G3"].value = date(2026, 12, 1)
    [receipt] = loaded_again(line, book)
    assert (receipt.summary.loaded, receipt.summary.rejected) == (2, 1)
    assert (receipt.extract_date.day, receipt.replaces) == (DAY, ())
    assert [column.heading for column in receipt.matches[0].unused][:2] == [c.value for c in sheet[1][:2]]
    with line.database.cursor() as cursor:
        assert corrections(cursor, receipt) == [
            Change(5, "Systemnamn", "", "Beta"),
            Change(6, "Status", "", "Klar"),
            Change(6, "Klart senast", "snart", "2026-12-01"),
        ]
    actions = line.rows("select action_id from classification_actions_at(date '2026-10-01', timestamp '9999-12-31')")
    assert sorted(row["action_id"] for row in actions) == ["1", "2", "3", "4"]


@pytest.mark.exhaustive
def test_a_return_is_compared_with_the_sheet_that_it_comes_from(empty):
    head = ("Åtgärds-ID", "Systemnamn", "Status")
    sheets = {
        "Norr": [head, ("1", "Alfa", "Pågår"), ("2", None, "Pågår")],
        "Söder": [("Krav", *head), ("a", "3", "Alfa", "Pågår"), ("b", "4", "Beta", None)],
    }
    book = returned(empty, sheets=sheets)
    assert book.sheetnames == ["Norr", "Söder", SHEET]
    book["Norr"]["D2"].value = "Beta"
    book["Söder"]["F2"].value = "Klar"
    [receipt] = loaded_again(empty, book)
    with empty.database.cursor() as cursor:
        assert corrections(cursor, receipt) == [Change(3, "Systemnamn", "", "Beta"), Change(3, "Status", "", "Klar")]


@pytest.mark.exhaustive
def test_columns_that_one_field_was_read_from_are_compared_too(empty):
    head = ("Förnamn", "Efternamn", "AD-konto", "Enhet", "Anställningsdatum", "Frånvaroorsak")
    rows = [head, ("Kim", "Ek", "kim", "Norr", "2020-01-01", "Sjuk"), ("Lo", "Alm", "lo", None, "2020-01-01", "Sjuk")]
    book = returned(empty, sheets={"Blad1": rows})
    sheet = book.worksheets[0]
    columns = {str(cells[0].value): cells[1].value for cells in sheet.iter_cols(max_row=2)}
    assert columns["Frånvaroorsak"] == "Ja"  # The absence is needed, its reason is not.
    sheet["D2"].value, sheet["F2"].value = "Almén", "Söder"
    [receipt] = loaded_again(empty, book)
    with empty.database.cursor() as cursor:
        assert corrections(cursor, receipt) == [Change(3, "Efternamn", "Alm", "Almén"), Change(3, "Enhet", "", "Söder")]
    assert empty.column("name", "staff") == ["Kim Ek", "Lo Almén"]


@pytest.mark.exhaustive
def test_a_file_of_two_sources_gives_a_return_that_names_neither(empty, tmp_path):
    sheets = {
        "Plan": [("Åtgärds-ID", "Systemnamn", "Status"), ("1", "Alfa", "Pågår"), ("2", None, "Pågår")],
        "Rutiner": [("Rutin", "Granskningspunkt", "Fastställd"), ("R", 1, None), (None, 2, None)],
    }
    receipts, book = original(empty, sheets)
    path = tmp_path / "retur.xlsx"
    path.write_bytes(return_workbook(receipts, book, SV))
    assert split_marker(read_here(path, name=path.name))[1].source is None
    back = openpyxl.load_workbook(path)
    back["Plan"]["D2"].value, back["Rutiner"]["C2"].value = "Beta", "S"
    assert [receipt.summary.loaded for receipt in loaded_again(empty, back)] == [1, 1]


# --- From the store -------------------------------------------------------------------------------------------------


def later(line, import_id=1):
    """The rows to send back as the history gives them."""
    with line.database.cursor() as cursor:
        return returnable(cursor, import_id, SOURCES)


def content_of(file):
    """The cells, the marked cells and the checks of each sheet of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(file))
    return [
        (
            sheet.title,
            [[cell.value for cell in row] for row in sheet.iter_rows()],
            [
                (c.coordinate, c.comment and c.comment.text)
                for row in sheet.iter_rows()
                for c in row
                if c.fill.fill_type
            ],
            sorted((str(check.sqref), check.formula1) for check in sheet.data_validations.dataValidation),
        )
        for sheet in book
    ]


HEAD = (
    "Förnamn",
    "Efternamn",
    "Personnummer",
    "AD-konto",
    "Enhet",
    "Anställningsdatum",
    "Anställd t.o.m.",
    "Frånvaroorsak",
)
FILES = {
    "banner_and_identities": {"Blad1": ROWS},
    "absence_and_names": {
        "Blad1": [
            HEAD,
            ("Kim", "Ek", "19121212-1212", "kim", "Norr", "2020-01-01", None, "Sjuk"),
            ("Lo", "Alm", "19121212-1212", "lo", None, "2020-01-01", "snart", "Sjuk"),
            ("Bo", "Ek", None, "bo", "Norr", "i fjol", None, None),
        ]
    },
    "two_sources": {
        "Plan": [("Åtgärds-ID", "Systemnamn", "Status"), ("1", "Alfa", "Pågår"), ("2", None, "Pågår")],
        "Rutiner": [("Rutin", "Granskningspunkt", "Fastställd"), ("R", 1, None), (None, 2, None)],
    },
    "level_4": {
        "K": [
            ("Systemnamn", "Klassad", "K", "R", "T"),
            ("Alfa", "2026-01-01", 1, 1, 1),
            ("Beta", "2026-01-01", 4, 1, 1),
            ("Gamma", "aldrig", 2, 1, 1),
        ]
    },
}


@pytest.mark.live
@pytest.mark.parametrize("name", layered(FILES, {"level_4"}))
def test_the_store_gives_the_workbook_that_the_card_of_the_file_gave(empty, name):
    """lost: the card is closed, and the rows were never sent"""
    receipts, book = original(empty, FILES[name])
    again = later(empty)
    assert content_of(again.workbook(SV)) == content_of(return_workbook(receipts, book, SV))
    assert again.count == sum(receipt.summary.returnable for receipt in receipts)
    assert "Beta" not in str(content_of(again.workbook(SV))) or name != "level_4"


@pytest.mark.live
def test_rows_that_came_back_corrected_are_not_sent_again(line, exhaustively):
    if exhaustively:
        loaded_again(line, corrected(line, returned(line), D2="Beta"))
        assert [sorted(sheet.lines) for sheet in later(line).sheets] == [[6, 8]]
        assert content_of(later(line, 2).workbook(SV)) == content_of(later(line, 1).workbook(SV))
    loaded_again(line, corrected(line, returned(line), D2="B", F3="Klar", C4="5", D4="D"), name="alla.xlsx")
    assert later(line) is None
    assert later(line, 3 if exhaustively else 2) is None


def test_a_file_that_does_not_count_gives_no_rows(line):
    revoke(line.database, 1, why="fel fil", order=line.order())
    assert later(line) is None
    assert later(line, 99) is None


def test_the_same_file_again_names_the_import_whose_rows_can_be_sent(line):
    with pytest.raises(AlreadyLoaded) as refusal:
        line.load(line.folder / "plan.xlsx", extract_date=DAY)
    assert later(line, refusal.value.import_id).count == 3


# --- Refusals and replacements --------------------------------------------------------------------------------------


def counted(line):
    """The ids of the actions in effect on the day of the file."""
    actions = line.rows("select action_id from classification_actions_at(date '2026-10-01', timestamp '9999-12-31')")
    return sorted(row["action_id"] for row in actions)


def corrected(line, book, **cells):
    """A copy of a return with some cells corrected, for instance D2="Beta"."""
    file = io.BytesIO()
    book.save(file)
    again = openpyxl.load_workbook(file)
    for place, value in cells.items():
        again.worksheets[0][place].value = value
    return again


@pytest.mark.parametrize("code", layered(LANGUAGES, {"sv"}))
def test_a_return_whose_hidden_sheet_is_gone_is_refused(line, code):
    """taken_for_an_export: three corrected rows would replace the whole file that they come from"""
    book = corrected(line, returned(line, Language(code)), D2="Beta")
    del book[SHEET]
    with pytest.raises(Refusal, match="has lost the hidden sheet"):
        loaded_again(line, book)
    assert counted(line) == ["1", "4"]


@pytest.mark.live
def test_a_return_of_a_file_that_a_later_one_has_replaced_is_refused(line):
    book = corrected(line, returned(line), D2="Beta")
    original(line, {"Blad1": [*ROWS[:4], ("9", "Delta", None, None, "Klar", None, "F")]}, name="ny.xlsx")
    with pytest.raises(Refusal, match="not loaded, or no longer counts"):
        loaded_again(line, book)
    assert counted(line) == ["1", "9"]


def test_a_return_of_a_file_that_is_revoked_is_refused(line):
    book = corrected(line, returned(line), D2="Beta")
    revoke(line.database, 1, why="fel fil", order=line.order())
    with pytest.raises(Refusal, match="not loaded, or no longer counts"):
        loaded_again(line, book)
    assert counted(line) == []


@pytest.mark.exhaustive
def test_a_return_of_a_file_that_an_export_of_another_day_follows_still_completes_it(line):
    book = corrected(line, returned(line), D2="Beta")
    line.load_table("Åtgärds-ID | Systemnamn | Status\n9 | Delta | Klar", extract_date=date(2026, 11, 1))
    loaded_again(line, book)
    assert counted(line) == ["1", "2", "4"]


@pytest.mark.live
def test_a_later_return_with_all_rows_of_an_earlier_one_takes_its_place(line):
    book = corrected(line, returned(line), D2="Beta")
    loaded_again(line, book)
    [receipt] = loaded_again(line, corrected(line, book, D2="Betan", F3="Klar"), name="igen.xlsx")
    assert receipt.replaces == ((2, "rättad.xlsx"),)
    assert counted(line) == ["1", "2", "3", "4"]
    revoked = line.rows("select import_id, revoked_by, why from revocations")
    assert revoked == [{"import_id": 2, "revoked_by": "test", "why": REPLACED}]
    assert line.rows("select system from classification_actions where action_id = '2'")[-1] == {"system": "Betan"}


@pytest.mark.exhaustive
def test_a_later_return_takes_the_place_of_all_whose_rows_it_holds(line):
    book = returned(line)
    second, third = (corrected(line, book) for _ in range(2))
    second.worksheets[0].delete_rows(3, 2)
    third.worksheets[0].delete_rows(2)
    loaded_again(line, corrected(line, second, D2="Beta"))
    loaded_again(line, corrected(line, third, F2="Klar"), name="två.xlsx")
    [receipt] = loaded_again(line, corrected(line, book, D2="Beta", F3="Pågår"), name="alla.xlsx")
    assert [number for number, _ in receipt.replaces] == [2, 3]
    assert [row["import_id"] for row in line.rows("from revocations order by 1")] == [2, 3]
    assert counted(line) == ["1", "2", "3", "4"]


@pytest.mark.live
def test_a_later_return_with_some_rows_of_an_earlier_one_is_refused_with_the_row(line, exhaustively):
    book = corrected(line, returned(line), D2="Beta", F3="Klar")
    loaded_again(line, book)
    some = corrected(line, book, C4="5", D4="Epsilon")
    some.worksheets[0].delete_rows(2)
    with pytest.raises(Refusal) as refusal:
        loaded_again(line, some, name="igen.xlsx")
    assert Language("en").refusal(refusal.value) == (
        "Row 6 of igen.xlsx has already been corrected, by import 2. Revoke that import first."
    )
    assert counted(line) == ["1", "2", "3", "4"]
    if exhaustively:
        revoke(line.database, 2, why="fel", order=line.order())
        loaded_again(line, some, name="igen.xlsx")
        assert counted(line) == ["1", "3", "4", "5"]


@pytest.mark.exhaustive
def test_a_later_return_with_other_rows_is_added(line):
    book = corrected(line, returned(line), D2="Beta")
    loaded_again(line, book)
    others = corrected(line, book, F3="Klar")
    others.worksheets[0].delete_rows(2)
    [receipt] = loaded_again(line, others, name="resten.xlsx")
    assert receipt.replaces == ()
    assert counted(line) == ["1", "2", "3", "4"]


@pytest.mark.exhaustive
def test_rows_of_different_sheets_with_the_same_number_are_different_rows(empty):
    head = ("Åtgärds-ID", "Systemnamn", "Status")
    sheets = {name: [head, (name, "Alfa", "Pågår"), (name * 2, None, "Pågår")] for name in ("N", "S")}
    book = returned(empty, sheets=sheets)
    book["N"]["D2"].value, book["S"]["D2"].value = "Beta", "Gamma"
    north, south = corrected(empty, book), corrected(empty, book)
    del north["S"], south["N"]
    loaded_again(empty, north)
    [receipt] = loaded_again(empty, south, name="andra bladet.xlsx")
    assert receipt.replaces == ()
    assert counted(empty) == ["N", "NN", "S", "SS"]
    [receipt] = loaded_again(empty, book, name="båda bladen.xlsx")
    assert [number for number, _ in receipt.replaces] == [2, 3]
    assert counted(empty) == ["N", "NN", "S", "SS"]


@pytest.mark.exhaustive
def test_rows_of_different_sources_or_files_with_the_same_number_are_different_rows(empty):
    sheets = {
        "Plan": [("Åtgärds-ID", "Systemnamn", "Status"), ("1", "Alfa", "Pågår"), ("2", None, "Pågår")],
        "Rutiner": [("Rutin", "Granskningspunkt", "Fastställd"), ("R", 1, None), (None, 2, None)],
    }
    book = returned(empty, sheets=sheets)
    plan, routines = corrected(empty, book), corrected(empty, book)
    del plan["Rutiner"], routines["Plan"]
    plan["Plan"]["D2"].value, routines["Rutiner"]["C2"].value = "Beta", "S"
    path = empty.file("Rutin | Granskningspunkt\nT | 3\n | 4", name="till.csv")
    receipts = tuple(empty.load(path, extract_date=DAY, completes=True))
    other = return_workbook(receipts, read_here(path, name=path.name), SV)
    for name, back in (("plan.xlsx", plan), ("rutiner.xlsx", routines)):
        assert [receipt.replaces for receipt in loaded_again(empty, back, name=name)] == [()]
    back = openpyxl.load_workbook(io.BytesIO(other))
    back.worksheets[0]["C2"].value = "U"
    assert [receipt.replaces for receipt in loaded_again(empty, back, name="till.xlsx")] == [()]
    assert empty.column("routine", "routines") == ["R", "T", "S", "U"]


def test_an_ordinary_file_has_mended_nothing(line):
    receipts, _ = original(line)
    with line.database.cursor() as cursor:
        assert corrections(cursor, receipts[0]) == []
