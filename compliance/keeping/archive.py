"""The archive of a backup: a zip with a manifest, and a closed list of names that it may hold.

    manifest.json     what it is, its version and schema, and the size and SHA-256 of every other file
    compliance.duckdb the database
    register.sqlite   sessions' register, if there is one
    …                 the organisation's own declarations, named as they are in its folder

An archive is not trusted: nothing of it is used before every name, size and checksum has been found right.
"""

import hashlib
import io
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, Final, Literal

import msgspec

from compliance.core.clock import local
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import ROOT
from compliance.core.saving import written

MANIFEST: Final = "manifest.json"
DATABASE: Final = "compliance.duckdb"
REGISTER: Final = "register.sqlite"
TEMPLATE: Final = "report_template.docx"
# What an organisation may declare for itself, by the names of the product's own files.
DECLARED: Final = frozenset(path.name for path in (ROOT / "data").glob("*.toml"))
SOURCE: Final = re.compile(r"sources/[a-z0-9_]{1,100}\.toml")
LOGO: Final = re.compile(r"[^/\\:\x00-\x1f\x7f.][^/\\:\x00-\x1f\x7f]{0,100}\.(?:svg|png)", re.I)
PRIVATE: Final = 0o600
CHUNK: Final = 1 << 20
MOST_MANIFEST: Final = 1 << 20
MOST_DIRECTORY: Final = 1 << 20
MOST_DECLARATION: Final = 64 << 20
# Databases are packed four times at best, small ones with empty blocks more; what is packed tighter is made to harm.
MOST_PACKED: Final = 200
# Other compression methods can ask for any amount of memory.
KINDS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
END, END_64 = b"PK\x05\x06", b"PK\x06\x07"
END_LENGTH, END_64_LENGTH, LOCATOR_LENGTH = 22, 56, 20
LONGEST_COMMENT: Final = 65_535


class ArchivedFile(msgspec.Struct, forbid_unknown_fields=True):
    """A file of an archive: its size in bytes and its SHA-256."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """What an archive says of itself; `made_at` is UTC, `schema` the applied schema files, `parts` its other files."""

    kind: Literal["compliance backup"]
    format: Literal[1]
    version: str
    made_at: datetime
    schema: list[str]
    parts: dict[str, ArchivedFile]


def is_let_through(name: str) -> bool:
    """Whether an archive may hold a file of this name."""
    alone = name in DECLARED or name in (DATABASE, REGISTER, TEMPLATE)
    return alone or bool(SOURCE.fullmatch(name) or LOGO.fullmatch(name))


def declarations_in(own: Path) -> dict[str, Path]:
    """The organisation's own declarations in its folder, by their name in an archive."""
    found = [*own.iterdir(), *(own / "sources").glob("*.toml")] if own.is_dir() else []
    named = {path.relative_to(own).as_posix(): path for path in found if path.is_file()}
    return {name: named[name] for name in sorted(named) if is_let_through(name) and name not in (DATABASE, REGISTER)}


# --- Packing ------------------------------------------------------------------------------------------------------


def pack(files: Mapping[str, Path], to: Path, *, version: str, made_at: datetime, schema: list[str]) -> Manifest:
    """Write the archive of some files by their name in it, readable by its owner alone. It is there whole or not."""
    with written(to, rights=PRIVATE) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        moment = local(made_at).timetuple()[:6]
        parts = {name: _add(archive, zipfile.ZipInfo(name, moment), path) for name, path in files.items()}
        manifest = Manifest("compliance backup", 1, version, made_at, schema, parts)
        entry = _prepared(zipfile.ZipInfo(MANIFEST, moment))
        archive.writestr(entry, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest


def _prepared(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, (0o100000 | PRIVATE) << 16
    return entry


def _add(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> ArchivedFile:
    entry = _prepared(entry)
    entry.file_size = path.stat().st_size
    with path.open("rb") as file, archive.open(entry, "w") as part:
        return _copied(file, part)


def _copied(file: IO[bytes], to: IO[bytes], *, most: int | None = None) -> ArchivedFile:
    """Copy a file, up to a little over `most` bytes."""
    digest, size = hashlib.sha256(), 0
    while (most is None or size <= most) and (chunk := file.read(CHUNK)):
        digest.update(chunk)
        size += len(chunk)
        to.write(chunk)
    return ArchivedFile(size, digest.hexdigest())


# --- Unpacking ----------------------------------------------------------------------------------------------------


def unpack(path: Path, into: Path) -> Manifest:
    """Unpack an archive into an empty folder. Raise Refusal if anything in it is not as it must be."""
    with _refusing(path), path.open("rb") as file:
        _check_directory(file, path)
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, path)
            _check_entries(archive, manifest, path, into)
            for name, part in manifest.parts.items():
                _unpack(archive, name, part, path, into)
    return manifest


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Turn the errors of a file that is no zip into a Refusal."""
    try:
        yield
    except FileNotFoundError as error:
        raise Refusal(N_("There is no file {file}. Check its name and folder."), file=path) from error
    except (IsADirectoryError, PermissionError) as error:
        text = N_("The file {file} cannot be opened. Check its name, and that you may read it.")
        raise Refusal(text, file=path.name) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, NotImplementedError) as error:
        raise _no_backup(path) from error


def _check_directory(file: BinaryIO, path: Path) -> None:
    """Check the size of the zip's directory before it is read: it can list millions of empty files."""
    size = file.seek(0, io.SEEK_END)
    length = min(size, END_64_LENGTH + LOCATOR_LENGTH + END_LENGTH + LONGEST_COMMENT)
    file.seek(size - length)
    tail = file.read(length)
    end = tail.rfind(END)
    if end < 0:
        raise _no_backup(path)
    listed = int.from_bytes(tail[end + 12 : end + 16], "little")
    locator = end - LOCATOR_LENGTH
    if tail[max(locator, 0) : end].startswith(END_64):
        listed = int.from_bytes(tail[locator - 16 : locator - 8], "little")
    if listed > MOST_DIRECTORY:
        raise _no_backup(path)


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        entry = archive.getinfo(MANIFEST)
    except KeyError as error:
        raise _no_backup(path) from error
    if entry.file_size > MOST_MANIFEST or entry.compress_type not in KINDS:
        raise _no_backup(path)
    with archive.open(entry) as part:
        return msgspec.json.decode(part.read(MOST_MANIFEST), type=Manifest)


def _check_entries(archive: zipfile.ZipFile, manifest: Manifest, path: Path, into: Path) -> None:
    """Check names and sizes before anything is unpacked."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    strange = [name for name in names if name != MANIFEST and not is_let_through(name)]
    if strange:
        raise _damaged(path, repr(strange[0])[:100])
    if sorted(names) != sorted([MANIFEST, *manifest.parts]) or DATABASE not in names:
        raise _damaged(path, sorted({*manifest.parts, DATABASE} ^ {*names} - {MANIFEST})[0])
    sizes = {entry.filename: entry.file_size for entry in entries if entry.filename != MANIFEST}
    for entry in entries:
        if entry.compress_type not in KINDS or entry.flag_bits & 1:
            raise _no_backup(path)
        if entry.file_size > MOST_DECLARATION and entry.file_size > MOST_PACKED * entry.compress_size:
            raise _too_large(path)
        if entry.file_size > MOST_DECLARATION and entry.filename not in (DATABASE, REGISTER):
            raise _too_large(path)
    for name, part in manifest.parts.items():
        if part.size != sizes[name]:
            raise _damaged(path, name)
    # Unpacked and made anew at the same time.
    if 2 * sum(sizes.values()) > shutil.disk_usage(into).free:
        raise _too_large(path)


def _unpack(archive: zipfile.ZipFile, name: str, part: ArchivedFile, path: Path, into: Path) -> None:
    target = into / name
    target.parent.mkdir(mode=0o700, exist_ok=True)
    with archive.open(name) as packed, written(target, rights=PRIVATE) as file:
        try:
            unpacked = _copied(packed, file, most=part.size)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise _damaged(path, name) from error
    if unpacked != part:
        raise _damaged(path, name)


def _no_backup(path: Path) -> Refusal:
    return Refusal(
        N_("The file {file} is no backup, or is damaged. Choose a file that the command backup has written."),
        file=path.name,
    )


def _damaged(path: Path, name: str) -> Refusal:
    return Refusal(
        N_("The backup {file} is damaged: {name} is not what its manifest says. Nothing has been restored."),
        file=path.name,
        name=name,
    )


def _too_large(path: Path) -> Refusal:
    return Refusal(
        N_("The file {file} needs more room when unpacked than there is, or than is credible. Nothing has been done."),
        file=path.name,
    )
