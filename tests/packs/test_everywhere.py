"""Packs of the product and of others on every page, paper and in every extract, beside the thirteen points."""

import re

import pytest

from compliance.access.permissions import ANALYST, COORDINATOR, HEAD, MANAGEMENT
from compliance.core.language import LANGUAGES, Language
from compliance.counting.assessing import coverage, items
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.packs import declared
from compliance.wording.phrases import percent
from tests.apps import opened, text
from tests.layers import first_of
from tests.packed import EXTRACTED, every_pack

IDS = [pack.point.id for pack in every_pack()]
# The addresses of pages, with who sees most of each.
PAGES = {
    "overview": COORDINATOR, "city": COORDINATOR, "review": COORDINATOR, "decisions": COORDINATOR, "point": COORDINATOR,
    "training": COORDINATOR, "systems": COORDINATOR, "incidents": COORDINATOR, "plan": COORDINATOR,
    "imports": COORDINATOR, "worklists": COORDINATOR, "quality": COORDINATOR, "extracts": COORDINATOR,
    "about": COORDINATOR, "settings": COORDINATOR, "meeting": HEAD,
}  # fmt: skip
# Those that name every point.
OF_EVERY_POINT = ("overview", "review", "settings")


@pytest.fixture(scope="module")
def points(packed_database):
    with packed_database.cursor() as cursor:
        return tuple(point for point in declared(cursor, None).points if point.pack)


@pytest.fixture(scope="module")
def figures(packed_database, points):
    options = {"days": [EXTRACTED], "known_at": EVERYTHING_KNOWN, "level": "organisation"}
    with packed_database.cursor() as cursor:
        return {figure.point.id: figure for figure in coverage(cursor, points, **options)}


def test_they_are_points_after_the_thirteen_with_a_figure_each(points, figures):
    assert [(point.number, point.id) for point in points] == [*enumerate(IDS, 14)]
    assert [id_ for id_ in IDS if not figures[id_].of or figures[id_].coverage is None] == []


@pytest.mark.live
@pytest.mark.parametrize("lang", first_of(LANGUAGES))
@pytest.mark.parametrize("page", first_of([*PAGES]))
def test_every_page_is_drawn(page, lang, packed, points, monkeypatch):
    shown = text(opened(page, monkeypatch, role=PAGES[page], lang=lang, review="2026")).replace("\u00ad", "")
    say = Language(lang)
    called = {
        point.id: {say.pick(name).replace("\u00ad", "") for name in (point.title, point.short)} for point in points
    }
    named = [id_ for id_, names in called.items() if any(name in shown for name in names)]
    assert named == IDS or page not in OF_EVERY_POINT
    assert "Something went wrong" not in shown
    assert "Något gick fel" not in shown


@pytest.mark.exhaustive
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("role", [COORDINATOR, HEAD, MANAGEMENT, ANALYST], ids=lambda role: role.id)
@pytest.mark.parametrize("id_", IDS)
def test_each_point_shows_its_figure_and_its_items_in_words(id_, role, lang, packed, figures, monkeypatch):
    figure, say = figures[id_], Language(lang)
    app = opened("point", monkeypatch, role=role, lang=lang, point=id_)
    assert f'<div class="v-hero-figure">{percent(figure, say)}</div>' in text(app)
    tables = [frame.value for frame in app.dataframe]
    assert bool(tables) == (role is COORDINATOR or (role is ANALYST and not figure.point.persons))
    for table in tables[:1]:
        assert len(table) == figure.unmet + figure.unknown
        words = table.drop(columns=["Källa", "Source", "Id", "Namn", "Name"], errors="ignore").to_csv(index=False)
        assert not re.search(r"[a-z]_[a-z]", words)


def test_no_item_of_a_pack_is_there_twice_or_of_nobody(packed_database, points):
    with packed_database.cursor() as cursor:
        for point in points:
            found = items(cursor, point, as_of=EXTRACTED, known_at=EVERYTHING_KNOWN).to_pylist()
            names = [(item["organisation"], item["item"].casefold()) for item in found]
            assert len(names) == len({*names})
            assert all(item["file"] and item["row"] for item in found)
