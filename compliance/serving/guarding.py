"""Who the server answers, and what it says to a browser with every answer: which pages may use it, and from where.

A request is let through where it stands in a closed list: a name of the server, an address of a possible length, a
method, and for a websocket and whatever changes something also the page that it comes from.
"""

import base64
import hashlib
import logging
import re
import secrets
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from compliance.core.language import LANGUAGES, N_, Language
from compliance.declarations.settings import PORTS, Settings, origin

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
STREAM: Final = "/_stcore/stream"
UPLOADS: Final = "/_stcore/upload_file/"
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CHANGING: Final = frozenset({"PUT", "DELETE"})
# No file system has longer names, and no address of the app a longer query than a department and a unit of 200 letters.
LONGEST_PATH: Final = 1_000
LONGEST_NAME: Final = 255
LONGEST_QUERY: Final = 16_000
# Other programs of this machine may have left their cookies for it.
LONGEST_HEAD: Final = 32_000
INLINE: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# Two kinds of answers that a page elsewhere could read begin so; all pages of the app have one origin.
FOREIGN: Final = b"access-control-"
Headers = list[tuple[bytes, bytes]]
log = logging.getLogger(__name__)


# --- What a browser is told ---------------------------------------------------------------------------------------


def policy(pages: Iterable[str]) -> str:
    """The content security policy: nothing from elsewhere, and no script but files of the server and those in `pages`.

    Each source beside 'self' is there for what Streamlit's frontend does; the browser tests fail on whatever it blocks.
    """
    return "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src 'self'", *_hashes(pages)]),
            # emotion and plotly write styles into the page as they go, and so do st.html and the widths of bars
            "style-src 'self' 'unsafe-inline'",
            # the organisation's logo, the icons of plotly, and pictures that a browser makes of a chart
            "img-src 'self' data: blob:",
            # the frontend's style sheet has its smallest font in itself
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
    """How the policy knows the scripts that stand in a page itself."""
    scripts = dict.fromkeys(script for page in pages for script in INLINE.findall(page))
    sums = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    return [f"'sha256-{found}'" for found in sums]


# What a browser could lend to a page, none of which the app asks for, save that a table can be copied.
LENT: Final = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope", "hid",
    "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get", "serial",
    "screen-wake-lock", "usb", "xr-spatial-tracking",
)  # fmt: skip


def headers(csp: str) -> Headers:
    """What every answer says beside what it is."""
    said = {
        "content-security-policy": csp,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "permissions-policy": ", ".join([*(f"{name}=()" for name in LENT), "clipboard-write=(self)"]),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    return [(name.encode(), value.encode()) for name, value in said.items()]


def with_headers(there: Iterable[tuple[bytes, bytes]], ours: Headers) -> Headers:
    """The headers of an answer with ours, and without those that would let a page elsewhere read it."""
    names = {name for name, _ in ours}
    kept = [(n, value) for n, value in there if n.lower() not in names and not n.lower().startswith(FOREIGN)]
    return [*kept, *ours]


def language(scope: Scope) -> Language:
    """The language of who asks, as the address says it or that of the page that asks; else Swedish."""
    referrer = _header(scope, b"referer").partition("?")[2]
    for query in (scope["query_string"].decode("latin-1"), referrer):
        said = parse_qs(query).get("lang", [""])[0]
        if said in LANGUAGES:
            return Language(said)
    return Language("sv")


def _header(scope: Scope, name: bytes) -> str:
    found: bytes = dict(scope["headers"]).get(name, b"")
    return found.decode("latin-1")


# --- Who is answered ----------------------------------------------------------------------------------------------

NAMELESS: Final = N_(
    "The server does not answer to this name. Open it at its own address; behind a reverse proxy that is the one in "
    "COMPLIANCE_PUBLIC_ADDRESS."
)
NOT_THERE: Final = N_("There is nothing at this address.")
TOO_LONG: Final = N_("The address, or what is sent with it, is too long.")
NOT_SO: Final = N_("This cannot be done at this address.")
STRANGER: Final = N_("Only the app's own pages may do this.")
FAULT: Final = N_(
    "Something went wrong. Try again. If it happens again, give reference {reference} to those who run the service."
)


class Guard:
    """Refuses what stands in no list, and adds the headers to every answer, a refusal and a fault among them."""

    def __init__(self, app: ASGIApp, *, settings: Callable[[], Settings], ours: Headers) -> None:
        self.app, self.settings, self.ours = app, settings, ours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or answers it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        answer = _Answer(scope, send, self.ours)
        try:
            if refused := refusal(scope, self.settings().public_address):
                await answer.says(receive, *refused)
            else:
                await self.app(_from_itself(scope), receive, answer.send)
        except Exception as error:
            if answer.begun:
                raise
            reference = secrets.token_hex(4)
            log.error("Fault %s", reference, exc_info=error)
            await answer.says(receive, 500, FAULT, reference=reference)


class _Answer:
    """An answer on its way, with the headers in its first message."""

    def __init__(self, scope: Scope, send: Send, ours: Headers) -> None:
        self.scope, self.passed, self.ours, self.begun = scope, send, ours, False

    async def send(self, message: Message) -> None:
        if message["type"] in {"http.response.start", "websocket.http.response.start", "websocket.accept"}:
            message = {**message, "headers": with_headers(message.get("headers", []), self.ours)}
        self.begun = True
        await self.passed(message)

    async def says(self, receive: Receive, status: int, sentence: str, **values: object) -> None:
        """A sentence in the language of who asks; a HEAD gets what stands before it."""
        text = language(self.scope)(sentence, **values)
        allowed = {"allow": ", ".join(sorted(_methods(self.scope)))} if status == 405 else {}
        await PlainTextResponse(text, status, headers=allowed)(self.scope, receive, self.send)


def refusal(scope: Scope, public: str) -> tuple[int, str] | None:
    """Why a request is not let through: the status of the answer and a sentence."""
    if not _is_ours(_header(scope, b"host"), public):
        return 400, NAMELESS
    if not _may_be_there(scope["path"]) or (scope["type"] == "websocket" and scope["path"] != STREAM):
        return 404, NOT_THERE
    if len(scope["query_string"]) > LONGEST_QUERY:
        return 414, TOO_LONG
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEAD:
        return 431, TOO_LONG
    if scope["type"] == "http" and scope["method"] not in _methods(scope):
        return 405, NOT_SO
    return (403, STRANGER) if _is_foreign(scope, public) else None


def _is_ours(host: str, public: str) -> bool:
    """A page elsewhere that makes its own name point to this machine is not let in: everyone here is the coordinator.

    A reverse proxy on this machine asks by the public name or by one of loopback's.
    """
    try:
        parts = urlsplit(f"//{host}")
        # to ask for the port tells whether it is one
        plain = parts.netloc == host and parts.username is None and (parts.port or 1)
    except ValueError:
        return False
    return bool(plain) and parts.hostname in {*LOOPBACK, *([urlsplit(public).hostname] if public else [])}


def _may_be_there(path: str) -> bool:
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
    """Whether a page elsewhere asks. A websocket always says where from, since a browser does; nobody else is known."""
    said = _header(scope, b"origin")
    if scope["type"] == "http" and (not said or scope["method"] in READING):
        return False
    return said not in origins(scope, public)


def origins(scope: Scope, public: str) -> set[str]:
    """Where the app's own pages are: the public address, else this machine's names with the port that was asked."""
    if public:
        return {public}
    scheme = "https" if scope["scheme"] in {"https", "wss"} else "http"
    port = (scope.get("server") or ("", PORTS[scheme]))[1]
    return {origin(scheme, name, port) for name in LOOPBACK}


def _from_itself(scope: Scope) -> Scope:
    """A websocket as one from the name that was asked: Streamlit looks up its address elsewhere where they differ."""
    if scope["type"] != "websocket":
        return scope
    host = urlsplit(_header(scope, b"origin")).netloc.encode("latin-1")
    return {**scope, "headers": [*((n, v) for n, v in scope["headers"] if n != b"host"), (b"host", host)]}
