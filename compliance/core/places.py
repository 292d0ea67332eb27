"""Where files are. The only module that reads the environment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from compliance.core.addresses import address
from compliance.core.errors import Refusal
from compliance.core.language import N_

ROOT = Path(__file__).resolve().parents[2]
QUERIES = ROOT / "queries"
SOURCES = ROOT / "data" / "sources"
POINTS = ROOT / "data" / "review_points.toml"
PACKS = ROOT / "data" / "packs"
NEW_POINT = ROOT / "data" / "new_point"
VALUES = ROOT / "data" / "values.toml"
CHAPTERS = ROOT / "data" / "chapters.toml"
EXTRACTS = ROOT / "data" / "extracts.toml"
SAMPLES = ROOT / "data" / "samples"
STORE = ROOT / "data" / "store"
THEME = ROOT / "data" / "theme.toml"
SERVER = ROOT / "data" / "server.toml"
INTAKE = ROOT / "data" / "intake.toml"
WORKLISTS = ROOT / "data" / "worklists.toml"
ROLES_TABLE = ROOT / "data" / "access" / "roles.toml"
AUDIT_TABLE = ROOT / "data" / "access" / "audit.toml"
STREAMLIT = ROOT / "data" / "bending" / "streamlit.toml"
RETENTION = ROOT / "data" / "retention.toml"
REPORT = ROOT / "data" / "report"
STATIC = ROOT / "static"
NO_SECRET: Final = N_(
    "{file} is empty, or the service's user cannot read it. Write the secret that it is to hold into it, and let that "
    "user read it."
)

# The variables of the environment that are read, besides those of the login.
VARIABLES: Final = (
    "COMPLIANCE_COUNT_AHEAD", "COMPLIANCE_DATABASE", "COMPLIANCE_DATABASE_FILE", "COMPLIANCE_FOLDER",
    "COMPLIANCE_INTAKE", "COMPLIANCE_LOG", "COMPLIANCE_PUBLIC_ADDRESS",
)  # fmt: skip
OF_LOGIN: Final = "COMPLIANCE_LOGIN_"


@dataclass(frozen=True)
class Place:
    """Where a store is: its file, or the address of a database that several machines share, with the copy here."""

    database: Path
    address: str = ""

    @property
    def register(self) -> Path:
        """The register of those who reach the product: persons, roles, sessions and the audit trail."""
        return self.database.with_name("register.sqlite")

    @property
    def own_files(self) -> Path:
        """The folder of the organisation's own targets, words and sources, which an upgrade leaves alone."""
        return self.database.parent


# Where the organisation's own store is, unless the environment says so.
_working_at: ContextVar[Place | None] = ContextVar("place", default=None)


def place(said: str) -> Place:
    """The place of an address, or of a file. Raise Refusal if it is no address that can be read, and no file."""
    if address(said):
        return Place(_resolved(Path(os.environ.get("COMPLIANCE_FOLDER") or STORE).absolute() / "copy.duckdb"), said)
    return Place(_resolved(Path(said).absolute()))


@contextmanager
def working_at(place: Place) -> Iterator[None]:
    """Let the store of a place be the organisation's own for what this block does."""
    token = _working_at.set(place)
    try:
        yield
    finally:
        _working_at.reset(token)


def own() -> Place:
    """The place of the organisation's own store: `COMPLIANCE_DATABASE`, else the one in the product's folder.

    An address with a password may stand in a file, which `COMPLIANCE_DATABASE_FILE` names and which goes before it.
    Raise Refusal if that cannot be read: nobody's rows go into another store than the one that was meant.
    """
    if found := _working_at.get():
        return found
    if file := os.environ.get("COMPLIANCE_DATABASE_FILE"):
        return place(_secret(Path(file)))
    return place(os.environ.get("COMPLIANCE_DATABASE") or str(STORE / "compliance.duckdb"))


@cache
def _resolved(path: Path) -> Path:
    """The path without links, resolved once: a page needs it a hundred times. One that leads to itself stays one."""
    return Path(os.path.realpath(path))


def sample_database() -> Path:
    """The database of the fictitious administration, next to the organisation's own and never mixed with it."""
    return own().database.with_name("sample.duckdb")


def own_files() -> Path:
    """The folder of the organisation's own targets, words and sources, which an upgrade leaves alone."""
    return own().own_files


def intake() -> Path | None:
    """The folder with a folder for each organisation whose exports come by themselves: `COMPLIANCE_INTAKE`, or None."""
    said = os.environ.get("COMPLIANCE_INTAKE")
    return Path(said).absolute() if said else None


def counts_ahead() -> bool:
    """Whether a server counts ahead: unless `COMPLIANCE_COUNT_AHEAD` is no."""
    return os.environ.get("COMPLIANCE_COUNT_AHEAD") != "no"


def log_form() -> str:
    """How the server writes its log: `COMPLIANCE_LOG`, `text` or `json`."""
    return os.environ.get("COMPLIANCE_LOG") or "text"


def variables() -> tuple[str, ...]:
    """The variables that the environment has for the product, besides those of the login; also what nobody reads."""
    return tuple(
        sorted(name for name in os.environ if name.startswith("COMPLIANCE_") and not name.startswith(OF_LOGIN))
    )


def public_address() -> str:
    """The address at which browsers reach the server: `COMPLIANCE_PUBLIC_ADDRESS`, or empty."""
    return os.environ.get("COMPLIANCE_PUBLIC_ADDRESS", "")


def login_environment() -> tuple[tuple[str, str], ...]:
    """The variables that set the login, `COMPLIANCE_LOGIN_…`, each with its value.

    The secret may stand in a file that systemd or a container gives to the service alone: `client_secret` in the folder
    that `CREDENTIALS_DIRECTORY` names.
    """
    said = {name: value for name, value in os.environ.items() if name.startswith(OF_LOGIN)}
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder and (file := Path(folder, "client_secret")).is_file():
        said.setdefault("COMPLIANCE_LOGIN_CLIENT_SECRET", _secret(file))
    return tuple(sorted(said.items()))


@cache
def _secret(file: Path) -> str:
    """What a file with a secret holds. Raise Refusal, without repeating it, if that is nothing, or cannot be read."""
    with suppress(OSError, UnicodeDecodeError):
        if secret := file.read_text("utf-8").strip():
            return secret
    raise Refusal(NO_SECRET, file=file)


def report_template() -> Path | None:
    """The organisation's own Word template for reports, or None if it has none."""
    path = own_files() / "report_template.docx"
    return path if path.exists() else None


def environment_language() -> str:
    """The language of the command line: Swedish in a Swedish locale, else English."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "sv" if locale.lower().startswith("sv") else "en"
