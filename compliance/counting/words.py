"""The words of a point's statement: among them the fields that it reads."""

import re
from functools import cache, lru_cache
from typing import Final

from compliance.declarations.points import Point
from compliance.declarations.queries import text_of
from compliance.declarations.sources import load_sources

MACRO: Final = re.compile(r"create or replace macro (\w+)\([^)]*\) as(.*?);", re.DOTALL)
WORD: Final = re.compile(r"\b[a-z_]\w*\b")


def words_of(point: Point) -> frozenset[str]:
    """The words in the statement of a point, and in the macros that it uses."""
    return _words(point.query.sql)


@lru_cache(maxsize=200)
def _words(sql: str) -> frozenset[str]:
    words = frozenset(WORD.findall(sql))
    while used := {name for name in words & _bodies().keys() if not _bodies()[name] <= words}:
        words |= frozenset().union(*(_bodies()[name] for name in used))
    return words


@cache
def _bodies() -> dict[str, frozenset[str]]:
    """The words of each macro, but of a relation of all rows of a source: that has every field of it."""
    whole = {f"{source}_at" for source in load_sources(None)}
    found = MACRO.findall(text_of("macros.sql"))
    return {name: frozenset(WORD.findall(body)) for name, body in found if name not in whole}
