"""A zip with the SHA-256 of each of its files: packing it, and unpacking one that is not trusted."""

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
# The mode of a file that everybody may read, as a zip stores it.
RIGHTS: Final = 0o100644 << 16
MOST_BYTES: Final = 512 << 20
MOST_FILES: Final = 200
MOST_DIRECTORY: Final = 1 << 20
# Other compression methods can ask for any amount of memory.
KINDS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
END: Final = b"PK\x05\x06"
END_64: Final = b"PK\x06\x07"
END_LENGTH: Final = 22
LONGEST_COMMENT: Final = 65_535
SUM_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S.*)")
# A relative path inside the package: no parent folder, no drive, no control characters.
NAME: Final = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[^/\\:\x00-\x1f\x7f]+(?:/[^/\\:\x00-\x1f\x7f]+)*")

Files = dict[str, bytes]


@dataclass(frozen=True)
class Unpacked:
    """The readable files of a package without its list of sums, and the names of files with a problem.

    `damaged` files cannot be unpacked or have another sum, `missing` ones are only listed, `extra` ones are not listed.
    """

    files: Files
    damaged: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def pack(files: Mapping[str, bytes], moment: datetime) -> bytes:
    """Zip the files and their sums, sorted by name. The same files and moment give the same bytes."""
    return write_zip(sorted({**files, SUMS: sums(files)}.items()), moment, rights=RIGHTS)


def sums(files: Mapping[str, bytes]) -> bytes:
    """The SHA-256 of every file, in the format of `sha256sum -c`."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def unpack(path: Path) -> Unpacked:
    """Unpack a package. Raise Refusal if the file is no package, or larger than one can be."""
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
    """Turn the errors of a file that is no zip, or cannot be read, into a Refusal."""
    try:
        yield
    except OSError as error:
        raise Refusal(
            N_("The file {file} cannot be opened. Check its name, and that you may read it."),
            file=path.name,
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, NotImplementedError) as error:
        raise no_package(path) from error


def no_package(path: Path) -> Refusal:
    """The refusal for a file that is no year package."""
    return Refusal(
        N_("The file {file} is no year package, or is damaged. Choose the zip that was saved from the review."),
        file=path.name,
    )


def _check_directory(size: int, file: io.BufferedReader, path: Path) -> None:
    """Check the size of the zip's directory before it is read: it can list millions of empty entries.

    Its size is in the end record, the last part of the file but for a comment. A zip64 end record is refused.
    """
    length = min(size, END_LENGTH + LONGEST_COMMENT)
    file.seek(size - length)
    tail = file.read(length)
    place = tail.rfind(END)
    if place < 0 or len(tail) < place + END_LENGTH or END_64 in tail[max(place - 20, 0) : place]:
        raise no_package(path)
    if size > MOST_BYTES or int.from_bytes(tail[place + 12 : place + 16], "little") > MOST_DIRECTORY:
        raise _too_large(path)


def _check_entries(archive: zipfile.ZipFile, path: Path) -> None:
    """Check the names and sizes in the directory before anything is unpacked."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _too_large(path)
    packed = all(entry.compress_type in KINDS for entry in entries)
    if not packed or not all(map(NAME.fullmatch, names)) or len(set(names)) < len(names):
        raise no_package(path)


def _too_large(path: Path) -> Refusal:
    return Refusal(
        N_("The file {file} needs more room when unpacked than there is, or than is credible. Nothing has been done."),
        file=path.name,
    )


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | None:
    """The content of an entry, read no further than its size in the directory, or None if it cannot be unpacked."""
    try:
        with archive.open(entry) as part:
            return part.read(entry.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        return None


def _listed(content: bytes | None, path: Path) -> dict[str, str]:
    """The sums by file name. Raise Refusal if the list is missing or malformed."""
    try:
        lines = [SUM_LINE.fullmatch(line) for line in (content or b"").decode().splitlines()]
    except UnicodeDecodeError as error:
        raise no_package(path) from error
    if not lines or None in lines:
        raise no_package(path)
    return {match[2]: match[1] for match in lines if match}
