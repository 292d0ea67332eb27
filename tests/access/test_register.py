"""The register: persons by pseudonym, roles given and taken, sessions that end, and a trail that cannot be changed."""

import json
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from compliance.access import audit, people, roles, sessions
from compliance.access.audit import Action
from compliance.access.identity import Identity
from compliance.access.permissions import ADMINISTRATOR, ANALYST, COORDINATOR, NO_ROLE, READING, Permission, User
from compliance.access.roles import Held
from compliance.access.scopes import Scope
from compliance.access.sessions import IDLE, LONGEST, TOUCHED
from compliance.core import places
from compliance.core.errors import Refusal
from compliance.store import register
from compliance.store.file import FileDatabase
from tests.readers import granted

NOW = datetime(2026, 11, 27, 8, 0)
ISSUER = "https://login.example.se"
PART = Scope("Förvaltningen", "Omsorg")


@pytest.fixture(autouse=True)
def _own_register(tmp_path, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))


def administrator():
    return User("Ada Ek", ADMINISTRATOR, people.known(ISSUER, "ada", "Ada Ek"))


def begun(*held, at=NOW, subject="bo"):
    return sessions.begin(Identity(ISSUER, subject, "Bo Berg", held), token="token", now=at)


def found(secret, at):
    return sessions.find(sessions.key_of(secret), now=at)


def raw(sql):
    """Run a statement as somebody would who has the file itself."""
    with closing(sqlite3.connect(places.register())) as connection:
        result = connection.execute(sql).fetchall()
        connection.commit()
    return result


# --- Persons ----------------------------------------------------------------------------------------------------------


def test_a_subject_keeps_its_pseudonym_and_its_latest_name():
    first = people.known(ISSUER, "anna", "Anna Ask")
    assert people.known(ISSUER, "anna", "Anna Ek 850709-1232") == first != people.known("https://other", "anna", "Anna")
    assert people.named(first).name == "Anna Ek ******-****"


def test_the_register_is_read_by_the_services_own_user_alone():
    assert register.own().rows("persons") == []
    assert not places.register().exists()
    people.known(ISSUER, "anna", "Anna Ask")
    assert places.register().stat().st_mode & 0o777 == 0o600


def test_the_folder_of_a_store_is_made_for_its_owner_alone(tmp_path, monkeypatch):
    for name in ("register", "database"):
        database = tmp_path / name / "own.duckdb"
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(database))
        if name == "register":
            people.known(ISSUER, "anna", "Anna Ask")
        else:
            with FileDatabase.at(database).writing():
                pass
        assert database.parent.stat().st_mode & 0o777 == 0o700


def test_a_register_that_is_removed_or_replaced_while_it_is_used_lets_nobody_in_and_loses_no_entry(tmp_path):
    secret, kept = begun(), places.register().rename(tmp_path / "kept")
    for _ in range(2):
        with pytest.raises(Refusal, match="removed or replaced"):
            found(secret, NOW)
        with pytest.raises(Refusal, match="removed or replaced"):
            audit.record(administrator(), Action.DAY)
        places.register().write_bytes(kept.read_bytes())
    kept.rename(places.register())
    assert found(secret, NOW)


def test_a_register_that_cannot_be_used_is_a_refusal(tmp_path):
    places.register().write_text("something else, of some length, so that it is no register")
    with pytest.raises(Refusal, match=r"register\.sqlite"):
        people.known(ISSUER, "anna", "Anna Ask")


# --- Roles ------------------------------------------------------------------------------------------------------------


def test_a_role_is_given_and_taken_and_the_last_word_counts():
    ada, bo = administrator(), people.known(ISSUER, "bo", "Bo Berg")
    roles.give(ada, bo, Held("analyst", PART))
    roles.give(ada, bo, Held("management", PART))
    assert granted() == {bo: [Held("analyst", PART), Held("management", PART)]}
    roles.take(ada, bo, "analyst")
    assert granted(bo) == {bo: [Held("management", PART)]}
    roles.give(ada, bo, Held("management"))
    assert granted(bo) == {bo: [Held("management")]}


@pytest.mark.parametrize(
    ("who", "to", "held"),
    [
        (User("tester", COORDINATOR), "bo", Held("analyst")),
        (None, "nobody", Held("analyst")),
        (None, "bo", Held("analyst", Scope("Annan"))),
    ],
    ids=["not an administrator", "not a person", "another scope"],
)
def test_a_role_that_may_not_be_given_is_not(who, to, held):
    ada, bo = administrator(), people.known(ISSUER, "bo", "Bo Berg")
    roles.give(ada, bo, Held("management", PART))
    with pytest.raises(Refusal):
        roles.give(who or ada, bo if to == "bo" else to, held)
    assert granted() == {bo: [Held("management", PART)]}


def test_nobody_takes_the_administration_from_themselves():
    ada = administrator()
    roles.give(replace(ada, person="another"), ada.person, Held("administrator"))
    with pytest.raises(Refusal, match="of your own"):
        roles.take(ada, ada.person, "administrator")


def test_nobody_gives_a_role_to_themselves():
    """An administrator sees no figures, and must not become who does without anybody else."""
    ada = administrator()
    with pytest.raises(Refusal, match="of your own"):
        roles.give(ada, ada.person, Held("coordinator"))
    assert granted() == {}


def test_several_roles_permit_what_one_of_them_does_and_a_limit_leaves_what_reads():
    both = roles.user_of("Bo", "p1", [Held("analyst"), Held("coordinator")])
    assert both.role.permissions == COORDINATOR.permissions | ANALYST.permissions
    assert both.roles == ("analyst", "coordinator")
    limited = roles.user_of("Bo", "p1", [Held("coordinator", PART)])
    assert limited.limit == PART
    assert limited.role.permissions == COORDINATOR.permissions & READING
    assert not limited.may(Permission.LOAD_EXPORTS)


@pytest.mark.parametrize("held", [[], [Held("mayor")], [Held("analyst"), Held("management", PART)]])
def test_who_holds_no_role_or_roles_of_different_scopes_may_do_nothing(held):
    assert roles.user_of("Bo", "p1", held).role is NO_ROLE


# --- Sessions ---------------------------------------------------------------------------------------------------------


def test_a_session_holds_what_the_provider_and_the_table_say_at_this_moment():
    secret = begun(Held("analyst"))
    session = found(secret, NOW)
    assert (session.name, session.held, session.user.roles) == ("Bo Berg", (Held("analyst"),), ("analyst",))
    roles.give(administrator(), session.person, Held("coordinator"))
    assert found(secret, NOW).user.roles == ("analyst", "coordinator")


def test_a_session_ends_when_it_is_not_used_or_after_its_longest_time():
    secret = begun()
    assert found(secret, NOW + IDLE - timedelta(seconds=1))
    assert found(secret, NOW + IDLE) is None
    at = NOW
    while at < NOW + LONGEST - TOUCHED:
        sessions.use(found(secret, at), now=at)
        at += IDLE / 2
    assert found(secret, NOW + LONGEST) is None


def test_a_token_that_no_address_has_room_for_is_not_kept():
    identity = Identity(ISSUER, "bo", "Bo Berg", ())
    kept = [found(sessions.begin(identity, token="x" * size, now=NOW), NOW).token for size in (4_000, 4_001)]
    assert [len(token) for token in kept] == [4_000, 0]


def test_what_is_over_is_gone_for_good_and_leaves_no_token():
    kept, ended = begun(subject="kept"), begun(subject="ended")
    sessions.end(found(ended, NOW))
    assert found(ended, NOW) is None
    assert found(kept, NOW)
    begun(at=NOW + LONGEST, subject="later")
    assert raw("select count(*) from sessions") == [(1,)]


def test_the_file_holds_no_id_that_a_browser_could_send():
    secret = begun()
    content = b"".join(path.read_bytes() for path in places.register().parent.glob("register.sqlite*"))
    assert secret.encode() not in content
    assert found(secret[:-1], NOW) is None
    assert sessions.find(secret, now=NOW) is None


# --- The audit trail --------------------------------------------------------------------------------------------------


def entries():
    return register.own().rows("entries", after=0)


def test_an_entry_tells_who_and_what_without_a_name_or_an_identity_number():
    bo = people.known(ISSUER, "bo", "Bo Berg")
    audit.record(User("Bo Berg", ANALYST, bo), Action.EXTRACT, "working_list 850709-1232", rows=12, unit="Norr")
    [row] = entries()
    assert (row["person"], row["action"], row["what"]) == (bo, "extract", "working_list ******-****")
    assert json.loads(row["details"]) == {"rows": 12, "unit": "Norr"}
    assert "Bo Berg" not in str(row)


def test_the_command_line_is_the_account_that_runs_it():
    audit.record(User("coordinator", COORDINATOR), Action.LOAD, "import 1")
    assert people.named(entries()[0]["person"]).issuer == people.SYSTEM


def test_a_person_is_removed_and_no_link_of_the_trail_breaks():
    bo = people.known(ISSUER, "bo", "Bo Berg")
    secret = begun()
    people.remove(bo)
    assert found(secret, NOW) is None
    assert list(audit.verify()) == []
    content = b"".join(path.read_bytes() for path in places.register().parent.glob("register.sqlite"))
    raw("pragma wal_checkpoint(truncate)")
    assert "Bo Berg" not in str(register.own().rows("persons"))
    assert content


@pytest.mark.parametrize("sql", ["update audit set what = ''", "delete from audit where number = 2"])
def test_the_trail_is_only_added_to(sql):
    for number in range(3):
        audit.record(User("", COORDINATOR), Action.LOAD, f"import {number}")
    with pytest.raises(sqlite3.Error, match="only added to"):
        raw(sql)


@pytest.mark.parametrize(
    ("sql", "faults"),
    [
        ("update audit set what = 'import 9' where number = 2", [(2, audit.ALTERED)]),
        ("update audit set person = 'somebody' where number = 3", [(3, audit.ALTERED)]),
        ("delete from audit where number = 2", [(3, audit.GAP)]),
        ("delete from audit where number = 3", [(3, audit.CUT)]),
        ("delete from audit", [(1, audit.CUT)]),
    ],
)
def test_a_trail_that_was_changed_behind_its_back_says_where(sql, faults):
    for number in range(1, 4):
        audit.record(User("", COORDINATOR), Action.LOAD, f"import {number}")
    seal = entries()[-1]["seal"]
    assert list(audit.verify(seal)) == []
    raw("drop trigger audit_is_kept")
    raw("drop trigger audit_is_not_removed")
    raw(sql)
    assert [(fault.number, fault.sentence) for fault in audit.verify(seal)][: len(faults)] == faults


def test_a_refusal_that_is_repeated_is_told_once():
    bo = User("Bo", ANALYST, "p1")
    for _ in range(5):
        audit.refused(bo, "load_exports")
    audit.refused(bo, "purge")
    assert [row["what"] for row in entries()] == ["load_exports", "purge"]


def test_each_entry_is_a_line_of_the_log_with_its_seal(caplog):
    caplog.set_level("INFO", logger="compliance.audit")
    audit.record(User("Bo", ANALYST, "p1"), Action.EXTRACT, "working_list", rows=3, unit="Norr 191212121212")
    [line] = [json.loads(record.message) for record in caplog.records]
    details = {"rows": 3, "unit": "Norr ******-****"}
    assert (line["event"], line["person"], line["details"]) == ("extract", "p1", details)
    told = json.dumps(details, ensure_ascii=False)
    entry = audit.Entry(line["number"], line["at"], "p1", "extract", "working_list", told)
    assert line["seal"] == audit.seal_of(audit.FIRST, entry)


def test_entries_are_found_by_time_person_kind_and_text():
    bo = people.known(ISSUER, "bo", "Bo Berg")
    for number in range(4):
        audit.record(User("", ANALYST, bo if number % 2 else "p9"), Action.EXTRACT, f"list_{number}", rows=number)
    audit.record(User("", ANALYST, bo), Action.REPORT, "100 % list_1")
    asked = {"begin": datetime(2000, 1, 1), "end": datetime(2100, 1, 1), "person": None, "action": None, "text": ""}
    assert [row["what"] for row in audit.found(**asked, most=2)] == ["100 % list_1", "list_3"]
    mine = audit.found(**asked | {"person": bo, "action": Action.EXTRACT}, most=9)
    assert [(row["what"], row["name"]) for row in mine] == [("list_3", "Bo Berg"), ("list_1", "Bo Berg")]
    assert [row["what"] for row in audit.found(**asked | {"text": "t_1"}, most=9)] == ["100 % list_1", "list_1"]
    assert audit.found(**asked | {"text": "%list"}, most=9) == []
    assert audit.found(**asked | {"end": datetime(2001, 1, 1)}, most=9) == []


def test_nobody_who_reads_waits_for_another_program_that_writes():
    secret = begun()
    with closing(sqlite3.connect(places.register(), isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("begin immediate")
        waiting = pool.submit(begun)
        with pytest.raises(FutureTimeout):
            waiting.result(0.5)
        began = time.monotonic()
        assert found(secret, NOW)
        assert time.monotonic() - began < 0.2
        other.execute("rollback")
        assert waiting.result(20)
