"""The relations that the statement of an extract reads besides the exports, which Python counts.

    with relations(cursor, sql, Inputs(points, None, figures, as_of=day, known_at=moment)):
        table = run(cursor, query, …)

Only those that the statement names are counted: `point_items` (the items of every point, or of the one wanted),
`<point id>_items` (those of one point), `counted` (the coverage at all levels), `counted_by_month`, `shown_figures`,
`review_points`, `hidden_units` (those that the reader may not see), `recorded_incidents` (of all years), and those that
the caller knows. Items have the number of their import.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.access.disclosure import FEW_PERSONS, LEAST_SHARED, Plans
from compliance.access.scopes import Level
from compliance.core.language import folded, month_ends
from compliance.counting.apart import OUTCOMES
from compliance.counting.assessing import LEVELS, Coverage, counts, coverage, items_of, plans
from compliance.counting.figures import Definition, figures
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, Rows, rows

MONTHS: Final = 24


@dataclass(frozen=True)
class Inputs:
    """The inputs of the relations: all points, the one wanted if only one is, the figures, the day.

    `own` is the folder of the organisation's own declarations, and `known` what has been counted already.
    """

    points: tuple[Point, ...]
    point: Point | None
    figures: tuple[Definition, ...]
    as_of: date
    known_at: datetime
    persons: bool = True
    own: Path | None = None
    known: dict[str, pa.Table] = field(default_factory=dict)

    @property
    def wanted(self) -> tuple[Point, ...]:
        """The points whose items and coverage are wanted."""
        return (self.point,) if self.point else self.points


Relation = Callable[[Cursor, Inputs], pa.Table]


@contextmanager
def relations(cursor: Cursor, sql: str, inputs: Inputs, more: Mapping[str, Relation] | None = None) -> Iterator[None]:
    """Within the block, the relations that a statement names are registered, also those of `more`."""
    registered: list[str] = []
    try:
        for name in sorted(words_of(sql)):
            table = inputs.known.get(name)
            if table is None:
                table = _relation(cursor, name, inputs, {**COUNTS, **(more or {})})
            if table is not None:
                inputs.known[name] = table
                cursor.register(name, table)
                registered.append(name)
        yield
    finally:
        for name in registered:
            cursor.unregister(name)


def words_of(sql: str) -> set[str]:
    """The words of a statement, among them the relations that it reads."""
    return set(re.findall(r"\b[a-z_]+\b", sql))


def _relation(cursor: Cursor, name: str, inputs: Inputs, known: Mapping[str, Relation]) -> pa.Table | None:
    if name in known:
        return known[name](cursor, inputs)
    id_, _, kind = name.rpartition("_")
    named = tuple(point for point in inputs.points if point.id == id_)
    if kind != "items" or not named:
        return None
    every = inputs.known.get("point_items")
    if every is None:
        return _items(cursor, named, inputs)
    return every.filter(pc.is_in(every["id"], pa.array([id_])))


def _point_items(cursor: Cursor, inputs: Inputs) -> pa.Table:
    return _items(cursor, inputs.wanted, inputs)


def _items(cursor: Cursor, points: tuple[Point, ...], inputs: Inputs) -> pa.Table:
    """The items of points, concatenated, with number and id of the point as first columns."""
    tables = []
    moment: Any = {"as_of": inputs.as_of, "known_at": inputs.known_at}
    for point, table in zip(points, items_of(cursor, points, **moment), strict=True):
        table = table.add_column(0, "id", pa.array([point.id] * len(table), pa.string()))
        tables.append(table.add_column(0, "point", pa.array([point.number] * len(table), pa.int64())))
    return pa.concat_tables(tables)


def _review_points(cursor: Cursor, inputs: Inputs) -> pa.Table:  # noqa: ARG001 - a relation as the others
    numbered = [{"point": point.number, "id": point.id} for point in inputs.wanted]
    return pa.Table.from_pylist(numbered, schema=schema(point=pa.int64(), id=pa.string()))


def schema(**types: pa.DataType) -> pa.Schema:
    """The columns of a relation."""
    return pa.schema(types)


COUNTED: Final = schema(
    as_of=pa.date32(),
    point=pa.int64(),
    **dict.fromkeys(("id", "level", "organisation", "department", "unit"), pa.string()),
    **dict.fromkeys((*OUTCOMES, "of"), pa.int64()),
    **dict.fromkeys(("coverage", "of_answered", "target", "warning_limit"), pa.float64()),
    status=pa.string(),
    basis=pa.bool_(),
    purged_on=pa.date32(),
)


def _counted(cursor: Cursor, inputs: Inputs) -> pa.Table:
    counted = counts(cursor, inputs.wanted, days=[inputs.as_of], known_at=inputs.known_at)
    by_level = {level: counted.figures(level) for level in LEVELS}
    shown: list[tuple[str, Coverage]]
    if inputs.persons:
        shown = [(level, figure) for level in LEVELS for figure in by_level[level]]
    else:
        hiding = plans(cursor, inputs.points, days=[inputs.as_of], known_at=inputs.known_at)
        shown = [part for whole in by_level["organisation"] for part in _without_few(whole, by_level, hiding)]
    return pa.Table.from_pylist([_counted_row(figure, level) for level, figure in shown], schema=COUNTED)


def _counted_by_month(cursor: Cursor, inputs: Inputs) -> pa.Table:
    """The figures of organisations at the end of each month, and on the day; `as_of` is the day of the row."""
    days = month_ends(inputs.as_of, count=MONTHS)
    counted = coverage(cursor, inputs.wanted, days=days, known_at=inputs.known_at, level="organisation")
    return pa.Table.from_pylist([_counted_row(figure, "organisation") for figure in counted], schema=COUNTED)


def _counted_row(figure: Coverage, level: str) -> dict[str, Any]:
    own = {name: getattr(figure, name) for name in COUNTED.names if hasattr(figure, name)}
    return own | {
        "point": figure.point.number,
        "id": figure.point.id,
        "level": level,
        "target": figure.target.target,
        "warning_limit": figure.target.limit,
        "status": figure.status.value,
        "purged_on": figure.purged.day if figure.purged else None,
    }


def _without_few(whole: Coverage, by_level: dict[Level, list[Coverage]], plans: Plans) -> list[tuple[str, Coverage]]:
    """A figure of an organisation and those of its parts; those that the plans hide are added up as other units."""
    departments, units = (
        [part for part in by_level[level] if (part.point, part.organisation) == (whole.point, whole.organisation)]
        for level in ("department", "unit")
    )
    shown: list[tuple[str, Coverage]] = [("organisation", whole)]
    shown += [("department", department) for department in departments if not plans.hides(department)]
    shown += [("unit", unit) for unit in units if not plans.hides(unit)]
    # units without a department, and those of hidden departments, are the rest of the whole
    together: dict[str | None, list[Coverage]] = {}
    for unit in filter(plans.hides, units):
        hidden = unit.department is None or plans.hides(replace(unit, unit=None))
        together.setdefault(None if hidden else unit.department, []).append(unit)
    if plans.hides_sum(whole, department=None):
        together.pop(None, None)
    return shown + [("other_units", part) for name, home in together.items() for part in _added_up(whole, name, home)]


def _added_up(whole: Coverage, department: str | None, units: list[Coverage]) -> list[Coverage]:
    """Sum some units to one; nothing if even together they are too few."""
    counts = {name: sum(getattr(unit, name) for unit in units) for name in OUTCOMES}
    together = replace(whole, department=department, **counts)
    return [together] if together.of >= FEW_PERSONS else []


FIGURES_SHOWN: Final = schema(
    as_of=pa.date32(),
    place=pa.int64(),
    **dict.fromkeys(("organisation", "point_id", "figure", "form"), pa.string()),
    **dict.fromkeys(("part", "whole"), pa.int64()),
    **dict.fromkeys(("share", "per_hundred"), pa.float64()),
    basis=pa.bool_(),
)


def _figures(cursor: Cursor, inputs: Inputs) -> pa.Table:
    ids = {point.number: point.id for point in inputs.points}
    numbers = {point.number for point in inputs.wanted}
    wanted = tuple(figure for figure in inputs.figures if numbers.intersection(figure.points))
    counted = figures(cursor, wanted, points=inputs.points, as_of=inputs.as_of, known_at=inputs.known_at)
    rows = [
        {name: getattr(figure, name) for name in FIGURES_SHOWN.names if hasattr(figure, name)}
        | {"figure": figure.definition.id, "form": figure.definition.form, "place": wanted.index(figure.definition)}
        | {"point_id": ids.get(figure.definition.points[0]) if len(figure.definition.points) == 1 else None}
        for figure in counted
    ]
    return pa.Table.from_pylist(rows, schema=FIGURES_SHOWN)


HIDDEN: Final = schema(**dict.fromkeys(("organisation", "unit_key"), pa.string()), enough=pa.bool_())


def _hidden_units(cursor: Cursor, inputs: Inputs) -> pa.Table:
    """The units whose numbers are added up for whoever may not see persons, and whether together they have enough."""
    if inputs.persons:
        return pa.Table.from_pylist([], schema=HIDDEN)
    moment: Any = {"as_of": inputs.as_of, "known_at": inputs.known_at}
    staffed: dict[str, Rows] = {}
    for unit in rows(cursor, statement("staffed_units"), moment):
        staffed.setdefault(unit["organisation"], []).append(unit)
    hiding = plans(cursor, inputs.points, days=[inputs.as_of], known_at=inputs.known_at)
    hidden = [row for units in staffed.values() for row in _few_units(units, hiding, inputs.as_of)]
    return pa.Table.from_pylist(hidden, schema=HIDDEN)


def _few_units(units: Rows, hiding: Plans, day: date) -> Rows:
    """The units of an organisation that are hidden; all of them where the rest would reveal a few persons."""
    few = [
        unit
        for unit in units
        if unit["persons"] < FEW_PERSONS
        or hiding.hides_part(unit["organisation"], day, department=unit["department"], unit=unit["unit"] or "")
    ]
    if few and (len(few) == 1 or _persons(few) < FEW_PERSONS):
        few = units
    enough = _persons(few) >= FEW_PERSONS
    return [
        {"organisation": each["organisation"], "unit_key": each["unit"] and folded(each["unit"]), "enough": enough}
        for each in few
    ]


def _persons(units: Rows) -> int:
    return sum(unit["persons"] for unit in units)


def _recorded_incidents(cursor: Cursor, inputs: Inputs) -> pa.Table:
    """The incidents known on the day, and at the end of each year before it: an export may hold one year only."""
    day: dict[str, Any] = {"as_of": inputs.as_of, "known_at": inputs.known_at}
    years = {row["year"] for row in rows(cursor, statement("incident_years"), day)} - {inputs.as_of.year}
    least = {"least": 1 if inputs.persons else LEAST_SHARED}
    known = [
        cursor.sql(statement("recorded_incidents"), params=day | least | {"day": known_on}).to_arrow_table()
        for known_on in (inputs.as_of, *(date(year, 12, 31) for year in sorted(years)))
    ]
    return pa.concat_tables(known)


# The relations by name; each counts what is wanted of the points.
COUNTS: Final[Mapping[str, Relation]] = {
    "point_items": _point_items,
    "counted": _counted,
    "counted_by_month": _counted_by_month,
    "shown_figures": _figures,
    "review_points": _review_points,
    "hidden_units": _hidden_units,
    "recorded_incidents": _recorded_incidents,
}
