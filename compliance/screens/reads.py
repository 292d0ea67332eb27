"""What pages read, kept while the data stay the same.

A cached function takes everything that decides its answer; `key` holds the data's version and the person's role.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

import streamlit as st

from compliance import viewing
from compliance.access import permissions
from compliance.access.permissions import Permission
from compliance.access.withholding import Names
from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import month_ends, year_before
from compliance.counting import assessing, explaining, figures, quality
from compliance.counting.assessing import Basis, Coverage
from compliance.declarations import theming
from compliance.declarations.points import Point, load_points
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, load_sources, load_values
from compliance.review import dossier
from compliance.review.dossier import Compared, Dossier, names_of_persons
from compliance.screens.quality import texts as quality_texts
from compliance.store import stores
from compliance.store.database import EVERYTHING_KNOWN, Database, Rows, rows
from compliance.viewing import Scope

CACHED: Final = 200
TREND_MONTHS: Final = 24
Declared = TypeVar("Declared")
Key = tuple[str, str, str]


# --- The declarations ---------------------------------------------------------------------------------------------


def marks(folder: Path) -> tuple[tuple[str, int], ...]:
    """The declarations of a folder, each with when it was changed."""
    files = [*folder.glob("*.toml"), *folder.glob("sources/*.toml")]
    return tuple((str(path), path.stat().st_mtime_ns) for path in sorted(files))


def declared(load: Callable[[Path], Declared]) -> Declared:
    """What `load` reads of the product's files and the organisation's own: read anew only when one of those changes."""
    found: Declared = _declared(load, places.own_files(), marks(places.own_files()))
    return found


@lru_cache(maxsize=20)
def _declared(load: Callable[[Path], Any], own: Path, marks: object) -> Any:  # noqa: ARG001 - as said above
    return load(own)


def points() -> tuple[Point, ...]:
    """The review points, with the organisation's own rules."""
    return declared(load_points)


def point_named(name: str) -> Point | None:
    """The point with an id or a number."""
    return next((point for point in points() if name in {point.id, str(point.number)}), None)


def sources() -> dict[str, Source]:
    """The sources, with the organisation's own words."""
    return declared(load_sources)


def checks() -> tuple[quality.Check, ...]:
    """The checks of the data, with the organisation's own words."""
    return declared(quality.load_checks)


def definitions() -> tuple[figures.Definition, ...]:
    """The figures beside the points, with the organisation's own numbers."""
    return declared(figures.load_figures)


def theme() -> tuple[theming.Theme, Refusal | None]:
    """The organisation's look, or the product's and why that of the organisation is refused."""
    return _theme(places.own_files(), theming.marks(places.own_files()))


@lru_cache(maxsize=4)
def _theme(own: Path, marks: object) -> tuple[theming.Theme, Refusal | None]:  # noqa: ARG001 - read anew with a file
    return theming.usable(own)


def words() -> dict[str, list[str]]:
    """The words of values, with the organisation's own."""
    return load_values(places.own_files())


# --- The data -----------------------------------------------------------------------------------------------------


def everybodys(key: Key) -> Key:
    """The key of an answer that is the same whoever asks: counted for one role, it need not be for another."""
    return (*key[:2], "")


def at(key: Key) -> Database:
    """The database that a cached answer is of."""
    return stores.named(key[1])


@st.cache_data(show_spinner=False, max_entries=CACHED)
def organisations(key: Key, as_of: date) -> tuple[str, ...]:
    """The organisations that there are on a day, as they are called then; an empty database has one without exports."""
    with at(key).cursor() as cursor:
        return assessing.basis(cursor, days=[as_of], known_at=EVERYTHING_KNOWN).organisations


@st.cache_data(show_spinner=False, max_entries=CACHED)
def imports(key: Key) -> Rows:
    """Every import, the newest first."""
    with at(key).cursor() as cursor:
        return rows(cursor, statement("imports"), {"known_at": EVERYTHING_KNOWN})


@st.cache_data(show_spinner=False, max_entries=CACHED)
def units(key: Key, as_of: date) -> Rows:
    """The units of a day with their departments."""
    with at(key).cursor() as cursor:
        return rows(cursor, statement("units"), {"as_of": as_of, "known_at": EVERYTHING_KNOWN})


@st.cache_data(show_spinner=False, max_entries=CACHED)
def units_named(key: Key, as_of: date, organisation: str) -> list[str]:
    """The units that some export names on a day, also those that belong to no department."""
    given = {"as_of": as_of, "known_at": EVERYTHING_KNOWN, "organisation": organisation}
    with at(key).cursor() as cursor:
        return [row["name"] for row in rows(cursor, statement("units_named"), given)]


@st.cache_resource(show_spinner=False, max_entries=CACHED)
def basis(key: Key, as_of: date) -> Basis:
    """The imports that the figures of a day rest on."""
    with at(key).cursor() as cursor:
        return assessing.basis(cursor, days=[as_of], known_at=EVERYTHING_KNOWN)


def coverage(key: Key, days: tuple[date, ...], scope: Scope, ids: tuple[str, ...]) -> list[Coverage]:
    """The figures of some points for a scope, each day.

    They are counted together with those of all points and of the days that pages ask for, since counting more takes
    little longer, and whoever looks at one point soon looks at another.
    """
    usual = _usual_days(max(days))
    asked = usual if usual.issuperset(days) else {*days}
    whole = _kept(everybodys(key), tuple(sorted(asked)), "organisation")
    own: Sequence[Coverage] = whole
    if scope.level != "organisation":
        own = _marked(key, tuple(sorted(asked)), scope.level, scope.unit)
    return [viewing.unseen(figure) for figure in viewing.scoped(_of(own, days, ids), _of(whole, days, ids), scope)]


def _usual_days(as_of: date) -> set[date]:
    return {*month_ends(as_of, count=TREND_MONTHS), *explaining.days_offered(as_of).values()}


def _of(figures_: Sequence[Coverage], days: tuple[date, ...], ids: tuple[str, ...]) -> list[Coverage]:
    return [figure for figure in figures_ if figure.as_of in days and figure.point.id in ids]


def _counted(key: Key, days: tuple[date, ...], level: assessing.Level) -> list[Coverage]:
    """Every point at a level."""
    with at(key).cursor() as cursor:
        return assessing.coverage(cursor, points(), days=list(days), known_at=EVERYTHING_KNOWN, level=level)


# What is never changed is kept as it is: the other kind of cache copies it for each run.
@st.cache_resource(show_spinner=False, max_entries=CACHED)
def _kept(key: Key, days: tuple[date, ...], level: assessing.Level) -> list[Coverage]:
    return _counted(key, days, level)


@st.cache_resource(show_spinner=False, max_entries=CACHED)
def _marked(key: Key, days: tuple[date, ...], level: assessing.Level, unit: str | None) -> tuple[Coverage, ...]:
    """The figures of a level as the person may see them, or of one unit alone.

    Of a day everybody's are kept; of all units over many days there are too many.
    """
    found = _kept(everybodys(key), days, level) if len(days) == 1 else _counted(key, days, level)
    if not permissions.current_user().may(Permission.SEE_PERSONS):
        found = viewing.marked(found)
    return tuple(figure for figure in found if unit in (None, figure.unit))


def parts(key: Key, as_of: date, scope: Scope, level: assessing.Level, ids: tuple[str, ...]) -> list[Coverage]:
    """The figures of the departments or units within a scope."""
    return [viewing.unseen(figure) for figure in marked_parts(key, as_of, scope, level, ids)]


def marked_parts(key: Key, as_of: date, scope: Scope, level: assessing.Level, ids: tuple[str, ...]) -> list[Coverage]:
    """The figures of the departments or units within a scope, marked where the person may not see them."""
    found = _of(_marked(key, (as_of,), level, None), (as_of,), ids)
    return [figure for figure in found if scope.holds(figure)]


@st.cache_resource(show_spinner=False, max_entries=CACHED)
def compared(key: Key, as_of: date, organisation: str) -> Compared:
    """What an organisation's figures of a day are compared with."""
    return dossier.compared_with(_approved(key, _organisation_id(key, as_of, organisation)), as_of)


def approved_in(key: Key, as_of: date, organisation: str) -> Dossier | None:
    """The review of a day's year, where it has been approved."""
    found = _approved(key, _organisation_id(key, as_of, organisation))
    return next((review for review in found if review.year == as_of.year), None)


@st.cache_resource(show_spinner=False, max_entries=CACHED)
def _approved(key: Key, organisation_id: int) -> list[Dossier]:
    """The approved reviews of an organisation, each read once."""
    with at(key).cursor() as cursor:
        return dossier.approved(cursor, organisation_id)


@st.cache_data(show_spinner=False, max_entries=CACHED)
def _organisation_id(key: Key, as_of: date, organisation: str) -> int:
    """The number of an organisation on a day; an empty database has one without a number."""
    given = {"as_of": as_of, "known_at": EVERYTHING_KNOWN, "organisation": organisation}
    with at(key).cursor() as cursor:
        found = rows(cursor, statement("organisation_ids"), given)
    return int(found[0]["organisation_id"]) if found else 0


@st.cache_resource(show_spinner=False, max_entries=CACHED)
def before(key: Key, as_of: date, scope: Scope) -> dict[str, Coverage]:
    """The figure of each point that a scope's is compared with: of a part that no review has, that of a year before."""
    found = compared(everybodys(key), as_of, scope.organisation)
    whole, own = (found.figures(level, scope.organisation) for level in ("organisation", scope.level))
    # a unit is the same in another department, or in one that has got another name
    then = replace(scope, department=None) if scope.unit else scope
    if not permissions.current_user().may(Permission.SEE_PERSONS):
        own = viewing.marked(own)
    figures_ = [viewing.unseen(figure) for figure in viewing.scoped(own, whole, then)]
    if not any(map(then.holds, own)):
        day = year_before(as_of)
        ids = tuple(point.id for point in points())
        figures_ = [figure for figure in coverage(key, (day, as_of), scope, ids) if figure.as_of == day]
    return {figure.point.id: figure for figure in figures_}


@st.cache_data(show_spinner=False, max_entries=CACHED)
def findings(key: Key, as_of: date) -> list[quality.Finding]:
    """What the checks of the data find, as the person may see it."""
    with at(key).cursor() as cursor:
        found = quality.findings(cursor, checks(), sources(), as_of=as_of, known_at=EVERYTHING_KNOWN)
    return found if permissions.current_user().may(Permission.SEE_PERSONS) else quality_texts.for_others(found)


@st.cache_data(show_spinner=False, max_entries=CACHED)
def remarks(key: Key, as_of: date, organisation: str) -> dict[str, tuple[str, ...]]:
    """The checks that found something grave in the exports of each point, by the point's id."""
    return quality.remarks(checks(), findings(key, as_of), points(), organisation)


@st.cache_data(show_spinner=False, max_entries=CACHED)
def items(key: Key, as_of: date, point_id: str) -> Rows:
    """The items of a point as the person may see them."""
    point = next(point for point in points() if point.id == point_id)
    with at(key).cursor() as cursor:
        found: Rows = assessing.traced_items(cursor, point, as_of=as_of, known_at=EVERYTHING_KNOWN).to_pylist()
    return found if permissions.current_user().may(Permission.SEE_PERSONS) else viewing.for_others(point, found)


@st.cache_data(show_spinner=False, max_entries=CACHED)
def beside(key: Key, as_of: date) -> list[figures.Figure]:
    """The figures shown beside the points."""
    with at(key).cursor() as cursor:
        return figures.figures(
            cursor,
            definitions(),
            points=points(),
            as_of=as_of,
            known_at=EVERYTHING_KNOWN,
        )


@st.cache_resource(show_spinner=False, max_entries=20)
def names_known(
    key: tuple[str, str], as_of: date, known_at: datetime, organisation: str, responsible: tuple[str, ...]
) -> Names:
    """The names of persons, found once while the data and those who are responsible for decisions stay the same."""
    with at((*key, "")).cursor() as cursor:
        return names_of_persons(
            cursor, as_of=as_of, known_at=known_at, organisation=organisation, responsible=responsible
        )
