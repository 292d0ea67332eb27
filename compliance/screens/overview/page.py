"""The page of the overview: its answer and facts, a row per point, and the parts of the organisation."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core.language import N_, month_ends
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.drawing.elements import Html
from compliance.review import judging
from compliance.review.dossier import readable
from compliance.screens import checklist, clocks, course_questions, reads, widgets, written
from compliance.screens.caching import cached, meanwhile
from compliance.screens.overview import texts
from compliance.screens.overview.texts import Overview
from compliance.screens.views import View
from compliance.wording import breaking, phrases

SPARK_MONTHS: Final = 12


@cached()
def overview(data: reads.Data, reader: Reader, as_of: date, scope: Scope) -> Overview:
    """The figures of the overview."""
    ids = tuple(point.id for point in reads.points())
    months = month_ends(as_of, count=SPARK_MONTHS)
    remarks = partial(reads.remarks, data, as_of, scope.organisation)
    with meanwhile(remarks, partial(clocks.duties, data, reader, as_of, scope)):
        figures = reads.coverage(data, reader, tuple(months), scope, ids)
    by_point = {id_: tuple(f for f in figures if f.point.id == id_) for id_ in ids}
    return Overview(
        now=tuple(of_months[-1] for of_months in by_point.values()),
        before=reads.before(data, reader, as_of, scope),
        outlooks=reads.outlooks(data, reader, as_of, scope),
        months=by_point,
        parts=tuple(reads.parts(data, reader, as_of, scope, scope.below, ids)) if not scope.unit else (),
        basis=reads.basis(data, as_of),
        remarks={id_: len(checks) for id_, checks in remarks().items()},
    )


def ahead(view: View) -> Iterator[None]:
    """Count what the page asks for, a step at a time."""
    data, reader, as_of, scope = view.data, view.reader, view.as_of, view.scope
    reads.coverage(data, reader, (as_of,), scope, ())
    yield
    reads.outlooks(data, reader, as_of, scope)
    yield
    reads.remarks(data, as_of, scope.organisation)
    yield
    clocks.duties(data, reader, as_of, scope)
    yield
    overview(data, reader, as_of, scope)
    reads.plan(data, reader, as_of, scope.organisation)


def draw(view: View) -> None:
    """Draw how far each point is from its target, and in which parts it is weak."""
    say = view.say
    shown = _shown(view)
    kicker = f"{say(N_('Management review'))} {view.as_of.year} · {view.scope.organisation}"
    _verdict(view)
    widgets.html(charts.headline(*texts.overview_sentences(shown, say), kicker=kicker))
    if shown.basis.of(view.scope.organisation):
        widgets.html(charts.facts([*texts.overview_facts(shown, say), _deadline(view, shown), *_work(view)]))
    else:
        checklist.begin(view)
    widgets.html(_points(view))
    course_questions.draw(view, course_questions.asked(view))
    if shown.parts:
        widgets.html(_parts(view))


def _shown(view: View) -> Overview:
    return overview(view.data, view.reader, view.as_of, view.scope)


def _deadline(view: View, shown: Overview) -> charts.Fact:
    loaded = {row["source"] for row in shown.basis.of(view.scope.organisation)}
    lacking = [view.say.pick(reads.sources()[id_].title) for id_ in clocks.SOURCES if id_ not in loaded]
    address = widgets.address(view, "incidents")
    return texts.next_deadline_fact(clocks.clocks(view), view.say, lacking=lacking, day=view.as_of, address=address)


def _work(view: View) -> list[charts.Fact]:
    """The year's review, and the open decisions and actions, of the whole organisation."""
    say, may, organisation = view.say, view.reader.may, view.scope.organisation
    if view.scope.level != "organisation" or not view.reader.whole:
        return []
    planned = reads.plan(view.data, view.reader, view.as_of, organisation)
    facts = []
    if may(Permission.SEE_REVIEW):
        reviews = written.reviews(view.data, view.as_of, organisation)
        state = next((review.state for review in reviews if review.year == view.as_of.year), "")
        facts.append(texts.review_fact(state, view.as_of.year, say, address=widgets.address(view, "review")))
    if may(Permission.READ_REVIEW):
        decisions = written.open_decisions(view.data, view.as_of, organisation)
        late = [decision.late(view.as_of) for decision in decisions]
        facts.append(texts.left_fact(say(N_("Open decisions")), late, say, address=widgets.address(view, "decisions")))
    if planned.actions:
        late = [action.state == "late" for action in planned.actions if action.state in ("late", "open")]
        facts.append(texts.left_fact(say(N_("Open actions")), late, say, address=widgets.address(view, "plan")))
    return facts


@cached()
def _points(view: View) -> Html:
    """The points, each with its way to its target."""
    say, shown = view.say, _shown(view)
    signs = charts.legend(texts.legend(shown, say), label=say(N_("Signs")))
    rows = []
    for figure in shown.now:
        address = widgets.address(view, "point", point=figure.point.id)
        rows.append((breaking.label(figure.point, say), texts.bullet(shown, figure, say, address=address)))
    points = charts.bullet_rows(rows, name=say(N_("Point")), head=texts.bullet_head(shown, say))
    return charts.stack(charts.headed(phrases.all_points(len(reads.points()), say), signs), points)


@cached()
def _parts(view: View) -> Html:
    """The departments, or the units of one, side by side."""
    say, shown, units = view.say, _shown(view), view.scope.below == "unit"
    title = say(N_("Unit by unit")) if units else say(N_("Department by department"))
    note = say(N_("Coverage in per cent. Whoever has most points below the limit stands first."))
    names, rows = texts.heat(shown.parts, shown.now, view.scope, say, ways=_ways(view))
    table = charts.heat_table(names, rows, corner=say(N_("Point")), caption=title)
    return charts.stack(charts.section(title, note=note), table)


def _ways(view: View) -> texts.Ways:
    """The links of the heat table: to a point in a part, or to the overview of the part."""
    below = view.scope.below

    def point(point: Point, part: str) -> str:
        return widgets.address(view, "point", point=point.id, **({below: part} if part else {}))

    return texts.Ways(point, lambda part: widgets.address(view, widgets.HOME, **{below: part}))


def _verdict(view: View) -> None:
    """Draw the head's judgement of the year first on the page, once its review is approved."""
    say, approved = view.say, reads.approved_in(view.data, view.as_of, view.scope.organisation)
    if approved is None or not view.reader.may(Permission.SEE_REVIEW) or not view.reader.whole:
        return
    shown = readable(approved, view.reader)
    kicker = say(N_("The review of {year} has been approved."), year=approved.year)
    with st.container(border=True, key="card-verdict", horizontal=True, horizontal_alignment="distribute"):
        widgets.html(
            charts.verdict(judging.sentence(shown.written, say), kicker=kicker, grounds=judging.grounds(shown.written))
        )
        widgets.link(view, "review", say(N_("Management review")), review=str(approved.year), part="judgement")
