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
from compliance.core.language import Texts, year_before
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
    **dict.fromkeys(("met_before", "whole_before"), pa.int64()),
    **dict.fromkeys(("met_then", "whole_then", "lapsing"), pa.int64()),
    "rules_changed": pa.bool_(),
}
PARTS: Final[dict[str, pa.DataType]] = {"place": pa.int64(), "unit": pa.string(), "remaining": pa.int64()}
# A float has no more decimals that count.
FINEST: Final = 10**15


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
class Asked:
    """A figure, and what its outlook rests on: that of the year before, what is ahead of it, and those of its units."""

    now: Coverage
    before: Coverage | None
    ahead: Ahead | None
    units: Sequence[Coverage] = ()


@dataclass(frozen=True)
class Outlook:
    """Where the figure `now` is heading; what does not apply is None.

    `before` is the figure of the same day a year before, `then` that of 31 December if nothing is done, when `lapsing`
    items that are met now no longer are. `pace` is the change of the coverage a month. `reached` is the month in which
    the target is reached at that pace, YYYY-MM, or reached, not_within_five_years, no_change or falling.
    `enough_items` more reach the target, and so many units have them: `units`, where they are known by name (None: what
    belongs to no unit). `at_most` is the highest coverage, 0-1, that this year's items can reach, of which `lost` can
    never be met.
    """

    now: Coverage
    before: Coverage | None = None
    then: Coverage | None = None
    lapsing: int = 0
    pace: float | None = None
    reached: str | None = None
    enough_items: int | None = None
    enough_units: int | None = None
    units: tuple[str | None, ...] = ()
    at_most: float | None = None
    lost: int = 0

    @property
    def units_told(self) -> int | None:
        """How many units have what is enough; None where all of it belongs to none, or to several added up as one."""
        return None if self.units and not any(self.units) else self.enough_units

    @property
    def if_nothing_is_done(self) -> float | None:
        """The coverage on 31 December if nothing is done, 0-1."""
        return self.then.coverage if self.then else None


def outlooks(
    cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime, persons: bool = True
) -> list[Outlook]:
    """The outlook of every point and organisation, in the order of `coverage`.

    For whoever may not see `persons`, units of few of them are one unit (rulebook, section 5).
    """
    asked = asked_on(cursor, points, as_of=as_of, known_at=known_at)
    if not persons:
        asked = few_together(asked, years(cursor, points, days=[as_of], known_at=EVERYTHING_KNOWN).hidden)
    return look_ahead(cursor, asked)


def asked_on(cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime) -> list[Asked]:
    """Every point and organisation with what its outlook rests on."""
    counted = counts(cursor, points, days=[year_before(as_of), as_of], known_at=known_at)
    units = [unit for unit in counted.figures("unit") if unit.as_of == as_of]
    expected = expected_on(cursor, points, as_of=as_of, known_at=known_at)
    return asked_of(counted.figures("organisation"), units, expected["organisation"], as_of=as_of)


def expected_on(
    cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime
) -> dict[Level, list[Ahead]]:
    """What is ahead of every figure, by level; nothing where a source that the point needs has a newer extract."""
    newer = {
        (row["organisation"], row["source"])
        for row in rows(cursor, statement("newer_exports"), {"as_of": as_of, "known_at": known_at})
    }

    def is_known(each: Ahead) -> bool:
        return newer.isdisjoint((each.then.organisation, source) for source in each.then.point.needs)

    counted = ahead(cursor, points, as_of=as_of, known_at=known_at)
    return {level: list(filter(is_known, counted.figures(level))) for level in LEVELS}


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
    figures: Iterable[Coverage], units: Iterable[Coverage], expected: Iterable[Ahead], *, as_of: date
) -> list[Asked]:
    """The figures of a day with those of the year before, of their units, and what is ahead, all of organisations."""
    figures, before_on = list(figures), year_before(as_of)
    before = {_place(figure): figure for figure in figures if figure.as_of == before_on}
    then = {_place(each.then): each for each in expected}
    parts: defaultdict[tuple[str, str], list[Coverage]] = defaultdict(list)
    for unit in units:
        parts[_place(unit)].append(unit)
    return [
        Asked(now, before.get(_place(now)), then.get(_place(now)), parts[_place(now)])
        for now in figures
        if now.as_of == as_of
    ]


def few_together(asked: Sequence[Asked], throughout: Throughout) -> list[Asked]:
    """The same with the units of few persons added up as one, as every figure of an organisation shows them."""
    plans = Plans([unit for each in asked for unit in each.units], [each.now for each in asked], throughout)

    def shown(units: Sequence[Coverage]) -> list[Coverage]:
        return added_up([replace(unit, few=plans.hides(unit)) for unit in units], "")

    return [replace(each, units=shown(each.units)) for each in asked]


def _place(figure: Coverage) -> tuple[str, str]:
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
    told = [(place, each, each.ahead) for place, each in enumerate(asked) if each.ahead and _has_basis(each.now)]
    figures = [_figure(place, each, expected) for place, each, expected in told]
    parts = [part for place, each, _ in told for part in _parts(place, each)]
    cursor.register("outlook_figures", pa.Table.from_pylist(figures, schema=pa.schema(FIGURES)))
    cursor.register("outlook_parts", pa.Table.from_pylist(parts, schema=pa.schema(PARTS)))
    try:
        yield
    finally:
        cursor.unregister("outlook_figures")
        cursor.unregister("outlook_parts")


def _has_basis(figure: Coverage) -> bool:
    return figure.basis and not figure.untold


def _figure(place: int, each: Asked, expected: Ahead) -> dict[str, Any]:
    now, before = each.now, each.before
    target = Fraction(str(now.target.target)).limit_denominator(FINEST)
    row: dict[str, Any] = {
        "place": place,
        "as_of": now.as_of,
        "of_the_year": now.point.of_the_year,
        "target_part": target.numerator,
        "target_of": target.denominator,
        "met": now.met,
        "whole": now.of,
        "pending": now.pending,
        "lost": expected.lost,
        "lapsing": expected.lapsing,
        "rules_changed": now.point.rules_begin_between(year_before(now.as_of), now.as_of),
    }
    if before and before.coverage is not None:
        row |= {"met_before": before.met, "whole_before": before.of}
    if expected.then.coverage is not None:
        row |= {"met_then": expected.then.met, "whole_then": expected.then.of}
    return row


def _parts(place: int, each: Asked) -> Rows:
    """What remains of each unit, and of what belongs to none."""
    left = [(unit.unit, unit.unmet + unit.unknown) for unit in each.units]
    outside = each.now.unmet + each.now.unknown - sum(number for _, number in left)
    return [{"place": place, "unit": unit, "remaining": number} for unit, number in (*left, (None, outside))]


def _outlook(each: Asked, found: dict[str, Any]) -> Outlook:
    then = each.ahead.then if each.ahead and "if_nothing_is_done" in found else None
    return Outlook(
        now=each.now,
        before=each.before if found.get("pace") is not None else None,
        then=then,
        lapsing=found.get("lapsing", 0),
        pace=found.get("pace"),
        reached=found.get("reached"),
        enough_items=found.get("enough_items"),
        enough_units=found.get("enough_units"),
        units=tuple(found.get("units") or ()),
        at_most=found.get("at_most"),
        lost=each.ahead.lost if each.ahead and "at_most" in found else 0,
    )
