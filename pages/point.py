"""One review point: its figure, its trend, where and why it is weak, its items, and how it is counted."""

import streamlit as st

from compliance import ui_explaining, ui_point, viewing
from compliance.access.permissions import Permission
from compliance.drawing import charts
from compliance.screens import ui

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
say = seen.say
point = ui_point.chosen_point(seen)
months = ui_point.months_of(seen, point)
now, before = months[-1], ui.before(seen.key, seen.as_of, seen.scope).get(point.id)

ui.html(
    charts.page_title(
        viewing.softened(say.pick(point.title), [say.pick(point.short)]),
        kicker=viewing.point_kicker(point, len(ui.points()), say),
        question=viewing.softened(say.pick(point.question)),
    )
)
ui_point.neighbours(seen, point)
if now.few:
    ui.html(charts.empty_state(viewing.status(now), viewing.word(now, say), title=say(viewing.TOO_FEW)))
    st.stop()
if now.coverage is None:
    ui_point.empty_point(seen, point, now, before)

if now.coverage is not None:
    left, right = st.columns([5, 7], gap="large")
    with left:
        ui.html(charts.hero(viewing.hero(now, before, say)))
        if both := viewing.both_percentages(now, say):
            ui.html(charts.note(both))
            ui.html(charts.answered(viewing.answer_parts(now, say), alt=viewing.answers_alt(now, say)))
        if beside := viewing.beside(now, say):
            ui.html(charts.caption(beside))
    with right:
        ui_point.trend(seen, months)
    ui_explaining.why(seen, point)

items = ui_point.items_of(seen, point)
left, right = st.columns([5, 7], gap="large")
with left:
    reason = ui_point.reasons(seen, now, items) if seen.user.may(Permission.SEE_ITEMS) else None
    ui_point.figures_beside(seen, point)
with right:
    if not seen.scope.unit:
        ui_point.units_of(seen, point)
if seen.user.may(Permission.SEE_ITEMS) and items:
    ui_point.item_list(seen, point, items, reason)
ui_point.how_counted(seen, point)
