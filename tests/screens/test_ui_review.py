"""The pages of the review and of decisions: writing, signing and handing out as each role may, in both languages."""

import io
import re
import time
from collections import Counter
from dataclasses import replace
from datetime import date, datetime

import pytest
import streamlit as st
from docx import Document

from compliance.access import audit, permissions
from compliance.access.audit import Action
from compliance.access.permissions import ANALYST, HEAD, MANAGEMENT, User, current_user
from compliance.core import clock, jobs
from compliance.core.errors import Refusal
from compliance.core.jobs import Job
from compliance.core.language import LANGUAGES, Language
from compliance.package.packing import seal_in
from compliance.package.trail import WHAT, packages_made
from compliance.review import dossier as dossiers
from compliance.review import wording
from compliance.review.deciding import Decision
from compliance.review.peers import as_peer_file
from compliance.review.verifying import Difference
from compliance.screens import reviews
from compliance.screens.decisions import texts
from compliance.screens.review import texts as review_texts
from compliance.wording import phrases
from tests.apps import opened as opened_page
from tests.apps import text
from tests.layers import first_of
from tests.line import POINTS
from tests.reviewed import AS_OF, IDS, SYSTEMS, at

SV = Language("sv")
NOW = datetime(2026, 11, 25, 10)
NUMBER = "811218-9876"
SAME_PERSON = SV(
    "{name} has submitted the review of {year}. Somebody else must approve it.", name="Ylva Nordgren", year=2026
)
NO_PEER = "{file} does not hold the figures of a review. Ask for the JSON file that the page of the review gives."


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    """The day after the small organisation's last event."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


def opened(monkeypatch, *, page="review", **params):
    """A page of the review on the day of the small organisation's review."""
    return opened_page(page, monkeypatch, **({"as_of": AS_OF.isoformat()} | params))


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """The document of the submitted draft: counting that of the draft takes as long as ten runs of a page."""
    with at("submitted", tmp_path_factory.mktemp("submitted")).held() as line:
        return line.document(line.review())


def keys(app, kind):
    return {element.key for element in app.get(kind)}


def written(line):
    return line.rows("select kind, what, text from review_texts order by edition, kind, what")


# --- Opening ------------------------------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_without_a_review_the_coordinator_opens_one(own, monkeypatch):
    app = opened(monkeypatch)
    assert "Ingen genomgång är öppnad än." in text(app)
    app.button(key="open review").click().run()
    assert app.query_params["review"] == "2026"
    assert f"0 av {len(POINTS)} punkter är diskuterade." in text(app)
    with own.cursor() as cursor:
        found = cursor.execute("select year, as_of, chosen_by from reviews").fetchall()
    assert found == [(2026, AS_OF, "tester")]


@pytest.mark.live
def test_others_cannot_open_a_review(own, monkeypatch):
    app = opened(monkeypatch, role=MANAGEMENT)
    assert "Informationssäkerhetssamordnaren öppnar den." in text(app)
    assert keys(app, "button") == {"show_samples"}  # and nothing of the review


@pytest.mark.exhaustive
def test_a_draft_gets_another_day_and_keeps_its_texts_and_another_year_has_a_review_of_its_own(stage, monkeypatch):
    line = stage("draft")
    app = opened(monkeypatch)
    app.date_input(key=f"day of 1 {AS_OF}").set_value(date(2026, 11, 10)).run()
    app.button(key="another day").click().run()
    assert "läget 10\u00a0november\u00a02026" in text(app)
    assert line.now(line.review()).as_of == date(2026, 11, 10)
    assert f"{len(POINTS)} av {len(POINTS)} punkter är diskuterade." in text(app)
    # a year has one review, and that of another is opened among the years
    app.query_params["part"] = "years"
    app.run()
    assert "open review" not in keys(app, "button")
    assert "Genomgången 2027 kan öppnas från och med 1\u00a0januari\u00a02027." in text(app)
    app.date_input(key="open day").set_value(date(2025, 11, 20)).run()
    app.button(key="open review").click().run()
    assert "Ledningens genomgång 2025" in text(app)
    assert [row["year"] for row in line.rows("select distinct year from reviews order by 1")] == [2025, 2026]
    app.radio(key="review 2025 sv").set_value("2026").run()
    assert "Ledningens genomgång 2026" in text(app)


def in_2027(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 2, 2, 10))
    return {"as_of": "2027-01-31"}


@pytest.mark.live
def test_the_review_of_a_new_year_is_opened_by_a_button_on_the_page_of_the_last_one(stage, monkeypatch):
    line = stage("approved")
    assert "open next review" not in keys(opened(monkeypatch), "button")
    when = in_2027(monkeypatch)
    assert "open next review" not in keys(opened(monkeypatch, role=MANAGEMENT, **when), "button")
    app = opened(monkeypatch, **when)
    assert app.button(key="open next review").label == "Öppna genomgången 2027"
    app.button(key="open next review").click().run()
    assert f"0 av {len(POINTS)} punkter är diskuterade." in text(app)
    assert (line.review(2027).as_of, line.review(2027).state) == (date(2027, 1, 31), "draft")
    assert "open next review" not in keys(app, "button")


# --- The points ---------------------------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_every_figure_of_the_list_is_that_of_the_review(document, stage, monkeypatch):
    stage("draft")
    shown = text(opened(monkeypatch, point="classification"))
    for answer in document.points:
        figure = answer.coverage
        assert (phrases.word if figure.coverage is None else phrases.percent)(figure, SV) in shown
    assert '<div class="v-hero-figure">33,3\u00a0%</div>' in shown
    assert "<strong>1</strong> av <strong>3</strong>" in shown
    assert f"{len(POINTS)} av {len(POINTS)} punkter är diskuterade" in shown


@pytest.mark.exhaustive
def test_nothing_is_proposed_and_what_is_written_is_saved_when_it_is_left_and_no_figure_counted_anew(
    stage, monkeypatch, tmp_path
):
    """Counting takes seconds: it is done when the data change, not when somebody writes."""
    line = stage("loaded", tmp_path)
    review = line.open()
    counted, count = [], dossiers._Computation.dossier
    monkeypatch.setattr(dossiers._Computation, "dossier", lambda *args: counted.append(1) or count(*args))
    app = opened(monkeypatch, point="classification")
    state = line.database.state()
    assert app.segmented_control(key="assessment 1 classification").value is None
    app.text_area(key="comment 1 classification").set_value(f"Frågan ställd av {NUMBER}.").run()
    app.segmented_control(key="assessment 1 classification").set_value("partly").run()
    assert f"1 av {len(POINTS)} punkter är diskuterade" in text(app)
    # identity numbers are masked in the saved text, and the field shows that
    assert NUMBER not in app.text_area(key="comment 1 classification").value
    kept = line.written(review)
    assert kept.assessments == {"classification": "partly"}
    assert kept.comments["classification"] == app.text_area(key="comment 1 classification").value
    assert re.search(r"Sparat 24\s+november", text(app))
    assert line.database.state() != state
    assert counted == [1]
    line.load_table("Namn | Enhet | Status\nOmega | Norr | I drift", name="more.csv", source="systems", completes=True)
    app.run()
    assert counted == [1, 1]


@pytest.mark.live
def test_a_text_that_somebody_else_wrote_meanwhile_is_not_overwritten(stage, monkeypatch):
    line = stage("draft")
    app = opened(monkeypatch, point="classification")
    line.write(line.review(), "comment", "classification", "Skrivet av en annan.")
    app.text_area(key="comment 1 classification").set_value("Min text.").run()
    assert line.written(line.review()).comments["classification"] == "Skrivet av en annan."
    assert "Någon annan hann ändra här" in text(app)
    assert "Min text." in text(app)


@pytest.mark.live
def test_a_verdict_can_be_taken_back(stage, monkeypatch):
    line = stage("draft")
    app = opened(monkeypatch, point="classification")
    app.segmented_control(key="assessment 1 classification").set_value(None).run()
    assert f"{len(POINTS) - 1} av {len(POINTS)} punkter är diskuterade" in text(app)
    assert "classification" not in line.written(line.review()).assessments


@pytest.mark.exhaustive
def test_the_walk_begins_at_the_first_point_not_discussed_and_goes_on_point_by_point(stage, monkeypatch):
    line = stage("draft")
    # the figures of the draft have been counted
    with line.database.writing() as cursor:
        cursor.execute("delete from review_texts where kind in ('comment', 'assessment') and what <> ?", [IDS[0]])
    app = opened(monkeypatch)
    assert f"Granskningspunkt 2 av {len(POINTS)}" in text(app)
    app.text_area(key=f"comment 1 {IDS[1]}").set_value("Nej.").run()
    app.segmented_control(key=f"assessment 1 {IDS[1]}").set_value("partly").run()
    assert f"Granskningspunkt 2 av {len(POINTS)}" in text(app)
    app.button(key="next point").click().run()
    assert f"Granskningspunkt 3 av {len(POINTS)}" in text(app)
    app.query_params["point"] = IDS[-1]
    app.run()
    app.button(key="next point").click().run()
    assert app.query_params["part"] == "chapters"


@pytest.mark.live
def test_a_point_without_a_figure_says_what_is_missing_and_never_zero(stage, monkeypatch):
    stage("draft")
    shown = text(opened(monkeypatch, point="access"))
    assert "Det behövs exporter av Systemförteckning och Behörighetsgenomgångar" in shown
    assert "v-hero-figure" not in shown
    assert '<div class="v-status v-no_basis">' in shown


# --- What was written last year -------------------------------------------------------------------------------------


@pytest.fixture
def next_year(stage, monkeypatch):
    """A draft of 2027 after the approved review of 2026, and how its pages are opened."""
    line, when = stage("approved"), in_2027(monkeypatch)
    return line, line.open(2027, date(2027, 1, 31), today=date(2027, 2, 1)), when


@pytest.mark.live
def test_the_last_comment_and_its_verdict_stand_beside_a_point_and_can_be_taken_over(next_year, monkeypatch):
    line, review, when = next_year
    app = opened(monkeypatch, point="classification", **when)
    assert "I genomgången 2026 · delvis tillräckligt" in text(app)
    assert "Om classification." in text(app)
    app.button(key="take over comment classification").click().run()
    assert app.text_area(key="comment 2 classification").value == "Om classification."
    assert line.written(review).comments == {"classification": "Om classification."}
    # the head's verdict is not taken over, and a field with a text offers nothing
    assert line.written(review).assessments == {}
    assert "take over comment classification" not in keys(app, "button")


@pytest.mark.live
def test_no_text_is_taken_over_into_a_field_where_something_is_written(next_year, monkeypatch):
    line, review, when = next_year
    app = opened(monkeypatch, point="classification", **when)
    line.write(review, "comment", "classification", "Skrivet av en annan.")
    app.button(key="take over comment classification").click().run()
    assert line.written(review).comments["classification"] == "Skrivet av en annan."
    assert "Någon annan hann ändra här" in text(app)


@pytest.mark.live
def test_the_last_judgement_and_chapters_stand_beside_those_of_today(next_year, monkeypatch):
    line, review, when = next_year
    app = opened(monkeypatch, part="judgement", **when)
    assert "Arbetet är delvis tillräckligt och har delvis önskad verkan." in text(app)
    app.button(key="take over chapter assessment").click().run()
    assert line.written(review).chapters == {"assessment": "Skäl."}
    with line.database.cursor() as cursor:
        assert cursor.execute("select what from events order by happened_at desc limit 1").fetchone() == (
            "review 2: chapter assessment",
        )


@pytest.mark.live
def test_what_was_written_last_is_for_those_who_may_read_it_and_only_a_draft_shows_it(next_year, monkeypatch):
    *_, when = next_year
    assert "I genomgången 2026" not in text(opened(monkeypatch, role=ANALYST, point="classification", **when))
    app = opened(monkeypatch, role=MANAGEMENT, point="classification", **when)
    assert "Om classification." in text(app)
    assert "take over comment classification" not in keys(app, "button")
    app = opened(monkeypatch, point="classification", review="2026", **when)
    assert "I genomgången" not in text(app)


# --- What each role may ---------------------------------------------------------------------------------------------


def each_part(app):
    """Open each part of the page by its address."""
    for part in ("points", "chapters", "decisions", "sign", "documents", "years"):
        app.query_params["part"] = part
        app.run()
        assert not app.exception
        yield part, text(app)


@pytest.mark.live
@pytest.mark.parametrize("code", first_of(LANGUAGES))
def test_management_reads_every_part_and_writes_decisions_alone(code, stage, monkeypatch):
    stage("draft")
    app = opened(monkeypatch, role=MANAGEMENT, lang=code, point="classification")
    texts_of_parts = {
        "points": "Om classification.",
        "decisions": "Klassa Betaportalen",
        "sign": Language(code)("Submit for approval"),
    }
    for part, shown in each_part(app):
        assert texts_of_parts.get(part, "") in shown
        assert bool(app.text_area) == (part == "decisions")
        assert not {"next point", "open review", "correct"} & keys(app, "button")


@pytest.mark.live
def test_an_analyst_sees_figures_and_nothing_that_names_anybody(stage, monkeypatch):
    line = stage("draft")
    line.write(line.review(), "public_comment", "classification", "Gäller Betaportalen.")
    app = opened(monkeypatch, role=ANALYST, point="classification")
    for part, shown in each_part(app):
        assert not re.search(r"Om [a-z_]+\.|Klassa |Betaportalen|Ylva|Rolf", shown)
        assert not app.text_area
        if part not in ("documents", "years"):
            assert "33,3\u00a0%" in shown
            assert "Gäller […]." in shown


def confirmed(app):
    """The part of signatures, with everything left open confirmed."""
    for box in app.checkbox:
        box.check()
    return app.run()


@pytest.mark.live
def test_an_action_checks_its_permission_again(stage, monkeypatch):
    line = stage("draft")
    app = confirmed(opened(monkeypatch, part="sign"))
    monkeypatch.setattr(permissions, "current_user", lambda: User("tester", ANALYST))
    app.text_input(key="submitter").set_value("Ylva Nordgren")
    app.button(key="submit").click().run()
    assert line.now(line.review()).state == "draft"


@pytest.mark.live
def test_a_field_that_is_open_when_the_role_is_taken_away_saves_nothing(stage, monkeypatch):
    line = stage("draft")
    app = opened(monkeypatch, point="dpia")
    before = written(line)
    monkeypatch.setattr(permissions, "current_user", lambda: User("tester", MANAGEMENT))
    app.text_area(key="comment 1 dpia").set_value("Annat.").run()
    assert SV("You are not allowed to do this. Ask the coordinator.") in text(app)
    assert written(line) == before


# --- Chapters -------------------------------------------------------------------------------------------------------


def chapter(app, id_):
    """Open a chapter: an expander draws its content only when it is open."""
    app.session_state[f"chapter {id_}"] = True
    return app.run()


@pytest.mark.live
def test_chapters_begin_with_their_text_and_show_what_the_report_adds(stage, monkeypatch):
    line = stage("draft")
    app = chapter(opened(monkeypatch, part="chapters"), "introduction")
    assert "minst årligen" in app.text_area(key="chapter 1 introduction").value
    app.text_area(key="chapter 1 introduction").set_value("Vår egen inledning.").run()
    assert line.written(line.review()).chapters == {"introduction": "Vår egen inledning.", "assessment": "Skäl."}
    chapter(app, "introduction").text_area(key="chapter 1 introduction").set_value("").run()
    assert line.written(line.review()).chapters == {"introduction": "", "assessment": "Skäl."}
    shown = text(chapter(app, "deviations"))
    assert "Ingen export av Avvikelser i tertialrapport är inläst till och med" in shown
    # the introduction has been emptied, and 2.4 may be empty
    assert "3 av 10 kapitel har text." in shown, re.findall(".{9} kapitel har.{20}", shown)
    assert Counter(re.findall('v-word">(Tomt|Får vara tomt|Förifyllt|Skrivet)<', shown)) == {
        "Tomt": 7,
        "Får vara tomt": 1,
        "Förifyllt": 3,
    }
    assert "2.2\u00a0Avvikelser" in " ".join(box.label for box in app.expander).replace("\\", "")


@pytest.mark.live
def test_the_matrix_says_which_clauses_are_covered_and_which_are_empty(document):
    for say in map(Language, LANGUAGES):
        sentence, (columns, rows) = review_texts.matrix(document, say)
        covered = {row[0]: row[2] for row in rows}
        assert len(columns) == 3
        assert [*covered] == [f"{letter})" for letter in "abcdefg"]
        empty = say("This review does not take it up.")
        assert {letter for letter, by in covered.items() if by == empty} == {"a)", "b)", "c)", "e)"}
        assert str(3) in sentence


# --- Decisions ------------------------------------------------------------------------------------------------------


def fill(app, turn, **values):
    for name, value in values.items():
        field = next(
            f for kind in ("text_area", "text_input", "selectbox") for f in app.get(kind) if f.key == f"{turn} {name}"
        )
        field.set_value(value)
    return app


def send(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


@pytest.mark.exhaustive
def test_a_decision_is_made_changed_and_withdrawn(stage, monkeypatch):
    line = stage("draft")
    app = opened(monkeypatch, part="decisions")
    fill(app, "decision 1 new 1", text="Gör konsekvensbedömningar", responsible="DSO", resource="40 timmar")
    fill(app, "decision 1 new 1", point="dpia", why="Fyra saknas")
    send(app, "Spara")
    assert "Gör konsekvensbedömningar" in text(app)
    assert "Skäl: Fyra saknas" in text(app)
    decision = line.decided("2026-2")
    assert (decision.point, decision.responsible, decision.resource) == ("dpia", "DSO", "40 timmar")
    app.session_state[f"change {decision.decision_id}"] = True
    app.run()
    fill(app, "decision 1 2", text="Gör alla konsekvensbedömningar")
    next(b for b in app.button if b.label == "Spara").click().run()
    assert line.decided("2026-2").text == "Gör alla konsekvensbedömningar"
    app.button(key=f"withdraw {decision.decision_id}").click().run()
    assert "konsekvensbedömningar" not in text(app)


@pytest.mark.live
def test_a_new_decision_is_about_no_point_until_one_is_chosen(stage, monkeypatch):
    line = stage("draft")
    app = opened(monkeypatch, part="decisions", point="dpia")
    assert app.selectbox(key="decision 1 new 1 point").value is None
    fill(app, "decision 1 new 1", text="Anställ en samordnare")
    send(app, "Spara")
    assert line.decided("2026-2").point is None


@pytest.mark.live
def test_the_meeting_shows_a_decision_without_its_reason(stage, monkeypatch):
    line = stage("draft")
    line.decide(line.review(), "Gör klart", point="classification", why="Hemligt skäl", number=1)
    shown = text(opened(monkeypatch, page="meeting", point="classification"))
    assert "Gör klart" in shown
    assert "Hemligt" not in shown
    assert "Skäl: Hemligt skäl" in text(opened(monkeypatch, point="classification"))


@pytest.mark.live
def test_a_decision_without_a_text_is_refused(stage, monkeypatch):
    line = stage("draft")
    app = send(opened(monkeypatch, part="decisions"), "Spara")
    assert SV("A decision needs a text: what is to be done.") in text(app)
    assert len(line.rows("select * from decisions")) == 1


@pytest.mark.live
def test_the_page_of_decisions_shows_what_is_late_and_the_history(stage, monkeypatch):
    line = stage("approved")
    app = opened(monkeypatch, page="decisions", as_of="2027-04-30")
    shown = text(app)
    assert "Ett beslut är öppet." in shown
    assert "Det är försenat." in shown
    app.session_state["follow 1"] = True
    app.run()
    app.segmented_control(key="status 1 0").set_value("done")
    app.text_area(key="note 1 0").set_value("Klassat i mars.")
    send(app, "Spara")
    assert "Det enda beslutet är avslutat." in text(app)
    assert "Klassat i mars." in text(app)
    assert line.decided("2026-1").status == "done"


@pytest.mark.live
def test_a_year_that_the_address_names_stands_first_with_all_its_decisions(stage, monkeypatch):
    line = stage("approved")
    line.follow_up("2026-1", "done")
    app = opened(monkeypatch, page="decisions", year="2026")
    assert "2026: ett beslut, ett klart" in text(app)
    assert "Klassa Betaportalen" in text(app)
    assert not app.expander[0].label.startswith("1 avslutat")
    assert "1999" in text(opened(monkeypatch, page="decisions", year="1999"))


@pytest.mark.live
def test_points_below_their_limit_without_a_decision_stand_on_the_page_of_decisions(stage, monkeypatch):
    stage("approved")
    shown = text(opened(monkeypatch, page="decisions"))
    listed = shown.split(">Under gränsen utan beslut</caption>")[1].split("</table>")[0]
    assert "point=risk_analysis" in listed
    assert "point=classification" not in listed, "a decision is open about it"


@pytest.mark.exhaustive
def test_management_sees_the_follow_ups_and_changes_nothing(stage, monkeypatch):
    stage("approved")
    app = opened(monkeypatch, page="decisions", role=MANAGEMENT)
    app.session_state["follow 1"] = True
    app.run()
    assert "Klassa Betaportalen" in text(app)
    assert not app.text_area


def decision(number, *, due=None, follow_up=None, status="not_started"):
    return Decision(number, 1, 1, 2026, number, "Gör", None, "", due, "", follow_up, status, None, None)


DECIDED = [
    decision(1, due=date(2027, 5, 1), follow_up="T2"),
    decision(2, due=date(2026, 5, 1), follow_up="T2"),
    decision(3, status="ongoing"),
    decision(4),
    decision(5, due=date(2026, 5, 1), status="done"),
    decision(6, due=date(2027, 1, 1), follow_up="VB"),
]


def test_late_decisions_come_first_then_those_that_are_due_next():
    day = date(2027, 1, 1)
    assert [d.number for d in texts.still_open(DECIDED, day)] == [2, 6, 1, 3, 4]
    assert wording.decisions_sentences(DECIDED, day, SV) == ["Fem beslut är öppna.", "Ett av dem är försenat."]
    assert wording.decisions_sentences([DECIDED[3]], day, SV) == ["Ett beslut är öppet.", "Det är inte försenat."]
    assert wording.decisions_sentences([DECIDED[1]], day, SV) == ["Ett beslut är öppet.", "Det är försenat."]
    assert [d.number for d in texts.closed(DECIDED)] == [5]
    row = reviews.decision_row(DECIDED[1], POINTS, day, SV)
    assert (row.work, row.word, row.note) == ("late", "Försenat", "ej påbörjat")


def test_the_decisions_of_each_year_are_told_with_their_outcome():
    day = date(2027, 1, 1)
    assert texts.sentence(2026, DECIDED, day, SV) == "2026: sex beslut, ett klart, ett försenat"
    assert texts.sentence(2026, [decision(1), decision(2, status="ongoing")], day, SV) == (
        "2026: två beslut, inget klart än"
    )
    parts = texts.outcomes(DECIDED, day, SV)
    assert [part.text for part in parts] == ["1 klart", "1 pågår", "3 ej påbörjade", "1 försenat"]
    assert sum(part.number for part in parts) == len(DECIDED)
    assert [*texts.by_year([replace(decision(1), year=2024), *DECIDED])] == [2026, 2024]


# --- Signing --------------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_what_is_missing_is_listed_and_nothing_can_be_submitted(stage, monkeypatch):
    line = stage("draft")
    for kind, point in (("comment", "dpia"), ("assessment", "access"), ("comment", "access")):
        line.write(line.review(), kind, point, "")
    app = opened(monkeypatch, part="sign")
    assert "kan lämnas in först när varje punkt är diskuterad" in text(app)
    labels = [link.proto.label.replace("\\", "") for link in app.get("page_link")]
    assert "6 Konsekvensbedömning" in labels
    assert "7 Behörighetshantering" in labels
    assert "submit" not in keys(app, "button")


@pytest.mark.exhaustive
def test_four_eyes_from_draft_to_approved(stage, monkeypatch):
    line = stage("draft")
    app = opened(monkeypatch, part="sign")
    boxes = [box.label for box in app.checkbox]
    assert boxes[0] == "Kapitel 1\\.1\xa0Lokal anvisning för informationssäkerhet är tomt"
    assert "Punkt 13 Rapporteringsskyldighet NIS saknar underlag" in boxes
    assert "Ingen är ansvarig för beslutet\\: Klassa Betaportalen" in boxes
    assert not [label for label in boxes if "2\\.4" in label]
    last = len(boxes) - 1
    for some in ([0], range(1, last), [last]):
        assert app.button(key="submit").disabled
        for number in some:
            app.checkbox[number].check()
        app.run()
    app.button(key="submit").click().run()
    assert SV("Give the first name and surname of the person who does this.") in text(app)
    app.text_input(key="submitter").set_value("Ylva Nordgren")
    app.button(key="submit").click().run()
    assert "Genomgången 2026 väntar på godkännande." in text(app)
    app.text_input(key="approver").set_value("nordgren ylva")
    app.button(key="approve").click().run()
    assert line.now(line.review()).state == "submitted"
    assert SAME_PERSON in text(app)
    app.text_input(key="approver").set_value("Rolf Ahlberg")
    app.button(key="approve").click().run()
    shown = text(app)
    assert "Genomgången 2026 är godkänd." in shown
    assert "<strong>Rolf Ahlberg</strong>" in shown
    assert line.now(line.review()).sha256 in " ".join(code.value for code in app.code)


@pytest.mark.exhaustive
def test_the_head_of_administration_approves_or_sends_back_with_a_reason(stage, monkeypatch):
    line = stage("submitted")
    app = opened(monkeypatch, role=HEAD, part="sign")
    app.text_input(key="sender").set_value("Rolf Ahlberg")
    app.button(key="send back").click().run()
    assert SV("Say why. The reason is kept with the review.") in text(app)
    app.text_area(key="why back").set_value("Punkt 4 saknar plan.")
    app.button(key="send back").click().run()
    assert line.now(line.review()).state == "draft"
    assert "Rolf Ahlberg skickade tillbaka genomgången: Punkt 4 saknar plan." in text(app)


@pytest.mark.live
def test_a_correction_says_why_and_leaves_what_was_approved(stage, monkeypatch):
    line = stage("approved")
    app = opened(monkeypatch, part="sign")
    app.text_input(key="corrector").set_value("Ylva Nordgren")
    app.text_area(key="why correct").set_value("Fel kommentar.")
    app.button(key="correct").click().run()
    assert "Version 2 rättar det som godkändes tidigare: Fel kommentar." in text(app)
    review = line.now(line.review())
    assert (review.version, review.state, review.figures_of) == (2, "draft", 1)


@pytest.mark.exhaustive
def test_verifying_says_that_nothing_differs_or_what_does(stage, monkeypatch, tmp_path):
    line = stage("approved", tmp_path)
    app = opened(monkeypatch, role=MANAGEMENT, part="sign")
    app.button(key="verify").click().run()
    assert "Det stämmer" in text(app)
    with line.database.writing() as cursor:
        cursor.execute("update systems set classified_last_year = 'yes' where system = 'Gamma'")
    app.button(key="verify").click().run()
    shown = text(app)
    assert "är annorlunda än när genomgången frystes" in shown
    assert "1 uppfyllt, 2 ej uppfyllt" in shown


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_kind_of_difference_is_put_into_words(code):
    say, point = Language(code), POINTS[3]
    differences = [
        Difference("figure", point, "Norr", "met 3, unknown 1", "no basis"),
        Difference("target", point, "", "0.95 / 0.8", "1 / 0.9"),
        Difference("rule", point, "interval_months", "12", "6"),
        Difference("import", None, "7", "ab" * 32, ""),
        Difference("statement", None, "points/dpia.sql", "", ""),
    ]
    sentences = [" ".join(row) for row in wording.differences(differences, say)]
    assert not re.search(r"\b(met 3|no basis|unknown 1)\b", sentences[0])
    assert "Norr" in sentences[0]
    assert say.percent(0.95, decimals=0) in sentences[1]
    assert "abababababab " in sentences[3]
    assert "points/dpia.sql" in sentences[4]


# --- Documents, others, years ---------------------------------------------------------------------------------------


@pytest.fixture
def files(monkeypatch):
    """What each download button gives, by its key."""
    contents = {}
    button = st.download_button

    def remember(label, data, **kwargs):
        contents[kwargs["key"]] = (data, kwargs["file_name"])
        return button(label, data, **kwargs)

    monkeypatch.setattr(st, "download_button", remember)
    return contents


@pytest.mark.exhaustive
@pytest.mark.parametrize("code", LANGUAGES)
def test_every_document_is_made_on_the_click(code, stage, monkeypatch, files):
    stage("approved")
    opened(monkeypatch, part="documents", lang=code)
    reports = [f"report {kind} {public}" for kind in ("docx", "pdf", "pptx") for public in (False, True)]
    assert set(files) == {*reports, "package", "measures", "peer file"}
    assert all("2026" in files[key][1] for key in reports)
    # tests of the report hold what the files say in each language; Word and slides are made below
    for key in reports:
        assert files[key][0]()[:4] == (b"%PDF" if "pdf" in key else b"PK\x03\x04")
    if code == "sv":
        seal = seal_in(files["package"][0]())
        assert [each.seal for each in packages_made(1, 1, sample=False)] == [seal]
        assert any(seal in code.value for code in opened(monkeypatch, part="documents").code)
    assert "Klassa Betaportalen" in files["measures"][0]().decode("utf-8-sig")
    assert b'"met": 1' in files["peer file"][0]()


@pytest.mark.live
def test_the_seal_of_each_package_is_shown_beside_the_download(stage, monkeypatch):
    stage("approved")
    audit.record(current_user(), Action.PACKAGE, WHAT, review=1, version=1, sha256="ab" * 32)
    audit.record(current_user(), Action.PACKAGE, WHAT, review=1, version=2, sha256="cd" * 32)
    app = opened(monkeypatch, part="documents")
    assert [line.split("  ")[1] for code in app.code for line in code.value.splitlines() if "abab" in line] == [
        "ab" * 32
    ]
    assert "cdcd" not in " ".join(code.value for code in app.code)
    assert "Finns det inte här är paketet inte gjort här, eller så har det ändrats efteråt" in text(app)


@pytest.mark.live
def test_a_report_that_is_not_ready_in_time_is_reported_on_the_page(stage, monkeypatch, files):
    def late(*args, **kwargs):
        raise Refusal(jobs.TOO_SLOW, seconds=120)

    stage("approved")
    monkeypatch.setattr(jobs, "_run", late)
    app = opened(monkeypatch, part="documents")
    assert "avbröts" not in text(app)
    with pytest.raises(Refusal):
        files["report docx False"][0]()
    assert "Filen var inte klar efter 120 sekunder och avbröts." in text(app.run())


@pytest.mark.live
def test_a_report_being_made_shows_its_progress(stage, monkeypatch, files):
    stage("approved")
    app = opened(monkeypatch, part="documents")
    job = Job(claimed=True, started_at=time.monotonic() - 7.5)
    app.session_state["files asked for"] = {"package": job}
    [bar] = app.run().get("progress")
    assert re.fullmatch(r"Filen skapas: ([7-9]|\d\d) s av högst 120\.", bar.proto.text)
    job.finished_at = time.monotonic()
    assert not app.run().get("progress")


@pytest.mark.exhaustive
def test_a_draft_has_no_year_package(stage, monkeypatch, files):
    stage("draft")
    app = opened(monkeypatch, part="documents")
    assert "package" not in files
    assert "Det finns när genomgången är inlämnad." in text(app)


@pytest.mark.exhaustive
def test_an_approved_version_can_be_downloaded_while_it_is_corrected(stage, monkeypatch, files):
    line = stage("approved")
    line.correct(line.review())
    line.write(line.review(), "comment", "dpia", "Rättat.")
    app = opened(monkeypatch, part="documents")
    assert "package" not in files
    corrected = files["report docx False"][0]()
    app.segmented_control(key="version 1 sv").set_value(1).run()
    assert "package" in files
    approved = files["report docx False"][0]()
    reports = [" ".join(p.text for p in Document(io.BytesIO(content)).paragraphs) for content in (corrected, approved)]
    assert ["Rättat." in words for words in reports] == [True, False]
    assert ["Om dpia." in words for words in reports] == [False, True]


@pytest.mark.live
def test_a_template_that_cannot_be_used_is_reported_before_a_file_is_made(stage, monkeypatch):
    line = stage("approved")
    template = line.folder / "report_template.docx"
    template.write_bytes(b"no Word file")
    assert "Er egen mall report_template.docx kan inte användas." in text(opened(monkeypatch, part="documents"))
    Document().save(template)
    assert "kan inte användas" not in text(opened(monkeypatch, part="documents"))


@pytest.mark.exhaustive
def test_an_analyst_gets_only_what_may_be_handed_out(stage, monkeypatch, files):
    stage("approved")
    opened(monkeypatch, role=ANALYST, part="documents")
    assert {key for key in files if key.startswith("report")} == {
        f"report {kind} True" for kind in ("docx", "pdf", "pptx")
    }
    assert "measures" not in files
    assert files["report pdf True"][0]()[:4] == b"%PDF"
    assert files["report pptx True"][0]()[:4] == b"PK\x03\x04"


@pytest.mark.live
def test_the_figures_of_others_are_compared_with_our_own(document, stage, monkeypatch):
    stage("draft")
    mine = as_peer_file(document)
    theirs = mine.replace(b'"met": 1', b'"met": 3').replace("Förvaltningen".encode(), b"Andra")
    app = opened(monkeypatch, part="documents")
    app.file_uploader(key="peers").set_value([("andra.json", theirs, ""), ("bild.json", b"{}", "")]).run()
    shown = text(app)
    assert f"bild.json {SV(NO_PEER).split(' ', 1)[1]}" in shown
    assert "Jämför med andra" in shown
    assert "66,7\u00a0%" in shown  # the median of a third and all


@pytest.mark.exhaustive
def test_a_figure_has_the_last_review_and_the_years_come_from_frozen_reviews(stage, monkeypatch):
    line, day = stage("approved"), date(2027, 1, 31)
    more = SYSTEMS.replace(
        "Betaportalen | Norr  | Lokalt          | Nej", "Betaportalen | Norr  | Lokalt          | Ja"
    )
    line.load_table(more, name="more.csv", source="systems", extract_date=date(2027, 1, 15))
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 2, 2, 10))
    review = line.open(2027, day, today=date(2027, 2, 1))
    shown = text(opened(monkeypatch, point="classification", as_of=day.isoformat()))
    assert "genomgången 2026" in shown
    assert "Täckningen" in shown or "täckningen" in shown
    line.discuss(review)
    line.approve(line.submit(review))
    with line.database.cursor() as cursor:
        found = dossiers.approved_reviews(cursor, 1)
    columns, rows = review_texts.years_table(found, SV)
    assert [column.label for column in columns] == ["Punkt", "2026", "2027", "Utveckling"]
    row = next(row for row in rows if row[0] == "4 Informationsklassning")
    assert "33,3\u00a0%" in row[1]
    assert "66,7\u00a0%" in row[2]
    assert "delvis" in row[2]
    shown = text(opened(monkeypatch, role=ANALYST, part="years", as_of=day.isoformat()))
    assert shown.count('<th scope="row"') == len(POINTS)


@pytest.mark.live
def test_markup_in_a_text_is_shown_as_text(stage, monkeypatch):
    line = stage("draft")
    hostile = "<img src=x onerror=alert(1)> ![x](http://example.org)"
    line.write(line.review(), "comment", "classification", hostile)
    line.decide(line.review(), hostile, responsible=hostile)
    for part in ("points", "decisions"):
        shown = text(opened(monkeypatch, role=MANAGEMENT, part=part, point="classification"))
        assert "<img src" not in shown
        assert "&lt;img src=x" in shown
