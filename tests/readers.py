"""Readers as tests have them: of a role, with the names that their texts are without, and with a limit."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from compliance.access import roles
from compliance.access.disclosure import Plans
from compliance.access.permissions import ANALYST, COORDINATOR, Role, User
from compliance.access.reader import Reader, Withheld
from compliance.access.roles import Held
from compliance.access.scopes import Scope
from compliance.access.withholding import Names
from compliance.core.language import Language
from compliance.counting import assessing
from compliance.store.database import EVERYTHING_KNOWN, Cursor
from tests.line import POINTS


def reader(role: Role, *, names: Iterable[str] = (), lang: str = "sv", limit: Scope | None = None) -> Reader:
    """A person of a role, to whom `names` are withheld if persons are not named to them."""
    known = Names(names, [])
    return Reader(User("tester", role), Language(lang), Withheld(lambda: known), limit)


def hidden_from(cursor: Cursor, who: Reader, day: date) -> Plans:
    """What is hidden from a reader on a day, by the points of the product."""
    if who.named:
        return Plans([], [])
    return assessing.plans(cursor, POINTS, days=[day], known_at=EVERYTHING_KNOWN)


def asked_once(ask: Callable[..., Any], known: dict[str, Any]) -> Callable[..., Any]:
    """The same question, asked once of a database that nobody changes; the answers are kept in `known`."""

    def asked(cursor: Cursor, *given: Any, **named: Any) -> Any:
        key = repr((ask.__name__, given, named))
        if key not in known:
            known[key] = ask(cursor, *given, **named)
        found = known[key]
        return [dict(row) if isinstance(row, dict) else row for row in found] if isinstance(found, list) else found

    return asked


def granted(person: str | None = None) -> dict[str, list[Held]]:
    """The roles of the product's own table, by person; of one person alone if one is named."""
    by_person: dict[str, list[Held]] = {}
    for grant in roles.grants(person):
        by_person.setdefault(grant.person, []).append(grant.held)
    return by_person


MINE = reader(COORDINATOR)
THEIRS = reader(ANALYST)
