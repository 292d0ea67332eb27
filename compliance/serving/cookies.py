"""Cookies of requests and answers, in both directions."""

from typing import Final

from starlette.types import Scope

# Streamlit's cookies. What they hold of a person or of a login stays on the server: none reaches a browser, nor comes
# from one, but the one against requests that another site makes.
STREAMLIT: Final = "_streamlit_"
KEPT: Final = "_streamlit_xsrf"
# What may surround a name and a value (RFC 6265bis, section 5.7). A name after any other blank is another name, which
# browsers let another host of the domain set, though it may not set the one with the prefix __Host-.
BLANKS: Final = " \t"
Headers = list[tuple[bytes, bytes]]


def sent(scope: Scope) -> dict[str, str]:
    """The cookies of a request, by name."""
    pairs = (part.partition("=") for name, value in scope["headers"] if name == b"cookie" for part in _parts(value))
    return {name.strip(BLANKS): value.strip(BLANKS) for name, equals, value in pairs if equals}


def _parts(value: bytes) -> list[str]:
    return value.decode("latin-1").split(";")


def without_cookies(scope: Scope) -> Scope:
    """A request without the browser's cookies, but for the one that is kept."""
    kept = sent(scope).get(KEPT)
    others = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    passed = [] if kept is None else [(b"cookie", f"{KEPT}={kept}".encode("latin-1"))]
    return {**scope, "headers": [*others, *passed]}


def secured(headers: Headers, *, secure: bool) -> Headers:
    """The headers of an answer without Streamlit's cookies; the others only travel through TLS if `secure`."""
    kept: Headers = []
    for name, value in headers:
        if name.lower() == b"set-cookie":
            if value.startswith(STREAMLIT.encode()) and not value.startswith(f"{KEPT}=".encode()):
                continue
            if secure and b"; secure" not in value.lower():
                value += b"; Secure"
        kept.append((name, value))
    return kept
