"""Who leads a unit or a department, as the positions of the staff list tell it.

    leaders = leaders_on(cursor, words, organisation=name, as_of=day, known_at=moment)
    leaders.of(scope)

A deputy leads nothing; nor does whoever has a position without a word of the declared lists.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core.language import folded
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, Rows, rows

# A shorter name of a part is more often something else in a position.
SHORTEST: Final = 4
LISTS: Final = ("managers", "deputies", "department_managers")


@dataclass(frozen=True)
class Leader:
    """Somebody who leads: the position as the staff list has it, and the name where it is one and may be seen."""

    position: str
    name: str | None = None

    def seen(self, reader: Reader, function: Callable[[str], str]) -> "Leader":
        """The leader as a reader may see them: of whoever may not see persons, only the `function` in the position.

        A position is free text, and may hold a name that no list of names has.
        """
        return self if reader.named else Leader(function(self.position))


@dataclass(frozen=True)
class Leaders:
    """All who lead something in an organisation on a day; `department_words` are positions without a name of a part."""

    found: Rows
    department_words: tuple[str, ...]

    def of(self, scope: Scope) -> tuple[Leader, ...]:
        """Who leads a unit or a department; nobody of the whole organisation."""
        if scope.unit:
            return _persons(self._of_unit(scope.unit))
        return _persons(self._of_department(scope.department)) if scope.department else ()

    def _of_unit(self, unit: str) -> Rows:
        """Those of the unit, else those elsewhere who have its name in their position."""
        own = [row for row in self.found if not row["of_department"]]
        here = [row for row in own if folded(row["unit"]) == folded(unit)]
        return here or self._naming(unit, own)

    def _of_department(self, department: str) -> Rows:
        """Those with the name of the department in their position, else those there whose position names no part."""
        own = [row for row in self.found if row["of_department"]]
        here = [row for row in own if folded(row["department"]) == folded(department)]
        bare = [row for row in here if folded(row["position"]) in self.department_words]
        return self._naming(department, own) or bare

    def _naming(self, part: str, found: Rows) -> Rows:
        """Those with the name of a part in their position, and not that of another which has it within its own."""
        parts = {folded(row[level]) for row in self.found for level in ("unit", "department")} - {folded(part)}
        longer = [other for other in parts if _names(other, part)]
        named = [row for row in found if _names(row["position"], part)]
        return [row for row in named if not any(_names(row["position"], other) for other in longer)]


def _names(text: str, part: str) -> bool:
    name = rf"(?<!\w){re.escape(folded(part))}(?!\w)"
    return len(part) >= SHORTEST and re.search(name, folded(text)) is not None


def _persons(found: Rows) -> tuple[Leader, ...]:
    by_person = {row["person"]: Leader(row["position"], row["name"]) for row in reversed(found)}
    return tuple(reversed(by_person.values()))


def leaders_on(
    cursor: Cursor, words: Mapping[str, Sequence[str]], *, organisation: str, as_of: date, known_at: datetime
) -> Leaders:
    """Who leads in an organisation on a day; `words` are the lists of `data/values.toml`."""
    lists = {name: [*words[name]] for name in LISTS}
    params = {"organisation": organisation, "as_of": as_of, "known_at": known_at}
    found = rows(cursor, statement("leaders"), params | lists)
    return Leaders(found, tuple(map(folded, words["department_managers"])))
