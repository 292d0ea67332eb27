"""What figures are compared with: the last approved review if there is one, on every page and in every file."""

import re
from datetime import date

import pytest

from compliance.access.permissions import COORDINATOR, MANAGEMENT
from compliance.access.withholding import Names
from compliance.core.language import Language
from compliance.correcting.renaming import add_alias
from compliance.report import handouts
from compliance.report.report import report_of
from compliance.review import approving
from compliance.review.functions import load_functions
from compliance.review.reviewing import review_of
from tests.apps import opened
from tests.apps import text as marked
from tests.reviewed import AS_OF
from tests.sampled import draft

pytestmark = pytest.mark.live

SV = Language("sv")
POINT = {"point": "risk_analysis"}
NEXT = "2027-01-31"
SMALL = "Föreningsstöd och evenemang"  # four persons on the day of the review of 2025
# As in tests/reviewed.py, plus what became known about the day of the review after its approval.
LATER = """
Systemnamn   | Enhet | Centralt/lokalt | Har informationssäkerhetsklassning genomförts under det senaste året?
Alfa         | Norr  | Lokalt          | Ja
Betaportalen | Norr  | Lokalt          | Ja
Gamma        | Söder | Lokalt          | Nej
Epsilon      | Väst  | Lokalt          | Ja
"""


def text(app):
    return marked(app).replace("\u00a0", " ").replace("\u00ad", "")


def text_of(blocks):
    """Every text of a file."""
    return str(blocks).replace("\\xa0", " ")


def test_a_review_is_compared_with_as_soon_as_it_is_approved_and_alike_wherever_a_change_is_shown(
    stage, tmp_path, monkeypatch
):
    """The files: tests/review/test_approving.py."""
    line = stage("submitted", tmp_path)
    page = text(opened("overview", monkeypatch, as_of=AS_OF.isoformat()))
    assert "För ett år sedan (20 november 2025)" in page
    assert "v-judged" not in page
    line.load_table(LATER, name="later.csv", source="systems", extract_date=date(2027, 1, 10))
    line.approve(line.review())
    page = text(opened("overview", monkeypatch, as_of=NEXT))
    assert "Genomgång 2026 (20 november 2026)" in page
    (shown,) = re.findall(r'aria-label="4 Informationsklassning: .*?Ändring </span>(.*?)</div>', page)
    assert shown == SV.change(3 / 4 - 1 / 3) == "+41,7"
    page = text(opened("point", monkeypatch, as_of=NEXT, point="classification"))
    assert f"Ringen: 33,3 % i genomgången 2026 (20 november 2026), {shown} procentenheter sedan dess." in page


@pytest.fixture(scope="module")
def document(sample_database):
    """The sample review of 2026 and its signatures."""
    with sample_database.cursor() as cursor:
        review = review_of(cursor, 2026)
        return draft(sample_database), approving.signatures_of(cursor, review)


@pytest.mark.exhaustive
def test_a_change_is_the_same_wherever_it_is_shown(sample, document, monkeypatch):
    """Point 5 was -7.3 on one page, since the same day a year before, but -6.0 on another, since the review."""
    dossier, signed = document
    page = text(opened("overview", monkeypatch))
    (shown,) = re.findall(r'aria-label="5 Riskanalys: .*?Ändring </span>(.*?)</div>', page)
    assert shown == SV.change(38 / 99 - 130 / 293) == "−6,0"
    assert "Genomgång 2025 (15 november 2025)" in page
    # the strip says what will happen and what must be decided, and no age that all exports have
    strip = re.sub(r"<[^>]+>", " ", re.search('<dl class="v-facts">.*?</dl>', page)[0])
    assert re.sub(r"\s+", " ", strip).replace("\N{SOFT HYPHEN}", "").strip() == (
        "Slutar gälla före årsskiftet 292 209 utbildningar, 64 behörighetsgenomgångar m.m. "
        "Under gränsen utan beslut 2 punkter 8 Registerförteckning, 13 NIS Nästa tidsfrist 14 tim sön 1 nov 14.40 "
        "Genomgång 2026 5 av 13 punkter diskuterade Beslut 2025 1 av 4 klart två försenade "
        "Öppna åtgärder 70 försenade: 10"
    )
    assert "samma dag" not in page
    page = text(opened("point", monkeypatch, **POINT))
    assert "Ringen: 44,4 % i genomgången 2025 (15 november 2025), −6,0 procentenheter sedan dess." in page
    assert "Täckningen har sjunkit med 6,0 procentenheter sedan den 15 november 2025" in page
    assert "Genomgång 2025 (15 november 2025): 44,4 %, −6,0 p.e." in text(
        opened("meeting", monkeypatch, point="risk_analysis")
    )
    page = text(opened("review", monkeypatch, **POINT))
    assert "Ringen: 44,4 % i genomgången 2025 (15 november 2025), −6,0 procentenheter sedan dess." in page
    files = [
        text_of(report_of(dossier, state="draft", signed=signed, say=SV, public=public)) for public in (False, True)
    ]
    causes = next(answer.causes for answer in dossier.points if answer.point.id == POINT["point"])
    assert sum(cause.tenths for cause in causes) == -60
    told = [SV.plain(cause.text).replace("\u00a0", " ") for cause in causes if abs(cause.tenths) >= 10]
    assert [each for each in told if each not in files[0]] == []
    assert all("Genomgång 2025 (15 november 2025): 44,4 % (−6,0 p.e.)" in file for file in files)
    printed = text_of(handouts.handout(dossier, names=Names([], []), functions=load_functions(None), say=SV))
    assert "Genomgång 2025 (15 november 2025): 44,4 % (−6,0 p.e.)" in printed


@pytest.mark.exhaustive
def test_without_an_approved_review_the_comparison_is_the_day_a_year_before(stage, tmp_path, monkeypatch):
    line = stage("draft", tmp_path)
    line.load_table(LATER, name="earlier.csv", source="systems", extract_date=date(2025, 11, 1))
    day = {"as_of": AS_OF.isoformat()}
    assert "För ett år sedan (20 november 2025)" in text(opened("overview", monkeypatch, **day))
    ring = "Ringen: 75,0 % för ett år sedan (20 november 2025), −41,7 procentenheter sedan dess."
    assert ring in text(opened("review", monkeypatch, point="classification", **day))
    assert ring in text(opened("point", monkeypatch, point="classification", **day))
    meeting = text(opened("meeting", monkeypatch, point="classification", **day))
    assert "För ett år sedan (20 november 2025): 75,0 %, −41,7 p.e." in meeting


@pytest.mark.exhaustive
def test_a_part_is_compared_with_its_approved_figure_else_with_the_day_a_year_before(stage, tmp_path, monkeypatch):
    line = stage("approved", tmp_path)
    line.load_table(LATER, name="later.csv", source="systems", extract_date=date(2027, 1, 10))
    line.load_table(LATER, name="corrected.csv", source="systems", extract_date=date(2026, 11, 2))

    def change(**part):
        page = text(opened("point", monkeypatch, as_of=NEXT, point="classification", **part))
        return re.findall(r"Ringen: (.*?) procentenheter", page)

    # 1 of 3 when it was approved, whatever is known about that day now
    assert change(department="Öst") == ["33,3 % i genomgången 2026 (20 november 2026), +33,3"]
    assert change(unit="Norr") == ["50,0 % i genomgången 2026 (20 november 2026), +50,0"]
    assert (
        "för ett år sedan (31 januari 2026)" in text(opened("overview", monkeypatch, as_of=NEXT, unit="Väst")).lower()
    )
    # a unit is recognised in a department that was renamed since
    named = {"kind": "department", "old": "Öst", "new": "Österut", "valid_from": date(2027, 1, 1)}
    add_alias(line.database, **named, order=line.order())
    assert change(unit="Norr") == ["50,0 % i genomgången 2026 (20 november 2026), +50,0"]


@pytest.mark.exhaustive
def test_only_the_coordinator_sees_an_approved_figure_of_few_persons(sample, monkeypatch):
    """Rulebook, section 5."""
    was = re.compile(r'"1 E-utbildning[^"]* i genomgången 2025 \(15 november 2025\) 0 %')
    for role, visible in ((COORDINATOR, True), (MANAGEMENT, False)):
        page = text(opened("overview", monkeypatch, role=role, unit=SMALL))
        assert bool(was.search(page)) is visible
        assert "Genomgång 2025 (15 november 2025)" in page
