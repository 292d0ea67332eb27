"""The handout of a meeting: the content of its screens, in their order, on paper with room to write.

Like the meeting mode it follows section 5 of the rulebook: no name or id of a person, no free text of an incident, and
no unit of fewer than five persons.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from compliance.access.disclosure import OTHER_UNITS
from compliance.access.withholding import Names
from compliance.core.language import N_, Language
from compliance.counting.assessing import Coverage
from compliance.report.blocks import (
    Beside,
    Block,
    Column,
    Heading,
    PageBreak,
    Paragraph,
    Report,
    Table,
    Topic,
)
from compliance.report.decisions import reason, texts_of
from compliance.report.points import (
    Edition,
    ahead,
    all_lost,
    day_text,
    figure_texts,
    points_table,
    reasons_title,
    result,
    trend,
    without_empty,
)
from compliance.report.report import as_document
from compliance.review import judging, wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, PointAnswer, few_added_up
from compliance.review.functions import Functions
from compliance.review.reviewing import GROUNDS, JUDGED, State
from compliance.review.wording import (
    DECISION_STATUSES,
    REASONS,
    STATES,
    earlier_sentence,
    empty_texts,
    late_first,
    left_text,
    of_point,
    summary_sentence,
    weakest,
)
from compliance.wording import phrases

# The least number of rules to write on; the rest of the page is ruled too.
LINES: Final = 1


def handout(dossier: Dossier, *, names: Names, functions: Functions, say: Language) -> list[Block]:
    """The earlier decisions, the points (two on a page if they fit), the summary, and the decisions of this review.

    The points are in the order of the meeting. `names` are the names of persons that are withheld from every text, and
    `functions` what of those responsible for decisions is shown.
    """
    told = few_added_up(dossier, say(OTHER_UNITS))
    unnamed, edition = _without_names(told, names, functions, say=say), Edition(say, public=True)
    points = [_point(unnamed, answer, edition) for need in wording.by_need(unnamed.points) for answer in need]
    earlier = [_earlier(unnamed, say)] if unnamed.carried else []
    return [*earlier, *points, PageBreak(), _summary(unnamed, edition), _decisions(unnamed, say)]


def pdf(
    dossier: Dossier, *, names: Names, functions: Functions, say: Language, state: State, made_at: datetime
) -> bytes:
    """The handout as PDF. `made_at` is when (UTC) the review got its state: the same review gives the same bytes."""
    blocks = handout(dossier, names=names, functions=functions, say=say)
    return as_document(_report(dossier, blocks, say, state=state, made_at=made_at), kind="pdf")


def file_name(year: int, say: Language) -> str:
    """The file's name: Ledningens genomgång 2026, mötesunderlag.pdf."""
    return _title(year, say) + ".pdf"


def _title(year: int, say: Language) -> str:
    return f"{say(N_('Management review {year}'), year=year)}, {say(N_('meeting handout'))}"


def _report(dossier: Dossier, blocks: Sequence[Block], say: Language, *, state: State, made_at: datetime) -> Report:
    """The handout with its beginning: organisation, year, day, the situation, and the agenda."""
    review = say(N_("Management review {year}"), year=dossier.year)
    # Without exports, the answer of the pages says where to load them, which makes no sense on paper.
    answer = " ".join(wording.situation_sentences(dossier, say)) if dossier.imports else summary_sentence(dossier, say)
    judged = "" if judging.unanswered(dossier.written) else judging.sentence(dossier.written, say)
    foot = (review, dossier.organisation, say(N_("meeting handout")), say(STATES[state]).lower())
    return Report(
        language=say.code,
        title=_title(dossier.year, say),
        organisation=dossier.organisation,
        facts=((say(N_("As-of date")), say.date(dossier.as_of)), (say(N_("State")), say(STATES[state]))),
        draft=None,
        footer=" · ".join(foot),
        contents=say(N_("Agenda")),
        page=say(N_("Page {page} of {pages}"), page="{page}", pages="{pages}"),
        made_at=made_at,
        blocks=tuple(blocks),
        opening="\n\n".join(text for text in (judged, answer) if text),
    )


def _without_names(dossier: Dossier, names: Names, functions: Functions, *, say: Language) -> Dossier:
    """The dossier without names of persons in any text; of who is responsible for a decision, it has the function.

    `withheld` is emptied, since it is keyed by the texts as they were written.
    """
    texts = dossier.written
    comments = {id_: names.withhold(text) for id_, text in (texts.public_comments | texts.comments).items()}
    own, carried = (
        tuple(replace(_nameless(row, names), responsible=wording.function(row, functions, say)) for row in rows)
        for rows in (dossier.decisions, dossier.carried)
    )
    chapters = {GROUNDS: names.withhold(judging.grounds(texts))}
    written = replace(texts, comments=comments, public_comments={}, chapters=chapters)
    return replace(dossier, written=written, decisions=own, carried=carried, withheld={})


def _nameless(decision: Decision, names: Names) -> Decision:
    note = names.withhold(decision.note) if decision.note else None
    return replace(decision, text=names.withhold(decision.text), why="", resource="", note=note)


# --- A point --------------------------------------------------------------------------------------------------------


def _point(dossier: Dossier, answer: PointAnswer, edition: Edition) -> Topic:
    """A point: its question, figure and trend, where and why it is weak, its comment, and the decisions about it."""
    say = edition.say
    blocks: list[Block] = [
        Heading(phrases.label(answer.point, say), 1),
        Paragraph(edition.say.plain(answer.point.question), "answer"),
        *_figure(answer, edition),
        *ahead(answer, say),
        *_weak(answer, edition),
    ]
    if text := dossier.written.comments.get(answer.point.id):
        blocks.append(Paragraph(f"{say(N_('Comment:'))} {text}", "comment"))
    if decisions := of_point([*dossier.decisions, *dossier.carried], answer.point, dossier.year):
        blocks.append(_decision_table(dossier, decisions, say))
    return Topic(tuple(blocks), say(N_("Notes")), LINES)


def _figure(answer: PointAnswer, edition: Edition) -> list[Block]:
    """The figure, next to its trend if there is one."""
    say, chart = edition.say, trend(answer, edition)
    measured = answer.coverage.coverage is not None
    large = result(answer, figure_texts(answer, say) if measured else empty_texts(answer, say), say)
    return [Beside((large,), (chart,))] if chart else [large]


def _weak(answer: PointAnswer, edition: Edition) -> list[Block]:
    """The units with most left to do next to the biggest reasons."""
    units = None if all_lost(answer) else _units(answer, edition.say)
    reasons = _reasons(answer, edition.say)
    if units and reasons:
        return [Beside((units,), (reasons,))]
    return [table for table in (units, reasons) if table]


def _units(answer: PointAnswer, say: Language) -> Table | None:
    """The units with most left to do; None if all reach the target."""
    below = weakest(answer)
    columns = (
        Column(say(N_("Most left to do")), width=3),
        Column(say(N_("Left")), "right", 1.1),
        Column(say(N_("Coverage")), "right", 1.1),
    )
    return Table("", columns, tuple(_unit(unit, say) for unit in below)) if below else None


def _unit(unit: Coverage, say: Language) -> tuple[str, ...]:
    return unit.unit or "", left_text(unit, say), phrases.percent(unit, say)


def _reasons(answer: PointAnswer, say: Language) -> Table | None:
    """The biggest reasons; None if nothing is unmet."""
    biggest = wording.biggest_reasons(answer, say)[:REASONS]
    columns = (
        Column(reasons_title(answer, say), width=4),
        Column(say(N_("Number")), "right"),
        Column(say(N_("Share")), "right"),
    )
    rows = tuple((reason.text, reason.number, reason.percent) for reason in biggest)
    return Table("", columns, rows) if rows else None


def _decision_table(dossier: Dossier, decisions: Sequence[Decision], say: Language, caption: str = "") -> Table:
    """Decisions with text, function, due date and status; with a caption also the point they are about."""
    columns = (
        Column(say(N_("No.")), width=0.9),
        Column(say(N_("Decision")), width=6),
        *((Column(say(N_("Review point")), width=2.6),) if caption else ()),
        Column(say(N_("To be done by")), width=1.7),
        Column(say(N_("Status")), width=1.6),
    )
    rows = tuple(
        (
            row.name,
            "\n".join((*texts_of(dossier, row), row.responsible)),
            *((reason(dossier, row, say),) if caption else ()),
            day_text(row.due),
            say(N_("Late")) if row.late(dossier.as_of) else say(DECISION_STATUSES[row.status]),
        )
        for row in decisions
    )
    return Table(caption, columns, rows)


# --- All of them ----------------------------------------------------------------------------------------------------


def _summary(dossier: Dossier, edition: Edition) -> Topic:
    """All points in a table, with the head's assessments."""
    say = edition.say
    heading, answer = Heading(say(N_("Summary")), 1), Paragraph(summary_sentence(dossier, say), "answer")
    table = without_empty(replace(points_table(dossier, edition), caption=""))
    return Topic((heading, answer, table), say(N_("Notes")), LINES)


def _earlier(dossier: Dossier, say: Language) -> Topic:
    """The decisions of earlier reviews with their state."""
    carried, day = dossier.carried, dossier.as_of
    heading = Heading(say(N_("Earlier decisions")), 1)
    answer = Paragraph(earlier_sentence(carried, day, say), "answer")
    return Topic((heading, answer, _decision_table(dossier, late_first(carried, day), say)), say(N_("Notes")), LINES)


def _decisions(dossier: Dossier, say: Language) -> Topic:
    """The head's judgement of the whole, and the decisions of this review."""
    blocks: list[Block] = [Heading(say(N_("Decisions and judgement")), 1), *_judgement(dossier, say)]
    if dossier.decisions:
        blocks.append(_decision_table(dossier, dossier.decisions, say, say(N_("Decisions of this review"))))
    else:
        blocks.append(Paragraph(say(N_("No decision has been made.")), "note"))
    return Topic(tuple(blocks), say(N_("Notes")), LINES)


def _judgement(dossier: Dossier, say: Language) -> list[Block]:
    """The judgement with its grounds; while it is missing, the questions with their possible answers."""
    texts, text = dossier.written, judging.grounds(dossier.written)
    open_ = texts.judgement is not None and judging.unanswered(texts)
    words = " / ".join(say(word) for word in judging.WORDS.values())
    questions = [Paragraph(f"{say(judging.QUESTIONS[what])} {words}") for what in JUDGED] if open_ else []
    grounds = [Paragraph(f"{say(N_('Grounds:'))} {text}", "comment")] if text else []
    return [Paragraph(judging.sentence(texts, say), "answer"), *questions, *grounds]
