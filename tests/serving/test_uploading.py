"""Uploads: how much, by whom and for how long; and that nothing else is ever held."""

import asyncio
import errno
import random

import pytest
from starlette.requests import Request
from streamlit.runtime.scriptrunner import RerunData, RerunException, StopException

from compliance.access.permissions import ADMINISTRATOR, ANALYST, COORDINATOR, Permission, User
from compliance.bending import files as bent
from compliance.bending import words
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.declarations.settings import Limits
from compliance.screens import files as screens_files
from compliance.serving import receiving
from compliance.serving.receiving import OneFile, Uploads
from compliance.serving.uploading import LEDGER, Ledger, NotTaken
from compliance.store import register
from tests.apps import SESSION, dropped, opened, text
from tests.layers import first_of
from tests.session import BOUNDARY, form

ME = User("tester", COORDINATOR)
LIMITS = Limits(file=100, files=3, session=250, server=400)


@pytest.fixture
def ledger():
    return Ledger(lambda: LIMITS)


def shown(ledger, name, files=9):
    """Show a session a file field, and return the ids that its page requested."""
    ledger.draw_field(name)
    ids = [f"{name}{n}" for n in range(files)]
    ledger.issue(name, ids)
    return ids


def owner(name):
    """Somebody who has the session with a name, and others that begin with the same letter."""
    return User("tester", COORDINATOR, name[0])


def taken(ledger, name, file, size, user=None):
    """Send a file of this size in pieces and return the status; 204 if it is accepted."""
    try:
        ledger.open(name, file, user=user or owner(name))
    except NotTaken as refusal:
        return refusal.status
    try:
        for start in range(0, size, 7):
            ledger.add(name, file, min(7, size - start))
    except NotTaken as refusal:
        ledger.abort(name, file)
        return refusal.status
    return 204


# --- How much -----------------------------------------------------------------------------------------------------


def test_a_file_is_as_large_as_it_may_be(ledger):
    one, two, *_ = shown(ledger, "a")
    assert taken(ledger, "a", one, 100) == 204
    assert taken(ledger, "a", two, 101) == 413


def test_a_session_has_as_many_files_and_as_much_as_it_may(ledger):
    ids = shown(ledger, "a")
    assert [taken(ledger, "a", file, 0) for file in ids[:4]] == [204, 204, 204, 429]
    ledger.release("a", ids[:3])
    assert [taken(ledger, "a", file, 90) for file in ids[4:7]] == [204, 204, 429]
    # A refused file leaves no bytes behind.
    assert taken(ledger, "a", ids[6], 70) == 204


def test_all_sessions_together_have_as_much_as_the_server_may(ledger):
    a, b = shown(ledger, "a"), shown(ledger, "b")
    assert [taken(ledger, "a", file, 100) for file in a[:2]] == [204, 204]
    assert [taken(ledger, "b", file, 100) for file in b[:3]] == [204, 204, 507]
    c = shown(ledger, "c")
    assert taken(ledger, "c", c[0], 1) == 507
    ledger.close("a")
    assert taken(ledger, "c", c[0], 100) == 204
    assert ledger.holders() == ["b", "c"]


def test_the_windows_of_a_person_have_together_what_one_may_and_leave_the_rest_to_others(ledger):
    """one person in forty windows left others 4 MB of 1,024"""
    windows = {name: shown(ledger, name) for name in ("a1", "a2", "a3", "a4", "b")}
    assert [taken(ledger, name, windows[name][0], 90) for name in ("a1", "a2", "a3")] == [204, 204, 429]
    assert [taken(ledger, name, windows[name][1], 70) for name in ("a3", "a4")] == [204, 429]
    assert [taken(ledger, "b", file, 50) for file in windows["b"][:3]] == [204, 204, 204]
    assert taken(ledger, "a4", windows["a4"][2], 0) == 429
    ledger.release("a1", windows["a1"][:1])
    assert taken(ledger, "a4", windows["a4"][2], 90) == 204
    ledger.close("a2")
    ledger.begin_page("a3")
    ledger.end_page("a3")
    assert [taken(ledger, "a4", file, 80) for file in windows["a4"][3:6]] == [204, 204, 429]
    assert [ledger.holders("a"), ledger.holders("b"), ledger.holders()] == [["a4"], ["b"], ["a4", "b"]]


@pytest.mark.parametrize("rounds", first_of([2_000, 40_000]))
def test_what_is_held_is_what_is_counted(ledger, rounds):
    """Whatever happens in whatever order, the server's total is the sum of its sessions, and never negative."""
    chance = random.Random(11)
    for _ in range(rounds):
        name, file = chance.choice(["a1", "a2", "a3", "b", "c"]), chance.choice("xyz")
        acts = [
            lambda n, f: ledger.draw_field(n), lambda n, f: ledger.issue(n, [f]), lambda n, f: taken(ledger, n, f, 60),
            lambda n, f: ledger.keep(n, {f: f}), lambda n, f: ledger.release(n, [f]), lambda n, f: ledger.close(n),
            lambda n, f: (ledger.begin_page(n), ledger.end_page(n)), lambda n, f: ledger.abort(n, f),
        ]  # fmt: skip
        chance.choice(acts)(name, file)
        sums = [sum(record.held.values()) for record in ledger._sessions.values()]
        assert ledger._total == sum(sums) <= LIMITS.server
        for person in "abc":
            held = [record.held for name, record in ledger._sessions.items() if name.startswith(person)]
            assert sum(map(len, held)) <= LIMITS.files
            assert sum(sum(each.values()) for each in held) <= LIMITS.session


# --- By whom ------------------------------------------------------------------------------------------------------


def test_nothing_is_taken_that_no_page_has_asked_for(ledger):
    ledger.issue("a", ["early"])
    assert taken(ledger, "a", "early", 1) == 403
    ids = shown(ledger, "a")
    assert taken(ledger, "a", "early", 1) == taken(ledger, "a", "invented", 1) == taken(ledger, "a", "", 1) == 404
    assert taken(ledger, "b", ids[0], 1) == 403
    assert taken(ledger, "a", ids[0], 1) == 204
    assert taken(ledger, "a", ids[0], 1) == 409


def test_nothing_is_taken_of_somebody_who_may_not_load(ledger):
    [file, *_] = shown(ledger, "a")
    assert taken(ledger, "a", file, 1, user=User("tester", ANALYST)) == 403
    assert taken(ledger, "a", file, 1) == 204


def test_a_field_takes_files_from_whoever_has_the_permission_that_it_asks_for(ledger):
    who = [User("tester", role, "a") for role in (COORDINATOR, ADMINISTRATOR)]
    assert [taken(ledger, "a", file, 1, user=user) for file, user in zip(shown(ledger, "a"), who, strict=False)] == [
        204,
        403,
    ]
    ledger.draw_field("b", Permission.INSTALL_POINTS)
    ledger.issue("b", ["b1", "b2"])
    assert [taken(ledger, "b", file, 1, user=user) for file, user in zip(("b1", "b2"), who, strict=True)] == [403, 204]


def test_nothing_is_taken_where_no_field_is_shown_any_more(ledger):
    in_field, in_inbox, coming, _late, *_ = ids = shown(ledger, "a")
    assert [taken(ledger, "a", file, 5) for file in (in_field, in_inbox)] == [204, 204]
    ledger.keep("a", {in_inbox: "read"})
    ledger.open("a", coming, user=ME)
    ledger.begin_page("a")
    assert ledger.end_page("a") == [in_field, coming]
    with pytest.raises(NotTaken) as refused:
        ledger.add("a", coming, 1)
    assert refused.value.status == 403
    assert taken(ledger, "a", ids[3], 1) == 403
    ledger.issue("a", ["meanwhile"])
    ledger.draw_field("a")
    assert taken(ledger, "a", "meanwhile", 1) == taken(ledger, "a", ids[3], 1) == 404
    assert ledger.in_field("a", in_field) is ledger.in_field("a", in_inbox) is False
    assert ledger.holders() == ["a"]


def test_what_is_read_of_a_file_goes_with_the_file_or_with_its_session(ledger):
    one, two, *_ = shown(ledger, "a")
    ledger.keep("a", {one: "first", two: "second"})
    assert [ledger.content("a", one), ledger.content("b", one)] == ["first", None]
    ledger.release("a", [one])
    assert [ledger.content("a", one), ledger.content("a", two)] == [None, "second"]
    ledger.close("a")
    # The page may still be drawn when its session has ended.
    ledger.keep("a", {one: "late"})
    assert [ledger.content("a", one), ledger.content("a", two)] == [None, None]


def test_a_page_that_asks_for_ever_more_ids_is_remembered_for_the_last(ledger):
    ids = shown(ledger, "a", files=5_000)
    assert taken(ledger, "a", ids[1_000], 1) == 404
    for number in range(50):
        ledger.issue("a", [f"{number} {n}" for n in range(100)])
    assert taken(ledger, "a", ids[0], 1) == 404
    assert taken(ledger, "a", "49 99", 1) == 204


def test_why_a_file_was_not_taken_is_said_until_the_next_drop(ledger):
    ids = shown(ledger, "a")
    for status in (413, 429, 429):
        ledger.refuse("a", ledger.not_taken(status, f"{status}: {{files}}"))
    assert [(str(refusal), number) for refusal, number in ledger.refusals("a")] == [("413: 3", 1), ("429: 3", 2)]
    ledger.refuse("nobody", ledger.not_taken(404, "?"))
    assert ledger.refusals("nobody") == []
    ledger.issue("a", ids)
    assert ledger.refusals("a") == []


# --- The form of a file -------------------------------------------------------------------------------------------

PIECES = (b"\r\n--", b"-----", b"tests", b"\r\n", b"--", b"\r", b"a;b", b"\r\n----", b"\x00\xff")


def count(body, cuts):
    """The number of bytes of the file in a body that comes in pieces."""
    one, ends = OneFile(BOUNDARY.encode()), [*sorted(cuts), len(body)]
    return sum(one.feed(body[b:e], last=e == len(body)) for b, e in zip([0, *ends], ends, strict=False))


@pytest.mark.parametrize("rounds", first_of([2_000, 40_000]))
def test_a_file_is_counted_to_the_byte_however_it_is_cut(rounds):
    chance = random.Random(11)
    delimiter = f"\r\n--{BOUNDARY}".encode()
    for _ in range(rounds):
        content = b"".join(chance.choices(PIECES, k=chance.randrange(12)))
        if delimiter not in b"\r\n" + content + delimiter[:-1]:
            body = form(content)
            assert count(body, chance.choices(range(len(body)), k=chance.randrange(6))) == len(content), content


FORMS = {
    "nothing": b"",
    "no form": b"a;b\r\n1;2\r\n",
    "two files": form(b"a").removesuffix(b"--\r\n") + b"\r\n" + form(b"b"),
    "a file and a field": form(b"a").removesuffix(b"--\r\n") + b"\r\n" + form(b"b").replace(b"filename", b"name"),
    "a field": form(b"a").replace(b"filename", b"name"),
    "a field named filename": form(b"a").replace(b'; filename="fil.csv"', b"\r\nX: filename"),
    "no end": form(b"a")[:-8],
    "something after the end": form(b"a") + b"b",
    "another boundary": form(b"a").replace(b"tests", b"other"),
    "a name without end": form(b"a", "x" * 10_000),
    "heads without end": b"--" + BOUNDARY.encode() + b"\r\n" + b"X: y\r\n" * 10_000,
}


@pytest.mark.parametrize("case", FORMS)
def test_what_is_no_form_of_one_file_is_refused_however_it_is_cut(case):
    body = FORMS[case]
    for cuts in ([], range(1, len(body), 7)):
        with pytest.raises(ValueError):
            count(body, list(cuts))


def test_a_form_is_refused_before_more_of_it_is_kept_than_a_head():
    one = OneFile(BOUNDARY.encode())
    assert [one.feed(b"x" * 1_000, last=False) for _ in range(8)] == [0] * 8
    with pytest.raises(ValueError):
        one.feed(b"x", last=False)


# --- What the server accepts --------------------------------------------------------------------------------------


def put(ledger, file, *pieces, app=None, name="a", method="PUT", room=lambda _: None, ends=True, record=print, **extra):
    """Send a file to the server. Return the status and text of the answer, and the bodies that reached the app."""
    got, sent = [], []

    async def keeps(scope, receive, send):
        got.append(await Request(scope, receive).body())
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages += [{"type": "http.request", "body": b"", "more_body": False} if ends else {"type": "http.disconnect"}]

    async def receive():
        return messages.pop(0) if messages else await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    kind = f"multipart/form-data; boundary={BOUNDARY}"
    headers = {"content-type": kind, **{key.replace("_", "-"): value for key, value in extra.items()}}
    scope = {
        "type": "http",
        "method": method,
        "path": f"/_stcore/upload_file/{name}/{file}",
        "query_string": b"",
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
    }
    how = {"ledger": ledger, "make_room": room, "user_of": lambda _: owner(name), "record": record}
    asyncio.run(Uploads(app or keeps, **how)(scope, receive, send))
    status = sent[0]["status"] if sent else None
    return status, b"".join(part.get("body", b"") for part in sent).decode(), got


def test_a_file_is_handed_on_as_it_came(ledger):
    [file, *_] = shown(ledger, "a")
    body = form(b"x" * 100)
    told = []
    assert put(ledger, file, body[:50], body[50:], record=lambda *said: told.append(said)) == (204, "", [body])
    assert ledger.in_field("a", file)
    assert told == [(owner("a"), "fil.csv", 100)]


def test_a_file_that_the_audit_trail_cannot_tell_of_is_not_taken(ledger):
    [file, *_] = shown(ledger, "a")

    def broken(*_):
        raise Refusal("The register {file} cannot be used.", file="register.sqlite")

    status, words, got = put(ledger, file, form(b"x"), record=broken)
    assert (status, words, got) == (503, "The register register.sqlite cannot be used.", [])
    assert ledger.holders() == []


@pytest.mark.parametrize(
    ("name", "wanted"), [("å 850709-1232.xlsx", "å ******-****.xlsx"), ('a"b;c.csv', "a%22b;c.csv"), ("", "")]
)
def test_an_upload_is_told_by_its_name_without_identity_numbers(name, wanted, tmp_path, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))
    one = OneFile(BOUNDARY.encode())
    one.feed(form(b"x" * 5, name.replace('"', "%22")), last=True)
    receiving.record_upload(ME, one.name, 5)
    [row] = register.own().rows("entries", after=0)
    assert (row["action"], row["what"], row["details"]) == ("upload", wanted, '{"bytes": 5}')


REFUSED = {
    "too large": (413, [form(b"x" * 101)], {}),
    "said to be too large": (413, [], {"content_length": "9000"}),
    "said to be nothing": (413, [form(b"x" * 101)], {"content_length": "0"}),
    "two in one": (400, [FORMS["two files"]], {}),
    "another form": (415, [b"a=b&" * 1000], {"content_type": "application/x-www-form-urlencoded"}),
    "another form with a boundary": (415, [form(b"a")], {"content_type": f"text/plain; boundary={BOUNDARY}"}),
    "no boundary": (415, [form(b"a")], {"content_type": "multipart/form-data"}),
    "a long boundary": (415, [form(b"a")], {"content_type": f"multipart/form-data; boundary={'x' * 71}"}),
    "no kind": (415, [form(b"a")], {"content_type": ""}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_told_and_leaves_nothing(case, ledger):
    wanted, pieces, extra = REFUSED[case]
    [file, *_] = shown(ledger, "a")
    status, words, got = put(ledger, file, *pieces, **extra)
    assert (status, got) == (wanted, [])
    assert words in {Language("sv").refusal(refusal) for refusal, _ in ledger.refusals("a")}
    assert ledger.holders() == []
    # The page may send the same file again.
    assert put(ledger, file, form(b"x"))[0] == 204


def test_a_file_is_stopped_in_its_middle(ledger):
    """However much is sent, no more is passed on than may be held."""
    [file, *_] = shown(ledger, "a")
    begins, handed_on = form(b"x").partition(b"x\r\n--")[0], []

    async def greedy(scope, receive, _send):
        while True:
            handed_on.append((await receive())["body"])

    assert put(ledger, file, begins, *[b"x" * 10] * 30, app=greedy)[0] == 413
    assert len(b"".join(handed_on)) <= len(begins) + LIMITS.file + len(BOUNDARY) + 4
    assert ledger.holders() == []


def test_a_browser_that_leaves_or_sleeps_leaves_nothing(ledger, monkeypatch):
    one, two, *_ = shown(ledger, "a")
    assert put(ledger, one, form(b"x" * 90)[:-30], ends=False)[0] is None
    assert ledger.holders() == []
    monkeypatch.setattr(receiving, "PATIENCE", 0.01)

    async def waits(scope, receive, _send):
        while (await receive())["more_body"]:
            pass
        await receive()

    assert put(ledger, two, form(b"x"), app=waits)[0] == 408
    assert ledger.holders() == []


def test_a_full_disk_is_no_fault_of_the_file(ledger, caplog):
    async def full(_scope, receive, _send):
        await receive()
        raise OSError(errno.ENOSPC, "No space left on device")

    [file, *_] = shown(ledger, "a")
    status, words, _ = put(ledger, file, form(b"x"), app=full)
    assert (status, words) == (507, "Servern har inte plats för fler filer just nu. Försök igen om en stund.")
    assert caplog.records[0].exc_info is None
    assert ledger.holders() == []


@pytest.mark.parametrize(("status", "wanted"), [(403, 403), (400, 400), (413, 413), (500, 400)])
def test_what_streamlit_refuses_is_told_in_our_words(status, wanted, ledger):
    async def refuses(_scope, _receive, send):
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"XSRF token missing"})

    [file, *_] = shown(ledger, "a")
    answer = put(ledger, file, form(b"x"), app=refuses)
    assert answer[0] == wanted
    assert "XSRF" not in answer[1]
    assert answer[1]
    assert ledger.holders() == []


def test_sessions_that_have_ended_make_room_before_another_is_refused(ledger):
    for name in "ab":
        for file in shown(ledger, name)[:2]:
            assert taken(ledger, name, file, 100) == 204
    [file, *_] = shown(ledger, "c")
    assert put(ledger, file, form(b"x"), name="c")[0] == 507
    assert put(ledger, file, form(b"x"), name="c", room=lambda _: ledger.close("a"))[0] == 204


def test_a_persons_windows_that_are_gone_make_room_for_their_next_file_and_nobody_elses_do(ledger):
    """who loads a page anew had to wait half a minute before what they had dropped was forgotten"""
    for name, sizes in {"a1": (100, 100), "a2": (40,), "b": (5,)}.items():
        for file, size in zip(shown(ledger, name), sizes, strict=False):
            assert taken(ledger, name, file, size) == 204
    asked, files = [], shown(ledger, "a3")
    for content in (b"x", b"x" * 50):
        assert put(ledger, files[0], form(content), name="a3", room=asked.append)[0] == 429
    assert put(ledger, files[0], form(b"x"), name="a3", room=lambda person: ledger.close("a1"))[0] == 204
    assert put(ledger, files[1], form(b"x" * 60), name="a3", room=asked.append)[0] == 204
    assert asked == ["a", "a"]


def test_a_file_is_deleted_where_it_lies_in_a_field_and_nothing_else_is(ledger):
    one, two, *_ = shown(ledger, "a")
    assert [put(ledger, file, form(b"x"))[0] for file in (one, two)] == [204, 204]
    ledger.keep("a", {two: "read"})
    assert [put(ledger, file, method="DELETE")[0] for file in (one, one, two, "x")] == [204, 404, 404, 404]
    assert put(ledger, one, method="DELETE", name="b")[0] == 404
    assert ledger.holders() == ["a"]


# --- Until the session ends ---------------------------------------------------------------------------------------


class Runtime:
    """The part of Streamlit's runtime that freeing needs."""

    def __init__(self, here):
        self.here, self.closed, self.uploaded_file_mgr = here, [], bent.UploadedFiles("/files")

    def is_active_session(self, name):
        return name in self.here

    def close_session(self, name):
        self.closed.append(name)


def test_a_session_whose_browser_is_away_is_ended_and_its_files_freed(monkeypatch):
    runtime, clock, since = Runtime({"here"}), iter([0, 20, 25, 31, 35, 40]), {}
    monkeypatch.setattr(bent, "get_instance", lambda: runtime)
    monkeypatch.setattr(bent.time, "monotonic", lambda: next(clock))
    for name in ("here", "away"):
        [file, *_] = shown(LEDGER, name)
        LEDGER.open(name, file, user=ME)
        LEDGER.add(name, file, 5)
    bent.free_ended(since, patience=30)
    runtime.here = {"here", "away"}  # It comes back, and leaves again.
    bent.free_ended(since, patience=30)
    runtime.here = {"here"}
    bent.free_ended(since, patience=30)
    bent.free_ended(since, patience=30)
    assert runtime.closed == []
    bent.make_room("somebody else")
    assert runtime.closed == []
    bent.make_room(None)
    assert runtime.closed == ["away"]
    assert "away" not in LEDGER.holders()
    assert "here" in LEDGER.holders()
    LEDGER.close("here")


# --- On the pages -------------------------------------------------------------------------------------------------

PLAIN = "AD-konto;Enhet;Anställningsdatum\nab12;Norr;2020-01-01\n"


def here():
    """The record of AppTest's only session."""
    return LEDGER._sessions.get(SESSION)


@pytest.mark.live
def test_a_file_field_is_known_while_it_stands_on_the_page(own, monkeypatch):
    LEDGER.close(SESSION)
    app = opened("imports", monkeypatch)
    assert here().shown
    app.query_params["part"] = "history"
    app.run()
    assert not here().shown
    app.query_params["part"] = "load"
    app.run()
    assert here().shown
    app.switch_page("pages/about.py").run()
    assert not here().shown


def test_a_page_that_is_drawn_anew_at_once_still_has_its_field(monkeypatch):
    monkeypatch.setattr(screens_files.runs, "here", lambda: ("a", None))
    for error, shown_after in ((RerunException(RerunData()), True), (StopException(), False), (ValueError(), False)):
        LEDGER.draw_field("a")
        with pytest.raises(type(error)), screens_files.watched():
            raise error
        assert LEDGER._sessions["a"].shown is shown_after
    LEDGER.close("a")


@pytest.mark.live
def test_a_file_counts_until_it_is_loaded_or_taken_away_and_lies_in_memory_until_it_is_read(
    own, reads_here, monkeypatch, tmp_path
):
    freed, let = [], []
    monkeypatch.setattr(screens_files, "drop_upload", freed.append)
    monkeypatch.setattr(LEDGER, "release", lambda _session, files: let.extend(files))
    paths = [tmp_path / f"personal {number} 2026-10-31.csv" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_text(PLAIN.replace("ab12", f"ab{number}"), "utf-8")
    paths[1].write_text(PLAIN + ";Norr;2020-01-01\n", "utf-8")
    app = opened("imports", monkeypatch)
    dropped(app, *paths)
    whole, rejected, other = app.session_state["inbox"].items
    assert sorted(freed) == sorted([whole, rejected, other])
    assert here().kept.keys() >= {whole, rejected, other}
    app.session_state["inbox"].opened = other
    app.run().button(key=f"away {other}").click().run()
    app.session_state["inbox"].items[rejected].completes = True
    app.run().button(key="load").click().run()
    assert let == [other, whole]  # of the third one can take what was rejected
    app.session_state["inbox"].opened = rejected
    app.run().button(key=f"away {rejected}").click().run()
    assert let == [other, whole, rejected]


@pytest.mark.live
def test_what_was_not_taken_is_told_on_the_page(own, monkeypatch):
    app = opened("imports", monkeypatch)
    for _ in range(2):
        LEDGER.refuse(SESSION, LEDGER.not_taken(429, "At most {files} files"))
    assert "2 filer togs inte emot. At most 40 files" in text(app.run())
    LEDGER.issue(SESSION, [])
    assert "togs inte emot" not in text(app.run())


def test_the_field_says_in_both_languages_why_a_file_was_not_taken():
    """The frontend learns only the status of an answer."""
    for code, said in (("sv", "Du kan ha högst 40 filer och 500 MB"), ("en", "At most 40 files and 500 MB")):
        assert words.translations(code)[words.UPLOADER]["AxiosError: Request failed with status code 429"].startswith(
            said
        )
