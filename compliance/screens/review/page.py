"""The page of the review: its parts, the choice of a review, and the button that opens a new one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_, Language
from compliance.counting.assessing import Status
from compliance.drawing import charts
from compliance.review import reviewing, wording
from compliance.review.reviewing import Review
from compliance.screens import fields, reviews, widgets
from compliance.screens.bodies import body
from compliance.screens.review import decisions, documents, own_part, points, signing
from compliance.screens.review import texts as review_texts
from compliance.screens.reviews import Opened, order, perform, show_unsaved, today
from compliance.screens.views import View


@dataclass(frozen=True)
class Tab:
    """A part of the page: its title, the permission to open it, and the function that draws it."""

    title: str
    permission: Permission
    draw: Callable[[Opened], None]


def _years(opened: Opened) -> None:
    """Draw the reviews year by year, and for those who may write the form that opens one of another year."""
    documents.years(opened)
    if not opened.view.reader.may(Permission.WRITE_REVIEW):
        return
    say, year = opened.say, today(opened.view).year
    with st.container(border=True, key="card-open"):
        widgets.html(charts.section(say(N_("Open a review")), level=3))
        _open_form(opened.view, opened.others)
        if any(review.year == year for review in opened.others):
            text = N_("The review of {year} can be opened from {day}.")
            widgets.html(charts.caption(say(text, year=year + 1, day=say.date(date(year + 1, 1, 1)))))


PARTS: Final = {
    "points": Tab(N_("Review points"), Permission.SEE_REVIEW, points.points),
    "chapters": Tab(N_("Chapters"), Permission.READ_REVIEW, points.chapters),
    "decisions": Tab(N_("Decisions"), Permission.READ_REVIEW, decisions.of_review),
    "judgement": Tab(N_("Assessment"), Permission.READ_REVIEW, points.judgement),
    "sign": Tab(N_("Signatures"), Permission.READ_REVIEW, signing.signatures),
    "documents": Tab(N_("Documents"), Permission.SEE_REVIEW, documents.documents),
    "years": Tab(N_("Year by year"), Permission.SEE_REVIEW, _years),
}


@body
def draw(view: View) -> None:
    """Draw the part of the review that the address names."""
    opened = reviews.current(view)
    if opened is None:
        _nothing_yet(view)
        return
    if not view.reader.whole:
        own_part.draw(opened)
        return
    shown = _header(opened)
    widgets.require(shown.permission)
    shown.draw(opened)


def _nothing_yet(view: View) -> None:
    """Draw the page of an organisation without a review."""
    say = view.say
    widgets.html(charts.page_title(say(N_("Management review"))))
    with st.container(border=True, key="card-empty"):
        title = say(N_("No management review has been opened yet."))
        widgets.html(charts.empty_state(Status.NOTHING_TO_ASSESS, say(N_("Not opened")), title=title))
        if view.reader.may(Permission.WRITE_REVIEW):
            _open_form(view, ())
        else:
            widgets.html(charts.caption(say(N_("The information security coordinator opens it."))))


def _open_form(view: View, others: tuple[Review, ...]) -> None:
    say, latest = view.say, today(view)
    day = fields.day(say(N_("As-of date")), min(view.as_of, latest), max_value=latest, key="open day", width=270)
    if day is None:
        return
    taken = next((review for review in others if review.year == day.year), None)
    if taken:
        widgets.html(charts.caption(say(reviewing.TAKEN, year=taken.year, day=say.date(taken.as_of))))
    else:
        _open_button(view, day, key="open review")


def _open_button(view: View, day: date, *, key: str) -> None:
    """Draw the button that opens the review of a day's year."""
    label = view.say(N_("Open the review of {year}"), year=day.year)
    if st.button(label, type="primary", key=key):
        kwargs = {"year": day.year, "as_of": day, "order": order(view), "today": today(view)}
        if perform(Permission.WRITE_REVIEW, reviewing.open_review, view.database, **kwargs):
            st.query_params["review"] = str(day.year)
            st.rerun()


def _header(opened: Opened) -> Tab:
    """Draw the review's headline, the choice of parts and of other reviews. Return the part that the address names."""
    say, review = opened.say, opened.review
    answer, who = (
        review_texts.headline(review, opened.whole, say),
        review_texts.who_and_when(review, say, named=opened.may_read),
    )
    widgets.html(charts.page_title(answer, kicker=review_texts.kicker(review, say), question=who))
    for text in review_texts.why_here(review, opened.states, say) if opened.may_read else ():
        widgets.html(charts.note(text))
    if part := opened.view.scope.unit or opened.view.scope.department:
        widgets.html(charts.note(say(N_("This covers the whole organisation, not only {part}."), part=part)))
    allowed = {name: part for name, part in PARTS.items() if opened.view.reader.may(part.permission)}
    part_name = st.query_params.get("part", "")
    part_here = part_name if part_name in allowed else next(iter(allowed))
    with st.container(key="parts", horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        _chooser(
            say(N_("Part of the page")),
            {name: say(part.title) for name, part in allowed.items()},
            part_here,
            "part",
            say,
        )
        with st.container(key="ways", horizontal=True, vertical_alignment="center", width="content"):
            address = wording.address(review, opened.others)
            widgets.link(opened.view, "meeting", say(N_("Hold the meeting")), review=address)
            if day := _next_day(opened):
                _open_button(opened.view, day, key="open next review")
            _reviews(opened)
    show_unsaved()
    return allowed[part_here]


def _next_day(opened: Opened) -> date | None:
    """The day on which the reader may open the review of a new year: the view's if it is in that, else today."""
    latest = today(opened.view)
    if not opened.view.reader.may(Permission.WRITE_REVIEW) or latest.year <= max(r.year for r in opened.others):
        return None
    return min(opened.view.as_of, latest) if opened.view.as_of.year == latest.year else latest


def _chooser(label: str, names: dict[str, str], here: str, param: str, say: Language) -> None:
    """Draw a row of choices written to the address. The key has the current choice, so that the address wins."""
    key = f"review {param} {here} {say.code}"
    then: Any = {"on_change": _choose, "args": (param, key)}
    fields.row(label, names, now=here, key=key, label_visibility="collapsed", **then)


def _choose(param: str, key: str) -> None:
    if chosen := st.session_state.get(key):
        st.query_params[param] = chosen


def _reviews(opened: Opened) -> None:
    """Draw the choice of a review, and for those who may write the form for another day."""
    say, movable = opened.say, opened.writable and opened.review.figures_of is None
    if len(opened.others) == 1 and not movable:
        return
    with st.popover(say(N_("Review {year}"), year=review_texts.label(opened.review, say))):
        if len(opened.others) > 1:
            _choose_review(opened)
        if movable:
            _day_form(opened)


def _choose_review(opened: Opened) -> None:
    say, others = opened.say, opened.others
    names = {wording.address(review, others): review_texts.label(review, say) for review in others}
    here = wording.address(opened.review, others)
    key = f"review {here} {say.code}"
    then: Any = {"on_change": _choose, "args": ("review", key)}
    fields.choice(say(N_("Reviews")), names, now=here, draw=st.radio, key=key, **then)


def _day_form(opened: Opened) -> None:
    """Draw the form that moves a draft to another day of its year."""
    say, review, latest = opened.say, opened.review, today(opened.view)
    last = max(review.as_of, min(latest, date(review.year, 12, 31)))
    key, within = f"day of {review.review_id} {review.as_of}", {"min_value": date(review.year, 1, 1), "max_value": last}
    day = fields.day(say(N_("As-of date")), review.as_of, key=key, width=270, **within)
    widgets.html(charts.caption(say(N_("The figures of the review are counted anew. What is written stays."))))
    if st.button(say(N_("Change the as-of date")), key="another day", disabled=day == review.as_of):
        args, kwargs = (opened.view.database, review.review_id), {"order": order(opened.view), "today": latest}
        if perform(Permission.WRITE_REVIEW, reviewing.choose_day, *args, as_of=day, **kwargs):
            st.rerun()
