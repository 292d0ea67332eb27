"""Sessions: what the server knows of somebody who has logged in. The browser has only a random id.

The register keeps them, so that they survive a restart; it holds the hash of the id, so that whoever reads the file
cannot use it.
"""

import hashlib
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from compliance.access import audit, people
from compliance.access.audit import Action
from compliance.access.identity import Identity
from compliance.access.people import at
from compliance.access.permissions import NO_ROLE, User
from compliance.access.roles import Held, given, read_held, user_of
from compliance.core import clock
from compliance.store import register
from compliance.store.failures import Away
from compliance.store.file_register import Row
from compliance.store.numbers_removed import token_kept

LONGEST: Final = timedelta(hours=8)
IDLE: Final = timedelta(hours=1)
# A session that is used is written down again only after this time.
TOUCHED: Final = timedelta(minutes=1)
# A longer ID token, such as one with hundreds of groups, makes the address of the provider's logout too long for it.
LONGEST_TOKEN: Final = 4_000
NOBODY: Final = User("", NO_ROLE)


@dataclass(frozen=True)
class Session:
    """A session that is not over: whose it is, the roles that the provider named, and its times (UTC)."""

    key: str
    person: str
    name: str
    issuer: str
    held: tuple[Held, ...]
    token: str
    seen_at: datetime
    ends_at: datetime

    @property
    def user(self) -> User:
        """The person with the roles that they hold now, by the provider and by the product's own table."""
        return user_of(self.name, self.person, [*self.held, *given(self.person)])


def key_of(secret: str) -> str:
    """The key under which a session is kept, from the id that the browser has."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def begin(identity: Identity, *, token: str, now: datetime) -> str:
    """Begin a session and return the id for the browser. `token` is the ID token, a hint for the provider's logout."""
    person = people.known(identity.issuer, identity.subject, identity.name)
    secret = secrets.token_urlsafe(32)
    held = json.dumps([each.row for each in identity.held], ensure_ascii=False)
    audit.record(User(identity.name, NO_ROLE, person), Action.LOGIN, identity.issuer)
    with register.own().writing() as run:
        run("note_login", person=person, at=at(now), held=held)
        run("end_sessions_past", at=at(now), idle=at(now - IDLE))
        run(
            "add_session",
            key=key_of(secret),
            person=person,
            issuer=identity.issuer,
            held=held,
            token=token_kept(token) if len(token) <= LONGEST_TOKEN else "",
            at=at(now),
            ends_at=at(now + LONGEST),
        )
    return secret


def end_past(*, now: datetime) -> None:
    """End the sessions that are over."""
    with register.own().writing() as run:
        run("end_sessions_past", at=at(now), idle=at(now - IDLE))


def find(key: str, *, now: datetime) -> Session | None:
    """The session with a key; None if there is none, or if it is over."""
    rows = register.own().rows("session", key=key, at=at(now), idle=at(now - IDLE))
    return _session(rows[0]) if rows else None


def use(session: Session, *, now: datetime) -> None:
    """Note that a session is used, at most once a minute. While the register is away it goes on without."""
    if now - session.seen_at >= TOUCHED:
        with suppress(Away), register.own().writing() as run:
            run("touch_session", key=session.key, at=at(now))


def end(session: Session) -> None:
    """End a session for good."""
    audit.record(User(session.name, NO_ROLE, session.person), Action.LOGOUT)
    with register.own().writing() as run:
        run("end_session", key=session.key)


def user(key: str) -> User:
    """The person whose session has a key, with the roles that they hold now; nobody if it is over."""
    session = find(key, now=clock.now())
    return session.user if session else NOBODY


@lru_cache(maxsize=10_000)
def person_of(key: str) -> str:
    """The person whose session has a key, which does not change; the key itself where there is no session."""
    session = find(key, now=clock.now())
    return session.person if session else key


def _session(row: Row) -> Session:
    return Session(
        key=row["key"],
        person=row["person"],
        name=row["name"],
        issuer=row["issuer"],
        held=read_held(row["held"]),
        token=row["token"],
        seen_at=datetime.fromisoformat(row["seen_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
    )
