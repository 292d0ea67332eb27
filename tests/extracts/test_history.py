"""Extracts of several months as one long table: each day as it is alone, whole or not at all."""

import csv
import hashlib
import io
import json
from datetime import date
from pathlib import Path

import frictionless
import pytest

from compliance.core import clock
from compliance.counting.separated import BOM
from compliance.extracts.declared import load_extracts
from tests.command import run_here
from tests.line import NOON, Line

SYSTEMS = """
System | Enhet | Har informationssäkerhetsklassning genomförts under det senaste året?
Alfa   | Norr  | {alfa}
Beta   | Söder | Nej
"""
DAY = ("--as-of", "2026-11-24")
ENDS = ["2026-09-30", "2026-10-31", "2026-11-24"]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Line:
    line = Line(tmp_path_factory.mktemp("history"))
    for day, alfa in ((date(2026, 9, 1), "Nej"), (date(2026, 11, 1), "Ja")):
        line.load_table(SYSTEMS.format(alfa=alfa), source="systems", extract_date=day)
    return line


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def test_which_have_no_history() -> None:
    """They are of all months, or of no day: repeated, they would be the same again and again."""
    without = {"trend", "courses_by_month", "incident_months", "imports", "decisions"}
    assert {each.id for each in load_extracts() if not each.has_history} == without


def test_an_item_has_a_history_in_which_each_day_is_as_it_is_alone(loaded: Line, tmp_path: Path) -> None:
    asked = (loaded.database.path, "extract", "items", "--to")
    assert run_here(*asked, "x.csv", *DAY, "--months", 3, folder=tmp_path).stdout == "x.csv: 3 months\n"
    long = rows(tmp_path / "x.csv")
    alfa = {
        row["as_of"]: row["outcome"] for row in long if row["item"] == "Alfa" and row["point_id"] == "classification"
    }
    assert alfa == dict(zip(ENDS, ["unmet", "unmet", "met"], strict=True))
    for day in ENDS:
        run_here(*asked, "one.csv", "--as-of", day, folder=tmp_path)
        assert rows(tmp_path / "one.csv") == [row for row in long if row["as_of"] == day]


def test_a_swedish_history_begins_once(loaded: Line, tmp_path: Path) -> None:
    asked = (loaded.database.path, "extract", "items", "--to", "x.csv", *DAY, "--swedish-excel")
    run_here(*asked, folder=tmp_path)
    one = (tmp_path / "x.csv").read_bytes()
    run_here(*asked, "--months", 3, folder=tmp_path)
    long = (tmp_path / "x.csv").read_bytes()
    heading = one[: one.index(b"\n") + 1]
    assert long.startswith(heading)
    assert (long.count(heading.removeprefix(BOM)), long.count(BOM)) == (1, 1)


@pytest.mark.live
def test_all_of_them_are_described_and_by_unit(loaded: Line, tmp_path: Path) -> None:
    done = run_here(loaded.database.path, "extract", "--all", "out", *DAY, "--months", 3, folder=tmp_path)
    assert done.stdout == f"out: {len(load_extracts())} extracts, 3 months\n", done
    folder = tmp_path / "out"
    told = json.loads((folder / "datapackage.json").read_bytes())
    assert (told["as_of"], told["months"]) == ("2026-11-24", ENDS)
    assert frictionless.validate(str(folder / "datapackage.json")).flatten(["message"]) == []
    for resource in told["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() in (resource.get("sha256"), resource.get("hash", "")[7:])
    units = {(row["as_of"], row["unit"]) for row in rows(folder / "coverage.csv") if row["level"] == "unit"}
    assert units == {(day, unit) for day in ENDS for unit in ("Norr", "Söder")}
    assert {row["as_of"] for row in rows(folder / "trend.csv")} == {ENDS[-1]}


@pytest.mark.parametrize("months", ["0", "-1", "1000", "många", "1.5"])
def test_months_that_are_none_are_wrong_usage(loaded: Line, tmp_path: Path, months: str) -> None:
    done = run_here(loaded.database.path, "extract", "--all", "out", "--months", months, folder=tmp_path)
    assert (done.returncode, [*tmp_path.iterdir()]) == (2, [])
    assert "'--months'" in done.stderr


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("trend", "--to", "x.csv"), 1, "has no history"),
        (("items", "--to", "x.xlsx"), 1, "no room for several months"),
        (("--all", "x.zip"), 2, "give --all a folder"),
    ],
)
def test_what_has_no_history_is_said(
    loaded: Line, tmp_path: Path, words: tuple[str, ...], status: int, sentence: str
) -> None:
    done = run_here(loaded.database.path, "extract", *words, "--months", "2", folder=tmp_path)
    assert (done.returncode, [*tmp_path.iterdir()]) == (status, [])
    assert sentence in done.stderr


def test_a_folder_that_is_not_finished_leaves_the_old_one(
    loaded: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_here(loaded.database.path, "extract", "--all", "out", *DAY, folder=tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    monkeypatch.setattr("compliance.extracts.history._resources", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_here(loaded.database.path, "extract", "--all", "out", *DAY, "--months", 2, folder=tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    assert [*tmp_path.iterdir()] == [tmp_path / "out"]


def test_months_and_a_moment_are_told_in_the_trail_and_both_hold(loaded: Line, tmp_path: Path) -> None:
    moment = ("--known-at", f"{clock.local(clock.now()):%Y-%m-%d %H:%M}")
    done = run_here(
        loaded.database.path, "extract", "items", "--to", "x.csv", *DAY, "--months", 2, *moment, folder=tmp_path
    )
    assert done.returncode == 0, done
    listed = json.loads(run_here(loaded.database.path, "audit", "list", "--format", "json").stdout)
    assert any('"months": 2' in row["details"] and '"known_at"' in row["details"] for row in listed)
    assert {row["as_of"] for row in rows(tmp_path / "x.csv")} == {*ENDS[1:]}


def test_a_clock_that_was_set_back_hides_nothing(loaded: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = (loaded.database.path, "extract", "items", "--to", "x.csv", *DAY, "--months", 2)
    run_here(*asked, folder=tmp_path)
    before = rows(tmp_path / "x.csv")
    monkeypatch.setattr(clock, "now", lambda: NOON)
    run_here(*asked, folder=tmp_path)
    assert rows(tmp_path / "x.csv") == before != []
