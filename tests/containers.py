"""Containers while a block lasts: what makes and runs them has a store of images, mounts and processes of its own.

All of it is in a space of mounts and processes that ends with this process, however that ends, so nothing stays.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from compliance.core.places import ROOT
from release.image import SUITE, limits

PROGRAMS = ("unshare", "nsenter", "podman", "podman-compose", "buildah", "crun", "mmdebstrap")
SPACE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private")
# crun refuses two kinds of control groups side by side, as some machines have them. The end of its input ends it.
FIRST = "umount /sys/fs/cgroup/unified 2>/dev/null; echo ready; exec cat"
# What fetches packages or needs the rights to mount, by the error of Python that one of them failed.
FETCHES = r"^subprocess\.CalledProcessError: Command '\['(mmdebstrap|buildah', '(from|add|commit)|[^']*', '-m', 'pip)'"
# What podman says of the machine rather than of the container.
NOT_STARTED = (125, 126, 127)

# What stands in for images of a registry. The names of Debian's accounts and folders become those of the other images.
OTHERS = "postgresql,nginx-light"
CHANGES = (
    'chroot "$1" sh -c "usermod -u 999 postgres; groupmod -g 999 postgres"',
    'rm -r "$1"/var/lib/postgresql/* "$1/var/lib/nginx" "$1/var/log/nginx" "$1/etc/nginx/sites-enabled/default"',
    'mkdir -p "$1/var/lib/postgresql/data" "$1/var/cache/nginx" "$1/var/log/nginx"',
    'chown 999:999 "$1/var/lib/postgresql/data"; ln -s /var/cache/nginx "$1/var/lib/nginx"',
)
# A cluster is made at the first start, whose owner and password are said.
ENTRY = """#!/bin/sh
set -eu
[ "$1" = sh ] && exec "$@"
programs=$(echo /usr/lib/postgresql/*/bin) data=/var/lib/postgresql/data/pgdata
if [ ! -e $data/PG_VERSION ]; then
  $programs/initdb --pgdata=$data --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" \\
    $POSTGRES_INITDB_ARGS
  echo "create database $POSTGRES_USER" | $programs/postgres --single -D $data postgres
fi
exec $programs/postgres -D $data "$@"
"""


class Unable(Exception):
    """Why this machine makes or runs no containers."""


class Engine:
    """podman in a space of its own, with the files in a folder."""

    def __init__(self, folder: Path, pid: int) -> None:
        self.folder, self._pid = folder, pid
        root, run = folder / "images", folder / "run"
        storage = f'[storage]\ndriver = "overlay"\ngraphroot = "{root}"\nrunroot = "{run}"\n'
        (folder / "storage.conf").write_text(storage, "utf-8")
        ulimits = ", ".join(f'"{name}={most}:{most}"' for name, most in limits().items())
        engine = f'[engine]\ntmp_dir = "{folder / "tmp"}"\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\n'
        (folder / "containers.conf").write_text(f"[containers]\ndefault_ulimits = [{ulimits}]\n{engine}", "utf-8")

    def runs(self, *command: str | Path, seconds: int = 600) -> subprocess.CompletedProcess[str]:
        """A command in the space, and what it says."""
        own = {
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
            "CONTAINERS_CONF": str(self.folder / "containers.conf"),
            "PODMAN_IGNORE_CGROUPSV1_WARNING": "yes",
        }
        inside = ["nsenter", f"--target={self._pid}", "--mount", "--pid", "sh", "-c", 'cd "$0" && exec "$@"', str(ROOT)]
        inside += map(str, command)
        return subprocess.run(inside, env={**os.environ, **own}, capture_output=True, text=True, timeout=seconds)

    def says(self, *command: str | Path) -> str:
        """What a command of podman prints; that it succeeds is asserted."""
        done = self.runs("podman", *command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def image(self, moment: int) -> str:
        """Make the image of this tree, and return its name. Raise Unable if what it is made of cannot be had."""
        code = "from pathlib import Path; from release import image\n"
        code += f"print('name', image.make(image.ROOT, Path({str(self.folder)!r}), moment={moment}))"
        done = self.runs(sys.executable, "-c", code)
        last = (done.stderr.strip().splitlines() or [""])[-1]
        if done.returncode and re.search(FETCHES, last):
            raise Unable(last)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip().splitlines()[-1].removeprefix("name ")

    def try_out(self, image: str) -> None:
        """Raise Unable if no container can be started of it."""
        done = self.runs("podman", "run", "--rm", "--network=host", "--read-only", "--entrypoint=true", image)
        if done.returncode in NOT_STARTED:
            raise Unable((done.stderr.strip().splitlines() or ["podman starts nothing"])[-1])

    def stand_ins(self, names: Iterable[str]) -> None:
        """Make an image of PostgreSQL and nginx by Debian, with the names and the ways of those of the registry.

        Raise Unable if it cannot be had.
        """
        base, entry = self.folder / "others.tar", self.folder / "entry"
        entry.write_text(ENTRY, "utf-8")
        entry.chmod(0o755)
        hooks = [f"--customize-hook={hook}" for hook in (*CHANGES, f"copy-in {entry} /usr/local/bin")]
        made = self.runs("mmdebstrap", "--quiet", "--variant=essential", *hooks, f"--include={OTHERS}", SUITE, base)
        if made.returncode:
            raise Unable((made.stderr.strip().splitlines() or ["mmdebstrap fails"])[-1])
        for name in names:
            self.says("import", "--quiet", '--change=ENTRYPOINT ["/usr/local/bin/entry"]', base, name)


@contextmanager
def engine(folder: Path) -> Iterator[Engine]:
    """podman while the block lasts. Raise Unable if this machine lacks something. The folder is then empty."""
    if os.geteuid():
        raise Unable("only root makes and runs them here")
    if missing := [name for name in PROGRAMS if not shutil.which(name)]:
        raise Unable(f"{', '.join(missing)} is not installed: make containers")
    first = subprocess.Popen([*SPACE, "sh", "-c", FIRST], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert first.stdin
    assert first.stdout
    try:
        if first.stdout.readline() != b"ready\n":
            raise Unable("no space of mounts and processes of one's own can be had (unshare)")
        [pid] = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
        yield Engine(folder, int(pid))
    finally:
        first.stdin.close()
        first.wait(60)
        shutil.rmtree(folder, ignore_errors=True)
