"""Who has the two courses: a scope and its parts counted, when courses expire, and the persons behind the figures.

Both courses are counted as review points 1 and 2 count them, person by person, and joined.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal

from compliance.access.disclosure import FEW_PERSONS, Plans, without_counts
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.counting.apart import OUTCOMES
from compliance.counting.assessing import Basis, Coverage, figure_of
from compliance.counting.figures import Definition, columns_on, rule_parameters
from compliance.counting.pins import pinned
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, Rows, rows

# The points of the two courses, and the prefix of their columns in SQL.
COURSES: Final = {
    "information_security_training": "information_security",
    "data_protection_training": "data_protection",
}
RULE: Final = ("codes", "names", "validity_months", "grace_days")
Level = Literal["department", "unit"]
Listed = Literal["missing", "expiring"]


@dataclass(frozen=True)
class Rules:
    """The two points, and how many days before its end each course counts as expiring."""

    points: tuple[Point, Point]
    days: tuple[int, int]
    values: dict[str, Any]


def rules(points: tuple[Point, ...], definitions: tuple[Definition, ...], day: date) -> Rules:
    """The rules in force on a day, of the points and of the figures next to them."""
    first, second = (next(point for point in points if point.id == id_) for id_ in COURSES)
    numbers = {figure.id: figure.parameters(day) for figure in definitions}
    days = {id_: int(numbers[f"{id_}_expiring"]["expiring_days"]) for id_ in COURSES}
    parameters = rule_parameters((first, second), day)
    values = {f"{id_}_{name}": parameters[f"{id_}_{name}"] for id_ in COURSES for name in RULE}
    values |= {f"{column}_expiring_days": days[id_] for id_, column in COURSES.items()}
    return Rules((first, second), (days[first.id], days[second.id]), values)


def missing_sources(basis: Basis, rules: Rules, organisation: str) -> tuple[str, ...]:
    """The sources that the two courses need and the organisation lacks, in the points' order."""
    loaded = {row["source"] for row in basis.of(organisation)}
    needed = dict.fromkeys(source for point in rules.points for source in point.needs)
    return tuple(source for source in needed if source not in loaded)


@dataclass(frozen=True)
class PersonCounts:
    """Persons of a scope or a part of it.

    `counted` are those who need at least one course, `in_both` those who need both and of whom both are known; of the
    `undated` the export does not say when a course was completed. `missing` lack at least one course,
    `expiring` have one that expires soon. `management_…` count the management group.
    """

    persons: int = 0
    counted: int = 0
    missing: int = 0
    missing_both: int = 0
    met_both: int = 0
    in_both: int = 0
    expiring: int = 0
    management_both: int = 0
    management_in_both: int = 0
    on_leave: int = 0
    newly_employed: int = 0
    without_department: int = 0
    information_security_expiring: int = 0
    data_protection_expiring: int = 0
    undated: int = 0

    def __add__(self, other: "PersonCounts") -> "PersonCounts":
        return PersonCounts(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class TrainingPart:
    """A scope, a department or a unit: both courses as their points count them, and the persons.

    `others` marks the sum of parts with few persons.
    """

    department: str | None
    unit: str | None
    courses: tuple[Coverage, Coverage]
    n: PersonCounts
    others: bool = False

    @property
    def within(self) -> bool:
        """Whether it is a part of an organisation."""
        return self.others or self.department is not None or self.unit is not None


@dataclass(frozen=True)
class Month:
    """How many valid courses end in a month, per course, and how many of them expire soon."""

    first_day: date
    ending: tuple[int, int]
    soon: tuple[int, int]


@dataclass(frozen=True)
class CourseState:
    """A person's state in a course: the point's outcome and reason, and the end of its validity."""

    outcome: str
    reason: str | None
    due: date | None
    expiring: bool


@dataclass(frozen=True)
class Person:
    """A person, and their state in both courses."""

    name: str
    email: str | None
    unit: str | None
    management: bool
    courses: tuple[CourseState, CourseState]


@dataclass(frozen=True)
class Training:
    """The courses of a scope: `parts` are its departments or units, most missing first.

    `missing` and `expiring` are the first persons who lack a course or have one that expires soon, if the reader may
    see names. `few` is whether the scope has too few persons to be shown, `few_managers` whether its management group
    has. `managers_told` is whether the staff list has a column for it, `told` whether the courses have one for the day
    of completion. `most` is the part where most lack a course; None if two are equal or it is not shown.
    """

    rules: Rules
    as_of: date
    whole: TrainingPart
    parts: tuple[TrainingPart, ...]
    months: tuple[Month, ...]
    missing: tuple[Person, ...] = ()
    expiring: tuple[Person, ...] = ()
    named: bool = True
    few: bool = False
    few_managers: bool = False
    most: TrainingPart | None = None
    managers_told: bool = True
    told: bool = True


def training(
    cursor: Cursor,
    rules: Rules,
    *,
    place: Scope,
    as_of: date,
    known_at: datetime,
    reader: Reader,
    plans: Plans,
    most: int = 0,
) -> Training:
    """Count the courses of a place on a day, with at most `most` persons a list; its exports must be loaded.

    `plans` is what is hidden on the day from readers who may not see persons.
    """
    place, most = reader.within(place), most if reader.named else 0
    params = {"as_of": as_of, "known_at": known_at, "organisation": place.organisation, "most": most}
    level: Level = "unit" if place.department or place.unit else "department"
    columns = columns_on(cursor, as_of=as_of, known_at=known_at)
    with _persons(cursor, rules, place=place, as_of=as_of, known_at=known_at):
        whole, *parts = (_part(row, rules, place, as_of) for row in _rows(cursor, "training_parts", level=level))
        unfiltered = Training(
            rules,
            as_of,
            whole,
            # a unit has no parts
            () if place.unit else tuple(parts),
            tuple(_month(row) for row in _rows(cursor, "training_months", as_of=as_of)),
            tuple(_listed(cursor, "missing", **params) if most else ()),
            tuple(_listed(cursor, "expiring", **params) if most else ()),
            managers_told=not columns.missing(["staff.management"], place.organisation),
            told=not columns.missing(["training.completed"], place.organisation),
        )
    return visible_to(unfiltered, reader, plans)


def visible_to(training: Training, reader: Reader, plans: Plans) -> Training:
    """Add up or leave out what the reader may not see, by the plans for those who may not see persons."""
    parts, n = training.parts, training.whole.n
    shown = parts if reader.named else _without_few(training, plans)
    most = parts[0] if len(parts) > 1 and parts[0].n.missing != parts[1].n.missing and parts[0] in shown else None
    training = replace(training, named=reader.named, parts=shown, most=most)
    if reader.named:
        return training
    first, second = training.whole.courses
    if n.persons and plans.hides(first):
        nothing = (without_counts(replace(first, few=True)), without_counts(replace(second, few=True)))
        whole = replace(training.whole, courses=nothing, n=PersonCounts())
        return replace(training, few=True, parts=(), months=(), whole=whole)
    # the managers of the parts could be subtracted from those of the whole
    few_managers = training.whole.within and n.management_in_both > 0
    if few_managers:
        n = replace(n, management_both=0, management_in_both=0)
    if plans.hides_part(first.organisation, first.as_of, department=None, unit=None):
        n = replace(n, without_department=0)
    return replace(training, few_managers=few_managers, whole=replace(training.whole, n=n))


def _without_few(training: Training, plans: Plans) -> tuple[TrainingPart, ...]:
    """The parts, with those that the plans hide added up."""
    whole = training.whole
    few = [part for part in training.parts if plans.hides(part.courses[0])]
    kept = tuple(part for part in training.parts if part not in few)
    if not few or plans.hides_sum(whole.courses[0], department=whole.department, unit=whole.unit):
        return kept
    together = _together(few)
    enough = all(course.of >= FEW_PERSONS for course in together.courses)
    return (*kept, together) if enough else kept


def _together(parts: Sequence[TrainingPart]) -> TrainingPart:
    first, second = (_sum([part.courses[place] for part in parts]) for place in (0, 1))
    return TrainingPart(None, None, (first, second), sum((part.n for part in parts), PersonCounts()), others=True)


def _sum(courses: Sequence[Coverage]) -> Coverage:
    counts = {name: sum(getattr(course, name) for course in courses) for name in OUTCOMES}
    # not an organisation, but parts of one
    return replace(courses[0], department=None, unit="", **counts)


def listed_persons(
    cursor: Cursor, rules: Rules, which: Listed, *, place: Scope, as_of: date, known_at: datetime, reader: Reader
) -> list[Person]:
    """Every person of a place who lacks a course, or has one that expires soon; none if names are hidden."""
    if not reader.named:
        return []
    place = reader.within(place)
    params = {"as_of": as_of, "known_at": known_at, "organisation": place.organisation, "most": None}
    with _persons(cursor, rules, place=place, as_of=as_of, known_at=known_at):
        return _listed(cursor, which, **params)


@contextmanager
def _persons(cursor: Cursor, rules: Rules, *, place: Scope, as_of: date, known_at: datetime) -> Iterator[None]:
    """Within the block, the persons of a place are a table on this cursor, which all counts read."""
    scope = {"organisation": place.organisation, "department": place.department, "unit": place.unit}
    with pinned(cursor, [], days=[as_of], known_at=known_at):
        cursor.execute(statement("training_persons"), {"as_of": as_of, "known_at": known_at, **scope} | rules.values)
        try:
            yield
        finally:
            cursor.execute("drop table temp.training_persons")


def _rows(cursor: Cursor, name: str, **values: Any) -> Rows:
    return rows(cursor, statement(name), values)


def _listed(cursor: Cursor, which: Listed, **values: Any) -> list[Person]:
    return [_person(row) for row in _rows(cursor, "training_listed", listed=which, **values)]


def _month(row: dict[str, Any]) -> Month:
    return Month(row["month"], _pair(row, "{}"), _pair(row, "{}_soon"))


def _pair(row: dict[str, Any], name: str) -> tuple[Any, Any]:
    """A column of each course."""
    first, second = (row[name.format(column)] for column in COURSES.values())
    return first, second


def _part(row: dict[str, Any], rules: Rules, place: Scope, as_of: date) -> TrainingPart:
    part = place if row["whole"] else Scope(place.organisation, row["department"], row["unit"])
    first, second = (_course(point, row, place=part, as_of=as_of) for point in rules.points)
    counts = PersonCounts(**{name: row[name] for name in PersonCounts.__dataclass_fields__})
    return TrainingPart(part.department, part.unit, (first, second), counts)


def _course(point: Point, row: dict[str, Any], *, place: Scope, as_of: date) -> Coverage:
    counts = {name: row.get(f"{COURSES[point.id]}_{name}", 0) for name in OUTCOMES}
    # the only reason why a course is unknown
    columns = ("completed",) if counts["unknown"] and not counts["met"] else ()
    return figure_of(point, as_of, place=place, basis=True, counts=counts, columns=columns)


def _person(row: dict[str, Any]) -> Person:
    first, second = (
        CourseState(
            row[f"{column}_outcome"], row[f"{column}_reason"], row[f"{column}_due"], expiring=row[f"{column}_expiring"]
        )
        for column in COURSES.values()
    )
    return Person(row["label"], row["email"], row["unit"], row["management"], (first, second))
