"""The gate on a real server with a real provider: nobody gets in without a session, and a session ends for good."""

import json
import re
import sqlite3
from contextlib import ExitStack, closing, suppress
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from compliance.access import people, roles, sessions
from compliance.access.permissions import ADMINISTRATOR, User
from compliance.access.roles import Held
from compliance.serving.gate import MOST_WINDOWS, OVER
from compliance.store import register
from tests.command import run_here
from tests.layers import first_of
from tests.provided import PAGE, authorize, begin, button, login, person, served, service, stream
from tests.reviewed import SYSTEMS
from tests.serving.test_table import opens_its_pages_and_no_other

pytestmark = pytest.mark.live

GROUPS = [f"group {number:04} of a directory with long names" for number in range(400)]
PEOPLE = (
    person("anna", "coordinator", groups=GROUPS, picture="x" * 5_000),
    person("bo", "analyst"),
    person("cilla"),
    person("eva"),
    person("dan", "management", aud=[]),
    person("ada", "administrator"),
)
PAGES = ("/", "/point", "/imports", "/extracts", "/review")
# All that a server of Streamlit's answers, and what is ours.
OTHERS = (
    "/_stcore/metrics", "/_stcore/health", "/_stcore/host-config", "/_stcore/script-health-check",
    "/_stcore/agent/interact", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp", "/_stcore/bidi-components/x/y.js",
    "/component/x/index.html", "/media/0.csv", "/app/static/style.css", "/static/js/index.js", "/auth/login",
    "/vendor/x", "/favicon.png", "/no/such/page", "/pages/point.py",
)  # fmt: skip
# Streamlit answers with its page where it has no such file of its frontend.
OPEN = {"/_stcore/health", "/_stcore/host-config", "/app/static/style.css", "/favicon.png", "/static/js/index.js"}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gate")
    export = folder / "s.csv"
    export.write_text(SYSTEMS.strip().replace("|", ";"), "utf-8")
    said = ("--extract-date", "2026-11-01", "--source", "systems")
    assert run_here(folder / "own.duckdb", "load", export, *said).returncode == 0
    with service(folder, PEOPLE) as running:
        yield running


def status(here, client, path, method="GET", **headers):
    return client.request(method, f"{here.address}{path}", headers={**PAGE, **headers}).status_code


def until_closed(socket):
    """All that the server still says."""
    with suppress(ConnectionClosed):
        while True:
            yield socket.recv(timeout=20)


def refused(here, client, **headers):
    with pytest.raises(InvalidStatus) as handshake, stream(here, client, **headers):
        pass
    return handshake.value.response.status_code


# --- Nobody -----------------------------------------------------------------------------------------------------------


def test_nobody_reaches_anything_but_the_way_to_the_login(here):
    with httpx2.Client() as nobody:
        for path in (*PAGES, *OTHERS):
            answer = nobody.get(f"{here.address}{path}", headers=PAGE)
            assert answer.status_code == 401, path
            assert "Streamlit" not in answer.text
            assert (path in PAGES) == ("/login?next=" in answer.text), path
        upload = f"{here.address}/_stcore/upload_file/some-session/some-file"
        assert nobody.put(upload, headers={"origin": here.address}).status_code == 401
        assert refused(here, nobody) == 403
        assert nobody.get(f"{here.address}/healthz").text == nobody.get(f"{here.address}/readyz").text == "ok"


@pytest.mark.parametrize(
    "cookies",
    [
        {"compliance": "guessed"},
        {"compliance": "x" * 5_000},
        {"_streamlit_user": "eyJpc19sb2dnZWRfaW4iOiB0cnVlfQ.a.b"},
        {"compliance": "", "x-compliance-session": "1"},
    ],
)
def test_a_cookie_that_was_made_up_opens_nothing(here, cookies):
    with httpx2.Client(cookies=cookies) as forged:
        assert status(here, forged, "/") == status(here, forged, "/app/static/style.css") == 401
        assert refused(here, forged, **{"X-Compliance-Session": "0" * 64}) == 403


# --- Logging in -------------------------------------------------------------------------------------------------------


def test_somebody_of_400_groups_gets_in_and_the_browser_has_one_random_id(here):
    page = "/point?point=classification&lang=en"
    client = login(here, "anna", page)
    assert [*client.cookies] == ["compliance"]
    assert re.fullmatch(r"[\w-]{43}", client.cookies["compliance"])
    answer = client.get(f"{here.address}{page}", headers=PAGE)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    with stream(here, client) as socket:
        rerun = BackMsg()
        rerun.rerun_script.query_string = "lang=sv"
        socket.send(rerun.SerializeToString())
        assert socket.recv(timeout=20)
    assert {path for path in OTHERS if status(here, client, path) == 200} == OPEN
    for path in set(OTHERS) - OPEN:
        assert status(here, client, path) == 404, path


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(here):
    client = httpx2.Client()
    answer = client.get(authorize(client, begin(here, client), "bo"))
    [cookie] = [said for said in answer.headers.get_list("set-cookie") if said.startswith("compliance=")]
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {"httponly", "path=/", "samesite=lax"}
    assert not [said for said in answer.headers.get_list("set-cookie") if "_streamlit_user" in said]


def test_another_host_of_the_domain_cannot_log_a_browser_in_as_somebody_else(here):
    mine, other = httpx2.Client(), httpx2.Client()
    back = authorize(mine, begin(here, mine), "bo")
    # It can set every cookie in a browser but those with the prefix __Host-, which ours have behind TLS.
    tossed = {name: value for name, value in mine.cookies.items() if not name.startswith("compliance")}
    said = {"cookie": "; ".join(f"{name}={value}" for name, value in tossed.items())}
    assert other.get(back, headers=said).status_code == 403
    assert not other.cookies


def test_a_login_in_a_second_window_does_not_hinder_the_first(here):
    client = httpx2.Client()
    first, _ = (authorize(client, begin(here, client, page), "bo") for page in ("/point", "/review"))
    assert client.get(first).headers["location"] == "/point"
    assert [*client.cookies] == ["compliance"]


def test_the_answer_of_the_provider_is_taken_once_and_in_the_browser_that_asked(here):
    mine, other = httpx2.Client(), httpx2.Client()
    back = authorize(mine, begin(here, mine), "bo")
    assert status(here, other, back.removeprefix(here.address)) == 403
    assert not other.cookies.get("compliance")
    again = authorize(mine, begin(here, mine), "bo")
    # A program that looks at links before a person does takes nothing away.
    assert mine.head(again).status_code == mine.options(f"{here.address}/login").status_code == 405
    assert mine.get(again).status_code == 302
    assert mine.get(again).status_code == 401
    assert other.get(f"{here.address}/oauth2callback?code=x&state=y").status_code == 401


@pytest.mark.parametrize(
    "target",
    first_of(
        [
            "https://example.org/",
            "//example.org",
            "/\\example.org",
            "///point",
            " //example.org/",
            " /point",
            "///",
            "/nowhere",
            "javascript:alert(1)",
            "/point\r\nx: y",
            "",
        ],
        3,
    ),
)
def test_a_login_leads_to_pages_of_ours_alone(here, target):
    with httpx2.Client() as client:
        form = client.get(f"{here.address}/login", params={"next": target}).headers["location"]
        assert client.get(authorize(client, form, "bo")).headers["location"] == "/"


def test_a_refusal_of_the_provider_is_one_short_line_of_the_log(here):
    forged = '{"number": 9, "event": "login"}'
    said = {
        "error": "access_denied",
        "error_description": f"\n\x1b[31m\x85{forged}\u2028{forged}\x0b{forged}{'x' * 9_000}",
    }
    with httpx2.Client() as client:
        state = parse_qs(urlsplit(begin(here, client, "/point")).query)["state"][0]
        answer = client.get(f"{here.address}/oauth2callback", params={"state": state, **said})
    assert (answer.status_code, button(answer.text)) == (403, "/login?next=%2Fpoint")
    [line] = [line for line in here.log.split("\n") if "access_denied" in line]
    assert len(line) < 500
    assert line.isascii()
    assert line.isprintable()
    assert not [line for line in here.log.splitlines() if line.startswith(forged)]


def test_a_token_for_nobody_lets_nobody_in_and_says_so(here):
    with httpx2.Client() as client:
        answer = client.get(authorize(client, begin(here, client, "/point"), "dan"))
        assert answer.status_code == 403
        assert "dess aud är inte det som begärdes" in answer.text
        assert button(answer.text) == "/login?next=%2Fpoint"
        assert not client.cookies.get("compliance")


def test_somebody_without_a_role_sees_a_sentence_and_whom_to_ask(here):
    client = login(here, "cilla")
    for path in PAGES:
        answer = client.get(f"{here.address}{path}", headers=PAGE)
        assert answer.status_code == 403
        assert "Du är inloggad som Cilla, men har ingen roll här. Fråga Sara, 0123." in answer.text
    assert {status(here, client, path) for path in OTHERS} == {403}
    assert refused(here, client) == 403


# --- Within -----------------------------------------------------------------------------------------------------------


def test_a_page_of_another_origin_opens_no_stream_and_sends_no_file(here):
    client = login(here, "anna")
    assert refused(here, client, Origin="https://example.org") == 403
    sent = client.put(f"{here.address}/_stcore/upload_file/a/b", headers={"origin": "https://example.org"})
    assert sent.status_code == 403


def test_an_administrator_opens_the_pages_of_the_table_and_no_other(here):
    opens_its_pages_and_no_other(ADMINISTRATOR, here, login(here, "ada"))


def test_what_no_page_needs_reaches_nothing(here):
    """Streamlit's tools for whoever writes an app would empty everybody's caches, and write files beside the app."""
    tools = [BackMsg(clear_cache=True), BackMsg(set_run_on_save=True), BackMsg(load_git_info=True), BackMsg()]
    for tool in ("install_skills", "dismiss_skills_nudge", "dataframe_chunk"):
        asked = BackMsg()
        getattr(asked.backend_operation_request, tool).SetInParent()
        tools.append(asked)
    with stream(here, login(here, "bo")) as socket:
        for asked in tools:
            socket.send(asked.SerializeToString())
        socket.send(b"\xff")
        socket.send(BackMsg(app_heartbeat=True).SerializeToString())
        said = ForwardMsg.FromString(socket.recv(timeout=20))
        assert said.heartbeat_ack, said


def said(socket, kind):
    """What the server says of a kind, after all that it says before."""
    while (message := ForwardMsg.FromString(socket.recv(timeout=30))).WhichOneof("type") != kind:
        yield message
    yield message


def drawn(socket, page):
    """What the server draws of a page, and the id that Streamlit has given its session."""
    asked = BackMsg()
    asked.rerun_script.page_name = page
    socket.send(asked.SerializeToString())
    messages = "".join(map(str, said(socket, "script_finished")))
    return messages, re.search(r'session_id: "([\w-]+)"', messages)[1]


def test_a_file_is_made_for_the_page_that_offers_it_and_for_the_roles_of_then(here, monkeypatch):
    bo, anna, asked = login(here, "bo"), login(here, "anna"), BackMsg()
    operation = asked.backend_operation_request
    with stream(here, bo) as mine, stream(here, anna) as hers:
        (page, my_session), (_, her_session) = drawn(mine, "plan"), drawn(hers, "about")
        operation.deferred_file.file_id = re.search(r'deferred_file_id: "(\w+)"', page)[1]
        for socket, session in ((hers, her_session), (mine, my_session)):
            operation.session_id = session
            socket.send(asked.SerializeToString())
        *_, made = said(mine, "backend_operation_response")
    assert here.log.count('"event": "extract"') == 1
    address = made.backend_operation_response.deferred_file.url
    assert (status(here, bo, address), status(here, anna, address)) == (200, 404)
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(here.database))
    roles.give(User("", ADMINISTRATOR, "p0"), people.known(here.issuer, "bo", ""), Held(ADMINISTRATOR.id))
    assert (status(here, bo, "/plan"), status(here, bo, address)) == (200, 404)


def test_a_file_is_taken_of_nobodys_page_but_ones_own(here):
    for who in ("anna", "bo"):
        answer = login(here, who).put(f"{here.address}/_stcore/upload_file/a/b", headers={"origin": here.address})
        assert answer.status_code == 403, who


def test_the_field_of_settings_takes_files_of_who_runs_the_service(here):
    """unknown: the page has such a field, and has not asked for this file"""
    found = {}
    for who in ("ada", "anna"):
        client = login(here, who)
        with stream(here, client) as socket:
            _, session = drawn(socket, "settings")
            upload = f"{here.address}/_stcore/upload_file/{session}/{'0' * 32}"
            found[who] = client.put(upload, headers={"origin": here.address}).status_code
    assert found == {"ada": 404, "anna": 403}


def test_a_person_has_no_more_windows_than_somebody_opens_and_others_keep_their_own(here):
    bo, in_another_browser = login(here, "bo"), login(here, "bo")
    with ExitStack() as windows:
        for number in range(MOST_WINDOWS):
            windows.enter_context(stream(here, bo if number % 2 else in_another_browser))
        assert [refused(here, bo), refused(here, in_another_browser)] == [403, 403]
        windows.enter_context(stream(here, login(here, "anna")))
    with stream(here, bo):
        pass


# --- The end ----------------------------------------------------------------------------------------------------------


def test_logging_out_ends_the_session_for_good_in_all_windows(here):
    client = login(here, "bo")
    kept = dict(client.cookies)
    with stream(here, client) as socket:
        assert status(here, client, "/auth/logout", **{"sec-fetch-site": "cross-site"}) == 403
        assert status(here, client, "/") == 200
        out = client.get(f"{here.address}/auth/logout", headers={"sec-fetch-site": "same-origin"})
        assert out.headers["location"].startswith(f"{here.issuer}/")
        *_, last = until_closed(socket)
    assert ForwardMsg.FromString(last).auth_redirect.url == "/"
    assert socket.close_code == OVER
    replayed = httpx2.Client(cookies=kept)
    assert status(here, replayed, "/") == 401
    assert refused(here, replayed) == 403
    told = [json.loads(line) for line in here.log.splitlines() if line.startswith('{"number"')]
    assert {entry["event"] for entry in told} >= {"login", "logout", "refusal"}
    assert "Traceback" not in here.log


@pytest.mark.parametrize(
    "past", first_of(["seen_at = '2000-01-01T00:00:00.000000'", "ends_at = '2000-01-01T00:00:00.000000'"])
)
def test_a_session_that_is_over_by_itself_closes_its_windows(past, here):
    """Not used for an hour, or eight hours old: the register is told of another time."""
    client = login(here, "bo")
    key = sessions.key_of(client.cookies["compliance"])
    with stream(here, client) as socket:
        with closing(sqlite3.connect(here.database.with_name("register.sqlite"))) as register:
            register.execute(f"update sessions set {past} where key = ?", [key])
            register.commit()
        assert status(here, client, "/") == 401
        *_, last = until_closed(socket)
    assert ForwardMsg.FromString(last).auth_redirect.url == "/"
    assert refused(here, client) == 403


@pytest.mark.exhaustive
def test_a_session_survives_a_restart_of_the_server(here, tmp_path):
    with served(tmp_path, here.issuer) as before:
        client = login(before, "bo")
    with served(tmp_path, here.issuer, port=int(before.address.rpartition(":")[2])) as restarted:
        assert status(restarted, client, "/") == 200


def offered(socket, page, **query):
    """The id of a session that opens a page, and the ids of the files that the page offers."""
    asked = BackMsg()
    asked.rerun_script.page_name, asked.rerun_script.query_string = page, urlencode(query)
    socket.send(asked.SerializeToString())
    heard = [*said(socket, "script_finished")]
    buttons = [each.delta.new_element.download_button for each in heard if each.WhichOneof("type") == "delta"]
    [session] = {each.new_session.initialize.session_id for each in heard if each.WhichOneof("type") == "new_session"}
    return session, [each.deferred_file_id for each in buttons if each.deferred_file_id]


def asked_for(socket, session, file):
    """What the server answers to a click on a download button."""
    asked = BackMsg()
    asked.backend_operation_request.session_id = session
    asked.backend_operation_request.deferred_file.file_id = file
    socket.send(asked.SerializeToString())
    *_, answer = said(socket, "backend_operation_response")
    return answer.backend_operation_response


# The last test, since Streamlit writes to the log how a file was refused.
def test_the_files_of_an_open_page_are_made_for_those_who_still_hold_the_role_and_told(here, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(here.database))
    client, who = login(here, "eva"), ("analyst", "--issuer", here.issuer, "--subject", "eva")
    assert run_here(here.database, "role", "give", *who).returncode == 0
    with stream(here, client) as socket:
        session, files = offered(socket, "extracts", as_of="2026-11-20")
        made = asked_for(socket, session, files[2])
        assert client.get(f"{here.address}{made.deferred_file.url}").status_code == 200
        assert run_here(here.database, "role", "take", *who).returncode == 0
        refused = asked_for(socket, session, files[2])
    assert (refused.error_msg != "", refused.deferred_file.url) == (True, "")
    loaded, *others = register.own().rows("entries", after=0)
    entered, _, extracted, *_ = mine = others[-5:]
    kinds = [row["action"] for row in (loaded, *mine)]
    assert kinds == ["load", "login", "role", "extract", "role", "refusal"]
    told = json.loads(extracted["details"])
    assert (extracted["person"], told["format"], told["day"]) == (entered["person"], "csv", "2026-11-20")
