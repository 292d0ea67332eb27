"""The page of roles: who waits, giving and taking, and what somebody sees whose role is taken while a page is open."""

import pytest

from compliance.access import people, roles, sessions
from compliance.access.identity import Identity
from compliance.access.permissions import ADMINISTRATOR, COORDINATOR, NO_ROLE, WORDS, Permission, User
from compliance.access.roles import Held
from compliance.access.scopes import Scope
from compliance.core import clock
from compliance.core.language import Language
from compliance.screens.people_texts import names
from compliance.screens.roles import texts
from tests.apps import opened, text
from tests.browser import PATIENCE, browsing, said, settle
from tests.provided import login
from tests.readers import granted
from tools.demo_login import started

ISSUER = "https://login.example.se"
SV = Language("sv")


@pytest.fixture
def ada(own, monkeypatch):
    """An administrator in a service with a login."""
    login = {"ISSUER": ISSUER, "CLIENT_ID": "a", "CLIENT_SECRET": "b", "CONTACT": "Sara"}
    for name, value in login.items():
        monkeypatch.setenv(f"COMPLIANCE_LOGIN_{name}", value)
    monkeypatch.setenv("COMPLIANCE_PUBLIC_ADDRESS", "http://localhost:8501")
    who = User("Ada Ek", ADMINISTRATOR, people.known(ISSUER, "ada", "Ada Ek"), roles=(ADMINISTRATOR.id,))
    monkeypatch.setattr(sessions, "user", lambda _: who)
    return who


def logged_in(name, *held):
    sessions.begin(Identity(ISSUER, name, name, held), token="", now=clock.now())
    return people.known(ISSUER, name, "")


def rows():
    """The table of persons without its signs."""
    called = names(people.everybody(), SV)
    return [[cell.rpartition("v-word\">")[2].partition("<")[0] or cell for cell in row[:4]]
            for row in texts.persons_table(roles.holders(), called, SV)[1]]  # fmt: skip


@pytest.mark.live
def test_the_page_gives_and_takes_roles_and_tells_where_each_comes_from(ada, line, monkeypatch):
    bo = logged_in("Bo Berg")
    logged_in("Cia Dal", Held("analyst", Scope("Norr")))
    provided = "Inloggningstjänsten, vid den senaste inloggningen"
    assert rows() == [["Bo Berg", "Ingen roll", "", ""], ["Cia Dal", "Analytiker", "Norr", provided]]
    app = opened("roles", monkeypatch, role=ADMINISTRATOR)
    assert "1 person har en roll." in text(app)
    assert [each.disabled for each in app.button if each.key == "give"] == [True]
    app.selectbox(key="give to").set_value(bo)
    app.selectbox(key="give role").set_value("head").run()
    assert "eller en ersättare med skriftlig delegation" in text(app)
    app.button(key="give").click().run()
    assert "Bo Berg har nu rollen Förvaltningschef." in text(app)
    today = SV.date(clock.today())
    assert rows()[0] == ["Bo Berg", "Förvaltningschef", "Allt", f"Given här av Ada Ek, {today}"]
    app.selectbox(key="take").set_value((bo, "head")).run()
    app.button(key=f"take {bo} head").click().run()
    assert "Bo Berg har inte längre rollen Förvaltningschef." in text(app)
    assert granted() == {}


@pytest.mark.live
def test_the_page_offers_to_give_a_role_to_everybody_but_oneself(ada, monkeypatch):
    logged_in("Bo Berg")
    sessions.begin(Identity(ISSUER, "ada", "Ada Ek", ()), token="", now=clock.now())
    assert [row[0] for row in rows()] == ["Ada Ek", "Bo Berg"]
    app = opened("roles", monkeypatch, role=ADMINISTRATOR)
    assert [option for option in app.selectbox(key="give to").options if option] == ["Bo Berg"]


@pytest.mark.live
def test_a_role_is_not_given_for_everything_where_the_chosen_part_is_gone(ada, line, monkeypatch):
    bo, part = logged_in("Bo Berg"), Scope("Norr")
    monkeypatch.setattr(texts, "scopes", lambda *_: [None, part])
    app = opened("roles", monkeypatch, role=ADMINISTRATOR)
    app.selectbox(key="give to").set_value(bo)
    app.selectbox(key="give role").set_value("head")
    app.selectbox(key="give scope").set_value(part).run()
    monkeypatch.setattr(texts, "scopes", lambda *_: [None])
    app.button(key="give").click().run()
    assert granted() == {}
    assert "Välj avgränsning igen." in text(app)
    app.button(key="give").click().run()
    assert [*granted()] == [bo]


@pytest.mark.live
def test_a_page_that_is_open_gives_nothing_once_the_administration_is_gone(ada, monkeypatch):
    bo = logged_in("Bo Berg")
    app = opened("roles", monkeypatch, role=ADMINISTRATOR)
    app.selectbox(key="give to").set_value(bo)
    app.selectbox(key="give role").set_value("head").run()
    monkeypatch.setattr(sessions, "user", lambda _: User("Ada Ek", COORDINATOR, ada.person))
    app.button(key="give").click().run()
    assert granted() == {}
    monkeypatch.setattr(sessions, "user", lambda _: User("Ada Ek", NO_ROLE, ada.person))
    app.run()
    assert "har ingen roll här. Fråga Sara." in text(app)


def test_roles_of_different_scopes_are_marked_since_they_let_nobody_in(ada):
    cia = logged_in("Cia Dal", Held("analyst", Scope("Norr")))
    roles.give(ada, cia, Held("management"))
    table = texts.persons_table(roles.holders(), names(people.everybody(), SV), SV)[1]
    assert ["skiljer sig från de andra rollerna: släpps inte in" in row[2] for row in table] == [True, True]
    assert texts.state(roles.holders(), SV) == ["0 personer har en roll."]


def test_two_persons_of_one_name_are_told_apart(ada):
    first, second = logged_in("Bo Berg"), people.known("https://other", "bo", "Bo Berg")
    called = names(people.everybody(), SV)
    assert (called[first], called[second]) == (f"Bo Berg ({first})", f"Bo Berg ({second})")


def test_the_scopes_of_an_organisation_are_its_departments_and_units():
    units = [{"organisation": "O", "department": d, "unit": u} for d, u in (("B", "x"), ("A", "y"), (None, "z"))]
    found = [None if each is None else (each.department, each.unit) for each in texts.scopes(["O"], units)]
    assert found == [None, (None, None), ("A", None), ("A", "y"), ("B", None), ("B", "x"), (None, "z")]


def test_every_permission_has_its_words():
    assert {*WORDS} == {*Permission}


# --- In a browser -----------------------------------------------------------------------------------------------------


ADA, NILS, DISA = "Ada Administratör", "Nils Nyanställd", "Disa Delanalytiker"
REFUSED = f"Du är inloggad som {NILS}, men har ingen roll här."


def log_in(browser, address, name):
    page = browser.new_context(viewport={"width": 1280, "height": 1400}).new_page()
    page.goto(address)
    page.click("a.button")
    page.click(f"button[value='{name}']")
    return page


def choose(page, label, option):
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()
    settle(page)


def press(page, name, then):
    page.get_by_role("button", name=name).click()
    page.get_by_text(then).wait_for()
    settle(page)


def gives_and_takes(ada, nils):
    """Ada gives Nils a role, which opens the pages at his next click, and takes it, which closes them at the next."""
    choose(ada, "Person", NILS)
    choose(ada, "Roll", "Analytiker")
    press(ada, "Ge en roll", f"{NILS} har nu rollen Analytiker.")
    nils.reload()
    settle(nils)
    assert "når målet" in said(nils)
    choose(ada, "Ta bort en roll", f"{NILS} · Analytiker")
    press(ada, "Ta bort en roll", f"{NILS} har inte längre rollen Analytiker.")
    nils.locator(".v-over").first.dispatch_event("click")
    nils.get_by_text(REFUSED).wait_for()


def leaves(nils, here):
    """The way out leads to the provider, and nothing calls the window back."""
    nils.get_by_role("link", name="Logga ut").click()
    nils.wait_for_url(f"{here.issuer}/**")
    nils.goto(here.address)
    assert nils.inner_text("a.button") == "Logga in"


def reads_what_happened(ada):
    """The trail tells of it, also in a file, which is an entry itself."""
    ada.get_by_role("link", name="Logg", exact=True).click()
    settle(ada)
    assert ada.locator("td", has_text="Ändrade en roll").count() == 2
    with ada.expect_download(timeout=PATIENCE) as download:
        ada.get_by_role("button", name="Ladda ner som CSV").click()
    rows = download.value.path().read_text("utf-8-sig").splitlines()
    assert [f";Ändrade en roll;Analytiker;Gavs; person: {NILS};" in row.replace('"', "") for row in rows].count(
        True
    ) == 1
    ada.reload()
    settle(ada)
    assert ada.locator("td", has_text="Laddade ner ett utdrag").count() == 1


@pytest.mark.exhaustive  # tests/serving/test_gate.py holds the same without a browser
def test_in_the_demonstration_a_role_opens_the_pages_and_closes_them_at_the_next_click(tmp_path):
    with started(tmp_path) as here, browsing() as browser:
        nils = log_in(browser, here.address, NILS)
        assert REFUSED in nils.inner_text("main")
        login(here, DISA)
        ada = log_in(browser, f"{here.address}/roles", ADA)
        settle(ada)
        assert ada.locator("[role=dialog]").count() == 0
        assert "· Förskola" in ada.locator("tr", has_text=DISA).inner_text()
        gives_and_takes(ada, nils)
        leaves(nils, here)
        reads_what_happened(ada)
