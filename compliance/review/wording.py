"""A review in words: its states, assessments and decisions, what is left to do, and what verification found to differ.

Pages, meeting, hand-out, slides and reports use these.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from compliance.core.language import N_, NBSP, Language, swedish_order
from compliance.counting.assessing import Coverage, Status
from compliance.declarations.points import Point
from compliance.loading.purges import purged_text
from compliance.review import situation
from compliance.review.deciding import Decision
from compliance.review.dossier import REMAINING, Dossier, PointAnswer, Reason
from compliance.review.functions import Functions
from compliance.review.reviewing import Review
from compliance.review.verifying import Difference
from compliance.wording import phrases
from compliance.wording.phrases import DASH
from compliance.wording.reasons import ReasonShare, empty_sentence, reason_shares

VERDICT_WORDS: Final = {
    "sufficient": N_("sufficient"),
    "partly": N_("partly sufficient"),
    "insufficient": N_("insufficient"),
}
# For choices, and where space is tight.
SHORT_VERDICTS: Final = VERDICT_WORDS | {"partly": N_("partly")}
FOLLOW_UPS: Final = {
    "T1": N_("Tertial report 1 (T1)"),
    "T2": N_("Tertial report 2 (T2)"),
    "VB": N_("Annual report (VB)"),
}
DECISION_STATUSES: Final = {
    "not_started": N_("Not started"),
    "ongoing": N_("Ongoing"),
    "done": N_("Done"),
    "cancelled": N_("Cancelled"),
}
STATES: Final = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted for approval"),
    "approved": N_("Approved"),
}
HASH_SHOWN: Final = 12
WHAT: Final = {
    "figure": N_("Figure"),
    "purged": N_("Cannot be recounted"),
    "target": N_("Target and limit"),
    "rule": N_("Rule"),
    "import": N_("Import"),
    "statement": N_("SQL"),
}
CHANGED: Final = N_("has been changed")
OTHERWISE: Final = N_("is not there, or is another file")
WORST: Final = 3
REASONS: Final = 3
# What the causes of a change are headed with.
WHY_CHANGED: Final = N_("Why did the figure change?")


def verdict(dossier: Dossier, point_id: str, say: Language, words: dict[str, str] = VERDICT_WORDS) -> str:
    """The head's assessment of a point in words; a dash if there is none."""
    code = dossier.written.assessments.get(point_id, "")
    return say(words[code]) if code in words else DASH


def met_of(figure: Coverage, say: Language) -> str:
    """61 av 312, on one line."""
    return say(N_("{n} of {of}"), n=say.number(figure.met), of=say.number(figure.of)).replace(" ", NBSP)


def left_of(figure: Coverage) -> int:
    """How many items are left to do: unmet and unknown."""
    return figure.unmet + figure.unknown


def biggest_causes(answer: PointAnswer, say: Language, *, most: int) -> list[tuple[str, int]]:
    """Why the figure changed, the biggest causes in their order: each in words with its size in tenths of a point.

    Those beyond `most` are added up as one, the last. None of a frozen review that knows none.
    """
    by_size = sorted((cause for cause in answer.causes if cause.tenths), key=lambda cause: -abs(cause.tenths))
    shown = by_size if len(by_size) <= most else by_size[: most - 1]
    told = [(say.plain(cause.text), cause.tenths) for cause in answer.causes if cause in shown]
    rest = sum(cause.tenths for cause in by_size[len(shown) :])
    return [*told, (say(N_("Other")), rest)] if len(by_size) > len(shown) else told


def most_common_reasons(answer: PointAnswer) -> list[Reason]:
    """Why items are not met, most common reason first."""
    return sorted((r for r in answer.reasons if r.outcome in REMAINING), key=lambda reason: -reason.number)


def decision_state(dossier: Dossier, decision: Decision, say: Language) -> str:
    """The state of a decision on the day of the review, preceded by "late" if it is."""
    status = say(DECISION_STATUSES[decision.status])
    return f"{say(N_('Late'))}, {status.lower()}" if decision.late(dossier.as_of) else status


def address(review: Review, others: Sequence[Review]) -> str:
    """The review's part of its page's address: its year, and its number if merged organisations have two of a year."""
    same = [other for other in others if other.year == review.year]
    return str(review.year) if len(same) == 1 else f"{review.year}-{review.review_id}"


def empty_texts(answer: PointAnswer, say: Language) -> list[str]:
    """Sentences for a point without a figure: why, and what it was before."""
    earlier = phrases.earlier_sentence(answer.coverage_before, say)
    return [empty_sentence(answer.coverage, say), *([earlier] if earlier else [])]


def biggest_reasons(answer: PointAnswer, say: Language) -> list[ReasonShare]:
    """Why items are not met, most common reason first, in words."""
    counted: Counter[str] = Counter()
    for reason in answer.reasons:
        if reason.outcome in REMAINING:
            counted[reason.code] += reason.number
    return reason_shares(answer.point, sorted(counted.items(), key=lambda entry: -entry[1]), say)


def decisions_sentences(decisions: Sequence[Decision], day: date, say: Language) -> list[str]:
    """How many decisions are open and late, as the page's main answer."""
    if not decisions:
        return [say(N_("No decision has been made."))]
    left, late = [d for d in decisions if d.open], [d for d in decisions if d.late(day)]
    if not left:
        return [say.plural("The only decision is closed.", "All {n} decisions are closed.", len(decisions))]
    first = say.plural(
        "One decision is open.", "{word} decisions are open.", len(left), word=phrases.counted(len(left), say)
    )
    if len(left) == 1:
        return [first, say(N_("It is late.") if late else N_("It is not late."))]
    if not late:
        return [first, say(N_("None of them is late."))]
    return [first, _late_sentence(late, say)]


def _late_sentence(late: Sequence[Decision], say: Language) -> str:
    """How many of the open decisions are late."""
    return say.plural(
        "One of them is late.", "{word} of them are late.", len(late), word=phrases.counted(len(late), say)
    )


def differences(rows: Sequence[Difference], say: Language) -> list[list[str]]:
    """What differs from today's computation, one row each: what, where, the frozen and the computed value."""
    return [_difference(difference, say) for difference in rows]


def _difference(difference: Difference, say: Language) -> list[str]:
    place = phrases.label(difference.point, say) if difference.point else ""
    where = ", ".join(part for part in (place, difference.where) if part)
    was, now = _counted(difference.was, say), _counted(difference.now, say)
    if difference.purged:
        was, now = "", purged_text(difference.purged, say)
    elif difference.what == "statement":
        was, now = "", say(CHANGED)
    elif difference.what == "import":
        was, now = difference.was[:HASH_SHOWN], difference.now[:HASH_SHOWN] or say(OTHERWISE)
    elif difference.what == "target":
        was, now = (_shares(text, say) for text in (difference.was, difference.now))
    return [say(WHAT[difference.what]), where, was or phrases.DASH, now or phrases.DASH]


def _counted(text: str, say: Language) -> str:
    """Counts by outcome in the reader's language: "12 met, 3 unknown"."""
    if text == "no basis":
        return say(phrases.STATUS_WORDS[Status.NO_BASIS])

    def in_words(match: re.Match[str]) -> str:
        return f"{say.number(int(match[2]))} {say(phrases.OUTCOMES[match[1]]).lower()}"

    return re.sub(rf"\b({'|'.join(phrases.OUTCOMES)}) (\d+)", in_words, text)


def _shares(text: str, say: Language) -> str:
    return " / ".join(phrases.share(float(part), say) for part in text.split(" / "))


def weakest(answer: PointAnswer) -> list[Coverage]:
    """The units with most left to do among those below target."""
    return most_left([answer.figure(unit) for unit in answer.units if unit.unit])


def most_left(parts: Sequence[Coverage]) -> list[Coverage]:
    """The parts of an organisation below target with most left to do."""
    below = [part for part in parts if part.coverage is not None and part.status is not Status.GREEN]
    return sorted(below, key=_most_left_first)[:WORST]


def _most_left_first(part: Coverage) -> tuple[int, float, str]:
    """Of equals the weaker one, as on the page of the point."""
    return -left_of(part), part.coverage or 0.0, swedish_order(part.unit or part.department or "")


def left_text(part: Coverage, say: Language) -> str:
    """18 of 21, which are left to do."""
    return say(N_("{n} of {of}"), n=say.number(left_of(part)), of=say.number(part.of)).replace(" ", NBSP)


def late_and_new_first(decisions: Sequence[Decision], day: date) -> list[Decision]:
    """Late decisions first, then the newest, so that what was just decided is visible."""
    return sorted(decisions, key=lambda decision: (not decision.late(day), -decision.year, -decision.number))


def late_first(decisions: Sequence[Decision], day: date) -> list[Decision]:
    """Decisions of earlier reviews: late ones, then open ones, then closed ones."""
    return sorted(late_and_new_first(decisions, day), key=lambda decision: not decision.open)


def earlier_sentence(decisions: Sequence[Decision], day: date, say: Language) -> str:
    """How many earlier decisions are open, and how many of them late; the first screen's main answer."""
    if not decisions:
        return say(N_("No earlier review has left a decision."))
    return " ".join(decisions_sentences(decisions, day, say))


def situation_sentences(dossier: Dossier, say: Language) -> list[str]:
    """The sentences of the overview, of the review's own figures."""
    outlooks = {answer.point.id: answer.outlook for answer in dossier.points}
    return situation.sentences([answer.coverage for answer in dossier.points], outlooks, say)


def reached_sentence(dossier: Dossier, say: Language) -> str:
    """How many points reach the target."""
    measured = [answer.coverage for answer in dossier.points if answer.coverage.coverage is not None]
    reached = [figure for figure in measured if figure.status is Status.GREEN]
    if not measured:
        return say(N_("No point can be measured."))
    return say.plural(
        "{n} of {of} measurable points reaches the target.",
        "{n} of {of} measurable points reach the target.",
        len(reached),
        of=say.number(len(measured)),
    )


def summary_sentence(dossier: Dossier, say: Language) -> str:
    """How many points reach the target, and how many are assessed."""
    if all(answer.coverage.coverage is None for answer in dossier.points):
        return reached_sentence(dossier, say)
    n, of = len(dossier.written.discussed), len(dossier.points)
    second = say(N_("{n} of {of} points have been discussed."), n=say.number(n), of=say.number(of))
    return f"{reached_sentence(dossier, say)} {second}"


def keeps_target(answer: PointAnswer) -> bool:
    """Whether a point reaches its target, and does so at the end of the year too if nothing is done."""
    then = situation.then_of(answer.outlook)
    return answer.coverage.status is Status.GREEN and (then is None or then.status is Status.GREEN)


def by_need(
    answers: Sequence[PointAnswer],
) -> tuple[tuple[PointAnswer, ...], tuple[PointAnswer, ...], tuple[PointAnswer, ...]]:
    """The points that need talk, those that reach their target and keep it, and those without a figure."""
    kept = tuple(filter(keeps_target, answers))
    unmeasured = tuple(answer for answer in answers if answer.coverage.coverage is None)
    others = {answer.point.id for answer in (*kept, *unmeasured)}
    return tuple(answer for answer in answers if answer.point.id not in others), kept, unmeasured


def kept_sentence(number: int, say: Language) -> str:
    """How many points reach their target and keep it until the end of the year."""
    return say.plural(
        "One point reaches its target and keeps it until the end of the year.",
        "{word} points reach their target and keep it until the end of the year.",
        number,
        word=phrases.counted(number, say),
    )


def unmeasured_sentence(number: int, say: Language) -> str:
    """How many points have no figure."""
    return say.plural(
        "One point cannot be measured.", "{word} points cannot be measured.", number, word=phrases.counted(number, say)
    )


def function(decision: Decision, functions: Functions, say: Language) -> str:
    """The function that is responsible for a decision, else that somebody is, without a name."""
    if found := functions.first(decision.responsible):
        return say(N_("Responsible: {function}"), function=found)
    return say(N_("somebody is responsible") if decision.responsible.strip() else N_("nobody is responsible yet"))


def of_point(decisions: Sequence[Decision], point: Point, year: int) -> list[Decision]:
    """The open decisions about a point, of a review and of those before it."""
    return [row for row in decisions if row.point == point.id and row.open and row.year <= year]
