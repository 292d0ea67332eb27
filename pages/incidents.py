"""Incidents: the clocks that run, then the year: months, causes, how long reports and closing took, and what recurs."""

import streamlit as st

from compliance import ui_incidents, viewing_incidents
from compliance.access.permissions import Permission
from compliance.drawing import charts
from compliance.screens import ui

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
there = ui_incidents.basis(seen)
if not there:
    ui_incidents.empty(seen)
    st.stop()

clocks = ui_incidents.clocks(seen)
ui_incidents.answer(seen, clocks, there)
ui_incidents.clock_cards(seen, clocks)
ui_incidents.unassessed(seen)
if "incidents" not in there:
    ui_incidents.in_time(seen)
    st.stop()

found = ui_incidents.of_the_year(seen)
duties = ui_incidents.duties(seen.key, seen.as_of, seen.scope)
ui.html(charts.facts(viewing_incidents.facts(found, duties, seen.say)))
left, right = st.columns([7, 5], gap="large")
with left:
    ui_incidents.months(seen, found)
with right:
    ui_incidents.in_time(seen)
left, right = st.columns([7, 5], gap="large")
with left:
    ui_incidents.closing(seen, found)
with right:
    ui_incidents.rates(seen, found)
left, right = st.columns([5, 7], gap="large")
with left:
    ui_incidents.causes(seen, found)
with right:
    ui_incidents.recurring(seen, found)
ui_incidents.silent(seen, found)
