"""What is counted ahead of visitors."""

import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from compliance.bending import runs
from compliance.commands import ahead
from compliance.counting import assessing
from compliance.screens import changes, reads
from tests.apps import opened, text

SECONDS = 20
PART, UNIT, OTHER = "Öst", "Norr", "Söder"
STAFF = "AD-konto | Enhet | Anställningsdatum\na1 | Norr | 2020-01-01"


@pytest.mark.live
def test_a_page_counts_nothing_that_was_counted_ahead(stage, monkeypatch, exhaustively):
    """The costly counts: the figures of all points, what is ahead of them, and the items of a point."""
    stage("loaded")
    asked = {"overview": {}, **({"point": {"point": "classification"}} if exhaustively else {})}
    monkeypatch.setattr(ahead, "COUNTED", {page: ahead.COUNTED[page] for page in asked})
    parts = [{"department": PART}, {"department": PART, "unit": UNIT}]
    monkeypatch.setattr(
        ahead, "_parts", lambda view: [replace(view, scope=replace(view.scope, **part)) for part in parts]
    )
    counted = ahead.count(threading.Event())
    assert not counted.sample
    again = []
    for name in ("counts", "ahead", "plans", "items_of", "requested_items"):
        monkeypatch.setattr(assessing, name, noted(name, getattr(assessing, name), again))
    for page, named in (*asked.items(), ("overview", {"department": PART}), ("overview", {"unit": OTHER})):
        opened(page, monkeypatch, as_of=str(counted.as_of), **named)
        assert again == [], page


@pytest.mark.live
def test_why_a_point_changed_and_who_leads_are_counted_ahead(sample, monkeypatch):
    monkeypatch.setattr(ahead, "COUNTED", {page: ahead.COUNTED[page] for page in ("overview", "point")})
    monkeypatch.setattr(ahead, "_parts", lambda _: [])
    counted = ahead.count(threading.Event())
    again = []
    monkeypatch.setattr(changes, "explain", noted("explain", changes.explain, again))
    monkeypatch.setattr(reads, "leaders_on", noted("leaders_on", reads.leaders_on, again))
    app = opened("point", monkeypatch, point="classification", as_of=str(counted.as_of))
    assert "Varför ändrades siffran?" in [expander.label for expander in app.expander]
    assert "v-changes" in text(app)
    assert again == []


def noted(name, function, calls):
    """The same function, which notes that it is called."""

    def noting(*given, **named):
        calls.append(name)
        return function(*given, **named)

    return noting


@pytest.fixture
def steps(monkeypatch):
    """Counting ahead in ten steps, of data that a test changes; each takes down what it counts."""
    made = SimpleNamespace(data="1", counted=[], between=lambda: None)
    monkeypatch.setattr(ahead, "usual", lambda: made.data)

    def ten_steps(wanted):
        for number in range(10):
            made.counted.append((wanted, number))
            made.between()
            yield

    monkeypatch.setattr(ahead, "_steps", ten_steps)
    return made


def test_it_waits_between_two_steps_while_a_page_runs(steps):
    at_rest, window = threading.Event(), SimpleNamespace(user_info={})
    draw = runs.run_for_person(lambda code, _: code())
    page = threading.Thread(target=draw, args=(lambda: at_rest.wait(SECONDS), window))
    page.start()
    counting = threading.Thread(target=ahead.count, args=(threading.Event(),))
    counting.start()
    time.sleep(0.2)
    waited = [*steps.counted]
    at_rest.set()
    counting.join(SECONDS)
    assert (len(waited), len(steps.counted)) == (1, 10)


def test_it_begins_anew_when_the_data_change_and_is_done_when_they_do_not(steps):
    def load():
        steps.data = "2"

    steps.between = load
    assert ahead.count(threading.Event()) is None
    assert ahead.count(threading.Event()) == "2"
    assert steps.counted == [("1", 0), *(("2", number) for number in range(10))]
    assert ahead.count(threading.Event(), "2") == "2"
    assert len(steps.counted) == 11


def test_it_ends_with_the_server(steps):
    over = threading.Event()
    steps.between = over.set
    ahead.count(over)
    assert len(steps.counted) == 1


@pytest.fixture
def shown(line, monkeypatch):
    """The app on a database of the test's own."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    return line


def test_a_server_goes_on_counting_after_a_failure_which_is_logged_once(monkeypatch, caplog):
    answers, asked = iter([ValueError("a"), ValueError("a"), "counted"]), threading.Semaphore(0)

    def count(_over, counted):
        asked.release()
        if isinstance(answer := next(answers, counted), Exception):
            raise answer
        return answer

    monkeypatch.setattr(ahead, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(ahead, "count", count)
    over = threading.Event()
    ahead.begin(over)
    assert all(asked.acquire(timeout=SECONDS) for _ in range(4))
    over.set()
    assert caplog.text.count("Nothing can be counted ahead") == 1


@pytest.mark.live
def test_it_does_not_hold_the_store_between_two_steps_and_counts_nothing_of_an_empty_one(shown, monkeypatch):
    assert ahead.usual() is None
    shown.load_table(STAFF)
    store = shown.database
    monkeypatch.setattr(ahead, "COUNTED", {"quality": ahead.COUNTED["quality"]})
    monkeypatch.setattr(runs, "is_running", lambda: held.append(store._users[threading.get_ident()]))
    before, held = store._users[threading.get_ident()], []
    ahead.count(threading.Event())
    assert held
    assert {*held} == {before}


def test_a_page_that_fails_is_logged_and_the_others_are_counted(shown, monkeypatch, caplog):
    shown.load_table(STAFF)
    asked = []

    def ahead_of(view):
        asked.append(view.scope.organisation)
        yield
        raise ValueError

    monkeypatch.setattr(ahead, "COUNTED", dict.fromkeys(ahead.COUNTED, ahead_of))
    assert ahead.count(threading.Event()) == ahead.usual()
    assert len(asked) == len(ahead.COUNTED)
    assert "The page overview cannot be counted ahead" in caplog.text
