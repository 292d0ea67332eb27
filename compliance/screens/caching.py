"""Results that are kept while the data stay the same.

    @read()
    def plan(cursor: Cursor, reader: Reader, as_of: date, organisation: str) -> Plan:

    plan(data, reader, as_of, organisation)

A cached function takes everything that its result depends on, as values that can be compared; of a reader or a view,
what decides is its `cache_key`. The data come first, or a view of them. What else changes in their store is told by
`by`. `read` opens the cursor too. Nobody changes a result, since it is the same object for everybody. Who asks for one
that is being computed waits for it, unless with a cursor; nobody else does. Whoever has none of it yet waits for their
turn to count first.

Only the few days that were last looked at are kept, with everything about them, so memory does not grow with the number
of days; and nothing of data that have changed. Who looks at many days loses their own, and not those of others.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import update_wrapper, wraps
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar

from compliance.core import queueing
from compliance.store import stores
from compliance.store.database import Cursor, Database, is_holding, take_turn

# How many days are kept, in all, and how many results of a function.
DAYS: Final = 5
MOST: Final = 200

Given = ParamSpec("Given")
Asked = ParamSpec("Asked")
Found = TypeVar("Found")
# The version of a store, and the day that a result is about.
About = tuple[Hashable, date | None]
# What a result depends on besides its arguments, given the data.
By = Callable[[Any], Hashable]
Key = tuple[Hashable, ...]
# The persons who have looked at something, None for nobody in particular.
Persons = set[str | None]
Kept = TypeVar("Kept", bound=Hashable)


@dataclass(frozen=True)
class Data:
    """The data of a cached result: the name of the store, and its version."""

    store: str
    version: str

    @property
    def database(self) -> Database:
        """The store itself."""
        return stores.named(self.store)


@dataclass
class _Result:
    """A result, who has looked at it, and the lock of whoever computes it."""

    about: About
    persons: Persons = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    value: Any = None
    known: bool = False


class Cached(Generic[Given, Found]):
    """A function whose results are kept: the `most` that were last asked for."""

    def __init__(self, function: Callable[Given, Found], most: int, by: By | None, *, words: bool) -> None:
        update_wrapper(self, function)
        self._function, self._most, self._by, self._words = function, most, by, words
        self._results: OrderedDict[Key, _Result] = OrderedDict()

    def __call__(self, *args: Given.args, **kwargs: Given.kwargs) -> Found:
        """The result for these arguments, computed once."""
        about = _about(args)
        found = self._found(self._key(about, args, kwargs), about)
        if not found.known:
            take_turn()
            with _alone(found.lock):
                if not found.known:
                    found.value = self._function(*args, **kwargs)
                    found.known = True
        value: Found = found.value
        return value

    def _key(self, about: About, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Key:
        key = (*map(self._part, args), *sorted((name, self._part(value)) for name, value in kwargs.items()))
        return (*key, self._by(about[0])) if self._by else key

    def _part(self, value: Any) -> Hashable:
        """What decides of an argument."""
        figures = None if self._words else getattr(value, "figures_key", None)
        key = figures or getattr(value, "cache_key", None)
        return value if key is None else (type(value), key)

    def _found(self, key: Key, about: About) -> _Result:
        with _LOCK:
            _look_at(about)
            found = self._results.setdefault(key, _Result(about))
            found.persons.add(queueing.person())
            self._results.move_to_end(key)
            if len(self._results) > self._most:
                del self._results[_least({key: result.persons for key, result in self._results.items()})]
            return found

    def forget(self, is_over: Callable[[About], bool]) -> None:
        """Forget the results about some data and days."""
        for key in [key for key, result in self._results.items() if is_over(result.about)]:
            del self._results[key]


_LOCK: Final = threading.Lock()
_EVERY: Final[list[Cached[..., Any]]] = []
# The days that are kept with who has looked at them, the last one that was looked at last.
_DAYS: Final[OrderedDict[About, Persons]] = OrderedDict()


def cached(
    most: int = MOST, *, by: By | None = None, words: bool = True
) -> Callable[[Callable[Given, Found]], Cached[Given, Found]]:
    """A decorator that keeps the last `most` results of a function, which depend on what `by` gives too.

    Without `words`, results about a view are the same in every language.
    """

    def keep(function: Callable[Given, Found]) -> Cached[Given, Found]:
        made = Cached(function, most, by, words=words)
        _EVERY.append(made)
        return made

    return keep


def read(
    most: int = MOST, *, by: Callable[[Data], str] | None = None
) -> Callable[[Callable[Concatenate[Cursor, Asked], Found]], Cached[Concatenate[Data, Asked], Found]]:
    """A decorator as `cached`, of what is found in the store: it is asked with the data where a cursor stands."""

    def keep(count: Callable[Concatenate[Cursor, Asked], Found]) -> Cached[Concatenate[Data, Asked], Found]:
        def found(data: Data, *args: Asked.args, **kwargs: Asked.kwargs) -> Found:
            with data.database.cursor() as cursor:
                return count(cursor, *args, **kwargs)

        return cached(most, by=by)(wraps(count)(found))

    return keep


@contextmanager
def meanwhile(*asked: Callable[[], object]) -> Iterator[None]:
    """While the block runs, other results are computed beside it; one that fails will fail for who asks for it.

    Whoever waits here holds no cursor: the other thread may have to wait until the store is free.
    """
    take_turn()
    with ThreadPoolExecutor(1, "meanwhile") as beside:
        beside.submit(queueing.carried(lambda: [ask() for ask in asked]))
        yield


def forget(is_over: Callable[[Hashable], bool]) -> None:
    """Forget all results of data that are over."""
    with _LOCK:
        _forget(lambda about: is_over(about[0]))


def _forget(is_over: Callable[[About], bool]) -> None:
    for about in filter(is_over, [*_DAYS]):
        del _DAYS[about]
    for each in _EVERY:
        each.forget(is_over)


def _look_at(about: About) -> None:
    """Remember that a day is looked at. Of too many, forget one."""
    if about[1] is None:
        return
    _DAYS.setdefault(about, set()).add(queueing.person())
    _DAYS.move_to_end(about)
    if len(_DAYS) > DAYS:
        least = _least(_DAYS)
        _forget(lambda each: each == least)


def _least(kept: Mapping[Kept, Persons]) -> Kept:
    """What to forget: what only those look at who look at most, and of that what was not looked at for longest.

    The last one was asked for just now.
    """
    most = Counter(person for persons in kept.values() for person in persons)
    *others, _ = kept
    return min(others, key=lambda each: -min(most[person] for person in kept[each]))


@contextmanager
def _alone(lock: threading.Lock) -> Iterator[None]:
    """Nobody else computes in the block.

    A thread with a cursor does not wait for that: whoever computes may be waiting until the file is closed.
    """
    held = lock.acquire(blocking=not is_holding())
    try:
        yield
    finally:
        if held:
            lock.release()


def _about(args: tuple[Any, ...]) -> About:
    """The data and the day that a result is about; of several days, the last."""
    first = args[0]
    days = [max(arg) if isinstance(arg, tuple) else arg for arg in args if _is_day(arg)]
    return getattr(first, "data", first), next(iter(days), getattr(first, "as_of", None))


def _is_day(value: Any) -> bool:
    return isinstance(value, date) or (isinstance(value, tuple) and bool(value) and isinstance(value[0], date))
