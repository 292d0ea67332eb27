"""What a word or a column of dates means: said where it is found, with its effect, and changed among the settings."""

from datetime import date

import pytest

from compliance.access.permissions import ANALYST
from compliance.core.language import LANGUAGES
from tests.apps import dropped, opened, plain, press, text
from tests.line import Line

INSTRUCTION = """
Enhet | Krav         | Status
Norr  | Behörigheter | Färdigställd
Norr  | Incidenter   | Pågår
Söder | Behörigheter | Färdigställd
"""
STAFF = """
AD-konto | Enhet | Anställningsdatum | Anställd t.o.m.
p1       | Norr  | 2020-01-01        | 05/04/2026
"""
ASKED = {"sv": "Vad betyder det?", "en": "What does it mean?"}
WORD = "Lokal anvisning, Status: ”Färdigställd” på 2 rader"


@pytest.fixture
def line(own, tmp_path):
    line = Line(tmp_path)
    line.database = own
    return line


@pytest.fixture
def loaded(line):
    line.load_table(INSTRUCTION, name="Lokal anvisning.csv", extract_date=date(2026, 10, 1))
    line.load_table(STAFF, name="Personallista.csv", extract_date=date(2026, 10, 1))
    return line


def said(app):
    return plain(text(app))


def box(app, label):
    return next(each for each in app.selectbox if plain(each.label) == label)


@pytest.mark.live
def test_a_word_is_explained_where_it_was_found_and_its_effect_is_shown_before(loaded, monkeypatch):
    app = opened("quality", monkeypatch, check="unknown_words")
    assert ASKED["sv"] in said(app)
    box(app, WORD).set_value("done").run()
    assert ("0 %" in said(app), "66,7 %" in said(app)) == (True, True)
    assert loaded.rows("from meanings") == []
    press(app, "Spara")
    assert "Sparat. En inläst export har tolkats om; 2 av dess rader har andra värden." in said(app)
    assert [(row["said_of"], row["meaning"]) for row in loaded.rows("from meanings")] == [("Färdigställd", "done")]
    assert "66,7 %" in said(opened("point", monkeypatch, point="local_instruction"))
    assert WORD not in [plain(each.label) for each in opened("quality", monkeypatch, check="unknown_words").selectbox]


@pytest.mark.live
@pytest.mark.parametrize("code", LANGUAGES)
def test_a_column_of_dates_is_asked_about(loaded, monkeypatch, code):
    app = opened("quality", monkeypatch, check="undecided_dates", lang=code)
    assert ASKED[code] in said(app)
    label = {"sv": "Personallista: kolumnen ”Anställd t.o.m.”", "en": "Staff list: the column “Anställd t.o.m.”"}[code]
    box(app, label).set_value("month").run()
    press(app, {"sv": "Spara", "en": "Save"}[code])
    assert loaded.column("employed_to", "staff where import_id = 3") == [date(2026, 5, 4)]


@pytest.mark.live
def test_what_was_said_is_shown_changed_and_taken_back_among_the_settings(loaded, monkeypatch):
    app = opened("quality", monkeypatch, check="unknown_words")
    box(app, WORD).set_value("done").run()
    press(app, "Spara")
    app = opened("imports", monkeypatch, part="settings")
    assert "Lokal anvisning, Status: ”Färdigställd” = Genomförd" in [plain(each.label) for each in app.expander]
    box(app, "Lokal anvisning, Status: ”Färdigställd”").set_value("ongoing").run()
    press(app, "Spara")
    assert "Lokal anvisning, Status: ”Färdigställd” = Pågår" in [plain(each.label) for each in app.expander]
    next(each for each in app.toggle if plain(each.label) == "Ta tillbaka").set_value(True).run()
    press(app, "Spara")
    assert "Vad ord och datum betyder" not in said(app)
    assert [row["meaning"] for row in loaded.rows("from meanings order by edition")] == ["done", "ongoing", None]


@pytest.mark.live
def test_whoever_may_not_load_sees_the_words_and_no_form(loaded, monkeypatch):
    app = opened("quality", monkeypatch, check="unknown_words", role=ANALYST)
    assert ASKED["sv"] not in said(app)


@pytest.mark.live
def test_it_is_explained_on_the_card_of_a_file_that_is_not_loaded_yet(line, tmp_path, monkeypatch):
    app = opened("imports", monkeypatch)
    dropped(app, line.file(INSTRUCTION, name="Lokal anvisning 2026-10-01.csv"))
    assert ASKED["sv"] in said(app)
    box(app, WORD).set_value("done").run()
    assert "66,7 %" in said(app)
    press(app, "Spara")
    assert ASKED["sv"] not in said(app)
    press(app, "Läs in 3 rader")
    assert line.column("status_code", "local_instruction") == ["done", "ongoing", "done"]


@pytest.mark.live
def test_dates_that_can_only_begin_with_the_month_are_said_to_where_no_row_can_be_read_before(line, monkeypatch):
    app = opened("imports", monkeypatch)
    months = STAFF.replace("2020-01-01", "05/24/2020") + "p2 | Norr | 05/25/2020 |\n"
    dropped(app, line.file(months, name="Personallista 2026-10-01.csv"))
    assert "I kolumnen står månaden före dagen. Ange det på filens kort" in said(app)
    box(app, "Personallista: kolumnen ”Anställningsdatum”").set_value("month").run()
    press(app, "Spara")
    press(app, "Läs in 2 rader")
    assert line.column("employed_from", "staff") == [date(2020, 5, 24), date(2020, 5, 25)]
