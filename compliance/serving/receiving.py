"""Receiving uploads: a file is counted as it arrives, and stopped before more of it is held than allowed.

Streamlit's own handler, which stores the file, accepts any id and any number of files.
"""

import asyncio
import errno
import logging
import re
from collections.abc import Callable
from functools import partial
from typing import Final

from python_multipart.multipart import parse_options_header
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import User
from compliance.core.errors import Refusal
from compliance.serving.guarding import CHANGING, NOT_SO, UPLOADS, language
from compliance.serving.uploading import NO_ROOM, TOO_LARGE, TOO_SLOW, UNKNOWN, Ledger, NotTaken

# The longest part head, in bytes: the file's name and type, which precede its content.
LONGEST_HEAD: Final = 8_000
LONGEST_BOUNDARY: Final = 70
NAMED: Final = re.compile(
    rb"^content-disposition:[ \t]*(form-data;[^\r\n]*filename[^\r\n]*)", re.IGNORECASE | re.MULTILINE
)
# The end of a form, after the last boundary.
END: Final = b"--\r\n"
# The longest pause between two pieces, in seconds.
PATIENCE: Final = 30
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
# Sentences for Streamlit's own refusals.
REFUSED: Final = {403: NOT_SO, 413: TOO_LARGE}
log = logging.getLogger(__name__)


def record_upload(user: User, name: str, size: int) -> None:
    """Tell the audit trail of a file, which is taken once it does."""
    audit.record(user, Action.UPLOAD, name, bytes=size)


class Gone(Exception):
    """The browser disconnected in the middle of a file, so no answer can be sent."""


class Uploads:
    """Middleware that receives files from sessions that may send them, and passes on everything else."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        ledger: Ledger,
        make_room: Callable[[str | None], None],
        user_of: Callable[[Scope], User],
        record: Callable[[User, str, int], None],
    ) -> None:
        self.app, self.ledger, self.make_room, self.user_of, self.record = app, ledger, make_room, user_of, record

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Receive or delete a file, or pass the request on. Answer with a sentence if a file is refused."""
        if scope["type"] != "http" or scope["method"] not in CHANGING:
            await self.app(scope, receive, send)
            return
        session, _, file = scope["path"].removeprefix(UPLOADS).partition("/")
        act = self._put if scope["method"] == "PUT" else self._delete
        try:
            await act(scope, receive, send, session, file)
        except NotTaken as refusal:
            await PlainTextResponse(language(scope).refusal(refusal), refusal.status)(scope, receive, send)
        except Refusal as refusal:  # The audit trail cannot be written.
            await PlainTextResponse(language(scope).refusal(refusal), 503)(scope, receive, send)
        except Gone:
            pass

    async def _put(self, scope: Scope, receive: Receive, send: Send, session: str, file: str) -> None:
        try:
            user = self.user_of(scope)
            self.with_room(user, partial(self.ledger.open, session, file, user=user))
            await self._take(scope, _Incoming(self, receive, session, file, user=user), send)
        except NotTaken as refusal:
            self.ledger.refuse(session, refusal)
            raise

    def with_room(self, user: User, act: Callable[[], None]) -> None:
        """Do something for a user. If there is no room, free first what windows hold that are gone.

        Those of the user, if it is they who have too much; if the server is full, those of everybody.
        """
        try:
            act()
        except NotTaken as refusal:
            if refusal.status not in {429, 507}:
                raise
            self.make_room(user.person if refusal.status == 429 else None)
            act()

    async def _take(self, scope: Scope, incoming: "_Incoming", send: Send) -> None:
        try:
            incoming.check_headers(scope)
            await self._pass_on(_without_length(scope), incoming.receive, send)
        except BaseException as error:
            self.ledger.abort(incoming.session, incoming.file)
            if isinstance(error, OSError) and error.errno in FULL:
                log.warning("There is no room for an uploaded file: %s", error.strerror)
                raise self.ledger.not_taken(507, NO_ROOM) from error
            raise

    async def _delete(self, scope: Scope, receive: Receive, send: Send, session: str, file: str) -> None:
        if not self.ledger.in_field(session, file):
            raise self.ledger.not_taken(404, UNKNOWN)
        await self._pass_on(scope, receive, send)
        self.ledger.release(session, [file])

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send Streamlit's answer on. If it is a refusal, raise one with a sentence of ours instead."""
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            if status < 400:
                await send(message)

        await self.app(scope, receive, answer)
        if status >= 400:
            code = status if status in REFUSED else 400
            raise self.ledger.not_taken(code, REFUSED.get(status, UNKNOWN))


class _Incoming:
    """A file being received. Each piece is checked and counted before it is passed on."""

    def __init__(self, uploads: Uploads, receive: Receive, session: str, file: str, *, user: User) -> None:
        self.ledger, self.with_room, self.next, self.record = uploads.ledger, uploads.with_room, receive, uploads.record
        self.session, self.file, self.user, self.size = session, file, user, 0

    def check_headers(self, scope: Scope) -> None:
        """Check the headers. Raise NotTaken if they announce no form with a file, or one that is too large."""
        headers = dict(scope["headers"])
        kind, options = parse_options_header(headers.get(b"content-type"))
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= LONGEST_BOUNDARY:
            raise self.ledger.not_taken(415, UNKNOWN)
        self.form = OneFile(boundary)
        length = headers.get(b"content-length", b"")
        if length.isdigit() and len(length) < 20:
            self._check_room(max(int(length) - LONGEST_HEAD - LONGEST_BOUNDARY, 0))

    async def receive(self) -> Message:
        """The next piece, once it is known to fit; the last one, once the audit trail tells of the file.

        Raise NotTaken if it does not fit, and Refusal if the trail cannot be written.
        """
        try:
            message = await asyncio.wait_for(self.next(), PATIENCE)
        except TimeoutError:
            raise self.ledger.not_taken(408, TOO_SLOW) from None
        if message["type"] != "http.request":
            raise Gone
        try:
            more = self.form.feed(message.get("body", b""), last=not message.get("more_body"))
        except ValueError:
            raise self.ledger.not_taken(400, UNKNOWN) from None
        self._check_room(more)
        self.ledger.add(self.session, self.file, more)
        self.size += more
        if not message.get("more_body"):
            await asyncio.to_thread(self.record, self.user, self.form.name, self.size)
        return message

    def _check_room(self, more: int) -> None:
        """Check that this many more bytes fit."""
        self.with_room(self.user, lambda: self.ledger.check_room(self.session, self.file, more))


class OneFile:
    """A parser for a multipart form with exactly one file, fed piece by piece.

    `within` is the part that is read: the head, the file, or the end. `rest` is what is not yet known to belong to it.
    `name` is the name of the file, once the head has been read.
    """

    def __init__(self, boundary: bytes) -> None:
        self.first, self.next = b"--" + boundary + b"\r\n", b"\r\n--" + boundary
        self.rest, self.within, self.name = b"", "head", ""

    def feed(self, piece: bytes, *, last: bool) -> int:
        """Add a piece and return how many bytes of the file came with it. Raise ValueError if it is no such form."""
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
        head, separator, rest = self.rest.partition(b"\r\n\r\n")
        named = NAMED.search(head)
        if len(head) > LONGEST_HEAD or (separator and not (head.startswith(self.first) and named)):
            raise ValueError("no file")
        if separator and named:
            self.rest, self.within = rest, "file"
            self.name = parse_options_header(named[1])[1].get(b"filename", b"").decode("utf-8", "replace")

    def _file(self) -> int:
        """Count the bytes that belong to the file. The last ones are kept: they may be the start of a boundary."""
        at = self.rest.find(self.next)
        if at >= 0:
            self.rest, self.within = self.rest[at + len(self.next) :], "end"
            return at
        sure = max(len(self.rest) - len(self.next) + 1, 0)
        self.rest = self.rest[sure:]
        return sure


def _without_length(scope: Scope) -> Scope:
    """A request without its length: Streamlit takes the length of the whole form for that of the file."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"content-length"]}
