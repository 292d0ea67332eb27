"""Each system: its outcome in every demand, how many of them are gaps, and the rows behind one system.

A demand is a requirement on a system in use. Those that are review points have the outcome of the point's own item; the
others follow the figures next to the points (data/figures.toml). This module knows no language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from compliance.access.reader import Reader
from compliance.counting.assessing import basis_on
from compliance.counting.figures import Definition
from compliance.counting.pins import one_day
from compliance.counting.relations import Inputs, relations
from compliance.declarations.points import Point, point_by
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, Rows, rows

Row = dict[str, Any]
# The demands on a system in display order, and the exports needed to judge each.
DEMANDS: Final[dict[str, tuple[str, ...]]] = {
    "leader": ("systems",),
    "classification": ("systems",),
    "plan": ("classification_actions",),
    "risk_analysis": ("systems",),
    "access": ("access_reviews",),
    "processing": ("processing",),
    "agreement": ("processors",),
}
# The point a demand belongs to: its own, or the one it is shown next to.
POINT_OF: Final = {
    "leader": "classification",
    "classification": "classification",
    "plan": "classification",
    "risk_analysis": "risk_analysis",
    "access": "access",
    "processing": "processing_record",
    "agreement": "processor_agreements",
}
# The outcomes that are gaps; like coverage, they include what the exports do not answer.
GAPS: Final = frozenset({"unmet", "unknown"})


@dataclass(frozen=True)
class Card:
    """Everything known about one system.

    `register` is its row in the register; the others are the rows of each export about it. `sources` are the exports
    that are loaded, `tolerance` the highest tolerated risk value on the day. `named` is whether the reader may see
    names of persons and incidents; otherwise those fields are empty.
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
    """Whether a row of `systems` has a gap in a demand."""
    return row[f"{demand}_outcome"] in GAPS


def systems(cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime, reader: Reader) -> Rows:
    """Return every system in use, one row each, most gaps first.

    For each demand, `<demand>_outcome` (met, unmet, unknown, exempt; none if nothing is required, None if an export is
    missing), `<demand>_reason` and `<demand>_due`; `gaps` counts the demands that are unmet or unknown. A late action
    is a gap of the plan alone, though point 4 does not count such a classification as met.
    """
    sql = statement("system_list")
    inputs = _inputs(points, as_of=as_of, known_at=known_at)
    with one_day(cursor, as_of, known_at=known_at), relations(cursor, sql, inputs):
        listed = reader.limited(rows(cursor, sql, {"as_of": as_of, "known_at": known_at}))
    return listed if reader.named else [row | {"object_leader": None} for row in listed]


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
    """Return one system of the register, in use or not, ignoring case; None if there is no such system.

    The system keeps its name; persons' names are hidden in all other free text.
    """
    day = {"as_of": as_of, "known_at": known_at, "organisation": organisation}
    with one_day(cursor, as_of, known_at=known_at):
        registered = rows(cursor, statement("system_register"), day | {"system": system})
        visible = reader.limited(_with_departments(cursor, registered, as_of=as_of, known_at=known_at))
        if not visible:
            return None
        params = day | {"system": visible[0]["system"]}
        return _card(cursor, points, definitions, visible[0], params, reader=reader)


def _with_departments(cursor: Cursor, table: Iterable[Row], *, as_of: date, known_at: datetime) -> Rows:
    units = rows(cursor, statement("units"), {"as_of": as_of, "known_at": known_at})
    departments = {(unit["organisation"], unit["unit_key"]): unit["department"] for unit in units}
    return [row | {"department": departments.get((row["organisation"], (row["unit"] or "").lower()))} for row in table]


def _card(
    cursor: Cursor,
    points: tuple[Point, ...],
    definitions: tuple[Definition, ...],
    register: dict[str, Any],
    params: dict[str, Any],
    *,
    reader: Reader,
) -> Card:
    """Collect the rows of each export about the system of `one`, its organisation and day."""
    as_of, known_at = params["as_of"], params["known_at"]
    inputs = _inputs(points, as_of=as_of, known_at=known_at)
    tolerance = _number(definitions, "risks_without_action", "tolerance", as_of)
    validity = point_by(points, "classification").parameters(as_of)["validity_months"]
    basis = basis_on(cursor, days=[as_of], known_at=known_at)

    def visible(table: Rows, *persons: str) -> Rows:
        return [reader.row(row, persons=persons) for row in table]

    def within(table: Rows) -> Rows:
        return table if reader.whole else _within(cursor, table, params, reader=reader)

    return Card(
        reader.row(register, persons=("object_owner", "object_leader"), kept=("system", "unit", "file", "sheet")),
        classifications=visible(
            rows(cursor, statement("system_classifications"), params | {"validity_months": validity})
        ),
        actions=visible(rows(cursor, statement("system_actions"), params), "responsible"),
        risks=visible(rows(cursor, statement("system_risks"), params | {"tolerance": tolerance}), "responsible"),
        reviews=visible(rows(cursor, statement("system_reviews"), params), "reviewed_by"),
        processings=visible(within(_with_items(cursor, "system_processings", inputs, params))),
        agreements=visible(
            within(_with_items(cursor, "system_agreements", inputs, params | {"supplier": register["supplier"]}))
        ),
        incidents=visible(within(rows(cursor, statement("system_incidents"), params)), "title"),
        sources=frozenset(row["source"] for row in basis.of(params["organisation"])),
        tolerance=tolerance,
        named=reader.named,
    )


def _within(cursor: Cursor, table: Rows, params: dict[str, Any], *, reader: Reader) -> Rows:
    """The rows of units within the reader's limit: others too may use a system, or have an incident with it."""
    of_units = (row | {"organisation": params["organisation"]} for row in table)
    return reader.limited(_with_departments(cursor, of_units, as_of=params["as_of"], known_at=params["known_at"]))


def _inputs(points: tuple[Point, ...], *, as_of: date, known_at: datetime) -> Inputs:
    return Inputs(points, None, (), as_of, known_at)


def _with_items(cursor: Cursor, name: str, inputs: Inputs, params: dict[str, Any]) -> Rows:
    """The rows of a statement that reads items of points."""
    with relations(cursor, statement(name), inputs):
        return rows(cursor, statement(name), params)


def _number(definitions: tuple[Definition, ...], figure: str, name: str, day: date) -> int:
    """A parameter of a figure in force on a day."""
    number: int = next(definition for definition in definitions if definition.id == figure).parameters(day)[name]
    return number
