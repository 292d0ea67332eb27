"""The page of the year wheel: the wheel and its list, what lapses, the promises, the actions, and the calendar file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Final

import streamlit as st

from compliance.access import audit
from compliance.access.permissions import Permission
from compliance.core import clock
from compliance.core.language import N_, NBSP
from compliance.counting.assessing import Coverage
from compliance.declarations.points import Point
from compliance.drawing import charts, incidents
from compliance.drawing import wheel as drawing_wheel
from compliance.drawing.elements import Html
from compliance.review import wording
from compliance.review.calendars import calendar_file
from compliance.review.planning import Action, Plan, Source
from compliance.screens import downloads, lapsing, no_data, reads, widgets, written
from compliance.screens.bodies import body, with_more
from compliance.screens.downloads import File
from compliance.screens.plan import texts
from compliance.screens.plan.texts import FIRST_ACTIONS, Year
from compliance.screens.views import View
from compliance.wording import breaking

# The part that the address can put first.
ACTIONS: Final = "actions"

# --- What is read -------------------------------------------------------------------------------------------------


def year(view: View) -> Year:
    """The year as the reader may see it."""
    organisation, as_of = view.scope.organisation, view.as_of
    planned = reads.plan(view.data, view.reader, as_of, organisation)
    if not view.reader.whole:
        return Year(planned, None, ())
    review = written.review_of_year(view.data, as_of, organisation)
    if review and review.state == "late" and not reads.basis(view.data, as_of).of(organisation):
        review = replace(review, state="unknown")
    decided = written.decided_until(view.data, as_of, organisation) if view.reader.may(Permission.READ_REVIEW) else ()
    open_ = tuple(decision for decision in decided if decision.open)
    return Year(planned, review, open_, written.delivered(view.data, as_of, organisation))


def figures(view: View, planned: Plan) -> list[Coverage]:
    """The figures of the points that the prioritised areas name."""
    numbers = {area.point for area in planned.areas}
    ids = tuple(point.id for point in reads.points(view) if point.number in numbers)
    return reads.coverage(view, (view.as_of,), ids) if ids else []


def ahead(view: View) -> Iterator[None]:
    """Count what the page asks for, a step at a time."""
    reads.plan(view.data, view.reader, view.as_of, view.scope.organisation)
    yield
    reads.lapses(view.data, view.as_of)
    yield
    lapsing.months(view)


# --- What is drawn ------------------------------------------------------------------------------------------------


@body
def draw(view: View) -> None:
    """Draw the year of the as-of date."""
    shown = year(view)
    if not view.reader.whole:
        _of_part(view, shown.plan)
        return
    chosen, first = lapsing.asked(view), st.query_params.get("part") == ACTIONS
    heading(view, shown, answered=not (chosen or first))
    if chosen:
        lapsing.draw(view, chosen)
    if first:
        actions(view, shown)
    wheel(view, shown)
    if not chosen:
        lapsing.draw(view)
    promises(view, shown.plan)
    if not first:
        actions(view, shown)


def _of_part(view: View, planned: Plan) -> None:
    """Draw what a reader of a part sees: the actions for its systems, what lapses, and whom to ask."""
    say = view.say
    widgets.html(charts.page_title(say(N_("Year wheel")), kicker=view.scope.name(say)))
    if planned.actions:
        _actions_of(view, "classification", planned)
    lapsing.draw(view, lapsing.asked(view))
    widgets.whole_only(view)


def heading(view: View, shown: Year, *, answered: bool) -> None:
    """Draw the answer, unless another part of the page stands first, and which part of the organisation it is about."""
    say, kicker = view.say, _called(view, shown)
    answer = texts.sentences(shown, say) if answered else [say(N_("Year wheel"))]
    widgets.html(charts.headline(*answer, kicker=kicker))
    if view.scope.level != "organisation":
        text = N_(
            "The plan, the reports and the actions are the whole organisation's. Measured figures are of {scope}."
        )
        widgets.html(charts.caption(say(text, scope=view.scope.name(say))))
    if "activities" not in shown.plan.extracts:
        no_data.no_basis(view, ["activities"])


def _called(view: View, shown: Year) -> str:
    return f"{view.say(N_('Year wheel'))} {shown.plan.year} · {view.scope.organisation}"


def wheel(view: View, shown: Year) -> None:
    """Draw the wheel to the left and its list to the right."""
    say = view.say
    layout = texts.layout(shown, say)
    left, right = st.columns(2, gap="large")
    with left, st.container(key="wheel"):
        widgets.html(drawing_wheel.wheel(texts.wheel(shown, layout, say)))
        widgets.html(charts.caption(" ".join(texts.wheel_notes(shown, layout, say))))
        _download(view, shown)
    with right:
        widgets.html(charts.section(say(N_("The items of the year"))))
        widgets.html(drawing_wheel.swatches(texts.swatches(shown, say), label=say(N_("Signs"))))
        rows = texts.moment_rows(shown, layout, reads.points(view), lambda point: point_link(view, point), say)
        widgets.html(drawing_wheel.moments(rows, label=say(N_("The items of the year"))))
        if shown.plan.earlier:
            title = texts.earlier_title(shown.plan, say)
            with st.expander(title):
                widgets.table(view, texts.EARLIER, shown.plan.earlier, caption=title)


def point_link(view: View, point: Point) -> Html:
    """A link to a review point."""
    # keep the number on a line with the name
    text = breaking.label(point, view.say).replace(" ", NBSP, 1)
    return charts.anchor(text, widgets.address(view, "point", point=point.id), title=view.say.pick(point.title))


def _download(view: View, shown: Year) -> None:
    """Draw the download of the calendar file, which is made on the click."""
    file = File(
        view.say(N_("Download as a calendar file (.ics)")),
        downloads.file_name(
            view.say, N_("{title} {day}"), "ics", title=view.say(N_("Year wheel")), day=shown.plan.year
        ),
        "text/calendar",
        key="calendar",
        make=lambda _job: calendar(view, shown),
        action=audit.Action.EXTRACT,
        what="calendar",
    )
    downloads.offer_small(view, file)


def calendar(view: View, shown: Year) -> bytes:
    """The dates of the page as a calendar file, without names of persons for every reader."""
    say = view.say
    return calendar_file(
        texts.events(shown, say, clean=view.reader.anybody.text),
        owner=view.scope.organisation,
        name=_called(view, shown),
        language=say.code,
        stamp=clock.now().replace(tzinfo=UTC),
    )


def promises(view: View, planned: Plan) -> None:
    """Draw the prioritised areas of the plan next to their figures."""
    say = view.say
    if not planned.areas:
        return
    measured = figures(view, planned)
    title = say(N_("Prioritised areas {year}"), year=planned.year)
    widgets.html(charts.section(title))
    if answer := texts.promises_sentence(planned, measured, say):
        widgets.html(charts.answer(answer))
    rows = texts.promises(planned, measured, lambda point: point_link(view, point), say)
    widgets.html(drawing_wheel.promises(rows, label=title))


def actions(view: View, year: Year) -> None:
    """Draw the open decisions, and the actions of classifications, recommendations and deviations."""
    planned = year.plan
    say = view.say
    widgets.html(charts.section(say(N_("Actions"))))
    if answer := texts.actions_sentence(planned, say):
        widgets.html(charts.answer(answer))
    _decisions(view, year)
    for source in texts.ACTION_TITLES:
        _actions_of(view, source, planned)


def _decisions(view: View, shown: Year) -> None:
    """Draw how many decisions are open, as on the page of decisions, with a link to it."""
    say, open_ = view.say, shown.decisions
    if not open_:
        return
    sentences = [*wording.decisions_sentences(open_, view.as_of, say), texts.undated_sentence(open_, say)]
    way = charts.anchor(say(N_("Follow up")), widgets.address(view, "decisions"))
    widgets.html(incidents.line_with_links(" ".join(text for text in sentences if text), way))


def _actions_of(view: View, source: Source, planned: Plan) -> None:
    say, listed = view.say, planned.of(source)
    title = say(texts.ACTION_TITLES[source])
    widgets.html(charts.section(title, level=3, note=texts.action_note(source, listed, say) if listed else ""))
    if not listed:
        widgets.html(charts.caption(_none_of(view, source)))
        return
    widgets.html(drawing_wheel.counts(texts.action_counts(listed, say), label=title))

    def rows(shown: Sequence[Action]) -> None:
        widgets.html(charts.table(*texts.action_table(shown, planned, say), caption=title))

    with_more(view, listed, rows, first=FIRST_ACTIONS, key=f"more {source} {say.code}")


def _none_of(view: View, source: Source) -> str:
    """Why a list is empty: no export, or no action in it."""
    say, export = view.say, texts.ACTION_EXPORTS[source]
    if export in {row["source"] for row in reads.basis(view.data, view.as_of).of(view.scope.organisation)}:
        return say(N_("No actions to follow up."))
    return no_data.not_loaded(view, [export])
