"""Every statement that states a rule has a worked example that holds, and a correct header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from compliance.checking.examples import Case, Mistake, differences, orders, read_table
from compliance.declarations.queries import names, query
from compliance.store.database import Cursor
from compliance.store.file import connect
from tests.examples.harness import (
    EXAMPLES,
    FILE,
    FOLDERS,
    answer,
    cases,
    check,
    defaults,
    fill,
    parameter_types,
    text_of,
)

QUERIES = [(folder, name) for folder in FOLDERS for name in names(folder)]
FILES = sorted(EXAMPLES.glob("*/*.toml"))
A_FILE = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
TRAP = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


@cache
def examples(path: Path) -> list[Case]:
    """The cases of a file, which is not changed."""
    return cases(path)


@pytest.fixture(scope="module")
def connection() -> Iterator[Cursor]:
    opened = connect(":memory:")
    yield opened
    opened.close()


@contextmanager
def forgetting(connection: Cursor) -> Iterator[Cursor]:
    """A database that forgets everything written within the block."""
    connection.execute("begin transaction")
    try:
        yield connection
    finally:
        connection.execute("rollback")


@pytest.fixture
def cursor(connection: Cursor) -> Iterator[Cursor]:
    """A database that forgets what the test wrote."""
    with forgetting(connection) as cursor:
        yield cursor


@A_FILE
def test_the_examples_of_a_statement_hold(connection: Cursor, path: Path) -> None:
    """And the columns that it returns are those in its header."""
    wrong = []
    for case in examples(path):
        with forgetting(connection) as cursor:
            fill(cursor, case)
            found = answer(cursor, case)
        wrong += map(str, differences(case, found, ordered=orders(text_of(case.folder, case.id))))
        if case.folder in FOLDERS:
            columns = query(case.folder, case.id).columns.items()
            returned = [(name, type_) for name, type_ in found[0].items() if name != FILE or case.folder != "points"]
            assert returned == [(column, type_) for column, (type_, _) in columns], case.where
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_expected_row_is_named_for_its_trap() -> None:
    mismatches = [
        f"{case.where}, expected row {number}: found {line.comment!r}"
        for path in FILES
        for case in examples(path)
        for number, line in enumerate(case.expected.lines, 1)
        if not TRAP.fullmatch(line.comment)
    ]
    assert mismatches == []


def test_every_statement_has_an_example_and_every_example_a_statement() -> None:
    existing = {(path.parent.name, path.stem) for path in FILES}
    assert [f"write tests/examples/{'/'.join(name)}.toml" for name in QUERIES if name not in existing] == []
    assert [f"there is no statement {'/'.join(name)}" for name in existing if name[1] not in names(name[0])] == []


def test_a_header_lists_the_parameters_of_the_statement() -> None:
    for folder, name in QUERIES:
        statement = query(folder, name)
        assert statement.what, f"{folder}/{name}: what is missing"
        assert statement.grain, f"{folder}/{name}: grain is missing"
        parameters = set(statement.parameters)
        assert parameters == set(parameter_types(folder, name)) == statement.names, f"{folder}/{name}"


def test_a_header_has_the_types_of_the_values_passed(connection: Cursor) -> None:
    """A value that the product passes has the type in the header."""
    for case in (case for path in FILES if path.parent.name in FOLDERS for case in examples(path)):
        values, types = defaults(case), parameter_types(case.folder, case.id)
        asked = ", ".join(f"lower(typeof(${name}))" for name in types)
        (found,) = connection.execute(f"select [{asked}]", {name: values[name] for name in types}).fetchall()
        assert dict(zip(types, found[0], strict=True)) == types, case.where


# --- the harness itself --------------------------------------------------------------------------


EXAMPLE = """
[[case]]
title = "one system"
as_of = 2026-11-24
given.systems = '''
system | lifecycle | unit
Alfa   | I drift   | Enhet A   # a comment
'''
expected = '''
item | outcome | due # trap
Alfa | unknown |     # no_information
'''
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A worked example in a folder of its own."""
    monkeypatch.setattr("tests.examples.harness.EXAMPLES", tmp_path / "tests" / "examples")
    path = tmp_path / "tests" / "examples" / "points" / "classification.toml"
    path.parent.mkdir(parents=True)
    path.write_text(EXAMPLE, "utf-8")
    return path


def _wrong(cursor: Cursor, path: Path, was: str, becomes: str) -> list[str]:
    path.write_text(EXAMPLE.replace(was, becomes), "utf-8")
    (case,) = cases(path)
    fill(cursor, case)
    return [str(mistake) for mistake in check(cursor, case)]


def test_an_example_that_holds_says_nothing(cursor: Cursor, written: Path) -> None:
    assert _wrong(cursor, written, "", "") == []


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("| unknown |", "| met |", "expected row 1 (no_information), column outcome: found unknown, expected met"),
        ("|     # no_inf", "| 2026-01-02 # no_inf", "column due: found –, expected 2026-01-02"),
        (
            "Alfa | unknown |     # no_information",
            "",
            "found a row too many, item Alfa | outcome unknown | due –",
        ),
        (
            "Alfa | unknown |     # no",
            "Alfa | unknown | # first\nBeta | met | # no",
            "found no row, expected item Beta",
        ),
    ],
)
def test_a_difference_names_row_trap_and_column(
    cursor: Cursor, written: Path, was: str, becomes: str, message: str
) -> None:
    (reported,) = _wrong(cursor, written, was, becomes)
    assert reported.startswith('tests/examples/points/classification.toml, case 1 "one system"')
    assert message in reported


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("| unit\n", "| enhet\n", "the heading: unknown enhet; known: "),
        ("given.systems ", "given.system ", "there is no source system; known: "),
        ("| Enhet A  ", "  ", "given.systems, row 1: found 2 cells, expected 3"),
        ("|     # no_inf", "| i morgon # no_inf", "expected, row 1, column due: found 'i morgon', expected a date"),
        ("as_of =", "asof =", "unknown asof; known: aliases, as_of"),
    ],
)
def test_a_mistake_in_an_example_names_its_place(
    cursor: Cursor, written: Path, was: str, becomes: str, message: str
) -> None:
    with pytest.raises(Mistake) as raised:
        _wrong(cursor, written, was, becomes)
    assert message in str(raised.value)


def test_a_table_is_read_with_empty_cells_and_comments() -> None:
    read = read_table("# above\na | b # c\n1 |   # no_b\n | 2#3\n", where="here")
    assert read.names == ("a", "b")
    assert [(line.cells, line.comment) for line in read.lines] == [(("1", ""), "no_b"), (("", "2#3"), "")]


def test_only_the_statement_s_own_order_counts() -> None:
    assert orders("select first(a order by b) from t order by a")
    assert not orders("select a from (select a from t order by a) where b = 'order by'")
