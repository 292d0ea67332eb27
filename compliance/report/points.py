"""The review points in a report: all in a table that is also a chart, and half a page on each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from compliance.core.language import MINUS, N_, NBSP, Language
from compliance.counting.assessing import Coverage, Status
from compliance.report.blocks import (
    SIGNS,
    Bar,
    Beside,
    Block,
    EffectBar,
    Heading,
    Paragraph,
    Result,
    Table,
    Together,
    table,
)
from compliance.report.edition import (
    FEWEST_PARTS,
    Edition,
    all_lost,
    departments,
    joined,
    line_chart,
    marked,
    reasons_title,
    year_end,
)
from compliance.review import wording
from compliance.review.dossier import Dossier, PointAnswer
from compliance.wording import outlook, phrases
from compliance.wording.phrases import DASH
from compliance.wording.reasons import empty_sentence, reason_text
from compliance.wording.tables import Column

# How many departments and reasons of a point are named, and how many causes of its change.
NAMED: Final = 3
REASONS: Final = 5
CAUSES: Final = 4
# How many points are named as the furthest from their targets.
FURTHEST: Final = 3


# --- All points ----------------------------------------------------------------------------------------------------


def answer_sentence(edition: Edition) -> str:
    """How many points reach their target, and which are furthest from it."""
    dossier, say = edition.dossier, edition.say
    reached = phrases.nothing_loaded(dossier.as_of, say)
    if dossier.imports:
        reached = phrases.reached_sentence([answer.coverage for answer in dossier.points], say)
    return joined((reached, _furthest(edition)), " ")


def furthest(dossier: Dossier) -> list[Coverage]:
    """The figures that are furthest below their targets, the furthest first."""
    below = [a.coverage for a in dossier.points if a.coverage.status in {Status.RED, Status.YELLOW}]
    return sorted(below, key=lambda figure: (figure.coverage or 0.0) - figure.target.target)[:FURTHEST]


def _furthest(edition: Edition) -> str:
    """The points furthest below their targets, each with its figure; "" if all reach them."""
    if not (figures := furthest(edition.dossier)):
        return ""
    names = (phrases.label(figure.point, edition.say).replace(" ", NBSP, 1) for figure in figures)
    items = [f"{name} ({phrases.percent(figure, edition.say)})" for name, figure in zip(names, figures, strict=True)]
    return f"{edition.say(N_('Furthest from the target'))}: {phrases.listed(items, edition.say)}."


def before_word(dossier: Dossier, say: Language) -> str:
    """The name of the figure that a point is compared with."""
    earlier = [before for answer in dossier.points if (before := answer.coverage_before)]
    return phrases.then_label(earlier[0], say) if earlier else say(N_("Last year"))


def points_table(edition: Edition, *, caption: str = "") -> Table:
    """All points in a table that is also a chart: bar, figure, target, status, figures before and ahead, assessment.

    A column that has only dashes is left out.
    """
    dossier, say = edition.dossier, edition.say
    before = N_("Last year") if dossier.last_year is None else str(dossier.last_year)
    columns: tuple[Column[PointAnswer], ...] = (
        Column(N_("Review point"), lambda answer, say: phrases.label(answer.point, say), width=4.2),
        Column(N_("Coverage"), lambda answer, say: phrases.percent(answer.coverage, say), numeric=True, width=1.4),
        Column(N_("Target"), lambda answer, say: phrases.share(answer.coverage.target.target, say), numeric=True),
        Column(N_("Status"), lambda answer, say: phrases.word(answer.coverage, say).replace(" ", NBSP), width=2.2),
        Column(before, _before, numeric=True, width=1.1),
        Column(N_("31 Dec if nothing done"), _at_end, numeric=True, width=1.9),
        Column(
            N_("Assessment"),
            lambda answer, say: wording.verdict(dossier, answer.point.id, say, wording.SHORT_VERDICTS),
            width=1.85,
        ),
    )
    bars = tuple(bar(answer, edition) for answer in dossier.points)
    whole = table(columns, dossier.points, say, caption=caption)
    return replace(_without_empty(whole), bars=bars, scale=f"0–{phrases.share(1.0, say)}")


def _before(answer: PointAnswer, say: Language) -> str:
    return phrases.percent(answer.coverage_before, say) if answer.coverage_before else DASH


def _at_end(answer: PointAnswer, say: Language) -> str:
    """The figure of 31 December if nothing is done, with the shape of its status; none of a year's own items."""
    return marked(year_end(answer), SIGNS, say)


def _without_empty(whole: Table) -> Table:
    """The table without the columns that have only dashes."""
    filled = [place for place in range(len(whole.columns)) if any(row[place] != DASH for row in whole.rows)]
    rows = tuple(tuple(row[place] for place in filled) for row in whole.rows)
    return replace(whole, columns=tuple(whole.columns[place] for place in filled), rows=rows)


def bars_note(edition: Edition) -> Paragraph:
    """The legend of the bars, with the days of their marks."""
    dossier, say = edition.dossier, edition.say
    before, text = before_word(dossier, say), N_("The stroke is the target, the ring {before}. Coverage on {day}.")
    if all(answer.coverage_before is None or answer.coverage_before.coverage is None for answer in dossier.points):
        text = N_("The stroke is the target. Coverage on {day}.")
    return Paragraph(say(text, before=before[:1].lower() + before[1:], day=say.date(dossier.as_of)), "note")


def bar(answer: PointAnswer, edition: Edition) -> Bar:
    """The figure of a point as a bar, with its target and the figure before."""
    figure, before = answer.coverage, answer.coverage_before
    return Bar(
        label=phrases.label(figure.point, edition.say),
        share=figure.coverage,
        text=phrases.percent(figure, edition.say),
        target=figure.target.target,
        status=figure.status,
        word=phrases.word(figure, edition.say),
        before=before.coverage if before else None,
    )


# --- One point ----------------------------------------------------------------------------------------------------


def section(edition: Edition, answer: PointAnswer) -> Together:
    """A point on half a page: its figure, where it is heading, assessment, comment, why it changed, where weak."""
    title = f"{answer.point.number}. {edition.say.plain(answer.point.title)}"
    return Together(
        (
            Heading(title, 3),
            *_figure(answer, edition),
            Paragraph(assessment(edition.dossier, answer.point.id, edition.say)),
            *comment(edition, answer),
            *([] if edition.public else _changed(answer, edition.say)),
            *_weak(answer, edition),
        )
    )


def _figure(answer: PointAnswer, edition: Edition) -> list[Block]:
    """The figure next to its trend, or why there is none; then where it is heading."""
    say = edition.say
    if answer.coverage.coverage is None:
        return [Paragraph(empty_sentence(answer.coverage, say), "answer")]
    return [beside_trend(answer, figure_texts(answer, say), say), *ahead(answer, say)]


def beside_trend(answer: PointAnswer, texts: Sequence[str], say: Language) -> Block:
    """The figure of a point in large type over `texts`, the first of which is what it counts; next to its trend."""
    figure, chart = answer.coverage, line_chart(answer, say, label=say.month)
    large = Result(
        phrases.percent(figure, say), figure.status, phrases.word(figure, say), text=texts[0], notes=tuple(texts[1:])
    )
    return Beside((large,), (chart,)) if chart else large


def figure_texts(answer: PointAnswer, say: Language) -> list[str]:
    """What a figure counts, its target and the figure before, and its other percentage if much is unknown."""
    figure, before = answer.coverage, answer.coverage_before
    parts = [say(N_("Target {share}"), share=phrases.share(figure.target.target, say))]
    if before and before.coverage is not None:
        change = f"{say.change(phrases.change(figure, before))}{NBSP}{say(phrases.PERCENTAGE_POINTS)}"
        parts.append(f"{phrases.then_label(before, say)}: {phrases.percent(before, say)} ({change})")
    more = (phrases.both_percentages(figure, say), phrases.not_counted(figure, say))
    return [text for text in (phrases.counts_sentence(figure, say), " · ".join(parts), *more) if text]


def ahead(answer: PointAnswer, say: Language) -> list[Block]:
    """Where the figure is heading, and whether what was expected of it came true, in a paragraph; none if unknown."""
    expected = answer.expected_outlook
    came = outlook.came_true(expected, answer.outlook, say) if expected else ""
    text = joined((*outlook.sentences(answer.outlook, say), came), " ")
    return [Paragraph(text)] if text else []


def assessment(dossier: Dossier, point_id: str, say: Language) -> str:
    """The head's assessment of a point in a sentence."""
    if point_id not in dossier.written.assessments:
        return say(N_("The head of administration has not assessed the point."))
    return f"{say(N_('The assessment of the head of administration'))}: {wording.verdict(dossier, point_id, say)}."


def comment(edition: Edition, answer: PointAnswer, name: str = "") -> list[Block]:
    """The comment of the edition, after its name."""
    text = edition.comment(answer)
    return [Paragraph(joined((name, text), " "), "comment")] if text else []


def _changed(answer: PointAnswer, say: Language) -> list[Block]:
    """Why the figure has changed, if there was one before; reviews of earlier versions have a sentence alone."""
    if phrases.change(answer.coverage, answer.coverage_before) is None:
        return []
    found = wording.biggest_causes(answer, say, most=CAUSES)
    texts = (answer.beside if found else answer.changed) or {}
    told = say.plain(texts) if texts else ""
    return [*([_causes(found, say)] if found else []), *([Paragraph(told)] if told else [])]


# The causes of a change with their sizes in tenths of a percentage point.
CAUSE: Final[tuple[Column[tuple[str, int]], ...]] = (
    Column(wording.WHY_CHANGED, lambda cause, _: cause[0], width=6),
    Column(N_("Percentage points"), lambda cause, say: say.signed(cause[1]), numeric=True, width=1.7),
)


def _causes(found: Sequence[tuple[str, int]], say: Language) -> Table:
    """The causes of a change, each with a bar from zero."""
    low, high = min(0, *(tenths for _, tenths in found)), max(0, *(tenths for _, tenths in found))
    bars = tuple(EffectBar(tenths, say.signed(tenths), low, high) for _, tenths in found)
    return replace(table(CAUSE, found, say), bars=bars, scale=f"{MINUS} 0 +")


# --- Where it is weak ---------------------------------------------------------------------------------------------

MOST_LEFT: Final[tuple[Column[Coverage], ...]] = (
    Column(N_("Most left to do"), lambda part, _: part.department or part.unit or "", width=3),
    Column(N_("Left"), lambda part, say: say.number(wording.left_of(part)), numeric=True, width=0.9),
    Column(N_("Coverage"), lambda part, say: phrases.percent(part, say), numeric=True, width=1.2),
)


def _weak(answer: PointAnswer, edition: Edition) -> list[Block]:
    """The departments with most left to do next to the biggest reasons; the public version has no reasons."""
    parts, reasons = _parts(answer, edition.say), None if edition.public else _reasons(answer, edition.say)
    tables = [(each,) for each in (None if all_lost(answer) else parts, reasons) if each]
    return [Beside(tables[0], tables[1] if len(tables) > 1 else ())] if tables else []


def _parts(answer: PointAnswer, say: Language) -> Table | None:
    """The departments with most left to do; None if there is one department, or nothing left."""
    figures = departments(answer)
    left = sorted(filter(wording.left_of, figures), key=lambda figure: -wording.left_of(figure))
    return table(MOST_LEFT, left[:NAMED], say) if len(figures) >= FEWEST_PARTS and left else None


def _reasons(answer: PointAnswer, say: Language) -> Table | None:
    """Why items are not met, the most common reason first, the rare ones added up; None if all are met."""
    reasons = wording.most_common_reasons(answer)
    if not reasons:
        return None
    shown = reasons if len(reasons) <= REASONS else reasons[: REASONS - 1]
    rows = [(reason_text(answer.point, r.outcome, r.code, say), r.number) for r in shown]
    if more := reasons[len(shown) :]:
        rows.append((say(N_("Other reasons")), sum(reason.number for reason in more)))
    columns: tuple[Column[tuple[str, int]], ...] = (
        Column(reasons_title(answer, say), lambda row, _: row[0], width=4),
        Column(N_("Number"), lambda row, _: row[1], numeric=True),
    )
    return table(columns, rows, say)
