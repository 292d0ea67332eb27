"""Geometry shared by what draws a line chart: pages and meeting screens."""

from collections.abc import Iterable, Sequence
from itertools import pairwise


def runs(points: Iterable[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The unbroken parts of a line, in which None is a gap."""
    parts: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            parts.append([])
        else:
            parts[-1].append(point)
    return [part for part in parts if part]


def stacked(shares: Sequence[float], apart: float) -> list[int]:
    """Levels for dots on a line, given from its low end on, so that two of a level are at least so far `apart`.

    Example: `stacked([0.5, 0.5, 0.51, 0.9], 0.02)` is `[0, 1, 2, 0]`.
    """
    last: list[float] = []
    levels = []
    for share in shares:
        level = next((place for place, before in enumerate(last) if share - before >= apart), len(last))
        last[level : level + 1] = [share]
        levels.append(level)
    return levels


def spread(ys: Sequence[float], line: float, *, top: float, bottom: float) -> list[float]:
    """Heights, the uppermost first, moved apart until a line of text fits at each between `top` and `bottom`.

    Example: `spread([10.0, 12.0], 8.0, top=0.0, bottom=100.0)` is about `[7.0, 15.0]`.
    """
    placed = list(ys)
    # Each pass moves only neighbours, and moving a pair may close the gap next to it: a few passes settle them all.
    for _ in range(len(placed) * 4):
        for upper, lower in pairwise(range(len(placed))):
            overlap = line - (placed[lower] - placed[upper])
            if overlap > 0.01:
                placed[upper] -= overlap / 2
                placed[lower] += overlap / 2
    below = [max(y, top + line * place) for place, y in enumerate(placed)]
    return [min(y, bottom - line * place) for place, y in enumerate(reversed(below))][::-1]
