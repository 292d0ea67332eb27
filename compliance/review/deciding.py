"""Decisions of the head of administration in a review: who does what by when, followed up until done."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from compliance.access.audit import Action
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event, clean_name, clean_text
from compliance.review.reviewing import Review, draft, stored_text
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, next_number, rows

STATUSES: Final = ("not_started", "ongoing", "done", "cancelled")
CLOSED: Final = frozenset({"done", "cancelled"})
# Tertial 1, tertial 2 and the annual report (verksamhetsberättelsen).
FOLLOWED_UP: Final = ("T1", "T2", "VB")


@dataclass(frozen=True)
class DecisionContent:
    """The content of a decision: its text, the point it is about (an id), who does it, by when, with what, and why."""

    text: str
    point: str | None = None
    responsible: str = ""
    due: date | None = None
    resource: str = ""
    follow_up: str | None = None
    why: str = ""


@dataclass(frozen=True)
class Decision:
    """A decision of a review, and its status. Its name is the year of its review and its number there.

    `why` is the reason that was given; empty in a review frozen before it was asked for.
    """

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
    why: str = ""

    @property
    def name(self) -> str:
        """2026-3: the third decision of that year's review."""
        return f"{self.year}-{self.number}"

    @property
    def open(self) -> bool:
        """Whether anything is left to do."""
        return self.status not in CLOSED

    def late(self, day: date) -> bool:
        """Whether it was due before a day and is not done."""
        return self.open and self.due is not None and self.due < day


def decisions(cursor: Cursor, *, known_at: datetime = EVERYTHING_KNOWN) -> list[Decision]:
    """Every decision of every review, with the status known at a moment; the oldest review first."""
    return [Decision(**row) for row in rows(cursor, statement("decisions"), {"known_at": known_at})]


def decisions_of(decisions: Iterable[Decision], review: Review) -> list[Decision]:
    """The decisions made in a review."""
    return [decision for decision in decisions if decision.review_id == review.review_id]


def carried(
    decisions: Iterable[Decision], reviews: Iterable[Review], review: Review, *, one: Collection[int]
) -> list[Decision]:
    """Those of all decisions that earlier reviews left open, or that were closed since the last of them.

    `one` has the numbers of the organisations that have merged, which share their decisions.
    """
    earlier_reviews = {row.review_id: row for row in reviews if row.organisation_id in one and row.year < review.year}
    last = max(earlier_reviews.values(), key=lambda row: row.year, default=None)
    earlier = [decision for decision in decisions if decision.review_id in earlier_reviews]
    return [decision for decision in earlier if decision.open or (last and _closed_since(decision, last))]


def _closed_since(decision: Decision, last: Review) -> bool:
    """Whether it was made in the last review, or still open at the time."""
    closed = decision.followed_up_at
    return decision.year == last.year or (closed is not None and closed.date() > last.as_of)


def decide(
    database: Database,
    review_id: int,
    content: DecisionContent,
    *,
    order: Order,
    points: tuple[str, ...],
    number: int | None = None,
) -> int:
    """Add a decision to a draft, or change one of its own; return its number in the review."""
    params = _params(content, points)
    with database.writing() as cursor:
        review = draft(cursor, review_id)
        if number is None:
            decision_id = next_number(cursor, "decision")
            number = next_number(cursor, "decision of a review", review_id=review_id)
        else:
            decision_id = _own(cursor, review, number).decision_id
        _add(cursor, params | {"decision_id": decision_id, "review_id": review_id, "number": number}, order)
        what = f"review {review_id}: decision {review.year}-{number}"
        add_event(cursor, order, "decide", what, action=Action.DECISION, told=what)
    return number


def amend(
    database: Database, review_id: int, number: int, *, changes: dict[str, Any], order: Order, points: tuple[str, ...]
) -> None:
    """Change some fields of a decision of a draft; the others keep their current values."""
    with database.writing() as cursor:
        current = _own(cursor, draft(cursor, review_id), number)
        before = DecisionContent(*(getattr(current, name) for name in WORDS))
        content = replace(before, **changes)
        if content == before:
            return
        params = _params(content, points) | {
            "decision_id": current.decision_id,
            "review_id": review_id,
            "number": number,
        }
        _add(cursor, params, order)
        what = f"review {review_id}: decision {current.name}"
        add_event(cursor, order, "decide", what, action=Action.DECISION, told=what)


def withdraw(database: Database, review_id: int, number: int, *, order: Order) -> None:
    """Remove a decision from a draft."""
    with database.writing() as cursor:
        review = draft(cursor, review_id)
        current = _own(cursor, review, number)
        params = {name: getattr(current, name) for name in WORDS} | {"withdrawn": True}
        _add(cursor, params | {"decision_id": current.decision_id, "review_id": review_id, "number": number}, order)
        what = f"review {review_id}: decision {current.name}"
        add_event(cursor, order, "withdraw decision", what, action=Action.WITHDRAWAL, told=what)


def follow_up(database: Database, decision_id: int, *, status: str, note: str, order: Order) -> None:
    """Record the status of a decision, also between reviews."""
    if status not in STATUSES:
        raise Refusal(N_("{said} is none of {all}."), said=status, all=", ".join(STATUSES))
    params = {"decision_id": decision_id, "status": status, "note": stored_text(note)}
    with database.writing() as cursor:
        name = next((row.name for row in decisions(cursor) if row.decision_id == decision_id), None)
        if name is None:
            raise Refusal(N_("The decision has been withdrawn."))
        cursor.execute(statement("add_follow_up"), params | {"who": order.who})
        add_event(
            cursor,
            order,
            "follow up",
            f"decision {name}: {status}",
            action=Action.FOLLOW_UP,
            told=f"decision {name}",
            status=status,
        )


WORDS: Final = ("text", "point", "responsible", "due", "resource", "follow_up", "why")


def _own(cursor: Cursor, review: Review, number: int) -> Decision:
    for decision in decisions_of(decisions(cursor), review):
        if decision.number == number:
            return decision
    raise Refusal(N_("There is no decision {number} in the review of {year}."), number=number, year=review.year)


def _params(content: DecisionContent, points: tuple[str, ...]) -> dict[str, Any]:
    text = stored_text(content.text)
    if not text:
        raise Refusal(N_("A decision needs a text: what is to be done."))
    if content.follow_up and content.follow_up not in FOLLOWED_UP:
        raise Refusal(N_("{said} is none of {all}."), said=content.follow_up, all=", ".join(FOLLOWED_UP))
    if content.point and content.point not in points:
        raise Refusal(N_("{said} is none of {all}."), said=content.point, all=", ".join(points))
    return {
        "text": text,
        "point": content.point or None,
        "responsible": clean_name(content.responsible),
        "due": content.due,
        "resource": clean_text(content.resource),
        "follow_up": content.follow_up or None,
        "why": stored_text(content.why),
        "withdrawn": False,
    }


def _add(cursor: Cursor, params: dict[str, Any], order: Order) -> None:
    cursor.execute(statement("add_decision"), params | {"who": order.who})
