"""Identity numbers in what a store keeps beside its exports: texts, and JSON whose texts are looked at one by one.

Whatever tables there are, every column of texts is looked at.
"""

import re
from collections.abc import Collection
from datetime import date
from typing import Any, Final

import msgspec
import pyarrow as pa

from compliance.cleaning.changes import Changes, tables_of
from compliance.core.masking import LOOKS_LIKE, Kind, mask_column, mask_text
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, Rows, rows

# A hash: by chance some of its digits can look like anything.
HASH: Final = re.compile(r"\b[0-9a-f]{64}\b")
# What the program itself has written into a frozen review.
OWN: Final = frozenset({"statements", "cleaned"})
# What an item of a frozen review is called, which can be the number of a case; and what else it has.
CALLED: Final = frozenset({"item", "label", "detail"})
ITEM: Final = CALLED | {"outcome", "reason"}


def cleaned_text(text: str) -> tuple[str, int]:
    """A text without identity numbers, and how many it had; of JSON every key and text is looked at by itself."""
    if text[:1] not in ("{", "["):
        return _plain(text)
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return _plain(text)
    found, count = cleaned_json(value)
    return (msgspec.json.encode(found).decode(), count) if count else (text, 0)


def _plain(text: str) -> tuple[str, int]:
    """A text without identity numbers, whose hashes stay as they are."""
    pieces, done, count = [], 0, 0
    for start, end in [*(found.span() for found in HASH.finditer(text)), (len(text), len(text))]:
        piece, masked = mask_text(text[done:start])
        pieces += [piece, text[start:end]]
        done, count = end, count + masked
    return "".join(pieces), count


def cleaned_json(value: Any, *, days: Collection[date] = ()) -> tuple[Any, int]:
    """A value of JSON without identity numbers, and how many it had.

    The numbers of cases of about one of the `days` are none, where an item is called by them.
    """
    walk = _Walk(days)
    return walk.of(value), walk.count


class _Walk:
    """One way through a value of JSON."""

    def __init__(self, days: Collection[date]) -> None:
        self.days, self.count = days, 0

    def of(self, value: Any) -> Any:
        """The value without identity numbers."""
        if isinstance(value, str):
            return self._counted(_plain(value))
        if isinstance(value, list):
            return [self.of(part) for part in value]
        if not isinstance(value, dict):
            return value
        called = CALLED if ITEM.issubset(value) else frozenset()
        return {self._counted(_plain(key)): self._part(key, part, called=key in called) for key, part in value.items()}

    def _part(self, key: str, part: Any, *, called: bool) -> Any:
        if key in OWN:
            return part
        return self._counted(_case(part, self.days)) if called and isinstance(part, str) else self.of(part)

    def _counted(self, found: tuple[str, int]) -> str:
        text, count = found
        self.count += count
        return text


def _case(text: str, days: Collection[date]) -> tuple[str, int]:
    """A text that can hold numbers of cases of about one of the days."""
    if not _plain(text)[1]:
        return text, 0
    masked = [mask_column(pa.chunked_array([[text]], pa.string()), Kind.CASE, day) for day in days]
    found = min(((each.column[0].as_py(), each.count) for each in masked), key=lambda each: each[1], default=None)
    return found or _plain(text)


# --- Tables -------------------------------------------------------------------------------------------------------


def clean_tables(cursor: Cursor, changes: Changes, *, but: Collection[tuple[str, str]]) -> int:
    """Every text of every table without identity numbers, `but` those columns; gives how many there were."""
    count = 0
    for row in _suspects(cursor, "cleaning_texts", type_="VARCHAR", but=but):
        text, numbers = cleaned_text(row["text"])
        if numbers:
            changes.change(row["table_name"], row["column_name"], row["row_id"], text)
        count += numbers
    for row in _suspects(cursor, "cleaning_lists", type_="VARCHAR[]", but=but):
        cleaned = [cleaned_text(text) if text else (text, 0) for text in row["texts"]]
        numbers = sum(each for _, each in cleaned)
        if numbers:
            changes.change(row["table_name"], row["column_name"], row["row_id"], [text for text, _ in cleaned])
        count += numbers
    return count


def _suspects(cursor: Cursor, name: str, *, type_: str, but: Collection[tuple[str, str]]) -> Rows:
    """What could hold an identity number in all columns of a type, in one statement: to plan many takes longer."""
    parts = [
        statement(name).replace("{table}", table).replace("{column}", column)
        for table, columns in tables_of(cursor).items()
        for column, kind in columns.items()
        if kind == type_ and (table, column) not in but
    ]
    return rows(cursor, "\nunion all\n".join(parts), {"looks_like": LOOKS_LIKE})
