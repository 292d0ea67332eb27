"""Hand-off of a review: paragraphs for T1, T2, VB and the materiality and risk analysis, and its measures.

A paragraph names no person and no system, since other people read what it is pasted into.
"""

from collections.abc import Collection
from typing import Final

from compliance.core.language import N_, Language
from compliance.counting.assessing import Status
from compliance.counting.separated import joined
from compliance.declarations.points import Point
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, PointAnswer
from compliance.review.reviewing import State
from compliance.review.wording import DECISION_STATUSES, STATES
from compliance.wording import phrases
from compliance.wording.reasons import empty_sentence
from compliance.wording.tables import Column

TARGETS: Final = {
    Status.GREEN: N_("The target of {target} is reached."),
    Status.YELLOW: N_("The target of {target} is not reached yet, but the limit of {limit} is."),
    Status.RED: N_("The target of {target} is not reached, and the coverage is below the limit of {limit}."),
}
# --- Paragraphs ---------------------------------------------------------------------------------------------------


def usual_points(dossier: Dossier) -> list[str]:
    """The ids of the points that are mandatory practices, which the planning reports ask for."""
    return [answer.point.id for answer in dossier.points if answer.point.mandatory_practice]


def paragraphs(dossier: Dossier, say: Language, *, chosen: Collection[str] | None = None) -> list[tuple[Point, str]]:
    """A paragraph for each point that is chosen, by its id; without a choice, for each that is a mandatory practice."""
    wanted = usual_points(dossier) if chosen is None else chosen
    return [(answer.point, _paragraph(dossier, answer, say)) for answer in dossier.points if answer.point.id in wanted]


def as_text(dossier: Dossier, say: Language, *, state: State, chosen: Collection[str] | None = None) -> str:
    """The paragraphs as one text: first which review they are of, then each under the name of its point."""
    head = say(
        N_("Management review {year}, {organisation}, as of {day} ({state})"),
        year=dossier.year,
        organisation=dossier.organisation,
        day=say.date(dossier.as_of),
        state=say(STATES[state]).lower(),
    )
    titled = [f"{title(point, say)}\n{text}" for point, text in paragraphs(dossier, say, chosen=chosen)]
    return "\n\n".join([head, *titled]) + "\n"


def title(point: Point, say: Language) -> str:
    """The title of a paragraph: 4. Informationsklassning (obligatoriskt arbetssätt)."""
    text = f"{point.number}. {say.plain(point.title)}"
    return f"{text} ({say(phrases.MANDATORY)})" if point.mandatory_practice else text


def _paragraph(dossier: Dossier, answer: PointAnswer, say: Language) -> str:
    figure = answer.coverage
    sentences = [_figure(answer, say)]
    if figure.coverage is not None:
        sentences.append(_target(answer, say))
    if phrases.change(figure, answer.coverage_before) is not None:
        sentences.append(say.plain(answer.changed))
    if comment := _comment(dossier, answer.point):
        sentences.append(comment)
    return " ".join([*sentences, _open_measures(dossier, answer.point, say)])


def _comment(dossier: Dossier, point: Point) -> str:
    """What is written of a point for the version to hand out, on a line; other comments may name anybody."""
    written = dossier.written.public_comments.get(point.id, "")
    text = _line(dossier.withheld.get(written, written))
    return text if text[-1:] in {"", ".", "!", "?"} else f"{text}."


def _figure(answer: PointAnswer, say: Language) -> str:
    figure = answer.coverage
    if figure.coverage is None:
        return empty_sentence(figure, say)
    return say(
        N_("On {day}, {n} of {of} {fulfilled}, which is {share}."),
        day=say.date(answer.now.as_of),
        n=say.number(figure.met),
        of=say.number(figure.of),
        fulfilled=say.plain(figure.point.fulfilled),
        share=phrases.percent(figure, say),
    )


def _target(answer: PointAnswer, say: Language) -> str:
    figure = answer.coverage
    target, limit = (phrases.share(share, say) for share in (figure.target.target, figure.target.limit))
    return say(TARGETS[figure.status], target=target, limit=limit)


def _open_measures(dossier: Dossier, point: Point, say: Language) -> str:
    """The open decisions about the point."""
    rows = [row for row in (*dossier.decisions, *dossier.carried) if row.open and row.point == point.id]
    if not rows:
        return say(N_("No decided measure is open for the point."))
    return say(N_("Measures decided: {measures}."), measures="; ".join(_decision(dossier, row, say) for row in rows))


def _decision(dossier: Dossier, row: Decision, say: Language) -> str:
    """A decision within a sentence, with its number, status and due date."""
    text = _line(dossier.withheld.get(row.text, row.text)).rstrip(".")
    facts = [row.name, say(DECISION_STATUSES[row.status]).lower()]
    if row.due:
        facts.append(say(N_("by {day}"), day=say.date(row.due)))
    if row.late(dossier.as_of):
        facts.append(say(N_("Late")).lower())
    return f"{text} ({', '.join(facts)})"


# --- Measures -----------------------------------------------------------------------------------------------------


def measures(dossier: Dossier, say: Language) -> str:
    """The decisions of the review and those carried forward, tab-separated, a line each; safe to open in Excel.

    Year and number are two columns: a spreadsheet program would read 2026-3 as a month.
    """

    def point(row: Decision, say: Language) -> str:
        answer = dossier.answer(row.point) if row.point else None
        return phrases.label(answer.point, say) if answer else ""

    columns: tuple[Column[Decision], ...] = (
        Column(N_("Year"), lambda row, _: row.year),
        Column(N_("No."), lambda row, _: row.number),
        Column(N_("Action"), lambda row, _: _line(row.text)),
        Column(N_("Review point"), lambda row, say: _line(point(row, say))),
        Column(N_("Responsible"), lambda row, _: _line(row.responsible)),
        Column(N_("To be done by"), lambda row, _: row.due.isoformat() if row.due else ""),
        Column(N_("Resource"), lambda row, _: _line(row.resource)),
        Column(N_("Follow-up"), lambda row, _: _line(row.follow_up or "")),
        Column(N_("Status"), lambda row, say: _line(say(DECISION_STATUSES[row.status]))),
    )
    rows = [[column.cell(row, say) for column in columns] for row in (*dossier.decisions, *dossier.carried)]
    return joined([[column.head(say).label for column in columns], *rows], separator="\t")


def _line(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())
