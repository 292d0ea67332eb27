"""Lock what requirements.txt asks for, with hashes, for Python 3.11 and later.

python -m release.lock

A package stays at its locked version as long as requirements.txt allows it.
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from release.pins import PRODUCT, REQUIREMENTS, TOOLS, pins, product

# One version of a package for all versions of Python: what is tested is what is installed.
COMPILE: Final = (
    "pip", "compile", "--quiet", "--universal", "--python-version=3.11", "--fork-strategy=fewest",
    "--generate-hashes", "--custom-compile-command=make lock",
)  # fmt: skip
UV: Final = Path(sys.executable).with_name("uv")


def main() -> None:
    """Write both locks, or neither."""
    asked = REQUIREMENTS.read_text("utf-8")
    locked = {name: version for lock in (PRODUCT, TOOLS) for name, version in pins(lock.read_text("utf-8")).items()}
    # Together first, so that what both need has one version.
    together = pins(compiled(asked, locked))
    ours = compiled(product(asked), together)
    theirs = compiled(asked, together, omit=pins(ours))
    PRODUCT.write_text(ours, "utf-8")
    TOOLS.write_text(theirs, "utf-8")


def compiled(requirements: str, preferred: dict[str, str], *, omit: Iterable[str] = ()) -> str:
    """The lock of a list of requirements, with `preferred` versions where they fit, without the packages of `omit`.

    Exit with uv's own words if no versions satisfy all of the requirements.
    """
    with TemporaryDirectory() as folder:
        lock = Path(folder, "requirements.lock")
        Path(folder, "requirements.txt").write_text(requirements, "utf-8")
        lock.write_text("".join(f"{name}=={version}\n" for name, version in preferred.items()), "utf-8")
        omitted = [f"--no-emit-package={name}" for name in omit]
        done = subprocess.run([UV, *COMPILE, "requirements.txt", f"--output-file={lock.name}", *omitted], cwd=folder)
        if done.returncode:
            sys.exit(done.returncode)
        return lock.read_text("utf-8").split("\n# The following packages were excluded")[0].rstrip() + "\n"


if __name__ == "__main__":
    main()
