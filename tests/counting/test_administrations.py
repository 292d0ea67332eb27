"""A store that is filled with many administrations counts as one that has loaded the exports of each of them."""

import shutil
from dataclasses import replace

import pytest

from compliance.counting.assessing import counts_of
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.file import FileDatabase
from tests import sampled
from tests.exports import AS_OF
from tests.line import POINTS
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
