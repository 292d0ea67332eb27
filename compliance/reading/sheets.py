"""A file as it was read, sheet by sheet, which the later steps pass on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

HEADING_ROWS: Final = 20
# How many characters of a cell are searched for headings, a date and an organisation.
LOOKED_AT: Final = 1_000
Row = list[str | None]


@dataclass(frozen=True)
class Sheet:
    """One sheet: all cells as text in columns c0, c1 …, where index + 1 is the spreadsheet's row. Empty cells are null.

    `errors` counts the error cells (#N/A …) that the workbook marks as such; they are null in `cells`. `error_places`
    has the first 500 of them: the spreadsheet's row, from 1, and the column, from 0. `allowed` are the columns (from 0)
    with numbers that have the form of an identity number and were left; `by_chance` those left because most numbers of
    the column have an invalid check digit. `hidden` says that the workbook does not show it.
    """

    name: str
    cells: pa.Table
    errors: int = 0
    error_places: tuple[tuple[int, int], ...] = ()
    allowed: tuple[int, ...] = ()
    by_chance: tuple[int, ...] = ()
    hidden: bool = False


@dataclass(frozen=True)
class Workbook:
    """A file as it was read. `kind` is xlsx, xlsm, xls, ods, csv, html or xml, by content.

    `date1904` is the epoch of unformatted serial dates; `modified` is local time; `masked` counts identity numbers;
    `cut` counts the columns beyond the 500th and the stray cells that were left out; `formulas` counts those without a
    stored value, whose cells look empty; `around` is the day around which dates in case numbers are expected.
    """

    name: str
    sha256: str
    kind: str
    sheets: tuple[Sheet, ...]
    date1904: bool
    modified: datetime | None
    masked: int
    cut: int = 0
    formulas: int = 0
    around: date | None = None

    @property
    def depends_on_request(self) -> bool:
        """Whether the cells depend on what the read request said: something was masked, or was left for what it is."""
        return bool(self.masked) or any(sheet.allowed for sheet in self.sheets)


def top_rows(sheet: Sheet) -> list[Row]:
    """The sheet's first rows, which must include its heading; long cells are cut."""
    table = sheet.cells.slice(0, HEADING_ROWS)
    columns = [pc.utf8_slice_codeunits(column, 0, LOOKED_AT).to_pylist() for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)] if columns else []
