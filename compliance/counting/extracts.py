"""Named extracts: the rows of one statement in `queries/extracts/`, written as CSV, Excel or Parquet.

    wanted = extract(cursor, "missing", points=points, as_of=day, known_at=EVERYTHING_KNOWN)
    write(wanted, Path("missing.xlsx"), kind="xlsx", language=Language("sv"))
    content = as_bytes(wanted, kind="swedish_csv", language=Language("sv"))

A statement reads the exports and what is computed from them, as relations: `point_items` (the items of every point, or
of the one wanted), `<point id>_items` (those of one point), `<point id>_rows` (the same with the number of their
import), `counted` (the coverage at all levels), `shown_figures` and `review_points`. Only those that the statement
names are computed.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from compliance.access.disclosure import FEW_PERSONS, Plans, about_incidents
from compliance.access.reader import Reader
from compliance.access.scopes import Level
from compliance.core.errors import Refusal
from compliance.core.hints import nearest
from compliance.core.language import N_, Language, Texts
from compliance.core.places import POINTS
from compliance.core.saving import save
from compliance.core.zips import EARLIEST, parts_of, write_zip
from compliance.counting.assessing import (
    LEVELS,
    OUTCOMES,
    Coverage,
    basis_on,
    coverage,
    items_of,
    plans,
    run,
    traced_items,
)
from compliance.counting.figures import Definition as FigureDefinition
from compliance.counting.figures import figures, load_figures, rule_parameters
from compliance.counting.separated import BOM, DANGEROUS, Cells, harmless_column, joined_table
from compliance.declarations.declared import Table, read_toml
from compliance.declarations.points import Point
from compliance.declarations.queries import Query, names, query
from compliance.store.database import Cursor, Rows

EXTRACTS: Final = POINTS.with_name("extracts.toml")
Kind = Literal["csv", "swedish_csv", "xlsx", "parquet"]
KINDS: Final[dict[str, Kind]] = {".csv": "csv", ".xlsx": "xlsx", ".parquet": "parquet"}
# The relations that can be limited to one review point.
BY_POINT: Final = frozenset({"point_items", "counted", "shown_figures", "review_points"})
NO_TIME: Final = " 00:00:00"
MIDNIGHT: Final = datetime.min.time()
# Characters that XML, and so a workbook, cannot hold.
UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
EXCEL_ROWS: Final = 1_048_576


@dataclass(frozen=True)
class Column:
    """A column of an extract: its name and type in the database, its title and meaning in both languages.

    `words` names its set of codes, if it holds codes. What only the coordinator sees: `personal` columns can name a
    person, `free` ones may contain names, and of `shared` ones the values that only one row has.
    """

    name: str
    type: str
    title: Texts
    meaning: Texts
    words: str | None
    personal: bool
    free: bool
    shared: bool


@dataclass(frozen=True)
class Definition:
    """A named extract: its title, purpose and columns.

    `reasons_of` is the point that its reasons belong to, if no column says so.
    """

    id: str
    title: Texts
    purpose: Texts
    columns: tuple[Column, ...]
    reasons_of: str | None


@dataclass(frozen=True)
class Extract:
    """The rows of a named extract for a day, with codes as codes, and the imports behind them."""

    definition: Definition
    table: pa.Table
    as_of: date
    organisation: str | None
    point: Point | None
    imports: Rows
    points: tuple[Point, ...]
    figures: tuple[FigureDefinition, ...]


def extract_names() -> tuple[str, ...]:
    """The ids of the extracts in display order."""
    return tuple(definition.id for definition in load_extracts())


@cache
def load_extracts() -> tuple[Definition, ...]:
    """Every extract: its statement's header with the titles from `data/extracts.toml`."""
    declared = _declared()
    order = list(declared["extracts"])
    ordered = sorted(names("extracts"), key=lambda name: (order.index(name) if name in order else len(order), name))
    return tuple(_definition(query("extracts", name), declared) for name in ordered)


def extract_by(name: str) -> Definition:
    """Return the extract of a name. Raise Refusal with the nearest name if there is none."""
    for definition in load_extracts():
        if definition.id == name:
            return definition
    raise Refusal(
        N_("There is no extract {said}. Perhaps you mean {near}; there are {all}."),
        said=name,
        near=nearest(name, extract_names()),
        all=", ".join(extract_names()),
    )


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
) -> Extract:
    """Return the rows of the extract `name`, of one review point or organisation if given.

    For a reader who may not see persons' names nothing identifies a person: names, employee ids and the free text of
    incidents are empty, and no figure of a unit covers, or reveals one that covers, fewer than five persons.
    """
    definition = extract_by(name)
    statement = query("extracts", name)
    if point and not BY_POINT.intersection(_named(statement.sql)):
        raise Refusal(N_("The extract {name} is not divided by review points. Ask for it without one."), name=name)
    shown = load_figures(own)
    inputs = Inputs(points, point, shown, as_of=as_of, known_at=known_at, persons=reader.named)
    with relations(cursor, statement.sql, inputs):
        table = run(cursor, statement, as_of=as_of, known_at=known_at, values=rule_parameters(points, as_of))
    if organisation is not None:
        table = table.filter(pc.is_in(table["organisation"], pa.array([organisation])))
    table = reader.table(table)
    if not reader.named:
        if not reader.whole and "label" in table.column_names:
            table = _told(table, points, plans(cursor, points, days=[as_of], known_at=known_at), as_of)
        table = _nameless(table, definition, points, reader)
    basis = basis_on(cursor, days=[as_of], known_at=known_at)
    imports = [row for row in reader.limited(basis.imports) if organisation in (None, row["organisation"])]
    return Extract(definition, table, as_of, organisation, point, imports, points, shown)


# --- what the statements read besides the exports ------------------------------------------------


@dataclass(frozen=True)
class Inputs:
    """The inputs of the relations: all points, the one wanted if only one is, the figures, the day."""

    points: tuple[Point, ...]
    point: Point | None
    figures: tuple[FigureDefinition, ...]
    as_of: date
    known_at: datetime
    persons: bool = True

    @property
    def wanted(self) -> tuple[Point, ...]:
        """The points whose items and coverage are wanted."""
        return (self.point,) if self.point else self.points


@contextmanager
def relations(cursor: Cursor, sql: str, inputs: Inputs) -> Iterator[None]:
    """Within the block, the relations that a statement names are registered."""
    registered: list[str] = []
    try:
        for name in sorted(_named(sql)):
            table = _relation(cursor, name, inputs)
            if table is not None:
                cursor.register(name, table)
                registered.append(name)
        yield
    finally:
        for name in registered:
            cursor.unregister(name)


def _named(sql: str) -> set[str]:
    return set(re.findall(r"\b[a-z_]+\b", sql))


def _relation(cursor: Cursor, name: str, inputs: Inputs) -> pa.Table | None:
    if name == "point_items":
        return _items(cursor, inputs.wanted, inputs)
    if name == "counted":
        return _counted(cursor, inputs)
    if name == "shown_figures":
        return _figures(cursor, inputs)
    if name == "review_points":
        numbered = [{"point": point.number, "id": point.id} for point in inputs.wanted]
        return pa.Table.from_pylist(numbered, schema=_schema(point=pa.int64(), id=pa.string()))
    id_, _, kind = name.rpartition("_")
    named = [point for point in inputs.points if point.id == id_]
    if kind == "rows" and named:
        return traced_items(cursor, named[0], as_of=inputs.as_of, known_at=inputs.known_at)
    return _items(cursor, tuple(named), inputs) if kind == "items" and named else None


def _items(cursor: Cursor, points: tuple[Point, ...], inputs: Inputs) -> pa.Table:
    """The items of points, concatenated, with number and id of the point as first columns."""
    tables = []
    for point, table in zip(
        points, items_of(cursor, points, as_of=inputs.as_of, known_at=inputs.known_at), strict=True
    ):
        table = table.add_column(0, "id", pa.array([point.id] * len(table), pa.string()))
        tables.append(table.add_column(0, "point", pa.array([point.number] * len(table), pa.int64())))
    return pa.concat_tables(tables)


def _schema(**types: pa.DataType) -> pa.Schema:
    return pa.schema(types)


COUNTED: Final = _schema(
    as_of=pa.date32(),
    point=pa.int64(),
    **dict.fromkeys(("id", "level", "organisation", "department", "unit"), pa.string()),
    **dict.fromkeys(OUTCOMES, pa.int64()),
    **dict.fromkeys(("coverage", "of_answered", "target", "warning_limit"), pa.float64()),
    status=pa.string(),
    basis=pa.bool_(),
)


def _counted(cursor: Cursor, inputs: Inputs) -> pa.Table:
    by_level = {
        level: coverage(cursor, inputs.wanted, days=[inputs.as_of], known_at=inputs.known_at, level=level)
        for level in LEVELS
    }
    shown: list[tuple[str, Coverage]]
    if inputs.persons:
        shown = [(level, figure) for level in LEVELS for figure in by_level[level]]
    else:
        hiding = plans(cursor, inputs.points, days=[inputs.as_of], known_at=inputs.known_at)
        shown = [part for whole in by_level["organisation"] for part in _without_few(whole, by_level, hiding)]
    return pa.Table.from_pylist([_counted_row(figure, level) for level, figure in shown], schema=COUNTED)


def _counted_row(figure: Coverage, level: str) -> dict[str, Any]:
    own = {name: getattr(figure, name) for name in COUNTED.names if hasattr(figure, name)}
    return own | {
        "point": figure.point.number,
        "id": figure.point.id,
        "level": level,
        "target": figure.target.target,
        "warning_limit": figure.target.limit,
        "status": figure.status.value,
    }


FIGURES_SHOWN: Final = _schema(
    as_of=pa.date32(),
    place=pa.int64(),
    **dict.fromkeys(("organisation", "figure", "form"), pa.string()),
    **dict.fromkeys(("part", "whole"), pa.int64()),
    **dict.fromkeys(("share", "per_hundred"), pa.float64()),
    basis=pa.bool_(),
)


def _figures(cursor: Cursor, inputs: Inputs) -> pa.Table:
    numbers = {point.number for point in inputs.wanted}
    wanted = tuple(figure for figure in inputs.figures if numbers.intersection(figure.points))
    counted = figures(cursor, wanted, points=inputs.points, as_of=inputs.as_of, known_at=inputs.known_at)
    rows = [
        {name: getattr(figure, name) for name in FIGURES_SHOWN.names if hasattr(figure, name)}
        | {"figure": figure.definition.id, "form": figure.definition.form, "place": wanted.index(figure.definition)}
        for figure in counted
    ]
    return pa.Table.from_pylist(rows, schema=FIGURES_SHOWN)


# --- names ---------------------------------------------------------------------------------------


def _nameless(table: pa.Table, wanted: Definition, points: tuple[Point, ...], reader: Reader) -> pa.Table:
    """Return the table without anything that names a person or could be traced to one (rulebook, section 5)."""
    for column in wanted.columns:
        if column.personal:
            table = _with_column(table, column.name, pa.nulls(len(table), table.schema.field(column.name).type))
        elif column.free:
            cleaned = _changed(table[column.name], lambda text: reader.text(text) if text else text)
            table = _with_column(table, column.name, cleaned)
        if column.shared:
            table = _with_column(table, column.name, _shared(table[column.name], least=reader.least_shared))
    if "label" not in table.column_names:
        return table
    persons = [point.id for point in points if point.persons]
    # a file, too, may be of a unit
    for name in ("item", "label", "department", "unit", "file", "sheet", "row"):
        table = _emptied(table, name, of=persons)
    # label and detail of an incident are its free text
    incidents = [point.id for point in points if about_incidents(point)]
    for name in ("label", "detail"):
        table = _emptied(table, name, of=incidents)
    return _mixed(table, of=persons)


def _told(table: pa.Table, points: tuple[Point, ...], hiding: Plans, day: date) -> pa.Table:
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


def _without_few(whole: Coverage, by_level: dict[Level, list[Coverage]], plans: Plans) -> list[tuple[str, Coverage]]:
    """A figure of an organisation and those of its parts; those that the plans hide are added up as other units."""
    departments, units = (
        [part for part in by_level[level] if (part.point, part.organisation) == (whole.point, whole.organisation)]
        for level in ("department", "unit")
    )
    shown: list[tuple[str, Coverage]] = [("organisation", whole)]
    shown += [("department", department) for department in departments if not plans.hides(department)]
    shown += [("unit", unit) for unit in units if not plans.hides(unit)]
    # units without a department, and those of hidden departments, are the rest of the whole
    together: dict[str | None, list[Coverage]] = {}
    for unit in filter(plans.hides, units):
        hidden = unit.department is None or plans.hides(replace(unit, unit=None))
        together.setdefault(None if hidden else unit.department, []).append(unit)
    if plans.hides_sum(whole, department=None):
        together.pop(None, None)
    return shown + [("other_units", part) for name, home in together.items() for part in _added_up(whole, name, home)]


def _added_up(whole: Coverage, department: str | None, units: list[Coverage]) -> list[Coverage]:
    """Sum some units to one; nothing if even together they are too few."""
    counts = {name: sum(getattr(unit, name) for unit in units) for name in OUTCOMES}
    together = replace(whole, department=department, **counts)
    return [together] if together.of >= FEW_PERSONS else []


def _emptied(table: pa.Table, name: str, *, of: list[str]) -> pa.Table:
    hidden = pc.is_in(table["id"], pa.array(of, pa.string()))
    empty = pa.scalar(None, table.schema.field(name).type)
    return _with_column(table, name, pc.if_else(hidden, empty, table[name]))


def _with_column(table: pa.Table, name: str, values: Any) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


# --- words ---------------------------------------------------------------------------------------


def titled(wanted: Extract, language: Language) -> pa.Table:
    """Return the rows as a person reads them: titles instead of names, words instead of codes, Ja and Nej."""
    table = wanted.table
    yes, no = (language.pick(texts) for texts in _words(wanted, "answers").values())
    for column in wanted.definition.columns:
        values = table[column.name]
        if pa.types.is_boolean(values.type):
            table = _with_column(table, column.name, pc.if_else(values, yes, no))
        elif column.words:
            table = _with_column(table, column.name, _column_in_words(wanted, column, language))
    return table.rename_columns([language.pick(column.title) for column in wanted.definition.columns])


def _column_in_words(wanted: Extract, column: Column, language: Language) -> Cells:
    """The column's codes in words; each distinct code is looked up once. A code without words stays."""
    codes: Cells = wanted.table[column.name]
    # the meaning of a reason depends on its point
    if column.words == "reasons":
        point = wanted.definition.reasons_of
        codes = pc.binary_join_element_wise(point or wanted.table["id"], codes, ":")
    parts = _words(wanted, column.words or "")
    different = [code for code in pc.unique(codes).to_pylist() if code is not None]
    words = [_in_words(code.rpartition(":")[2], parts.get(code), parts=parts, language=language) for code in different]
    index: Cells = pc.index_in(codes, pa.array(different, pa.string()))
    return pc.take(pa.array(words, pa.string()), index)


def _in_words(code: str, texts: Texts | None, *, parts: dict[str, Texts], language: Language) -> str:
    """The words of a code, or of several separated by commas; an unknown code stays."""
    if texts:
        return language.pick(texts)
    return ", ".join(language.pick(parts[part]) if part in parts else part for part in code.split(", "))


def _words(wanted: Extract, name: str) -> dict[str, Texts]:
    if name == "points":
        return {point.id: point.title for point in wanted.points}
    if name == "figures":
        return {figure.id: figure.title for figure in wanted.figures}
    if name == "reasons":
        return {f"{point.id}:{code}": texts for point in wanted.points for code, texts in point.reasons.items()}
    if name == "sources":
        from compliance.declarations.sources import load_sources

        return {source.id: source.title for source in load_sources(None).values()}
    words: dict[str, Texts] = _declared()["words"][name]
    return words


@cache
def _declared() -> Table:
    return read_toml(EXTRACTS)


def _definition(query: Query, declared: Table) -> Definition:
    entry = declared["extracts"].get(query.id, {})
    own = entry.get("columns", {})
    return Definition(
        id=query.id,
        title=entry.get("title", {"en": query.id}),
        purpose=entry.get("purpose", {"en": query.what}),
        columns=tuple(
            _column(name, type_, meaning, declared["columns"].get(name, {}) | own.get(name, {}))
            for name, (type_, meaning) in query.columns.items()
        ),
        reasons_of=entry.get("reasons_of"),
    )


def _column(name: str, type_: str, meaning: str, entry: Table) -> Column:
    return Column(
        name=name,
        type=type_,
        title={"en": name.replace("_", " ").capitalize()} | entry.get("title", {}),
        meaning={"en": meaning} | entry.get("meaning", {}),
        words=entry.get("words"),
        personal=entry.get("personal", False),
        free=entry.get("free", False),
        shared=entry.get("shared", False),
    )


# --- writing -------------------------------------------------------------------------------------


def kind_of(path: Path, *, swedish_excel: bool) -> Kind:
    """Return how a file is written, by its extension. Raise Refusal if no kind has it."""
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise Refusal(
            N_("The file {file} can be written as {endings} only. Give its name one of these endings."),
            file=path.name,
            endings=", ".join(KINDS),
        )
    return "swedish_csv" if kind == "csv" and swedish_excel else kind


def write(wanted: Extract, to: Path | io.BytesIO, *, kind: Kind, language: Language) -> None:
    """Write the extract to a file."""
    content = as_bytes(wanted, kind=kind, language=language)
    if isinstance(to, io.BytesIO):
        to.write(content)
    else:
        save(content, to)


def as_bytes(wanted: Extract, *, kind: Kind, language: Language) -> bytes:
    """Return the extract as the content of a file; the same rows give the same bytes.

    `csv` and `parquet` have names and codes whatever the language; `swedish_csv` is always Swedish.
    """
    if kind == "csv":
        return joined_table(_text_columns(wanted.table), separator=",")
    if kind == "swedish_csv":
        table = _text_columns(titled(wanted, Language("sv")), decimal=",", dates_alone=True)
        return BOM + joined_table(table, separator=";")
    if kind == "parquet":
        return _parquet(wanted.table)
    return _xlsx(wanted, language)


def _text_columns(table: pa.Table, *, decimal: str = ".", dates_alone: bool = False) -> pa.Table:
    """Return every value as CSV text. With `dates_alone`, a time at midnight is shown as a date."""
    columns = [_texts(column, decimal=decimal, dates_alone=dates_alone) for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _texts(values: Cells, *, decimal: str, dates_alone: bool) -> Cells:
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return harmless_column(pc.cast(values, pa.string()))
    if pa.types.is_boolean(kind):
        return pc.if_else(values, "true", "false")
    if pa.types.is_timestamp(kind):
        texts = pc.cast(pc.cast(values, pa.timestamp("s"), safe=False), pa.string())
        return pc.replace_substring(texts, NO_TIME, "") if dates_alone else texts
    texts = pc.cast(values, pa.string())
    return pc.replace_substring(texts, ".", decimal) if pa.types.is_floating(kind) else texts


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


# --- Excel ---------------------------------------------------------------------------------------


def _xlsx(wanted: Extract, language: Language) -> bytes:
    from openpyxl import Workbook

    if len(wanted.table) >= EXCEL_ROWS:
        raise Refusal(
            N_("The extract has {rows} rows, and a worksheet at most {most}. Choose CSV or Parquet."),
            rows=len(wanted.table),
            most=EXCEL_ROWS,
        )
    from compliance.counting import books

    book = Workbook(write_only=True)
    table = titled(wanted, language)
    data = zip(*(c.to_pylist() for c in table.columns), strict=True)
    sheets = {
        language(N_("Data")): (table.column_names, data),
        language(N_("Columns")): _dictionary(wanted.definition, language),
        language(N_("About")): _about(wanted, language),
    }
    rows = {title: _add_sheet(book, title, *content) for title, content in sheets.items()}
    return _without_clock(books.content(book, rows))


def _add_sheet(book: Any, title: str, heading: list[str], rows: Any) -> Iterator[list[Any]]:
    """Add a sheet with a frozen bold heading, filters, and columns as wide as their texts; return its rows."""
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    listed = [list(row) for row in rows]
    for place, name in enumerate(heading):
        widest = max([len(name) + 3, *(len(_shown(row[place])) for row in listed[:500])])
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(max(widest + 1, 8), 60)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heading))}{len(listed) + 1}"
    return _cells(sheet, heading, listed)


def _cells(sheet: Any, heading: list[str], rows: list[list[Any]]) -> Iterator[list[Any]]:
    yield [_heading(sheet, name) for name in heading]
    for row in rows:
        yield [_cell(sheet, value) for value in row]


def _shown(value: object) -> str:
    return str(value)[:60] if value is not None else ""


def _heading(sheet: Any, text: str) -> Any:
    from openpyxl.styles import Font

    cell = _text(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: object) -> Any:
    """What a sheet gets for a value: the value, or a cell where openpyxl would misread it."""
    if isinstance(value, str):
        text = UNWRITABLE.sub("", value)
        return _text(sheet, text) if text.startswith((*DANGEROUS, "#")) else text
    if isinstance(value, datetime):
        return _time(sheet, value)
    return value


def _text(sheet: Any, text: str) -> Any:
    """A cell that is text whatever it starts with: not a formula (=1) and not an error (#N/A)."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(DANGEROUS)
    return cell


def _time(sheet: Any, moment: datetime) -> Any:
    """A cell with date and time; a time at midnight is shown as a date."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, moment)
    cell.number_format = "yyyy-mm-dd hh:mm" if moment.time() != MIDNIGHT else "yyyy-mm-dd"
    return cell


def dictionary(definition: Definition, language: Language) -> list[tuple[str, str, str, str]]:
    """The columns of an extract: title, name, type and meaning."""
    return [(language.pick(c.title), c.name, c.type, language.pick(c.meaning)) for c in definition.columns]


def _dictionary(definition: Definition, language: Language) -> tuple[list[str], list[tuple[str, str, str, str]]]:
    heading = [
        language(N_("Column")),
        language(N_("Name in CSV and Parquet")),
        language(N_("Type")),
        language(N_("Meaning")),
    ]
    return heading, dictionary(definition, language)


def _about(wanted: Extract, language: Language) -> tuple[list[str], list[tuple[object, ...]]]:
    """The extract's title, purpose and day, and the exports behind it."""
    facts: list[tuple[object, ...]] = [
        (language(N_("Extract")), language.pick(wanted.definition.title)),
        (language(N_("Purpose")), language.pick(wanted.definition.purpose)),
        (language(N_("As-of date")), wanted.as_of),
        (language(N_("Rows")), len(wanted.table)),
    ]
    if wanted.organisation:
        facts.append((language(N_("Organisation")), wanted.organisation))
    if wanted.point:
        facts.append((language(N_("Review point")), language.pick(wanted.point.title)))
    titles = _words(wanted, "sources")
    for row in wanted.imports:
        exported = language(N_("Export {file}, extract date {day}"), file=row["file"], day=row["extract_date"])
        facts.append((language.pick(titles[row["source"]]), exported))
    return [language(N_("What")), language(N_("Value"))], facts


def _without_clock(content: bytes) -> bytes:
    """Return the workbook with fixed times, so that the same rows give the same file."""
    time = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    parts = (
        (name, time.sub(b"1980-01-01T00:00:00Z", part) if name == "docProps/core.xml" else part)
        for name, part in parts_of(content)
    )
    return write_zip(parts, EARLIEST)
