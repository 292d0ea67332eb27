"""The rows behind a frozen review, in a database file of their own, without what could identify a person.

What may leave is declared, and nothing leaves by default. Of a source that the points read, a field that no frozen
statement names is empty. Dates, yes and no, numbers and levels stay. A text becomes the mark "x" if it was filled,
unless it is declared as a name that rules compare (`compared`), is an id that is unique in its source, or refers to one
of these. Persons get random numbers, new for each file; only those in the staff list are included, of a pack's source
everybody, and only the courses that a rule requires.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.declarations.points import COURSES
from compliance.declarations.queries import statement, without_comments
from compliance.declarations.sources import PLAIN, Field, Source, is_kept, kept_texts, person_of, table_columns
from compliance.review.dossier import Dossier
from compliance.store.database import Cursor, rows
from compliance.store.engine import new_file
from compliance.store.packs import rows_of_pack

MARK: Final = "x"
# The fields of a source that must start with one of a rule's words; its other rows stay out.
BEGUN_WITH: Final = {COURSES: ("course", "course_code")}
# The tables that tell what was purged, also of a review whose statements are older than purges.
PURGES: Final = ("purged_imports", "purged_units")


@dataclass(frozen=True)
class PackageTables:
    """The tables of a package's database by name, each with its rows, and the statement that creates each."""

    tables: dict[str, pa.Table]
    schema: dict[str, str]


def package_tables(cursor: Cursor, frozen: Dossier, sources: Mapping[str, Source]) -> PackageTables:
    """Return what the frozen statements need of a database to count the review again, and what was purged since.

    What belongs is what was frozen: a table that these statements do not name stays out, whatever has been added since.
    """
    of_packs = {source.id: source for answer in frozen.points for source in answer.point.sources}
    sources = {**sources, **of_packs}
    read = [sources[id_] for id_ in _sources(frozen) if id_ in sources]
    kept = kept_texts(sources)
    params = {"imports": [used.import_id for used in frozen.imports]}
    tables = {"imports": _table(cursor, "package_imports", params)}
    source_rows = _rows(cursor, Needs(names_in_statements(frozen), kept, frozenset(of_packs)), read, params)
    moment = {"known_at": frozen.known_at}
    name_params = moment | {"as_of": frozen.as_of, "organisation": frozen.organisation}
    tables["courses_said"] = _table(cursor, "package_courses_said", name_params)
    said = {name for names in tables["courses_said"]["courses"].to_pylist() for name in names or ()}
    tables |= {source.id: _only_required(source_rows[source.id], source, frozen, said) for source in read}
    tables["import_columns"] = _table(cursor, "package_import_columns", params)
    tables["organisation_names"] = _table(cursor, "package_organisation_names", name_params)
    names = _names(tables, read, kept) | _texts(tables["organisation_names"], "name")
    tables["aliases"] = _table(cursor, "package_aliases", moment | {"names": sorted(names)})
    records = {name: _table(cursor, f"package_{name}", params) for name in PURGES}
    named = names_in_statements(frozen)
    belonging = {name: table for name, table in tables.items() if name in named}
    belonging |= {name: table for name, table in records.items() if name in named or len(table)}
    creates = {row["name"]: row["sql"] for row in rows(cursor, statement("package_tables"))}
    creates |= {id_: _table_of(source) for id_, source in of_packs.items()}
    # a macro cannot be created without the tables it reads, even those that no point uses
    needed = {*belonging, *(_words_of(frozen.statements["macros.sql"]))}
    return PackageTables(belonging, {name: sql for name, sql in creates.items() if name in needed})


def _table_of(source: Source) -> str:
    """The statement that creates a table of the rows of a source that a pack declares; in the store it is a view."""
    columns = [("import_id", "integer"), ("sheet_number", "smallint"), ("sheet", "varchar"), ("row", "integer")]
    columns += [pair for field in source.fields for pair in table_columns(field)]
    return f"CREATE TABLE {source.id}({', '.join(f'{name} {type_.upper()}' for name, type_ in columns)});"


def write_database(path: Path, pinned: PackageTables, more: Mapping[str, pa.Table]) -> None:
    """Write a database file with the package's tables, and some more as they are."""
    with new_file(path) as cursor:
        for name, sql in pinned.schema.items():
            cursor.execute(sql)
            if name in pinned.tables:
                cursor.register("new_rows", pinned.tables[name])
                cursor.execute(f"insert into {name} by name select * from new_rows")
                cursor.unregister("new_rows")
        for name, table in more.items():
            cursor.register("new_rows", table)
            cursor.execute(f"create table {name} as select * from new_rows")
            cursor.unregister("new_rows")


@dataclass(frozen=True)
class Needs:
    """What a review's statements read: every name in them, the fields whose texts stay, and the sources of packs."""

    named: frozenset[str]
    kept: frozenset[tuple[str, str]]
    of_packs: frozenset[str] = frozenset()


def names_in_statements(frozen: Dossier) -> frozenset[str]:
    """Every name in the frozen statements."""
    return frozenset(word for sql in frozen.statements.values() for word in _words_of(sql))


def _words_of(sql: str) -> set[str]:
    return set(re.findall(r"[a-z][a-z0-9_]*", without_comments(sql)))


def _sources(frozen: Dossier) -> list[str]:
    """The sources that the points read, without duplicates."""
    return list(dict.fromkeys(id_ for a in frozen.points for id_ in (*a.point.needs, *a.point.uses)))


def _table(cursor: Cursor, name: str, params: Mapping[str, Any]) -> pa.Table:
    return _query(cursor, statement(name), params)


def _query(cursor: Cursor, sql: str, params: Mapping[str, Any]) -> pa.Table:
    table: pa.Table = cursor.sql(sql, params=dict(params)).to_arrow_table()
    return table


# --- Rows without what could identify a person ----------------------------------------------------


def _rows(cursor: Cursor, reading: Needs, read: Iterable[Source], params: Mapping[str, Any]) -> dict[str, pa.Table]:
    """The rows of the sources that are read."""
    persons = _table(cursor, "package_persons", params)
    whose = [source for source in read if source.id in reading.of_packs and person_of(source)]
    everybody = _everybody(persons, [_persons_in(cursor, source, params) for source in whose])
    # The staff come first. The product's own points count nobody else.
    registered = {"package_persons": everybody.slice(0, len(persons)), "package_everybody": everybody}
    try:
        for name, table in registered.items():
            cursor.register(name, table)
        found = {source.id: _rows_of(cursor, source, reading, params) for source in read}
        if COURSES in found:
            others = _table(cursor, "package_courses_of_others", params)
            found[COURSES] = pa.concat_tables([found[COURSES], others], promote_options="default")
        return found
    finally:
        for name in registered:
            cursor.unregister(name)


def _persons_in(cursor: Cursor, source: Source, params: Mapping[str, Any]) -> pa.Table:
    text = statement("package_persons_in").replace("{source}", rows_of_pack(source))
    return _query(cursor, text.replace("{person}", person_of(source) or ""), params)


def _everybody(staff: pa.Table, others: list[pa.Table]) -> pa.Table:
    """The staff, then who else a pack's sources are about, each with a number."""
    persons: Any = pc.unique(pa.concat_tables([staff, *others])["person"])
    return pa.table({"person": persons, "number": pa.array(_numbers(len(persons)), pa.int32())})


def _numbers(count: int) -> list[int]:
    """The numbers from 1 in unpredictable order."""
    numbers = list(range(1, count + 1))
    secrets.SystemRandom().shuffle(numbers)
    return numbers


def _rows_of(cursor: Cursor, source: Source, reading: Needs, params: Mapping[str, Any]) -> pa.Table:
    """The rows of a source; names of sources and fields come from declarations, so formatting them in is safe."""
    person = person_of(source)
    fields = [
        f"{selected} as {column}"
        for field in source.fields
        for column, type_ in table_columns(field)
        for selected in [expression(source, field, column, type_, reading=reading)]
    ]
    text = statement("package_rows_of_persons" if person else "package_rows")
    of_pack = source.id in reading.of_packs
    persons, table = ("package_everybody", rows_of_pack(source)) if of_pack else ("package_persons", source.id)
    text = text.replace("{persons}", persons).replace("{source}", table).replace("{person}", person or "")
    return _query(cursor, text.replace("{fields}", ", ".join(fields)), params)


def _only_required(table: pa.Table, source: Source, frozen: Dossier, said: Iterable[str]) -> pa.Table:
    """The rows of courses that a rule requires, or that were said to be one: any other that a person took stays out."""
    if source.id not in BEGUN_WITH:
        return table
    asked = ((a.parameters, (*a.point.needs, *a.point.uses) if a.point.pack else a.point.needs) for a in frozen.points)
    rules = [parameters for parameters, read in asked if source.id in read]
    required = [word for rule in rules for value in rule.values() if isinstance(value, list) for word in value]
    pattern = f"^({'|'.join(map(re.escape, required))})"
    kept: Any = pa.array([False] * len(table), pa.bool_())
    for name in BEGUN_WITH[source.id]:
        starts: Any = pc.match_substring_regex(pc.utf8_lower(table[name]), pattern)
        kept = pc.or_(kept, pc.fill_null(starts, False))
    whole: Any = pc.is_in(pc.utf8_lower(table["course"]), pa.array([name.lower() for name in said], pa.string()))
    return table.filter(pc.or_(kept, whole))


def expression(source: Source, field: Field, column: str, type_: str, *, reading: Needs) -> str:
    """What a package holds of a column: null, a person's number, the value, or the mark that there was one."""
    if column not in reading.named:
        return f"cast(null as {type_})"
    if field.name == person_of(source):
        return "cast(p.number as varchar)"
    # the code of a word is the product's own
    if field.type in PLAIN or is_kept(source, field, reading.kept) or (field.type == "word" and column != field.name):
        return f"t.{column}"
    return f"case when t.{column} is not null then '{MARK}' end"


def _names(tables: Mapping[str, pa.Table], read: Iterable[Source], kept: frozenset[tuple[str, str]]) -> set[str]:
    """The texts in a package that an alias could apply to."""
    return {
        name
        for source in read
        for field in source.fields
        if is_kept(source, field, kept)
        for column, _ in table_columns(field)
        for name in _texts(tables[source.id], column)
    }


def _texts(table: pa.Table, name: str) -> set[str]:
    return {str(text) for text in pc.unique(table[name]).to_pylist() if text}
