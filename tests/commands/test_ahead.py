"""What is counted ahead, and what is kept of it."""

import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

from compliance.commands import ahead
from compliance.counting import assessing
from compliance.screens import caching, reads
from compliance.screens.reads import Data
from tests.apps import DAY, opened

SECONDS = 20
PART, UNIT, OTHER = "Förskola", "Förskolan Linden", "Förskolan Kullen"
STAFF = "AD-konto | Enhet | Anställningsdatum\na1 | Norr | 2020-01-01"
DATA = Data("a store", "1")


# --- Counting ahead -----------------------------------------------------------------------------------------------


def test_a_page_counts_nothing_that_was_counted_ahead(sample, monkeypatch):
    """The costly counts: the figures of all points, what is ahead of them, and the items of a point."""
    asked = {"overview": {}, "point": {"point": "access"}}
    monkeypatch.setattr(ahead, "COUNTED", {page: ahead.COUNTED[page] for page in asked})
    parts = [{"department": PART}, {"department": PART, "unit": UNIT}]
    monkeypatch.setattr(
        ahead, "_parts", lambda view: [replace(view, scope=replace(view.scope, **part)) for part in parts]
    )
    assert ahead.count(threading.Event()).as_of == DAY
    for name in ("counts", "ahead", "plans", "traced_items_of", "requested_items"):
        monkeypatch.setattr(assessing, name, lambda *_, **__: pytest.fail("it is counted again"))
    for page, named in (*asked.items(), ("overview", {"department": PART}), ("overview", {"unit": OTHER})):
        opened(page, monkeypatch, **named)


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
    at_rest = threading.Event()
    page = threading.Thread(target=at_rest.wait, args=(SECONDS,), name=ahead.RUN)
    page.start()
    counting = threading.Thread(target=ahead.count, args=(threading.Event(),))
    counting.start()
    time.sleep(0.2)
    waited = [*steps.counted]
    at_rest.set()
    counting.join(SECONDS)
    assert (len(waited), len(steps.counted)) == (1, 10)


def test_it_knows_that_a_page_is_running_by_what_streamlit_calls_the_thread(monkeypatch):
    seen = []
    monkeypatch.setattr(ScriptRunner, "_run_script_thread", lambda _: seen.append(ahead.is_running()))
    runner = ScriptRunner.__new__(ScriptRunner)
    runner._script_thread = None
    runner.start()
    runner._script_thread.join(SECONDS)
    assert seen == [True]
    assert not ahead.is_running()


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
    over = ahead.begin()
    assert all(asked.acquire(timeout=SECONDS) for _ in range(4))
    over.set()
    assert caplog.text.count("Nothing can be counted ahead") == 1


def test_it_does_not_hold_the_store_between_two_steps_and_counts_nothing_of_an_empty_one(shown, monkeypatch):
    assert ahead.usual() is None
    shown.load_table(STAFF)
    store = shown.database
    monkeypatch.setattr(ahead, "is_running", lambda: held.append(store._users[threading.get_ident()]))
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


# --- What is kept -------------------------------------------------------------------------------------------------


@pytest.fixture
def kept():
    """A cached function that says how often it has been computed."""
    numbers = count(1)
    made = caching.cached(3)(lambda _data, _day, _name="": next(numbers))
    yield made
    caching._EVERY.remove(made)


def test_a_result_is_computed_once_for_all_and_nobody_else_waits_for_it():
    begun, go_on = threading.Event(), threading.Event()

    def slow(_data, name):
        if name == "slow":
            begun.set()
            go_on.wait(SECONDS)
        return object()

    kept, found = caching.cached()(slow), []
    waiting = [threading.Thread(target=lambda: found.append(kept(DATA, "slow"))) for _ in range(3)]
    for thread in waiting:
        thread.start()
    begun.wait(SECONDS)
    assert kept(DATA, "quick") is kept(DATA, "quick")
    go_on.set()
    for thread in waiting:
        thread.join(SECONDS)
    assert len(found) == 3
    assert len({*map(id, found)}) == 1


def test_what_failed_is_computed_again():
    answers = iter([ValueError(), 1])

    def ask(_data):
        if isinstance(answer := next(answers), Exception):
            raise answer
        return answer

    kept = caching.cached()(ask)
    with pytest.raises(ValueError):
        kept(DATA)
    assert kept(DATA) == 1


def test_of_days_only_the_last_few_are_kept(kept):
    first = date(2026, 1, 1)
    days = [first + timedelta(days=number) for number in range(caching.DAYS)]
    other = caching.cached()(lambda _data, _days: None)
    assert [kept(DATA, first), kept(DATA, first)] == [1, 1]
    for day in days:
        other(DATA, (day - timedelta(days=400), day))
    assert kept(DATA, first) == 1
    for day in days:
        other(DATA, (day + timedelta(days=100),))
    assert kept(DATA, first) == 2


def test_of_a_function_only_the_last_results_are_kept(kept):
    day = date(2026, 1, 1)
    assert [kept(DATA, day, name) for name in "abcabcdabcd"] == [1, 2, 3, 1, 2, 3, 4, 5, 6, 7, 8]


def test_nothing_is_kept_of_data_that_have_changed(line, kept):
    """Neither of those with a day nor of the others."""
    before, other = reads.data(line.database), Data("another store", "1")
    assert [kept(before, DAY), kept(before, None), kept(other, DAY)] == [1, 2, 3]
    line.load_table(STAFF)
    assert reads.data(line.database) != before
    assert [kept(other, DAY), kept(before, DAY), kept(before, None)] == [3, 4, 5]
