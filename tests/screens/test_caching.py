"""What is kept of results, and for how long."""

import threading
from datetime import date, timedelta
from itertools import count

import pytest

from compliance.core.queueing import COUNTING, Asker, asking
from compliance.screens import caching, reads
from compliance.screens.caching import Data
from tests.apps import DAY

SECONDS = 20
STAFF = "AD-konto | Enhet | Anställningsdatum\na1 | Norr | 2020-01-01"
DATA = Data("a store", "1")


@pytest.fixture
def kept():
    """A cached function that says how often it has been computed; nobody has looked at a day yet."""
    caching._DAYS.clear()
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


def test_a_thread_with_a_cursor_does_not_wait_for_one_that_waits_for_the_file(line):
    """deadlock: who computes waits until the file is closed for another process, and who has it open for the result"""
    begun, go_on = threading.Event(), threading.Event()

    def slow(_data, by):
        if by is not threading.current_thread():
            begun.set()
            go_on.wait(SECONDS)
        return threading.current_thread()

    here = threading.current_thread()
    kept = caching.cached()(slow)
    computing = threading.Thread(target=kept, args=(DATA, here))
    computing.start()
    begun.wait(SECONDS)
    with line.database.cursor():
        assert kept(DATA, here) is here
    go_on.set()
    computing.join(SECONDS)


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


def test_who_looks_at_many_days_loses_their_own_and_not_those_of_others(kept):
    """one person's forty windows made everybody else's day be counted anew at each click"""
    first = date(2026, 1, 1)
    with asking(Asker("Eva")):
        assert [kept(DATA, first, "Eva's"), kept(DATA, first, "too")] == [1, 2]
    other = caching.cached(3)(lambda _data, _day: None)
    with asking(Asker("Bo")):
        assert kept(DATA, first, "too") == 2
        for number in range(40):
            other(DATA, first + timedelta(days=number + 1))
            kept(DATA, None, f"{number}")
    assert [kept(DATA, first, "Eva's"), kept(DATA, first, "too")] == [1, 2]
    with asking(Asker("Ida")):
        other(DATA, first - timedelta(days=1))
    assert len(caching._DAYS) == caching.DAYS


def test_who_waits_for_their_turn_holds_no_result_that_others_need():
    """deadlock: the windows of a person wait for each other, and one of them has begun what everybody asks for"""
    kept, found = caching.cached()(lambda _data, name: name), []

    def window():
        with asking(Asker("Bo")):
            found.append(kept(DATA, "asked by all"))

    busy = [Asker("Bo"), Asker("Bo")]
    for each in busy:
        each.take_turn(surely=True)
    waiting = [threading.Thread(target=window) for _ in range(3)]
    for thread in waiting:
        thread.start()
    while len(COUNTING._waiting) < 3:
        threading.Event().wait(0.001)
    with asking(Asker("Eva")):
        assert kept(DATA, "asked by all") == "asked by all"
    assert found == []
    for each in busy:
        each.end_turn()
    for thread in waiting:
        thread.join(SECONDS)
    assert found == ["asked by all"] * 3


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


def test_a_result_is_computed_again_when_what_it_depends_on_besides_has_changed():
    written, numbers = {"text": "a"}, count(1)
    kept = caching.cached(by=lambda data: (data, written["text"]))(lambda _data: next(numbers))
    assert [kept(DATA), kept(DATA)] == [1, 1]
    written["text"] = "b"
    assert kept(DATA) == 2
