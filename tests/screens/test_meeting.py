"""The meeting mode: the content of each screen, saving what is typed, and what is never shown."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from compliance.access.permissions import ANALYST, COORDINATOR, MANAGEMENT
from compliance.core.language import LANGUAGES, Language
from compliance.correcting.renaming import add_alias
from compliance.counting.assessing import Coverage
from compliance.review import deciding, reviewing, wording
from compliance.review.deciding import decisions
from compliance.review.dossier import Heading
from compliance.review.reviewing import GROUNDS
from compliance.screens import reads, written
from compliance.screens.meeting import order_texts, page
from compliance.screens.meeting import texts as meeting_texts
from compliance.screens.meeting.texts import MINUTES, clock
from compliance.screens.point import texts as point_texts
from compliance.wording import phrases
from tests.apps import notes, text
from tests.apps import opened as opened_page
from tests.line import POINTS
from tests.reviewed import AS_OF, IDS, Reviewed, at

SV = Language("sv")
NOW = datetime(2026, 11, 25, 10)
NUMBER = "811218-9876"
POINT = "classification"
# The small organisation has figures for three points, which are below their limits: the situation, a screen for each of
# them, one for all others, the summary and the judgement.
MEASURED = ("local_instruction", POINT, "risk_analysis")
SCREEN, UNMEASURED, SCREENS = 3, 5, 7
SUMMARY, LAST = str(SCREENS - 1), str(SCREENS)
NOTE, WHAT = f"note 1 {POINT}", f"meeting decision 1 {POINT} 0"


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    """The day after the small organisation's last event."""
    monkeypatch.setattr("compliance.core.clock.now", lambda: NOW)


def opened(monkeypatch, **params):
    return opened_page("meeting", monkeypatch, **({"as_of": AS_OF.isoformat(), "screen": str(SCREEN)} | params))


def comment(line, review):
    with line.database.cursor() as cursor:
        return reviewing.review_texts(cursor, review).comments.get(POINT)


def decided(line):
    with line.database.cursor() as cursor:
        return [(row.text, row.responsible, row.point) for row in decisions(cursor)]


# --- What is shown --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """The submitted draft: it is frozen, so nothing is counted."""
    with at("submitted", tmp_path_factory.mktemp("answers")).held() as line:
        return line.document(line.review())


@pytest.fixture
def answers(document):
    return document.points


@pytest.mark.exhaustive
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_screen_has_the_review_s_own_figures(lang, answers, stage, monkeypatch):
    stage("draft")
    say = Language(lang)
    for number, point in enumerate(MEASURED, 2):
        answer = answers[IDS.index(point)]
        shown = text(opened(monkeypatch, screen=str(number), lang=lang))
        assert say("{n} of {of}", n=number, of=SCREENS) in shown
        assert f'<div class="v-m-figure">{phrases.percent(answer.coverage, say)}</div>' in shown
        assert phrases.word(answer.coverage, say) in shown
    summary = text(opened(monkeypatch, screen=SUMMARY, lang=lang))
    assert [phrases.percent(answer.coverage, say) for answer in answers] == re.findall(
        r'class="v-m-number">([^<]+)<', summary
    )
    assert say("Decisions of this review") in text(opened(monkeypatch, screen=LAST, lang=lang))


def measured(answer, share, *, then=None):
    """The point with so many of a hundred met, and as many at the end of the year as `then`."""
    counts = replace(answer.now, met=share, unmet=100 - share, unknown=0, basis=True, columns=(), no_course=False)
    end = replace(counts, as_of=date(2026, 12, 31), met=then, unmet=100 - then) if then is not None else None
    heading = Heading(None, end, 0, None, None, None, None, None, None, 0)
    return replace(answer, now=counts, heading=heading)


@pytest.mark.live
def test_points_that_need_talk_have_a_screen_each_and_the_others_share_one(document):
    """A point below its target, and one that reaches it and falls; not one that keeps it, nor one without a figure."""
    by_id = {answer.point.id: answer for answer in document.points}
    shares = {"access": (100, 10), "processing_record": (100, 100), "dpia": (100, None), "procurement": (50, 100)}
    changed = {id_: measured(by_id[id_], now, then=then) for id_, (now, then) in shares.items()}
    screens = order_texts.screens(replace(document, points=tuple({**by_id, **changed}.values())), SV)
    assert [(screen.kind, *(answer.point.id for answer in screen.answers)) for screen in screens] == [
        ("situation",),
        ("point", "local_instruction"),
        ("point", "classification"),
        ("point", "risk_analysis"),
        ("point", "access"),
        ("point", "procurement"),
        ("reached", "dpia", "processing_record"),
        (
            "unmeasured",
            *("information_security_training", "data_protection_training", "processor_agreements"),
            *("incident_handling", "gdpr_reporting", "nis_reporting"),
        ),
        ("summary",),
        ("last",),
    ]
    assert [screen.number for screen in screens] == [*range(1, 11)]


@pytest.mark.live
def test_nothing_shares_a_screen_where_every_point_needs_talk_and_one_alone_has_the_list(document):
    below = [measured(answer, 10) for answer in document.points]
    kinds = [screen.kind for screen in order_texts.screens(replace(document, points=tuple(below)), SV)]
    assert kinds == ["situation", *["point"] * len(POINTS), "summary", "last"]
    one = [measured(below[0], 100), *below[1:]]
    kinds = [screen.kind for screen in order_texts.screens(replace(document, points=tuple(one)), SV)]
    assert kinds == ["situation", *["point"] * (len(POINTS) - 1), "reached", "summary", "last"]


@pytest.mark.exhaustive
def test_a_point_that_shares_a_screen_can_be_opened_written_about_and_left(stage, monkeypatch):
    line = stage("draft")
    app = opened(monkeypatch, screen=str(UNMEASURED))
    assert not app.text_area
    assert "Tio punkter kan inte mätas." in text(app)
    [way] = re.findall(r'href="([^"]*point=dpia[^"]*)"', text(app).split("v-m-table")[1])
    assert f"screen={UNMEASURED}" in way
    app = opened(monkeypatch, screen=str(UNMEASURED), point="dpia")
    assert f"{UNMEASURED} av {SCREENS}" in text(app)
    app.text_area(key="note 1 dpia").set_value("Behovet bedöms.").run()
    assert line.written(line.review()).comments["dpia"].endswith("Behovet bedöms.")
    [back] = [button for button in app.button if button.label == "Till listan"]
    back.click().run()
    assert "Tio punkter kan inte mätas." in text(app)
    assert "Behovet bedöms." in text(app)
    assert "point" not in app.query_params


@pytest.mark.live
def test_a_point_that_fell_shows_why_instead_of_where_most_is_left(sample, monkeypatch):
    fell, rose = (
        text(opened_page("meeting", monkeypatch, review="2026", point=point)).replace("\u00a0", " ")
        for point in ("risk_analysis", "classification")
    )
    (shown,) = re.findall(r'<div class="v-changes v-m-causes">.*?</ul>', fell)
    assert re.findall('v-ch-figure">([^<]+)', shown) == ["+4,4", "−10,8", "+0,4"]
    assert "Mest kvar att göra" not in fell
    assert "v-m-causes" not in rose
    assert "Mest kvar att göra" in rose


@pytest.mark.exhaustive
def test_a_list_of_points_has_the_comments_that_its_reader_may_read(stage, monkeypatch):
    line = stage("loaded")
    review = line.open()
    line.write(review, "comment", "dpia", "Anna Berg bedömer behovet.")
    line.write(review, "assessment", "dpia", "partly")
    for role, comments in ((MANAGEMENT, ["[…] bedömer behovet."]), (ANALYST, [])):
        shown = text(opened(monkeypatch, screen=str(UNMEASURED), role=role))
        assert re.findall(r'class="v-m-own-words"><td[^>]*>([^<]*)<', shown) == comments
        assert "kommentar saknas" not in shown
        assert "<td>delvis</td>" in shown


@pytest.mark.exhaustive
def test_the_next_screen_after_an_opened_point_is_the_one_after_its_list(stage, monkeypatch):
    stage("draft")
    app = opened(monkeypatch, screen=str(UNMEASURED), point="dpia")
    app.button(key="turn PageDown").click().run()
    assert f"{UNMEASURED + 1} av {SCREENS}" in text(app)
    assert "point" not in app.query_params


@pytest.mark.exhaustive
def test_the_agenda_has_each_point_with_its_status_and_whether_it_is_discussed(stage, monkeypatch):
    line = stage("loaded")
    review = line.open()
    line.write(review, "comment", POINT, "Diskuterad.")
    line.write(review, "assessment", POINT, "partly")
    shown = text(opened(monkeypatch, screen=str(SCREEN)))
    (agenda,) = re.findall(r'<ul class="v-agenda".*?</ul>', shown)
    rows = re.findall(r"<li.*?</li>", agenda)
    titles = [re.sub("<[^>]+>|\u00ad", "", row) for row in rows]
    assert [title.split()[0] for title in titles] == [
        *("Läget", "3", "4", "5", "Kan", "1", "2", "6", "7", "8", "9", "10", "11", "12", "13"),
        *("Sammanfattning", "Beslut"),
    ]
    marks = {
        title.split()[0]: re.findall(r'aria-label="([^"]+)"', row) for title, row in zip(titles, rows, strict=True)
    }
    assert marks["4"] == ["Under gränsen", "diskuterad"]
    assert marks["3"] == ["Under gränsen", "inte diskuterad"]
    assert marks["6"] == ["Underlag saknas", "inte diskuterad"]
    assert marks["Läget"] == []
    assert [title for title, row in zip(titles, rows, strict=True) if "aria-current" in row] == [
        "4 Informationsklassning"
    ]


@pytest.mark.exhaustive
def test_the_meeting_begins_with_the_overview_s_sentence_beside_the_decisions_to_follow_up(sample, monkeypatch):
    overview, meeting = (
        text(opened_page(page, monkeypatch, **params)).replace("\u00a0", " ").replace("\u00ad", "")
        for page, params in (("overview", {}), ("meeting", {"review": "2026"}))
    )
    sentence = "Görs inget når bara två målet vid årsskiftet: Behörighetshantering sjunker till 74,7 %."
    assert sentence in meeting
    assert sentence in overview
    shown = [
        sorted(re.findall("<dd>(.*?)</dd>", re.findall(r'<dl class="v-facts">.*?</dl>', page)[0]))
        for page in (overview, meeting)
    ]
    assert shown == [["1 av 4 klart", "14 tim", "2 punkter", "292", "5 av 13", "70"]] * 2
    assert "Tre beslut är öppna. Två av dem är försenade." in meeting


def test_a_point_that_a_frozen_review_has_decided_about_stays_decided_when_it_is_done(document):
    (made,) = (row for row in document.decisions if row.point == POINT)
    facts = meeting_texts.facts(document, [replace(made, status="done")], "approved", SV, may_read=True)
    without = replace(document, decisions=(), carried=())
    more = meeting_texts.facts(without, [], "approved", SV, may_read=True)
    told = [next(fact.value for fact in each if fact.label == "Under gränsen utan beslut") for each in (facts, more)]
    assert told == ["2 punkter", "3 punkter"]


@pytest.mark.live
def test_the_decisions_told_are_of_the_organisation_as_it_was_on_the_day_of_the_review(tmp_path, monkeypatch):
    names, earlier = ("Norra", "Södra"), date(2024, 11, 20)
    with Reviewed(tmp_path).held() as line:
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        for name in names:
            table = f"System | Enhet\n{name}ssystemet | Stab"
            line.load_table(table, name=f"{name}.csv", source="systems", organisation=name, extract_date=earlier)
            before = line.open(2024, earlier, organisation=name)
            line.decide(before, "Gör det", point=POINT)
        reviews = [line.open(2025, date(2025, 11, 20), organisation="Norra")]
        change = {"kind": "organisation", "old": "Södra", "new": "Norra", "valid_from": date(2026, 1, 1)}
        add_alias(line.database, **change, order=line.order())
        reviews.append(line.open(2026, AS_OF, organisation="Norra"))
        data = reads.data(line.database)
        assert [len(written.decided_until(data, review.as_of, review.organisation)) for review in reviews] == [1, 2]


@pytest.mark.exhaustive
def test_the_address_decides_the_screen_and_a_wrong_number_gives_the_nearest(stage, monkeypatch):
    stage("draft")
    last, first = f"{SCREENS} av {SCREENS}", f"1 av {SCREENS}"
    for number, shown in (("99", last), ("9" * 5000, last), ("0", first), ("x", first)):
        assert shown in text(opened(monkeypatch, screen=number))


@pytest.mark.live
def test_a_review_and_a_screen_that_do_not_exist_are_reported(stage, monkeypatch):
    stage("draft")
    assert notes(opened_page("review", monkeypatch, as_of=AS_OF.isoformat(), review="1999")) == [
        "Adressen anger ”1999”, som inte finns. I stället visas: 2026."
    ]
    [note] = notes(opened_page("review", monkeypatch, as_of=AS_OF.isoformat(), review="2026", point="xyz"))
    assert note.startswith("Adressen anger ”xyz”, som inte finns. I stället visas: ")
    [note] = notes(opened_page("meeting", monkeypatch, as_of=AS_OF.isoformat(), screen="99", lang="en"))
    assert note == f"The address names “99”, which is not there. Shown instead: {LAST}."
    [note] = notes(opened_page("meeting", monkeypatch, as_of=AS_OF.isoformat(), screen="1", point="xyz", lang="en"))
    assert note.endswith("Shown instead: Situation and earlier decisions.")
    for screen in ("1", LAST, f"0{LAST}"):
        assert notes(opened_page("meeting", monkeypatch, as_of=AS_OF.isoformat(), screen=screen)) == []
    assert notes(opened_page("meeting", monkeypatch, as_of=AS_OF.isoformat(), point="dpia")) == []


@pytest.mark.live
def test_without_a_review_the_page_links_to_opening_one(own, monkeypatch):
    app = opened(monkeypatch)
    assert "Ingen genomgång är öppnad än." in text(app)
    assert not app.get("text_area")


def test_the_clock_counts_down_and_then_over():
    at_ten = datetime(2026, 11, 25, 10)
    assert "10.00" in clock(at_ten, at_ten + timedelta(minutes=22), SV)
    assert "22\u00a0min\u00a0kvar" in clock(at_ten, at_ten + timedelta(minutes=22), SV)
    assert "5\u00a0min\u00a0över\u00a0tiden" in clock(at_ten, at_ten - timedelta(minutes=5), SV)


@pytest.mark.live
def test_a_meeting_ends_when_the_address_says_else_after_forty_minutes(stage, monkeypatch):
    stage("draft")
    monkeypatch.setattr(page, "_now", lambda: datetime(2026, 11, 25, 13, 0))
    app = opened(monkeypatch)
    assert app.query_params["until"] == "13:40"
    assert f"{MINUTES}\u00a0min\u00a0kvar" in text(app)
    assert "10\u00a0min\u00a0kvar" in text(opened(monkeypatch, until="13:10"))
    assert opened(monkeypatch, until="13:10+02:00").query_params["until"] == "13:40"
    monkeypatch.setattr(page, "_now", lambda: datetime(2026, 11, 25, 23, 50))
    assert "20\u00a0min\u00a0kvar" in text(opened(monkeypatch, until="00:10"))


# --- Decisions ------------------------------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_the_meeting_ends_with_the_judgement_of_the_whole(stage, monkeypatch):
    line = stage("loaded")
    review = line.open()
    app = opened(monkeypatch, screen=LAST)
    assert "Förvaltnings\u00adchefen har ännu inte gjort någon samlad bedömning." in text(app)
    app.button_group(key="judgement 1 sufficient").set_value("partly").run()
    app.button_group(key="judgement 1 effect").set_value("yes").run()
    app.text_area(key=f"chapter 1 {GROUNDS}").set_value("Det går framåt.").run()
    assert line.written(review).judgement == {"sufficient": "partly", "effect": "yes"}
    assert line.written(review).chapters[GROUNDS] == "Det går framåt."
    assert "<h1>Arbetet är delvis tillräckligt och har önskad verkan.</h1>" in text(app)
    line.write(review, "chapter", GROUNDS, "Anna Berg intygar det.")
    app.run()
    assert not app.text_area
    assert "[…] intygar det." in text(app)


@pytest.mark.exhaustive
def test_an_approved_review_shows_its_judgement_and_grounds(sample, monkeypatch):
    shown = text(opened_page("meeting", monkeypatch, review="2025", screen="15"))
    assert "<h1>Arbetet är delvis tillräckligt och har delvis önskad verkan.</h1>" in shown
    assert "Klassning och riskanalys ligger långt från målet" in shown


@pytest.mark.live
def test_units_are_ranked_by_what_is_left_then_the_weaker_then_by_name_in_swedish_order(answers):
    def unit(name, met, unmet, unknown):
        return Coverage(POINTS[3], AS_OF, "Förvaltningen", "Öst", name, met, unmet, unknown, 0, 0, basis=True)

    units = [unit("Ös", 0, 2, 0), unit("Äs", 1, 1, 1), unit("Ås", 1, 2, 0), unit("Zs", 0, 1, 0), unit("Bs", 60, 5, 0)]
    counted = tuple(replace(answers[3].now, unit=u.unit, met=u.met, unmet=u.unmet, unknown=u.unknown) for u in units)
    answer = replace(answers[3], units=counted)
    assert [ranked.unit for ranked in wording.weakest(answer)] == ["Bs", "Ös", "Ås"]
    done = unit("Norr", 3, 0, 0)
    assert [u.unit for u in point_texts.first_units(point_texts.most_left_first([*units, done]))] == [
        *("Bs", "Ös", "Ås", "Äs", "Zs")
    ]
    assert point_texts.first_units([done]) == [], "nothing is left"
    drawn = meeting_texts.worst(answer, SV)
    assert re.findall(r"width:([\d.]+)%", drawn) == ["100.00", "40.00", "40.00"]
    assert re.findall(r"<strong>(.*?)</strong>", drawn) == [
        f"{n}\u00a0kvar" for n in ("5\u00a0av\u00a065", "2\u00a0av\u00a02", "2\u00a0av\u00a03")
    ]


# --- What is typed --------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_a_note_is_added_to_the_comment_and_replaces_itself_when_it_is_continued(stage, monkeypatch):
    line = stage("draft")
    before = comment(line, line.review())
    app = opened(monkeypatch)
    app.text_area(key=NOTE).set_value(f"Frågan ställd av {NUMBER}.").run()
    first = comment(line, line.review())
    assert first.startswith(f"{before}\n")
    assert NUMBER not in first
    app.text_area(key=NOTE).set_value("Klart i mars.").run()
    assert comment(line, line.review()) == f"{before}\nKlart i mars."
    app.text_area(key=NOTE).set_value("").run()
    assert comment(line, line.review()) == before


@pytest.mark.exhaustive
def test_only_the_note_itself_is_replaced_wherever_it_is_and_what_others_wrote_is_kept(stage, monkeypatch):
    line = stage("draft")
    app = opened(monkeypatch)
    app.text_area(key=NOTE).set_value("ok").run()
    line.write(line.review(), "comment", POINT, "Klart med bok\nok\nNot av en annan")
    app.text_area(key=NOTE).set_value("okej").run()
    assert comment(line, line.review()) == "Klart med bok\nokej\nNot av en annan"
    app.text_area(key=NOTE).set_value("").run()
    assert comment(line, line.review()) == "Klart med bok\nNot av en annan"
    app.text_area(key=NOTE).set_value("Ett.").run()
    line.write(line.review(), "comment", POINT, "Skrivet av en annan.")
    app.text_area(key=NOTE).set_value("Två.").run()
    assert comment(line, line.review()) == "Skrivet av en annan.\nTvå."


@pytest.mark.exhaustive
def test_what_others_changed_of_a_decision_stays_when_a_field_is_left(stage, monkeypatch):
    line = stage("loaded")
    review = line.open()
    app = opened(monkeypatch)
    app.text_input(key=f"{WHAT} text").set_value("Klassa allt.").run()
    line.decide(review, "Klassa allt nu.", point=POINT, responsible="Objektledaren", resource="80 timmar", number=1)
    app.date_input(key=f"{WHAT} due").set_value(date(2027, 3, 31)).run()
    kept = line.decided("2026-1")
    assert (kept.text, kept.responsible, kept.resource, kept.due) == (
        "Klassa allt nu.",
        "Objektledaren",
        "80 timmar",
        date(2027, 3, 31),
    )


@pytest.mark.exhaustive
def test_an_assessment_that_somebody_else_has_chosen_is_reported_and_shown(stage, monkeypatch):
    line = stage("loaded")
    review, field = line.open(), f"assessment 1 {POINT}"
    app = opened(monkeypatch)
    line.write(review, "assessment", POINT, "partly")
    app.button_group(key=field).set_value("insufficient").run()
    assert "Någon annan hann ändra här" in text(app)
    assert app.button_group(key=field).value == "partly"
    app.button_group(key=field).set_value("insufficient").run()
    with line.database.cursor() as cursor:
        assert reviewing.review_texts(cursor, line.review()).assessments == {POINT: "insufficient"}
    assert app.button_group(key=field).value == "insufficient"


@pytest.mark.exhaustive
def test_a_late_decision_comes_before_new_ones(stage, monkeypatch):
    line = stage("loaded")
    review = line.open()
    line.decide(review, "Sen.", point=POINT, due=AS_OF - timedelta(days=1))
    for number in range(3):
        line.decide(review, f"Ny {number}.", point=POINT)
    assert re.findall(r"Sen\.|Ny \d\.", text(opened(monkeypatch))) == ["Sen.", "Ny 2.", "Ny 1.", "Ny 0."]


@pytest.mark.exhaustive
def test_a_decision_names_the_function_that_is_responsible_and_never_the_person(stage, monkeypatch):
    line = stage("loaded")
    review = line.open()
    for who in ("Karin Chefsson, enhetschef", "Karin Chefsson", ""):
        line.decide(review, "Klassa.", point=POINT, responsible=who)
    shown = text(opened(monkeypatch))
    assert re.findall("Ansvarig: enhetschef|ansvarig är utsedd|ansvarig saknas", shown) == [
        *("ansvarig saknas", "ansvarig är utsedd", "Ansvarig: enhetschef"),
    ]
    assert not re.search("Karin|Chefsson", shown)


@pytest.mark.exhaustive
def test_coming_back_continues_the_decision_without_its_names(stage, monkeypatch):
    line = stage("loaded")
    line.open()
    app = opened(monkeypatch)
    app.text_input(key=f"{WHAT} text").set_value("Klassa allt.").run()
    app.text_input(key=f"{WHAT} who").set_value("Kim Utanför").run()
    app.query_params["screen"] = "1"
    app.run()
    app.query_params["screen"] = str(SCREEN)
    # a browser that missed the first of two runs would send back the empty field of the second
    app.run().run()
    assert (
        app.text_input(key=f"{WHAT} text").value == app.text_input(key=f"{WHAT} text").proto.default == "Klassa allt."
    )
    assert not app.text_input(key=f"{WHAT} who").value
    app.date_input(key=f"{WHAT} due").set_value(date(2027, 3, 31)).run()
    assert decided(line) == [("Klassa allt.", "Kim Utanför", POINT)]
    assert line.decided("2026-1").due == date(2027, 3, 31)


@pytest.mark.exhaustive
def test_a_decision_withdrawn_by_somebody_else_is_saved_as_a_new_one(stage, monkeypatch):
    line = stage("loaded")
    review = line.open()
    app = opened(monkeypatch)
    app.text_input(key=f"{WHAT} text").set_value("Klassa allt.").run()
    deciding.withdraw(line.database, review.review_id, 1, order=line.order())
    app.text_input(key=f"{WHAT} who").set_value("Objektledaren").run()
    assert decided(line) == [("Klassa allt.", "Objektledaren", POINT)]
    assert "Sparat" in text(app)


@pytest.mark.exhaustive
def test_a_decision_is_saved_field_by_field(stage, monkeypatch):
    line = stage("loaded")
    line.open()
    app = opened(monkeypatch)
    app.text_input(key=f"{WHAT} who").set_value("Objektledaren").run()
    assert decided(line) == []
    app.text_input(key=f"{WHAT} text").set_value("Klassa allt.").run()
    assert decided(line) == [("Klassa allt.", "Objektledaren", POINT)]
    assert "Sparat" in text(app)
    app.text_input(key=f"{WHAT} text").set_value("Klassa allt före mars.").run()
    assert decided(line) == [("Klassa allt före mars.", "Objektledaren", POINT)]
    app.button(key="one more").click().run()
    app.text_input(key=f"meeting decision 1 {POINT} 1 text").set_value("Utse en till.").run()
    assert [row[0] for row in decided(line)] == ["Klassa allt före mars.", "Utse en till."]
    app.text_input(key=f"meeting decision 1 {POINT} 1 text").set_value("").run()
    assert [row[0] for row in decided(line)] == ["Klassa allt före mars."]
    assert "Beslutet är borttaget." in text(app)


@pytest.mark.exhaustive
def test_a_text_that_cannot_be_saved_is_reported_and_stays_in_its_field(stage, monkeypatch):
    line = stage("draft")
    app = opened(monkeypatch)
    line.submit(line.review())
    app.text_area(key=NOTE).set_value("För sent.").run()
    assert "är inlämnad" in text(app)
    assert "För sent." in text(app)


@pytest.mark.live
def test_a_review_that_is_no_draft_has_no_fields(stage, monkeypatch):
    stage("approved")
    app = opened(monkeypatch)
    assert not app.get("text_area")
    assert not app.get("text_input")


# --- What is never shown --------------------------------------------------------------------------------------------


@pytest.mark.live
def test_no_screen_has_a_name_whoever_opens_it(stage, monkeypatch):
    line = stage("draft")
    review = line.review()
    line.write(review, "comment", POINT, "Anna Berg har frågat Kim Utanför.")
    line.write(review, "public_comment", POINT, "Bo Ek svarar.")
    line.write(review, "chapter", GROUNDS, "Anna Berg intygar det.")
    line.decide(review, "Anna Berg och Kim Utanför utser objektledare.", point=POINT, responsible="Kim Utanför")
    for role in (COORDINATOR, MANAGEMENT, ANALYST):
        for screen in ("1", str(SCREEN), str(UNMEASURED), SUMMARY, LAST):
            shown = text(opened(monkeypatch, screen=screen, role=role))
            assert not re.search("Anna|Berg|Bo Ek|Kim|Utanför", shown), (role, screen)
        assert ("[…] och […] utser objektledare." in shown) is (role is not ANALYST)
        assert "[…] intygar det." in shown


@pytest.mark.live
def test_units_of_few_persons_are_added_up(stage, monkeypatch):
    stage("draft")
    shown = text(opened(monkeypatch, point="information_security_training"))
    assert "Norr" not in shown
    assert "Söder" not in shown
