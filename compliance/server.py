"""The web server: warmed up before it is ready, and in the reader's language from its first byte.

python -m compliance.server
"""

import argparse
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import parse_qs

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import get_instance

from compliance import demo, places, theming, words
from compliance.language import LANGUAGES

LANG: Final = re.compile(r'<html lang="[a-z]*"')
# The app's script runs before Streamlit's, which asks the browser for its language at once.
OWN_SCRIPT: Final = '<head><script src="./app/static/app.js" defer></script>'
# A page elsewhere that makes its own name point to this machine is not let in: everyone here is the coordinator.
TRUSTED: Final = Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1"])
# What a request says of the answers that it takes, and an answer of the file that it was made of.
CONDITIONS: Final = frozenset({b"accept-encoding", b"if-modified-since", b"if-none-match"})
OF_THE_FILE: Final = frozenset({b"content-length", b"etag", b"last-modified"})
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
        code = _language(scope)
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


def _language(scope: Scope) -> str:
    said = parse_qs(scope["query_string"].decode("latin-1")).get("lang", ["sv"])[0]
    return said if said in LANGUAGES else "sv"


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


app = st.App(places.ROOT / "app.py", lifespan=warm, middleware=[TRUSTED, Middleware(FirstWords)], on_script_error=told)


def main() -> None:
    """The entry point of `python -m compliance.server`; one's own address is what .streamlit/config.toml says."""
    parser = argparse.ArgumentParser(prog="python -m compliance.server", description="Serve the dashboard.")
    parser.add_argument("--port", type=int, default=8501)
    port = parser.parse_args().port
    look, refusal = theming.usable(places.own_files())
    if refusal:
        log.warning("The product's own look is used: %s", refusal)
    app.run(config={"server.port": port, **theming.widgets(look)})


if __name__ == "__main__":
    main()
