"""A digest: what has changed since the last one and why, what is worst, what comes next, and what is held or missing.

    told = digest(material, say)
    told.sections                    # plain sentences, the same on the page and in every file

It is for whoever gets it handed on: the material has no name of a person, and no small number.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from compliance.access.scopes import Scope
from compliance.core.language import N_, NBSP, Language, begun
from compliance.core.lengths import shortened
from compliance.correcting.deliveries import Delivery
from compliance.counting.assessing import Coverage, Status
from compliance.counting.explaining import Explanation
from compliance.counting.incidents import Clock, next_deadline
from compliance.counting.outlook import Outlook
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.intake.rows import IntakeFile
from compliance.review import situation
from compliance.review.deciding import Decision
from compliance.wording import changes, clocks, phrases

TITLE: Final = N_("Digest")
# What half a page has room for: so many points with why they have changed, of the worst, of late decisions and of late
# exports, and so many characters of what somebody has written.
MOST_CHANGED: Final = 3
MOST_WORST: Final = 3
MOST_LATE: Final = 3
LONGEST_TEXT: Final = 160
# What lapses within so many days is told of.
DAYS_AHEAD: Final = 30
# The better first.
ORDER: Final = (Status.GREEN, Status.YELLOW, Status.RED)
# The rank from which a change is for the better.
BETTER: Final = 2


@dataclass(frozen=True)
class Whole:
    """What only a reader of a whole organisation is told.

    `decisions` is None for whoever may not read them. `held` are the files that the intake holds, `late` the
    exports that are, `sources` all by id.
    """

    decisions: tuple[Decision, ...] | None
    comments: Mapping[str, str]
    held: tuple[IntakeFile, ...]
    late: tuple[Delivery, ...]
    sources: Mapping[str, Source]


@dataclass(frozen=True)
class Material:
    """What a digest is made of, as its reader may see it.

    `lapsing` is how many items of each point lapse within DAYS_AHEAD days; None if it may not be told.
    `unclocked` are the exports without which no time limit is known. `again` is whether a digest was made on the day
    `since`.
    """

    scope: Scope
    as_of: date
    since: date
    again: bool
    loaded: bool
    explanations: tuple[Explanation, ...]
    outlooks: Mapping[str, Outlook]
    lapsing: tuple[tuple[Point, int | None], ...]
    clocks: tuple[Clock, ...]
    unclocked: tuple[Source, ...]
    whole: Whole | None = None

    @property
    def figures(self) -> list[Coverage]:
        """The figures of the day."""
        return [explanation.after for explanation in self.explanations]

    @property
    def part(self) -> str:
        """The part of the organisation that it is about, if it is not the whole."""
        return self.scope.unit or self.scope.department or ""


@dataclass(frozen=True)
class Line:
    """A sentence or two, about what `label` names; `point` is the id of the point that it is about."""

    text: str
    label: str = ""
    point: str = ""

    def __str__(self) -> str:
        return f"{self.label}. {self.text}" if self.label else self.text


@dataclass(frozen=True)
class Section:
    """A part of a digest: its title and its lines."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Digest:
    """A digest in a language. `place` is whose it is, `compared` what it is compared with."""

    title: str
    place: str
    compared: str
    answer: tuple[str, ...]
    sections: tuple[Section, ...] = field(default=())

    @property
    def columns(self) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
        """The sections, those of the points on the left, and what comes next and is missing on the right."""
        return self.sections[:2], self.sections[2:]


def digest(material: Material, say: Language) -> Digest:
    """Tell how things stand, in half a page."""
    names = dict.fromkeys(name for name in (material.scope.organisation, material.part) if name)
    title = f"{say(TITLE)} {say.date(material.as_of)}"
    if not material.loaded:
        return Digest(title, " · ".join(names), "", (phrases.nothing_loaded(material.as_of, say),))
    answer = situation.sentences(material.figures, material.outlooks, say, place=material.part)
    return Digest(title, " · ".join(names), _compared(material, say), tuple(answer), tuple(_sections(material, say)))


def _compared(material: Material, say: Language) -> str:
    text = N_("Compared with the digest of {day}.") if material.again else N_("Compared with {day}.")
    return say(text, day=say.date(material.since))


def _sections(material: Material, say: Language) -> Iterator[Section]:
    whole = material.whole
    yield Section(say(N_("What has changed")), tuple(_changed(material, say)))
    if worst := _worst(material.figures, whole.comments if whole else {}, say):
        yield Section(say(N_("Furthest from the target")), tuple(worst))
    if whole and whole.decisions is not None:
        yield Section(say(N_("Decisions")), tuple(_decisions(whole.decisions, material.as_of, say)))
    yield Section(say(N_("What comes next")), (_lapsing(material, say), *_time_limits(material, say)))
    yield Section(say(N_("Basis")), tuple(_exports(material.figures, whole, say)))


# --- What has changed -----------------------------------------------------------------------------------------------


def _changed(material: Material, say: Language) -> Iterator[Line]:
    """The points that have changed, the worsened first, and what is to be said of the others."""
    shown = [each for each in material.explanations if not (each.before.few or each.after.few)]
    differing = [each for each in shown if _differs(each)]
    new = [each for each in differing if each.before.coverage is None]
    changed = sorted(
        (each for each in differing if each.before.coverage is not None),
        key=lambda each: (_rank(each), -abs(changes.moved_tenths(each))),
    )
    for each in changed[:MOST_CHANGED]:
        point = each.after.point
        yield Line(changes.brief(each, say), phrases.label(point, say), point.id)
    yield from _changed_too(changed[MOST_CHANGED:], say)
    yield from _not_compared(new, material, say)
    hidden = [each.after.point.number for each in material.explanations if each not in shown]
    if hidden:
        few = N_("Nothing is said of {points}: too few persons are behind.")
        yield Line(say(few, points=phrases.points_named(hidden, say)))
    if len(shown) > len(differing):
        yield Line(say(N_("The other points are unchanged.") if differing else N_("No point has changed.")))


def _changed_too(changed: Sequence[Explanation], say: Language) -> Iterator[Line]:
    """Which other points have become worse, and which better."""
    worse = sorted(each.after.point.number for each in changed if _rank(each) < BETTER)
    better = sorted(each.after.point.number for each in changed if _rank(each) >= BETTER)
    texts = []
    if worse:
        names = begun(phrases.points_named(worse, say))
        texts.append(say.plural("{points} is worse too.", "{points} are worse too.", len(worse), points=names))
    if better:
        names = begun(phrases.points_named(better, say))
        texts.append(say.plural("{points} is better.", "{points} are better.", len(better), points=names))
    if texts:
        yield Line(" ".join(texts))


def _not_compared(new: Sequence[Explanation], material: Material, say: Language) -> Iterator[Line]:
    """The points that had no figure before, of which no change can be told."""
    if new:
        numbers = sorted(each.after.point.number for each in new)
        names, day = begun(phrases.points_named(numbers, say)), say.date(material.since)
        yield Line(say(N_("{points} cannot be compared with {day}."), points=names, day=day))


def _differs(explanation: Explanation) -> bool:
    """Whether a point's status or whole per cent is another."""
    before, after = explanation.before, explanation.after
    return before.status is not after.status or _per_cent(before) != _per_cent(after)


def _per_cent(figure: Coverage) -> str:
    return phrases.whole_percent(figure, Language("sv"))


def _rank(explanation: Explanation) -> int:
    """The order in which changes matter: a figure that is lost or a worse status, a drop, then what is better."""
    before, after = explanation.before, explanation.after
    if after.coverage is None or before.coverage is None:
        return 0
    worse = ORDER.index(after.status) - ORDER.index(before.status)
    if worse > 0:
        return 0
    return BETTER if worse < 0 else 1 if after.coverage < before.coverage else 3


# --- What is worst, and what comes ------------------------------------------------------------------------------------


def _worst(figures: Iterable[Coverage], comments: Mapping[str, str], say: Language) -> list[Line]:
    """The points that are furthest below their targets, each with what is written of it."""
    below = [f for f in figures if f.coverage is not None and f.status is not Status.GREEN]
    worst = sorted(below, key=lambda figure: (figure.coverage or 0.0) - figure.target.target)
    return [_far(figure, comments.get(figure.point.id, ""), say) for figure in worst[:MOST_WORST]]


def _far(figure: Coverage, comment: str, say: Language) -> Line:
    target = say(N_("target {share}"), share=phrases.share(figure.target.target, say))
    text = f"{phrases.percent(figure, say)}, {target}."
    if comment := " ".join(comment.split()):
        text = f"{text} {say(N_('Comment:'))} {shortened(comment, LONGEST_TEXT)}"
    return Line(text, phrases.label(figure.point, say), figure.point.id)


def _lapsing(material: Material, say: Language) -> Line:
    day, kinds = say.date(material.as_of + timedelta(DAYS_AHEAD)), Counter[tuple[str, str]]()
    for point, n in material.lapsing:
        one, many = (say.plain(point.lapsing.get(name, point.items)) for name in ("thing", "things"))
        kinds[one, many] += n or 0
    named = [f"{say.number(n)}{NBSP}{one if n == 1 else many}" for (one, many), n in kinds.most_common() if n]
    if not named:
        told = all(n is not None for _, n in material.lapsing)
        text = N_("Nothing lapses up to and including {day}.")
        return Line(say(text if told else N_("Nothing of what can be told lapses up to and including {day}."), day=day))
    return Line(say(N_("This lapses up to and including {day}: {things}."), day=day, things=phrases.listed(named, say)))


def _decisions(decisions: Sequence[Decision], day: date, say: Language) -> Iterator[Line]:
    """How many of the open decisions are late, and those that have been for longest."""
    open_ = [decision for decision in decisions if decision.open]
    late = sorted((decision for decision in open_ if decision.late(day)), key=lambda each: each.due or date.max)
    if not open_:
        yield Line(say(N_("No decision is open.")))
        return
    of = say.number(len(open_))
    if not late:
        none = say.plural(
            "The only open decision is not late.", "None of {of} open decisions is late.", len(open_), of=of
        )
        yield Line(none)
        return
    yield Line(say.plural("{n} of {of} open is late.", "{n} of {of} open are late.", len(late), of=of))
    for decision in late[:MOST_LATE]:
        text = N_("{text} Should have been done by {day}.")
        what = shortened(" ".join(decision.text.split()), LONGEST_TEXT)
        what = what if what[-1:] in {".", "!", "?", "\N{HORIZONTAL ELLIPSIS}"} else f"{what}."
        yield Line(say(text, text=what, day=say.date(decision.due)), decision.name)


def _time_limits(material: Material, say: Language) -> Iterator[Line]:
    """The report whose time limit comes first of those that can still be met, and how many limits have passed."""
    if clock := next_deadline(material.clocks):
        what, when = say(clocks.LANES[clock.duty.kind]), clocks.when_it_ends(clock, say)
        yield Line(say(N_("{what}, at the latest {when}, is the next time limit."), what=what, when=when))
    elif not material.unclocked:
        yield Line(say(N_("No time limit is running.")))
    if passed := sum(clock.run_out for clock in material.clocks):
        yield Line(say.plural("{n} time limit has passed.", "{n} time limits have passed.", passed))
    if material.unclocked:
        names = phrases.listed([say.plain(source.title) for source in material.unclocked], say)
        yield Line(say(N_("No export of {sources} is loaded, so time limits can be missing."), sources=names))


# --- What is held and missing -----------------------------------------------------------------------------------------


def _exports(figures: Iterable[Coverage], whole: Whole | None, say: Language) -> Iterator[Line]:
    """The files that the intake holds, by source, the exports that are late, and the points without a basis."""
    lines = [*(_files_held(whole, say) + _late(whole, say) if whole else []), *_without_basis(figures, say)]
    none = N_("Nothing is held or missing.") if whole else N_("There is a basis for every point.")
    yield from lines or [Line(say(none))]


def _files_held(whole: Whole, say: Language) -> list[Line]:
    sources = [whole.sources.get(file.source or "") for file in whole.held]
    counted = Counter(say.plain(source.title) for source in sources if source).most_common()
    if unknown := sources.count(None):
        counted.append((say(N_("not recognised")), unknown))
    if not counted:
        return []
    most = counted[:MOST_LATE]
    named = [f"{name}{NBSP}{say.number(n)}" if len(whole.held) > 1 else name for name, n in most]
    if others := len(whole.held) - sum(n for _, n in most):
        named.append(say.plural("{n} other", "{n} others", others))
    text = say.plural(
        "{n} file is held until somebody answers what is asked of it: {sources}.",
        "{n} files are held until somebody answers what is asked of them: {sources}.",
        len(whole.held),
        sources=phrases.listed(named, say),
    )
    return [Line(text)]


def _late(whole: Whole, say: Language) -> list[Line]:
    """How many exports are late, and those that have been for longest."""
    late = sorted(whole.late, key=lambda each: each.due or date.max)
    if not late:
        return []
    expected = N_("{source}, expected on {day}")
    named = [say(expected, source=say.plain(each.source.title), day=say.date(each.due)) for each in late[:MOST_LATE]]
    text = say.plural("{n} export is late", "{n} exports are late", len(late))
    return [Line(f"{text}: {'; '.join(named)}{'; …' if len(late) > MOST_LATE else '.'}")]


def _without_basis(figures: Iterable[Coverage], say: Language) -> list[Line]:
    numbers = [figure.point.number for figure in figures if figure.status is Status.NO_BASIS and not figure.few]
    if not numbers:
        return []
    return [Line(say(N_("There is no basis for {points}."), points=phrases.points_named(numbers, say)))]
