"""The end of a server: told to stop, it takes no new visits, and lets what is under way go on for a while."""

import asyncio
import signal
import time
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Server

from compliance.core.language import N_
from compliance.serving.guarding import language

STOPPING: Final = N_("The server is being restarted. Try again in a while.")
RETRY_SECONDS: Final = 10
LOOK_SECONDS: Final = 0.1


class Visits:
    """What is under way on a server, and whether it still takes more."""

    def __init__(self) -> None:
        self.under_way, self.ending = 0, False

    async def end(self, seconds: float) -> None:
        """Take no more, and wait until none is left or the time is over."""
        self.ending, over = True, time.monotonic() + seconds
        while self.under_way and time.monotonic() < over:
            await asyncio.sleep(LOOK_SECONDS)


class Draining:
    """Middleware that counts what is under way, and refuses new visits so that a proxy asks another server.

    `pages` are the addresses at which a visit begins, besides that of a websocket.
    """

    def __init__(self, app: ASGIApp, *, visits: Visits, pages: frozenset[str]) -> None:
        self.app, self.visits, self.pages = app, visits, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a visit, or pass the request on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif self.visits.ending and self._is_visit(scope):
            said = {"retry-after": str(RETRY_SECONDS), "cache-control": "no-store"}
            await PlainTextResponse(language(scope)(STOPPING), 503, headers=said)(scope, receive, send)
        else:
            self.visits.under_way += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self.visits.under_way -= 1

    def _is_visit(self, scope: Scope) -> bool:
        return scope["type"] == "websocket" or scope["path"] in self.pages


def drain_when_told(visits: Visits, seconds: float) -> None:
    """Let the first SIGTERM end the visits and then the server, and a second one end it at once."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if seconds and isinstance(server, Server):
        end = _End(server, visits, seconds)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.told)


class _End:
    """The end of uvicorn's server."""

    def __init__(self, server: Server, visits: Visits, seconds: float) -> None:
        self.server, self.visits, self.seconds = server, visits, seconds
        self.task: asyncio.Task[None] | None = None

    def told(self) -> None:
        if self.task:
            self._stop()
        else:
            self.task = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        await self.visits.end(self.seconds)
        self._stop()

    def _stop(self) -> None:
        """Stop the server; what is still under way would hold it up as long as it likes."""
        self.server.force_exit = bool(self.visits.under_way)
        self.server.handle_exit(signal.SIGTERM, None)
