"""What the server adds to Streamlit: the page in the reader's language and never cached, and late downloads."""

import asyncio
import ctypes
import threading
from pathlib import Path

import pytest
from streamlit.runtime import media_file_manager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from compliance.commands import server
from compliance.commands.server import DownloadFiles, PageLanguage, main
from compliance.store import stores

PAGE = b'<!doctype html><html lang="en"><head></head><body></body></html>'
KEPT = {
    b"accept": b"text/html",
    b"range": b"bytes=5-9",
    b"if-modified-since": b"Wed, 25 Nov 2026 10:00:00 GMT",
    b"if-none-match": b'"1"',
}


async def file(scope, _receive, send):
    """An app with one file, which has not changed since any version that a browser has."""
    headers_in = dict(scope["headers"])
    old = {b"if-modified-since", b"if-none-match", b"range"} & headers_in.keys()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(PAGE)).encode()),
        (b"etag", b'"1"'),
        (b"last-modified", KEPT[b"if-modified-since"]),
    ]
    await send({"type": "http.response.start", "status": 304 if old else 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if old or scope["method"] == "HEAD" else PAGE})


def answered(method="GET", query=b"", headers=KEPT):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "query_string": query, "headers": list(headers.items())}
    asyncio.run(PageLanguage(file)(scope, None, send))
    start, body = sent
    return start["status"], dict(start["headers"]), body["body"].decode()


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_a_page_that_a_browser_has_kept_is_sent_anew_in_its_language(lang):
    """The file is Streamlit's, so an upgrade of the product does not change its date."""
    status, headers, body = answered(query=f"lang={lang}".encode())
    assert status == 200
    assert f'<html lang="{lang}"' in body
    assert headers[b"content-length"] == str(len(body.encode())).encode()
    assert not {b"etag", b"last-modified"} & headers.keys()


def test_what_is_no_page_may_be_kept():
    assert answered(headers={**KEPT, b"accept": b"*/*"})[0] == 304


def test_a_question_about_the_head_alone_is_not_touched():
    headers = {b"accept": b"text/html"}
    assert answered("HEAD", headers=headers)[1][b"content-length"] == str(len(PAGE)).encode()


def test_a_setting_that_is_amiss_is_told_before_the_server_starts(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))
    monkeypatch.setenv("LC_ALL", "sv_SE.UTF-8")
    monkeypatch.setattr("sys.argv", ["server"])
    (tmp_path / "server.toml").write_text("[uploads]\nfiles = 0\n", "utf-8")
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "server.toml: files är ett heltal från 1 till 1000000.\n"


def test_memory_that_nobody_uses_is_given_back():
    """Most of it lies between blocks that are still in use."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    blocks = [libc.malloc(100_000) for _ in range(600)]
    for block in blocks:
        ctypes.memset(block, 1, 100_000)
    for place, block in enumerate(blocks):
        if place % 100 < 99:
            libc.free(block)
    before = resident()
    server.give_back()
    assert before - resident() > 30
    for block in blocks[99::100]:
        libc.free(block)


def resident():
    """The megabytes of this process."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) // 1024


# --- Who reaches it ---------------------------------------------------------------------------------------------------

LOGIN = {"COMPLIANCE_LOGIN_CLIENT_ID": "c", "COMPLIANCE_LOGIN_CLIENT_SECRET": "s", "COMPLIANCE_LOGIN_CONTACT": "Sara"}
NOT_STARTED = {
    "an address for others": (
        ["--address", "0.0.0.0"],
        {"COMPLIANCE_PUBLIC_ADDRESS": "https://efterlevnad.example.se"},
        ["svarar servern bara den här datorn, inte på 0.0.0.0", "inte på https://efterlevnad.example.se"],
    ),
    "a folder for others": (
        ["--login"],
        {**LOGIN, "COMPLIANCE_LOGIN_ISSUER": "http://127.0.0.1:9", "COMPLIANCE_PUBLIC_ADDRESS": "http://localhost:1"},
        ["Ge den rättigheterna 0700."],
    ),
}


def test_a_service_without_a_login_does_not_start(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))
    monkeypatch.setenv("LC_ALL", "sv_SE.UTF-8")
    monkeypatch.setattr("sys.argv", ["server", "--login"])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().err == "Ingen inloggning är inställd: [login] i server.toml.\n"


@pytest.mark.parametrize("case", NOT_STARTED)
def test_a_server_that_would_let_others_in_does_not_start(monkeypatch, capsys, tmp_path, case):
    arguments, environment, words = NOT_STARTED[case]
    tmp_path.chmod(0o755)
    for name, value in {
        **environment,
        "COMPLIANCE_DATABASE": str(tmp_path / "own.duckdb"),
        "LC_ALL": "sv_SE.UTF-8",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["server", "--port", "0", *arguments])
    monkeypatch.setattr(server.logs, "begin", lambda: pytest.fail("it starts"))
    with pytest.raises(SystemExit) as ended:
        main()
    error = capsys.readouterr().err
    assert (ended.value.code, [said for said in words if said not in error]) == (1, []), error
    assert [*tmp_path.iterdir()] == []


# --- Files that are requested while a page is drawn again -------------------------------------------------------------


@pytest.fixture
def handed_out(monkeypatch):
    """A store with a file whose button has been drawn again, and the old id of the file."""
    monkeypatch.setattr(media_file_manager, "_get_session_id", lambda: "session")
    store = DownloadFiles(storage=MemoryMediaFileStorage("/media"))
    file = store.add_deferred(lambda: b"made", "text/csv", "0.0")
    store.clear_session_refs()
    store.remove_orphaned_files()
    return store, file


def test_a_click_that_is_later_than_the_run_it_begins_gets_its_file(handed_out):
    store, file = handed_out
    assert store.execute_deferred(file).startswith("/media/")


def test_a_file_of_a_button_that_is_long_gone_is_not_made(handed_out, monkeypatch):
    store, file = handed_out
    monkeypatch.setattr(server, "DOWNLOAD_GRACE", 0)
    store.remove_orphaned_files()
    with pytest.raises(MediaFileStorageError):
        store.execute_deferred(file)


def test_streamlit_keeps_what_it_hands_out_in_that_store():
    assert server.streamlit_runtime.MediaFileManager is DownloadFiles


@pytest.mark.live
def test_a_server_whose_shared_store_is_away_is_ready_as_long_as_it_has_a_copy(
    postgres_database, tmp_path, monkeypatch
):
    monkeypatch.setattr(server, "WARM", threading.Event())
    server.WARM.set()
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path))
    monkeypatch.setenv("COMPLIANCE_DATABASE", postgres_database)
    with stores.own().writing() as cursor:
        cursor.execute("insert into events values (moment(), 'test', 'note', 'first')")
    assert server.unready() == ""
    monkeypatch.setenv("COMPLIANCE_DATABASE", "postgresql://nobody@127.0.0.1:1/none")
    assert server.unready() == ""
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path / "empty"))
    assert server.unready() == "the database cannot be reached, and there is no copy of it yet"
