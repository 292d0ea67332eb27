"""Training: who has both courses, department by department down to the person to remind, and what expires soon."""

import streamlit as st

from compliance import ui_training, viewing_training
from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.drawing import charts
from compliance.screens import ui

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
say, persons = seen.say, seen.user.may(Permission.SEE_PERSONS)

if lacking := ui_training.missing_sources(seen):
    ui_training.empty(seen, lacking)
    st.stop()
found = ui_training.courses_of(seen.key, seen.as_of, seen.scope)
if ui_training.hidden(seen, found):
    ui_training.too_few(seen)
    st.stop()

ui_training.way(seen)
kicker = f"{say(N_('Training'))} · {seen.scope.name(say)}"
ui.html(charts.headline(*viewing_training.sentences(found, say, persons=persons), kicker=kicker))
if found.whole.n.counted:
    ui.html(charts.facts(viewing_training.facts(found, say, persons=persons)))
if beside := viewing_training.beside(found, say, persons=persons):
    ui.html(charts.caption(" ".join(beside)))
if found.whole.n.counted:
    ui_training.drill(seen, found, persons=persons)
    if persons:
        ui_training.missing(seen, found)
    ui_training.ahead(seen, found)
    if persons:
        ui_training.expiring(seen, found)
    else:
        ui.html(
            charts.caption(say(N_("Who lacks a course, and whose course expires, is shown to the coordinator only.")))
        )
