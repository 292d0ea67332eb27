"""What a list says when it is sent: to whom, about what, and each item in words. Nothing about other units is in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from compliance.access.disclosure import about_incidents
from compliance.core.clock import local_day
from compliance.core.language import N_, Language, folded
from compliance.correcting import forms
from compliance.correcting.arrangements import arrangements
from compliance.declarations.answers import Answers, load_answers
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, rows
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
    """What all lists share: whose they are, of which day, what is written of the items, when and where to answer.

    `answers` are what a unit may answer, and `asker` is who asks. `came` has the day on which each unit's latest answer
    was taken, by its name in lower case.
    """

    organisation: str
    as_of: date
    notes: Notes
    answer_by: date | None = None
    return_to: str = ""
    answers: Answers = field(default_factory=lambda: load_answers(None))
    asker: str = ""
    came: Mapping[str, date] = field(default_factory=dict)

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
    """What the lists of an organisation on a day share, but for who asks and the organisation's own words."""
    known: Any = {"organisation": asking.organisation, "as_of": asking.as_of}
    written = notes(cursor, asking.points, known_at=asking.known_at, **known)
    arranged = arrangements(cursor, asking.organisation, as_of=asking.as_of)
    taken = rows(cursor, statement("unit_answers"), asking.params)
    return Sending(
        **known,
        notes=written,
        answer_by=arranged.answer_from(today),
        return_to=arranged.return_to,
        came={folded(row["unit"]): local_day(row["taken_at"]) for row in taken},
    )


def file_name(each: WorkList, sending: Sending, say: Language) -> str:
    """The name of a list's files, without their ending."""
    return forms.file_name(say(N_("To do {unit}"), unit=sending.addressee(each)))


def heading(each: WorkList, sending: Sending, say: Language) -> str:
    """What a list is about, in a line: its title, and the subject of its mail."""
    text = N_("Information security: to do in {unit}")
    return " ".join(say(text, unit=sending.addressee(each)).translate(forms.ILLEGAL).split())


def request(each: WorkList, sending: Sending, say: Language) -> str:
    """How much is left, and when to answer: what a mail begins with."""
    number = len(each.left)
    text = say.plural(
        "In {unit} {count} thing is left.",
        "In {unit} {count} things are left.",
        number,
        unit=sending.addressee(each),
        count=say.in_words(number),
    )
    if not sending.answer_by:
        return text
    return f"{text} {say(N_('Answer by {day}'), day=say.date(sending.answer_by, form='d MMMM'))}."


def origin(sending: Sending, say: Language) -> str:
    """Where a list comes from, in a sentence."""
    text = N_("It is what the exports of {organisation} say on {day}.")
    return say(text, organisation=sending.organisation, day=say.date(sending.as_of))


def items_left(number: int, say: Language) -> str:
    """How many items are left, to begin a sentence."""
    return say.plural("{count} item is left", "{count} items are left", number, count=phrases.counted(number, say))


def filling_in(sending: Sending, say: Language) -> str:
    """How and where to answer."""
    text = say(N_("Fill in Status and Note in the workbook, and send it back."))
    return f"{text} {say(N_('Answer to {to}.'), to=sending.return_to)}" if sending.return_to else text


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


def responsible(left: Left, say: Language) -> str:
    """Who answers for an item, as its export names them."""
    return "; ".join(person(contact, say) for contact in left.contacts)


def person(contact: Contact, say: Language) -> str:
    """A contact: the name, the address if there is one, and who they are."""
    return f"{contact.name}{f' <{contact.email}>' if contact.email else ''}, {say(BY[contact.by])}"


def last_sent(each: WorkList, sending: Sending) -> date | None:
    """The day on which some item of a list was last sent to its unit."""
    moments = [note.sent_at for left in each.left if (note := sending.note(left)) and note.sent_at]
    return local_day(max(moments)) if moments else None


def answered(each: WorkList, sending: Sending) -> date | None:
    """The day on which the latest answer of a unit was taken."""
    return sending.came.get(folded(each.unit))


def is_unanswered(each: WorkList, sending: Sending) -> bool:
    """Whether a list was sent, and no answer was taken since."""
    day, came = last_sent(each, sending), answered(each, sending)
    return day is not None and (came is None or came < day)


def done(each: WorkList, sending: Sending) -> int:
    """How many items of a list are done, says the unit."""
    return sum(note.status == "reported" for left in each.left if (note := sending.note(left)))


def status(note: Note | None, say: Language) -> str:
    """The status of an item; empty without one."""
    return say(STATUSES[note.status]) if note and note.status else ""


# The columns of a list of items, their widths in characters in a workbook.
WHAT: Final = N_("What it concerns")
CONCERNS: Final = Column[Noted](WHAT, lambda row, say: name(row.left, say), width=36)
MISSING: Final = Column[Noted](N_("What is missing"), lambda row, say: missing(row.left, say), width=34)
SINCE: Final = Column[Noted](N_("Since"), lambda row, say: since(row.left, say), width=18)
TODO: Final = Column[Noted](N_("What to do"), lambda row, say: todo(row.left, say), width=40)
RESPONSIBLE: Final = Column[Noted](N_("Responsible"), lambda row, say: responsible(row.left, say), width=34)
MESSAGE: Final = Column[Noted](
    N_("Message from the coordinator"), lambda row, _: row.note.message if row.note else "", width=34
)


def by_point(each: WorkList, say: Language) -> Iterator[tuple[str, list[Left]]]:
    """What is left, under the label of its point."""
    for left in each.by_point().values():
        yield f"{phrases.label(left[0].point, say)} ({say.number(len(left))})", left
