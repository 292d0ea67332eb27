"""A city's service on this machine, to try: `make city`. Everybody and everything in it is invented.

PostgreSQL keeps the store. Two servers stand behind nginx, each with a copy in a folder of its own, and an importer
loads what several administrations have exported. Nothing of it is kept.
"""

import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import oidc_provider_mock
import pytest

from compliance.core.places import ROOT
from compliance.intake.taking import IN
from compliance.store.file import FileDatabase
from compliance.store.shared import SharedDatabase
from tests import postgres
from tests.ports import free_port
from tests.postgres import Server
from tests.provided import RULES, Service, served
from tests.proxied import HOST, certificate, nginx
from tools.administrations import NAMES, write_exports

PORT: Final = 8443
DAYS: Final = (date(2025, 10, 31), date(2026, 10, 31))
# The persons by the name that they log in with, and their role at the provider.
PEOPLE: Final = {
    "Karin Koordinator": "coordinator",
    "Lisa Ledning": "management",
    "Fia Förvaltningschef": "part",
    "Ada Administratör": "administrator",
}
# What a person loads, a folder for each administration.
BEGIN: Final = """
failed=0
for folder in "$1"/*/; do
    "$0" -m compliance load --organisation "$(basename "$folder")" --move "${folder}begun" "${folder}in"/* || failed=1
done
exit $failed
"""
TEXT: Final = """
The service of a city, with {number} administrations: {address}
The certificate is of this machine, so a browser warns once. The login leads to a pretended provider; be one of
  {people}
Fia sees {part} alone.

  the servers            {servers}
  PostgreSQL             {store}
  the importer's folder  {inbox}

The exports of {days} are being loaded, some minutes long: the pages fill meanwhile. What is said of it comes last.

What to try, in another terminal:
  - kill -TERM the server that your page is at: reload it, and the other one answers
  - kill -STOP {pid} $(pgrep -P {pid}) freezes PostgreSQL: the pages say as of when they are. kill -CONT lets it go on
  - put a later export into the folder "in" of an administration there, and run the intake:
    {importer}

Ctrl-C ends it. Nothing of this is kept.
"""


@dataclass(frozen=True)
class City:
    """The service: where browsers reach it, its store, its servers and the importer with its folder."""

    address: str
    store: Server
    servers: tuple[Service, ...]
    inbox: Path
    environment: dict[str, str]

    def load(self) -> subprocess.Popen[str]:
        """Begin to load what lies in the importer's folder: the first exports, which the intake leaves to a person."""
        said: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(["sh", "-c", BEGIN, sys.executable, self.inbox], cwd=ROOT, env=self.environment, **said)


def main() -> None:
    """Run the city until it is interrupted, and say where it is."""
    print("Starting. The exports are written first.", flush=True)
    logging.disable(logging.WARNING)
    names = NAMES[:4]
    with tempfile.TemporaryDirectory() as folder, city(Path(folder), names, port=PORT) as here:
        for name in names:
            put_exports(here.inbox / name / IN, name)
        print(_told(here, names), flush=True)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            print(here.load().communicate()[0], flush=True)
            threading.Event().wait()
        except KeyboardInterrupt:
            print("Stopping.", flush=True)


def _told(here: City, names: Sequence[str]) -> str:
    variables = ("COMPLIANCE_DATABASE", "COMPLIANCE_FOLDER", "COMPLIANCE_INTAKE")
    run = [*(f"{name}={here.environment[name]!r}" for name in variables), ".venv/bin/python -m compliance intake"]
    return TEXT.format(
        number=len(names),
        address=here.address,
        people=", ".join(PEOPLE),
        part=names[0],
        servers=", ".join(f"{each.address} (process {each.process.pid})" for each in here.servers),
        store=here.store.address("compliance"),
        pid=here.store.pid,
        inbox=here.inbox,
        days=" and ".join(map(str, DAYS)),
        importer=" ".join(run),
    )


@contextmanager
def city(folder: Path, names: Sequence[str], *, port: int = 0) -> Iterator[City]:
    """A city in a folder while the block lasts, without any data."""
    port = port or free_port()
    part = f'[[login.roles]]\nvalue = "C.part"\nrole = "head"\norganisation = "{names[0]}"\n'
    with ExitStack() as held:
        store = held.enter_context(postgres.server())
        shared = {
            "COMPLIANCE_DATABASE": _begun(store, _made(folder / "importer")),
            "COMPLIANCE_PUBLIC_ADDRESS": f"https://{HOST}:{port}",
        }
        held.enter_context(pytest.MonkeyPatch.context()).setenv("SSL_CERT_FILE", str(certificate(folder)))
        people = [oidc_provider_mock.User(sub=name, claims=_claims(name, role)) for name, role in PEOPLE.items()]
        provider = held.enter_context(oidc_provider_mock.run_server_in_thread(user_claims=people))
        servers, behind = [], [free_port(), free_port()]
        held.enter_context(nginx(folder, tls=port, plain=free_port(), behind=behind))
        for number, own in enumerate(behind, start=1):
            place = _made(folder / f"server-{number}")
            said: Any = {"rules": f"drain_seconds = 10\n{RULES}{part}", "port": own, "COMPLIANCE_FOLDER": str(place)}
            started = served(place, f"http://localhost:{provider.server_port}", **said, **shared)
            servers.append(held.enter_context(started))
        inbox = _made(folder / "inbox")
        own = {"COMPLIANCE_FOLDER": str(folder / "importer"), "COMPLIANCE_INTAKE": str(inbox)}
        yield City(shared["COMPLIANCE_PUBLIC_ADDRESS"], store, tuple(servers), inbox, {**os.environ, **shared, **own})


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def _begun(store: Server, folder: Path) -> str:
    """The address of a new store in which nothing is; a server would first make the samples."""
    address = store.create("compliance")
    with SharedDatabase(address, FileDatabase.at(folder / "copy.duckdb")).writing():
        return address


def _claims(name: str, role: str) -> dict[str, Any]:
    return {"name": name, "roles": [f"C.{role}"]}


def put_exports(folder: Path, name: str, *, days: Sequence[date] = DAYS) -> None:
    """Put the exports of an administration into a folder, each under its day: some have the same name every year."""
    with tempfile.TemporaryDirectory() as made:
        folder.mkdir(parents=True)
        for path in write_exports(Path(made), name, days):
            path.rename(folder / f"{path.parent.name} {path.name}")


if __name__ == "__main__":
    main()
