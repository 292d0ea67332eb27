"""The page about the figures: the exports they rest on, the words, and the rules in force."""

import streamlit as st

from compliance.core.language import N_
from compliance.drawing import charts
from compliance.screens import figure_texts, no_data, reads, widgets
from compliance.screens.about import texts
from compliance.screens.views import View
from compliance.wording import phrases


def draw(view: View) -> None:
    """Draw what the figures rest on, what the words mean, and how each point is counted."""
    say = view.say
    widgets.html(charts.page_title(say(N_("About the figures"))))
    widgets.html(charts.section(say(N_("The exports that the figures rest on"))))
    if not no_data.nothing_loaded(view):
        basis = reads.basis(view.data, view.as_of).of(view.scope.organisation)
        rows = [view.reader.row(row, kept=("source",)) for row in basis]
        table = figure_texts.basis_table(rows, reads.sources(), view.as_of, say, files=view.reader.whole)
        widgets.html(charts.table(*table, caption=say(N_("Exports"))))
    widgets.html(charts.section(say(N_("Words"))))
    widgets.html(charts.pairs(texts.glossary(say)))
    _rules(view)


def _rules(view: View) -> None:
    say = view.say
    widgets.html(charts.section(say(N_("The rules in force"))))
    for point in reads.points():
        with st.expander(phrases.label(point, say)):
            widgets.html(charts.pairs(figure_texts.rule_pairs(point, view.as_of, say)))
            if stages := texts.stage_table(point, view.as_of, say):
                widgets.html(charts.table(*stages, caption=say(N_("Time limit"))))
            widgets.link(view, "point", say(N_("Open the point")), point=point.id)
