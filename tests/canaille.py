"""Canaille, a real identity provider with users, passwords and groups, in a process of its own.

python -m tests.canaille PORT REDIRECT_URI

It keeps everything in memory. Its users and their passwords are in PEOPLE.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx2

from compliance.core.places import ROOT
from tests.provided import free_port

PASSWORD: Final = "korrekt häst batteri"
# The groups of each user.
PEOPLE: Final = {
    "sara": ("samordnare",),
    "fredrik": ("förvaltningschef",),
    "anna": ("analytiker", "en annan grupp"),
    "nils": (),
}
READY_SECONDS: Final = 60


@contextmanager
def provider(redirect_uri: str) -> Iterator[str]:
    """A provider whose only client is sent back to `redirect_uri`, while the block lasts. Its issuer."""
    port = free_port()
    issuer = f"http://localhost:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.canaille", str(port), redirect_uri],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and process.poll() is None:
            try:
                httpx2.get(f"{issuer}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx2.HTTPError:
                time.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait(20)


def main(port: int, redirect_uri: str) -> None:
    """Serve until the process is ended."""
    from canaille import create_app
    from joserfc.jwk import RSAKey
    from werkzeug.serving import make_server

    key = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)
    config = {
        "SECRET_KEY": "only for tests",
        "SERVER_NAME": f"localhost:{port}",
        "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False, "CAPTCHA_ENABLED": False, "SMTP": None},
        "CANAILLE_OIDC": {"ENABLE_OIDC": True, "TRUSTED_DOMAINS": "localhost", "ACTIVE_JWKS": [key]},
    }
    app = create_app(config)
    with app.app_context():
        add_people()
        add_client(redirect_uri)
    make_server("127.0.0.1", port, app, threaded=True).serve_forever()


def add_people() -> None:
    """Add the users and their groups."""
    from canaille.app import models
    from canaille.backends import Backend

    users = {}
    for name in PEOPLE:
        shown = name.capitalize()
        said = {"formatted_name": shown, "family_name": shown, "emails": [f"{name}@example.se"]}
        users[name] = models.User(user_name=name, password=PASSWORD, **said)
        Backend.instance.save(users[name])
    for group in sorted({group for groups in PEOPLE.values() for group in groups}):
        members = [users[name] for name in PEOPLE if group in PEOPLE[name]]
        Backend.instance.save(models.Group(display_name=group, members=members))


def add_client(redirect_uri: str) -> None:
    """Add the service as a client. It is saved before it can be the audience of its own tokens."""
    from canaille.app import models
    from canaille.backends import Backend

    client = models.Client(
        client_id="compliance",
        client_secret="secret",
        client_name="Efterlevnad",
        client_uri=redirect_uri.rpartition("/")[0],
        redirect_uris=[redirect_uri],
        post_logout_redirect_uris=[redirect_uri],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "profile", "email", "groups"],
        token_endpoint_auth_method="client_secret_basic",
    )
    Backend.instance.save(client)
    client.audience = [client]
    Backend.instance.save(client)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
