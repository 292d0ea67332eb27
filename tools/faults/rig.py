"""PostgreSQL, the machines that share it, and what they were told; nothing of it is mocked."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from compliance.core.places import ROOT
from compliance.loading import loading
from compliance.loading.loading import Order
from compliance.review import reviewing
from compliance.store.changes import SCHEMA
from compliance.store.file import FileDatabase
from compliance.store.postgresql import Line
from compliance.store.shared import SharedDatabase
from tests import postgres
from tests.line import SOURCES, WORDS, read_here
from tools.faults import promises
from tools.faults.machine import staff

# Until when everybody must have gone on after a fault.
GOING_SECONDS = 90
# What a page, a change that is made, and one that is refused may take at most.
MOST_SECONDS = {"shown": 10.0, "done": 30.0, "refused": 30.0}


class Broken(Exception):
    """A promise that has not been kept."""


# What may break, as a machine or the comparison says it.
KINDS = ("lost", "half", "twice", "differs", "unseen", "astray", "late", "stuck", "broke")


class Tally:
    """What machines have said."""

    def __init__(self) -> None:
        self.done: list[dict[str, Any]] = []
        self.said: Counter[str] = Counter()
        self.found: list[tuple[str, object]] = []
        # The longest that a page, a change that was made, and a change that was refused have taken.
        self.waited = dict.fromkeys(MOST_SECONDS, 0.0)

    def hear(self, said: dict[str, Any]) -> None:
        """Count what a machine has said."""
        for kind in self.waited.keys() & said.keys():
            seconds = said["shown"] if kind == "shown" else said["seconds"]
            self.waited[kind] = max(self.waited[kind], seconds)
            if seconds > MOST_SECONDS[kind]:
                self.found.append(("late", f"{kind} after {seconds:.1f} s"))
        if "done" in said:
            self.done.append(said)
        elif "refused" in said:
            self.said[said["message"]] += 1
        else:
            self.found += [(kind, said[kind]) for kind in ("broke", "half", "unseen") if kind in said]

    def take(self) -> list[tuple[str, object]]:
        """What broke since it was last taken."""
        found, self.found = self.found, []
        return found


class Process:
    """A machine as seen from here: its process, its folder, and what it says."""

    def __init__(self, rig: "Rig", name: str, *, most: int = 12, folder: Path | None = None, **said: str) -> None:
        self.rig, self.name, self.most = rig, name, most
        self.folder = folder or rig.folder / name
        self.environment = said
        self.heard: list[dict[str, Any]] = []
        self.start()

    def start(self) -> None:
        """Start it, as after a fault of its machine."""
        command = [sys.executable, "-m", "tools.faults.machine", self.name, str(self.most), str(self.rig.review)]
        with (self.rig.folder / "machines.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.rig.environment(self.folder) | self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout
        for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue  # it was killed while it spoke
            self.heard.append(said)
            self.rig.tally.hear(said)

    def order(self, what: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{what}\n".encode())
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)

    def awaits(self, kind: str, since: int, seconds: float = GOING_SECONDS) -> dict[str, Any]:
        """What it says of a kind next, after what it has said already."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for said in self.heard[since:]:
                if kind in said:
                    return said
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.rig.broken["stuck"] += 1
        raise Broken(f"stuck: {self.name} has not {kind} within {seconds} seconds")

    def asked(self, order: str, answer: str) -> dict[str, Any]:
        """What it answers to an order."""
        since = len(self.heard)
        self.order(order)
        return self.awaits(answer, since)


class Rig:
    """A PostgreSQL with a store in it, two machines, and a copy of this process's own."""

    def __init__(self, folder: Path, server: postgres.Server, address: str) -> None:
        self.folder, self.server, self.address = folder, server, address
        self.tally, self.machines = Tally(), list[Process]()
        self.may_lose, self.forgotten = False, list[dict[str, Any]]()
        self.broken: Counter[str] = Counter()
        self.witness = SharedDatabase(address, FileDatabase.at(folder / "witness" / "copy.duckdb"))
        self.line = Line(address, schema=SCHEMA)
        self.review = self._begin()

    def _begin(self) -> int:
        """A first import and a review, and the number of that."""
        book = read_here(staff("first", 3), name="first.csv")
        order = Order("test", extract_date=date(2025, 1, 1))
        loading.load(self.witness, book, order, sources=SOURCES, words=WORDS)
        today = date(2026, 11, 1)
        return reviewing.open_review(self.witness, year=2026, as_of=None, order=order, today=today).review_id

    def environment(self, folder: Path) -> dict[str, str]:
        """That of a process of the product on a machine, whose temporary files no other machine removes."""
        temporary = folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        own = {"COMPLIANCE_DATABASE": self.address, "COMPLIANCE_FOLDER": str(folder), "COMPLIANCE_COUNT_AHEAD": "no"}
        return {**os.environ, "LANG": "C.UTF-8", "TMPDIR": str(temporary), **own}

    def add(self, name: str, **said: Any) -> Process:
        """Another machine."""
        self.machines.append(Process(self, name, **said))
        return self.machines[-1]

    def go_on(self) -> None:
        """Wait until every machine has written something since now, and then shown something."""
        heard = [len(each.heard) for each in self.machines]
        for each, since in zip(self.machines, heard, strict=True):
            each.awaits("done", since)
        heard = [len(each.heard) for each in self.machines]
        for each, since in zip(self.machines, heard, strict=True):
            each.awaits("shown", since)

    def rest(self) -> None:
        """Let every machine rest."""
        for each in self.machines:
            each.asked("rest", "rests")

    def check(self) -> None:
        """Hold all promises, with the machines at rest. Raise Broken."""
        self.rest()
        found = [*self._unlike(), *self._untrue(), *self.tally.take()]
        for each in self.machines:
            each.order("go")
        self.broken.update(kind for kind, _ in found)
        if found:
            raise Broken("; ".join(f"{kind}: {what}" for kind, what in found))

    def _unlike(self) -> Iterator[tuple[str, object]]:
        """Copies that differ from PostgreSQL."""
        held = {each.name: each.asked("tell", "tells") for each in self.machines}
        kept = promises.kept(self.line)
        with self.witness.cursor() as cursor:
            held["witness"] = {"tells": promises.contents(cursor), "version": self.witness.version()}
        yield from (("differs", name) for name, each in held.items() if each["tells"] != kept)
        if len({each["version"] for each in held.values() if "version" in each}) > 1:
            yield "differs", "versions"

    def _untrue(self) -> Iterator[tuple[str, object]]:
        """What PostgreSQL holds and should not, or does not hold and should."""
        lost = promises.lost(self.line, self.tally.done)
        if self.may_lose:
            self.forgotten += [each for each in lost if each not in self.forgotten]
        yield from (("lost", each) for each in lost if each not in self.forgotten)
        yield from (("half", each) for each in promises.halves(self.line))
        yield from (("twice", each) for each in promises.twice(self.line, self.tally.done, self.forgotten))
        yield from (("astray", each) for each in promises.moments_astray(self.line))

    def close(self) -> None:
        """End its machines."""
        for each in self.machines:
            each.kill()


@contextmanager
def alone(**settings: str) -> Iterator[Rig]:
    """A rig with one PostgreSQL."""
    with (
        tempfile.TemporaryDirectory(prefix="faults-") as folder,
        postgres.server(**settings) as server,
        closing(Rig(Path(folder), server, server.create("city"))) as rig,
    ):
        yield rig


def until(what: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise Broken(f"{what} has not come true within {seconds} s")
        time.sleep(0.02)


class Pair(Rig):
    """A rig whose PostgreSQL has a standby. They are reached by links, since each new standby has its own folder."""

    def __init__(self, folder: Path, first: postgres.Server, *, synchronous: bool) -> None:
        self.servers, self.synchronous, self.now = {0: first}, synchronous, 0
        self._links = [folder / "a", folder / "b"]
        self._point(0)
        hosts = quote(",".join(map(str, self._links)), safe="")
        super().__init__(folder, first, f"postgresql://postgres@/city?host={hosts}")
        self.may_lose = not synchronous
        self._follow()

    def _point(self, number: int) -> None:
        self._links[number].unlink(missing_ok=True)
        self._links[number].symlink_to(self.servers[number].folder)

    def _follow(self) -> None:
        """Give the one that is written to a standby, in the place of the other."""
        other = 1 - self.now
        self.servers[other] = self.servers[self.now].standby(synchronous=self.synchronous)
        self._point(other)

    def fail_over(self, *, frozen: bool) -> None:
        """Lose the one that is written to, by a power cut or because it stands still, and promote the other."""
        old, other = self.servers[self.now], self.servers[1 - self.now]
        if not self.synchronous:  # what is committed from now on does not reach it
            other.ask("alter system set primary_conninfo = ''")
            other.ask("select pg_reload_conf()")
            since = len(self.tally.done)
            until(lambda: len(self.tally.done) > since + 1)
        if frozen:
            old.freeze()
        else:
            old.stop(at_once=True)
        other.promote()
        if frozen:  # it is fenced off some time later
            time.sleep(4)
        gone(old)
        self.now, self.server = 1 - self.now, other
        self._follow()


@contextmanager
def pair(*, synchronous: bool) -> Iterator[Pair]:
    """A rig with a PostgreSQL and its standby."""
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder, first = Path(name), postgres.Server(postgres.new_folder())
        folder.chmod(0o755)
        rig: Pair | None = None
        try:
            first.make()
            first.start()
            first.create("city")
            with closing(Pair(folder, first, synchronous=synchronous)) as rig:
                yield rig
        finally:
            for server in (rig.servers if rig else {0: first}).values():
                gone(server)


def gone(server: postgres.Server) -> None:
    """End a server whatever its state, as if its machine were no more."""
    if server._process:
        for pid in server._family():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    server.remove()
