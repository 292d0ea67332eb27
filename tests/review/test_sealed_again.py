"""A review that an upgrade to 0.11 cleaned of what must not be stored, and sealed again, keeps both seals."""

import zipfile

import pytest

from compliance.core.language import LANGUAGES, Language
from compliance.package.year_package import verify_package, write_package
from compliance.review.approving import signatures_of
from compliance.review.dossier import approved_reviews
from tests.apps import opened, text
from tests.command import run_here
from tests.reviewed import Reviewed
from tests.store.kept_stores import store_of_0_11

pytestmark = pytest.mark.live


@pytest.fixture
def line(tmp_path):
    line = Reviewed(tmp_path)
    line.database.path.write_bytes(store_of_0_11("_cleaned"))
    with line.held():
        yield line


def test_it_says_which_seal_was_signed(line):
    review, document = line.review(), line.document(line.review())
    with line.database.cursor() as cursor:
        signatures = signatures_of(cursor, review)
        assert [found.year for found in approved_reviews(cursor, review.organisation_id)] == [2026]
    [cleaned] = document.cleaned
    assert (cleaned.numbers, cleaned.taken_out, cleaned.sources) == (2, 3, ("classifications", "staff"))
    assert cleaned.seal not in (None, review.sha256)
    assert (signatures.submitted_seal, signatures.approved_seal) == (cleaned.seal, cleaned.seal)
    assert signatures.seal == review.sha256


def test_verifying_tells_it_and_finds_no_fault_that_it_explains(line):
    done = run_here(line.database.path, "review", "verify", "--year", 2026)
    told = done.stdout.splitlines()
    assert (done.returncode, told[0].startswith("Sealed anew on "), "identity numbers" in told[0]) == (0, True, True)
    assert any(each.startswith("Figure, 4 ") for each in told[2:])


def test_its_package_says_so_and_holds_nothing_of_what_was_removed(line, tmp_path):
    path = tmp_path / "package.zip"
    with line.database.cursor() as cursor:
        path.write_bytes(write_package(cursor, line.review(), version=None, reports={}, say=Language("sv")))
    checked = verify_package(path)
    assert (checked.faults, checked.state, checked.seal) == ((), "approved", line.review().sha256)
    assert {fault.point.number for fault in checked.explained if fault.point} == {4}
    with zipfile.ZipFile(path) as package:
        assert [name for name in package.namelist() if b"850709" in package.read(name)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_was_removed_is_told_on_the_page_until_it_is_read_and_then_in_the_history(line, monkeypatch, lang):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    told = {"sv": "Personnummer stod på 8 ställen", "en": "Personal identity numbers stood in 8 places"}[lang]
    app = opened("imports", monkeypatch, lang=lang)
    assert text(app).count(told) == 1
    next(button for button in app.button if button.key == "cleaning read").click().run()
    assert (not app.exception, told in text(app)) == (True, False)
    assert text(opened("imports", monkeypatch, lang=lang, part="history")).count(told) == 1
