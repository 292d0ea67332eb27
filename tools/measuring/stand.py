"""What all groups measure with: stores, exports, servers, and the time that something takes."""

import itertools
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import xlsxwriter

from compliance.access.scopes import Level
from compliance.core.language import month_ends
from compliance.core.places import ROOT
from compliance.counting.assessing import counts_of
from compliance.loading.loading import Order, load
from compliance.reading.reading import read
from compliance.review.approving import dossier, submit
from compliance.review.judging import concerns
from compliance.review.reviewing import GROUNDS, JUDGED, Review, review_of, write
from compliance.store.database import EVERYTHING_KNOWN, Database
from compliance.store.file import FileDatabase
from tests.line import POINTS, SOURCES, WORDS, Line
from tests.ports import PATIENCE, SERVER, free_port, started, wait_for
from tests.session import Session

AS_OF = date(2026, 11, 15)
# Every one of the 36 months up to this one has a basis in the samples.
TREND = month_ends(date(2027, 10, 31), count=36)
KEPT = ROOT / "build" / "bench"

HEADINGS = [
    "AD-konto", "Förnamn", "Efternamn", "E-post", "Enhet", "Kurs", "Kurskod", "Status", "Startdatum", "Slutfört datum",
    "Giltig till", "Resultat",
]  # fmt: skip
COURSES = [
    ("Informationssäkerhet för medarbetare i staden", "INFOSAK"), ("Grundkurs i dataskydd", "DATASKYDD"),
    ("Brandskydd", "BRAND"), ("Första hjälpen", "HJALP"),
]  # fmt: skip
STATUSES = ["Godkänd", "Godkänd", "Godkänd", "Påbörjad", "Ej godkänd", "Ej påbörjad"]


def timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def median(measure: Callable[[], float], *, times: int) -> float:
    return statistics.median(measure() for _ in range(times))


def in_turn(*measures: Callable[[], float], times: int) -> list[float]:
    """The median of each of several, measured in turn: what else the machine does, all meet alike."""
    runs = [[measure() for measure in measures] for _ in range(times)]
    return [statistics.median(found) for found in zip(*runs, strict=True)]


def after_one(act: Callable[[], float]) -> float:
    """The median of some times, after one that fills the caches."""
    act()
    return median(act, times=9)


# --- stores -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Store:
    """A store, and what a process is told that is to use it."""

    database: Database
    environment: dict[str, str]


Placing = Callable[[], AbstractContextManager[Store]]


def in_file(path: Path) -> Store:
    return Store(FileDatabase.at(path), {"COMPLIANCE_DATABASE": str(path)})


@contextmanager
def copied(samples: Path, folder: Path) -> Iterator[Store]:
    """A file of one's own with what the samples hold."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        yield in_file(Path(shutil.copy(samples, place)))


def command_line(arguments: list[str], store: Store) -> None:
    command = [sys.executable, "-m", "compliance", *arguments]
    subprocess.run(command, env=os.environ | store.environment, cwd=ROOT, check=True, capture_output=True)


# --- exports ------------------------------------------------------------------------------------------------------


def whole_line(file: Path, placing: Placing, folder: Path) -> float:
    """Seconds from a file to committed figures, beside a whole administration, with its figures before."""
    with placing() as store:
        order = Line(folder).order(extract_date=AS_OF)
        started = time.perf_counter()
        count(store.database, [AS_OF])
        load(store.database, read(file, name=file.name), order, sources=SOURCES, words=WORDS)
        count(store.database, [AS_OF])
        return time.perf_counter() - started


def training_export(path: Path, *, rows: int) -> Path:
    """A workbook as a learning platform writes it: twelve columns, dates as dates, the same at every run."""
    if path.exists():
        return path
    unfinished = path.with_suffix(".part")
    book = xlsxwriter.Workbook(str(unfinished), {"constant_memory": True})
    sheet, day = book.add_worksheet("Utbildningar"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADINGS)
    for number, row in enumerate(training_rows(rows), start=1):
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, place, value, day)
            elif value is not None:
                sheet.write(number, place, value)
    book.close()
    return unfinished.rename(path)


def training_rows(rows: int) -> Iterator[list[object]]:
    chance = random.Random(rows)
    for number in range(rows):
        person = number // len(COURSES)
        (course, code), status = COURSES[number % len(COURSES)], chance.choice(STATUSES)
        started = date(2024, 1, 1) + timedelta(days=chance.randrange(1000))
        done = started + timedelta(days=chance.randrange(40)) if status == "Godkänd" else None
        valid = done + timedelta(days=730) if done else None
        names = [f"Förnamn{person % 997}", f"Efternamn{person % 9973}"]
        yield [
            f"anv{person:06}",
            *names,
            f"anv{person:06}@example.org",
            f"Enhet {person % 90}",
            course,
            code,
            status,
            started,
            done,
            valid,
            chance.randrange(40, 100) if done else None,
        ]


# --- counting and writing -----------------------------------------------------------------------------------------


def count(database: Database, days: list[date]) -> None:
    """All points, with the opening of the file, as a command does it: a day by unit, a trend of the organisation."""
    level: Level = "unit" if len(days) == 1 else "organisation"
    counts_of(database, POINTS, days=days, known_at=EVERYTHING_KNOWN, level=level).figures(level)


def complete(database: Database, review: Review) -> None:
    """Writes what the invented coordinator and head have not come to yet."""
    order = Order("bench")
    for point in POINTS:
        write(database, review.review_id, kind="comment", what=point.id, text="Ett påhittat omdöme.", order=order)
        write(database, review.review_id, kind="assessment", what=point.id, text="partly", order=order)
    for what in JUDGED:
        write(database, review.review_id, kind="judgement", what=what, text="partly", order=order)
    write(database, review.review_id, kind="chapter", what=GROUNDS, text="Påhittade skäl.", order=order)


def submitted(store: Store) -> float:
    """Seconds that it takes to submit the review of the year, once it is complete."""
    database = store.database
    with database.cursor() as cursor:
        review = review_of(cursor, AS_OF.year)
    complete(database, review)
    with database.cursor() as cursor:
        confirmed = [concern.name for concern in concerns(dossier(cursor, review, own=None))]
    return timed(partial(submit, database, review.review_id, name="Ylva Nordgren", own=None, confirmed=confirmed))


# --- servers ------------------------------------------------------------------------------------------------------

DAY = f"{AS_OF}"
# What somebody may open: each page, and one of those that a page has many of.
ADDRESSES: dict[str, tuple[str, dict[str, str]]] = {
    "overview": ("", {}),
    **{path.stem: (path.stem, {}) for path in sorted((ROOT / "pages").glob("*.py")) if path.stem != "overview"},
    "one review point": ("point", {"point": "information_security_training"}),
    "a department": ("", {"department": "Förskola"}),
    "the review of this year": ("review", {"review": "2026"}),
    "the review of the year before, which is frozen": ("review", {"review": "2025"}),
    "a screen of the meeting": ("meeting", {"review": "2026", "screen": "9"}),
}
NAMED = ("overview", "one review point", *list(ADDRESSES)[-3:])


@dataclass(frozen=True)
class Running:
    """A server: its store, where it answers, its process, and how long it took to be ready."""

    store: Store
    port: int
    process: int
    seconds: float

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def busy(self) -> float:
        """The seconds of processor time that it has taken."""
        return sum(map(int, Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()[11:13])) / 100


@contextmanager
def running(store: Store, *, patience: float = PATIENCE) -> Iterator[Running]:
    """A server on a store, ready since a moment, within some seconds."""
    port, begun = free_port(), time.perf_counter()
    with started([SERVER, "--port", str(port)], environment=store.environment) as process:
        wait_for(port, process, patience=patience)
        yield Running(store, port, process.pid, time.perf_counter() - begun)


@contextmanager
def served(placing: Placing) -> Iterator[Running]:
    """A server on a store of its own."""
    with placing() as store, running(store) as server:
        yield server


def opened(visitor: Session, name: str, **day: str) -> float:
    page, query = ADDRESSES[name]
    took = visitor.opens(page, **query, **day)
    assert visitor.well, name
    return took


def rest(server: Running) -> None:
    """Wait until the server has nothing to do, or for a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        before = server.busy
        time.sleep(2.5)
        if server.busy - before < 0.1:
            return


def warm(*visitors: Session) -> list[dict[str, float]]:
    """What each address takes once its figures are known, of servers in turn."""
    took: list[dict[str, float]] = [{} for _ in visitors]
    for name in ADDRESSES:
        for visitor in visitors * 2:
            opened(visitor, name, as_of=DAY)
        acts = [partial(opened, visitor, name, as_of=DAY) for visitor in visitors]
        for own, seconds in zip(took, in_turn(*acts, times=9), strict=True):
            own[name] = seconds
    return took


def used(visitor: Session) -> dict[str, float]:
    """What it takes when somebody uses a page: by the widget's own message, as a browser sends it."""
    took = {}
    for _ in range(2):
        opened(visitor, "the review of this year", as_of=DAY)
    numbers = iter(range(99))
    took["A text of the review is left, until it is saved and drawn"] = after_one(
        lambda: visitor.sets("text_area", string_value=f"Omdöme {next(numbers)}.")
    )
    opened(visitor, "systems", as_of=DAY)
    choice = itertools.cycle(each.content for each in visitor.found("button_group", "-by ")[1].options)
    took["Another choice of what the systems are shown by"] = after_one(
        lambda: visitor.sets("button_group", "-by ", string_array_value=[next(choice)])
    )
    visitor.opens("meeting", as_of=DAY, review="2026", screen="1")
    took["The next screen of the meeting"] = after_one(
        lambda: visitor.sets("button", "turn PageDown", trigger_value=True)
    )
    assert visitor.well
    return took
