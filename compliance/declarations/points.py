"""The review points: their questions, and the targets, parameters and laws in force on a day."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.hints import nearest
from compliance.core.language import N_, Texts
from compliance.core.places import POINTS
from compliance.declarations.declared import Table, build, own_table, read_toml, read_with_own
from compliance.declarations.queries import Query, parsed_once, query
from compliance.declarations.sources import Source, product_sources

# The source whose rows are of courses.
COURSES: Final = "training"


@dataclass(frozen=True)
class Target:
    """The shares from which a point is green (`target`) and yellow (`limit`)."""

    target: float
    limit: float


@dataclass(frozen=True)
class Point:
    """A review point. `needs` are the sources without which it has no basis, `uses` those that it also reads.

    The items of one that is `of_the_year` are a year's cases, so that what was late stays late. Those of others last
    until they lapse: `lapsing` says of how many, as one and many, and what they are, as thing and things. `turned` are
    a point's own words for how many now meet the requirement (done) or no longer do (lapsed), likewise. `brief` is a
    name of few letters, where `short` is long. `each` says that one item in so many is met, for a point with few.
    With `requirements`, a heading, each item is a requirement of a unit. `reads` are the columns with the evidence that
    it asks for, and `reads_without` those that it asks for only without another export. One of a `pack` brings its
    `statement` and its `sources`.
    """

    id: str
    number: int
    title: Texts
    short: Texts
    question: Texts
    items: Texts
    fulfilled: Texts
    rule: Texts
    needs: tuple[str, ...]
    reasons: dict[str, Texts]
    targets: tuple[Table, ...]
    uses: tuple[str, ...] = ()
    persons: bool = False
    mandatory_practice: bool = False
    dated_parameters: tuple[Table, ...] = field(default=(), metadata={"key": "parameters"})
    laws: tuple[Table, ...] = field(default=(), metadata={"key": "law"})
    of_the_year: bool = False
    lapsing: dict[str, Texts] = field(default_factory=dict)
    turned: dict[str, dict[str, Texts]] = field(default_factory=dict)
    brief: Texts = field(default_factory=dict)
    each: Texts = field(default_factory=dict)
    requirements: Texts = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    reads_without: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pack: str = ""
    statement: str = ""
    sources: tuple[Source, ...] = ()

    @property
    def cache_key(self) -> str:
        """What tells a point from others while the rules stay the same."""
        return self.id

    @property
    def query(self) -> Query:
        """The statement of its items, with its header. A frozen point of a pack has it in its review instead."""
        if self.pack and not self.statement:
            raise ValueError(f"The statement of the point {self.id} of {self.pack} is among those of its review.")
        return parsed_once(self.id, self.statement) if self.statement else query("points", self.id)

    def source(self, id_: str) -> Source:
        """One of its own sources, or of the product's."""
        return next((source for source in self.sources if source.id == id_), None) or product_sources()[id_]

    def target(self, day: date) -> Target:
        """The target in force on a day."""
        row = in_force(self.targets, day)
        return Target(row["target"], row["limit"])

    def parameters(self, day: date) -> dict[str, Any]:
        """The parameters of the rule in force on a day, with texts in lower case as they are compared."""
        row = in_force(self.dated_parameters, day) if self.dated_parameters else {}
        return {key: _folded(value) for key, value in row.items() if key != "from"}

    def course(self, day: date) -> dict[str, Any] | None:
        """What `without_course.sql` asks of a point about a course on a day; None for any other point."""
        return course_of(self, self.parameters(day))

    def rules_begin_between(self, first: date, last: date) -> bool:
        """Whether parameters of the rule begin after a day, up to another."""
        return any(first < _start(row) <= last for row in self.dated_parameters)

    def law(self, day: date) -> list[Texts]:
        """The laws and local rules of the point in force up to a day, the newest first."""
        return [row["text"] for row in sorted(self.laws, key=_start, reverse=True) if row["from"] <= day]


def course_of(point: Point, rule: Mapping[str, Any]) -> dict[str, Any] | None:
    """What `without_course.sql` asks of a point about a course, by its rule; None for any other point."""
    if COURSES not in point.needs or not {"codes", "names"} <= rule.keys():
        return None
    return {"wanted": point.id, "codes": rule["codes"], "names": rule["names"]}


def load_points(own: Path | None) -> tuple[Point, ...]:
    """The product's review points in order, with the organisation's own values from the folder `own`."""
    table = read_with_own(POINTS, own)
    ids = read_toml(POINTS)["points"]
    built = (build(Point, table["points"][id_], file=POINTS.name, at=id_, id=id_) for id_ in ids)
    points = (replace(point, reasons=table["reasons"] | point.reasons) for point in built)
    return tuple(sorted(points, key=lambda point: point.number))


def load_todo(own: Path | None) -> dict[str, dict[str, Texts]]:
    """What is done about an item that is not met: by the id of its point and its reason."""
    table = read_with_own(POINTS, own)
    common = table.get("todo", {})
    return {id_: common | table["points"][id_].get("todo", {}) for id_ in read_toml(POINTS)["points"]}


def refuse_unknown_points(own: Path | None, known: Collection[str]) -> None:
    """Raise Refusal if the organisation's own file has values for a point that is none of the known ones."""
    for id_ in own_table(POINTS, own).get("points", {}):
        if id_ not in known:
            raise Refusal(
                N_(
                    "The file {file} has values for a review point {id}, which there is not; the nearest is {near}."
                    " A point of your own is a folder that is checked and installed: see docs/points.md."
                ),
                file=POINTS.name,
                id=id_,
                near=nearest(id_, sorted(known), cutoff=0.3),
            )


@dataclass(frozen=True)
class AskedColumn:
    """A field that a point, a figure or an extract counts by, whose column an export of its source can lack.

    With `without` it is asked for only where there is no export of that source.
    """

    source: str
    field: str
    without: str | None = None


@cache
def columns_asked() -> frozenset[AskedColumn]:
    """The columns that the product asks for."""
    kinds = (
        ("points", POINTS),
        ("figures", POINTS.with_name("figures.toml")),
        ("extracts", POINTS.with_name("extracts.toml")),
    )
    tables = [table for kind, path in kinds for table in read_toml(path)[kind].values()]
    return frozenset().union(*(_asked(table.get("reads", ()), table.get("reads_without", {})) for table in tables))


def columns_asked_by(point: Point) -> frozenset[AskedColumn]:
    """The columns that a point asks for."""
    return _asked(point.reads, point.reads_without)


def _asked(reads: Iterable[str], reads_without: Mapping[str, Iterable[str]]) -> frozenset[AskedColumn]:
    always = {_column(name, None) for name in reads}
    return frozenset(always | {_column(name, other) for other, names in reads_without.items() for name in names})


def _column(name: str, without: str | None) -> AskedColumn:
    source, _, field = name.partition(".")
    return AskedColumn(source, field, without)


def fields_asked() -> dict[str, frozenset[str]]:
    """The fields of each source whose columns are asked for, be it only without another export."""
    asked = columns_asked()
    return {source: frozenset(c.field for c in asked if c.source == source) for source in {c.source for c in asked}}


def in_force(rows: tuple[Table, ...], day: date) -> Table:
    """The row with the latest `from` not after `day`, the last of several; before all of them, the earliest row."""
    ordered = sorted(rows, key=_start)
    begun = [row for row in ordered if row["from"] <= day]
    return begun[-1] if begun else ordered[0]


def point_by(points: tuple[Point, ...], param: str) -> Point:
    """The point with a number or an id. Raise Refusal, with the nearest id, if there is none."""
    for point in points:
        if param in {str(point.number), point.id}:
            return point
    raise Refusal(
        N_("There is no review point {said}. Use a number from 1 to {last}, or an id such as {near}."),
        said=param,
        last=points[-1].number,
        near=nearest(param, [point.id for point in points], cutoff=0.3),
    )


def _start(row: Table) -> date:
    start: date = row["from"]
    return start


def _folded(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return [word.casefold() for word in value]
    return value
