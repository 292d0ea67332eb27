"""Write a workbook directly into its file.

openpyxl writes each sheet to a temporary file first. If the temporary folder is full, it fails with an error of another
library and leaves that file behind.
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
    """Return the workbook as a file; for a write-only one, `rows` holds the rows of each sheet by its title."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _DirectWriter(book, archive, rows or {}).save()
    return file.getvalue()


class _DirectWriter(ExcelWriter):  # type: ignore[misc] # openpyxl has no types
    def __init__(self, book: Workbook, archive: zipfile.ZipFile, rows: Mapping[str, Iterable[list[Any]]]) -> None:
        super().__init__(book, archive)
        self._rows = rows

    def write_worksheet(self, ws: Any) -> None:
        """Write a sheet as openpyxl does, but into the file itself."""
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
