"""Cookies of requests and answers, in both directions."""

from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.types import Message, Scope

# Streamlit's cookies with what the provider says of a person. They never reach a browser, nor come from one.
OF_PERSONS: Final = "_streamlit_user"
Headers = list[tuple[bytes, bytes]]


def sent(scope: Scope) -> dict[str, str]:
    """The cookies of a request, by name."""
    pairs = (part.partition("=") for name, value in scope["headers"] if name == b"cookie" for part in _parts(value))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}


def _parts(value: bytes) -> list[str]:
    return value.decode("latin-1").split(";")


def with_cookies(scope: Scope, more: dict[str, str]) -> Scope:
    """A request without cookies that name a person, but for those of the server itself."""
    kept = {name: value for name, value in sent(scope).items() if not name.startswith(OF_PERSONS)} | more
    others = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    text = "; ".join(f"{name}={value}" for name, value in kept.items())
    return {**scope, "headers": [*others, (b"cookie", text.encode("latin-1"))] if kept else others}


def given(message: Message) -> dict[str, str]:
    """The cookies that an answer sets, by name."""
    found: dict[str, str] = {}
    for name, value in message.get("headers", []):
        if name.lower() == b"set-cookie":
            try:
                found |= {key: morsel.value for key, morsel in SimpleCookie(value.decode("latin-1")).items()}
            except CookieError:
                continue
    return found


def secured(headers: Headers, *, secure: bool) -> Headers:
    """The headers of an answer without cookies that name a person; the others only travel through TLS if `secure`."""
    kept: Headers = []
    for name, value in headers:
        if name.lower() == b"set-cookie":
            if value.startswith(OF_PERSONS.encode()):
                continue
            if secure and b"; secure" not in value.lower():
                value += b"; Secure"
        kept.append((name, value))
    return kept
