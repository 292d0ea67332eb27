"""Training: who has both courses, department by department down to the person to remind, and what expires soon."""

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.drawing import charts
from compliance.screens import ui
from compliance.screens.training import page, texts

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
say, persons = seen.say, seen.user.may(Permission.SEE_PERSONS)

if lacking := page.missing_sources(seen):
    page.empty(seen, lacking)
    st.stop()
found = page.courses_of(seen.key, seen.as_of, seen.scope)
if page.hidden(seen, found):
    page.too_few(seen)
    st.stop()

page.way(seen)
kicker = f"{say(N_('Training'))} · {seen.scope.name(say)}"
ui.html(charts.headline(*texts.sentences(found, say, persons=persons), kicker=kicker))
if found.whole.n.counted:
    ui.html(charts.facts(texts.facts(found, say, persons=persons)))
if beside := texts.beside(found, say, persons=persons):
    ui.html(charts.caption(" ".join(beside)))
if found.whole.n.counted:
    page.drill(seen, found, persons=persons)
    if persons:
        page.missing(seen, found)
    page.ahead(seen, found)
    if persons:
        page.expiring(seen, found)
    else:
        ui.html(
            charts.caption(say(N_("Who lacks a course, and whose course expires, is shown to the coordinator only.")))
        )
