"""The web server: warmed up before it is ready, and in the reader's language from the first byte.

python -m compliance.commands.server
"""

import argparse
import asyncio
import ctypes
import gc
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, NoReturn

import streamlit as st
import uvicorn.config
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.middleware import Middleware

from compliance.access import audit, permissions
from compliance.bending import files, messages, page, runs, version
from compliance.core import ending, logs, places
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.core.saving import DiskFull
from compliance.declarations import settings, theming
from compliance.declarations.login import LOOPBACK, Login
from compliance.declarations.settings import MB, Settings
from compliance.demo import demo
from compliance.serving import answering, checking, front, guarding, metrics, receiving
from compliance.serving import gate as gating
from compliance.serving.draining import Draining, Visits, drain_when_told
from compliance.serving.health import Health
from compliance.serving.measuring import Measuring
from compliance.serving.pending import Pending
from compliance.serving.provider import Provider
from compliance.serving.receiving import Uploads
from compliance.serving.uploading import LEDGER
from compliance.store import register, stores
from compliance.store.failures import Away

# The headers of every answer.
OURS: Final = guarding.headers(guarding.policy(page.PAGES))
# uvicorn's names for its implementations of HTTP and websockets.
PROTOCOLS: Final = {"auto": "compliance.serving.answering:Requests"}
SOCKETS: Final = {"websockets-sansio": "compliance.serving.answering:Handshakes"}
# How long a session keeps its files without a browser: a laptop may lose its network and come back.
AWAY_SECONDS: Final = 30.0
# Whether the app has been run once.
WARM: Final = threading.Event()
# How long a service that waits for its database does before it asks again.
WAIT_SECONDS: Final = 2.0
VISITS: Final = Visits()
log = logging.getLogger(__name__)


async def _free_now_and_then() -> None:
    since: dict[str, float] = {}
    orphan = 0
    while True:
        await asyncio.sleep(AWAY_SECONDS / 6)
        files.free_ended(since, patience=AWAY_SECONDS)
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
    asyncio.get_running_loop().set_default_executor(runs.threads())
    wanted, over = settings.current(), threading.Event()
    # Without a login it is that of the person at this machine, who waits for it to end.
    drain_when_told(VISITS, wanted.drain_seconds if wanted.login else 0)
    freeing = asyncio.create_task(_free_now_and_then())
    Measuring(unready).begin(over)
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
    ok, message = await runs.first()
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


def make_app(wanted: Settings) -> st.App:
    """The app with what stands before it: for the person at this machine alone, or for all who can log in."""
    pages = frozenset({"/", *(f"/{path.stem}" for path in (places.ROOT / "pages").glob("*.py"))})
    gate = [_gate(wanted, wanted.login, pages=pages)] if wanted.login else []
    user_of = gating.user_of if wanted.login else lambda _: permissions.current_user()
    return st.App(
        places.ROOT / "app.py",
        lifespan=warm,
        middleware=[
            Middleware(metrics.Counting),
            Middleware(guarding.Guard, settings=settings.current, ours=OURS),
            Middleware(Health, unready=unready, settings=settings.current),
            Middleware(Draining, visits=VISITS, pages=pages | {front.LOGIN}),
            *gate,
            Middleware(
                Uploads, ledger=LEDGER, make_room=files.make_room, user_of=user_of, record=receiving.record_upload
            ),
            Middleware(page.PageLanguage),
        ],
        on_script_error=show_error,
    )


def _gate(wanted: Settings, login: Login, *, pages: frozenset[str]) -> Middleware:
    secure = wanted.public_address.startswith("https:")
    kwargs: Any = {"pages": pages, "secure": secure, "pending": Pending()}
    provider_ = Provider(login, wanted.public_address)
    return Middleware(gating.Gate, login=login, provider=provider_, backend=messages, **kwargs)


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


def _checked(address: str, *, login: bool) -> Settings:
    """The settings to serve with. Print what is wrong with them and exit, also if they would let everybody in."""
    wanted, refusals = checking.check(address, login=login)
    if wanted is None or refusals:
        say = Language(places.environment_language())
        _stop(*(say.refusal(refusal) for refusal in refusals))
    return wanted


def _stop(*sentences: str) -> NoReturn:
    print(*sentences, sep="\n", file=sys.stderr)
    raise SystemExit(1)


def bend() -> None:
    """Put what is ours into Streamlit. If another version of it has changed what that needs, print so and exit."""
    if changed := [*version.changes()]:
        _stop(*changed)
    if st.__version__ != version.true_for():
        for change in version.frontend_changes():
            log.warning(change)
    runs.begin()
    files.begin()


def main() -> None:
    """Serve the dashboard: `python -m compliance.commands.server`, with `--login` for others than who starts it."""
    parser = argparse.ArgumentParser(prog="python -m compliance.commands.server", description="Serve the dashboard.")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--address", default=LOOPBACK[1], help="the address to answer at; a reverse proxy is before it")
    parser.add_argument("--login", action="store_true", help="refuse to start unless a login is set up")
    asked = parser.parse_args()
    if places.log_form() == "json":
        logs.write_json()
    wanted = _checked(asked.address, login=asked.login)
    logs.begin(DecodeError)  # of a browser's message
    logs.print_lines(audit.LINES)
    logging.basicConfig(format="%(message)s")  # with a handler that counts alone, nothing would be printed
    logging.getLogger().addHandler(metrics.Faults())
    bend()
    os.umask(0o077)
    look, unusable = theming.usable(places.own_files())
    if unusable:
        log.warning("The product's own look is used: %s", unusable)
    stores.own().serve()
    stores.own().linger()
    stores.samples().linger()
    answering.HEADERS.extend(OURS)
    uvicorn.config.HTTP_PROTOCOLS |= PROTOCOLS
    uvicorn.config.WS_PROTOCOLS |= SOCKETS
    own = {"server.port": asked.port, "server.address": asked.address}
    most = {"server.maxUploadSize": wanted.uploads.file // MB}
    with_login = messages.WITH_LOGIN if wanted.login else {}
    ending.heed(0)  # told to stop, a server that has let everybody finish has not failed
    make_app(wanted).run(config={**own, **most, **with_login, **theming.widgets(look)})


if __name__ == "__main__":
    main()
