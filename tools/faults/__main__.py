"""Faults of a service on more than one machine, each tried many times.

`python -m tools.faults [--times N] [--only NAME…]`

Whatever happens, nothing acknowledged is lost, nothing is there by halves, no number is given twice, the others go on,
who waits reads a sentence in time, and in the end every copy is equal to PostgreSQL.
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compliance.core.places import ROOT
from compliance.store.file import FileDatabase
from compliance.store.shared import SharedDatabase
from tests import postgres
from tests.browser import ready
from tests.command import arguments
from tests.ports import SERVER, started
from tests.session import session
from tools.faults import promises
from tools.faults.machine import staff
from tools.faults.rig import KINDS, Broken, Rig, alone, pair, until

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
PAGES = ("overview", "quality", "changes", "importing", "review")
MB = 1 << 20
Act = Callable[[Any, random.Random, int], None]


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def stop(rig: Rig, chance: random.Random, _: int) -> None:
    """It is stopped, and started a while later."""
    rig.server.stop()
    time.sleep(chance.uniform(1, 4))
    rig.server.start()


def restart(rig: Rig, _: random.Random, number: int) -> None:
    """It is restarted, every second time after a power cut."""
    rig.server.stop(at_once=number % 2 == 1)
    rig.server.start()


def freeze(rig: Rig, *_: object) -> None:
    """It stands still."""
    rig.server.freeze()
    time.sleep(8)
    rig.server.thaw()


def fail_over(rig: Any, _: random.Random, number: int) -> None:
    """The standby takes over, every second time from one that stands still."""
    rig.fail_over(frozen=number % 2 == 1)


# --- Web servers and importers ----------------------------------------------------------------------------------------


def kill_at_a_confirm(rig: Rig, chance: random.Random, _: int) -> None:
    """A machine is killed while it saves."""
    one = rig.machines[0]
    one.awaits("begun", len(one.heard))
    time.sleep(chance.uniform(0, 0.25))
    one.kill()
    rig.machines[1].awaits("done", len(rig.machines[1].heard))
    one.start()


def freeze_a_server(rig: Rig, chance: random.Random, _: int) -> None:
    """A machine stands still while it saves, and the other waits for its turn."""
    one = rig.machines[0]
    one.awaits("begun", len(one.heard))
    time.sleep(chance.uniform(0, 0.25))
    one.process.send_signal(signal.SIGSTOP)
    time.sleep(8)
    one.process.send_signal(signal.SIGCONT)


def kill_at_a_click(rig: Rig, chance: random.Random, _: int) -> None:
    """A web server is killed while it draws a page, and started again."""
    folder = rig.folder / "server"
    with web_server(rig, folder) as (address, process), session(address) as here:
        here.opens("overview")
        timer = threading.Timer(chance.uniform(0, 0.4), process.kill)
        timer.start()
        with suppress(Exception):
            while True:
                here.opens(chance.choice(PAGES))
        timer.join()
    equal(rig, folder)


@contextmanager
def web_server(rig: Rig, folder: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A web server of the product with its own folder, and its address."""
    folder.mkdir(exist_ok=True)
    log = folder / "server.log"
    log.unlink(missing_ok=True)
    with started([SERVER, "--port", "0"], log=log, environment=rig.environment(folder)) as process:
        yield ready(log, process), process
        process.kill()


def equal(rig: Rig, folder: Path) -> None:
    """Hold that the copy in a folder, followed by a new process, is equal to PostgreSQL."""
    copy = SharedDatabase(rig.address, FileDatabase(folder / "copy.duckdb"))
    rig.rest()
    with copy.cursor() as cursor:
        held = promises.contents(cursor)
    if held != promises.kept(rig.line):
        raise Broken(f"the copy in {folder} differs")
    for each in rig.machines:
        each.order("go")


def importer(rig: Rig, name: str, number: int) -> "tuple[str, subprocess.Popen[bytes]]":
    """An importer that begins to load a file, and the key of that."""
    key = f"{name}{number}n"
    path = rig.folder / f"{key}.csv"
    path.write_bytes(staff(key, 400))
    command = arguments("load", path, "--extract-date", "2026-01-01")
    environment = rig.environment(rig.folder / name)
    return key, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def acknowledged(rig: Rig, key: str, process: "subprocess.Popen[bytes]", heard: bytes = b"") -> None:
    """Note what an importer that has ended said."""
    out, err = process.communicate(timeout=60)
    if b"Traceback" in err:
        raise Broken(err.decode())
    if process.returncode > 0:  # it was refused
        rig.tally.said[err.decode().strip()] += 1
    for number in re.findall(rb"^import (\d+): ", heard + out, re.M):
        rig.tally.done.append({"done": "load", "key": key, "number": int(number)})


def kill_the_importer(rig: Rig, chance: random.Random, number: int) -> None:
    """The importer is killed at some time, every second time right after it has acknowledged."""
    key, process = importer(rig, "importer", number)
    assert process.stdout
    heard = b""
    if number % 2:
        heard = process.stdout.readline()
    else:
        time.sleep(chance.uniform(0, 4))
    process.kill()
    acknowledged(rig, key, process, heard)


def three_at_once(rig: Rig, _: random.Random, number: int) -> None:
    """Two importers load while two servers are used."""
    for key, process in [importer(rig, name, number) for name in ("importer", "other")]:
        acknowledged(rig, key, process)
        if process.returncode:
            raise Broken(f"an importer was refused, among {[*rig.tally.said]}")


def wrong_clock(rig: Rig, _: random.Random, number: int) -> None:
    """A machine starts whose clock is a day off."""
    one, days = rig.machines[0], -1 if number % 2 else 1
    one.kill()
    faked = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": f"{days:+}d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    one.environment = faked if FAKETIME.exists() else {"DAYS_AHEAD": str(days)}
    one.start()


# --- Copies -----------------------------------------------------------------------------------------------------------


def harm_a_copy(rig: Rig, chance: random.Random, number: int) -> None:
    """A copy that is in use is harmed, each time in another way."""
    path = rig.machines[0].folder / "copy.duckdb"
    HARMS[number % len(HARMS)](rig, path, chance)


def deleted(_: Rig, path: Path, __: random.Random) -> None:
    path.unlink()


def damaged(_: Rig, path: Path, chance: random.Random) -> None:
    with path.open("r+b") as file:
        for _each in range(40):
            file.seek(chance.randrange(path.stat().st_size))
            file.write(chance.randbytes(64))


def truncated(_: Rig, path: Path, chance: random.Random) -> None:
    os.truncate(path, chance.randrange(path.stat().st_size))


def emptied(_: Rig, path: Path, __: random.Random) -> None:
    os.truncate(path, 0)


def older(rig: Rig, path: Path, _: random.Random) -> None:
    """An older copy takes its place, though the log of the newer one stays."""
    old = rig.folder / "older.duckdb"
    if not old.exists():
        shutil.copy(path, old)
        rig.go_on()
    shutil.copy(old, path.with_suffix(".put"))
    path.with_suffix(".put").replace(path)
    old.unlink()


def foreign(rig: Rig, path: Path, _: random.Random) -> None:
    """The file of another store takes its place."""
    other = FileDatabase(rig.folder / "other.duckdb")
    with other.writing() as cursor:
        cursor.execute("insert into events values (moment(), 'test', 'note', 'of another store')")
    other.path.replace(path)


HARMS = (deleted, damaged, truncated, older, foreign, emptied)


# --- Disks ------------------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A small disk at a folder. Raise Skipped where none can be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        raise Skipped("no small disk can be mounted here; run it as root")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class Skipped(Exception):
    """A fault that cannot be tried here."""


def filled(folder: Path) -> Path:
    """Fill a disk to the last byte, and return the file that does."""
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return filler


@contextmanager
def on_small_disks() -> Iterator[Rig]:
    """A rig whose PostgreSQL has a small disk for its tables, and another for its log."""
    server = postgres.Server(postgres.new_folder(), wal_init_zero="on")
    account: dict[str, Any] = postgres._account()
    folders = [server.folder / "data", server.folder / "wal"]
    with (
        tempfile.TemporaryDirectory(prefix="faults-") as name,
        small_disk(folders[0], 160),
        small_disk(folders[1], 200),
    ):
        try:
            for folder in folders:
                os.chown(folder, account.get("user", -1), account.get("group", -1))
                folder.chmod(0o700)
            server.make()
            subprocess.run(["mv", folders[0] / "pg_wal", folders[1]], check=True, **account)
            (folders[0] / "pg_wal").symlink_to(folders[1] / "pg_wal")
            server.start()
            with closing(Rig(Path(name), server, server.create("city"))) as rig:
                yield rig
        finally:
            server.stop(at_once=True)
    shutil.rmtree(server.folder)


def fill_its_disk(rig: Rig, _: random.Random, number: int) -> None:
    """Its disk is full, every second time that of its log, and some time later somebody makes room."""
    filler = filled(rig.server.folder / ("wal" if number % 2 else "data"))
    since = rig.tally.said.total()
    with suppress(Broken):
        until(lambda: rig.tally.said.total() > since + 1, 30)
    time.sleep(2)
    filler.unlink()
    process = rig.server._process
    if process and process.poll() is not None:  # as systemd does
        rig.server.start()


def fill_the_disk_of_a_copy(rig: Rig, _: random.Random, number: int) -> None:
    """The disk of a copy is full; every second time the copy is also lost meanwhile."""
    folder = rig.machines[0].folder
    filler = filled(folder)
    time.sleep(2)
    if number % 2:
        (folder / "copy.duckdb").unlink(missing_ok=True)
    rig.machines[1].awaits("done", len(rig.machines[1].heard))
    time.sleep(2)
    filler.unlink()


@contextmanager
def with_a_small_disk() -> Iterator[Rig]:
    """A rig with a machine whose folder is on a small disk."""
    with alone() as rig, small_disk(rig.folder / "one", 100):
        yield rig
        rig.close()


# --- Trying -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """A fault: what is done, in how many ways by turns, its rig, and how many rows a file of a machine may have."""

    act: Act
    ways: int = 1
    rig: Callable[[], AbstractContextManager[Rig]] = alone
    most: int = 12


FAULTS = {
    "server-killed-at-a-click": Fault(kill_at_a_click),
    "server-killed-at-a-confirm": Fault(kill_at_a_confirm),
    "server-frozen-at-a-confirm": Fault(freeze_a_server),
    "importer-killed": Fault(kill_the_importer, 2),
    "postgresql-stopped": Fault(stop),
    "postgresql-restarted": Fault(restart, 2),
    "postgresql-frozen": Fault(freeze),
    "failover-synchronous": Fault(fail_over, 2, lambda: pair(synchronous=True)),
    "failover-asynchronous": Fault(fail_over, 2, lambda: pair(synchronous=False)),
    "disk-of-postgresql-full": Fault(fill_its_disk, 2, on_small_disks, 600),
    "disk-of-a-copy-full": Fault(fill_the_disk_of_a_copy, 2, with_a_small_disk, 600),
    "importers-and-servers": Fault(three_at_once),
    "clock-wrong": Fault(wrong_clock, 2),
    "copy-harmed": Fault(harm_a_copy, len(HARMS)),
}


@dataclass
class Outcome:
    """What came of a fault."""

    name: str
    times: int = 0
    acknowledged: int = 0
    forgotten: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    waited: dict[str, float] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)
    skipped: str = ""
    seconds: float = 0.0

    def take(self, rig: Rig) -> None:
        """Note what a rig has counted."""
        self.acknowledged, self.forgotten = len(rig.tally.done), len(rig.forgotten)
        self.broken, self.waited, self.said = rig.broken, rig.tally.waited, rig.tally.said


def tried(name: str, times: int, seed: int) -> Outcome:
    """Try a fault so many times."""
    fault, outcome, begun = FAULTS[name], Outcome(name), time.monotonic()
    chance = random.Random(f"{name} {seed}")
    try:
        with fault.rig() as rig:
            for each in ("one", "two"):
                rig.add(each, most=fault.most)
            while outcome.times < times:
                once(rig, fault, chance, outcome)
    except Skipped as error:
        outcome.skipped = str(error)
    outcome.seconds = time.monotonic() - begun
    return outcome


def once(rig: Rig, fault: Fault, chance: random.Random, outcome: Outcome) -> None:
    """Try a fault once, and hold the promises."""
    try:
        rig.go_on()
        time.sleep(chance.uniform(0, 0.3))
        fault.act(rig, chance, outcome.times)
        rig.go_on()
        rig.check()
    except Skipped:
        raise
    except Exception as error:
        rig.broken["broke"] += not isinstance(error, Broken)
        rig.broken["times"] += 1
        print(f"  {outcome.name} {outcome.times}: {error!r}", file=sys.stderr, flush=True)
        for each in rig.machines:
            with suppress(OSError):
                each.order("go")
    outcome.times += 1
    outcome.take(rig)


def shown(outcomes: list[Outcome]) -> str:
    """The table, and what was read."""
    heads = ("fault", "times", "acknowledged", "lost as configured", *KINDS, "page s", "saved s", "refused s", "s")
    lines = [heads, ["---"] * len(heads)]
    for each in outcomes:
        waits = [f"{seconds:.1f}" for seconds in each.waited.values()]
        counts = [each.times, each.acknowledged, each.forgotten, *(each.broken[kind] for kind in KINDS)]
        lines.append([each.name, *([each.skipped] if each.skipped else [*counts, *waits, f"{each.seconds:.0f}"])])
    read: Counter[str] = sum((each.said for each in outcomes), Counter())
    table = ["| " + " | ".join(map(str, line)) + " |" for line in lines]
    return "\n".join([*table, "", *(f"{number} × {sentence}" for sentence, number in read.most_common())])


def main() -> int:
    """Try them, and print the table; one if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=FAULTS, default=list(FAULTS))
    said = parser.parse_args()
    outcomes = [tried(name, said.times, said.seed) for name in said.only]
    print(shown(outcomes))
    return int(any(each.broken.total() for each in outcomes))


if __name__ == "__main__":
    sys.exit(main())
