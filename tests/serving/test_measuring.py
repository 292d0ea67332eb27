"""The values of the store for those who watch over it: right by number, without a name, and there while it is held."""

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import httpx2
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from compliance.core import clock
from compliance.core.places import ROOT
from compliance.counting.assessing import coverage
from compliance.declarations.sources import product_sources
from compliance.intake.rows import IntakeFile, record
from compliance.keeping.maintaining import VERIFIED, last_verification, maintain
from compliance.serving import measuring as measuring_
from compliance.serving.measuring import Measuring
from compliance.serving.metrics import REGISTRY
from compliance.store import failures, stores
from compliance.store.database import EVERYTHING_KNOWN
from tests import packed, sampled
from tests.browser import serving
from tests.line import POINTS, Line
from tests.searching import named, values_of
from tests.serving.test_metrics import scraped, until, values
from tests.session import session

SYSTEMS = "Systemnamn | Status | Enhet\nAlfa | I drift | Enhet Norr\n"
TODAY = date(2026, 11, 24)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """The organisation's own store on a day, with an export of two organisations, one of which is late."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "test.duckdb"))
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 24, 9))
    with Line(tmp_path).held() as line:
        for organisation, day in (("Norra", date(2026, 11, 1)), ("Södra", date(2025, 3, 1))):
            line.load_table(SYSTEMS, name=f"{organisation}.csv", extract_date=day, organisation=organisation)
        yield line


def told(measuring) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(measuring)
    return values(generate_latest(registry).decode())


def measured(unready="") -> dict[str, float]:
    measuring = Measuring(lambda: unready)
    measuring.measure()
    assert measuring.failed == ""
    return told(measuring)


def hold(line, name, *, state="held"):
    """Let a file of the intake wait for an answer."""
    with line.database.writing() as cursor:
        record(cursor, IntakeFile(None, "Norra", name, name, 1, state, why={"code": "x"}, who="intake"))


def test_what_the_store_says_is_told_by_source(store):
    for name in ("a", "b"):
        hold(store, name)
    hold(store, "a", state="loaded")
    found = measured()
    assert found["compliance_ready"] == 1
    assert found["compliance_intake_held_files"] == 1
    assert found["compliance_exports_late[('source', 'systems')]"] == 1
    assert found["compliance_exports_late[('source', 'staff')]"] == 0
    newest = datetime(2026, 10, 31, 23, tzinfo=UTC).timestamp()
    assert found["compliance_newest_export_timestamp_seconds[('source', 'systems')]"] == newest
    assert "compliance_newest_export_timestamp_seconds[('source', 'staff')]" not in found
    assert found["compliance_store_bytes[('part', 'file')]"] == store.database.path.stat().st_size
    assert found["compliance_disk_free_bytes[('place', 'store')]"] > 0
    assert "compliance_copy_age_seconds" not in found


def test_a_server_that_cannot_serve_is_not_ready(store):
    assert measured("it is being started")["compliance_ready"] == 0


def test_it_looks_at_the_store_only_once_something_has_changed(store, monkeypatch):
    monkeypatch.setattr(measuring_, "REST", 0)
    measuring = Measuring(lambda: "")
    measuring.measure()
    with monkeypatch.context() as patched:
        patched.setattr(type(store.database), "cursor", lambda _: pytest.fail("it looks"))
        measuring.measure()
    assert told(measuring)["compliance_intake_held_files"] == 0
    hold(store, "a")
    measuring.measure()
    assert told(measuring)["compliance_intake_held_files"] == 1


def test_a_store_that_takes_long_to_count_is_counted_again_only_after_a_rest(store, monkeypatch):
    monkeypatch.setattr(measuring_, "REST", 1e9)
    measuring = Measuring(lambda: "")
    measuring.measure()
    held_at = measuring._held_at
    hold(store, "a")
    measuring.measure()
    assert told(measuring)["compliance_intake_held_files"] == 0
    assert measuring._held_at == held_at
    assert measuring.failed == ""
    measuring._again = 0
    measuring.measure()
    assert told(measuring)["compliance_intake_held_files"] == 1


def test_everything_is_told_while_the_store_is_counted(store, monkeypatch):
    measuring, seen = Measuring(lambda: ""), []
    measuring.measure()
    before = told(measuring)
    hold(store, "a")
    measuring._again = 0
    monkeypatch.setattr(measuring_, "_of_store", lambda *_: seen.append(told(measuring)) or [])
    measuring.measure()
    assert {*seen[0]} == {*before}


def test_what_cannot_be_taken_stays_as_it_was_and_its_age_is_told(store, monkeypatch, caplog):
    measuring = Measuring(lambda: "")
    measuring.measure()
    before = told(measuring)
    hold(store, "a")
    measuring._again = 0

    def away(_):
        raise failures.away("database")

    monkeypatch.setattr(type(store.database), "cursor", away)
    measuring.unready = lambda: "the database cannot be reached"
    measuring.measure()
    measuring.measure()
    after = told(measuring)
    assert (before["compliance_ready"], after["compliance_ready"]) == (1, 0)
    assert {*after} == {*before}
    assert after["compliance_intake_held_files"] == before["compliance_intake_held_files"]
    assert after["compliance_measured_age_seconds"] > before["compliance_measured_age_seconds"]
    assert len(caplog.records) == 1


def test_a_store_that_is_not_made_yet_says_nothing_of_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "none" / "own.duckdb"))
    found = measured()
    assert {*found} == {
        "compliance_ready", "compliance_disk_free_bytes[('place', 'temporary')]", "compliance_measured_age_seconds",
    }  # fmt: skip
    assert not (tmp_path / "none").exists()


@pytest.mark.live
def test_a_copy_of_a_shared_store_tells_its_age_and_what_it_has_while_that_is_away(
    postgres_database, tmp_path, monkeypatch
):
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path))
    monkeypatch.setenv("COMPLIANCE_DATABASE", postgres_database)
    with stores.own().writing() as cursor:
        record(cursor, IntakeFile(None, "Norra", "a", "a", 1, "held", why={"code": "x"}, who="intake"))
    found = measured()
    assert found["compliance_copy_age_seconds"] == 0
    assert found["compliance_store_bytes[('part', 'copy')]"] > 0
    assert found["compliance_store_bytes[('part', 'postgresql')]"] > 0
    monkeypatch.setenv("COMPLIANCE_DATABASE", "postgresql://nobody@127.0.0.1:1/none")
    found = measured("the database cannot be reached")
    assert found["compliance_copy_age_seconds"] > 0
    assert found["compliance_intake_held_files"] == 1
    assert found["compliance_ready"] == 0


# --- The audit trail --------------------------------------------------------------------------------------------------


def test_what_was_last_found_of_the_audit_trail_is_kept(store, tmp_path):
    assert "compliance_audit_faults" not in measured()
    at = clock.now() - timedelta(hours=3)
    assert maintain(store.database, own=tmp_path, now=at).problems == []
    found = measured()
    assert found["compliance_audit_verified_timestamp_seconds"] == at.replace(tzinfo=UTC).timestamp()
    assert found["compliance_audit_faults"] == 0
    kept = json.loads((tmp_path / VERIFIED).read_text("utf-8"))
    (tmp_path / VERIFIED).write_text(json.dumps(kept | {"faults": 2}), "utf-8")
    assert measured()["compliance_audit_faults"] == 2


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"at": 5, "faults": 0}', '{"at": "2026-11-24", "faults": null}'])
def test_what_was_kept_of_it_and_cannot_be_read_says_nothing(text, tmp_path):
    (tmp_path / VERIFIED).write_text(text, "utf-8")
    assert last_verification(tmp_path) is None


# --- What is not told -------------------------------------------------------------------------------------------------

# What names somebody or something of the organisation, in a table's columns.
NAMING = re.compile(
    r"organisation|unit|department|name|file|sheet|system|email|employee|responsible|who|by$|supplier|title"
)
SOURCES = {*product_sources(), "authentication", "continuity", "encryption", "own"}
LABELS = {"kind", "status", "page", "queue", "place", "part", "source", "le", "version"}


@pytest.mark.exhaustive
def test_a_source_of_another_publisher_has_no_name_of_its_own(tmp_path, monkeypatch):
    """What it is called is theirs; of the packs that come with the product it is known."""
    path = packed.beside(tmp_path)
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(path))
    found = measured()
    newest = {name for name in found if name.startswith("compliance_newest_export_timestamp_seconds")}
    assert {re.findall(r"'source', '(\w+)'", name)[0] for name in newest} <= SOURCES
    assert newest >= {
        f"compliance_newest_export_timestamp_seconds[('source', '{id_}')]" for id_ in ("own", "continuity")
    }


@pytest.mark.exhaustive
def test_it_holds_no_name_and_no_figure(tmp_path, monkeypatch):
    path = sampled.beside(tmp_path)
    path.with_name("sample.duckdb").rename(path)
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(path))
    measuring = Measuring(lambda: "")
    measuring.measure()
    registry = CollectorRegistry()
    registry.register(measuring)
    text = (generate_latest(registry) + generate_latest(REGISTRY)).decode()
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    names = {value for _, column, value in values_of(stores.own()) if NAMING.search(column) and len(value) > 2}
    assert len(names) > 1_000
    assert named(lines, names) == []
    planted = max(names, key=len)
    assert named(f"{lines} {planted}", names)
    assert {*re.findall(r'(\w+)="', lines)} <= LABELS
    with stores.own().cursor() as cursor:
        every = coverage(cursor, POINTS, days=[TODAY], known_at=EVERYTHING_KNOWN, level="organisation")
    shares = {each.coverage for each in every} - {None, 0, 1}
    assert shares
    assert not shares & {*values(text).values()}


# --- On a real server -------------------------------------------------------------------------------------------------

HOLDING = """
import sys
from pathlib import Path
from compliance.store.file import FileDatabase
with FileDatabase.at(Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(path):
    """The file of a store held by another process while the block lasts."""
    command = [sys.executable, "-c", HOLDING, str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.mark.live
def test_the_values_of_a_running_server_are_right_and_wait_for_nobody(tmp_path):
    line = Line(tmp_path)
    line.load_table(SYSTEMS, organisation="Norra", extract_date=date(2026, 11, 1))
    hold(line, "a")
    with serving(line.database.path) as here, session(here.address) as page:
        page.opens("systems")
        page.opens("quality")
        found = until(here, "compliance_ready", 1)
        assert found["compliance_intake_held_files"] == 1
        assert found["compliance_page_seconds_count[('page', 'systems')]"] == 1
        assert found["compliance_newest_export_timestamp_seconds[('source', 'systems')]"] > 1.7e9
        with held(line.database.path) as process:
            assert scraped(here)["compliance_intake_held_files"] == 1
            assert httpx2.get(f"{here.address}/healthz").text == "ok"
            assert process.poll() is None
