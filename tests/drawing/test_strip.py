"""Every unit is a mark on one scale, and none hides another."""

import re
from itertools import combinations
from random import Random

import pytest

from compliance.drawing import strip
from compliance.drawing.geometry import stacked
from compliance.wording.trends import Level

TARGET = Level(0.95, "Target 95 %")


def drawn(*shares: float, address: str = "/point?unit=A") -> str:
    marks = [strip.Mark("red", share, f"A {share}", address) for share in shares]
    return strip.strip([strip.Line("Culture", marks)], target=TARGET, alt="Units")


def places(html: str) -> list[tuple[float, int]]:
    """Where each mark is on the scale, and how many steps from the middle of its line."""
    return [(float(x), int(step)) for x, step in re.findall(r"--x:([0-9.]+)%;--step:(-?[0-9]+)", html)]


def test_marks_of_one_share_stand_around_the_middle_of_their_line() -> None:
    html = drawn(1.0, 0.4, 1.0, 1.0)
    assert places(html) == [(40.0, 0), (100.0, 0), (100.0, -1), (100.0, 1)]
    assert "--levels:3" in html


@pytest.mark.parametrize("seed", range(5))
def test_no_mark_hides_another(seed: int) -> None:
    random = Random(seed)
    shares = sorted(random.choice([0.0, 0.5, 0.503, 1.0, random.random()]) for _ in range(90))
    levels = stacked(shares, strip.APART)
    for (one, low), (other, high) in combinations(zip(shares, levels, strict=True), 2):
        assert low != high or other - one >= strip.APART
    assert len(places(drawn(*shares))) == 90


def test_a_mark_is_named_and_leads_to_its_unit_unless_it_is_added_up() -> None:
    html = drawn(0.4)
    assert 'title="A 0.4" aria-label="A 0.4"' in html
    assert 'href="/point?unit=A"' in html
    added_up = drawn(0.4, address="")
    assert "<a" not in added_up
    assert 'role="img" title="A 0.4" aria-label="A 0.4"' in added_up


def test_the_target_is_a_tick_on_each_line_and_named_above_them() -> None:
    lines = [strip.Line(name, [strip.Mark("green", 1.0, name)]) for name in ("A", "B")]
    html = strip.strip(lines, target=TARGET, alt="Units")
    assert html.count('class="v-units-tick" style="--x:95.00%"') == 2
    assert '<span style="--x:95.00%">Target 95 %</span>' in html
