"""Small numbers: figures that rest on few persons, or that reveal one that does (rulebook, section 5)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar, Final, Protocol, TypeVar

from compliance.core.language import N_
from compliance.declarations.points import Point
from compliance.declarations.sources import load_sources

FEW_PERSONS: Final = 5
# A text shared by fewer incidents may identify somebody.
LEAST_SHARED: Final = 3
# The exports that hold the free text of incidents.
INCIDENT_SOURCES: Final = frozenset({"incidents", "breaches"})
COUNTS: Final = ("met", "unmet", "unknown", "pending", "exempt")
OTHER_UNITS: Final = N_("Other units")


@cache
def private_sources() -> frozenset[str]:
    """The ids of the exports with free text of incidents, and of those whose rows are about persons."""
    of_persons = (
        source.id
        for source in load_sources(None).values()
        if any(field.person and field.type == "id" for field in source.fields)
    )
    return INCIDENT_SOURCES.union(of_persons)


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
    """Whether a point's items are incidents, whose labels and details are free text."""
    return not INCIDENT_SOURCES.isdisjoint(point.needs)


Key = tuple[str, Any]
# The figures of one unit, by the point.
Leaf = dict[str, Figure]
# The units of each department; both are known by their names in lower case, "" for none.
Homes = dict[str, dict[str, Leaf]]
Hidden = tuple[frozenset[str], frozenset[str]]


class Plans:
    """What is hidden of the departments and units of each organisation and day, on every page and in every file.

    It is computed once from all units and all points about persons, since whoever may not see small figures could
    subtract what one page shows from what another shows:

    - A unit with fewer than five persons in any of the points is hidden. If the hidden units of a department have
      fewer than five together, the smallest other one is hidden with them.
    - The same holds for the departments of an organisation. Units of no department are one of them, since the whole
      less the departments gives their sum. With a department all of its units are hidden.

    So what can be computed of hidden parts is the sum of those of a department, or of those of all hidden departments.
    Either covers five persons or more, unless it is the organisation's own figure.
    """

    def __init__(self, units: Iterable[Figure], organisations: Iterable[Figure]) -> None:
        """Take the figures of all units, and those of the organisations, which count persons of no unit too."""
        homes: dict[Key, Homes] = {_key(whole): {} for whole in organisations if whole.point.persons}
        for figure in [*units, *_of_no_unit(units, organisations)]:
            if figure.point.persons:
                home = homes.setdefault(_key(figure), {}).setdefault(_folded(figure.department), {})
                home.setdefault(_folded(figure.unit), {})[figure.point.id] = figure
        self._hidden = {key: _hidden(departments) for key, departments in homes.items()}

    def hides(self, figure: Figure) -> bool:
        """Whether a figure must not be shown; one of a day that the plans do not know is not shown either."""
        if not figure.point.persons or (figure.department is None and figure.unit is None):
            return False
        if _key(figure) not in self._hidden:
            return True
        return self.hides_part(figure.organisation, figure.as_of, department=figure.department, unit=figure.unit)

    def hides_part(self, organisation: str, day: Any, *, department: str | None, unit: str | None) -> bool:
        """Whether a unit, or a department if it is None, is hidden on a day; without either, those of no department."""
        departments, units = self._of((organisation.casefold(), day))
        return _folded(department) in departments if unit is None else _folded(unit) in units

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
        return self._hidden.get(key, (frozenset(), frozenset()))

    def rest(self, whole: F, figures: Sequence[F]) -> list[F]:
        """What an organisation counts outside of its departments or units, if that is hidden."""
        if not whole.point.persons or not figures:
            return []
        departments, units = self._of(_key(whole))
        left = _less(whole, figures)
        hides = "" in (units if figures[0].unit is not None else departments)
        return [left] if hides and _persons(left) else []


def _key(figure: Figure) -> Key:
    return figure.organisation.casefold(), figure.as_of


def _folded(name: str | None) -> str:
    return (name or "").casefold()


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


def _hidden(homes: Homes) -> Hidden:
    """The departments and units that are hidden, of the units of each department."""
    departments = _few({name: list(home.values()) for name, home in homes.items()})
    units = {unit for name, home in homes.items() for unit in (home if name in departments else _few(_alone(home)))}
    return frozenset(departments), frozenset(units)


def _alone(home: dict[str, Leaf]) -> dict[str, list[Leaf]]:
    return {name: [leaf] for name, leaf in home.items()}


def _few(parts: dict[str, list[Leaf]]) -> set[str]:
    """The parts of a whole that cover few persons; if even together they do, with the smallest of the others.

    Sizes are compared by halves and doubles, then names, so that the choice seldom changes from day to day: two days
    that hide different parts could be subtracted from each other.
    """
    sizes = {name: _size(leaves) for name, leaves in parts.items() if any(map(_persons, _figures(leaves)))}
    few = {name for name, size in sizes.items() if size < FEW_PERSONS}
    others = sizes.keys() - few
    if few and others and _size([leaf for name in few for leaf in parts[name]]) < FEW_PERSONS:
        few.add(min(others, key=lambda name: (sizes[name].bit_length(), name)))
    return few


def _figures(leaves: Iterable[Leaf]) -> list[Figure]:
    return [figure for leaf in leaves for figure in leaf.values()]


def _size(leaves: Iterable[Leaf]) -> int:
    """The smallest number of persons that the figures of some units cover together in any of the points."""
    sums: Counter[str] = Counter()
    for figure in _figures(leaves):
        sums[figure.point.id] += figure.of
    return min(sums.values(), default=0)


def side_by_side(figures: Iterable[F]) -> list[F]:
    """The figures of organisations that stand side by side, as units do: those that rest on few persons are marked.

    An organisation with few persons in one of the points about persons is marked in all of them on that day. No sum of
    several organisations is shown, so that nothing else has to be hidden with them.
    """
    figures = list(figures)
    sizes: dict[Key, int] = {}
    for figure in figures:
        if figure.point.persons and _persons(figure):
            sizes[_key(figure)] = min(figure.of, sizes.get(_key(figure), figure.of))
    few = {key for key, size in sizes.items() if size < FEW_PERSONS}
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
    return (figure.organisation, _folded(figure.unit) or figure.department, figure.unit is None, figure.point.persons)


def added_up(figures: Sequence[F], others: str) -> list[F]:
    """The figures of parts, with those that are marked as few added up as one called `others`."""
    few = [figure for figure in figures if figure.few]
    shown = [figure for figure in figures if not figure.few]
    if not few:
        return shown
    counts = {name: sum(getattr(figure, name) for figure in few) for name in COUNTS}
    together = replace(few[0], department=None, unit=others, few=False, **counts)
    return [*shown, together] if together.of >= FEW_PERSONS else shown
