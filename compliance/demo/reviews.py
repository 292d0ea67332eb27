"""The reviews of the fictitious organisation: an approved one, and a draft."""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from compliance.declarations.declared import Table, read_toml
from compliance.declarations.points import load_points
from compliance.loading.loading import Order
from compliance.review.approving import approve, submit
from compliance.review.deciding import DecisionContent, decide, decisions, follow_up
from compliance.review.reviewing import Review, open_review, write
from compliance.store.database import Database

REVIEWS: Final = "reviews.toml"
WORDS: Final = ("text", "point", "responsible", "due", "resource", "follow_up", "why")


def add_reviews(database: Database, samples: Path, *, who: str) -> None:
    """Write every review of `samples` into the sample database, each dated in its own year."""
    path = samples / REVIEWS
    with database.cursor():  # Held open, since opening takes longer than writing.
        for table in read_toml(path)["reviews"] if path.exists() else ():
            _add(database, table, who)


def _add(database: Database, table: Table, who: str) -> None:
    submitted, approved = table.get("submitted"), table.get("approved")
    latest: datetime = submitted["at"] if submitted else datetime.combine(table["as_of"], time(23)) + timedelta(days=8)
    order = Order(who)
    _go_to(database, latest - timedelta(hours=1))
    review = open_review(database, year=table["year"], as_of=table["as_of"], order=order, today=latest.date())
    _write(database, review, table, order)
    decided = _decide(database, review, table.get("decisions", ()), order)
    if submitted:
        _go_to(database, submitted["at"])
        confirmed = [*submitted.get("confirmed", ()), *(f"point:{id_}" for id_ in _added_since(table))]
        submit(database, review.review_id, name=submitted["by"], own=None, confirmed=confirmed)
    if approved:
        _go_to(database, approved["at"])
        approve(database, review.review_id, name=approved["by"])
    for decision_id, entry in decided:
        if entry["status"] != "not_started":
            _go_to(database, datetime.combine(entry["due"], time(9)) - timedelta(days=30))
            follow_up(database, decision_id, status=entry["status"], note=entry.get("note", ""), order=order)


def _go_to(database: Database, moment: datetime) -> None:
    """Set the time that is recorded for what is written next."""
    database.moment_after = lambda _newest: moment


def _write(database: Database, review: Review, table: Table, order: Order) -> None:
    id_ = review.review_id
    for chapter, text in table["chapters"].items():
        write(database, id_, kind="chapter", what=chapter, text=text, order=order)
    for what, answer in table.get("judgement", {}).items():
        write(database, id_, kind="judgement", what=what, text=answer, order=order)
    points = table["points"] | dict.fromkeys(_added_since(table), table.get("added_since", {}))
    for point, texts in points.items():
        for kind, text in texts.items():
            write(database, id_, kind=kind, what=point, text=text, order=order)


def _added_since(table: Table) -> list[str]:
    """The review points that the sample review does not have."""
    return [point.id for point in load_points(None) if point.id not in table["points"]]


def _decide(
    database: Database, review: Review, entries: list[dict[str, Any]], order: Order
) -> list[tuple[int, dict[str, Any]]]:
    """Write the decisions, and return the database id of each with its entry."""
    points = tuple(point.id for point in load_points(None))
    numbers = []
    for entry in entries:
        decision = DecisionContent(**{name: entry[name] for name in WORDS if name in entry})
        numbers.append((decide(database, review.review_id, decision, order=order, points=points), entry))
    with database.cursor() as cursor:
        ids = {row.number: row.decision_id for row in decisions(cursor) if row.review_id == review.review_id}
    return [(ids[number], entry) for number, entry in numbers]
