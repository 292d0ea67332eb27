"""What requirements.txt asks for, and what its two locks hold. Needs no package, since `make lock` comes before them.

A lock has every package that is installed, also those that others need, with its version and the hashes of its files.
`requirements.lock` is the product, `requirements-tools.lock` what tests and tools need beside it.
"""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
REQUIREMENTS: Final = ROOT / "requirements.txt"
PRODUCT: Final = ROOT / "requirements.lock"
TOOLS: Final = ROOT / "requirements-tools.lock"
# The line of requirements.txt that ends the product.
TOOLS_BEGIN: Final = "# Tests and tools."
PIN: Final = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==([^\s;]+)", re.M)


def product(requirements: str) -> str:
    """The part of requirements.txt that the product needs to run."""
    return requirements.split(TOOLS_BEGIN)[0]


def pins(text: str) -> dict[str, str]:
    """The version of each package that a list or a lock pins, by the package's normalised name (PEP 503)."""
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in PIN.findall(text)}


def direct(lock: str) -> set[str]:
    """The packages of a lock that requirements.txt names itself."""
    entries = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.M)
    return {name for entry in entries if "-r requirements.txt" in entry for name in pins(entry)}
