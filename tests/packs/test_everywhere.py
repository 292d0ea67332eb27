"""Packs of the product and of others on every page, paper and in every extract, beside the thirteen points."""

import re
from io import BytesIO

import pytest
from docx import Document
from pptx import Presentation

from compliance.access.permissions import ANALYST, COORDINATOR, HEAD, MANAGEMENT
from compliance.access.withholding import Names
from compliance.core.language import LANGUAGES, Language
from compliance.counting.assessing import coverage, items
from compliance.declarations.points import load_points
from compliance.extracts.folder import every_extract
from compliance.package.year_package import message, verify_package, write_package
from compliance.report.files import write_report
from compliance.report.handouts import pdf
from compliance.review.approving import dossier, signatures_of
from compliance.review.functions import load_functions
from compliance.review.reviewing import review_of
from compliance.store.database import EVERYTHING_KNOWN, rows
from compliance.store.packs import declared
from compliance.wording.phrases import percent
from tests.apps import opened, text
from tests.layers import first_of
from tests.line import NOON
from tests.packed import EXTRACTED, every_pack
from tests.readers import reader
from tests.reviewed import Reviewed

SV = Language("sv")
IDS = [pack.point.id for pack in every_pack()]
# The addresses of pages, with who sees most of each.
PAGES = {
    "overview": COORDINATOR, "city": COORDINATOR, "review": COORDINATOR, "decisions": COORDINATOR, "point": COORDINATOR,
    "training": COORDINATOR, "systems": COORDINATOR, "incidents": COORDINATOR, "plan": COORDINATOR,
    "imports": COORDINATOR, "worklists": COORDINATOR, "quality": COORDINATOR, "extracts": COORDINATOR,
    "about": COORDINATOR, "settings": COORDINATOR, "meeting": HEAD, "digest": COORDINATOR,
}  # fmt: skip
# Those that name every point.
OF_EVERY_POINT = ("overview", "settings")


@pytest.fixture(scope="module")
def points(packed_database):
    with packed_database.cursor() as cursor:
        return tuple(point for point in declared(cursor, None).points if point.pack)


@pytest.fixture(scope="module")
def figures(packed_database, points):
    options = {"days": [EXTRACTED], "known_at": EVERYTHING_KNOWN, "level": "organisation"}
    with packed_database.cursor() as cursor:
        return {figure.point.id: figure for figure in coverage(cursor, points, **options)}


def test_they_are_points_after_the_thirteen_with_a_figure_each(points, figures):
    assert [(point.number, point.id) for point in points] == [*enumerate(IDS, 14)]
    assert [id_ for id_ in IDS if not figures[id_].of or figures[id_].coverage is None] == []


@pytest.mark.live
@pytest.mark.parametrize("lang", first_of(LANGUAGES))
@pytest.mark.parametrize("page", first_of([*PAGES]))
def test_every_page_is_drawn(page, lang, packed, points, monkeypatch):
    shown = text(opened(page, monkeypatch, role=PAGES[page], lang=lang, review="2026")).replace("\u00ad", "")
    say = Language(lang)
    called = {
        point.id: {say.pick(name).replace("\u00ad", "") for name in (point.title, point.short)} for point in points
    }
    named = [id_ for id_, names in called.items() if any(name in shown for name in names)]
    assert named == IDS or page not in OF_EVERY_POINT
    assert "Something went wrong" not in shown
    assert "Något gick fel" not in shown


@pytest.mark.exhaustive
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("role", [COORDINATOR, HEAD, MANAGEMENT, ANALYST], ids=lambda role: role.id)
@pytest.mark.parametrize("id_", IDS)
def test_each_point_shows_its_figure_and_its_items_in_words(id_, role, lang, packed, figures, monkeypatch):
    figure, say = figures[id_], Language(lang)
    app = opened("point", monkeypatch, role=role, lang=lang, point=id_)
    assert f'<div class="v-hero-figure">{percent(figure, say)}</div>' in text(app)
    tables = [frame.value for frame in app.dataframe]
    assert bool(tables) == (role is COORDINATOR or (role is ANALYST and not figure.point.persons))
    for table in tables[:1]:
        assert len(table) == figure.unmet + figure.unknown
        words = table.drop(columns=["Källa", "Source", "Id", "Namn", "Name"], errors="ignore").to_csv(index=False)
        assert not re.search(r"[a-z]_[a-z]", words)


@pytest.mark.live
@pytest.mark.parametrize("id_", first_of(IDS))
def test_the_draft_of_a_review_has_each_after_the_thirteen(id_, packed, figures, monkeypatch):
    drawn = text(opened("review", monkeypatch, review="2026", point=id_)).replace("\u00a0", " ")
    shown = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", drawn))
    assert f"Granskningspunkt {figures[id_].point.number} av 18" in shown
    assert percent(figures[id_], SV).replace("\u00a0", " ") in shown


def test_no_item_of_a_pack_is_there_twice_or_of_nobody(packed_database, points):
    with packed_database.cursor() as cursor:
        for point in points:
            found = items(cursor, point, as_of=EXTRACTED, known_at=EVERYTHING_KNOWN).to_pylist()
            names = [(item["organisation"], item["item"].casefold()) for item in found]
            assert len(names) == len({*names})
            assert all(item["file"] and item["row"] for item in found)


# --- Papers, extracts and the package -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def document(packed_database):
    """The draft of a review with every pack."""
    with packed_database.cursor() as cursor:
        return dossier(cursor, review_of(cursor, 2026), own=None)


@pytest.fixture(scope="module")
def signed(packed_database):
    with packed_database.cursor() as cursor:
        return signatures_of(cursor, review_of(cursor, 2026))


def titles(say):
    return [say.pick(pack.point.title).replace("\u00ad", "") for pack in every_pack()]


@pytest.mark.exhaustive
@pytest.mark.parametrize("public", [False, True], ids=["complete", "public"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_has_a_section_of_each(document, signed, lang, public):
    how = {"state": "draft", "signed": signed, "say": Language(lang), "public": public}
    told = "\n".join(
        paragraph.text for paragraph in Document(BytesIO(write_report(document, kind="docx", **how))).paragraphs
    )
    assert [title for title in titles(Language(lang)) if title not in told.replace("\u00ad", "")] == []
    assert write_report(document, kind="pdf", **how).startswith(b"%PDF")
    slides = Presentation(BytesIO(write_report(document, kind="pptx", **how))).slides
    assert 6 <= len(slides) <= 14


@pytest.mark.exhaustive
def test_a_person_of_a_pack_is_in_no_paper_that_is_handed_out(document, signed, packed_database):
    with packed_database.cursor() as cursor:
        named = {row["name"] for row in rows(cursor, "select distinct name from pledges where name is not null")}
    how = {"state": "draft", "signed": signed, "say": SV, "public": True}
    content = write_report(document, kind="docx", **how)
    told = " ".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)
    assert named
    assert [name for name in named if name in told] == []
    handed = pdf(document, names=Names(named, []), functions=load_functions(None), say=SV, state="draft", made_at=NOON)
    assert handed.startswith(b"%PDF")


@pytest.mark.exhaustive
@pytest.mark.parametrize("role", [COORDINATOR, ANALYST], ids=lambda role: role.id)
def test_every_extract_has_them_and_names_persons_to_whom_it_may(packed_database, role):
    who = reader(role)
    with packed_database.cursor() as cursor:
        every = declared(cursor, None).points
        found = every_extract(cursor, points=every, as_of=EXTRACTED, known_at=EVERYTHING_KNOWN, reader=who)
        ids = {row["employee_id"].casefold() for row in rows(cursor, "select employee_id from pledges")}
    tables = {each.definition.id: each.table.to_pylist() for each in found.extracts}
    for name in ("coverage", "trend", "items", "missing", "outlook"):
        assert {*IDS} - {row["point_id"] for row in tables[name]} <= (
            {"supplier_audits"} & {*IDS} if name == "outlook" else set()
        ), name
    items_of_persons = {str(row["item"]).casefold() for row in tables["items"] if row["point_id"] == "pledges"}
    assert bool(items_of_persons & ids) == (role is COORDINATOR)


@pytest.mark.exhaustive
def test_the_package_of_a_review_with_all_of_them_is_counted_again_with_nothing_else(packed_database, points, tmp_path):
    line = Reviewed(tmp_path)
    line.database.path.write_bytes(packed_database.path.read_bytes())
    with line.held():
        review = line.review()
        for id_ in {point.id for point in load_points(None)} | {*IDS}:
            line.write(review, "comment", id_, f"Om {id_}.")
            line.write(review, "assessment", id_, "partly")
        line.judge(review)
        line.submit(review)
        with line.database.cursor() as cursor:
            content = write_package(cursor, review_of(cursor, 2026), version=None, reports={}, say=SV)
    (tmp_path / "package.zip").write_bytes(content)
    checked = verify_package(tmp_path / "package.zip")
    assert [message(fault, SV) for fault in checked.faults] == []
    assert checked.figures
