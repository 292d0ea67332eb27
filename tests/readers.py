"""Readers as tests have them: of a role, with the names that their texts are without, and with a limit."""

from collections.abc import Iterable

from compliance.access.permissions import ANALYST, COORDINATOR, Role, User
from compliance.access.reader import Reader, Withheld
from compliance.access.scopes import Scope
from compliance.access.withholding import Names
from compliance.core.language import Language


def reader(role: Role, *, names: Iterable[str] = (), lang: str = "sv", limit: Scope | None = None) -> Reader:
    """A person of a role, to whom `names` are withheld if persons are not named to them."""
    known = Names(names, [])
    return Reader(User("tester", role), Language(lang), Withheld(lambda: known), limit)


MINE = reader(COORDINATOR)
THEIRS = reader(ANALYST)
