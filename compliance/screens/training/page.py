"""The page of training: the drill-down, the months ahead, and for the coordinator the persons to remind."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access import audit
from compliance.access.permissions import Permission
from compliance.access.scopes import Scope
from compliance.core.language import N_
from compliance.counting import training
from compliance.counting.assessing import Status
from compliance.counting.training import Listed, Rules, Training
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.drawing import training as drawing_training
from compliance.screens import course_questions, downloads, no_data, reads, widgets
from compliance.screens.bodies import body, part
from compliance.screens.caching import cached
from compliance.screens.training import texts
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN, Rows
from compliance.wording import phrases

# How many rows a page shows; the file has all.
MOST_PARTS: Final = 300
MOST_PERSONS: Final = 500
# How wide the table of the months in which courses expire is, where they are few.
FEW_MONTHS: Final = 640
DRILLED: Final = {
    "organisation": N_("Department by department"),
    "department": N_("Unit by unit"),
    "unit": N_("Both courses"),
}


def _rules(view: View) -> Rules:
    return training.rules(reads.points(view), reads.definitions(), view.as_of)


@cached(words=False)
def courses_of(view: View) -> Training:
    """The courses of the scope as the reader may see them, with the first persons of each list."""
    kwargs: Any = {"place": view.scope, "as_of": view.as_of, "known_at": EVERYTHING_KNOWN, "reader": view.reader}
    kwargs["plans"] = reads.hidden_from(view.data, view.reader, (view.as_of,))
    with view.database.cursor() as cursor:
        return training.training(cursor, _rules(view), most=MOST_PERSONS, **kwargs)


def ahead(view: View) -> Iterator[None]:
    """Count what the page asks for."""
    if not missing_sources(view) and not _asked(view):
        courses_of(view)
        yield


@body
def draw(view: View) -> None:
    """Draw who has both courses, or why that is not shown."""
    if lacking := missing_sources(view):
        empty(view, lacking)
        return
    if asked := _asked(view):
        widgets.html(charts.page_title(view.say(N_("Training"))))
        course_questions.draw(view, asked)
        return
    courses = courses_of(view)
    if hidden(view, courses):
        few_persons(view)
        return
    breadcrumbs(view)
    _courses(view, courses)


def _courses(view: View, courses: Training) -> None:
    say, counted = view.say, bool(courses.whole.n.counted)
    widgets.headline(view, N_("Training"), texts.sentences(courses, say))
    if counted:
        widgets.html(charts.facts(texts.facts(courses, say)))
    if sentences := texts.uncounted(courses, say):
        widgets.html(charts.caption(" ".join(sentences)))
    if counted:
        drill(view, courses)
        if courses.named:
            missing(view, courses)
        if courses.told:
            months_ahead(view, courses)
        if courses.named and courses.told:
            expiring(view, courses)
        elif not courses.named:
            text = N_("Rows and names are shown to the coordinator only.")
            widgets.html(charts.caption(say(text)))


def _asked(view: View) -> list[Point]:
    """The points of the two courses whose course no row of the export is of: persons cannot be counted in both."""
    return [point for point in _rules(view).points if course_questions.lacks_course(view, point)]


def missing_sources(view: View) -> tuple[str, ...]:
    """The sources that the page needs and that are not loaded."""
    return training.missing_sources(reads.basis(view.data, view.as_of), _rules(view), view.scope.organisation)


def empty(view: View, sources: tuple[str, ...]) -> None:
    """Draw the page without data: what is missing, and where to load it."""
    purged = reads.basis(view.data, view.as_of).purged(sources, view.scope.organisation, view.as_of)
    widgets.html(charts.page_title(view.say(N_("Training"))))
    title = phrases.purged_sentence(purged, view.as_of, view.say) if purged else ""
    no_data.no_basis(view, sources, title=title)


def hidden(view: View, courses: Training) -> bool:
    """Whether the scope has too few persons for the reader, by the same rule as on the points' pages."""
    ids = tuple(point.id for point in courses.rules.points)
    figures = reads.coverage(view, (view.as_of,), ids)
    return courses.few or any(course.few for course in figures)


def few_persons(view: View) -> None:
    """Draw why a scope of few persons has no figures, and the links to the scopes above."""
    say = view.say
    breadcrumbs(view)
    widgets.html(charts.page_title(say(N_("Training")), kicker=view.scope.name(say)))
    widgets.html(charts.empty_state(Status.NOTHING_TO_ASSESS, say(phrases.FEW), title=say(phrases.TOO_FEW)))


def address(view: View, department: str | None, unit: str | None) -> str:
    """The address of this page for another department or unit."""
    scope = Scope(view.scope.organisation, department, unit)
    return widgets.address(replace(view, scope=scope), "training")


def breadcrumbs(view: View) -> None:
    """Draw the links to the scopes above."""
    steps = texts.crumbs(view.scope, view.say, lambda *part: _allowed(view, *part))
    if steps:
        widgets.html(drawing_training.crumbs(steps, label=view.say(N_("Where you are"))))


def _allowed(view: View, department: str | None, unit: str | None) -> str:
    """The address of a scope above; empty if the reader may not see it."""
    scope = Scope(view.scope.organisation, department, unit)
    return address(view, department, unit) if view.reader.sees(scope) else ""


def drill(view: View, courses: Training) -> None:
    """Draw the scope and its parts, those that lack most first, each with a link to its own parts."""
    say, scope = view.say, view.scope
    title = say(DRILLED[scope.level])
    parts = list(courses.parts)
    widgets.html(charts.section(title))
    widgets.html(charts.legend(texts.legend(courses, parts, say), label=say(N_("Signs"))))
    shown = widgets.first_or_all(view, parts, texts.FIRST_PARTS, key=f"all parts {scope}", most=MOST_PARTS)
    head = texts.head(courses, scope, say, lambda point: widgets.address(view, "point", point=point.id))
    rows = texts.rows(courses, shown, scope, say, lambda *part: address(view, *part))
    widgets.html(drawing_training.drill(rows, head=head, caption=title))


def months_ahead(view: View, courses: Training) -> None:
    """Draw when valid courses expire, month by month for each; where few do, only the months in which any does."""
    title, table = view.say(N_("When the courses expire")), texts.months_table(courses, view.say)
    if not texts.seldom(courses):
        widgets.html(charts.section(title))
        _month_columns(view, courses)
        widgets.as_table(view, table, caption=title)
        return
    widgets.html(charts.section(title, note=texts.months_sentence(courses, view.say)))
    if table[1]:
        with st.container(width=FEW_MONTHS):
            widgets.html(charts.table(*table, caption=title, stacked=True))


def _month_columns(view: View, courses: Training) -> None:
    """Draw the months ahead as columns, solid where the course expires soon, the two courses side by side."""
    say = view.say
    widgets.html(drawing_training.expiry_keys(texts.within(courses, say), say(N_("later"))))
    for place, column in enumerate(st.columns(2, gap="large")):
        with column:
            name = texts.course_name(courses.rules.points[place], say)
            widgets.html(charts.section(name, note=texts.months_note(courses, place, say), level=3))
            drawn = texts.months(courses, place, say)
            widgets.html(drawing_training.expiry(drawn, alt=texts.months_alt(courses, place, say)))


def missing(view: View, courses: Training) -> None:
    """Draw who lacks a course and why, for the coordinator: those who lack both first."""
    _list(view, courses, "missing", title=view.say(N_("Who lacks a course")), of=courses.whole.n.missing)


def expiring(view: View, courses: Training) -> None:
    """Draw whose course expires soon and when, for the coordinator: the next one first."""
    title = view.say(N_("Whose course expires {soon}"), soon=texts.within(courses, view.say))
    _list(view, courses, "expiring", title=title, of=courses.whole.n.expiring)


def _list(view: View, courses: Training, which: Listed, *, title: str, of: int) -> None:
    """Draw the first persons, all of them in an expander, and the download for reminders; nothing of nobody."""
    if not of:
        return
    say = view.say
    persons = courses.missing if which == "missing" else courses.expiring
    first = persons[: texts.FIRST_PERSONS]
    widgets.html(charts.section(title))
    table = texts.persons_table(first, which, courses, say, units=not view.scope.unit)
    widgets.html(charts.table(*table, caption=title, stacked=True))
    if of > len(first):
        every = partial(_all_persons, view, courses, which, title=title, of=of)
        part(view, every, label=say(N_("Show all {n}"), n=say.number(of)), key=f"all {which}")
    rows, key = partial(_reminders, view, courses, which), f"reminders {which}"
    downloads.offer_rows(view, title, rows, key=key, what=key)


def _all_persons(view: View, courses: Training, which: Listed, *, title: str, of: int) -> None:
    say = view.say
    persons = courses.missing if which == "missing" else courses.expiring
    table = texts.person_rows(persons, courses, say)
    if of > len(persons):
        widgets.html(charts.caption(phrases.shown_of(len(persons), of, say)))
    widgets.grid(table, key=f"persons {which} {say.code}", alt=title)


def _reminders(view: View, courses: Training, which: Listed) -> Rows:
    """Every person of a list. Raise Refusal if the current user may not see persons."""
    audit.require(view.reader.user, Permission.SEE_PERSONS)
    kwargs: Any = {"place": view.scope, "as_of": view.as_of, "known_at": EVERYTHING_KNOWN, "reader": view.reader}
    with view.database.cursor() as cursor:
        persons = training.listed_persons(cursor, courses.rules, which, **kwargs)
    return texts.reminder_rows(persons, which, courses, view.say)
