"""What a report is made of, before anybody knows whether it becomes Word or PDF.

A report is one list of blocks; each writer draws every kind of block, those that only paper has in its own way. Texts
are in the reader's language already, and numbers are written out: a writer lays out and never computes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from compliance.counting.assessing import Status
from compliance.wording.trends import Trend

Align = Literal["left", "right"]
Style = Literal["body", "verdict", "answer", "comment", "note"]


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3, numbered where its text says so."""

    text: str
    level: int


@dataclass(frozen=True)
class Paragraph:
    """A paragraph. `verdict` is what all of it comes to, in large type; `answer` opens a part with its conclusion;
    `comment` is what somebody wrote of it; `note` explains in small type. A line break in the text is a line break.
    """

    text: str
    style: Style = "body"


@dataclass(frozen=True)
class Bullets:
    """A list without numbers."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, on which side its cells stand, and its share of the width (any unit)."""

    heading: str
    align: Align = "left"
    width: float = 1.0


@dataclass(frozen=True)
class Bar:
    """Coverage as a bar, 0–1. `share` is None where nothing can be computed; `text` is the share written out,
    `word` what the status is called, `before` the share of the last review.
    """

    label: str
    share: float | None
    text: str
    target: float
    status: Status
    word: str
    before: float | None = None


@dataclass(frozen=True)
class Table:
    """A table under a caption, whose first row is repeated on every page. The first cell of a row names the row.

    With `bars`, one a row, the table is a chart too: they stand in a column after the first, headed `scale`, and say
    nothing that the row does not say in figures.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: tuple[Bar, ...] = ()
    scale: str = ""


@dataclass(frozen=True)
class LineChart:
    """A share over time on a scale from 0 to 100 per cent, with its target and its limit as lines."""

    caption: str
    alt: str
    name: str
    trend: Trend


@dataclass(frozen=True)
class Signatures:
    """Who has signed, or where to: a line each of what is signed, (label, text) pairs under it; an empty text is a rule
    to write on.
    """

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


@dataclass(frozen=True)
class Result:
    """A figure in large type with the shape, the colour and the word of its status; below it what it counts, and in
    small type what it is compared with, a paragraph each.
    """

    value: str
    status: Status
    word: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beside:
    """Blocks in two columns, alike wide."""

    left: "tuple[Block, ...]"
    right: "tuple[Block, ...]"


@dataclass(frozen=True)
class Together:
    """Blocks that stand on one page unless they are longer than that."""

    blocks: "tuple[Block, ...]"


@dataclass(frozen=True)
class Topic:
    """What a meeting talks about at a time: its blocks on one page and below them, headed `notes`, rules to write on,
    at least `lines` of them and else as many as there is room for.
    """

    blocks: "tuple[Block, ...]"
    notes: str
    lines: int


Simple = Heading | Paragraph | Bullets | Table | LineChart | Signatures | PageBreak
# What only paper has, but that Word has columns too.
OnPaper = Result | Beside | Together | Topic
Block = Simple | OnPaper


@dataclass(frozen=True)
class Report:
    """A whole report.

    `draft` is the word that stands on each page of a draft, `footer` the line at the foot of each page, `contents` the
    title of the table of contents, `page` how a page is counted ("Sida {page} av {pages}"). `made_at` is the moment of
    the review's present state in UTC, so that the same review gives the same file. `opening` is the sentence that a
    report without a cover begins with: on paper title, facts, opening and contents then share half a page.
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


def each(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks in the order in which they are read, without those that only arrange others."""
    for block in blocks:
        if isinstance(block, Together | Topic):
            yield from each(block.blocks)
        elif isinstance(block, Beside):
            yield from each((*block.left, *block.right))
        else:
            yield block
