"""What a step that was killed has left beside the database: copies of it, of which nobody knows."""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from compliance.core import children

# The suffix of a store's file that is written anew, until it is complete; and that of 0.11.
SUFFIX: Final = ".rewritten"
BEFORE: Final = ".cleaned"
# The beginning of the name of a folder in which a store is being restored.
STAGING: Final = ".restoring-"
# The same of one into which a store is being moved.
MOVING: Final = ".moving-"
# What is there only for a while: of restoring, moving and purging, of copies of a store that several machines
# share, of pages that the engine has spilled, and of files that are being saved.
PASSING: Final = (
    f"{STAGING}*", f"{MOVING}*", f"*{SUFFIX}", f"*{SUFFIX}.wal", f"*{BEFORE}", f"*{BEFORE}.wal",
    "*.duckdb.*.new", "*.duckdb.*.new.wal",
    "shared.duckdb", "shared.duckdb.*", "*.duckdb.tmp", ".*.part", ".*.old",
)  # fmt: skip


def sweep(database: Path) -> None:
    """Remove what a restoring, a move or a purge has left. Nobody may have the database open."""
    for begun in (STAGING, MOVING):
        for folder in database.parent.glob(f"{begun}*"):
            shutil.rmtree(folder)
    for suffix in (SUFFIX, BEFORE):
        for file in database.parent.glob(f"{database.name}{suffix}*"):
            file.unlink()


def sweep_old(own: Path) -> list[str]:
    """Remove whatever has been left for more than a day in a folder, and in that of temporary files. Return its names.

    Nothing that is in use is as old.
    """
    children.sweep()
    swept = []
    for path in _passing(own):
        with suppress(OSError):
            if time.time() - path.lstat().st_mtime > children.STALE_SECONDS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                swept.append(path.name)
    return sorted(swept)


def _passing(own: Path) -> Iterator[Path]:
    for pattern in PASSING:
        yield from own.glob(pattern)
