"""The page of work lists: units, a list's items with status and note, and its files, as the coordinator has them."""

import json
import shutil
from dataclasses import replace
from datetime import date, datetime
from email import message_from_bytes, policy
from io import BytesIO

import pytest
from openpyxl import load_workbook

from compliance.access import audit
from compliance.access.permissions import ANALYST, COORDINATOR, MANAGEMENT
from compliance.access.scopes import Scope
from compliance.core import clock
from compliance.core.jobs import Job
from compliance.core.language import LANGUAGES, Language
from compliance.correcting import arrangements
from compliance.screens import downloads, widgets
from compliance.screens.worklists import texts
from compliance.store import register
from compliance.worklists import notes
from compliance.worklists.lists import Left, WorkList
from compliance.worklists.notes import Note
from tests.apps import dropped, listed_files, opened, text
from tests.dropping import hold
from tests.layers import layered
from tests.line import POINTS, Line
from tests.reviewed import ANSWERS, AS_OF, at

pytestmark = pytest.mark.live

DAY = date(2026, 11, 1)
SV = Language("sv")
SYSTEMS = f"""
Systemnamn | Enhet         | Centralt/lokalt | Objektägare | {ANSWERS}
Alfa       | Norr          | Lokalt          | Bo Ek       | | Nej
Beta       | Norr          | Lokalt          | Bo Ek       | | Nej
Gamma      | <b>*Söder*</b> | Lokalt         |             | | Nej
"""
STAFF = """
AD-konto | Namn  | E-post       | Befattning | Enhet | Anställningsdatum
p1       | Bo Ek | bo@a.example | Enhetschef | Norr  | 2020-01-01
"""


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    line = Line(tmp_path_factory.mktemp("before"))
    with line.held():
        line.load_table(STAFF)
        line.load_table(SYSTEMS)
    return line


@pytest.fixture
def line(before, monkeypatch):
    """The app on these exports, copied to the same path for every test so that what was counted is used."""
    folder = before.folder.with_name("put_back")
    shutil.rmtree(folder, ignore_errors=True)
    register.in_file.cache_clear()  # the one that went with the folder is still open
    shutil.copytree(before.folder, folder)
    line = Line(folder)
    line.loads = before.loads
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    with line.held():
        yield line


@pytest.fixture
def tables(monkeypatch):
    """The tables of the page; of those that can be ticked, the places in `tick` are."""
    found, tick = [], []
    monkeypatch.setattr(widgets, "ticked", lambda table, **_: (found.append(table), [*tick])[1])
    return found, tick


def page(monkeypatch, **params):
    return opened("worklists", monkeypatch, **({"as_of": DAY.isoformat()} | params))


def offered(monkeypatch):
    """The files that the page offers, by their keys."""
    files = {}
    monkeypatch.setattr(downloads, "offer", lambda _view, *each, **_: files.update({file.key: file for file in each}))
    return files


def field(app, label):
    return next(each for each in app.text_area if each.label == label)


def button(app, label):
    return next(each for each in app.button if each.label == label)


@pytest.mark.parametrize("lang", layered(LANGUAGES, {"en"}))
def test_the_units_with_most_left_come_first_with_whom_their_list_goes_to(line, monkeypatch, lang):
    say = Language(lang)
    app = page(monkeypatch, lang=lang)
    table = app.dataframe[0].value.to_dict("records")
    names = {"sv": ("Informationsklassning", "Riskanalys"), "en": ("Classification", "Risk analysis")}[lang]
    assert [(row[say("Unit")], row[say("Left")], row[say("By point")]) for row in table] == [
        ("Norr", 4, " · ".join(f"{name} 2" for name in names)),
        ("<b>*Söder*</b>", 2, " · ".join(f"{name} 1" for name in names)),
    ]
    assert next(iter(table[0])) == say("Left")
    assert table[0][say("Recipient")] == f"Bo Ek <bo@a.example>, {say('who leads the unit')}"
    assert say("Last sent") not in table[0]  # nor is any other column without content
    assert "<b>*S" not in text(page(monkeypatch, lang=lang, unit="<b>*Söder*</b>"))


def test_of_a_unit_with_many_points_those_with_most_left_are_told_in_their_order():
    numbers = (0, 0, 3, 3, 3, 4, 6, 6)
    left = tuple(Left(POINTS[n], {}, since=AS_OF, earlier=False, todo={"sv": ""}) for n in numbers)
    unit = WorkList("Norr", None, None, left)
    assert texts.most(unit, Language("sv")) == (
        "Informationssäkerhet 2 · Informationsklassning 3 · Behörighetshantering 2 m.m."
    )


def test_a_status_and_a_note_of_ticked_items_are_saved_and_stay_with_the_next_export(line, tables, monkeypatch):
    shown, tick = tables
    tick.extend([0, 1])
    app = page(monkeypatch, unit="Norr")
    next(group for group in app.get("button_group") if group.label == "Status").set_value("disputed")
    field(app, "Egen anteckning").set_value("Ringde 850709-1232")
    field(app, "Meddelande till enheten").set_value("Till juni")
    button(app, "Spara").click().run()
    assert not app.exception
    line.load_table(SYSTEMS.replace("Alfa ", "ALFA "), extract_date=date(2026, 11, 2))
    shown.clear()
    page(monkeypatch, unit="Norr", as_of="2026-11-03")
    headings = ("Punkt", "Status", "Egen anteckning", "Meddelande till enheten")
    assert [(row["Vad det gäller"].casefold(), *(row[name] for name in headings)) for row in shown[0]] == [
        ("alfa", "4 Informationsklassning", "Ifrågasätts", "Ringde ******-****", "Till juni"),
        ("beta", "4 Informationsklassning", "Ifrågasätts", "Ringde ******-****", "Till juni"),
        ("alfa", "5 Riskanalys", "", "", ""),
        ("beta", "5 Riskanalys", "", "", ""),
    ]
    told = audit.register.own().rows("entries", after=0)[-2]
    assert (told["action"], json.loads(told["details"])["items"]) == ("item_note", 2)


@pytest.mark.exhaustive
def test_what_another_has_written_meanwhile_is_kept_and_ones_own_text_shown(line, tables, monkeypatch):
    tables[1].append(0)
    app = page(monkeypatch, unit="Norr")
    field(app, "Egen anteckning").set_value("Ringde själv")
    theirs = Note("classification", "Alfa", "Norr", "waiting", "Väntar")
    notes.write(line.database, [theirs], organisation="Förvaltningen", as_of=DAY, order=line.order())
    button(app, "Spara").click().run()
    assert "Någon annan hann ändra här" in text(app)
    assert "Ringde själv" in text(app)
    assert [row["note"] for row in line.rows("from item_notes")] == ["Väntar"]


def test_one_button_marks_a_list_as_sent_and_keeps_what_says_more(line, tables, monkeypatch):
    shown, tick = tables
    tick.append(0)
    app = page(monkeypatch, unit="Norr")
    next(group for group in app.get("button_group") if group.label == "Status").set_value("begun")
    button(app, "Spara").click().run()
    button(app, "Markera alla som skickade").click().run()
    assert not app.exception
    assert [row["Status"] for row in shown[-1]] == ["Åtgärd pågår", *["Skickad till enheten"] * 3]
    assert "Senast skickad: " in text(app)
    listed = page(monkeypatch).dataframe[0].value
    assert [bool(day) for day in listed["Senast skickad"]] == [True, False]
    assert {row["unit"] for row in line.rows("from item_notes")} == {"Norr"}


def test_the_files_of_a_unit_say_when_and_where_to_answer_and_nothing_of_others(line, monkeypatch):
    organisation = {"organisation": "Förvaltningen", "as_of": DAY}
    answer = {"by": date(2099, 12, 1), "to": "is@a.example", "order": line.order()}
    arrangements.answer(line.database, organisation["organisation"], as_of=DAY, **answer)
    files = offered(monkeypatch)
    page(monkeypatch, unit="Norr")
    assert [files[key].name for key in ("list", "draft")] == ["Att göra Norr.xlsx", "Att göra Norr.eml"]
    draft = message_from_bytes(files["draft"].make(Job()), policy=policy.default)
    assert (draft["To"], draft["Subject"]) == ("bo@a.example", "Informationssäkerhet: att göra i Norr")
    mail = draft.get_body().get_content().replace("\xa0", " ").replace("\r", "")
    assert "I Norr återstår fyra saker. Svara senast 1 december.\n" in mail
    assert "Svara till is@a.example." in mail
    sheet = load_workbook(BytesIO(files["list"].make(Job()))).active
    cells = str([[cell.value for cell in row] for row in sheet.iter_rows()])
    assert "Alfa" in cells
    assert "Gamma" not in cells + mail
    assert files["list"].details == {"items": 4, "unit": "Norr"}


def answer(files, tmp_path, words, name="svar"):
    """The list of the page as a unit saves it: the word and the note of each item of point 4, by its name."""
    book = load_workbook(BytesIO(files["list"].make(Job())))
    for row in book.worksheets[0].iter_rows():
        if str(row[0].value).startswith("4.") and row[1].value in words:
            row[-3].value, row[-2].value = words[row[1].value]
    book.save(tmp_path / f"{name}.xlsx")
    return tmp_path / f"{name}.xlsx"


@pytest.mark.usefixtures("reads_here")
def test_a_list_that_comes_back_is_shown_and_taken_once_and_the_units_tell_who_has_answered(
    line, monkeypatch, tmp_path
):
    button(page(monkeypatch), "Markera alla enheter som skickade").click().run()
    files = offered(monkeypatch)
    page(monkeypatch, unit="Norr")
    assert {row["status"] for row in line.rows("from item_notes")} == {"sent"}
    assert len(line.rows("from item_notes")) == 6
    back = answer(files, tmp_path, {"Alfa": ("Klart", "I juni"), "Beta": ("på torsdag", "")})
    assert [box.label for box in page(monkeypatch).checkbox] == ["Har inte svarat (2)"]
    version = line.database.version()
    app = opened("imports", monkeypatch, as_of=DAY.isoformat())
    dropped(app, back)
    shown = listed_files(app)
    assert (shown["Läge"], shown["Tolkad som"]) == (["▲ Svara"], ["Besvarad arbetslista"])
    assert "Norr svarar om 2 saker." in text(app)
    assert "Ett ord som inte står i någon lista sätter ingen status." in text(app)
    table = app.dataframe[0].value.to_dict("records")
    assert [(row["Läge"], row["Vad det gäller"], row["Status nu"], row["Enheten säger"]) for row in table] == [
        ("Okänt ord", "Beta", "Skickad till enheten", "på torsdag"),
        ("Ny", "Alfa", "Skickad till enheten", "Klar enligt enheten"),
    ]
    button(app, "Sätt statusar (1)").click().run()
    assert not app.exception
    assert "Svaret från Norr är taget: en status är satt." in text(app)
    assert listed_files(app)["Läge"] == ["✓ Inläst"]
    dropped(app, answer(files, tmp_path, {"Alfa": ("Klart", "I juni"), "Beta": ("på torsdag", "")}, name="igen"))
    assert (line.database.version(), len(line.rows("from imports"))) == (version, 2)
    units = page(monkeypatch)
    answered = {row["Enhet"]: row for row in units.dataframe[0].value.to_dict("records")}
    assert [bool(row["Senast svarat"]) for row in answered.values()] == [True, False]
    assert answered["Norr"]["Klar enligt enheten"] == "1"
    assert [box.label for box in units.checkbox] == ["Har inte svarat (1)"]
    units.checkbox[0].check().run()
    assert [*units.dataframe[0].value["Enhet"]] == ["<b>*Söder*</b>"]


@pytest.mark.usefixtures("reads_here")
def test_the_same_file_again_says_when_it_was_taken_and_offers_nothing(line, monkeypatch, tmp_path):
    files = offered(monkeypatch)
    page(monkeypatch, unit="Norr")
    back = answer(files, tmp_path, {"Alfa": ("Klart", "")})
    for taken in (False, True):
        app = opened("imports", monkeypatch, as_of=DAY.isoformat())
        dropped(app, back)
        days = [clock.local_day(row["taken_at"]) for row in line.rows("from unit_answers")]
        assert [f"Svaret är redan taget, {SV.date(day, form='d MMMM')}." in text(app) for day in days] == [True] * taken
        buttons = [each for each in app.button if each.label == "Sätt statusar (1)"]
        assert len(buttons) == (not taken)
        for each in buttons:
            each.click().run()


@pytest.mark.usefixtures("reads_here")
def test_a_list_that_came_to_the_intake_is_put_away_once_it_is_taken(line, monkeypatch, tmp_path):
    monkeypatch.setenv("COMPLIANCE_INTAKE", str(tmp_path / "intake"))
    files = offered(monkeypatch)
    page(monkeypatch, unit="Norr")
    back = answer(files, tmp_path, {"Alfa": ("Klart", "")})
    held = hold(line.database, tmp_path / "intake", back.name, back.read_bytes())
    app = opened("imports", monkeypatch, as_of=DAY.isoformat(), file="0")
    app.query_params["file"] = "0"
    app.run()
    button(app, "Sätt statusar (1)").click().run()
    assert not app.exception
    assert "Svaret från Norr är taget: en status är satt." in text(app)
    original, receipt = sorted((tmp_path / "intake/Förvaltningen/loaded").iterdir())
    assert original.read_bytes() == back.read_bytes()
    assert "Svaret är taget: se sidan Arbetslistor." in receipt.read_text("utf-8")
    assert not list((tmp_path / "intake/Förvaltningen/held").glob("* *"))
    assert [row["state"] for row in line.rows("from intake_files order by edition")] == ["held", "loaded"]
    assert "Intaget håller" not in text(app)
    assert held.sha256 in receipt.read_text("utf-8")


def test_a_reader_of_a_part_and_one_who_loads_nothing_get_no_list(line, monkeypatch):
    limited = page(monkeypatch, role=COORDINATOR, limit=Scope("Förvaltningen", None, "Norr"))
    assert "du ser bara Norr" in text(limited)
    assert not limited.dataframe


def test_nothing_left_and_nothing_loaded_are_said(line, monkeypatch, tmp_path):
    line.load_table(SYSTEMS.replace("| Lokalt", "| Centralt"), extract_date=date(2026, 11, 2))
    assert "Inget återstår att göra den 2" in text(page(monkeypatch, as_of="2026-11-02"))
    assert "Ingen export är inläst" in text(page(monkeypatch, as_of="2020-01-01"))


def test_a_point_shows_what_is_written_of_what_is_left_and_to_others_no_own_note_and_no_name(line, monkeypatch):
    written = [Note("risk_analysis", "Alfa", "Norr", "waiting", "Trög", message="Bo Ek svarar")]
    notes.write(line.database, written, organisation="Förvaltningen", as_of=DAY, order=line.order())
    for role, limit, expected in (
        (COORDINATOR, None, {"Alfa": "Bo Ek svarar", "Beta": "", "Gamma": ""}),
        (ANALYST, Scope("Förvaltningen", None, "Norr"), {"Alfa": "[…] svarar", "Beta": ""}),
    ):
        params = {"as_of": DAY.isoformat(), "point": "risk_analysis", "role": role, "limit": limit}
        table = opened("point", monkeypatch, **params).dataframe[0].value.to_dict("records")
        assert {row["Namn"]: row["Meddelande till enheten"] for row in table} == expected
        assert ("Trög" in str(table)) == (role is COORDINATOR)
        assert {row["Namn"] for row in table if row["Status"] == "Väntar på svar"} == {"Alfa"}


@pytest.mark.exhaustive
@pytest.mark.parametrize("stage", ["submitted", "draft"])
def test_the_meeting_counts_the_statuses_and_a_frozen_review_those_of_then(stage, tmp_path, monkeypatch):
    """before: written before the review was opened"""
    line = at(stage, tmp_path)
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    kwargs = {"organisation": "Förvaltningen", "as_of": AS_OF}
    note = Note("classification", "Gamma", "Söder", "disputed", "Anna Berg menar nej")
    notes.write(line.database, [note], order=line.order(now=datetime(2026, 11, 24, 12, 0, 30)), **kwargs)
    notes.write(line.database, [replace(note, status="reported")], order=line.order(), **kwargs)
    params = {"as_of": AS_OF.isoformat(), "review": "2026", "point": "classification"}
    shown = text(opened("meeting", monkeypatch, role=MANAGEMENT, **params))
    words = {"draft": "Klar enligt enheten", "submitted": "Ifrågasätts"}
    assert f'<div class="v-m-small">{words[stage]} <strong>1</strong></div>' in shown
    assert "menar nej" not in shown
