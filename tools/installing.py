"""Install a release without a network, upgrade it and roll it back, with the very commands of docs/operating.md.

`make release-test`: for each Python that the wheels are for and this machine has. As root, the service is a user that
may write nothing but its data, as on a server. Needs `unshare`, and some minutes.
"""

import os
import pwd
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from release.archive import files, make, sum_of, version
from release.pins import ROOT
from release.wheels import PYTHONS

NEWER = "99.0.0"
ROOT_USER = os.getuid() == 0
SERVICE = "nobody" if ROOT_USER else pwd.getpwuid(os.getuid()).pw_name
# No network at all, not even this machine's own.
OFFLINE = ["unshare", "--net", *([] if ROOT_USER else ["--map-root-user"])]
# On a test machine there is no systemd, and only root can be somebody else.
AS_IS = "systemctl() { :; }\n" + ("" if ROOT_USER else 'runuser() { shift 3; "$@"; }\n')
INCIDENTS = "data/samples/2026-10-31/Incidenter jan-okt.xlsx"
EXPECTED = "11,incident_handling,Förvaltningen,,,128,11,0,4,0,"
PATIENCE = 180


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        told("archive", older := make(ROOT, folder, moment=1_700_000_000))
        newer = make(changed(folder / "newer"), folder, moment=1_700_000_000)
        told("archive of the next version", newer)
        first = sum_of(older)
        assert sum_of(make(ROOT, folder, moment=1_700_000_000)) == first, "the same tree gave another archive"
        told("the same again", first)
        for python in pythons():
            told("Python", python)
            journey(Server(folder / Path(python).name, python), older, newer)


def changed(tree: Path) -> Path:
    """A copy of the product that says it is of a later version."""
    for path in files(ROOT):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tree / path)
    declared = tree / "compliance" / "__init__.py"
    declared.write_text(declared.read_text("utf-8").replace(f'"{version(ROOT)}"', f'"{NEWER}"'), "utf-8")
    return tree


def pythons() -> list[str]:
    """The Pythons of this machine that the wheels are for, one of each version that there is; one at least."""
    found = {version: python for version in PYTHONS for python in _named(f"python{version}") if _starts(python)}
    assert found, f"none of Python {', '.join(PYTHONS)} is on this machine, for {SERVICE} to start"
    return list(found.values())


def _named(name: str) -> list[str]:
    """The programs of a name, the one that a shell would start last."""
    return [path for folder in reversed(os.get_exec_path()) if (path := shutil.which(name, path=folder))]


def _starts(python: str) -> bool:
    """Whether the service's user can start it: one that lies in another's home folder is not reached."""
    said = {"capture_output": True, "check": False, "cwd": "/", "user": SERVICE if ROOT_USER else None}
    with suppress(OSError):
        return subprocess.run([python, "-c", ""], **said).returncode == 0
    return False


class Server:
    """A machine of its own: folders for /opt/compliance and /var/lib/compliance, and one Python."""

    def __init__(self, folder: Path, python: str) -> None:
        self.opt, self.data, self.python = folder / "opt", folder / "data", python
        self.opt.mkdir(parents=True)
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}
        self.environment["COMPLIANCE_DATABASE"] = str(self.data / "compliance.duckdb")

    def runs(self, commands: str, **variables: str) -> str:
        """What commands of the documentation print, here and without a network. Stop at the first that fails."""
        here = {
            "/opt/compliance": self.opt, "/var/lib/compliance": self.data, "python3 ": f"{self.python} ",
            "-u compliance": f"-u {SERVICE}", "--owner compliance": f"--owner {SERVICE}",
        }  # fmt: skip
        commands = re.sub(r"^version=.*\n", "", commands, flags=re.M)  # the last release, which is not the one tried
        commands = re.sub("|".join(map(re.escape, here)), lambda found: str(here[found[0]]), commands)
        environment = {**self.environment, **variables}
        bash = [*OFFLINE, "bash", "-euo", "pipefail", "-c", AS_IS + commands]
        done = subprocess.run(bash, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def says(self, *said: str) -> str:
        """What the installed command line prints to the service's user."""
        quoted = " ".join(f"'{word}'" for word in said)
        return self.runs(
            f"cd /opt/compliance/current\nrunuser -u compliance -- .venv/bin/python -m compliance {quoted}"
        )

    def counts(self) -> bool:
        return EXPECTED in self.says("coverage", "--as-of", "2026-11-01", "--format", "csv")

    def serves(self, *, there: str) -> float:
        """The seconds until the installed server answers with its page, and a file of the data is there."""
        current, port, begun = self.opt / "current", free(), time.monotonic()
        command = [".venv/bin/python", "-m", "compliance.commands.server", f"--port={port}"]
        user = SERVICE if ROOT_USER else None
        with (self.opt / "log").open("w+") as log:
            server = subprocess.Popen(command, cwd=current, env=self.environment, user=user, stderr=log, stdout=log)
            try:
                while "<title>" not in answer(port) or not (self.data / there).exists():
                    waited = time.monotonic() - begun
                    assert server.poll() is None, (self.opt / "log").read_text("utf-8")
                    assert waited < PATIENCE, (self.opt / "log").read_text("utf-8")
                    time.sleep(0.5)
            finally:
                server.terminate()
                server.wait()
        return round(time.monotonic() - begun, 1)


def journey(server: Server, older: Path, newer: Path) -> None:
    """First version, upgrade, roll back with the newer store, roll back to the backup: the data is there each time."""
    install, link, upgrade, back = re.findall(r"^```\n(.*?)```$", section(), re.S | re.M)
    was, will = version(ROOT), NEWER
    for archive in (older, newer):
        for path in (archive, archive.with_name(f"{archive.name}.sha256")):
            shutil.copy(path, server.opt)
    server.runs(install + link, version=was)
    told("installed", server.says("--version"))
    told("served with the samples after seconds", server.serves(there="sample.duckdb"))
    server.says("load", INCIDENTS, "--extract-date", "2026-10-31")
    (server.data / "review_points.toml").write_text("# the organisation's own\n", "utf-8")
    assert server.counts()
    server.runs(install, version=will)
    server.runs(upgrade, version=will)
    told("upgraded", server.says("--version"))
    assert NEWER in server.says("--version")
    assert server.counts()
    told("served after seconds", server.serves(there="compliance.duckdb"))
    server.runs("ln -sfn compliance-$previous /opt/compliance/current", previous=was)
    assert was in server.says("--version")
    assert server.counts()
    server.runs("ln -sfn compliance-$version /opt/compliance/current", version=will)
    server.says("load", "data/samples/2026-10-31/Riskregister 2026-10-31.xlsx")
    server.runs(back, version=will, previous=was)
    told("rolled back", server.says("--version"))
    assert was in server.says("--version")
    assert server.counts()
    assert server.says("imports", "--format", "csv").count("\n") == 2, "what was loaded since is still there"
    assert (server.data / "review_points.toml").exists()
    told("served after seconds", server.serves(there="compliance.duckdb"))


def section() -> str:
    """The part of the documentation that tells how to install."""
    text = (ROOT / "docs" / "operating.md").read_text("utf-8")
    return text.split("## Installing without the internet\n")[1].split("\n## ")[0]


def free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answer(port: int) -> str:
    """The server's page, or empty while it does not answer."""
    with suppress(OSError):
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Accept": "text/html"})
        with urllib.request.urlopen(asked, timeout=5) as page:
            return str(page.read().decode())
    return ""


def told(what: str, value: object) -> None:
    print(f"{what}: {str(value).strip()}", flush=True)


if __name__ == "__main__":
    main()
