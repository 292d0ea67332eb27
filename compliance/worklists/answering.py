"""A unit's work list that comes back filled in: what each row says, and taking it.

    back = returned(workbook)
    known = what_is_known(cursor, asking, back)
    answers = compared(back, known, words)
    take(database, back, answers, known, order=order)

What is taken sets statuses and keeps the unit's own words. It loads nothing, and changes no figure.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal, get_args

from compliance.core.clock import local_day
from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, N_, Language, folded
from compliance.declarations.answers import Answers
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.declarations.sources import normal
from compliance.loading.loading import Order
from compliance.reading.markers import KEY, Marker, has_keys, is_key, item_key, split_marker
from compliance.reading.sheets import Workbook
from compliance.review.reviewing import stored_text
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, rows
from compliance.worklists.lists import Asking, items_left
from compliance.worklists.notes import (
    CHANGED_MEANWHILE,
    LONGEST_NOTE,
    Key,
    Note,
    Notes,
    Renamed,
    add_notes,
    notes,
    organisation_id,
    renamed,
)
from compliance.worklists.sending import WHAT
from compliance.worklists.workbooks import NOTE, STATUS

# Where an answer stands, those first that need a look. What means no status is kept in the unit's words.
State = Literal["unknown_word", "changed", "twice", "other_unit", "not_left", "new", "same"]
ORDER: Final[tuple[State, ...]] = get_args(State)
TAKEN: Final[frozenset[State]] = frozenset({"unknown_word", "new", "same"})
Item = tuple[Point, Mapping[str, Any]]

TAKEN_BEFORE: Final = N_("The answer is taken already, {day}.")
NOT_OURS: Final = N_("The list is of {organisation}, and no organisation here is called so.")
LACKS: Final = N_(
    "{file} is a work list that has lost its column {column}. Answer in the workbook that was sent out, and save it as "
    ".xlsx."
)


@dataclass(frozen=True)
class Row:
    """A row of a list as it came back: its number in the sheet, the item's key and name, and what the unit writes."""

    number: int
    key: str
    concerns: str
    word: str
    text: str


@dataclass(frozen=True)
class Returned:
    """A list that came back: its file, whose it is, the rows that say something, and how many are empty or added."""

    sha256: str
    marker: Marker
    as_of: date
    rows: tuple[Row, ...]
    empty: int
    added: int


@dataclass(frozen=True)
class Answer:
    """What a row says of an item, and where that stands; `before` is what is written of it, `after` with the answer."""

    row: Row
    state: State
    item: Item | None = None
    before: Note | None = None
    after: Note | None = None

    @property
    def sets_status(self) -> bool:
        """Whether the item gets another status by it."""
        return bool(self.before and self.after and self.before.status != self.after.status)


@dataclass(frozen=True)
class Known:
    """What is left in an organisation now and was when its list was made, by key and by name, and what is written.

    `unit` is that of the list as it is called now.
    """

    organisation: str
    as_of: date
    unit: str | None
    by_key: Mapping[str, Item]
    by_name: Mapping[Key, Item]
    called: Renamed
    notes: Notes

    def unit_of(self, item: Item) -> str | None:
        """The unit of an item as it is called now."""
        unit: str | None = item[1]["unit"]
        return self.called.units.get(unit, unit) if unit else None


# --- What came back -----------------------------------------------------------------------------------------------


def returned(workbook: Workbook) -> Returned:
    """The list that a workbook is. Raise Refusal if it has lost what tells its items apart, or a column of answers."""
    rest, marker = split_marker(workbook)
    if marker and marker.as_of and marker.organisation:
        for sheet in filter(has_keys, rest.sheets):
            lines = [[cell or "" for cell in row.values()] for row in sheet.cells.to_pylist()]
            top = next((number for number, line in enumerate(lines) if _place(line, KEY) is not None), None)
            if top is not None:
                found = [row for row in _rows(workbook, lines, top) if row.word or row.text or row.key]
                said = tuple(row for row in found if row.key and (row.word or row.text))
                added = sum(not row.key for row in found)
                return Returned(workbook.sha256, marker, marker.as_of, said, len(found) - len(said) - added, added)
    raise Refusal(LACKS, file=workbook.name, column=Language("sv")(KEY))


def _rows(workbook: Workbook, lines: Sequence[Sequence[str]], top: int) -> Iterator[Row]:
    """The rows below the headings, each with its key, if it has one, and what stands in the open cells."""
    places = {heading: _place(lines[top], heading) for heading in (KEY, STATUS, NOTE, WHAT)}
    for heading in (STATUS, NOTE):
        if places[heading] is None:
            raise Refusal(LACKS, file=workbook.name, column=Language("sv")(heading))
    for number, line in enumerate(lines[top + 1 :], start=top + 2):
        cells = (line[place][:LONGEST_NOTE] if place is not None else "" for place in places.values())
        key, word, text, name = map(stored_text, cells)
        yield Row(number, key if is_key(key) else "", name, word, text)


def _place(line: Sequence[str], heading: str) -> int | None:
    """The place of a heading in a row, in any language."""
    called = {normal(Language(code)(heading)) for code in LANGUAGES}
    return next((place for place, cell in enumerate(line) if cell and normal(cell) in called), None)


# --- What is known ------------------------------------------------------------------------------------------------


def day_of(back: Returned, as_of: date) -> date:
    """The day that a list is compared with: that of the page, unless the list is of a later one."""
    return max(back.as_of, as_of)


def organisation_of(cursor: Cursor, back: Returned, as_of: date) -> str:
    """The organisation of a list by its name on a day. Raise Refusal if there is none."""
    return str(_organisation(cursor, back, as_of)["organisation"])


def _organisation(cursor: Cursor, back: Returned, as_of: date) -> dict[str, Any]:
    """The same, also by its name on the day of the list."""
    named = {"organisation": back.marker.organisation, "list_day": back.as_of}
    found = rows(cursor, statement("organisation_of_list"), named | {"as_of": as_of, "known_at": EVERYTHING_KNOWN})
    if not found:
        raise Refusal(NOT_OURS, organisation=back.marker.organisation)
    return found[0]


def what_is_known(cursor: Cursor, asking: Asking, back: Returned) -> Known:
    """What is left, and was when the list was made. `asking` has the organisation as it is called on its day."""
    earlier = _organisation(cursor, back, asking.as_of)["on_list_day"]
    then = replace(asking, organisation=earlier, as_of=back.as_of)
    now, before = [*items_left(cursor, asking)], [*items_left(cursor, then)]
    names = {
        "system": {row["item"] for point, row in (*now, *before) if point.needs[0] == "systems"},
        "unit": {unit for unit in (back.marker.unit, *(row["unit"] for _, row in (*now, *before))) if unit},
    }
    called = renamed(cursor, names, as_of=asking.as_of, known_at=asking.known_at)
    known: Any = {"organisation": asking.organisation, "as_of": asking.as_of, "known_at": asking.known_at}
    return Known(
        asking.organisation,
        asking.as_of,
        called.units.get(back.marker.unit or "", back.marker.unit),
        {item_key(back.marker.organisation, each[0].id, each[1]["item"]): each for each in (*now, *before)},
        {(point.id, folded(called(point, row))): (point, row) for point, row in now},
        called,
        notes(cursor, asking.points, **known),
    )


# --- What each row says -------------------------------------------------------------------------------------------


def compared(back: Returned, known: Known, answers: Answers) -> tuple[Answer, ...]:
    """What each row that says something says, those first that need a look."""
    by_key: dict[str, dict[tuple[str, str], Row]] = {}
    for row in back.rows:
        by_key.setdefault(row.key, {}).setdefault((row.word, row.text), row)
    found = [
        _compared(row, back.marker.edition, known, answers) if len(alike) == 1 else Answer(row, "twice")
        for alike in by_key.values()
        for row in alike.values()
    ]
    return tuple(sorted(found, key=lambda answer: ORDER.index(answer.state)))


def _compared(row: Row, edition: int, known: Known, answers: Answers) -> Answer:
    item = known.by_key.get(row.key)
    if item is None:
        return Answer(row, "not_left")
    now = known.by_name.get((item[0].id, folded(known.called(*item))))
    if folded(known.unit_of(now or item)) != folded(known.unit):
        return Answer(row, "other_unit")
    if now is None:
        return Answer(row, "not_left", item)
    before, status = known.notes.about(*now), answers.status(row.word)
    text = row.text if status or not row.word else f"{row.word}: {row.text}" if row.text else row.word
    after = replace(before, status=status or before.status, answer=text[:LONGEST_NOTE] or before.answer)
    return Answer(row, _state(row, edition, before, after, status), now, before, after)


def _state(row: Row, edition: int, before: Note, after: Note, status: str | None) -> State:
    """Where an answer stands that is about an item of the unit which is still left."""
    if after == before:
        return "same"
    if before.edition > edition and before.status not in {None, "sent"}:
        return "changed"
    return "unknown_word" if row.word and not status else "new"


def counted(answers: Sequence[Answer]) -> Counter[State]:
    """How many answers stand where."""
    return Counter(answer.state for answer in answers)


def wanted(answers: Sequence[Answer], *, changed: bool) -> list[Answer]:
    """Those that are taken; of items changed since the list was made only if `changed`."""
    return [answer for answer in answers if answer.state in TAKEN or (changed and answer.state == "changed")]


# --- Taking it ----------------------------------------------------------------------------------------------------


def taken_on(cursor: Cursor, back: Returned) -> date | None:
    """The day on which the same file was taken; None if it was not."""
    ((moment,),) = cursor.execute(statement("answer_taken"), {"sha256": back.sha256}).fetchall()
    return local_day(moment) if moment else None


def take(
    database: Database,
    back: Returned,
    answers: Sequence[Answer],
    known: Known,
    *,
    changed: bool,
    order: Order,
    then: Callable[[Cursor], object] = lambda _cursor: None,
) -> None:
    """Write what a unit answers, and that it has, as is `wanted`; then call `then` in the same transaction.

    Raise Refusal, and write nothing, if the file is taken already, or somebody has written of an item since it was
    compared.
    """
    chosen = wanted(answers, changed=changed)
    with database.writing() as cursor:
        if day := taken_on(cursor, back):
            raise Refusal(TAKEN_BEFORE, day=day)
        points = tuple({answer.item[0].id: answer.item[0] for answer in chosen if answer.item}.values())
        at: Any = {"organisation": known.organisation, "as_of": known.as_of}
        now = notes(cursor, points, **at, known_at=EVERYTHING_KNOWN)
        if any(now.about(*answer.item) != answer.before for answer in chosen if answer.item):
            raise Refusal(CHANGED_MEANWHILE)
        id_ = organisation_id(cursor, **at)
        new = [answer.after for answer in chosen if answer.after and answer.after != answer.before]
        add_notes(cursor, new, organisation_id=id_, order=order, told="unit answer")
        params = {"organisation_id": id_, "unit": back.marker.unit, "as_of": back.as_of, "sha256": back.sha256}
        cursor.execute(statement("add_unit_answer"), params | {"items": len(chosen), "who": order.who})
        then(cursor)
