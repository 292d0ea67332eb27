"""What a report says of the review points: the overview of all thirteen, and a section for each."""

from dataclasses import dataclass, replace
from typing import Final

from compliance import figures, viewing
from compliance.assessing import Basis, Coverage, Status
from compliance.blocks import (
    Bar,
    BarChart,
    Block,
    Column,
    CountChart,
    Heading,
    LineChart,
    Moment,
    PageBreak,
    Paragraph,
    Table,
)
from compliance.dossier import Dossier, PointAnswer, ShownFigure
from compliance.language import N_, NBSP, Language, Texts, unmarked
from compliance.viewing import DASH

VERDICTS: Final = {
    "sufficient": N_("sufficient"),
    "partly": N_("partly sufficient"),
    "insufficient": N_("insufficient"),
}
# As they are chosen, and where there is little room.
SHORT_VERDICTS: Final = VERDICTS | {"partly": N_("partly")}
FIRST_REMAINING: Final = 15
FEWEST_MOMENTS: Final = 3
FEWEST_PARTS: Final = 2
FEWEST_REASONS: Final = 2
SYSTEMS: Final = "systems"


@dataclass(frozen=True)
class Reader:
    """For whom a report is written: the language, and whether it is handed out."""

    say: Language
    public: bool

    def text(self, texts: Texts) -> str:
        """A text of a declarative file, without the marks that the pages need."""
        return plain(self.say.pick(texts))


def plain(text: str) -> str:
    """A text of the pages without emphasis and soft hyphens."""
    return unmarked(text).replace("\N{SOFT HYPHEN}", "")


def verdict(dossier: Dossier, point_id: str, say: Language, words: dict[str, str] = VERDICTS) -> str:
    """The head's assessment of a point in words; a dash where there is none."""
    code = dossier.written.assessments.get(point_id, "")
    return say(words[code]) if code in words else DASH


# --- All thirteen -------------------------------------------------------------------------------------------------


def overview(dossier: Dossier, reader: Reader) -> list[Block]:
    """All points in short: the answer, the bars, and the same as a table."""
    say = reader.say
    return [
        PageBreak(),
        Heading(say(N_("The review points in short")), 3),
        Paragraph(answer_sentence(dossier, reader), "answer"),
        _bars(dossier, reader),
        points_table(dossier, reader),
    ]


def answer_sentence(dossier: Dossier, reader: Reader) -> str:
    """How many points reach their target, and which is furthest from it."""
    return plain(" ".join(viewing.overview_sentences(_seen(dossier), reader.say)))


def _seen(dossier: Dossier) -> viewing.Overview:
    now = tuple(answer.coverage for answer in dossier.points)
    imports = [{"import_id": used.import_id} for used in dossier.imports]
    before = {answer.point.id: answer.coverage_before for answer in dossier.points if answer.coverage_before}
    return viewing.Overview(now=now, before=before, months={}, parts=(), basis=Basis((dossier.organisation,), imports))


def _bars(dossier: Dossier, reader: Reader) -> BarChart:
    say = reader.say
    figures_ = [answer.coverage for answer in dossier.points]
    alt = "; ".join(plain(viewing.sentence(answer.coverage, answer.coverage_before, say)) for answer in dossier.points)
    return BarChart(
        caption=say(N_("Coverage of the review points on {day}"), day=say.date(dossier.as_of)),
        alt=alt,
        bars=tuple(_bar(answer, reader) for answer in dossier.points) if figures_ else (),
        target=say(N_("Target")),
        before=before_word(dossier, say),
    )


def _bar(answer: PointAnswer, reader: Reader) -> Bar:
    figure, before = answer.coverage, answer.coverage_before
    return Bar(
        label=plain(viewing.label(figure.point, reader.say)),
        share=figure.coverage,
        text=viewing.percent(figure, reader.say),
        target=figure.target.target,
        status=viewing.status(figure),
        word=viewing.word(figure, reader.say),
        before=before.coverage if before else None,
    )


def one_bar(dossier: Dossier, answer: PointAnswer, reader: Reader) -> BarChart:
    """The figure of a point as one bar with its target and the figure before."""
    say = reader.say
    return BarChart(
        caption="",
        alt=plain(viewing.sentence(answer.coverage, answer.coverage_before, say)),
        bars=(replace(_bar(answer, reader), label=say(N_("Coverage"))),),
        target=say(N_("Target")),
        before=before_word(dossier, say),
    )


def before_word(dossier: Dossier, say: Language) -> str:
    """What the figure is called that a point is compared with."""
    known = [before for answer in dossier.points if (before := answer.coverage_before)]
    return viewing.then_named(known[0], say) if known else say(N_("A year before"))


def _before_short(dossier: Dossier, say: Language) -> str:
    return str(dossier.last_year) if dossier.last_year is not None else say(N_("Last year"))


def points_table(dossier: Dossier, reader: Reader) -> Table:
    """The thirteen in a table: figure, counts, target, status, what it was, and assessment."""
    say = reader.say
    columns = (
        Column(say(N_("Review point")), width=3.85),
        Column(say(N_("Coverage")), "right", 1.4),
        Column(say(N_("Met")), "right", 1.65),
        Column(say(N_("Target")), "right", 1.0),
        Column(say(N_("Status")), width=1.75),
        Column(_before_short(dossier, say), "right", 0.95),
        Column(say(N_("Assessment")), width=1.6),
    )
    rows = tuple(_row(dossier, answer, reader) for answer in dossier.points)
    return Table(say(N_("The thirteen review points")), columns, rows)


def _row(dossier: Dossier, answer: PointAnswer, reader: Reader) -> tuple[str, ...]:
    say, figure, before = reader.say, answer.coverage, answer.coverage_before
    counted = figure.coverage is not None
    return (
        plain(viewing.label(figure.point, say)),
        viewing.percent(figure, say),
        met_of(figure, say) if counted else DASH,
        viewing.share(figure.target.target, say),
        viewing.word(figure, say).replace(" ", NBSP),
        viewing.percent(before, say) if before else DASH,
        verdict(dossier, answer.point.id, say, SHORT_VERDICTS),
    )


def met_of(figure: Coverage, say: Language) -> str:
    """61 av 312, on one line."""
    return say(N_("{n} of {of}"), n=say.number(figure.met), of=say.number(figure.of)).replace(" ", NBSP)


# --- One point ----------------------------------------------------------------------------------------------------


def section(dossier: Dossier, answer: PointAnswer, reader: Reader) -> list[Block]:
    """A point: its figure, what is said of it, how it developed, where it is weak, and what is left to do."""
    say = reader.say
    title = f"{answer.point.number}. {reader.text(answer.point.title)}"
    return [
        # a hand-out says little of each point, and nobody much of one without a figure
        *([] if reader.public or answer.coverage.coverage is None else [PageBreak()]),
        Heading(title, 3),
        Paragraph(_answer(answer, reader), "answer"),
        *_said(dossier, answer, reader),
        *_development(answer, reader),
        *_parts(answer, reader),
        *([] if reader.public else _weaknesses(dossier, answer, reader)),
        Paragraph(_basis(dossier, answer, say), "note"),
    ]


def _answer(answer: PointAnswer, reader: Reader) -> str:
    """The figure in a sentence, with its target and status."""
    say, figure = reader.say, answer.coverage
    if figure.status is Status.NO_BASIS:
        return say(N_("No basis: a needed export is missing on {day}."), day=say.date(figure.as_of))
    if figure.coverage is None:
        return say(N_("Nothing to assess on {day}."), day=say.date(figure.as_of))
    return plain(
        say(
            N_("{share}: {counts}. The target is {target}. {word}."),
            share=viewing.percent(figure, say),
            counts=viewing.hero_counts(figure, say),
            target=viewing.share(figure.target.target, say),
            word=viewing.word(figure, say),
        )
    )


def _said(dossier: Dossier, answer: PointAnswer, reader: Reader) -> list[Block]:
    """The head's assessment, and the comment that this reader may see."""
    say, said = reader.say, dossier.written
    told = verdict(dossier, answer.point.id, say)
    head = say(N_("Assessment of the head of administration: {verdict}."), verdict=told)
    if told == DASH:
        head = say(N_("The head of administration has not assessed the point yet."))
    found: list[Block] = [Paragraph(head)]
    comments = said.public_comments if reader.public else said.comments
    if text := comments.get(answer.point.id):
        found.append(Paragraph(dossier.withheld.get(text, text) if reader.public else text, "comment"))
    return found


def _development(answer: PointAnswer, reader: Reader) -> list[Block]:
    """Where the figure comes from: beside what it was, why it changed, and month by month."""
    say = reader.say
    figure, before = answer.coverage, answer.coverage_before
    sentences = [plain(text) for text in (viewing.both_percentages(figure, say), viewing.beside(figure, say)) if text]
    difference = viewing.change(figure, before)
    if reader.public and difference is not None:
        told = say(N_("{change} percentage points since {day}."), change=say.change(difference), day=_day(before, say))
        sentences.append(told)
    elif not reader.public and figure.coverage is not None:
        sentences.append(plain(say.pick(answer.changed)))
    found: list[Block] = [Paragraph(" ".join(sentences))] if sentences else []
    drawn = trend(answer, reader)
    return [*found, drawn] if drawn else found


def _day(before: Coverage | None, say: Language) -> str:
    return say.date(before.as_of) if before else ""


def trend(answer: PointAnswer, reader: Reader) -> LineChart | None:
    """The figure month by month; None where too few months have one."""
    months = [answer.figure(counted) for counted in answer.months]
    if len([month for month in months if month.coverage is not None]) < FEWEST_MOMENTS:
        return None
    say = reader.say
    target, limit = viewing.levels(months[-1], say)
    return LineChart(
        caption=say(N_("{point}: the last twelve months"), point=reader.text(answer.point.short)),
        alt=plain(viewing.trend_alt(months, say)),
        name=say(N_("Coverage")),
        moments=tuple(
            Moment(say.month(month.as_of).replace("<br>", "\n"), month.coverage, viewing.percent(month, say))
            for month in months
        ),
        target=target,
        limit=limit,
    )


def _parts(answer: PointAnswer, reader: Reader) -> list[Block]:
    """The departments, the weakest first; in a hand-out those of few persons are added up."""
    say = reader.say
    found = [answer.figure(counted) for counted in answer.departments]
    if reader.public:
        found = viewing.without_few(found, say)
    measured = viewing.worst_first(found)
    if len(measured) < FEWEST_PARTS:
        return []
    columns = (
        Column(say(N_("Department")), width=3),
        Column(say(N_("Coverage")), "right"),
        Column(say(N_("Met")), "right"),
        Column(say(N_("Status")), width=1.4),
    )
    rows = tuple(
        (
            figure.department or figure.unit or "",
            viewing.percent(figure, say),
            met_of(figure, say),
            viewing.word(figure, say),
        )
        for figure in measured
    )
    return [Table(say(N_("{point}, by department"), point=reader.text(answer.point.short)), columns, rows)]


def _weaknesses(dossier: Dossier, answer: PointAnswer, reader: Reader) -> list[Block]:
    return [*_reasons(answer, reader), *_remaining(answer, reader), *_figures(dossier, answer, reader)]


def _reasons(answer: PointAnswer, reader: Reader) -> list[Block]:
    """Why items are not met, the commonest first."""
    say, point = reader.say, answer.point
    counted = [(r, r.number) for r in answer.reasons if r.outcome in {"unmet", "unknown"}]
    if len(counted) < FEWEST_REASONS:
        return []
    ordered = sorted(counted, key=lambda entry: -entry[1])
    bars = tuple((plain(viewing.reason_text(point, r.outcome, r.code, say)), n, say.number(n)) for r, n in ordered)
    caption = say(N_("{point}: why it is not met"), point=reader.text(point.short))
    alt = ", ".join(f"{text}: {told}" for text, _, told in bars)
    return [CountChart(caption, alt, say(N_("Number")), bars)]


def _remaining(answer: PointAnswer, reader: Reader) -> list[Block]:
    """What is left to do, as far as it fits; the whole list is an extract."""
    say, point = reader.say, answer.point
    if not answer.remaining:
        return []
    shown = answer.remaining[:FIRST_REMAINING]
    columns = (
        Column(say(N_("What remains")), width=3),
        Column(say(N_("Unit")), width=2),
        Column(say(N_("Reason")), width=2.4),
        Column(say(N_("Due")), width=1.4),
    )
    rows = tuple(
        (
            row.label or row.item,
            row.unit or DASH,
            _why(answer, row.outcome, row.reason, row.detail, reader),
            row.due.isoformat() if row.due else DASH,
        )
        for row in shown
    )
    caption = say(N_("{point}: what remains"), point=reader.text(point.short))
    if len(answer.remaining) > len(shown):
        counts = {"n": say.number(len(shown)), "of": say.number(len(answer.remaining))}
        caption = say(N_("{caption} ({n} of {of}; all are in the working list)"), caption=caption, **counts)
    return [Table(caption, columns, rows)]


def _why(answer: PointAnswer, outcome: str, reason: str, detail: str | None, reader: Reader) -> str:
    text = plain(viewing.reason_text(answer.point, outcome, reason, reader.say))
    more = viewing.detail_text(detail, reader.say)
    return f"{text}: {more}" if more else text


def _figures(dossier: Dossier, answer: PointAnswer, reader: Reader) -> list[Block]:
    """The figures beside the point, each with what it counts."""
    say = reader.say
    shown = [f for f in dossier.figures if answer.point.number in f.points and f.part is not None]
    if not shown:
        return []
    columns = (
        Column(say(N_("Also")), width=2.2),
        Column(say(N_("Figure")), "right", 1.3),
        Column(say(N_("What is counted")), width=4),
    )
    rows = tuple((reader.text(f.title), figure_text(dossier, f, say), reader.text(f.definition)) for f in shown)
    return [Table(say(N_("{point}: other figures"), point=reader.text(answer.point.short)), columns, rows)]


def figure_text(dossier: Dossier, shown: ShownFigure, say: Language) -> str:
    """A frozen figure written out as on the pages."""
    definition = figures.Definition(
        shown.id,
        shown.points,
        shown.form,  # type: ignore[arg-type]
        shown.title,
        shown.definition,
        needs=(),
        dated_parameters=(),
    )
    figure = figures.Figure(definition, dossier.as_of, dossier.organisation, shown.part, shown.whole, shown.basis)
    return plain(viewing.figure_text(figure, say))


def _basis(dossier: Dossier, answer: PointAnswer, say: Language) -> str:
    """From which exports, and of which days, the figure is."""
    wanted = {*answer.point.needs, *answer.point.uses}
    used = [entry for entry in dossier.imports if entry.source in wanted]
    if not used:
        return say(N_("Basis: no export."))
    named = [f"{plain(say.pick(entry.title))} {say.date(entry.extract_date)}" for entry in used]
    text = say(N_("Basis: {exports}."), exports=", ".join(dict.fromkeys(named)))
    rejected = sum(entry.rejected for entry in used)
    if rejected:
        text += " " + say.plural("{n} row was rejected.", "{n} rows were rejected.", rejected)
    return text
