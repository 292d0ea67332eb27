"""Streamlit's page in the reader's language from the first byte, with the app's script and its words in the head."""

import re
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from compliance.bending import words
from compliance.core.language import LANGUAGES
from compliance.serving import guarding

FRONTEND: Final = Path(get_static_dir())
LANG: Final = re.compile(r'<html lang="[a-z]*"')
# The code of charts and tables, which the app's script loads once a page is drawn.
LATER: Final = " ".join(
    f"./static/js/{path.name}"
    for name in ("PlotlyChart", "DataFrame")
    for path in (FRONTEND / "static" / "js").glob(f"{name}.*.js")
)
# The app's script runs before Streamlit's, which asks the browser for its language at once.
OWN_SCRIPT: Final = f'<head><script src="./app/static/app.js" data-later="{LATER}" defer></script>'
# Request headers that allow a partial or unchanged answer, and answer headers that describe the original file.
CONDITIONS: Final = frozenset({b"accept-encoding", b"if-modified-since", b"if-none-match", b"range"})
OF_THE_FILE: Final = frozenset({b"content-length", b"etag", b"last-modified"})
# The pages whose inline scripts the policy allows: Streamlit's, and the one of frame.draw.
PAGES: Final = ((FRONTEND / "index.html").read_text("utf-8"), *map(words.lang_script, LANGUAGES))


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
