"""Cached reads of what people write beside the exports: reviews, texts, decisions, notes and arrangements.

A write changes the state of the store. Each read is cached by the fingerprint of what it depends on too, so that only
what the write has changed is read again.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from compliance.core import places
from compliance.correcting import arrangements, deliveries
from compliance.correcting.arrangements import Arrangements
from compliance.correcting.deliveries import Delivery
from compliance.declarations.declared import as_declared
from compliance.declarations.points import point_by
from compliance.declarations.queries import statement
from compliance.intake.rows import IntakeFile, intake_files
from compliance.loading import cleanings
from compliance.review import approving, deciding, dossier, planning, reviewing
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier
from compliance.review.planning import Occasion
from compliance.review.reviewing import Review
from compliance.screens import reads
from compliance.screens.caching import Data, cached, read
from compliance.store import packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows
from compliance.worklists import lists, notes
from compliance.worklists.notes import Notes

# The parts of a review's state, and of its decisions.
REVIEWS: Final = ("reviews", "states")
DECISIONS: Final = (*REVIEWS, "decisions", "follow_ups")


def mark(*parts: str) -> Callable[[Data], str]:
    """What changes with some parts of what people write: by it a read of them is cached."""
    return lambda data: " ".join(data.database.marks()[part] for part in parts)


# --- Reviews ------------------------------------------------------------------------------------------------------


def reviews(data: Data, as_of: date, organisation: str) -> tuple[Review, ...]:
    """The reviews of an organisation and of its predecessors on a day, the newest first."""
    ids = reads.organisation_ids(data, as_of, organisation)
    return tuple(review for review in _reviews(data) if review.organisation_id in ids)


_reviews = read(20, by=mark(*REVIEWS))(reviewing.reviews)


@read(20, by=mark(*DECISIONS))
def decisions(cursor: Cursor) -> tuple[Decision, ...]:
    """Every decision of every review with its current status, the oldest review first."""
    return tuple(deciding.decisions(cursor))


def decisions_of(data: Data, as_of: date, organisation: str) -> tuple[Decision, ...]:
    """The decisions of an organisation's reviews and of its predecessors' on a day, the oldest review first."""
    ids = reads.organisation_ids(data, as_of, organisation)
    return tuple(decision for decision in decisions(data) if decision.organisation_id in ids)


def decided_until(data: Data, as_of: date, organisation: str) -> tuple[Decision, ...]:
    """The same, of the reviews up to the day's year."""
    return tuple(decision for decision in decisions_of(data, as_of, organisation) if decision.year <= as_of.year)


@read(by=mark("follow_ups"))
def follow_ups(cursor: Cursor, decision_id: int) -> Rows:
    """The follow-ups of a decision, the oldest first."""
    return rows(cursor, statement("follow_ups"), {"decision_id": decision_id})


@read(by=mark(*REVIEWS))
def states(cursor: Cursor, review_id: int) -> Rows:
    """The history of a review, the oldest state first."""
    return rows(cursor, statement("review_states"), {"review_id": review_id})


@read(by=mark("texts"))
def texts(cursor: Cursor, review_id: int) -> Rows:
    """The texts of a review: the last of each kind and place."""
    return rows(cursor, statement("review_texts"), {"review_id": review_id})


def document(data: Data, review: Review) -> Dossier:
    """A review as one document: frozen if it was submitted, else with what is written so far."""
    return _draft(data, review) if review.state == "draft" else frozen(data, review.review_id, review.version)


@cached(20, by=mark(*DECISIONS, "texts"))
def _draft(data: Data, review: Review) -> Dossier:
    kept = review.figures_of
    counted = _counted(data, review) if kept is None else frozen(data, review.review_id, kept)
    now = dossier.drafted(
        reviewing.texts_of(texts(data, review.review_id)),
        decisions(data),
        _reviews(data),
        review,
        one={*reads.organisation_ids(data, review.as_of, review.organisation)},
    )
    return dossier.composed(counted, review, now, own=places.own_files(), named=reads.export_names(data))


@cached(20)
def _counted(data: Data, review: Review) -> Dossier:
    """The document of a draft with its figures, which take a second or two to count."""
    counted, named = reads.counted(data, review.as_of, review.organisation), reads.export_names(data)
    with data.database.cursor() as cursor:
        return dossier.compute(cursor, review, own=places.own_files(), named=named, counted=counted)


@cached(20, by=mark("states"))
def frozen(data: Data, review_id: int, version: int) -> Dossier:
    """A version of a review as it was frozen, which withholds the names in later exports too."""
    with data.database.cursor() as cursor:
        found = dossier.load_frozen(cursor, review_id, version)
    return dossier.withheld_anew(found, reads.export_names(data))


@read(by=mark(*REVIEWS))
def review_of_year(cursor: Cursor, as_of: date, organisation: str) -> Occasion | None:
    """The review of a day's year as a moment of the wheel; None if the wheel has none."""
    wheel = as_declared(planning.load_wheel)
    return planning.review_of_year(cursor, wheel, organisation=organisation, as_of=as_of)


# Who has submitted and approved a review.
signatures = read(by=mark(*REVIEWS))(approving.signatures_of)


# --- Notes of items, what is arranged, and what has been cleaned --------------------------------------------------


@read(20, by=mark("item_notes"))
def item_notes(cursor: Cursor, as_of: date, organisation: str, *, known_at: datetime = EVERYTHING_KNOWN) -> Notes:
    """What is written of the items of an organisation, as known at a moment."""
    return notes.notes(cursor, packs.current(cursor).points, organisation=organisation, as_of=as_of, known_at=known_at)


@cached(20, by=mark("item_notes"))
def item_statuses(data: Data, as_of: date, organisation: str, point_id: str, *, known_at: datetime) -> Counter[str]:
    """How many items that are left of a point have each status, as known at a moment."""
    point, noted = (
        point_by(reads.declared(data).points, point_id),
        item_notes(data, as_of, organisation, known_at=known_at),
    )
    with data.database.cursor() as cursor:
        return lists.statuses(cursor, point, noted, organisation=organisation, as_of=as_of, known_at=known_at)


@read(by=mark("arrangements"))
def arranged(cursor: Cursor, as_of: date, organisation: str) -> Arrangements:
    """What is arranged in an organisation on a day."""
    return arrangements.arrangements(cursor, organisation, as_of=as_of)


@read(by=mark("intake_files"))
def held_files(cursor: Cursor) -> tuple[IntakeFile, ...]:
    """The files that the intake holds, the oldest first."""
    return tuple(intake_files(cursor, state="held"))


@read(by=mark("arrangements"))
def delivered(cursor: Cursor, as_of: date, organisation: str) -> tuple[Delivery, ...]:
    """How it is with every export that is to be delivered to an organisation on a day."""
    return tuple(deliveries.deliveries(cursor, organisation, as_of=as_of, own=places.own_files()))


# Every cleaning of the store, the latest first.
cleaned = read(20, by=mark("cleanings", "cleanings_read"))(cleanings.cleanings)
