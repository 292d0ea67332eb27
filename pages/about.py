"""About the figures: words, every point's rule and law, the rules in force, and what the figures rest on."""

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.drawing import charts
from compliance.screens import figure_texts, reads, views, widgets
from compliance.screens.about import texts
from compliance.wording import phrases

widgets.require(Permission.SEE_FIGURES)
view = views.current()
say = view.say
used = reads.basis(view.data, view.as_of)

question = say(
    N_("What the words mean, how each point is counted, and what the figures rest on {day}."), day=say.date(view.as_of)
)
widgets.html(charts.page_title(say(N_("About the figures")), question=question))

widgets.html(charts.section(say(N_("The exports that the figures rest on"))))
if not widgets.nothing_loaded(view):
    rows = used.of(view.scope.organisation)
    widgets.html(
        charts.table(*figure_texts.basis_table(rows, reads.sources(), view.as_of, say), caption=say(N_("Exports")))
    )

widgets.html(charts.section(say(N_("Words"))))
widgets.html(charts.pairs(texts.glossary(len(reads.points()), say)))

note = say(N_("As they hold on {day}. Rules of law and targets are dated."), day=say.date(view.as_of))
widgets.html(charts.section(say(N_("The rules in force")), note=note))
for point in reads.points():
    with st.expander(phrases.label(point, say)):
        widgets.html(charts.pairs(figure_texts.rule_pairs(point, view.as_of, say)))
        if stages := texts.stage_table(point, view.as_of, say):
            widgets.html(charts.table(*stages, caption=say(N_("Time limits"))))
        widgets.link(view, "point", say(N_("Open the point")), point=point.id)
