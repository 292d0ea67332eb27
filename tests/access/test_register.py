"""The register: persons by pseudonym, roles given and taken, sessions that end, and a trail that cannot be changed."""

import base64
import json
import os
import sqlite3
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial

import pytest
from adbc_driver_manager import Error

from compliance.access import audit, people, pseudonyms, roles, sessions
from compliance.access.audit import Action
from compliance.access.identity import Identity
from compliance.access.permissions import ADMINISTRATOR, ANALYST, COORDINATOR, NO_ROLE, READING, Permission, User
from compliance.access.roles import Held
from compliance.access.scopes import Scope
from compliance.access.sessions import IDLE, LONGEST, TOUCHED
from compliance.core import clock, places
from compliance.core.errors import Refusal
from compliance.core.masking import mask_beside_hashes, mask_text
from compliance.store import register, shared_register
from compliance.store.copies import archived_register, copy_register
from compliance.store.failures import Away
from compliance.store.file import FileDatabase
from compliance.store.file_register import FileRegister
from compliance.store.numbers_removed import without_numbers
from compliance.store.postgresql import Line
from compliance.store.shared_register import SCHEMA, Memory, SharedRegister
from tests.readers import granted

NOW = datetime(2026, 11, 27, 8, 0)
ISSUER = "https://login.example.se"
PART = Scope("Förvaltningen", "Omsorg")


OF_A_FILE = pytest.mark.parametrize("_own_register", ["file"], indirect=True)
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.live)
SHARED = pytest.mark.parametrize("_own_register", [POSTGRESQL], indirect=True)


@pytest.fixture(scope="module")
def database(_postgres_owner, postgres):
    """A database for the tests of this file: what each leaves is removed before the next."""
    cursor, _ = _postgres_owner
    cursor.execute(f"create database register_{os.getpid()} template template0 strategy file_copy")
    yield postgres.address(f"register_{os.getpid()}")
    cursor.execute(f"drop database register_{os.getpid()} with (force)")


@pytest.fixture(autouse=True, params=["file", POSTGRESQL])
def _own_register(request, tmp_path, monkeypatch):
    audit._refused.clear()
    if request.param == "file":
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))
        return
    monkeypatch.setattr(shared_register, "FRESH_SECONDS", 0.0)
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path))
    monkeypatch.setenv("COMPLIANCE_DATABASE", request.getfixturevalue("database"))
    raw(f"drop schema if exists {SCHEMA} cascade")
    own = register.own()
    own._is_made, own._memory = False, Memory()


def administrator():
    return User("Ada Ek", ADMINISTRATOR, people.known(ISSUER, "ada", "Ada Ek"))


def begun(*held, at=NOW, subject="bo"):
    return sessions.begin(Identity(ISSUER, subject, "Bo Berg", held), token="token", now=at)


def found(secret, at):
    return sessions.find(sessions.key_of(secret), now=at)


@cache
def there(address):
    return Line(address, schema=SCHEMA)


def raw(sql):
    """Run a statement as somebody would who has the file, or the database, itself."""
    if address := places.own().address:
        return there(address).rows(sql)
    with closing(sqlite3.connect(places.own().register)) as connection:
        result = connection.execute(sql).fetchall()
        connection.commit()
    return result


# --- Persons ----------------------------------------------------------------------------------------------------------


def test_a_subject_keeps_its_pseudonym_and_its_latest_name():
    first = people.known(ISSUER, "anna", "Anna Ask")
    assert people.known(ISSUER, "anna", "Anna Ek 850709-1232") == first != people.known("https://other", "anna", "Anna")
    assert people.named(first).name == "Anna Ek ******-****"


def test_a_pseudonym_tells_one_login_from_any_other_and_not_whose_it_is():
    """seam: the issuer and the subject run together; key: another register's tells nothing"""
    kept = pseudonyms.pseudonym(ISSUER, "anna")
    assert (kept, kept.hash.isalpha()) == (pseudonyms.pseudonym(ISSUER, "anna"), True)
    assert pseudonyms.is_of(kept, ISSUER, "anna")
    others = [(f"{ISSUER}a", "nna"), (ISSUER, "Anna"), ("", "anna"), (ISSUER, "850709-1232")]
    assert [pseudonyms.is_of(kept, *other) for other in others] == [False] * 4
    assert pseudonyms.is_of(replace(kept, key="x"), ISSUER, "anna") is None


NUMBERS = ["850709-1232", "198507091232", "SE850709123201", "850709-12 32", "pnr:8507091232@kommun.se"]


def token_of(subject):
    """An ID token as the provider encodes it: the claims are readable by anybody."""
    parts = ({"alg": "RS256"}, {"sub": subject, "name": "Bo"})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + ".s"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_subject_that_is_an_identity_number_is_kept_as_a_keyed_hash(number):
    """claims: the name too, and what the ID token says; known: at the next login, and by those who give roles"""
    roles.give(administrator(), people.known(ISSUER, number, f"Bo {number}"), Held("analyst"))
    secret = sessions.begin(Identity(ISSUER, number, number, ()), token=token_of(number), now=NOW)
    person = found(secret, NOW).person
    login = people.named(person)
    assert people.find(ISSUER, number) == person != people.find("https://other", number)
    assert (len(login.subject), login.subject.isalpha(), mask_text(login.name)) == (64, True, (login.name, 0))
    assert [given.role for given in roles.given(person)] == ["analyst"]
    assert (found(secret, NOW).token, sessions.token_kept(token_of("bo"))) == ("", token_of("bo"))
    with register.own().writing() as run:
        kept = [run(name, after=0) for name in ("persons", "entries")] + [raw_sessions()]
    assert [row for rows in kept for row in rows if mask_beside_hashes(str(row))[1]] == []


def raw_sessions():
    return raw(f"select * from {'sessions' if not places.own().address else f'{SCHEMA}.sessions'}")


def earlier(path):
    """A register as an earlier version left it: subjects, texts and tokens as they were."""
    ada = administrator()
    for name in "abcde":
        roles.give(ada, people.known(ISSUER, name, f"Bo {name}"), Held("analyst"))
    for what in ("a.csv", "b.csv", "c.csv"):
        audit.record(ada, Action.UPLOAD, what, file=what)
    sessions.begin(Identity(ISSUER, "a", "Bo", ()), token="token", now=NOW)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("drop trigger audit_is_kept")
        for number, name in zip(NUMBERS, "abcde", strict=True):
            given = (number, f"Bo {number}", name)
            connection.execute("update persons set subject = ?, name = ? where subject = ?", given)
        connection.execute("update sessions set token = ?", (token_of(NUMBERS[0]),))
        texts = ("850709-12 32.csv", json.dumps({"file": "850709-12 32.csv", "rows": 3}))
        connection.execute("update audit set what = ?, details = ? where what = 'b.csv'", texts)
        _sealed_as_then(connection)
        connection.execute("pragma user_version = 0")
        connection.commit()


def _sealed_as_then(connection):
    before = audit.FIRST
    for row in connection.execute(
        "select number, at, person, action, what, details from audit order by number"
    ).fetchall():
        before = audit.seal_of(before, audit.Entry(*row))
        connection.execute("update audit set seal = ? where number = ?", (before, row[0]))


@OF_A_FILE
def test_an_upgrade_removes_what_an_earlier_version_kept_of_such_logins(monkeypatch):
    """known: persons keep their roles and log in; whole: the trail is sealed again from its first change, and tells"""
    path = places.own().register
    earlier(path)
    with closing(sqlite3.connect(path)) as connection:
        seals = [seal for (seal,) in connection.execute("select seal from audit order by number")]
        persons = dict(connection.execute("select subject, person from persons").fetchall())
        changed = connection.execute("select number from audit where what like '850709%'").fetchone()[0]
    monkeypatch.setattr(register, "in_file", cache(FileRegister))
    assert [people.find(ISSUER, number) for number in NUMBERS] == [persons[number] for number in NUMBERS]
    assert all([given.role for given in roles.given(persons[number])] == ["analyst"] for number in NUMBERS)
    assert [*audit.verify(), *audit.verify(seals[changed - 2])] == []
    assert [fault.sentence for fault in audit.verify(seals[changed])] == [audit.CUT]
    told = audit.found(begin=NOW - timedelta(days=9999), end=NOW + timedelta(days=9999), person=None,
                       action=Action.CORRECTION, text="", most=9)  # fmt: skip
    assert [(row["what"], json.loads(row["details"])["rows"]) for row in told] == [("audit", 1)]
    left = b"".join(each.read_bytes() for each in path.parent.glob("register.sqlite*"))
    assert [number for number in NUMBERS if number.encode() in left] == []
    assert token_of(NUMBERS[0]).encode() not in left
    with pytest.raises(sqlite3.Error, match="only added to"):
        raw("update audit set what = ''")


def test_a_backup_of_an_earlier_version_brings_none_back(tmp_path):
    """put: also into a register that several machines share; an entry that was altered stays recognised"""
    row = {"person": "p1", "issuer": ISSUER, "subject": NUMBERS[0], "name": "Bo", "seen_at": "", "held": "[]"}
    entry = audit.Entry(1, "2026-11-01T00:00:00.000000", "p1", "upload", NUMBERS[3], "{}")
    first = vars(entry) | {"seal": audit.seal_of(audit.FIRST, entry)}
    second = vars(entry) | {"number": 2, "seal": "0" * 64}
    third = second | {"number": 3, "seal": "1" * 64, "details": f"no JSON {NUMBERS[0]}"}
    register.own().put({"persons": [row], "keys": [], "roles": [], "audit": [first, second, third]})
    assert people.find(ISSUER, NUMBERS[0]) == "p1"
    assert {fault.number for fault in audit.verify()} >= {2, 3}
    assert [mask_text(str(each))[1] for each in register.own().rows("entries", after=0)] == [0] * 4


@OF_A_FILE
def test_the_register_is_read_by_the_services_own_user_alone():
    assert register.own().rows("persons") == []
    assert not places.own().register.exists()
    people.known(ISSUER, "anna", "Anna Ask")
    assert places.own().register.stat().st_mode & 0o777 == 0o600


@pytest.mark.live
@OF_A_FILE
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


@OF_A_FILE
def test_a_register_that_is_removed_or_replaced_while_it_is_used_lets_nobody_in_and_loses_no_entry(tmp_path):
    secret, kept = begun(), places.own().register.rename(tmp_path / "kept")
    for _ in range(2):
        with pytest.raises(Refusal, match="removed or replaced"):
            found(secret, NOW)
        with pytest.raises(Refusal, match="removed or replaced"):
            audit.record(administrator(), Action.DAY)
        places.own().register.write_bytes(kept.read_bytes())
    kept.rename(places.own().register)
    assert found(secret, NOW)


@OF_A_FILE
def test_a_register_that_cannot_be_used_is_a_refusal(tmp_path):
    places.own().register.write_text("something else, of some length, so that it is no register")
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


@OF_A_FILE
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


@OF_A_FILE
def test_nobody_takes_the_administration_from_themselves():
    ada = administrator()
    roles.give(replace(ada, person="another"), ada.person, Held("administrator"))
    with pytest.raises(Refusal, match="of your own"):
        roles.take(ada, ada.person, "administrator")


@OF_A_FILE
def test_nobody_gives_a_role_to_themselves():
    """An administrator sees no figures, and must not become who does without anybody else."""
    ada = administrator()
    with pytest.raises(Refusal, match="of your own"):
        roles.give(ada, ada.person, Held("coordinator"))
    assert granted() == {}


@OF_A_FILE
def test_several_roles_permit_what_one_of_them_does_and_a_limit_leaves_what_reads():
    both = roles.user_of("Bo", "p1", [Held("analyst"), Held("coordinator")])
    assert both.role.permissions == COORDINATOR.permissions | ANALYST.permissions
    assert both.roles == ("analyst", "coordinator")
    limited = roles.user_of("Bo", "p1", [Held("coordinator", PART)])
    assert limited.limit == PART
    assert limited.role.permissions == COORDINATOR.permissions & READING
    assert not limited.may(Permission.LOAD_EXPORTS)


@OF_A_FILE
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


@OF_A_FILE
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


def test_it_holds_no_id_that_a_browser_could_send():
    secret = begun()
    for table in ("persons", "roles", "sessions", "audit"):
        assert secret not in str(raw(f"select * from {table}"))
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


def test_an_entry_has_each_seal_as_it_is():
    """chance: digits of a seal that look like an identity number"""
    seal = "a" * 27 + "8507091232" + "b" * 27
    audit.record(administrator(), Action.PACKAGE, "year package", sha256=seal, why="850709-1232")
    assert json.loads(entries()[-1]["details"]) == {"sha256": seal, "why": "******-****"}
    kept = register.own().kept()
    assert without_numbers(kept, at="") == kept


def test_the_command_line_is_the_account_that_runs_it():
    audit.record(User("coordinator", COORDINATOR), Action.LOAD, "import 1")
    assert people.named(entries()[0]["person"]).issuer == people.SYSTEM


def test_a_person_is_removed_and_no_link_of_the_trail_breaks():
    bo = people.known(ISSUER, "bo", "Bo Berg")
    secret = begun()
    people.remove(bo)
    assert found(secret, NOW) is None
    assert list(audit.verify()) == []
    assert "Bo Berg" not in str(raw("select * from persons"))
    if places.own().address:
        assert raw("select pg_relation_size('persons'), pg_relation_size('sessions')") == [(0, 0)]


@pytest.mark.parametrize("sql", ["update audit set what = ''", "delete from audit where number = 2"])
def test_the_trail_is_only_added_to(sql):
    for number in range(3):
        audit.record(User("", COORDINATOR), Action.LOAD, f"import {number}")
    with pytest.raises((sqlite3.Error, Error), match="only added to"):
        raw(sql)


@SHARED
def test_the_trail_is_not_emptied_at_once_either():
    audit.record(User("", COORDINATOR), Action.LOAD)
    with pytest.raises(Error, match="only added to"):
        raw("truncate audit")


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
    on = " on audit" if places.own().address else ""
    raw(f"drop trigger audit_is_kept{on}")
    raw(f"drop trigger if exists audit_is_not_removed{on}")
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
    assert len(audit.found(**asked | {"text": "LIST_"}, most=9)) == 5
    assert audit.found(**asked | {"end": datetime(2001, 1, 1)}, most=9) == []


def test_nobody_who_reads_waits_for_another_program_that_writes():
    secret = begun()
    with ThreadPoolExecutor(1) as pool, other().writing():
        waiting = pool.submit(begun)
        with pytest.raises(FutureTimeout):
            waiting.result(0.2)
        # who waits for a turn is refused when it does not come
        assert found(secret, NOW)
    assert waiting.result(20)


def test_a_text_with_characters_that_are_not_stored_is_cleaned_before_it_is_sealed():
    bo = people.known(ISSUER, "bo", "Bo\0 Berg\ud800")
    with pytest.raises(Refusal, match="cannot be stored"):
        people.known(ISSUER, "b\0o", "Bo Berg")
    audit.record(User("", ANALYST, bo), Action.EXTRACT, "a\0b\ud800", unit="c\0d\ud800")
    assert list(audit.verify()) == []
    assert (people.named(bo).name, entries()[0]["what"]) == ("Bo Berg?", "ab?")


# --- Several machines -------------------------------------------------------------------------------------------------


def other():
    """The same register, of another machine or process."""
    if address := places.own().address:
        return SharedRegister(address)
    return FileRegister(places.own().register)


@contextmanager
def elsewhere(monkeypatch, machine):
    """Do what the block does on another machine."""
    with monkeypatch.context() as patch:
        patch.setattr(register, "own", lambda: machine)
        yield


def test_a_session_holds_on_every_machine_until_it_is_ended_on_one(monkeypatch):
    secret, machine = begun(Held("analyst")), other()
    with elsewhere(monkeypatch, machine):
        session = found(secret, NOW)
        assert session.user.roles == ("analyst",)
        roles.give(administrator(), session.person, Held("coordinator"))
        sessions.use(session, now=NOW + TOUCHED)
    assert found(secret, NOW).user.roles == ("analyst", "coordinator")
    assert found(secret, NOW + TOUCHED).seen_at == NOW + TOUCHED
    with elsewhere(monkeypatch, machine):
        sessions.end(session)
    assert found(secret, NOW) is None


def test_entries_that_machines_write_at_once_are_one_chain(monkeypatch):
    machines, each = threading.local(), 12
    monkeypatch.setattr(register, "own", lambda: machines.own)

    def write(number, machine):
        machines.own = machine
        for n in range(each):
            audit.record(User("", ANALYST, f"p{number}"), Action.EXTRACT, f"list {n}")

    at_once = [threading.Thread(target=write, args=(number, other())) for number in range(3)]
    for thread in at_once:
        thread.start()
    for thread in at_once:
        thread.join()
    machines.own = other()
    assert list(audit.verify()) == []
    told = Counter(row["person"] for row in entries())
    assert told == {"p0": each, "p1": each, "p2": each}


@pytest.mark.live
def test_a_register_moves_whole_but_for_its_sessions_to_the_other_kind_and_back(database, tmp_path, monkeypatch):
    begun(Held("analyst", PART))
    ada = administrator()
    roles.give(ada, people.known(ISSUER, "bo", ""), Held("coordinator"))
    roles.take(ada, people.known(ISSUER, "bo", ""), "coordinator")
    kept = pseudonyms.pseudonym(ISSUER, "bo")
    was, holders = list(register.own().rows("entries", after=0)), roles.holders()
    first, second = other(), FileRegister(tmp_path / "back" / "register.sqlite")
    target = FileRegister(tmp_path / "moved.sqlite") if places.own().address else SharedRegister(database)
    if not places.own().address:
        there(database).rows(f"drop schema if exists {SCHEMA} cascade")
    copy_register(first, tmp_path / "copy.sqlite")
    assert archived_register(tmp_path / "copy.sqlite") == first.kept()
    assert register.move(first, target) == {"persons": 2, "keys": 1, "roles": 2, "audit": 3}
    assert register.move(target, second)["audit"] == 3
    with pytest.raises(Refusal, match="already a register"):
        register.move(first, target)
    with elsewhere(monkeypatch, target):
        assert (entries(), roles.holders(), list(audit.verify(was[-1]["seal"]))) == (was, holders, [])
        assert pseudonyms.is_of(kept, ISSUER, "bo")
        assert target.rows("session", key=sessions.key_of("x"), at="", idle="") == []
        audit.record(ada, Action.DAY)
        roles.give(ada, people.known(ISSUER, "bo", ""), Held("coordinator"))
        assert list(audit.verify()) == []
        assert len(granted()) == 1


@SHARED
def test_entries_have_the_time_of_postgresql_whatever_the_clock_of_a_machine_says(monkeypatch):
    monkeypatch.setattr(clock, "_own", lambda: datetime(2031, 1, 1))
    monkeypatch.setattr(clock, "_ahead", timedelta())
    audit.record(User("", ANALYST, "p1"), Action.DAY)
    [(now,)] = raw("select clock_timestamp() at time zone 'utc'")
    assert abs(datetime.fromisoformat(entries()[0]["at"]) - now) < timedelta(seconds=30)
    monkeypatch.setattr(clock, "_ahead", timedelta())
    assert other().exists()
    assert abs(clock.now() - now) < timedelta(seconds=30)


@SHARED
def test_whoever_is_logged_in_goes_on_for_some_minutes_while_postgresql_is_away(monkeypatch):
    secret, taken = begun(Held("analyst")), begun(Held("analyst"), subject="taken")
    roles.give(administrator(), found(secret, NOW).person, Held("management"))
    with elsewhere(monkeypatch, other()), monkeypatch.context() as away:
        assert found(secret, NOW).user.roles == ("analyst", "management")
        cut_off(register.own(), away)
        session = found(secret, NOW + TOUCHED)
        assert session.user.roles == ("analyst", "management")
        sessions.use(session, now=NOW + TOUCHED)
        assert found(secret, NOW + IDLE) is None
        for refused in (
            partial(found, taken, NOW),
            begun,
            partial(audit.record, session.user, Action.EXTRACT),
            partial(sessions.end, session),
        ):
            with pytest.raises(Away):
                refused()
        away.setattr(shared_register, "ABSENCE_SECONDS", 0.0)
        with pytest.raises(Away):
            found(secret, NOW)
    with elsewhere(monkeypatch, machine := other()):
        monkeypatch.setattr(shared_register, "ABSENCE_SECONDS", -1.0)
        found(secret, NOW)
        assert machine._memory._kept == {}


@SHARED
def test_a_role_or_session_that_was_taken_away_is_not_remembered_and_nobody_waits_for_a_return(monkeypatch):
    secret, ended = begun(), begun(subject="ended")
    bo = found(secret, NOW).person
    roles.give(administrator(), bo, Held("management"))
    with elsewhere(monkeypatch, machine := other()):
        assert (found(secret, NOW).user.roles, found(ended, NOW).user.roles) == (("management",), ())
        with elsewhere(monkeypatch, other()):
            roles.take(administrator(), bo, "management")
            sessions.end(found(ended, NOW))
        assert (found(secret, NOW).user.roles, found(ended, NOW)) == ((), None)
        with monkeypatch.context() as away:
            cut_off(machine, away)
            assert found(secret, NOW).user.roles == ()
            with pytest.raises(Away):
                found(ended, NOW)
        until(lambda: not machine._is_away)
        assert found(ended, NOW) is None


@SHARED
def test_a_role_that_was_taken_away_elsewhere_does_not_come_back_with_the_loss_of_postgresql(monkeypatch):
    secret, another = begun(), begun(subject="another")
    bo = found(secret, NOW).person
    roles.give(administrator(), bo, Held("management"))
    with elsewhere(monkeypatch, machine := other()):
        assert found(secret, NOW).user.roles == ("management",)
        with elsewhere(monkeypatch, other()):
            roles.take(administrator(), bo, "management")
        assert found(another, NOW)  # whoever comes there next
        cut_off(machine, monkeypatch)
        assert found(another, NOW)
        with pytest.raises(Away):
            _ = found(secret, NOW).user


@SHARED
def test_what_is_taken_away_here_is_gone_at_once_and_elsewhere_in_a_moment(monkeypatch):
    monkeypatch.setattr(shared_register, "FRESH_SECONDS", 600.0)
    secret, ada, machine = begun(), administrator(), other()
    bo = found(secret, NOW).person
    with elsewhere(monkeypatch, machine):
        assert found(secret, NOW).user.roles == ()
    roles.give(ada, bo, Held("management"))
    assert found(secret, NOW).user.roles == ("management",)
    roles.take(ada, bo, "management")
    assert found(secret, NOW).user.roles == ()
    roles.give(ada, bo, Held("management"))
    with elsewhere(monkeypatch, machine):
        assert found(secret, NOW).user.roles == ()
        monkeypatch.setattr(shared_register, "FRESH_SECONDS", 0.0)
        assert found(secret, NOW).user.roles == ("management",)
    monkeypatch.setattr(shared_register, "FRESH_SECONDS", 600.0)
    people.remove(bo)
    assert found(secret, NOW) is None


@SHARED
def test_what_was_read_before_a_role_was_taken_away_is_not_remembered_afterwards():
    """the answer of PostgreSQL was on its way meanwhile"""
    own, asked = register.own(), {"person": "bo"}
    began = own._memory.now()
    own._memory.forget(asked)
    own._memory.keep("roles_held", asked, [{"person": "bo"}], since=began)
    assert own._memory.recall("roles_held", asked, seconds=600) is None


def cut_off(machine, patch):
    """Let a machine not reach PostgreSQL."""
    patch.setattr(shared_register, "RETRY_SECONDS", 0.01)
    for line in (machine._reading, machine._reading_much, machine._writing):
        patch.setattr(line, "_address", "postgresql://nobody@127.0.0.1:1/none")
        if line._worker:
            line._worker._abandon()


def until(holds):
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
