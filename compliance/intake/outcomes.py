"""What a run has done, file by file: a line of JSON each, and the exit status for a scheduler."""

from collections import Counter
from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Any, Final, Literal

from compliance.core.errors import Refusal
from compliance.core.language import Language

# `there` was loaded before, `waiting` is for a later look or run, `left` is not taken until somebody acts.
# `late` has not come.
Kind = Literal["loaded", "there", "held", "refused", "failed", "waiting", "left", "late"]
FAILED, WAITS = 1, 3
# What is left where it lies of which a scheduler's owner must know at once.
WRONG: Final = frozenset({"rights", "unreadable", "too_large", "room", "unusable"})


@dataclass(frozen=True)
class Outcome:
    """What was done with a file, or found in a folder. `refusal` says why, and `code` says it in a word."""

    kind: Kind
    folder: str
    file: str = ""
    _: KW_ONLY
    organisation: str | None = None
    source: str | None = None
    extract_date: date | None = None
    imports: tuple[int, ...] = ()
    rows: int | None = None
    code: str = ""
    refusal: Refusal | None = None

    def line(self, say: Language) -> dict[str, Any]:
        """What the log has of it, without what is not known."""
        found: dict[str, Any] = {
            "event": "intake",
            "outcome": self.kind,
            "folder": self.folder,
            "organisation": self.organisation,
            "file": self.file,
            "source": self.source,
            "extract_date": self.extract_date.isoformat() if self.extract_date else None,
            "imports": list(self.imports),
            "rows": self.rows,
            "why": self.code,
            "sentence": say.refusal(self.refusal) if self.refusal else None,
        }
        return {name: value for name, value in found.items() if value not in (None, "", [])}


@dataclass(frozen=True)
class Run:
    """What a run has done, and how many files are held now, those of earlier runs among them."""

    outcomes: tuple[Outcome, ...]
    held: int

    @property
    def counts(self) -> Counter[Kind]:
        """How many files have each outcome, of which waiting for a look is none, and how many are held in all."""
        done = {(outcome.folder, outcome.file) for outcome in self.outcomes if outcome.kind != "waiting"}
        last = (each.kind for each in self.outcomes if each.kind != "waiting" or (each.folder, each.file) not in done)
        return Counter(last) | Counter[Kind]({"held": self.held})

    @property
    def status(self) -> int:
        """1 if something was refused or has failed, else 3 if something waits for somebody or a later run, else 0."""
        if any(map(_is_wrong, self.outcomes)):
            return FAILED
        return WAITS if {"held", "waiting", "left", "late"} & (+self.counts).keys() else 0


def _is_wrong(outcome: Outcome) -> bool:
    return outcome.kind in ("refused", "failed") or outcome.code in WRONG
