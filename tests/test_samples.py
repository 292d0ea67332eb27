"""The samples are what their generator writes, can be read by the real line, and show what their README says."""

import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from compliance.core.places import SAMPLES
from compliance.counting.assessing import Coverage, coverage
from compliance.loading.loading import prepare
from compliance.reading.recognising import extract_date
from compliance.reading.screening import ReadRequest
from compliance.reading.sheets import Workbook
from compliance.store.database import EVERYTHING_KNOWN, Database
from data.samples.make.fiction import fiction
from data.samples.make.files import write_all
from data.samples.make.layouts import Layout, layouts
from tests.browser import MOST
from tests.line import POINTS, SOURCES, WORDS, Order, read_here

README = (SAMPLES / "README.md").read_text("utf-8")
FILES = sorted(path for path in SAMPLES.glob("20*/*") if path.is_file())
# Every layout with the last of its days, and of those with a row for each person one of each kind of file; `make fuzz`
# looks at all of them. How an .ods is written follows from those before it, so of these all are needed.
KINDS = {(each.source, Path(each.file).suffix): each for each in layouts()}
LAYOUTS = [
    each if MOST or each.form == "ods" else replace(each, dates=each.dates[-1:])
    for each in layouts()
    if MOST or each.source not in {"staff", "training"} or each is KINDS[each.source, Path(each.file).suffix]
]
AS_OF = date(2026, 10, 31)


def paths(chosen: list[Layout]) -> dict[Path, str]:
    """The files of some layouts, each with its source."""
    return {
        SAMPLES / on.isoformat() / each.file.format(date=on, compact=f"{on:%Y%m%d}", year=on.year): each.source
        for each in chosen
        for on in each.dates
    }


@pytest.fixture(scope="module")
def workbooks() -> dict[Path, Workbook]:
    known = ReadRequest(SOURCES, WORDS, today=AS_OF)
    return {path: read_here(path, name=path.name, request=known) for path in sorted(paths(LAYOUTS))}


@pytest.fixture(scope="module")
def recognised(workbooks):
    """Of each file the sources that it is recognised as, and its day."""
    found = {}
    for path, workbook in workbooks.items():
        matches = prepare(workbook, Order("test"), sources=SOURCES, words=WORDS).matches
        found[path] = ({match.source.id for match in matches}, extract_date(workbook, matches, WORDS))
    return found


@pytest.fixture(scope="module")
def figures(sample_database: Database) -> dict[int, Coverage]:
    with sample_database.cursor() as cursor:
        found = coverage(cursor, POINTS, days=[AS_OF], known_at=EVERYTHING_KNOWN, level="organisation")
    return {figure.point.number: figure for figure in found}


def content(path: Path) -> object:
    """What a file holds: the members of a zip, whose compression may differ between machines, else its bytes."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        return {member.filename: (member.date_time, packed.read(member)) for member in packed.infolist()}


def test_the_generator_writes_what_is_committed(tmp_path):
    assert sorted(paths(layouts())) == FILES
    written, those = write_all(tmp_path, LAYOUTS), sorted(paths(LAYOUTS))
    assert [path.relative_to(tmp_path) for path in written] == [path.relative_to(SAMPLES) for path in those]
    differing = [old.name for new, old in zip(written, those, strict=True) if content(new) != content(old)]
    assert differing == []


def test_every_file_is_recognised_as_its_source_on_its_day(recognised):
    declared = paths(LAYOUTS)
    for path, (sources, found) in recognised.items():
        assert sources == {declared[path]}, path
        assert found, path
        assert found.day.isoformat() == path.parent.name, path


def test_every_source_and_every_way_to_say_the_day_is_there(recognised):
    assert {layout.source for layout in layouts()} == set(SOURCES)
    ways = {found.by if found else None for _, found in recognised.values()}
    assert ways == {"heading", "file_name", "modified"}


def test_no_file_holds_an_identity_number(workbooks):
    assert {path.name: workbook.masked for path, workbook in workbooks.items() if workbook.masked} == {}


def test_the_readme_says_that_all_is_fictitious():
    assert "All of this is fictitious" in README
    assert fiction()["organisation"].endswith("(exempel)")
    assert fiction()["organisation"] in README


def test_the_figures_are_those_of_the_readme(figures):
    told = re.findall(r"^\| (\d+) \|[^|]*\| ([^|]*) \| ([^|]*) \| (\w+) \|", README, re.MULTILINE)
    assert len(told) == len(POINTS)
    for number, met, of, status in told:
        figure = figures[int(number)]
        assert (met, of, status) == (str(figure.met), str(figure.of), figure.status.value), figure.point.id


def test_a_procurement_export_after_the_day_gives_no_basis_on_it(figures):
    assert figures[9].basis is False
