"""The texts of the review page: sentences, rows and tables. No Streamlit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from compliance.core import clock
from compliance.core.language import N_, NBSP, Language
from compliance.core.lengths import shortened
from compliance.counting.assessing import Coverage, Status
from compliance.declarations.points import Point
from compliance.drawing import charts, elements
from compliance.package.trail import Made
from compliance.report.blocks import Block, Bullets, Paragraph, Table
from compliance.report.chapters import AFTER, EMPTY, chapter_title, covered_by
from compliance.report.edition import Edition
from compliance.review import judging, wording
from compliance.review.dossier import Dossier, PointAnswer
from compliance.review.judging import Concern
from compliance.review.peers import PeerComparison
from compliance.review.reviewing import Chapter, Clause, Review, State
from compliance.review.verifying import Difference
from compliance.review.wording import SHORT_VERDICTS, STATES, VERDICT_WORDS
from compliance.store.database import Rows
from compliance.wording import phrases
from compliance.wording.tables import Column, Head, table

UNNAMED: Final = ("coordinator", "sample data")
# The report's sections on the points, which the page shows in its first part instead.
ELSEWHERE: Final = "figures"
# What a decision lacks to be followed up.
UNDECIDED: Final = {
    "responsible": N_("Nobody is responsible for the decision: {text}"),
    "day": N_("The decision has no day: {text}"),
}
# Up to this width a column of the report is kept on one line.
NARROW: Final = 1.2


# --- Which review ---------------------------------------------------------------------------------------------------


def kicker(review: Review, say: Language) -> str:
    """The line above the title: year, state, organisation and as-of date."""
    text = N_("Management review {year} · {state} · {organisation} · as of {day}")
    state, day = say(STATES[review.state]).lower(), say.date(review.as_of)
    return say(text, year=review.year, state=state, organisation=review.organisation, day=day)


def label(review: Review, say: Language) -> str:
    """A review in a list: its year and state."""
    return f"{review.year} · {say(STATES[review.state]).lower()}"


def headline(review: Review, dossier: Dossier, say: Language) -> str:
    """The page's answer: how far the review is."""
    if review.state == "approved":
        return say(N_("The review of {year} has been approved."), year=review.year)
    if review.state == "submitted":
        return say(N_("The review of {year} waits for approval."), year=review.year)
    n, of = len(dossier.written.discussed), len(dossier.points)
    return say(N_("{n} of {of} points have been discussed."), n=n, of=of)


def who_and_when(review: Review, say: Language, *, named: bool) -> str:
    """When, and if `named` by whom, the review was submitted or approved; empty for a draft."""
    if review.state == "draft":
        return ""
    name = review.changed_by if named else ""
    return " · ".join(filter(None, (say(STATES[review.state]), say.date(clock.local_day(review.changed_at)), name)))


# The figures of a part of the organisation, a row per point.
PART: Final[Sequence[Column[Coverage]]] = (
    Column(N_("Review point"), lambda figure, say: phrases.label(figure.point, say), row_header=True),
    Column(N_("Coverage"), phrases.percent, numeric=True),
    Column(N_("Met"), lambda figure, say: _met(figure, say), numeric=True),
    Column(N_("Status"), phrases.word),
)


def _met(figure: Coverage, say: Language) -> str:
    return wording.met_of(figure, say) if figure.coverage is not None else phrases.DASH


# --- History --------------------------------------------------------------------------------------------------------


Row = dict[str, Any]
# The states of a review, each with the one before it.
HISTORY: Final[Sequence[Column[tuple[Row, Row | None]]]] = (
    Column(N_("When"), lambda row, say: say.moment(clock.local(row[0]["changed_at"])), nowrap=True, row_header=True),
    Column(N_("What"), lambda row, say: _event(*row, say)),
    Column(N_("Who"), lambda row, _: _name(row[0]["changed_by"])),
    Column(N_("Why"), lambda row, _: row[0]["why"] or ""),
)


def history(states: Rows) -> list[tuple[Row, Row | None]]:
    """The states of a review, each with the one before it, the latest first."""
    return [*zip(states, [None, *states], strict=False)][::-1]


def _event(row: Row, before: Row | None, say: Language) -> str:
    """A change of state in words."""
    if row["state"] != "draft":
        return say(STATES[row["state"]])
    if before and before["state"] == "submitted":
        return say(N_("Sent back"))
    return say(N_("Correction begun: version {n}"), n=row["version"]) if row["version"] > 1 else say(N_("Opened"))


def package_lines(made: Sequence[Made], say: Language) -> str:
    """When each package was made, and its seal, a line each."""
    return "\n".join(f"{say.moment(clock.local(each.at))}  {each.seal}" for each in made)


def _name(name: str) -> str:
    """A person's name; a dash for the product's own."""
    return phrases.DASH if name in UNNAMED else name


def versions(states: Rows) -> dict[int, State]:
    """The versions of a review with their states, the latest first."""
    states_by_version: dict[int, State] = {row["version"]: row["state"] for row in states}
    return dict(sorted(states_by_version.items(), reverse=True))


def version_label(version: int, state: State, say: Language) -> str:
    """A version in a list: its number and state."""
    return say(N_("Version {n} · {state}"), n=version, state=say(STATES[state]).lower())


def why_here(review: Review, states: Rows, say: Language) -> list[str]:
    """Why a review is written again: what its version corrects, and who sent it back."""
    texts = []
    if review.corrects:
        text = N_("Version {n} corrects what was approved before: {why}")
        texts.append(say(text, n=review.version, why=review.corrects))
    if len(states) > 1 and (states[-2]["state"], states[-1]["state"]) == ("submitted", "draft"):
        text = N_("{name} sent the review back: {why}")
        texts.append(say(text, name=review.changed_by, why=review.why))
    return texts


# --- The points -----------------------------------------------------------------------------------------------------


def steps(dossier: Dossier, done: set[str], say: Language) -> list[tuple[Point, charts.Step]]:
    """The points in the walk through the review."""
    return [(answer.point, _step(answer, dossier, say, discussed=answer.point.id in done)) for answer in dossier.points]


def _step(answer: PointAnswer, dossier: Dossier, say: Language, *, discussed: bool) -> charts.Step:
    figure, code = answer.coverage, dossier.written.assessments.get(answer.point.id, "")
    word = say(N_("discussed")) if discussed else say(N_("not discussed"))
    return charts.Step(
        status=figure.status,
        figure=phrases.percent(figure, say) if figure.coverage is not None else phrases.word(figure, say),
        verdict=say(SHORT_VERDICTS[code]) if code in SHORT_VERDICTS else phrases.DASH,
        discussed=discussed,
        alt=word,
    )


def saved(texts: Rows, what: Sequence[str], say: Language) -> str:
    """When any of the texts in `what` was last saved."""
    moments: list[datetime] = [row["written_at"] for row in texts if row["what"] in what]
    if not moments:
        return say(N_("What you write is saved when you leave the field."))
    return say(N_("Saved {moment}."), moment=say.moment(clock.local(max(moments))))


def in_review(year: int, say: Language) -> str:
    """What a text of an earlier review is headed with."""
    return say(N_("In the review of {year}"), year=year)


def said_of_point(last: Dossier, point_id: str, say: Language) -> str:
    """What the last review's comment on a point is headed with: its year and the head's verdict."""
    return f"{in_review(last.year, say)} · {wording.verdict(last, point_id, say)}"


# --- The chapters ---------------------------------------------------------------------------------------------------


def chapters_sentence(dossier: Dossier, say: Language) -> str:
    """How many chapters are written; those that may be left empty are not counted."""
    chapters = judging.single_chapters(dossier)
    written = [not judging.is_empty(dossier, chapter) for chapter in chapters if not chapter.optional]
    return say(N_("{n} of {of} chapters have a text."), n=sum(written), of=len(written))


def chapter_mark(dossier: Dossier, chapter: Chapter, say: Language) -> elements.Html:
    """Whether a chapter is written, still has the text that it began with, or is empty."""
    if not judging.is_empty(dossier, chapter):
        return charts.work_mark(
            "done", say(N_("Written") if chapter.id in dossier.written.chapters else N_("Prefilled"))
        )
    if chapter.optional:
        return charts.work_mark("cancelled", say(N_("May be empty")))
    return charts.work_mark("not_started", say(N_("Empty")))


def added(dossier: Dossier, chapter: Chapter, say: Language) -> list[elements.Html]:
    """The blocks that the report adds below a chapter's text, as fragments."""
    if chapter.after not in AFTER or chapter.after == ELSEWHERE:
        return []
    blocks, title = AFTER[chapter.after](Edition(dossier, say)), chapter_title(dossier, chapter, say)
    return [fragment for block in blocks if (fragment := _fragment(block, title))]


def _fragment(block: Block, title: str) -> elements.Html | None:
    """A block as a fragment; a table without a caption is named to a screen reader by the title above it."""
    if isinstance(block, Paragraph):
        return charts.caption(block.text)
    if isinstance(block, Bullets):
        return charts.bullets(block.items)
    if isinstance(block, Table):
        columns = [
            replace(head, row_header=place == 0, nowrap=head.width <= NARROW)
            for place, head in enumerate(block.columns)
        ]
        return charts.table(columns, block.rows, caption=block.caption or title)
    return None


# The clauses of the standard, each with what covers it.
MATRIX: Final[Sequence[Column[tuple[Clause, Sequence[str]]]]] = (
    Column(N_("Requirement"), lambda row, _: f"{row[0].letter})", nowrap=True, row_header=True),
    Column(N_("What shall be considered"), lambda row, say: say.pick(row[0].title)),
    Column(N_("Covered by"), lambda row, say: ", ".join(row[1]) or say(EMPTY)),
)


def matrix(dossier: Dossier, say: Language) -> tuple[str, charts.Table]:
    """A sentence on which clauses of ISO/IEC 27001:2022, 9.3.2 are covered, and the table of what covers each."""
    covering = [(clause, covered_by(dossier, clause.letter, say)) for clause in dossier.clauses]
    covered = sum(bool(by) for _, by in covering)
    return say(N_("{n} of {of} clauses are covered."), n=covered, of=len(covering)), table(MATRIX, covering, say)


# --- Signing --------------------------------------------------------------------------------------------------------


def facts(dossier: Dossier, say: Language) -> list[charts.Fact]:
    """The facts of the review to know before signing."""
    verdicts = Counter(dossier.written.assessments.values())
    figures = [answer.coverage for answer in dossier.points]
    reached = [figure for figure in figures if figure.status is Status.GREEN]
    measured = [figure for figure in figures if figure.coverage is not None]
    words = [
        f"{verdicts[code]} {say(word)}".replace(" ", NBSP) for code, word in SHORT_VERDICTS.items() if verdicts[code]
    ]
    decided = (*dossier.decisions, *dossier.carried)
    left, late = [d for d in decided if d.open], [d for d in decided if d.late(dossier.as_of)]
    return [
        charts.Fact(
            say(N_("Discussed")),
            say.number(len(dossier.written.discussed)),
            say(N_("of {of}"), of=len(dossier.points)),
        ),
        charts.Fact(
            say(N_("Assessed")), say.number(verdicts.total()), say(N_("of {of}"), of=len(figures)), ", ".join(words)
        ),
        charts.Fact(
            say(N_("Reaches the target")),
            say.number(len(reached)),
            say(N_("of {of}"), of=len(measured)),
            _before(dossier, say),
        ),
        charts.Fact(
            say(N_("Open decisions")),
            say.number(len(left)),
            note=say.plural("{n} is late", "{n} are late", len(late)) if late else "",
        ),
    ]


def _before(dossier: Dossier, say: Language) -> str:
    """How many points reached the target in the figures they are compared with."""
    earlier = [before for answer in dossier.points if (before := answer.coverage_before)]
    if not earlier:
        return ""
    reached = [figure for figure in earlier if figure.status is Status.GREEN]
    return f"{say.number(len(reached))} {phrases.then(earlier[0], say)}"


def concern_text(dossier: Dossier, concern: Concern, say: Language) -> str:
    """Something that a review leaves open, as a label to confirm."""
    if concern.kind in UNDECIDED:
        decided = next(row for row in dossier.decisions if row.name == concern.what)
        return say(UNDECIDED[concern.kind], text=shortened(decided.text))
    if concern.kind == "point":
        answer = next(answer for answer in dossier.points if answer.point.id == concern.what)
        text = N_("Point {point} could not be counted") if answer.now.failed else N_("Point {point} has no basis")
        return say(text, point=phrases.label(answer.point, say))
    chapter = next(chapter for chapter in dossier.chapters if chapter.id == concern.what)
    return say(N_("Chapter {title} is empty"), title=chapter_title(dossier, chapter, say))


def differences_sentence(differences: Sequence[Difference], say: Language) -> str:
    """Whether today's computation gives what was frozen, and how many things differ."""
    if not differences:
        text = N_("It is right: today's computation from the same imports gives exactly what was frozen.")
        return say(text)
    return say.plural(
        "{n} thing is otherwise than when the review was frozen. The frozen review is not changed by it.",
        "{n} things are otherwise than when the review was frozen. The frozen review is not changed by them.",
        len(differences),
    )


# What `wording.differences` tells of each difference from what was frozen.
DIFFERENCES: Final = (N_("What"), N_("Where"), N_("Frozen"), N_("Today"))


# --- Year by year, and compared with others -------------------------------------------------------------------------


def years_table(dossiers: Sequence[Dossier], say: Language) -> charts.Table:
    """Every point in every approved review: its figure, the verdict on it, and a line over the years."""
    titles = {answer.point.id: phrases.label(answer.point, say) for d in dossiers for answer in d.points}
    columns = [
        Head(say(N_("Point")), row_header=True),
        *(Head(str(dossier.year), nowrap=True) for dossier in dossiers),
        *([Head(say(N_("Development")), nowrap=True)] if len(dossiers) > 1 else []),
    ]
    return columns, [
        [
            title,
            *(_year_cell(d, id_, say) for d in dossiers),
            *([_line(dossiers, id_, say)] if len(dossiers) > 1 else []),
        ]
        for id_, title in titles.items()
    ]


def _year_cell(dossier: Dossier, point_id: str, say: Language) -> str:
    answer = dossier.answer(point_id)
    if answer is None:
        return phrases.DASH
    figure, code = answer.coverage, dossier.written.assessments.get(point_id)
    text = phrases.percent(figure, say) if figure.coverage is not None else phrases.word(figure, say)
    return charts.status_mark(figure.status, text, note=say(SHORT_VERDICTS[code]) if code in VERDICT_WORDS else "")


def _line(dossiers: Sequence[Dossier], point_id: str, say: Language) -> str:
    """A sparkline of the point's shares over the years; empty if there are fewer than two."""
    shares = [answer.coverage.coverage if (answer := d.answer(point_id)) else None for d in dossiers]
    measured = [(d.year, share) for d, share in zip(dossiers, shares, strict=True) if share is not None]
    if len(measured) < 2:
        return ""
    (first, was), (last, now) = measured[0], measured[-1]
    text = N_("From {was} in {first} to {now} in {last}.")
    alt = say(text, was=say.percent(was), first=first, now=say.percent(now), last=last)
    return charts.sparkline(shares, alt=alt)


# The organisation's figures next to the least, the median and the greatest of all organisations.
PEERS: Final[Sequence[Column[tuple[Point, PeerComparison]]]] = (
    Column(N_("Point"), lambda row, say: phrases.label(row[0], say), row_header=True),
    Column(N_("Own"), lambda row, say: say.percent(row[1].own), numeric=True, strong=True),
    Column(N_("Least"), lambda row, say: say.percent(row[1].least), numeric=True),
    Column(N_("Median"), lambda row, say: say.percent(row[1].middle), numeric=True),
    Column(N_("Greatest"), lambda row, say: say.percent(row[1].greatest), numeric=True),
    Column(N_("Organisations"), lambda row, _: row[1].organisations, numeric=True),
)
