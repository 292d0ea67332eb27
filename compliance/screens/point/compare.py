"""Why a point's figure changed, with the choice of what it is compared with."""

from datetime import date
from typing import Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.counting import explaining
from compliance.counting.explaining import Moment
from compliance.declarations.points import Point
from compliance.screens import changes, fields, reads, widgets
from compliance.screens.bodies import part
from compliance.screens.point import compare_texts
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN
from compliance.wording import phrases

# The choice to compare with the approved review.
REVIEW: Final = "review"


def why(view: View, point: Point) -> None:
    """Draw the choice of what to compare with, and what makes the difference."""

    def section() -> None:
        widgets.require(Permission.SEE_FIGURES)
        if first := _chosen_moment(view, point):
            changes.change_of(view, point, first, Moment(view.as_of))

    part(view, section)


def ahead(view: View, point: Point) -> None:
    """Count what is shown before anything is chosen: why the figure changed since the approved review."""
    if changes.approved_before(view, point):
        changes.explained(view, point, changes.of_review(view), Moment(view.as_of))


def _chosen_moment(view: View, point: Point) -> Moment | None:
    """Draw the choice of a moment. Return it; None while a day is being chosen."""
    say = view.say
    days = explaining.days_offered(view.as_of)
    approved = changes.approved_before(view, point)
    offered = compare_texts.imports_offered(point, view.scope.organisation, reads.imports(view.data), view.as_of)
    imports = {f"import {row['import_id']}": row for row in offered}
    names = {
        **({REVIEW: phrases.then_label(approved, say)} if approved else {}),
        **{choice: compare_texts.day_text(choice, day, say) for choice, day in days.items()},
        compare_texts.ANOTHER_DAY: say(N_("Another day")),
        **{choice: compare_texts.import_text(row, reads.sources(view.data), say) for choice, row in imports.items()},
    }
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare"):
        key, now = f"compare {point.id} {view.as_of} {say.code}", REVIEW if approved else _usual(view, point, days)
        choice = fields.choice(say(N_("Compare with")), names, now=now, key=key, width=460) or now
        if choice in imports:
            return explaining.before_import(imports[choice], reads.imports(view.data))
        if choice == REVIEW:
            return changes.of_review(view)
        day = days.get(choice) or _another_day(view, point)
        return _as_known(view, point, day) if day else None


def _usual(view: View, point: Point, days: dict[str, date]) -> str:
    """The first offered day with a figure, which starts with a year before."""
    figures = reads.coverage(view, tuple(sorted({*days.values(), view.as_of})), (point.id,))
    measured = {figure.as_of for figure in figures if figure.coverage is not None}
    return next((choice for choice, day in days.items() if day in measured), next(iter(days)))


def _another_day(view: View, point: Point) -> date | None:
    key = f"compare day {point.id} {view.as_of} {view.say.code}"
    return fields.day(view.say(N_("Day")), None, max_value=view.as_of, key=key, width=180)


def _as_known(view: View, point: Point, day: date) -> Moment:
    """The day as known now; or, chosen if that differs, as known two weeks after it."""
    say = view.say
    if not compare_texts.known_differently(point, view.scope.organisation, reads.imports(view.data), day):
        return Moment(day)
    then = st.checkbox(
        say(N_("As it was known two weeks after that day")), key=f"known then {point.id} {view.as_of} {day} {say.code}"
    )
    return Moment(day, compare_texts.settled(day) if then else EVERYTHING_KNOWN)
