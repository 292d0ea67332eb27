"""The real app in a real browser: a journey for each kind of user, what everybody needs of a page, and fresh servers.

Before `make test-all` one server, which shares its database in PostgreSQL, does for all of them.
"""

import csv
import http.client
import io
import os
import re
import shutil
import signal
import time
import urllib.request

import openpyxl
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from compliance.commands.server import OURS
from compliance.core.language import Language
from compliance.core.places import SAMPLES
from compliance.reading.markers import SHEET
from compliance.reading.reading import safe_name
from compliance.review import reviewing
from compliance.store.file import FileDatabase
from compliance.store.following import Waits
from tests.browser import FRAME, GO, PATIENCE, framed, said, serving, settle, visit
from tests.files import doctor_files
from tests.layers import first_of
from tests.line import POINTS
from tests.looks import enter_and_leave_the_navigation, look_at, skip_to_the_content
from tests.machines import with_all_of
from tests.reviewed import AS_OF, IDS, Reviewed
from tests.sampled import beside
from tests.spoken import slips

# The meeting on the samples: the situation, ten points, those that reach their target, the one without a figure, the
# summary and the judgement.
SCREENS = 15

pytestmark = pytest.mark.live

SYSTEMS = next(SAMPLES.glob("2026-10-31/Systemregister*.xlsx"))
FITS = "() => (main => main.scrollHeight <= main.clientHeight)(document.querySelector('[data-testid=stMain]'))"
SAME_PERSON = Language("sv")(
    "{name} has submitted the review of {year}. Somebody else must approve it.", name="Ylva Nordgren", year=2026
)
WORDS = {
    "sv": {
        "start": "Börja med egna exporter",
        "make": "Skapa databasen",
        "load": re.compile(r"Läs in \d+ rader"),
        "overview": "Se översikten",
        "empty": "Ingen export är inläst till och med",
        "point": "4 Informations\u00adklassning",
        "csv": "Ladda ner som CSV",
        "met": "Uppfyllt",
        "outcome": "Utfall",
        "row": "Inläst värde",
        "rejected": "En rad är avvisad.",
        "take": "Ladda ner avvisade rader",
        "wrong": "Fel",
        "place": "Rad i filen",
    },
    "en": {
        "start": "Start with your own exports",
        "make": "Make the database",
        "load": re.compile(r"Load \d+ rows"),
        "overview": "See the overview",
        "empty": "No export is loaded up to",
        "point": "4 Classification",
        "csv": "Download as CSV",
        "met": "Met",
        "outcome": "Outcome",
        "row": "Value as loaded",
        "rejected": "One row is rejected.",
        "take": "Download the rejected rows",
        "wrong": "Error",
        "place": "Row in the file",
    },
}


# How much wider than its words a button that opens something may be; Streamlit takes its margin of this back.
SPARE = """() => [...document.querySelectorAll('[data-testid=stPopoverButton] > div')].map(held => {
  const style = getComputedStyle(held);
  return parseFloat(style.maxWidth.match(/\\+ ([\\d.]+)px/)[1]) + parseFloat(style.marginRight) >= 1;
})"""


# Whether the browser would ask before the page is reloaded or closed.
ASKS_BEFORE_LEAVING = """() => {
  const leaving = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(leaving);
  return leaving.defaultPrevented;
}"""


@pytest.fixture(scope="module")
def tab(browser):
    """One for all of these tests, since a tab that has been nowhere reads megabytes of scripts first."""
    return browser.new_page()


@pytest.fixture
def page(tab):
    """The tab, which remembers nothing."""
    tab.set_viewport_size({"width": 1280, "height": 1000})
    yield tab
    tab.context.clear_cookies()
    tab.evaluate("() => { if (location.protocol !== 'about:') { localStorage.clear(); sessionStorage.clear(); } }")


def enter(page, server, path):
    """Opens a path, within the app if the tab is there already: the scripts are not read and run again."""
    if page.url.startswith(server.address) and page.locator(".v-top").count():
        page.evaluate(GO, path)
        settle(page)
    else:
        visit(page, f"{server.address}{path}")


def leave(page, server):
    """Ends the app in a tab; elsewhere than at the server it would forget its scripts."""
    page.goto(f"{server.address}/_stcore/health")


@pytest.fixture(scope="module")
def sharing(new_postgres_database, tmp_path_factory):
    """A server that shares a database, which nobody has begun, and the address of that."""
    address = new_postgres_database()
    with serving(beside(tmp_path_factory.mktemp("sharing")), shared=address) as server:
        yield server, address


@pytest.fixture(scope="module")
def shared(sharing):
    """The server that shares a database."""
    return sharing[0]


@pytest.fixture(scope="module")
def small(sharing, tmp_path_factory):
    """The small organisation in the database that is shared, written by another machine."""
    line = Reviewed(tmp_path_factory.mktemp("small"))
    with line.held():
        line.load_all()
    line.database = with_all_of(line.database, sharing[1], tmp_path_factory.mktemp("machine"))
    return line


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A server that shares nothing; that of the links is the first that visits it."""
    with serving(beside(tmp_path_factory.mktemp("server"))) as server:
        yield server


@pytest.fixture
def server(first, tab):
    """That server as it began: with the samples, no database of one's own, and nobody at it."""
    if tab.url.startswith(first.address):
        leave(tab, first)
    for name in ("own.duckdb", "own.duckdb.wal"):
        first.database.with_name(name).unlink(missing_ok=True)
    return first


@pytest.mark.exhaustive
def test_a_link_is_the_first_visit_to_a_fresh_server_and_shows_the_same_view_again(server, page):
    link = "point?point=classification&as_of=2025-10-31&department=F%C3%B6rskola&lang=en"
    visit(page, f"{server.address}/{link}")
    assert page.evaluate(FRAME) == framed("en")
    assert f"Review point 4 of {len(POINTS)}" in said(page)
    first = page.inner_text(".v-hero")
    assert all(page.evaluate(SPARE)), "Firefox needs a pixel, else it cuts the words of a button"
    assert "31\u00a0October\u00a02025" in page.inner_text(".st-key-frame")
    page.locator(".v-neighbours a").first.click()
    settle(page)
    assert "as_of=2025-10-31" in page.url
    assert "department=F" in page.url
    leave(page, server)
    visit(page, f"{server.address}/{link}")
    assert page.inner_text(".v-hero") == first


def start_own(page, words):
    """Start the own database from the page of imports, after what is said before."""
    page.get_by_role("button", name=words["start"]).last.click()
    page.get_by_role("button", name=words["make"]).click()


@pytest.mark.parametrize(("code", "at"), first_of([("sv", "shared"), ("sv", "server"), ("en", "server")]))
def test_from_a_messy_file_to_a_figure_and_back_to_its_row(code, at, request, page):
    """The coordinator's, as far as the row; with the file in the end it is the analyst's too."""
    server, words = request.getfixturevalue(at), WORDS[code]
    enter(page, server, f"/imports?lang={code}")
    assert page.evaluate(FRAME) == framed(code)
    start_own(page, words)
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
    page.get_by_text(words["rejected"]).first.wait_for()
    page.wait_for_selector(".st-key-waiting")  # the page draws it last
    assert page.evaluate(ASKS_BEFORE_LEAVING), "a file that waits would be lost unasked"


def take_the_rejected_rows(page, words):
    """Download the workbook, made on the click, and check that it has the rejected row."""
    cell = page.locator("[data-testid=stExpander]", has_text=words["rejected"]).locator("table tbody tr td").first
    with page.expect_download(timeout=PATIENCE) as waiting:
        page.get_by_role("button", name=words["take"]).click()
    assert waiting.value.suggested_filename.endswith(" 2026-10-31.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    [head, row] = [[cell.value for cell in cells] for cells in book.worksheets[0].iter_rows()]
    assert head[:2] == [words["wrong"], words["place"]]
    assert str(row[1]) == cell.inner_text()
    assert book[SHEET].sheet_state == "hidden"


def confirm(page, words):
    """Load the files in the inbox."""
    page.get_by_role("button", name=words["load"]).click()
    page.get_by_role("link", name=words["overview"]).wait_for(timeout=60_000)
    settle(page)
    assert not page.evaluate(ASKS_BEFORE_LEAVING)


def follow_an_item(page, words):
    """Select the first item and check its spreadsheet row."""
    table = page.locator("[data-testid=stDataFrame]").first
    table.scroll_into_view_if_needed()
    table.click(position={"x": 20, "y": 55})
    card = page.locator(".st-key-card-row")
    card.wait_for(timeout=20_000)
    card.get_by_text(words["row"]).wait_for()
    assert SYSTEMS.name in card.inner_text()


def read_the_csv(page, words):
    """Show every outcome, and count the figure in the file."""
    for pill in page.locator("[class*=st-key-outcome] button").all():
        if pill.get_attribute("aria-pressed") == "false":
            pill.click()
            settle(page)
    counts = [int(re.sub(r"\D", "", part.inner_text())) for part in page.locator(".v-hero-counts strong").all()]
    with page.expect_download(timeout=PATIENCE) as waiting:
        page.get_by_role("button", name=words["csv"]).click()
    text = waiting.value.path().read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    met = [row for row in rows if row[words["outcome"]] == words["met"]]
    assert len(met) == counts[0]


def test_a_page_is_for_those_who_need_contrast_large_letters_or_the_keyboard_too(shared, page):
    """test_accessible.py asks the same of every page."""
    enter(page, shared, "/point?point=classification&lang=sv")
    look = look_at(page)
    assert look.frame == framed("sv")
    assert [*look.light, *look.dark] == []
    assert slips("sv", look.texts) == []
    assert {*look.beyond} == {320, 640}
    assert not any(look.beyond.values()), look.beyond
    assert look.in_order(), look.headings
    assert len(look.charts) == 1
    assert look.mute() == []
    skip_to_the_content(page)
    enter_and_leave_the_navigation(page)


# Requests to the server itself, and the expected statuses.
EXPECTED = {
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


def test_every_answer_of_the_server_has_the_headers_and_none_is_a_fault(shared):
    log = shared.database.with_name("server.log")
    before = log.stat().st_size
    connection = http.client.HTTPConnection(shared.address.removeprefix("http://"))
    connection._validate_path = lambda _: None
    statuses, bare = {}, []
    for method, path in EXPECTED:
        connection.request(method, path)
        with connection.getresponse() as answer:
            answer.read()
            statuses[method, path] = answer.status
            bare += [(method, path, name) for name, _ in OURS if not answer.getheader(name.decode())]
    assert statuses == EXPECTED
    assert bare == []
    assert not re.search("Traceback|Error", log.read_bytes()[before:].decode())


@pytest.mark.parametrize("origin", [None, "http://example.org", "http://127.0.0.1:1"])
def test_a_websocket_of_another_page_is_refused_at_its_handshake(origin, shared):
    address = f"{shared.address.replace('http', 'ws')}/_stcore/stream"
    with pytest.raises(InvalidStatus) as refused, connect(address, origin=origin, subprotocols=["streamlit"]):
        pass
    assert refused.value.response.status_code == 403
    assert refused.value.response.headers["x-frame-options"] == "DENY"
    with connect(address, origin=shared.address, subprotocols=["streamlit"]) as accepted:
        assert accepted.subprotocol == "streamlit"


def test_a_click_in_a_page_draws_its_body_alone_and_the_frame_only_if_the_view_is_another(shared, small):
    at = shared.address.removeprefix("http://")
    with connect(
        f"ws://{at}/_stcore/stream", origin=shared.address, subprotocols=["streamlit"], open_timeout=60
    ) as socket_:
        drawn = answered(socket_, BackMsg(rerun_script=ClientState(page_name="audit")))
        (field,) = [each for each in drawn if each.delta.new_element.text_input.id.endswith("audit text")]
        asked = BackMsg(rerun_script=ClientState(page_name="audit", fragment_id=field.delta.fragment_id))
        asked.rerun_script.widget_states.widgets.add(
            id=field.delta.new_element.text_input.id, string_value="finns inte"
        )
        assert "" not in fragments(answered(socket_, asked))
        small.load_table("Systemnamn | Enhet\nOmega | Norr", source="systems", completes=True)
        time.sleep(Waits().fresh)
        assert "" in fragments(answered(socket_, asked))


def answered(socket_, asked):
    """What the server answers, until it has drawn everything."""
    messages, over = [], {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}
    socket_.send(asked.SerializeToString())
    while not (messages and messages[-1].HasField("script_finished") and messages[-1].script_finished in over):
        messages.append(ForwardMsg.FromString(socket_.recv(timeout=60)))
    return messages


def fragments(messages):
    """The fragments that draw something; that of the frame has no name."""
    return {message.delta.fragment_id for message in messages if message.HasField("delta")}


def test_a_page_elsewhere_cannot_frame_the_app(shared, browser):
    page = browser.new_page()
    with page.expect_console_message(lambda message: re.search("frame-ancestors|X-Frame-Options", message.text)):
        page.set_content(f"<iframe src='{shared.address}/'></iframe>")
    assert page.frames[1].query_selector("#root") is None
    page.close()


BEYOND_ITS_ROOM = (
    "() => { const e = document.querySelector('.st-key-inbox .v-scroll'); return e.scrollWidth - e.clientWidth; }"
)


@pytest.mark.exhaustive
def test_files_of_the_doctor_go_through_the_uploader_and_the_app_stays_up(server, page):
    """Each is read correctly or refused with a reason while the server answers."""
    cases = doctor_files()
    visit(page, f"{server.address}/imports")
    start_own(page, WORDS["sv"])
    page.wait_for_selector("[data-testid=stFileUploaderDropzone]")
    settle(page)
    payloads = [{"name": name, "mimeType": "", "buffer": content} for content, name in cases.values()]
    page.set_input_files("input[type=file]", payloads)
    contents = [content for content, _ in cases.values()]
    refused = [case for n, case in enumerate(cases) if case in REFUSED or contents[n] in contents[:n]]
    told = page.get_by_text(f"{Language('sv').in_words(len(refused))} kan inte läsas in")
    end = time.monotonic() + 120
    while not told.count() and time.monotonic() < end:
        with urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=10) as answer:
            assert answer.status == 200
        page.wait_for_timeout(100)
    settle(page)
    assert told.count(), said(page)
    assert "Något gick fel" not in said(page)
    rows = page.locator(".st-key-inbox tbody tr").all()
    listed = [(row.locator("td").first.inner_text(), row.locator("th").inner_text()) for row in rows]
    found = {name for state, name in listed if state == "◆ Kan inte läsas in"}
    assert found == {safe_name(cases[case][1])[0] for case in refused}
    rows[-1].click()
    page.locator(".st-key-card-file .v-card-title", has_text=listed[-1][1]).wait_for()
    assert "file=" not in page.url
    for width in (1024, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(BEYOND_ITS_ROOM) <= 0


# Files that cannot be read or hold no export, with the sentence.
REFUSED = {
    "password", "password xls", "rights", "xlsb", "picture", "empty", "truncated", "bomb", "forged size",
    "billion laughs",
}  # fmt: skip


# --- A review ---------------------------------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_a_whole_meeting_is_held_with_a_remote_and_never_scrolls(server, page):
    page.set_viewport_size({"width": 1280, "height": 800})
    visit(page, f"{server.address}/review?review=2026")
    begin_the_meeting(page)
    go_through(page, range(1, SCREENS + 1), SCREENS)
    assert f"{SCREENS} av {SCREENS}" in page.inner_text(".v-place")
    assert not page.locator("[data-testid=InputInstructions]:visible").count()
    judge_while_the_server_is_slow(server, page)
    write_while_it_is_discussed(page)


# Of each text that gets the height that is left: whether it says that it goes on, and whether a keyboard can scroll it.
ROOMS = """() => Object.fromEntries([...document.querySelectorAll('.v-m-room')].map(
  room => [room.getAttribute('aria-label'), [room.hasAttribute('data-cut'), room.tabIndex === 0]]))"""
LONG = " ".join(f"Mening {n} om behovet av en konsekvensbedömning." for n in range(60))


def read_a_long_comment(page):
    """A comment that has room is not cut; one that has none says so, and can be scrolled to its end."""
    assert page.evaluate(ROOMS)["Kommentar"] == [False, False]
    page.get_by_label("Anteckning från mötet").fill(LONG)
    page.keyboard.press("Tab")
    page.wait_for_selector(".v-m-comment:has-text('Mening 59')")
    settle(page)
    assert page.evaluate(ROOMS)["Kommentar"] == [True, True]
    assert page.evaluate(FITS)
    page.get_by_role("group", name="Kommentar").evaluate("room => room.scrollTo(0, room.scrollHeight)")
    page.wait_for_function(f"() => !({ROOMS})()['Kommentar'][0]")


def begin_the_meeting(page):
    page.get_by_role("button", name="Genomgång", exact=True).click()
    page.get_by_role("link", name="Mötesläge").click()
    settle(page)


def go_through(page, numbers, of):
    """Go from screen to screen, each of which fits the window; the last one stays."""
    for number in numbers:
        page.wait_for_function(f"() => document.querySelector('.v-place').innerText.startsWith('{number} av {of}')")
        settle(page)
        page.wait_for_function(FITS, timeout=5_000)
        if number != numbers[-1]:
            page.keyboard.press("PageDown")


# How clear an answer is, and whether the page waits for what is to come in its place.
CLEAR = """() => {
  let clear = 1;
  for (let e = document.querySelector('.st-key-judgement [data-testid=stButtonGroup]'); e; e = e.parentElement)
    clear *= getComputedStyle(e).opacity;
  return [clear, document.querySelector('[data-stale=true]') !== null];
}"""
RUNNING = "() => document.querySelector('[data-test-script-state]').dataset.testScriptState !== 'notRunning'"


def judge_while_the_server_is_slow(server, page):
    """An answer in the meeting is not faded, however long saving it takes."""
    states = []
    for answer in ("Delvis", "Ja", "Nej", "Delvis", "Ja"):
        page.locator(".st-key-judgement").get_by_text(answer, exact=True).first.click()
        page.wait_for_function(RUNNING, polling=10)
        os.kill(server.process, signal.SIGSTOP)
        try:
            page.wait_for_timeout(1_200)
            states.append(page.evaluate(CLEAR))
        finally:
            os.kill(server.process, signal.SIGCONT)
        settle(page)
        if states[-1][1]:
            break
    assert states[-1] == [1, True]


def write_while_it_is_discussed(page):
    """Jump by the agenda, type a note and a decision, and find both in the review."""
    page.get_by_role("button", name="Dagordning").click()
    with page.expect_download(timeout=PATIENCE) as waiting:
        page.get_by_role("button", name="Mötesunderlag att skriva ut (PDF)").click()
    assert waiting.value.path().read_bytes().startswith(b"%PDF")
    assert waiting.value.suggested_filename == "Ledningens genomgång 2026, mötesunderlag.pdf"
    page.get_by_role("link", name="6 Konsekvensbedömning").click()
    settle(page)
    page.get_by_label("Anteckning från mötet").click()
    page.keyboard.type("Behovet bedöms i vår.")
    page.keyboard.press("PageDown")
    page.get_by_label("Beslut", exact=True).click()
    page.wait_for_selector(".v-m-comment:has-text('Behovet bedöms i vår.')")
    read_a_long_comment(page)
    page.get_by_label("Beslut", exact=True).click()
    assert f"7 av {SCREENS}" in page.inner_text(".v-place")
    page.keyboard.type("Bedöm behovet.")
    page.keyboard.press("Tab")
    page.wait_for_selector(".v-caption:text-is('Sparat')")
    leave_fields_in_other_ways(page)
    page.goto(page.url.split("/review")[0] + "/decisions")
    settle(page)
    shown = said(page).replace("\N{NO-BREAK SPACE}", " ")
    assert "Bedöm behovet." in shown
    assert "senast 31 januari 2027" in shown
    assert "Granska konton." in shown


def leave_fields_in_other_ways(page):
    """By the key of a remote in a date, by the browser's way back, and by a link that is followed at once."""
    page.keyboard.press("Tab")
    page.keyboard.type("20270131")
    page.keyboard.press("PageDown")
    assert f"7 av {SCREENS}" in page.inner_text(".v-place")
    page.wait_for_timeout(500)
    page.keyboard.press("PageDown")
    page.wait_for_selector(f".v-place:has-text('8 av {SCREENS}')")
    settle(page)
    page.get_by_label("Beslut", exact=True).click()
    page.keyboard.type("Granska konton.")
    page.go_back()
    page.wait_for_selector(f".v-place:has-text('7 av {SCREENS}')")
    settle(page)
    page.get_by_label("Anteckning från mötet").click()
    page.keyboard.type("Sist.")
    page.get_by_role("link", name="Avsluta mötet").click()
    page.wait_for_url("**/review?**")
    settle(page)


@pytest.mark.parametrize("at", first_of(["shared", "server"]))
def test_from_an_open_review_over_its_meeting_to_an_approved_pdf(at, request, page, tmp_path):
    """The head's, with management's in the middle. In PostgreSQL, what another machine writes is in the review too."""
    server = request.getfixturevalue(at)
    if at == "shared":
        line = request.getfixturevalue("small")
    else:
        line = Reviewed(tmp_path)
        line.load_all()
        shutil.copyfile(line.database.path, server.database)
        line.database = FileDatabase.at(server.database)
    enter(page, server, f"/review?as_of={AS_OF}&lang=sv")
    page.locator(".st-key-open-review button").click()
    page.get_by_text(f"0 av {len(POINTS)} punkter är diskuterade.").wait_for()
    for number, point in enumerate(IDS[:2], start=1):
        write_about_it(page, f"Skrivet om punkt {number}.")
        assert page.locator(f".st-key-step-{point} .v-done").count() == 1
    leave_for_another_point(page, line)
    write_the_rest(line)
    meet(page)
    judge(page)
    sign(page)
    with page.expect_download(timeout=PATIENCE) as waiting:
        page.locator(".st-key-report-pdf-False button").click()
    assert waiting.value.path().read_bytes()[:4] == b"%PDF"
    assert waiting.value.suggested_filename == "ledningens_genomgang_2026.pdf"
    review = line.review()
    approved = line.document(review).written
    written = ["Skrivet om punkt 1.\nBehovet ses över.", "Skrivet om punkt 2."]
    assert [approved.comments[id_] for id_ in IDS[:2]] == written
    assert approved.judgement == {"sufficient": "partly", "effect": "yes"}
    assert line.decided("2026-1").text == "Utbilda alla."
    assert review.state == "approved"


def write_the_rest(line):
    """Write about everything else, as somebody elsewhere."""
    review, order = line.review(), line.order()
    chapters = ("local_instruction", "year", "deviations", "dpo_risks", "development", "priorities")
    texts = [("chapter", chapter, "Skrivet.") for chapter in chapters]
    texts += [each for id_ in IDS[2:] for each in (("comment", id_, "Diskuterad."), ("assessment", id_, "partly"))]
    with line.database.writing() as cursor:
        for kind, what, text in texts:
            reviewing._add_text(cursor, review.review_id, kind, what, text=text, order=order)


def meet(page):
    """Hold a short meeting with a remote: write a note and a decision about the first point, and come back."""
    begin_the_meeting(page)
    # few of its points have a figure; the others share the screen before the last two, and one of them is opened
    of = int(page.inner_text(".v-place").split()[-1])
    go_through(page, range(1, of - 1), of)
    page.get_by_role("link", name="1 E-utbildning").click()
    page.get_by_label("Anteckning från mötet").click()
    page.keyboard.type("Behovet ses över.")
    page.get_by_label("Beslut", exact=True).click()
    page.wait_for_selector(".v-m-comment:has-text('Behovet ses över.')")
    page.keyboard.type("Utbilda alla.")
    page.keyboard.press("Tab")
    page.wait_for_selector(".v-caption:text-is('Sparat')")
    page.get_by_role("button", name="Till listan").click()
    page.wait_for_selector(".v-m-table")
    page.get_by_role("link", name="Avsluta mötet").click()
    page.wait_for_url("**/review?**")
    settle(page)


def leave_for_another_point(page, line):
    """Leaving a field for another point saves it, and nothing else."""
    page.get_by_label("Kommentar", exact=True).fill("Lämnat.")
    page.locator(f".st-key-step-{IDS[0]} button").click()
    page.get_by_text(f"Granskningspunkt 1 av {len(POINTS)}").wait_for()
    kept = [(row["kind"], row["what"], row["text"]) for row in line.rows("select kind, what, text from review_texts")]
    assert kept.count(("comment", IDS[2], "Lämnat.")) == 1
    assert len(kept) == 5


def write_about_it(page, comment):
    """Write about the shown point, choose a verdict, and go to the next."""
    settle(page)
    page.get_by_label("Kommentar", exact=True).fill(comment)
    page.get_by_role("radio", name="Delvis").or_(page.get_by_role("button", name="Delvis", exact=True)).first.click()
    settle(page)
    page.get_by_role("button", name="Spara och gå vidare").click()
    settle(page)
    # the next point's name is in sight, and its comment can be written without scrolling on the smallest of screens
    name, field = page.locator(".v-point .v-section"), page.get_by_label("Kommentar", exact=True)
    top, below = (each.bounding_box() for each in (name, field))
    assert (top["y"] >= 0, below["y"] + below["height"] <= 800) == (True, True)


def go_to_part(page, part):
    page.evaluate(GO, f"/review?as_of={AS_OF}&part={part}")
    settle(page)


def judge(page):
    """Judge the whole: two answers and their grounds."""
    go_to_part(page, "judgement")
    for question, answer in (("Är arbetet tillräckligt?", "Delvis"), ("Har det önskad verkan?", "Ja")):
        group = page.get_by_role("radiogroup", name=question).or_(page.get_by_role("group", name=question))
        group.get_by_text(answer, exact=True).click()
        settle(page)
    page.get_by_label("Skäl", exact=True).fill("Det går framåt.")
    page.get_by_text("Samlad bedömning").click()
    settle(page)


CHECK = "() => document.querySelectorAll('input[type=checkbox]:not(:checked)').forEach(box => box.click())"


def sign(page):
    """Confirm what is left open, submit, be refused approval under the same name, and approve under another."""
    go_to_part(page, "sign")
    for _ in "once", "and those that a run has drawn anew":
        page.evaluate(CHECK)
        settle(page)
    page.get_by_label("För- och efternamn").fill("Ylva Nordgren")
    page.get_by_role("button", name="Lämna in för godkännande").click()
    page.get_by_role("button", name="Godkänn genomgången").wait_for()
    page.get_by_label("För- och efternamn").first.fill("Nordgren, Ylva")
    page.get_by_role("button", name="Godkänn genomgången").click()
    page.get_by_text(SAME_PERSON).wait_for()
    page.get_by_label("För- och efternamn").first.fill("Rolf Ahlberg")
    page.get_by_role("button", name="Godkänn genomgången").click()
    page.get_by_text("Genomgången 2026 är godkänd.").wait_for()
    go_to_part(page, "documents")
