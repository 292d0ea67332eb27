"""Which name was meant by one that does not exist."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.0) -> str:
    """The known name that is most like a wrong one; the first where none is like it by at least `cutoff` (0 to 1)."""
    # looked up only where a name is wrong: the command line starts without it
    from difflib import get_close_matches

    names = list(known)
    return next(iter(get_close_matches(name, names, n=1, cutoff=cutoff)), names[0])
