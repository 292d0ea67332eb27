"""What a restoring or a purge that was killed has left beside the database: copies of it, of which nobody knows."""

import shutil
from pathlib import Path
from typing import Final

from compliance.cleaning.cleaning import SUFFIX

# The beginning of the name of a folder in which a store is being restored.
STAGING: Final = ".restoring-"


def sweep(database: Path) -> None:
    """Remove it. Nobody may have the database open."""
    for folder in database.parent.glob(f"{STAGING}*"):
        shutil.rmtree(folder)
    for file in database.parent.glob(f"{database.name}{SUFFIX}*"):
        file.unlink()
