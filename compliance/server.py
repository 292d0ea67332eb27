"""The web server: warmed up before it is ready, and in the reader's language from its first byte.

python -m compliance.server
"""

import argparse
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import streamlit as st
import uvicorn.config
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir
from streamlit.runtime import get_instance

from compliance import answering, demo, guarding, places, theming, words
from compliance.errors import Refusal
from compliance.language import LANGUAGES, Language
from compliance.settings import MB, Settings, load_settings

LANG: Final = re.compile(r'<html lang="[a-z]*"')
# The app's script runs before Streamlit's, which asks the browser for its language at once.
OWN_SCRIPT: Final = '<head><script src="./app/static/app.js" defer></script>'
# What a request says of the answers that it takes, and an answer of the file that it was made of.
CONDITIONS: Final = frozenset({b"accept-encoding", b"if-modified-since", b"if-none-match", b"range"})
OF_THE_FILE: Final = frozenset({b"content-length", b"etag", b"last-modified"})
# What is said with every answer; the scripts are those that stand in Streamlit's page and the one that ui.frame adds.
PAGES: Final = (Path(get_static_dir(), "index.html").read_text("utf-8"), *map(words.lang_script, LANGUAGES))
OURS: Final = guarding.headers(guarding.policy(PAGES))
# uvicorn's own names for what it takes requests and websockets with.
PROTOCOLS: Final = {"auto": "compliance.answering:Requests"}
SOCKETS: Final = {"websockets-sansio": "compliance.answering:Handshakes"}
log = logging.getLogger(__name__)


@cache
def settings() -> Settings:
    """The settings, read once; a Refusal where they are amiss."""
    return load_settings(places.own_files(), public_address=places.public_address())


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


@asynccontextmanager
async def warm(_app: Any) -> AsyncIterator[None]:
    """Begins the sample database and runs the app once, so that the first visitor finds every address ready."""
    if not places.own_database().exists():
        demo.building(places.sample_database())
    ok, message = await get_instance().does_script_run_without_error()
    if not ok:
        log.error("The first run of the app failed: %s", message)
    yield None


def told(error: Exception) -> bool:
    """Says an error of a callback as the pages do; they are imported late, since their caches need a server."""
    from compliance import ui

    return ui.tell(error)


app = st.App(
    places.ROOT / "app.py",
    lifespan=warm,
    middleware=[Middleware(guarding.Guard, settings=settings, ours=OURS), Middleware(FirstWords)],
    on_script_error=told,
)


def main() -> None:
    """The entry point of `python -m compliance.server`; one's own address is what .streamlit/config.toml says."""
    parser = argparse.ArgumentParser(prog="python -m compliance.server", description="Serve the dashboard.")
    parser.add_argument("--port", type=int, default=8501)
    port = parser.parse_args().port
    try:
        most = settings().uploads.file // MB
    except Refusal as refusal:
        parser.exit(1, Language(places.environment_language()).refusal(refusal) + "\n")
    look, unusable = theming.usable(places.own_files())
    if unusable:
        log.warning("The product's own look is used: %s", unusable)
    answering.HEADERS.extend(OURS)
    uvicorn.config.HTTP_PROTOCOLS |= PROTOCOLS
    uvicorn.config.WS_PROTOCOLS |= SOCKETS
    app.run(config={"server.port": port, "server.maxUploadSize": most, **theming.widgets(look)})


if __name__ == "__main__":
    main()
