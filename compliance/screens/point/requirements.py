"""A point requirement by requirement: how many units of each department, or which units, meet each."""

from dataclasses import replace
from functools import partial
from typing import Final

import streamlit as st

from compliance.access.scopes import Scope
from compliance.core.language import N_
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.drawing.elements import Html
from compliance.screens import reads, widgets
from compliance.screens.caching import cached
from compliance.screens.point import requirements_texts as texts
from compliance.screens.views import View
from compliance.wording.tables import table

TITLE: Final = N_("Requirement by requirement")


def draw(view: View, point: Point) -> None:
    """Draw the requirements of a point whose items they are: the first, and all of them folded if there are more."""
    found = reads.requirements(view.data, view.as_of, view.scope, point.id)
    if not found:
        return
    widgets.html(_first(view, point))
    if not view.scope.unit and len(found) > texts.FIRST:
        label = view.say(N_("Show all {n}"), n=view.say.number(len(found)))
        every = st.expander(label, key="requirements", on_change="rerun")
        if every.open:
            with every:
                widgets.html(_heat(view, point, first=False))


@cached()
def _first(view: View, point: Point) -> Html:
    say = view.say
    found = reads.requirements(view.data, view.as_of, view.scope, point.id)
    head = charts.section(say(TITLE), note=texts.lead(found, view.scope, say))
    if view.scope.unit:
        return charts.stack(head, charts.table(*table(texts.of_unit(point), found, say), caption=say(TITLE)))
    return charts.stack(head, _heat(view, point, first=True))


@cached()
def _heat(view: View, point: Point, *, first: bool) -> Html:
    say = view.say
    found = reads.requirements(view.data, view.as_of, view.scope, point.id)
    shown = texts.first(found) if first else found
    columns, rows = texts.heat(shown, found, view.scope, say, way=partial(_address, view, point))
    corner, title = say.pick(point.requirements), say(TITLE)
    return charts.heat_table(columns, rows, corner=corner, caption=title, counts_first=True)


def _address(view: View, point: Point, part: str, label: str) -> str:
    """The address of the point in a part, "" for the scope itself, with the items of a requirement if one is given."""
    scope = view.scope
    if part:
        scope = Scope(scope.organisation, part) if scope.below == "department" else replace(scope, unit=part)
    return widgets.address(replace(view, scope=scope), "point", point=point.id, **({"item": label} if label else {}))
