"""Reviews and packages of earlier versions: a review that they froze is packaged today and verifies."""

from pathlib import Path

import pytest

from compliance.access.permissions import current_user
from compliance.core.language import Language
from compliance.keeping.persons import remove
from compliance.loading.loading import Order
from compliance.package.year_package import verify_package, write_package
from compliance.review import reviewing
from tests.layers import layered
from tests.line import Line
from tests.store.kept_stores import store_of_0_11

pytestmark = pytest.mark.live

KEPT = Path(__file__).parent / "kept"
PACKAGES = sorted(KEPT.glob("*.zip"))


@pytest.fixture(params=["", "_from_0_4"], ids=["0.11", "0.4"])
def upgraded(request, tmp_path, monkeypatch):
    """A store that 0.11 left, with the review that a version froze."""
    line = Line(tmp_path)
    line.database.path.write_bytes(store_of_0_11(request.param))
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    return line


def packaged(line, tmp_path):
    """The result of verifying a package of the review that is made today."""
    path = tmp_path / "package.zip"
    with line.database.cursor() as cursor:
        review = reviewing.review_of(cursor, 2026)
        path.write_bytes(write_package(cursor, review, version=None, reports={}, say=Language("sv")))
    return verify_package(path)


def test_a_review_frozen_by_an_earlier_version_is_packaged_and_verifies(upgraded, tmp_path):
    """later: a table that came later is in it; purged: it is not said why what was purged since cannot be counted"""
    checked = packaged(upgraded, tmp_path)
    assert (checked.state, checked.figures, checked.faults, checked.explained) == ("approved", 30, (), ())
    who = {"user": current_user(), "order": Order("test")}
    remove(upgraded.database, "Anna Berg", diary="KS 2026/12", own=None, **who)
    checked = packaged(upgraded, tmp_path)
    purged = {(fault.what, fault.point.number, fault.now) for fault in checked.explained if fault.what == "purged"}
    assert (purged, checked.faults) == ({("purged", 1, "KS 2026/12"), ("purged", 2, "KS 2026/12")}, ())


@pytest.mark.parametrize("package", layered(PACKAGES, {KEPT / "0.10.0_of_0.9.0.zip"}), ids=lambda path: path.stem)
def test_a_package_that_an_earlier_version_made_verifies(package):
    checked = verify_package(package)
    assert (checked.state, checked.figures, checked.faults, checked.explained) == ("approved", 30, (), ())
