"""Where a browser sends a file: it is counted as it comes, and stopped before more of it is kept than may be.

Streamlit's own handler, to which it is handed on, takes any id and any number of files.
"""

import asyncio
import errno
import logging
import re
from collections.abc import Callable
from typing import Final

from python_multipart.multipart import parse_options_header
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from compliance.serving.guarding import CHANGING, STRANGER, UPLOADS, language
from compliance.serving.uploading import NO_ROOM, NOT_A_FILE, TOO_LARGE, TOO_SLOW, UNKNOWN, Ledger, NotTaken

# What a browser says of a file before its first byte: its name, and its kind.
LONGEST_HEAD: Final = 8_000
LONGEST_BOUNDARY: Final = 70
NAMED: Final = re.compile(rb"^content-disposition:[ \t]*form-data;[^\r\n]*filename", re.IGNORECASE | re.MULTILINE)
# What follows the last boundary.
END: Final = b"--\r\n"
# So long nothing may come, in seconds.
PATIENCE: Final = 30
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
# What Streamlit refuses beside what is refused before it.
REFUSED: Final = {403: STRANGER, 413: TOO_LARGE}
log = logging.getLogger(__name__)


class Gone(Exception):
    """The browser has left in the middle of a file; nobody is there to be told."""


class Uploads:
    """Takes a file from a session that may send it; everything else passes."""

    def __init__(self, app: ASGIApp, *, ledger: Ledger, make_room: Callable[[], None]) -> None:
        self.app, self.ledger, self.make_room = app, ledger, make_room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Takes, deletes or passes on; says in a sentence why a file is not taken."""
        if scope["type"] != "http" or scope["method"] not in CHANGING:
            await self.app(scope, receive, send)
            return
        session, _, file = scope["path"].removeprefix(UPLOADS).partition("/")
        act = self._put if scope["method"] == "PUT" else self._delete
        try:
            await act(scope, receive, send, session, file)
        except NotTaken as refusal:
            await PlainTextResponse(language(scope).refusal(refusal), refusal.status)(scope, receive, send)
        except Gone:
            pass

    async def _put(self, scope: Scope, receive: Receive, send: Send, session: str, file: str) -> None:
        try:
            self.ledger.opens(session, file)
            await self._take(scope, _Coming(self, receive, session, file), send)
        except NotTaken as refusal:
            self.ledger.refuses(session, refusal)
            raise

    async def _take(self, scope: Scope, coming: "_Coming", send: Send) -> None:
        try:
            coming.expects(scope)
            await self._pass_on(_without_length(scope), coming.receive, send)
        except BaseException as error:
            self.ledger.fails(coming.session, coming.file)
            if isinstance(error, OSError) and error.errno in FULL:
                log.warning("There is no room for an uploaded file: %s", error.strerror)
                raise self.ledger.not_taken(507, NO_ROOM) from error
            raise

    async def _delete(self, scope: Scope, receive: Receive, send: Send, session: str, file: str) -> None:
        if not self.ledger.lies_in_a_field(session, file):
            raise self.ledger.not_taken(404, UNKNOWN)
        await self._pass_on(scope, receive, send)
        self.ledger.let_go(session, [file])

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streamlit's answer, save where it refuses: that is told in our words."""
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            if status < 400:
                await send(message)

        await self.app(scope, receive, answer)
        if status >= 400:
            known = status if status in REFUSED else 400
            raise self.ledger.not_taken(known, REFUSED.get(status, NOT_A_FILE))


class _Coming:
    """A file on its way: each piece of it is looked at and counted before anybody has it."""

    def __init__(self, uploads: Uploads, receive: Receive, session: str, file: str) -> None:
        self.ledger, self.make_room, self.next = uploads.ledger, uploads.make_room, receive
        self.session, self.file = session, file

    def expects(self, scope: Scope) -> None:
        """What is said of the file before it comes: refused already here where that is too much or no file."""
        said = dict(scope["headers"])
        kind, options = parse_options_header(said.get(b"content-type"))
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= LONGEST_BOUNDARY:
            raise self.ledger.not_taken(415, NOT_A_FILE)
        self.form = OneFile(boundary)
        length = said.get(b"content-length", b"")
        if length.isdigit() and len(length) < 20:
            self._room_for(max(int(length) - LONGEST_HEAD - LONGEST_BOUNDARY, 0))

    async def receive(self) -> Message:
        """The next piece, which may be kept."""
        try:
            message = await asyncio.wait_for(self.next(), PATIENCE)
        except TimeoutError:
            raise self.ledger.not_taken(408, TOO_SLOW) from None
        if message["type"] != "http.request":
            raise Gone
        try:
            more = self.form.takes(message.get("body", b""), last=not message.get("more_body"))
        except ValueError:
            raise self.ledger.not_taken(400, NOT_A_FILE) from None
        self._room_for(more)
        self.ledger.grows(self.session, self.file, more)
        return message

    def _room_for(self, more: int) -> None:
        """Whether so much more fits; sessions that have ended make room at last when it is needed."""
        try:
            self.ledger.fits(self.session, self.file, more)
        except NotTaken as refusal:
            if refusal.status != 507:
                raise
            self.make_room()
            self.ledger.fits(self.session, self.file, more)


class OneFile:
    """The form in which a browser sends one file: looked through piece by piece, so that nothing else can be in it."""

    def __init__(self, boundary: bytes) -> None:
        self.first, self.next = b"--" + boundary + b"\r\n", b"\r\n--" + boundary
        self.rest, self.within = b"", "head"

    def takes(self, piece: bytes, *, last: bool) -> int:
        """How many bytes more of the file have come; a ValueError where this is no form of one file."""
        self.rest += piece
        if self.within == "head":
            self._head()
        more = self._file() if self.within == "file" else 0
        if self.within == "end" and not END.startswith(self.rest):
            raise ValueError("more than one file")
        if last and not (self.within == "end" and self.rest.startswith(b"--")):
            raise ValueError("the end is missing")
        return more

    def _head(self) -> None:
        head, found, rest = self.rest.partition(b"\r\n\r\n")
        if len(head) > LONGEST_HEAD or (found and not (head.startswith(self.first) and NAMED.search(head))):
            raise ValueError("no file")
        if found:
            self.rest, self.within = rest, "file"

    def _file(self) -> int:
        """What is surely of the file; the last bytes could be the beginning of a boundary."""
        at = self.rest.find(self.next)
        if at >= 0:
            self.rest, self.within = self.rest[at + len(self.next) :], "end"
            return at
        sure = max(len(self.rest) - len(self.next) + 1, 0)
        self.rest = self.rest[sure:]
        return sure


def _without_length(scope: Scope) -> Scope:
    """A request without the length that it claims: Streamlit takes that of the whole form for that of the file."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"content-length"]}
