"""The texts of the work lists: the units, and the items of one. No Streamlit."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from compliance.core.language import N_, Language
from compliance.wording import phrases
from compliance.wording.tables import Column, Row, records
from compliance.worklists import sending
from compliance.worklists.lists import Left, WorkList
from compliance.worklists.notes import TEXTS, Note
from compliance.worklists.sending import Noted, Sending

SHOWN_POINTS: Final = 3


# A list, and what all share. The number first: on a phone a long name would leave it no room.
UNITS: Final[Sequence[Column[tuple[WorkList, Sending]]]] = (
    Column(N_("Left"), lambda row, _: len(row[0].left)),
    Column(N_("Unit"), lambda row, say: row[0].unit or say(N_("The whole organisation"))),
    Column(N_("Last sent"), lambda row, _: _day(sending.last_sent(*row))),
    Column(N_("Last answered"), lambda row, _: _day(sending.answered(*row))),
    Column(N_("Done, says the unit"), lambda row, _: str(sending.done(*row) or "")),
    Column(N_("Recipient"), lambda row, say: sending.person(row[0].contact, say) if row[0].contact else ""),
    Column(N_("By point"), lambda row, say: most(row[0], say)),
)


def _text(name: str) -> Callable[[Noted, Language], object]:
    return lambda row, _: getattr(row.note, name) if row.note else ""


ITEMS: Final = (
    Column[Noted](N_("Point"), lambda row, say: f"{row.left.point.number} {phrases.brief(row.left.point, say)}"),
    sending.CONCERNS,
    Column[Noted](N_("Status"), lambda row, say: sending.status(row.note, say)),
    *(Column[Noted](heading, _text(name)) for name, heading in TEXTS.items()),
    sending.MISSING,
    sending.SINCE,
    sending.TODO,
    sending.RESPONSIBLE,
)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def units(lists: Sequence[WorkList], all_: Sending, say: Language) -> list[dict[str, object]]:
    """The units: how much is left, when the list was sent and answered, whom it goes to, and how much of each point.

    What is said of none of them has no column.
    """
    return _records(UNITS, [(each, all_) for each in lists], say)


def _records(columns: Sequence[Column[Row]], rows: Sequence[Row], say: Language) -> list[dict[str, object]]:
    return records([column for column in columns if any(column.cell(row, say) != "" for row in rows)], rows, say)


def unanswered(lists: Sequence[WorkList], all_: Sending) -> list[WorkList]:
    """The lists that were sent, of which no answer was taken since."""
    return [each for each in lists if sending.is_unanswered(each, all_)]


def most(each: WorkList, say: Language) -> str:
    """How much is left of the points with most, in their order; the cell has no room for all thirteen."""
    by_size = sorted(each.by_point().items(), key=lambda entry: -len(entry[1]))
    shown = " · ".join(_counted(left, say) for _, left in sorted(by_size[:SHOWN_POINTS]))
    return say(N_("{things} and more"), things=shown) if len(by_size) > SHOWN_POINTS else shown


def _counted(left: Sequence[Left], say: Language) -> str:
    return f"{phrases.brief(left[0].point, say)} {say.number(len(left))}"


def contact(each: WorkList, say: Language) -> str:
    """Whom a list goes to, in a sentence."""
    if each.contact:
        return f"{say(N_('Recipient'))}: {sending.person(each.contact, say)}"
    return say(N_("No export names anybody to send the list to."))


def heading(each: WorkList, all_: Sending, say: Language) -> str:
    """How much is left in a unit."""
    return say(N_("{left} in {unit}."), left=sending.items_left(len(each.left), say), unit=all_.addressee(each))


def items(each: WorkList, all_: Sending, say: Language) -> list[dict[str, object]]:
    """The items of a list as they are shown."""
    return _records(ITEMS, all_.noted(each), say)


def summary(lists: Sequence[WorkList], say: Language) -> str:
    """How many items are left, in how many units."""
    of_units = [each for each in lists if each.unit]
    left = sending.items_left(sum(len(each.left) for each in lists), say)
    units = say.plural("one unit", "{n} units", len(of_units))
    return say(N_("{left} in {unit}."), left=left, unit=units)


def written(chosen: Sequence[Left], all_: Sending, *, status: str | None, **texts: str) -> list[Note]:
    """What changes of the chosen items: the status, and texts by name. Of several, each keeps what is left empty."""
    found, several = [], len(chosen) > 1
    for left in chosen:
        before = all_.notes.about(left.point, left.item)
        new: dict[str, Any] = {"status": status, **texts}
        if several:
            new = {name: value or getattr(before, name) for name, value in new.items()}
        if any(getattr(before, name) != value for name, value in new.items()):
            found.append(replace(before, **new))
    return found


def sent(lists: Iterable[WorkList], all_: Sending) -> list[Note]:
    """What is written when lists have been sent: the status of each item that has none that says more."""
    notes = (all_.notes.about(left.point, left.item) for each in lists for left in each.left)
    return [replace(note, status="sent") for note in notes if note.status in {None, "sent"}]


def mark(shown: object) -> str:
    """A short mark of what is shown, so that what was chosen of it is not taken for a choice of something else."""
    return hashlib.sha256(repr(shown).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_about_persons(lists: Sequence[WorkList]) -> bool:
    """Whether some list names persons."""
    return any(left.point.persons for each in lists for left in each.left)
