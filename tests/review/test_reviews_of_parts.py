"""A review of training that came as one file a course stays as it was, whatever becomes of its parts."""

from datetime import date

import pytest

from compliance.access.permissions import current_user
from compliance.access.reader import EVERYTHING
from compliance.access.scopes import Scope
from compliance.core.language import Language
from compliance.counting.assessing import items
from compliance.counting.explaining import Moment, explain
from compliance.declarations.points import point_by
from compliance.keeping import persons
from compliance.loading.loading import in_sets, load_set, mappings_of, prepare, revoke
from compliance.package.year_package import verify_package, write_package
from compliance.reading import mapping
from compliance.reading.mapping import ColumnMapping, Said, heading_keys
from compliance.review import verifying
from compliance.store.database import EVERYTHING_KNOWN
from tests.files import xlsx
from tests.line import POINTS, SOURCES, WORDS, read_here
from tests.machines import machine, with_all_of
from tests.reviewed import AS_OF, Reviewed

pytestmark = pytest.mark.live
DATASKYDD, SAFETY = "Grundkurs i dataskydd", "Informationssäkerhet för medarbetare"
STAFF = "AD-konto | Namn | Enhet | Anställningsdatum\n" + "\n".join(
    f"{p}@exempel.se | Kim {p} | Norr | 2020-01-01" for p in "abcdefgh"
)
HEADINGS = ("E-post", "Slutförda", "Slutfört datum")
TITLED = ColumnMapping(
    "training",
    tuple(heading_keys(HEADINGS).values()),
    {"employee_id": "e-post", "status": "slutförda", "completed": "slutfört datum"},
    said={"course": Said("title", "Kurs: ")},
    shares={"status": {"all": "passed", "some": "started", "none": "not_started"}},
)
DAY, LATER = date(2026, 10, 31), date(2026, 11, 15)


def book(course, persons, share="3/3", *, name=None):
    rows = [(f"{person}@exempel.se", share, "2026-05-01") for person in persons]
    return read_here(xlsx({"Ark1": [(f"Kurs: {course}",), HEADINGS, *rows]}), name=name or f"{course}.xlsx")


def loaded(line, *books, day=DAY):
    order, known = line.order(extract_date=day), mappings_of(line.database)
    files = [prepare(each, order, sources=SOURCES, words=WORDS, mappings=known) for each in books]
    return [result for each in in_sets(files) for result in load_set(line.database, each, words=WORDS)]


def states(line, database=None):
    """Who is in which state in each course."""
    found = {}
    for id_ in ("information_security_training", "data_protection_training"):
        with (database or line.database).cursor() as cursor:
            rows = items(cursor, point_by(POINTS, id_), as_of=AS_OF, known_at=EVERYTHING_KNOWN).to_pylist()
        found[id_] = sorted((row["item"][0], row["outcome"], row["reason"]) for row in rows)
    return found


def with_parts(folder):
    """A line with files about two courses of a day."""
    line = Reviewed(folder)
    with line.database.writing() as cursor:
        mapping.save(cursor, TITLED, who="test")
    line.load_table(STAFF, name="staff.csv", source="staff", extract_date=DAY)
    loaded(line, book(DATASKYDD, "abcdef"), book(SAFETY, "abcdefgh"))
    return line


@pytest.fixture
def line(tmp_path):
    with with_parts(tmp_path).held() as line:
        yield line


def test_a_review_stays_when_parts_are_delivered_anew_revoked_and_come_on_a_later_day(line):
    review = line.open()
    line.discuss(review)
    line.approve(line.submit(review))
    document, before = line.document(line.review()), states(line)
    loaded(line, book(DATASKYDD, "abcdefgh", "1/3", name="ny.xlsx"))
    assert states(line) != before
    revoke(line.database, 4, why="fel", order=line.order())
    loaded(line, book(DATASKYDD, "abcdefgh"), book(SAFETY, "abcdefgh", "0/3"), day=LATER)
    with line.database.cursor() as cursor:
        assert verifying.verify(cursor, document, own=line.folder) == []
        content = write_package(cursor, line.review(), version=None, reports={}, say=Language("sv"))
    package = line.folder / "package.zip"
    package.write_bytes(content)
    assert verify_package(package).faults == ()


def test_why_changed_adds_up_when_one_part_is_delivered_anew(line):
    point = point_by(POINTS, "data_protection_training")
    [then] = line.rows("select max(imported_at) as known_at from imports")
    loaded(line, book(DATASKYDD, "abcdefgh", "3/3", name="ny.xlsx"))
    with line.database.cursor() as cursor:
        moments = Moment(AS_OF, then["known_at"]), Moment(AS_OF, EVERYTHING_KNOWN)
        found = explain(cursor, point, *moments, place=Scope("Förvaltningen"), reader=EVERYTHING)
    assert found.total == sum(part.share for part in found.parts)


def test_parts_are_alike_on_another_machine(line, tmp_path, new_postgres_database):
    loaded(line, book(DATASKYDD, "abcdefgh", "1/3", name="ny.xlsx"))
    address = new_postgres_database()
    with_all_of(line.database, address, tmp_path / "one")
    other = machine(address, tmp_path / "other")
    assert states(line, other) == states(line)


def test_a_person_is_removed_from_each_part(tmp_path):
    line = with_parts(tmp_path)
    loaded(line, book(DATASKYDD, "abcdefgh"), book(SAFETY, "abcdefgh"), day=LATER)
    gone = persons.remove(
        line.database, "a@exempel.se", diary="KS 2026/1", own=line.folder, user=current_user(), order=line.order()
    )
    assert gone
    assert line.rows("select * from training where employee_id like 'a@%'") == []
    assert {item for each in states(line).values() for item, *_ in each} == set("bcdefgh")
