"""A store that is filled with many administrations counts as one that has loaded the exports of each of them."""

import shutil
from collections import Counter
from dataclasses import replace

import pytest

from compliance.core.language import month_ends
from compliance.counting.assessing import LEVELS, counts, counts_of
from compliance.counting.pins import one_day, pinned
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.file import FileDatabase
from compliance.worklists.lists import Asking, work_lists
from tests import sampled
from tests.exports import AS_OF
from tests.line import POINTS
from tests.readers import MINE
from tools.administrations import many_times

pytestmark = pytest.mark.live

NAMES = ["Björkhaga (exempel)", "Ekviken (exempel)", "Granlunda (exempel)"]


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    file = shutil.copy(sampled.made(), tmp_path_factory.mktemp("city") / "city.duckdb")
    many_times(file, NAMES)
    return FileDatabase.at(file)


def figures(database):
    counts = counts_of(database, POINTS, days=[AS_OF], known_at=EVERYTHING_KNOWN)
    found = {}
    for each in counts.figures("unit") + counts.figures("organisation"):
        found.setdefault(each.organisation, []).append(replace(each, organisation=""))
    return {name: sorted(own, key=repr) for name, own in found.items()}


def test_each_has_the_figures_of_the_one_that_was_loaded(city):
    (loaded,) = figures(FileDatabase.at(sampled.made())).values()
    assert any(each.of for each in loaded)
    assert figures(city) == dict.fromkeys(NAMES, loaded)


def test_none_has_an_id_or_an_import_of_another(city):
    with city.cursor() as cursor:
        shared = """
            select count(*) from (
                select employee_id from staff inner join imports using (import_id)
                group by employee_id having count(distinct organisation_id) > 1
            )
        """
        persons = "select count(distinct employee_id), count(distinct import_id) from staff"
        assert cursor.execute(shared).fetchall() == [(0,)]
        ((many, imports),) = cursor.execute(persons).fetchall()
    with FileDatabase.at(sampled.made()).cursor() as cursor:
        assert cursor.execute(persons).fetchall() == [(many // 3, imports // 3)]


def test_the_rows_as_they_were_read_have_the_same_ids(city):
    read = """
        select count(*) from staff as s inner join import_rows as r using (import_id, sheet_number, row)
        where list_contains(r.cells, s.employee_id)
    """
    with city.cursor() as cursor:
        ((found, rows),) = cursor.execute(f"select ({read}), (select count(*) from staff)").fetchall()
    assert found == rows


# --- One of them alone ------------------------------------------------------------------------------------------------

DAYS = month_ends(AS_OF, count=6)


def test_within_a_block_of_one_no_export_of_another_is_read(city):
    alone = {"known_at": EVERYTHING_KNOWN, "organisation": NAMES[1].upper()}
    within = {"days": [AS_OF], "known_at": EVERYTHING_KNOWN}
    with city.cursor() as cursor, one_day(cursor, AS_OF, **alone), pinned(cursor, [], **within):
        assert cursor.execute("select distinct organisation from pinned_imports").fetchall() == [(NAMES[1],)]
    with city.cursor() as cursor, pinned(cursor, [], days=DAYS, known_at=EVERYTHING_KNOWN):
        assert len(cursor.execute("select distinct organisation from pinned_imports").fetchall()) == len(NAMES)


@pytest.mark.parametrize("level", LEVELS)
def test_one_alone_has_the_figures_that_it_has_among_others(city, level):
    options = {"days": DAYS, "known_at": EVERYTHING_KNOWN, "level": level}
    with city.cursor() as cursor:
        alone = counts(cursor, POINTS, organisation=NAMES[1].upper(), **options)
        every = counts(cursor, POINTS, **options)
    for above in LEVELS[: LEVELS.index(level) + 1]:
        of_all = [each for each in every.figures(above) if each.organisation == NAMES[1]]
        assert sorted(alone.figures(above), key=repr) == sorted(of_all, key=repr)


def test_the_work_lists_of_each_read_its_own_exports_and_are_those_of_the_one_that_was_loaded(city):
    def lists(database, organisation):
        with database.cursor() as cursor:
            asking = Asking(organisation, AS_OF, EVERYTHING_KNOWN, POINTS, {}, ("chef",))
            for each in work_lists(cursor, asking, MINE):
                yield each.unit, len(each.left), Counter((left.point.id, left.since) for left in each.left)

    loaded = FileDatabase.at(sampled.made())
    with loaded.cursor() as cursor:
        ((name,),) = cursor.execute("select name from organisation_names").fetchall()
    expected = list(lists(loaded, name))
    assert expected
    assert [list(lists(city, each)) for each in NAMES] == [expected] * len(NAMES)
