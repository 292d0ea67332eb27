"""The sample database: the fictitious exports of data/samples, loaded through the same code as real ones."""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from typing import Final

from filelock import FileLock

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import QUERIES, ROOT, SAMPLES, SOURCES, VALUES
from compliance.core.saving import DiskFull, refusal_of, save
from compliance.declarations.declared import read_toml
from compliance.declarations.sources import Source, Words, load_sources, load_values
from compliance.demo.reviews import add_reviews
from compliance.loading.loading import Order, load_prepared, prepare
from compliance.reading.reading import read
from compliance.reading.screening import ReadRequest
from compliance.reading.sheets import Workbook
from compliance.store.database import Cursor, stamp
from compliance.store.engine import settle
from compliance.store.file import FileDatabase
from compliance.store.schema import MACRO_FILES

WHO: Final = "sample data"
READERS: Final = 2
RETRY_SECONDS: Final = 60.0
FAILED: Final = N_(
    "The sample data could not be made. The log says why; exports of your own can be loaded all the same."
)
SPREADSHEETS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".txt"})

Progress = Callable[[int, int], None]
log = logging.getLogger(__name__)


@dataclass
class Building:
    """The progress of building the sample database: files done, files in all, whether it is over, and any failure."""

    database: FileDatabase
    done: int = 0
    of: int = 0
    over: bool = False
    why: Refusal | None = None
    failed_at: float = 0.0

    @property
    def stale(self) -> bool:
        """Whether the build failed so long ago that it is worth another try."""
        return self.why is not None and monotonic() - self.failed_at > RETRY_SECONDS


_buildings: dict[FileDatabase, Building] = {}
_lock = threading.Lock()


def building(database: FileDatabase) -> Building:
    """The build of the sample database. The first call starts it in a thread of its own."""
    with _lock:
        if database not in _buildings or _buildings[database].stale:
            _buildings[database] = Building(database, over=is_built(database))
            if not _buildings[database].over:
                threading.Thread(target=_build_in_thread, args=(_buildings[database],), daemon=True).start()
        return _buildings[database]


def _build_in_thread(state: Building) -> None:
    def count(done: int, of: int) -> None:
        state.done, state.of = done, of

    try:
        build(state.database, progress=count)
    except Exception as error:
        # Without the samples the dashboard still works with a user's own exports.
        log.exception("The sample database could not be built")
        state.why, state.failed_at = refusal_of(error) or Refusal(FAILED), monotonic()
    state.over = True


def is_built(database: FileDatabase, samples: Path = SAMPLES) -> bool:
    """Whether a database was built from the samples as they are now."""
    mark = _mark_of(database.path)
    return database.path.exists() and mark.exists() and mark.read_text("utf-8") == _fingerprint(samples)


def build(database: FileDatabase, samples: Path = SAMPLES, *, progress: Progress | None = None) -> None:
    """Build the sample database from every file in `samples`, unless it is up to date.

    It is built next to its final path and moved there when complete. Other processes wait for it.
    """
    path = database.path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(f"{path}.building", thread_local=False):
        if is_built(database, samples):
            return
        fresh = path.with_name(f"{path.name}.new")
        _remove(fresh)
        try:
            _fill(fresh, samples, progress=progress)
            fresh.replace(path)
        finally:
            _remove(fresh)
        save(_fingerprint(samples).encode(), _mark_of(path))


def _remove(path: Path) -> None:
    for file in (path, Path(f"{path}.wal")):
        file.unlink(missing_ok=True)


def _fill(path: Path, samples: Path, *, progress: Progress | None) -> None:
    sources, words = load_sources(None), load_values(None)
    files = sample_files(samples)
    name = _organisation(samples)
    database = FileDatabase.at(path)
    with database.writing() as cursor:
        for number, (day, workbook) in enumerate(_workbooks(files, sources, words), start=1):
            if workbook:
                stamp(cursor, _morning_after(day, number))
                order = Order(WHO, organisation=name, extract_date=day)
                _load(cursor, workbook, order, sources=sources, words=words)
            if progress:
                progress(number, len(files))
    with database.cursor() as cursor:  # Held open, so that the file is not opened again for each text of a review.
        add_reviews(database, samples, who=WHO)
        settle(cursor)


def sample_files(samples: Path = SAMPLES) -> list[tuple[Path, date]]:
    """The exports with their extract dates, the oldest first. The date is the name of the folder."""
    files = [path for path in samples.glob("*-*-*/*") if path.suffix.lower() in SPREADSHEETS]
    return [(path, date.fromisoformat(path.parent.name)) for path in sorted(files)]


def _workbooks(
    files: list[tuple[Path, date]], sources: dict[str, Source], words: Words
) -> Iterator[tuple[date, Workbook | None]]:
    """The files as read, in order. A few are read ahead, since each is read in a process of its own."""
    with ThreadPoolExecutor(READERS) as pool:
        books = pool.map(lambda file: _read(file[0], ReadRequest(sources, words, file[1], day=file[1])), files)
        yield from zip([day for _, day in files], books, strict=True)


def _read(path: Path, request: ReadRequest) -> Workbook | None:
    try:
        return read(path, name=path.name, request=request)
    except DiskFull:
        raise
    except Refusal as refusal:
        log.warning("A sample was refused: %s", refusal)
        return None


def _organisation(samples: Path) -> str | None:
    """The name of the fictitious organisation."""
    fiction = samples / "fiction.toml"
    return read_toml(fiction).get("organisation") if fiction.exists() else None


def _morning_after(day: date, number: int) -> datetime:
    """The time at which a sample is recorded as loaded: the morning after its export."""
    return datetime.combine(day + timedelta(days=1), time(7)) + timedelta(seconds=number)


def _load(cursor: Cursor, workbook: Workbook, order: Order, *, sources: dict[str, Source], words: Words) -> None:
    try:
        load_prepared(cursor, prepare(workbook, order, sources=sources, words=words), words=words)
    except Refusal as refusal:
        log.warning("A sample was refused: %s", refusal)


# The rooms that load an export or freeze a review: a change in one of them rebuilds the sample database.
ROOMS: Final = (
    "core", "declarations", "store", "access", "reading", "loading", "counting", "wording", "review", "demo",
)  # fmt: skip


def _fingerprint(samples: Path) -> str:
    """A hash that changes with the samples and with the code and declarations that read and store them."""
    files = [path for path, _ in sample_files(samples)]
    parts = [(path.parent.name, path.name, path.stat().st_size) for path in files]
    reviews = samples / "reviews.toml"
    code = [path for room in ROOMS for path in sorted((ROOT / "compliance" / room).glob("*.py"))]
    declared = [*sorted(SOURCES.glob("*.toml")), *sorted((QUERIES / "schema").glob("*.sql"))]
    declared += [QUERIES / name for name in MACRO_FILES]
    contents = [path.read_bytes() for path in [VALUES, *declared, *code, *([reviews] if reviews.exists() else [])]]
    return hashlib.sha256(repr((parts, contents)).encode()).hexdigest()


def _mark_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.made-of")
