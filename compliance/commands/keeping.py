"""The command line of keeping: backup and restore. Its commands join those of `compliance.commands.cli`."""

from pathlib import Path
from typing import Annotated

import typer

from compliance.commands.arguments import shown
from compliance.commands.cli import WHO, app
from compliance.core import clock, places
from compliance.loading.loading import Order
from compliance.store import stores

Archive = Annotated[Path, typer.Argument(metavar="FILE.zip")]


@app.command("backup")
def backup_command(file: Archive) -> None:
    """Write the database, the register and your own declarations to one file, also while the server runs."""
    from compliance.keeping.backup import back_up

    manifest = back_up(stores.own(), file, own=places.own_files(), now=clock.now())
    print(f"{shown(file)}: {', '.join(manifest.parts)}")


@app.command("restore")
def restore_command(
    file: Archive,
    replace: Annotated[
        bool, typer.Option("--replace", help="replace the store that is there; it is kept in a folder beside")
    ] = False,
) -> None:
    """Put the store back to a backup, while no server runs: wholly or, if anything in it is wrong, not at all."""
    from compliance.keeping.backup import restore

    own = places.own_files()
    restored = restore(stores.own(), file, own=own, replace=replace, order=Order(WHO), now=clock.now())
    print(f"restored the backup of {clock.local(restored.manifest.made_at):%Y-%m-%d %H:%M} from {shown(file)}")
    if restored.replaced:
        print(f"what was there before is kept in {restored.replaced}")
