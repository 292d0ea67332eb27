"""What the server tells whoever watches over it: in the format of Prometheus, and to nobody else."""

import asyncio
import logging
import socket
import time
from collections.abc import Iterator

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from compliance import __version__
from compliance.declarations.settings import load_settings
from compliance.serving import metrics
from compliance.serving.guarding import Guard
from compliance.serving.health import Health
from compliance.serving.metrics import PAGES, REGISTRY, Counting
from tests import once
from tests.browser import serving
from tests.session import session

HOST = b"127.0.0.1:8501"


async def nothing(scope, receive, send):
    """An app that has nothing."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def asked(path="/metrics", *, peer="127.0.0.1", method="GET", own=None, query=b"", **headers):
    """The first message and the text of what a server without pages answers; in a header's name _ stands for -."""
    sent, settings = [], load_settings(own)
    app = Health(nothing, unready=lambda: "", settings=lambda: settings)
    said = {"host": HOST, **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "scheme": "http",
        "client": peer and (peer, 50_000),
        "headers": [(name.replace("_", "-").encode(), value) for name, value in said.items()],
    }

    async def send(message):
        sent.append(message)

    asyncio.run(Counting(Guard(app, settings=lambda: settings, ours=[]))(scope, None, send))
    return sent[0], b"".join(message.get("body", b"") for message in sent).decode()


def values(text) -> dict[str, float]:
    """Each value by its name and labels, as Prometheus' own parser reads the text."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {f"{each.name}{sorted(each.labels.items()) or ''}": each.value for each in samples}


def requests(kind, status):
    return REGISTRY.get_sample_value("compliance_requests_total", {"kind": kind, "status": status}) or 0


# --- Who may ask ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.13", "10.1.2.3", "fe80::7%eth0"])
def test_it_answers_a_declared_address(peer, tmp_path):
    (tmp_path / "server.toml").write_text('metrics_from = ["10.0.0.13", "10.1.0.0/16", "fe80::/10"]\n', "utf-8")
    start, text = asked(peer=peer, own=tmp_path)
    assert start["status"] == 200
    said = dict(start["headers"])
    assert said[b"content-type"] == b"text/plain; version=0.0.4; charset=utf-8"
    assert said[b"cache-control"] == b"no-store"
    assert text.endswith("\n")
    assert values(text)[f"compliance_build_info[('version', '{__version__}')]"] == 1


@pytest.mark.parametrize("peer", ["127.0.0.2", "10.0.0.13", "::2", "::ffff:10.0.0.13", "", "prometheus", "testclient"])
def test_it_tells_others_nothing(peer):
    start, text = asked(peer=peer)
    assert (start["status"], text) == (403, "")


@pytest.mark.parametrize(
    "name", ["x_forwarded_for", "x_forwarded_proto", "x_forwarded_host", "forwarded", "via", "x_real_ip"]
)
def test_what_a_proxy_passes_on_is_refused(name):
    """Behind one on this machine everybody would come from this machine."""
    assert asked()[0]["status"] == 200
    start, text = asked(**{name: b"127.0.0.1"})
    assert (start["status"], text) == (403, "")


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        (b"10.0.0.11:8501", "/metrics", 200),
        (b"[fd00::1]:8501", "/metrics", 200),
        (b"10.0.0.11:8501", "/readyz", 200),
        (b"example.org", "/metrics", 400),
        (b"10.0.0.11.example.org", "/metrics", 400),
        (b"10.0.0.11:8501", "/", 400),
    ],
)
def test_a_server_may_be_watched_at_its_ip_address_and_seen_at_its_name_alone(host, path, status):
    assert asked(path, host=host)[0]["status"] == status


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("OPTIONS", 405), ("POST", 405), ("PUT", 405)])
def test_it_is_only_read(method, status):
    assert asked(method=method)[0]["status"] == status


def test_no_question_and_no_wish_changes_what_is_told():
    start, text = asked(query=b"name[]=up", accept=b"application/openmetrics-text; version=1.0.0")
    assert (start["status"], dict(start["headers"])[b"content-type"][:25]) == (200, b"text/plain; version=0.0.4")
    assert {*values(text)} == {*values(asked()[1])}


# --- What is told -----------------------------------------------------------------------------------------------------


def test_strange_addresses_add_no_series():
    asked("/")
    asked("/a")
    asked("/a/b\x00")
    asked()
    before = values(asked()[1])
    counted = requests("other", "404")
    for number in range(1_000):
        asked(f"/{number}/{number}" if number % 2 else f"/{number}\x00")
    after = values(asked()[1])
    assert requests("other", "404") == counted + 1_000
    assert {*after} == {*before}


def test_a_page_that_is_none_adds_no_series():
    for page in (*PAGES, "other"):
        metrics.note_page(page, 0.2)
    before = {*values(asked()[1])}
    metrics.note_page("Norra förvaltningen", 0.2)
    assert {*values(asked()[1])} == before


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "page"), ("/point", "page"), ("/login", "login"), ("/readyz", "watching"), ("/media/a.pdf", "download"),
        ("/static/a.js", "static"), ("/app/static/style.css", "static"), ("/_stcore/upload_file/a/b", "upload"),
        ("/_stcore/stream", "stream"), ("/_stcore/health", "other"), ("/point/", "other"), ("/points", "other"),
    ],
)  # fmt: skip
def test_a_request_is_counted_by_what_was_asked_for(path, kind):
    assert metrics.kind_of(path) == kind


def test_the_time_of_an_answer_ends_with_its_last_piece():
    async def slow(scope, receive, send):
        await nothing(scope, receive, send)
        await asyncio.sleep(0.02)

    def seconds():
        return REGISTRY.get_sample_value("compliance_request_seconds_sum", {"kind": "page"}) or 0

    async def send(message):
        pass

    before = seconds()
    asyncio.run(Counting(slow)({"type": "http", "path": "/"}, None, send))
    assert seconds() - before >= 0.02


def test_who_goes_before_an_answer_begins_is_counted_without_a_status():
    async def gone(scope, receive, send):
        pass

    before = requests("upload", "none")
    asyncio.run(Counting(gone)({"type": "http", "path": "/_stcore/upload_file/a/b"}, None, None))
    assert requests("upload", "none") == before + 1


def test_an_error_in_the_log_is_a_fault_and_a_warning_is_none():
    log, counting = logging.getLogger("compliance.tests.metrics"), metrics.Faults()
    before = REGISTRY.get_sample_value("compliance_faults_total")
    log.addHandler(counting)
    log.warning("a refusal")
    log.error("a fault")
    log.removeHandler(counting)
    assert REGISTRY.get_sample_value("compliance_faults_total") == before + 1


# --- On a real server -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> Iterator:
    folder = tmp_path_factory.mktemp("watched")
    with serving(once.new(folder / "own.duckdb")) as running:
        yield running


def scraped(here) -> dict[str, float]:
    answer = httpx2.get(f"{here.address}/metrics")
    assert answer.status_code == 200
    return values(answer.text)


def until(here, name, wanted):
    """The values once one of them is what it must become; what a browser sees comes a moment before."""
    end = time.monotonic() + 60
    while (found := scraped(here)).get(name) != wanted and time.monotonic() < end:
        time.sleep(0.05)
    assert found.get(name) == wanted, found
    return found


@pytest.mark.live
def test_what_people_do_is_counted(here):
    before = scraped(here)
    assert before["compliance_sessions"] == 0
    with session(here.address) as one, session(here.address) as two:
        one.opens("imports")
        one.opens("quality")
        two.opens("quality")
        [file] = [*one.asks(1)]
        assert httpx2.get(f"{here.address}/nowhere").status_code == 200
        found = until(here, "compliance_page_seconds_count[('page', 'quality')]", 2)
        assert found["compliance_sessions"] == 2
        assert found["compliance_page_seconds_count[('page', 'imports')]"] == 1
        assert found["compliance_requests_total[('kind', 'stream'), ('status', '101')]"] == 2
        assert found["compliance_requests_total[('kind', 'other'), ('status', '200')]"] == 1
        assert found["process_resident_memory_bytes"] > 100e6
        assert file
    until(here, "compliance_sessions", 0)


@pytest.mark.live
def test_a_request_that_no_server_understands_stops_nothing(here):
    port = int(here.address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        assert plain.recv(1000).startswith(b"HTTP/1.1 400")
    assert scraped(here)
