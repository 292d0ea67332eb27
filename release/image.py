"""Make the image of a container where there is no registry: a base of Debian's packages, `deploy/Containerfile` on it.

python -m release.image

As root. The same commit on the same day's packages of Debian gives the same layers.
"""

import os
import resource
import shutil
import subprocess
import sys
import tarfile
from email.parser import HeaderParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final, cast

from release.archive import BUILD, commit_moment, unpacked, version
from release.bill import DebianPackage
from release.pins import ROOT

NAME: Final = "localhost/compliance"
BASE: Final = "localhost/compliance-base"
SUITE: Final = "trixie"
# Its Python, of which alone the image brings the wheels.
PYTHON: Final = "3.13"
# What the product runs on: its Python, what wheels link, and the authorities that a provider's certificate may be by.
PACKAGES: Final = "python3,python3-venv,libstdc++6,ca-certificates"
LEAVES: Final = ("/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/man/*")
# Bytecode that goes by the times of its sources would be made anew at each start: all files of a layer have one time.
COMPILE: Final = (
    'PYTHONHASHSEED=0 chroot "$1" python3 -m compileall -qf --invalidation-mode unchecked-hash /usr/lib/python3.13'
)
NEEDED: Final = "An image is made by root, with mmdebstrap and buildah. Install them with: make containers"


def main() -> None:
    """Make the image of the commit in root's store of images. Exit with a sentence if something is not committed."""
    if os.geteuid() or not all(map(shutil.which, ("mmdebstrap", "buildah"))):
        sys.exit(NEEDED)
    moment = commit_moment()
    BUILD.mkdir(exist_ok=True)
    name = make(ROOT, BUILD, moment=moment)
    print(f"{name} ({_buildah('images', '--format={{.Size}}', name)})")


def make(tree: Path, folder: Path, *, moment: int) -> str:
    """The name of the image of a tree; what is made on the way lies in a folder. All its files are of one moment."""
    with TemporaryDirectory(dir=folder) as building:
        root = Path(building, "base.tar")
        context = Path(building, "context")
        _bootstrap(root, moment)
        _import(root, moment)
        unpacked(tree, context, moment=moment, pythons=(PYTHON,), system=installed(root))
        name = f"{NAME}:{version(tree)}"
        ulimits = [f"--ulimit={kind}={most}:{most}" for kind, most in limits().items()]
        # The steps run as in any directory that is a root: without what starts containers, and without a network.
        said = ["--isolation=chroot", "--network=host", "--pull=never", "--format=docker", *ulimits]
        said += [f"--timestamp={moment}", f"--build-arg=BASE={BASE}", f"--tag={name}"]
        file = context / "deploy" / "Containerfile"
        build: list[str | Path] = ["unshare", "--net", "buildah", "build", *said, f"--file={file}", context]
        subprocess.run(build, check=True)
    return name


def installed(root: Path) -> list[DebianPackage]:
    """The packages of Debian in a base."""
    with tarfile.open(root) as tar:
        status = cast(IO[bytes], tar.extractfile("./var/lib/dpkg/status"))
        entries = [HeaderParser().parsestr(entry) for entry in status.read().decode().strip().split("\n\n")]
    return [DebianPackage(entry["Package"], entry["Version"], entry["Architecture"]) for entry in entries]


def _bootstrap(root: Path, moment: int) -> None:
    """Write a base as an archive."""
    left = [f"--dpkgopt=path-exclude={path}" for path in LEAVES]
    said = ["--variant=essential", f"--include={PACKAGES}", *left, "--dpkgopt=path-include=/usr/share/doc/*/copyright"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(moment)}
    command: list[str | Path] = ["mmdebstrap", "--quiet", *said, f"--customize-hook={COMPILE}", SUITE, root]
    subprocess.run(command, check=True, env=environment)


def _import(root: Path, moment: int) -> None:
    container = _buildah("from", "scratch")
    try:
        _buildah("add", "--quiet", container, root, "/")
        _buildah("commit", "--quiet", f"--timestamp={moment}", container, BASE)
    finally:
        _buildah("rm", container)


def _buildah(*said: str | Path) -> str:
    command = ["buildah", *said]
    return subprocess.check_output(command, text=True).strip()


def limits() -> dict[str, int]:
    """This process's own limits: buildah would raise them, which not every machine lets root do."""
    kinds = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
    return {name: resource.getrlimit(kind)[1] for name, kind in kinds.items()}


if __name__ == "__main__":
    main()
