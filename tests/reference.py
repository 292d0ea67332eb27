"""A second, naive reading of the rulebook, to compare the product's figures with.

Plain Python and one function a point, in the order of the rulebook's sentences: clear over fast.
It shares nothing with the product but the rulebook. Used by tests only.
"""

from __future__ import annotations

import unicodedata
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Level = Literal["organisation", "department", "unit"]
Moment = TypeVar("Moment", date, datetime)

OPEN_END = date(9999, 12, 31)
STOCKHOLM = ZoneInfo("Europe/Stockholm")

POINT_IDS = {
    1: "information_security_training",
    2: "data_protection_training",
    3: "local_instruction",
    4: "classification",
    5: "risk_analysis",
    6: "dpia",
    7: "access",
    8: "processing_record",
    9: "procurement",
    10: "processor_agreements",
    11: "incident_handling",
    12: "gdpr_reporting",
    13: "nis_reporting",
}

NEEDS: dict[int, tuple[str, ...]] = {
    1: ("staff", "training"),
    2: ("staff", "training"),
    3: ("local_instruction",),
    4: ("systems",),
    5: ("systems",),
    6: ("processing",),
    7: ("systems", "access_reviews"),
    8: ("processing",),
    9: ("procurements",),
    10: ("processors",),
    11: ("incidents",),
    12: ("breaches",),
    13: ("incidents",),
}

# Those of the packs that come with the product, under numbers of their own.
PACK_IDS = {14: "continuity", 15: "authentication", 16: "encryption"}
NEEDS |= {number: ("systems", name) for number, name in PACK_IDS.items()}

# The ids of which only the last row of an export counts.
UNIQUE: dict[str, tuple[str, ...]] = {
    "incidents": ("incident_id",),
    "breaches": ("breach_id",),
    "classification_actions": ("action_id",),
    "processing": ("processing_id",),
    "processors": ("agreement_id",),
    "procurements": ("reference",),
    "activities": ("activity_id",),
    "routines": ("routine",),
    "local_instruction": ("unit", "requirement"),
}


@dataclass(frozen=True)
class Export:
    """One loaded file; the order of a list of exports is the order of loading.

    `parts` is what it says once that it is about, such as its course; empty of one that is a whole export.
    """

    organisation: str
    source: str
    extract_date: date
    rows: list[Row]
    file: str = ""
    completes: bool = False
    columns: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Item:
    """One item of a point with its outcome."""

    organisation: str
    unit: str | None
    item: str
    label: str | None
    outcome: str
    reason: str | None = None
    detail: str | None = None
    due: date | None = None
    file: str = ""
    sheet: str | None = None
    row: int | None = None


@dataclass(frozen=True)
class Course:
    """How the rows of one course are recognised."""

    codes: frozenset[str]
    prefix: str


@dataclass(frozen=True)
class RuleSet:
    """The hours that a law gave to a stage, between two days of discovery."""

    first: date
    last: date
    hours: dict[str, int]
    final_report_months: int | None


def _rule_sets() -> tuple[RuleSet, ...]:
    return (
        RuleSet(date(2018, 8, 1), date(2026, 1, 14), {"notification": 6}, None),
        RuleSet(date(2026, 1, 15), OPEN_END, {"early_warning": 24, "notification": 72}, 1),
    )


def _targets() -> dict[int, tuple[int, int]]:
    targets = dict.fromkeys((1, 2, 4, 5, 7, 9), (95, 80))
    targets |= dict.fromkeys((6, 8, 10, 12, 13), (100, 90))
    return targets | {3: (100, 80), 11: (90, 75)} | dict.fromkeys(PACK_IDS, (95, 80))


def _courses() -> dict[int, Course]:
    return {
        1: Course(frozenset({"INFOSAK", "ISEC"}), "Informationssäkerhet för medarbetare"),
        2: Course(frozenset({"DATASKYDD", "GDPR"}), "Grundkurs i dataskydd"),
    }


@dataclass(frozen=True)
class Parameters:
    """Every number and list of the rulebook that an organisation can change, and what it has said of its courses.

    `said` has, by organisation and point, the names of the course in its exports; none where nobody has begun it.
    """

    courses: dict[int, Course] = field(default_factory=_courses)
    said: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict)
    training_months: int = 24
    newly_employed_days: int = 30
    classification_months: int = 12
    risk_months: int = 12
    access_months: int = 12
    access_months_sensitive: int = 6
    sensitive_level: int = 3
    check_months: int = 12
    criteria_needed: int = 2
    register_months: int = 12
    incident_days: int = 30
    gdpr_hours: int = 72
    rule_sets: tuple[RuleSet, ...] = field(default_factory=_rule_sets)
    targets: dict[int, tuple[int, int]] = field(default_factory=_targets)


DEFAULTS = Parameters()


# --- small things that every point uses ------------------------------------------------------


def key(value: Any) -> str:
    """What two names, ids or codes are compared by."""
    return " ".join(str(value).split()).casefold()


def swedish(value: str) -> tuple[list[str], str]:
    """Sort key of Swedish alphabetical order: å ä ö after z, whatever the case."""
    letters: list[str] = []
    for letter in unicodedata.normalize("NFC", key(value)):
        if letter in "åäö":
            letters.append(chr(ord("z") + 1 + "åäö".index(letter)))
        else:
            letters.append(unicodedata.normalize("NFD", letter)[0])
    return letters, key(value)


def add_months(day: date, months: int) -> date:
    """The same day of the month some months later, or the last one of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def day_of(moment: date | datetime) -> date:
    """The local date of a value."""
    return moment.date() if isinstance(moment, datetime) else moment


def has_time(moment: datetime) -> bool:
    """Whether a date-time has a time of day."""
    return moment.time() != time(0, 0, 0)


def instant(local: datetime) -> datetime:
    """The instant of a local time; an hour that occurs twice is the first of the two."""
    return local.replace(tzinfo=STOCKHOLM, fold=0).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The instant at which a local day ends (24:00)."""
    return instant(datetime.combine(day + timedelta(days=1), time(0, 0)))


def happened(moment: date | datetime | None, d: date) -> bool:
    """Whether something has a date, and one not after the as-of date."""
    return moment is not None and day_of(moment) <= d


def lacks(row: Row, name: str) -> bool:
    """Whether the export of a row has no column for a field: it does not say, which is not an empty cell."""
    return bool(row["columns"]) and name not in row["columns"]


def unsaid(row: Row, names: list[str]) -> list[str]:
    """Those of some fields that the export of the row has no column for."""
    return [name for name in names if lacks(row, name)]


def by_then(moment: Moment | None, d: date) -> Moment | None:
    """The value, or nothing where it is dated after the as-of date."""
    return moment if moment is not None and happened(moment, d) else None


def this_year(moment: date | datetime | None, d: date) -> bool:
    """Whether a value lies between 1 January of the as-of date's year and the as-of date."""
    return moment is not None and date(d.year, 1, 1) <= day_of(moment) <= d


def due_date(day: date | None) -> date | None:
    """A due date to show: an open end is none."""
    return None if day == OPEN_END else day


# --- exports ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """What one organisation's exports say on one as-of date."""

    organisation: str
    d: date
    parameters: Parameters
    chosen: dict[str, list[Export]]

    def has(self, source: str) -> bool:
        """Whether an export of the source exists on or before the as-of date."""
        return source in self.chosen

    def rows(self, source: str) -> list[Row]:
        """The rows of the latest export; of a repeated id only the last row."""
        rows = [
            {**row, "file": export.file, "columns": export.columns}
            for export in self.chosen.get(source, [])
            for row in export.rows
        ]
        if source not in UNIQUE:
            return rows
        last: dict[tuple[str, ...], int] = {}
        for number, row in enumerate(rows):
            last[tuple(key(row[name]) for name in UNIQUE[source])] = number
        return [rows[number] for number in sorted(last.values())]

    def rows_of(self, source: str, name: str, value: Any) -> list[Row]:
        """The rows of the latest export whose field has this value."""
        return [row for row in self.rows(source) if key(row[name]) == key(value)]


def organisations(exports: Iterable[Export]) -> list[str]:
    """Every organisation that any export names."""
    return sorted({export.organisation for export in exports})


def view(exports: list[Export], organisation: str, d: date, parameters: Parameters = DEFAULTS) -> View:
    """The latest exports of an organisation on an as-of date."""
    chosen: dict[str, list[Export]] = {}
    mine = [e for e in exports if e.organisation == organisation and e.extract_date <= d]
    for source in {export.source for export in mine}:
        loaded = [export for export in mine if export.source == source]
        # in the order of their days, those of a day as they were loaded: a full export makes all before it go
        files: list[Export] = []
        for export in sorted(loaded, key=lambda export: export.extract_date):
            if not export.completes:
                files = _parts_of_day(files, export.extract_date) if export.parts else []
            files = [*(file for file in files if not _about_the_same(file, export)), export]
        chosen[source] = files
    return View(organisation, d, parameters, chosen)


def _parts_of_day(files: list[Export], day: date) -> list[Export]:
    """From the first file of a day that is about something: together those of a day are one export."""
    parts = [number for number, file in enumerate(files) if file.extract_date == day and file.parts]
    return files[parts[0] :] if parts else []


def _about_the_same(one: Export, other: Export) -> bool:
    """Whether two files of a day say that they are about the same, so that the later replaces the earlier."""
    same = {key(part) for part in one.parts} & {key(part) for part in other.parts}
    return one.extract_date == other.extract_date and bool(same)


def lacking(exports: list[Export], new: list[Export]) -> set[str]:
    """What counted on the day of files about something, and would not count once they are loaded."""
    organisation, source, day = new[0].organisation, new[0].source, new[0].extract_date
    before, after = (view(each, organisation, day).chosen.get(source, []) for each in (exports, [*exports, *new]))
    return _courses_of(before) - _courses_of(after)


def _courses_of(files: list[Export]) -> set[str]:
    """The courses that files say once, and those of the rows of whole exports."""
    rows = {key(row["course"]) for file in files if not file.parts for row in file.rows}
    return rows | {key(part) for file in files for part in file.parts}


def basis(v: View, point: int) -> bool:
    """Whether every export that a point needs exists, and has a row of its course if it is about one."""
    if not all(v.has(source) for source in NEEDS[point]):
        return False
    if point not in v.parameters.courses:
        return True
    nobody_has_begun = v.parameters.said.get((v.organisation, point)) == frozenset()
    return nobody_has_begun or any(_of_course(v, row, point) for row in v.rows("training"))


def _item(v: View, row: Row, name: str, outcome: str, **more: Any) -> Item:
    """An item that came from a row."""
    return Item(
        organisation=v.organisation,
        unit=more.pop("unit", row.get("unit")),
        item=name,
        label=more.pop("label", None),
        outcome=outcome,
        due=due_date(more.pop("due", None)),
        file=row["file"],
        sheet=row.get("sheet"),
        row=row.get("row"),
        **more,
    )


# --- 1, 2 training ---------------------------------------------------------------------------


def _training(v: View, point: int) -> list[Item]:
    people: dict[str, list[Row]] = {}
    for row in v.rows("staff"):
        to = row.get("employed_to")
        if row["employed_from"] <= v.d and (to is None or to >= v.d):
            people.setdefault(key(row["employee_id"]), []).append(row)
    return [_person(v, active, point) for active in people.values()]


def _person(v: View, active: list[Row], point: int) -> Item:
    latest = max(row["employed_from"] for row in active)
    main = min(
        (row for row in active if row["employed_from"] == latest),
        key=lambda row: (row["unit"] is None, swedish(row["unit"] or "")),
    )
    outcome, reason, due = _course_outcome(v, main["employee_id"], point)
    detail = "completed" if reason == "column_missing" else None
    earliest = min(row["employed_from"] for row in active)
    if all(row.get("on_leave") is True for row in active):
        outcome, reason, detail = "exempt", "on_leave", None
    elif earliest > v.d - timedelta(days=v.parameters.newly_employed_days):
        outcome, reason, detail = "exempt", "newly_employed", None
    name = main.get("name") or main["employee_id"]
    return _item(v, main, main["employee_id"], outcome, reason=reason, detail=detail, due=due, label=name)


def _of_course(v: View, row: Row, point: int) -> bool:
    course, code = v.parameters.courses[point], row.get("course_code")
    if code is not None and key(code) in {key(known) for known in course.codes}:
        return True
    said = {key(name) for name in v.parameters.said.get((v.organisation, point), ())}
    return key(row["course"]).startswith(key(course.prefix)) or key(row["course"]) in said


def _course_outcome(v: View, employee_id: str, point: int) -> tuple[str, str | None, date | None]:
    """Outcome, reason and the end of the best pass."""
    ends: list[date] = []
    states: set[str] = set()
    undated = False
    for row in v.rows_of("training", "employee_id", employee_id):
        if not _of_course(v, row, point):
            continue
        state = _training_state(row, v.d)
        states.add(state)
        if state == "passed":
            end = row.get("valid_to")
            ends.append(end or add_months(row["completed"], v.parameters.training_months))
        ended = row.get("valid_to") is not None and row["valid_to"] < v.d
        undated |= row["status"] == "passed" and lacks(row, "completed") and not ended
    if ends and max(ends) >= v.d:
        return "met", None, max(ends)
    if undated:
        return "unknown", "column_missing", max(ends, default=None)
    if ends:
        return "unmet", "expired", max(ends)
    for state in ("failed", "started"):
        if state in states:
            return "unmet", state, None
    return "unmet", "not_started", None


def _training_state(row: Row, d: date) -> str:
    """The state of a row on a day: what is dated after the day has not happened yet."""
    status = row["status"]
    if not isinstance(status, str):
        return "no row"
    if status == "passed" and not happened(row.get("completed"), d):
        return "started"
    if status == "failed" and row.get("completed") is not None and row["completed"] > d:
        return "started"
    if status == "started" and row.get("started") is not None and row["started"] > d:
        return "not_started"
    return status


# --- 3 local instruction ---------------------------------------------------------------------


def _local_instruction(v: View, point: int) -> list[Item]:
    found = []
    for row in v.rows("local_instruction"):
        status, confirmed = row["status"], row.get("confirmed")
        if status == "done" and confirmed is not None and confirmed > v.d:
            status = "ongoing"
        outcome, reason = {
            "done": ("met", None),
            "ongoing": ("unmet", "ongoing"),
            "not_started": ("unmet", "not_started"),
            "exempt": ("exempt", "exempt") if row.get("comment") else ("unknown", "no_information"),
        }.get(status, ("unknown", "no_information"))
        detail = None
        if status == "exempt" and outcome == "unknown" and lacks(row, "comment"):
            reason, detail = "column_missing", "comment"
        name = f"{row['unit'] or ''}/{row['requirement'] or ''}"
        found.append(_item(v, row, name, outcome, reason=reason, detail=detail, label=row["requirement"]))
    return found


# --- 4, 5, 7 systems -------------------------------------------------------------------------


ANSWERS = ("classified_last_year", "risk_analysed_last_year", "personal_data", "criticality")


@dataclass(frozen=True)
class System:
    """A system in use: its first row in use, and each attribute of the first row that has it."""

    row: Row
    name: str
    unit: str | None
    central: bool
    classified_last_year: bool | None
    risk_analysed_last_year: bool | None
    personal_data: bool | None
    criticality: str | None
    unsaid: list[str]


def _systems(v: View) -> list[System]:
    in_use: dict[str, list[Row]] = {}
    for row in v.rows("systems"):
        if row.get("lifecycle") not in ("retired", "planned", "not_in_operation"):
            in_use.setdefault(key(row["system"]), []).append(row)

    def first(rows: list[Row], name: str) -> Any:
        return next((row[name] for row in rows if row.get(name) is not None), None)

    return [
        System(
            row=rows[0],
            name=rows[0]["system"],
            unit=first(rows, "unit"),
            central=first(rows, "responsibility") == "central",
            classified_last_year=first(rows, "classified_last_year"),
            risk_analysed_last_year=first(rows, "risk_analysed_last_year"),
            personal_data=first(rows, "personal_data"),
            criticality=first(rows, "criticality"),
            unsaid=[name for name in ANSWERS if all(lacks(row, name) for row in rows)],
        )
        for rows in in_use.values()
    ]


Judged = tuple[str, str | None, date | None]


def _system_items(v: View, judge: Callable[[View, System], Judged | None]) -> list[Item]:
    """The items of the systems in use that a point is about: `judge` gives nothing for one that it is not."""
    found = []
    for system in _systems(v):
        if (judged := judge(v, system)) is None:
            continue
        outcome, reason, due = judged
        if system.central:
            outcome, reason = "exempt", "central"
        reason, _, detail = (reason or "").partition("/")
        more = {
            "reason": reason or None,
            "detail": detail or None,
            "due": due,
            "unit": system.unit,
            "label": system.name,
        }
        found.append(_item(v, system.row, system.name, outcome, **more))
    return found


def _latest(v: View, source: str, system: System, name: str) -> list[Row]:
    """The rows of a system on its latest date that is not after the as-of date."""
    rows = [r for r in v.rows_of(source, "system", system.name) if happened(r[name], v.d)]
    latest = max((row[name] for row in rows), default=None)
    return [row for row in rows if row[name] == latest]


def _as_the_register_says(
    v: View, system: System, name: str, source: str, not_done: str
) -> tuple[str, str | None, date | None]:
    answer = getattr(system, name)
    if answer is True:
        return "met", "register_says_yes", None
    if answer is False or v.has(source):
        return "unmet", not_done, None
    return "unknown", f"column_missing/{name}" if name in system.unsaid else "no_information", None


def _classified(v: View, system: System) -> tuple[str, str | None, date | None]:
    latest = _latest(v, "classifications", system, "classified")
    if not latest:
        return _as_the_register_says(v, system, "classified_last_year", "classifications", "not_classified")
    end = min(
        min(
            add_months(row["classified"], v.parameters.classification_months),
            row.get("valid_to") or OPEN_END,
        )
        for row in latest
    )
    if end < v.d:
        return "unmet", "outdated", end
    was_due = [
        action
        for action in v.rows_of("classification_actions", "system", system.name)
        if action.get("due") is not None and action["due"] < v.d and not happened(action.get("done"), v.d)
    ]
    if any(not lacks(action, "done") for action in was_due):
        return "unmet", "action_overdue", end
    return ("unknown", "column_missing/done", end) if was_due else ("met", None, end)


def _risk_analysed(v: View, system: System) -> tuple[str, str | None, date | None]:
    latest = _latest(v, "risk_analyses", system, "analysed")
    if not latest:
        return _as_the_register_says(v, system, "risk_analysed_last_year", "risk_analyses", "not_analysed")
    end = add_months(latest[0]["analysed"], v.parameters.risk_months)
    return ("met", None, end) if end >= v.d else ("unmet", "outdated", end)


def _access_reviewed(v: View, system: System) -> tuple[str, str | None, date | None]:
    latest = _latest(v, "access_reviews", system, "reviewed")
    if not latest:
        return "unmet", "never_reviewed", None
    classifications = _latest(v, "classifications", system, "classified")
    levels = [row.get("confidentiality") or 0 for row in classifications]
    months = v.parameters.access_months
    if max(levels, default=0) >= v.parameters.sensitive_level:
        months = v.parameters.access_months_sensitive
    end = add_months(latest[0]["reviewed"], months)
    return ("met", None, end) if end >= v.d else ("unmet", "overdue", end)


# --- packs: 14 continuity, 15 authentication, 16 encryption ------------------------------------


def _last_row(v: View, source: str, system: System, name: str) -> Row | None:
    """The row of a system with the latest day that has come, of the last file that has the system; else its last."""
    rows = v.rows_of(source, "system", system.name)
    rows = [row for row in rows if row["file"] == rows[-1]["file"]]
    latest = max((row[name] for row in rows if happened(row.get(name), v.d)), default=None)
    there = [row for row in rows if latest is None or row.get(name) == latest]
    return there[-1] if there else None


def _valid_until(v: View, row: Row | None, name: str) -> date | None:
    day = by_then(row.get(name), v.d) if row else None
    return add_months(day, v.parameters.check_months) if day else None


def _denied(text: str, part: str) -> bool:
    """Whether ej, icke or inte stands before a part of a text, as a word."""
    before = "".join(letter if letter.isalpha() else " " for letter in text.partition(part)[0])
    return not {"ej", "icke", "inte"}.isdisjoint(before.split())


def _is_critical(said: str | None) -> bool | None:
    """Whether a system is critical; nothing where nobody can say."""
    text = key(said or "")
    if text == "ja" or any(part in text and not _denied(text, part) for part in ("hög", "kritisk", "critical")):
        return True
    if text in ("nej", "låg", "medel", "normal") or ("kritisk" in text and _denied(text, "kritisk")):
        return False
    return None


def _unknown(row: Row | None, name: str) -> tuple[str, str]:
    return "unknown", f"column_missing/{name}" if row and lacks(row, name) else "no_information"


def _continuity(v: View, system: System) -> Judged | None:
    critical, row = _is_critical(system.criticality), _last_row(v, "continuity", system, "tested")
    end = _valid_until(v, row, "tested")
    if critical is False:
        return None
    if critical is None:
        unsaid = "criticality" in system.unsaid
        return "unknown", "column_missing/criticality" if unsaid else "criticality_unknown", end
    if row is None:
        return "unmet", "plan_missing", None
    if row.get("plan") is None:
        return *_unknown(row, "plan"), end
    if row["plan"] is False:
        return "unmet", "plan_missing", end
    if end is None:
        return ("unknown", "column_missing/tested", None) if lacks(row, "tested") else ("unmet", "never_tested", None)
    return ("unmet", "outdated", end) if end < v.d else ("met", None, end)


def _level(v: View, system: System) -> int:
    classifications = _latest(v, "classifications", system, "classified")
    return max((row.get("confidentiality") or 0 for row in classifications), default=0)


def _level_unsaid(v: View, system: System) -> bool:
    return any(lacks(row, "confidentiality") for row in _latest(v, "classifications", system, "classified"))


def _checked(v: View, row: Row, end: date | None) -> Judged:
    """How far what is in order has been checked."""
    if end is not None and end >= v.d:
        return "met", None, end
    return ("unknown", "column_missing/checked", end) if lacks(row, "checked") else ("unmet", "outdated", end)


def _authentication(v: View, system: System) -> Judged | None:
    row = _last_row(v, "authentication", system, "checked")
    end = _valid_until(v, row, "checked")
    if system.personal_data is not True and _level(v, system) < 2:
        if "personal_data" in system.unsaid:
            return "unknown", "column_missing/personal_data", end
        return ("unknown", "column_missing/confidentiality", end) if _level_unsaid(v, system) else None
    if row is None or row.get("mfa") is None:
        return *_unknown(row, "mfa"), end
    if row["mfa"]:
        return _checked(v, row, end)
    until = row.get("exception_until")
    return ("exempt", "exception", until) if until and until >= v.d else ("unmet", "no_strong_authentication", end)


def _encryption(v: View, system: System) -> Judged | None:
    row = _last_row(v, "encryption", system, "checked")
    end = _valid_until(v, row, "checked")
    if _level(v, system) < 3:
        return ("unknown", "column_missing/confidentiality", end) if _level_unsaid(v, system) else None
    for name, reason in (("at_rest", "storage"), ("in_transit", "transfer")):
        if row is not None and row.get(name) is False:
            return "unmet", reason, end
    for name in ("at_rest", "in_transit"):
        if row is None or row.get(name) is None:
            return *_unknown(row, name), end
    return _checked(v, row, end) if row else None


# --- 6, 8 processing -------------------------------------------------------------------------


def _active_processing(v: View) -> list[Row]:
    return [row for row in v.rows("processing") if row.get("status") not in ("ended", "planned")]


def _dpia(v: View, point: int) -> list[Item]:
    found = []
    for row in _active_processing(v):
        dpias = v.rows_of("dpias", "processing_id", row["processing_id"])
        outcome, reason, due, detail = _dpia_outcome(v, row, dpias)
        more = {"reason": reason, "detail": detail, "due": due, "label": row["name"]}
        found.append(_item(v, row, row["processing_id"], outcome, **more))
    return found


DpiaOutcome = tuple[str, str | None, date | None, str | None]


def _dpia_outcome(v: View, row: Row, dpias: list[Row]) -> DpiaOutcome:
    """Outcome, reason, due and the columns that are missing."""

    def many(dpia: Row) -> bool:
        return (dpia.get("criteria") or 0) >= v.parameters.criteria_needed

    required = row.get("dpia_required") is True or any(dpia.get("required") is True or many(dpia) for dpia in dpias)
    not_required = row.get("dpia_required") is False or any(
        dpia.get("required") is False and not many(dpia) for dpia in dpias
    )
    if required:
        return _required_dpia(v, dpias)
    if not_required:
        return "exempt", "not_required", None, None
    if lacks(row, "dpia_required"):
        return "unknown", "column_missing", None, "dpia_required"
    return "unknown", "need_not_assessed", None, None


def _required_dpia(v: View, dpias: list[Row]) -> DpiaOutcome:
    decided = [
        dpia.get("next_review") or OPEN_END
        for dpia in dpias
        if dpia.get("status") == "approved" and happened(dpia.get("decided"), v.d)
    ]
    due = max(decided, default=None)
    if due and due >= v.d:
        return "met", None, due, None
    perhaps = [dpia for dpia in dpias if _may_be_approved(v, dpia)]
    if lacking := [name for name in ("status", "decided") if any(lacks(dpia, name) for dpia in perhaps)]:
        return "unknown", "column_missing", due, ", ".join(lacking)
    if decided:
        return "unmet", "review_overdue", due, None
    if any(dpia.get("status") != "not_started" for dpia in dpias):
        return "unmet", "ongoing", None, None
    return "unmet", "missing", None, None


def _may_be_approved(v: View, dpia: Row) -> bool:
    """Whether nothing that the export has a column for says that it is not."""
    return (
        (dpia.get("status") == "approved" or lacks(dpia, "status"))
        and (happened(dpia.get("decided"), v.d) or lacks(dpia, "decided"))
        and (dpia.get("next_review") or OPEN_END) >= v.d
    )


def _processing_record(v: View, point: int) -> list[Item]:
    found = []
    for row in _active_processing(v):
        always = ["controller", "dpo", "purpose", "data_subjects", "data_categories", "recipients"]
        abroad = ["countries", "safeguards"] if row.get("third_country") is True else []
        missing = [name for name in always + abroad if row.get(name) is None]
        if row.get("third_country") is None:
            missing.append("third_country")
        reviewed = by_then(row.get("reviewed"), v.d)
        due = reviewed and add_months(reviewed, v.parameters.register_months)
        outcome, reason, detail = "met", None, None
        lacking = unsaid(row, [*missing, *(["reviewed"] if row.get("reviewed") is None else [])])
        missing = [name for name in missing if name not in lacking]
        if missing:
            outcome, reason, detail = "unmet", "incomplete", ", ".join(missing)
        elif (due is None and "reviewed" not in lacking) or (due is not None and due < v.d):
            outcome, reason = "unmet", "review_overdue"
        elif lacking:
            outcome, reason, detail = "unknown", "column_missing", ", ".join(lacking)
        more = {"reason": reason, "detail": detail, "due": due, "label": row["name"]}
        found.append(_item(v, row, row["processing_id"], outcome, **more))
    return found


# --- 9 procurement ---------------------------------------------------------------------------


def _procurement(v: View, point: int) -> list[Item]:
    found = []
    for row in v.rows("procurements"):
        counts_from = row.get("contract_date") or row.get("announced")
        if this_year(counts_from, v.d):
            outcome, reason, detail = _procurement_outcome(v, row)
            more = {"reason": reason, "detail": detail, "label": row["title"]}
            found.append(_item(v, row, row["reference"], outcome, **more))
    return found


def _procurement_outcome(v: View, row: Row) -> tuple[str, str | None, str | None]:
    if row["handles_information"] is False:
        return "exempt", "exempt", None
    if row["handles_information"] is None:
        return "unknown", "no_information", None
    consulted, contract = by_then(row.get("coordinator_consulted"), v.d), row.get("contract_date")
    if consulted is not None and contract is not None and consulted > contract:
        return "unmet", "afterwards", None
    steps = ["classified", "requirements", "processor_assessed"]
    missing = [step for step in steps if row.get(step) is not True]
    if consulted is None:
        missing.append("coordinator_consulted")
    lacking = unsaid(row, missing)
    if len(missing) > len(lacking):
        return "unmet", "steps_missing", ", ".join(name for name in missing if name not in lacking)
    return ("unknown", "column_missing", ", ".join(lacking)) if lacking else ("met", None, None)


# --- 10 processor agreements -----------------------------------------------------------------


def _agreements(v: View, point: int) -> list[Item]:
    found = []
    for row in v.rows("processors"):
        outcome, reason = _agreement_outcome(v, row)
        detail = "signed" if reason == "column_missing" else None
        more = {"reason": reason, "detail": detail, "due": row.get("valid_to"), "label": row["supplier"]}
        found.append(_item(v, row, row["agreement_id"], outcome, **more))
    return found


def _agreement_outcome(v: View, row: Row) -> tuple[str, str | None]:
    status, valid_to = row["status"], row.get("valid_to")
    if status == "not_applicable":
        return "exempt", "exempt"
    if status == "no":
        return "unmet", "missing"
    if status == "in_preparation":
        return "unmet", "in_preparation"
    if status != "yes":
        return "unknown", "no_information"
    if not happened(row.get("signed"), v.d) and not lacks(row, "signed"):
        return "unmet", "not_signed"
    if valid_to is not None and valid_to < v.d and row.get("renews") is not True:
        return "unmet", "expired"
    if row.get("instruction") is False or row.get("subprocessors") is False:
        return "unmet", "incomplete"
    return ("unknown", "column_missing") if lacks(row, "signed") else ("met", None)


# --- 11 incident handling --------------------------------------------------------------------


def _incident_handling(v: View, point: int) -> list[Item]:
    found = []
    for row in v.rows("incidents"):
        if this_year(row["discovered"], v.d):
            outcome, reason, detail = _incident_outcome(v, row)
            due = day_of(row["discovered"]) + timedelta(days=v.parameters.incident_days)
            more = {"reason": reason, "detail": detail, "due": due, "label": row.get("title")}
            found.append(_item(v, row, row["incident_id"], outcome, **more))
    return found


def _incident_outcome(v: View, row: Row) -> tuple[str, str | None, str | None]:
    discovered, closed = day_of(row["discovered"]), by_then(row.get("closed"), v.d)
    limit = v.parameters.incident_days
    if closed is None:
        if (v.d - discovered).days <= limit:
            return "pending", "not_due", None
        return ("unknown", "column_missing", "closed") if lacks(row, "closed") else ("unmet", "open_too_long", None)
    if closed < discovered:
        return "unknown", "dates_contradict", None
    if (closed - discovered).days > limit:
        return "unmet", "late", None
    empty = [name for name in ("cause", "action") if row.get(name) is None]
    lacking = unsaid(row, empty)
    if len(empty) > len(lacking):
        return "unmet", "undocumented", ", ".join(name for name in empty if name not in lacking)
    return ("unknown", "column_missing", ", ".join(lacking)) if lacking else ("met", None, None)


# --- 12, 13 reporting within hours -----------------------------------------------------------


def _before(sent: datetime, start: datetime) -> bool:
    """Whether something was sent before what it answers to."""
    if has_time(sent) and has_time(start):
        return instant(sent) < instant(start)
    return day_of(sent) < day_of(start)


def _sent_in_time(start: datetime, sent: datetime, hours: int) -> bool | None:
    """Whether it was in time; None where that takes a time of day that is missing."""
    if has_time(sent) and has_time(start):
        return instant(sent) - instant(start) <= timedelta(hours=hours)
    n, days = Fraction(hours, 24), (day_of(sent) - day_of(start)).days
    if days <= n - 1:
        return True
    return False if days >= n + 1 else None


def _limit_remains(start: datetime, hours: int, d: date) -> bool:
    """Whether the limit of something not sent has not passed by the end of the as-of date."""
    if has_time(start):
        return instant(start) + timedelta(hours=hours) >= end_of(d)
    return (d - day_of(start)).days <= Fraction(hours, 24) - 1


def _deadline(start: datetime, hours: int) -> date:
    """The local date of the deadline; whole days are added where there is no time of day."""
    if has_time(start):
        return (instant(start) + timedelta(hours=hours)).astimezone(STOCKHOLM).date()
    return day_of(start) + timedelta(days=hours // 24)


def _gdpr(v: View, point: int) -> list[Item]:
    found = []
    for row in v.rows("breaches"):
        if this_year(row["aware"], v.d):
            outcome, reason, detail = _breach_outcome(v, row)
            due = _deadline(row["aware"], v.parameters.gdpr_hours)
            more = {"reason": reason, "detail": detail, "due": due, "label": row.get("type")}
            found.append(_item(v, row, row["breach_id"], outcome, **more))
    return found


def _breach_outcome(v: View, row: Row) -> tuple[str, str | None, str | None]:
    aware, notified = row["aware"], by_then(row.get("notified"), v.d)
    notifiable, hours = row.get("notifiable"), v.parameters.gdpr_hours
    if notifiable is False:
        if row.get("not_notified_reason") is not None:
            return "exempt", "not_notifiable", None
        if lacks(row, "not_notified_reason"):
            return "unknown", "column_missing", "not_notified_reason"
        return "unmet", "no_reason", None
    if notified is not None:
        return *_sent_outcome(aware, notified, hours), None
    if _limit_remains(aware, hours, v.d):
        return "pending", "not_due", None
    if lacking := unsaid(row, ["notifiable", "notified"]):
        return "unknown", "column_missing", ", ".join(lacking)
    return "unmet", "not_notified" if notifiable is True else "not_assessed", None


def _sent_outcome(start: datetime, sent: datetime, hours: int) -> tuple[str, str | None]:
    if _before(sent, start):
        return "unknown", "dates_contradict"
    in_time = _sent_in_time(start, sent, hours)
    if in_time is None:
        return "unknown", "time_missing"
    return ("met", None) if in_time else ("unmet", "late")


def _nis(v: View, point: int) -> list[Item]:
    found = []
    for row in v.rows("incidents"):
        significant, label = row.get("significant"), row.get("title")
        if not this_year(row["discovered"], v.d) or significant is False:
            continue
        if significant is True:
            for stage, outcome, reason, due in _stages(v, row):
                name = f"{row['incident_id']}/{stage}"
                detail = stage if reason == "column_missing" else None
                found.append(_item(v, row, name, outcome, reason=reason, detail=detail, due=due, label=label))
        elif not lacks(row, "significant"):
            more = {"reason": "not_assessed", "label": label}
            found.append(_item(v, row, row["incident_id"], "unknown", **more))
    return found


Stage = tuple[str, str, str | None, date | None]


def _stages(v: View, row: Row) -> list[Stage]:
    stages: list[Stage] = []
    discovered = row["discovered"]
    for rules in v.parameters.rule_sets:
        if not rules.first <= day_of(discovered) <= rules.last:
            continue
        for stage, hours in rules.hours.items():
            sent = by_then(row.get(stage), v.d)
            outcome: tuple[str, str | None]
            if sent is not None:
                outcome = _sent_outcome(discovered, sent, hours)
            elif _limit_remains(discovered, hours, v.d):
                outcome = "pending", "not_due"
            else:
                outcome = _unsent(row, stage)
            stages.append((stage, *outcome, _deadline(discovered, hours)))
        if rules.final_report_months and happened(row.get("notification"), v.d):
            stages.append(_final_report(v, row, rules.final_report_months))
    return stages


def _final_report(v: View, row: Row, months: int) -> Stage:
    limit: date | None = add_months(day_of(row["notification"]), months)
    progress, closed = by_then(row.get("progress_report"), v.d), by_then(row.get("closed"), v.d)
    if progress is not None and limit is not None and day_of(progress) <= limit:
        limit = None if closed is None else add_months(closed, months)
    sent = by_then(row.get("final_report"), v.d)
    if sent is not None and _before(sent, row["discovered"]):
        return "final_report", "unknown", "dates_contradict", limit
    if sent is not None:
        if limit is None or day_of(sent) <= limit:
            return "final_report", "met", None, limit
        return "final_report", "unmet", "late", limit
    if limit is None or v.d <= limit:
        return "final_report", "pending", "not_due", limit
    return "final_report", *_unsent(row, "final_report"), limit


def _unsent(row: Row, stage: str) -> tuple[str, str | None]:
    return ("unknown", "column_missing") if lacks(row, stage) else ("unmet", "not_sent")


# --- what the tests ask for ------------------------------------------------------------------


POINTS: dict[int, Callable[[View, int], list[Item]]] = {
    1: _training,
    2: _training,
    3: _local_instruction,
    4: lambda v, point: _system_items(v, _classified),
    5: lambda v, point: _system_items(v, _risk_analysed),
    6: _dpia,
    7: lambda v, point: _system_items(v, _access_reviewed),
    8: _processing_record,
    9: _procurement,
    10: _agreements,
    11: _incident_handling,
    12: _gdpr,
    13: _nis,
}
PACKS: dict[int, Callable[[View, int], list[Item]]] = {
    14: lambda v, point: _system_items(v, _continuity),
    15: lambda v, point: _system_items(v, _authentication),
    16: lambda v, point: _system_items(v, _encryption),
}
EVERY = POINTS | PACKS


def items(exports: list[Export], point: int, as_of: date, parameters: Parameters = DEFAULTS) -> list[Item]:
    """Every item of a point, of every organisation that has the basis for it."""
    found: list[Item] = []
    for organisation in organisations(exports):
        v = view(exports, organisation, as_of, parameters)
        if basis(v, point):
            found += EVERY[point](v, point)
    return found


def department_of(v: View, unit: str) -> str | None:
    """The department that most staff rows of a unit name, else the one in a path of systems."""
    for source in ("staff", "systems"):
        names: list[str] = [
            row["department"]
            for row in v.rows(source)
            if row.get("unit") is not None and key(row["unit"]) == key(unit) and row.get("department") is not None
        ]
        if names:
            count = {name: sum(key(other) == key(name) for other in names) for name in names}
            # Neither a tie nor several paths are in the rulebook: the alphabetically first.
            return min(names, key=lambda name: (-count[name], swedish(name)))
    return None


def coverage(
    exports: list[Export],
    as_of: date,
    by: Level,
    parameters: Parameters = DEFAULTS,
    *,
    points: Iterable[int] = tuple(POINTS),
) -> list[dict[str, Any]]:
    """The figures of points, for each organisation, department or unit."""
    figures: list[dict[str, Any]] = []
    for organisation in organisations(exports):
        v = view(exports, organisation, as_of, parameters)
        for point in points:
            has_basis = basis(v, point)
            mine = EVERY[point](v, point) if has_basis else []
            for (department, unit), group in _groups(v, mine, by):
                head = {"organisation": organisation, "department": department, "unit": unit}
                figures.append(_figure(point, head, group, has_basis, parameters))
    return figures


def _groups(v: View, found: list[Item], by: Level) -> list[tuple[tuple[str | None, str | None], list[Item]]]:
    """The items of each group, with the group's department and unit as first written."""
    if by == "organisation":
        return [((None, None), found)]
    groups: dict[str, tuple[tuple[str | None, str | None], list[Item]]] = {}
    for item in found:
        if item.unit is None:
            continue
        department = department_of(v, item.unit)
        name = item.unit if by == "unit" else department
        if name is not None:
            head = (department, item.unit if by == "unit" else None)
            groups.setdefault(key(name), (head, []))[1].append(item)
    return list(groups.values())


def _figure(
    point: int, head: dict[str, Any], group: list[Item], has_basis: bool, parameters: Parameters
) -> dict[str, Any]:
    outcomes = ("met", "unmet", "unknown", "pending", "exempt")
    count = {outcome: sum(item.outcome == outcome for item in group) for outcome in outcomes}
    denominator = count["met"] + count["unmet"] + count["unknown"]
    counted = [item for item in group if item.outcome in outcomes[:3]]
    untold = not count["met"] and any(item.reason == "column_missing" for item in counted)
    share = Fraction(count["met"], denominator) if denominator and not untold else None
    return {
        "point": point,
        "id": (POINT_IDS | PACK_IDS)[point],
        **head,
        **count,
        "coverage": None if share is None else float(share),
        "status": status(share, has_basis=has_basis and not untold, target=parameters.targets[point]),
        "basis": has_basis,
    }


def status(share: Fraction | None, *, has_basis: bool, target: tuple[int, int]) -> str:
    """The status of a share, by its target and limit."""
    if not has_basis:
        return "no_basis"
    if share is None:
        return "nothing_to_assess"
    if share >= Fraction(target[0], 100):
        return "green"
    return "yellow" if share >= Fraction(target[1], 100) else "red"


def due_is_specified(point: int, item: Item) -> bool:
    """Whether the rulebook settles the due date of such an item; else do not compare it.

    It does not say what is due of an exempt item or of a DPIA that is not decided. A limit in
    hours that is counted from a value without a time of day is here taken in whole days.
    """
    return (
        item.outcome != "exempt"
        and item.reason != "action_overdue"
        and not (point == 6 and item.reason in ("ongoing", "missing"))
    )


# --- Outlook ---------------------------------------------------------------------------------

OF_THE_YEAR = (9, 11, 12, 13)
FIVE_YEARS = 60


def outlook(exports: list[Export], as_of: date, parameters: Parameters = DEFAULTS) -> list[dict[str, Any]]:
    """Where each figure of each organisation is heading."""
    return [
        {"point": point, "organisation": organisation, "as_of": as_of}
        | _outlook(exports, organisation, point, as_of, parameters)
        for organisation in organisations(exports)
        for point in POINTS
    ]


def _outlook(exports: list[Export], organisation: str, point: int, d: date, parameters: Parameters) -> dict[str, Any]:
    nothing = dict.fromkeys(("if_nothing_is_done", "pace", "reached", "enough_items", "enough_units", "at_most"), None)
    mine = [export for export in exports if export.organisation == organisation]
    if any(export.source in NEEDS[point] and export.extract_date > d for export in mine):
        return nothing
    v = view(exports, organisation, d, parameters)
    now = _share(v, point)
    if not basis(v, point) or now.untold:
        return nothing
    if point in OF_THE_YEAR:
        return nothing | {"at_most": _at_most(v, point)}
    # the exports of the day, read on the last day of the year
    then = _share(View(organisation, date(d.year, 12, 31), parameters, v.chosen), point)
    answer = nothing | {"if_nothing_is_done": None if then.share is None else float(then.share)}
    if now.share is None:
        return answer
    target = Fraction(parameters.targets[point][0], 100)
    if now.share >= target:
        return answer | {"reached": "reached"}
    days = pace_days({export.extract_date for export in mine if export.source in NEEDS[point]}, d)
    shares = [_share(on, point) for day in days if basis(on := view(exports, organisation, day, parameters), point)]
    paced = _pace(now, *shares, days, target, d) if len(shares) == 2 else {}
    return answer | paced | _enough(v, point, target)


def pace_days(arrived: set[date], d: date) -> tuple[date, date] | tuple[()]:
    """The days on which an export arrived that a pace is measured between; none where there is none to compare with."""
    last = max((day for day in arrived if day <= d), default=d)
    wanted = add_months(last, -12)
    near = [day for day in arrived if abs((day - wanted).days) <= 92]
    first = min(near, key=lambda day: (abs((day - wanted).days), -day.toordinal()), default=None)
    return (first, last) if first else ()


def lapsing(
    exports: list[Export], as_of: date, months: Iterable[date], parameters: Parameters = DEFAULTS
) -> Counter[tuple[str, int, date]]:
    """How many items of an organisation and a point are first not met at the end of each month, if nothing is done."""
    found: Counter[tuple[str, int, date]] = Counter()
    for organisation in organisations(exports):
        v = view(exports, organisation, as_of, parameters)
        newer = {e.source for e in exports if e.organisation == organisation and e.extract_date > as_of}
        for point in POINTS.keys() - {*OF_THE_YEAR}:
            if basis(v, point) and newer.isdisjoint(NEEDS[point]):
                lapse = _lapse(v, point, list(months))
                met = [key(item.item) for item in POINTS[point](v, point) if item.outcome == "met"]
                found.update((organisation, point, lapse[name]) for name in met if name in lapse)
    return found


def _lapse(v: View, point: int, months: list[date]) -> dict[str, date]:
    """The first month at whose end each item is not met; one of this year only if it is not met at the year's end."""
    end = date(v.d.year, 12, 31)
    left = {
        month: {key(i.item) for i in POINTS[point](replace(v, d=month), point) if i.outcome in ("unmet", "unknown")}
        for month in months
    }
    first: dict[str, date] = {}
    for month in months:
        for name in left[month]:
            if month > end or name in left[end]:
                first.setdefault(name, month)
    return first


@dataclass(frozen=True)
class Share:
    """Met of those that are counted; `untold` where a column is missing and none is met."""

    met: int
    whole: int
    untold: bool

    @property
    def share(self) -> Fraction | None:
        """The coverage."""
        return Fraction(self.met, self.whole) if self.whole and not self.untold else None


def _share(v: View, point: int) -> Share:
    counted = [item for item in POINTS[point](v, point) if item.outcome in ("met", "unmet", "unknown")]
    met = sum(item.outcome == "met" for item in counted)
    return Share(met, len(counted), not met and any(item.reason == "column_missing" for item in counted))


def _pace(
    now: Share,
    first: Share,
    last: Share,
    days: tuple[date, date],
    target: Fraction,
    d: date,
    reviewed: Fraction | None = None,
) -> dict[str, Any]:
    if first.share is None or last.share is None or now.share is None or min(first.whole, last.whole) < 20:
        return {}
    pace = (last.share - first.share) / ((days[1] - days[0]).days * Fraction(12, 365))
    since = 0 if reviewed is None else now.share - reviewed
    if (pace > 0 and since <= -Fraction(1, 1000)) or (pace < 0 and since >= Fraction(1, 1000)):
        return {"pace": float(pace), "reached": "no_clear_direction"}
    if abs(pace) < Fraction(1, 1000):
        return {"pace": float(pace), "reached": "no_change"}
    if pace < 0:
        return {"pace": float(pace), "reached": "falling"}
    months = 1
    while now.share + months * pace < target and months <= FIVE_YEARS:
        months += 1
    if months > FIVE_YEARS:
        return {"pace": float(pace), "reached": "not_within_five_years"}
    return {"pace": float(pace), "reached": add_months(d.replace(day=1), months).strftime("%Y-%m")}


def _enough(v: View, point: int, target: Fraction) -> dict[str, Any]:
    found = POINTS[point](v, point)
    left = [item for item in found if item.outcome in ("unmet", "unknown")]
    counted = [item for item in found if item.outcome in ("met", "unmet", "unknown")]
    wanted = 0
    while Fraction(len(counted) - len(left) + wanted, len(counted)) < target:
        wanted += 1
    by_unit = Counter(key(item.unit) for item in left if item.unit is not None)
    groups = [*sorted(by_unit.values(), reverse=True), sum(item.unit is None for item in left)]
    units = 0
    while sum(groups[:units]) < wanted:
        units += 1
    return {"enough_items": wanted, "enough_units": units}


def _at_most(v: View, point: int) -> float | None:
    found = POINTS[point](v, point)
    open_ones = [item for item in found if item.outcome in ("met", "unmet", "unknown", "pending")]
    lost = _asked_too_late(v) if point == 9 else sum((item.outcome, item.reason) in LATE[point] for item in open_ones)
    return (len(open_ones) - lost) / len(open_ones) if open_ones else None


LATE = {
    11: {("unmet", "late"), ("unmet", "open_too_long")},
    12: {("unmet", "late"), ("unmet", "not_notified")},
    13: {("unmet", "late"), ("unmet", "not_sent")},
}


def _asked_too_late(v: View) -> int:
    """How many procurements had a contract before the coordinator was asked, whatever else is known of them."""
    return sum(
        row["handles_information"] is not False
        and this_year(contract, v.d)
        and contract < v.d
        and not _asked_by(v, row)
        for row in v.rows("procurements")
        if (contract := row.get("contract_date")) is not None
    )


def _asked_by(v: View, row: Row) -> bool:
    """Whether the coordinator was asked before the contract; taken for granted where the export does not say."""
    consulted = by_then(row.get("coordinator_consulted"), v.d)
    return lacks(row, "coordinator_consulted") if consulted is None else consulted <= row["contract_date"]
