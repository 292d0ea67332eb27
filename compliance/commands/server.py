"""The web server: warmed up before it is ready, and in the reader's language from its first byte.

python -m compliance.commands.server
"""

import argparse
import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import streamlit as st
import uvicorn.config
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir
from streamlit.runtime import get_instance, memory_uploaded_file_manager
from streamlit.runtime import runtime as streamlit_runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadFileUrlInfo

from compliance.core import logs, places
from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, Language
from compliance.declarations import settings, theming
from compliance.declarations.settings import MB
from compliance.demo import demo
from compliance.serving import answering, guarding, words
from compliance.serving.receiving import Uploads
from compliance.serving.uploading import LEDGER
from compliance.store import stores

LANG: Final = re.compile(r'<html lang="[a-z]*"')
# The app's script runs before Streamlit's, which asks the browser for its language at once.
OWN_SCRIPT: Final = '<head><script src="./app/static/app.js" defer></script>'
# What a request says of the answers that it takes, and an answer of the file that it was made of.
CONDITIONS: Final = frozenset({b"accept-encoding", b"if-modified-since", b"if-none-match", b"range"})
OF_THE_FILE: Final = frozenset({b"content-length", b"etag", b"last-modified"})
# What is said with every answer; the scripts are those that stand in Streamlit's page and that of frame.frame.
PAGES: Final = (Path(get_static_dir(), "index.html").read_text("utf-8"), *map(words.lang_script, LANGUAGES))
OURS: Final = guarding.headers(guarding.policy(PAGES))
# uvicorn's own names for what it takes requests and websockets with.
PROTOCOLS: Final = {"auto": "compliance.serving.answering:Requests"}
SOCKETS: Final = {"websockets-sansio": "compliance.serving.answering:Handshakes"}
# So many ids are made at once; more files than these nobody drops.
MOST_DROPPED: Final = 10_000
# So many seconds a session keeps its files when its browser is away: a laptop may lose its network and come back.
AWAY: Final = 30.0
# So many seconds after its button has been drawn anew a file can still be asked for: a click may have been on its way.
ASKED_LATE: Final = 30.0
log = logging.getLogger(__name__)


class FirstWords:
    """Makes the browser's page speak the reader's language from its first word, and adds the app's script."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and its HTML back with the language that its address names."""
        if scope["type"] != "http" or not _wants_page(scope):
            await self.app(scope, receive, send)
            return
        code = guarding.language(scope).code
        start: list[Message] = []

        async def with_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
                return
            if start:
                message = _translated(start[0], message, code)
                await send(start.pop())
            await send(message)

        await self.app(scope, receive, with_language)


def _wants_page(scope: Scope) -> bool:
    """Whether a browser asks for a page, which is then answered whole: what is compressed or kept cannot be changed."""
    headers = dict(scope["headers"])
    if scope["method"] == "HEAD" or b"text/html" not in headers.get(b"accept", b""):
        return False
    scope["headers"] = [(name, value) for name, value in scope["headers"] if name not in CONDITIONS]
    return True


def _translated(start: Message, message: Message, code: str) -> Message:
    """The body in its language, where it is a page; its length in the headers follows."""
    if not dict(start["headers"]).get(b"content-type", b"").startswith(b"text/html"):
        return message
    body = _spoken(message.get("body", b"").decode("utf-8", "surrogateescape"), code).encode("utf-8", "surrogateescape")
    kept = [(name, value) for name, value in start["headers"] if name.lower() not in OF_THE_FILE]
    start["headers"] = [*kept, (b"content-length", str(len(body)).encode())] if not message.get("more_body") else kept
    return {**message, "body": body}


def _spoken(page: str, code: str) -> str:
    page = LANG.sub(f'<html lang="{code}"', words.translated(page, code), count=1)
    return page.replace("<head>", OWN_SCRIPT, 1).replace("</head>", f"{words.element()}</head>", 1)


# --- Uploaded files -------------------------------------------------------------------------------------------------


class UploadedFiles(MemoryUploadedFileManager):
    """Streamlit's store of uploaded files, of which the ledger knows what is asked for and when a session ends."""

    def get_upload_urls(self, session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
        """An id for each file that has been dropped."""
        found = super().get_upload_urls(session_id, file_names[:MOST_DROPPED])
        LEDGER.issue(session_id, [info.file_id for info in found])
        return found

    def remove_session_files(self, session_id: str) -> None:
        """A session has ended."""
        super().remove_session_files(session_id)
        LEDGER.close(session_id)


class HandedOut(MediaFileManager):
    """Streamlit's store of what is handed out, which keeps what makes a file after its button is drawn anew.

    A click asks for the file and begins a run of the page; where the run is first, the file would be gone.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._replaced: dict[str, float] = {}

    def _remove_orphaned_deferred_callables(self) -> None:
        now = time.monotonic()
        shown = {id_ for files in self._files_by_session_and_coord.values() for id_ in files.values()}
        self._replaced = {id_: self._replaced.get(id_, now) for id_ in self._deferred_callables.keys() - shown}
        for id_, since in self._replaced.items():
            if now - since >= ASKED_LATE:
                self._drop_deferred_id(id_)


def free_ended(since: dict[str, float], *, patience: float) -> None:
    """Ends the sessions with files whose browser has been away for so long; `since` when is kept from time to time.

    Streamlit keeps a session for a browser that comes back, and forgets it without being sure to free its files.
    """
    runtime, now = get_instance(), time.monotonic()
    away = [session for session in LEDGER.holders() if not runtime.is_active_session(session)]
    for session in since.keys() - away:
        del since[session]
    for session in away:
        if now - since.setdefault(session, now) >= patience:
            runtime.close_session(session)
            runtime.uploaded_file_mgr.remove_session_files(session)


def make_room() -> None:
    """Frees what sessions hold whose browser is away, before another is refused."""
    free_ended({}, patience=0)


async def _free_now_and_then() -> None:
    since: dict[str, float] = {}
    while True:
        await asyncio.sleep(AWAY / 6)
        free_ended(since, patience=AWAY)


# --- The app --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def warm(_app: Any) -> AsyncIterator[None]:
    """Begins the sample database and runs the app once, so that the first visitor finds every address ready."""
    if not stores.own().exists():
        demo.building(stores.samples())
    ok, message = await get_instance().does_script_run_without_error()
    if not ok:
        log.error("The first run of the app failed: %s", message)
    freeing = asyncio.create_task(_free_now_and_then())
    yield None
    freeing.cancel()


def told(error: Exception) -> bool:
    """Says an error of a callback as the pages do; they are imported late, since their caches need a server."""
    from compliance.screens import widgets

    return widgets.tell(error)


# Streamlit makes its stores of files from the classes that it finds here.
streamlit_runtime.MediaFileManager = HandedOut  # type: ignore[attr-defined]
memory_uploaded_file_manager.MemoryUploadedFileManager = UploadedFiles  # type: ignore[misc]
app = st.App(
    places.ROOT / "app.py",
    lifespan=warm,
    middleware=[
        Middleware(guarding.Guard, settings=settings.current, ours=OURS),
        Middleware(Uploads, ledger=LEDGER, make_room=make_room),
        Middleware(FirstWords),
    ],
    on_script_error=told,
)


def main() -> None:
    """Serve the dashboard at the address that .streamlit/config.toml names: `python -m compliance.commands.server`."""
    parser = argparse.ArgumentParser(prog="python -m compliance.commands.server", description="Serve the dashboard.")
    parser.add_argument("--port", type=int, default=8501)
    port = parser.parse_args().port
    try:
        most = settings.current().uploads.file // MB
    except Refusal as refusal:
        parser.exit(1, Language(places.environment_language()).refusal(refusal) + "\n")
    logs.begin()
    look, unusable = theming.usable(places.own_files())
    if unusable:
        log.warning("The product's own look is used: %s", unusable)
    answering.HEADERS.extend(OURS)
    uvicorn.config.HTTP_PROTOCOLS |= PROTOCOLS
    uvicorn.config.WS_PROTOCOLS |= SOCKETS
    app.run(config={"server.port": port, "server.maxUploadSize": most, **theming.widgets(look)})


if __name__ == "__main__":
    main()
