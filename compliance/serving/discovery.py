"""What the provider of the login says of itself (OpenID Connect Discovery 1.0, section 4), asked once at the start."""

import logging
from typing import Final

import httpx2

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations.login import Login
from compliance.declarations.settings import FILE

SECONDS: Final = 5.0
OTHER: Final = N_(
    "The login service at {address} calls itself “{said}”, not “{issuer}”. Write in {file} what it calls itself, or "
    "another issuer."
)
log = logging.getLogger(__name__)


def refusal(login: Login) -> Refusal | None:
    """Why nobody could log in at the provider: it is another one than the settings name.

    A provider that does not answer is logged and no reason: it may answer by the time that somebody logs in.
    """
    try:
        answer = httpx2.get(login.metadata, timeout=SECONDS)
        answer.raise_for_status()
        said = answer.json()["issuer"]
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        text = "Nobody can log in as long as %s does not say what the login service offers: %s"
        log.warning(text, login.metadata, str(error) or type(error).__name__)
        return None
    if said == login.issuer:
        return None
    return Refusal(OTHER, address=login.metadata, said=str(said)[:200], issuer=login.issuer, file=FILE)
