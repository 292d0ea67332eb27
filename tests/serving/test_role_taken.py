"""A role that is taken away with a page open, on a real server: the files of the page are made no more."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from compliance.store import register
from tests.command import run_here
from tests.provided import login, person, service, stream
from tests.reviewed import SYSTEMS


@pytest.fixture
def here(tmp_path, monkeypatch):
    export = tmp_path / "s.csv"
    export.write_text(SYSTEMS.strip().replace("|", ";"), "utf-8")
    said = ("--extract-date", "2026-11-01", "--source", "systems")
    assert run_here(tmp_path / "own.duckdb", "load", export, *said).returncode == 0
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))
    with service(tmp_path, (person("bo"),)) as running:
        yield running


def heard(socket: Any, last: str) -> Iterator[ForwardMsg]:
    """The messages of the server until one of a kind."""
    kind = ""
    while kind != last:
        said = ForwardMsg.FromString(socket.recv(timeout=60))
        kind = said.WhichOneof("type")
        yield said


def opened(socket: Any, page: str, **query: str) -> tuple[str, list[str]]:
    """Open a page; the session's id, and the ids of the files that it offers."""
    asked = BackMsg()
    asked.rerun_script.page_name, asked.rerun_script.query_string = page, urlencode(query)
    socket.send(asked.SerializeToString())
    said = [*heard(socket, "script_finished")]
    buttons = [each.delta.new_element.download_button for each in said if each.WhichOneof("type") == "delta"]
    [session] = {each.new_session.initialize.session_id for each in said if each.WhichOneof("type") == "new_session"}
    return session, [each.deferred_file_id for each in buttons if each.deferred_file_id]


def asked_for(socket: Any, session: str, file: str) -> Any:
    """What the server answers to a click on a download button."""
    asked = BackMsg()
    asked.backend_operation_request.session_id = session
    asked.backend_operation_request.deferred_file.file_id = file
    socket.send(asked.SerializeToString())
    *_, answer = heard(socket, "backend_operation_response")
    return answer.backend_operation_response


def test_the_files_of_an_open_page_are_made_for_those_who_still_hold_the_role_and_told(here):
    client, who = login(here, "bo"), ("analyst", "--issuer", here.issuer, "--subject", "bo")
    assert run_here(here.database, "role", "give", *who).returncode == 0
    with stream(here, client) as socket:
        session, files = opened(socket, "extracts", as_of="2026-11-20")
        made = asked_for(socket, session, files[2])
        assert client.get(f"{here.address}{made.deferred_file.url}").status_code == 200
        assert run_here(here.database, "role", "take", *who).returncode == 0
        refused = asked_for(socket, session, files[2])
    assert (refused.error_msg != "", refused.deferred_file.url) == (True, "")
    entries = register.own().rows("entries", after=0)
    kinds = [row["action"] for row in entries]
    assert kinds == ["load", "login", "role", "extract", "role", "refusal"]
    told = json.loads(entries[3]["details"])
    assert (entries[3]["person"], told["format"], told["day"]) == (entries[1]["person"], "csv", "2026-11-20")
