"""Data quality: what in the exports can make a figure wrong, whose job it is to mend it, and the rows themselves."""

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.drawing import charts
from compliance.screens import reads, views, widgets
from compliance.screens.quality import page, texts

widgets.require(Permission.SEE_FIGURES)
view = views.current()
say = view.say

question = say(N_("What in the exports can make a figure wrong, and whose job it is to mend it."))
widgets.html(charts.page_title(say(N_("Data quality")), question=question))
found = page.found_here(view)
every = texts.remarks(reads.checks(), found, texts.Filter())
if not every:
    page.nothing_found(view)
    st.stop()

if part := view.scope.unit or view.scope.department:
    widgets.html(charts.note(say(N_("The checks cover the whole organisation, not only {part}."), part=part)))
chosen = page.chosen(view, every)
shown = texts.remarks(reads.checks(), found, chosen)
if shown:
    widgets.html(charts.legend(texts.legend(shown, say), label=say(N_("Severity"))))
else:
    widgets.html(charts.caption(say(N_("No remark is of this kind."))))
for remark in shown:
    page.remark(view, remark)
page.download(view, shown)
widgets.html(charts.caption(texts.clean_sentence(reads.checks(), every, say)))
