"""Turns for what takes long: few of a person at a time, so that whoever asks for much makes nobody else wait.

    FILES = Queue(of_one=2, at_once=3)

    with asking(Asker(person, check)):      # what this thread does now is for a person
        take_turn()                         # waits for the person's turn to count, which lasts until the block ends
        with FILES.turn(): ...              # a turn that others may have to wait for; meanwhile the person's is free

A person is whoever has logged in, in all their windows and browsers; without a login the one at this machine. What
nobody asked for, as a command does, has no turn to count.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Final, ParamSpec, TypeVar

# How often somebody who waits looks whether it is still wanted.
LOOK_SECONDS: Final = 0.25
Given = ParamSpec("Given")
Found = TypeVar("Found")


class _Ticket:
    """The place of somebody who waits."""

    def __init__(self, person: str | None) -> None:
        self.person, self.called = person, threading.Event()


class Queue:
    """At most `at_once` turns at a time, and `of_one` of a person. Who has fewest comes first, then who came first."""

    def __init__(self, *, of_one: int, at_once: int = sys.maxsize) -> None:
        self.of_one, self.at_once = of_one, at_once
        self._lock = threading.Lock()
        self._taken: Counter[str | None] = Counter()
        self._waiting: list[_Ticket] = []
        # How many turns have come, and for how many seconds all who got one have waited.
        self.turns, self.waited = 0, 0.0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @contextmanager
    def turn(self, *, seconds: float | None = None) -> Iterator[bool]:
        """A turn for the block, for whom this thread works, and whether it came within the seconds.

        Their turn to count ends: they can go on in another window meanwhile.
        """
        asker = _asker.get()
        if asker:
            asker.end_turn()
        person = asker.person if asker else None
        came = self.take(person, asker.check if asker else _nothing, seconds=seconds)
        try:
            yield came
        finally:
            if came:
                self.leave(person)

    def take(self, person: str | None, check: Callable[[], object], *, seconds: float | None = None) -> bool:
        """Wait for the turn of a person. Return whether it came within the seconds.

        `check` is called now and then, and may raise to wait no longer.
        """
        ticket, looks, begun = _Ticket(person), 0, time.monotonic()
        with self._lock:
            self._waiting.append(ticket)
            self._call()
        try:
            while not ticket.called.wait(self._pause(looks, seconds)):
                check()
                looks += 1
                if seconds is not None and looks * LOOK_SECONDS >= seconds:
                    return self._gave_up(ticket)
        except BaseException:
            if self._gave_up(ticket):
                self.leave(person)
            raise
        with self._lock:
            self.turns, self.waited = self.turns + 1, self.waited + time.monotonic() - begun
        return True

    @staticmethod
    def _pause(looks: int, seconds: float | None) -> float:
        return LOOK_SECONDS if seconds is None else max(min(LOOK_SECONDS, seconds - looks * LOOK_SECONDS), 0.0)

    def leave(self, person: str | None) -> None:
        """End a turn."""
        with self._lock:
            self._taken[person] -= 1
            if not self._taken[person]:
                del self._taken[person]
            self._call()

    def _gave_up(self, ticket: _Ticket) -> bool:
        """Leave the queue. Return whether the turn has come after all."""
        with self._lock:
            if not ticket.called.is_set():
                self._waiting.remove(ticket)
            return ticket.called.is_set()

    def _call(self) -> None:
        """Call those whose turn it is."""
        while self._taken.total() < self.at_once and (next_ := self._next()):
            self._waiting.remove(next_)
            self._taken[next_.person] += 1
            next_.called.set()

    def _next(self) -> _Ticket | None:
        may = (each for each in self._waiting if each.person is None or self._taken[each.person] < self.of_one)
        return min(may, key=lambda each: self._taken[each.person], default=None)


def _nothing() -> None:
    """Whoever waits goes on waiting."""


# What pages and files are counted in: two windows of a person, so that one that counts long leaves them another.
COUNTING: Final = Queue(of_one=2)


class Asker:
    """Somebody whom some work is for, and their turn to count, which several threads of that work share.

    `check` raises when they no longer want it.
    """

    def __init__(self, person: str, check: Callable[[], object] = _nothing) -> None:
        self.person, self.check = person, check
        self._lock, self._has_turn = threading.Lock(), False

    def take_turn(self, *, surely: bool) -> None:
        """Wait for the turn, unless there is one; `surely` it is not given up."""
        with self._lock:
            if not self._has_turn:
                COUNTING.take(self.person, _nothing if surely else self.check)
                self._has_turn = True

    def end_turn(self) -> None:
        """End the turn, if there is one."""
        with self._lock:
            if self._has_turn:
                self._has_turn = False
                COUNTING.leave(self.person)


_asker: Final[ContextVar[Asker | None]] = ContextVar("asker", default=None)


@contextmanager
def asking(asker: Asker) -> Iterator[None]:
    """Let what this thread does in the block be for somebody."""
    before = _asker.set(asker)
    try:
        yield
    finally:
        _asker.reset(before)
        asker.end_turn()


def take_turn(*, surely: bool = False) -> None:
    """Wait for the turn to count of whom this thread works for, if it is for somebody.

    Whoever waits for it must not hold what others wait for. What is to be saved waits `surely`: it was ordered, also by
    a window that is gone.
    """
    if asker := _asker.get():
        asker.take_turn(surely=surely)


def person() -> str | None:
    """Whom this thread works for; None if for nobody."""
    asker = _asker.get()
    return asker.person if asker else None


def carried(work: Callable[Given, Found]) -> Callable[Given, Found]:
    """The work as another thread can do it for whom this one works."""
    context = copy_context()

    def carry(*args: Given.args, **kwargs: Given.kwargs) -> Found:
        return context.copy().run(work, *args, **kwargs)

    return carry
