"""From draft to approved: what a submission requires, who may not approve it, and the document that is sealed."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Final, Literal

from compliance.access.audit import Action
from compliance.access.people import named
from compliance.access.permissions import User, current_user
from compliance.access.pseudonyms import Pseudonym, is_of
from compliance.access.withholding import ExportNames, export_names
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event, clean_name, clean_text
from compliance.review.dossier import Dossier, as_json, compute, load_frozen, seal_of, withheld_anew
from compliance.review.judging import concerns, missing_judgement
from compliance.review.reviewing import Review, ReviewTexts, add_state, by_number, draft, review_texts
from compliance.review.wording import STATES
from compliance.store import packs
from compliance.store.database import Cursor, Database, moment, rows

MOST_PARTS: Final = 6
UNJUDGED: Final = N_(
    "The review cannot be submitted before the head of administration has judged the work as a whole: "
    "whether it is sufficient, whether it has the intended effect, and on what grounds."
)
INCOMPLETE: Final = N_(
    "The review cannot be submitted until every point has been discussed. "
    "A comment or an assessment is missing for point {points}."
)
NAMELESS: Final = N_(
    "Your login gives no name, and whoever does this is named with it. Tell those who run the service."
)
UNDECIDED: Final = N_(
    "It cannot be told whether you have submitted the review of {year} yourself: this register does not know who has. "
    "Send it back and let it be submitted again."
)
# The person at a machine without a login, who gives a name.
AT_HAND: Final = current_user()
# What the history and the audit trail call a signature.
SIGNING: Final = {"submitted": ("submit review", Action.SUBMISSION), "approved": ("approve review", Action.APPROVAL)}
# Invisible letters of Unicode.
INVISIBLE_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0")


def missing(texts: ReviewTexts, points: tuple[Point, ...]) -> list[Point]:
    """The points not fully discussed: without a comment, or without the head's assessment."""
    return [point for point in points if point.id not in texts.comments or point.id not in texts.assessments]


def submit(
    database: Database,
    review_id: int,
    *,
    name: str,
    own: Path | None,
    confirmed: Collection[str] = (),
    user: User = AT_HAND,
) -> Review:
    """Freeze a draft in which every point is discussed and the whole is judged, for somebody else to approve.

    Raise Refusal if anything that it leaves open (`judging.Concern`) is not named in `confirmed`.
    """
    who = _order_of(name, user)
    with database.writing() as cursor:
        review = draft(cursor, review_id)
        texts = review_texts(cursor, review)
        _refuse_incomplete(missing(texts, _points(cursor, review, own)))
        if missing_judgement(texts):
            raise Refusal(UNJUDGED)
        document = compute(cursor, review, own=own, known_at=moment(cursor))
        _refuse_unconfirmed(document, confirmed)
        content = as_json(document)
        params = {"review_id": review_id, "version": review.version, "content": content, "sha256": seal_of(content)}
        cursor.execute(statement("add_frozen_review"), params | {"who": who.who})
        _sign(cursor, review, who, state="submitted", sha256=seal_of(content))
        return by_number(cursor, review_id)


def _points(cursor: Cursor, review: Review, own: Path | None) -> tuple[Point, ...]:
    """The points of a draft: of a correction that keeps its figures those of the version that it corrects."""
    if review.figures_of is not None:
        return tuple(answer.point for answer in load_frozen(cursor, review.review_id, review.figures_of).points)
    every = packs.declared(cursor, own)
    return packs.points_on(cursor, every, as_of=review.as_of, organisation=review.organisation)


def _refuse_unconfirmed(document: Dossier, confirmed: Collection[str]) -> None:
    open_names = [concern.name for concern in concerns(document) if concern.name not in confirmed]
    if open_names:
        raise Refusal(
            N_("The review leaves something open, each of which is to be confirmed: {names}."),
            names=", ".join(open_names),
        )


def _refuse_incomplete(points: list[Point]) -> None:
    if points:
        raise Refusal(INCOMPLETE, points=numbers_of(points))


def numbers_of(points: list[Point]) -> str:
    """The numbers of points, in a line."""
    return ", ".join(str(point.number) for point in points)


def send_back(database: Database, review_id: int, *, name: str, why: str, user: User = AT_HAND) -> Review:
    """Make a submitted review a draft again, with the reason."""
    who, reason = _order_of(name, user), _reason(why)
    with database.writing() as cursor:
        review = _submitted(cursor, review_id)
        version, figures_of = review.version, review.figures_of
        add_state(cursor, review_id, version=version, state="draft", figures_of=figures_of, why=reason, order=who)
        what = version_name(review_id, version)
        add_event(cursor, who, "send back review", f"{what}: {reason}", action=Action.SENDING_BACK, told=what)
        return by_number(cursor, review_id)


def approve(database: Database, review_id: int, *, name: str, user: User = AT_HAND) -> Review:
    """Approve a submitted review as it was frozen; whoever submitted it may not."""
    who = _order_of(name, user)
    with database.writing() as cursor:
        review = _submitted(cursor, review_id)
        _refuse_submitter(review, who)
        load_frozen(cursor, review_id, review.version)
        _sign(cursor, review, who, state="approved", sha256=review.sha256)
        return by_number(cursor, review_id)


def correct(database: Database, review_id: int, *, name: str, why: str, anew: bool, user: User = AT_HAND) -> Review:
    """Start the next version of an approved review; its figures stay, unless `anew` counts them again."""
    who, reason = _order_of(name, user), _reason(why)
    with database.writing() as cursor:
        review = by_number(cursor, review_id)
        if review.state != "approved":
            raise Refusal(
                N_("The review of {year} has not been approved, so there is nothing to correct. Change the draft."),
                year=review.year,
            )
        figures_of = None if anew else review.version
        version = review.version + 1
        add_state(cursor, review_id, version=version, state="draft", figures_of=figures_of, why=reason, order=who)
        what = version_name(review_id, version)
        add_event(cursor, who, "correct review", f"{what}: {reason}", action=Action.CORRECTION, told=what)
        return by_number(cursor, review_id)


def _submitted(cursor: Cursor, review_id: int) -> Review:
    review = by_number(cursor, review_id)
    if review.state == "draft":
        raise Refusal(N_("The review of {year} has not been submitted."), year=review.year)
    if review.state == "approved":
        raise Refusal(N_("The review of {year} has been approved."), year=review.year)
    return review


def _sign(
    cursor: Cursor, review: Review, who: Order, *, state: Literal["submitted", "approved"], sha256: str | None
) -> None:
    """Record that somebody has signed a version and its seal."""
    id_, version = review.review_id, review.version
    add_state(cursor, id_, version=version, state=state, figures_of=review.figures_of, sha256=sha256, order=who)
    event, action = SIGNING[state]
    what = version_name(id_, version)
    add_event(cursor, who, event, f"{what}: {sha256}", action=action, told=what, sha256=sha256)


def version_name(review_id: int, version: int) -> str:
    """What the audit trail calls a version of a review."""
    return f"review {review_id}, version {version}"


def _refuse_submitter(review: Review, who: Order) -> None:
    """Raise Refusal for whoever submitted a review, and where it cannot be told whether they did."""
    is_theirs = _has_submitted(review, who)
    if is_theirs is None:
        raise Refusal(UNDECIDED, year=review.year)
    if is_theirs:
        raise Refusal(
            N_("{name} has submitted the review of {year}. Somebody else must approve it."),
            name=review.submitted_by,
            year=review.year,
        )


def _has_submitted(review: Review, who: Order) -> bool | None:
    """Whether a person submitted a review: by their logins, whatever the names, else by the names that were given.

    None if it cannot be told: the key of what was kept is not here, or an earlier version kept nothing of a person who
    has been removed since.
    """
    if not who.user.person or not review.submitter:
        return same_person(who.who, review.submitted_by or "")
    login = named(who.user.person)
    if review.signer and review.signer_key:
        return is_of(Pseudonym(review.signer_key, review.signer), login.issuer, login.subject) if login else None
    if review.submitter == who.user.person:
        return True
    return False if named(review.submitter) else None


def _order_of(name: str, user: User) -> Order:
    """An order in the name of the person who takes responsibility for it: that of their login, else the given one."""
    cleaned = clean_name(user.name if user.person else name)
    if user.person and not cleaned:
        raise Refusal(NAMELESS)
    if user.person:
        return Order(cleaned, user=user)
    if len([part for part in _folded(cleaned) if part[0].isalpha()]) < 2:
        raise Refusal(N_("Give the first name and surname of the person who does this."))
    return Order(cleaned)


def _reason(why: str) -> str:
    reason = clean_text(why)
    if not reason:
        raise Refusal(N_("Say why. The reason is kept with the review."))
    return reason


def same_person(one: str, other: str) -> bool:
    """Whether two names are the same except for case, accents, spaces, punctuation and the order of their parts."""
    return not _spellings(one).isdisjoint(_spellings(other))


def _spellings(name: str) -> set[str]:
    """A name without spaces, in every order of its parts: Anna-Karin Berg is also Berg, Annakarin."""
    parts = _folded(name)
    ordered = permutations(parts) if len(parts) <= MOST_PARTS else [sorted(parts)]
    return {"".join(order) for order in ordered}


def _folded(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    kept = (letter for letter in plain if unicodedata.category(letter)[0] != "M" and letter not in INVISIBLE_LETTERS)
    return "".join(letter if letter.isalnum() else " " for letter in kept).split()


# --- Reading a review in any state --------------------------------------------------------------------------------


def dossier(
    cursor: Cursor, review: Review, *, own: Path | None, version: int | None = None, names: ExportNames | None = None
) -> Dossier:
    """Return a review as one document: frozen if it was submitted, otherwise computed from the draft.

    `names` are those that a version to hand out withholds; they are read if None.
    """
    names = names or export_names(cursor)
    if review.state == "draft" and version in {None, review.version}:
        return compute(cursor, review, own=own, named=names)
    return withheld_anew(load_frozen(cursor, review.review_id, version or review.version), names)


@dataclass(frozen=True)
class Signed:
    """Who submitted and approved a version of a review, and when (UTC); `changed_at` is when its state began.

    `submitted_seal` and `approved_seal` are the SHA-256 of what they signed. `seal` is the current one, which differs
    if the review was sealed again since. `submitted_via` and `approved_via` are the issuers of their logins; None where
    the name was given by hand.
    """

    submitted_by: str | None
    submitted_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    changed_at: datetime
    submitted_seal: str | None
    approved_seal: str | None
    seal: str | None
    submitted_via: str | None
    approved_via: str | None


def signatures_of(cursor: Cursor, review: Review, version: int | None = None) -> Signed:
    """Return the signatures of a version, without those of a submission that was sent back."""
    states = rows(cursor, statement("review_states"), {"review_id": review.review_id})
    of_version = [row for row in states if row["version"] == (version or review.version)]
    if not of_version:
        raise Refusal(N_("There is no version {version} of the review of {year}."), version=version, year=review.year)
    start = max(place for place, row in enumerate(of_version) if row["state"] == "draft")
    by_state = {row["state"]: row for row in of_version[start:]}
    submitted, approved = by_state.get("submitted", {}), by_state.get("approved", {})
    return Signed(
        submitted_by=submitted.get("changed_by"),
        submitted_at=submitted.get("changed_at"),
        approved_by=approved.get("changed_by"),
        approved_at=approved.get("changed_at"),
        changed_at=of_version[-1]["changed_at"],
        submitted_seal=submitted.get("sha256"),
        approved_seal=approved.get("sha256"),
        seal=submitted.get("seal"),
        submitted_via=submitted.get("issuer"),
        approved_via=approved.get("issuer"),
    )


def identity_sentences(signed: Signed, say: Language) -> list[str]:
    """How it was established who signed, a sentence for each signature; before there was a login, it was by hand."""
    by_login = N_("{state}: logged in via {issuer}.")
    by_hand = N_("{state}: the name was given by hand, at a computer without a login.")
    signatures = (
        (signed.submitted_at, signed.submitted_via, STATES["submitted"]),
        (signed.approved_at, signed.approved_via, STATES["approved"]),
    )
    return [
        say(by_login if issuer else by_hand, issuer=issuer, state=say(state)) for at, issuer, state in signatures if at
    ]
