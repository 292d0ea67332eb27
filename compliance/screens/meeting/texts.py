"""What the meeting mode says: what was decided before, one point a screen, and what is decided now. No Streamlit.

Whoever opens it, it follows section 5 of the rulebook: no name of a person, no id of one, no free text of an incident,
and no unit that rests on fewer than five persons.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Final, Literal

from compliance.access.withholding import Names
from compliance.core.language import N_, NBSP, Language, bold, number_in
from compliance.counting.assessing import Coverage
from compliance.drawing import charts, elements, meeting
from compliance.drawing.meeting import Lines
from compliance.review import judging, wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, PointAnswer
from compliance.review.reviewing import Review
from compliance.review.wording import DECISION_STATUSES, SHORT_VERDICTS, left_of
from compliance.wording import breaking, phrases, trends

MINUTES: Final = 40
# Between two names on the axis of the months.
TICKS: Final = 4
DECISIONS_OF_POINT: Final = 2
DECISIONS_SHOWN: Final = 5
EARLIER_SHOWN: Final = 7
# How many letters a line of a text surely holds, and how many lines there are for texts in a low window and in a high
# one: all sizes follow the window, but for the fields. Without fields there is more room.
LETTERS: Final = {"point": 60, "decision": 44, "earlier": 70, "grounds": 54}
ROOM: Final[dict[str, Lines]] = {"point": (6, 7), "decision": (14, 16), "earlier": (16, 18), "grounds": (14, 16)}
WITHOUT_FIELDS: Final = 4
# A decision's name and day stand one below the other.
LEAST: Final = {"decision": 2, "earlier": 2}


@dataclass(frozen=True)
class Screen:
    """One screen: `answer` is that of a point; `number` counts from one."""

    number: int
    title: str
    kind: Literal["earlier", "point", "summary", "last"]
    answer: PointAnswer | None = None

    @property
    def fields(self) -> bool:
        """Whether something can be decided there."""
        return self.kind in {"point", "last"}


def screens(dossier: Dossier, say: Language) -> tuple[Screen, ...]:
    """What earlier reviews decided (ISO/IEC 27001, 9.3.2 a), the points, the summary, and what this one decides."""
    points = [
        Screen(n, breaking.label(answer.point, say), "point", answer) for n, answer in enumerate(dossier.points, 2)
    ]
    last = len(points) + 2
    return (
        Screen(1, say(N_("Earlier decisions")), "earlier"),
        *points,
        Screen(last, say(N_("Summary")), "summary"),
        Screen(last + 1, say(N_("Decisions and judgement")), "last"),
    )


def chosen(found: Sequence[Screen], said: str | None) -> Screen:
    """The screen that the address names, else the first."""
    return found[number_in(said, most=len(found)) - 1]


def where(screen: Screen, of: int, say: Language) -> elements.Html:
    """4 of 15, and the dashes."""
    text = say(N_("{n} of {of}"), n=say.number(screen.number), of=say.number(of))
    return meeting.place(text, here=screen.number, of=of)


def clock(now: datetime, until: datetime, say: Language) -> elements.Html:
    """The time of day, and how many minutes are left or over."""
    minutes = round((until - now).total_seconds() / 60)
    left = say.plural("{n} min left", "{n} min left", max(minutes, 0))
    if minutes < 0:
        left = say.plural("{n} min over", "{n} min over", -minutes)
    return meeting.clock(say.clock(now), left.replace(" ", NBSP), over=minutes < 0)


# --- A point --------------------------------------------------------------------------------------------------------


def question(answer: PointAnswer, say: Language) -> elements.Html:
    """The point and its question in plain words."""
    point = answer.point
    asked = breaking.add_soft_hyphens(say.pick(point.question))
    return meeting.question(asked, kicker=breaking.label(point, say))


def title(text: str, kicker: str) -> elements.Html:
    """The answer of a screen that is no point."""
    return meeting.question(text, kicker=kicker)


def figure(answer: PointAnswer, say: Language) -> elements.Html:
    """The giant figure against its target."""
    found, before = answer.coverage, answer.coverage_before
    drawn = charts.bar(
        status=found.status,
        share=found.coverage,
        target=found.target.target,
        last=before.coverage if before else None,
        alt=phrases.sentence(found, before, say),
        large=True,
    )
    return meeting.figure(
        found.status,
        phrases.word(found, say),
        value=phrases.percent(found, say),
        counts=_counts(answer, say),
        drawn=drawn,
        note=_note(found, say, bold),
    )


def which(review: Review, say: Language) -> elements.Html:
    """Which review the meeting is about, and the day that its figures describe."""
    return charts.caption(say(N_("Review {year} · as of {day}"), year=review.year, day=say.date(review.as_of)))


def _counts(answer: PointAnswer, say: Language) -> list[str]:
    """61 of 312 systems and the target; below, the change since what it is compared with."""
    found, before = answer.coverage, answer.coverage_before
    if found.coverage is None:
        return [" ".join(wording.empty_texts(answer, say))]
    counts = {"n": bold(say.number(found.met)), "of": bold(say.number(found.of))}
    told = say(N_("{n} of {of} {items}"), **counts, items=say.pick(found.point.items))
    told = f"{told} · {say(N_('target {share}'), share=phrases.share(found.target.target, say))}"
    if before and before.coverage is not None:
        change = f"{say.change(phrases.change(found, before))}{NBSP}{say(phrases.PERCENTAGE_POINTS)}"
        return [told, f"{phrases.then_label(before, say)}: {phrases.percent(before, say)}, {change}"]
    return [told]


def _note(figure: Coverage, say: Language, strong: phrases.Mark = str) -> str:
    return " ".join(
        text for text in (phrases.unanswered_sentence(figure, say, strong), phrases.not_counted(figure, say)) if text
    )


def said_of_point(
    dossier: Dossier, answer: PointAnswer, found: Sequence[Decision], names: Names, say: Language, *, writable: bool
) -> list[elements.Html]:
    """What the coordinator has written of a point, and the open decisions on it, as far as there is room."""
    comment, note = _comment(dossier, answer.point.id, names), _note(answer.coverage, say)
    used = _lines(note, "point") - (0 if writable else WITHOUT_FIELDS)
    # a line is kept for the comment, and one for how many decisions there is no room for
    free = ROOM["point"][0] - used - bool(comment) - (len(found) > DECISIONS_OF_POINT)
    fit = min(max(free // LEAST["decision"], 1), DECISIONS_OF_POINT)
    shown = wording.late_and_new_first(found, dossier.as_of)[:fit]
    texts = [(comment, "point"), *((names.withhold(row.text), "decision") for row in shown)]
    lines, *each = _room(texts, "point", used=used + (len(found) > fit))
    rows = [_said(row, names, dossier.as_of, say, lines) for row, lines in zip(shown, each, strict=True)]
    listed = meeting.decisions(rows, label=say(N_("Decisions on this point")))
    return [
        *([meeting.comment(say(N_("Comment:")), comment, lines)] if comment else []),
        *([charts.stack(listed, _rest(len(found) - fit, say))] if rows else []),
    ]


def _comment(dossier: Dossier, point_id: str, names: Names) -> str:
    said = dossier.written
    return names.withhold(said.comments.get(point_id) or said.public_comments.get(point_id) or "")


def _lines(text: str, kind: str) -> int:
    return max(ceil(len(text) / LETTERS[kind]), LEAST.get(kind, 0))


def _room(texts: Sequence[tuple[str, str]], place: str, *, used: int = 0) -> list[Lines]:
    """How many lines each of some (text, kind) may have at a place, where some are used already."""
    least = [LEAST.get(kind, 1) if text else 0 for text, kind in texts]
    needs = [_lines(text, kind) for text, kind in texts]
    low, high = (shared(needs, room - used, least) for room in ROOM[place])
    return list(zip(low, high, strict=True))


def shared(needs: Sequence[int], room: int, least: Sequence[int]) -> list[int]:
    """Room given to each by its need, and what is over to all; where there is too little the longest give way first.

    None is given less than its `least`.
    """
    given = list(needs)
    while sum(given) > room and given != [*least]:
        longest = max(range(len(given)), key=lambda place: (given[place] > least[place], given[place]))
        given[longest] -= 1
    over = max(room - sum(given), 0)
    return [lines + over for lines in given]


def trend(answer: PointAnswer, say: Language) -> elements.Html | None:
    """Twelve months against target and limit; None where no month has a figure."""
    months = [answer.figure(month) for month in answer.months]
    if all(month.coverage is None for month in months):
        return None
    drawn = trends.trend(months, say, say.short_month)
    return meeting.trend(drawn.named(TICKS), alt=trends.trend_alt(months, say))


def worst(answer: PointAnswer, say: Language) -> elements.Html | None:
    """The units with most left to do as bars of how much; None where all reach the target."""
    below = wording.weakest(answer, say)
    if not below:
        return None
    most = left_of(below[0])
    drawn = [
        meeting.Unit(
            breaking.add_soft_hyphens(unit.unit or ""),
            say(N_("{counts} left"), counts=wording.left_text(unit, say)).replace(" ", NBSP),
            left_of(unit) / most,
            unit.status,
        )
        for unit in below
    ]
    return meeting.units(drawn, label=say(N_("Most left to do")))


def why(answer: PointAnswer, say: Language) -> elements.Html | None:
    """The biggest reasons in a sentence, and how many others there are; None where nothing is unmet."""
    biggest = wording.biggest_reasons(answer, say)
    if not biggest:
        return None
    parts = [f"{reason.text} {bold(reason.number)}" for reason in biggest[: wording.REASONS]]
    if len(biggest) > wording.REASONS:
        parts.append(say.plural("{n} more reason", "{n} more reasons", len(biggest) - wording.REASONS))
    return meeting.sentence(" · ".join(parts))


# --- Decisions ------------------------------------------------------------------------------------------------------


def _said(
    decision: Decision, names: Names, day: date, say: Language, lines: Lines, *, whole: bool = False
) -> meeting.DecisionItem:
    """A decision; as a `whole` with how it goes and what was noted of it."""
    late = decision.late(day)
    status = say(N_("Late") if late else DECISION_STATUSES[decision.status]).lower()
    return meeting.DecisionItem(
        name=decision.name,
        text=names.withhold(decision.text),
        due=say(N_("by {day}"), day=say.date(decision.due, form="d MMM y")) if decision.due and decision.open else "",
        lines=lines,
        status=status if late or whole or not decision.open else "",
        note=_noted(decision, names) if whole else "",
        late=late,
    )


def _noted(decision: Decision, names: Names) -> str:
    return names.withhold(decision.note or "")


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
        return charts.stack(meeting.heading(title), meeting.sentence(say(N_("There is none."))))
    shown = wording.late_and_new_first(found, day)[:DECISIONS_SHOWN]
    each = _room([(names.withhold(row.text), "decision") for row in shown], "decision")
    rows = [_said(row, names, day, say, lines) for row, lines in zip(shown, each, strict=True)]
    listed = meeting.decisions(rows, label=title)
    return charts.stack(meeting.heading(title), listed, _rest(len(found) - DECISIONS_SHOWN, say))


def earlier_list(found: Sequence[Decision], names: Names, day: date, say: Language) -> elements.Html:
    """What earlier reviews decided, with how it goes."""
    shown = wording.late_first(found, day)[:EARLIER_SHOWN]
    texts = [f"{names.withhold(row.text)} {_noted(row, names)}" for row in shown]
    each = _room([(text, "earlier") for text in texts], "earlier")
    rows = [_said(row, names, day, say, lines, whole=True) for row, lines in zip(shown, each, strict=True)]
    listed = meeting.decisions(rows, label=say(N_("Earlier decisions")), large=True)
    return charts.stack(listed, _rest(len(found) - EARLIER_SHOWN, say))


# --- The judgement --------------------------------------------------------------------------------------------------


def judged(dossier: Dossier, say: Language) -> elements.Html:
    """The head's judgement of the whole, or that there is none, large."""
    text = breaking.add_soft_hyphens(judging.sentence(dossier.written, say))
    return meeting.question(text, kicker=say(N_("Decisions and judgement")), large=True)


def grounds(dossier: Dossier, names: Names, say: Language) -> elements.Html | None:
    """What the head judges the work by, without names; None where nobody has written it."""
    text = names.withhold(judging.grounds(dossier.written))
    (lines,) = _room([(text, "grounds")], "grounds")
    return meeting.comment(say(N_("Grounds:")), text, lines) if text else None


# --- The summary ----------------------------------------------------------------------------------------------------


def summary(dossier: Dossier, address: Callable[[int], str], say: Language) -> elements.Html:
    """All points with figure, status and assessment; each leads to its screen."""
    heads = [say(N_("Point")), say(N_("Coverage")), say(N_("Now")), say(N_("Status")), say(N_("Assessment"))]
    rows = [_row(answer, dossier, address(number), say) for number, answer in enumerate(dossier.points, 2)]
    return meeting.summary(rows, heads=heads, caption=phrases.all_points(len(dossier.points), say))


def _row(answer: PointAnswer, dossier: Dossier, address: str, say: Language) -> meeting.Row:
    found, before = answer.coverage, answer.coverage_before
    code = dossier.written.assessments.get(answer.point.id, "")
    return meeting.Row(
        name=breaking.label(answer.point, say),
        address=address,
        status=found.status,
        word=phrases.word(found, say),
        figure=phrases.percent(found, say),
        share=found.coverage,
        target=found.target.target,
        last=before.coverage if before else None,
        verdict=_verdict(code, bool(dossier.written.comments.get(answer.point.id)), say),
        alt=phrases.sentence(found, before, say),
    )


def _verdict(code: str, commented: bool, say: Language) -> str:
    """The assessment, and what is still missing for the point to have been discussed."""
    if code not in SHORT_VERDICTS:
        return say(N_("assessment missing")) if commented else phrases.DASH
    told = say(SHORT_VERDICTS[code])
    return told if commented else say(N_("{verdict}, comment missing"), verdict=told)
