"""A city's service: PostgreSQL, two servers behind nginx, and an importer, as `make city` starts them."""

import time
from dataclasses import replace
from datetime import date

import httpx2
import pytest

from compliance.store.following import Waits
from tests.provided import login, stream
from tests.session import run
from tools.administrations import NAMES
from tools.city import city, put_exports


@pytest.mark.exhaustive
def test_what_the_importer_loads_is_shown_by_every_server_to_those_who_may_see_it(tmp_path):
    first, second = NAMES[:2]
    with city(tmp_path, NAMES[:2]) as here:
        for name in (first, second):
            put_exports(here.inbox / name, name, days=[date(2026, 11, 15)])
        loading = here.load()
        said, _ = loading.communicate(timeout=120)
        assert (loading.returncode, said.count("import ")) == (0, 4), said
        assert not list(here.inbox.glob("*/*.xlsx"))
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
        return run(socket, "city")[1] + run(socket, "overview")[1]
