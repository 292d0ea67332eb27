"""The provider of the login: where it is asked, and what it then says of somebody (OpenID Connect Core 1.0).

    asked = await provider.begin()                  # the browser goes to asked.address
    claims, token = await provider.finish(code, nonce=asked.nonce, verifier=asked.verifier)

What the provider offers (OpenID Connect Discovery 1.0, section 4) is asked anew each time, and its keys with it: they
change without notice.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Final

from authlib.common.urls import add_params_to_uri  # type: ignore[import-untyped]

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations.login import Login, is_secure
from compliance.declarations.settings import FILE

# Where it sends browsers back, after a login and after its own logout.
CALLBACK: Final = "/oauth2callback"
# The code challenge of PKCE (RFC 7636).
CHALLENGE: Final = "S256"
# What it offers that a secret, a code or an ID token is sent to, or its keys come from.
ENDPOINTS: Final = frozenset({"authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"})
OTHER: Final = N_(
    "The login service at {address} calls itself “{said}”, not “{issuer}”. Write in {file} what it calls itself, or "
    "another issuer."
)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """A login that the provider is asked for: where the browser is sent, and what its answer is checked with."""

    address: str
    state: str
    nonce: str
    verifier: str


class Provider:
    """The provider of a login, as the service at a public address asks it."""

    def __init__(self, login: Login, public_address: str) -> None:
        self._login, self._back = login, f"{public_address}{CALLBACK}"

    def refusal(self) -> Refusal | None:
        """Why nobody could log in at the provider: it is another one than the settings name.

        A provider that does not answer is logged and no reason: it may answer by the time that somebody logs in.
        """
        address, issuer = self._login.metadata, self._login.issuer
        try:
            said = asyncio.run(self._client()).server_metadata["issuer"]
        except Exception as error:  # whatever it sends instead
            text = "Nobody can log in as long as %s does not say what the login service offers: %s"
            log.warning(text, address, str(error) or type(error).__name__)
            return None
        if said == issuer:
            return None
        return Refusal(OTHER, address=address, said=str(said)[:200], issuer=issuer, file=FILE)

    async def begin(self) -> Asked | None:
        """Ask for a login; None, and a line in the log, if the provider does not answer as it must."""
        try:
            asked = await (await self._client()).create_authorization_url(self._back)
            return Asked(asked["url"], asked["state"], asked["nonce"], asked.get("code_verifier", ""))
        except Exception as error:  # whatever it sends instead
            log.warning("The login service did not answer as OpenID Connect requires: %s", _one_line(error))
            return None

    async def finish(self, code: str, *, nonce: str, verifier: str) -> tuple[dict[str, Any], str]:
        """The claims of somebody and the ID token, whose signature is right; no claims if the provider gives none."""
        try:
            client = await self._client()
            proof = {"code_verifier": verifier} if verifier else {}
            token = await client.fetch_access_token(self._back, code=code, grant_type="authorization_code", **proof)
            claims = await client.parse_id_token(token, nonce)
            return dict(claims or {}), str(token.get("id_token", ""))
        except Exception as error:  # whatever it sends instead
            log.warning("The login service did not say who has logged in: %s", _one_line(error))
            return {}, ""

    async def logout(self, token: str) -> str:
        """The address of its own logout, to which an ID token is a hint; empty if it has none, or does not answer."""
        try:
            end = (await self._client()).server_metadata.get("end_session_endpoint")
        except Exception as error:  # whatever it sends instead
            log.warning("The login service does not say where its logout is: %s", _one_line(error))
            return ""
        said = {"client_id": self._login.client_id, "post_logout_redirect_uri": self._back}
        hint = {"id_token_hint": token} if token else {}
        return str(add_params_to_uri(end, [*(said | hint).items()])) if end else ""

    async def _client(self) -> Any:
        """What asks it, with what it offers; with PKCE, where it offers that."""
        # Who has no login need not load it.
        from authlib.integrations.starlette_client import StarletteOAuth2App  # type: ignore[import-untyped]

        asked = {"scope": self._login.scope} | ({"prompt": self._login.prompt} if self._login.prompt else {})
        client = StarletteOAuth2App(
            None,
            client_id=self._login.client_id,
            client_secret=self._login.client_secret,
            server_metadata_url=self._login.metadata,
            client_kwargs=asked,
        )
        offered = await client.load_server_metadata()
        for name in ENDPOINTS & offered.keys():
            if not is_secure(str(offered[name]).partition("?")[0]):
                raise ValueError(f"{name} is not an address that begins with https")
        if CHALLENGE in (offered.get("code_challenge_methods_supported") or ()):
            client.client_kwargs["code_challenge_method"] = CHALLENGE
        return client


def _one_line(error: Exception) -> str:
    """An error in the log: whoever asks for many logins at a broken provider writes a line each and no more."""
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:300]
