"""What a point gives its statement: sources, parameters and reasons; and how long values are at most."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.declarations.admitted import CELL, LEAST, RELATIONS, Relation
from compliance.declarations.points import Point


@dataclass(frozen=True)
class Extent:
    """At most how long a value is, in cells, how many values it has if it is a list, and how many nodes give it."""

    length: float = LEAST
    many: int = 1
    nodes: int = 1


@dataclass(frozen=True)
class Given:
    """What a point declares: the sources that it reads, the extents of its parameters, and its reasons.

    `common` are the reasons that every point may give.
    """

    sources: frozenset[str]
    parameters: Mapping[str, Extent] = field(default_factory=dict)
    reasons: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()

    @property
    def relations(self) -> dict[str, Relation]:
        """The relations that it may read, by name."""
        own = {f"{source}_at": Relation(frozenset({source})) for source in self.sources}
        return own | {name: relation for name, relation in RELATIONS.items() if relation.sources <= self.sources}


def given(point: Point, *, common: frozenset[str] = frozenset()) -> Given:
    """What a point declares. `common` are those of its reasons that it need not give."""
    rows = [{name: value for name, value in row.items() if name != "from"} for row in point.dated_parameters]
    return Given(
        frozenset({*point.needs, *point.uses}),
        {name: widest(*(_extent(row[name]) for row in rows if name in row)) for row in rows for name in row},
        frozenset(point.reasons) - common,
        common,
    )


def _extent(value: Any) -> Extent:
    """How long a value of a parameter is."""
    if isinstance(value, list | tuple):
        return joined(*map(_extent, value))
    return joined(*map(_extent, value.values())) if isinstance(value, dict) else of_text(str(value))


def of_text(text: str) -> Extent:
    """The extent of a text."""
    return Extent(max(LEAST, len(text) / CELL))


def widest(*extents: Extent) -> Extent:
    """The extent of what is one of some values."""
    return Extent(
        max((each.length for each in extents), default=LEAST),
        max((each.many for each in extents), default=1),
        max((each.nodes for each in extents), default=1),
    )


def joined(*extents: Extent) -> Extent:
    """The extent of some values together."""
    return Extent(sum(each.length for each in extents) or LEAST, max(1, sum(each.many for each in extents)))
