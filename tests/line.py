"""The real line for tests: a file is read, recognised, validated and loaded into the test's own database."""

import csv
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from unittest.mock import patch

from compliance.core.errors import Refusal
from compliance.counting.assessing import items
from compliance.declarations.points import load_points, point_by
from compliance.declarations.sources import load_sources, load_values
from compliance.loading.loading import Order, Receipt, load, prepare, read_request, rehearse
from compliance.reading import reading, worker
from compliance.reading.cells import Unreadable
from compliance.reading.screening import ReadRequest
from compliance.reading.sheets import Workbook
from compliance.store.database import EVERYTHING_KNOWN, rows
from compliance.store.file import FileDatabase
from tests import once

SOURCES = load_sources(None)
WORDS = load_values(None)
POINTS = load_points(None)
TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12)
# An answer to whatever could be asked about a file.
ANSWERED = frozenset({"what", "headings", "keys", "parts", "levels"})
_patching, _one_at_a_time = threading.RLock(), threading.Lock()
_child = reading._child


@contextmanager
def held(database: FileDatabase) -> Iterator[FileDatabase]:
    """A file, made if it is not there, held open, since opening it takes longer than most statements."""
    if not database.exists():
        once.new(database.path)
    with database.cursor() as cursor:
        # tidying a file that nobody opens again would take as long
        cursor.execute("pragma disable_checkpoint_on_shutdown")
        yield database


class Line:
    """A database in a folder, loaded by the real line. Each load is a minute after the previous one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources = SOURCES
        self.database = FileDatabase.at(folder / "test.duckdb")
        self.loads = 0
        # With those of packs, once some are installed.
        self.sources = SOURCES

    @contextmanager
    def held(self) -> Iterator["Line"]:
        """The line with its file held open."""
        with held(self.database):
            yield self

    @contextmanager
    def copied(self, folder: Path) -> Iterator["Line"]:
        """A copy of the line in another folder, with its file held open, to load and write more."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        with Line(folder).held() as line:
            line.loads = self.loads
            yield line

    def order(self, *, now: datetime | None = None, **fields: Any) -> Order:
        """The order of the next change, made a minute after the previous one, or at `now`.

        What would be asked is answered: most tests are about something else.
        """
        self.wait()
        if now:
            self.database.moment_after = lambda _newest: now
        return Order(**({"who": "test", "accepted": ANSWERED} | fields))

    def wait(self) -> datetime:
        """Let a minute pass, and return the moment."""
        self.loads += 1
        moment = NOON + timedelta(minutes=self.loads)
        self.database.moment_after = lambda newest: max(moment, newest + timedelta(microseconds=1))
        return moment

    def load(self, path: Path, **fields: Any) -> list[Receipt]:
        order = self.order(**fields)
        request = read_request(self.database, order, sources=self.sources, words=WORDS, today=TODAY)
        book = read_here(path, name=path.name, request=request)
        return load(self.database, book, order, sources=self.sources, words=WORDS)

    def load_table(
        self, table: str, *, name: str = "export.csv", extract_date: date | None = date(2026, 11, 1), **fields: Any
    ):
        return self.load(self.file(table, name=name), extract_date=extract_date, **fields)

    def file(self, table: str, *, name: str = "export.csv") -> Path:
        """A CSV with semicolons from a text table with | between columns."""
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
        problems = self.rows('select row, "column", value, reason, kind from problems order by row, column_number')
        return [tuple(row.values()) for row in problems]

    def items(self, point: str, as_of: date) -> list[dict[str, Any]]:
        with self.database.cursor() as cursor:
            return items(cursor, point_by(POINTS, point), as_of=as_of, known_at=EVERYTHING_KNOWN).to_pylist()


def rehearsed(database: Any, book: Workbook, order: Order, then: Callable[[Any, list[Receipt]], Any]) -> Any:
    """The receipts of a file that is rehearsed alone, and the result of `then`. A refused file raises its Refusal."""
    found: list[Receipt] = []

    def each(_cursor: Any, _file: Any, result: list[Receipt] | Refusal) -> None:
        if isinstance(result, Refusal):
            raise result
        found.extend(result)

    prepared = prepare(book, order, sources=SOURCES, words=WORDS)
    return found, rehearse(database, [prepared], words=WORDS, each=each, then=lambda cursor: then(cursor, found))


# --- Reading without a process ---------------------------------------------------------------------------------------


@contextmanager
def reading_here() -> Iterator[None]:
    """Let `read` read in this process within the block: starting a child takes twenty times as long as a small file.

    It is the same reader. If it fails in another way than Unreadable, the file is read in a child. The tests of reading
    hold that both give the same.
    """
    with _patching, patch.object(reading, "_child", _here):
        yield


def read_here(content: bytes | Path, *, name: str, request: ReadRequest | None = None) -> Workbook:
    """The result of `read`, without a child."""
    with reading_here():
        return reading.read(content, name=name, request=request)


def _here(file: BinaryIO, folder: Path, *options: str) -> dict[str, Any]:
    with _one_at_a_time:
        limit = csv.field_size_limit()
        try:
            answer = worker._answer(worker.read(file, folder=folder, careful="careful" in options), target=folder)
        except Unreadable as problem:
            return {"problem": problem.code, "values": problem.values}
        except Exception:
            return _child(file, folder, *options)
        finally:
            csv.field_size_limit(limit)  # the only global state that the reader changes
    return {"problem": None, **json.loads(json.dumps(answer, default=str))}
