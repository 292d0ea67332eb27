"""The table of what lapses: points down, months across, and the more that lapses, the stronger the blue."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final

from compliance.drawing.elements import Html, scrolling_table, tag

# How many shades of blue there are.
SHADES: Final = 5


@dataclass(frozen=True)
class LapsingCell:
    """How many items lapse in a month, as a number and in digits; `title` says it in words, `address` lists them."""

    n: int
    text: str
    title: str = ""
    address: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class LapsingRow:
    """A point with a cell for each month and the sum of them, or with why it has none."""

    label: Html
    cells: Sequence[LapsingCell] = ()
    total: str = ""
    why: str = ""


def lapsing(
    months: Sequence[str], rows: Sequence[LapsingRow], *, sums: LapsingRow, corner: str, total: str, caption: str
) -> Html:
    """Points down, months across; a cell is a number on a blue that is the stronger the more lapses.

    Example: `lapsing(["Nov 2026"], [LapsingRow(Html("1 …"), [LapsingCell(3, "3")], "3")], sums=…, …)`.
    """
    most = max((cell.n for row in rows for cell in row.cells), default=0)
    heads = (tag("th", *head, scope="col") for head in ([corner], *map(_lines, months), [total]))
    body = [_row(row, most) for row in rows]
    cells = (tag("td", cell.text) for cell in sums.cells)
    body.append(tag("tr", tag("th", sums.label, scope="row"), *cells, tag("td", sums.total), css="v-sums"))
    css = "v-heat v-lapses"
    return scrolling_table(heads, body, caption=caption, css=css, style=f"--columns:{len(months) + 1}")


def _lines(head: str) -> list[str]:
    """A month above its year."""
    month, _, year = head.partition(" ")
    return [month, Html(" <br>"), year]


def _row(row: LapsingRow, most: int) -> Html:
    head = tag("th", row.label, scope="row")
    if row.why:
        return tag("tr", head, tag("td", row.why, css="v-why", colspan=str(len(row.cells) + 1)))
    return tag("tr", head, *(_cell(cell, most) for cell in row.cells), tag("td", row.total, css="v-sum"))


def _cell(cell: LapsingCell, most: int) -> Html:
    if not cell.n:
        return tag("td")
    shown = tag("a", cell.text, css="v-link", href=cell.address, title=cell.title) if cell.address else cell.text
    return tag("td", shown, css=f"v-shade-{shade(cell.n, most)}", aria_current="true" if cell.chosen else "")


def shade(n: int, most: int) -> int:
    """The shade of a number among those up to `most`, from 1: by its root, so that small ones differ too.

    Of numbers that are all small none is strong. Example: `shade(1, 100)` is 1, `shade(100, 100)` is 5.
    """
    return ceil(SHADES * sqrt(n / max(most, SHADES**2)))
