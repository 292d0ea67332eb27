"""What is done for a store every night: it is swept, looked through, and what is wrong is mended or told."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from compliance.access import audit, dating, sessions
from compliance.access.audit import Fault
from compliance.access.dating import Ahead
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.saving import save
from compliance.keeping.leftovers import sweep_old
from compliance.keeping.originals import remove_originals
from compliance.store import register
from compliance.store.database import Database

DAMAGED: Final = N_("The rows in PostgreSQL are not those that were saved there: {error}. Restore a backup.")
REMADE: Final = N_("The copy on this machine was not what PostgreSQL has, and has been made anew: {tables}.")
# What was last found of the audit trail, in the folder of the organisation's own files.
VERIFIED: Final = "verified.json"


@dataclass(frozen=True)
class Verification:
    """When the audit trail was verified (UTC), and how many faults it had."""

    at: datetime
    faults: int


@dataclass(frozen=True)
class Maintained:
    """What was done and found: the names of what was left behind, how many files of the intake are removed, the last
    entry of the audit trail and the faults of its chain, what is wrong, what is dated ahead of the clock, the sizes in
    bytes, and what PostgreSQL can still hold of what is gone.
    """

    swept: list[str]
    originals: int
    entry: int
    faults: list[Fault]
    wrong: list[Refusal]
    ahead: list[Ahead]
    sizes: dict[str, int]
    remembers: str

    @property
    def problems(self) -> list[Refusal]:
        """What somebody should know."""
        broken = [Refusal(fault.sentence, number=fault.number) for fault in self.faults]
        return [*broken, *self.wrong]


def maintain(database: Database, *, own: Path, now: datetime, intake: Path | None = None) -> Maintained:
    """Do what is done every night; `intake` is the folder of the intake, if there is one."""
    swept = sweep_old(own)
    originals, left = remove_originals(intake, own, now=now) if intake else (0, [])
    if register.own().exists():
        sessions.end_past(now=now)
    faults = [*audit.verify()]
    unkept = _keep(Verification(now, len(faults)), own) if own.exists() else []
    wrong, remembers = _wrong(database), forgotten(database)
    ahead = dating.ahead(database, now=now)
    return Maintained(
        swept, originals, audit.last()[0], faults, [*unkept, *wrong, *left], ahead, database.sizes(), remembers
    )


def _keep(verification: Verification, own: Path) -> list[Refusal]:
    """Keep what was found of the trail for those who watch over the servers. Return why it cannot be kept."""
    text = json.dumps({"at": verification.at.isoformat(), "faults": verification.faults})
    try:
        save(text.encode(), own / VERIFIED)
    except Refusal as refusal:
        return [refusal]
    return []


def last_verification(own: Path) -> Verification | None:
    """What was last found of the audit trail from this machine; None if it was never verified."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads((own / VERIFIED).read_text("utf-8"))
        return Verification(datetime.fromisoformat(kept["at"]), int(kept["faults"]))
    return None


def _wrong(database: Database) -> list[Refusal]:
    try:
        mended = database.inspect()
    except RuntimeError as error:  # Rows have been counted, and some are missing.
        return [Refusal(DAMAGED, error=error)]
    return [Refusal(REMADE, tables=", ".join(mended))] if mended else []


def forgotten(database: Database) -> str:
    """Have nothing of what was removed be left beside the rows of store and register. Return a sentence of what can."""
    register.own().forget()
    return database.forget()
