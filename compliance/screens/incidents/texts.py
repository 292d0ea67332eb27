"""The statistics of the year's incidents: facts, tables and the inputs of the charts. No Streamlit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from compliance.core.language import N_, NBSP, Language, begun
from compliance.counting.incidents import (
    HANDLING,
    MOST_KINDS,
    Cause,
    Duty,
    IncidentCounts,
    Incidents,
    Month,
    Rate,
    Recurring,
    StaffedUnit,
    Step,
)
from compliance.drawing import charts, elements, incidents, plots_incidents
from compliance.screens.fact_texts import counted, unknown
from compliance.screens.incidents.clock_texts import Address, case
from compliance.wording import breaking, phrases
from compliance.wording.clocks import LANES, hours, limit_text
from compliance.wording.tables import Column, Table, table

FIRST_RECURRING: Final = 6
NONE: Final = N_("none this year")
IN_TIME, TOO_LATE = N_("in time"), N_("too late")
# The axis ends at this multiple of the limit; a case that took longer is drawn at its end.
MOST_OF_LIMIT: Final = 2.0


# --- The facts ----------------------------------------------------------------------------------------------------


def facts(year: Incidents, duties: Sequence[Duty], say: Language) -> list[charts.Fact]:
    """The year in four facts."""
    return [
        _discovered_fact(year, say),
        _reports_fact(duties, say),
        _closed_fact(year.counts, say),
        _recurring_fact(year, say),
    ]


def _discovered_fact(year: Incidents, say: Language) -> charts.Fact:
    whole = per_hundred(year.rates)
    rate = say(N_("{rate} per 100 employed"), rate=say.number(whole, decimals=1)) if whole is not None else ""
    return charts.Fact(say(N_("Incidents this year")), say.number(year.counts.discovered), note=rate)


def per_hundred(rates: Sequence[Rate]) -> float | None:
    """The incidents of all parts per hundred persons."""
    return Rate(None, sum(r.discovered for r in rates), sum(r.employed for r in rates)).per_hundred


def _reports_fact(duties: Sequence[Duty], say: Language) -> charts.Fact:
    in_time, of = reports_in_time(duties)
    title = say(N_("Reports in time"))
    return counted(title, in_time, of, say) if of else unknown(title, say, why=NONE)


def _closed_fact(counts: IncidentCounts, say: Language) -> charts.Fact:
    title = say(N_("Closed within {n} days"), n=counts.limit_days)
    of = counts.in_time + counts.late
    if not of:
        return unknown(title, say) if counts.unknown else unknown(title, say, why=NONE)
    half = say.plural("half of them within {n} day", "half of them within {n} days", counts.median_days or 0)
    return counted(title, counts.in_time, of, say, note=half)


def _recurring_fact(year: Incidents, say: Language) -> charts.Fact:
    title = say(N_("Recurring incidents"))
    if not year.causes_told:
        return unknown(title, say) if year.counts.discovered else unknown(title, say, why=NONE)
    return counted(title, sum(row.n for row in year.recurring), year.causes_told, say)


# --- Months by kind -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Columns:
    """The months as columns, and the kinds in the order of the stack from the top, each with its count of this year."""

    months: list[plots_incidents.MonthColumn]
    kinds: list[incidents.Kind]
    others: bool


def month_columns(counts: Sequence[Month], say: Language) -> Columns:
    """The incidents by month, with the largest kind at the bottom."""
    names = kind_names(counts, say)
    by_month: dict[date, list[Month]] = {}
    for part in counts:
        by_month.setdefault(part.month, []).append(part)
    columns = [
        _month_column(month, parts, names, say, first=index == 0)
        for index, (month, parts) in enumerate(by_month.items())
    ]
    totals = {place: sum(part.n or 0 for part in _this_year(counts) if part.place == place) for place in names}
    others = [part.place for part in counts if part.kind is None]
    shades: dict[int, incidents.Shade] = {1: "kind_1", 2: "kind_2", 3: "kind_3"}
    kinds = [
        incidents.Kind("kind_others" if place in others else shades[place], names[place], say.number(totals[place]))
        for place in sorted(names, reverse=True)
    ]
    return Columns(columns, kinds, bool(others))


def _this_year(counts: Sequence[Month]) -> list[Month]:
    """The months of the last one's year, which the headline counts too."""
    return [part for part in counts if part.month.year == counts[-1].month.year]


def kind_names(counts: Sequence[Month], say: Language) -> dict[int, str]:
    """The names of the kinds by their position in the stack."""
    return {
        part.place: part.kind or say(phrases.NOT_IN_EXPORT if part.place > MOST_KINDS + 1 else N_("Other"))
        for part in counts
    }


def _month_column(
    month: date, parts: Sequence[Month], names: dict[int, str], say: Language, *, first: bool
) -> plots_incidents.MonthColumn:
    name = say.short_month(month)
    # the first month has no room for a label if January, labelled with its year, is next
    named = (first and month.month != 12) or month.month == 1
    tick = f"{name}\n{month.year}" if named else name if month.month % 3 == 1 else ""
    complete = all(part.n is not None for part in parts)
    total = sum(part.n or 0 for part in parts)
    kinds = ", ".join(f"{names[part.place]} {say.number(part.n)}" for part in reversed(parts) if part.n)
    hover = f"{say.date(month, form='MMMM y')}: {say.number(total) if complete else phrases.DASH}"
    return plots_incidents.MonthColumn(
        tick,
        [part.n or 0 for part in parts],
        say.number(total) if complete else phrases.DASH,
        f"{hover} ({kinds})" if kinds else hover,
    )


def months_alt(counts: Sequence[Month], say: Language) -> str:
    """The chart in a sentence: how many incidents in which months, and the kinds."""
    columns = month_columns(counts, say)
    if not counts or not columns.kinds:
        return ""
    return say(
        N_("{n} incidents from {first} to {last}. This year: {kinds}."),
        n=say.number(sum(part.n or 0 for part in counts)),
        first=say.date(counts[0].month, form="MMMM y"),
        last=say.date(counts[-1].month, form="MMMM y"),
        kinds=", ".join(f"{kind.name} {kind.total}" for kind in reversed(columns.kinds)),
    )


def months_table(counts: Sequence[Month], say: Language) -> Table:
    """The columns as a table, the newest month first."""
    names = kind_names(counts, say)
    by_place = {(part.month, part.place): part.n for part in counts}

    def kind(place: int) -> Column[date]:
        return Column({say.code: names[place]}, lambda month, _: by_place[month, place], numeric=True)

    def total(month: date, _: Language) -> int | None:
        found = [by_place[month, place] for place in names]
        return None if None in found else sum(n or 0 for n in found)

    columns: list[Column[date]] = [
        Column(N_("Month"), lambda month, say: say.date(month, form="MMMM y"), row_header=True),
        *map(kind, sorted(names)),
        Column(N_("Total"), total, numeric=True, strong=True),
    ]
    return table(columns, sorted({part.month for part in counts}, reverse=True), say)


# --- Reports in time ----------------------------------------------------------------------------------------------


def sent_reports(duties: Sequence[Duty]) -> list[Duty]:
    """The sent reports whose timeliness can be determined."""
    return [duty for duty in duties if duty.sent and (duty.outcome == "met" or duty.reason == "late")]


def reports_in_time(duties: Sequence[Duty]) -> tuple[int, int]:
    """How many reports were sent in time, of how many."""
    sent = sent_reports(duties)
    return sum(duty.outcome == "met" for duty in sent), len(sent)


def hour_lanes(duties: Sequence[Duty], say: Language) -> list[plots_incidents.Lane]:
    """A lane per duty and limit in hours, with a dot per case whose times of day are known."""
    timed: dict[tuple[int, int], list[Duty]] = {}
    for duty in sent_reports(duties):
        if duty.hours is not None and not duty.limit_months:
            timed.setdefault((list(LANES).index(duty.kind), duty.limit_hours), []).append(duty)
    return [_lane(timed[kind], say, limit=(kind[1], kind[1])) for kind in sorted(timed)]


def _lane(sent: Sequence[Duty], say: Language, *, limit: tuple[float, float]) -> plots_incidents.Lane:
    """Some reports of a duty with one limit: what each took, and that in words beside one that was late."""
    dots = [
        plots_incidents.Dot(
            (duty.days if duty.limit_months else duty.hours) or 0,
            f"{duty.id}: {_took(duty, say)}, {in_time_word(duty, say)}",
            _took(duty, say) if duty.reason == "late" else "",
        )
        for duty in sent
    ]
    name = say(N_("limit {limit}"), limit=limit_text(sent[0], say))
    return plots_incidents.Lane(f"{say(LANES[sent[0].kind])}, {name}", dots, limit)


def hours_exact(duty: Duty, say: Language) -> str:
    """How long a report took, in hours; with minutes if it was late by less than an hour."""
    value = duty.hours or 0.0
    if duty.limit_hours <= value < duty.limit_hours + 1 and duty.reason == "late":
        minutes = max(int((value - duty.limit_hours) * 60), 1)
        return f"{hours(duty.limit_hours, say)} {say(N_('{n} min'), n=minutes)}".replace(" ", NBSP)
    return hours(value, say)


def day_lanes(duties: Sequence[Duty], say: Language) -> list[plots_incidents.Lane]:
    """A lane, in days, for the reports whose limit is in months."""
    sent = [d for d in sent_reports(duties) if d.limit_months and d.days is not None and d.last_day and d.month_from]
    if not sent:
        return []
    spans = [(duty.last_day - duty.month_from).days for duty in sent if duty.last_day and duty.month_from]
    return [_lane(sent, say, limit=(min(spans), max(spans)))]


def days(n: int, say: Language) -> str:
    """A number of days that does not break."""
    return say.plural("{n} day", "{n} days", n).replace(" ", NBSP)


def in_time_word(duty: Duty, say: Language) -> str:
    """Whether a report was in time."""
    return say(IN_TIME if duty.outcome == "met" else TOO_LATE)


def scale(lanes: Sequence[plots_incidents.Lane], say: Language, *, by_day: bool) -> plots_incidents.Scale:
    """An axis that covers every limit, and cases up to `MOST_OF_LIMIT` times the longest."""
    step = 10 if by_day else 24
    most = max(lane.limit[1] for lane in lanes)
    longest = max((dot.value for lane in lanes for dot in lane.dots), default=0.0)
    end = max(most, min(longest, most * MOST_OF_LIMIT)) * 1.04
    unit = say(N_("days")) if by_day else say(N_("h"))
    return plots_incidents.Scale(end, step, unit)


def reports_sentence(duties: Sequence[Duty], say: Language) -> str:
    """How many reports were in time, and how many cannot be drawn."""
    text = reports_alt(duties, say)
    untimed = sum(duty.hours is None and not duty.limit_months for duty in sent_reports(duties))
    if untimed:
        text += " " + say.plural(
            "One without a time of day stands only in the table.",
            "{word} without a time of day stand only in the table.",
            untimed,
            word=phrases.counted(untimed, say),
        )
    return text


def reports_alt(duties: Sequence[Duty], say: Language) -> str:
    """The dots in a sentence."""
    in_time, of = reports_in_time(duties)
    return say(N_("{n} of {of} reports were sent in time."), n=say.number(in_time), of=say.number(of))


REPORTS: Final[Sequence[Column[Duty]]] = (
    Column(N_("Id"), lambda duty, _: duty.id, row_header=True, nowrap=True),
    Column(N_("Report"), lambda duty, say: say(LANES[duty.kind])),
    Column(N_("Sent"), lambda duty, say: say.date(duty.sent) if duty.sent else "", nowrap=True),
    Column(N_("Took"), lambda duty, say: _took(duty, say), numeric=True),
    Column(N_("Time limit"), lambda duty, say: _limit(duty, say), numeric=True),
    Column(N_("Assessment"), lambda duty, say: in_time_word(duty, say)),
)


def _took(duty: Duty, say: Language) -> str:
    return days(duty.days or 0, say) if duty.hours is None or duty.limit_months else hours_exact(duty, say)


def _limit(duty: Duty, say: Language) -> str:
    return limit_text(duty, say) if duty.ends or not duty.limit_months else phrases.DASH


def reports_table(duties: Sequence[Duty], say: Language) -> Table:
    """Every report that was sent, the latest first."""
    sent = sorted(sent_reports(duties), key=lambda duty: duty.sent or datetime.min, reverse=True)
    return table(REPORTS, sent, say)


# --- Closing ------------------------------------------------------------------------------------------------------


def closing_columns(steps: Sequence[Step], say: Language) -> list[plots_incidents.StepColumn]:
    """The days until closure as columns; every second has its last day at the right edge."""
    edges = [str(step.last_day) if n % 2 and step.last_day is not None else "" for n, step in enumerate(steps)]
    last = max((n for n, edge in enumerate(edges) if edge), default=None)
    if last is not None:
        edges[last] += NBSP + say(N_("days"))
    return [
        plots_incidents.StepColumn(
            edge,
            step.n,
            say.number(step.n) if step.n else "",
            step.late,
            f"{_step_name(step)}: {say.number(step.n)}",
        )
        for edge, step in zip(edges, steps, strict=True)
    ]


def _step_name(step: Step) -> str:
    if step.last_day is None:
        return f">{NBSP}{step.first_day - 1}"
    return str(step.first_day) if step.first_day == step.last_day else f"{step.first_day}\N{EN DASH}{step.last_day}"


def closing_sentence(counts: IncidentCounts, say: Language) -> str:
    """How many were closed in time, and how many are still open."""
    if counts.unknown and counts.unknown == counts.discovered:
        return say(phrases.NOT_IN_EXPORT)
    parts = []
    if closed := counts.in_time + counts.late:
        n, of = say.number(counts.in_time), say.number(closed)
        text = say(
            N_("{n} of {of} closed incidents were closed within {days} days."), n=n, of=of, days=counts.limit_days
        )
        parts.append(text)
    if counts.open or counts.open_too_long:
        text = say.plural("{n} is open", "{n} are open", counts.open + counts.open_too_long)
        too_long = say(
            N_("{n} of them for more than {days} days"), n=say.number(counts.open_too_long), days=counts.limit_days
        )
        parts.append(f"{text}, {too_long}." if counts.open_too_long else f"{text}.")
    if counts.unknown:
        parts.append(f"{say(phrases.NOT_IN_EXPORT)}: {say.number(counts.unknown)}.")
    if counts.contradicting:
        text = say.plural(
            "{n} is closed before it was discovered and cannot be judged.",
            "{n} are closed before they were discovered and cannot be judged.",
            counts.contradicting,
        )
        parts.append(text)
    return " ".join(parts)


def closing_table(steps: Sequence[Step], say: Language) -> Table:
    """The columns as a table."""
    columns: Sequence[Column[Step]] = (
        Column({say.code: begun(say(N_("days")))}, lambda step, _: _step_name(step), row_header=True),
        Column(N_("Incidents"), lambda step, _: step.n, numeric=True),
        Column(N_("Assessment"), lambda step, say: say(TOO_LATE if step.late else IN_TIME)),
    )
    return table(columns, steps, say)


# --- Causes, recurring, silent units, rates -----------------------------------------------------------------------


def cause_bars(causes: Sequence[Cause], say: Language) -> list[charts.Reason]:
    """The causes as bars; other causes added up and incidents without a cause come last."""
    total, most = sum(cause.n for cause in causes) or 1, max((cause.n for cause in causes), default=1)
    names = {"others": N_("Other"), "missing": N_("Unknown"), "untold": phrases.NOT_IN_EXPORT}
    return [
        charts.Reason(
            breaking.add_soft_hyphens(cause.cause or say(names[cause.kind])),
            say.number(cause.n),
            say.percent(cause.n / total, decimals=0),
            cause.n / most,
        )
        for cause in causes
    ]


def recurring_table(recurring: Sequence[Recurring], say: Language, *, address: Address | None) -> Table:
    """The recurring incidents by unit and cause; `address` is the link to an item, None if items may not be seen."""
    columns: Sequence[Column[Recurring]] = (
        Column(N_("Unit and cause"), _unit_and_cause, row_header=True),
        Column(N_("Incidents"), lambda row, _: row.n, numeric=True),
        Column(N_("Id"), lambda row, say: cases(row, say, address=address)),
    )
    return table(columns, recurring, say)


def _unit_and_cause(row: Recurring, say: Language) -> elements.Html:
    unit = breaking.add_soft_hyphens(row.unit or say(N_("No unit")))
    return incidents.two_lines(unit, row.cause or say(N_("Other")))


def cases(row: Recurring, say: Language, *, address: Address | None) -> elements.Html:
    """The ids of recurring incidents, as links if `address` is given."""
    ids = [case(HANDLING, id_, address) for id_ in row.ids]
    earlier = say(N_("and before this year {ids}"), ids=", ".join(row.earlier)) if row.earlier else ""
    return incidents.ids(ids, after=earlier)


def recurring_sentence(year: Incidents, months: int, say: Language) -> str:
    """How many of the year's incidents recur, of those whose export has a column for the cause."""
    of = year.causes_told
    if year.counts.discovered and not of:
        return say(phrases.NOT_IN_EXPORT)
    text = N_(
        "For {n} of this year's {of} incidents, another with the same unit and cause was discovered within "
        "{months} months."
    )
    if of < year.counts.discovered:
        text = N_(
            "For {n} of this year's {of} incidents whose export has a column for the cause, another with the same unit "
            "and cause was discovered within {months} months."
        )
    n = sum(row.n for row in year.recurring)
    return say(text, n=say.number(n), of=say.number(of), months=months)


def silent(units: Sequence[StaffedUnit], say: Language) -> incidents.Named:
    """The units that report nothing, by department, without the small ones that are not named."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for unit in units:
        if unit.silent and unit.unit:
            employed = say(N_("{n} employed"), n=say.number(unit.persons)).replace(" ", NBSP)
            names = groups.setdefault(unit.department or say(N_("No department")), [])
            names.append((breaking.add_soft_hyphens(unit.unit), employed))
    return groups


def silent_sentence(units: Sequence[StaffedUnit], say: Language) -> str:
    """How many units report nothing, and how many of them are too small to name."""
    quiet = [unit for unit in units if unit.silent]
    small = [unit for unit in quiet if unit.unit is None]
    text = say(
        N_("{n} of {of} units have reported no incident this year. That may mean that incidents are not reported."),
        n=say.number(len(quiet)),
        of=say.number(len(units)),
    )
    if small:
        text += " " + say.plural(
            "{n} with fewer than five employed is not named.",
            "{n} with fewer than five employed are not named.",
            len(small),
        )
    return text


def rate_bars(rates: Sequence[Rate], say: Language) -> list[charts.Reason]:
    """The incidents per hundred employed, by part."""
    shown = [rate for rate in rates if rate.part and rate.per_hundred is not None]
    most = max((rate.per_hundred or 0.0 for rate in shown), default=0.0) or 1.0
    return [
        charts.Reason(
            breaking.add_soft_hyphens(rate.part or ""),
            say.number(rate.per_hundred or 0.0, decimals=1),
            say(N_("{n} for {of} employed"), n=say.number(rate.discovered), of=say.number(rate.employed)),
            (rate.per_hundred or 0.0) / most,
        )
        for rate in shown
    ]


def rate_note(rates: Sequence[Rate], say: Language) -> str:
    """How many incidents belong to no part."""
    lost = sum(rate.discovered for rate in rates if not (rate.part and rate.employed) and not rate.few)
    text = say.plural(
        "{n} incident belongs to no unit with employees.", "{n} incidents belong to no unit with employees.", lost
    )
    return text if lost else ""
