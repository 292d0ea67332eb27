"""Files about a course each are one export together: what is in doubt of one is no reason to load the others alone."""

from datetime import date

import pytest

from compliance.intake.judging import Loadable
from compliance.loading.loading import Order, in_sets, load_set, mappings_of, prepare
from compliance.reading import mapping
from compliance.reading.mapping import ColumnMapping, Said, heading_keys
from tests.arriving import came, judged
from tests.files import xlsx
from tests.line import SOURCES, WORDS, read_here

pytestmark = pytest.mark.live
HEADINGS = ("E-post", "Namn", "Slutförda")
TITLED = ColumnMapping(
    "training",
    tuple(heading_keys(HEADINGS).values()),
    {"employee_id": "e-post", "name": "namn", "status": "slutförda"},
    said={"course": Said("title", "Kurs: ")},
    shares={"status": {"all": "passed", "some": "started", "none": "not_started"}},
)


def about(course, *, passed=15, nameless=0):
    """A file about a course: so many of thirty have passed it, and so many rows have no address."""
    people = [(f"kim{n}@exempel.se", f"Kim {n}", "3/3" if n < passed else "0/3") for n in range(30)]
    rows = [*people, *((None, f"Lo {n}", "3/3") for n in range(nameless))]
    return xlsx({"Ark1": [(f"Kurs: {course}",), HEADINGS, *rows]})


@pytest.fixture
def parted(line):
    """Norra has files about three courses of the last of October."""
    with line.database.writing() as cursor:
        mapping.save(cursor, TITLED, who="test")
    files = []
    for course in "ABC":
        order = Order("test", organisation="Norra", extract_date=date(2026, 10, 31))
        book = read_here(about(course), name=f"{course}.xlsx")
        files.append(prepare(book, order, sources=SOURCES, words=WORDS, mappings=mappings_of(line.database)))
    line.wait()
    [together] = in_sets(files)
    load_set(line.database, together, words=WORDS)
    return line


def codes(line, **files):
    found = judged(line, [came(line, f"{name}-2026-11-20.xlsx", content) for name, content in files.items()])
    return ["loads" if isinstance(each, Loadable) else each.code for each in found]


def test_all_of_them_are_loaded(parted):
    assert codes(parted, **{course: about(course, passed=16) for course in "CAB"}) == ["loads"] * 3


def test_without_one_all_are_held_until_it_has_come(parted):
    assert codes(parted, A=about("A"), B=about("B")) == ["parts", "parts"]


def test_without_one_that_is_in_doubt_the_others_are_held(parted):
    assert codes(parted, A=about("A"), B=about("B"), C=about("C", nameless=9)) == ["parts", "parts", "rejected"]


def test_one_about_what_no_export_was_is_held_and_holds_no_other(parted):
    new = {course: about(course) for course in ("A", "B", "C", "A och B")}
    assert codes(parted, **new) == ["loads", "loads", "loads", "unheard"]
