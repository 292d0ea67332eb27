"""A zip with the SHA-256 of each of its files: made, and opened again by somebody who does not trust it."""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.zips import write_zip

SUMS: Final = "SHA256SUMS"
# Rights of a file that everybody may read, as a zip keeps them.
RIGHTS: Final = 0o100644 << 16
MOST_BYTES: Final = 512 << 20
MOST_FILES: Final = 200
MOST_DIRECTORY: Final = 1 << 20
# Others can ask for any amount of memory.
KINDS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
END: Final = b"PK\x05\x06"
END_64: Final = b"PK\x06\x07"
END_LENGTH: Final = 22
LONGEST_COMMENT: Final = 65_535
SUM_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S.*)")
# A name that is nothing but a place in the package: no folder above it, no drive, nothing invisible.
NAME: Final = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[^/\\:\x00-\x1f\x7f]+(?:/[^/\\:\x00-\x1f\x7f]+)*")

Files = dict[str, bytes]


@dataclass(frozen=True)
class Unpacked:
    """The files of a package that could be read, without the list of sums, and what is wrong with them by name.

    `damaged` cannot be unpacked or have another sum, `missing` are on the list only, `extra` are not on it.
    """

    files: Files
    damaged: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def pack(files: Mapping[str, bytes], moment: datetime) -> bytes:
    """The files and their sums in the order of their names; the same files and moment give the same bytes."""
    return write_zip(sorted({**files, SUMS: sums(files)}.items()), moment, rights=RIGHTS)


def sums(files: Mapping[str, bytes]) -> bytes:
    """The SHA-256 of every file, as `sha256sum -c` reads them."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def unpack(path: Path) -> Unpacked:
    """The files of a package; a Refusal where it is none, or larger than one can be."""
    with _refusing(path), path.open("rb") as file:
        _check_directory(file.seek(0, io.SEEK_END), file, path)
        with zipfile.ZipFile(file) as archive:
            _check_entries(archive, path)
            read = {entry.filename: _content(archive, entry) for entry in archive.infolist()}
    listed = _listed(read.pop(SUMS, None), path)
    files = {name: content for name, content in read.items() if content is not None}
    return Unpacked(
        files=files,
        damaged=tuple(
            name
            for name in read
            if name in listed and (name not in files or hashlib.sha256(files[name]).hexdigest() != listed[name])
        ),
        missing=tuple(name for name in listed if name not in read),
        extra=tuple(name for name in read if name not in listed),
    )


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Makes the errors of a file that is no zip, or cannot be read, a Refusal."""
    try:
        yield
    except OSError as error:
        raise Refusal(
            N_("The file {file} cannot be read: {error}. Check its name and that you may read it."),
            file=path.name,
            error=error.strerror or error,
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, NotImplementedError) as error:
        raise no_package(path) from error


def no_package(path: Path) -> Refusal:
    """That a file is not what it should be."""
    return Refusal(
        N_("The file {file} is no year package, or is damaged. Choose the zip that was saved from the review."),
        file=path.name,
    )


def _check_directory(size: int, file: io.BufferedReader, path: Path) -> None:
    """Looks at the size of the table of contents before it is read: a file can hold millions of empty entries."""
    length = min(size, END_LENGTH + LONGEST_COMMENT)
    file.seek(size - length)
    tail = file.read(length)
    place = tail.rfind(END)
    if place < 0 or len(tail) < place + END_LENGTH or END_64 in tail[max(place - 20, 0) : place]:
        raise no_package(path)
    if size > MOST_BYTES or int.from_bytes(tail[place + 12 : place + 16], "little") > MOST_DIRECTORY:
        raise _too_large(path)


def _check_entries(archive: zipfile.ZipFile, path: Path) -> None:
    """Names and sizes as the table of contents tells them, before anything is unpacked."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _too_large(path)
    if any(entry.compress_type not in KINDS for entry in entries):
        raise no_package(path)
    wrong = [name for name in names if not NAME.fullmatch(name) or names.count(name) > 1]
    if wrong:
        raise Refusal(
            N_("The file {file} holds a file with a name that no year package has: {name}. Nothing has been unpacked."),
            file=path.name,
            name=repr(wrong[0])[:100],
        )


def _too_large(path: Path) -> Refusal:
    return Refusal(
        N_(
            "The file {file} would be larger than a year package can be when it is unpacked. It has been left as it is."
        ),
        file=path.name,
    )


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | None:
    """What an entry holds, never more than the table of contents says; None where it cannot be unpacked."""
    try:
        with archive.open(entry) as part:
            return part.read(entry.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        return None


def _listed(content: bytes | None, path: Path) -> dict[str, str]:
    """The sums by name; a Refusal where there is no list of them."""
    try:
        lines = [SUM_LINE.fullmatch(line) for line in (content or b"").decode().splitlines()]
    except UnicodeDecodeError as error:
        raise no_package(path) from error
    if not lines or None in lines:
        raise no_package(path)
    return {found[2]: found[1] for found in lines if found}
