"""Whose a folder is: of the organisation that is called as it, or once was. None is ever founded."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from compliance.core.language import folded
from compliance.core.lengths import LONGEST_NAME, few_marks
from compliance.declarations.queries import statement
from compliance.store.database import EVERYTHING_KNOWN, Cursor, rows


@dataclass(frozen=True)
class Owner:
    """An organisation by its number and the name that it has now."""

    organisation_id: int
    organisation: str


def owner_of(cursor: Cursor, folder: str) -> Owner | None:
    """The organisation whose name a folder has, by its present name, an earlier one, or one that became it."""
    known = {"known_at": EVERYTHING_KNOWN}
    now = [Owner(**row) for row in rows(cursor, statement("organisations"), known)]
    by_id = {owner.organisation_id: owner for owner in now}
    earlier = [
        (row["name"], by_id[row["organisation_id"]]) for row in rows(cursor, statement("names_of_organisations"), known)
    ]
    names = [(owner.organisation, owner) for owner in now] + earlier
    wanted = unicodedata.normalize("NFC", few_marks(folder[: 2 * LONGEST_NAME])).strip()
    params = {"kind": "organisation", "name": wanted, "day": date.max, **known}
    ((called,),) = cursor.execute(statement("called"), params).fetchall()
    found = (owner for said in (wanted, called) for name, owner in names if folded(name) == folded(said))
    return next(found, None)
