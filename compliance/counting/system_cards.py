"""What is known of each system: its outcome in every demand, how many of them are gaps, and the rows behind one system.

A demand is what is asked of a system in use. Those that are review points have the outcome of the point's own item;
the others follow the figures beside the points (data/figures.toml). The core knows no language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from compliance.access.reader import Reader
from compliance.counting.assessing import basis_on, one_day
from compliance.counting.extracts import Given, relations
from compliance.counting.figures import Definition
from compliance.declarations.points import Point, point_by
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, Rows, rows

# What is asked of a system, in the order that it is shown in, and the exports that must be there to tell.
DEMANDS: Final[dict[str, tuple[str, ...]]] = {
    "leader": ("systems",),
    "classification": ("systems",),
    "plan": ("classification_actions",),
    "risk_analysis": ("systems",),
    "access": ("access_reviews",),
    "processing": ("processing",),
    "agreement": ("processors",),
}
# The point that a demand belongs to: its own, or the one beside which it is shown.
POINT_OF: Final = {
    "leader": "classification",
    "classification": "classification",
    "plan": "classification",
    "risk_analysis": "risk_analysis",
    "access": "access",
    "processing": "processing_record",
    "agreement": "processor_agreements",
}
# What counts as a gap: also what the exports do not say, as in the coverage of the points.
GAPS: Final = frozenset({"unmet", "unknown"})


@dataclass(frozen=True)
class Card:
    """Everything that is known of one system.

    `register` is what the register says; the others are the rows of each export that are about it. `sources` are the
    exports that are there, `tolerance` the highest risk value that is tolerated on the day. `named` is whether persons
    and incidents are named to the reader: where they are not, those fields are empty.
    """

    register: dict[str, Any]
    classifications: Rows
    actions: Rows
    risks: Rows
    reviews: Rows
    processings: Rows
    agreements: Rows
    incidents: Rows
    sources: frozenset[str]
    tolerance: int
    named: bool

    @property
    def latest_classification(self) -> Rows:
        """The classifications of the latest day."""
        return [row for row in self.classifications if row["latest"]]

    @property
    def latest_risks(self) -> Rows:
        """The risks of the latest analysis."""
        return [row for row in self.risks if row["latest"]]


def is_gap(row: Mapping[str, Any], demand: str) -> bool:
    """Whether a system of the list has a gap in a demand."""
    return row[f"{demand}_outcome"] in GAPS


def systems(cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime, reader: Reader) -> Rows:
    """Every system in use, one row each, those with most gaps first.

    Of each demand its `<demand>_outcome` (met, unmet, unknown, exempt; none where nothing is asked, None where an
    export is missing), `<demand>_reason` and `<demand>_due`; `gaps` counts the demands that are unmet or unknown.
    """
    asked = statement("system_list")
    given = _given(points, as_of=as_of, known_at=known_at)
    with one_day(cursor, as_of, known_at=known_at), relations(cursor, asked, given):
        return reader.limited(rows(cursor, asked, {"as_of": as_of, "known_at": known_at}))


def card(
    cursor: Cursor,
    points: tuple[Point, ...],
    definitions: tuple[Definition, ...],
    *,
    organisation: str,
    system: str,
    as_of: date,
    known_at: datetime,
    reader: Reader,
) -> Card | None:
    """One system of the register, in use or not, whatever the case of its name; None where there is none.

    A system is called what it is called; in what else somebody wrote no person is named.
    """
    day = {"as_of": as_of, "known_at": known_at, "organisation": organisation}
    with one_day(cursor, as_of, known_at=known_at):
        named = rows(cursor, statement("system_register"), day | {"system": system})
        found = reader.limited(_with_department(cursor, row, as_of=as_of, known_at=known_at) for row in named)
        if not found:
            return None
        one = day | {"system": found[0]["system"]}
        return _card(cursor, points, definitions, found[0], one, reader=reader)


def _with_department(cursor: Cursor, row: dict[str, Any], *, as_of: date, known_at: datetime) -> dict[str, Any]:
    units = rows(cursor, statement("units"), {"as_of": as_of, "known_at": known_at})
    own = (unit["department"] for unit in units if all(unit[name] == row[name] for name in ("organisation", "unit")))
    return row | {"department": next(own, None)}


def _card(
    cursor: Cursor,
    points: tuple[Point, ...],
    definitions: tuple[Definition, ...],
    register: dict[str, Any],
    one: dict[str, Any],
    *,
    reader: Reader,
) -> Card:
    """The rows of each export about the system of `one`, its organisation and day."""
    as_of, known_at = one["as_of"], one["known_at"]
    given = _given(points, as_of=as_of, known_at=known_at)
    tolerance = _number(definitions, "risks_without_action", "tolerance", as_of)
    validity = point_by(points, "classification").parameters(as_of)["validity_months"]
    there = basis_on(cursor, days=[as_of], known_at=known_at)

    def seen(found: Rows, *persons: str) -> Rows:
        return [reader.row(row, persons=persons) for row in found]

    return Card(
        reader.row(register, persons=("object_owner", "object_leader"), kept=("system", "unit", "file", "sheet")),
        classifications=seen(rows(cursor, statement("system_classifications"), one | {"validity_months": validity})),
        actions=seen(rows(cursor, statement("system_actions"), one), "responsible"),
        risks=seen(rows(cursor, statement("system_risks"), one | {"tolerance": tolerance}), "responsible"),
        reviews=seen(rows(cursor, statement("system_reviews"), one), "reviewed_by"),
        processings=seen(_with_items(cursor, "system_processings", given, one)),
        agreements=seen(_with_items(cursor, "system_agreements", given, one | {"supplier": register["supplier"]})),
        incidents=seen(rows(cursor, statement("system_incidents"), one), "title"),
        sources=frozenset(row["source"] for row in there.of(one["organisation"])),
        tolerance=tolerance,
        named=reader.named,
    )


def _given(points: tuple[Point, ...], *, as_of: date, known_at: datetime) -> Given:
    return Given(points, None, (), as_of, known_at)


def _with_items(cursor: Cursor, name: str, given: Given, values: dict[str, Any]) -> Rows:
    """The rows of a statement that reads items of points."""
    with relations(cursor, statement(name), given):
        return rows(cursor, statement(name), values)


def _number(definitions: tuple[Definition, ...], figure: str, name: str, day: date) -> int:
    """A number of a figure in force on a day."""
    found: int = next(definition for definition in definitions if definition.id == figure).parameters(day)[name]
    return found
