"""The figures shown next to a review point, outside its coverage: what each counts, and its value on a day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from compliance.core.language import Language, Texts
from compliance.core.places import POINTS
from compliance.counting.assessing import Basis, basis_on, run
from compliance.counting.pins import one_day
from compliance.declarations.declared import Table, build, read_toml, read_with_own
from compliance.declarations.points import Point, in_force
from compliance.declarations.queries import Query, query, statement
from compliance.store.database import Cursor, rows

FIGURES = POINTS.with_name("figures.toml")
Form = Literal["share", "count", "rate"]


@dataclass(frozen=True)
class Definition:
    """What a figure counts.

    It is shown next to `points` (numbers), and without the sources in `needs`, or a column for each field in `reads`
    (as systems.object_leader), it has no basis. `form` says how to read part and whole: share (part of whole), count
    (part alone), rate (part per 100 of whole). `all_points` is the number
    of review points, for `{all_points}` in `definition`. `statement` is the id of the statement that counts it, if it
    has none of its own, and `given` are values of it.
    """

    id: str
    points: tuple[int, ...]
    form: Form
    title: Texts
    definition: Texts
    needs: tuple[str, ...]
    dated_parameters: tuple[Table, ...] = field(default=(), metadata={"key": "parameters"})
    dated_notes: tuple[Table, ...] = field(default=(), metadata={"key": "notes"})
    all_points: int = 0
    reads: tuple[str, ...] = ()
    statement: str = ""
    given: Table = field(default_factory=dict)

    @property
    def query(self) -> Query:
        """The statement that counts it."""
        return query("figures", self.statement or self.id)

    def values(self, points: tuple[Point, ...], day: date) -> dict[str, Any]:
        """What its statement is given on a day: the rules of all points, and of the one beside it."""
        beside = next(({"wanted": p.id} | p.parameters(day) for p in points if (p.number,) == self.points), {})
        return rule_parameters(points, day) | beside | self.parameters(day) | self.given

    def parameters(self, day: date) -> dict[str, Any]:
        """The numbers in force on a day."""
        row = in_force(self.dated_parameters, day) if self.dated_parameters else {}
        return {key: value for key, value in row.items() if key != "from"}

    def explained(self, day: date) -> Texts:
        """The definition in plain words, with the numbers and notes in force on a day."""
        notes = self.notes(day)
        return {
            code: " ".join([self._filled(text, code, day), *(note[code] for note in notes)])
            for code, text in self.definition.items()
        }

    def _filled(self, text: str, code: str, day: date) -> str:
        return text.format(all_points=Language(code).in_words(self.all_points), **self.parameters(day))

    def notes(self, day: date) -> list[Texts]:
        """How the figure relates to the legal rules that apply by a day."""
        return [row["text"] for row in self.dated_notes if row["from"] <= day]


@dataclass(frozen=True)
class Figure:
    """A figure of an organisation on a day; part and whole are None if a needed export is missing, or a column of one.

    `whole` is None for a plain count too. `missing` are the fields, as systems.object_leader, that have no column.
    """

    definition: Definition
    as_of: date
    organisation: str
    part: int | None
    whole: int | None
    basis: bool
    missing: tuple[str, ...] = ()

    @property
    def explained(self) -> Texts:
        """What it counts, in the words in force on its day."""
        return self.definition.explained(self.as_of)

    @property
    def share(self) -> float | None:
        """Part of whole, 0–1; None if there is no basis, nothing to count, or no whole."""
        if self.definition.form != "share" or self.part is None or not self.whole:
            return None
        return self.part / self.whole

    @property
    def per_hundred(self) -> float | None:
        """Part per hundred of whole, for a rate; None as for `share`."""
        if self.definition.form != "rate" or self.part is None or not self.whole:
            return None
        return 100 * self.part / self.whole


def load_figures(own: Path | None) -> tuple[Definition, ...]:
    """The definitions in display order, with the organisation's own numbers from the folder `own`."""
    points = len(read_toml(POINTS)["points"])
    return tuple(
        build(Definition, entry, file=FIGURES.name, at=id_, id=id_, all_points=points)
        for id_, entry in read_with_own(FIGURES, own)["figures"].items()
    )


def figures(
    cursor: Cursor, definitions: tuple[Definition, ...], *, points: tuple[Point, ...], as_of: date, known_at: datetime
) -> list[Figure]:
    """Every figure for every organisation, in the order of the definitions."""
    columns = columns_on(cursor, as_of=as_of, known_at=known_at)
    with one_day(cursor, as_of, known_at=known_at):
        basis = basis_on(cursor, points, days=[as_of], known_at=known_at)
        return [
            figure
            for definition in definitions
            for figure in _counted(cursor, definition, basis, columns, points=points, as_of=as_of, known_at=known_at)
        ]


@dataclass(frozen=True)
class Columns:
    """The fields that the imports behind a day have a column for, by organisation and source, one set an import."""

    imports: dict[tuple[str, str], list[frozenset[str] | None]]

    def missing(self, reads: Iterable[str], organisation: str) -> tuple[str, ...]:
        """Those of some fields, as systems.object_leader, that no import of their source has a column for."""
        return tuple(name for name in reads if all(self._lacking(name, organisation)))

    def partly_missing(self, reads: Iterable[str], organisation: str) -> tuple[str, ...]:
        """Those that some import of their source has no column for."""
        return tuple(name for name in reads if any(self._lacking(name, organisation)))

    def _lacking(self, name: str, organisation: str) -> list[bool]:
        source, _, field = name.partition(".")
        imports = self.imports.get((organisation, source)) or [None]
        return [fields is not None and field not in fields for fields in imports]


def columns_on(cursor: Cursor, *, as_of: date, known_at: datetime) -> Columns:
    """Return the columns that the imports behind a day have."""
    imports: dict[tuple[str, str], list[frozenset[str] | None]] = {}
    for row in rows(cursor, statement("columns_read"), {"as_of": as_of, "known_at": known_at}):
        fields = None if row["fields"] is None else frozenset(row["fields"])
        imports.setdefault((row["organisation"], row["source"]), []).append(fields)
    return Columns(imports)


def rule_parameters(points: tuple[Point, ...], day: date) -> dict[str, Any]:
    """Rule parameters on a day, as `<point id>_<name>`, and numbers as `point_numbers`: of the product's points.

    No figure is of a pack, whose names could be taken for another point's.
    """
    own = [point for point in points if not point.pack]
    rules = {f"{point.id}_{name}": value for point in own for name, value in point.parameters(day).items()}
    return rules | {"point_numbers": [point.number for point in own]}


def _counted(
    cursor: Cursor,
    definition: Definition,
    basis: Basis,
    columns: Columns,
    *,
    points: tuple[Point, ...],
    as_of: date,
    known_at: datetime,
) -> list[Figure]:
    values = definition.values(points, as_of)
    with_exports = {name for name in basis.organisations if _has(basis, definition, name, as_of, values=values)}
    missing = {name: columns.missing(definition.reads, name) for name in with_exports}
    counts: dict[str, tuple[int | None, int | None]] = {}
    if not all(missing.values()):
        table = run(cursor, definition.query, as_of=as_of, known_at=known_at, values=values)
        counts = {row["organisation"]: (row["part"], row["whole"]) for row in table.to_pylist()}
    for name in with_exports:
        # a statement that needs a column of every import has none to count where one lacks it
        if not missing[name] and counts[name][0] is None:
            missing[name] = columns.partly_missing(definition.reads, name)
    found = {name: counts[name] for name in with_exports if not missing[name]}
    return [
        Figure(
            definition,
            as_of,
            name,
            *found.get(name, (None, None)),
            basis=name in found,
            missing=missing.get(name, ()),
        )
        for name in basis.organisations
    ]


def _has(basis: Basis, definition: Definition, organisation: str, day: date, *, values: dict[str, Any]) -> bool:
    """Whether the exports that a figure needs are loaded, and have the courses that its statement asks for."""
    sources = {row["source"] for row in basis.of(organisation)}
    asked = definition.query.names
    courses = {name.removesuffix("_codes") for name in asked} | ({values["wanted"]} if "wanted" in asked else set())
    without = {id_ for on, name, id_ in basis.without_course if (on, name) == (day, organisation)}
    return sources.issuperset(definition.needs) and courses.isdisjoint(without)
