"""Count the items of a point by outcome, and derive coverage and status.

Everything starts from one shape: the items that a point's statement lists for a day.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import pyarrow as pa

from compliance.access.disclosure import Arrivals, Day, Plans, Throughout, Years
from compliance.access.reader import Reader
from compliance.access.scopes import Level, Scope
from compliance.core.language import N_, folded
from compliance.core.remembering import cached_property
from compliance.counting.apart import COUNTED, OUTCOMES, Wanted, counted_apart, statement_of
from compliance.counting.pins import courses_of, one_day, pinned, relations_of
from compliance.declarations.points import Point, Target
from compliance.declarations.queries import Query, statement
from compliance.loading.loading import FIRST_NAME
from compliance.loading.purges import Purged, purged_basis
from compliance.store import packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, Rows, rows

# Why an item is unknown that only a column which its export does not have would judge (`undecided`, macros.sql).
COLUMN_MISSING: Final = "column_missing"
NOT_COME: Final = N_(
    "The as-of date {day} has not come yet: later exports can still change its figures. Choose today or an earlier day."
)
LEVELS: Final[tuple[Level, ...]] = ("organisation", "department", "unit")
# What says which units are hidden: their figures, and those of the whole.
UNITS_AND_WHOLE: Final[tuple[Level, Level]] = ("unit", "organisation")
# As many points of the product as a point of a pack takes as long as: it is planned alone, and its answer is checked.
OF_PACK: Final = 2


class Status(StrEnum):
    """A figure measured against its target (rulebook, section 1)."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    NO_BASIS = "no_basis"
    NOTHING_TO_ASSESS = "nothing_to_assess"


@dataclass(frozen=True)
class Coverage:
    """A point counted for an organisation, a department or a unit on a day.

    `basis` is False where an export that the point needs is missing; nothing is counted then. `few` marks a figure that
    is hidden from most readers, because it covers or would reveal so few persons. `approved` marks the figure of the
    year's approved review, as it was then. `purged` is the purge that took its basis, if one did. `columns` are the
    fields for want of which none is met and some are unknown: the exports have no column for them. `no_course` is
    whether the export of courses is there and has none that is known to be the point's. `failed` is why the statement
    of a pack's point has no items, as a code of `apart`. `off` is whether its pack was not on.
    """

    point: Point
    as_of: date
    organisation: str
    department: str | None
    unit: str | None
    met: int
    unmet: int
    unknown: int
    pending: int
    exempt: int
    basis: bool
    few: bool = False
    approved: bool = False
    purged: Purged | None = None
    columns: tuple[str, ...] = ()
    no_course: bool = False
    failed: str = ""
    off: bool = False

    @property
    def of(self) -> int:
        """The denominator: met, unmet and unknown."""
        return self.met + self.unmet + self.unknown

    @property
    def coverage(self) -> float | None:
        """Met of all, 0–1 and unrounded; None if there is no basis or nothing to assess."""
        return self.met / self.of if self.told and self.of else None

    @property
    def told(self) -> bool:
        """Whether the exports tell the figure: they are there, and not so that for want of columns none can be met."""
        return self.basis and not self.columns

    @property
    def of_answered(self) -> float | None:
        """Met of those that the export has an answer for."""
        answered = self.met + self.unmet
        return self.met / answered if self.basis and answered else None

    @cached_property
    def target(self) -> Target:
        """The target in force on the day."""
        return self.point.target(self.as_of)

    @property
    def status(self) -> Status:
        """The unrounded coverage measured against target and limit."""
        if not self.told:
            return Status.NO_BASIS
        if self.coverage is None:
            return Status.NOTHING_TO_ASSESS
        if self.coverage >= self.target.target:
            return Status.GREEN
        return Status.YELLOW if self.coverage >= self.target.limit else Status.RED


def figure_of(
    point: Point, day: date, *, place: Scope, basis: bool, counts: Mapping[str, int] | None = None, **told: Any
) -> Coverage:
    """The figure of a place, from its number of items by outcome; none of them without."""
    told |= {outcome: counts[outcome] if counts else 0 for outcome in OUTCOMES}
    return Coverage(point, day, place.organisation, place.department, place.unit, basis=basis, **told)


@dataclass(frozen=True)
class Basis:
    """The imports that the figures of some days rest on, and the purges by day, organisation and source.

    `without_course` are the days, organisations and ids of points whose course no row of the exports is of, `on` the
    days, organisations and packs that are on, and `failed` the days and ids of points whose statement has failed, with
    why. Of a point whose pack is off there is nothing at all: no figure, nor that one is missing.
    """

    organisations: tuple[str, ...]
    imports: Rows
    purges: Mapping[tuple[date, str, str], Purged] = field(default_factory=dict)
    without_course: frozenset[tuple[date, str, str]] = frozenset()
    on: frozenset[tuple[date, str, str]] = frozenset()
    failed: Mapping[tuple[date, str], str] = field(default_factory=dict)

    @cached_property
    def _sources(self) -> dict[tuple[str, date], set[str]]:
        """The sources of an organisation by day; cached, since `has` is called once a row."""
        sources: dict[tuple[str, date], set[str]] = {}
        for row in self.imports:
            sources.setdefault((row["organisation"], row["as_of"]), set()).add(row["source"])
        return sources

    def of(self, organisation: str) -> Rows:
        """The imports of an organisation."""
        return [row for row in self.imports if row["organisation"] == organisation]

    def organisations_with(self, point: Point, day: date) -> list[str]:
        """The organisations whose exports are enough for the point."""
        return [name for name in self.organisations if self.has(point, name, day)]

    def has(self, point: Point, organisation: str, day: date) -> bool:
        """Whether its items are told: every export that it needs is loaded, with its course, and it has not failed."""
        return (
            self.has_exports(point, organisation, day)
            and not self.lacks_course(point, organisation, day)
            and not self.failure(point, day)
        )

    def is_on(self, point: Point, organisation: str, day: date) -> bool:
        """Whether the point is counted: it is the product's, or its pack is on."""
        return not point.pack or (day, organisation, point.pack) in self.on

    def has_exports(self, point: Point, organisation: str, day: date) -> bool:
        """Whether the point is counted, and every export that it needs is loaded."""
        loaded = self._sources.get((organisation, day), set())
        return self.is_on(point, organisation, day) and loaded.issuperset(point.needs)

    def lacks_course(self, point: Point, organisation: str, day: date) -> bool:
        """Whether the exports are there, and no row of them is of the course that the point asks for."""
        return self.has_exports(point, organisation, day) and (day, organisation, point.id) in self.without_course

    def failure(self, point: Point, day: date) -> str:
        """Why the point's statement has failed on a day, as a code; empty if it has not."""
        return self.failed.get((day, point.id), "")

    def untold(self, point: Point, organisation: str, day: date) -> dict[str, Any]:
        """What a figure or items without a basis tell of why, by the names that they have for it."""
        return {
            "purged": self.purged(point.needs, organisation, day),
            "no_course": self.lacks_course(point, organisation, day),
            "failed": self.failure(point, day) if self.has_exports(point, organisation, day) else "",
            "off": not self.is_on(point, organisation, day),
        }

    def purged(self, sources: Iterable[str], organisation: str, day: date) -> Purged | None:
        """The purge of one of the sources, if the rows of that day were purged."""
        purges = (self.purges.get((day, organisation, source)) for source in sources)
        return next((purge for purge in purges if purge), None)

    def used(self, point: Point, organisation: str, day: date) -> Rows:
        """The imports that the point reads."""
        wanted = {*point.needs, *point.uses}
        return [
            r for r in self.imports if r["as_of"] == day and r["organisation"] == organisation and r["source"] in wanted
        ]


def basis_on(cursor: Cursor, points: tuple[Point, ...] = (), *, days: list[date], known_at: datetime) -> Basis:
    """Return the imports behind `days`, and the organisations on the last one (in an empty database: one).

    Of `points` it says whether the exports have their courses; of others nobody may ask it.
    """
    with pinned(cursor, [], days=days, known_at=known_at):
        return basis_within(cursor, points, days=days, known_at=known_at, ahead=days)


def basis_within(
    cursor: Cursor, points: tuple[Point, ...], *, days: list[date], known_at: datetime, ahead: list[date]
) -> Basis:
    """The same within a block that has pinned the imports of `days`, and of those `ahead` that are counted."""
    organisations = rows(cursor, statement("organisations_on"), {"as_of": max(days), "known_at": known_at})
    imports = rows(cursor, statement("basis"))
    purges = purged_basis(cursor, days=days, known_at=known_at)
    without = _without_course(cursor, points, days=ahead, known_at=known_at)
    on = packs_on(cursor, points, days=ahead, known_at=known_at)
    return Basis(tuple(row["organisation"] for row in organisations) or (FIRST_NAME,), imports, purges, without, on)


def packs_on(
    cursor: Cursor, points: tuple[Point, ...], *, days: list[date], known_at: datetime
) -> frozenset[tuple[date, str, str]]:
    """The days, organisations and packs that are on, as organisations are called on the day."""
    if not any(point.pack for point in points):
        return frozenset()
    found = packs.packs_on(cursor, days, known_at=known_at)
    return frozenset((each.as_of, each.organisation, each.pack) for each in found)


@contextmanager
def packs_counted(
    cursor: Cursor, requests: Iterable[tuple[Point, date, date]], basis: Basis, *, known_at: datetime
) -> Iterator[Basis]:
    """Within the block the items of packs' points have been counted for each (point, day, day of the rules).

    The basis is the same, and tells which points have failed on which days.
    """
    wanted: list[Wanted] = []
    for point, day, rules in requests:
        names = basis.organisations_with(point, day) if point.pack else []
        if names:
            asked = Wanted(point, parameters_in_force(point, rules), {})
            same = next((each for each in wanted if each.is_asked_as(asked)), None) or asked
            same.places[day] = names
            if same is asked:
                wanted.append(asked)
    with counted_apart(cursor, wanted, known_at=known_at) as failed:
        yield replace(basis, failed=failed) if failed else basis


def each_day(points: Iterable[Point], days: Iterable[date]) -> list[tuple[Point, date, date]]:
    """Points on days, each by the rules of its day."""
    return [(point, day, day) for point in points for day in days]


def _without_course(
    cursor: Cursor, points: tuple[Point, ...], *, days: list[date], known_at: datetime
) -> frozenset[tuple[date, str, str]]:
    """The days, organisations and ids of points whose course no row of the exports is of."""
    parts: list[str] = []
    params: dict[str, Any] = {"known_at": known_at}
    asked = [(point.course(day), day) for point in points for day in days]
    for course, same in _grouped([(course, day) for course, day in asked if course]):
        sql, more = _named_apart(statement("without_course"), course, same, mark=f"_{len(parts)}")
        parts.append(f"select $wanted_{len(parts)} as point, * from ({sql})")
        params |= more
    if not parts:
        return frozenset()
    found = rows(cursor, " union all ".join(parts), params)
    return frozenset((row["as_of"], row["organisation"], row["point"]) for row in found)


@dataclass(frozen=True)
class Counts:
    """Points counted for days at one level, the finest; `figures` adds them up at it and at each level above.

    `parts` are the figures of that level, and of the items that belong to no part of it. Those of an organisation are
    there for each point and day, with a basis or without; those of a part only where it has items.
    """

    points: tuple[Point, ...]
    days: list[date]
    level: Level
    basis: Basis
    parts: list[Coverage]

    def figures(self, level: Level) -> list[Coverage]:
        """The figures of a level, which is not finer than the own one, by point, day and place."""
        parts = self.parts if level == "organisation" else [part for part in self.parts if _at(part, level)]
        figures = parts if level == self.level else _added_up(parts, level)
        return self._whole(figures) if level == "organisation" else figures

    def _whole(self, figures: list[Coverage]) -> list[Coverage]:
        """Those of an organisation, and the empty ones of the points for which nothing was counted."""
        by_place = {(figure.point.id, figure.as_of, figure.organisation): figure for figure in figures}
        return [
            by_place.get((point.id, day, name)) or _empty(point, day, name, self.basis)
            for point in self.points
            for day in self.days
            for name in self.basis.organisations
            if self.basis.is_on(point, name, day)
        ]


def _at(part: Coverage, level: Level) -> bool:
    """Whether items belong to a department, or unit, at all."""
    return bool(part.department if level == "department" else part.unit)


def _added_up(parts: list[Coverage], level: Level) -> list[Coverage]:
    """The figures of a level above that of the parts."""
    groups: dict[tuple[Any, ...], list[Coverage]] = {}
    for part in parts:
        department = part.department if level == "department" else None
        groups.setdefault((part.point.id, part.as_of, part.organisation, department), []).append(part)
    return [_sum(each, level) for each in groups.values()]


def _sum(parts: list[Coverage], level: Level) -> Coverage:
    counts = {name: sum(getattr(part, name) for part in parts) for name in OUTCOMES}
    department = parts[0].department if level == "department" else None
    columns = {name for part in parts for name in part.columns} if not counts["met"] else ()
    return replace(parts[0], department=department, unit=None, columns=tuple(sorted(columns)), **counts)


def counts(
    cursor: Cursor,
    points: tuple[Point, ...],
    *,
    days: list[date],
    known_at: datetime,
    level: Level = "unit",
    organisation: str | None = None,
) -> Counts:
    """Count every point for each of `days` at a level, from which those above it follow; of one organisation alone
    if it is named.
    """
    relations, courses = relations_of(points, days=days, level=level), courses_of(points, days=days)
    with pinned(cursor, relations, days=days, known_at=known_at, courses=courses, organisation=organisation):
        basis = basis_within(cursor, points, days=days, known_at=known_at, ahead=days)
        if organisation:
            own = tuple(name for name in basis.organisations if folded(name) == folded(organisation))
            basis = replace(basis, organisations=own)
        with packs_counted(cursor, each_day(points, days), basis, known_at=known_at) as basis:
            counted = _counts(cursor, points, basis, days=days, known_at=known_at, level=level)
            return Counts(points, days, level, basis, _parts(points, counted, basis))


def counts_of(
    database: Database, points: tuple[Point, ...], *, days: list[date], known_at: datetime, level: Level = "unit"
) -> Counts:
    """The same of what a store holds, on two cursors at once: a statement is planned on one core.

    Each half is planned for as long as the other; nothing that is only pinned or written on one cursor is seen.
    """
    options: dict[str, Any] = {"days": days, "known_at": known_at, "level": level}
    halves = _halves(points)
    with database.cursor() as cursor, database.cursor() as other, ThreadPoolExecutor(1) as pool:
        second = pool.submit(counts, other, halves[1], **options)
        first = counts(cursor, halves[0], **options)
    then = second.result()
    basis = _together(first.basis, then.basis)
    places = {point.id: place for place, point in enumerate(points)}
    parts = sorted([*first.parts, *then.parts], key=lambda part: places[part.point.id])
    return replace(first, points=points, basis=basis, parts=parts)


def _halves(points: tuple[Point, ...]) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """Points in two parts that take as long: those of packs together, so that what they share is read once."""
    packs = tuple(point for point in points if point.pack)
    own = tuple(point for point in points if not point.pack)
    own = (*own[::2], *own[1::2])
    first = min(len(own), (len(own) + OF_PACK * len(packs) + 1) // 2)
    return own[:first], (*own[first:], *packs)


def _together(basis: Basis, other: Basis) -> Basis:
    """What two bases of the same days and different points tell."""
    return replace(
        basis,
        without_course=basis.without_course | other.without_course,
        on=basis.on | other.on,
        failed={**basis.failed, **other.failed},
    )


def coverage(
    cursor: Cursor, points: tuple[Point, ...], *, days: list[date], known_at: datetime, level: Level
) -> list[Coverage]:
    """Count every point at one level for each of `days`.

    By organisation each point has a row; by department and unit only where it has items.
    """
    return counts(cursor, points, days=days, known_at=known_at, level=level).figures(level)


@dataclass(frozen=True)
class Ahead:
    """A point of a place on the last day of a year, `then`, if nothing is done from a day on.

    `lapsing` items are met on the day, and no longer then; `lost` ones can never be met any more.
    """

    then: Coverage
    lapsing: int
    lost: int


@dataclass(frozen=True)
class AheadCounts:
    """What is ahead, counted at one level: the figures of 31 December, and the items that lapse or are lost."""

    then: Counts
    lapsing: Counts
    lost: Counts

    def figures(self, level: Level) -> list[Ahead]:
        """What is ahead of the figures of a level, which is not finer than the own one."""
        lapsing, lost = (
            {(figure.point.id, _place(figure)): _items_of(figure) for figure in marked.figures(level)}
            for marked in (self.lapsing, self.lost)
        )
        figures = [(figure, (figure.point.id, _place(figure))) for figure in self.then.figures(level)]
        return [Ahead(figure, lapsing.get(place, 0), lost.get(place, 0)) for figure, place in figures]


def _place(figure: Coverage) -> tuple[str, ...]:
    """The part of an organisation that a figure is of, in any spelling."""
    return folded(figure.organisation), folded(figure.department), folded(figure.unit)


def _items_of(figure: Coverage) -> int:
    """How many items a figure counts, whatever their outcome."""
    return figure.of + figure.pending + figure.exempt


def ahead(
    cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime, level: Level = "unit"
) -> AheadCounts:
    """Count every point on 31 December of a day's year, with the exports and names of the day, and the rules of then.

    By organisation each point has one; by department and unit only where it has items then.
    """
    end = as_of.replace(month=12, day=31)
    days = sorted({as_of, end})
    with pinned(
        cursor, relations_of(points, days=days, level=level), days=days, known_at=known_at, exports_until=as_of
    ):
        basis = basis_within(cursor, points, days=[as_of], known_at=known_at, ahead=days)
        with packs_counted(cursor, each_day(points, days), basis, known_at=known_at) as basis:
            counted = _counts(cursor, points, basis, days=days, known_at=known_at, level=level, chosen="ahead")

    def marked(mark: str) -> Counts:
        return Counts(points, [end], level, basis, _parts(points, [r for r in counted if r["mark"] == mark], basis))

    return AheadCounts(marked("then"), marked("lapsing"), marked("lost"))


def plans(
    cursor: Cursor,
    points: tuple[Point, ...],
    *,
    days: list[date],
    known_at: datetime,
    throughout: Throughout | None = None,
) -> Plans:
    """What is hidden on each of `days` from readers who may not see persons, of all points about persons.

    What is hidden throughout their years is counted, unless it is given.
    """
    of_persons = tuple(point for point in points if point.persons)
    counted = counts(cursor, of_persons, days=days, known_at=known_at)
    throughout = throughout or years(cursor, points, days=days, known_at=EVERYTHING_KNOWN).hidden
    return Plans(counted.figures("unit"), counted.figures("organisation"), throughout)


def years(cursor: Cursor, points: tuple[Point, ...], *, days: list[date], known_at: datetime) -> Years:
    """What is hidden throughout the calendar years of some days, by the exports of points about persons known then."""
    of_persons = tuple(point for point in points if point.persons)
    sources = sorted({source for point in of_persons for source in point.needs})
    params = {"days": days, "sources": sources, "known_at": known_at}
    arrivals = Arrivals(Day(**row) for row in rows(cursor, statement("arrivals"), params))
    arrived = arrivals.counted(days)
    if not arrived:
        return Years([], [], arrivals)
    counted = counts(cursor, of_persons, days=arrived, known_at=known_at)
    # by the names of those days, which are not those of the last one only
    return Years(counted.figures("unit"), _added_up(counted.parts, "organisation"), arrivals)


def _parts(points: tuple[Point, ...], counted: Rows, basis: Basis) -> list[Coverage]:
    """What was counted, by point, without that of an organisation that lacks an export."""
    by_point: dict[int, Rows] = {}
    for row in counted:
        by_point.setdefault(row["point"], []).append(row)
    return [
        _coverage(point, row)
        for point in points
        for row in by_point.get(point.number, ())
        if basis.has(point, row["organisation"], row["as_of"])
    ]


# `_counts` assembles one statement. Two points, the first under a rule that changed within the days:
#
#   with items as (
#       select 1 as point, * from (points/a.sql, $days_0, $codes_0)              days before the change
#       union all select 1 as point, * from (points/a.sql, $days_1, $codes_1)    days after it
#       union all select 2 as point, * from (points/b.sql, $days_2)
#   ), units as (units.sql, $days) coverage.sql
#
# `_days_by_rules` splits the days, `_named_apart` numbers the parameters, and `_for_days` runs a statement that knows
# one `$as_of` for each of `$days`, as a lateral join.


def _counts(
    cursor: Cursor,
    points: tuple[Point, ...],
    basis: Basis,
    *,
    days: list[date],
    known_at: datetime,
    level: Level,
    chosen: str = "",
) -> Rows:
    """Count every point that has a basis in one statement, which plans faster than many.

    `chosen` is a statement that says which of `every_item` are counted.
    """
    every, params = every_item(points, basis, days=days)
    if not every:
        return []
    units = _for_days(statement("units"), days, "")
    counted = f"items as ({every})"
    if chosen:
        counted = f"every_item as ({every}), items as ({statement(chosen)})"
        params |= {"day": min(days), "end": max(days)}
    params |= {"known_at": known_at, "level": level, **_days(days, "")}
    return rows(cursor, f"with {counted}, units as ({units}) {statement('coverage')}", params)


def every_item(points: tuple[Point, ...], basis: Basis, *, days: list[date]) -> tuple[str, dict[str, Any]]:
    """The statement of the items of every point that has a basis on each of its days, and its values; "" if none has.

    It also reads `$known_at`.
    """
    parts: list[str] = []
    params: dict[str, Any] = {}
    told = [(point, [day for day in days if basis.organisations_with(point, day)]) for point in points]
    if any(point.pack and based for point, based in told):
        parts.append(f"select point, cast(null as varchar) as mark, * exclude (point, rules) from {COUNTED}")
    for point, based in told:
        if point.pack:
            continue
        for parameters, same in _days_by_rules(point, based):
            sql, more = _named_apart(*statement_of(point, parameters), same, mark=f"_{len(parts)}")
            parts.append(f"select {point.number} as point, cast(null as varchar) as mark, * from ({sql})")
            params |= more
    return " union all ".join(parts), params


def _named_apart(sql: str, parameters: dict[str, Any], days: list[date], *, mark: str) -> tuple[str, dict[str, Any]]:
    """Suffix a statement's `$parameters` with `mark`, so that it can be part of a larger statement."""
    for name in parameters:
        sql = re.sub(rf"\${name}\b", f"${name}{mark}", sql)
    params = {f"{name}{mark}": value for name, value in parameters.items()}
    return _for_days(sql, days, mark), params | _days(days, mark)


def _days_by_rules(point: Point, days: list[date]) -> list[tuple[dict[str, Any], list[date]]]:
    """Group the days by the rules in force on them."""
    return _grouped([(parameters_in_force(point, day), day) for day in days])


def _grouped(wanted_on: list[tuple[dict[str, Any], date]]) -> list[tuple[dict[str, Any], list[date]]]:
    """The days of each set of parameters."""
    groups: list[tuple[dict[str, Any], list[date]]] = []
    for wanted, day in wanted_on:
        same = next((group for rules, group in groups if rules == wanted), None)
        if same is None:
            groups.append((wanted, [day]))
        else:
            same.append(day)
    return groups


def parameters_in_force(point: Point, day: date) -> dict[str, Any]:
    """The parameters of the rule that the point's statement uses."""
    names = point.query.names
    return {name: value for name, value in point.parameters(day).items() if name in names}


def _for_days(sql: str, days: list[date], mark: str) -> str:
    """Turn a statement about one day into one about several; a single day plans faster without a join."""
    if len(days) == 1:
        return f"select $as_of{mark} as as_of, item.* from ({sql.replace('$as_of', f'$as_of{mark}')}) as item"
    lateral = sql.replace("$as_of", "day.as_of")
    return f"select day.as_of, item.* from (select unnest($days{mark}) as as_of) as day, lateral ({lateral}) as item"


def _days(days: list[date], mark: str) -> dict[str, Any]:
    return {f"as_of{mark}": days[0]} if len(days) == 1 else {f"days{mark}": days}


def _coverage(point: Point, row: dict[str, Any]) -> Coverage:
    place = Scope(row["organisation"], row["department"], row["unit"])
    columns = tuple(sorted({name for each in row["columns"] or () for name in each.split(", ")}))
    return figure_of(point, row["as_of"], place=place, counts=row, basis=True, columns=columns)


def _empty(point: Point, day: date, organisation: str, basis: Basis) -> Coverage:
    return figure_of(
        point,
        day,
        place=Scope(organisation),
        basis=basis.has(point, organisation, day),
        **basis.untold(point, organisation, day),
    )


def nothing(point: Point, day: date, scope: Scope) -> Coverage:
    """The figure of an organisation that there is not, or of a part of it."""
    return figure_of(point, day, place=scope, basis=False)


# The columns of items.
_TEXTS: Final = ("organisation", "department", "unit", "item", "label", "outcome", "reason", "detail")
_TYPES: Final[dict[str, pa.DataType]] = {
    **dict.fromkeys(_TEXTS, pa.string()),
    "due": pa.date32(),
    **dict.fromkeys(("file", "sheet"), pa.string()),
    **dict.fromkeys(("row", "import_id"), pa.int32()),
}
ITEMS: Final = pa.schema(_TYPES)


def items(cursor: Cursor, point: Point, *, as_of: date, known_at: datetime) -> pa.Table:
    """The items of a point on a day, one row per item with its department; none if the point has no basis."""
    with pinned(cursor, [], days=[as_of], known_at=known_at):
        basis = basis_on(cursor, (point,), days=[as_of], known_at=known_at)
        with packs_counted(cursor, each_day((point,), [as_of]), basis, known_at=known_at) as basis:
            based = basis.organisations_with(point, as_of)
            return _items(cursor, point, based, as_of=as_of, known_at=known_at, rules=as_of)


def items_of(cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime) -> list[pa.Table]:
    """The items of several points on a day, as `items` returns them; what they share is computed once."""
    if len(points) == 1:
        return [items(cursor, points[0], as_of=as_of, known_at=known_at)]
    with one_day(cursor, as_of, known_at=known_at):
        basis = basis_on(cursor, points, days=[as_of], known_at=known_at)
        with packs_counted(cursor, each_day(points, [as_of]), basis, known_at=known_at) as basis:
            based = [(point, basis.organisations_with(point, as_of)) for point in points]
            return [_items(cursor, point, names, as_of=as_of, known_at=known_at, rules=as_of) for point, names in based]


def visible_items(cursor: Cursor, point: Point, *, as_of: date, known_at: datetime, reader: Reader) -> Rows:
    """The items of a point, as the reader may see them."""
    listed: Rows = items(cursor, point, as_of=as_of, known_at=known_at).to_pylist()
    return reader.items(point, listed)


@dataclass(frozen=True)
class PointItems:
    """The items of an organisation as `items` returns them; none without a basis, with why (as `Coverage` has it)."""

    basis: bool
    items: Rows
    purged: Purged | None = None
    no_course: bool = False
    failed: str = ""
    off: bool = False


def requested_items(
    cursor: Cursor, requests: list[tuple[Point, date, date]], *, known_at: datetime, organisation: str
) -> list[PointItems]:
    """An organisation's items for each (point, day, day of the rules); what the days share is computed once."""
    points, days = (
        tuple({point.id: point for point, _, _ in requests}.values()),
        sorted({day for _, day, _ in requests}),
    )
    relations = relations_of(points, days=days, level="unit") if len(points) > 1 else []
    with pinned(cursor, relations, days=days, known_at=known_at, organisation=organisation):
        basis = basis_on(cursor, points, days=days, known_at=known_at)
        with packs_counted(cursor, requests, basis, known_at=known_at) as basis:
            return [
                _point_items(cursor, request, basis, known_at=known_at, organisation=organisation)
                for request in requests
            ]


def _point_items(
    cursor: Cursor, request: tuple[Point, date, date], basis: Basis, *, known_at: datetime, organisation: str
) -> PointItems:
    point, day, rules = request
    if not basis.has(point, organisation, day):
        return PointItems(basis=False, items=[], **basis.untold(point, organisation, day))
    found = _items(cursor, point, [organisation], as_of=day, known_at=known_at, rules=rules)
    return PointItems(basis=True, items=found.to_pylist())


def left_on(
    cursor: Cursor, days: Sequence[tuple[Point, list[date]]], *, known_at: datetime, organisation: str
) -> dict[str, dict[date, Rows]]:
    """What each point has left on each of its days, by point id and day; see `left_on.sql`.

    A day without basis is left out.
    """
    every = sorted({day for _, each in days for day in each})
    if not every:
        return {}
    relations = relations_of(tuple(point for point, _ in days), days=every, level="organisation")
    with pinned(cursor, relations, days=every, known_at=known_at, organisation=organisation):
        basis = basis_on(cursor, tuple(point for point, _ in days), days=every, known_at=known_at)
        requests = [request for point, each in days for request in each_day((point,), each)]
        with packs_counted(cursor, requests, basis, known_at=known_at) as basis:
            return {
                point.id: _left(cursor, point, based, known_at=known_at, organisation=organisation)
                for point, each in days
                if (based := [day for day in each if basis.has(point, organisation, day)])
            }


def _left(cursor: Cursor, point: Point, days: list[date], *, known_at: datetime, organisation: str) -> dict[date, Rows]:
    by_day: dict[date, Rows] = {day: [] for day in days}
    for parameters, same in _days_by_rules(point, days):
        sql, params = _named_apart(*statement_of(point, parameters), same, mark="_0")
        asked = statement("left_on").replace("{items}", sql)
        # what was counted apart reads no moment
        moment = {"known_at": known_at} if "$known_at" in asked else {}
        for row in rows(cursor, asked, {"organisation": organisation} | moment | params):
            by_day[row["as_of"]].append(row)
    return by_day


def _items(
    cursor: Cursor, point: Point, organisations: list[str], *, as_of: date, known_at: datetime, rules: date
) -> pa.Table:
    if not organisations:
        return ITEMS.empty_table()
    items, values = statement_of(point, parameters_in_force(point, rules))
    sql = f"with items as ({items}), units as ({statement('units')}) {statement('items')}"
    params = {"as_of": as_of, "known_at": known_at, "organisations": organisations}
    table: pa.Table = cursor.sql(sql, params=params | values).to_arrow_table()
    return table


def run(cursor: Cursor, query: Query, *, as_of: date, known_at: datetime, values: dict[str, Any]) -> pa.Table:
    """Return the rows of a figure, a check or an extract: a statement with a header, given the parameters it uses."""
    params = {"as_of": as_of, "known_at": known_at, **values}
    table: pa.Table = cursor.sql(query.sql, params={name: params[name] for name in query.names}).to_arrow_table()
    return table
