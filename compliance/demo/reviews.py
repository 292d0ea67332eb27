"""The reviews of the invented administration: one that is approved, and one that is being written."""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from compliance.declarations.declared import Table, read_toml
from compliance.declarations.points import load_points
from compliance.loading.loading import Order
from compliance.review.approving import approve, submit
from compliance.review.deciding import Decided, decide, decisions, follow_up
from compliance.review.reviewing import Review, open_review, write
from compliance.store.database import Database

REVIEWS: Final = "reviews.toml"
WORDS: Final = ("text", "point", "responsible", "due", "resource", "follow_up")


def add_reviews(database: Database, samples: Path, *, who: str) -> None:
    """Writes every review of `samples` into the sample database, as if in its own time."""
    path = samples / REVIEWS
    with database.cursor():  # held open: to open it takes longer than to write
        for given in read_toml(path)["reviews"] if path.exists() else ():
            _add(database, given, who)


def _add(database: Database, given: Table, who: str) -> None:
    submitted, approved = given.get("submitted"), given.get("approved")
    latest: datetime = submitted["at"] if submitted else datetime.combine(given["as_of"], time(23)) + timedelta(days=8)
    order = Order(who)
    _go_to(database, latest - timedelta(hours=1))
    review = open_review(database, year=given["year"], as_of=given["as_of"], order=order, today=latest.date())
    _write(database, review, given, order)
    made = _decide(database, review, given.get("decisions", ()), order)
    if submitted:
        _go_to(database, submitted["at"])
        confirmed = submitted.get("confirmed", ())
        submit(database, review.review_id, name=submitted["by"], own=None, confirmed=confirmed)
    if approved:
        _go_to(database, approved["at"])
        approve(database, review.review_id, name=approved["by"])
    for decision_id, told in made:
        if told["status"] != "not_started":
            _go_to(database, datetime.combine(told["due"], time(9)) - timedelta(days=30))
            follow_up(database, decision_id, status=told["status"], note=told.get("note", ""), order=order)


def _go_to(database: Database, moment: datetime) -> None:
    """What is written next is written then."""
    database.moment_after = lambda _newest: moment


def _write(database: Database, review: Review, given: Table, order: Order) -> None:
    id_ = review.review_id
    for chapter, text in given["chapters"].items():
        write(database, id_, kind="chapter", what=chapter, text=text, order=order)
    for what, answer in given.get("judgement", {}).items():
        write(database, id_, kind="judgement", what=what, text=answer, order=order)
    for point, said in given["points"].items():
        for kind, text in said.items():
            write(database, id_, kind=kind, what=point, text=text, order=order)


def _decide(
    database: Database, review: Review, given: list[dict[str, Any]], order: Order
) -> list[tuple[int, dict[str, Any]]]:
    """Makes the decisions; gives each with its number in the database."""
    points = tuple(point.id for point in load_points(None))
    numbers = []
    for told in given:
        said = Decided(**{name: told[name] for name in WORDS if name in told})
        numbers.append((decide(database, review.review_id, said, order=order, points=points), told))
    with database.cursor() as cursor:
        ids = {row.number: row.decision_id for row in decisions(cursor) if row.review_id == review.review_id}
    return [(ids[number], told) for number, told in numbers]
