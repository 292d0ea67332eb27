"""A cache of results that nobody changes, whose keys cost next to nothing.

Streamlit's own caches hash every argument of every call, which took a fifth of a page's time.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, Final, ParamSpec, TypeVar

CACHED: Final = 200
Given = ParamSpec("Given")
Result = TypeVar("Result")


def cached(most: int = CACHED) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """A decorator that keeps the last `most` results of a function.

    The function takes everything that decides its result, as values that can be compared; of a reader or a view, what
    decides is its `cache_key`. Whoever asks for a result that is being made waits for it.
    """

    def decorated(function: Callable[Given, Result]) -> Callable[Given, Result]:
        kept: OrderedDict[Any, _Slot] = OrderedDict()
        lock = Lock()

        @wraps(function)
        def get(*args: Given.args, **kwargs: Given.kwargs) -> Result:
            key = (*map(_key, args), *sorted((name, _key(value)) for name, value in kwargs.items()))
            with lock:
                slot = kept.setdefault(key, _Slot())
                kept.move_to_end(key)
                if len(kept) > most:
                    kept.popitem(last=False)
            with slot.turn:
                if not slot.made:
                    slot.result, slot.made = function(*args, **kwargs), True
            result: Result = slot.result
            return result

        return get

    return decorated


class _Slot:
    """A result, or the turn of whoever makes it."""

    __slots__ = ("made", "result", "turn")

    def __init__(self) -> None:
        self.turn, self.made = Lock(), False
        self.result: Any = None


def _key(value: Any) -> Any:
    key = getattr(value, "cache_key", None)
    return value if key is None else (type(value), key)
