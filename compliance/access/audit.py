"""The audit trail: who did what and when, each entry sealed with the one before.

An entry names a person by pseudonym, and holds no name of anybody. It is written before what it tells of is done, so
that nothing is done that it does not tell: just before a change is committed, and before a file is handed out. A change
that then fails has a second entry, which names the first.
"""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from compliance.access.people import at, system_user
from compliance.access.permissions import NO_ROLE, NOT_ALLOWED, Permission, User
from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.masking import mask_beside_hashes
from compliance.store import numbers_removed, register, stores
from compliance.store.file_register import Row, storable
from compliance.store.numbers_removed import FIRST

LONGEST: Final = 1_000
# Somebody who is not known, such as in a login that is refused.
UNKNOWN: Final = User("", NO_ROLE, "-")
# A refusal that is repeated within this time is told once, so that nobody fills the trail.
REPEATED_SECONDS: Final = 60.0
# How the register writes a moment (UTC).
AT: Final = "%Y-%m-%dT%H:%M:%S.%f"
_refused: dict[tuple[str, str], float] = {}
# A line of JSON for each entry, for whoever collects the server's log: with its seal, which then is kept elsewhere too.
LINES: Final = logging.getLogger("compliance.audit")


class Action(Enum):
    """What the audit trail tells of.

    EXTRACT is a file with rows or figures, FORM a workbook for others to fill in, and REPORT any other document.
    """

    LOGIN = "login"
    LOGOUT = "logout"
    REFUSAL = "refusal"
    START = "start"
    UPLOAD = "upload"
    LOAD = "load"
    INTAKE = "intake"
    REVOCATION = "revocation"
    MAPPING = "mapping"
    RENAMING = "renaming"
    ARRANGEMENT = "arrangement"
    EXTRACT = "extract"
    FORM = "form"
    REPORT = "report"
    PACKAGE = "package"
    OPENING = "opening"
    DAY = "day"
    COMMENT = "comment"
    CHAPTER = "chapter"
    ASSESSMENT = "assessment"
    DECISION = "decision"
    WITHDRAWAL = "withdrawal"
    FOLLOW_UP = "follow_up"
    ITEM_NOTE = "item_note"
    SUBMISSION = "submission"
    SENDING_BACK = "sending_back"
    APPROVAL = "approval"
    CORRECTION = "correction"
    CHANGE = "change"
    ROLE = "role"
    INSTALLATION = "installation"
    SWITCHING = "switching"
    PURGE = "purge"
    PERSON = "person"
    BACKUP = "backup"
    RESTORE = "restore"
    MOVE = "move"


@dataclass(frozen=True)
class Entry:
    """An entry without its seal; `details` is JSON."""

    number: int
    at: str
    person: str
    action: str
    what: str
    details: str


@dataclass(frozen=True)
class Fault:
    """Where the chain of the audit trail breaks, and how."""

    number: int
    sentence: str


ALTERED: Final = N_("Entry {number} is not what was sealed: it or its seal has been changed.")
GAP: Final = N_("Entries are missing before entry {number}.")
CUT: Final = N_("The seal {seal} is not in the trail: entries have been removed from its end, or all of it replaced.")


def record(user: User, action: Action, what: str = "", **details: object) -> int:
    """Add an entry and return its number. Raise Refusal if it cannot be written: what it tells of is then not done."""
    person = storable(user.person or system_user())
    with register.own().writing() as run:
        before = _last(run("last_entry"))
        moment = max(at(clock.now()), before["at"])
        entry = Entry(before["number"] + 1, moment, person, action.value, _short(what), _json(details))
        seal = seal_of(before["seal"], entry)
        run("add_entry", **asdict(entry), seal=seal)
    LINES.info(_line(entry, seal))
    return entry.number


def _line(entry: Entry, seal: str) -> str:
    told = asdict(entry) | {"details": json.loads(entry.details), "seal": seal}
    event = {"event": told.pop("action"), "timestamp": f"{clock.now().isoformat()}Z"}
    return json.dumps(told | event, ensure_ascii=False)


@dataclass
class Act:
    """A change of the store that is told when it is committed; one that is only rehearsed is never told."""

    user: User
    action: Action
    what: str
    details: dict[str, object]
    number: int | None = field(default=None, init=False)

    def tell(self, store: str) -> None:
        """Add the entry of the change, in the organisation's own store: the samples are fictitious."""
        if store == stores.own().name:
            self.number = record(self.user, self.action, self.what, **self.details)

    def tell_failure(self) -> None:
        """Add an entry that says that the change has failed, if it has been told."""
        if self.number is not None:
            record(self.user, self.action, self.what, failed=self.number)


@contextmanager
def telling(user: User, action: Action, what: str, **details: object) -> Iterator[None]:
    """Add the entry of what the block does, and one that says that it has failed if the block raises."""
    number = record(user, action, what, **details)
    try:
        yield
    except BaseException:
        record(user, action, what, failed=number)
        raise


def require(user: User, permission: Permission) -> None:
    """Raise Refusal if the person lacks a permission. The trail tells of it if they have logged in."""
    if user.may(permission):
        return
    if user.person:
        refused(user, permission.value)
    raise Refusal(NOT_ALLOWED)


def refused(user: User, what: str, **details: object) -> None:
    """Add an entry for something that a person was refused, unless the same was told a moment ago."""
    now, key = time.monotonic(), (user.person, f"{what} {details}")
    if now - _refused.get(key, -REPEATED_SECONDS) >= REPEATED_SECONDS:
        _refused[key] = now
        record(user, Action.REFUSAL, what, **details)


def _short(text: str) -> str:
    return storable(mask_beside_hashes(text)[0])[:LONGEST]


def _json(details: dict[str, object]) -> str:
    plain = {name: value if isinstance(value, int) else _short(str(value)) for name, value in details.items()}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def seal_of(before: str, entry: Entry) -> str:
    """The seal of an entry: SHA-256 of the seal before it and of all that the entry says."""
    return numbers_removed.seal_of(before, vars(entry).values())


def verify(seal: str = "") -> Iterator[Fault]:
    """The faults of the chain, none if it is whole. `seal`: one that was noted earlier and must still be in it."""
    before, expected, found = FIRST, 1, not seal
    for row in register.own().rows("entries", after=0):
        kept = row["seal"]
        entry = Entry(*(row[each.name] for each in fields(Entry)))
        if entry.number != expected:
            yield Fault(entry.number, GAP)
        elif seal_of(before, entry) != kept:
            yield Fault(entry.number, ALTERED)
        before, expected, found = kept, entry.number + 1, found or kept == seal
    if not found:
        yield Fault(expected, CUT)


def entries_of(action: Action, what: str | None = None) -> list[Row]:
    """The entries of an action, about `what` if given, in order: an `Entry` each with its seal and the one `before`."""
    found = register.own().rows("entries_of", action=action.value, what=what)
    return [row | {"before": row["before"] or FIRST} for row in found]


def last() -> tuple[int, str]:
    """The number and the seal of the last entry; 0 and the seal before the first if there is none."""
    row = _last(register.own().rows("last_entry"))
    return row["number"], row["seal"]


def last_moment() -> datetime:
    """The moment (UTC) of the last entry; the earliest there is without one, or if it is none that can be read."""
    try:
        return datetime.strptime(_last(register.own().rows("last_entry"))["at"], AT)
    except ValueError:
        return datetime.min


def last_day(today: date) -> date:
    """The day until which there are entries: today, or a later one if a clock was ahead."""
    return max(today, clock.local_day(max(last_moment(), clock.midnight(today))))


def first_after(moment: datetime) -> int | None:
    """The number of the first entry that is dated after a moment (UTC)."""
    ((first),) = register.own().rows("entries_ahead", moment=at(moment))
    number: int | None = first["number"]
    return number


def _last(rows: list[Row]) -> Row:
    """The row of the last entry, or what stands for it before the first."""
    return next(iter(rows), {"number": 0, "at": "", "seal": FIRST})


def persons() -> list[str]:
    """The pseudonyms that the trail names."""
    return [row["person"] for row in register.own().rows("persons_in_audit")]


def found(
    *, begin: datetime, end: datetime, person: str | None, action: Action | None, text: str, most: int
) -> list[dict[str, Any]]:
    """The entries of a time (UTC), the newest first, with the names that are still kept."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return register.own().rows(
        "entries_found",
        begin=at(begin),
        end=at(end),
        person=person,
        action=action.value if action else None,
        text=f"%{escaped}%" if text else None,
        most=most,
    )
