"""Extracts: named tables for Swedish Excel and for machines, with a dictionary of their columns."""

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.counting.extracts import dictionary, load_extracts
from compliance.drawing import charts
from compliance.screens import views, widgets
from compliance.screens.extracts import page

widgets.require(Permission.DOWNLOAD_EXTRACTS)
view = views.current()
say = view.say

question = say(N_("Tables to go on with elsewhere, as they are on {day}."), day=say.date(view.as_of))
widgets.html(charts.page_title(say(N_("Extracts")), question=question))
definitions = load_extracts()
left, right = st.columns([4, 8], gap="large")
with left:
    chosen = st.radio(
        say(N_("Extract")),
        [definition.id for definition in definitions],
        format_func=lambda id_: say.pick(next(d.title for d in definitions if d.id == id_)),
        key=f"extract {say.code}",
    )
    definition = next(d for d in definitions if d.id == chosen)
    point = page.point_of_extract(view, chosen)
with right:
    widgets.html(charts.section(say.pick(definition.title), note=say.pick(definition.purpose)))
    page.extract_preview(view, chosen, point)
    with st.expander(say(N_("The columns"))):
        heads = (N_("Column"), N_("Name in CSV and Parquet"), N_("Type"), N_("Meaning"))
        columns = [charts.Column(say(head), row_header=place == 0) for place, head in enumerate(heads)]
        widgets.html(charts.table(columns, dictionary(definition, say), caption=say(N_("The columns"))))
