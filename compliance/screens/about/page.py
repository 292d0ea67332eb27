"""The page about the figures: the exports they rest on, the words, and the rules in force."""

import streamlit as st

from compliance.core.language import N_
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.drawing.charts import PageLink
from compliance.drawing.elements import Html
from compliance.screens import figure_texts, no_data, reads, widgets
from compliance.screens.about import texts
from compliance.screens.caching import cached
from compliance.screens.views import View
from compliance.wording import phrases
from compliance.wording.tables import table


def draw(view: View) -> None:
    """Draw what the figures rest on, what the words mean, and how each point is counted."""
    say = view.say
    begun = [
        charts.page_title(say(N_("About the figures"))),
        charts.section(say(N_("The exports that the figures rest on"))),
    ]
    if reads.basis(view.data, view.as_of).of(view.scope.organisation):
        widgets.html(charts.stack(*begun, _exports(view), _words(view)))
    else:
        widgets.html(charts.stack(*begun))
        no_data.nothing_loaded(view)
        widgets.html(_words(view))
    for point in reads.points(view):
        with st.expander(widgets.plain(phrases.label(point, say))):
            widgets.html(_rule(view, point))


@cached()
def _exports(view: View) -> Html:
    basis = reads.basis(view.data, view.as_of).of(view.scope.organisation)
    rows = [view.reader.row(row, kept=("source",)) for row in basis]
    table = figure_texts.basis_table(rows, reads.sources(view.data), view.as_of, view.say, files=view.reader.whole)
    return charts.table(*table, caption=view.say(N_("Exports")))


@cached()
def _words(view: View) -> Html:
    """The glossary, and the heading of the rules."""
    say = view.say
    glossary = charts.pairs(texts.glossary(say))
    return charts.stack(charts.section(say(N_("Words"))), glossary, charts.section(say(N_("The rules in force"))))


@cached()
def _rule(view: View, point: Point) -> Html:
    """The rule of a point, its dated time limits, and the link to its page."""
    say = view.say
    parts = [charts.pairs(figure_texts.rule_pairs(point, view.as_of, say))]
    if stages := point.parameters(view.as_of).get("stages"):
        parts.append(charts.table(*table(texts.STAGES, stages, say), caption=say(N_("Time limit"))))
    address = widgets.address(view, "point", point=point.id)
    return charts.stack(*parts, charts.page_links([PageLink(say(N_("Open the point")), address)]))
