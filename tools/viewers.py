"""How fast the running app is for many viewers at once, and in a browser.

`python -m tools.viewers` lets thirty people click about, then a hundred, each in a session of its own by the browser's
own protocol. The floor is a bare page of Streamlit under the same viewers: what Streamlit itself costs on the machine.
Then it visits and clicks in a real browser, prints one table and keeps it in docs/speed.md; `--only-sessions` leaves
out the browser and keeps nothing. Nothing is asserted: times say something only beside others of the same run.
"""

import argparse
import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from compliance.core.places import ROOT
from compliance.declarations.points import load_points
from tests.browser import PATIENCE, Server, browsing, serving
from tests.ports import free_port, wait_for
from tests.sampled import beside
from tools.measured import Measured, shown, table, titled
from tools.readme import SPEED, keep

AS_OF = date(2026, 10, 31)
THINKING = (4.0, 12.0)
# They do not open the page all in the same second.
ARRIVING = 10.0
# Whoever looks on in a meeting loads nothing; the overview and the points are what is opened most.
PAGES = [
    path.stem for path in sorted((ROOT / "pages").glob("*.py")) if path.stem not in {"imports", "overview", "point"}
]
OFTEN = ["overview"] * 3 + ["point"] * 5
POINTS = [point.id for point in load_points(None)]
DEPARTMENTS = ["", "", "", "", "Förskola", "Äldreomsorg"]
ANSWER_SECONDS = 120
VISITS, CLICKS, PAUSE = 3, 10, 1500
# How long somebody looks at the overview before they go on.
LOOKING = 4000
POINT_LINK, CHART = (
    "[data-testid=stMain] a[href*='point=classification'] >> nth=0",
    ".js-plotly-plot .main-svg >> nth=0",
)
# How many people, and how many times as long as the bare page 95 of 100 of their clicks may take.
WISHED = {30: 3, 100: 1.5}
# A title and thirteen rows of two columns.
BARE_PAGE = """
import streamlit as st
st.title("A title")
for number in range(13):
    left, right = st.columns(2)
    left.markdown(f"Row {number}")
    right.markdown(f"Value {number}")
"""


@dataclass(frozen=True)
class Click:
    """What one click cost: the page, the seconds until its script had finished, and whether all went well."""

    page: str
    seconds: float
    first: bool
    well: bool


@dataclass
class Viewer:
    """A session as a browser holds it: what it has sent, and the messages that it keeps and needs no more."""

    socket: ClientConnection
    chance: random.Random
    kept: set[str] = field(default_factory=set)

    async def looks_about(self, until: float) -> list[Click]:
        """Opens the overview, then thinks and clicks until the time is up."""
        clicks = [await self.opens("overview", {"as_of": AS_OF.isoformat()}, first=True)]
        while (pause := self.chance.uniform(*THINKING)) + time.monotonic() < until:
            await asyncio.sleep(pause)
            clicks.append(await self.clicks())
        return clicks

    async def clicks(self) -> Click:
        """Follows a link, now and then for one department alone."""
        page = self.chance.choice(OFTEN + PAGES)
        query = {"as_of": AS_OF.isoformat()}
        if page == "point":
            query["point"] = self.chance.choice(POINTS)
        if department := self.chance.choice(DEPARTMENTS):
            query["department"] = department
        return await self.opens(page, query, first=False)

    async def opens(self, page: str, query: dict[str, str], *, first: bool) -> Click:
        """Asks for a page and waits for the last message of its script."""
        asked = BackMsg()
        asked.rerun_script.query_string = urlencode(query)
        asked.rerun_script.page_name = "" if page == "overview" else page
        asked.rerun_script.cached_message_hashes.extend(self.kept)
        started = time.perf_counter()
        await self.socket.send(asked.SerializeToString())
        well = True
        while True:
            said = ForwardMsg()
            said.ParseFromString(await asyncio.wait_for(self.socket.recv(decode=False), ANSWER_SECONDS))
            kind = said.WhichOneof("type")
            if said.metadata.cacheable:
                self.kept.add(said.hash or said.ref_hash)
            well &= not (kind == "delta" and said.delta.new_element.WhichOneof("type") == "exception")
            if kind == "script_finished":
                well &= said.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
                return Click(page, time.perf_counter() - started, first, well)


def as_a_browser(address: str) -> dict[str, Any]:
    """How a browser opens a websocket: it says where its page is from."""
    return {"origin": address, "subprotocols": ["streamlit"], "max_size": None, "compression": None}


async def _one(address: str, number: int, until: float) -> list[Click]:
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(0, ARRIVING))
    async with connect(f"{address.replace('http', 'ws', 1)}/_stcore/stream", **as_a_browser(address)) as socket:
        return await Viewer(socket, chance).looks_about(until)


async def _all(address: str, viewers: int, seconds: float) -> list[Click]:
    until = time.monotonic() + ARRIVING + seconds
    found = await asyncio.gather(*(_one(address, number, until) for number in range(viewers)))
    return [click for clicks in found for click in clicks]


@contextmanager
def fresh() -> Iterator[Server]:
    """A server of its own on the samples, whose caches are as cold as after a start."""
    with tempfile.TemporaryDirectory(prefix="viewers-") as folder, serving(beside(Path(folder))) as server:
        yield server


@contextmanager
def bare() -> Iterator[Server]:
    """Plain Streamlit with a page that reads and counts nothing."""
    port = free_port()
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    with tempfile.TemporaryDirectory(prefix="bare-") as folder:
        page = Path(folder) / "page.py"
        page.write_text(BARE_PAGE, "utf-8")
        command = [sys.executable, "-m", "streamlit", "run", str(page), *flags]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait_for(port, process)
                yield Server(f"http://127.0.0.1:{port}", page, process.pid)
            finally:
                process.terminate()


def sessions(address: str, *, viewers: int, seconds: float) -> list[Click]:
    """What many viewers met at an address."""
    return asyncio.run(_all(address, viewers, seconds))


def percentile(clicks: list[Click], share: float) -> float:
    ordered = sorted(click.seconds for click in clicks)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def slowest(clicks: list[Click]) -> tuple[str, float]:
    """The page with the highest median, and that median."""
    pages = {click.page for click in clicks}
    medians = {page: statistics.median(c.seconds for c in clicks if c.page == page) for page in pages}
    page = max(sorted(medians), key=lambda page: medians[page])
    return page, medians[page]


# --- In a browser -------------------------------------------------------------------------------------------------


def first_figures() -> Iterator[float]:
    """Seconds from a new browser's visit to a server that has just started until the first figures are on screen."""
    for _ in range(VISITS):
        with fresh() as server, browsing() as browser:
            page = browser.new_page()
            started = time.perf_counter()
            page.goto(f"{server.address}/?as_of={AS_OF}", wait_until="commit")
            page.wait_for_selector(".v-facts", timeout=PATIENCE)
            yield time.perf_counter() - started


def there_and_back() -> tuple[list[float], list[float]]:
    """Seconds of clicks to a point until its figure is on screen, and back until those of the overview are."""
    there, back = [], []
    with fresh() as server, browsing() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{server.address}/?as_of={AS_OF}")
        page.wait_for_selector(".v-facts", timeout=PATIENCE)
        for _ in range(CLICKS):
            page.wait_for_timeout(PAUSE)
            there.append(_seconds(page, ".v-name[href*='point=classification']", ".v-hero-figure"))
            page.wait_for_timeout(PAUSE)
            back.append(_seconds(page, ".st-key-nav a >> nth=0", ".v-facts"))
    return there, back


def first_charts() -> tuple[list[float], list[float]]:
    """Seconds of a new browser's clicks to a point until its chart is drawn: of its first chart, and of its second."""
    first, second = [], []
    with fresh() as server:
        for _ in range(VISITS + 1):
            with browsing() as browser:
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.goto(f"{server.address}/?as_of={AS_OF}")
                page.wait_for_selector(".v-facts", timeout=PATIENCE)
                page.wait_for_timeout(LOOKING)
                first.append(_seconds(page, POINT_LINK, CHART))
                page.wait_for_timeout(PAUSE)
                _seconds(page, ".st-key-nav a >> nth=0", ".v-facts")
                page.wait_for_timeout(PAUSE)
                second.append(_seconds(page, POINT_LINK, CHART))
    # the server was cold at the first
    return first[1:], second[1:]


def _seconds(page: Page, link: str, awaited: str) -> float:
    """Seconds from the click on a link until what it leads to is on screen."""
    started = time.perf_counter()
    page.click(link)
    page.wait_for_selector(awaited, timeout=PATIENCE)
    return time.perf_counter() - started


# --- The table ----------------------------------------------------------------------------------------------------


def session_rows(ours: list[Click], floor: list[Click], viewers: int) -> Iterator[Measured]:
    """The lines on what many viewers met, beside the floor."""
    clicks, bare_clicks = later(ours), later(floor)
    thinking = f"each a click every {THINKING[0]:.0f}–{THINKING[1]:.0f} s"
    page, worst = slowest(clicks)
    half = percentile(clicks, 0.5), percentile(bare_clicks, 0.5)
    most = percentile(clicks, 0.95), percentile(bare_clicks, 0.95)
    failed = Counter(click.page for click in ours if not click.well)
    yield Measured(
        f"{viewers} viewers at once, {thinking}, half of them answered within",
        half[0],
        note=f"{len(clicks)} clicks",
        other=half[1],
    )
    yield Measured("… 95 of 100 within", most[0], f"at most {WISHED[viewers]:g} × the floor", other=most[1])
    yield Measured("… the slowest page, half of its clicks within", worst, note=page, other=half[1])
    yield Measured("… their first visits, half within", _first(ours), other=_first(floor))
    pages = ", ".join(f"{page}: {times}" for page, times in sorted(failed.items()))
    bare_failed = sum(not click.well for click in floor)
    yield Measured("… failed", sum(failed.values()), "0", unit="", note=pages, other=bare_failed)


def later(clicks: list[Click]) -> list[Click]:
    """Those after the first of each viewer."""
    return [click for click in clicks if not click.first]


def _first(clicks: list[Click]) -> float:
    return statistics.median(click.seconds for click in clicks if click.first)


def browser_rows() -> Iterator[Measured]:
    """The lines on what one viewer sees."""
    yield Measured("First figures on screen: a new browser visits a fresh server", _median(first_figures()), "< 2 s")
    there, back = there_and_back()
    yield Measured("A click to a review point, until its figure is on screen", _median(there[1:]), "< 0.5 s")
    yield Measured("… and back, until the figures of the overview are", _median(back), "< 0.5 s")
    first, second = first_charts()
    yield Measured("… until its chart is drawn, the first of a browser", _median(first), "as the second")
    yield Measured("… until its chart is drawn, the second", _median(second))


def _median(times: Iterator[float] | list[float]) -> float:
    return statistics.median(times)


def as_table(found: list[Measured]) -> str:
    return table(["what", "ours", "floor", "ratio", "wished"], [_row(measured) for measured in found])


def _row(measured: Measured) -> list[str]:
    floor = "" if measured.other is None else shown(measured.other, measured.unit)
    ratio = "" if measured.ratio is None else f"{measured.ratio:.1f} ×"
    return [titled(measured), shown(measured.ours, measured.unit), floor, ratio, measured.wished]


def crowd(viewers: int, seconds: float) -> Iterator[Measured]:
    """The floor, and then ours under the same viewers."""
    with bare() as server:
        floor = sessions(server.address, viewers=viewers, seconds=seconds)
    with fresh() as server:
        ours = sessions(server.address, viewers=viewers, seconds=seconds)
    for page in sorted({click.page for click in ours}):
        times = [click.seconds for click in ours if click.page == page]
        print(f"{viewers}, {page}: {len(times)} times, median {shown(statistics.median(times))}", file=sys.stderr)
    return session_rows(ours, floor, viewers)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.viewers", description="Measure, and keep the table.")
    parser.add_argument("--viewers", type=int, nargs="+", choices=WISHED, default=list(WISHED))
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--only-sessions", action="store_true", help="leave out the browser, and keep nothing")
    given = parser.parse_args()
    found = [measured for viewers in given.viewers for measured in crowd(viewers, given.seconds)]
    if not given.only_sessions:
        found += browser_rows()
    print(as_table(found))
    if not given.only_sessions:
        keep(SPEED, "viewers", as_table(found))


if __name__ == "__main__":
    main()
