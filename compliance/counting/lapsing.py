"""What lapses month by month if nothing is done: the items of a day that will not be met later (rulebook, Outlook).

    found = lapsing(cursor, points, as_of=day, known_at=EVERYTHING_KNOWN)
    found.counted(scope)                     # how many of each point in each month
    found.items(scope, found.months[:2])

An item belongs to the first month at whose end it is not met, with the exports of the day and the rules of then. What
lapses up to December is what the outlook of 31 December says lapses.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.access.scopes import Scope
from compliance.core.language import folded, month_end
from compliance.counting.assessing import Basis, basis_within, each_day, every_item, packs_counted
from compliance.counting.outlook import newer_exports
from compliance.counting.pins import courses_of, pinned, relations_of
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, Rows

MONTHS: Final = 12
PLACE: Final = ("organisation", "department", "unit")
_TYPES: Final[dict[str, pa.DataType]] = {
    "month": pa.date32(),
    "point": pa.int32(),
    **dict.fromkeys((*PLACE, "item", "label"), pa.string()),
    "due": pa.date32(),
}
_SCHEMA: Final = pa.schema(_TYPES)


@dataclass(frozen=True)
class Lapsing:
    """What lapses in each of `months`, which are their last days; `table` has a row for each item, by its last day.

    `past` are the organisations and points of which a later export is loaded: nothing is ahead of them.
    """

    points: tuple[Point, ...]
    months: tuple[date, ...]
    table: pa.Table
    past: frozenset[tuple[str, str]]

    def is_past(self, point: Point, scope: Scope) -> bool:
        """Whether a point of the scope's organisation has a later export."""
        return (folded(scope.organisation), point.id) in self.past

    def parts(self, scope: Scope) -> Rows:
        """How many items, `n`, of each point lapse in each month, by the parts of a scope."""
        grouped = self.table.group_by(["month", "point", *PLACE]).aggregate([([], "count_all")])
        return [
            row for row in grouped.rename_columns([*grouped.column_names[:-1], "n"]).to_pylist() if scope.holds(row)
        ]

    def counted(self, scope: Scope) -> Counter[tuple[int, date]]:
        """How many items of each point, by its number, lapse in each month."""
        counted: Counter[tuple[int, date]] = Counter()
        for row in self.parts(scope):
            counted[row["point"], row["month"]] += row["n"]
        return counted

    def items(self, scope: Scope, months: tuple[date, ...]) -> Rows:
        """The items of a scope that lapse in some months."""
        table = self.table.filter(pc.field("month").isin(pa.array(months, pa.date32())))
        return [row for row in table.to_pylist() if scope.holds(row)]


def months_ahead(as_of: date) -> tuple[date, ...]:
    """The last days of twelve months: that of the day first, unless the day is its last."""
    ends = [month_end(as_of + timedelta(days=1))]
    while len(ends) < MONTHS:
        ends.append(month_end(ends[-1] + timedelta(days=1)))
    return tuple(ends)


def lapsing(cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime) -> Lapsing:
    """Find what is met on a day and lapses in the months ahead, of the points whose items last."""
    points = tuple(point for point in points if not point.of_the_year)
    months = months_ahead(as_of)
    days = [as_of, *months]
    relations, courses = relations_of(points, days=days, level="unit"), courses_of(points, days=days)
    newer = newer_exports(cursor, as_of=as_of, known_at=known_at)
    with pinned(cursor, relations, days=days, known_at=known_at, exports_until=as_of, courses=courses):
        basis = basis_within(cursor, points, days=[as_of], known_at=known_at, ahead=days)
        with packs_counted(cursor, each_day(points, days), basis, known_at=known_at) as basis:
            table = _items(cursor, points, basis, days=days, known_at=known_at)
    past = frozenset(
        (folded(name), point.id)
        for name in basis.organisations
        for point in points
        if any((name, source) in newer for source in point.needs)
    )
    return Lapsing(points, months, _with_basis(table, points, basis, past=past, as_of=as_of), past)


def _items(
    cursor: Cursor, points: tuple[Point, ...], basis: Basis, *, days: list[date], known_at: datetime
) -> pa.Table:
    every, params = every_item(points, basis, days=days)
    if not every:
        return _SCHEMA.empty_table()
    params |= {"day": days[0], "end": days[0].replace(month=12, day=31), "as_of": days[0], "known_at": known_at}
    sql = f"with every_item as ({every}), units as ({statement('units')}) {statement('lapsing')}"
    found: pa.Table = cursor.sql(sql, params=params).to_arrow_table()
    return found.cast(_SCHEMA)


def _with_basis(
    table: pa.Table,
    points: tuple[Point, ...],
    basis: Basis,
    *,
    past: frozenset[tuple[str, str]],
    as_of: date,
) -> pa.Table:
    """The items of the organisations and points that have a basis, and no later export."""
    told = [
        f"{point.number} {name}"
        for point in points
        for name in basis.organisations_with(point, as_of)
        if (folded(name), point.id) not in past
    ]
    places = pc.binary_join_element_wise(pc.field("point").cast(pa.string()), pc.field("organisation"), pc.scalar(" "))
    return table.filter(places.isin(pa.array(told, pa.string())))
