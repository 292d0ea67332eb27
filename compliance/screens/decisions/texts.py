"""The texts of decisions: what has become of those of each year, and the table of follow-ups. No Streamlit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, cast

from compliance.core import clock
from compliance.core.language import N_, Language
from compliance.counting.assessing import Coverage
from compliance.drawing import charts
from compliance.review.deciding import CLOSED, Decision
from compliance.review.wording import DECISION_STATUSES
from compliance.wording import breaking, phrases
from compliance.wording.tables import Column


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


# Points below their limit: each with its figure, and with the address that it links to.
UNDECIDED: Final[Sequence[Column[tuple[Coverage, str]]]] = (
    Column(N_("Point"), lambda row, say: charts.anchor(breaking.label(row[0].point, say), row[1]), row_header=True),
    Column(N_("Coverage"), lambda row, say: phrases.percent(row[0], say), numeric=True, strong=True),
    Column(N_("Limit"), lambda row, say: phrases.share(row[0].target.limit, say), numeric=True),
)
FOLLOW_UPS: Final[Sequence[Column[Mapping[str, Any]]]] = (
    Column(N_("When"), lambda row, say: say.moment(clock.local(row["written_at"])), nowrap=True, row_header=True),
    Column(N_("Status"), lambda row, say: say(DECISION_STATUSES[row["status"]])),
    Column(N_("Comment"), lambda row, _: row["note"] or ""),
)
