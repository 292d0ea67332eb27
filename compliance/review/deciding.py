"""What the head of administration decides in a review: who does what by when, and how it goes until it is done."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event, clean_name, clean_text
from compliance.review.reviewing import Review, draft, kept_text, one_with, reviews
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, next_number, rows

STATUSES: Final = ("not_started", "ongoing", "done", "cancelled")
CLOSED: Final = frozenset({"done", "cancelled"})
# Tertial 1, tertial 2 and the annual report (verksamhetsberättelsen).
FOLLOWED_UP: Final = ("T1", "T2", "VB")


@dataclass(frozen=True)
class Decided:
    """What is said of a decision: its text, the id of the point that is its reason, who does it, by when, with what."""

    text: str
    point: str | None = None
    responsible: str = ""
    due: date | None = None
    resource: str = ""
    follow_up: str | None = None


@dataclass(frozen=True)
class Decision:
    """A decision of a review, and how it stands. It is called by the year of its review and its number there."""

    decision_id: int
    review_id: int
    organisation_id: int
    year: int
    number: int
    text: str
    point: str | None
    responsible: str
    due: date | None
    resource: str
    follow_up: str | None
    status: str
    note: str | None
    followed_up_at: datetime | None

    @property
    def name(self) -> str:
        """2026-3: the third decision of that year's review."""
        return f"{self.year}-{self.number}"

    @property
    def open(self) -> bool:
        """Whether there is anything left to do."""
        return self.status not in CLOSED

    def late(self, day: date) -> bool:
        """Whether it should have been done before a day, and is not."""
        return self.open and self.due is not None and self.due < day


def decisions(cursor: Cursor, *, known_at: datetime = EVERYTHING_KNOWN) -> list[Decision]:
    """Every decision of every review, with the status known at a moment; the oldest review first."""
    return [Decision(**row) for row in rows(cursor, statement("decisions"), {"known_at": known_at})]


def made_in(found: list[Decision], review: Review) -> list[Decision]:
    """The decisions of a review itself."""
    return [decision for decision in found if decision.review_id == review.review_id]


def carried(cursor: Cursor, found: list[Decision], review: Review) -> list[Decision]:
    """The decisions of earlier reviews of the same organisation that are open still, or were closed since the last one.

    Organisations that have become one are one (so are their decisions).
    """
    one = one_with(cursor, review.organisation_id, review.as_of)
    before = {row.review_id: row for row in reviews(cursor) if row.organisation_id in one and row.year < review.year}
    last = max(before.values(), key=lambda row: row.year, default=None)
    earlier = [decision for decision in found if decision.review_id in before]
    return [decision for decision in earlier if decision.open or (last and _closed_since(decision, last))]


def _closed_since(decision: Decision, last: Review) -> bool:
    """Whether the last review had it as open, or made it."""
    closed = decision.followed_up_at
    return decision.year == last.year or (closed is not None and closed.date() > last.as_of)


def decide(
    database: Database,
    review_id: int,
    said: Decided,
    *,
    order: Order,
    points: tuple[str, ...],
    number: int | None = None,
) -> int:
    """Makes a decision of a draft, or changes the words of one of its own; gives its number in the review."""
    given = _given(said, points)
    with database.writing() as cursor:
        review = draft(cursor, review_id)
        if number is None:
            decision_id = next_number(cursor, "decision")
            number = next_number(cursor, "decision of a review", review_id=review_id)
        else:
            decision_id = _own(cursor, review, number).decision_id
        _add(cursor, given | {"decision_id": decision_id, "review_id": review_id, "number": number}, order)
        add_event(cursor, order, "decide", f"review {review_id}: decision {review.year}-{number}")
    return number


def amend(
    database: Database, review_id: int, number: int, *, words: dict[str, Any], order: Order, points: tuple[str, ...]
) -> None:
    """Changes some words of a decision of a draft; the others stay as they are when it is done."""
    with database.writing() as cursor:
        kept = _own(cursor, draft(cursor, review_id), number)
        said = replace(Decided(*(getattr(kept, name) for name in WORDS)), **words)
        given = _given(said, points) | {"decision_id": kept.decision_id, "review_id": review_id, "number": number}
        _add(cursor, given, order)
        add_event(cursor, order, "decide", f"review {review_id}: decision {kept.name}")


def withdraw(database: Database, review_id: int, number: int, *, order: Order) -> None:
    """Takes a decision out of a draft."""
    with database.writing() as cursor:
        review = draft(cursor, review_id)
        kept = _own(cursor, review, number)
        given = {name: getattr(kept, name) for name in WORDS} | {"withdrawn": True}
        _add(cursor, given | {"decision_id": kept.decision_id, "review_id": review_id, "number": number}, order)
        add_event(cursor, order, "withdraw decision", f"review {review_id}: decision {kept.name}")


def follow_up(database: Database, decision_id: int, *, status: str, note: str, order: Order) -> None:
    """Records how a decision goes, between reviews too."""
    if status not in STATUSES:
        raise Refusal(N_("The status {said} is none of {all}."), said=status, all=", ".join(STATUSES))
    given = {"decision_id": decision_id, "status": status, "note": kept_text(note)}
    with database.writing() as cursor:
        name = next((row.name for row in decisions(cursor) if row.decision_id == decision_id), None)
        if name is None:
            raise Refusal(N_("The decision has been withdrawn, so there is nothing to follow up."))
        cursor.execute(statement("add_follow_up"), given | {"who": order.who})
        add_event(cursor, order, "follow up", f"decision {name}: {status}")


WORDS: Final = ("text", "point", "responsible", "due", "resource", "follow_up")


def _own(cursor: Cursor, review: Review, number: int) -> Decision:
    for decision in made_in(decisions(cursor), review):
        if decision.number == number:
            return decision
    raise Refusal(N_("There is no decision {number} in the review of {year}."), number=number, year=review.year)


def _given(said: Decided, points: tuple[str, ...]) -> dict[str, Any]:
    text = kept_text(said.text)
    if not text:
        raise Refusal(N_("A decision needs a text: what is to be done."))
    if said.follow_up and said.follow_up not in FOLLOWED_UP:
        raise Refusal(N_("The follow-up {said} is none of {all}."), said=said.follow_up, all=", ".join(FOLLOWED_UP))
    if said.point and said.point not in points:
        raise Refusal(
            N_("The reason {said} is no review point. The points are {all}."), said=said.point, all=", ".join(points)
        )
    return {
        "text": text,
        "point": said.point or None,
        "responsible": clean_name(said.responsible),
        "due": said.due,
        "resource": clean_text(said.resource),
        "follow_up": said.follow_up or None,
        "withdrawn": False,
    }


def _add(cursor: Cursor, given: dict[str, Any], order: Order) -> None:
    cursor.execute(statement("add_decision"), given | {"who": order.who})
