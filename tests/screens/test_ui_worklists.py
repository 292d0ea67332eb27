"""The page of work lists: units, a list's items with status and note, and its files, as the coordinator has them."""

import json
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from compliance.access import audit
from compliance.access.permissions import ANALYST, COORDINATOR, MANAGEMENT
from compliance.access.scopes import Scope
from compliance.core.jobs import Job
from compliance.core.language import LANGUAGES, Language
from compliance.correcting import arrangements
from compliance.screens import downloads, widgets
from compliance.worklists import notes
from compliance.worklists.notes import Note
from tests.apps import opened, text
from tests.line import Line
from tests.reviewed import AS_OF, Reviewed

DAY = date(2026, 11, 1)
SV = Language("sv")
SYSTEMS = """
Systemnamn | Enhet         | Centralt/lokalt | Objektägare | Har riskanalys genomförts under det senaste året?
Alfa       | Norr          | Lokalt          | Bo Ek       | Nej
Beta       | Norr          | Lokalt          | Bo Ek       | Nej
Gamma      | <b>*Söder*</b> | Lokalt         |             | Nej
"""
STAFF = """
AD-konto | Namn  | E-post       | Befattning | Enhet | Anställningsdatum
p1       | Bo Ek | bo@a.example | Enhetschef | Norr  | 2020-01-01
"""


@pytest.fixture
def line(tmp_path, monkeypatch):
    line = Line(tmp_path)
    line.load_table(STAFF)
    line.load_table(SYSTEMS)
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    return line


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


def button(app, label):
    return next(each for each in app.button if each.label == label)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_units_with_most_left_come_first_with_whom_their_list_goes_to(line, monkeypatch, lang):
    say = Language(lang)
    app = page(monkeypatch, lang=lang)
    table = app.dataframe[0].value.to_dict("records")
    assert [(row[say("Unit")], row[say("Left")], row[say("By point")]) for row in table] == [
        ("Norr", 4, "4: 2 · 5: 2"),
        ("<b>*Söder*</b>", 2, "4: 1 · 5: 1"),
    ]
    assert table[0][say("Goes to")] == f"Bo Ek <bo@a.example>, {say('who leads the unit')}"
    assert table[0][say("Last sent")] == ""
    assert "<b>*S" not in text(page(monkeypatch, lang=lang, unit="<b>*Söder*</b>"))


def test_a_status_and_a_note_of_ticked_items_are_saved_and_stay_with_the_next_export(line, tables, monkeypatch):
    shown, tick = tables
    tick.extend([0, 1])
    app = page(monkeypatch, unit="Norr")
    next(group for group in app.get("button_group") if group.label == "Status").set_value("disputed")
    app.text_area[0].set_value("Ringde 850709-1232")
    button(app, "Spara för 2 poster").click().run()
    assert not app.exception
    line.load_table(SYSTEMS.replace("Alfa ", "ALFA "), extract_date=date(2026, 11, 2))
    shown.clear()
    page(monkeypatch, unit="Norr", as_of="2026-11-03")
    assert [(row["Punkt"], row["Vad det gäller"].casefold(), row["Status"], row["Anteckning"]) for row in shown[0]] == [
        (4, "alfa", "Ifrågasätts", "Ringde ******-****"),
        (4, "beta", "Ifrågasätts", "Ringde ******-****"),
        (5, "alfa", "", ""),
        (5, "beta", "", ""),
    ]
    told = audit.register.own().rows("entries", after=0)[-2]
    assert (told["action"], json.loads(told["details"])["items"]) == ("item_note", 2)


def test_one_button_marks_a_list_as_sent_and_keeps_the_notes(line, tables, monkeypatch):
    shown, _ = tables
    app = page(monkeypatch, unit="Norr")
    button(app, "Markera alla som skickade").click().run()
    assert not app.exception
    assert [row["Status"] for row in shown[-1]] == ["Skickad till enheten"] * 4
    listed = page(monkeypatch).dataframe[0].value
    assert [bool(day) for day in listed["Senast skickad"]] == [True, False]
    assert {row["unit"] for row in line.rows("from item_notes")} == {"Norr"}


def test_the_files_of_a_unit_say_when_and_where_to_answer_and_nothing_of_others(line, monkeypatch):
    organisation = {"organisation": "Förvaltningen", "as_of": DAY}
    answer = {"by": date(2026, 12, 1), "to": "is@a.example", "order": line.order()}
    arrangements.answer(line.database, organisation["organisation"], as_of=DAY, **answer)
    files = offered(monkeypatch)
    page(monkeypatch, unit="Norr")
    assert [files[key].name for key in ("list", "mail file")] == ["Att göra Norr.xlsx", "Att göra Norr.txt"]
    mail = files["mail file"].make(Job()).decode("utf-8-sig")
    assert mail.startswith("Till: bo@a.example\r\nÄmne: Informationssäkerhet: att göra i Norr\r\n")
    assert "Svara senast den 1 december 2026 till is@a.example." in mail
    sheet = load_workbook(BytesIO(files["list"].make(Job()))).active
    cells = str([[cell.value for cell in row] for row in sheet.iter_rows()])
    assert "Alfa" in cells
    assert "Gamma" not in cells + mail
    assert files["list"].details == {"items": 4, "unit": "Norr"}


def test_a_reader_of_a_part_and_one_who_loads_nothing_get_no_list(line, monkeypatch):
    limited = page(monkeypatch, role=COORDINATOR, limit=Scope("Förvaltningen", None, "Norr"))
    assert "du ser bara Norr" in text(limited)
    assert not limited.dataframe


def test_nothing_left_and_nothing_loaded_are_said(line, monkeypatch, tmp_path):
    line.load_table(SYSTEMS.replace("| Lokalt", "| Centralt"), extract_date=date(2026, 11, 2))
    assert "Inget återstår att göra den 2" in text(page(monkeypatch, as_of="2026-11-02"))
    assert "Ingen export är inläst" in text(page(monkeypatch, as_of="2020-01-01"))


def test_a_point_shows_the_status_and_the_note_of_what_is_left_and_an_analyst_no_name(line, monkeypatch):
    written = [Note("risk_analysis", "Alfa", "Norr", "waiting", "Bo Ek svarar")]
    notes.write(line.database, written, organisation="Förvaltningen", as_of=DAY, order=line.order())
    params = {"as_of": DAY.isoformat(), "point": "risk_analysis"}
    for role, note in ((COORDINATOR, "Bo Ek svarar"), (ANALYST, "[…] svarar")):
        app = opened("point", monkeypatch, role=role, **params)
        table = app.dataframe[0].value.to_dict("records")
        found = {row["Namn"]: (row["Status"], row["Anteckning"]) for row in table}
        assert found == {"Alfa": ("Väntar på svar", note), "Beta": ("", ""), "Gamma": ("", "")}
        assert ("worklists" in {link.proto.page for link in app.get("page_link")}) is (role is COORDINATOR)
    limit = Scope("Förvaltningen", None, "Norr")
    table = opened("point", monkeypatch, role=COORDINATOR, limit=limit, **params).dataframe[0].value.to_dict("records")
    assert {row["Namn"]: row["Status"] for row in table} == {"Alfa": "Väntar på svar", "Beta": ""}
    line.load_table(SYSTEMS.replace("| Nej", "| Ja"), extract_date=date(2026, 11, 2))
    app = opened("point", monkeypatch, point="risk_analysis", as_of="2026-11-02")
    assert "Väntar på svar" not in str(app.dataframe[0].value)


def test_the_meeting_counts_the_statuses_and_a_frozen_review_those_of_then(tmp_path, monkeypatch):
    line = Reviewed(tmp_path)
    line.load_all()
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    review = line.open(2026, AS_OF)
    line.discuss(review)
    kwargs = {"organisation": "Förvaltningen", "as_of": AS_OF}
    note = Note("classification", "Gamma", "Söder", "disputed", "Anna Berg menar nej")
    notes.write(line.database, [note], order=line.order(), **kwargs)
    counted = '<div class="v-m-small">Ifrågasätts <strong>1</strong></div>'
    for role in (COORDINATOR, MANAGEMENT):
        shown = text(meeting(monkeypatch, role))
        assert counted in shown
        assert "menar nej" not in shown
    line.submit(review)
    notes.write(line.database, [replace(note, status="reported")], order=line.order(), **kwargs)
    assert counted in text(meeting(monkeypatch, MANAGEMENT))


def meeting(monkeypatch, role):
    return opened("meeting", monkeypatch, role=role, as_of=AS_OF.isoformat(), review="2026", screen="5")
