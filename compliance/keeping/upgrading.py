"""What an upgrade of the store would come to, tried on a copy: the store itself is not opened by this version.

rehearsed = rehearse(places.own(), day=today, before=figures_in(file))
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TextIO

from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import Place
from compliance.core.saving import temporary_folder
from compliance.counting.apart import OUTCOMES
from compliance.counting.assessing import counts_of
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.review.dossier import load_frozen
from compliance.review.reviewing import Review, reviews
from compliance.review.verifying import Difference, verify
from compliance.store import packs, stores
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, rows

# What names a figure among those of a day, as the command `coverage` has it.
WHOSE: Final = ("id", "organisation", "department", "unit")
# How many items of each outcome a figure has.
Figures = Mapping[tuple[str | None, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Change:
    """A figure that is another one after the upgrade; None where there was, or is, none."""

    whose: tuple[str | None, ...]
    before: tuple[int, ...] | None
    after: tuple[int, ...] | None


@dataclass(frozen=True)
class Rehearsed:
    """What an upgrade has come to on a copy.

    `steps` are the steps of the schema that it took; None for a store that machines share, whose copy is always new.
    `recounted` has each submitted review with what differs in it, `figures` how many there are of the day, and
    `changes` those that are others than before.
    """

    steps: tuple[str, ...] | None
    seconds: float
    recounted: tuple[tuple[Review, tuple[Difference, ...]], ...]
    figures: int
    changes: tuple[Change, ...]


def rehearse(place: Place, *, day: date, before: Figures | None) -> Rehearsed:
    """Open a copy of the store of a place with this version, recount its reviews and count the day.

    Raise Refusal if the store cannot be copied, or this version cannot open it. `before` are the day's figures by the
    version that runs.
    """
    with _copied(place) as copy:
        began, start = clock.now(), time.monotonic()
        with copy.cursor() as cursor:
            seconds = time.monotonic() - start
            steps = [row["name"] for row in rows(cursor, statement("steps_since"), {"began": began})]
            recounted = tuple(_recounted(cursor, place.own_files))
            every = packs.declared(cursor, place.own_files)
            points = packs.points_on(cursor, every, as_of=day, organisation=None)
        after = _figures(copy, points, day)
    changes = () if before is None else tuple(_changes(before, after))
    return Rehearsed(None if place.address else tuple(steps), seconds, recounted, len(after), changes)


def _figures(copy: Database, points: tuple[Point, ...], day: date) -> Figures:
    counted = counts_of(copy, points, days=[day], known_at=EVERYTHING_KNOWN, level="unit").figures("unit")
    return {
        (each.point.id, each.organisation, each.department, each.unit): tuple(getattr(each, name) for name in OUTCOMES)
        for each in counted
    }


@contextmanager
def _copied(place: Place) -> Iterator[Database]:
    """A copy of a store in a folder of its own, that this version has not opened yet."""
    if place.address:
        with temporary_folder() as folder:
            shared = stores.at(Place(folder.resolve() / "copy.duckdb", place.address))
            shared.require()
            yield shared
        return
    stores.at(place).require()
    with stores.copy_of(stores.at(place)) as copy:
        yield copy


def _recounted(cursor: Cursor, own: Path) -> Iterator[tuple[Review, tuple[Difference, ...]]]:
    for review in reviews(cursor):
        if version := review.version - (review.state == "draft"):
            frozen = load_frozen(cursor, review.review_id, version)
            yield review, tuple(verify(cursor, frozen, own=own))


def _changes(before: Figures, after: Figures) -> Iterator[Change]:
    for whose in sorted({*before, *after}, key=repr):
        if before.get(whose) != after.get(whose):
            yield Change(whose, before.get(whose), after.get(whose))


def figures_in(file: TextIO) -> Figures:
    """The figures in what the command `coverage --by unit --format json` has printed. Raise Refusal if it is not."""
    try:
        return {
            tuple(row[name] for name in WHOSE): tuple(int(row[name]) for name in OUTCOMES) for row in json.load(file)
        }
    except (OSError, ValueError, LookupError, TypeError) as error:
        text = N_(
            "{file} does not hold what “coverage --by unit --format json” prints. Let the version that runs write it."
        )
        raise Refusal(text, file=Path(file.name).name) from error
