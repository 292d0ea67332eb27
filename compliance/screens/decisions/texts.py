"""The texts of decisions: what has become of those of each year, and the table of follow-ups. No Streamlit."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import cast

from compliance.core import clock
from compliance.core.language import N_, Language
from compliance.counting.assessing import Coverage
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.review.deciding import CLOSED, Decision
from compliance.review.wording import DECISION_STATUSES
from compliance.store.database import Rows
from compliance.wording import breaking, phrases


def by_year(decisions: Sequence[Decision]) -> dict[int, list[Decision]]:
    """The decisions by the year of their review, the newest first."""
    years = sorted({decision.year for decision in decisions}, reverse=True)
    return {year: [decision for decision in decisions if decision.year == year] for year in years}


def sentence(year: int, made: Sequence[Decision], day: date, say: Language) -> str:
    """What has become of a year's decisions: 2025: four decisions, one done, two late."""
    counts = _counts(made, day)
    every = say.plural("one decision", "{word} decisions", len(made), word=say.in_words(len(made)))
    words = {work: say.in_words(n) for work, n in counts.items()}
    told = {
        "done": say.plural("one done", "{word} done", counts["done"], word=words.get("done")),
        "late": say.plural("one late", "{word} late", counts["late"], word=words.get("late")),
        "cancelled": say.plural("one cancelled", "{word} cancelled", counts["cancelled"], word=words.get("cancelled")),
    }
    shown = [text for work, text in told.items() if work in counts]
    return f"{year}: {', '.join((every, *(shown or [say(N_('none done yet'))])))}"


def outcomes(made: Sequence[Decision], day: date, say: Language) -> list[charts.WorkPart]:
    """How many of some decisions are in each state; those that are late are in no other."""
    counts = _counts(made, day)
    texts: dict[charts.Work, str] = {
        "done": say.plural("{n} done", "{n} done", counts["done"]),
        "ongoing": say.plural("{n} ongoing", "{n} ongoing", counts["ongoing"]),
        "not_started": say.plural("{n} not started", "{n} not started", counts["not_started"]),
        "late": say.plural("{n} late", "{n} late", counts["late"]),
        "cancelled": say.plural("{n} cancelled", "{n} cancelled", counts["cancelled"]),
    }
    return [charts.WorkPart(work, counts[work], text) for work, text in texts.items() if counts[work]]


def _counts(made: Sequence[Decision], day: date) -> Counter[charts.Work]:
    return Counter("late" if decision.late(day) else cast(charts.Work, decision.status) for decision in made)


def still_open(made: Sequence[Decision], day: date) -> list[Decision]:
    """The open decisions: late ones first, then by their day."""
    left = [decision for decision in made if decision.open]
    return sorted(left, key=lambda d: (not d.late(day), d.due or date.max, d.number))


def closed(decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions that are done or cancelled, the latest first."""
    return [d for d in reversed(decisions) if d.status in CLOSED]


def undecided_table(figures: Sequence[Coverage], say: Language, address: Callable[[Point], str]) -> charts.Table:
    """Points with their figures and limits, each a link."""
    columns = [
        charts.Column(say(N_("Point")), row_header=True),
        charts.Column(say(N_("Coverage")), numeric=True, strong=True),
        charts.Column(say(N_("Limit")), numeric=True),
    ]
    return columns, [
        [
            charts.anchor(breaking.label(figure.point, say), address(figure.point)),
            phrases.percent(figure, say),
            phrases.share(figure.target.limit, say),
        ]
        for figure in figures
    ]


def follow_up_table(history: Rows, say: Language) -> charts.Table:
    """The follow-ups of a decision, the latest first."""
    columns = [
        charts.Column(say(N_("When")), nowrap=True, row_header=True),
        charts.Column(say(N_("Status"))),
        charts.Column(say(N_("Comment"))),
    ]
    return columns, [
        [say.moment(clock.local(row["written_at"])), say(DECISION_STATUSES[row["status"]]), row["note"] or ""]
        for row in reversed(history)
    ]
