"""A city's service: PostgreSQL, two servers behind nginx, and an importer, as `make city` starts them."""

import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import httpx2
import oidc_provider_mock
import pytest

from compliance.intake.taking import IN
from compliance.store.file import FileDatabase
from compliance.store.following import Waits
from tests import once, postgres
from tests.machines import with_all_of
from tests.provided import PAGE, authorize, begin, button, login, person, served, stream
from tests.session import Session
from tools.administrations import NAMES
from tools.city import city, put_exports


@pytest.mark.exhaustive
def test_what_the_importer_loads_is_shown_by_every_server_to_those_who_may_see_it(tmp_path):
    first, second = NAMES[:2]
    with city(tmp_path, NAMES[:2]) as here:
        for name in (first, second):
            put_exports(here.inbox / name / IN, name, days=[date(2026, 11, 15)])
        loading = here.load()
        said, _ = loading.communicate(timeout=120)
        assert (loading.returncode, said.count("import ")) == (0, 4), said
        assert not list(here.inbox.glob(f"*/{IN}/*"))
        service = replace(here.servers[0], address=here.address)
        for number in ("1", "2"):
            everything, part = (drawn(service, name, number) for name in ("Karin Koordinator", "Fia Förvaltningschef"))
            assert first in everything
            assert second in everything
            assert first in part
            assert second not in part
        # a server goes by what it has read of a session itself
        client = login(service, "Karin Koordinator")
        assert all("kan inte nås" not in shown(service, client, number) for number in ("1", "2"))
        here.store.stop()
        time.sleep(Waits().fresh)
        # not asked of nginx, which answers with whichever server it finds
        assert [httpx2.get(f"{each.address}/readyz").status_code for each in here.servers] == [200, 200]
        for number in ("1", "2"):
            assert "kan inte nås" in shown(service, client, number)


def drawn(service, name, number):
    """The city's page as a person sees it at a server."""
    return shown(service, login(service, name), number)


def shown(service, client, number):
    """The same as somebody sees it who is logged in."""
    client.cookies.set("compliance_server", number, "localhost.local", "/")
    with stream(service, client) as socket:
        page, texts = Session(service.address, socket), []
        for name in ("city", "overview"):
            page.opens(name)
            texts.append(page.text)
        return " ".join(texts)


@contextmanager
def waiting(store, folder, issuer):
    """A service of the database of a PostgreSQL that does not run, when it has started."""
    said = {"COMPLIANCE_DATABASE": store.create("own"), "COMPLIANCE_FOLDER": str(folder)}
    with_all_of(FileDatabase.at(once.new(folder / "own.duckdb")), said["COMPLIANCE_DATABASE"], folder / "other")
    store.stop()
    with served(folder, issuer, ready="/healthz", **said) as here:
        assert "The service waits for its database: " in here.log
        yield here
        assert "Traceback" not in here.log


def answers(client, address, wanted):
    """Whether somebody gets an answer with a status, within a while."""
    for _ in range(300):
        if client.get(address, headers=PAGE).status_code == wanted:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.exhaustive
def test_a_service_waits_for_its_database_and_somebody_who_logs_in_while_it_stands_still_reads_why(tmp_path):
    """at the first start there is no copy to go on with; the unit of systemd gives a service up that ends four times"""
    people = [person("bo", "coordinator")]
    with (
        postgres.server() as store,
        oidc_provider_mock.run_server_in_thread(user_claims=people) as provider,
        waiting(store, tmp_path, f"http://localhost:{provider.server_port}") as here,
    ):
        asked = httpx2.get(f"{here.address}/readyz")
        assert (asked.status_code, "the database cannot be reached" in asked.text) == (503, True)
        assert button(httpx2.get(here.address, headers=PAGE).text)
        store.start()
        assert answers(httpx2, f"{here.address}/readyz", 200)
        client, other = login(here, "bo"), httpx2.Client(timeout=60)
        back = authorize(other, begin(here, other), "bo")
        store.freeze()
        try:
            answer = other.get(back)
        finally:
            store.thaw()
        assert (answer.status_code, "Databasen svarar inte just nu" in answer.text) == (503, True)
        assert answers(client, here.address, 200)


@pytest.mark.exhaustive
def test_a_service_that_waits_for_its_database_ends_when_it_is_told_to(tmp_path):
    with postgres.server() as store, waiting(store, tmp_path, "http://localhost:9") as here:
        here.process.terminate()
        here.process.wait(20)
