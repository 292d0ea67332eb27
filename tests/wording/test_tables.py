"""A table from its columns: as a page writes it, and as a file keeps it."""

from datetime import date

from compliance.core.language import Language
from compliance.wording import tables
from compliance.wording.tables import Column, Head, field

SV = Language("sv")
ROWS = [{"unit": "Norr", "n": 1200, "day": date(2026, 10, 31)}, {"unit": "", "n": 0, "day": None}]
COLUMNS = (Column("Unit", field("unit"), row_header=True), Column("Rows", field("n")), Column("Day", field("day")))


def test_a_page_has_each_value_in_words_and_a_file_as_it_is():
    heads, cells = tables.table(COLUMNS, ROWS, SV)
    assert heads == [Head("Enhet", row_header=True), Head("Rader"), Head("Dag")]
    assert cells == [["Norr", "1\N{NO-BREAK SPACE}200", "2026-10-31"], ["–", "0", "–"]]
    assert tables.records(COLUMNS, ROWS, SV)[1] == {"Enhet": None, "Rader": 0, "Dag": None}


def test_a_table_leaves_out_what_is_named_and_one_of_texts_is_named_by_its_first_column():
    assert tables.table(COLUMNS, ROWS[:1], SV, without=["Rows"])[1] == [["Norr", "2026-10-31"]]
    drawn = tables.plain(["Unit", "Day"], [("Norr", "i dag")], SV)
    assert drawn == ([Head("Enhet", row_header=True), Head("Dag")], [["Norr", "i dag"]])
