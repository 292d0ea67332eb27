"""Where a figure is heading: if nothing is done, pace, enough and at most (rulebook, section 4, Outlook).

    for outlook in outlooks(cursor, points, as_of=day, known_at=EVERYTHING_KNOWN):
        outlook.now, outlook.reached, outlook.enough_items

It stands beside a figure, never in it. The rules are the statements of `queries/outlook/`, which read two relations:
`outlook_figures` has a row for each figure that can be looked ahead from, and `outlook_parts` one for each unit of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from typing import Any, Final

import pyarrow as pa

from compliance.access.disclosure import Plans, Throughout, added_up
from compliance.access.scopes import Level
from compliance.core.language import Texts
from compliance.core.places import POINTS
from compliance.counting.assessing import LEVELS, UNITS_AND_WHOLE, Ahead, Coverage, ahead, counts, years
from compliance.declarations.declared import read_toml
from compliance.declarations.points import Point
from compliance.declarations.queries import names, query, statement
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows

OUTLOOK: Final = POINTS.with_name("outlook.toml")
FIGURES: Final[dict[str, pa.DataType]] = {
    "place": pa.int64(),
    "as_of": pa.date32(),
    "of_the_year": pa.bool_(),
    **dict.fromkeys(("target_part", "target_of"), pa.int64()),
    **dict.fromkeys(("met", "whole", "pending", "lost"), pa.int64()),
    **dict.fromkeys(("met_before", "whole_before", "met_latest", "whole_latest", "days"), pa.int64()),
    **dict.fromkeys(("met_reviewed", "whole_reviewed"), pa.int64()),
    **dict.fromkeys(("met_then", "whole_then", "lapsing"), pa.int64()),
    "rules_changed": pa.bool_(),
}
PARTS: Final[dict[str, pa.DataType]] = {"place": pa.int64(), "unit": pa.string(), "remaining": pa.int64()}
# A float has no more decimals that count.
FINEST: Final = 10**15
NO_CLEAR_DIRECTION: Final = "no_clear_direction"


@dataclass(frozen=True)
class Definition:
    """What an outlook says, in plain words."""

    id: str
    title: Texts
    definition: Texts


@cache
def load_definitions() -> tuple[Definition, ...]:
    """The definitions in display order."""
    return tuple(Definition(id_, **entry) for id_, entry in read_toml(OUTLOOK)["outlook"].items())


def definitions_of(point: Point) -> list[Definition]:
    """What an outlook of a point says: of a year's cases, only how high its coverage can still become."""
    return [each for each in load_definitions() if (each.id == "at_most") == point.of_the_year]


@dataclass(frozen=True)
class Between:
    """Two days on which an export arrived that a point needs, about a year apart."""

    first: date
    last: date


# A point and an organisation, each by its name.
Place = tuple[str, str]


@dataclass(frozen=True)
class Asked:
    """A figure, and what its outlook rests on.

    That is the figures of the two days that its pace is measured between, what is ahead of it, those of its units, and
    that of the last approved review.
    """

    now: Coverage
    before: Coverage | None
    latest: Coverage | None
    ahead: Ahead | None
    units: Sequence[Coverage] = ()
    reviewed: Coverage | None = None


@dataclass(frozen=True)
class Outlook:
    """Where the figure `now` is heading; what does not apply is None.

    `pace` is the change of the coverage a month between the days of `before` and `latest`. `reached` is the month in
    which the target is reached at that pace, YYYY-MM, or reached, not_within_five_years, no_change, falling, or
    no_clear_direction, where the figure has gone the other way since that of the last approved review, `reviewed`.
    `then` is the figure of 31 December if nothing is done, when `lapsing` items that are met now no longer are.
    `enough_items` more reach the target, and so many units have them: `units`, where they are known by name (None: what
    belongs to no unit). `at_most` is the highest coverage, 0-1, that this year's items can reach, of which `lost` can
    never be met.
    """

    now: Coverage
    before: Coverage | None = None
    latest: Coverage | None = None
    then: Coverage | None = None
    lapsing: int = 0
    pace: float | None = None
    reached: str | None = None
    enough_items: int | None = None
    enough_units: int | None = None
    units: tuple[str | None, ...] = ()
    at_most: float | None = None
    lost: int = 0
    reviewed: Coverage | None = None

    @property
    def units_told(self) -> int | None:
        """How many units have what is enough; None where all of it belongs to none, or to several added up as one."""
        return None if self.units and not any(self.units) else self.enough_units

    @property
    def if_nothing_is_done(self) -> float | None:
        """The coverage on 31 December if nothing is done, 0-1."""
        return self.then.coverage if self.then else None


def outlooks(
    cursor: Cursor,
    points: tuple[Point, ...],
    *,
    as_of: date,
    known_at: datetime,
    persons: bool = True,
    reviewed: Iterable[Coverage] = (),
) -> list[Outlook]:
    """The outlook of every point and organisation, in the order of `coverage`.

    `reviewed` are the figures of the last approved reviews. For whoever may not see `persons`, units of few of them are
    one unit (rulebook, section 5).
    """
    asked = asked_on(cursor, points, as_of=as_of, known_at=known_at, reviewed=reviewed)
    if not persons:
        asked = few_together(asked, years(cursor, points, days=[as_of], known_at=EVERYTHING_KNOWN).hidden)
    return look_ahead(cursor, asked)


def asked_on(
    cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime, reviewed: Iterable[Coverage] = ()
) -> list[Asked]:
    """Every point and organisation with what its outlook rests on."""
    between = pace_days(cursor, points, as_of=as_of, known_at=known_at)
    counted = counts(cursor, points, days=sorted({as_of, *days_of(between)}), known_at=known_at)
    units = [unit for unit in counted.figures("unit") if unit.as_of == as_of]
    expected = expected_on(cursor, points, as_of=as_of, known_at=known_at)["organisation"]
    figures = counted.figures("organisation")
    return asked_of(figures, units, expected, as_of=as_of, between=between, reviewed=reviewed)


def pace_days(cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime) -> dict[Place, Between]:
    """The days that each point's pace is measured between, of each organisation that has exports of both."""
    lasting = [{"point": point.id, "needs": point.needs} for point in points if not point.of_the_year]
    if not lasting:
        return {}
    params = {"points": lasting, "as_of": as_of, "known_at": known_at}
    found = rows(cursor, statement("pace_days"), params)
    return {(row["point"], row["organisation"]): Between(row["first"], row["last"]) for row in found}


def days_of(between: Mapping[Place, Between]) -> set[date]:
    """All the days that paces are measured between."""
    return {day for each in between.values() for day in (each.first, each.last)}


def expected_on(
    cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime
) -> dict[Level, list[Ahead]]:
    """What is ahead of every figure, by level; nothing where a source that the point needs has a newer extract."""
    newer = newer_exports(cursor, as_of=as_of, known_at=known_at)

    def is_known(each: Ahead) -> bool:
        return newer.isdisjoint((each.then.organisation, source) for source in each.then.point.needs)

    counted = ahead(cursor, points, as_of=as_of, known_at=known_at)
    return {level: list(filter(is_known, counted.figures(level))) for level in LEVELS}


def newer_exports(cursor: Cursor, *, as_of: date, known_at: datetime) -> set[tuple[str, str]]:
    """The organisations and sources that have an extract after a day."""
    found = rows(cursor, statement("newer_exports"), {"as_of": as_of, "known_at": known_at})
    return {(row["organisation"], row["source"]) for row in found}


def told_ahead(expected: Mapping[Level, list[Ahead]], level: Level, throughout: Throughout) -> list[Ahead]:
    """What is ahead of the figures of a level, for whoever may not see persons.

    Nothing of the parts of an organisation where more of them will be hidden at the end of the year than throughout it:
    the others are the same then as on a day on which they are shown.
    """
    units, whole = ([each.then for each in expected[level_]] for level_ in UNITS_AND_WHOLE)
    plans = Plans(units, whole, throughout)

    def is_told(then: Coverage) -> bool:
        return level == "organisation" or not then.point.persons or not (plans.hides(then) or plans.adds(then))

    return [each for each in expected[level] if is_told(each.then)]


def asked_of(
    figures: Iterable[Coverage],
    units: Iterable[Coverage],
    expected: Iterable[Ahead],
    *,
    as_of: date,
    between: Mapping[Place, Between],
    reviewed: Iterable[Coverage] = (),
) -> list[Asked]:
    """The figures of a day with all that their outlook rests on, all of organisations.

    `figures` are those of the day, and of the days that their pace is measured between.
    """
    figures = list(figures)
    on = {(_place(figure), figure.as_of): figure for figure in figures}
    then, said = {_place(each.then): each for each in expected}, {_place(figure): figure for figure in reviewed}
    parts: defaultdict[Place, list[Coverage]] = defaultdict(list)
    for unit in units:
        parts[_place(unit)].append(unit)

    def asked(now: Coverage, place: Place) -> Asked:
        days = between.get(place)
        first, last = (on.get((place, days.first)), on.get((place, days.last))) if days else (None, None)
        return Asked(now, first, last, then.get(place), parts[place], said.get(place))

    return [asked(now, _place(now)) for now in figures if now.as_of == as_of]


def few_together(asked: Sequence[Asked], throughout: Throughout) -> list[Asked]:
    """The same with the units of few persons added up as one, as every figure of an organisation shows them."""
    plans = Plans([unit for each in asked for unit in each.units], [each.now for each in asked], throughout)

    def shown(units: Sequence[Coverage]) -> list[Coverage]:
        return added_up([replace(unit, few=plans.hides(unit)) for unit in units], "")

    return [replace(each, units=shown(each.units)) for each in asked]


def _place(figure: Coverage) -> Place:
    return figure.point.id, figure.organisation


def look_ahead(cursor: Cursor, asked: Sequence[Asked]) -> list[Outlook]:
    """The outlook of each figure; without a basis, or what is ahead, it has nothing."""
    found: dict[int, dict[str, Any]] = {}
    with relations(cursor, asked):
        for name in names("outlook"):
            for row in rows(cursor, query("outlook", name).sql):
                found.setdefault(row.pop("place"), {}).update(row)
    return [_outlook(each, found.get(place, {})) for place, each in enumerate(asked)]


@contextmanager
def relations(cursor: Cursor, asked: Sequence[Asked]) -> Iterator[None]:
    """Within the block, the relations that the statements read are registered."""
    told = [(place, each, each.ahead) for place, each in enumerate(asked) if each.ahead and each.now.told]
    figures = [_figure(place, each, expected) for place, each, expected in told]
    parts = [part for place, each, _ in told for part in _parts(place, each)]
    cursor.register("outlook_figures", pa.Table.from_pylist(figures, schema=pa.schema(FIGURES)))
    cursor.register("outlook_parts", pa.Table.from_pylist(parts, schema=pa.schema(PARTS)))
    try:
        yield
    finally:
        cursor.unregister("outlook_figures")
        cursor.unregister("outlook_parts")


def _figure(place: int, each: Asked, expected: Ahead) -> dict[str, Any]:
    now, before, latest = each.now, each.before, each.latest
    target = Fraction(str(now.target.target)).limit_denominator(FINEST)
    row: dict[str, Any] = {
        "place": place,
        "as_of": now.as_of,
        "of_the_year": now.point.of_the_year,
        "target_part": target.numerator,
        "target_of": target.denominator,
        "pending": now.pending,
        "lost": expected.lost,
        "lapsing": expected.lapsing,
        **_counts("", now),
        **_counts("_before", before),
        **_counts("_latest", latest),
        **_counts("_reviewed", each.reviewed),
        **_counts("_then", expected.then),
    }
    if before and latest:
        row["days"] = (latest.as_of - before.as_of).days
        row["rules_changed"] = now.point.rules_begin_between(before.as_of, latest.as_of)
    return row


def _counts(name: str, figure: Coverage | None) -> dict[str, int]:
    """What a figure counts, by columns of a name; nothing where it has no coverage."""
    if figure is None or (name and figure.coverage is None):
        return {}
    return {f"met{name}": figure.met, f"whole{name}": figure.of}


def _parts(place: int, each: Asked) -> Rows:
    """What remains of each unit, and of what belongs to none."""
    left = [(unit.unit, unit.unmet + unit.unknown) for unit in each.units]
    outside = each.now.unmet + each.now.unknown - sum(number for _, number in left)
    return [{"place": place, "unit": unit, "remaining": number} for unit, number in (*left, (None, outside))]


def _outlook(each: Asked, found: dict[str, Any]) -> Outlook:
    then = each.ahead.then if each.ahead and "if_nothing_is_done" in found else None
    has_pace = found.get("pace") is not None
    return Outlook(
        now=each.now,
        before=each.before if has_pace else None,
        latest=each.latest if has_pace else None,
        then=then,
        lapsing=found.get("lapsing", 0),
        pace=found.get("pace"),
        reached=found.get("reached"),
        enough_items=found.get("enough_items"),
        enough_units=found.get("enough_units"),
        units=tuple(found.get("units") or ()),
        at_most=found.get("at_most"),
        lost=each.ahead.lost if each.ahead and "at_most" in found else 0,
        reviewed=each.reviewed if found.get("reached") == NO_CLEAR_DIRECTION else None,
    )
