"""A point requirement by requirement: how many units of each part of a place meet it.

    found = requirements_on(cursor, point, place=scope, as_of=day, known_at=moment)
    found[0].whole, found[0].parts["Culture"]

Only of a point whose items are declared to be requirements (`requirements`): each is a requirement of a unit, by label.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from compliance.access.scopes import Scope
from compliance.core.language import folded, swedish_order
from compliance.counting.apart import OUTCOMES, statement_of
from compliance.counting.assessing import (
    Coverage,
    basis_on,
    each_day,
    figure_of,
    packs_counted,
    parameters_in_force,
)
from compliance.counting.pins import pinned
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, Rows, rows

NUMBERS: Final = re.compile(r"\d{1,18}|\D+")


@dataclass(frozen=True)
class Requirement:
    """A requirement in a place as a whole and in its parts by name; `reason` is why a lone unit does not meet it."""

    label: str
    whole: Coverage
    parts: Mapping[str, Coverage]
    reason: str | None = None


def requirements_on(
    cursor: Cursor, point: Point, *, place: Scope, as_of: date, known_at: datetime
) -> tuple[Requirement, ...]:
    """The requirements in the order of their numbers: of an organisation by department, of a department by unit."""
    with pinned(cursor, [], days=[as_of], known_at=known_at):
        basis = basis_on(cursor, (point,), days=[as_of], known_at=known_at)
        with packs_counted(cursor, each_day((point,), [as_of]), basis, known_at=known_at) as basis:
            if not basis.organisations_with(point, as_of):
                return ()
            items, values = statement_of(point, parameters_in_force(point, as_of))
            sql = f"with items as ({items}), units as ({statement('units')}) {statement('requirements')}"
            counted = rows(cursor, sql, {"as_of": as_of, "known_at": known_at, **_place(place), **values})
    by_label: defaultdict[str, Rows] = defaultdict(list)
    for row in counted:
        by_label[folded(row["requirement"])].append(row)
    found = (_requirement(point, as_of, place, each) for each in by_label.values())
    return tuple(sorted(found, key=lambda each: by_number(each.label)))


def _place(place: Scope) -> dict[str, Any]:
    department = None if place.unit else place.department
    by_unit = place.level != "organisation"
    return {"organisation": place.organisation, "department": department, "unit": place.unit, "by_unit": by_unit}


def _requirement(point: Point, day: date, place: Scope, counted: Rows) -> Requirement:
    whole = figure_of(point, day, place=place, basis=True, counts=_sum(counted))
    parts = {
        row[place.below]: figure_of(point, day, place=_part(place, row), basis=True, counts=row)
        for row in counted
        if row[place.below] and not place.unit
    }
    return Requirement(counted[0]["requirement"], whole, parts, counted[0]["reason"] if place.unit else None)


def _part(place: Scope, row: Mapping[str, Any]) -> Scope:
    return Scope(place.organisation, row["department"], row["unit"])


def _sum(counted: Rows) -> dict[str, int]:
    return {name: sum(row[name] for row in counted) for name in OUTCOMES}


def by_number(label: str) -> tuple[tuple[int, int, str], ...]:
    """The place of a requirement in a list: by the numbers in it, so that 10 comes after 9.

    >>> sorted(["10 b", "9 a", "Övrigt"], key=by_number)
    ['9 a', '10 b', 'Övrigt']
    """
    parts = NUMBERS.findall(label.strip())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, swedish_order(part)) for part in parts)


def weakest_first(found: Iterable[Requirement]) -> list[str]:
    """The names of all parts, the one that meets the smallest share of its requirements first."""
    met, of = defaultdict[str, int](int), defaultdict[str, int](int)
    for requirement in found:
        for name, figure in requirement.parts.items():
            met[name] += figure.met
            of[name] += figure.of
    return sorted(of, key=lambda name: (met[name] / of[name] if of[name] else 1.0, swedish_order(name)))
