"""Small adversarial exports, and workbooks of them for the product's real line to load.

The same seed always gives the same exports. Dates cluster around the limits of the rules, seen
from a fixed as-of date. Used by tests only.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from tests.line import Line
from tests.reference import OPEN_END, Export, Row, add_months, key

AS_OF = date(2026, 11, 24)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
SOURCES_FOLDER = Path(__file__).parents[1] / "data" / "sources"
PACKS_FOLDER = Path(__file__).parents[1] / "data" / "packs"

DEPARTMENTS = {
    "Enhet Norr": "Avdelning Öst",
    "Enhet Söder": "Avdelning Öst",
    "Äldreboendet": "Omsorg",
    "Åsens skola": "Omsorg",
    "Zonen": "Ärlighet",
    "Östra planenheten": "Ärlighet",
    "Reception": None,
}
UNITS = list(DEPARTMENTS)
PEOPLE = [f"kim{number:02}" for number in range(12)] + ["1001", "1002", "0042", "7"]
SYSTEMS = ["Alfa", "Beta", "Öppna data", "Årsakten", "Gamma 2", "Delta-Ö", "Epsilon"]
PROCESSINGS = [f"B-{number}" for number in range(1, 15)]
TIMES = [
    time(0, 0, 0),
    time(0, 0, 0),
    time(0, 0, 1),
    time(1, 59, 59),
    time(2, 0),
    time(2, 30),
    time(3, 0),
    time(8, 15),
    time(15, 30),
    time(23, 0),
    time(23, 59, 59),
]


# --- chance ----------------------------------------------------------------------------------


class Chance:
    """Random values that lie where the rules change their mind."""

    def __init__(self, random: Random, as_of: date, disputed: bool) -> None:
        self.random = random
        self.as_of = as_of
        self.disputed = disputed

    def often(self, share: float) -> bool:
        """True in this share of the cases."""
        return self.random.random() < share

    def one(self, *values: Any) -> Any:
        """One of the values."""
        return self.random.choice(values)

    def odd(self, text: str) -> str:
        """The text, sometimes in another case."""
        if self.often(0.8):
            return text
        return str(self.one(text.upper(), text.lower(), text.swapcase()))

    def text(self, words: str, empty: float = 0.1) -> str | None:
        """A text, or nothing."""
        return None if self.often(empty) else f"{words} {self.random.randint(1, 99)}"

    def yes_no(self, yes: float = 0.5, unknown: float = 0.2) -> bool | None:
        """Yes, no or unknown."""
        return None if self.often(unknown) else self.often(yes)

    def code(self, *codes: str, empty: float = 0.1) -> Any:
        """The code of a word, a word that no list knows, or nothing."""
        if self.often(empty):
            return None
        if self.often(0.1):
            return ("?", str(self.one("Avbruten", "I drift", "Vilande")))
        return self.one(*codes)

    def day(self, *months: int, after: float = 0.1) -> date:
        """A day about so many months before the as-of date, sometimes one after it."""
        if self.often(after):
            return self.as_of + timedelta(days=self.one(1, 1, 2, 40))
        start = add_months(self.as_of, -self.one(*(months or (0,))))
        if self.often(0.15):
            return start - timedelta(days=self.random.randint(0, 500))
        return start + timedelta(days=self.one(-3, -2, -1, -1, 0, 0, 0, 1, 1, 2))

    def end(self, empty: float = 0.4) -> date | None:
        """The end of something: about the as-of date, open, or none."""
        if self.often(empty):
            return None
        if self.often(0.15):
            return OPEN_END
        return self.as_of + timedelta(days=self.one(-400, -1, -1, 0, 0, 1, 1, 90, 400))

    def maybe(self, value: Any, empty: float = 0.1) -> Any:
        """The value, or nothing."""
        return None if self.often(empty) else value

    def moment(self) -> datetime:
        """When something was discovered."""
        if self.often(0.15):
            return self.limit_at_the_end_of_the_day()
        year = self.as_of.year
        spring, autumn = _last_sunday(year, 3), _last_sunday(year, 10)
        day = self.one(
            self.as_of - timedelta(days=self.one(0, 0, 1, 1, 2, 2, 3, 3, 4, 5)),
            self.as_of - timedelta(days=self.one(29, 30, 30, 31, 31, 32)),
            self.as_of - timedelta(days=self.random.randint(0, 300)),
            spring - timedelta(days=self.one(0, 0, 1, 2, 3, 4)),
            autumn - timedelta(days=self.one(0, 0, 1, 2, 3, 4)),
            self.one(date(year, 1, 1), date(year - 1, 12, 31), date(year, 1, 14), date(year, 1, 15)),
            self.one(date(year, 1, 29), date(year, 1, 31), date(year, 8, 30)),
            self.as_of + timedelta(days=self.one(0, 1)),
        )
        return datetime.combine(day, self.one(*TIMES))

    def limit_at_the_end_of_the_day(self) -> datetime:
        """A start whose limit ends with the as-of date, or a second before or after."""
        if self.often(0.3):
            return datetime.combine(self.as_of - timedelta(days=self.one(0, 2, 2, 3)), time(0, 0))
        midnight = datetime.combine(self.as_of + timedelta(days=1), time(0, 0), STOCKHOLM)
        before = timedelta(hours=self.one(6, 24, 72, 72), seconds=self.one(-1, 0, 0, 1))
        start = (midnight.astimezone(UTC) - before).astimezone(STOCKHOLM)
        return start.replace(tzinfo=None, fold=0)

    def sent(self, start: datetime, hours: int, empty: float = 0.25) -> datetime | None:
        """When something due within hours of a start was sent, or that it was not."""
        if self.often(empty):
            return None
        n = max(1, hours // 24)
        if self.often(0.25):
            day = start.date() + timedelta(days=self.one(-1, 0, n - 1, n, n + 1))
            return datetime.combine(day, self.one(time(0, 0), time(0, 0), time(9, 0), time(23, 59)))
        if self.often(0.1):
            return start + timedelta(seconds=self.one(-1, -60, -86400, 0, 1))
        elapsed = timedelta(hours=hours, seconds=self.one(-3601, -60, -1, 0, 0, 0, 1, 60, 3601))
        if self.often(0.2):
            elapsed = timedelta(hours=self.random.randint(0, 2 * hours))
        late = start.replace(tzinfo=STOCKHOLM).astimezone(UTC) + elapsed
        local = late.astimezone(STOCKHOLM).replace(tzinfo=None, fold=0)
        return start + elapsed if self.often(0.3) else local


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _not_after(day: date | None, extract: date) -> date | None:
    return None if day is None else min(day, extract)


# --- one row of each source ------------------------------------------------------------------


def _staff(c: Chance, extract: date) -> Row:
    unit = c.one(*UNITS)
    department = c.one(*DEPARTMENTS.values()) if c.often(0.15) else DEPARTMENTS[unit]
    begun = c.as_of - timedelta(days=c.one(-1, 0, 29, 29, 30, 30, 31, 400, 400, 400, 900))
    person = c.one(*PEOPLE)
    return {
        "employee_id": c.odd(person),
        "name": c.maybe(f"Kim Ek{person}"),
        "department": None if department is None else c.odd(department),
        "unit": c.odd(unit),
        "employed_from": begun,
        "employed_to": c.end(0.5) if begun < c.as_of else None,
        "on_leave": c.yes_no(0.35),
    }


def _training(c: Chance, extract: date) -> Row:
    status = c.code("passed", "passed", "passed", "started", "failed", "not_started", empty=0)
    completed = c.maybe(c.day(24, 24, 24, 0, 12), 0.15)
    if status == "failed" and not c.disputed:
        completed = _not_after(completed, extract)
    started = c.maybe(c.day(24, 12), 0.3)
    course = c.one(
        "Informationssäkerhet för medarbetare i staden",
        "Informationssäkerhet för medarbetare",
        "Grundkurs i dataskydd",
        "Grundkurs i dataskydd, repetition",
        "Kurs: Grundkurs i dataskydd",
        "Informationssäkerhet för chefer",
        "E-kurs",
    )
    return {
        "employee_id": c.odd(c.one(*PEOPLE, "borta")),
        "course": c.odd(course),
        "course_code": c.maybe(c.odd(c.one("INFOSAK", "ISEC", "DATASKYDD", "GDPR", "GDPR2", "X")), 0.6),
        "status": status,
        "started": started if c.disputed else _not_after(started, extract),
        "completed": completed,
        "valid_to": c.end(0.6),
    }


def _incidents(c: Chance, extract: date) -> Row:
    discovered = c.moment()
    notification = c.sent(discovered, c.one(6, 72, 72))
    limit = add_months((notification or discovered).date(), 1)
    closed = c.one(
        None,
        c.as_of + timedelta(days=c.one(-1, 0, 1)),
        discovered.date() + timedelta(days=c.one(-1, 0, 1, 29, 30, 30, 31)),
        c.one(OPEN_END, add_months(c.as_of, -1), add_months(c.as_of, -1) - timedelta(days=1)),
    )
    last = c.one(limit, limit if closed in (None, OPEN_END) else add_months(closed, 1))
    progress, final = (
        datetime.combine(day + timedelta(days=c.one(-1, 0, 0, 1)), c.one(*TIMES)) for day in (limit, last)
    )
    return {
        "incident_id": c.odd(f"INC-{c.random.randint(1, 40)}"),
        "title": c.text("Rubrik"),
        "discovered": discovered,
        "unit": c.odd(c.one(*UNITS)),
        "significant": c.yes_no(0.75),
        "cause": c.text("Orsak"),
        "action": c.text("Åtgärd"),
        "closed": closed,
        "early_warning": c.sent(discovered, 24),
        "notification": notification,
        "progress_report": c.maybe(progress, 0.5),
        "final_report": c.maybe(c.one(final, final, c.sent(discovered, 72)), 0.4),
    }


def _breaches(c: Chance, extract: date) -> Row:
    aware = c.moment()
    decided = c.maybe(c.day(0, 1), 0.5)
    return {
        "breach_id": c.odd(c.one(f"PI-{c.random.randint(1, 40)}", str(c.random.randint(1, 9)))),
        "unit": c.odd(c.one(*UNITS)),
        "type": c.text("Typ"),
        "aware": aware,
        "notifiable": c.yes_no(0.75, 0.25),
        "decided": decided if c.disputed else _not_after(decided, extract),
        "notified": c.sent(aware, 72, 0.35),
        "not_notified_reason": c.text("Skäl", 0.5),
    }


def _systems(c: Chance, extract: date) -> Row:
    unit = c.maybe(c.one(*UNITS), 0.15)
    department = DEPARTMENTS.get(unit) if unit else None
    if c.disputed and c.often(0.2) and unit:
        department = c.one("Omsorg", "Annan")
    return {
        "system": c.odd(c.one(*SYSTEMS)),
        "unit": None if unit is None else c.odd(unit),
        "department": None if department is None else c.odd(department),
        "lifecycle": c.code("retired", "planned", "not_in_operation", empty=0.6),
        "responsibility": c.code("local", "local", "local", "central", empty=0.4),
        "classified_last_year": c.yes_no(0.5, 0.4),
        "risk_analysed_last_year": c.yes_no(0.5, 0.4),
    }


def _classifications(c: Chance, extract: date) -> Row:
    return {
        "system": c.odd(c.one(*SYSTEMS[:-1])),
        "information": c.text("Mängd"),
        "confidentiality": c.one(None, 0, 1, 2, 2, 3),
        "integrity": c.one(None, 0, 1, 2, 3),
        "availability": c.one(None, 0, 1, 2, 3),
        "classified": c.one(add_months(c.as_of, -3), c.day(12, 12, 12, 6, 0), c.day(12)),
        "valid_to": c.end(0.5),
    }


def _classification_actions(c: Chance, extract: date) -> Row:
    return {
        "action_id": c.odd(f"A{c.random.randint(1, 30)}"),
        "system": c.odd(c.one(*SYSTEMS)),
        "status": c.one("Klar", "Pågår", "Ej påbörjad"),
        "due": c.maybe(c.one(OPEN_END, *[c.day(0) for _ in range(5)]), 0.2),
        "done": c.maybe(c.one(OPEN_END, c.day(0), c.day(0)), 0.3),
    }


def _risk_analyses(c: Chance, extract: date) -> Row:
    return {
        "risk_id": c.maybe(f"R{c.random.randint(1, 9)}"),
        "system": c.odd(c.one(*SYSTEMS[1:])),
        "analysed": c.day(12, 12, 12, 0),
    }


def _access_reviews(c: Chance, extract: date) -> Row:
    return {
        "system": c.odd(c.one(*SYSTEMS[:-1])),
        "reviewed": c.day(12, 12, 6, 6, 0),
    }


def _processing(c: Chance, extract: date) -> Row:
    third_country = c.yes_no(0.4, 0.1)
    return {
        "processing_id": c.odd(c.one(*PROCESSINGS)),
        "name": c.text("Behandling", 0),
        "status": c.code("ended", "planned", empty=0.6),
        "unit": c.odd(c.one(*UNITS)),
        "controller": c.text("Nämnden", 0.04),
        "dpo": c.text("Ombudet", 0.04),
        "purpose": c.text("Ändamål", 0.04),
        "data_subjects": c.text("Elever", 0.04),
        "data_categories": c.text("Namn", 0.04),
        "recipients": c.text("Skolor", 0.04),
        "third_country": third_country,
        "countries": c.text("Land", 0.3),
        "safeguards": c.text("Klausuler", 0.3),
        "dpia_required": c.yes_no(0.5, 0.5),
        "reviewed": c.maybe(c.day(12, 12, 12, 0), 0.05),
    }


def _dpias(c: Chance, extract: date) -> Row:
    return {
        "dpia_id": f"D{c.random.randint(1, 30)}",
        "processing_id": c.odd(c.one(*PROCESSINGS[3:11], "B-99")),
        "criteria": c.one(None, 0.0, 1.0, 1.0, 2.0, 3.0, 9.0),
        "required": c.yes_no(0.5, 0.5),
        "status": c.code("approved", "approved", "approved", "not_started"),
        "decided": c.maybe(c.day(0, 12, after=0.05), 0.1),
        "next_review": c.end(0.3),
    }


def _processors(c: Chance, extract: date) -> Row:
    status = c.code("no", "in_preparation", "not_applicable", *["yes"] * 6, empty=0)
    return {
        "agreement_id": c.odd(f"PUB{c.random.randint(1, 40)}"),
        "supplier": c.text("Leverantör", 0),
        "unit": c.maybe(c.odd(c.one(*UNITS)), 0.3),
        "status": status,
        "signed": c.maybe(c.day(0, 12), 0.1),
        "valid_to": c.end(),
        "renews": c.yes_no(0.3),
        "instruction": c.yes_no(0.85),
        "subprocessors": c.yes_no(0.85),
    }


def _procurements(c: Chance, extract: date) -> Row:
    first = date(c.as_of.year, 1, 1)
    edges = [first, first - timedelta(days=1), c.as_of, c.as_of + timedelta(days=1), OPEN_END]
    contract = c.maybe(c.one(*edges, c.day(0, 1, 3), c.day(2, 4)), 0.4)
    consulted = c.day(0, 1)
    if contract is not None and contract != OPEN_END:
        consulted = contract + timedelta(days=c.one(-30, -1, 0, 0, 1))
    return {
        "reference": c.odd(f"UPP {c.as_of.year}-{c.random.randint(1, 40)}"),
        "title": c.text("Benämning", 0),
        "unit": c.odd(c.one(*UNITS)),
        "contract_date": contract,
        "announced": c.maybe(c.one(*edges, c.day(0, 1, 3), c.day(0)), 0.15),
        "handles_information": c.yes_no(0.85, 0.1),
        "classified": c.yes_no(0.85, 0.1),
        "requirements": c.yes_no(0.9, 0.05),
        "risk_analysed": c.yes_no(),
        "processor_assessed": c.one(True, True, True, None),
        "coordinator_consulted": c.maybe(consulted, 0.15),
    }


def _local_instruction(c: Chance, extract: date) -> Row:
    status = c.code("done", "done", "ongoing", "not_started", "exempt", empty=0)
    confirmed = c.maybe(c.day(0, 1), 0.3)
    return {
        "unit": c.odd(c.one(*UNITS)),
        "requirement": c.odd(f"Kap {c.random.randint(1, 6)}"),
        "status": status,
        "confirmed": confirmed if c.disputed or status == "done" else _not_after(confirmed, extract),
        "comment": c.text("Därför", 0.4),
    }


MAKERS = {
    "staff": _staff,
    "training": _training,
    "incidents": _incidents,
    "breaches": _breaches,
    "systems": _systems,
    "classifications": _classifications,
    "classification_actions": _classification_actions,
    "risk_analyses": _risk_analyses,
    "access_reviews": _access_reviews,
    "processing": _processing,
    "dpias": _dpias,
    "processors": _processors,
    "procurements": _procurements,
    "local_instruction": _local_instruction,
}


def _continuity(c: Chance, extract: date) -> Row:
    return {
        "system": c.odd(c.one(*SYSTEMS[:-1])),
        "plan": c.yes_no(0.75, 0.15),
        "tested": c.maybe(c.day(12, 12, 12, 6, 0), 0.2),
        "next_test": c.maybe(c.day(0), 0.5),
    }


def _authentication(c: Chance, extract: date) -> Row:
    return {
        "system": c.odd(c.one(*SYSTEMS[:-1])),
        "mfa": c.yes_no(0.6, 0.15),
        "checked": c.maybe(c.day(12, 12, 12, 6, 0), 0.2),
        "exception_until": c.end(0.5),
    }


def _encryption(c: Chance, extract: date) -> Row:
    return {
        "system": c.odd(c.one(*SYSTEMS[:-1])),
        "at_rest": c.yes_no(0.8, 0.15),
        "in_transit": c.yes_no(0.8, 0.15),
        "checked": c.maybe(c.day(12, 12, 12, 6, 0), 0.2),
    }


# Those of the packs that come with the product.
PACK_MAKERS = {"continuity": _continuity, "authentication": _authentication, "encryption": _encryption}
EVERY_MAKER = MAKERS | PACK_MAKERS
CRITICAL = (
    "Ja", "JA", "Nej", "Låg", "Medel", "normal", "Mycket hög", "Verksamhetskritiskt", "Ej kritisk", "Icke kritiskt",
    "Hög, ej kritisk", "Business critical", "Projekt kritiskt", "Är inte kritisk", "Ej hög", "Kanske", "Ja, delvis",
)  # fmt: skip


# --- exports ---------------------------------------------------------------------------------


@cache
def fields_of(source: str) -> dict[str, dict[str, Any]]:
    """The fields of a source, as its declarative file gives them."""
    of_pack = PACKS_FOLDER / f"compliance.{source}" / "source.toml"
    with (of_pack if source in PACK_MAKERS else SOURCES_FOLDER / f"{source}.toml").open("rb") as file:
        fields: dict[str, dict[str, Any]] = tomllib.load(file)["fields"]
    return fields


def random_exports(seed: int, *, as_of: date = AS_OF, disputed: bool = False) -> list[Export]:
    """Random exports of one or two organisations, in the order of loading.

    With `disputed` they also hold what the rulebook leaves open.
    """
    c = Chance(Random(seed), as_of, disputed)
    found: list[Export] = []
    for organisation in ["Stadsbyggnad", "Vård och omsorg"][: c.one(1, 1, 2)]:
        for source in MAKERS:
            if not c.often(0.12):
                found += _loads(c, organisation, source, len(found))
    return found


def with_packs(exports: list[Export], seed: int, *, as_of: date = AS_OF) -> list[Export]:
    """The exports that the packs of the product read, with what they read of systems, and those of their sources."""
    c = Chance(Random(f"{seed} packs"), as_of, disputed=False)
    found = [
        e if e.source != "systems" else _described(c, e) for e in exports if e.source in ("systems", "classifications")
    ]
    for organisation in sorted({export.organisation for export in exports}):
        for source in PACK_MAKERS:
            if not c.often(0.12):
                found += _loads(c, organisation, source, 100 + len(found))
    return found


def _described(c: Chance, export: Export) -> Export:
    """Systems with how critical they are, and whether they have personal data, if the export has columns for it."""
    added = {name for name in ("criticality", "personal_data") if c.often(0.9)}
    values = [
        {"criticality": c.maybe(c.one(*CRITICAL), 0.15), "personal_data": c.yes_no(0.5, 0.3)} for _ in export.rows
    ]
    rows = [row | {name: told[name] for name in added} for row, told in zip(export.rows, values, strict=True)]
    return replace(export, rows=rows, columns=export.columns | added)


def _loads(c: Chance, organisation: str, source: str, number: int) -> list[Export]:
    """The files of one source: mostly one; sometimes older, newer, replaced or completed."""
    extract = c.as_of - timedelta(days=c.one(0, 0, 1, 3, 10))
    loads = [(extract, False)]
    if c.often(0.2):
        loads.append((extract, c.often(0.6)))
    if c.often(0.2):
        loads.append((extract - timedelta(days=c.one(1, 30, 200)), False))
    if c.often(0.15):
        loads.append((c.as_of + timedelta(days=c.one(1, 20)), False))
    # An older export that is loaded last replaces nothing newer; what completes stays after.
    if c.often(0.5):
        loads.sort(key=lambda load: load[0])
    if c.often(0.05):
        loads = [(c.as_of + timedelta(days=1), False)]
    columns = _columns(c, source)
    found: list[Export] = []
    for day, completes in loads:
        if not completes or c.often(0.3):
            columns = _columns(c, source)
        name = f"{source} {number + len(found)} {day}.xlsx"
        rows = _rows(c, source, day, columns)
        found.append(Export(organisation, source, day, rows, name, completes, columns))
    return found if c.disputed else _undisputed(found)


def _columns(c: Chance, source: str) -> frozenset[str]:
    made = EVERY_MAKER[source](c, c.as_of)
    return frozenset(
        name for name, field in fields_of(source).items() if name in made and (field.get("required") or c.often(0.93))
    )


def _rows(c: Chance, source: str, extract: date, columns: frozenset[str]) -> list[Row]:
    rows: list[Row] = []
    sheets = ["Blad1"] if c.often(0.8) else ["Blad1", "Blad 2"]
    kept = columns | {"department"} if source == "systems" and "unit" in columns else columns
    for sheet in sheets:
        row = 1
        for _ in range(c.random.randint(10, 40) // len(sheets)):
            row += 1 if c.often(0.95) else 3
            made = EVERY_MAKER[source](c, extract)
            rows.append({k: v for k, v in made.items() if k in kept} | {"sheet": sheet, "row": row})
    return rows


def _undisputed(exports: list[Export]) -> list[Export]:
    """Take away from staff lists what the rulebook leaves open."""
    if exports[0].source != "staff":
        return exports
    seen: set[tuple[Any, ...]] = set()
    for export in exports:
        rows = list(export.rows)
        export.rows.clear()
        for row in rows:
            same = (export.extract_date, key(row["employee_id"]), row["employed_from"])
            if (*same, key(row["unit"])) not in seen:
                export.rows.append(row)
            seen.add((*same, key(row["unit"])))
        _settle_departments(export.rows)
    return exports


def _settle_departments(rows: list[Row]) -> None:
    """Let every file name a unit's own department more often than all others together."""
    own = {key(unit): department for unit, department in DEPARTMENTS.items()}
    count: Counter[tuple[str, bool]] = Counter()
    for row in rows:
        named, unit = row.get("department"), key(row["unit"])
        if named is None:
            continue
        is_own = own[unit] is not None and key(named) == key(own[unit])
        if is_own or count[unit, True] > count[unit, False] + 1:
            count[unit, is_own] += 1
        else:
            row["department"] = None


# --- workbooks -------------------------------------------------------------------------------

MONTHS = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]
LEVEL_WORDS = {0: "Försumbar", 1: "Måttlig", 2: "Betydande", 3: "Allvarlig"}
LEVEL_LETTERS = {"confidentiality": "K", "integrity": "R", "availability": "T"}
TOGETHER = "K/R/T"
NO_LEVEL = ["-", "Ej bedömd", "ej klassad", "Saknas"]
# Level 4, and what could be: such a row is in no figure.
REFUSED_LEVELS = ["4", "K4", "R4", "T 4", "IV", "fyra", "Allvarlig 2", "5", "2001-02-03", "K3 K2", "4/4/4", "?"]


def load_all(line: Line, exports: Iterable[Export]) -> None:
    """Loads exports through the real line, each as it says of itself."""
    for export in exports:
        line.load(
            write_workbook(export, line.folder),
            extract_date=export.extract_date,
            source=export.source,
            organisation=export.organisation,
            completes=export.completes,
        )


def write_workbook(export: Export, folder: Path) -> Path:
    """Write an export as a workbook; the heading is row 1 of each sheet."""
    random = Random(f"{export.organisation} {export.file}")
    fields = fields_of(export.source)
    names = sorted(export.columns)
    if LEVEL_LETTERS.keys() & {*names} and random.random() < 0.5:
        names = [name for name in names if name not in LEVEL_LETTERS] + [TOGETHER]
    random.shuffle(names)
    styles = {name: random.choice(["cell", "cell", "text", "mixed"]) for name in names}
    workbook = Workbook()
    workbook.remove(workbook.active)
    for row in export.rows:
        if row["sheet"] not in workbook.sheetnames:
            sheet = workbook.create_sheet(row["sheet"])
            for column, name in enumerate(names, 1):
                sheet.cell(1, column, name if name == TOGETHER else fields[name]["headings"][0])
        sheet = workbook[row["sheet"]]
        for column, name in enumerate(names, 1):
            if name == TOGETHER:
                value = _together(random, {LEVEL_LETTERS[kind]: row.get(kind) for kind in LEVEL_LETTERS})
            else:
                value = _cell(random, row, name, field=fields[name], style=styles[name])
            if value is not None:
                sheet.cell(row["row"], column, value)
    _add_refused(random, export, workbook, names)
    path = Path(folder) / export.file
    workbook.save(path)
    return path


def _add_refused(random: Random, export: Export, workbook: Workbook, names: list[str]) -> None:
    """Add rows of which nothing may count, of a system that does, under the others of each sheet."""
    places = [n for n, name in enumerate(names, 1) if name in {TOGETHER, *LEVEL_LETTERS}]
    for sheet in workbook.worksheets if places else ():
        last = sheet.max_row
        for row in range(last + 1, last + 1 + random.randint(0, 3)):
            for column, name in enumerate(names, 1):
                newest = {"system": export.rows[0]["system"], "classified": export.extract_date.isoformat()}
                sheet.cell(row, column, newest.get(name))
            sheet.cell(row, random.choice(places), random.choice(REFUSED_LEVELS))


def _cell(random: Random, row: Row, name: str, *, field: dict[str, Any], style: str) -> Any:
    value, kind = row.get(name), field["type"]
    if style == "mixed":
        style = random.choice(["cell", "text"])
    if value is None:
        return _empty(random, kind, bool(field.get("required")))
    if kind == "level":
        return _level(random, value, letter=field["headings"][0], style=style)
    if kind == "path":
        return _path(random, value, row.get("department"))
    if kind == "word":
        word = value[1] if isinstance(value, tuple) else random.choice(field["words"][value])
        return _spaced(random, random.choice([word, word, word.upper(), word.lower()]))
    writers: dict[str, Callable[[Random, Any, str], Any]] = {
        "id": _id,
        "yes_no": _yes_no,
        "date": _date,
        "datetime": _datetime,
        "number": _number,
    }
    return writers[kind](random, value, style) if kind in writers else _spaced(random, value)


def _empty(random: Random, kind: str, required: bool) -> str | None:
    """One of the ways of writing nothing, or what is as good as nothing."""
    if required:  # only a yes/no can be unknown in a required column, and not by being empty
        return "Oklart"
    if random.random() < 0.85:
        return None
    words = {"yes_no": ["Vet ej", "?"], "date": ["1900-01-01"], "datetime": ["1900-01-01"], "level": NO_LEVEL}
    return random.choice(["#SAKNAS!", "#N/A", " ", "\u00a0", *words.get(kind, [])])


def _spaced(random: Random, text: str) -> str:
    """The text, sometimes with white space that the loader folds."""
    if random.random() < 0.9:
        return text
    return random.choice([f" {text} ", f"\u00a0{text}", text.replace(" ", "  "), f"{text}\n"])


def _path(random: Random, unit: str, department: str | None) -> str:
    if department is None:
        return unit
    return random.choice([f"{department} / {unit}", f"Staden / {department} / {unit}"])


def _id(random: Random, value: str, style: str) -> Any:
    if value.isdigit() and not value.startswith("0") and style == "cell":
        return int(value)
    return _spaced(random, value)


def _yes_no(random: Random, value: bool, style: str) -> Any:
    if style == "cell":
        return random.choice([value, int(value), "Ja" if value else "Nej"])
    yes, no = ["Ja", "ja", "J", "Yes", "X", "✓", "1", "SANT"], ["Nej", "N", "No", "0", "FALSKT"]
    return _spaced(random, random.choice(yes if value else no))


def _date(random: Random, value: date, style: str) -> Any:
    if style == "cell":
        serial = (value - date(1899, 12, 30)).days
        return serial if random.random() < 0.1 else value
    if value == OPEN_END:
        return random.choice(["tillsvidare", "Tillsvidare", "9999-12-31"])
    forms = [
        value.isoformat(),
        value.isoformat(),
        f"{value.isoformat()} 14:30",
        f"{value:%Y%m%d}",
        f"{value.day}.{value.month}.{value.year}",
        f"{value:%d/%m/%Y}",
        f"{value.day} {MONTHS[value.month - 1]} {value.year}",
    ]
    return _spaced(random, random.choice(forms))


def _datetime(random: Random, value: datetime, style: str) -> Any:
    if style == "cell":
        return value
    if value.time() == time(0, 0, 0):
        return random.choice([_date(random, value.date(), "cell"), f"{value:%Y-%m-%d}", f"{value}"])
    return f"{value:%Y-%m-%d %H:%M}" if value.second == 0 else f"{value:%Y-%m-%d %H:%M:%S}"


def _number(random: Random, value: float, style: str) -> Any:
    whole = int(value)
    return whole if style == "cell" else random.choice([f"{whole}", f"{whole},0", f" {whole}"])


def _level(random: Random, value: int, *, letter: str, style: str) -> Any:
    word, digit = LEVEL_WORDS[value], random.choice([f"{value}", f"({value})"])
    forms = [f"{value}", f"{value},0", f"{letter}{value}", word, f"{word} {digit}", f"{digit} {word}"]
    return value if style == "cell" else _spaced(random, random.choice([*forms, forms[-1].upper(), forms[2].lower()]))


def _together(random: Random, values: dict[str, int | None]) -> str | None:
    """The levels of a row in one cell, in some order and with something between them."""
    known = [(letter, value) for letter, value in values.items() if value is not None]
    if not known:
        return random.choice([None, *NO_LEVEL])
    between = random.choice(["", " ", "/", " / ", "-", ", ", "; ", ".", " | "])
    if len(known) == len(values) and random.random() < 0.3:
        return (between or "/").join(str(value) for _, value in known)
    random.shuffle(known)
    joint = random.choice(["", "", "=", ": "])
    return between.join(f"{letter}{joint}{value}" for letter, value in known)
