"""Which requests the server accepts, and the security headers of every answer.

A request must match a closed list: a name of the server, an address of possible length, a method and, for a websocket
or a request that changes something, the page that it comes from.
"""

import base64
import hashlib
import logging
import re
import secrets
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, N_, Language
from compliance.declarations.login import LOOPBACK
from compliance.declarations.settings import PORTS, Settings, origin

STREAM: Final = "/_stcore/stream"
UPLOADS: Final = "/_stcore/upload_file/"
# What those who watch over the server ask, some of them by its IP address.
LIVES, READY, METRICS = "/healthz", "/readyz", "/metrics"
WATCHING: Final = frozenset({LIVES, READY, METRICS})
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CHANGING: Final = frozenset({"PUT", "DELETE"})
# File names are no longer than this. The longest query of the app holds a department and a unit of 200 letters each.
LONGEST_PATH: Final = 1_000
LONGEST_NAME: Final = 255
LONGEST_QUERY: Final = 16_000
# Generous, since a browser also sends the cookies of other programs on this machine.
LONGEST_HEAD: Final = 32_000
INLINE: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# Headers that would let a page of another origin read an answer; all pages of the app have one origin.
FOREIGN: Final = b"access-control-"
Headers = list[tuple[bytes, bytes]]
log = logging.getLogger(__name__)


# --- Headers ------------------------------------------------------------------------------------------------------


def policy(pages: Iterable[str]) -> str:
    """The content security policy: nothing from other servers, and only scripts in the server's files and in `pages`.

    Each source besides 'self' is needed by Streamlit's frontend. The browser tests fail on whatever is blocked.
    """
    return "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src 'self'", *_hashes(pages)]),
            # Emotion, plotly, st.html and the widths of bars write styles into the page.
            "style-src 'self' 'unsafe-inline'",
            # The organisation's logo, plotly's icons, and pictures that the browser makes of a chart.
            "img-src 'self' data: blob:",
            # The frontend's style sheet embeds its smallest font.
            "font-src 'self' data:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _hashes(pages: Iterable[str]) -> list[str]:
    """The policy's sources for the inline scripts of the pages."""
    scripts = dict.fromkeys(script for page in pages for script in INLINE.findall(page))
    sums = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    return [f"'sha256-{digest}'" for digest in sums]


# Features that a browser offers to pages. The app uses none but the clipboard, to copy a table.
LENT: Final = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope", "hid",
    "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get", "serial",
    "screen-wake-lock", "usb", "xr-spatial-tracking",
)  # fmt: skip


def headers(csp: str) -> Headers:
    """The security headers of every answer."""
    values = {
        "content-security-policy": csp,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "permissions-policy": ", ".join([*(f"{name}=()" for name in LENT), "clipboard-write=(self)"]),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    return [(name.encode(), value.encode()) for name, value in values.items()]


def with_headers(original: Iterable[tuple[bytes, bytes]], ours: Headers) -> Headers:
    """The headers of an answer with ours added, and without those that would let another origin read it."""
    names = {name for name, _ in ours}
    kept = [(n, value) for n, value in original if n.lower() not in names and not n.lower().startswith(FOREIGN)]
    return [*kept, *ours]


def language(scope: Scope) -> Language:
    """The language of a request: that in its address, else in the address of the page it comes from, else Swedish."""
    referrer = _header(scope, b"referer").partition("?")[2]
    for query in (scope["query_string"].decode("latin-1"), referrer):
        code = parse_qs(query).get("lang", [""])[0]
        if code in LANGUAGES:
            return Language(code)
    return Language("sv")


def _header(scope: Scope, name: bytes) -> str:
    value: bytes = dict(scope["headers"]).get(name, b"")
    return value.decode("latin-1")


# --- Requests -----------------------------------------------------------------------------------------------------

NAMELESS: Final = N_(
    "The server does not answer to this name. Open it at its own address; behind a reverse proxy that is the one in "
    "COMPLIANCE_PUBLIC_ADDRESS."
)
NOT_THERE: Final = N_("There is nothing at this address.")
NOT_SO: Final = N_("The server does not take this request.")
FAULT: Final = N_(
    "Something went wrong. Try again. If it happens again, give reference {reference} to those who run the service."
)
UNUSABLE: Final = N_(
    "The database cannot be used just now. Try again in a while. If it goes on, tell those who run the service."
)


class Guard:
    """Middleware that refuses unknown requests and adds the headers to every answer, also to refusals and faults."""

    def __init__(self, app: ASGIApp, *, settings: Callable[[], Settings], ours: Headers) -> None:
        self.app, self.settings, self.ours = app, settings, ours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a refusal or a fault."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        answer = _Answer(scope, send, self.ours)
        try:
            if refused := refusal(scope, self.settings().public_address):
                await answer.respond(receive, *refused)
            else:
                await self.app(_with_host_of_page(scope), receive, answer.send)
        except Refusal as error:  # The register cannot tell who asks.
            if answer.begun:
                raise
            log.warning("Refused: %s", Language("en").refusal(error))
            await answer.respond(receive, 503, UNUSABLE)
        except Exception as error:
            if answer.begun:
                raise
            reference = secrets.token_hex(4)
            log.error("Fault %s", reference, exc_info=error)
            await answer.respond(receive, 500, FAULT, reference=reference)


class _Answer:
    """An answer being sent. It adds the headers to the first message."""

    def __init__(self, scope: Scope, send: Send, ours: Headers) -> None:
        self.scope, self.passed, self.ours, self.begun = scope, send, ours, False

    async def send(self, message: Message) -> None:
        if message["type"] in {"http.response.start", "websocket.http.response.start", "websocket.accept"}:
            message = {**message, "headers": with_headers(message.get("headers", []), self.ours)}
        self.begun = True
        await self.passed(message)

    async def respond(self, receive: Receive, status: int, sentence: str, **values: object) -> None:
        """Answer with a sentence in the language of the request."""
        text = language(self.scope)(sentence, **values)
        allowed = {"allow": ", ".join(sorted(_methods(self.scope)))} if status == 405 else {}
        await PlainTextResponse(text, status, headers=allowed)(self.scope, receive, self.send)


def refusal(scope: Scope, public: str) -> tuple[int, str] | None:
    """Why a request is refused, as a status and a sentence, or None if it is accepted."""
    host = _header(scope, b"host")
    if not _names_this_server(host, public) and not (scope["path"] in WATCHING and _is_address(host)):
        return 400, NAMELESS
    if not _is_possible_path(scope["path"]) or (scope["type"] == "websocket" and scope["path"] != STREAM):
        return 404, NOT_THERE
    if len(scope["query_string"]) > LONGEST_QUERY:
        return 414, NOT_SO
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEAD:
        return 431, NOT_SO
    if scope["type"] == "http" and scope["method"] not in _methods(scope):
        return 405, NOT_SO
    return (403, NOT_SO) if _is_foreign(scope, public) else None


def _names_this_server(host: str, public: str) -> bool:
    """Whether a Host header names this server: the public address, or loopback, which a reverse proxy may use.

    Other names are refused because of DNS rebinding: a page elsewhere could make its name point to this machine, where
    everyone is the coordinator.
    """
    try:
        parts = urlsplit(f"//{host}")
        # Reading the port raises ValueError if it is not a number.
        plain = parts.netloc == host and parts.username is None and (parts.port or 1)
    except ValueError:
        return False
    return bool(plain) and parts.hostname in {*LOOPBACK, *([urlsplit(public).hostname] if public else [])}


def _is_address(host: str) -> bool:
    """Whether a Host header is an IP address, which no page elsewhere can make its name point to."""
    try:
        return bool(ip_address(urlsplit(f"//{host}").hostname or ""))
    except ValueError:
        return False


def _is_possible_path(path: str) -> bool:
    names = path.split("/")
    return (
        path.startswith("/")
        and len(path) <= LONGEST_PATH
        and path.isprintable()
        and all(len(name.encode("utf-8", "surrogatepass")) <= LONGEST_NAME for name in names)
    )


def _methods(scope: Scope) -> frozenset[str]:
    return CHANGING | {"OPTIONS"} if scope["path"].startswith(UPLOADS) else READING


def _is_foreign(scope: Scope, public: str) -> bool:
    """Whether a request comes from a page of another origin.

    Browsers name the page in the Origin header of every websocket, so one without it is refused too.
    """
    page = _header(scope, b"origin")
    if scope["type"] == "http" and (not page or scope["method"] in READING):
        return False
    return page not in origins(scope, public)


def origins(scope: Scope, public: str) -> set[str]:
    """The origins of the app's own pages: the public address, else this machine's names with the request's port."""
    if public:
        return {public}
    scheme = "https" if scope["scheme"] in {"https", "wss"} else "http"
    port = (scope.get("server") or ("", PORTS[scheme]))[1]
    return {origin(scheme, name, port) for name in LOOPBACK}


def _with_host_of_page(scope: Scope) -> Scope:
    """A websocket request whose Host is that of its page: if they differ, Streamlit looks up its own public address."""
    if scope["type"] != "websocket":
        return scope
    host = urlsplit(_header(scope, b"origin")).netloc.encode("latin-1")
    return {**scope, "headers": [*((n, v) for n, v in scope["headers"] if n != b"host"), (b"host", host)]}
