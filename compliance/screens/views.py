"""The view: which data are shown, for whom and in which language. It comes from the address alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st

from compliance.access import permissions, sessions
from compliance.access.permissions import Permission, User
from compliance.access.reader import Reader, Withheld
from compliance.access.scopes import Scope
from compliance.access.sessions import Session
from compliance.access.withholding import Names
from compliance.core import clock
from compliance.core.language import LANGUAGES, Language, folded
from compliance.core.masking import Kind, mask_text
from compliance.core.remembering import cached_property
from compliance.declarations import settings
from compliance.loading.loading import Order
from compliance.screens import reads
from compliance.screens.reads import Data
from compliance.store import stores
from compliance.store.database import Database, Rows

# The range of as-of dates, in the date field and in the address.
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)
# The parameter of the address that shows the samples beside an own database.
SAMPLES: Final = {"data": "samples"}


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
        return (self.data, self.reader.cache_key, self.say.code, self.as_of, self.scope, self.looking)

    @cached_property
    def of_several(self) -> bool:
        """Whether the store has more organisations than the one that is shown."""
        return len(reads.organisations(self.data, self.as_of)) > 1

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


def current() -> View:
    """The view that the address names, with defaults for what it leaves out."""
    mask_address()
    store, sample = database()
    data = reads.data(store)
    named = day_of(st.query_params.get("as_of"))
    as_of = named or usual_day(data, sample=sample)
    who = user()
    reader = Reader(who, language(), Withheld(lambda: Names([], [])), who.limit)
    scope = _scope(data, reader, as_of)
    reader = replace(reader, withheld=reads.withheld(data))
    return View(reader, data, sample, as_of, scope, looking())


def usual_day(data: Data, *, sample: bool) -> date:
    """The day that is shown if the address names none: today, of the samples their last one."""
    return _last_day_of(reads.imports(data), clock.today()) if sample else clock.today()


def _last_day_of(imports: Rows, today: date) -> date:
    """The latest extract date of a staff list that is not after today, else of any export, else today."""
    live = [row for row in imports if row["revoked_at"] is None and row["extract_date"] <= today]
    staff = [row["extract_date"] for row in live if row["source"] == "staff"]
    return max(staff or [row["extract_date"] for row in live], default=today)


def mask_address() -> None:
    """Mask identity numbers in the address, which browsers and logs store; it may hold case numbers."""
    day = day_of(st.query_params.get("as_of")) or clock.today()
    for name, text in st.query_params.to_dict().items():
        if (masked := mask_text(text, Kind.CASE, day)[0]) != text:
            st.query_params[name] = masked


def day_of(text: str | None) -> date | None:
    """The day that a parameter names; None if it is no date or outside of the range."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _scope(data: Data, reader: Reader, as_of: date) -> Scope:
    """The scope that the address names within the reader's limit, else the limit; names as the exports spell them."""
    names = reader.organisations(reads.organisations(data, as_of))
    organisation = _param("organisation", names) or names[0]
    places = reader.limited(row for row in reads.units(data, as_of) if row["organisation"] == organisation)
    departments = {row["unit"]: row["department"] for row in places}
    unit = _param("unit", departments)
    if unit is None and "unit" in st.query_params and reader.whole:
        unit = _param("unit", reads.units_named(data, as_of, organisation))
    own = reader.within(Scope(organisation, _param("department", departments.values()), unit))
    unit = _named(own.unit, [*departments, *reads.units_named(data, as_of, organisation)]) if own.unit else None
    unit = unit or own.unit
    if unit:
        return Scope(organisation, departments.get(unit), unit)
    return replace(own, department=_named(own.department, departments.values()) or own.department)


def _param(param: str, names: Iterable[str]) -> str | None:
    """The name that a parameter of the address gives, whatever its case; None if it is none of `names`."""
    return _named(st.query_params.get(param), names)


def _named(text: str | None, names: Iterable[str]) -> str | None:
    by_folded = {folded(name): name for name in names if name}
    return (text if text in by_folded.values() else by_folded.get(folded(text))) if text else None
