"""A real browser against a real server, each with files of its own."""

import re
import shutil
import subprocess
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.ports import SERVER, started

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
# Nothing moves: what turns and fades on a page costs half of the processor time of a test.
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-prefers-reduced-motion"]
READY_SECONDS = 90
SAYS_WHERE = re.compile(r"URL: (http://127\.0\.0\.1:\d+)\n")
PATIENCE = 60_000
# What axe-core looks for.
ALL_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}


@dataclass(frozen=True)
class Server:
    """A server of its own: where it answers, its database file, and its process."""

    address: str
    database: Path
    process: int


@contextmanager
def serving(database: Path, *, folder: Path = ROOT, shared: str = "") -> Iterator[Server]:
    """A fresh server, started in a folder, while the block lasts; it is ready when it says where it answers.

    If it shares a database, at an address, what else it has is beside the file.

    The system gives it a port that nobody has: to look for one first would be a race with every other run.
    """
    log = database.with_name("server.log")
    log.unlink(missing_ok=True)
    places = {"COMPLIANCE_DATABASE": shared or str(database), "COMPLIANCE_FOLDER": str(database.parent)}
    with started([SERVER, "--port", "0"], folder=folder, log=log, environment=places) as process:
        yield Server(ready(log, process), database, process.pid)


def ready(log: Path, process: subprocess.Popen[bytes]) -> str:
    """The address of a server once its log says where it answers."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if said := SAYS_WHERE.search(log.read_text("utf-8", "replace")):
            return said[1]
        time.sleep(0.1)
    raise TimeoutError("the server did not become ready; its log is beside its database")


@contextmanager
def browsing() -> Iterator[Browser]:
    """Debian's Chromium while the block lasts, where it is there without its windows."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def visit(page: Page, address: str) -> None:
    """Opens an address and waits until its script has run."""
    watch(page)
    page.goto(address)
    settle(page)


# What the content security policy has kept from each page: every test in a browser is a test of it.
BLOCKED: weakref.WeakKeyDictionary[Page, list[str]] = weakref.WeakKeyDictionary()
SAYS_BLOCKED = re.compile(r"Content Security Policy|Permissions.Policy|^Refused to ")


def watch(page: Page) -> None:
    """Notes what the browser says to its console that the policy blocks."""
    if page not in BLOCKED:
        found = BLOCKED[page] = []
        page.on("console", lambda said: found.append(said.text) if SAYS_BLOCKED.search(said.text) else None)


QUIET = """() => {
  const state = document.querySelector('[data-test-script-state]')?.dataset.testScriptState;
  if (state !== 'notRunning') { window.quietSince = 0; return false; }
  window.quietSince ||= Date.now();
  return Date.now() - window.quietSince > 600;
}"""


def settle(page: Page) -> None:
    """Waits until the page has its heading and no script has run for a while."""
    page.wait_for_selector("[data-testid=stMainBlockContainer] .v-top", timeout=PATIENCE)
    page.evaluate("() => { window.quietSince = 0; }")
    page.wait_for_function(QUIET, timeout=PATIENCE, polling=100)
    blocked = BLOCKED.get(page)
    assert not blocked, blocked


# What follows a link within the app: no script is read and compiled again.
GO = """address => {
  window.quietSince = 0;
  history.pushState({}, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
}"""
# Streamlit may keep elements for the next page, and a short run is not seen as one; but each run writes the day that is
# looked at into the address.
ARRIVED = """() => {
  const state = document.querySelector('[data-test-script-state]').dataset.testScriptState;
  const busy = document.querySelector('[data-stale=true], [data-testid=stSkeleton], [data-testid=stSpinner]');
  if (!location.search.includes('as_of=') || state !== 'notRunning' || busy) { window.quietSince = 0; return false; }
  window.quietSince ||= Date.now();
  return Date.now() - window.quietSince > 300;
}"""


def go(page: Page, address: str) -> None:
    """Follows an address, without a day, within the app; it takes half as long as to open it anew."""
    page.evaluate(GO, address)
    arrive(page)


def arrive(page: Page) -> None:
    """Waits until the page that was gone to is drawn."""
    page.wait_for_function(ARRIVED, timeout=PATIENCE, polling=100)


# The overview, the digest, three groups of pages, and the audit trail.
NAVIGATION = 6
FRAME = """() => ({
  navigation: document.querySelectorAll('.st-key-nav a, .st-key-nav [data-testid=stPopover]').length,
  dialogs: document.querySelectorAll('[role=dialog]').length,
  styled: getComputedStyle(document.querySelector('.v-top')).paddingTop !== '0px',
  language: document.documentElement.lang,
})"""


def framed(lang: str) -> dict[str, object]:
    """What `FRAME` finds on a page that is itself: with its style and its navigation, and no dialog."""
    return {"navigation": NAVIGATION, "dialogs": 0, "styled": True, "language": lang}


def said(page: Page) -> str:
    """The text of the page."""
    return page.inner_text("[data-testid=stMainBlockContainer]")
