"""Who somebody is by the ID token of the provider: what is checked of it, and what is kept.

Authlib has checked the signature. The rest is checked here too, since it accepts a token without an audience (OpenID
Connect Core 1.0, section 3.1.3.7).
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from compliance.access.roles import Held
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations.login import Login

# How far the clocks of the provider and of this server may be apart, in seconds.
LEEWAY: Final = 60
LONGEST_SUBJECT: Final = 255

WRONG: Final = N_(
    "The login cannot be used: its {claim} is not the one that was asked for. Try again. If it happens again, tell "
    "those who run the service."
)
EXPIRED: Final = N_("The login has expired, or the clocks differ. Try again.")
OVERAGE: Final = N_(
    "You belong to so many groups that the provider does not name them, so your roles cannot be seen. Those who run "
    "the service can use app roles instead of groups."
)


@dataclass(frozen=True)
class Identity:
    """A person as the provider knows them, and the roles that follow from what it says."""

    issuer: str
    subject: str
    name: str
    held: tuple[Held, ...]


def identity(claims: Mapping[str, Any], token: str, login: Login, *, nonce: str, now: datetime) -> Identity:
    """Who the claims of an ID token are about. Raise Refusal if they are not for this login, or leave out the groups.

    `now` is UTC.
    """
    if not _is_signed(token):
        raise Refusal(WRONG, claim="alg")
    _refuse_wrong(claims, login, nonce)
    seconds = (now - datetime(1970, 1, 1)).total_seconds()
    if not _between(claims.get("exp"), seconds - LEEWAY, None) or not _between(
        claims.get("iat"), None, seconds + LEEWAY
    ):
        raise Refusal(EXPIRED)
    if login.claim not in claims and _is_overage(claims, login.claim):
        raise Refusal(OVERAGE)
    values = _values(claims.get(login.claim))
    held = tuple(Held.of(rule.row) for rule in login.roles if rule.value in values)
    return Identity(claims["iss"], claims["sub"], _name(claims), held)


def _values(said: object) -> set[str]:
    """The values of a claim that is a text or a list of texts; none if it is anything else."""
    listed = said if isinstance(said, list) else [said]
    return {value for value in listed if isinstance(value, str)}


def _is_signed(token: str) -> bool:
    """Whether a token says that it is signed: a provider that offers to leave that out makes the library accept it."""
    try:
        header = token.partition(".")[0]
        said = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
        return isinstance(said, dict) and isinstance(said.get("alg"), str) and said["alg"].lower() != "none"
    except ValueError:
        return False


def _refuse_wrong(claims: Mapping[str, Any], login: Login, nonce: str) -> None:
    """Raise Refusal unless issuer, subject, audience, nonce and tenant are those of this login."""
    subject, audience = claims.get("sub"), claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    correct = {
        "iss": claims.get("iss") == login.issuer,
        "sub": isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT and subject.isprintable(),
        "aud": isinstance(audiences, list) and login.client_id in audiences,
        "azp": claims.get("azp", login.client_id) == login.client_id,
        "nonce": bool(nonce) and claims.get("nonce") == nonce,
        "tid": not login.tenant or claims.get("tid") == login.tenant,
    }
    # A token for several is used only by the one that it was given to.
    correct["azp"] &= isinstance(audiences, list) and (len(audiences) == 1 or "azp" in claims)
    for claim, right in correct.items():
        if not right:
            raise Refusal(WRONG, claim=claim)


def _between(moment: object, least: float | None, most: float | None) -> bool:
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        return False
    return (least is None or moment > least) and (most is None or moment < most)


def _is_overage(claims: Mapping[str, Any], claim: str) -> bool:
    """Whether Entra has left out a claim because it is too long, and refers to another service for it."""
    elsewhere = claims.get("_claim_names")
    return bool(claims.get("hasgroups")) or (isinstance(elsewhere, Mapping) and claim in elsewhere)


def _name(claims: Mapping[str, Any]) -> str:
    """The name to show, in one line: what cannot be seen, or turns the text around it, is a blank."""
    said = (claims.get(claim) for claim in ("name", "preferred_username", "email"))
    shown = (
        "".join(letter if letter.isprintable() else " " for letter in name) for name in said if isinstance(name, str)
    )
    return next((name for text in shown if (name := " ".join(text.split()))), "")
