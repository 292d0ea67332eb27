"""Moving a store to another kind, or another place: everything in it, the register, and the declarations.

    moved = move("compliance.duckdb", "postgresql://compliance@db/compliance", user=user)

Each place is a file, or the address of a database that several machines share. The one that is moved stays as it was;
the other must be empty. What it then has is compared with the first, and if anything differs it is emptied again.
"""

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from compliance.access import audit
from compliance.access.audit import Action, Fault
from compliance.access.permissions import Permission, User
from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import Place
from compliance.counting.assessing import counts, items_of
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.keeping.archive import PRIVATE, declarations_in
from compliance.keeping.leftovers import MOVING
from compliance.keeping.rewriting import Changes, copy_with
from compliance.review.dossier import seal_of
from compliance.store import failures, register, stores
from compliance.store.copies import contents, forget_mark, unkept
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, rows
from compliance.store.packs import declared

DIFFERENT: Final = N_(
    "What was moved to {place} is not what {source} has, so {place} has been emptied again. "
    "See to it that nobody works in it, and try again."
)
MISSING: Final = N_("There is no database in {place}.")
FILLED: Final = N_("There is a store in {place} already, and nothing has been changed. Say an empty one.")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Evidence:
    """What is compared of a store: each table's rows, and what is counted of them.

    `figures` are those of every point by organisation and unit on the `days`: the newest one, and those of the approved
    reviews, whose `seals` are whole or not. `items` are those of every point on the newest day.
    """

    tables: dict[str, tuple[int, int]]
    organisations: int
    days: tuple[date, ...]
    figures: list[Any]
    items: list[Any]
    seals: tuple[bool, ...]


@dataclass(frozen=True)
class Moved:
    """What was moved: what both stores have, the last entry of the audit trail and its seal.

    `changed` texts had a character that is not kept. `declared` are the declarations that were copied, `other` those
    that the new folder has otherwise.
    """

    evidence: Evidence
    entry: tuple[int, str]
    changed: int
    declared: tuple[str, ...]
    other: tuple[str, ...]


def move(source: str, target: str, *, user: User) -> Moved:
    """Move the store of one place to another one. Raise Refusal, with that one as it was, if it cannot be."""
    audit.require(user, Permission.PURGE)
    here, there = places.place(source), places.place(target)
    named = {"source": stores.public_name(source), "place": stores.public_name(target)}
    what = f"{named['source']} → {named['place']}"
    _refuse_missing(here, named["source"])
    with _opened(here, there) as (old, new, folder):
        _refuse_unusable(old, new, named)
        _refuse_filled_register(here, there, named)
        with places.working_at(here), audit.telling(user, Action.MOVE, what), ExitStack() as undone:
            staged, changed = _copied(old, folder)
            with new.rewriting() as (cursor, path):  # nobody else writes there
                _refuse_filled(cursor, named)
                cursor.close()
                shutil.move(staged, path)
            undone.callback(new.clear)
            evidence = _same(old, new, here.own_files, named)
            entry = _register_moved(here, there, named, undone)
            undone.pop_all()
            declared, other = _declarations_moved(here, there)
        with places.working_at(there):
            audit.record(user, Action.MOVE, what, rows=sum(n for n, _ in evidence.tables.values()))
    return Moved(evidence, entry, changed, declared, other)


@contextmanager
def _opened(here: Place, there: Place) -> Iterator[tuple[Database, Database, Path]]:
    """Both stores, and a folder for what is needed meanwhile, on the disk of the new one."""
    there.own_files.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=MOVING, dir=there.own_files, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        old, new = (stores.at(each, copy=folder / f"{n}.duckdb") for n, each in (("from", here), ("to", there)))
        yield old, new, folder


def _refuse_missing(here: Place, name: str) -> None:
    """Raise Refusal, before anything is made, if there is no file to move."""
    if not here.address and not stores.at(here).exists():
        raise Refusal(MISSING, place=name)


def _refuse_unusable(old: Database, new: Database, named: dict[str, str]) -> None:
    if old is new:
        raise Refusal(N_("Both are the same database. Say where it is to be moved to."))
    if not old.exists():
        raise Refusal(MISSING, place=named["source"])
    if old.away_since():
        raise failures.away(named["source"])
    with new.cursor() as cursor:
        _refuse_filled(cursor, named)


def _refuse_filled(cursor: Cursor, named: dict[str, str]) -> None:
    """Raise Refusal if a store holds anything."""
    if any(count for count, _ in contents(cursor).values()):
        raise Refusal(FILLED, place=named["place"])


def _refuse_filled_register(here: Place, there: Place, named: dict[str, str]) -> None:
    theirs = register.at(there)
    if theirs is not register.at(here) and any(theirs.kept().values()):
        raise Refusal(FILLED, place=named["place"])


# --- The database -------------------------------------------------------------------------------------------------


def _copied(old: Database, folder: Path) -> tuple[Path, int]:
    """A file with everything in a store that PostgreSQL keeps, and how many texts had something that it does not."""
    copy, clean = folder / "copy.duckdb", folder / "clean.duckdb"
    old.copy_to(copy)
    with stores.in_file(copy).turn() as cursor:
        forget_mark(cursor)
        changes = Changes()
        found = [*unkept(cursor)]
        for table, column, row_id, text in found:
            changes.change(table, column, row_id, text)
        if found:
            copy_with(cursor, clean, changes)
    done = clean if found else copy
    done.chmod(PRIVATE)
    return done, len(found)


def _same(old: Database, new: Database, own: Path, named: dict[str, str]) -> Evidence:
    """What both stores have. Raise Refusal if it is not the same."""
    with old.cursor() as cursor:
        points = declared(cursor, own).points
        before = evidence_of(cursor, points)
    with new.cursor() as cursor:
        after = evidence_of(cursor, points)
    _refuse_different([name for name in vars(before) if vars(before)[name] != vars(after)[name]], named)
    return after


def _refuse_different(names: list[str], named: dict[str, str]) -> None:
    if names:
        log.warning("What was moved differs in: %s", ", ".join(names))
        raise Refusal(DIFFERENT, **named)


def evidence_of(cursor: Cursor, points: tuple[Point, ...]) -> Evidence:
    """What is compared of a store."""
    found = contents(cursor)
    reviews = rows(cursor, statement("approved_reviews"))
    ((newest,),) = cursor.execute("select max(extract_date) from imports").fetchall()
    days = {date.fromisoformat(msgspec.json.decode(review["content"])["as_of"]) for review in reviews} | (
        {newest} if newest else set()
    )
    counted = counts(cursor, points, days=sorted(days), known_at=EVERYTHING_KNOWN) if days else None
    items = items_of(cursor, points, as_of=newest, known_at=EVERYTHING_KNOWN) if newest else []
    return Evidence(
        found,
        len(counted.basis.organisations) if counted else 0,
        tuple(sorted(days)),
        [*counted.figures("organisation"), *counted.figures("unit")] if counted else [],
        items,
        tuple(seal_of(review["content"]) == review["sha256"] for review in reviews),
    )


# --- What is beside it --------------------------------------------------------------------------------------------


def _register_moved(here: Place, there: Place, named: dict[str, str], undone: ExitStack) -> tuple[int, str]:
    """Copy the register, and return the last entry of the audit trail. Raise Refusal if the trail is not the same.

    What is then to be undone is added to `undone`.
    """
    mine, theirs = register.at(here), register.at(there)
    if theirs is not mine:
        register.move(mine, theirs)
        undone.callback(theirs.clear)
    before, after = _trail(here), _trail(there)
    _refuse_different(["audit"] if before != after else [], named)
    return after[0]


def _trail(place: Place) -> tuple[tuple[int, str], list[Fault]]:
    """The last entry of the audit trail of a place, and the faults of its chain."""
    with places.working_at(place):
        return audit.last(), [*audit.verify()]


def _declarations_moved(here: Place, there: Place) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Copy the declarations that another folder lacks, and return their names, and those that it has otherwise."""
    mine, theirs = declarations_in(here.own_files), declarations_in(there.own_files)
    lacking = [name for name in mine if name not in theirs]
    for name in lacking:
        copied = there.own_files / name
        copied.parent.mkdir(mode=0o700, exist_ok=True)
        shutil.copyfile(mine[name], copied)
    other = [name for name, path in theirs.items() if name not in mine or mine[name].read_bytes() != path.read_bytes()]
    return tuple(lacking), tuple(other)
