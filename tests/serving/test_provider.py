"""What the service asks of the provider of its login, and that a provider which answers otherwise lets nobody in."""

import asyncio
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.integrations.starlette_client import StarletteOAuth2App

from compliance.declarations.login import Login
from compliance.serving.provider import Provider

LOGIN = Login("https://login.example.se", "compliance", "secret", "", "roles", "openid roles", "login", "Sara", ())
BACK = "https://efterlevnad.example.se/oauth2callback"
OFFERED = {
    "issuer": LOGIN.issuer,
    "authorization_endpoint": "https://login.example.se/authorize?tenant=1",
    "end_session_endpoint": "https://login.example.se/logout?tenant=1",
}


def provider(monkeypatch, login=LOGIN, **offered):
    """A provider that offers something and answers nothing else."""

    async def load_server_metadata(self):
        self.server_metadata.update(offered)
        return self.server_metadata

    monkeypatch.setattr(StarletteOAuth2App, "load_server_metadata", load_server_metadata)
    return Provider(login, "https://efterlevnad.example.se")


def query(address):
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}


@pytest.mark.parametrize("prompt", ["login", ""])
@pytest.mark.parametrize("challenges", [["plain", "S256"], ["plain"], None])
def test_a_login_is_asked_for_with_state_nonce_and_a_challenge_if_there_are_any(monkeypatch, prompt, challenges):
    offered = OFFERED | {"code_challenge_methods_supported": challenges}
    here = provider(monkeypatch, replace(LOGIN, prompt=prompt), **offered)
    first, second = asyncio.run(here.begin()), asyncio.run(here.begin())
    said = query(first.address)
    assert first.address.startswith("https://login.example.se/authorize?")
    assert {name: said[name] for name in ("client_id", "redirect_uri", "response_type", "scope", "tenant")} == {
        "client_id": "compliance", "redirect_uri": BACK, "response_type": "code", "scope": "openid roles", "tenant": "1"
    }  # fmt: skip
    assert (said["state"], said["nonce"], said.get("prompt", "")) == (first.state, first.nonce, prompt)
    assert (said.get("code_challenge_method"), bool(first.verifier)) == (
        ("S256", True) if challenges and "S256" in challenges else (None, False)
    )
    assert first.verifier not in first.address or not first.verifier
    drawn = [first.state, second.state, first.nonce, second.nonce]
    assert len(set(drawn)) == 4
    assert min(map(len, drawn)) >= 20


def test_a_logout_leads_to_that_of_the_provider_and_back(monkeypatch):
    here = provider(monkeypatch, **OFFERED)
    with_hint = asyncio.run(here.logout("token&x"))
    assert with_hint.startswith("https://login.example.se/logout?")
    said = {"tenant": "1", "client_id": "compliance", "post_logout_redirect_uri": BACK}
    assert query(with_hint) == said | {"id_token_hint": "token&x"}
    assert query(asyncio.run(here.logout(""))) == said


def test_a_provider_without_a_logout_or_a_form_leads_nowhere(monkeypatch, caplog):
    here = provider(monkeypatch, issuer=LOGIN.issuer)
    assert (asyncio.run(here.logout("token")), caplog.text) == ("", "")
    assert asyncio.run(here.begin()) is None
    assert "did not answer as OpenID Connect requires" in caplog.text


def test_a_provider_that_offers_an_address_without_https_is_asked_nothing(monkeypatch, caplog):
    here = provider(monkeypatch, issuer=LOGIN.issuer, token_endpoint="http://login.example.se/token?x=1")
    assert asyncio.run(here.begin()) is None
    assert asyncio.run(here.finish("code", nonce="nonce", verifier="verifier")) == ({}, "")
    assert caplog.text.count("token_endpoint is not an address that begins with https") == 2


def test_a_provider_that_cannot_be_reached_lets_nobody_in(caplog):
    here = Provider(replace(LOGIN, issuer="http://127.0.0.1:9"), "http://localhost:1")
    assert asyncio.run(here.begin()) is None
    assert asyncio.run(here.finish("code", nonce="nonce", verifier="verifier")) == ({}, "")
    assert asyncio.run(here.logout("token")) == ""
    for told in ("did not answer as", "did not say who has logged in", "does not say where its logout is"):
        assert told in caplog.text
