"""Every page in both languages: read aloud, by eyes that need contrast or large letters, and by keyboard alone.

Each page is visited once and looked at in every way; the tests then ask what was seen. The browser is always set to the
other language, so that nothing can come from there.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from compliance.ui import PAGES
from tests.browser import PATIENCE, browsing, serving, visit
from tests.sampled import beside
from tests.spoken import slips

pytestmark = pytest.mark.browser

POINT = "point?point=classification"
REVIEW = "review?review=2026"
# The states of each page that look otherwise than the others.
STATES = {
    "overview": ["", "?department=F%C3%B6rskola"],
    "review": [REVIEW, *(f"{REVIEW}&part={part}" for part in ("chapters", "decisions", "sign", "documents", "years"))],
    "meeting": [f"meeting?review=2026&screen={number}" for number in (4, 9, 14, 15)],
    "decisions": ["decisions"],
    "point": [POINT, "point?point=procurement", "point?point=training_security&unit=Utredning%20barn%201"],
    "training": ["training", "training?department=F%C3%B6rskola"],
    "systems": ["systems", "systems?system=Familjehemsregistret"],
    "incidents": ["incidents"],
    "plan": ["plan"],
    "imports": ["imports", *(f"imports?part={part}" for part in ("history", "forms", "mappings", "names"))],
    "quality": ["quality"],
    "extracts": ["extracts"],
    "about": ["about"],
}
BROWSERS = {"sv": "en-US", "en": "sv-SE"}
LOOKS = [(code, address) for code in BROWSERS for states in STATES.values() for address in states]
EVERY = pytest.mark.parametrize(("code", "address"), LOOKS, ids=[f"{code}-{address}" for code, address in LOOKS])
ALL_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
# What can be otherwise in the dark.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
DESKTOP = {"width": 1280, "height": 800}
# A phone, and a window of 1280 at 200 %.
NARROW = ({"width": 640, "height": 800}, {"width": 320, "height": 800})

# Streamlit may keep an element for the next page, so it is a run of the script that tells that one has arrived.
GO = """address => {
  const app = document.querySelector('[data-test-script-state]');
  window.ran = false;
  new MutationObserver(() => { window.ran = true; })
    .observe(app, { attributeFilter: ['data-test-script-state'] });
  history.pushState({}, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
}"""
ARRIVED = """() => {
  const state = document.querySelector('[data-test-script-state]')?.dataset.testScriptState;
  const busy = document.querySelector('[data-stale=true], [data-testid=stSkeleton], [data-testid=stSpinner]');
  if (!window.ran || state !== 'notRunning' || busy) { window.quietSince = 0; return false; }
  window.quietSince ||= Date.now();
  return Date.now() - window.quietSince > 400;
}"""
OPEN_ALL = "document.querySelectorAll('details').forEach(part => { part.open = true; })"
# Everything that is seen or told: texts, whole sentences with bold words in them, and what is said of elements.
TEXTS = """() => {
  const told = ['aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext',
    'title', 'placeholder', 'alt'];
  const shown = e => !e.closest('[aria-hidden=true], script, style, noscript')
    && (e.closest('canvas') ? e.matches('th') : e.checkVisibility({ visibilityProperty: true }));
  const found = new Set([document.title]);
  for (const e of document.querySelectorAll('body *')) {
    if (!shown(e)) continue;
    for (const name of told) if (e.getAttribute(name)) found.add(e.getAttribute(name));
    const own = [...e.childNodes].filter(n => n.nodeType === 3 && n.nodeValue.trim());
    for (const n of own) found.add(n.nodeValue);
    if (own.length && e.querySelector('strong')) found.add(e.textContent);
  }
  for (const e of document.querySelectorAll('[aria-describedby]'))
    for (const id of e.getAttribute('aria-describedby').split(' '))
      found.add(document.getElementById(id)?.textContent ?? '');
  return [...found];
}"""
HEADINGS = """() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6, [role=heading]')]
  .filter(e => e.checkVisibility())
  .map(e => [Number(e.getAttribute('aria-level') || e.tagName[1]), e.textContent.trim()])"""
# A chart says what it shows, and a table follows it before the next one.
CHARTS = """() => {
  const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart]')];
  const tables = [...document.querySelectorAll('details table, [data-testid=stDataFrame]')];
  const after = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING;
  return charts.map((chart, at) => {
    const said = chart.matches('[aria-label]') ? chart : chart.querySelector('[aria-label]');
    const next = charts[at + 1];
    return [said?.ariaLabel ?? '', tables.some(table => after(chart, table) && (!next || after(table, next)))];
  });
}"""
# What goes beyond the right edge of the window without lying in something that scrolls by itself.
BEYOND = """() => {
  const edge = document.documentElement.clientWidth + 1;
  const main = document.querySelector('[data-testid=stMain]');
  const held = e => {
    for (let x = e.parentElement; x && x !== main; x = x.parentElement) {
      const flow = getComputedStyle(x).overflowX;
      if (flow !== 'visible' && x.getBoundingClientRect().right <= edge) return true;
    }
  };
  const wide = [...main.querySelectorAll('*')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && box.right > edge && e.checkVisibility() && !held(e);
  });
  const sizes = [document.documentElement, main].map(e => e.scrollWidth - e.clientWidth);
  return [...sizes.filter(over => over > 0).map(String), ...wide.slice(0, 5).map(e => e.outerHTML.slice(0, 120))];
}"""


@dataclass(frozen=True)
class Look:
    """What was seen of a page."""

    language: str
    texts: list[str]
    headings: list[tuple[int, str]]
    charts: list[tuple[str, bool]]
    light: list[str]
    dark: list[str]
    beyond: dict[int, list[str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(beside(tmp_path_factory.mktemp("accessible"))) as server:
        yield server.address


@pytest.fixture(scope="module")
def browser():
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def look(site: str, browser: Browser) -> Callable[[str, str], Look]:
    """The look of a page in a language, taken once."""
    pages: dict[str, Page] = {}
    looks: dict[tuple[str, str], Look] = {}

    def found(code: str, part: str) -> Look:
        if code not in pages:
            pages[code] = browser.new_context(locale=BROWSERS[code], viewport=DESKTOP).new_page()
            visit(pages[code], f"{site}/about?lang={code}")
        if (code, part) not in looks:
            looks[code, part] = _look(pages[code], f"/{part}{'&' if '?' in part else '?'}lang={code}")
        return looks[code, part]

    return found


def _look(page: Page, address: str) -> Look:
    """Goes to an address within the running app, as its links do, and looks at it in every way."""
    page.evaluate(GO, address)
    page.wait_for_function(ARRIVED, timeout=PATIENCE, polling=100)
    page.evaluate(OPEN_ALL)
    light = _broken(page, ALL_RULES)
    texts, headings, charts = page.evaluate(TEXTS), page.evaluate(HEADINGS), page.evaluate(CHARTS)
    language = page.evaluate("document.documentElement.lang")
    page.emulate_media(color_scheme="dark")
    dark = _broken(page, COLOURS)
    page.emulate_media(color_scheme="light")
    beyond = {size["width"]: _beyond(page, size) for size in NARROW}
    page.set_viewport_size(DESKTOP)
    return Look(language, texts, [(level, text) for level, text in headings], charts, light, dark, beyond)


def _broken(page: Page, options: dict[str, object]) -> list[str]:
    """The rules that are broken, and by which elements."""
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def _beyond(page: Page, size: dict[str, int]) -> list[str]:
    """What is cut off in a window; charts take a moment to follow its width."""
    page.set_viewport_size(size)
    for _ in range(15):
        found = page.evaluate(BEYOND)
        if not found:
            break
        page.wait_for_timeout(100)
    return found


def test_every_page_is_looked_at():
    assert sorted(STATES) == sorted(entry.id for entry in PAGES)


def test_what_is_wrong_is_found(site, browser):
    """The looks themselves can fail."""
    page = browser.new_page(viewport=DESKTOP)
    visit(page, f"{site}/about")
    page.evaluate("""() => document.querySelector('.v-top').insertAdjacentHTML('afterend',
        '<p style="color:#bbb;width:900px">Choose one</p>'
        + '<img src="data:,"><button aria-label="Next month"></button>')""")
    assert {rule.split(":")[0] for rule in _broken(page, ALL_RULES)} == {"color-contrast", "image-alt"}
    assert slips("sv", page.evaluate(TEXTS)) == ["Choose one", "Next month"]
    assert _beyond(page, NARROW[1])


@EVERY
def test_no_rule_of_wcag_is_broken_in_light_and_dark(code, address, look):
    seen = look(code, address)
    assert seen.light == []
    assert seen.dark == []


@EVERY
def test_a_page_speaks_its_language_and_no_other(code, address, look):
    seen = look(code, address)
    assert seen.language == code
    assert slips(code, seen.texts) == []


@EVERY
def test_nothing_is_cut_off_on_a_phone_or_at_twice_the_size(code, address, look):
    assert look(code, address).beyond == {640: [], 320: []}


@EVERY
def test_headings_are_in_order_and_every_chart_has_its_words_and_its_table(code, address, look):
    seen = look(code, address)
    levels = [level for level, _ in seen.headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert [(above, below) for above, below in pairwise(levels) if below > above + 1] == []
    assert all(re.search(r"\d", words) and table for words, table in seen.charts), seen.charts
