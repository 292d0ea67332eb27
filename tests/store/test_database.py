"""The database file: shared by threads, used by processes in turn, and upgraded from earlier versions."""

import os
import shutil
import subprocess
import sys
import threading
import time
from datetime import date, datetime, timedelta
from functools import partial

import duckdb
import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.core.queueing import COUNTING, Asker, asking
from compliance.declarations.queries import statement
from compliance.loading import loading
from compliance.loading.loading import Order, load_prepared, prepare
from compliance.reading.reading import read
from compliance.review.reviewing import open_review, write
from compliance.store import file, turns
from compliance.store.database import Database, next_moment, rows
from compliance.store.file import FileDatabase
from tests.apps import opened, text
from tests.command import arguments, environment, run, run_here
from tests.layers import first_of
from tests.line import SOURCES, TODAY, WORDS, Line, read_here
from tests.machines import machine, with_all_of

FAIR_SECONDS = 60
load = partial(loading.load, sources=SOURCES, words=WORDS)
DAY = Order("test", extract_date=date(2026, 11, 1), completes=True)
TABLE = "AD-konto | Enhet | Anställningsdatum\np1 | A | 2024-01-01"


@pytest.fixture
def empty(tmp_path):
    """A line with a file that is closed after each load."""
    return Line(tmp_path)


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A file with one person in it."""
    line = Line(tmp_path_factory.mktemp("once"))
    line.load_table(TABLE)
    return line


@pytest.fixture
def line(request, once, empty):
    """A line with a copy of it, or with what it holds in the store that machines share."""
    if getattr(request, "param", "file") == "shared":
        address = request.getfixturevalue("postgres_database")
        with_all_of(once.database, address, empty.folder / "one")
        empty.database = machine(address, empty.folder / "other")
    else:
        shutil.copyfile(once.database.path, empty.database.path)
    shutil.copyfile(once.folder / "export.csv", empty.folder / "export.csv")
    empty.loads = once.loads
    return empty


EACH = pytest.mark.parametrize("line", first_of(["file", "shared"]), indirect=True)


def count(database):
    with database.cursor() as cursor:
        return rows(cursor, "select count(*) as n from staff")[0]["n"]


class Readers:
    """Threads that read until they are stopped, so that the file is never closed for lack of readers."""

    def __init__(self, database, number):
        self.database = database
        self.stop, self.errors, self.counts = threading.Event(), [], []
        self.threads = [threading.Thread(target=self.read) for _ in range(number)]

    def read(self):
        while not self.stop.is_set():
            try:
                with self.database.cursor() as cursor:
                    self.counts.append(rows(cursor, "select count(*) as n from staff")[0]["n"])
                    time.sleep(0.02)
            except Exception as error:
                self.errors.append(error)
                return

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(FAIR_SECONDS)
        assert not any(thread.is_alive() for thread in self.threads)


@pytest.mark.exhaustive
@EACH
def test_six_threads_read_while_one_writes(line):
    with Readers(line.database, 6) as readers:
        for day in range(1, 4):
            line.load_table(TABLE, extract_date=date(2026, 10, day))
    assert readers.errors == []
    assert set(readers.counts) <= {1, 2, 3, 4}
    assert count(line.database) == 4


@EACH
def test_a_reader_sees_nothing_of_what_is_not_committed(line):
    with line.database.writing() as cursor:
        cursor.execute("insert into staff (import_id) values (7)")
        counts = []
        thread = threading.Thread(target=lambda: counts.append(count(line.database)))
        thread.start()
        thread.join(FAIR_SECONDS)
        assert counts == [1]
    assert count(line.database) == 2


@EACH
def test_what_raises_is_rolled_back(line):

    def fail():
        with line.database.writing() as cursor:
            cursor.execute("delete from staff")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert count(line.database) == 1


@pytest.mark.exhaustive
def test_another_process_loads_while_this_one_never_stops_reading(line):
    path = line.file(TABLE, name="other.csv")
    with Readers(line.database, 3) as readers:
        time.sleep(0.2)
        start = time.monotonic()
        done = run(line.database.path, "load", path, "--extract-date", "2026-10-01")
        seconds = time.monotonic() - start
        read_after = len(readers.counts)
        time.sleep(0.3)
    assert (done.returncode, done.stderr, readers.errors) == (0, "", [])
    assert done.stdout.startswith("import 2: ")
    assert seconds < FAIR_SECONDS
    assert len(readers.counts) > read_after
    assert readers.counts[-1] == 2


@pytest.mark.exhaustive
def test_two_processes_load_at_the_same_time_and_both_are_there(empty):
    commands = [
        arguments(
            "load", empty.file(f"{TABLE}\np{i} | A | 2024-01-01", name=f"{i}.csv"), "--extract-date", "2026-10-01"
        )
        for i in (2, 3)
    ]
    started = [subprocess.Popen(c, env=environment(empty.database.path), stdout=subprocess.DEVNULL) for c in commands]
    assert [process.wait(60) for process in started] == [0, 0]
    assert [r["import_id"] for r in empty.rows("from imports order by 1")] == [1, 2]
    assert [r["organisation"] for r in empty.rows("from organisations_at(timestamp '9999-12-31')")] == ["Förvaltningen"]


@pytest.mark.exhaustive
@pytest.mark.parametrize("line", ["file", "shared"], indirect=True)
def test_two_threads_that_load_at_the_same_time_get_numbers_of_their_own(line):
    """same_number: each would see the numbers before the other has committed"""
    books = [read(f"{TABLE}\np{i} | A | 2024-01-01".replace(" | ", ";").encode(), name=f"{i}.csv") for i in (2, 3)]
    ids = []

    def load_one(book):
        order = line.order(extract_date=date(2026, 10, 1), completes=True)
        prepared = prepare(book, order, sources=SOURCES, words=WORDS)
        with line.database.writing() as cursor:
            ids.extend(receipt.import_id for receipt in load_prepared(cursor, prepared, words=WORDS))
            if book is books[0]:
                thread.start()
                thread.join(2)  # Long enough to finish if nothing makes it wait.

    thread = threading.Thread(target=load_one, args=books[1:])
    load_one(books[0])
    thread.join(FAIR_SECONDS)
    assert ids == [2, 3]
    assert [row["import_id"] for row in line.rows("from imports order by 1")] == [1, 2, 3]


WAITING = (
    "import sys; from pathlib import Path; from compliance.store.turns import Turns;"
    " turns = Turns(Path(sys.argv[1])); turns.take(); turns.end()"
)


@pytest.mark.live
def test_a_block_within_a_block_never_waits_for_itself(line):
    with line.database.cursor():
        waiting = subprocess.Popen([sys.executable, "-c", WAITING, line.database.path])
        while not line.database._turns.is_awaited() and waiting.poll() is None:
            time.sleep(0.02)
        assert waiting.poll() is None
        assert count(line.database) == 1
    assert waiting.wait(60) == 0


HOLDING = WAITING.replace("turns.end()", "print('held', flush=True); sys.stdin.read(); turns.end()")


@pytest.mark.live
def test_who_gives_way_waits_for_who_has_the_file_and_not_for_ever(line):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDING, line.database.path], **pipes) as other:
        assert other.stdout.readline()
        line.database.give_way(seconds=0)
        end = threading.Timer(1, other.stdin.close)
        end.start()
        line.database.give_way(seconds=FAIR_SECONDS)
        assert other.stdin.closed
    line.database.give_way(seconds=FAIR_SECONDS)


@pytest.mark.live
def test_a_server_keeps_the_file_open_for_a_moment_and_gives_way_at_once(line, monkeypatch):
    """slow: each click would open it anew; greedy: a command would wait for a server on which nobody clicks"""
    monkeypatch.setattr(line.database, "lingers", True)
    monkeypatch.setattr(file, "LINGER_SECONDS", FAIR_SECONDS)
    count(line.database)
    opened_ = line.database._connection
    assert opened_ is not None
    count(line.database)
    assert line.database._connection is opened_
    state = line.database.state()
    line.load_table(TABLE, extract_date=date(2026, 9, 1), name="earlier.csv")
    assert line.database.state() != state
    assert subprocess.run([sys.executable, "-c", WAITING, line.database.path], timeout=FAIR_SECONDS).returncode == 0
    assert line.database._connection is None
    monkeypatch.setattr(file, "LINGER_SECONDS", 0)
    assert count(line.database) == 2


@pytest.mark.parametrize("lacks", ["open files", "threads"])
def test_a_server_that_cannot_keep_the_file_open_for_a_moment_closes_it(line, monkeypatch, lacks):
    """held: nobody would close it, and no command could use it until the server ends"""

    def fail(*_args, **_kwargs):
        raise OSError if lacks == "open files" else RuntimeError

    monkeypatch.setattr(line.database, "lingers", True)
    with line.database.cursor():
        place = (line.database._turns._turnstile, "acquire") if lacks == "open files" else (threading.Thread, "start")
        monkeypatch.setattr(*place, fail)
    assert line.database._connection is None


@pytest.mark.live
def test_the_state_changes_with_every_write_and_only_then(line, tmp_path):
    states = [FileDatabase.at(tmp_path / "none.duckdb").state(), line.database.state()]
    for day in (1, 2):
        line.load_table(TABLE, extract_date=date(2026, 10, day))
        states.append(line.database.state())
        line.items("1", date(2026, 11, 24))
        count(line.database)
        assert line.database.state() == states[-1]
    assert (states[0], len(set(states))) == ("none", 4)


@pytest.mark.live
@EACH
def test_the_version_changes_with_what_figures_rest_on_and_not_with_a_draft(line):
    """stale: the rows would not be read again; restless: each word of a draft would count every figure again"""
    state, version = line.database.state(), line.database.version()
    review = open_review(line.database, year=2026, as_of=TODAY, order=line.order(), today=TODAY)
    write(line.database, review.review_id, kind="comment", what="dpia", text="Väntar.", order=line.order())
    assert line.database.state() != state
    assert line.database.version() == version
    line.load_table(TABLE, extract_date=date(2026, 9, 1), name="earlier.csv")
    assert line.database.version() != version


def test_the_state_changes_with_a_commit_that_can_be_seen_after_its_log(line, monkeypatch):
    """stale: what is read while the log is written and the commit not yet seen would be taken for the new rows"""
    with line.database.cursor():
        states = []

        def commit(cursor):
            cursor.execute("commit")
            states.append(line.database.state())

        monkeypatch.setattr(Database, "commit", lambda _, cursor: commit(cursor))
        line.load_table(TABLE, extract_date=date(2026, 9, 1), name="earlier.csv")
        assert line.database.state() not in states


@EACH
def test_the_version_is_asked_once_while_nothing_is_written(line, monkeypatch):
    version = line.database.version()
    monkeypatch.setattr(line.database, "cursor", None)
    assert line.database.version() == version


@pytest.mark.live
def test_a_file_that_is_not_there_reads_as_an_empty_database(tmp_path):
    database = FileDatabase.at(tmp_path / "folder" / "none.duckdb")
    assert count(database) == 0
    for _ in range(2):
        with database.rehearsing() as cursor:
            assert rows(cursor, "from revocations") == []
            cursor.execute(
                "insert into revocations (import_id, revoked_at, revoked_by, why) values (1, moment(), '', '')"
            )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.live
def test_a_file_is_there_only_after_the_first_commit(tmp_path):
    database = FileDatabase.at(tmp_path / "new.duckdb")

    def fail():
        with database.writing():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not database.exists()
    with database.writing():
        pass
    assert database.exists()
    with pytest.raises(ZeroDivisionError):
        fail()
    assert database.exists()


def test_one_file_has_one_object_whatever_its_path_is_called(tmp_path):
    assert FileDatabase.at(tmp_path / "a.duckdb") is FileDatabase.at(tmp_path / "b" / ".." / "a.duckdb")


# --- An older database -------------------------------------------------------------------------------------------


@pytest.mark.live
@pytest.mark.live
def test_macros_are_renewed_when_they_change_and_the_data_stays(line):
    with duckdb.connect(line.database.path) as older:
        older.execute("create or replace macro live_imports(known_at) as table select * from imports where false")
        older.execute("update schema_files set name = 'macros of yesterday' where starts_with(name, 'macros ')")
    assert len(line.rows("from live_imports(timestamp '9999-12-31')")) == 1
    assert len(line.rows("from schema_files where starts_with(name, 'macros ')")) == 1


# --- A file that cannot be used ----------------------------------------------------------------------------------


def refused(database):
    with pytest.raises(Refusal) as refusal:
        count(database)
    return Language("en").refusal(refusal.value)


@pytest.fixture
def holder(line):
    """Return a function that starts programs which hold the file until the test ends."""
    started = []

    def hold(code):
        process = subprocess.Popen(
            [sys.executable, "-c", code, line.database.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        started.append(process)
        assert process.stdout.readline() == b"held\n"

    yield hold
    for process in started:
        process.communicate()


FOREIGN = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
OWN = (
    "import filelock, sys; lock = filelock.FileLock(sys.argv[1] + '.lock'); lock.acquire();"
    " print('held', flush=True); sys.stdin.read()"
)


@pytest.mark.live
def test_a_file_that_another_program_has_open_is_a_sentence(line, holder):
    holder(FOREIGN)
    assert refused(line.database).startswith("The database test.duckdb cannot be opened: IO Error: Could not set lock")


@pytest.mark.live
def test_who_waits_in_vain_is_told(line, holder, monkeypatch):
    holder(OWN)
    monkeypatch.setattr(turns, "WAIT_SECONDS", 1.0)
    assert refused(line.database).startswith("The database test.duckdb has been busy for 1 seconds.")


def test_after_a_refusal_the_file_can_be_used_again(line, monkeypatch):
    good = line.database.path.read_bytes()
    line.database.path.write_bytes(b"rubbish")
    assert "cannot be opened" in refused(line.database)
    line.database.path.write_bytes(good)
    assert count(line.database) == 1


@pytest.mark.parametrize("damage", ["cut", "zeros", "other"])
def test_a_damaged_file_is_a_sentence(line, damage):
    content = line.database.path.read_bytes()
    half = len(content) // 2
    spoilt = {"cut": content[:half], "zeros": content[:12288] + bytes(half), "other": content[:4096] + content[::-1]}
    line.database.path.write_bytes(spoilt[damage])
    assert refused(line.database).startswith("The database test.duckdb cannot be opened: ")


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    database = FileDatabase.at(tmp_path / "file" / "x.duckdb")
    with pytest.raises(Refusal, match="cannot be used"), database.writing():
        pass


@pytest.mark.live
@pytest.mark.skipif(os.name != "posix", reason="permissions of a POSIX file system")
def test_a_folder_that_one_may_not_write_in_is_a_sentence(line):
    # Root may do everything, so as root the process becomes nobody.
    code = (
        "import os, sys; from pathlib import Path; from compliance.store.file import FileDatabase\n"
        "from compliance.core.errors import Refusal; from compliance.store import schema; schema._schema()\n"
        "path = Path(sys.argv[1]); os.chdir(path.parent); path.parent.chmod(0o555)\n"
        "if os.geteuid() == 0: os.setegid(65534); os.seteuid(65534)\n"
        "for user in ('cursor', 'writing'):\n"
        "    try:\n"
        "        with getattr(FileDatabase(Path(path.name)), user)(): print('no refusal')\n"
        "    except Refusal as refusal: print(refusal.values['error'])\n"
    )
    for lock in line.folder.glob("*.duckdb.*"):
        lock.unlink()
    done = subprocess.run(
        [sys.executable, "-c", code, line.database.path],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    line.folder.chmod(0o755)
    assert (done.stdout, done.stderr) == ("Permission denied\nPermission denied\n", "")


def test_a_file_system_without_locks_is_a_sentence(line, monkeypatch):

    def unknown(**_):
        raise NotImplementedError("FileSystem does not appear to support flock")

    monkeypatch.setattr(line.database._turns._lock, "acquire", unknown)
    assert refused(line.database).startswith("The database test.duckdb cannot be used: FileSystem does not appear")


# --- A store of a newer version ------------------------------------------------------------------------------------


@pytest.fixture
def newer(line):
    """A store that a later version of the program has upgraded."""
    with duckdb.connect(line.database.path) as connection:
        connection.execute("update schema_files set name = 'macros of tomorrow' where starts_with(name, 'macros ')")
        connection.execute("insert into schema_files values ('999_tomorrow.sql', null)")
    return line


def test_a_store_of_a_newer_version_is_neither_read_nor_written(newer):
    before = newer.database.path.read_bytes()
    for action in (lambda: count(newer.database), lambda: newer.load_table(TABLE, name="again.csv")):
        with pytest.raises(Refusal, match=r"by a newer version of this program \(999_tomorrow\.sql\)"):
            action()
    assert newer.database.path.read_bytes() == before


@pytest.mark.parametrize("said", first_of(["revoke 1 --why x", "coverage", "imports", "review list"], 2))
def test_every_command_says_that_the_store_is_newer(newer, said):
    done = run_here(newer.database.path, *said.split())
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("The database test.duckdb was written by a newer version of this program")


@pytest.mark.exhaustive
def test_a_page_says_that_the_store_is_newer_and_the_app_goes_on(newer, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(newer.database.path))
    assert "är skriven av en nyare version av programmet (999_tomorrow.sql)" in text(opened("overview", monkeypatch))
    with duckdb.connect(newer.database.path) as connection:
        connection.execute("delete from schema_files where name = '999_tomorrow.sql'")
    assert "nyare version" not in text(opened("overview", monkeypatch))


def test_a_file_of_a_newer_engine_is_told_so(line, monkeypatch):

    def newer(*_, **__):
        raise duckdb.IOException("IO Error: … The database file was created with a newer version of DuckDB.")

    monkeypatch.setattr(duckdb, "connect", newer)
    assert refused(line.database).startswith("The database test.duckdb was written by a newer version")


# --- The moment of a change --------------------------------------------------------------------------------------


def moments(database):
    """Every column of the store that holds the moment of a change."""
    sql = (
        "select table_name, column_name from duckdb_columns() where data_type = 'TIMESTAMP' and column_name like '%_at'"
    )
    with database.cursor() as cursor:
        return [(table, name) for table, name in cursor.execute(sql).fetchall() if table != "schema_files"]


@EACH
def test_a_change_is_later_than_every_moment_that_the_store_holds(line):
    """What is written after the clock was set back must still be later than what was written before."""
    ahead, columns = datetime(2060, 1, 1, 12), moments(line.database)
    assert len(columns) == 27
    with line.database.rehearsing() as cursor:
        for table, name in columns:
            ahead += timedelta(1)
            cursor.execute(f"insert into {table} ({name}) values ($ahead)", {"ahead": ahead})
            assert cursor.execute(statement("newest_moment")).fetchall() == [(ahead,)], (table, name)


@pytest.mark.live
def test_moments_go_on_where_the_clock_is_set_back_and_stands_still(line):
    line.load_table(f"{TABLE}\np2 | A | 2024-01-01", now=datetime(2060, 1, 1, 12))
    line.database.moment_after = next_moment
    for id_ in ("p3", "p4"):
        load(line.database, read_here(f"AD-konto;Enhet;Anställningsdatum\n{id_};A;2024-01-01".encode(), name=id_), DAY)
    moments_ = [row["imported_at"] for row in line.rows("select imported_at from imports order by import_id offset 1")]
    assert [(moment - datetime(2060, 1, 1, 12)).microseconds for moment in moments_] == [0, 1, 2]


@EACH
def test_what_is_written_outside_of_a_turn_has_no_moment_and_is_refused(line):
    with line.database.cursor() as cursor, pytest.raises(duckdb.Error, match="outside of a turn"):
        cursor.execute(statement("add_event"), {"who": "test", "action": "x", "what": "x"})


@pytest.mark.parametrize("sql", ["create table schema_files (a int)", "create table foo (a int)"])
def test_a_database_of_another_program_is_refused_and_stays_as_it_is(tmp_path, sql):
    path = tmp_path / "theirs.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)
    before = path.read_bytes()
    with pytest.raises(Refusal, match="made by another program"), FileDatabase.at(path).cursor():
        pass
    assert path.read_bytes() == before


# --- Turns of persons -------------------------------------------------------------------------------------------------


@EACH
def test_a_third_window_of_a_person_waits_to_count_and_nobody_else_does(line):
    """neither who asks for the first time, nor who saves, nor who has the store open already"""
    database, counted = line.database, []
    busy = [Asker("Bo"), Asker("Bo")]
    for each in busy:
        each.take_turn(surely=True)

    def counts(who):
        with asking(Asker(who)):
            counted.append((who, count(database)))

    third = threading.Thread(target=counts, args=("Bo",))
    third.start()
    while not COUNTING._waiting:
        time.sleep(0.001)
    counts("Eva")
    assert count(database) == 1
    with database.cursor(), asking(Asker("Bo")):
        assert count(database) == 1
    with asking(Asker("Eva")), database.writing() as cursor:
        cursor.execute("insert into events values (moment(), 'test', 'note', 'first')")
    assert counted == [("Eva", 1)]
    busy[0].end_turn()
    third.join(FAIR_SECONDS)
    busy[1].end_turn()
    assert (counted, COUNTING._taken) == ([("Eva", 1), ("Bo", 1)], {})


@EACH
def test_what_a_person_saves_in_many_windows_is_saved_though_they_are_gone(line):
    """the turn comes before the lock of writers: one that waits for a turn with the lock would stop everybody"""
    database = line.database

    def saves(who):
        with asking(Asker(who, _gone)), database.writing() as cursor:
            cursor.execute("insert into events values (moment(), 'test', 'noted', $who)", {"who": who})

    windows = [threading.Thread(target=saves, args=(who,)) for who in ["Bo"] * 20 + ["Eva"]]
    for window in windows:
        window.start()
    for window in windows:
        window.join(FAIR_SECONDS)
    with database.cursor() as cursor:
        found = cursor.execute("select what, count(*) from events where action = 'noted' group by what").fetchall()
    assert sorted(found) == [("Bo", 20), ("Eva", 1)]


def _gone():
    raise InterruptedError
