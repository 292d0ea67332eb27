"""`--known-at`: the figures of a day as they were known at a moment, whatever was loaded later."""

import csv
import io
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from compliance.core import clock
from compliance.core.masking import mask_beside_hashes
from tests.command import run_here
from tests.line import Line

NOW = datetime(2026, 11, 24, 14)  # UTC: 15:00 in Sweden
FIRST = "Systemnamn | Enhet | Har informationssäkerhetsklassning genomförts under det senaste året?\nAlfa | Norr | Nej"
SECOND = FIRST.replace("Nej", "Ja")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Line:
    """An export of 13:00 Swedish time, and one of the same day that takes its place at 14:00."""
    line = Line(tmp_path_factory.mktemp("known"))
    for table, at in ((FIRST, datetime(2026, 11, 24, 12)), (SECOND, datetime(2026, 11, 24, 13))):
        line.load_table(table, source="systems", extract_date=date(2026, 11, 20), now=at)
    return line


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("said", "met"),
    [
        ("2026-11-24 12:59", None),
        ("2026-11-24 13:05", "0"),
        ("2026-11-24T14:05:00", "1"),
        ("2026-11-24 14:05 +02:00", "0"),
        ("2026-11-24 13:05Z", "1"),
        ("2026-11-24", "1"),
        ("2026-11-23", None),
    ],
)
def test_what_was_loaded_later_is_not_known(loaded: Line, tmp_path: Path, said: str, met: str | None) -> None:
    day = ("--as-of", "2026-11-24", "--known-at", said)
    done = run_here(loaded.database.path, "coverage", *day, "--format", "csv")
    printed = [row["met"] for row in csv.DictReader(io.StringIO(done.stdout)) if row["id"] == "classification"]
    assert (done.returncode, printed) == (0, ["0"] if met is None else [met]), done
    done = run_here(loaded.database.path, "extract", "items", "--to", "x.csv", *day, folder=tmp_path)
    assert done.returncode == 0, done
    rows = list(csv.DictReader((tmp_path / "x.csv").open(encoding="utf-8")))
    found = ["1" if row["outcome"] == "met" else "0" for row in rows if row["point_id"] == "classification"]
    assert found == ([] if met is None else [met])


def test_without_a_day_it_is_that_of_the_moment(loaded: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 26, 14))
    for said in ("2026-11-24", "2026-11-24 23:30", "2026-11-24 23:30 +01:00"):
        run_here(loaded.database.path, "extract", "coverage", "--to", "x.csv", "--known-at", said, folder=tmp_path)
        rows = csv.DictReader((tmp_path / "x.csv").open(encoding="utf-8"))
        assert {row["as_of"] for row in rows} == {"2026-11-24"}


@pytest.mark.parametrize("said", ["2026-11-24 15:01", "2026-11-25", "9998-01-01 00:00"])
def test_a_moment_to_come_is_refused(loaded: Line, said: str) -> None:
    done = run_here(loaded.database.path, "coverage", "--known-at", said)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"The moment {said} has not come yet" in done.stderr


@pytest.mark.parametrize(
    "said", ["", "igår", "2026-11-24 25:00", "2026-02-30", "20261124", "2026-11-24 13", "0001-01-01 00:00"]
)
def test_what_is_no_moment_is_wrong_usage(loaded: Line, said: str) -> None:
    done = run_here(loaded.database.path, "coverage", "--known-at", said)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a moment: write" in " ".join(done.stderr.replace("│", " ").split())


def test_no_moment_is_taken_for_an_identity_number() -> None:
    moments = (datetime(2026, 11, 24) + timedelta(minutes=n) for n in range(24 * 60))
    texts = [f"{each:%Y-%m-%d %H:%M}" for each in moments]
    assert [text for text in texts if mask_beside_hashes(text)[0] != text] == []
