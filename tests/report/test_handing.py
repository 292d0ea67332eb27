"""The hand-off to tertial report and risk analysis: paragraphs to paste, and the measures as a file."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from compliance.core.language import Language
from compliance.report.handing import as_text, measures, paragraphs
from tests.reviewed import POINTS, at

SV, EN = Language("sv"), Language("en")


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """That of a correction, whose figures need not be counted again."""
    with at("approved", tmp_path_factory.mktemp("handing")).held() as line:
        return with_decisions(line, line.correct(line.review()))


def with_decisions(line, review):
    """The dossier after more decisions."""
    line.decide(review, "Gå igenom\tlistan,\r\n=nu", responsible="+46 8", resource='"40" timmar', follow_up="VB")
    line.decide(review, "=1+1", point="classification", due=date(2026, 11, 1), responsible="Anna Berg")
    line.decide(review, "Avskriven", point="classification")
    line.follow_up("2026-4", "cancelled")
    return line.document(review)


def texts(document, say):
    return {point.number: text.replace("\u00a0", " ") for point, text in paragraphs(document, say)}


def table(document, say):
    return list(csv.reader(io.StringIO(measures(document, say), newline=""), delimiter="\t"))


def test_there_is_a_paragraph_for_each_mandatory_practice(document):
    assert [*texts(document, SV)] == [p.number for p in POINTS if p.mandatory_practice] == [3, 4, 7, 9]


def test_a_paragraph_has_figure_target_status_change_and_measures(document):
    assert texts(document, SV)[4] == (
        "Avstämningen den 20 november 2026 visar att 1 av 3 system har giltig klassning, vilket motsvarar 33,3 %. "
        "Målet på 95 % är inte uppnått, och resultatet ligger under varningsgränsen på 80 %. "
        "Beslutade åtgärder: Klassa […] (2026-1, ej påbörjat, senast 31 mars 2027); "
        "=1+1 (2026-3, ej påbörjat, senast 1 november 2026, försenat)."
    )
    assert texts(document, EN)[4] == (
        "On 20 November 2026, 1 of 3 systems have a valid classification, which is 33.3%. "
        "The target of 95% is not reached, and the coverage is below the limit of 80%. "
        "Measures decided: Klassa […] (2026-1, not started, by 31 March 2027); "
        "=1+1 (2026-3, not started, by 1 November 2026, late)."
    )


def test_chosen_points_have_the_comment_of_the_version_to_hand_out(document):
    own, handed = {"dpia": "Anna Berg dröjer"}, {"classification": "Går\nframåt"}
    written = replace(document.written, comments=own, public_comments=handed)
    shown = replace(document, written=written)
    said = as_text(shown, SV, state="draft", chosen=["dpia", "classification"]).split("\n\n")[1:]
    assert [paragraph.split(".")[0] for paragraph in said] == ["4", "6"]
    assert " Går framåt. Beslutade åtgärder: " in said[0]
    assert "dröjer" not in said[1]
    assert "(obligatoriskt" not in said[1]


def test_a_change_is_told_only_of_a_figure_that_can_be_compared(document):
    changed = {"sv": "Täckningen har stigit.", "en": "The coverage has risen."}
    answer = replace(document.answer("classification"), changed=changed)
    before = replace(answer.now, as_of=date(2025, 11, 20), met=0)
    told = [
        texts(replace(document, points=(replace(answer, before=figure),)), SV)[4]
        for figure in (before, replace(before, unmet=0), None)
    ]
    assert [changed["sv"] in text for text in told] == [True, False, False]


def test_a_point_without_basis_has_no_figure(document):
    assert texts(document, SV)[7] == (
        "Det behövs exporter av Systemförteckning och Behörighetsgenomgångar. "
        "Minst en av dem är inte inläst till och med den 20 november 2026. "
        "Det finns inga öppna beslut om åtgärder för punkten."
    )


def with_counts(document, **counts):
    """The dossier with other counts of point 4."""
    points = tuple(
        replace(answer, now=replace(answer.now, **counts)) if answer.point.number == 4 else answer
        for answer in document.points
    )
    return replace(document, points=points)


def test_the_status_is_that_of_target_limit_or_no_items(document):
    reached = with_counts(document, met=19, unmet=1)
    assert "vilket motsvarar 95,0 %. Målet på 95 % är uppnått." in texts(reached, SV)[4]
    close = with_counts(document, met=4, unmet=1)
    assert (
        "Målet på 95 % är ännu inte uppnått, men resultatet når upp till varningsgränsen på 80 %."
        in texts(close, SV)[4]
    )
    nothing = with_counts(document, met=0, unmet=0)
    assert texts(nothing, SV)[4].startswith("Inga ärenden den 20 november 2026. Beslutade")


def test_the_text_begins_with_its_review_and_its_state(document):
    lines = as_text(document, SV, state="draft").replace("\u00a0", " ").splitlines()
    assert lines[0] == "Ledningens genomgång 2026, Förvaltningen, avstämningsdatum 20 november 2026 (utkast)"
    assert lines[2] == "3. Implementering av lokal anvisning för informationssäkerhet (obligatoriskt arbetssätt)"
    assert as_text(document, EN, state="approved").splitlines()[0].endswith("(approved)")


def test_no_paragraph_names_a_person_or_a_system(document):
    for say in (SV, EN):
        assert not [
            n
            for n in ("Anna Berg", "Betaportalen", "\u00ad", "**", "\ufdd0")
            if n in as_text(document, say, state="draft")
        ]


def test_the_measures_are_tab_separated_a_line_each(document):
    rows = table(document, SV)
    assert rows[0] == [
        "År", "Nr", "Åtgärd", "Granskningspunkt", "Ansvarig", "Klart senast", "Resurs", "Uppföljning", "Status",
    ]  # fmt: skip
    assert rows[1] == [
        "2026",
        "1",
        "Klassa Betaportalen",
        "4 Informationsklassning",
        "",
        "2027-03-31",
        "",
        "T1",
        "Ej påbörjat",
    ]
    assert [row[1] for row in rows[1:]] == ["1", "2", "3", "4"]
    assert rows[4][-1] == "Avbrutet"
    assert {len(row) for row in rows} == {9}
    assert measures(document, SV).count("\r\n") == 5


def test_no_cell_is_a_formula_and_no_text_breaks_its_line(document):
    rows = table(document, EN)
    assert rows[2][2:7] == ["Gå igenom listan, =nu", "", "'+46 8", "", '"40" timmar']
    assert rows[3][2] == "'=1+1"
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@"}]
    assert "\t\n" not in measures(document, EN)
