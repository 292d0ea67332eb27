"""Fragments of the training page: both courses side by side, part by part, and when they expire.

Texts arrive formatted and translated, as in charts.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compliance.core.language import begun
from compliance.drawing.charts import Measured, PageLink, bar_of, linked, status_mark
from compliance.drawing.elements import Html, rich, scrolling, tag, unless_empty


def crumbs(steps: Sequence[PageLink], *, label: str) -> Html:
    """The path to the part that is shown, each step above it a link.

    Example: `crumbs([PageLink("The whole organisation", "/training"), PageLink("Care")], label="Where you are")`.
    """
    items = (tag("li", linked(step)) for step in steps)
    return tag("div", tag("ol", *items), css="v-crumbs", role="navigation", aria_label=label)


@dataclass(frozen=True)
class DrillHead:
    """The headings: the part, those who lack a course, the two courses, and those whose course expires soon.

    They stand next to the figures on a narrow screen, where the columns stack, as words of a sentence.
    """

    part: str
    missing: str
    courses: tuple[PageLink, PageLink]
    expiring: str


@dataclass(frozen=True, kw_only=True)
class DrillRow:
    """A department or unit with its figures; the row of the `whole` is emphasised."""

    name: PageLink
    missing: str
    of: str
    courses: tuple[Measured, Measured]
    expiring: str
    note: str = ""
    whole: bool = False


def drill(rows: Iterable[DrillRow], *, head: DrillHead, caption: str) -> Html:
    """A table of parts with both courses side by side; on a narrow screen the columns stack below the name.

    Example: `drill([DrillRow(name=PageLink("Care"), missing="42", of="of 310", …)], head=head, caption="…")`.
    """
    heads = (
        tag("th", text, scope="col", role="columnheader", css=css)
        for text, css in [
            (head.part, "v-d-name"),
            (begun(head.missing), "v-d-missing"),
            *((linked(course), "v-d-course") for course in head.courses),
            (begun(head.expiring), "v-d-expiring"),
        ]
    )
    table = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *heads, role="row"), role="rowgroup"),
        tag("tbody", *(_drill_row(row, head) for row in rows), role="rowgroup"),
        css="v-drill",
        role="table",
    )
    return scrolling(table, caption)


def _drill_row(row: DrillRow, head: DrillHead) -> Html:
    under = unless_empty(row.note, tag("span", row.note, css="v-small v-mute"))
    cells = (
        tag(
            "th", linked(row.name), Html(" " if row.note else ""), under, scope="row", role="rowheader", css="v-d-name"
        ),
        _cell(tag("strong", row.missing), Html(" "), _quiet(row.of), _short(head.missing), css="v-d-missing"),
        *(_course_cell(cell, course.text) for cell, course in zip(row.courses, head.courses, strict=True)),
        _cell(row.expiring, _short(head.expiring), css="v-d-expiring"),
    )
    return tag("tr", *cells, role="row", css="v-d-whole" if row.whole else "")


def _cell(*content: str, css: str) -> Html:
    return tag("td", *content, css=css, role="cell")


def _quiet(text: str) -> Html:
    return tag("span", text, css="v-mute")


def _short(text: str) -> Html:
    """A word next to a figure, shown only where the headings are not. A screen reader has the headings."""
    return tag("span", f" {text}", css="v-d-short", aria_hidden="true")


def _course_cell(now: Measured, title: str) -> Html:
    figure = tag("span", now.figure, css="v-d-figure")
    parts = (_short(title), bar_of(now), figure, status_mark(now.status, now.word))
    return _cell(tag("div", *parts, css=f"v-d-bar v-row-{now.status}"), css="v-d-course")


@dataclass(frozen=True)
class Expiry:
    """A month: name, year ("" if the month before has it), count, and height as a share of the tallest column.

    `soon` is the share of the count that expires soon.
    """

    month: str
    year: str
    count: str
    size: float
    soon: float


def expiry(months: Sequence[Expiry], *, alt: str) -> Html:
    """How many courses expire each month, those that expire soon solid: columns, or rows on a narrow screen.

    Example: `expiry([Expiry("okt", "2026", "12", 0.4, 1.0)], alt="138 courses expire …")`.
    """
    return tag("div", *(_expiry(month) for month in months), css="v-expiry", role="img", aria_label=alt)


def _expiry(month: Expiry) -> Html:
    parts = (
        tag("span", css=css, style=f"flex-grow:{share:.4f}")
        for css, share in (("v-e-later", 1 - month.soon), ("v-e-soon", month.soon))
        if share > 0
    )
    drawn = tag("span", *(parts if month.size else ()), css="v-e-bar", style=f"--size:{month.size:.4f}")
    count = tag("span", month.count, css="v-e-count" if month.size else "v-e-count v-mute")
    name = tag(
        "span", month.month, unless_empty(month.year, tag("span", f" {month.year}", css="v-e-year")), css="v-e-month"
    )
    return tag("span", tag("span", count, drawn, css="v-e-track"), name, css="v-e-col")


def expiry_keys(soon: str, later: str) -> Html:
    """The legend of the solid and the pale parts of the columns.

    Example: `expiry_keys("within 90 days", "later")`.
    """
    items = (
        tag("li", tag("span", css=f"v-key {css}", aria_hidden="true"), text)
        for css, text in (("v-e-soon", soon), ("v-e-later", later))
    )
    return tag("ul", *items, css="v-keys")


def name_with_note(name: str, note: str) -> Html:
    """A table cell with a person's name and a quiet note.

    Example: `name_with_note("Kim Ek", "management group")`.
    """
    return tag("div", name, Html(" " if note else ""), unless_empty(note, tag("span", note, css="v-small v-mute")))


def quiet(text: str) -> Html:
    """A table cell in muted type.

    Example: `quiet("valid to 3 March 2027")`.
    """
    return tag("div", rich(text), css="v-mute")
