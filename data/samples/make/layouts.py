"""The layouts of `exports.toml` and `packs.toml`, and the sheets of an export in its layout."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from compliance.core.places import SAMPLES
from compliance.declarations.declared import read_toml
from data.samples.make.fiction import OPEN_END, Cell, Row, Table, fiction, moment, words

EXCEL_EPOCH: Final = datetime(1899, 12, 30)


@dataclass(frozen=True)
class Layout:
    """The layout of a source system's exports on the days `dates`, with the keys of its file."""

    source: str
    file: str
    dates: list[date]
    columns: dict[str, str]
    form: str = "xlsx"
    encoding: str = "cp1252"
    separator: str = ";"
    sheet: str = "Blad1"
    sheet_by: str | None = None
    cover: list[str] = field(default_factory=list)
    above: list[list[str]] = field(default_factory=list)
    below: list[list[str]] = field(default_factory=list)
    date_styles: list[str] = field(default_factory=lambda: ["iso"])
    yes: list[str] = field(default_factory=lambda: ["Ja"])
    no: list[str] = field(default_factory=lambda: ["Nej"])
    open_end: str = "tillsvidare"
    empty: dict[str, str] = field(default_factory=dict)
    say: dict[str, list[str]] = field(default_factory=dict)
    dress: list[Table] = field(default_factory=list)
    extra: list[Table] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    epoch_1904: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet to write: its title and its lines of cells."""

    title: str
    lines: list[list[Cell]]
    heading: int | None = None

    def filled(self) -> Iterator[tuple[int, int, Cell]]:
        """The non-empty cells, each with its row and column, counted from zero."""
        for y, line in enumerate(self.lines):
            for x, cell in enumerate(line):
                if cell is not None and cell != "":
                    yield y, x, cell


@dataclass(frozen=True)
class Export:
    """One file to write."""

    path: Path
    layout: Layout
    on: date
    sheets: list[Sheet]


def layouts(file: str = "exports.toml") -> list[Layout]:
    """Every layout that a file declares."""
    declared = read_toml(SAMPLES / file)
    return [Layout(source=source, **table) for source, tables in declared.items() for table in tables]


def sheets_of(layout: Layout, rows: Sequence[Row], *, on: date) -> list[Sheet]:
    """The sheets of one export."""
    dressed = _with_extra(layout, [_dressed(layout, row, place) for place, row in enumerate(rows, start=1)])
    groups: dict[str, list[Row]] = {}
    for row in dressed:
        title = str(row[layout.sheet_by]) if layout.sheet_by else layout.sheet
        groups.setdefault(title, []).append(row)
    cover = [Sheet(words()["cover"], [[line] for line in layout.cover])] if layout.cover else []
    return cover + [_sheet(layout, title, group, on=on) for title, group in groups.items()]


def _sheet(layout: Layout, title: str, rows: Sequence[Row], *, on: date) -> Sheet:
    facts = {"date": on, "organisation": fiction()["organisation"], "rows": len(rows)}
    above: list[list[Cell]] = [[cell.format(**facts) for cell in line] for line in layout.above]
    below: list[list[Cell]] = [[cell.format(**facts) for cell in line] for line in layout.below]
    table = [[_cell(layout, row, name, place) for name in layout.columns.values()] for place, row in enumerate(rows)]
    return Sheet(title, [*above, [*layout.columns], *table, *below], heading=len(above))


def _dressed(layout: Layout, row: Row, place: int) -> Row:
    """`row` with the blemishes declared for its place in the table; `place` counts from one."""
    result = dict(row)
    for blemish in layout.dress:
        name, text = blemish["field"], row.get(blemish["field"])
        if place % blemish["every"] == 0 and text is not None:
            result[name] = blemish["value"] if "value" in blemish else WAYS[blemish["as"]](str(text))
    return result


WAYS: Final[Mapping[str, Callable[[str], str]]] = {
    "upper": str.upper,
    "lower": str.lower,
    "nbsp": lambda text: text.replace(" ", "\N{NO-BREAK SPACE}"),
    "padded": lambda text: f"  {text.replace(' ', '  ')} ",
}


def _with_extra(layout: Layout, rows: Sequence[Row]) -> list[Row]:
    """`rows` with changed copies of some inserted, as declared: rows to reject and ids that occur again."""
    result = list(rows)
    for extra in sorted(layout.extra, key=lambda entry: -entry["after"]):
        result.insert(extra["after"], rows[extra["after"] - 1] | extra["set"])
    return result


def _cell(layout: Layout, row: Row, name: str, place: int) -> Cell:
    """A cell as the system writes it. A column name that begins with = stands for that text in every row."""
    if name.startswith("="):
        return name[1:]
    value = row.get(name)
    if value is None:
        return layout.empty.get(name)
    if isinstance(value, bool):
        choices = layout.yes if value else layout.no
        return choices[place % len(choices)]
    if isinstance(value, date):
        return layout.open_end if value == OPEN_END else _date_cell(layout, value, place)
    if isinstance(value, str) and value in layout.say:
        return layout.say[value][place % len(layout.say[value])]
    return value


def _date_cell(layout: Layout, value: date, place: int) -> Cell:
    style = layout.date_styles[place % len(layout.date_styles)]
    if style == "excel":
        return value
    if style == "serial":
        return serial(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S" if style == "seconds" else "%Y-%m-%d %H:%M")
    return DATE_STYLES[style](value)


DATE_STYLES: Final[Mapping[str, Callable[[date], str]]] = {
    "iso": date.isoformat,
    "seconds": date.isoformat,
    "compact": lambda day: f"{day:%Y%m%d}",
    "dotted": lambda day: f"{day.day}.{day.month}.{day.year}",
    "slashed": lambda day: f"{day:%d/%m/%Y}",
    "words": lambda day: f"{day.day} {words()['months'][day.month - 1]} {day.year}",
}


def serial(value: date) -> int | float:
    """The serial number of a date in Excel, with the time as its fraction."""
    days = (moment(value) - EXCEL_EPOCH) / timedelta(days=1)
    return round(days, 9) if isinstance(value, datetime) else int(days)
