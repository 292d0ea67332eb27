"""The page of the overview: its answer and facts, a row per point, and the parts of the organisation."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.drawing.elements import Html
from compliance.review import judging, situation
from compliance.review.deciding import Decision
from compliance.review.dossier import readable
from compliance.review.reviewing import texts_of
from compliance.screens import checklist, clocks, course_questions, lapsing, leading, reads, widgets, written
from compliance.screens.caching import cached, meanwhile
from compliance.screens.overview import texts
from compliance.screens.overview.texts import Overview
from compliance.screens.views import View
from compliance.wording import breaking, phrases

# The pages with the lists that the facts are counted from.
LISTS: Final = {
    "lapsing": "plan",
    "undecided": "decisions",
    "review": "review",
    "decisions": "decisions",
    "actions": "plan",
}


@cached(words=False)
def overview(view: View) -> Overview:
    """The figures of the overview."""
    ids = tuple(point.id for point in reads.points(view))
    remarks = partial(reads.remarks, view.data, view.as_of, view.scope.organisation)
    with meanwhile(remarks, partial(clocks.duties, view)):
        figures = reads.coverage(view, (view.as_of,), ids)
    return Overview(
        now=tuple(figures),
        before=reads.before(view),
        outlooks=reads.outlooks(view),
        parts=tuple(reads.parts(view, view.scope.below, ids)) if not view.scope.unit else (),
        basis=reads.basis(view.data, view.as_of),
        remarks={id_: len(checks) for id_, checks in remarks().items()},
    )


def ahead(view: View) -> Iterator[None]:
    """Count what the page asks for, a step at a time."""
    reads.coverage(view, (view.as_of,), ())
    yield
    reads.outlooks(view)
    yield
    reads.remarks(view.data, view.as_of, view.scope.organisation)
    yield
    clocks.duties(view)
    yield
    overview(view)
    reads.plan(view.data, view.reader, view.as_of, view.scope.organisation)


def draw(view: View) -> None:
    """Draw how far each point is from its target, and in which parts it is weak."""
    say, shown = view.say, overview(view)
    _verdict(view)
    kicker = texts.kicker(view.scope, view.as_of.year, say)
    answer = charts.headline(*texts.overview_sentences(shown, view.scope, say), kicker=kicker)
    widgets.html(charts.stack(answer, leading.line(view)) if view.scope.department else answer)
    if shown.basis.of(view.scope.organisation):
        widgets.html(charts.facts(_facts(view, shown)))
    else:
        checklist.begin(view)
    widgets.html(_points(view))
    lapsing.draw_folded(view)
    course_questions.draw(view, course_questions.asked(view))
    if shown.parts:
        widgets.html(_parts(view))


def _facts(view: View, shown: Overview) -> list[charts.Fact]:
    """What will happen, what must be decided, and how the work goes, each with a link to its list."""
    ahead = [situation.lapsing(shown.outlooks.values(), view.say), _below_limit(view, shown)]
    return [*_linked(view, ahead), _deadline(view, shown), *_linked(view, _work(view))]


def _linked(view: View, facts: Sequence[situation.Fact | None]) -> list[charts.Fact]:
    return [charts.Fact(_title(view, fact), fact.value, note=fact.note) for fact in facts if fact]


def _title(view: View, fact: situation.Fact) -> str:
    """The title of a fact, as a link to its list where it has one."""
    page = LISTS.get(fact.kind)
    return charts.anchor(fact.title, widgets.address(view, page, **_what(view, fact.kind))) if page else fact.title


def _what(view: View, kind: situation.Kind) -> dict[str, str]:
    """The parameters of the address at which a page begins with the list of a fact."""
    if kind == "lapsing":
        return {"lapses": f"{view.as_of.year}-12"}
    if kind == "actions":
        return {"part": "actions"}
    return {"year": str(situation.year_decided(_decisions(view), view.as_of))} if kind == "decisions" else {}


def _below_limit(view: View, shown: Overview) -> situation.Fact | None:
    """The points below their limit: those without a decision, for whoever may read the decisions."""
    if not _reads_decisions(view):
        return situation.below_limit(shown.now, view.say)
    return situation.undecided(shown.now, _decisions(view), view.say)


def _reads_decisions(view: View) -> bool:
    return view.reader.whole and view.reader.may(Permission.READ_REVIEW)


def _decisions(view: View) -> Sequence[Decision]:
    """The decisions of the organisation's reviews up to the year of the day."""
    return written.decided_until(view.data, view.as_of, view.scope.organisation)


def _deadline(view: View, shown: Overview) -> charts.Fact:
    loaded = {row["source"] for row in shown.basis.of(view.scope.organisation)}
    lacking = [view.say.pick(reads.sources(view.data)[id_].title) for id_ in clocks.SOURCES if id_ not in loaded]
    address = widgets.address(view, "incidents")
    return texts.next_deadline_fact(clocks.clocks(view), view.say, lacking=lacking, address=address)


def _work(view: View) -> list[situation.Fact | None]:
    """The year's review, the decisions of the last one, and the open actions, of the whole organisation."""
    say = view.say
    if view.scope.level != "organisation" or not view.reader.whole:
        return []
    actions = reads.plan(view.data, view.reader, view.as_of, view.scope.organisation).actions
    return [
        _review(view) if view.reader.may(Permission.SEE_REVIEW) else None,
        situation.decided(_decisions(view), view.as_of, say) if _reads_decisions(view) else None,
        situation.actions([action.state for action in actions], say),
    ]


def _review(view: View) -> situation.Fact:
    """How far the year's review has come."""
    year, points = view.as_of.year, {point.id for point in reads.points(view)}
    reviews = written.reviews(view.data, view.as_of, view.scope.organisation)
    own = next((review for review in reviews if review.year == year), None)
    done = texts_of(written.texts(view.data, own.review_id)).discussed if own else set()
    state = own.state if own else ""
    return situation.review(year, state, discussed=len(done & points), of=len(points), say=view.say)


@cached()
def _points(view: View) -> Html:
    """The points, each with its way to its target."""
    say, shown = view.say, overview(view)
    signs = charts.legend(texts.legend(shown, say), label=say(N_("Signs")))
    rows = []
    for figure in shown.now:
        address = widgets.address(view, "point", point=figure.point.id)
        rows.append((breaking.label(figure.point, say), texts.bullet(shown, figure, say, address=address)))
    points = charts.bullet_rows(rows, name=say(N_("Point")), head=texts.bullet_head(shown, say))
    return charts.stack(charts.headed(phrases.all_points(len(reads.points(view)), say), signs), points)


@cached()
def _parts(view: View) -> Html:
    """The departments, or the units of one, side by side."""
    say, shown, units = view.say, overview(view), view.scope.below == "unit"
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
