"""Files of every kind, honest and hostile: their cells are read, or a sentence says what to do."""

import contextlib
import io
import json
import pickle
import random
import subprocess
import sys
import tempfile
import threading
import zipfile
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from openpyxl.chart import LineChart

from compliance.core import children
from compliance.core.errors import Refusal
from compliance.core.masking import MASK, mask_text
from compliance.core.places import ROOT
from compliance.reading import markup, reading, strays, textfiles, worker
from compliance.reading.cells import Unreadable
from compliance.reading.reading import read
from compliance.reading.screening import ReadRequest
from tests import files
from tests.layers import first_of, layered
from tests.line import SOURCES, WORDS, read_here
from tests.spent import spent

GRID = "".join(
    f'<row r="{row}">{"".join(files.text_cell(f"{letter}{row}", f"{letter}{row}") for letter in "ABC")}</row>'
    for row in (1, 2, 3)
)
GRID_VALUES = [["A1", "B1", "C1"], ["A2", "B2", "C2"], ["A3", "B3", "C3"]]
MOMENT = datetime(2024, 3, 5, 14, 30)


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    """Every test also holds that nothing of the file is left behind."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def values(content, *, sheet=0, name="export.xlsx", read=read_here):
    """The cells of a sheet, row by row; `read` is said where the process that reads is what is tested."""
    cells = read(content, name=name).sheets[sheet].cells
    return [list(row) for row in zip(*(column.to_pylist() for column in cells.columns), strict=True)]


def refusal(content, *, name="Systemlista.xlsx", read=read_here):
    """The sentence that refuses a file."""
    with pytest.raises(Refusal) as refused:
        read(content, name=name)
    assert name in str(refused.value)
    return str(refused.value)


# --- rows and columns ----------------------------------------------------------------------------


@pytest.mark.parametrize("write", [files.xlsx, files.xls])
def test_leading_empty_rows_and_columns_count(write):
    """leading_rows_dropped: row numbers would all be wrong"""
    content = write({"Blad1": [["Id", "Namn"], ["1", "Åsa"]]}, first_row=4, first_column=3)
    assert values(content) == [[None] * 4] * 3 + [[None, None, "Id", "Namn"], [None, None, "1", "Åsa"]]


def test_leading_empty_rows_and_columns_of_ods():
    """repeated empty rows and cells are stored once with a count"""
    body = files.ods_row(files.ods_cell(), times=3) + files.ods_row(
        files.ods_cell(times=2), files.ods_cell("Id"), files.ods_cell("Namn")
    )
    assert values(files.ods(body)) == [[None] * 4] * 3 + [[None, None, "Id", "Namn"]]


def test_empty_rows_between_stay_and_those_after_do_not():
    """blank_row_in_the_middle: it is no row, and does not end the table"""
    assert values(files.xlsx({"Blad1": [["Id"], [], ["1"], [""], []]})) == [["Id"], [None], ["1"]]


def test_rows_and_cells_without_a_reference():
    """no r attribute: some systems omit the positions"""
    cell = files.text_cell
    body = f"<row>{cell('a')}{cell('b')}</row><row/><row>{cell('c')}<c/>{cell('d')}</row>"
    assert values(files.raw_xlsx(files.sheet_xml(body))) == [["a", "b", None], [None] * 3, ["c", None, "d"]]


def test_prefixed_and_strict_workbooks():
    """x_prefix, strict_namespace: other words for the same sheet"""
    sheet = files.sheet_xml(GRID)
    prefixed = sheet.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    strict = sheet.replace(files.MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
    assert values(files.raw_xlsx(prefixed)) == GRID_VALUES
    assert values(files.raw_xlsx(strict)) == GRID_VALUES


def test_hidden_sheets_are_read_and_chart_sheets_are_not():
    """hidden_sheet, chart_sheet"""
    book = openpyxl.Workbook()
    book.active.append(["Id"])
    book.create_chartsheet("Diagram").add_chart(LineChart())
    for state in ("hidden", "veryHidden"):
        sheet = book.create_sheet(state)
        sheet.sheet_state = state
        sheet.append([state])
    sheets = read_here(files.saved(book), name="a.xlsx").sheets
    assert [(sheet.name, sheet.cells.num_rows) for sheet in sheets] == [
        ("Sheet", 1),
        ("Diagram", 0),
        ("hidden", 1),
        ("veryHidden", 1),
    ]


# --- values --------------------------------------------------------------------------------------


def test_values_of_a_workbook_are_text():
    """serial_as_date, true_as_sant, percent, long_number"""
    row = [MOMENT, date(2024, 3, 5), 46108.5, True, 0.85, 12345.0, 1234567890, "=1+1", " x "]
    assert values(files.xlsx({"Blad1": [row]})) == [
        ["2024-03-05 14:30:00", "2024-03-05", "46108.5", "true", "0.85", "12345", "1234567890", None, " x "]
    ]


def test_error_cells_are_counted_and_empty():
    """error_cell: it looks empty and is not"""
    sheet = read_here(files.xlsx({"Blad1": [["Id", "#N/A", "#DIV/0!"], ["1", None, "x"]]}), name="a.xlsx").sheets[0]
    assert sheet.errors == 2
    assert sheet.cells.to_pylist()[0] == {"c0": "Id", "c1": None, "c2": None}


@pytest.mark.parametrize("write", [files.xlsx, files.xls])
@pytest.mark.parametrize("date1904", [False, True])
def test_1904_workbook_says_so(write, date1904):
    """serial of 1904: an unformatted serial needs the epoch"""
    workbook = read_here(write({"Blad1": [[MOMENT, 46108.5]]}, date1904=date1904), name="a")
    assert workbook.date1904 is date1904
    assert workbook.sheets[0].cells.to_pylist() == [{"c0": "2024-03-05 14:30:00", "c1": "46108.5"}]


def test_values_of_ods():
    """iso_dates, durations_look_like_errors, repeated_cells"""
    cell = files.ods_cell
    row = files.ods_row(
        cell("x", kind="date", value="2024-03-05T14:30:00"),
        cell("x", kind="date", value="2024-03-05"),
        cell("x", kind="time", value="PT14H30M00S"),
        cell("x", kind="boolean", value="true"),
        cell("två", times=2),
        times=2,
    )
    workbook = read_here(files.ods(row), name="a.ods")
    assert workbook.kind == "ods"
    assert workbook.sheets[0].errors == 0
    assert list(workbook.sheets[0].cells.to_pylist()[1].values()) == [
        "2024-03-05 14:30:00",
        "2024-03-05",
        "14:30:00",
        "true",
        "två",
        "två",
    ]


def test_iso_dates_of_xlsx_are_written_as_all_others():
    """t="d": a date stored as text in the workbook"""
    body = '<row><c t="d"><v>2024-03-05T14:30:00.000</v></c><c t="d"><v>2024-03-05</v></c></row>'
    assert values(files.raw_xlsx(files.sheet_xml(body))) == [["2024-03-05 14:30:00", "2024-03-05"]]


def test_modified_is_local_time():
    """modified_in_utc: just before midnight the day would be wrong"""
    said = '<dcterms:modified xsi:type="dcterms:W3CDTF">2026-06-30T22:30:00Z</dcterms:modified>'
    content = files.raw_xlsx(
        files.sheet_xml(GRID), parts={"docProps/core.xml": f"<cp:coreProperties>{said}</cp:coreProperties>"}
    )
    assert read_here(content, name="a.xlsx").modified == datetime(2026, 7, 1, 0, 30)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("2026-06-30T22:30:00.123456789", datetime(2026, 6, 30, 22, 30)), ("1899-12-30T00:00:00", None), ("x", None)],
)
def test_modified_of_ods(said, meant):
    """modified_without_zone, modified_before_spreadsheets"""
    meta = f'<office:meta xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:date>{said}</dc:date></office:meta>'
    content = files.ods(files.ods_row(files.ods_cell("Id")), parts={"meta.xml": meta})
    assert read_here(content, name="a.ods").modified == meant


# --- kinds, by content ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \r\n \r\n", "empty"),
        (b";;;\r\n;;;\r\n", "empty"),
        (files.xlsx({"Blad1": []}), "empty"),
        (files.xlsx({"Blad1": [["Id"]]})[:-300], "damaged"),
        (files.xls({"Blad1": [["Id"]]})[:3000], "damaged"),
        (files.raw_xlsx("<worksheet><sheetData><row><c"), "damaged"),
        (files.zipped({"xl/workbook.bin": "x"}), "cannot be read here"),
        (files.zipped({"word/document.xml": "x"}), "not a spreadsheet"),
        (files.zipped({"ppt/presentation.xml": "x"}), "not a spreadsheet"),
        (files.zipped({"Index/Document.iwa": "x"}), "cannot be read here"),
        (files.zipped({"a.csv": "Id;Namn"}), "archive"),
        (files.ole("EncryptedPackage", b"x"), "is protected"),
        (files.ole("DRMEncryptedTransform", b"x"), "is protected"),
        (files.ole("\tDRMContent", b"x"), "is protected"),
        (files.ole("WordDocument", b"x"), "not a spreadsheet"),
        (files.ole("__properties_version1.0", b"x"), "not a spreadsheet"),
        (files.locked_xls({"Blad1": [["Id"]]}), "is protected"),
        (files.ods("", parts={"META-INF/manifest.xml": "<m p='content.xml'><encryption-data/></m>"}), "is protected"),
        (files.ods("", parts={"mimetype": "application/vnd.oasis.opendocument.text"}), "not a spreadsheet"),
        (b"\x09\x00\x04\x00\x02\x00\x10\x00", "cannot be read here"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "not a spreadsheet"),
        (rb"{\rtf1 hej}", "not a spreadsheet"),
        (b"<html><body><form>Logga in</form></body></html>", "web page without a table"),
        (b'<?xml version="1.0"?><root/>', "not a spreadsheet"),
        (b"Id;Namn\r\n\0\0\0;x\r\n", "not a spreadsheet"),
        (bytes(range(1, 32)) * 100, "not a spreadsheet"),
        (b"Id;Namn\n" * 100 + bytes(50), "not a spreadsheet"),
        (b'Id;Namn\r\n1;a\r\n"2;b\r\n3;c\r\n', "row 3"),
    ],
)
def test_an_unreadable_file_is_named_for_what_it_is(content, words):
    """wrong kind: the sentence says what is wrong and what to do"""
    assert words in refusal(content)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.xlsx({"Blad1": [["Id"]]}), "xlsx"),
        (files.xls({"Blad1": [["Id"]]}), "xls"),
        (files.ods(files.ods_row(files.ods_cell("Id"))), "ods"),
        (b"Id;Namn\r\n1;a", "csv"),
        (b"<table><tr><td>Id</td></tr></table>", "html"),
        (files.xml_2003(f"<Row>{files.xml_cell('Id')}</Row>"), "xml"),
    ],
)
@pytest.mark.parametrize("name", first_of(["a.xls", "a.xlsx", "a.csv", "a"]))
def test_the_name_does_not_decide_the_kind(content, kind, name):
    """wrong_extension: a web page named .xls, a workbook named .csv"""
    assert read_here(content, name=name).kind == kind


def test_macro_workbook():
    """xlsm: it is read as any other"""
    content = files.xlsx({"Blad1": [["Id"]]})
    parts = {
        name: zipfile.ZipFile(io.BytesIO(content)).read(name)
        for name in zipfile.ZipFile(io.BytesIO(content)).namelist()
    }
    types = parts["[Content_Types].xml"].replace(b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main")
    assert read_here(files.zipped({**parts, "[Content_Types].xml": types}), name="a").kind == "xlsm"


# --- files made to do harm -----------------------------------------------------------------------


@pytest.mark.live
@pytest.mark.parametrize("dimension", first_of(["A1:XFD1048576", "A1:C3", ""]))
def test_one_cell_in_the_last_corner_does_not_explode(dimension):
    """stray cell: laid out in full the sheet would take 549 GB, and its stated dimension may be wrong"""
    far = f'<row r="1048576">{files.text_cell("stray", "XFD1048576")}</row>'
    content = files.raw_xlsx(files.sheet_xml(GRID + far, dimension=dimension))
    started, workbook = spent(), read(content, name="a.xlsx")
    assert (workbook.cut, values(workbook, read=lambda given, name: given)) == (1, GRID_VALUES)
    assert spent() - started < 10


@pytest.mark.exhaustive
def test_stray_cells_among_good_ones_are_cut_off():
    """stray_cell: in a row and a column that have good cells, and then good cells after it"""
    cell = files.text_cell
    rows = [f'<row r="{n}">{cell(n, f"A{n}")}</row>' for n in range(1, 30_001)]
    rows[1] = f'<row r="2">{cell(2, "A2")}{cell("far", "XFD2")}{cell("far", "XFE2")}</row>'
    far = f'<row r="1048576">{cell("far", "A1048576")}</row>'
    content = files.raw_xlsx(files.sheet_xml("".join(rows) + far, dimension="A1:XFD1048576"))
    assert values(content, read=read) == [[str(n)] for n in range(1, 30_001)]


def test_the_careful_attempt_fails_if_there_is_nothing_to_cut(tmp_path):
    """honest but too large: the second child would run out of memory like the first"""
    source = tmp_path / "source"
    source.write_bytes(files.raw_xlsx(files.sheet_xml(GRID)))
    with source.open("rb") as file, pytest.raises(worker.Unreadable, match="too_large"):
        worker.read(file, folder=tmp_path, careful=True)


def test_the_careful_attempt_follows_a_death(tmp_path):
    """stale link: the first child died with the workbook open, and the second uses the same folder"""
    source = tmp_path / "source"
    source.write_bytes(files.ods(files.ods_row(files.ods_cell("Id"))))
    (tmp_path / "export.ods").symlink_to("/dev/fd/0")
    with source.open("rb") as file:
        assert worker.read(file, folder=tmp_path, careful=True).kind == "ods"


@pytest.mark.exhaustive
def test_a_row_far_below_is_read_if_the_sheet_fits():
    """far_row: an empty row does not end the table"""
    last = f'<row r="200000">{files.text_cell("last", "B200000")}</row>'
    rows = values(files.raw_xlsx(files.sheet_xml(GRID + last)), read=read)
    assert (len(rows), rows[:3], rows[-1]) == (200000, GRID_VALUES, [None, "last", None])


@pytest.mark.live
def test_a_sheet_without_a_dense_part_is_refused():
    """diagonal: there is no table to cut it to"""
    cells = (
        f'<row r="{n * 900}"><c r="{openpyxl.utils.get_column_letter(n * 4)}{n * 900}"><v>1</v></c></row>'
        for n in range(1, 1100)
    )
    content = files.raw_xlsx(files.sheet_xml("".join(cells), dimension="A1:FKB990000"))
    assert "too much" in refusal(content, read=read)


@pytest.mark.exhaustive
def test_wide_sheets_are_read_up_to_a_limit():
    """16384_columns: an export has fewer"""
    assert len(values(files.xlsx({"Blad1": [range(16384)]}))[0]) == 500
    assert len(values(";".join(map(str, range(20000))).encode())[0]) == 500


FAR = [*[None] * 3, *range(505)]
FAR_CELL = f'<row r="1048576">{files.text_cell("x", "XFD1048576")}</row>'
FAR_XML = files.xml_cell("y", attributes='ss:Index="9999"')


@pytest.mark.parametrize(
    ("content", "cut"),
    first_of(
        [
            (files.xlsx({"Blad1": [["Id", *range(502)]], "Blad2": [FAR]}), 3 + 8),
            (";".join(["x"] * 503).encode() + b";;\n" + ";".join(["y"] * 501).encode(), 3),
            (files.xml_2003(f"<Row>{files.xml_cell('x')}{FAR_XML}</Row>"), 1),
            (b"<table><tr>" + b"<td>x" * 500 + b"<td><td>y<td>z</table>", 2),
            (files.xml_2003(f"<Row>{files.xml_cell('x') * 502}</Row>"), 2),
            (files.xlsx({"Blad1": [["Id", *range(499)]]}), 0),
            (";".join(["x"] * 500).encode() + b";;;\n", 0),
            (files.xlsx({"Blad1": [["Id"]], "Blad2": [["x"]]}, first_column=510), None),
        ],
        3,
    ),
)
def test_left_out_cells_are_counted(content, cut):
    """silent cut: a column missing without a word looks as if the export had none"""
    if cut is None:
        assert "empty" in refusal(content)
    else:
        assert read_here(content, name="a").cut == cut


@pytest.mark.exhaustive
def test_a_bomb_is_refused_by_its_directory():
    """zip_bomb: 150 MB of blanks in 150 KB"""
    sheet = files.sheet_xml(f"<row>{files.text_cell(' ' * (150 << 20))}</row>")
    assert "holds too much" in refusal(files.raw_xlsx(sheet), read=read)


@pytest.mark.live
def test_forged_sizes_are_found():
    """the directory states less than there is, which would evade the limits"""
    content = files.forged_size(files.raw_xlsx(files.sheet_xml(GRID)), "xl/worksheets/sheet1.xml", 1)
    assert "damaged" in refusal(content, read=read)


@pytest.mark.live
def test_too_many_parts():
    """many_parts: a directory is work too"""
    content = files.raw_xlsx(files.sheet_xml(GRID), parts={f"x/{n}": "" for n in range(10_001)})
    assert "holds too much" in refusal(content, read=read)


@pytest.mark.live
@pytest.mark.parametrize("times", first_of([1048576, 4294967295]))
def test_repeated_rows_of_ods(times):
    """ods bomb: empty repetition costs nothing, a filled one is limited"""
    cell, row = files.ods_cell, files.ods_row
    assert values(files.ods(row(cell("Id")) + row(cell(times=16384), times=times)), read=read) == [["Id"]]
    assert "too much" in refusal(files.ods(row(cell("x", times=16384), times=times)), read=read)


@pytest.mark.exhaustive
def test_entities_do_not_expand():
    """billion_laughs: in every kind of XML"""
    workbook = files.raw_xlsx(files.LAUGHS + files.sheet_xml(f"<row>{files.text_cell('&i;')}</row>"))
    assert "damaged" in refusal(workbook, read=read)
    xml = files.xml_2003(f"<Row>{files.xml_cell('&i;')}</Row>", prolog=files.LAUGHS)
    assert "damaged" in refusal(xml, read=read)
    with pytest.raises(worker.Unreadable, match="damaged"):
        strays.near_cells((files.LAUGHS + files.sheet_xml("")).encode())
    html = f"{files.LAUGHS.replace('DOCTYPE x', 'DOCTYPE html')}<html><table><tr><td>&i;</td></tr></table></html>"
    assert values(html.encode(), read=read)[-1] == ["&i;"]


@pytest.mark.live
def test_an_outside_entity_is_not_fetched(tmp_path):
    """xxe: a file of the server in a cell"""
    secret = tmp_path / "secret"
    secret.write_text("hemligt")
    prolog = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}">]>'
    content = files.xml_2003(f"<Row>{files.xml_cell('&s;')}{files.xml_cell('Id')}</Row>", prolog=prolog)
    assert "hemligt" not in str(values(content, read=read))


@pytest.mark.live
@pytest.mark.parametrize("seed", first_of(range(60)))
def test_damaged_bytes_are_refused_or_read(seed):
    """fuzzed: a panic of the library passes `except Exception`"""
    chance = random.Random(seed)
    write = (files.xlsx, files.xls)[seed % 2]
    content = bytearray(write({"Blad1": [["Id", MOMENT, n] for n in range(20)]}))
    for _ in range(6):
        content[chance.randrange(len(content))] = chance.randrange(256)
    with contextlib.suppress(Refusal):
        read(bytes(content), name="a.xlsx")


@pytest.mark.live
def test_a_slow_file_is_stopped(monkeypatch):
    """too_slow: the child is killed, and the server goes on"""
    for limit, amount in {"SECONDS": 1.0, "SECONDS_A_MEGABYTE": 0.0, "PATIENCE": 100}.items():
        monkeypatch.setattr(reading, limit, amount)
    with pytest.raises(reading.NotRead, match="holds too much") as refused:
        read(files.many_rows(200_000, 12), name="a.xlsx")
    assert refused.value.code == "too_slow"


LARGE = 60_000_000
# What fills a file: nothing of a table, or a line, a record or a page that is none.
FILLINGS = {
    **{f"only {text!r}": (b"", text, "is empty") for text in
       (b";", b",", b"\t", b"|", b'"', b"\n", b"\r", b" ", b";\n", b'";', b'"";', b";,\t|", b";" * 1000 + b"\n")},
    "one line": (b"", b"a", "holds too much"),
    "one line of cells": (b"", b"a;", "holds too much"),
    "cells below a heading": (b"Enhet;Namn\n", b";", "holds too much"),
    "empty lines": (b"Enhet;Namn\n", b"\n", "holds too much"),
    "lines": (b"Enhet;Namn\n", b"a\n", "holds too much"),
    "lines in a cell": (b'Enhet;"', b"a\n", "holds too much"),
    "NUL": (b"", b"\0", "is not a spreadsheet"),
    "a page's cells": (b"<table>", b"<td>", "is empty"),
    "a page's rows": (b"<table>", b"<tr> ", "is empty"),
    "tags": (b"<html>", b"<p>", "without a table"),
}  # fmt: skip


@pytest.mark.exhaustive
@pytest.mark.parametrize("filling", FILLINGS)
def test_what_is_no_table_is_refused_at_once(filling):
    """60 MB of anything that no spreadsheet program would write"""
    head, text, why = FILLINGS[filling]
    content = head + text * (LARGE // len(text))
    started = spent()
    assert why in refusal(content, read=read, name="a.csv")
    assert spent() - started < 2


@pytest.mark.parametrize("filling", [filling for filling in FILLINGS if "NUL" not in filling])
def test_it_is_refused_before_it_is_parsed(filling, monkeypatch):
    head, text, why = FILLINGS[filling]
    for limit in ("MOST_LINES", "MOST_COLUMNS", "LONGEST_LINE", "ROOMY"):
        monkeypatch.setattr(textfiles, limit, 50)
    monkeypatch.setattr(textfiles, "table_of", lambda *_: pytest.fail("parsed"))
    monkeypatch.setattr(markup, "table_of", lambda *_: pytest.fail("parsed"))
    with pytest.raises(Unreadable) as refused:
        textfiles.read_text(head + text * 200)
    assert refused.value.code == {"is empty": "empty", "without a table": "no_table"}.get(why, "too_large")


@pytest.mark.live
def test_a_child_that_dies_gives_a_sentence(monkeypatch):
    """killed: whatever ends the child"""
    monkeypatch.setattr(children, "environment", lambda folder: {})
    assert "cannot be read" in refusal(files.xlsx({"Blad1": [["Id"]]}), read=read)


def test_a_too_large_file_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    assert "too much" in refusal(b"Id;Namn\r\n1;a\r\n", read=read)


def child(code):
    """What a fresh process prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.live
def test_the_limits_come_before_the_libraries():
    """late_limits: a library could harm while it is imported"""
    assert (
        child("import sys, compliance.reading.worker; print({'pyarrow', 'fastexcel', 'lxml'} & set(sys.modules))")
        == "set()"
    )


@pytest.mark.live
def test_the_limits_hold():
    """memory: the machine goes on, whatever a file asks for"""
    limits = "from resource import *; from compliance.core.children import *; limit_resources(seconds=7); "
    assert child(limits + "print(getrlimit(RLIMIT_CORE), getrlimit(RLIMIT_CPU)[0])") == "(0, 0) 7"
    with pytest.raises(subprocess.CalledProcessError, match="1"):
        child(limits + "bytearray(MEMORY)")


def test_the_child_sees_no_secrets(monkeypatch):
    """environment: the server's settings stay with it"""
    monkeypatch.setenv("SECRET", "hemligt")
    assert "hemligt" not in str(children.environment(ROOT))


LEAKY = {
    "xlsx": files.xlsx({"Blad1": [["Id", "850612-1238"]]}),
    "stray": files.raw_xlsx(files.sheet_xml(f'<row r="1">{files.text_cell("850612-1238")}</row>{FAR_CELL}')),
    "xls": files.xls({"Blad1": [["Id", "850612-1238"]]}),
    "ods": files.ods(files.ods_row(files.ods_cell("850612-1238"))),
    "csv": b"Id;850612-1238",
}


# What each kind writes is held to below.
@pytest.mark.live
@pytest.mark.parametrize("kind", layered(LEAKY, {"stray"}))
def test_nothing_is_on_the_disk_before_it_is_masked(kind, own_temporary_folder, monkeypatch):
    """a killed server would leave identity numbers behind"""
    folders = []
    ask = reading._child

    def look(file, folder, *how, **said):
        assert [path.name for path in folder.iterdir()] == ["request"]
        assert b"1238" not in (folder / "request").read_bytes()
        answer = ask(file, folder, *how, **said)
        folders.append(sorted(path.name for path in folder.iterdir()))
        assert folder.stat().st_mode & 0o777 == 0o700
        assert not any(b"1238" in path.read_bytes() for path in folder.iterdir())
        return answer

    monkeypatch.setattr(reading, "_child", look)
    assert read(LEAKY[kind], name="a").masked == 1
    assert folders[-1] == ["0.arrow", "answer.json", "request"]


@pytest.mark.live
@pytest.mark.parametrize("kind", layered(LEAKY, {"stray"}))
def test_the_child_opens_no_file_for_writing_but_its_answer(kind, tmp_path):
    """unlinked_copy: a copy would be on the disk even if it were deleted at once"""
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(LEAKY[kind])
    target.mkdir()
    (target / "request").write_bytes(pickle.dumps(("a", ReadRequest(SOURCES, WORDS, None))))
    code = (
        "import os, sys; from compliance.reading import worker; "
        "sys.addaudithook(lambda event, said: event == 'open' and said[2] & 3 and print(said[0])); "
        f"worker.main([{str(target)!r}, '9', str(os.getppid())])"
    )
    with source.open("rb") as file:
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdin=file, capture_output=True, text=True)
    assert json.loads((target / "answer.json").read_text())["masked"] == 1
    # Arrow writes its own file, which the hook does not see.
    assert done.stdout.split() == [str(target / "answer.json")]


@pytest.mark.live
@pytest.mark.parametrize("kind", layered(LEAKY, {"stray"}))
def test_reading_in_this_process_gives_the_same_as_in_a_child(kind):
    """The other tests read in this process for speed; tests/reading/test_doctor.py compares too."""
    apart = read(LEAKY[kind], name="a 850612-1238")
    assert read_here(LEAKY[kind], name="a 850612-1238") == apart
    assert apart.masked == 2


@pytest.mark.exhaustive
def test_several_at_once():
    """threads: the server reads for several people"""
    results = []
    content = files.xlsx({"Blad1": [["Id"]]})
    threads = [threading.Thread(target=lambda: results.append(values(content, read=read))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[["Id"]]] * 3


@pytest.mark.exhaustive
def test_a_large_file_is_quick():
    """100,000 rows x 12 columns: never row by row"""
    content = files.many_rows(100_000, 12)
    started = spent()
    cells = read(content, name="a.xlsx").sheets[0].cells
    assert (cells.num_rows, cells.num_columns) == (100_000, 12)
    assert cells["c0"][99_999].as_py() == f"text {100_000 % 977} i 0"
    assert spent() - started < 15


@pytest.mark.live
def test_the_files_of_read_sheets_are_unlinked(monkeypatch):
    """They may hold levels that must not be stored, and this process may be killed."""
    cells, left = reading._cells, []

    def then_look(path):
        found = cells(path)
        left.append([path.name for path in path.parent.iterdir() if path.suffix == ".arrow"])
        return found

    monkeypatch.setattr(reading, "_cells", then_look)
    book = read(b"Id;K\n1;4", name="a.csv")
    assert (book.sheets[0].cells.num_rows, left) == (2, [[]])


def test_path_and_bytes_are_the_same(tmp_path):
    """The command line gives a path."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"Id;Namn\r\n1;a")
    assert read_here(path, name=path.name).sha256 == read_here(path.read_bytes(), name="b.csv").sha256
    assert "opened" in refusal(tmp_path / "missing.csv")


# --- CSV -----------------------------------------------------------------------------------------

LETTERS = "Id;Namn\r\n1;Åsa Öberg\r\n"
LETTER_VALUES = [["Id", "Namn"], ["1", "Åsa Öberg"]]


@pytest.mark.parametrize(
    "content",
    [
        LETTERS.encode(),
        LETTERS.encode("utf-8-sig"),
        LETTERS.encode("cp1252"),
        LETTERS.encode("utf-16"),
        b"\xfe\xff" + LETTERS.encode("utf-16-be"),
        LETTERS.encode("utf-16-le"),
        LETTERS.encode("utf-16-be"),
        ("\ufeff\ufeff" + LETTERS).encode(),
        '"\ufeffId";"Namn"\r\n"1";"Åsa Öberg"\r\n'.encode(),
        LETTERS.replace("\r\n", "\n").encode(),
        LETTERS.replace("\r\n", "\r").encode(),
        LETTERS.rstrip().encode(),
        LETTERS.replace(";", ",").encode(),
        LETTERS.replace(";", "\t").encode(),
        b"\xef\xbb\xbfsep=;\r\n" + LETTERS.encode(),
        b"sep=|\r\n" + LETTERS.replace(";", "|").encode(),
        LETTERS.encode() + b"\x1a",
    ],
)
def test_encodings_delimiters_and_line_ends(content):
    """bom, bom_in_quotes, utf16, windows_1252, sep_line, old_mac, end_of_file_mark"""
    assert values(content, name="a.csv") == LETTER_VALUES


def test_one_foreign_byte_does_not_spoil_a_utf8_file():
    """mixed_encoding: all other letters would be wrong"""
    assert values("Å;Ä\n".encode() * 20 + "Ö;x\n".encode("cp1252"))[-2:] == [["Å", "Ä"], ["Ö", "x"]]


def test_delimiter_is_found_below_titles_of_several_cells_and_beside_texts_with_commas():
    rows = "".join(f"B-{n};Register {n};namn, adress, hälsa;Ja\n" for n in range(20))
    text = f"Registerförteckning;Granby\nRapport per 2026-05-15\n\nBehandlings-ID;Namn;Uppgifter;Tredjeland\n{rows}"
    assert values(text.encode())[4] == ["B-0", "Register 0", "namn, adress, hälsa", "Ja"]
    turned = text.translate(str.maketrans(",;", ";,"))
    assert values(turned.encode())[4] == ["B-0", "Register 0", "namn; adress; hälsa", "Ja"]


def test_delimiter_is_found_below_titles_and_beside_decimal_commas():
    """A comma in every row, and a line of prose above."""
    content = b"Rapport, uttagen 2026-10-02, av HR\n\nId;Procent\n1;1,5\n2;2,5\n3;3,5\n"
    assert values(content)[2:] == [["Id", "Procent"], ["1", "1,5"], ["2", "2,5"], ["3", "3,5"]]
    assert values(b"Id,Text\n1,a; b; c\n2,d\n3,e; f\n")[1] == ["1", "a; b; c"]
    titles = b"Rapport, uttagen 2026-10-02\nFr, till\n"
    assert values(titles + b"Id;Procent\n1;1,5\n2;2,5\n3;3,5\n")[3] == ["1", "1,5"]
    assert values(b"A;B;C\n1,5;2,5;3,5\n1,5;2,5;3,5\n")[1] == ["1,5", "2,5", "3,5"]
    assert values(b"A,B\n1,x; y\n2,z; w\n3,a; b\n")[1] == ["1", "x; y"]


def test_rows_are_records():
    """line_break_in_quotes, blank_line, ragged: row numbers as the spreadsheet program shows them"""
    content = b'Id;Text\r\n1;"rad 1\r\nrad 2; ""citat"""\r\n\r\n2\r\n3;a;b\r\n'
    assert values(content) == [
        ["Id", "Text", None],
        ["1", 'rad 1\r\nrad 2; "citat"', None],
        [None, None, None],
        ["2", None, None],
        ["3", "a", "b"],
    ]


def test_sep_line_is_no_row():
    """sep_line: numbering starts after it"""
    assert values(b"sep=;\nId;a,b\n1;2,3\n") == [["Id", "a,b"], ["1", "2,3"]]


def test_many_blank_lines():
    """blank_block: a whole batch of rows without a cell"""
    rows = values(b"\n" * 70_000 + b"Id;Namn\n1;a\n")
    assert (len(rows), rows[70_000]) == (70_002, ["Id", "Namn"])


def test_formulas_that_protect_a_text():
    """leading_zeros: ="00123" is a text"""
    assert values(b'Id;Namn\n="00123";="a b"\n')[1] == ["00123", "a b"]


def test_quotes_within_a_cell_are_text():
    """stray_quote: 5" is an inch"""
    assert values(b'Id;Namn\n1;sk\xe4rm 24" x\n2;"a" b\n')[1:] == [["1", 'skärm 24" x'], ["2", "a b"]]


# --- HTML and XML --------------------------------------------------------------------------------

PAGE = """<!DOCTYPE html><html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><title>x</title>
<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><style>td {color: red}</style></head>
<body><h1>Personallista</h1><p>Uttagen: 2026-10-02</p>
<table border=1><tr></tr><tr><th>AD-konto<th>Enhet<br>(kort)</th><th colspan=2>Åter</th></tr>
<tr><td rowspan=2>u1</td><td>A &amp; B</td><td>x</td><td>y</td></tr><tr><td>C</td><td>&nbsp;z</td></tr>
</table></body></html>"""


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16"])
def test_a_web_page_named_xls(encoding):
    """html_as_xls: lines above the table are rows, cells over several have their value in the first"""
    assert values(PAGE.encode(encoding), name="lista.xls") == [
        ["Personallista", None, None, None],
        ["Uttagen: 2026-10-02", None, None, None],
        [None] * 4,
        ["AD-konto", "Enhet\n(kort)", "Åter", None],
        ["u1", "A & B", "x", "y"],
        [None, "C", "z", None],
    ]


def test_a_table_within_a_layout_table():
    """nested_table: old pages put everything into one cell"""
    inner = "<table><tr><td>Id</td><td>N</td></tr><tr><td>1</td><td>a</td></tr></table>"
    page = f"<table><tr><td><b>Lista</b>{inner}</td></tr></table>"
    assert values(page.encode()) == [["Lista", None], ["Id", "N"], ["1", "a"]]


def test_pages_written_by_hand():
    """wrapped_source, paragraphs_in_cell, missing_tr: white space of the source is none of the text"""
    page = b"<table><tr><th>\r\n   Id\r\n  nr</th><th><p>A</p>\n<div>B</div></th></tr><td>1<td>2</table>slut"
    assert values(page) == [["Id nr", "A\nB"], ["1", "2"], ["slut", None]]


def test_spans_without_end():
    """huge_span: a number of cells is only a word"""
    page = b'<table><tr><td colspan=499 rowspan="99999999">x</td></tr><tr><td colspan=999999999999>y</td></tr></table>'
    rows = values(page)
    assert (rows[0][0], rows[1][499], len(rows), len(rows[0])) == ("x", "y", 2, 500)


def test_a_single_file_web_page():
    """mhtml: some systems name it .xls"""
    content = (
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="X"\r\n\r\n--X\r\n'
        "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "<table><tr><td>=C3=85sa</td></tr></table>\r\n--X--\r\n"
    )
    assert values(content.encode(), name="lista.xls") == [["Åsa"]]


def test_xml_spreadsheet_2003():
    """ss:Index, merged cells, spans, rich text, errors: positions are given only where some are skipped"""
    cell = files.xml_cell
    rich = '<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>fet</B> text</ss:Data></Cell>'
    body = (
        f'<Row ss:Index="3">{cell("Id", attributes="ss:Index=" + repr("2"))}'
        f"{cell('b', attributes='ss:MergeAcross=' + repr('1'))}{rich}</Row>"
        f"<Row>{cell('2024-03-05T14:30:00.000', 'DateTime')}{cell('1.9850612E7', 'Number')}"
        f"{cell('1', 'Boolean')}{cell('#N/A', 'Error')}<Cell/></Row>"
        f'<Row ss:Span="1"/><Row>{cell("sist")}</Row>'
    )
    workbook = read_here(files.xml_2003(body), name="a.xls")
    assert workbook.modified == datetime(2026, 10, 2, 10, 14)
    assert (workbook.sheets[0].name, workbook.sheets[0].errors) == ("Blad1", 1)
    assert [list(row.values()) for row in workbook.sheets[0].cells.to_pylist()] == [
        [None] * 5,
        [None] * 5,
        [None, "Id", "b", None, "fet text"],
        ["2024-03-05 14:30:00", "19850612", "true", None, None],
        [None] * 5,
        [None] * 5,
        ["sist", None, None, None, None],
    ]


# --- identity numbers ----------------------------------------------------------------------------


IDENTITIES = {
    "850612-1238": MASK,
    "8506121238": MASK,
    "19850612-1238": MASK,
    "198506121238": MASK,
    "850612+1238": MASK,
    "850612\u20131238": MASK,
    "18850612-1238": MASK,
    "20850612-1238": MASK,
    "850672-1235": MASK,  # samordningsnummer
    "000229-1235": MASK,  # 2000 was a leap year
    "ring 850612-1238, eller 8506121238.": f"ring {MASK}, eller {MASK}.",
    "id=850612-1238-x": f"id={MASK}-x",
    "198506121238.0": f"{MASK}.0",
    "1.850612-1238": f"1.{MASK}",
    "å8506121238å": f"å{MASK}å",
    "850612-1239": None,  # wrong check digit
    "851312-1239": None,  # no such month
    "850631-1235": None,  # no such day
    "850692-1231": None,  # nor with 60 added
    "010229-1234": None,  # no leap year in any century
    "19010229-1234": None,
    "17850612-1238": None,
    "21850612-1238": None,
    "08506121238": None,  # a digit beside it
    "85061212381": None,
    "119850612-1238": None,
    "850612-12381": None,
    "850612 1238": MASK,
    "46108.8506121238": None,  # decimals of a number
    "0,8506121238": None,
    "2024-03-05 14:30:00": None,
}


def test_what_is_an_identity_number():
    """the_form: see test_masking for every spelling"""
    assert {text: mask_text(text)[0] for text in IDENTITIES} == {
        text: masked or text for text, masked in IDENTITIES.items()
    }


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv", "html", "xml"])
def test_identity_numbers_never_leave_the_child(kind):
    """identity_number: as text, as a number, inside a text, in every sheet and name"""
    content = {
        "xlsx": files.xlsx({"850612-1238": [["Id", 198506121238], ["om 850612-1238", "8506121238"]]}),
        "xls": files.xls({"850612-1238": [["Id", 198506121238], ["om 850612-1238", "8506121238"]]}),
        "ods": files.ods(
            files.ods_row(files.ods_cell("Id"), files.ods_cell("x", kind="float", value="198506121238"))
            + files.ods_row(files.ods_cell("om 850612-1238"), files.ods_cell("8506121238"))
        ),
        "csv": b"Id;198506121238\nom 850612-1238;8506121238\n",
        "html": b"<table><tr><td>Id<td>198506121238<tr><td>om 850612-1238<td>8506121238</table>",
        "xml": files.xml_2003(
            f"<Row>{files.xml_cell('Id')}{files.xml_cell('1.98506121238E11', 'Number')}</Row>"
            f"<Row>{files.xml_cell('om 850612-1238')}{files.xml_cell('8506121238')}</Row>"
        ),
    }[kind]
    workbook = read_here(content, name="lista 8506121238.xlsx")
    assert workbook.kind == kind
    assert workbook.name == f"lista {MASK}.xlsx"
    assert [list(row.values()) for row in workbook.sheets[0].cells.to_pylist()] == [
        ["Id", MASK],
        [f"om {MASK}", MASK],
    ]
    in_sheet_name = kind in ("xlsx", "xls")
    assert workbook.sheets[0].name == (MASK if in_sheet_name else workbook.sheets[0].name)
    assert workbook.masked == 4 + in_sheet_name
    assert "1238" not in repr(workbook)


def test_every_day_of_a_leap_year_and_no_other():
    """calendar: compared with a naive list of days"""
    day, days = date(1984, 1, 1), set()
    while day.year == 1984:
        days.add(day.strftime("%y%m%d"))
        day += timedelta(days=1)
    for month in range(14):
        for number in range(33):
            digits = f"84{month:02}{number:02}123"
            checks = [mask_text(f"{digits}{check}")[1] for check in range(10)]
            assert sum(checks) == (digits[:6] in days)


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\anna\\lista.xlsx", "lista.xlsx"),
        ("../../etc/lista.csv", "lista.csv"),
        ("lista\u202excod.exe\x00\n.xlsx", "listaxcod.exe .xlsx"),
        ("a\u0308rende.xlsx", "ärende.xlsx"),
        ("x" * 300 + ".xlsx", "x" * 195 + ".xlsx"),
        ("x" * 300, "x" * 200),
        ("", "export"),
        ("/", "export"),
        # the date may be the day of the export, and is read after this
        ("export_20261002_0006.csv", "export_20261002_****.csv"),
        ("20261002-0006 och 850709-1232.csv", "20261002-**** och ******-****.csv"),
    ],
)
def test_names_are_shown_safely(given, kept):
    """path_in_name, right_to_left_mark, endless_name"""
    assert read_here(b"Id;Namn", name=given).name == kept


@pytest.mark.parametrize("kind", ["xls", "csv", "csv of 16 bits"])
def test_a_character_that_no_store_keeps_is_left_out(kind):
    """nul: old systems write U+0000 in headings, cells and names of sheets; a cell of nothing else is empty"""
    table = [["I\0d", "Namn"], ["1", "A\0nna\0"], ["2", "\0"], ["3", "Bo"], *[["4", "Cecilia Dahl"]] * 9]
    text = "\n".join(map(";".join, table))
    content = {
        "xls": files.xls({"Bl~ad": table}).replace(b"Bl~ad", b"Bl\0ad"),
        "csv": text.encode(),
        "csv of 16 bits": f"\ufeff{text}".encode("utf-16-le"),
    }[kind]
    [sheet] = read_here(content, name="a").sheets
    assert (sheet.name, [[*row.values()] for row in sheet.cells.to_pylist()[:4]]) == (
        "Blad" if kind == "xls" else "", [["Id", "Namn"], ["1", "Anna"], ["2", None], ["3", "Bo"]]
    )  # fmt: skip


def test_every_sentence_names_the_file_and_has_all_its_values():
    for code, sentence in reading.SENTENCES.items():
        assert "{file}" in sentence, code
        assert "{" not in sentence.format(file="a", row=1), code
