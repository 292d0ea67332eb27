"""The product's root on the path, so that the tests find the package and each other wherever they are started."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

# Each worker takes a file at a time. Those that take longest are begun first, so that none is left alone in the end,
# and those with a browser apart from each other.
LONGEST = (
    "test_accessible", "test_pages", "test_year_package", "test_browser", "test_incidents", "test_reading",
    "test_ui_review", "test_agreement", "test_cli", "test_meeting", "test_explaining", "test_handout", "test_systems",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


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
