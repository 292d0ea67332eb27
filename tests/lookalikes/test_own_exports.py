"""What is ours is never asked about: the samples, and every template with its title, month by month (issue 33)."""

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import openpyxl
import pytest

from compliance.core.language import Language
from compliance.core.places import SAMPLES
from compliance.correcting.templates import DAY_ROW, HEADING_ROW, template
from compliance.declarations.sources import Field, Source
from tests import once
from tests.command import run_here
from tests.layers import layered
from tests.line import SOURCES, reading_here

# Of these every year, or every export, has others; in all other sources most things are there the next time too.
PASSING = {
    "incidents", "breaches", "procurements", "activities", "classification_actions", "dpo_recommendations",
    "deviations",
}  # fmt: skip
# From one autumn to the second after it.
MONTHS = [date(year, month, 28) for year in (2024, 2025, 2026) for month in range(1, 13)][8:34]
THINGS = 24
FOLDERS = sorted(folder.name for folder in SAMPLES.iterdir() if folder.name.startswith("20"))
SPREADSHEETS = {".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".txt"}


def _load(database: Path, *said: object) -> CompletedProcess[str]:
    with reading_here():
        return run_here(database, "load", *said)


# --- The samples ------------------------------------------------------------------------------------------------------


def _samples(*folders: str) -> list[Path]:
    return [path for name in folders for path in sorted((SAMPLES / name).iterdir()) if path.suffix in SPREADSHEETS]


@pytest.mark.live
@pytest.mark.parametrize("folders", layered([FOLDERS[-1:], FOLDERS], [FOLDERS[-1:]]), ids=["last", "all"])
def test_a_sample_is_loaded_without_a_question(tmp_path: Path, folders: list[str]) -> None:
    files = _samples(*folders)
    done = _load(once.new(tmp_path / "own.duckdb"), *files)
    assert (done.returncode, len(done.stdout.splitlines()) >= len(files)) == (0, True), done.stderr


# --- The templates ----------------------------------------------------------------------------------------------------


def _filled(source: Source, number: int) -> bytes:
    """The template of a source, filled in for a month, without one of the columns that it can do without.

    So no two months in a row have the same headings, which would be reason enough to take them.
    """
    language = Language("sv" if number % 2 else "en")
    book = openpyxl.load_workbook(io.BytesIO(template(source, language)))
    sheet = book.worksheets[0]
    sheet.cell(DAY_ROW, 2, MONTHS[number])
    spared = [field for field in source.fields if not (field.required or field.expected)]
    gone = spared[number % len(spared)]
    for place, field in enumerate(source.fields, start=1):
        if field == gone:
            sheet.cell(HEADING_ROW, place).value = None
            continue
        for row, thing in enumerate(_things(source, number), start=HEADING_ROW + 1):
            sheet.cell(row, place, _value(field, thing))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _things(source: Source, number: int) -> Iterator[int]:
    """The numbers of what stands in the export of a month: all others each time, or one less and a new one."""
    first = number * (THINGS if source.id in PASSING else 1)
    yield from range(first, first + THINGS)


def _value(field: Field, thing: int) -> Any:
    if field.words:
        return next(iter(field.words.values()))[0]
    values: dict[str, Any] = {
        "date": date(2024, 1, 2),
        "datetime": date(2024, 1, 2),
        "yes_no": "Ja",
        "number": 2024,
        "level": 1,
        "path": "Hemtjänst Norr",
    }
    return values.get(field.type, f"{field.heading.replace('/', ' ')} nr {thing}")


@pytest.mark.live
@pytest.mark.parametrize("source", layered(SOURCES, {"systems"}))
def test_a_template_is_loaded_without_a_question_every_month(tmp_path: Path, source: str) -> None:
    own = once.new(tmp_path / "own.duckdb")
    for number, month in enumerate(MONTHS):
        path = tmp_path / "export.xlsx"
        path.write_bytes(_filled(SOURCES[source], number))
        done = _load(own, path)
        assert done.returncode == 0, f"{month}: {done.stderr}"
        assert f"as {source}, extract date {month}, {THINGS} rows, 0 rejected" in done.stdout, done.stdout
