"""Whether the server lives (/healthz) and can serve (/readyz), and its values (/metrics), for who watches over it."""

from collections.abc import Callable

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from compliance.declarations.settings import Settings
from compliance.serving.guarding import LIVES, METRICS, WATCHING
from compliance.serving.metrics import REGISTRY, may_ask

ASKED = frozenset({"GET", "HEAD"})


class Health:
    """Middleware that answers these questions. `unready` returns why stores or pages cannot be used, or nothing."""

    def __init__(self, app: ASGIApp, *, unready: Callable[[], str], settings: Callable[[], Settings]) -> None:
        self.app, self.unready, self.settings = app, unready, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        if scope["type"] != "http" or scope["path"] not in WATCHING:
            await self.app(scope, receive, send)
            return
        answer = self._metrics(scope) if scope["path"] == METRICS else await self._health(scope)
        await answer(scope, receive, send)

    async def _health(self, scope: Scope) -> Response:
        # Asked beside the requests of others: a database may be slow to answer.
        why = "" if scope["path"] == LIVES else await run_in_threadpool(self.unready)
        return PlainTextResponse(f"not ready: {why}" if why else "ok", 503 if why else 200)

    def _metrics(self, scope: Scope) -> Response:
        """The values that are known, whatever the store does; nothing for others than those who may ask."""
        if not may_ask(scope, self.settings().metrics_from):
            return Response(status_code=403)
        if scope["method"] not in ASKED:
            return Response(status_code=405, headers={"allow": ", ".join(sorted(ASKED))})
        said = {"content-type": CONTENT_TYPE_PLAIN_0_0_4, "cache-control": "no-store"}
        return Response(generate_latest(REGISTRY), headers=said)
