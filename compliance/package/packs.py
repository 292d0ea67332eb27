"""A pack as a zip, to be shared: made of its files, and read though nobody trusts it."""

import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.zips import sums
from compliance.declarations.packs import MOST_BYTES, bytes_of, refuse_other_files, texts_of
from compliance.package.packing import KIND_MASK, NAME, REGULAR, SUMS, Kind, content_of, opened, pack

# The files of a pack and their sums, with a folder around them where a person has zipped it.
ZIP: Final = Kind(
    2 * MOST_BYTES,
    40,
    1 << 14,
    N_("The file {file} is no zip of a pack, or is damaged. Make it with: python -m compliance points pack."),
)


def zip_of(files: Mapping[str, str], moment: datetime) -> bytes:
    """The zip of a pack, with the sums of its files: the SHA-256 of their list is that of the pack."""
    return pack(bytes_of(files), moment)


def zip_files(path: Path, *, content: bytes | None = None) -> dict[str, str]:
    """The texts of a zipped pack by name. Raise Refusal if it holds anything else, or is not what was packed.

    Where `content` is at hand already, only the name of the path is used.
    """
    with opened(path, ZIP, content=content) as (archive, _):
        entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(entry.filename)]
        names = _names(entries, path)
        contents = {names[entry.filename]: content_of(archive, entry) for entry in entries}
    read = {name: content for name, content in contents.items() if content is not None}
    listed = read.pop(SUMS, None)
    if None in contents.values() or listed not in (None, sums(read)):
        raise Refusal(ZIP.other, file=path.name)
    return texts_of(read, origin=path.name)


def _names(entries: list[zipfile.ZipInfo], path: Path) -> dict[str, str]:
    """The name of each file in the pack by its name in the zip, where one folder can be around them all."""
    folders = {entry.filename.rpartition("/")[0] for entry in entries}
    strange = [entry.filename for entry in entries if _is_link(entry) or not NAME.fullmatch(entry.filename)]
    if strange or len(folders) != 1 or "/" in next(iter(folders)):
        found = next(iter(strange), ", ".join(sorted(folders - {""})) or "–")
        raise Refusal(
            N_("The file {file} holds {found}. A pack is its files, or one folder of them, and no links."),
            file=path.name,
            found=found,
        )
    names = {entry.filename: entry.filename.rpartition("/")[2] for entry in entries}
    refuse_other_files([name for name in names.values() if name != SUMS], origin=path.name)
    return names


def _is_hidden(name: str) -> bool:
    """Whether an archiver or a file manager has put it there beside the files, as macOS does."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return entry.external_attr >> 16 & KIND_MASK not in (0, REGULAR)
