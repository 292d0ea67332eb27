"""Cached reads, valid while the data stay the same (`screens.caching`; what people write: `screens.written`).

One that takes only the data has the same result for everybody; one that also takes the reader is cached per reader that
may see something else (`Reader.cache_key`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any, Final

import msgspec

from compliance.access import withholding
from compliance.access.disclosure import Plans, Years
from compliance.access.reader import EVERYTHING, Reader, Withheld
from compliance.access.scopes import Level, Scope
from compliance.access.withholding import Names, names_of_persons
from compliance.core import places
from compliance.core.language import month_ends, year_before
from compliance.counting import assessing, explaining, figures, lapsing, outlook, quality
from compliance.counting.assessing import UNITS_AND_WHOLE, Ahead, Basis, Counts, Coverage
from compliance.counting.lapsing import Lapsing
from compliance.counting.leading import Leaders, leaders_on
from compliance.counting.outlook import Between, Outlook, Place
from compliance.counting.requirements import Requirement, requirements_on
from compliance.declarations.declared import as_declared, marks
from compliance.declarations.points import Point, point_by
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, load_values
from compliance.review import dossier, planning
from compliance.review.dossier import Comparison, Dossier
from compliance.review.planning import Plan
from compliance.screens.caching import Data, cached, forget, meanwhile, read
from compliance.screens.views import View
from compliance.store import packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, Rows, rows
from compliance.store.packs import Declared, On, Switch

# How many lists of all the items of a point are kept.
ITEMS: Final = 60
TREND_MONTHS: Final = 24
NOTHING_HIDDEN: Final = Plans([], [])


# --- The declarations ---------------------------------------------------------------------------------------------


@read()
def declared(cursor: Cursor) -> Declared:
    """The points and sources of the product and of the packs in the store, with the organisation's own rules."""
    return packs.current(cursor)


@read()
def switches(cursor: Cursor, as_of: date) -> tuple[Switch, ...]:
    """What was said of each pack, with organisations as they are called on a day."""
    return packs.switches(cursor, as_of=as_of)


@read()
def packs_on(cursor: Cursor, days: tuple[date, ...]) -> tuple[On, ...]:
    """Where each pack is on, on some days."""
    return packs.packs_on(cursor, days)


def points(view: View) -> tuple[Point, ...]:
    """The review points that are on in any part that the view can choose, on its day."""
    return points_on(view.data, view.as_of, view.scope.organisation)


@read()
def points_on(cursor: Cursor, as_of: date, organisation: str | None = None) -> tuple[Point, ...]:
    """The review points that are on on a day in an organisation, or in any."""
    return packs.points_on(cursor, packs.current(cursor), as_of=as_of, organisation=organisation)


def point_named(view: View, name: str) -> Point | None:
    """The point of the view with an id or a number."""
    return next((point for point in points(view) if name in {point.id, str(point.number)}), None)


def point_off(view: View, name: str) -> Point | None:
    """The point of a pack that is installed and off, with an id or a number."""
    off = (point for point in declared(view.data).points if point not in points(view))
    return next((point for point in off if name in {point.id, str(point.number)}), None)


def sources(data: Data) -> dict[str, Source]:
    """The sources, with the organisation's own words."""
    return declared(data).sources


def checks() -> tuple[quality.Check, ...]:
    """The checks of the data, with the organisation's own words."""
    return as_declared(quality.load_checks)


def definitions() -> tuple[figures.Definition, ...]:
    """The definitions of the figures shown with the points, with the organisation's own numbers."""
    return as_declared(figures.load_figures)


def words() -> dict[str, list[str]]:
    """The words of values, with the organisation's own."""
    return load_values(places.own_files())


# --- The data -----------------------------------------------------------------------------------------------------

_LATEST: Final[dict[str, Data]] = {}


def data(database: Database) -> Data:
    """The data of a store; the version changes with the exports, the rules and the approved reviews."""
    now = Data(database.name, f"{database.version()} {marks(places.own_files())}")
    if _LATEST.get(now.store) != now:
        _LATEST[now.store] = now
        forget(lambda about: isinstance(about, Data) and about.store == now.store and about != now)
    return now


def state(data: Data) -> str:
    """The state of a store, which every write changes."""
    return data.database.state()


@read(20, by=state)
def _responsible(cursor: Cursor) -> tuple[str, ...]:
    """Everybody who has ever been responsible for a decision."""
    return tuple(row["name"] for row in rows(cursor, statement("responsible_named")))


def withheld(data: Data) -> Withheld:
    """The names that are withheld: of persons in exports, and of those responsible for decisions."""
    responsible = _responsible(data)
    return Withheld(partial(person_names, data, responsible), responsible)


@read()
def imports(cursor: Cursor) -> Rows:
    """Every import, the newest first."""
    return rows(cursor, statement("imports"), {"known_at": EVERYTHING_KNOWN})


@read()
def units(cursor: Cursor, as_of: date) -> Rows:
    """The units of a day with their departments."""
    return rows(cursor, statement("units"), {"as_of": as_of, "known_at": EVERYTHING_KNOWN})


@read()
def units_named(cursor: Cursor, as_of: date, organisation: str) -> list[str]:
    """The units that any export names on a day, including those without a department."""
    params = {"as_of": as_of, "known_at": EVERYTHING_KNOWN, "organisation": organisation}
    return [row["name"] for row in rows(cursor, statement("units_named"), params)]


@cached()
def leaders(data: Data, as_of: date, organisation: str) -> Leaders | None:
    """Who leads its units and departments; None without a staff list."""
    if not any(row["source"] == "staff" for row in basis(data, as_of).of(organisation)):
        return None
    with data.database.cursor() as cursor:
        return leaders_on(cursor, words(), organisation=organisation, as_of=as_of, known_at=EVERYTHING_KNOWN)


@read()
def requirements(cursor: Cursor, as_of: date, scope: Scope, point_id: str) -> tuple[Requirement, ...]:
    """The requirements of a point in a scope; none of a point whose items are no requirements."""
    point = point_by(packs.current(cursor).points, point_id)
    if not point.requirements:
        return ()
    return requirements_on(cursor, point, place=scope, as_of=as_of, known_at=EVERYTHING_KNOWN)


@read()
def basis(cursor: Cursor, as_of: date) -> Basis:
    """The imports that the figures of a day rest on, and which points lack their course in them."""
    return assessing.basis_on(cursor, packs.current(cursor).points, days=[as_of], known_at=EVERYTHING_KNOWN)


def coverage(view: View, days: tuple[date, ...], ids: tuple[str, ...]) -> list[Coverage]:
    """The figures of some points for the view's scope on each day.

    All points are counted for all days that pages show, since that takes little longer and a reader of one point soon
    opens another; on many days of this organisation alone, since that takes as long as there are organisations.
    """
    data, scope = view.data, view.scope
    usual = _usual_days(data, max(days), scope.organisation)
    counted = tuple(sorted(usual if usual.issuperset(days) else {*days}))
    organisation = scope.organisation if len(counted) > 1 else None
    own = _figures_for(data, view.reader, counted, scope.level, scope.unit, organisation)
    whole = _all_figures(data, counted, "organisation", organisation)
    found = scoped(_of(own, days, ids), _of(whole, days, ids), scope)
    by = {(figure.point.id, figure.as_of): figure for figure in found}
    # of a point whose pack was off on a day, or of an organisation that nobody has loaded an export of
    return [
        by.get((point.id, day)) or replace(assessing.nothing(point, day, scope), off=bool(found and point.pack))
        for point in points(view)
        if point.id in ids
        for day in sorted({*days})
    ]


def side_by_side(data: Data, reader: Reader, days: tuple[date, ...]) -> list[Coverage]:
    """The figures of every organisation on some days."""
    return reader.side_by_side(_whole(data, days), partial(years, data, days))


@cached(2)
def _whole(data: Data, days: tuple[date, ...]) -> list[Coverage]:
    """Every point of every organisation, without their parts."""
    return _counts(data, days, "organisation").figures("organisation")


def scoped(figures: Iterable[Coverage], whole: Iterable[Coverage], scope: Scope) -> list[Coverage]:
    """The scope's figure for every point and day: `whole` is the organisation's, and says where there is a basis."""
    own = {(figure.point.id, figure.as_of): figure for figure in figures if scope.holds(figure)}
    return [
        own.get((top.point.id, top.as_of))
        or replace(top, department=scope.department, unit=scope.unit, met=0, unmet=0, unknown=0, pending=0, exempt=0)
        for top in whole
        if top.organisation == scope.organisation
    ]


def _usual_days(data: Data, as_of: date, organisation: str) -> set[date]:
    """The days that pages show of an organisation: of its own exports only, since those of all may be very many."""
    paced = outlook.days_of(_between(data, as_of, organisation))
    return {*month_ends(as_of, count=TREND_MONTHS), *explaining.days_offered(as_of).values(), *paced}


def _between(data: Data, as_of: date, organisation: str) -> dict[Place, Between]:
    """The days that the paces of an organisation's points are measured between."""
    return {place: days for place, days in _pace_days(data, as_of).items() if place[1] == organisation}


@read()
def _pace_days(cursor: Cursor, as_of: date) -> dict[Place, Between]:
    """The days that the pace of every point is measured between, of every organisation."""
    return outlook.pace_days(cursor, packs.current(cursor).points, as_of=as_of, known_at=EVERYTHING_KNOWN)


def _of(figures_: Sequence[Coverage], days: tuple[date, ...], ids: tuple[str, ...]) -> list[Coverage]:
    return [figure for figure in figures_ if figure.as_of in days and figure.point.id in ids]


def _counts(data: Data, days: tuple[date, ...], level: Level, organisation: str | None = None) -> Counts:
    known: Any = {"days": list(days), "known_at": EVERYTHING_KNOWN}
    with data.database.cursor() as cursor:
        return assessing.counts(cursor, declared(data).points, **known, level=level, organisation=organisation)


@cached()
def _counted(data: Data, days: tuple[date, ...], organisation: str | None) -> Counts:
    """Every point: of one day by unit, of more days by department, which takes no longer than of the whole."""
    return _counts(data, days, "unit" if len(days) == 1 else "department", organisation)


@cached()
def _all_figures(data: Data, days: tuple[date, ...], level: Level, organisation: str | None = None) -> list[Coverage]:
    """Every point at a level; of more than one day not of units, which are too many to keep."""
    return _counted(data, days, organisation).figures(level)


@dataclass(frozen=True)
class _Units:
    """The figures of every unit on some days, in little room, and what is hidden of them."""

    packed: Mapping[str, bytes]
    plans: Plans

    def figures(self, data: Data, unit: str | None) -> list[Coverage]:
        """The figures of the units of a name; empty if there are none."""
        every = {point.id: point for point in declared(data).points}
        found = msgspec.msgpack.decode(self.packed.get(unit or "", b"\x90"), type=list[Packed])
        return [Coverage(every[row[0]], *row[1:-1], columns=row[-1]) for row in found]


# A figure in little room: the id of its point, and its fields in the order of `Coverage`.
PACKED: Final = attrgetter(
    *("point.id", "as_of", "organisation", "department", "unit"),
    *("met", "unmet", "unknown", "pending", "exempt", "basis", "columns"),
)
Packed = tuple[str, date, str, str | None, str, int, int, int, int, int, bool, tuple[str, ...]]


@cached(20)
def _units_counted(data: Data, days: tuple[date, ...], organisation: str | None) -> _Units:
    """Every unit on each day: counted for the first unit that somebody looks at, and for all others."""
    counted = _counts(data, days, "unit", organisation)
    by_unit: defaultdict[str, list[object]] = defaultdict(list)
    for figure in counted.figures("unit"):
        by_unit[figure.unit or ""].append(PACKED(figure))
    packed = {unit: msgspec.msgpack.encode(figures_) for unit, figures_ in by_unit.items()}
    hidden = years(data, days).hidden
    return _Units(packed, Plans(counted.figures("unit"), counted.figures("organisation"), hidden))


@cached()
def _figures_for(
    data: Data, reader: Reader, days: tuple[date, ...], level: Level, unit: str | None, organisation: str | None = None
) -> tuple[Coverage, ...]:
    """The figures of a level as the reader may see them, or of one unit alone."""
    of_unit = level == "unit" and len(days) > 1
    figures_ = (
        _units_counted(data, days, organisation).figures(data, unit)
        if of_unit
        else _all_figures(data, days, level, organisation)
    )
    own = (figure for figure in figures_ if unit in (None, figure.unit))
    # nothing is hidden of the figures of organisations
    hidden = NOTHING_HIDDEN if level == "organisation" else hidden_from(data, reader, days, organisation)
    return tuple(reader.figures(own, hidden))


def hidden_from(data: Data, reader: Reader, days: tuple[date, ...], organisation: str | None = None) -> Plans:
    """What is hidden from a reader on some days: nothing from one who may see persons."""
    return NOTHING_HIDDEN if reader.named else plans(data, days, organisation)


@cached()
def plans(data: Data, days: tuple[date, ...], organisation: str | None = None) -> Plans:
    """What is hidden on some days from readers who may not see persons, of each organisation or of one alone."""
    if len(days) > 1:
        return _units_counted(data, days, organisation).plans
    units, whole = (_all_figures(data, days, level) for level in UNITS_AND_WHOLE)
    return Plans(units, whole, years(data, days).hidden)


@read()
def years(cursor: Cursor, days: tuple[date, ...]) -> Years:
    """What is hidden of each organisation throughout the years of some days from readers who may not see persons."""
    return assessing.years(cursor, packs.current(cursor).points, days=list(days), known_at=EVERYTHING_KNOWN)


@read()
def _expected(cursor: Cursor, as_of: date) -> Mapping[Level, list[Ahead]]:
    """What is ahead of each figure at the end of the year, by level."""
    return outlook.expected_on(cursor, packs.current(cursor).points, as_of=as_of, known_at=EVERYTHING_KNOWN)


@cached(words=False)
def outlooks(view: View) -> dict[str, Outlook]:
    """Where the figure of each point is heading, as the reader may see it, by the point's id."""
    data, as_of, scope = view.data, view.as_of, view.scope
    between, ids = _between(data, as_of, scope.organisation), tuple(point.id for point in points(view))
    with meanwhile(lambda: _expected(data, as_of)):
        # a unit stays the same if its department changes or is renamed
        same = replace(view, scope=replace(scope, department=None)) if scope.unit else view
        figures_ = coverage(same, (*sorted(outlook.days_of(between)), as_of), ids)
        _all_figures(data, (as_of,), "unit")
    units = [unit for figure in figures_ if figure.as_of == as_of for unit in _units(view, figure)]
    few = {figure.point.id for figure in figures_ if figure.as_of == as_of and figure.few}
    then = [each for id_, each in _expected_for(view).items() if id_ not in few]
    reviewed = [figure for figure in before(view).values() if figure.approved]
    asked = outlook.asked_of(figures_, units, then, as_of=as_of, between=between, reviewed=reviewed)
    with data.database.cursor() as cursor:
        return {each.now.point.id: each for each in outlook.look_ahead(cursor, asked)}


def _expected_for(view: View) -> dict[str, Ahead]:
    """What is ahead of the view's figures, by the point's id; nothing of those that will be of few persons."""
    return {each.then.point.id: each for each in _visible_ahead(view, view.scope.level) if view.scope.holds(each.then)}


def _visible_ahead(view: View, level: Level) -> list[Ahead]:
    """What is ahead of the figures of a level that the reader may see."""
    expected = _expected(view.data, view.as_of)
    if view.reader.named:
        return expected[level]
    return outlook.told_ahead(expected, level, years(view.data, (view.as_of,)).hidden)


@read()
def lapses(cursor: Cursor, as_of: date) -> Lapsing:
    """What lapses month by month, of all organisations."""
    return lapsing.lapsing(cursor, packs.current(cursor).points, as_of=as_of, known_at=EVERYTHING_KNOWN)


def tells_ahead(view: View, point: Point) -> bool:
    """Whether the reader may see what lapses in the scope: not in one that is, or will be, of few persons."""
    if view.reader.named or view.scope.level == "organisation" or not point.persons:
        return True
    hidden = plans(view.data, (view.as_of,)).hides(assessing.nothing(point, view.as_of, view.scope))
    return not hidden and point.id in _expected_for(view)


def tells_units_ahead(view: View, point: Point) -> bool:
    """Whether the reader may see what lapses in the units of the scope."""
    told = _visible_ahead(view, "unit") if point.persons else []
    return not point.persons or any(each.then.point.id == point.id and view.scope.holds(each.then) for each in told)


def _units(view: View, now: Coverage) -> list[Coverage]:
    """The units of a figure of the scope, those of few persons added up."""
    return [] if view.scope.unit else units_added_up(view, now.point.id)


def parts(view: View, level: Level, ids: tuple[str, ...]) -> list[Coverage]:
    """The figures of the departments or units within the scope."""
    days = (view.as_of,)
    return list(filter(view.scope.holds, _of(_figures_for(view.data, view.reader, days, level, None), days, ids)))


def units_added_up(view: View, point_id: str, *, level: Level = "unit") -> list[Coverage]:
    """The figures of the units, or departments, within the scope; those that may not be shown are added up as one."""
    days = (view.as_of,)
    own = _of(_all_figures(view.data, days, level), days, (point_id,))
    return view.reader.added_up(own, view.scope, hidden_from(view.data, view.reader, days))


@cached()
def compared(data: Data, as_of: date, organisation: str) -> Comparison:
    """The figures that an organisation's figures of a day are compared with."""
    return dossier.comparison_with(approved(data, _organisation_id(data, as_of, organisation)), as_of)


def approved_in(data: Data, as_of: date, organisation: str) -> Dossier | None:
    """The approved review of a day's year; None if there is none."""
    every = approved(data, _organisation_id(data, as_of, organisation))
    return next((review for review in every if review.year == as_of.year), None)


# The approved reviews of an organisation.
approved = read()(dossier.approved_reviews)


@read()
def organisation_names(cursor: Cursor, as_of: date) -> dict[int, str]:
    """What each organisation is called on a day, by its id: those that have become one are called alike."""
    params = {"day": as_of, "known_at": EVERYTHING_KNOWN}
    return {row["organisation_id"]: row["organisation"] for row in rows(cursor, statement("called_on"), params)}


def _organisation_id(data: Data, as_of: date, organisation: str) -> int:
    """The id of an organisation on a day; 0 for that of an empty database."""
    return next(iter(organisation_ids(data, as_of, organisation)), 0)


@read()
def organisation_ids(cursor: Cursor, as_of: date, organisation: str) -> tuple[int, ...]:
    """The ids of an organisation on a day: its own first, then those of the organisations that were merged into it."""
    params = {"as_of": as_of, "known_at": EVERYTHING_KNOWN, "organisation": organisation}
    return tuple(row["organisation_id"] for row in rows(cursor, statement("organisation_ids"), params))


@cached(words=False)
def before(view: View) -> dict[str, Coverage]:
    """The earlier figure of each point that the scope's figure is compared with.

    It is that of the approved review; for a part that the review lacks, that of a year before.
    """
    scope, as_of = view.scope, view.as_of
    earlier = compared(view.data, as_of, scope.organisation)
    whole, own = (earlier.figures(level, scope.organisation) for level in ("organisation", scope.level))
    # a unit stays the same if its department changes or is renamed
    then = replace(scope, department=None) if scope.unit else scope
    figures_ = scoped(view.reader.figures(own, earlier.plans(scope.organisation)), whole, then)
    if not any(map(then.holds, own)):
        day = year_before(as_of)
        ids = tuple(point.id for point in points(view))
        figures_ = [figure for figure in coverage(view, (day, as_of), ids) if figure.as_of == day]
    return {figure.point.id: figure for figure in figures_}


@read()
def plan(cursor: Cursor, reader: Reader, as_of: date, organisation: str) -> Plan:
    """The plan of a day, as the reader may see it."""
    wheel = as_declared(planning.load_wheel)
    return planning.plan(cursor, wheel, organisation=organisation, as_of=as_of, reader=reader)


@read()
def findings(cursor: Cursor, reader: Reader, as_of: date) -> list[quality.Finding]:
    """The findings of the data checks, as the reader may see them."""
    every = packs.current(cursor)
    moment: Any = {"as_of": as_of, "known_at": EVERYTHING_KNOWN, "reader": reader}
    return quality.findings(cursor, checks(), every.sources, words(), **moment, points=every.points)


@cached()
def effects(data: Data, as_of: date, organisation: str, point_id: str | None = None) -> dict[str, quality.Reach]:
    """What the findings of each check, or those in the exports of a point, can change, by the id of the check.

    It is the same for everybody, whatever rows they may see.
    """
    found = [finding for finding in findings(data, EVERYTHING, as_of) if finding.organisation == organisation]
    if point_id:
        point = point_by(declared(data).points, point_id)
        found = [finding for finding in found if quality.rests_on(point, finding.source)]
    exports = quality.exports_of(basis(data, as_of).of(organisation), sources(data))
    return quality.effects(checks(), found, declared(data).points, exports)


def remarks(data: Data, as_of: date, organisation: str) -> dict[str, tuple[str, ...]]:
    """The checks whose findings can change the meaning of a point's figure, by the point's id."""
    return quality.remarks(effects(data, as_of, organisation), declared(data).points)


@read(ITEMS)
def items(cursor: Cursor, reader: Reader, as_of: date, point_id: str) -> Rows:
    """The items of a point as the reader may see them."""
    point = point_by(packs.current(cursor).points, point_id)
    return assessing.visible_items(cursor, point, as_of=as_of, known_at=EVERYTHING_KNOWN, reader=reader)


@read()
def additional_figures(cursor: Cursor, as_of: date) -> list[figures.Figure]:
    """The figures shown with the points that are not part of any coverage."""
    return figures.figures(
        cursor,
        definitions(),
        points=packs.current(cursor).points,
        as_of=as_of,
        known_at=EVERYTHING_KNOWN,
    )


def counted(data: Data, as_of: date, organisation: str) -> dossier.Counted:
    """What the draft of a review rests on, as the pages count it."""
    others = partial(additional_figures, data, as_of), partial(remarks, data, as_of, organisation)
    with meanwhile(*others):
        usual = tuple(sorted(_usual_days(data, as_of, organisation)))
        months = _all_figures(data, usual, "organisation", organisation)
        units = _all_figures(data, (as_of,), "unit")
        expected = _expected(data, as_of)["organisation"]
    between = _between(data, as_of, organisation)
    own = additional_figures(data, as_of), remarks(data, as_of, organisation)
    return dossier.Counted(months, between, units, expected, *own)


# The names in the exports, which a version of a review to hand out withholds.
export_names = read(2)(withholding.export_names)


@cached(20)
def person_names(data: Data, responsible: tuple[str, ...]) -> Names:
    """The names of persons, cached while the data and the persons responsible for decisions stay the same."""
    return names_of_persons(export_names(data), responsible=responsible)
