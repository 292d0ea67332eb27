"""About the figures: words, every point's rule and law, the rules in force, and what the figures rest on."""

import streamlit as st

from compliance import viewing
from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.drawing import charts
from compliance.screens import ui
from compliance.wording import phrases

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
say = seen.say
used = ui.basis(seen.key, seen.as_of)

question = say(
    N_("What the words mean, how each point is counted, and what the figures rest on {day}."), day=say.date(seen.as_of)
)
ui.html(charts.page_title(say(N_("About the figures")), question=question))

ui.html(charts.section(say(N_("The exports that the figures rest on"))))
if not ui.nothing_loaded(seen):
    rows = used.of(seen.scope.organisation)
    ui.html(charts.table(*viewing.basis_table(rows, ui.sources(), seen.as_of, say), caption=say(N_("Exports"))))

ui.html(charts.section(say(N_("Words"))))
ui.html(charts.pairs(viewing.glossary(say)))

note = say(N_("As they hold on {day}. Rules of law and targets are dated."), day=say.date(seen.as_of))
ui.html(charts.section(say(N_("The rules in force")), note=note))
for point in ui.points():
    with st.expander(phrases.label(point, say).replace("\N{SOFT HYPHEN}", "")):
        ui.html(charts.pairs(viewing.rule_pairs(point, seen.as_of, say)))
        if stages := viewing.stage_table(point, seen.as_of, say):
            ui.html(charts.table(*stages, caption=say(N_("Time limits"))))
        ui.link(seen, "point", say(N_("Open the point")), point=point.id)
