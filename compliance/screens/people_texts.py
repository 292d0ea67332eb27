"""Persons and scopes in words, for the pages of those who run the service. No Streamlit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from compliance.access import audit
from compliance.access.people import SYSTEM, Person
from compliance.access.scopes import Scope
from compliance.core import clock
from compliance.core.language import N_, Language

# Between the parts of a scope.
THEN: Final = " · "
# What the store has for who is no person.
WHO: Final = {
    "coordinator": N_("the coordinator"),
    "command line": N_("the command line"),
    "intake": N_("the intake"),
    "sample data": N_("the sample data"),
    "upgrade": N_("the upgrade"),  # to 0.11, which read exports anew
}


def names(persons: Sequence[Person], say: Language) -> dict[str, str]:
    """What each pseudonym is called. Those of the same name, and those without one, are told apart by pseudonym."""
    said = Counter(person.name for person in persons)
    return {person.person: _name(person, say, alone=said[person.name] == 1) for person in persons}


def _name(person: Person, say: Language, *, alone: bool) -> str:
    if person.issuer == SYSTEM:
        return say(N_("the account {name} on the server"), name=person.name)
    if not person.name:
        return say(N_("nameless ({pseudonym})"), pseudonym=person.person)
    return person.name if alone else f"{person.name} ({person.person})"


def who(person: str, called: Mapping[str, str], say: Language) -> str:
    """Somebody by pseudonym: by name while it is kept."""
    if person == audit.UNKNOWN.person:
        return say(N_("somebody unknown"))
    return called.get(person) or say(N_("removed person"))


def scope(limit: Scope | None, say: Language) -> str:
    """A limit in words; none is everything."""
    parts = [limit.organisation, limit.department, limit.unit] if limit else []
    return THEN.join(part for part in parts if part) or say(N_("Everything"))


def when_and_who(at: datetime, who: str, say: Language) -> str:
    """When something was done (UTC), and by whom, as the store has it."""
    return say(N_("{moment} by {who}"), moment=say.moment(clock.local(at)), who=recorded(who, say))


def recorded(who: str, say: Language) -> str:
    """Whom the store names."""
    return say(WHO[who]) if who in WHO else who
