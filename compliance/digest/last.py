"""The last digest of an organisation, which the next one is compared with."""

from dataclasses import dataclass
from datetime import date, datetime

from compliance.declarations.queries import statement
from compliance.store.database import EVERYTHING_KNOWN, Cursor, rows


@dataclass(frozen=True)
class Made:
    """That a digest was made: of which day, when and by whom."""

    as_of: date
    made_at: datetime
    made_by: str


def last_digest(
    cursor: Cursor, organisation: str, *, as_of: date, known_at: datetime = EVERYTHING_KNOWN
) -> Made | None:
    """The digest of an organisation, as it is called on a day, that was made last; None if there is none."""
    params = {"organisation": organisation, "as_of": as_of, "known_at": known_at}
    return next((Made(**row) for row in rows(cursor, statement("last_digest"), params)), None)


def record(cursor: Cursor, organisation_id: int, *, as_of: date, who: str) -> None:
    """Record that a digest was made now."""
    cursor.execute(statement("add_digest"), {"organisation_id": organisation_id, "as_of": as_of, "who": who})
