"""Declarative files: the product's TOML, with the organisation's own merged over it."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.language import N_

Table = dict[str, Any]

# What an entry of a declaration lacks, and what settings that belong together stand under.
LACKS: Final = N_("The file {file} lacks the key {key}. Add it and start again.")
BELOW: Final = N_("{file}: write {line} on a line of its own, and what belongs to it below.")
UNKNOWN: Final = N_("{file}: there is no setting {key}. There are: {known}.")
NONE_OF: Final = N_("{file}: {key}: “{said}” is none of {known}.")
UNREADABLE: Final = N_("The file {file} cannot be read: {error}. Correct it and start again.")


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
    table = read_toml(path)
    own_file = own / path.name if own else None
    return merged(table, read_toml(own_file)) if own_file and own_file.exists() else table


@contextmanager
def complete(sentence: str, *, name: str = "", **what: str) -> Iterator[None]:
    """Raise a Refusal of this sentence if the block asks a table, that of `name`, for a key it lacks: {key}."""
    try:
        yield
    except KeyError as error:
        raise Refusal(sentence, key=".".join(filter(None, (name, error.args[0]))), **what) from error


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
