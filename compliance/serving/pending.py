"""Logins that have begun: what each must come back with, and where it leads."""

import time
from dataclasses import dataclass
from threading import Lock
from typing import Final

SECONDS: Final = 600.0
# More than a municipality begins at once; beyond that the oldest are forgotten.
MOST: Final = 10_000


@dataclass(frozen=True)
class Begun:
    """A login that has begun: its nonce, its verifier (PKCE), where it leads, and which browser began it.

    `browser` is the id in that browser's cookie.
    """

    nonce: str
    verifier: str
    back: str
    browser: str


class Pending:
    """The logins that have begun on this server, by state. Each is taken once."""

    def __init__(self) -> None:
        self._begun, self._lock = dict[str, tuple[Begun, float]](), Lock()

    def add(self, state: str, begun: Begun) -> None:
        """Remember a login that begins."""
        with self._lock:
            self._begun[state] = begun, time.monotonic()
            while len(self._begun) > MOST:
                del self._begun[next(iter(self._begun))]

    def take(self, state: str) -> Begun | None:
        """The login with a state, which is over with that; None if there is none, or if it began too long ago."""
        with self._lock:
            begun, at = self._begun.pop(state, (None, 0.0))
        return begun if time.monotonic() - at <= SECONDS else None
