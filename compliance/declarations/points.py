"""The review points: what is asked, and which targets, numbers and laws hold on a day."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from compliance.core.errors import Refusal
from compliance.core.hints import nearest
from compliance.core.language import N_, Texts
from compliance.core.places import POINTS
from compliance.declarations.declared import Table, complete, read_with_own


@dataclass(frozen=True)
class Target:
    """From which share a point is green, and from which it is yellow."""

    target: float
    limit: float


@dataclass(frozen=True)
class Point:
    """One review point. `needs` are the sources without which it has no basis, `uses` those that it also reads."""

    id: str
    number: int
    title: Texts
    short: Texts
    question: Texts
    items: Texts
    fulfilled: Texts
    rule: Texts
    needs: tuple[str, ...]
    uses: tuple[str, ...]
    persons: bool
    mandatory_practice: bool
    reasons: dict[str, Texts]
    targets: tuple[Table, ...]
    dated_parameters: tuple[Table, ...]
    laws: tuple[Table, ...]

    def target(self, day: date) -> Target:
        """The target in force on a day."""
        row = in_force(self.targets, day)
        return Target(row["target"], row["limit"])

    def parameters(self, day: date) -> dict[str, Any]:
        """The numbers and words of the rule in force on a day; texts in lower case, as they are compared."""
        row = in_force(self.dated_parameters, day) if self.dated_parameters else {}
        return {key: _folded(value) for key, value in row.items() if key != "from"}

    def law(self, day: date) -> list[Texts]:
        """The laws and local rules that the point has followed up to a day, the newest first."""
        return [row["text"] for row in sorted(self.laws, key=_start, reverse=True) if row["from"] <= day]


def load_points(own: Path | None) -> tuple[Point, ...]:
    """The review points in their order, with the organisation's own values from the folder `own`."""
    table = read_with_own(POINTS, own)
    points = [_point(id_, given, table["reasons"]) for id_, given in table["points"].items()]
    return tuple(sorted(points, key=lambda point: point.number))


def in_force(rows: tuple[Table, ...], day: date) -> Table:
    """The row whose `from` is the latest not after `day` (the last of several), else the first there is."""
    ordered = sorted(rows, key=_start)
    begun = [row for row in ordered if row["from"] <= day]
    return begun[-1] if begun else ordered[0]


def point_by(points: tuple[Point, ...], said: str) -> Point:
    """The point of a number or an id; a Refusal that names the nearest."""
    for point in points:
        if said in {str(point.number), point.id}:
            return point
    raise Refusal(
        N_("There is no review point {said}. Use a number from 1 to {last}, or an id such as {near}."),
        said=said,
        last=points[-1].number,
        near=nearest(said, [point.id for point in points], cutoff=0.3),
    )


def _start(row: Table) -> date:
    start: date = row["from"]
    return start


def _folded(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return [word.casefold() for word in value]
    return value


def _point(id_: str, given: Table, common: dict[str, Texts]) -> Point:
    with complete(
        N_("The file {file} lacks the key {key} of the point {point}. Add it and start again."),
        file=POINTS.name,
        point=id_,
    ):
        return Point(
            id=id_,
            number=given["number"],
            title=given["title"],
            short=given["short"],
            question=given["question"],
            items=given["items"],
            fulfilled=given["fulfilled"],
            rule=given["rule"],
            needs=tuple(given["needs"]),
            uses=tuple(given.get("uses", ())),
            persons=given.get("persons", False),
            mandatory_practice=given.get("mandatory_practice", False),
            reasons=common | given["reasons"],
            targets=tuple(given["targets"]),
            dated_parameters=tuple(given.get("parameters", ())),
            laws=tuple(given.get("law", ())),
        )
