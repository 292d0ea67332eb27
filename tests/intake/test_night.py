"""A page never waits for a whole run of the intake, whatever came: a run takes the store for a load at a time."""

import pytest

from tools.measuring.arriving import filled, run, sent
from tools.measuring.machines import ADMINISTRATIONS

pytestmark = pytest.mark.exhaustive


def test_a_page_never_waits_for_the_whole_run(tmp_path, capsys):
    names = ADMINISTRATIONS[:2]
    store, root = filled(tmp_path, names), sent(tmp_path, names, rows=20_000)
    files = [path for path in root.rglob("*") if path.is_file()]
    night = run(store, root)
    with capsys.disabled():
        print(
            f"\n{night.seconds:.0f} s, {dict(night.outcomes)}, the longest of {len(night.waits)} waits:",
            max(night.waits),
        )
    assert sum(night.outcomes.values()) == len(files)
    assert night.outcomes["loaded"]
    assert len(night.waits) > 3
    assert max(night.waits) < night.seconds / 2
