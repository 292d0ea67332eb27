"""Who has the two courses: a scope and its parts counted, when courses expire, and the persons behind the figures.

Both courses are counted as review points 1 and 2 count them, person by person, and put side by side.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from compliance.counting.assessing import Basis, Coverage
from compliance.counting.explaining import Place
from compliance.counting.figures import Definition, rule_parameters
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, Rows, rows

# The points of the two courses, and what their columns are called in SQL.
COURSES: Final = {
    "information_security_training": "information_security",
    "data_protection_training": "data_protection",
}
RULE: Final = ("codes", "names", "validity_months", "grace_days")
Level = Literal["department", "unit"]
Listed = Literal["missing", "expiring"]


@dataclass(frozen=True)
class Rules:
    """The two points, and on how many days ahead each course counts as one that expires soon."""

    points: tuple[Point, Point]
    days: tuple[int, int]
    values: dict[str, Any]


def rules(points: tuple[Point, ...], definitions: tuple[Definition, ...], day: date) -> Rules:
    """The rules in force on a day, of the points and of the figures beside them."""
    first, second = (next(point for point in points if point.id == id_) for id_ in COURSES)
    numbers = {figure.id: figure.parameters(day) for figure in definitions}
    days = {id_: int(numbers[f"{id_}_expiring"]["expiring_days"]) for id_ in COURSES}
    given = rule_parameters((first, second), day)
    values = {f"{id_}_{name}": given[f"{id_}_{name}"] for id_ in COURSES for name in RULE}
    values |= {f"{column}_expiring_days": days[id_] for id_, column in COURSES.items()}
    return Rules((first, second), (days[first.id], days[second.id]), values)


def missing_sources(there: Basis, asked: Rules, organisation: str) -> tuple[str, ...]:
    """The sources that the two courses need and that the organisation lacks, in the points' order."""
    loaded = {row["source"] for row in there.of(organisation)}
    needed = dict.fromkeys(source for point in asked.points for source in point.needs)
    return tuple(source for source in needed if source not in loaded)


@dataclass(frozen=True)
class Counts:
    """Persons of a scope or a part of it.

    `counted` are those whom at least one course is asked of; `in_both` those whom both are. `missing` lack at least one
    course, `expiring` have one that expires soon. `management_…` are those of the management group.
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

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Part:
    """A scope, a department or a unit: both courses as their points count them, and the persons."""

    department: str | None
    unit: str | None
    courses: tuple[Coverage, Coverage]
    n: Counts


@dataclass(frozen=True)
class Month:
    """How many valid courses end in a month, of each course, and how many of them expire soon."""

    first_day: date
    ending: tuple[int, int]
    soon: tuple[int, int]


@dataclass(frozen=True)
class Standing:
    """How far a person is with a course: the point's outcome and reason, and the end of its validity."""

    outcome: str
    reason: str | None
    due: date | None
    expiring: bool


@dataclass(frozen=True)
class Person:
    """A person, and how far they are with the courses."""

    name: str
    email: str | None
    unit: str | None
    management: bool
    courses: tuple[Standing, Standing]


@dataclass(frozen=True)
class Training:
    """The courses of a scope: `parts` are its departments or units, whoever lacks most first.

    `missing` and `expiring` are the first persons who lack a course or have one that expires soon, where asked for.
    """

    asked: Rules
    as_of: date
    whole: Part
    parts: tuple[Part, ...]
    months: tuple[Month, ...]
    missing: tuple[Person, ...] = ()
    expiring: tuple[Person, ...] = ()


def training(cursor: Cursor, asked: Rules, *, place: Place, as_of: date, known_at: datetime, most: int = 0) -> Training:
    """The courses of a place on a day; it must have the exports that the points need. Of each list at most so many."""
    given = {"as_of": as_of, "known_at": known_at, "organisation": place.organisation, "most": most}
    level: Level = "unit" if place.department or place.unit else "department"
    with _persons(cursor, asked, place=place, as_of=as_of, known_at=known_at):
        whole, *parts = (_part(row, asked, place, as_of) for row in _rows(cursor, "training_parts", level=level))
        return Training(
            asked,
            as_of,
            whole,
            # a unit has no parts
            () if place.unit else tuple(parts),
            tuple(_month(row) for row in _rows(cursor, "training_months", as_of=as_of)),
            tuple(_listed(cursor, "missing", **given) if most else ()),
            tuple(_listed(cursor, "expiring", **given) if most else ()),
        )


def listed(
    cursor: Cursor, asked: Rules, which: Listed, *, place: Place, as_of: date, known_at: datetime
) -> list[Person]:
    """Every person of a place who lacks a course, or has one that expires soon. For the coordinator only."""
    given = {"as_of": as_of, "known_at": known_at, "organisation": place.organisation, "most": None}
    with _persons(cursor, asked, place=place, as_of=as_of, known_at=known_at):
        return _listed(cursor, which, **given)


@contextmanager
def _persons(cursor: Cursor, asked: Rules, *, place: Place, as_of: date, known_at: datetime) -> Iterator[None]:
    """Within the block the persons of a place stand on this cursor, found once for all that is counted of them."""
    of = {"organisation": place.organisation, "department": place.department, "unit": place.unit}
    cursor.execute(statement("training_persons"), {"as_of": as_of, "known_at": known_at, **of} | asked.values)
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


def _part(row: dict[str, Any], asked: Rules, place: Place, as_of: date) -> Part:
    department = place.department if row["whole"] else row["department"]
    unit = place.unit if row["whole"] else row["unit"]
    first, second = (
        Coverage(
            point=point,
            as_of=as_of,
            organisation=place.organisation,
            department=department,
            unit=unit,
            met=row[f"{COURSES[point.id]}_met"],
            unmet=row[f"{COURSES[point.id]}_unmet"],
            unknown=0,
            pending=0,
            exempt=row[f"{COURSES[point.id]}_exempt"],
            basis=True,
        )
        for point in asked.points
    )
    counts = Counts(**{name: row[name] for name in Counts.__dataclass_fields__})
    return Part(department, unit, (first, second), counts)


def _person(row: dict[str, Any]) -> Person:
    first, second = (
        Standing(
            row[f"{column}_outcome"], row[f"{column}_reason"], row[f"{column}_due"], expiring=row[f"{column}_expiring"]
        )
        for column in COURSES.values()
    )
    return Person(row["label"], row["email"], row["unit"], row["management"], (first, second))
