"""Training: who has both courses, department by department down to the person to remind, and what expires soon."""

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.drawing import charts
from compliance.screens import views, widgets
from compliance.screens.training import page, texts

widgets.require(Permission.SEE_FIGURES)
view = views.current()
say = view.say

if lacking := page.missing_sources(view):
    page.empty(view, lacking)
    st.stop()
found = page.courses_of(view.data, view.reader, view.as_of, view.scope)
if page.hidden(view, found):
    page.too_few(view)
    st.stop()

page.way(view)
kicker = f"{say(N_('Training'))} · {view.scope.name(say)}"
widgets.html(charts.headline(*texts.sentences(found, say), kicker=kicker))
if found.whole.n.counted:
    widgets.html(charts.facts(texts.facts(found, say)))
if beside := texts.beside(found, say):
    widgets.html(charts.caption(" ".join(beside)))
if found.whole.n.counted:
    page.drill(view, found)
    if found.named:
        page.missing(view, found)
    page.ahead(view, found)
    if found.named:
        page.expiring(view, found)
    else:
        widgets.html(
            charts.caption(say(N_("Who lacks a course, and whose course expires, is shown to the coordinator only.")))
        )
