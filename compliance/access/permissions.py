"""Permissions and roles. Code checks a permission, never a role."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from compliance.access.scopes import Scope
from compliance.core.language import N_

NOT_ALLOWED: Final = N_("You are not allowed to do this. Ask the coordinator.")


class Permission(Enum):
    """One thing that a person may be allowed to do.

    SEE_REVIEW shows a review as it is handed out; READ_REVIEW also its comments and decisions, which may name persons.
    WRITE_REVIEW is the coordinator's: to open, comment, write chapters and correct. ASSESS_REVIEW is the verdict on
    each point and on the whole, DECIDE the decisions of the meeting. SUBMIT_REVIEW and APPROVE_REVIEW sign.
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


# Each permission in words, as the page of roles lists them.
WORDS: Final[dict[Permission, str]] = {
    Permission.SEE_FIGURES: N_("See the figures"),
    Permission.SEE_ITEMS: N_("See what a figure counts, item by item"),
    Permission.SEE_PERSONS: N_("See names of persons, small groups and free text"),
    Permission.LOAD_EXPORTS: N_("Load and correct exports"),
    Permission.REVOKE_IMPORTS: N_("Revoke imports"),
    Permission.DOWNLOAD_EXTRACTS: N_("Download extracts"),
    Permission.START_OWN_DATABASE: N_("Start with your own exports"),
    Permission.SEE_REVIEW: N_("See the review as it is handed out"),
    Permission.READ_REVIEW: N_("Read the comments and decisions of the review"),
    Permission.WRITE_REVIEW: N_("Open and write the review"),
    Permission.ASSESS_REVIEW: N_("Assess each point and the whole"),
    Permission.DECIDE: N_("Record decisions in the meeting"),
    Permission.SUBMIT_REVIEW: N_("Submit for approval"),
    Permission.APPROVE_REVIEW: N_("Approve the review, or send it back"),
    Permission.MANAGE_ROLES: N_("Give and take roles"),
    Permission.SEE_AUDIT: N_("Read the audit trail"),
    Permission.PURGE: N_("Purge what is too old, and remove persons"),
}

# What can be done within a part of an organisation: whoever is limited to one changes nothing.
READING: Final = frozenset(
    {
        Permission.SEE_FIGURES,
        Permission.SEE_ITEMS,
        Permission.SEE_PERSONS,
        Permission.DOWNLOAD_EXTRACTS,
        Permission.SEE_REVIEW,
        Permission.READ_REVIEW,
    }
)


@dataclass(frozen=True)
class Role:
    """A list of permissions, with a sentence on who may hold it."""

    id: str
    title: str
    held_by: str
    permissions: frozenset[Permission]


COORDINATOR: Final = Role(
    "coordinator",
    N_("Coordinator"),
    N_("The information security coordinator, who loads exports and prepares the review."),
    frozenset(Permission)
    - {Permission.APPROVE_REVIEW, Permission.MANAGE_ROLES, Permission.SEE_AUDIT, Permission.PURGE},
)
HEAD: Final = Role(
    "head",
    N_("Head of administration"),
    N_("The head of administration, or a deputy by written delegation, who assesses each point and approves."),
    frozenset(
        {
            Permission.SEE_FIGURES,
            Permission.SEE_REVIEW,
            Permission.READ_REVIEW,
            Permission.ASSESS_REVIEW,
            Permission.DECIDE,
            Permission.APPROVE_REVIEW,
        }
    ),
)
MANAGEMENT: Final = Role(
    "management",
    N_("Management"),
    N_("The management group, who look at the figures and decide in the meeting."),
    frozenset({Permission.SEE_FIGURES, Permission.SEE_REVIEW, Permission.READ_REVIEW, Permission.DECIDE}),
)
ANALYST: Final = Role(
    "analyst",
    N_("Analyst"),
    N_("Those who check how a figure came about and download extracts without names."),
    frozenset({Permission.SEE_FIGURES, Permission.SEE_ITEMS, Permission.DOWNLOAD_EXTRACTS, Permission.SEE_REVIEW}),
)
ADMINISTRATOR: Final = Role(
    "administrator",
    N_("Administrator"),
    N_(
        "Those who run the service: they give roles, read the audit trail and purge what is too old. "
        "They see no figures."
    ),
    frozenset({Permission.MANAGE_ROLES, Permission.SEE_AUDIT, Permission.PURGE}),
)
ROLES: Final = (COORDINATOR, HEAD, MANAGEMENT, ANALYST, ADMINISTRATOR)
# Everything, for the person at a machine of their own, where there is no login.
AT_THIS_MACHINE: Final = Role(
    "this_machine",
    N_("Coordinator"),
    N_("The person at this machine, where nobody else can reach the product."),
    frozenset(Permission),
)
NO_ROLE: Final = Role("none", N_("No role"), N_("Everybody who has not been given a role."), frozenset())


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
