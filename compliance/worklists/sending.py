"""What a list says when it is sent: to whom, about what, and each item in words. Nothing about other units is in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from compliance.access.disclosure import about_incidents
from compliance.core.language import N_, Language
from compliance.correcting import forms
from compliance.correcting.arrangements import arrangements
from compliance.store.database import Cursor
from compliance.wording import phrases
from compliance.wording.reasons import detail_text, item_name, reason_text
from compliance.wording.tables import Column
from compliance.worklists.contacts import BY, Contact
from compliance.worklists.lists import Asking, Left, WorkList
from compliance.worklists.notes import STATUSES, Note, Notes, notes


@dataclass(frozen=True)
class Noted:
    """An item that is left, with what is written of it."""

    left: Left
    note: Note | None


@dataclass(frozen=True)
class Sending:
    """What all lists share: whose they are, of which day, what is written of the items, when and where to answer."""

    organisation: str
    as_of: date
    notes: Notes
    answer_by: date | None = None
    return_to: str = ""

    def note(self, left: Left) -> Note | None:
        """What is written of an item."""
        return self.notes.of(left.point, left.item)

    def noted(self, each: WorkList) -> list[Noted]:
        """The items of a list, each with what is written of it."""
        return [Noted(left, self.note(left)) for left in each.left]

    def addressee(self, each: WorkList) -> str:
        """The unit, or the organisation as a whole."""
        return each.unit or self.organisation


def begun(cursor: Cursor, asking: Asking, *, today: date) -> Sending:
    """What the lists of an organisation on a day share."""
    known: Any = {"organisation": asking.organisation, "as_of": asking.as_of}
    written = notes(cursor, asking.points, known_at=asking.known_at, **known)
    arranged = arrangements(cursor, asking.organisation, as_of=asking.as_of)
    return Sending(asking.organisation, asking.as_of, written, arranged.answer_from(today), arranged.return_to)


def file_name(each: WorkList, sending: Sending, say: Language) -> str:
    """The name of a list's files, without their ending."""
    return forms.file_name(say(N_("To do {unit}"), unit=sending.addressee(each)))


def heading(each: WorkList, sending: Sending, say: Language) -> str:
    """What a list is about, in a line: its title, and the subject of its mail."""
    text = N_("Information security: to do in {unit}")
    return " ".join(say(text, unit=sending.addressee(each)).translate(forms.ILLEGAL).split())


def purpose(each: WorkList, sending: Sending, say: Language) -> str:
    """Where the list comes from, in a sentence."""
    return say(
        N_("{left} by the exports of {organisation} on {day}."),
        left=items_left(len(each.left), say),
        organisation=sending.organisation,
        day=say.date(sending.as_of),
    )


def items_left(number: int, say: Language) -> str:
    """How many items are left, to begin a sentence."""
    return say.plural("{count} item is left", "{count} items are left", number, count=phrases.counted(number, say))


def answering(sending: Sending, say: Language) -> str:
    """When and where to answer, in a sentence; empty where neither is arranged."""
    day, to = say.date(sending.answer_by) if sending.answer_by else "", sending.return_to
    if day and to:
        return say(N_("Answer by {day} to {to}."), day=day, to=to)
    if day:
        return f"{say(N_('Answer by {day}'), day=day)}."
    return say(N_("Answer to {to}."), to=to) if to else ""


# --- An item in words ---------------------------------------------------------------------------------------------


def name(left: Left, say: Language) -> str:
    """What an item is called: by its name and id; a case by its id alone, since its title can name somebody."""
    item, label = item_name(left.item["item"], say), left.item["label"]
    if about_incidents(left.point) or not label or label.casefold() in item.casefold():
        return str(label) if left.point.needs[0] == "local_instruction" else item
    return f"{label} ({item})"


def missing(left: Left, say: Language) -> str:
    """What an item lacks, with what the reason names."""
    reason = reason_text(left.point, left.item["outcome"], left.item["reason"], say)
    detail = detail_text(left.point, left.item["detail"], say)
    return f"{reason}: {detail}" if detail and not about_incidents(left.point) else reason


def since(left: Left, say: Language) -> str:
    """Since when; where it may have been so before the first export, that too."""
    day = left.since.isoformat()
    return say(N_("{day} or earlier"), day=day) if left.earlier else day


def todo(left: Left, say: Language) -> str:
    """What is done about an item."""
    return say.pick(left.todo).replace("{detail}", detail_text(left.point, left.item["detail"], say))


def answers(left: Left, say: Language) -> str:
    """Who answers for an item, as its export names them."""
    return "; ".join(person(contact, say) for contact in left.contacts)


def person(contact: Contact, say: Language) -> str:
    """A contact: the name, the address if there is one, and who they are."""
    return f"{contact.name}{f' <{contact.email}>' if contact.email else ''}, {say(BY[contact.by])}"


def status(note: Note | None, say: Language) -> str:
    """The status of an item; empty without one."""
    return say(STATUSES[note.status]) if note and note.status else ""


# The columns of a list of items, their widths in characters in a workbook.
CONCERNS: Final = Column[Noted](N_("What it concerns"), lambda row, say: name(row.left, say), width=36)
MISSING: Final = Column[Noted](N_("What is missing"), lambda row, say: missing(row.left, say), width=34)
SINCE: Final = Column[Noted](N_("Since"), lambda row, say: since(row.left, say), width=18)
TODO: Final = Column[Noted](N_("What to do"), lambda row, say: todo(row.left, say), width=40)
RESPONSIBLE: Final = Column[Noted](N_("Responsible"), lambda row, say: answers(row.left, say), width=34)
STATUS: Final = Column[Noted](N_("Status"), lambda row, say: status(row.note, say), width=22)
NOTE: Final = Column[Noted](N_("Note"), lambda row, _: row.note.note if row.note else "", width=40)


def by_point(each: WorkList, say: Language) -> Iterator[tuple[str, list[Left]]]:
    """What is left, under the label of its point."""
    for left in each.by_point().values():
        yield f"{phrases.label(left[0].point, say)} ({say.number(len(left))})", left
