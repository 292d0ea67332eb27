"""Frozen reviews without what is never kept: their figures stay, and what they say is sealed anew.

The document is read as the JSON that it is, whatever version has written it: what this one does not know of it stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec

from compliance.cleaning.changes import Changes
from compliance.cleaning.texts import cleaned_json, cleaned_text
from compliance.declarations.queries import statement
from compliance.review.dossier import Cleaned, sealed
from compliance.store.database import Cursor, rows

# Who has done it, in the events: nobody has asked for it.
WHO: Final = "the program"


@dataclass(frozen=True)
class Lost:
    """What an import has lost of what figures rest on: how many rows were taken out, none where only names changed;
    and its receipt since.
    """

    source: str
    taken_out: int
    receipt: Mapping[str, int]


@dataclass(frozen=True)
class Sealed:
    """A frozen review that was sealed anew, with how many identity numbers it had and how many rows it has lost."""

    year: int
    version: int
    numbers: int
    taken_out: int


def seal_anew(cursor: Cursor, changes: Changes, *, lost: Mapping[int, Lost], now: datetime) -> list[Sealed]:
    """Takes identity numbers out of every frozen review, and seals anew those that have changed or rest on less.

    One that somebody has changed since it was sealed gets no second seal: it stays what it is, changed.
    """
    found = []
    for row in rows(cursor, statement("cleaning_frozen")):
        content, anew = _cleaned(row, lost, now)
        if content != row["content"]:
            changes.change("frozen_reviews", "content", row["row_id"], content)
        if anew and sealed(row["content"]) == row["sha256"]:
            _keep(changes, row, anew, seal=sealed(content), now=now)
            found.append(anew)
    return found


def _cleaned(row: dict[str, Any], lost: Mapping[int, Lost], now: datetime) -> tuple[str, Sealed | None]:
    """The document without identity numbers; and what is to be sealed anew, if anything is otherwise."""
    try:
        document = msgspec.json.decode(row["content"])
        days = sorted({date.fromisoformat(used["extract_date"]) for used in document["imports"]})
    except (msgspec.DecodeError, TypeError, KeyError, ValueError):
        return cleaned_text(row["content"] or "")[0], None
    document, numbers = cleaned_json(document, days=days)
    mine = {used["import_id"]: lost[used["import_id"]] for used in document["imports"] if used["import_id"] in lost}
    if not numbers and not mine:
        return row["content"], None
    note = Cleaned(
        at=now,
        numbers=numbers,
        taken_out=sum(each.taken_out for each in mine.values()),
        sources=tuple(sorted({each.source for each in mine.values()})),
        seal=row["sha256"],
    )
    for used in document["imports"]:
        used |= mine[used["import_id"]].receipt if used["import_id"] in mine else {}
    document["cleaned"] = [*document.get("cleaned", ()), msgspec.to_builtins(note)]
    found = Sealed(document["year"], row["version"], numbers, note.taken_out)
    return msgspec.json.encode(document).decode(), found


def _keep(changes: Changes, row: dict[str, Any], anew: Sealed, *, seal: str, now: datetime) -> None:
    """Records the second seal beside the first, and an event."""
    names = ("review_id", "version", "edition", "first_sha256")
    given = {"sha256": seal, "numbers": anew.numbers, "taken_out": anew.taken_out, "sealed_at": now}
    changes.add("seals", {name: row[name] for name in names} | given)
    what = f"review {row['review_id']}, version {row['version']}: {seal}, after {row['sha256']}"
    changes.add("events", {"happened_at": now, "who": WHO, "action": "seal anew", "what": what})
