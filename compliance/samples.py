"""Fictitious exports of an invented administration, as real systems write them.

    python -m compliance.samples

writes `data/samples/<extract date>/…`, the same content every time. `fiction.toml` beside them names the
administration and how its figures move; one history is made of it, and every export is what its source system
would have shown of that history on its day, dressed in a layout of `exports.toml`. Needs the development
packages; nothing of the product imports this module.
"""

import csv
import io
import shutil
import zipfile
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final, Protocol, TypeVar

import odf.opendocument
import odf.table
import odf.text
import xlsxwriter  # type: ignore[import-untyped]
import xlwt

from compliance.core.places import SAMPLES
from compliance.declarations.declared import read_toml

Cell = str | int | float | bool | date | datetime | None
Row = dict[str, Cell]
Table = dict[str, Any]
Goals = list[tuple[date, float]]

OPEN_END: Final = date(9999, 12, 31)
EXCEL_EPOCH: Final = datetime(1899, 12, 30)
TAKEN: Final = time(8, 14)
NOT_AVAILABLE: Final = "#N/A"
DATE_FORMATS: Final[Mapping[type, str]] = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm"}
FIXED_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
PERSONAL_DATA_SHARE: Final = 0.6
RENEWED_IN_TIME: Final = 0.85


# --- Small tools ------------------------------------------------------------------------------------------


@cache
def fiction() -> Table:
    """The declared administration."""
    return read_toml(SAMPLES / "fiction.toml")


def words() -> Table:
    """The words that the invented systems show."""
    table: Table = fiction()["words"]
    return table


def chance(area: str) -> Random:
    """A generator of its own for each area, so that a change in one leaves the others as they were."""
    return Random(f"{fiction()['seed']} {area}")  # noqa: S311 - invented data, no secret


def months_after(day: date, months: int) -> date:
    """The same day `months` later, clamped to the month's length."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def moment(value: date | datetime) -> datetime:
    """A date as its midnight; a date-time as it is."""
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def day_between(rng: Random, after: date, until: date) -> date:
    """A working day later than `after` and not later than `until`."""
    day = after + timedelta(days=rng.randint(1, max((until - after).days, 1)))
    friday = day - timedelta(days=max(day.weekday() - 4, 0))
    return friday if friday > after else day


def until(value: date | datetime | None, taken: datetime) -> date | datetime | None:
    """`value` if it has happened when the export is taken, else nothing."""
    return value if value is not None and moment(value) <= taken else None


def goals_of(point: str) -> Goals:
    """The share that a point reaches, by day."""
    return [(date.fromisoformat(day), share) for day, share in fiction()["goals"][point].items()]


# --- The history: what it is made of ----------------------------------------------------------------------


class Diligent(Protocol):
    """Whatever keeps up with what is asked more or less well."""

    diligence: float


Someone = TypeVar("Someone", bound=Diligent)


@dataclass(frozen=True)
class Unit:
    """One unit and how well it keeps up."""

    name: str
    department: str
    size: int
    pull: float


@dataclass
class Employment:
    """One employment in one unit; `end` is empty, a day, or the open end."""

    unit: Unit
    start: date
    end: date | None

    def active(self, day: date) -> bool:
        """Whether it runs on `day`."""
        return self.start <= day and (self.end is None or self.end >= day)


@dataclass
class Person:
    """One employee with all employments, absences and courses passed."""

    id: str
    first: str
    last: str
    position: str
    form: str
    employments: list[Employment]
    diligence: float
    away: tuple[date, date, str] | None = None
    management: bool = False
    passed: dict[str, list[date]] = field(default_factory=dict)
    mood: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """First name and last name."""
        return f"{self.first} {self.last}"

    def absence(self, day: date) -> str | None:
        """The reason of absence on `day`, if any."""
        return self.away[2] if self.away and self.away[0] <= day <= self.away[1] else None

    def trainable(self, day: date) -> bool:
        """Whether the courses are asked of this person: at work, and no newcomer."""
        starts = [job.start for job in self.employments if job.active(day)]
        return bool(starts) and min(starts) <= day - timedelta(days=30) and not self.absence(day)

    def certified(self, course: str, day: date) -> bool:
        """Whether a pass of the course holds on `day`."""
        return any(passed <= day <= months_after(passed, 24) for passed in self.passed[course])


@dataclass
class System:
    """One system and the days on which something was done about it."""

    id: str
    name: str
    unit: Unit
    central: bool
    supplier: str
    owner: str
    leader: str
    leader_from: date | None
    start: date
    end: date
    personal_data: bool
    levels: tuple[int, int, int]
    diligence: float
    lifecycle: str
    classified: list[date] = field(default_factory=list)
    analysed: list[date] = field(default_factory=list)
    reviewed: list[date] = field(default_factory=list)

    def in_scope(self, day: date) -> bool:
        """Whether it is in use on `day` and the administration's own."""
        return not self.central and self.start <= day < self.end

    def review_months(self, day: date) -> int:
        """How long an access review holds: half as long for confidential information."""
        known = any(classified <= day for classified in self.classified)
        return 6 if known and self.levels[0] >= 3 else 12


@dataclass
class Processing:
    """One processing of personal data, its reviews and its impact assessments."""

    id: str
    name: str
    unit: Unit
    system: str | None
    status: str
    dpia_required: bool | None
    lacking: str | None
    mended: date | None
    diligence: float
    third_country: bool
    reviewed: list[date] = field(default_factory=list)
    assessed: list[date] = field(default_factory=list)

    @property
    def active(self) -> bool:
        """Whether it goes on."""
        return bool(self.status == words()["active"])

    def complete(self, day: date) -> bool:
        """Whether the record has what article 30 asks for."""
        return self.lacking is None or (self.mended is not None and self.mended <= day)


@dataclass
class Step:
    """One requirement of the local instruction in one unit."""

    unit: Unit
    requirement: str
    exempt: bool
    begun: date | None
    diligence: float
    done: date | None = None


@dataclass
class Agreement:
    """One processor agreement; `flaw` until it is mended."""

    id: str
    supplier: str
    service: str
    unit: Unit
    signed: date
    valid_to: date | None
    renews: bool
    flaw: str | None = None
    mended: date = OPEN_END
    exempt: bool = False


@dataclass
class Incident:
    """One incident; `told` holds what was sent and when, by field."""

    unit: Unit
    kind: Table
    discovered: date | datetime
    cause: str
    system: str | None
    severity: str
    diligence: float
    significant: bool | None = False
    closed: date | None = None
    documented: bool = True
    told: Table = field(default_factory=dict)
    id: str = ""


@dataclass
class Breach:
    """One personal data breach, notifiable where it was notified."""

    unit: Unit
    type: str
    aware: date | datetime
    notified: date | datetime | None
    delay: str | None
    affected: int
    id: str = ""


@dataclass(frozen=True)
class History:
    """Everything that ever happened in the administration."""

    units: list[Unit]
    people: list[Person]
    systems: list[System]
    processing: list[Processing]
    steps: list[Step]
    agreements: list[Agreement]
    incidents: list[Incident]
    breaches: list[Breach]


def work_towards(
    goals: Goals,
    items: Sequence[Someone],
    *,
    in_scope: Callable[[Someone, date], bool],
    holds: Callable[[Someone, date], bool],
    do: Callable[[Someone, date], None],
    since: date,
    rng: Random,
) -> None:
    """Lets the most diligent do what lacks until each goal is reached on its day.

    What is done may lapse; most of what would lapse before the next goal's day is renewed in time, but for what
    the next goal is lower.
    """
    for (day, share), (following, share_then) in pairwise([*goals, goals[-1]]):
        scope = [item for item in items if in_scope(item, day)]
        lacking = [item for item in scope if not holds(item, day)]
        wanted = int(share * len(scope)) - (len(scope) - len(lacking))
        for item in _keenest(lacking, wanted, rng=rng):
            do(item, day_between(rng, since, day))
        lapsing = [item for item in scope if holds(item, day) and not holds(item, following)]
        renewed = RENEWED_IN_TIME * (len(lapsing) - max(share - share_then, 0) * len(scope))
        for item in _keenest(lapsing, int(renewed), rng=rng):
            do(item, day_between(rng, max(since, day - timedelta(days=60)), day))
        since = day


def _keenest(items: Sequence[Someone], count: int, *, rng: Random) -> list[Someone]:
    """The `count` most diligent, with some luck."""
    return sorted(items, key=lambda item: -item.diligence - rng.gauss(0, 0.4))[: max(count, 0)]


# --- The history: how it is made --------------------------------------------------------------------------


def make_history() -> History:
    """The one history of the invented administration."""
    units = make_units()
    people = make_people(units)
    systems = make_systems(units, people)
    incidents, breaches = make_incidents(units, systems)
    return History(
        units=units,
        people=people,
        systems=systems,
        processing=make_processing(units),
        steps=make_steps(units),
        agreements=make_agreements(units, systems),
        incidents=incidents,
        breaches=breaches,
    )


def make_units() -> list[Unit]:
    """The departments' units, each with a size and a pull of its own."""
    rng, special = chance("units"), fiction()["units"]
    return [
        Unit(
            name=name,
            department=department["name"],
            size=special["small"].get(name) or rng.randint(*department["size"]),
            pull=department["pull"] + rng.gauss(0, 0.3) - (1.4 if name in special["slow"] else 0),
        )
        for department in fiction()["departments"]
        for name in department["units"]
    ]


def make_people(units: Sequence[Unit]) -> list[Person]:
    """Every place in a unit with those who held it one after another."""
    rng = chance("people")
    numbers = iter(rng.sample(range(1000, 10000), 5000))
    people = [
        person
        for unit in units
        for _ in range(unit.size)
        for person in _holders_of_a_place(unit, numbers=numbers, rng=rng)
    ]
    _second_jobs(people, units, rng=rng)
    _management(people)
    for course in fiction()["courses"]:
        _train(people, course)
    return people


def _holders_of_a_place(unit: Unit, *, numbers: Iterator[int], rng: Random) -> Iterator[Person]:
    first_day, last_day = fiction()["first_day"], fiction()["last_day"]
    start = first_day - timedelta(days=int(rng.expovariate(1 / 2600)) + 1)
    while start <= last_day:
        end = max(start, first_day) + timedelta(days=int(rng.expovariate(1 / 3000)) + 20)
        yield _person(unit, number=next(numbers), start=start, end=end, rng=rng)
        start = end + timedelta(days=rng.randint(1, 40))


def _person(unit: Unit, *, number: int, start: date, end: date, rng: Random) -> Person:
    names, last_day = fiction()["people"], fiction()["last_day"]
    positions = next(d["positions"] for d in fiction()["departments"] if d["name"] == unit.department)
    stays = rng.choice([None, OPEN_END]) if end > last_day else end
    return Person(
        id=f"lov{number}",
        first=rng.choice(names["first_names"]),
        last=rng.choice(names["last_names"]),
        position=rng.choice(positions),
        form=rng.choice(names["forms"]),
        employments=[Employment(unit, start, stays)],
        diligence=unit.pull + rng.gauss(0, 0.7),
        away=_away(rng) if rng.random() < 0.09 else None,
        mood={course: rng.random() for course in fiction()["courses"]},
    )


def _away(rng: Random) -> tuple[date, date, str]:
    start = date(2024, 6, 1) + timedelta(days=rng.randint(0, 860))
    return start, start + timedelta(days=rng.randint(90, 480)), rng.choice(fiction()["people"]["absences"])


def _second_jobs(people: Sequence[Person], units: Sequence[Unit], *, rng: Random) -> None:
    """One in forty works in another unit of the department, too."""
    for person in rng.sample(people, len(people) // 40):
        home = person.employments[0]
        others = [u for u in units if u.department == home.unit.department and u != home.unit]
        start = max(home.start, date(2023, 1, 1)) + timedelta(days=rng.randint(10, 500))
        if others and (home.end is None or start < home.end):
            person.employments.append(Employment(rng.choice(others), start, home.end))


def _management(people: Sequence[Person]) -> None:
    """The management group: the first who work in the management's unit throughout."""
    first, last = fiction()["first_day"], fiction()["last_day"]
    titles = fiction()["people"]["management"]
    department = fiction()["departments"][-1]["name"]
    jobs = [(person, person.employments[0]) for person in people]
    steady = [
        person for person, job in jobs if job.unit.department == department and job.active(first) and job.active(last)
    ]
    for person, title in zip(steady, titles, strict=False):
        person.management, person.position, person.away = True, title, None
        person.diligence += 0.3


def _train(people: Sequence[Person], course: str) -> None:
    rng = chance(course)
    for person in people:
        person.passed[course] = []

    def do(person: Person, day: date) -> None:
        began = person.employments[0].start
        person.passed[course].append(max(day, began + timedelta(days=3)))

    work_towards(
        goals_of(course),
        people,
        in_scope=Person.trainable,
        holds=lambda person, day: person.certified(course, day),
        do=do,
        since=date(2023, 2, 1),
        rng=rng,
    )


def make_systems(units: Sequence[Unit], people: Sequence[Person]) -> list[System]:
    """The city's systems, the departments' own, those that every unit has, and what was or will be."""
    rng = chance("systems")
    by_name = {unit.name: unit for unit in units}
    home = by_name[fiction()["central"]["unit"]]
    systems = [_system(name, home, people, rng=rng) for name in fiction()["central"]["systems"]]
    for system in systems:
        system.central, system.start = True, fiction()["first_day"]
    for department in fiction()["departments"]:
        own = [by_name[name] for name in department["units"]]
        pairs = [(name, rng.choice(own)) for name in department["systems"]]
        pairs += [(unit_system(kind, unit.name), unit) for kind in department["unit_systems"] for unit in own]
        systems += [_system(name, unit, people, rng=rng) for name, unit in pairs]
    systems += _past_and_coming(units, people, rng=rng)
    for number, system in enumerate(systems, start=1):
        system.id = f"SYS-{number:04}"
    _care_for(systems)
    return systems


def unit_system(kind: str, unit: str) -> str:
    """The name of a unit's own instance of a kind of system."""
    return f"{kind} – {unit}"


def _system(name: str, unit: Unit, people: Sequence[Person], *, rng: Random) -> System:
    named = rng.random()
    newcomer = rng.random() < 0.08
    return System(
        id="",
        name=name,
        unit=unit,
        central=False,
        supplier=_supplier(rng),
        owner=rng.choice(people).name,
        leader=rng.choice(people).name,
        leader_from=date(2022, 1, 1) + timedelta(days=int(named * 2400)) if named < 0.74 else None,
        start=date(2024, 12, 1) + timedelta(days=rng.randint(0, 600)) if newcomer else date(2015, 3, 1),
        end=OPEN_END,
        personal_data=rng.random() < PERSONAL_DATA_SHARE,
        levels=(rng.choice([1, 2, 2, 3]), rng.choice([1, 2, 2, 3]), rng.choice([1, 1, 2, 3])),
        diligence=unit.pull + rng.gauss(0, 0.8),
        lifecycle=rng.choice(words()["in_use"]),
    )


def _supplier(rng: Random) -> str:
    suppliers = fiction()["suppliers"]
    return str(suppliers["form"]).format(name=rng.choice(suppliers["names"]))


def _past_and_coming(units: Sequence[Unit], people: Sequence[Person], *, rng: Random) -> list[System]:
    """Systems that are retired at some time, and those that are only planned."""
    systems = []
    for name in fiction()["central"]["retired"]:
        system = _system(name, rng.choice(units), people, rng=rng)
        system.start = date(2015, 3, 1)
        system.end = date(2024, 2, 1) + timedelta(days=rng.randint(0, 900))
        systems.append(system)
    for name in fiction()["central"]["planned"]:
        system = _system(name, rng.choice(units), people, rng=rng)
        system.start = date(2027, 3, 1)
        systems.append(system)
    return systems


def _care_for(systems: Sequence[System]) -> None:
    """Classifications, risk analyses and access reviews, the old ones and those that reach the goals."""
    rng = chance("care")
    for system in systems:
        for days, share in ((system.classified, 0.15), (system.analysed, 0.3), (system.reviewed, 0.6)):
            if rng.random() < share and system.start < date(2022, 1, 1):
                days.append(day_between(rng, date(2022, 1, 1), date(2023, 10, 31)))
    _repeat("classification", systems, days_of=lambda system: system.classified)
    _repeat("risk_analysis", systems, days_of=lambda system: system.analysed)
    _repeat("access", systems, days_of=lambda system: system.reviewed)


def _repeat(point: str, systems: Sequence[System], *, days_of: Callable[[System], list[date]]) -> None:
    def holds(system: System, day: date) -> bool:
        months = system.review_months(day) if point == "access" else 12
        return any(done <= day <= months_after(done, months) for done in days_of(system))

    work_towards(
        goals_of(point),
        systems,
        in_scope=System.in_scope,
        holds=holds,
        do=lambda system, day: days_of(system).append(max(day, system.start)),
        since=date(2024, 5, 31),
        rng=chance(point),
    )


def make_processing(units: Sequence[Unit]) -> list[Processing]:
    """The record of processing: the departments' own and what every unit does."""
    rng = chance("processing")
    by_name = {unit.name: unit for unit in units}
    entries: list[tuple[str, Unit, str | None]] = []
    for department in fiction()["departments"]:
        own = [by_name[name] for name in department["units"]]
        entries += [(name, rng.choice(own), rng.choice(department["systems"])) for name in department["processing"]]
        entries += [
            (f"{name} – {unit.name}", unit, unit_system(kind, unit.name))
            for name, kind in department["unit_processing"].items()
            for unit in own
        ]
    processing = [_one_processing(number, *entry, rng=rng) for number, entry in enumerate(entries, start=1)]
    _keep_record(processing)
    return processing


def _one_processing(number: int, name: str, unit: Unit, system: str | None, *, rng: Random) -> Processing:
    flawed = rng.random() < 0.1
    lacking = ["recipients", "data_categories", "purpose", "dpo", "safeguards", "third_country"]
    missing = rng.choice(lacking) if flawed else None
    mended = date(2024, 12, 1) + timedelta(days=rng.randint(0, 1100))
    return Processing(
        id=f"B-{number:03}",
        name=name,
        unit=unit,
        system=system if rng.random() < 0.85 else None,
        status=words()[rng.choices(["active", "ended", "planned"], [95, 3, 2])[0]],
        dpia_required=rng.choices([True, False, None], [34, 64, 2])[0],
        lacking=missing,
        mended=mended,
        diligence=unit.pull + rng.gauss(0, 0.7),
        third_country=missing == "safeguards" or rng.random() < 0.07,
    )


def _keep_record(processing: Sequence[Processing]) -> None:
    """The yearly reviews of the record, of what is complete, and the impact assessments that are required."""
    work_towards(
        goals_of("processing_record"),
        processing,
        in_scope=lambda item, day: item.active and item.complete(day),
        holds=lambda item, day: any(done <= day <= months_after(done, 12) for done in item.reviewed),
        do=lambda item, day: item.reviewed.append(day),
        since=date(2023, 12, 31),
        rng=chance("reviews"),
    )
    work_towards(
        goals_of("dpia"),
        processing,
        in_scope=lambda item, _: item.active and item.dpia_required is True,
        holds=lambda item, day: any(done <= day for done in item.assessed),
        do=lambda item, day: item.assessed.append(day),
        since=date(2022, 1, 1),
        rng=chance("dpia"),
    )


def make_steps(units: Sequence[Unit]) -> list[Step]:
    """The local instruction: every requirement in every unit."""
    rng, instruction = chance("steps"), fiction()["instruction"]
    steps = []
    for requirement in instruction["requirements"]:
        ease = rng.gauss(0, 0.5)
        for unit in units:
            begun = date(2024, 2, 1) + timedelta(days=rng.randint(0, 1100))
            steps.append(
                Step(
                    unit=unit,
                    requirement=requirement,
                    exempt=unit.department in instruction["exempt"].get(requirement, ()),
                    begun=begun if rng.random() < 0.8 else None,
                    diligence=unit.pull + ease + rng.gauss(0, 0.5),
                )
            )

    def do(step: Step, day: date) -> None:
        step.done = day

    work_towards(
        goals_of("local_instruction"),
        steps,
        in_scope=lambda step, _: not step.exempt,
        holds=lambda step, _: step.done is not None,
        do=do,
        since=date(2024, 1, 15),
        rng=rng,
    )
    return steps


def make_agreements(units: Sequence[Unit], systems: Sequence[System]) -> list[Agreement]:
    """The processor agreements, with the flaws that were mended and those that came."""
    rng = chance("agreements")
    own = [system for system in systems if system.start < date(2024, 1, 1) and not system.central]
    services = [(system.name, system.supplier, system.unit) for system in rng.sample(own, 210)]
    services += [(title, _supplier(rng), rng.choice(units)) for title in fiction()["procurements"]["titles"][:20]]
    agreements = [_agreement(number, *service, rng=rng) for number, service in enumerate(services, start=1)]
    _flaws(agreements, rng=rng)
    return agreements


def _agreement(number: int, service: str, supplier: str, unit: Unit, *, rng: Random) -> Agreement:
    signed = date(2018, 5, 25) + timedelta(days=rng.randint(0, 2200))
    renews = rng.random() < 0.4
    # What renews itself has often passed its first end; of the rest a few expire soon after the last export.
    first_end = months_after(signed, 48) if renews else date(2026, 11, 10)
    ends = [None, OPEN_END, first_end, date(2028, 6, 30)]
    valid_to = rng.choices(ends, [30, 30, 12 if renews else 2, 28])[0]
    return Agreement(
        id=f"PUB-{number:04}",
        supplier=supplier,
        service=service,
        unit=unit,
        signed=signed,
        valid_to=valid_to,
        renews=renews,
    )


def _flaws(agreements: Sequence[Agreement], *, rng: Random) -> None:
    """Flaws until their day; one that stays, four agreements that expire in 2026, and four out of scope."""
    days = [
        date.fromisoformat(day) for day, count in fiction()["goals"]["agreements_mended"].items() for _ in range(count)
    ]
    kinds = ["missing", "in_preparation", "expired", "incomplete", "not_signed"]
    chosen = iter(rng.sample(agreements, len(days) + 9))
    for number, day in enumerate([*days, OPEN_END]):
        agreement = next(chosen)
        agreement.flaw, agreement.mended = kinds[number % len(kinds)], day
    for month in (6, 7, 8, 9):
        agreement = next(chosen)
        agreement.valid_to, agreement.renews = date(2026, month, 15), False
    for agreement in chosen:
        agreement.exempt = True


def make_incidents(units: Sequence[Unit], systems: Sequence[System]) -> tuple[list[Incident], list[Breach]]:
    """All incidents in order of discovery, and the breaches among them."""
    rng = chance("incidents")
    notified = fiction()["breaches"]["notified"]
    by_name = {unit.name: unit for unit in units}
    incidents = _everyday(units, systems, rng=rng)
    incidents += [_notifiable(entry, by_name[entry["unit"]], rng=rng) for entry in notified]
    for year, share in fiction()["goals"]["incidents_handled"].items():
        _close([item for item in incidents if item.discovered.year == int(year)], share=share, rng=rng)
    incidents += [_significant(entry, by_name[entry["unit"]]) for entry in _declared_incidents()]
    incidents.sort(key=lambda item: moment(item.discovered))
    breaches = _breaches(incidents, rng=rng)
    _number(incidents, prefix="INC", digits=4, when=lambda item: item.discovered)
    _number(breaches, prefix="PUI", digits=3, when=lambda item: item.aware)
    return incidents, breaches


def _everyday(units: Sequence[Unit], systems: Sequence[System], *, rng: Random) -> list[Incident]:
    """Incidents that are neither significant nor notifiable, in some units more than in others."""
    openness = [unit.size * rng.choice([0, 0.3, 0.6, 1, 2]) for unit in units]
    incidents = []
    for year, count in fiction()["incidents_a_month"].items():
        for month in range(1, 13):
            for _ in range(count + rng.randint(-3, 3)):
                unit = rng.choices(units, openness)[0]
                kind = rng.choice(fiction()["incidents"]["kinds"])
                local = [system.name for system in systems if system.unit == unit]
                incidents.append(
                    _incident(
                        unit,
                        kind,
                        discovered=datetime(int(year), month, rng.randint(1, 28), rng.randint(7, 17))
                        + timedelta(minutes=5 * rng.randint(0, 11)),
                        system=rng.choice(local) if local and rng.random() < 0.5 else None,
                        rng=rng,
                    )
                )
    return incidents


def _incident(unit: Unit, kind: Table, *, discovered: date | datetime, system: str | None, rng: Random) -> Incident:
    return Incident(
        unit=unit,
        kind=kind,
        discovered=discovered,
        cause=rng.choice(kind["causes"]),
        system=system,
        severity=rng.choice(fiction()["incidents"]["severities"]),
        diligence=unit.pull + rng.gauss(0, 0.7),
    )


def _notifiable(entry: Table, unit: Unit, *, rng: Random) -> Incident:
    kinds = [kind for kind in fiction()["incidents"]["kinds"] if kind.get("personal_data")]
    incident = _incident(unit, rng.choice(kinds), discovered=entry["aware"], system=None, rng=rng)
    incident.told = entry
    return incident


def _close(incidents: Sequence[Incident], *, share: float, rng: Random) -> None:
    """Closes the incidents of a year: the least diligent late, without a word of what was done, or never."""
    ranked = sorted(incidents, key=lambda item: -item.diligence)
    handled = round(share * len(ranked))
    for number, incident in enumerate(ranked):
        found = moment(incident.discovered).date()
        incident.closed = found + timedelta(days=int(rng.triangular(1, 29, 7)))
        if number >= handled:
            way = number % 4
            incident.documented = way != 0
            if way == 1:
                incident.closed = None
            elif way > 1:
                incident.closed = found + timedelta(days=rng.randint(32, 80))


def _declared_incidents() -> list[Table]:
    incidents = fiction()["incidents"]
    return [*incidents["significant"], incidents["not_assessed"]]


def _significant(entry: Table, unit: Unit) -> Incident:
    """An incident as declared; one without a title is that which nobody has assessed."""
    assessed = "title" in entry
    kinds = {kind["category"]: kind for kind in fiction()["incidents"]["kinds"]}
    breakdown: Table = kinds["Driftavbrott"]
    return Incident(
        unit=unit,
        kind=breakdown | {"title": entry.get("title", breakdown["title"]), "action": entry.get("action")},
        discovered=entry["discovered"],
        cause=entry.get("cause", ""),
        system=None,
        severity=fiction()["incidents"]["severities"][-1],
        diligence=0,
        significant=True if assessed else None,
        closed=entry.get("closed"),
        told=entry,
    )


def _breaches(incidents: Sequence[Incident], *, rng: Random) -> list[Breach]:
    return [
        Breach(
            unit=incident.unit,
            type=incident.kind["type"],
            aware=incident.discovered,
            notified=incident.told.get("notified"),
            delay=incident.told.get("delay"),
            affected=int(rng.expovariate(1 / 12)) + 1,
        )
        for incident in incidents
        if incident.kind.get("personal_data")
    ]


Numbered = TypeVar("Numbered", Incident, Breach)


def _number(
    items: Sequence[Numbered],
    *,
    prefix: str,
    digits: int,
    when: Callable[[Numbered], date | datetime],
) -> None:
    """Ids that begin again every year, in the order of the items."""
    counts: dict[int, int] = {}
    for item in items:
        year = when(item).year
        counts[year] = counts.get(year, 0) + 1
        item.id = f"{prefix}-{year}-{counts[year]:0{digits}}"


# --- What each source system shows of the history on a day ------------------------------------------------


def staff(history: History, on: date) -> Iterator[Row]:
    """A row an employment: the active ones, those that ended lately and those that begin soon."""
    for person in history.people:
        for job in person.employments:
            if job.start > on + timedelta(days=30) or (job.end and job.end < on - timedelta(days=60)):
                continue
            absence = person.absence(on)
            yield {
                "employee_id": person.id,
                "first": person.first,
                "last": person.last,
                "name": person.name,
                "email": f"{person.id}@example.se",
                "position": person.position,
                "employment_form": person.form,
                "department": job.unit.department,
                "unit": job.unit.name,
                "employed_from": job.start,
                "employed_to": _known_end(job, on),
                "on_leave": absence is not None,
                "absence": absence or words()["no_absence"],
                "management": person.management,
                "identity": words()["identity"],
            }


def _known_end(job: Employment, on: date) -> date | None:
    """The end as the HR system has it: that someone will leave is known three months ahead."""
    ends_soon = job.end is not None and job.end <= on + timedelta(days=90)
    return job.end if ends_soon or job.end == OPEN_END else None


def training(history: History, on: date) -> Iterator[Row]:
    """A row an attempt of those who have an account, and one where a course is only begun or awaited."""
    for course, known in fiction()["courses"].items():
        for person in history.people:
            if not any(job.start <= on and (not job.end or job.end >= on) for job in person.employments):
                continue
            base: Row = {
                "employee_id": person.id,
                "name": person.name,
                "email": f"{person.id}@example.se",
                "course": known["name"],
                "course_code": known["code"],
            }
            for passed in person.passed[course]:
                if passed <= on:
                    yield base | _pass(passed, person.mood[course])
            if not person.certified(course, on):
                yield from (base | row for row in _attempt(person, course, on))


def _pass(passed: date, mood: float) -> Row:
    return {
        "status": words()["passed"],
        "started": passed - timedelta(days=int(mood * 9)),
        "completed": passed,
        "valid_to": months_after(passed, 24),
        "result": 80 + int(mood * 21),
    }


def _attempt(person: Person, course: str, on: date) -> Iterator[Row]:
    """What the platform shows of someone who is not certified; of one in five nothing."""
    mood = person.mood[course]
    if mood < 0.5:
        yield {"status": words()["not_started"]}
    elif mood < 0.72:
        begun = on - timedelta(days=int(mood * 200))
        yield {"status": words()["started"], "started": begun}
    elif mood < 0.8:
        begun = on - timedelta(days=int(mood * 300))
        yield {"status": words()["failed"], "started": begun, "result": int(mood * 90)}


def incidents(history: History, on: date) -> Iterator[Row]:
    """This year's incidents, with what was known of them by the morning of the day."""
    taken = datetime.combine(on, TAKEN)
    for incident in history.incidents:
        if incident.discovered.year != on.year or moment(incident.discovered) > taken:
            continue
        found = moment(incident.discovered)
        closed = until(incident.closed, taken)
        told = {name: until(incident.told.get(name), taken) for name in
                ("early_warning", "notification", "progress_report", "final_report")}  # fmt: skip
        yield {
            "incident_id": incident.id,
            "half": "Jan-jun" if found.month <= 6 else "Jul-dec",
            "title": incident.kind["title"],
            "category": incident.kind["category"],
            "occurred": found - timedelta(hours=3 + found.minute),
            "discovered": incident.discovered,
            "reported": found + timedelta(minutes=15 + found.minute),
            "unit": incident.unit.name,
            "system": incident.system,
            "severity": incident.severity,
            "personal_data": bool(incident.kind.get("personal_data")),
            "significant": words()["not_assessed"] if incident.significant is None else incident.significant,
            "cause": incident.cause if incident.documented else None,
            "action": incident.kind["action"] if closed else None,
            "status": words()["closed" if closed else "open"],
            "closed": closed,
            **told,
        }


def breaches(history: History, on: date) -> Iterator[Row]:
    """This year's breaches; whether one is notifiable is decided the same day."""
    taken = datetime.combine(on, TAKEN)
    known = fiction()["incidents"]
    for breach in history.breaches:
        if breach.aware.year != on.year or moment(breach.aware) > taken:
            continue
        notifiable = breach.notified is not None
        notified = until(breach.notified, taken)
        yield {
            "breach_id": breach.id,
            "unit": breach.unit.name,
            "type": breach.type,
            "aware": breach.aware,
            "notifiable": notifiable,
            "decided": moment(breach.aware).date(),
            "notified": notified,
            "imy_reference": f"IMY-{breach.aware.year}-{1000 + int(breach.id[-3:])}" if notified else None,
            "delay_reason": breach.delay if notified else None,
            "not_notified_reason": None if notifiable else known["not_notified_reason"],
            "informed": known["informed"][breach.affected % 3],
            "affected": breach.affected,
        }


def systems(history: History, on: date) -> Iterator[Row]:
    """The register: most of its yes/no questions are never answered."""
    for number, system in enumerate(history.systems):
        planned = system.start.year > fiction()["last_day"].year
        if system.start > on and not planned:
            continue
        lifecycle = words()["planned"] if planned else system.lifecycle
        yield {
            "system": system.name,
            "system_id": system.id,
            "unit": system.unit.name,
            "unit_path": f"{fiction()['organisation']} / {system.unit.department} / {system.unit.name}",
            "object": system.unit.department,
            "object_owner": system.owner,
            "object_leader": system.leader if until(system.leader_from, moment(on)) else None,
            "supplier": system.supplier,
            "lifecycle": lifecycle if system.end > on else words()["retired"],
            "responsibility": words()["central" if system.central else "local"],
            "personal_data": system.personal_data,
            "criticality": words()["criticality"][max(system.levels) - 1],
            "classified_last_year": _answer(system.classified, on, number),
            "risk_analysed_last_year": _answer(system.analysed, on, number),
        }


def _answer(days: Sequence[date], on: date, number: int) -> bool | None:
    """What the register says about the last year: one in four answers, and one in sixty claims what nobody did."""
    if number % 60 == 21:
        return True
    return any(day <= on <= months_after(day, 12) for day in days) if number % 4 == 0 else None


def classifications(history: History, on: date) -> Iterator[Row]:
    """A row a set of information in each classification."""
    for system in history.systems:
        for day in (day for day in system.classified if day <= on):
            for number, information in enumerate(words()["information"][: 1 + len(system.name) % 3]):
                k, r, t = (max(level - number, 1) for level in system.levels)
                yield {
                    "system": system.name,
                    "information": information,
                    "classified": day,
                    "valid_to": months_after(day, 24) if len(system.name) % 4 else None,
                    "k": k,
                    "r": r,
                    "t": t,
                    "k_letter": f"K{k}",
                    "r_letter": f"R{r}",
                    "t_letter": f"T{t}",
                    "k_word": f"{words()['levels'][k]} ({k})",
                    "r_word": f"{words()['levels'][r]} ({r})",
                    "t_word": f"{words()['levels'][t]} ({t})",
                    "krt": f"K{k} R{r} T{t}",
                    "krt_slashed": f"K{k}/R{r}/T{t}",
                }


def classification_actions(history: History, on: date) -> Iterator[Row]:
    """What the classifications asked for; now and then not done in time."""
    rng = chance("classification actions")
    number = 10000
    for system in history.systems:
        for day in system.classified:
            for requirement in rng.sample(fiction()["requirements"]["texts"], rng.randint(0, 2)):
                number += 1
                due = day + timedelta(days=rng.randint(90, 330))
                lag = timedelta(days=-rng.randint(40, 85) if rng.random() < 0.9 else rng.randint(60, 500))
                done = until(due + lag, moment(on))
                if day <= on:
                    yield {
                        "action_id": number,
                        "system": system.name,
                        "requirement": requirement,
                        "status": words()["action_done" if done else "action_open"],
                        "responsible": system.leader,
                        "due": due,
                        "done": done,
                    }


def risk_analyses(history: History, on: date) -> Iterator[Row]:
    """A row a risk of each analysis."""
    rng, known = chance("risks"), fiction()["risks"]
    number = 0
    for system in history.systems:
        for day in system.analysed:
            for event in rng.sample(known["events"], rng.randint(2, 4)):
                number += 1
                probability, consequence = rng.randint(1, 4), rng.randint(1, 4)
                high = probability * consequence > 8
                action = rng.choice(known["actions"]) if high and rng.random() < 0.8 else None
                due = day + timedelta(days=rng.randint(60, 300)) if rng.random() < 0.85 else None
                row: Row = {
                    "risk_id": f"R-{number:05}",
                    "system": system.name,
                    "analysed": day,
                    "event": event,
                    "probability": probability,
                    "consequence": consequence,
                    "risk_value": probability * consequence,
                    "owner": system.owner,
                    "treatment": rng.choice(known["treatments"]),
                    "action": action,
                    "responsible": system.leader if action else None,
                    "due": due if action else None,
                    "status": words()["action_done" if due and due < on else "action_open"] if action else None,
                }
                if day <= on:
                    yield row


def processing(history: History, on: date) -> Iterator[Row]:
    """The record of processing under article 30."""
    known = fiction()["record"]
    for number, item in enumerate(history.processing):
        reviews = [day for day in item.reviewed if day <= on]
        row: Row = {
            "processing_id": item.id,
            "name": item.name,
            "status": item.status,
            "unit": item.unit.name,
            "controller": known["controller"],
            "dpo": known["dpo"],
            "third_country": item.third_country,
            "countries": words()["countries"] if item.third_country else None,
            "safeguards": words()["safeguards"] if item.third_country else None,
            "dpia_required": item.dpia_required,
            "system": item.system,
            "started": date(2018, 5, 25) + timedelta(days=9 * number),
            "reviewed": max(reviews, default=None),
        }
        for name, texts in {
            "purpose": "purposes",
            "data_subjects": "data_subjects",
            "data_categories": "data_categories",
            "recipients": "recipients",
            "retention": "retention",
            "security": "security",
            "legal_basis": "legal_bases",
        }.items():
            row[name] = known[texts][number % len(known[texts])]
        if item.lacking and not item.complete(on):
            row[item.lacking] = None
        yield row


def dpias(history: History, on: date) -> Iterator[Row]:
    """Assessments made and begun, and decisions that none is needed."""
    needed = [item for item in history.processing if item.dpia_required is True]
    spared = [item for item in history.processing if item.dpia_required is False][::6]
    for number, item in enumerate([*needed, *spared], start=1):
        decided = max((day for day in item.assessed if day <= on), default=None)
        required = item.dpia_required is True
        if required and not decided and number % 3 == 0:
            continue
        state = words()["approved" if decided or not required else "ongoing"]
        criteria = 2 + number % 4 if required else number % 2
        yield {
            "dpia_id": f"DPIA-{number:03}",
            "processing_id": item.id,
            "criteria": criteria,
            **{f"criterion_{place}": (place + number) % 9 < criteria for place in range(1, 10)},
            "required": required,
            "status": state,
            "decided": decided or (None if required else date(2023, 5, 2)),
            "next_review": months_after(decided, 60) if decided else None,
        }


def processors(history: History, on: date) -> Iterator[Row]:
    """The agreements as they stood on the day."""
    for agreement in history.agreements:
        flaw = agreement.flaw if on < agreement.mended else None
        mended = agreement.flaw is not None and flaw is None
        row: Row = {
            "agreement_id": agreement.id,
            "supplier": agreement.supplier,
            "service": agreement.service,
            "unit": agreement.unit.name,
            "status": words()["agreement"],
            "signed": agreement.mended if mended else agreement.signed,
            "valid_to": agreement.valid_to,
            "renews": agreement.renews,
            "instruction": True,
            "subprocessors": True,
            "third_country": agreement.id.endswith("7"),
        }
        yield row | _flaw(flaw, exempt=agreement.exempt)


def _flaw(flaw: str | None, *, exempt: bool) -> Row:
    """The cells in which an agreement that is not in order differs."""
    if exempt:
        return {"status": words()["exempt"], "signed": None, "valid_to": None, "instruction": None}
    flaws: dict[str | None, Row] = {
        "missing": {"status": words()["no_agreement"], "signed": None, "valid_to": None},
        "in_preparation": {"status": words()["in_preparation"], "signed": None, "valid_to": None},
        "not_signed": {"signed": None},
        "expired": {"valid_to": date(2024, 6, 30), "renews": False},
        "incomplete": {"instruction": False},
    }
    return flaws.get(flaw, {})


def access_reviews(history: History, on: date) -> Iterator[Row]:
    """A row a review of a system's accounts."""
    rng = chance("accounts")
    for system in history.systems:
        for day in system.reviewed:
            before = rng.randint(4, 160)
            removed = int(before * rng.random() * 0.15)
            if day <= on:
                yield {
                    "system": system.name,
                    "reviewed": day,
                    "accounts_before": before,
                    "accounts_reviewed": before,
                    "accounts_removed": removed,
                    "reviewed_by": system.owner,
                    "signed": system.owner if before % 9 else None,
                }


def procurements(history: History, on: date) -> Iterator[Row]:
    """Contracts from the autumn before until those that are yet to be signed."""
    rng, known = chance("procurements"), fiction()["procurements"]
    for number, title in enumerate(known["titles"] * 2):
        contract = date(on.year - 1, 10, 1) + timedelta(days=number * 9 + rng.randint(0, 8))
        informed = title not in known["without_information"]
        careful = rng.random() < 0.86
        consulted = contract - timedelta(days=rng.randint(20, 70))
        yield {
            "reference": f"LOV {contract.year}/{100 + number * 7}",
            "title": title,
            "unit": rng.choice(history.units).name,
            "form": rng.choice(known["forms"]),
            "contract_date": contract if contract < on + timedelta(days=20) else None,
            "announced": contract - timedelta(days=75),
            "handles_information": informed,
            "classified": informed and (careful or number % 2 == 0),
            "requirements": informed and (careful or number % 3 > 0),
            "risk_analysed": informed and number % 3 > 0,
            "processor_assessed": number % 2 == 0 if informed else None,
            "coordinator_consulted": (consulted if careful else contract + timedelta(days=9)) if informed else None,
        }


def local_instruction(history: History, on: date) -> Iterator[Row]:
    """A row a requirement in each unit."""
    known = fiction()["instruction"]
    for number, step in enumerate(history.steps):
        row: Row = {
            "unit": step.unit.name,
            "requirement": step.requirement,
            "version": known["version"],
            "comment": None,
            "confirmed": None,
        }
        done = until(step.done, moment(on))
        if step.exempt:
            commented = known["exempt_comment"] if number % 19 else None
            yield row | {"status": words()["exempt"], "comment": commented}
        elif done:
            yield row | {"status": words()["done"], "confirmed": done}
        else:
            begun = until(step.begun, moment(on))
            yield row | {"status": words()["ongoing" if begun else "not_started"]}


def activities(_: History, on: date) -> Iterator[Row]:
    """The plans up to that of the coming year."""
    for number, known in enumerate(fiction()["activities"], start=1):
        for year in (year for year in known["years"] if year <= on.year + 1):
            done = until(known.get("done", {}).get(str(year)), moment(on))
            start, due = (date.fromisoformat(f"{year}-{known[name]}") for name in ("start", "due"))
            status = words()[_progress(start, due, done=done, on=on)]
            yield {
                "activity_id": f"VP{year}-{number:02}",
                "activity": known["activity"],
                "kind": known["kind"],
                "review_point": known["review_point"],
                "mandatory": known.get("mandatory", False),
                "responsible": words()["coordinator"],
                "start": start,
                "due": due,
                "status": status,
                "analysis": words()["activity_analysis"].get(status),
            }


def _progress(start: date, due: date, *, done: date | None, on: date) -> str:
    if done:
        return "activity_done"
    if start > on:
        return "activity_planned"
    return "activity_late" if due < on else "activity_ongoing"


def dpo_recommendations(_: History, on: date) -> Iterator[Row]:
    """The recommendations of the reports that were out, each in March of the year after."""
    for known in fiction()["recommendations"]:
        if date(known["year"] + 1, 3, 1) <= on:
            done = until(known.get("done"), moment(on))
            status = words()["recommendation_done" if done else "recommendation_open"]
            yield known | {"responsible": words()["coordinator"], "status": status}


def deviations(_: History, on: date) -> Iterator[Row]:
    """What the reports to the committee said."""
    for known in fiction()["deviations"]:
        if known["reported"] <= on:
            yield known | {"responsible": words()["coordinator"] if known["deviation"] else None}


def routines(_: History, on: date) -> Iterator[Row]:
    """The local routines; one that is not adopted yet stands there without a date."""
    for known in fiction()["routines"]:
        yield known | {"adopted": until(known.get("adopted"), moment(on))}


ROWS: Final[Mapping[str, Callable[[History, date], Iterator[Row]]]] = {
    rows.__name__: rows
    for rows in (
        staff, training, incidents, breaches, systems, classifications, classification_actions,
        risk_analyses, processing, dpias, processors, access_reviews, procurements, local_instruction,
        activities, dpo_recommendations, deviations, routines,
    )
}  # fmt: skip


# --- How an export looks ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Layout:
    """How one source system writes its export on the days `dates`; the keys of `exports.toml`."""

    source: str
    file: str
    dates: list[date]
    columns: dict[str, str]
    form: str = "xlsx"
    encoding: str = "cp1252"
    separator: str = ";"
    sheet: str = "Blad1"
    sheet_by: str | None = None
    cover: list[str] = field(default_factory=list)
    above: list[list[str]] = field(default_factory=list)
    below: list[list[str]] = field(default_factory=list)
    date_styles: list[str] = field(default_factory=lambda: ["iso"])
    yes: list[str] = field(default_factory=lambda: ["Ja"])
    no: list[str] = field(default_factory=lambda: ["Nej"])
    open_end: str = "tillsvidare"
    empty: dict[str, str] = field(default_factory=dict)
    say: dict[str, list[str]] = field(default_factory=dict)
    dress: list[Table] = field(default_factory=list)
    extra: list[Table] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    epoch_1904: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet as it will be written: its title and its lines of cells."""

    title: str
    lines: list[list[Cell]]
    heading: int | None = None

    def filled(self) -> Iterator[tuple[int, int, Cell]]:
        """The cells that hold something, each with its row and column, counted from zero."""
        for y, line in enumerate(self.lines):
            for x, cell in enumerate(line):
                if cell is not None and cell != "":
                    yield y, x, cell


@dataclass(frozen=True)
class Export:
    """One file to write."""

    path: Path
    layout: Layout
    on: date
    sheets: list[Sheet]


def layouts() -> list[Layout]:
    """Every declared layout."""
    declared = read_toml(SAMPLES / "exports.toml")
    return [Layout(source=source, **table) for source, tables in declared.items() for table in tables]


def sheets_of(layout: Layout, rows: Sequence[Row], *, on: date) -> list[Sheet]:
    """The sheets of one export."""
    dressed = _with_extra(layout, [_dressed(layout, row, place) for place, row in enumerate(rows, start=1)])
    groups: dict[str, list[Row]] = {}
    for row in dressed:
        title = str(row[layout.sheet_by]) if layout.sheet_by else layout.sheet
        groups.setdefault(title, []).append(row)
    cover = [Sheet(words()["cover"], [[line] for line in layout.cover])] if layout.cover else []
    return cover + [_sheet(layout, title, group, on=on) for title, group in groups.items()]


def _sheet(layout: Layout, title: str, rows: Sequence[Row], *, on: date) -> Sheet:
    facts = {"date": on, "organisation": fiction()["organisation"], "rows": len(rows)}
    above: list[list[Cell]] = [[cell.format(**facts) for cell in line] for line in layout.above]
    below: list[list[Cell]] = [[cell.format(**facts) for cell in line] for line in layout.below]
    table = [[_cell(layout, row, name, place) for name in layout.columns.values()] for place, row in enumerate(rows)]
    return Sheet(title, [*above, [*layout.columns], *table, *below], heading=len(above))


def _dressed(layout: Layout, row: Row, place: int) -> Row:
    """`row` with the blemishes that its place in the table gives it; `place` counts from one."""
    result = dict(row)
    for blemish in layout.dress:
        name, text = blemish["field"], row.get(blemish["field"])
        if place % blemish["every"] == 0 and text is not None:
            result[name] = blemish["value"] if "value" in blemish else WAYS[blemish["as"]](str(text))
    return result


WAYS: Final[Mapping[str, Callable[[str], str]]] = {
    "upper": str.upper,
    "lower": str.lower,
    "nbsp": lambda text: text.replace(" ", "\N{NO-BREAK SPACE}"),
    "padded": lambda text: f"  {text.replace(' ', '  ')} ",
}


def _with_extra(layout: Layout, rows: Sequence[Row]) -> list[Row]:
    """`rows` with copies of some of them put in, changed as declared: rows to reject and ids that return."""
    result = list(rows)
    for extra in sorted(layout.extra, key=lambda entry: -entry["after"]):
        result.insert(extra["after"], rows[extra["after"] - 1] | extra["set"])
    return result


def _cell(layout: Layout, row: Row, name: str, place: int) -> Cell:
    """One cell as the system writes it; a name that begins with = is that text in every row."""
    if name.startswith("="):
        return name[1:]
    value = row.get(name)
    if value is None:
        return layout.empty.get(name)
    if isinstance(value, bool):
        choices = layout.yes if value else layout.no
        return choices[place % len(choices)]
    if isinstance(value, date):
        return layout.open_end if value == OPEN_END else _date_cell(layout, value, place)
    if isinstance(value, str) and value in layout.say:
        return layout.say[value][place % len(layout.say[value])]
    return value


def _date_cell(layout: Layout, value: date, place: int) -> Cell:
    style = layout.date_styles[place % len(layout.date_styles)]
    if style == "excel":
        return value
    if style == "serial":
        return serial(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S" if style == "seconds" else "%Y-%m-%d %H:%M")
    return DATE_STYLES[style](value)


DATE_STYLES: Final[Mapping[str, Callable[[date], str]]] = {
    "iso": date.isoformat,
    "seconds": date.isoformat,
    "compact": lambda day: f"{day:%Y%m%d}",
    "dotted": lambda day: f"{day.day}.{day.month}.{day.year}",
    "slashed": lambda day: f"{day:%d/%m/%Y}",
    "words": lambda day: f"{day.day} {words()['months'][day.month - 1]} {day.year}",
}


def serial(value: date) -> int | float:
    """The number that Excel keeps for a date, with the time as its fraction."""
    days = (moment(value) - EXCEL_EPOCH) / timedelta(days=1)
    return round(days, 9) if isinstance(value, datetime) else int(days)


# --- Writing ----------------------------------------------------------------------------------------------


def write_csv(export: Export) -> None:
    """Delimited text in the layout's encoding, where a letter that the encoding lacks becomes a question mark."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=export.layout.separator, lineterminator="\r\n")
    writer.writerows(export.sheets[-1].lines)
    export.path.write_bytes(text.getvalue().encode(export.layout.encoding, errors="replace"))


def write_xlsx(export: Export) -> None:
    """A workbook whose properties say that it was made on the day of the extract."""
    options = {"date_1904": export.layout.epoch_1904, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(export.path, options)
    book.set_properties({"created": datetime.combine(export.on, TAKEN), "author": fiction()["organisation"]})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in DATE_FORMATS.items()}
    bold = book.add_format({"bold": True, "text_wrap": True})
    for sheet in export.sheets:
        page = book.add_worksheet(sheet.title)
        for place, name in enumerate(export.layout.columns.values()):
            page.set_column(place, place, 18, None, {"hidden": name in export.layout.hidden})
        for y, x, cell in sheet.filled():
            if cell == NOT_AVAILABLE:
                page.write_formula(y, x, "=NA()", None, cell)
            else:
                page.write(y, x, cell, bold if y == sheet.heading else formats.get(type(cell)))
    book.close()


def write_xls(export: Export) -> None:
    """The workbook of Excel 97."""
    book = xlwt.Workbook()
    styles = {kind: xlwt.easyxf(num_format_str=form) for kind, form in DATE_FORMATS.items()}
    plain = xlwt.easyxf()
    for sheet in export.sheets:
        page = book.add_sheet(sheet.title)
        for y, x, cell in sheet.filled():
            page.write(y, x, cell, styles.get(type(cell), plain))
    book.save(str(export.path))


def write_ods(export: Export) -> None:
    """The workbook of LibreOffice."""
    book = odf.opendocument.OpenDocumentSpreadsheet()
    for sheet in export.sheets:
        table = odf.table.Table(name=sheet.title)
        for line in sheet.lines:
            row = odf.table.TableRow()
            for cell in line:
                row.addElement(_ods_cell(cell))
            table.addElement(row)
        book.spreadsheet.addElement(table)
    packed = io.BytesIO()
    book.write(packed)
    export.path.write_bytes(_with_fixed_times(packed.getvalue()))


def _ods_cell(cell: Cell) -> Any:
    if cell is None or cell == "":
        return odf.table.TableCell()
    if isinstance(cell, date):
        return odf.table.TableCell(valuetype="date", datevalue=cell.isoformat())
    if isinstance(cell, int | float):
        return odf.table.TableCell(valuetype="float", value=cell)
    element = odf.table.TableCell(valuetype="string")
    element.addElement(odf.text.P(text=cell))
    return element


def _with_fixed_times(packed: bytes) -> bytes:
    """A zip archive again, its members dated alike, so that the same content is the same bytes."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(result, "w") as new:
        for member in old.infolist():
            info = zipfile.ZipInfo(member.filename, FIXED_ZIP_TIME)
            info.compress_type = member.compress_type
            new.writestr(info, old.read(member))
    return result.getvalue()


WRITERS: Final = {"csv": write_csv, "xlsx": write_xlsx, "xls": write_xls, "ods": write_ods}


def write_all(folder: Path) -> list[Path]:
    """Writes every export under `folder`, a folder an extract date, and says which files there are."""
    history = make_history()
    written = []
    for layout in layouts():
        for on in layout.dates:
            path = folder / on.isoformat() / layout.file.format(date=on, compact=f"{on:%Y%m%d}", year=on.year)
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = list(ROWS[layout.source](history, on))
            WRITERS[layout.form](Export(path, layout, on, sheets_of(layout, rows, on=on)))
            written.append(path)
    return sorted(written)


def main() -> None:
    """Writes the samples anew; what an earlier run left is taken away."""
    for old in SAMPLES.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"):
        shutil.rmtree(old)
    written = write_all(SAMPLES)
    size = sum(path.stat().st_size for path in written)
    print(f"{len(written)} files, {size / 1_000_000:.1f} MB")  # noqa: T201 - a command says what it did


if __name__ == "__main__":
    main()
