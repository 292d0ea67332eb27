"""What a file would change, before anything is written."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from compliance.counting.assessing import Coverage, coverage
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source
from compliance.loading.comparing import Comparison, compare
from compliance.loading.loading import Order, Receipt, rehearse
from compliance.reading.recognising import Words
from compliance.reading.sheets import Workbook
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database


@dataclass(frozen=True)
class Effect:
    """Every point on `day` before and after something was done."""

    day: date
    before: tuple[Coverage, ...]
    after: tuple[Coverage, ...]


@dataclass(frozen=True)
class Preview:
    """What loading files would give: their imports beside those before, and the effect on every point."""

    receipts: tuple[Receipt, ...]
    comparisons: tuple[Comparison, ...]
    effect: Effect

    @property
    def loaded(self) -> int:
        """How many rows would be loaded."""
        return sum(receipt.summary.loaded for receipt in self.receipts)

    @property
    def rejected(self) -> int:
        """How many rows would not."""
        return sum(receipt.summary.rejected for receipt in self.receipts)

    @property
    def withheld(self) -> int:
        """Of how many of those nothing is kept."""
        return sum(receipt.summary.withheld for receipt in self.receipts)

    @property
    def sources(self) -> set[str]:
        """The ids of the sources that would be loaded."""
        return {receipt.source.id for receipt in self.receipts}


def preview(
    database: Database,
    files: list[tuple[Workbook, Order]],
    *,
    as_of: date,
    points: tuple[Point, ...],
    sources: dict[str, Source],
    words: Words,
) -> Preview:
    """Loads the files in a transaction that is rolled back; a Refusal says why one cannot be loaded.

    Figures are those of the as-of date, or of the extract date where that is later.
    """

    def then(cursor: Cursor, receipts: list[Receipt]) -> tuple[date, list[Coverage], list[Comparison]]:
        day = max(as_of, *(receipt.extract_date.day for receipt in receipts))
        compared = [compare(cursor, receipt.import_id, receipt.source) for receipt in receipts]
        return day, _figures(cursor, points, day), compared

    receipts, (day, after, compared) = rehearse(database, files, sources=sources, words=words, then=then)
    with database.cursor() as cursor:
        before = _figures(cursor, points, day)
    return Preview(tuple(receipts), tuple(compared), Effect(day, tuple(before), tuple(after)))


def effect_of_import(database: Database, row: dict[str, Any], *, as_of: date, points: tuple[Point, ...]) -> Effect:
    """What an import changed when it was loaded, on the as-of date or its extract date where that is later."""
    day = max(as_of, row["extract_date"])
    moments = (row["imported_at"] - timedelta(microseconds=1), row["imported_at"])
    with database.cursor() as cursor:
        before, after = (_figures(cursor, points, day, known_at=moment) for moment in moments)
    return Effect(day, tuple(before), tuple(after))


def effect_of_revoking(database: Database, row: dict[str, Any], *, as_of: date, points: tuple[Point, ...]) -> Effect:
    """What would change if an import did not count any longer; nothing is written."""
    day = max(as_of, row["extract_date"])
    given = {"import_id": row["import_id"], "who": "", "why": ""}
    with database.rehearsing() as cursor:
        before = _figures(cursor, points, day)
        cursor.execute(statement("revoke"), given)
        after = _figures(cursor, points, day)
    return Effect(day, tuple(before), tuple(after))


def _figures(
    cursor: Cursor, points: tuple[Point, ...], day: date, *, known_at: datetime = EVERYTHING_KNOWN
) -> list[Coverage]:
    return coverage(cursor, points, days=[day], known_at=known_at, level="organisation")
