"""Count a frozen review again with the statements frozen with it, in a database that holds only its rows.

The statements come from a file that anybody could have made. So each may only read, the parameters are replaced by the
review's own values, and the database they run in cannot reach other files.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from compliance.access.scopes import Level, Scope
from compliance.counting.assessing import LEVELS, Coverage, figure_of
from compliance.declarations.points import course_of
from compliance.declarations.queries import parsed, statement, without_comments
from compliance.review.dossier import OF_PACKS, WITHOUT_COURSE, Dossier, PointAnswer
from compliance.store import apart
from compliance.store.database import Cursor, Failure, Rows, rows

MACRO: Final = re.compile(r"\s*create or replace macro\s", re.IGNORECASE)
COLUMNS: Final = frozenset(Coverage.__dataclass_fields__) - {
    "basis",
    "few",
    "approved",
    "purged",
    "columns",
    "no_course",
    "failed",
    "off",
}
MOST_ROWS: Final = 1_000_000
# The types of the parameters that every statement has; those of a rule are in the point's header.
TYPES: Final = {"as_of": "date", "known_at": "timestamp", "level": "varchar", "organisation": "varchar"}
COURSE_TYPES: Final = {"wanted": "varchar", "codes": "varchar[]", "names": "varchar[]"}


class Unusable(Exception):
    """A frozen statement that is missing, lacks what it needs, or does more than read.

    `name` is its file and `why` a code: missing, value (cannot be read, or lacks a value or its type) or forbidden.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


def recount(cursor: Cursor, frozen: Dossier) -> list[Coverage]:
    """Return the figures of organisation, departments and units from the cursor's rows and the frozen statements.

    A point that could not be counted when the review was frozen is not counted now.
    """
    _refuse_other_than_reading(frozen)
    for name in ("macros.sql", *_of_packs(frozen)):
        cursor.execute(_file(frozen, name))
    cursor.execute(";\n".join(_tables(frozen)))
    sources = {row["source"] for row in rows(cursor, _sources(frozen))}
    based = [answer for answer in frozen.points if _has_basis(cursor, frozen, answer, sources)]
    counted = [
        (level, row)
        for level in LEVELS
        for row in _counted(cursor, frozen, level)
        # what belongs to no part counts above it only
        if level == "organisation" or row[level] is not None
    ]
    return [f for answer in frozen.points for f in _figures(frozen, answer, counted, basis=answer in based)]


def script(frozen: Dossier) -> str:
    """The same as a file to run by hand, after the macros."""
    relations = (_file(frozen, name) for name in _of_packs(frozen))
    return ";\n\n".join([*relations, *_tables(frozen), *(_coverage(frozen, level) for level in LEVELS)]) + ";\n"


def _of_packs(frozen: Dossier) -> list[str]:
    """The files of macros for the sources of packs."""
    return [name for name in frozen.statements if name.startswith(OF_PACKS)]


def _counted(cursor: Cursor, frozen: Dossier, level: Level) -> Rows:
    """The counts of a level, with a limit on the number of rows."""
    counts = rows(cursor, f"select * from (\n{_coverage(frozen, level)}\n) limit {MOST_ROWS}")
    if counts and not COLUMNS.issubset(counts[0]):
        raise Unusable("app/coverage.sql", "value")
    return counts


def _has_basis(cursor: Cursor, frozen: Dossier, answer: PointAnswer, sources: set[str]) -> bool:
    """Whether the exports that a point needs are there, and have its course."""
    if answer.now.failed or not sources.issuperset(answer.point.needs):
        return False
    without = _without_course(frozen, answer)
    return not without or frozen.organisation not in {row["organisation"] for row in rows(cursor, without)}


def _without_course(frozen: Dossier, answer: PointAnswer) -> str:
    """What lists the organisations without a point's course; nothing of other points, or of earlier reviews."""
    course = frozen.statements.get(WITHOUT_COURSE) and course_of(answer.point, answer.parameters)
    if not course:
        return ""
    return _filled(_file(frozen, WITHOUT_COURSE), _params(frozen) | course, TYPES | COURSE_TYPES, name=WITHOUT_COURSE)


def _figures(
    frozen: Dossier, answer: PointAnswer, counted: list[tuple[Level, dict[str, Any]]], *, basis: bool
) -> list[Coverage]:
    """A point's figures; the organisation has one even if nothing was counted, its parts none without a basis."""
    of_point = [
        (level, row)
        for level, row in counted
        if basis and row["point"] == answer.point.number and row["organisation"] == frozen.organisation
    ]
    figures = [
        Coverage(answer.point, basis=True, **{name: row[name] for name in COLUMNS - {"point"}}) for _, row in of_point
    ]
    if any(level == "organisation" for level, _ in of_point):
        return figures
    return [figure_of(answer.point, frozen.as_of, place=Scope(frozen.organisation), basis=basis), *figures]


# --- The statements with their values -----------------------------------------------------------------------------


def _tables(frozen: Dossier) -> list[str]:
    """The statements that create the items of all points, and the departments of the units, once for all levels."""
    day = f"cast('{frozen.as_of}' as date)"
    items = [
        f"select {answer.point.number} as point, {day} as as_of, item.* from (\n{_point(frozen, answer)}\n) as item"
        for answer in _countable(frozen)
    ]
    text = statement("package_recount")
    for place, sql in {"{items}": "\nunion all\n".join(items), "{as_of}": day, "{units}": _units(frozen)}.items():
        text = text.replace(place, sql)
    return [text]


def _countable(frozen: Dossier) -> list[PointAnswer]:
    """The points without those whose statement failed when the review was frozen."""
    return [answer for answer in frozen.points if not answer.now.failed]


def _units(frozen: Dossier) -> str:
    return _filled(_file(frozen, "app/units.sql"), _params(frozen), TYPES, name="app/units.sql")


def _coverage(frozen: Dossier, level: Level) -> str:
    name = "app/coverage.sql"
    counted = _filled(_file(frozen, name), _params(frozen) | {"level": level}, TYPES, name=name)
    items = "select *, null::varchar as mark from recounted"
    return f"with items as ({items}), units as (select * from placed_units)\n{counted}"


def _sources(frozen: Dossier) -> str:
    params = _params(frozen) | {"organisation": frozen.organisation}
    return _filled(statement("package_sources"), params, TYPES, name="package_sources")


def _point(frozen: Dossier, answer: PointAnswer) -> str:
    """A point's statement with the parameters of its rule, each of the type in its header."""
    name = f"points/{answer.point.id}.sql"
    try:
        query = parsed(answer.point.id, _text(frozen, name))
    except ValueError as error:
        raise Unusable(name, "value") from error
    return _filled(query.sql, _params(frozen) | answer.parameters, TYPES | query.types, name=name)


def _params(frozen: Dossier) -> dict[str, Any]:
    return {"as_of": frozen.as_of, "known_at": frozen.known_at}


def _filled(sql: str, values: Mapping[str, Any], types: Mapping[str, str], *, name: str) -> str:
    """A statement with its `$parameters` replaced by values."""

    def literal(match: re.Match[str]) -> str:
        if match[1] not in values or match[1] not in types:
            raise Unusable(name, "value")
        return f"cast({_literal(values[match[1]])} as {types[match[1]]})"

    return re.sub(r"\$([a-z_]+)", literal, sql)


def _literal(value: Any) -> str:
    """A value from JSON as SQL; a date becomes a text, which the type turns into a date again."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(str(key))}: {_literal(part)}" for key, part in value.items()) + "}"
    text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    return "'" + text.replace("'", "''") + "'"


# --- What may be run ----------------------------------------------------------------------------------------------


def _text(frozen: Dossier, name: str) -> str:
    try:
        return frozen.statements[name]
    except KeyError as error:
        raise Unusable(name, "missing") from error


def _file(frozen: Dossier, name: str) -> str:
    return without_comments(_text(frozen, name))


def _refuse_other_than_reading(frozen: Dossier) -> None:
    """Raise Unusable unless each part of the macros creates a macro and every other file is one select.

    A select can write, by what stands in its `with`, and is of the kind of one that reads: its nodes tell. What a
    macro is made of cannot, as DuckDB lets only what stands first in a statement write.
    """
    for name in ("macros.sql", *_of_packs(frozen)):
        for part in _parts(_file(frozen, name), name=name):
            if part.type.name != "CREATE" or not MACRO.match(part.query):
                raise Unusable(name, "forbidden")
    statements = {f"points/{answer.point.id}.sql": _point(frozen, answer) for answer in _countable(frozen)}
    statements |= {"app/units.sql": _units(frozen), "app/coverage.sql": _coverage(frozen, "unit")}
    asked = [(WITHOUT_COURSE, sql) for answer in frozen.points if (sql := _without_course(frozen, answer))]
    for name, sql in (*statements.items(), *asked):
        _parts(sql, name=name)
        if not apart.only_reads(sql):
            raise Unusable(name, "forbidden")


def _parts(sql: str, *, name: str) -> list[Any]:
    """The statements of a file, parsed but not run."""
    try:
        return apart.parts(sql)
    except Failure as error:
        raise Unusable(name, "value") from error
