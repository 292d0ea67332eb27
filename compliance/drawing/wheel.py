"""The year wheel as inline SVG with its numbered list, and the promises of a plan next to what is measured.

As in charts.py, functions are pure, texts are escaped, and a fragment is one line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

from compliance.counting.assessing import Status
from compliance.drawing.charts import Measured, bar_of, status_mark, work_mark
from compliance.drawing.elements import Html, breakable, for_screen_reader, tag
from compliance.drawing.wheel_layout import OUTER, SLOT, Arc, Band, Layout, bands_of, numbers_middle
from compliance.review.planning import ActionState, State

NOTHING: Final = Html("")
SIZE: Final = 1000
CENTRE: Final = SIZE / 2
MONTH_EDGE: Final = 498.0
# How close to the hand a number may stand.
HAND_GAP: Final = 9.0


# ---------------------------------------------------------------- the wheel


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """A year: the short names of its months, the current one, the hand with its text, and the arcs."""

    year: str
    months: Sequence[str]
    here: int
    hand: float
    hand_text: str
    layout: Layout
    alt: str


def wheel(item: Wheel) -> Html:
    """The wheel: months at the rim, rings from the inside out, the hand over them, numbers on top.

    Example: `wheel(Wheel(year="2026", months=["jan", …], here=9, hand=0.83, …))`.
    """
    bands = bands_of(item.layout.lanes)
    hole = bands[0][0][0]
    parts = [
        *(_track(ring) for ring in bands),
        *(_month(index, name, here=index == item.here) for index, name in enumerate(item.months)),
        *(_spoke(index / 12, hole) for index in range(12)),
        *(_arc(arc, *bands[arc.ring][arc.lane]) for arc in item.layout.arcs),
        *_hand(item.hand, hole),
        *(_numbers(arc, *bands[arc.ring][arc.lane], hand=item.hand) for arc in item.layout.arcs),
        _text(item.year, CENTRE, CENTRE + 4, css="v-yw-year"),
        _text(item.hand_text, CENTRE, CENTRE + 42, css="v-yw-hand-text"),
    ]
    box = f"0 0 {SIZE} {SIZE}"
    # A fragment that begins with an inline element would be read as Markdown.
    return tag("div", tag("svg", *parts, css="v-yw", viewBox=box, role="img", aria_label=item.alt))


def _at(radius: float, turn: float) -> tuple[float, float]:
    angle = turn * 2 * pi
    return CENTRE + radius * sin(angle), CENTRE - radius * cos(angle)


def _sector(inner: float, outer: float, start: float, end: float) -> str:
    """The SVG path of a part of a ring."""
    large = int(end - start > 0.5)
    (x1, y1), (x2, y2) = _at(outer, start), _at(outer, end)
    (x3, y3), (x4, y4) = _at(inner, end), _at(inner, start)
    outwards = f"M{x1:.1f} {y1:.1f}A{outer:.1f} {outer:.1f} 0 {large} 1 {x2:.1f} {y2:.1f}"
    return f"{outwards}L{x3:.1f} {y3:.1f}A{inner:.1f} {inner:.1f} 0 {large} 0 {x4:.1f} {y4:.1f}Z"


def _track(ring: Sequence[Band]) -> Html:
    """The full circle of a ring, behind its arcs."""
    inner, outer = ring[0][0], ring[-1][1]
    radius = f"{(inner + outer) / 2:.1f}"
    width = f"{outer - inner:.1f}"
    return tag("circle", css="v-yw-track", cx=f"{CENTRE:.0f}", cy=f"{CENTRE:.0f}", r=radius, stroke_width=width)


def _spoke(turn: float, hole: float) -> Html:
    """The line between two months."""
    (x1, y1), (x2, y2) = _at(hole - 2, turn), _at(OUTER + 2, turn)
    return _line(x1, y1, x2, y2, css="v-yw-spoke")


def _line(x1: float, y1: float, x2: float, y2: float, *, css: str) -> Html:
    return tag("line", css=css, x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}")


def _month(index: int, name: str, *, here: bool) -> Html:
    """A month's name at the rim; the current month is bold."""
    x, y = _at((OUTER + 4 + MONTH_EDGE) / 2, (index + 0.5) / 12)
    return _text(name, x, y + 9, css="v-yw-here" if here else "v-yw-month")


def _text(text: str, x: float, y: float, *, css: str, size: float | None = None) -> Html:
    attributes = {"font_size": f"{size:.0f}"} if size else {}
    return tag("text", text, css=css, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor="middle", **attributes)


def _arc(arc: Arc, inner: float, outer: float) -> Html:
    # Each arc is a little shorter than its time, so that the outlines of neighbours do not cover each other.
    edge = 1.5 / (2 * pi * inner)
    path = _sector(inner + 2.5, outer - 2.5, arc.start + edge, arc.end - edge)
    return tag("path", tag("title", arc.title), css=f"v-yw-arc v-yw-{arc.state}", d=path)


def _hand(turn: float, hole: float) -> list[Html]:
    """The hand of the day, with a light edge that keeps it visible on every arc."""
    (x1, y1), (x2, y2) = _at(hole - 8, turn), _at(MONTH_EDGE, turn)
    knob = tag("circle", css="v-yw-knob", cx=f"{x1:.1f}", cy=f"{y1:.1f}", r="10")
    return [_line(x1, y1, x2, y2, css="v-yw-halo"), _line(x1, y1, x2, y2, css="v-yw-hand"), knob]


def _numbers(arc: Arc, inner: float, outer: float, *, hand: float) -> Html:
    """The numbers of an arc, side by side; on a disc over the hand if they have no room beside it."""
    radius, thick = (inner + outer) / 2, outer - inner
    longest = max(len(number) for number in arc.numbers)
    size = min(thick * 0.78, 34.0) * (1.0 if longest < 3 else 0.74)
    step = SLOT / (2 * pi * radius)
    beside = numbers_middle(arc, width=step * len(arc.numbers), hand=hand, gap=HAND_GAP / (2 * pi * radius))
    middle = (arc.start + arc.end) / 2 if beside is None else beside
    first = middle - step * (len(arc.numbers) - 1) / 2
    placed = [_at(radius, first + step * index) for index in range(len(arc.numbers))]
    discs = [_disc(x, y, thick * 0.45, arc.state) for x, y in placed] if beside is None else []
    # In the lower half clockwise runs from right to left.
    numbers = arc.numbers[::-1] if 0.25 < middle < 0.75 else arc.numbers
    css = f"v-yw-no v-yw-no-{arc.state}"
    texts = [_text(no, x, y + size * 0.35, css=css, size=size) for no, (x, y) in zip(numbers, placed, strict=True)]
    return Html("".join([*discs, *texts]))


def _disc(x: float, y: float, radius: float, state: State) -> Html:
    return tag("circle", css=f"v-yw-arc v-yw-{state}", cx=f"{x:.1f}", cy=f"{y:.1f}", r=f"{radius:.1f}")


# ---------------------------------------------------------------- the numbered list


@dataclass(frozen=True)
class Swatch:
    """A state of the wheel's legend: its look, its word, and how many have it."""

    state: State
    word: str
    count: str


def swatches(items: Sequence[Swatch], *, label: str) -> Html:
    """A line that explains the arcs; `label` names the list to a screen reader.

    Example: `swatches([Swatch("late", "Late", "2")], label="Signs")`.
    """
    entries = (
        tag(
            "li",
            tag("span", css=f"v-yw-swatch v-yw-{item.state}", aria_hidden="true"),
            tag("span", item.word),
            tag("strong", item.count),
        )
        for item in items
    )
    return tag("ul", *entries, css="v-yw-legend", aria_label=label)


@dataclass(frozen=True, kw_only=True)
class MomentRow:
    """A line of the list: the number in the wheel, the day, what it is, and its state.

    `drawn` is whether the wheel shows it; `undrawn` tells a screen reader that it does not.
    """

    number: str
    day: str
    title: str
    about: Html
    state: State
    word: str
    drawn: bool = True
    undrawn: str = ""


def moments(rows: Sequence[MomentRow], *, label: str) -> Html:
    """The numbered list next to the wheel, in the order given.

    Example: `moments([MomentRow(number="7", day="10 Sep", title="…", …)], label="Items of 2026")`.
    """
    return tag("ul", *(_moment(row) for row in rows), css="v-moments", aria_label=label)


def _moment(row: MomentRow) -> Html:
    css = f"v-yw-badge v-yw-{row.state}" + " v-yw-undrawn" * (not row.drawn)
    hidden = for_screen_reader(row.undrawn) if not row.drawn else Html("")
    about = tag("span", row.about, css="v-moment-about")
    return tag(
        "li",
        tag("span", row.number, hidden, css=css),
        tag("span", row.day, css="v-moment-day"),
        tag("span", tag("span", row.title, css="v-moment-title"), about, css="v-moment-what"),
        work(row.state, row.word),
        css=f"v-moment v-moment-{row.state}",
    )


# An open action has the sign of "not started": no source says whether it has begun.
ACTION_SIGNS: Final[Mapping[ActionState, State]] = {
    "late": "late",
    "untold": "unknown",
    "open": "not_started",
    "done": "done",
    "cancelled": "cancelled",
}


def work(state: State, word: str, *, note: str = "") -> Html:
    """Shape and word of the state of some work; an unknown state is a dashed circle.

    Example: `work("unknown", "no information")`.
    """
    if state != "unknown":
        return work_mark(state, word, note=note)
    return status_mark(Status.NO_BASIS, word, note=note)


# ---------------------------------------------------------------- promises and figures


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A prioritised area with its state and the figure of its point; without one, `missing` says so."""

    text: str
    about: str
    state: State
    word: str
    point: Html = NOTHING
    now: Measured | None = None
    counts: str = ""
    terms: str = ""
    missing: str = ""


def promises(rows: Sequence[Promise], *, label: str) -> Html:
    """The promises of a plan, each next to what is measured.

    Example: `promises([Promise(text="Classify all systems", about="by 30 Nov", …)], label="Areas")`.
    """
    return tag("ul", *(_promise(row) for row in rows), css="v-promises", aria_label=label)


def _promise(row: Promise) -> Html:
    about = tag("div", work(row.state, row.word), tag("span", row.about), css="v-promise-about")
    promise = tag("div", tag("div", row.text, css="v-promise-text"), about)
    return tag("li", promise, _measured(row), css="v-promise")


def _measured(row: Promise) -> Html:
    if (now := row.now) is None:
        return tag("div", tag("span", row.missing, css="v-mute"), css="v-measured")
    figure, counts = tag("div", now.figure, css="v-measured-figure"), tag("div", row.counts, css="v-mute")
    above = tag("div", tag("div", row.point), figure, css="v-measured-line")
    below = tag("div", status_mark(now.status, now.word, note=row.terms), counts, css="v-measured-line v-small")
    return tag("div", above, bar_of(now), below, css=f"v-measured v-row-{now.status}")


# ---------------------------------------------------------------- actions


def counts(items: Iterable[tuple[State, str]], *, label: str) -> Html:
    """A line with how many are overdue, open and done.

    Example: `counts([("late", "3 overdue"), ("done", "12 done")], label="Actions")`.
    """
    entries = (tag("li", work(state, text)) for state, text in items)
    return tag("ul", *entries, css="v-counts", aria_label=label)


def dotted(parts: Sequence[str]) -> Html:
    """Texts and links in a row with dots between them; empty ones are left out.

    Example: `dotted(["control", anchor("7 Access", "/point?point=access")])`.
    """
    return Html(" \N{MIDDLE DOT} ".join(breakable(part) for part in parts if part))
