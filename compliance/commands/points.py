"""The command line of points of one's own: made, checked, packed, installed, and switched on or off.

Its commands join those of `compliance.commands.cli`. Nothing is installed or switched without `--really`: what that
changes in today's figure is said first.
"""

import shlex
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from compliance.access import audit
from compliance.access.permissions import Permission, current_user
from compliance.checking.checking import check_files
from compliance.commands.arguments import Commands, masked_name
from compliance.commands.cli import WHO, Format, app, day_of, one_of, print_rows, report
from compliance.commands.keeping import REHEARSED, Really
from compliance.core import clock, places
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.core.saving import save, save_folder
from compliance.core.zips import sums
from compliance.correcting import packs
from compliance.correcting.packs import Whose
from compliance.correcting.previewing import Effect, Figures
from compliance.counting.assessing import Coverage, basis_on
from compliance.declarations.packs import Pack, bytes_of, folder_files, read_pack
from compliance.declarations.queries import statement
from compliance.loading.loading import Order
from compliance.package.packs import zip_files, zip_of
from compliance.store import packs as stored
from compliance.store import stores
from compliance.store.database import EVERYTHING_KNOWN, Cursor
from compliance.store.packs import Installed
from compliance.wording import phrases, reasons

points_app = Commands(no_args_is_help=True, help="Points of your own: folders that are checked and installed.")
app.add_typer(points_app, name="points")

COLUMNS: Final = ("pack", "version", "installed", "on_in", "sha256")
FolderOrZip = Annotated[Path, typer.Argument(metavar="FOLDER|FILE.zip")]
EXISTS: Final = N_(
    "{folder} is there already, and is not written over. Change the files in it, or make another: another name, or --to"
    " another folder."
)
UNKNOWN: Final = N_("{said} is none of the points that are installed: {names}.")
WHICH: Final = N_("Name the organisation: --organisation. There are: {names}.")
NOWHERE: Final = N_("It is on in no organisation: no figure changes until it is switched on.")
CHANGES: Final = N_("{organisation}, {day}: {before} before, {after} after.")
NOT_COUNTED: Final = N_("{pack} is installed, and this version of the product does not count it: {why}")
OFF: Final = N_("off")
NO_BASIS: Final = N_("no basis: {sources}")
INSTALLED: Final = N_("Installed, version {version}.")
SWITCHED_ON: Final = N_("On in {organisation} from {day}.")
SWITCHED_OFF: Final = N_("Off in {organisation} from {day}.")


@points_app.command("new")
def new_command(
    name: Annotated[str, typer.Argument(metavar="[PUBLISHER.]ID")],
    publisher: Annotated[str, typer.Option("--publisher", metavar="NAME", help="who answers for it")] = "own",
    to: Annotated[Path | None, typer.Option("--to", metavar="FOLDER", help="another place for its folder")] = None,
) -> None:
    """Make the folder of a new point, beside the store. It passes the check: change it file by file."""
    from compliance.checking.scaffold import new_pack

    said, _, id_ = name.rpartition(".")
    publisher = said or publisher
    folder = to or places.own_files() / packs.FOLDER / f"{publisher}.{id_}"
    if folder.exists():
        raise Refusal(EXISTS, folder=folder)
    files = new_pack(id_, publisher, today=clock.today())
    folder.parent.mkdir(parents=True, exist_ok=True)
    save_folder(bytes_of(files), folder)
    print(f"{folder}: {', '.join(sorted(files))}")
    print(f"python -m compliance points check {shlex.quote(str(folder))}")


@points_app.command("check")
def check_command(
    path: FolderOrZip,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="break each clause of its statement too: an example must notice")
    ] = False,
) -> None:
    """Say everything that is wrong with a point, with file and line; a minute with --thorough."""
    _print_sums(_checked(path, thorough=thorough))
    _say(N_("Nothing is wrong with it."))


@points_app.command("pack")
def pack_command(
    path: Annotated[Path, typer.Argument(metavar="FOLDER")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE.zip")],
) -> None:
    """Write a point that passes its check to a ZIP, to be given to others."""
    pack = _checked(path)
    save(zip_of(pack.files, clock.now()), to)
    _print_sums(pack)


@points_app.command("install")
def install_command(path: FolderOrZip, really: Really = False) -> None:
    """Install a point in the store for all, switched off; of a later version, say first what it changes today."""
    audit.require(current_user(), Permission.INSTALL_POINTS)
    pack, database, day = _checked(path), stores.own(), clock.today()
    _print_sums(pack)
    with database.cursor() as cursor:
        names = _on_in(cursor, pack.name, day)
    for name in names:
        whose = Whose(pack.name, name, day, places.own_files())
        _print_effect(packs.effect_of_having(database, whose, version=pack), name)
    if not names:
        _say(NOWHERE)
    if really:
        packs.install(database, pack, Order(WHO))
        _say(INSTALLED, version=pack.head.version)
    _print_end(really=really)


@points_app.command("switch")
def switch_command(
    said: Annotated[str, typer.Argument(metavar="[PUBLISHER.]ID|NUMBER")],
    on: Annotated[str, typer.Argument(metavar="on|off", callback=lambda text: one_of(text, ["on", "off"], "on|off"))],
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="the day from which it counts, or no longer")],
    organisation: Annotated[str | None, typer.Option(metavar="NAME", help="where, if there are several")] = None,
    really: Really = False,
) -> None:
    """Have a point count in an organisation from a day on, or no longer; say first what that changes."""
    audit.require(current_user(), Permission.SWITCH_POINTS)
    database, today, from_day = stores.own(), clock.today(), day_of(start, "--from")
    with database.cursor() as cursor:
        name, where = _installed_as(cursor, said), _organisation(cursor, organisation, today)
    whose = Whose(name, where, max(today, from_day), places.own_files())
    effect = packs.effect_of_having if on == "on" else packs.effect_of_lacking
    _print_effect(effect(database, whose), where)
    if really:
        packs.switch(database, name, where, on=on == "on", from_day=from_day, as_of=today, order=Order(WHO))
        _say(SWITCHED_ON if on == "on" else SWITCHED_OFF, organisation=where, day=from_day)
    _print_end(really=really)


@points_app.command("list")
def list_command(format: Format = "table") -> None:
    """The points that are offered or installed, with the version and where they are on today."""
    day = clock.today()
    with stores.own().cursor() as cursor:
        there = stored.declared(cursor, places.own_files())
        rows = [_row(cursor, pack, day, installed=True) for pack in there.packs.values()]
        offered = [each.pack for each in packs.offers(places.own_files()) if each.pack]
        sums = {row["sha256"] for row in rows}
        rows += [_row(cursor, pack, day, installed=False) for pack in offered if pack.sha256 not in sums]
    print_rows(rows, COLUMNS, format)
    for refused in there.refused.values():
        report(Refusal(NOT_COUNTED, pack=refused.name, why=refused.why))


def _row(cursor: Cursor, pack: Pack, day: date, *, installed: bool) -> dict[str, object]:
    names = ", ".join(_on_in(cursor, pack.name, day)) if installed else ""
    said = {"pack": pack.name, "version": pack.head.version, "sha256": pack.sha256}
    return {**said, "installed": installed, "on_in": names}


# --- Reading and checking -----------------------------------------------------------------------------------------


def _files(path: Path) -> dict[str, str]:
    """The texts of a folder or a ZIP. Raise Refusal if it is no pack."""
    if not path.exists():
        raise Refusal(N_("There is no file {file}. Check its name and folder."), file=path)
    return folder_files(path) if path.is_dir() else zip_files(path)


def _checked(path: Path, *, thorough: bool = False) -> Pack:
    """The pack in a folder or a ZIP. Print what is wrong with it, and exit, if anything is."""
    files = _files(path)
    faults = check_files(files, origin=masked_name(path), others=_installed(), thorough=thorough)
    for fault in faults:
        report(fault.sentence)
    if faults:
        raise SystemExit(1)
    return read_pack(files, origin=path.name)


def _installed() -> Sequence[Installed]:
    """The packs of the store, if there is one."""
    if not stores.own().exists():
        return ()
    with stores.own().cursor() as cursor:
        return stored.declared(cursor, None).installed


def _installed_as(cursor: Cursor, said: str) -> str:
    """The installed pack with a name, or of a point with an id or a number. Raise Refusal if there is none."""
    names = [version.pack for version in stored.versions(cursor)]
    if not names:
        raise Refusal(packs.NOT_INSTALLED, pack=said)
    numbers = {str(point.number): point.pack for point in stored.current(cursor).points if point.pack}
    found = [name for name in names if said in {name, name.partition(".")[2]}] or [numbers.get(said, "")]
    if len(found) > 1 or not found[0]:
        raise Refusal(UNKNOWN, said=said, names=", ".join(names))
    return found[0]


def _organisation(cursor: Cursor, said: str | None, day: date) -> str:
    """The organisation that is meant. Raise Refusal, with all, if there are several and none is said."""
    asked = {"as_of": day, "known_at": EVERYTHING_KNOWN}
    names = sorted({name for (name,) in cursor.execute(statement("organisations_on"), asked).fetchall()})
    if said is None and len(names) != 1:
        raise Refusal(WHICH, names=", ".join(names) or "–")
    return said or names[0]


def _on_in(cursor: Cursor, pack: str, day: date) -> list[str]:
    """The organisations in which a pack is on on a day."""
    return sorted({each.organisation for each in stored.packs_on(cursor, [day]) if each.pack == pack})


# --- Saying -------------------------------------------------------------------------------------------------------


def _say(sentence: str, **values: object) -> None:
    print(Language(places.environment_language())(sentence, **values))


def _print_sums(pack: Pack) -> None:
    """Print what a pack is, with its SHA-256 and that of each file."""
    print(f"{pack.name} {pack.head.version}: {pack.sha256}")
    for line in sums(bytes_of(pack.files)).decode().splitlines():
        print(f"  {line}")


def _print_effect(effect: Effect, organisation: str) -> None:
    with stores.own().cursor() as cursor:
        basis = basis_on(cursor, days=[effect.day], known_at=EVERYTHING_KNOWN)
    loaded = {row["source"] for row in basis.of(organisation)}
    figures = {"before": _figures(effect.before, loaded), "after": _figures(effect.after, loaded)}
    _say(CHANGES, organisation=organisation, day=effect.day, **figures)


def _figures(figures: Figures, loaded: Collection[str]) -> str:
    say = Language(places.environment_language())
    return ", ".join(_figure(figure, loaded, say) for figure in figures) or say(OFF)


def _figure(figure: Coverage, loaded: Collection[str], say: Language) -> str:
    lacking = [say.pick(figure.point.source(id_).title) for id_ in figure.point.needs if id_ not in loaded]
    if lacking:
        return say(NO_BASIS, sources=phrases.listed(lacking, say))
    if figure.coverage is None:
        return reasons.empty_sentence(figure, say).rstrip(".")
    return f"{phrases.percent(figure, say)} ({figure.met}/{figure.of})"


def _print_end(*, really: bool) -> None:
    if not really:
        _say(REHEARSED)
