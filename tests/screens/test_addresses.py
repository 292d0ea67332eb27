"""A page says what its address names that does not exist, and shows changed data at the next click."""

import re
import shutil
from collections.abc import Iterator
from datetime import date

import pytest

from compliance.core import clock
from compliance.core.language import Language
from compliance.loading.loading import revoke
from compliance.store import register
from tests.apps import notes, opened, text
from tests.layers import layered
from tests.line import Line
from tests.reviewed import Reviewed

pytestmark = pytest.mark.live

DAY = date(2026, 11, 24)
BASE = {"as_of": DAY.isoformat()}
STAFF = """
AD-konto | Enhet | Avdelning | Anställningsdatum
a1       | Norr  | Vård      | 2020-01-01
a2       | Söder | Vård      | 2020-01-01
"""
TRAINING = """
AD-konto | Kurs | Kurskod | Status  | Slutfört datum
a1       | Kurs | ISEC    | Godkänd | 2026-01-01
a1       | Kurs | GDPR    | Pågår   |
"""
REGISTER = "Systemnamn | Enhet | Har informationssäkerhetsklassning genomförts under det senaste året?"
FIRST = f"{REGISTER}\nAlfa | Norr | Ja\nBeta | Öde | Nej\nGamma | Norr | Nej"
SECOND = f"{REGISTER}\nAlfa | Norr | Ja"
INCIDENTS = """
Ärende-ID | Upptäcktes | Enhet | Stängd     | Orsak | Åtgärd
I1        | 2026-05-01 | Norr  | 2026-05-03 | Fel   | Byte
"""

ACTIVITIES = """
Aktivitets-ID | Aktivitet    | Status | Klart senast
A1            | Klassa Alfa  | Pågår  | 2026-12-01
"""


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Reviewed:
    with Reviewed(tmp_path_factory.mktemp("exports")).held() as line:
        line.load_table(STAFF)
        line.load_table(TRAINING)
        line.load_table(INCIDENTS, source="incidents")
        line.load_table(ACTIVITIES, source="activities")
        line.load_table(FIRST, source="systems", extract_date=date(2026, 11, 2))
    return line


@pytest.fixture
def loaded(exports: Reviewed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reviewed]:
    """The app on these exports, copied to the same path for every test so that its caches are used."""
    folder = exports.folder.with_name("put_back")
    shutil.rmtree(folder, ignore_errors=True)
    register.in_file.cache_clear()  # the one that went with the folder is still open
    line = Reviewed(folder).copied_from(exports)
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    with line.database.cursor():
        yield line


WHOLE = "Hela förvaltningen"
TODAY = Language("sv").date(DAY)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    """It is the day that the pages are looked at: what is shown instead of another day has been counted."""
    monkeypatch.setattr(clock, "today", lambda: DAY)


@pytest.mark.parametrize(
    ("page", "params", "what", "shown"),
    layered([
        ("point", {"point": "xyz"}, "”xyz”", "1 E-utbildning: Informationssäkerhet"),
        ("point", {"point": "99"}, "”99”", "1 E-utbildning: Informationssäkerhet"),
        ("training", {"unit": "nope"}, "”nope”", WHOLE),
        ("systems", {"department": "nope"}, "”nope”", WHOLE),
        ("about", {"department": "Vård", "unit": "nope"}, "”nope”", "Vård"),
        ("about", {"organisation": "nope"}, "”nope”", "Förvaltningen"),
        ("quality", {"point": "<b>"}, "”&lt;b&gt;”", "Alla punkter"),
        ("about", {"as_of": "2026-13-45"}, "”2026-13-45”", TODAY),
        ("point", {"as_of": "1999-01-01"}, "”1999-01-01”", TODAY),
    ], lambda each: each[1] == {"organisation": "nope"}),
)  # fmt: skip
def test_a_name_in_the_address_that_does_not_exist_is_reported(loaded, monkeypatch, page, params, what, shown):
    [note] = notes(opened(page, monkeypatch, **BASE | params))
    assert note == f"Adressen anger {what}, som inte finns. I stället visas: {shown}."


def test_a_day_to_come_is_reported_and_shown(loaded, monkeypatch):
    told = "ligger i framtiden: senare exporter kan ändra siffrorna."
    assert f"25\u00a0november\u00a02026 {told}" in text(opened("about", monkeypatch, as_of="2026-11-25"))
    assert told not in text(opened("about", monkeypatch, **BASE))


@pytest.mark.exhaustive
def test_a_name_that_does_not_exist_does_not_change_the_figures(loaded, monkeypatch):
    existing = opened("training", monkeypatch, **BASE)
    assert "Vård" in text(existing)
    assert text(opened("training", monkeypatch, **BASE, unit="nope")).endswith(text(existing)[-2000:])


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("params", "met", "of"),
    [
        ({}, 1, 3),
        ({"unit": "Norr"}, 1, 2),
        ({"unit": "norr"}, 1, 2),
        ({"department": "Vård"}, 1, 2),
        ({"unit": "Norr", "department": "Annan"}, 1, 2),
        # a unit that belongs to no department, which the register alone names
        ({"unit": "Öde"}, 0, 1),
        ({"organisation": "Förvaltningen"}, 1, 3),
        ({"point": "4"}, 1, 3),
    ],
    ids=str,
)
def test_a_name_that_exists_is_shown_without_a_note(loaded, monkeypatch, params, met, of):
    app = opened("point", monkeypatch, **{**BASE, "point": "classification", **params})
    assert notes(app) == []
    assert f"<strong>{met}</strong> av <strong>{of}</strong>" in text(app)


# --- While a page is open --------------------------------------------------------------------------------------------

PAGES = ("point", "training", "systems", "quality", "imports", "overview", "incidents", "plan", "extracts", "about")


@pytest.mark.exhaustive
def test_every_page_works_when_every_import_is_revoked_meanwhile(loaded, monkeypatch):
    apps = {page: opened(page, monkeypatch, **BASE, point="4", system="Alfa") for page in PAGES}
    before = {page: text(app) for page, app in apps.items()}
    for row in loaded.rows("select import_id from imports"):
        revoke(loaded.database, row["import_id"], why="Fel fil", order=loaded.order())
    for page, app in apps.items():
        app.run()
        assert not app.exception, page
        assert "Något gick fel" not in text(app), page
        assert text(app) != before[page], page


@pytest.mark.exhaustive
def test_the_next_click_shows_the_figures_of_a_new_import_which_may_be_revoked_when_it_is_compared(loaded, monkeypatch):
    app = opened("point", monkeypatch, unfolded=f"changed classification {DAY}", **BASE, point="4")
    assert "<strong>1</strong> av <strong>3</strong>" in text(app)
    [receipt] = loaded.load_table(SECOND, source="systems", extract_date=DAY)
    app.run()
    assert "<strong>1</strong> av <strong>1</strong>" in text(app)
    box = next(box for box in app.selectbox if box.label == "Jämför med")
    box.set_value(f"import {receipt.import_id}").run()
    assert "så som det var känt" in text(app)
    revoke(loaded.database, receipt.import_id, why="Fel fil", order=loaded.order())
    app.run()
    assert not app.exception
    assert "<strong>1</strong> av <strong>3</strong>" in text(app)
    assert "Något gick fel" not in text(app)


# --- Marks in what the user wrote ------------------------------------------------------------------------------------

STARRED = """
Ärende-ID | Upptäcktes | Enhet    | Orsak   | Åtgärd  | Stängd | System    | Betydande incident
I1        | 2026-11-01 | **Norr** | **Fel** | **Byt** |        | **Alfa**  | Ja
I2        | 2026-11-02 | **Norr** | **Fel** | **Byt** |        | **Alfa**  | Ej bedömd
"""
STARRED_STAFF = "AD-konto | Enhet | Avdelning | Anställningsdatum\na1 | **Norr** | **Vård** | 2020-01-01"
STARRED_SYSTEMS = f"{REGISTER} | Leverantör | Objektledare\n**Alfa** | **Norr** | Nej | **Lev** | **Eva Ek**"
STARRED_ACTIVITIES = """
Aktivitets-ID | Aktivitet   | Status | Klart senast | Typ                | Ansvarig
A1            | **Klassa**  | Pågår  | 2026-11-01   | Prioriterat område | **Eva Ek**
"""


@pytest.fixture(scope="module")
def starred(tmp_path_factory):
    tables = {"staff": STARRED_STAFF, "training": TRAINING, "incidents": STARRED, "systems": STARRED_SYSTEMS}
    with Line(tmp_path_factory.mktemp("starred")).held() as line:
        for source, table in (tables | {"activities": STARRED_ACTIVITIES}).items():
            line.load_table(table, name=f"{source} **1**.csv", source=source)
        yield line


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "page", ["plan", "overview", "point", "training", "systems", "incidents", "quality", "imports"]
)
def test_stars_in_a_users_text_stay_stars(starred, monkeypatch, page):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(starred.database.path))
    said = {"system": "**Alfa**"} if page == "systems" else {"part": "names"} if page == "imports" else {}
    shown = text(opened(page, monkeypatch, **BASE, point="4", **said, unit="" if page != "point" else "**Norr**"))
    bold = re.findall(r"<strong>(.*?)</strong>", shown)
    assert not [part for part in bold if re.search("Norr|Vård|Alfa|Lev|Eva|Fel|Byt|Klassa", part) and "**" not in part]
    assert "\ufdd0" not in shown
    assert "\ufdd1" not in shown
