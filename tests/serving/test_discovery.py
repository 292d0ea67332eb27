"""The provider is asked once what it calls itself: another name stops the start, no answer does not."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from compliance.core.language import Language
from compliance.declarations.settings import load_settings
from compliance.serving.provider import Provider


@pytest.fixture
def provider():
    """A provider that answers what a test wants, with its address."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(self.server.status)
            self.end_headers()
            self.wfile.write(self.server.said if self.path == "/.well-known/openid-configuration" else b"")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        server.address = f"http://127.0.0.1:{server.server_port}"
        yield server
        server.shutdown()
        thread.join()


def login(issuer):
    said = {"ISSUER": issuer, "CLIENT_ID": "compliance", "CLIENT_SECRET": "secret", "CONTACT": "Sara"}
    variables = {f"COMPLIANCE_LOGIN_{name}": value for name, value in said.items()}
    return load_settings(None, public_address="http://localhost:1", login=variables).login


def refusal(settings):
    return Provider(settings, "http://localhost:1").refusal()


@pytest.mark.live
def test_a_provider_that_calls_itself_otherwise_stops_the_start(provider):
    provider.status = 200
    provider.said = f'{{"issuer": "{provider.address}/"}}'.encode()
    assert refusal(login(f"{provider.address}/")) is None
    said = Language("sv").refusal(refusal(login(provider.address)))
    assert f"kallar sig ”{provider.address}/”, inte ”{provider.address}”" in said


@pytest.mark.live
@pytest.mark.parametrize(("status", "said"), [(500, b""), (404, b'{"issuer": "x"}'), (200, b"<html>"), (200, b"[]")])
def test_one_that_gives_no_such_answer_is_told_in_the_log_alone(status, said, provider, caplog):
    provider.status, provider.said = status, said
    assert refusal(login(provider.address)) is None
    assert provider.address in caplog.text


def test_one_that_cannot_be_reached_is_told_in_the_log_alone(caplog):
    assert refusal(login("http://127.0.0.1:9")) is None
    assert "Nobody can log in as long as http://127.0.0.1:9/.well-known" in caplog.text
