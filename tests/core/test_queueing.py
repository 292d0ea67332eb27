"""Turns: few of a person at a time, so that whoever asks for much makes nobody else wait."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack

import pytest

from compliance.core import queueing
from compliance.core.queueing import COUNTING, Asker, Queue, asking, carried, person, take_turn
from tests.layers import first_of

SECONDS = 20


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch):
    monkeypatch.setattr(queueing, "LOOK_SECONDS", 0.005)


@pytest.fixture
def pool():
    """Threads for those who wait."""
    with ThreadPoolExecutor(50) as found:
        yield found


def comes(queue, who, check=lambda: None):
    """Somebody who takes a turn, and says that it has come."""
    queue.take(who, check)
    return who


def until_waiting(queue, number):
    """Wait until so many wait."""
    while len(queue._waiting) < number:
        threading.Event().wait(0.001)


def test_the_forty_windows_of_a_person_make_nobody_else_wait(pool):
    queue = Queue(of_one=2)
    windows = [pool.submit(comes, queue, "Bo") for _ in range(40)]
    until_waiting(queue, 38)
    assert [pool.submit(comes, queue, who).result(SECONDS) for who in ("Eva", "Ida")] == ["Eva", "Ida"]
    assert sum(window.done() for window in windows) == 2
    for _ in windows:
        wait(windows, SECONDS, "FIRST_COMPLETED")
        queue.leave("Bo")
    assert all(window.result(SECONDS) for window in windows)


def test_who_has_fewest_turns_comes_first_and_then_who_came_first(pool):
    queue = Queue(of_one=2, at_once=2)
    comes(queue, "Bo")
    comes(queue, "Bo")
    for number, who in enumerate(["Bo", "Eva", "Bo", "Ida"], start=1):
        pool.submit(comes, queue, who)
        until_waiting(queue, number)
    waiting = []
    for who in ("Bo", "Bo", "Eva", "Ida"):
        queue.leave(who)
        waiting.append([each.person for each in queue._waiting])
    assert waiting == [["Bo", "Bo", "Ida"], ["Bo", "Ida"], ["Bo"], []]


def test_what_nobody_asked_for_is_limited_by_all_alone():
    queue = Queue(of_one=1, at_once=3)
    with ExitStack() as held:
        assert [held.enter_context(queue.turn(seconds=0)) for _ in range(4)] == [True, True, True, False]
    with queue.turn(seconds=0) as came:
        assert came


def test_a_turn_that_does_not_come_in_time_is_told_and_not_kept():
    queue = Queue(of_one=1)
    with asking(Asker("Bo")), queue.turn(seconds=0.01) as first, queue.turn(seconds=0.01) as second:
        assert (first, second) == (True, False)
    assert (queue._waiting, queue._taken) == ([], {})


def test_whoever_is_gone_leaves_the_queue_to_the_others(pool):
    """half of the windows go while they wait: the others come in their order, and nothing is left"""
    queue, gone, order = Queue(of_one=1), threading.Event(), []

    def window(number):
        def check():
            if number % 2 and gone.is_set():
                raise InterruptedError

        queue.take("Bo", check)
        order.append(number)
        queue.leave("Bo")

    queue.take("Bo", lambda: None)
    windows = []
    for number in range(10):
        windows.append(pool.submit(window, number))
        until_waiting(queue, number + 1)
    gone.set()
    while len(queue._waiting) > 5:
        threading.Event().wait(0.001)
    queue.leave("Bo")
    wait(windows, SECONDS)
    assert order == [0, 2, 4, 6, 8]
    assert [type(each.exception()) for each in windows[1::2]] == [InterruptedError] * 5
    assert (queue._waiting, queue._taken) == ([], {})


def test_a_turn_to_count_lasts_until_the_work_is_done_however_it_ends():
    def counts():
        with asking(Asker("Bo")):
            assert COUNTING._taken == {}
            for _ in range(3):
                take_turn()
            assert (COUNTING._taken, person()) == ({"Bo": 1}, "Bo")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        counts()
    assert (COUNTING._taken, person()) == ({}, None)


def test_threads_of_one_work_share_its_turn(pool):
    with asking(Asker("Bo")), ExitStack() as held:
        held.enter_context(_of_another_window())
        threads = [pool.submit(carried(take_turn)) for _ in range(5)]
        take_turn()
        wait(threads, SECONDS)
        assert COUNTING._taken == {"Bo": 2}


def _of_another_window():
    other = Asker("Bo")
    other.take_turn(surely=True)
    stack = ExitStack()
    stack.callback(other.end_turn)
    return stack


def test_a_person_counts_in_another_window_while_they_wait_for_a_file():
    files = Queue(of_one=1, at_once=1)
    with asking(Asker("Bo")):
        take_turn()
        with files.turn():
            assert COUNTING._taken == {}


def test_what_is_to_be_saved_is_not_given_up_with_its_window(pool):
    def gone():
        raise InterruptedError

    def saves(*, surely):
        with asking(Asker("Bo", gone)):
            take_turn(surely=surely)

    with _of_another_window(), _of_another_window():
        saved, read = (pool.submit(saves, surely=surely) for surely in (True, False))
        assert isinstance(read.exception(SECONDS), InterruptedError)
        assert not saved.done()
    assert saved.result(SECONDS) is None
    assert COUNTING._taken == {}


@pytest.mark.parametrize("seed", first_of(range(50)))
def test_nobody_waits_for_ever_and_no_limit_is_passed(seed):
    """many persons come, go and give up at random: whoever did not give up has had their turn, and none is left"""
    chance, lock, running, over = random.Random(seed), threading.Lock(), Counter(), []
    queue = Queue(of_one=chance.randint(1, 3), at_once=chance.randint(1, 4))

    def window(who, patience):
        def check():
            nonlocal patience
            patience -= 1
            if not patience:
                raise InterruptedError

        try:
            queue.take(who, check)
        except InterruptedError:
            return
        with lock:
            running[who] += 1
            over.append(running.total() > queue.at_once or (who is not None and running[who] > queue.of_one))
        threading.Event().wait(chance.random() / 2000)
        with lock:
            running[who] -= 1
        queue.leave(who)

    with ThreadPoolExecutor(30) as pool:
        asked = [(chance.choice(["Bo", "Bo", "Bo", "Eva", None]), chance.choice([1, 2, 0])) for _ in range(60)]
        windows = [pool.submit(window, *each) for each in asked]
        assert not wait(windows, SECONDS).not_done
    assert [each.exception() for each in windows] == [None] * 60
    assert not any(over)
    assert len(over) >= sum(not patience for _, patience in asked)
    assert (queue._waiting, queue._taken) == ([], {})
