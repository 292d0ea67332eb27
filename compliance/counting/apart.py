"""The items of points of packs, counted apart: each statement in a database of its own that never sees the store.

    with counted_apart(cursor, wanted, known_at=moment) as failed:      # within a `pinned` block
        sql, values = statement_of(point, parameters)

What a statement reads are the rows of its own sources, of the pinned imports of the places where it is counted, and the
names of the day. It has limits of time, memory and items, and what it answers is checked. Then its items are a relation
of the cursor, and `statement_of` reads that. One that fails is a value: the days on which it did, each with a code.
"""

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.clock import now
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import POINTS
from compliance.counting.pins import exports_until
from compliance.counting.words import words_of
from compliance.declarations.admitted import CELL
from compliance.declarations.declared import read_toml
from compliance.declarations.given import given
from compliance.declarations.points import Point
from compliance.declarations.queries import sections
from compliance.declarations.sources import Source, product_sources
from compliance.store.apart import faults
from compliance.store.database import Cursor, Failure
from compliance.store.engine import is_out_of_memory, watched
from compliance.store.instances import lent

# What one statement may take, for all its days: seconds of a processor, and items a day. Its memory is the database's.
SECONDS: Final = 5.0
MOST_ITEMS: Final = 200_000
# The longest text of an item.
LONGEST: Final = 1_000
# Why a statement has no items.
REFUSED, TOO_SLOW, TOO_LARGE, TOO_MANY = "refused", "too_slow", "too_large", "too_many"
BROKEN, ANSWER = "broken", "answer"

# What is said of an item.
OUTCOMES: Final = ("met", "unmet", "unknown", "pending", "exempt")
# The days that a calendar has.
FIRST_DAY, LAST_DAY = date(1000, 1, 1), date(9999, 12, 31)
_TEXTS: Final = ("organisation", "unit", "item", "label", "outcome", "reason", "detail")
# The columns of an answer, as queries/points/columns.txt has them.
COLUMNS: Final[Mapping[str, str]] = {
    "as_of": "date",
    **dict.fromkeys(_TEXTS, "varchar"),
    "due": "date",
    "lost": "boolean",
    "import_id": "integer",
    "sheet": "varchar",
    "row": "integer",
}
# The relation of the items of all points that were counted, with the number of each and what tells its parameters.
COUNTED: Final = "items_of_packs"
# What a day is called around a statement: no name that it can have itself.
_DAY: Final = f"day_{secrets.token_hex(8)}"
# When a statement is tried again that took too long or too much: the machine can have been busy beyond patience.
AGAIN: Final = timedelta(minutes=5)
# Whether a statement may run, and what one failed with by its parameters, places and imports: a code, or nothing, and
# until when it holds.
_KNOWN: Final[OrderedDict[tuple[str, str], tuple[str, datetime]]] = OrderedDict()
_MOST_KNOWN: Final = 1_000
_LOCK: Final = threading.Lock()


# The days and ids of the points that have failed, each with the code.
Failed = dict[tuple[date, str], str]


@dataclass(frozen=True)
class Wanted:
    """A point of a pack by a set of parameters, and where it is counted: the organisations of each day."""

    point: Point
    parameters: dict[str, Any]
    places: dict[date, list[str]]

    def is_asked_as(self, other: "Wanted") -> bool:
        """Whether one statement counts both."""
        return (self.point.id, self.parameters) == (other.point.id, other.parameters)

    @property
    def sources(self) -> list[str]:
        """The sources that it reads."""
        return sorted({*self.point.needs, *self.point.uses})

    def on(self, day: date) -> "Wanted":
        """The same on one day."""
        return replace(self, places={day: self.places[day]})


def statement_of(point: Point, parameters: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The statement of a point's items on `$as_of`, and its values; of a pack's, what has been counted apart."""
    if not point.pack:
        return point.query.sql, parameters
    named = f"point = {point.number} and rules = '{_mark(parameters)}'"
    return f"select * exclude (point, rules, as_of) from {COUNTED} where {named} and as_of = $as_of", {}


def _mark(parameters: dict[str, Any]) -> str:
    return hashlib.sha256(repr(sorted(parameters.items())).encode()).hexdigest()


@contextmanager
def counted_apart(cursor: Cursor, wanted: Sequence[Wanted], *, known_at: datetime) -> Iterator[Failed]:
    """Within the block, the items of points of packs are a relation of the cursor. Those that failed are told."""
    failed: Failed = {}
    found = [_with_name(each, items) for each, items in _counted(cursor, wanted, failed, known_at=known_at)]
    if found:
        cursor.register(COUNTED, pa.concat_tables(found))
    try:
        yield failed
    finally:
        if found:
            cursor.unregister(COUNTED)


def _with_name(wanted: Wanted, items: pa.Table) -> pa.Table:
    """The items of a point with its number, and what tells its parameters from others."""
    for name, value in (("rules", pa.scalar(_mark(wanted.parameters))), ("point", pa.scalar(wanted.point.number))):
        items = items.add_column(0, name, pa.repeat(value, len(items)))
    return items


def _counted(
    cursor: Cursor, wanted: Sequence[Wanted], failed: Failed, *, known_at: datetime
) -> Iterator[tuple[Wanted, pa.Table]]:
    """Those that could be counted, with their items; the days of those that could not are added to the failed."""
    let_in = [each for each in wanted if not _refused(each.point)]
    failed |= {(day, each.point.id): REFUSED for each in wanted if each not in let_in for day in each.places}
    if not let_in:
        return
    with lent(_own_sources(let_in)) as apart:
        feed = _fed(cursor, apart, let_in, known_at=known_at)
        # once no column is missing, nothing looks for columns any more
        for each in sorted(let_in, key=feed.lacks_columns, reverse=True):
            if (items := _items(apart, feed, each, failed, known_at=known_at)) is not None:
                yield each, items


def _own_sources(wanted: Sequence[Wanted]) -> tuple[Source, ...]:
    found = {source.id: source for each in wanted for source in each.point.sources}
    return tuple(found[id_] for id_ in sorted(found))


def _refused(point: Point) -> bool:
    """Whether a statement is not on the closed list: its rows can have come from another machine."""
    if not {*point.needs, *point.uses} <= product_sources().keys() | {source.id for source in point.sources}:
        return True
    asked = given(point, common=frozenset(read_toml(POINTS)["reasons"]))
    mark = point.statement, repr(asked)
    code = _known(mark)
    if code is None:
        # an organisation can declare more than the statement uses
        wrong = any(not fault.idle for fault in faults(point.statement, asked))
        code = _kept(mark, REFUSED if wrong else "")
    return bool(code)


def _known(mark: tuple[str, str]) -> str | None:
    with _LOCK:
        code, until = _KNOWN.get(mark, (None, datetime.max))
    return code if now() < until else None


def _kept(mark: tuple[str, str], code: str) -> str:
    """The code, kept: it is not found out again, or not soon if it is of the moment."""
    until = now() + AGAIN if code in {TOO_SLOW, TOO_LARGE} else datetime.max
    with _LOCK:
        _KNOWN[mark] = code, until
        for _ in range(len(_KNOWN) - _MOST_KNOWN):
            _KNOWN.popitem(last=False)
    return code


# --- What a statement reads ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Feed:
    """The imports whose rows are there apart, one a day, with the fields that the sheets of each have a column for.

    `unread` are the sources whose rows could not be read.
    """

    table: pa.Table
    rows: list[dict[str, Any]]
    sheets: dict[int, dict[int, list[str]]]
    unread: set[str]

    def read_by(self, wanted: Wanted) -> list[dict[str, Any]]:
        """The imports that a point reads, one a day."""
        return [self.rows[place] for place in self.of(wanted)]

    def of(self, wanted: Wanted) -> list[int]:
        """The places of the imports that a point reads: of its own sources, where it is counted."""
        sources, places = {*wanted.sources}, wanted.places
        return [
            place
            for place, row in enumerate(self.rows)
            if row["source"] in sources and row["organisation"] in places.get(row["day"], ())
        ]

    def mark(self, wanted: Wanted) -> list[str]:
        """What tells the imports that a point reads from others, also of another store or of a rehearsal."""
        names = ("import_id", "imported_at", "file", "loaded")
        return sorted({" ".join(str(row[name]) for name in names) for row in self.read_by(wanted)})

    def lacks_columns(self, wanted: Wanted) -> bool:
        """Whether a sheet has no column for a field that a point asks for."""
        words = words_of(wanted.point)
        asked = {
            id_: {field.name for field in wanted.point.source(id_).fields if field.name in words}
            for id_ in wanted.sources
        }
        return any(
            not asked[row["source"]].issubset(fields)
            for row in self.read_by(wanted)
            for fields in self.sheets.get(row["import_id"], {}).values()
        )

    def pinned(self, wanted: Wanted, *, columns: bool) -> pa.Table:
        """The imports that a point reads, with their columns if one is missing that it asks for."""
        found = self.table.take(self.of(wanted))
        if not columns:
            return found
        place, kind = found.column_names.index("sheets"), found.schema.field("sheets")
        sheets = [self.sheets.get(row["import_id"], {}).items() for row in self.read_by(wanted)]
        return found.set_column(place, kind, pa.array([[*each] or None for each in sheets], kind.type))


def _fed(cursor: Cursor, apart: Cursor, wanted: Sequence[Wanted], *, known_at: datetime) -> _Feed:
    """Have the rows that some points read apart, once for all of them, with the names of their days."""
    parts = sections("apart")
    sources = sorted({source for each in wanted for source in each.sources})
    days = sorted({day for each in wanted for day in each.places})
    table = cursor.sql(parts["imports"], params={"sources": sources, "days": days}).to_arrow_table()
    feed = _Feed(table, table.drop(["sheets"]).to_pylist(), {}, set())
    ids = sorted({row["import_id"] for each in wanted for row in feed.read_by(each)})
    for id_, number, fields in cursor.execute(parts["columns"], {"imports": ids}).fetchall():
        feed.sheets.setdefault(id_, {})[number] = fields
    for source in sources:
        try:
            rows = cursor.sql(parts["rows"].replace("{source}", source), params={"imports": ids}).to_arrow_table()
        except Failure:  # what another machine has written need not be of its type
            feed.unread.add(source)
        else:
            apart.register(source, _of_cells(rows))
    _register_names(cursor, apart, known_at=known_at)
    return feed


def _of_cells(rows: pa.Table) -> pa.Table:
    """The rows without what of a text is longer than the closed list counts with."""
    for place, column in enumerate(rows.schema):
        texts = rows.column(place)
        if pa.types.is_string(column.type) and (pc.max(pc.binary_length(texts)).as_py() or 0) > CELL:
            rows = rows.set_column(place, column, pc.utf8_slice_codeunits(texts, 0, CELL))
    return rows


def _register_names(cursor: Cursor, apart: Cursor, *, known_at: datetime) -> None:
    parts, known = sections("pin_names"), {"known_at": known_at, "until": exports_until()}
    found = cursor.execute(parts["any_known"], known).fetchall()
    if found:
        apart.register("pinned_names", cursor.sql(sections("apart")["names"]).to_arrow_table())
    apart.execute(parts["renamed" if found else "unchanged"])


# --- What it answers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Answer:
    """The items of a point, without the days on which it failed, each with its code."""

    failed: Mapping[date, str]
    items: pa.Table | None = None


def _items(apart: Cursor, feed: _Feed, wanted: Wanted, failed: Failed, *, known_at: datetime) -> pa.Table | None:
    """The items of a point on its days; None if it failed on all of them.

    Where many days are too much, the last one is tried alone: it is what is looked at.
    """
    answer = _tried(apart, feed, wanted, known_at=known_at)
    if answer.items is None and len(wanted.places) > 1:
        last = max(wanted.places)
        alone = _tried(apart, feed, wanted.on(last), known_at=known_at)
        before = {day: code for day, code in answer.failed.items() if day != last}
        answer = replace(alone, failed={**before, **alone.failed})
    failed |= {(day, wanted.point.id): code for day, code in answer.failed.items()}
    return answer.items


def _tried(apart: Cursor, feed: _Feed, wanted: Wanted, *, known_at: datetime) -> _Answer:
    """The answer of a statement. One that had none is not tried again soon with the same imports."""
    if feed.unread.intersection(wanted.sources):
        return _Answer(dict.fromkeys(wanted.places, BROKEN))
    places = sorted(wanted.places.items())
    asked = wanted.parameters | {"places": places, "imports": feed.mark(wanted), "known_at": known_at}
    mark = wanted.point.statement, _mark(asked)
    if code := _known(mark):
        return _Answer(dict.fromkeys(wanted.places, code))
    sql, values = answering(wanted, known_at=known_at)
    columns = feed.lacks_columns(wanted)
    apart.register("pinned_imports", feed.pinned(wanted, columns=columns))
    with watched(apart, seconds=SECONDS) as late:
        try:
            apart.execute(sections("pin_imports")["chosen_imports"])
            if not columns:
                apart.execute(sections("pin_imports")["none_missing"])
            apart.execute(sql, values)
            items = apart.sql("from answer").to_arrow_table()
            apart.execute("drop table answer")
        except Failure as error:
            code = TOO_SLOW if late.is_set() else TOO_LARGE if is_out_of_memory(error) else BROKEN
            return _Answer(dict.fromkeys(wanted.places, _kept(mark, code)))
    return _checked(
        items, wanted, {(row["day"], row["organisation"], row["import_id"]) for row in feed.read_by(wanted)}
    )


def answering(wanted: Wanted, *, known_at: datetime) -> tuple[str, dict[str, Any]]:
    """The statement that makes the table `answer` of all the days of a point, and its values."""
    items, on = on_days(wanted.point.query.sql, sorted(wanted.places))
    columns = ", ".join(f"{_cut(name, kind)} as {name}" for name, kind in COLUMNS.items())
    sql = sections("apart")["answer"].replace("{columns}", columns).replace("{items}", items)
    values = wanted.parameters | {"known_at": known_at}
    values = {name: value for name, value in values.items() if name in wanted.point.query.names}
    return sql, values | on | {"most": MOST_ITEMS * len(wanted.places) + 1}


def on_days(items: str, days: list[date]) -> tuple[str, dict[str, Any]]:
    """A statement of a day's items on several, and its days; a single day plans faster without a join."""
    if len(days) == 1:
        return f"select $as_of as as_of, item.* from (\n{items}\n) as item", {"as_of": days[0]}
    each = (
        f"(select unnest($days) as as_of) as {_DAY}, lateral (\n{items.replace('$as_of', f'{_DAY}.as_of')}\n) as item"
    )
    return f"select {_DAY}.as_of as as_of, item.* from {each}", {"days": days}


def _cut(name: str, kind: str) -> str:
    """A column of an answer by its type; a text is not endless."""
    return f"left(cast({name} as varchar), {LONGEST})" if kind == "varchar" else f"cast({name} as {kind})"


# --- Whether they are items ---------------------------------------------------------------------------------------


def _checked(items: pa.Table, wanted: Wanted, imports: set[tuple[date, str, int]]) -> _Answer:
    """What a statement has answered, without the days on which it is none: too many items, or one that cannot be."""
    failed = dict.fromkeys(_wrong_days(items, wanted, imports), ANSWER)
    failed |= dict.fromkeys(_days(_several(items, "as_of", most=MOST_ITEMS)), TOO_MANY)
    return _Answer(failed, items.filter(~pc.field("as_of").isin(pa.array(failed, pa.date32()))))


def _wrong_days(items: pa.Table, wanted: Wanted, imports: set[tuple[date, str, int]]) -> Iterator[date]:
    """The days on which something is no item, or of no import."""
    yield from (day for day, _ in not_items(items, wanted.point))
    for day, organisation, import_id in _distinct(items, "as_of", "organisation", "import_id"):
        if (day, organisation, import_id) not in imports:
            yield day


def not_items(items: pa.Table, point: Point) -> Iterator[tuple[date, Refusal]]:
    """What of an answer is no item: the day, and why; each reason once a day."""
    item, label, organisation, due = (pc.field(name) for name in ("item", "label", "organisation", "due"))
    for day in _days(items.filter(item.is_null() | organisation.is_null())):
        yield day, Refusal(N_("An item lacks its id or its organisation."))
    for day, name in _distinct(items.filter(label.is_null()), "as_of", "item"):
        yield day, Refusal(N_("The item {item} lacks its label."), item=name)
    for day, name in _distinct(items.filter((due < FIRST_DAY) | (due > LAST_DAY)), "as_of", "item"):
        yield day, Refusal(N_("The day {item} is due is in no calendar."), item=name)
    named = items.select(["as_of", "organisation"]).append_column("item", pc.utf8_lower(items["item"]))
    for day, place, name in _distinct(_several(named, *named.column_names, most=1), *named.column_names):
        message = N_("The item {item} of {organisation} is there twice, whatever its letters are.")
        yield day, Refusal(message, item=name, organisation=place)
    yield from _not_judged(items, point)


def _not_judged(items: pa.Table, point: Point) -> Iterator[tuple[date, Refusal]]:
    """What an answer says of items that no item can have."""
    names = {field.name for id_ in (*point.needs, *point.uses) for field in point.source(id_).fields}
    said = items.group_by(["as_of", "outcome", "reason"]).aggregate([("item", "min")])
    for row in said.to_pylist():
        values = {"item": row["item_min"], "said": row["outcome"], "known": ", ".join(sorted(OUTCOMES))}
        if row["outcome"] not in OUTCOMES:
            yield row["as_of"], Refusal(N_("The outcome of {item} is {said}, which is none of {known}."), **values)
        elif row["reason"] is None and row["outcome"] != "met":
            yield row["as_of"], Refusal(N_("The outcome of {item} is {said}, and it has no reason."), **values)
        elif row["reason"] not in {None, *point.reasons}:
            message = N_("The reason of {item} is {said}, which point.toml does not declare.")
            yield row["as_of"], Refusal(message, item=row["item_min"], said=row["reason"])
    for day, detail in _distinct(items.filter(pc.field("reason") == "column_missing"), "as_of", "detail"):
        # as `undecided` writes it
        if not names.issuperset((detail or "").split(", ")):
            message = N_("A column is missing that is called {said}. No source of the point has such a field.")
            yield day, Refusal(message, said=detail or "–")


def _days(items: pa.Table) -> list[date]:
    return [day for (day,) in _distinct(items, "as_of")]


def _distinct(items: pa.Table, *columns: str) -> list[tuple[Any, ...]]:
    """The values of some columns together, each once."""
    if not len(items):  # which is so as a rule, and grouping nothing takes as long
        return []
    found = items.group_by(list(columns)).aggregate([])
    return [*zip(*(found[name].to_pylist() for name in columns), strict=True)]


def _several(items: pa.Table, *columns: str, most: int) -> pa.Table:
    """The values of some columns that more rows have together than may."""
    counted = items.group_by(list(columns)).aggregate([([], "count_all")])
    return counted.filter(pc.field("count_all") > most)
