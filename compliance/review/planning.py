"""The year's plan: what is to happen when, how far it has come on a day, and the actions that reports have left."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from compliance.access.reader import Reader
from compliance.core.clock import local_day
from compliance.core.errors import Refusal
from compliance.core.language import N_, Texts
from compliance.core.places import POINTS
from compliance.declarations.declared import Table, complete, read_with_own
from compliance.declarations.queries import statement
from compliance.review.deciding import Decision, decisions
from compliance.review.reviewing import Review, reviews
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows

WHEEL: Final = POINTS.with_name("year_wheel.toml")
Evidence = Literal["deviations", "plan", "review"]
# The rings of the wheel, inside out.
Ring = Literal["activities", "controls", "reports"]
RINGS: Final[tuple[Ring, ...]] = ("activities", "controls", "reports")
State = Literal["late", "ongoing", "unknown", "not_started", "done", "cancelled"]
ActionState = Literal["late", "open", "done", "cancelled"]
Source = Literal["classification", "recommendation", "deviation"]
# The export behind what is not the review.
EXPORTS: Final[Mapping[Evidence, str]] = {"deviations": "deviations", "plan": "activities"}


@dataclass(frozen=True)
class Report:
    """A report that comes every year: what makes it done, which year it is about, and its first and last day."""

    id: str
    title: Texts
    evidence: Evidence
    offset: int
    begins: str
    ends: str
    words: tuple[str, ...]

    def due(self, year: int) -> date:
        """The day by which it is written in a year."""
        return _day(self.ends, year)

    def start(self, year: int) -> date:
        """The day on which the work with it begins."""
        return _day(self.begins, year if self.begins <= self.ends else year - 1)

    def called(self, year: int) -> Texts:
        """Its title with the year that it is about."""
        return {code: text.replace("{year}", str(year + self.offset)) for code, text in self.title.items()}


@dataclass(frozen=True)
class Declared:
    """The yearly reports, and the words of a status in lower case."""

    reports: tuple[Report, ...]
    words: Mapping[str, list[str]]


@dataclass(frozen=True)
class Moment:
    """Something of the year: an activity, a control, a report or the review, and how far it has come.

    `kind` is priority_area, activity, control, measure, report or review; `point` the number of its review point.
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

    def days_late(self, day: date) -> int:
        """For how many days it has been late."""
        return (day - self.due).days if self.state == "late" and self.due else 0


@dataclass(frozen=True)
class Action:
    """What is to be done after a classification, a recommendation or a deviation; `subject` is a system or an area."""

    source: Source
    key: str
    subject: str | None
    text: str | None
    report: str | None
    due: date | None
    done: date | None
    responsible: str | None
    state: ActionState


@dataclass(frozen=True)
class Plan:
    """What the exports tell of a year on a day: its moments without the review, overdue ones of earlier plans, actions.

    `extracts` is the latest extract date of each export behind it, `named` whether persons are named to the reader.
    """

    organisation: str
    as_of: date
    moments: tuple[Moment, ...]
    earlier: tuple[Moment, ...]
    actions: tuple[Action, ...]
    extracts: Mapping[str, date]
    named: bool

    @property
    def year(self) -> int:
        """The year of the wheel."""
        return self.as_of.year

    @property
    def areas(self) -> tuple[Moment, ...]:
        """The prioritised areas, in the order of their review points."""
        found = [moment for moment in self.moments if moment.kind == "priority_area"]
        return tuple(sorted(found, key=lambda area: (area.point or 99, area.id)))

    def of(self, source: Source) -> tuple[Action, ...]:
        """The actions of a source, the overdue ones first."""
        return tuple(action for action in self.actions if action.source == source)


# --- What is declared ---------------------------------------------------------------------------------------------


def load_wheel(own: Path | None) -> Declared:
    """The yearly reports and the words, with the organisation's own from the folder `own`."""
    table = read_with_own(WHEEL, own)
    reports = [_report(id_, given) for id_, given in table["reports"].items() if given.get("used", True)]
    return Declared(tuple(reports), {name: _folded(words) for name, words in table["words"].items()})


def _report(id_: str, given: Table) -> Report:
    with complete(
        N_("The file {file} lacks the key {key} of the report {report}. Add it and start again."),
        file=WHEEL.name,
        report=id_,
    ):
        report = Report(
            id=id_,
            title=given["title"],
            evidence=given["evidence"],
            offset=given.get("offset", 0),
            begins=given["from"],
            ends=given["due"],
            words=tuple(_folded(given.get("words", []))),
        )
    _refuse_unreadable(report)
    return report


def _refuse_unreadable(report: Report) -> None:
    for said in (report.begins, report.ends):
        try:
            date.fromisoformat(f"2024-{said}")
        except ValueError as error:
            raise Refusal(
                N_("The file {file} gives {said} as a day of the report {report}. Write month and day, such as 05-31."),
                file=WHEEL.name,
                said=said,
                report=report.id,
            ) from error
    if report.evidence not in ("deviations", "plan", "review"):
        raise Refusal(
            N_("The file {file} gives {said} as evidence of the report {report}. Use one of {all}."),
            file=WHEEL.name,
            said=report.evidence,
            report=report.id,
            all="deviations, plan, review",
        )


def _folded(words: Iterable[str]) -> list[str]:
    return [word.strip().lower() for word in words]


def _day(said: str, year: int) -> date:
    """A month and day of a year; 29 February is the 28th where there is none."""
    month, day = (int(part) for part in said.split("-"))
    return date(year, month, min(day, monthrange(year, month)[1]))


# --- What the exports tell ----------------------------------------------------------------------------------------


def plan(cursor: Cursor, declared: Declared, *, organisation: str, as_of: date, reader: Reader) -> Plan:
    """The plan of the year of a day, as it was known then, without the review."""
    day: dict[str, Any] = {"as_of": as_of, "known_at": EVERYTHING_KNOWN, "organisation": organisation}
    known = {name: declared.words[name] for name in ("done", "ongoing", "not_started", "cancelled")}
    planned = rows(cursor, statement("planned"), day | known | {"year": as_of.year})
    reported = rows(cursor, statement("reported"), day)
    closed = {"done": known["done"], "cancelled": known["cancelled"], "reports": _in_order(declared)}
    actions = rows(cursor, statement("actions"), day | closed | {"year": as_of.year})
    written = [_written(report, reported, as_of) for report in declared.reports if report.evidence != "review"]
    return Plan(
        organisation=organisation,
        as_of=as_of,
        moments=tuple([_activity(row, reader) for row in planned if not row["earlier"]] + written),
        earlier=tuple(_activity(row, reader) for row in planned if row["earlier"]),
        actions=tuple(_action(row, reader) for row in actions),
        extracts=_extracts(reported),
        named=reader.named,
    )


def _action(row: dict[str, Any], reader: Reader) -> Action:
    """An action as the reader sees it; a system is called what it is called."""
    kept = {name for name in row if name not in ("text", "subject")} - {"responsible"}
    if row["source"] == "classification":
        kept.add("subject")
    return Action(**reader.row(row, persons=("responsible",), kept=kept))


def _in_order(declared: Declared) -> list[str]:
    """The words of the tertial reports in the order in which a year's reports are written."""
    there = [report for report in declared.reports if report.evidence == "deviations"]
    ordered = sorted(there, key=lambda report: (-report.offset, report.ends))
    return [word for report in ordered for word in report.words]


def _activity(row: Mapping[str, Any], reader: Reader) -> Moment:
    kind = row["kind_code"] or "activity"
    return Moment(
        id=row["activity_id"],
        ring="controls" if kind == "control" else "activities",
        kind=kind,
        title={"en": reader.text(row["activity"])},
        start=row["start"],
        due=row["due"],
        state=row["state"],
        point=row["point"],
        mandatory=row["mandatory"],
    )


def _extracts(reported: Rows) -> dict[str, date]:
    """The latest extract date of each export; all rows of a source have the same base."""
    return {row["source"]: row["extract_date"] for row in sorted(reported, key=lambda row: row["extract_date"])}


def _written(report: Report, reported: Rows, as_of: date) -> Moment:
    """A report of the year: done where an export has it, and late only where an export taken after its day lacks it.

    What an export holds of it before it is to be written is a draft.
    """
    source, words = EXPORTS[report.evidence], (*report.words, report.evidence)
    about = as_of.year + report.offset
    start, due = report.start(as_of.year), report.due(as_of.year)
    told = any(r["source"] == source and r["year"] == about and r["report"] in words for r in reported)
    done = told and start <= as_of
    seen = _extracts(reported).get(source)
    state: State = "done" if done else _state(start, due, as_of)
    if state == "late" and (seen is None or seen <= due):
        state = "unknown"
    return Moment(f"{report.id}-{as_of.year}", "reports", "report", report.called(as_of.year), start, due, state)


def _state(start: date, due: date, as_of: date) -> State:
    """How a thing that is not done stands by its dates alone."""
    if due < as_of:
        return "late"
    return "ongoing" if start <= as_of else "not_started"


# --- What is written in reviews -----------------------------------------------------------------------------------


def reviews_of(cursor: Cursor, *, organisation: str, as_of: date) -> list[Review]:
    """The reviews of an organisation and of those that have become it; the newest first."""
    given = {"as_of": as_of, "known_at": EVERYTHING_KNOWN, "organisation": organisation}
    ids = {row["organisation_id"] for row in rows(cursor, statement("organisation_ids"), given)}
    return [review for review in reviews(cursor) if review.organisation_id in ids]


def review_of_year(cursor: Cursor, declared: Declared, *, organisation: str, as_of: date) -> Moment | None:
    """The review of the year as it stood on a day; None where the wheel has none."""
    report = next((report for report in declared.reports if report.evidence == "review"), None)
    if report is None:
        return None
    there = [r for r in reviews_of(cursor, organisation=organisation, as_of=as_of) if r.year == as_of.year]
    approved = {r["review_id"]: local_day(r["approved_at"]) for r in rows(cursor, statement("first_approved"))}
    days = [approved[review.review_id] for review in there if review.review_id in approved]
    start, due = report.start(as_of.year), report.due(as_of.year)
    start = min([start, *(review.as_of for review in there)])
    state = _state(start, due, as_of)
    if days and min(days) <= as_of:
        due, state = min(days), "done"
    title = report.called(as_of.year)
    return Moment(f"{report.id}-{as_of.year}", "reports", "review", title, min(start, due), due, state)


def open_decisions(cursor: Cursor, *, organisation: str, as_of: date) -> list[Decision]:
    """The decisions of the organisation's reviews up to a day's year that are open."""
    there = reviews_of(cursor, organisation=organisation, as_of=as_of)
    ids = {review.review_id for review in there if review.year <= as_of.year}
    return [row for row in decisions(cursor) if row.review_id in ids and row.open]
