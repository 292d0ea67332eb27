"""The samples equal what their generator writes, load with the product's code, and give the README's figures."""

import re
import zipfile
from datetime import date
from pathlib import Path

import pytest

from compliance.core.places import SAMPLES
from compliance.counting.assessing import Coverage, coverage
from compliance.declarations.packs import folder_files, product_packs, read_pack
from compliance.demo.demo import sample_files
from compliance.loading.loading import prepare
from compliance.reading.recognising import extract_date
from compliance.reading.screening import ReadRequest
from compliance.reading.sheets import Workbook
from compliance.store.database import EVERYTHING_KNOWN, Database
from data.samples.make.fiction import fiction
from data.samples.make.files import write_all
from data.samples.make.layouts import layouts
from tests.line import POINTS, SOURCES, WORDS, Order, read_here

README = (SAMPLES / "README.md").read_text("utf-8")
# The figures of the points that the README tells: met, of how many, and the status.
SHOWN = {
    int(number): counts
    for number, *counts in re.findall(r"^\| (\d+) \|[^|]*\| ([^|]*) \| ([^|]*) \| (\w+) \|", README, re.MULTILINE)
}
FILES = sorted(path for path in SAMPLES.glob("20*/*") if path.is_file())
OF_PACKS = SAMPLES / "packs"
PACKED = sorted(OF_PACKS.glob("*/*"))
AS_OF = date(2026, 10, 31)


# The files, each with its source.
DECLARED = {
    SAMPLES / on.isoformat() / each.file.format(date=on, compact=f"{on:%Y%m%d}", year=on.year): each.source
    for each in layouts()
    for on in each.dates
}


@pytest.fixture(scope="module")
def workbooks() -> dict[Path, Workbook]:
    request = ReadRequest(SOURCES, WORDS, today=AS_OF)
    return {path: read_here(path, name=path.name, request=request) for path in sorted(DECLARED)}


@pytest.fixture(scope="module")
def recognised(workbooks):
    """The sources that each file is recognised as, and its extract date."""
    by_path = {}
    for path, workbook in workbooks.items():
        matches = prepare(workbook, Order("test"), sources=SOURCES, words=WORDS).matches
        by_path[path] = ({match.source.id for match in matches}, extract_date(workbook, matches, WORDS))
    return by_path


@pytest.fixture(scope="module")
def figures(sample_database: Database) -> dict[int, Coverage]:
    with sample_database.cursor() as cursor:
        coverages = coverage(cursor, POINTS, days=[AS_OF], known_at=EVERYTHING_KNOWN, level="organisation")
    return {figure.point.number: figure for figure in coverages}


def content(path: Path) -> object:
    """The bytes of a file, or the members of a zip, since their compression may differ between machines."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        return {member.filename: (member.date_time, packed.read(member)) for member in packed.infolist()}


@pytest.mark.exhaustive
def test_the_generator_writes_what_is_committed(tmp_path):
    written = write_all(tmp_path, layouts())
    assert [path.relative_to(tmp_path) for path in written] == [path.relative_to(SAMPLES) for path in FILES]
    differing = [old.name for new, old in zip(written, FILES, strict=True) if content(new) != content(old)]
    assert differing == []


def test_every_file_is_declared():
    assert sorted(DECLARED) == FILES


@pytest.mark.exhaustive
def test_every_file_is_recognised_as_its_source_on_its_day(recognised):
    for path, (sources, day) in recognised.items():
        assert sources == {DECLARED[path]}, path
        assert day, path
        assert day.day.isoformat() == path.parent.name, path


@pytest.mark.exhaustive
def test_every_source_and_every_way_to_say_the_day_is_there(recognised):
    sampled = {layout.source for layout in layouts()}
    assert sampled <= set(SOURCES)
    assert {id_ for point in POINTS if point.number in SHOWN for id_ in (*point.needs, *point.uses)} <= sampled
    ways = {day.by if day else None for _, day in recognised.values()}
    assert ways == {"heading", "file_name", "modified"}


@pytest.mark.exhaustive
def test_no_file_holds_an_identity_number(workbooks):
    assert {path.name: workbook.masked for path, workbook in workbooks.items() if workbook.masked} == {}


def test_the_readme_says_that_all_is_fictitious():
    assert "All of this is fictitious" in README
    assert fiction()["organisation"].endswith("(exempel)")
    assert fiction()["organisation"] in README


@pytest.mark.live
def test_the_figures_are_those_of_the_readme(figures):
    sampled = {layout.source for layout in layouts()}
    assert [*SHOWN] == [point.number for point in POINTS if sampled.issuperset(point.needs)]
    for number, (met, of, status) in SHOWN.items():
        figure = figures[number]
        assert (met, of, status) == (str(figure.met), str(figure.of), figure.status.value), figure.point.id


@pytest.mark.live
def test_a_procurement_export_after_the_day_gives_no_basis_on_it(figures):
    assert figures[9].basis is False


# --- Of packs --------------------------------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_the_generator_writes_what_is_committed_of_packs(tmp_path):
    written = write_all(tmp_path, layouts("packs.toml"))
    assert [path.relative_to(tmp_path) for path in written] == [path.relative_to(OF_PACKS) for path in PACKED]
    assert [old.name for new, old in zip(written, PACKED, strict=True) if content(new) != content(old)] == []


def test_the_exports_of_packs_are_recognised_and_in_no_sample_database():
    packs = [read_pack(folder_files(folder), origin=folder.name) for folder in product_packs()]
    sources = SOURCES | {id_: source for pack in packs for id_, source in pack.sources.items()}
    request = ReadRequest(sources, WORDS, today=AS_OF)
    books = [read_here(path, name=path.name, request=request) for path in PACKED]
    prepared = [prepare(book, Order("test"), sources=sources, words=WORDS) for book in books]
    found = [
        (match.source.id, extract_date(book, [match], WORDS).day)
        for book, each in zip(books, prepared, strict=True)
        for match in each.matches
    ]
    assert found == [(id_, AS_OF) for id_ in ("authentication", "continuity", "encryption")]
    assert {path for path, _ in sample_files()}.isdisjoint(PACKED)
