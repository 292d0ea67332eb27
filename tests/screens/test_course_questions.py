"""Which course of the export is which: asked beside the figure that lacks its basis, answered among the settings."""

from datetime import date

import pytest

from compliance.access.permissions import ANALYST
from compliance.core.language import LANGUAGES
from tests.apps import dropped, links, opened, plain, press, text
from tests.line import Line

TABLES = {
    "staff": """
AD-konto | Enhet | Avdelning | Anställningsdatum
aa1      | Norr  | Öst       | 2020-01-01
aa2      | Norr  | Öst       | 2020-01-01
""",
    "training": """
AD-konto | Kurs                  | Status      | Slutfört datum
aa1      | Säker i jobbet        | Godkänd     | 2026-01-15
aa2      | Säker i jobbet        | Ej påbörjad |
aa1      | Grundkurs i dataskydd | Godkänd     | 2026-01-15
""",
}
ASKED = {
    "sv": "I utbildningsexporten finns inga rader för kursen i ”E-utbildning: Informationssäkerhet” "
    "den 31 oktober 2026. Vilken av kurserna i exporten är det?",
    "en": "The export of courses has no row of the course of “E-learning: Information security” on 31 October 2026. "
    "Which of its courses is it?",
}
SETTINGS = "part=settings"


@pytest.fixture
def loaded(own, tmp_path):
    line = Line(tmp_path)
    line.database = own
    for source, table in TABLES.items():
        line.load_table(table, name=f"{source}.csv", source=source, extract_date=date(2026, 10, 1))
    return own


def said(app):
    return text(app).replace("\u00ad", "").replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.live
@pytest.mark.parametrize("page", ["overview", "point", "training", "quality"])
@pytest.mark.parametrize("code", LANGUAGES)
def test_it_is_asked_wherever_the_figure_lacks_its_basis(loaded, monkeypatch, page, code):
    app = opened(page, monkeypatch, lang=code)
    assert ASKED[code] in said(app)
    assert any(SETTINGS in address for address in links(app))


@pytest.mark.live
def test_whoever_may_not_answer_sees_the_question_without_the_link(loaded, monkeypatch):
    app = opened("point", monkeypatch, role=ANALYST)
    assert ASKED["sv"] in said(app)
    assert not any(SETTINGS in address for address in links(app))


@pytest.mark.live
def test_the_answer_is_given_shown_and_taken_back(loaded, monkeypatch):
    app = opened("imports", monkeypatch, part="settings")
    assert ASKED["sv"] in said(app)
    app.multiselect[0].select("Säker i jobbet").run()
    press(app, "Spara")
    assert ASKED["sv"] not in said(app)
    assert "1 E-utbildning: Informationssäkerhet: Säker i jobbet" in [plain(box.label) for box in app.expander]
    assert "50" in said(opened("point", monkeypatch))
    press(app, "Ta tillbaka")
    assert ASKED["sv"] in said(app)
    app.checkbox[0].check().run()
    press(app, "Spara")
    assert "1 E-utbildning: Informationssäkerhet: Ingen har påbörjat kursen" in [
        plain(box.label) for box in app.expander
    ]
    assert ASKED["sv"] not in said(opened("overview", monkeypatch))


@pytest.mark.live
def test_it_stands_on_the_receipt_of_a_load_which_it_does_not_hold(own, tmp_path, monkeypatch):
    line = Line(tmp_path)
    line.database = own
    line.load_table(TABLES["staff"], name="staff.csv", source="staff", extract_date=date(2026, 10, 1))
    app = opened("imports", monkeypatch)
    dropped(app, line.file(TABLES["training"], name="Utbildningsstatus 2026-10-01.csv"))
    press(app, "Läs in 3 rader")
    assert "inga rader för kursen i ”E-utbildning: Informationssäkerhet”" in said(app)
    assert any(SETTINGS in address for address in links(app))
