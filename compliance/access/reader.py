"""The reader: a person with a role, a language, and the part of the organisation they are limited to.

A function that returns persons, small numbers or free text takes the reader and returns only what that reader may
see. Only this module checks SEE_PERSONS and the limit.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import pyarrow as pa

from compliance.access.disclosure import (
    FEW_PERSONS,
    LEAST_SHARED,
    OTHER_UNITS,
    F,
    Plans,
    Years,
    about_incidents,
    added_up,
    is_private,
    side_by_side,
    told_together,
    without_counts,
)
from compliance.access.permissions import AT_THIS_MACHINE, NOT_ALLOWED, Permission, User
from compliance.access.scopes import PARTS, Scope
from compliance.access.withholding import Names
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.core.remembering import cached_property
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.store.database import Rows

ONE_ONLY: Final = N_(
    "What is here concerns all organisations, and you see only {part}. Ask the information security coordinator."
)
PART_ONLY: Final = N_(
    "What is here concerns the whole organisation, and you see only {part}. Ask the information security coordinator."
)
AnyPart = TypeVar("AnyPart")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Withheld:
    """The names to withhold from texts; `find` is called when the first text needs them.

    `responsible` are the names that come from decisions and not from exports. Cache keys include them, since they
    change without an import.
    """

    find: Callable[[], Names]
    responsible: tuple[str, ...] = ()

    @cached_property
    def names(self) -> Names:
        """The names, computed once."""
        return self.find()


@dataclass(frozen=True)
class Reader:
    """The person a result is for; `limit` is the part of an organisation they may see, None for everything."""

    user: User
    say: Language
    withheld: Withheld
    limit: Scope | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the reader has a permission."""
        return self.user.may(permission)

    @cached_property
    def cache_key(self) -> tuple[str, ...]:
        """A cache key: everything that decides what the reader may see, which the language does not."""
        permissions = sorted(permission.value for permission in self.user.role.permissions)
        return (*permissions, repr(self.limit), *(() if self.named else self.withheld.responsible))

    @property
    def named(self) -> bool:
        """Whether the reader may see names of persons."""
        return self.may(Permission.SEE_PERSONS)

    def require_named(self) -> None:
        """Raise Refusal if the reader may not see names of persons."""
        if not self.named:
            raise Refusal(NOT_ALLOWED)

    @property
    def anybody(self) -> "Reader":
        """The same reader without SEE_PERSONS, for what is handed on to others."""
        role = self.user.role
        less = replace(role, permissions=role.permissions - {Permission.SEE_PERSONS})
        return replace(self, user=replace(self.user, role=less))

    # --- The limit ----------------------------------------------------------------------------------------------------

    def limited(self, parts: Iterable[AnyPart]) -> list[AnyPart]:
        """The figures or rows within the reader's limit."""
        return list(parts) if self.limit is None else [part for part in parts if self.limit.holds(part)]

    def table(self, table: pa.Table) -> pa.Table:
        """The rows within the reader's limit; none if the table has no column for the part."""
        if self.limit is None:
            return table
        columns = [name for name in PARTS if name in table.column_names]
        places = (dict.fromkeys(PARTS) | row for row in table.select(columns).to_pylist())
        return table.filter(pa.array(map(self.limit.holds, places), pa.bool_()))

    @property
    def whole(self) -> bool:
        """Whether the reader may see what concerns a whole organisation: its reviews, its plan and its imports."""
        return self.limit is None or self.limit.level == "organisation"

    @property
    def everywhere(self) -> bool:
        """Whether the reader may see all organisations."""
        return self.limit is None

    def require_whole(self) -> None:
        """Raise Refusal if the reader is limited to a part of an organisation."""
        if self.limit is not None and not self.whole:
            raise Refusal(PART_ONLY, part=self.limit.name(self.say))

    def require_everywhere(self) -> None:
        """Raise Refusal if the reader is limited to an organisation or a part of one."""
        if self.limit is not None:
            raise Refusal(ONE_ONLY, part=self.limit.unit or self.limit.department or self.limit.organisation)

    def sees(self, scope: Scope) -> bool:
        """Whether a scope is within the reader's limit."""
        return self.limit is None or self.limit.holds(scope)

    def organisations(self, names: Iterable[str]) -> tuple[str, ...]:
        """The organisations that the reader may see; that of the limit even if it is none of the names."""
        if self.limit is None:
            return tuple(names)
        own = Scope(self.limit.organisation)
        return tuple(name for name in names if own.holds(Scope(name))) or (self.limit.organisation,)

    def sees_all(self, names: Iterable[str]) -> bool:
        """Whether the reader may see each of these organisations."""
        every = tuple(names)
        return self.organisations(every) == every

    def within(self, scope: Scope) -> Scope:
        """Return the part of a scope that the reader's limit allows. Raise Refusal if there is none."""
        return scope if self.limit is None else self.limit.narrowed(scope)

    # --- Persons and free text ----------------------------------------------------------------------------------------

    def person(self, value: Value) -> Value | None:
        """A person's name or the free text of an incident; None if the reader may not see it."""
        return value if self.named else None

    def text(self, text: str) -> str:
        """A free text, without names of persons unless the reader may see them."""
        return text if self.named else self.withheld.names.withhold(text)

    def row(self, row: Mapping[str, Any], *, persons: Iterable[str] = (), kept: Iterable[str] = ()) -> dict[str, Any]:
        """A row with free texts: the fields `persons` are emptied, names are withheld from all texts but the `kept`."""
        if self.named:
            return dict(row)
        texts = {name: self.text(value) for name, value in row.items() if isinstance(value, str) and name not in kept}
        return {**row, **texts, **dict.fromkeys(persons)}

    def opens(self, point: Point) -> bool:
        """Whether the reader may see the spreadsheet rows behind a point's items."""
        return self.named or not (point.persons or about_incidents(point))

    def finds(self, source: Source | None) -> bool:
        """Whether the reader may see which rows of an export fail a check; None is one that nothing declares now."""
        private = source is None or is_private(source)
        return self.may(Permission.SEE_ITEMS) and (self.named or not private) and self.everywhere

    def items(self, point: Point, items: Rows) -> Rows:
        """The items of a point without persons, free text of incidents, and names in other texts."""
        items = self.limited(items)
        if self.named:
            return items
        if point.persons:
            return []
        if about_incidents(point):
            return [row | {"label": row["item"], "detail": None} for row in items]
        return [
            row
            | {name: self.text(text) for name in ("label", "detail") if (text := row.get(name)) and text != row["item"]}
            for row in items
        ]

    def changed(self, point: Point, item: dict[str, Any]) -> dict[str, Any]:
        """A changed item; of a person only the outcome is left, and of one outside of the limit not where it is."""
        if point.persons and not self.named:
            return {name: item[name] if name == "outcome" else None for name in item}
        if not self.limited([item]):
            return item | dict.fromkeys(("department", "unit", "reason", "detail", "due", "file", "sheet", "row"))
        return self.items(point, [item])[0]

    @property
    def least_shared(self) -> int:
        """How many incidents must share a text for it to be shown: a rare one may identify somebody."""
        return 1 if self.named else LEAST_SHARED

    # --- Small numbers ------------------------------------------------------------------------------------------------

    def few(self, persons: int) -> bool:
        """Whether a number of persons is too small to be shown."""
        return not self.named and persons < FEW_PERSONS

    def figures(self, figures: Iterable[F], plans: Plans) -> list[F]:
        """The figures of one or more days; those that the plans hide are marked and have no counts."""
        return [without_counts(figure) for figure in told_together(self._marked(figures, plans))]

    def added_up(self, figures: Iterable[F], scope: Scope, plans: Plans) -> list[F]:
        """The figures of a level within a scope; those that the plans hide are added up as "Other units"."""
        parts = self._marked(filter(scope.holds, figures), plans)
        department, unit = scope.department, scope.unit
        if any(
            plans.hides_sum(part, department=department, unit=unit, departments=part.unit is None)
            for part in parts
            if part.few
        ):
            return [part for part in parts if not part.few]
        return added_up(parts, self.say(OTHER_UNITS))

    def side_by_side(self, figures: Iterable[F], years: Callable[[], Years]) -> list[F]:
        """The figures of organisations beside each other, on one or more days, those of few persons without counts.

        What is hidden throughout their `years` is asked for if the reader may not see persons.
        """
        if self.named:
            return self.limited(figures)
        return [without_counts(figure) for figure in told_together(side_by_side(self.limited(figures), years()))]

    def _marked(self, figures: Iterable[F], plans: Plans) -> list[F]:
        within = self.limited(figures)
        return within if self.named else [replace(figure, few=plans.hides(figure)) for figure in within]


# The product as its own reader: freezing, verifying, the command line.
EVERYTHING: Final = Reader(User("", AT_THIS_MACHINE), Language("sv"), Withheld(lambda: Names([], [])))
