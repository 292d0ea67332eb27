"""The refusals for a store that cannot be used, with what to do about it."""

from pathlib import Path
from typing import Final

from compliance.core.errors import Hindered, Refusal
from compliance.core.language import N_
from compliance.core.masking import mask_text
from compliance.core.saving import FULL, DiskFull, is_disk_full
from compliance.store.database import Failure

# Parts of DuckDB's messages for a failed commit, and for a file of a newer version.
UNCOMMITTED: Final = "Failed to commit"
NEWER_FILE: Final = "newer version"
NO_ACCESS: Final = N_(
    "The database {file} cannot be used: {error}. Nothing has been changed. "
    "Check its folder and disk, and that you may write there."
)


class Unusable(Hindered):
    """The file itself has failed: it is damaged, or cannot be read."""


class Away(Hindered):
    """The database of several machines cannot be reached, or does not answer in time."""


def unusable(path: Path, error: Failure) -> Refusal:
    """The refusal for a failed database file, with DuckDB's own message if there is no sentence of ours."""
    if is_disk_full(error):
        return no_room(path)
    if NEWER_FILE in str(error):
        return newer(path.name, "DuckDB")
    if UNCOMMITTED in str(error):
        return Hindered(
            NO_ACCESS,
            file=path.name,
            error=str(error).split("\n")[0].rpartition(UNCOMMITTED)[2].strip(" :."),
        )
    return Unusable(
        N_("The database {file} cannot be opened: {error} Close the program that uses it, or restore a backup."),
        file=path.name,
        error=str(error).split("\n")[0],
    )


def missing(place: str) -> Refusal:
    """The refusal to read where there is no database."""
    return Refusal(
        N_("There is no database yet. Load an export first. It is looked for in {place}."), place=mask_text(place)[0]
    )


def foreign(path: Path) -> Refusal:
    """The refusal for a database of another program."""
    return Refusal(
        N_(
            "The database {file} was made by another program. Nothing has been changed in it. "
            "Say another file, or restore a backup."
        ),
        file=path.name,
    )


def busy(path: Path, seconds: float) -> Refusal:
    """The refusal for a turn that did not come in time."""
    return Hindered(
        N_("The database {file} has been busy for {seconds} seconds. Close other programs that use it and try again."),
        file=path.name,
        seconds=int(seconds),
    )


def served(path: Path) -> Refusal:
    """The refusal to replace a file that a server runs on."""
    return Refusal(
        N_("A server runs on the database {file}. Stop it first, so that nobody works in what is replaced."),
        file=path.name,
    )


def no_access(path: Path, error: OSError | NotImplementedError) -> Refusal:
    """The refusal for a file that the system does not allow to be used."""
    if is_disk_full(error):
        return no_room(path)
    return Hindered(
        NO_ACCESS,
        file=path.name,
        error=getattr(error, "strerror", None) or error,
    )


def no_room(path: Path) -> Refusal:
    """The refusal for a full disk."""
    return DiskFull(FULL, folder=path.parent)


def newer(name: str, what: str) -> Refusal:
    """The refusal for a file that a newer version of this program, or of DuckDB, has written."""
    return Refusal(
        N_(
            "The database {file} was written by a newer version of this program ({what}), so this one neither reads it "
            "nor writes in it. Start the newer version, or restore a backup from before it."
        ),
        file=name,
        what=what,
    )


def older(name: str) -> Refusal:
    """The refusal for a store that only 0.11 can upgrade."""
    return Refusal(
        N_(
            "The database {file} is of a version before 0.11, and nothing has been changed in it. Open or restore it "
            "with version 0.11 once, which upgrades it, and then with this one. Version 0.11 is the tag v0.11.0 of the "
            "source, and compliance-0.11.0.tar.gz among the releases."
        ),
        file=name,
    )


# --- A store that several machines share ------------------------------------------------------------------------------

# What PostgreSQL may still hold of rows that were removed.
REMEMBERS: Final = N_(
    "PostgreSQL may still hold what was removed in its log. Let its administrator give this account pg_checkpoint and "
    "pg_switch_wal, and run the command maintain."
)
RECYCLES: Final = N_(
    "PostgreSQL may still hold what was removed in old files of its log, which it uses again. Let its administrator "
    "set wal_recycle to off."
)


def away(database: str) -> Refusal:
    """The refusal for a database that cannot be reached, or does not answer."""
    return Away(
        N_(
            "The database {database} cannot be reached. Nothing has been saved. Wait a moment and try again. "
            "If it goes on, tell those who run the service."
        ),
        database=database,
    )


def unknown(database: str) -> Refusal:
    """The refusal for a change whose connection was lost while it was committed."""
    return Refusal(
        N_(
            "The connection to the database {database} was lost while it saved, so it is not known whether it did. "
            "Look before you do it again."
        ),
        database=database,
    )


def awaited(seconds: float) -> Refusal:
    """The refusal for a turn among several machines that did not come in time."""
    return Hindered(
        N_("Somebody else has been saving for {seconds} seconds. Nothing has been saved. Try again in a moment."),
        seconds=int(seconds),
    )


def made_anew() -> Refusal:
    """The refusal for a copy that turned out to be damaged while it was used."""
    return Unusable(
        N_("This server's copy of the database was damaged and is being made anew. Nothing has been saved. Try again.")
    )


def no_room_there(database: str) -> Refusal:
    """The refusal for a full disk of the database."""
    return DiskFull(
        N_(
            "There is no room left on the disk of the database {database}. Nothing has been saved. Tell those who run "
            "the service."
        ),
        database=database,
    )


def no_rights(database: str) -> Refusal:
    """The refusal for an account that may not do what it must."""
    return Refusal(
        N_(
            "The account of the service lacks a right in the database {database}. Nothing has been saved. Let its "
            "administrator make the account the owner of the database and of what the service has made there."
        ),
        database=database,
    )


def taken(database: str, schema: str) -> Refusal:
    """The refusal for a database whose schema somebody else has filled."""
    return Refusal(
        N_("In the database {database} the schema {schema} has tables of another program. Say another database."),
        database=database,
        schema=schema,
    )


def not_fit(database: str, encoding: str) -> Refusal:
    """The refusal for a database in an encoding that does not hold every text."""
    return Refusal(
        N_("The database {database} is in the encoding {encoding}. Make one in UTF8, and say that."),
        database=database,
        encoding=encoding,
    )


def pooled(database: str) -> Refusal:
    """The refusal for a connection that does not take its settings, as through a pooler."""
    return Refusal(
        N_(
            "The connection to the database {database} does not keep its settings. Say the address of PostgreSQL "
            "itself, of no pooler before it, and no search_path."
        ),
        database=database,
    )


def not_stored() -> Refusal:
    """The refusal for a character that the database does not store."""
    return Refusal(
        N_("A text holds a character that cannot be stored (U+0000). Nothing has been saved. Remove it and try again.")
    )
