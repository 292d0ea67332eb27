"""The clock and the zone: moments are kept in UTC without saying so, and a day is a day in Sweden.

The core never asks what time it is: whoever is at the edge does, and hands it on.
"""

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Stockholm")


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def today() -> date:
    """The day in Sweden."""
    return local_day(now())


def local(moment: datetime) -> datetime:
    """A moment in UTC as the time that it is in Sweden, with its zone."""
    return moment.replace(tzinfo=UTC).astimezone(ZONE)


def local_day(moment: datetime) -> date:
    """The day in Sweden of a moment in UTC."""
    return local(moment).date()


def midnight(day: date) -> datetime:
    """The moment, in UTC, at which a day begins in Sweden."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC).replace(tzinfo=None)
