"""Incidents: the clocks that run, then the year: months, causes, how long reports and closing took, and what recurs."""

import streamlit as st

from compliance.access.permissions import Permission
from compliance.drawing import charts
from compliance.screens import ui
from compliance.screens.incidents import page, texts

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
there = page.basis(seen)
if not there:
    page.empty(seen)
    st.stop()

clocks = page.clocks(seen)
page.answer(seen, clocks, there)
page.clock_cards(seen, clocks)
page.unassessed(seen)
if "incidents" not in there:
    page.in_time(seen)
    st.stop()

found = page.of_the_year(seen)
duties = page.duties(seen.key, seen.as_of, seen.scope)
ui.html(charts.facts(texts.facts(found, duties, seen.say)))
left, right = st.columns([7, 5], gap="large")
with left:
    page.months(seen, found)
with right:
    page.in_time(seen)
left, right = st.columns([7, 5], gap="large")
with left:
    page.closing(seen, found)
with right:
    page.rates(seen, found)
left, right = st.columns([5, 7], gap="large")
with left:
    page.causes(seen, found)
with right:
    page.recurring(seen, found)
page.silent(seen, found)
