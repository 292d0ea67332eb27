"""What the pages draw of why a figure changed: what it is compared with, the causes, and the items behind them."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

import streamlit as st

from compliance import viewing, viewing_explaining
from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.counting.assessing import Coverage, coverage
from compliance.counting.explaining import Explanation, Moment, explain, since_frozen
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.screens import making, reads, views, widgets
from compliance.screens.point import page
from compliance.screens.reads import Key
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN, Cursor
from compliance.viewing import Scope
from compliance.wording import phrases

# The choice to compare with what was approved.
REVIEW: Final = "review"


@st.cache_data(show_spinner=False, max_entries=reads.CACHED)
def explained(key: Key, point_id: str, scope: Scope, first: Moment, last: Moment) -> Explanation:
    """Why a scope's figure differs between two moments, as the person may see it."""
    point = next(point for point in reads.points() if point.id == point_id)
    with reads.at(key).cursor() as cursor:
        found = explain(cursor, point, first, last, place=scope.place)
        if views.user().may(Permission.SEE_PERSONS):
            return found
        before, after = _marked(cursor, found.before, first, scope), _marked(cursor, found.after, last, scope)
    return viewing_explaining.for_others(replace(found, before=before, after=after))


def _marked(cursor: Cursor, figure: Coverage, moment: Moment, scope: Scope) -> Coverage:
    """A figure of one of the two moments, marked as on the overview: it, or one beside it, is of few persons."""
    if scope.level == "organisation" or not figure.point.persons:
        return figure
    parts = coverage(cursor, (figure.point,), days=[moment.day], known_at=moment.known_at, level=scope.level)
    return replace(figure, few=any(part.few for part in viewing.marked(parts) if scope.holds(part)))


def why(view: View, point: Point) -> None:
    """The section of a point's page: what to compare with, and what makes the difference."""

    @st.fragment
    def section() -> None:
        with widgets.told():
            widgets.require(Permission.SEE_FIGURES)
            # this part runs by itself: where the data have changed meanwhile, the whole page is to follow
            if views.current().version != view.version:
                st.rerun()
            widgets.html(charts.section(view.say(N_("Why did the figure change?"))))
            if first := _chosen_moment(view, point):
                change_of(view, point, first, Moment(view.as_of))

    section()


def change_of(view: View, point: Point, first: Moment, last: Moment) -> None:
    """Draws why the figure of what is looked at differs between two moments."""
    say = view.say
    counted = explained(view.key, point.id, view.scope, first, last)
    found = _since_frozen(view, counted)
    if any(map(viewing_explaining.hidden, (counted, found))) and not view.user.may(Permission.SEE_PERSONS):
        widgets.html(charts.caption(say(phrases.TOO_FEW)))
        return
    widgets.html(charts.answer(viewing_explaining.sentence(found, say)))
    opened = view.user.may(Permission.SEE_ITEMS) and page.persons_or_other(view, point)
    start, end, total = viewing_explaining.ends(found, say)
    rows = viewing_explaining.causes(found, say, opened=opened)
    widgets.html(charts.changes(rows, first=start, last=end, total=total, label=say(N_("What makes the difference"))))
    if texts := viewing_explaining.remarks(found, say):
        widgets.html(charts.caption(" ".join(texts)))
    if opened and rows:
        _download(view, point, found)


def _since_frozen(view: View, found: Explanation) -> Explanation:
    """The same from what was approved, where it begins with the review that the figures are compared with."""
    approved = _approved(view, found.after.point)
    same = approved and found.first == reads.compared(view.key, view.as_of, view.scope.organisation).first
    return since_frozen(found, approved) if approved and same else found


def _download(view: View, point: Point, found: Explanation) -> None:
    name = f"{point.id}_{found.first.day}_{found.last.day}.csv"
    key = f"changes_csv {point.id} {found.first} {found.last}"
    rows = partial(viewing_explaining.csv_rows, found, view.say)
    making.offer_rows(view, view.say(N_("Download the changed items as CSV")), name, key, rows)


# --- What to compare with -----------------------------------------------------------------------------------------


def _chosen_moment(view: View, point: Point) -> Moment | None:
    """The moment that the figure is compared with; None while a day is being chosen."""
    say = view.say
    days = viewing_explaining.days_offered(view.as_of)
    approved = _approved(view, point)
    offered = viewing_explaining.imports_offered(point, view.scope.organisation, reads.imports(view.key), view.as_of)
    imports = {f"import {row['import_id']}": row for row in offered}
    names = {
        **({REVIEW: phrases.then_named(approved, say)} if approved else {}),
        **{choice: viewing_explaining.day_text(choice, day, say) for choice, day in days.items()},
        viewing_explaining.ANOTHER_DAY: say(N_("Another day")),
        **{choice: viewing_explaining.import_text(row, reads.sources(), say) for choice, row in imports.items()},
    }
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare"):
        choice = st.selectbox(
            say(N_("Compare with")),
            list(names),
            index=0 if approved else _usual(view, point, days),
            format_func=lambda choice: names[choice],
            key=f"compare {point.id} {view.as_of} {say.code}",
            width=460,
        )
        if choice in imports:
            return viewing_explaining.moment_before(imports[choice], reads.imports(view.key))
        if choice == REVIEW:
            return reads.compared(view.key, view.as_of, view.scope.organisation).first
        day = days.get(choice) or _another_day(view, point)
        return _known(view, point, day) if day else None


def _approved(view: View, point: Point) -> Coverage | None:
    """The approved figure that the point is compared with; None where it is compared with a day."""
    before = reads.before(view.key, view.as_of, view.scope).get(point.id)
    return before if before and before.approved else None


def _usual(view: View, point: Point, days: dict[str, date]) -> int:
    """A year before, or the first day offered on which there was a figure."""
    figures = reads.coverage(view.key, tuple(sorted({*days.values(), view.as_of})), view.scope, (point.id,))
    there = {figure.as_of for figure in figures if figure.coverage is not None}
    return next((place for place, day in enumerate(days.values()) if day in there), 0)


def _another_day(view: View, point: Point) -> date | None:
    chosen: date | None = st.date_input(
        view.say(N_("Day")),
        value=None,
        format="YYYY-MM-DD",
        min_value=views.FIRST_DAY,
        max_value=view.as_of,
        key=f"compare day {point.id} {view.as_of} {view.say.code}",
        width=180,
    )
    return chosen


def _known(view: View, point: Point, day: date) -> Moment:
    """The day as it is known now, or by what had been loaded two weeks after it, where that is something else."""
    say = view.say
    if not viewing_explaining.known_otherwise(point, view.scope.organisation, reads.imports(view.key), day):
        return Moment(day)
    then = st.checkbox(
        say(N_("As it was known two weeks after that day")), key=f"known then {point.id} {view.as_of} {day} {say.code}"
    )
    return Moment(day, viewing_explaining.settled(day) if then else EVERYTHING_KNOWN)
