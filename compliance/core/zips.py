"""Reproducible zip archives: the same content and moment give the same bytes on any machine."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

# The earliest moment that a zip can store.
EARLIEST: Final = datetime(1980, 1, 1)
WINDOWS, UNIX = 0, 3


def write_zip(
    files: Iterable[tuple[str, bytes]],
    moment: datetime,
    *,
    stored: Callable[[str], bool] = lambda _name: False,
    system: int = UNIX,
    rights: int = 0,
) -> bytes:
    """The archive of files in their order, each dated `moment`; `stored` tells which are not compressed."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in files:
            entry = zipfile.ZipInfo(name, max(moment.replace(tzinfo=None), EARLIEST).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_STORED if stored(name) else zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = system, rights
            archive.writestr(entry, part)
    return content.getvalue()


def sums(files: Mapping[str, bytes]) -> bytes:
    """The SHA-256 of every file, in the format of `sha256sum -c`."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def seal(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of the list of the sums of files."""
    return hashlib.sha256(sums(files)).hexdigest()


def unlike(name: str, taken: set[str]) -> str:
    """A name that no file of an archive has yet, whatever the case of its letters; it is `taken` from now on."""
    unique, number = name, len(taken) + 1
    while unique.casefold() in taken:
        unique, number = f"{name} {number}", number + 1
    taken.add(unique.casefold())
    return unique


def parts_of(file: bytes) -> Iterator[tuple[str, bytes]]:
    """The name and content of each file in an archive, in their order."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)
