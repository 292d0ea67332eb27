"""The texts of one system: its outcome in each demand, and what every export has about it. No Streamlit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.core.language import N_, Language
from compliance.counting.system_cards import DEMANDS, GAPS, POINT_OF, Card, is_gap
from compliance.declarations.points import Point, point_by
from compliance.declarations.sources import Source
from compliance.drawing import charts, systems, wheel
from compliance.drawing.charts import Fact, Pair
from compliance.drawing.elements import Html
from compliance.drawing.systems import Mark, Outcome
from compliance.screens.fact_texts import unknown
from compliance.screens.systems.texts import DEMAND_HEADS, Addresses, Row, mark, outcome_of
from compliance.store.database import Rows
from compliance.wording import breaking, phrases, reasons
from compliance.wording.phrases import DASH
from compliance.wording.tables import Column, Table, field, table

FIRST_AGREEMENTS: Final = 8


# --- Its sentences, facts and demands -----------------------------------------------------------------------------


# The items that a system is of points of packs, each with its point.
Own = Sequence[tuple[Point, Row]]


def card_sentence(card: Card, row: Row | None, say: Language, *, own: Own = ()) -> str:
    """The answer about a system; `row` is its row in the list, None if it is not in use."""
    name = card.register["system"]
    if row is None:
        return say(N_("{system} is not in use and is not counted in the review points."), system=name)
    missing = [say(DEMAND_HEADS[demand]).lower() for demand in DEMANDS if is_gap(row, demand)]
    missing += [phrases.brief(point, say).lower() for point, item in own if item["outcome"] in GAPS]
    if not missing:
        return say(N_("{system} has no known gap."), system=name)
    return say.plural(
        "{system} has one gap: {demands}.",
        "{system} has {word} gaps: {demands}.",
        len(missing),
        word=say.in_words(len(missing)),
        system=name,
        demands=phrases.listed(missing, say),
    )


def card_kicker(card: Card, say: Language) -> str:
    """The line above the name of a system."""
    title, unit = say(N_("System")), card.register["unit"]
    return f"{title} · {unit}" if unit else title


def card_facts(card: Card, say: Language) -> list[Fact]:
    """The main facts of a system."""
    return [
        _led_fact(card, say),
        _levels_fact(card, say),
        _risk_fact(card, say),
        _review_fact(card, say),
    ]


def _led_fact(card: Card, say: Language) -> Fact:
    named = card.register["object_leader"] if card.named else None
    without = N_("Missing") if card.register["leader_told"] else phrases.NOT_IN_EXPORT
    value = named or (say(N_("Named")) if card.register["led"] else say(without))
    return Fact(say(N_("Object leader")), value, note=card.register["object"] or "")


def levels(rows_: Rows) -> str:
    """The highest level of each kind, as K3 R2 T1; a dash if none is given."""
    kinds = {"K": "confidentiality", "R": "integrity", "T": "availability"}
    highest = {
        letter: max((row[name] for row in rows_ if row[name] is not None), default=None)
        for letter, name in kinds.items()
    }
    return " ".join(f"{letter}{level}" for letter, level in highest.items() if level is not None) or DASH


def _levels_fact(card: Card, say: Language) -> Fact:
    title, latest = say(N_("Classification")), card.latest_classification
    if not latest:
        return unknown(title, say, why=NONE_KNOWN)
    return Fact(title, levels(latest), note=say.date(latest[0]["classified"]))


def _risk_fact(card: Card, say: Language) -> Fact:
    title, latest = say(N_("Highest risk value")), card.latest_risks
    values = [row["risk_value"] for row in latest if row["risk_value"] is not None]
    if not latest:
        return unknown(title, say, why=NONE_KNOWN)
    return Fact(title, _number(max(values), say) if values else DASH, note=say.date(latest[0]["analysed"]))


def _review_fact(card: Card, say: Language) -> Fact:
    title = say(N_("Accounts removed"))
    if not card.reviews:
        return unknown(title, say, why=NONE_KNOWN)
    last = card.reviews[0]
    rest = say(N_("of {of}"), of=_number(last["accounts_before"], say)) if last["accounts_before"] else ""
    return Fact(title, _number(last["accounts_removed"], say), rest, say.date(last["reviewed"]))


def _number(value: float | None, say: Language) -> str:
    if value is None:
        return DASH
    return say.number(value, decimals=0 if float(value).is_integer() else 1)


def _leader_pairs(card: Card, say: Language) -> list[Pair]:
    """Who owns and leads the object; names only if the reader may see them."""
    register = card.register

    def who(name: str, has_one: bool, told: bool) -> str:
        if not told:
            return say(phrases.NOT_IN_EXPORT)
        return register[name] or DASH if card.named else say(N_("Named")) if has_one else say(N_("Missing"))

    return [
        Pair(say(N_("Object")), register["object"] or DASH),
        Pair(say(N_("Object owner")), who("object_owner", register["owned"], register["owner_told"])),
        Pair(say(N_("Object leader")), who("object_leader", register["led"], register["leader_told"])),
    ]


def register_pairs(card: Card, say: Language) -> list[Pair]:
    """What the register has about the system, who leads it, and the row it is from."""
    register = card.register
    count = register["rows_naming"]
    more = say(N_("The register has {n} rows of the system."), n=say.number(count)) if count > 1 else ""
    return [
        *_leader_pairs(card, say),
        Pair(say(N_("Id")), register["system_id"] or DASH),
        Pair(say(N_("Life cycle")), register["lifecycle"] or DASH),
        Pair(say(N_("Supplier")), register["supplier"] or DASH),
        Pair(say(N_("Responsibility")), register["responsibility"] or DASH),
        Pair(say(N_("Criticality")), register["criticality"] or DASH),
        Pair(say(N_("Personal data")), phrases.stored_value(register["personal_data"], say)),
        Pair(say(N_("Source")), phrases.source_line(register, say), more),
    ]


def demand_table(row: Row, points: tuple[Point, ...], addresses: Addresses, say: Language, *, own: Own = ()) -> Table:
    """The outcome of each demand, and in each point of a pack, with its reason, its date, and a link to the point."""

    def demanded(demand: str) -> tuple[str, Html, Point]:
        due = _due_text(row[f"{demand}_outcome"], row[f"{demand}_due"], say)
        mark = systems.demand_mark(Mark(outcome_of(row, demand), demand_text(row, demand, points, say)), note=due)
        return say(DEMAND_HEADS[demand]), mark, point_by(points, POINT_OF[demand])

    def counted(point: Point, item: Row) -> tuple[str, Html, Point]:
        text = reasons.reason_text(point, item["outcome"], item["reason"], say) or say(
            phrases.OUTCOMES[item["outcome"]]
        )
        mark = systems.demand_mark(Mark(item["outcome"], text), note=_due_text(item["outcome"], item["due"], say))
        return phrases.brief(point, say), mark, point

    columns: Sequence[Column[tuple[str, Html, Point]]] = (
        Column(N_("Requirement"), lambda each, _: each[0], row_header=True),
        Column(N_("Outcome"), lambda each, _: each[1]),
        Column(
            N_("Review point"),
            lambda each, say: charts.anchor(breaking.label(each[2], say), addresses("point", point=each[2].id)),
        ),
    )
    return table(columns, [*map(demanded, DEMANDS), *(counted(*each) for each in own)], say)


def _due_text(outcome: str | None, due: date | None, say: Language) -> str:
    """Until when a requirement is met, or since when it is unmet."""
    if due is None:
        return ""
    return say(N_("until {day}") if outcome == "met" else N_("since {day}"), day=due.isoformat())


NONE_KNOWN: Final = N_("none is known")
RENEWS: Final = N_("Past its day, and renews automatically")
# The outcomes for which no point has a reason.
DEMAND_TEXTS: Final = {
    ("processing", "unmet", None): N_("Personal data, but no active processing names the system"),
    ("processing", "none", None): N_("No personal data according to the register"),
    ("processing", "none", "not_said"): N_("The register does not say whether there are personal data"),
    ("agreement", "met", "renews"): RENEWS,
    ("agreement", "unknown", "none_found"): N_("Personal data, but no agreement names the system or its supplier"),
    ("agreement", "none", None): N_("No personal data according to the register"),
    ("agreement", "none", "not_said"): N_("The register does not say whether there are personal data"),
}


def demand_text(row: Row, demand: str, points: tuple[Point, ...], say: Language) -> str:
    """The outcome of a demand in words, with the point's reason if there is one."""
    outcome, reason = row[f"{demand}_outcome"], row[f"{demand}_reason"]
    if outcome is None:
        return say(phrases.without_outcome(reason))
    if (demand, outcome, reason) in DEMAND_TEXTS:
        return say(DEMAND_TEXTS[demand, outcome, reason])
    if demand == "plan" and outcome in {"met", "unmet"}:
        return _plan_text(row["overdue"], row["actions"], say)
    if reason and reason != "central":
        return reasons.reason_text(point_by(points, POINT_OF[demand]), outcome, reason, say)
    return mark(row, demand, points, say).word


def _plan_text(overdue: int, actions: int, say: Language) -> str:
    values = {"of": say.number(actions)}
    return say.plural("{n} of {of} actions is overdue", "{n} of {of} actions are overdue", overdue, **values)


# --- What a cell has of a row -------------------------------------------------------------------------------------


def _action_state(row: Row, say: Language) -> Html:
    return wheel.work(wheel.ACTION_SIGNS[row["state"]], say(phrases.ACTION_STATES[row["state"]]))


def _risk_value(row: Row, say: Language) -> Html | str:
    value = _number(row["risk_value"], say)
    return systems.demand_mark(Mark("unmet", value)) if row["above"] else value


def _risk_action(row: Row, say: Language) -> str | None:
    if not row["action_told"]:
        return say(phrases.NOT_IN_EXPORT)
    if row["action"] is None and row["above"]:
        return say(N_("Missing"))
    action: str | None = row["action"]
    return action


def _item_mark(row: Row, point: Point, say: Language) -> Html | None:
    """The outcome of a point's item with its reason; None if the row is not an item of the point."""
    kind: Outcome | None = row["outcome"]
    if kind is None:
        return None
    renews = row["reason"] == "renews"
    return systems.demand_mark(
        Mark(kind, say(RENEWS) if renews else reasons.reason_text(point, kind, row["reason"], say))
    )


def _incident_state(row: Row, say: Language) -> Html:
    if not row["closed_told"]:
        return wheel.work("unknown", say(phrases.NOT_IN_EXPORT))
    if row["closed"] is None:
        return charts.work_mark("ongoing", say(N_("Open")))
    return charts.work_mark("done", say(N_("Closed")), note=row["closed"].isoformat())


# --- The sections of one system -----------------------------------------------------------------------------------

# What only a reader gets who may see the names of persons and incidents.
NAMES: Final = frozenset({N_("Responsible"), N_("Reviewed by"), N_("Title")})
CLASSIFICATIONS: Final[Sequence[Column[Row]]] = (
    Column(N_("Information"), field("information"), row_header=True),
    Column("K", lambda row, _: row["confidentiality"] or None, numeric=True),
    Column("R", lambda row, _: row["integrity"] or None, numeric=True),
    Column("T", lambda row, _: row["availability"] or None, numeric=True),
    Column(N_("Valid until"), field("valid_until"), nowrap=True),
)
ACTIONS: Final[Sequence[Column[Row]]] = (
    Column(N_("Requirement"), lambda row, _: row["requirement"] or row["action_id"], row_header=True),
    Column(N_("State"), _action_state, nowrap=True),
    Column(N_("To be done by"), field("due"), nowrap=True),
    Column(N_("Done"), field("done"), nowrap=True),
    Column(N_("Responsible"), field("responsible")),
)
RISKS: Final[Sequence[Column[Row]]] = (
    Column(N_("Event"), lambda row, _: row["event"] or row["risk_id"], row_header=True),
    Column(N_("Value"), _risk_value, numeric=True),
    Column(N_("Action"), _risk_action),
    Column(N_("To be done by"), field("due"), nowrap=True),
    Column(N_("Responsible"), field("responsible")),
)
REVIEWS: Final[Sequence[Column[Row]]] = (
    Column(N_("Day"), field("reviewed"), row_header=True, nowrap=True),
    Column(N_("Accounts"), field("accounts_before"), numeric=True),
    Column(N_("Of them reviewed"), field("accounts_reviewed"), numeric=True),
    Column(N_("Accounts removed"), field("accounts_removed"), numeric=True),
    Column(N_("Reviewed by"), field("reviewed_by")),
)
INCIDENTS: Final[Sequence[Column[Row]]] = (
    Column(N_("Id"), field("incident_id"), row_header=True, nowrap=True),
    Column(N_("Discovered"), field("discovered"), nowrap=True),
    Column(N_("Category"), field("category")),
    Column(N_("Title"), field("title")),
    Column(N_("State"), _incident_state, nowrap=True),
)


def _processings(point: Point) -> Sequence[Column[Row]]:
    return (
        Column(N_("Processing"), field("name"), row_header=True),
        Column(N_("Unit"), field("unit")),
        Column(N_("Last reviewed"), field("reviewed"), nowrap=True),
        Column(N_("Outcome"), lambda row, say: _item_mark(row, point, say)),
    )


def _agreements(point: Point) -> Sequence[Column[Row]]:
    return (
        Column(N_("Id"), field("agreement_id"), row_header=True, nowrap=True),
        Column(N_("Service"), field("service")),
        Column(N_("Supplier"), field("supplier")),
        Column(N_("Valid until"), field("valid_to"), nowrap=True),
        Column(N_("Outcome"), lambda row, say: _item_mark(row, point, say)),
    )


@dataclass(frozen=True)
class Section:
    """What one export has about a system: its rows, and a sentence about what they do not show by themselves."""

    source: str
    title: str
    table: Table | None
    sentence: str = ""
    below: str = ""


def sections(card: Card, points: tuple[Point, ...], say: Language) -> list[Section]:
    """The sections of a system, one per export other than the register."""
    hidden = frozenset() if card.named else NAMES

    def section(source: str, title: str, columns: Sequence[Column[Row]], found: Rows, **texts: str) -> Section:
        return Section(source, say(title), table(columns, found, say, without=hidden) if found else None, **texts)

    recorded = point_by(points, POINT_OF["processing"])
    classes, risks = card.latest_classification, card.latest_risks
    return [
        section("classifications", N_("Classification"), CLASSIFICATIONS, classes, below=_earlier_levels(card, say)),
        section("classification_actions", N_("Action plan"), ACTIONS, card.actions),
        section("risk_analyses", N_("Risks"), RISKS, risks, **_risk_texts(card, say)),
        section("access_reviews", DEMAND_HEADS["access"], REVIEWS, card.reviews),
        section("processing", DEMAND_HEADS["processing"], _processings(recorded), card.processings),
        _agreement_section(card, point_by(points, POINT_OF["agreement"]), say),
        section("incidents", N_("Incidents"), INCIDENTS, card.incidents),
    ]


def empty_sections(
    empty: Sequence[Section], card: Card, sources: Mapping[str, Source], day: date, say: Language
) -> str:
    """What nothing is known of: no loaded export has anything about the system, or none is loaded."""
    loaded = [section.title.lower() for section in empty if section.source in card.sources]
    lacking = [say.pick(sources[section.source].title) for section in empty if section.source not in card.sources]
    texts = [say(N_("Nothing is registered about {things}."), things=phrases.listed(loaded, say))] if loaded else []
    return " ".join([*texts, *([phrases.not_loaded(lacking, day, say)] if lacking else [])])


def _earlier(days: Iterable[str], say: Language) -> str:
    listed = ", ".join(dict.fromkeys(days))
    return say(N_("Earlier: {days}."), days=listed) if listed else ""


def _earlier_levels(card: Card, say: Language) -> str:
    by_day: dict[date, Rows] = {}
    for row in card.classifications:
        by_day.setdefault(row["classified"], []).append(row)
    return _earlier((f"{day} ({levels(of_day)})" for day, of_day in by_day.items() if not of_day[0]["latest"]), say)


def _risk_texts(card: Card, say: Language) -> dict[str, str]:
    days = (str(row["analysed"]) for row in card.risks if not row["latest"])
    return {"sentence": _risk_sentence(card, say) if card.latest_risks else "", "below": _earlier(days, say)}


def _risk_sentence(card: Card, say: Language) -> str:
    """How many of the latest risks are above what is tolerated, and how many of them lack an action with a day."""
    valued = sum(row["value_told"] for row in card.latest_risks)
    if not valued:
        return f"{phrases.not_in_export(['risk_analyses.risk_value'], say)}."
    above = [row for row in card.latest_risks if row["above"]]
    unplanned = sum(row["unplanned"] for row in above)
    values = {"of": say.number(valued), "tolerance": say.number(card.tolerance)}
    first = say.plural(
        "**{n} of {of} risks** is above {tolerance}.",
        "**{n} of {of} risks** are above {tolerance}.",
        len(above),
        **values,
    )
    second = say.plural("{n} of them lacks an action with a day.", "{n} of them lack an action with a day.", unplanned)
    return f"{first} {second}" if unplanned else first


def _agreement_section(card: Card, point: Point, say: Language) -> Section:
    """The agreements that name the system; if none does, the first with its supplier, whose column is left out."""
    naming = [row for row in card.agreements if row["named"]]
    nearest = naming or card.agreements[:FIRST_AGREEMENTS]
    more = len(card.agreements) - len(nearest)
    hidden = frozenset() if naming else {N_("Supplier")}
    below = say.plural(
        "{n} more agreement with the same supplier.", "{n} more agreements with the same supplier.", more
    )
    return Section(
        "processors",
        say(DEMAND_HEADS["agreement"]),
        table(_agreements(point), nearest, say, without=hidden) if nearest else None,
        "" if naming or not nearest else say(N_("No agreement names the system. These are with its supplier.")),
        below if more else "",
    )
