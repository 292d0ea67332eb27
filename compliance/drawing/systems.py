"""The list of systems with a sign per demand, and its pager. Fragments follow the rules in charts.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from compliance.drawing.charts import PageLink, anchor, linked
from compliance.drawing.elements import Html, scrolling_table, tag, unless_empty

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
    """A system's outcome in one demand, which gives the shape, and the word next to it."""

    kind: Outcome
    word: str


@dataclass(frozen=True)
class Entry:
    """A system of the list: name and address, unit, number of gaps, and its marks in the order of the heads.

    `gaps_word` follows the number on a narrow page.
    """

    name: str
    address: str
    unit: str
    gaps: str
    gaps_word: str
    marks: Sequence[Mark]


def demand_mark(mark: Mark, *, note: str = "") -> Html:
    """Shape and word of a demand, over a quiet note.

    Example: `demand_mark(Mark("unmet", "Outdated"), note="since 2026-05-01")`.
    """
    below = unless_empty(note, tag("div", note, css="v-demand-note"))
    return tag("div", _sign(mark), below, css=f"v-demand v-demand-{mark.kind}")


def _sign(mark: Mark) -> Html:
    shape = tag("span", css=f"v-sign {SIGNS[mark.kind]}", aria_hidden="true")
    return tag("span", shape, tag("span", mark.word, css="v-word"), css="v-demand-mark")


def system_list(heads: Sequence[str], entries: Sequence[Entry], *, caption: str) -> Html:
    """Systems down, demands across. `heads` holds the heading of the systems, of the gaps and of each demand.

    On a narrow page each system is a block, with the name of each demand next to its sign.

    Example: `system_list(["System", "Gaps", …], [Entry("Alfa", "/systems?…", "HR", "1", "gap", …)], caption="…")`.
    """
    cells = (tag("th", head, scope="col") for head in heads)
    rows = (_entry(entry, heads) for entry in entries)
    return scrolling_table(cells, rows, caption=caption, css="v-table v-systems")


def _entry(entry: Entry, heads: Sequence[str]) -> Html:
    unit = unless_empty(entry.unit, tag("span", entry.unit, css="v-system-unit"))
    name = tag("th", anchor(entry.name, entry.address), unit, scope="row")
    gaps = tag("td", entry.gaps, tag("span", f" {entry.gaps_word}", css="v-demand-name"), css="v-system-gaps")
    marks = (
        tag("td", tag("span", f"{head} ", css="v-demand-name"), _sign(mark), css=f"v-demand v-demand-{mark.kind}")
        for head, mark in zip(heads[2:], entry.marks, strict=True)
    )
    return tag("tr", name, gaps, *marks)


def pager(before: PageLink, shown: str, after: PageLink, *, label: str) -> Html:
    """Links to the page before and the one after, with the rows that are shown between them.

    Example: `pager(PageLink("Before", ""), "1 to 50 of 311", PageLink("Next", "/systems?part=2"), label="Pages")`.
    """
    first, last = (unless_empty(link.address, linked(link)) for link in (before, after))
    return tag("nav", tag("span", first), tag("span", shown), tag("span", last), css="v-pager", aria_label=label)
