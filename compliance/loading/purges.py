"""What has been purged by a decision, and which figures cannot be counted any more since."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from compliance.core.clock import local_day
from compliance.core.language import N_, Language
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, rows

REMOVED: Final = N_("One person has been removed by the decision with the diary number {diary}.")
PURGED: Final = N_("Rows of persons before {before} have been purged by the decision with the diary number {diary}.")
STILL_HOLD: Final = N_(
    "Backups, replaced stores, extracts, packages and the intake's files from before {day} can still hold it: "
    "delete them."
)

Kind = Literal["retention", "person"]


@dataclass(frozen=True)
class Purged:
    """A purge that took the rows of something: its day, and the number of its decision in the diary."""

    day: date
    diary: str


@dataclass(frozen=True)
class Purge:
    """One purge (UTC): of exports before a day, or of a person; how many rows it removed from how many exports, and how
    many texts it replaced with a mark.
    """

    purged_at: datetime
    kind: Kind
    diary: str
    before: date | None
    rows: int
    texts: int
    purged_by: str
    imports: int


def purges(cursor: Cursor) -> list[Purge]:
    """Every purge, the latest first."""
    return [Purge(**row) for row in rows(cursor, statement("purges"))]


def purged_basis(cursor: Cursor, *, days: list[date], known_at: datetime) -> Mapping[tuple[date, str, str], Purged]:
    """The purges that took the basis of some days, by day, organisation and source."""
    if not rows(cursor, "select 1 from purged_imports where whole limit 1"):
        return {}
    found = rows(cursor, statement("purged_basis"), {"days": days, "known_at": known_at})
    return {(row["as_of"], row["organisation"], row["source"]): _purged(row) for row in found}


def purged_since(cursor: Cursor, imports: Collection[int], since: datetime) -> dict[str, Purged]:
    """The latest purge of rows of some imports after a moment (UTC), by their source."""
    found = rows(cursor, statement("purged_since"), {"imports": sorted(imports), "since": since})
    return {row["source"]: _purged(row) for row in found}


def _purged(row: Mapping[str, object]) -> Purged:
    return Purged(local_day(row["purged_at"]), str(row["diary"]))  # type: ignore[arg-type]


def purged_text(purged: Purged, say: Language) -> str:
    """When something was purged, and by which decision."""
    return say(N_("purged on {day} (diary number {diary})"), day=say.date(purged.day), diary=purged.diary)


def purge_sentences(purge: Purge, say: Language) -> list[str]:
    """What was purged, by which decision, and what can still hold it, a sentence each."""
    text = PURGED if purge.kind == "retention" else REMOVED
    sentences = [say(text, diary=purge.diary, before=say.date(purge.before) if purge.before else "")]
    sentences.append(say.plural("{n} row of exports is gone.", "{n} rows of exports are gone.", purge.rows))
    if purge.texts:
        sentences.append(
            say.plural("{n} text is replaced with a mark.", "{n} texts are replaced with a mark.", purge.texts)
        )
    return [*sentences, say(STILL_HOLD, day=say.date(local_day(purge.purged_at)))]
