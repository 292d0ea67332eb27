"""The SQL files: a statement with its header, which says what it gives and is tested to be true."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from compliance.core.places import QUERIES
from compliance.declarations.relations import repeated

# A header whose columns are those of a file beside it.
COLUMNS: Final = re.compile(r"^-- columns: (\w+\.txt)$", re.MULTILINE)


@dataclass(frozen=True)
class Query:
    """One statement of `queries/`.

    `what` and `grain` are the header's sentences; `parameters` its names with meaning and `types` with type; `columns`
    its names with type and meaning.
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
    """The statement without the lines that are comments and without the semicolon at its end."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return "\n".join(lines).strip().rstrip(";")


def text_of(name: str) -> str:
    """The text of a file of `queries/`, with what follows from the sources and the columns of the file it refers to."""
    return _whole(QUERIES / name)


def _whole(path: Path) -> str:
    def columns(named: re.Match[str]) -> str:
        lines = path.with_name(named[1]).read_text("utf-8").splitlines()
        return "\n".join(["-- columns:", *(f"--   {line}" for line in lines)])

    return COLUMNS.sub(columns, repeated(path.read_text("utf-8")))


@cache
def query(folder: str, name: str) -> Query:
    """The statement `queries/<folder>/<name>.sql`."""
    return read_query(QUERIES / folder / f"{name}.sql")


@cache
def names(folder: str) -> tuple[str, ...]:
    """The ids of the statements in a folder, in the order of their file names."""
    return tuple(sorted(path.stem for path in (QUERIES / folder).glob("*.sql")))


@cache
def statement(name: str) -> str:
    """A statement of the product's own, from `queries/app/`."""
    return without_comments(text_of(f"app/{name}.sql"))


def read_query(path: Path) -> Query:
    """The statement of a file."""
    return parsed(path.stem, _whole(path))


def parsed(id_: str, text: str) -> Query:
    """A statement and its header: `what:`, `grain:`, `parameters:` and `columns:` in the comment above it."""
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
    """`name (type): meaning` as its three parts."""
    found = re.fullmatch(r"(\w+) \(([^:]+)\): (.+)", line)
    if not found:
        raise ValueError(f"not an entry of a header: {line!r}")
    return found[1], found[2], found[3]
