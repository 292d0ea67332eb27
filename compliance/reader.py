"""The child process that reads one file: its limits first, then kind, cells as text, and the mask.

Run as `python -m compliance.reader SOURCE TARGET [careful]`. It leaves one Arrow file a sheet and
`answer.json` in the folder TARGET. It trusts nothing that it reads, and may be killed at any point:
then there is no answer. Only the standard library is imported before the limits stand, so all
other imports are inside functions.
"""

import codecs
import csv
import gc
import io
import itertools
import json
import re
import sys
import traceback
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import pyarrow as pa

    Column = pa.ChunkedArray[Any]

MASK: Final = "******-****"

# 1,000,000 rows x 12 columns of text need 3 GB of address space and 9 s.
MEMORY: Final = 4 << 30
CPU_SECONDS: Final = 100
OUTPUT_BYTES: Final = 2 << 30

MAX_COLUMNS: Final = 500
MAX_ROWS: Final = 1_048_576
# The library lays a sheet out as a full rectangle, about 85 bytes a cell.
MAX_CELLS: Final = 30_000_000
MAX_PARTS: Final = 10_000
MAX_INFLATED: Final = 2 << 30
# An honest sheet is seldom packed harder than 40 to 1; small parts may be.
MAX_RATIO: Final = 250
RATIO_FROM: Final = 100 << 20
# A sheet that reaches over more cells than ROOMY, and SPARSE times more than it has, has strays.
ROOMY: Final = 15_000_000
SPARSE: Final = 10
# A stray cell is one that lies this far from the rest of a sheet that would not fit.
ROW_GAP: Final = 1000
COLUMN_GAP: Final = 50

Row = list[str | None]
LOCAL: Final = ZoneInfo("Europe/Stockholm")


class Unreadable(Exception):
    """A file that cannot be read; `code` chooses the sentence in `reading.py`, `values` fill it."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass
class Found:
    """One sheet as it was found: its cells as text and the number of error cells."""

    name: str
    cells: "pa.Table"
    errors: int = 0


@dataclass
class Content:
    """What a file holds."""

    kind: str
    sheets: list[Found] = field(default_factory=list)
    date1904: bool = False
    modified: datetime | None = None


# --- the process ---------------------------------------------------------------------------------


def main(arguments: list[str]) -> None:
    """Reads `SOURCE` and leaves the answer in `TARGET`."""
    limit_resources()
    # Nothing here makes cycles, and looking for them doubles the time of a large text file.
    gc.disable()
    # Arrow imports these wherever they are installed, which takes longer than reading a usual file.
    sys.modules.update(dict.fromkeys(("pandas", "numpy")))  # type: ignore[arg-type]
    source, target, careful = Path(arguments[0]), Path(arguments[1]), "careful" in arguments[2:]
    try:
        answer = _answer(read(source, careful=careful), target=target)
    except Unreadable as problem:
        answer = {"problem": problem.code, "values": problem.values}
    except MemoryError:
        answer = {"problem": "memory", "values": {}}
    except BaseException as fault:
        # A panic of the spreadsheet library is no Exception.
        answer = {"problem": "damaged", "values": {}, "fault": _where(fault)}
    (target / "answer.json").write_text(json.dumps(answer), encoding="utf-8")


def limit_resources() -> None:
    """Limits memory, processor time and output of this process, for good."""
    import resource

    for kind, amount, grace in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, MEMORY, 0),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES, 0),
        # The signal of the soft limit tells the parent what happened; the hard one would only kill.
        (resource.RLIMIT_CPU, CPU_SECONDS, 5),
    ):
        most = resource.getrlimit(kind)[1]
        hard = amount + grace if most == resource.RLIM_INFINITY else min(amount + grace, most)
        resource.setrlimit(kind, (min(amount, hard), hard))


def _where(fault: BaseException) -> str:
    """The class of a fault and its place in the code: never its message, which may quote a cell."""
    frames = traceback.extract_tb(fault.__traceback__)[-3:]
    places = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(fault).__name__} at {places}"


def _answer(content: Content, *, target: Path) -> dict[str, Any]:
    """Masks every cell and name, writes the sheets, and returns what the parent is told."""
    masked, sheets = 0, []
    for index, sheet in enumerate(content.sheets):
        cells, in_cells = mask_table(sheet.cells)
        name, in_name = mask_text(sheet.name)
        masked += in_cells + in_name
        _write(cells, path=target / f"{index}.arrow")
        sheets.append({"name": name, "errors": sheet.errors, "file": f"{index}.arrow"})
    modified = content.modified.isoformat() if content.modified else None
    return {
        "kind": content.kind,
        "date1904": content.date1904,
        "modified": modified,
        "masked": masked,
        "sheets": sheets,
    }


def _write(cells: "pa.Table", *, path: Path) -> None:
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, cells.schema) as writer:
        writer.write_table(cells)


# --- the kind of a file, by its content ----------------------------------------------------------

SIGNATURES: Final = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"{\\rtf", "document"),
    (b"\x09\x00\x04\x00", "old_excel"),
    (b"\x09\x02\x06\x00", "old_excel"),
    (b"\x09\x04\x06\x00", "old_excel"),
)
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(source: Path, *, careful: bool) -> Content:
    """Everything that the file holds, whatever it is called; raises Unreadable."""
    with source.open("rb") as file:
        head = file.read(4096)
    for signature, code in SIGNATURES:
        if head.startswith(signature):
            raise Unreadable(code)
    if head.startswith(b"PK\x03\x04"):
        content = read_zip(source, careful=careful)
    elif head.startswith(OLE):
        content = read_ole(source)
    else:
        content = read_text(source.read_bytes())
    if not any(sheet.cells.num_rows for sheet in content.sheets):
        raise Unreadable("empty")
    return content


# --- zip: xlsx, xlsm, ods ------------------------------------------------------------------------

PARTS: Final = (
    ("xl/workbook.bin", "xlsb"),
    ("word/document.xml", "document"),
    ("ppt/presentation.xml", "slides"),
    ("index/document.iwa", "numbers"),
)
OPEN_DOCUMENT: Final = "application/vnd.oasis.opendocument."
SHEET_PART: Final = re.compile(r"xl[/\\]worksheets[/\\][^/\\]+\.xml", re.IGNORECASE)
DATE1904: Final = re.compile(rb"<(\w+:)?workbookPr\b[^>]*\bdate1904=[\"'](1|true|on)[\"']")


def read_zip(source: Path, *, careful: bool) -> Content:
    """An Excel or OpenDocument workbook, after a look into the zip directory."""
    with _damage(), zipfile.ZipFile(source) as archive:
        kind = _zip_kind(archive)
        scans = inflate(archive)
        if kind == "ods":
            return _ods(archive, source=source)
        if careful or any(scan.sparse for scan in scans.values()):
            source = _without_strays(archive, source=source, careful=careful)
        return _xlsx(
            archive,
            source=source,
            kind=kind,
            iso_dates=any(scan.iso_dates for scan in scans.values()),
        )


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


@dataclass
class Scan:
    """What can be seen of a sheet's XML while it is inflated, without reading it."""

    head: bytes = b""
    tail: bytes = b""
    cells: int = 0
    rows: int = 0
    iso_dates: bool = False

    def add(self, piece: bytes) -> None:
        """Takes note of the next piece; counts are estimates, a little too high."""
        self.head = self.head or piece[:4096]
        self.tail = (self.tail + piece)[-65536:]
        self.cells += piece.count(b"<c") + piece.count(b":c")
        self.rows += piece.count(b"<row") + piece.count(b":row")
        self.iso_dates |= b't="d"' in piece

    @property
    def sparse(self) -> bool:
        """Whether the sheet claims to reach much further than it has cells."""
        area = self._claimed()
        last = re.findall(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d+)[\"']", self.tail)
        long = bool(last) and int(last[-1]) > max(100_000, SPARSE * self.rows)
        return long or (area > ROOMY and area > SPARSE * self.cells)

    def _claimed(self) -> int:
        said = re.search(rb"<(?:\w+:)?dimension\b[^>]*\bref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']", self.head)
        if not said:
            return 0
        width = column_number(said[3].decode()) - column_number(said[1].decode()) + 1
        return width * (int(said[4]) - int(said[2]) + 1)


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


def _xlsx(archive: zipfile.ZipFile, *, source: Path, kind: str, iso_dates: bool) -> Content:
    sheets = load_sheets(source, kind=kind)
    return Content(
        kind=kind,
        sheets=[_plain_dates(sheet) for sheet in sheets] if iso_dates else sheets,
        date1904=bool(DATE1904.search(_part(archive, "xl/workbook.xml", limit=1 << 20))),
        modified=_modified(_part(archive, "docProps/core.xml", limit=1 << 16)),
    )


def _ods(archive: zipfile.ZipFile, *, source: Path) -> Content:
    return Content(
        kind="ods",
        sheets=[_plain_dates(sheet) for sheet in load_sheets(source, kind="ods")],
        modified=_modified(_part(archive, "meta.xml", limit=1 << 16)),
    )


ISO_MOMENT: Final = r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?$"


def _plain_dates(sheet: Found) -> Found:
    """The sheet with its ISO moments written as all others are, with a space for the T."""
    return replace(sheet, cells=_replaced(sheet.cells, pattern=ISO_MOMENT, by=r"\1 \2"))


def _modified(properties: bytes) -> datetime | None:
    """When the workbook was last saved, by its own properties, as local time without a zone."""
    said = re.search(
        rb"<(?:dcterms:modified|dc:date|LastSaved|o:LastSaved)\b[^>]*>\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)"
        rb"(?:[.,]\d+)?(Z|[+-]\d\d:\d\d)?",
        properties,
    )
    if not said:
        return None
    return local_time(said[1].decode() + (said[2] or b"").decode())


def local_time(text: str) -> datetime | None:
    """An ISO moment as local time without a zone; None where it is none, or older than spreadsheets."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo:
        moment = moment.astimezone(LOCAL).replace(tzinfo=None)
    return moment if moment.year >= 1990 else None


# --- sheets by fastexcel -------------------------------------------------------------------------


def load_sheets(path: Path, *, kind: str) -> list[Found]:
    """Every sheet of a workbook, hidden ones too; a chart sheet has no cells."""
    import fastexcel

    # The library says what is wrong with a file only where the name ends as it should.
    named = path.with_suffix(f".{kind}")
    if not named.exists():
        named.symlink_to(path)
    try:
        reader = fastexcel.read_excel(str(named))
        return [_sheet(reader, index, name) for index, name in enumerate(reader.sheet_names)]
    except fastexcel.FastExcelError as fault:
        raise Unreadable(_said_by_calamine(str(fault))) from fault


def _said_by_calamine(message: str) -> str:
    if "password" in message.lower():
        return "password"
    return "too_large" if "limit exceeded" in message else "damaged"


def _sheet(reader: Any, index: int, name: str) -> Found:
    """One sheet, where row n of the table is row n + 1 of the spreadsheet, and column c0 is A."""
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
    # Empty columns at the left are not among them.
    nothing = pa.chunked_array([pa.nulls(batch.num_rows, pa.string())])
    laid_out = [nothing] * (max(places, default=-1) + 1)
    for place, column in zip(places, columns, strict=True):
        laid_out[place] = _null_if_empty(column)
    return Found(name=name, cells=trimmed(as_table(laid_out)), errors=errors)


def as_table(columns: Sequence["Column"]) -> "pa.Table":
    """Columns under the names c0, c1 …"""
    import pyarrow as pa

    names = [f"c{place}" for place in range(len(columns))]
    return pa.Table.from_arrays(list(columns), names=names)


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


def trimmed(table: "pa.Table") -> "pa.Table":
    """The table without empty rows and columns at its end."""
    import pyarrow.compute as pc

    height = width = 0
    for place, column in enumerate(table.columns):
        if column.null_count < len(column):
            width = place + 1
            height = max(height, pc.indices_nonzero(pc.is_valid(column))[-1].as_py() + 1)
    return table.select(range(width)).slice(0, height)


def _null_if_empty(column: "Column") -> "Column":
    import pyarrow as pa
    import pyarrow.compute as pc

    empty = pc.equal(column, pa.scalar(""))
    if not pc.any(empty).as_py():
        return column
    filled: Column = pc.if_else(empty, pa.scalar(None, pa.string()), column)
    return filled


def _replaced(table: "pa.Table", *, pattern: str, by: str) -> "pa.Table":
    """The table with `pattern` replaced in every cell that has it."""
    import pyarrow.compute as pc

    for place, name in enumerate(table.column_names):
        if pc.any(pc.match_substring_regex(table[name], pattern)).as_py():
            table = table.set_column(place, name, pc.replace_substring_regex(table[name], pattern, by))
    return table


# --- stray cells of xlsx -------------------------------------------------------------------------


def column_number(letters: str) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class Places:
    """Follows the cells of a sheet's XML and knows where each stands, also where it does not say so."""

    def __init__(self) -> None:
        self.row = -1
        self.column = -1

    def start(self, tag: str, attributes: dict[str, str]) -> bool:
        """Takes note of a start tag; true for a cell."""
        said = attributes.get("r")
        if tag == "row":
            self.row = int(said) - 1 if said else self.row + 1
            self.column = -1
        elif tag == "c":
            letters = said.rstrip("0123456789").upper() if said else ""
            self.column = column_number(letters) if letters else self.column + 1
            if letters and said:
                self.row = int(said[len(letters) :]) - 1
        return tag == "c"


def _without_strays(archive: zipfile.ZipFile, *, source: Path, careful: bool) -> Path:
    """The workbook, or a copy of it without stray cells; raises where care is needed and finds none."""
    copy = source.with_name("cut")
    if cut_strays(archive, path=copy):
        return copy
    if careful:
        raise Unreadable("too_large")
    return source


def cut_strays(archive: zipfile.ZipFile, *, path: Path) -> bool:
    """Copies the workbook without the cells that lie far from the rest of their sheet; true if any did."""
    found = False
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as copy:
        for part in archive.infolist():
            content = archive.read(part)
            if SHEET_PART.fullmatch(part.filename):
                kept = near_cells(content)
                found |= len(kept) < len(content)
                content = kept
            copy.writestr(part.filename, content)
    return found


def near_cells(xml: bytes) -> bytes:
    """The sheet's XML without stray cells, where it reaches over far more cells than it has."""
    rows, columns = _used(xml)
    if _area(rows, columns) <= max(ROOMY, SPARSE * rows.total()):
        return xml
    last_row = _end_of_block(rows, gap=ROW_GAP)
    last_column = min(_end_of_block(columns, gap=COLUMN_GAP), MAX_COLUMNS - 1)
    if _area([min(rows), last_row], [min(columns), last_column]) > MAX_CELLS:
        raise Unreadable("too_large")
    return _cut(xml, last_row=last_row, last_column=last_column)


def _area(rows: Collection[int], columns: Collection[int]) -> int:
    if not rows:
        return 0
    return (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)


def _expat() -> Any:
    """A parser that refuses entities of the document's own."""
    from xml.parsers import expat

    def refuse(*_: object) -> None:
        raise Unreadable("damaged")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.EntityDeclHandler = refuse
    return parser


def _used(xml: bytes) -> tuple[Counter[int], Counter[int]]:
    """How many filled cells each row and each column of a sheet has."""
    places, rows, columns = Places(), Counter[int](), Counter[int]()

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if not places.start(tag, attributes) and tag in ("v", "is"):
            rows[places.row] += 1
            columns[places.column] += 1

    parser = _expat()
    parser.StartElementHandler = start
    parser.Parse(xml, True)
    return rows, columns


def _end_of_block(used: Counter[int], *, gap: int) -> int:
    """The last place of the fullest run of places, where a run ends before a gap that is too wide."""
    runs: list[tuple[int, int]] = []
    before = None
    for place in sorted(used):
        if before is None or place - before > gap:
            runs.append((0, place))
        runs[-1] = (runs[-1][0] + used[place], place)
        before = place
    fullest = max((count for count, _ in runs), default=0)
    return next((end for count, end in runs if count == fullest), 0)


def _cut(xml: bytes, *, last_row: int, last_column: int) -> bytes:
    """The sheet's XML without the cells beyond the last row and column."""
    places, kept, parser = Places(), io.BytesIO(), _expat()
    position, cutting = 0, False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal cutting, position
        if not places.start(name.rpartition(" ")[2], attributes):
            return
        stray = places.row > last_row or places.column > last_column
        if stray and not cutting:
            kept.write(xml[position : parser.CurrentByteIndex])
        elif cutting and not stray:
            position = parser.CurrentByteIndex
        cutting = stray

    def end(name: str) -> None:
        nonlocal cutting, position
        if cutting and name.rpartition(" ")[2] == "row":
            position, cutting = parser.CurrentByteIndex, False

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(xml, True)
    kept.write(xml[position:])
    return kept.getvalue()


# --- OLE: xls ------------------------------------------------------------------------------------

OLE_STREAMS: Final = (
    ("EncryptedPackage", "password"),
    ("WordDocument", "document"),
    ("PowerPoint Document", "slides"),
)
RIGHTS: Final = re.compile("DRMEncrypted|DRMContent")
DATE_MODE, FILE_PASS, END_OF_GLOBALS = 0x0022, 0x002F, 0x000A


def read_ole(source: Path) -> Content:
    """An Excel 97–2003 workbook; in the same container come encrypted workbooks and old documents."""
    import olefile

    try:
        with olefile.OleFileIO(str(source)) as ole:
            globals_ = _workbook_globals(ole)
            saved = ole.get_metadata().last_saved_time
    except (OSError, olefile.olefile.OleFileError) as fault:
        raise Unreadable("damaged") from fault
    if FILE_PASS in globals_:
        raise Unreadable("password")
    return Content(
        kind="xls",
        sheets=load_sheets(source, kind="xls"),
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


# --- text: HTML, XML of Excel 2003, CSV ----------------------------------------------------------

SPREADSHEET_2003: Final = "urn:schemas-microsoft-com:office:spreadsheet"


def read_text(data: bytes) -> Content:
    """A table that is text, whatever it is called."""
    if not data.strip():
        raise Unreadable("empty")
    text = decode(data)
    head = text[:4096].lstrip().lower()
    if head.startswith("mime-version:"):
        return read_web_archive(data)
    if not head.startswith("<"):
        return Content(kind="csv", sheets=[Found(name="", cells=read_csv(text))])
    if re.search(f"[\"']{SPREADSHEET_2003}[\"']", head) and "<html" not in head:
        return read_xml_2003(text)
    if re.search(r"<(html|table|meta|body|div|style|center|!doctype html)\b", head):
        return Content(kind="html", sheets=[Found(name="", cells=read_html(text))])
    raise Unreadable("unknown")


def decode(data: bytes) -> str:
    """The text of a file: Unicode by its mark or its form, else Windows-1252; raises for what is no text."""
    codecs.register_error("windows", _as_windows)
    text = data.decode(_encoding(data), errors="windows").lstrip("\ufeff").rstrip("\x1a")
    sample = text[:65536]
    strange = sum(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n\f" for letter in sample)
    if "\0" in text or strange * 50 > len(sample):
        raise Unreadable("unknown")
    return text


def _as_windows(fault: UnicodeError) -> tuple[str, int]:
    """Single bytes of Windows-1252 in a text that is otherwise UTF-8."""
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return fault.object[fault.start : fault.end].decode("cp1252", errors="replace"), fault.end


def _encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd * 5 > len(sample) and odd > 10 * even:
        return "utf-16-le"
    if even * 5 > len(sample) and even > 10 * odd:
        return "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "utf-8" if _mostly_utf8(data) else "cp1252"
    return "utf-8"


def _mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return len(re.findall("[^\x00-\x7f]", text)) - broken > 10 * broken


# --- CSV -----------------------------------------------------------------------------------------

DELIMITERS: Final = ";\t,"
SAMPLE: Final = 200_000
SEP_LINE: Final = re.compile(r'"?sep=(\t|[^\w\s"])"?[;,\t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
LAST_LINE: Final = "\x1c"


def read_csv(text: str) -> "pa.Table":
    """The records of a CSV file; a record is a row, also one that is blank or has several lines."""
    said = SEP_LINE.match(text)
    delimiter = said[1] if said else delimiter_of(text)
    table = table_of(_records(text[said.end() :] if said else text, delimiter))
    # The line added at the end is swallowed where a quotation mark before it is never closed.
    if table["c0"][-1].as_py() != LAST_LINE:
        raise Unreadable("open_quote", row=table.num_rows)
    table = trimmed(table.slice(0, table.num_rows - 1))
    # Exports protect leading zeros by a formula that gives a text: ="00123".
    return _replaced(table, pattern='^="([^"]*)"$', by=r"\1")


def _records(text: str, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(len(text) + 1)
    lines = itertools.chain(io.StringIO(text, newline=""), [LAST_LINE])
    records = csv.reader(lines, delimiter=delimiter)
    first = next(records)
    # The byte order mark may have come inside of the first heading's quotation marks.
    return itertools.chain([[cell.lstrip("\ufeff") for cell in first]], cast(Iterator[Row], records))


def delimiter_of(text: str) -> str:
    """The delimiter that cuts most of the first records to one and the same width."""
    csv.field_size_limit(SAMPLE)
    return max(DELIMITERS, key=lambda delimiter: _evenness(text[:SAMPLE], delimiter))


def _evenness(text: str, delimiter: str) -> tuple[int, int]:
    """How many of the first fifty records have the commonest width, and that width.

    Titles are not counted: what comes before the first record that is cut. A record after it that is
    not cut weighs against the delimiter: so decimal commas lose, which a heading does not have.
    """
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths = [len(record) for record in itertools.islice(records, 50) if record]
    table = list(itertools.dropwhile(lambda width: width == 1, widths))
    if not table:
        return (-len(widths) * 3, 0)
    width, count = Counter(width for width in table if width > 1).most_common(1)[0]
    return (count - 3 * table.count(1), width)


def table_of(rows: Iterable[Row]) -> "pa.Table":
    """Rows of any length as a table; a missing or empty cell is null."""
    import pyarrow as pa

    parts: list[pa.Table] = []
    rows = iter(rows)
    while part := list(itertools.islice(rows, 65536)):
        # Rows that are all blank are rows too.
        columns = [*itertools.islice(itertools.zip_longest(*part), MAX_COLUMNS)] or [(None,) * len(part)]
        arrays = [pa.chunked_array([pa.array(column, pa.string())]) for column in columns]
        parts.append(as_table([_null_if_empty(array) for array in arrays]))
    if not parts:
        return pa.table({})
    return pa.concat_tables(parts, promote_options="default")


# --- HTML ----------------------------------------------------------------------------------------


class HtmlRows:
    """Collects the rows of a page: those of its tables, and the lines of text between them.

    As in a spreadsheet program a cell over several columns or rows has its value in the first of them.
    """

    BLOCKS: Final = frozenset(
        ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "table", "br", "li", "center")
    )
    SILENT: Final = frozenset(("script", "style", "title"))

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.tables = 0
        self._open: list[Row | None] = []
        self._below: list[dict[int, int]] = []
        self._text: list[str] = []
        self._span = (1, 1)
        self._silent = False
        self._cell = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A start tag."""
        if tag in self.SILENT:
            self._silent = True
        elif tag in self.BLOCKS:
            self._break(tag)
        if tag == "table":
            self.tables += 1
            self._open.append(None)
            self._below.append({})
        elif tag == "tr" and self._open:
            self._open[-1] = []
        elif tag in ("td", "th") and self._open:
            self._start_cell(attributes)

    def end(self, tag: str) -> None:
        """An end tag, written or implied."""
        if tag in self.SILENT:
            self._silent = False
        elif tag in ("td", "th") and self._open:
            self._end_cell()
        elif tag == "tr" and self._open:
            self._end_row()
        elif tag == "table" and self._open:
            self._end_row()
            self._open.pop()
            self._below.pop()
        elif tag in self.BLOCKS:
            self._break(tag)

    def data(self, text: str) -> None:
        """Text, where white space of any kind is a space."""
        if not self._silent:
            self._text.append(re.sub("[ \t\r\n\f]+", " ", text))

    def close(self) -> list[Row]:
        """All rows."""
        self._line()
        return self.rows

    def _break(self, tag: str) -> None:
        """A new line in a cell, a new row outside of cells; a table in a cell has rows of its own."""
        if self._cell and tag != "table":
            self._text.append("\n")
        else:
            self._line()

    def _line(self) -> None:
        """The text outside of cells, as a row of its own."""
        if text := self._taken():
            self.rows.append([text])

    def _taken(self) -> str:
        """The text since the last cell or line, which ends here."""
        lines = (re.sub(" +", " ", line).strip() for line in "".join(self._text).split("\n"))
        self._text, self._cell = [], False
        return "\n".join(filter(None, lines))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._text, self._cell = [], True
        self._span = (
            _span(attributes, "colspan", most=MAX_COLUMNS),
            _span(attributes, "rowspan", most=MAX_ROWS),
        )
        if self._open[-1] is None:
            self._open[-1] = []

    def _end_cell(self) -> None:
        text, row = self._taken(), self._open[-1]
        if row is None:
            return
        self._skip_spanned(row)
        wide, high = self._span
        if len(row) >= MAX_COLUMNS:
            return
        if high > 1:
            self._below[-1].update(dict.fromkeys(range(len(row), len(row) + wide), high))
        row += [text or None, *[None] * (wide - 1)]

    def _skip_spanned(self, row: Row) -> None:
        while self._below[-1].get(len(row), 0) > 0:
            row.append(None)

    def _end_row(self) -> None:
        row = self._open[-1]
        self._open[-1] = None
        if row is not None:
            self.rows.append(row)
        self._below[-1] = {place: left - 1 for place, left in self._below[-1].items() if left > 1}


def _span(attributes: dict[str, str], name: str, *, most: int) -> int:
    said = attributes.get(name, "").strip()
    return min(max(int(said), 1), most) if re.fullmatch("[0-9]{1,8}", said) else 1


def read_html(text: str) -> "pa.Table":
    """The tables of a page, one under the other."""
    from lxml import etree

    collected = HtmlRows()
    parser = etree.HTMLParser(target=collected, encoding="utf-8", no_network=True, huge_tree=True)
    rows = etree.fromstring(text.encode(), parser)
    if not collected.tables:
        raise Unreadable("no_table")
    return trimmed(table_of(cast(list[Row], rows)))


def read_web_archive(data: bytes) -> Content:
    """The page in a "single file web page", which some systems name .xls."""
    import email

    for part in email.message_from_bytes(data).walk():
        page = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(page, bytes):
            return Content(kind="html", sheets=[Found(name="", cells=read_html(decode(page)))])
    raise Unreadable("no_table")


# --- XML of Excel 2003 ---------------------------------------------------------------------------


def read_xml_2003(text: str) -> Content:
    """The sheets of an "XML Spreadsheet 2003"."""
    from lxml import etree

    ss = f"{{{SPREADSHEET_2003}}}"
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode()
    events = etree.iterparse(
        io.BytesIO(body),
        tag=(f"{ss}Row", f"{ss}Worksheet"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
    )
    sheets, rows, errors = [], list[Row](), 0
    try:
        for _, element in events:
            if element.tag == f"{ss}Row":
                errors += _xml_row(element, ss, rows)
            else:
                cells = trimmed(table_of(rows))
                sheets.append(Found(element.get(f"{ss}Name", ""), cells, errors))
                rows, errors = [], 0
            element.clear()
    except etree.XMLSyntaxError as fault:
        raise Unreadable("damaged") from fault
    return Content(
        kind="xml",
        sheets=sheets,
        date1904="Date1904" in text[:65536],
        modified=_modified(text[:65536].encode()),
    )


def _xml_row(element: Any, ss: str, rows: list[Row]) -> int:
    """Adds a row, and the empty ones that its index skips; the number of error cells in it."""
    errors, row = 0, Row()
    for cell in element.iterchildren(f"{ss}Cell"):
        if index := cell.get(f"{ss}Index"):
            row.extend([None] * (min(int(index), MAX_COLUMNS + 1) - 1 - len(row)))
        if len(row) >= MAX_COLUMNS:
            break
        data = cell.find(f"{ss}Data")
        kind = None if data is None else data.get(f"{ss}Type")
        errors += kind == "Error"
        row.append(None if data is None else _xml_value(data, kind))
        if merged := cell.get(f"{ss}MergeAcross"):
            row.extend([None] * min(int(merged), MAX_COLUMNS))
    if index := element.get(f"{ss}Index"):
        rows.extend([[]] * (min(int(index), MAX_ROWS) - 1 - len(rows)))
    rows.append(row)
    if more := element.get(f"{ss}Span"):
        rows.extend([[]] * min(int(more), MAX_ROWS - len(rows)))
    return errors


def _xml_value(data: Any, kind: str | None) -> str | None:
    """A value as an Excel workbook would have given it."""
    if kind == "Error":
        return None
    text: str = data.text or "" if not len(data) else "".join(data.itertext())
    if kind == "DateTime":
        return re.sub(ISO_MOMENT, r"\1 \2", text)
    if kind == "Boolean":
        return {"1": "true", "0": "false"}.get(text, text)
    if kind == "Number" and "E" in text.upper():
        number = float(text)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return text


# --- identity numbers ----------------------------------------------------------------------------

LOOKS_LIKE: Final = "[0-9]{6}[-+\u2010-\u2015\u2212]?[0-9]{4}"
IDENTITY: Final = re.compile(
    "(?<![0-9])(?P<century>[0-9]{2})?(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    "[-+\u2010-\u2015\u2212]?(?P<last>[0-9]{4})(?![0-9])"
)
FRACTION: Final = re.compile(r"(-?[0-9]+[.,])[0-9]+(?:[eE][-+]?[0-9]+)?")


def mask_text(text: str) -> tuple[str, int]:
    """The text with every identity number masked, and how many there were."""
    masked = 0

    def mask(match: re.Match[str]) -> str:
        nonlocal masked
        if not _is_identity(match):
            return match[0]
        masked += 1
        return MASK

    # The decimals of a number are no identity number, however they fall out.
    number = FRACTION.fullmatch(text)
    whole = number.end(1) if number else len(text)
    return IDENTITY.sub(mask, text[:whole]) + text[whole:], masked


def _is_identity(match: re.Match[str]) -> bool:
    century, year, month, day, last = match.group("century", "year", "month", "day", "last")
    return (
        (century is None or 18 <= int(century) <= 20)
        # Of six digits the year is one of 2000's: there is a 29 February wherever some century has one.
        and _is_date(int((century or "20") + year), int(month), int(day))
        and _luhn(year + month + day + last)
    )


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day - 60 if day > 60 else day)
    except ValueError:
        return False
    return True


def _luhn(digits: str) -> bool:
    """Whether the last of ten digits is the check digit of the others."""
    products = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(product // 10 + product % 10 for product in products) % 10 == 0


def mask_table(table: "pa.Table") -> tuple["pa.Table", int]:
    """The table with every identity number masked, and how many there were."""
    masked = 0
    for place, name in enumerate(table.column_names):
        column, count = _mask_column(table[name])
        if count:
            table = table.set_column(place, name, column)
            masked += count
    return table, masked


def _mask_column(column: "Column") -> tuple["Column", int]:
    """Only the few cells that look like it leave Arrow for the exact test."""
    import pyarrow as pa
    import pyarrow.compute as pc

    longest = pc.max(pc.binary_length(column)).as_py()
    if longest is None or longest < 10:
        return column, 0
    matches: Any = pc.match_substring_regex(column, LOOKS_LIKE)
    suspect: Any = pc.fill_null(matches, False)
    results = [mask_text(str(text)) for text in column.filter(suspect).to_pylist()]
    count = sum(masked for _, masked in results)
    if not count:
        return column, 0
    texts = pa.array([text for text, _ in results], pa.string())
    return pc.replace_with_mask(column, suspect.combine_chunks(), texts), count


if __name__ == "__main__":
    main(sys.argv[1:])
