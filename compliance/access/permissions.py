"""Permissions and roles. Code checks a permission, never a role; a login will change only `current_user`."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from compliance.core.errors import Refusal
from compliance.core.language import N_

NOT_ALLOWED: Final = N_("You are not allowed to do this. Ask the coordinator.")


class Permission(Enum):
    """One thing that a person may be allowed to do.

    SEE_REVIEW shows a review as it is handed out; READ_REVIEW also its comments and decisions, which may name persons.
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
    SIGN_REVIEW = "sign_review"
    WRITE_REVIEW = "write_review"


@dataclass(frozen=True)
class Role:
    """A list of permissions, with a sentence on who may hold it."""

    id: str
    held_by: str
    permissions: frozenset[Permission]


COORDINATOR: Final = Role(
    "coordinator",
    N_("The information security coordinator, who loads exports and prepares the review."),
    frozenset(Permission),
)
MANAGEMENT: Final = Role(
    "management",
    N_("The head of administration and the management group, who look, decide and sign."),
    frozenset(
        {Permission.SEE_FIGURES, Permission.SEE_REVIEW, Permission.READ_REVIEW, Permission.SIGN_REVIEW},
    ),
)
ANALYST: Final = Role(
    "analyst",
    N_("Those who check how a figure came about and download extracts without names."),
    frozenset(
        {Permission.SEE_FIGURES, Permission.SEE_ITEMS, Permission.DOWNLOAD_EXTRACTS, Permission.SEE_REVIEW},
    ),
)
ROLES: Final = (COORDINATOR, MANAGEMENT, ANALYST)


@dataclass(frozen=True)
class User:
    """A person and the role they hold."""

    name: str
    role: Role

    def may(self, permission: Permission) -> bool:
        """Whether the person has a permission."""
        return permission in self.role.permissions


def current_user() -> User:
    """The person at this machine: the coordinator, since there is no login."""
    return User("coordinator", COORDINATOR)


def require(user: User, permission: Permission) -> None:
    """Raise Refusal if the person lacks a permission."""
    if not user.may(permission):
        raise Refusal(NOT_ALLOWED)
