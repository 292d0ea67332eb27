"""Why items are not met, and what items are called, in words."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from compliance.core.language import N_, Language, Texts
from compliance.core.places import EXTRACTS
from compliance.counting.assessing import Coverage, Status
from compliance.declarations.declared import read_toml
from compliance.declarations.points import Point
from compliance.declarations.sources import product_sources
from compliance.store.database import Rows
from compliance.wording import phrases
from compliance.wording.clocks import LANES

REASONS_TITLE: Final = N_("What remains to be done")
# Their heading where nothing can be done about them any more.
WHY_UNMET: Final = N_("Why it is not met")


def reason_text(point: Point, outcome: str, code: str | None, say: Language) -> str:
    """A reason in words; without one, the outcome."""
    return say.plain(point.reasons[code]) if code and code in point.reasons else say(phrases.OUTCOMES[outcome])


def unmet_reasons(point: Point, items: Rows) -> list[tuple[str, int]]:
    """Count why items are unmet or unknown: (reason code, number), most frequent first."""
    counted = Counter(row["reason"] for row in items if row["outcome"] in {"unmet", "unknown"})
    order = list(point.reasons)
    return sorted(counted.items(), key=lambda entry: (-entry[1], order.index(entry[0]) if entry[0] in order else 99))


class ReasonShare(NamedTuple):
    """A reason in words, its number of items, and their share of all that are not met."""

    text: str
    number: str
    percent: str
    share: float


def reason_shares(point: Point, counted: Sequence[tuple[str, int]], say: Language) -> list[ReasonShare]:
    """The reasons, counted by code, in the order given."""
    total = sum(n for _, n in counted)
    return [
        ReasonShare(
            reason_text(point, "unmet", code, say), say.number(n), say.percent(n / total, decimals=0), n / total
        )
        for code, n in counted
    ]


@cache
def _details() -> dict[str, Texts]:
    """The words of each detail: those declared, else the heading of the field."""
    fields = {field.name: field.texts for source in product_sources().values() for field in source.fields}
    declared: dict[str, Texts] = read_toml(EXTRACTS)["words"]["details"]
    return fields | declared


def details_of(point: Point) -> dict[str, Texts]:
    """The words of each detail of a point: the headings of the sources that it brings come first."""
    own = {field.name: field.texts for source in point.sources for field in source.fields}
    return _details() | own if own else _details()


def detail_text(point: Point, detail: str | None, say: Language) -> str:
    """The detail of a reason in words, such as the fields that are missing."""
    words, parts = details_of(point), (detail or "").split(", ")
    return ", ".join(say.plain(words[part]) if part in words else part for part in parts)


def columns_text(point: Point, columns: Sequence[str], say: Language) -> str:
    """The titles of fields that a point asks for and the exports have no column for."""
    return phrases.listed([detail_text(point, name, say) for name in columns], say)


def columns_sentence(point: Point, columns: Sequence[str], say: Language) -> str:
    """Which fields the exports have no column for, so that they do not tell of them."""
    return f"{say(N_('Not in the export: {columns}'), columns=columns_text(point, columns, say))}."


def empty_sentence(figure: Coverage, say: Language) -> str:
    """Why a point has no figure: what the exports do not tell, or that there is nothing to assess."""
    if figure.columns:
        return columns_sentence(figure.point, figure.columns, say)
    if figure.status is Status.NO_BASIS:
        return phrases.missing_sentence(figure, say)
    return say(N_("Nothing to assess on {day}."), day=say.date(figure.as_of))


def item_name(item: str, say: Language) -> str:
    """The name of an item known only by its id; a report of an incident is named by incident and stage."""
    incident, _, stage = item.rpartition("/")
    return f"{incident}, {say(LANES[stage]).lower()}" if stage in LANES else item
