"""What is arranged with those who deliver: who delivers each export, and when and where questions are answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from compliance.access.audit import Action
from compliance.core.drafts import is_address
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations.queries import statement
from compliance.loading.loading import TOO_LONG, Order, add_event, clean_name, clean_text
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, rows

DELIVERED_BY, ANSWER_BY, RETURN_TO = "delivered_by", "answer_by", "return_to"
ADDRESS, HOW, DAYS = "delivery_address", "delivery_how", "delivery_days"
# What is written of how a source is delivered, by the name of its part of a Delivering.
OF_DELIVERY: Final = {"name": DELIVERED_BY, "address": ADDRESS, "how": HOW, "days": DAYS}
# What the audit trail calls the two that concern answers.
ANSWERS: Final = "answers"
# The longest that may pass between two deliveries.
MOST_DAYS: Final = 1_100
# Of how an export is taken out.
LONGEST_HOW: Final = 1_000
NO_ADDRESS: Final = N_("{text} is no mail address. Write one, such as kim@example.se, or nothing.")
NO_DAYS: Final = N_("{text} is no number of days. Write a whole number from 1 to {most}, or nothing.")


@dataclass(frozen=True)
class Delivering:
    """Who delivers a source: their name and mail address, how they take it out, and every how many days, if arranged.

    `days` is 0 where the source's own rhythm holds.
    """

    name: str = ""
    address: str = ""
    how: str = ""
    days: int = 0

    @property
    def is_arranged(self) -> bool:
        """Whether it is known who delivers it, or where to write."""
        return bool(self.name or self.address)


@dataclass(frozen=True)
class Arrangements:
    """Who delivers each source, by its id; the day to answer by, and where to send the answers."""

    deliveries: Mapping[str, Delivering] = field(default_factory=dict)
    answer_by: date | None = None
    return_to: str = ""

    def answer_from(self, today: date) -> date | None:
        """The day to answer by, unless it has passed: then there is nothing to answer by."""
        return self.answer_by if self.answer_by and self.answer_by >= today else None


def arrangements(cursor: Cursor, organisation: str, *, as_of: date) -> Arrangements:
    """What is arranged in an organisation, as it is called on a day."""
    return arrangements_of(cursor, [organisation], as_of=as_of)[organisation]


def arrangements_of(cursor: Cursor, organisations: Sequence[str], *, as_of: date) -> dict[str, Arrangements]:
    """The same of several organisations, read at once."""
    params = {"organisations": [*organisations], "as_of": as_of, "known_at": EVERYTHING_KNOWN}
    written: dict[str, dict[tuple[str, str], str]] = {organisation: {} for organisation in organisations}
    for row in rows(cursor, statement("arrangements"), params):
        written[row["organisation"]][row["kind"], row["what"]] = row["text"]
    return {organisation: _arranged(each) for organisation, each in written.items()}


def _arranged(written: Mapping[tuple[str, str], str]) -> Arrangements:
    day = written.get((ANSWER_BY, ""), "")
    sources = {what: None for kind, what in written if kind in OF_DELIVERY.values()}
    return Arrangements(
        {source: each for source in sources if (each := _delivering(written, source)) != Delivering()},
        date.fromisoformat(day) if day else None,
        written.get((RETURN_TO, ""), ""),
    )


def _delivering(written: Mapping[tuple[str, str], str], source: str) -> Delivering:
    name, address, how, days = (written.get((kind, source), "") for kind in OF_DELIVERY.values())
    return Delivering(name, address, how, int(days or 0))


def deliver(
    database: Database, organisation: str, source: str, delivering: Delivering, *, as_of: date, order: Order
) -> None:
    """Write who delivers a source, and how; what is empty takes it back. Raise Refusal if anything is too long."""
    name, address, how = clean_name(delivering.name), clean_name(delivering.address), clean_text(delivering.how)
    if len(how) > LONGEST_HOW:
        raise Refusal(TOO_LONG, n=len(how), most=LONGEST_HOW)
    if address and not is_address(address):
        raise Refusal(NO_ADDRESS, text=address)
    texts = {"name": name, "address": address, "how": how, "days": str(delivering.days or "")}
    with database.writing() as cursor:
        before = arrangements(cursor, organisation, as_of=as_of).deliveries.get(source, Delivering())
        written = {name: str(getattr(before, name) or "") for name in OF_DELIVERY}
        new = {(kind, source): texts[name] for name, kind in OF_DELIVERY.items() if texts[name] != written[name]}
        _add(cursor, organisation, new, as_of=as_of, order=order)
        add_event(cursor, order, "arrange", source, action=Action.ARRANGEMENT, told=f"delivery {source}")


def days_of(text: str) -> int:
    """A number of days as it is written; 0 for an empty text. Raise Refusal if it is none, or too many."""
    number = int(text) if text.strip().isascii() and text.strip().isdecimal() else 0
    if text.strip() and not 1 <= number <= MOST_DAYS:
        raise Refusal(NO_DAYS, text=text, most=MOST_DAYS)
    return number


def answer(database: Database, organisation: str, *, by: date | None, to: str, as_of: date, order: Order) -> None:
    """Write by when and to whom questions are answered. Raise Refusal if the address is too long."""
    day, to = by.isoformat() if by else "", clean_name(to)
    with database.writing() as cursor:
        _add(cursor, organisation, {(ANSWER_BY, ""): day, (RETURN_TO, ""): to}, as_of=as_of, order=order)
        add_event(cursor, order, "arrange", ANSWERS, action=Action.ARRANGEMENT, told=ANSWERS)


def _add(cursor: Cursor, organisation: str, texts: Mapping[tuple[str, str], str], *, as_of: date, order: Order) -> None:
    params = {"organisation": organisation, "as_of": as_of, "known_at": EVERYTHING_KNOWN}
    ids = rows(cursor, statement("organisation_ids"), params)
    id_ = ids[0]["organisation_id"] if ids else None
    for (kind, what), text in texts.items():
        written = {"organisation_id": id_, "kind": kind, "what": what, "text": text, "who": order.who}
        cursor.execute(statement("add_arrangement"), written)
