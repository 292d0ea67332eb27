"""A zip with the SHA-256 of each of its files: packing it, and unpacking one that is not trusted.

The seal of a package is the SHA-256 of its list of sums, and so holds the name and the content of every other file.
"""

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.zips import sums, write_zip

SUMS: Final = "SHA256SUMS"
# The mode of a file that everybody may read, as a zip stores it.
RIGHTS: Final = 0o100644 << 16
# Other compression methods can ask for any amount of memory.
KINDS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
END: Final = b"PK\x05\x06"
END_64: Final = b"PK\x06\x07"
END_LENGTH: Final = 22
LONGEST_COMMENT: Final = 65_535
SUM_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S.*)")
# The header of a file in a zip: signature, version, flags, method, time, day, CRC, sizes, lengths of name and extra.
HEADER: Final = struct.Struct("<4s5H3L2H")
ENTRY_LENGTH: Final = 46
# The flag of a name in UTF-8, the only one that a package uses.
UTF_8: Final = 0x800
# The kinds of files, of which a package holds regular ones; some programs that write zips leave the kind out.
KIND_MASK, REGULAR = 0o170000, 0o100000
# A relative path inside the package: no parent folder, no drive, no control characters.
NAME: Final = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[^/\\:\x00-\x1f\x7f]+(?:/[^/\\:\x00-\x1f\x7f]+)*")

Files = dict[str, bytes]


@dataclass(frozen=True)
class Kind:
    """What a zip that is not trusted may hold at most, and the sentence that refuses one that is no such zip."""

    bytes: int
    files: int
    directory: int
    other: str


PACKAGE: Final = Kind(
    512 << 20,
    200,
    1 << 20,
    N_("The file {file} is no year package, or is damaged. Choose the zip that was saved from the review."),
)


@dataclass(frozen=True)
class Unpacked:
    """The readable files of a package without its list of sums, and the names of files with a problem.

    `damaged` files cannot be unpacked or have another sum, `missing` ones are only listed, `extra` ones are not listed.
    `seal` is that of the package, and `strays` is whether the zip holds anything that belongs to no file in it.
    """

    seal: str
    strays: bool
    files: Files
    damaged: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def pack(files: Mapping[str, bytes], moment: datetime) -> bytes:
    """Zip the files and their sums, sorted by name. The same files and moment give the same bytes."""
    return write_zip(sorted({**files, SUMS: sums(files)}.items()), moment, rights=RIGHTS)


def seal_in(package: bytes) -> str:
    """The seal of a package that was just made."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return hashlib.sha256(archive.read(SUMS)).hexdigest()


def unpack(path: Path) -> Unpacked:
    """Unpack a package. Raise Refusal if the file is no package, or larger than one can be."""
    with opened(path, PACKAGE) as (archive, file):
        if not all(map(NAME.fullmatch, archive.namelist())):
            raise no_package(path)
        read = {entry.filename: content_of(archive, entry) for entry in archive.infolist()}
        strays = _has_strays(file, archive, file.seek(0, io.SEEK_END))
    list_ = read.pop(SUMS, None) or b""
    listed = _listed(list_, path)
    files = {name: content for name, content in read.items() if content is not None}
    return Unpacked(
        seal=hashlib.sha256(list_).hexdigest(),
        strays=strays,
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
def opened(path: Path, kind: Kind, *, content: bytes | None = None) -> Iterator[tuple[zipfile.ZipFile, BinaryIO]]:
    """A zip that is not trusted, and its file. Raise Refusal if it is no zip of its kind, or larger than one can be.

    Where `content` is at hand already, only the name of the path is used.
    """
    with _refusing(path, kind), path.open("rb") if content is None else io.BytesIO(content) as file:
        _check_directory(file, path, kind)
        with zipfile.ZipFile(file) as archive:
            _check_entries(archive, path, kind)
            yield archive, file


@contextmanager
def _refusing(path: Path, kind: Kind) -> Iterator[None]:
    """Turn the errors of a file that is no zip, or cannot be read, into a Refusal."""
    try:
        yield
    except OSError as error:
        raise Refusal(
            N_("The file {file} cannot be opened. Check its name, and that you may read it."),
            file=path.name,
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, NotImplementedError) as error:
        raise Refusal(kind.other, file=path.name) from error


def no_package(path: Path) -> Refusal:
    """The refusal for a file that is no year package."""
    return Refusal(PACKAGE.other, file=path.name)


def _check_directory(file: BinaryIO, path: Path, kind: Kind) -> None:
    """Check the size of the zip's directory before it is read: it can list millions of empty entries.

    Its size is in the end record, the last part of the file but for a comment. A zip64 end record is refused.
    """
    size = file.seek(0, io.SEEK_END)
    length = min(size, END_LENGTH + LONGEST_COMMENT)
    file.seek(size - length)
    tail = file.read(length)
    place = tail.rfind(END)
    if place < 0 or len(tail) < place + END_LENGTH or END_64 in tail[max(place - 20, 0) : place]:
        raise Refusal(kind.other, file=path.name)
    if size > kind.bytes or int.from_bytes(tail[place + 12 : place + 16], "little") > kind.directory:
        raise _too_large(path)


def _check_entries(archive: zipfile.ZipFile, path: Path, kind: Kind) -> None:
    """Check the number and sizes in the directory before anything is unpacked, and that no two have one name."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > kind.files or sum(entry.file_size for entry in entries) > kind.bytes:
        raise _too_large(path)
    if not all(entry.compress_type in KINDS for entry in entries) or len(set(names)) < len(names):
        raise Refusal(kind.other, file=path.name)


def _too_large(path: Path) -> Refusal:
    return Refusal(
        N_("The file {file} needs more room when unpacked than there is, or than is credible. Nothing has been done."),
        file=path.name,
    )


def content_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | None:
    """The content of an entry, read no further than its size in the directory, or None if it cannot be unpacked."""
    try:
        with archive.open(entry) as part:
            return part.read(entry.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        return None


def _has_strays(file: BinaryIO, archive: zipfile.ZipFile, size: int) -> bool:
    """Whether a zip holds more than its files, as `pack` writes them, one after the other, and their directory.

    Programs that unpack from its beginning could find other files in what stands before, between or after them.
    """
    place = names = 0
    for entry in sorted(archive.infolist(), key=lambda entry: entry.header_offset):
        length = _length_of_name(file, entry, place)
        if length is None:
            return True
        place += HEADER.size + length + entry.compress_size
        names += length
    end = place + ENTRY_LENGTH * len(archive.infolist()) + names
    file.seek(end)
    return file.read(len(END)) != END or size != end + END_LENGTH


def _length_of_name(file: BinaryIO, entry: zipfile.ZipInfo, place: int) -> int | None:
    """How many bytes the name of a file has that begins at a place of a zip; None if anything there is not its own."""
    file.seek(place)
    header = file.read(HEADER.size)
    if entry.header_offset != place or len(header) < HEADER.size:
        return None
    signature, _, flags, method, _, _, crc, packed, unpacked, length, extra = HEADER.unpack(header)
    told = (flags, method, crc, packed, unpacked)
    known = (entry.flag_bits & UTF_8, entry.compress_type, entry.CRC, entry.compress_size, entry.file_size)
    kind = entry.external_attr >> 16 & KIND_MASK
    if signature != b"PK\x03\x04" or told != known or extra or entry.extra or entry.comment or kind not in (0, REGULAR):
        return None
    file.seek(place + HEADER.size + length)
    return length if _is_filled(file.read(entry.compress_size), entry) else None


def _is_filled(packed: bytes, entry: zipfile.ZipInfo) -> bool:
    """Whether what is packed ends where its file does."""
    if entry.compress_type == zipfile.ZIP_STORED:
        return entry.compress_size == entry.file_size
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacking.decompress(packed, entry.file_size + 1)
    except zlib.error:
        return False
    return unpacking.eof and not unpacking.unused_data


def _listed(content: bytes, path: Path) -> dict[str, str]:
    """The sums by file name. Raise Refusal if the list is missing or malformed, or names a file twice."""
    try:
        lines = [SUM_LINE.fullmatch(line) for line in content.decode().split("\n")[:-1]]
    except UnicodeDecodeError as error:
        raise no_package(path) from error
    listed = {match[2]: match[1] for match in lines if match}
    if not lines or len(listed) < len(lines) or not content.endswith(b"\n"):
        raise no_package(path)
    return listed
