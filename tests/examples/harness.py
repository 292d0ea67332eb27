"""Reads the worked examples, loads what they give into a database, and compares what a statement answers.

The format is described in FORMAT.md. Used by tests/counting/test_examples.py and tests/mutate.py.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

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
from compliance.store.database import EVERYTHING_KNOWN, Cursor

EXAMPLES = Path(__file__).parent
FOLDERS = ("points", "figures", "outlook", "quality", "extracts")
KEYS = {"title", "as_of", "known_at", "given", "imports", "parameters", "expected", "point", "level", "days"}
KEYS |= {"names", "aliases", "points", "reviewed"}
IMPORT_KEYS = {"extract_date", "imported_at", "completes", "revoked_at", "organisation", "file", "columns", "lacks"}
ALIAS_KEYS = {"kind", "old", "new", "valid_from", "made_at", "removed_at", "follows"}
ORGANISATION = "Förvaltningen"
# What is kept of an import beside its rows; given with a column `import`, the key of the import that it belongs to.
DETAILS = ("problems", "import_facts", "import_rows")
# What is written in the reviews, or said of courses, which is of no import.
WRITTEN = ("reviews", "review_states", "decisions", "follow_ups", "courses_said", "meanings")
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

Values = dict[str, Any]
Answer = tuple[dict[str, str], list[Values]]


class Mistake(Exception):
    """An example that cannot be read: what is wrong and where."""


@dataclass(frozen=True)
class Line:
    """A row of a text table: its cells as text, and the comment at its end."""

    cells: tuple[str, ...]
    comment: str


@dataclass(frozen=True)
class Table:
    """A text table; `where` names its file, case and key."""

    where: str
    names: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Case:
    """One case of an example: what is given, on which day, and what is expected."""

    folder: str
    id: str
    number: int
    title: str
    as_of: date
    known_at: datetime
    given: dict[str, Table]
    imports: dict[str, Values]
    own_parameters: Values
    expected: Table
    point: str | None
    points: int | None
    level: str
    days: tuple[date, ...]
    names: tuple[Values, ...]
    aliases: tuple[Values, ...]
    reviewed: str | None
    file: str

    @property
    def where(self) -> str:
        """The file and the case in it."""
        return f'{self.file}, case {self.number} "{self.title}"'


# --- reading -----------------------------------------------------------------------------------


def cases(path: Path) -> list[Case]:
    """The cases of an example in their order."""
    file = path.relative_to(EXAMPLES.parents[1]).as_posix()
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Mistake(f"{file}: {error}") from error
    common = {key: value for key, value in document.items() if key != "case"}
    tables = document.get("case", [{}])
    return [_case(_over(common, table), path=path, file=file, number=n) for n, table in enumerate(tables, 1)]


def _over(common: Values, own: Values) -> Values:
    merged = common | own
    for key in ("given", "imports"):
        merged[key] = common.get(key, {}) | own.get(key, {})
    return merged


def _case(told: Values, *, path: Path, file: str, number: int) -> Case:
    title = told.get("title", path.stem.replace("_", " "))
    where = f'{file}, case {number} "{title}"'
    _known(set(told), KEYS, where=where)
    if "as_of" not in told or "expected" not in told:
        raise Mistake(f"{where}: a case needs as_of and expected")
    for key, said in told["imports"].items():
        _known({key}, set(told["given"]), where=f"{where}, imports")
        _known(set(said), IMPORT_KEYS, where=f"{where}, imports.{key}")
    for said in told.get("aliases", ()):
        _known(set(said), ALIAS_KEYS, where=f"{where}, aliases")
    return Case(
        folder=path.parent.name,
        id=path.stem,
        number=number,
        title=title,
        as_of=told["as_of"],
        known_at=told.get("known_at", EVERYTHING_KNOWN),
        given={key: read_table(text, where=f"{where}, given.{key}") for key, text in told["given"].items()},
        imports=told["imports"],
        own_parameters=told.get("parameters", {}),
        points=told.get("points"),
        expected=read_table(told["expected"], where=f"{where}, expected"),
        point=told.get("point"),
        level=told.get("level", "organisation"),
        days=tuple(told.get("days", [told["as_of"]])),
        names=tuple(told.get("names", ())),
        aliases=tuple(told.get("aliases", ())),
        reviewed=told.get("reviewed"),
        file=file,
    )


def _known(said: set[str], known: set[str], *, where: str) -> None:
    if not said <= known:
        raise Mistake(f"{where}: unknown {', '.join(sorted(said - known))}; known: {', '.join(sorted(known))}")


def read_table(text: str, *, where: str) -> Table:
    """A text table: `|` between the columns, the first line its heading, ` # ` before a comment."""
    found = [_line(line) for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not found:
        raise Mistake(f"{where}: a table needs a heading")
    heading, *lines = found
    for number, line in enumerate(lines, 1):
        if len(line.cells) != len(heading.cells):
            raise Mistake(f"{where}, row {number}: found {len(line.cells)} cells, expected {len(heading.cells)}")
    return Table(where, heading.cells, tuple(lines))


def _line(text: str) -> Line:
    cells, _, comment = re.sub(r"(^|\s)# ", "\n", text, count=1).partition("\n")
    return Line(tuple(cell.strip() for cell in cells.split("|")), comment.strip())


# --- values ------------------------------------------------------------------------------------


def value(text: str, type_: str, *, where: str) -> Any:
    """A cell by the type of its column; an empty one is None."""
    if text == "":
        return None
    if type_.endswith("[]"):
        return [value(part.strip(), type_[:-2], where=where) for part in text.split(",")]
    try:
        return _READERS[type_.partition("(")[0]](text)
    except (ValueError, KeyError) as error:
        raise Mistake(f"{where}: found {text!r}, expected a {type_}") from error


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _number(text: str) -> float:
    part, _, whole = text.partition("/")
    return float(part) / float(whole) if whole else float(part)


_READERS: dict[str, Callable[[str], Any]] = {
    "varchar": str,
    "date": date.fromisoformat,
    "timestamp": _moment,
    "boolean": {"true": True, "false": False}.__getitem__,
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint", "hugeint"), int),
    **dict.fromkeys(("double", "decimal"), _number),
}


# --- loading -----------------------------------------------------------------------------------


def fill(cursor: Cursor, case: Case) -> None:
    """Loads the case's exports as the loader leaves them: imports with their columns, rows and revocations."""
    organisations: dict[str, int] = {}
    imports, revocations, columns = [], [], []
    exports = {key: table for key, table in case.given.items() if key not in (*DETAILS, *WRITTEN)}
    for number, (key, table) in enumerate(exports.items(), 1):
        said = case.imports.get(key, {})
        name = said.get("organisation", ORGANISATION)
        organisation = organisations.setdefault(name, len(organisations) + 1)
        imports.append(import_of(case, key) | {"import_id": number, "organisation_id": organisation})
        if "revoked_at" in said:
            revocations.append({"import_id": number, "revoked_at": said["revoked_at"]})
        columns += [(number, place, name) for place, name in enumerate(columns_of(case, key))]
        source = key.partition("__")[0]
        _insert(cursor, source, *({"import_id": number} | row for row in rows_of(cursor, source, table)))
    for name in set(DETAILS).intersection(case.given):
        _add_details(cursor, case.given[name], name=name, imports=list(exports))
    for name in set(WRITTEN).intersection(case.given):
        _add_written(cursor, case.given[name], name=name)
    _insert(cursor, "imports", *imports)
    _insert(cursor, "revocations", *revocations)
    _add_columns(cursor, columns)
    first = [_name(id_, name, datetime(2018, 1, 1)) for name, id_ in (organisations or {ORGANISATION: 1}).items()]
    later = [_name(organisations[said["organisation"]], said["name"], said["named_at"]) for said in case.names]
    _insert(cursor, "organisation_names", *first, *later)
    for number, said in enumerate(case.aliases, 1):
        _add_alias(cursor, case, number=number, said=said)


def _add_alias(cursor: Cursor, case: Case, *, number: int, said: Values) -> None:
    alias = {
        "alias_id": number,
        "kind": said["kind"],
        "old_name": said["old"],
        "new_name": said["new"],
        "valid_from": said["valid_from"],
        "made_at": said.get("made_at", datetime.combine(case.as_of, time(12))),
        "follows": said.get("follows"),
    }
    _insert(cursor, "aliases", alias)
    if "removed_at" in said:
        _insert(cursor, "alias_removals", {"alias_id": number, "removed_at": said["removed_at"]})


def _name(organisation: int, name: str, named_at: datetime) -> Values:
    return {"organisation_id": organisation, "name": name, "named_at": named_at}


def import_of(case: Case, key: str) -> Values:
    """The import of a table of a case, without its numbers."""
    source, _, suffix = key.partition("__")
    said = case.imports.get(key, {})
    dated = re.fullmatch(r"(\d{4})_(\d\d)_(\d\d)", suffix)
    extracted = date(*map(int, dated.groups())) if dated else case.as_of - timedelta(days=1)
    return {
        "source": source,
        "file": said.get("file", f"{key}.xlsx"),
        "extract_date": said.get("extract_date", extracted),
        "completes": said.get("completes", False),
        "imported_at": said.get("imported_at", datetime.combine(case.as_of, time(12))),
        "imported_by": "test",
        "loaded": len(case.given[key].lines),
        "rejected": 0,
        "warnings": 0,
    }


def columns_of(case: Case, key: str) -> list[str]:
    """The fields that an export of a case has columns for: in its table, and those of its source that are empty."""
    source, said = key.partition("__")[0], case.imports.get(key, {})
    every = dict.fromkeys([*case.given[key].names, *_fields(source)])
    return [name for name in said.get("columns", every) if name not in said.get("lacks", ())]


def _add_columns(cursor: Cursor, columns: list[tuple[int, int, str]]) -> None:
    """Adds columns by the number of their import, their place and field; as lists, since each parameter takes long."""
    if columns:
        added = """
            insert into import_columns (import_id, sheet_number, sheet, place, field, heading)
            select import_id, 0, 'Blad1', place, field, field
            from (select unnest($1) as import_id, unnest($2) as place, unnest($3) as field)
        """
        cursor.execute(added, [list(each) for each in zip(*columns, strict=True)])


@cache
def _fields(source: str) -> tuple[str, ...]:
    sources = load_sources(None)
    return tuple(field.name for field in sources[source].fields) if source in sources else ()


def rows_of(cursor: Cursor, source: str, table: Table) -> list[Values]:
    """The rows of an export as they are stored, without their import."""
    types = _types(cursor, source)
    _known(set(table.names), set(types), where=f"{table.where}, the heading")
    codes, rows = codes_of(source), []
    for number, line in enumerate(table.lines, 1):
        row: Values = {"sheet_number": 0, "sheet": "Blad1", "row": number + 1}
        for name, cell in zip(table.names, line.cells, strict=True):
            where = f"{table.where}, row {number}, column {name}"
            row[name] = value(cell, types[name], where=where)
            if name in codes and f"{name}_code" not in table.names:
                row[f"{name}_code"] = codes[name].get(cell.casefold())
        rows.append(row)
    return rows


def _add_details(cursor: Cursor, table: Table, *, name: str, imports: list[str]) -> None:
    types = column_types(cursor, f"from {name}", {}) | {"import": "varchar"}
    _known(set(table.names), set(types), where=f"{table.where}, the heading")
    for number, line in enumerate(table.lines, 1):
        row: Values = {"sheet_number": 0}
        for column, cell in zip(table.names, line.cells, strict=True):
            row[column] = value(cell, types[column], where=f"{table.where}, row {number}, column {column}")
        said = row.pop("import")
        _known({said}, set(imports), where=f"{table.where}, row {number}, column import")
        _insert(cursor, name, {"import_id": imports.index(said) + 1} | row)


def _add_written(cursor: Cursor, table: Table, *, name: str) -> None:
    types = column_types(cursor, f"from {name}", {})
    _known(set(table.names), set(types), where=f"{table.where}, the heading")
    for number, line in enumerate(table.lines, 1):
        where = f"{table.where}, row {number}"
        cells = zip(table.names, line.cells, strict=True)
        row = {column: value(cell, types[column], where=f"{where}, column {column}") for column, cell in cells}
        _insert(cursor, name, row | ({"withdrawn": row.get("withdrawn", False)} if name == "decisions" else {}))


def _insert(cursor: Cursor, table: str, *rows: Values) -> None:
    """Adds rows with the same columns, all by one statement, since each takes as long."""
    if rows:
        names = ", ".join(f'"{name}"' for name in rows[0])
        marks = ", ".join([f"({', '.join('?' * len(rows[0]))})"] * len(rows))
        values = [row[name] for row in rows for name in rows[0]]
        cursor.execute(f"insert into {table} ({names}) values {marks}", values)


@cache
def _sources() -> dict[str, Source]:
    return load_sources(None)


@cache
def _words() -> Words:
    return load_values(None)


@cache
def codes_of(source: str) -> dict[str, dict[str, str]]:
    """The stored code of each word of each word field of a source."""
    return {
        field.name: {
            word.casefold(): code for code, words in field.words.items() if code != field.empty_is for word in words
        }
        for field in _sources()[source].fields
        if field.type == "word"
    }


_known_types: dict[str, dict[str, str]] = {}


def _types(cursor: Cursor, table: str) -> dict[str, str]:
    if table not in _known_types:
        if table not in _sources():
            raise Mistake(f"there is no source {table}; known: {', '.join(_sources())}")
        _known_types[table] = column_types(cursor, f"from {table}", {})
    return _known_types[table]


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
    points = _points()[: case.points]
    given: Values = {"as_of": case.as_of, "known_at": case.known_at, "days": list(case.days)}
    given |= rule_parameters(points, case.as_of)
    own = case.id if case.folder == "points" else case.point
    if own:
        given |= point_by(points, own).parameters(case.as_of)
    if case.folder == "figures":
        beside = {point.number for point in points if case.point in (None, point.id)}
        figure = next(f for f in _figures() if case.id in (f.id, f.statement) and beside.intersection(f.points))
        given |= figure.values(points, case.as_of)
    return given | case.own_parameters


def parameters(case: Case, sql: str) -> Values:
    """Those that the statement asks for; a Mistake that names the one that nobody gives."""
    given = defaults(case)
    asked = sorted(set(re.findall(r"\$([a-z_]+)", sql)))
    missing = [name for name in asked if name not in given]
    if missing:
        raise Mistake(f"{case.where}: nobody gives ${missing[0]}; say it under parameters")
    return {name: given[name] for name in asked}


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
        # an item has the number of its import; an example says the file
        asked = f"select item.*, imports.{FILE} from ({asked}) as item inner join imports using (import_id)"
    given = parameters(case, asked)
    with _relations(cursor, case, asked):
        cursor.execute(asked, given)
        names = [column[0] for column in cursor.description or ()]
        types = {column[0]: str(column[1]).lower() for column in cursor.description or ()}
        return types, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _relations(cursor: Cursor, case: Case, sql: str) -> AbstractContextManager[None]:
    """What an outlook, an extract or a check reads besides the exports, as the product gives it."""
    if case.folder == "quality":
        return declared(cursor, _sources(), _words())
    if (case.folder, case.id) == ("app", "basis"):
        return pinned(cursor, [], days=list(case.days), known_at=case.known_at)
    if case.folder == "outlook":
        asked = (point_by(_points(), case.point or ""),)
        moment: Values = {"as_of": case.as_of, "known_at": case.known_at, "reviewed": _reviewed(asked[0], case)}
        return outlook.relations(cursor, outlook.asked_on(cursor, asked, **moment))
    if case.folder != "extracts":
        return nullcontext()
    point = point_by(_points(), case.point) if case.point else None
    return extract_relations(cursor, sql, as_of=case.as_of, known_at=case.known_at, point=point, points=case.points)


def _reviewed(point: Point, case: Case) -> list[Coverage]:
    """The figure of the last approved review, if the case has one."""
    if case.reviewed is None:
        return []
    met, of = map(int, case.reviewed.split("/"))
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
    with relations(cursor, sql, inputs, MORE), declared(cursor, _sources(), _words()):
        yield


def statement_of(case: Case) -> str:
    """The statement that the case asks; `items` stands on a point's statement and the units, as in the product."""
    sql = text_of(case.folder, case.id)
    if (case.folder, case.id) == ("app", "items"):
        point = text_of("points", case.point or "")
        return f"with items as ({point}), units as ({text_of('app', 'units')}) {sql}"
    return sql


def _coverage(cursor: Cursor, case: Case) -> list[Coverage]:
    asked = (point_by(_points(), case.point or ""),)
    level: Any = case.level
    return coverage(cursor, asked, days=list(case.days), known_at=case.known_at, level=level)


def _figure(figure: Coverage) -> Values:
    return {name: getattr(figure, name) for name in COVERAGE_TYPES} | {"status": figure.status.value}


# --- comparing ---------------------------------------------------------------------------------


def differences(case: Case, found: Answer, *, ordered: bool) -> list[str]:
    """What the answer has otherwise than the case expects, a sentence each; none where the example holds."""
    types, rows = found
    names = case.expected.names
    _known(set(names), set(types), where=f"{case.expected.where}, the heading")
    wanted = list(_expected(case, types))
    answers = [tuple(_plain(row[name]) for name in names) for row in rows]
    if ordered and len(wanted) == len(answers):
        pairs = [(number, number) for number in range(len(wanted))]
    else:
        pairs = _paired(wanted, answers)
    said = [text for w, a in pairs for text in _difference(case, w, wanted[w], answers[a])]
    said += _unpaired(case, pairs, wanted=wanted, answers=answers)
    return said


def _expected(case: Case, types: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    for number, line in enumerate(case.expected.lines, 1):
        yield tuple(
            _plain(value(cell, types[name], where=f"{case.expected.where}, row {number}, column {name}"))
            for name, cell in zip(case.expected.names, line.cells, strict=True)
        )


def _plain(found: Any) -> Any:
    """A value as it is compared: a share by its first nine decimals."""
    return round(float(found), 9) if isinstance(found, float) or hasattr(found, "quantize") else found


def _paired(wanted: list[tuple[Any, ...]], answers: list[tuple[Any, ...]]) -> list[tuple[int, int]]:
    """Equal rows first, then those that have most in common: (number of the expected, number of the found)."""
    likeness = [
        (sum(x == y for x, y in zip(w, a, strict=True)), w[0] == a[0], -i, -j)
        for i, w in enumerate(wanted)
        for j, a in enumerate(answers)
    ]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _same, _first, i, j in sorted(likeness, reverse=True):
        if -i not in pairs and -j not in taken:
            pairs[-i] = -j
            taken.add(-j)
    return sorted(pairs.items())


def _difference(case: Case, number: int, wanted: tuple[Any, ...], found: tuple[Any, ...]) -> list[str]:
    trap = case.expected.lines[number].comment
    return [
        f"{case.where}, expected row {number + 1} ({trap}), column {name}: found {_shown(got)}, expected {_shown(want)}"
        for name, want, got in zip(case.expected.names, wanted, found, strict=True)
        if want != got
    ]


def _unpaired(
    case: Case, pairs: list[tuple[int, int]], *, wanted: list[tuple[Any, ...]], answers: list[tuple[Any, ...]]
) -> list[str]:
    have, used = {w for w, _ in pairs}, {a for _, a in pairs}
    traps = [line.comment for line in case.expected.lines]
    missing = [
        f"{case.where}, expected row {i + 1} ({traps[i]}): found no row, expected {_row(case, row)}"
        for i, row in enumerate(wanted)
        if i not in have
    ]
    extra = [f"{case.where}: found a row too many, {_row(case, row)}" for j, row in enumerate(answers) if j not in used]
    return missing + extra


def _row(case: Case, row: tuple[Any, ...]) -> str:
    return " | ".join(f"{name} {_shown(cell)}" for name, cell in zip(case.expected.names, row, strict=True))


def _shown(cell: Any) -> str:
    return "nothing" if cell is None else str(cell)


def orders(sql: str) -> bool:
    """Whether the statement's own last clause is an `order by`."""
    bare = re.sub(r"'[^']*'", "''", sql)
    while (shorter := re.sub(r"\([^()]*\)", "", bare)) != bare:
        bare = shorter
    return "order by" in bare


def check(cursor: Cursor, case: Case, sql: str | None = None) -> list[str]:
    """What does not hold of a case whose exports are loaded."""
    return differences(case, answer(cursor, case, sql), ordered=orders(text_of(case.folder, case.id)))


@cache
def parameter_types(folder: str, name: str) -> dict[str, str]:
    """The `$parameters` that a statement's header says, each with its type."""
    header = queries.text_of(f"{folder}/{name}.sql").partition("\n\n")[0]
    lines = header.partition("-- parameters:")[2].partition("-- columns:")[0]
    return dict(re.findall(r"^--   (\w+) \(([^:]+)\): ", lines, flags=re.MULTILINE))
