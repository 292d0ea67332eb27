"""Why items are not met, and what they are called, in words."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from compliance.core.language import N_, Language, Texts
from compliance.counting.assessing import Coverage, Status
from compliance.counting.extracts import EXTRACTS
from compliance.declarations.declared import read_toml
from compliance.declarations.points import Point
from compliance.store.database import Rows
from compliance.wording import phrases

STAGES: Final = {
    "early_warning": N_("early warning"),
    "notification": N_("notification of the incident"),
    "final_report": N_("final report"),
}


def reason_text(point: Point, outcome: str, code: str | None, say: Language) -> str:
    """A reason in words; where an item has none, its outcome."""
    return say.plain(point.reasons[code]) if code and code in point.reasons else say(phrases.OUTCOMES[outcome])


def unmet_reasons(point: Point, items: Rows) -> list[tuple[str, int]]:
    """Why items are not met or unknown: (reason code, how many), the biggest first."""
    counted = Counter(row["reason"] for row in items if row["outcome"] in {"unmet", "unknown"})
    known = list(point.reasons)
    return sorted(counted.items(), key=lambda entry: (-entry[1], known.index(entry[0]) if entry[0] in known else 99))


class ReasonShare(NamedTuple):
    """A reason in words, how many items it is the reason of, and their share of all that are not met."""

    text: str
    number: str
    percent: str
    share: float


def reason_shares(point: Point, counted: Sequence[tuple[str, int]], say: Language) -> list[ReasonShare]:
    """Reasons, counted by code, in the order given."""
    total = sum(n for _, n in counted)
    return [
        ReasonShare(
            reason_text(point, "unmet", code, say), say.number(n), say.percent(n / total, decimals=0), n / total
        )
        for code, n in counted
    ]


def reasons_title(figure: Coverage, say: Language) -> str:
    """The title over the reasons: where the target is reached they are what is left."""
    if figure.status is Status.GREEN:
        return say(N_("What remains to be done"))
    return say(N_("Why the target is not reached"))


@cache
def _details() -> dict[str, Texts]:
    words: dict[str, Texts] = read_toml(EXTRACTS)["words"]["details"]
    return words


def detail_text(detail: str | None, say: Language) -> str:
    """What a reason names, such as the fields that are missing, in words."""
    parts = (detail or "").split(", ")
    return ", ".join(say.plain(_details()[part]) if part in _details() else part for part in parts)


def item_name(item: str, say: Language) -> str:
    """What an item is called that has no other name than its id; a report of an incident by the incident and stage."""
    of, _, stage = item.rpartition("/")
    return f"{of}, {say(STAGES[stage])}" if stage in STAGES else item
