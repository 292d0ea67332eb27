"""Purging the rows of persons that are older than the organisation's limit, by a decision.

    planned = plan(cursor, before=day, today=today, own=folder)
    purge(stores.own(), before=day, today=today, diary="KS 2026/12", own=folder, user=user, order=order)

Exports before a day that a later one has replaced are purged; those that figures of today rest on never are. Rows about
persons go, and those of a source that nothing declares any more. In other exports persons and the free text of
incidents are replaced with a mark and a number, the same for the same text, so that figures are still counted alike. Of
every export the cells as read go, since a column that is not read can name anybody, and the values in lists of
problems. What was written of items, and that units answered, goes too if it is from before the day. What was loaded,
when and by whom stays, as do the names of files and sheets, and every review.

The file is written anew, so that nothing of it is left.
"""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.disclosure import of_incidents
from compliance.access.permissions import Permission, User
from compliance.access.withholding import WITHHELD
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import RETENTION
from compliance.declarations.queries import statement
from compliance.declarations.retention import limit_on
from compliance.declarations.sources import Source, is_kept, kept_texts, person_of, table_columns
from compliance.keeping.rewriting import Changes, rewrite
from compliance.loading.loading import Order
from compliance.loading.purges import Kind
from compliance.review.reviewing import reviews
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, Rows, moment, rows
from compliance.store.packs import ROWS, declared, table_of

LONGEST_DIARY: Final = 100


@dataclass(frozen=True)
class Old:
    """An import to purge: how many rows go, how many texts are replaced, and of how many rows the cells as read go.

    `whole` if its rows are about persons; `next` is the day from which a later one counts, as far as that is known.
    """

    import_id: int
    source: str
    extract_date: date
    next: date | None
    whole: bool
    rows: int
    texts: int
    cells: int


@dataclass(frozen=True)
class Concerned:
    """An approved review with points that cannot be counted again, by number, after rows of theirs are purged."""

    year: int
    version: int
    points: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """What a purge removes. It leaves the imports that are `pending`: a review that is not approved yet needs them.

    `notes` is how many notes on items go, all that were written before the day.
    """

    before: date
    imports: tuple[Old, ...]
    pending: tuple[int, ...]
    notes: int
    reviews: tuple[Concerned, ...]
    changes: Changes = field(repr=False)

    @property
    def last_day(self) -> date | None:
        """The last day of which some figure will say that it was purged."""
        following = [old.next for old in self.imports if old.whole and old.next]
        return max(following) - timedelta(days=1) if following else None


def plan(cursor: Cursor, *, before: date, today: date, own: Path | None) -> Plan:
    """What a purge of the exports before a day would remove, and the changes that do it.

    Raise Refusal if the organisation has no limit, or the day is later than it allows.
    """
    _refuse_later(before, today, own)
    sources = declared(cursor, own).sources
    pending = [review.as_of for review in reviews(cursor) if review.state != "approved"]
    params = {"before": before, "today": today, "pending": pending}
    found = rows(cursor, statement("purgeable"), params | {"known_at": EVERYTHING_KNOWN})
    changes, marks = Changes(), Marks()
    imports = tuple(_changed(cursor, row, sources, changes, marks) for row in found if not row["pending"])
    left = tuple(row["import_id"] for row in found if row["pending"])
    notes = [row["row_id"] for row in rows(cursor, statement("purge_notes"), {"before": before})]
    changes.drop("item_notes", notes)
    changes.drop(
        "unit_answers", [row["row_id"] for row in rows(cursor, statement("purge_answers"), {"before": before})]
    )
    return Plan(before, imports, left, len(notes), tuple(_concerned(cursor, imports)), changes)


def _refuse_later(before: date, today: date, own: Path | None) -> None:
    limit = limit_on(today, own)
    if limit is None:
        text = N_(
            "The organisation has no limit, so nothing is purged. Write months in {file} among your declarations."
        )
        raise Refusal(text, file=RETENTION.name)
    if before > limit:
        text = N_("What is from {day} is still within the organisation's limit. Say {limit} or an earlier day.")
        raise Refusal(text, day=before, limit=limit)


def purge(
    database: Database, *, before: date, today: date, diary: str, own: Path | None, user: User, order: Order
) -> Plan:
    """Purge what `plan` says now, and record it with the decision's diary number. Raise Refusal if nothing is to go."""
    audit.require(user, Permission.PURGE)
    diary = diary_number(diary)
    # What is told is told again as failed also if it is the end of the rewriting that fails.
    with ExitStack() as told, database.rewriting() as (cursor, path):
        planned = plan(cursor, before=before, today=today, own=own)
        if not planned.imports and not planned.notes:
            raise Refusal(N_("Nothing is to be purged before {day}."), day=before)
        numbers = [(old.import_id, old.whole, old.rows, old.texts) for old in planned.imports]
        gone = sum(old.rows for old in planned.imports)
        told.enter_context(audit.telling(user, Action.PURGE, diary, before=before, rows=gone))
        record(cursor, planned.changes, numbers, kind="retention", diary=diary, before=before, order=order)
        rewrite(cursor, path, planned.changes)
    return planned


def diary_number(text: str) -> str:
    """The number of a decision in the diary. Raise Refusal if there is none."""
    number = " ".join(text.split())[:LONGEST_DIARY]
    if not number:
        raise Refusal(N_("A purge needs the number of its decision in the diary."))
    return number


# --- What is removed ----------------------------------------------------------------------------------------------


@dataclass
class Marks:
    """The marks of removed texts: the same for the same text of a purge."""

    numbers: dict[str, int] = field(default_factory=dict)

    def of(self, text: str) -> str:
        """The mark of a text."""
        return f"{WITHHELD} {self.numbers.setdefault(text.casefold(), len(self.numbers) + 1)}"


def identifying(source: Source, sources: Mapping[str, Source]) -> list[str]:
    """The columns of a source whose texts name persons, or are the free text of incidents."""
    kept = kept_texts(sources)
    return [
        column
        for field in source.fields
        for column, type_ in table_columns(field)
        if type_ == "varchar" and column == field.name
        if field.person or (of_incidents(source) and not field.names and not is_kept(source, field, kept))
    ]


def _changed(
    cursor: Cursor, row: Mapping[str, Any], sources: Mapping[str, Source], changes: Changes, marks: Marks
) -> Old:
    """Collect the changes to one import."""
    source, table, import_id = sources.get(row["source"]), table_of(row["source"]), row["import_id"]
    whole, names = source is None or person_of(source) is not None, identifying(source, sources) if source else []
    gone = _rows_of(cursor, table, import_id) if whole else []
    changes.drop(table, gone)
    texts = 0
    if source and whole:
        _keep_places(cursor, source, import_id, changes)
    elif source and names:
        masked = _masked if table == source.id else _masked_of_pack
        texts = masked(cursor, source, names, import_id, changes, marks)
    cells = _rows_of(cursor, "import_rows", import_id)
    changes.drop("import_rows", cells)
    changes.drop("import_facts", _rows_of(cursor, "import_facts", import_id))
    _forget_columns(cursor, changes, import_id, {*names})
    for problem in _rows_of(cursor, "problems", import_id):
        changes.change("problems", "value", problem, None)
    return Old(import_id, row["source"], row["extract_date"], row["next"], whole, len(gone), texts, len(cells))


def _keep_places(cursor: Cursor, source: Source, import_id: int, changes: Changes) -> None:
    """Keep the department of each unit, by which other figures of the day are divided."""
    if table_of(source.id) == source.id and {"unit", "department"} <= {field.names for field in source.fields}:
        sql = statement("purge_units").replace("{source}", source.id)
        for row in rows(cursor, sql, {"import_id": import_id}):
            changes.add("purged_units", row)


def _rows_of(cursor: Cursor, table: str, import_id: int) -> list[int]:
    sql = statement("purge_rows").replace("{table}", table)
    return [row["row_id"] for row in rows(cursor, sql, {"imports": [import_id]})]


def _masked(cursor: Cursor, source: Source, columns: list[str], import_id: int, changes: Changes, marks: Marks) -> int:
    """Replace the texts of some columns with marks, and return how many there were."""
    count = 0
    for row in _texts(cursor, source.id, columns, import_id):
        for name in columns:
            if row[name] is not None:
                changes.change(source.id, name, row["row_id"], marks.of(row[name]))
                count += 1
    return count


def _masked_of_pack(
    cursor: Cursor, source: Source, columns: list[str], import_id: int, changes: Changes, marks: Marks
) -> int:
    """The same of a source that a pack declares, whose values are in a list."""
    names = [name for field in source.fields for name, _ in table_columns(field)]
    places, count = {names.index(name) for name in columns}, 0
    for row in _texts(cursor, ROWS, ["cells"], import_id):
        named = {place for place in places if row["cells"][place] is not None}
        cells = [marks.of(cell) if place in named else cell for place, cell in enumerate(row["cells"])]
        changes.change(ROWS, "cells", row["row_id"], cells)
        count += len(named)
    return count


def _texts(cursor: Cursor, table: str, columns: list[str], import_id: int) -> Rows:
    """The rows of an import in a table, with some columns."""
    sql = statement("purge_texts").replace("{table}", table).replace("{columns}", ", ".join(columns))
    return rows(cursor, sql, {"imports": [import_id]})


def _forget_columns(cursor: Cursor, changes: Changes, import_id: int, names: set[str]) -> None:
    """Forget the headings of columns that were not read, or whose texts are gone: they are not compared any more.

    That there was a column for a field stays: figures tell an empty cell from an export that does not say.
    """
    found = _texts(cursor, "import_columns", ["field"], import_id)
    changes.drop("import_columns", [row["row_id"] for row in found if row["field"] is None])
    for row in found:
        if row["field"] in names:
            changes.change("import_columns", "heading", row["row_id"], "")


def _concerned(cursor: Cursor, imports: Iterable[Old]) -> list[Concerned]:
    """The approved reviews that rest on rows that go."""
    gone = {old.import_id: old.source for old in imports if old.rows}
    concerned = []
    for row in rows(cursor, statement("approved_reviews")):
        document = msgspec.json.decode(row["content"] or "{}")
        sources = {gone[used["import_id"]] for used in document.get("imports", ()) if used["import_id"] in gone}
        points = [answer["point"] for answer in document.get("points", ())]
        numbers = [point["number"] for point in points if not sources.isdisjoint((*point["needs"], *point["uses"]))]
        if numbers:
            concerned.append(Concerned(row["year"], row["version"], tuple(numbers)))
    return concerned


# --- Writing ------------------------------------------------------------------------------------------------------


def record(
    cursor: Cursor,
    changes: Changes,
    imports: list[tuple[int, bool, int, int]],
    *,
    kind: Kind,
    diary: str,
    before: date | None,
    order: Order,
) -> None:
    """Record a purge in what is written: of each import its id, whether it is whole, its rows and texts."""
    now = moment(cursor)
    total = {"rows": sum(each[2] for each in imports), "texts": sum(each[3] for each in imports)}
    entry: dict[str, Any] = {"purged_at": now, "kind": kind, "diary": diary, "before": before, "purged_by": order.who}
    changes.add("purges", entry | total)
    by_age = kind == "retention"
    for import_id, whole, gone, texts in imports:
        row = {"import_id": import_id, "purged_at": now, "diary": diary, "by_age": by_age, "whole": whole}
        changes.add("purged_imports", row | {"rows": gone, "texts": texts})
    changes.add("events", event(now, order, diary, f"{total['rows']} rows, {total['texts']} texts"))


def event(now: datetime, order: Order, diary: str, what: str) -> dict[str, Any]:
    """The event of a purge."""
    return {"happened_at": now, "who": order.who, "action": "purge", "what": f"{diary}: {what}"}
