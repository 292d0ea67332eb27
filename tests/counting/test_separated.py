"""CSV is safe whatever opens it: quotes where any variant needs them, and no cell that a program would run."""

import csv
import io
import re
import unicodedata
from itertools import product

import pyarrow as pa
import pytest

from compliance.commands import cli
from compliance.core.readings import visible
from compliance.correcting import forms
from compliance.correcting.forms import new_book
from compliance.counting.separated import harmless, harmless_column, joined, joined_table, swedish_csv
from compliance.package import tables, year_package
from tests.house.test_house import MAKER, MODULES

SEPARATORS = (";", ",", "\t")
BEFORE = ("", "a", "1,5", '"', " ")
BETWEEN = ("", ";", ",", "\t", "\n", "\r\n", "\r", '"', '";', ';"', ',""', ";;", "\t,")
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "x", "'=1", "＝1+1", "\u200b=1")
AFTER = ("", ";", ',"', "\n=2", ';-3;"')
TEXTS = sorted({"".join(parts) for parts in product(BEFORE, BETWEEN, FORMULAS, AFTER)})
ROWS = [["först", text, "sist", 1] for text in TEXTS]


def by_rows(separator):
    return joined(ROWS, separator=separator)


def by_columns(separator):
    columns = [pa.chunked_array([list(map(str, column))]) for column in zip(*ROWS, strict=True)]
    table = pa.table([harmless_column(column) for column in columns], names=["a", "b", "c", "d"])
    return joined_table(table, separator=separator).decode().removeprefix(separator.join("abcd") + "\r\n")


def read(text, separator):
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def running(cells):
    """The cells that a spreadsheet program would take for formulas, except numbers."""
    seen = {cell: visible(cell.lstrip("\t\r\n")) for cell in cells}
    return [cell for cell, text in seen.items() if text[:1] in {*"=+@-"} and not re.fullmatch(r"-\d+([.,]\d+)?", cell)]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_rows_and_columns_are_written_alike_and_read_back(separator):
    text = by_rows(separator)
    assert by_columns(separator) == text
    assert read(text, separator) == [[str(harmless(value)) for value in row] for row in ROWS]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_no_cell_is_a_formula_whatever_the_separator(separator):
    text = by_rows(separator)
    for other in SEPARATORS:
        assert running(cell for row in read(text, other) for cell in row) == []


def test_a_text_that_needs_quotes_in_one_variant_has_them_in_all():
    assert len(TEXTS) > 1000
    for text, separator in product(TEXTS, SEPARATORS):
        written = joined([[text]], separator=separator)
        assert written.startswith('"') == bool(re.search('[;,\t"\r\n]|^ ', text)), (text, written)


def test_a_number_is_quoted_only_for_its_decimal_comma():
    assert joined([[-1, 0.5, "0,5", None, True]], separator=";") == '-1;0.5;"0,5";;True\r\n'


BEGINNINGS = sorted({chr(n) for n in range(0x110000) if unicodedata.normalize("NFKC", chr(n))[:1] in {*"=+-@"}})
PADDING = sorted({
    letter
    for letter in map(chr, range(0x110000))
    if unicodedata.category(letter) in {"Cc", "Cf", "Zs", "Zl", "Zp"} or letter in "\u115f\u3164\ufe0f\u0301\u2800"
})  # fmt: skip


def test_every_character_that_begins_a_formula_and_all_that_may_stand_before_it():
    """＝ ＋ － ＠ and others of NFKC; blanks, tabs, line ends and invisible characters before"""
    assert {*"=+-@＝＋－＠﹦"} < {*BEGINNINGS}
    assert {*"\t\r\n \u200b\u00a0\ufeff\0"} < {*PADDING}
    texts = [*(f"{letter}1" for letter in BEGINNINGS), *(f"{letter}=1" for letter in PADDING)]
    seen = [visible(str(harmless(text))).lstrip().lstrip("\u2800") for text in texts]
    assert [text for text in seen if not text.startswith("'")] == []
    assert harmless_column(pa.chunked_array([texts])).to_pylist() == [harmless(text) for text in texts]
    # After a separator a blank makes it prose: "Ja, - men".
    after = [f"a;{text}" for text in texts if visible(text).strip()[:1] == visible(text)[:1] != "\u2800"]
    assert len(after) > 100
    assert [text for text in after if harmless(text) == text] == []
    assert harmless_column(pa.chunked_array([after])).to_pylist() == [harmless(text) for text in after]


def test_workbooks_mark_such_a_text_so_that_editing_it_makes_no_formula():
    book = new_book()
    sheet = book.create_sheet("a")
    texts = ["＝1", "\u200b=1", " -1", "=1", "@A1", "a=1", "1-2"]
    cells = [forms.put(sheet, row, 1, text) for row, text in enumerate(texts, start=1)]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)] * 5 + [("s", False)] * 2


def test_a_text_is_unchanged_where_no_cell_can_start():
    kept = ("a=1", "1-2", "Ja, - men", "a; b", "2026-11-01", "'=1", "a,b;c")
    assert [harmless(text) for text in kept] == list(kept)
    assert harmless("a;=1,-2\t@b\n+c") == "a;'=1,'-2\t'@b\n'+c"


def written_by_the_command_line(rows, capsys):
    cli.print_rows(rows, tuple(rows[0]), "csv")
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("write", "separator"),
    [
        (lambda rows, _: swedish_csv(rows).decode("utf-8-sig"), ";"),
        (lambda rows, _: tables.as_csv("texts", rows).decode("utf-8-sig"), ","),
        (written_by_the_command_line, ","),
    ],
    ids=["pages", "package", "commands"],
)
def test_every_writer_of_the_product_follows_these_rules(write, separator, capsys):
    rows = [dict(zip(tables.COLUMNS["texts"], ["a", "b", "c", "d", text], strict=True)) for text in TEXTS[:300]]
    text = write(rows, capsys)
    assert [row[-1] for row in read(text, separator)[1:]] == [harmless(row["text"]) for row in rows]
    assert [cell for other in SEPARATORS for row in read(text, other) for cell in running(row)] == []


@pytest.mark.parametrize(
    ("text", "cell", "faults"),
    [
        ("=1;=2", "'=1;=2", 0),
        ("=1;=2", "'=1;'=2", 0),
        ("=1;=2", "=1;=2", 1),
        ("=1;=2", "'=1;=3", 1),
        ("＝1;=2", "＝1;'=2", 0),
        ("＝1;=2", "'＝1;'=2", 0),
    ],
)
def test_a_package_from_before_still_verifies(text, cell, faults):
    """from before texts were split, and from before full-width signs counted"""
    row = dict(zip(tables.COLUMNS["texts"], ["comment", "a", "b", "c", text], strict=True))
    file = f"{','.join(row)}\r\ncomment,a,b,c,{cell}\r\n".encode()
    assert len([*year_package._table_faults({"texts.csv": file}, {"texts": [row]})]) == faults


def test_rows_with_separators_have_one_writer():
    """The samples imitate other systems' exports, so they are written as those write them."""
    modules = [
        path.stem for path in (*MODULES, *MAKER) if re.search(r"csv\.(writer|DictWriter)", path.read_text("utf-8"))
    ]
    assert modules == ["files"]
