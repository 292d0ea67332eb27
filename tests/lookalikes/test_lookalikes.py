"""Files that look like exports, of systems that nobody here made: each is loaded right, or asked about (issue 33).

What must come of each stands in expected.toml. They are loaded as a coordinator loads them at night: by the command.
"""

import csv
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import openpyxl
import pytest

from compliance.correcting.saying import Saying, say_what
from compliance.declarations.sources import normal
from compliance.loading.loading import FIRST_NAME, Order
from compliance.reading.mapping import ColumnMapping, heading_keys, headings_written, save
from compliance.store.file import FileDatabase
from tests import once
from tests.command import run_here
from tests.line import SOURCES, WORDS, reading_here
from tests.lookalikes import generated
from tests.lookalikes.generated import FOLDER

DAY = ("--as-of", "2026-11-30", "--format", "json")
# The options that answer each question.
ANSWERS = {
    "what": ["--source"],
    "headings": ["--heading-row"],
    "keys": ["--replaces", "--completes"],
    "levels": ["--without-levels"],
    "organisation": ["--organisation"],
    "day": ["--extract-date"],
}
OUTCOMES = ("met", "unmet", "unknown", "pending", "exempt")
LOADED = re.compile(r"extract date (\S+), (\d+) rows, (\d+) rejected, (\d+) warnings")
CASES = tomllib.loads(Path(__file__).with_name("expected.toml").read_text("utf-8"))["case"]


@dataclass(frozen=True)
class Trial:
    """A file, what precedes it, and what must come of it."""

    file: str
    before: list[list[str]]
    expected: Mapping[str, Any]

    @property
    def options(self) -> list[str]:
        return self.expected.get("options", [])


def _trials() -> Iterator[Any]:
    for case in CASES:
        for number, expected in enumerate([case, *case.get("answered", [])]):
            said = expected.get("options", ["connected"] if "connected" in expected else [])
            name = " ".join([case["file"].rpartition(".")[0], *said])
            yield pytest.param(Trial(case["file"], case.get("before", []), expected), id=f"{name} ({number})")


class Desk:
    """A database of one's own, and the command line on it."""

    def __init__(self, folder: Path) -> None:
        self.database = once.new(folder / "own.duckdb")

    def command(self, *said: object) -> CompletedProcess[str]:
        with reading_here():
            return run_here(self.database, *said)

    def load(self, file: str, *options: str) -> CompletedProcess[str]:
        return self.command("load", FOLDER / file, *options)

    def listed(self, *said: object) -> list[dict[str, Any]]:
        done = self.command(*said)
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    def connect(self, file: str, said: Mapping[str, Any]) -> None:
        """Connect the columns of a file, whose first row has its headings, as its card on the page does."""
        with (FOLDER / file).open(encoding="utf-8") as lines:
            row = next(csv.reader(lines, delimiter="," if file.startswith(("servicenow", "jira")) else ";"))
        fields = {name: normal(heading) for name, heading in said.items() if name not in {"source", "month_first"}}
        keys = tuple(heading_keys(row).values())
        mapping = ColumnMapping(said["source"], keys, fields, written=headings_written(row))
        database = FileDatabase.at(self.database)
        with database.writing() as cursor:
            save(cursor, mapping, who="test")
        sayings = [Saying(said["source"], name, said[name], "month") for name in said.get("month_first", ())]
        if sayings:
            order = Order("test")
            day = {"as_of": date(2026, 11, 2), "sources": SOURCES, "words": WORDS}
            say_what(database, FIRST_NAME, sayings, order=order, **day)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.live
@pytest.mark.parametrize("trial", [*_trials()])
def test_it_is_loaded_right_or_asked_about(desk: Desk, trial: Trial) -> None:
    for file, *options in trial.before:
        done = desk.load(file, *options)
        assert done.returncode == 0, done.stderr
    if "connected" in trial.expected:
        desk.connect(trial.file, trial.expected["connected"])
    before = desk.listed("imports", "--format", "json")
    done = desk.load(trial.file, *trial.options)
    if "rows" in trial.expected:
        _is_loaded(desk, done, trial.expected)
    else:
        assert done.returncode == 1, done.stdout
        assert done.stdout == ""
        assert desk.listed("imports", "--format", "json") == before
        _is_asked(done.stderr, trial.expected)


def _is_loaded(desk: Desk, done: CompletedProcess[str], expected: Mapping[str, Any]) -> None:
    assert done.returncode == 0, done.stderr
    told = LOADED.search(done.stdout)
    assert told, done.stdout
    day, loaded, rejected, warned = told.groups()
    assert f"{loaded} loaded, {rejected} rejected, {warned} warned" == expected["rows"]
    assert day == expected.get("day", day)
    counted = {row["id"]: row for row in desk.listed("coverage", *DAY)} if "figures" in expected else {}
    wanted = expected.get("figures", {})
    assert {point: _figure(counted[point]) for point in wanted} == wanted
    if "systems" in expected:
        assert sorted(row["item"] for row in desk.listed("items", "classification", *DAY)) == expected["systems"]


def _figure(row: Mapping[str, Any]) -> str:
    """A row of the coverage as expected.toml writes it."""
    if not row["basis"]:
        return "no basis"
    return ", ".join(f"{row[outcome]} {outcome}" for outcome in OUTCOMES if row[outcome]) or "nothing"


def _is_asked(told: str, expected: Mapping[str, Any]) -> None:
    """Whether one line says what is the matter, and names what answers it, if an option does."""
    assert len(told.splitlines()) == 1, told
    assert "Traceback" not in told
    if "asked" in expected:
        answers = expected.get("named") or [option for about in expected["asked"] for option in ANSWERS[about]]
        assert any(option in told for option in answers), told
    if expected.get("asked") == ["keys"]:
        assert all(option in told for option in ANSWERS["keys"]), told


def test_each_case_expects_either_a_load_a_question_or_a_refusal() -> None:
    kinds = ("rows", "asked", "refused")
    for case in CASES:
        for expected in (case, *case.get("answered", [])):
            assert sum(kind in expected for kind in kinds) == 1, case["file"]
            assert set(expected.get("asked", [])) <= ANSWERS.keys()


def test_every_file_is_expected_and_short_and_there() -> None:
    named = {case["file"] for case in CASES} | {file for case in CASES for file, *_ in case.get("before", [])}
    assert {path.name for path in FOLDER.iterdir()} == named
    for path in FOLDER.glob("*.csv"):
        assert len(path.read_text("utf-8").splitlines()) <= 61, path.name


def test_the_generated_files_are_what_generates_them() -> None:
    for name, table in generated.tables().items():
        with (FOLDER / name).open(encoding="utf-8", newline="") as file:
            assert [*csv.reader(file, delimiter=";")] == [[str(cell) for cell in row] for row in table]
    sheet = openpyxl.load_workbook(FOLDER / generated.PROCESSING_FILE).active
    assert [[_day(cell) for cell in row] for row in sheet.iter_rows(values_only=True)] == [
        [*row] for row in generated.processing()
    ]


def _day(cell: object) -> object:
    return cell.date() if isinstance(cell, datetime) else cell
