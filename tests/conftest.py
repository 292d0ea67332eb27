"""The product's root on the path, so that the tests find the package and each other wherever they are started."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session", autouse=True)
def make_database(tmp_path_factory):
    """Lets a new database file be a copy of one that the product has made, which takes six times as long.

    Gives the product's own way, for tests of just that.
    """
    from compliance import database

    made, connect = tmp_path_factory.mktemp("made") / "new.duckdb", database.connect
    connect(made).close()

    def connect_copy(path):
        if isinstance(path, Path) and not path.exists():
            shutil.copyfile(made, path)
        return connect(path)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database, "connect", connect_copy)
        yield connect


@pytest.fixture
def line(tmp_path):
    """The real line into a database of the test's own, whose file is held open while the test lasts."""
    from tests.line import Line

    with Line(tmp_path).held() as found:
        yield found
