"""Whatever a system calls its columns: a file of ours in other words is loaded right or asked about (issue 33)."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from subprocess import CompletedProcess
from typing import Any

import openpyxl
import pytest

from compliance.declarations.sources import Source, normal
from compliance.store.file import FileDatabase
from tests import once
from tests.command import run_here
from tests.exports import random_exports, write_workbook
from tests.layers import first_of
from tests.line import SOURCES, Line, reading_here
from tests.reference import Export

Table = list[list[Any]]
# What other systems call their columns; none is a heading of ours.
FOREIGN = [
    "Benämning i register", "Custom field", "Fält", "Huvudgrupp", "Notering", "Skapad av", "Sys ID", "Typkod",
    "Updated on", "Uppgift", "Värdeområde", "Övrigt",
]  # fmt: skip
# Headings that stand in every register, and tell nothing.
EVERYWHERE = ["Ansvarig", "Enhet", "Namn", "Status", "System"]
LEVELS = {"K", "R", "T", "K/R/T"}
PEOPLE = [f"{first} Exempel" for first in ("Ada", "Bo", "Cia", "Dan", "Eva", "Gun", "Hal", "Ida")]
NAMED = ["Handläggare", "Kontaktperson", "Namn", "Owner", "Skapad av", "Ägare"]


class Changed:
    """The sheets of an export with other headings in another order, a row twice, and a column of names.

    `kept` are the headings that stayed.
    """

    def __init__(self, path: Path, source: Source, random: Random, *, renamed: int, headings_again: bool) -> None:
        self.random, self.headings_again = random, headings_again
        self.book = openpyxl.load_workbook(path)
        sheets = self.book.worksheets
        headings = [cell.value for cell in sheets[0][1]]
        others = self._others(source, headings)
        gone = random.sample(headings, min(renamed, len(headings), len(others)))
        self.names = dict(zip(gone, random.sample(others, len(gone)), strict=True))
        self.kept = {normal(heading) for heading in headings if heading not in gone}
        self.added = random.choice([name for name in NAMED if self._is_free(name, source, headings)])
        order = random.sample(range(len(headings) + 1), len(headings) + 1)
        for sheet in sheets:
            self._change(sheet, order)

    def _others(self, source: Source, headings: Sequence[str]) -> list[str]:
        known = {heading for field in source.fields for heading in field.headings} | set(map(normal, headings))
        return [*FOREIGN, *(name for name in EVERYWHERE if normal(name) not in known)]

    def _is_free(self, name: str, source: Source, headings: Sequence[str]) -> bool:
        """Whether no field would be read from a column of names: none has its heading, or its own is left and first."""
        if name in {*headings, *self.names.values()}:
            return False
        fields = [field for field in source.fields if normal(name) in field.headings]
        return all(not field.required or normal(field.heading) in self.kept for field in fields)

    def _change(self, sheet: Any, order: Sequence[int]) -> None:
        rows = [[*row] for row in sheet.iter_rows(values_only=True)]
        heading, *data = rows
        first = next((row for row in data if any(row)), None)
        data = [first, *data] if first else data
        named = [[self.names.get(name, name) for name in heading] + [self.added]] * (2 if self.headings_again else 1)
        named += [[*row, self.random.choice(PEOPLE)] if any(row) else [*row, None] for row in data]
        sheet.delete_rows(1, sheet.max_row)
        for number, row in enumerate(named, start=1):
            for place, old in enumerate(order, start=1):
                if row[old] is not None:
                    sheet.cell(number, place, row[old])

    def save(self, path: Path) -> Path:
        self.book.save(path)
        return path


def _exports(seed: int) -> Iterable[Export]:
    """The first export of each source, as its own exports are written; the rows are the adversarial ones."""
    seen: set[str] = set()
    for export in random_exports(seed):
        if export.source not in seen and export.rows:
            seen.add(export.source)
            yield export


def _command(database: Path, *said: object) -> CompletedProcess[str]:
    with reading_here():
        return run_here(database, *said)


def _loaded(database: Path) -> list[str]:
    done = _command(database, "imports", "--format", "json")
    return [row["source"] for row in json.loads(done.stdout)]


def _values(database: FileDatabase, source: Source, fields: Iterable[str]) -> set[str]:
    """The rows of a source as their values in these fields; a row that stands twice is one."""
    names = ", ".join(sorted(fields))
    with database.cursor() as cursor:
        return {str(row) for row in cursor.execute(f"select {names} from {source.id}").fetchall()}


def _fields_kept(source: Source, kept: set[str]) -> set[str]:
    """The fields that are read from headings that stayed alone."""
    found = {field.name for field in source.fields if kept & set(field.headings)}
    together = {
        field.name for field in source.fields if field.instead for group in field.instead.headings if kept & {*group}
    }
    return found | together


def _try(folder: Path, export: Export, random: Random, *, renamed: int, headings_again: bool = False) -> bool:
    """Load an export and its changed copy, each into a database of its own, and compare. False if it asked."""
    source = SOURCES[export.source]
    folder.mkdir()
    path = write_workbook(export, folder)
    changed = Changed(path, source, random, renamed=renamed, headings_again=headings_again)
    right = Line(folder)
    right.load(path, source=source.id, extract_date=export.extract_date)
    own = once.new(folder / "own.duckdb")
    done = _command(own, "load", changed.save(folder / "export.xlsx"), "--extract-date", export.extract_date)
    what = f"{source.id}: {changed.names}, {changed.added}: {done.stdout}{done.stderr}"
    loaded = _loaded(own)
    if done.returncode:
        assert (done.returncode, loaded, done.stdout) == (1, [], ""), what
        assert len(done.stderr.splitlines()) == 1, what
        return False
    assert loaded == [source.id], what
    fields = _fields_kept(source, changed.kept)
    now, then = (_values(database, source, fields) for database in (FileDatabase.at(own), right.database))
    # A level 4 rejects its row only where its column is known to hold levels.
    assert now == then or (now > then and LEVELS & changed.names.keys()), what
    return True


@pytest.mark.live
@pytest.mark.parametrize("seed", first_of(range(8), 2))
def test_it_is_loaded_right_or_asked_about(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    for export in _exports(seed):
        _try(tmp_path / export.source, export, random, renamed=random.randint(0, 5))


@pytest.mark.live
@pytest.mark.parametrize("seed", first_of(range(3), 1))
def test_it_is_loaded_without_a_question_where_all_headings_stay(tmp_path: Path, seed: int) -> None:
    """Asking about everything would be right by the test above."""
    for export in _exports(seed):
        if len(export.columns) >= 5 and not (export.source == "classifications" and _lacks_levels(export)):
            assert _try(tmp_path / export.source, export, Random(seed), renamed=0), export.source


@pytest.mark.live
@pytest.mark.parametrize("seed", first_of(range(3), 1))
def test_headings_that_stand_again_below_name_no_system(tmp_path: Path, seed: int) -> None:
    """As a report has them on every page. Where they would be a row they are asked about, or are none."""
    for export in _exports(seed):
        _try(tmp_path / export.source, export, Random(seed), renamed=0, headings_again=True)


def _lacks_levels(export: Export) -> bool:
    return "confidentiality" not in export.columns
