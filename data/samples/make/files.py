"""Writing the exports as files: CSV, Excel and OpenDocument."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import odf.opendocument
import odf.table
import odf.text
import xlsxwriter  # type: ignore[import-untyped]
import xlwt

from compliance.core.zips import EARLIEST, parts_of, write_zip
from data.samples.make.fiction import TAKEN, Cell, fiction
from data.samples.make.history import make_history
from data.samples.make.layouts import Export, Layout, sheets_of
from data.samples.make.registers import ROWS

NOT_AVAILABLE: Final = "#N/A"
DATE_FORMATS: Final[Mapping[type, str]] = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm"}


def write_csv(export: Export) -> None:
    """Write delimited text in the layout's encoding. A letter that the encoding lacks becomes a question mark."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=export.layout.separator, lineterminator="\r\n")
    writer.writerows(export.sheets[-1].lines)
    export.path.write_bytes(text.getvalue().encode(export.layout.encoding, errors="replace"))


def write_xlsx(export: Export) -> None:
    """Write a workbook whose properties name the extract date as the day of its creation."""
    options = {"date_1904": export.layout.epoch_1904, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(export.path, options)
    book.set_properties({"created": datetime.combine(export.on, TAKEN), "author": fiction()["organisation"]})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in DATE_FORMATS.items()}
    bold = book.add_format({"bold": True, "text_wrap": True})
    for sheet in export.sheets:
        page = book.add_worksheet(sheet.title)
        for place, name in enumerate(export.layout.columns.values()):
            page.set_column(place, place, 18, None, {"hidden": name in export.layout.hidden})
        for y, x, cell in sheet.filled():
            if cell == NOT_AVAILABLE:
                page.write_formula(y, x, "=NA()", None, cell)
            else:
                page.write(y, x, cell, bold if y == sheet.heading else formats.get(type(cell)))
    book.close()


def write_xls(export: Export) -> None:
    """Write a workbook of Excel 97."""
    book = xlwt.Workbook()
    styles = {kind: xlwt.easyxf(num_format_str=form) for kind, form in DATE_FORMATS.items()}
    plain = xlwt.easyxf()
    for sheet in export.sheets:
        page = book.add_sheet(sheet.title)
        for y, x, cell in sheet.filled():
            page.write(y, x, cell, styles.get(type(cell), plain))
    book.save(str(export.path))


def write_ods(export: Export) -> None:
    """Write a workbook of LibreOffice."""
    book = odf.opendocument.OpenDocumentSpreadsheet()
    for sheet in export.sheets:
        table = odf.table.Table(name=sheet.title)
        for line in sheet.lines:
            row = odf.table.TableRow()
            for cell in line:
                row.addElement(_ods_cell(cell))
            table.addElement(row)
        book.spreadsheet.addElement(table)
    packed = io.BytesIO()
    book.write(packed)
    export.path.write_bytes(write_zip(parts_of(packed.getvalue()), EARLIEST, stored=lambda name: name == "mimetype"))


def _ods_cell(cell: Cell) -> Any:
    if cell is None or cell == "":
        return odf.table.TableCell()
    if isinstance(cell, date):
        return odf.table.TableCell(valuetype="date", datevalue=cell.isoformat())
    if isinstance(cell, int | float):
        return odf.table.TableCell(valuetype="float", value=cell)
    element = odf.table.TableCell(valuetype="string")
    element.addElement(odf.text.P(text=cell))
    return element


WRITERS: Final = {"csv": write_csv, "xlsx": write_xlsx, "xls": write_xls, "ods": write_ods}


def write_all(folder: Path, layouts: Sequence[Layout]) -> list[Path]:
    """Write every export under `folder`, with a folder for each extract date, and return the files in order."""
    history = make_history()
    written = []
    for layout in layouts:
        for on in layout.dates:
            path = folder / on.isoformat() / layout.file.format(date=on, compact=f"{on:%Y%m%d}", year=on.year)
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = list(ROWS[layout.source](history, on))
            WRITERS[layout.form](Export(path, layout, on, sheets_of(layout, rows, on=on)))
            written.append(path)
    return sorted(written)
