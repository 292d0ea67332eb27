"""What one user meets, beside what they would use instead: the groups of the table `bench`."""

import json
import os
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import xlsxwriter
from streamlit.testing.v1 import AppTest

from compliance.access.reader import EVERYTHING
from compliance.access.withholding import export_names, names_of_persons
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.core.places import ROOT, SAMPLES
from compliance.correcting.previewing import preview
from compliance.counting.assessing import basis_on
from compliance.declarations.points import load_todo
from compliance.loading.loading import load, prepare
from compliance.package.year_package import gathered, whole_package
from compliance.reading.reading import read
from compliance.report import handouts
from compliance.report.files import write_report
from compliance.review.approving import dossier, signatures_of
from compliance.review.dossier import responsible
from compliance.review.functions import load_functions
from compliance.review.reviewing import Review, review_of
from compliance.store.database import EVERYTHING_KNOWN, Cursor
from compliance.store.file import FileDatabase
from compliance.worklists.lists import Asking, work_lists
from tests.files import doctor_files
from tests.line import POINTS, SOURCES, WORDS, Line
from tests.session import Session, session
from tools.measuring.lines import Measured
from tools.measuring.stand import (
    ADDRESSES,
    AS_OF,
    KEPT,
    NAMED,
    TREND,
    Running,
    command_line,
    copied,
    count,
    in_file,
    median,
    opened,
    rest,
    served,
    submitted,
    timed,
    training_export,
    used,
    warm,
    whole_line,
)
from tools.memory import megabytes

# Those of the file doctor's cases that mean harm.
HARM = ("stray cell", "16384 columns", "bomb", "forged size", "billion laughs", "truncated", "password", "rights")

PANDAS = "pandas.read_excel(sys.argv[1], engine='openpyxl')"
# Programs of a process of its own, whose memory nothing else grows.
GROWN = """
import pickle, sys
from tools.memory import megabytes
act = pickle.load(sys.stdin.buffer)
before = megabytes()
act()
print(megabytes(what="VmHWM") - before)
"""
STRAYED = """
import json, sys
from pathlib import Path
from compliance.core.errors import Refusal
from compliance.reading.reading import read
from tools.memory import megabytes
def tried(path):
    try:
        read(Path(path), name=Path(path).name)
        return "read"
    except Refusal:
        return "refused"
tried(sys.argv[1])
Path("/proc/self/clear_refs").write_text("5")
before = megabytes()
said = tried(sys.argv[2])
print(json.dumps([said, megabytes(what="VmHWM") - before]))
"""
FASTEXCEL = (
    "fastexcel.read_excel(sys.argv[1]).load_sheet(0, header_row=None, skip_rows=0, dtypes='string')"
    ".to_arrow_with_errors()"
)

# How many copies of the samples make the large administration, and which columns tell the copies apart.
COPIES = {
    "staff": 28, "training": 28, "local_instruction": 28, "processing": 24, "dpias": 24, "incidents": 14,
    "breaches": 14, "procurements": 14, "processors": 10, "systems": 7, "classifications": 7,
    "classification_actions": 7, "risk_analyses": 7, "access_reviews": 7,
}  # fmt: skip
KEYS = {
    "employee_id", "unit", "system", "system_id", "action_id", "risk_id", "processing_id", "dpia_id", "agreement_id",
    "incident_id", "breach_id", "reference",
}  # fmt: skip


def loading(samples: Path, folder: Path) -> Iterator[Measured]:
    yield hundred_thousand(samples, folder)
    yield from_file_to_figures(samples, folder)
    yield rehearsed(samples, folder)
    yield forty_files(folder)


def a_million(samples: Path, folder: Path) -> Iterator[Measured]:
    yield million(samples, folder)


def counting(samples: Path, _: Path) -> Iterator[Measured]:
    yield counted("All points by unit, 2,000 people, the file opened for it", samples, [AS_OF], wished="")
    with FileDatabase.at(samples).cursor():  # who joins an open file, as a page of a busy server does
        yield counted("… the file open already", samples, [AS_OF], wished="< 100 ms")
    yield counted("… their trend over 36 months", samples, TREND, wished="< 3 s")
    yield listed(samples)


def counting_more(samples: Path, folder: Path) -> Iterator[Measured]:
    large = large_database(samples, folder)
    what = "All points by unit, 50,000 people, 2,000 systems, 5,000 processings"
    yield counted(what, large, [AS_OF], wished="< 1 s")
    yield counted("… their trend over 36 months", large, TREND, wished="< 2.5 s")


def hostility(_: Path, folder: Path) -> Iterator[Measured]:
    yield hostile(folder)
    yield refused(folder)


# --- loading ------------------------------------------------------------------------------------------------------


def hundred_thousand(samples: Path, folder: Path) -> Measured:
    file = training_export(folder / "training 100000.xlsx", rows=100_000)
    ours = median(lambda: whole_line(file, partial(copied, samples, folder), folder), times=3)
    pandas = alone("pandas", PANDAS, file)
    what = "Load a training export of 100,000 rows: read, validate, load, all points before and after"
    return Measured(what, ours, "≤ 0.2", other=pandas, beside="pandas with openpyxl, reading alone")


def million(samples: Path, folder: Path) -> Measured:
    # Writing it takes longer than everything else here, so it is kept.
    file = training_export(KEPT / "training 1000000.xlsx", rows=1_000_000)
    ours = whole_line(file, partial(copied, samples, folder), folder)
    fastexcel = alone("fastexcel", FASTEXCEL, file)
    what, wished = "Load one of 1,000,000 rows: the same", "≤ 1.5"
    return Measured(what, ours, wished, other=fastexcel, beside="fastexcel, reading alone")


def from_file_to_figures(samples: Path, folder: Path) -> Measured:
    file = training_export(folder / "training 10000.xlsx", rows=10_000)

    def once() -> float:
        with copied(samples, folder) as store:
            started = time.perf_counter()
            # The samples have other persons, so it has to be said that it takes the place of theirs.
            load = ["load", str(file), "--extract-date", AS_OF.isoformat(), "--replaces"]
            for command in (load, ["coverage"]):
                command_line(command, store)
            return time.perf_counter() - started

    ours = median(once, times=3)
    what = "`load` 10,000 rows and `coverage`, both commands from their start"
    return Measured(what, ours, "< 2 s", other=124, beside="a known compliance suite")


def rehearsed(samples: Path, folder: Path) -> Measured:
    """From the dropped file to the effect on the page: read, rehearse, compare with the export before."""
    file = training_export(folder / "training 10000.xlsx", rows=10_000)
    database, order = FileDatabase.at(samples), Line(folder).order(extract_date=AS_OF)

    def once() -> float:
        def act() -> None:
            book = prepare(read(file, name=file.name), order, sources=SOURCES, words=WORDS)
            preview(database, {"file": book}, as_of=AS_OF, points=POINTS, words=WORDS)

        return timed(act)

    ours = median(once, times=3)
    what = "Rehearsal of 10,000 rows: read, all points before and after, rows new, changed and gone"
    return Measured(what, ours, "< 2 s")


def forty_files(folder: Path) -> Measured:
    """From forty dropped files to committed figures on the page of a new database."""
    files = [path for day in sorted(SAMPLES.glob("20*"), reverse=True) for path in sorted(day.iterdir())][:40]
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "page.duckdb"
        with FileDatabase.at(path).writing():
            pass
        with patch.dict(os.environ, {"COMPLIANCE_DATABASE": str(path)}):
            app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)
            app.switch_page("pages/imports.py").run()
            ours = timed(lambda: drop_and_load(app, files))
        loaded = len(rows_of(path))
        beside = timed(lambda: command_line(["load", *map(str, files)], in_file(Path(place) / "command.duckdb")))
    what, wished = "40 files dropped on the page of a new database", "the pace of the command line"
    note = f"read, shown with their effect, {loaded} imports loaded"
    return Measured(what, ours, wished, note=note, other=beside, beside="`load` of the same files")


def drop_and_load(app: AppTest, files: list[Path]) -> None:
    """What the coordinator does: drop the files, say whose they are, load."""
    organisation = tomllib.loads((SAMPLES / "fiction.toml").read_text("utf-8"))["organisation"]
    uploader: Any = app.file_uploader[0]
    uploader.set_value([(file.name, file.read_bytes(), "") for file in files]).run()
    for place in range(len(app.radio)):
        app.radio[place].set_value(organisation).run()
    app.button(key="load").click().run()
    assert not app.exception


def rows_of(path: Path) -> list[Any]:
    with FileDatabase.at(path).cursor() as cursor:
        return cursor.execute("from imports").fetchall()


def alone(module: str, expression: str, file: Path) -> float:
    """Seconds that an expression takes in a process of its own, without its start and imports."""
    code = f"import sys, time, {module}\nt = time.perf_counter()\n{expression}\nprint(time.perf_counter() - t)"
    return float(subprocess.run([sys.executable, "-c", code, file], check=True, capture_output=True, text=True).stdout)


# --- counting -----------------------------------------------------------------------------------------------------


def counted(what: str, path: Path, days: list[date], *, wished: str) -> Measured:
    database, times = FileDatabase.at(path), 5 if len(days) == 1 else 3
    return Measured(what, median(lambda: timed(lambda: count(database, days)), times=times), wished)


def listed(samples: Path) -> Measured:
    """The work lists of all units, with since when each item is left."""
    managers = tuple(WORDS["managers"])

    def once() -> None:
        with FileDatabase.at(samples).cursor() as cursor:
            (name, *_) = basis_on(cursor, days=[AS_OF], known_at=EVERYTHING_KNOWN).organisations
            work_lists(cursor, Asking(name, AS_OF, EVERYTHING_KNOWN, POINTS, load_todo(None), managers), EVERYTHING)

    return Measured("The work lists of all units, 2,000 people", median(lambda: timed(once), times=3), "< 2 s")


def large_database(samples: Path, folder: Path) -> Path:
    """The samples with every person, unit, system and so on many times over, as many imports as there are."""
    path = folder / "large.duckdb"
    shutil.copy(samples, path)
    with FileDatabase.at(path).writing() as cursor:
        for name, copies in COPIES.items():
            columns = {row[0] for row in cursor.execute(f"describe {name}").fetchall()}
            told_apart = ", ".join(f"{key} || ' ' || copy as {key}" for key in sorted(KEYS & columns))
            cursor.execute(
                f"insert into {name} select t.* replace ({told_apart})"
                f" from {name} as t, (select unnest(range(1, {copies})) as copy)"
            )
    return path


# --- the review ---------------------------------------------------------------------------------------------------


def reviewed(samples: Path, folder: Path) -> Iterator[Measured]:
    """Freezing the year's review, and each report of what was frozen."""
    with copied(samples, folder) as store, patch.dict(os.environ, store.environment):
        yield Measured("Submit a review of 2,000 people, which freezes it", submitted(store), "< 2 s")
        with store.database.cursor() as cursor:
            review = review_of(cursor, AS_OF.year)
            made = made_of(cursor, review)
        for name, act in made.items():
            yield Measured(f"… {name}", median(lambda act=act: timed(act), times=3), "< 3 s")
            yield Measured(f"… memory for {name}", grown(act), "< 300 MB", unit="MB")


def made_of(cursor: Cursor, review: Review) -> dict[str, Callable[[], bytes]]:
    """What makes each file of a review that has been submitted, by what it is."""
    found, who, say = dossier(cursor, review, own=None), signatures_of(cursor, review), Language("sv")
    names = names_of_persons(export_names(cursor), responsible=responsible(found))
    given = {"state": review.state, "signed": who, "say": say}
    meeting = {"functions": load_functions(None), "say": say, "state": review.state, "made_at": who.changed_at}
    kinds = {"its report as Word": "docx", "its report as PDF": "pdf", "its slides": "pptx"}
    return {
        **{name: partial(write_report, found, kind=kind, public=False, **given) for name, kind in kinds.items()},
        "its report as PDF to hand out": partial(write_report, found, kind="pdf", public=True, **given),
        "its meeting handout": partial(handouts.pdf, found, names=names, **meeting),
        "its year package": partial(whole_package, gathered(cursor, review, version=None), say=say, template=None),
    }


def grown(act: Callable[[], object]) -> float:
    """How many MB a process of its own is at its highest above what it was before it made a file, as in the product."""
    done = subprocess.run(
        [sys.executable, "-c", GROWN], cwd=ROOT, check=True, capture_output=True, input=pickle.dumps(act)
    )
    return float(done.stdout)


# --- the server ---------------------------------------------------------------------------------------------------


def pages(samples: Path, folder: Path) -> Iterator[Measured]:
    """What the running server takes for a page once its figures are known, until its last message is there."""
    with served(partial(copied, samples, folder)) as server, session(server.address) as visitor:
        (took,) = warm(visitor)
    for name in NAMED:
        yield Measured(f"A warm page: {name}", took[name], "< 120 ms")
    worst = max(took, key=lambda name: took[name])
    yield Measured(f"… the slowest of {len(took)} addresses", took[worst], "< 120 ms", note=worst)


def first_visits(samples: Path, folder: Path) -> Iterator[Measured]:
    """What the first visit to each address takes, on the day that it shows by itself: that day is counted ahead."""
    just = {}
    for name in ADDRESSES:
        with served(partial(copied, samples, folder)) as server, session(server.address) as visitor:
            just[name] = opened(visitor, name)
    yield from first("A first visit to a server that has just started, the slowest", just)
    with served(partial(copied, samples, folder)) as server, session(server.address) as visitor:
        rest(server)
        yield from first("A first visit once it has counted ahead, the slowest", every(visitor, lambda _: None))
        change = partial(small_import, server, folder)
        yield from first("A first visit just after an import, the slowest", every(visitor, change))


def every(visitor: Session, before: Callable[[int], None]) -> dict[str, float]:
    """What each address takes, after something that is done before it."""
    took = {}
    for number, name in enumerate(ADDRESSES):
        before(number)
        took[name] = opened(visitor, name)
    return took


def first(what: str, took: dict[str, float]) -> Iterator[Measured]:
    worst = max(took, key=lambda name: took[name])
    yield Measured(what, took[worst], "< 1 s", note=worst)
    yield Measured(f"… half of {len(took)} addresses within", statistics.median(took.values()), "< 1 s")


def small_import(server: Running, folder: Path, number: int) -> None:
    """Load an export that no other is like."""
    rows = 2_000 + number
    file = training_export(folder / f"training {rows}.xlsx", rows=rows)
    order = Line(folder).order(extract_date=AS_OF - timedelta(days=number))
    load(server.store.database, read(file, name=file.name), order, sources=SOURCES, words=WORDS)


def acts(samples: Path, folder: Path) -> Iterator[Measured]:
    """What the server takes when somebody uses a page: by the widget's own message, as a browser sends it."""
    with served(partial(copied, samples, folder)) as server, session(server.address) as visitor:
        for what, took in used(visitor).items():
            yield Measured(what, took, "< 150 ms")


SESSIONS, EARLY = 50, 20
LOOKED_AT = ("overview", "point", "systems", "incidents")


def memory(samples: Path, folder: Path) -> Iterator[Measured]:
    """What the server holds after fifty sessions that are over, each of which looked at a day of its own."""
    at = []
    with served(partial(copied, samples, folder)) as server:
        for number in range(SESSIONS):
            day = f"{AS_OF - timedelta(days=7 * number)}"
            with session(server.address) as visitor:
                for page in LOOKED_AT:
                    opened(visitor, page, as_of=day)
            at.append(megabytes(server.process))
    what = f"The server after {SESSIONS * len(LOOKED_AT)} page views in {SESSIONS} sessions that are over"
    yield Measured(what, at[-1], "< 350 MB", unit="MB")
    yield Measured(
        f"… more than after {EARLY} of them, each of another day", at[-1] - at[EARLY - 1], "< 10 MB", unit="MB"
    )


def starts(samples: Path, folder: Path) -> Iterator[Measured]:
    """What passes before anything is done."""
    with copied(samples, folder) as store:
        start = median(lambda: timed(lambda: command_line(["--version"], store)), times=5)
        whole = median(lambda: timed(lambda: command_line(["coverage"], store)), times=5)
    yield Measured("`coverage` of 2,000 people, from its start", whole, "")
    yield Measured("… its start alone, with its imports", start, "< 300 ms")

    def ready() -> float:
        with served(partial(copied, samples, folder)) as server:
            return server.seconds

    yield Measured("The server, from its start until it is ready", median(ready, times=3))


def hostile(folder: Path) -> Measured:
    """How much the memory of the process that asks for a file grows, at its highest."""
    near, far = stray_cell(folder / "near.xlsx", "B2"), stray_cell(folder / "far.xlsx", "XFD1048576")
    command = [sys.executable, "-c", STRAYED, near, far]
    said, growth = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    what = "A workbook with a cell in XFD1048576: growth of the server"
    return Measured(what, growth, "< 100 MB", unit="MB", note=said)


def refused(folder: Path) -> Measured:
    """The slowest of the files that mean harm, each from its bytes to its sentence."""
    harm = {name: file for name, file in doctor_files().items() if name in HARM}

    def once(content: bytes, name: str) -> float:
        def act() -> None:
            with suppress(Refusal):
                read(content, name=name)

        return timed(act)

    took = {name: once(*file) for name, file in harm.items()}
    worst = max(took, key=lambda name: took[name])
    what = f"The slowest of {len(took)} hostile files to be refused"
    return Measured(what, took[worst], "< 2 s", note=worst)


def stray_cell(path: Path, cell: str) -> Path:
    """A workbook that claims to reach from A1 to a cell."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "System")
        sheet.write(cell, "x")
    return path


# What is measured, in the order of the table.
GROUPS: dict[str, Callable[[Path, Path], Iterator[Measured]]] = {
    "loading": loading,
    "million": a_million,
    "counting": counting,
    "counting-more": counting_more,
    "review": reviewed,
    "starts": starts,
    "pages": pages,
    "acts": acts,
    "first-visits": first_visits,
    "memory": memory,
    "hostile": hostility,
}
