"""The content of the slides of a review, computed from its dossier; nothing is drawn here.

There is a kind of slide for each subject of a meeting: title, verdict, all points, a point, decisions, and next steps.
Each kind has its fixed places. What does not fit is shortened; the Word file has all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from compliance.access.disclosure import OTHER_UNITS
from compliance.core.language import N_, NBSP, Language
from compliance.counting.assessing import Coverage, Status
from compliance.report.blocks import Bar, Column, LineChart, Report, Table
from compliance.report.chapters import chapter_text
from compliance.report.points import FEWEST_MOMENTS, Edition, assessment, bar, day_text, departments, furthest
from compliance.report.report import report_of
from compliance.review import judging, wording
from compliance.review.approving import Signed
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, PointAnswer, Priority, few_added_up
from compliance.review.reviewing import State
from compliance.review.wording import decision_state, met_of, most_common_reasons
from compliance.wording import phrases, trends
from compliance.wording.phrases import DASH
from compliance.wording.reasons import REASONS_TITLE, reason_text

Kind = Literal["front", "verdict", "points", "point", "decisions", "steps"]
# The shape of each status as a character of the typeface.
MARKS: Final = {
    Status.GREEN: "●",
    Status.YELLOW: "▲",
    Status.RED: "♦",
    Status.NO_BASIS: "○",
    Status.NOTHING_TO_ASSESS: DASH,
}
REASONS: Final = 3
REASONS_DRAWN: Final = 5
DECISIONS: Final = 6
# The column of the tables that holds the status.
STATUS_COLUMN: Final = 3


@dataclass(frozen=True)
class BarChart:
    """Coverage as horizontal bars, each with its target; `target` is the name of those."""

    caption: str
    alt: str
    bars: tuple[Bar, ...]
    target: str


@dataclass(frozen=True)
class CountChart:
    """Counts as horizontal bars, the largest first, each with its name."""

    caption: str
    alt: str
    name: str
    counts: tuple[tuple[str, int], ...]


Chart = BarChart | CountChart | LineChart


@dataclass(frozen=True)
class Slide:
    """A slide: its kind, and its texts by the names of their places, a paragraph per line.

    The widths of a table are in cm; next to a chart its rows are equally high. `statuses` colour the place `mark` or,
    one per row, the cells of STATUS_COLUMN. `notes` are the speaker's notes.
    """

    kind: Kind
    texts: dict[str, str]
    table: Table | None = None
    chart: Chart | None = None
    statuses: tuple[Status | None, ...] = ()
    notes: str = ""


@dataclass(frozen=True)
class Slides:
    """All slides of a review in the reader's language. The other fields are those of `blocks.Report`."""

    language: str
    title: str
    organisation: str
    footer: str
    draft: str | None
    made_at: datetime
    slides: tuple[Slide, ...] = field(default=())


def slides_of(dossier: Dossier, *, state: State, signed: Signed, say: Language, public: bool) -> Slides:
    """The slides of a review in any state. `public` is the version to hand out, without names and weaknesses."""
    report = report_of(dossier, state=state, signed=signed, say=say, public=public)
    builder = _Builder(few_added_up(dossier, say(OTHER_UNITS)), Edition(say, public))
    return Slides(
        language=report.language,
        title=report.title,
        organisation=report.organisation,
        footer=report.footer,
        draft=report.draft,
        made_at=report.made_at,
        slides=(
            _front(report),
            builder.verdict(),
            builder.points(),
            *(builder.point(answer) for answer in dossier.points),
            builder.decided(),
            *builder.carried(),
            builder.steps(),
        ),
    )


def _front(report: Report) -> Slide:
    facts = "\n".join(f"{label}\t{text}" for label, text in report.facts)
    return Slide("front", {"title": report.title, "organisation": report.organisation, "facts": facts})


def _joined(texts: Sequence[str]) -> str:
    return " · ".join(text for text in texts if text)


class _Builder:
    """Builds the slides of a dossier for a edition."""

    def __init__(self, dossier: Dossier, edition: Edition) -> None:
        self.dossier, self.edition, self.say = dossier, edition, edition.say
        self.measured = [answer for answer in dossier.points if answer.coverage.coverage is not None]

    # --- The verdict ----------------------------------------------------------------------------------------------

    def verdict(self) -> Slide:
        """The head's judgement in a sentence with its grounds, the worst points, and three figures."""
        say, missing, late, worst = self.say, self._missing(), self._late(), [*map(self._far, furthest(self.dossier))]
        grounds = self.edition.visible(self.dossier, judging.grounds(self.dossier.written))
        texts = {
            "title": judging.sentence(self.dossier.written, say),
            "kicker": say(N_("Judgement of the whole")),
            "why": say(N_("Reasons")) if grounds else "",
            "grounds": grounds,
            "far": say(N_("Furthest from the target")) if worst else "",
            "worst": "\n".join(worst),
            "fact1": self._reached(),
            "meaning1": say(N_("measurable points reach the target")),
            "fact2": say.number(missing),
            "meaning2": say.plural("point has no basis", "points have no basis", missing),
            "fact3": say.number(late),
            "meaning3": say.plural("earlier decision is late", "earlier decisions are late", late),
        }
        return Slide("verdict", texts, notes=grounds)

    def _reached(self) -> str:
        reached = [answer for answer in self.measured if answer.coverage.status is Status.GREEN]
        n, of = self.say.number(len(reached)), self.say.number(len(self.measured))
        return self.say(N_("{n} of {of}"), n=n, of=of)

    def _missing(self) -> int:
        return len([answer for answer in self.dossier.points if answer.coverage.status is Status.NO_BASIS])

    def _late(self) -> int:
        return len([row for row in self.dossier.carried if row.late(self.dossier.as_of)])

    def _far(self, figure: Coverage) -> str:
        return f"{phrases.percent(figure, self.say)}\t{self.edition.say.plain(figure.point.short)}"

    # --- All points ------------------------------------------------------------------------------------------------

    def points(self) -> Slide:
        """All points in a table, each with its bar."""
        say, title = self.say, wording.reached_sentence(self.dossier, self.say)
        name = phrases.all_points(len(self.dossier.points), say)
        earlier = [answer.before for answer in self.dossier.points if answer.before]
        since = say(N_("change since {day}"), day=say.date(earlier[0].as_of)) if earlier else ""
        kicker = _joined([name, say.date(self.dossier.as_of), since])
        texts = {"title": title, "kicker": kicker, "key": f"|  {say(N_('Target')).lower()}"}
        statuses = tuple(answer.coverage.status for answer in self.dossier.points)
        return Slide("points", texts, self._points_table(name), self._bars(self.dossier.points, name), statuses)

    def _points_table(self, name: str) -> Table:
        say = self.say
        columns = (
            Column(say(N_("Review point")), width=10.15),
            Column(say(N_("Coverage")), "right", 3.3),
            Column(say(N_("Met")), "right", 4.25),
            Column(say(N_("Status")), width=5.8),
            Column(say(N_("Change")), "right", 2.6),
        )
        return Table(name, columns, tuple(map(self._row, self.dossier.points)))

    def _row(self, answer: PointAnswer) -> tuple[str, ...]:
        figure, before = answer.coverage, answer.coverage_before
        return (
            phrases.label(answer.point, self.say),
            phrases.percent(figure, self.say),
            met_of(figure, self.say) if figure.coverage is not None else DASH,
            self._mark(figure),
            self.say.change(phrases.change(figure, before)) or DASH,
        )

    def _mark(self, figure: Coverage) -> str:
        """The shape and the word of a status, on one line."""
        return f"{MARKS[figure.status]} {phrases.word(figure, self.say)}".replace(" ", NBSP)

    def _bars(self, answers: Sequence[PointAnswer], name: str) -> BarChart:
        bars = tuple(bar(answer, self.edition) for answer in answers)
        alt = "; ".join(f"{each.label}: {each.text}, {each.word}" for each in bars)
        return BarChart(name, alt, bars, target=self.say(N_("Target")))

    # --- A point --------------------------------------------------------------------------------------------------

    def point(self, answer: PointAnswer) -> Slide:
        """A point: its figure and trend, where and why it is weak, and the head's assessment."""
        figure, chart = answer.coverage, self._chart(answer)
        texts = {
            "title": self.edition.say.plain(answer.point.question),
            "kicker": phrases.label(answer.point, self.say),
            "mark": self._mark(figure),
            "figure": phrases.percent(figure, self.say),
            **self._compared(answer),
            "verdict": assessment(self.dossier, answer.point.id, self.say),
            "caption": chart.caption if chart else "",
            "weak": self._weak(answer),
            "reasons": "" if isinstance(chart, CountChart) else self._why(answer),
        }
        written = self.dossier.written
        comments = written.public_comments if self.edition.public else written.comments
        notes = self.edition.visible(self.dossier, comments.get(answer.point.id, ""))
        return Slide("point", texts, chart=chart, statuses=(figure.status,), notes=notes)

    def _compared(self, answer: PointAnswer) -> dict[str, str]:
        """What the figure counts, and what it is compared with."""
        say, figure, before = self.say, answer.coverage, answer.coverage_before
        if figure.coverage is None:
            counts, *more = wording.empty_texts(answer, say)
            return {"counts": counts, "compared": "\n".join(more)}
        lines = [say(N_("Target {share}"), share=phrases.share(figure.target.target, say))]
        if before and (change := phrases.change(figure, before)) is not None:
            lines.append(self._since(before, change))
        lines.append(phrases.both_percentages(figure, say))
        return {"counts": phrases.counts_sentence(figure, say), "compared": "\n".join(filter(None, lines))}

    def _since(self, before: Coverage, change: float) -> str:
        """The figure before, with its day and the change since, on one line."""
        say = self.say
        points = f"{say.change(change)}{NBSP}{say(phrases.PERCENTAGE_POINTS)}"
        return f"{phrases.then_label(before, say)}: {phrases.percent(before, say)}, {points}"

    def _chart(self, answer: PointAnswer) -> Chart | None:
        """The trend of a figure, else why items are not met, else the figure as a bar; None without a figure."""
        months = [answer.figure(month) for month in answer.months]
        if len([month for month in months if month.coverage is not None]) >= FEWEST_MOMENTS:
            return self._trend(months)
        reasons = [] if self.edition.public else self._reasons(answer)
        if reasons:
            alt = "; ".join(f"{label}: {self.say.number(number)}" for label, number in reasons)
            return CountChart(self.say(REASONS_TITLE), alt, self.say(N_("Number")), tuple(reasons))
        return self._bars([answer], self.say(N_("Coverage"))) if answer.coverage.coverage is not None else None

    def _trend(self, months: Sequence[Coverage]) -> LineChart:
        say = self.say
        caption, alt = say(N_("Coverage in the last twelve months")), trends.trend_alt(months, say)
        return LineChart(caption, alt, say(N_("Coverage")), trends.trend(months, say, date.isoformat))

    def _reasons(self, answer: PointAnswer) -> list[tuple[str, int]]:
        """Why items are not met, the most common reason first."""
        return [
            (reason_text(answer.point, r.outcome, r.code, self.say), r.number)
            for r in most_common_reasons(answer)[:REASONS_DRAWN]
        ]

    def _weak(self, answer: PointAnswer) -> str:
        """The units, in the public version the departments, with most left to do."""
        say = self.say
        parts = wording.weakest(answer)
        if self.edition.public:
            parts = wording.most_left(departments(answer))
        items = [f"{part.unit or part.department or ''} {wording.left_text(part, say)}" for part in parts]
        return f"{say(N_('Most left to do'))}: {_joined(items)}" if items else ""

    def _why(self, answer: PointAnswer) -> str:
        """The biggest reasons in a line; the public version has none."""
        if self.edition.public or not (reasons := self._reasons(answer)):
            return ""
        items = _joined([f"{label} {self.say.number(number)}" for label, number in reasons[:REASONS]])
        return f"{self.say(N_('What remains to be done'))}: {items}"

    # --- Decisions and next steps ---------------------------------------------------------------------------------

    def decided(self) -> Slide:
        """The decisions of this review."""
        title = wording.decisions_sentence(self.dossier.decisions, self.say)
        return self._decisions(self.say(N_("Decisions of this review")), title, self.dossier.decisions)

    def carried(self) -> list[Slide]:
        """The decisions of earlier reviews, the late ones first, on a slide if there are any."""
        say, day, rows = self.say, self.dossier.as_of, self.dossier.carried
        if not rows:
            return []
        title = wording.earlier_sentence(rows, day, say)
        ordered = sorted(rows, key=lambda row: (not row.late(day), not row.open))
        return [self._decisions(say(N_("Decisions of earlier reviews")), title, ordered)]

    def _decisions(self, kicker: str, title: str, rows: Sequence[Decision]) -> Slide:
        """The decisions that fit, and how many more there are."""
        texts = {"title": title, "kicker": kicker, "more": self._more(len(rows) - DECISIONS)}
        table = self._table(kicker, rows[:DECISIONS]) if rows else None
        statuses = tuple(Status.RED if row.late(self.dossier.as_of) else None for row in rows[:DECISIONS])
        return Slide("decisions", texts, table, statuses=statuses)

    def _table(self, name: str, rows: Sequence[Decision]) -> Table:
        say, named = self.say, not self.edition.public
        due = [say(N_("Due")), say(N_("Responsible")) if named else ""]
        columns = (
            Column(say(N_("No.")), width=2.5),
            Column(say(N_("Decision")), width=12.3 if named else 18.5),
            Column(_joined(due), width=10.4 if named else 4.2),
            Column(say(N_("Status")), width=5.67),
        )
        return Table(name, columns, tuple(map(self._decision, rows)))

    def _decision(self, row: Decision) -> tuple[str, ...]:
        who = "" if self.edition.public else row.responsible
        status = decision_state(self.dossier, row, self.say)
        return (
            row.name,
            self.edition.visible(self.dossier, row.text),
            "\n".join(filter(None, (day_text(row.due), who))),
            "\n".join(filter(None, (status, self.edition.visible(self.dossier, row.note or "")))),
        )

    def _more(self, n: int) -> str:
        """How many decisions do not fit."""
        return self.say(N_("and {n} more"), n=self.say.number(n)) if n > 0 else ""

    def steps(self) -> Slide:
        """The next year's priorities: what is written in the chapter, else the activities of the plan."""
        say, year = self.say, self.dossier.year + 1
        items = self._written() or [self._activity(row) for row in self.dossier.priorities]
        texts = {
            "title": say(N_("Priorities for {year}"), year=year),
            "kicker": say(N_("Next steps")),
            "list": "\n".join(items) or say(N_("Nothing has been written here.")),
        }
        return Slide("steps", texts)

    def _written(self) -> list[str]:
        """The lines of the chapter about priorities, without their bullets."""
        chapter = next((chapter for chapter in self.dossier.chapters if chapter.id == "priorities"), None)
        text = chapter_text(self.dossier, chapter, self.edition) if chapter else ""
        return [item for line in text.splitlines() if (item := line.strip().lstrip("-•–*").strip())]

    def _activity(self, row: Priority) -> str:
        """An activity of the plan, with its due date."""
        text = self.edition.visible(self.dossier, row.activity)
        return f"{text}, {self.say(N_('by {day}'), day=self.say.date(row.due))}" if row.due else text
