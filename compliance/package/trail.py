"""What the audit trail tells of a package: the entries of its signatures, which go into it, and the packages made."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from compliance.access import audit
from compliance.access.audit import Action, Entry
from compliance.review.approving import SIGNING, Signed, version_name
from compliance.store.database import Rows

# What the audit trail calls a package.
WHAT: Final = "year package"
ENTRY: Final = tuple(field.name for field in fields(Entry))


@dataclass(frozen=True)
class Made:
    """A package that was handed out: the number of its entry in the audit trail, its moment (UTC) and its seal."""

    number: int
    at: datetime
    seal: str


def packages_made(review_id: int, version: int, *, sample: bool) -> list[Made]:
    """The packages of a version of a review, the newest first; those of earlier versions of the product had no seal."""
    made = []
    for row in audit.entries_of(Action.PACKAGE, WHAT):
        told = json.loads(row["details"])
        is_of = (told.get("review"), told.get("version"), bool(told.get("sample"))) == (review_id, version, sample)
        if is_of and (seal := seal_told(row)):
            made.append(Made(row["number"], datetime.fromisoformat(row["at"]), seal))
    return made[::-1]


def seals_made() -> frozenset[str]:
    """The seals of all packages that the audit trail tells of."""
    return frozenset(seal for row in audit.entries_of(Action.PACKAGE, WHAT) if (seal := seal_told(row)))


def signing_entries(review_id: int, version: int, signed: Signed) -> Rows:
    """The entries that tell who submitted and approved a version, as a package has them.

    None of a signature from before there was a trail, nor of one in the samples.
    """
    seals = {"submitted": signed.submitted_seal, "approved": signed.approved_seal}
    found: Rows = []
    for state, (_, action) in SIGNING.items():
        entries = audit.entries_of(action, version_name(review_id, version))
        # One that was sent back has other entries, before that of the submission that holds.
        found += [row for row in entries if seals[state] and seal_told(row) == seals[state]][-1:]
    return found


def seal_told(row: Mapping[str, Any]) -> str | None:
    """The seal that an entry tells of."""
    try:
        told = json.loads(row["details"])
    except (ValueError, RecursionError):
        return None
    return str(told["sha256"]) if isinstance(told, dict) and "sha256" in told else None


def entry_of(signature: Mapping[str, str], entries: list[dict[str, str]]) -> dict[str, str] | None:
    """The entry that tells of a signature in a package."""
    action = {state: action.value for state, (_, action) in SIGNING.items()}.get(signature["state"])
    version = f", version {signature['version']}"
    telling = (row for row in entries if row["action"] == action and row["what"].endswith(version))
    return next((row for row in telling if seal_told(row) == signature["sha256"]), None)


def false_entries(entries: list[dict[str, str]], signatures: list[dict[str, str]]) -> Iterator[int]:
    """The lines of the entries in a package that are not what was sealed, or tell of no signature in it."""
    telling = [entry_of(signature, entries) for signature in signatures]
    for line, row in enumerate(entries, start=1):
        if row not in telling or not row["number"].isdecimal() or _seal_of(row) != row["seal"]:
            yield line


def _seal_of(row: Mapping[str, str]) -> str:
    return audit.seal_of(row["before"], Entry(int(row["number"]), *(row[name] for name in ENTRY[1:])))
