"""Packs that mean harm, made of a good one: each is refused with a sentence on the file and the line, before it counts.

What becomes of one that is installed all the same: `tests/counting/test_hostile.py`.
"""

from datetime import date

import pytest

from compliance.checking.checking import check_files
from compliance.checking.scaffold import new_pack
from tests.layers import first_of
from tests.spent import spent

GOOD = new_pack("licences", "acme", today=date(2026, 12, 1))
HEADER, STATEMENT = GOOD["point.sql"].split("\n\n", 1)
FIRST = HEADER.count("\n") + 3  # the line on which the statement begins
S = "systems_at(as_of := $as_of, known_at := $known_at)"


def told(**files) -> list[str]:
    """What is said of the good pack with some files otherwise, with little work."""
    changed = GOOD | {name.replace("_", "."): text for name, text in files.items()}
    began = spent()
    found = [str(fault.sentence) for fault in check_files(changed, origin="acme.licences")]
    assert spent() - began < 10
    return found


STATEMENTS = {
    "a file": ("select * from read_csv('/etc/passwd')", "read_csv is none of the relations"),
    "an insert in a part": (
        "with a as (insert into imports (import_id) values (1) returning *) select * from a",
        "insert is not let in",
    ),
    "a file as a table": ("select * from '/etc/passwd'", "There is no part /etc/passwd in the statement"),
    "frozen reviews": ("select content as item from frozen_reviews", "There is no part frozen_reviews"),
    "staff that is not declared": (
        "select * from staff_at(as_of := $as_of, known_at := $known_at)",
        "staff_at is none of the relations",
    ),
    "recursion": (
        "with recursive a as (select 1 as n union all select n + 1 from a) select * from a",
        "with recursive is not let in",
    ),
    "a join without an equality": (f"select 1 as item from {S} as a join {S} as b on true", "needs an equality"),
    "texts that double": (
        f"with a0 as (select system as x from {S}), "
        + ", ".join(f"a{n} as (select x || x as x from a{n - 1})" for n in range(1, 25))
        + " select x as item from a24",
        "The texts that the statement makes are 33554430 times as long as a cell",
    ),
    "a pattern": (f"select 1 as item from {S} where system ~ '(a|a)*b'", "~ is not let in"),
}


@pytest.mark.parametrize(("sql", "sentence"), first_of(STATEMENTS.values(), 2), ids=STATEMENTS)
def test_a_statement_that_means_harm_is_refused(sql, sentence):
    assert any(
        each.startswith(f"point.sql, line {FIRST}: ") and sentence in each
        for each in told(point_sql=f"{HEADER}\n\n{sql}")
    )


@pytest.mark.parametrize("name", first_of(["classification", "systems", "select", "items", "chosen", "imports"], 1))
def test_the_id_of_a_point_cannot_be_taken(name):
    found = told(point_toml=GOOD["point.toml"].replace('id = "licences"', f'id = "{name}"', 1))
    assert any(each.startswith("point.toml, line 3: ") and f"The name {name} is" in each for each in found), found


TAKEN = ["systems", "imports", "pack_rows", "select", "months_after", "chosen_imports", "units", "duckdb_tables"]


@pytest.mark.parametrize("name", first_of(TAKEN, 1))
def test_the_id_of_a_source_cannot_be_taken(name):
    files = {key.replace(".", "_"): text.replace("licences", name) for key, text in GOOD.items() if key != "point.toml"}
    point = GOOD["point.toml"].replace('"licences"]', f'"{name}"]').replace("licences.", f"{name}.")
    found = told(**files, point_toml=point)
    assert any(each.startswith("source.toml, line 3: ") and f"The name {name} is" in each for each in found), found


HEADERS = {
    "a type that is SQL": ("(integer): how often", "(integer) as date) || (select 1): how often"),
    "a type of another": ("(integer): how often", "(varchar): how often"),
    "a parameter of nobody": ("interval_months (", "secret_months ("),
    "other columns": ("-- columns: columns.txt", "-- columns: ../../../etc/passwd"),
    "another day": ("as_of (date)", "as_of (timestamp)"),
}


@pytest.mark.parametrize(("was", "becomes"), HEADERS.values(), ids=HEADERS)
def test_a_false_header_is_refused(was, becomes):
    assert was in HEADER
    found = told(point_sql=f"{HEADER.replace(was, becomes, 1)}\n\n{STATEMENT}")
    assert found
    assert all(each.startswith("point.sql, line ") for each in found), found
