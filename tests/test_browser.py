"""The real app in a real browser: fresh servers, links, and from a messy file to a figure and back to its row."""

import csv
import http.client
import io
import re
import time
import urllib.request

import openpyxl
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from compliance.markers import SHEET
from compliance.places import SAMPLES
from compliance.server import OURS
from tests.browser import browsing, serving, settle, visit
from tests.files import doctor_files
from tests.sampled import beside

pytestmark = pytest.mark.browser

SYSTEMS = next(SAMPLES.glob("2026-10-31/Systemregister*.xlsx"))
WORDS = {
    "sv": {
        "start": "Börja med egna exporter",
        "load": re.compile(r"Läs in \d+ rader"),
        "overview": "Se översikten",
        "empty": "Ingen export är inläst än.",
        "point": "4 Informations\u00adklassning",
        "csv": "Ladda ner som CSV",
        "met": "Uppfyllt",
        "outcome": "Utfall",
        "row": "Värde som det lästes in",
        "rejected": "1 rad avvisas",
        "take": "Ladda ner avvisade rader",
        "wrong": "Fel",
        "place": "Rad i filen",
        "lost": "Sidan kan inte öppnas",
    },
    "en": {
        "start": "Start with your own exports",
        "load": re.compile(r"Load \d+ rows"),
        "overview": "See the overview",
        "empty": "No export is loaded yet.",
        "point": "4 Classification",
        "csv": "Download as CSV",
        "met": "Met",
        "outcome": "Outcome",
        "row": "Value as loaded",
        "rejected": "1 row is rejected",
        "take": "Download the rejected rows",
        "wrong": "Error",
        "place": "Row in the file",
        "lost": "The page cannot be opened",
    },
}
# What each page with the frame says and no other does.
PAGES = {
    "": "mätbara punkter når målet",
    "review": "punkter är diskuterade",
    "decisions": "Beslut från ledningens genomgångar",
    "point?point=classification": "Granskningspunkt 4 av 13",
    "training": "Utbildning · Hela förvaltningen",
    "systems": "System · Hela förvaltningen",
    "incidents": "Incidenter · Hela förvaltningen",
    "plan": "Årshjul 2026",
    "imports": "Importer",
    "quality": "Datakvalitet",
    "extracts": "Utdrag",
    "about": "Om siffrorna",
}
# The overview, and three groups of pages.
NAVIGATION = 4


@pytest.fixture(scope="module")
def browser():
    with browsing() as found:
        yield found


@pytest.fixture
def page(browser):
    """A page of a browser that has been nowhere before; it is closed, so that nothing of it goes on."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def tab(browser):
    """A page of a browser that goes from address to address: each is loaded anew, with a session of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One server for the tests that need not be its first visitors."""
    with serving(beside(tmp_path_factory.mktemp("shared"))) as server:
        yield server


@pytest.fixture
def server(shared):
    """The shared server as it began: with the samples, and no database of one's own."""
    for name in ("own.duckdb", "own.duckdb.wal"):
        shared.database.with_name(name).unlink(missing_ok=True)
    return shared


def assert_framed(page, *, says, lang="sv"):
    """The page is itself, with its style, its navigation and no dialog."""
    text = page.inner_text("[data-testid=stMainBlockContainer]")
    assert says in text
    assert page.locator(".st-key-nav a, .st-key-nav [data-testid=stPopover]").count() == NAVIGATION
    assert page.locator("[role=dialog]").count() == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.v-top')).paddingTop") != "0px"
    assert page.evaluate("document.documentElement.lang") == lang
    return text


@pytest.mark.parametrize("address", PAGES)
def test_every_address_shows_its_page_with_the_frame(address, server, tab):
    visit(tab, f"{server.address}/{address}")
    assert "Exempeldata, alla siffror är påhittade" in assert_framed(tab, says=PAGES[address])


def test_a_link_is_the_first_visit_to_a_fresh_server_and_shows_the_same_view_again(page, tmp_path):
    link = "point?point=classification&as_of=2025-10-31&department=F%C3%B6rskola&lang=en"
    with serving(beside(tmp_path)) as server:
        visit(page, f"{server.address}/{link}")
        assert_framed(page, says="Review point 4 of 13", lang="en")
        first = page.inner_text(".v-hero")
        assert "31\u00a0October\u00a02025" in page.inner_text(".st-key-frame")
        page.locator(".st-key-neighbours a").first.click()
        settle(page)
        assert "as_of=2025-10-31" in page.url
        assert "department=F" in page.url
        again = page.context.new_page()
        visit(again, f"{server.address}/{link}")
        assert again.inner_text(".v-hero") == first


@pytest.mark.parametrize("code", WORDS)
def test_from_a_messy_file_to_a_figure_and_back_to_its_row(code, server, page):
    words = WORDS[code]
    visit(page, f"{server.address}/imports?lang={code}")
    page.get_by_role("button", name=words["start"]).last.click()
    page.wait_for_selector("[data-testid=stFileUploaderDropzone]")
    drop_systems(page, words)
    take_the_rejected_rows(page, words)
    confirm(page, words)
    page.get_by_role("link", name=words["overview"]).click()
    settle(page)
    assert words["empty"] not in page.inner_text(".v-top")
    figure = page.locator(".v-row-red .v-fig").first.inner_text().split("\n")[-1]
    page.get_by_role("link", name=words["point"], exact=True).first.click()
    settle(page)
    assert page.inner_text(".v-hero-figure") == figure
    follow_an_item(page, words)
    read_the_csv(page, words)


def drop_systems(page, words):
    """Drops the sample, and sees what it changes and what is rejected."""
    settle(page)
    page.set_input_files("input[type=file]", str(SYSTEMS))
    page.wait_for_selector(".v-dumbbells", timeout=60_000)
    assert words["rejected"] in page.inner_text("[data-testid=stMainBlockContainer]")


def take_the_rejected_rows(page, words):
    """Downloads the workbook, made when it is asked for, and sees that it is the row that is told to be wrong."""
    told = page.locator("[data-testid=stExpander]", has_text=words["rejected"]).locator("table tbody tr td").first
    with page.expect_download() as waiting:
        page.get_by_role("button", name=words["take"]).click()
    assert waiting.value.suggested_filename.endswith(" 2026-10-31.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    [head, row] = [[cell.value for cell in cells] for cells in book.worksheets[0].iter_rows()]
    assert head[:2] == [words["wrong"], words["place"]]
    assert str(row[1]) == told.inner_text()
    assert book[SHEET].sheet_state == "hidden"


def confirm(page, words):
    """Loads what lies in the inbox."""
    page.get_by_role("button", name=words["load"]).click()
    page.get_by_role("link", name=words["overview"]).wait_for(timeout=60_000)


def follow_an_item(page, words):
    """Chooses the first item and sees its spreadsheet row."""
    table = page.locator("[data-testid=stDataFrame]").first
    table.scroll_into_view_if_needed()
    table.click(position={"x": 20, "y": 55})
    card = page.locator(".st-key-card-row")
    card.wait_for(timeout=20_000)
    card.get_by_text(words["row"]).wait_for()
    assert SYSTEMS.name in card.inner_text()


def read_the_csv(page, words):
    """Shows every outcome, and counts the figure in the file."""
    for pill in page.locator("[class*=st-key-outcome] button").all():
        if pill.get_attribute("aria-pressed") == "false":
            pill.click()
            settle(page)
    counts = [int(re.sub(r"\D", "", part.inner_text())) for part in page.locator(".v-hero-counts strong").all()]
    with page.expect_download() as waiting:
        page.get_by_role("button", name=words["csv"]).click()
    text = waiting.value.path().read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    met = [row for row in rows if row[words["outcome"]] == words["met"]]
    assert len(met) == counts[0]


@pytest.mark.parametrize("code", WORDS)
def test_an_unknown_address_is_told_in_the_reader_s_language(code, server, page):
    visit(page, f"{server.address}/nowhere?lang={code}")
    assert page.inner_text("[role=dialog] h2") == WORDS[code]["lost"]


# What is asked of the server itself, and how it answers.
ASKED = {
    ("GET", "/point?point=classification"): 200,
    ("HEAD", "/"): 200,
    ("GET", "/imports/"): 301,
    ("GET", "/static/css/none.css"): 200,  # Streamlit answers with its page
    ("GET", "/app/static/app.js"): 200,
    ("GET", "/app/static/none.js"): 404,
    ("GET", "/app/static/" + "a" * 9_000): 404,
    ("GET", "/app/static/%00"): 404,
    ("GET", "/app/static/..%2F..%2Fapp.py"): 400,
    ("GET", "/media/none.csv"): 404,
    ("GET", "/component/none/none"): 404,
    ("GET", "/_stcore/health"): 200,
    ("GET", "/_stcore/host-config"): 200,
    ("GET", "/_stcore/metrics"): 200,
    ("GET", "/?unit=" + "a" * 100_000): 414,
    ("POST", "/"): 405,
    ("OPTIONS", "/"): 405,
    ("OPTIONS", "/_stcore/upload_file/a/b"): 204,
    ("PUT", "/_stcore/upload_file/a/b"): 403,
    ("BREW", "/"): 405,
    ("GET", "/ /"): 400,  # no request at all
}


def test_every_answer_of_the_server_has_the_headers_and_none_is_a_fault(server):
    log = server.database.with_name("server.log")
    before = log.stat().st_size
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"))
    connection._validate_path = lambda _: None
    found, bare = {}, []
    for method, path in ASKED:
        connection.request(method, path)
        with connection.getresponse() as answer:
            answer.read()
            found[method, path] = answer.status
            bare += [(method, path, name) for name, _ in OURS if not answer.getheader(name.decode())]
    assert found == ASKED
    assert bare == []
    assert not re.search("Traceback|Error", log.read_bytes()[before:].decode())


@pytest.mark.parametrize("origin", [None, "http://example.org", "http://127.0.0.1:1"])
def test_a_websocket_of_another_page_is_refused_at_its_handshake(origin, server):
    address = f"{server.address.replace('http', 'ws')}/_stcore/stream"
    with pytest.raises(InvalidStatus) as refused, connect(address, origin=origin, subprotocols=["streamlit"]):
        pass
    assert refused.value.response.status_code == 403
    assert refused.value.response.headers["x-frame-options"] == "DENY"
    with connect(address, origin=server.address, subprotocols=["streamlit"]) as accepted:
        assert accepted.subprotocol == "streamlit"


def test_a_page_elsewhere_cannot_frame_the_app(server, page):
    with page.expect_console_message(lambda said: re.search("frame-ancestors|X-Frame-Options", said.text)):
        page.set_content(f"<iframe src='{server.address}/'></iframe>")
    assert page.frames[1].query_selector("#root") is None


def test_every_file_of_the_doctor_goes_through_the_uploader_and_the_app_stays_up(server, page):
    """Each is read rightly or told why not; meanwhile the server answers, and in the end an ordinary file loads."""
    cases = doctor_files()
    visit(page, f"{server.address}/imports")
    page.get_by_role("button", name=WORDS["sv"]["start"]).last.click()
    page.wait_for_selector("[data-testid=stFileUploaderDropzone]")
    settle(page)
    payloads = [{"name": name, "mimeType": "", "buffer": content} for content, name in cases.values()]
    page.set_input_files("input[type=file]", payloads)
    last = page.get_by_text(f"Fil {len(cases)} av {len(cases)}")
    slowest, end = 0.0, time.monotonic() + 120
    while not last.count() and time.monotonic() < end:
        began = time.monotonic()
        with urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=10) as answer:
            assert answer.status == 200
        slowest = max(slowest, time.monotonic() - began)
        page.wait_for_timeout(100)
    settle(page)
    cards = page.locator("[class*=st-key-card-]").all()
    assert slowest < 1
    for case, card in zip(cases, cards, strict=False):
        text = card.inner_text()
        assert "Något gick fel" not in text, case
        # a text file often does not say its day, which is asked for
        taken = "Tolkad som" in text or "Uttagsdatum" in text
        assert taken != (case in REFUSED), f"{case}: {text}"


# What cannot be read, or holds no export: told in a sentence.
REFUSED = {
    "password", "password xls", "rights", "xlsb", "picture", "empty", "truncated", "bomb", "forged size",
    "billion laughs",
}  # fmt: skip
