"""Names that change: organisations, departments, units and systems that are called something else from a day on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.counting.assessing import LEVELS, Coverage, Level, coverage
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event, as_kept, as_name
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, Rows, next_number, rows

# An old name, its new one, and the first day of it.
Change = tuple[str, str, date]
KINDS: Final = ("organisation", "department", "unit", "system")
# How alike two names must be to be suggested as one, and how many names share a word that then says nothing.
LEAST_LIKENESS: Final = 0.85
MANY: Final = 4
# A unit is perhaps another by now where at least this share of its persons, and this many, are there.
LEAST_MOVED: Final = 0.6
PERSONS: Final = 3
COMMON_WORDS: Final = ("enhet", "enheten", "avdelning", "avdelningen", "sektion", "sektionen", "system", "systemet")


@dataclass(frozen=True)
class Alias:
    """A name that is another from a day on; one that `follows` nobody has said, it is the sum of others."""

    alias_id: int
    kind: str
    old_name: str
    new_name: str
    valid_from: date
    made_at: datetime
    made_by: str
    follows: bool


@dataclass(frozen=True)
class Suggestion:
    """A name that the staff list (of systems: the register) lacks, and the most similar one that it has.

    Of a unit it may also be the one in which most are whom the list last had in it.

    `sources` use the old name in `naming` rows; `since` is the first day that the new one was listed.
    """

    kind: str
    old_name: str
    new_name: str
    score: float
    sources: tuple[str, ...]
    naming: int
    since: date


@dataclass(frozen=True)
class Effect:
    """What a change of name does on a day to the figures of what is called `name` after it.

    `before` are its figures without the change; where it was not there, those of the name that it takes over from.
    """

    day: date
    level: Level
    name: str
    before: tuple[Coverage, ...]
    after: tuple[Coverage, ...]


def aliases(cursor: Cursor, known_at: datetime) -> list[Alias]:
    """The aliases that count, the latest day first."""
    return [Alias(**row) for row in rows(cursor, statement("aliases"), {"known_at": known_at})]


def names(cursor: Cursor, *, as_of: date, known_at: datetime) -> Rows:
    """The names in use on a day: kind, name, the sources that use it, and the number of their rows."""
    return rows(cursor, statement("names"), {"as_of": as_of, "known_at": known_at})


def suggestions(cursor: Cursor, *, as_of: date, known_at: datetime) -> list[Suggestion]:
    """Which names are probably others' old ones, those of most rows first within a kind."""
    likely = {"least": LEAST_LIKENESS, "many": MANY, "least_moved": LEAST_MOVED, "persons": PERSONS}
    given = {"as_of": as_of, "known_at": known_at, "common_words": list(COMMON_WORDS)}
    found = rows(cursor, statement("name_suggestions"), given | likely)
    return [Suggestion(**row | {"sources": tuple(row["sources"])}) for row in found]


def add_alias(database: Database, *, kind: str, old: str, new: str, valid_from: date, order: Order) -> None:
    """From a day on, past or to come, a name is another; a Refusal changes nothing."""
    with database.writing() as cursor:
        add_alias_with(cursor, kind=kind, old=old, new=new, valid_from=valid_from, order=order)


def add_alias_with(cursor: Cursor, *, kind: str, old: str, new: str, valid_from: date, order: Order) -> None:
    """The same inside the caller's transaction, so that it can be rehearsed."""
    old, new = as_kept(old), as_name(new)
    _refuse_unusable(kind, old, new)
    said = [alias for alias in aliases(cursor, EVERYTHING_KNOWN) if alias.kind == kind and not alias.follows]
    _refuse_known(said, old, new, valid_from)
    _write(cursor, kind, (old, new, valid_from), order, follows=False)
    _settle(cursor, kind, order)
    add_event(cursor, order, "rename", f"{kind}: {old} → {new} from {valid_from}")


def remove_alias(database: Database, alias_id: int, order: Order) -> None:
    """A name no longer changes, nor what followed from it; the figures are as if it had never been said."""
    with database.writing() as cursor:
        remove_alias_with(cursor, alias_id, order)


def remove_alias_with(cursor: Cursor, alias_id: int, order: Order) -> None:
    """The same inside the caller's transaction."""
    known = {alias.alias_id: alias for alias in aliases(cursor, EVERYTHING_KNOWN)}
    gone = known.get(alias_id)
    if gone is None:
        raise Refusal(N_("The change of name is no longer there. Load the page again."))
    if gone.follows:
        raise Refusal(
            N_("That {old} becomes {new} follows from other changes of name. Remove one of those."),
            old=gone.old_name,
            new=gone.new_name,
        )
    _remove(cursor, alias_id, order)
    _settle(cursor, gone.kind, order)
    add_event(cursor, order, "remove alias", f"{gone.kind}: {gone.old_name} → {gone.new_name} from {gone.valid_from}")


def effect(
    database: Database,
    change: Callable[[Cursor], None],
    *,
    kind: str,
    old: str,
    valid_from: date,
    points: tuple[Point, ...],
    as_of: date,
) -> Effect:
    """What adding or removing an alias would do; nothing is written, and a Refusal says why it cannot be done.

    Figures are those of the as-of date, or of the first day of the alias where that is later. A system has no figures
    of its own: there they are the organisations'.
    """
    day = max(as_of, valid_from)
    level: Level = next((known for known in LEVELS if known == kind), "organisation")

    def seen(cursor: Cursor) -> tuple[str, list[Coverage]]:
        figures = coverage(cursor, points, days=[day], known_at=EVERYTHING_KNOWN, level=level)
        return _called(cursor, kind, as_kept(old), day), figures

    with database.cursor() as cursor:
        called, before = seen(cursor)
    with database.rehearsing() as cursor:
        change(cursor)
        name, after = seen(cursor)
    if kind == "system":
        return Effect(day, level, name, tuple(before), tuple(after))
    # where an alias is removed, what the name was called until then is what loses by it
    whose = (called, name) if _key(name) == _key(as_kept(old)) else (name, called)
    old_figures, new_figures = _of(before, level, whose), _of(after, level, whose)
    return Effect(day, level, whose[0], old_figures, _with_emptied(old_figures, new_figures))


def _called(cursor: Cursor, kind: str, name: str, day: date) -> str:
    """What a name is called on a day."""
    given = {"kind": kind, "name": name, "day": day, "known_at": EVERYTHING_KNOWN}
    found: str = cursor.execute(statement("called"), given).fetchall()[0][0]
    return found


def _of(figures: list[Coverage], level: Level, whose: tuple[str, ...]) -> tuple[Coverage, ...]:
    """The figures of the first of some names that has any; an organisation's stand under the first name."""
    for name in whose:
        own = [figure for figure in figures if _key(getattr(figure, level) or "") == _key(name)]
        if own:
            return tuple(replace(f, organisation=whose[0]) if level == "organisation" else f for f in own)
    return ()


def _with_emptied(before: tuple[Coverage, ...], after: tuple[Coverage, ...]) -> tuple[Coverage, ...]:
    """The later figures, and an empty one of each point that had a figure and has none."""
    there = {(figure.point.id, figure.organisation) for figure in after}
    gone = [figure for figure in before if (figure.point.id, figure.organisation) not in there]
    emptied = [replace(figure, met=0, unmet=0, unknown=0, pending=0, exempt=0) for figure in gone]
    return tuple(sorted([*after, *emptied], key=lambda figure: figure.point.number))


def _refuse_unusable(kind: str, old: str, new: str) -> None:
    if kind not in KINDS:
        raise Refusal(N_("There is no kind of name {kind}. There are {all}."), kind=kind, all=", ".join(KINDS))
    if not old or not new:
        raise Refusal(N_("Write both the old and the new name."))
    if old.casefold() == new.casefold():
        raise Refusal(
            N_("{old} and {new} are the same name: case does not matter. Write another new name."), old=old, new=new
        )


def _refuse_known(said: list[Alias], old: str, new: str, valid_from: date) -> None:
    """Refuses what is said already, and what would make a name its own successor."""
    present = _Changes(said).called(old, valid_from)
    if present and _key(present) == _key(new):
        raise Refusal(
            N_("{old} already becomes {new} by {day}. Nothing has changed."), old=old, new=new, day=valid_from
        )
    same = next((a for a in said if _key(a.old_name) == _key(old) and a.valid_from == valid_from), None)
    if same:
        raise Refusal(
            N_("{old} becomes {other} on {day}. Remove that first, or choose another day."),
            old=old,
            other=same.new_name,
            day=valid_from,
        )
    changes = _Changes(said, (old, new, valid_from))
    day = next((day for day in changes.days if _key(old) in map(_key, changes.path(old, day))), None)
    if day:
        raise Refusal(
            N_("{new} becomes {old} by {day}. A name cannot become itself: remove that change first."),
            old=old,
            new=new,
            day=day,
        )


class _Changes:
    """The changes of one kind that people have said, to be followed from name to name."""

    def __init__(self, said: Iterable[Alias], *more: Change) -> None:
        self.by_old: dict[str, list[tuple[date, str]]] = {}
        for old, new, day in [*((a.old_name, a.new_name, a.valid_from) for a in said), *more]:
            self.by_old.setdefault(_key(old), []).append((day, new))

    @property
    def days(self) -> list[date]:
        """Every day on which some name changes."""
        return sorted({day for steps in self.by_old.values() for day, _ in steps})

    def called(self, name: str, day: date) -> str | None:
        """What a name itself becomes by a day, one step on."""
        steps = [step for step in self.by_old.get(_key(name), []) if step[0] <= day]
        return max(steps)[1] if steps else None

    def path(self, name: str, day: date) -> list[str]:
        """Every name that a name becomes by a day, one after the other."""
        found: list[str] = []
        while (name := self.called(name, day) or "") and name not in found:
            found.append(name)
        return found

    def following(self) -> set[Change]:
        """What follows from the changes together: an old name in lower case, the last of its names, and from when.

        It follows anew where a person has said another name for a day in between, which would count from then on.
        """
        found = set()
        for old, steps in self.by_old.items():
            told = ""
            for day in self.days:
                told = next((new for since, new in steps if since == day), told)
                path = self.path(old, day)
                if path and path[-1] != told:
                    told = path[-1]
                    found.add((old, told, day))
        return found


def _settle(cursor: Cursor, kind: str, order: Order) -> None:
    """Adds the aliases that follow from those that people have said, and removes those that no longer do."""
    live = [alias for alias in aliases(cursor, EVERYTHING_KNOWN) if alias.kind == kind]
    said = [alias for alias in live if not alias.follows]
    spelled = {_key(alias.old_name): alias.old_name for alias in said}
    wanted = _Changes(said).following()
    there = {
        (_key(alias.old_name), alias.new_name, alias.valid_from): alias.alias_id for alias in live if alias.follows
    }
    for gone in sorted(set(there) - wanted):
        _remove(cursor, there[gone], order)
    for old, new, day in sorted(wanted - set(there)):
        _write(cursor, kind, (spelled[old], new, day), order, follows=True)


def _write(cursor: Cursor, kind: str, change: Change, order: Order, *, follows: bool) -> None:
    old, new, day = change
    number = next_number(cursor, "alias")
    values: Mapping[str, Any] = {"alias_id": number, "kind": kind, "old_name": old, "new_name": new, "valid_from": day}
    cursor.execute(statement("add_alias"), {**values, "who": order.who, "follows": follows})


def _remove(cursor: Cursor, alias_id: int, order: Order) -> None:
    cursor.execute(statement("remove_alias"), {"alias_id": alias_id, "who": order.who})


def _key(name: str) -> str:
    """A name as it is compared."""
    return name.lower()
