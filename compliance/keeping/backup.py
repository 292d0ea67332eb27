"""Backup of the store while it is used, and restoring one.

    manifest = back_up(stores.own(), Path("backup.zip"), own=folder, now=now)
    restored = restore(stores.own(), Path("backup.zip"), own=folder, replace=True, order=order)

A restored database is made anew of the rows in the archive, so nothing else that a file can hold gets into the store.
What is replaced is kept in a folder beside it until somebody deletes it. A restoring killed at any moment leaves that
folder whole; run again, it completes.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from compliance import __version__
from compliance.access import pseudonyms
from compliance.access.audit import Action
from compliance.core.clock import local
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.saving import temporary_folder
from compliance.keeping.archive import (
    DATABASE,
    PRIVATE,
    REGISTER,
    Manifest,
    declarations_in,
    pack,
    unpack,
)
from compliance.keeping.leftovers import STAGING, sweep
from compliance.loading.loading import Order, add_event
from compliance.store import register, stores
from compliance.store.copies import applied_files, archived_register, copy_register, rebuild
from compliance.store.database import Database
from compliance.store.engine import log_of

# The beginning of the name of a folder with what a restoring has replaced.
REPLACED: Final = "replaced-"
# The name of an archived file while another is made of it.
ARCHIVED: Final = "archived"


@dataclass(frozen=True)
class Restored:
    """What was restored, and the folder with what it has replaced, if there was anything."""

    manifest: Manifest
    replaced: Path | None


def back_up(database: Database, to: Path, *, own: Path, now: datetime) -> Manifest:
    """Write a backup of the store at this moment. Others wait for their turn meanwhile. Raise Refusal if it fails."""
    database.require()
    if os.path.lexists(to):
        raise Refusal(N_("There is already a file {file}. Choose another name: a backup replaces nothing."), file=to)
    with temporary_folder() as folder, database.cursor() as cursor:
        database.copy_to(folder / DATABASE)
        files = {DATABASE: folder / DATABASE}
        if register.own().exists():
            copy_register(register.own(), folder / REGISTER)
            files[REGISTER] = folder / REGISTER
        files |= declarations_in(own)
        return pack(files, to, version=__version__, made_at=now, schema=applied_files(cursor))


def restore(database: Database, file: Path, *, own: Path, replace: bool, order: Order, now: datetime) -> Restored:
    """Put the store back to a backup, wholly or not at all. Raise Refusal, with nothing changed, if it is not sound.

    Existing files are replaced only if `replace`. A register that is there stays: what was done, and which roles were
    taken away, is not undone. The backup's is for a machine that has none; one that has gets its keys of pseudonyms.
    """
    with database.replacing() as path, _staging(own, path) as staging:
        existing = _existing(own, path)
        if existing and not replace:
            raise Refusal(
                N_("There is a store in {folder} already. Add --replace to replace it; it is kept beside."), folder=own
            )
        manifest = unpack(file, staging)
        names = [name for name in manifest.parts if name not in (DATABASE, REGISTER)]
        names.append(_database_anew(staging, manifest, name=path.name, order=order))
        kept = archived_register(staging / REGISTER) if REGISTER in manifest.parts else None
        replaced = _kept_aside(existing, own / f"{REPLACED}{local(now):%Y-%m-%dT%H%M%S}") if existing else None
        _put(names, staging, own, existing)
    if kept and not register.own().exists():
        register.own().put(kept)
    elif kept:
        pseudonyms.add_keys(kept["keys"])
    return Restored(manifest, replaced)


@contextmanager
def _staging(own: Path, database: Path) -> Iterator[Path]:
    """A folder in the organisation's own, on the same disk."""
    sweep(database)
    with tempfile.TemporaryDirectory(prefix=STAGING, dir=own, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _existing(own: Path, database: Path) -> dict[str, Path]:
    """The files that a restoring replaces, by their name in the folder."""
    files = [database, log_of(database)]
    beside = {file.name: file for file in files if file.exists()}
    return beside | declarations_in(own)


def _database_anew(staging: Path, manifest: Manifest, *, name: str, order: Order) -> str:
    """Make the database anew under a name, record in it where it comes from, and return the name."""
    archived = (staging / DATABASE).rename(staging / f"{ARCHIVED}.duckdb")
    database = stores.in_file(staging / name)
    with database.writing() as cursor:
        rebuild(cursor, archived, name=DATABASE)
    archived.unlink()
    with database.writing() as cursor:  # Later than everything in it.
        made = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC by version {manifest.version}"
        what = f"backup of {made}, {manifest.parts[DATABASE].sha256}"
        add_event(cursor, order, "restore", what, action=Action.RESTORE, told=what)
    (staging / name).chmod(PRIVATE)
    return name


def _kept_aside(existing: Mapping[str, Path], folder: Path) -> Path:
    """Keep the files that are replaced in a folder. They stay where they are as well until they are replaced."""
    folder.mkdir(mode=0o700)
    for name, file in existing.items():
        (folder / name).parent.mkdir(mode=0o700, exist_ok=True)
        try:
            (folder / name).hardlink_to(file)
        except OSError:  # Not every file system has links.
            shutil.copy2(file, folder / name)
    return folder


def _put(names: list[str], staging: Path, own: Path, existing: Mapping[str, Path]) -> None:
    """Put the staged files into their places, and remove the others. A log would be taken for the new database's."""
    for name in existing.keys() - set(names):
        existing[name].unlink()
    for name in names:
        (own / name).parent.mkdir(mode=0o700, exist_ok=True)
        (staging / name).replace(own / name)
