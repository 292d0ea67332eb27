"""The figures beside the points, counted again from the extracts by the statements that analysts are given."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from compliance.access.disclosure import Plans
from compliance.access.scopes import Scope
from compliance.core.places import ROOT
from compliance.counting.figures import Figure, figures, load_figures
from compliance.counting.incidents import incidents
from compliance.extracts.extracting import extract
from compliance.store.database import EVERYTHING_KNOWN, Database
from tests.layers import first_of
from tests.line import POINTS
from tests.readers import MINE

DOCUMENT = (ROOT / "docs" / "recounts.sql").read_text("utf-8")
STATEMENTS = dict(re.findall(r"^-- (\w+)\n((?:select|with) .*?);$", DOCUMENT, re.M | re.S))
# On the first, no figure is nothing.
DAYS = [date(2026, 9, 30), date(2026, 4, 30), date(2025, 12, 31)]


@pytest.fixture(scope="module", params=first_of(DAYS), ids=str)
def counted(
    request: pytest.FixtureRequest, sample_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, list[Figure]]]:
    """The figures of a day as the pages count them, beside the folder of the extracts that the statements read."""
    day: dict[str, Any] = {"as_of": request.param, "known_at": EVERYTHING_KNOWN, "points": POINTS}
    folder, known = tmp_path_factory.mktemp("recounted"), dict[str, Any]()
    (folder / "extracts").mkdir()
    with sample_database.cursor() as cursor:
        for name in set(re.findall(r"'extracts/(\w+)\.parquet'", DOCUMENT)):
            table = extract(cursor, name, **day, reader=MINE, known=known).table
            pq.write_table(table, folder / "extracts" / f"{name}.parquet")
        found = figures(cursor, load_figures(None), **day)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield {id_: [each for each in found if each.definition.id == id_] for id_ in STATEMENTS}


@pytest.mark.live
@pytest.mark.parametrize("name", STATEMENTS)
def test_a_figure_is_counted_again_from_the_extracts(counted: dict[str, list[Figure]], name: str) -> None:
    again = {organisation: (part, whole) for organisation, part, whole in duckdb.sql(STATEMENTS[name]).fetchall()}
    shown = [figure for figure in counted[name] if figure.basis]
    assert shown
    assert shown[0].as_of != DAYS[0] or shown[0].part
    assert {each.organisation: again.get(each.organisation) for each in shown} == {
        each.organisation: (each.part, each.whole) for each in shown
    }


def test_every_statement_has_a_figure() -> None:
    declared = [figure.id for figure in load_figures(None)]
    assert [*STATEMENTS] == declared


@pytest.mark.live
def test_incidents_by_month_are_those_of_the_page_in_a_department_too(sample_database: Database) -> None:
    moment: dict[str, Any] = {"as_of": DAYS[0], "known_at": EVERYTHING_KNOWN, "points": POINTS}
    with sample_database.cursor() as cursor:
        rows = extract(cursor, "incident_months", **moment, reader=MINE).table.to_pylist()
        whole = Scope(rows[0]["organisation"])
        for place in (whole, replace(whole, department=next(row["department"] for row in rows if row["department"]))):
            options: dict[str, Any] = {"place": place, "window_months": 6, "reader": MINE, "plans": Plans([], [])}
            shown, again = Counter[date](), Counter[date]()
            for month in incidents(cursor, **moment, **options).months:
                shown[month.month] += month.n or 0
            for row in filter(place.holds, rows):
                again[row["month_end"].replace(day=1)] += row["incidents"]
            assert len(again) > len(shown) == 12
            assert shown.total()
            assert {month: again[month] for month in shown} == shown
