"""The units of a point: those with most left to do, and every unit on one scale with a table of all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from compliance.access.disclosure import OTHER_UNITS
from compliance.access.scopes import Scope
from compliance.core.language import N_
from compliance.counting.assessing import Coverage
from compliance.declarations.points import Point
from compliance.drawing import charts, strip
from compliance.drawing.elements import Html
from compliance.screens import leading, reads, widgets
from compliance.screens.caching import cached
from compliance.screens.point import texts
from compliance.screens.views import View
from compliance.wording import tables, trends


@dataclass(frozen=True)
class _Units:
    """Every unit drawn, and a table of all with the label of what folds it."""

    drawn: Html
    label: str
    table: Html


@cached()
def most_left(view: View, point: Point) -> Html | None:
    """The units with most left to do, or the departments where units differ too little; None if nothing is left."""
    title = view.say(N_("Most left to do"))
    if not (first := _first(view, point)):
        return None
    rows = texts.unit_rows(first, view.say, lambda part: _address(view, point, part), partial(leading.led_by, view))
    return charts.stack(charts.section(title), charts.units(rows, label=title))


def furthest_behind(view: View, point: Point) -> str:
    """Where most is left, and who leads there, in a sentence; empty if nothing is left, or of no unit by name."""
    if not (first := _first(view, point)) or not _address(view, point, first[0]):
        return ""
    return texts.furthest_behind(first[0], leading.led_by(view, first[0]), view.say)


def _first(view: View, point: Point) -> Sequence[Coverage]:
    """The units, or the departments, with most left to do."""
    first = texts.first_units(_measured(view, point))
    if texts.alike(first) and not view.scope.department:
        departments = reads.units_added_up(view, point.id, level="department")
        first = texts.first_units(texts.most_left_first(departments)) or first
    return first


def draw(view: View, point: Point) -> None:
    """Draw every unit on one scale, and fold a table of all."""
    if units := _units(view, point):
        widgets.html(units.drawn)
        with st.expander(units.label):
            widgets.html(units.table)


@cached()
def _units(view: View, point: Point) -> _Units | None:
    """The units drawn; None if none has a figure."""
    say, units = view.say, _measured(view, point)
    if not units:
        return None
    title, told = say(N_("Unit by unit")), texts.units_told(units, say)
    drawn = [charts.section(title, note=told)]
    if texts.worth_a_strip(units):
        lines = texts.strip_lines(units, say, lambda unit: _address(view, point, unit))
        drawn.append(strip.strip(lines, target=trends.levels(units[0], say)[0], alt=told))
    table = tables.table(texts.unit_columns(lambda unit: _address(view, point, unit)), units, say)
    return _Units(
        charts.stack(*drawn),
        say(N_("Show all {n}"), n=say.number(len(units))) if len(units) > texts.FIRST_UNITS else say(widgets.AS_TABLE),
        charts.table(*table, caption=title),
    )


def _measured(view: View, point: Point) -> list[Coverage]:
    """The units with a figure, those with most left first; none within a unit."""
    if view.scope.unit:
        return []
    return texts.most_left_first(reads.units_added_up(view, point.id))


def _address(view: View, point: Point, part: Coverage) -> str:
    """The address of the point in a unit or department; empty for those that are added up."""
    scope = Scope(view.scope.organisation, part.department, part.unit)
    known = view.reader.sees(scope) and part.unit != view.say(OTHER_UNITS)
    return widgets.address(replace(view, scope=scope), "point", point=point.id) if known else ""
