"""Compute what many statements read once: the imports and names behind some days, and relations that take long.

    with pinned(cursor, relations_of(points, days=days, level="unit"), days=days, known_at=moment):
        ...

Within the block, temporary macros hide the stored ones of the same name on this cursor, and read temporary tables:

    stored macro      reads from then on                            read by
    renamed           the names known at `known_at`                 points, units, coverage
    chosen_imports    the imports behind each of `days`             every <source>_at
    purged_units_at   nothing, where nothing was purged             units_at
    courses_said_at   nothing, where nothing was said of courses    points
    units_at, …       its own rows, once an edition (see below)     points, units

An edition is all days with the same imports (of the pin's sources) and the same names in force:

    days       31 Jan   28 Feb   31 Mar   30 Apr
    imports    {1}      {1}      {1, 7}   {1, 7}
    edition    └── 31 Jan ──┘    └── 31 Mar ──┘   computed twice, not four times
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from compliance.access.scopes import Level
from compliance.declarations.points import Point, fields_asked
from compliance.declarations.queries import sections
from compliance.store.database import Cursor

# From how many days on it pays to find out which of them have the same results of courses.
MANY_DAYS: Final = 5
# The relations that take longest or that several points read, with the sources that each depends on.
PINNED: Final = {
    "units_at": ("staff", "systems"),
    "several_employments_at": ("staff",),
    "systems_in_use_at": ("systems",),
    "active_processing_at": ("processing",),
    "local_instruction_at": ("local_instruction",),
    "incidents_at": ("incidents",),
    "breaches_at": ("breaches",),
    "processors_at": ("processors",),
}


def relations_of(points: tuple[Point, ...], *, days: list[date], level: Level) -> list[str]:
    """The relations worth pinning: none for a single day, where planning takes longer than it saves."""
    if len(days) == 1:
        return []
    # what packs read is not read here
    read = {source for point in points if not point.pack for source in (*point.needs, *point.uses)}
    placed = ["units_at"] if level != "organisation" else []
    return placed + [name for name, sources in PINNED.items() if name != "units_at" and read.intersection(sources)]


def courses_of(points: tuple[Point, ...], *, days: list[date]) -> list[dict[str, Any]]:
    """The courses, with their rules, worth pinning: none for a few days."""
    if len(days) < MANY_DAYS:
        return []
    rules = [
        course | {"validity_months": point.parameters(day).get("validity_months")}
        for point in points
        for day in days
        if not point.pack and (course := point.course(day))
    ]
    return [rule for place, rule in enumerate(rules) if rule not in rules[:place]]


@dataclass(frozen=True)
class _Pins:
    """What a block has pinned: on which cursor, for which days and moment, and which relations."""

    cursor: Cursor
    days: frozenset[date]
    known_at: datetime
    relations: frozenset[str]
    until: date
    organisation: str | None

    def cover(self, other: "_Pins") -> bool:
        same = self.cursor is other.cursor and self.known_at == other.known_at and self.until == other.until
        whole = self.organisation in {None, other.organisation}
        return same and whole and self.days >= other.days and self.relations >= other.relations


# What the innermost block has pinned.
_HELD: Final[ContextVar[_Pins | None]] = ContextVar("pins", default=None)


@contextmanager
def pinned(
    cursor: Cursor,
    relations: list[str],
    *,
    days: list[date],
    known_at: datetime,
    exports_until: date = date.max,
    courses: Sequence[dict[str, Any]] = (),
    organisation: str | None = None,
) -> Iterator[None]:
    """Within the block, `relations` and the imports and names behind `days` are computed once on this cursor.

    With an `organisation`, named as on each day, nothing of any other is there, nor in blocks within it, unless a block
    around it has them. Days after `exports_until` have its exports and names. A block around it that has all this
    already serves it too. A statement that reads another day too finds nothing of it here.
    """
    held = _HELD.get()
    if held and held.cursor is cursor:
        organisation = organisation or held.organisation
    pins = _Pins(cursor, frozenset(days), known_at, frozenset(relations), exports_until, organisation)
    if held and held.cover(pins):
        yield
        return
    hidden = [
        *_pin_names(cursor, known_at=known_at, until=exports_until),
        *_pin_imports(cursor, days=days, known_at=known_at, until=exports_until, organisation=organisation),
    ]
    before = _HELD.set(pins)
    try:
        for relation in relations:
            _pin(cursor, relation, known_at=known_at)
            hidden.append(f"table temp.{relation}")
        if courses:
            _pin_courses(cursor, courses, known_at=known_at)
            hidden.append("table temp.course_results_at")
        yield
    finally:
        _HELD.reset(before)
        cursor.execute("; ".join(f"drop macro {macro}" for macro in hidden))


def exports_until() -> date:
    """The day up to which the innermost block has exports and names."""
    held = _HELD.get()
    return held.until if held else date.max


def one_day(
    cursor: Cursor, day: date, *, known_at: datetime, organisation: str | None = None
) -> AbstractContextManager[None]:
    """Within the block, many statements on one day plan faster, those about units too."""
    return pinned(cursor, ["units_at"], days=[day], known_at=known_at, organisation=organisation)


@contextmanager
def imports_pinned(cursor: Cursor, name: str, values: dict[str, Any]) -> Iterator[None]:
    """Within the block, the imports of any day are those that a statement finds, once on this cursor."""
    parts = sections(name)
    cursor.execute(parts["rows"], values)
    cursor.execute(parts["macro"])
    try:
        yield
    finally:
        cursor.execute("drop macro table temp.imports_at")


def _pin_names(cursor: Cursor, *, known_at: datetime, until: date) -> list[str]:
    """Hide `renamed` by the names known at a moment that begin until a day; without any, by nothing."""
    parts, known = sections("pin_names"), {"known_at": known_at, "until": until}
    found = cursor.execute(parts["any_known"], known).fetchall()
    if found:
        cursor.execute(parts["names"], known)
    cursor.execute(parts["renamed" if found else "unchanged"])
    return ["temp.renamed"]


def _pin_imports(
    cursor: Cursor, *, days: list[date], known_at: datetime, until: date, organisation: str | None
) -> list[str]:
    """Hide `chosen_imports`, and the macros that find nothing where nothing is to be found."""
    parts = sections("pin_imports")
    of = {"days": days, "known_at": known_at, "until": until, "organisation": organisation}
    cursor.execute(parts["imports"], of)
    cursor.execute(parts["chosen_imports"])
    hidden = ["table temp.chosen_imports"]
    if not cursor.execute(parts["any_purged"]).fetchall():
        cursor.execute(parts["nothing_purged"])
        hidden.append("table temp.purged_units_at")
    if not cursor.execute(parts["any_said"], {"known_at": known_at}).fetchall():
        cursor.execute(parts["nothing_said"])
        hidden.append("table temp.courses_said_at")
    fields: dict[tuple[str, int, int], set[str]] = {}
    for *sheet, name in cursor.execute(parts["columns"]).fetchall():
        fields.setdefault(tuple(sheet), set()).add(name)
    asked = fields_asked()
    if any(not asked.get(source, frozenset()) <= names for (source, *_), names in fields.items()):
        cursor.execute(parts["some_missing"])
        return hidden
    cursor.execute(parts["none_missing"])
    return [*hidden, "temp.columns_of", "temp.untold", "temp.judge"]


def _pin(cursor: Cursor, relation: str, *, known_at: datetime) -> None:
    """Hide a stored macro by its own rows, computed once for all days with the same imports."""
    parts = {name: text.replace("{relation}", relation) for name, text in sections("pin_relation").items()}
    cursor.execute(parts["editions"], {"sources": list(PINNED[relation])})
    cursor.execute(parts["rows"], {"known_at": known_at})
    cursor.execute(parts["macro"])


def _pin_courses(cursor: Cursor, courses: Sequence[dict[str, Any]], *, known_at: datetime) -> None:
    """Hide `course_results_at` by its own rows, computed once for all days on which the same has happened."""
    parts = sections("pin_courses")
    cursor.execute(parts["editions"])
    cursor.execute(parts["rows"], {"courses": list(courses), "known_at": known_at})
    cursor.execute(parts["macro"])
