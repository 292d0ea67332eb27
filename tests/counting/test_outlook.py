"""The outlook of a figure beside a naive one: on random counts, and on random exports with many items."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest

from compliance.access.disclosure import throughout_none
from compliance.counting.assessing import Ahead, Coverage
from compliance.counting.outlook import Asked, few_together, look_ahead, outlooks
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.file import connect
from tests import exports, reference
from tests.line import POINTS, Line
from tests.reference import Export, Share

POINT = next(point for point in POINTS if point.id == "local_instruction")
# Its own target, and one of many decimals that two of three just reach.
OF_TARGETS = [POINT, replace(POINT, targets=({"from": date(2000, 1, 1), "target": 0.6666666, "limit": 0.5},))]
MANY = 1500
IDS = {
    "local_instruction": "requirement",
    "processors": "agreement_id",
    "processing": "processing_id",
    "procurements": "reference",
    "incidents": "incident_id",
    "breaches": "breach_id",
}
NAMES = ("if_nothing_is_done", "pace", "reached", "enough_items", "enough_units", "at_most")


def random_pair(random):
    """A figure, and that of the year before: of few items, of about twenty, or of many."""
    of = random.choice([random.randint(1, 30), random.randint(18, 22), random.randint(100, 50_000)])
    of_before = max(1, of + random.choice([0, 0, -1, 1, random.randint(-20, 20)]))
    met = random.randint(0, of)
    met_before = min(of_before, max(0, met - random.choice([0, 1, of // 83, of // 20, random.randint(-of, of)])))
    return (met, of), (met_before, of_before)


@pytest.mark.live
def test_pace_and_enough_on_random_counts():
    """A month that hangs on a rounding, sixty months, a tenth of a point: whatever whole numbers can make of them."""
    random = Random(16)
    asked = [random_asked(random) for _ in range(MANY)]
    with connect(":memory:") as cursor:
        found = look_ahead(cursor, asked)
    for one, (now, first, last, reviewed) in zip(found, map(figures_of, asked), strict=True):
        target = Fraction(str(now.target.target))
        reached = Fraction(now.met, now.of) >= target
        days = first.as_of, last.as_of
        before = None if reviewed is None else Fraction(reviewed.met, reviewed.of)
        paced = reference._pace(*map(share, (now, first, last)), days, target, now.as_of, before)
        expected = {"reached": "reached"} if reached else paced
        assert (one.reached, one.pace) == (expected.get("reached"), pytest.approx(expected.get("pace"))), one
        assert one.enough_items == (None if reached else -((now.met - target * now.of) // 1)), now
    words = {"reached", "not_within_five_years", "no_change", "falling", "no_clear_direction", None}
    assert {one.reached for one in found} > words


def random_asked(random):
    """The figures of two days about a year apart, of the day itself, and perhaps of a review before it."""
    day, point = date(2026, 11, 24), random.choice(OF_TARGETS)
    last, first = random_pair(random)
    now = random.choice([last, (max(0, last[0] - random.choice([1, last[1] // 50])), last[1])])
    reviewed = random.choice([None, last, first, now, (max(0, 1000 * now[0] // now[1] - 1), 1000)])
    latest = day - timedelta(days=random.choice([0, 24, 200]))
    before = latest - timedelta(days=365 + random.randint(-92, 92))
    today = figure(day, *now, point=point)
    said = reviewed and figure(date(2025, 10, 31), *reviewed, point=point)
    pair = figure(before, *first, point=point), figure(latest, *last, point=point)
    return Asked(today, *pair, Ahead(today, 0, 0), reviewed=said)


def figures_of(asked):
    return asked.now, asked.before, asked.latest, asked.reviewed


def share(counted):
    return Share(counted.met, counted.of, untold=False)


@pytest.mark.parametrize(
    ("begins", "told"),
    [
        (date(2025, 9, 30), True),
        (date(2025, 10, 1), False),
        (date(2026, 9, 30), False),
        (date(2026, 10, 1), True),
    ],
)
def test_there_is_no_pace_across_a_change_of_the_rule(begins, told):
    """A rule that begins on the first day judges both, and one that begins after the last judges neither."""
    rules = ({"from": date(2018, 1, 1), "months": 12}, {"from": begins, "months": 24})
    point = replace(POINT, dated_parameters=rules)
    first, last, now = (
        figure(day, met, 20, point=point)
        for day, met in ((date(2025, 9, 30), 10), (date(2026, 9, 30), 15), (date(2026, 11, 24), 15))
    )
    with connect(":memory:") as cursor:
        (found,) = look_ahead(cursor, [Asked(now, first, last, Ahead(now, 0, 0))])
    assert (found.pace is not None) == told


@pytest.mark.live
def test_units_of_few_persons_are_one_unit_for_others():
    """Whoever may not see persons is not told that three units of two have what is enough."""
    day, point = date(2026, 11, 24), next(point for point in POINTS if point.persons)
    now = replace(figure(day, 10, 20), point=point)
    sizes = {"A": (0, 2), "B": (0, 2), "C": (0, 2), "D": (10, 14)}
    units = [replace(now, unit=name, met=met, unmet=of - met) for name, (met, of) in sizes.items()]
    asked = [Asked(now, None, None, Ahead(now, 0, 0), units)]
    with connect(":memory:") as cursor:
        (own,), (others,) = (look_ahead(cursor, each) for each in (asked, few_together(asked, throughout_none)))
    assert (own.enough_items, own.units) == (9, ("D", "A", "B", "C"))
    assert (others.enough_items, others.enough_units) == (9, 2)


def figure(day, met, of, point=POINT):
    return Coverage(point, day, "Förvaltningen", None, None, met, of - met, 0, 0, 0, basis=True)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(20))
def test_random_exports_of_many_items(seed, tmp_path):
    """What lapses, who has it, how fast it goes and what is lost, of points whose items are enough for a pace."""
    chance = exports.Chance(Random(seed), exports.AS_OF, disputed=False)
    loaded = [
        export_of(chance, source, id_, exports.AS_OF - timedelta(days=days), number)
        for source, id_ in IDS.items()
        for number, days in enumerate((440, 340, 3))
    ]
    with Line(tmp_path).held() as line, line.database.cursor() as cursor:
        exports.load_all(line, loaded)
        found = outlooks(cursor, POINTS, as_of=exports.AS_OF, known_at=EVERYTHING_KNOWN)
    expected = {row["point"]: row for row in reference.outlook(loaded, exports.AS_OF)}
    told = [one for one in found if one.reached]
    assert {one.now.point.number for one in told} >= {3, 8, 10}
    assert {one.now.point.number for one in found if one.lost} >= {11, 12, 13}
    for one in found:
        row = expected[one.now.point.number]
        mine, theirs = [getattr(one, name) for name in NAMES], [row[name] for name in NAMES]
        assert mine == pytest.approx(theirs), one.now.point.id


def export_of(chance, source, id_, day, number):
    made = [exports.MAKERS[source](chance, day) for _ in range(60)]
    rows = [{**row, id_: f"{source}-{n}", "sheet": "Blad1", "row": n + 2} for n, row in enumerate(made)]
    names = frozenset(name for name in exports.fields_of(source) if name in rows[0])
    return Export("Stadsbyggnad", source, day, rows, f"{source}-{number}.xlsx", columns=names)
