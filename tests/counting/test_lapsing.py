"""What lapses month by month: which month an item belongs to, whose it is, and that the year's sum is the outlook's."""

from collections import Counter
from datetime import date

import pytest

from compliance.access.scopes import Scope
from compliance.core.language import month_end
from compliance.correcting.renaming import add_alias
from compliance.counting.assessing import LEVELS
from compliance.counting.lapsing import lapsing, months_ahead
from compliance.counting.outlook import expected_on
from compliance.store.database import EVERYTHING_KNOWN
from tests.line import POINTS, Line

AS_OF, TAKEN = date(2026, 10, 15), date(2026, 10, 1)
NAME = "Förvaltningen"
# Access rights are reviewed every twelve months: each system is named for when it lapses.
SYSTEMS = """
System                | Enhet | Ansvar
october               | Norr  | Lokalt
last_day_of_october   | Norr  | Lokalt
december              | Söder | Lokalt
last_day_of_year      | Söder | Lokalt
september_next_year   | Söder | Lokalt
not_in_twelve_months  | Söder | Lokalt
already               | Norr  | Lokalt
"""
REVIEWS = """
System                | Granskningsdatum
october               | 2025-10-20
last_day_of_october   | 2025-10-31
december              | 2025-12-01
last_day_of_year      | 2025-12-31
september_next_year   | 2026-09-10
not_in_twelve_months  | 2026-09-30
already               | 2025-10-14
"""
LAPSE = {
    "october": date(2026, 10, 31),
    "last_day_of_october": date(2026, 11, 30),
    "december": date(2026, 12, 31),
    "last_day_of_year": date(2027, 1, 31),
    "september_next_year": date(2027, 9, 30),
}
STAFF = """
AD-konto | Enhet | Anställningsdatum | Slutdatum
stays    | Norr  | 2020-01-01        |
leaves   | Norr  | 2020-01-01        | 2026-12-10
then     | Norr  | 2020-01-01        | 2027-01-10
"""
TRAINING = """
AD-konto | Kurskod | Kurs | Status  | Slutfört datum | Giltig till
stays    | INFOSAK | I    | Godkänd | 2025-01-01 | 2026-11-20
leaves   | INFOSAK | I    | Godkänd | 2025-01-01 | 2026-11-20
then     | INFOSAK | I    | Godkänd | 2025-01-01 | 2026-11-20
"""


@pytest.fixture
def line(tmp_path):
    with Line(tmp_path).held() as held:
        yield held


def load(line, day=TAKEN, **tables):
    for source, table in tables.items():
        line.load_table(table, name=f"{source} {day}.csv", source=source, extract_date=day)


def found(line, day=AS_OF):
    with line.database.cursor() as cursor:
        return lapsing(cursor, POINTS, as_of=day, known_at=EVERYTHING_KNOWN)


def months(line, point, day=AS_OF):
    rows = found(line, day).table.to_pylist()
    return {row["item"]: row["month"] for row in rows if row["point"] == point}


def test_an_item_belongs_to_the_first_month_at_whose_end_it_is_not_met(line):
    load(line, systems=SYSTEMS, access_reviews=REVIEWS)
    assert months(line, 7) == LAPSE
    rows = {row["item"]: row for row in found(line).table.to_pylist()}
    assert rows["last_day_of_october"]["due"] == date(2026, 10, 31)
    assert [row["item"] for row in found(line).items(Scope(NAME), months_ahead(AS_OF)[:3])] == [*LAPSE][:3]


def test_the_months_begin_with_that_of_the_day_unless_it_is_its_last():
    assert months_ahead(AS_OF)[0] == date(2026, 10, 31)
    assert months_ahead(date(2026, 10, 31))[:5:4] == (date(2026, 11, 30), date(2027, 3, 31))
    assert len(months_ahead(AS_OF)) == len({month_end(month) for month in months_ahead(AS_OF)}) == 12


def test_whoever_leaves_before_the_year_ends_does_not_lapse_in_it(line):
    """The outlook of 31 December counts nobody who has left by then."""
    load(line, staff=STAFF, training=TRAINING)
    assert months(line, 1) == dict.fromkeys(("stays", "then"), date(2026, 11, 30))


def test_the_sum_of_the_year_is_that_of_the_outlook(line):
    load(line, staff=STAFF, training=TRAINING, systems=SYSTEMS, access_reviews=REVIEWS)
    assert_equal_the_outlook(line.database, AS_OF)


@pytest.mark.live
def test_the_sum_of_the_year_is_that_of_the_outlook_in_the_samples(sample_database):
    assert assert_equal_the_outlook(sample_database, date(2026, 10, 31)) == dict.fromkeys(LEVELS, 292)


def assert_equal_the_outlook(database, day):
    """At each level, for each point and part; return the sums."""
    with database.cursor() as cursor:
        moment = {"as_of": day, "known_at": EVERYTHING_KNOWN}
        shown, expected = lapsing(cursor, POINTS, **moment), expected_on(cursor, POINTS, **moment)
    sums = Counter()
    for level in LEVELS:
        for each in expected[level]:
            counted = shown.counted(Scope(each.then.organisation, each.then.department, each.then.unit))
            of_year = [
                n for (point, month), n in counted.items() if (point, month.year) == (each.then.point.number, 2026)
            ]
            assert sum(of_year) == (0 if each.then.point.of_the_year else each.lapsing), (each.then, level)
            sums[level] += sum(of_year)
    return sums


def test_nothing_is_ahead_where_a_later_export_is_loaded(line):
    load(line, systems=SYSTEMS, access_reviews=REVIEWS)
    load(line, date(2026, 10, 20), systems=SYSTEMS)
    point = next(point for point in POINTS if point.number == 7)
    assert found(line).is_past(point, Scope(NAME))
    assert not found(line).table.num_rows
    assert not found(line, date(2026, 10, 20)).is_past(point, Scope(NAME))


@pytest.mark.live
def test_units_of_the_same_name_are_counted_apart_until_their_organisations_merge(line):
    for organisation, more in ((NAME, ""), ("Den andra", "alone | Norr | Lokalt")):
        options = {"extract_date": TAKEN, "organisation": organisation}
        line.load_table(SYSTEMS + more, name=f"s {organisation}.csv", source="systems", **options)
        reviews = f"{REVIEWS}\nalone | 2025-11-0{2 if more else 1}"
        line.load_table(reviews, name=f"r {organisation}.csv", source="access_reviews", **options)
    counted = {name: found(line).counted(Scope(name, unit="norr")).total() for name in (NAME, "Den andra")}
    assert counted == {NAME: 2, "Den andra": 3}
    for old in (NAME, "Den andra"):
        change = {"kind": "organisation", "old": old, "new": "Den nya", "valid_from": TAKEN}
        add_alias(line.database, **change, order=line.order())
    assert_equal_the_outlook(line.database, AS_OF)
    assert found(line).counted(Scope("Den nya", unit="norr")).total() == 3


def test_an_empty_store_has_nothing(line):
    assert found(line).table.num_rows == 0
    assert found(line).counted(Scope(NAME)) == {}
