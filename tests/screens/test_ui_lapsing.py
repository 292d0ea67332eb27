"""What lapses month by month, on the page of the year wheel and folded on the overview: who sees which of it."""

import re
from collections import Counter
from datetime import date

import pyarrow as pa
import pytest

from compliance.access.permissions import ANALYST, MANAGEMENT
from compliance.access.scopes import Scope
from compliance.core.language import Language
from compliance.counting.lapsing import Lapsing
from compliance.drawing.elements import Html
from compliance.drawing.lapsing import LapsingCell, LapsingRow, lapsing, shade
from compliance.screens import lapsing_texts
from compliance.screens.lapsing_texts import Chosen, Months
from tests.apps import links, notes, opened, tables, text
from tests.line import POINTS, Line

# In the samples, until the end of 2026: what the outlook says lapses, and the access reviews of December.
OF_YEAR, OF_CELL = 292, 51
PERSON = re.compile(r"lov\d{4}")


def plain(app):
    shown = re.sub(r"<[^>]+>", " ", text(app)).replace("\N{SOFT HYPHEN}", "").replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", shown)


@pytest.mark.usefixtures("sample")
@pytest.mark.live
@pytest.mark.parametrize(
    ("lang", "title", "answer"),
    [
        ("sv", "Slutar gälla till och med december 2026: 292", "1 980 poster att gälla inom tolv månader, 292 av dem"),
        ("en", "Stop being valid up to and including December 2026: 292", "1,980 items stop being valid"),
    ],
)
def test_a_month_lists_what_lapses_until_then_before_the_wheel(monkeypatch, lang, title, answer):
    app = opened("plan", monkeypatch, lang=lang, lapses="2026-12")
    assert title in plain(app)
    assert answer in plain(app).replace(" **", " ").replace("** ", " ")
    assert text(app).index("v-lapses") < text(app).index("v-yw")
    assert len(app.dataframe[0].value) == OF_YEAR
    assert list(app.dataframe[0].value.iloc[:, 3]) == sorted(app.dataframe[0].value.iloc[:, 3])


@pytest.mark.usefixtures("sample")
@pytest.mark.live
def test_a_cell_leads_to_its_items(monkeypatch):
    app = opened("plan", monkeypatch)
    assert text(app).index("v-yw") < text(app).index("v-lapses")
    (cell,) = [address for address in links(app) if "point=access&lapses=2026-12" in address]
    assert cell.startswith("/plan?")
    app = opened("plan", monkeypatch, point="access", lapses="2026-12")
    assert "7 Behörighetshantering: 51 slutar gälla i december 2026" in plain(app)
    assert len(app.dataframe[0].value) == OF_CELL


@pytest.mark.usefixtures("sample")
@pytest.mark.live
@pytest.mark.parametrize(
    ("lapses", "point", "told"),
    [
        ("2024-01", "", "2024-01"),
        ("2026-13", "access", "2026-13"),
        ("2026-12", "nobody", "nobody"),
        ("2026-12", "nis_reporting", "nis_reporting"),
    ],
)
def test_a_month_or_a_point_that_is_none_of_the_table_is_told(monkeypatch, lapses, point, told):
    app = opened("plan", monkeypatch, lapses=lapses, point=point)
    assert notes(app) == [f"Adressen anger ”{told}”, som inte finns. I stället visas: När det slutar gälla."]
    assert not app.dataframe


@pytest.mark.live
@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("role", [MANAGEMENT, ANALYST])
def test_whoever_may_not_see_persons_sees_units_and_numbers(monkeypatch, role):
    app = opened("plan", monkeypatch, role=role, lapses="2026-12", point="information_security_training")
    assert "1 E-utbildning: Informationssäkerhet: 22 slutar gälla i december 2026" in plain(app)
    assert not PERSON.search(tables(app) + text(app))
    assert "Unit by unit" not in plain(app)
    assert "Antal" in plain(app)


@pytest.fixture
def few(tmp_path, monkeypatch):
    """Two units of three persons and one of eight, whose courses all end in December."""
    units = [*["Norr"] * 3, *["Söder"] * 3, *["Öst"] * 8]
    staff = [f"p{n} | {unit} | 2020-01-01" for n, unit in enumerate(units)]
    training = [f"p{n} | INFOSAK | I | Godkänd | 2025-01-01 | 2026-12-10" for n in range(len(units))]
    tables = {
        "staff": ["AD-konto | Enhet | Anställningsdatum", *staff],
        "training": ["AD-konto | Kurskod | Kurs | Status | Slutfört datum | Giltig till", *training],
    }
    with Line(tmp_path).held() as line:
        for source, lines in tables.items():
            line.load_table("\n".join(lines), name=f"{source}.csv", source=source)
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        yield {"as_of": "2026-11-24", "lapses": "2026-12", "point": "information_security_training"}


@pytest.mark.live
def test_units_of_few_persons_are_hidden_from_whoever_may_not_see_persons(few, monkeypatch):
    whole = opened("plan", monkeypatch, role=ANALYST, **few)
    assert "14 slutar gälla i december 2026" in plain(whole)
    assert "Övriga enheter 6" in plain(whole)
    assert not {"Norr", "Söder"} & {*plain(whole).split()}
    for unit, shown in {"Norr": "För få personer", "Öst": "8 slutar gälla"}.items():
        assert shown in plain(opened("plan", monkeypatch, role=ANALYST, unit=unit, **few))
    assert "3 slutar gälla" in plain(opened("plan", monkeypatch, unit="Norr", **few))


@pytest.mark.live
@pytest.mark.usefixtures("sample")
def test_whoever_may_see_items_but_no_persons_sees_those_of_things_and_numbers_of_persons(monkeypatch):
    app = opened("plan", monkeypatch, role=ANALYST, lapses="2026-12")
    points = {label.split()[0] for label in app.dataframe[0].value.iloc[:, 0]}
    assert "7" in points
    assert points.isdisjoint({"1", "2"})
    assert "1 E-utbildning: Informationssäkerhet" in plain(app)
    assert not PERSON.search(tables(app) + text(app))


@pytest.mark.usefixtures("sample")
@pytest.mark.live
def test_the_overview_has_it_folded(monkeypatch):
    assert "v-lapses" not in text(opened("overview", monkeypatch))
    app = opened("overview", monkeypatch, unfolded="lapsing sv")
    assert text(app).count("v-shade-5") == 7
    assert any("point=access&lapses=2026-12" in address for address in links(app))


@pytest.mark.live
def test_a_store_without_exports_has_no_table(monkeypatch, tmp_path):
    with Line(tmp_path).held() as line:
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        for page in ("plan", "overview"):
            assert "När det slutar gälla" not in plain(opened(page, monkeypatch, lapses="2026-12"))


@pytest.mark.live
def test_where_nothing_lapses_a_sentence_says_of_what(monkeypatch, tmp_path):
    with Line(tmp_path).held() as line:
        agreements = "Avtals-ID | Leverantör | Tjänst | Status | Avtalsdatum\nA1 | Lev | Drift | ja | 2026-01-01"
        line.load_table(agreements, name="processors.csv", source="processors")
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        app = opened("plan", monkeypatch, as_of="2026-11-24")
    assert "Inget av det som räknas i en siffra slutar gälla under de närmaste tolv månaderna." in plain(app)
    assert "1 E-utbildning: Informationssäkerhet Underlag saknas" in plain(app)


@pytest.mark.parametrize(
    ("untold", "answer"),
    [
        ((), "Inget slutar gälla under de närmaste tolv månaderna."),
        (POINTS[:1], "Inget av det som räknas i en siffra slutar gälla under de närmaste tolv månaderna."),
        (POINTS, ""),
    ],
)
def test_nothing_is_said_of_what_cannot_be_told(untold, answer):
    found = Lapsing(POINTS, (), pa.table({}), frozenset())
    shown = Months(found, date(2026, 10, 31), Counter(), {point.id: "Underlag saknas" for point in untold})
    assert lapsing_texts.answer(shown, Language("sv")) == answer


def test_one_item_is_told_without_how_many_of_it_lapse_when():
    end = date(2026, 12, 31)
    found = Lapsing(POINTS, (end,), pa.table({}), frozenset())
    told = [lapsing_texts.answer(Months(found, end, Counter({(7, end): n})), Language("sv")) for n in (1, 2)]
    one, two = (re.sub(r"[^\w ,.:]", "", text.replace("\N{NO-BREAK SPACE}", " ")) for text in told)
    assert one == "Görs inget slutar 1 post att gälla inom tolv månader."
    assert two.endswith("inom tolv månader, 2 av dem före årsskiftet. Flest i december 2026: 2.")


def test_the_numbers_of_the_units_add_up_to_the_cell_with_what_belongs_to_none_but_persons():
    end, (training, access) = date(2026, 12, 31), (POINTS[0], POINTS[6])
    place = {"month": end, "organisation": "F", "department": None}
    rows = [{**place, "point": point.number, "unit": unit} for point in (training, access) for unit in ("Norr", None)]
    found = Lapsing(POINTS, (end,), pa.Table.from_pylist(rows), frozenset())
    shown, asked = Months(found, end, found.counted(Scope("F"))), Chosen(end)
    numbers = [
        [part.unit for part in lapsing_texts.parts(shown, Scope("F"), asked, point)] for point in (training, access)
    ]
    assert numbers == [["Norr"], ["Norr", None]]


def test_a_cell_is_a_number_on_a_blue_and_empty_for_none():
    cells = [LapsingCell(0, "0", address="/a"), LapsingCell(100, "100", title="<b>", address="/plan?b", chosen=True)]
    rows = [LapsingRow(Html("One"), cells, "100"), LapsingRow(Html("Two"), [cells[0]] * 2, why="No basis")]
    names = {"corner": "Point", "total": "Total", "caption": "When"}
    drawn = lapsing(["Nov 2026", "Dec 2026"], rows, sums=LapsingRow(Html("All"), cells, "100"), **names)
    assert "<td></td>" in drawn
    assert 'class="v-shade-5" aria-current="true"><a class="v-link" href="/plan?b" title="&lt;b&gt;">100</a>' in drawn
    assert '<td class="v-why" colspan="3">No basis</td>' in drawn
    assert "Nov <br>2026" in drawn
    assert [shade(n, 100) for n in (1, 4, 5, 16, 17, 64, 65, 100)] == [1, 1, 2, 2, 3, 4, 5, 5]
    assert [shade(n, 3) for n in (1, 2, 3)] == [1, 2, 2]
