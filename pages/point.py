"""One review point: its figure, its trend, where and why it is weak, its items, and how it is counted."""

import streamlit as st

from compliance import viewing
from compliance.access.permissions import Permission
from compliance.drawing import charts
from compliance.screens import ui
from compliance.screens.point import changes, page
from compliance.wording import breaking, phrases

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
say = seen.say
point = page.chosen_point(seen)
months = page.months_of(seen, point)
now, before = months[-1], ui.before(seen.key, seen.as_of, seen.scope).get(point.id)

ui.html(
    charts.page_title(
        breaking.softened(say.pick(point.title), [say.pick(point.short)]),
        kicker=viewing.point_kicker(point, len(ui.points()), say),
        question=breaking.softened(say.pick(point.question)),
    )
)
page.neighbours(seen, point)
if now.few:
    ui.html(charts.empty_state(viewing.status(now), phrases.word(now, say), title=say(phrases.TOO_FEW)))
    st.stop()
if now.coverage is None:
    page.empty_point(seen, point, now, before)

if now.coverage is not None:
    left, right = st.columns([5, 7], gap="large")
    with left:
        ui.html(charts.hero(viewing.hero(now, before, say)))
        if both := phrases.both_percentages(now, say):
            ui.html(charts.note(both))
            ui.html(charts.answered(viewing.answer_parts(now, say), alt=viewing.answers_alt(now, say)))
        if beside := phrases.beside(now, say):
            ui.html(charts.caption(beside))
    with right:
        page.trend(seen, months)
    changes.why(seen, point)

items = page.items_of(seen, point)
left, right = st.columns([5, 7], gap="large")
with left:
    reason = page.reasons(seen, now, items) if seen.user.may(Permission.SEE_ITEMS) else None
    page.figures_beside(seen, point)
with right:
    if not seen.scope.unit:
        page.units_of(seen, point)
if seen.user.may(Permission.SEE_ITEMS) and items:
    page.item_list(seen, point, items, reason)
page.how_counted(seen, point)
