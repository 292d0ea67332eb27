"""Named extracts: the rows of one statement in `queries/extracts/`, as a reader may see them.

wanted = extract(cursor, "missing", points=points, as_of=day, known_at=EVERYTHING_KNOWN, reader=reader)
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.access.disclosure import Plans, about_incidents
from compliance.access.permissions import NOT_ALLOWED
from compliance.access.reader import Reader
from compliance.core.errors import Refusal
from compliance.core.language import N_, Texts
from compliance.counting.assessing import basis_on, plans, run
from compliance.counting.figures import load_figures, rule_parameters
from compliance.counting.relations import Inputs, Relation, relations, words_of
from compliance.counting.separated import Cells
from compliance.declarations.points import Point
from compliance.declarations.queries import query
from compliance.extracts import heading, planned
from compliance.extracts.declared import Definition, declared, extract_by
from compliance.review.planning import load_wheel
from compliance.store import packs
from compliance.store.database import Cursor, Rows
from compliance.wording.reasons import details_of

# The relations that later rooms count.
MORE: Final[Mapping[str, Relation]] = {
    "planned_moments": planned.year_wheel,
    "actions_left": planned.actions,
    "looked_ahead": heading.looked_ahead,
}
# The relations that can be limited to one review point.
BY_POINT: Final = frozenset(
    {"point_items", "counted", "counted_by_month", "looked_ahead", "shown_figures", "review_points"}
)


@dataclass(frozen=True)
class Extract:
    """The rows of a named extract for a day, with codes as codes, and the imports behind them.

    `words` gives the texts of each code, by the set that a column names.
    """

    definition: Definition
    table: pa.Table
    as_of: date
    organisation: str | None
    point: Point | None
    imports: Rows
    words: Mapping[str, Mapping[str, Texts]]


def extract(
    cursor: Cursor,
    name: str,
    *,
    points: tuple[Point, ...],
    as_of: date,
    known_at: datetime,
    point: Point | None = None,
    organisation: str | None = None,
    own: Path | None = None,
    reader: Reader,
    known: dict[str, pa.Table] | None = None,
) -> Extract:
    """Return the rows of the extract `name`, of one review point or organisation if given.

    For a reader who may not see persons' names nothing identifies a person: names, employee ids and the free text of
    incidents are empty, and no figure of a unit covers, or reveals one that covers, fewer than five persons. `known` is
    what several extracts of all points share; it is filled.
    """
    definition = extract_by(name)
    if not definition.permitted(reader):
        raise Refusal(NOT_ALLOWED)
    statement = query("extracts", name)
    if point and not by_point(name):
        raise Refusal(N_("The extract {name} is not divided by review points. Ask for it without one."), name=name)
    own_figures, shared = load_figures(own), {} if known is None or point else known
    inputs = Inputs(points, point, own_figures, as_of, known_at, persons=reader.named, own=own, known=shared)
    with relations(cursor, statement.sql, inputs, MORE):
        table = run(cursor, statement, as_of=as_of, known_at=known_at, values=rule_parameters(points, as_of))
    if organisation is not None:
        table = table.filter(pc.is_in(table["organisation"], pa.array([organisation])))
    table = reader.table(table)
    if not reader.named:
        if not reader.whole and "label" in table.column_names:
            table = _visible_items(table, points, plans(cursor, points, days=[as_of], known_at=known_at), as_of)
        table = _nameless(table, definition, points, reader)
    basis = basis_on(cursor, days=[as_of], known_at=known_at)
    imports = [row for row in reader.limited(basis.imports) if organisation in (None, row["organisation"])]
    return Extract(definition, table, as_of, organisation, point, imports, _words(cursor, definition, inputs))


def _words(cursor: Cursor, definition: Definition, inputs: Inputs) -> dict[str, Mapping[str, Texts]]:
    """The words of the sets of codes that the columns name, and of answers.

    A decision can be about the point of a pack that is off by now, and an export be of its source.
    """
    every = packs.declared(cursor, inputs.own)
    words: dict[str, Mapping[str, Texts]] = {
        "points": {point.id: point.title for point in (*every.points, *inputs.points)},
        "sources": {source.id: source.title for source in every.sources.values()},
    }
    named = {column.words for column in definition.columns if column.words}
    return {name: words.get(name) or _set_of(name, inputs) for name in sorted({"answers", "sources", *named})}


def _set_of(name: str, inputs: Inputs) -> Mapping[str, Texts]:
    if name == "figures":
        return {figure.id: figure.title for figure in inputs.figures}
    if name == "reasons":
        return {f"{point.id}:{code}": texts for point in inputs.points for code, texts in point.reasons.items()}
    if name == "reports":
        year = inputs.as_of.year
        return {f"{each.id}-{year}": each.called(year) for each in load_wheel(inputs.own).reports}
    words: dict[str, Texts] = declared()["words"][name]
    return words | _details_of_packs(inputs.points) if name == "details" else words


def _details_of_packs(points: Iterable[Point]) -> dict[str, Texts]:
    """The words of the details of points of packs, by point and detail: two can call a field the same."""
    return {f"{p.id}:{name}": texts for p in points if p.pack for name, texts in details_of(p).items()}


def by_point(name: str) -> bool:
    """Whether an extract can be limited to one review point."""
    return bool(BY_POINT.intersection(words_of(query("extracts", name).sql)))


# --- names ---------------------------------------------------------------------------------------


def _nameless(table: pa.Table, wanted: Definition, points: tuple[Point, ...], reader: Reader) -> pa.Table:
    """Return the table without anything that names a person or could be traced to one (rulebook, section 5)."""
    for column in wanted.columns:
        if column.personal:
            table = with_values(table, column.name, pa.nulls(len(table), table.schema.field(column.name).type))
        elif column.free:
            cleaned = _changed(table[column.name], lambda text: reader.text(text) if text else text)
            table = with_values(table, column.name, cleaned)
        if column.shared:
            table = with_values(table, column.name, _shared(table[column.name], least=reader.least_shared))
    if "label" not in table.column_names:
        return table
    persons = [point.id for point in points if point.persons]
    # a file, too, may be of a unit
    for name in ("item", "label", "department", "unit", "file", "sheet", "row", "import_id"):
        table = _emptied(table, name, of=persons)
    # label and detail of an incident are its free text
    incidents = [point.id for point in points if about_incidents(point)]
    for name in ("label", "detail"):
        table = _emptied(table, name, of=incidents)
    return _mixed(table, of=persons)


def _visible_items(table: pa.Table, points: tuple[Point, ...], hiding: Plans, day: date) -> pa.Table:
    """The rows of an extract of items without those of hidden units, which a reader of a part could count."""
    persons = {point.id for point in points if point.persons}
    places = table.select(["id", "organisation", "department", "unit"]).to_pylist()
    kept = [
        row["id"] not in persons
        or not hiding.hides_part(row["organisation"], day, department=row["department"], unit=row["unit"])
        for row in places
    ]
    return table.filter(pa.array(kept, pa.bool_()))


def _changed(values: Cells, change: Callable[[str], str | None]) -> Cells:
    """Apply `change` to a column of texts, once per distinct text."""
    different = [text for text in pc.unique(values).to_pylist() if text is not None]
    changed: Cells = pa.array([change(text) for text in different], pa.string())
    index: Cells = pc.index_in(values, pa.array(different, pa.string()))
    return pc.take(changed, index)


def _shared(values: Cells, *, least: int) -> Cells:
    """Keep only texts that several rows share: a text of one row is somebody's own words."""
    counts = Counter(text.casefold() for text in values.to_pylist() if text is not None)
    return _changed(values, lambda text: text if counts[text.casefold()] >= least else None)


def _mixed(table: pa.Table, *, of: list[str]) -> pa.Table:
    """Sort the rows of some points by outcome: their original order would reveal the units."""
    moved = pc.indices_nonzero(pc.is_in(table["id"], pa.array(of, pa.string())))
    rows = table.take(moved)
    keys = ("organisation", "id")
    # organisations and points keep their order: each is ranked by its first row
    columns: dict[str, Cells] = {name: pc.index_in(rows[name], pc.unique(rows[name])) for name in keys}
    order = pa.table(columns | {name: rows[name] for name in ("outcome", "reason", "due")})
    sorted_: Cells = pc.take(
        moved, pc.sort_indices(order, sort_keys=[(name, "ascending") for name in order.column_names])
    )
    origins = dict(zip(moved.to_pylist(), sorted_.to_pylist(), strict=True))
    return table.take(pa.array([origins.get(place, place) for place in range(len(table))], pa.int64()))


def _emptied(table: pa.Table, name: str, *, of: list[str]) -> pa.Table:
    hidden = pc.is_in(table["id"], pa.array(of, pa.string()))
    empty = pa.scalar(None, table.schema.field(name).type)
    return with_values(table, name, pc.if_else(hidden, empty, table[name]))


def with_values(table: pa.Table, name: str, values: Any) -> pa.Table:
    """The table with other values in a column."""
    return table.set_column(table.column_names.index(name), name, values)
