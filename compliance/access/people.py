"""Persons in the register: a pseudonym each, with the name kept apart from what they have done."""

import getpass
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from compliance.access.pseudonyms import kept_subject
from compliance.core.masking import mask_text
from compliance.store import failures, register
from compliance.store.file_register import storable

# The issuer of those who are known by their account on the server.
SYSTEM: Final = "system"
LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Person:
    """Somebody by pseudonym, and whom the pseudonym stands for: the subject of an issuer, with a name to show.

    `seen_at` is the last login, empty before the first, and `held` the roles that the provider named then, as JSON.
    """

    person: str
    issuer: str
    subject: str
    name: str
    seen_at: str
    held: str


def known(issuer: str, subject: str, name: str) -> str:
    """The pseudonym of a subject, given the first time; the name is kept as it is now, unless it is empty.

    A subject that is an identity number is kept as a keyed hash, and a name without one.
    Raise Refusal for a subject that cannot be kept as it is: without a letter it might be somebody else's.
    """
    if storable(issuer + subject) != issuer + subject:
        raise failures.not_stored()
    shown, subject = mask_text(name)[0][:LONGEST_NAME], kept_subject(issuer, subject)
    with register.own().writing() as run:
        [row] = run("add_person", person=f"p{secrets.token_hex(6)}", issuer=issuer, subject=subject, name=shown)
    return str(row["person"])


def find(issuer: str, subject: str) -> str | None:
    """The pseudonym of a subject; None if it has none yet."""
    found = register.own().rows("person_of", issuer=issuer, subject=kept_subject(issuer, subject))
    return str(found[0]["person"]) if found else None


def system_user() -> str:
    """The pseudonym of the account that this process runs as."""
    name = getpass.getuser()
    return find(SYSTEM, name) or known(SYSTEM, name, name)


def everybody() -> list[Person]:
    """All persons whose names are kept, by name."""
    return [Person(**row) for row in register.own().rows("persons")]


def named(person: str) -> Person | None:
    """Who a pseudonym is; None if that has been removed."""
    return next((Person(**row) for row in register.own().rows("person_named", person=person)), None)


def remove(person: str) -> None:
    """Forget who a pseudonym is, and end their sessions. What they have done stays, under the pseudonym."""
    with register.own().writing() as run:
        run("end_sessions_of_person", person=person)
        run("remove_person", person=person)


def at(moment: datetime) -> str:
    """A moment (UTC) as the register writes it, so that texts sort as moments do."""
    return moment.isoformat(timespec="microseconds")
