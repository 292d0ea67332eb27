"""Keyed hashes of logins: whether two are the same, without keeping whose they were.

The register has the key, which moves and is backed up with it. Whoever has a hash alone cannot try subjects against it.
"""

import hmac
from dataclasses import dataclass

from compliance.store import register
from compliance.store.file_register import Row
from compliance.store.numbers_removed import holds_number, keyed_hash, new_key


@dataclass(frozen=True)
class Pseudonym:
    """The keyed hash of a login (HMAC-SHA256, 64 letters a-p), and the id of the key that it was made with."""

    key: str
    hash: str


def pseudonym(issuer: str, subject: str) -> Pseudonym:
    """The pseudonym of a login by the first key of the register, which is made the first time.

    Raise Refusal if the register cannot be written.
    """
    return _hashed(_keys()[0], issuer, subject)


def kept_subject(issuer: str, subject: str) -> str:
    """A subject as the register keeps it: the hash of its pseudonym if it is an identity number, else as it is."""
    return pseudonym(issuer, subject).hash if holds_number(subject) else subject


def is_of(kept: Pseudonym, issuer: str, subject: str) -> bool | None:
    """Whether a pseudonym that was kept is that of a login; None if its key is not in this register."""
    key = next((row for row in _keys() if row["id"] == kept.key), None)
    return hmac.compare_digest(kept.hash, _hashed(key, issuer, subject).hash) if key else None


def add_keys(keys: list[Row]) -> None:
    """Add the keys of another register after its own, for the pseudonyms in a store that was restored."""
    with register.own().writing() as run:
        for row in keys:
            run("add_key", id=row["id"], secret=row["secret"])


def _keys() -> list[Row]:
    """The keys of the register, its first one first."""
    found = register.own().rows("keys")
    if found:
        return found
    with register.own().writing() as run:
        if not run("keys"):
            run("add_key", **new_key())
        return run("keys")


def _hashed(key: Row, issuer: str, subject: str) -> Pseudonym:
    return Pseudonym(key["id"], keyed_hash(key["secret"], issuer, subject))
