"""A part of an organisation: what a page shows, or what a person is limited to."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from compliance.core.errors import Refusal
from compliance.core.language import N_, Language, folded
from compliance.core.remembering import cached_property

OUTSIDE: Final = N_("You may see only a part of the organisation, and this is outside of it. Ask the coordinator.")
Level = Literal["organisation", "department", "unit"]
PARTS: Final[tuple[Level, ...]] = ("organisation", "department", "unit")


@dataclass(frozen=True)
class Scope:
    """An organisation, or a department or a unit of it."""

    organisation: str
    department: str | None = None
    unit: str | None = None

    @property
    def level(self) -> Level:
        """The level at which the scope is counted."""
        return "unit" if self.unit else "department" if self.department else "organisation"

    @property
    def names(self) -> dict[str, str]:
        """The names that the scope has, by level."""
        return {name: value for name in PARTS if (value := getattr(self, name))}

    @property
    def below(self) -> Level:
        """The level of the parts that a scope is broken down by."""
        return "unit" if self.department else "department"

    def holds(self, part: Any) -> bool:
        """Whether a figure, a row or a scope belongs to this one, whatever the case of its names.

        One that has no department or unit belongs to none.
        """
        if isinstance(part, dict):
            return all(folded(part.get(name)) == wanted for name, wanted in self._wanted)
        return all(folded(getattr(part, name, None)) == wanted for name, wanted in self._wanted)

    @cached_property
    def _wanted(self) -> list[tuple[str, str]]:
        """The names a part must have, folded once since every item is compared with them."""
        wanted = {"organisation": self.organisation, "department": self.department, "unit": self.unit}
        return [(name, folded(value)) for name, value in wanted.items() if value is not None]

    def narrowed(self, other: "Scope") -> "Scope":
        """Return the intersection of two scopes. Raise Refusal if it is empty."""
        names = [(getattr(self, name), getattr(other, name)) for name in PARTS]
        if any(mine and theirs and folded(mine) != folded(theirs) for mine, theirs in names):
            raise Refusal(OUTSIDE)
        organisation, department, unit = (theirs or mine for mine, theirs in names)
        return Scope(organisation, department, unit)

    def name(self, say: Language) -> str:
        """The name of the scope for display."""
        return self.unit or self.department or say(N_("The whole organisation"))
