"""The address of a database that several machines share, and what may be told of it.

One that is not plain is refused rather than guessed at: half of a password would otherwise be taken for a host.
"""

import re
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from compliance.core.errors import Refusal
from compliance.core.language import N_

# What is no file: something that begins like an address, or the words in which PostgreSQL takes one too.
MEANT: Final = re.compile(
    r"\W*([a-z][a-z0-9+.-]+:/|postgres\w*:)|[^/]*\b(host|hostaddr|dbname|user|password|service)\s*=", re.I | re.S
)
LOGIN, NAME, VALUE = (rf"(?:[^\x00- \x7f%{marks}]|%(?!00)[0-9A-Fa-f]{{2}})*" for marks in (":@/?#[\\]", "/?#@", "&=#"))
HOST: Final = r"(?:[\w.%-]*|\[[0-9A-Fa-f:.]+\])(?::\d*)?"
PLAIN: Final = re.compile(
    rf"postgres(?:ql)?://(?P<login>{LOGIN}(?::{LOGIN})?@)?(?P<hosts>{HOST}(?:,{HOST})*)(?:/(?P<name>{NAME}))?"
    rf"(?:\?(?P<settings>\w+={VALUE}(?:&\w+={VALUE})*))?"
)
NOT_PLAIN: Final = N_(
    "The address of the database cannot be read. Write postgresql://user:password@host/database, and in a password "
    "everything but letters and digits as % and two digits, such as %2F for /."
)


class Address(NamedTuple):
    """An address in parts: who logs in, with an @; the hosts, the name of the database, and the settings."""

    login: str
    hosts: str
    name: str
    settings: dict[str, str]

    @property
    def shown(self) -> str:
        """The address without what is secret in it: the hosts and the name of the database."""
        hosts = unquote(self.hosts) or self.settings.get("host", "")
        return "/".join(filter(None, (hosts, unquote(self.name)))) or "PostgreSQL"

    def having(self, **settings: str) -> str:
        """The address with some settings."""
        said = "&".join(f"{name}={quote(value, safe='')}" for name, value in settings.items())
        return f"postgresql://{self.login}{self.hosts}/{self.name}?{said}"


@cache
def address(said: str) -> Address | None:
    """The address that somebody says; None if it is a file. Raise Refusal, without repeating it, if it is neither."""
    if not MEANT.match(said):
        return None
    if not (found := PLAIN.fullmatch(said)):
        raise Refusal(NOT_PLAIN)
    pairs = (pair.split("=") for pair in (found["settings"] or "").split("&") if pair)
    return Address(
        found["login"] or "", found["hosts"], found["name"] or "", {name: unquote(value) for name, value in pairs}
    )
