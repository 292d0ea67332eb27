"""Declarative files: the product's TOML, with the organisation's own merged over it."""

import tomllib
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import N_, Texts

Table = dict[str, Any]
T = TypeVar("T")

# The endings of files that declare something, or are the logo that one of them names.
MARKED: Final = frozenset({".toml", ".svg", ".png"})

# What an entry of a declaration lacks, and what settings that belong together stand under.
LACKS: Final = N_("The file {file} lacks the key {key}. Add it and start again.")
BELOW: Final = N_("{file}: write {line} on a line of its own, and what belongs to it below.")
UNKNOWN: Final = N_("{file}: there is no setting {key}. There are: {known}.")
NONE_OF: Final = N_("{file}: {key}: “{said}” is none of {known}.")
UNREADABLE: Final = N_("The file {file} cannot be read: {error}. Correct it and start again.")

# The kinds of values, as messages name them; any other is a table.
KINDS: Final[dict[Any, str]] = {
    str: "a text",
    int: "a whole number",
    str | int: "a text or a whole number",
    bool: "true or false",
    date: "a day, such as 2026-01-31",
    Texts: "a text in each language",
    tuple[str, ...]: "a list of texts",
    tuple[int, ...]: "a list of whole numbers",
    tuple[tuple[str, ...], ...]: "a list of lists of texts",
    tuple[Table, ...]: "a list of tables",
}


def read_toml(path: Path) -> Table:
    """The table in `path`, which callers must not modify. Raise Refusal, with the line, if it is not TOML."""
    try:
        return _parsed(path.read_text("utf-8"))
    except (OSError, RecursionError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refusal(
            UNREADABLE,
            file=path.name,
            # The system's message alone: str(error) would show the folder on a page.
            error=error.strerror if isinstance(error, OSError) else error,
        ) from error


@lru_cache(maxsize=64)
def _parsed(text: str) -> Table:
    """Cached: parsing takes longer than many SQL statements, and most files are read for every page."""
    return tomllib.loads(text)


def read_with_own(path: Path, own: Path | None) -> Table:
    """`path` with the organisation's file of the same name in the folder `own` merged over it, if it exists.

    Tables are merged key by key, lists are appended to (which adds a dated row or a word), other values are replaced.
    """
    return merged(read_toml(path), own_table(path, own))


def own_table(path: Path, own: Path | None) -> Table:
    """The organisation's file of the same name in the folder `own`; empty if there is none."""
    own_file = own / path.name if own else None
    return read_toml(own_file) if own_file and own_file.exists() else {}


def build(cls: Callable[..., T], table: Table, *, file: str, at: str = "", **made: Any) -> T:
    """The dataclass that the table `at` of a file describes: a key for each field, but those `made` by the caller.

    A field's metadata can name another `key`. Raise Refusal if a key without default is missing, or a value is of
    another kind than its field is annotated with.
    """
    keys = [(key, *rest) for key, *rest in _keys(cls) if rest[0] not in made]
    values = {
        name: checked(table[key], kind, file=file, key=_place(at, key)) for key, name, kind, _ in keys if key in table
    }
    for key, _, _, needed in keys:
        if needed and key not in table:
            raise Refusal(LACKS, file=file, key=_place(at, key))
    return cls(**made, **values)


def _place(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key


@cache
def _keys(cls: Any) -> tuple[tuple[str, str, Any, bool], ...]:
    """The key of each field, its name, its kind, where a file cannot hold None, and whether it is needed."""
    hints = get_type_hints(cls)
    return tuple(
        (
            field.metadata.get("key", field.name),
            field.name,
            _without_none(hints[field.name]),
            field.default is field.default_factory is MISSING,
        )
        for field in fields(cls)
    )


def _without_none(kind: Any) -> Any:
    others = [other for other in get_args(kind) if other is not NoneType]
    return others[0] if isinstance(kind, UnionType) and len(others) == 1 else kind


def checked(value: Any, kind: Any, *, file: str, key: str) -> Any:
    """A value of a file as a field of this kind has it. Raise Refusal if it is of another kind."""
    if get_origin(kind) is Literal and value not in get_args(kind):
        raise Refusal(NONE_OF, file=file, key=key, said=value, known=", ".join(get_args(kind)))
    if isinstance(value, dict) and isinstance(kind, type) and is_dataclass(kind):
        return build(kind, value, file=file, at=key)
    if isinstance(value, dict) and get_origin(kind) is dict and kind != Texts:
        return {name: checked(part, get_args(kind)[1], file=file, key=f"{key}.{name}") for name, part in value.items()}
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Refusal(UNREADABLE, file=file, error=f"{key} is not {KINDS.get(kind, 'a table')}") from error


def as_declared(load: Callable[[Path], T]) -> T:
    """What `load` returns for the organisation's folder, kept until one of its files changes."""
    kept: T = _declared(load, places.own_files(), marks(places.own_files()))
    return kept


@lru_cache(maxsize=20)
def _declared(load: Callable[[Path], Any], own: Path, marks: object) -> Any:  # noqa: ARG001 - part of the cache key
    return load(own)


def marks(own: Path) -> tuple[tuple[str, int], ...]:
    """The files of a folder that declare something, and pictures, each with its modification time."""
    files = (file for file in (*own.glob("*"), *own.glob("sources/*")) if file.suffix.lower() in MARKED)
    return tuple((str(file), file.stat().st_mtime_ns) for file in sorted(files) if file.exists())


def merged(below: Table, above: Table) -> Table:
    """Merge two tables; `above` wins."""
    result = dict(below)
    for key, value in above.items():
        old = below.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = merged(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            result[key] = old + value
        else:
            result[key] = value
    return result
