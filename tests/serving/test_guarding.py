"""Which requests the server accepts, and the headers of every answer."""

import asyncio
import logging
from itertools import product

import pytest

from compliance.bending.page import PAGES
from compliance.commands.server import OURS
from compliance.declarations.settings import load_settings
from compliance.serving import guarding
from compliance.store import failures

HOST = b"127.0.0.1:8501"
PUBLIC = "https://efterlevnad.example.se"
WANTED = {
    b"content-security-policy", b"x-content-type-options", b"x-frame-options", b"referrer-policy",
    b"permissions-policy", b"cross-origin-opener-policy", b"cross-origin-resource-policy",
}  # fmt: skip


async def served(scope, _receive, send):
    """An app of one page that any origin may read; /fault raises an error, and /away a refusal."""
    if scope["path"] == "/fault":
        raise ValueError("a fault of ours")
    if scope["path"] == "/away":
        raise failures.away("database")
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept", "host": dict(scope["headers"])[b"host"]})
        return
    headers = [(b"access-control-allow-origin", b"*"), (b"x-content-type-options", b"sniff")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ours"})


def messages(path="/", *, kind="http", method="GET", query=b"", public="", app=served, **headers):
    """Send a request through the guard and return the messages of the answer. In a header's name, _ stands for -."""
    sent = []

    async def send(message):
        sent.append(message)

    all_headers = {"host": HOST, **headers}
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "query_string": query,
        "scheme": "http" if kind == "http" else "ws",
        "server": ("127.0.0.1", 8501),
        "headers": [
            (name.replace("_", "-").encode(), value) for name, value in all_headers.items() if value is not None
        ],
        "extensions": {"websocket.http.response": {}},
    }
    settings = load_settings(None, public_address=public)
    asyncio.run(guarding.Guard(app, settings=lambda: settings, ours=OURS)(scope, None, send))
    return sent


def status(*args, **kwargs):
    return messages(*args, **kwargs)[0].get("status", 101)


ANSWERS = {
    "a page": ({}, 200),
    "a fault": ({"path": "/fault"}, 500),
    "a database that is away": ({"path": "/away"}, 503),
    "a name too long for any file": ({"path": "/app/static/" + "a" * 9_000}, 404),
    "a long name in few characters": ({"path": "/app/static/" + "å" * 200}, 404),
    "a name with a NUL": ({"path": "/app/static/a\x00b"}, 404),
    "a line break": ({"path": "/media/a\r\nb"}, 404),
    "no path": ({"path": "*", "method": "OPTIONS"}, 404),
    "another server's address": ({"path": "http://example.org/"}, 404),
    "a long query": ({"query": b"unit=" + b"a" * 100_000}, 414),
    "a flood of headers": ({f"x_{number}": b"a" * 500 for number in range(100)}, 431),
    "a page that is sent something": ({"method": "POST"}, 405),
    "a method that nobody knows": ({"method": "BREW"}, 405),
    "a file that is not uploaded there": ({"method": "PUT"}, 405),
    "an upload that is read": ({"path": "/_stcore/upload_file/a/b"}, 405),
    "a foreign name": ({"host": b"example.org"}, 400),
    "a foreign page that uploads": (
        {"path": "/_stcore/upload_file/a/b", "method": "PUT", "origin": b"http://example.org"},
        403,
    ),
    "a foreign page's websocket": (
        {"path": guarding.STREAM, "kind": "websocket", "origin": b"http://example.org"},
        403,
    ),
    "another websocket": ({"path": "/", "kind": "websocket", "origin": b"http://127.0.0.1:8501"}, 404),
    "its own websocket": ({"path": guarding.STREAM, "kind": "websocket", "origin": b"http://127.0.0.1:8501"}, 101),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_every_answer_has_its_status_and_the_headers(case, caplog):
    params, wanted = ANSWERS[case]
    start, *rest = messages(**params)
    assert start.get("status", 101) == wanted
    names = [name for name, _ in start["headers"]]
    assert set(names) >= WANTED
    assert len(names) == len(set(names))
    assert not [name for name in names if name.startswith(b"access-control")]
    assert dict(start["headers"])[b"x-content-type-options"] == b"nosniff"
    # A refusal is a sentence; only a fault of the app is logged as an error, and what is away as a warning.
    assert all(part["body"].decode() for part in rest)
    logged = {500: [logging.ERROR], 503: [logging.WARNING]}.get(wanted, [])
    assert [record.levelno for record in caplog.records] == logged


def test_a_refusal_says_what_may_be_done():
    assert dict(messages(method="POST")[0]["headers"])[b"allow"] == b"GET, HEAD, OPTIONS"
    assert dict(messages("/_stcore/upload_file/a/b")[0]["headers"])[b"allow"] == b"DELETE, OPTIONS, PUT"


def test_a_refusal_is_in_the_language_of_who_asks():
    swedish, english = "Den här adressen finns inte.", "There is nothing at this address."
    assert messages("*")[1]["body"].decode() == swedish
    assert messages("*", query=b"lang=en")[1]["body"].decode() == english
    assert messages("*", referer=b"http://localhost:8501/imports?lang=en")[1]["body"].decode() == english
    assert messages("*", referer=b"http://[")[1]["body"].decode() == swedish
    assert messages("*", query=b"lang=xx")[1]["body"].decode() == swedish


def test_a_fault_is_told_without_its_words_and_can_be_found_in_the_log(caplog):
    body = messages("/fault")[1]["body"].decode()
    assert "a fault of ours" not in body
    assert caplog.records[0].args[0] in body


def test_an_answer_that_breaks_off_is_not_begun_anew():
    async def half(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        messages(app=half)


NAMES = ("localhost", "127.0.0.1", "[::1]")


@pytest.mark.parametrize("public", ["", PUBLIC])
def test_the_server_answers_to_its_own_names(public):
    accepted = [*NAMES, *(["efterlevnad.example.se", "EFTERLEVNAD.example.se:443"] if public else [])]
    unknown = [
        "example.org", "localhost.example.org", "127.0.0.1.example.org", "127.0.0.2", "0.0.0.0", "", "[::2]", "[::1",
        "localhost:port", "a@localhost", "localhost/", "localhost:8501:8501", "efterlevnad.example.se.example.org",
    ]  # fmt: skip
    assert {name: status(host=name.encode(), public=public) for name in accepted} == dict.fromkeys(accepted, 200)
    assert {name: status(host=name.encode(), public=public) for name in unknown} == dict.fromkeys(unknown, 400)
    assert status(host=None, public=public) == 400


def stream(origin, **named):
    return status(guarding.STREAM, kind="websocket", origin=None if origin is None else origin.encode(), **named)


def test_a_websocket_comes_from_this_machine_with_the_servers_own_port():
    accepted = {f"http://{name}:8501" for name in NAMES}
    others = {f"{s}://{n}{p}" for s, n, p in product(("http", "https", "ws"), NAMES, ("", ":80", ":8502", ":8501"))}
    others |= {"null", "", "http://example.org", "http://example.org:8501", "http://127.0.0.1:8501.example.org"}
    others |= {"http://localhost:8501/", "http://localhost:8501 http://example.org", "http://a@localhost:8501", PUBLIC}
    assert {origin for origin in accepted | others if stream(origin) == 101} == accepted
    assert stream(None) == 403


def test_a_websocket_comes_from_the_public_address_where_there_is_one():
    accepted = {PUBLIC}
    others = {f"http://{name}:8501" for name in NAMES} | {"http://efterlevnad.example.se", f"{PUBLIC}:8501"}
    others |= {f"{PUBLIC}.example.org", "https://example.se", "null"}
    assert {origin for origin in accepted | others if stream(origin, public=PUBLIC) == 101} == accepted
    assert stream(None, public=PUBLIC) == 403


def test_streamlit_is_never_led_to_ask_for_its_address_elsewhere():
    """Streamlit looks it up if the Host of a websocket differs from that of its page."""
    [accepted] = messages(guarding.STREAM, kind="websocket", origin=PUBLIC.encode(), public=PUBLIC)
    assert accepted["host"] == b"efterlevnad.example.se"


def test_what_is_read_may_be_asked_for_from_anywhere_and_read_nowhere_else():
    assert status(origin=b"http://example.org") == 200
    assert dict(messages(origin=b"http://example.org")[0]["headers"])[b"cross-origin-resource-policy"] == b"same-origin"


def test_the_policy_lets_nothing_in_from_elsewhere():
    policy = dict(OURS)[b"content-security-policy"].decode()
    sources = {name: rest for name, *rest in (part.split() for part in policy.split("; "))}
    assert sources["default-src"] == ["'none'"]
    assert sources["frame-ancestors"] == sources["object-src"] == ["'none'"]
    assert sources["base-uri"] == sources["form-action"] == sources["connect-src"] == ["'self'"]
    kinds = {"'none'", "'self'", "data:", "blob:"}
    assert {s for name, rest in sources.items() for s in rest if name not in {"script-src", "style-src"}} <= kinds
    assert sources["script-src"][0] == "'self'"
    # The one of Streamlit's page, and one for each language.
    assert len(sources["script-src"]) == 4
    assert all(source.startswith("'sha256-") for source in sources["script-src"][1:])


def test_the_page_has_no_other_script_in_it_than_the_policy_knows():
    assert len(guarding.INLINE.findall(PAGES[0])) == 1
    assert PAGES[0].count("<script") == 2  # The second one is the file of the program.
