"""The content of the meeting's screens: earlier decisions, a screen per point, and new decisions. No Streamlit.

The screens are projected, so for every reader they follow section 5 of the rulebook: no name or id of a person, no free
text of an incident, and no unit of fewer than five persons.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from compliance.access.withholding import Names
from compliance.core.language import N_, NBSP, Language, bold
from compliance.counting.incidents import Clock, next_deadline
from compliance.drawing import charts, elements, meeting
from compliance.review import judging, situation, wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, PointAnswer
from compliance.review.functions import Functions
from compliance.review.reviewing import Review
from compliance.review.wording import DECISION_STATUSES, SHORT_VERDICTS, left_of
from compliance.screens import figure_texts
from compliance.wording import breaking, clocks, outlook, phrases, trends
from compliance.worklists.notes import STATUSES

MINUTES: Final = 40
# Months between two labels of the axis.
TICKS: Final = 4
# How many causes of a change are shown.
CAUSES: Final = 4
MORE: Final = N_("… more below")


@dataclass(frozen=True)
class Public:
    """What a text on the projector may hold: no names of persons, and of those responsible only their function."""

    names: Names
    functions: Functions
    day: date


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


def title(*sentences: str, kicker: str) -> elements.Html:
    """The heading of a screen that is not about a point."""
    return meeting.question(*sentences, kicker=kicker)


def figure(answer: PointAnswer, say: Language) -> elements.Html:
    """The figure in large type, and as a bar against its target."""
    return meeting.figure(_measured(answer, say), counts=_counts(answer, say), note=_note(answer, say, bold))


def _measured(answer: PointAnswer, say: Language) -> charts.Measured:
    then = situation.then_of(answer.outlook)
    return figure_texts.measured(answer.coverage, answer.coverage_before, say, then)


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


def comment(dossier: Dossier, answer: PointAnswer, names: Names, say: Language) -> elements.Html | None:
    """The coordinator's comment on a point; None if there is none."""
    return _own_words(say(N_("Comment")), commented(dossier, answer.point.id, names), say)


def commented(dossier: Dossier, point_id: str, names: Names) -> str:
    """The comment on a point without names; "" if there is none."""
    texts = dossier.written
    return names.withhold(texts.comments.get(point_id) or texts.public_comments.get(point_id) or "")


def _own_words(label: str, text: str, say: Language) -> elements.Html | None:
    if not text:
        return None
    return meeting.room(meeting.comment(f"{label}:", text), label=label, more=say(MORE))


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


def fallen(answer: PointAnswer, say: Language, *, most: int = CAUSES) -> elements.Html | None:
    """Why the figure has fallen since it was compared; None if it has not, or nothing is known of why."""
    change = phrases.change(answer.coverage, answer.coverage_before)
    found = wording.biggest_causes(answer, say, most=most)
    if not found or change is None or change >= 0:
        return None
    rows = [
        charts.ChangePart(breaking.add_soft_hyphens(text), "", tenths / 1000, say.signed(tenths))
        for text, tenths in found
    ]
    return meeting.causes(rows, label=say(wording.WHY_CHANGED))


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


# --- The situation --------------------------------------------------------------------------------------------------


def facts(
    dossier: Dossier, decided: Collection[Decision], state: str, say: Language, *, may_read: bool
) -> list[charts.Fact]:
    """The facts of the overview, of the review's own figures; `decided` are the decisions of its reviews until then.

    What a frozen review had decided about stays so when it is done.
    """
    figures, day = [answer.coverage for answer in dossier.points], dossier.as_of
    known = (*dossier.decisions, *dossier.carried)
    below = situation.undecided(figures, known, say) if may_read else situation.below_limit(figures, say)
    n, of = len(dossier.written.discussed), len(dossier.points)
    found = (
        situation.lapsing([answer.outlook for answer in dossier.points], say),
        below,
        situation.review(dossier.year, state, discussed=n, of=of, say=say),
        situation.decided(decided, day, say) if may_read else None,
    )
    return [_fact(fact) for fact in found if fact]


def facts_of_the_day(unsent: Sequence[Clock], states: Sequence[str], say: Language) -> list[charts.Fact]:
    """The deadline that comes first, and the open actions by the states of all."""
    found = []
    if clock := next_deadline(tuple(unsent)):
        figure, ends = clocks.figure_of(clock, say)[0], clocks.when_it_ends(clock, say)
        found.append(charts.Fact(say(N_("Next deadline")), figure, note=ends))
    actions = situation.actions(states, say)
    return [*found, *([_fact(actions)] if actions else [])]


def _fact(fact: situation.Fact) -> charts.Fact:
    return charts.Fact(fact.title, fact.value, note=fact.note)


# --- Decisions ------------------------------------------------------------------------------------------------------


def _decision_item(decision: Decision, public: Public, say: Language, *, whole: bool = False) -> meeting.DecisionItem:
    """A decision; if `whole`, with its status and the note on it."""
    late = decision.late(public.day)
    status = say(N_("Late") if late else DECISION_STATUSES[decision.status]).lower()
    return meeting.DecisionItem(
        name=decision.name,
        text=public.names.withhold(decision.text),
        due=say(N_("by {day}"), day=say.date(decision.due, form="d MMM y")) if decision.due and decision.open else "",
        who=wording.function(decision, public.functions, say),
        status=status if late or whole or not decision.open else "",
        note=public.names.withhold(decision.note or "") if whole else "",
        late=late,
    )


def decision_list(title: str, decisions: Sequence[Decision], public: Public, say: Language) -> elements.Html:
    """Decisions under a heading, the late and the newest first."""
    if not decisions:
        return charts.stack(meeting.heading(title), meeting.sentence(say(N_("Nothing yet."))))
    return meeting.room(
        meeting.heading(title), decisions_drawn(decisions, public, say, label=title), label=title, more=say(MORE)
    )


def decisions_drawn(decisions: Sequence[Decision], public: Public, say: Language, *, label: str) -> elements.Html:
    """Decisions, the late and the newest first."""
    shown = wording.late_and_new_first(decisions, public.day)
    return meeting.decisions([_decision_item(row, public, say) for row in shown], label=label)


def decisions_of_point(decisions: Sequence[Decision], public: Public, say: Language) -> elements.Html | None:
    """The open decisions on a point; None if there are none."""
    label = say(N_("Decisions about the point"))
    if not decisions:
        return None
    return meeting.room(decisions_drawn(decisions, public, say, label=label), label=label, more=say(MORE))


def earlier_list(decisions: Sequence[Decision], public: Public, say: Language) -> elements.Html:
    """The decisions of earlier reviews with their status."""
    shown, label = wording.late_first(decisions, public.day), say(N_("Earlier decisions"))
    rows = [_decision_item(row, public, say, whole=True) for row in shown]
    return meeting.room(meeting.decisions(rows, label=label), label=label, more=say(MORE))


# --- The judgement --------------------------------------------------------------------------------------------------


def judged(dossier: Dossier, say: Language) -> elements.Html:
    """The head's judgement of the whole in large type, or that there is none."""
    text = breaking.add_soft_hyphens(judging.sentence(dossier.written, say))
    return meeting.question(text, kicker=say(N_("Decisions and judgement")), large=True)


def grounds(dossier: Dossier, names: Names, say: Language) -> elements.Html | None:
    """The grounds of the judgement without names; None if there are none."""
    return _own_words(say(N_("Grounds")), names.withhold(judging.grounds(dossier.written)), say)


# --- Several points -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listing:
    """Points in a list, by their ids each with the `address` of its screen, and the comments that are shown."""

    dossier: Dossier
    answers: Sequence[PointAnswer]
    address: Callable[[str], str]
    comments: Mapping[str, str] = field(default_factory=dict)


def listed(listing: Listing, say: Language, *, caption: str) -> elements.Html:
    """Points with figure, status, the figure of the end of the year, and assessment."""
    rows = [_row(answer, listing, say) for answer in listing.answers]
    ahead = [N_("31 Dec if nothing done")] if any(row.then for row in rows) else []
    heads = (N_("Point"), N_("Coverage"), N_("Status"), *ahead, N_("Assessment"))
    drawn = meeting.summary(rows, heads=[say(head) for head in heads], caption=caption)
    return meeting.room(drawn, label=caption, more=say(MORE))


def unmeasured(listing: Listing, say: Language, *, caption: str) -> elements.Html:
    """Points without a figure, and why they have none."""
    heads = (N_("Point"), N_("Status"), N_("Why"), N_("Assessment"))
    rows = [
        meeting.Unmeasured(
            name=breaking.label(answer.point, say),
            address=listing.address(answer.point.id),
            status=answer.coverage.status,
            word=phrases.word(answer.coverage, say),
            why=" ".join(wording.empty_texts(answer, say)),
            verdict=_verdict_of(listing.dossier, answer, say),
            comment=listing.comments.get(answer.point.id, ""),
        )
        for answer in listing.answers
    ]
    drawn = meeting.unmeasured(rows, heads=[say(head) for head in heads], caption=caption)
    return meeting.room(drawn, label=caption, more=say(MORE))


def _row(answer: PointAnswer, listing: Listing, say: Language) -> meeting.Row:
    return meeting.Row(
        name=breaking.label(answer.point, say),
        address=listing.address(answer.point.id),
        now=_measured(answer, say),
        verdict=_verdict_of(listing.dossier, answer, say),
        then=figure_texts.ahead(answer.outlook, say),
        comment=listing.comments.get(answer.point.id, ""),
    )


def _verdict_of(dossier: Dossier, answer: PointAnswer, say: Language) -> str:
    """The assessment, and what the point still lacks to count as discussed."""
    code = dossier.written.assessments.get(answer.point.id, "")
    commented = bool(dossier.written.comments.get(answer.point.id))
    if code not in SHORT_VERDICTS:
        return say(N_("assessment missing")) if commented else phrases.DASH
    verdict = say(SHORT_VERDICTS[code])
    return verdict if commented else say(N_("{verdict}, comment missing"), verdict=verdict)
