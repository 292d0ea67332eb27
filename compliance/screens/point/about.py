"""What the year's review says of a point: the verdict, the coordinator's comment, and its open decisions."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core import clock
from compliance.core.language import N_
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.review import wording
from compliance.review.deciding import Decision
from compliance.review.dossier import readable
from compliance.review.reviewing import Review
from compliance.screens import reads, reviews, widgets, written
from compliance.screens.views import View

# The page of decisions has all of them.
SHOWN: Final = 3


@dataclass(frozen=True)
class Said:
    """A comment and when it was written, a verdict (a code), and decisions; each may be missing."""

    year: int
    verdict: str = ""
    comment: str = ""
    written: date | None = None
    decisions: tuple[Decision, ...] = ()


def assessment(view: View, point: Point) -> Said | None:
    """What is said of a point, as far as the reader may read it; None if nothing is."""
    reader = view.reader
    if not reader.whole or not reader.may(Permission.SEE_REVIEW):
        return None
    found = _read(view, point) if reader.may(Permission.READ_REVIEW) else _handed_out(view, point)
    return found if found.verdict or found.comment or found.decisions else None


def _handed_out(view: View, point: Point) -> Said:
    """What the approved review says in the version to hand out."""
    year, approved = view.as_of.year, reads.approved_in(view.data, view.as_of, view.scope.organisation)
    if approved is None:
        return Said(year)
    texts = readable(approved, view.reader).written
    return Said(year, texts.assessments.get(point.id, ""), texts.public_comments.get(point.id, ""))


def _read(view: View, point: Point) -> Said:
    year = view.as_of.year
    decided = written.decided_until(view.data, view.as_of, view.scope.organisation)
    left = [row for row in decided if row.point == point.id and row.open]
    decisions = tuple(wording.late_and_new_first(left, view.as_of))
    review = next((review for review in reviews.of_organisation(view) if review.year == year), None)
    return _written(view, review, point, decisions) if review else Said(year, decisions=decisions)


def _written(view: View, review: Review, point: Point, decisions: tuple[Decision, ...]) -> Said:
    texts = written.texts(view.data, review.review_id)
    own = {row["kind"]: row for row in texts if row["what"] == point.id and row["text"]}
    verdict, comment = (own.get(kind, {"text": "", "written_at": None}) for kind in ("assessment", "comment"))
    day = clock.local(comment["written_at"]).date() if comment["text"] else None
    return Said(review.year, verdict["text"], comment["text"], day, decisions)


def draw(view: View, said: Said) -> None:
    """Draw the verdict, the comment, and the open decisions."""
    with st.container(key="said"):
        _assessment(view, said)
        if said.decisions:
            widgets.html(charts.section(view.say(N_("Open decisions")), level=3))
            for decision in said.decisions[:SHOWN]:
                reviews.decision(view, decision, view.as_of, reason=False)
            widgets.link(view, "decisions", view.say(N_("Follow up")))


def _assessment(view: View, said: Said) -> None:
    say = view.say
    if said.verdict:
        words = say(wording.VERDICT_WORDS[said.verdict])
        text = N_("Assessment of the head of administration: {verdict}.")
        widgets.html(charts.answer(say(text, verdict=words)))
    if said.comment:
        label = say(N_("The coordinator's comment, {day}"), day=say.date(said.written)) if said.written else ""
        widgets.html(charts.comment(label or say(N_("Comment")), said.comment))
