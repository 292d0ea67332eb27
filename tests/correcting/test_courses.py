"""Which course of the exports is a point's: asked where no row is of it, said once, and known from then on."""

from datetime import date, timedelta

import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.correcting import courses
from compliance.counting.assessing import coverage, items
from compliance.counting.figures import figures, load_figures
from compliance.declarations.points import point_by
from compliance.store.database import EVERYTHING_KNOWN
from tests.line import POINTS, Line

DAY = date(2026, 11, 24)
HERE = "Förvaltningen"
STAFF = """
AD-konto | Enhet | Anställningsdatum
aa1      | Norr  | 2020-01-01
aa2      | Norr  | 2020-01-01
"""
TRAINING = """
AD-konto | Kurs                  | Status      | Slutfört datum
aa1      | Säker i jobbet        | Godkänd     | 2026-01-15
aa2      | Säker i jobbet        | Ej påbörjad |
aa1      | Grundkurs i dataskydd | Godkänd     | 2026-01-15
"""
FIRST, SECOND = (point_by(POINTS, number) for number in "12")


@pytest.fixture
def line(tmp_path):
    with Line(tmp_path).held() as line:
        for source, table in {"staff": STAFF, "training": TRAINING}.items():
            line.load_table(table, name=f"{source}.csv", source=source, extract_date=date(2026, 10, 1))
        yield line


def say(line, point, *chosen, nobody=False):
    courses.say_which(line.database, HERE, point, chosen, nobody=nobody, as_of=DAY, order=line.order())


def told(line, *, day=DAY, known_at=EVERYTHING_KNOWN):
    with line.database.cursor() as cursor:
        both = coverage(cursor, (FIRST, SECOND), days=[day], known_at=known_at, level="organisation")
    return [(f.status.value, f.basis, f.no_course, f.met, f.of) for f in both]


NOT_FOUND = ("no_basis", False, True, 0, 0)
DATA_PROTECTION = ("red", True, False, 1, 2)


def test_a_course_that_no_row_is_of_is_asked_about_and_accuses_nobody(line):
    assert told(line) == [NOT_FOUND, DATA_PROTECTION]
    with line.database.cursor() as cursor:
        assert courses.asked(cursor, POINTS, HERE, as_of=DAY) == (FIRST,)
        assert items(cursor, FIRST, as_of=DAY, known_at=EVERYTHING_KNOWN).num_rows == 0
        found = figures(cursor, load_figures(None), points=POINTS, as_of=DAY, known_at=EVERYTHING_KNOWN)
        listed = courses.courses(cursor, HERE, as_of=DAY)
    based = {figure.definition.id: figure.basis for figure in found}
    assert [based[name] for name in ("both_courses", "information_security_training_expiring")] == [False, False]
    assert based["data_protection_training_expiring"]
    assert [(row["course"], row["rows_of"]) for row in listed] == [("Säker i jobbet", 2), ("Grundkurs i dataskydd", 1)]
    assert "Informationssäkerhet" in courses.question(FIRST, DAY, Language("sv")).replace("\u00ad", "")


def test_what_is_said_counts_for_any_day_and_in_the_next_file_but_not_before_it_was_said(line):
    say(line, FIRST, "SÄKER I JOBBET")
    assert told(line) == [DATA_PROTECTION, DATA_PROTECTION]
    assert told(line, day=date(2026, 10, 1)) == [DATA_PROTECTION, DATA_PROTECTION]
    (row,) = line.rows("select said_at, courses from courses_said")
    assert row["courses"] == ["Säker i jobbet"]
    assert told(line, known_at=row["said_at"] - timedelta(seconds=1)) == [NOT_FOUND, DATA_PROTECTION]
    line.load_table(TRAINING, name="next.csv", source="training", extract_date=date(2026, 11, 1), completes=False)
    assert told(line) == [DATA_PROTECTION, DATA_PROTECTION]


def test_nobody_has_begun_it_is_a_basis_and_can_be_taken_back(line):
    say(line, FIRST, nobody=True)
    assert told(line)[0] == ("red", True, False, 0, 2)
    say(line, FIRST)
    assert told(line)[0] == NOT_FOUND
    with line.database.cursor() as cursor:
        assert not courses.answers(cursor, HERE, as_of=DAY)[FIRST.id].counts


def test_both_or_a_course_that_no_export_has_is_refused(line):
    for chosen, nobody in ((["Säker i jobbet"], True), (["En annan"], False)):
        with pytest.raises(Refusal):
            say(line, FIRST, *chosen, nobody=nobody)
    assert told(line)[0] == NOT_FOUND
