"""Streamlit's texts in the words of the app: the page gets ours before any script runs."""

import asyncio
import json
import re
from pathlib import Path

import pytest
import streamlit

from compliance.bending.page import PageLanguage
from compliance.bending.words import FIRST, element, translated, translations, words
from compliance.core.language import LANGUAGES

FRONTEND = Path(streamlit.__file__).parent / "static"
PAGE = (FRONTEND / "index.html").read_text("utf-8")
PLACE = re.compile(r"\{\w+\}")


def test_nothing_of_streamlits_is_left_to_be_said_in_english():
    """A text that is the same in both languages must be the same word in both."""
    same = {own for texts in translations("sv").values() for own, text in texts.items() if own == text}
    left = {own for texts in words().values() for own in texts} - {
        own for texts in translations("sv").values() for own in texts
    }
    assert same == {"{n} – {month}"}
    assert left == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_values_in_a_word_are_those_that_streamlit_gives(code):
    for texts in translations(code).values():
        for own, text in texts.items():
            assert set(PLACE.findall(text)) <= set(PLACE.findall(own)), own


def test_the_words_cannot_end_the_element_that_they_stand_in():
    text = element()
    assert text.count("<") == 2
    inside = json.loads(re.sub(r"^<script[^>]*>|</script>$", "", text))
    assert {code: inside[code] for code in LANGUAGES} == {code: translations(code) for code in LANGUAGES}


@pytest.mark.parametrize(("code", "title"), [("sv", "Ledningens genomgång"), ("en", "Management review")])
def test_the_first_words_of_a_page_are_in_its_language(code, title):
    page = translated(PAGE, code)
    assert all(re.search(part, PAGE, re.DOTALL) for part in FIRST)
    assert f"<title>{title}</title>" in page
    assert "You need to enable JavaScript" not in page


def answer(path, *, accept="text/html", kind="text/html; charset=utf-8", body=b""):
    """The headers and the body that the middleware makes of an answer."""
    sent = []

    async def app(scope, receive, send):
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), (b"etag", b"x")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def send(message):
        sent.append(message)

    place, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": "GET",
        "path": place,
        "query_string": query.encode(),
        "headers": [(b"accept", accept.encode())],
    }
    asyncio.run(PageLanguage(app)(scope, None, send))
    return dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize(
    ("query", "code"), [("", "sv"), ("?lang=en", "en"), ("?lang=de", "sv"), ("?lang=%22%3E", "sv")]
)
def test_a_page_has_the_language_of_its_address_the_script_and_the_words(query, code):
    headers, body = answer(f"/point{query}", body=PAGE.encode())
    text = body.decode()
    assert f'<html lang="{code}">' in text
    # Streamlit reads the browser's language as soon as it starts.
    assert text.index("app/static/app.js") < text.index('type="module"')
    assert re.search(r'data-later="./static/js/PlotlyChart[^ ]+js ./static/js/DataFrame[^ ]+js"', text)
    assert element() in text
    assert headers[b"content-length"] == str(len(body)).encode()
    assert b"etag" not in headers


def test_a_file_that_a_browser_opens_as_a_page_is_left_as_it_is():
    content = b"\xff\xfe<head></head>"
    headers, body = answer("/media/report.docx", kind="application/octet-stream", body=content)
    assert body == content
    assert headers[b"etag"] == b"x"
    assert answer("/", accept="*/*", body=PAGE.encode())[1] == PAGE.encode()
