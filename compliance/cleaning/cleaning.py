"""A store of an earlier version is cleaned once of what is never kept, and its file is written anew.

Rows are only ever added in ordinary life; this is the one exception. Nothing is changed in the old file: a new one is
written beside it without what goes, since an engine keeps the bytes of what it deletes, and takes the old one's place
when it is whole. Killed at any moment, this leaves one of the two; an old one is cleaned when it is opened next.
"""

import logging
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from compliance.cleaning.changes import Changes, write_anew
from compliance.cleaning.exports import exports_of
from compliance.cleaning.rows import clean_rows
from compliance.cleaning.seals import WHO, seal_anew
from compliance.cleaning.sheets import clean_sheets
from compliance.cleaning.texts import clean_tables
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.core.saving import DiskFull, is_disk_full
from compliance.declarations.sources import Source, load_sources, load_values
from compliance.loading.cleanings import Cleaning, cleaning_sentences
from compliance.loading.validating import table_columns
from compliance.store.database import Cursor, Failure
from compliance.store.schema import CLEANED

# What the new file is called until it is whole, after the name of the old one.
ANEW: Final = ".cleaned"
# Columns that are looked at in the light of the exports and reviews that they belong to.
LOOKED_AT: Final = frozenset({("import_rows", "cells"), ("problems", "value"), ("frozen_reviews", "content")})
log = logging.getLogger(__name__)


def clean(connection: Cursor, path: Path, *, now: datetime) -> None:
    """Cleans the open store of `path` and closes it; a Refusal where that cannot be done.

    A store in which nothing was found is written anew all the same: a load that was called off, or only tried, can have
    left its bytes.
    """
    changes = Changes()
    found = _look(connection, changes, own=path.parent, now=now)
    try:
        _write(connection, path, changes)
    except (Failure, OSError) as error:
        kind = DiskFull if is_disk_full(error) else Refusal
        raise kind(
            N_(
                "The database {file} is of an earlier version and must be written anew once, without what is never "
                "kept: {error}. Make room for {size} MB beside it, see to it that you may write there, and try again."
            ),
            file=path.name,
            error=str(error).split("\n")[0],
            size=path.stat().st_size // 1_000_000 + 1,
        ) from error
    finally:
        with suppress(OSError):
            _remove(path.with_name(f"{path.name}{ANEW}"))
    if found:
        log.warning(" ".join(cleaning_sentences(found, Language("en"))), extra={"cleaning": found})


def _look(connection: Cursor, changes: Changes, *, own: Path, now: datetime) -> Cleaning | None:
    """What is to be otherwise in the store, with all that is recorded of it; None where nothing was found."""
    sources = load_sources(own)
    exports = exports_of(connection, changes, sources=sources, words=load_values(own))
    clean_sheets(connection, exports)
    lost = clean_rows(connection, exports)
    exports.note_masked()
    numbers = clean_tables(connection, changes, but=LOOKED_AT | _fields(sources))
    numbers += exports.masked_cells.total() + exports.masked_rows.total()
    anew = seal_anew(connection, changes, lost=lost, now=now)
    numbers += sum(each.numbers for each in anew)
    changes.add("schema_files", {"name": CLEANED, "applied_at": now})
    counted = {"numbers": numbers, "taken_out": len(exports.refused), "read_anew": exports.read_anew.total()}
    if not any(counted.values()):
        return None
    years = tuple(sorted({each.year for each in anew}))
    found = Cleaning(now, numbers, counted["taken_out"], counted["read_anew"], years)
    changes.add("cleanings", {"cleaned_at": now} | counted)
    what = f"{numbers} identity numbers, {found.taken_out} rows of exports taken out, {found.read_anew} read anew"
    changes.add("events", {"happened_at": now, "who": WHO, "action": "clean", "what": what})
    return found


def _fields(sources: Mapping[str, Source]) -> frozenset[tuple[str, str]]:
    """The columns of the sources' tables that an export's columns are read into."""
    columns = ((source.id, name) for source in sources.values() for f in source.fields for name, _ in table_columns(f))
    return frozenset(columns)


# --- The file -----------------------------------------------------------------------------------------------------


def _write(connection: Cursor, path: Path, changes: Changes) -> None:
    """Writes the new file and puts it in the place of the old one, whose connection it closes."""
    anew = path.with_name(f"{path.name}{ANEW}")
    _remove(anew)
    write_anew(connection, anew, changes)
    # what the log of the old file holds is in the new one; left behind, it would be taken for the log of that
    connection.execute("checkpoint")
    connection.close()
    # pages that a load has spilled which was killed
    shutil.rmtree(path.with_name(f"{path.name}.tmp"), ignore_errors=True)
    if _log(path).exists():
        raise OSError(f"{_log(path).name} is still there")
    shutil.copymode(path, anew)
    _flush(anew)
    anew.replace(path)
    _flush(path.parent)


def _remove(anew: Path) -> None:
    """Removes a new file that was never finished."""
    for left in (anew, _log(anew)):
        left.unlink(missing_ok=True)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def _flush(path: Path) -> None:
    """Waits until a file, or what a folder lists, is on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
