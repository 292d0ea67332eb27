"""The end of a server: who is told what, and how long it takes; with nginx and two servers in test_behind_nginx.py."""

import asyncio
import time

import pytest

from compliance.serving.draining import Draining, Visits


def asked(scope, visits):
    """The status and the body of the answer of a server that answers nothing itself, which is 200."""
    sent = []

    async def app(scope, receive, send):
        sent.append({"status": 200, "headers": [], "body": b""})

    async def send(message):
        sent.append(message)

    asyncio.run(Draining(app, visits=visits, pages=frozenset(["/", "/point"]))(scope, None, send))
    start, body = sent[0], sent[-1].get("body")
    return start["status"], dict(start["headers"]).get(b"retry-after"), body.decode()


@pytest.mark.parametrize(
    ("path", "status"), [("/", 503), ("/point", 503), ("/static/a.js", 200), ("/media/a.pdf", 200)]
)
def test_a_server_that_ends_refuses_pages_in_words_and_nothing_else(path, status):
    visits = Visits()
    scope = {"type": "http", "path": path, "query_string": b"lang=sv", "headers": []}
    assert asked(scope, visits)[0] == 200
    visits.ending = True
    expected = (503, b"10", "Servern startas om. Försök igen om en stund.") if status == 503 else (200, None, "")
    assert asked(scope, visits) == expected


@pytest.mark.parametrize(("leaves", "least"), [(0.2, 0.2), (None, 0.5)])
def test_it_waits_for_the_last_visit_but_not_longer_than_it_may(leaves, least):
    async def ended():
        visits, begun = Visits(), time.monotonic()
        visits.under_way = 1
        if leaves:
            asyncio.get_running_loop().call_later(leaves, setattr, visits, "under_way", 0)
        await asyncio.wait_for(visits.end(0.5 if leaves is None else 600), 60)
        return time.monotonic() - begun

    assert least <= asyncio.run(ended())
