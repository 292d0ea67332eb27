"""The three layers of the suite, by a mark on the test, and the guard that holds the marks true.

| | runs | mark |
| --- | --- | --- |
| `make check` | what needs no server, browser, other process or page, and is done in a moment | none |
| `make test` | that, and each rule that needs one of them or longer, once | `live` |
| `make test-all` | everything: every combination, seed, kill and fault | `exhaustive` |
"""

import sys
import threading
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any

import pytest

EXHAUSTIVE = pytest.mark.exhaustive
# What a test without a mark does not do, by the name that Python's audit events have for it.
STARTS = {
    "subprocess.Popen": "a process",
    "os.fork": "a process",
    "os.posix_spawn": "a process",
    "socket.bind": "a server",
}
# The thread in which Streamlit runs a page.
PAGE_THREAD = "ScriptRunner.scriptThread"
_started: set[str] = set()


def layered(values: Iterable[Any], quick: Container[Any] | Callable[[Any], bool]) -> list[Any]:
    """The values of a parameter, of which only those that are quick are tried before `make test-all`.

    A tuple is a value for each of several parameters.
    """
    is_quick = quick if callable(quick) else quick.__contains__
    return [each if is_quick(each) else _exhaustive(each) for each in values]


def first_of(values: Iterable[Any], number: int = 1) -> list[Any]:
    """The values of a parameter, of which only the first are tried before `make test-all`."""
    return [each if place < number else _exhaustive(each) for place, each in enumerate(values)]


def _exhaustive(value: Any) -> Any:
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=EXHAUSTIVE)


@pytest.fixture(scope="session", params=first_of([False, True]), ids=["few", "all"])
def exhaustively(request: pytest.FixtureRequest) -> bool:
    """Whether a test tries all that it can; it is run once with few, and once with all in `make test-all`."""
    return bool(request.param)


# --- The guard --------------------------------------------------------------------------------------------------------


def _hear(event: str, given: tuple[Any, ...]) -> None:
    if event in STARTS:
        _started.add(STARTS[event])
    elif event == "exec" and threading.current_thread().name == PAGE_THREAD:
        _started.add("a page")


sys.addaudithook(_hear)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Forget what the tests before have started."""
    _started.clear()
    return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Hold that a test which is not marked has started nothing, so that `make check` stays quick."""
    started = {*_started}
    yield
    if started and not any(item.iter_markers("live")) and not any(item.iter_markers("exhaustive")):
        pytest.fail(f"it starts {' and '.join(sorted(started))}: mark it with pytest.mark.live", pytrace=False)
