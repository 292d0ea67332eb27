"""A table once, for pages, papers and workbooks: its columns are data, and each says what a cell has of a row.

REPORTS = (
    Column(N_("Id"), lambda duty, _: duty.id, row_header=True),
    Column(N_("Sent"), lambda duty, _: duty.sent, nowrap=True),
)
table(REPORTS, duties, say)
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from compliance.core.language import Language, Texts
from compliance.wording import phrases

Row = TypeVar("Row")


@dataclass(frozen=True)
class Head:
    """A heading as it is drawn: `numeric` is aligned right, `row_header` names the row, `strong` is bold.

    `width` is its share of the width of a paper, in any unit.
    """

    label: str
    numeric: bool = False
    row_header: bool = False
    strong: bool = False
    nowrap: bool = False
    width: float = 1.0


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: its heading, what a cell has of a row, and how it is drawn (`Head`).

    The heading is a sentence of the catalogue, or a text in each language.
    """

    heading: str | Texts
    cell: Callable[[Row, Language], object]
    numeric: bool = False
    row_header: bool = False
    strong: bool = False
    nowrap: bool = False
    width: float = 1.0

    def head(self, say: Language) -> Head:
        """The heading in a language."""
        label = say(self.heading) if isinstance(self.heading, str) else say.pick(self.heading)
        return Head(label, self.numeric, self.row_header, self.strong, self.nowrap, self.width)


def field(name: str) -> Callable[[Mapping[str, Any], Language], object]:
    """A cell with a field of a row of the store; an empty text is nothing.

    Example: `Column(N_("Unit"), field("unit"))`.
    """
    return lambda row, _: None if row[name] == "" else row[name]


# What is drawn: headings and the rows of their cells.
Table = tuple[list[Head], list[list[str]]]


def table(
    columns: Sequence[Column[Row]], rows: Iterable[Row], say: Language, *, without: Collection[str] = ()
) -> Table:
    """The table of some rows in a language, without the columns of some headings.

    A cell that is no text is a number, or else written as the value of a source is: an ISO day, a dash for nothing.
    """
    chosen = [column for column in columns if not any(column.heading == heading for heading in without)]
    return [column.head(say) for column in chosen], [
        [written(column.cell(row, say), say) for column in chosen] for row in rows
    ]


def records(columns: Sequence[Column[Row]], rows: Iterable[Row], say: Language) -> list[dict[str, object]]:
    """The same for a file or a grid: each row by the headings, with its values as they are."""
    named = [(column.head(say).label, column.cell) for column in columns]
    return [{label: cell(row, say) for label, cell in named} for row in rows]


def plain(headings: Sequence[str], rows: Iterable[Sequence[str]], say: Language) -> Table:
    """A table of texts, whose first column names its rows."""
    return [Head(say(each), row_header=place == 0) for place, each in enumerate(headings)], [[*row] for row in rows]


def written(value: object, say: Language) -> str:
    """A cell as text."""
    if isinstance(value, str):
        return value
    return say.number(value) if type(value) is int else phrases.stored_value(value, say)
