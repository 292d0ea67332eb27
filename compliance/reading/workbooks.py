"""Workbooks of Excel and OpenDocument: the container is checked first, then fastexcel reads the cells."""

import io
import re
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final
from xml.parsers.expat import ExpatError

from compliance.reading.cells import (
    MAX_COLUMNS,
    MAX_PLACES,
    Content,
    RawSheet,
    Unreadable,
    as_table,
    local_time,
    modified,
    null_if_empty,
    plain_dates,
    trimmed,
)
from compliance.reading.portions import Reader, framed, read_portions
from compliance.reading.strays import Scan, near_cells

if TYPE_CHECKING:
    import pyarrow as pa

    Column = pa.ChunkedArray[Any]

NONE_YET: Final[Mapping[int, RawSheet]] = MappingProxyType({})
PIECE: Final = 1 << 20
MAX_PARTS: Final = 10_000
MAX_SHEETS: Final = 1000
MAX_INFLATED: Final = 2 << 30
# A real sheet is seldom compressed more than 40 to 1; small parts may be.
MAX_RATIO: Final = 250
RATIO_FROM: Final = 100 << 20

PARTS: Final = (
    ("xl/workbook.bin", "xlsb"),
    ("word/document.xml", "document"),
    ("ppt/presentation.xml", "slides"),
    ("index/document.iwa", "numbers"),
    ("encrypted-package", "password"),
)
# The kind of a workbook by its content types, if its parts do not have the usual names.
TYPES: Final = (
    (b"ms-excel.sheet.binary", "xlsb"),
    (b"wordprocessingml", "document"),
    (b"presentationml", "slides"),
)
OPEN_DOCUMENT: Final = re.compile(r"application/vnd\.(?:oasis\.opendocument|sun\.xml)\.(\w+)")
OPEN_DOCUMENTS: Final = {
    "text": "document",
    "writer": "document",
    "presentation": "slides",
    "impress": "slides",
    "calc": "open_office",
    "spreadsheet": None,
}
# Only content.xml: macros may have a password of their own, which does not affect the table.
ENCRYPTED: Final = re.compile(rb"[\"']content\.xml[\"'][^<>]*>\s*<(?:\w+:)?encryption-data\b")
ENCRYPTION: Final = re.compile(rb"<(?:\w+:)?encryption-data\b.*?</(?:\w+:)?encryption-data>", re.DOTALL)
SHEET_PART: Final = re.compile(r"xl[/\\]worksheets[/\\][^/\\]+\.xml|(?:work)?sheet\d*\.xml|content\.xml", re.IGNORECASE)
DATE1904: Final = re.compile(rb"<(\w+:)?workbookPr\b[^>]{0,1000}\bdate1904=[\"'](1|true|on)[\"']")

RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")
SHEET_TYPE: Final = re.compile(rb"relationships/(?:work|chart)sheet[\"']")
SHEET_TAG: Final = re.compile(rb"<(?:\w+:)?sheet\s[^<>]*/>")
STATE: Final = re.compile(rb"\sstate=[\"'][^\"']*[\"']")
DIMENSION: Final = re.compile(rb"<(?:\w+:)?dimension\s[^<>]*/>")
ID: Final = re.compile(rb"[\s:][Ii]d=[\"']([^\"']+)[\"']")
SPACE: Final = re.compile(rb">\s+(?=</?(?:table|office|draw):|<text:p)")
# LibreOffice stores a cell with an error as an empty text, and the error as its displayed text.
HIDDEN_ERROR: Final = re.compile(
    rb'office:string-value=""([^<>]*\scalcext:value-type="error"[^<>]*>\s*<text:p>)([^<]*)'
)

OLE_STREAMS: Final = (
    ("EncryptedPackage", "password"),
    ("WordDocument", "document"),
    ("PowerPoint Document", "slides"),
)
RIGHTS: Final = re.compile("DRMEncrypted|DRMContent")
# BIFF record numbers: 1904 dates, encryption, begin and end of a substream.
DATE_MODE, FILE_PASS, BEGIN, END = 0x0022, 0x002F, 0x0809, 0x000A
# The first record of a chart, in Excel 97–2003 and in Excel 5.0.
CHART: Final = re.compile(rb"\x09\x08(?:\x10\x00\x00\x06|\x08\x00\x00\x05)\x20\x00")
# A record number that no reader knows.
NOTHING: Final = b"\xff\xff"
CODE_PAGE, UNICODE, EXCEL_97 = 0x0042, 1200, 0x0600

# --- zip: xlsx, xlsm, ods ------------------------------------------------------------------------


def read_zip(file: BinaryIO, *, folder: Path, careful: bool) -> Content:
    """An Excel or OpenDocument workbook. The zip directory is checked before anything is unpacked."""
    with _damage(), zipfile.ZipFile(file) as archive:
        kind = _zip_kind(archive)
        in_portions = partial(_load_portion, kind=kind, folder=folder)
        scans, large = inflate(archive, None if careful or kind == "ods" else in_portions)
        formulas = sum(scan.formulas for scan in scans.values())
        if kind == "ods":
            errors = any(scan.hidden_errors for scan in scans.values())
            return _ods(archive, _loaded(archive, file, kind=kind, folder=folder, repair=errors))
        near, cut = None, 0
        if careful or any(scan.sparse for scan in scans.values()):
            near, cut = _without_strays(archive, careful=careful)
        sheets = load_sheets(near) if near else _loaded(archive, file, kind=kind, folder=folder, read=large)
        if any(scan.iso_dates for scan in scans.values()):
            sheets = [plain_dates(sheet) for sheet in sheets]
        return replace(_xlsx(archive, sheets, kind=kind), cut=cut, formulas=formulas)


@contextmanager
def _damage() -> Iterator[None]:
    """Raise the zip library's many errors as one Unreadable."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, ExpatError) as fault:
        raise Unreadable("damaged") from fault


def _zip_kind(archive: zipfile.ZipFile) -> str:
    """`xlsx`, `xlsm` or `ods`. Raise Unreadable for every other zip."""
    if len(archive.infolist()) > MAX_PARTS:
        raise Unreadable("bomb")
    names = {_plain(name) for name in archive.namelist()}
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise Unreadable("password" if names & {"xl/workbook.xml", "content.xml"} else "archive")
    if "xl/workbook.xml" in names:
        types = _part(archive, "[Content_Types].xml", limit=1 << 20)
        return "xlsm" if b"macroEnabled" in types else "xlsx"
    for part, code in PARTS:
        if part in names:
            raise Unreadable(code)
    if "content.xml" in names:
        return _open_document(archive)
    return _kind_by_contents(_part(archive, "[Content_Types].xml", limit=1 << 20))


def _kind_by_contents(types: bytes) -> str:
    """`xlsx` for a workbook by its content types, by which the library finds parts of any name."""
    for word, code in TYPES:
        if word in types:
            raise Unreadable(code)
    if b"spreadsheetml" not in types:
        raise Unreadable("archive")
    return "xlsx"


def _open_document(archive: zipfile.ZipFile) -> str:
    if ENCRYPTED.search(_part(archive, "META-INF/manifest.xml", limit=1 << 20)):
        raise Unreadable("password")
    match = OPEN_DOCUMENT.match(_part(archive, "mimetype", limit=200).decode("latin-1").strip())
    if match and (code := OPEN_DOCUMENTS.get(match[1], "unknown")):
        raise Unreadable(code)
    return "ods"


def _part(archive: zipfile.ZipFile, name: str, *, limit: int) -> bytes:
    """The beginning of a part of the archive, at most `limit` bytes; empty if there is none."""
    part_name = next((part for part in archive.namelist() if _plain(part) == name.lower()), None)
    if part_name is None:
        return b""
    with archive.open(part_name) as part:
        return part.read(limit)


def _plain(name: str) -> str:
    """The name of a part as it should be written; some systems use capitals and backslashes."""
    return name.lower().replace("\\", "/")


def inflate(archive: zipfile.ZipFile, read: Reader | None) -> tuple[dict[str, Scan], dict[int, RawSheet]]:
    """Inflate every part piece by piece, since the directory may lie about sizes and parts may be damaged.

    Return a scan of each sheet, and the large sheets, by their numbers, that could be read meanwhile with `read`.
    """
    scans: dict[str, Scan] = {}
    sheets: dict[int, RawSheet] = {}
    if _is_bomb(archive):
        raise Unreadable("bomb")
    for part in archive.infolist():
        scan = Scan()
        frame = None
        if SHEET_PART.fullmatch(part.filename):
            scans[part.filename] = scan
            frame = framed(archive, part, sheets=SHEET_PART) if read else None
        # zipfile stops at the size in the directory; if that is a lie, the checksum is wrong.
        with archive.open(part) as file:
            pieces = _scanned(file, scan if part.filename in scans else None)
            if read and frame:
                sheets |= read_portions(pieces, frame, read=read)
            deque(pieces, maxlen=0)
    return scans, sheets


def _scanned(file: IO[bytes], scan: Scan | None) -> Iterator[bytes]:
    """The pieces of a part, each of which a scan takes in."""
    while piece := file.read(PIECE):
        if scan:
            scan.add(piece)
        yield piece


def _is_bomb(archive: zipfile.ZipFile) -> bool:
    """Whether a part, or all of them, are compressed far more than an export ever is. Parts may share their bytes."""
    sizes = [(part.file_size, part.compress_size) for part in archive.infolist()]
    size = sum(full for full, _ in sizes)
    packed = min(sum(small for _, small in sizes), archive.start_dir)
    return size > MAX_INFLATED or any(
        full > max(RATIO_FROM, MAX_RATIO * small) for full, small in [(size, packed), *sizes]
    )


def _without_strays(archive: zipfile.ZipFile, *, careful: bool) -> tuple[bytes | None, int]:
    """A copy without stray cells, and their number; None if there are none, or Unreadable raised if `careful`."""
    copy, cut = cut_strays(archive)
    if cut:
        return copy, cut
    if careful:
        raise Unreadable("too_large")
    return None, 0


def cut_strays(archive: zipfile.ZipFile) -> tuple[bytes, int]:
    """The workbook without cells that lie far from the rest of their sheet, and how many of those were filled."""
    file, cut = io.BytesIO(), 0
    # In memory, as no file may hold unmasked cells; so it is compressed, if lightly.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for part in archive.infolist():
            content = archive.read(part)
            if SHEET_PART.fullmatch(part.filename):
                content, lost = near_cells(content)
                cut += lost
            copy.writestr(part.filename, content)
    return file.getvalue(), cut


def _loaded(
    archive: zipfile.ZipFile,
    file: BinaryIO,
    *,
    kind: str,
    folder: Path,
    read: Mapping[int, RawSheet] = NONE_YET,
    repair: bool = False,
) -> list[RawSheet]:
    """The sheets, read from a repaired copy if asked for or if the library cannot read the workbook as it is.

    `read` are those that have been read.
    """
    if repair:
        return load_sheets(_repaired(archive))
    try:
        return load_file(file, kind=kind, folder=folder, read=read)
    except Unreadable as problem:
        if problem.code not in ("unusual", "password"):
            raise
        return load_sheets(_repaired(archive))


def _repaired(archive: zipfile.ZipFile) -> bytes:
    """A copy without what the library cannot handle.

    In Excel: macro sheets, and unusual sheet states and dimensions. In OpenDocument: white space between cells, errors
    in cells and encrypted macros.
    """
    relations = _part(archive, "xl/_rels/workbook.xml.rels", limit=1 << 20)
    sheets = {id_[1] for tag in RELATION.findall(relations) if SHEET_TYPE.search(tag) and (id_ := ID.search(tag))}

    def as_listed(tag: re.Match[bytes]) -> bytes:
        id_ = ID.search(tag[0])
        return STATE.sub(b"", tag[0]) if id_ and id_[1] in sheets else b""

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for part in archive.infolist():
            content = archive.read(part)
            if _plain(part.filename) == "xl/workbook.xml":
                content = SHEET_TAG.sub(as_listed, content)
            elif _plain(part.filename) == "content.xml":
                content = HIDDEN_ERROR.sub(_shown_error, SPACE.sub(b">", content))
            elif _plain(part.filename) == "meta-inf/manifest.xml":
                content = ENCRYPTION.sub(b"", content)
            elif SHEET_PART.fullmatch(part.filename):
                content = DIMENSION.sub(b"", content, count=1)
            copy.writestr(part.filename, content)
    return file.getvalue()


def _shown_error(cell: re.Match[bytes]) -> bytes:
    """The cell with its error as its text; errors of LibreOffice only (Err:502) become #N/A."""
    return cell[1] + (cell[2] if cell[2].startswith(b"#") else b"#N/A")


def _xlsx(archive: zipfile.ZipFile, sheets: list[RawSheet], *, kind: str) -> Content:
    return Content(
        kind=kind,
        sheets=sheets,
        date1904=bool(DATE1904.search(_part(archive, "xl/workbook.xml", limit=1 << 20))),
        modified=modified(_part(archive, "docProps/core.xml", limit=1 << 16)),
    )


def _ods(archive: zipfile.ZipFile, sheets: list[RawSheet]) -> Content:
    return Content(
        kind="ods",
        sheets=[plain_dates(sheet) for sheet in sheets],
        modified=modified(_part(archive, "meta.xml", limit=1 << 16)),
    )


# --- OLE: xls ------------------------------------------------------------------------------------


def read_ole(file: BinaryIO, *, folder: Path) -> Content:
    """An Excel 97–2003 workbook. Raise Unreadable for encrypted workbooks and old documents in the same container."""
    import olefile

    try:
        with olefile.OleFileIO(file) as ole:
            name = _workbook_stream(ole)
            stream = ole.openstream(name).read()
            saved = ole.get_metadata().last_saved_time
        globals_ = dict(_biff_records(io.BytesIO(stream)))
        if FILE_PASS in globals_:
            raise Unreadable("password")
        repaired = in_unicode(without_charts(stream))
        copy = _with_stream(file, name, repaired) if repaired != stream else None
    except (OSError, ValueError, olefile.olefile.OleFileError) as fault:
        raise Unreadable("damaged") from fault
    return Content(
        kind="xls",
        sheets=load_sheets(copy) if copy else load_file(file, kind="xls", folder=folder),
        date1904=globals_.get(DATE_MODE, b"")[:1] == b"\x01",
        # Some programs write a text instead.
        modified=local_time(saved.replace(tzinfo=UTC).isoformat()) if isinstance(saved, datetime) else None,
    )


def _workbook_stream(ole: Any) -> str:
    """The name of the stream with the sheets. Raise Unreadable if there is none that can be read."""
    streams = {"/".join(path) for path in ole.listdir()}
    if any(map(RIGHTS.search, streams)):
        raise Unreadable("rights")
    for stream, code in OLE_STREAMS:
        if stream in streams:
            raise Unreadable(code)
    name = next((stream for stream in sorted(streams, reverse=True) if stream.lower() in ("workbook", "book")), None)
    if name is None:
        raise Unreadable("unknown")
    return name


def _biff_records(stream: Any) -> Iterator[tuple[int, bytes]]:
    """(number, content) of each record up to the end of the globals."""
    while len(head := stream.read(4)) == 4:
        number = int.from_bytes(head[:2], "little")
        yield number, stream.read(int.from_bytes(head[2:], "little"))
        if number == END:
            return


def without_charts(stream: bytes) -> bytes:
    """The records of a workbook with those of its charts made void, as the library takes their numbers for cells.

    A chart on a sheet lies between the sheet's first and last record, and would overwrite its first cells.
    """
    if not CHART.search(stream):
        return stream
    repaired, place, sheet, chart = bytearray(stream), 0, False, False
    while place + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, place)
        if number == BEGIN:
            chart = CHART.match(stream, place) is not None
            sheet = sheet or not chart
        if chart and (sheet or number not in (BEGIN, END)):
            repaired[place : place + 2] = NOTHING
        if number == END:
            sheet, chart = sheet and chart, False
        place += 4 + length
    return bytes(repaired)


def in_unicode(stream: bytes) -> bytes:
    """The records of a workbook with a Unicode code page: since Excel 97 all texts are Unicode, whatever they
    declare.
    """
    place = 0
    while place + 6 <= len(stream):
        number, length, version = struct.unpack_from("<HHH", stream, place)
        if number == END or (number == BEGIN and version != EXCEL_97):
            return stream
        if number == CODE_PAGE:
            return stream[: place + 4] + struct.pack("<H", UNICODE) + stream[place + 6 :]
        place += 4 + length
    return stream


def _with_stream(file: BinaryIO, name: str, stream: bytes) -> bytes:
    """A copy of the container with one stream replaced by content of the same length."""
    import olefile

    file.seek(0)
    copy = io.BytesIO(file.read())
    with olefile.OleFileIO(copy, write_mode=True) as ole:
        ole.write_stream(name, stream)
    return copy.getvalue()


# --- sheets by fastexcel -------------------------------------------------------------------------


def load_file(file: BinaryIO, *, kind: str, folder: Path, read: Mapping[int, RawSheet] = NONE_YET) -> list[RawSheet]:
    """Every sheet of an open workbook; `read` are those that have been read."""
    with _link_name(file, folder / f"export.{kind}") as name:
        return load_sheets(name, read)


@contextmanager
def _link_name(file: BinaryIO, link: Path) -> Iterator[str]:
    """The name of an open file for the moment of opening it: a link to what this process has open.

    The library gives precise errors only for a file name with the right extension.
    """
    # A child that died may have left its link.
    link.unlink(missing_ok=True)
    link.symlink_to(f"/dev/fd/{file.fileno()}")
    try:
        yield str(link)
    finally:
        link.unlink()


def load_sheets(source: str | bytes, read: Mapping[int, RawSheet] = NONE_YET) -> list[RawSheet]:
    """Every sheet of a workbook, hidden ones too. A chart sheet has no cells. `read` are those that have been read."""
    import fastexcel

    try:
        reader = fastexcel.read_excel(source)
        if len(reader.sheet_names) > MAX_SHEETS:
            raise Unreadable("too_large")
        return [
            read.get(index) or _trimmed(_sheet(reader, index, name)) for index, name in enumerate(reader.sheet_names)
        ]
    except fastexcel.FastExcelError as fault:
        raise Unreadable(_calamine_code(str(fault))) from fault


def _load_portion(file: BinaryIO, first: int, *, kind: str, folder: Path) -> list[RawSheet]:
    """Every sheet of a workbook that holds a portion of one, from the row `first` of it on."""
    import fastexcel

    with _link_name(file, folder / f"portion{first}.{kind}") as name:
        reader = fastexcel.read_excel(name)
        return [_sheet(reader, index, name, first=first) for index, name in enumerate(reader.sheet_names)]


def _trimmed(sheet: RawSheet) -> RawSheet:
    return replace(sheet, cells=trimmed(sheet.cells))


def _calamine_code(message: str) -> str:
    if "password" in message.lower():
        return "password"
    if "limit exceeded" in message:
        return "too_large"
    return "damaged" if re.search("Xml error|end of xml", message, re.IGNORECASE) else "unusual"


def _sheet(reader: Any, index: int, name: str, *, first: int = 1) -> RawSheet:
    """One sheet: row n of the table is row n + `first` of the spreadsheet, column c0 is A.

    `cut` counts the columns beyond MAX_COLUMNS, filled or not, as their cells are not read. If `first` is not 1, the
    row above it must be the first with a cell.
    """
    import pyarrow as pa

    sheet = reader.load_sheet(
        index,
        header_row=None,
        skip_rows=0 if first == 1 else None,
        dtypes="string",
        use_columns=lambda column: column.absolute_index < MAX_COLUMNS,
    )
    batch, problems = sheet.to_arrow_with_errors()
    above = 0 if first == 1 else 1
    batch = batch.slice(above)
    columns = [pa.chunked_array([column]) for column in batch.columns]
    errors, columns = _errors(problems.errors if problems else [], columns=columns)
    errors = [(row - above, column) for row, column in errors if row >= above]
    places = [column.absolute_index for column in sheet.selected_columns]
    cells = _laid_out(dict(zip(places, columns, strict=True)), height=batch.num_rows)
    return RawSheet(
        name=name,
        cells=cells,
        errors=len(errors),
        cut=sheet.width - len(places),
        hidden=sheet.visible != "visible",
        error_places=[(row + 1, places[column]) for row, column in sorted(errors)[:MAX_PLACES]],
        values=len(errors) + sum(len(column) - column.null_count for column in columns),
    )


def _laid_out(columns: dict[int, "Column"], *, height: int) -> "pa.Table":
    """The columns at their places, with empty columns where the library has left some out."""
    import pyarrow as pa

    nothing = pa.chunked_array([pa.nulls(height, pa.string())])
    laid_out = [nothing] * (max(columns, default=-1) + 1)
    for place, column in columns.items():
        laid_out[place] = null_if_empty(column)
    return as_table(laid_out)


def _errors(problems: list[Any], *, columns: list["Column"]) -> tuple[list[tuple[int, int]], list["Column"]]:
    """Row and column of each error cell, from 0 within what was read, and the columns.

    The library reports durations of OpenDocument as errors too; they are written into the columns.
    """
    import pyarrow as pa

    durations: dict[int, dict[int, str]] = {}
    errors: list[tuple[int, int]] = []
    for problem in problems:
        row, column = problem.position
        if duration := re.search(r'DurationIso\("PT(\d+)H(\d+)M(\d+)', problem.detail):
            durations.setdefault(column, {})[row] = ":".join(duration.groups())
        else:
            errors.append((row, column))
    for column, texts in durations.items():
        values = columns[column].to_pylist()
        filled = [texts.get(row, value) for row, value in enumerate(values)]
        columns[column] = pa.chunked_array([pa.array(filled, pa.string())])
    return errors, columns
