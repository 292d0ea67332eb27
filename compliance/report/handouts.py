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
    Heading,
    PageBreak,
    Paragraph,
    Report,
    Table,
    Topic,
    table,
)
from compliance.report.decisions import reason, texts_of
from compliance.report.edition import Edition, all_lost, joined, reasons_title
from compliance.report.points import ahead, beside_trend, comment, figure_texts, points_table
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
from compliance.wording.reasons import ReasonShare
from compliance.wording.tables import Column

# The least number of rules to write on; the rest of the page is ruled too.
LINES: Final = 1


def handout(dossier: Dossier, *, names: Names, functions: Functions, say: Language) -> list[Block]:
    """The earlier decisions, the points (two on a page if they fit), the summary, and the decisions of this review.

    The points are in the order of the meeting. `names` are the names of persons that are withheld from every text, and
    `functions` what of those responsible for decisions is shown.
    """
    told = few_added_up(dossier, say(OTHER_UNITS))
    unnamed = _without_names(told, names, functions, say=say)
    edition = Edition(unnamed, say, public=True)
    points = [_point(edition, answer) for need in wording.by_need(unnamed.points) for answer in need]
    earlier = [_earlier(unnamed, say)] if unnamed.carried else []
    return [*earlier, *points, PageBreak(), _summary(edition), _decisions(unnamed, say)]


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
        footer=joined(foot),
        contents=say(N_("Agenda")),
        page=say(N_("Page {page} of {pages}"), page="{page}", pages="{pages}"),
        made_at=made_at,
        blocks=tuple(blocks),
        opening=joined((judged, answer), "\n\n"),
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
    written = replace(texts, comments=comments, public_comments=comments, chapters=chapters)
    return replace(dossier, written=written, decisions=own, carried=carried, withheld={})


def _nameless(decision: Decision, names: Names) -> Decision:
    note = names.withhold(decision.note) if decision.note else None
    return replace(decision, text=names.withhold(decision.text), why="", resource="", note=note)


# --- A point --------------------------------------------------------------------------------------------------------


def _point(edition: Edition, answer: PointAnswer) -> Topic:
    """A point: its question, figure and trend, where and why it is weak, its comment, and the decisions about it."""
    dossier, say = edition.dossier, edition.say
    measured = answer.coverage.coverage is not None
    blocks: list[Block] = [
        Heading(phrases.label(answer.point, say), 1),
        Paragraph(say.plain(answer.point.question), "answer"),
        beside_trend(answer, figure_texts(answer, say) if measured else empty_texts(answer, say), say),
        *ahead(answer, say),
        *_weak(answer, say),
        *comment(edition, answer, say(N_("Comment:"))),
    ]
    if decisions := of_point([*dossier.decisions, *dossier.carried], answer.point, dossier.year):
        blocks.append(_decision_table(dossier, decisions, say))
    return Topic(tuple(blocks), say(N_("Notes")), LINES)


MOST_LEFT: Final[tuple[Column[Coverage], ...]] = (
    Column(N_("Most left to do"), lambda part, _: part.unit or "", width=3),
    Column(N_("Left"), left_text, numeric=True, width=1.1),
    Column(N_("Coverage"), phrases.percent, numeric=True, width=1.1),
)


def _weak(answer: PointAnswer, say: Language) -> list[Block]:
    """The units with most left to do next to the biggest reasons."""
    units = [] if all_lost(answer) else weakest(answer)
    tables = [*([table(MOST_LEFT, units, say)] if units else []), *_reasons(answer, say)]
    return [Beside((tables[0],), (tables[1],))] if len(tables) > 1 else [*tables]


def _reasons(answer: PointAnswer, say: Language) -> list[Table]:
    """The biggest reasons; none if nothing is unmet."""
    columns: tuple[Column[ReasonShare], ...] = (
        Column(reasons_title(answer, say), lambda reason, _: reason.text, width=4),
        Column(N_("Number"), lambda reason, _: reason.number, numeric=True),
        Column(N_("Share"), lambda reason, _: reason.percent, numeric=True),
    )
    biggest = wording.biggest_reasons(answer, say)[:REASONS]
    return [table(columns, biggest, say)] if biggest else []


def _decision_table(dossier: Dossier, decisions: Sequence[Decision], say: Language, caption: str = "") -> Table:
    """Decisions with text, function, due date and status; with a caption also the point they are about."""

    def state(row: Decision, say: Language) -> str:
        return say(N_("Late")) if row.late(dossier.as_of) else say(DECISION_STATUSES[row.status])

    about: Column[Decision] = Column(N_("Review point"), lambda row, say: reason(dossier, row, say), width=2.6)
    columns: tuple[Column[Decision], ...] = (
        Column(N_("No."), lambda row, _: row.name, width=0.9),
        Column(N_("Decision"), lambda row, _: "\n".join((*texts_of(dossier, row), row.responsible)), width=6),
        *((about,) if caption else ()),
        Column(N_("To be done by"), lambda row, _: row.due, width=1.7),
        Column(N_("Status"), state, width=1.6),
    )
    return table(columns, decisions, say, caption=caption)


# --- All of them ----------------------------------------------------------------------------------------------------


def _summary(edition: Edition) -> Topic:
    """All points in a table, with the head's assessments."""
    say, answer = edition.say, summary_sentence(edition.dossier, edition.say)
    blocks = (Heading(say(N_("Summary")), 1), Paragraph(answer, "answer"), points_table(edition))
    return Topic(blocks, say(N_("Notes")), LINES)


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
