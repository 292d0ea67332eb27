"""The product's root on the path, so that the tests find the package and each other wherever they are started."""

import gc
import os
import shutil
import sys
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest_plugins = ["tests.layers", "tests.scheduling"]
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
# Tests make many objects that live for a moment: to look for cycles among them as often as Python does takes a tenth.
gc.set_threshold(50_000, 10, 10)


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


@pytest.fixture
def made_here(monkeypatch):
    """Lets the app make its files in this process, of which the order and the answer are written and read as always."""

    import json

    from compliance.core import job_worker, jobs

    def make_here(job, order, answer, *, seconds):
        said, content = job_worker._make(order)
        answer.write(json.dumps(said).encode() + b"\n" + content)
        return 0

    monkeypatch.setattr(jobs, "_run", make_here)


@pytest.fixture(scope="module")
def browser():
    """A browser for the tests of a file."""
    from tests.browser import browsing

    with browsing() as instance:
        yield instance


@pytest.fixture
def files(monkeypatch):
    """What each download button of a page gives, or the function that makes it, by the button's key."""
    import streamlit as st

    contents, button = {}, st.download_button

    def remember(label, data, **kwargs):
        contents[kwargs["key"]] = data
        return button(label, data, **kwargs)

    monkeypatch.setattr(st, "download_button", remember)
    return contents


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
def packed_database(tmp_path_factory):
    """The samples as a database of one's own, with packs that are on and an export of each; no test changes it."""
    from compliance.store.file import FileDatabase
    from tests.packed import beside

    database = FileDatabase.at(beside(tmp_path_factory.mktemp("packed")))
    with database.cursor():
        before = database.state()
        yield database
        assert database.state() == before


@pytest.fixture
def packed(packed_database, monkeypatch):
    """The app on that."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(packed_database.path))
    return packed_database


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
    from tests.line import held

    path = _emptied(stages / "own") / "own.duckdb"
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(path))
    with held(FileDatabase.at(path)) as database:
        yield database


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
            line = held.enter_context(at(name, folder).held())
            monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
            return line

        yield prepared


@pytest.fixture
def line(tmp_path):
    """The real line into a database of the test's own, whose file is held open while the test lasts."""
    from tests.line import Line

    with Line(tmp_path).held() as found:
        yield found
