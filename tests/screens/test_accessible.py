"""Every page in both languages: read aloud, by eyes that need contrast or large letters, and by keyboard alone.

Each page is visited once and recorded in every way; the tests then check the record. The browser is always set to the
other language, so that no text can come from its locale. The same is asked of one page in `test_browser.py`.
"""

import re
from collections.abc import Callable
from functools import cache

import pytest
from playwright.sync_api import Browser, Page

from compliance.screens.frame import BARE, PAGES
from tests.browser import ALL_RULES, GO, PATIENCE, framed, serving, settle, visit
from tests.line import POINTS
from tests.looks import (
    DESKTOP,
    HEADINGS,
    NARROW,
    POINT,
    STATES,
    TEXTS,
    Look,
    broken,
    cut_off,
    enter_and_leave_the_navigation,
    look_at,
    skip_to_the_content,
    tab_to,
    unfold,
)
from tests.sampled import beside
from tests.spoken import slips

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
    "digest": "Vad som har ändrats",
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
    "settings": "egna punkter är på i",
}


LOOKS = [(code, address) for code in BROWSERS for states in STATES.values() for address in states]
EACH_LOOK = pytest.mark.parametrize(("code", "address"), LOOKS)
# The first state of each page is opened by its address, and loaded anew; others are gone to within the app.
ADDRESSES = {("sv", states[0]) for states in STATES.values()}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(beside(tmp_path_factory.mktemp("accessible"))) as server:
        yield server.address


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
        return look_at(page)

    return look_of


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
    unfold(page)


def test_every_page_is_looked_at():
    every = {entry.id for entry in PAGES}
    assert {*STATES} == every
    assert {*SAYS} == every - BARE


@pytest.mark.exhaustive
def test_what_is_wrong_is_found(site, tab):
    """The looks themselves can fail."""
    page = tab("sv")
    visit(page, f"{site}/about")
    page.evaluate("""() => document.querySelector('.v-top').insertAdjacentHTML('afterend',
        '<div id="wrong"><p style="color:#bbb;width:900px">Choose one</p>'
        + '<img src="data:,"><button aria-label="Next month"></button></div>')""")
    assert {rule.split(":")[0] for rule in broken(page, ALL_RULES)} == {"color-contrast", "image-alt"}
    assert slips("sv", page.evaluate(TEXTS)) == ["Choose one", "Next month"]
    assert cut_off(page, NARROW[1])
    # the next page may be drawn around it
    page.evaluate("document.getElementById('wrong').remove()")


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", SAYS)
def test_every_address_shows_its_page_with_the_frame(name, look):
    [address] = STATES[name][:1]
    shown = look("sv", address)
    assert shown.frame == framed("sv")
    assert SAYS[name] in shown.said
    assert "Exempeldata, alla siffror är påhittade" in shown.said


@pytest.mark.exhaustive
@EACH_LOOK
def test_no_rule_of_wcag_is_broken_in_light_and_dark(code, address, look):
    shown = look(code, address)
    assert shown.light == []
    assert shown.dark == []


@pytest.mark.exhaustive
@EACH_LOOK
def test_a_page_speaks_its_language_and_no_other(code, address, look):
    shown = look(code, address)
    assert shown.frame["language"] == code
    assert slips(code, shown.texts) == []


@pytest.mark.exhaustive
@EACH_LOOK
def test_nothing_is_cut_off_on_a_phone_or_at_twice_the_size(code, address, look):
    beyond = look(code, address).beyond
    assert 320 in beyond
    assert not any(beyond.values()), beyond


@pytest.mark.exhaustive
@EACH_LOOK
def test_headings_are_in_order_and_every_chart_has_its_words_and_its_table(code, address, look):
    shown = look(code, address)
    assert shown.in_order(), shown.headings
    assert shown.mute() == []


@pytest.mark.exhaustive
def test_charts_have_been_drawn_when_a_page_is_looked_at(look):
    assert len(look("sv", POINT).charts) == 1


# --- What is opened ------------------------------------------------------------------------------------------------


@pytest.mark.exhaustive
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


@pytest.mark.exhaustive
@pytest.mark.parametrize("code", BROWSERS)
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
    if code == "sv":
        assert broken(page, ALL_RULES) == []
    assert slips(code, page.evaluate(TEXTS)) == []


# --- By keyboard alone ---------------------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_by_keyboard_alone_one_reaches_a_point_comes_back_and_uses_the_navigation(site, tab):
    page = tab("sv")
    visit(page, f"{site}/?lang=sv")
    # all points are seen without scrolling
    last = page.locator(".v-bullet").last.bounding_box()
    assert last["y"] + last["height"] < DESKTOP["height"]
    skip_to_the_content(page)
    tab_to(page, "4 Informationsklassning")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/point.*point=classification"))
    settle(page)
    tab_to(page, "Översikt")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/\?"))
    settle(page)
    assert page.locator(".v-bullet").count()
    enter_and_leave_the_navigation(page)
    page.keyboard.press("Shift+Tab")
    tab_to(page, "Granskningspunkter")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/point"))


# --- A database of one's own, still empty: the last tests, since the server shows it from then on -------------------


@pytest.mark.exhaustive
@pytest.mark.parametrize("code", BROWSERS)
def test_pages_without_any_export_are_as_fine(code, site, tab):
    page = _inside(tab(code), site, code)
    if page.locator(".st-key-start_badge_first button").count():
        page.locator(".st-key-start_badge_first button").click()
        page.locator(".st-key-start_badge button").click()
        page.locator("[data-testid=stFileUploaderDropzone]").wait_for()
        settle(page)
    for entry in PAGES:
        _go(page, f"/{'' if entry is PAGES[0] else entry.id}?lang={code}")
        assert slips(code, page.evaluate(TEXTS)) == [], entry.id
        assert [level for level, _ in page.evaluate(HEADINGS)][:1] == [1], entry.id
        if code == "sv":
            assert cut_off(page, NARROW[1]) == [], entry.id
            page.set_viewport_size(DESKTOP)
        assert broken(page, ALL_RULES) == [], entry.id
