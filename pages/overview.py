"""Overview: the thirteen review points, how far each is from its target, and where it is weak."""

import streamlit as st

from compliance import viewing
from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.counting.incidents import next_deadline
from compliance.drawing import charts
from compliance.screens import ui
from compliance.screens.incidents import clock_texts, page
from compliance.screens.review import page as review_page
from compliance.wording import phrases

ui.require(Permission.SEE_FIGURES)
seen = ui.view()
say = seen.say
found = ui.overview(seen.key, seen.as_of, seen.scope)

kicker = say(
    N_("Management review {year} · {organisation}"), year=seen.as_of.year, organisation=seen.scope.organisation
)
review_page.verdict(seen)
ui.html(charts.headline(*viewing.overview_sentences(found, say), kicker=kicker))
if not found.basis.imports:
    ui.link_to_imports(seen)
reported = not {row["source"] for row in found.basis.imports}.isdisjoint(page.SOURCES)
incidents = ui.address(seen, "incidents")
clock = next_deadline(page.clocks(seen))
deadline = clock_texts.next_deadline_fact(clock, say, basis=reported, address=incidents)
ui.html(charts.facts([*viewing.overview_facts(found, say), deadline]))

ui.html(charts.section(say(N_("The thirteen review points"))))
ui.html(charts.legend(viewing.legend(found, say), label=say(N_("Signs"))))
head = viewing.bullet_head(say)
left, right = st.columns([3, 8])
with left:
    ui.html(charts.name_head(say(N_("Point"))))
with right:
    ui.html(charts.bullet_head(head))
for figure in found.now:
    left, right = st.columns([3, 8])
    with left:
        ui.link(seen, "point", phrases.label(figure.point, say), point=figure.point.id)
    with right:
        address = ui.address(seen, "point", point=figure.point.id)
        ui.html(charts.bullet_row(viewing.bullet(found, figure, say, address=address), head=head))

if found.parts:
    units = seen.scope.below == "unit"
    title = say(N_("Unit by unit")) if units else say(N_("Department by department"))
    note = say(N_("Coverage in per cent. Whoever has most points below the limit stands first."))
    ui.html(charts.section(title, note=note))
    names, rows = viewing.heat(found.parts, found.now, seen.scope, say, ways=ui.ways(seen))
    caption = say(N_("Coverage in per cent by point and {part}"), part=title.lower())
    ui.html(charts.heat_table(names, rows, corner=say(N_("Point")), caption=caption))
