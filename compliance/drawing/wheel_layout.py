"""The layout of the year wheel: the lane and the ring of everything in a year, and what there is no room for.

The year is a whole turn, clockwise from its first moment at the top. Times in it are shares of that turn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import floor, pi
from typing import Final

from compliance.review.planning import State

# The states in the order in which they are placed when there is not room for all.
PRIORITY: Final[tuple[State, ...]] = ("late", "ongoing", "unknown", "not_started", "done", "cancelled")
OUTER: Final = 444.0
INNER: Final = 116.0
RING_GAP: Final = 16.0
# With at most so many lanes the numbers can be read on a telephone; a few lanes are not drawn thicker than this.
LANES: Final = 9
THICKEST: Final = 72.0
# How many lanes the reports may have, and how many the activities get before the controls get more than one.
MOST_REPORTS: Final = 2
FIRST_ACTIVITIES: Final = 4
# The length along an arc that a number needs, and the smallest radius that a lane of each ring can have.
SLOT: Final = 46.0
LEAST_RADIUS: Final = (INNER, INNER + 36, INNER + 72)
RINGS: Final = 3
Band = tuple[float, float]


@dataclass(frozen=True)
class Span:
    """Something with a beginning and an end. `ring` counts from the inside; `title` is shown on hovering."""

    number: str
    ring: int
    start: float
    end: float
    state: State
    title: str


@dataclass(frozen=True)
class Arc:
    """Spans of a ring with the same time and state, drawn as one. Lanes count from the inside."""

    ring: int
    start: float
    end: float
    state: State
    numbers: tuple[str, ...]
    title: str
    lane: int = 0


@dataclass(frozen=True)
class Layout:
    """The arcs in lanes without overlaps, the number of lanes of each ring, and the numbers that are left out."""

    arcs: tuple[Arc, ...]
    lanes: tuple[int, ...]
    left_out: tuple[str, ...]


def lay_out(spans: Sequence[Span]) -> Layout:
    """Lay out the spans in their rings, those that overlap in separate lanes, as many as remain readable.

    If there are too many, what is done is left out first, and what is late or ongoing stays.
    """
    wanted = [_join([span for span in spans if span.ring == ring]) for ring in range(RINGS)]
    rings = [_pack(arcs, most) for arcs, most in zip(wanted, _share_lanes(wanted), strict=True)]
    return Layout(
        arcs=tuple(replace(arc, lane=lane) for lanes, _ in rings for lane, row in enumerate(lanes) for arc in row),
        lanes=tuple(max(len(lanes), 1) for lanes, _ in rings),
        left_out=tuple(number for _, out in rings for arc in out for number in arc.numbers),
    )


def _share_lanes(wanted: Sequence[Sequence[Arc]]) -> tuple[int, int, int]:
    """How many lanes each ring may have. An empty ring keeps a lane, which shows that it is empty."""
    activities, controls, reports = (max(len(_pack(arcs, LANES)[0]), 1) for arcs in wanted)
    reports = min(reports, MOST_REPORTS)
    controls = min(controls, max(LANES - reports - min(activities, FIRST_ACTIVITIES), 1))
    return LANES - reports - controls, controls, reports


def _join(spans: Sequence[Span]) -> list[Arc]:
    """Spans with the same time and state as one arc; as several, if there is not room along it for their numbers."""
    arcs = []
    for (ring, start, end, state), same in groupby(sorted(spans, key=_same), key=_same):
        start, end = _long_enough(start, end, ring)
        room = max(floor((end - start) * 2 * pi * LEAST_RADIUS[ring] / SLOT), 1)
        group = list(same)
        for chunk in (group[place : place + room] for place in range(0, len(group), room)):
            title = " \N{MIDDLE DOT} ".join(span.title for span in chunk)
            arcs.append(Arc(ring, start, end, state, tuple(span.number for span in chunk), title))
    return arcs


def _same(span: Span) -> tuple[int, float, float, State]:
    return span.ring, span.start, span.end, span.state


def _long_enough(start: float, end: float, ring: int) -> tuple[float, float]:
    """A span with room for a number. It begins earlier rather than ends later, since its end is the due date."""
    least = SLOT / (2 * pi * LEAST_RADIUS[ring])
    start = max(min(start, end - least), 0.0)
    return start, max(end, start + least)


def _pack(arcs: Sequence[Arc], most: int) -> tuple[list[list[Arc]], list[Arc]]:
    """The arcs in at most so many lanes without overlaps, and the arcs that do not fit.

    By start they need the fewest lanes. Only if some do not fit, the most urgent are placed first.
    """
    lanes, out = _fill(sorted(arcs, key=lambda arc: (arc.start, -arc.end)), most)
    if out:
        lanes, out = _fill(sorted(arcs, key=lambda arc: (PRIORITY.index(arc.state), arc.start, -arc.end)), most)
    return lanes, out


def _fill(arcs: Iterable[Arc], most: int) -> tuple[list[list[Arc]], list[Arc]]:
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


def bands_of(lanes: Sequence[int]) -> list[list[Band]]:
    """The inner and outer radius of each lane of each ring. Few lanes lie at the rim and leave a larger hole."""
    gaps = RING_GAP * (len(lanes) - 1)
    thick = min((OUTER - INNER - gaps) / sum(lanes), THICKEST)
    inner = OUTER - gaps - thick * sum(lanes)
    bands = []
    for n in lanes:
        bands.append([(inner + thick * lane, inner + thick * (lane + 1)) for lane in range(n)])
        inner += thick * n + RING_GAP
    return bands


def numbers_middle(arc: Arc, *, width: float, hand: float, gap: float) -> float | None:
    """Where the middle of an arc's numbers is: at its end, which is the day that matters, but not within `gap` of the
    hand. None if they have room on neither side of the hand.
    """
    sides = [(arc.start, min(arc.end, hand - gap)), (max(arc.start, hand + gap), arc.end)]
    room = [end for start, end in sides if end - start >= width - 1e-9]
    return room[-1] - width / 2 if room else None
