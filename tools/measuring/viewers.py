"""What many viewers at once meet, and one in a browser: the groups of the table `viewers`.

Thirty people click about, then a hundred, each in a session of its own by the browser's own protocol. The floor is a
bare page of Streamlit under the same viewers: what Streamlit itself costs on the machine.
"""

import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from compliance.core.places import ROOT
from tests.browser import PATIENCE, browsing
from tests.line import POINTS
from tests.ports import free_port, started, wait_for
from tests.session import session
from tools.measuring.lines import Measured, shown
from tools.measuring.stand import Running, copied, served, timed

DAY = "2026-10-31"
# How long they look on, and how long they think before each click.
SECONDS, THINKING = 45.0, (4.0, 12.0)
# They do not open the page all in the same second.
ARRIVING = 10.0
# Whoever looks on in a meeting loads nothing; the overview and the points are what is opened most.
PAGES = [
    path.stem for path in sorted((ROOT / "pages").glob("*.py")) if path.stem not in {"imports", "overview", "point"}
]
OFTEN = ["overview"] * 3 + ["point"] * 5
DEPARTMENTS = ["", "", "", "", "Förskola", "Äldreomsorg"]
VISITS, CLICKS, PAUSE = 3, 10, 1500
# How long somebody looks at the overview before they go on.
LOOKING = 4000
POINT_LINK, CHART = (
    "[data-testid=stMain] a[href*='point=classification'] >> nth=0",
    ".js-plotly-plot .main-svg >> nth=0",
)
HOME = (".st-key-nav a >> nth=0", ".v-facts")
WINDOW = ViewportSize(width=1280, height=800)
Fresh = Callable[[], AbstractContextManager[Running]]
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


def looks_about(address: str, until: float, number: int) -> list[Click]:
    """A viewer opens the overview, then thinks and follows links until the time is up."""
    chance, clicks = random.Random(number), list[Click]()
    time.sleep(chance.uniform(0, ARRIVING))
    with session(address) as here:
        page, query = "overview", dict[str, str]()
        while True:
            seconds = here.opens("" if page == "overview" else page, as_of=DAY, **query)
            clicks.append(Click(page, seconds, first=not clicks, well=here.well))
            if (pause := chance.uniform(*THINKING)) + time.monotonic() >= until:
                return clicks
            time.sleep(pause)
            page, query = link(chance)


def link(chance: random.Random) -> tuple[str, dict[str, str]]:
    """The page of a link and its query, now and then for one department alone."""
    page, query = chance.choice(OFTEN + PAGES), dict[str, str]()
    if page == "point":
        query["point"] = chance.choice(POINTS).id
    if department := chance.choice(DEPARTMENTS):
        query["department"] = department
    return page, query


@contextmanager
def bare() -> Iterator[str]:
    """The address of plain Streamlit with a page that reads and counts nothing."""
    port = free_port()
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    with tempfile.TemporaryDirectory(prefix="bare-") as folder:
        page = Path(folder) / "page.py"
        page.write_text(BARE_PAGE, "utf-8")
        command = ["streamlit", "run", str(page), *(f"--{name}={value}" for name, value in options.items())]
        with started(command, folder=Path(folder)) as process:
            wait_for(port, process)
            yield f"http://127.0.0.1:{port}"


def sessions(address: str, number: int) -> list[Click]:
    """What so many viewers met at an address."""
    until = time.monotonic() + ARRIVING + SECONDS
    with ThreadPoolExecutor(number) as pool:
        return [click for clicks in pool.map(partial(looks_about, address, until), range(number)) for click in clicks]


def met(what: str, ours: list[Click], floor: list[Click], wished: str = "") -> Iterator[Measured]:
    """The lines on what many viewers met, beside the floor."""
    clicks, others = later(ours), later(floor)
    for name, share, wish in ((f"{what}: half of their clicks within", 0.5, ""), ("… 95 of 100 within", 0.95, wished)):
        other = percentile(others, share)
        note = f"{len(clicks)} clicks" if share == 0.5 else ""
        yield Measured(name, percentile(clicks, share), wish, note=note, other=other, beside="the floor")
    page, worst = slowest(clicks)
    half = percentile(others, 0.5)
    yield Measured("… the slowest page, half of its clicks within", worst, note=page, other=half, beside="the floor")
    first, other = (statistics.median(click.seconds for click in each if click.first) for each in (ours, floor))
    yield Measured("… their first visits, half within", first, other=other, beside="the floor")
    failed = Counter(click.page for click in ours if not click.well)
    pages = ", ".join(f"{page}: {times}" for page, times in sorted(failed.items()))
    yield Measured("… failed", sum(failed.values()), "0", unit="", note=pages)


def later(clicks: list[Click]) -> list[Click]:
    """Those after the first of each viewer."""
    return [click for click in clicks if not click.first]


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


def in_a_browser(samples: Path, folder: Path) -> Iterator[Measured]:
    """The lines on what one viewer sees."""
    fresh = partial(served, partial(copied, samples, folder))
    what = "First figures on screen: a new browser visits a fresh server"
    yield Measured(what, statistics.median(first_figures(fresh)), "< 2 s")
    there, back = there_and_back(fresh)
    yield Measured("A click to a review point, until its figure is on screen", statistics.median(there[1:]), "< 0.5 s")
    yield Measured("… and back, until the figures of the overview are", statistics.median(back), "< 0.5 s")
    first, second = first_charts(fresh)
    yield Measured("… until its chart is drawn, the first of a browser", statistics.median(first), "as the second")
    yield Measured("… until its chart is drawn, the second", statistics.median(second))


def first_figures(fresh: Fresh) -> Iterator[float]:
    """Seconds from a new browser's visit to a server that has just started until the first figures are on screen."""
    for _ in range(VISITS):
        with fresh() as server, browsing() as browser:
            page = browser.new_page()
            yield timed(partial(overview, page, server))


def there_and_back(fresh: Fresh) -> tuple[list[float], list[float]]:
    """Seconds of clicks to a point until its figure is on screen, and back until those of the overview are."""
    there, back = [], []
    with fresh() as server, browsing() as browser:
        page = browser.new_page(viewport=WINDOW)
        overview(page, server)
        for _ in range(CLICKS):
            there.append(followed(page, ".v-name[href*='point=classification']", ".v-hero-figure"))
            back.append(followed(page, *HOME))
    return there, back


def first_charts(fresh: Fresh) -> tuple[list[float], list[float]]:
    """Seconds of a new browser's clicks to a point until its chart is drawn: of its first chart, and of its second."""
    first, second = [], []
    with fresh() as server:
        for _ in range(VISITS + 1):
            with browsing() as browser:
                page = browser.new_page(viewport=WINDOW)
                overview(page, server)
                first.append(followed(page, POINT_LINK, CHART, pause=LOOKING))
                followed(page, *HOME)
                second.append(followed(page, POINT_LINK, CHART))
    # the server was cold at the first
    return first[1:], second[1:]


def overview(page: Page, server: Running) -> None:
    """Open the overview, until its figures are on screen."""
    page.goto(f"{server.address}/?as_of={DAY}", wait_until="commit")
    page.wait_for_selector(".v-facts", timeout=PATIENCE)


def followed(page: Page, link: str, awaited: str, *, pause: float = PAUSE) -> float:
    """Seconds from the click on a link, after a pause, until what it leads to is on screen."""
    page.wait_for_timeout(pause)
    begun = time.perf_counter()
    page.click(link)
    page.wait_for_selector(awaited, timeout=PATIENCE)
    return time.perf_counter() - begun


def crowd(samples: Path, folder: Path, *, number: int) -> Iterator[Measured]:
    """The floor, and then ours under the same viewers."""
    with bare() as address:
        floor = sessions(address, number)
    with served(partial(copied, samples, folder)) as server:
        ours = sessions(server.address, number)
    for page in sorted({click.page for click in ours}):
        times = [click.seconds for click in ours if click.page == page]
        print(f"{number}, {page}: {len(times)} times, median {shown(statistics.median(times))}", file=sys.stderr)
    thinking = f"each a click every {THINKING[0]:.0f}–{THINKING[1]:.0f} s"
    return met(f"{number} viewers at once, {thinking}", ours, floor, f"≤ {WISHED[number]:g}")


# What is measured, in the order of the table.
GROUPS: dict[str, Callable[[Path, Path], Iterator[Measured]]] = {
    **{f"crowd-{number}": partial(crowd, number=number) for number in WISHED},
    "browser": in_a_browser,
}
