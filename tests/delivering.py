"""Debian's sshd with the configuration of `deploy/`, into the folders of the intake, while a block lasts.

As root each organisation has an account that is confined to its folder, in a mount namespace of the server's own, so
that nothing of the machine changes. Anybody else has one account of their own, which nothing confines.
"""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from compliance.core.places import ROOT
from compliance.intake.taking import IN, OURS
from tests.ports import free_port

UNPACKED = ROOT / "build" / "sftp"
PLACES = f"/usr/sbin:/usr/bin:{UNPACKED}/usr/sbin:{UNPACKED}/usr/bin"
SSHD = shutil.which("sshd", path=PLACES)
CONFIGURATION = ROOT / "deploy" / "sshd.conf"
GROUP = 30010
# The organisation and the number of each account.
ACCOUNTS = {"norra": ("Norra förvaltningen", 30001), "sodra": ("Södra förvaltningen", 30002)}
COMPLIANCE = 30003
NUMBERS = {"sshd": 30000, "compliance": COMPLIANCE, **{name: number for name, (_, number) in ACCOUNTS.items()}}
# What an operator has below /var/spool, and the accounts, are this test's own: nobody else sees them.
CONFINE = """
mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/sshd /run/spool && mount --bind "$1/intake" /run/spool &&
mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group && shift && exec "$@"
"""
COMMON = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile none
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
Subsystem sftp internal-sftp
"""
OPTIONS = (
    "-q -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes -o BatchMode=yes"
)


def is_confined() -> bool:
    """Whether accounts and folders of a test's own can be made on this machine."""
    tried = ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "tmpfs", "/run"]
    return os.geteuid() == 0 and subprocess.run(tried, capture_output=True).returncode == 0


@dataclass(frozen=True)
class Server:
    """A server of SFTP, and the folder with a folder for each organisation of an account."""

    folder: Path
    port: int
    confined: bool

    @property
    def accounts(self) -> list[str]:
        """The accounts that there are."""
        return list(ACCOUNTS)[: None if self.confined else 1]

    def dropped(self, account: str) -> Path:
        """Where an account drops its files."""
        return self.folder / "intake" / ACCOUNTS[account][0] / IN

    def begin(self, account: str, commands: str, *more: str) -> subprocess.Popen[str]:
        """Begin a visit of an account. A command that begins with - may fail."""
        written = self.folder / f"commands-{account}"
        written.write_text(commands, "utf-8")
        said = [*self._called("sftp"), *more, "-b", str(written), self._at(account)]
        return subprocess.Popen(said, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def visit(self, account: str, commands: str, *more: str) -> str:
        """What the program says of the visit of an account."""
        with self.begin(account, commands, *more) as process:
            return process.communicate(timeout=60)[0]

    def shell(self, account: str) -> subprocess.CompletedProcess[str]:
        """What an account gets that asks for a shell."""
        command = [*self._called("ssh"), self._at(account), "id"]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def _called(self, program: str) -> list[str]:
        port = "-P" if program == "sftp" else "-p"
        return [_found(program), *OPTIONS.split(), "-i", str(self.folder / "user"), port, str(self.port)]

    def _at(self, account: str) -> str:
        return f"{account if self.confined else getpass.getuser()}@127.0.0.1"


def _found(program: str) -> str:
    path = shutil.which(program, path=PLACES)
    assert path, "The tests of the intake need a server of SFTP: make sftp"
    return path


@contextmanager
def sftp(folder: Path) -> Iterator[Server]:
    """A server of SFTP in a folder while the block lasts, with the folders that an operator makes."""
    server = Server(folder, free_port(), is_confined())
    for name in ("host", "user"):
        subprocess.run([_found("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    for account in server.accounts:
        _make_folders(server, account)
    _write(server)
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(_command(server), env=_environment(), stdout=log, stderr=log)
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _make_folders(server: Server, account: str) -> None:
    """The folders of an organisation: root's, and within it one that its account writes to with the group."""
    dropped = server.dropped(account)
    dropped.mkdir(parents=True)
    if server.confined:
        for folder in (dropped.parent, dropped.parent.parent):
            folder.chmod(0o755)
        os.chown(dropped, ACCOUNTS[account][1], GROUP)
        dropped.chmod(0o2770)
        for name in OURS:
            (dropped.parent / name).mkdir(mode=0o700)
            os.chown(dropped.parent / name, COMPLIANCE, GROUP)


def _write(server: Server) -> None:
    """The server's configuration, with what an operator fills in, and the accounts."""
    folder = server.folder
    text = COMMON.format(port=server.port, folder=folder)
    for name in ("session", "auth"):  # programs of its own since 9.8
        if (path := UNPACKED / "usr/lib/openssh" / f"sshd-{name}").exists() and str(UNPACKED / "usr/sbin/sshd") == SSHD:
            text += f"Sshd{name.title()}Path {path}\n"
    if server.confined:
        block = CONFIGURATION.read_text("utf-8").partition("\nMatch User")
        text += "".join(_block("".join(block[1:]), account, folder) for account in server.accounts)
    else:
        (folder / "in").symlink_to(server.dropped("norra"))  # -d takes no blank
        text += f"AuthorizedKeysFile {folder}/user.pub\nForceCommand internal-sftp -d {folder}/in\n"
    (folder / "config").write_text(text, "utf-8")
    accounts = [f"{name}:x:{number}:{number}::/:/usr/sbin/nologin" for name, number in NUMBERS.items()]
    for name, lines in {"passwd": accounts, "group": [f"compliance:x:{GROUP}:"]}.items():
        (folder / name).write_text("\n".join([Path("/etc", name).read_text(), *lines, ""]))


def _block(text: str, account: str, folder: Path) -> str:
    """The block of an organisation, for an account."""
    filled = {
        "User norra": f"User {account}",
        "/var/spool/compliance/Norra förvaltningen": f"/run/spool/{ACCOUNTS[account][0]}",
        "/etc/ssh/compliance/%u": f"{folder}/user.pub",
    }
    for old, new in filled.items():
        assert old in text
        text = text.replace(old, new)
    return text


def _command(server: Server) -> list[str]:
    """What starts the server. Whatever ends this test ends it too."""
    assert SSHD, "The tests of the intake need a server of SFTP: make sftp"
    run = [SSHD, "-D", "-e", "-f", str(server.folder / "config")]
    if server.confined:
        run = [
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-e",
            "-c",
            CONFINE,
            "sh",
            str(server.folder),
            *run,
        ]
    return ["setpriv", "--pdeathsig", "KILL", *run]


def _environment() -> dict[str, str]:
    libraries = [str(path) for path in (UNPACKED / "usr/lib").glob("*-linux-gnu")]
    return os.environ | ({"LD_LIBRARY_PATH": ":".join(libraries)} if libraries else {})


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < end:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError((server.folder / "log").read_text())
