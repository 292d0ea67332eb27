"""Files as real systems write them, and as nobody should: each helper returns the bytes of one."""

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

import openpyxl
import xlwt
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from xlwt import CompoundDoc

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
SPREADSHEET_2003 = "urn:schemas-microsoft-com:office:spreadsheet"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Rows = Iterable[Sequence[object]]

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


def xlsx(sheets: Mapping[str, Rows], *, first_row: int = 1, first_column: int = 1, date1904: bool = False) -> bytes:
    """An ordinary workbook written by openpyxl; None leaves a cell out."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    if date1904:
        book.epoch = CALENDAR_MAC_1904
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, start=first_row):
            for place, value in enumerate(row, start=first_column):
                if value is not None:
                    sheet.cell(number, place, value)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of an openpyxl workbook."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def raw_xlsx(
    sheet: str | bytes, *, parts: Mapping[str, str | bytes] | None = None, workbook: str = "", level: int = 6
) -> bytes:
    """A compressed workbook whose only sheet is this XML, with additional or replaced `parts`."""
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEET_TYPE}.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{workbook}<sheets>'
            '<sheet name="Blad1" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": sheet,
    }
    return zipped({**content, **(parts or {})}, level=level)


def zipped(parts: Mapping[str, str | bytes], *, level: int = 6) -> bytes:
    """A zip of these parts in this order."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def locked_zip(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip whose directory marks its parts as encrypted."""
    data = bytearray(zipped(parts))
    for signature, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = -1
        while (place := data.find(signature, place + 1)) >= 0:
            data[place + at] |= 1
    return bytes(data)


def sheet_xml(body: str, *, dimension: str = "") -> str:
    """The XML of a sheet around its rows."""
    said = f'<dimension ref="{dimension}"/>' if dimension else ""
    return f'<worksheet xmlns="{MAIN}">{said}<sheetData>{body}</sheetData></worksheet>'


def text_cell(text: object, ref: str = "") -> str:
    """A cell with a text, at `ref` if given."""
    place = f' r="{ref}"' if ref else ""
    return f'<c{place} t="inlineStr"><is><t>{text}</t></is></c>'


def many_rows(rows: int, columns: int) -> bytes:
    """A large ordinary sheet, quickly written."""
    letters = [get_column_letter(place + 1) for place in range(columns)]
    cells = (
        text_cell(f"text {{text}} i {place}", f"{letter}{{n}}")
        if place % 3 == 0
        else f'<c r="{letter}{{n}}"><v>{{number}}</v></c>'
        for place, letter in enumerate(letters)
    )
    line = f'<row r="{{n}}">{"".join(cells)}</row>'
    lines = (line.format(n=n, text=n % 977, number=n * 7919 % 45000) for n in range(1, rows + 1))
    return raw_xlsx(sheet_xml("".join(lines), dimension=f"A1:{letters[-1]}{rows}"), level=1)


def forged_size(content: bytes, name: str, size: int) -> bytes:
    """The same zip with a directory that states `size` bytes for the part `name`."""
    data = bytearray(content)
    for signature, length, at in ((b"PK\x01\x02", 46, 24), (b"PK\x03\x04", 30, 22)):
        place = -1
        while (place := data.find(signature, place + 1)) >= 0:
            if data[place + length :].startswith(name.encode()):
                data[place + at : place + at + 4] = struct.pack("<I", size)
    return bytes(data)


def xls(sheets: Mapping[str, Rows], *, first_row: int = 1, first_column: int = 1, date1904: bool = False) -> bytes:
    """An Excel 97-2003 workbook by xlwt."""
    file = io.BytesIO()
    _old_book(sheets, first_row=first_row, first_column=first_column, date1904=date1904).save(file)
    return file.getvalue()


def locked_xls(sheets: Mapping[str, Rows]) -> bytes:
    """An Excel 97-2003 workbook that is marked as encrypted."""
    stream = _old_book(sheets, first_row=1, first_column=1, date1904=False).get_biff_data()
    start = 4 + int.from_bytes(stream[2:4], "little")
    file_pass = struct.pack("<HHH", 0x002F, 2, 0)
    return ole("Workbook", stream[:start] + file_pass + stream[start:])


def _old_book(sheets: Mapping[str, Rows], *, first_row: int, first_column: int, date1904: bool) -> xlwt.Workbook:
    book = xlwt.Workbook()
    book.dates_1904 = date1904
    moment = xlwt.easyxf(num_format_str="YYYY-MM-DD hh:mm")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows, start=first_row - 1):
            for place, value in enumerate(row, start=first_column - 1):
                if value is not None:
                    style = moment if isinstance(value, datetime) else xlwt.Style.default_style
                    sheet.write(number, place, value, style)
    return book


def ole(stream: str, content: bytes) -> bytes:
    """An OLE container with one stream, as encrypted workbooks and old documents come in."""
    file = io.BytesIO()
    CompoundDoc.XlsDoc().save(file, content)
    data = bytearray(file.getvalue())
    entry = data.find("Workbook".encode("utf-16-le"))
    data[entry : entry + 64] = stream.encode("utf-16-le").ljust(64, b"\0")
    data[entry + 64 : entry + 66] = struct.pack("<H", 2 * len(stream) + 2)
    return bytes(data)


def ods(body: str, *, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """An OpenDocument workbook whose only sheet has these rows."""
    names = "".join(f' xmlns:{name}="{OASIS}{name}:1.0"' for name in ("office", "table", "text"))
    content = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f'<m:manifest xmlns:m="{OASIS}manifest:1.0"/>',
        "content.xml": (
            f"<office:document-content{names}><office:body><office:spreadsheet>"
            f'<table:table table:name="Blad1">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>"
        ),
    }
    return zipped({**content, **(parts or {})})


def ods_row(*cells: str, times: int = 1) -> str:
    """A row of an OpenDocument sheet, `times` times."""
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def ods_cell(text: str = "", *, times: int = 1, kind: str = "string", value: str = "") -> str:
    """A cell of an OpenDocument sheet, `times` times; empty without text."""
    repeated = f' table:number-columns-repeated="{times}"'
    if not text:
        return f"<table:table-cell{repeated}/>"
    name = "value" if kind == "float" else f"{kind}-value"
    said = f' office:{name}="{value}"' if value else ""
    return f'<table:table-cell office:value-type="{kind}"{said}{repeated}><text:p>{text}</text:p></table:table-cell>'


def xml_2003(body: str, *, prolog: str = "") -> bytes:
    """An "XML Spreadsheet 2003" whose only sheet has these rows."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<?mso-application progid="Excel.Sheet"?>'
        f'<Workbook xmlns="{SPREADSHEET_2003}" xmlns:ss="{SPREADSHEET_2003}" xmlns:o="urn:schemas-microsoft-com:'
        'office:office"><o:DocumentProperties><o:LastSaved>2026-10-02T08:14:00Z</o:LastSaved></o:DocumentProperties>'
        f'<Worksheet ss:Name="Blad1"><Table>{body}</Table></Worksheet></Workbook>'
    ).encode()


def xml_cell(text: str, kind: str = "String", attributes: str = "") -> str:
    """A cell of an "XML Spreadsheet 2003"."""
    return f'<Cell {attributes}><Data ss:Type="{kind}">{text}</Data></Cell>'


def formulas(*cells: str) -> bytes:
    """A system register whose cells below the headings are these, as XML."""
    heading = f"<row>{text_cell('Systemnamn')}{text_cell('Enhet')}</row>"
    return raw_xlsx(sheet_xml(heading + "".join(f"<row>{cell}</row>" for cell in cells)))


def page(*rows: Sequence[str]) -> bytes:
    """A web page with a table of these rows."""
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<html><head><meta charset=utf-8></head><body><table border=1>{lines}</table></body></html>".encode()


def bannered(heading: Sequence[str], row: Sequence[object]) -> bytes:
    """A workbook with a banner over several columns above its headings."""
    book = openpyxl.Workbook()
    book.active.append(["Uppgifter om systemet", *[None] * (len(heading) - 2), "Kontakt"])
    book.active.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(heading) - 1)
    book.active.append(heading)
    book.active.append(row)
    return saved(book)


@cache
def doctor_files() -> dict[str, tuple[bytes, str]]:
    """Every odd file that an import must read correctly or refuse with a sentence: its case, its content and its
    name.
    """
    return {**_odd_text(), **_odd_workbooks(), **_locked_and_foreign(), **_hostile(), **_odd_names()}


def _odd_text() -> dict[str, tuple[bytes, str]]:
    csv = "Systemnamn;Enhet\r\nÅrsplan;Kansliet\r\n"
    heading = ("AD-konto", "Kurs", "Status", "Antal", "Resultat", "Klar")
    course = [("Kursrapport",), ("Uttagen: 2026-10-02",), (), heading, ("p1", "Kurs A", "Klar", "8/12", "67%", "✓")]
    cells = "".join(f"<Row>{xml_cell(a)}{xml_cell(b)}</Row>" for a, b in (("Systemnamn", "Enhet"), ("Årsplan", "Ö")))
    return {
        "html": (page(*course), "kursrapport.xls"),
        "xml 2003": (xml_2003(cells), "systemlista.xls"),
        "windows-1252": (csv.encode("cp1252"), "systemlista.csv"),
        "utf-16": (csv.encode("utf-16"), "systemlista.csv"),
        "bom in quotes": ('"\ufeffSystemnamn";"Enhet"\r\n"Årsplan";"Kansliet"\r\n'.encode(), "systemlista.csv"),
        "sep line": (b"\xef\xbb\xbfsep=;\r\n" + csv.encode(), "systemlista.csv"),
    }


def _odd_workbooks() -> dict[str, tuple[bytes, str]]:
    heading, row = ["Systemnamn", "Enhet"], ["Årsplan", "Kansliet"]
    answers = [["Enhet", "Krav", "Status"], ["Kansliet", "Krav 1", "Ja; Delvis"]]
    far = f'<row r="1048576">{text_cell("x", "XFD1048576")}</row>'
    near = "".join(f"<row r='{n}'>{text_cell(a)}{text_cell(b)}</row>" for n, (a, b) in enumerate((heading, row), 1))
    unknown = "<c><f>A1</f></c><c><f>B1</f><v></v></c>"
    return {
        "instruction sheet": (xlsx({"Läs mig": [["Så fyller du i"]], "Data": [heading, row]}), "systemlista.xlsx"),
        "banner": (bannered([*heading, "Objektägare"], [*row, "Ida"]), "systemlista.xlsx"),
        "title rows": (xlsx({"A": [["Systemlista"], ["Uttagen 2026-10-02"], [], heading, row]}), "systemlista.xlsx"),
        "totals": (xlsx({"A": [heading, row, [], ["Totalt antal system: 1"]]}), "systemlista.xlsx"),
        "stray cell": (raw_xlsx(sheet_xml(near + far, dimension="A1:XFD1048576")), "systemlista.xlsx"),
        "formulas": (formulas(text_cell("Årsplan") + "<c><f>A2</f></c>", unknown), "systemlista.xlsx"),
        "error cells": (xlsx({"A": [heading, ["Årsplan", "#N/A"], ["#REF!", "Ö"]]}), "systemlista.xlsx"),
        "multi-choice": (xlsx({"A": answers}), "lokal anvisning.xlsx"),
        "16384 columns": (xlsx({"A": [[*heading, *range(16382)], row]}), "systemlista.xlsx"),
    }


def _locked_and_foreign() -> dict[str, tuple[bytes, str]]:
    return {
        "password": (ole("EncryptedPackage", b"x"), "systemlista.xlsx"),
        "password xls": (locked_xls({"A": [["Systemnamn"]]}), "systemlista.xls"),
        "rights": (ole("\tDRMContent", b"x"), "systemlista.xlsx"),
        "xlsb": (zipped({"xl/workbook.bin": "x"}), "systemlista.xlsb"),
        "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "systemlista.xlsx"),
        "empty": (b"", "systemlista.xlsx"),
    }


def _hostile() -> dict[str, tuple[bytes, str]]:
    sheet = sheet_xml(f"<row>{text_cell('Systemnamn')}</row>")
    laughing = LAUGHS + sheet.replace("Systemnamn", "&i;")
    return {
        "truncated": (xlsx({"A": [["Systemnamn"]]})[:-300], "systemlista.xlsx"),
        "bomb": (raw_xlsx(sheet, parts={f"xl/media/{n}.xml": " " * (30 << 20) for n in range(4)}), "systemlista.xlsx"),
        "forged size": (forged_size(raw_xlsx(sheet), "xl/worksheets/sheet1.xml", 1), "systemlista.xlsx"),
        "billion laughs": (raw_xlsx(laughing), "systemlista.xlsx"),
    }


def _odd_names() -> dict[str, tuple[bytes, str]]:
    content = "Systemnamn;Enhet\r\nÅrsplan;Kansliet\r\n".encode()
    return {
        "path in name": (content, "../../etc/systemlista.csv"),
        "endless name": (content, "x" * 300 + ".csv"),
        "right to left": (content, "systemlista\u202exslx.csv"),
    }
