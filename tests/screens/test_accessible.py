"""Every page in both languages: read aloud, by eyes that need contrast or large letters, and by keyboard alone.

Each page is visited once and recorded in every way; the tests then check the record. The browser is always set to the
other language, so that no text can come from its locale.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from compliance.screens.frame import BARE, PAGES
from tests.browser import (
    ALL_RULES,
    FRAME,
    GO,
    MOST,
    PATIENCE,
    arrive,
    browsing,
    framed,
    said,
    serving,
    settle,
    visit,
)
from tests.line import POINTS
from tests.sampled import beside
from tests.spoken import slips

pytestmark = pytest.mark.browser

POINT = "point?point=classification"
REVIEW = "review?review=2026"
# The states of each page that look otherwise than the others.
STATES = {
    "overview": ["", "?as_of=2025-11-15", "?department=F%C3%B6rskola"],
    "city": ["city"],
    "review": [
        REVIEW,
        *(f"{REVIEW}&part={part}" for part in ("judgement", "chapters", "decisions", "sign", "documents", "years")),
    ],
    "meeting": [f"meeting?review=2026&screen={number}" for number in (1, 5, 15, 16)],
    "decisions": ["decisions"],
    "point": [POINT, "point?point=procurement", "point?point=training_security&unit=Utredning%20barn%201"],
    "training": ["training", "training?department=F%C3%B6rskola"],
    "systems": ["systems", "systems?system=Familjehemsregistret"],
    "incidents": ["incidents"],
    "plan": ["plan"],
    "imports": ["imports", *(f"imports?part={part}" for part in ("history", "questions", "settings"))],
    "worklists": ["worklists", "worklists?unit=Hemtj%C3%A4nst%20Natt"],
    "quality": ["quality"],
    "extracts": ["extracts"],
    "about": ["about"],
    "roles": ["roles"],
    "audit": ["audit"],
}
BROWSERS = {"sv": "en-US", "en": "sv-SE"}
WORDS = {
    "sv": {
        "language": "Svenska",
        "calendar": "lördag 31 oktober 2026",
        "none": "Inga träffar",
        "lost": "Sidan kan inte öppnas",
    },
    "en": {
        "language": "English",
        "calendar": "Saturday, 31 October 2026",
        "none": "No matches",
        "lost": "The page cannot be opened",
    },
}
# What each page with the frame says and no other does.
SAYS = {
    "overview": "mätbara punkter når målet",
    "city": "Sidan jämför förvaltningar",
    "review": "punkter är diskuterade",
    "decisions": "Beslut från ledningens genomgångar",
    "point": f"Granskningspunkt 4 av {len(POINTS)}",
    "training": "Utbildning · Hela förvaltningen",
    "systems": "System · Hela förvaltningen",
    "incidents": "Incidenter · Hela förvaltningen",
    "plan": "Årshjul 2026",
    "worklists": "Arbetslistor",
    "imports": "Importer",
    "quality": "Datakvalitet",
    "extracts": "Utdrag",
    "about": "Om siffrorna",
    "roles": "Ingen inloggning är inställd",
    "audit": "Loggen",
}


def looks(most: dict[str, int]) -> list[tuple[str, str]]:
    """The first states of each page, by their number per language; `make fuzz` has all of them."""
    return [(code, address) for code in most for states in STATES.values() for address in states[: most[code]]]


LOOKS = looks({"sv": MOST or 1, "en": MOST}) + ([] if MOST else [("en", POINT), ("en", "imports")])
# These are also looked at by the rules of WCAG, in the dark and at 200 %, which takes longer than everything else.
FULLY = looks({"sv": MOST, "en": MOST}) if MOST else [("sv", page) for page in ("", REVIEW, POINT, "imports", "plan")]

# These are opened by their address, and loaded anew, in `make fuzz` the first state of each page; others are gone to
# within the app.
ADDRESSES = looks({"sv": 1}) if MOST else [("sv", REVIEW)]


def each(states: list[tuple[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("code", "address"), states, ids=[f"{code}-{address}" for code, address in states])


# What can be otherwise in the dark.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
DESKTOP = {"width": 1280, "height": 800}
# A phone, and a window of 1280 at 200 %.
NARROW = ({"width": 640, "height": 800}, {"width": 320, "height": 800})

OPEN_ALL = "document.querySelectorAll('details').forEach(part => { part.open = true; })"
# All visible and spoken text except SQL: texts, sentences with bold words, and descriptions of elements.
TEXTS = """() => {
  const told = ['aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext',
    'title', 'placeholder', 'alt'];
  const shown = e => !e.closest('[aria-hidden=true], script, style, noscript, code')
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
# A chart says what it shows, and a table follows it in the same section.
CHARTS = """() => {
  const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart]')];
  const tables = [...document.querySelectorAll('details table, [data-testid=stDataFrame]')];
  const sections = [...document.querySelectorAll('[role=heading]')].filter(e => Number(e.ariaLevel) <= 2);
  const after = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING;
  const words = e => (e.matches('[aria-label]') ? e : e.querySelector('[aria-label]'))?.ariaLabel ?? '';
  return charts.map(chart => {
    const next = sections.find(section => after(chart, section));
    return [words(chart), tables.some(table => after(chart, table) && (!next || after(table, next)))];
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
    """What a page shows."""

    frame: dict[str, object]
    said: str
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
    with browsing() as instance:
        yield instance


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Callable[[str], Page]:
    """The page of a language: one for all tests, since a browser that has been nowhere reads megabytes first."""

    @cache
    def page_of(code: str) -> Page:
        return browser.new_context(locale=BROWSERS[code], viewport=DESKTOP).new_page()

    return page_of


@pytest.fixture(scope="module")
def look(site: str, tab: Callable[[str], Page]) -> Callable[[str, str], Look]:
    """The look of a page in a language, taken once."""

    @cache
    def inside(code: str) -> Page:
        return _inside(tab(code), site, code)

    @cache
    def look_of(code: str, part: str) -> Look:
        page, address = inside(code), f"/{part}{'&' if '?' in part else '?'}lang={code}"
        if (code, part) in ADDRESSES:
            visit(page, f"{site}{address}")
        else:
            page.evaluate(GO, address)
        return _look(page, fully=(code, part) in FULLY)

    return look_of


def _look(page: Page, *, fully: bool) -> Look:
    """Looks at a page in every way; or in those ways only that find most and take least."""
    _arrive(page)
    frame, text = page.evaluate(FRAME), said(page)
    light = _broken(page, ALL_RULES) if fully else []
    texts, headings, charts = page.evaluate(TEXTS), page.evaluate(HEADINGS), page.evaluate(CHARTS)
    # colours are the same in every language
    dark = _dark(page) if fully and frame["language"] == "sv" else []
    beyond = {size["width"]: _beyond(page, size) for size in (NARROW if fully else NARROW[1:])}
    page.set_viewport_size(DESKTOP)
    return Look(frame, text, texts, [(level, text) for level, text in headings], charts, light, dark, beyond)


def _inside(page: Page, site: str, code: str) -> Page:
    """A page of the app in a language; the app is opened where it is not yet there."""
    if page.url.startswith(site):
        _go(page, f"/about?lang={code}")
    else:
        visit(page, f"{site}/about?lang={code}")
    return page


def _go(page: Page, address: str) -> None:
    """Follows an address within the app."""
    page.evaluate(GO, address)
    _arrive(page)


def _arrive(page: Page) -> None:
    """Wait until the page is drawn, and open everything that can be opened on it."""
    arrive(page)
    page.evaluate(OPEN_ALL)


def _broken(page: Page, options: dict[str, object]) -> list[str]:
    """The rules that are broken, and by which elements."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    violations = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in violations for node in rule["nodes"]]


def _dark(page: Page) -> list[str]:
    page.emulate_media(color_scheme="dark")
    found = _broken(page, COLOURS)
    page.emulate_media(color_scheme="light")
    return found


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
    every = {entry.id for entry in PAGES}
    assert {*STATES} == every
    assert {*SAYS} == every - BARE


def test_what_is_wrong_is_found(site, tab):
    """The looks themselves can fail."""
    page = tab("sv")
    visit(page, f"{site}/about")
    page.evaluate("""() => document.querySelector('.v-top').insertAdjacentHTML('afterend',
        '<div id="wrong"><p style="color:#bbb;width:900px">Choose one</p>'
        + '<img src="data:,"><button aria-label="Next month"></button></div>')""")
    assert {rule.split(":")[0] for rule in _broken(page, ALL_RULES)} == {"color-contrast", "image-alt"}
    assert slips("sv", page.evaluate(TEXTS)) == ["Choose one", "Next month"]
    assert _beyond(page, NARROW[1])
    # the next page may be drawn around it
    page.evaluate("document.getElementById('wrong').remove()")


@pytest.mark.parametrize("name", SAYS)
def test_every_address_shows_its_page_with_the_frame(name, look):
    [address] = STATES[name][:1]
    shown = look("sv", address)
    assert shown.frame == framed("sv")
    assert SAYS[name] in shown.said
    assert "Exempeldata, alla siffror är påhittade" in shown.said


@each(FULLY)
def test_no_rule_of_wcag_is_broken_in_light_and_dark(code, address, look):
    shown = look(code, address)
    assert shown.light == []
    assert shown.dark == []


@each(LOOKS)
def test_a_page_speaks_its_language_and_no_other(code, address, look):
    shown = look(code, address)
    assert shown.frame["language"] == code
    assert slips(code, shown.texts) == []


@each(LOOKS)
def test_nothing_is_cut_off_on_a_phone_or_at_twice_the_size(code, address, look):
    beyond = look(code, address).beyond
    assert 320 in beyond
    assert not any(beyond.values()), beyond


@each(LOOKS)
def test_headings_are_in_order_and_every_chart_has_its_words_and_its_table(code, address, look):
    shown = look(code, address)
    levels = [level for level, _ in shown.headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert [(above, below) for above, below in pairwise(levels) if below > above + 1] == []
    assert [chart for chart in shown.charts if not chart[1] or not re.search(r"\d", chart[0])] == []


def test_charts_have_been_drawn_when_a_page_is_looked_at(look):
    assert len(look("sv", POINT).charts) == 1


# --- What is opened ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", BROWSERS)
def test_what_a_page_opens_speaks_the_language_too_also_where_it_was_chosen_a_moment_ago(code, site, tab):
    [other] = set(BROWSERS) - {code}
    page = _inside(tab(code), site, other)
    _open_frame(page)
    page.get_by_text(WORDS[code]["language"], exact=True).click()
    page.wait_for_function(f"() => document.documentElement.lang === '{code}'", timeout=PATIENCE)
    settle(page)
    _open_frame(page)
    _fine(page, code)
    page.locator("[data-testid=stDateInputCalendarButton]").click()
    page.get_by_role("button", name=re.compile(WORDS[code]["calendar"])).wait_for()
    _fine(page, code)


# English are Streamlit's own words, which nobody has translated; `make fuzz` looks at them.
SPOKEN = BROWSERS if MOST else ["sv"]


@pytest.mark.parametrize("code", SPOKEN)
def test_lists_searches_and_dialogs_speak_the_language(code, site, tab):
    page = _inside(tab(code), site, code)
    _go(page, f"/audit?lang={code}")
    _open_list(page)
    _fine(page, code)
    page.keyboard.type("qqq")
    page.get_by_text(WORDS[code]["none"], exact=True).wait_for()
    _fine(page, code)
    page.keyboard.press("Escape")
    _go(page, f"/{POINT}&lang={code}")
    page.locator("[data-testid=stDataFrame]").first.click(position={"x": 90, "y": 55})
    settle(page)
    page.keyboard.press("Control+f")
    page.locator(".gdg-search-bar-inner").first.wait_for()
    _fine(page, code)
    visit(page, f"{site}/nowhere?lang={code}")
    assert page.inner_text("[role=dialog] h2") == WORDS[code]["lost"]
    _fine(page, code)


def _open_frame(page: Page) -> None:
    """Opens what chooses the day, the unit and the language."""
    if not page.locator("[data-testid=stDateInputCalendarButton]").count():
        page.locator(".st-key-frame [data-testid=stPopoverButton]").first.click()
    page.locator("[data-testid=stDateInputCalendarButton]").wait_for()


def _open_list(page: Page) -> None:
    """Opens the first list; a key that is pressed while charts are still being drawn is lost."""
    for _ in range(20):
        page.locator("[data-testid=stSelectbox] input").first.press("ArrowDown")
        page.wait_for_timeout(300)
        if page.locator("[role=listbox]").count():
            return
    raise AssertionError("the list does not open")


def _fine(page: Page, code: str) -> None:
    """Check that the screen breaks no rule (in one language, as on every page) and has texts of its language only."""
    if MOST or code == "sv":
        assert _broken(page, ALL_RULES) == []
    assert slips(code, page.evaluate(TEXTS)) == []


# --- By keyboard alone ---------------------------------------------------------------------------------------------

# What is focused: its words, and whether one sees that it is, by itself or by the frame or label around it.
FOCUS = """() => {
  // a table of items draws its cells, and the ring around one, in a canvas
  const e = document.activeElement, canvas = e.closest('canvas'), box = (canvas ?? e).getBoundingClientRect();
  const around = [e, e.parentElement, e.parentElement?.parentElement].filter(Boolean).map(x => getComputedStyle(x));
  const drawn = s => s.outlineStyle === 'solid' && parseFloat(s.outlineWidth) >= 2 || s.boxShadow !== 'none';
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  const words = e.ariaLabel || [...e.querySelectorAll('p')].map(p => p.textContent).join(' ') || e.textContent.trim();
  return [words.replaceAll('\u00ad', ''), (canvas || around.some(drawn)) && inside || e === document.body];
}"""


def _tab_to(page: Page, words: str) -> None:
    """Press Tab until something is focused; every stop on the way must be visible."""
    for _ in range(40):
        page.keyboard.press("Tab")
        here, seen = page.evaluate(FOCUS)
        assert seen, here
        if here == words:
            return
    raise AssertionError(f"Tab does not lead to {words}")


def test_by_keyboard_alone_one_reaches_a_point_comes_back_and_uses_the_navigation(site, tab):
    page = tab("sv")
    visit(page, f"{site}/?lang=sv")
    # all points are seen without scrolling
    last = page.locator(".v-bullet").last.bounding_box()
    assert last["y"] + last["height"] < DESKTOP["height"]
    _tab_to(page, "Hoppa till innehållet")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.matches('.v-top')")
    _tab_to(page, "4 Informationsklassning")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/point.*point=classification"))
    settle(page)
    _tab_to(page, "Översikt")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/\?"))
    settle(page)
    assert page.locator(".v-bullet").count()
    # what the navigation opens is entered, left and closed
    _tab_to(page, "Uppföljning")
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => ({FOCUS})()[0] === 'Granskningspunkter'")
    page.keyboard.press("Escape")
    page.locator("[data-testid=stPopoverBody]").wait_for(state="detached")
    assert page.evaluate(FOCUS) == ["Uppföljning", True]
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => ({FOCUS})()[0] === 'Granskningspunkter'")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(FOCUS) == ["Uppföljning", True]
    _tab_to(page, "Årshjul")
    _tab_to(page, "Underlag")
    page.keyboard.press("Shift+Tab")
    _tab_to(page, "Granskningspunkter")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/point"))


# --- A database of one's own, still empty: the last tests, since the server shows it from then on -------------------


@pytest.mark.parametrize("code", SPOKEN)
def test_pages_without_any_export_are_as_fine(code, site, tab):
    page = _inside(tab(code), site, code)
    if page.locator(".st-key-start_badge_first button").count():
        page.locator(".st-key-start_badge_first button").click()
        page.locator(".st-key-start_badge button").click()
        page.locator("[data-testid=stFileUploaderDropzone]").wait_for()
        settle(page)
    for entry in PAGES if MOST else [entry for entry in PAGES if entry.id in {"overview", "review", "imports", "plan"}]:
        _go(page, f"/{'' if entry is PAGES[0] else entry.id}?lang={code}")
        assert slips(code, page.evaluate(TEXTS)) == [], entry.id
        assert [level for level, _ in page.evaluate(HEADINGS)][:1] == [1], entry.id
        if code == "sv":
            assert _beyond(page, NARROW[1]) == [], entry.id
            page.set_viewport_size(DESKTOP)
        if MOST:
            assert _broken(page, ALL_RULES) == [], entry.id
