"""Previews: what loading a file or revoking an import would change, with nothing written."""

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
    """The coverage of every point on `day` before and after a change."""

    day: date
    before: tuple[Coverage, ...]
    after: tuple[Coverage, ...]


@dataclass(frozen=True)
class Preview:
    """The result of loading files: each import compared with the one before it, and the effect on every point."""

    receipts: tuple[Receipt, ...]
    comparisons: tuple[Comparison, ...]
    effect: Effect

    @property
    def loaded(self) -> int:
        """The number of rows that would be loaded."""
        return sum(receipt.summary.loaded for receipt in self.receipts)

    @property
    def rejected(self) -> int:
        """The number of rows that would be rejected."""
        return sum(receipt.summary.rejected for receipt in self.receipts)

    @property
    def withheld(self) -> int:
        """The number of rejected rows of which nothing is stored."""
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
    """Load the files in a transaction that is rolled back. Raise Refusal if one cannot be loaded.

    The figures are those of the as-of date, or of the extract date if that is later.
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
    """What an import changed when it was loaded, on the as-of date or its extract date, whichever is later."""
    day = max(as_of, row["extract_date"])
    moments = (row["imported_at"] - timedelta(microseconds=1), row["imported_at"])
    with database.cursor() as cursor:
        before, after = (_figures(cursor, points, day, known_at=moment) for moment in moments)
    return Effect(day, tuple(before), tuple(after))


def effect_of_revoking(database: Database, row: dict[str, Any], *, as_of: date, points: tuple[Point, ...]) -> Effect:
    """What revoking an import would change, on the as-of date or its extract date, whichever is later."""
    day = max(as_of, row["extract_date"])
    values = {"import_id": row["import_id"], "who": "", "why": ""}
    with database.rehearsing() as cursor:
        before = _figures(cursor, points, day)
        cursor.execute(statement("revoke"), values)
        after = _figures(cursor, points, day)
    return Effect(day, tuple(before), tuple(after))


def _figures(
    cursor: Cursor, points: tuple[Point, ...], day: date, *, known_at: datetime = EVERYTHING_KNOWN
) -> list[Coverage]:
    return coverage(cursor, points, days=[day], known_at=known_at, level="organisation")
