"""One person's data: where they are, and removing them by a decision.

    who = identify(cursor, "anna.berg@example.se", own=folder)
    places = places_of(cursor, who, own=folder)
    remove(stores.own(), "anna.berg@example.se", diary="KS 2026/12", own=folder, user=user, order=order)

A person's own rows in exports go, with their cells, and what was written of their items. In other exports, and in what
was written of other items, the name, address or id is replaced with a mark.
The texts and decisions of reviews stay, as do frozen ones: whoever wrote them can word them otherwise. In the register
the pseudonym stays, without whom it stands for, so that the audit trail is whole.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from compliance.access import audit, people
from compliance.access.audit import Action
from compliance.access.people import Person
from compliance.access.permissions import Permission, User
from compliance.access.pseudonyms import kept_subject
from compliance.access.withholding import WITHHELD, Names
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.remembering import cached_property
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, person_of, product_sources
from compliance.keeping.purging import diary_number, record
from compliance.keeping.rewriting import Changes, rewrite, tables_of
from compliance.loading.loading import Order
from compliance.store.database import Cursor, Database, Rows, rows
from compliance.store.packs import ROWS, declared, rows_of, table_of
from compliance.worklists.notes import TEXTS as TEXTS_OF_ITEMS

# What a removal changes besides the sources' own tables: all that belongs to an import, and whom one expects it from.
OF_IMPORTS: Final = frozenset({ROWS, "import_rows", "import_facts", "import_columns", "problems", "arrangements"})
# The columns of a source about persons that tell who somebody is.
NAMING: Final = ("name", "email")
TEXTS: Final = {"VARCHAR": '["{}"]', "VARCHAR[]": '"{}"'}
# What was written of items: whoever wrote it stays.
OF_ITEMS: Final = frozenset(("item_notes", column) for column in ("item", *TEXTS_OF_ITEMS))
LISTS: Final = frozenset({"cells"})
# What stands beside a row of an export, with the column of its texts.
BESIDE: Final = {"import_rows": "cells", "problems": "value"}
# A shorter id, or one of digits alone, is more often something else in a text.
SHORTEST_ID: Final = 4
Fate = Literal["row", "text", "stays"]
# A row of an export: the import, its sheet, and the row's number in it.
Key = tuple[int | None, int | None, int | None]


@dataclass(frozen=True)
class Identity:
    """Who somebody is in the exports, in lower case: their ids, addresses, and the names that nobody else has."""

    ids: tuple[str, ...]
    emails: tuple[str, ...]
    names: tuple[str, ...]

    def without(self, text: str) -> str:
        """A text with a mark for each name, address and id of the person."""
        return self._names.without_names(self._words.sub(WITHHELD, text) if self._words else text)

    @cached_property
    def pattern(self) -> str:
        """A regular expression of the words of which a text that names the person has at least one."""
        longest = (max(re.findall(r"\w+", name), key=len, default=name) for name in self.names)
        return "|".join(f"\\Q{word}\\E" for word in (*longest, *self._exact) if word)

    @cached_property
    def _names(self) -> Names:
        return Names(self.names, ())

    @cached_property
    def _exact(self) -> tuple[str, ...]:
        telling = (id_ for id_ in self.ids if len(id_) >= SHORTEST_ID and not id_.isdigit())
        return (*self.emails, *telling)

    @cached_property
    def _words(self) -> re.Pattern[str] | None:
        words = "|".join(map(re.escape, self._exact))
        return re.compile(rf"(?<![\w.+-])(?:{words})(?![\w-])", re.IGNORECASE) if words else None


@dataclass(frozen=True)
class Place:
    """Where a person is: a table and column, the import and row if it has any, the text, and what a removal does."""

    table: str
    column: str
    row_id: int
    import_id: int | None
    sheet_number: int | None
    row: int | None
    texts: tuple[str | None, ...]
    fate: Fate

    @property
    def key(self) -> Key:
        """The row of an export that it belongs to."""
        return self.import_id, self.sheet_number, self.row

    @property
    def text(self) -> str:
        """The text, or those of a row."""
        return " | ".join(text for text in self.texts if text)


# --- Who and where ------------------------------------------------------------------------------------------------


def identify(cursor: Cursor, wanted: str, *, own: Path | None) -> Identity:
    """Whoever has this id, address or name in some export; else whoever has this full name or address in a text.

    Raise Refusal if several persons of different ids have it.
    """
    sources = list(_about_persons(cursor, own))
    text = " ".join(wanted.split()).lower()
    ids = sorted({row["id"] for source in sources for row in _rows_naming(cursor, source, text)})
    if len(ids) > 1:
        raise Refusal(N_("Several persons are called so: {ids}. Say one of these ids."), ids=", ".join(ids))
    if not ids:  # A single word is more often something else than half a name.
        return Identity((), (text,) if "@" in text else (), (text,) if " " in text and "@" not in text else ())
    every = [row for source in sources for row in _rows_naming(cursor, source, None)]
    mine = [row for row in every if row["id"] in ids]
    others = {row["name"].lower() for row in every if row["id"] not in ids and row["name"]}
    names = {row["name"].lower() for row in mine if row["name"]} - others
    emails = {row["email"].lower() for row in mine if row["email"]}
    return Identity(tuple(ids), tuple(sorted(emails)), tuple(sorted(names)))


def _about_persons(cursor: Cursor, own: Path | None) -> Iterator[Source]:
    return (source for source in declared(cursor, own).sources.values() if person_of(source))


def _rows_naming(cursor: Cursor, source: Source, wanted: str | None) -> Rows:
    fields = {field.name for field in source.fields}
    sql = statement("person_named").replace("{source}", rows_of(source)).replace("{id}", person_of(source) or "")
    for name in NAMING:
        sql = sql.replace(f"{{{name}}}", name if name in fields else "cast(null as varchar)")
    return rows(cursor, sql, {"wanted": wanted})


def places_of(cursor: Cursor, who: Identity, *, own: Path | None) -> list[Place]:
    """Every place in the store where a person is."""
    about = list(_about_persons(cursor, own))
    changed = product_sources().keys() | OF_IMPORTS
    notes = [*_notes_of(cursor, who, own)]
    mine = [place for source in about for place in _rows_of(cursor, source, who)]
    keys = {place.key for place in mine}
    gone = {("item_notes", place.row_id) for place in notes}
    beside = [place for table in BESIDE for place in _beside(cursor, table, keys)]
    others = {_key(row) for source in about for row in _keys(cursor, source, who)}
    texts = [
        Place(row["table_name"], row["column_name"], row["row_id"], *_key(row), tuple(row["texts"]), fate)
        for row in _texts(cursor, who, but={source.id for source in about})
        for fate in ("text" if row["table_name"] in changed or _of_items(row) else "stays",)
        if (row["table_name"], row["row_id"]) not in gone
        # The row of somebody else, perhaps of the same name, is left alone; that of the person goes as a whole.
        if row["table_name"] not in {*BESIDE, ROWS} or _key(row) not in others | keys
    ]
    return sorted(
        [*mine, *beside, *notes, *texts], key=lambda place: (place.table, *(number or 0 for number in place.key))
    )


def _key(row: Mapping[str, Any]) -> Key:
    return row["import_id"], row["sheet_number"], row["row"]


def _of_items(row: Mapping[str, Any]) -> bool:
    return (row["table_name"], row["column_name"]) in OF_ITEMS


def _notes_of(cursor: Cursor, who: Identity, own: Path | None) -> Iterator[Place]:
    """What was written of items that are the person, also of points that nobody can read any more."""
    others = [point.id for point in declared(cursor, own).points if not point.persons]
    for row in rows(cursor, statement("person_notes"), {"others": others, "ids": list(who.ids)}):
        texts = (row["item"], *(row[name] for name in TEXTS_OF_ITEMS))
        yield Place("item_notes", "item", row["row_id"], None, None, None, texts, "row")


def _rows_of(cursor: Cursor, source: Source, who: Identity) -> Iterator[Place]:
    """The rows that are about the person."""
    id_ = person_of(source) or ""
    columns = [field.name for field in source.fields if field.person]
    sql = statement("person_rows").replace("{source}", rows_of(source)).replace("{id}", id_)
    for row in rows(cursor, sql.replace("{columns}", ", ".join(columns)), {"ids": list(who.ids)}):
        texts = tuple(row[name] for name in columns)
        yield Place(table_of(source.id), id_, row["row_id"], *_key(row), texts, "row")


def _keys(cursor: Cursor, source: Source, who: Identity) -> Rows:
    """The places of the rows that are about others."""
    sql = statement("person_others").replace("{source}", rows_of(source)).replace("{id}", person_of(source) or "")
    return rows(cursor, sql, {"ids": list(who.ids)})


def _beside(cursor: Cursor, table: str, keys: set[Key]) -> Iterator[Place]:
    """The cells and problems of some rows."""
    if keys:
        column = BESIDE[table]
        sql = statement("person_beside").replace("{table}", table).replace("{texts}", _as_list(cursor, table, column))
        names = ("import_id", "sheet_number", "row")
        for row in rows(cursor, sql, {"keys": [dict(zip(names, key, strict=True)) for key in sorted(keys, key=str)]}):
            yield Place(table, column, row["row_id"], *_key(row), tuple(row["texts"]), "row")


def _as_list(cursor: Cursor, table: str, column: str) -> str:
    return TEXTS[tables_of(cursor)[table][column]].format(column)


def _texts(cursor: Cursor, who: Identity, *, but: set[str]) -> Iterator[dict[str, Any]]:
    """The texts of every table that name the person, but those of some tables."""
    parts = []
    for table, columns in tables_of(cursor).items():
        places = {name: name if name in columns else "null" for name in ("import_id", "sheet_number", "row")}
        for column, type_ in columns.items():
            if type_ in TEXTS and table not in but:
                sql = statement("person_texts").replace("{texts}", TEXTS[type_].format(column))
                for name, value in {"table": table, "column": column, **places}.items():
                    sql = sql.replace(f"{{{name}}}", value)
                parts.append(sql)
    if who.pattern:
        for row in rows(cursor, "\nunion all\n".join(parts), {"pattern": who.pattern}):
            if any(text and who.without(text) != text for text in row["texts"]):
                yield row


# --- Removing -----------------------------------------------------------------------------------------------------


def remove(database: Database, wanted: str, *, diary: str, own: Path | None, user: User, order: Order) -> list[Place]:
    """Remove a person, and record it with the decision's diary number and no name. Raise Refusal if nobody is found."""
    audit.require(user, Permission.PURGE)
    diary = diary_number(diary)
    # What is told is told again as failed also if it is the end of the rewriting that fails.
    with ExitStack() as told:
        with database.rewriting() as (cursor, path):
            who = identify(cursor, wanted, own=own)
            places, accounts = places_of(cursor, who, own=own), accounts_of(who)
            going = [place for place in places if place.fate != "stays"]
            if not going and not accounts:
                raise Refusal(N_("Nobody is found by this id, address or name in any export."))
            imports = _counted(going, {table_of(source.id) for source in _about_persons(cursor, own)})
            rows_gone = sum(gone for _, _, gone, _ in imports)
            told.enter_context(audit.telling(user, Action.PERSON, diary, rows=rows_gone))
            if going:
                changes = _changes(who, going)
                record(cursor, changes, imports, kind="person", diary=diary, before=None, order=order)
                rewrite(cursor, path, changes)
        for account in accounts:
            people.remove(account.person)
    return places


def accounts_of(who: Identity) -> list[Person]:
    """Those in the register whose name, or subject, is the person's."""
    named = {*who.names, *who.emails, *who.ids}
    return [
        person
        for person in people.everybody()
        if not named.isdisjoint((person.name.lower(), person.subject.lower()))
        or person.subject in {kept_subject(person.issuer, each) for each in named}
    ]


def _counted(going: Iterable[Place], about: set[str]) -> list[tuple[int, bool, int, int]]:
    """Of each import its id, that it is not whole, its rows that go, and its texts that change."""
    gone, texts = Counter[int](), Counter[int]()
    for place in going:
        if place.import_id is not None:
            gone[place.import_id] += place.table in about and place.fate == "row"
            texts[place.import_id] += place.fate == "text"
    return [(import_id, False, gone[import_id], texts[import_id]) for import_id in sorted({*gone, *texts})]


def _changes(who: Identity, going: Iterable[Place]) -> Changes:
    changes = Changes()
    for place in going:
        if place.fate == "row" and place.table != "problems":
            changes.drop(place.table, [place.row_id])
        elif place.fate == "row":
            changes.change(place.table, place.column, place.row_id, None)
        else:
            texts = [text and who.without(text) for text in place.texts]
            changes.change(place.table, place.column, place.row_id, texts if place.column in LISTS else texts[0])
    return changes
