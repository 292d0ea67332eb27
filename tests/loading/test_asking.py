"""A file is loaded without a question on evidence from a closed list alone; everything else is asked."""

from datetime import date

import pytest

from compliance.core.errors import Asked
from compliance.core.language import Language
from compliance.loading.asking import Question, told_of_keys
from compliance.loading.loading import revoke
from tests.command import run_here
from tests.files import xlsx
from tests.line import Line

DAY = date(2026, 11, 1)
NOTHING = frozenset()
REGISTER = ["Systemnamn", "System-ID", "Leverantör", "Objektägare", "Livscykel"]


@pytest.fixture
def line(tmp_path):
    with Line(tmp_path).held() as line:
        yield line


def loaded(line, *rows, name="export.xlsx", sheet="Blad1", day=DAY, **said):
    path = line.folder / name
    path.write_bytes(xlsx({sheet: [*rows]}))
    return line.load(path, **{"extract_date": day, "accepted": NOTHING} | said)


def asked(line, *rows, **said):
    """What is asked about a file, and the options that answer it; None if it is loaded."""
    before = line.rows("from imports")
    try:
        loaded(line, *rows, **said)
    except Asked as question:
        assert line.rows("from imports") == before
        return getattr(question, "about", type(question).__name__), question.options
    return None


def row(headings, number=0):
    return [f"x{number}"] * len(headings)


# --- what is it ---------------------------------------------------------------------------------------------------

CERTAIN = {
    "five_known": ([*REGISTER, *(f"Annat {n}" for n in range(30))], {}),
    "three_that_are_a_third": (["Systemnamn", "System-ID", "Leverantör", *(f"Annat {n}" for n in range(6))], {}),
    "named_by_the_sheet": (["System", "Leverantör", *(f"Annat {n}" for n in range(9))], {"sheet": "Systemförteckning"}),
    "named_by_the_file": (["System", "Leverantör", *(f"Annat {n}" for n in range(9))], {"name": "systemregister.xlsx"}),
}
UNCERTAIN = {
    "one_heading": (["Systemnamn"], {}),
    "one_heading_and_a_name": (["Systemnamn"], {"name": "systemregister.xlsx"}),
    "people": (["Namn", "Enhet", "Status"], {}),
    "people_of_an_organisation": (["Namn", "Organisation", "Enhet", "E-post"], {}),
    "people_of_a_department": (["Namn", "Förvaltning", "Status"], {"name": "deltagare.xlsx"}),
    "contracts": (["Namn", "Leverantör", "Förvaltning", "Status"], {"name": "avtalslista.xlsx"}),
    "people_beside_a_system": (["System", "Namn", "Roll", "Enhet", "Status", "System-ID", "Objektägare"], {}),
    "people_in_a_file_that_says_register": (["Namn", "Leverantör", "Telefon"], {"name": "systemregister.xlsx"}),
    "people_in_a_file_that_says_system": (["Namn", "Enhet", "Status"], {"name": "system.xlsx"}),
    "every_register_has_these": (["System", "Enhet", "Status", "Ansvarig"], {"sheet": "Systemförteckning"}),
    "incidents_of_another_system": (["Nummer", "System", "Enhet", "Status", "Prioritet", "Öppnad", "Löst"], {}),
    "three_that_are_less_than_a_third": (
        ["Systemnamn", "System-ID", "Leverantör", *(f"Annat {n}" for n in range(7))],
        {},
    ),
    "system_alone_names_none": (["System", "Leverantör", *(f"Annat {n}" for n in range(9))], {"name": "system.xlsx"}),
}


@pytest.mark.parametrize(("headings", "said"), CERTAIN.values(), ids=CERTAIN)
def test_a_sheet_is_taken_on_evidence(line, headings, said):
    assert asked(line, headings, row(headings), **said) is None


# Of those the ones of which nothing but headings that any list has are known: they propose nothing.
UNNAMED = {"people", "people_in_a_file_that_says_system", "incidents_of_another_system"}
ANYTHING = ("what", ("--source SOURCE",))


@pytest.mark.parametrize("name", UNCERTAIN)
def test_without_evidence_it_is_asked_what_a_sheet_is(line, name):
    headings, said = UNCERTAIN[name]
    question = ANYTHING if name in UNNAMED else ("what", ("--source systems",))
    assert asked(line, headings, row(headings), **said) == question
    assert asked(line, headings, row(headings), **said, source="systems") is None


def test_a_title_that_names_another_source_is_asked_about(line):
    headings = ["Systemnamn", "System-ID", "Leverantör", "Objekt", "Livscykel"]
    table = [["Behörighetsgenomgångar 2026"], headings, row(headings)]
    assert asked(line, *table) == ("what", ("--source systems", "--source access_reviews"))
    assert asked(line, *table[1:], name="incidenter.xlsx") == ("what", ("--source systems", "--source incidents"))
    title = ["Systemförteckning"]
    other = ("what", ("--source systems", "--source access_reviews"))
    assert asked(line, title, *table[1:], sheet="Behörighetsgenomgångar") == other, "whatever the title says"
    assert asked(line, title, *table[1:], name="behörighetsgenomgångar.xlsx") == other
    assert asked(line, title, *table[1:], name="register.xlsx") is None


def test_the_name_of_a_file_with_several_exports_is_none_of_theirs(line):
    reviews = [["System", "Granskningsdatum", "Granskade"], ["Alfa", "2026-10-01", "3"]]
    book = {"Systemförteckning": [REGISTER, row(REGISTER)], "Behörighetsgenomgångar": reviews}
    path = line.folder / "systemförteckning.xlsx"
    path.write_bytes(xlsx({"Blad1": reviews}))
    with pytest.raises(Question):
        line.load(path, extract_date=DAY, accepted=NOTHING)
    path.write_bytes(xlsx(book))
    assert len(line.load(path, extract_date=DAY, accepted=NOTHING)) == 2


def test_names_of_anything_need_a_heading_that_only_a_register_of_systems_has(line):
    contracts = ["Namn", "Leverantör", "Enhet", "Status", "Objekt", "Giltigt till"]
    assert asked(line, contracts, row(contracts)) == ("what", ("--source systems",))
    assert asked(line, [*contracts, "System-ID"], row([*contracts, ""])) is None
    assert asked(line, ["Systemförteckning"], contracts, row(contracts), day=date(2026, 11, 2)) is None


def test_an_organisation_names_no_source(line):
    headings = REGISTER
    table = [["Förvaltning: Utbildningsförvaltningen"], headings, row(headings)]
    assert asked(line, *table) is None
    assert asked(line, *table[1:], name="Utbildningsnämnden.xlsx", day=date(2026, 11, 2)) is None


def test_so_are_those_of_a_field_that_is_read_from_several_columns(line):
    table = [
        ["AD-konto", "Förnamn", "Efternamn", "Enhet", "Anställningsdatum"],
        ["p1", "Bo", "Ek", "Norr", "2020-01-01"],
    ]
    title = [["Utbildningsstatus"], *table]
    assert asked(line, *title) == ("what", ("--source staff", "--source training"))
    loaded(line, *title, source="staff")
    assert asked(line, *title, ["p2", "Cia", "Al", "Norr", "2020-01-01"], day=date(2026, 11, 2)) is None


@pytest.mark.parametrize(
    "cell", ["2026-11-02", "2026/11/02", "2026-11-02T10:00", "2 May 2026 14:30", "5-Mar-2026", "5/mar/26", "12", "3,5"]
)
def test_a_row_of_headings_holds_no_value(line, cell):
    headings = [*REGISTER, cell]
    assert asked(line, headings, row(headings)) == ("headings", ("--heading-row 1",))


def test_headings_that_were_loaded_before_are_certain_until_that_is_revoked(line):
    table = [["System", "Sett"], ["Alfa", "x"]]
    assert asked(line, *table) == ANYTHING
    [receipt] = loaded(line, *table, source="systems")
    later = [["Sett", " SYSTEM: "], ["y", "Beta"]]
    assert asked(line, ["System", "Annat"], ["Beta", "x"], day=date(2026, 11, 2)) == ANYTHING
    assert asked(line, table[0], ["Beta", "y"], day=date(2026, 11, 3)) is None
    assert asked(line, *later, day=date(2026, 11, 4)) is None, "in any order"
    for number in range(receipt.import_id, receipt.import_id + 3):
        revoke(line.database, number, why="fel", order=line.order())
    assert asked(line, table[0], ["Gamma", "y"], day=date(2026, 11, 5)) == ANYTHING


# --- which row has the headings -----------------------------------------------------------------------------------


def test_a_wide_row_above_the_headings_is_asked_about(line):
    above = ["name", "sys_id", "owner", "assigned to", "class"]
    table = [above, REGISTER, row(REGISTER)]
    assert asked(line, *table) == ("headings", ("--heading-row 2", "--heading-row 1"))
    assert asked(line, *table, source="systems") == ("headings", ("--heading-row 2", "--heading-row 1"))
    assert asked(line, *table, heading_row=2) is None


def test_a_row_above_with_an_extract_date_or_fewer_cells_is_none(line):
    assert asked(line, ["Rapport", "Uttagen", "2026-10-02", "08:14", "Anna"], REGISTER, row(REGISTER)) is None
    assert asked(line, ["a", "b", "c"], REGISTER, row(REGISTER), day=date(2026, 11, 2)) is None
    assert asked(line, ["a", "b", "c", "d"], REGISTER, row(REGISTER), day=date(2026, 11, 3)) is None


@pytest.mark.parametrize("value", ["2025", "2026-01-31", "3,5", "anna@exempel.se"])
def test_a_value_among_the_headings_is_asked_about(line, value):
    headings = [*REGISTER, value]
    assert asked(line, headings, row(headings)) == ("headings", ("--heading-row 1",))
    assert asked(line, headings, row(headings), heading_row=1) is None


BANNERS = {
    "two_banners": [["System", None, "Förvaltning", None]],
    "a_summary": [["System", "Organisation", "Antal"], ["Alla", "Kommunen", "12"], []],
    "a_parameter": [["System", "Leverantör"], ["ServiceNow", "Now"]],
}


@pytest.mark.parametrize("above", BANNERS.values(), ids=BANNERS)
def test_headings_below_those_that_were_taken_are_asked_about(line, above):
    table = [*above, REGISTER, row(REGISTER)]
    headings = len(above) + 1
    found = asked(line, *table, sheet="Systemförteckning")
    assert found == ("headings", ("--heading-row 1", f"--heading-row {headings}"))
    assert asked(line, *table, sheet="Systemförteckning", heading_row=headings) is None
    assert line.column("system", "systems") == ["x0"]


def test_a_second_table_is_asked_about_and_nothing_of_it_is_read_or_kept(line):
    second = [["Klassade system"], ["Systemnamn", "System-ID", "K", "R", "T"], ["Beta", "2", "4", "1", "Hemlig"]]
    table = [REGISTER, row(REGISTER), [], *second]
    assert asked(line, *table) == ("headings", ("--heading-row 1", "--heading-row 5"))
    [receipt] = loaded(line, *table, heading_row=1)
    assert (line.column("system", "systems"), receipt.matches[0].second) == (["x0"], 5)
    assert "Hemlig" not in str(line.rows("from import_rows"))


def test_a_row_that_was_said_is_of_the_sheets_that_have_it(line):
    book = {"A": [["System", None, "Leverantör"], REGISTER, row(REGISTER, 1)], "B": [REGISTER, row(REGISTER, 2)]}
    path = line.folder / "systemregister.xlsx"
    path.write_bytes(xlsx(book))
    line.load(path, extract_date=DAY, heading_row=2, accepted=frozenset())
    assert line.column("system", "systems") == ["x1", "x2"]


def test_a_sheet_in_question_can_be_left_out_by_what_the_others_are(line):
    incidents = [["Ärendenummer", "Enhet", "Upptäckt", "Orsak", "Åtgärd"], ["I1", "Norr", "2026-01-01", "x", "y"]]
    path = line.folder / "export.xlsx"
    path.write_bytes(xlsx({"Blad1": incidents, "Listor": [["System", "Enhet", "Status"], ["Alfa", "Norr", "Klar"]]}))
    with pytest.raises(Question) as question:
        line.load(path, extract_date=DAY, accepted=NOTHING)
    assert question.value.options == ("--source incidents", "--source SOURCE")
    assert "export.xlsx (Listor)" in str(question.value)
    [receipt] = line.load(path, extract_date=DAY, accepted=NOTHING, source="incidents")
    assert receipt.source.id == "incidents"


def test_columns_of_the_same_name_in_another_order_were_not_loaded_before(line):
    table = [[*REGISTER, "Status", "Status"], ["x"] * 7]
    loaded(line, *table, accepted=frozenset({"headings"}))
    assert asked(line, *table, day=date(2026, 11, 2)) is None
    moved = [["Status", *REGISTER, "Status"], ["x"] * 7]
    assert asked(line, *moved, day=date(2026, 11, 3)) == ("headings", ("--heading-row 1",))


def test_a_heading_that_stands_twice_is_asked_about_if_it_is_read(line):
    headings = [*REGISTER, "Leverantör:"]
    assert asked(line, headings, row(headings)) == ("headings", ("--heading-row 1",))
    unread = [*REGISTER, "Kommentar", "Kommentar"]
    assert asked(line, unread, row(unread)) is None


def test_the_row_that_was_said_is_remembered_if_another_would_be_taken(line):
    above = ["Systemnamn", "b", "c", "d", "e"]
    loaded(line, above, REGISTER, row(REGISTER), heading_row=2)
    assert len(line.rows("from mappings")) == 1
    assert asked(line, above, REGISTER, row(REGISTER, 1), day=date(2026, 11, 2)) is None
    assert line.column("system", "systems") == ["x0", "x1"]


def test_the_row_that_is_taken_anyhow_is_not_mapped(line):
    above = ["a", "b", "c", "d", "e"]
    loaded(line, above, REGISTER, row(REGISTER), heading_row=2)
    assert line.rows("from mappings") == []
    assert asked(line, above, REGISTER, row(REGISTER, 1), day=date(2026, 11, 2)) is None, "they were loaded before"


# --- does it take the place of the export before it ---------------------------------------------------------------


def register(first, last):
    return [REGISTER, *(row(REGISTER, number) for number in range(first, last))]


KEYS = {
    "the_same": (register(0, 30), None),
    "half_of_them": (register(15, 40), None),
    "less_than_half": (register(16, 60), ("keys", ("--replaces", "--completes"))),
    "nothing_in_common": (register(30, 60), ("keys", ("--replaces", "--completes"))),
    "too_few_to_say": (register(30, 49), None),
}


@pytest.mark.parametrize(("rows", "expected"), KEYS.values(), ids=KEYS)
def test_an_export_of_other_things_is_asked_about(line, rows, expected):
    loaded(line, *register(0, 30))
    assert asked(line, *rows, day=date(2026, 11, 2)) == expected


@pytest.mark.parametrize("said", [{"completes": True}, {"accepted": frozenset({"keys"})}])
def test_an_answer_about_keys_holds_for_the_file(line, said):
    loaded(line, *register(0, 30))
    assert asked(line, *register(30, 60), day=date(2026, 11, 2), **said) is None
    assert asked(line, *register(100, 130), day=date(2026, 11, 3)) == ("keys", ("--replaces", "--completes"))


def test_the_export_before_is_that_in_effect_on_its_day(line):
    loaded(line, *register(0, 30), day=date(2026, 6, 1))
    assert asked(line, *register(50, 80), day=date(2026, 5, 1)) is None, "an older one"
    assert asked(line, *register(0, 30), day=date(2026, 6, 2), name="b.xlsx") is None


def test_what_happens_anew_each_year_is_told_and_not_asked(line):
    head = ["Ärende-ID", "Upptäckt", "Enhet", "Rubrik", "Orsak"]
    loaded(line, head, *([f"a{n}", "2026-01-01", "Norr", "x", "y"] for n in range(30)))
    half = [[f"a{n}", "2026-01-01", "Norr", "x", "y"] for n in range(15, 45)]
    [receipt] = loaded(line, head, *half, day=date(2026, 11, 2))
    assert told_of_keys(receipt.source, receipt.keys, Language("en")) == ""
    new = [[f"b{n}", "2026-01-01", "Norr", "x", "y"] for n in range(30)]
    [receipt] = loaded(line, head, *new, day=date(2026, 11, 3))
    told = "It lacks 30 of the 30 Incident id that the export before it has."
    assert told_of_keys(receipt.source, receipt.keys, Language("en")) == told
    assert not receipt.far_fewer


# --- by command ---------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_the_command_loads_nothing_and_names_the_option(line):
    people = line.folder / "lista.xlsx"
    people.write_bytes(xlsx({"Blad1": [["Namn", "Enhet", "Status"], ["Anna", "Norr", "Aktiv"]]}))
    whole = line.folder / "system.xlsx"
    whole.write_bytes(xlsx({"Blad1": [REGISTER, row(REGISTER)]}))
    done = run_here(line.database.path, "load", people, whole, "--extract-date", "2026-11-01")
    assert done.returncode == 1
    assert "lista.xlsx" in done.stderr
    assert "Answer with --source SOURCE." in done.stderr
    assert "system.xlsx as systems" in done.stdout
    assert line.column("system", "systems") == ["x0"]


def test_a_question_is_a_sentence_with_its_answer(line):
    with pytest.raises(Question) as held:
        loaded(line, ["Namn", "Enhet", "Status"], ["Anna", "Norr", "Aktiv"])
    assert (held.value.about, held.value.options) == ANYTHING


@pytest.mark.live
def test_the_command_tells_of_keys_that_it_does_not_ask_about(line):
    head = "Ärende-ID;Upptäckt;Enhet;Rubrik;Orsak"
    for name, first in (("a", 0), ("b", 9), ("c", 50)):
        file = line.folder / f"{name}.csv"
        file.write_text("\n".join([head, *(f"I{n};2026-01-01;Norr;x;y" for n in range(first, first + 30))]), "utf-8")
        done = run_here(line.database.path, "load", file, "--extract-date", f"2026-11-0{ord(name) - 96}")
        told = "It lacks 30 of the 30 Incident id that the export before it has. If it completes that export"
        assert done.returncode == 0, done.stderr
        assert (told in done.stderr) == (name == "c"), done.stderr
