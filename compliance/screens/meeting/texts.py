"""The content of the meeting's screens: earlier decisions, a screen per point, and new decisions. No Streamlit.

The screens are projected, so for every reader they follow section 5 of the rulebook: no name or id of a person, no free
text of an incident, and no unit of fewer than five persons.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Final, Literal

from compliance.access.disclosure import OTHER_UNITS
from compliance.access.withholding import Names
from compliance.core.language import N_, NBSP, Language, bold, number_in
from compliance.drawing import charts, elements, meeting
from compliance.drawing.meeting import Lines
from compliance.review import judging, wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, PointAnswer, few_added_up
from compliance.review.reviewing import Review
from compliance.review.wording import DECISION_STATUSES, SHORT_VERDICTS, left_of
from compliance.wording import breaking, outlook, phrases, trends
from compliance.worklists.notes import STATUSES

MINUTES: Final = 40
# Months between two labels of the axis.
TICKS: Final = 4
DECISIONS_OF_POINT: Final = 2
DECISIONS_SHOWN: Final = 5
EARLIER_SHOWN: Final = 7
# How many letters a line is sure to hold, and how many lines of text fit into a low and a high window: all sizes follow
# the window, except those of the fields. Without fields there is more room.
LETTERS: Final = {"point": 60, "decision": 44, "earlier": 70, "grounds": 54}
ROOM: Final[dict[str, Lines]] = {"point": (6, 7), "decision": (14, 16), "earlier": (16, 18), "grounds": (14, 16)}
WITHOUT_FIELDS: Final = 4
# A decision takes at least two lines: its name, and below it its day.
LEAST: Final = {"decision": 2, "earlier": 2}


@dataclass(frozen=True)
class Screen:
    """A screen; `number` counts from one, `answer` is None unless it is about a point."""

    number: int
    title: str
    kind: Literal["earlier", "point", "summary", "last"]
    answer: PointAnswer | None = None

    @property
    def fields(self) -> bool:
        """Whether the screen has fields for a decision."""
        return self.kind in {"point", "last"}


def screens(dossier: Dossier, say: Language) -> tuple[Screen, ...]:
    """The screens: earlier decisions (ISO/IEC 27001, 9.3.2 a), the points, the summary, decisions and judgement."""
    answers = few_added_up(dossier, say(OTHER_UNITS)).points
    points = [Screen(n, breaking.label(answer.point, say), "point", answer) for n, answer in enumerate(answers, 2)]
    last = len(points) + 2
    return (
        Screen(1, say(N_("Earlier decisions")), "earlier"),
        *points,
        Screen(last, say(N_("Summary")), "summary"),
        Screen(last + 1, say(N_("Decisions and judgement")), "last"),
    )


def chosen(screens: Sequence[Screen], number: str | None) -> Screen:
    """The screen that the address names, else the first."""
    return screens[number_in(number, most=len(screens)) - 1]


def where(screen: Screen, of: int, say: Language) -> elements.Html:
    """The number of the screen, as text and as a row of dashes."""
    text = say(N_("{n} of {of}"), n=say.number(screen.number), of=say.number(of))
    return meeting.place(text, here=screen.number, of=of)


def clock(now: datetime, until: datetime, say: Language) -> elements.Html:
    """The time, and how many minutes are left or over."""
    minutes = round((until - now).total_seconds() / 60)
    left = say.plural("{n} min left", "{n} min left", max(minutes, 0))
    if minutes < 0:
        left = say.plural("{n} min over", "{n} min over", -minutes)
    return meeting.clock(say.clock(now), left.replace(" ", NBSP), over=minutes < 0)


# --- A point --------------------------------------------------------------------------------------------------------


def question(answer: PointAnswer, say: Language) -> elements.Html:
    """The point and its question."""
    point = answer.point
    text = breaking.add_soft_hyphens(say.pick(point.question))
    return meeting.question(text, kicker=breaking.label(point, say))


def title(text: str, kicker: str) -> elements.Html:
    """The heading of a screen that is not about a point."""
    return meeting.question(text, kicker=kicker)


def figure(answer: PointAnswer, say: Language) -> elements.Html:
    """The figure in large type, and as a bar against its target."""
    coverage, before = answer.coverage, answer.coverage_before
    drawn = charts.bar(
        status=coverage.status,
        share=coverage.coverage,
        target=coverage.target.target,
        last=before.coverage if before else None,
        alt=phrases.sentence(coverage, before, say),
        large=True,
    )
    return meeting.figure(
        coverage.status,
        phrases.word(coverage, say),
        value=phrases.percent(coverage, say),
        counts=_counts(answer, say),
        drawn=drawn,
        note=_note(answer, say, bold),
    )


def which(review: Review, say: Language) -> elements.Html:
    """The review that the meeting is about, and its as-of date."""
    return charts.caption(f"{say(N_('Review {year}'), year=review.year)} · {say.date(review.as_of)}")


def _counts(answer: PointAnswer, say: Language) -> list[str]:
    """The counts with the target, and on a second line the change since the compared figure."""
    figure, before = answer.coverage, answer.coverage_before
    if figure.coverage is None:
        return [" ".join(wording.empty_texts(answer, say))]
    counts = {"n": bold(say.number(figure.met)), "of": bold(say.number(figure.of))}
    text = say(N_("{n} of {of} {items}"), **counts, items=say.pick(figure.point.items))
    text = f"{text} · {say(N_('target {share}'), share=phrases.share(figure.target.target, say))}"
    if before and before.coverage is not None:
        change = f"{say.change(phrases.change(figure, before))}{NBSP}{say(phrases.PERCENTAGE_POINTS)}"
        return [text, f"{phrases.then_label(before, say)}: {phrases.percent(before, say)}, {change}"]
    return [text]


def _note(answer: PointAnswer, say: Language, strong: phrases.Mark = str) -> str:
    """What the figure leaves open, and the first that can be said of where it is heading."""
    figure, ahead = answer.coverage, outlook.sentences(answer.outlook, say)[:1]
    told = (phrases.both_percentages(figure, say, strong), phrases.not_counted(figure, say), *ahead)
    return " ".join(text for text in told if text)


def comment_and_decisions(
    dossier: Dossier, answer: PointAnswer, decisions: Sequence[Decision], names: Names, say: Language, *, writable: bool
) -> list[elements.Html]:
    """The coordinator's comment on a point and the open decisions on it, as far as there is room."""
    comment, note = _comment(dossier, answer.point.id, names), _note(answer, say)
    used = _lines(note, "point") - (0 if writable else WITHOUT_FIELDS)
    # reserve a line for the comment, and one for the number of decisions that do not fit
    free = ROOM["point"][0] - used - bool(comment) - (len(decisions) > DECISIONS_OF_POINT)
    fit = min(max(free // LEAST["decision"], 1), DECISIONS_OF_POINT)
    shown = wording.late_and_new_first(decisions, dossier.as_of)[:fit]
    texts = [(comment, "point"), *((names.withhold(row.text), "decision") for row in shown)]
    lines, *each = _room(texts, "point", used=used + (len(decisions) > fit))
    rows = [_decision_item(row, names, dossier.as_of, say, lines) for row, lines in zip(shown, each, strict=True)]
    listed = meeting.decisions(rows, label=say(N_("Decisions")))
    return [
        *([meeting.comment(f"{say(N_('Comment'))}:", comment, lines)] if comment else []),
        *([charts.stack(listed, _rest(len(decisions) - fit, say))] if rows else []),
    ]


def _comment(dossier: Dossier, point_id: str, names: Names) -> str:
    texts = dossier.written
    return names.withhold(texts.comments.get(point_id) or texts.public_comments.get(point_id) or "")


def _lines(text: str, kind: str) -> int:
    return max(ceil(len(text) / LETTERS[kind]), LEAST.get(kind, 0))


def _room(texts: Sequence[tuple[str, str]], place: str, *, used: int = 0) -> list[Lines]:
    """How many lines each (text, kind) may take at a place where `used` lines are taken."""
    least = [LEAST.get(kind, 1) if text else 0 for text, kind in texts]
    needs = [_lines(text, kind) for text, kind in texts]
    low, high = (shared(needs, room - used, least) for room in ROOM[place])
    return list(zip(low, high, strict=True))


def shared(needs: Sequence[int], room: int, least: Sequence[int]) -> list[int]:
    """Share lines out by need. If there are too few, the longest are cut first; what is left over is added to each.

    None gets less than its `least`.
    """
    shares = list(needs)
    while sum(shares) > room and shares != [*least]:
        longest = max(range(len(shares)), key=lambda place: (shares[place] > least[place], shares[place]))
        shares[longest] -= 1
    over = max(room - sum(shares), 0)
    return [lines + over for lines in shares]


def trend(answer: PointAnswer, say: Language) -> elements.Html | None:
    """Twelve months against target and limit; None if no month has a figure."""
    months = [answer.figure(month) for month in answer.months]
    if all(month.coverage is None for month in months):
        return None
    then = answer.outlook.then
    drawn = trends.trend(months, say, say.short_month, then)
    return meeting.trend(drawn.named(TICKS), alt=trends.trend_alt(months, say, then))


def worst(answer: PointAnswer, say: Language, *, most_bars: int | None = None) -> elements.Html | None:
    """The units with most left to do, as bars; None if all reach the target."""
    below = wording.weakest(answer)[:most_bars]
    if not below:
        return None
    most = left_of(below[0])
    drawn = [
        meeting.Unit(
            breaking.add_soft_hyphens(unit.unit or ""),
            say(N_("{n} left"), n=wording.left_text(unit, say)).replace(" ", NBSP),
            left_of(unit) / most,
            unit.status,
        )
        for unit in below
    ]
    return meeting.units(drawn, label=say(N_("Most left to do")))


def why(answer: PointAnswer, say: Language) -> elements.Html | None:
    """The biggest reasons in a sentence, and the number of others; None if nothing is unmet."""
    biggest = wording.biggest_reasons(answer, say)
    if not biggest:
        return None
    parts = [f"{reason.text} {bold(reason.number)}" for reason in biggest[: wording.REASONS]]
    if len(biggest) > wording.REASONS:
        parts.append(say.plural("{n} more reason", "{n} more reasons", len(biggest) - wording.REASONS))
    return meeting.sentence(" · ".join(parts))


def statuses(counted: Mapping[str, int], say: Language) -> elements.Html | None:
    """How many of the items that are left have each status; None if none has any."""
    parts = [f"{say(words)} {bold(say.number(counted[code]))}" for code, words in STATUSES.items() if counted.get(code)]
    return meeting.small(" · ".join(parts)) if parts else None


# --- Decisions ------------------------------------------------------------------------------------------------------


def _decision_item(
    decision: Decision, names: Names, day: date, say: Language, lines: Lines, *, whole: bool = False
) -> meeting.DecisionItem:
    """A decision; if `whole`, with its status and the note on it."""
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
    """The number of decisions that do not fit."""
    if more <= 0:
        return elements.Html("")
    return charts.caption(
        say.plural("and {n} more on the page of decisions", "and {n} more on the page of decisions", more)
    )


def decision_list(title: str, decisions: Sequence[Decision], names: Names, day: date, say: Language) -> elements.Html:
    """The decisions that fit the screen, and the number of the rest."""
    if not decisions:
        return charts.stack(meeting.heading(title), meeting.sentence(say(N_("Nothing yet."))))
    shown = wording.late_and_new_first(decisions, day)[:DECISIONS_SHOWN]
    each = _room([(names.withhold(row.text), "decision") for row in shown], "decision")
    rows = [_decision_item(row, names, day, say, lines) for row, lines in zip(shown, each, strict=True)]
    listed = meeting.decisions(rows, label=title)
    return charts.stack(meeting.heading(title), listed, _rest(len(decisions) - DECISIONS_SHOWN, say))


def earlier_list(decisions: Sequence[Decision], names: Names, day: date, say: Language) -> elements.Html:
    """The decisions of earlier reviews with their status."""
    shown = wording.late_first(decisions, day)[:EARLIER_SHOWN]
    texts = [f"{names.withhold(row.text)} {_noted(row, names)}" for row in shown]
    each = _room([(text, "earlier") for text in texts], "earlier")
    rows = [_decision_item(row, names, day, say, lines, whole=True) for row, lines in zip(shown, each, strict=True)]
    listed = meeting.decisions(rows, label=say(N_("Earlier decisions")), large=True)
    return charts.stack(listed, _rest(len(decisions) - EARLIER_SHOWN, say))


# --- The judgement --------------------------------------------------------------------------------------------------


def judged(dossier: Dossier, say: Language) -> elements.Html:
    """The head's judgement of the whole in large type, or that there is none."""
    text = breaking.add_soft_hyphens(judging.sentence(dossier.written, say))
    return meeting.question(text, kicker=say(N_("Decisions and judgement")), large=True)


def grounds(dossier: Dossier, names: Names, say: Language) -> elements.Html | None:
    """The grounds of the judgement without names; None if there are none."""
    text = names.withhold(judging.grounds(dossier.written))
    (lines,) = _room([(text, "grounds")], "grounds")
    return meeting.comment(f"{say(N_('Grounds'))}:", text, lines) if text else None


# --- The summary ----------------------------------------------------------------------------------------------------


def summary(dossier: Dossier, address: Callable[[int], str], say: Language) -> elements.Html:
    """All points with figure, status and assessment, each with a link to its screen."""
    heads = [say(N_("Point")), say(N_("Coverage")), say(N_("Now")), say(N_("Status")), say(N_("Assessment"))]
    rows = [_row(answer, dossier, address(number), say) for number, answer in enumerate(dossier.points, 2)]
    return meeting.summary(rows, heads=heads, caption=phrases.all_points(len(dossier.points), say))


def _row(answer: PointAnswer, dossier: Dossier, address: str, say: Language) -> meeting.Row:
    figure, before = answer.coverage, answer.coverage_before
    code = dossier.written.assessments.get(answer.point.id, "")
    return meeting.Row(
        name=breaking.label(answer.point, say),
        address=address,
        status=figure.status,
        word=phrases.word(figure, say),
        figure=phrases.percent(figure, say),
        share=figure.coverage,
        target=figure.target.target,
        last=before.coverage if before else None,
        verdict=_verdict(code, bool(dossier.written.comments.get(answer.point.id)), say),
        alt=phrases.sentence(figure, before, say),
    )


def _verdict(code: str, commented: bool, say: Language) -> str:
    """The assessment, and what the point still lacks to count as discussed."""
    if code not in SHORT_VERDICTS:
        return say(N_("assessment missing")) if commented else phrases.DASH
    verdict = say(SHORT_VERDICTS[code])
    return verdict if commented else say(N_("{verdict}, comment missing"), verdict=verdict)
