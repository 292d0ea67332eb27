"""Whom a unit's list is sent to, as the exports in force name them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from compliance.core.language import N_, folded
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, Rows, rows

By = Literal["unit", "owner", "leader", "department"]
# A shorter name of a part is more often something else in a position.
SHORTEST: Final = 4
# Who somebody is to the unit, in words.
BY: Final[dict[By, str]] = {
    "unit": N_("who leads the unit"),
    "owner": N_("object owner"),
    "leader": N_("object leader"),
    "department": N_("who leads the department"),
}


@dataclass(frozen=True)
class Contact:
    """A person, the address if an export has it, and what makes them the one to ask.

    `greeted` is whether `name` is what a person is called, and no title or id.
    """

    name: str
    email: str | None
    by: By
    greeted: bool = False


@dataclass(frozen=True)
class Contacts:
    """Those who lead units and departments, by name in lower case, and who answer for systems, by their name so.

    `positions` are the positions of all who lead, in lower case: "avdelningschef förskola" leads Förskola.
    """

    units: Mapping[str, Contact] = field(default_factory=dict)
    departments: Mapping[str, Contact] = field(default_factory=dict)
    systems: Mapping[str, tuple[Contact, ...]] = field(default_factory=dict)
    positions: tuple[tuple[str, Contact], ...] = ()

    def of_system(self, name: str) -> tuple[Contact, ...]:
        """Who answers for a system, its owner first."""
        return self.systems.get(folded(name), ())

    def of_unit(self, unit: str | None, department: str | None) -> Contact | None:
        """Whom the list of a unit goes to: its head, else of its department; with an address before one without."""
        found = [
            self.units.get(folded(unit)) or self._by_position(unit, "unit"),
            self._by_position(department, "department") or self.departments.get(folded(department)),
        ]
        known = [contact for contact in found if contact]
        return next((contact for contact in known if contact.email), next(iter(known), None))

    def _by_position(self, part: str | None, by: By) -> Contact | None:
        """Who has the name of a part in their position."""
        name = re.compile(rf"\b{re.escape(folded(part))}\b") if part and len(part) >= SHORTEST else None
        return next((replace(each, by=by) for position, each in self.positions if name and name.search(position)), None)


def contacts(cursor: Cursor, params: Mapping[str, Any], *, managers: Sequence[str]) -> Contacts:
    """The contacts of an organisation on a day: `params` has both. `managers` are words in the positions of heads."""
    leading = rows(cursor, statement("unit_contacts"), {**params, "managers": [*managers]})
    systems = rows(cursor, statement("system_contacts"), dict(params))
    return Contacts(
        _heads(leading, "unit"),
        _heads([row for row in leading if row["management"]], "department"),
        {folded(row["system_key"]): _answering(row) for row in systems},
        tuple((folded(row["position"]), _contact(row, "unit")) for row in leading if row["position"]),
    )


def _contact(row: Mapping[str, Any], by: By) -> Contact:
    return Contact(row["name"], row["email"], by, row["greeted"])


def _heads(leading: Rows, part: Literal["unit", "department"]) -> dict[str, Contact]:
    """The first of each part, who has an address if anybody there has."""
    heads: dict[str, Contact] = {}
    for row in leading:
        if row[part]:
            heads.setdefault(folded(row[part]), _contact(row, part))
    return heads


def _answering(row: Mapping[str, Any]) -> tuple[Contact, ...]:
    each: tuple[tuple[By, str], ...] = (("owner", "owner_email"), ("leader", "leader_email"))
    return tuple(Contact(row[by], row[email], by) for by, email in each if row[by])
