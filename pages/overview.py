"""Overview: the review points, how far each is from its target, and where it is weak."""

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.counting.incidents import next_deadline
from compliance.drawing import charts
from compliance.screens import reads, views, widgets
from compliance.screens.incidents import clock_texts, page
from compliance.screens.overview import texts as overview_texts
from compliance.screens.review import page as review_page
from compliance.wording import breaking, phrases

widgets.require(Permission.SEE_FIGURES)
view = views.current()
say = view.say
found = reads.overview(view.key, view.as_of, view.scope)

kicker = say(
    N_("Management review {year} · {organisation}"), year=view.as_of.year, organisation=view.scope.organisation
)
review_page.verdict(view)
widgets.html(charts.headline(*overview_texts.overview_sentences(found, say), kicker=kicker))
if not found.basis.imports:
    widgets.link_to_imports(view)
reported = not {row["source"] for row in found.basis.imports}.isdisjoint(page.SOURCES)
incidents = widgets.address(view, "incidents")
clock = next_deadline(page.clocks(view))
deadline = clock_texts.next_deadline_fact(clock, say, basis=reported, address=incidents)
widgets.html(charts.facts([*overview_texts.overview_facts(found, say), deadline]))

widgets.html(charts.section(phrases.all_points(len(reads.points()), say)))
widgets.html(charts.legend(overview_texts.legend(found, say), label=say(N_("Signs"))))
head = overview_texts.bullet_head(say)
left, right = st.columns([3, 8])
with left:
    widgets.html(charts.name_head(say(N_("Point"))))
with right:
    widgets.html(charts.bullet_head(head))
for figure in found.now:
    left, right = st.columns([3, 8])
    with left:
        widgets.link(view, "point", breaking.label(figure.point, say), point=figure.point.id)
    with right:
        address = widgets.address(view, "point", point=figure.point.id)
        widgets.html(charts.bullet_row(overview_texts.bullet(found, figure, say, address=address), head=head))

if found.parts:
    units = view.scope.below == "unit"
    title = say(N_("Unit by unit")) if units else say(N_("Department by department"))
    note = say(N_("Coverage in per cent. Whoever has most points below the limit stands first."))
    widgets.html(charts.section(title, note=note))
    names, rows = overview_texts.heat(found.parts, found.now, view.scope, say, ways=widgets.ways(view))
    caption = say(N_("Coverage in per cent by point and {part}"), part=title.lower())
    widgets.html(charts.heat_table(names, rows, corner=say(N_("Point")), caption=caption))
