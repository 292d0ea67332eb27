"""The store of several machines: PostgreSQL keeps, and a copy on each machine follows."""

import os
import shutil
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from urllib.parse import quote, urlsplit

import duckdb
import pytest

from compliance.core import clock, places
from compliance.core.errors import Refusal
from compliance.store import changes, failures, file, following, postgresql, schema, shared, stores
from compliance.store.changes import SCHEMA
from compliance.store.database import Failure, moment, newest_moment, next_number, rows
from compliance.store.failures import Away, Unusable
from compliance.store.file import FileDatabase
from compliance.store.postgresql import Line as Connection
from compliance.store.postgresql import Run, public_address
from compliance.store.shared import SharedDatabase
from tests import once
from tests.layers import first_of, layered
from tests.line import Line
from tests.machines import EAGER, machine

ODD = "å\r\n\t\"'\\N \N{PILE OF POO} ; \\. "


@pytest.fixture(autouse=True)
def _copied(monkeypatch):
    """A new file is a copy of one that the product has made: what is in it is asked here, and not how it is made."""
    connect = file.connect

    def connect_copy(path):
        return connect(once.new(path) if isinstance(path, Path) and not path.exists() else path)

    for module in (file, following, shared):
        monkeypatch.setattr(module, "connect", connect_copy)


@pytest.fixture(scope="module")
def begun(new_postgres_database):
    """The name of a database in which a machine has made its tables, which takes five times as long as to copy one."""
    address = new_postgres_database()
    connection = Connection(address, schema=SCHEMA)
    with connection.transaction() as run:
        changes.agree(run, name="none")
    connection._worker._abandon()
    return urlsplit(address).path.strip("/")


@pytest.fixture
def begun_database(begun, postgres, _postgres_owner):
    """The address of a database of one's own in which nothing is but the tables."""
    cursor, numbers = _postgres_owner
    name = f"begun_{os.getpid()}_{next(numbers)}"
    cursor.execute(f"create database {name} template {begun} strategy file_copy")
    yield postgres.address(name)
    cursor.execute(f"drop database {name} with (force)")


@pytest.fixture
def machines(begun_database, tmp_path):
    """Makes machines that share a database, each with its folder."""
    return lambda name: machine(begun_database, tmp_path / name)


@pytest.fixture
def there(begun_database):
    """PostgreSQL itself."""
    return Connection(begun_database, schema=SCHEMA)


def note(one, what):
    with one.writing() as cursor:
        cursor.execute("insert into events values (moment(), 'test', 'note', $what)", {"what": what})
        return moment(cursor)


def notes(one):
    with one.cursor() as cursor:
        return [row["what"] for row in rows(cursor, "select what from events order by rowid")]


@pytest.mark.live
def test_what_one_machine_writes_the_others_show(postgres_database, tmp_path):
    one, other = (machine(postgres_database, tmp_path / name) for name in ("one", "other"))
    assert not one.exists()
    note(one, "first")
    assert (other.exists(), notes(other)) == (True, ["first"])
    note(other, "second")
    assert (notes(one), one.version()) == (["first", "second"], other.version())


@pytest.mark.live
def test_each_type_of_value_travels_there_and_back_in_its_order(machines, exhaustively):
    one, other = machines("one"), machines("other")
    tables = changes.tables() if exhaustively else of_each_type()
    with one.writing() as cursor:
        for table, columns in tables.items():
            values = ", ".join(VALUES[type_] for type_ in columns.values())
            empty = ", ".join("null" for _ in columns)
            cursor.execute(f"insert into \"{table}\" select {values} where $odd <> ''", {"odd": ODD})
            cursor.execute(f'insert into "{table}" values ({empty})')
    assert VALUES.keys() == changes.TYPES.keys()
    for table in tables:
        with one.cursor() as here, other.cursor() as copied:
            select = f'select * from "{table}" order by rowid'
            assert here.execute(select).fetchall() == copied.execute(select).fetchall() != []


def of_each_type():
    """Some of the tables, whose columns are of every type."""
    found, types = {}, set()
    for table, columns in changes.tables().items():
        if not types.issuperset(columns.values()):
            found[table] = columns
            types.update(columns.values())
    assert types == VALUES.keys()
    return found


VALUES = {
    "VARCHAR": "$odd || ''",
    "INTEGER": "-2147483648",
    "SMALLINT": "-32768",
    "TINYINT": "127",
    "BIGINT": "9223372036854775807",
    "DOUBLE": "0.1",
    "BOOLEAN": "true",
    "DATE": "date '9999-12-31'",
    "TIMESTAMP": "timestamp '2026-10-25 00:59:59.999999'",
    "VARCHAR[]": "[null, '', $odd]",
}


@pytest.mark.live
@pytest.mark.parametrize("rounds", first_of([1, 8]))
def test_numbers_that_machines_take_at_the_same_time_are_distinct_and_seen_in_their_order(machines, rounds):
    each = [machines(name) for name in ("one", "two", "three")]
    seen, watching, over = [], machines("four"), threading.Event()

    def write(one):
        for _ in range(rounds):
            with one.writing() as cursor:
                number = next_number(cursor, "organisation")
                cursor.execute("insert into organisation_names values ($n, 'x', moment(), 'test')", {"n": number})

    def watch():
        while not over.is_set():
            with watching.cursor() as cursor:
                seen.append([n for (n,) in cursor.execute("select organisation_id from organisation_names").fetchall()])

    threads = [threading.Thread(target=write, args=(one,)) for one in each]
    watcher = threading.Thread(target=watch)
    for thread in (*threads, watcher):
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    watcher.join()
    with watching.cursor() as cursor:
        seen.append([n for (n,) in cursor.execute("select organisation_id from organisation_names").fetchall()])
    assert seen[-1] == [*range(1, 3 * rounds + 1)]
    # nobody ever sees a later one without those before it
    assert all(found == seen[-1][: len(found)] for found in seen)


@pytest.mark.live
def test_what_raises_leaves_nothing_and_frees_the_turn(machines):
    one, other = machines("one"), machines("other")
    note(one, "kept")
    insert = "insert into events values (moment(), 'test', 'note', 'lost')"
    with pytest.raises(duckdb.ParserException), one.writing() as cursor:
        cursor.execute(f"{insert}; {insert}; no statement")
    note(other, "next")
    assert notes(one) == notes(other) == ["kept", "next"]


@pytest.mark.live
def test_a_change_that_postgresql_refuses_is_in_no_copy(machines, there):
    one = machines("one")
    note(one, "kept")
    there.rows("alter table events add check (what <> 'refused')")
    with pytest.raises(Exception, match="check"):
        note(one, "refused")
    assert notes(one) == ["kept"] == notes(machines("other"))


@pytest.mark.live
def test_a_number_that_was_given_twice_is_refused_by_postgresql_too(machines):
    one = machines("one")
    insert = "insert into reviews (review_id, edition) values (1, 1)"
    with one.writing() as cursor:
        cursor.execute(insert)
    with pytest.raises(Exception, match="reviews_review_id_edition_key"), one.writing() as cursor:
        cursor.execute(insert)


@pytest.mark.exhaustive
def test_a_copy_with_another_history_is_made_anew(machines, there):
    """two changes were lost in a failover, and their numbers are used again"""
    one, other = machines("one"), machines("other")
    note(one, "kept")
    for what in ("lost", "lost too"):
        note(one, what)
    assert notes(other) == ["kept", "lost", "lost too"]
    there.rows("delete from events where what like 'lost%'")
    there.rows("delete from changes where number > 1")
    fresh = machines("third")
    note(fresh, "another")
    note(fresh, "and another")
    assert notes(one) == notes(other) == ["kept", "another", "and another"]


@pytest.mark.live
def test_a_copy_that_is_ahead_of_postgresql_is_made_anew(machines, there):
    one = machines("one")
    note(one, "kept")
    note(one, "lost")
    there.rows("delete from events where what = 'lost'")
    there.rows("delete from changes where number = 2")
    assert notes(one) == ["kept"]


HARMS = ("removed", "damaged", "emptied", "of another store", "older")


@pytest.mark.live
@pytest.mark.parametrize(("harm", "writes"), layered(product(HARMS, [False, True]), {("damaged", False)}))
def test_a_copy_that_was_harmed_is_made_anew(harm, writes, machines, tmp_path, monkeypatch):
    """also where it has just been looked whether it is up to date"""
    one, other = machines("one"), machines("other")
    note(one, "first")
    path = one.copy.path
    shutil.copy(path, tmp_path / "older")
    note(other, "second")
    assert notes(one) == ["first", "second"]
    one.follower.waits = replace(EAGER, fresh=60.0)
    one.follower.keep_up()
    if harm == "removed":
        path.unlink()
    elif harm == "of another store":
        note(FileDatabase.at(tmp_path / "file.duckdb"), "of a file")
        (tmp_path / "file.duckdb").replace(path)
    elif harm == "older":
        (tmp_path / "older").replace(path)
    else:
        path.write_bytes(b"" if harm == "emptied" else b"x" * path.stat().st_size)
    if not writes:
        assert notes(one) == ["first", "second"]
    note(one, "third")
    assert notes(one) == ["first", "second", "third"]
    one.follower.waits = EAGER
    assert notes(other) == ["first", "second", "third"]
    assert [file.name for file in path.parent.iterdir() if "new" in file.name] == []


@pytest.mark.live
def test_a_block_of_the_copy_that_fails_while_it_is_read_has_it_made_anew(machines):
    one = machines("one")
    note(one, "first")
    with pytest.raises(Unusable, match="is being made anew"), one.cursor():
        raise duckdb.IOException("stands for a block that cannot be read")
    assert one.follower._is_damaged
    assert (notes(one), one.follower._is_damaged) == (["first"], False)


@pytest.mark.live
def test_the_rows_that_are_pushed_are_counted(machines, monkeypatch):
    one = machines("one")
    monkeypatch.setattr(Run, "ingest", lambda *_: 0)
    with pytest.raises(RuntimeError, match="took 0 of 1 rows of events"):
        note(one, "lost on the way")
    monkeypatch.undo()
    assert notes(one) == []


@pytest.mark.live
def test_the_rows_that_are_fetched_are_counted(machines, there, caplog):
    one = machines("one")
    note(one, "first")
    there.rows("delete from events")
    with pytest.raises(Away):
        notes(machines("other"))
    assert "gave 0 of 1 rows of events" in caplog.text
    assert notes(one) == ["first"]


@pytest.mark.live
def test_a_turn_has_the_moment_of_postgresql_whatever_the_clock_of_the_machine_says(machines, there, monkeypatch):
    one = machines("one")
    monkeypatch.setattr(clock, "_own", lambda: datetime(2031, 1, 1))
    monkeypatch.setattr(clock, "_ahead", timedelta())
    begun = there.rows("select clock_timestamp() at time zone 'utc'")[0][0]
    assert begun <= note(one, "now") < begun + timedelta(seconds=30)
    assert abs(clock.now() - begun) < timedelta(seconds=30)
    note(one, "later")
    with one.cursor() as cursor:
        assert newest_moment(cursor) < begun + timedelta(seconds=30)


@pytest.mark.live
def test_a_store_that_a_newer_program_has_written_is_shown_and_not_written(machines, there):
    one = machines("one")
    note(one, "first")
    there.rows("insert into schema_files values ('999_newer.sql', now())")
    assert notes(one) == ["first"]
    with pytest.raises(Refusal, match="newer version"):
        note(one, "second")
    with pytest.raises(Refusal):
        machines("other").exists()


@pytest.mark.live
def test_tables_and_columns_that_postgresql_lacks_are_made_before_the_next_change(machines, there):
    """here those of 0.11, which are the baseline's"""
    one = machines("one")
    note(one, "first")
    there.rows("alter table review_states drop column person")
    there.rows("drop table arrangements")
    there.rows("delete from schema_files")
    there.rows("insert into schema_files values ('001_house.sql', now())")
    there.rows("insert into schema_files values ('520_meanings.sql', now())")
    with machines("newer").writing() as cursor:
        cursor.execute("insert into arrangements (kind) values ('delivered_by')")
        cursor.execute("insert into review_states (review_id, person) values (1, 'p')")
    with machines("other").cursor() as cursor:
        assert rows(cursor, "select person from review_states") == [{"person": "p"}]
        assert rows(cursor, "select kind from arrangements") == [{"kind": "delivered_by"}]
    assert {name for (name,) in there.rows("select name from schema_files")} == {*schema.file_names()}


@pytest.mark.live
def test_a_store_of_a_version_before_0_11_is_refused_and_stays_as_it_was(machines, there):
    note(machines("one"), "first")
    there.rows("delete from schema_files")
    there.rows("insert into schema_files values ('001_house.sql', now())")
    for act in (lambda: note(machines("other"), "second"), lambda: notes(machines("third"))):
        with pytest.raises(Refusal, match=r"is of a version before 0\.11") as refusal:
            act()
        assert "copy" not in str(refusal.value), "the name of the database, not of a file that nobody knows"
    assert there.rows("select name from schema_files") == [("001_house.sql",)]


@pytest.mark.exhaustive
def test_what_replaces_the_store_replaces_every_copy(machines, tmp_path, there):
    one, other = machines("one"), machines("other")
    note(one, "first")
    assert notes(other) == ["first"]
    source = FileDatabase.at(tmp_path / "file.duckdb")
    note(source, "of a file")
    with one.replacing() as path:
        assert path.exists()
        path.unlink()
        source.copy_to(path)
    assert notes(one) == notes(other) == notes(machines("third")) == ["of a file"]
    assert [row for (row,) in there.rows("select what from events")] == ["of a file"]
    assert not path.exists()


@pytest.mark.live
def test_what_rewrites_it_is_in_every_copy_and_what_raises_changes_nothing(machines):
    one, other = machines("one"), machines("other")
    note(one, "first")
    with pytest.raises(ZeroDivisionError), one.rewriting():
        raise ZeroDivisionError
    assert notes(other) == ["first"]
    with other.rewriting() as (cursor, _):
        cursor.execute("delete from events")
        cursor.execute("insert into events values (moment(), 'test', 'note', 'instead')")
    assert notes(one) == notes(other) == ["instead"]


@pytest.mark.live
def test_a_nul_is_refused_with_a_sentence(machines):
    one = machines("one")
    with pytest.raises(Refusal, match="cannot be stored"):
        note(one, "a\0b")
    note(one, "without")
    assert notes(one) == ["without"]


@pytest.mark.exhaustive
def test_an_export_with_a_nul_is_loaded_without_it(machines, tmp_path):
    line = Line(tmp_path)
    line.database = machines("one")
    line.load_table("Systemnamn | Enhet\nAl\0fa | Norr\nBeta | Sö\0der", source="systems")
    assert (line.column("system", "systems"), line.column("unit", "systems")) == (["Alfa", "Beta"], ["Norr", "Söder"])


@pytest.mark.live
def test_pages_go_on_while_postgresql_is_away_and_say_since_when(machines, monkeypatch, postgres):
    one = machines("one")
    note(one, "first")
    assert one.away_since() is None
    monkeypatch.setattr(one.follower.line, "_address", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setattr(one._writing, "_address", "postgresql://nobody@127.0.0.1:1/none")
    for line in (one.follower.line, one._writing):
        line._worker._abandon()
    assert notes(one) == ["first"]
    assert abs(one.away_since() - clock.now()) < timedelta(seconds=20)
    with pytest.raises(Away, match="cannot be reached"):
        note(one, "second")
    assert notes(one) == ["first"]
    monkeypatch.undo()
    assert (one.away_since(), note(one, "third"), notes(one))[2] == ["first", "third"]


def test_a_machine_that_has_never_reached_it_says_so_instead_of_showing_nothing(tmp_path):
    one = machine("postgresql://x@127.0.0.1:1/none", tmp_path)
    with pytest.raises(Away):
        one.exists()
    # a command that reads asks for nothing else
    with pytest.raises(Away), one.cursor():
        pass


@pytest.mark.exhaustive
def test_copies_that_hold_more_follow_a_store_that_was_restored(machines, postgres, begun_database):
    one, other = machines("one"), machines("other")
    note(one, "first")
    dump = postgres.folder / f"{begun_database.rpartition('/')[2].partition('?')[0]}.dump"
    postgres.run("pg_dump", "--format=custom", f"--file={dump}", begun_database)
    note(other, "lost")
    assert notes(one) == ["first", "lost"]
    postgres.run("pg_restore", "--exit-on-error", "--clean", f"--dbname={begun_database}", dump)
    assert notes(one) == notes(other) == ["first"]
    note(one, "instead")
    assert notes(other) == ["first", "instead"]


@pytest.mark.live
@pytest.mark.parametrize("made", first_of([True, False]))
def test_a_connection_that_is_lost_at_the_commit_is_asked_about(made, machines, there, monkeypatch):
    one, other = machines("one"), machines("other")
    note(one, "first")
    commit = Run.commit

    def lost(run):
        if made:
            commit(run)
        run._worker._abandon()
        raise Away("lost")

    monkeypatch.setattr(Run, "commit", lost)
    monkeypatch.setattr(one, "_is_made", restoring(one._is_made, monkeypatch))
    if made:
        note(one, "second")
    else:
        with pytest.raises(Away):
            note(one, "second")
    assert notes(one) == notes(other) == ["first", *(["second"] if made else [])]


def restoring(ask, monkeypatch):
    """Asks once connections are whole again."""

    def asked(mark):
        monkeypatch.undo()
        return ask(mark)

    return asked


@pytest.mark.live
def test_a_commit_whose_fate_cannot_be_learnt_is_told_as_such(machines, monkeypatch):
    one = machines("one")
    note(one, "first")

    def lost(run):
        raise Away("lost")

    monkeypatch.setattr(Run, "commit", lost)
    monkeypatch.setattr(shared, "RESOLVE_SECONDS", 0)
    with pytest.raises(Refusal, match="not known whether"):
        note(one, "second")


@pytest.mark.exhaustive
def test_a_copy_that_cannot_commit_what_it_follows_tries_again(machines, monkeypatch):
    one, other = machines("one"), machines("other")
    note(one, "first")
    assert notes(other) == ["first"]
    note(one, "second")
    commit = FileDatabase.commit

    def full(self, cursor):
        raise failures.no_room(self.path)

    monkeypatch.setattr(FileDatabase, "commit", full)
    assert (notes(other), other.away_since() is None) == (["first"], False)
    monkeypatch.setattr(FileDatabase, "commit", commit)
    assert again(lambda: notes(other)) == ["first", "second"]


def again(read):
    """What is read once a thread has looked."""
    end = time.monotonic() + 20
    while len(found := read()) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    return found


@pytest.mark.exhaustive
def test_where_a_copy_is_lost_and_cannot_be_made_it_is_said_instead_of_showing_nothing(machines, monkeypatch):
    one = machines("one")
    note(one, "first")
    one.copy.path.unlink()

    def full(path):
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(following, "connect", full)
    for _ in range(2):
        with pytest.raises(Refusal, match="no room left in the folder"):
            notes(one)


@pytest.mark.live
def test_nobody_waits_for_a_database_that_does_not_answer(machines, monkeypatch):
    """it stands still, or somebody here waits for it who has to end first"""
    one, over, ended = machines("one"), threading.Event(), []
    note(one, "first")
    follow = one.follower.follow
    monkeypatch.setattr(one.follower, "follow", lambda: (ended.append(over.wait(60)), follow()))
    one.follower.waits = replace(EAGER, read=0.2)
    assert (notes(one), one.away_since() is None) == (["first"], False)
    one.follower.waits = replace(EAGER, read=120.0)
    assert [notes(one) for _ in range(3)] == [["first"]] * 3
    assert not ended
    over.set()
    while one.away_since():
        time.sleep(0.01)


@pytest.mark.exhaustive
def test_a_copy_that_somebody_does_not_close_is_not_waited_for_without_end(machines, monkeypatch):
    one = machines("one")
    note(one, "first")
    monkeypatch.setattr(file, "WAIT_SECONDS", 0.2)
    with one.cursor():
        one.follower._distrust()
        with pytest.raises(Refusal, match="has been busy"):
            one.follower.follow()
    assert notes(one) == ["first"]


@pytest.mark.live
def test_a_copy_that_cannot_commit_follows(machines, monkeypatch):
    one = machines("one")
    note(one, "first")
    commit = FileDatabase.commit

    def full(self, cursor):
        monkeypatch.setattr(FileDatabase, "commit", commit)
        raise Failure("no room")

    monkeypatch.setattr(FileDatabase, "commit", full)
    one.follower.waits = replace(EAGER, fresh=60.0)
    note(one, "second")
    assert notes(one) == ["first", "second"]


@pytest.mark.live
def test_nobody_waits_longer_than_a_turn_takes(machines, there, monkeypatch):
    one = machines("one")
    note(one, "first")
    monkeypatch.setattr(shared, "TURN_SECONDS", 1)
    begun = time.monotonic()
    with (
        there.writing(shared.LOCK, seconds=1),
        pytest.raises(Refusal, match="Somebody else has been saving"),
    ):
        note(one, "second")
    assert time.monotonic() - begun < postgresql.TURN_SECONDS
    note(one, "third")
    assert notes(one) == ["first", "third"]


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("postgresql://anna:secret@db1:5432,db2/city?sslmode=verify-full", "db1:5432,db2/city"),
        ("postgresql://anna@/city?host=/run/postgresql&password=secret", "/run/postgresql/city"),
        ("postgresql:///city", "city"),
        ("postgres://anna:a%2Fb+ä@[::1]:5/city?password=a+b%20c", "[::1]:5/city"),
        ("postgresql:///?service=city", "PostgreSQL"),
    ],
)
def test_an_address_is_told_without_what_is_secret(address, seen):
    assert public_address(address) == seen


@pytest.mark.parametrize("mark", "/?#@[]% ")
def test_an_address_with_an_odd_password_is_refused_and_not_repeated(mark, monkeypatch):
    refuse_address(f"postgresql://anna:sec{mark}ret@db1/city", monkeypatch)


@pytest.mark.parametrize(
    "begin",
    ["PostgreSQL://", " postgresql://", '"postgres://', "postgres:/", "postgres:", "mysql://", "host=db1 password="],
)
def test_what_is_no_address_of_postgresql_is_not_taken_for_a_file(begin, monkeypatch):
    refuse_address(f"{begin}anna:secret@db1/city", monkeypatch)


def refuse_address(address, monkeypatch):
    """An address is refused wherever it is said, without what may be a password."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", address)
    for ask in (stores.own, places.own_files, lambda: stores.public_name(address), lambda: public_address(address)):
        with pytest.raises(Refusal, match="address of the database cannot be read") as refused:
            ask()
        assert "sec" not in repr(vars(refused.value))


@pytest.mark.parametrize("host", ["db1", ""])
def test_a_value_of_an_address_reaches_the_driver_as_it_was_said(host):
    had = postgresql.parts_of(postgresql._with_settings(f"postgresql://{host}/city?password=a+b%2Fc", SCHEMA))
    assert (had.hosts, had.name, had.settings["password"]) == (host, "city", "a+b/c")


@pytest.mark.live
@pytest.mark.parametrize(
    "said", [("options", "-c search_path=public"), ("options", "-c client_encoding=UTF8 --search_path=x")]
)
def test_a_connection_that_does_not_keep_its_settings_is_refused(said, postgres_database, tmp_path):
    name, value = said
    one = machine(f"{postgres_database}&{name}={quote(value)}", tmp_path)
    with pytest.raises(Refusal, match="does not keep its settings"):
        note(one, "first")


@pytest.mark.live
def test_a_database_in_another_encoding_is_refused(postgres, there, tmp_path):
    name = f"latin_{os.getpid()}"
    there.rows(f"create database {name} template template0 encoding 'LATIN1' strategy file_copy")
    with pytest.raises(Refusal, match="LATIN1"):
        note(machine(postgres.address(name), tmp_path), "first")


@pytest.mark.live
def test_tables_of_another_program_are_left_alone(postgres_database, tmp_path):
    one, there = machine(postgres_database, tmp_path / "one"), Connection(postgres_database, schema=SCHEMA)
    there.rows("create schema compliance")
    there.rows("create table compliance.changes (x text)")
    with pytest.raises(Refusal, match="another program"):
        note(one, "first")
    there.rows("drop table compliance.changes")
    note(one, "first")
    there.rows("create table compliance.others (x text)")
    one.clear()
    assert there.rows("select relname::text from pg_class where relname in ('others', 'changes')") == [("others",)]


@pytest.mark.exhaustive
def test_an_account_without_rights_reads_a_sentence_and_not_an_empty_store(machines, there, begun_database, tmp_path):
    note(machines("one"), "first")
    role = f"nobody_{os.getpid()}"
    there.rows(f"create role {role} login")
    later = machine(begun_database.replace("postgres@", f"{role}@"), tmp_path / "one")
    try:
        assert (notes(later), later.away_since() is None) == (["first"], False)
        with pytest.raises(Refusal, match="lacks a right"):
            note(later, "second")
    finally:
        there.rows(f"drop role {role}")


@pytest.mark.live
def test_what_an_administrator_has_set_for_the_account_does_not_hold(machines, there, begun_database):
    name = begun_database.rpartition("/")[2].partition("?")[0]
    there.rows(f"alter database {name} set statement_timeout = '1ms'")
    there.rows(f"alter database {name} set default_transaction_isolation = 'serializable'")
    note(machines("one"), "å" * 1000)
    assert notes(machines("other")) == ["å" * 1000]


def test_the_own_store_is_chosen_by_the_address(monkeypatch, tmp_path):
    monkeypatch.setenv("COMPLIANCE_DATABASE", "postgresql://x@127.0.0.1:1/none")
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path))
    own = stores.own()
    assert isinstance(own, SharedDatabase)
    assert own.copy.path == tmp_path / "copy.duckdb"
    assert stores.samples().path == tmp_path / "sample.duckdb"


@pytest.mark.live
def test_a_machine_that_starts_while_postgresql_is_away_says_of_when_its_copy_is(machines, tmp_path):
    note(machines("one"), "first")
    before = clock.now()
    # another one that starts in the same folder
    later = machine("postgresql://x@127.0.0.1:1/none", tmp_path / "one")
    assert notes(later) == ["first"]
    assert abs(later.away_since() - before) < timedelta(seconds=20)


@pytest.mark.exhaustive
def test_a_copy_of_another_database_is_not_shown_for_an_empty_one(machines, new_postgres_database, tmp_path):
    note(machines("one"), "first")
    later = machine(new_postgres_database(), tmp_path / "one")
    assert (later.exists(), notes(later)) == (False, [])
    note(later, "second")
    assert notes(later) == ["second"]
