"""What the line passes on: a file as it was read, sheet by sheet."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Sheet:
    """One sheet: all cells as text in columns c0, c1 …, where index + 1 is the spreadsheet's row; null is empty.

    `errors` counts the error cells (#N/A …) that the workbook marks as such; they are null in `cells`.
    `error_places` has the first 500 of them: the spreadsheet's row, counted from 1, and the column, from 0.
    `allowed` are the places of columns with numbers of the form of identity numbers that are none, `by_chance` those
    of them where that is so since most of its numbers have a wrong check digit.
    """

    name: str
    cells: "pa.Table"
    errors: int = 0
    error_places: tuple[tuple[int, int], ...] = ()
    allowed: tuple[int, ...] = ()
    by_chance: tuple[int, ...] = ()


@dataclass(frozen=True)
class Workbook:
    """A file as it was read. `kind` is xlsx, xlsm, xls, ods, csv, html or xml, by content.

    `date1904` says how an unformatted serial counts; `modified` is local time; `masked` counts identity numbers;
    `cut` counts what was left out: columns beyond the 500th, and stray cells far outside of a table;
    `formulas` those that no program has worked out yet, so that their cells look empty; `around` is the day about which
    a date in a case number lies.
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
    def told(self) -> bool:
        """Whether what was said of the file before it was read decides what stands in its cells."""
        return bool(self.masked) or any(sheet.allowed for sheet in self.sheets)
