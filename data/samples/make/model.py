"""The model of the organisation: units, people, systems and the events of their history."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Final, Protocol, TypeVar

from data.samples.make.fiction import OPEN_END, Goals, Table, day_between, months_after, words

RENEWED_IN_TIME: Final = 0.85


class Diligent(Protocol):
    """Anything that meets its requirements more or less well."""

    diligence: float


Someone = TypeVar("Someone", bound=Diligent)


@dataclass(frozen=True)
class Unit:
    """A unit. `pull` is its contribution to the diligence of its people and systems."""

    name: str
    department: str
    size: int
    pull: float


@dataclass
class Employment:
    """An employment in a unit; `end` is None, a day, or the open end."""

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
        """Whether the courses are required of this person: present, and employed for at least 30 days."""
        starts = [job.start for job in self.employments if job.active(day)]
        return bool(starts) and min(starts) <= day - timedelta(days=30) and not self.absence(day)

    def certified(self, course: str, day: date) -> bool:
        """Whether a pass of the course holds on `day`."""
        return any(passed <= day <= months_after(passed, 24) for passed in self.passed[course])


@dataclass
class System:
    """A system, and the days on which it was classified, analysed and reviewed."""

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
        """Whether it is in use on `day` and not a central one."""
        return not self.central and self.start <= day < self.end

    def review_months(self, day: date) -> int:
        """The months that an access review is valid: half as many for confidential information."""
        is_classified = any(classified <= day for classified in self.classified)
        return 6 if is_classified and self.levels[0] >= 3 else 12


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
        """Whether it is ongoing."""
        return bool(self.status == words()["active"])

    def complete(self, day: date) -> bool:
        """Whether the record has everything that article 30 requires."""
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
    """A processor agreement, which has `flaw` until the day `mended`."""

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
    """An incident; `reports` holds the time of each report, by field."""

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
    reports: Table = field(default_factory=dict)
    id: str = ""


@dataclass
class Breach:
    """A personal data breach, which is notifiable if it was notified."""

    unit: Unit
    type: str
    aware: date | datetime
    notified: date | datetime | None
    delay: str | None
    affected: int
    id: str = ""


@dataclass(frozen=True)
class History:
    """Everything that has happened in the organisation."""

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
    """Let the most diligent items do what they lack, until each goal's share is reached on its day.

    What is done can expire. Most of what would expire before the next goal's day is renewed in time, fewer if the next
    goal is lower.
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
    """The `count` most diligent items, with some chance."""
    return sorted(items, key=lambda item: -item.diligence - rng.gauss(0, 0.4))[: max(count, 0)]
