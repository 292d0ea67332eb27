"""How things stand and what will happen by the end of the year: the sentences and facts of overview and meeting.

Facts, never proposals. Each is counted from what it is given, so that a frozen review says what it said when frozen.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from compliance.core.language import N_, NBSP, Language
from compliance.counting.assessing import Coverage, Status
from compliance.counting.outlook import Outlook
from compliance.review.deciding import Decision
from compliance.wording import phrases

Kind = Literal["lapsing", "undecided", "below", "review", "decisions", "actions"]
REVIEW_STATES: Final = {
    "": N_("Not opened"),
    "submitted": N_("Submitted"),
    "approved": N_("Approved"),
}
UNDECIDED: Final = N_("Below limit, undecided")
# So many are named in a fact; of more, the number says enough.
NAMED: Final = 2
# The better first.
ORDER: Final = (Status.GREEN, Status.YELLOW, Status.RED)


@dataclass(frozen=True)
class Fact:
    """A fact of the situation: its title, its value in large type, and a quiet note; `kind` says of what."""

    kind: Kind
    title: str
    value: str
    note: str = ""


# --- The sentences ------------------------------------------------------------------------------------------------


def sentences(
    figures: Sequence[Coverage], outlooks: Mapping[str, Outlook], say: Language, *, place: str = ""
) -> list[str]:
    """How many points reach the target, and the change that matters most by the end of the year, else the worst point.

    `outlooks` are by the id of their point; `place` names the part of the organisation that is shown, if any.
    """
    first = phrases.reached_sentence(figures, say)
    if place:
        first = say(N_("{place}: {sentence}"), place=place, sentence=first)
    second = _change_ahead(figures, outlooks, say) or _furthest(figures, say)
    return [first, second] if second else [first]


def then_of(outlook: Outlook | None) -> Coverage | None:
    """The figure of the end of the year if nothing is done; None where it has none, or the year has ended."""
    then = outlook.then if outlook else None
    ahead = outlook and then and then.as_of > outlook.now.as_of and None not in (then.coverage, outlook.now.coverage)
    return then if ahead else None


def worsened(figures: Sequence[Coverage], outlooks: Mapping[str, Outlook]) -> list[Coverage]:
    """What becomes of the points whose status gets worse by the end of the year, in the order in which it matters.

    Those that reach their target now come first, then those that fall below the limit; the biggest drop first.
    """
    pairs = [(now, then) for now in figures if (then := then_of(outlooks.get(now.point.id))) and _is_worse(now, then)]
    return [then for now, then in sorted(pairs, key=lambda pair: (ORDER.index(pair[0].status), -_drop(*pair)))]


def _is_worse(now: Coverage, then: Coverage) -> bool:
    return ORDER.index(then.status) > ORDER.index(now.status)


def _drop(now: Coverage, then: Coverage) -> float:
    return (now.coverage or 0.0) - (then.coverage or 0.0)


def _change_ahead(figures: Sequence[Coverage], outlooks: Mapping[str, Outlook], say: Language) -> str:
    """The change that matters most by the end of the year, if nothing is done."""
    falling = worsened(figures, outlooks)
    if not falling:
        return ""
    now = [figure for figure in figures if figure.status is Status.GREEN]
    then = [figure for figure in figures if (then_of(outlooks.get(figure.point.id)) or figure).status is Status.GREEN]
    most, left, before = falling[0], len(then), len(now)
    values = {"point": say.pick(most.point.short), "share": phrases.percent(most, say)}
    if most.point.id not in {figure.point.id for figure in now}:
        return say(N_("If nothing is done, {point} falls below its limit by the end of the year: {share}."), **values)
    if left >= before or before == 1:
        return say(N_("If nothing is done, {point} falls to {share} by the end of the year."), **values)
    if not left:
        return say(N_("If nothing is done, none does at the end of the year: {point} falls to {share}."), **values)
    return say.plural(
        "If nothing is done, one does at the end of the year: {point} falls to {share}.",
        "If nothing is done, {word} do at the end of the year: {point} falls to {share}.",
        left,
        word=say.in_words(left),
        **values,
    )


def _furthest(figures: Sequence[Coverage], say: Language) -> str:
    """The point that is furthest from its target; empty if all reach theirs."""
    below = [f for f in figures if f.coverage is not None and f.status is not Status.GREEN]
    worst = max(below, key=lambda figure: figure.target.target - (figure.coverage or 0.0), default=None)
    return say(N_("{point} is furthest from its target."), point=say.pick(worst.point.short)) if worst else ""


# --- The facts ----------------------------------------------------------------------------------------------------


def lapsing(outlooks: Iterable[Outlook], say: Language) -> Fact | None:
    """How much stops being valid before the end of the year, and of what kinds; None where nothing is known ahead."""
    ahead = [outlook for outlook in outlooks if then_of(outlook)]
    if not ahead:
        return None
    counted = Counter[tuple[str, str]]()
    for outlook in ahead:
        counted[_things(outlook, say)] += outlook.lapsing
    kinds = [(words, n) for words, n in counted.most_common() if n]
    named = [f"{say.number(n)}{NBSP}{one if n == 1 else many}" for (one, many), n in kinds[:NAMED]]
    note = ", ".join(named)
    if len(kinds) > NAMED:
        note = say(N_("{things} and more"), things=note)
    return Fact("lapsing", say(N_("Lapse before new year")), say.number(counted.total()), note)


def _things(outlook: Outlook, say: Language) -> tuple[str, str]:
    """What lapses, as one and as many."""
    point = outlook.now.point
    one, many = (point.lapsing.get(name, point.items) for name in ("thing", "things"))
    return say.pick(one), say.pick(many)


def points_undecided(figures: Sequence[Coverage], decisions: Collection[Decision]) -> list[Coverage]:
    """The points below their limit about which there is no open decision."""
    about = {decision.point for decision in decisions if decision.open}
    return [figure for figure in figures if figure.status is Status.RED and figure.point.id not in about]


def undecided(figures: Sequence[Coverage], decisions: Collection[Decision], say: Language) -> Fact | None:
    """How many points are below the limit without an open decision about them, and which; None where none is measured.

    `decisions` are those of the whole organisation, also where the figures are of a part.
    """
    if all(figure.coverage is None for figure in figures):
        return None
    without, below = points_undecided(figures, decisions), any(figure.status is Status.RED for figure in figures)
    note = say(N_("all have a decision")) if below and not without else _point_names(without, say)
    return Fact("undecided", say(UNDECIDED), _points(len(without), say), note)


def below_limit(figures: Sequence[Coverage], say: Language) -> Fact | None:
    """The same for those who may not read the decisions: how many points are below the limit, and which."""
    if all(figure.coverage is None for figure in figures):
        return None
    below = [figure for figure in figures if figure.status is Status.RED]
    return Fact("below", say(phrases.STATUS_WORDS[Status.RED]), _points(len(below), say), _point_names(below, say))


def _points(n: int, say: Language) -> str:
    return say.plural("{n} point", "{n} points", n)


def _point_names(figures: Sequence[Coverage], say: Language) -> str:
    """Which points: by number and name if they are few, else by number."""
    if len(figures) > NAMED:
        return phrases.points_named([figure.point.number for figure in figures], say)
    names = (f"{figure.point.number}{NBSP}{say.pick(figure.point.brief or figure.point.short)}" for figure in figures)
    return ", ".join(names)


def review(year: int, state: str, *, discussed: int, of: int, say: Language) -> Fact:
    """The year's review: how many of its points are discussed while it is a draft, else its state ("": not opened)."""
    title = say(N_("Review {year}"), year=year)
    if told := REVIEW_STATES.get(state):
        return Fact("review", title, say(told))
    value = say(N_("{n} of {of}"), n=say.number(discussed), of=say.number(of))
    return Fact("review", title, value, say(N_("points discussed")))


def year_decided(decisions: Iterable[Decision], day: date) -> int:
    """The year of the last review before a day's year that has left decisions; without one, the day's year."""
    return max((d.year for d in decisions if d.year < day.year and d.status != "cancelled"), default=day.year)


def decided(decisions: Collection[Decision], day: date, say: Language) -> Fact | None:
    """How many decisions of the last review are done, and how many are overdue, as `year_decided` finds it.

    Cancelled ones are not counted: nothing is left of them to do. None where there is no decision.
    """
    year = year_decided(decisions, day)
    made = [decision for decision in decisions if decision.year == year and decision.status != "cancelled"]
    if not made:
        return None
    done, late = sum(not decision.open for decision in made), sum(decision.late(day) for decision in made)
    number = {"done": say.number(done), "of": say.number(len(made))}
    value = say.plural("{done} of {of} done", "{done} of {of} done", done or len(made), **number)
    return Fact("decisions", say(N_("Decisions {year}"), year=year), value, _overdue(late, say))


def _overdue(late: int, say: Language) -> str:
    return say.plural("one overdue", "{word} overdue", late, word=say.in_words(late)) if late else ""


def actions(states: Iterable[str], say: Language) -> Fact | None:
    """How many actions are open, and how many of them overdue, by their states; None where there is none at all."""
    counted = Counter(states)
    if not counted:
        return None
    late = counted["late"]
    note = say(N_("overdue: {n}"), n=say.number(late)) if late else ""
    return Fact("actions", say(N_("Open actions")), say.number(late + counted["open"]), note)
