"""The licence of each package of a release, and its text: from what the package says, or as read by hand.

`licences.toml` holds the licences that a release may bring, and what was read by hand.
"""

import re
import sys
import tomllib
from importlib.metadata import Distribution
from pathlib import Path
from typing import Final

from license_expression import ExpressionError, get_spdx_licensing
from packaging.utils import canonicalize_name

TABLE: Final = tomllib.loads(Path(__file__).with_name("licences.toml").read_text("utf-8"))
SPDX: Final = get_spdx_licensing()
# Texts of licences, authors and notices; and the lists of what was compiled into a wheel (PEP 770).
TEXTS: Final = re.compile(
    r"\.dist-info/(?:(?:licenses|sboms)/.+|[^/]*(?:LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*)$", re.I
)


def licence(package: Distribution) -> str:
    """The licence of a package as an SPDX expression. Exit with what to do if it is unknown or not allowed."""
    name, says = canonicalize_name(package.metadata["Name"]), package.metadata
    told = [*says.get_all("License-Expression", []), *says.get_all("License", [])]
    told += [line.split(" :: ")[-1] for line in says.get_all("Classifier", []) if line.startswith("License ::")]
    if name in TABLE["packages"]:
        told = [TABLE["packages"][name]]
    for text in told:
        symbols = _symbols(TABLE["means"].get(text, text))
        if symbols and symbols <= {*TABLE["allowed"]}:
            return str(TABLE["means"].get(text, text))
    sys.exit(
        f"{name} is under {[text[:60] for text in told if text]}: read its licence, then see release/licences.toml"
    )


def _symbols(text: str) -> set[str]:
    """The licences that an SPDX expression names, each with its exception. Empty if the text is not one."""
    try:
        parsed = SPDX.parse(text, validate=True, strict=True)
    except ExpressionError:
        return set()
    return {str(symbol) for symbol in parsed.symbols} if parsed is not None else set()


def texts(package: Distribution) -> dict[str, str]:
    """The texts that a package brings about its licence, by their path within its metadata."""
    paths = [str(path) for path in package.files or () if TEXTS.search(str(path)) and not str(path).endswith("/")]
    inside = {path.split(".dist-info/", 1)[1] for path in paths}
    return {path: package.read_text(path) or "" for path in sorted(inside)}
