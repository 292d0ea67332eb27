"""Installing a pack in a store, and switching it on or off for an organisation.

What that does to the figure of the pack's point can be seen before: it is rehearsed, and nothing is written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from compliance.access.audit import Action
from compliance.checking.checking import check_files
from compliance.checking.faults import Fault
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.correcting.previewing import Effect, Figures
from compliance.counting.assessing import coverage
from compliance.declarations.packs import Pack, folder_files, product_packs, read_pack
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event
from compliance.store import installing, packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, rows
from compliance.store.packs import Declared

INSTALLED: Final = N_("This version of {pack} is installed already.")
WRONG: Final = N_("{pack} is not installed: {why}")
MEANWHILE: Final = N_("Another pack was installed at the same time. Install {pack} again.")
NOT_INSTALLED: Final = N_("{pack} is not installed. Install it first.")
NOBODY: Final = N_("There is no organisation called {name} on {day}. Load an export of it first.")

# What says everything that is wrong with the files of a pack.
Check = Callable[..., list[Fault]]

# The folder beside the store with an organisation's own packs.
FOLDER: Final = "points"


@dataclass(frozen=True)
class Offer:
    """What is offered as a pack, by the name of its folder or file; one that cannot be read has no pack, but why.

    `own` is whether it is no pack of the product, which are checked before they are released.
    """

    origin: str
    files: Mapping[str, str] = field(default_factory=dict)
    pack: Pack | None = None
    why: Refusal | None = None
    own: bool = True

    @property
    def name(self) -> str:
        """The name of the pack, as far as it is known."""
        return self.pack.name if self.pack else self.origin


def offers(own: Path | None) -> list[Offer]:
    """The packs that come with the product, then those beside the store in `own`."""
    beside = sorted(own.joinpath(FOLDER).glob("[!.]*")) if own else []
    ours = [replace(_in_folder(folder, own), own=False) for folder in product_packs()]
    return [*ours, *(_in_folder(folder, own) for folder in beside if folder.is_dir())]


def offer(files: Mapping[str, str], origin: str, *, own: Path | None) -> Offer:
    """A pack by its files."""
    try:
        return Offer(origin, files, read_pack(files, origin=origin, own=own))
    except Refusal as refusal:
        return Offer(origin, files, why=refusal)


def _in_folder(folder: Path, own: Path | None) -> Offer:
    try:
        return offer(folder_files(folder), folder.name, own=own)
    except Refusal as refusal:
        return Offer(folder.name, why=refusal)


@dataclass(frozen=True)
class Whose:
    """The figure of a pack's point that is asked about, by the own rules of the folder `own`."""

    pack: str
    organisation: str
    day: date
    own: Path | None


def install(database: Database, pack: Pack, order: Order, *, check: Check = check_files) -> None:
    """Install a version of a pack, which counts from then on. Raise Refusal if `check` finds anything, or it is there.

    A process that serves others checks in a child.
    """
    with database.cursor() as cursor:
        there, others = packs.versions(cursor), packs.declared(cursor, None).installed
    if pack.sha256 in {version.sha256 for version in there}:
        raise Refusal(INSTALLED, pack=pack.name)
    if found := check(pack.files, origin=pack.name, others=others):
        raise Refusal(WRONG, pack=pack.name, why=found[0].sentence)
    with database.writing() as cursor:
        if {*packs.versions(cursor)} != {*there}:
            raise Refusal(MEANWHILE, pack=pack.name)
        installing.install(cursor, pack, who=order.who)
        version = pack.head.version
        what, told = f"{pack.name} {version}: {pack.sha256}", {"version": version, "sum": pack.sha256}
        add_event(cursor, order, "install point", what, action=Action.INSTALLATION, told=pack.name, **told)


def switch(
    database: Database, pack: str, organisation: str, *, on: bool, from_day: date, as_of: date, order: Order
) -> None:
    """Have a pack count, or not, in an organisation from a day on. Raise Refusal if either is not there.

    `as_of` is the day on which the organisation has its name.
    """
    with database.writing() as cursor:
        if pack not in {version.pack for version in packs.versions(cursor)}:
            raise Refusal(NOT_INSTALLED, pack=pack)
        called = {"organisation": organisation, "as_of": as_of, "known_at": EVERYTHING_KNOWN}
        if not rows(cursor, statement("organisation_ids"), called):
            raise Refusal(NOBODY, name=organisation, day=as_of)
        installing.switch(cursor, pack, organisation, on=on, from_day=from_day, as_of=as_of, who=order.who)
        what = f"{pack}: {'on' if on else 'off'} from {from_day} in {organisation}"
        told = {"organisation": organisation, "on": on, "valid_from": from_day}
        add_event(cursor, order, "switch point", what, action=Action.SWITCHING, told=pack, **told)


# --- The figure before and after ----------------------------------------------------------------------------------


def effect_of_having(database: Database, whose: Whose, *, version: Pack | None = None) -> Effect:
    """The figure now, which a pack that is off has not, and as it would be: on, in a version that is installed first.

    A version that is not said is the installed one.
    """
    with database.rehearsing() as cursor:
        before = _figures(cursor, whose, packs.declared(cursor, whose.own))
        if version:
            installing.rehearse(cursor, version)
        installing.switch(cursor, whose.pack, whose.organisation, on=True, from_day=whose.day, as_of=whose.day, who="")
        return Effect(whose.day, before, _figures(cursor, whose, packs.declared(cursor, whose.own)))


def effect_of_lacking(database: Database, whose: Whose) -> Effect:
    """The figure now, and none, as it is once the pack is off."""
    with database.cursor() as cursor:
        return Effect(whose.day, _figures(cursor, whose, packs.declared(cursor, whose.own)), ())


def effect_of_version(database: Database, whose: Whose, installed_at: datetime) -> Effect:
    """The figure as the version before one that was installed at a moment (UTC) counts it, and as it is now."""
    with database.cursor() as cursor:
        earlier = packs.declared(cursor, whose.own, known_at=installed_at - timedelta(microseconds=1))
        now = packs.declared(cursor, whose.own)
        return Effect(whose.day, *(_figures(cursor, whose, each) for each in (earlier, now)))


def _figures(cursor: Cursor, whose: Whose, declared: Declared) -> Figures:
    """The figure of the pack's point as some declarations count it; none if it is off, or they lack it."""
    on = packs.points_on(cursor, declared, as_of=whose.day, organisation=whose.organisation)
    points = tuple(point for point in on if point.pack == whose.pack)
    if not points:
        return ()
    every = coverage(cursor, points, days=[whose.day], known_at=EVERYTHING_KNOWN, level="organisation")
    return tuple(figure for figure in every if figure.organisation == whose.organisation)
