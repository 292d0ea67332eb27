"""Which course of the exports is a point's: asked wherever a figure lacks its basis for want of an answer."""

from collections.abc import Iterable

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.correcting import courses
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.screens import reads, widgets
from compliance.screens.views import View


def asked(view: View) -> list[Point]:
    """The points whose course no row of the organisation's export is of."""
    return [point for point in reads.points(view) if lacks_course(view, point)]


def lacks_course(view: View, point: Point) -> bool:
    """Whether the exports are there, and no row of them is of the course that a point asks for."""
    return reads.basis(view.data, view.as_of).lacks_course(point, view.scope.organisation, view.as_of)


def draw(view: View, points: Iterable[Point]) -> None:
    """Draw what is asked of points, and for those who may answer a link to where that is done."""
    points = list(points)
    if not points:
        return
    say = view.say
    with st.container(key="course-questions", gap="small"):
        for point in points:
            widgets.html(charts.note(courses.question(point, view.as_of, say)))
        link(view)


def link(view: View) -> None:
    """Draw the link to where it is said which course is which, for those who may."""
    if view.reader.may(Permission.LOAD_EXPORTS) and not view.sample:
        widgets.link(view, "imports", view.say(N_("Say which course it is")), part="settings")
