"""The declared organisation, and helpers for every step."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any, Final

from compliance.core.places import SAMPLES
from compliance.declarations.declared import read_toml

Cell = str | int | float | bool | date | datetime | None
Row = dict[str, Cell]
Table = dict[str, Any]
Goals = list[tuple[date, float]]

OPEN_END: Final = date(9999, 12, 31)
TAKEN: Final = time(8, 14)


@cache
def fiction() -> Table:
    """The declared organisation."""
    return read_toml(SAMPLES / "fiction.toml")


def words() -> Table:
    """The words that the fictitious systems use."""
    table: Table = fiction()["words"]
    return table


def chance(area: str) -> Random:
    """A random generator for an area. Each has its own, so that a change in one area leaves the others as they were."""
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
    """`value` if it has happened when the export is taken, else None."""
    return value if value is not None and moment(value) <= taken else None


def goals_of(point: str) -> Goals:
    """The share that a point reaches, by day."""
    return [(date.fromisoformat(day), share) for day, share in fiction()["goals"][point].items()]
