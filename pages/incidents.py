"""Incidents: the clocks that run, then the year: months, causes, how long reports and closing took, and what recurs."""

import streamlit as st

from compliance.access.permissions import Permission
from compliance.drawing import charts
from compliance.screens import clocks, views, widgets
from compliance.screens.incidents import page, texts

widgets.require(Permission.SEE_FIGURES)
view = views.current()
there = page.basis(view)
if not there:
    page.empty(view)
    st.stop()

running = clocks.clocks(view)
page.answer(view, running, there)
page.clock_cards(view, running)
page.unassessed(view)
if "incidents" not in there:
    page.in_time(view)
    st.stop()

found = page.of_the_year(view.data, view.reader, view.as_of, view.scope)
duties = clocks.duties(view.data, view.reader, view.as_of, view.scope)
widgets.html(charts.facts(texts.facts(found, duties, view.say)))
left, right = st.columns([7, 5], gap="large")
with left:
    page.months(view, found)
with right:
    page.in_time(view)
left, right = st.columns([7, 5], gap="large")
with left:
    page.closing(view, found)
with right:
    page.rates(view, found)
left, right = st.columns([5, 7], gap="large")
with left:
    page.causes(view, found)
with right:
    page.recurring(view, found)
page.silent(view, found)
