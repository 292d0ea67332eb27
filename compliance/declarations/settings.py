"""The server's settings, from data/server.toml and the organisation's own file: its address and upload limits."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import SERVER
from compliance.declarations.declared import Table, read_with_own

FILE: Final = SERVER.name
MB: Final = 1024 * 1024
MOST: Final = 1_000_000
# Each is at most as large as the next.
SIZES: Final = ("file_mb", "session_mb", "server_mb")
PORTS: Final = {"http": 80, "https": 443}
HOST: Final = re.compile(r"[a-z0-9.-]+|[0-9a-f:]+")


@dataclass(frozen=True)
class Limits:
    """The upload limits in bytes for a file, a session and the server, and the number of files of a session."""

    file: int
    files: int
    session: int
    server: int


@dataclass(frozen=True)
class Settings:
    """The server's public address, empty if only this machine reaches it, and its upload limits."""

    public_address: str
    uploads: Limits


def current() -> Settings:
    """The settings of this process, read once. Raise Refusal if they are invalid."""
    return _read(places.own_files(), places.public_address())


@cache
def _read(own: Path, public_address: str) -> Settings:
    return load_settings(own, public_address=public_address)


def load_settings(own: Path | None, *, public_address: str = "") -> Settings:
    """The settings with those of the folder `own` merged over them; `public_address` wins over both if given.

    Raise Refusal if one is invalid.
    """
    usual, table = read_with_own(SERVER, None), read_with_own(SERVER, own)
    for key in table:
        _known(key, usual)
    address = public_address or table["public_address"]
    return Settings(_origin(address) if address else "", _limits(table["uploads"], usual["uploads"]))


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
    raise Refusal(
        N_("The public address “{said}” is none. Write it as {example}, without a path, and start again."),
        said=str(address)[:80],
        example="https://efterlevnad.example.se",
    )


def _limits(table: Any, usual: Table) -> Limits:
    if not isinstance(table, dict):
        raise Refusal(N_("{file}: the limits stand under a line of their own, [{key}]."), file=FILE, key="uploads")
    for key in table:
        _known(key, usual)
        if type(table[key]) is not int or not 1 <= table[key] <= MOST:
            text = N_("{file}: {key} is a whole number from 1 to {most}.")
            raise Refusal(text, file=FILE, key=key, most=MOST)
    for small, large in pairwise(SIZES):
        if table[small] > table[large]:
            text = N_("{file}: {small} is larger than {large}. Make one smaller or the other larger.")
            raise Refusal(text, file=FILE, small=small, large=large)
    file, session, server = (table[key] * MB for key in SIZES)
    return Limits(file, table["files"], session, server)


def _known(key: str, usual: Table) -> None:
    if key not in usual:
        text = N_("{file}: there is no setting {key}. There are: {known}.")
        raise Refusal(text, file=FILE, key=key, known=", ".join(usual))
