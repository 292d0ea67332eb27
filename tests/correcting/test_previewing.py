"""The preview of a file: what it would change, with nothing written."""

from dataclasses import replace
from datetime import date

import pytest

from compliance.correcting.previewing import preview
from compliance.counting.assessing import Status
from compliance.declarations.points import load_points
from compliance.declarations.sources import load_sources, load_values
from compliance.loading.loading import Order, load
from compliance.store.file import FileDatabase
from tests.files import xlsx
from tests.line import read_here

# Only the points that the files here are the basis of.
SOURCES, WORDS, POINTS = load_sources(None), load_values(None), load_points(None)[:4]
DAY = date(2026, 10, 31)
ORDER = Order("tester", extract_date=DAY)
ASKED = "Har informationssäkerhetsklassning genomförts under det senaste året?"
HEADING = ("Systemnamn", "Enhet", "Status", "Personnummer", ASKED)


@pytest.fixture
def database(tmp_path):
    return FileDatabase.at(tmp_path / "own.duckdb")


def systems(*lines):
    return read_here(xlsx({"Blad1": [HEADING, *lines]}), name="system.xlsx")


def previewed(database, book, **kwargs):
    return preview(database, [(book, ORDER)], as_of=DAY, points=POINTS, sources=SOURCES, words=WORDS, **kwargs)


def status(figures, point):
    return next(figure.status for figure in figures if figure.point.id == point)


def test_a_preview_shows_before_and_after_and_writes_nothing(database):
    book = systems(("Alfa", "Norr", None, None, "Ja"), ("Beta", "Norr", None, None, "Nej"))
    result = previewed(database, book)
    assert status(result.effect.before, "classification") is Status.NO_BASIS
    assert status(result.effect.after, "classification") is Status.RED
    assert (result.loaded, result.rejected) == (2, 0)
    assert not database.exists()


def test_figures_are_those_of_the_extract_date_where_that_is_later(database):
    book = systems(("Alfa", "Norr", None, None, "Ja"))
    result = preview(database, [(book, ORDER)], as_of=date(2026, 1, 1), points=POINTS, sources=SOURCES, words=WORDS)
    assert result.effect.day == DAY
    assert status(result.effect.after, "classification") is Status.GREEN


def test_files_dropped_together_are_counted_together(database):
    both = [
        (read_here(csv("AD-konto;Enhet;Anställningsdatum\np;A;2020-01-01"), name="p.csv"), ORDER),
        (read_here(csv("AD-konto;Kurs;Status\np;K;Pågår"), name="u.csv"), ORDER),
    ]
    orders = [(book, replace(ORDER, extract_date=DAY)) for book, _ in both]
    alone = preview(database, orders[:1], as_of=DAY, points=POINTS, sources=SOURCES, words=WORDS)
    together = preview(database, orders, as_of=DAY, points=POINTS, sources=SOURCES, words=WORDS)
    assert status(alone.effect.after, "information_security_training") is Status.NO_BASIS
    assert status(together.effect.after, "information_security_training") is Status.RED


def test_a_file_that_takes_anothers_place_is_told_unless_it_completes_it(database):
    load(database, systems(("Alfa", "Norr", None, None, "Ja")), ORDER, sources=SOURCES, words=WORDS)
    other = systems(("Beta", "Norr", None, None, "Ja"))
    assert previewed(database, other).receipts[0].replaces == ((1, "system.xlsx"),)
    [receipt] = preview(
        database, [(other, replace(ORDER, completes=True))], as_of=DAY, points=POINTS, sources=SOURCES, words=WORDS
    ).receipts
    assert receipt.replaces == ()


def csv(text):
    return text.encode()
