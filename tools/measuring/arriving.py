"""What a night of the intake takes, and what somebody waits for a page meanwhile: the group `intake`."""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from compliance.core.places import ROOT
from compliance.intake.taking import IN
from compliance.store.file import FileDatabase
from tests.session import session
from tools.administrations import many_times, write_exports
from tools.measuring.lines import Measured
from tools.measuring.machines import ADMINISTRATIONS, NOTHING_AHEAD
from tools.measuring.stand import (
    DAY,
    Running,
    Store,
    command_line,
    in_file,
    opened,
    running,
    timed,
    training_export,
)

# The days of the exports that are loaded before, and of those of the night.
BEFORE, NIGHT = date(2026, 4, 30), date(2026, 10, 31)
# Fourteen administrations send fifteen files each; another one sends a large one.
SENDING, LARGE, ROWS = ADMINISTRATIONS[:14], "Stora förvaltningen (exempel)", 100_000
PAUSE = 0.2


@dataclass
class Night:
    """A run of the intake: how long it took, what became of the files, and when a reader waited for a page.

    `spans` are from each click to its answer, `loads` are the moments at which a file had been loaded.
    """

    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    loads: list[float] = field(default_factory=list)
    spans: list[tuple[float, float]] = field(default_factory=list)

    @property
    def waits(self) -> list[float]:
        """How long the reader waited, each time."""
        return [end - begun for begun, end in self.spans]

    @property
    def most_loads(self) -> int:
        """How many files were loaded while the reader waited for one page, at most."""
        return max(sum(begun < moment < end for moment in self.loads) for begun, end in self.spans)


def nights(samples: Path, folder: Path) -> Iterator[Measured]:
    """Two hundred files and a large one in one night, and the copy on which they are rehearsed."""
    store = filled(folder / "night", SENDING)
    night = run(store, sent(folder / "night", SENDING, rows=ROWS))
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(night.outcomes.items()))
    files = sum(night.outcomes.values())
    yield Measured(f"{files} files come in one night, one of them of {ROWS:,} rows", night.seconds, note=told)
    yield Measured(
        "… the longest that a reader waits for the overview meanwhile",
        max(night.waits),
        note=f"over {night.most_loads} loads",
        other=first_visit(store),
        beside="a first visit after it",
    )
    yield Measured(f"… half of {len(night.waits)} times within", statistics.median(night.waits))
    yield from copies(samples, folder)


def first_visit(store: Store) -> float:
    """What the overview takes on a server that has counted nothing."""
    quiet = Store(store.database, store.environment | NOTHING_AHEAD)
    with running(quiet) as server, session(server.address) as visitor:
        return opened(visitor, "overview", as_of=DAY)


def copies(samples: Path, folder: Path) -> Iterator[Measured]:
    """The copy of the store of a city, as it lies and with a cursor."""
    city = folder / "copied-city.duckdb"
    city.write_bytes(samples.read_bytes())
    many_times(city, ADMINISTRATIONS)
    database = FileDatabase.at(city)
    took = [
        timed(lambda: database.copy_aside(folder / "aside.duckdb")),
        timed(lambda: database.copy_to(folder / "to.duckdb")),
    ]
    size = f"{city.stat().st_size / 1024**2:.0f} MB"
    yield Measured(
        "The copy on which 26 administrations are rehearsed", took[0], note=size, other=took[1], beside="by DuckDB"
    )


def filled(folder: Path, names: list[str]) -> Store:
    """A store in which each administration has its exports of a day before, and the large one a list of people."""
    store = in_file(folder / "compliance.duckdb")
    for name in names:
        files = write_exports(folder / "before" / name, name, [BEFORE])
        command_line(["load", "--organisation", name, *map(str, files)], store)
    staff = folder / f"Personal {BEFORE}.csv"
    staff.write_text(
        "AD-konto;Enhet;Anställningsdatum\n"
        + "".join(f"anv{n:06};Enhet {n % 90};2020-01-01\n" for n in range(ROWS // 4))
    )
    command_line(["load", "--organisation", LARGE, str(staff)], store)
    return store


def sent(folder: Path, names: list[str], *, rows: int) -> Path:
    """The folders of organisations, with the exports of a night in them."""
    root = folder / "intake"
    for name in names:
        for file in write_exports(folder / "sent" / name, name, [NIGHT]):
            put(root / name / IN, file)
    put(root / LARGE / IN, training_export(folder / f"Utbildningar {NIGHT}.xlsx", rows=rows))
    return root


def put(folder: Path, file: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file.rename(folder / file.name)


def run(store: Store, root: Path) -> Night:
    """A run of the intake, while somebody looks at the overview again and again."""
    night = Night()
    (root.parent / "intake.toml").write_text("quiet_seconds = 0\n")
    quiet = Store(store.database, store.environment | NOTHING_AHEAD)
    with running(quiet) as server, looking(server, night):
        night.seconds = timed(lambda: arrive(store, root, night))
    return night


def arrive(store: Store, root: Path, night: Night) -> None:
    command = [sys.executable, "-m", "compliance", "intake", "--wait", "0"]
    environment = os.environ | store.environment | {"COMPLIANCE_INTAKE": str(root)}
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            told: dict[str, Any] = json.loads(line)
            night.outcomes.update([told["outcome"]] if "file" in told else [])
            if told["outcome"] == "loaded":
                night.loads.append(time.perf_counter())


@contextmanager
def looking(server: Running, night: Night) -> Iterator[None]:
    """Within the block somebody opens the overview again and again; how long they wait is noted."""
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            begun = time.perf_counter()
            with suppress(TimeoutError), session(server.address) as visitor:
                while not over.is_set():
                    begun = time.perf_counter()
                    opened(visitor, "overview", as_of=DAY)
                    night.spans.append((begun, time.perf_counter()))
                    time.sleep(PAUSE)
                return
            night.spans.append((begun, time.perf_counter()))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


GROUPS = {"intake": nights}
