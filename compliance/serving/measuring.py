"""The values of /metrics that take time: they are taken in a thread and kept, so that whoever asks waits for nothing.

What cannot be taken now, as while another process holds the store or a database is away, stays as it was; its age is
told beside it.
"""

import logging
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from compliance.core import clock, places
from compliance.correcting.deliveries import Delivery, deliveries_to
from compliance.declarations.packs import folder_files, ids_of_sources, product_packs
from compliance.declarations.queries import statement
from compliance.declarations.sources import product_sources
from compliance.intake.rows import files_held
from compliance.keeping.maintaining import last_verification
from compliance.serving.metrics import REGISTRY
from compliance.store import stores
from compliance.store.database import EVERYTHING_KNOWN, Database, rows
from compliance.store.failures import Away

SECONDS: Final = 30.0
# The same while the server cannot serve, as before its first page.
SOON: Final = 2.0
# A store that is written to all the time is counted again after so many times what that took.
REST: Final = 10
# What stands for the sources of other publishers: what they are called is theirs.
OWN: Final = "own"
log = logging.getLogger(__name__)


class Measuring(Collector):
    """The values that were taken last; `unready` returns why the server cannot serve, or nothing."""

    def __init__(self, unready: Callable[[], str]) -> None:
        self.unready = unready
        # Why the server could not serve, and what could not be taken, at the last time.
        self.why, self.failed = "", ""
        # What is known of this machine, of the store's copy and sizes, and of what is in it: in which state, when that
        # was last seen to hold, and when it may be counted again.
        self._machine: tuple[Metric, ...] = ()
        self._copy: tuple[Metric, ...] = ()
        self._sizes: tuple[Metric, ...] = ()
        self._store: tuple[Metric, ...] = ()
        self._state: tuple[str, date] | None = None
        self._held_at: float | None = None
        self._again = 0.0

    def begin(self, over: threading.Event) -> None:
        """Take the values in the background until the event is set."""
        REGISTRY.register(self)
        threading.Thread(target=self._keep_measuring, args=(over,), name="measuring", daemon=True).start()

    def _keep_measuring(self, over: threading.Event) -> None:
        wait = 0.0
        while not over.wait(wait):
            self.measure()
            wait = SOON if self.why else SECONDS

    def measure(self) -> None:
        """Take the values. One that fails is told once in the log."""
        try:
            self.why = self.unready()
            self._machine = (*_ready(self.why), *_of_machine())
            database = stores.own()
            self._copy = tuple(_of_copy(database))
            with suppress(Away):
                self._sizes = tuple(_sizes(database))
            self._count(database)
            self.failed = ""
        except Exception as error:  # whatever it is, the server goes on
            if self.failed != repr(error):
                log.warning("The values of /metrics cannot be taken: %s", error, exc_info=error)
            self.failed = repr(error)

    def _count(self, database: Database) -> None:
        """Count what is in a store once it is another, or another day, unless that has just taken long."""
        state, begun = (database.state(), clock.today()), time.monotonic()
        if state != self._state:
            if begun < self._again:
                return
            try:
                self._store, self._state = tuple(_of_store(database, state[1])), state
            finally:
                ended = time.monotonic()
                self._again = ended + REST * (ended - begun)
        self._held_at = time.monotonic()

    def collect(self) -> Iterator[Metric]:
        """The values, and their age."""
        yield from (*self._machine, *self._copy, *self._sizes, *self._store)
        if self._held_at is not None:
            said = "Seconds since the values of the store were known to hold."
            yield GaugeMetricFamily("compliance_measured_age_seconds", said, time.monotonic() - self._held_at)


def _gauge(name: str, said: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"compliance_{name}", said, labels=(label,))
    for each, value in values.items():
        family.add_metric((each,), value)
    return family


def _ready(why: str) -> Iterator[Metric]:
    yield GaugeMetricFamily("compliance_ready", "Whether stores and pages can be used, as /readyz says.", int(not why))


def _of_machine() -> Iterator[Metric]:
    """The room on its disks, and what was last found of the audit trail."""
    folders = {"store": places.own_files(), "temporary": Path(tempfile.gettempdir())}
    free = {name: shutil.disk_usage(folder).free for name, folder in folders.items() if folder.exists()}
    yield _gauge("disk_free_bytes", "Room that is left, by folder.", "place", free)
    if verified := last_verification(places.own_files()):
        said, when = "When maintain last verified the audit trail here.", _seconds(verified.at)
        yield GaugeMetricFamily("compliance_audit_verified_timestamp_seconds", said, when)
        yield GaugeMetricFamily("compliance_audit_faults", "The faults that it found in the trail.", verified.faults)


def _of_copy(database: Database) -> Iterator[Metric]:
    """How old the copy of a store that machines share is; none where a file is the store, or before there is a copy."""
    if places.own().address and (since := database.away_since()) != datetime.min:
        age = (clock.now() - since).total_seconds() if since else 0
        yield GaugeMetricFamily("compliance_copy_age_seconds", "How old what is shown of a shared store is.", age)


def _sizes(database: Database) -> Iterator[Metric]:
    """The sizes of a store; none before it is made."""
    parts = ("copy", "postgresql") if places.own().address else ("file",)
    sizes = dict(zip(parts, database.sizes().values(), strict=True)) if database.exists() else {}
    yield _gauge("store_bytes", "Size of the store.", "part", sizes)


def _of_store(database: Database, today: date) -> Iterator[Metric]:
    """What the store says; nothing before it is made."""
    if not database.exists():
        return
    with database.cursor() as cursor:
        named = rows(cursor, statement("organisations_on"), {"as_of": today, "known_at": EVERYTHING_KNOWN})
        organisations = [row["organisation"] for row in named]
        found = [*deliveries_to(cursor, organisations, as_of=today, own=places.own_files())]
        held = files_held(cursor)
    yield GaugeMetricFamily("compliance_intake_held_files", "Files of the intake that wait for an answer.", held)
    yield from _of_deliveries(found)


def _of_deliveries(found: Sequence[Delivery]) -> Iterator[Metric]:
    """By source, how many organisations' exports are late, and the day of the newest of any."""
    late = Counter({_label(each.source.id): 0 for each in found})
    late.update(_label(each.source.id) for each in found if each.state == "late")
    yield _gauge("exports_late", "Organisations whose export of a source is late.", "source", late)
    newest: dict[str, float] = {}
    for each in found:
        if each.newest:
            label, day = _label(each.source.id), _seconds(clock.midnight(each.newest))
            newest[label] = max(day, newest.get(label, day))
    yield _gauge("newest_export_timestamp_seconds", "The day of the newest export of a source.", "source", newest)


def _label(source: str) -> str:
    return source if source in _known() else OWN


@cache
def _known() -> frozenset[str]:
    """The ids of the sources of the product, and of the packs that come with it."""
    return frozenset(product_sources()).union(*(ids_of_sources(folder_files(folder)) for folder in product_packs()))


def _seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=UTC).timestamp()
