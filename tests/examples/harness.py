"""The worked examples of the product's own statements, as `compliance.checking.examples` reads and compares them.

The format is described in compliance/checking/FORMAT.md. Used by tests/counting/test_examples.py and tools/mutate.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from compliance.checking import examples
from compliance.checking.examples import (
    ORGANISATION,
    Answer,
    Case,
    Mistake,
    Table,
    Values,
    answer_of,
    differences,
    insert,
    known,
    orders,
    parameters_asked,
    read_cases,
    value_of,
    with_file,
)
from compliance.counting import outlook
from compliance.counting.assessing import Coverage, coverage
from compliance.counting.figures import Definition as FigureDefinition
from compliance.counting.figures import load_figures, rule_parameters
from compliance.counting.pins import pinned
from compliance.counting.quality import declared
from compliance.counting.relations import Inputs, relations
from compliance.declarations import queries
from compliance.declarations.points import Point, load_points, point_by
from compliance.declarations.queries import without_comments
from compliance.declarations.sources import Source, Words, load_sources, load_values
from compliance.extracts.extracting import MORE
from compliance.store.database import Cursor

EXAMPLES = Path(__file__).parent
FOLDERS = ("points", "figures", "outlook", "quality", "extracts")
# What examples of other statements than those of points say beside.
KEYS = {"point": str, "level": str, "days": tuple[date, ...], "points": int, "reviewed": str}
# What is kept of an import beside its rows; given with a column `import`, the key of the import that it belongs to.
DETAILS = ("problems", "import_facts", "import_rows")
# What is written in the reviews, or said of courses, which is of no import.
WRITTEN = ("reviews", "review_states", "decisions", "follow_ups", "courses_said", "meanings")
BESIDE = {*DETAILS, *WRITTEN}
# What an example tells of an item beside the columns of its statement.
FILE = "file"
# What `compliance.counting.assessing.coverage` gives is no statement's columns: their types stand here.
COVERAGE_TYPES = {
    "as_of": "date",
    "organisation": "varchar",
    "department": "varchar",
    "unit": "varchar",
    "met": "bigint",
    "unmet": "bigint",
    "unknown": "bigint",
    "pending": "bigint",
    "exempt": "bigint",
    "coverage": "double",
    "status": "varchar",
    "basis": "boolean",
}


def cases(path: Path) -> list[Case]:
    """The cases of an example in their order."""
    file = path.relative_to(EXAMPLES.parents[1]).as_posix()
    return [*read_cases(path.read_text("utf-8"), file=file, folder=path.parent.name, id_=path.stem, beside=KEYS)]


# --- loading -----------------------------------------------------------------------------------


def fill(cursor: Cursor, case: Case) -> None:
    """Loads the case's exports as the loader leaves them, and what is kept or written beside them."""
    examples.fill(cursor, case, sources(), beside=BESIDE)
    for name in set(DETAILS).intersection(case.given):
        _add_details(cursor, case.given[name], name=name, imports=examples.exports(case, beside=BESIDE))
    for name in set(WRITTEN).intersection(case.given):
        _add_written(cursor, case.given[name], name=name)


def _add_details(cursor: Cursor, table: Table, *, name: str, imports: list[str]) -> None:
    types = column_types(cursor, f"from {name}", {}) | {"import": "varchar"}
    known(table.names, types, where=f"{table.where}, the heading")
    for number, line in enumerate(table.lines, 1):
        row: Values = {"sheet_number": 0}
        for column, cell in zip(table.names, line.cells, strict=True):
            row[column] = value_of(cell, types[column], where=f"{table.where}, row {number}, column {column}")
        said = row.pop("import")
        known({said}, imports, where=f"{table.where}, row {number}, column import")
        insert(cursor, name, {"import_id": imports.index(said) + 1} | row)


def _add_written(cursor: Cursor, table: Table, *, name: str) -> None:
    types = column_types(cursor, f"from {name}", {})
    known(table.names, types, where=f"{table.where}, the heading")
    for number, line in enumerate(table.lines, 1):
        where = f"{table.where}, row {number}"
        cells = zip(table.names, line.cells, strict=True)
        row = {column: value_of(cell, types[column], where=f"{where}, column {column}") for column, cell in cells}
        insert(cursor, name, row | ({"withdrawn": row.get("withdrawn", False)} if name == "decisions" else {}))


@cache
def sources() -> dict[str, Source]:
    """The product's sources."""
    return load_sources(None)


@cache
def _words() -> Words:
    return load_values(None)


# --- asking ------------------------------------------------------------------------------------


def column_types(cursor: Cursor, sql: str, parameters: Values) -> dict[str, str]:
    """The columns of a statement with their types, as the database says."""
    return {name: type_.lower() for name, type_, *_ in cursor.execute(f"describe {sql}", parameters).fetchall()}


@cache
def text_of(folder: str, name: str) -> str:
    """The statement of an example without its comments."""
    return without_comments(queries.text_of(f"{folder}/{name}.sql"))


def defaults(case: Case) -> Values:
    """Every parameter that the product would give the case's statement."""
    point = case.beside.get("point")
    points = _points()[: case.beside.get("points")]
    given: Values = {"as_of": case.as_of, "known_at": case.known_at, "days": days_of(case)}
    given |= rule_parameters(points, case.as_of)
    own = case.id if case.folder == "points" else point
    if own:
        given |= point_by(points, own).parameters(case.as_of)
    if case.folder == "figures":
        beside = {each.number for each in points if point in (None, each.id)}
        figure = next(f for f in _figures() if case.id in (f.id, f.statement) and beside.intersection(f.points))
        given |= figure.values(points, case.as_of)
    return given | case.parameters


def days_of(case: Case) -> list[date]:
    """The days that a case describes."""
    return list(case.beside.get("days", (case.as_of,)))


@cache
def _points() -> tuple[Point, ...]:
    return load_points(None)


@cache
def _figures() -> tuple[FigureDefinition, ...]:
    return load_figures(None)


def answer(cursor: Cursor, case: Case, sql: str | None = None) -> Answer:
    """The types and rows that the case's statement gives, or those of `sql` in its place."""
    if (case.folder, case.id) == ("app", "coverage"):
        return COVERAGE_TYPES, [_figure(figure) for figure in _coverage(cursor, case)]
    asked = sql or statement_of(case)
    if case.folder == "points":
        asked = with_file(asked)
    given = parameters_asked(case, asked, defaults(case))
    with _relations(cursor, case, asked):
        return answer_of(cursor, asked, given)


def _relations(cursor: Cursor, case: Case, sql: str) -> AbstractContextManager[None]:
    """What an outlook, an extract or a check reads besides the exports, as the product gives it."""
    if case.folder == "quality":
        return declared(cursor, sources(), _words())
    if (case.folder, case.id) == ("app", "basis"):
        return pinned(cursor, [], days=days_of(case), known_at=case.known_at)
    wanted = case.beside.get("point")
    if case.folder == "outlook":
        asked = (point_by(_points(), wanted or ""),)
        moment: Values = {"as_of": case.as_of, "known_at": case.known_at, "reviewed": _reviewed(asked[0], case)}
        return outlook.relations(cursor, outlook.asked_on(cursor, asked, **moment))
    if case.folder != "extracts":
        return nullcontext()
    point, points = point_by(_points(), wanted) if wanted else None, case.beside.get("points")
    return extract_relations(cursor, sql, as_of=case.as_of, known_at=case.known_at, point=point, points=points)


def _reviewed(point: Point, case: Case) -> list[Coverage]:
    """The figure of the last approved review, if the case has one."""
    if "reviewed" not in case.beside:
        return []
    met, of = map(int, case.beside["reviewed"].split("/"))
    year = case.as_of.replace(year=case.as_of.year - 1)
    return [Coverage(point, year, ORGANISATION, None, None, met, of - met, 0, 0, 0, basis=True)]


@contextmanager
def extract_relations(
    cursor: Cursor,
    sql: str,
    *,
    as_of: date,
    known_at: datetime,
    point: Point | None = None,
    points: int | None = None,
) -> Iterator[None]:
    """The relations that an extract's or a check's statement names, computed for a day."""
    inputs = Inputs(_points()[:points], point, _figures(), as_of=as_of, known_at=known_at)
    with relations(cursor, sql, inputs, MORE), declared(cursor, sources(), _words()):
        yield


def statement_of(case: Case) -> str:
    """The statement that the case asks; `items` stands on a point's statement and the units, as in the product."""
    sql = text_of(case.folder, case.id)
    if (case.folder, case.id) == ("app", "items"):
        point = text_of("points", case.beside.get("point", ""))
        return f"with items as ({point}), units as ({text_of('app', 'units')}) {sql}"
    return sql


def _coverage(cursor: Cursor, case: Case) -> list[Coverage]:
    asked = (point_by(_points(), case.beside.get("point", "")),)
    level: Any = case.beside.get("level", "organisation")
    return coverage(cursor, asked, days=days_of(case), known_at=case.known_at, level=level)


def _figure(figure: Coverage) -> Values:
    return {name: getattr(figure, name) for name in COVERAGE_TYPES} | {"status": figure.status.value}


def check(cursor: Cursor, case: Case, sql: str | None = None) -> list[Mistake]:
    """What does not hold of a case whose exports are loaded."""
    return differences(case, answer(cursor, case, sql), ordered=orders(text_of(case.folder, case.id)))


@cache
def parameter_types(folder: str, name: str) -> dict[str, str]:
    """The `$parameters` that a statement's header says, each with its type."""
    header = queries.text_of(f"{folder}/{name}.sql").partition("\n\n")[0]
    lines = header.partition("-- parameters:")[2].partition("-- columns:")[0]
    return dict(re.findall(r"^--   (\w+) \(([^:]+)\): ", lines, flags=re.MULTILINE))
