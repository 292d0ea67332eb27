"""Each fault of a service on more than one machine breaks no promise."""

import pytest

from tools.faults.__main__ import FAULTS, tried

pytestmark = pytest.mark.exhaustive
# How long something took says as much of the machine that runs the tests; `python -m tools.faults` counts it too.
TIMES = {"late", "times"}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_breaks_no_promise(name):
    outcome = tried(name, FAULTS[name].ways, seed=1)
    if outcome.skipped:
        pytest.skip(outcome.skipped)
    assert outcome.acknowledged
    assert {kind: number for kind, number in outcome.broken.items() if number and kind not in TIMES} == {}
