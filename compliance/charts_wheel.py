"""The year wheel as inline SVG with its numbered list, and the promises of a plan beside what is measured.

As in charts.py every function is pure, every text is escaped, and each fragment is one line. The year is a whole turn
from its first moment at the top, clockwise; places in it come in as shares of that turn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import cos, floor, pi, sin
from typing import Final, Literal

from compliance.charts import Status, bar, status_mark, work_mark
from compliance.elements import Html, escaped, tag, unseen

State = Literal["late", "ongoing", "unknown", "not_started", "done", "cancelled"]
# What is drawn first where there is not room for all.
PRIORITY: Final[tuple[State, ...]] = ("late", "ongoing", "unknown", "not_started", "done", "cancelled")
NOTHING: Final = Html("")
SIZE: Final = 1000
CENTRE: Final = SIZE / 2
MONTH_EDGE: Final = 498.0
OUTER: Final = 444.0
INNER: Final = 116.0
RING_GAP: Final = 16.0
# A lane is so thick that its numbers can be read on a telephone, and never thicker than looks well.
LANES: Final = 9
THICKEST: Final = 72.0
# How many lanes the reports may take, and how many the activities get before the controls take more than one.
MOST_REPORTS: Final = 2
FIRST_ACTIVITIES: Final = 4
# The length along an arc that one number needs, and the smallest radius that a lane of each ring can have.
SLOT: Final = 46.0
LEAST_RADIUS: Final = (INNER, INNER + 36, INNER + 72)
RINGS: Final = 3


# ---------------------------------------------------------------- what goes where


@dataclass(frozen=True)
class Span:
    """Something with a beginning and an end; `ring` counts from the inside, `title` is what pointing at it tells."""

    number: str
    ring: int
    start: float
    end: float
    state: State
    title: str


@dataclass(frozen=True)
class Arc:
    """What is drawn as one: the things of a ring that have the same time and state. Lanes count from the inside."""

    ring: int
    start: float
    end: float
    state: State
    numbers: tuple[str, ...]
    title: str
    lane: int = 0


@dataclass(frozen=True)
class Layout:
    """The arcs in lanes in which nothing overlaps, how many lanes each ring has, and the numbers left out."""

    arcs: tuple[Arc, ...]
    lanes: tuple[int, ...]
    left_out: tuple[str, ...]


def laid_out(spans: Sequence[Span]) -> Layout:
    """The spans in their rings: those that overlap in lanes of their own, as many as can be read.

    Where there are too many, what is late or going on is kept and what is done is left out first.
    """
    wanted = [_joined([span for span in spans if span.ring == ring]) for ring in range(RINGS)]
    rings = [_packed(arcs, most) for arcs, most in zip(wanted, _shared(wanted), strict=True)]
    return Layout(
        arcs=tuple(replace(arc, lane=lane) for lanes, _ in rings for lane, row in enumerate(lanes) for arc in row),
        lanes=tuple(max(len(lanes), 1) for lanes, _ in rings),
        left_out=tuple(number for _, out in rings for arc in out for number in arc.numbers),
    )


def _shared(wanted: Sequence[Sequence[Arc]]) -> tuple[int, int, int]:
    """How many lanes each ring may have; an empty one keeps a lane, so that it is seen to be empty."""
    activities, controls, reports = (max(len(_packed(arcs, LANES)[0]), 1) for arcs in wanted)
    reports = min(reports, MOST_REPORTS)
    controls = min(controls, max(LANES - reports - min(activities, FIRST_ACTIVITIES), 1))
    return LANES - reports - controls, controls, reports


def _joined(spans: Sequence[Span]) -> list[Arc]:
    """What has the same time and state as one arc, with as many numbers as there is room for along it."""
    arcs = []
    for (ring, start, end, state), same in groupby(sorted(spans, key=_same), key=_same):
        start, end = _long_enough(start, end, ring)
        room = max(floor((end - start) * 2 * pi * LEAST_RADIUS[ring] / SLOT), 1)
        group = list(same)
        for chunk in (group[place : place + room] for place in range(0, len(group), room)):
            told = " \N{MIDDLE DOT} ".join(span.title for span in chunk)
            arcs.append(Arc(ring, start, end, state, tuple(span.number for span in chunk), told))
    return arcs


def _same(span: Span) -> tuple[int, float, float, State]:
    return span.ring, span.start, span.end, span.state


def _long_enough(start: float, end: float, ring: int) -> tuple[float, float]:
    """A span that has room for its number: begun earlier, since its end is the day that matters."""
    least = SLOT / (2 * pi * LEAST_RADIUS[ring])
    start = max(min(start, end - least), 0.0)
    return start, max(end, start + least)


def _packed(arcs: Sequence[Arc], most: int) -> tuple[list[list[Arc]], list[Arc]]:
    """The arcs in at most so many lanes, in which they do not overlap; and those that found no room."""
    lanes, out = _filled(sorted(arcs, key=lambda arc: (arc.start, -arc.end)), most)
    if out:
        lanes, out = _filled(sorted(arcs, key=lambda arc: (PRIORITY.index(arc.state), arc.start, -arc.end)), most)
    return lanes, out


def _filled(arcs: Iterable[Arc], most: int) -> tuple[list[list[Arc]], list[Arc]]:
    lanes: list[list[Arc]] = []
    out: list[Arc] = []
    for arc in arcs:
        lane = next((row for row in lanes if not any(_overlap(arc, other) for other in row)), None)
        if lane is not None:
            lane.append(arc)
        elif len(lanes) < most:
            lanes.append([arc])
        else:
            out.append(arc)
    return lanes, out


def _overlap(one: Arc, other: Arc) -> bool:
    return one.start < other.end - 1e-9 and other.start < one.end - 1e-9


# ---------------------------------------------------------------- the wheel


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """A year: the short names of its months and the one we are in, the hand and what it is called, and the arcs."""

    year: str
    months: Sequence[str]
    here: int
    hand: float
    hand_text: str
    layout: Layout
    alt: str


def wheel(item: Wheel) -> Html:
    """The wheel: months as sectors, rings from the inside out, the hand on top, numbers above all.

    Example: `wheel(Wheel(year="2026", months=["jan", …], here=9, hand=0.83, …))`.
    """
    bands = _bands(item.layout.lanes)
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
    # Markdown reads what begins with an inline element
    return tag("div", tag("svg", *parts, css="v-yw", viewBox=box, role="img", aria_label=item.alt))


Band = tuple[float, float]


def _bands(lanes: Sequence[int]) -> list[list[Band]]:
    """The inner and outer radius of each lane of each ring; few lanes lie at the rim and leave a larger middle."""
    gaps = RING_GAP * (len(lanes) - 1)
    thick = min((OUTER - INNER - gaps) / sum(lanes), THICKEST)
    inner = OUTER - gaps - thick * sum(lanes)
    bands = []
    for n in lanes:
        bands.append([(inner + thick * lane, inner + thick * (lane + 1)) for lane in range(n)])
        inner += thick * n + RING_GAP
    return bands


def _at(radius: float, turn: float) -> tuple[float, float]:
    angle = turn * 2 * pi
    return CENTRE + radius * sin(angle), CENTRE - radius * cos(angle)


def _sector(inner: float, outer: float, start: float, end: float) -> str:
    """The path of a part of a ring."""
    large = int(end - start > 0.5)
    (x1, y1), (x2, y2) = _at(outer, start), _at(outer, end)
    (x3, y3), (x4, y4) = _at(inner, end), _at(inner, start)
    there = f"M{x1:.1f} {y1:.1f}A{outer:.1f} {outer:.1f} 0 {large} 1 {x2:.1f} {y2:.1f}"
    return f"{there}L{x3:.1f} {y3:.1f}A{inner:.1f} {inner:.1f} 0 {large} 0 {x4:.1f} {y4:.1f}Z"


def _track(ring: Sequence[Band]) -> Html:
    """A ring's whole turn behind its arcs."""
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
    """A month's name at the rim, bold where we are."""
    x, y = _at((OUTER + 4 + MONTH_EDGE) / 2, (index + 0.5) / 12)
    return _text(name, x, y + 9, css="v-yw-here" if here else "v-yw-month")


def _text(text: str, x: float, y: float, *, css: str, size: float | None = None) -> Html:
    given = {"font_size": f"{size:.0f}"} if size else {}
    return tag("text", text, css=css, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor="middle", **given)


def _arc(arc: Arc, inner: float, outer: float) -> Html:
    # outlines of neighbours stand side by side
    edge = 1.5 / (2 * pi * inner)
    path = _sector(inner + 2.5, outer - 2.5, arc.start + edge, arc.end - edge)
    return tag("path", tag("title", arc.title), css=f"v-yw-arc v-yw-{arc.state}", d=path)


def _hand(turn: float, hole: float) -> list[Html]:
    """The hand of the day, with a light edge so that it is seen on every arc."""
    (x1, y1), (x2, y2) = _at(hole - 8, turn), _at(MONTH_EDGE, turn)
    knob = tag("circle", css="v-yw-knob", cx=f"{x1:.1f}", cy=f"{y1:.1f}", r="10")
    return [_line(x1, y1, x2, y2, css="v-yw-halo"), _line(x1, y1, x2, y2, css="v-yw-hand"), knob]


def _numbers(arc: Arc, inner: float, outer: float, *, hand: float) -> Html:
    """The numbers of an arc side by side in its middle, or in the larger part where the hand would cross them."""
    radius, thick = (inner + outer) / 2, outer - inner
    longest = max(len(number) for number in arc.numbers)
    size = min(thick * 0.78, 34.0) * (1.0 if longest < 3 else 0.74)
    step = SLOT / (2 * pi * radius)
    middle = _clear_of(hand, arc, step * len(arc.numbers))
    first = middle - step * (len(arc.numbers) - 1) / 2
    placed = (_at(radius, first + step * index) for index in range(len(arc.numbers)))
    # clockwise is from right to left in the lower half
    numbers = arc.numbers[::-1] if 0.25 < middle < 0.75 else arc.numbers
    css = f"v-yw-no v-yw-no-{arc.state}"
    texts = [_text(no, x, y + size * 0.35, css=css, size=size) for no, (x, y) in zip(numbers, placed, strict=True)]
    return Html("".join(texts))


def _clear_of(hand: float, arc: Arc, wide: float) -> float:
    """Where the middle of an arc's numbers stands."""
    middle = (arc.start + arc.end) / 2
    if abs(hand - middle) > wide / 2 + 0.004:
        return middle
    start, end = max((arc.start, hand), (hand, arc.end), key=lambda part: part[1] - part[0])
    return (start + end) / 2 if end - start >= wide else middle


# ---------------------------------------------------------------- the list beside it


@dataclass(frozen=True)
class Swatch:
    """How a state looks in the wheel, its word, and how many have it."""

    state: State
    word: str
    count: str


def swatches(items: Sequence[Swatch], *, label: str) -> Html:
    """One line that explains the arcs; `label` names the list to a screen reader.

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
    """A line of the list: the number in the wheel, the day, what it is and how it goes.

    `drawn` is whether the wheel has it; `undrawn` says so to those who do not see the mark.
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
    """The numbered list beside the wheel, in the order given.

    Example: `moments([MomentRow(number="7", day="10 Sep", title="…", …)], label="Items of 2026")`.
    """
    return tag("ul", *(_moment(row) for row in rows), css="v-moments", aria_label=label)


def _moment(row: MomentRow) -> Html:
    css = f"v-yw-badge v-yw-{row.state}" + " v-yw-undrawn" * (not row.drawn)
    hidden = unseen(row.undrawn) if not row.drawn else Html("")
    about = tag("span", row.about, css="v-moment-about")
    return tag(
        "li",
        tag("span", row.number, hidden, css=css),
        tag("span", row.day, css="v-moment-day"),
        tag("span", tag("span", row.title, css="v-moment-title"), about, css="v-moment-what"),
        work(row.state, row.word),
        css=f"v-moment v-moment-{row.state}",
    )


def work(state: State, word: str, *, note: str = "") -> Html:
    """Shape and word of how a thing goes; one that nobody has told of is a dashed circle.

    Example: `work("unknown", "no information")`.
    """
    if state != "unknown":
        return work_mark(state, word, note=note)
    return status_mark("no_basis", word, note=note)


# ---------------------------------------------------------------- promises and figures


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A prioritised area, how it goes, and the figure of its point; without a point `missing` says so."""

    text: str
    about: str
    state: State
    word: str
    point: Html = NOTHING
    status: Status = "no_basis"
    status_word: str = ""
    figure: str = ""
    counts: str = ""
    share: float | None = None
    target: float | None = None
    terms: str = ""
    alt: str = ""
    missing: str = ""


def promises(rows: Sequence[Promise], *, label: str) -> Html:
    """What a plan promises, each beside what is measured.

    Example: `promises([Promise(text="Classify all systems", about="by 30 Nov", …)], label="Areas")`.
    """
    return tag("ul", *(_promise(row) for row in rows), css="v-promises", aria_label=label)


def _promise(row: Promise) -> Html:
    about = tag("div", work(row.state, row.word), tag("span", row.about), css="v-promise-about")
    said = tag("div", tag("div", row.text, css="v-promise-text"), about)
    return tag("li", said, _measured(row), css="v-promise")


def _measured(row: Promise) -> Html:
    if row.missing:
        return tag("div", tag("span", row.missing, css="v-mute"), css="v-measured")
    figure = tag("div", row.figure, css="v-measured-figure")
    return tag(
        "div",
        tag("div", tag("div", row.point), figure, css="v-measured-line"),
        bar(status=row.status, share=row.share, target=row.target, alt=row.alt),
        tag(
            "div",
            status_mark(row.status, row.status_word, note=row.terms),
            tag("div", row.counts, css="v-mute"),
            css="v-measured-line v-small",
        ),
        css=f"v-measured v-row-{row.status}",
    )


# ---------------------------------------------------------------- actions


@dataclass(frozen=True)
class Count:
    """How many are in a state, in words."""

    state: State
    text: str


def counts(items: Sequence[Count], *, label: str) -> Html:
    """How many are overdue, open and done, in a line.

    Example: `counts([Count("late", "3 overdue"), Count("done", "12 done")], label="Actions")`.
    """
    entries = (tag("li", work(item.state, item.text)) for item in items)
    return tag("ul", *entries, css="v-counts", aria_label=label)


def linked(parts: Sequence[str]) -> Html:
    """Texts and links in a row, divided by dots; what is empty is left out.

    Example: `linked(["control", anchor("7 Access", "/point?point=access")])`.
    """
    return Html(" \N{MIDDLE DOT} ".join(escaped(part) for part in parts if part))
