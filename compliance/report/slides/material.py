"""The phrases that several kinds of slide share."""

from collections.abc import Sequence
from datetime import date
from math import inf
from typing import Final

from compliance.core.language import N_, NBSP, Language, begun
from compliance.counting.assessing import Coverage, Status
from compliance.report.blocks import LineChart
from compliance.report.edition import Edition, departments, joined, line_chart, year_end
from compliance.report.slides.contents import MARKS
from compliance.review import wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, PointAnswer
from compliance.wording import clocks, outlook, phrases
from compliance.wording.reasons import reason_text

REASONS: Final = 3
# So many letters of a name are on a slide; its notes have a longer one whole.
LONGEST: Final = 60
# How many causes of a change a slide of one point has, and one of two.
CAUSES: Final = {1: 4, 2: 3}
# So many letters of decisions about a point are on a slide of so many points.
DECIDED: Final = {1: 420, 2: 170, 3: 60}
# A decision with more letters is whole on the slide of decisions alone.
LONG: Final = 160
# What a sentence ends with.
FULL_STOPS: Final = ".!?"


# --- Figures --------------------------------------------------------------------------------------------------------


def mark(figure: Coverage, say: Language) -> str:
    """The shape and the word of a status, on one line."""
    return f"{MARKS[figure.status]} {phrases.word(figure, say)}".replace(" ", NBSP)


def falls(answer: PointAnswer) -> bool:
    """Whether a point is below its limit at the end of the year if nothing is done."""
    then = year_end(answer)
    return then is not None and then.status is Status.RED


def end_day(dossier: Dossier, say: Language) -> str:
    """The last day of the review's year: 31 december."""
    return say.date(date(dossier.as_of.year, 12, 31), form="d MMMM")


def compared(answer: PointAnswer, say: Language) -> str:
    """The target with its limit, and the figure before with the change since."""
    target = answer.coverage.target
    shares = {"target": phrases.share(target.target, say), "limit": phrases.share(target.limit, say)}
    return joined((say(N_("Target {target}, limit {limit}."), **shares), since(answer, say)), " ")


def since(answer: PointAnswer, say: Language) -> str:
    """The figure before with the change since; "" without one."""
    figure, before = answer.coverage, answer.coverage_before
    change = phrases.change(figure, before)
    if before is None or change is None:
        return ""
    points = f"{say.change(change)}{NBSP}{say(phrases.PERCENTAGE_POINTS)}"
    return f"{phrases.then_label(before, say)}: {phrases.percent(before, say)}, {points}"


def said_of(answer: PointAnswer, say: Language) -> list[str]:
    """What a figure counts, what it is compared with and what becomes of it, a line each; its title has the pace."""
    if answer.coverage.coverage is None:
        return wording.empty_texts(answer, say)
    heading = answer.outlook
    return [
        f"{phrases.counts_sentence(answer.coverage, say)}.",
        compared(answer, say),
        outlook.at_most(heading, say),
        outlook.if_nothing(heading, say),
        outlook.enough(heading, say),
        phrases.both_percentages(answer.coverage, say),
    ]


def trend(answer: PointAnswer, say: Language) -> LineChart | None:
    """A figure month by month, its moments by their days, which PowerPoint writes in its own way."""
    return line_chart(answer, say, label=date.isoformat, name=say(N_("Coverage")))


def causes(edition: Edition, answer: PointAnswer, *, on_slide: int) -> str:
    """Why a figure changed, a cause a line after its size; one of `on_slide` points. Not in the edition to hand out."""
    say = edition.say
    if edition.public or phrases.change(answer.coverage, answer.coverage_before) is None:
        return ""
    found = wording.biggest_causes(answer, say, most=CAUSES[on_slide])
    beside = (answer.beside if found else answer.changed) or {}
    return joined((*(f"{say.signed(tenths)}\t{text}" for text, tenths in found), say.plain(beside)), "\n")


def weak(edition: Edition, answer: PointAnswer) -> list[tuple[str, str]]:
    """How much is left and where: the units, in the edition to hand out the departments, with most left to do."""
    parts = wording.most_left(departments(answer)) if edition.public else wording.weakest(answer)
    return [(wording.left_text(part, edition.say), part.unit or part.department or "") for part in parts]


def reasons(edition: Edition, answer: PointAnswer) -> str:
    """The biggest reasons in a line; the edition to hand out has none."""
    if edition.public:
        return ""
    say, found = edition.say, wording.most_common_reasons(answer)[:REASONS]
    return joined(f"{reason_text(answer.point, r.outcome, r.code, say)} {say.number(r.number)}" for r in found)


def time_limit(answer: PointAnswer, say: Language) -> str:
    """The time limit that a point is about, by its rule; "" if it has none."""
    rule, day = answer.parameters, answer.now.as_of.isoformat()
    if days := rule.get("limit_days"):
        return say(N_("Time limit: {limits}."), limits=say.plural("{n} day", "{n} days", days))
    if hours := rule.get("limit_hours"):
        return say(N_("Time limit: {limits}."), limits=clocks.hours(hours, say, long=True))
    stages = [row for row in rule.get("stages", ()) if str(row["valid_from"]) <= day <= str(row["valid_to"])]
    if not stages:
        return ""
    return say(N_("Time limit: {limits}."), limits=", ".join(_stage(row, say) for row in stages))


def _stage(row: dict[str, int], say: Language) -> str:
    limit = clocks.hours(row["limit_hours"], say, long=True)
    if row["limit_months"]:
        limit = say.plural("{n} month", "{n} months", row["limit_months"])
    return f"{say(clocks.LANES[str(row['stage'])]).lower()} {limit}"


# --- Decisions ----------------------------------------------------------------------------------------------------


def decisions_about(edition: Edition, answer: PointAnswer, *, on_slide: int) -> str:
    """The open decisions about a point with who and when, a line each, else that there is none.

    Where they are too long for one of `on_slide` points, their numbers alone: the slide of decisions has them whole.
    """
    dossier, say = edition.dossier, edition.say
    rows = wording.of_point([*dossier.decisions, *dossier.carried], answer.point, dossier.year)
    if not rows:
        return say(N_("No decided measure is open for the point."))
    told = "\n".join(decision_told(edition, row, most=LONG) for row in rows)
    if len(told) <= DECIDED[on_slide]:
        return told
    return say(N_("Open: {what} (see Decisions)."), what=phrases.listed([row.name for row in rows], say))


def decision_told(edition: Edition, row: Decision, *, most: float = inf) -> str:
    """A decision in words: what is to be done, by whom and when, and its state.

    One of more than `most` letters is told without its text, which is on the slide of decisions.
    """
    say, what = edition.say, " ".join(edition.visible(row.text).split())
    if len(what) > most:
        what = say(N_("(see Decisions)"))
    due = say(N_("by {day}"), day=say.date(row.due)) if row.due else ""
    who = joined((edition.responsible(row), due), ", ")
    told = (f"{row.name} {what}", who, wording.decision_state(edition.dossier, row, say))
    return joined((_ended(begun(text)) for text in told), " ")


def _ended(text: str) -> str:
    """A text as a sentence: with a full stop, if it ends with none."""
    return f"{text}." if text and text.rstrip()[-1:] not in FULL_STOPS else text


def undecided(answers: Sequence[PointAnswer], dossier: Dossier) -> list[PointAnswer]:
    """The points below their limit that no open decision is about."""
    about = {row.point for row in (*dossier.decisions, *dossier.carried) if row.open}
    return [answer for answer in answers if answer.coverage.status is Status.RED and answer.point.id not in about]
