"""Databases apart from every store, where the statements of packs run: with tables and macros, and without rows.

    with lent(sources) as cursor:

One is lent to nobody else meanwhile, so that what a statement takes of its memory is not another's. Some are kept,
since the macros take a while to be made.
"""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Final

from compliance.declarations.sources import Source, table_columns
from compliance.store import apart
from compliance.store.database import Cursor, Failure

# How many are kept while nobody uses them.
MOST: Final = 4
_LOCK: Final = threading.Lock()
# Those that nobody uses, the one that was used last at the end, with what tells its sources from others.
_FREE: Final[list[tuple[Hashable, Cursor]]] = []


@contextmanager
def lent(sources: tuple[Source, ...]) -> Iterator[Cursor]:
    """A cursor for the block, with the relations of the product's sources and of these."""
    mark = tuple(
        (each.id, each.unique, each.renewed, each.key, repr([*map(table_columns, each.fields)])) for each in sources
    )
    instance = _taken(mark) or apart.instance({each.id: each for each in sources})
    cursor = instance.cursor()
    try:
        yield cursor
    finally:
        cursor.close()
        _give_back(mark, instance)


def _taken(mark: Hashable) -> Cursor | None:
    with _LOCK:
        place = next((place for place, (other, _) in enumerate(_FREE) if other == mark), None)
        return None if place is None else _FREE.pop(place)[1]


def _give_back(mark: Hashable, instance: Cursor) -> None:
    """Keep it for whoever asks next, unless a statement has broken it."""
    try:
        instance.execute("select 1")
    except Failure:
        instance.close()
        return
    with _LOCK:
        _FREE.append((mark, instance))
        over = [_FREE.pop(0)[1] for _ in _FREE[MOST:]]
    for each in over:
        each.close()
