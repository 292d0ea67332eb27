"""Masking identity numbers in everything besides exports: in texts, and in JSON text by text.

Every text column of every table is searched, whatever tables there are.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, Final

import msgspec
import pyarrow as pa

from compliance.cleaning.changes import Changes, tables_of
from compliance.core.masking import LOOKS_LIKE, Kind, mask_beside_hashes, mask_column
from compliance.declarations.queries import statement
from compliance.store.database import Cursor, Rows, rows

# The keys of a frozen review that only the program writes.
OWN: Final = frozenset({"statements", "cleaned"})
# The keys that name an item of a frozen review, perhaps by a case number; and the keys by which an item is recognised.
CALLED: Final = frozenset({"item", "label", "detail"})
ITEM: Final = CALLED | {"outcome", "reason"}


def cleaned_text(text: str) -> tuple[str, int]:
    """A text with identity numbers masked, and how many there were. Every key and text of JSON is masked separately."""
    if text[:1] not in ("{", "["):
        return mask_beside_hashes(text)
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return mask_beside_hashes(text)
    masked, count = cleaned_json(value)
    return (msgspec.json.encode(masked).decode(), count) if count else (text, 0)


def cleaned_json(value: Any, *, days: Collection[date] = ()) -> tuple[Any, int]:
    """A JSON value with identity numbers masked, and how many there were.

    Where an item is named, case numbers from around one of the `days` are left.
    """
    walk = _Walk(days)
    return walk.of(value), walk.count


class _Walk:
    """One pass through a JSON value, counting what it masks."""

    def __init__(self, days: Collection[date]) -> None:
        self.days, self.count = days, 0

    def of(self, value: Any) -> Any:
        """The value with identity numbers masked."""
        if isinstance(value, str):
            return self._counted(mask_beside_hashes(value))
        if isinstance(value, list):
            return [self.of(part) for part in value]
        if not isinstance(value, dict):
            return value
        called = CALLED if ITEM.issubset(value) else frozenset()
        return {
            self._counted(mask_beside_hashes(key)): self._part(key, part, called=key in called)
            for key, part in value.items()
        }

    def _part(self, key: str, part: Any, *, called: bool) -> Any:
        if key in OWN:
            return part
        return self._counted(_case(part, self.days)) if called and isinstance(part, str) else self.of(part)

    def _counted(self, masked: tuple[str, int]) -> str:
        text, count = masked
        self.count += count
        return text


def _case(text: str, days: Collection[date]) -> tuple[str, int]:
    """A text that may hold case numbers from around one of the days."""
    if not mask_beside_hashes(text)[1]:
        return text, 0
    masked = [mask_column(pa.chunked_array([[text]], pa.string()), Kind.CASE, day) for day in days]
    fewest = min(((each.column[0].as_py(), each.count) for each in masked), key=lambda each: each[1], default=None)
    return fewest or mask_beside_hashes(text)


# --- Tables -------------------------------------------------------------------------------------------------------


def clean_tables(cursor: Cursor, changes: Changes, *, but: Collection[tuple[str, str]]) -> int:
    """Mask every text of every table except the columns in `but`, and return how many identity numbers there were."""
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
    """The texts in columns of a type that may hold an identity number. One statement: planning many takes longer."""
    parts = [
        statement(name).replace("{table}", table).replace("{column}", column)
        for table, columns in tables_of(cursor).items()
        for column, kind in columns.items()
        if kind == type_ and (table, column) not in but
    ]
    return rows(cursor, "\nunion all\n".join(parts), {"looks_like": LOOKS_LIKE})
