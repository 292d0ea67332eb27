"""The web server: warmed up before it is ready, and in the reader's language from the first byte.

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
# Request headers that allow a partial or unchanged answer, and answer headers that describe the original file.
CONDITIONS: Final = frozenset({b"accept-encoding", b"if-modified-since", b"if-none-match", b"range"})
OF_THE_FILE: Final = frozenset({b"content-length", b"etag", b"last-modified"})
# The headers of every answer. The policy allows the inline scripts of Streamlit's page and the one of frame.draw.
PAGES: Final = (Path(get_static_dir(), "index.html").read_text("utf-8"), *map(words.lang_script, LANGUAGES))
OURS: Final = guarding.headers(guarding.policy(PAGES))
# uvicorn's names for its implementations of HTTP and websockets.
PROTOCOLS: Final = {"auto": "compliance.serving.answering:Requests"}
SOCKETS: Final = {"websockets-sansio": "compliance.serving.answering:Handshakes"}
# The most ids that are issued at once; nobody drops more files than these.
MOST_DROPPED: Final = 10_000
# How long a session keeps its files without a browser: a laptop may lose its network and come back.
AWAY_SECONDS: Final = 30.0
# How long a file can be requested after its button was drawn again: a click may have been on its way.
DOWNLOAD_GRACE: Final = 30.0
log = logging.getLogger(__name__)


class PageLanguage:
    """Middleware that puts Streamlit's page into the reader's language, and adds the app's script to it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and translate the HTML of the answer into the language of its address."""
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
    """Whether a browser requests a page. If so, drop the headers that allow a compressed, partial or cached answer."""
    headers = dict(scope["headers"])
    if scope["method"] == "HEAD" or b"text/html" not in headers.get(b"accept", b""):
        return False
    scope["headers"] = [(name, value) for name, value in scope["headers"] if name not in CONDITIONS]
    return True


def _translated(start: Message, message: Message, code: str) -> Message:
    """Translate the body if the answer is a page, and correct its length in the headers."""
    if not dict(start["headers"]).get(b"content-type", b"").startswith(b"text/html"):
        return message
    body = _localised(message.get("body", b"").decode("utf-8", "surrogateescape"), code).encode(
        "utf-8", "surrogateescape"
    )
    kept = [(name, value) for name, value in start["headers"] if name.lower() not in OF_THE_FILE]
    start["headers"] = [*kept, (b"content-length", str(len(body)).encode())] if not message.get("more_body") else kept
    return {**message, "body": body}


def _localised(page: str, code: str) -> str:
    page = LANG.sub(f'<html lang="{code}"', words.translated(page, code), count=1)
    return page.replace("<head>", OWN_SCRIPT, 1).replace("</head>", f"{words.element()}</head>", 1)


# --- Uploaded files -------------------------------------------------------------------------------------------------


class UploadedFiles(MemoryUploadedFileManager):
    """Streamlit's store of uploaded files, which reports requested ids and ended sessions to the ledger."""

    def get_upload_urls(self, session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
        """Issue an id for each file that has been dropped."""
        issued = super().get_upload_urls(session_id, file_names[:MOST_DROPPED])
        LEDGER.issue(session_id, [info.file_id for info in issued])
        return issued

    def remove_session_files(self, session_id: str) -> None:
        """Remove the files of a session that has ended."""
        super().remove_session_files(session_id)
        LEDGER.close(session_id)


class DownloadFiles(MediaFileManager):
    """Streamlit's store of downloads, which keeps the function that makes a file after its button is drawn again.

    A click requests the file and also runs the page again. If the run comes first, the file would be gone.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._replaced: dict[str, float] = {}

    def _remove_orphaned_deferred_callables(self) -> None:
        now = time.monotonic()
        shown = {id_ for files in self._files_by_session_and_coord.values() for id_ in files.values()}
        self._replaced = {id_: self._replaced.get(id_, now) for id_ in self._deferred_callables.keys() - shown}
        for id_, since in self._replaced.items():
            if now - since >= DOWNLOAD_GRACE:
                self._drop_deferred_id(id_)


def free_ended(since: dict[str, float], *, patience: float) -> None:
    """End sessions with files whose browser has been away for `patience` seconds. `since` is updated between calls.

    Streamlit keeps a session for a browser that may come back, and does not always free its files afterwards.
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
    """Free the files of sessions without a browser, before a file is refused for lack of room."""
    free_ended({}, patience=0)


async def _free_now_and_then() -> None:
    since: dict[str, float] = {}
    while True:
        await asyncio.sleep(AWAY_SECONDS / 6)
        free_ended(since, patience=AWAY_SECONDS)


# --- The app --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def warm(_app: Any) -> AsyncIterator[None]:
    """Start the build of the sample database and run the app once, so that every address is ready for visitors."""
    if not stores.own().exists():
        demo.building(stores.samples())
    ok, message = await get_instance().does_script_run_without_error()
    if not ok:
        log.error("The first run of the app failed: %s", message)
    freeing = asyncio.create_task(_free_now_and_then())
    yield None
    freeing.cancel()


def show_error(error: Exception) -> bool:
    """Show an error of a callback as the pages do. They are imported here, since their caches need a running server."""
    from compliance.screens import widgets

    widgets.show_error(error)
    return True


# Streamlit creates its file stores from these module attributes.
streamlit_runtime.MediaFileManager = DownloadFiles  # type: ignore[attr-defined]
memory_uploaded_file_manager.MemoryUploadedFileManager = UploadedFiles  # type: ignore[misc]
app = st.App(
    places.ROOT / "app.py",
    lifespan=warm,
    middleware=[
        Middleware(guarding.Guard, settings=settings.current, ours=OURS),
        Middleware(Uploads, ledger=LEDGER, make_room=make_room),
        Middleware(PageLanguage),
    ],
    on_script_error=show_error,
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
    stores.own().serve()
    answering.HEADERS.extend(OURS)
    uvicorn.config.HTTP_PROTOCOLS |= PROTOCOLS
    uvicorn.config.WS_PROTOCOLS |= SOCKETS
    app.run(config={"server.port": port, "server.maxUploadSize": most, **theming.widgets(look)})


if __name__ == "__main__":
    main()
