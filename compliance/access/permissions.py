"""Permissions and roles. Code checks a permission, never a role."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from compliance.access.scopes import Scope
from compliance.core.language import N_, Texts
from compliance.core.places import ROLES_TABLE
from compliance.declarations.declared import build, read_toml

NOT_ALLOWED: Final = N_("You are not allowed to do this. Ask the coordinator.")


class Permission(Enum):
    """One thing that a person may be allowed to do.

    SEE_REVIEW shows a review as it is handed out; READ_REVIEW also its comments and decisions, which may name persons.
    WRITE_REVIEW is the coordinator's: to open, comment, write chapters and correct. ASSESS_REVIEW is the verdict on
    each point and on the whole, DECIDE the decisions of the meeting. SUBMIT_REVIEW and APPROVE_REVIEW sign.
    INSTALL_POINTS adds a point of one's own to the store, for all; SWITCH_POINTS has it count in an organisation.
    """

    SEE_FIGURES = "see_figures"
    SEE_ITEMS = "see_items"
    SEE_PERSONS = "see_persons"
    LOAD_EXPORTS = "load_exports"
    REVOKE_IMPORTS = "revoke_imports"
    DOWNLOAD_EXTRACTS = "download_extracts"
    START_OWN_DATABASE = "start_own_database"
    SEE_REVIEW = "see_review"
    READ_REVIEW = "read_review"
    WRITE_REVIEW = "write_review"
    ASSESS_REVIEW = "assess_review"
    DECIDE = "decide"
    SUBMIT_REVIEW = "submit_review"
    APPROVE_REVIEW = "approve_review"
    MANAGE_ROLES = "manage_roles"
    SEE_AUDIT = "see_audit"
    PURGE = "purge"
    SEE_SETTINGS = "see_settings"
    INSTALL_POINTS = "install_points"
    SWITCH_POINTS = "switch_points"


TABLE: Final = read_toml(ROLES_TABLE)
# Each permission in words, as the page of roles lists them.
WORDS: Final[dict[Permission, Texts]] = {
    permission: TABLE["permissions"][permission.value] for permission in Permission
}
# What can be done within a part of an organisation: whoever is limited to one changes nothing.
READING: Final = frozenset(map(Permission, TABLE["reading"]))


@dataclass(frozen=True)
class Role:
    """A list of permissions, with a sentence on who may hold it."""

    id: str
    title: Texts = field(hash=False)
    held_by: Texts = field(hash=False)
    permissions: frozenset[Permission]


def _role(id_: str) -> Role:
    return build(Role, TABLE["roles"][id_], file=ROLES_TABLE.name, at=f"roles.{id_}", id=id_)


COORDINATOR: Final = _role("coordinator")
HEAD: Final = _role("head")
MANAGEMENT: Final = _role("management")
ANALYST: Final = _role("analyst")
ADMINISTRATOR: Final = _role("administrator")
ROLES: Final = (COORDINATOR, HEAD, MANAGEMENT, ANALYST, ADMINISTRATOR)
# Of the person at a machine of their own, where there is no login.
AT_THIS_MACHINE: Final = _role("this_machine")
NO_ROLE: Final = _role("none")


def combined(roles: Sequence[Role]) -> Role:
    """The role of somebody who holds several: all that one of them permits."""
    if len(roles) == 1:
        return roles[0]
    names = "+".join(role.id for role in roles)
    return Role(names, NO_ROLE.title, NO_ROLE.held_by, frozenset().union(*(role.permissions for role in roles)))


@dataclass(frozen=True)
class User:
    """A person, what they may do, and the part of the organisation they are limited to.

    `name` is recorded with what they write. `person` is the pseudonym under which the audit trail knows them, and
    `roles` are the ids of the roles they hold; both are empty for the person at this machine. Whoever has a `limit`
    keeps only what reads.
    """

    name: str
    role: Role
    person: str = ""
    limit: Scope | None = None
    roles: tuple[str, ...] = ()

    def may(self, permission: Permission) -> bool:
        """Whether the person has a permission."""
        return permission in self.role.permissions


def current_user() -> User:
    """The person at this machine, where there is no login."""
    return User("coordinator", AT_THIS_MACHINE)
