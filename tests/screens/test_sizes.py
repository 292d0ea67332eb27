"""Every page and screen of the meeting fits windows from a phone to a wall: nothing overlaps, is cut or sticks out.

Each is opened once and its window changed.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from compliance.review.reviewing import GROUNDS
from tests.browser import Server, go, serving, visit
from tests.layers import layered
from tests.line import POINTS
from tests.looks import STATES, unfold
from tests.measuring import PHONE, SCREENS, Sizes, unfit
from tests.reviewed import ANSWERS, AS_OF, IDS, at
from tests.sampled import beside

PAGES = [address for name, states in STATES.items() if name != "meeting" for address in states]


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with serving(beside(tmp_path_factory.mktemp("sizes"))) as server:
        yield _at_home(browser, server)


def _at_home(browser: Browser, server: Server) -> Page:
    """A page of the app, to go on from."""
    page = browser.new_page(base_url=server.address, locale="sv-SE")
    visit(page, "/about?lang=sv")
    return page


@pytest.mark.live
@pytest.mark.parametrize("address", layered(PAGES, [""]))
def test_a_page_fits_every_window(address: str, page: Page) -> None:
    go(page, f"/{address}{'&' if '?' in address else '?'}lang=sv")
    unfold(page)
    assert unfit(page, (PHONE, *SCREENS)) == []


# Where the navigation and the choice of the view end, and the tables that go on and do not say so.
TOP = "() => document.querySelector('.st-key-frame').getBoundingClientRect().bottom"
UNTOLD = """() => [...document.querySelectorAll('.v-scroll, .dvn-scroller')]
  .filter(box => box.scrollWidth - box.clientWidth - box.scrollLeft > 1 && !box.closest('[data-after]'))
  .map(box => box.ariaLabel || box.className)"""
TO_THE_END = "() => document.querySelectorAll('.v-scroll').forEach(box => box.scrollTo(9_999, 0))"


@pytest.mark.live
@pytest.mark.parametrize("address", layered(PAGES, [""]))
def test_a_page_on_a_phone_begins_after_150_pixels_and_says_of_each_table_whether_it_goes_on(
    address: str, page: Page
) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    go(page, f"/{address}{'&' if '?' in address else '?'}lang=sv")
    unfold(page)
    assert page.evaluate(TOP) <= 150
    page.wait_for_function(f"() => !({UNTOLD})().length")
    page.evaluate(TO_THE_END)
    page.wait_for_function("() => !document.querySelector('.v-scroll[data-after]')")


@pytest.mark.live
@pytest.mark.parametrize("place", ["lang=en", "lang=sv&unit=Sj%C3%B6g%C3%A5rdens%20v%C3%A5rd-%20och%20omsorgsboende"])
def test_a_phone_has_room_for_the_longest_view_above_the_page(place: str, page: Page) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    go(page, f"/?{place}")
    assert page.evaluate(TOP) <= 150
    # the next page begins in the language of the others
    go(page, "/about?lang=sv")


# The parts of the headings' words that do not stand on one line, and how the numbers are underlined.
BROKEN = """() => [...document.querySelectorAll('.v-heat thead th a')].flatMap(link => {
  const text = link.firstChild, range = document.createRange();
  return [...text.nodeValue.matchAll(/[^\\s\u00ad-]+/g)].filter(part => {
    range.setStart(text, part.index + 1);  // the box of the first letter begins at a hyphen on the line before
    range.setEnd(text, part.index + part[0].length);
    return new Set([...range.getClientRects()].map(line => line.top)).size > 1;
  }).map(part => part[0]);
})"""
LINES = "() => [...document.querySelectorAll('.v-heat td a')].map(link => getComputedStyle(link).textDecorationLine)"


@pytest.mark.live
def test_units_of_a_heat_table_break_at_their_joints_and_its_numbers_are_underlined_only_under_the_pointer(
    page: Page,
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    for department in ("F%C3%B6rskola", "%C3%84ldreomsorg"):
        go(page, f"/?department={department}&lang=sv")
        unfold(page)
        assert page.locator(".v-heat thead th a").count() > 10
        assert page.evaluate(BROKEN) == []
    assert {*page.evaluate(LINES)} == {"none"}
    page.locator(".v-heat td a").first.hover()
    assert page.evaluate(LINES)[0] == "underline"


@pytest.mark.live
@pytest.mark.parametrize("day", layered(["2025-11-15", "2026-10-31"], ["2025-11-15"]))
def test_every_point_of_the_overview_is_seen_at_once_also_with_a_judgement_above(day: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    go(page, f"/?as_of={day}&lang=sv")
    rows = [row.bounding_box() for row in page.locator(".v-row:not(.v-row-head)").all()]
    assert len(rows) == len(POINTS)
    assert (page.locator(".v-judged").count() == 1) is (day == "2025-11-15")
    assert max(row["y"] + row["height"] for row in rows if row) <= 800


WRONG = """
<div style="height:40px;overflow:hidden">Cut<br>Cut<br>Last line</div>
<div style="width:40px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap">A long name</div>
<div style="position:relative">Under<span style="position:absolute;left:20px">Over</span></div>
<div style="position:relative"><button>Beneath</button><span style="position:absolute;left:9px">Above</span></div>
<div style="white-space:nowrap;width:10px;overflow:visible"><span style="margin-left:1300px">Outside</span></div>
"""


@pytest.mark.exhaustive
def test_what_does_not_fit_is_found(page: Page) -> None:
    go(page, "/about?lang=sv")
    page.evaluate("html => document.querySelector('.v-top').insertAdjacentHTML('afterend', html)", WRONG)
    found = " ".join(unfit(page, [(1280, 800)], still=True))
    page.evaluate("document.querySelector('.v-top ~ *').remove()")
    for fault in (
        "cut by [0-9]+: Last line",
        "cut by [0-9]+: A long",
        "Under × Over",
        "\\[Beneath\\] × Above",
        "side: Outside",
    ):
        assert re.search(fault, found), (fault, found)
    assert "scrolls sideways" in found
    assert "scrolls by" in found
    assert "First" not in found


@pytest.mark.exhaustive
@pytest.mark.parametrize("review", ["2026", "2025"])
def test_a_screen_of_the_meeting_fits_every_window_without_scrolling(review: str, page: Page) -> None:
    assert _unfit_screens(page, review, ended=False) == []


def _unfit_screens(page: Page, review: str, sizes: Sizes = SCREENS, *, ended: bool) -> list[str]:
    """What does not fit on the screens of a meeting, with their addresses."""
    go(page, f"/meeting?review={review}&lang=sv")
    found = []
    for address in [f"screen={number}" for number in range(1, _screens(page) + 1)] + _shared(page, review):
        go(page, f"/meeting?review={review}&{address}&lang=sv")
        faults = unfit(page, sizes, still=True, ended=ended) + unfit(page, [PHONE])
        found += [f"{address}, {fault}" for fault in faults]
    return found


def _screens(page: Page) -> int:
    """How many screens the meeting has, as its row of dashes shows."""
    return page.locator(".v-dashes i").count()


def _shared(page: Page, review: str) -> list[str]:
    """The addresses of the points that share a screen, which the summary before the last screen links to."""
    go(page, f"/meeting?review={review}&screen={_screens(page) - 1}&lang=sv")
    find = "links => links.map(link => new URL(link).searchParams.get('point'))"
    return [f"point={point}" for point in page.locator(".v-m-table a").evaluate_all(find) if point]


# --- Long texts -------------------------------------------------------------------------------------------------------

# The narrowest window, the lowest and the largest.
EXTREMES = (SCREENS[0], SCREENS[1], SCREENS[-1])
COMMENT, DECISION = ("Uppföljningen av behörighetsgenomgångar fortsätter. " * 32)[:1_500], 600
UNIT = ("enheten för samordning av informationssäkerhetsarbetet " * 6)[:290]
SYSTEMS = f"Systemnamn | Enhet | Centralt/lokalt | {ANSWERS}\n" + "\n".join(
    f"System {number} | {part} {UNIT} | Lokalt | Nej | Nej"
    for number, part in enumerate(["Norra", "Södra", "Västra"] * 2)
)


@pytest.fixture
def long_page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A page of the small organisation, in which everybody has written much."""
    line = at("draft", tmp_path)
    with line.held():
        line.load_table(SYSTEMS, name="systems.csv", source="systems", extract_date=AS_OF)
        review = line.review()
        for point in IDS:
            line.write(review, "comment", point, COMMENT)
            line.decide(review, COMMENT[:DECISION], point=point, responsible="Avdelningschefen")
        line.write(review, "chapter", GROUNDS, COMMENT)
    with serving(line.database.path) as server:
        yield _at_home(browser, server)


@pytest.mark.exhaustive
def test_long_names_and_texts_overlap_nothing(long_page: Page) -> None:
    found = []
    for address in ("", "review?review=2026", "decisions", "point?point=classification", "systems", "worklists"):
        go(long_page, f"/{address}{'&' if '?' in address else '?'}lang=sv")
        unfold(long_page)
        found += [f"{address}, {fault}" for fault in unfit(long_page, (PHONE, *EXTREMES))]
    assert found + _unfit_screens(long_page, "2026", EXTREMES, ended=True) == []
