"""The opened review: its document, and the fields to write in, for the page of the review and the meeting.

A text that is saved is shown at once, and saving it must not count the figures again (`screens.written`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, cast

import streamlit as st

from compliance.access import audit
from compliance.access.permissions import Permission
from compliance.access.scopes import Scope
from compliance.core import clock
from compliance.core.language import N_, Language
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.loading.loading import Order
from compliance.review import judging, reviewing, wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, readable
from compliance.review.reviewing import Review
from compliance.screens import fields, reads, views, widgets, written
from compliance.screens.views import View
from compliance.store.database import Rows
from compliance.wording import phrases

GROUNDS_HEIGHT: Final = 140


@dataclass(frozen=True)
class Opened:
    """The review that a page shows.

    `whole` is its document, `dossier` the same as the reader may see it; `decided` are the current decisions of all
    reviews of the organisation.
    """

    view: View
    review: Review
    others: tuple[Review, ...]
    whole: Dossier
    dossier: Dossier
    states: Rows
    texts: Rows
    decided: tuple[Decision, ...]

    @property
    def say(self) -> Language:
        """The reader's language."""
        return self.view.say

    @property
    def may_read(self) -> bool:
        """Whether the reader may read comments and decisions."""
        return self.view.reader.may(Permission.READ_REVIEW)

    @property
    def writable(self) -> bool:
        """Whether the review is a draft that the reader may write in."""
        return self._may_change(Permission.WRITE_REVIEW)

    @property
    def assessable(self) -> bool:
        """Whether the review is a draft whose points and whole the reader may judge."""
        return self._may_change(Permission.ASSESS_REVIEW)

    @property
    def decidable(self) -> bool:
        """Whether the review is a draft in which the reader may decide."""
        return self._may_change(Permission.DECIDE)

    def _may_change(self, permission: Permission) -> bool:
        return self.review.state == "draft" and self.view.reader.may(permission)

    @property
    def review_view(self) -> View:
        """The view of the review's day and organisation, for links to its figures."""
        return replace(self.view, as_of=self.review.as_of, scope=Scope(self.view.scope.organisation))


# --- The review -----------------------------------------------------------------------------------------------------


def of_organisation(view: View) -> tuple[Review, ...]:
    """The reviews of the view's organisation and of its predecessors, the newest first."""
    return written.reviews(view.data, view.as_of, view.scope.organisation)


def current(view: View) -> Opened | None:
    """The review that the address names, else the latest; None if there is none."""
    others = of_organisation(view)
    address = st.query_params.get("review")
    named = [review for review in others if wording.address(review, others) == address]
    review = next(iter([*named, *others]), None)
    if review is None:
        return None
    if address and not named:
        widgets.not_found(view, address, wording.address(review, others))
    return of_review(view, review, others)


def of_review(view: View, review: Review, others: tuple[Review, ...]) -> Opened:
    """A review with all that a page shows of it."""
    with st.spinner(view.say(N_("This takes a moment"))):
        whole = written.document(view.data, review)
    return Opened(
        view=view,
        review=review,
        others=others,
        whole=whole,
        dossier=readable(whole, view.reader),
        states=written.states(view.data, review.review_id),
        texts=written.texts(view.data, review.review_id),
        decided=written.decisions_of(view.data, view.as_of, view.scope.organisation),
    )


def told_of(opened: Opened) -> dict[str, object]:
    """What the audit trail says of a file of the review, besides what file it is."""
    return {"review": opened.review.review_id, "version": opened.review.version}


def ahead(view: View) -> Iterator[None]:
    """Count the review that is shown first."""
    if review := next(iter(of_organisation(view)), None):
        written.document(view.data, review)
        yield


# --- Actions --------------------------------------------------------------------------------------------------------


def order(view: View) -> Order:
    """An order by the current user for the view's organisation."""
    return views.order(organisation=view.scope.organisation)


def today(view: View) -> date:
    """The day in Sweden; for the samples, whose times are invented, at least the day of their last import."""
    invented = [row["imported_at"] for row in reads.imports(view.data)] if view.sample else []
    return clock.local_day(max([clock.now(), *invented]))


def perform(permission: Permission, action: Callable[..., object], *args: object, **kwargs: object) -> bool:
    """Run an action if the user may. Return whether it succeeded; an error is drawn at the button."""
    widgets.require(permission)
    try:
        action(*args, **kwargs)
    except Exception as error:
        widgets.show_error(error)
        return False
    return True


@contextmanager
def keeping_unsaved(text: str = "") -> Iterator[None]:
    """Keep an error of the block, with the `text` that it failed to save, for `show_unsaved`.

    Callbacks run before the page, where nothing can be drawn yet.
    """
    try:
        yield
    except Exception as error:
        st.session_state["not saved"] = error, text


def save(opened: Opened, kind: reviewing.Kind, what: str, key: str, shown: str) -> None:
    """Save a field when it is left.

    Leaving the page calls it too, for fields that still have the text they have `shown`.
    """
    text = st.session_state.get(key, shown) or ""
    if text == shown:
        return
    with keeping_unsaved("" if kind in reviewing.CHOSEN else text):
        audit.require(views.user(), _needed(kind, what))
        id_, database = opened.review.review_id, opened.view.database
        reviewing.write(database, id_, kind=kind, what=what, text=text, order=order(opened.view), shown=shown)
        if kind not in reviewing.CHOSEN:
            st.session_state[key] = reviewing.stored_text(text)


def take_over(opened: Opened, kind: reviewing.Kind, what: str, text: str) -> None:
    """Save a text of the last review in an empty field. What somebody else has written there meanwhile is kept."""
    key = field_key(opened, kind, what)
    st.session_state[key] = text
    save(opened, kind, what, key, "")
    if "not saved" in st.session_state:
        del st.session_state[key]


def may_write(opened: Opened, kind: reviewing.Kind, what: str) -> bool:
    """Whether the reader may write a field of the review."""
    return opened.review.state == "draft" and opened.view.reader.may(_needed(kind, what))


def field_key(opened: Opened, kind: reviewing.Kind, what: str) -> str:
    """The key of a field of the review."""
    return f"{kind} {opened.review.review_id} {what}"


def _needed(kind: reviewing.Kind, what: str) -> Permission:
    """The permission to write a field: the head's verdicts and their grounds, or what the coordinator writes."""
    judged = kind in reviewing.CHOSEN or what == reviewing.GROUNDS
    return Permission.ASSESS_REVIEW if judged else Permission.WRITE_REVIEW


def show_unsaved() -> None:
    """Draw why a text has not been saved, and the text itself, so that it can be copied."""
    error, text = st.session_state.pop("not saved", (None, ""))
    if error:
        widgets.show_error(error)
    if text:
        widgets.html(charts.comment(views.language()(N_("What was not saved:")), text))


def text_field(
    opened: Opened, kind: reviewing.Kind, what: str, label: str, *, value: str, lines: int, help_: str = ""
) -> str:
    """Draw a text field that is saved when it is left. Return its key."""
    key = field_key(opened, kind, what)
    fields.text(
        label,
        value=value,
        key=key,
        height=lines,
        help=help_ or None,
        on_change=save,
        args=(opened, kind, what, key, value),
    )
    return key


def assessment_field(opened: Opened, point: Point, *, label_shown: bool = True) -> None:
    """Draw the choice of the head's verdict on a point."""
    label, chosen = N_("The assessment of the head of administration"), opened.dossier.written.assessments.get(point.id)
    words = {code: opened.say(wording.SHORT_VERDICTS[code]).capitalize() for code in reviewing.VERDICTS}
    _choice(opened, "assessment", point.id, words, opened.say(label), chosen, label_shown=label_shown)


def _choice(
    opened: Opened,
    kind: reviewing.Kind,
    what: str,
    words: Mapping[str, str],
    label: str,
    chosen: str | None,
    *,
    label_shown: bool = True,
) -> None:
    """Draw a choice between words, with no default. It shows the saved choice, whoever made it."""
    key = field_key(opened, kind, what)
    st.session_state[key] = chosen
    then: Any = {"on_change": save, "args": (opened, kind, what, key, chosen or "")}
    fields.row(label, words, key=key, label_visibility="visible" if label_shown else "collapsed", **then)


def judgement_fields(opened: Opened, *, lines: int = GROUNDS_HEIGHT, with_grounds: bool = True) -> None:
    """Draw the head's judgement of the work as a whole: two questions, and the grounds of the answers."""
    say, written = opened.say, opened.dossier.written
    words = {code: say(word) for code, word in judging.WORDS.items()}
    with st.container(key="judgement", horizontal=True):
        for what in reviewing.JUDGED:
            question = say(judging.QUESTIONS[what])
            _choice(opened, "judgement", what, words, question, (written.judgement or {}).get(what))
    if not with_grounds:
        return
    text_field(
        opened,
        "chapter",
        reviewing.GROUNDS,
        say(N_("Reasons")),
        value=judging.grounds(written),
        lines=lines,
    )


# --- A decision -----------------------------------------------------------------------------------------------------


def decision(view: View, row: Decision, day: date, *, reason: bool = True) -> None:
    """Draw a decision with its state on a day, and, if `reason`, with the point that it is about."""
    widgets.html(charts.decision(decision_row(row, reads.points(view) if reason else (), day, view.say)))


def decision_row(decision: Decision, points: Iterable[Point], day: date, say: Language) -> charts.DecisionRow:
    """A decision with its state on a day, as a row to draw."""
    reason = next((point for point in points if point.id == decision.point), None)
    status = say(wording.DECISION_STATUSES[decision.status])
    late = decision.late(day)
    facts = [
        phrases.label(reason, say) if reason else "",
        decision.responsible,
        say(N_("by {day}"), day=say.date(decision.due)) if decision.due else "",
        decision.resource,
        say(N_("followed up in {report}"), report=decision.follow_up) if decision.follow_up else "",
        decision.note or "",
    ]
    return charts.DecisionRow(
        name=decision.name,
        text=decision.text,
        why=say(N_("Reason: {text}"), text=decision.why) if decision.why else "",
        facts=facts,
        work="late" if late else cast(charts.Work, decision.status),
        word=say(N_("Late")) if late else status,
        note=status.lower() if late else "",
    )
