"""The search for texts that must not be stored finds a planted text, wherever it was planted."""

import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from compliance.core.drafts import draft
from compliance.core.media import XLSX
from compliance.report.writers.pdf import write_pdf
from tests.layers import first_of
from tests.line import Line
from tests.reports import sample
from tests.searching import holds, places_of, uncompressed, unpacked

SECRET = "Långbåtsregistret 4711"


@pytest.fixture
def line(tmp_path):
    """A line into a database whose file is not compressed, so that every stored text is readable in it."""
    line = Line(tmp_path)
    with uncompressed(line.database):
        yield line


@pytest.mark.live
@pytest.mark.parametrize(
    "statement",
    first_of(
        [
            "insert into events (what) select $secret from range(3000)",
            "insert into import_rows (cells) values ([null, 'x ' || $secret || ' y'])",
            "insert into mappings (mapping) values (to_json({'fields': {'system': upper($secret)}}))",
        ]
    ),
)
def test_a_planted_text_is_found_among_the_values_in_the_log_and_in_the_file(line, statement):
    assert places_of(line.database, SECRET) == []
    with line.database.writing() as cursor:
        cursor.execute(statement, {"secret": SECRET})
    places = places_of(line.database, "nothing", SECRET)
    assert places[-2:] == ["test.duckdb", "test.duckdb.wal"]
    assert [place.split(".")[0] for place in places[:-2]] == [statement.split()[2]]
    with line.database.writing() as cursor:
        cursor.execute(f"delete from {statement.split()[2]}")
    assert {*places_of(line.database, SECRET)} <= {"test.duckdb", "test.duckdb.wal"}, "no value is left"


def test_a_planted_text_is_found_in_files_that_are_handed_out():
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active["B7"] = SECRET
    book.save(file)
    packed, package = file.getvalue(), io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.xlsx", packed)
    mails = [
        draft("", f"{SECRET} ", "x"),
        draft("", "x", f"å {SECRET}"),
        draft("", "x", "y", [("b.xlsx", packed, XLSX)]),
    ]
    for content in (SECRET.encode("utf-16"), packed, package.getvalue(), *mails):
        assert holds(unpacked(content), SECRET)
        assert not holds(unpacked(content), SECRET + "2")


def test_a_text_is_found_in_the_streams_of_a_pdf():
    report = sample("sv")
    content = unpacked(write_pdf(replace(report, title=SECRET, blocks=report.blocks[:2])))
    assert holds(content, SECRET)
    assert not holds(content, SECRET + "2")
