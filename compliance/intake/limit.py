"""How far the files of a run may move the figures: by no more than is declared, and no figure is lost.

The figures are those of today and of each day of which there is a file, with all that may be loaded. A figure that is
not there yet may be anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from compliance.core.errors import Refusal
from compliance.core.language import folded
from compliance.counting.assessing import Coverage, coverage
from compliance.declarations.intake import Intake
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.intake.reasons import of_move
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, rows

# So many days are counted in one statement.
AT_ONCE: Final = 12
# Shares are compared with so many decimals: 0.8 − 0.7 is not more than 0.1.
DECIMALS: Final = 9
# The figure of a point of an organisation on a day: the day, the organisation, folded, and the id of the point.
Key = tuple[date, str, str]
Figures = Mapping[Key, Coverage]
# What names a file.
T = TypeVar("T")


@dataclass(frozen=True)
class Mover:
    """What a file can move: of which organisation it is, of which day, and of which sources."""

    organisation: str
    day: date
    sources: frozenset[str]


@dataclass(frozen=True)
class Limit:
    """The figures before a run, and by how much each may move.

    `called` has the number of each organisation, and what it is called, on each day, by its own name, folded.
    """

    points: tuple[Point, ...]
    declared: Intake
    days: tuple[date, ...]
    called: Mapping[date, Mapping[str, tuple[int, str]]]
    before: Figures

    @staticmethod
    def of(
        database: Database, movers: Sequence[Mover], *, points: tuple[Point, ...], declared: Intake, today: date
    ) -> "Limit":
        """That of a run with files that can move what `movers` say."""
        days = tuple(sorted({today, *(mover.day for mover in movers)}))
        with database.rehearsing() as cursor:
            called = {day: _called(cursor, day) for day in days}
            empty = Limit(points, declared, days, called, {})
            return Limit(points, declared, days, called, empty.figures(cursor, movers))

    def figures(self, cursor: Cursor, movers: Sequence[Mover]) -> Figures:
        """The figures of the organisations that have files, in a rehearsal: nothing else counts in it from now on."""
        at_hand = {place for mover in movers for place in self._places(mover)}
        kept = {
            number
            for day, names in self.called.items()
            for number, name in names.values()
            if (day, folded(name)) in at_hand
        }
        cursor.execute(statement("set_aside"), {"kept": sorted(kept)})
        found = (
            figure
            for first in range(0, len(self.days), AT_ONCE)
            for figure in coverage(
                cursor,
                self.points,
                days=[*self.days[first : first + AT_ONCE]],
                known_at=EVERYTHING_KNOWN,
                level="organisation",
            )
        )
        keyed = {(f.as_of, folded(f.organisation), f.point.id): f for f in found}
        return {key: figure for key, figure in keyed.items() if key[:2] in at_hand}

    def holds(self, movers: Mapping[T, Mover], after: Figures) -> dict[T, Refusal]:
        """The files, by their keys, that move an organisation's figures too far on the first day on which one moves so.

        What is of a later day may be right once they are held.
        """
        over = [key for key, figure in self.before.items() if self._is_too_far(figure, after.get(key))]
        held: dict[T, Refusal] = {}
        for organisation in {key[1] for key in over}:
            day = min(key[0] for key in over if key[1] == organisation)
            moved = [self.before[key] for key in over if key[:2] == (day, organisation)]
            near = {k: m for k, m in movers.items() if m.day <= day and (day, organisation) in self._places(m)}
            held |= _movers_of(near, moved, after)
        return held

    def _is_too_far(self, before: Coverage, after: Coverage | None) -> bool:
        if before.coverage is None:
            return False
        if after is None or after.coverage is None:
            return True
        return round(abs(after.coverage - before.coverage), DECIMALS) > self.declared.change_of(before.point.id)

    def _places(self, mover: Mover) -> set[tuple[date, str]]:
        """What a file's organisation is called, folded, on each day."""
        own = folded(self._name(mover.organisation, mover.day))
        return {(day, folded(self._name(own, day))) for day in self.days}

    def _name(self, organisation: str, day: date) -> str:
        return self.called[day].get(folded(organisation), (0, organisation))[1]


def _movers_of(movers: Mapping[T, Mover], moved: Sequence[Coverage], after: Figures) -> dict[T, Refusal]:
    """The files of which a point that moves reads something; all of them, if there is none."""
    held = {}
    for key, mover in movers.items():
        read = [figure for figure in moved if mover.sources & {*figure.point.needs, *figure.point.uses}]
        if read:
            held[key] = _refusal(read, after)
    return held or dict.fromkeys(movers, _refusal(moved, after))


def _refusal(moved: Sequence[Coverage], after: Figures) -> Refusal:
    """The sentence of the figure that would move most."""
    pairs = [(figure, after.get((figure.as_of, folded(figure.organisation), figure.point.id))) for figure in moved]
    before, then = max(pairs, key=_size)
    return of_move(before, then, sorted(figure.point.number for figure in moved))


def _size(pair: tuple[Coverage, Coverage | None]) -> float:
    """How far a figure moves; one that is lost moves most."""
    before, after = pair
    now = after.coverage if after else None
    return 2.0 if now is None or before.coverage is None else abs(now - before.coverage)


def _called(cursor: Cursor, day: date) -> dict[str, tuple[int, str]]:
    found = rows(cursor, statement("called_on"), {"day": day, "known_at": EVERYTHING_KNOWN})
    return {folded(row["given_name"]): (row["organisation_id"], row["organisation"]) for row in found}
