"""Who asks: the person with their role, the language, and the part of the organisation that they are limited to.

What a screen reads passes here: a function that returns persons, small numbers or free text takes the reader and
returns only what that reader may see. No other place asks for SEE_PERSONS or for the limit.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, TypeVar

import pyarrow as pa

from compliance.access.disclosure import (
    FEW_PERSONS,
    LEAST_SHARED,
    OTHER_UNITS,
    F,
    about_incidents,
    marked,
    private_sources,
    unseen,
    without_few,
)
from compliance.access.permissions import COORDINATOR, Permission, Role, User
from compliance.access.scopes import Scope
from compliance.access.withholding import Names
from compliance.core.language import Language
from compliance.declarations.points import Point
from compliance.store.database import Rows

PARTS: Final = ("organisation", "department", "unit")
Part = TypeVar("Part")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Withheld:
    """The names that texts are without: `find` finds them when the first text is asked for.

    `responsible` are those that no export has: who has got a decision. Caches are keyed by them, since they change
    without an import.
    """

    find: Callable[[], Names]
    responsible: tuple[str, ...] = ()

    @cached_property
    def names(self) -> Names:
        """The names, found once."""
        return self.find()


@dataclass(frozen=True)
class Reader:
    """The person who asks; `limit` is the part of an organisation that they are limited to, None for everything."""

    user: User
    say: Language
    withheld: Withheld
    limit: Scope | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the person is allowed to."""
        return self.user.may(permission)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """All that decides what the reader may see, for caches. The language does not."""
        permissions = sorted(permission.value for permission in self.user.role.permissions)
        return (*permissions, repr(self.limit), *(() if self.named else self.withheld.responsible))

    @property
    def named(self) -> bool:
        """Whether persons are named to the reader."""
        return self.may(Permission.SEE_PERSONS)

    @property
    def anybody(self) -> "Reader":
        """The same where persons are named to nobody: for what is handed on."""
        role = self.user.role
        permissions = role.permissions - {Permission.SEE_PERSONS}
        return replace(self, user=User(self.user.name, Role(role.id, role.held_by, permissions)))

    # --- The limit ----------------------------------------------------------------------------------------------------

    def limited(self, parts: Iterable[Part]) -> list[Part]:
        """The figures or rows of the part that the reader is limited to."""
        return list(parts) if self.limit is None else [part for part in parts if self.limit.holds(part)]

    def table(self, table: pa.Table) -> pa.Table:
        """The rows of the part that the reader is limited to; none if the table does not tell parts."""
        if self.limit is None:
            return table
        told = [name for name in PARTS if name in table.column_names]
        places = (dict.fromkeys(PARTS) | row for row in table.select(told).to_pylist())
        return table.filter(pa.array(map(self.limit.holds, places), pa.bool_()))

    def within(self, scope: Scope) -> Scope:
        """As much of a scope as the reader's limit allows. Raise Refusal if that is nothing."""
        return scope if self.limit is None else self.limit.narrowed(scope)

    # --- Persons and free text ----------------------------------------------------------------------------------------

    def person(self, value: Value) -> Value | None:
        """What names a person, or is the free text of an incident."""
        return value if self.named else None

    def text(self, text: str) -> str:
        """What somebody wrote, without the names of persons."""
        return text if self.named else self.withheld.names.withhold(text)

    def row(self, row: Mapping[str, Any], *, persons: Iterable[str] = (), kept: Iterable[str] = ()) -> dict[str, Any]:
        """A row whose texts somebody wrote, but for those that are `kept`; `persons` are the fields that name one."""
        if self.named:
            return dict(row)
        texts = {name: self.text(value) for name, value in row.items() if isinstance(value, str) and name not in kept}
        return {**row, **texts, **dict.fromkeys(persons)}

    def opens(self, point: Point) -> bool:
        """Whether the reader may see the spreadsheet rows behind a point's items."""
        return self.named or not (point.persons or about_incidents(point))

    def finds(self, source: str) -> bool:
        """Whether the reader sees which rows of an export a check has found."""
        private = source in private_sources()
        return self.may(Permission.SEE_ITEMS) and (self.named or not private) and self.limit is None

    def items(self, point: Point, items: Rows) -> Rows:
        """The items of a point: none of persons, no free text of incidents, and no names in other texts."""
        items = self.limited(items)
        if self.named:
            return items
        if point.persons:
            return []
        if about_incidents(point):
            return [row | {"label": row["item"], "detail": None} for row in items]
        return [
            row | {name: self.text(row[name]) for name in ("label", "detail") if row[name] and row[name] != row["item"]}
            for row in items
        ]

    def changed(self, point: Point, item: dict[str, Any]) -> dict[str, Any]:
        """An item that has changed: of a person nothing but how it counts."""
        if point.persons and not self.named:
            return {name: item[name] if name == "outcome" else None for name in item}
        return self.items(point, [item])[0]

    @property
    def least_shared(self) -> int:
        """How many incidents must share a text for it to be shown: a rare one may be somebody's own."""
        return 1 if self.named else LEAST_SHARED

    # --- Small numbers ------------------------------------------------------------------------------------------------

    def few(self, persons: int) -> bool:
        """Whether a number of persons is too small to be shown."""
        return not self.named and persons < FEW_PERSONS

    def figures(self, figures: Iterable[F]) -> list[F]:
        """The figures of a level: those of few persons are marked, and nothing is counted in them."""
        return [unseen(figure) for figure in self.limited(self._marked(figures))]

    def added_up(self, figures: Iterable[F], scope: Scope) -> list[F]:
        """The figures of a level within a scope, with those of few persons added up as other units."""
        parts = list(filter(scope.holds, self.limited(self._marked(figures))))
        return parts if self.named else without_few(parts, self.say(OTHER_UNITS))

    def _marked(self, figures: Iterable[F]) -> list[F]:
        return list(figures) if self.named else marked(figures)


# What the product itself reads for: what is frozen, verified, or printed at the machine.
EVERYTHING: Final = Reader(User("", COORDINATOR), Language("sv"), Withheld(lambda: Names([], [])))
