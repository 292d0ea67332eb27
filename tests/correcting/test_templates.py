"""The templates to fill in by hand: their content, and that each loads as it is."""

import io
from datetime import date
from functools import cache

import openpyxl
import pytest

from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, Language
from compliance.correcting import forms, templates
from compliance.correcting.templates import DAY_ROW, HEADING_ROW
from tests.layers import layered
from tests.line import SOURCES, Line

# Those that have fields of all types together.
LOADED = {"incidents", "local_instruction"}
EACH = layered(
    [(source, code) for source in SOURCES.values() for code in LANGUAGES],
    lambda each: each[0].id in LOADED and each[1] == "sv",
)
A_TEMPLATE = pytest.mark.parametrize(("source", "code"), EACH, ids=lambda part: getattr(part, "id", part))
DAY = date(2026, 10, 31)


@cache
def content(id_, code):
    return templates.template(SOURCES[id_], Language(code))


def opened(source, say):
    return openpyxl.load_workbook(io.BytesIO(content(source.id, say.code)))


def saved(book, path):
    book.save(path)
    return path


def filled(source, say, path):
    """The template with two rows filled in: the examples of its columns, and the same with other ids."""
    book = opened(source, say)
    sheet = book.worksheets[0]
    sheet.cell(DAY_ROW, 2).value = DAY
    for row in (1, 2):
        for column, field in enumerate(source.fields, start=1):
            value = forms.example(field)
            another = row == 2 and field.name in source.unique
            sheet.cell(HEADING_ROW + row, column).value = f"{value} b" if another else value
    return saved(book, path)


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """One database for all tests, since each source has a table of its own."""
    with Line(tmp_path_factory.mktemp("templates")).held() as line:
        yield line


@A_TEMPLATE
def test_a_template_that_is_filled_in_loads_as_it_is(source, code, line, tmp_path):
    [receipt] = line.load(filled(source, Language(code), tmp_path / "mall.xlsx"))
    assert receipt.source.id == source.id
    assert (receipt.summary.loaded, receipt.summary.rejected, receipt.summary.warnings) == (2, 0, 0)
    assert (receipt.extract_date.day, receipt.extract_date.by) == (DAY, "heading")
    [match] = receipt.matches
    assert set(match.columns) == {field.name for field in source.fields}
    assert (match.unused, match.dropped, match.combined) == ((), (), frozenset())
    names = [
        name
        for field in source.fields
        for name in [field.name, *([f"{field.name}_code"] if field.type == "word" and not field.empty_is else [])]
    ]
    rows = line.rows(f"select {', '.join(names)} from {source.id} where import_id = {receipt.import_id}")
    assert len(rows) == 2
    assert [(row_, name) for row_, row in enumerate(rows) for name, value in row.items() if value is None] == []


@A_TEMPLATE
def test_an_empty_template_is_refused_for_its_lack_of_rows_and_its_instructions_explain_every_column(
    source, code, line, tmp_path
):
    book = opened(source, Language(code))
    with pytest.raises(Refusal) as refused:
        line.load(saved(book, tmp_path / "mall.xlsx"))
    assert "no row below them" in refused.value.message
    assert refused.value.values["source"] == source.title
    _, instructions = book.worksheets
    texts = [cell.value for row in instructions.iter_rows() for cell in row if cell.value]
    assert [
        field.heading for field in source.fields if not any(str(t).endswith(f"· {field.heading}") for t in texts)
    ] == []


def test_a_template_offers_the_words_that_its_columns_know():
    sheet = opened(SOURCES["local_instruction"], Language("sv")).worksheets[0]
    lists = {
        str(check.sqref): check.formula1 for check in sheet.data_validations.dataValidation if check.type == "list"
    }
    assert lists == {"C5:C504": '"Genomförd,Pågår,Ej påbörjad,Ej tillämpligt"'}
    assert sheet.max_row == HEADING_ROW
    assert sheet.freeze_panes == "A5"
    assert sheet.column_dimensions["D"].number_format == "yyyy-mm-dd"


def test_only_a_required_word_is_held_to_its_list():
    say = Language("sv")
    assert forms.check(SOURCES["local_instruction"].field("status"), say).errorStyle == "stop"
    assert forms.check(SOURCES["systems"].field("lifecycle"), say).errorStyle == "warning"


def test_explanations_are_in_the_readers_language_under_swedish_headings():
    sheet = opened(SOURCES["systems"], Language("en")).worksheets[0]
    head = {cell.value: cell.comment.text for cell in sheet[HEADING_ROW]}
    assert head["Systemnamn *"] == "System. Must be filled in."
    assert "a central office" in head["Centralt/lokalt"]
    assert sheet.cell(DAY_ROW, 1).value == templates.EXTRACT_DATE
