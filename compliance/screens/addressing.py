"""The view that the address names: it comes from the address alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import streamlit as st

from compliance.access.reader import Reader, Withheld
from compliance.access.scopes import Scope
from compliance.access.withholding import Names
from compliance.core import clock
from compliance.core.language import folded
from compliance.core.masking import Kind, mask_text
from compliance.screens import reads, views
from compliance.screens.caching import Data
from compliance.screens.views import FIRST_DAY, LAST_DAY, View, organisations
from compliance.store.database import Rows


def current() -> View:
    """The view that the address names, with defaults for what it leaves out."""
    mask_address()
    store, sample = views.database()
    data = reads.data(store)
    named = day_of(st.query_params.get("as_of"))
    as_of = named or usual_day(data, sample=sample)
    who = views.user()
    reader = Reader(who, views.language(), Withheld(lambda: Names([], [])), who.limit)
    scope = _scope(data, reader, as_of)
    reader = replace(reader, withheld=reads.withheld(data))
    return View(reader, data, sample, as_of, scope, views.looking())


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
    names = reader.organisations(organisations(data, as_of))
    organisation = _param("organisation", names) or names[0]
    places = reader.limited(row for row in reads.units(data, as_of) if row["organisation"] == organisation)
    departments = {row["unit"]: row["department"] for row in places}
    unit = _param("unit", departments)
    if unit is None and "unit" in st.query_params and reader.whole:
        unit = _param("unit", reads.units_named(data, as_of, organisation))
    own = reader.within(Scope(organisation, _param("department", departments.values()), unit))
    unit = _known_name(own.unit, [*departments, *reads.units_named(data, as_of, organisation)]) if own.unit else None
    unit = unit or own.unit
    if unit:
        return Scope(organisation, departments.get(unit), unit)
    return replace(own, department=_known_name(own.department, departments.values()) or own.department)


def _param(param: str, names: Iterable[str]) -> str | None:
    """The name that a parameter of the address gives, whatever its case; None if it is none of `names`."""
    return _known_name(st.query_params.get(param), names)


def _known_name(text: str | None, names: Iterable[str]) -> str | None:
    by_folded = {folded(name): name for name in names if name}
    return (text if text in by_folded.values() else by_folded.get(folded(text))) if text else None
