"""What it takes that several machines share a store in PostgreSQL, beside one file: the groups of `machines`.

PostgreSQL is Debian's with its usual settings, on this machine too: what it has committed outlives a loss of power.
"""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from compliance.loading.loading import load
from compliance.reading.reading import read
from compliance.store.changes import numbers_of_rows
from compliance.store.file import FileDatabase
from compliance.store.shared import SharedDatabase
from tests import postgres
from tests.line import SOURCES, WORDS, Line
from tests.machines import machine, with_all_of
from tests.ports import free_port
from tests.postgres import Server
from tests.proxied import HOST, certificate, nginx
from tests.session import Session, session
from tools.administrations import write_exports
from tools.measuring.lines import Measured
from tools.measuring.stand import (
    AS_OF,
    DAY,
    NAMED,
    TREND,
    Placing,
    Running,
    Store,
    command_line,
    copied,
    count,
    in_file,
    in_turn,
    median,
    opened,
    rest,
    running,
    served,
    submitted,
    timed,
    training_export,
    used,
    warm,
    whole_line,
)
from tools.measuring.viewers import WISHED, bare, met, sessions

USUAL = {
    "fsync": "on", "full_page_writes": "on", "shared_buffers": "128MB", "wal_recycle": "on", "wal_init_zero": "on",
    "max_wal_size": "1GB", "min_wal_size": "80MB", "autovacuum": "on", "jit": "on",
}  # fmt: skip
MODEL = "model"
NEAR = "≤ 1.3"
ADMINISTRATIONS = [f"Stadsdel {number} (exempel)" for number in range(1, 27)]
REVIEW = "the review of this year"
# A day on which each source was exported, and the number of rows that an import of the samples often has.
EXPORTED, IMPORTED = date(2026, 10, 31), 3_361
NUMBERS = {1: "one server", 2: "two servers"}
NOTHING_AHEAD = {"COMPLIANCE_COUNT_AHEAD": "no"}


def beside(what: str, took: list[float], wished: str = "", *, note: str = "") -> Measured:
    """A line on what PostgreSQL takes, and then the file."""
    ours, other = took
    return Measured(what, ours, wished, note=note, other=other, beside="the file")


# --- machines -----------------------------------------------------------------------------------------------------


class Machines:
    """Machines that share stores of a PostgreSQL, each with a folder of its own."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder = server, folder
        self._names = (f"store{number}" for number in itertools.count())

    def begun(self) -> Store:
        """A machine on a new store in which nothing is."""
        store = self.on(self.server.create(next(self._names)))
        with store.database.writing():
            return store

    def on(self, address: str) -> Store:
        """Another machine on a store, without a copy yet."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        return Store(machine(address, folder), {"COMPLIANCE_DATABASE": address, "COMPLIANCE_FOLDER": str(folder)})

    def beside(self, store: Store) -> Store:
        """Another machine on a store, with a copy of its own that is up to date."""
        other = self.on(store.environment["COMPLIANCE_DATABASE"])
        shutil.copy(copy_of(store), copy_of(other))
        return other

    @contextmanager
    def placed(self) -> Iterator[Store]:
        """A machine on a store of its own with what the samples hold, and with its copy."""
        store = self.on(self.server.create(next(self._names), template=MODEL))
        shutil.copy(self.folder / "copy.duckdb", copy_of(store))
        yield store


def copy_of(store: Store) -> Path:
    return Path(store.environment["COMPLIANCE_FOLDER"], "copy.duckdb")


@contextmanager
def sharing(samples: Path, folder: Path, *, standby: bool = False) -> Iterator[Machines]:
    """Machines that share stores with what the samples hold, or with what else is said to be the samples."""
    with tempfile.TemporaryDirectory(dir=folder) as place, postgres.server(**USUAL) as server:
        with_all_of(FileDatabase.at(samples), server.create(MODEL), Path(place))
        # nobody may be connected to it while it is copied
        server.ask(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{MODEL}'")
        other = server.standby(synchronous=True) if standby else None
        try:
            yield Machines(server, Path(place))
        finally:
            if other:
                other.remove()


# --- one machine beside the file ----------------------------------------------------------------------------------


def loading(samples: Path, folder: Path) -> Iterator[Measured]:
    """A load of each size, and one whose commit waits for a second PostgreSQL."""
    what = "Load a training export of 10,000 rows: read, validate, load, all points before and after"
    own = partial(copied, samples, folder)
    with sharing(samples, folder) as machines:
        for name, rows in {what: 10_000, "… of 100,000 rows": 100_000}.items():
            line = partial(whole_line, training_export(folder / f"training {rows}.xlsx", rows=rows), folder=folder)
            yield beside(name, in_turn(partial(line, machines.placed), partial(line, own), times=3))
    with sharing(samples, folder, standby=True) as machines:
        line = partial(whole_line, training_export(folder / "training 10000.xlsx", rows=10_000), folder=folder)
        took = in_turn(partial(line, machines.placed), partial(line, own), times=3)
        yield beside("… of 10,000 rows, with a synchronous standby", took)


def reading(samples: Path, folder: Path) -> Iterator[Measured]:
    """What is counted of a copy that is open, as a page of a busy server does."""
    with sharing(samples, folder) as machines, machines.placed() as ours, copied(samples, folder) as file:
        yield from both_count("All points by unit, 2,000 people, the store open already", [AS_OF], ours, file)
        yield from both_count("… their trend over 36 months", TREND, ours, file)


def both_count(what: str, days: list[date], *stores: Store) -> Iterator[Measured]:
    with ExitStack() as held:
        for store in stores:
            held.enter_context(store.database.cursor())
        acts = [partial(timed, partial(count, store.database, days)) for store in stores]
        yield beside(what, in_turn(*acts, times=5), NEAR)


def pages(samples: Path, folder: Path) -> Iterator[Measured]:
    """Warm pages of two servers in turn, each of which has counted ahead."""
    with ExitStack() as held:
        machines = held.enter_context(sharing(samples, folder))
        servers = [
            held.enter_context(served(placing)) for placing in (machines.placed, partial(copied, samples, folder))
        ]
        for server in servers:
            rest(server)
        ours, other = warm(*(held.enter_context(session(server.address)) for server in servers))
    for name in NAMED:
        yield beside(f"A warm page: {name}", [ours[name], other[name]], NEAR)
    worst = max(ours, key=lambda name: ours[name])
    yield beside(f"… the slowest of {len(ours)} addresses", [ours[worst], max(other.values())], NEAR, note=worst)
    worst = max(ours, key=lambda name: ours[name] / other[name])
    yield beside("… the one that takes longest beside the file", [ours[worst], other[worst]], NEAR, note=worst)


def writing(samples: Path, folder: Path) -> Iterator[Measured]:
    """What is used and submitted, and how long a server takes to start."""
    file = partial(copied, samples, folder)
    with sharing(samples, folder) as machines:
        took = [uses(placing) for placing in (machines.placed, file)]
        for what in took[0]:
            yield beside(what, [each[what] for each in took])
        what = "Submit a review of 2,000 people, which freezes it"
        yield beside(what, in_turn(*(partial(submits, placing) for placing in (machines.placed, file)), times=3))
        what = "The server, from its start until it is ready"
        yield beside(what, in_turn(*(partial(starts, placing) for placing in (machines.placed, file)), times=3))
    with sharing(samples, folder, standby=True) as machines:
        what, ours = next(iter(uses(machines.placed).items()))
        yield beside(f"{what}, with a synchronous standby", [ours, took[1][what]])


def uses(placing: Placing) -> dict[str, float]:
    with served(placing) as server, session(server.address) as visitor:
        rest(server)
        return used(visitor)


def submits(placing: Placing) -> float:
    with placing() as store:
        return submitted(store)


def starts(placing: Placing) -> float:
    with served(placing) as server:
        return server.seconds


# --- another machine ----------------------------------------------------------------------------------------------


def following(samples: Path, folder: Path) -> Iterator[Measured]:
    """How far another machine is behind."""
    with sharing(samples, folder) as machines, machines.placed() as store:
        number = rows_in(store)
        build = partial(builds, machines, store)
        yield Measured("A machine builds its copy of all samples", median(build, times=5), note=f"{number:,} rows")
        other = machines.beside(store).database
        with store.database.cursor(), other.cursor():  # as those of a server, which stay open
            numbers = itertools.count(IMPORTED)
            follow = partial(follows, store.database, other, folder, numbers)
            yield Measured(f"… and follows an import of {IMPORTED:,} rows", median(follow, times=5))
        with running(store) as one, running(machines.beside(store)) as two:
            yield Measured("A text is left at one server, until another shows it", shows(one, two), "< 2 s")


def builds(machines: Machines, store: Store) -> float:
    return timed(machines.on(store.environment["COMPLIANCE_DATABASE"]).database.follower.follow)


def rows_in(store: Store) -> int:
    """How many rows all its tables have."""
    with store.database.cursor() as cursor:
        return sum(numbers_of_rows(cursor).values())


def follows(one: SharedDatabase, other: SharedDatabase, folder: Path, numbers: Iterator[int]) -> float:
    """Seconds that another machine follows, after an export has been loaded that no other is like."""
    rows = next(numbers)
    file = training_export(folder / f"training {rows}.xlsx", rows=rows)
    order = Line(folder).order(extract_date=AS_OF - timedelta(days=rows - IMPORTED))
    load(one, read(file, name=file.name), order, sources=SOURCES, words=WORDS)
    return timed(other.follower.follow)


def shows(one: Running, two: Running) -> float:
    """The median of the seconds from a text that is left at a server until another one has drawn it."""
    for server in (one, two):
        rest(server)
    with session(one.address) as writer, session(two.address) as reader:
        texts = (f"Sett {number}." for number in itertools.count())
        for visitor in (writer, reader):
            opened(visitor, REVIEW, as_of=DAY)
        return median(lambda: timed(lambda: passes_on(writer, reader, next(texts))), times=9)


def passes_on(writer: Session, reader: Session, text: str) -> None:
    writer.sets("text_area", string_value=text)
    while not any(text in str(element) for kind, element, _ in reader.drawn if kind == "text_area"):
        opened(reader, REVIEW, as_of=DAY)


# --- a city -------------------------------------------------------------------------------------------------------


def there(server: Server, store: Store) -> float:
    """How many MB a store has in PostgreSQL."""
    name = store.environment["COMPLIANCE_DATABASE"].partition("@/")[2].partition("?")[0]
    return int(server.ask(f"select pg_database_size('{name}')")) / 1024**2


def city_loading(_: Path, folder: Path) -> Iterator[Measured]:
    """The exports of a day of each administration, loaded as at night."""
    inbox = folder / "inbox"
    for name in ADMINISTRATIONS:
        write_exports(inbox / name, name, [EXPORTED])
    with tempfile.TemporaryDirectory(dir=folder) as place, postgres.server(**USUAL) as server:
        stores = (Machines(server, Path(place)).begun(), in_file(Path(place) / "own.duckdb"))
        took = [timed(lambda store=store: loads(inbox, store)) for store in stores]
        with stores[0].database.cursor() as cursor:
            ((files, rows),) = cursor.execute("select count(*), sum(loaded) from imports").fetchall()
        note = f"{files} files, {rows:,} rows, {rows / took[0]:,.0f} a second"
        yield beside("26 administrations load their exports of a day, one after the other", took, note=note)


def loads(inbox: Path, store: Store) -> None:
    for name in ADMINISTRATIONS:
        files = sorted(map(str, (inbox / name).rglob("*.*")))
        command_line(["load", "--organisation", name, *files], store)


# --- many viewers -------------------------------------------------------------------------------------------------


def viewing(samples: Path, folder: Path) -> Iterator[Measured]:
    """Many viewers of one server and of two, behind nginx."""
    with sharing(samples, folder) as machines:
        for number in WISHED:
            with bare() as address:
                floor = sessions(address, number)
            for servers in (1, 2):
                with behind_nginx(machines, servers) as address:
                    ours = sessions(address, number)
                yield from met(f"{number} viewers at once, {NUMBERS[servers]} behind nginx", ours, floor)


@contextmanager
def behind_nginx(machines: Machines, number: int) -> Iterator[str]:
    """The address of servers that share what the samples hold."""
    tls, folder = free_port(), Path(tempfile.mkdtemp(dir=machines.folder))
    address = f"https://{HOST}:{tls}"
    with ExitStack() as held:
        held.enter_context(pytest.MonkeyPatch.context()).setenv("SSL_CERT_FILE", str(certificate(folder)))
        first = held.enter_context(machines.placed())
        stores = [first, *(machines.beside(first) for _ in range(1, number))]
        ports = []
        for store in stores:
            told = replace(store, environment=store.environment | {"COMPLIANCE_PUBLIC_ADDRESS": address})
            ports.append(held.enter_context(running(told)).port)
        held.enter_context(nginx(folder, tls=tls, plain=free_port(), behind=ports))
        yield address


# What is measured, in the order of the table.
GROUPS: dict[str, Callable[[Path, Path], Iterator[Measured]]] = {
    "shared-loading": loading,
    "shared-reading": reading,
    "shared-pages": pages,
    "shared-writing": writing,
    "following": following,
    "city-loading": city_loading,
    "viewing": viewing,
}
