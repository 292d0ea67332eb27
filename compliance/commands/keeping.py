"""The command line of keeping: backup, restore, purging, and one person's data.

Its commands join those of `compliance.commands.cli`.
"""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from compliance.access import audit, permissions
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.commands.arguments import Commands, masked_name
from compliance.commands.cli import WHO, Format, app, day_of, print_rows, report
from compliance.core import clock, places
from compliance.core.language import N_, Language
from compliance.loading.loading import Order
from compliance.loading.purges import PURGED, REMOVED, STILL_HOLD
from compliance.store import register, stores
from compliance.store.database import Rows
from compliance.wording import phrases

if TYPE_CHECKING:
    from compliance.access.people import Person
    from compliance.keeping.persons import Place
    from compliance.keeping.purging import Plan

person_app = Commands(no_args_is_help=True, help="The data of one person.")
app.add_typer(person_app, name="person")

NOT_SEARCHED: Final = N_(
    "The intake's files in {folder} are not searched. They can hold the person, with identity numbers too."
)
REHEARSED: Final = N_("This was a rehearsal, and nothing is changed. Add --really to do it.")
PURGED_COLUMNS: Final = ("import_id", "source", "extract_date", "rows", "texts", "cells")
Diary = Annotated[str, typer.Option("--diary", metavar="NUMBER", help="the decision's number in the diary")]
Really = Annotated[bool, typer.Option("--really", help="do it; without this, it is only rehearsed")]
PLACE_COLUMNS: Final = ("table", "column", "import_id", "row", "text", "removed")
Wanted = Annotated[str, typer.Argument(metavar="NAME|ID|EMAIL")]
Archive = Annotated[Path, typer.Argument(metavar="FILE.zip")]


@app.command("backup")
def backup_command(file: Archive) -> None:
    """Write the database, the register and your own declarations to one file, also while the server runs."""
    from compliance.keeping.backup import back_up

    audit.require(permissions.current_user(), Permission.PURGE)
    with audit.telling(permissions.current_user(), Action.BACKUP, file.name):
        manifest = back_up(stores.own(), file, own=places.own_files(), now=clock.now())
    print(f"{masked_name(file)}: {', '.join(manifest.parts)}")


@app.command("restore")
def restore_command(
    file: Archive,
    replace: Annotated[
        bool, typer.Option("--replace", help="replace the store that is there; it is kept in a folder beside")
    ] = False,
) -> None:
    """Put the store back to a backup, while no server runs: wholly or, if anything in it is wrong, not at all."""
    from compliance.keeping.backup import restore

    own, user = places.own_files(), permissions.current_user()
    audit.require(user, Permission.PURGE)
    has_register = register.own().exists()
    with audit.telling(user, Action.RESTORE, file.name) if has_register else nullcontext():
        restored = restore(stores.own(), file, own=own, replace=replace, order=Order(WHO), now=clock.now())
    if not has_register:  # The register may have been in the backup.
        audit.record(user, Action.RESTORE, file.name)
    print(f"restored the backup of {clock.local(restored.manifest.made_at):%Y-%m-%d %H:%M} from {masked_name(file)}")
    if restored.replaced:
        print(f"what was there before is kept in {restored.replaced}")


@app.command("move")
def move_command(
    source: Annotated[str, typer.Option("--from", metavar="FILE|ADDRESS", help="the database, which stays as it was")],
    target: Annotated[str, typer.Option("--to", metavar="FILE|ADDRESS", help="an empty one, or none yet")],
) -> None:
    """Move everything to another file or to PostgreSQL (postgresql://…), either way, and compare both."""
    from compliance.keeping.moving import move

    moved = move(source, target, user=permissions.current_user())
    same, (number, seal) = moved.evidence, moved.entry
    imports, _ = same.tables["imports"]
    rows = sum(count for count, _ in same.tables.values())
    print(f"{stores.public_name(source)} → {stores.public_name(target)}")
    print(
        f"rows: {rows} in {len(same.tables)} tables, the same; imports: {imports}; organisations: {same.organisations}"
    )
    days = ", ".join(map(str, same.days))
    print(f"figures: {len(same.figures)} of {days}, the same; items: {sum(map(len, same.items))}, the same")
    print(f"approved reviews: {len(same.seals)}, the same; whole seals: {sum(same.seals)}")
    print(f"audit trail: entry {number}, seal {seal}, the same")
    if moved.changed:
        print(f"texts without the character U+0000 now: {moved.changed}")
    if moved.declared:
        print(f"declarations that were copied: {', '.join(moved.declared)}")
    if moved.other:
        print(f"declarations that are otherwise there, and stay so: {', '.join(moved.other)}")


@app.command("maintain")
def maintain_command() -> None:
    """Sweep what was left behind, remove old originals of the intake, verify trail and shared copy: every night."""
    from compliance.keeping.maintaining import maintain

    audit.require(permissions.current_user(), Permission.PURGE)
    done = maintain(stores.own(), own=places.own_files(), now=clock.now(), intake=places.intake())
    for refusal in done.problems:
        report(refusal)
    print(f"audit trail: {'broken' if done.faults else 'whole'}, entry {done.entry}")
    print(f"left behind: {', '.join(done.swept) or 'nothing'}")
    if done.originals:
        print(f"files of the intake removed: {done.originals}")
    for name, size in done.sizes.items():
        print(f"{name}: {size / 1e6:.1f} MB")
    say = Language(places.environment_language())
    for each in done.ahead:
        print(each.told(say))
    if done.remembers:
        print(say(done.remembers))
    raise typer.Exit(1 if done.problems else 0)


@app.command("purge")
def purge_command(
    before: Annotated[str, typer.Option("--before", metavar="DATE", help="the first extract date that stays")],
    diary: Diary,
    really: Really = False,
) -> None:
    """Purge the rows of persons in exports before a day that later ones have replaced; a rehearsal without --really."""
    from compliance.keeping import purging

    user, database, own = permissions.current_user(), stores.own(), places.own_files()
    audit.require(user, Permission.PURGE)
    day, today = day_of(before, "--before"), clock.today()
    if really:
        planned = purging.purge(database, before=day, today=today, diary=diary, own=own, user=user, order=Order(WHO))
    else:
        with database.cursor() as cursor:
            planned = purging.plan(cursor, before=day, today=today, own=own)
    _show_plan(planned, diary=purging.diary_number(diary), really=really)
    if really:
        _forget()


def _forget() -> None:
    """Have what was removed forgotten beside the store too, and print what can still be there."""
    from compliance.keeping.maintaining import forgotten

    if sentence := forgotten(stores.own()):
        print(Language(places.environment_language())(sentence))


def _show_plan(planned: "Plan", *, diary: str, really: bool) -> None:
    """Print what goes, which reviews cannot be counted again, and what stays, in the terminal's language."""
    say = Language(places.environment_language())
    print_rows(
        [{name: getattr(old, name) for name in PURGED_COLUMNS} for old in planned.imports], PURGED_COLUMNS, "table"
    )
    print()
    for review in planned.reviews:
        text = N_("The review of {year}, version {version}, cannot be recounted in {points}. It is kept as it is.")
        points = phrases.points_named(review.points, say)
        print(say(text, year=review.year, version=review.version, points=points))
    if planned.notes:
        count = phrases.counted(planned.notes, say)
        print(
            say.plural(
                "{count} note on an item goes too.", "{count} notes on items go too.", planned.notes, count=count
            )
        )
    if planned.last_day:
        text = N_("Figures that rest on these rows, of days until {day}, say from then on that they were purged.")
        print(say(text, day=say.date(planned.last_day)))
    if planned.pending:
        text = N_("Kept, since a review that is not approved yet needs them: imports {imports}.")
        print(say(text, imports=", ".join(map(str, planned.pending))))
    print(say(N_("No figure of today rests on any of it.")))
    if not really:
        print(say(REHEARSED))
        return
    print(say(PURGED, before=say.date(planned.before), diary=diary))
    print(say(STILL_HOLD, day=say.date(clock.today())))


@person_app.command("list")
def person_list_command(person: Wanted, format: Format = "table") -> None:
    """Every place where a person is: rows and cells of exports, texts and decisions of reviews, the register."""
    from compliance.keeping.persons import accounts_of, identify, places_of

    user = permissions.current_user()
    audit.require(user, Permission.SEE_PERSONS)
    audit.record(user, Action.PERSON, "list")
    with stores.own().cursor() as cursor:
        who = identify(cursor, person, own=places.own_files())
        found = places_of(cursor, who, own=places.own_files())
    print_rows(_place_rows(found, accounts_of(who)), PLACE_COLUMNS, format)
    _tell_of_the_intake()


@person_app.command("remove")
def person_remove_command(person: Wanted, diary: Diary, really: Really = False) -> None:
    """Remove a person from exports and the register, with the server stopped; a rehearsal without --really."""
    from compliance.keeping import persons
    from compliance.keeping.purging import diary_number

    user, own, say = permissions.current_user(), places.own_files(), Language(places.environment_language())
    audit.require(user, Permission.PURGE)
    with stores.own().cursor() as cursor:
        who = persons.identify(cursor, person, own=own)
        accounts = persons.accounts_of(who)
        found = persons.places_of(cursor, who, own=own)
    if really:
        found = persons.remove(stores.own(), person, diary=diary, own=own, user=user, order=Order(WHO))
    print_rows(_place_rows(found, accounts), PLACE_COLUMNS, "table")
    print()
    text = N_("What stays is in reviews and in the history: word drafts otherwise; what is approved is kept as it is.")
    print(say(text))
    _tell_of_the_intake()
    if not really:
        print(say(REHEARSED))
        return
    print(say(REMOVED, diary=diary_number(diary)))
    print(say(STILL_HOLD, day=say.date(clock.today())))
    _forget()


def _tell_of_the_intake() -> None:
    """Say, beside what is printed, where a person can be that no command looks."""
    if folder := places.intake():
        print(Language(places.environment_language())(NOT_SEARCHED, folder=folder), file=sys.stderr)


def _place_rows(found: "list[Place]", accounts: "list[Person]") -> Rows:
    """The places as rows to print; `removed` is what a removal does there."""
    *there, _ = PLACE_COLUMNS
    of_store = [{name: getattr(place, name) for name in there} | {"removed": place.fate} for place in found]
    place = {"table": "register", "column": "persons", "import_id": None, "row": None, "removed": "row"}
    return [*of_store, *(place | {"text": f"{account.name} | {account.subject}"} for account in accounts)]
