"""The exports as a list: a row per source, with what it feeds, which import counts and how old it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.counting.assessing import Status
from compliance.drawing.charts import status_mark
from compliance.drawing.elements import Html, escaped, tag
from compliance.wording.breaking import add_soft_hyphens


@dataclass(frozen=True)
class ExportRow:
    """A source: its title and system, what it feeds, its state, the import that counts with its age, and its rows."""

    title: str
    system: str
    feeds: Sequence[Html]
    status: Status
    word: str
    link: Html
    counts: Sequence[str]
    rows: str


def export_heads(source: str, feeds: str, state: str, counts: str, rows: str) -> Html:
    """The headings of the list.

    Example: `export_heads("Export", "Feeds", "State", "Counts today", "Rows")`.
    """
    cells = [*(tag("span", text) for text in (source, feeds, state, counts)), tag("span", rows, css="v-num")]
    return tag("div", *cells, css="v-export v-export-head")


def export_row(row: ExportRow, heads: Sequence[str]) -> Html:
    """A row of the list; `heads` are the headings, which a narrow window shows in each row.

    Example: `export_row(ExportRow("Staff list", "HR system", [], "green", "in time", Html(""), [], "412"), heads)`.
    """
    name = tag(
        "span",
        tag("strong", add_soft_hyphens(row.title)),
        " ",
        tag("span", row.system, css="v-mute"),
        css="v-export-name",
        title=f"{row.title} · {row.system}",
    )
    first, *rest = row.counts or [""]
    told = [Html(" · ".join(filter(None, (row.link, escaped(first))))), *rest]
    cells = [
        tag("span", Html(" ".join(row.feeds)), css="v-export-feeds", data_head=heads[1]),
        tag("span", status_mark(row.status, row.word)),
        tag("span", *(tag("span", text) for text in told if text), css="v-export-counts", data_head=heads[3]),
        tag("span", row.rows, css="v-num", data_head=heads[4]),
    ]
    return tag("div", name, *cells, css="v-export")
