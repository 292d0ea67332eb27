"""Changes of name: organisations, departments, units and systems that have another name from a day on.

A user enters A → B and B → C, each from a day. The changes that follow, here A → C, are stored with them, so that a
statement finds the current name of A in one step.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from compliance.access.audit import Action
from compliance.access.scopes import Level
from compliance.core.errors import Refusal
from compliance.core.hints import nearest
from compliance.core.language import N_, folded
from compliance.counting.assessing import LEVELS, Coverage, coverage
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event, clean_name, clean_text
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, Rows, next_number, rows

# An old name, its new one, and the first day of it.
Change = tuple[str, str, date]
KINDS: Final = ("organisation", "department", "unit", "system")
# The likeness from which two names are suggested as one; a word that this many names share does not tell them apart.
LEAST_LIKENESS: Final = 0.85
MANY: Final = 4
# A unit is suggested to have become another if at least this share, and this number, of its persons moved there.
LEAST_MOVED: Final = 0.6
PERSONS: Final = 3
COMMON_WORDS: Final = ("enhet", "enheten", "avdelning", "avdelningen", "sektion", "sektionen", "system", "systemet")


@dataclass(frozen=True)
class Alias:
    """A change of name from a day on. One that `follows` was not entered by a user; it results from those that were."""

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
    """A name that the staff list (for systems: the register) lacks, and the listed name that probably replaced it.

    That is the most similar name, or for a unit the one that most of its persons now belong to.

    `sources` use the old name in `naming` rows; `since` is the first day on which the new one was listed.
    """

    kind: str
    old_name: str
    new_name: str
    score: float
    sources: tuple[str, ...]
    naming: int
    since: date


@dataclass(frozen=True)
class RenamingEffect:
    """The effect of a change of name on the figures of `name` on a day.

    `before` are the figures of `name` without the change or, if it had none, those of the name that it replaces.
    """

    day: date
    level: Level
    name: str
    before: tuple[Coverage, ...]
    after: tuple[Coverage, ...]


def aliases(cursor: Cursor, known_at: datetime) -> list[Alias]:
    """The aliases in effect, the latest day first."""
    return [Alias(**row) for row in rows(cursor, statement("aliases"), {"known_at": known_at})]


def names(cursor: Cursor, *, as_of: date, known_at: datetime) -> Rows:
    """The names in use on a day: kind, name, the sources that use it, and the number of their rows."""
    return rows(cursor, statement("names"), {"as_of": as_of, "known_at": known_at})


def suggestions(cursor: Cursor, *, as_of: date, known_at: datetime) -> list[Suggestion]:
    """The names that are probably old names of others, by kind, those with most rows first."""
    thresholds = {"least": LEAST_LIKENESS, "many": MANY, "least_moved": LEAST_MOVED, "persons": PERSONS}
    when = {"as_of": as_of, "known_at": known_at, "common_words": list(COMMON_WORDS)}
    suggested = rows(cursor, statement("name_suggestions"), when | thresholds)
    return [Suggestion(**row | {"sources": tuple(row["sources"])}) for row in suggested]


def add_alias(database: Database, *, kind: str, old: str, new: str, valid_from: date, order: Order) -> None:
    """Change a name from a day on, past or future. Raise Refusal, with nothing changed, if it cannot be."""
    with database.writing() as cursor:
        add_alias_with(cursor, kind=kind, old=old, new=new, valid_from=valid_from, order=order)


def add_alias_with(cursor: Cursor, *, kind: str, old: str, new: str, valid_from: date, order: Order) -> None:
    """Do the same in the caller's transaction, so that it can be rehearsed."""
    old, new = clean_text(old), clean_name(new)
    _refuse_unusable(kind, old, new)
    entered = [alias for alias in aliases(cursor, EVERYTHING_KNOWN) if alias.kind == kind and not alias.follows]
    _refuse_known(entered, old, new, valid_from)
    number = _write(cursor, kind, (old, new, valid_from), order, follows=False)
    _settle(cursor, kind, order)
    what = f"{kind}: {old} → {new} from {valid_from}"
    add_event(cursor, order, "rename", what, action=Action.RENAMING, told=f"{kind} {number}", valid_from=valid_from)


def remove_alias(database: Database, alias_id: int, order: Order) -> None:
    """Remove a change of name and what follows from it. The figures become as if it had never been entered."""
    with database.writing() as cursor:
        remove_alias_with(cursor, alias_id, order)


def remove_alias_with(cursor: Cursor, alias_id: int, order: Order) -> None:
    """Do the same in the caller's transaction."""
    by_id = {alias.alias_id: alias for alias in aliases(cursor, EVERYTHING_KNOWN)}
    alias = by_id.get(alias_id)
    if alias is None:
        raise Refusal(N_("The change of name is no longer there. Load the page again."))
    if alias.follows:
        raise Refusal(
            N_("That {old} becomes {new} follows from other changes of name. Remove one of those."),
            old=alias.old_name,
            new=alias.new_name,
        )
    _remove(cursor, alias_id, order)
    _settle(cursor, alias.kind, order)
    what = f"{alias.kind}: {alias.old_name} → {alias.new_name} from {alias.valid_from}"
    add_event(
        cursor, order, "remove alias", what, action=Action.RENAMING, told=f"{alias.kind} {alias_id}", removed=True
    )


def effect(
    database: Database,
    change: Callable[[Cursor], None],
    *,
    kind: str,
    old: str,
    valid_from: date,
    points: tuple[Point, ...],
    as_of: date,
) -> RenamingEffect:
    """The effect of adding or removing an alias, with nothing written. Raise Refusal if it cannot be done.

    The figures are those of the as-of date, or of the first day of the alias if that is later. A system has no
    figures of its own: for one they are the organisations'.
    """
    day = max(as_of, valid_from)
    level: Level = next((each for each in LEVELS if each == kind), "organisation")

    def name_and_figures(cursor: Cursor) -> tuple[str, list[Coverage]]:
        figures = coverage(cursor, points, days=[day], known_at=EVERYTHING_KNOWN, level=level)
        return _called(cursor, kind, clean_text(old), day), figures

    with database.cursor() as cursor:
        earlier_name, before = name_and_figures(cursor)
    with database.rehearsing() as cursor:
        change(cursor)
        name, after = name_and_figures(cursor)
    if kind == "system":
        return RenamingEffect(day, level, name, tuple(before), tuple(after))
    # If the change removes an alias, the figures to show are those of the name that it led to: that one loses rows.
    whose = (earlier_name, name) if _key(name) == _key(clean_text(old)) else (name, earlier_name)
    old_figures, new_figures = _of(before, level, whose), _of(after, level, whose)
    return RenamingEffect(day, level, whose[0], old_figures, _with_emptied(old_figures, new_figures))


def _called(cursor: Cursor, kind: str, name: str, day: date) -> str:
    """The name that a name has become by a day."""
    values = {"kind": kind, "name": name, "day": day, "known_at": EVERYTHING_KNOWN}
    called: str = cursor.execute(statement("called"), values).fetchall()[0][0]
    return called


def _of(figures: list[Coverage], level: Level, names: tuple[str, ...]) -> tuple[Coverage, ...]:
    """The figures of the first of the names that has any. An organisation's are labelled with the first name."""
    for name in names:
        own = [figure for figure in figures if _key(getattr(figure, level) or "") == _key(name)]
        if own:
            return tuple(replace(f, organisation=names[0]) if level == "organisation" else f for f in own)
    return ()


def _with_emptied(before: tuple[Coverage, ...], after: tuple[Coverage, ...]) -> tuple[Coverage, ...]:
    """The later figures, with an empty one for each point that had a figure before and has none after."""
    present = {(figure.point.id, figure.organisation) for figure in after}
    gone = [figure for figure in before if (figure.point.id, figure.organisation) not in present]
    emptied = [replace(figure, met=0, unmet=0, unknown=0, pending=0, exempt=0) for figure in gone]
    return tuple(sorted([*after, *emptied], key=lambda figure: figure.point.number))


def _refuse_unusable(kind: str, old: str, new: str) -> None:
    if kind not in KINDS:
        text = N_("There is no “{said}”. Did you mean {near}? There are {all}.")
        raise Refusal(text, said=kind, near=nearest(kind, KINDS), all=", ".join(KINDS))
    if not old or not new:
        raise Refusal(N_("Write both the old and the new name."))
    if folded(old) == folded(new):
        raise Refusal(
            N_("{old} and {new} are the same name: case does not matter. Write another new name."), old=old, new=new
        )


def _refuse_known(entered: list[Alias], old: str, new: str, valid_from: date) -> None:
    """Refuse a change that exists already, and one that would make a name its own successor."""
    current = _Changes(entered).called(old, valid_from)
    if current and _key(current) == _key(new):
        raise Refusal(
            N_("{old} already becomes {new} by {day}. Nothing has changed."), old=old, new=new, day=valid_from
        )
    same = next((a for a in entered if _key(a.old_name) == _key(old) and a.valid_from == valid_from), None)
    if same:
        raise Refusal(
            N_("{old} becomes {other} on {day}. Remove that first, or choose another day."),
            old=old,
            other=same.new_name,
            day=valid_from,
        )
    changes = _Changes(entered, (old, new, valid_from))
    day = next((day for day in changes.days if _key(old) in map(_key, changes.path(old, day))), None)
    if day:
        raise Refusal(
            N_("{old} becomes {other} on {day}. Remove that first, or choose another day."),
            old=new,
            other=old,
            day=day,
        )


class _Changes:
    """The changes of one kind that users entered, to be followed from name to name."""

    def __init__(self, entered: Iterable[Alias], *more: Change) -> None:
        self.by_old: dict[str, list[tuple[date, str]]] = {}
        for old, new, day in [*((a.old_name, a.new_name, a.valid_from) for a in entered), *more]:
            self.by_old.setdefault(_key(old), []).append((day, new))

    @property
    def days(self) -> list[date]:
        """Every day on which a name changes, in order."""
        return sorted({day for steps in self.by_old.values() for day, _ in steps})

    def called(self, name: str, day: date) -> str | None:
        """The name that a name has become by a day, following one change; None if it has not changed."""
        steps = [step for step in self.by_old.get(_key(name), []) if step[0] <= day]
        return max(steps)[1] if steps else None

    def path(self, name: str, day: date) -> list[str]:
        """The names that a name has gone through by a day, in order."""
        path: list[str] = []
        while (name := self.called(name, day) or "") and name not in path:
            path.append(name)
        return path

    def following(self) -> set[Change]:
        """The changes that follow: an old name in lower case, the last name on its path, and the first day of that.

        `current` is what a statement would take the name for so far, whether entered or derived. A day needs a derived
        change if the path ends in another name: also when a user's change in between would otherwise take effect.
        """
        changes = set()
        for old, steps in self.by_old.items():
            current = ""
            for day in self.days:
                current = next((new for since, new in steps if since == day), current)
                path = self.path(old, day)
                if path and path[-1] != current:
                    current = path[-1]
                    changes.add((old, current, day))
        return changes


def _settle(cursor: Cursor, kind: str, order: Order) -> None:
    """Add the aliases that follow from those that users entered, and remove those that no longer do."""
    live = [alias for alias in aliases(cursor, EVERYTHING_KNOWN) if alias.kind == kind]
    entered = [alias for alias in live if not alias.follows]
    spelled = {_key(alias.old_name): alias.old_name for alias in entered}
    wanted = _Changes(entered).following()
    derived = {
        (_key(alias.old_name), alias.new_name, alias.valid_from): alias.alias_id for alias in live if alias.follows
    }
    for gone in sorted(set(derived) - wanted):
        _remove(cursor, derived[gone], order)
    for old, new, day in sorted(wanted - set(derived)):
        _write(cursor, kind, (spelled[old], new, day), order, follows=True)


def _write(cursor: Cursor, kind: str, change: Change, order: Order, *, follows: bool) -> int:
    """Add an alias and return its number."""
    old, new, day = change
    number = next_number(cursor, "alias")
    values: Mapping[str, Any] = {"alias_id": number, "kind": kind, "old_name": old, "new_name": new, "valid_from": day}
    cursor.execute(statement("add_alias"), {**values, "who": order.who, "follows": follows})
    return number


def _remove(cursor: Cursor, alias_id: int, order: Order) -> None:
    cursor.execute(statement("remove_alias"), {"alias_id": alias_id, "who": order.who})


def _key(name: str) -> str:
    """A name in the form that is compared."""
    return name.lower()
