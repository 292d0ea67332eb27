"""Data quality: what in the exports can make a figure wrong, whose job it is to mend it, and the rows themselves."""

import streamlit as st

from compliance import ui_quality, viewing_quality
from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.drawing import charts
from compliance.screens import ui

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
say = seen.say

question = say(N_("What in the exports can make a figure wrong, and whose job it is to mend it."))
ui.html(charts.page_title(say(N_("Data quality")), question=question))
found = ui_quality.found_here(seen)
every = viewing_quality.remarks(ui.checks(), found, viewing_quality.Filter())
if not every:
    ui_quality.nothing_found(seen)
    st.stop()

if part := seen.scope.unit or seen.scope.department:
    ui.html(charts.note(say(N_("The checks cover the whole organisation, not only {part}."), part=part)))
chosen = ui_quality.chosen(seen, every)
shown = viewing_quality.remarks(ui.checks(), found, chosen)
if shown:
    ui.html(charts.legend(viewing_quality.legend(shown, say), label=say(N_("Severity"))))
else:
    ui.html(charts.caption(say(N_("No remark is of this kind."))))
for remark in shown:
    ui_quality.remark(seen, remark)
ui_quality.download(seen, shown)
ui.html(charts.caption(viewing_quality.clean_sentence(ui.checks(), every, say)))
