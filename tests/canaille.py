"""Canaille, a real identity provider with users, passwords and groups, in a process of its own.

python -m tests.canaille PORT REDIRECT_URI

It keeps everything in memory. Its users and their passwords are in PEOPLE.
"""

import sys
from contextlib import AbstractContextManager
from typing import Final

from tests.provided import provider

PASSWORD: Final = "korrekt häst batteri"
# The groups of each user.
PEOPLE: Final = {
    "sara": ("samordnare",),
    "fredrik": ("förvaltningschef",),
    "anna": ("analytiker", "en annan grupp"),
    "nils": (),
}


def canaille(redirect_uri: str) -> AbstractContextManager[str]:
    """Canaille, whose only client is sent back to `redirect_uri`, while the block lasts. Its issuer."""
    return provider([sys.executable, "-m", "tests.canaille"], redirect_uri)


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
