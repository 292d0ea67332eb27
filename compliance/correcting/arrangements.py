"""What is arranged with those who deliver: who delivers each export, and when and where questions are answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from compliance.access.audit import Action
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event, clean_name
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, rows

DELIVERED_BY, ANSWER_BY, RETURN_TO = "delivered_by", "answer_by", "return_to"
# What the audit trail calls the two that concern answers.
ANSWERS: Final = "answers"


@dataclass(frozen=True)
class Arrangements:
    """Who delivers each source, by its id; the day to answer by, and where to send the answers."""

    delivered_by: Mapping[str, str] = field(default_factory=dict)
    answer_by: date | None = None
    return_to: str = ""

    def answer_from(self, today: date) -> date | None:
        """The day to answer by, unless it has passed: then there is nothing to answer by."""
        return self.answer_by if self.answer_by and self.answer_by >= today else None


def arrangements(cursor: Cursor, organisation: str, *, as_of: date) -> Arrangements:
    """What is arranged in an organisation, as it is called on a day."""
    params = {"organisation": organisation, "as_of": as_of, "known_at": EVERYTHING_KNOWN}
    written = {(row["kind"], row["what"]): row["text"] for row in rows(cursor, statement("arrangements"), params)}
    day = written.get((ANSWER_BY, ""), "")
    return Arrangements(
        {what: text for (kind, what), text in written.items() if kind == DELIVERED_BY and text},
        date.fromisoformat(day) if day else None,
        written.get((RETURN_TO, ""), ""),
    )


def deliver(database: Database, organisation: str, source: str, text: str, *, as_of: date, order: Order) -> None:
    """Write who delivers a source; an empty text takes it back. Raise Refusal if it is too long."""
    text = clean_name(text)
    with database.writing() as cursor:
        _add(cursor, organisation, {(DELIVERED_BY, source): text}, as_of=as_of, order=order)
        add_event(cursor, order, "arrange", source, action=Action.ARRANGEMENT, told=f"delivery {source}")


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
