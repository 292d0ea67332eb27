"""A workbook as the content of a file, written straight into it.

openpyxl puts each sheet into a temporary file first. Where the temporary folder is full it is cut short in the words of
another library, and left behind.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter


def content(book: Workbook, rows: Mapping[str, Iterable[list[Any]]] | None = None) -> bytes:
    """The workbook as a file; `rows` are those of the sheets, by their titles, of one that is only written."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _Straight(book, archive, rows or {}).save()
    return file.getvalue()


class _Straight(ExcelWriter):  # type: ignore[misc] # openpyxl has no types
    def __init__(self, book: Workbook, archive: zipfile.ZipFile, rows: Mapping[str, Iterable[list[Any]]]) -> None:
        super().__init__(book, archive)
        self._rows = rows

    def write_worksheet(self, ws: Any) -> None:
        """What openpyxl does for a sheet, into the file itself."""
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        with self._archive.open(ws.path[1:], "w", force_zip64=True) as out:
            writer = WorksheetWriter(ws, out)
            if self.workbook.write_only:
                self._append(ws, writer)
            else:
                writer.write()
        ws._rels = writer._rels
        self.manifest.append(ws)

    def _append(self, ws: Any, writer: WorksheetWriter) -> None:
        ws._writer = writer
        writer.write_top()
        for row in self._rows.get(ws.title, ()):
            ws.append(row)
        ws.close()
