"""Other kinds of store than a file: one of the test's own, a module as any other, and the one that machines share."""

import threading
from contextlib import contextmanager
from datetime import date, datetime
from itertools import product

import pytest

from compliance.counting.assessing import coverage
from compliance.loading import loading
from compliance.review.reviewing import open_review, write
from compliance.store import stores
from compliance.store.database import EVERYTHING_KNOWN, Database
from compliance.store.file import connect
from tests.apps import opened, text
from tests.layers import first_of, layered
from tests.line import POINTS, TODAY, Line
from tests.machines import machine

TRAINING = """
AD-konto | Kurs                  | Slutfört
p1       | Informationssäkerhet  | 2026-02-01
"""
STAFF = """
AD-konto | Enhet | Anställningsdatum
p1       | Norr  | 2024-01-01
p2       | Norr  | 2024-01-01
"""


class MemoryDatabase(Database):
    """A store in memory, which lasts as long as its process."""

    def __init__(self):
        super().__init__("memory")
        self.connection, self.commits = connect(":memory:"), 0
        self.alone = threading.RLock()

    def exists(self):
        return True

    def require(self):
        pass

    def state(self):
        return str(self.commits)

    @contextmanager
    def reading(self):
        cursor = self.connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    @contextmanager
    def excluding(self):
        with self.alone, self.reading() as cursor:
            yield cursor

    def serve(self):
        pass

    def replacing(self):
        raise NotImplementedError

    def rewriting(self):
        raise NotImplementedError

    def sizes(self):
        return {}

    def clear(self):
        raise NotImplementedError

    def commit(self, cursor):
        super().commit(cursor)
        self.commits += 1


@pytest.fixture
def other(request, monkeypatch, tmp_path):
    """Make the organisation's own store one of another kind than a file."""
    if getattr(request, "param", "memory") == "memory":
        store = MemoryDatabase()
    else:
        store = machine(request.getfixturevalue("postgres_database"), tmp_path / "machine")
    monkeypatch.setattr(stores, "own", lambda: store)
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own" / "none.duckdb"))
    yield store
    # the register of who did what is beside every kind of store
    assert {path.name.partition("-")[0] for path in (tmp_path / "own").glob("*")} <= {"register.sqlite"}


@pytest.fixture
def line(other, tmp_path):
    """A line that loads into it with the product's code."""
    line = Line(tmp_path)
    line.database = other
    line.load_table(STAFF, name="staff.csv")
    return line


KINDS = ("memory", "shared")
EACH = pytest.mark.parametrize("other", first_of(KINDS), indirect=True)


@pytest.mark.live
@pytest.mark.parametrize("other", layered(KINDS, {"shared"}), indirect=True)
def test_another_kind_of_store_takes_the_whole_line(line, other):
    with other.cursor() as cursor:
        figures = coverage(cursor, POINTS[:2], days=[TODAY], known_at=EVERYTHING_KNOWN, level="organisation")
    (training,) = [figure for figure in figures if figure.point.id == "information_security_training"]
    review = open_review(other, year=2026, as_of=TODAY, order=line.order(), today=TODAY)
    write(other, review.review_id, kind="comment", what="dpia", text="Väntar.", order=line.order())
    assert (training.unit, review.review_id, review.year) == (None, 1, 2026)
    assert [row["import_id"] for row in line.rows("from imports")] == [1]
    loading.revoke(other, 1, why="Fel dag", order=line.order())
    assert [row["import_id"] for row in line.rows("from revocations")] == [1]


@pytest.mark.live
@EACH
def test_what_raises_and_what_is_rehearsed_leaves_nothing_in_another_kind_of_store(line, other):
    def fail():
        with other.writing() as cursor:
            cursor.execute("delete from staff")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with other.rehearsing() as cursor:
        cursor.execute("delete from staff")
    assert len(line.rows("from staff")) == 2


@pytest.mark.exhaustive
@pytest.mark.parametrize("other", KINDS, indirect=True)
def test_the_version_of_another_kind_of_store_changes_as_that_of_the_file_does(line, other):
    version = other.version()
    open_review(other, year=2026, as_of=TODAY, order=line.order(), today=TODAY)
    assert other.version() == version
    line.load_table(STAFF, name="more.csv", extract_date=date(2026, 10, 1))
    assert other.version() != version


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("other", "page"),
    product(KINDS, ["overview", "imports", "quality", "extracts"]),
    indirect=["other"],
)
@pytest.mark.usefixtures("line")
def test_the_pages_show_another_kind_of_store(page, monkeypatch):
    """path: a page that knew a file would find none, and show the samples"""
    shown = text(opened(page, monkeypatch, part="history"))
    assert "Exempeldata" not in shown
    assert "kan inte nås" not in shown
    assert "staff.csv" in shown or page != "imports"


@pytest.mark.exhaustive
@EACH
def test_the_pages_say_of_when_they_are_while_what_keeps_the_store_is_away(line, other, monkeypatch):
    del line
    other.away_since = lambda: datetime(2026, 11, 24, 11, 5)
    shown = text(opened("overview", monkeypatch))
    assert "Databasen kan inte nås. Det som visas är från 24\xa0november\xa02026 kl. 12.05" in shown
