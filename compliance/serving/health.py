"""Whether the server lives (/healthz) and can serve (/readyz), for those who watch over it."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LIVES, READY = "/healthz", "/readyz"


class Health:
    """Middleware that answers the two questions. `ready` returns whether stores and pages can be used."""

    def __init__(self, app: ASGIApp, *, ready: Callable[[], bool]) -> None:
        self.app, self.ready = app, ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        if scope["type"] != "http" or scope["path"] not in {LIVES, READY}:
            await self.app(scope, receive, send)
            return
        # Asked beside the requests of others: a database may be slow to answer.
        well = scope["path"] == LIVES or await run_in_threadpool(self.ready)
        answer = PlainTextResponse("ok" if well else "not ready", 200 if well else 503)
        await answer(scope, receive, send)
