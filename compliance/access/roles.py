"""Who holds which role: what the provider says at the login, and what the product's own table says now."""

import json
from dataclasses import dataclass, replace
from typing import Any, Final

from compliance.access import audit
from compliance.access.audit import Action, require
from compliance.access.people import SYSTEM, Person, at, everybody, named
from compliance.access.permissions import (
    ADMINISTRATOR,
    NO_ROLE,
    READING,
    ROLES,
    Permission,
    User,
    combined,
)
from compliance.access.scopes import PARTS, Scope
from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.store import register
from compliance.store.file_register import Row

BY_ID: Final = {role.id: role for role in ROLES}
OTHER_LIMIT: Final = N_(
    "The person already holds a role with another scope. A person has one scope for all roles: take the others away "
    "first."
)
OWN_ROLE: Final = N_("You cannot change this role of your own. Another administrator can, or whoever runs the server.")
NOT_LIMITED: Final = N_("The role of administrator concerns the whole service, so it has no narrower scope.")
NOBODY: Final = N_("There is no such person. Whoever is to be given a role logs in once first.")


@dataclass(frozen=True)
class Held:
    """A role that somebody holds, within a limit if there is one."""

    role: str
    limit: Scope | None = None

    @staticmethod
    def of(row: Row) -> "Held":
        """The role in a row or a JSON object with role, organisation, department and unit."""
        organisation, department, unit = map(row.get, PARTS)
        return Held(row["role"], Scope(organisation, department, unit) if organisation else None)

    @property
    def row(self) -> dict[str, Any]:
        """The role as a row."""
        return {"role": self.role, **dict.fromkeys(PARTS), **self.names}

    @property
    def names(self) -> dict[str, str]:
        """The names of the limit, by level; none if there is no limit."""
        return self.limit.names if self.limit else {}


@dataclass(frozen=True)
class Grant:
    """A role of the product's own table, when it was given (UTC) and by which pseudonym."""

    person: str
    held: Held
    at: str
    given_by: str


@dataclass(frozen=True)
class Holder:
    """A person with the roles that the provider named at the last login, and those of the product's own table."""

    person: Person
    by_provider: tuple[Held, ...]
    by_table: tuple[Grant, ...]

    @property
    def user(self) -> User:
        """The person with all these roles, as they would be after logging in again."""
        held = [*self.by_provider, *(grant.held for grant in self.by_table)]
        return user_of(self.person.name, self.person.person, held)


def read_held(text: str) -> tuple[Held, ...]:
    """Roles that are written as JSON."""
    return tuple(map(Held.of, json.loads(text)))


def user_of(name: str, person: str, held: list[Held]) -> User:
    """A person with the roles that they hold. Those whose roles have different limits may do nothing.

    Whoever is limited keeps only the permissions to read.
    """
    known = [each for each in held if each.role in BY_ID]
    limits = {each.limit for each in known}
    if len(limits) != 1:
        return User(name, NO_ROLE, person)
    ids, [limit] = tuple(dict.fromkeys(each.role for each in known)), limits
    role = combined(sorted(map(BY_ID.__getitem__, ids), key=ROLES.index))
    if limit:
        role = replace(role, permissions=role.permissions & READING)
    return User(name, role, person, limit, ids)


def grants(person: str | None = None) -> list[Grant]:
    """The roles of the product's own table, of everybody or of one person."""
    rows = register.own().rows("roles_held", person=person)
    return [Grant(row["person"], Held.of(row), row["at"], row["given_by"]) for row in rows]


def given(person: str) -> list[Held]:
    """The roles that a person holds by the product's own table."""
    return [grant.held for grant in grants(person)]


def holders() -> list[Holder]:
    """Everybody who has logged in or been given a role, by name; accounts of the server are not among them."""
    by_person: dict[str, list[Grant]] = {}
    for grant in grants():
        by_person.setdefault(grant.person, []).append(grant)
    return [
        Holder(person, read_held(person.held), tuple(by_person.get(person.person, ())))
        for person in everybody()
        if person.issuer != SYSTEM
    ]


def give(user: User, person: str, held: Held) -> None:
    """Give a role to another person. Raise Refusal if the user may not, or if the scope is not possible."""
    require(user, Permission.MANAGE_ROLES)
    check(held)
    if person == user.person:
        raise Refusal(OWN_ROLE)
    if named(person) is None:
        raise Refusal(NOBODY)
    others = [each for each in given(person) if each.role != held.role]
    if any(each.limit != held.limit for each in others):
        raise Refusal(OTHER_LIMIT)
    _change(user, person, held, given=True)


def check(held: Held) -> None:
    """Raise Refusal if a role cannot be limited."""
    if held.limit and held.role == ADMINISTRATOR.id:
        raise Refusal(NOT_LIMITED)


def take(user: User, person: str, role: str) -> None:
    """Remove a role from a person; it holds from their next click. Raise Refusal for one's own administration."""
    require(user, Permission.MANAGE_ROLES)
    held = next((each for each in given(person) if each.role == role), None)
    if held is None:
        raise Refusal(N_("The person does not hold this role."))
    if role == ADMINISTRATOR.id and person == user.person:
        raise Refusal(OWN_ROLE)
    _change(user, person, held, given=False)


def _change(user: User, person: str, held: Held, *, given: bool) -> None:
    audit.record(user, Action.ROLE, held.role, to=person, given=given, **held.names)
    with register.own().writing() as run:
        run("add_role", at=at(clock.now()), person=person, given=int(given), given_by=user.person, **held.row)
