"""A page never waits for a whole run of the intake, whatever came: between two loads a run gives way to it."""

import pytest

from tools.measuring.arriving import filled, run, sent
from tools.measuring.machines import ADMINISTRATIONS

pytestmark = pytest.mark.exhaustive


def test_a_page_never_waits_for_the_whole_run(tmp_path, capsys):
    names = ADMINISTRATIONS[:2]
    store, root = filled(tmp_path, names), sent(tmp_path, names, rows=20_000)
    files = [path for path in root.rglob("*") if path.is_file()]
    night = run(store, root)
    waited = f"the longest of {len(night.waits)} waits {max(night.waits):.1f} s, over {night.most_loads} loads"
    with capsys.disabled():
        print(f"\n{night.seconds:.0f} s, {dict(night.outcomes)}, {waited}")
    assert sum(night.outcomes.values()) == len(files)
    assert night.outcomes["loaded"]
    assert len(night.waits) > 3
    assert night.most_loads < night.outcomes["loaded"] / 2
