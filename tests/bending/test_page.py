"""Streamlit's page is sent in the reader's language, and never one that a browser has kept."""

import asyncio

import pytest

from compliance.bending.page import PageLanguage

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
