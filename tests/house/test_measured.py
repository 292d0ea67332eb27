"""The table of `make bench`: what it says of the runs before, and of another commit."""

import pytest

from tools.bench import as_table
from tools.measured import Measured, beside_commit, compared, keep_run, kept_runs, medians, numbered, to_best

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


@pytest.mark.parametrize(("ratio", "said"), [(0.2, "5.0 times faster"), (1.24, "1.24 times as long"), (None, "")])
def test_a_ratio_in_words(ratio, said):
    assert compared(ratio) == said


def test_the_table_formats_late_and_has_a_column_for_another_commit_only_if_it_was_measured():
    line = Measured("A load", 0.25, "< 1 s", note="10 rows", other=1.0, beside="another", before=0.5)
    with_other, alone = (as_table([line], {"A load": 1.2}, beside=beside).splitlines()[2] for beside in (True, False))
    assert with_other == "| A load (10 rows) | 250 ms | another: 1.0 s | 4.0 times faster | 500 ms | 1.20 | < 1 s |"
    assert alone == "| A load (10 rows) | 250 ms | another: 1.0 s | 4.0 times faster | 1.20 | < 1 s |"
