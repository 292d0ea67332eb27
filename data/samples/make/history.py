"""The history of the organisation, generated from `fiction.toml`."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Final, TypeVar

from data.samples.make.fiction import (
    OPEN_END,
    Table,
    chance,
    day_between,
    fiction,
    goals_of,
    moment,
    months_after,
    words,
)
from data.samples.make.model import (
    Agreement,
    Breach,
    Employment,
    History,
    Incident,
    Person,
    Processing,
    Step,
    System,
    Unit,
    work_towards,
)

PERSONAL_DATA_SHARE: Final = 0.6


def make_history() -> History:
    """Generate the history of the organisation."""
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
    """The departments' units, each with its own size and pull."""
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
    """The holders of every position in the units, one after another."""
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
    _heads(people)
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
    """Give one person in forty a second employment, in another unit of the department."""
    for person in rng.sample(people, len(people) // 40):
        home = person.employments[0]
        others = [u for u in units if u.department == home.unit.department and u != home.unit]
        start = max(home.start, date(2023, 1, 1)) + timedelta(days=rng.randint(10, 500))
        if others and (home.end is None or start < home.end):
            person.employments.append(Employment(rng.choice(others), start, home.end))


def _management(people: Sequence[Person]) -> None:
    """Form the management group from the first persons who work in the management's department throughout."""
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


def _heads(people: Sequence[Person]) -> None:
    """Let the first person who works in a unit throughout lead it, except in the units without a head."""
    first, last = fiction()["first_day"], fiction()["last_day"]
    titles = {department["name"]: department["head"] for department in fiction()["departments"] if "head" in department}
    led = set(fiction()["units"]["without_head"])
    for person in people:
        job = person.employments[0]
        if job.unit.name not in led and job.unit.department in titles and job.active(first) and job.active(last):
            person.position = titles[job.unit.department]
            led.add(job.unit.name)


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
    """The central systems, the departments' own, those that every unit has, and retired and planned ones."""
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
    """Systems that are retired at some time, and systems that are only planned."""
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
    """Add classifications, risk analyses and access reviews: old ones, and those that reach the goals."""
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
    """The record of processing: the departments' own entries and those of every unit."""
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
    """Add the yearly reviews of the complete entries, and the impact assessments that are required."""
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
    """The steps of the local instruction: every requirement in every unit."""
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
    """The processor agreements, with their flaws."""
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
    # An agreement that renews itself has often passed its first end; a few others expire soon after the last export.
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
    """Add flaws: one until each declared day, one that stays, four agreements that expire in 2026, and four exempt."""
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
    """The incidents in order of discovery, and the breaches among them."""
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
    """Incidents that are neither significant nor notifiable, more in some units than in others."""
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
    incident.reports = entry
    return incident


def _close(incidents: Sequence[Incident], *, share: float, rng: Random) -> None:
    """Close the incidents of a year. The least diligent are closed late, undocumented, or never."""
    ranked = sorted(incidents, key=lambda item: -item.diligence)
    handled = round(share * len(ranked))
    for number, incident in enumerate(ranked):
        discovered = moment(incident.discovered).date()
        incident.closed = discovered + timedelta(days=int(rng.triangular(1, 29, 7)))
        if number >= handled:
            way = number % 4
            incident.documented = way != 0
            if way == 1:
                incident.closed = None
            elif way > 1:
                incident.closed = discovered + timedelta(days=rng.randint(32, 80))


def _declared_incidents() -> list[Table]:
    incidents = fiction()["incidents"]
    return [*incidents["significant"], incidents["not_assessed"]]


def _significant(entry: Table, unit: Unit) -> Incident:
    """An incident as declared. The one without a title has not been assessed."""
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
        reports=entry,
    )


def _breaches(incidents: Sequence[Incident], *, rng: Random) -> list[Breach]:
    return [
        Breach(
            unit=incident.unit,
            type=incident.kind["type"],
            aware=incident.discovered,
            notified=incident.reports.get("notified"),
            delay=incident.reports.get("delay"),
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
    """Number the items in order, from 1 again every year."""
    counts: dict[int, int] = {}
    for item in items:
        year = when(item).year
        counts[year] = counts.get(year, 0) + 1
        item.id = f"{prefix}-{year}-{counts[year]:0{digits}}"
