"""What the page of the year wheel draws: the wheel and its list, the promises, the actions, and the calendar file."""

from collections.abc import Sequence
from datetime import UTC, date

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_, NBSP
from compliance.counting.assessing import Coverage
from compliance.declarations.points import Point
from compliance.drawing import charts, incidents
from compliance.drawing import wheel as drawing_wheel
from compliance.drawing.elements import Html
from compliance.report import review_texts
from compliance.review import planning
from compliance.review.calendars import calendar_file
from compliance.review.planning import Action, Plan, Source
from compliance.screens import ui
from compliance.screens.plan import texts
from compliance.screens.plan.texts import FIRST_ACTIONS, Year
from compliance.screens.ui import Key, View
from compliance.wording import phrases

# --- What it is made of -------------------------------------------------------------------------------------------


def year(seen: View) -> Year:
    """The year as the person may see it. What is written in reviews is read anew, since it changes no figure."""
    found = plan(seen.key, seen.as_of, seen.scope.organisation)
    if not seen.user.may(Permission.SEE_PERSONS):
        found = planning.for_others(found, ui.names(seen).withhold)
    organisation, as_of = seen.scope.organisation, seen.as_of
    declared, reads = ui.declared(planning.load_wheel), seen.user.may(Permission.READ_REVIEW)
    with seen.database.cursor() as cursor:
        review = planning.review_of_year(cursor, declared, organisation=organisation, as_of=as_of)
        decisions = planning.open_decisions(cursor, organisation=organisation, as_of=as_of) if reads else []
    return Year(found, review, tuple(decisions))


@st.cache_resource(show_spinner=False, max_entries=ui.CACHED)
def plan(key: Key, as_of: date, organisation: str) -> Plan:
    """The plan of a day, with its persons."""
    with ui.at(key).cursor() as cursor:
        return planning.plan(cursor, ui.declared(planning.load_wheel), organisation=organisation, as_of=as_of)


def figures(seen: View, found: Plan) -> list[Coverage]:
    """The figures of the points that the prioritised areas name."""
    numbers = {area.point for area in found.areas}
    ids = tuple(point.id for point in ui.points() if point.number in numbers)
    return ui.coverage(seen.key, (seen.as_of,), seen.scope, ids) if ids else []


# --- What is drawn ------------------------------------------------------------------------------------------------


def opening(seen: View, found: Year) -> None:
    """The answer, and for which part of the organisation it holds."""
    say = seen.say
    kicker = say(N_("Year wheel {year} · {organisation}"), year=found.plan.year, organisation=seen.scope.organisation)
    ui.html(charts.headline(*texts.sentences(found, say), kicker=kicker))
    if seen.scope.level != "organisation":
        text = N_(
            "The plan, the reports and the actions are the whole organisation's. Measured figures are of {scope}."
        )
        ui.html(charts.caption(say(text, scope=seen.scope.name(say))))
    if "activities" not in found.plan.extracts:
        _no_plan(seen)


def _no_plan(seen: View) -> None:
    """What is missing where no plan is loaded, and where to load it."""
    say = seen.say
    title = say(N_("No export of {source} is loaded."), source=say.pick(ui.sources()["activities"].title))
    ui.no_basis(seen, title, say(N_("The wheel has only the yearly reports and the review until then.")))


def wheel(seen: View, found: Year) -> None:
    """The wheel to the left and its list to the right."""
    say = seen.say
    laid = texts.layout(found, say)
    left, right = st.columns(2, gap="large")
    with left, st.container(key="wheel"):
        ui.html(drawing_wheel.wheel(texts.wheel(found, laid, say, today=ui.today())))
        ui.html(charts.caption(" ".join(texts.wheel_notes(found, laid, say))))
        _download(seen, found)
    with right:
        ui.html(charts.section(say(N_("The items of the year"))))
        ui.html(drawing_wheel.swatches(texts.swatches(found, say), label=say(N_("Signs"))))
        listed = texts.moment_rows(found, laid, ui.points(), lambda point: point_link(seen, point), say)
        ui.html(drawing_wheel.moments(listed, label=say(N_("The items of the year"))))
        ui.as_table(seen, texts.moment_table(found, ui.points(), say), caption=say(N_("The items of the year")))
        if found.plan.earlier:
            title = texts.earlier_title(found.plan, say)
            with st.expander(title):
                ui.html(charts.table(*texts.earlier_table(found.plan, say), caption=title))


def point_link(seen: View, point: Point) -> Html:
    """A link to a review point."""
    # the number stays with its name
    text = phrases.label(point, seen.say).replace(" ", NBSP, 1)
    return charts.anchor(text, ui.address(seen, "point", point=point.id), title=seen.say.pick(point.title))


def _download(seen: View, found: Year) -> None:
    """The calendar file; it is made when somebody asks for it."""
    st.download_button(
        seen.say(N_("Download as a calendar file (.ics)")),
        lambda: calendar(seen, found),
        file_name=seen.say(N_("plan_{year}"), year=found.plan.year) + ".ics",
        mime="text/calendar",
        on_click="ignore",
        key="calendar",
    )


def calendar(seen: View, found: Year) -> bytes:
    """The dates of the page as a calendar file without names of persons, whoever asks."""
    say = seen.say
    return calendar_file(
        texts.events(found, say, clean=ui.names(seen).withhold),
        owner=seen.scope.organisation,
        name=say(N_("Year wheel {year} · {organisation}"), year=found.plan.year, organisation=seen.scope.organisation),
        language=say.code,
        stamp=ui.now().replace(tzinfo=UTC),
    )


def promises(seen: View, found: Plan) -> None:
    """The prioritised areas of the plan beside what is measured."""
    say = seen.say
    if not found.areas:
        return
    measured = figures(seen, found)
    title = say(N_("Prioritised areas {year}"), year=found.year)
    ui.html(
        charts.section(
            title, note=say(N_("What the plan promises, and what is measured on {day}."), day=say.date(found.as_of))
        )
    )
    if answer := texts.promises_sentence(found, measured, say):
        ui.html(charts.answer(answer))
    shown = texts.promises(found, measured, lambda point: point_link(seen, point), say)
    ui.html(drawing_wheel.promises(shown, label=title))


def actions(seen: View, year: Year) -> None:
    """What is to be done after classifications, recommendations and deviations, and how much was decided."""
    found = year.plan
    say = seen.say
    ui.html(charts.section(say(N_("Actions"))))
    if answer := texts.actions_sentence(found, say):
        ui.html(charts.answer(answer))
    _decisions(seen, year)
    for source in texts.ACTION_TITLES:
        _actions_of(seen, source, found)


def _decisions(seen: View, found: Year) -> None:
    """How many decisions of the reviews are open, in the words of their own page, and the way there."""
    say, open_ = seen.say, found.decisions
    if not open_:
        return
    told = [*review_texts.decisions_sentences(open_, seen.as_of, say), texts.undated_sentence(open_, say)]
    way = charts.anchor(say(N_("Follow up the decisions")), ui.address(seen, "decisions"))
    ui.html(incidents.beside(" ".join(text for text in told if text), way))


def _actions_of(seen: View, source: Source, found: Plan) -> None:
    say, there = seen.say, found.of(source)
    title = say(texts.ACTION_TITLES[source])
    ui.html(charts.section(title, level=3, note=texts.action_note(source, there, say) if there else ""))
    if not there:
        ui.html(charts.caption(_none_of(seen, source)))
        return
    ui.html(drawing_wheel.counts(texts.action_counts(there, say), label=title))
    _action_table(seen, there[:FIRST_ACTIONS], found, title)
    if rest := there[FIRST_ACTIONS:]:
        label = say.plural("Show {n} more", "Show {n} more", len(rest))
        opened = st.expander(label, key=f"more {source} {say.code}", on_change="rerun")
        if opened.open:
            with opened:
                _action_table(seen, rest, found, title)


def _action_table(seen: View, shown: Sequence[Action], found: Plan, title: str) -> None:
    persons = seen.user.may(Permission.SEE_PERSONS)
    ui.html(charts.table(*texts.action_table(shown, found.as_of, seen.say, persons=persons), caption=title))


def _none_of(seen: View, source: Source) -> str:
    """Why a list is empty: no export, or nothing to do in it."""
    say, export = seen.say, texts.ACTION_EXPORTS[source]
    if export in {row["source"] for row in ui.basis(seen.key, seen.as_of).of(seen.scope.organisation)}:
        return say(N_("There is no action in the export."))
    return say(N_("No export of {source} is loaded."), source=say.pick(ui.sources()[export].title))
