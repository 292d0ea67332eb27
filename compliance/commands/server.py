"""The web server: warmed up before it is ready, and in the reader's language from the first byte.

python -m compliance.commands.server
"""

import argparse
import asyncio
import ctypes
import gc
import logging
import os
import re
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

import streamlit as st
import uvicorn.config
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.components.v2 import manifest_scanner
from streamlit.file_util import get_static_dir
from streamlit.runtime import get_instance, memory_uploaded_file_manager
from streamlit.runtime import runtime as streamlit_runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadFileUrlInfo

from compliance.access import audit, permissions, sessions
from compliance.access.permissions import User
from compliance.commands import askers, provider
from compliance.commands.provider import Streamlit
from compliance.core import ending, logs, places
from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, N_, Language
from compliance.core.saving import DiskFull
from compliance.declarations import settings, theming
from compliance.declarations.login import LOOPBACK, Login
from compliance.declarations.settings import MB, Settings
from compliance.demo import demo
from compliance.serving import answering, discovery, front, guarding, receiving, words
from compliance.serving import gate as gating
from compliance.serving.draining import Draining, Visits, drain_when_told
from compliance.serving.health import Health
from compliance.serving.pending import Pending
from compliance.serving.provider import Provider
from compliance.serving.receiving import Uploads
from compliance.serving.uploading import LEDGER
from compliance.store import register, stores
from compliance.store.failures import Away

LANG: Final = re.compile(r'<html lang="[a-z]*"')
# The code of charts and tables, which the app's script loads once a page is drawn.
LATER: Final = " ".join(
    f"./static/js/{path.name}"
    for name in ("PlotlyChart", "DataFrame")
    for path in Path(get_static_dir(), "static", "js").glob(f"{name}.*.js")
)
# The app's script runs before Streamlit's, which asks the browser for its language at once.
OWN_SCRIPT: Final = f'<head><script src="./app/static/app.js" data-later="{LATER}" defer></script>'
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
# Whether the app has been run once.
WARM: Final = threading.Event()
# How long a service that waits for its database does before it asks again.
WAIT_SECONDS: Final = 2.0
VISITS: Final = Visits()
# What would let in others than who is at the machine, and what others there could read.
NO_LOGIN: Final = N_(
    "Without a login the server answers this machine alone, and not at {address}. Set up [login] in {file}."
)
OPEN: Final = N_("Others on this machine can reach {file}. Make it {mode}.")
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
        # Whom a file was made for, by the file's id: a session, and the person with the roles that they held then.
        self._owners: dict[str, set[tuple[str, User]]] = {}
        # The session whose page shows a button, by the id of its file, which is made later.
        self._asked: dict[str, str] = {}

    def add(self, *args: Any, **kwargs: Any) -> str:
        """Keep a file for the session whose page shows it."""
        return self._of(super().add(*args, **kwargs), provider.session_here())

    def add_deferred(self, *args: Any, **kwargs: Any) -> str:
        """Keep the function that makes a file for the session whose page shows its button."""
        file = super().add_deferred(*args, **kwargs)
        self._asked[file] = provider.session_here()
        return file

    def execute_deferred(self, file_id: str) -> str:
        """Make a file, for the session whose page shows its button."""
        return self._of(super().execute_deferred(file_id), self._asked.get(file_id, ""))

    def _of(self, address: str, key: str) -> str:
        if key:
            self._owners.setdefault(Path(address).stem, set()).add((key, sessions.user(key)))
        return address

    def is_of(self, file: str, key: str, user: User) -> bool:
        """Whether a file was made for a session, whose person still holds the same roles."""
        return (key, user) in self._owners.get(file, ())

    def is_asked_by(self, file: str, key: str) -> bool:
        """Whether the button of a file that is made later is on a page of a session."""
        return self._asked.get(file) == key

    def _delete_file(self, file_id: str) -> None:
        super()._delete_file(file_id)
        self._owners.pop(file_id, None)

    def _drop_deferred_id(self, file_id: str) -> None:
        super()._drop_deferred_id(file_id)
        self._asked.pop(file_id, None)

    def _remove_orphaned_deferred_callables(self) -> None:
        now = time.monotonic()
        shown = {id_ for files in self._files_by_session_and_coord.values() for id_ in files.values()}
        self._replaced = {id_: self._replaced.get(id_, now) for id_ in self._deferred_callables.keys() - shown}
        for id_, since in self._replaced.items():
            if now - since >= DOWNLOAD_GRACE:
                self._drop_deferred_id(id_)


def free_ended(since: dict[str, float], *, patience: float, person: str | None = None) -> None:
    """End sessions with files whose browser has been away for `patience` seconds. `since` is updated between calls.

    They are those of a person, or of everybody.

    Streamlit keeps a session for a browser that may come back, and does not always free its files afterwards.
    """
    runtime, now = get_instance(), time.monotonic()
    away = [session for session in LEDGER.holders(person) if not runtime.is_active_session(session)]
    for session in since.keys() - away:
        del since[session]
    for session in away:
        if now - since.setdefault(session, now) >= patience:
            runtime.close_session(session)
            runtime.uploaded_file_mgr.remove_session_files(session)


def make_room(person: str | None) -> None:
    """Free the files of a person's, or of all, sessions without a browser, before one is refused for lack of room."""
    free_ended({}, patience=0, person=person)


async def _free_now_and_then() -> None:
    since: dict[str, float] = {}
    orphan = 0
    while True:
        await asyncio.sleep(AWAY_SECONDS / 6)
        free_ended(since, patience=AWAY_SECONDS)
        orphan = ending.reap(orphan)
        await asyncio.to_thread(give_back)


def give_back() -> None:
    """Return memory that nobody uses to the system: of a count, most would stay with the thread that counted."""
    with suppress(AttributeError, OSError):  # other systems than Linux with glibc have no such function
        ctypes.CDLL(None).malloc_trim(0)


# --- The app --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def warm(_app: Any) -> AsyncIterator[None]:
    """Prepare the app, so that every address is ready for visitors, or wait for its store while it serves refusals."""
    asyncio.get_running_loop().set_default_executor(askers.threads())
    wanted, over = settings.current(), threading.Event()
    # Without a login it is that of the person at this machine, who waits for it to end.
    drain_when_told(VISITS, wanted.drain_seconds if wanted.login else 0)
    freeing = asyncio.create_task(_free_now_and_then())
    there = await _is_there()
    preparing = asyncio.create_task(_prepare(over, there))
    if not isinstance(there, Refusal):
        await preparing
    yield None
    over.set()
    for task in (freeing, preparing):
        task.cancel()


async def _prepare(over: threading.Event, there: bool | Refusal) -> None:
    """Start the build of the sample database and run the app once, as soon as the store is there.

    Then count ahead until it is over. That is imported here, since its caches need a running server.
    """
    from compliance.commands import ahead

    if isinstance(there, Refusal):
        log.warning("The service waits for its database: %s", Language("en").refusal(there))
        while isinstance(there, Refusal):
            await asyncio.sleep(WAIT_SECONDS)
            there = await _is_there()
        log.warning("The database can be used now.")
    if not there:
        demo.building(stores.samples())
    ok, message = await get_instance().does_script_run_without_error()
    if not ok:
        log.error("The first run of the app failed: %s", message)
    WARM.set()
    # What is there now stays; each look for garbage would go through all of it while somebody waits.
    gc.freeze()
    if places.counts_ahead():
        ahead.begin(over)


async def _is_there() -> bool | Refusal:
    """Whether there is a store, or why that cannot be known yet: what machines share is away, or a disk is full."""
    try:
        return await asyncio.to_thread(stores.own().exists)
    except (Away, DiskFull) as why:
        return why


def show_error(error: Exception) -> bool:
    """Show an error of a callback as the pages do. They are imported here, since their caches need a running server."""
    from compliance.screens import widgets

    widgets.show_error(error)
    return True


# Streamlit looks through every package that is installed for components; there are none.
manifest_scanner.scan_component_manifests = lambda *_: []
# Streamlit creates its file stores from these module attributes.
streamlit_runtime.MediaFileManager = DownloadFiles  # type: ignore[attr-defined]
memory_uploaded_file_manager.MemoryUploadedFileManager = UploadedFiles  # type: ignore[misc]
askers.begin()


def make_app(wanted: Settings, streamlit: Streamlit) -> st.App:
    """The app with what stands before it: for the person at this machine alone, or for all who can log in."""
    pages = frozenset({"/", *(f"/{path.stem}" for path in (places.ROOT / "pages").glob("*.py"))})
    gate = [_gate(wanted, wanted.login, streamlit, pages=pages)] if wanted.login else []
    user_of = gating.user_of if wanted.login else lambda _: permissions.current_user()
    return st.App(
        places.ROOT / "app.py",
        lifespan=warm,
        middleware=[
            Middleware(guarding.Guard, settings=settings.current, ours=OURS),
            Middleware(Health, unready=unready),
            Middleware(Draining, visits=VISITS, pages=pages | {front.LOGIN}),
            *gate,
            Middleware(Uploads, ledger=LEDGER, make_room=make_room, user_of=user_of, record=receiving.record_upload),
            Middleware(PageLanguage),
        ],
        on_script_error=show_error,
    )


def _gate(wanted: Settings, login: Login, streamlit: Streamlit, *, pages: frozenset[str]) -> Middleware:
    secure = wanted.public_address.startswith("https:")
    kwargs: Any = {"pages": pages, "secure": secure, "pending": Pending()}
    provider_ = Provider(login, wanted.public_address)
    return Middleware(gating.Gate, login=login, provider=provider_, backend=streamlit, **kwargs)


def unready() -> str:
    """Why the server cannot serve, in words for those who run it; empty if it can.

    It has drawn a page and takes visits, and there is a store to show. While a shared one is away its copy is shown, on
    every server: who asks would else find none that is ready.
    """
    try:
        if stores.own().exists():
            stores.own().version()
        with suppress(Away):
            register.own().rows("last_entry")
    except Away:
        return "the database cannot be reached, and there is no copy of it yet"
    except Refusal:
        return "the database cannot be used"
    if VISITS.ending:
        return "it has been told to stop"
    return "" if WARM.is_set() else "it is being started"


def checked(address: str) -> Settings:
    """The settings to serve with. Print what is wrong with them and exit, also if they would let everybody in."""
    say = Language(places.environment_language())
    try:
        wanted = settings.current()
        refusals = [*_unsafe(wanted, address)]
        if wanted.login and (other := discovery.refusal(wanted.login)):
            refusals.append(other)
    except Refusal as refusal:
        refusals = [refusal]
    except ExceptionGroup as group:
        refusals = [refusal for refusal in group.exceptions if isinstance(refusal, Refusal)]
    if refusals:
        _stop(*(say.refusal(refusal) for refusal in refusals))
    return wanted


def _stop(*sentences: str) -> NoReturn:
    print(*sentences, sep="\n", file=sys.stderr)
    raise SystemExit(1)


def _unsafe(wanted: Settings, address: str) -> Iterator[Refusal]:
    """What would let in somebody who has not logged in, or show others on the server what they may not see."""
    if wanted.login is None:
        if address not in LOOPBACK:
            yield Refusal(NO_LOGIN, address=address, file=places.SERVER.name)
        if wanted.public_address and urlsplit(wanted.public_address).hostname not in LOOPBACK:
            yield Refusal(NO_LOGIN, address=wanted.public_address, file=places.SERVER.name)
        return
    folder = places.own_files()
    if _open_to_others(folder):
        yield Refusal(OPEN, file=folder, mode="0700")
    if secret := _readable_by_others(folder / places.SERVER.name):
        yield Refusal(OPEN, file=secret, mode="0600")


def _readable_by_others(path: Path) -> str:
    """The name of a file with a secret that others on this machine can read; empty if they cannot."""
    said = path.exists() and "client_secret" in path.read_text("utf-8", "replace")
    return path.name if said and _open_to_others(path) else ""


def _open_to_others(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & 0o077)


def main() -> None:
    """Serve the dashboard: `python -m compliance.commands.server`, with `--login` for others than who starts it."""
    parser = argparse.ArgumentParser(prog="python -m compliance.commands.server", description="Serve the dashboard.")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--address", default=LOOPBACK[1], help="the address to answer at; a reverse proxy is before it")
    parser.add_argument("--login", action="store_true", help="refuse to start unless a login is set up")
    asked = parser.parse_args()
    wanted = checked(asked.address)
    if asked.login and wanted.login is None:
        say = Language(places.environment_language())
        _stop(say(N_("No login is set up: [login] in {file}."), file=places.SERVER.name))
    logs.begin(DecodeError)  # of a browser's message
    logs.print_lines(audit.LINES)
    os.umask(0o077)
    look, unusable = theming.usable(places.own_files())
    if unusable:
        log.warning("The product's own look is used: %s", unusable)
    stores.own().serve()
    stores.own().lingers = stores.samples().lingers = True
    answering.HEADERS.extend(OURS)
    uvicorn.config.HTTP_PROTOCOLS |= PROTOCOLS
    uvicorn.config.WS_PROTOCOLS |= SOCKETS
    streamlit = Streamlit()
    own = {"server.port": asked.port, "server.address": asked.address}
    most = {"server.maxUploadSize": wanted.uploads.file // MB}
    with_login = streamlit.config() if wanted.login else {}
    make_app(wanted, streamlit).run(config={**own, **most, **with_login, **theming.widgets(look)})


if __name__ == "__main__":
    main()
