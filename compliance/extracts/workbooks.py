"""An extract as an Excel workbook: its rows, what its columns mean, and where they come from."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.core.zips import EARLIEST, parts_of, write_zip
from compliance.counting.separated import starts_formula
from compliance.extracts.declared import Definition
from compliance.extracts.extracting import Extract
from compliance.extracts.words import dictionary, titled

MIDNIGHT: Final = datetime.min.time()
# Characters that XML, and so a workbook, cannot hold.
UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
EXCEL_ROWS: Final = 1_048_576


def workbook(wanted: Extract, language: Language) -> bytes:
    """The extract as a workbook. Raise Refusal if it has more rows than a sheet takes."""
    from openpyxl import Workbook

    if len(wanted.table) >= EXCEL_ROWS:
        raise Refusal(
            N_("The extract has {rows} rows, and a worksheet at most {most}. Choose CSV or Parquet."),
            rows=len(wanted.table),
            most=EXCEL_ROWS,
        )
    from compliance.counting import books

    book = Workbook(write_only=True)
    table = titled(wanted, language)
    data = zip(*(c.to_pylist() for c in table.columns), strict=True)
    percent = {place for place, column in enumerate(wanted.definition.columns) if column.percent}
    sheets = {
        language(N_("Data")): _sheet(table.column_names, data, table=wanted.definition.id, percent=percent),
        language(N_("Columns")): _sheet(*_dictionary(wanted.definition, language), table="columns"),
        language(N_("About")): _sheet(*_about(wanted, language)),
    }
    rows = {title: _add_sheet(book, title, content) for title, content in sheets.items()}
    return _without_clock(books.content(book, rows))


@dataclass(frozen=True)
class _Sheet:
    """The heading and rows of a sheet; those of a `table` can be filtered, and `percent` are places of shares."""

    heading: list[str]
    rows: list[list[Any]]
    table: str
    percent: frozenset[int]


def _sheet(heading: list[str], rows: Iterable[Any], *, table: str = "", percent: Iterable[int] = ()) -> _Sheet:
    return _Sheet(heading, [list(row) for row in rows], table, frozenset(percent))


def _add_sheet(book: Any, title: str, content: _Sheet) -> Iterator[list[Any]]:
    """Add a sheet with a frozen bold heading and columns as wide as their texts; return its rows."""
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    for place, name in enumerate(content.heading):
        widest = max([len(name) + 4, *(len(_cell_text(row[place])) for row in content.rows[:500])])
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(max(widest + 1, 8), 60)
    sheet.freeze_panes = "A2"
    if content.table:
        sheet.tables.add(_table(content))
    return _cells(sheet, content)


def _table(content: _Sheet) -> Any:
    """The range of a sheet as a table of Excel, with filters; one without rows needs an empty one."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.filters import AutoFilter
    from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

    where = f"A1:{get_column_letter(len(content.heading))}{max(len(content.rows), 1) + 1}"
    table = Table(displayName=content.table, ref=where, autoFilter=AutoFilter(ref=where))
    table.tableColumns = [TableColumn(id=place, name=name) for place, name in enumerate(content.heading, start=1)]
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    return table


def _cells(sheet: Any, content: _Sheet) -> Iterator[list[Any]]:
    yield [_heading(sheet, name) for name in content.heading]
    for row in content.rows:
        yield [_cell(sheet, value, percent=place in content.percent) for place, value in enumerate(row)]


def _cell_text(value: object) -> str:
    return str(value)[:60] if value is not None else ""


def _heading(sheet: Any, text: str) -> Any:
    from openpyxl.styles import Font

    cell = _text(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: object, *, percent: bool) -> Any:
    """What a sheet gets for a value: the value, or a cell where openpyxl would misread it."""
    if isinstance(value, str):
        text = UNWRITABLE.sub("", value)
        return _text(sheet, text) if starts_formula(text) or text.startswith("#") else text
    if isinstance(value, date):
        return _formatted(sheet, value, "yyyy-mm-dd hh:mm" if _has_time(value) else "yyyy-mm-dd")
    return _formatted(sheet, value, "0.0%") if percent and value is not None else value


def _has_time(value: date) -> bool:
    """Whether a moment has a time of day: one at midnight is a date."""
    return isinstance(value, datetime) and value.time() != MIDNIGHT


def _text(sheet: Any, text: str) -> Any:
    """A cell that is text whatever it starts with: not a formula (=1) and not an error (#N/A)."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = starts_formula(text)
    return cell


def _formatted(sheet: Any, value: object, form: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value)
    cell.number_format = form
    return cell


def _dictionary(definition: Definition, language: Language) -> tuple[list[str], list[tuple[str, ...]]]:
    heading = [
        language(N_("Column")),
        language(N_("Name in CSV and Parquet")),
        language(N_("Type")),
        language(N_("Meaning")),
    ]
    return heading, dictionary(definition, language)


def _about(wanted: Extract, language: Language) -> tuple[list[str], list[tuple[object, ...]]]:
    """The extract's title, purpose and day, and the exports behind it."""
    facts: list[tuple[object, ...]] = [
        (language(N_("Extract")), language.pick(wanted.definition.title)),
        (language(N_("Purpose")), language.pick(wanted.definition.purpose)),
        (language(N_("As-of date")), wanted.as_of),
        (language(N_("Rows")), len(wanted.table)),
    ]
    if wanted.organisation:
        facts.append((language(N_("Organisation")), wanted.organisation))
    if wanted.point:
        facts.append((language(N_("Review point")), language.pick(wanted.point.title)))
    titles = wanted.words["sources"]
    for row in wanted.imports:
        exported = f"{row['file']} · {language(N_('Extract date'))} {row['extract_date']}"
        facts.append((language.pick(titles[row["source"]]), exported))
    return [language(N_("What")), language(N_("Value"))], facts


def _without_clock(content: bytes) -> bytes:
    """Return the workbook with fixed times, so that the same rows give the same file."""
    time = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    parts = (
        (name, time.sub(b"1980-01-01T00:00:00Z", part) if name == "docProps/core.xml" else part)
        for name, part in parts_of(content)
    )
    return write_zip(parts, EARLIEST)
