"""The decisions of a review: made, changed and withdrawn, and those that earlier reviews left."""

from datetime import date
from typing import Any

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.core.lengths import LONGEST_NAME
from compliance.drawing import charts
from compliance.review import deciding, wording
from compliance.review.deciding import FOLLOWED_UP, Decision, DecisionContent, decisions_of
from compliance.screens import fields, reads, reviews, views, widgets
from compliance.screens.reviews import Opened


def of_review(found: Opened) -> None:
    """The decisions of a review, the form for one more, and apart those that earlier reviews left."""
    say, day = found.say, _day(found)
    own = decisions_of(list(found.decided), found.review)
    widgets.html(charts.section(say(N_("Decisions of this review"))))
    if not own:
        widgets.html(charts.caption(say(N_("No decision has been made yet."))))
    if not found.writable and own:
        widgets.html(charts.caption(say(N_("As they stand today. What was frozen is in the documents."))))
    for decision in own:
        reviews.decision(found.view, decision, day)
        if found.writable:
            _change(found, decision)
    if found.writable:
        with st.container(border=True, key="card-new-decision"):
            widgets.html(charts.section(say(N_("A new decision")), level=3))
            _decide_form(found, None)
    _carried(found, day)


def _day(found: Opened) -> date:
    """The day on which a decision is late: that of the draft, else the one looked at, since the decisions go on."""
    return found.review.as_of if found.review.state == "draft" else found.view.as_of


def _carried(found: Opened, day: date) -> None:
    """What earlier reviews decided and is open still, or was closed since the last one."""
    say = found.say
    earlier = {row.decision_id for row in found.dossier.carried}
    left = [decision for decision in found.decided if decision.decision_id in earlier]
    note = say(N_("Open still, or closed since the last review. They stay where they were decided."))
    widgets.html(charts.section(say(N_("Decisions of earlier reviews")), note=note if left else ""))
    if not left:
        widgets.html(charts.caption(say(N_("There is none."))))
    for decision in left:
        reviews.decision(found.view, decision, day)
    if left:
        with st.container(key="more-decisions"):
            widgets.link(found.view, "decisions", say(N_("Follow up the decisions")))


def _change(found: Opened, decision: Decision) -> None:
    """The same form for a decision that is made, and the button that takes it out again."""
    say = found.say
    opened = st.expander(
        say(N_("Change decision {name}"), name=decision.name), key=f"change {decision.decision_id}", on_change="rerun"
    )
    if not opened.open:
        return
    with opened:
        _decide_form(found, decision)
        if st.button(say(N_("Withdraw the decision")), key=f"withdraw {decision.decision_id}", type="tertiary"):
            given = (found.view.database, found.review.review_id, decision.number)
            if reviews.done(Permission.WRITE_REVIEW, deciding.withdraw, *given, order=reviews.order(found.view)):
                st.rerun()


def _decide_form(found: Opened, decision: Decision | None) -> None:
    """The fields of a decision: a new one, or one that is changed."""
    say, number = found.say, decision.number if decision else None
    # the next new decision gets a form of its own, so that its fields are empty
    turn = f"decision {found.review.review_id} {number or f'new {len(found.decided)}'}"
    with st.form(turn, border=False):
        said = _fields(found, decision, turn)
        sent = st.form_submit_button(say(N_("Save the decision")), type="primary")
    given = (found.view.database, found.review.review_id, said)
    ids = tuple(point.id for point in reads.points())
    asked = {"order": reviews.order(found.view), "points": ids, "number": number}
    if sent and reviews.done(Permission.WRITE_REVIEW, deciding.decide, *given, **asked):
        st.rerun()


def _fields(found: Opened, decision: Decision | None, turn: str) -> DecisionContent:
    say, kept = found.say, decision or DecisionContent("", point=_reason_of_address())
    ids = [point.id for point in reads.points()]
    text = fields.text(say(N_("What is decided")), value=kept.text, key=f"{turn} text", height=90, form=True)
    first, second, third = st.columns([4, 3, 3])
    point = first.selectbox(
        say(N_("Reason: review point")),
        ids,
        index=ids.index(kept.point) if kept.point in ids else None,
        format_func=lambda id_: wording.point_label(reads.points(), id_, say),
        placeholder=say(N_("No point in particular")),
        key=f"{turn} point",
    )
    asked: dict[str, Any] = {"at": second, "value": kept.responsible, "max_chars": LONGEST_NAME, "form": True}
    responsible = fields.line(say(N_("Responsible")), key=f"{turn} responsible", **asked)
    due = third.date_input(
        say(N_("To be done by")),
        value=kept.due,
        format="YYYY-MM-DD",
        min_value=views.FIRST_DAY,
        max_value=views.LAST_DAY,
        key=f"{turn} due",
    )
    first, second, _ = st.columns([4, 3, 3])
    follow_up = first.selectbox(
        say(N_("Followed up in")),
        list(FOLLOWED_UP),
        index=FOLLOWED_UP.index(kept.follow_up) if kept.follow_up in FOLLOWED_UP else None,
        format_func=lambda name: say(wording.FOLLOW_UPS[name]),
        placeholder=say(N_("No report")),
        key=f"{turn} follow up",
    )
    example = say(N_("such as 80 hours"))
    given: dict[str, Any] = {"value": kept.resource, "placeholder": example, "form": True}
    resource = fields.line(say(N_("Resource")), at=second, key=f"{turn} resource", **given)
    day = due if isinstance(due, date) else None
    return DecisionContent(text, point, responsible, day, resource, follow_up)


def _reason_of_address() -> str | None:
    """The point from which somebody came to make a decision."""
    said = st.query_params.get("point")
    return said if said in {point.id for point in reads.points()} else None


def of_point(found: Opened, point_id: str) -> None:
    """The open decisions whose reason is a point, where its assessment is discussed."""
    say = found.say
    there = [d for d in found.decided if d.point == point_id and d.open and d.year <= found.review.year]
    if not there:
        return
    widgets.html(charts.section(say(N_("Open decisions on this point")), level=3))
    for decision in there:
        reviews.decision(found.view, decision, _day(found), reason=False)
