"""What the meeting mode says: one point a screen, then the summary and the decisions. No Streamlit.

Whoever opens it, it follows section 5 of the rulebook: no name of a person, no id of one, no free text of an incident,
and no unit that rests on fewer than five persons.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from compliance import charts, charts_meeting, elements, viewing, viewing_review
from compliance.assessing import Coverage, Status
from compliance.deciding import Decision
from compliance.dossier import Dossier, PointAnswer
from compliance.language import N_, NBSP, Language, bold, number_in
from compliance.points import Point
from compliance.reporting_decisions import DECISION_STATUSES
from compliance.reporting_points import SHORT_VERDICTS
from compliance.reviewing import Review
from compliance.withholding import Names

WORST: Final = 3
REASONS: Final = 3
MINUTES: Final = 40
# Between two names on the axis of the months.
TICKS: Final = 4
DECISIONS_OF_POINT: Final = 2
DECISIONS_SHOWN: Final = 5


@dataclass(frozen=True)
class Screen:
    """One screen: a point, the summary or the decisions; `number` counts from one."""

    number: int
    title: str
    answer: PointAnswer | None = None
    summary: bool = False


def screens(dossier: Dossier, say: Language) -> tuple[Screen, ...]:
    """The screens in the order of the review, then the summary, then the decisions."""
    points = [Screen(n, viewing.label(answer.point, say), answer) for n, answer in enumerate(dossier.points, 1)]
    last = len(points)
    return (
        *points,
        Screen(last + 1, say(N_("Summary")), summary=True),
        Screen(last + 2, say(N_("Decisions"))),
    )


def chosen(found: Sequence[Screen], said: str | None) -> Screen:
    """The screen that the address names, else the first."""
    return found[number_in(said, most=len(found)) - 1]


def where(screen: Screen, of: int, say: Language) -> elements.Html:
    """4 of 15, and the dashes."""
    text = say(N_("{n} of {of}"), n=say.number(screen.number), of=say.number(of))
    return charts_meeting.place(text, here=screen.number, of=of)


def clock(now: datetime, until: datetime, say: Language) -> elements.Html:
    """The time of day, and how many minutes are left or over."""
    minutes = round((until - now).total_seconds() / 60)
    left = say.plural("{n} min left", "{n} min left", max(minutes, 0))
    if minutes < 0:
        left = say.plural("{n} min over", "{n} min over", -minutes)
    return charts_meeting.clock(say.clock(now), left.replace(" ", NBSP), over=minutes < 0)


# --- A point --------------------------------------------------------------------------------------------------------


def question(answer: PointAnswer, say: Language) -> elements.Html:
    """The point and its question in plain words."""
    point = answer.point
    asked = viewing.softened(say.pick(point.question))
    return charts_meeting.question(asked, kicker=viewing.label(point, say))


def title(text: str, kicker: str) -> elements.Html:
    """The answer of a screen that is no point."""
    return charts_meeting.question(text, kicker=kicker)


def figure(answer: PointAnswer, say: Language) -> elements.Html:
    """The giant figure against its target."""
    found, before = answer.coverage, answer.coverage_before
    drawn = charts.bar(
        status=viewing.status(found),
        share=found.coverage,
        target=found.target.target,
        last=before.coverage if before else None,
        alt=viewing.sentence(found, before, say),
        large=True,
    )
    return charts_meeting.figure(
        viewing.status(found),
        viewing.word(found, say),
        value=viewing.percent(found, say),
        counts=_counts(answer, say),
        drawn=drawn,
        note=" ".join(text for text in (silent(found, say), viewing.beside(found, say)) if text),
    )


def which(review: Review, say: Language) -> elements.Html:
    """Which review the meeting is about, and the day that its figures describe."""
    return charts.caption(say(N_("Review {year} · as of {day}"), year=review.year, day=say.date(review.as_of)))


def _counts(answer: PointAnswer, say: Language) -> str:
    """61 of 312 systems, the target, and the change since what it is compared with."""
    found, before = answer.coverage, answer.coverage_before
    if found.coverage is None:
        return " ".join(viewing_review.empty_texts(answer, say))
    text = N_("**{n}** of **{of}** {items}")
    parts = [say(text, n=say.number(found.met), of=say.number(found.of), items=say.pick(found.point.items))]
    parts.append(say(N_("target {share}"), share=viewing.share(found.target.target, say)))
    if before and before.coverage is not None:
        change = f"{say.change(viewing.change(found, before))}{NBSP}{say(viewing.PERCENTAGE_POINTS)}"
        parts.append(f"{viewing.then_named(before, say)}: {viewing.percent(before, say)}, {change}")
    return " · ".join(parts)


def silent(found: Coverage, say: Language) -> str:
    """Where the export is silent about some, the share of those answered."""
    if not found.unknown or found.of_answered is None:
        return ""
    limits = (found.target.target, found.target.limit)
    return say(
        N_("The export does not say: {n} of {of} {items}. Of those answered: **{share}**."),
        n=say.number(found.unknown),
        of=say.number(found.of),
        items=say.pick(found.point.items),
        share=say.percent(found.of_answered, limits=limits),
    )


def comment(dossier: Dossier, point_id: str, names: Names, say: Language) -> elements.Html | None:
    """What the coordinator has written of a point, without names."""
    said = dossier.written
    text = said.comments.get(point_id) or said.public_comments.get(point_id)
    return charts_meeting.comment(say(N_("Comment:")), names.withhold(text)) if text else None


def trend(answer: PointAnswer, say: Language) -> elements.Html | None:
    """Twelve months against target and limit; None where no month has a figure."""
    months = [answer.figure(month) for month in answer.months]
    known = [month for month in months if month.coverage is not None]
    if not known:
        return None
    target, limit = viewing.levels(known[-1], say)
    return charts_meeting.trend(
        [
            charts_meeting.Month(
                month.coverage, say.short_month(month.as_of) if (len(months) - 1 - n) % TICKS == 0 else ""
            )
            for n, month in enumerate(months)
        ],
        last=viewing.percent(known[-1], say),
        target=target,
        limit=limit,
        alt=viewing.trend_alt(months, say),
    )


def weakest(answer: PointAnswer, say: Language) -> list[Coverage]:
    """The weakest units of those that do not reach the target; those of few persons are added up."""
    units = viewing.without_few([answer.figure(unit) for unit in answer.units if unit.unit], say)
    return [unit for unit in viewing.worst_first(units) if unit.status is not Status.GREEN][:WORST]


def worst(answer: PointAnswer, say: Language) -> elements.Html | None:
    """The weakest units as bars; None where all reach the target."""
    below = weakest(answer, say)
    if not below:
        return None
    drawn = [
        charts_meeting.Unit(
            viewing.softened(unit.unit or ""),
            say(N_("{n} of {of}"), n=say.number(unit.met), of=say.number(unit.of)).replace(" ", NBSP),
            unit.coverage,
            viewing.status(unit),
        )
        for unit in below
    ]
    return charts_meeting.units(drawn, label=say(N_("The weakest units")))


def why(answer: PointAnswer, say: Language) -> elements.Html | None:
    """The biggest reasons in a sentence, and how many others there are; None where nothing is unmet."""
    bars = viewing_review.reason_bars(answer, say)
    if not bars:
        return None
    parts = [f"{bar.label} {bold(bar.count)}" for bar in bars[:REASONS]]
    if len(bars) > REASONS:
        parts.append(say.plural("{n} more reason", "{n} more reasons", len(bars) - REASONS))
    return charts_meeting.sentence(" · ".join(parts))


# --- Decisions ------------------------------------------------------------------------------------------------------


def _said(decision: Decision, names: Names, day: date, say: Language) -> charts_meeting.Said:
    late = decision.late(day)
    due = say(N_("by {day}"), day=say.date(decision.due, form="d MMM y")) if decision.due else ""
    if late:
        due = say(N_("late, {due}"), due=due)
    elif not decision.open:
        due = say(DECISION_STATUSES[decision.status]).lower()
    return charts_meeting.Said(decision.name, names.withhold(decision.text), due, late=late)


def decisions_of_point(found: Sequence[Decision], names: Names, day: date, say: Language) -> elements.Html | None:
    """The open decisions on a point that there is room for, the rest counted; None where there is none."""
    if not found:
        return None
    rows = [_said(decision, names, day, say) for decision in _first(found, day)[:DECISIONS_OF_POINT]]
    listed = charts_meeting.decisions(rows, label=say(N_("Decisions on this point")), brief=True)
    return charts.stack(listed, _rest(len(found) - DECISIONS_OF_POINT, say))


def _first(found: Sequence[Decision], day: date) -> list[Decision]:
    """The late ones first, then the newest: what has just been decided is seen."""
    return sorted(found, key=lambda decision: (not decision.late(day), -decision.year, -decision.number))


def _rest(more: int, say: Language) -> elements.Html:
    """How many decisions there is no room for."""
    if more <= 0:
        return elements.Html("")
    return charts.caption(
        say.plural("and {n} more on the page of decisions", "and {n} more on the page of decisions", more)
    )


def decision_list(title: str, found: Sequence[Decision], names: Names, day: date, say: Language) -> elements.Html:
    """Decisions as a list that fits the screen; the rest is only counted."""
    if not found:
        return charts.stack(charts_meeting.heading(title), charts_meeting.sentence(say(N_("There is none."))))
    shown = [_said(decision, names, day, say) for decision in _first(found, day)[:DECISIONS_SHOWN]]
    listed = charts_meeting.decisions(shown, label=title)
    return charts.stack(charts_meeting.heading(title), listed, _rest(len(found) - DECISIONS_SHOWN, say))


def decisions_sentence(own: Sequence[Decision], carried: Sequence[Decision], day: date, say: Language) -> str:
    """The decisions screen's answer."""
    first = say(N_("No decision has been made yet."))
    if own:
        first = say.plural("{n} decision has been made.", "{n} decisions have been made.", len(own))
    late = [decision for decision in carried if decision.late(day)]
    if not late:
        return first
    second = say.plural("{n} earlier one is late.", "{n} earlier ones are late.", len(late))
    return f"{first} {second}"


# --- The summary ----------------------------------------------------------------------------------------------------


def reached_sentence(dossier: Dossier, say: Language) -> str:
    """How many points reach the target."""
    measured = [answer.coverage for answer in dossier.points if answer.coverage.coverage is not None]
    reached = [found for found in measured if found.status is Status.GREEN]
    if not measured:
        return say(N_("No point can be measured yet."))
    return say.plural(
        "{n} of {of} measurable points reaches the target.",
        "{n} of {of} measurable points reach the target.",
        len(reached),
        of=say.number(len(measured)),
    )


def summary_sentence(dossier: Dossier, say: Language) -> str:
    """How many reach the target, and how many are assessed."""
    if all(answer.coverage.coverage is None for answer in dossier.points):
        return reached_sentence(dossier, say)
    n, of = len(viewing_review.discussed(dossier)), len(dossier.points)
    second = say(N_("{n} of {of} points have been discussed."), n=say.number(n), of=say.number(of))
    return f"{reached_sentence(dossier, say)} {second}"


def summary(dossier: Dossier, address: Callable[[int], str], say: Language) -> elements.Html:
    """The thirteen points with figure, status and assessment; each leads to its screen."""
    heads = [say(N_("Point")), say(N_("Coverage")), say(N_("Now")), say(N_("Status")), say(N_("Assessment"))]
    rows = [_row(answer, dossier, address(number), say) for number, answer in enumerate(dossier.points, 1)]
    return charts_meeting.summary(rows, heads=heads, caption=say(N_("The thirteen review points")))


def _row(answer: PointAnswer, dossier: Dossier, address: str, say: Language) -> charts_meeting.Row:
    found, before = answer.coverage, answer.coverage_before
    code = dossier.written.assessments.get(answer.point.id, "")
    return charts_meeting.Row(
        name=viewing.label(answer.point, say),
        address=address,
        status=viewing.status(found),
        word=viewing.word(found, say),
        figure=viewing.percent(found, say),
        share=found.coverage,
        target=found.target.target,
        last=before.coverage if before else None,
        verdict=_verdict(code, bool(dossier.written.comments.get(answer.point.id)), say),
        alt=viewing.sentence(found, before, say),
    )


def _verdict(code: str, commented: bool, say: Language) -> str:
    """The assessment, and what is still missing for the point to have been discussed."""
    if code not in SHORT_VERDICTS:
        return say(N_("assessment missing")) if commented else viewing.DASH
    told = say(SHORT_VERDICTS[code])
    return told if commented else say(N_("{verdict}, comment missing"), verdict=told)


def of_point(decisions: Sequence[Decision], point: Point, year: int) -> list[Decision]:
    """The open decisions whose reason is a point, of a review and of those before it."""
    return [row for row in decisions if row.point == point.id and row.open and row.year <= year]
