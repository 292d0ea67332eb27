"""The choices of what a point's figure is compared with. No Streamlit."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from compliance.core import clock
from compliance.core.language import N_, Language
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.store.database import Rows

IMPORTS_OFFERED: Final = 20
ANOTHER_DAY: Final = "day"
SETTLED_AFTER: Final = timedelta(days=15)


def day_text(choice: str, day: date, say: Language) -> str:
    """The label of a day to compare with."""
    texts = {
        "year": N_("A year ago: {day}"),
        "quarter": N_("Three months ago: {day}"),
        "month": N_("A month ago: {day}"),
        "turn": N_("The turn of the year: {day}"),
    }
    return say(texts[choice], day=say.date(day))


def imports_offered(point: Point, organisation: str, imports: Rows, day: date) -> Rows:
    """The newest imports of the point's sources up to a day."""
    return [row for row in _read_by(point, organisation, imports, day) if row["revoked_at"] is None][:IMPORTS_OFFERED]


def _read_by(point: Point, organisation: str, imports: Rows, day: date) -> Rows:
    """The imports of an organisation that a point reads, dated up to a day."""
    read = {*point.needs, *point.uses}
    own = (row for row in imports if row["source"] in read and row["organisation"] == organisation)
    return [row for row in own if row["extract_date"] <= day]


def import_text(row: Mapping[str, Any], sources: Mapping[str, Source], say: Language) -> str:
    """The label of an import, to compare with the moment before it."""
    title = say.pick(sources[row["source"]].title) if row["source"] in sources else row["source"]
    text = N_("Before import {id}: {source}, {day}")
    return say(text, id=row["import_id"], source=title, day=say.date(row["extract_date"]))


def settled(day: date) -> datetime:
    """The end of the day two weeks after, in UTC: by then a day's exports are loaded and its figures reported."""
    return clock.midnight(day + SETTLED_AFTER) - timedelta(microseconds=1)


def known_differently(point: Point, organisation: str, imports: Rows, day: date) -> bool:
    """Whether a figure of two weeks after a day existed and differs: imports have been loaded or revoked since."""
    about, then = _read_by(point, organisation, imports, day), settled(day)
    sources = {row["source"] for row in about if row["imported_at"] <= then}
    later = any(row["imported_at"] > then or (row["revoked_at"] or datetime.min) > then for row in about)
    return later and sources.issuperset(point.needs)
