"""The decisions of a review: make, change and withdraw one; and the open ones of earlier reviews."""

from datetime import date
from typing import Any

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.core.lengths import LONGEST_NAME
from compliance.drawing import charts
from compliance.review import deciding, wording
from compliance.review.deciding import FOLLOWED_UP, Decision, DecisionContent, decisions_of
from compliance.screens import fields, reads, reviews, widgets
from compliance.screens.reviews import Opened
from compliance.wording import phrases


def of_review(opened: Opened) -> None:
    """Draw the decisions of a review, the form for a new one, and the decisions carried over from earlier reviews."""
    say, day = opened.say, _day(opened)
    own = decisions_of(list(opened.decided), opened.review)
    widgets.html(charts.section(say(N_("Decisions of this review"))))
    if not own:
        widgets.html(charts.caption(say(N_("No decision has been made."))))
    if opened.review.state != "draft" and own:
        widgets.html(charts.caption(say(N_("As they stand today. What was frozen is in the documents."))))
    for decision in own:
        reviews.decision(opened.view, decision, day)
        if opened.decidable:
            _change(opened, decision)
    if opened.decidable:
        with st.container(border=True, key="card-new-decision"):
            widgets.html(charts.section(say(N_("A new decision")), level=3))
            _decide_form(opened, None)
    _carried(opened, day)


def _day(opened: Opened) -> date:
    """The day against which decisions are late: that of a draft, else of the view, since decisions go on."""
    return opened.review.as_of if opened.review.state == "draft" else opened.view.as_of


def _carried(opened: Opened, day: date) -> None:
    """Draw the decisions of earlier reviews that are open, or were closed since the last one."""
    say = opened.say
    earlier = {row.decision_id for row in opened.dossier.carried}
    left = [decision for decision in opened.decided if decision.decision_id in earlier]
    widgets.html(charts.section(say(N_("Earlier decisions"))))
    if not left:
        widgets.html(charts.caption(say(N_("No earlier review has left a decision."))))
    for decision in left:
        reviews.decision(opened.view, decision, day)
    if left:
        widgets.link(opened.view, "decisions", say(N_("Follow up")))


def _change(opened: Opened, decision: Decision) -> None:
    """Draw the form that changes a decision, and the button that withdraws it."""
    say = opened.say
    expander = st.expander(say(N_("Edit")), key=f"change {decision.decision_id}", on_change="rerun")
    if not expander.open:
        return
    with expander:
        _decide_form(opened, decision)
        if st.button(say(N_("Delete")), key=f"withdraw {decision.decision_id}", type="tertiary"):
            args = (opened.view.database, opened.review.review_id, decision.number)
            if reviews.perform(Permission.DECIDE, deciding.withdraw, *args, order=reviews.order(opened.view)):
                st.rerun()


def _decide_form(opened: Opened, decision: Decision | None) -> None:
    """Draw the form of a new decision, or of one to change."""
    say, number = opened.say, decision.number if decision else None
    # the count makes a new form for each new decision, so that its fields are empty
    turn = f"decision {opened.review.review_id} {number or f'new {len(opened.decided)}'}"
    with st.form(turn, border=False):
        decided = _fields(opened, decision, turn)
        sent = st.form_submit_button(say(N_("Save")), type="primary")
    args = (opened.view.database, opened.review.review_id, decided)
    ids = tuple(_points(opened, decision))
    kwargs = {"order": reviews.order(opened.view), "points": ids, "number": number}
    if sent and reviews.perform(Permission.DECIDE, deciding.decide, *args, **kwargs):
        st.rerun()


def _points(opened: Opened, decision: Decision | None) -> dict[str, str]:
    """The points that a decision can be about, by id: those of the review, and the one that it is about by now."""
    own = {answer.point.id: answer.point for answer in opened.whole.points}
    about = {
        point.id: point for point in reads.declared(opened.view.data).points if decision and point.id == decision.point
    }
    return {id_: phrases.label(point, opened.say) for id_, point in (own | about).items()}


def _fields(opened: Opened, decision: Decision | None, turn: str) -> DecisionContent:
    say, saved = opened.say, decision or DecisionContent("")
    text = fields.text(say(N_("Decision")), value=saved.text, key=f"{turn} text", height=90, form=True)
    why = fields.text(say(N_("Reason")), value=saved.why, key=f"{turn} why", height=70, form=True)
    first, second, third = st.columns([4, 3, 3])
    points = _points(opened, decision)
    in_first: dict[str, Any] = {"draw": first.selectbox, "placeholder": phrases.DASH}
    point = fields.choice(say(N_("Review point")), points, now=saved.point, key=f"{turn} point", **in_first)
    in_second: dict[str, Any] = {"at": second, "value": saved.responsible, "max_chars": LONGEST_NAME, "form": True}
    responsible = fields.line(say(N_("Responsible")), key=f"{turn} responsible", **in_second)
    due = fields.day(say(N_("To be done by")), saved.due, at=third, key=f"{turn} due")
    first, second, _ = st.columns([4, 3, 3])
    reports = {name: say(wording.FOLLOW_UPS[name]) for name in FOLLOWED_UP}
    in_first["draw"], key = first.selectbox, f"{turn} follow up"
    follow_up = fields.choice(say(N_("Follow-up")), reports, now=saved.follow_up, key=key, **in_first)
    resource = fields.line(say(N_("Resource")), at=second, key=f"{turn} resource", value=saved.resource, form=True)
    return DecisionContent(text, point, responsible, due, resource, follow_up, why)


def of_point(opened: Opened, point_id: str) -> None:
    """Draw the open decisions about a point."""
    say = opened.say
    decisions = [d for d in opened.decided if d.point == point_id and d.open and d.year <= opened.review.year]
    if not decisions:
        return
    widgets.html(charts.section(say(N_("Open decisions")), level=3))
    for decision in decisions:
        reviews.decision(opened.view, decision, _day(opened), reason=False)
