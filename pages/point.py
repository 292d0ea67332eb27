"""One review point: its figure, its trend, where and why it is weak, its items, and how it is counted."""

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import bold
from compliance.drawing import charts
from compliance.screens import figure_texts, reads, views, widgets
from compliance.screens.point import changes, page, texts
from compliance.wording import breaking, phrases

widgets.require(Permission.SEE_FIGURES)
view = views.current()
say = view.say
point = page.chosen_point(view)
months = page.months_of(view, point)
now, before = months[-1], reads.before(view.data, view.reader, view.as_of, view.scope).get(point.id)

widgets.html(
    charts.page_title(
        breaking.softened(say.pick(point.title), [say.pick(point.short)]),
        kicker=figure_texts.point_kicker(point, len(reads.points()), say),
        question=breaking.softened(say.pick(point.question)),
    )
)
page.neighbours(view, point)
if now.few:
    widgets.html(charts.empty_state(now.status, phrases.word(now, say), title=say(phrases.TOO_FEW)))
    st.stop()
if now.coverage is None:
    page.empty_point(view, point, now, before)

if now.coverage is not None:
    left, right = st.columns([5, 7], gap="large")
    with left:
        widgets.html(charts.hero(figure_texts.hero(now, before, say)))
        if both := phrases.both_percentages(now, say, bold):
            widgets.html(charts.note(both))
            widgets.html(charts.answered(texts.answer_parts(now, say), alt=texts.answers_alt(now, say)))
        if beside := phrases.beside(now, say):
            widgets.html(charts.caption(beside))
    with right:
        page.trend(view, months)
    changes.why(view, point)

items = page.items_of(view, point)
left, right = st.columns([5, 7], gap="large")
with left:
    reason = page.reasons(view, now, items) if view.reader.may(Permission.SEE_ITEMS) else None
    page.figures_beside(view, point)
with right:
    if not view.scope.unit:
        page.units_of(view, point)
if view.reader.may(Permission.SEE_ITEMS) and items:
    page.item_list(view, point, items, reason)
page.how_counted(view, point)
