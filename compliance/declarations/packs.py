"""Packs: a review point of one's own as a folder, with its statement, its sources and its worked examples.

    pack = read_pack(folder_files(Path("data/packs/compliance.continuity")), origin="compliance.continuity")

A folder only offers: what counts is what is installed in the store (`store.packs`).
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.language import N_, Texts
from compliance.core.places import PACKS, POINTS, SOURCES
from compliance.core.remembering import cached_property
from compliance.core.zips import seal
from compliance.declarations.declared import UNREADABLE, Table, build, merged, own_table, read_toml
from compliance.declarations.points import Point
from compliance.declarations.queries import with_columns
from compliance.declarations.sources import Source, checked_name, source_from

POINT, STATEMENT, EXAMPLE = "point.toml", "point.sql", "example.toml"
# The files of a pack; each other name is refused.
FILE: Final = re.compile(r"point\.toml|point\.sql|example\.toml|source(-[a-z0-9_]+)?\.toml")
SOURCE: Final = re.compile(r"source(-[a-z0-9_]+)?\.toml")
NEEDED: Final = (POINT, STATEMENT, EXAMPLE)
# A version, of a pack or of the product without what a build adds.
VERSION: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
# What all files of a pack have together at most.
MOST_BYTES: Final = 200_000


@dataclass(frozen=True)
class Head:
    """Who answers for a pack, and what it is made for. `product` is the versions of the product, as `>=1.0`."""

    publisher: str
    id: str
    version: str
    product: str
    checked_by: str
    next_review: date


@dataclass(frozen=True)
class Pack:
    """A review point of its own: `files` are its texts by name, and `sha256` is that of the list of their sums."""

    head: Head
    point: Point
    sources: dict[str, Source]
    todo: dict[str, Texts]
    files: Mapping[str, str]

    @property
    def name(self) -> str:
        """Its name in the store and of its folder: publisher and id."""
        return f"{self.head.publisher}.{self.head.id}"

    @property
    def names(self) -> frozenset[str]:
        """What it calls its point and its sources: nothing else in a store may have any of these names."""
        return frozenset({self.point.id, *self.sources})

    @property
    def order(self) -> tuple[int, ...]:
        """What is less of an earlier version, and the same of 1.0 and 1.0.0."""
        return numbers_of(self.head.version)

    @property
    def example(self) -> str:
        """Its worked examples."""
        return self.files[EXAMPLE]

    @cached_property
    def sha256(self) -> str:
        """What tells this state of its files from every other."""
        return sum_of(self.files)


def numbers_of(version: str) -> tuple[int, ...]:
    """The numbers at the beginning of a version, which order it, without zeros at the end: 1.0 and 1.0.0 are one."""
    found = VERSION.match(version)
    numbers = [*map(int, found[0].split("."))] if found else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def sum_of(files: Mapping[str, str]) -> str:
    """The SHA-256 of the list of the sums of files."""
    return seal(bytes_of(files))


def bytes_of(files: Mapping[str, str]) -> dict[str, bytes]:
    """The files as they are written."""
    return {name: text.encode() for name, text in files.items()}


def product_packs() -> tuple[Path, ...]:
    """The folders of the packs that come with the product."""
    return tuple(sorted(path.parent for path in PACKS.glob(f"*/{POINT}")))


@cache
def sums_of_product() -> frozenset[str]:
    """The sums of the packs that come with the product."""
    return frozenset(sum_of(folder_files(folder)) for folder in product_packs())


def folder_files(folder: Path) -> dict[str, str]:
    """The texts of a pack's folder by name. Raise Refusal if it holds anything else; hidden files are left alone."""
    try:
        entries = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
        refuse_other_files([path.name for path in entries], origin=folder.name)
        for path in entries:
            if path.is_symlink() or not path.is_file():
                raise Refusal(
                    N_("{origin}: {file} is a link or a folder. A pack has files only: copy it there."),
                    origin=folder.name,
                    file=path.name,
                )
        if sum(path.stat().st_size for path in entries) > MOST_BYTES:
            raise _too_large(folder.name)
        return texts_of({path.name: path.read_bytes() for path in entries}, origin=folder.name)
    except OSError as error:
        raise Refusal(UNREADABLE, file=folder.name, error=error.strerror) from error


def texts_of(contents: Mapping[str, bytes], *, origin: str) -> dict[str, str]:
    """The texts of the files of a pack, with lines ended alike. Raise Refusal if they are no texts, or too long."""
    if sum(map(len, contents.values())) > MOST_BYTES:
        raise _too_large(origin)
    texts = {}
    for name, content in contents.items():
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            raise Refusal(
                N_("{origin}: {file}, line {line} is not written in UTF-8. Save it as UTF-8."),
                origin=origin,
                file=name,
                line=content[: error.start].count(b"\n") + 1,
            ) from error
        texts[name] = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return texts


def _too_large(origin: str) -> Refusal:
    return Refusal(
        N_("{origin} has more than {n} KB. A pack has texts only: give examples fewer rows."),
        origin=origin,
        n=MOST_BYTES // 1000,
    )


def refuse_other_files(names: Collection[str], *, origin: str) -> None:
    """Raise Refusal if a name is none of a file of a pack."""
    for name in names:
        if not FILE.fullmatch(name):
            raise Refusal(N_("{origin}: {file} is no file of a pack. There are: {known}."), **_files(origin, name))


def read_pack(files: Mapping[str, str], *, origin: str, own: Path | None = None) -> Pack:
    """The pack that files describe. Raise Refusal, with the file, if they describe none; `origin` is its folder.

    The organisation's own values for its point and its sources are merged over it from the folder `own`.
    """
    refuse_other_files(files, origin=origin)
    for name in NEEDED:
        if name not in files:
            raise Refusal(N_("{origin} lacks the file {file}. A pack has: {known}."), **_files(origin, name))
    table = _parsed(files[POINT], file=POINT)
    head = build(Head, table, file=POINT)
    table = merged(table, own_table(POINTS, own).get("points", {}).get(head.id, {}))
    for part in (head.publisher, head.id):
        checked_name(part, file=POINT)
    sources = {source.id: source for source in (_source(files, name, own=own) for name in source_files(files))}
    todo = read_toml(POINTS).get("todo", {}) | table.get("todo", {})
    return Pack(head, _point(table, head, files, sources=sources), sources, todo, dict(files))


def _files(origin: str, name: str) -> dict[str, str]:
    return {"origin": origin, "file": name, "known": ", ".join((*NEEDED, "source.toml", "source-….toml"))}


def source_files(files: Mapping[str, str]) -> list[str]:
    """The names of the files that describe sources."""
    return [name for name in sorted(files) if SOURCE.fullmatch(name)]


def ids_of_sources(files: Mapping[str, str]) -> set[str]:
    """The ids of the sources that files describe, of those that can be read."""
    ids = set()
    for name in source_files(files):
        with suppress(Refusal):
            ids.add(str(_parsed(files[name], file=name).get("id", "")))
    return ids


def readable_sources(files: Mapping[str, str], *, own: Path | None) -> dict[str, Source]:
    """The sources that files describe, of those that can be read, whatever the point is."""
    found = {}
    for name in source_files(files):
        with suppress(Exception):  # a later version of the product can refuse in any way what an earlier one let in
            source = _source(files, name, own=own)
            found[source.id] = source
    return found


def _source(files: Mapping[str, str], file: str, *, own: Path | None) -> Source:
    table = _parsed(files[file], file=file)
    of_own = own_table(SOURCES / f"{table.get('id', '')}.toml", own / "sources" if own else None)
    # What an export of others has beside is unknown: level 4 is looked for under any heading.
    return replace(source_from(merged(table, of_own), file=file), levels_anywhere=True)


def _point(table: Table, head: Head, files: Mapping[str, str], *, sources: Mapping[str, Source]) -> Point:
    common: dict[str, Texts] = read_toml(POINTS)["reasons"]
    made: dict[str, Any] = {
        "id": head.id,
        "number": 0,
        "pack": f"{head.publisher}.{head.id}",
        "statement": with_columns(files[STATEMENT]),
        "sources": tuple(sources.values()),
    }
    point = build(Point, table, file=POINT, **made)
    return replace(point, reasons=common | point.reasons)


def _parsed(text: str, *, file: str) -> Table:
    try:
        return tomllib.loads(text)
    except (RecursionError, tomllib.TOMLDecodeError) as error:
        raise Refusal(UNREADABLE, file=file, error=error) from error
