"""From rows to answers: the items of a point, their outcomes counted, coverage and status.

Everything comes from one shape: the items that a point's statement lists for a day.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.access.reader import Reader
from compliance.access.scopes import Level
from compliance.declarations.points import Point, Target
from compliance.declarations.queries import Query, query, statement
from compliance.loading.loading import FIRST_NAME
from compliance.store.database import Cursor, Rows, rows

OUTCOMES: Final = ("met", "unmet", "unknown", "pending", "exempt")
LEVELS: Final[tuple[Level, ...]] = ("organisation", "department", "unit")


@dataclass(frozen=True)
class Pin:
    """Which sources decide a relation, and whether also the day does."""

    sources: list[str]
    by_day: bool = False


# The relations that take longest or that several points read: over many days they are found once for each state of
# the imports, not once a day and reader. For a single day, planning that would take longer than it saves.
PINNED: Final = {
    "units_at": Pin(["staff", "systems"]),
    "persons_at": Pin(["staff"], by_day=True),
    "systems_in_use_at": Pin(["systems"]),
    "active_processing_at": Pin(["processing"]),
    "local_instruction_at": Pin(["local_instruction"]),
    "incidents_at": Pin(["incidents"]),
    "breaches_at": Pin(["breaches"]),
    "processors_at": Pin(["processors"]),
}


class Status(StrEnum):
    """What a figure says against its target (rulebook, section 1)."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    NO_BASIS = "no_basis"
    NOTHING_TO_ASSESS = "nothing_to_assess"


@dataclass(frozen=True)
class Coverage:
    """A point counted for an organisation, a department or a unit on a day.

    `basis` is whether every export that the point needs is there; where it is not, nothing is counted. `few` marks a
    figure of so few persons, or from which that of so few could be told, that it is not shown to all.
    `approved` marks one that stands in the approved review of its year, and is what it was then.
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

    @property
    def of(self) -> int:
        """The denominator: met, unmet and unknown."""
        return self.met + self.unmet + self.unknown

    @property
    def coverage(self) -> float | None:
        """Met of all, 0–1 and unrounded; None where there is no basis or nothing to assess."""
        return self.met / self.of if self.basis and self.of else None

    @property
    def of_answered(self) -> float | None:
        """Met of those that the export says anything of."""
        answered = self.met + self.unmet
        return self.met / answered if self.basis and answered else None

    @cached_property
    def target(self) -> Target:
        """The target in force on the day."""
        return self.point.target(self.as_of)

    @property
    def status(self) -> Status:
        """The unrounded coverage against target and limit."""
        if not self.basis:
            return Status.NO_BASIS
        if self.coverage is None:
            return Status.NOTHING_TO_ASSESS
        if self.coverage >= self.target.target:
            return Status.GREEN
        return Status.YELLOW if self.coverage >= self.target.limit else Status.RED


@dataclass(frozen=True)
class Basis:
    """Which imports the figures of some days rest on."""

    organisations: tuple[str, ...]
    imports: Rows

    @cached_property
    def _sources(self) -> dict[tuple[str, date], set[str]]:
        """The sources that an organisation has by a day: asked once a row, so kept apart."""
        found: dict[tuple[str, date], set[str]] = {}
        for row in self.imports:
            found.setdefault((row["organisation"], row["as_of"]), set()).add(row["source"])
        return found

    def of(self, organisation: str) -> Rows:
        """The imports of an organisation."""
        return [row for row in self.imports if row["organisation"] == organisation]

    def has(self, point: Point, organisation: str, day: date) -> bool:
        """Whether every export that the point needs is there."""
        return self._sources.get((organisation, day), set()).issuperset(point.needs)

    def used(self, point: Point, organisation: str, day: date) -> Rows:
        """The imports that the point reads."""
        wanted = {*point.needs, *point.uses}
        return [
            r for r in self.imports if r["as_of"] == day and r["organisation"] == organisation and r["source"] in wanted
        ]


def basis(cursor: Cursor, *, days: list[date], known_at: datetime) -> Basis:
    """The imports behind the figures of `days`, and the organisations of the last one; an empty database has one."""
    known = rows(cursor, statement("organisations_on"), {"as_of": max(days), "known_at": known_at})
    found = rows(cursor, statement("basis"), {"days": days, "known_at": known_at})
    return Basis(tuple(row["organisation"] for row in known) or (FIRST_NAME,), found)


def coverage(
    cursor: Cursor, points: tuple[Point, ...], *, days: list[date], known_at: datetime, level: Level
) -> list[Coverage]:
    """Every point counted at one level for each of `days`.

    By organisation there is a row for every point; by department and unit one where the point has items.
    """
    there = basis(cursor, days=days, known_at=known_at)
    with _pinned(cursor, _relations(points, days=days, level=level), days=days, known_at=known_at):
        counted = _counts(cursor, points, there, days=days, known_at=known_at, level=level)
    return [figure for point in points for figure in _figures(point, counted, there, days=days, level=level)]


def _relations(points: tuple[Point, ...], *, days: list[date], level: Level) -> list[str]:
    """Those relations of `PINNED` that pay for themselves."""
    if len(days) == 1:
        return []
    read = {source for point in points for source in (*point.needs, *point.uses)}
    placed = ["units_at"] if level != "organisation" else []
    return placed + [name for name, pin in PINNED.items() if name != "units_at" and read.intersection(pin.sources)]


@contextmanager
def _pinned(cursor: Cursor, relations: list[str], *, days: list[date], known_at: datetime) -> Iterator[None]:
    """Within the block names, the imports behind `days` and `relations` on them are found once on this cursor."""
    _pin_names(cursor, known_at=known_at)
    pinned = ["chosen_imports"]
    table, macro = statement("pin_imports").split(";")
    cursor.execute(table, {"days": days, "known_at": known_at})
    cursor.execute(macro)
    try:
        for relation in relations:
            _pin(cursor, relation, known_at=known_at)
            pinned.append(relation)
        yield
    finally:
        for relation in pinned:
            cursor.execute(f"drop macro table temp.{relation}")
        cursor.execute("drop macro temp.renamed")


@contextmanager
def one_day(cursor: Cursor, day: date, *, known_at: datetime) -> Iterator[None]:
    """Within the block many statements on one day are planned faster: what lies behind the day is found once."""
    with _pinned(cursor, ["units_at"], days=[day], known_at=known_at):
        yield


def _pin_names(cursor: Cursor, *, known_at: datetime) -> None:
    """Hides `renamed` on this cursor by what is known of names at a moment, which most often is nothing."""
    table, called, as_it_stands = statement("pin_names").split(";")
    cursor.execute(table, {"known_at": known_at})
    ((known,),) = cursor.execute("select names is not null from pinned_names").fetchall()
    cursor.execute(called if known else as_it_stands)


def _pin(cursor: Cursor, relation: str, *, known_at: datetime) -> None:
    """Hides a stored macro on this cursor by its own answers, kept once for all days with the same imports."""
    editions, rows_, macro = statement("pin_relation").replace("{relation}", relation).split(";")
    cursor.execute(editions, {"sources": PINNED[relation].sources, "by_day": PINNED[relation].by_day})
    cursor.execute(rows_, {"known_at": known_at})
    cursor.execute(macro)


def _figures(point: Point, counted: Rows, there: Basis, *, days: list[date], level: Level) -> list[Coverage]:
    """A point's figures at one level; an organisation has one also where nothing was counted."""
    figures = [
        _coverage(point, row)
        for row in counted
        if row["point"] == point.number and there.has(point, row["organisation"], row["as_of"])
    ]
    if level != "organisation":
        return figures
    found = {(figure.as_of, figure.organisation): figure for figure in figures}
    return [
        found.get((day, organisation)) or _empty(point, day, organisation, basis=there.has(point, organisation, day))
        for day in days
        for organisation in there.organisations
    ]


def _counts(
    cursor: Cursor, points: tuple[Point, ...], there: Basis, *, days: list[date], known_at: datetime, level: Level
) -> Rows:
    """Counts of a level, of every point that has a basis, in one statement: planned once, it is faster than many."""
    parts: list[str] = []
    values = {"known_at": known_at, "level": level, **_days(days, "")}
    for point in points:
        based = [day for day in days if any(there.has(point, name, day) for name in there.organisations)]
        for parameters, same in _days_by_rules(point, based):
            sql, given = _named_apart(query("points", point.id).sql, parameters, same, mark=f"_{len(parts)}")
            parts.append(f"select {point.number} as point, * from ({sql})")
            values |= given
    if not parts:
        return []
    units = _for_days(statement("units"), days, "")
    sql = f"with items as ({' union all '.join(parts)}), units as ({units}) {statement('coverage')}"
    return rows(cursor, sql, values)


def _named_apart(sql: str, parameters: dict[str, Any], days: list[date], *, mark: str) -> tuple[str, dict[str, Any]]:
    """A point's statement for some days whose `$parameters` end in `mark`, so that many can stand in one."""
    for name in parameters:
        sql = re.sub(rf"\${name}\b", f"${name}{mark}", sql)
    values = {f"{name}{mark}": value for name, value in parameters.items()}
    return _for_days(sql, days, mark), values | _days(days, mark)


def _days_by_rules(point: Point, days: list[date]) -> list[tuple[dict[str, Any], list[date]]]:
    """The days that the same rules hold for, with those rules."""
    groups: list[tuple[dict[str, Any], list[date]]] = []
    for day in days:
        parameters = _parameters(point, day)
        same = next((group for given, group in groups if given == parameters), None)
        if same is None:
            groups.append((parameters, [day]))
        else:
            same.append(day)
    return groups


def _parameters(point: Point, day: date) -> dict[str, Any]:
    """Those numbers and words of the rule that the point's statement asks for."""
    asked = query("points", point.id).names
    return {name: value for name, value in point.parameters(day).items() if name in asked}


def _for_days(sql: str, days: list[date], mark: str) -> str:
    """A statement that describes one day, for each of several; a single day needs no join and is planned faster."""
    if len(days) == 1:
        return f"select $as_of{mark} as as_of, item.* from ({sql.replace('$as_of', f'$as_of{mark}')}) as item"
    lateral = sql.replace("$as_of", "day.as_of")
    return f"select day.as_of, item.* from (select unnest($days{mark}) as as_of) as day, lateral ({lateral}) as item"


def _days(days: list[date], mark: str) -> dict[str, Any]:
    return {f"as_of{mark}": days[0]} if len(days) == 1 else {f"days{mark}": days}


def _coverage(point: Point, row: dict[str, Any]) -> Coverage:
    return Coverage(
        point=point,
        as_of=row["as_of"],
        organisation=row["organisation"],
        department=row["department"],
        unit=row["unit"],
        met=row["met"],
        unmet=row["unmet"],
        unknown=row["unknown"],
        pending=row["pending"],
        exempt=row["exempt"],
        basis=True,
    )


def _empty(point: Point, day: date, organisation: str, *, basis: bool) -> Coverage:
    return Coverage(point, day, organisation, None, None, 0, 0, 0, 0, 0, basis)


def items(cursor: Cursor, point: Point, *, as_of: date, known_at: datetime) -> pa.Table:
    """The items of a point on a day, one row an item with its department; none where the point has no basis.

    Columns: organisation, department, unit, item, label, outcome, reason, detail, due, file, sheet, row.
    """
    there = basis(cursor, days=[as_of], known_at=known_at)
    with_basis = [name for name in there.organisations if there.has(point, name, as_of)]
    return _items(cursor, point, with_basis, as_of=as_of, known_at=known_at, rules=as_of)


def items_of(cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime) -> list[pa.Table]:
    """The items of each of some points on a day, as `items` gives them: what lies behind the day is found once."""
    if len(points) == 1:
        return [items(cursor, points[0], as_of=as_of, known_at=known_at)]
    there = basis(cursor, days=[as_of], known_at=known_at)
    based = [(point, [name for name in there.organisations if there.has(point, name, as_of)]) for point in points]
    with one_day(cursor, as_of, known_at=known_at):
        return [_items(cursor, point, names, as_of=as_of, known_at=known_at, rules=as_of) for point, names in based]


def traced_items(cursor: Cursor, point: Point, *, as_of: date, known_at: datetime) -> pa.Table:
    """The same with `import_id`: where organisations have become one, two may have a file of the same name."""
    cursor.execute(statement("tell_imports"))
    try:
        found = items(cursor, point, as_of=as_of, known_at=known_at)
    finally:
        cursor.execute("drop macro table temp.chosen_imports")
    numbers = pc.cast(found["file"], pa.int32())
    there = basis(cursor, days=[as_of], known_at=known_at).imports
    places = pc.index_in(numbers, pa.array([row["import_id"] for row in there], pa.int32()))
    files = pc.take(pa.array([row["file"] for row in there], pa.string()), places)
    return found.set_column(found.column_names.index("file"), "file", files).append_column("import_id", numbers)


def items_shown(cursor: Cursor, point: Point, *, as_of: date, known_at: datetime, reader: Reader) -> Rows:
    """The items of a point with `import_id`, as the reader sees them."""
    found: Rows = traced_items(cursor, point, as_of=as_of, known_at=known_at).to_pylist()
    return reader.items(point, found)


@dataclass(frozen=True)
class Assessed:
    """The items of an organisation as `items` gives them; without a basis there are none."""

    basis: bool
    items: Rows


def assessed(
    cursor: Cursor, asked: list[tuple[Point, date, date]], *, known_at: datetime, organisation: str
) -> list[Assessed]:
    """An organisation's items for each (point, day, day whose rules hold): what lies behind the days is found once."""
    points, days = tuple({point.id: point for point, _, _ in asked}.values()), sorted({day for _, day, _ in asked})
    there = basis(cursor, days=days, known_at=known_at)
    relations = _relations(points, days=days, level="unit") if len(points) > 1 else []
    with _pinned(cursor, relations, days=days, known_at=known_at):
        return [
            Assessed(
                basis=True,
                items=_items(cursor, point, [organisation], as_of=day, known_at=known_at, rules=rules).to_pylist(),
            )
            if there.has(point, organisation, day)
            else Assessed(basis=False, items=[])
            for point, day, rules in asked
        ]


def _items(
    cursor: Cursor, point: Point, organisations: list[str], *, as_of: date, known_at: datetime, rules: date
) -> pa.Table:
    sql = f"with items as ({query('points', point.id).sql}), units as ({statement('units')}) {statement('items')}"
    given = {"as_of": as_of, "known_at": known_at, "organisations": organisations}
    found: pa.Table = cursor.sql(sql, params=given | _parameters(point, rules)).to_arrow_table()
    return found


def run(cursor: Cursor, asked: Query, *, as_of: date, known_at: datetime, values: dict[str, Any]) -> pa.Table:
    """The rows of a figure, a check or an extract: a statement with a header, given what it asks for."""
    given = {"as_of": as_of, "known_at": known_at, **values}
    found: pa.Table = cursor.sql(asked.sql, params={name: given[name] for name in asked.names}).to_arrow_table()
    return found
