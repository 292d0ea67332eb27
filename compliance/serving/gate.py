"""The gate of the service: nobody reaches anything without a session, and everybody only what their role opens.

What is said of a person stays on the server. The browser has one random id in a cookie that no script can read, that
only travels through TLS, and that is worth nothing once the session is over.
"""

import asyncio
import logging
import re
import secrets
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol
from urllib.parse import parse_qs, urlsplit

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from compliance.access import audit, sessions
from compliance.access.identity import Identity, identity
from compliance.access.permissions import NO_ROLE, NOT_ALLOWED, Permission, User
from compliance.access.sessions import Session
from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.declarations.login import Login
from compliance.serving import cookies, front
from compliance.serving.guarding import (
    LIVES,
    LONGEST_PATH,
    METRICS,
    NOT_SO,
    NOT_THERE,
    READY,
    STREAM,
    UPLOADS,
    language,
)
from compliance.serving.pending import Begun, Pending
from compliance.serving.provider import CALLBACK, Provider
from compliance.serving.uploading import UPLOADING
from compliance.store.failures import Away

MEDIA: Final = "/media/"
# The header in which Streamlit learns whose websocket it is. One that a browser sends is dropped.
HEADER: Final = b"x-compliance-session"
# Closing code of a websocket whose session is over (RFC 6455 leaves 4000 to 4999 to applications).
OVER: Final = 4401
# That of one of which it cannot be told whether its session is over: the browser tries again (RFC 6455's registry).
UNTOLD: Final = 1013
# As many windows as nobody opens; each takes memory of the server.
MOST_WINDOWS: Final = 40
WATCH_SECONDS: Final = 2.0
PRIVATE: Final = (b"cache-control", b"no-store")
# Streamlit's own code, 7 MB, is the same for everybody and has names that change with it: a browser keeps it.
CODE: Final = "/static/"
KEPT: Final = (b"cache-control", b"private, immutable, max-age=31536000")
# The id of a browser that is about to log in.
ID: Final = re.compile(r"[\w-]{43}", re.ASCII)
# How much of a refusal of the provider is logged, in letters.
LONGEST_TOLD: Final = 300

NOT_DONE: Final = N_("The login was not completed. Log in again. If it happens again, tell those who run the service.")
UNREACHABLE: Final = N_("The login service does not answer just now. Try again in a while.")
AWAY: Final = N_(
    "The database does not answer just now, so nobody can log in. Try again in a while. If it goes on, tell those who "
    "run the service."
)
log = logging.getLogger(__name__)


class Need(Enum):
    """What a request needs, in words for the documentation."""

    NOTHING = "anybody"
    ADDRESS = "an IP address in `metrics_from`, without a proxy"
    ROLE = "a session and a role"
    OWN = "a session and a role, for what was made for that session"
    LOADING = "a session that may load exports or install points, for a file field of its own page"


# Every address besides those of the pages; one that ends in / stands for all below it. What is not here is not there.
ROUTES: Final[dict[str, Need]] = {
    LIVES: Need.NOTHING,
    READY: Need.NOTHING,
    METRICS: Need.ADDRESS,
    front.LOGIN: Need.NOTHING,
    CALLBACK: Need.NOTHING,
    front.LOGOUT: Need.NOTHING,
    STREAM: Need.ROLE,
    UPLOADS: Need.LOADING,
    MEDIA: Need.OWN,
    "/static/": Need.ROLE,
    "/app/static/": Need.ROLE,
    "/_stcore/health": Need.ROLE,
    "/_stcore/host-config": Need.ROLE,
    "/favicon.png": Need.ROLE,
}


class Backend(Protocol):
    """What the gate needs of Streamlit."""

    def is_needed(self, content: bytes, key: str) -> bool:
        """Whether a browser's message is one that the pages of the session with a key need."""

    def is_use(self, content: bytes) -> bool:
        """Whether a browser's message comes from somebody who uses the page."""

    def belongs(self, page: str, key: str) -> bool:
        """Whether a page of Streamlit belongs to the session with a key."""

    def may_fetch(self, path: str, key: str, user: User) -> bool:
        """Whether the file at an address was made for the session with a key, and for the user as they are now."""

    @property
    def farewell(self) -> bytes:
        """The message that makes a browser leave the page for the address that begins everything."""


@dataclass(eq=False)
class _Socket:
    """An open websocket of a session, and whose it is."""

    key: str
    person: str
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Gate:
    """Middleware that lets requests with a session pass, to what the person's role opens.

    `pages` are the addresses of pages.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        login: Login,
        provider: Provider,
        pages: frozenset[str],
        backend: Backend,
        secure: bool,
        pending: Pending,
    ) -> None:
        self.app, self.login, self.pages, self.backend, self.secure = app, login, pages, backend, secure
        self.provider = provider
        self.pending, self._sockets = pending, set[_Socket]()
        # A cookie with this prefix cannot be set by another host of the domain (RFC 6265bis, section 4.1.3.2).
        self.cookie = "__Host-compliance" if secure else "compliance"
        self.browser = f"{self.cookie}-login"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] == "lifespan":
            await self._watched(scope, receive, send)
            return
        secret = cookies.sent(scope).get(self.cookie, "")
        session = await _found(sessions.key_of(secret)) if secret else None
        if session and self._is_use(scope["path"]):
            await asyncio.to_thread(sessions.use, session, now=clock.now())
        if scope["type"] == "websocket":
            await self._stream(scope, receive, send, session)
        else:
            await self._answer(scope, receive, self._private(send, scope["path"]), session)

    def _is_use(self, path: str) -> bool:
        """Whether a request comes from somebody who uses the service: a page that is left open asks by itself too."""
        return path in self.pages or needed(path) in {Need.OWN, Need.LOADING}

    def _private(self, send: Send, path: str) -> Send:
        """Send answers with their cookies secured, and never kept by a browser or a proxy, but for Streamlit's code."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = cookies.secured(message.get("headers", []), secure=self.secure)
                others = [(name, value) for name, value in headers if name.lower() != b"cache-control"]
                code = path.startswith(CODE) and b"immutable" in dict(headers).get(b"cache-control", b"")
                message = {**message, "headers": [*others, KEPT if code else PRIVATE]}
            await send(message)

        return sent

    # --- Requests ---------------------------------------------------------------------------------------------------

    async def _logged_in(self, scope: Scope, session: Session | None) -> Response:
        """What `_end` answers, or a page that says that the database is away, to try again from where it began."""
        try:
            return await self._end(scope, session)
        except Away as refusal:
            log.warning("Nobody can log in: %s", Language("en").refusal(refusal))
            return front.login_page(language(scope), "/", text=AWAY, status=503)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, session: Session | None) -> None:
        path = scope["path"]
        if path in {front.LOGIN, CALLBACK} and scope["method"] != "GET":
            answer: Response | None = PlainTextResponse(language(scope)(NOT_SO), 405, {"allow": "GET"})
        elif path == front.LOGIN:
            answer = await self._begin(scope)
        elif path == CALLBACK:
            answer = await self._logged_in(scope, session)
        elif path == front.LOGOUT:
            answer = await self._leave(scope, session)
        elif session is None:
            answer = self._unknown(scope)
        else:
            answer = self._refusal(scope, session)
        if answer:
            await answer(scope, receive, send)
        else:
            await self.app(self._named(scope, session), receive, send)

    def _named(self, scope: Scope, session: Session | None) -> Scope:
        """The request with its session, as the rest of the server and Streamlit know it."""
        named = cookies.without_cookies(scope)
        headers = [(name, value) for name, value in named["headers"] if name != HEADER]
        if session:
            headers.append((HEADER, session.key.encode()))
        return {**named, "headers": headers, "compliance.session": session}

    def _unknown(self, scope: Scope) -> Response:
        """The answer to somebody without a session: the way to the login for a page, a sentence for the rest."""
        say = language(scope)
        if scope["path"] in self.pages and scope["method"] in {"GET", "HEAD"}:
            return front.login_page(say, self._back(scope))
        return PlainTextResponse(say(front.WELCOME), 401)

    def _refusal(self, scope: Scope, session: Session) -> Response | None:
        """Why somebody with a session is refused; None if the request is passed on."""
        path, user, say = scope["path"], session.user, language(scope)
        if path in self.pages:
            if user.role is NO_ROLE:
                contact = self.login.contact
                return front.no_role_page(say, self._back(scope), name=user.name, contact=contact)
            return None
        if user.role is NO_ROLE:
            return PlainTextResponse(say(NOT_ALLOWED), 403)
        need = needed(path)
        if need is Need.LOADING:
            return self._upload_refusal(scope, session, user)
        if need is Need.ROLE or (need is Need.OWN and self.backend.may_fetch(path, session.key, user)):
            return None
        return PlainTextResponse(say(NOT_THERE), 404)

    def _upload_refusal(self, scope: Scope, session: Session, user: User) -> Response | None:
        page = scope["path"].removeprefix(UPLOADS).partition("/")[0]
        if UPLOADING & user.role.permissions and self.backend.belongs(page, session.key):
            return None
        audit.refused(user, Permission.LOAD_EXPORTS.value)
        return PlainTextResponse(language(scope)(NOT_ALLOWED), 403)

    def _back(self, scope: Scope) -> str:
        query = scope["query_string"].decode("latin-1")
        return self.checked(f"{scope['path']}?{query}" if query else scope["path"])

    def checked(self, address: str) -> str:
        """An address of a page of ours, else the first page: a login leads nowhere else."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return "/"
        # A browser takes what stands after two slashes or more for a host, also after a blank.
        ours = not parts.scheme and parts.path in self.pages and address[:1] == "/" != address[1:2]
        possible = address.isprintable() and len(address) <= LONGEST_PATH and "\\" not in address
        return address if ours and possible else "/"

    # --- Logging in and out -----------------------------------------------------------------------------------------

    async def _begin(self, scope: Scope) -> Response:
        """Send the browser to the provider, and remember what it must come back with."""
        back = self.checked(parse_qs(scope["query_string"].decode("latin-1")).get("next", ["/"])[0])
        asked = await self.provider.begin()
        if asked is None:
            return front.login_page(language(scope), back, text=UNREACHABLE, status=503)
        browser = self._browser(scope)
        self.pending.add(asked.state, Begun(asked.nonce, asked.verifier, back, browser))
        answer = RedirectResponse(asked.address, 302)
        answer.set_cookie(self.browser, browser, path="/", secure=self.secure, httponly=True, samesite="lax")
        return answer

    def _browser(self, scope: Scope) -> str:
        """The id of a browser that logs in: the one it has, since it may log in in several windows, or a new one."""
        known = cookies.sent(scope).get(self.browser, "")
        return known if ID.fullmatch(known) else secrets.token_urlsafe(32)

    async def _end(self, scope: Scope, session: Session | None) -> Response:
        """Take the answer of the provider, begin a session, and lead to where the login began."""
        query = parse_qs(scope["query_string"].decode("latin-1"))
        begun = self.pending.take(query.get("state", [""])[0])
        if begun is None:
            # the provider's logout ends here too
            return RedirectResponse("/", 302) if not query else front.login_page(language(scope), "/", text=NOT_DONE)
        try:
            known, token = await self._known(scope, begun)
        except Refusal as refusal:
            why = {"why": refusal.message, **refusal.values}
            await asyncio.to_thread(audit.refused, audit.UNKNOWN, "login", **why)
            say = language(scope)
            return front.page(
                say, 403, text=say.refusal(refusal), button=(say(front.LOG_IN), front.login_address(begun.back))
            )
        if session:
            await asyncio.to_thread(sessions.end, session)
        secret = await asyncio.to_thread(sessions.begin, known, token=token, now=clock.now())
        answer = RedirectResponse(begun.back, 302)
        answer.set_cookie(self.cookie, secret, path="/", secure=self.secure, httponly=True, samesite="lax")
        answer.delete_cookie(self.browser, path="/", secure=self.secure, httponly=True, samesite="lax")
        return answer

    async def _known(self, scope: Scope, begun: Begun) -> tuple[Identity, str]:
        """Who has logged in, and the ID token. Raise Refusal if it was not done, or begun in another browser."""
        if begun.browser != self._browser(scope):
            raise Refusal(NOT_DONE)
        said = parse_qs(scope["query_string"].decode("latin-1"))
        if "error" in said:
            # Anybody can send this; it is one line of the log, and not a long one.
            told = " ".join(said["error"] + said.get("error_description", []))
            log.warning("The login service refused a login: %s", ascii(told[:LONGEST_TOLD]))
            raise Refusal(NOT_DONE)
        code = said.get("code", [""])[0]
        claims, token = await self.provider.finish(code, nonce=begun.nonce, verifier=begun.verifier)
        if not claims:
            raise Refusal(NOT_DONE)
        return identity(claims, token, self.login, nonce=begun.nonce, now=clock.now()), token

    async def _leave(self, scope: Scope, session: Session | None) -> Response:
        """End the session for good, and then lead to the provider's own logout, which may be long in answering."""
        if not _from_here(scope):
            return PlainTextResponse(language(scope)(NOT_SO), 403)
        answer: Response = RedirectResponse("/", 302)
        if session:
            await asyncio.to_thread(sessions.end, session)
            answer = RedirectResponse(await self.provider.logout(session.token) or "/", 302)
        answer.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="lax")
        return answer

    # --- Websockets -------------------------------------------------------------------------------------------------

    async def _stream(self, scope: Scope, receive: Receive, send: Send, session: Session | None) -> None:
        """Pass a websocket on while its session lasts."""
        if session is None or session.user.role is NO_ROLE or self._windows(session) >= MOST_WINDOWS:
            await send({"type": "websocket.close", "code": OVER, "reason": ""})
            return
        socket = _Socket(session.key, session.person)
        self._sockets.add(socket)
        try:
            await self.app(self._named(scope, session), self._while_open(socket, receive, send), send)
        finally:
            self._sockets.discard(socket)

    def _windows(self, session: Session) -> int:
        """How many windows the person of a session has, in all their browsers."""
        return sum(socket.person == session.person for socket in self._sockets)

    def _while_open(self, socket: _Socket, receive: Receive, send: Send) -> Receive:
        """Receive what the pages need until the session is over; then the browser is told to leave."""

        async def received() -> Message:
            while True:
                try:
                    message = await self._next(socket, receive)
                except Refusal as refusal:
                    log.warning("A window is closed: %s", Language("en").refusal(refusal))
                    return await _closed(send, UNTOLD)
                if message is None:
                    await send({"type": "websocket.send", "bytes": self.backend.farewell})
                    return await _closed(send, OVER)
                content = message.get("bytes") or b""
                if message["type"] != "websocket.receive" or self.backend.is_needed(content, socket.key):
                    return message

        return received

    async def _next(self, socket: _Socket, receive: Receive) -> Message | None:
        """The next message of a browser; None if its session is over."""
        waiting, over = asyncio.ensure_future(receive()), asyncio.ensure_future(socket.over.wait())
        try:
            await asyncio.wait({waiting, over}, return_when=asyncio.FIRST_COMPLETED)
            if socket.over.is_set():
                return None
            message = waiting.result()
            if message["type"] == "websocket.receive" and not await self._lasts(socket, message.get("bytes") or b""):
                return None
            return message
        finally:
            waiting.cancel()
            over.cancel()

    async def _lasts(self, socket: _Socket, content: bytes) -> bool:
        """Whether a session is still there. Note that it is used, unless the browser sends by itself."""
        session = await _found(socket.key)
        if session and self.backend.is_use(content):
            await asyncio.to_thread(sessions.use, session, now=clock.now())
        return session is not None

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the server, and close the websockets of sessions that are over."""
        watch = asyncio.create_task(self._watch())
        try:
            await self.app(scope, receive, send)
        finally:
            watch.cancel()

    async def _watch(self) -> None:
        """Tell windows to leave whose session is over for the second time.

        The one in which somebody logs out is on its way to the provider; told at once, it would turn back.
        """
        before: set[_Socket] = set()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                ended = {socket for socket in [*self._sockets] if await _found(socket.key) is None}
            except Refusal as refusal:
                # Nothing passes meanwhile: each message asks too.
                log.warning("Whether sessions are over cannot be told: %s", Language("en").refusal(refusal))
                continue
            for socket in ended & before:
                socket.over.set()
            before = ended


async def _closed(send: Send, code: int) -> Message:
    """Close a websocket, and return that it is closed."""
    await send({"type": "websocket.close", "code": code, "reason": ""})
    return {"type": "websocket.disconnect", "code": code, "reason": ""}


async def _found(key: str) -> Session | None:
    """The session with a key. A register that is slow to answer holds up nobody else."""
    return await asyncio.to_thread(sessions.find, key, now=clock.now())


def needed(path: str) -> Need | None:
    """What an address besides those of the pages needs; None if it is not there."""
    below = (need for name, need in ROUTES.items() if name.endswith("/") and path.startswith(name))
    return ROUTES.get(path) or next(below, None)


def user_of(scope: Scope) -> User:
    """The person whose request the gate has let pass."""
    session: Session | None = scope["compliance.session"]
    return session.user if session else sessions.NOBODY


def _from_here(scope: Scope) -> bool:
    """Whether a request comes from a page of ours, as browsers say in a header that no page can set."""
    said = dict(scope["headers"]).get(b"sec-fetch-site", b"")
    return bool(said == b"same-origin")
