"""The server's settings, from data/server.toml and the organisation's own file: its address and upload limits."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import SERVER
from compliance.declarations.declared import BELOW, UNKNOWN, Table, read_with_own
from compliance.declarations.login import ADDRESS, EXAMPLE, Login, is_wanted, read_login

FILE: Final = SERVER.name
MB: Final = 1024 * 1024
MOST: Final = 1_000_000
# Each is at most as large as the next.
SIZES: Final = ("file_mb", "session_mb", "server_mb")
PORTS: Final = {"http": 80, "https": 443}
NO_ENVIRONMENT: Final[Mapping[str, str]] = {}
Networks = tuple[IPv4Network | IPv6Network, ...]
HOST: Final = re.compile(r"[a-z0-9.-]+|[0-9a-f:]+")


@dataclass(frozen=True)
class Limits:
    """The upload limits in bytes for a file, a person (`session`) and the server, and in files for a person."""

    file: int
    files: int
    session: int
    server: int


@dataclass(frozen=True)
class Settings:
    """The server's public address, empty if only this machine reaches it, and its upload limits.

    `drain_seconds` is how long what is under way goes on once the server is told to stop. `metrics_from` are the
    networks from which /metrics may be asked. `login` is None where everybody who reaches the server is the coordinator
    at this machine.
    """

    public_address: str
    uploads: Limits
    drain_seconds: int
    metrics_from: Networks
    login: Login | None = None


def current() -> Settings:
    """The settings of this process, read once. Raise Refusal, or several in an ExceptionGroup, if they are invalid."""
    return _read(places.own_files(), places.public_address(), places.login_environment())


@cache
def _read(own: Path, public_address: str, login: tuple[tuple[str, str], ...]) -> Settings:
    return load_settings(own, public_address=public_address, login=dict(login))


def load_settings(own: Path | None, *, public_address: str = "", login: Mapping[str, str] = NO_ENVIRONMENT) -> Settings:
    """The settings with those of the folder `own` merged over them.

    `public_address` and the variables `login` of the environment win over both if given. Raise Refusal if one is
    invalid, and an ExceptionGroup with a Refusal for each setting of the login that is.
    """
    usual, table = read_with_own(SERVER, None), read_with_own(SERVER, own)
    for key in table:
        _known(key, usual)
    said = public_address or table["public_address"]
    address = _origin(said) if said else ""
    limits, drain = _limits(table["uploads"], usual["uploads"]), _number(table, "drain_seconds", least=0)
    networks = _networks(table["metrics_from"])
    if not is_wanted(table["login"], login):
        return Settings(address, limits, drain, networks)
    logging_in, refusals = read_login(table["login"], login, public_address=address)
    if refusals:
        raise ExceptionGroup("the settings of the login", refusals)
    return Settings(address, limits, drain, networks, logging_in)


def origin(scheme: str, host: str, port: int | None) -> str:
    """An origin as a browser writes it, without the default port."""
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" + (f":{port}" if port and port != PORTS[scheme] else "")


def _origin(address: Any) -> str:
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").encode("idna").decode()
        bare = parts.username is None and not (parts.path.strip("/") or parts.query or parts.fragment)
        if parts.scheme in PORTS and HOST.fullmatch(host) and bare:
            return origin(parts.scheme, host, parts.port)
    except (AttributeError, ValueError):
        pass
    raise Refusal(ADDRESS, said=str(address)[:80], example=EXAMPLE)


def _limits(table: Any, usual: Table) -> Limits:
    if not isinstance(table, dict):
        raise Refusal(BELOW, file=FILE, line="[uploads]")
    for key in table:
        _known(key, usual)
        _number(table, key, least=1)
    for small, large in pairwise(SIZES):
        if table[small] > table[large]:
            text = N_("{file}: {small} is larger than {large}. Make one smaller or the other larger.")
            raise Refusal(text, file=FILE, small=small, large=large)
    file, session, server = (table[key] * MB for key in SIZES)
    return Limits(file, table["files"], session, server)


def _networks(said: Any) -> Networks:
    return tuple(_network(each) for each in (said if isinstance(said, list) else [said]))


def _network(said: Any) -> IPv4Network | IPv6Network:
    try:
        return ip_network(said if isinstance(said, str) else "")
    except ValueError:
        text = N_("{file}: metrics_from lists IP addresses and networks, such as 10.0.0.13 or 10.0.0.0/24, not {said}.")
        raise Refusal(text, file=FILE, said=str(said)[:80]) from None


def _number(table: Table, key: str, *, least: int) -> int:
    value = table[key]
    if type(value) is not int or not least <= value <= MOST:
        text = N_("{file}: {key} is a whole number from {least} to {most}.")
        raise Refusal(text, file=FILE, key=key, least=least, most=MOST)
    return value


def _known(key: str, usual: Table) -> None:
    if key not in usual:
        raise Refusal(UNKNOWN, file=FILE, key=key, known=", ".join(usual))
