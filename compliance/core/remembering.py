"""Results that are costly to compute, kept as long as the object that they were computed from, and no longer."""

import weakref
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

T = TypeVar("T")
_KEPT: Final[dict[int, dict[Hashable, Any]]] = {}


def remembered(owner: object, key: Hashable, make: Callable[[], T]) -> T:
    """The result of `make`, made once for a key. It is gone when the owner is, so it must not refer to the owner."""
    kept = _KEPT.get(id(owner))
    if kept is None:
        kept = _KEPT[id(owner)] = {}
        weakref.finalize(owner, _KEPT.pop, id(owner), None)
    if key not in kept:
        kept[key] = make()
    result: T = kept[key]
    return result
