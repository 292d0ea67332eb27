"""What the server counts of itself, for whoever watches over it (/metrics): how much it does, and what waits or fails.

A label takes its values from a closed list, so that nobody's address adds a series, and none names a person, a part of
the organisation or a file.
"""

import logging
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from compliance import __version__
from compliance.core import jobs, places, queueing
from compliance.declarations.settings import Networks
from compliance.reading import reading
from compliance.serving.guarding import STREAM, UPLOADS, WATCHING
from compliance.serving.uploading import LEDGER

# When each series began would be as many series again.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY: Final = CollectorRegistry()
# From what nobody notices to what a proxy gives up on, in seconds.
BUCKETS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)
OTHER: Final = "other"
PAGES: Final = frozenset(path.stem for path in (places.ROOT / "pages").glob("*.py"))
# What an address is of: each one, then those that begin so.
KINDS: Final = {
    **dict.fromkeys(("/", *(f"/{page}" for page in PAGES)), "page"),
    **dict.fromkeys(("/login", "/oauth2callback", "/auth/logout"), "login"),
    **dict.fromkeys(WATCHING, "watching"),
    STREAM: "stream",
}
BELOW: Final = {UPLOADS: "upload", "/media/": "download", "/static/": "static", "/app/static/": "static"}
QUEUES: Final = {"counting": queueing.COUNTING, "reading": reading.AT_ONCE, "files": jobs.AT_ONCE}
# What a proxy adds to a request that it passes on.
PASSED_ON: Final = frozenset({b"forwarded", b"via", b"x-real-ip"})
X_FORWARDED: Final = b"x-forwarded-"

_requests: Final = Counter(
    "compliance_requests", "Requests, by what was asked for and the status of the answer.", ("kind", "status"),
    registry=REGISTRY,
)  # fmt: skip
_seconds: Final = Histogram(
    "compliance_request_seconds", "Seconds until a request was answered, by what was asked for.", ("kind",),
    buckets=BUCKETS, registry=REGISTRY,
)  # fmt: skip
_pages: Final = Histogram(
    "compliance_page_seconds", "Seconds in which a page, or what a click changes of it, was drawn.", ("page",),
    buckets=BUCKETS, registry=REGISTRY,
)  # fmt: skip
_windows: Final = Gauge("compliance_sessions", "Pages that are open in browsers.", registry=REGISTRY)
_faults: Final = Counter("compliance_faults", "Errors in the log of the server.", registry=REGISTRY)
Info("compliance_build", "The version that runs.", registry=REGISTRY).info({"version": __version__})
ProcessCollector(registry=REGISTRY)


def note_page(page: str, seconds: float) -> None:
    """Note in how many seconds a page was drawn."""
    _pages.labels(page if page in PAGES else OTHER).observe(seconds)


class Faults(logging.Handler):
    """A handler of the log that counts errors."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - that there is one is all
        """Count an error."""
        _faults.inc()


class _Waiting(Collector):
    """What waits on this server now, and for how long it has been waited."""

    def collect(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily("compliance_queue_waiting", "Who waits for a turn now.", labels=("queue",))
        waits = SummaryMetricFamily("compliance_queue_wait_seconds", "Waits for a turn.", labels=("queue",))
        for name, queue in QUEUES.items():
            waiting.add_metric((name,), queue.waiting)
            waits.add_metric((name,), queue.turns, queue.waited)
        held = "Bytes of uploads that are not loaded yet."
        yield from (waiting, waits, GaugeMetricFamily("compliance_uploads_bytes", held, LEDGER.total))


REGISTRY.register(_Waiting())


class Counting:
    """Middleware that counts every request and its answer, and the pages that are open."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        answer = _Answer(kind_of(scope["path"]), send)
        try:
            await self.app(scope, receive, answer.send)
        finally:
            answer.end()


class _Answer:
    """An answer being sent. A page that stays open is counted as it opens."""

    def __init__(self, kind: str, send: Send) -> None:
        self.kind, self.passed, self.begun = kind, send, time.monotonic()
        self.status, self.open = "", False

    async def send(self, message: Message) -> None:
        if not self.status and (status := _status(message)):
            self.status, self.open = status, message["type"] == "websocket.accept"
            _requests.labels(self.kind, status).inc()
            if self.open:
                _windows.inc()
        await self.passed(message)

    def end(self) -> None:
        if self.open:
            _windows.dec()
        elif self.status:
            _seconds.labels(self.kind).observe(time.monotonic() - self.begun)
        else:
            _requests.labels(self.kind, "none").inc()


def _status(message: Message) -> str:
    """The status that the first message of an answer gives, empty if it is none."""
    given = {"websocket.accept": "101", "websocket.close": "403"}
    return str(message["status"]) if "status" in message else given.get(message["type"], "")


def kind_of(path: str) -> str:
    """What an address is of, from a closed list."""
    return KINDS.get(path) or next((kind for start, kind in BELOW.items() if path.startswith(start)), OTHER)


def may_ask(scope: Scope, networks: Networks) -> bool:
    """Whether somebody may ask for the values: from a network, by a connection of their own.

    Through a proxy everybody would come from its address.
    """
    if any(name in PASSED_ON or name.startswith(X_FORWARDED) for name, _ in scope["headers"]):
        return False
    try:
        said = ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return False
    peer = getattr(said, "ipv4_mapped", None) or said
    return any(peer in network for network in networks)
