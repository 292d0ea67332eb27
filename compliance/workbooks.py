"""Workbooks of Excel and OpenDocument: a look into the container, then the cells through fastexcel."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from compliance.cells import (
    MAX_COLUMNS,
    Content,
    Found,
    Unreadable,
    as_table,
    local_time,
    modified,
    null_if_empty,
    plain_dates,
    trimmed,
)
from compliance.strays import Scan, near_cells

if TYPE_CHECKING:
    import pyarrow as pa

    Column = pa.ChunkedArray[Any]

MAX_PARTS: Final = 10_000
MAX_INFLATED: Final = 2 << 30
# An honest sheet is seldom packed harder than 40 to 1; small parts may be.
MAX_RATIO: Final = 250
RATIO_FROM: Final = 100 << 20

PARTS: Final = (
    ("xl/workbook.bin", "xlsb"),
    ("word/document.xml", "document"),
    ("ppt/presentation.xml", "slides"),
    ("index/document.iwa", "numbers"),
)
OPEN_DOCUMENT: Final = "application/vnd.oasis.opendocument."
SHEET_PART: Final = re.compile(r"xl[/\\]worksheets[/\\][^/\\]+\.xml", re.IGNORECASE)
DATE1904: Final = re.compile(rb"<(\w+:)?workbookPr\b[^>]*\bdate1904=[\"'](1|true|on)[\"']")

OLE_STREAMS: Final = (
    ("EncryptedPackage", "password"),
    ("WordDocument", "document"),
    ("PowerPoint Document", "slides"),
)
RIGHTS: Final = re.compile("DRMEncrypted|DRMContent")
DATE_MODE, FILE_PASS, END_OF_GLOBALS = 0x0022, 0x002F, 0x000A

# --- zip: xlsx, xlsm, ods ------------------------------------------------------------------------


def read_zip(file: BinaryIO, *, folder: Path, careful: bool) -> Content:
    """An Excel or OpenDocument workbook, after a look into the zip directory."""
    with _damage(), zipfile.ZipFile(file) as archive:
        kind = _zip_kind(archive)
        scans = inflate(archive)
        if kind == "ods":
            return _ods(archive, load_file(file, kind=kind, folder=folder))
        near, cut = None, 0
        if careful or any(scan.sparse for scan in scans.values()):
            near, cut = _without_strays(archive, careful=careful)
        sheets = load_sheets(near) if near else load_file(file, kind=kind, folder=folder)
        if any(scan.iso_dates for scan in scans.values()):
            sheets = [plain_dates(sheet) for sheet in sheets]
        return _xlsx(archive, sheets, kind=kind, cut=cut)


@contextmanager
def _damage() -> Iterator[None]:
    """Makes the zip library's errors one Unreadable."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError) as fault:
        raise Unreadable("damaged") from fault


def _zip_kind(archive: zipfile.ZipFile) -> str:
    """`xlsx`, `xlsm` or `ods`; raises Unreadable for every other zip."""
    if len(archive.infolist()) > MAX_PARTS:
        raise Unreadable("bomb")
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise Unreadable("password")
    names = {_plain(name) for name in archive.namelist()}
    if "xl/workbook.xml" in names:
        types = _part(archive, "[Content_Types].xml", limit=1 << 20)
        return "xlsm" if b"macroEnabled" in types else "xlsx"
    for part, code in PARTS:
        if part in names:
            raise Unreadable(code)
    if "content.xml" in names:
        return _open_document(archive)
    raise Unreadable("archive")


def _open_document(archive: zipfile.ZipFile) -> str:
    mimetype = _part(archive, "mimetype", limit=200).decode("latin-1").strip()
    if b"encryption-data" in _part(archive, "META-INF/manifest.xml", limit=1 << 20):
        raise Unreadable("password")
    if mimetype.startswith(OPEN_DOCUMENT + "text"):
        raise Unreadable("document")
    if mimetype.startswith(OPEN_DOCUMENT + "presentation"):
        raise Unreadable("slides")
    if mimetype.startswith(OPEN_DOCUMENT) and "spreadsheet" not in mimetype:
        raise Unreadable("unknown")
    return "ods"


def _part(archive: zipfile.ZipFile, name: str, *, limit: int) -> bytes:
    """The beginning of a part of the archive, at most `limit` bytes; empty where there is none."""
    found = next((part for part in archive.namelist() if _plain(part) == name.lower()), None)
    if found is None:
        return b""
    with archive.open(found) as part:
        return part.read(limit)


def _plain(name: str) -> str:
    """The name of a part as it should be written; some systems use capitals and the other slash."""
    return name.lower().replace("\\", "/")


def inflate(archive: zipfile.ZipFile) -> dict[str, Scan]:
    """Inflates every part piece by piece: a directory may lie about sizes, and a part be damaged.

    Returns what was seen of each sheet.
    """
    scans: dict[str, Scan] = {}
    if sum(part.file_size for part in archive.infolist()) > MAX_INFLATED:
        raise Unreadable("bomb")
    for part in archive.infolist():
        if part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * part.compress_size:
            raise Unreadable("bomb")
        scan = Scan()
        # The library stops at the size that the directory says, and then misses the right checksum.
        with archive.open(part) as file:
            while piece := file.read(1 << 20):
                scan.add(piece)
        if SHEET_PART.fullmatch(part.filename):
            scans[part.filename] = scan
    return scans


def _without_strays(archive: zipfile.ZipFile, *, careful: bool) -> tuple[bytes | None, int]:
    """A copy without stray cells, and their number; None if there are none, which raises where care is needed."""
    copy, cut = cut_strays(archive)
    if cut:
        return copy, cut
    if careful:
        raise Unreadable("too_large")
    return None, 0


def cut_strays(archive: zipfile.ZipFile) -> tuple[bytes, int]:
    """The workbook without the cells that lie far from the rest of their sheet, and how many were filled."""
    file, cut = io.BytesIO(), 0
    # The copy is in memory, as no file may hold what is not masked yet; so it is packed, if lightly.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for part in archive.infolist():
            content = archive.read(part)
            if SHEET_PART.fullmatch(part.filename):
                content, lost = near_cells(content)
                cut += lost
            copy.writestr(part.filename, content)
    return file.getvalue(), cut


def _xlsx(archive: zipfile.ZipFile, sheets: list[Found], *, kind: str, cut: int) -> Content:
    return Content(
        kind=kind,
        sheets=sheets,
        date1904=bool(DATE1904.search(_part(archive, "xl/workbook.xml", limit=1 << 20))),
        modified=modified(_part(archive, "docProps/core.xml", limit=1 << 16)),
        cut=cut,
    )


def _ods(archive: zipfile.ZipFile, sheets: list[Found]) -> Content:
    return Content(
        kind="ods",
        sheets=[plain_dates(sheet) for sheet in sheets],
        modified=modified(_part(archive, "meta.xml", limit=1 << 16)),
    )


# --- OLE: xls ------------------------------------------------------------------------------------


def read_ole(file: BinaryIO, *, folder: Path) -> Content:
    """An Excel 97–2003 workbook; in the same container come encrypted workbooks and old documents."""
    import olefile

    try:
        with olefile.OleFileIO(file) as ole:
            globals_ = _workbook_globals(ole)
            saved = ole.get_metadata().last_saved_time
    except (OSError, olefile.olefile.OleFileError) as fault:
        raise Unreadable("damaged") from fault
    if FILE_PASS in globals_:
        raise Unreadable("password")
    return Content(
        kind="xls",
        sheets=load_file(file, kind="xls", folder=folder),
        date1904=globals_.get(DATE_MODE, b"")[:1] == b"\x01",
        modified=local_time(saved.replace(tzinfo=UTC).isoformat()) if saved else None,
    )


def _workbook_globals(ole: Any) -> dict[int, bytes]:
    """The records of the workbook's first part, by their number."""
    streams = {"/".join(path) for path in ole.listdir()}
    if any(map(RIGHTS.search, streams)):
        raise Unreadable("rights")
    for stream, code in OLE_STREAMS:
        if stream in streams:
            raise Unreadable(code)
    name = next((name for name in ("Workbook", "Book") if name in streams), None)
    if name is None:
        raise Unreadable("unknown")
    return dict(_biff_records(ole.openstream(name)))


def _biff_records(stream: Any) -> Iterator[tuple[int, bytes]]:
    """(number, content) of each record up to the end of the globals."""
    while len(head := stream.read(4)) == 4:
        number = int.from_bytes(head[:2], "little")
        yield number, stream.read(int.from_bytes(head[2:], "little"))
        if number == END_OF_GLOBALS:
            return


# --- sheets by fastexcel -------------------------------------------------------------------------


def load_file(file: BinaryIO, *, kind: str, folder: Path) -> list[Found]:
    """Every sheet of an open workbook.

    The library says what is wrong with a file only where it has a name that ends as it should. So it gets
    one for the moment in which it opens the file: a link in `folder` to what this process has open already.
    """
    named = folder / f"export.{kind}"
    # A reader that died before this one has left its link.
    named.unlink(missing_ok=True)
    named.symlink_to(f"/dev/fd/{file.fileno()}")
    try:
        return load_sheets(str(named))
    finally:
        named.unlink()


def load_sheets(source: str | bytes) -> list[Found]:
    """Every sheet of a workbook, hidden ones too; a chart sheet has no cells."""
    import fastexcel

    try:
        reader = fastexcel.read_excel(source)
        return [_sheet(reader, index, name) for index, name in enumerate(reader.sheet_names)]
    except fastexcel.FastExcelError as fault:
        raise Unreadable(_said_by_calamine(str(fault))) from fault


def _said_by_calamine(message: str) -> str:
    if "password" in message.lower():
        return "password"
    return "too_large" if "limit exceeded" in message else "damaged"


def _sheet(reader: Any, index: int, name: str) -> Found:
    """One sheet, where row n of the table is row n + 1 of the spreadsheet, and column c0 is A.

    What is cut off are the columns up to the last used one, as their cells are not read.
    """
    import pyarrow as pa

    sheet = reader.load_sheet(
        index,
        header_row=None,
        skip_rows=0,
        dtypes="string",
        use_columns=lambda column: column.absolute_index < MAX_COLUMNS,
    )
    batch, problems = sheet.to_arrow_with_errors()
    columns = [pa.chunked_array([column]) for column in batch.columns]
    errors, columns = _errors(problems.errors if problems else [], columns=columns)
    places = [column.absolute_index for column in sheet.selected_columns]
    cells = _laid_out(dict(zip(places, columns, strict=True)), height=batch.num_rows)
    return Found(name=name, cells=cells, errors=errors, cut=sheet.width - len(places))


def _laid_out(columns: dict[int, "Column"], *, height: int) -> "pa.Table":
    """Columns at their places; the empty ones at the left are not among them."""
    import pyarrow as pa

    nothing = pa.chunked_array([pa.nulls(height, pa.string())])
    laid_out = [nothing] * (max(columns, default=-1) + 1)
    for place, column in columns.items():
        laid_out[place] = null_if_empty(column)
    return trimmed(as_table(laid_out))


def _errors(problems: list[Any], *, columns: list["Column"]) -> tuple[int, list["Column"]]:
    """The number of error cells, and the columns.

    Durations of OpenDocument are reported as errors too; they are put in their places.
    """
    import pyarrow as pa

    durations: dict[int, dict[int, str]] = {}
    for problem in problems:
        if said := re.search(r'DurationIso\("PT(\d+)H(\d+)M(\d+)', problem.detail):
            row, column = problem.position
            durations.setdefault(column, {})[row] = ":".join(said.groups())
    for column, texts in durations.items():
        values = columns[column].to_pylist()
        filled = [texts.get(row, value) for row, value in enumerate(values)]
        columns[column] = pa.chunked_array([pa.array(filled, pa.string())])
    return len(problems) - sum(map(len, durations.values())), columns
