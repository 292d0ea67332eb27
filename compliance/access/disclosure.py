"""Small numbers: figures that rest on few persons, or that reveal one that does (rulebook, section 5)."""

from collections.abc import Callable, Iterable, Sequence
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
Part = TypeVar("Part")


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
    def of(self) -> int:
        """The denominator."""

    @property
    def few(self) -> bool:
        """Whether the figure is marked as resting on few persons."""


F = TypeVar("F", bound=Figure)


def about_incidents(point: Point) -> bool:
    """Whether a point's items are incidents, whose labels and details are free text."""
    return not INCIDENT_SOURCES.isdisjoint(point.needs)


def few_of(parts: Sequence[Part], *, small: Callable[[Part], bool], size: Callable[[Part], int]) -> list[Part]:
    """The parts of a whole that must not be shown individually.

    They are the small ones and, if even those are few together, the smallest of the others: otherwise subtracting the
    shown parts from the whole would reveal the hidden ones.
    """
    few = [part for part in parts if small(part)]
    others = [part for part in parts if size(part) and not small(part)]
    if few and others and sum(map(size, few)) < FEW_PERSONS:
        few.append(min(others, key=size))
    return few


def hidden(figure: Figure) -> bool:
    """Whether a figure of a department or unit rests on few persons."""
    part = figure.department is not None or figure.unit is not None
    return figure.point.persons and part and 0 < figure.of < FEW_PERSONS


def mark_few(figures: Iterable[F]) -> list[F]:
    """The figures of a level, with `few` set on those that must not be shown."""
    figures = list(figures)
    wholes: dict[tuple[object, ...], list[F]] = {}
    for figure in figures:
        above = (figure.organisation, figure.department if figure.unit else None)
        wholes.setdefault((figure.point.id, figure.as_of, *above), []).append(figure)
    few = {id(figure) for parts in wholes.values() for figure in few_of(parts, small=hidden, size=_persons)}
    return [replace(figure, few=True) if id(figure) in few else figure for figure in figures]


def _persons(figure: Figure) -> int:
    return figure.of if figure.point.persons else 0


def without_counts(figure: F) -> F:
    """A figure, without its counts if it is marked as few."""
    return replace(figure, **dict.fromkeys(COUNTS, 0)) if figure.few else figure


def without_few(figures: Sequence[F], others: str, whole: F | None = None) -> list[F]:
    """The figures of units, with those of few persons added up as one called `others`.

    The sum is left out if it is small itself. Given a `whole`, persons who belong to no unit are included if they are
    few: otherwise subtracting the units from the whole would reveal them.
    """
    rest = _rest(whole, figures) if whole else []
    few = few_of([*figures, *rest], small=lambda figure: figure.few or hidden(figure), size=_persons)
    if not few:
        return list(figures)
    counts = {name: sum(getattr(figure, name) for figure in few) for name in COUNTS}
    together = replace(few[0], department=None, unit=others, few=False, **counts)
    shown = [figure for figure in figures if figure not in few]
    return shown if hidden(together) else [*shown, together]


def _rest(whole: F, parts: Sequence[F]) -> list[F]:
    """What a whole counts outside of its parts, marked if it is few."""
    left = {name: getattr(whole, name) - sum(getattr(part, name) for part in parts) for name in COUNTS}
    rest = replace(whole, **left)
    return [replace(rest, few=rest.of < FEW_PERSONS)] if _persons(rest) else []
