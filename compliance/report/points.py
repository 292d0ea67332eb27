"""The review points in a report: all in a table that is also a chart, and half a page on each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from compliance.core.language import MINUS, N_, NBSP, Language, begun
from compliance.counting.assessing import Coverage, Status
from compliance.report.blocks import (
    SIGNS,
    Bar,
    Beside,
    Block,
    Column,
    Effect,
    Heading,
    LineChart,
    Paragraph,
    Result,
    Table,
    Together,
)
from compliance.review import situation, wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, PointAnswer
from compliance.review.functions import Functions
from compliance.wording import outlook, phrases, trends
from compliance.wording.phrases import DASH
from compliance.wording.reasons import REASONS_TITLE, WHY_UNMET, empty_sentence, reason_text

NO_FUNCTIONS: Final = Functions((), (), ())
FEWEST_MOMENTS: Final = 3
FEWEST_PARTS: Final = 2
# How many departments and reasons of a point are named, and how many causes of its change.
NAMED: Final = 3
REASONS: Final = 5
CAUSES: Final = 4
# How many points are named as the furthest from their targets.
FURTHEST: Final = 3


@dataclass(frozen=True)
class Edition:
    """One edition of a report: its language, and whether it is the one to hand out.

    That one shows of those responsible for a decision only their `functions`.
    """

    say: Language
    public: bool
    functions: Functions = NO_FUNCTIONS

    def visible(self, dossier: Dossier, text: str) -> str:
        """A user's text; without names in the edition to hand out."""
        return dossier.withheld.get(text, text) if self.public else text

    def responsible(self, row: Decision) -> str:
        """Who is responsible for a decision: as written, and in the edition to hand out the function alone."""
        if not self.public:
            return row.responsible
        unnamed = N_("somebody is responsible") if row.responsible.strip() else N_("nobody is responsible yet")
        return begun(self.functions.first(row.responsible) or self.say(unnamed))


def day_text(day: date | None) -> str:
    """A day in a table; a dash if there is none."""
    return day.isoformat() if day else DASH


# --- All points ----------------------------------------------------------------------------------------------------


def answer_sentence(dossier: Dossier, edition: Edition) -> str:
    """How many points reach their target, and which are furthest from it."""
    reached = phrases.nothing_loaded(dossier.as_of, edition.say)
    if dossier.imports:
        reached = phrases.reached_sentence([answer.coverage for answer in dossier.points], edition.say)
    return " ".join(text for text in (reached, _furthest(dossier, edition)) if text)


def furthest(dossier: Dossier) -> list[Coverage]:
    """The figures that are furthest below their targets, the furthest first."""
    below = [a.coverage for a in dossier.points if a.coverage.status in {Status.RED, Status.YELLOW}]
    return sorted(below, key=lambda figure: (figure.coverage or 0.0) - figure.target.target)[:FURTHEST]


def _furthest(dossier: Dossier, edition: Edition) -> str:
    """The points furthest below their targets, each with its figure; "" if all reach them."""
    if not (figures := furthest(dossier)):
        return ""
    names = (phrases.label(figure.point, edition.say).replace(" ", NBSP, 1) for figure in figures)
    items = [f"{name} ({phrases.percent(figure, edition.say)})" for name, figure in zip(names, figures, strict=True)]
    return f"{edition.say(N_('Furthest from the target'))}: {phrases.listed(items, edition.say)}."


def before_word(dossier: Dossier, say: Language) -> str:
    """The name of the figure that a point is compared with."""
    earlier = [before for answer in dossier.points if (before := answer.coverage_before)]
    return phrases.then_label(earlier[0], say) if earlier else say(N_("Last year"))


def _before_short(dossier: Dossier, say: Language) -> str:
    return str(dossier.last_year) if dossier.last_year is not None else say(N_("Last year"))


def points_table(dossier: Dossier, edition: Edition) -> Table:
    """All points in a table that is also a chart: bar, figure, target, status, figures before and ahead, assessment."""
    say = edition.say
    columns = (
        Column(say(N_("Review point")), width=4.2),
        Column(say(N_("Coverage")), "right", 1.4),
        Column(say(N_("Target")), "right", 1.0),
        Column(say(N_("Status")), width=2.2),
        Column(_before_short(dossier, say), "right", 1.1),
        Column(say(N_("31 Dec if nothing done")), "right", 1.9),
        Column(say(N_("Assessment")), width=1.85),
    )
    rows = tuple(_row(dossier, answer, edition) for answer in dossier.points)
    bars = tuple(bar(answer, edition) for answer in dossier.points)
    return Table(phrases.all_points(len(dossier.points), say), columns, rows, bars, f"0–{phrases.share(1.0, say)}")


def without_empty(table: Table) -> Table:
    """The table without the columns that have only dashes."""
    filled = [place for place in range(len(table.columns)) if any(row[place] != DASH for row in table.rows)]
    rows = tuple(tuple(row[place] for place in filled) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in filled), rows=rows)


def bars_note(dossier: Dossier, edition: Edition) -> Paragraph:
    """The legend of the bars, with the days of their marks."""
    say, before = edition.say, before_word(dossier, edition.say)
    text = N_("The stroke is the target, the ring {before}. Coverage on {day}.")
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


def _row(dossier: Dossier, answer: PointAnswer, edition: Edition) -> tuple[str, ...]:
    say, figure, before = edition.say, answer.coverage, answer.coverage_before
    return (
        phrases.label(figure.point, say),
        phrases.percent(figure, say),
        phrases.share(figure.target.target, say),
        phrases.word(figure, say).replace(" ", NBSP),
        phrases.percent(before, say) if before else DASH,
        _at_end(answer, say),
        wording.verdict(dossier, answer.point.id, say, wording.SHORT_VERDICTS),
    )


def _at_end(answer: PointAnswer, say: Language) -> str:
    """The figure of 31 December if nothing is done, with the shape of its status; none of a year's own items."""
    then = situation.then_of(answer.outlook)
    if then is None or then.coverage is None:
        return DASH
    return f"{SIGNS[then.status]}{NBSP}{phrases.percent(then, say)}"


# --- One point ----------------------------------------------------------------------------------------------------


def section(dossier: Dossier, answer: PointAnswer, edition: Edition) -> Together:
    """A point on half a page: its figure, where it is heading, assessment, comment, why it changed, where weak."""
    title = f"{answer.point.number}. {edition.say.plain(answer.point.title)}"
    return Together(
        (
            Heading(title, 3),
            *_figure(answer, edition),
            Paragraph(assessment(dossier, answer.point.id, edition.say)),
            *_comment(dossier, answer, edition),
            *([] if edition.public else _changed(answer, edition)),
            *_weak(answer, edition),
        )
    )


def _figure(answer: PointAnswer, edition: Edition) -> list[Block]:
    """The figure next to its trend, or why there is none; then where it is heading."""
    say, figure, chart = edition.say, answer.coverage, trend(answer, edition)
    if figure.coverage is None:
        return [Paragraph(empty_sentence(figure, say), "answer")]
    large = result(answer, figure_texts(answer, say), say)
    return [Beside((large,), (chart,)) if chart else large, *ahead(answer, say)]


def result(answer: PointAnswer, texts: Sequence[str], say: Language) -> Result:
    """The figure of a point in large type over `texts`, the first of which is what it counts."""
    figure = answer.coverage
    return Result(
        value=phrases.percent(figure, say),
        status=figure.status,
        word=phrases.word(figure, say),
        text=texts[0],
        notes=tuple(texts[1:]),
    )


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
    text = " ".join(text for text in (*outlook.sentences(answer.outlook, say), came) if text)
    return [Paragraph(text)] if text else []


def assessment(dossier: Dossier, point_id: str, say: Language) -> str:
    """The head's assessment of a point in a sentence."""
    if point_id not in dossier.written.assessments:
        return say(N_("The head of administration has not assessed the point."))
    return f"{say(N_('The assessment of the head of administration'))}: {wording.verdict(dossier, point_id, say)}."


def _comment(dossier: Dossier, answer: PointAnswer, edition: Edition) -> list[Block]:
    """The comment of the edition."""
    comments = dossier.written.public_comments if edition.public else dossier.written.comments
    text = comments.get(answer.point.id)
    return [Paragraph(edition.visible(dossier, text), "comment")] if text else []


def _changed(answer: PointAnswer, edition: Edition) -> list[Block]:
    """Why the figure has changed, if there was one before; reviews of earlier versions have a sentence alone."""
    say = edition.say
    if phrases.change(answer.coverage, answer.coverage_before) is None:
        return []
    found = wording.biggest_causes(answer, say, most=CAUSES)
    texts = (answer.beside if found else answer.changed) or {}
    told = say.plain(texts) if texts else ""
    return [*([_causes(found, say)] if found else []), *([Paragraph(told)] if told else [])]


def _causes(found: Sequence[tuple[str, int]], say: Language) -> Table:
    """The causes of a change with their sizes in tenths of a percentage point, each with a bar from zero."""
    columns = (Column(say(wording.WHY_CHANGED), width=6), Column(say(N_("Percentage points")), "right", 1.7))
    rows = tuple((text, say.signed(tenths)) for text, tenths in found)
    low, high = min(0, *(tenths for _, tenths in found)), max(0, *(tenths for _, tenths in found))
    bars = tuple(Effect(tenths, say.signed(tenths), low, high) for _, tenths in found)
    return Table("", columns, rows, bars, f"{MINUS} 0 +")


def trend(answer: PointAnswer, edition: Edition) -> LineChart | None:
    """The figure month by month; None if too few months have one."""
    months = [answer.figure(month) for month in answer.months]
    if len([month for month in months if month.coverage is not None]) < FEWEST_MOMENTS:
        return None
    say = edition.say
    then = answer.outlook.then
    return LineChart(
        caption="",
        alt=trends.trend_alt(months, say, then),
        name="",
        trend=trends.trend(months, say, say.month, then),
    )


# --- Where it is weak ---------------------------------------------------------------------------------------------


def _weak(answer: PointAnswer, edition: Edition) -> list[Block]:
    """The departments with most left to do next to the biggest reasons; the public version has no reasons."""
    parts, reasons = _parts(answer, edition), None if edition.public else _reasons(answer, edition)
    parts = None if all_lost(answer) else parts
    tables = [(table,) for table in (parts, reasons) if table]
    return [Beside(tables[0], tables[1] if len(tables) > 1 else ())] if tables else []


def all_lost(answer: PointAnswer) -> bool:
    """Whether nothing is left to do: what is not met was late, and stays so."""
    return 0 < wording.left_of(answer.coverage) <= answer.outlook.lost


def reasons_title(answer: PointAnswer, say: Language) -> str:
    """The heading of the reasons of a point."""
    return say(WHY_UNMET if all_lost(answer) else REASONS_TITLE)


def departments(answer: PointAnswer) -> list[Coverage]:
    """The departments of a point that have a figure."""
    figures = [answer.figure(department) for department in answer.departments]
    return [figure for figure in figures if figure.coverage is not None]


def _parts(answer: PointAnswer, edition: Edition) -> Table | None:
    """The departments with most left to do; None if there is one department, or nothing left."""
    say, figures = edition.say, departments(answer)
    left = sorted(
        (figure for figure in figures if wording.left_of(figure)), key=lambda figure: -wording.left_of(figure)
    )
    if len(figures) < FEWEST_PARTS or not left:
        return None
    columns = (
        Column(say(N_("Most left to do")), width=3),
        Column(say(N_("Left")), "right", 0.9),
        Column(say(N_("Coverage")), "right", 1.2),
    )
    rows = tuple(
        (figure.department or figure.unit or "", say.number(wording.left_of(figure)), phrases.percent(figure, say))
        for figure in left[:NAMED]
    )
    return Table("", columns, rows)


def _reasons(answer: PointAnswer, edition: Edition) -> Table | None:
    """Why items are not met, the most common reason first, the rare ones added up; None if all are met."""
    say, point = edition.say, answer.point
    reasons = wording.most_common_reasons(answer)
    if not reasons:
        return None
    shown = reasons if len(reasons) <= REASONS else reasons[: REASONS - 1]
    rows = [(reason_text(point, r.outcome, r.code, say), say.number(r.number)) for r in shown]
    if more := reasons[len(shown) :]:
        rows.append((say(N_("Other reasons")), say.number(sum(reason.number for reason in more))))
    columns = (Column(reasons_title(answer, say), width=4), Column(say(N_("Number")), "right"))
    return Table("", columns, tuple(rows))
