"""Small numbers: figures that rest on few persons, or that reveal one that does (rulebook, section 5)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Final, NamedTuple, Protocol, TypeVar

from compliance.core.language import N_, folded
from compliance.declarations.points import Point
from compliance.declarations.sources import Source

FEW_PERSONS: Final = 5
# A text shared by fewer incidents may identify somebody.
LEAST_SHARED: Final = 3
# The exports that hold the free text of incidents.
INCIDENT_SOURCES: Final = frozenset({"incidents", "breaches"})
COUNTS: Final = ("met", "unmet", "unknown", "pending", "exempt")
OTHER_UNITS: Final = N_("Other units")


def is_private(source: Source) -> bool:
    """Whether an export has free text of incidents, or rows about persons."""
    return of_incidents(source) or any(field.person and field.type == "id" for field in source.fields)


def of_incidents(source: Source) -> bool:
    """Whether the rows of an export are incidents, or about some, so that its texts are free text of incidents."""
    referred = (field.refers_to[0] for field in source.fields if field.refers_to)
    return not INCIDENT_SOURCES.isdisjoint((source.id, *referred))


class Figure(Protocol):
    """A point counted for an organisation, a department or a unit on a day."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def point(self) -> Point:
        """The point that is counted."""

    @property
    def as_of(self) -> Any:
        """The day."""

    @property
    def organisation(self) -> str:
        """The organisation that the part belongs to."""

    @property
    def department(self) -> str | None:
        """The department; None for an organisation or a unit without one."""

    @property
    def unit(self) -> str | None:
        """The unit; None for an organisation or a department."""

    @property
    def exempt(self) -> int:
        """Those who are not counted."""

    @property
    def of(self) -> int:
        """The denominator."""

    @property
    def few(self) -> bool:
        """Whether the figure is marked as resting on few persons."""


F = TypeVar("F", bound=Figure)


def about_incidents(point: Point) -> bool:
    """Whether a point's items are incidents, whose labels and details are free text; a pack's, if it reads any."""
    read = (*point.needs, *point.uses) if point.pack else point.needs
    return not INCIDENT_SOURCES.isdisjoint(read) or any(map(of_incidents, point.sources))


# An organisation by its folded name, and a day; or by its id, and a calendar year.
Key = tuple[str, Any]
Year = tuple[int, int]
# The figures of one unit, by the point.
Leaf = dict[str, Figure]
# The units of each department; both are known by their folded names, "" for none.
Homes = dict[str, dict[str, Leaf]]


class Hidden(NamedTuple):
    """The departments and units of an organisation that are hidden, by their folded names; "" is those of none."""

    departments: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()

    def __or__(self, other: "Hidden") -> "Hidden":
        return Hidden(self.departments | other.departments, self.units | other.units)


NOTHING: Final = Hidden()


class Day(NamedTuple):
    """What an organisation is called on a day, and whether an export of a point about persons arrived on it."""

    day: Any
    organisation_id: int
    organisation: str
    arrived: bool


# The parts of an organisation that are hidden on a day whatever its own figures are.
Throughout = Callable[[str, Any], Hidden]


def throughout_none(organisation: str, day: Any) -> Hidden:  # noqa: ARG001 - a `Throughout`
    """Nothing: only what the figures of a day themselves hide."""
    return NOTHING


class Arrivals:
    """The days on which exports of the points about persons arrived, by organisation and calendar year."""

    def __init__(self, days: Iterable[Day]) -> None:
        self._ids: defaultdict[str, set[int]] = defaultdict(set)
        self.by_year: defaultdict[Year, list[Key]] = defaultdict(list)
        self._days: defaultdict[int, list[Any]] = defaultdict(list)
        for each in sorted(days):
            self._ids[folded(each.organisation)].add(each.organisation_id)
            if each.arrived:
                self._days[each.organisation_id].append(each.day)
                self.by_year[each.organisation_id, each.day.year].append((folded(each.organisation), each.day))

    def years(self, organisation: str, day: Any) -> set[Year]:
        """The year of a day, and that of the export in effect on it, of every organisation that has the name."""
        return {year for id_ in self._ids.get(folded(organisation), ()) for year in self._years(id_, day)}

    def _years(self, organisation_id: int, day: Any) -> set[Year]:
        before = [arrived.year for arrived in self._days[organisation_id] if arrived <= day]
        return {(organisation_id, day.year), (organisation_id, before[-1] if before else day.year)}

    def counted(self, days: Iterable[Any]) -> list[Any]:
        """The days whose figures say what is hidden on some days."""
        years = {year for day in days for ids in self._ids.values() for id_ in ids for year in self._years(id_, day)}
        return sorted({day for year in years for _, day in self.by_year.get(year, ())})


class Years:
    """What is hidden throughout a calendar year: a part that is small, or hidden beside one, on any day of it on which
    an export arrived (rulebook, section 5).

    Else a part beside a small one, shown on another day, would be subtracted from the sum of both. A day before the
    year's first export rests on one of an earlier year, and has what is hidden in that year too.
    """

    def __init__(self, units: Iterable[Figure], organisations: Iterable[Figure], arrivals: Arrivals) -> None:
        """Take the figures of the days on which exports arrived."""
        organisations = list(organisations)
        homes, by_year = _homes(units, organisations), arrivals.by_year
        few = {_key(figure) for figure in side_by_side(organisations) if figure.few}
        self._arrivals = arrivals
        self._hidden = {year: _on_any([homes.get(key, {}) for key in keys]) for year, keys in by_year.items()}
        self._few = {year for year, keys in by_year.items() if not few.isdisjoint(keys)}

    def hidden(self, organisation: str, day: Any) -> Hidden:
        """The parts of an organisation that are hidden throughout the year of a day."""
        every = (self._hidden.get(year, NOTHING) for year in self._arrivals.years(organisation, day))
        return reduce(or_, every, NOTHING)

    def few(self, organisation: str, day: Any) -> bool:
        """Whether an organisation is itself of few persons on a day of the year on which an export arrived."""
        return not self._few.isdisjoint(self._arrivals.years(organisation, day))


class Plans:
    """What is hidden of the departments and units of each organisation and day, on every page and in every file.

    It is computed once from all units and all points about persons, since whoever may not see small figures could
    subtract what one page shows from what another shows:

    - A unit with fewer than five persons in any of the points is hidden. If the hidden units of a department have
      fewer than five together, or there is only one, the smallest other one is hidden with them.
    - The same holds for the departments of an organisation. Units of no department are one of them, since the whole
      less the departments gives their sum. With a department all of its units are hidden.
    - What is hidden throughout the year is hidden on each day of it.

    So what can be computed of hidden parts is the sum of those of a department, or of those of all hidden departments.
    Either covers five persons or more, unless it is the organisation's own figure.
    """

    def __init__(
        self, units: Iterable[Figure], organisations: Iterable[Figure], throughout: Throughout = throughout_none
    ) -> None:
        """Take the figures of all units, and those of the organisations, which count persons of no unit too."""
        self._hidden = {key: _hidden(homes, throughout(*key)) for key, homes in _homes(units, organisations).items()}
        self._throughout = throughout

    def adds(self, figure: Figure) -> bool:
        """Whether the organisation of a figure has parts hidden on that day that are not so throughout its year."""
        key = _key(figure)
        return self._of(key) != self._throughout(*key)

    def hides(self, figure: Figure) -> bool:
        """Whether a figure must not be shown; one of a day that the plans do not know is not shown either."""
        if not figure.point.persons or (figure.department is None and figure.unit is None):
            return False
        if _key(figure) not in self._hidden:
            return True
        return self.hides_part(figure.organisation, figure.as_of, department=figure.department, unit=figure.unit)

    def hides_part(self, organisation: str, day: Any, *, department: str | None, unit: str | None) -> bool:
        """Whether a unit, or a department if it is None, is hidden on a day; without either, those of no department."""
        hidden = self._of((folded(organisation), day))
        if unit is None:
            return folded(department) in hidden.departments
        return folded(unit) in hidden.units or (department is not None and folded(department) in hidden.departments)

    def hides_sum(
        self, figure: Figure, *, department: str | None, unit: str | None = None, departments: bool = False
    ) -> bool:
        """Whether the sum of the hidden parts of a place would reveal a figure, on the day of one of them.

        It would be the figure of the department or unit itself, or lack persons who are hidden too: those of no unit,
        and of no department if the parts are only the `departments`.
        """
        if department is None and unit is None and not departments:
            unit = ""
        return self.hides_part(figure.organisation, figure.as_of, department=department, unit=unit)

    def _of(self, key: Key) -> Hidden:
        return self._hidden.get(key, NOTHING)

    def rest(self, whole: F, figures: Sequence[F]) -> list[F]:
        """What an organisation counts outside of its departments or units, if that is hidden."""
        if not whole.point.persons or not figures:
            return []
        hidden = self._of(_key(whole))
        left = _less(whole, figures)
        hides = "" in (hidden.units if figures[0].unit is not None else hidden.departments)
        return [left] if hides and _persons(left) else []


def _homes(units: Iterable[Figure], organisations: Iterable[Figure]) -> dict[Key, Homes]:
    """The figures of all points about persons by organisation and day, department and unit."""
    units, organisations = list(units), list(organisations)
    homes: dict[Key, Homes] = {_key(whole): {} for whole in organisations if whole.point.persons}
    for figure in [*units, *_of_no_unit(units, organisations)]:
        if figure.point.persons:
            home = homes.setdefault(_key(figure), {}).setdefault(folded(figure.department), {})
            home.setdefault(folded(figure.unit), {})[figure.point.id] = figure
    return homes


def _key(figure: Figure) -> Key:
    return folded(figure.organisation), figure.as_of


def _persons(figure: Figure) -> int:
    return figure.of + figure.exempt


def _of_no_unit(units: Iterable[F], organisations: Iterable[F]) -> list[F]:
    """The persons of each organisation who belong to no unit."""
    parts: dict[tuple[object, ...], list[F]] = {}
    for figure in units:
        parts.setdefault((figure.point.id, *_key(figure)), []).append(figure)
    rests = (_less(whole, parts.get((whole.point.id, *_key(whole)), [])) for whole in organisations)
    return [rest for rest in rests if _persons(rest)]


def _less(whole: F, parts: Iterable[F]) -> F:
    """What a whole counts outside of its parts."""
    parts = list(parts)
    left = {name: getattr(whole, name) - sum(getattr(part, name) for part in parts) for name in COUNTS}
    return replace(whole, department=None, unit=None, **left)


def _on_any(days: Sequence[Homes]) -> Hidden:
    """What is hidden on any of some days: on each with what is hidden on the others."""
    hidden = NOTHING
    while (more := reduce(or_, (_hidden(homes, hidden) for homes in days), hidden)) != hidden:
        hidden = more
    return hidden


def _hidden(homes: Homes, throughout: Hidden) -> Hidden:
    """The departments and units that are hidden, of the units of each department."""
    departments = _few({name: list(home.values()) for name, home in homes.items()}, throughout.departments)
    units = {
        unit
        for name, home in homes.items()
        for unit in (home if name in departments else _few(_alone(home), throughout.units))
    }
    return Hidden(departments, frozenset(units)) | throughout


def _alone(home: dict[str, Leaf]) -> dict[str, list[Leaf]]:
    return {name: [leaf] for name, leaf in home.items()}


def _few(parts: dict[str, list[Leaf]], throughout: frozenset[str]) -> frozenset[str]:
    """The parts of a whole that cover few persons or are hidden throughout; if that is one, or few even together, with
    the smallest of the others.

    Sizes are compared by halves and doubles, then names, so that the choice seldom changes from day to day: it adds to
    what is hidden throughout the year.
    """
    sizes = {name: _size(leaves) for name, leaves in parts.items() if any(map(_persons, _figures(leaves)))}
    few = {name for name, size in sizes.items() if size < FEW_PERSONS or name in throughout}
    others = sizes.keys() - few
    if few and others and (len(few) == 1 or _size([leaf for name in few for leaf in parts[name]]) < FEW_PERSONS):
        few.add(min(others, key=lambda name: (sizes[name].bit_length(), name)))
    return frozenset(few)


def _figures(leaves: Iterable[Leaf]) -> list[Figure]:
    return [figure for leaf in leaves for figure in leaf.values()]


def _size(leaves: Iterable[Leaf]) -> int:
    """The smallest number of persons that the figures of some units cover together in any of the points."""
    sums: Counter[str] = Counter()
    for figure in _figures(leaves):
        sums[figure.point.id] += figure.of
    return min(sums.values(), default=0)


def side_by_side(figures: Iterable[F], years: Years | None = None) -> list[F]:
    """The figures of organisations that stand side by side, as units do: those that rest on few persons are marked.

    An organisation with few persons in one of the points about persons is marked in all of them on that day, and
    throughout its year. No sum of several organisations is shown, so that nothing else has to be hidden with them.
    """
    figures = list(figures)
    sizes: dict[Key, int] = {}
    for figure in figures:
        if figure.point.persons and _persons(figure):
            sizes[_key(figure)] = min(figure.of, sizes.get(_key(figure), figure.of))
    few = {key for key, size in sizes.items() if size < FEW_PERSONS}
    few |= {key for key in {_key(figure) for figure in figures} if years and years.few(*key)}
    return [replace(figure, few=figure.point.persons and _key(figure) in few) for figure in figures]


def without_counts(figure: F) -> F:
    """A figure, without its counts if it is marked as few."""
    return replace(figure, **dict.fromkeys(COUNTS, 0)) if figure.few else figure


def told_together(figures: Sequence[F]) -> list[F]:
    """The figures of several days, in which a part that is hidden on one of them is hidden on every earlier day.

    The last day is what every page shows.
    """
    last = max((figure.as_of for figure in figures), default=None)
    few = {_part(figure) for figure in figures if figure.few}
    return [replace(figure, few=figure.few or (figure.as_of != last and _part(figure) in few)) for figure in figures]


def _part(figure: Figure) -> tuple[object, ...]:
    place = folded(figure.unit) or folded(figure.department)
    return (figure.organisation, place, figure.unit is None, figure.point.persons)


def added_up(figures: Sequence[F], others: str) -> list[F]:
    """The figures of parts, with those that are marked as few added up as one called `others`."""
    few = [figure for figure in figures if figure.few]
    shown = [figure for figure in figures if not figure.few]
    if not few:
        return shown
    counts = {name: sum(getattr(figure, name) for figure in few) for name in COUNTS}
    together = replace(few[0], department=None, unit=others, few=False, **counts)
    return [*shown, together] if together.of >= FEW_PERSONS else shown
