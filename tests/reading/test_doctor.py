"""The file doctor: each odd file known by name is read correctly, or refused with what to do about it."""

import io
import os
import re
import struct
import tempfile
import time
from pathlib import Path

import olefile
import pytest

from compliance.core import children
from compliance.core.errors import Hindered, Refusal
from compliance.core.masking import MASK, mask_text
from compliance.reading import reading, workbooks
from compliance.reading.reading import NotRead, read
from tests import files
from tests.layers import layered
from tests.line import read_here
from tests.spent import spent
from tools import hostile

HEADING, ROW = ["Systemnamn", "Enhet"], ["Årsplan", "Kansliet"]

# What is read: the rows of the last sheet.
READ = {
    "html": [
        ["Kursrapport", *[None] * 5],
        ["Uttagen: 2026-10-02", *[None] * 5],
        [None] * 6,
        ["AD-konto", "Kurs", "Status", "Antal", "Resultat", "Klar"],
        ["p1", "Kurs A", "Klar", "8/12", "67%", "✓"],
    ],
    "xml 2003": [HEADING, ["Årsplan", "Ö"]],
    "windows-1252": [HEADING, ROW],
    "utf-16": [HEADING, ROW],
    "bom in quotes": [HEADING, ROW],
    "sep line": [HEADING, ROW],
    "instruction sheet": [HEADING, ROW],
    "banner": [["Uppgifter om systemet", None, "Kontakt"], [*HEADING, "Objektägare"], [*ROW, "Ida"]],
    "title rows": [["Systemlista", None], ["Uttagen 2026-10-02", None], [None, None], HEADING, ROW],
    "totals": [HEADING, ROW, [None, None], ["Totalt antal system: 1", None]],
    "stray cell": [HEADING, ROW],
    "formulas": [HEADING, ["Årsplan", None]],
    "error cells": [HEADING, ["Årsplan", None], [None, "Ö"]],
    "multi-choice": [["Enhet", "Krav", "Status"], ["Kansliet", "Krav 1", "Ja; Delvis"]],
    "path in name": [HEADING, ROW],
    "endless name": [HEADING, ROW],
    "right to left": [HEADING, ROW],
}

# What is read in a process of its own before `make test-all`.
APART = {"html", "bomb"}

# What is refused: what the sentence says, and what it says to do.
REFUSED = {
    "password": ("is protected", "Save it without"),
    "password xls": ("is protected", "Save it without"),
    "rights": ("is protected", "Save it without"),
    "xlsb": ("cannot be read here", "save it as a new .xlsx"),
    "picture": ("is not a spreadsheet", "Load an .xlsx"),
    "empty": ("is empty", "Export it again"),
    "truncated": ("damaged or incomplete", "Export it again"),
    "bomb": ("holds too much", "divide the file"),
    "forged size": ("damaged or incomplete", "Export it again"),
    "billion laughs": ("damaged or incomplete", "Export it again"),
}


def rows(sheet):
    """The cells of a sheet, row by row."""
    return [list(row.values()) for row in sheet.cells.to_pylist()]


def read_case(case):
    """The workbook that one of the doctor's files is read as."""
    content, name = files.doctor_files()[case]
    return read_here(content, name=name)


def test_every_file_of_the_doctor_has_an_outcome():
    """A file without an expected outcome would go untested."""
    assert {*READ, *REFUSED, "16384 columns"} == set(files.doctor_files())


@pytest.mark.parametrize("case", READ)
def test_odd_but_honest_files_are_read(case):
    """Systems write such files, and Excel opens them."""
    assert rows(read_case(case).sheets[-1]) == READ[case]


@pytest.mark.live
@pytest.mark.parametrize("case", layered(READ, APART))
def test_odd_but_honest_files_are_read_the_same_in_a_process_of_its_own(case):
    content, name = files.doctor_files()[case]
    assert read(content, name=name) == read_case(case)


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_file_says_what_to_do(case):
    """With the fault and the way out."""
    _, name = files.doctor_files()[case]
    with pytest.raises(Refusal) as refused:
        read_case(case)
    assert all(words in str(refused.value) for words in (name, *REFUSED[case]))


@pytest.mark.live
@pytest.mark.parametrize("case", layered(REFUSED, APART))
def test_a_file_is_refused_the_same_in_a_process_of_its_own(case):
    """Within two seconds of work."""
    content, name = files.doctor_files()[case]
    started = spent()
    with pytest.raises(Refusal) as refused:
        read(content, name=name)
    assert spent() - started < 2
    with pytest.raises(Refusal, match=re.escape(str(refused.value))):
        read_case(case)


@pytest.mark.live
def test_many_columns_are_cut_and_counted():
    """16,384 columns: the first 500 are read, and the rest is reported."""
    workbook = read_case("16384 columns")
    assert (workbook.cut, rows(workbook.sheets[0])[1][:3]) == (16384 - 500, [*ROW, None])


def test_a_stray_cell_is_counted():
    assert read_case("stray cell").cut == 1


@pytest.mark.parametrize(
    ("case", "kept"),
    [
        ("path in name", "systemlista.csv"),
        ("endless name", "x" * 196 + ".csv"),
        ("right to left", "systemlistaxslx.csv"),
    ],
)
def test_names_are_harmless(case, kept):
    """An odd name is shown, and never used as a path."""
    assert read_case(case).name == kept


# --- what Excel opens and the library does not ---------------------------------------------------


def with_macro_sheet():
    """A workbook that has a sheet of old macros before its table."""
    sheets = '<sheet name="Makro" sheetId="2" r:id="rId2"/><sheet name="Blad1" sheetId="1" r:id="rId1"/>'
    return files.raw_xlsx(
        files.sheet_xml(f"<row>{files.text_cell('Id')}</row>"),
        parts={
            "xl/workbook.xml": f'<workbook xmlns="{files.MAIN}" xmlns:r="{files.RELATIONS}"><sheets>{sheets}</sheets>'
            "</workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{files.PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{files.RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
            '<Relationship Id="rId2" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" '
            'Target="macrosheets/sheet1.xml"/></Relationships>',
            "xl/macrosheets/sheet1.xml": "<x/>",
        },
    )


def test_sheets_of_old_macros_are_left_out():
    """Macro sheets do not prevent reading the table next to them."""
    [sheet] = read_here(with_macro_sheet(), name="a.xlsm").sheets
    assert (sheet.name, rows(sheet)) == ("Blad1", [["Id"]])


def test_space_between_the_cells_of_ods():
    """pretty_printed: OpenDocument may be laid out for people"""
    row = files.ods_row(files.ods_cell("Id"), files.ods_cell("Namn i  ord"))
    [sheet] = read_here(files.ods(row.replace("><", ">\n  <")), name="a.ods").sheets
    assert rows(sheet) == [["Id", "Namn i  ord"]]


def test_encrypted_macros_do_not_prevent_reading():
    """locked macros: only the macros are encrypted, not the table"""
    parts = {"META-INF/manifest.xml": manifest("Basic/Module1.xml"), "Basic/Module1.xml": "x"}
    content = files.ods(files.ods_row(files.ods_cell("Id")), parts=parts)
    assert rows(read_here(content, name="a.ods").sheets[0]) == [["Id"]]


def manifest(encrypted):
    """What an OpenDocument package says of a part that is encrypted."""
    return (
        f'<m:manifest xmlns:m="{files.OASIS}manifest:1.0"><m:file-entry m:full-path="content.xml"/>'
        f'<m:file-entry m:full-path="{encrypted}" m:size="5">\n <m:encryption-data m:checksum="x">'
        "<m:algorithm/></m:encryption-data></m:file-entry></m:manifest>"
    )


def test_errors_that_libreoffice_hides_are_errors():
    """hidden_error: the file says that the cell is an empty text"""
    said = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
    cells = [f"<table:table-cell {said}><text:p>{text}</text:p></table:table-cell>" for text in ("#REF!", "Err:502")]
    body = files.ods_row(files.ods_cell("Id"), files.ods_cell("Namn")) + files.ods_row(*cells)
    content = files.ods(body.replace("<table:table-row", '<table:table-row xmlns:calcext="c"'))
    assert rows(read_here(content, name="a.ods").sheets[0]) == [["Id", "Namn"], ["#REF!", "#N/A"]]


def test_a_workbook_with_unusual_part_names():
    """Its content types say where the parts are."""
    types = f"{files.SHEET_TYPE}.sheet.main+xml"
    sheet = files.sheet_xml(f"<row>{files.text_cell('Id')}<c><f>A1</f></c></row>")
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{files.PACKAGE}/content-types">'
        f'<Override PartName="/workbook.xml" ContentType="{types}"/></Types>',
        "_rels/.rels": relations("officeDocument", "workbook.xml"),
        "_rels/workbook.xml.rels": relations("worksheet", "sheet1.xml"),
        "workbook.xml": f'<workbook xmlns="{files.MAIN}" xmlns:r="{files.RELATIONS}"><sheets>'
        '<sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "sheet1.xml": sheet,
    }
    workbook = read_here(files.zipped(parts), name="a.xlsx")
    assert (rows(workbook.sheets[0]), workbook.formulas) == ([["Id"]], 1)


def relations(kind, target):
    """A part with one relation."""
    return (
        f'<Relationships xmlns="{files.PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{files.RELATIONS}/{kind}" Target="{target}"/></Relationships>'
    )


@pytest.mark.parametrize(
    ("sheets", "dimension"),
    [
        ('<sheet name="A" sheetId="1" r:id="rId1"/><sheet name="Makro" sheetId="2" state="hidden" r:id=""/>', "A1"),
        ('<sheet name="A" sheetId="1" state="show" r:id="rId1"/>', "A1"),
        ('<sheet name="A" sheetId="1" r:id="rId1"/>', "1:5"),
    ],
)
def test_what_excel_ignores_is_ignored(sheets, dimension):
    """sheet_without_part, unknown_state, odd_dimension: other programs write them"""
    sheet = files.sheet_xml(f"<row>{files.text_cell('Id')}</row>")
    sheet = sheet.replace("<sheetData", f'<dimension ref="{dimension}"/><sheetData')
    workbook = f'<workbook xmlns="{files.MAIN}" xmlns:r="{files.RELATIONS}"><sheets>{sheets}</sheets></workbook>'
    [found] = read_here(files.raw_xlsx(sheet, parts={"xl/workbook.xml": workbook}), name="a.xlsx").sheets
    assert (found.name, rows(found)) == ("A", [["Id"]])


def test_the_sheets_of_a_single_file_web_page():
    """frames: Excel writes a page a sheet, and a first one that names them"""
    sheet = '<x:ExcelWorksheet><x:Name>{}</x:Name><x:WorksheetSource HRef=3D"a_files/{}"/></x:ExcelWorksheet>'
    first = "<html><frameset>" + sheet.format("A &amp; B", "sheet001.htm") + sheet.format("Tom", "chart.htm")
    pages = {
        "a.htm": first + "</frameset></html>",
        "a_files/tabs.htm": "<table><tr><td>A & B</td></tr></table>",
        "a_files/sheet001.htm": "<table><tr><td>Systemnamn</td></tr></table>",
        "a_files/chart.htm": "",
    }
    head = "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: file:///C:/"
    parts = "".join(f"--X\r\n{head}{place}\r\n\r\n{page}\r\n" for place, page in pages.items())
    content = f'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="X"\r\n\r\n{parts}--X--\r\n'
    [found] = read_here(content.encode(), name="a.xls").sheets
    assert (found.name, rows(found)) == ("A & B", [["Systemnamn"]])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (files.raw_xlsx(files.sheet_xml('<row><c t="s"><v>9</v></c></row>')), "Open it in the program"),
        (
            files.zipped({"[Content_Types].xml": f"{files.SHEET_TYPE}.sheet.main+xml", "a/b.xml": "x"}),
            "Open it in the program",
        ),
        (
            files.zipped({"[Content_Types].xml": "application/vnd.ms-excel.sheet.binary", "a": "x"}),
            "cannot be read here",
        ),
        (files.locked_zip({"a.csv": "x"}), "archive"),
        (files.locked_zip({"xl/workbook.xml": "x"}), "is protected"),
        (files.ods("", parts={"META-INF/manifest.xml": manifest("content.xml")}), "is protected"),
        (
            files.zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "encrypted-package": "x"}),
            "pass",
        ),
        (files.ods("", parts={"mimetype": "application/vnd.sun.xml.calc"}), "Open it in the program"),
        (files.ods("", parts={"mimetype": "application/vnd.sun.xml.writer"}), "not a spreadsheet"),
        (
            b'<?xml version="1.0"?>\n<office:document xmlns:style="s"><style:style/><table:table/>',
            "Open it in the program",
        ),
        (b"<style:styles/>", "not a spreadsheet"),
        (files.zipped({}), "is empty"),
        (b"\x09\x08\x08\0\0\5\x10\0", "cannot be read here"),
    ],
)
def test_the_sentence_fits_the_file(content, words):
    """Someone told that a good file is damaged exports it again, in vain."""
    with pytest.raises(Refusal, match=words):
        read_here(content, name="a.xlsx")


# --- what the library gets wrong in old workbooks -------------------------------------------------


def record(number, content=b""):
    """A record of an Excel 97-2003 workbook."""
    return struct.pack("<HH", number, len(content)) + content


CHART = (
    record(0x0809, struct.pack("<HH12x", 0x0600, 0x0020))
    + record(0x0203, struct.pack("<HHHd", 0, 0, 0, 7.0))
    + record(0x000A)
)


def records(content):
    """The records of a workbook, without the zeros after its end."""
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        stream = ole.openstream("Workbook").read()
    return stream[: stream.rindex(record(0x000A)) + 4]


@pytest.mark.parametrize("times", [1, 2])
def test_numbers_of_a_chart_are_no_cells(times):
    """A chart keeps its numbers in cells of its own, which begin at A1 too."""
    sheet = records(files.xls({"A": [HEADING, ROW]}))
    content = files.ole("Workbook", sheet[: -len(record(0x000A))] + CHART * times + record(0x000A))
    assert rows(read_here(content, name="a.xls").sheets[0]) == [HEADING, ROW]


def test_a_chart_that_is_a_sheet_keeps_its_ends():
    """chart_sheet: without them the library would not find where the next sheet ends"""
    sheet = records(files.xls({"A": [HEADING]}))
    void = CHART.replace(b"\x03\x02", workbooks.NOTHING)
    assert workbooks.without_charts(sheet + CHART + sheet) == sheet + void + sheet


def code_page(number):
    """The record of a workbook that says how its texts are written."""
    return record(0x0042, struct.pack("<H", number))


def test_texts_since_excel_97_are_unicode():
    """wrong code page: some programs write that of their machine, and the library would put a NUL after each letter"""
    stream = records(files.xls({"A": [["Årsplan", "5 € – 9"]]})).replace(code_page(1200), code_page(1252))
    assert rows(read_here(files.ole("Workbook", stream), name="a.xls").sheets[0]) == [["Årsplan", "5 € – 9"]]


@pytest.mark.parametrize("before", [record(0x0809, struct.pack("<HH", 0x0500, 5)), record(0x000A), b""])
def test_texts_before_excel_97_keep_their_code_page(before):
    """Excel 95, no code page: nothing is changed."""
    stream = before + (code_page(1252) if before else b"")
    assert workbooks.in_unicode(stream) == stream


def test_a_modified_date_stored_as_text(tmp_path, monkeypatch):
    """Some programs write the property so, which is no reason to refuse the file."""
    path = tmp_path / "a.xls"
    path.write_bytes(files.xls({"A": [HEADING]}))
    said = olefile.OleMetadata()
    said.last_saved_time = b"2010-06-17T13:59:43Z"
    monkeypatch.setattr(olefile.OleFileIO, "get_metadata", lambda _: said)
    with path.open("rb") as file:
        assert workbooks.read_ole(file, folder=tmp_path).modified is None


# --- formulas that nobody has worked out ---------------------------------------------------------

VALUE, TEXT = "<c><f>A1</f><v>5</v></c>", '<c t="str"><f>A1</f><v></v></c>'


@pytest.mark.parametrize(
    ("cells", "count"),
    [
        (VALUE, 0),
        (TEXT, 0),
        ('<c t="str"><f>A1</f><v/></c>', 0),
        ("<c r='A2'><f>A1</f></c>", 1),
        ("<c r='A2' s='1'>\n<f>A1</f>\n</c>", 1),
        ("<c><f>A1</f><v></v></c>", 1),
        ("<c><f>A1</f><v/></c>", 1),
        (f"{TEXT}<c><f>A1</f><v/></c>{TEXT}", 1),
        ('<c><f t="shared" si="0"/></c>', 1),
        ('<c><f t="shared" si="0"/><v>5</v></c>', 0),
        ('<c><f t="array" ref="A2:A3">SUM(A1&lt;B1)</f></c>' * 3, 3),
        ("<c t='str'><f>A1</f></c>", 1),
        ("<c><is><t>&lt;f>x&lt;/f></t></is></c>", 0),
    ],
)
def test_formulas_without_a_value_are_counted(cells, count):
    """never_opened: a workbook written by a script looks empty where it has formulas"""
    assert read_here(files.formulas(cells), name="a.xlsx").formulas == count


def test_formulas_with_a_prefix_are_counted():
    """x_prefix: other words for the same sheet"""
    sheet = files.sheet_xml(f"<row>{files.text_cell('a')}<c><f>A1</f></c>{VALUE}{TEXT}</row>")
    prefixed = sheet.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    assert read_here(files.raw_xlsx(prefixed), name="a.xlsx").formulas == 1


def test_a_cell_at_the_border_of_two_pieces_is_seen_to_be_a_date():
    from compliance.reading.strays import Scan

    cell = b'<worksheet><sheetData><row r="1"><c r="A1" t="d"><v>2026-10-01T00:00:00</v></c></row>'
    for end in range(cell.index(b't="d"') + 1, cell.index(b"><v>")):
        scan = Scan()
        for piece in (cell[:end], cell[end:]):
            scan.add(piece)
        assert scan.iso_dates


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_no_formula_is_lost_at_the_border_of_two_pieces(size):
    """A cell may begin in one piece and end in the next."""
    from compliance.reading.strays import Scan

    xml = files.sheet_xml(f"<row>{'<c><f>A1</f></c>' * 40}{VALUE * 30}{TEXT * 30}</row>").encode()
    scan = Scan(head=xml[:200])
    for start in range(0, len(xml), size):
        scan.add(xml[start : start + size])
    assert scan.formulas == 40


def test_formulas_of_xml_2003_and_of_openpyxl():
    """other_writers: each leaves the value out in its own way"""
    cells = '<Cell ss:Formula="=R1C1"/><Cell ss:Formula="=R1C1"><Data ss:Type="Number">1</Data></Cell>'
    assert read_here(files.xml_2003(f"<Row>{files.xml_cell('a')}{cells}</Row>"), name="a.xls").formulas == 1
    assert read_here(files.xlsx({"A": [["Id", "=1+1", "=A1"]], "B": [["=1"]]}), name="a.xlsx").formulas == 3
    assert read_case("formulas").formulas == 3
    assert read_case("totals").formulas == 0


# --- error cells ---------------------------------------------------------------------------------


def test_error_cells_have_places():
    """error_cell: a finding opens to its rows"""
    [sheet] = read_case("error cells").sheets
    assert (sheet.errors, sheet.error_places) == (2, ((2, 1), (3, 0)))


@pytest.mark.parametrize("write", [files.xlsx])
def test_places_count_empty_rows_and_columns_before_the_table(write):
    """The position is that in the spreadsheet, from row 1 and column 0."""
    content = write({"A": [["Id", "N"], ["#N/A", "x"], [None, "#REF!"]]}, first_row=5, first_column=3)
    assert read_here(content, name="a").sheets[0].error_places == ((6, 2), (7, 3))


def test_places_of_xml_2003_and_their_limit():
    """error_column: a whole column of errors is a number and its first rows"""
    error = files.xml_cell("#N/A", "Error")
    row = f'<Row ss:Index="3">{files.xml_cell("Id")}{files.xml_cell("#N/A", "Error", "ss:Index=" + repr("4"))}</Row>'
    [sheet] = read_here(files.xml_2003(row + f"<Row>{error}</Row>" * 600), name="a.xls").sheets
    assert (sheet.errors, len(sheet.error_places)) == (601, 500)
    assert sheet.error_places[:2] == ((3, 3), (4, 0))


# --- time and what is left behind ----------------------------------------------------------------


def test_time_grows_with_the_file():
    """A small file gets six seconds of a processor, a large one more."""
    assert reading.seconds_for(10_000) < 7
    assert 20 < reading.seconds_for(10 << 20) < 40
    assert reading.seconds_for(60 << 20) == reading.seconds_for(200 << 20) == 120


HINDERED = {
    "late": (children.Late, Hindered, "too busy", 1),
    "killed": (children.Killed, Hindered, "too busy", 2),
    "much": (children.TimeOver, NotRead, "holds too much", 1),
}


@pytest.mark.parametrize(("ends", "kind", "words", "times"), HINDERED.values(), ids=HINDERED)
def test_what_the_machine_makes_is_told_from_what_the_file_makes(ends, kind, words, times, monkeypatch):
    """blamed: a file with which nothing is wrong; one whose child was killed may be one that needs care"""
    asked = []

    def run(module, *options, seconds, patience, **_):
        asked.append(options)
        assert (seconds, patience) == (pytest.approx(6, abs=0.1), pytest.approx(60, abs=1))
        raise ends

    monkeypatch.setattr(children, "run", run)
    with pytest.raises(Refusal, match=words) as refused:
        read(b"Id;Namn", name="a.csv")
    assert (refused.type, asked) == (kind, [(), ("careful",)][:times])


def test_folders_of_a_killed_server_are_swept(tmp_path, monkeypatch):
    """Its folders are removed a day later, and nothing else is."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names = ("compliance-old", "compliance-new", "other-old")
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.arrow").write_text("x")
    (tmp_path / "compliance-link").symlink_to(tmp_path / "other-old")
    for name in ("compliance-old", "other-old"):
        os.utime(tmp_path / name, (time.time() - 90_000,) * 2)
    children.sweep.__wrapped__()
    assert sorted(path.name for path in Path(tmp_path).iterdir()) == ["compliance-link", "compliance-new", "other-old"]


# --- identity numbers in disguise ----------------------------------------------------------------


DISGUISED = {
    "85\u00ad0612-1238": MASK,
    "8\u200b5\u200c0\u200d6\u206012\ufeff-1238 är": f"{MASK} är",
    "850612\u200b-\u200b1238": MASK,
    "rad 1\u200b850612-1238": f"rad 1\u200b{MASK}",
    "1.98506121238E11": MASK,
    "1,98506121238e+11": MASK,
    "8.506121238E9": MASK,
    "8.506121238E+09": MASK,
    "198 506 121 238": MASK,
    "198\u00a0506\u202f121\u2009238": MASK,
    "19 121 212 1212": MASK,
    "8 506 121 238": MASK,
    "1.98506121239E11": None,  # wrong check digit
    "1.98506121238E10": None,  # another number
    "1.985E11": None,  # its digits are not there
    "8 506 121 239": None,
    "850612\u00a0-\u200b 1238": MASK,
    "070 123 45 67": None,  # a telephone number
    "8 506 121 238 kr": None,
    "10 000": None,
    "å\u00adäö": None,
}


def test_identity_numbers_in_disguise():
    """Digits separated by invisible characters, by thousands separators, or written with an exponent."""
    masked = {text: found or text for text, found in DISGUISED.items()}
    assert {text: mask_text(text)[0] for text in DISGUISED} == masked
    content = "\n".join(["Id;Text", *(f"1;{text}" for text in DISGUISED)])
    [sheet] = read_here(content.encode(), name="a.csv").sheets
    assert [text for _, text in rows(sheet)[1:]] == [*masked.values()]


@pytest.mark.parametrize("mark", ["\x00", "\x01", "\x1f", "\x7f"])
def test_identity_numbers_between_control_characters(mark):
    """control_character: a workbook may hold what no text file does"""
    text = mark.join("850612-1238")
    workbook = read_here(files.xls({"A": [["Id", "Text"], ["1", text]]}), name="a.xls")
    assert (workbook.masked, rows(workbook.sheets[0])[1][1]) == (1, MASK)


# --- mutated files -------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_mutated_files_are_read_or_refused(tmp_path):
    """hostile: those that `python -m tools.hostile` makes"""
    outcomes, growth = hostile.run(500, 20261125, saved=tmp_path)
    assert [outcome for outcome in outcomes if outcome.what == "fault"] == []
    assert {outcome.what for outcome in outcomes} == {"read", "refused"}
    assert growth < hostile.GROWTH_MB
