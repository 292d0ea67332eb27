"""Where everything of a year stands in its wheel: which lane of which ring, and what there is no room for.

The year is a whole turn from its first moment at the top, clockwise; places in it come in as shares of that turn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import floor, pi
from typing import Final

from compliance.review.planning import State

# What is drawn first where there is not room for all.
PRIORITY: Final[tuple[State, ...]] = ("late", "ongoing", "unknown", "not_started", "done", "cancelled")
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
Band = tuple[float, float]


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


def bands_of(lanes: Sequence[int]) -> list[list[Band]]:
    """The inner and outer radius of each lane of each ring; few lanes lie at the rim and leave a larger middle."""
    gaps = RING_GAP * (len(lanes) - 1)
    thick = min((OUTER - INNER - gaps) / sum(lanes), THICKEST)
    inner = OUTER - gaps - thick * sum(lanes)
    bands = []
    for n in lanes:
        bands.append([(inner + thick * lane, inner + thick * (lane + 1)) for lane in range(n)])
        inner += thick * n + RING_GAP
    return bands


def clear_of(hand: float, arc: Arc, wide: float) -> float:
    """Where the middle of an arc's numbers stands."""
    middle = (arc.start + arc.end) / 2
    if abs(hand - middle) > wide / 2 + 0.004:
        return middle
    start, end = max((arc.start, hand), (hand, arc.end), key=lambda part: part[1] - part[0])
    return (start + end) / 2 if end - start >= wide else middle
