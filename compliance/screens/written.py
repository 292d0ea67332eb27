"""Cached reads of what people write beside the exports: reviews, texts, decisions, notes and arrangements.

A write changes the state of the store. Each read is cached by the fingerprint of what it depends on, so that only what
the write has changed is read again. Nobody changes what is returned here.
"""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from compliance.core import places
from compliance.correcting import arrangements
from compliance.correcting.arrangements import Arrangements
from compliance.declarations.queries import statement
from compliance.loading import cleanings
from compliance.loading.cleanings import Cleaning
from compliance.review import approving, deciding, dossier, planning, reviewing
from compliance.review.approving import Signed
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier
from compliance.review.planning import Moment
from compliance.review.reviewing import Review
from compliance.screens import reads
from compliance.screens.caching import cached, meanwhile
from compliance.screens.reads import Data
from compliance.store import stores
from compliance.store.database import Rows, rows

# The parts of a review's state, and of its decisions.
REVIEWS: Final = ("reviews", "states")
DECISIONS: Final = (*REVIEWS, "decisions", "follow_ups")


def mark(data: Data, *parts: str) -> str:
    """A text that changes with those parts of what people write."""
    marks = _marks(data.store, data.database.state())
    return " ".join(marks[part] for part in parts)


@cached(20)
def _marks(store: str, state: str) -> Mapping[str, str]:  # noqa: ARG001 - part of the cache key
    with stores.named(store).cursor() as cursor:
        return {row["part"]: f"{row['n']} {row['mark']}" for row in rows(cursor, statement("written_mark"))}


# --- Reviews ------------------------------------------------------------------------------------------------------


def reviews(data: Data, as_of: date, organisation: str) -> tuple[Review, ...]:
    """The reviews of an organisation and of its predecessors on a day, the newest first."""
    ids = reads.organisation_ids(data, as_of, organisation)
    return tuple(review for review in _reviews(data, mark(data, *REVIEWS)) if review.organisation_id in ids)


@cached(20)
def _reviews(data: Data, mark: str) -> tuple[Review, ...]:  # noqa: ARG001 - part of the cache key
    with data.database.cursor() as cursor:
        return tuple(reviewing.reviews(cursor))


def decisions(data: Data) -> tuple[Decision, ...]:
    """Every decision of every review with its current status, the oldest review first."""
    return _decisions(data, mark(data, *DECISIONS))


@cached(20)
def _decisions(data: Data, mark: str) -> tuple[Decision, ...]:  # noqa: ARG001 - part of the cache key
    with data.database.cursor() as cursor:
        return tuple(deciding.decisions(cursor))


def follow_ups(data: Data, decision_id: int) -> Rows:
    """The follow-ups of a decision, the oldest first."""
    return _rows(data, mark(data, "follow_ups"), "follow_ups", "decision_id", decision_id)


def states(data: Data, review_id: int) -> Rows:
    """The history of a review, the oldest state first."""
    return _rows(data, mark(data, *REVIEWS), "review_states", "review_id", review_id)


def texts(data: Data, review_id: int) -> Rows:
    """The texts of a review: the last of each kind and place."""
    return _rows(data, mark(data, "texts"), "review_texts", "review_id", review_id)


@cached()
def _rows(data: Data, mark: str, name: str, param: str, value: int) -> Rows:  # noqa: ARG001 - part of the cache key
    with data.database.cursor() as cursor:
        return rows(cursor, statement(name), {param: value})


def document(data: Data, review: Review) -> Dossier:
    """A review as one document: frozen if it was submitted, else with what is written so far."""
    if review.state != "draft":
        return frozen(data, review.review_id, review.version)
    return _draft(data, review, mark(data, *DECISIONS), mark(data, "texts"))


@cached(20)
def _draft(data: Data, review: Review, decided: str, text: str) -> Dossier:  # noqa: ARG001 - parts of the cache key
    kept = review.figures_of
    counted = _counted(data, review) if kept is None else frozen(data, review.review_id, kept)
    now = dossier.drafted(
        reviewing.texts_of(texts(data, review.review_id)),
        decisions(data),
        _reviews(data, mark(data, *REVIEWS)),
        review,
        one=_merged_with(data, review.organisation_id, review.as_of),
    )
    return dossier.composed(counted, review, now, own=places.own_files(), named=reads.export_names(data))


@cached(20)
def _counted(data: Data, review: Review) -> Dossier:
    """The document of a draft with its figures, which take a second or two to count."""
    counted = partial(reads.counted, data, review.as_of, review.organisation)
    with meanwhile(counted), data.database.cursor() as cursor:
        named = reads.export_names(data)
        return dossier.compute(cursor, review, own=places.own_files(), named=named, counted=counted)


def frozen(data: Data, review_id: int, version: int) -> Dossier:
    """A version of a review as it was frozen, which withholds the names in later exports too."""
    return _frozen(data, mark(data, "states"), review_id, version)


@cached(20)
def _frozen(data: Data, mark: str, review_id: int, version: int) -> Dossier:  # noqa: ARG001 - part of the cache key
    with data.database.cursor() as cursor:
        found = dossier.load_frozen(cursor, review_id, version)
    return dossier.withheld_anew(found, reads.export_names(data))


def of_year(data: Data, as_of: date, organisation: str) -> tuple[Moment | None, tuple[Decision, ...]]:
    """The review of a day's year as a moment of the wheel, if it has one, and the open decisions until that year."""
    return _of_year(data, mark(data, *DECISIONS), as_of, organisation)


@cached()
def _of_year(data: Data, mark: str, as_of: date, organisation: str) -> tuple[Moment | None, tuple[Decision, ...]]:  # noqa: ARG001 - part of the cache key
    whose: Any = {"organisation": organisation, "as_of": as_of}
    with data.database.cursor() as cursor:
        review = planning.review_of_year(cursor, reads.declared(planning.load_wheel), **whose)
        return review, tuple(planning.open_decisions(cursor, **whose))


def signatures(data: Data, review: Review) -> Signed:
    """Who has submitted and approved a review."""
    return _signatures(data, review, mark(data, *REVIEWS))


@cached()
def _signatures(data: Data, review: Review, mark: str) -> Signed:  # noqa: ARG001 - part of the cache key
    with data.database.cursor() as cursor:
        return approving.signatures_of(cursor, review)


@cached()
def _merged_with(data: Data, organisation_id: int, day: date) -> frozenset[int]:
    with data.database.cursor() as cursor:
        return reviewing.merged_with(cursor, organisation_id, day)


# --- What is arranged, and what has been cleaned ------------------------------------------------------------------


def arranged(data: Data, as_of: date, organisation: str) -> Arrangements:
    """What is arranged in an organisation on a day."""
    return _arranged(data, mark(data, "arrangements"), as_of, organisation)


@cached()
def _arranged(data: Data, mark: str, as_of: date, organisation: str) -> Arrangements:  # noqa: ARG001 - part of the cache key
    with data.database.cursor() as cursor:
        return arrangements.arrangements(cursor, organisation, as_of=as_of)


def cleaned(data: Data) -> tuple[Cleaning, ...]:
    """Every cleaning of the store, the latest first."""
    return _cleaned(data, mark(data, "cleanings", "cleanings_read"))


@cached(20)
def _cleaned(data: Data, mark: str) -> tuple[Cleaning, ...]:  # noqa: ARG001 - part of the cache key
    with data.database.cursor() as cursor:
        return tuple(cleanings.cleanings(cursor))
