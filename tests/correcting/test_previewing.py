"""The preview of files: what they would change together, with nothing written."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from compliance.core.errors import Refusal
from compliance.correcting.previewing import preview
from compliance.counting.assessing import Status
from compliance.declarations.points import load_points
from compliance.declarations.sources import load_sources, load_values
from compliance.loading.loading import Order, load, prepare
from compliance.store.file import FileDatabase
from tests.files import xlsx
from tests.line import read_here

# Only the points that the files here are the basis of.
SOURCES, WORDS, POINTS = load_sources(None), load_values(None), load_points(None)[:4]
DAY = date(2026, 10, 31)
ORDER = Order("tester", extract_date=DAY)
ASKED = "Har informationssäkerhetsklassning genomförts under det senaste året?"
HEADING = ("Systemnamn", "Enhet", "Status", "Personnummer", ASKED)
STAFF = "AD-konto;Enhet;Anställningsdatum\np;A;2020-01-01"


@pytest.fixture
def database(tmp_path):
    return FileDatabase.at(tmp_path / "own.duckdb")


def systems(*lines):
    return read_here(xlsx({"Blad1": [HEADING, *lines]}), name="system.xlsx")


def system(number, *, answer="Ja"):
    return (f"System {number}", "Norr", None, None, answer)


def previewed(database, *books, as_of=DAY, points=POINTS, **kwargs):
    prepared = {
        book.name if order is ORDER else f"{book.name} {number}": prepare(book, order, sources=SOURCES, words=WORDS)
        for number, (book, order) in enumerate(book if isinstance(book, tuple) else (book, ORDER) for book in books)
    }
    return preview(database, prepared, as_of=as_of, points=points, words=WORDS, **kwargs)


def status(figures, point):
    return next(figure.status for figure in figures if figure.point.id == point)


def only(found):
    [outcome] = found.outcomes.values()
    return outcome


@pytest.mark.live
def test_a_preview_shows_before_and_after_and_writes_nothing(database):
    result = previewed(database, systems(system("A"), system("B", answer="Nej")))
    assert status(result.effect.before, "classification") is Status.NO_BASIS
    assert status(result.effect.after, "classification") is Status.RED
    assert (only(result).loaded, only(result).rejected) == (2, 0)
    assert not database.exists()


@pytest.mark.live
def test_figures_are_those_of_the_day_that_is_shown_though_a_file_is_of_a_later_one(database):
    first, later = systems(system("A", answer="Nej")), replace(ORDER, extract_date=DAY + timedelta(15))
    for book, expected in ((first, Status.RED), ((systems(system("A")), later), Status.NO_BASIS)):
        result = previewed(database, book)
        assert result.effect.day == DAY
        assert status(result.effect.after, "classification") is expected


@pytest.mark.exhaustive
def test_files_dropped_together_are_counted_together(database):
    staff = read_here(csv(STAFF), name="p.csv")
    courses = read_here(csv("AD-konto;Kurs;Status\np;Informationssäkerhet för medarbetare;Pågår"), name="u.csv")
    assert status(previewed(database, staff).effect.after, "information_security_training") is Status.NO_BASIS
    # sources that others refer to come first, whatever the order
    together = previewed(database, courses, staff)
    assert list(together.outcomes) == ["p.csv", "u.csv"]
    assert status(together.effect.after, "information_security_training") is Status.RED


@pytest.mark.exhaustive
def test_a_file_that_takes_anothers_place_is_told_unless_it_completes_it(database):
    load(database, systems(system("A")), ORDER, sources=SOURCES, words=WORDS)
    other = systems(system("B"))
    assert only(previewed(database, other)).receipts[0].replaces == ((1, "system.xlsx"),)
    completing = replace(ORDER, completes=True)
    assert only(previewed(database, (other, completing))).receipts[0].replaces == ()


@pytest.mark.live
def test_a_file_that_lacks_most_of_the_one_before_is_asked_about(database, exhaustively):
    load(database, systems(*map(system, range(50))), ORDER, sources=SOURCES, words=WORDS)
    later = replace(ORDER, extract_date=date(2026, 11, 1))

    def asks(numbers, **order):
        book = systems(*map(system, numbers))
        found = only(previewed(database, (book, replace(later, **order)), points=()))
        return "keys" in {question.about for question in found.questions}

    assert asks(range(50, 100))  # as many rows, but others
    assert not asks(range(25))
    if exhaustively:
        assert asks(range(24))
        assert not asks(range(24), completes=True)


@pytest.mark.live
def test_files_dropped_together_are_compared_with_each_other_in_the_order_of_their_days(database):
    newer = (systems(*map(system, range(4))), replace(ORDER, extract_date=date(2026, 10, 30)))
    older = (systems(system(0), system(9)), replace(ORDER, extract_date=date(2026, 10, 1)))
    first, second = previewed(database, newer, older).outcomes.values()
    assert first.comparisons[0].earlier is None
    assert second.comparisons[0].earlier[1:] == (date(2026, 10, 1), 2)
    assert (second.comparisons[0].new, second.comparisons[0].gone) == (3, 1)


@pytest.mark.live
def test_a_refused_file_leaves_nothing_and_stops_no_other(database):
    two = {"A": [HEADING, system("A")], "B": [["AD-konto", "Enhet", "Anställningsdatum"], ["p", "A", "igår"]]}
    half = read_here(xlsx(two), name="half.xlsx")
    found = previewed(database, half, systems(system("B", answer="Nej")))
    assert isinstance(found.outcomes["half.xlsx"], Refusal)
    assert found.outcomes["system.xlsx"].loaded == 1
    [figure] = [figure for figure in found.effect.after if figure.point.id == "classification"]
    assert (figure.met, figure.unmet) == (0, 1)


def test_a_file_that_is_held_back_changes_no_figure(database):
    found = previewed(database, systems(system("A")), counts=lambda _file, _rehearsal: False)
    assert only(found).loaded == 1
    assert status(found.effect.after, "classification") is Status.NO_BASIS


@pytest.mark.exhaustive
def test_a_rehearsal_that_is_stopped_between_two_files_writes_nothing(database):
    load(database, systems(system("A")), ORDER, sources=SOURCES, words=WORDS)
    before = database.state()
    with pytest.raises(KeyboardInterrupt):
        previewed(database, systems(system("B")), progress=lambda _done: raised())
    assert database.state() == before
    assert only(previewed(database, systems(system("B")))).loaded == 1


def raised():
    raise KeyboardInterrupt


def csv(text):
    return text.encode()
