"""Who may see and do what: each line of docs/access.md, tried on a real server by everybody whom it tells of."""

import httpx2
import pytest

from compliance.access.permissions import READING, ROLES
from compliance.core.language import Language
from compliance.screens.frame import PAGES
from compliance.screens.widgets import HOME
from compliance.serving.gate import ROUTES, Need
from tests.provided import PAGE, RULES, login, person, service, stream
from tests.session import Session
from tools.acts import ACTS, sites
from tools.table import FILE, YES, markdown, page_answer, route_answer

SV = Language("sv")
LIMITED = '[[login.roles]]\nvalue = "C.limited"\nrole = "coordinator"\norganisation = "Annan"\n'
# Something at each address below which there are many, and what is answered there to somebody who may.
BELOW = {"/static/": ("favicon.svg", 200), "/app/static/": ("style.css", 200), "/media/": ("0.csv", 404)}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    people = [person(role.id, role.id) for role in ROLES] + [person("limited", "limited"), person("nobody")]
    with service(tmp_path_factory.mktemp("table"), people, rules=RULES + LIMITED) as running:
        yield running


def test_the_documentation_is_what_the_code_says():
    assert FILE.read_text("utf-8") == markdown(), "write it anew with: python -m tools.table"


def test_every_place_that_asks_for_a_permission_stands_in_the_table():
    assert {(module, function) for module, function, _ in sites()} == {*ACTS}


# Those of an administrator are tried in test_gate.py too, on the server that it has.
@pytest.mark.exhaustive
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.id)
def test_a_role_opens_its_pages_and_reaches_its_addresses_and_no_other(role, here):
    opens_its_pages_and_no_other(role, here, login(here, role.id))


def opens_its_pages_and_no_other(role, here, client):
    """Whoever has logged in with a role reaches on a server what the table says."""
    answered = statuses(here, client)
    assert answered == {path: BELOW.get(path, ("", 200))[1] for path in answered}
    sent = client.put(f"{here.address}/_stcore/upload_file/another/file", headers={"origin": here.address})
    assert sent.status_code == 403
    assert route_answer(role, Need.LOADING) in {YES, ""}
    with stream(here, client) as socket:
        page = Session(here.address, socket)
        for entry in PAGES:
            page.opens("" if entry.id == HOME else entry.id)
            # the address of the overview leads others on to the first page that their role opens
            assert page.there == (page_answer(role, entry) == YES or entry.id == HOME), entry.id
            assert "Något gick fel" not in page.text
            assert "v-top" in page.text


@pytest.mark.exhaustive
def test_whoever_is_limited_opens_what_reads_and_no_other(here):
    with stream(here, login(here, "limited")) as socket:
        page = Session(here.address, socket)
        for entry in PAGES:
            page.opens("" if entry.id == HOME else entry.id)
            assert page.there == (entry.permission in READING), entry.id


def statuses(here, client):
    """What is answered at an address of each kind."""
    found = {}
    for path, need in ROUTES.items():
        if need in {Need.NOTHING, Need.ADDRESS, Need.LOADING} or path.endswith("stream"):
            continue
        name, _ = BELOW.get(path, ("", 200))
        found[path] = client.get(f"{here.address}{path}{name}", headers=PAGE).status_code
    return found


@pytest.mark.exhaustive
def test_nobody_and_nobody_without_a_role_reach_any(here):
    with httpx2.Client() as nobody:
        assert set(statuses(here, nobody).values()) == {401}
    assert set(statuses(here, login(here, "nobody")).values()) == {403}
