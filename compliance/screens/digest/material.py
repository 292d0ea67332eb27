"""What a digest is made of, as pages and commands count it: the same for everybody but for what is written of it.

It is handed on, so nobody is named in it, whoever asks for it, and small numbers are hidden.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from compliance.access.permissions import Permission
from compliance.counting.explaining import Explanation, Moment, months_before
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.digest.digest import DAYS_AHEAD, Digest, Material, Whole, digest
from compliance.digest.last import Last, last_digests
from compliance.intake.rows import IntakeFile
from compliance.review.deciding import Decision
from compliance.review.dossier import readable
from compliance.review.reviewing import texts_of
from compliance.screens import changes, clocks, lapsing, reads, reviews, written
from compliance.screens.caching import cached, read
from compliance.screens.views import View
from compliance.store.database import Cursor

# What a digest tells of figures is what this lets somebody see.
SEEN: Final = frozenset({Permission.SEE_FIGURES})


def digest_of(view: View) -> Digest:
    """The digest of the view's day and part, in its language."""
    return digest(material_of(view), view.say)


def ahead(view: View) -> Iterator[None]:
    """Count what a digest is made of, a step at a time."""
    if not _loaded(view):
        return
    figures = _figures_of(view)
    for point in reads.points(view):
        changes.explained(figures, point, _since(view), Moment(view.as_of))
        yield
    material_of(view)
    yield


def material_of(view: View) -> Material:
    """What the digest of the view is made of, as its reader may see it."""
    figures, since, loaded = _figures_of(view), _since(view), _loaded(view)
    return Material(
        view.scope,
        view.as_of,
        since.day,
        made(view).earlier is not None,
        loaded,
        _explanations(figures, since) if loaded else (),
        reads.outlooks(figures) if loaded else {},
        _lapsing(figures) if loaded else (),
        clocks.clocks(figures),
        _unclocked(view),
        _whole(view) if _is_whole(view) else None,
    )


def _figures_of(view: View) -> View:
    """The view of somebody who sees figures and nothing else, which is one for all who see the same part."""
    role = view.reader.user.role
    seen = replace(view.reader.user, role=replace(role, permissions=SEEN))
    return replace(view, reader=replace(view.reader, user=seen))


def _is_whole(view: View) -> bool:
    return view.reader.whole and view.scope.level == "organisation"


def _loaded(view: View) -> bool:
    return bool(reads.basis(view.data, view.as_of).of(view.scope.organisation))


def made(view: View) -> Last:
    """The digests of the view's organisation that were made last."""
    return _made(view.data, view.as_of, view.scope.organisation)


@read(by=written.mark("digests"))
def _made(cursor: Cursor, as_of: date, organisation: str) -> Last:
    return last_digests(cursor, organisation, as_of=as_of)


def _since(view: View) -> Moment:
    """What the day is compared with: the last digest, as it was known then, or else a month before."""
    last = made(view).earlier
    return Moment(last.as_of, last.made_at) if last else Moment(months_before(view.as_of, 1))


def _explanations(figures: View, since: Moment) -> tuple[Explanation, ...]:
    last = Moment(figures.as_of)
    return tuple(changes.explained(figures, point, since, last) for point in reads.points(figures))


@cached(words=False)
def _lapsing(figures: View) -> tuple[tuple[Point, int | None], ...]:
    """How many items of each point lapse soon; None for a point of which it may not be told."""
    found, last = reads.lapses(figures.data, figures.as_of), figures.as_of + timedelta(DAYS_AHEAD)
    shown = lapsing.months(figures)
    months = tuple(month for month in found.months if month.replace(day=1) <= last)
    soon = [row["point"] for row in found.items(figures.scope, months) if (row["due"] or row["month"]) <= last]
    return tuple((point, None if point.id in shown.silent else soon.count(point.number)) for point in found.points)


def _unclocked(view: View) -> tuple[Source, ...]:
    """The exports without which no time limit is known."""
    loaded = {row["source"] for row in reads.basis(view.data, view.as_of).of(view.scope.organisation)}
    return tuple(reads.sources(view.data)[id_] for id_ in clocks.SOURCES if id_ not in loaded)


# --- What only a reader of a whole organisation is told ---------------------------------------------------------------


def _whole(view: View) -> Whole:
    return Whole(
        _decisions(view) if view.reader.may(Permission.READ_REVIEW) else None,
        _comments(view) if view.reader.may(Permission.SEE_REVIEW) else {},
        _files_held(view),
        tuple(
            each for each in written.delivered(view.data, view.as_of, view.scope.organisation) if each.state == "late"
        ),
        reads.sources(view.data),
    )


def _decisions(view: View) -> tuple[Decision, ...]:
    """The decisions of the organisation's reviews, without names of persons."""
    decided = written.decided_until(view.data, view.as_of, view.scope.organisation)
    return tuple(replace(each, text=view.reader.anybody.text(each.text)) for each in decided)


def _comments(view: View) -> Mapping[str, str]:
    """What is written of each point in the review of the year: the comment, else that of the version to hand out."""
    if not view.reader.may(Permission.READ_REVIEW):
        approved = reads.approved_in(view.data, view.as_of, view.scope.organisation)
        return readable(approved, view.reader).written.public_comments if approved else {}
    review = next((each for each in reviews.of_organisation(view) if each.year == view.as_of.year), None)
    if review is None:
        return {}
    own = texts_of(written.texts(view.data, review.review_id))
    every = own.public_comments | {id_: text for id_, text in own.comments.items() if text.strip()}
    return {id_: view.reader.anybody.text(text) for id_, text in every.items()}


def _files_held(view: View) -> tuple[IntakeFile, ...]:
    """The files of the organisation that the intake holds; for whoever sees all, also those of nobody's folder."""
    own: set[int | None] = {*reads.organisation_ids(view.data, view.as_of, view.scope.organisation)}
    own |= {None} if view.reader.sees_all(view.organisations) else set()
    return tuple(file for file in written.held_files(view.data) if file.organisation_id in own)
