"""What is looked at, by whom and in which language: the address says it, and nothing else does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

import streamlit as st

from compliance import viewing
from compliance.access import permissions
from compliance.access.permissions import Permission, User
from compliance.access.withholding import Names
from compliance.core import clock, places
from compliance.core.language import LANGUAGES, Language
from compliance.core.masking import Kind, mask_text
from compliance.counting import assessing, tracing
from compliance.counting.assessing import Coverage
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.loading.loading import Order
from compliance.screens import reads
from compliance.store import stores
from compliance.store.database import EVERYTHING_KNOWN, Database, rows
from compliance.viewing import Scope

# The days that can be looked at, in the list of days and in the address.
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)


@dataclass(frozen=True)
class View:
    """What is looked at on every page, by whom and in which language.

    `version` changes with the data, the rules and the reviews that are approved, and not with what is written in them.
    """

    user: User
    say: Language
    database: Database
    sample: bool
    as_of: date
    scope: Scope
    version: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What every cached answer depends on: the data, where they are, and what the person may see."""
        return self.version, self.database.name, self.user.role.id

    @cached_property
    def address(self) -> dict[str, str]:
        """The view as it stands in the address of every page."""
        given = {
            "as_of": self.as_of.isoformat(),
            "organisation": self.scope.organisation if len(reads.organisations(self.key, self.as_of)) > 1 else None,
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
    version = f"{found.version()} {reads.marks(places.own_files())}"
    key = (version, found.name, user().role.id)
    as_of = day_of(st.query_params.get("as_of")) or (
        viewing.last_day_of(reads.imports(key), clock.today()) if sample else clock.today()
    )
    return View(user(), language(), found, sample, as_of, _scope(key, as_of), version)


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


def _scope(key: tuple[str, str, str], as_of: date) -> Scope:
    names = reads.organisations(key, as_of)
    organisation = _said("organisation", names) or names[0]
    departments = {
        row["unit"]: row["department"] for row in reads.units(key, as_of) if row["organisation"] == organisation
    }
    unit = _said("unit", departments)
    if unit is None and "unit" in st.query_params:
        unit = _said("unit", reads.units_named(key, as_of, organisation))
    if unit:
        return Scope(organisation, departments.get(unit), unit)
    return Scope(organisation, _said("department", departments.values()))


def _said(param: str, names: Iterable[str]) -> str | None:
    """The one of some names that the address says, whatever its case; None where it says none of them."""
    said = st.query_params.get(param, "")
    known = {name.casefold(): name for name in names if name}
    return (said if said in known.values() else known.get(said.casefold())) if said else None


def parts_added_up(view: View, level: assessing.Level, point_id: str) -> list[Coverage]:
    """The figures of the departments or units within what is looked at; what may not be seen is added up as one."""
    found = reads.marked_parts(view.key, view.as_of, view.scope, level, (point_id,))
    return found if view.user.may(Permission.SEE_PERSONS) else viewing.without_few(found, view.say)


def names(view: View) -> Names:
    """The names of persons to be left out of texts. Who has got a decision is read anew: it changes no figure."""
    return reads.names_known(view.key[:2], view.as_of, EVERYTHING_KNOWN, view.scope.organisation, responsible(view))


def responsible(view: View) -> tuple[str, ...]:
    """Who has ever been made responsible for a decision."""
    with view.database.cursor() as cursor:
        return tuple(row["name"] for row in rows(cursor, statement("responsible_named")))


def row_behind(view: View, point: Point, item: dict[str, Any]) -> tracing.TracedRow | None:
    """The spreadsheet row behind an item."""
    with view.database.cursor() as cursor:
        return tracing.row_behind(cursor, point, item, reads.sources())


def register_row(view: View, register: dict[str, Any]) -> tracing.TracedRow | None:
    """The spreadsheet row behind a system of the register."""
    with view.database.cursor() as cursor:
        return tracing.register_row(cursor, register, reads.sources(), as_of=view.as_of, known_at=EVERYTHING_KNOWN)
