"""How far one service goes: a store of 26, of 100 and of 290 administrations, and how each number grows with them.

Each line is of the largest store, beside that of the smallest. `region-file` is of a file, `region-postgresql` of one
machine that shares a store. The administrations are one many times over; a night's exports are loaded truly.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from compliance.core.places import ROOT
from compliance.store.file import FileDatabase
from tests import postgres
from tests.machines import fill
from tests.session import session
from tools.administrations import many_times, write_exports
from tools.measuring.lines import Measured, shown
from tools.measuring.machines import EXPORTED, NOTHING_AHEAD, USUAL, Machines, rows_in, there
from tools.measuring.stand import AS_OF, DAY, Running, Store, count, in_file, median, opened, running, timed

SIZES = (26, 100, 290)
# So many of them send the exports of a night, and these pages of one are opened.
SENDING = 3
PAGES = ("overview", "one review point", "systems", "worklists")
# How many seconds somebody waits for a page, which a busy machine may take.
PATIENCE = 1800.0

Lines = Iterator[Measured]
Placing = Callable[[int], AbstractContextManager[Lines]]


def names(size: int) -> list[str]:
    return [f"Kommun {number} (exempel)" for number in range(1, size + 1)]


def growing(kind: str, placing: Placing) -> Lines:
    """The lines of the largest store, each beside that of the smallest; what lies between is noted."""
    found: dict[str, list[Measured]] = {}
    for size in SIZES:
        with placing(size) as lines:
            for line in lines:
                print(f"{kind}, {size}: {line.what}: {shown(line.ours, line.unit)} {line.note}", file=sys.stderr)
                found.setdefault(line.what, []).append(line)
    for what, (first, *between, last) in found.items():
        note = ", ".join(
            f"{size}: {shown(line.ours, line.unit)}" for size, line in zip(SIZES[1:], between, strict=False)
        )
        yield replace(last, what=f"{what} ({kind})", note=note, other=first.ours, beside=f"{SIZES[0]}")


# --- stores -------------------------------------------------------------------------------------------------------


def filled(samples: Path, folder: Path, size: int) -> Path:
    """A file with so many administrations, made once."""
    file = folder / f"region {size}.duckdb"
    if not file.exists():
        unfinished = Path(shutil.copy(samples, file.with_suffix(".part")))
        many_times(unfinished, names(size))
        unfinished.rename(file)
    return file


@contextmanager
def placed_in_file(samples: Path, folder: Path, size: int) -> Iterator[Lines]:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        file = filled(samples, folder, size)
        yield lines_of_file(file, Path(place) / "own.duckdb", size)


def lines_of_file(file: Path, own: Path, size: int) -> Lines:
    database = FileDatabase.at(file)
    yield Measured("Disk", file.stat().st_size / 1024**2, unit="MB", note=f"{rows_in(in_file(file)):,} rows")
    yield Measured("The copy, as the file lies", timed(lambda: database.copy_aside(own)))
    yield Measured("… by DuckDB", timed(lambda: database.copy_to(own.with_suffix(".copy"))))
    own.with_suffix(".copy").unlink()
    yield from lines_of(in_file(own), size)


@contextmanager
def placed_in_postgresql(samples: Path, folder: Path, size: int) -> Iterator[Lines]:
    with tempfile.TemporaryDirectory(dir=folder) as place, postgres.server(**USUAL) as server:
        yield lines_of_postgresql(filled(samples, folder, size), Machines(server, Path(place)), size)


def lines_of_postgresql(file: Path, machines: Machines, size: int) -> Lines:
    store = machines.begun()
    yield Measured("All of it put there", timed(lambda: fill(store.database, FileDatabase.at(file))))
    yield Measured("Disk", there(machines.server, store), unit="MB")
    other = machines.on(store.environment["COMPLIANCE_DATABASE"])
    yield Measured("The copy, which a machine builds", timed(other.database.follower.follow))
    yield from lines_of(other, size)


# --- what is measured of each -------------------------------------------------------------------------------------


def lines_of(store: Store, size: int) -> Lines:
    """The points, *Staden*, the pages of one administration, and a night, of a store in its place."""
    with store.database.cursor():
        count(store.database, [AS_OF])
        yield Measured(
            "The thirteen points of all", median(lambda: timed(partial(count, store.database, [AS_OF])), times=3)
        )
    yield from visited(store, "Staden", {"city": {}})
    one = {"organisation": names(size)[size // 2]}
    yield from visited(store, "one administration", dict.fromkeys(PAGES, one))
    yield from night(store, size)


def visited(store: Store, whose: str, pages: dict[str, dict[str, str]]) -> Lines:
    """Pages of a server that has counted nothing ahead: the first time and after that, and its memory at most."""
    quiet = replace(store, environment=store.environment | NOTHING_AHEAD)
    with running(quiet, patience=PATIENCE) as server, session(server.address, patience=PATIENCE) as visitor:
        yield Measured(f"The server, until it is ready, {whose}", server.seconds)
        for page, query in pages.items():
            opens = partial(opened, visitor, page, as_of=DAY, **query)
            yield Measured(f"A first visit, {whose}: {page}", opens())
            opens()
            yield Measured(f"… warm: {page}", median(opens, times=5))
        yield Measured(f"Memory of the server at most, {whose}", peak(server), unit="MB")


def peak(server: Running) -> float:
    """The most MB that a server has taken."""
    lines = Path(f"/proc/{server.process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def night(store: Store, size: int) -> Lines:
    """The exports of a day of some administrations, loaded one administration after the other."""
    took: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names(size)[-SENDING:]:
            files = write_exports(Path(folder) / name, name, [EXPORTED])
            took.append(loaded(store, name, files))
    seconds, memory = (max(found) for found in zip(*took, strict=True))
    yield Measured("A night's exports of one administration", seconds, note=f"{len(files)} files")
    yield Measured("… memory to load them at most", memory, unit="MB")


def loaded(store: Store, name: str, files: list[Path]) -> tuple[float, float]:
    """How many seconds the command that loads them takes, and how many MB at most."""
    command = [sys.executable, "-m", "compliance", "load", "--replaces", "--organisation", name, *map(str, files)]
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | store.environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the exports of {name} cannot be loaded")
    return time.perf_counter() - begun, used.ru_maxrss / 1024


def in_a_file(samples: Path, folder: Path) -> Lines:
    yield from growing("a file", partial(placed_in_file, samples, folder))


def in_postgresql(samples: Path, folder: Path) -> Lines:
    yield from growing("PostgreSQL", partial(placed_in_postgresql, samples, folder))


# What is measured, in the order of the table.
GROUPS: dict[str, Callable[[Path, Path], Lines]] = {"region-file": in_a_file, "region-postgresql": in_postgresql}
