"""The product's root on the path, so that the tests find the package and each other wherever they are started."""

import gc
import os
import shutil
import sys
import time
from contextlib import ExitStack
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
# Tests make many objects that live for a moment: to look for cycles among them as often as Python does takes a tenth.
gc.set_threshold(50_000, 10, 10)

# Each worker takes a file at a time. Those that take longest are begun first, so that none is left alone in the end,
# and those with a browser apart from each other. The first one makes the sample database, if it has to be made; the
# next two do not wait for it.
LONGEST = (
    "test_accessible", "test_adding", "test_cli", "test_year_package", "test_examples", "test_browser",
    "test_importing", "test_limit", "test_cli_review", "test_database", "test_pages", "test_loading", "test_gate",
    "test_ui_worklists", "test_explaining", "test_cleaning", "test_incidents", "test_ui_review", "test_logging_in",
    "test_handout", "test_approving", "test_plan", "test_extracts", "test_table", "test_reading", "test_returning",
    "test_uploading", "test_training", "test_lengths", "test_questionnaires", "test_compared", "test_purging",
    "test_addresses", "test_systems", "test_renaming", "test_backup", "test_agreement", "test_lists",
    "test_verifying", "test_access", "test_upgrading", "test_quality", "test_ahead", "test_disk", "test_reporting",
)  # fmt: skip


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    """Lets the first worker compile what all of them import, else each would; that takes eight seconds each time."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not worker:
        return (yield)
    compiled, end = Path(session.config.option.basetemp).with_name("compiled"), time.monotonic() + 60
    while worker != "gw0" and not compiled.exists() and time.monotonic() < end:
        time.sleep(0.1)
    try:
        return (yield)
    finally:
        compiled.touch()


def pytest_collection_modifyitems(items):
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


def pytest_collection_finish():
    """What is imported and collected stays until the end: it need not be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _nothing_ahead():
    """Lets the servers of a run count what is visited and nothing else."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("COMPLIANCE_COUNT_AHEAD", "no")
        yield


@pytest.fixture(scope="session", autouse=True)
def _run_folder(tmp_path_factory):
    """The folder of this run, which its workers share."""
    from tests import once

    own = tmp_path_factory.getbasetemp()
    once.FOLDER = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """Lets a worker count on one thread: workers are more than cores, and to share small tables out takes time.

    In `make fuzz` it counts as the product does.
    """
    from compliance.store import engine
    from tests.browser import MOST

    with pytest.MonkeyPatch.context() as patched:
        for name in () if MOST else ("NO_EXTENSIONS", "CONFINED"):
            patched.setattr(engine, name, getattr(engine, name) | {"threads": 1})
        yield


@pytest.fixture(scope="session", autouse=True)
def make_database(_one_thread, tmp_path_factory):
    """Lets a new database file be a copy of one that the product has made, which takes six times as long.

    Gives the product's own way, for tests of just that.
    """
    from compliance.store import changes, file, following, shared
    from tests import once

    connect = file.connect
    once.NEW = tmp_path_factory.mktemp("made") / "new.duckdb"
    connect(once.NEW).close()

    def connect_copy(path):
        if isinstance(path, Path) and not path.exists():
            once.new(path)
        return connect(path)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(file, "connect", connect_copy)
        for module in (changes, following, shared):
            patched.setattr(module, "connect", connect_copy)
        yield connect


@pytest.fixture(scope="session", autouse=True)
def _warm():
    """AppTest begins like a server that is not warm: it looks for parts of pages in every package that is installed,
    which takes longer than most pages, and pages/ is reached around app.py. Here the first is done once. And it asks
    each millisecond whether a page is there, which holds the page up; here it waits for it."""
    from streamlit.components.v2 import manifest_scanner
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.testing.v1 import local_script_runner

    begin, scan = PagesManager.__init__, cache(manifest_scanner.scan_component_manifests)
    ask = local_script_runner.require_widgets_deltas

    def begin_warm(self, *given, **named):
        begin(self, *given, **named)
        PagesManager.uses_pages_directory = False

    def wait(runner, timeout):
        runner._script_thread.join(timeout)
        ask(runner, 0.1)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(local_script_runner, "require_widgets_deltas", wait)
        patched.setattr(PagesManager, "__init__", begin_warm)
        patched.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(scope="session", autouse=True)
def made_outside():
    """Lets this process do what a child does when a file is made, which takes five times as long to begin.

    The order and the answer are written and read as always. Gives the product's own way, for tests of just that.
    """
    import json

    from compliance.core import job_worker, jobs

    def make_here(job, order, answer, *, seconds):
        said, content = job_worker._make(order)
        answer.write(json.dumps(said).encode() + b"\n" + content)
        return 0

    run = jobs._run
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(jobs, "_run", make_here)
        yield run


@pytest.fixture(scope="session")
def sample_database(tmp_path_factory):
    """The sample database, which no test changes; held open, since to open it takes as long as a run of a page."""
    from compliance.store.file import FileDatabase
    from tests.sampled import beside

    database = FileDatabase.at(beside(tmp_path_factory.mktemp("samples")).with_name("sample.duckdb"))
    with database.cursor():
        before = database.state()
        yield database
        assert database.state() == before


@pytest.fixture
def sample(sample_database, monkeypatch):
    """The app on the sample data; its own database is not there."""
    own = sample_database.path.with_name("own.duckdb")
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(own))
    yield sample_database
    assert not own.exists()


@pytest.fixture(scope="session")
def postgres():
    """The PostgreSQL of this run, which its workers share. It ends with the run, however that ends."""
    from tests import once
    from tests.postgres import Server, shared

    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    folder = once.made("postgres", lambda folder: shared(folder, run))
    return Server(Path((folder / "folder").read_text()))


@pytest.fixture(scope="session")
def _postgres_owner(postgres):
    """A cursor that makes and drops databases, and their numbers; to begin psql takes as long as making one."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(postgres.address(), autocommit=True) as connection, connection.cursor() as cursor:
        yield cursor, count()


@pytest.fixture(scope="session")
def new_postgres_database(postgres, _postgres_owner):
    """Makes an empty database of PostgreSQL and gives its address."""
    cursor, numbers = _postgres_owner

    def make():
        name = f"test_{os.getpid()}_{next(numbers)}"
        cursor.execute(f"create database {name} template template0 strategy file_copy")
        return postgres.address(name)

    return make


@pytest.fixture
def postgres_database(new_postgres_database, _postgres_owner):
    """The address of an empty database of PostgreSQL of one's own, which ends with the connections to it."""
    address = new_postgres_database()
    yield address
    name = urlsplit(address).path.strip("/")
    _postgres_owner[0].execute(f"drop database {name} with (force)")


@pytest.fixture
def reads_here():
    """Lets the app read what is dropped in this process, for tests of what it does with what was read."""
    from tests.line import reading_here

    with reading_here():
        yield


@pytest.fixture
def own(stages, monkeypatch):
    """The app on an empty database of one's own, in the same place for every test, as that of `stage`."""
    from compliance.store.file import FileDatabase
    from tests import once

    path = _emptied(stages / "own") / "own.duckdb"
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(path))
    database = FileDatabase.at(once.new(path))
    with database.cursor() as cursor:
        _thrown_away(cursor)
        yield database


def _thrown_away(cursor):
    """Spares the closing of a file that nobody opens again."""
    cursor.execute("pragma disable_checkpoint_on_shutdown")


def _emptied(folder):
    """The folder, as if it were new."""
    from compliance.store import register

    shutil.rmtree(folder, ignore_errors=True)
    # the register that went with the folder is still open
    register.in_file.cache_clear()
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def stages(tmp_path_factory):
    return tmp_path_factory.mktemp("stages")


@pytest.fixture
def stage(stages, monkeypatch):
    """The app on a small administration as far as it has come, held open.

    It is put back where it stood for the test before, unless a test wants it elsewhere: what the app has counted of the
    same file need not be counted again.
    """
    from tests.reviewed import at

    with ExitStack() as held:

        def prepared(name, folder=None):
            if folder is None:
                folder = _emptied(stages / name)
            line = at(name, folder)
            _thrown_away(held.enter_context(line.database.cursor()))
            monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
            return line

        yield prepared


@pytest.fixture
def line(tmp_path):
    """The real line into a database of the test's own, whose file is held open while the test lasts."""
    from tests.line import Line

    with Line(tmp_path).held() as found, found.database.cursor() as cursor:
        _thrown_away(cursor)
        yield found
