"""What is looked at, by whom and in which language: the address says it, and nothing else does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

import streamlit as st

from compliance.access import permissions
from compliance.access.permissions import User
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core import clock
from compliance.core.language import LANGUAGES, Language
from compliance.core.masking import Kind, mask_text
from compliance.loading.loading import Order
from compliance.screens import reads
from compliance.screens.reads import Data
from compliance.store import stores
from compliance.store.database import Database, Rows

# The days that can be looked at, in the list of days and in the address.
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)


@dataclass(frozen=True)
class View:
    """What is looked at on every page, and by whom."""

    reader: Reader
    data: Data
    sample: bool
    as_of: date
    scope: Scope

    @property
    def say(self) -> Language:
        """The reader's language."""
        return self.reader.say

    @property
    def database(self) -> Database:
        """The store that is looked into."""
        return self.data.database

    @cached_property
    def address(self) -> dict[str, str]:
        """The view as it stands in the address of every page."""
        given = {
            "as_of": self.as_of.isoformat(),
            "organisation": self.scope.organisation if len(reads.organisations(self.data, self.as_of)) > 1 else None,
            "department": self.scope.department if not self.scope.unit else None,
            "unit": self.scope.unit,
            "lang": self.say.code if self.say.code != "sv" else None,
        }
        return {name: value for name, value in given.items() if value}


def user() -> User:
    """The person who asks."""
    return permissions.current_user()


def language() -> Language:
    """The language in the address, else Swedish."""
    said = st.query_params.get("lang", "sv")
    return Language(said if said in LANGUAGES else "sv")


def database() -> tuple[Database, bool]:
    """The organisation's own database, or the samples' where it has none yet; and whether it is the samples'."""
    own = stores.own()
    return (own, False) if own.exists() else (stores.samples(), True)


def order(**given: Any) -> Order:
    """An order of the person at this machine."""
    return Order(user().name, **given)


def current() -> View:
    """What the address says, with a default for what it leaves out."""
    mask_address()
    found, sample = database()
    data = reads.data(found)
    named = day_of(st.query_params.get("as_of"))
    as_of = named or (_last_day_of(reads.imports(data), clock.today()) if sample else clock.today())
    scope = _scope(data, as_of)
    reader = Reader(user(), language(), reads.withheld(data, as_of, scope.organisation))
    return View(reader, data, sample, as_of, scope)


def _last_day_of(imports: Rows, today: date) -> date:
    """The latest extract date of a staff list that is not after today, else of any export, else today."""
    live = [row for row in imports if row["revoked_at"] is None and row["extract_date"] <= today]
    staff = [row["extract_date"] for row in live if row["source"] == "staff"]
    return max(staff or [row["extract_date"] for row in live], default=today)


def mask_address() -> None:
    """What anybody has written into the address, which is kept wherever addresses are; cases may be named in it."""
    day = day_of(st.query_params.get("as_of")) or clock.today()
    for name, said in st.query_params.to_dict().items():
        if (masked := mask_text(said, Kind.CASE, day)[0]) != said:
            st.query_params[name] = masked


def day_of(text: str | None) -> date | None:
    """The day that a text of the address names, where it is one that can be looked at."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _scope(data: Data, as_of: date) -> Scope:
    names = reads.organisations(data, as_of)
    organisation = _said("organisation", names) or names[0]
    departments = {
        row["unit"]: row["department"] for row in reads.units(data, as_of) if row["organisation"] == organisation
    }
    unit = _said("unit", departments)
    if unit is None and "unit" in st.query_params:
        unit = _said("unit", reads.units_named(data, as_of, organisation))
    if unit:
        return Scope(organisation, departments.get(unit), unit)
    return Scope(organisation, _said("department", departments.values()))


def _said(param: str, names: Iterable[str]) -> str | None:
    """The one of some names that the address says, whatever its case; None where it says none of them."""
    said = st.query_params.get(param, "")
    known = {name.casefold(): name for name in names if name}
    return (said if said in known.values() else known.get(said.casefold())) if said else None
