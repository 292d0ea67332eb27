"""Worked examples: reads them, stores what they give as the loader does, and tells what a statement answers otherwise.

    for case in read_cases(text, file="example.toml", folder="points", id_="continuity"):
        fill(cursor, case, sources)
        answer = answer_of(cursor, sql, case.parameters)
        wrong = differences(case, answer, ordered=orders(sql))

`FORMAT.md` describes the format. Which sources there are is an argument, as a pack has its own.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import msgspec

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations.declared import KINDS
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, table_columns
from compliance.store.database import EVERYTHING_KNOWN, Cursor

Values = dict[str, Any]
Answer = tuple[dict[str, str], list[Values]]

# The keys of a case that has a statement, each with the kind of its value.
KEYS: Final[dict[str, Any]] = {
    "title": str,
    "as_of": date,
    "known_at": datetime,
    "given": dict[str, str],
    "imports": dict[str, Values],
    "parameters": Values,
    "expected": str,
    "names": tuple[Values, ...],
    "aliases": tuple[Values, ...],
}
IMPORT_KEYS: Final[dict[str, Any]] = {
    "extract_date": date,
    "imported_at": datetime,
    "completes": bool,
    "revoked_at": datetime,
    "organisation": str,
    "file": str,
    "columns": tuple[str, ...],
    "lacks": tuple[str, ...],
}
ALIAS_KEYS: Final[dict[str, Any]] = {
    "kind": str,
    "old": str,
    "new": str,
    "valid_from": date,
    "made_at": datetime,
    "removed_at": datetime,
    "follows": bool,
}
NAME_KEYS: Final[dict[str, Any]] = {"organisation": str, "name": str, "named_at": datetime}
DAYS: Final[dict[Any, str]] = {date: "a day", datetime: "a moment"}
ORGANISATION: Final = "Förvaltningen"
# The columns that every table of rows has beside those of its fields.
BESIDE: Final = {"sheet_number": "smallint", "sheet": "varchar", "row": "integer"}
SHEET: Final = "Blad1"
# How many rows of an answer are looked at, and how many unequal ones are compared with each other.
MOST_ANSWERED, MOST_COMPARED = 20_000, 200


class Mistake(Refusal):
    """An example that cannot be read: what is wrong and where."""


@dataclass(frozen=True)
class Line:
    """A row of a text table: its cells as text, the comment at its end, and all of it as it is written."""

    cells: tuple[str, ...]
    comment: str
    text: str = field(default="", compare=False)


@dataclass(frozen=True)
class Table:
    """A text table; `where` names its file, case and key."""

    where: str
    names: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Case:
    """One case of an example: what is given, on which day, and what is expected. `beside` are keys of other readers."""

    folder: str
    id: str
    number: int
    title: str
    as_of: date
    known_at: datetime
    given: dict[str, Table]
    imports: dict[str, Values]
    parameters: Values
    expected: Table
    names: tuple[Values, ...]
    aliases: tuple[Values, ...]
    file: str
    beside: Values

    @property
    def where(self) -> str:
        """The file, if it has a name, and the case in it."""
        return _where(self.file, self.number, self.title)


def _where(file: str, number: int, title: str) -> str:
    return ", ".join(filter(None, (file, f'case {number} "{title}"')))


# --- Reading ------------------------------------------------------------------------------------------------------


def read_cases(
    text: str, *, file: str, folder: str, id_: str, beside: Mapping[str, Any] | None = None
) -> tuple[Case, ...]:
    """The cases of an example in their order; `beside` are further keys that they may have, each with its kind."""
    try:
        document = tomllib.loads(text)
    except (RecursionError, tomllib.TOMLDecodeError) as error:
        raise Mistake(N_("{file}: {error}"), file=file, error=error) from error
    common = {key: value for key, value in document.items() if key != "case"}
    tables = _of_kind(document.get("case", [{}]), tuple[Values, ...], where=f"{file}, case")
    return tuple(
        _case(_over(common, table), folder=folder, id_=id_, file=file, number=n, beside=beside or {})
        for n, table in enumerate(tables, 1)
    )


def _over(common: Values, own: Values) -> Values:
    merged = common | own
    for key in ("given", "imports"):
        pair = [each.get(key, {}) for each in (common, own)]
        merged[key] = pair[0] | pair[1] if all(isinstance(each, dict) for each in pair) else own[key]
    return merged


def _case(said: Values, *, folder: str, id_: str, file: str, number: int, beside: Mapping[str, Any]) -> Case:
    title = str(said.get("title", id_.replace("_", " ")))
    where = _where(file, number, title)
    told = _checked(said, KEYS | {**beside}, where=where)
    if "as_of" not in told or "expected" not in told:
        raise Mistake(N_("{where}: a case needs as_of and expected"), where=where)
    for key in told["imports"]:
        known({key}, told["given"], where=f"{where}, imports")
    return Case(
        folder=folder,
        id=id_,
        number=number,
        title=title,
        as_of=told["as_of"],
        known_at=told.get("known_at", EVERYTHING_KNOWN),
        given={key: read_table(text, where=f"{where}, given.{key}") for key, text in told["given"].items()},
        imports={key: _checked(i, IMPORT_KEYS, where=f"{where}, imports.{key}") for key, i in told["imports"].items()},
        parameters=told.get("parameters", {}),
        expected=read_table(told["expected"], where=f"{where}, expected"),
        names=tuple(_checked(name, NAME_KEYS, where=f"{where}, names") for name in told.get("names", ())),
        aliases=tuple(_checked(alias, ALIAS_KEYS, where=f"{where}, aliases") for alias in told.get("aliases", ())),
        file=file,
        beside={key: value for key, value in told.items() if key in beside},
    )


def _checked(said: Values, keys: Mapping[str, Any], *, where: str) -> Values:
    """The values of a table, each of the kind of its key."""
    known(said, keys, where=where)
    return {key: _of_kind(value, keys[key], where=f"{where}, {key}") for key, value in said.items()}


def _of_kind(value: Any, kind: Any, *, where: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Mistake(
            N_("{where}: this is not {kind}"), where=where, kind=DAYS.get(kind) or KINDS.get(kind, "a table")
        ) from error


def known(said: Collection[str], names: Collection[str], *, where: str) -> None:
    """Raise Mistake if anything that is said is none of the known names."""
    if others := {*said} - {*names}:
        raise Mistake(
            N_("{where}: unknown {said}; known: {known}"),
            where=where,
            said=", ".join(sorted(others)),
            known=", ".join(sorted(names)),
        )


def read_table(text: str, *, where: str) -> Table:
    """A text table: `|` between the columns, the first line its heading, ` # ` before a comment."""
    found = [_line(line) for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not found:
        raise Mistake(N_("{where}: a table needs a heading"), where=where)
    heading, *lines = found
    for number, line in enumerate(lines, 1):
        if len(line.cells) != len(heading.cells):
            raise Mistake(
                N_("{where}, row {row}: found {found} cells, expected {expected}"),
                where=where,
                row=number,
                found=len(line.cells),
                expected=len(heading.cells),
            )
    return Table(where, heading.cells, tuple(lines))


def _line(text: str) -> Line:
    cells, _, comment = re.sub(r"(^|\s)# ", "\n", text, count=1).partition("\n")
    return Line(tuple(cell.strip() for cell in cells.split("|")), comment.strip(), text)


# --- Values -------------------------------------------------------------------------------------------------------


def value_of(text: str, type_: str, *, where: str) -> Any:
    """A cell by the type of its column; an empty one is None."""
    if text == "":
        return None
    if type_.endswith("[]"):
        return [value_of(part.strip(), type_[:-2], where=where) for part in text.split(",")]
    try:
        return _READERS[type_.partition("(")[0]](text)
    except (ValueError, KeyError, ZeroDivisionError) as error:
        raise Mistake(N_("{where}: found '{found}', expected a {type}"), where=where, found=text, type=type_) from error


def _number(text: str) -> float:
    part, _, whole = text.partition("/")
    return float(part) / float(whole or 1)


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "varchar": str,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "boolean": {"true": True, "false": False}.__getitem__,
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint", "hugeint"), int),
    **dict.fromkeys(("double", "decimal"), _number),
}


# --- Storing ------------------------------------------------------------------------------------------------------


def fill(
    cursor: Cursor,
    case: Case,
    sources: Mapping[str, Source],
    *,
    beside: Collection[str] = (),
    of_packs: Collection[str] = (),
    edit: Callable[[Source, Values], Values] = lambda _, row: row,
) -> None:
    """Store the case's exports as the loader leaves them: imports with their columns, rows and revocations.

    What is given of `beside` is no export, and others store it. The rows of sources that packs declare are kept
    together. `edit` may change a row before it is stored.
    """
    organisations: dict[str, int] = {}
    imports, revocations, columns = [], [], []
    for number, key in enumerate(exports(case, beside=beside), 1):
        said, source = case.imports.get(key, {}), source_by(sources, key)
        organisation = organisations.setdefault(said.get("organisation", ORGANISATION), len(organisations) + 1)
        imports.append(import_of(case, key) | {"import_id": number, "organisation_id": organisation})
        if "revoked_at" in said:
            revocations.append({"import_id": number, "revoked_at": said["revoked_at"]})
        places = list(enumerate(columns_of(case, key, source)))
        columns += [(number, sheet, *place) for sheet in _sheets(case.given[key]) for place in places]
        rows = [{"import_id": number} | edit(source, row) for row in rows_of(source, case.given[key])]
        if source.id in of_packs:
            insert(cursor, "pack_rows", *(_with_cells(source, row) for row in rows))
        else:
            insert(cursor, source.id, *rows)
    insert(cursor, "imports", *imports)
    insert(cursor, "revocations", *revocations)
    _add_columns(cursor, columns)
    _add_names(cursor, case, organisations or {ORGANISATION: 1})


def _with_cells(source: Source, row: Values) -> Values:
    names = [name for each in source.fields for name, _ in table_columns(each)]
    cells = [None if row.get(name) is None else str(row[name]) for name in names]
    return {name: row[name] for name in ("import_id", *BESIDE)} | {"source": source.id, "cells": cells}


def exports(case: Case, *, beside: Collection[str] = ()) -> list[str]:
    """The keys of what a case gives as exports."""
    return [key for key in case.given if key not in beside]


def source_by(sources: Mapping[str, Source], key: str) -> Source:
    """The source of a table that a case gives. Raise Mistake if there is none."""
    id_ = key.partition("__")[0]
    if id_ not in sources:
        raise Mistake(N_("there is no source {source}; known: {known}"), source=id_, known=", ".join(sources))
    return sources[id_]


def _add_names(cursor: Cursor, case: Case, organisations: Mapping[str, int]) -> None:
    first = [_name(id_, name, datetime(2018, 1, 1)) for name, id_ in organisations.items()]
    later = [_name(organisations[said["organisation"]], said["name"], said["named_at"]) for said in case.names]
    insert(cursor, "organisation_names", *first, *later)
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
    insert(cursor, "aliases", alias)
    if "removed_at" in said:
        insert(cursor, "alias_removals", {"alias_id": number, "removed_at": said["removed_at"]})


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


def columns_of(case: Case, key: str, source: Source) -> list[str]:
    """The fields that an export of a case has columns for: in its table, and those of its source that are empty."""
    said = case.imports.get(key, {})
    every = dict.fromkeys([*case.given[key].names, *(each.name for each in source.fields)])
    return [name for name in said.get("columns", every) if name not in said.get("lacks", ())]


def _sheets(table: Table) -> list[int]:
    """The numbers of the sheets that a table has rows of."""
    if "sheet_number" not in table.names:
        return [0]
    place = table.names.index("sheet_number")
    return sorted({int(line.cells[place] or 0) for line in table.lines} or {0})


def _add_columns(cursor: Cursor, columns: list[tuple[int, int, int, str]]) -> None:
    """Add columns by the number of their import and sheet, their place and field."""
    if columns:
        lists = map(list, zip(*columns, strict=True))
        values = dict(zip(("imports", "sheets", "places", "fields"), lists, strict=True))
        cursor.execute(statement("add_example_columns"), values | {"sheet": SHEET})


def rows_of(source: Source, table: Table) -> list[Values]:
    """The rows of an export as they are stored, without their import."""
    types = BESIDE | {name: type_ for each in source.fields for name, type_ in table_columns(each)}
    known(table.names, types, where=f"{table.where}, the heading")
    codes, rows = codes_of(source), []
    for number, line in enumerate(table.lines, 1):
        row: Values = {"sheet_number": 0, "sheet": SHEET, "row": number + 1}
        for name, cell in zip(table.names, line.cells, strict=True):
            row[name] = value_of(cell, types[name], where=f"{table.where}, row {number}, column {name}")
            if name in codes and f"{name}_code" not in table.names:
                row[f"{name}_code"] = codes[name].get(cell.casefold())
        rows.append(row)
    return rows


def codes_of(source: Source) -> dict[str, dict[str, str]]:
    """The stored code of each word of each word field of a source."""
    return {
        each.name: {
            word.casefold(): code for code, words in each.words.items() if code != each.empty_is for word in words
        }
        for each in source.fields
        if each.type == "word"
    }


def insert(cursor: Cursor, table: str, *rows: Values) -> None:
    """Add rows with the same columns, all by one statement, since each takes as long."""
    if rows:
        names = ", ".join(f'"{name}"' for name in rows[0])
        marks = ", ".join([f"({', '.join('?' * len(rows[0]))})"] * len(rows))
        values = [row[name] for row in rows for name in rows[0]]
        cursor.execute(f"insert into {table} ({names}) values {marks}", values)


# --- Asking -------------------------------------------------------------------------------------------------------


def answer_of(cursor: Cursor, sql: str, given: Values) -> Answer:
    """The columns of a statement with their types, and its rows, as many as are compared."""
    cursor.execute(sql, given)
    described = cursor.description or ()
    names = [column[0] for column in described]
    types = {column[0]: str(column[1]).lower() for column in described}
    return types, [dict(zip(names, row, strict=True)) for row in cursor.fetchmany(MOST_ANSWERED)]


def with_file(sql: str) -> str:
    """The statement of a point with the file of each item, where the statement has the number of its import."""
    return statement("example_items").replace("{statement}", sql)


def parameters_asked(case: Case, sql: str, given: Values) -> Values:
    """Those of the given that a statement asks for. Raise Mistake, with its name, if nobody gives one."""
    names = sorted(set(re.findall(r"\$([a-z_]+)", sql)))
    for name in names:
        if name not in given:
            raise Mistake(N_("{where}: nobody gives ${name}; say it under parameters"), where=case.where, name=name)
    return {name: given[name] for name in names}


def orders(sql: str) -> bool:
    """Whether the statement's own last clause is an `order by`."""
    bare = re.sub(r"'[^']*'", "''", sql)
    while (shorter := re.sub(r"\([^()]*\)", "", bare)) != bare:
        bare = shorter
    return "order by" in bare


# --- Comparing ----------------------------------------------------------------------------------------------------


def differences(case: Case, found: Answer, *, ordered: bool) -> list[Mistake]:
    """What the answer has otherwise than the case expects, a sentence each; none where the example holds."""
    types, rows = found
    names = case.expected.names
    known(names, types, where=f"{case.expected.where}, the heading")
    wanted = list(_expected(case, types))
    answers = [tuple(_plain(row[name]) for name in names) for row in rows]
    if ordered and len(wanted) == len(answers):
        pairs = [(number, number) for number in range(len(wanted))]
    else:
        pairs = _paired(wanted, answers)
    mistakes = [each for w, a in pairs for each in _difference(case, w, wanted[w], answers[a])]
    return mistakes + _unpaired(case, pairs, wanted=wanted, answers=answers)


def _expected(case: Case, types: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    for number, line in enumerate(case.expected.lines, 1):
        yield tuple(
            _plain(value_of(cell, types[name], where=f"{case.expected.where}, row {number}, column {name}"))
            for name, cell in zip(case.expected.names, line.cells, strict=True)
        )


def _plain(found: Any) -> Any:
    """A value as it is compared: a share by its first nine decimals."""
    return round(float(found), 9) if isinstance(found, float) or hasattr(found, "quantize") else found


def _paired(wanted: list[tuple[Any, ...]], answers: list[tuple[Any, ...]]) -> list[tuple[int, int]]:
    """Equal rows first, then those that have most in common: (number of the expected, number of the found)."""
    equal: dict[str, list[int]] = {}
    for j, a in reversed([*enumerate(answers)]):
        equal.setdefault(repr(a), []).append(j)
    pairs = {i: equal[repr(w)].pop() for i, w in enumerate(wanted) if equal.get(repr(w))}
    taken = {*pairs.values()}
    unlike = [(j, a) for j, a in enumerate(answers) if j not in taken][:MOST_COMPARED]
    likeness = [
        (sum(x == y for x, y in zip(w, a, strict=True)), w[0] == a[0], -i, -j)
        for i, w in [(i, w) for i, w in enumerate(wanted) if i not in pairs][:MOST_COMPARED]
        for j, a in unlike
    ]
    for _same, _first, i, j in sorted(likeness, reverse=True):
        if -i not in pairs and -j not in taken:
            pairs[-i] = -j
            taken.add(-j)
    return sorted(pairs.items())


def _difference(case: Case, number: int, wanted: tuple[Any, ...], found: tuple[Any, ...]) -> list[Mistake]:
    return [
        Mistake(
            N_("{where}, expected row {row} ({trap}), column {column}: found {found}, expected {expected}"),
            **_place(case, number),
            column=name,
            found=_cell(got),
            expected=_cell(want),
        )
        for name, want, got in zip(case.expected.names, wanted, found, strict=True)
        if want != got
    ]


def _unpaired(
    case: Case, pairs: list[tuple[int, int]], *, wanted: list[tuple[Any, ...]], answers: list[tuple[Any, ...]]
) -> list[Mistake]:
    have, used = {w for w, _ in pairs}, {a for _, a in pairs}
    missing = [
        Mistake(
            N_("{where}, expected row {row} ({trap}): found no row, expected {expected}"),
            **_place(case, i),
            expected=_row(case, row),
        )
        for i, row in enumerate(wanted)
        if i not in have
    ]
    extra = [
        Mistake(N_("{where}: found a row too many, {found}"), where=case.where, found=_row(case, row))
        for j, row in enumerate(answers)
        if j not in used
    ]
    return missing + extra


def _place(case: Case, number: int) -> Values:
    return {"where": case.where, "row": number + 1, "trap": case.expected.lines[number].comment}


def _row(case: Case, row: tuple[Any, ...]) -> str:
    return " | ".join(f"{name} {_cell(cell)}" for name, cell in zip(case.expected.names, row, strict=True))


def _cell(cell: Any) -> str:
    return "–" if cell is None else str(cell)
