"""The service with a login, to try: `make demo-login`. Everybody in it is invented.

A provider on this machine knows a person for each role, one without a role, and one who is limited to a department of
the samples. The data are the samples', in a folder of their own that is removed at the end.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Final

import oidc_provider_mock

from compliance.core.places import SAMPLES
from compliance.declarations.declared import read_toml
from tests.provided import RULES, Service, service
from tests.sampled import beside

PORT: Final = 8502
PART: Final = "Förskola"
# The persons by the name that they log in with, and their role at the provider.
PEOPLE: Final = {
    "Karin Koordinator": "coordinator",
    "Fia Förvaltningschef": "head",
    "Lisa Ledning": "management",
    "Anton Analytiker": "analyst",
    "Disa Delanalytiker": "part",
    "Ada Administratör": "administrator",
    "Nils Nyanställd": "",
}
HELD: Final = {"part": f"analyst, limited to {PART}", "": "no role"}
TEXT: Final = """
The service: {address}
Its login leads to a pretended provider, where you choose whom to be:

{people}

What to try:
  - Nils has no role: he is told whom to ask.
  - In a private window log in as Ada, give Nils a role on the page Roller, and load his page again.
  - Remove a role while Nils has a page open: his next click is refused.
  - Read on the page Logg what has happened.

Ctrl-C ends it. Nothing of this is kept.
"""


def main() -> None:
    """Run the service until it is interrupted, and say where it is."""
    print("Starting. The first time the samples are loaded, which takes a minute.", flush=True)
    with tempfile.TemporaryDirectory() as folder, started(Path(folder), port=PORT) as here:
        people = "\n".join(f"  {name:22} {HELD.get(role, role)}" for name, role in PEOPLE.items())
        print(TEXT.format(address=here.address, people=people), flush=True)
        with suppress(KeyboardInterrupt):
            Event().wait()


@contextmanager
def started(folder: Path, *, port: int = 0) -> Iterator[Service]:
    """The service on the samples in a folder, with the persons of the demonstration."""
    beside(folder)
    organisation = read_toml(SAMPLES / "fiction.toml")["organisation"]
    part = f'[[login.roles]]\nvalue = "C.part"\nrole = "analyst"\norganisation = "{organisation}"\n'
    people = [
        oidc_provider_mock.User(sub=name, claims={"name": name, "roles": [f"C.{role}"] if role else []})
        for name, role in PEOPLE.items()
    ]
    with service(folder, people, rules=f'{RULES}{part}department = "{PART}"\n', port=port) as here:
        yield here


if __name__ == "__main__":
    main()
