"""The status and the note of an item that is not met, which stay when the next export is loaded.

They are the coordinator's own record. They change no outcome and no figure: the exports decide these.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from compliance.access.audit import Action
from compliance.access.disclosure import about_incidents
from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.core.errors import Refusal
from compliance.core.language import N_, folded
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event
from compliance.review.reviewing import stored_text
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, Rows, rows

# Each status in words.
STATUSES: Final = {
    "sent": N_("Sent to the unit"),
    "begun": N_("Being dealt with"),
    "waiting": N_("Waiting for an answer"),
    "disputed": N_("Disputed"),
    "reported": N_("Done, says the unit"),
}
LONGEST_NOTE: Final = 2_000
CHANGED_MEANWHILE: Final = N_("Somebody else has changed it since it was shown. Theirs is kept, and shown now.")
# The texts of a note in words. The own note is in no file.
TEXTS: Final = {"message": N_("Message to the unit"), "answer": N_("The unit's answer"), "note": N_("Own note")}
# The point of an item, by id, and the item's name in lower case.
Key = tuple[str, str]
# What an item is called now, given its point and its row.
Called = Callable[[Point, Mapping[str, Any]], str]


@dataclass(frozen=True)
class Note:
    """What is written of an item: its point, its id as it is called, its unit, a status and the coordinator's own note.

    `message` is what is said to the unit, `answer` what the unit has written; `sent_at` is when its list was last sent
    to the unit. The own note leaves in no file.
    """

    point: str
    item: str
    unit: str | None
    status: str | None = None
    note: str = ""
    message: str = ""
    answer: str = ""
    written_at: datetime | None = None
    written_by: str = ""
    sent_at: datetime | None = None
    edition: int = 0

    @property
    def key(self) -> Key:
        """By which an item finds its note."""
        return self.point, folded(self.item)


@dataclass(frozen=True)
class Notes:
    """The notes of an organisation as known at a moment."""

    by_key: Mapping[Key, Note]
    called: Called

    def of(self, point: Point, item: Mapping[str, Any]) -> Note | None:
        """What is written of an item of a point."""
        return self.by_key.get((point.id, folded(self.called(point, item))))

    @property
    def edition(self) -> int:
        """That of what was written last; 0 if nothing is."""
        return max((note.edition for note in self.by_key.values()), default=0)

    def about(self, point: Point, item: Mapping[str, Any]) -> Note:
        """What is written of an item, if anything, under the name by which it is found again."""
        before = self.of(point, item) or Note(point.id, "", None)
        return replace(before, item=self.called(point, item), unit=item["unit"])

    def seen(self, point: Point, item: Mapping[str, Any], reader: Reader) -> Note | None:
        """The same as a reader may see it: the private text only if they may write it, the others without names.

        Who may see no names sees no text of an incident or a person.
        """
        found = self.of(point, item)
        if found is None:
            return None
        if not reader.may(Permission.LOAD_EXPORTS):
            found = replace(found, note="")
        if reader.named:
            return found
        silent = point.persons or about_incidents(point)
        texts: Any = {name: "" if silent else reader.text(getattr(found, name)) for name in TEXTS}
        return replace(found, **texts, written_by="", sent_at=None)


# --- Names --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Renamed:
    """What systems and units are called on a day, if something else than before: by the earlier name."""

    systems: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, point: Point, item: Mapping[str, Any]) -> str:
        """The name of an item of a point by which it is found again: `unit/requirement` has the unit's name of now."""
        name: str = item["item"]
        if point.needs[0] == "systems":
            return self.systems.get(name, name)
        label = item["label"]
        before = name.removesuffix(f"/{label}") if label else name
        if before == name:
            return name
        return f"{self.units.get(before, item['unit'] or before)}/{label}"

    def later(self, point: Point | None, note: Note) -> Note:
        """A note under the name that its item has now."""
        item, unit = note.item, note.unit or ""
        called = self.units.get(unit, unit)
        if point and point.needs[0] == "systems":
            item = self.systems.get(item, item)
        elif unit and folded(item).startswith(folded(f"{unit}/")):
            item = called + item[len(unit) :]
        return replace(note, item=item, unit=called or None)


def renamed(cursor: Cursor, names: Mapping[str, Iterable[str]], *, as_of: date, known_at: datetime) -> Renamed:
    """What some systems and units are called on a day: `names` has those to look up, by `system` and `unit`."""
    found: dict[str, dict[str, str]] = {}
    for what, each in names.items():
        params = {"what": what, "names": sorted({*each}), "as_of": as_of, "known_at": known_at}
        found[what] = {row["name"]: row["called"] for row in rows(cursor, statement("names_called"), params)}
    return Renamed(found.get("system", {}), found.get("unit", {}))


# --- Reading and writing ------------------------------------------------------------------------------------------


def notes(cursor: Cursor, points: tuple[Point, ...], *, organisation: str, as_of: date, known_at: datetime) -> Notes:
    """The notes of an organisation known at a moment, under the names that their items have on a day."""
    params: dict[str, Any] = {"organisation": organisation, "as_of": as_of, "known_at": known_at}
    found = rows(cursor, statement("item_notes"), params)
    if not found:
        return Notes({}, Renamed())
    by_id = {point.id: point for point in points}
    names = {"system": _of_systems(found, by_id), "unit": {row["unit"] for row in found if row["unit"]}}
    now = renamed(cursor, names, as_of=as_of, known_at=known_at)
    later = [now.later(by_id.get(row["point"]), _note(row)) for row in found]
    return Notes({note.key: note for note in later}, now)


def _of_systems(found: Rows, points: Mapping[str, Point]) -> set[str]:
    return {row["item"] for row in found if (p := points.get(row["point"])) and p.needs[0] == "systems"}


def _note(row: Mapping[str, Any]) -> Note:
    kept = {name: row[name] for name in Note.__dataclass_fields__}
    return Note(**{**kept, **{name: row[name] or "" for name in TEXTS}})


def write(database: Database, written: Sequence[Note], *, organisation: str, as_of: date, order: Order) -> None:
    """Write the status and the texts of some items of an organisation, all of them or none."""
    if not written:
        return
    with database.writing() as cursor:
        add_notes(cursor, written, organisation_id=organisation_id(cursor, organisation, as_of), order=order)


def add_notes(
    cursor: Cursor, written: Sequence[Note], *, organisation_id: int, order: Order, told: str = "item notes"
) -> None:
    """The same inside the caller's transaction; `told` is what the audit trail calls it."""
    params: dict[str, Any] = {"organisation_id": organisation_id, "notes": [_row(note) for note in written]}
    if written:
        cursor.execute(statement("add_item_notes"), params | {"who": order.who})
    what = f"{len(written)} items: {', '.join(sorted({note.point for note in written}))}"
    more = {name: value for name, value in _trail_details(written).items() if value}
    add_event(cursor, order, told, what, action=Action.ITEM_NOTE, told=told, items=len(written), **more)


def _row(note: Note) -> dict[str, Any]:
    if note.status is not None and note.status not in STATUSES:
        raise Refusal(N_("The status {said} is none of {all}."), said=note.status, all=", ".join(STATUSES))
    texts = {name: _text(getattr(note, name)) for name in TEXTS}
    return {"point": note.point, "item": note.item, "unit": note.unit, "status": note.status, **texts}


def _text(said: str) -> str | None:
    text = stored_text(said)
    if len(text) > LONGEST_NOTE:
        text_ = N_("The text has {n} characters, and {most} are the most. Shorten it.")
        raise Refusal(text_, n=len(text), most=LONGEST_NOTE)
    return text or None


def _trail_details(written: Sequence[Note]) -> dict[str, object]:
    """What all of them share, for the trail, which holds no text and no item."""
    shared: dict[str, object] = {}
    for name in ("point", "status", "unit"):
        values = {getattr(note, name) for note in written}
        if len(values) == 1:
            shared[name] = values.pop()
    return shared


def organisation_id(cursor: Cursor, organisation: str, as_of: date) -> int:
    """The number of an organisation by its name on a day."""
    params = {"organisation": organisation, "as_of": as_of, "known_at": EVERYTHING_KNOWN}
    (first, *_) = rows(cursor, statement("organisation_ids"), params)
    return int(first["organisation_id"])
