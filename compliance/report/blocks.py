"""The blocks of a report, independent of whether it becomes Word or PDF.

A report is a list of blocks, and each writer draws every kind of block. Texts are already in the reader's language and
numbers are written out: a writer lays out and never computes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, TypeVar

from compliance.core.language import Language
from compliance.counting.assessing import Status
from compliance.wording.tables import Column, Head, written
from compliance.wording.trends import Trend

# The shapes of the statuses as characters.
SIGNS: Final[dict[Status, str]] = {
    Status.GREEN: "\N{BLACK CIRCLE}",
    Status.YELLOW: "\N{BLACK UP-POINTING TRIANGLE}",
    Status.RED: "\N{BLACK DIAMOND}",
    Status.NO_BASIS: "\N{DOTTED CIRCLE}",
    Status.NOTHING_TO_ASSESS: "\N{EM DASH}",
}
Style = Literal["body", "verdict", "answer", "comment", "note"]
T = TypeVar("T")
Row = TypeVar("Row")


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3. If it is numbered, its text has the number."""

    text: str
    level: int


@dataclass(frozen=True)
class Paragraph:
    """A paragraph. `verdict` is the overall conclusion in large type, `answer` the conclusion that opens a part,
    `comment` a user's own words, `note` an explanation in small type. A line break in the text is a line break.
    """

    text: str
    style: Style = "body"


@dataclass(frozen=True)
class Bullets:
    """A bulleted list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Bar:
    """Coverage as a bar, 0–1. `share` is None if nothing can be computed; `text` is the share written out,
    `word` the name of the status, `before` the share at the last review.
    """

    label: str
    share: float | None
    text: str
    target: float
    status: Status
    word: str
    before: float | None = None

    @property
    def alt(self) -> str:
        """The bar in words."""
        return f"{self.text}, {self.word}"


@dataclass(frozen=True)
class EffectBar:
    """A signed size as a bar left or right of zero, on a scale from `low` to `high`; `text` is it written out."""

    size: float
    text: str
    low: float
    high: float

    @property
    def alt(self) -> str:
        """The bar in words."""
        return self.text


@dataclass(frozen=True)
class Table:
    """A table with a caption, whose heading row is repeated on every page. The first cell of a row names the row.

    With `bars`, one per row, the table is a chart too: they form a column after the first, headed `scale`, and show
    nothing that the row does not have in figures. With `statuses`, those of the cells of each row, it is a heat table:
    they tint the cells, whose texts have their shapes. `upright` turns the headings after the first, which are long.
    """

    caption: str
    columns: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: tuple[Bar | EffectBar, ...] = ()
    scale: str = ""
    statuses: tuple[tuple[Status | None, ...], ...] = ()
    upright: bool = False


@dataclass(frozen=True)
class LineChart:
    """A share over time on a scale from 0 to 100 per cent, with its target and its limit as lines."""

    caption: str
    alt: str
    name: str
    trend: Trend


@dataclass(frozen=True)
class Signatures:
    """The signatures under a title, as (label, text) pairs. An empty text is a rule to sign on."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PageBreak:
    """The next block begins on a new page."""


@dataclass(frozen=True)
class Result:
    """A figure in large type with the shape, colour and word of its status. Below it `text`, what the figure counts,
    and `notes` in small type, what it is compared with.
    """

    value: str
    status: Status
    word: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beside:
    """Blocks in two columns of the same width."""

    left: "tuple[Block, ...]"
    right: "tuple[Block, ...]"


@dataclass(frozen=True)
class Together:
    """Blocks that are kept on one page, unless they are longer than a page."""

    blocks: "tuple[Block, ...]"


@dataclass(frozen=True)
class Topic:
    """An item of a meeting: its blocks on one page and below them, headed `notes`, rules to write on: as many as
    there is room for, and at least `lines`.
    """

    blocks: "tuple[Block, ...]"
    notes: str
    lines: int


Simple = Heading | Paragraph | Bullets | Table | LineChart | Signatures | PageBreak
# Blocks that exist for the printed page.
OnPaper = Result | Beside | Together | Topic
Block = Simple | OnPaper


@dataclass(frozen=True)
class Report:
    """A whole report.

    `draft` is the word on each page of a draft, `footer` the line at the foot of each page, `contents` the title of the
    table of contents, `page` the pattern of page numbers ("Sida {page} av {pages}"). `made_at` is the moment (UTC) when
    the review got its state, so that the same review gives the same file. A report with an `opening` has no cover: it
    begins with title, facts, this sentence and the contents on half a page. Without a title of the contents, Word has
    neither them nor a cover.
    """

    language: str
    title: str
    organisation: str
    facts: tuple[tuple[str, str], ...]
    draft: str | None
    footer: str
    contents: str
    page: str
    made_at: datetime
    blocks: tuple[Block, ...]
    opening: str | None = None


class Cell(NamedTuple):
    """What a cell of a table has: its text, and the status that colours it."""

    text: str
    status: Status | None = None


def table(columns: Sequence[Column[Row]], rows: Iterable[Row], say: Language, *, caption: str = "") -> Table:
    """The table of some rows in a language. A cell that is no `Cell` is a text, or written as in every table."""
    cells = [[_cell(column.cell(row, say), say) for column in columns] for row in rows]
    statuses = tuple(tuple(cell.status for cell in row) for row in cells)
    return Table(
        caption,
        tuple(column.head(say) for column in columns),
        tuple(tuple(cell.text for cell in row) for row in cells),
        statuses=statuses if any(map(any, statuses)) else (),
    )


def _cell(value: object, say: Language) -> Cell:
    return value if isinstance(value, Cell) else Cell(written(value, say))


def each(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks in reading order, those inside a layout block instead of that block."""
    for block in blocks:
        if isinstance(block, Together | Topic):
            yield from each(block.blocks)
        elif isinstance(block, Beside):
            yield from each((*block.left, *block.right))
        else:
            yield block


def levelled(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks without empty headings, and each heading at most a level below the last, as PDF/UA requires."""
    level = 0

    def mended(inner: Iterable[Block]) -> Iterator[Block]:
        nonlocal level
        for block in inner:
            if isinstance(block, Heading):
                if block.text.strip():
                    level = min(block.level, level + 1)
                    yield replace(block, level=level)
            elif isinstance(block, Together | Topic):
                yield replace(block, blocks=tuple(mended(block.blocks)))
            else:
                yield block

    return tuple(mended(blocks))


def map_texts(value: T, change: Callable[[str], str]) -> T:
    """The value with each of its texts changed, at any depth of dataclasses, tuples and dicts."""
    changed: Any = value
    if isinstance(value, str):
        changed = change(value)
    elif isinstance(value, tuple):
        changed = tuple(map_texts(item, change) for item in value)
    elif isinstance(value, dict):
        changed = {key: map_texts(item, change) for key, item in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        changed = replace(
            value, **{field.name: map_texts(getattr(value, field.name), change) for field in fields(value)}
        )
    return changed  # type: ignore[no-any-return]
