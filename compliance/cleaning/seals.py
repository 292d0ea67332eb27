"""Cleaning frozen reviews: their figures stay, and the cleaned document is sealed again.

The document is handled as plain JSON, whatever version wrote it: parts that this version does not know stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec

from compliance.cleaning.changes import Changes
from compliance.cleaning.texts import cleaned_json, cleaned_text
from compliance.declarations.queries import statement
from compliance.review.dossier import Cleaned, seal_of
from compliance.store.database import Cursor, rows

# The user in the events of a cleaning, which nobody has requested.
WHO: Final = "the program"


@dataclass(frozen=True)
class Lost:
    """What an import has lost that figures depend on: how many rows (0 if only names changed); and its new receipt."""

    source: str
    taken_out: int
    receipt: Mapping[str, int]


@dataclass(frozen=True)
class Sealed:
    """A frozen review that was sealed again, with how many identity numbers it had and how many rows it has lost."""

    year: int
    version: int
    numbers: int
    taken_out: int


def reseal(cursor: Cursor, changes: Changes, *, lost: Mapping[int, Lost], now: datetime) -> list[Sealed]:
    """Mask every frozen review, and seal those again that have changed or have lost rows.

    One that was changed after it was sealed gets no second seal: it must still be recognised as changed.
    """
    resealed = []
    for row in rows(cursor, statement("cleaning_frozen")):
        content, record = _cleaned(row, lost, now)
        if content != row["content"]:
            changes.change("frozen_reviews", "content", row["row_id"], content)
        if record and seal_of(row["content"]) == row["sha256"]:
            _add_seal(changes, row, record, seal=seal_of(content), now=now)
            resealed.append(record)
    return resealed


def _cleaned(row: dict[str, Any], lost: Mapping[int, Lost], now: datetime) -> tuple[str, Sealed | None]:
    """The masked document, and its record if it is to be sealed again."""
    try:
        document = msgspec.json.decode(row["content"])
        days = sorted({date.fromisoformat(used["extract_date"]) for used in document["imports"]})
    except (msgspec.DecodeError, TypeError, KeyError, ValueError):
        return cleaned_text(row["content"] or "")[0], None
    document, numbers = cleaned_json(document, days=days)
    lost_here = {
        used["import_id"]: lost[used["import_id"]] for used in document["imports"] if used["import_id"] in lost
    }
    if not numbers and not lost_here:
        return row["content"], None
    note = Cleaned(
        at=now,
        numbers=numbers,
        taken_out=sum(each.taken_out for each in lost_here.values()),
        sources=tuple(sorted({each.source for each in lost_here.values()})),
        seal=row["sha256"],
    )
    for used in document["imports"]:
        used |= lost_here[used["import_id"]].receipt if used["import_id"] in lost_here else {}
    document["cleaned"] = [*document.get("cleaned", ()), msgspec.to_builtins(note)]
    record = Sealed(document["year"], row["version"], numbers, note.taken_out)
    return msgspec.json.encode(document).decode(), record


def _add_seal(changes: Changes, row: dict[str, Any], record: Sealed, *, seal: str, now: datetime) -> None:
    """Store the second seal next to the first, and an event."""
    names = ("review_id", "version", "edition", "first_sha256")
    values = {"sha256": seal, "numbers": record.numbers, "taken_out": record.taken_out, "sealed_at": now}
    changes.add("seals", {name: row[name] for name in names} | values)
    what = f"review {row['review_id']}, version {row['version']}: {seal}, after {row['sha256']}"
    changes.add("events", {"happened_at": now, "who": WHO, "action": "seal anew", "what": what})
