"""Whom a run of a page is for: a person in all their windows, until a window is gone."""

import threading
from contextlib import ExitStack, suppress
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner import StopException, script_runner
from websockets.exceptions import ConnectionClosed

from compliance.access import sessions
from compliance.bending import runs
from compliance.core import queueing
from compliance.core.errors import Refusal
from compliance.core.queueing import COUNTING, person, take_turn
from tests import provided, sampled
from tests.provided import login, service, stream
from tests.session import Session

SECONDS = 20
WINDOWS = 12


@pytest.fixture
def runtime(monkeypatch):
    """Streamlit's runtime, of which the ids of windows that are there are `here`."""
    here = {"1", "2"}
    there = SimpleNamespace(is_active_session=here.__contains__)
    monkeypatch.setattr(runs.runtime, "get_instance", lambda: there)
    monkeypatch.setattr(runs.runtime, "exists", lambda: True)
    monkeypatch.setattr(sessions, "person_of", {"a key": "Bo", "another": "Bo", "Eva's": "Eva"}.__getitem__)
    monkeypatch.setattr(queueing, "LOOK_SECONDS", 0.005)
    return here


def window(key, number="1", *, started=True):
    """What Streamlit knows of a run of a page."""
    said = {"session": key} if key else {}
    pages = SimpleNamespace(get_pages=dict, current_page_script_hash="")
    return SimpleNamespace(user_info=said, session_id=number, has_script_started=started, pages_manager=pages)


run = runs.run_for_person(lambda code, _context: code())


@pytest.mark.usefixtures("runtime")
def test_all_sessions_of_somebody_are_of_one_person_and_without_a_login_there_is_one():
    found = [run(person, window(key)) for key in ("a key", "another", "Eva's", "", "")]
    assert found == ["Bo", "Bo", "Eva", "", ""]
    assert person() is None


def test_a_session_is_for_itself_while_the_register_cannot_tell_whose_it_is(monkeypatch):
    def away(key):
        raise Refusal("away")

    monkeypatch.setattr(sessions, "person_of", away)
    assert run(person, window("a key")) == "a key"


def test_a_run_that_waits_ends_with_its_window_and_an_order_of_somebody_does_not(runtime):
    ended = []

    def waits(number, *, started):
        try:
            run(take_turn, window("a key", number, started=started))
            ended.append((number, started, "counted"))
        except StopException:
            ended.append((number, started, "stopped"))

    with ExitStack() as held:
        for _ in range(2):
            busy = queueing.Asker("Bo")
            busy.take_turn(surely=True)
            held.callback(busy.end_turn)
        cases = [("1", True), ("2", True), ("2", False)]
        threads = [threading.Thread(target=waits, args=(number,), kwargs={"started": it}) for number, it in cases]
        for thread in threads:
            thread.start()
        while len(COUNTING._waiting) < 3:
            threading.Event().wait(0.001)
        runtime.remove("2")
        threads[1].join(SECONDS)
        assert (ended, len(COUNTING._waiting)) == ([("2", True, "stopped")], 2)
    for thread in threads:
        thread.join(SECONDS)
    assert sorted(ended[1:]) == [("1", True, "counted"), ("2", False, "counted")]
    assert (COUNTING._waiting, COUNTING._taken) == ([], {})


def test_what_a_window_has_ordered_is_wanted_until_it_is_gone(runtime, monkeypatch):
    """a thread that watched a child failed where the server had ended"""
    monkeypatch.setattr(runs, "get_script_run_ctx", lambda: window(""))
    wanted = runs.connection()
    assert wanted()
    runtime.remove("1")
    assert not wanted()
    monkeypatch.undo()
    assert wanted()


def test_streamlit_runs_pages_callbacks_and_fragments_through_it_and_it_is_known_meanwhile(monkeypatch):
    monkeypatch.setattr(script_runner, "exec_func_with_error_handling", lambda code, _: code())
    runs.begin()
    found = script_runner.exec_func_with_error_handling(
        lambda: (person(), run(runs.is_running, window("")), runs.is_running()), window("")
    )
    assert (found, runs.is_running()) == (("", True, True), False)
    with pytest.raises(ValueError, match="x"):
        run(lambda: int("x"), window(""))
    assert not runs.is_running()


@pytest.mark.exhaustive
def test_others_go_on_while_somebody_opens_many_windows_on_days_that_nobody_counted(tmp_path):
    """one person made all wait, for 42 s and longer; half of the windows are closed again"""
    sampled.beside(tmp_path)
    people = [provided.person("bo", "coordinator"), provided.person("eva", "head")]
    with service(tmp_path, people) as here, ExitStack() as held:
        bo, eva = login(here, "bo"), login(here, "eva")
        hers = Session(here.address, held.enter_context(stream(here, eva)))
        sockets = [held.enter_context(stream(here, bo)) for _ in range(WINDOWS)]
        done = []

        def looks(number):
            day = date(2026, 1, 1) + timedelta(days=7 * number)
            with suppress(ConnectionClosed):
                Session(here.address, sockets[number]).opens("overview", as_of=day.isoformat())
                done.append(number)

        threads = [threading.Thread(target=looks, args=(number,), daemon=True) for number in range(WINDOWS)]
        for thread in threads:
            thread.start()
        for number in range(0, WINDOWS, 2):
            sockets[number].close()
        hers.opens("overview", as_of="2025-11-20")
        hers.opens("training", as_of="2025-11-20")
        assert len(done) < WINDOWS / 2
        for thread in threads[1::2]:
            thread.join(20 * SECONDS)
        assert sorted(done) == [*range(1, WINDOWS, 2)]
        assert "Traceback" not in here.log
