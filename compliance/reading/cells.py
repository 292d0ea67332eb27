"""What the child finds in a file: sheets of text in Arrow, by whichever way they were read."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import pyarrow as pa

    Column = pa.ChunkedArray[Any]

MAX_COLUMNS: Final = 500
MAX_ROWS: Final = 1_048_576
# A sheet that reaches over more cells than ROOMY, and SPARSE times more than it has, has strays.
ROOMY: Final = 15_000_000
SPARSE: Final = 10
# How many error cells are kept with their places.
MAX_PLACES: Final = 500

Row = list[str | None]
LOCAL: Final = ZoneInfo("Europe/Stockholm")
ISO_MOMENT: Final = r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?$"


class Unreadable(Exception):
    """A file that cannot be read; `code` chooses the sentence in `reading.py`, `values` fill it."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass
class Found:
    """One sheet as it was found: its cells as text, and the numbers of error cells and of what was left out.

    `error_places` has the first error cells: the spreadsheet's row, counted from 1, and the column, from 0;
    `formulas` counts those that no program has worked out yet.
    """

    name: str
    cells: "pa.Table"
    errors: int = 0
    cut: int = 0
    error_places: list[tuple[int, int]] = field(default_factory=list)
    formulas: int = 0


@dataclass
class Content:
    """What a file holds; `cut` and `formulas` count what was not found in one of the sheets but beside them."""

    kind: str
    sheets: list[Found] = field(default_factory=list)
    date1904: bool = False
    modified: datetime | None = None
    cut: int = 0
    formulas: int = 0


def as_table(columns: Sequence["Column"]) -> "pa.Table":
    """Columns under the names c0, c1 …"""
    import pyarrow as pa

    names = [f"c{place}" for place in range(len(columns))]
    return pa.Table.from_arrays(list(columns), names=names)


def table_of(rows: Iterable[Row]) -> tuple["pa.Table", int]:
    """Rows of any length as a table, and how many filled columns it leaves out; an empty cell is null.

    Raises Unreadable where a few cells lie so far away that most of the table would be nothing.
    """
    import pyarrow as pa

    parts: list[pa.Table] = []
    beyond: set[int] = set()
    said = 0
    rows = iter(rows)
    while part := list(itertools.islice(rows, 65536)):
        columns = itertools.zip_longest(*part)
        # Rows that are all blank are rows too.
        kept = [*itertools.islice(columns, MAX_COLUMNS)] or [(None,) * len(part)]
        beyond.update(place for place, column in enumerate(columns) if any(column))
        arrays = [pa.chunked_array([pa.array(column, pa.string())]) for column in kept]
        parts.append(as_table([null_if_empty(array) for array in arrays]))
        said += sum(map(len, part))
    if not parts:
        return pa.table({}), 0
    height, width = sum(part.num_rows for part in parts), max(part.num_columns for part in parts)
    if height * width > max(ROOMY, SPARSE * said):
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


def null_if_empty(column: "Column") -> "Column":
    """The column with null for every empty text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    empty = pc.equal(column, pa.scalar(""))
    if not pc.any(empty).as_py():
        return column
    filled: Column = pc.if_else(empty, pa.scalar(None, pa.string()), column)
    return filled


def replaced(table: "pa.Table", *, pattern: str, by: str) -> "pa.Table":
    """The table with `pattern` replaced in every cell that has it."""
    import pyarrow.compute as pc

    for place, name in enumerate(table.column_names):
        if pc.any(pc.match_substring_regex(table[name], pattern)).as_py():
            table = table.set_column(place, name, pc.replace_substring_regex(table[name], pattern, by))
    return table


def plain_dates(sheet: Found) -> Found:
    """The sheet with its ISO moments written as all others are, with a space for the T."""
    return replace(sheet, cells=replaced(sheet.cells, pattern=ISO_MOMENT, by=r"\1 \2"))


def modified(properties: bytes) -> datetime | None:
    """When the workbook was last saved, by its own properties, as local time without a zone."""
    said = re.search(
        rb"<(?:dcterms:modified|dc:date|LastSaved|o:LastSaved)\b[^>]{0,500}>\s{0,100}(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)"
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
