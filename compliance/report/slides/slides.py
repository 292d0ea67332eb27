"""The slides of a review for a board, computed from its dossier: twelve to fourteen, whose titles are answers.

First the verdict, all points, the departments, what lapses, and the incidents; then a slide for each point below its
limit and one for the others; last the decisions, and what the board is asked to decide, which is left to write.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from compliance.access.disclosure import OTHER_UNITS
from compliance.core.language import N_, NBSP, SOFT_HYPHEN, Language, begun
from compliance.core.lengths import shortened
from compliance.counting.assessing import Coverage, Status
from compliance.report.blocks import Report
from compliance.report.chapters import chapter_text
from compliance.report.edition import Edition, all_lost, joined, reasons_title, year_end
from compliance.report.points import assessment, furthest
from compliance.report.report import report_of
from compliance.report.slides.contents import Slide, Slides
from compliance.report.slides.material import (
    LONGEST,
    causes,
    compared,
    decisions_about,
    falls,
    mark,
    reasons,
    said_of,
    since,
    time_limit,
    trend,
    undecided,
    weak,
)
from compliance.report.slides.tables import all_points, by_department, by_status, decided, lapsing, numbered, others
from compliance.review import judging, situation, wording
from compliance.review.approving import Signed
from compliance.review.dossier import Dossier, PointAnswer, Priority, few_added_up
from compliance.review.functions import Functions
from compliance.review.reviewing import State
from compliance.wording import answers, outlook, phrases

FEWEST, MOST = 12, 14
# The sources of the points that have a slide together: those of incidents and time limits.
INCIDENTS: Final = frozenset({"incidents", "breaches"})
# How many points are on a slide of two, and on that of incidents.
TWO, THREE = 2, 3
TO_WRITE: Final = 3
# Up to so many points have a line each beside the verdict.
LINES: Final = 4


def slides_of(
    dossier: Dossier, *, state: State, signed: Signed, say: Language, public: bool, functions: Functions
) -> Slides:
    """The slides of a review in any state. `public` is the version to hand out, without names and weaknesses.

    It shows of those responsible only their `functions`.
    """
    report = report_of(dossier, state=state, signed=signed, say=say, public=public, functions=functions)
    edition = Edition(few_added_up(dossier, say(OTHER_UNITS)), say, public, functions)
    before = [
        _front(report),
        _verdict(edition),
        *all_points(edition),
        *by_department(edition),
        *lapsing(edition),
        *_incidents(edition),
    ]
    # first as few slides of points as can be, which is how many are left for decisions
    few = len(before) + len(_points(edition, MOST)) + 1
    after = [*decided(edition, most=max(1, MOST - few)), _proposed(edition)]
    return Slides(replace(report, blocks=()), (*before, *_fitting(edition, len(before) + len(after)), *after))


def _front(report: Report) -> Slide:
    facts = "\n".join(f"{label}\t{text}" for label, text in report.facts)
    return Slide("front", {"title": report.title, "organisation": report.organisation, "facts": facts})


# --- The verdict --------------------------------------------------------------------------------------------------


def _verdict(edition: Edition) -> Slide:
    """The head's judgement with its grounds, how things stand and will by the end of the year, and three figures.

    Without grounds it has the points that need a decision.
    """
    dossier, say = edition.dossier, edition.say
    grounds = edition.visible(judging.grounds(dossier.written))
    without = [phrases.label(answer.point, say) for answer in undecided(dossier.points, dossier)]
    listed = "\n".join(without) if len(without) <= LINES else phrases.listed(without, say)
    texts = {
        "title": judging.sentence(dossier.written, say),
        "kicker": say(N_("Judgement of the whole")),
        "answer": joined(wording.situation_sentences(dossier, say), " ").replace(SOFT_HYPHEN, ""),
    }
    texts |= _side_by_side(
        (say(N_("Reasons")), grounds),
        (say(situation.UNDECIDED), "" if grounds else listed),
        (say(N_("Furthest from the target")), "\n".join(_far(each, say) for each in furthest(dossier))),
    )
    for number, (fact, meaning) in enumerate(_facts(edition), 1):
        texts |= {f"fact{number}": fact, f"meaning{number}": meaning}
    return Slide("verdict", texts, notes=grounds)


def _side_by_side(*parts: tuple[str, str]) -> dict[str, str]:
    """The parts that have a text, each with its heading, from the left."""
    told = [(heading, text) for heading, text in parts if text]
    headings = {f"why{number}": heading for number, (heading, _) in enumerate(told, 1)}
    return headings | {f"part{number}": text for number, (_, text) in enumerate(told, 1)}


def _far(figure: Coverage, say: Language) -> str:
    """A figure that is far from its target."""
    target = say(N_("target {share}"), share=phrases.share(figure.target.target, say)).replace(" ", NBSP)
    return f"{phrases.percent(figure, say)}\t{say.plain(figure.point.short)} ({target})"


def _facts(edition: Edition) -> list[tuple[str, str]]:
    """How many points reach their target, how many have no decision though they need one, and late decisions.

    Where no point is below its limit, how many reach their target at the end of the year, or have no basis.
    """
    dossier, say = edition.dossier, edition.say
    now = [answer.coverage for answer in dossier.points if answer.coverage.coverage is not None]
    then = [year_end(answer) or answer.coverage for answer in dossier.points if answer.coverage.coverage is not None]
    facts = [(_reached(now, say), say(N_("measurable points reach the target")))]
    if not now:
        facts = [(say.number(0), say(N_("points can be measured")))]
    if any(answer.coverage.status is Status.RED for answer in dossier.points):
        without = len(undecided(dossier.points, dossier))
        told = say.plural("point below the limit has no decision", "points below the limit have no decision", without)
        facts.append((say.number(without), told))
    elif any(map(year_end, dossier.points)):
        facts.append((_reached(then, say), say(N_("do so at the end of the year if nothing is done"))))
    else:
        missing = sum(answer.coverage.status is Status.NO_BASIS for answer in dossier.points)
        facts.append((say.number(missing), say.plural("point has no basis", "points have no basis", missing)))
    if late := sum(row.late(dossier.as_of) for row in dossier.carried):
        facts.append((say.number(late), say.plural("earlier decision is late", "earlier decisions are late", late)))
    return facts


def _reached(figures: Sequence[Coverage], say: Language) -> str:
    reached = sum(figure.status is Status.GREEN for figure in figures)
    return say(N_("{n} of {of}"), n=say.number(reached), of=say.number(len(figures)))


# --- Incidents ----------------------------------------------------------------------------------------------------


def _is_due(answer: PointAnswer) -> bool:
    """Whether a point is about incidents and their time limits."""
    return not INCIDENTS.isdisjoint(answer.point.needs)


def _incidents(edition: Edition) -> list[Slide]:
    """The points about incidents and time limits side by side."""
    say, due = edition.say, [answer for answer in edition.dossier.points if _is_due(answer)][:THREE]
    if not due:
        return []
    texts = {
        "title": _in_time(due, say) or begun(f"{by_status(due, edition)}."),
        "kicker": say(N_("Incidents and time limits")),
    }
    for number, answer in enumerate(due, 1):
        texts |= {
            f"head{number}": phrases.label(answer.point, say),
            f"mark{number}": mark(answer.coverage, say),
            f"figure{number}": phrases.percent(answer.coverage, say),
            f"text{number}": joined(_of_incidents(edition, answer), "\n"),
        }
    marks = {f"mark{number}": answer.coverage.status for number, answer in enumerate(due, 1)}
    comments = ((phrases.label(answer.point, say), edition.comment(answer)) for answer in due)
    notes = "\n\n".join(f"{label}: {text}" for label, text in comments if text)
    return [Slide("three", texts, marks=marks, notes=notes)]


def _in_time(due: Sequence[PointAnswer], say: Language) -> str:
    """How many were in time, of the two last points that have a figure; "" where none has one."""
    told = [phrases.counts_sentence(answer.coverage, say) for answer in due if answer.coverage.coverage is not None]
    return joined((f"{text}." for text in told[-TWO:]), " ")


def _of_incidents(edition: Edition, answer: PointAnswer) -> list[str]:
    """What a point about incidents counts, its time limit, its reasons and its decisions, a line each."""
    say, why = edition.say, reasons(edition, answer)
    measured = answer.coverage.coverage is not None
    counted = [f"{phrases.counts_sentence(answer.coverage, say)}."] if measured else wording.empty_texts(answer, say)
    return [
        *counted,
        time_limit(answer, say),
        compared(answer, say) if measured else "",
        outlook.at_most(answer.outlook, say) if answer.coverage.status is not Status.GREEN else "",
        f"{say(N_('Not met'))}: {why}" if why else "",
        decisions_about(edition, answer, on_slide=THREE) if answer.coverage.status is Status.RED else "",
    ]


# --- The points ---------------------------------------------------------------------------------------------------


def _fitting(edition: Edition, taken: int) -> list[Slide]:
    """The slides of the points, of which those nearest to their target have a line alone while there are too many."""
    points = _points(edition, taken)
    for number in range(TWO, len(edition.dossier.points), TWO):
        if taken + len(points) <= MOST:
            break
        points = _points(edition, taken, without=number)
    return points


def _points(edition: Edition, taken: int, *, without: int = 0) -> list[Slide]:
    """A slide for each point below its limit, or for two where there would be too many; then one for the others.

    `taken` slides are taken. Where few are below, those that are furthest from their target have a slide too; where
    even two on a slide are too many, those about incidents have only the slide that they share. So many as `without`
    says of those nearest to their target have a line alone.
    """
    points = edition.dossier.points
    own = [answer for answer in points if answer.coverage.status is Status.RED]
    if taken + -(-len(own) // TWO) + 1 > MOST:
        own = [answer for answer in own if not _is_due(answer)]
    own += _nearly(edition, FEWEST - taken - len(own) - 1)
    own = sorted(own, key=_gap)[: max(0, len(own) - without)]
    own.sort(key=lambda answer: answer.point.number)
    rest = others(edition, [answer for answer in points if answer not in own and not _is_due(answer)])
    if taken + len(own) + len(rest) <= MOST:
        return [*(_point(edition, answer) for answer in own), *rest]
    pairs = [own[place : place + TWO] for place in range(0, len(own), TWO)]
    return [*(_pair(edition, pair) if len(pair) == TWO else _point(edition, pair[0]) for pair in pairs), *rest]


def _nearly(edition: Edition, number: int) -> list[PointAnswer]:
    """So many points near their target, the furthest from it first."""
    near = [a for a in edition.dossier.points if a.coverage.status is Status.YELLOW and not _is_due(a)]
    return sorted(near, key=_gap)[: max(0, number)]


def _gap(answer: PointAnswer) -> float:
    """How far a figure is from its target: the less, the further below."""
    return (answer.coverage.coverage or 0.0) - answer.coverage.target.target


def _point(edition: Edition, answer: PointAnswer) -> Slide:
    """A point: its figure and trend, why it changed, and the decisions about it."""
    say, chart, why = edition.say, trend(answer, edition.say), causes(edition, answer, on_slide=1)
    heading = f"{say(wording.WHY_CHANGED)} ({say(N_('Percentage points')).lower()})"
    if not why:
        heading, why = _unmet(edition, answer)
    texts = {
        "title": answers.answer(answer.outlook, say),
        "kicker": phrases.label(answer.point, say),
        "mark": mark(answer.coverage, say),
        "figure": phrases.percent(answer.coverage, say),
        "text": joined((*said_of(answer, say), assessment(edition.dossier, answer.point.id, say)), "\n"),
        "why": heading if why else "",
        "causes": why,
        "what": say(N_("Decisions")),
        "decided": decisions_about(edition, answer, on_slide=1),
    }
    charts = {"chart": chart} if chart else {}
    return Slide("point", texts, charts=charts, marks={"mark": answer.coverage.status}, notes=_notes(edition, answer))


def _unmet(edition: Edition, answer: PointAnswer) -> tuple[str, str]:
    """Where most is left to do, a unit a line, with its heading; what stays late has its reasons instead."""
    if all_lost(answer):
        return reasons_title(answer, edition.say), reasons(edition, answer)
    lines = (f"{left}\t{shortened(name, LONGEST)}" for left, name in weak(edition, answer))
    return edition.say(N_("Most left to do")), "\n".join(lines)


def _pair(edition: Edition, pair: Sequence[PointAnswer]) -> Slide:
    """Two points side by side."""
    say, charts = edition.say, {}
    texts = {
        "title": joined((answers.how_many(answer.coverage, say) for answer in pair), " "),
        "kicker": numbered(pair, say),
    }
    for number, answer in enumerate(pair, 1):
        texts |= {
            f"head{number}": phrases.label(answer.point, say),
            f"figure{number}": phrases.percent(answer.coverage, say),
            f"mark{number}": mark(answer.coverage, say),
            f"text{number}": joined(_of_pair(edition, answer), "\n"),
        }
        if chart := trend(answer, say):
            charts[f"chart{number}"] = chart
    marks = {f"mark{number}": answer.coverage.status for number, answer in enumerate(pair, 1)}
    notes = "\n\n".join(f"{phrases.label(answer.point, say)}\n{_notes(edition, answer)}" for answer in pair)
    return Slide("pair", texts, charts=charts, marks=marks, notes=notes)


def _of_pair(edition: Edition, answer: PointAnswer) -> list[str]:
    """Where a point is heading, why it changed, and its decisions; what its trend shows is not said too."""
    say, why = edition.say, causes(edition, answer, on_slide=TWO).replace("\t", " ").replace("\n", "; ")
    where, drawn = answers.where_to(answer.outlook, say), trend(answer, say) is not None
    return [
        since(answer, say) if drawn else compared(answer, say),
        where if drawn else joined((where, outlook.if_nothing(answer.outlook, say)), " "),
        f"{say(wording.WHY_CHANGED)} {why}" if why else "",
        decisions_about(edition, answer, on_slide=TWO),
    ]


def _notes(edition: Edition, answer: PointAnswer) -> str:
    """The comment on a point, its pace, where most is left to do, and why it is not met."""
    say, where = edition.say, [] if all_lost(answer) else weak(edition, answer)
    parts = (
        ("", edition.comment(answer)),
        ("", outlook.pace(answer.outlook, say)),
        (f"{say(N_('Most left to do'))}: ", joined(f"{left} {name}" for left, name in where)),
        (f"{reasons_title(answer, say)}: ", reasons(edition, answer)),
    )
    return "\n".join(f"{label}{text}" for label, text in parts if text)


# --- What is proposed ---------------------------------------------------------------------------------------------


def _proposed(edition: Edition) -> Slide:
    """What the board is asked to decide, left to write, above what needs it and the priorities of the year to come."""
    dossier, say = edition.dossier, edition.say
    priorities = _written(edition) or [_activity(edition, row) for row in dossier.priorities]
    texts = {
        "title": say(N_("The board is asked …")),
        "kicker": say(N_("The board's decision is needed here")),
        "list": "\n".join([say(N_("to …"))] * TO_WRITE),
    }
    return Slide(
        "proposed",
        texts
        | _side_by_side(
            (say(N_("What needs a decision")), "\n".join(_open(edition))),
            (say(N_("Priorities for {year}"), year=dossier.year + 1), "\n".join(priorities)),
        ),
    )


def _open(edition: Edition) -> list[str]:
    """What is below its limit without a decision or will be, what is late, and what has no basis, a line each."""
    dossier, say = edition.dossier, edition.say

    def named(answers_: Iterable[PointAnswer]) -> str:
        return phrases.listed([phrases.label(answer.point, say).replace(" ", NBSP, 1) for answer in answers_], say)

    falling = [a for a in dossier.points if a.coverage.status is not Status.RED and falls(a)]
    late = phrases.listed([row.name for row in dossier.carried if row.late(dossier.as_of)], say)
    told = (
        (named(undecided(dossier.points, dossier)), N_("Below the limit without a decision: {what}.")),
        (named(falling), N_("Below the limit at the end of the year if nothing is done: {what}.")),
        (late, N_("Late decisions: {what}.")),
        (named(a for a in dossier.points if a.coverage.status is Status.NO_BASIS), N_("No basis: {what}.")),
    )
    return [say(text, what=what) for what, text in told if what]


def _written(edition: Edition) -> list[str]:
    """The lines of the chapter about priorities, without their bullets."""
    dossier = edition.dossier
    chapter = next((chapter for chapter in dossier.chapters if chapter.id == "priorities"), None)
    text = chapter_text(edition, chapter) if chapter else ""
    return [item for line in text.splitlines() if (item := line.strip().lstrip("-•–*").strip())]


def _activity(edition: Edition, row: Priority) -> str:
    """An activity of the plan, with its due date."""
    say, text = edition.say, edition.visible(row.activity)
    return f"{text}, {say(N_('by {day}'), day=say.date(row.due, form='d MMM y'))}" if row.due else text
