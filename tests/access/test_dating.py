"""A clock that was once ahead: what is dated so is told, with what it means, until the clock has caught up."""

from datetime import datetime, timedelta

import pytest

from compliance.access import audit, dating
from compliance.access.audit import Action
from compliance.access.dating import SLIGHT
from compliance.access.permissions import ADMINISTRATOR, User
from compliance.core import clock
from compliance.core.language import Language
from compliance.loading.loading import Order, add_event
from compliance.store import register, stores
from compliance.store.database import stamp
from tests.apps import opened, text
from tests.command import run_here

ADA = User("Ada Ek", ADMINISTRATOR, "p1")
NOW = datetime(2026, 11, 24, 8, 30)
LATER = datetime(2027, 3, 1, 12)


def record_at(monkeypatch, moment):
    with monkeypatch.context() as ahead:
        ahead.setattr(clock, "now", lambda: moment)
        return audit.record(ADA, Action.EXTRACT, "items")


def change_at(moment):
    with stores.own().writing() as cursor:
        stamp(cursor, moment)
        add_event(cursor, Order("ada"), "rename", "x", action=Action.RENAMING, told="x")


def test_the_trail_is_told_from_the_entry_on_that_is_ahead_until_the_clock_is_there(own, monkeypatch):
    assert dating.ahead(own, now=NOW) == []
    moments = [NOW - timedelta(days=1), LATER - timedelta(days=1), LATER, NOW, NOW + timedelta(hours=1)]
    numbers = [record_at(monkeypatch, moment) for moment in moments]
    assert [row["at"] for row in register.own().rows("entries", after=2)] == ["2027-03-01T12:00:00.000000"] * 3
    [told] = dating.ahead(own, now=NOW)
    assert (told.number, told.moment) == (numbers[1], LATER)
    assert told.told(Language("en")).startswith(
        "A clock has been ahead: from entry 2 on the audit trail is dated up to 1\xa0March\xa02027, 13:00, and it is "
        "24\xa0November\xa02026, 09:30. Until 1\xa0March\xa02027, 13:00 every new entry is dated so too."
    )
    assert told.told(Language("sv")).startswith(
        "En klocka har gått före: från post 2 är loggen daterad fram till 1\xa0mars\xa02027 kl. 13.00, och nu är det "
        "24\xa0november\xa02026 kl. 09.30. Fram till 1\xa0mars\xa02027 kl. 13.00 får även nya poster den tiden."
    )
    assert [each.number for each in dating.ahead(own, now=LATER - timedelta(days=1))] == [numbers[2]]
    assert dating.ahead(own, now=LATER) == []


def test_what_is_ahead_by_a_moment_is_over_before_anybody_could_act(own, monkeypatch):
    record_at(monkeypatch, LATER)
    assert dating.ahead(own, now=LATER - SLIGHT) == []
    assert len(dating.ahead(own, now=LATER - SLIGHT - timedelta(seconds=1))) == 1


def test_the_changes_of_the_store_are_told_too(own):
    change_at(LATER)
    with own.writing() as cursor:
        ((dated,),) = cursor.execute("select moment()").fetchall()
    assert dated > LATER
    told = [each for each in dating.ahead(own, now=NOW) if each.number is None]
    assert [each.moment for each in told] == [LATER]
    assert "every new import and every other change is dated so too" in told[0].told(Language("en"))
    assert "nya inläsningar och andra ändringar" in told[0].told(Language("sv"))


@pytest.mark.usefixtures("own")
def test_an_entry_whose_moment_cannot_be_read_breaks_nothing():
    with register.own().writing() as run:
        run("add_entry", number=1, at="x", person="x", action="x", what="x", details="{}", seal="x")
    assert dating.ahead(stores.own(), now=NOW) == []
    assert audit.last_day(NOW.date()) == NOW.date()


@pytest.mark.live
def test_the_commands_tell_of_it_and_list_what_is_dated_ahead(own, monkeypatch):
    later = clock.now() + timedelta(days=90)
    change_at(later)
    record_at(monkeypatch, later)
    done = run_here(own.path, "maintain")
    assert (done.returncode, done.stderr) == (0, "")
    assert "from entry 2 on the audit trail is dated up to" in done.stdout
    assert "the latest change of the database is dated" in done.stdout
    listed = run_here(own.path, "audit", "list", "--format", "csv").stdout.splitlines()
    assert [line.split(",")[0] for line in listed] == ["number", "2", "1"]


@pytest.mark.live
def test_the_page_tells_of_it_and_shows_what_is_dated_ahead(own, monkeypatch):
    later = clock.now() + timedelta(days=90)
    change_at(later)
    record_at(monkeypatch, later)
    said = text(opened("audit", monkeypatch, role=ADMINISTRATOR))
    assert "från post 2 är loggen daterad fram till" in said
    assert "databasens senaste ändring är daterad" in said
    assert "2 poster<" in said


@pytest.mark.exhaustive
def test_of_several_machines_the_clock_of_postgresql_counts(postgres_database, tmp_path, monkeypatch):
    """A machine whose own clock is wrong is no reason to warn; what is dated ahead in PostgreSQL is, on all of them."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", postgres_database)
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path))
    change_at(clock.now())
    right = clock.now()
    # how far this machine goes by another clock is put back too: else it would be ahead in every later test
    monkeypatch.setattr(clock, "_ahead", timedelta())
    monkeypatch.setattr(clock, "_own", lambda: right - timedelta(days=200))
    stores.own().follower.look()
    assert abs(clock.now() - right) < timedelta(minutes=5)
    assert "A clock has been ahead" not in run_here(postgres_database, "maintain").stdout
    change_at(right + timedelta(days=90))
    record_at(monkeypatch, right + timedelta(days=90))
    done = run_here(postgres_database, "maintain").stdout
    assert "the audit trail is dated up to" in done
    assert "the latest change of the database is dated" in done
