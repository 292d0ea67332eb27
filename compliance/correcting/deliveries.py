"""What is delivered, when the next is expected, and what has not come."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from compliance.correcting.arrangements import Delivering, arrangements_of
from compliance.counting.figures import Definition, load_figures
from compliance.declarations.intake import load_intake
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, product_sources
from compliance.store import packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor, rows

# Never delivered; later than is tolerated; expected by now; or not expected yet.
State = Literal["never", "late", "expected", "in_time"]


@dataclass(frozen=True)
class Delivery:
    """A source on a day: who delivers it, its rhythm in days, the day of the newest, and that of the next."""

    source: Source
    by: Delivering
    rhythm: int
    newest: date | None
    due: date | None
    state: State


def delivery(source: Source, newest: date | None, by: Delivering, *, as_of: date, late_after: int) -> Delivery:
    """How it is with a source on a day, by the day of its newest export; it is late so many days after it is due."""
    rhythm = by.days or source.rhythm_days
    due = newest + timedelta(rhythm) if newest else None
    return Delivery(source, by, rhythm, newest, due, _state(due, as_of, late_after))


def _state(due: date | None, as_of: date, late_after: int) -> State:
    if due is None:
        return "never"
    # the day on which it is due is still in time
    if as_of >= due + timedelta(max(late_after, 1)):
        return "late"
    return "expected" if as_of > due else "in_time"


def readers(source: Source, points: Sequence[Point], definitions: Sequence[Definition]) -> tuple[Point, ...]:
    """The points that read a source; where none does, those beside which a figure of it is shown."""
    reading = tuple(point for point in points if source.id in (*point.needs, *point.uses))
    beside = {number for definition in definitions if source.id in definition.needs for number in definition.points}
    return reading or tuple(point for point in points if point.number in beside)


def wanted(sources: Iterable[Source], points: Sequence[Point], definitions: Sequence[Definition]) -> list[Source]:
    """The sources that are to be delivered where some points are on: of packs only what those read."""
    usual = product_sources()
    return [source for source in sources if source.id in usual or readers(source, points, definitions)]


def deliveries(cursor: Cursor, organisation: str, *, as_of: date, own: Path | None) -> list[Delivery]:
    """How it is with every export that is to be delivered to an organisation on a day.

    `own` is the folder of the organisation's own values.
    """
    return [*deliveries_to(cursor, [organisation], as_of=as_of, own=own)]


def deliveries_to(cursor: Cursor, organisations: Sequence[str], *, as_of: date, own: Path | None) -> Iterator[Delivery]:
    """The same of several organisations, of which everything is read at once."""
    every, definitions, late_after = packs.declared(cursor, own), load_figures(own), load_intake(own).late_after_days
    on = packs.packs_on(cursor, [as_of]) if every.packs else ()
    arranged = arrangements_of(cursor, organisations, as_of=as_of)
    newest = _newest(cursor, organisations, as_of)
    for each in organisations:
        by = arranged[each].deliveries
        for source in wanted(every.sources.values(), packs.points_among(every, on, each), definitions):
            day, who = newest.get((each, source.id)), by.get(source.id, Delivering())
            yield delivery(source, day, who, as_of=as_of, late_after=late_after)


def _newest(cursor: Cursor, organisations: Sequence[str], as_of: date) -> dict[tuple[str, str], date]:
    """The day of the newest export of each organisation and source."""
    asked = {"organisations": [*organisations], "as_of": as_of, "known_at": EVERYTHING_KNOWN}
    return {
        (row["organisation"], row["source"]): row["extract_date"]
        for row in rows(cursor, statement("newest_exports"), asked)
    }


def late(cursor: Cursor, organisation: str, *, as_of: date, own: Path | None) -> list[Delivery]:
    """The deliveries of an organisation that are late on a day, the longest late first."""
    found = deliveries(cursor, organisation, as_of=as_of, own=own)
    return sorted((each for each in found if each.state == "late"), key=lambda each: each.due or as_of)
