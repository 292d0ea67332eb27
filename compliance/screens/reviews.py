"""The review that is looked at: its document, and what is written in it, on the page of the review and in the meeting.

The figures of a draft take a second or two to compute. They are kept while the data stay the same; what is written in
the review is read anew at every run, so that saving a text costs nothing but its saving.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, cast

import streamlit as st

from compliance.access import permissions
from compliance.access.permissions import Permission
from compliance.access.scopes import Scope
from compliance.core import clock, places
from compliance.core.language import N_, Language
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.drawing import charts
from compliance.loading.loading import Order
from compliance.review import approving, deciding, judging, reviewing, wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, ExportNames, compute, export_names, readable
from compliance.review.reviewing import Review
from compliance.screens import fields, reads, views, widgets
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows
from compliance.wording import phrases

GROUNDS_HEIGHT: Final = 140


@dataclass(frozen=True)
class Opened:
    """The review that is looked at.

    `whole` is its document, `dossier` the same as the person may see it; `decided` are the decisions of all reviews of
    the organisation as they stand today.
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
    def reads(self) -> bool:
        """Whether the person may read what is written and decided."""
        return self.view.reader.may(Permission.READ_REVIEW)

    @property
    def writable(self) -> bool:
        """Whether the person may write, and the review can be written in."""
        return self.review.state == "draft" and self.view.reader.may(Permission.WRITE_REVIEW)

    @property
    def there(self) -> View:
        """The view of the day and the organisation that the review is about, for links to its figures."""
        return replace(self.view, as_of=self.review.as_of, scope=Scope(self.view.scope.organisation))


# --- The review -----------------------------------------------------------------------------------------------------


def of_organisation(cursor: Cursor, view: View) -> tuple[Review, ...]:
    """The reviews of the organisation that is looked at, and of those that have become it; the newest first."""
    given = {"as_of": view.as_of, "known_at": EVERYTHING_KNOWN, "organisation": view.scope.organisation}
    ids = {row["organisation_id"] for row in rows(cursor, statement("organisation_ids"), given)}
    return tuple(review for review in reviewing.reviews(cursor) if review.organisation_id in ids)


def opened(view: View) -> Opened | None:
    """The review that the address names, else the latest; None where there is none."""
    with view.database.cursor() as cursor:
        others = of_organisation(cursor, view)
        said = st.query_params.get("review")
        named = [review for review in others if wording.address(review, others) == said]
        review = next(iter([*named, *others]), None)
        if review is None:
            return None
        if said and not named:
            widgets.elsewhere(view, N_("the review"), said, wording.address(review, others))
        whole = _document(cursor, view, review)
        given = {"review_id": review.review_id}
        ids = {other.review_id for other in others}
        return Opened(
            view=view,
            review=review,
            others=others,
            whole=whole,
            dossier=readable(whole, view.reader),
            states=rows(cursor, statement("review_states"), given),
            texts=rows(cursor, statement("review_texts"), given),
            decided=tuple(d for d in deciding.decisions(cursor) if d.review_id in ids),
        )


def _document(cursor: Cursor, view: View, review: Review) -> Dossier:
    own = places.own_files()
    if review.state != "draft":
        return approving.dossier(cursor, review, own=own)
    counted, named = None, None
    if review.figures_of is None:
        with st.spinner(view.say(N_("Computing the figures of the review"))):
            counted, named = _counted(view.data, review)
    return compute(cursor, review, own=own, counted=counted, named=named)


@st.cache_data(show_spinner=False, max_entries=20)
def _counted(data: reads.Data, review: Review) -> tuple[Dossier, ExportNames]:
    """The document of a draft with its figures, and what its exports name.

    It is the same for all: what a person may see of it is decided by who reads it.
    """
    with data.database.cursor() as cursor:
        named = export_names(cursor, as_of=review.as_of, known_at=EVERYTHING_KNOWN, organisation=review.organisation)
        return compute(cursor, review, own=places.own_files(), named=named), named


# --- Doing something ------------------------------------------------------------------------------------------------


def order(view: View) -> Order:
    """An order of the person, for the organisation that is looked at."""
    return views.order(organisation=view.scope.organisation)


def today(view: View) -> date:
    """The day in Sweden; the samples' time is invented, so there it is never before that of their last import."""
    invented = [row["imported_at"] for row in reads.imports(view.data)] if view.sample else []
    return clock.local_day(max([clock.now(), *invented]))


def done(permission: Permission, action: Callable[..., object], *given: object, **named: object) -> bool:
    """Does what a person asked for, where they may; whether it was done. A refusal is told where the button stands."""
    widgets.require(permission)
    try:
        action(*given, **named)
    except Exception as error:
        widgets.tell(error)
        return False
    return True


@contextmanager
def keeping(said: str = "") -> Iterator[None]:
    """Within the block what was `said` is kept, before the page runs: `tell_unsaved` says what went wrong."""
    try:
        yield
    except Exception as error:
        st.session_state["not saved"] = error, said


def save(found: Opened, kind: reviewing.Kind, what: str, key: str, shown: str) -> None:
    """Saves a field when it is left.

    It runs also where somebody goes to another page, for fields that still hold what they have `shown`.
    """
    said = st.session_state.get(key, shown) or ""
    if said == shown:
        return
    with keeping("" if kind in reviewing.CHOSEN else said):
        permissions.require(views.user(), Permission.WRITE_REVIEW)
        id_, database = found.review.review_id, found.view.database
        reviewing.write(database, id_, kind=kind, what=what, text=said, order=order(found.view), shown=shown)
        if kind not in reviewing.CHOSEN:
            st.session_state[key] = reviewing.stored_text(said)


def tell_unsaved() -> None:
    """Why something that was written has not been saved, and the text itself, so that it can be copied."""
    error, said = st.session_state.pop("not saved", (None, ""))
    if error:
        widgets.tell(error)
    if said:
        widgets.html(charts.comment(views.language()(N_("What was not saved:")), said))


def text_field(
    found: Opened, kind: reviewing.Kind, what: str, label: str, *, value: str, lines: int, help_: str
) -> str:
    """A text that is saved when one leaves it; gives its key."""
    key = f"{kind} {found.review.review_id} {what}"
    # what has been saved is written back with its masks, and then the widget must not be given a value too
    given: Any = {} if key in st.session_state else {"value": value}
    fields.text(
        label,
        key=key,
        height=lines,
        help=help_ or None,
        on_change=save,
        args=(found, kind, what, key, value),
        **given,
    )
    return key


def assessment_field(found: Opened, point: Point, *, label_shown: bool = True) -> None:
    """The head's verdict on a point."""
    label, chosen = N_("The assessment of the head of administration"), found.dossier.written.assessments.get(point.id)
    words = {code: found.say(wording.SHORT_VERDICTS[code]).capitalize() for code in reviewing.VERDICTS}
    _choice(found, "assessment", point.id, words, found.say(label), chosen, label_shown=label_shown)


def _choice(
    found: Opened,
    kind: reviewing.Kind,
    what: str,
    words: Mapping[str, str],
    label: str,
    chosen: str | None,
    *,
    label_shown: bool = True,
) -> None:
    """One of a few words; nothing is chosen before somebody chooses it. It shows what is kept, whoever chose it."""
    key = f"{kind} {found.review.review_id} {what}"
    st.session_state[key] = chosen
    st.segmented_control(
        label,
        list(words),
        format_func=lambda code: words[code],
        key=key,
        on_change=save,
        args=(found, kind, what, key, chosen or ""),
        label_visibility="visible" if label_shown else "collapsed",
    )


def judgement_fields(found: Opened, *, lines: int = GROUNDS_HEIGHT, with_grounds: bool = True) -> None:
    """The head's judgement of the work as a whole: two questions, and the grounds of the answers."""
    say, said = found.say, found.dossier.written
    words = {code: say(word) for code, word in judging.WORDS.items()}
    with st.container(key="judgement", horizontal=True):
        for what in reviewing.JUDGED:
            question = say(judging.QUESTIONS[what])
            _choice(found, "judgement", what, words, question, (said.judgement or {}).get(what))
    if not with_grounds:
        return
    text_field(
        found,
        "chapter",
        reviewing.GROUNDS,
        say(N_("Grounds")),
        value=judging.grounds(said),
        lines=lines,
        help_=say(N_("What the head of administration judges the work by, in the words of the report.")),
    )


# --- A decision -----------------------------------------------------------------------------------------------------


def decision(view: View, made: Decision, day: date, *, reason: bool = True) -> None:
    """A decision as it stands on a day, with the point that is its reason."""
    widgets.html(charts.decision(decision_row(made, reads.points() if reason else (), day, view.say)))


def decision_row(decision: Decision, points: Iterable[Point], day: date, say: Language) -> charts.DecisionRow:
    """A decision as it stands on a day."""
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
        facts=facts,
        work="late" if late else cast(charts.Work, decision.status),
        word=say(N_("Late")) if late else status,
        note=status.lower() if late else "",
    )
