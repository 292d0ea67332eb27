"""Which courses of the exports are those of the points: what was said, to say it and to change it."""

from datetime import date

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.correcting import courses
from compliance.correcting.courses import Said
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.screens import course_questions, reads, views, widgets
from compliance.screens.caching import read
from compliance.screens.imports import courses_texts
from compliance.screens.views import View
from compliance.store.database import Cursor, Rows


@read()
def _known(cursor: Cursor, as_of: date, organisation: str) -> tuple[Rows, dict[str, Said]]:
    """The courses of the exports, and what was said of each point."""
    found = courses.courses(cursor, organisation, as_of=as_of)
    return found, courses.answers(cursor, organisation, as_of=as_of)


def settings(view: View) -> None:
    """Draw what was said of each point about a course, and the form that changes it (the sample data have none)."""
    widgets.require(Permission.LOAD_EXPORTS)
    found, said = _known(view.data, view.as_of, view.scope.organisation)
    if not found and not said:
        return
    widgets.html(charts.section(view.say(N_("Which course is which")), note=view.say(courses_texts.PURPOSE)))
    for point in reads.points(view):
        if point.course(view.as_of):
            _point(view, point, found, said.get(point.id))


def _point(view: View, point: Point, found: Rows, said: Said | None) -> None:
    say, asked = view.say, course_questions.lacks_course(view, point)
    counts = said if said and said.counts else None
    with st.expander(widgets.plain(courses_texts.title(point, counts, say)), expanded=asked, key=f"course {point.id}"):
        if asked:
            widgets.html(charts.note(courses.question(point, view.as_of, say)))
        if counts:
            widgets.html(charts.caption(courses_texts.said_at(counts, say)))
        if not view.sample:
            _form(view, point, courses_texts.labels(found, counts, say), counts)


def _form(view: View, point: Point, labels: dict[str, str], said: Said | None) -> None:
    """Draw the choice of courses, that nobody has begun any, and the buttons that save it and take it back."""
    say, edition = view.say, said.said_at if said else ""
    chosen = st.multiselect(
        say(N_("Courses in the export")),
        list(labels),
        default=list(said.courses) if said else [],
        # the session keeps the function
        format_func=lambda name: widgets.plain(labels.get(name) or name),
        placeholder=say(N_("Choose courses")),
        key=f"courses {point.id} {edition}",
    )
    nobody = st.checkbox(
        say(courses_texts.NOBODY),
        value=bool(said and said.nobody),
        key=f"nobody {point.id} {edition}",
        disabled=bool(chosen),
    )
    with st.container(horizontal=True, key=f"say-{point.id}"):
        none = not (chosen or nobody)
        if st.button(say(N_("Save")), type="primary", key=f"say {point.id}", disabled=none):
            _save(view, point, chosen, nobody=nobody and not chosen)
        if said and st.button(say(N_("Take back")), key=f"unsay {point.id}"):
            _save(view, point, [], nobody=False)


def _save(view: View, point: Point, chosen: list[str], *, nobody: bool) -> None:
    widgets.require(Permission.LOAD_EXPORTS)
    organisation = view.scope.organisation
    courses.say_which(view.database, organisation, point, chosen, nobody=nobody, as_of=view.as_of, order=views.order())
    st.rerun()
