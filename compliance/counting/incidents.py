"""Incidents: the clocks that run, what was reported and closed in time, and what the year's incidents have in common.

A duty is a report that a breach or a significant incident requires; while unsent, it is a clock. Whether it was in time
comes from the items of points 12 and 13, and is not judged again here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from compliance.access.disclosure import Plans
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core import clock
from compliance.core.language import Texts, month_ends
from compliance.core.places import POINTS
from compliance.counting.pins import pinned
from compliance.declarations.declared import Table, read_with_own
from compliance.declarations.points import Point, in_force
from compliance.declarations.queries import query, statement
from compliance.store.database import Cursor, Rows, rows

MONTHS: Final = 12
# How long after its limit an unsent report of an earlier year is shown.
KEPT_MONTHS: Final = 12
MOST_KINDS: Final = 3
MOST_CAUSES: Final = 8
MOST_LATE_STEPS: Final = 4
# The point whose rules and recipient a duty follows.
BREACHES, INCIDENTS, HANDLING = "gdpr_reporting", "nis_reporting", "incident_handling"
State = Literal["running", "unlimited", "run_out"]
# A limit that can still be met is most urgent; what has none waits, and what has run out cannot be met.
URGENCY: Final[tuple[State, ...]] = ("running", "unlimited", "run_out")


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A required report: by which law, to whom, and when it was sent or is due.

    `deadline` is a moment in UTC; `last_day` replaces it where only days are compared; with neither there is no limit
    yet. Of one that is `untold` no column of its export tells whether it was required, or sent. `gaps` are the empty
    fields of the export, `earlier` the reports sent before, with local time. `outcome` and `reason` are those of the
    point; None for a clock that started in an earlier year.
    """

    kind: str
    point: str
    id: str
    label: str | None
    unit: str | None
    began: datetime
    sent: datetime | None
    limit_hours: int
    limit_months: int
    month_from: date | None
    deadline: datetime | None
    last_day: date | None
    hours: float | None
    days: int | None
    assessed: bool
    untold: bool
    gaps: tuple[str, ...]
    earlier: tuple[tuple[str, datetime], ...]
    outcome: str | None
    reason: str | None
    law: Texts
    recipient: Texts

    @property
    def ends(self) -> datetime | None:
        """The moment (UTC) when the limit passes; for a day, its 24:00."""
        return self.deadline or (end_of(self.last_day) if self.last_day else None)


@dataclass(frozen=True)
class Clock:
    """An unsent duty at a moment (UTC) of the as-of date."""

    duty: Duty
    moment: datetime
    as_of: date

    @property
    def run_out(self) -> bool:
        """Whether the limit has passed."""
        ends = self.duty.ends
        return ends is not None and ends < self.moment

    @property
    def state(self) -> State:
        """Whether the limit can still be met, has passed, or does not exist while the incident is open."""
        return "unlimited" if self.duty.ends is None else "run_out" if self.run_out else "running"

    @property
    def by_day(self) -> bool:
        """Whether only days are compared, because the law or the export has no time of day."""
        return self.duty.deadline is None and self.duty.last_day is not None

    @property
    def left(self) -> timedelta:
        """The time until the limit; negative once it has passed, zero if there is none."""
        return (self.duty.ends or self.moment) - self.moment

    @property
    def days_left(self) -> int:
        """The days from the as-of date to the last day; negative once it has passed."""
        return (self.duty.last_day - self.as_of).days if self.duty.last_day else 0

    @property
    def share(self) -> float | None:
        """The part of the limit that has passed, 0–1; None if there is no limit."""
        duty = self.duty
        if self.by_day and duty.last_day:
            first = duty.month_from or duty.began.date()
            return _clamped((self.as_of - first).days / max((duty.last_day - first).days, 1))
        whole = timedelta(hours=duty.limit_hours)
        return _clamped(1 - self.left / whole) if duty.deadline and whole else None

    @property
    def gaps(self) -> tuple[str, ...]:
        """The fields that are missing; a delay needs a reason only once there is one."""
        return tuple(gap for gap in self.duty.gaps if gap != "delay_reason" or self.run_out)


def _clamped(share: float) -> float:
    return min(max(share, 0.0), 1.0)


@dataclass(frozen=True)
class Step:
    """How many incidents were closed within a range of days; `last_day` is None for the open-ended last one."""

    late: bool
    first_day: int
    last_day: int | None
    n: int


@dataclass(frozen=True)
class IncidentCounts:
    """This year's incidents and how they were closed; `limit_days` is the limit of point 11.

    Of the `unknown` the export has no column that tells whether they are closed.
    """

    discovered: int
    in_time: int
    late: int
    open: int
    open_too_long: int
    unknown: int
    contradicting: int
    median_days: int | None
    limit_days: int


@dataclass(frozen=True)
class Month:
    """Incidents of one kind in one month; `kind` is None for the other kinds, `n` if nothing is known of the month.

    Those whose export has no column for the kind are in the last place, and have none either.
    """

    month: date
    place: int
    kind: str | None
    n: int | None


@dataclass(frozen=True)
class Cause:
    """A cause and how many incidents have it; `kind` is cause, others, missing or untold."""

    kind: str
    cause: str | None
    n: int


@dataclass(frozen=True)
class Recurring:
    """Incidents of one unit with the same cause: this year's, and the earlier ones that they repeat."""

    department: str | None
    unit: str | None
    cause: str | None
    n: int
    ids: tuple[str, ...]
    earlier: tuple[str, ...]
    latest: date


@dataclass(frozen=True)
class StaffedUnit:
    """A unit with employees, and whether it has reported nothing this year; a small one has no name."""

    department: str | None
    unit: str | None
    persons: int
    silent: bool


@dataclass(frozen=True)
class Rate:
    """A department's or unit's incidents of the year and its employees; `part` is None for those in neither.

    `few` marks the sum of small parts, which is not shown.
    """

    part: str | None
    discovered: int
    employed: int
    few: bool = False

    @property
    def per_hundred(self) -> float | None:
        """Incidents per hundred employees; None if there are none."""
        return 100 * self.discovered / self.employed if self.employed else None


@dataclass(frozen=True)
class Incidents:
    """What the year's incidents of a place have in common."""

    counts: IncidentCounts
    months: tuple[Month, ...]
    causes: tuple[Cause, ...]
    steps: tuple[Step, ...]
    recurring: tuple[Recurring, ...]
    units: tuple[StaffedUnit, ...]
    rates: tuple[Rate, ...]

    @property
    def causes_told(self) -> int:
        """The year's incidents whose export has a column for their cause, named or not: of them some recur."""
        return sum(cause.n for cause in self.causes if cause.kind != "untold")


# --- Duties and clocks --------------------------------------------------------------------------------------------


def end_of(day: date) -> datetime:
    """24:00 of a day in Sweden, as a moment in UTC."""
    return clock.midnight(day + timedelta(days=1))


def duties(
    cursor: Cursor,
    points: tuple[Point, ...],
    *,
    as_of: date,
    known_at: datetime,
    place: Scope,
    own: Path | None,
    reader: Reader,
) -> tuple[Duty, ...]:
    """Return every report that this year's breaches and significant incidents require, the earliest limit first.

    Unsent ones of earlier years are included until some months after their limit. Duties of `kind` "assessment" are
    incidents that nobody has judged to be significant or not.
    """
    by_id = {point.id: point for point in points}
    sql = (
        f"with breach_items as ({query('points', BREACHES).sql}), "
        f"incident_items as ({query('points', INCIDENTS).sql}) {statement('duties')}"
    )
    values = {
        "as_of": as_of,
        "known_at": known_at,
        "limit_hours": by_id[BREACHES].parameters(as_of)["limit_hours"],
        "stages": by_id[INCIDENTS].parameters(as_of)["stages"],
        "kept_months": KEPT_MONTHS,
    }
    declared = read_with_own(POINTS, own)["points"]
    with pinned(cursor, [], days=[as_of], known_at=known_at):
        required = rows(cursor, sql, values | _values(reader.within(place)))
    return tuple(_duty(row | {"label": reader.person(row["label"])}, declared, as_of) for row in required)


def _values(place: Scope) -> dict[str, str | None]:
    """The place as parameters of the statements."""
    return {"organisation": place.organisation, "department": place.department, "unit": place.unit}


def _duty(row: dict[str, Any], declared: Table, as_of: date) -> Duty:
    point = BREACHES if row["duty"] == "breach" else INCIDENTS
    sent = ((name, row[name]) for name in ("early_warning", "notification", "progress_report"))
    copied = ("id", "label", "unit", "began", "sent", "month_from", "deadline", "last_day", "hours", "days")
    return Duty(
        kind=row["duty"],
        point=point,
        limit_hours=row["limit_hours"] or 0,
        limit_months=row["limit_months"] or 0,
        assessed=row["assessed"],
        untold=row["untold"],
        gaps=tuple(row["gaps"] or ()),
        earlier=tuple((name, moment) for name, moment in sent if moment),
        outcome=row["outcome"],
        reason=row["reason"],
        law=_law(declared[point], row["duty"], row["began"].date()),
        recipient=in_force(tuple(declared[point]["recipients"]), as_of)["text"],
        **{name: row[name] for name in copied},
    )


def _law(declared: Table, kind: str, day: date) -> Texts:
    """The report's name in the law of a day; empty if no law required it."""
    dated = tuple(row for row in declared["duties"] if row["duty"] == kind)
    text: Texts = in_force(dated, day)["text"] if dated else {"sv": "", "en": ""}
    return text


def clocks(duties: tuple[Duty, ...], *, as_of: date, now: datetime | None) -> tuple[Clock, ...]:
    """Return the unsent duties: those whose limit comes first, then without a limit, then the latest to have run out.

    `now` is the moment (UTC) to count from when the as-of date is today; None counts from the day's 24:00. An untold
    duty has no clock once its limit has passed: it may have been met, or not have been one.
    """
    moment = now or end_of(as_of)
    unsent = [Clock(duty, moment, as_of) for duty in duties if duty.sent is None and duty.kind != "assessment"]
    known = [clock for clock in unsent if not (clock.duty.untold and clock.run_out)]
    return tuple(sorted(known, key=lambda clock: (URGENCY.index(clock.state), abs(clock.left))))


def next_deadline(running: tuple[Clock, ...]) -> Clock | None:
    """The clock whose limit comes first of those that can still be met; None if there is none."""
    return next((clock for clock in running if clock.state == "running"), None)


# --- What the incidents have in common ----------------------------------------------------------------------------


def incidents(
    cursor: Cursor,
    points: tuple[Point, ...],
    *,
    as_of: date,
    known_at: datetime,
    place: Scope,
    window_months: int,
    reader: Reader,
    plans: Plans,
) -> Incidents:
    """Return this year's incidents of a place and the months before, to a reader from whom `plans` hide some parts."""
    limit = next(point for point in points if point.id == HANDLING).parameters(as_of)["limit_days"]
    place = reader.within(place)
    params = {"as_of": as_of, "known_at": known_at, **_values(place)}
    shared = params | {"least": reader.least_shared, "window_months": window_months}

    def run(name: str, **values: object) -> Rows:
        sql = f"with incidents as ({statement('incident_rows')}) {statement(name)}"
        return rows(cursor, sql, shared | values)

    first = month_ends(as_of, count=MONTHS)[0].replace(day=1)
    by_unit = place.department is not None or place.unit is not None
    hides = partial(plans.hides_part, place.organisation, as_of)
    # what was recurring until the end of the year before is read too
    days = [as_of.replace(month=1, day=1) - timedelta(days=1), as_of]
    with pinned(cursor, ["units_at"], days=days, known_at=known_at):
        return Incidents(
            counts=IncidentCounts(**run("incident_counts", limit_days=limit)[0], limit_days=limit),
            months=tuple(
                Month(**reader.row(row)) for row in run("incident_months", first_month=first, most=MOST_KINDS)
            ),
            causes=tuple(Cause(**reader.row(row, kept=("kind",))) for row in run("incident_causes", most=MOST_CAUSES)),
            steps=tuple(Step(**row) for row in run("incident_closing", limit_days=limit, most_late=MOST_LATE_STEPS)),
            recurring=tuple(_recurring(row, reader) for row in run("incident_recurring")),
            units=tuple(
                _staffed(StaffedUnit(**row), reader, hides) for row in rows(cursor, statement("silent_units"), params)
            ),
            rates=_rates(run("incident_rates", by_unit=by_unit), reader, hides, by_unit=by_unit),
        )


def _recurring(row: dict[str, Any], reader: Reader) -> Recurring:
    cause = reader.text(row["cause"]) if row["cause"] else row["cause"]
    return Recurring(**row | {"cause": cause, "ids": tuple(row["ids"]), "earlier": tuple(row["earlier"])})


def _staffed(unit: StaffedUnit, reader: Reader, hides: Callable[..., bool]) -> StaffedUnit:
    """A unit as the reader may see it: one that is small, or hidden with small ones, has no name."""
    few = reader.few(unit.persons) or hides(department=unit.department, unit=unit.unit)
    return replace(unit, department=None, unit=None, persons=0) if few else unit


def _rates(counted: Rows, reader: Reader, hides: Callable[..., bool], *, by_unit: bool) -> tuple[Rate, ...]:
    """The rates as the reader may see them: parts that are small, or hidden with small ones, are added up."""
    rates = [Rate(**row) for row in counted]

    def is_few(rate: Rate) -> bool:
        place = {"department": None, "unit": rate.part} if by_unit else {"department": rate.part, "unit": None}
        return reader.few(rate.employed) or hides(**place)

    few = [rate for rate in rates if rate.part and rate.employed and is_few(rate)]
    shown = [rate for rate in rates if rate not in few]
    if few:
        discovered, employed = sum(rate.discovered for rate in few), sum(rate.employed for rate in few)
        shown.append(Rate(None, discovered, employed, few=True))
    return tuple(shown)
