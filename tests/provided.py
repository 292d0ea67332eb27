"""A server with a login, and a provider that says of each person what a test wants: both real, on this machine."""

import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import oidc_provider_mock
from websockets.sync.client import connect

from compliance.core.places import ROOT
from compliance.declarations.login import ROLES
from compliance.store.file import FileDatabase
from tests.ports import SERVER, free_port, started

READY_SECONDS = 60
PAGE = {"accept": "text/html"}
RULES = "".join(f'[[login.roles]]\nvalue = "C.{role}"\nrole = "{role}"\n' for role in ROLES)


def person(subject: str, *roles: str, **claims: Any) -> oidc_provider_mock.User:
    """A person of the provider, with app roles."""
    said = {"name": subject.capitalize(), "roles": [f"C.{role}" for role in roles], **claims}
    return oidc_provider_mock.User(sub=subject, claims=said)


@dataclass(frozen=True)
class Service:
    """A server with a login: where it answers, its database file, and its provider's address."""

    address: str
    database: Path
    issuer: str
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        """What the server has said."""
        return self.database.with_name("server.log").read_text("utf-8", "replace")


@contextmanager
def service(
    folder: Path, people: Sequence[oidc_provider_mock.User], *, rules: str = RULES, port: int = 0
) -> Iterator[Service]:
    """A server with a login while the block lasts; its provider knows these people."""
    with (
        oidc_provider_mock.run_server_in_thread(user_claims=people) as provider,
        served(folder, f"http://localhost:{provider.server_port}", rules=rules, port=port) as here,
    ):
        yield here


@contextmanager
def provider(command: Sequence[str], redirect_uri: str, *, folder: Path = ROOT) -> Iterator[str]:
    """A provider as a process that is told its port and `redirect_uri`, while the block lasts. Its issuer."""
    port = free_port()
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*command, str(port), redirect_uri], cwd=folder, **quiet)
    issuer = f"http://localhost:{port}"
    try:
        _wait(f"{issuer}/.well-known/openid-configuration", process)
        yield issuer
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def served(
    folder: Path, issuer: str, *, rules: str = RULES, port: int = 0, ready: str = "/readyz", **environment: str
) -> Iterator[Service]:
    """A server with a login at a provider while the block lasts. `rules` stand in its server.toml.

    It is there once it answers at the address `ready`.
    """
    settings, port = folder / "server.toml", port or free_port()
    settings.write_text(rules, "utf-8")
    settings.chmod(0o600)
    address, database = f"http://localhost:{port}", folder / "own.duckdb"
    if not (folder / "sample.duckdb").exists():
        # without any data the server would first make the samples
        with FileDatabase.at(database).writing():
            pass
    variables = {
        "COMPLIANCE_DATABASE": str(database),
        "COMPLIANCE_PUBLIC_ADDRESS": address,
        "COMPLIANCE_LOGIN_ISSUER": issuer,
        "COMPLIANCE_LOGIN_CLIENT_ID": "compliance",
        "COMPLIANCE_LOGIN_CLIENT_SECRET": "secret",
        "COMPLIANCE_LOGIN_CONTACT": "Sara, 0123",
        **environment,
    }
    log = folder / "server.log"
    with started([SERVER, "--login", "--port", str(port)], log=log, environment=variables) as process:
        _wait(f"{address}{ready}", process, log)
        yield Service(address, database, issuer, process)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path | None = None) -> None:
    """Wait until a process answers at an address; what it has said is in `log`."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx2.get(address).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(log.read_text("utf-8", "replace") if log else address)


# --- A browser without pictures -------------------------------------------------------------------------------------


def button(page: str) -> str:
    """The address behind the button of a page that lets nobody in."""
    [address] = re.findall(r'<a class="button" href="([^"]+)"', page)
    return unescape(address)


def begin(here: Service, client: httpx2.Client, page: str = "/") -> str:
    """Ask for a page, follow its button, and return the address of the provider's form."""
    asked = client.get(f"{here.address}{page}", headers=PAGE)
    assert asked.status_code == 401
    sent = client.get(f"{here.address}{button(asked.text)}")
    assert sent.status_code == 302
    return str(sent.headers["location"])


def authorize(client: httpx2.Client, form: str, subject: str) -> str:
    """Log in at the provider, and return the address at which it sends the browser back."""
    return str(client.post(form, data={"sub": subject}).headers["location"])


def login(here: Service, subject: str, page: str = "/") -> httpx2.Client:
    """A browser of somebody who has logged in."""
    client = httpx2.Client(timeout=30)
    back = client.get(authorize(client, begin(here, client, page), subject))
    assert (back.status_code, back.headers["location"]) == (302, page)
    return client


def stream(here: Service, client: httpx2.Client, **headers: str) -> Any:
    """A websocket as Streamlit's frontend opens it; raises InvalidStatus if it is refused."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    said = {"Origin": here.address, "Cookie": cookies, **headers}
    return connect(
        f"{here.address.replace('http', 'ws')}/_stcore/stream", additional_headers=said, subprotocols=["streamlit"],
        max_size=None,
    )  # fmt: skip
