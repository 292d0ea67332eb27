"""What the page of the year wheel draws: the wheel and its list, the promises, the actions, and the calendar file."""

from collections.abc import Sequence
from datetime import UTC, date

import streamlit as st

from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.core import clock
from compliance.core.language import N_, NBSP
from compliance.counting.assessing import Coverage
from compliance.declarations.points import Point
from compliance.drawing import charts, incidents
from compliance.drawing import wheel as drawing_wheel
from compliance.drawing.elements import Html
from compliance.review import planning, wording
from compliance.review.calendars import calendar_file
from compliance.review.planning import Action, Plan, Source
from compliance.screens import reads, widgets
from compliance.screens.plan import texts
from compliance.screens.plan.texts import FIRST_ACTIONS, Year
from compliance.screens.reads import Data
from compliance.screens.views import View
from compliance.wording import breaking

# --- What it is made of -------------------------------------------------------------------------------------------


def year(view: View) -> Year:
    """The year as the person may see it. What is written in reviews is read anew, since it changes no figure."""
    found = plan(view.data, view.reader, view.as_of, view.scope.organisation)
    organisation, as_of = view.scope.organisation, view.as_of
    wheel, may_read = reads.declared(planning.load_wheel), view.reader.may(Permission.READ_REVIEW)
    with view.database.cursor() as cursor:
        review = planning.review_of_year(cursor, wheel, organisation=organisation, as_of=as_of)
        decisions = planning.open_decisions(cursor, organisation=organisation, as_of=as_of) if may_read else []
    return Year(found, review, tuple(decisions))


@st.cache_resource(show_spinner=False, max_entries=reads.CACHED, hash_funcs=reads.READERS)
def plan(data: Data, reader: Reader, as_of: date, organisation: str) -> Plan:
    """The plan of a day, as the reader sees it."""
    wheel = reads.declared(planning.load_wheel)
    with data.database.cursor() as cursor:
        return planning.plan(cursor, wheel, organisation=organisation, as_of=as_of, reader=reader)


def figures(view: View, found: Plan) -> list[Coverage]:
    """The figures of the points that the prioritised areas name."""
    numbers = {area.point for area in found.areas}
    ids = tuple(point.id for point in reads.points() if point.number in numbers)
    return reads.coverage(view.data, view.reader, (view.as_of,), view.scope, ids) if ids else []


# --- What is drawn ------------------------------------------------------------------------------------------------


def draw(view: View) -> None:
    """The year of the as-of date."""
    found = year(view)
    opening(view, found)
    wheel(view, found)
    promises(view, found.plan)
    actions(view, found)


def opening(view: View, found: Year) -> None:
    """The answer, and for which part of the organisation it holds."""
    say = view.say
    kicker = say(N_("Year wheel {year} · {organisation}"), year=found.plan.year, organisation=view.scope.organisation)
    widgets.html(charts.headline(*texts.sentences(found, say), kicker=kicker))
    if view.scope.level != "organisation":
        text = N_(
            "The plan, the reports and the actions are the whole organisation's. Measured figures are of {scope}."
        )
        widgets.html(charts.caption(say(text, scope=view.scope.name(say))))
    if "activities" not in found.plan.extracts:
        _no_plan(view)


def _no_plan(view: View) -> None:
    """What is missing where no plan is loaded, and where to load it."""
    say = view.say
    title = say(N_("No export of {source} is loaded."), source=say.pick(reads.sources()["activities"].title))
    widgets.no_basis(view, title, say(N_("The wheel has only the yearly reports and the review until then.")))


def wheel(view: View, found: Year) -> None:
    """The wheel to the left and its list to the right."""
    say = view.say
    laid = texts.layout(found, say)
    left, right = st.columns(2, gap="large")
    with left, st.container(key="wheel"):
        widgets.html(drawing_wheel.wheel(texts.wheel(found, laid, say, today=clock.today())))
        widgets.html(charts.caption(" ".join(texts.wheel_notes(found, laid, say))))
        _download(view, found)
    with right:
        widgets.html(charts.section(say(N_("The items of the year"))))
        widgets.html(drawing_wheel.swatches(texts.swatches(found, say), label=say(N_("Signs"))))
        listed = texts.moment_rows(found, laid, reads.points(), lambda point: point_link(view, point), say)
        widgets.html(drawing_wheel.moments(listed, label=say(N_("The items of the year"))))
        widgets.as_table(view, texts.moment_table(found, reads.points(), say), caption=say(N_("The items of the year")))
        if found.plan.earlier:
            title = texts.earlier_title(found.plan, say)
            with st.expander(title):
                widgets.html(charts.table(*texts.earlier_table(found.plan, say), caption=title))


def point_link(view: View, point: Point) -> Html:
    """A link to a review point."""
    # the number stays with its name
    text = breaking.label(point, view.say).replace(" ", NBSP, 1)
    return charts.anchor(text, widgets.address(view, "point", point=point.id), title=view.say.pick(point.title))


def _download(view: View, found: Year) -> None:
    """The calendar file; it is made when somebody asks for it."""
    st.download_button(
        view.say(N_("Download as a calendar file (.ics)")),
        lambda: calendar(view, found),
        file_name=view.say(N_("plan_{year}"), year=found.plan.year) + ".ics",
        mime="text/calendar",
        on_click="ignore",
        key="calendar",
    )


def calendar(view: View, found: Year) -> bytes:
    """The dates of the page as a calendar file without names of persons, whoever asks."""
    say = view.say
    return calendar_file(
        texts.events(found, say, clean=view.reader.anybody.text),
        owner=view.scope.organisation,
        name=say(N_("Year wheel {year} · {organisation}"), year=found.plan.year, organisation=view.scope.organisation),
        language=say.code,
        stamp=clock.now().replace(tzinfo=UTC),
    )


def promises(view: View, found: Plan) -> None:
    """The prioritised areas of the plan beside what is measured."""
    say = view.say
    if not found.areas:
        return
    measured = figures(view, found)
    title = say(N_("Prioritised areas {year}"), year=found.year)
    widgets.html(
        charts.section(
            title, note=say(N_("What the plan promises, and what is measured on {day}."), day=say.date(found.as_of))
        )
    )
    if answer := texts.promises_sentence(found, measured, say):
        widgets.html(charts.answer(answer))
    shown = texts.promises(found, measured, lambda point: point_link(view, point), say)
    widgets.html(drawing_wheel.promises(shown, label=title))


def actions(view: View, year: Year) -> None:
    """What is to be done after classifications, recommendations and deviations, and how much was decided."""
    found = year.plan
    say = view.say
    widgets.html(charts.section(say(N_("Actions"))))
    if answer := texts.actions_sentence(found, say):
        widgets.html(charts.answer(answer))
    _decisions(view, year)
    for source in texts.ACTION_TITLES:
        _actions_of(view, source, found)


def _decisions(view: View, found: Year) -> None:
    """How many decisions of the reviews are open, in the words of their own page, and the way there."""
    say, open_ = view.say, found.decisions
    if not open_:
        return
    told = [*wording.decisions_sentences(open_, view.as_of, say), texts.undated_sentence(open_, say)]
    way = charts.anchor(say(N_("Follow up the decisions")), widgets.address(view, "decisions"))
    widgets.html(incidents.line_with_links(" ".join(text for text in told if text), way))


def _actions_of(view: View, source: Source, found: Plan) -> None:
    say, there = view.say, found.of(source)
    title = say(texts.ACTION_TITLES[source])
    widgets.html(charts.section(title, level=3, note=texts.action_note(source, there, say) if there else ""))
    if not there:
        widgets.html(charts.caption(_none_of(view, source)))
        return
    widgets.html(drawing_wheel.counts(texts.action_counts(there, say), label=title))
    _action_table(view, there[:FIRST_ACTIONS], found, title)
    if rest := there[FIRST_ACTIONS:]:
        label = say.plural("Show {n} more", "Show {n} more", len(rest))
        opened = st.expander(label, key=f"more {source} {say.code}", on_change="rerun")
        if opened.open:
            with opened:
                _action_table(view, rest, found, title)


def _action_table(view: View, shown: Sequence[Action], found: Plan, title: str) -> None:
    widgets.html(charts.table(*texts.action_table(shown, found, view.say), caption=title))


def _none_of(view: View, source: Source) -> str:
    """Why a list is empty: no export, or nothing to do in it."""
    say, export = view.say, texts.ACTION_EXPORTS[source]
    if export in {row["source"] for row in reads.basis(view.data, view.as_of).of(view.scope.organisation)}:
        return say(N_("There is no action in the export."))
    return say(N_("No export of {source} is loaded."), source=say.pick(reads.sources()[export].title))
