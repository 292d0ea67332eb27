"""The SQL files: a statement and its header, which describes the result and is tested against it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from compliance.core.places import QUERIES
from compliance.declarations.relations import relations_of, repeated
from compliance.declarations.sources import Source, product_sources

# The folders of statements that data/ declares, or that a kind of store runs. Each other folder is a room's own.
DECLARED: Final = frozenset({"extracts", "figures", "outlook", "points", "quality", "register", "schema", "shared"})

# A header line that takes its columns from a file in the same folder.
COLUMNS: Final = re.compile(r"^-- columns: (\w+\.txt)$", re.MULTILINE)


@dataclass(frozen=True)
class Query:
    """A statement of `queries/` with its parsed header.

    `what` and `grain` are sentences; `parameters` gives the meaning and `types` the type of each parameter; `columns`
    gives type and meaning of each column.
    """

    id: str
    what: str
    grain: str
    parameters: dict[str, str]
    types: dict[str, str]
    columns: dict[str, tuple[str, str]]
    text: str

    @property
    def sql(self) -> str:
        """The statement without its comments."""
        return without_comments(self.text)

    @property
    def names(self) -> frozenset[str]:
        """The `$parameters` that the statement uses."""
        return frozenset(re.findall(r"\$([a-z_]+)", self.sql))


def without_comments(text: str) -> str:
    """The statement without comment lines and without the semicolon at its end."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return "\n".join(lines).strip().rstrip(";")


@cache
def own() -> dict[str, Path]:
    """The files of the statements of rooms by id."""
    return {path.stem: path for path in QUERIES.glob("*/*.sql") if path.parent.name not in DECLARED}


def path_of(name: str) -> Path:
    """The file of a statement, which need not exist. That of a room is called `app/<id>.sql`, as in frozen reviews."""
    folder, _, file = name.rpartition("/")
    return own().get(file.removesuffix(".sql"), QUERIES / name) if folder == "app" else QUERIES / name


def text_of(name: str, sources: Iterable[Source] | None = None) -> str:
    """The text of a file of `queries/` with the columns it refers to.

    The parts of macros for each source are those of `sources`, else of the product's own.
    """
    return repeated(_whole(path_of(name)), product_sources().values() if sources is None else sources)


def relations_on_a_day(sources: Iterable[Source]) -> str:
    """The macros with the rows of some sources that count on a day, without those of other sources."""
    return relations_of(path_of("macros.sql").read_text("utf-8"), sources)


def _whole(path: Path) -> str:
    return with_columns(path.read_text("utf-8"), path.parent)


def with_columns(text: str, folder: Path = QUERIES / "points") -> str:
    """A statement with the columns that its header takes from a file of a folder filled in."""

    def columns(match: re.Match[str]) -> str:
        lines = (folder / match[1]).read_text("utf-8").splitlines()
        return "\n".join(["-- columns:", *(f"--   {line}" for line in lines)])

    return COLUMNS.sub(columns, text)


@cache
def query(folder: str, name: str) -> Query:
    """A statement with its header: `queries/<folder>/<name>.sql`, or a room's own if the folder is `app`."""
    return read_query(path_of(f"{folder}/{name}.sql"))


@lru_cache(maxsize=64)
def parsed_once(id_: str, text: str) -> Query:
    """A statement with its header, of a text that no file of `queries/` has."""
    return parsed(id_, text)


@cache
def names(folder: str) -> tuple[str, ...]:
    """The ids of the statements in a folder in order; those of rooms if it is `app`."""
    return tuple(sorted(own() if folder == "app" else (path.stem for path in (QUERIES / folder).glob("*.sql"))))


@cache
def statement(name: str) -> str:
    """A statement of a room, `queries/<room>/<name>.sql`."""
    return without_comments(_whole(own()[name]))


@cache
def sql_of(name: str) -> str:
    """A statement that a kind of store runs, `queries/<name>.sql`."""
    return without_comments(text_of(f"{name}.sql"))


@cache
def sections(name: str) -> dict[str, str]:
    """The parts of a room's statement, by the names that lines `-- section: <name>` give them."""
    _, *parts = re.split(r"^-- section: (\w+)$", _whole(own()[name]), flags=re.MULTILINE)
    return {name: without_comments(text) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def read_query(path: Path) -> Query:
    """Read the statement in a file."""
    return parsed(path.stem, _whole(path))


def parsed(id_: str, text: str) -> Query:
    """Parse a statement and the comment above it, with `what:`, `grain:`, `parameters:` and `columns:`."""
    header = [line[2:].strip() for line in text.split("\n\n", 1)[0].splitlines() if line.startswith("--")]
    parts: dict[str, list[str]] = {}
    part = "what"
    for line in header:
        key, _, rest = line.partition(":")
        if key in {"what", "grain", "parameters", "columns"}:
            part, line = key, rest.strip()
        if line:
            parts.setdefault(part, []).append(line)
    return Query(
        id=id_,
        what=" ".join(parts.get("what", ())),
        grain=" ".join(parts.get("grain", ())),
        parameters={name: meaning for name, _, meaning in map(_entry, parts.get("parameters", ()))},
        types={name: type_ for name, type_, _ in map(_entry, parts.get("parameters", ()))},
        columns={name: (type_, meaning) for name, type_, meaning in map(_entry, parts.get("columns", ()))},
        text=text,
    )


def _entry(line: str) -> tuple[str, str, str]:
    """Split `name (type): meaning` into its three parts."""
    match = re.fullmatch(r"(\w+) \(([^:]+)\): (.+)", line)
    if not match:
        raise ValueError(f"not an entry of a header: {line!r}")
    return match[1], match[2], match[3]
