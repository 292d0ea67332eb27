"""A backup made while others use the store, tested by restoring it; and archives that are not sound, or mean harm."""

import io
import json
import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from compliance.access import audit, people, pseudonyms, roles, sessions
from compliance.access.audit import Action
from compliance.access.identity import Identity
from compliance.access.permissions import ADMINISTRATOR, HEAD, User
from compliance.access.roles import Held
from compliance.core.errors import Refusal
from compliance.counting.assessing import coverage
from compliance.declarations.queries import sql_of
from compliance.keeping.archive import DATABASE, MANIFEST, MOST_DECLARATION, REGISTER
from compliance.keeping.backup import back_up, restore
from compliance.loading.loading import Order, add_event
from compliance.review import approving
from compliance.store import changes, register, shared, shared_register, stores
from compliance.store.copies import applied_files
from compliance.store.database import EVERYTHING_KNOWN, rows
from compliance.store.file import FileDatabase
from compliance.store.postgresql import Line as Connection
from tests.browser import serving
from tests.command import arguments, environment, run, run_here
from tests.layers import first_of
from tests.line import NOON, POINTS
from tests.reviewed import AS_OF, INSTRUCTION, WHATEVER, Reviewed, at
from tests.store.kept_stores import store_of_0_11
from tests.store.test_killed import FIRST_DAY

OWN = {
    "theme.toml": 'name = "Norrköping"\nlogo = "vapen.svg"\n',
    "vapen.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "sources/training.toml": '[fields.status]\nwords.passed = ["Klarmarkerad"]\n',
}
NOT_OURS = {"notes.txt": "x", "sample.duckdb": "x"}
PEOPLE = 1000


def declare(folder: Path) -> None:
    for name, text in {**OWN, **NOT_OURS}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    with closing(sqlite3.connect(folder / REGISTER)) as register:
        register.executescript(sql_of("register/schema"))
        register.execute("insert into sessions values ('stolen-id', 'p1', 'i', '[]', '', '2026', '2026', '2027')")
        register.commit()
    give(folder, "analyst")


def give(folder: Path, role: str) -> None:
    with closing(sqlite3.connect(folder / REGISTER)) as register:
        sql = "insert into roles (at, person, role, given, given_by) values ('2026', 'p1', ?, 1, 'p2')"
        register.execute(sql, (role,))
        register.commit()


def in_register(folder: Path, sql: str) -> list[str]:
    with closing(sqlite3.connect(folder / REGISTER)) as register:
        return [value for (value,) in register.execute(sql)]


def files_in(folder: Path) -> dict[str, str]:
    """The sums of all files in a folder but locks and the register, by name."""
    locks = {".lock", ".turn", ".served"}
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in locks]
    found = [path for path in found if not path.name.startswith(REGISTER)]
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in found}


def figures(line: Reviewed, known_at=EVERYTHING_KNOWN):
    """The figures of the points that the exports here are the basis of."""
    with line.database.cursor() as cursor:
        found = coverage(cursor, POINTS[:4], days=[AS_OF], known_at=known_at, level="unit")
    return [(f.point.id, f.unit, f.met, f.unmet, f.unknown, f.pending, f.exempt, f.basis) for f in found]


def everything(line: Reviewed, until: int):
    """What people see of a store: imports and their rows, reviews, and a review verified."""
    of = "select * from {} where import_id <= $until order by all"
    tables = [line.rows(of.format(name), until=until) for name in ("imports", "staff", "import_rows", "import_columns")]
    rest = ("review_states", "review_texts", "frozen_reviews", "decisions")
    return [*tables, *(line.rows(f"from {name} order by all") for name in rest)]


def exports(line: Reviewed, days: int) -> list[Path]:
    people = [f"q{i} | Enhet {i % 90} | Öst | 2024-01-01" for i in range(PEOPLE)]
    table = "\n".join(["AD-konto | Enhet | Avdelning | Anställningsdatum", *people])
    return [line.file(table, name=f"personal {FIRST_DAY.replace(day=n + 1)}.csv") for n in range(days)]


def back_up_alone(line: Reviewed, archive: Path) -> range:
    """Back up a store that nobody uses; how many imports may be in the archive."""
    done = run_here(line.database.path, "backup", archive)
    assert (done.returncode, done.stderr) == (0, "")
    return range(3, 4)


def back_up_in_use(line: Reviewed, archive: Path) -> range:
    """The same while a server runs and another process loads. deaf: one of them has to end first"""
    with serving(line.database.path):
        writer = subprocess.Popen(
            arguments("load", *exports(line, 4)), env=environment(line.database.path), stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout.readline().startswith("import ")
        done = run(line.database.path, "backup", archive)
        assert (done.returncode, done.stderr) == (0, "")
        assert writer.communicate()[0].count("import ") == 3
        refused = run_here(line.database.path, "restore", archive, "--replace")
        assert (refused.returncode, "A server runs" in refused.stderr) == (1, True)
    return range(4, 8)


@pytest.mark.live
@pytest.mark.parametrize("backed_up", first_of([back_up_alone, back_up_in_use]))
def test_a_backup_gives_all_of_it_back(tmp_path, backed_up):
    """torn: half an import is in it; leaking: a session comes back"""
    line, archive = at("approved", tmp_path / "store"), tmp_path / "backup.zip"
    declare(line.folder)
    imports = backed_up(line, archive)
    assert archive.stat().st_mode & 0o777 == 0o600
    inside = imports_in(archive, tmp_path / "inside.duckdb")
    assert len(inside) in imports
    was = everything(line, len(inside)), figures(line, inside[-1]["imported_at"])
    changed = changes_of(line)
    done = run_here(line.database.path, "restore", archive)
    assert (done.returncode, "--replace" in done.stderr, files_in(line.folder)) == (1, True, changed)
    done = run_here(line.database.path, "restore", "--replace", archive)
    assert (done.returncode, done.stderr) == (0, "")
    assert (everything(line, len(inside)), figures(line)) == was
    assert line.rows("select import_id from imports order by 1") == [{"import_id": row["import_id"]} for row in inside]
    assert "No difference" in run_here(line.database.path, "review", "verify", "--year", "2026").stdout
    check_beside(line, Path(done.stdout.splitlines()[1].split(" is kept in ")[1]), changed)
    check_register(line.folder, archive, tmp_path / "other" / "own.duckdb")


@pytest.mark.exhaustive
def test_a_store_of_several_machines_is_restored_with_its_register(postgres_database, tmp_path, monkeypatch):
    """lost: roles and the audit trail were in PostgreSQL alone; leaking: a session comes back"""
    monkeypatch.setenv("COMPLIANCE_DATABASE", postgres_database)
    own = begun(tmp_path / "first", monkeypatch)
    with stores.own().writing() as cursor:
        add_event(cursor, Order("test"), "note", "kept", action=Action.CHANGE, told="kept")
    secret = sessions.begin(Identity("i", "bo", "Bo Berg", (Held("analyst"),)), token="", now=NOON)
    person = sessions.find(sessions.key_of(secret), now=NOON).person
    roles.give(User("", ADMINISTRATOR, "p0"), person, Held("management"))
    back_up(stores.own(), tmp_path / "backup.zip", own=own, now=NOON)
    was = (roles.holders(), register.own().rows("entries", after=0))
    for schema in (changes.SCHEMA, shared_register.SCHEMA):
        Connection(postgres_database, schema=schema).rows(f"drop schema {schema} cascade")
    own = begun(tmp_path / "second", monkeypatch)
    restore(stores.own(), tmp_path / "backup.zip", own=own, replace=False, order=Order("test"), now=NOON)
    assert (roles.holders(), register.own().rows("entries", after=0), [*audit.verify()]) == (*was, [])
    assert sessions.find(sessions.key_of(secret), now=NOON) is None
    with stores.own().cursor() as cursor:
        assert rows(cursor, "select what from events where action = 'note'") == [{"what": "kept"}]


@pytest.mark.exhaustive
def test_whoever_submitted_a_review_is_known_by_a_register_that_it_is_restored_beside(tmp_path, monkeypatch):
    """key: the register there has one of its own, and its first one stays the one in use"""
    line = at("draft", tmp_path / "first")
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    ylva = User("Ylva Nordgren", HEAD, people.known("i", "ylva", "Ylva Nordgren"))
    submission = {"name": "", "own": None, "confirmed": WHATEVER, "user": ylva}
    approving.submit(line.database, line.review().review_id, **submission)
    back_up(stores.own(), tmp_path / "backup.zip", own=line.folder, now=NOON)
    second = tmp_path / "second"
    second.mkdir()
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(second / "own.duckdb"))
    own = pseudonyms.pseudonym("i", "rolf")
    restore(stores.own(), tmp_path / "backup.zip", own=second, replace=False, order=Order("test"), now=NOON)
    again = User("Rolf Ahlberg", HEAD, people.known("i", "ylva", "Rolf Ahlberg"))
    rolf = User("Rolf Ahlberg", HEAD, people.known("i", "rolf", "Rolf Ahlberg"))
    assert again.person != ylva.person
    assert pseudonyms.pseudonym("i", "rolf") == own
    with pytest.raises(Refusal, match="Ylva Nordgren has submitted"):
        approving.approve(stores.own(), 1, name="", user=again)
    assert approving.approve(stores.own(), 1, name="", user=rolf).state == "approved"


def begun(folder: Path, monkeypatch) -> Path:
    """Begin on a machine with an empty folder."""
    shared.shared_database.cache_clear()
    shared_register.shared_register.cache_clear()
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(folder))
    folder.mkdir()
    return folder


def imports_in(archive: Path, to: Path):
    """The imports in an archive, which is looked at without the product."""
    with zipfile.ZipFile(archive) as packed:
        assert {*packed.namelist()} == {MANIFEST, DATABASE, REGISTER, *OWN}
        to.write_bytes(packed.read(DATABASE))
        assert b"stolen-id" not in packed.read(REGISTER)
    with duckdb.connect(str(to), read_only=True) as connection:
        found = rows(connection, "select import_id, source, loaded, imported_at from imports order by import_id")
        for row in found:
            sql = f"select count(*) as n from {row['source']} where import_id = $id"
            assert rows(connection, sql, {"id": row["import_id"]})[0]["n"] == row["loaded"]
    return found


def changes_of(line: Reviewed) -> dict[str, str]:
    """Change figures, a declaration and a review after the backup, and return the sums of the files then."""
    before = figures(line)
    table = INSTRUCTION.replace("Pågår", "Genomförd")
    line.load_table(table, source="local_instruction", extract_date=date(2026, 11, 5))
    line.correct(line.review())
    give(line.folder, "head")
    (line.folder / "theme.toml").write_text('name = "Later"')
    (line.folder / "server.toml").write_text("[uploads]\nfiles = 3\n")
    assert figures(line) != before
    return files_in(line.folder)


def check_beside(line: Reviewed, kept: Path, before: dict[str, str]) -> None:
    """What was replaced stands in the folder that is named; what is no declaration stays where it is."""
    assert {name: text for name in OWN if (text := (line.folder / name).read_text())} == OWN
    assert not (line.folder / "server.toml").exists()
    assert all((line.folder / name).exists() for name in NOT_OURS)
    exports_and_log = {name for name in before if name.endswith((".csv", ".log")) or name in NOT_OURS}
    assert files_in(kept) == {name: before[name] for name in before.keys() - exports_and_log}
    assert kept.stat().st_mode & 0o777 == 0o700
    assert line.database.path.stat().st_mode & 0o777 == 0o600
    (event,) = line.rows("select who, what from events where action = 'restore'")
    assert (event["who"], event["what"].startswith("backup of ")) == ("command line", True)


def check_register(folder: Path, archive: Path, other: Path) -> None:
    """undone: what was done after the backup is taken back; leaking: a session lives on where it is restored"""
    assert in_register(folder, "select role from roles") == ["analyst", "head"]
    assert in_register(folder, "select action from audit")[-3:] == ["restore", "restore", "restore"]
    assert run_here(other, "restore", archive).returncode == 0
    assert in_register(other.parent, "select role from roles") == ["analyst"]
    assert in_register(other.parent, "select key from sessions") == []
    assert in_register(other.parent, "select action from audit where action <> 'load'") == ["backup", "restore"]
    assert (other.parent / REGISTER).stat().st_mode & 0o777 == 0o600


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A backup of a small store."""
    line = at("loaded", tmp_path_factory.mktemp("sound"))
    assert run_here(line.database.path, "backup", line.folder / "sound.zip").returncode == 0
    return line.folder / "sound.zip"


def contents(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(parts: dict[str, bytes], *, listed: bool | None = True) -> bytes:
    """An archive of some files, whose manifest lists them as they are; or has another list, or is as it was given."""
    manifest = json.loads(parts[MANIFEST]) if listed is not None else {}
    if listed:
        sums = {name: {"size": len(c), "sha256": sha256(c).hexdigest()} for name, c in parts.items()}
        manifest["parts"] = {name: each for name, each in sums.items() if name != MANIFEST}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in (parts if listed is None else parts | {MANIFEST: json.dumps(manifest).encode()}).items():
            archive.writestr(name, part)
    return content.getvalue()


def changed_database(content: bytes, folder: Path, *statements: str) -> bytes:
    path = folder / "changed.duckdb"
    path.unlink(missing_ok=True)
    if content:
        path.write_bytes(content)
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path.read_bytes()


def harmful(sound: Path, folder: Path):
    """Archives that are refused, each with a word of the sentence that says why."""
    parts = contents(sound)
    database = parts[DATABASE]

    def with_database(*statements: str) -> bytes:
        return packed({**parts, DATABASE: changed_database(database, folder, *statements)})

    yield b"no zip", "is no backup"
    for manifest in (b"{", b"[]", parts[MANIFEST].replace(b'"format": 1', b'"format": 2')):
        yield packed({**parts, MANIFEST: manifest}, listed=None), "is no backup"
    yield sound.read_bytes()[:-200], "is no backup"
    yield packed({MANIFEST: parts[MANIFEST]}), DATABASE
    for name in ("../evil.toml", "/etc/evil.toml", "sources/../../evil.toml", "evil.py", "sources/evil.py", ".bashrc"):
        yield packed({**parts, name: b"x"}), "is not what its manifest says"
    yield packed({**parts, DATABASE: database[:-1] + b"x"}, listed=False), "not what its manifest says"
    yield packed({**parts, "theme.toml": b"x"}, listed=False), "not what its manifest says"
    yield packed({**parts, DATABASE: bytes(MOST_DECLARATION + 1)}), "more room"
    yield packed({**parts, "theme.toml": bytes(MOST_DECLARATION + 1)}), "more room"
    yield packed({**parts, DATABASE: b"x" * 20_000}), "damaged or was made by another program"
    yield packed({**parts, DATABASE: changed_database(b"", folder, "create table t (a int)")}), "another program"
    yield with_database("create table more (a int)"), "another program"
    yield packed({**parts, REGISTER: b"x" * 20_000}), "another program"
    yield with_database("insert into schema_files values ('990_later.sql', now()::timestamp)"), "newer version"


def one_for_each_reason(archives):
    return [(content, why) for why, content in {why: content for content, why in archives}.items()]


@pytest.mark.live
def test_an_archive_that_is_not_sound_is_refused_and_changes_nothing(sound, tmp_path, exhaustively):
    line = Reviewed(tmp_path / "store").copied_from(Reviewed(sound.parent))
    (line.folder / REGISTER).unlink()
    (line.folder / "theme.toml").write_text('name = "Norrköping"')
    before, archive = files_in(line.folder), tmp_path / "harmful.zip"
    archives = [*harmful(sound, tmp_path)]
    for content, why in archives if exhaustively else one_for_each_reason(archives):
        archive.write_bytes(content)
        done = run_here(line.database.path, "restore", "--replace", archive)
        assert (done.returncode, why in done.stderr) == (1, True), (why, done.stderr)
        assert files_in(line.folder) == before, why
    assert "There is no file" in run_here(line.database.path, "restore", tmp_path / "none.zip", "--replace").stderr
    assert "already a file" in run_here(line.database.path, "backup", sound).stderr
    assert (
        "There is no database yet." in run_here(tmp_path / "none" / "own.duckdb", "backup", tmp_path / "b.zip").stderr
    )


@pytest.mark.live
def test_only_rows_come_out_of_an_archived_database(sound, tmp_path):
    """planted: a macro of the archive, called by the product's own statements, reads any file"""
    parts = contents(sound)
    reads = "(select content from read_text('/etc/hostname'))"
    planted = changed_database(
        parts[DATABASE],
        tmp_path,
        f"create or replace macro moment() as {reads}::timestamp",
        f"create or replace macro organisations_at(known_at) as table select 1 as organisation_id, {reads} as name",
        f"create view peeking as select {reads} as content",
    )
    (tmp_path / "planted.zip").write_bytes(packed({**parts, DATABASE: planted}))
    database = FileDatabase.at(tmp_path / "new" / "own.duckdb")
    done = run_here(database.path, "restore", tmp_path / "planted.zip")
    assert (done.returncode, done.stderr) == (0, "")
    with database.cursor() as cursor:
        macros = "select macro_definition from duckdb_functions() where not internal"
        assert not [row for row in rows(cursor, macros) if "read_text" in (row["macro_definition"] or "")]
        assert rows(cursor, "select view_name from duckdb_views() where not internal") == []
        assert len(rows(cursor, "from imports")) == 3
        assert json.loads(parts[MANIFEST])["schema"] == applied_files(cursor)


@pytest.mark.live
def test_a_backup_of_0_11_is_restored(sound, tmp_path):
    (tmp_path / "old.zip").write_bytes(packed({MANIFEST: contents(sound)[MANIFEST], DATABASE: store_of_0_11()}))
    line = Reviewed(tmp_path / "store")
    done = run_here(line.folder / "own.duckdb", "restore", tmp_path / "old.zip")
    assert (done.returncode, done.stderr) == (0, "")
    line.database = FileDatabase.at(line.folder / "own.duckdb")
    with line.database.cursor():
        assert len(line.rows("from imports")) == 7
        assert "100_baseline.sql" in {row["name"] for row in line.rows("from schema_files")}


@pytest.mark.live
def test_a_backup_of_a_version_before_0_11_is_refused_and_nothing_is_changed(sound, tmp_path):
    (tmp_path / "0.10.duckdb").write_bytes(store_of_0_11())
    with duckdb.connect(tmp_path / "0.10.duckdb") as older:
        older.execute("delete from schema_files where name <> '001_house.sql'")
    store = (tmp_path / "0.10.duckdb").read_bytes()
    (tmp_path / "old.zip").write_bytes(packed({MANIFEST: contents(sound)[MANIFEST], DATABASE: store}))
    done = run_here(tmp_path / "store" / "own.duckdb", "restore", tmp_path / "old.zip")
    assert done.returncode == 1
    assert done.stderr.startswith("The database compliance.duckdb is of a version before 0.11")
    assert not (tmp_path / "store" / "own.duckdb").exists()


@pytest.mark.live
def test_a_restoring_that_is_cut_short_leaves_what_was_there_whole_and_completes_when_run_again(
    sound, tmp_path, monkeypatch
):
    line = Reviewed(tmp_path / "store").copied_from(Reviewed(sound.parent))
    declare(line.folder)
    before = {name: each for name, each in files_in(line.folder).items() if not name.endswith((".csv", ".zip"))}
    replace = Path.replace

    def cut(self, target):
        if Path(target).parent == line.folder:
            raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut)
        with pytest.raises(KeyboardInterrupt):
            restore(line.database, sound, own=line.folder, replace=True, order=Order("test"), now=NOON)
    (kept,) = line.folder.glob("replaced-*")
    assert files_in(kept) == {name: each for name, each in before.items() if name not in NOT_OURS}
    shutil.move(kept, tmp_path / "kept")
    assert run_here(line.database.path, "restore", "--replace", sound).returncode == 0
    assert len(line.rows("from imports")) == 3
    assert not [*line.folder.glob(".restoring-*")]
