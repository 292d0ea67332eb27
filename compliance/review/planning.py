"""The year's plan: what happens when, its progress on a day, and the actions left by reports."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal

from compliance.access.reader import Reader
from compliance.core.clock import local_day
from compliance.core.errors import Refusal
from compliance.core.language import N_, Texts
from compliance.core.places import POINTS
from compliance.declarations.declared import Table, build, read_with_own
from compliance.declarations.queries import statement
from compliance.review.reviewing import Review, reviews
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows

WHEEL: Final = POINTS.with_name("year_wheel.toml")
Evidence = Literal["deviations", "plan", "review"]
# The rings of the wheel, from the inside.
Ring = Literal["activities", "controls", "reports"]
RINGS: Final[tuple[Ring, ...]] = ("activities", "controls", "reports")
State = Literal["late", "ongoing", "unknown", "not_started", "done", "cancelled"]
ActionState = Literal["late", "open", "untold", "done", "cancelled"]
Source = Literal["classification", "recommendation", "deviation"]
# The export behind each kind of evidence except the review.
EXPORTS: Final[Mapping[Evidence, str]] = {"deviations": "deviations", "plan": "activities"}


@dataclass(frozen=True)
class Report:
    """A yearly report: what shows that it is done, which year it is about, and its first and last day."""

    id: str
    title: Texts
    evidence: Evidence
    begins: str = field(metadata={"key": "from"})
    ends: str = field(metadata={"key": "due"})
    offset: int = 0
    words: tuple[str, ...] = ()

    def due(self, year: int) -> date:
        """The day of a year by which it must be written."""
        return _day(self.ends, year)

    def start(self, year: int) -> date:
        """The day on which work on it starts."""
        return _day(self.begins, year if self.begins <= self.ends else year - 1)

    def called(self, year: int) -> Texts:
        """Its title with the year that it is about."""
        return {code: text.replace("{year}", str(year + self.offset)) for code, text in self.title.items()}


@dataclass(frozen=True)
class Wheel:
    """The yearly reports, and the words of each status in lower case."""

    reports: tuple[Report, ...]
    words: Mapping[str, list[str]]


@dataclass(frozen=True)
class Occasion:
    """Something in the year: an activity, a control, a report or the review, and its progress.

    `kind` is priority_area, activity, control, measure, report or review; `point` the number of its review point. Of
    one that is not `due_told` no column of its export tells whether it is overdue.
    """

    id: str
    ring: Ring
    kind: str
    title: Texts
    start: date | None
    due: date | None
    state: State
    point: int | None = None
    mandatory: bool = False
    due_told: bool = True

    def days_late(self, day: date) -> int:
        """How many days late it is."""
        return (day - self.due).days if self.state == "late" and self.due else 0


@dataclass(frozen=True)
class Action:
    """An action after a classification, a recommendation or a deviation; `subject` is a system or an area.

    Of one that is not `due_told` no column of its export tells whether it is overdue.
    """

    source: Source
    key: str
    subject: str | None
    text: str | None
    report: str | None
    due: date | None
    done: date | None
    responsible: str | None
    state: ActionState
    due_told: bool


@dataclass(frozen=True)
class Plan:
    """A year on a day according to the exports: its moments except the review, overdue ones of earlier plans, actions.

    `extracts` is the latest extract date of each export behind it, `named` whether the reader may see persons' names.
    """

    organisation: str
    as_of: date
    moments: tuple[Occasion, ...]
    earlier: tuple[Occasion, ...]
    actions: tuple[Action, ...]
    extracts: Mapping[str, date]
    named: bool

    @property
    def year(self) -> int:
        """The year of the wheel."""
        return self.as_of.year

    @property
    def dated(self) -> tuple[Occasion, ...]:
        """The activities, controls, measures and reports, without the priority areas."""
        return tuple(moment for moment in self.moments if moment.kind != "priority_area")

    @property
    def areas(self) -> tuple[Occasion, ...]:
        """The priority areas, in the order of their review points."""
        areas = [moment for moment in self.moments if moment.kind == "priority_area"]
        return tuple(sorted(areas, key=lambda area: (area.point or 99, area.id)))

    def of(self, source: Source) -> tuple[Action, ...]:
        """The actions of a source, overdue ones first."""
        return tuple(action for action in self.actions if action.source == source)


# --- What is declared ---------------------------------------------------------------------------------------------


def load_wheel(own: Path | None) -> Wheel:
    """The yearly reports and the words, with the organisation's own from the folder `own`."""
    table = read_with_own(WHEEL, own)
    reports = [_report(id_, entry) for id_, entry in table["reports"].items() if entry.get("used", True)]
    return Wheel(tuple(reports), {name: _folded(words) for name, words in table["words"].items()})


def _report(id_: str, entry: Table) -> Report:
    report = build(Report, entry, file=WHEEL.name, at=id_, id=id_)
    for day in (report.begins, report.ends):
        try:
            date.fromisoformat(f"2024-{day}")
        except ValueError as error:
            raise Refusal(
                N_("The file {file} gives {said} as a day of the report {report}. Write month and day, such as 05-31."),
                file=WHEEL.name,
                said=day,
                report=id_,
            ) from error
    return replace(report, words=tuple(_folded(report.words)))


def _folded(words: Iterable[str]) -> list[str]:
    return [word.strip().lower() for word in words]


def _day(month_and_day: str, year: int) -> date:
    """A month and day in a year; 29 February becomes the 28th outside leap years."""
    month, day = (int(part) for part in month_and_day.split("-"))
    return date(year, month, min(day, monthrange(year, month)[1]))


# --- What the exports tell ----------------------------------------------------------------------------------------


def plan(
    cursor: Cursor,
    declared: Wheel,
    *,
    organisation: str,
    as_of: date,
    reader: Reader,
    known_at: datetime = EVERYTHING_KNOWN,
) -> Plan:
    """The plan of the year of a day, as known then, without the review.

    A reader of a part of the organisation gets the actions of the part's systems alone: the rest is of no unit.
    """
    day: dict[str, Any] = {"as_of": as_of, "known_at": known_at, "organisation": organisation}
    words = {name: declared.words[name] for name in ("done", "ongoing", "not_started", "cancelled")}
    planned = rows(cursor, statement("planned"), day | words | {"year": as_of.year})
    reported = rows(cursor, statement("reported"), day)
    actions = reader.limited(action_rows(cursor, declared, organisation=organisation, as_of=as_of, known_at=known_at))
    written = [_written(report, reported, as_of) for report in declared.reports if report.evidence != "review"]
    moments = [_activity(row, reader) for row in planned if not row["earlier"]] + written
    return Plan(
        organisation=organisation,
        as_of=as_of,
        moments=tuple(moments) if reader.whole else (),
        earlier=tuple(_activity(row, reader) for row in planned if row["earlier"] and reader.whole),
        actions=tuple(_action(row, reader) for row in actions),
        extracts=_extracts(reported),
        named=reader.named,
    )


def action_rows(
    cursor: Cursor, declared: Wheel, *, organisation: str, as_of: date, known_at: datetime = EVERYTHING_KNOWN
) -> Rows:
    """The actions left by reports in the year of a day, each with its unit."""
    day: dict[str, Any] = {"as_of": as_of, "known_at": known_at, "organisation": organisation}
    closed = {name: declared.words[name] for name in ("done", "cancelled")}
    return rows(cursor, statement("actions"), day | closed | {"reports": _in_order(declared), "year": as_of.year})


def _action(row: dict[str, Any], reader: Reader) -> Action:
    """An action as the reader may see it; a system keeps its name."""
    own = {name: row[name] for name in Action.__dataclass_fields__}
    kept = {name for name in own if name not in ("text", "subject")} - {"responsible"}
    if row["source"] == "classification":
        kept.add("subject")
    return Action(**reader.row(own, persons=("responsible",), kept=kept))


def _in_order(declared: Wheel) -> list[str]:
    """The words of the tertial reports in the order they are written."""
    reports = [report for report in declared.reports if report.evidence == "deviations"]
    ordered = sorted(reports, key=lambda report: (-report.offset, report.ends))
    return [word for report in ordered for word in report.words]


def _activity(row: Mapping[str, Any], reader: Reader) -> Occasion:
    kind = row["kind_code"] or "activity"
    return Occasion(
        id=row["activity_id"],
        ring="controls" if kind == "control" else "activities",
        kind=kind,
        title={"en": reader.text(row["activity"])},
        start=row["start"],
        due=row["due"],
        state=row["state"],
        point=row["point"],
        mandatory=row["mandatory"],
        due_told=row["due_told"],
    )


def _extracts(reported: Rows) -> dict[str, date]:
    """The latest extract date of each export; all rows of a source have the same base."""
    return {row["source"]: row["extract_date"] for row in sorted(reported, key=lambda row: row["extract_date"])}


def _written(report: Report, reported: Rows, as_of: date) -> Occasion:
    """A report of the year: done if an export has it, late only if an export taken after its last day lacks it, and
    ongoing only if there is an export.

    Before its first day, what an export holds of it is a draft.
    """
    source, words = EXPORTS[report.evidence], (*report.words, report.evidence)
    about = as_of.year + report.offset
    start, due = report.start(as_of.year), report.due(as_of.year)
    exported = any(r["source"] == source and r["year"] == about and r["report"] in words for r in reported)
    done = exported and start <= as_of
    extracted = _extracts(reported).get(source)
    state: State = "done" if done else _state(start, due, as_of)
    if (state == "late" and (extracted is None or extracted <= due)) or (state == "ongoing" and extracted is None):
        state = "unknown"
    return Occasion(f"{report.id}-{as_of.year}", "reports", "report", report.called(as_of.year), start, due, state)


def _state(start: date, due: date, as_of: date) -> State:
    """The state of something not done, by its dates alone."""
    if due < as_of:
        return "late"
    return "ongoing" if start <= as_of else "not_started"


# --- What is written in reviews -----------------------------------------------------------------------------------


def reviews_of(cursor: Cursor, *, organisation: str, as_of: date) -> list[Review]:
    """The reviews of an organisation and of those merged into it, newest first."""
    params = {"as_of": as_of, "known_at": EVERYTHING_KNOWN, "organisation": organisation}
    ids = {row["organisation_id"] for row in rows(cursor, statement("organisation_ids"), params)}
    return [review for review in reviews(cursor) if review.organisation_id in ids]


def review_of_year(
    cursor: Cursor, declared: Wheel, *, organisation: str, as_of: date, known_at: datetime = EVERYTHING_KNOWN
) -> Occasion | None:
    """The review of the year as of a day; None if the wheel has none."""
    report = next((report for report in declared.reports if report.evidence == "review"), None)
    if report is None:
        return None
    existing = [r for r in reviews_of(cursor, organisation=organisation, as_of=as_of) if r.year == as_of.year]
    firsts = rows(cursor, statement("first_approved"))
    approved = {row["review_id"]: local_day(row["approved_at"]) for row in firsts if row["approved_at"] <= known_at}
    days = [approved[review.review_id] for review in existing if review.review_id in approved]
    start, due = report.start(as_of.year), report.due(as_of.year)
    start = min([start, *(review.as_of for review in existing)])
    state = _state(start, due, as_of)
    if state == "ongoing" and not existing:
        state = "not_started"
    if days and min(days) <= as_of:
        due, state = min(days), "done"
    title = report.called(as_of.year)
    return Occasion(f"{report.id}-{as_of.year}", "reports", "review", title, min(start, due), due, state)
