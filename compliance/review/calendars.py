"""Dates as an iCalendar file (RFC 5545) that any calendar can read: whole days, without names of persons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar
from icalendar import Event as Entry
from icalendar.enums import TRANSP

PRODUCT = "-//Ledningens genomg\N{LATIN SMALL LETTER A WITH RING ABOVE}ng//Year wheel//SV"


@dataclass(frozen=True)
class Event:
    """A dated event. `key` identifies it, so that a later file updates it instead of adding another."""

    key: str
    day: date
    summary: str
    description: str
    category: str


def calendar_file(events: Iterable[Event], *, owner: str, name: str, language: str, stamp: datetime) -> bytes:
    """Return the events as a file; `owner` is whose they are, `stamp` the moment of creation, with its zone."""
    calendar = Calendar.new(
        name=_line(name), prodid=PRODUCT, language=language, method="PUBLISH", uid=_uid(owner, "calendar")
    )
    for event in events:
        calendar.add_component(_entry(event, owner, stamp))
    content: bytes = calendar.to_ical()
    return content


def _entry(event: Event, owner: str, stamp: datetime) -> Entry:
    """An all-day entry that does not block time."""
    return Entry.new(
        uid=_uid(owner, event.key),
        start=event.day,
        end=event.day + timedelta(days=1),
        summary=_line(event.summary),
        description=event.description,
        categories=[_line(event.category)],
        transparency=TRANSP.TRANSPARENT,
        stamp=stamp,
    )


def _line(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def _uid(owner: str, key: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"year-wheel/{owner.casefold()}/{key}"))
