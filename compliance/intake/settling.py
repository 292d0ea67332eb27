"""Putting a held file away: to `loaded` or `refused`, with a receipt beside it. Nothing is deleted.

What has happened to it is recorded first. If that is as far as it comes, the next run moves the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.core.saving import written
from compliance.intake.receipts import known_text, loaded_text, refused_text
from compliance.intake.rows import IntakeFile, intake_files, record
from compliance.intake.taking import HELD, OF_SUM, fsync, sum_of
from compliance.loading.loading import Receipt
from compliance.store.database import Cursor, Database

DEALT_WITH: Final = N_("Somebody else has dealt with {file} already.")


def held_place(root: Path, file: IntakeFile) -> Path:
    """Where a held file lies, if it still does."""
    return root / file.folder / HELD / f"{file.sha256[:OF_SUM]} {file.file}"


def held_path(root: Path, file: IntakeFile) -> Path | None:
    """The same, or None if it lies there no longer or is another by now."""
    path = held_place(root, file)
    return path if path.is_file() and sum_of(path) == file.sha256 else None


def came_at(path: Path) -> datetime:
    """The moment (UTC) at which a held file came."""
    return clock.moment_of(path.stat().st_mtime)


def record_loaded(cursor: Cursor, file: IntakeFile, receipts: Sequence[Receipt], *, who: str) -> IntakeFile:
    """Record that somebody loads a held file, in the transaction of the load. Return it as it is to be put away.

    Without a receipt it is a unit's answer, which is no import. Raise Refusal if it is held no longer.
    """
    _refuse_settled(cursor, file)
    imports = tuple(receipt.import_id for receipt in receipts)
    loaded = replace(file, state="loaded", imports=imports, why={}, who=who)
    record(cursor, loaded)
    return loaded


def settle_as_refused(
    database: Database, root: Path, file: IntakeFile, why: Mapping[str, Any], *, who: str, say: Language
) -> None:
    """Record that a held file is not loaded, and put it away. Without a sentence in `why` somebody has chosen so.

    Raise Refusal if it is held no longer.
    """
    with database.writing() as cursor:
        _refuse_settled(cursor, file)
        refused = replace(file, state="refused", imports=(), why=why, who=who)
        record(cursor, refused)
    settle(root, refused, say)


def _refuse_settled(cursor: Cursor, file: IntakeFile) -> None:
    """Raise Refusal if somebody else has loaded or refused a file by now."""
    now = next((row for row in intake_files(cursor) if row.key == file.key), file)
    if now.state != "held":
        raise Refusal(DEALT_WITH, file=file.file)


def settle(root: Path, file: IntakeFile, say: Language, *, receipts: Sequence[Receipt] = ()) -> None:
    """Move a held file that was loaded or refused to its folder, after its receipt. Do nothing if it is gone."""
    path = held_path(root, file)
    if path is None:
        return
    folder, came = root / file.folder / file.state, came_at(path)
    target = folder / f"{_first(file, clock.today())} {path.name}"
    if file.state == "refused":
        text = refused_text(file, say, came=came)
    else:
        text = loaded_text(file, receipts, say, came=came) if receipts else known_text(file, say, came=came)
    receipt = target.with_name(f"{target.name}.txt")
    # Loaded and then found again: the receipt of the load says more.
    if receipts or not receipt.exists():
        with written(receipt, rights=0o600) as out:
            out.write(text.encode())
    path.rename(target)
    fsync(folder)
    fsync(path.parent)


def _first(file: IntakeFile, today: date) -> str:
    """What the name of an original begins with: the number of its import, or the day on which it was refused."""
    return str(min(file.imports)) if file.imports else today.isoformat()
