"""Results that are costly to compute, kept as long as the object that they were computed from, and no longer."""

import weakref
from collections.abc import Callable, Hashable
from typing import Any, Final, Generic, Self, TypeVar, overload

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


class cached_property(Generic[T]):  # noqa: N801 - as the one of functools
    """A property that is computed once for each object.

    That of functools has in Python 3.11 one lock for all objects of a class: who computes would make everybody wait.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute, self._name, self.__doc__ = compute, compute.__name__, compute.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...

    @overload
    def __get__(self, owner: object, kind: type) -> T: ...

    def __get__(self, owner: object, kind: type) -> Self | T:
        if owner is None:
            return self
        result = vars(owner)[self._name] = self._compute(owner)
        return result
