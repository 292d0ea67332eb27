"""A store is moved to PostgreSQL and back with all that is in it, and what is looked after every night."""

import json
import os
import time

import pytest

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import current_user
from compliance.core import places
from compliance.keeping import moving
from compliance.loading.loading import rename_organisation
from compliance.store import stores
from compliance.store.copies import contents
from compliance.store.file import FileDatabase
from tests.command import run_here
from tests.reviewed import at

OWN = "[points.classification]\ntargets = [{ from = 2024-01-01, target = 0.2, limit = 0.1 }]\n"


@pytest.fixture
def approved(tmp_path, monkeypatch):
    """A file with an approved review and a register beside it, and the folder of a server."""
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path / "server"))
    line = at("approved", tmp_path / "old")
    with places.working_at(places.place(str(line.database.path))):
        audit.record(current_user(), Action.LOAD, "staff")
    return line


def move(source, target):
    return run_here(source, "move", "--from", source, "--to", target)


def trail(place):
    with places.working_at(places.place(str(place))):
        assert [*audit.verify()] == []
        return [(row["action"], row["what"]) for row in audit.register.own().rows("entries", after=0)]


def held(database):
    with database.cursor() as cursor:
        return contents(cursor)


@pytest.mark.live
def test_everything_is_moved_to_postgresql_and_back(approved, postgres, postgres_database, tmp_path, exhaustively):
    path = approved.database.path
    (approved.folder / "review_points.toml").write_text(OWN)
    with approved.database.writing() as cursor:  # as a store of an earlier version may hold
        cursor.execute("insert into events values (moment(), 'test', 'note', 'a' || chr(0) || 'b')")
    before = held(approved.database)
    done = move(path, postgres_database)
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout.splitlines()
    assert told[1].startswith(
        f"rows: {sum(count for count, _ in before.values())} in {len(before)} tables, the same; imports: 3;"
    )
    assert [line.partition(" of ")[0] for line in told[2:4]] == [
        "figures: 38", "approved reviews: 1, the same; whole seals: 1"
    ]  # fmt: skip
    assert told[5:] == [
        "texts without the character U+0000 now: 1",
        "declarations that were copied: review_points.toml",
    ]
    with places.working_at(places.place(postgres_database)):
        assert held(stores.own()) == before == held(approved.database)
    assert [what for what, _ in trail(path)] == ["load", "move"]
    assert [what for what, _ in trail(postgres_database)] == ["load", "move", "move"]
    if exhaustively:
        mended(postgres_database, tmp_path / "server" / "copy.duckdb")
        move_back(postgres_database, tmp_path / "new" / "back.duckdb", before, came_from=path)
    assert [file.name for folder in ("old", "server", "new") for file in (tmp_path / folder).glob(".moving-*")] == []
    postgres.ask("delete from compliance.events", postgres_database.rpartition("/")[2].partition("?")[0])
    done = run_here(postgres_database, "maintain")
    assert (done.returncode, "PostgreSQL gave 0 of" in done.stderr) == (1, True), done.stderr


def mended(address, path):
    """A copy that is not what PostgreSQL has is made anew at night, and told."""
    assert run_here(address, "maintain").returncode == 0
    with FileDatabase.at(path).writing() as cursor:
        cursor.execute("insert into events values (moment(), 'test', 'note', 'crept in')")
    done = run_here(address, "maintain")
    assert (done.returncode, "has been made anew: events." in done.stderr) == (1, True), done.stderr
    assert run_here(address, "maintain").returncode == 0


def move_back(address, back, before, *, came_from):
    """All that came from a file is moved from PostgreSQL to another, with the trail of both moves."""
    with FileDatabase.at(back).writing():  # an empty one
        pass
    done = move(address, back)
    assert (done.returncode, done.stderr) == (0, "")
    assert held(FileDatabase.at(back)) == before
    assert (back.parent / "review_points.toml").read_text() == OWN
    assert [what for what, _ in trail(address)] == ["load", "move", "move", "move"]
    assert [what for what, _ in trail(back)] == ["load", "move", "move", "move", "move"]
    assert f"{came_from.name} → {stores.public_name(address)}" in {what for _, what in trail(back)}
    with FileDatabase.at(back).cursor() as cursor:
        assert cursor.execute("select count(*) from events where what = 'ab'").fetchall() == [(1,)]


@pytest.mark.live
def test_what_is_not_there_or_not_empty_is_refused_and_stays(approved, tmp_path):
    path, full, beside = approved.database.path, tmp_path / "full.duckdb", tmp_path / "beside" / "new.duckdb"
    approved.database.copy_to(full)
    with places.working_at(places.place(str(beside))):
        audit.record(current_user(), Action.BACKUP, "x.zip")
    before = held(FileDatabase.at(full))
    for why, source, target in (
        ("Both are the same database", path, path),
        ("There is no database in nowhere.duckdb", tmp_path / "nowhere.duckdb", tmp_path / "new.duckdb"),
        ("There is a store in full.duckdb already", path, full),
        ("There is a store in new.duckdb already", path, beside),
    ):
        done = move(source, target)
        assert (done.returncode, why in done.stderr) == (1, True), done.stderr
    assert held(FileDatabase.at(full)) == before
    assert [what for what, _ in trail(path)] == ["load"]


@pytest.mark.exhaustive
def test_what_is_written_meanwhile_or_lost_on_the_way_leaves_the_new_place_empty(
    approved, postgres_database, tmp_path, monkeypatch
):
    path = approved.database.path
    copied = moving._copied

    def meanwhile(old, folder):
        found = copied(old, folder)
        with places.working_at(places.place(str(path))):
            rename_organisation(approved.database, 1, name="Kontoret", order=approved.order())
        return found

    monkeypatch.setattr(moving, "_copied", meanwhile)
    done = move(path, postgres_database)
    assert (done.returncode, "has been emptied again" in done.stderr) == (1, True), done.stderr
    assert not stores.at(places.place(postgres_database), copy=tmp_path / "another.duckdb").exists()
    with places.working_at(places.place(str(path))):
        *_, failed = audit.register.own().rows("entries", after=0)
    assert (failed["action"], json.loads(failed["details"])) == ("move", {"failed": 2})


@pytest.mark.exhaustive
def test_somebody_who_logs_in_meanwhile_leaves_the_new_place_empty_too(
    approved, postgres_database, tmp_path, monkeypatch
):
    path, moved = approved.database.path, moving.register.move

    def meanwhile(source, target):
        moved(source, target)
        with places.working_at(places.place(str(path))):
            audit.record(current_user(), Action.LOGIN)

    for old, new in ((path, postgres_database), (path, tmp_path / "other" / "new.duckdb")):
        with monkeypatch.context() as patched:
            patched.setattr(moving.register, "move", meanwhile)
            done = move(old, new)
        assert (done.returncode, "has been emptied again" in done.stderr) == (1, True), done.stderr
        done = move(old, new)
        assert (done.returncode, done.stderr) == (0, "")


# --- Every night ------------------------------------------------------------------------------------------------------


def test_what_was_left_for_a_day_is_swept_and_a_broken_trail_is_told(approved):
    folder, path = approved.folder, approved.database.path
    (folder / ".restoring-x").mkdir()
    (folder / ".restoring-x" / "archived.duckdb").write_text("x")
    names = ["shared.duckdb", "copy.duckdb.0a.new", "test.duckdb.rewritten", "old.duckdb.cleaned", ".0a.part"]
    for name in names:
        (folder / name).write_text("x")
        os.utime(folder / name, (0, time.time() - 90_000))
    os.utime(folder / ".restoring-x", (0, time.time() - 90_000))
    (folder / "copy.duckdb.0b.new").write_text("in use")
    done = run_here(path, "maintain")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:2] == [
        "audit trail: whole, entry 1",
        "left behind: .0a.part, .restoring-x, copy.duckdb.0a.new, old.duckdb.cleaned, shared.duckdb, "
        "test.duckdb.rewritten",
    ]
    assert (folder / "copy.duckdb.0b.new").exists()
    with places.working_at(places.place(str(path))), audit.register.own().writing() as run:
        run("add_entry", number=3, at="x", person="x", action="x", what="x", details="{}", seal="x")
    done = run_here(path, "maintain")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "Entries are missing before entry 3" in done.stderr
