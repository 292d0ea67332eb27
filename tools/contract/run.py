"""One contract run against npm's certified `oidc-provider`: python -m tools.contract.run, or make contract.

It is no part of `make test`, since it needs Node.js. It prints what it has seen, and fails at what is otherwise.
"""

import re
import sys
import tempfile
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx2

from tests.ports import free_port
from tests.provided import PAGE, Service, begin, provider, served

HERE = Path(__file__).parent
RULES = """[login]
claim = "groups"
scope = "openid profile groups"
prompt = ""
[[login.roles]]
value = "samordnare"
role = "coordinator"
"""


def followed(client: httpx2.Client, answer: httpx2.Response, until: str, **fields: str) -> httpx2.Response:
    """Follow redirects and fill in the provider's forms until an address begins with `until`."""
    for _ in range(20):
        if location := answer.headers.get("location"):
            address = urljoin(str(answer.url), location)
            if address.startswith(until):
                return client.get(address)
            answer = client.get(address)
            continue
        action = unescape(re.findall(r'<form[^>]*action="([^"]+)"', answer.text)[0])
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
        asked = {name: value for name, value in fields.items() if f'name="{name}"' in answer.text}
        answer = client.post(urljoin(str(answer.url), action), data={**hidden, **asked})
    raise AssertionError(f"{until} was not reached")


def log_in(here: Service, account: str) -> tuple[httpx2.Client, httpx2.Response]:
    """A browser of an account, and the answer at the end of its login."""
    client = httpx2.Client(timeout=30)
    answer = client.get(begin(here, client, "/point"))
    return client, followed(client, answer, f"{here.address}/oauth2callback", login=account, password="any")


def main() -> None:
    """Log in, log out, and try what may not work."""
    folder, port = Path(tempfile.mkdtemp()), free_port()
    with (
        provider(["node", "provider.mjs"], f"http://localhost:{port}/oauth2callback", folder=HERE) as issuer,
        served(folder, issuer, rules=RULES, port=port) as here,
    ):
        sara, answer = log_in(here, "sara")
        assert answer.status_code == 302, here.log
        assert answer.headers["location"] == "/point"
        assert sara.get(f"{here.address}/point", headers=PAGE).status_code == 200
        print("logged in with a code, PKCE (S256), state and nonce; the role came from a group")
        out = sara.get(f"{here.address}/auth/logout", headers={"sec-fetch-site": "same-origin"})
        assert out.headers["location"].startswith(f"{issuer}/session/end?")
        back = followed(sara, out, f"{here.address}/oauth2callback", logout="yes")
        assert back.headers["location"] == "/"
        assert sara.get(f"{here.address}/point", headers=PAGE).status_code == 401
        print("logged out here and at the provider, which led back")
        nils, _ = log_in(here, "nils")
        assert "ingen roll här" in nils.get(f"{here.address}/point", headers=PAGE).text
        print("somebody without a group was told whom to ask")
    print("the contract holds")


if __name__ == "__main__":
    sys.exit(main())
