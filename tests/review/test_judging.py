"""The head's judgement of the whole comes first wherever a year is read, and a year without the question says so."""

from dataclasses import replace
from datetime import date

import pytest

from compliance.access.permissions import ANALYST, COORDINATOR, Permission
from compliance.access.withholding import Names
from compliance.core.language import Language
from compliance.package import readme as package_readme
from compliance.package import tables
from compliance.report import handouts
from compliance.review import approving
from compliance.review.functions import load_functions
from compliance.review.reviewing import review_of
from tests.apps import opened, text
from tests.layers import first_of
from tests.reviewed import AS_OF, at
from tests.tagged import Tagged

SV = Language("sv")
SENTENCE = "Arbetet är delvis tillräckligt och har delvis önskad verkan."
NOT_ASKED = "En samlad bedömning efterfrågades inte när genomgången gjordes."


@pytest.fixture(scope="module", params=first_of(["few", "samples"]))
def judged(request):
    """Whose review is read: that of a few exports, and that of the samples."""
    return request.param


@pytest.fixture
def year(judged, request):
    """The app after an approved review: its year and day, and the grounds of its judgement."""
    if judged == "samples":
        request.getfixturevalue("sample")
        return 2025, date(2025, 11, 15), "Arbetet fortlöper i huvudsak enligt plan."
    request.getfixturevalue("stage")("approved")
    return 2026, AS_OF, "Skäl."


@pytest.fixture(scope="module")
def document(judged, request, tmp_path_factory):
    """The approved review and its signatures."""
    if judged == "samples":
        database, number = request.getfixturevalue("sample_database"), 2025
    else:
        database, number = at("approved", tmp_path_factory.mktemp("few")).database, 2026
    with database.cursor() as cursor:
        review = review_of(cursor, number)
        return approving.dossier(cursor, review, own=None), approving.signatures_of(cursor, review)


@pytest.mark.live
@pytest.mark.parametrize("role", first_of([ANALYST, COORDINATOR]), ids=lambda role: role.id)
def test_the_overview_of_an_approved_year_begins_with_it(year, monkeypatch, role):
    """Also for those who may not read a review."""
    number, day, grounds = year
    page = text(opened("overview", monkeypatch, as_of=day.isoformat(), role=role))
    assert page.index(SENTENCE) < page.index("mätbara punkter")
    assert grounds in page
    assert f"Genomgång {number}</a></dt><dd>Godkänd</dd>" in page
    assert (f"Beslut {number}</a>" in page) is (Permission.READ_REVIEW in role.permissions)
    assert f"Genomgången {number} är godkänd." in page


@pytest.mark.exhaustive
def test_the_overview_of_a_year_that_is_not_approved_has_none(sample, monkeypatch):
    """That of a few exports: tests/review/test_compared.py."""
    page = text(opened("overview", monkeypatch, as_of="2026-10-31"))
    assert "v-judged" not in page


def test_the_package_begins_with_it(document):
    dossier, signed = document
    readme = package_readme.readme(dossier, signed, seal="s", say=SV)
    assert readme.split("\n\n")[1] == SENTENCE
    rows = tables.tables(dossier)["texts"]
    assert [(row["kind"], row["of"], row["title_sv"], row["text"]) for row in rows[:2]] == [
        ("judgement", "sufficient", "Är arbetet tillräckligt?", "partly"),
        ("judgement", "effect", "Har det önskad verkan?", "partly"),
    ]


def test_a_review_from_before_the_judgement_says_so_and_has_no_rows_of_it(document):
    dossier, signed = document
    before = replace(dossier, written=replace(dossier.written, judgement=None))
    assert package_readme.readme(before, signed, seal="s", say=SV).split("\n\n")[1] == NOT_ASKED
    assert {row["kind"] for row in tables.tables(before)["texts"]}.isdisjoint({"judgement"})


@pytest.mark.live
def test_the_handout_begins_with_it_and_with_the_situation(document):
    dossier, signed = document
    options = {"names": Names([], []), "functions": load_functions(None), "say": SV, "state": "approved"}
    options["made_at"] = signed.changed_at
    first = " ".join(run.text for run in Tagged(handouts.pdf(dossier, **options)).pages[0])
    assert " ".join(SENTENCE.split()[:4]) in " ".join(first.split())
    assert first.index("Arbetet är") < first.index("mätbara punkter") < first.index("Dagordning")
