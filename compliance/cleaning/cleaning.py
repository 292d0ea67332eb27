"""Cleaning the store of an earlier version once of what must not be stored, by writing its file again.

Rows are otherwise only ever added; this is the exception. The old file is not changed: DuckDB keeps the bytes of what
it deletes. A new file is written next to it without them, and replaces it when complete. A cleaning killed at any
moment leaves one of the two; an old one is cleaned when it is opened next.
"""

import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from compliance.cleaning.changes import Changes, rewrite
from compliance.cleaning.exports import exports_of
from compliance.cleaning.rows import clean_rows
from compliance.cleaning.seals import WHO, reseal
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

# The suffix of the new file until it is complete.
SUFFIX: Final = ".cleaned"
# Columns that are cleaned separately, as it depends on their export or review what is an identity number.
CLEANED_SEPARATELY: Final = frozenset({("import_rows", "cells"), ("problems", "value"), ("frozen_reviews", "content")})
TOO_OLD: Final = N_(
    "The database {file} is of an earlier version and must be written anew once, without what is never "
    "kept: {error}. Make room for {size} MB beside it, see to it that you may write there, and try again."
)
log = logging.getLogger(__name__)


def clean(connection: Cursor, path: Path, *, now: datetime) -> None:
    """Clean the open store of `path` and close it. Raise Refusal if that fails.

    The file is rewritten even if nothing needs cleaning: a rolled back or rehearsed load may have left its bytes.
    """
    changes = Changes()
    cleaning = _collect_changes(connection, changes, own=path.parent, now=now)
    with refusing_unwritten(path, TOO_OLD):
        write_anew(connection, path, changes)
    if cleaning:
        log.warning(" ".join(cleaning_sentences(cleaning, Language("en"))), extra={"cleaning": cleaning})


def _collect_changes(connection: Cursor, changes: Changes, *, own: Path, now: datetime) -> Cleaning | None:
    """Collect the changes to the store and their record; None if there is nothing to clean."""
    sources = load_sources(own)
    exports = exports_of(connection, changes, sources=sources, words=load_values(own))
    clean_sheets(connection, exports)
    lost = clean_rows(connection, exports)
    exports.note_masked()
    numbers = clean_tables(connection, changes, but=CLEANED_SEPARATELY | _fields(sources))
    numbers += exports.masked_cells.total() + exports.masked_rows.total()
    resealed = reseal(connection, changes, lost=lost, now=now)
    numbers += sum(each.numbers for each in resealed)
    changes.add("schema_files", {"name": CLEANED, "applied_at": now})
    counts = {
        "numbers": numbers,
        "taken_out": len(exports.refused),
        "read_anew": exports.reread.total(),
        "blanked": len(exports.blanked),
    }
    if not any(counts.values()):
        return None
    years = tuple(sorted({each.year for each in resealed}))
    cleaning = Cleaning(now, numbers, counts["taken_out"], counts["read_anew"], counts["blanked"], years=years)
    changes.add("cleanings", {"cleaned_at": now} | counts)
    what = f"{numbers} identity numbers, {cleaning.taken_out} rows of exports taken out, {cleaning.read_anew} read anew"
    what += f", {cleaning.blanked} cells emptied" if cleaning.blanked else ""
    changes.add("events", {"happened_at": now, "who": WHO, "action": "clean", "what": what})
    return cleaning


def _fields(sources: Mapping[str, Source]) -> frozenset[tuple[str, str]]:
    """The columns of the sources' tables, which are cleaned with their exports."""
    columns = ((source.id, name) for source in sources.values() for f in source.fields for name, _ in table_columns(f))
    return frozenset(columns)


# --- The file -----------------------------------------------------------------------------------------------------


@contextmanager
def refusing_unwritten(path: Path, sentence: str) -> Iterator[None]:
    """Raise a Refusal of this sentence, with {file}, {error} and {size}, if the block cannot write the file anew."""
    try:
        yield
    except (Failure, OSError) as error:
        kind = DiskFull if is_disk_full(error) else Refusal
        size = path.stat().st_size // 1_000_000 + 1
        raise kind(sentence, file=path.name, error=str(error).split("\n")[0], size=size) from error


def write_anew(connection: Cursor, path: Path, changes: Changes) -> None:
    """Write the file anew with the changes and replace the old one with it, whose connection is closed.

    Nothing of what the changes remove is left in the folder. If it fails, the old file is as it was.
    """
    new_path = path.with_name(f"{path.name}{SUFFIX}")
    try:
        _write(connection, path, new_path, changes)
    finally:
        with suppress(OSError):
            _remove(new_path)


def _write(connection: Cursor, path: Path, new_path: Path, changes: Changes) -> None:
    _remove(new_path)
    rewrite(connection, new_path, changes)
    # The new file has what the old one's log holds. Left behind, the log would be taken for the new file's.
    connection.execute("checkpoint")
    connection.close()
    # Pages spilled by a load that was killed.
    shutil.rmtree(path.with_name(f"{path.name}.tmp"), ignore_errors=True)
    if _log(path).exists():
        raise OSError(f"{_log(path).name} is still there")
    shutil.copymode(path, new_path)
    _flush(new_path)
    new_path.replace(path)
    _flush(path.parent)


def _remove(new_path: Path) -> None:
    """Remove a new file that was never completed."""
    for left in (new_path, _log(new_path)):
        left.unlink(missing_ok=True)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def _flush(path: Path) -> None:
    """Wait until a file, or a folder's list of files, is on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
