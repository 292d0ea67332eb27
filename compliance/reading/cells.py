"""What the child reads from a file, in any format: sheets of text cells in Arrow."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from compliance.core.clock import ZONE
from compliance.reading.columns import by_distinct

if TYPE_CHECKING:
    import pyarrow as pa

    Column = pa.ChunkedArray[Any]

MAX_COLUMNS: Final = 500
MAX_ROWS: Final = 1_048_576
# A sheet whose area is larger than ROOMY cells, and SPARSE times its filled cells, has stray cells.
ROOMY: Final = 15_000_000
SPARSE: Final = 10
# The most error cells whose positions are kept.
MAX_PLACES: Final = 500

Row = list[str | None]
NUL: Final = re.compile(b"\0")
MIDNIGHT: Final = "00:00:00"
ISO_MOMENT: Final = r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?$"


class Unreadable(Exception):
    """A file that cannot be read. `code` selects the sentence in `reading.py`, `values` fill it."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass
class RawSheet:
    """One sheet as read: its cells as text, and the numbers of error cells and of columns or cells left out.

    `error_places` are the first error cells: the spreadsheet's row, from 1, and the column, from 0. `formulas` counts
    those without a stored value, `values` the cells with one that a workbook library has read, even an empty text.
    """

    name: str
    cells: "pa.Table"
    errors: int = 0
    cut: int = 0
    hidden: bool = False
    error_places: list[tuple[int, int]] = field(default_factory=list)
    formulas: int = 0
    values: int = 0


@dataclass
class Content:
    """A file's sheets. `cut` and `formulas` count what was found outside the reading of a single sheet."""

    kind: str
    sheets: list[RawSheet] = field(default_factory=list)
    date1904: bool = False
    modified: datetime | None = None
    cut: int = 0
    formulas: int = 0


def as_table(columns: Sequence["Column"]) -> "pa.Table":
    """The columns as a table, named c0, c1 …"""
    import pyarrow as pa

    names = [f"c{place}" for place in range(len(columns))]
    return pa.Table.from_arrays(list(columns), names=names)


def table_of(rows: Iterable[Row]) -> tuple["pa.Table", int]:
    """Rows of any length as a table, and how many filled columns it leaves out. An empty cell is null.

    Raise Unreadable if a few cells lie so far away that the table would be mostly empty.
    """
    import pyarrow as pa

    parts: list[pa.Table] = []
    beyond: set[int] = set()
    total = 0
    rows = iter(rows)
    while part := list(itertools.islice(rows, 65536)):
        columns = itertools.zip_longest(*part)
        # A part of blank rows has no column, but its rows count.
        kept = [*itertools.islice(columns, MAX_COLUMNS)] or [(None,) * len(part)]
        beyond.update(place for place, column in enumerate(columns) if any(column))
        arrays = [pa.chunked_array([pa.array(column, pa.string())]) for column in kept]
        parts.append(as_table([null_if_empty(array) for array in arrays]))
        total += sum(map(len, part))
    if not parts:
        return pa.table({}), 0
    height, width = sum(part.num_rows for part in parts), max(part.num_columns for part in parts)
    if height * width > max(ROOMY, SPARSE * total):
        raise Unreadable("too_large")
    return pa.concat_tables(parts, promote_options="default"), len(beyond)


def trimmed(table: "pa.Table") -> "pa.Table":
    """The table without empty rows and columns at its end."""
    import pyarrow.compute as pc

    height = width = 0
    for place, column in enumerate(table.columns):
        if column.null_count < len(column):
            width = place + 1
            height = max(height, pc.indices_nonzero(pc.is_valid(column))[-1].as_py() + 1)
    return table.select(range(width)).slice(0, height)


def below_empty_rows(table: "pa.Table", height: int) -> "pa.Table":
    """The table below so many empty rows."""
    import pyarrow as pa

    empty = pa.table({"c0": pa.nulls(height, pa.string())})
    return pa.concat_tables([empty, table], promote_options="default")


def null_if_empty(column: "Column") -> "Column":
    """The column with empty texts as null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    empty = pc.equal(column, pa.scalar(""))
    if not pc.any(empty).as_py():
        return column
    filled: Column = pc.if_else(empty, pa.scalar(None, pa.string()), column)
    return filled


def without_nul(column: "Column") -> "Column":
    """The column without NUL characters (U+0000), which old systems write and which not every store keeps.

    The bytes of all texts are searched at once, which takes no time that can be measured.
    """
    import pyarrow.compute as pc

    if not any(NUL.search(texts) for chunk in column.chunks if (texts := chunk.buffers()[2])):
        return column
    whole: Column = null_if_empty(pc.replace_substring(column, "\0", ""))
    return whole


def replaced(table: "pa.Table", *, pattern: str, by: str) -> "pa.Table":
    """The table with `pattern` replaced in every cell."""
    import pyarrow.compute as pc

    for place, name in enumerate(table.column_names):
        if pc.any(pc.match_substring_regex(table[name], pattern)).as_py():
            table = table.set_column(place, name, pc.replace_substring_regex(table[name], pattern, by))
    return table


def plain_dates(sheet: RawSheet) -> RawSheet:
    """The sheet with a space for the T in its ISO moments, as the other formats write them."""
    return replace(sheet, cells=replaced(sheet.cells, pattern=ISO_MOMENT, by=r"\1 \2"))


def dates_alone(column: "Column") -> "Column":
    """The column with dates for moments at midnight: that is how a workbook writes a date, which has no time of day."""
    import pyarrow.compute as pc

    if not pc.any(pc.ends_with(column, MIDNIGHT)).as_py():
        return column
    [dates] = by_distinct([column], _date_alone)
    return dates


def _date_alone(texts: "Column") -> "Column":
    import pyarrow.compute as pc

    is_date = pc.match_like(texts, f"____-__-__ {MIDNIGHT}")
    dates: Column = pc.if_else(is_date, pc.utf8_slice_codeunits(texts, 0, 10), texts)
    return dates


def modified(properties: bytes) -> datetime | None:
    """When the workbook was last saved, according to its own properties, as naive local time."""
    match = re.search(
        rb"<(?:dcterms:modified|dc:date|LastSaved|o:LastSaved)\b[^>]{0,500}>\s{0,100}(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)"
        rb"(?:[.,]\d+)?(Z|[+-]\d\d:\d\d)?",
        properties,
    )
    if not match:
        return None
    return local_time(match[1].decode() + (match[2] or b"").decode())


def local_time(text: str) -> datetime | None:
    """An ISO moment as naive local time; None if it is no moment, or older than spreadsheets."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo:
        moment = moment.astimezone(ZONE).replace(tzinfo=None)
    return moment if moment.year >= 1990 else None
