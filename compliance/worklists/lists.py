"""What is left to do, unit by unit: each item that is not met, since when, and what is done about it.

    planned = Asking(organisation, as_of, known_at, points, todo, managers)
    lists = work_lists(cursor, planned, reader)

*Since* is the first export since which an item has not been met, or the day after it lapsed if that lies between this
export and the one before.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.core.language import Texts, folded, swedish_order
from compliance.counting.assessing import COLUMN_MISSING, items, items_of, left_on
from compliance.counting.pins import one_day
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.review.dossier import REMAINING
from compliance.store.database import Cursor, Rows, rows
from compliance.worklists.contacts import Contact, Contacts, contacts
from compliance.worklists.notes import Notes, Renamed, renamed

# How many days of exports are looked back upon.
MOST_DAYS: Final = 60


@dataclass(frozen=True)
class Asking:
    """The organisation and the day, and what is declared: the points, what is done, and words in positions of heads."""

    organisation: str
    as_of: date
    known_at: datetime
    points: tuple[Point, ...]
    todo: Mapping[str, Mapping[str, Texts]]
    managers: tuple[str, ...]

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of a statement."""
        return {"organisation": self.organisation, "as_of": self.as_of, "known_at": self.known_at}


@dataclass(frozen=True)
class Left:
    """An item that is not met: its point, its row, since when, what is done, and who answers for it.

    `earlier` is whether it may have been so even longer: no export tells of a day before.
    """

    point: Point
    item: Mapping[str, Any]
    since: date
    earlier: bool
    todo: Texts
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True)
class WorkList:
    """What is left in a unit, by point. The unit None is the organisation as a whole."""

    unit: str | None
    department: str | None
    contact: Contact | None
    left: tuple[Left, ...]

    def by_point(self) -> dict[int, list[Left]]:
        """What is left, by the number of the point."""
        found: dict[int, list[Left]] = {}
        for each in self.left:
            found.setdefault(each.point.number, []).append(each)
        return found


def work_lists(cursor: Cursor, asking: Asking, reader: Reader) -> tuple[WorkList, ...]:
    """The list of each unit in which something is left, those with most first. It names persons: of who may see them.

    Raise Refusal to anybody else.
    """
    reader.require_named()
    every = [row for row in items_left(cursor, asking) if reader.may(Permission.SEE_ITEMS) and reader.limited([row[1]])]
    since = _since(cursor, asking, every)
    known = contacts(cursor, asking.params, managers=asking.managers)
    by_unit: dict[str, list[Left]] = {}
    for (point, row), (day, earlier) in zip(every, since, strict=True):
        of_system = known.of_system(row["item"]) if point.needs[0] == "systems" else ()
        todo = asking.todo.get(point.id, {}).get(row["reason"] or "", {})
        by_unit.setdefault(folded(row["unit"]), []).append(Left(point, row, day, earlier, todo, of_system))
    lists = (_list(left, known) for left in by_unit.values())
    return tuple(sorted(lists, key=lambda each: (-len(each.left), swedish_order(each.unit or ""))))


def _list(left: list[Left], known: Contacts) -> WorkList:
    """A list. It goes to nobody but who leads all of it: who answers for a system sees no other items."""
    unit, department = left[0].item["unit"], left[0].item["department"]
    one = all(each.item["department"] == department for each in left)
    return WorkList(unit, department, known.of_unit(unit, department if one else None), tuple(left))


def items_left(cursor: Cursor, asking: Asking) -> Iterator[tuple[Point, dict[str, Any]]]:
    """Each item that is left for some unit of an organisation, with its point. They name persons."""
    with one_day(cursor, asking.as_of, known_at=asking.known_at, organisation=asking.organisation):
        tables = items_of(cursor, asking.points, as_of=asking.as_of, known_at=asking.known_at)
    for point, table in zip(asking.points, tables, strict=True):
        for row in table.to_pylist():
            if row["organisation"] == asking.organisation and is_of_unit(row):
                yield point, row


def is_of_unit(row: Mapping[str, Any]) -> bool:
    """Whether an item is left for a unit to do. What an export has no column for is not the unit's to mend."""
    return row["outcome"] in REMAINING and row["reason"] != COLUMN_MISSING


def statuses(
    cursor: Cursor, point: Point, written: Notes, *, organisation: str, as_of: date, known_at: datetime
) -> Counter[str]:
    """How many items that are left of a point have each status."""
    if not written.by_key:
        return Counter()
    table = items(cursor, point, as_of=as_of, known_at=known_at)
    own = (row for row in table.to_pylist() if row["organisation"] == organisation and is_of_unit(row))
    return Counter(note.status for row in own if (note := written.of(point, row)) and note.status)


# --- Since when ---------------------------------------------------------------------------------------------------


def _since(cursor: Cursor, asking: Asking, every: Sequence[tuple[Point, Mapping[str, Any]]]) -> list[tuple[date, bool]]:
    """The first day since which each of the items has not been met, and whether it may have been so before."""
    wanted = {point.id for point, _ in every}
    days = [(point, _days(cursor, asking, point)) for point in asking.points if point.id in wanted]
    past = left_on(cursor, days, known_at=asking.known_at, organisation=asking.organisation)
    called = _called(cursor, asking, past)
    names = {
        point.id: {day: {folded(called(point, row)) for row in found} for day, found in past.get(point.id, {}).items()}
        for point, _ in days
    }
    return [_first(names[point.id], folded(called(point, row)), row["due"], asking.as_of) for point, row in every]


def _days(cursor: Cursor, asking: Asking, point: Point) -> list[date]:
    """The day itself and the newest days before it of the exports that a point reads."""
    params = asking.params | {"sources": [*point.needs, *point.uses]}
    days = {row["extract_date"] for row in rows(cursor, statement("extract_days"), params)}
    return sorted({*days, asking.as_of})[-MOST_DAYS:]


def _called(cursor: Cursor, asking: Asking, past: Mapping[str, Mapping[date, Rows]]) -> Renamed:
    by_id = {point.id: point for point in asking.points}
    systems, units = set[str](), set[str]()
    for id_, days in past.items():
        every = [row for found in days.values() for row in found]
        if by_id[id_].needs[0] == "systems":
            systems |= {row["item"] for row in every}
        units |= {row["unit"] for row in every if row["unit"]}
    names = {"system": systems, "unit": units}
    return renamed(cursor, names, as_of=asking.as_of, known_at=asking.known_at)


def _first(days: Mapping[date, set[str]], name: str, due: date | None, as_of: date) -> tuple[date, bool]:
    """The first of the days from which a name is in all, and whether there is no day before.

    It is the day after it was due, if that lies between.
    """
    first, before = as_of, date.min
    for day in sorted(days, reverse=True):
        if name not in days[day]:
            before = day
            break
        first = day
    if due and before <= due < first:
        return due + timedelta(days=1), False
    return first, before == date.min
