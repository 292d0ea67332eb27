"""The tables of `make bench` and `make viewers`: what it says of the runs before, and of another commit."""

from dataclasses import replace

import pytest

from tools.measuring.lines import (
    Measured,
    as_table,
    beside_commit,
    compared,
    keep_run,
    kept_runs,
    medians,
    numbered,
    to_best,
)  # fmt: skip

FOUND = [Measured("A load", 2.0), Measured("… its trend", 0.3), Measured("A page", 0.1), Measured("… its trend", 0.4)]


def run(*seconds: float) -> list[Measured]:
    return [Measured("A load", number, note=f"took {number}", other=10 * number) for number in seconds]


def test_a_line_that_goes_on_from_another_is_told_apart_by_it():
    assert [name for name, _ in numbered(FOUND)] == ["A load", "A load … its trend", "A page", "A page … its trend"]


def test_each_line_stands_beside_the_best_of_the_runs_before(tmp_path):
    file = tmp_path / "history.jsonl"
    for seconds in (1.6, 1.0, 1.8):
        keep_run(file, run(seconds), commit="abc")
    assert to_best(FOUND, kept_runs(file)) == {"A load": 2.0}, "a line without a run before has no ratio"
    assert to_best(run(0.5), kept_runs(file)) == {"A load": 0.5}


def test_the_last_twenty_runs_are_kept(tmp_path):
    file = tmp_path / "history.jsonl"
    for seconds in range(1, 23):
        keep_run(file, run(seconds), commit="abc")
    assert [numbers["A load"] for numbers in kept_runs(file)] == list(range(3, 23))


def test_of_several_runs_the_medians_count():
    (found,) = medians([run(9.0), run(1.0), run(3.0)])
    assert (found.ours, found.other, found.note) == (3.0, 30.0, "took 3.0")


def test_a_line_that_the_other_commit_does_not_have_stands_alone():
    assert [line.before for line in beside_commit(FOUND, FOUND[:1])] == [2.0, None, None, None]


@pytest.mark.parametrize(("ratio", "said"), [(0.2, "0.20"), (1.236, "1.24"), (None, "")])
def test_a_ratio_is_ours_to_what_stands_beside_it(ratio, said):
    assert compared(ratio) == said


def test_the_table_formats_late_and_has_no_column_that_holds_nothing():
    line = Measured("A load", 0.25, "< 1 s", note="10 rows", other=1.0, beside="another", before=0.5)
    with_other, alone = (as_table([each], {"A load": 1.2}).splitlines() for each in (line, replace(line, before=None)))
    assert with_other[2] == "| A load (10 rows) | 250 ms | another: 1.0 s | 0.25 | 500 ms | 1.20 | < 1 s |"
    assert alone[2] == "| A load (10 rows) | 250 ms | another: 1.0 s | 0.25 | 1.20 | < 1 s |"
    assert as_table([replace(line, before=None)], {}).splitlines()[0] == "| what | ours | beside | ratio | wished |"
