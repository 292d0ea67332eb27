"""Declarative files: the product's own TOML, with the organisation's own laid over it."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from compliance.core.errors import Refusal
from compliance.core.language import N_

Table = dict[str, Any]


def read_toml(path: Path) -> Table:
    """The table in `path`, which nobody may change; a Refusal with the line where it is not TOML."""
    try:
        return _parsed(path.read_text("utf-8"))
    except (OSError, RecursionError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refusal(
            N_("The file {file} cannot be read as TOML: {error}. Correct it and start again."),
            file=path.name,
            # without the folder, which is nobody's to see on a page
            error=error.strerror if isinstance(error, OSError) else error,
        ) from error


@lru_cache(maxsize=64)
def _parsed(text: str) -> Table:
    """To parse a text takes longer than many a statement, and most are asked for on every page."""
    return tomllib.loads(text)


def read_with_own(path: Path, own: Path | None) -> Table:
    """`path` with the organisation's file of the same name in the folder `own` laid over it, if there is one.

    Tables are merged key by key, lists are lengthened (so a dated row or a word is added), other values replaced.
    """
    table = read_toml(path)
    mine = own / path.name if own else None
    return merged(table, read_toml(mine)) if mine and mine.exists() else table


@contextmanager
def complete(sentence: str, **what: str) -> Iterator[None]:
    """Raise a Refusal of this sentence, with the missing key as {key}, if the block asks a table for one it lacks."""
    try:
        yield
    except KeyError as error:
        raise Refusal(sentence, key=error.args[0], **what) from error


def merged(below: Table, above: Table) -> Table:
    """The two tables as one; `above` wins."""
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
