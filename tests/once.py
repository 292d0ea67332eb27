"""What is made once a run of the tests, by the worker that first asks for it; the others wait for it and copy it."""

import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from compliance.store.file import connect

# The folder of this run, which all of its workers share and no other run; said by conftest.py.
FOLDER: Path | None = None


def made(name: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` has filled; it is there only when it is whole."""
    assert FOLDER, "only a run of the tests has a folder"
    folder = FOLDER / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            fresh = FOLDER / f"{name}.new"
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(parents=True)
            make(fresh)
            fresh.rename(folder)
    return folder


def new(path: Path) -> Path:
    """The same file, as a database in which nothing is; to copy one takes a tenth of making one."""
    shutil.copyfile(made("new", _make_new) / "new.duckdb", path)
    return path


def _make_new(folder: Path) -> None:
    connect(folder / "new.duckdb").close()
