"""The service behind Debian's nginx with the configuration of `deploy/`, as it is reached by others."""

import re
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
import oidc_provider_mock
import pytest
from websockets.exceptions import InvalidStatus

from compliance.access.sessions import key_of
from compliance.serving.front import LOGOUT
from tests import once
from tests.ports import free_port
from tests.provided import PAGE, login, person, served, stream
from tests.proxied import CHAIN, HOST, certificate, nginx
from tests.session import BOUNDARY, TOKEN, Session, form

pytestmark = pytest.mark.live

GROUPS = [f"group {number:04} of a directory with long names" for number in range(400)]
PEOPLE = (person("anna", "coordinator", groups=GROUPS), person("bo", "analyst"))


@dataclass(frozen=True)
class Proxy:
    """nginx: its folder and its ports, those of the servers behind it, and where browsers reach it.

    The second server is seldom there.
    """

    folder: Path
    tls: int
    plain: int
    behind: int
    spare: int

    @property
    def address(self):
        return f"https://{HOST}:{self.tls}"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    found = Proxy(tmp_path_factory.mktemp("nginx"), *(free_port() for _ in range(4)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SSL_CERT_FILE", str(certificate(found.folder)))
        with nginx(found.folder, tls=found.tls, plain=found.plain, behind=[found.behind, found.spare]):
            yield found


@pytest.fixture(scope="module")
def here(proxy):
    """The service as browsers reach it. It is known to the provider, and to itself, by its public address alone."""
    once.new(proxy.folder / "own.duckdb")
    with oidc_provider_mock.run_server_in_thread(user_claims=PEOPLE) as provider:
        issuer, public = f"http://localhost:{provider.server_port}", {"COMPLIANCE_PUBLIC_ADDRESS": proxy.address}
        with served(proxy.folder, issuer, port=proxy.behind, **public) as running:
            yield replace(running, address=proxy.address)


def put(client, page, file, content):
    """Send a file of a page, and return the status of the answer."""
    client.get(f"{page.address}/_stcore/health")
    said = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", "origin": page.address}
    said["x-xsrftoken"] = client.cookies[TOKEN]
    return client.put(f"{page.address}/_stcore/upload_file/{page.id}/{file}", content=content, headers=said).status_code


def test_somebody_of_400_groups_logs_in_opens_a_page_sends_a_file_and_logs_out(here):
    client = login(here, "anna", "/imports?lang=en")
    assert "__Host-compliance" in client.cookies
    opened = client.get(f"{here.address}/imports", headers=PAGE)
    assert (opened.status_code, opened.headers["strict-transport-security"]) == (200, "max-age=63072000")
    with stream(here, client) as socket:
        page = Session(here.address, socket)
        page.opens("imports")
        [file] = page.asks(1)
        assert put(client, page, file, form(b"a;b\n" * 500_000)) == 204
    [charts] = re.findall(r"data-later=.\./(\S+)", opened.text)
    code = client.get(f"{here.address}/{charts}", headers={"accept-encoding": "gzip"}).headers
    assert (code["content-encoding"], code["cache-control"]) == ("gzip", "private, immutable, max-age=31536000")
    assert client.get(f"{here.address}/static/js/none.js").headers["cache-control"] == "no-store"
    out = client.get(f"{here.address}{LOGOUT}", headers={"sec-fetch-site": "same-origin"})
    assert out.headers["location"].startswith(f"{here.issuer}/")
    assert client.get(here.address, headers=PAGE).status_code == 401


def test_the_cookies_travel_through_tls_alone(here):
    kept = {cookie.name: cookie for cookie in login(here, "bo").cookies.jar}
    for name in ("__Host-compliance", "compliance_server"):
        assert (kept[name].secure, kept[name].path, kept[name].domain_specified) == (True, "/", False)
        assert kept[name].has_nonstandard_attr("HttpOnly")


@pytest.mark.parametrize(
    "said",
    [
        {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": HOST, "Forwarded": f"for=127.0.0.1;host={HOST}"},
        {"X-Forwarded-Proto": "http", "Upgrade": "h2c", "Connection": "Upgrade, X-Forwarded-For"},
        {"X-Compliance-Session": "key", "X_Compliance_Session": "key"},
    ],
)
def test_what_a_browser_says_of_itself_opens_nothing(said, here):
    key = key_of(login(here, "bo").cookies["__Host-compliance"])
    said = {name: key if value == "key" else value for name, value in said.items()}
    with httpx2.Client() as nobody:
        assert nobody.get(here.address, headers={**PAGE, **said}).status_code == 401
        assert nobody.get(f"{here.address}/app/static/style.css", headers=said).status_code == 401
        with pytest.raises(InvalidStatus), stream(here, nobody, **said):
            pass


def test_another_name_gets_no_answer(proxy):
    for address in (proxy.address, f"http://{HOST}:{proxy.plain}"):
        with pytest.raises(httpx2.RemoteProtocolError):
            httpx2.get(address, headers={"host": "example.org"})


def test_what_comes_without_tls_is_sent_to_the_address_with_it(proxy):
    answer = httpx2.get(f"http://{HOST}:{proxy.plain}/point?point=dpia")
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{HOST}/point?point=dpia")


def test_the_longest_address_passes(here):
    answer = httpx2.get(f"{here.address}/point", params={"unit": "å" * 2_600}, headers=PAGE)
    assert answer.status_code == 401
    assert "/login?next=" in answer.text


def test_while_the_service_is_away_a_sentence_says_so(tmp_path):
    certificate(tmp_path)
    tls = free_port()
    with nginx(tmp_path, tls=tls, plain=free_port(), behind=[free_port()]):
        answer = httpx2.get(f"https://{HOST}:{tls}/", verify=ssl.create_default_context(cafile=tmp_path / CHAIN))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "Försök igen om en stund." in answer.text
    assert answer.headers["strict-transport-security"]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_tls_is_1_2_or_newer_and_offers_http_2(proxy):
    modern, old = (ssl.create_default_context(cafile=proxy.folder / CHAIN) for _ in range(2))
    modern.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection((HOST, proxy.tls)) as plain,
        modern.wrap_socket(plain, server_hostname=HOST) as secure,
    ):
        assert secure.selected_alpn_protocol() == "h2"
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection((HOST, proxy.tls)) as plain,
        pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"),
    ):
        old.wrap_socket(plain, server_hostname=HOST)


@pytest.mark.exhaustive
def test_nobody_keeps_others_from_logging_in(here):
    many = httpx2.Client(transport=httpx2.HTTPTransport(local_address="127.0.0.3"))
    answers = [many.get(f"{here.address}/oauth2callback?state=x&code=x") for _ in range(80)]
    assert [answer.status_code for answer in answers[:40]] == [401] * 40
    assert answers[-1].status_code == 429
    assert "Många loggar in just nu." in answers[-1].text
    assert answers[-1].headers["strict-transport-security"]
    assert many.get(here.address, headers=PAGE).status_code == 401
    assert login(here, "bo")


def test_whether_the_service_is_well_is_told_to_this_machine_alone(here):
    elsewhere = httpx2.Client(transport=httpx2.HTTPTransport(local_address="127.0.0.2"))
    for path in ("/healthz", "/readyz"):
        assert httpx2.get(f"{here.address}{path}").text == "ok"
        assert elsewhere.get(f"{here.address}{path}").status_code == 403


@pytest.mark.parametrize("path", ["/metrics", "/metrics?x=1", "//metrics", "/%6detrics", "/a/../metrics", "/metrics/"])
def test_the_values_of_the_service_are_told_by_the_server_alone(path, here, proxy):
    """Behind nginx everybody comes from this machine, who may ask for them."""
    said = {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1"}
    for headers in ({}, said):
        answer = httpx2.get(f"{here.address}{path}", headers=headers)
        assert answer.status_code in {401, 404}
        assert "compliance_" not in answer.text
    assert "compliance_ready " in httpx2.get(f"http://127.0.0.1:{proxy.behind}/metrics").text


def test_the_log_names_addresses_without_what_is_asked_for_there(here):
    log = here.database.with_name("compliance.log").read_text("utf-8")
    assert "/oauth2callback 302" in log
    assert "code=" not in log
    assert "unit=" not in log


# --- Two servers ------------------------------------------------------------------------------------------------------


@pytest.fixture
def second(here, proxy, tmp_path):
    """A second server, which knows who is logged in at the first."""
    (tmp_path / "register.sqlite").symlink_to(here.database.with_name("register.sqlite"))
    once.new(tmp_path / "own.duckdb")
    with served(tmp_path, here.issuer, port=proxy.spare, COMPLIANCE_PUBLIC_ADDRESS=here.address) as running:
        yield running


def server_of(client, address):
    """The server that answers a page, as the browser is told of it."""
    assert client.get(address, headers=PAGE).status_code == 200
    return client.cookies["compliance_server"]


def at(here, number):
    """A browser of somebody who has logged in and is at a server."""
    client = login(here, "anna")
    client.cookies.delete("compliance_server")
    while server_of(client, here.address) != number:
        client.cookies.delete("compliance_server")
    return client


def slowly(content, begun, until):
    """A file whose last piece is not sent before something has happened."""
    yield content[:-9]
    begun.set()
    until.wait(20)
    yield content[-9:]


@pytest.mark.exhaustive
def test_a_browser_stays_at_its_server_until_that_stops_and_loses_nothing_that_is_under_way(here, second):
    client, other = at(here, "2"), at(here, "2")
    assert {server_of(client, here.address) for _ in range(6)} == {"2"}
    with stream(here, client) as socket:
        page, begun, drained = Session(here.address, socket), threading.Event(), threading.Event()
        page.opens("imports")
        first, later = page.asks(2)
        with ThreadPoolExecutor() as pool:
            sent = pool.submit(put, client, page, first, slowly(form(b"a;b\n"), begun, drained))
            assert begun.wait(20)
            second.process.terminate()
            while httpx2.get(f"{second.address}/readyz").status_code == 200:
                time.sleep(0.05)
            assert server_of(other, here.address) == "1"
            assert at(here, "1")
            assert put(client, page, later, form(b"a;b\n")) == 204
            drained.set()
            assert sent.result(20) == 204
        page.opens("imports")
        # told once more, it does not wait for the page that is still open
        second.process.terminate()
        second.process.wait(10)
    with stream(here, client) as socket:
        Session(here.address, socket).opens("imports")
        assert "compliance_server=1" in socket.response.headers["set-cookie"]
