"""The originals that the intake has put away: removed once they are as old as the organisation allows.

They hold what the store never has, such as identity numbers and rows that were rejected for their level.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations.intake import load_intake
from compliance.intake.taking import folders

PUT_AWAY: Final = ("loaded", "refused")
STAYS: Final = N_("What the intake has put away in {folder} cannot be removed: {error}.")


def remove_originals(root: Path, own: Path, *, now: datetime) -> tuple[int, list[Refusal]]:
    """Remove what was put away more than `originals_days` before a moment (UTC), receipts too. What is held stays.

    Return how many files are gone, and why others are not.
    """
    removed, wrong = 0, list[Refusal]()
    try:
        days = load_intake(own).originals_days
    except Refusal as refusal:
        return 0, [refusal]
    last = (now.replace(tzinfo=UTC) - timedelta(days)).timestamp()
    for folder in folders(root) if days and root.is_dir() else ():
        try:
            for path in _put_away_before(folder, last):
                path.unlink(missing_ok=True)
                removed += 1
        except OSError as error:
            wrong.append(Refusal(STAYS, folder=folder.name, error=error.strerror or error))
    return removed, wrong


def _put_away_before(folder: Path, moment: float) -> Iterator[Path]:
    """The files put away before a moment, which is when they were last renamed: their own time is that of coming."""
    for place in (folder / name for name in PUT_AWAY):
        if place.is_dir() and not place.is_symlink():
            for path in sorted(place.iterdir()):
                if path.is_file() and not path.is_symlink() and path.lstat().st_ctime < moment:
                    yield path
