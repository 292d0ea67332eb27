"""Pages with points of packs: beside the product's own, off in one organisation or on some days, and one that fails."""

import re
from datetime import date

import pytest

from compliance.core.language import LANGUAGES, Language
from compliance.core.places import PACKS
from compliance.correcting import packs
from compliance.declarations.packs import folder_files, read_pack
from compliance.loading.loading import Order
from compliance.store import installing
from compliance.store import packs as stored
from tests.apps import dropped, links, opened, plain, tables, text
from tests.layers import first_of
from tests.line import POINTS, Line

NAME, SV = "compliance.continuity", Language("sv")
DAY = date(2026, 10, 31)
SYSTEMS = "System | Verksamhetskritiskt | Enhet\nAlfa | Ja | Norr\nBeta | Ja | Söder"
PLANS = "System | Kontinuitetsplan | Senast övad\nAlfa | Ja | 2026-05-01\nBeta | Nej |"
STATEMENT = {"system as item,": "cast(null as varchar) as item,"}
# Those that list or count points.
PAGES = ("overview", "point", "systems", "plan", "worklists", "quality", "extracts", "about", "imports", "review")


def pack(**replaced):
    files = folder_files(PACKS / NAME)
    for old, new in replaced.items():
        assert old in files["point.sql"]
        files["point.sql"] = files["point.sql"].replace(old, new)
    return read_pack(files, origin=NAME)


def switch(line, organisation="A", *, from_day=date(2026, 9, 1), on=True):
    packs.switch(line.database, NAME, organisation, on=on, from_day=from_day, as_of=DAY, order=Order("test"))


@pytest.fixture
def line(own, tmp_path):
    """A line into the app's own database: two organisations with systems, and the pack of continuity installed."""
    found = Line(tmp_path)
    found.database = own
    for organisation in ("A", "B"):
        table = f"{SYSTEMS}\nGamma {organisation} | Nej | Norr"
        found.load_table(table, source="systems", extract_date=DAY, organisation=organisation)
    return found


def install(line, made=None):
    """Install the pack unchecked, and load its export."""
    with line.database.writing() as cursor:
        installing.install(cursor, made or pack(), who="test")


def load_plans(line):
    with line.database.cursor() as cursor:
        line.sources = stored.declared(cursor, None).sources
    line.load_table(PLANS, source="continuity", extract_date=DAY, organisation="A")


def shown(page, monkeypatch, **params):
    return opened(page, monkeypatch, organisation="A", **params)


@pytest.mark.live
def test_a_point_is_found_by_its_id_and_one_that_is_off_says_so(line, monkeypatch):
    install(line)
    first = plain(text(shown("point", monkeypatch, point="continuity")))
    assert "Punkten Kontinuitetsplaner är inte på i A den 31 oktober 2026. I stället visas: 1 " in first
    switch(line)
    app = shown("point", monkeypatch, point="continuity")
    assert f"Granskningspunkt {len(POINTS) + 1} av {len(POINTS) + 1}" in text(app)
    assert "inte på" not in text(app)
    assert "from systems_described_at(" in app.code[0].value
    before = plain(text(shown("point", monkeypatch, point="continuity", as_of="2026-08-31")))
    assert "Punkten Kontinuitetsplaner är inte på i A den 31 augusti 2026." in before
    elsewhere = plain(text(opened("point", monkeypatch, point="continuity", organisation="B")))
    assert "Punkten Kontinuitetsplaner är inte på i B" in elsewhere


@pytest.mark.live
def test_days_on_which_it_was_off_are_gaps_in_its_trend(line, monkeypatch):
    install(line)
    load_plans(line)
    switch(line)
    said = tables(app := shown("point", monkeypatch, point="continuity")) + text(app)
    months = re.findall(r"<tr>.*?</tr>", said[said.index("Utvecklingen mot målet") :])
    assert "50" in months[1]
    assert sum("Avstängd" in month for month in months) == 22


@pytest.mark.live
def test_the_city_has_an_empty_cell_where_a_point_is_off(line, monkeypatch):
    install(line)
    load_plans(line)
    switch(line)
    table = text(opened("city", monkeypatch))
    row = next(each for each in re.findall("<tr>.*?</tr>", table.replace("\u00ad", "")) if "Kontinuitetsplaner" in each)
    cells = [re.sub("<.*?>", " ", cell).split() for cell in re.findall("<td.*?</td>", row)]
    assert sorted(cells) == [["50", "Under", "gränsen"], ["Avstängd"]]


@pytest.mark.live
@pytest.mark.parametrize("page", first_of(PAGES))
def test_a_point_that_fails_says_so_on_its_own_row_alone(page, line, monkeypatch):
    install(line, pack(**STATEMENT))
    load_plans(line)
    without = figures(monkeypatch)
    assert len(without) == len(POINTS)
    switch(line)
    said = text(shown(page, monkeypatch, **({"point": "continuity"} if page == "point" else {})))
    assert "Något gick fel" not in said
    if page == "overview":
        assert "Kunde inte räknas" in said
        assert figures(monkeypatch)[: len(without)] == without
    if page == "point":
        assert "Inte räknad: det som punktens SQL svarar är inga ärenden." in said
        assert "Hör av dig till compliance" in said


def figures(monkeypatch):
    """What the overview has of each point: its row."""
    return re.findall(r'<div class="v-bullet v-row.*?</div>', text(shown("overview", monkeypatch)))


@pytest.mark.live
@pytest.mark.parametrize("lang", first_of(LANGUAGES))
def test_the_links_to_a_point_of_a_pack_have_its_id(lang, line, monkeypatch):
    install(line)
    switch(line)
    assert any("point=continuity" in address for address in links(shown("overview", monkeypatch, lang=lang)))


@pytest.mark.live
def test_the_page_of_a_system_has_its_item_and_the_list_says_what_it_does_not_count(line, monkeypatch):
    install(line)
    load_plans(line)
    assert "Räknas inte här" not in text(shown("systems", monkeypatch))
    switch(line)
    assert "Räknas inte här: 14 Kontinuitetsplaner." in text(shown("systems", monkeypatch)).replace("\u00ad", "")
    said = text(shown("systems", monkeypatch, system="Beta")).replace("\u00ad", "")
    assert "Beta har en brist: kontinuitet." in said
    assert "Kontinuitetsplan saknas" in said


@pytest.mark.live
@pytest.mark.usefixtures("reads_here")
def test_a_file_that_is_loaded_is_offered_as_the_export_of_the_point(line, monkeypatch):
    install(line)
    table = "System | Verksamhetskritiskt | Enhet | Leverantör | Kontinuitetsplan\nAlfa | Ja | Norr | Acme | Ja"
    path = line.file(table, name=f"register {DAY}.csv")
    line.load(path, source="systems", organisation="A")
    app = shown("imports", monkeypatch)
    dropped(app, path)
    assert "Filen har också kolumner till Kontinuitetsplaner." in text(app)
    chosen = next(box for box in app.selectbox if box.label == SV("Taken for"))
    chosen.set_value("continuity").run()
    assert "Filen har också" not in text(app)
    assert "Läs in 1 rad" in [plain(button.label) for button in app.button]


@pytest.mark.live
def test_no_number_is_beyond_how_many_there_are(line, monkeypatch):
    """other: of the product's, switched on first, and off again"""
    first = read_pack(folder_files(PACKS / "compliance.encryption"), origin="compliance.encryption")
    install(line, first)
    install(line)
    other = {"from_day": date(2026, 9, 1), "as_of": DAY, "order": Order("test")}
    packs.switch(line.database, first.name, "A", on=True, **other)
    switch(line)
    number = len(POINTS) + 2
    assert f"Granskningspunkt {number} av {number}" in text(shown("point", monkeypatch, point="continuity"))
    packs.switch(line.database, first.name, "A", on=False, **other)
    said = text(shown("point", monkeypatch, point="continuity"))
    assert f"Granskningspunkt {number}<" in said
