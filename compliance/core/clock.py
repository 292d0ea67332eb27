"""The clock and the time zone. Moments are stored in UTC without a zone; a day is a day in Sweden.

Only the edge (pages, commands) asks what time it is, and passes it on.
"""

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Stockholm")


def now() -> datetime:
    """The current moment, in UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def today() -> date:
    """The current day in Sweden."""
    return local_day(now())


def local(moment: datetime) -> datetime:
    """A UTC moment as Swedish time, with its zone."""
    return moment.replace(tzinfo=UTC).astimezone(ZONE)


def local_day(moment: datetime) -> date:
    """The day in Sweden of a UTC moment."""
    return local(moment).date()


def midnight(day: date) -> datetime:
    """The UTC moment at which a day begins in Sweden."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC).replace(tzinfo=None)
