"""The texts of one system: its outcome in each demand, and what every export has about it. No Streamlit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from compliance.core.language import N_, Language
from compliance.counting.assessing import Status
from compliance.counting.system_cards import DEMANDS, POINT_OF, Card, is_gap
from compliance.declarations.points import Point, point_by
from compliance.declarations.sources import Source
from compliance.drawing import charts, systems, wheel
from compliance.drawing.charts import Column, Fact, Pair, Table
from compliance.drawing.elements import Html
from compliance.drawing.systems import Mark, Outcome
from compliance.screens.systems.texts import DEMAND_HEADS, Addresses, Row, mark, outcome_of
from compliance.store.database import Rows
from compliance.wording import breaking, phrases, reasons
from compliance.wording.phrases import DASH

FIRST_AGREEMENTS: Final = 8


# --- Its sentences, facts and demands -----------------------------------------------------------------------------


def card_sentence(card: Card, row: Row | None, say: Language) -> str:
    """The answer about a system; `row` is its row in the list, None if it is not in use."""
    name = card.register["system"]
    if row is None:
        return say(N_("{system} is not in use and is not counted in the review points."), system=name)
    missing = [say(DEMAND_HEADS[demand]).lower() for demand in DEMANDS if is_gap(row, demand)]
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
    without = phrases.NOT_IN_EXPORT if card.register["leader_untold"] else N_("Missing")
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
        return Fact(title, DASH, note=say(NONE_KNOWN))
    return Fact(title, levels(latest), note=say.date(latest[0]["classified"]))


def _risk_fact(card: Card, say: Language) -> Fact:
    title, latest = say(N_("Highest risk value")), card.latest_risks
    values = [row["risk_value"] for row in latest if row["risk_value"] is not None]
    if not latest:
        return Fact(title, DASH, note=say(NONE_KNOWN))
    return Fact(title, _number(max(values), say) if values else DASH, note=say.date(latest[0]["analysed"]))


def _review_fact(card: Card, say: Language) -> Fact:
    title = say(N_("Accounts removed"))
    if not card.reviews:
        return Fact(title, DASH, note=say(NONE_KNOWN))
    last = card.reviews[0]
    rest = say(N_("of {of}"), of=_number(last["accounts_before"], say)) if last["accounts_before"] else ""
    return Fact(title, _number(last["accounts_removed"], say), rest, say.date(last["reviewed"]))


def _number(value: float | None, say: Language) -> str:
    if value is None:
        return DASH
    return say.number(value, decimals=0 if float(value).is_integer() else 1)


def _text(value: str | None) -> str:
    return value or DASH


def _leader_pairs(card: Card, say: Language) -> list[Pair]:
    """Who owns and leads the object; names only if the reader may see them."""
    register = card.register

    def who(name: str, has_one: bool, untold: bool) -> str:
        if untold:
            return say(phrases.NOT_IN_EXPORT)
        return register[name] or DASH if card.named else say(N_("Named")) if has_one else say(N_("Missing"))

    return [
        Pair(say(N_("Object")), _text(register["object"])),
        Pair(say(N_("Object owner")), who("object_owner", register["owned"], register["owner_untold"])),
        Pair(say(N_("Object leader")), who("object_leader", register["led"], register["leader_untold"])),
    ]


def register_pairs(card: Card, say: Language) -> list[Pair]:
    """What the register has about the system, who leads it, and the row it is from."""
    register = card.register
    count = register["rows_naming"]
    more = say(N_("The register has {n} rows of the system."), n=say.number(count)) if count > 1 else ""
    return [
        *_leader_pairs(card, say),
        Pair(say(N_("Id")), _text(register["system_id"])),
        Pair(say(N_("Life cycle")), _text(register["lifecycle"])),
        Pair(say(N_("Supplier")), _text(register["supplier"])),
        Pair(say(N_("Responsibility")), _text(register["responsibility"])),
        Pair(say(N_("Criticality")), _text(register["criticality"])),
        Pair(say(N_("Personal data")), phrases.stored_value(register["personal_data"], say)),
        Pair(say(N_("Source")), phrases.source_line(register, say), more),
    ]


def demand_table(row: Row, points: tuple[Point, ...], addresses: Addresses, say: Language) -> Table:
    """The outcome of each demand with its reason, its date, and a link to the point."""
    columns = [
        Column(say(N_("Requirement")), row_header=True),
        Column(say(N_("Outcome"))),
        Column(say(N_("Review point"))),
    ]
    return columns, [_demand_row(row, demand, points, addresses, say) for demand in DEMANDS]


def _demand_row(row: Row, demand: str, points: tuple[Point, ...], addresses: Addresses, say: Language) -> list[str]:
    point = point_by(points, POINT_OF[demand])
    due = _due_text(row[f"{demand}_outcome"], row[f"{demand}_due"], say)
    link: Html = charts.anchor(breaking.label(point, say), addresses("point", point=point.id))
    sign = systems.demand_mark(Mark(outcome_of(row, demand), demand_text(row, demand, points, say)), note=due)
    return [say(DEMAND_HEADS[demand]), sign, link]


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
        return say(phrases.NOT_IN_EXPORT if reason == "column_missing" else phrases.STATUS_WORDS[Status.NO_BASIS])
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


# --- The sections of one system -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Section:
    """What one export has about a system: its rows, and a sentence about what they do not show by themselves."""

    source: str
    title: str
    sentence: str
    table: Table | None
    below: str = ""


def sections(card: Card, points: tuple[Point, ...], say: Language) -> list[Section]:
    """The sections of a system, one per export other than the register."""
    return [
        _classification(card, say),
        _plan(card, say),
        _risks(card, say),
        _reviews(card, say),
        _processings(card, points, say),
        _agreements(card, points, say),
        _incidents(card, say),
    ]


def empty_sections(
    empty: Sequence[Section], card: Card, sources: Mapping[str, Source], day: date, say: Language
) -> str:
    """What nothing is known of: no loaded export has anything about the system, or none is loaded."""
    loaded = [section.title.lower() for section in empty if section.source in card.sources]
    lacking = [say.pick(sources[section.source].title) for section in empty if section.source not in card.sources]
    texts = [say(N_("Nothing is registered about {things}."), things=phrases.listed(loaded, say))] if loaded else []
    return " ".join([*texts, *([phrases.not_loaded(lacking, day, say)] if lacking else [])])


def _day(value: Any, say: Language) -> str:
    """A day as in tables; an open end in words."""
    return phrases.stored_value(value, say)


def _classification(card: Card, say: Language) -> Section:
    latest = card.latest_classification
    earlier = {row["classified"]: row for row in card.classifications if not row["latest"]}
    days = [f"{day} ({levels([row for row in card.classifications if row['classified'] == day])})" for day in earlier]
    columns = [
        Column(say(N_("Information")), row_header=True),
        Column("K", numeric=True),
        Column("R", numeric=True),
        Column("T", numeric=True),
        Column(say(N_("Valid until")), nowrap=True),
    ]
    rows_ = [
        [
            _text(row["information"]),
            *(_text(str(row[name] or "")) for name in ("confidentiality", "integrity", "availability")),
            _day(row["valid_until"], say),
        ]
        for row in latest
    ]
    return Section(
        "classifications",
        say(N_("Classification")),
        "",
        (columns, rows_) if latest else None,
        say(N_("Earlier: {days}."), days=", ".join(days)) if days else "",
    )


def _plan(card: Card, say: Language) -> Section:
    columns = [
        Column(say(N_("Requirement")), row_header=True),
        Column(say(N_("State")), nowrap=True),
        Column(say(N_("To be done by")), nowrap=True),
        Column(say(N_("Done")), nowrap=True),
        *([Column(say(N_("Responsible")))] if card.named else []),
    ]
    rows_ = [
        [
            row["requirement"] or row["action_id"],
            wheel.work(wheel.ACTION_SIGNS[row["state"]], say(phrases.ACTION_STATES[row["state"]])),
            _day(row["due"], say),
            _day(row["done"], say),
            *([_text(row["responsible"])] if card.named else []),
        ]
        for row in card.actions
    ]
    return Section(
        "classification_actions",
        say(N_("Action plan")),
        "",
        (columns, rows_) if rows_ else None,
    )


def _risks(card: Card, say: Language) -> Section:
    latest = card.latest_risks
    above = [row for row in latest if row["above"]]
    unplanned = sum(row["unplanned"] for row in above)
    columns = [
        Column(say(N_("Event")), row_header=True),
        Column(say(N_("Value")), numeric=True),
        Column(say(N_("Action"))),
        Column(say(N_("To be done by")), nowrap=True),
        *([Column(say(N_("Responsible")))] if card.named else []),
    ]
    rows_ = [
        [
            _text(row["event"] or row["risk_id"]),
            _risk_value(row, say),
            _risk_action(row, say),
            _day(row["due"], say),
            *([_text(row["responsible"])] if card.named else []),
        ]
        for row in latest
    ]
    days = list(dict.fromkeys(str(row["analysed"]) for row in card.risks if not row["latest"]))
    return Section(
        "risk_analyses",
        say(N_("Risks")),
        _risk_sentence(card, len(above), unplanned, say) if latest else "",
        (columns, rows_) if latest else None,
        say(N_("Earlier: {days}."), days=", ".join(days)) if days else "",
    )


def _risk_sentence(card: Card, above: int, unplanned: int, say: Language) -> str:
    valued = sum(not row["value_untold"] for row in card.latest_risks)
    if not valued:
        return f"{phrases.not_in_export(['risk_analyses.risk_value'], say)}."
    values = {"of": say.number(valued), "tolerance": say.number(card.tolerance)}
    first = say.plural(
        "**{n} of {of} risks** is above {tolerance}.", "**{n} of {of} risks** are above {tolerance}.", above, **values
    )
    second = say.plural("{n} of them lacks an action with a day.", "{n} of them lack an action with a day.", unplanned)
    return f"{first} {second}" if unplanned else first


def _risk_value(row: Row, say: Language) -> Html | str:
    value = _number(row["risk_value"], say)
    return systems.demand_mark(Mark("unmet", value)) if row["above"] else value


def _risk_action(row: Row, say: Language) -> str:
    if row["action"] is None and row["action_untold"]:
        return say(phrases.NOT_IN_EXPORT)
    if row["action"] is None:
        return say(N_("Missing")) if row["above"] else DASH
    return str(row["action"])


def _reviews(card: Card, say: Language) -> Section:
    columns = [
        Column(say(N_("Day")), row_header=True, nowrap=True),
        Column(say(N_("Accounts")), numeric=True),
        Column(say(N_("Of them reviewed")), numeric=True),
        Column(say(N_("Accounts removed")), numeric=True),
        *([Column(say(N_("Reviewed by")))] if card.named else []),
    ]
    rows_ = [
        [
            _day(row["reviewed"], say),
            *(_number(row[name], say) for name in ("accounts_before", "accounts_reviewed", "accounts_removed")),
            *([_text(row["reviewed_by"])] if card.named else []),
        ]
        for row in card.reviews
    ]
    return Section(
        "access_reviews",
        say(DEMAND_HEADS["access"]),
        "",
        (columns, rows_) if rows_ else None,
    )


def _processings(card: Card, points: tuple[Point, ...], say: Language) -> Section:
    columns = [
        Column(say(N_("Processing")), row_header=True),
        Column(say(N_("Unit"))),
        Column(say(N_("Last reviewed")), nowrap=True),
        Column(say(N_("Outcome"))),
    ]
    rows_ = [
        [row["name"], _text(row["unit"]), _day(row["reviewed"], say), _item_mark(row, "processing_record", points, say)]
        for row in card.processings
    ]
    return Section(
        "processing",
        say(DEMAND_HEADS["processing"]),
        "",
        (columns, rows_) if rows_ else None,
    )


def _item_mark(row: Row, point_id: str, points: tuple[Point, ...], say: Language) -> Html | str:
    """The outcome of a point's item with its reason; a dash if the row is not an item of the point."""
    if row["outcome"] is None:
        return DASH
    kind: Outcome = row["outcome"]
    if row["reason"] == "renews":
        return systems.demand_mark(Mark(kind, say(RENEWS)))
    return systems.demand_mark(Mark(kind, reasons.reason_text(point_by(points, point_id), kind, row["reason"], say)))


def _agreements(card: Card, points: tuple[Point, ...], say: Language) -> Section:
    naming = [row for row in card.agreements if row["named"]]
    others = [row for row in card.agreements if not row["named"]]
    shown = naming or others[:FIRST_AGREEMENTS]
    more = len(card.agreements) - len(shown)
    below = say.plural(
        "{n} more agreement with the same supplier.", "{n} more agreements with the same supplier.", more
    )
    return Section(
        "processors",
        say(DEMAND_HEADS["agreement"]),
        "" if naming or not others else say(N_("No agreement names the system. These are with its supplier.")),
        _agreement_table(shown, points, say) if shown else None,
        below if more else "",
    )


def _agreement_table(shown: Rows, points: tuple[Point, ...], say: Language) -> Table:
    columns = [
        Column(say(N_("Id")), row_header=True, nowrap=True),
        Column(say(N_("Service"))),
        Column(say(N_("Supplier"))),
        Column(say(N_("Valid until")), nowrap=True),
        Column(say(N_("Outcome"))),
    ]
    rows_ = [
        [
            row["agreement_id"],
            _text(row["service"]),
            row["supplier"],
            _day(row["valid_to"], say),
            _item_mark(row, "processor_agreements", points, say),
        ]
        for row in shown
    ]
    # agreements that do not name the system are all with its own supplier, so that column says nothing
    return (columns, rows_) if shown[0]["named"] else _without_column(columns, rows_, 2)


def _without_column(columns: list[Column], rows_: list[list[str]], place: int) -> Table:
    return columns[:place] + columns[place + 1 :], [row[:place] + row[place + 1 :] for row in rows_]


def _incidents(card: Card, say: Language) -> Section:
    columns = [
        Column(say(N_("Id")), row_header=True, nowrap=True),
        Column(say(N_("Discovered")), nowrap=True),
        Column(say(N_("Category"))),
        *([Column(say(N_("Title")))] if card.named else []),
        Column(say(N_("State")), nowrap=True),
    ]
    rows_ = [
        [
            row["incident_id"],
            _day(row["discovered"], say),
            _text(row["category"]),
            *([_text(row["title"])] if card.named else []),
            _incident_state(row, say),
        ]
        for row in card.incidents
    ]
    return Section(
        "incidents",
        say(N_("Incidents")),
        "",
        (columns, rows_) if rows_ else None,
    )


def _incident_state(row: Row, say: Language) -> Html:
    if row["closed_untold"]:
        return wheel.work("unknown", say(phrases.NOT_IN_EXPORT))
    if row["closed"] is None:
        return charts.work_mark("ongoing", say(N_("Open")))
    return charts.work_mark("done", say(N_("Closed")), note=row["closed"].isoformat())
