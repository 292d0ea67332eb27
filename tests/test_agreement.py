"""The product's figures are those of a second, naive implementation, on random exports through the real line."""

import os
from collections import Counter
from datetime import date, timedelta

import pytest

from compliance.assessing import LEVELS, coverage, items
from compliance.database import EVERYTHING_KNOWN
from tests import reference
from tests.exports import AS_OF, random_exports, write_workbook
from tests.line import POINTS, Line

DAYS = [AS_OF, AS_OF - timedelta(days=1), AS_OF + timedelta(days=45), date(2026, 3, 30), date(2025, 12, 31)]
# `make fuzz` asks for more
SEEDS = int(os.environ.get("SEEDS", "2"))
DETAILED = {(8, "incomplete"), (9, "steps_missing")}


@pytest.fixture(scope="module", params=range(SEEDS))
def loaded(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("random")
    exports = random_exports(request.param, disputed=request.param % 2 == 1)
    with Line(folder).held() as line:
        for export in exports:
            line.load(
                write_workbook(export, folder),
                extract_date=export.extract_date,
                source=export.source,
                organisation=export.organisation,
                completes=export.completes,
            )
        yield line, exports


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.id)
def test_items(loaded, point, day):
    line, exports = loaded
    with line.database.cursor() as cursor:
        found = items(cursor, point, as_of=day, known_at=EVERYTHING_KNOWN).to_pylist()
    expected = reference.items(exports, point.number, day)
    assert Counter(shape(point, item) for item in found) == Counter(expected_shape(point, item) for item in expected)
    dues = {key(item.organisation, item.item, item.row): item.due for item in expected if due_is_said(point, item)}
    assert {
        k: d for i in found if (k := key(i["organisation"], i["item"], i["row"])) in dues for d in [i["due"]]
    } == dues


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("level", LEVELS)
def test_coverage(loaded, level, day):
    line, exports = loaded
    with line.database.cursor() as cursor:
        figures = coverage(cursor, POINTS, days=[day], known_at=EVERYTHING_KNOWN, level=level)
    assert Counter(map(figure, figures)) == Counter(map(expected_figure, reference.coverage(exports, day, level)))


COUNTS = ("met", "unmet", "unknown", "pending", "exempt")


def figure(found):
    whose = (found.point.number, found.organisation, low(found.department), low(found.unit))
    return (*whose, *(getattr(found, name) for name in COUNTS), found.coverage, found.status.value, found.basis)


def expected_figure(row):
    whose = (row["point"], row["organisation"], low(row["department"]), low(row["unit"]))
    return (*whose, *(row[name] for name in COUNTS), row["coverage"], row["status"], row["basis"])


def due_is_said(point, item):
    return reference.due_is_specified(point.number, item)


def low(text):
    return text.casefold() if text else None


def key(organisation, item, row):
    return organisation, item.casefold(), row


def shape(point, item):
    detail = item["detail"] if (point.number, item["reason"]) in DETAILED else None
    return (
        *key(item["organisation"], item["item"], item["row"]),
        low(item["unit"]),
        item["outcome"],
        item["reason"],
        detail,
        item["file"],
        item["sheet"],
    )


def expected_shape(point, item):
    detail = item.detail if (point.number, item.reason) in DETAILED else None
    return (
        *key(item.organisation, item.item, item.row),
        low(item.unit),
        item.outcome,
        item.reason,
        detail,
        item.file,
        item.sheet,
    )


@pytest.mark.parametrize("level", LEVELS)
def test_days_together_are_the_days_one_by_one(loaded, level):
    line, _ = loaded
    given = {"known_at": EVERYTHING_KNOWN, "level": level}
    with line.database.cursor() as cursor:
        together = coverage(cursor, POINTS, days=DAYS, **given)
        apart = [figure for day in DAYS for figure in coverage(cursor, POINTS, days=[day], **given)]
    assert Counter(map(repr, together)) == Counter(map(repr, apart))
