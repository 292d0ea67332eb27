"""Points of packs in papers: in their place after the product's, in the reader's words; one that fails says so."""

import dataclasses
import re

import pytest

from compliance.access.withholding import Names
from compliance.core.language import LANGUAGES, Language
from compliance.report.appendix import appendix
from compliance.report.blocks import Heading, each
from compliance.report.edition import Edition
from compliance.report.handouts import handout
from compliance.report.report import report_of
from compliance.report.slides.slides import slides_of
from compliance.review.approving import dossier, signatures_of
from compliance.review.functions import load_functions
from compliance.review.judging import concerns
from compliance.review.reviewing import review_of
from compliance.screens.review.texts import concern_text
from compliance.store.file import FileDatabase
from tests import packed
from tests.pinned import broken, continuity, drafted

pytestmark = pytest.mark.live

SV = Language("sv")
# What stands in one language only.
WORDS = {"sv": ("Kontinuitetsplan", "Kunde inte räknas"), "en": ("Continuity plan", "Could not be counted")}


@pytest.fixture(scope="module")
def draft(tmp_path_factory):
    """A draft with three points of packs, of which the last fails, and its signatures."""
    line = drafted(tmp_path_factory.mktemp("reported"), broken())
    with line.held():
        review = line.review()
        with line.database.cursor() as cursor:
            return line.document(review), signatures_of(cursor, review)


def texts_in(part):
    """Every text of a part of a paper."""
    if type(part) is str:
        return [part]
    if dataclasses.is_dataclass(part):
        return [text for field in dataclasses.fields(part) for text in texts_in(getattr(part, field.name))]
    values = part.values() if isinstance(part, dict) else part if isinstance(part, list | tuple) else ()
    return [text for value in values for text in texts_in(value)]


def papers(draft, say):
    """Every paper of a review: its texts by name."""
    document, signed = draft
    options = {"state": "draft", "signed": signed, "say": say}
    found = {f"report, public {public}": report_of(document, **options, public=public) for public in (False, True)}
    found |= {
        f"slides, public {public}": slides_of(document, **options, public=public, functions=load_functions(None))
        for public in (False, True)
    }
    found["handout"] = handout(document, names=Names((), ()), functions=load_functions(None), say=say)
    # a comment of the draft is the id of its point
    return {name: re.sub(r"\bOm \w+\.", "", "\n".join(texts_in(paper))) for name, paper in found.items()}


def test_the_points_of_packs_follow_the_products_in_the_second_chapter(draft):
    document, signed = draft
    blocks = report_of(document, state="draft", signed=signed, say=SV, public=False).blocks
    titles = [block.text for block in each(blocks) if isinstance(block, Heading)]
    first = titles.index("13. Rapporteringsskyldighet NIS")
    assert titles[first + 1 : first + 4] == ["14. Kontinuitetsplaner", "15. Konsulter", "16. Rumulter"]
    assert titles[first + 4].startswith("2.2")


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_paper_has_a_code_or_a_word_of_another_language(draft, code):
    own, (other,) = WORDS[code], [words for language, words in WORDS.items() if language != code]
    for name, text in papers(draft, Language(code)).items():
        assert re.findall(r"\b[a-z]+_[a-z_]+\b(?!\.csv)", text) == [], name
        assert [word for word in other if word in text] == [], name
        assert own[0].casefold() in text.replace("\u00ad", "").casefold(), name


def test_a_point_that_failed_says_why_in_its_place_and_is_to_be_confirmed(draft):
    document, signed = draft
    answer = document.answer("rooms")
    assert (answer.now.failed, answer.now.basis) == ("answer", False)
    sentence = "Inte räknad: det som punktens SQL svarar är inga ärenden."
    for name, text in papers(draft, SV).items():
        assert sentence in text, name
    report = "\n".join(texts_in(report_of(document, state="draft", signed=signed, say=SV, public=False)))
    assert "Kunde\u00a0inte\u00a0räknas" in report
    (told,) = [concern_text(document, each, SV) for each in concerns(document) if each.what == "rooms"]
    assert told == "Punkt 16 Rumulter kunde inte räknas"
    # the others are counted as ever
    assert document.answer("continuity").now.basis


def test_the_appendix_tells_by_which_version_a_point_is_counted(draft):
    document, _ = draft
    for public in (False, True):
        text = "\n".join(texts_in(appendix(Edition(document, SV, public))))
        version = f"version 1.0 av compliance.continuity anger (SHA-256 {continuity().sha256})."
        assert f"14 Kontinuitetsplaner räknas som {version}" in text.replace("\u00ad", "")


@pytest.mark.exhaustive
def test_many_points_share_the_slides_of_departments(tmp_path):
    """Thirteen have room on one."""
    database = FileDatabase.at(packed.beside(tmp_path))
    with database.cursor() as cursor:
        review = review_of(cursor, 2026)
        document, signed = dossier(cursor, review, own=None), signatures_of(cursor, review)
    options = {"state": "draft", "signed": signed, "say": SV, "public": False, "functions": load_functions(None)}
    heats = [slide for slide in slides_of(document, **options).slides if slide.kind == "heat"]
    assert [len(slide.table.columns) - 1 for slide in heats] == [9, 8]
    assert [slide.texts["title"][-5:] for slide in heats] == ["(1/2)", "(2/2)"]
