"""Whether the server lives (/healthz) and can serve (/readyz), for those who watch over it."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LIVES, READY = "/healthz", "/readyz"


class Health:
    """Middleware that answers the two questions. `unready` returns why stores or pages cannot be used, or nothing."""

    def __init__(self, app: ASGIApp, *, unready: Callable[[], str]) -> None:
        self.app, self.unready = app, unready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        if scope["type"] != "http" or scope["path"] not in {LIVES, READY}:
            await self.app(scope, receive, send)
            return
        # Asked beside the requests of others: a database may be slow to answer.
        why = "" if scope["path"] == LIVES else await run_in_threadpool(self.unready)
        answer = PlainTextResponse(f"not ready: {why}" if why else "ok", 503 if why else 200)
        await answer(scope, receive, send)
