"""Data quality: what in the exports can make a figure wrong, whose job it is to mend it, and the rows themselves."""

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.drawing import charts
from compliance.screens import ui
from compliance.screens.quality import page, texts

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
say = seen.say

question = say(N_("What in the exports can make a figure wrong, and whose job it is to mend it."))
ui.html(charts.page_title(say(N_("Data quality")), question=question))
found = page.found_here(seen)
every = texts.remarks(ui.checks(), found, texts.Filter())
if not every:
    page.nothing_found(seen)
    st.stop()

if part := seen.scope.unit or seen.scope.department:
    ui.html(charts.note(say(N_("The checks cover the whole organisation, not only {part}."), part=part)))
chosen = page.chosen(seen, every)
shown = texts.remarks(ui.checks(), found, chosen)
if shown:
    ui.html(charts.legend(texts.legend(shown, say), label=say(N_("Severity"))))
else:
    ui.html(charts.caption(say(N_("No remark is of this kind."))))
for remark in shown:
    page.remark(seen, remark)
page.download(seen, shown)
ui.html(charts.caption(texts.clean_sentence(ui.checks(), every, say)))
