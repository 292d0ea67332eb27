"""The texts of the list of systems: its sentences, and each system's outcome in every demand. No Streamlit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from compliance.core.language import N_, Language
from compliance.counting.assessing import COLUMN_MISSING
from compliance.counting.system_cards import DEMANDS, POINT_OF, is_gap
from compliance.declarations.points import Point, point_by
from compliance.declarations.sources import Source
from compliance.drawing.charts import Fact, PageLink
from compliance.drawing.systems import Entry, Mark, Outcome
from compliance.screens.fact_texts import counted, unknown
from compliance.store.database import Rows
from compliance.wording import phrases, reasons

Row = Mapping[str, Any]
Addresses = Callable[..., str]
PAGE: Final = 50
LIST: Final = N_("Systems")
EXPLAINED: Final = N_(
    "A gap is a requirement that is not met, or of which the exports say nothing. Systems under central "
    "responsibility are exempt from all but an object leader and a recorded processing."
)
DEMAND_HEADS: Final = {
    "leader": N_("Object leader"),
    "classification": N_("Classification"),
    "plan": N_("Action plan"),
    "risk_analysis": N_("Risk analysis"),
    "access": N_("Access review"),
    "processing": N_("Processing"),
    "agreement": N_("Processor agreement"),
}
# What the systems with a gap in a demand are without: a count of them stands under it.
GAP_HEADS: Final = {
    "leader": N_("Without an object leader"),
    "classification": N_("Without a valid classification"),
    "plan": N_("With overdue actions"),
    "risk_analysis": N_("Without a valid risk analysis"),
    "access": N_("Without an access review in time"),
    "processing": N_("Without a recorded processing"),
    "agreement": N_("Without a valid processor agreement"),
}
# The word of a cell of the list by demand, outcome and reason. `REASONS` and `OUTCOME_WORDS` have the rest.
WORDS: Final[dict[tuple[str, str, str | None], str]] = {
    ("leader", "met", None): N_("Named"),
    ("classification", "met", None): N_("Valid"),
    ("plan", "met", None): N_("On time"),
    ("plan", "none", None): N_("No plan"),
    ("risk_analysis", "met", None): N_("Valid"),
    ("access", "met", None): N_("On time"),
    ("processing", "met", None): N_("Recorded"),
    ("agreement", "met", None): N_("Valid"),
    ("agreement", "met", "renews"): N_("Renews"),
    ("agreement", "exempt", "exempt"): N_("Not needed"),
}
REASONS: Final = {
    "central": N_("Central"),
    "register_says_yes": N_("Yes in the register"),
    "outdated": N_("Expired"),
    "not_classified": N_("Missing"),
    "not_analysed": N_("Missing"),
    "no_information": N_("Unknown"),
    "overdue": N_("Overdue"),
    "never_reviewed": N_("Missing"),
    "missing": N_("Missing"),
    "expired": N_("Expired"),
    "incomplete": N_("Incomplete"),
    "none_found": N_("Missing"),
    "not_said": N_("Unknown"),
    COLUMN_MISSING: phrases.NOT_IN_EXPORT,
}
OUTCOME_WORDS: Final = {"met": N_("Met"), "unmet": N_("Missing"), "unknown": N_("Unknown"), "exempt": N_("Exempt")}


@dataclass(frozen=True)
class Filter:
    """The filter of the list: systems with a gap in a demand, whose name or unit contains a text."""

    gap: str = ""
    text: str = ""

    def lets(self, row: Row) -> bool:
        """Whether a system passes the filter."""
        sought = self.text.casefold().strip()
        return (not self.gap or is_gap(row, self.gap)) and sought in f"{row['system']} {row['unit'] or ''}".casefold()

    @property
    def address(self) -> dict[str, str]:
        """The filter as parameters of the address."""
        return {name: value for name, value in {"gap": self.gap, "q": self.text}.items() if value}


def shown_demands(rows: Rows) -> list[str]:
    """The demands that any loaded export covers, in their order."""
    return [demand for demand in DEMANDS if any(row[f"{demand}_outcome"] is not None for row in rows)]


def sentences(rows: Rows, say: Language) -> list[str]:
    """The page's answer: how many systems lack an object leader, and how many have a gap."""
    of, n = len(with_columns(rows, "leader")), sum(is_gap(row, "leader") for row in rows)
    return [_leader_sentence(n, of, say), _gap_sentence(sum(row["gaps"] > 0 for row in rows), say)]


def with_columns(rows: Rows, demand: str) -> Rows:
    """The systems of which the exports have the columns that a demand reads."""
    return [row for row in rows if row[f"{demand}_outcome"] is not None]


def _leader_sentence(n: int, of: int, say: Language) -> str:
    if of == 0:
        columns = say(DEMAND_HEADS["leader"]).lower()
        return f"{say(N_('Not in the export: {columns}'), columns=columns)}."
    if n == 0:
        return say.plural("The only system has an object leader.", "All {n} systems have an object leader.", of)
    return say.plural(
        "{n} of {of} systems lacks an object leader.",
        "{n} of {of} systems lack an object leader.",
        n,
        of=say.number(of),
    )


def _gap_sentence(n: int, say: Language) -> str:
    if n == 0:
        return say(N_("No gap is known."))
    return say.plural("{n} has at least one gap.", "{n} have at least one gap.", n)


def facts(rows: Rows, say: Language) -> list[Fact]:
    """The main facts of all systems."""
    return [
        _leader_fact(rows, say),
        _point_fact(rows, "classification", say(GAP_HEADS["classification"]), say),
        _plan_fact(rows, say),
        _processing_fact(rows, say),
    ]


def _leader_fact(rows: Rows, say: Language) -> Fact:
    title, of = say(GAP_HEADS["leader"]), with_columns(rows, "leader")
    return _gaps_fact(of, "leader", title, say) if of else _untold_fact(rows, "leader", title, say)


def _gaps_fact(rows: Rows, demand: str, title: str, say: Language, *, of: int | None = None, note: str = "") -> Fact:
    """How many of some systems have a gap in a demand, of them or of as many as it applies to."""
    return counted(title, sum(is_gap(row, demand) for row in rows), len(rows) if of is None else of, say, note=note)


def _untold_fact(rows: Rows, demand: str, title: str, say: Language) -> Fact:
    """A fact that no export tells: none is loaded, or those that are have no column for it."""
    return unknown(title, say, why=phrases.without_outcome(COLUMN_MISSING if untold(rows, demand) else None))


def untold(rows: Rows, demand: str) -> bool:
    """Whether the exports of a demand are loaded, but have no column for it."""
    return any(row[f"{demand}_reason"] == COLUMN_MISSING for row in rows if row[f"{demand}_outcome"] is None)


def _point_fact(rows: Rows, demand: str, title: str, say: Language) -> Fact:
    """The systems with a gap in a demand, out of those that it applies to."""
    assessed = [row for row in rows if row[f"{demand}_outcome"] in {"met", "unmet", "unknown"}]
    if not assessed and untold(rows, demand):
        return _untold_fact(rows, demand, title, say)
    exempt = sum(row[f"{demand}_outcome"] == "exempt" for row in rows)
    note = say.plural("{n} exempt", "{n} exempt", exempt) if exempt else ""
    return _gaps_fact(assessed, demand, title, say, note=note)


def _plan_fact(rows: Rows, say: Language) -> Fact:
    title = say(GAP_HEADS["plan"])
    planned = sum(row["plan_outcome"] in {"met", "unmet"} for row in rows)
    if not with_columns(rows, "plan") or (not planned and untold(rows, "plan")):
        return _untold_fact(rows, "plan", title, say)
    return _gaps_fact(rows, "plan", title, say, of=planned, note=say(N_("systems with an action plan")))


def _processing_fact(rows: Rows, say: Language) -> Fact:
    title = say(N_("Personal data without a recorded processing"))
    if not with_columns(rows, "processing"):
        return _untold_fact(rows, "processing", title, say)
    of = sum(row["personal_data"] is True for row in rows)
    silent = sum(row["personal_data"] is None for row in rows)
    note = (
        say.plural("the register does not say for {n}", "the register does not say for {n}", silent) if silent else ""
    )
    return _gaps_fact(rows, "processing", title, say, of=of, note=note)


def missing_texts(rows: Rows, sources: Mapping[str, Source], day: date, say: Language) -> list[str]:
    """Which demands no export covers, or has a column for."""
    without_column = [demand for demand in DEMANDS if untold(rows, demand) and not with_columns(rows, demand)]
    missing = [demand for demand in DEMANDS if not with_columns(rows, demand) and demand not in without_column]
    texts = []
    if without_column:
        columns = phrases.listed([say(DEMAND_HEADS[demand]).lower() for demand in without_column], say)
        texts.append(f"{say(N_('Not in the export: {columns}'), columns=columns)}.")
    if missing:
        names = [say.pick(sources[id_].title) for demand in missing for id_ in DEMANDS[demand]]
        texts.append(phrases.not_loaded(names, day, say))
    return texts


def gaps(rows: Rows, say: Language) -> dict[str, str]:
    """The demands in which systems have a gap, each as a choice of the filter with their number."""
    counted = {demand: sum(is_gap(row, demand) for row in rows) for demand in DEMANDS}
    return {demand: f"{say(GAP_HEADS[demand])} {say.number(n)}" for demand, n in counted.items() if n}


def heads(demands: Sequence[str], say: Language) -> list[str]:
    """The headings of the list."""
    return [say(N_("System")), say(N_("Gaps")), *(say(DEMAND_HEADS[demand]) for demand in demands)]


def entries(
    shown: Rows, demands: Sequence[str], points: tuple[Point, ...], addresses: Addresses, say: Language
) -> list[Entry]:
    """The rows of the list; `addresses` returns the address of a system's page."""
    return [
        Entry(
            name=row["system"],
            address=addresses(system=row["system"]),
            unit=row["unit"] or "",
            gaps=say.number(row["gaps"]),
            gaps_word=say.plural("gap", "gaps", row["gaps"]),
            marks=[mark(row, demand, points, say) for demand in demands],
        )
        for row in shown
    ]


def mark(row: Row, demand: str, points: tuple[Point, ...], say: Language) -> Mark:
    """The mark of a demand: its outcome and a short word."""
    return Mark(outcome_of(row, demand), _word(row, demand, points, say))


def outcome_of(row: Row, demand: str) -> Outcome:
    """A system's outcome in a demand; `no_basis` if an export is missing."""
    outcome: Outcome | None = row[f"{demand}_outcome"]
    return outcome or "no_basis"


def _word(row: Row, demand: str, points: tuple[Point, ...], say: Language) -> str:
    outcome, reason = row[f"{demand}_outcome"], row[f"{demand}_reason"]
    if outcome is None:
        return say(phrases.without_outcome(reason))
    if demand == "plan" and outcome == "unmet":
        return say(N_("overdue: {n}"), n=say.number(row["overdue"]))
    if (demand, outcome, reason) in WORDS:
        return say(WORDS[demand, outcome, reason])
    if reason in REASONS:
        return say(REASONS[reason])
    if reason:
        return reasons.reason_text(point_by(points, POINT_OF[demand]), outcome, reason, say)
    return say(N_("Not needed")) if outcome == "none" else say(OUTCOME_WORDS[outcome])


def pages_of(count: int) -> int:
    """The number of pages of a list; at least one."""
    return max(-(-count // PAGE), 1)


def turns(page: int, count: int, addresses: Addresses, say: Language) -> tuple[PageLink, str, PageLink]:
    """The pager of the list: the previous page, the range shown, and the next page."""
    first, last = (page - 1) * PAGE + 1, min(page * PAGE, count)
    here = say(N_("{first} to {last} of {of}"), first=say.number(first), last=say.number(last), of=say.number(count))
    back = addresses(part=str(page - 1)) if page > 1 else ""
    on = addresses(part=str(page + 1)) if last < count else ""
    before, after = say(N_("Back")), say(N_("Next"))
    return PageLink(f"\N{LEFTWARDS ARROW} {before}", back), here, PageLink(f"{after} \N{RIGHTWARDS ARROW}", on)
