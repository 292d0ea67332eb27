"""PostgreSQL from Debian's packages, in a folder of its own: for the tests, the scripts of faults and `make city`.

`python -m tests.postgres FOLDER PID` runs one in an empty folder of `new_folder` until the process with that id ends.
"""

import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

READY_SECONDS: Final = 60
# Answered by its socket alone, with a small memory. What is written need not outlive the machine.
SETTINGS: Final = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "300",
    "wal_recycle": "off",
    "wal_init_zero": "off",
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
    "autovacuum": "off",
    "jit": "off",
}
MISSING: Final = "The tests on PostgreSQL need its server. Install it with: make postgresql"


def programs() -> Path:
    """The folder of Debian's newest PostgreSQL here."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin")]
    assert found, MISSING
    return max(found, key=lambda path: int(path.parent.name))


def _account() -> dict[str, Any]:
    """Whom PostgreSQL runs as, as Popen takes it: it refuses to run as root."""
    if os.geteuid():
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def new_folder() -> Path:
    """An empty folder that PostgreSQL may enter; its name is short, since that of a socket may be."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if account := _account():
        os.chown(folder, account["user"], account["group"])
    return folder


class Server:
    """A PostgreSQL server in a folder: its data, its socket and its log."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.settings = folder, SETTINGS | settings
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make an empty cluster, whose every user on this machine is its owner."""
        said = (
            "--auth=trust",
            "--username=postgres",
            "--locale=C",
            "--encoding=UTF8",
            "--no-sync",
            "--no-instructions",
        )
        self.run("initdb", *said, f"--pgdata={self.folder / 'data'}")

    def run(self, program: str, *arguments: object) -> str:
        """What one of PostgreSQL's programs prints, run as the server's user."""
        command = [str(programs() / program), *map(str, arguments)]
        done: subprocess.CompletedProcess[str] = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, **_account()
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
        return done.stdout

    def address(self, name: str = "postgres") -> str:
        """How the database with a name is reached."""
        return f"postgresql://postgres@/{quote(name)}?host={quote(str(self.folder), safe='')}"

    def ask(self, statement: str, name: str = "postgres") -> str:
        """The rows of a statement, one a line."""
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, self.address(name)).strip()

    def create(self, name: str, *, template: str = "template0") -> str:
        """The address of a new database: an empty one, or a copy of another."""
        self.ask(f'create database "{name}" template "{template}" strategy file_copy')
        return self.address(name)

    # --- Its life

    @property
    def pid(self) -> int:
        """Its first process, which all others are children of."""
        assert self._process, "it does not run"
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [str(programs() / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
        given = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            said: Any = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": subprocess.STDOUT}
            # a session of its own: an interrupt at the terminal ends the one that started it, who then stops it
            process = subprocess.Popen(
                [*command, *given], cwd=self.folder, start_new_session=True, **said, **_account()
            )
        self._process, end = process, time.monotonic() + READY_SECONDS
        while not self._is_ready(process.pid):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.01)

    def _is_ready(self, pid: int) -> bool:
        """Whether it answers, as its file of the process says."""
        file = self.folder / "data" / "postmaster.pid"
        said = file.read_text().split() if file.exists() else []
        return said[:1] == [str(pid)] and said[-1] == "ready"

    def stop(self, *, at_once: bool = False) -> None:
        """Stop it: what is under way is broken off. At once is as if its machine had lost its power."""
        if process := self._process:
            process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
            process.wait(READY_SECONDS)
            self._process = None

    def _family(self) -> list[int]:
        """Its processes, the first before its children."""
        first, parents = self.pid, {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it has ended
        return [first, *(pid for pid, parent in parents.items() if parent == first)]

    def freeze(self) -> None:
        """Stop all its processes where they are: connections stay open, and nothing answers."""
        for pid in self._family():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        for pid in reversed(self._family()):
            os.kill(pid, signal.SIGCONT)

    # --- Standby

    def standby(self, *, synchronous: bool = False) -> "Server":
        """A server that follows this one; what is committed here waits for a synchronous one."""
        other = Server(new_folder(), **self.settings)
        said = ("--checkpoint=fast", "--no-sync", "--write-recovery-conf", f"--dbname={self.address()}")
        self.run("pg_basebackup", f"--pgdata={other.folder / 'data'}", *said)
        other.start()
        if synchronous:
            self.ask("alter system set synchronous_standby_names = '*'")
            self.ask("select pg_reload_conf()")
        state = "sync" if synchronous else "async"
        end = time.monotonic() + READY_SECONDS
        while self.ask("select sync_state from pg_stat_replication where state = 'streaming'") != state:
            assert time.monotonic() < end, (other.folder / "log").read_text()
            time.sleep(0.02)
        return other

    def promote(self) -> None:
        """Make a standby the one that is written to, which waits for no other."""
        self.ask("select pg_promote()")
        self.ask("alter system reset synchronous_standby_names")
        self.ask("select pg_reload_conf()")

    def remove(self) -> None:
        """Stop it, and remove its folder."""
        self.stop(at_once=True)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def server(**settings: str) -> Iterator[Server]:
    """A server while the block lasts; a standby is removed by whoever asked for it."""
    here = Server(new_folder(), **settings)
    try:
        here.make()
        here.start()
        yield here
    finally:
        here.remove()


# --- One for all workers of a run --------------------------------------------------------------------------------


def shared(folder: Path, until: int) -> None:
    """Start one that lasts as long as a process, and say in `folder` where; nothing else has to stop it."""
    own = new_folder()
    command = [sys.executable, "-S", "-m", "tests.postgres", str(own), str(until)]
    root = Path(__file__).resolve().parents[1]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout
    with process.stdout as said:
        assert said.readline() == b"ready\n", MISSING
    process.returncode = 0  # nobody waits for its end
    (folder / "folder").write_text(str(own))


def main(folder: str, until: str) -> None:
    """Run one in a folder until a process has ended."""
    watched = os.pidfd_open(int(until))
    here = Server(Path(folder))
    try:
        here.make()
        here.start()
        print("ready", flush=True)
        select.select([watched], [], [])
    finally:
        here.remove()


if __name__ == "__main__":
    main(*sys.argv[1:])
