"""The packs of a store: which versions are installed, and what is declared with them.

    points = declared(cursor, places.own_files()).points

What is declared is the product's own, then what the installed packs declare. A pack that this version of the product
cannot read has no point; its sources, whose rows are in the store, are declared as far as they can be read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from compliance.core import clock, places
from compliance.core.errors import Refusal
from compliance.core.language import N_, Texts
from compliance.declarations.declared import UNREADABLE, marks
from compliance.declarations.packs import Pack, ids_of_sources, read_pack, readable_sources
from compliance.declarations.points import Point, load_points, load_todo, refuse_unknown_points
from compliance.declarations.queries import statement
from compliance.declarations.sources import (
    Source,
    load_sources,
    product_sources,
    refuse_unknown_sources,
    table_columns,
)
from compliance.store.database import EVERYTHING_KNOWN, Cursor, rows

# The table with the rows of every source that a pack declares.
ROWS: Final = "pack_rows"
# The files of each version that was looked at, by its sum.
_FILES: Final[dict[str, dict[str, str]]] = {}


@dataclass(frozen=True)
class Version:
    """A version of a pack that is installed in a store; `first_installed` orders packs by their first version."""

    pack: str
    sha256: str
    installed_at: datetime
    installed_by: str
    first_installed: int


@dataclass(frozen=True)
class Switch:
    """That a pack is on or off from a day, in an organisation as it is called."""

    pack: str
    organisation: str
    organisation_id: int
    is_on: bool
    from_day: date
    edition: int
    switched_at: datetime
    switched_by: str


@dataclass(frozen=True)
class On:
    """That a pack is on on a day in an organisation, as it is called then; of merged ones in any counts."""

    as_of: date
    organisation: str
    organisation_id: int
    pack: str


@dataclass(frozen=True)
class Refused:
    """A pack that this version of the product cannot read, why, and those of its sources that it can."""

    name: str
    why: Refusal
    sources: dict[str, Source]

    @property
    def names(self) -> frozenset[str]:
        """What it calls its point and its sources, as far as that is known."""
        return frozenset({self.name.partition(".")[2], *self.sources})


Installed = Pack | Refused


@dataclass(frozen=True)
class Declared:
    """What the product and the installed packs declare together. `refused` are packs that cannot be read."""

    points: tuple[Point, ...]
    sources: dict[str, Source]
    todo: dict[str, dict[str, Texts]]
    packs: dict[str, Pack] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)

    @property
    def installed(self) -> tuple[Installed, ...]:
        """Every pack that is installed."""
        return (*self.packs.values(), *self.refused.values())


def versions(cursor: Cursor, *, known_at: datetime = EVERYTHING_KNOWN) -> tuple[Version, ...]:
    """The version of each pack that counts at a moment, in the order of their points."""
    return tuple(Version(**row) for row in rows(cursor, statement("packs"), {"known_at": known_at}))


def ever_installed(cursor: Cursor) -> tuple[tuple[str, str], ...]:
    """The pack and the sum of every version that was ever installed, the last first."""
    return tuple((row["pack"], row["sha256"]) for row in rows(cursor, statement("versions_of_packs")))


def declared(cursor: Cursor, own: Path | None, *, known_at: datetime = EVERYTHING_KNOWN) -> Declared:
    """What counts in a store at a moment, with the organisation's own values from the folder `own`."""
    ever = ever_installed(cursor)
    there = versions(cursor, known_at=known_at) if ever else ()
    for _, sha256 in ever:
        if sha256 not in _FILES:
            _FILES[sha256] = files_of(cursor, sha256)
    return _declared(own, there, ever, marks(own) if own else ())


def current(cursor: Cursor) -> Declared:
    """What counts in the organisation's own store now."""
    return declared(cursor, places.own_files())


def files_of(cursor: Cursor, sha256: str) -> dict[str, str]:
    """The files of a version of a pack by name."""
    return dict(cursor.execute(statement("files_of_pack"), {"sha256": sha256}).fetchall())


@lru_cache(maxsize=20)
def _declared(own: Path | None, there: tuple[Version, ...], ever: tuple[tuple[str, str], ...], _: object) -> Declared:
    points, sources, todo = load_points(own), load_sources(own), load_todo(own)
    read, refused = _read(own, there, {point.id for point in points} | sources.keys())
    packs = {version.pack: read[version.pack] for version in there if version.pack in read}
    last = points[-1].number
    # Own values of today count at an earlier moment too, at which a pack was not there yet.
    refuse_unknown_points(own, {p.id for p in points} | {name.partition(".")[2] for name, _ in ever})
    if not refused:
        refuse_unknown_sources(own, {*sources, *(id_ for _, sha256 in ever for id_ in ids_of_sources(_FILES[sha256]))})
    numbers = {version.pack: n for n, version in enumerate(there, last + 1)}
    more = [replace(pack.point, number=numbers[name]) for name, pack in packs.items()]
    installed: tuple[Installed, ...] = (*packs.values(), *refused.values())
    added = {id_: source for each in installed for id_, source in each.sources.items()}
    return Declared(
        points=(*points, *more),
        sources=sources | added,
        todo=todo | {pack.point.id: pack.todo for pack in packs.values()},
        packs=packs,
        refused=refused,
    )


def _read(
    own: Path | None, there: Iterable[Version], of_product: set[str]
) -> tuple[dict[str, Pack], dict[str, Refused]]:
    """The packs that can be read, and those that cannot. A name is that of the pack that was installed first."""
    read: dict[str, Pack] = {}
    refused: dict[str, Refused] = {}
    for version in sorted(there, key=lambda version: version.first_installed):
        name, files = version.pack, _FILES[version.sha256]
        others: tuple[Installed, ...] = (*read.values(), *refused.values())
        try:
            pack = read_pack(files, origin=name, own=own)
            _ask(pack.point)
            _refuse_taken(pack, of_product, others)
            read[name] = pack
        except Exception as error:
            why = error if isinstance(error, Refusal) else Refusal(UNREADABLE, file=name, error=error)
            taken = of_product.union(*(other.names for other in others))
            sources = readable_sources(files, own=own)
            refused[name] = Refused(name, why, {id_: sources[id_] for id_ in sources.keys() - taken})
    return read, refused


def _ask(point: Point) -> None:
    """Ask what is asked of every point on a day: of rows that nobody has checked each can raise anything."""
    for on_a_day in (point.target, point.parameters, point.law):
        on_a_day(clock.today())
    _ = point.query


def _refuse_taken(pack: Pack, of_product: set[str], others: Iterable[Installed]) -> None:
    """Raise Refusal if a name of a pack is one of the product, or of another pack."""
    if both := pack.names & of_product:
        raise Refusal(
            N_("{pack}: this version of the product has {said} itself. Install a version that calls it otherwise."),
            pack=pack.name,
            said=min(both),
        )
    for other in others:
        if both := pack.names & other.names:
            text = N_(
                "{pack}: {other}, installed before it, has {said} too. Install a version that calls it otherwise."
            )
            raise Refusal(text, pack=pack.name, other=other.name, said=min(both))


def sources_of_packs(cursor: Cursor) -> tuple[Source, ...]:
    """The sources that the installed packs declare."""
    return tuple(source for each in declared(cursor, None).installed for source in each.sources.values())


def table_of(source: str) -> str:
    """The table with the rows of a source: its own, or that of all packs."""
    return source if source in product_sources() else ROWS


def rows_of(source: Source) -> str:
    """What a statement reads the rows of a source from, by number too."""
    return source.id if table_of(source.id) == source.id else rows_of_pack(source)


def rows_of_pack(source: Source) -> str:
    """The same of a source that a pack declares, or has declared: no relation of it needs to be there."""
    return f"({_filled('rows_of_pack', source)})"


def relation_of(source: Source) -> str:
    """The statement that makes the relation of a source that a pack declares, of the rows of all packs."""
    return _filled("pack_relation", source)


def _filled(name: str, source: Source) -> str:
    columns = [pair for each in source.fields for pair in table_columns(each)]
    cells = (f"cast(cells[{n}] as {kind}) as {name}" for n, (name, kind) in enumerate(columns, 1))
    return statement(name).replace("{source}", source.id).replace("{columns}", ", ".join(cells))


# --- On and off ---------------------------------------------------------------------------------------------------


def switches(cursor: Cursor, *, as_of: date, known_at: datetime = EVERYTHING_KNOWN) -> tuple[Switch, ...]:
    """What was said of each pack, the last first, with organisations as they are called on a day."""
    asked = {"as_of": as_of, "known_at": known_at}
    return tuple(Switch(**row) for row in rows(cursor, statement("pack_switches"), asked))


def packs_on(cursor: Cursor, days: Sequence[date], *, known_at: datetime = EVERYTHING_KNOWN) -> tuple[On, ...]:
    """Where each pack is on, on some days."""
    return tuple(On(**row) for row in rows(cursor, statement("packs_on"), {"days": [*days], "known_at": known_at}))


def points_on(
    cursor: Cursor, every: Declared, *, as_of: date, organisation: str | None, known_at: datetime = EVERYTHING_KNOWN
) -> tuple[Point, ...]:
    """The points that are on on a day in an organisation, or in any: the product's always are."""
    if not every.packs:
        return every.points
    return points_among(every, packs_on(cursor, [as_of], known_at=known_at), organisation)


def points_among(every: Declared, on: Iterable[On], organisation: str | None) -> tuple[Point, ...]:
    """The points that are on in an organisation, or in any, by where each pack is on on a day."""
    packs = {each.pack for each in on if organisation in (None, each.organisation)}
    return tuple(point for point in every.points if not point.pack or point.pack in packs)
