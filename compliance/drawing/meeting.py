"""Fragments of the meeting mode: large type, few words, a screen without scrolling.

Texts arrive formatted and translated, as in charts.py. Sizes follow the window, in static/style.css.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.counting.assessing import Status
from compliance.drawing.charts import Ahead, ChangePart, Fact, Measured, ahead, anchor, bar, bar_of, status_mark
from compliance.drawing.charts import causes as causes_of
from compliance.drawing.charts import facts as strip
from compliance.drawing.elements import Html, breakable, rich, tag, unless_empty
from compliance.drawing.geometry import runs, spread
from compliance.wording.trends import Level, Trend

WIDTH: Final = 660
LEFT: Final = 56
RIGHT: Final = 508
TOP: Final = 22
BOTTOM: Final = 214
HEIGHT: Final = 252
# The height that a text next to the line needs, and how far its baseline is below its middle.
LINE: Final = 25
BASELINE: Final = 7


@dataclass(frozen=True)
class Unit:
    """A unit with much left to do: name, "12 of 12 remain", and that count as a share of the largest one."""

    name: str
    counts: str
    share: float
    status: Status


@dataclass(frozen=True)
class Row:
    """A point in a list of them; `then` is its figure of the end of the year if nothing is done."""

    name: str
    address: str
    now: Measured
    verdict: str
    then: Ahead | None = None
    comment: str = ""


@dataclass(frozen=True)
class Unmeasured:
    """A point without a figure on the screen that such points share."""

    name: str
    address: str
    status: Status
    word: str
    why: str
    verdict: str
    comment: str = ""


@dataclass(frozen=True)
class AgendaRow:
    """A screen, or a point `within` one that has a row of its own. `mark` describes whether it is `discussed`."""

    name: str
    address: str
    here: bool
    within: bool = False
    status: Status | None = None
    word: str = ""
    discussed: bool = False
    mark: str = ""


@dataclass(frozen=True)
class DecisionItem:
    """A decision as the meeting sees it: `who` is the function that is responsible, never a person."""

    name: str
    text: str
    due: str
    who: str
    status: str = ""
    note: str = ""
    late: bool = False


def place(text: str, *, here: int, of: int) -> Html:
    """Which of the screens this is, in words and as a row of dashes.

    Example: `place("4 av 15", here=4, of=15)`.
    """
    dashes = (tag("i", css=_dash(number, here)) for number in range(1, of + 1))
    return tag("div", tag("strong", text), tag("span", *dashes, css="v-dashes", aria_hidden="true"), css="v-place")


def _dash(number: int, here: int) -> str:
    return "v-here" if number == here else "v-seen" if number < here else ""


def question(*sentences: str, kicker: str, large: bool = False) -> Html:
    """The subject of the screen, and its question or its answer as the heading, each sentence on a line of its own."""
    css = "v-top v-m-question v-m-verdict" if large else "v-top v-m-question"
    heading = tag("h1", Html("<br/>".join(breakable(sentence) for sentence in sentences)))
    return tag("div", tag("div", kicker, css="v-m-kicker"), heading, css=css)


def figure(now: Measured, *, counts: Sequence[str], note: str) -> Html:
    """The giant figure with its status, what it counts and what it was before, its bar, and a note."""
    return tag(
        "div",
        status_mark(now.status, now.word, large=True),
        tag("div", now.figure, css="v-m-figure"),
        *(tag("div", rich(text), css="v-m-counts") for text in counts),
        bar_of(now, large=True),
        unless_empty(note, tag("div", rich(note), css="v-m-note")),
        css=f"v-m-answer v-{now.status}",
    )


def comment(label: str, text: str) -> Html:
    """A user's own words."""
    return tag("div", tag("span", f"{label} ", css="v-mute"), text, css="v-m-comment")


def room(*fragments: Html, label: str, more: str) -> Html:
    """What gets the height that the screen has left. If it is longer it can be scrolled, and ends with `more`."""
    return tag("div", *fragments, css="v-m-room", role="group", aria_label=label, data_more=more)


def facts(items: Sequence[Fact]) -> Html:
    """Facts in type for the back row."""
    return tag("div", strip(items), css="v-m-facts")


def heading(text: str) -> Html:
    """The heading of a part of the screen."""
    return tag("h2", text, css="v-m-head")


def sentence(text: str) -> Html:
    """A sentence in type that can be read from the back row."""
    return tag("div", rich(text), css="v-m-sentence")


def small(text: str) -> Html:
    """A line beside a sentence, in smaller type."""
    return tag("div", rich(text), css="v-m-small")


def units(items: Sequence[Unit], *, label: str) -> Html:
    """Units with a bar of what is left to do, and their counts."""
    return tag("ul", *(_unit(item) for item in items), css="v-m-units", aria_label=label)


def _unit(item: Unit) -> Html:
    drawn = bar(status=item.status, share=item.share, alt=item.counts)
    return tag("li", tag("span", item.name, title=item.name), drawn, tag("strong", item.counts), css=f"v-{item.status}")


def causes(parts: Sequence[ChangePart], *, label: str) -> Html:
    """Why a figure changed: a row per cause, its bar left or right of zero, and its size."""
    return tag("div", causes_of(parts, label=label), css="v-changes v-m-causes")


def decisions(items: Sequence[DecisionItem], *, label: str) -> Html:
    """A list of decisions: name and due date to the left, the text and who is responsible to the right."""
    return tag("ul", *(_decision(item) for item in items), css="v-m-decisions", aria_label=label)


def _decision(item: DecisionItem) -> Html:
    status = tag("span", item.status, css="v-mute")
    if item.late:
        status = tag("span", tag("span", css="v-sign v-red", aria_hidden="true"), item.status, css="v-m-late v-red")
    name = tag("div", tag("strong", item.name), " ", unless_empty(item.status, status))
    when = tag("div", name, unless_empty(item.due, tag("div", item.due, css="v-mute v-m-due")))
    note = unless_empty(item.note, tag("span", f" {item.note}", css="v-mute"))
    return tag("li", when, tag("div", item.text, note, tag("div", item.who, css="v-mute v-m-due")))


def summary(rows: Sequence[Row], *, heads: Sequence[str], caption: str) -> Html:
    """Points in a table: name, bar and figure, status, the figure of the end of the year if any has one, assessment."""
    wide = {1: "2"}  # one heading over the bar and its figure
    cells = (tag("th", text, scope="col", colspan=wide.get(place, "")) for place, text in enumerate(heads))
    then = heads[3] if any(row.then for row in rows) else ""
    return _table(cells, (_row(row, then=then) for row in rows), caption=caption)


def _table(heads: Iterable[Html], rows: Iterable[Html], *, caption: str) -> Html:
    body = tag("thead", tag("tr", *heads)), tag("tbody", *rows)
    return tag("div", tag("table", tag("caption", caption, css="v-sr"), *body, css="v-m-table"), css="v-m-all")


def _row(row: Row, *, then: str) -> Html:
    now = row.now
    figures = tag(
        "tr",
        tag("th", anchor(row.name, row.address), scope="row"),
        tag("td", bar_of(now), css="v-m-bar"),
        tag("td", now.figure, css="v-m-number"),
        tag("td", status_mark(now.status, now.word)),
        unless_empty(then, tag("td", ahead(row.then), css="v-m-then", data_head=then)),
        tag("td", row.verdict),
        css=f"v-{now.status}{_followed(row.comment)}",
    )
    return Html(figures + _below(row.comment, columns=6 if then else 5))


def _followed(comment: str) -> str:
    return " v-m-followed" if comment else ""


def _below(comment: str, *, columns: int) -> Html:
    """A comment in a row of its own."""
    return unless_empty(comment, tag("tr", tag("td", comment, colspan=f"{columns}"), css="v-m-own-words"))


def unmeasured(rows: Sequence[Unmeasured], *, heads: Sequence[str], caption: str) -> Html:
    """Points without a figure in a table: name, status, why, assessment."""
    return _table((tag("th", text, scope="col") for text in heads), map(_unmeasured, rows), caption=caption)


def _unmeasured(row: Unmeasured) -> Html:
    told = tag(
        "tr",
        tag("th", anchor(row.name, row.address), scope="row"),
        tag("td", status_mark(row.status, row.word)),
        tag("td", row.why),
        tag("td", row.verdict),
        css=f"v-{row.status}{_followed(row.comment)}",
    )
    return Html(told + _below(row.comment, columns=4))


def agenda(rows: Sequence[AgendaRow], *, label: str) -> Html:
    """The screens in their order, each a link with the status of its point and whether it is discussed."""
    return tag("ul", *map(_agenda_row, rows), css="v-agenda", aria_label=label)


def _agenda_row(row: AgendaRow) -> Html:
    link = tag("a", row.name, css="v-link", href=row.address, aria_current="page" if row.here else "")
    css = "v-within" if row.within else ""
    if row.status is None:
        return tag("li", link, css=css)
    done = "v-done" if row.discussed else "v-not_started"
    mark = tag("span", css=f"v-work-sign {done}", role="img", aria_label=row.mark, title=row.mark)
    sign = tag("span", css=f"v-sign v-{row.status}", role="img", aria_label=row.word, title=row.word)
    return tag("li", sign, link, mark, css=f"{css} v-{row.status}".strip())


# --- The trend ------------------------------------------------------------------------------------------------------


def trend(trend: Trend, *, alt: str) -> Html:
    """The moments as a line, always on 0–100 %, with the last value and the names of target and limit at its end.

    A dotted end leads to the end of the year, if nothing is done.
    An SVG rather than plotly: the browser shows its first plotly chart two seconds later than the figure.
    """
    points = _points(trend)
    parts = [*_axis(trend), _level(trend.limit, css="v-m-limit"), _level(trend.target, css="v-m-target")]
    parts += [_line(run) for run in runs(points)]
    parts += _ahead(trend, points[-1])
    parts += [_dot(*point, radius=8) for point in [*filter(None, points)][-1:]]
    parts += _end_labels(trend)
    box = f"0 0 {WIDTH} {HEIGHT}"
    drawn = tag("svg", *parts, viewBox=box, role="img", aria_label=alt, preserveAspectRatio="xMinYMid meet")
    return tag("div", drawn, css="v-m-trend")


def _x(index: int, of: int) -> float:
    return LEFT + (RIGHT - LEFT) * index / max(of - 1, 1)


def _y(share: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * share


def _text(x: float, y: float, text: str, *, css: str, anchor_: str) -> Html:
    return tag("text", text, x=f"{x:.1f}", y=f"{y:.1f}", css=css, text_anchor=anchor_)


def _axis(trend: Trend) -> list[Html]:
    base = tag("line", x1=f"{LEFT}", x2=f"{RIGHT}", y1=f"{BOTTOM}", y2=f"{BOTTOM}", css="v-m-base")
    scale = [
        _text(LEFT - 10, _y(share) + 7, str(round(share * 100)), css="v-m-tick", anchor_="end") for share in (0, 0.5, 1)
    ]
    ticks = [
        _text(_x(index, trend.places), BOTTOM + 30, moment.label, css="v-m-tick", anchor_="middle")
        for index, moment in enumerate(trend.moments)
        if moment.label
    ]
    if trend.ahead:
        ticks.append(_text(RIGHT, BOTTOM + 30, trend.ahead.label, css="v-m-tick", anchor_="start"))
    return [base, *scale, *ticks]


def _level(level: Level, *, css: str) -> Html:
    y = _y(level.share)
    return tag("line", x1=f"{LEFT}", x2=f"{RIGHT}", y1=f"{y:.1f}", y2=f"{y:.1f}", css=css)


def _end_labels(trend: Trend) -> list[Html]:
    """The last value and the names of the levels, to the right of the line so that it crosses none of them."""
    target, limit = trend.target, trend.limit
    labels = [(target.share, target.text, "v-m-target-text"), (limit.share, limit.text, "v-m-limit-text")]
    labels += [(moment.share or 0.0, moment.text, "v-m-last") for moment in trend.measured[-1:]]
    if ahead := trend.ahead:
        labels += [(ahead.share or 0.0, text, "v-m-ahead-text") for text in ahead.lines]
    labels.sort(key=lambda label: -label[0])
    ys = spread([_y(share) for share, *_ in labels], LINE, top=LINE / 2, bottom=BOTTOM)
    return [
        _text(RIGHT + 16, y + BASELINE, text, css=css, anchor_="start")
        for (_, text, css), y in zip(labels, ys, strict=True)
    ]


def _points(trend: Trend) -> list[tuple[float, float] | None]:
    """The point of each moment; None for one without a figure."""
    of = trend.places
    return [None if moment.share is None else (_x(n, of), _y(moment.share)) for n, moment in enumerate(trend.moments)]


def _ahead(trend: Trend, last: tuple[float, float] | None) -> list[Html]:
    """The dotted end of the line."""
    if last is None or trend.ahead is None or trend.ahead.share is None:
        return []
    end = (_x(trend.places - 1, trend.places), _y(trend.ahead.share))
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (last, end))
    return [tag("polyline", points=points, css="v-m-ahead")]


def _line(run: Sequence[tuple[float, float]]) -> Html:
    if len(run) == 1:
        return _dot(*run[0], radius=5)
    return tag("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in run), css="v-m-line")


def _dot(x: float, y: float, *, radius: int) -> Html:
    return tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=f"{radius}", css="v-m-dot")


def clock(text: str, left: str, *, over: bool) -> Html:
    """The time of day, and how much of the meeting is left."""
    rest = tag("span", left, css="v-m-over" if over else "v-mute")
    return tag("div", tag("span", text), unless_empty(left, Html(" · ")), unless_empty(left, rest), css="v-m-clock")
