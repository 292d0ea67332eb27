"""What is done for a store every night: it is swept, looked through, and what is wrong is mended or told."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from compliance.access import audit, sessions
from compliance.access.audit import Fault
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.keeping.leftovers import sweep_old
from compliance.store import register
from compliance.store.database import Database

REMADE: Final = N_("The copy on this machine was not what PostgreSQL has, and has been made anew: {tables}.")


@dataclass(frozen=True)
class Maintained:
    """What was done and found: the names of what was left behind, the last entry of the audit trail and the faults of
    its chain, the tables that had to be mended, the sizes in bytes, and what PostgreSQL can still hold of what is gone.
    """

    swept: list[str]
    entry: int
    faults: list[Fault]
    mended: list[str]
    sizes: dict[str, int]
    remembers: str

    @property
    def problems(self) -> list[Refusal]:
        """What somebody should know."""
        broken = [Refusal(fault.sentence, number=fault.number) for fault in self.faults]
        return [*broken, *([Refusal(REMADE, tables=", ".join(self.mended))] if self.mended else [])]


def maintain(database: Database, *, own: Path, now: datetime) -> Maintained:
    """Do what is done every night."""
    swept = sweep_old(own)
    if register.own().exists():
        sessions.end_past(now=now)
    faults = [*audit.verify()]
    if not database.exists():
        return Maintained(swept, audit.last()[0], faults, [], {}, "")
    mended, remembers = database.inspect(), forgotten(database)
    return Maintained(swept, audit.last()[0], faults, mended, database.sizes(), remembers)


def forgotten(database: Database) -> str:
    """Have nothing of what was removed be left beside the rows of store and register. Return a sentence of what can."""
    register.own().forget()
    return database.forget()
