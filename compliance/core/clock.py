"""The clock and the time zone. Moments are stored in UTC without a zone; a day is a day in Sweden.

Only the edge (pages, commands) asks what time it is, and passes it on.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Stockholm")
# Two clocks that differ by less are alike.
ALIKE: Final = timedelta(seconds=1)
# How far ahead of this machine's clock the one is that it goes by.
_ahead = timedelta()


def now() -> datetime:
    """The current moment, in UTC without a zone."""
    return _own() + _ahead


def go_by(moment: datetime) -> None:
    """Go by another clock, which says a moment (UTC) now: of several machines that share a store one may be wrong."""
    global _ahead
    ahead = moment - _own()
    if abs(ahead - _ahead) > ALIKE:
        _ahead = ahead if abs(ahead) > ALIKE else timedelta()


def _own() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def moment_of(seconds: float) -> datetime:
    """The moment, in UTC without a zone, that is the time of a file."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def today() -> date:
    """The current day in Sweden."""
    return local_day(now())


def local(moment: datetime) -> datetime:
    """A UTC moment as Swedish time, with its zone."""
    return moment.replace(tzinfo=UTC).astimezone(ZONE)


def local_day(moment: datetime) -> date:
    """The day in Sweden of a UTC moment."""
    return local(moment).date()


def moment_at(time: datetime) -> datetime:
    """The UTC moment, without a zone, of a time: in Sweden unless it has an offset."""
    return (time if time.tzinfo else time.replace(tzinfo=ZONE)).astimezone(UTC).replace(tzinfo=None)


def midnight(day: date) -> datetime:
    """The UTC moment at which a day begins in Sweden."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC).replace(tzinfo=None)
