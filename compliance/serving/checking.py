"""What is wrong with the settings of a server: what would stop its start, found without one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations import settings
from compliance.declarations.login import LOOPBACK, misspelt
from compliance.declarations.settings import Settings
from compliance.serving.provider import Provider

# What would let in others than who is at the machine, and what others there could read.
NO_LOGIN: Final = N_(
    "Without a login the server answers this machine alone, and not at {address}. Set up [login] in {file}."
)
LOG_FORMS: Final = ("text", "json")
OPEN: Final = N_("Others on this machine can reach {file}. Make it {mode}.")


def check(address: str, *, login: bool) -> tuple[Settings | None, list[Refusal]]:
    """The settings to serve with at an address, None if they cannot be read, and why they must not be served with.

    `login` is whether one must be set up. A provider that does not answer is a warning in the log.
    """
    try:
        wanted = settings.current()
    except Refusal as refusal:
        return None, [refusal, *_of_environment()]
    except ExceptionGroup as group:
        return None, [*(each for each in group.exceptions if isinstance(each, Refusal)), *_of_environment()]
    return wanted, [*_of_environment(), *_unsafe(wanted, address), *_without_login(wanted, login=login)]


def _of_environment() -> Iterator[Refusal]:
    """Variables that nobody reads: a misspelt one would be a service on another store than was meant."""
    yield from misspelt(places.variables(), places.VARIABLES)
    if (form := places.log_form()) not in LOG_FORMS:
        text = N_("{variable} is {known}, and not “{said}”.")
        yield Refusal(text, variable="COMPLIANCE_LOG", known=", ".join(LOG_FORMS), said=form)


def _without_login(wanted: Settings, *, login: bool) -> Iterator[Refusal]:
    """That nobody could log in: at no provider, or at another one than the settings name."""
    if wanted.login is None:
        if login:
            yield Refusal(N_("No login is set up: [login] in {file}."), file=places.SERVER.name)
    elif other := Provider(wanted.login, wanted.public_address).refusal():
        yield other


def _unsafe(wanted: Settings, address: str) -> Iterator[Refusal]:
    """What would let in somebody who has not logged in, or show others on the server what they may not see."""
    if wanted.login is None:
        if address not in LOOPBACK:
            yield Refusal(NO_LOGIN, address=address, file=places.SERVER.name)
        if wanted.public_address and urlsplit(wanted.public_address).hostname not in LOOPBACK:
            yield Refusal(NO_LOGIN, address=wanted.public_address, file=places.SERVER.name)
        return
    folder = places.own_files()
    if _open_to_others(folder):
        yield Refusal(OPEN, file=folder, mode="0700")
    if secret := _readable_by_others(folder / places.SERVER.name):
        yield Refusal(OPEN, file=secret, mode="0600")


def _readable_by_others(path: Path) -> str:
    """The name of a file with a secret that others on this machine can read; empty if they cannot."""
    said = path.exists() and "client_secret" in path.read_text("utf-8", "replace")
    return path.name if said and _open_to_others(path) else ""


def _open_to_others(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & 0o077)
