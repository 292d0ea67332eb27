"""The real line for tests: a file is read, recognised, validated and loaded into a database of the test's own."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from compliance.assessing import items
from compliance.database import EVERYTHING_KNOWN, Database, rows
from compliance.loading import Order, Receipt, load
from compliance.points import load_points, point_by
from compliance.reading import read
from compliance.sources import load_sources, load_values

SOURCES = load_sources(None)
WORDS = load_values(None)
POINTS = load_points(None)
NOON = datetime(2026, 11, 24, 12)


class Line:
    """A database in a folder, loaded by the real line. Each load is a minute after the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database.at(folder / "test.duckdb")
        self.loads = 0

    def order(self, **said: Any) -> Order:
        self.loads += 1
        return Order(**({"who": "test", "now": NOON + timedelta(minutes=self.loads)} | said))

    def load(self, path: Path, **said: Any) -> list[Receipt]:
        order = self.order(**said)
        return load(self.database, read(path, name=path.name), order, sources=SOURCES, words=WORDS)

    def load_table(
        self, table: str, *, name: str = "export.csv", extract_date: date | None = date(2026, 11, 1), **said: Any
    ):
        return self.load(self.file(table, name=name), extract_date=extract_date, **said)

    def file(self, table: str, *, name: str = "export.csv") -> Path:
        """A semicolon CSV of a text table whose columns are divided by |."""
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            for line in table.strip("\n").splitlines():
                writer.writerow([cell.strip() for cell in line.split("|")] if line.strip() else [])
        return path

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        with self.database.cursor() as cursor:
            return rows(cursor, sql, values)

    def column(self, name: str, table: str) -> list[Any]:
        return [row[name] for row in self.rows(f"select {name} from {table} order by import_id, sheet_number, row")]

    def problems(self) -> list[tuple[Any, ...]]:
        found = self.rows('select row, "column", value, reason, kind from problems order by row, column_number')
        return [tuple(row.values()) for row in found]

    def items(self, point: str, as_of: date) -> list[dict[str, Any]]:
        with self.database.cursor() as cursor:
            return items(cursor, point_by(POINTS, point), as_of=as_of, known_at=EVERYTHING_KNOWN).to_pylist()
