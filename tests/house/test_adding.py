"""What the table of CONTRIBUTING.md tells how to add is added with the files that it names, and no others."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from compliance.core.places import ROOT
from tests.line import POINTS, SOURCES

# What is added: whole files, what is written below those that there are, and what is written within them.
ADDED = ROOT / "tests" / "adding"
INSERTED = ADDED / "inserted.toml"
ADDS = ("a review point", "a source", "an extract", "a quality check", "a column of an export", "a reason")
# What is not the tree's own.
BESIDE = {".git", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__"}
OWN = {ROOT / "build", ROOT / "data" / "store"}
CHECKS = (
    "tests/house/test_house.py", "tests/house/test_readme.py", "tests/core/test_language.py",
    "tests/declarations/test_sources.py",
    "tests/counting/test_examples.py::test_every_statement_has_an_example_and_every_example_a_statement",
    "tests/counting/test_examples.py::test_a_header_lists_the_parameters_of_the_statement",
    "tests/screens/test_quality.py::test_every_declared_reference_is_checked",
    "tests/access/test_withholding.py::test_every_column_declared_as_naming_a_person_is_read_for_names",
)  # fmt: skip
OF_WHAT_IS_NEW = (
    "tests/counting/test_examples.py", "tests/correcting/test_templates.py", "tests/counting/test_agreement.py",
)  # fmt: skip
QUIET = ("-q", "-p", "no:cacheprovider", "-n", "0", "-m", "")
NEW = (
    "exercising or exercises or plans_without_name or points_with_routine or extracts/routines or extracts/coverage"
    " or points/risk_analysis or risk_analyses or (test_items and file and 65)"
)
EXERCISES = """\
Plan-ID;Kontinuitetsplan;Enhet;Senast övad;Övningsledare
KP-1;Journal;Norr;2026-03-01;Enhetschef
KP-2;Larm;Norr;2024-03-01;Enhetschef
KP-3;Nycklar;Söder;;
"""
SYSTEMS = """\
Systemnamn;Livscykel;Enhet
Journal;I drift;Norr
Larm;I drift;Norr
"""
RISKS = """\
System;Analysdatum;Händelse;Riskvärde;Godkänd av
Journal;2023-03-01;Brand;12;Enhetschef
Larm;2025-03-01;Brand;12;
"""


def named() -> set[str]:
    """The files that the table "How to add …" names for what is added, with <id> where a name stands."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| (an? [^|]+?) \| (.+) \|$", text, re.MULTILINE))
    return {path for what in ADDS for path in re.findall(r"`((?:data|queries|tests)/[^`]+)`", rows[what])}


def added() -> list[str]:
    return sorted(
        path.relative_to(ADDED).as_posix() for path in ADDED.rglob("*") if path.is_file() and path != INSERTED
    )


def inserted() -> list[dict[str, str]]:
    """What is written within files: the path, the line that it stands before, and the text."""
    texts: list[dict[str, str]] = tomllib.loads(INSERTED.read_text("utf-8"))["inserted"]
    return texts


def pattern(path: str) -> str:
    return re.sub(r"<\w+>", r"\\w+", re.escape(path).replace(r"\<", "<").replace(r"\>", ">"))


def beside(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in BESIDE or Path(folder) / name in OWN}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the tree to which all of it has been added."""
    copy = tmp_path_factory.mktemp("adding") / "tree"
    shutil.copytree(ROOT, copy, ignore=beside)
    for path in added():
        with (copy / path).open("a", encoding="utf-8") as file:
            file.write((ADDED / path).read_text("utf-8"))
    for each in inserted():
        file, line = copy / each["path"], f"\n{each['before']}\n"
        text = file.read_text("utf-8")
        assert text.count(line) == 1, each
        file.write_text(text.replace(line, f"\n{each['text'].strip(chr(10))}{line}"), "utf-8")
    yield copy
    shutil.rmtree(copy)


def ran(copy: Path, *said: str) -> str:
    """What Python prints that is run with the copy, and with a store of its own."""
    environment = {"COMPLIANCE_DATABASE": str(copy.parent / "own" / "own.duckdb"), "LANG": "en"}
    command = [sys.executable, *said]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    return done.stdout


# All commands in the same process, which takes longest to begin.
HERE = """
import json, os, sys
from pathlib import Path
from tests.command import run_here
done = [run_here(Path(os.environ["COMPLIANCE_DATABASE"]), *said) for said in json.loads(sys.argv[1])]
assert [one.stderr for one in done if one.returncode] == []
print(json.dumps([one.stdout for one in done]))
"""


def commands(copy: Path, *said: tuple[str, ...]) -> list[str]:
    """What the product's commands print that are run with the copy."""
    printed: list[str] = json.loads(ran(copy, "-c", HERE, json.dumps(said)))
    return printed


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_what_is_added_is_what_the_table_names_and_nothing_else() -> None:
    names, paths = sorted(map(pattern, named())), [*added(), *(each["path"] for each in inserted())]
    assert [path for path in paths if not any(re.fullmatch(name, path) for name in names)] == []
    assert [name for name in names if not any(re.fullmatch(name, path) for path in paths)] == []


@pytest.mark.exhaustive
def test_the_checks_of_the_tree_are_green(tree: Path) -> None:
    ran(tree, "-m", "tools.readme")
    ran(tree, "-m", "pytest", *QUIET, *CHECKS)


@pytest.mark.exhaustive
def test_what_is_new_passes_its_tests(tree: Path) -> None:
    ran(tree, "-m", "pytest", *QUIET, *OF_WHAT_IS_NEW, "-k", NEW)


@pytest.mark.exhaustive
def test_the_new_point_counts_the_rows_of_the_new_source(tree: Path) -> None:
    point, source = len(POINTS) + 1, "exercises"
    assert source not in SOURCES
    (tree / "exercises.csv").write_text(EXERCISES, "utf-8")
    day = ("--as-of", "2026-11-24")
    said = commands(
        tree,
        ("load", "exercises.csv", "--extract-date", "2026-11-01"),
        ("coverage", *day, "--format", "csv"),
        ("items", str(point), *day, "--format", "csv"),
        ("extract", "exercises", *day, "--to", "extract.csv"),
    )
    counted, items = map(table, said[1:3])
    assert [row["point"] for row in counted] == [str(number) for number in range(1, point + 1)]
    assert (counted[-1]["met"], counted[-1]["unmet"], counted[-1]["status"]) == ("1", "2", "red")
    assert not any(row["met"] for row in counted[:-1] if row["status"] != "no_basis")
    assert {row["item"]: row["reason"] for row in items} == {"KP-1": "", "KP-2": "overdue", "KP-3": "never_exercised"}
    rows = table((tree / "extract.csv").read_text("utf-8-sig"))
    assert [row["plan_id"] for row in rows] == ["KP-1", "KP-2", "KP-3"]


@pytest.mark.exhaustive
def test_the_new_column_is_kept_and_the_new_reason_is_told(tree: Path) -> None:
    for name, text in {"systems.csv": SYSTEMS, "risks.csv": RISKS}.items():
        (tree / name).write_text(text, "utf-8")
    *_, items = commands(
        tree,
        ("load", "systems.csv", "--extract-date", "2026-11-01"),
        ("load", "risks.csv", "--extract-date", "2026-11-01"),
        ("items", "5", "--as-of", "2026-11-24", "--format", "csv"),
    )
    assert {row["item"]: row["reason"] for row in table(items)} == {"Journal": "long_outdated", "Larm": "outdated"}
    with duckdb.connect(tree.parent / "own" / "own.duckdb", read_only=True) as store:
        found = store.execute("select accepted_by from risk_analyses order by row").fetchall()
    assert found == [("Enhetschef",), (None,)]
