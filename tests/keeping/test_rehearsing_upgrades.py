"""An upgrade is rehearsed on a copy: the store stays as it was, and what would be otherwise is told."""

import pytest

from compliance.store import schema
from tests.command import run_here
from tests.reviewed import at
from tests.store.kept_stores import store_of_0_11

DAY = ("--as-of", "2026-11-20")
# A step that loses a system, as a careless one would.
CARELESS = "delete from systems where system = 'Alfa'; update frozen_reviews set version = version;"


@pytest.fixture
def kept(tmp_path):
    """A store that 0.11 has left."""
    path = tmp_path / "own.duckdb"
    path.write_bytes(store_of_0_11())
    return path


@pytest.fixture
def approved(tmp_path):
    """A store of today with an approved review, and its figures as it prints them."""
    path = at("approved", tmp_path).database.path
    (tmp_path / "before.json").write_text(run_here(path, "coverage", "--by", "unit", "--format", "json", *DAY).stdout)
    return path


def with_step(monkeypatch, sql):
    files, macros, _ = schema._schema()
    monkeypatch.setattr(schema, "_schema", lambda: (files | {"900_later.sql": sql}, macros, "another"))


def test_the_steps_are_told_and_the_store_stays_as_it_was(kept):
    before = kept.read_bytes()
    done = run_here(kept, "rehearse-upgrade", *DAY)
    assert done.stdout.splitlines()[0].startswith("steps: 100_baseline.sql, 101_")
    assert "SQL" not in done.stdout
    assert kept.read_bytes() == before
    assert not kept.with_name("register.sqlite").exists()


def test_a_version_that_changes_nothing_says_so(approved, tmp_path):
    done = run_here(approved, "rehearse-upgrade", "--before", tmp_path / "before.json", *DAY)
    lines = done.stdout.splitlines()
    assert (done.returncode, lines[0], len(lines)) == (0, "steps: none", 4)
    assert lines[2].startswith("review of 2026, ")
    assert lines[2].endswith(": No difference")
    assert lines[3].endswith(", 0 changed")


def test_a_figure_and_a_review_that_the_version_would_change_are_told(approved, tmp_path, monkeypatch):
    with_step(monkeypatch, CARELESS)
    done = run_here(approved, "rehearse-upgrade", "--before", tmp_path / "before.json", *DAY)
    assert (done.returncode, done.stdout.splitlines()[0]) == (1, "steps: 900_later.sql")
    assert "review of 2026, " in done.stdout
    assert "No difference" not in done.stdout
    [changed] = [line for line in done.stdout.splitlines() if line.startswith("classification, ")]
    assert changed == "classification, Förvaltningen, Öst, Norr: met 1 → met 0"
    monkeypatch.undo()
    assert run_here(approved, "rehearse-upgrade", "--before", tmp_path / "before.json", *DAY).returncode == 0


@pytest.mark.parametrize("content", ["", "{", "[]x", '[{"id": 1}]', '{"id": "a"}', "[3]"])
def test_what_is_no_list_of_figures_is_refused_before_anything_is_copied(approved, tmp_path, content, monkeypatch):
    (tmp_path / "no.json").write_text(content, "utf-8")
    monkeypatch.setattr("compliance.keeping.upgrading.rehearse", lambda *_, **__: pytest.fail("it is rehearsed"))
    done = run_here(approved, "rehearse-upgrade", "--before", tmp_path / "no.json", *DAY)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("no.json does not hold what “coverage --by unit --format json” prints.")


def test_a_store_that_a_newer_version_has_written_is_refused(approved, monkeypatch):
    with_step(monkeypatch, "select 1")
    run_here(approved, "coverage", *DAY)
    monkeypatch.undo()
    done = run_here(approved, "rehearse-upgrade", *DAY)
    assert (done.returncode, done.stdout) == (1, "")
    assert "newer version" in done.stderr


@pytest.mark.live
def test_a_store_that_machines_share_is_rehearsed_on_a_copy_of_its_own(
    approved, tmp_path, postgres_database, monkeypatch
):
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path / "server"))
    assert run_here(approved, "move", "--from", approved, "--to", postgres_database).returncode == 0
    done = run_here(postgres_database, "rehearse-upgrade", "--before", tmp_path / "before.json", *DAY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].startswith("seconds: ")
    assert not (tmp_path / "server" / "copy.duckdb").exists()
