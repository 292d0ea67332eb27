"""Make an archive that installs where there is no internet: the product, its wheels, and the account of what it brings.

python -m release.archive

The same commit gives the same archive.
"""

import gzip
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from importlib.metadata import Distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from release.bill import DebianPackage, bill
from release.licences import TABLE, licence, texts
from release.pins import ROOT
from release.wheels import PYTHONS, by_package, described, fetch, sum_of

BRINGS: Final = (
    ".streamlit/config.toml", "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "app.py", "compliance", "data", "deploy",
    "docs", "pages", "queries", "requirements.lock", "static",
)  # fmt: skip
# The organisation's own data, and what makes the samples.
LEAVES: Final = ("data/store", "data/samples/make")
BUILD: Final = ROOT / "build"
GIT: Final = ("git", "-C", str(ROOT))
BEFORE_THE_TABLE: Final = """\
# What this release brings

The licence is that of the package as its authors state it, or as read in its text. What is compiled into a package is
listed in its texts, or in its own bill of materials in `sboms/`. `sbom.cdx.json` is the bill of the whole.

| package | version | licence | texts |
| --- | --- | --- | --- |
| IBM Plex Sans (font) | | OFL-1.1 | [text](../static/IBMPlexSans-LICENSE.txt) |
| DejaVu Sans (font) | | Bitstream-Vera | [text](../data/report/fonts/DejaVu-LICENSE.txt) |
| Last Resort High-Efficiency (font) | | OFL-1.1 | [text](../data/report/fonts/LastResort-LICENSE.txt) |
"""


def main() -> None:
    """Write `build/compliance-<version>.tar.gz` and its sum. Exit with a sentence if something is not committed."""
    moment = commit_moment()
    BUILD.mkdir(exist_ok=True)
    archive = make(ROOT, BUILD, moment=moment)
    print(f"{archive} ({archive.stat().st_size // 10**6} MB)")


def commit_moment() -> int:
    """When the tree was committed (seconds since 1970). Exit with a sentence if something is not."""
    if others := uncommitted():
        sys.exit("A release is made of what is committed. These files are not:\n" + "\n".join(others))
    return int(git("log", "-1", "--format=%ct"))


def uncommitted() -> list[str]:
    """The files of a release that differ from those committed, also those that git is told to ignore."""
    committed = {Path(name) for name in git("ls-files", "-z").split("\0")}
    changed = git("diff", "--name-only", "HEAD", "--", *BRINGS).splitlines()
    return changed + [str(path) for path in files(ROOT) if path not in committed]


def git(*said: str) -> str:
    """What git prints about the tree."""
    return subprocess.check_output([*GIT, *said], text=True)


def make(tree: Path, folder: Path, *, moment: int) -> Path:
    """The archive of a tree, written into a folder; all its files are of one moment (seconds since 1970)."""
    with TemporaryDirectory(dir=folder) as building:
        top = Path(building, f"compliance-{version(tree)}")
        unpacked(tree, top, moment=moment)
        made = sorted(path for path in top.rglob("*") if path.is_file())
        sums = "".join(f"{sum_of(path)}  {path.relative_to(top).as_posix()}\n" for path in made)
        (top / "SHA256SUMS").write_text(sums, "utf-8")
        archive = packed(top, folder / f"{top.name}.tar.gz", moment)
    archive.with_name(f"{archive.name}.sha256").write_text(f"{sum_of(archive)}  {archive.name}\n", "utf-8")
    return archive


def unpacked(
    tree: Path, top: Path, *, moment: int, pythons: Iterable[str] = PYTHONS, system: Iterable[DebianPackage] = ()
) -> None:
    """Write what a tree releases into a new folder, with the wheels for Pythons, and the account of what it brings."""
    for path in files(tree):
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(tree / path, top / path)
    fetch((tree / "requirements.lock").read_text("utf-8"), top / "wheelhouse", pythons)
    account(top, moment, system)


def version(tree: Path) -> str:
    """The version of the product of a tree."""
    declared = (tree / "compliance" / "__init__.py").read_text("utf-8")
    return str(re.findall(r'__version__ = "(.+)"', declared)[0])


def files(tree: Path) -> list[Path]:
    """The files of a tree that the product needs to run and an operator to read, relative to it."""
    every = [path for name in BRINGS for path in [tree / name, *(tree / name).rglob("*")] if path.is_file()]
    relative = [path.relative_to(tree) for path in every if "__pycache__" not in path.parts]
    return sorted(path for path in relative if not any(path.is_relative_to(left) for left in LEAVES))


def account(top: Path, moment: int, system: Iterable[DebianPackage] = ()) -> None:
    """Write the bill of materials, and the licences with their texts, for the wheels of an unpacked release."""
    wheels = by_package(top / "wheelhouse")
    packages = {name: described(files[-1]) for name, files in wheels.items()}
    (top / "sbom.cdx.json").write_text(bill(version(top), packages, wheels, moment, system=system), "utf-8")
    table = [BEFORE_THE_TABLE]
    for name, package in packages.items():
        brought = texts_of(name, packages)
        for path, text in brought.items():
            (top / "licences" / name / path).parent.mkdir(parents=True, exist_ok=True)
            (top / "licences" / name / path).write_text(text, "utf-8")
        links = ", ".join(f"[{Path(path).name}]({name}/{path})" for path in brought)
        table.append(f"| {name} | {package.version} | {licence(package)} | {links} |\n")
    (top / "licences" / "README.md").write_text("".join(table), "utf-8")


def texts_of(name: str, packages: dict[str, Distribution]) -> dict[str, str]:
    """The texts of a package, or those of another one under the same licence. Exit if there are none."""
    return (
        texts(packages[name])
        or texts(packages[TABLE["texts"].get(name, name)])
        or sys.exit(f"{name} brings no text of its licence: say in release/licences.toml which package has the same")
    )


def packed(top: Path, archive: Path, moment: int) -> Path:
    """A folder as an archive that depends on nothing but its files. Wheels are compressed already."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mtime, member.mode = moment, 0o755 if member.isdir() else 0o644
        return member

    with (
        archive.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=1, mtime=0) as small,
        tarfile.open(fileobj=small, mode="w") as tar,
    ):
        tar.add(top, top.name, filter=plain)
    return archive


if __name__ == "__main__":
    main()
