"""Columns of Arrow: each on a processor of its own, and each distinct text of them only once."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    import pyarrow as pa

    Column = pa.ChunkedArray[Any]

THREADS: Final = min(3, os.cpu_count() or 1)
# So many cells are changed sooner than threads are started.
FEW: Final = 10_000
R = TypeVar("R")


def in_threads(change: Callable[..., R], columns: Iterable["Column"], *beside: Iterable[Any]) -> list[R]:
    """What `change` makes of each column and what is beside it, on all processors: Arrow lets other threads run."""
    columns = list(columns)
    if sum(map(len, columns)) < FEW:
        return list(map(change, columns, *beside))
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(change, columns, *beside))


def by_distinct(columns: Iterable["Column"], change: Callable[["Column"], "Column"]) -> list["Column"]:
    """The columns with each distinct text changed once, all of them in one call of `change`.

    What `change` makes of a text must depend on nothing else.
    """
    import pyarrow as pa

    coded: list[Any] = in_threads(lambda column: column.dictionary_encode(), columns)
    # The chunks of a column share their texts, which are told apart by where they are in memory.
    texts = {_address(chunk): chunk.dictionary for column in coded for chunk in column.chunks}
    changed, first = change(pa.chunked_array(list(texts.values()), pa.string())), 0
    new: dict[tuple[int, int], Any] = {}
    for address, some in texts.items():
        new[address] = changed.slice(first, len(some)).combine_chunks()
        first += len(some)

    def decoded(column: Any) -> "Column":
        return pa.chunked_array([new[_address(chunk)].take(chunk.indices) for chunk in column.chunks], changed.type)

    return in_threads(decoded, coded)


def _address(chunk: Any) -> tuple[int, int]:
    return chunk.dictionary.buffers()[1].address, len(chunk.dictionary)
