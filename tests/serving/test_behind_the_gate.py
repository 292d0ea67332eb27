"""The gate where what is behind it fails: a provider that does not answer, a register that cannot be read."""

import asyncio
import logging

import pytest

from compliance.access import sessions
from compliance.access.identity import Identity
from compliance.access.roles import Held
from compliance.core import clock, places
from compliance.core.language import Language
from compliance.declarations.login import Login
from compliance.serving import front, gate
from compliance.serving.guarding import STREAM
from compliance.serving.pending import Begun, Pending
from compliance.store import failures

pytestmark = pytest.mark.live

LOGIN = Login("https://login.example.se", "compliance", "secret", "", "roles", "openid", "", "Sara", ())


class Backend:
    """What the gate asks Streamlit for when somebody leaves."""

    farewell = b""

    def is_use(self, content):
        """Everything is."""
        return True

    def is_needed(self, content, key):
        """Everything is."""
        return True


@pytest.fixture(autouse=True)
def _own_register(tmp_path, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))


def gate_before(app, provider=None):
    said = {"login": LOGIN, "provider": provider, "pages": frozenset("/"), "backend": Backend(), "secure": False}
    return gate.Gate(app, **said, pending=Pending())


def test_a_session_is_over_before_the_provider_is_asked_for_its_logout():
    secret = sessions.begin(Identity(LOGIN.issuer, "bo", "Bo", ()), token="", now=clock.now())
    found, headers = [], [(b"cookie", f"compliance={secret}".encode()), (b"sec-fetch-site", b"same-origin")]
    scope = {"type": "http", "method": "GET", "path": front.LOGOUT, "query_string": b"", "headers": headers}

    async def nothing(_message=None):
        pass

    class Slow:
        async def logout(self, token):
            found.append(sessions.find(sessions.key_of(secret), now=clock.now()))
            return ""

    asyncio.run(gate_before(None, Slow())(scope, nothing, nothing))
    assert found == [None]


def test_no_message_passes_once_the_session_is_over_or_the_register_cannot_tell(caplog):
    held = (Held("analyst"),)
    secret = sessions.begin(Identity(LOGIN.issuer, "bo", "Bo", held), token="", now=clock.now())
    key, sent = sessions.key_of(secret), []
    scope = {
        "type": "websocket",
        "path": STREAM,
        "query_string": b"",
        "headers": [(b"cookie", f"compliance={secret}".encode())],
    }

    async def receive():
        return {"type": "websocket.receive", "bytes": b"message"}

    async def send(message):
        sent.append(message["type"])

    async def page(scope, receive, send):
        assert (await receive())["type"] == "websocket.receive"
        moved = places.own().register.rename(places.own().register.with_name("moved"))
        assert await receive() == {"type": "websocket.disconnect", "code": gate.UNTOLD, "reason": ""}
        moved.rename(places.own().register)
        sessions.end(sessions.find(key, now=clock.now()))
        assert await receive() == {"type": "websocket.disconnect", "code": gate.OVER, "reason": ""}

    asyncio.run(gate_before(page)(scope, receive, send))
    assert sent == ["websocket.close", "websocket.send", "websocket.close"]
    # one line of what is expected, and not the tracebacks of two who have met it
    assert [(record.message[:21], record.exc_info) for record in caplog.records] == [("A window is closed: T", None)]


def test_windows_are_watched_again_once_the_register_can_be_read(monkeypatch, caplog):
    monkeypatch.setattr(gate, "WATCH_SECONDS", 0.01)
    places.own().register.mkdir()

    async def until_told_to_leave(scope, receive, send):
        while "Whether sessions are over cannot be told" not in caplog.text:
            await asyncio.sleep(0.01)
        places.own().register.rmdir()
        await asyncio.wait_for(window.over.wait(), 10)

    watched = gate_before(until_told_to_leave)
    window = gate._Socket("key", "Bo")
    watched._sockets.add(window)
    with caplog.at_level(logging.WARNING):
        asyncio.run(asyncio.wait_for(watched({"type": "lifespan"}, None, None), 20))
    assert window.over.is_set()


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_whoever_logs_in_while_the_database_is_away_reads_why(monkeypatch, caplog, lang):
    """It is one line in the log, and where they wanted to go is not lost to a plain text."""
    sent = []

    async def send(message):
        sent.append(message)

    async def known(*_):
        return Identity(LOGIN.issuer, "bo", "Bo", ()), ""

    def away(*_, **__):
        raise failures.away("db1/compliance")

    here = gate_before(None)
    here.pending.add("state", Begun("nonce", "verifier", "/", "browser"))
    monkeypatch.setattr(here, "_known", known)
    monkeypatch.setattr(sessions, "begin", away)
    query = f"state=state&lang={lang}".encode()
    scope = {"type": "http", "method": "GET", "path": gate.CALLBACK, "query_string": query, "headers": []}
    with caplog.at_level(logging.WARNING):
        asyncio.run(here(scope, None, send))
    body = b"".join(message.get("body", b"") for message in sent).decode()
    assert sent[0]["status"] == 503
    assert Language(lang)(gate.AWAY) in body
    assert front.login_address("/") in body
    assert "db1" not in body
    assert [(record.message[:20], record.exc_info) for record in caplog.records] == [("Nobody can log in: T", None)]
