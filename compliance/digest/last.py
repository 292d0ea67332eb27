"""The digests of an organisation that were made last, and the making of one."""

from dataclasses import dataclass
from datetime import date, datetime

from compliance.access.audit import Action
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, rows


@dataclass(frozen=True)
class Made:
    """That a digest was made: of which day, when and by whom."""

    as_of: date
    made_at: datetime
    made_by: str


@dataclass(frozen=True)
class Last:
    """The digest of a day that was made last, and of those of earlier days the one with which it is compared."""

    today: Made | None = None
    earlier: Made | None = None


def last_digests(cursor: Cursor, organisation: str, *, as_of: date, known_at: datetime = EVERYTHING_KNOWN) -> Last:
    """The digests of an organisation, as it is called on a day, that were made last.

    One of the day itself is what is looked at, and compared with nothing until the next day.
    """
    params = {"organisation": organisation, "as_of": as_of, "known_at": known_at}
    found = [Made(**row) for row in rows(cursor, statement("last_digest"), params)]
    today, earlier = ([made for made in found if (made.as_of == as_of) is own] for own in (True, False))
    return Last(next(iter(today), None), next(iter(earlier), None))


def make(database: Database, organisation: str, *, as_of: date, order: Order) -> None:
    """Record that a digest is made now, with which those of later days are compared."""
    with database.writing() as cursor:
        params = {"organisation": organisation, "as_of": as_of, "known_at": EVERYTHING_KNOWN}
        id_ = next((row["organisation_id"] for row in rows(cursor, statement("organisation_ids"), params)), None)
        cursor.execute(statement("add_digest"), {"organisation_id": id_, "as_of": as_of, "who": order.who})
        add_event(cursor, order, "digest", str(as_of), action=Action.REPORT, told="digest", day=as_of)
