"""The wheels of a release: what the lock brings to a Linux server, for each Python that the server may have."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, cast
from zipfile import Path as ZipPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYTHONS: Final = ("3.11", "3.12", "3.13")
# Every Linux with glibc 2.28 or later on x86-64: Debian 10, Red Hat 8, Ubuntu 20.04.
PLATFORMS: Final = [f"manylinux_2_{minor}_x86_64" for minor in range(5, 29)] + ["manylinux1_x86_64"]
PLATFORMS_BY_YEAR: Final = ["manylinux2010_x86_64", "manylinux2014_x86_64"]


def server(python: str) -> dict[str, str]:
    """What a marker of a requirement asks of a server with this Python (PEP 508)."""
    return {
        "extra": "",
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "linux",
    }


def holds(requirement: Requirement, python: str) -> bool:
    """Whether a server with this Python needs it."""
    return requirement.marker is None or requirement.marker.evaluate(server(python))


def needed(lock: str, python: str) -> dict[str, str]:
    """The entries of a lock that a server with this Python installs, by name, without the condition."""
    found: dict[str, str] = {}
    for entry in re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.M)[1:]:
        first, _, hashes = entry.partition("\\\n")
        requirement = Requirement(first)
        if holds(requirement, python):
            found[canonicalize_name(requirement.name)] = f"{requirement.name}{requirement.specifier} \\\n{hashes}"
    return found


def fetch(lock: str, folder: Path, pythons: Iterable[str] = PYTHONS) -> None:
    """Download the wheels into a new folder. Raise CalledProcessError if one is missing or is not the locked one."""
    folder.mkdir()
    for python in pythons:
        abi = f"cp{python.replace('.', '')}"
        where = [f"--platform={platform}" for platform in (*PLATFORMS, *PLATFORMS_BY_YEAR)]
        where += [f"--python-version={python}", "--implementation=cp", f"--abi={abi}", "--abi=abi3", "--abi=none"]
        with NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as wanted:
            wanted.write("".join(needed(lock, python).values()))
            wanted.flush()
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            exact = ["--only-binary=:all:", "--require-hashes", f"--requirement={wanted.name}", f"--dest={folder}"]
            subprocess.run([*pip, *exact, *where], check=True, env={**os.environ, "PIP_NO_INPUT": "1"})


def by_package(folder: Path) -> dict[str, list[Path]]:
    """The wheels of a folder by the name of their package."""
    found: dict[str, list[Path]] = {}
    for wheel in sorted(folder.glob("*.whl")):
        found.setdefault(canonicalize_name(wheel.name.split("-")[0]), []).append(wheel)
    return found


def described(wheel: Path) -> Distribution:
    """What a wheel says of itself."""
    name, version = wheel.name.split("-")[:2]
    inside = ZipPath(wheel) / f"{name}-{version}.dist-info"
    # A path within a zip file is all that PathDistribution needs (importlib.metadata says so for zipped eggs).
    return PathDistribution(cast(Path, inside))


def sum_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
