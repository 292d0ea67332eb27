"""The whole journey in a browser with a real provider: passwords, groups, two people at one server, the way out.

Before `make test-all` one person comes and leaves, while there is nothing to count.
"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from compliance.core.language import Language
from tests import once
from tests.browser import ALL_RULES, said, settle, visit
from tests.canaille import PASSWORD, canaille
from tests.ports import free_port
from tests.provided import served
from tests.sampled import beside

pytestmark = pytest.mark.live
SV = Language("sv")
RULES = '[login]\nclaim = "groups"\nscope = "openid profile email groups"\n' + "".join(
    f'[[login.roles]]\nvalue = "{group}"\nrole = "{role}"\n'
    for group, role in (("samordnare", "coordinator"), ("förvaltningschef", "head"), ("analytiker", "analyst"))
)
DAY = "as_of=2026-10-31"
TRAINING = f"/point?point=information_security_training&{DAY}&data=samples"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """An empty database of one's own, and the samples."""
    folder, port = tmp_path_factory.mktemp("login"), free_port()
    once.new(beside(folder))
    with (
        canaille(f"http://localhost:{port}/oauth2callback") as issuer,
        served(folder, issuer, rules=RULES, port=port) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def tab(browser):
    """One for all of these tests, since a tab that has been nowhere reads megabytes of scripts first."""
    return browser.new_context(viewport={"width": 1280, "height": 900}).new_page()


@pytest.fixture
def login(here, tab):
    """A function that logs somebody in, in a browser that knows nobody, and returns the page that they wanted."""

    def at(name, address):
        tab.context.clear_cookies()
        tab.goto(f"{here.address}{address}")
        tab.click("a.button")
        tab.fill("input[name=login]", name)
        tab.click("button[type=submit] >> nth=0")
        tab.fill("input[name=password]", PASSWORD)
        tab.click("button[type=submit] >> nth=0")
        tab.wait_for_url(f"{here.address}/**")
        return tab

    return at


def violations(page):
    """The rules of WCAG that a page breaks."""
    return Axe().run(page, options=ALL_RULES).response["violations"]


def test_a_link_leads_through_the_login_to_its_page_until_one_goes(here, login):
    sara = login("sara", f"/about?{DAY}")
    settle(sara)
    assert sara.url.startswith(f"{here.address}/about?")
    assert DAY in sara.url
    sara.click("button:has-text('Sara')")
    assert "Samordnare" in sara.inner_text("[data-testid=stPopoverBody]")
    sara.click("text=Logga ut")
    sara.wait_for_selector("text=Logga in med ditt konto", timeout=20_000)
    sara.goto(f"{here.address}/about?{DAY}")
    assert "Logga in med ditt konto" in sara.inner_text("body")
    assert "compliance" not in {cookie["name"] for cookie in sara.context.cookies(here.address)}


@pytest.mark.exhaustive
def test_each_sees_what_their_role_may(here, login):
    sara = login("sara", TRAINING)
    settle(sara)
    assert sara.url.startswith(f"{here.address}/point?")
    assert "point=information_security_training" in sara.url
    hers = said(sara)
    anna = login("anna", TRAINING)
    settle(anna)
    figures = [re.search(r"\d+,\d\s%", text)[0] for text in (said(anna), hers)]
    assert figures[0] == figures[1]
    # who may not see persons sees neither the items nor the units of few of them by themselves
    for shown in ("Posterna bakom siffran", "Visa alla 90"):
        assert [shown in text for text in (said(anna), hers)] == [False, True]
    visit(anna, f"{here.address}/imports?{DAY}")
    assert "Sidan kan inte öppnas" in anna.inner_text("body")


@pytest.mark.exhaustive
def test_the_way_out_is_for_every_window_and_the_browser_comes_to_the_login_by_itself(here, login):
    fredrik = login("fredrik", f"/review?{DAY}")
    settle(fredrik)
    other = fredrik.context.new_page()
    visit(other, f"{here.address}/about?{DAY}")
    fredrik.click("button:has-text('Fredrik')")
    fredrik.click("text=Logga ut")
    for page in (fredrik, other):
        page.wait_for_selector("text=Logga in med ditt konto", timeout=20_000)


@pytest.mark.exhaustive
def test_somebody_without_a_group_is_told_whom_to_ask(here, login):
    nils = login("nils", "/review")
    assert violations(nils) == []
    assert nils.inner_text("p") == "Du är inloggad som Nils, men har ingen roll här. Fråga Sara, 0123."
    nils.click("text=Logga ut")
    nils.wait_for_selector("text=Logga in med ditt konto")
    assert violations(nils) == []
