"""A large sheet of xlsx in portions of rows, which threads read while the rest of the file is still being inflated.

Each portion is a workbook of its own. Together they are what the library reads from the whole sheet, or nothing: what
is unusual, damaged or too large is read as a whole instead. That no value is lost between two portions is counted, not
assumed.
"""

import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from compliance.core.children import nameless_file
from compliance.reading.cells import MAX_PLACES, RawSheet, below_empty_rows, trimmed
from compliance.reading.columns import THREADS
from compliance.reading.strays import MAX_CELLS, claimed_area

# A sheet of less XML is read as a whole: some 20,000 rows of twelve columns.
LEAST: Final = 12 << 20
PORTION: Final = 8 << 20
# A portion is at least this many times what is read again with each of them, such as the shared texts.
SHARE: Final = 4
# A portion that would be larger takes too much memory together with those that are read beside it.
LARGEST: Final = 64 << 20
# How many portions are in memory, those that are being read included.
AT_ONCE: Final = THREADS + 2

BEGIN: Final = re.compile(rb"<(\w+:)?sheetData(?:\s[^<>]*)?(?<!/)>")
EMPTY: Final = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData></sheetData></worksheet>'
)

# Reads every sheet of a file, untrimmed, given the number of the first row that is wanted of the one with cells.
Reader = Callable[[BinaryIO, int], list[RawSheet]]


class Indivisible(Exception):
    """A sheet that must be read as a whole."""


@dataclass(frozen=True)
class Portion:
    """Some rows of a sheet: the number of the first, from 1, and how many values they have; their XML as a sheet.

    All but those that begin at row 1 have a row with a cell in column A above the first, so that it is known where
    they begin.
    """

    first: int
    values: int
    xml: bytes


@dataclass(frozen=True)
class Frame:
    """The workbook around a large sheet: its other parts, with their sheets empty, and the name of its own part."""

    others: dict[str, bytes]
    part: str

    @property
    def portion(self) -> int:
        """How many bytes of XML make a portion."""
        return max(PORTION, SHARE * sum(map(len, self.others.values())))

    def around(self, xml: bytes) -> BinaryIO:
        """A file of the workbook with this XML as its sheet."""
        file = nameless_file()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in (*self.others.items(), (self.part, xml)):
                archive.writestr(name, content)
        return file


def framed(archive: zipfile.ZipFile, part: zipfile.ZipInfo, *, sheets: re.Pattern[str]) -> Frame | None:
    """What is around a sheet; None unless that is large, also beside the rest of its workbook."""
    others = [other for other in archive.infolist() if other is not part]
    again = [other for other in others if not sheets.fullmatch(other.filename)]
    least = SHARE * sum(other.file_size for other in again)
    twice = any(other.filename == part.filename for other in others)
    if part.file_size < max(LEAST, 2 * least) or least > LARGEST or twice:
        return None
    empty = {other.filename: EMPTY for other in others}
    return Frame(empty | {other.filename: archive.read(other) for other in again}, part.filename)


def read_portions(pieces: Iterator[bytes], frame: Frame, *, read: Reader) -> dict[int, RawSheet]:
    """The sheet whose XML comes in pieces, by its number; nothing, and some pieces left, if it is to be read whole."""
    with ThreadPoolExecutor(THREADS) as pool:
        try:
            return _joined(_in_threads(pool, divided(pieces, size=frame.portion), frame, read))
        except Indivisible:
            pool.shutdown(cancel_futures=True)
            return {}


def divided(pieces: Iterator[bytes], *, size: int) -> Iterator[Portion]:
    """The portions of a sheet of about `size` bytes. Raise Indivisible where one is not divided with certainty."""
    xml = _next(pieces, size)
    begin = BEGIN.search(xml)
    if begin is None or claimed_area(xml) > MAX_CELLS:
        raise Indivisible
    head, prefix, xml = xml[: begin.end()], begin[1] or b"", xml[begin.end() :]
    last, close = b"</%brow>" % prefix, b"</%bsheetData>" % prefix
    first: int | None = 1
    while True:
        end = xml.rfind(last) + len(last) if last in xml else 0
        below, closed = xml[end:].partition(close)[:2]
        if closed and not re.fullmatch(rb"\s*(?:<%brow\b[^<>]*/>\s*)*" % prefix, below):
            raise Indivisible
        if end:
            yield _portion(xml[:end], head, prefix, first=first)
        elif not closed:
            raise Indivisible
        if closed:
            return
        xml, first = xml[end:] + _next(pieces, size), None


def _next(pieces: Iterator[bytes], size: int) -> bytes:
    """The next pieces, of at least `size` bytes together unless they end."""
    taken: list[bytes] = []
    while sum(map(len, taken)) < size and (piece := next(pieces, None)):
        taken.append(piece)
    return b"".join(taken)


def _portion(rows: bytes, head: bytes, prefix: bytes, *, first: int | None) -> Portion:
    """A portion of these rows, whose first row tells its number if `first` does not."""
    # A comment may hold anything, also what looks like the end of a row.
    if b"<!" in rows:
        raise Indivisible
    first = first or _row_number(rows, prefix)
    above = _marker(first - 1, prefix) if first > 1 else b""
    values = rows.count(b"<%bv" % prefix) + rows.count(b"<%bis" % prefix)
    return Portion(first, values, b"".join([head, above, rows, b"</%bsheetData>" % prefix]))


def _row_number(rows: bytes, prefix: bytes) -> int:
    number = re.match(rb"\s*<%brow\s(?:[^<>]*?\s)?r=[\"'](\d{1,7})[\"']" % prefix, rows)
    if number is None or int(number[1]) < 2:
        raise Indivisible
    return int(number[1])


def _marker(number: int, prefix: bytes) -> bytes:
    """A row with a cell in column A."""
    row = b'<*row r="%d"><*c r="A%d" t="str"><*v>x</*v></*c></*row>' % (number, number)
    return row.replace(b"*", prefix)


def _in_threads(
    pool: ThreadPoolExecutor, portions: Iterable[Portion], frame: Frame, read: Reader
) -> Iterator[tuple[Portion, list[RawSheet]]]:
    """Each portion with its sheets, in their order."""
    waiting: deque[tuple[Portion, Future[list[RawSheet]]]] = deque()
    for portion in portions:
        waiting.append((portion, pool.submit(_read, portion, frame, read)))
        if len(waiting) == AT_ONCE:
            yield _done(*waiting.popleft())
    while waiting:
        yield _done(*waiting.popleft())


def _read(portion: Portion, frame: Frame, read: Reader) -> list[RawSheet]:
    with frame.around(portion.xml) as file:
        return read(file, portion.first)


def _done(portion: Portion, future: Future[list[RawSheet]]) -> tuple[Portion, list[RawSheet]]:
    if future.exception():
        raise Indivisible from future.exception()
    return replace(portion, xml=b""), future.result()


def _joined(portions: Iterable[tuple[Portion, list[RawSheet]]]) -> dict[int, RawSheet]:
    """The sheet of all portions, by its number. Raise Indivisible unless every value is at its place."""
    parts: list[RawSheet] = []
    place, end, values = -1, 0, 0
    for portion, sheets in portions:
        place = place if parts else _only(sheets)
        sheet = sheets[place]
        values += portion.values
        if portion.first <= end or sheet.cut or sheet.values != portion.values or values > MAX_CELLS:
            raise Indivisible
        parts.append(_moved(sheet, above=portion.first - 1, gap=portion.first - 1 - end))
        end = portion.first - 1 + sheet.cells.num_rows
    return {place: _stacked(parts)}


def _only(sheets: list[RawSheet]) -> int:
    """The number of the only sheet with cells."""
    filled = [number for number, sheet in enumerate(sheets) if sheet.cells.num_rows]
    if len(filled) != 1:
        raise Indivisible
    return filled[0]


def _moved(sheet: RawSheet, *, above: int, gap: int) -> RawSheet:
    """A part of a sheet with so many rows above it, of which the last ones, which no part has, are put before it."""
    places = [(row + above, column) for row, column in sheet.error_places]
    return replace(sheet, cells=below_empty_rows(sheet.cells, gap) if gap else sheet.cells, error_places=places)


def _stacked(parts: list[RawSheet]) -> RawSheet:
    """The parts of a sheet as one."""
    import pyarrow as pa

    return replace(
        parts[0],
        cells=trimmed(pa.concat_tables([part.cells for part in parts], promote_options="default")),
        errors=sum(part.errors for part in parts),
        values=sum(part.values for part in parts),
        error_places=[place for part in parts for place in part.error_places][:MAX_PLACES],
    )
