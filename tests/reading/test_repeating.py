"""Rows that repeat the headings are no data: neither loaded nor rejected, and told."""

from datetime import date

import pytest

from tests.command import run_here
from tests.files import xlsx
from tests.line import Line

HEADINGS = ["Systemnamn", "System-ID", "Enhet / Förvaltning (väg)", "Livscykel", "Leverantör:"]
DAY = date(2026, 11, 1)


@pytest.fixture
def line(tmp_path):
    with Line(tmp_path).held() as line:
        yield line


def loaded(line, *rows, headings=HEADINGS):
    path = line.folder / "systemregister.xlsx"
    path.write_bytes(xlsx({"Blad1": [headings, *rows]}))
    return line.load(path, extract_date=DAY)


def test_they_are_counted_and_the_other_rows_keep_their_numbers(line):
    again = ["  SYSTEMNAMN ", "System-id", "Enhet  / Förvaltning", "Livscykel:", "leverantör"]
    [receipt] = loaded(line, ["Alfa", "1"], HEADINGS, ["Beta", "2"], again, ["Gamma", "3"], HEADINGS)
    summary = receipt.summary
    assert (summary.loaded, summary.rejected, summary.warnings) == (3, 0, 0)
    assert [match.repeated for match in receipt.matches] == [3]
    assert line.rows("select system, row from systems order by row") == [
        {"system": "Alfa", "row": 2},
        {"system": "Beta", "row": 4},
        {"system": "Gamma", "row": 6},
    ]


def test_from_a_row_on_that_has_some_of_them_it_is_another_table(line):
    rows = [["Alfa", "1"], ["Klassade system"], ["Systemnamn", "System-ID"], ["Beta", "2"]]
    [receipt] = loaded(line, *rows)
    assert [(match.repeated, match.second) for match in receipt.matches] == [(0, 4)]
    assert line.column("system", "systems") == ["Alfa"]


@pytest.mark.parametrize("row", [["Systemnamn", "System-ID", "a", "b", "c"], ["Alfa", "Status", "", "", ""]])
def test_a_row_with_one_or_few_of_them_is_data_but_where_they_would_be_the_names(line, row):
    [receipt] = loaded(line, ["Beta", "1"], row)
    assert receipt.summary.loaded == (1 if row[0] == "Systemnamn" else 2)


def test_levels_that_repeat_their_headings_reject_nothing(line):
    headings = ["System", "K", "R", "T", "Klassad"]
    [receipt] = loaded(line, ["Alfa", "1", "2", "2", "2026-01-01"], headings, headings=headings)
    assert (receipt.source.id, receipt.summary.loaded, receipt.summary.rejected) == ("classifications", 1, 0)


@pytest.mark.live
def test_the_command_counts_them_and_the_cells_without_an_answer(line):
    path = line.folder / "systemregister.xlsx"
    path.write_bytes(xlsx({"Blad1": [HEADINGS, ["Alfa", "?", "", "I drift", "saknas"], HEADINGS]}))
    done = run_here(line.database.path, "load", path, "--extract-date", DAY)
    assert (done.returncode, done.stdout.splitlines()[1:]) == (
        0,
        [
            "Two cells say that there is no answer, and are read as empty.",
            "One row repeats the headings and is not loaded.",
        ],
    )
