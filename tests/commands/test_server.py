"""What the server adds to Streamlit: the page in the reader's language and never cached, and late downloads."""

import asyncio

import pytest
from streamlit.runtime import media_file_manager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from compliance.commands import server
from compliance.commands.server import DownloadFiles, PageLanguage, main

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
