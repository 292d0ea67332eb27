"""The sample database: built from the samples with the product's own code, once, and whole or not at all."""

import errno
import os
import shutil
import time

import pytest

from compliance.core.places import ROOT, SAMPLES
from compliance.core.saving import DiskFull
from compliance.demo import demo
from compliance.store.database import rows
from compliance.store.file import FileDatabase
from tests.apps import opened, text
from tests.house import test_house


@pytest.fixture
def samples(tmp_path):
    """Two of the samples, of two extract dates."""
    folder = tmp_path / "samples"
    for pattern in ("2025-10-31/Systemregister*", "2026-10-31/Systemregister*"):
        path = next(SAMPLES.glob(pattern))
        (folder / path.parent.name).mkdir(parents=True)
        shutil.copy(path, folder / path.parent.name)
    return folder


def imported(path):
    with FileDatabase.at(path).cursor() as cursor:
        return rows(cursor, "select source, extract_date, imported_at, imported_by from imports order by import_id")


@pytest.mark.exhaustive
@pytest.mark.usefixtures("reads_here")
def test_the_files_are_loaded_in_the_order_of_their_extract_dates(samples, tmp_path):
    progress = []
    demo.build(
        FileDatabase.at(tmp_path / "sample.duckdb"), samples, progress=lambda done, of: progress.append((done, of))
    )
    imports = imported(tmp_path / "sample.duckdb")
    assert [row["source"] for row in imports] == ["systems", "systems"]
    assert [str(row["extract_date"]) for row in imports] == ["2025-10-31", "2026-10-31"]
    assert imports[0]["imported_at"] < imports[1]["imported_at"]
    assert all(row["imported_at"].date() > row["extract_date"] for row in imports)
    assert progress == [(1, 2), (2, 2)]


@pytest.mark.live
def test_the_mark_covers_every_room_that_the_samples_pass():
    """What a room uses decides with it what is stored: the sentences of a frozen review are made by `wording`."""
    reached, left = set(), {"demo"}
    while left:
        reached |= left
        names = [name for path in test_house.MODULES if room_of(path) in left for name in test_house.imported(path)]
        left = {name.split(".")[1] for name in names if name.startswith("compliance.")} - reached
    assert reached == set(demo.ROOMS)


def room_of(path):
    return test_house.module(path).split(".")[0]


@pytest.mark.live
@pytest.mark.usefixtures("reads_here")
def test_it_is_made_once_and_anew_when_the_samples_change(samples, tmp_path):
    path = tmp_path / "sample.duckdb"
    demo.build(FileDatabase.at(path), samples)
    first = path.stat().st_mtime_ns
    demo.build(FileDatabase.at(path), samples)
    assert path.stat().st_mtime_ns == first
    next(samples.glob("2025-10-31/*")).unlink()
    assert not demo.is_built(FileDatabase.at(path), samples)
    demo.build(FileDatabase.at(path), samples)
    assert len(imported(path)) == 1


def test_a_change_of_what_reads_and_stores_an_export_makes_it_anew(samples, tmp_path, monkeypatch):
    for room in demo.ROOMS:
        (tmp_path / "compliance" / room).mkdir(parents=True)
    monkeypatch.setattr(demo, "ROOT", tmp_path)
    marks = {demo._fingerprint(samples)}
    for room in demo.ROOMS:
        assert [*(ROOT / "compliance" / room).rglob("*.py")]
        (tmp_path / "compliance" / room / "step.py").write_text("pass")
        marks.add(demo._fingerprint(samples))
    assert len(marks) == 1 + len(demo.ROOMS)


@pytest.mark.exhaustive
@pytest.mark.usefixtures("reads_here")
def test_a_build_that_fails_leaves_no_database(samples, tmp_path):
    def fail(done, of):
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        demo.build(FileDatabase.at(tmp_path / "sample.duckdb"), samples, progress=fail)
    assert not (tmp_path / "sample.duckdb").exists()
    demo.build(FileDatabase.at(tmp_path / "sample.duckdb"), samples)
    assert len(imported(tmp_path / "sample.duckdb")) == 2


@pytest.mark.exhaustive
@pytest.mark.usefixtures("reads_here")
def test_a_sample_that_cannot_be_read_does_not_stop_the_others(samples, tmp_path):
    (samples / "2025-10-31" / "a.csv").write_bytes(b"\x00\x01")
    demo.build(FileDatabase.at(tmp_path / "sample.duckdb"), samples)
    assert len(imported(tmp_path / "sample.duckdb")) == 2


@pytest.mark.live
def test_without_samples_the_database_is_empty(tmp_path):
    demo.build(FileDatabase.at(tmp_path / "sample.duckdb"), tmp_path / "none")
    assert imported(tmp_path / "sample.duckdb") == []


@pytest.mark.exhaustive
def test_why_there_are_no_samples_is_told_on_the_page_and_they_are_tried_again(tmp_path, monkeypatch):
    """The disk is full for a while: the app goes on, and does not need a restart."""
    tried = []

    def build(database, *_, **__):
        tried.append(database)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(database.path))

    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))
    monkeypatch.setattr(demo, "build", build)
    path = tmp_path / "sample.duckdb"
    while not demo.building(FileDatabase.at(path)).over:
        time.sleep(0.01)
    assert "Det finns inget utrymme kvar i mappen" in text(opened("overview", monkeypatch))
    assert len(tried) == 1
    demo.building(FileDatabase.at(path)).failed_at -= demo.RETRY_SECONDS + 1
    while not demo.building(FileDatabase.at(path)).over:
        time.sleep(0.01)
    assert len(tried) == 2


@pytest.mark.live
def test_a_sample_that_finds_no_room_is_not_left_out(samples, tmp_path, monkeypatch):
    def full(*_, **__):
        raise DiskFull("There is no room left")

    monkeypatch.setattr(demo, "read", full)
    with pytest.raises(DiskFull):
        demo.build(FileDatabase.at(tmp_path / "sample.duckdb"), samples)
    assert not (tmp_path / "sample.duckdb").exists()
