"""The page of decisions: those of all reviews, followed up between the reviews."""

from collections.abc import Sequence

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.drawing import charts
from compliance.review import deciding, wording
from compliance.review.deciding import STATUSES, Decision
from compliance.review.wording import DECISION_STATUSES
from compliance.screens import fields, reviews, widgets, written
from compliance.screens.bodies import body
from compliance.screens.decisions import texts
from compliance.screens.views import View


@body
def draw(view: View) -> None:
    """Draw the open decisions, late ones first, and the closed ones in an expander."""
    widgets.whole_only(view)
    say = view.say
    ids = {review.review_id for review in reviews.of_organisation(view)}
    decisions = [decision for decision in written.decisions(view.data) if decision.review_id in ids]
    kicker = say(N_("Decisions of the management reviews · as of {day}"), day=say.date(view.as_of))
    widgets.html(charts.headline(*wording.decisions_sentences(decisions, view.as_of, say), kicker=kicker))
    if not decisions:
        widgets.link(view, "review", say(N_("Management review")))
    for title, group in texts.grouped(decisions, view.as_of, say):
        widgets.html(charts.section(title))
        _decisions(view, group)
    if closed := texts.closed(decisions):
        with st.expander(say.plural("{n} closed decision", "{n} closed decisions", len(closed))):
            _decisions(view, closed)


def _decisions(view: View, group: Sequence[Decision]) -> None:
    for decision in group:
        reviews.decision(view, decision, view.as_of)
        expander = st.expander(view.say(N_("Follow up")), key=f"follow {decision.decision_id}", on_change="rerun")
        if expander.open:
            with expander:
                _follow_up(view, decision)


def _follow_up(view: View, decision: Decision) -> None:
    """Draw the follow-ups of a decision, and for those who may write the form for a new one."""
    say = view.say
    history = written.follow_ups(view.data, decision.decision_id)
    if view.reader.may(Permission.WRITE_REVIEW):
        _follow_up_form(view, decision, len(history))
    if history:
        drawn = texts.follow_up_table(history, say)
        widgets.html(charts.table(*drawn, caption=say(N_("Follow up"))))
    else:
        widgets.html(charts.caption(say(N_("Without follow-up"))))


def _follow_up_form(view: View, decision: Decision, turn: int) -> None:
    say, id_ = view.say, decision.decision_id
    with st.form(f"follow up {id_} {turn}", border=False):
        status = st.segmented_control(
            say(N_("Status")),
            list(STATUSES),
            default=decision.status,
            format_func=lambda code: say(DECISION_STATUSES[code]),
            key=f"status {id_} {turn}",
        )
        note = fields.text(say(N_("Comment")), key=f"note {id_} {turn}", height=80, form=True)
        sent = st.form_submit_button(say(N_("Save")), type="primary")
    kwargs = {"status": status or decision.status, "note": note, "order": reviews.order(view)}
    if sent and reviews.perform(Permission.WRITE_REVIEW, deciding.follow_up, view.database, id_, **kwargs):
        st.rerun()
