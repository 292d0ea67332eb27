"""The list of systems with a sign for each demand, and what turns its pages: fragments as those of charts.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from compliance.drawing.charts import anchor
from compliance.drawing.elements import Html, scrolling, tag, unless_empty

Outcome = Literal["met", "unmet", "unknown", "exempt", "none", "no_basis"]
# The shape of each outcome: circle, diamond, hatched square, short dash, dashed circle.
SIGNS: Final[dict[Outcome, str]] = {
    "met": "v-green",
    "unmet": "v-red",
    "unknown": "v-demand-hatched",
    "exempt": "v-nothing_to_assess",
    "none": "v-nothing_to_assess",
    "no_basis": "v-no_basis",
}


@dataclass(frozen=True)
class Mark:
    """How a system stands in one demand: the outcome that gives the shape, and the word beside it."""

    kind: Outcome
    word: str


@dataclass(frozen=True)
class Entry:
    """One system of the list: its name and address, its unit, how many gaps, and its marks in the heads' order.

    `gaps_word` is the word that the number has where the page is narrow.
    """

    name: str
    address: str
    unit: str
    gaps: str
    gaps_word: str
    marks: Sequence[Mark]


@dataclass(frozen=True)
class Turn:
    """A page of the list: the text of its link and its address; the address is empty where there is no such page."""

    text: str
    address: str


def demand_mark(mark: Mark, *, note: str = "") -> Html:
    """Shape and word of a demand, and below a quiet note.

    Example: `demand_mark(Mark("unmet", "Outdated"), note="since 2026-05-01")`.
    """
    below = unless_empty(note, tag("div", note, css="v-demand-note"))
    return tag("div", _sign(mark), below, css=f"v-demand v-demand-{mark.kind}")


def _sign(mark: Mark) -> Html:
    shape = tag("span", css=f"v-sign {SIGNS[mark.kind]}", aria_hidden="true")
    return tag("span", shape, tag("span", mark.word, css="v-word"), css="v-demand-mark")


def system_list(heads: Sequence[str], entries: Sequence[Entry], *, caption: str) -> Html:
    """Systems down, demands across; `heads` names the system, the number of gaps and each demand.

    Where the page is narrow each system is a block with the demands' names beside their signs.

    Example: `system_list(["System", "Gaps", …], [Entry("Alfa", "/systems?…", "HR", "1", "gap", …)], caption="…")`.
    """
    cells = (tag("th", head, scope="col") for head in heads)
    rows = (_entry(entry, heads) for entry in entries)
    drawn = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *cells)),
        tag("tbody", *rows),
        css="v-table v-systems",
    )
    return scrolling(drawn, caption)


def _entry(entry: Entry, heads: Sequence[str]) -> Html:
    unit = unless_empty(entry.unit, tag("span", entry.unit, css="v-system-unit"))
    name = tag("th", anchor(entry.name, entry.address), unit, scope="row")
    gaps = tag("td", entry.gaps, tag("span", f" {entry.gaps_word}", css="v-demand-name"), css="v-system-gaps")
    marks = (
        tag("td", tag("span", f"{head} ", css="v-demand-name"), _sign(mark), css=f"v-demand v-demand-{mark.kind}")
        for head, mark in zip(heads[2:], entry.marks, strict=True)
    )
    return tag("tr", name, gaps, *marks)


def pager(before: Turn, here: str, after: Turn, *, label: str) -> Html:
    """The page before and the one after, and which rows are shown between them.

    Example: `pager(Turn("Before", ""), "1 to 50 of 311", Turn("Next", "/systems?part=2"), label="Pages")`.
    """
    links = [unless_empty(turn.address, anchor(turn.text, turn.address)) for turn in (before, after)]
    return tag("nav", tag("span", links[0]), tag("span", here), tag("span", links[1]), css="v-pager", aria_label=label)
