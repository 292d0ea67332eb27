"""A disk that takes no more: a sentence for every write of the product, nothing by halves, and nothing to mend by hand.

What a disk holds is limited here by what this process may write to a file, which the system itself sees to.
"""

import errno
import io
import os
import pickle
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from functools import cache, partial
from unittest.mock import patch

import duckdb
import pytest

from compliance.access.reader import EVERYTHING
from compliance.commands import cli
from compliance.core import children
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.core.places import ROOT
from compliance.core.saving import is_disk_full, refusal_of, save, temporary_folder
from compliance.correcting import arrangements, courses, renaming, saying
from compliance.correcting.saying import Saying
from compliance.demo import demo
from compliance.extracts.extracting import extract
from compliance.extracts.files import write
from compliance.loading import loading
from compliance.package.year_package import verify_package, write_package
from compliance.reading import mapping, reading, worker
from compliance.reading.mapping import ColumnMapping
from compliance.review import approving, deciding, reviewing
from compliance.review.deciding import DecisionContent
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.file import FileDatabase
from compliance.worklists import notes
from compliance.worklists.notes import Note
from tests.apps import dropped, opened, text
from tests.command import environment, run_here
from tests.files import xlsx
from tests.house.test_house import MODULES
from tests.layers import first_of, layered
from tests.line import ANSWERED, POINTS, SOURCES, WORDS, Line, read_here
from tests.machines import with_all_of
from tests.reviewed import AS_OF, IDS, TODAY, WHATEVER, at

ROOM = "There is no room left"
SV = Language("sv")
TABLE = "AD-konto | Enhet | Anställningsdatum\np1 | A | 2024-01-01"


@contextmanager
def full(size=0):
    """Within the block this process can write no file beyond a size, and keeps no compiled module: it would be cut."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with patch.object(sys, "dont_write_bytecode", True):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def refused(action, size=0):
    """The sentence of an action on a full disk."""
    with full(size), pytest.raises(Refusal) as refusal:
        action()
    assert SV.refusal(refusal.value).startswith("Det finns inget utrymme kvar ")
    return str(refusal.value)


# --- the database ------------------------------------------------------------------------------------------------


def load(database, table=TABLE, **said):
    order = loading.Order("test", extract_date=date(2026, 11, 1), accepted=ANSWERED, **said)
    return loading.load(database, read_of(table), order, sources=SOURCES, words=WORDS)


@cache
def read_of(table):
    """What is in a table, read where there is room."""
    return read_here(table.replace(" | ", ";").encode(), name="s.csv")


@pytest.mark.live
@pytest.mark.parametrize("size", first_of([50_000, 0, 4096, 10_000]))
def test_a_first_load_without_room_leaves_nothing_and_succeeds_when_there_is(tmp_path, size):
    database = FileDatabase.at(tmp_path / "new.duckdb")
    read_of(TABLE)
    assert refused(lambda: load(database), size).startswith(f"{ROOM} in the folder {tmp_path}")
    assert [file.name for file in tmp_path.iterdir() if file.suffix != ".lock" and file.suffix != ".turn"] == []
    assert not database.exists()
    load(database)
    with database.cursor() as cursor:
        assert cursor.execute("select count(*) from staff").fetchall() == [(1,)]


HEAD = b"\0" * 8 + b"DUCK" + b"\0" * 8000


@pytest.mark.live
@pytest.mark.parametrize("left", first_of([HEAD[:4096], b"", b"\0" * 7, HEAD[:12], HEAD]))
def test_what_a_full_disk_or_a_power_cut_left_of_a_new_database_is_no_database(tmp_path, left):
    database = FileDatabase.at(tmp_path / "left.duckdb")
    database.path.write_bytes(left)
    assert not database.exists()
    with database.cursor() as cursor:
        assert cursor.execute("select count(*) from imports").fetchall() == [(0,)]
    assert database.path.read_bytes() == left
    load(database)
    assert database.exists()


@pytest.mark.parametrize("other", [b"x", b"AD-konto;Enhet\n", b"PK\x03\x04" + b"\0" * 100])
def test_a_small_file_of_something_else_is_left_alone(tmp_path, other):
    database = FileDatabase.at(tmp_path / "other.duckdb")
    database.path.write_bytes(other)
    with pytest.raises(Refusal, match=r"other\.duckdb cannot be opened"):
        load(database)
    assert database.path.read_bytes() == other


@pytest.mark.exhaustive
def test_an_older_store_that_cannot_be_upgraded_stays_what_it_is(line):
    line.load_table(TABLE)
    line = Line(shutil.copytree(line.folder, line.folder / "older"))
    with duckdb.connect(line.database.path) as older:
        older.execute("drop macro live_imports")
        older.execute("delete from schema_files where starts_with(name, 'macros ')")
    assert refused(lambda: line.rows("from imports")).startswith(f"{ROOM} in the folder")
    assert len(line.rows("from imports")) == 1


SYSTEMS = "Systemnamn | Enhet | Objektägare\nOmega | Norr | Chefen"
ORDER = loading.Order("test")
COLUMNS = ColumnMapping("staff", frozenset({"Nyckel", "Avd", "Från"}), {"employee_id": "Nyckel"})


def remember(database):
    with database.writing() as cursor:
        mapping.save(cursor, COLUMNS, who="test")


def test_a_load_that_runs_out_of_room_before_its_commit_is_told_as_one_that_does_then(line):
    """A large one is written as it comes, and what is tidied up after it fails as well."""
    line.load_table(TABLE)

    def fail(cursor):
        try:
            raise duckdb.IOException('Could not write file "x": No space left on device')
        finally:
            cursor.execute("select * from not_there")

    with pytest.raises(Refusal, match=f"{ROOM} in the folder"), line.database.writing() as cursor:
        fail(cursor)


# Every change of the store by the stage of a review in which it can be made; a draft that is complete is handed in.
CHANGES = {
    "draft": [
        lambda base: load(base, SYSTEMS),
        lambda base: loading.revoke(base, 1, why="Fel fil", order=ORDER),
        lambda base: notes.write(
            base, [Note("access", "Alfa", None, "sent")], organisation="Förvaltningen", as_of=TODAY, order=ORDER
        ),
        lambda base: saying.say_what(
            base,
            "Förvaltningen",
            [Saying("local_instruction", "status", "Pågår", "done")],
            as_of=TODAY,
            sources=SOURCES,
            words=WORDS,
            order=ORDER,
        ),
        lambda base: loading.rename_organisation(base, 1, name="Nya", order=ORDER),
        remember,
        lambda base: arrangements.answer(base, "A", by=TODAY, to="Registrator", as_of=TODAY, order=ORDER),
        lambda base: courses.say_which(base, "Förvaltningen", POINTS[0], [], nobody=True, as_of=TODAY, order=ORDER),
        lambda base: renaming.add_alias(
            base, kind="unit", old="Norr", new="Norra", valid_from=date(2026, 1, 1), order=ORDER
        ),
        lambda base: reviewing.open_review(base, year=2025, as_of=date(2025, 12, 1), order=ORDER, today=TODAY),
        lambda base: reviewing.choose_day(base, 1, as_of=date(2026, 11, 1), order=ORDER, today=TODAY),
        lambda base: reviewing.write(base, 1, kind="comment", what="dpia", text="Ny", order=ORDER),
        lambda base: reviewing.add_note(base, 1, point="dpia", note="Ny", before="", order=ORDER),
        lambda base: deciding.decide(base, 1, DecisionContent("Ny"), order=ORDER, points=IDS),
        lambda base: deciding.amend(base, 1, 1, changes={"text": "Ny"}, order=ORDER, points=IDS),
        lambda base: deciding.follow_up(base, 1, status="done", note="", order=ORDER),
        lambda base: deciding.withdraw(base, 1, 1, order=ORDER),
    ],
    "complete": [lambda base: approving.submit(base, 1, name="Ylva Nordgren", own=None, confirmed=WHATEVER)],
    "submitted": [
        lambda base: approving.approve(base, 1, name="Rolf Ahlberg"),
        lambda base: approving.send_back(base, 1, name="Rolf Ahlberg", why="Fel"),
    ],
    "approved": [lambda base: approving.correct(base, 1, name="Ylva Nordgren", why="Fel", anew=True)],
}


TABLES = (
    "imports", "revocations", "events", "mappings", "aliases", "organisation_names", "systems", "reviews",
    "review_states", "review_texts", "frozen_reviews", "decisions", "follow_ups", "arrangements",
    "item_notes", "courses_said", "meanings",
)  # fmt: skip


def contents(database):
    """How many rows each table has that a person can change."""
    with database.cursor() as cursor:
        return cursor.execute(
            " union all ".join(f"select '{name}', count(*) from {name}" for name in TABLES)
        ).fetchall()


@pytest.mark.live
@pytest.mark.parametrize("stage", layered(CHANGES, {"draft", "submitted", "approved"}))
def test_no_change_of_the_store_is_made_by_halves_and_each_can_be_made_again(stage, tmp_path):
    line = at("draft" if stage == "complete" else stage, tmp_path)
    with line.database.cursor():
        read_of(SYSTEMS)
        for change in CHANGES[stage]:
            before = contents(line.database)
            assert refused(partial(change, line.database)).startswith(f"{ROOM} in the folder")
            assert contents(line.database) == before
        for change in CHANGES[stage][: 1 if stage == "submitted" else None]:
            before = contents(line.database)
            change(line.database)
            assert contents(line.database) != before


@pytest.mark.exhaustive
def test_wherever_room_runs_out_a_load_is_there_or_is_not(line):
    """Rows, their cells and the log of the file grow by turns, so that it runs out in another place each time."""
    line.load_table(TABLE)
    many = "AD-konto | Enhet | Anställningsdatum\n" + "".join(f"m{n} | A | 2024-01-01\n" for n in range(3_000))
    read_of(many)
    by_chance = random.Random(40)
    for number in range(40):
        one = Line(shutil.copytree(line.folder, line.folder.with_name(f"one{number}")))
        with full(by_chance.randint(0, 2_000_000)), suppress(Refusal):
            load(one.database, many, completes=True)
        ((there,),) = (row.values() for row in one.rows("select count(*) from staff"))
        assert there in {1, 3_001}
        if there == 1:
            load(one.database, many, completes=True)
        assert one.rows("select count(*) as n from staff") == [{"n": 3_001}]


@pytest.mark.exhaustive
def test_the_page_of_imports_says_that_there_is_no_room_and_goes_on(own, monkeypatch, tmp_path):
    page = opened("imports", monkeypatch)
    path = tmp_path / "s.csv"
    path.write_text("Uttagen 2026-10-15\nAD-konto;Enhet;Anställningsdatum\np1;A;2024-01-01\n", "utf-8")
    dropped(page, path)
    for says in ("Det finns inget utrymme kvar i mappen", ""):
        button = next(each for each in page.button if each.label.replace("\u00a0", " ").startswith("Läs in 1"))
        with full() if says else nullcontext():
            button.click().run()
        assert not page.exception
        assert says in text(page)
        with own.cursor() as cursor:
            assert cursor.execute("select count(*) from staff").fetchall() == [(0 if says else 1,)]


@pytest.mark.exhaustive
def test_the_sample_database_leaves_nothing_behind_where_there_is_no_room(tmp_path):
    samples = tmp_path / "samples" / "2026-11-01"
    samples.mkdir(parents=True)
    (samples / "s.csv").write_text("AD-konto;Enhet;Anställningsdatum\np1;A;2024-01-01\n", "utf-8")
    build = partial(demo.build, FileDatabase.at(tmp_path / "sample.duckdb"), samples.parent)
    assert refused(build, 100_000).startswith(f"{ROOM} in the folder")
    assert [file.name for file in tmp_path.glob("sample.duckdb*") if file.suffix not in {".lock", ".turn"}] == [
        "sample.duckdb.building"
    ]
    build()
    assert demo.is_built(FileDatabase.at(tmp_path / "sample.duckdb"), samples.parent)


# --- what is handed out --------------------------------------------------------------------------------------------


def test_a_file_that_finds_no_room_leaves_the_old_one_and_nothing_else(tmp_path):
    target = tmp_path / "a.csv"
    write_it = partial(save, b"x" * 10_000, target)
    said = f"{ROOM} in the folder {tmp_path}. Nothing has been changed. Free some and try again."
    assert refused(write_it, 5_000) == said
    assert list(tmp_path.iterdir()) == []
    target.write_bytes(b"old")
    assert refused(write_it, 5_000) == said
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]
    write_it()
    assert target.read_bytes() == b"x" * 10_000


def test_a_name_of_the_greatest_length_and_a_link_can_be_written_to(tmp_path):
    save(b"a", tmp_path / ("x" * 251 + ".csv"))
    (tmp_path / "real.csv").write_bytes(b"old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    save(b"new", tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == b"new"


def test_files_are_handed_out_by_one_module():
    """Whatever writes a file in another way could leave half of one; what is in a temporary folder is nobody's."""
    pattern = re.compile(r"write_(bytes|text)\(|open\(\s*[\"'][wax]|\.save\(str|to_(csv|parquet|excel)\(")
    found = {path.stem for path in MODULES if pattern.search(path.read_text("utf-8"))}
    in_temporary_folders = {"children", "worker", "reading", "year_package"}
    assert found - in_temporary_folders == {"saving"}


@pytest.fixture(scope="module")
def approved(tmp_path_factory):
    """An approved review, read and not changed."""
    line = at("approved", tmp_path_factory.mktemp("approved"))
    with line.database.cursor():
        yield line


COMMANDS = {
    "extract.csv": ("extract", "items"),
    "extract.xlsx": ("extract", "items"),
    "extract.parquet": ("extract", "items"),
    "report.docx": ("report", "--year", "2026"),
    "report.pdf": ("report", "--year", "2026"),
    "report.pptx": ("report", "--year", "2026"),
    "package.zip": ("review", "package", "--year", "2026"),
}


@pytest.mark.parametrize("name", layered(COMMANDS, {"extract.csv", "report.docx", "hand.tsv"}))
def test_every_command_that_writes_a_file_says_one_line_and_leaves_nothing(approved, tmp_path, name):
    with full(100):
        done = run_here(approved.database.path, *COMMANDS[name], "--to", tmp_path / name)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert done.stderr.startswith(ROOM)
    assert list(tmp_path.iterdir()) == []


READS = {
    "coverage": ("coverage",),
    "items": ("items", "classification"),
    "imports": ("imports",),
    "maintain": ("maintain",),
    "extract": ("extract", "items", "--to", "items.csv"),
    "report": ("report", "--year", "2026", "--to", "report.pdf"),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("size", [0, 4096, 100_000])
@pytest.mark.parametrize("name", READS)
def test_a_command_whose_copy_finds_no_room_says_one_line(approved, postgres_database, tmp_path, name, size):
    """a machine's first command: the traceback of why the copy could not follow stood above its sentence"""
    with_all_of(approved.database, postgres_database, tmp_path / "other")
    code = f"import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
    code += "runpy.run_module('compliance', run_name='__main__')"
    said = environment(postgres_database, COMPLIANCE_FOLDER=str(tmp_path / "own"))
    command = [sys.executable, "-B", "-c", code, *READS[name]]
    done = subprocess.run(command, cwd=ROOT, env=said, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert done.stderr.startswith(f"{ROOM} in the folder {tmp_path / 'own'}")


@pytest.mark.parametrize("said", [("load", "s.csv"), ("revoke", "1", "--why", "Fel")])
def test_every_command_that_changes_the_store_says_one_line(line, said, monkeypatch):
    line.load_table("Systemnamn | Enhet\nAlfa | Norr")
    book = read_of(TABLE)
    monkeypatch.setattr(reading, "read", lambda *_, **__: book)
    line.file(TABLE, name="s.csv")
    more = ["--extract-date", "2026-11-01"] if said[0] == "load" else []
    with full():
        done = run_here(line.database.path, *(line.folder / word if word == "s.csv" else word for word in said), *more)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert done.stderr.startswith(f"{ROOM} in the folder")
    assert len(line.rows("from imports")) == 1
    assert line.rows("from revocations") == []


def test_an_answer_that_cannot_be_written_is_told(approved, monkeypatch, capsys):
    ends = []
    monkeypatch.setattr(os, "dup2", lambda *_: ends.append(1))
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(approved.database.path))
    monkeypatch.setattr(sys, "argv", ["compliance", "imports"])
    with io.TextIOWrapper(io.FileIO(os.open("/dev/full", os.O_WRONLY), "w")) as nowhere:
        monkeypatch.setattr(sys, "stdout", nowhere)
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("The answer cannot be written: No space left on device.")
    assert ends


# --- temporary files -------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_a_sheet_is_written_without_a_temporary_file(approved, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "mkstemp", None)
    monkeypatch.setattr(tempfile, "_mkstemp_inner", None)
    with approved.database.cursor() as cursor:
        found = extract(cursor, "items", points=POINTS, as_of=AS_OF, known_at=EVERYTHING_KNOWN, reader=EVERYTHING)
    write(found, tmp_path / "a.xlsx", kind="xlsx", language=SV)
    assert (tmp_path / "a.xlsx").stat().st_size > 5_000


def packed(line):
    with line.database.cursor() as cursor:
        review = reviewing.review_of(cursor, 2026)
        return write_package(cursor, review, version=None, reports={}, say=SV)


@pytest.mark.exhaustive
def test_a_package_that_finds_no_room_is_not_blamed_nor_the_database(approved, tmp_path):
    said = f"{ROOM} in the folder {tempfile.gettempdir()}. Nothing has been changed. Free some and try again."
    assert refused(partial(packed, approved), 50_000) == said
    save(packed(approved), tmp_path / "p.zip")
    assert refused(partial(verify_package, tmp_path / "p.zip"), 50_000) == said
    assert verify_package(tmp_path / "p.zip").faults == ()


def test_a_file_that_is_read_where_there_is_no_room_is_not_blamed(tmp_path, monkeypatch):
    """The child tells it apart from a file that is odd, or says it by how it ends where it can write nothing."""
    target = tmp_path / "t"
    target.mkdir()
    (target / worker.REQUEST).write_bytes(pickle.dumps(("a.csv", reading._default_request())))
    monkeypatch.setattr(worker, "begin", lambda _: target)
    monkeypatch.setattr(worker.sys, "stdin", io.TextIOWrapper(io.BytesIO(b"A;B\n1;2\n" * 9_000)))
    with patch.dict(sys.modules), patch.object(worker, "gc"), full(5_000):
        worker.main([])
    assert reading._answer(target / "answer.json", code=0)["problem"] == "no_room"
    with patch.dict(sys.modules), patch.object(worker, "gc"), full(0), pytest.raises(SystemExit) as ended:
        worker.main([])
    assert reading._answer(target / "answer.json", code=ended.value.code)["problem"] == "no_room"
    monkeypatch.setattr(reading, "_child", lambda *_, **__: {"problem": "no_room", "values": {}})
    with pytest.raises(Refusal, match=f"{ROOM} in the folder {tempfile.gettempdir()}"):
        reading.read(xlsx({"a": [["A"]]}), name="a.xlsx")


def test_the_limit_of_a_child_is_not_the_end_of_the_disk():
    large = OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    assert is_disk_full(large)
    with full(children.OUTPUT_BYTES):
        assert not children.disk_was_full(large)
        assert children.disk_was_full(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))


def test_where_there_is_no_temporary_folder_it_is_told(monkeypatch):
    def nowhere(*_):
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_get_default_tempdir", nowhere)
    with pytest.raises(Refusal, match="Temporary files cannot be written in TMPDIR: No usable"), temporary_folder():
        pass
    with pytest.raises(Refusal, match="Temporary files cannot be written"):
        reading.read(b"A;B\n1;2\n", name="a.csv")


# --- whatever else is written ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), f"in the folder {tempfile.gettempdir()}"),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "/x/y.bin"), "in the folder /x"),
        (OSError(errno.EROFS, "Read-only file system", "/x/y.bin"), "The file y.bin cannot be written: Read-only file"),
        (RuntimeError("library: write failed: No space left on device"), "on the disk: library: write failed"),
    ],
)
def test_what_any_library_says_of_a_full_disk_becomes_a_sentence(error, said):
    assert said in str(refusal_of(error))
    last = LookupError("in vain")
    last.__cause__ = error
    assert said in str(refusal_of(last))


def test_an_error_of_ours_stays_one():
    assert refusal_of(ValueError("x")) is None
    assert refusal_of(FileNotFoundError(errno.ENOENT, "No such file", "x")) is None


# --- a real disk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    """A disk of a megabyte, where one may be mounted; gives its folder and what makes it read-only."""
    folder = tmp_path / "small"
    folder.mkdir()

    def mount(*said):
        return subprocess.run(["mount", *said, str(folder)], capture_output=True, check=False).returncode == 0

    if not shutil.which("mount") or not mount("-t", "tmpfs", "-o", "size=1m", "tmpfs"):
        pytest.skip("no small disk can be mounted here, so the real one is not tried")
    try:
        yield folder, partial(mount, "-o", "remount,ro")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.live
def test_on_a_disk_that_is_full_and_then_read_only(small, tmp_path, monkeypatch):
    folder, close = small
    database = FileDatabase.at(folder / "own.duckdb")
    load(database)
    many = "AD-konto | Enhet | Anställningsdatum\n" + "".join(f"p{n} | A | 2024-01-01\n" for n in range(40_000))
    with pytest.raises(Refusal, match=f"{ROOM} in the folder {folder}"):
        load(database, many, completes=True)
    with pytest.raises(Refusal, match=f"{ROOM} in the folder {folder}"):
        save(b"x" * (1 << 20), folder / "a.csv")
    assert sorted(file.suffix for file in folder.iterdir()) in (
        [".duckdb", ".lock", ".turn"],
        [".duckdb", ".lock", ".turn", ".wal"],
    )
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with pytest.raises(Refusal, match=f"{ROOM} in the folder {folder}"):
        reading.read(many.replace(" | ", ";").encode(), name="many.csv")
    monkeypatch.undo()
    assert close()
    for action in (lambda: load(database), lambda: contents(database)):
        with pytest.raises(Refusal, match=r"own\.duckdb cannot be used: Read-only file system"):
            action()
    with pytest.raises(Refusal, match=r"a\.csv cannot be written: Read-only file system"):
        save(b"x", folder / "a.csv")
