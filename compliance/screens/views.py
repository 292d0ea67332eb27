"""The view: which data are shown, for whom and in which language."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st

from compliance.access import permissions, sessions
from compliance.access.permissions import Permission, User
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.access.sessions import Session
from compliance.core import clock
from compliance.core.language import LANGUAGES, Language
from compliance.core.remembering import cached_property
from compliance.counting import assessing
from compliance.declarations import settings
from compliance.loading.loading import Order
from compliance.screens.caching import Data, read
from compliance.store import stores
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database

# The range of as-of dates, in the date field and in the address.
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)
# The parameter of the address that shows the samples beside an own database.
SAMPLES: Final = {"data": "samples"}


@read()
def organisations(cursor: Cursor, as_of: date) -> tuple[str, ...]:
    """The names of the organisations on a day; an empty database has one, without exports."""
    return assessing.basis_on(cursor, days=[as_of], known_at=EVERYTHING_KNOWN).organisations


@dataclass(frozen=True)
class View:
    """What every page shows, and for whom. `looking` is whether it shows the samples beside an own database."""

    reader: Reader
    data: Data
    sample: bool
    as_of: date
    scope: Scope
    looking: bool = False

    @property
    def say(self) -> Language:
        """The reader's language."""
        return self.reader.say

    @property
    def asker(self) -> str:
        """Who asks in a mail: the reader by name, or empty where nobody has logged in."""
        user = self.reader.user
        return user.name if user.person else ""

    @property
    def database(self) -> Database:
        """The store that is read."""
        return self.data.database

    @cached_property
    def address(self) -> dict[str, str]:
        """The view as parameters of the address, which every page has; for who sees no figures the language alone."""
        if not self.reader.may(Permission.SEE_FIGURES):
            return self.language
        params = {
            "as_of": self.as_of.isoformat(),
            "organisation": self.scope.organisation if self.of_several else None,
            "department": self.scope.department if not self.scope.unit else None,
            "unit": self.scope.unit,
        }
        return (
            {name: value for name, value in params.items() if value} | self.language | (SAMPLES if self.looking else {})
        )

    @cached_property
    def query(self) -> str:
        """The address as a browser writes it after the question mark."""
        return urlencode(self.address)

    @cached_property
    def cache_key(self) -> tuple[object, ...]:
        """Everything that decides what a page shows of the exports, in which words and with which links."""
        return (*self.figures_key, self.say.code, self.looking)

    @cached_property
    def figures_key(self) -> tuple[object, ...]:
        """Everything that decides what a page shows of the exports, but for its words and links."""
        return (self.data, self.reader.cache_key, self.as_of, self.scope)

    @property
    def organisations(self) -> tuple[str, ...]:
        """The names of the organisations on its day."""
        return organisations(self.data, self.as_of)

    @cached_property
    def of_several(self) -> bool:
        """Whether the store has more organisations than the one that is shown."""
        return len(self.organisations) > 1

    @property
    def place(self) -> str:
        """The part that is shown, as the button of the view names it: after its organisation if there are several."""
        part = self.scope.unit or self.scope.department
        if not self.of_several:
            return self.scope.name(self.say)
        return " · ".join(filter(None, (self.scope.organisation, part)))

    @property
    def language(self) -> dict[str, str]:
        """The language alone as a parameter of the address, as of a page that shows other data."""
        return {"lang": self.say.code} if self.say.code != "sv" else {}


def user() -> User:
    """The current user, with the roles that they hold at this moment."""
    return asking()()


def asking() -> Callable[[], User]:
    """A function that returns the current user also outside of a run, such as in the thread that makes a file."""
    return partial(_only_reading, _asking()) if looking() else _asking()


def _asking() -> Callable[[], User]:
    if settings.current().login is None:
        # looked up when it is called: the test of a role that is taken away replaces it
        return lambda: permissions.current_user()
    return partial(sessions.user, _key())


def looking() -> bool:
    """Whether somebody who sees all of an organisation asks for the samples although there is an own database."""
    if st.query_params.get("data") != SAMPLES["data"] or not stores.own().exists():
        return False
    who = _asking()()
    return who.may(Permission.SEE_FIGURES) and who.limit is None


def _only_reading(asked: Callable[[], User]) -> User:
    """The user as they look at the samples beside an own database: they change nothing, in either."""
    who = asked()
    return replace(who, role=replace(who.role, permissions=who.role.permissions & permissions.READING))


def session() -> Session | None:
    """The session of the person whose page this is; None if it is over, and where there is no login."""
    return sessions.find(_key(), now=clock.now())


def _key() -> str:
    key = st.user.get("session")
    return key if isinstance(key, str) else ""


def language() -> Language:
    """The language in the address, else Swedish."""
    code = st.query_params.get("lang", "sv")
    return Language(code if code in LANGUAGES else "sv")


def database() -> tuple[Database, bool]:
    """The organisation's own database, else the samples', as if one looks at them; and whether it is the samples'."""
    return (stores.samples(), True) if looking() else usual_store()


def usual_store() -> tuple[Database, bool]:
    """The organisation's own database, else the samples'; and whether it is the samples'."""
    own = stores.own()
    return (own, False) if own.exists() else (stores.samples(), True)


def order(**fields: Any) -> Order:
    """An order of the current user."""
    who = user()
    return Order(who.name, user=who, **fields)
