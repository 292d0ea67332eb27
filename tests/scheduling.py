"""In which order the workers take the files of tests: first those that take longest, so that none is left alone last.

durations.json has the seconds of each file; `make test-all DURATIONS=--keep-durations` measures those that run.
"""

import json
import math
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

FILE = Path(__file__).with_name("durations.json")
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
_seconds: Counter[str] = Counter()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep-durations", action="store_true", help="write what ran into tests/durations.json")


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Lets the first worker compile what all of them import, else each would; that takes eight seconds each time."""
    if not WORKER:
        return (yield)
    compiled, end = Path(session.config.option.basetemp).with_name("compiled"), time.monotonic() + 60
    while WORKER != "gw0" and not compiled.exists() and time.monotonic() < end:
        time.sleep(0.1)
    try:
        return (yield)
    finally:
        compiled.touch()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sorts the files; one that nobody has measured comes first."""
    known = json.loads(FILE.read_text("utf-8"))
    items.sort(key=lambda item: -known.get(_file_of(item.nodeid), math.inf))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[_file_of(report.nodeid)] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keeps what was measured, if asked to."""
    if session.config.option.keep_durations and not WORKER:
        known = {file: seconds for file, seconds in json.loads(FILE.read_text("utf-8")).items() if _is_there(file)}
        measured = Counter(known | {file: round(seconds) for file, seconds in _seconds.items()})
        FILE.write_text(json.dumps(dict(measured.most_common()), indent=0) + "\n", "utf-8")


def _is_there(file: str) -> bool:
    return (FILE.parent / file).is_file()


def _file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0].removeprefix("tests/")
