"""The page of decisions: those of all reviews, followed up between the reviews."""

from collections.abc import Sequence

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.drawing import charts
from compliance.review import deciding, situation, wording
from compliance.review.deciding import STATUSES, Decision
from compliance.review.wording import DECISION_STATUSES
from compliance.screens import fields, reads, reviews, widgets, written
from compliance.screens.bodies import body
from compliance.screens.decisions import texts
from compliance.screens.views import View
from compliance.wording.tables import table


@body
def draw(view: View) -> None:
    """Draw the decisions of each year, first the one that the address names, and what lacks a decision."""
    widgets.whole_only(view)
    say, day = view.say, view.as_of
    decisions = written.decisions_of(view.data, day, view.scope.organisation)
    by_year = texts.by_year(decisions)
    named = _year_asked_for(view, [*by_year])
    answer = (
        [texts.sentence(named, by_year[named], day, say)] if named else wording.decisions_sentences(decisions, day, say)
    )
    kicker = say(N_("Decisions of the management reviews · as of {day}"), day=say.date(day))
    widgets.html(charts.headline(*answer, kicker=kicker))
    if not decisions:
        widgets.link(view, "review", say(N_("Management review")))
    if named:
        _year(view, named, by_year.pop(named), named=True)
    _undecided(view, [decision for decision in decisions if decision.year <= day.year])
    for year, made in by_year.items():
        _year(view, year, made)


def _year_asked_for(view: View, years: Sequence[int]) -> int | None:
    """The year that the address names. One without decisions is told."""
    name = st.query_params.get("year", "")
    named = next((year for year in years if str(year) == name), None)
    if name and named is None:
        widgets.not_found(view, name, view.say(N_("Decisions")))
    return named


def _undecided(view: View, decisions: Sequence[Decision]) -> None:
    """Draw the points below their limit about which nothing is decided."""
    say, ids = view.say, tuple(point.id for point in reads.points(view))
    figures = reads.coverage(view, (view.as_of,), ids)
    if not (without := situation.points_undecided(figures, decisions)):
        return
    title = say(situation.UNDECIDED)
    rows = [(figure, widgets.address(view, "point", point=figure.point.id)) for figure in without]
    drawn = table(texts.UNDECIDED, rows, say)
    widgets.html(charts.stack(charts.section(title), charts.table(*drawn, caption=title)))
    widgets.link(view, "review", say(N_("Decide in the management review")), part="decisions")


def _year(view: View, year: int, made: Sequence[Decision], *, named: bool = False) -> None:
    """Draw what has become of a year's decisions: the open ones, late ones first, and the closed ones.

    Those of a year that is `named` stand unfolded, below the sentence at the head of the page.
    """
    say, day = view.say, view.as_of
    sentence, closed = texts.sentence(year, made, day, say), texts.closed(made)
    if not named:
        widgets.html(charts.section(sentence))
    widgets.html(charts.work_strip(texts.outcomes(made, day, say), alt=sentence))
    _decisions(view, [*texts.still_open(made, day), *(closed if named else [])])
    if closed and not named:
        label = say.plural("{n} closed decision", "{n} closed decisions", len(closed))
        with st.expander(label, key=f"closed {year}"):
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
        widgets.table(view, texts.FOLLOW_UPS, reversed(history), caption=say(N_("Follow up")), stacked=True)
    else:
        widgets.html(charts.caption(say(N_("Without follow-up"))))


def _follow_up_form(view: View, decision: Decision, turn: int) -> None:
    say, id_ = view.say, decision.decision_id
    with st.form(f"follow up {id_} {turn}", border=False):
        words = {code: say(DECISION_STATUSES[code]) for code in STATUSES}
        status = fields.row(say(N_("Status")), words, now=decision.status, key=f"status {id_} {turn}")
        note = fields.text(say(N_("Comment")), key=f"note {id_} {turn}", height=80, form=True)
        sent = st.form_submit_button(say(N_("Save")), type="primary")
    kwargs = {"status": status or decision.status, "note": note, "order": reviews.order(view)}
    if sent and reviews.perform(Permission.WRITE_REVIEW, deciding.follow_up, view.database, id_, **kwargs):
        st.rerun()
