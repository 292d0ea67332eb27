"""What the pages draw of why a figure changed: what it is compared with, the causes, and the items behind them."""

from datetime import date
from functools import partial
from typing import Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core.language import N_
from compliance.counting import explaining
from compliance.counting.assessing import Coverage
from compliance.counting.explaining import Explanation, Moment, explain, since_frozen
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.screens import making, reads, views, widgets
from compliance.screens.point import changes_texts
from compliance.screens.reads import Data
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN
from compliance.wording import changes, phrases

# The choice to compare with what was approved.
REVIEW: Final = "review"


@st.cache_data(show_spinner=False, max_entries=reads.CACHED, hash_funcs=reads.READERS)
def explained(data: Data, reader: Reader, point_id: str, scope: Scope, first: Moment, last: Moment) -> Explanation:
    """Why a scope's figure differs between two moments, as the reader sees it."""
    point = next(point for point in reads.points() if point.id == point_id)
    with data.database.cursor() as cursor:
        return explain(cursor, point, first, last, place=scope, reader=reader)


def why(view: View, point: Point) -> None:
    """The section of a point's page: what to compare with, and what makes the difference."""

    @st.fragment
    def section() -> None:
        with widgets.told():
            widgets.require(Permission.SEE_FIGURES)
            # this part runs by itself: where the data have changed meanwhile, the whole page is to follow
            if views.current().data != view.data:
                st.rerun()
            widgets.html(charts.section(view.say(N_("Why did the figure change?"))))
            if first := _chosen_moment(view, point):
                change_of(view, point, first, Moment(view.as_of))

    section()


def change_of(view: View, point: Point, first: Moment, last: Moment) -> None:
    """Draws why the figure of what is looked at differs between two moments."""
    say = view.say
    counted = explained(view.data, view.reader, point.id, view.scope, first, last)
    found = _since_frozen(view, counted)
    if any(figure.few for each in (counted, found) for figure in (each.before, each.after)):
        widgets.html(charts.caption(say(phrases.TOO_FEW)))
        return
    widgets.html(charts.answer(changes.sentence(found, say)))
    opened = view.reader.may(Permission.SEE_ITEMS) and view.reader.opens(point)
    start, end, total = changes_texts.ends(found, say)
    rows = changes_texts.causes(found, say, opened=opened)
    widgets.html(charts.changes(rows, first=start, last=end, total=total, label=say(N_("What makes the difference"))))
    if texts := changes_texts.remarks(found, say):
        widgets.html(charts.caption(" ".join(texts)))
    if opened and rows:
        _download(view, point, found)


def _since_frozen(view: View, found: Explanation) -> Explanation:
    """The same from what was approved, where it begins with the review that the figures are compared with."""
    approved = _approved(view, found.after.point)
    same = approved and found.first == reads.compared(view.data, view.as_of, view.scope.organisation).first
    return since_frozen(found, approved) if approved and same else found


def _download(view: View, point: Point, found: Explanation) -> None:
    name = f"{point.id}_{found.first.day}_{found.last.day}.csv"
    key = f"changes_csv {point.id} {found.first} {found.last}"
    rows = partial(changes_texts.csv_rows, found, view.say)
    making.offer_rows(view, view.say(N_("Download the changed items as CSV")), name, key, rows)


# --- What to compare with -----------------------------------------------------------------------------------------


def _chosen_moment(view: View, point: Point) -> Moment | None:
    """The moment that the figure is compared with; None while a day is being chosen."""
    say = view.say
    days = explaining.days_offered(view.as_of)
    approved = _approved(view, point)
    offered = changes_texts.imports_offered(point, view.scope.organisation, reads.imports(view.data), view.as_of)
    imports = {f"import {row['import_id']}": row for row in offered}
    names = {
        **({REVIEW: phrases.then_named(approved, say)} if approved else {}),
        **{choice: changes_texts.day_text(choice, day, say) for choice, day in days.items()},
        changes_texts.ANOTHER_DAY: say(N_("Another day")),
        **{choice: changes_texts.import_text(row, reads.sources(), say) for choice, row in imports.items()},
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
            return changes_texts.moment_before(imports[choice], reads.imports(view.data))
        if choice == REVIEW:
            return reads.compared(view.data, view.as_of, view.scope.organisation).first
        day = days.get(choice) or _another_day(view, point)
        return _known(view, point, day) if day else None


def _approved(view: View, point: Point) -> Coverage | None:
    """The approved figure that the point is compared with; None where it is compared with a day."""
    before = reads.before(view.data, view.reader, view.as_of, view.scope).get(point.id)
    return before if before and before.approved else None


def _usual(view: View, point: Point, days: dict[str, date]) -> int:
    """A year before, or the first day offered on which there was a figure."""
    figures = reads.coverage(
        view.data, view.reader, tuple(sorted({*days.values(), view.as_of})), view.scope, (point.id,)
    )
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
    if not changes_texts.known_otherwise(point, view.scope.organisation, reads.imports(view.data), day):
        return Moment(day)
    then = st.checkbox(
        say(N_("As it was known two weeks after that day")), key=f"known then {point.id} {view.as_of} {day} {say.code}"
    )
    return Moment(day, changes_texts.settled(day) if then else EVERYTHING_KNOWN)
