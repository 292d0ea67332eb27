"""Where the parts of a drawn line and the texts beside it stand, whatever draws them."""

from collections.abc import Iterable, Sequence
from itertools import pairwise


def runs(points: Iterable[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The unbroken parts of a line; None is a gap."""
    found: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            found.append([])
        else:
            found[-1].append(point)
    return [run for run in found if run]


def apart(ys: Sequence[float], line: float) -> list[float]:
    """Heights, the uppermost first, moved so far from each other that a line of text fits at each.

    Example: `apart([10.0, 12.0], 8.0)` is about `[7.0, 15.0]`.
    """
    placed = list(ys)
    for _ in range(len(placed) * 4):
        for upper, lower in pairwise(range(len(placed))):
            short = line - (placed[lower] - placed[upper])
            if short > 0.01:
                placed[upper] -= short / 2
                placed[lower] += short / 2
    return placed
