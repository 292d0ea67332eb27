"""Workbooks to fill in, on the page of imports: what is offered, to whom, and what a click gives."""

import io
import zipfile
from datetime import date
from types import SimpleNamespace

import openpyxl
import pytest

from compliance.access.permissions import ANALYST, COORDINATOR
from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.jobs import Job
from compliance.core.language import LANGUAGES, Language
from compliance.correcting.arrangements import Arrangements, arrangements
from compliance.correcting.questionnaires import questions
from compliance.screens.imports import forms
from tests.apps import opened, text
from tests.line import POINTS, SOURCES
from tests.readers import reader

DAY = date(2026, 10, 31)
NOTHING = Arrangements()


def view_of(role, code="sv", *, data=None):
    return SimpleNamespace(
        data=data,
        reader=reader(role, lang=code),
        say=Language(code),
        asker="",
        as_of=DAY,
        scope=SimpleNamespace(organisation="Lövsta stadsdelsförvaltning (exempel)"),
    )


def labels(app, kind):
    return [element.proto.label for element in app.get(kind)]


@pytest.mark.live
@pytest.mark.parametrize("code", LANGUAGES)
def test_the_units_have_their_questions(sample, monkeypatch, code):
    app = opened("imports", monkeypatch, lang=code, part="forms")
    assert len(labels(app, "download_button")) == 1
    [choice] = [box for box in app.selectbox if box.key == f"questions to {code}"]
    assert len(choice.options) == 92
    n = 234 + len(POINTS)  # the organisation is asked for a routine of each point
    assert (
        choice.options[0]
        == {
            "sv": f"Alla enheter: {n} frågor",
            "en": f"All units: {n} questions",
        }[code]
    )


@pytest.mark.live
def test_a_database_without_exports_asks_only_for_routines(own, monkeypatch):
    app = opened("imports", monkeypatch, part="forms")
    [choice] = [box for box in app.selectbox if box.key == "questions to sv"]
    assert choice.options == [
        f"Alla enheter: {len(POINTS)} frågor",
        f"Hela förvaltningen: {len(POINTS)} frågor",
    ]


@pytest.mark.exhaustive
def test_when_and_where_to_answer_is_said_once_for_every_workbook(own, monkeypatch):
    """passed: a day that nobody can answer by is left open, and the page says so"""
    app = opened("imports", monkeypatch, part="questions")
    app.date_input[-1].set_value(clock.today())
    app.text_input(key="return to").set_value("Registrator, 19121212-1212")
    next(button for button in app.button if button.label == "Spara").click().run()
    assert not app.exception
    data = forms.reads.data(own)
    with own.cursor() as cursor:
        arranged = arrangements(cursor, "Förvaltningen", as_of=DAY)
        by_unit = questions(cursor, forms._asking(data, DAY, "Förvaltningen", NOTHING))
    assert arranged.answer_by == clock.today()
    assert "1212-1212" not in arranged.return_to

    def said(arranged):
        content = forms._file(view_of(COORDINATOR, data=data), None, by_unit, arranged, Job())
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        return [cell.value for cell in sheet["A"] if cell.value][-1]

    day = Language("sv").date(clock.today())
    assert said(arranged) == f"Svara senast den {day} till {arranged.return_to}."
    assert f"Sparat. I arbetsböckerna står: ”{said(arranged)}”" in text(app)
    assert "Sparat." not in text(app.run())
    assert said(NOTHING) == "Svara senast den … till …."
    with own.writing() as cursor:
        cursor.execute("update arrangements set text = '2020-01-01' where kind = 'answer_by'")
        passed = arrangements(cursor, "Förvaltningen", as_of=DAY)
    assert said(passed).startswith("Svara senast den … till ")
    assert "Svarsdagen har passerat" in text(opened("imports", monkeypatch, part="questions"))


@pytest.mark.exhaustive
def test_a_file_is_made_only_for_those_who_may_load_exports(sample_database, monkeypatch):
    monkeypatch.setattr(forms.reads, "points_on", lambda *_: POINTS)
    monkeypatch.setattr(forms.reads, "sources", lambda _: SOURCES)
    view = view_of(COORDINATOR)
    with sample_database.cursor() as cursor:
        by_unit = questions(cursor, forms._asking(None, DAY, view.scope.organisation, NOTHING))
    unit = list(by_unit)[1]
    by_unit = {name: by_unit[name] for name in list(by_unit)[:5]}  # the rest would take time and show no more
    assert (
        unit
        in openpyxl.load_workbook(io.BytesIO(forms._file(view, unit, by_unit, NOTHING, Job())))
        .worksheets[0]["A1"]
        .value
    )
    with zipfile.ZipFile(io.BytesIO(forms._file(view, forms.EVERY, by_unit, NOTHING, Job()))) as archive:
        assert len(archive.namelist()) == len(by_unit)
    with pytest.raises(Refusal):
        forms._file(view_of(ANALYST), unit, by_unit, NOTHING, Job())
