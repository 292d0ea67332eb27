"""What is known of each system: its outcome in every demand, how many of them are gaps, and the rows behind one system.

A demand is what is asked of a system in use. Those that are review points have the outcome of the point's own item;
the others follow the figures beside the points (data/figures.toml). The core knows no language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from compliance.counting.assessing import basis, one_day
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
    exports that are there, `tolerance` the highest risk value that is tolerated on the day.
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


def systems(cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime) -> Rows:
    """Every system in use, one row each, those with most gaps first.

    Of each demand its `<demand>_outcome` (met, unmet, unknown, exempt; none where nothing is asked, None where an
    export is missing), `<demand>_reason` and `<demand>_due`; `gaps` counts the demands that are unmet or unknown.
    """
    asked = statement("system_list")
    given = _given(points, as_of=as_of, known_at=known_at)
    with one_day(cursor, as_of, known_at=known_at), relations(cursor, asked, given):
        return rows(cursor, asked, {"as_of": as_of, "known_at": known_at})


def card(
    cursor: Cursor,
    points: tuple[Point, ...],
    definitions: tuple[Definition, ...],
    *,
    organisation: str,
    system: str,
    as_of: date,
    known_at: datetime,
) -> Card | None:
    """One system of the register, in use or not, whatever the case of its name; None where there is none."""
    day = {"as_of": as_of, "known_at": known_at, "organisation": organisation}
    with one_day(cursor, as_of, known_at=known_at):
        found = rows(cursor, statement("system_register"), day | {"system": system})
        return _card(cursor, points, definitions, found[0], day | {"system": found[0]["system"]}) if found else None


def _card(
    cursor: Cursor,
    points: tuple[Point, ...],
    definitions: tuple[Definition, ...],
    register: dict[str, Any],
    one: dict[str, Any],
) -> Card:
    """The rows of each export about the system of `one`, its organisation and day."""
    as_of, known_at = one["as_of"], one["known_at"]
    given = _given(points, as_of=as_of, known_at=known_at)
    tolerance = _number(definitions, "risks_without_action", "tolerance", as_of)
    validity = point_by(points, "classification").parameters(as_of)["validity_months"]
    there = basis(cursor, days=[as_of], known_at=known_at)
    return Card(
        register,
        classifications=rows(cursor, statement("system_classifications"), one | {"validity_months": validity}),
        actions=rows(cursor, statement("system_actions"), one),
        risks=rows(cursor, statement("system_risks"), one | {"tolerance": tolerance}),
        reviews=rows(cursor, statement("system_reviews"), one),
        processings=_with_items(cursor, "system_processings", given, one),
        agreements=_with_items(cursor, "system_agreements", given, one | {"supplier": register["supplier"]}),
        incidents=rows(cursor, statement("system_incidents"), one),
        sources=frozenset(row["source"] for row in there.of(one["organisation"])),
        tolerance=tolerance,
    )


def for_others(found: Card, clean: Callable[[str], str]) -> Card:
    """The card as others than the coordinator may see it: no person, and no free text of an incident.

    `clean` takes the names of persons out of what else somebody wrote; a system is called what it is called.
    """

    def told(rows_: Rows, *unseen: str) -> Rows:
        return [_cleaned(row, clean) | dict.fromkeys(unseen) for row in rows_]

    (register,) = told([found.register], "object_owner", "object_leader")
    return replace(
        found,
        register=register | {name: found.register[name] for name in ("system", "unit", "file", "sheet")},
        classifications=told(found.classifications),
        actions=told(found.actions, "responsible"),
        risks=told(found.risks, "responsible"),
        reviews=told(found.reviews, "reviewed_by"),
        processings=told(found.processings),
        agreements=told(found.agreements),
        incidents=told(found.incidents, "title"),
    )


def _cleaned(row: Mapping[str, Any], clean: Callable[[str], str]) -> dict[str, Any]:
    return {name: clean(value) if isinstance(value, str) else value for name, value in row.items()}


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
