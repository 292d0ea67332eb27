"""Suggesting the nearest name for one that does not exist."""

from collections.abc import Iterable


def nearest(name: str, names: Iterable[str], *, cutoff: float = 0.0) -> str:
    """The most similar of `names`; the first of them if none is similar by at least `cutoff` (0 to 1)."""
    # Imported only when a name is wrong: the command line starts faster without it.
    from difflib import get_close_matches

    candidates = list(names)
    return next(iter(get_close_matches(name, candidates, n=1, cutoff=cutoff)), candidates[0])
