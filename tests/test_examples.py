"""Every statement that states a rule has a worked example that holds, and a header that is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from compliance.database import EVERYTHING_KNOWN, Cursor, connect
from compliance.queries import names, query
from tests.examples.harness import (
    EXAMPLES,
    FOLDERS,
    Case,
    Mistake,
    cases,
    check,
    column_types,
    defaults,
    extract_relations,
    fill,
    orders,
    parameter_types,
    read_table,
)

QUERIES = [(folder, name) for folder in FOLDERS for name in names(folder)]
FILES = sorted(EXAMPLES.glob("*/*.toml"))
CASES = [pytest.param(case, id=f"{case.folder}/{case.id}-{case.number}") for path in FILES for case in cases(path)]
TRAP = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


@pytest.fixture(scope="module")
def connection() -> Iterator[Cursor]:
    opened = connect(":memory:")
    yield opened
    opened.close()


@pytest.fixture
def cursor(connection: Cursor) -> Iterator[Cursor]:
    """A database that forgets what the test gave it."""
    connection.execute("begin transaction")
    yield connection
    connection.execute("rollback")


@pytest.mark.parametrize("case", CASES)
def test_an_example_holds(cursor: Cursor, case: Case) -> None:
    fill(cursor, case)
    wrong = check(cursor, case)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("case", CASES)
def test_every_expected_row_is_named_for_its_trap(case: Case) -> None:
    for number, line in enumerate(case.expected.lines, 1):
        assert TRAP.fullmatch(line.comment), f"{case.where}, expected row {number}: found {line.comment!r}"


@pytest.mark.parametrize(("folder", "name"), QUERIES)
def test_every_statement_has_an_example(folder: str, name: str) -> None:
    assert (EXAMPLES / folder / f"{name}.toml").exists(), f"write tests/examples/{folder}/{name}.toml"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_example_has_a_statement(path: Path) -> None:
    assert path.stem in names(path.parent.name)


@pytest.mark.parametrize(("folder", "name"), QUERIES)
def test_a_header_says_what_the_statement_asks(folder: str, name: str) -> None:
    asked = query(folder, name)
    assert asked.what, "what is missing"
    assert asked.grain, "grain is missing"
    assert set(asked.parameters) == set(parameter_types(folder, name)) == asked.names


@pytest.mark.parametrize(("folder", "name"), QUERIES)
def test_a_header_says_the_columns_that_come(connection: Cursor, folder: str, name: str) -> None:
    """Whoever calls a statement with the types that its header says gets the columns that its header says."""
    asked, types = query(folder, name), parameter_types(folder, name)
    sql = re.sub(r"\$([a-z_]+)", lambda match: f"cast(null as {types[match[1]]})", asked.sql)
    said = [(column, type_) for column, (type_, _) in asked.columns.items()]
    with extract_relations(connection, sql, as_of=date(2026, 11, 24), known_at=EVERYTHING_KNOWN):
        assert list(column_types(connection, sql, {}).items()) == said


@pytest.mark.parametrize("case", [case for case in CASES if case.values[0].folder in FOLDERS])
def test_a_header_says_the_parameters_that_are_given(connection: Cursor, case: Case) -> None:
    """A value that the product gives has the type that the header says."""
    given = defaults(case)
    types = parameter_types(case.folder, case.id)
    found = {n: connection.execute("select typeof($value)", {"value": given[n]}).fetchall()[0][0] for n in types}
    assert {name: type_.lower() for name, type_ in found.items()} == types, case.where


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
    return check(cursor, case)


def test_an_example_that_holds_says_nothing(cursor: Cursor, written: Path) -> None:
    assert _wrong(cursor, written, "", "") == []


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("| unknown |", "| met |", "expected row 1 (no_information), column outcome: found unknown, expected met"),
        ("|     # no_inf", "| 2026-01-02 # no_inf", "column due: found nothing, expected 2026-01-02"),
        (
            "Alfa | unknown |     # no_information",
            "",
            "found a row too many, item Alfa | outcome unknown | due nothing",
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
    (said,) = _wrong(cursor, written, was, becomes)
    assert said.startswith('tests/examples/points/classification.toml, case 1 "one system"')
    assert message in said


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
