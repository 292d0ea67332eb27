"""Exports that came wrong in ways that nobody has listed: each is loaded, or held with what, where and what to do."""

from datetime import date

import pytest

from compliance.intake.judging import Loadable, Refused
from compliance.store import packs
from tests import arriving
from tests.arriving import came, judged, load_all, table
from tests.files import xlsx
from tests.intake.test_intake_gate import HEADINGS, NAME, OCTOBER, STAFF, people, register, sentence
from tests.packed import every_pack, install_all

pytestmark = pytest.mark.live
PEOPLE, SYSTEMS = "personal-2026-11-20.csv", "systemforteckning-2026-11-20.csv"


@pytest.fixture
def north(line):
    """Norra has a record of which half is met, and sixty people, on the last of October; Södra has others."""
    line.load_table(register(10), organisation="Norra", extract_date=OCTOBER)
    line.load_table(people(of=60), organisation="Norra", extract_date=OCTOBER)
    line.load_table(people(of=60, first=500), organisation="Södra", extract_date=OCTOBER)
    return line


def verdict_on(line, content, name=NAME, organisation="Norra"):
    file = came(line, name, content if isinstance(content, bytes) else table(content), organisation)
    return judged(line, [file])[0]


def without(place, text):
    """A table without one of its columns."""
    rows = [row.split("|") for row in text.splitlines()]
    return "\n".join("|".join(row[:place] + row[place + 1 :]) for row in rows)


def first_columns_last(text):
    return "\n".join("|".join(row.split("|")[::-1]) for row in text.splitlines())


ROWS = "har rubrikerna för {} men inga rader under dem. Exportera den igen med raderna."
FEWER = "Betydligt färre rader än i förra exporten: {} nu, {} då. Kontrollera att exporten är fullständig."
NO_ID = (
    f"Ingen rad i {PEOPLE} kan läsas in som Personallista. Den första, rad 2, kolumn AD-konto: Ett personnummer kan "
    "inte vara id. Använd kontot eller anställningsnumret. Rätta filen och läs in den igen."
)
FORMS = {
    "shrunk to a fifth": ("\n".join(register(10).splitlines()[:3] + register(10).splitlines()[-2:]), NAME),
    "people shrunk to a fifth": (people(of=12), PEOPLE),
    "headings alone": (HEADINGS, NAME),
    "headings and blank rows": (f"{STAFF} | | \n | | ", PEOPLE),
    "a column is gone": (without(8, register(11)), NAME),
    "a column is there and empty": (register(11).replace("Banken", ""), NAME),
    "encoded twice": (table(register(11)).decode("latin-1").encode(), NAME),
    "people of another organisation": (people(of=60, first=500), PEOPLE),
    "a record of another organisation": (register(10), NAME),
    "identity numbers for accounts": (STAFF + "19850709-9805 | Skolan | 2020-01-01", PEOPLE),
    "the last day of the year": (register(11), "registerforteckning-2026-12-31.csv"),
    "two days in its name": (register(11), "registerforteckning-2026-11-20-2026-11-01.csv"),
}
TOLD = {
    "shrunk to a fifth": ("shrunk", FEWER.format(4, 20)),
    "people shrunk to a fifth": ("shrunk", FEWER.format(12, 60)),
    "headings alone": ("nothing", f"{NAME} {ROWS.format('Registerförteckning')}"),
    "headings and blank rows": ("nothing", f"{PEOPLE} {ROWS.format('Personallista')}"),
    "a column is gone": ("lost", "Mottagare"),
    "a column is there and empty": ("limit", "Punkt 8 skulle gå från 50,0 till 0 % den 20 november 2026."),
    "encoded twice": ("lost", "Ändamål"),
    "people of another organisation": ("likely_owner", "Det mesta finns också i exporten från Södra."),
    "a record of another organisation": ("likely_owner", "Det mesta finns också i exporten från Norra."),
    "identity numbers for accounts": ("nothing", NO_ID),
    "the last day of the year": ("future", "Uttagsdatumet 31 december 2026 ligger i framtiden."),
    "two days in its name": ("day", "Ange uttagsdatum."),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_nobody_has_listed_is_held_for_its_own_reason(north, form):
    text, name = FORMS[form]
    held = verdict_on(north, text, name, "Södra" if form == "a record of another organisation" else "Norra")
    code, told = TOLD[form]
    assert (held.code, told in sentence(held)) == (code, True), sentence(held)


@pytest.mark.parametrize(
    "content",
    [
        table(first_columns_last(register(11))),
        table(register(11), encoding="cp1252"),
        table(register(11), encoding="utf-16"),
        # a row that another system wrote into it
        table(register(11).replace("Kim", "Åsa")).replace("Åsa".encode(), "Åsa".encode("cp1252"), 1),
        table(register(11).replace("Banken", "Banken 850709-9805")),
        xlsx({"Ark1": [tuple(cell.strip() for cell in row.split("|")) for row in register(11).splitlines()]}),
    ],
    ids=["columns in another order", "cp1252", "utf-16", "a mix of encodings", "masked numbers", "a workbook"],
)
def test_a_form_that_loses_nothing_is_loaded(north, content):
    name = NAME.replace("csv", "xlsx") if content.startswith(b"PK") else NAME
    verdict = verdict_on(north, content, name)
    assert isinstance(verdict, Loadable)
    [[receipt]] = load_all(north, [verdict])
    assert (receipt.summary.loaded, receipt.summary.rejected) == (20, 0)


def test_units_that_are_garbled_are_held_though_no_heading_and_no_id_is(line):
    table_ = "\n".join(["Systemnamn | Enhet", *(f"Alfa {n} | Förskola {n % 3}" for n in range(20))])
    line.load_table(table_, organisation="Norra", extract_date=OCTOBER)
    content = table(table_.replace("Alfa 19", "Alfa 20"))
    lines_ = content.split(b"\r\n")
    half = b"\r\n".join(row.decode().encode("cp1252") if n % 2 else row for n, row in enumerate(lines_))
    for garbled, cells in ((content.decode("latin-1").encode(), 20), (half, 10)):
        held = verdict_on(line, garbled, SYSTEMS)
        told = f"Å, ä och ö har blivit fel i {cells} celler, som i FÃ¶rskola. Exportera filen igen som UTF-8."
        assert (held.code, sentence(held)) == ("garbled", told)
    assert isinstance(verdict_on(line, content, SYSTEMS), Loadable)


def test_an_empty_file_is_refused(north):
    assert isinstance(verdict_on(north, b""), Refused)


# --- Together ---------------------------------------------------------------------------------------------------------


def test_two_exports_of_a_day_that_differ_by_a_row_are_held_and_name_each_other(north):
    names = (NAME, f"kopia-{NAME}")
    texts = (register(11), register(11).rpartition("\n")[0])
    held = judged(north, [came(north, name, table(text)) for name, text in zip(names, texts, strict=True)])
    assert [each.code for each in held] == ["of_one_day", "of_one_day"]
    assert [name in sentence(each) for name, each in zip(reversed(names), held, strict=True)] == [True, True]


def test_a_newer_one_that_came_before_an_older_one_is_loaded_after_it(north):
    older = "registerforteckning-2026-11-10.csv"
    verdicts = judged(north, [came(north, NAME, table(register(12))), came(north, older, table(register(11)))])
    receipts = load_all(north, verdicts)
    assert [receipt.extract_date.day for [receipt] in receipts] == [date(2026, 11, 10), date(2026, 11, 20)]


def test_an_older_one_that_moves_only_its_own_day_too_far_is_held(north):
    load_all(north, judged(north, [came(north, NAME, table(register(11)))]))
    held = verdict_on(north, register(15), "registerforteckning-2026-11-10.csv")
    assert (held.code, "75,0 % den 10 november 2026" in sentence(held)) == ("limit", True)


# --- The limit --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reviewed", "is_loaded"), [(240, True), (241, False), (160, True), (159, False)])
def test_a_change_of_exactly_ten_points_is_loaded_and_a_quarter_more_is_not(line, reviewed, is_loaded):
    line.load_table(register(200, of=400), organisation="Norra", extract_date=OCTOBER)
    assert isinstance(verdict_on(line, register(reviewed, of=400)), Loadable) == is_loaded


ENCRYPTED = "System | Krypterad lagring | Krypterad överföring | Kontrollerad"


def encrypted(number):
    return "\n".join([ENCRYPTED, *(f"Alfa {n} | {'Ja' if n < number else 'Nej'} | Ja | 2026-09-01" for n in range(20))])


@pytest.fixture
def packed(line, monkeypatch):
    """Norra has a point of its own on, of which half is met."""
    names = [f"Alfa {n}" for n in range(20)]
    for heads, rest in (
        ("Systemnamn | Enhet", "Skolan"),
        ("Objekt/System | K | R | T | Klassad datum", "3 | 3 | 3 | 2026-03-01"),
    ):
        line.load_table(
            "\n".join([heads, *(f"{n} | {rest}" for n in names)]), organisation="Norra", extract_date=OCTOBER
        )
    install_all(line.database, packs_of=[pack for pack in every_pack() if pack.name == "compliance.encryption"])
    with line.database.cursor() as cursor:
        declared = packs.declared(cursor, None)
    monkeypatch.setattr(arriving, "SOURCES", declared.sources)
    monkeypatch.setattr(arriving, "POINTS", declared.points)
    load_all(line, [verdict_on(line, encrypted(10), "kryptering-2026-10-31.csv")])
    return line


@pytest.mark.parametrize("number", [12, 13])
def test_a_point_of_ones_own_has_the_same_limit(packed, number):
    verdict = verdict_on(packed, encrypted(number), "kryptering-2026-11-20.csv")
    if number == 12:
        assert isinstance(verdict, Loadable)
    else:
        assert (verdict.code, "skulle gå från 50,0 till 65,0 %" in sentence(verdict)) == ("limit", True)
