"""Suggesting the nearest name for one that does not exist."""

from collections.abc import Iterable
from typing import Final

# How many names are told of those that there are.
MOST_TOLD: Final = 8


def nearest(name: str, names: Iterable[str], *, cutoff: float = 0.0) -> str:
    """The most similar of `names`; the first of them if none is similar by at least `cutoff` (0 to 1)."""
    # Imported only when a name is wrong: the command line starts faster without it.
    from difflib import get_close_matches

    candidates = list(names)
    return next(iter(get_close_matches(name, candidates, n=1, cutoff=cutoff)), candidates[0])


def nearest_first(name: str, names: Iterable[str]) -> str:
    """The most similar of the names, the nearest first, as a list to read."""
    from difflib import SequenceMatcher

    ordered = sorted({*names}, key=lambda other: (-SequenceMatcher(None, name, other).ratio(), other))
    return ", ".join(ordered[:MOST_TOLD]) or "–"
