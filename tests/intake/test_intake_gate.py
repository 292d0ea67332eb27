"""What comes by itself is loaded if nothing is to be asked, and held otherwise: a case for each line of the gate."""

from dataclasses import replace
from datetime import date

import pytest

from compliance.core.errors import Hindered, Refusal
from compliance.core.language import Language
from compliance.intake import judging
from compliance.intake.judging import Failed, Held, Loadable, Refused, There
from compliance.loading.loading import revoke
from compliance.reading.reading import SENTENCES, NotRead
from compliance.store.file import FileDatabase
from tests import files
from tests.arriving import came, judged, load_all, table
from tests.line import TODAY

pytestmark = pytest.mark.live
OCTOBER, NOVEMBER = date(2026, 10, 31), date(2026, 11, 20)
NAME = "registerforteckning-2026-11-20.csv"
HEADINGS = (
    "Behandlings-ID | Namn | Enhet | Personuppgiftsansvarig | Dataskyddsombud | Ändamål | Kategorier registrerade | "
    "Kategorier uppgifter | Mottagare | Tredjeland | Senast granskad"
)
STAFF = "AD-konto | Enhet | Anställningsdatum\n"
TRAINING = "AD-konto | Kurs | Status | Slutfört datum\n"
REVIEWS = "System | Granskningsdatum | Konton före\n"


def register(reviewed: int, *, of: int = 20, first: int = 1, headings: str = HEADINGS, above: str = "") -> str:
    """A record of processing: so many are complete and reviewed, which is what point 8 asks."""
    rows = [
        f"B-{number} | Löner {number} | Skolan | Nämnden | Kim | Löner | Anställda | Namn | Banken | Nej | "
        + ("2026-09-01" if number < first + reviewed else "2020-01-01")
        for number in range(first, first + of)
    ]
    return "\n".join([*([above] if above else []), headings, *rows])


def people(*, of: int = 30, first: int = 1) -> str:
    return STAFF + "\n".join(f"kim{number:03} | Skolan | 2020-01-01" for number in range(first, first + of))


def courses(passed: int, *, of: int = 30, first: int = 1, course: str = "Grundkurs i dataskydd") -> str:
    rows = (
        f"kim{number:03} | {course} | " + ("Godkänd | 2026-09-01" if number < first + passed else "Ej påbörjad |")
        for number in range(first, first + of)
    )
    return TRAINING + "\n".join(rows)


@pytest.fixture
def north(line):
    """Norra has a record of which half is met, on the last of October; there is Södra too."""
    line.load_table(register(10), organisation="Norra", extract_date=OCTOBER)
    line.load_table(people(first=500), organisation="Södra", extract_date=OCTOBER)
    return line


def verdict_on(line, text, name=NAME, **more):
    [verdict] = judged(line, [came(line, name, text if isinstance(text, bytes) else table(text), **more)])
    return verdict


def sentence(held):
    return Language("sv").refusal(held.refusal).replace("\N{NO-BREAK SPACE}", " ")


def test_what_says_all_of_itself_and_moves_little_is_loaded(north):
    verdict = verdict_on(north, register(11))
    assert isinstance(verdict, Loadable)
    before = north.database.version()
    [[receipt]] = load_all(north, [verdict])
    assert (receipt.organisation, receipt.source.id, receipt.extract_date.day) == ("Norra", "processing", NOVEMBER)
    assert north.database.version() != before


def test_judging_changes_nothing(north):
    before = north.database.state()
    assert isinstance(verdict_on(north, register(18)), Held)
    assert isinstance(verdict_on(north, register(11)), Loadable)
    assert north.database.state() == before


# --- What is held, and beside it what is not --------------------------------------------------------------------------


def test_a_folder_of_no_organisation_is_held(north):
    held = verdict_on(north, register(11), organisation=None, folder="Norrra")
    told = "Mappen heter Norrra, och ingen förvaltning heter så. Byt namn på mappen, eller läs in filen för rätt "
    assert (held.code, sentence(held)) == ("folder", f"{told}förvaltning.")


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        (register(11), "registerforteckning.csv", "day"),
        ("Kolumn A | Kolumn B\n1 | 2", "okänd-2026-11-20.csv", "columns"),
        (HEADINGS, NAME, "nothing"),
        ("Namn | Enhet | Status\nLex | Skolan | Aktiv", "lista-2026-11-20.csv", "what"),
        (register(11, above="Förvaltning | Södra"), NAME, "other_organisation"),
        (register(11), "registerforteckning-2090-12-24.csv", "future"),
        (register(5, of=10), NAME, "shrunk"),
        (register(20, of=40, first=21), NAME, "keys"),
        (register(11, headings=HEADINGS.replace("Ändamål", "Okänd rubrik")), NAME, "lost"),
        (register(11) + "\n" + "\n".join("  | Utan id | Skolan" for _ in range(3)), NAME, "rejected"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_what_is_asked_or_in_doubt_is_held(north, text, name, code):
    held = verdict_on(north, text, name)
    assert (type(held), held.code) == (Held, code)
    assert sentence(held)


def test_few_rejected_rows_are_loaded(north):
    assert isinstance(verdict_on(north, register(11) + "\n | Utan id | Skolan"), Loadable)


def test_formulas_without_values_are_held(line):
    line.load_table("Systemnamn | Enhet\nAlfa | Skolan", organisation="Norra", extract_date=OCTOBER)
    cells = [files.text_cell("Alfa") + files.text_cell("Skolan"), files.text_cell("Beta") + "<c><f>A1</f></c>"]
    held = verdict_on(line, files.formulas(*cells), "systemforteckning-2026-11-20.xlsx")
    assert held.code == "formulas"


def test_numbers_that_look_like_identity_numbers_are_held(line):
    numbers = "\n".join(f"{number} | Skolan | 2020-01-01" for number in range(8507091230, 8507091242))
    assert verdict_on(line, STAFF + numbers, "personal-2026-11-20.csv", organisation="Norra").code == "by_chance"


def test_an_older_export_is_loaded(north):
    assert isinstance(verdict_on(north, register(10), "registerforteckning-2026-09-30.csv"), Loadable)


def test_what_was_filled_in_is_a_persons(north):
    file = came(north, NAME, table(register(11)))
    marked = replace(file.prepared, marker=object())
    [held] = judged(north, [replace(file, prepared=marked)])
    assert held.code == "marker"


def test_most_keys_of_another_organisation_are_held(line):
    line.load_table(people(), organisation="Norra", extract_date=OCTOBER)
    line.load_table(register(1), organisation="Södra", extract_date=OCTOBER)
    held = verdict_on(line, people(of=31), "personal-2026-11-20.csv", organisation="Södra")
    assert (held.code, "Norra" in sentence(held)) == ("likely_owner", True)
    assert isinstance(verdict_on(line, people(of=31), "personal-2026-11-20.csv"), Loadable)


def test_systems_that_organisations_share_are_loaded(line):
    def systems(last):
        return "\n".join(["Systemnamn | Enhet", *(f"Alfa {number} | Skolan" for number in (*range(100, 114), last))])

    for number, organisation in enumerate(("Norra", "Södra")):
        line.load_table(systems(number), organisation=organisation, extract_date=OCTOBER)
    name = "systemforteckning-2026-11-20.csv"
    assert isinstance(verdict_on(line, systems(0), name), Loadable)
    assert verdict_on(line, systems(1), name).code == "likely_owner"


def test_two_first_exports_of_one_content_are_both_held(line):
    """Of one night, with nothing before either: which of them is in the wrong folder is for somebody to say."""
    for number, organisation in enumerate(("Norra", "Södra")):
        line.load_table(register(1, first=900 * number), organisation=organisation, extract_date=OCTOBER)
    name = "personal-2026-11-20.csv"
    pair = [came(line, name, table(people())), came(line, name, table(people(of=31)), "Södra")]
    assert [each.code for each in judged(line, pair)] == ["likely_owner", "likely_owner"]
    line.load_table(people(of=29), organisation="Norra", extract_date=OCTOBER)
    assert [type(each) for each in judged(line, pair)] == [Loadable, Held]


def test_a_list_of_few_rows_that_has_shrunk_is_held(line):
    rows = [f"Alfa {number} | Skolan" for number in range(6)]
    line.load_table("\n".join(["Systemnamn | Enhet", *rows]), organisation="Norra", extract_date=OCTOBER)
    name = "systemforteckning-2026-11-20.csv"
    assert verdict_on(line, "\n".join(["Systemnamn | Enhet", *rows[:2]]), name).code == "shrunk"
    assert isinstance(verdict_on(line, "\n".join(["Systemnamn | Enhet", *rows[:3]]), name), Loadable)


def test_keys_that_another_export_lacks_are_held(line):
    line.load_table(people(), organisation="Norra", extract_date=OCTOBER)
    held = verdict_on(line, courses(3, first=500), "utbildning-2026-11-20.csv")
    assert (held.code, "30 av 30 i AD-konto finns inte i Personallista. Läs in" in sentence(held)) == (
        "unmatched",
        True,
    )
    assert isinstance(verdict_on(line, courses(3), "utbildning-2026-11-20.csv"), Loadable)


# --- The same again ---------------------------------------------------------------------------------------------------


def test_another_file_of_a_loaded_day_is_held(north):
    held = verdict_on(north, register(11), "registerforteckning-2026-10-31.csv")
    assert (held.code, sentence(held)) == (
        "replaces",
        "Den skulle ersätta export.csv, som har samma uttagsdatum. Läs in den om den är den rätta.",
    )


def test_two_files_of_one_day_are_both_held(north):
    pair = [came(north, NAME, table(register(11))), came(north, f"ny-{NAME}", table(register(12)))]
    held = judged(north, pair)
    assert [each.code for each in held] == ["of_one_day", "of_one_day"]
    assert f"ny-{NAME}" in sentence(held[0])


def test_the_same_content_is_there_and_elsewhere_it_is_held(north):
    content = table(register(11))
    load_all(north, judged(north, [came(north, NAME, content)]))
    assert verdict_on(north, content) == There(3)
    held = verdict_on(north, content, organisation="Södra")
    told = "Samma fil är inläst för Norra, som import 3. Hör den hit, ta först bort den importen ur siffrorna; "
    assert (held.code, sentence(held)) == ("elsewhere", f"{told}annars ska filen inte läsas in.")


def test_what_somebody_has_revoked_is_held_when_it_comes_again(north):
    content = table(register(11))
    load_all(north, judged(north, [came(north, NAME, content)]))
    revoke(north.database, 3, why="fel fil", order=north.order())
    held = verdict_on(north, content)
    assert held.code == "revoked"
    told = "Samma fil har lästs in som import 3, och någon har tagit bort den ur siffrorna igen."
    assert sentence(held) == f"{told} Läs in den om den ändå stämmer."
    north.load_table(register(11), organisation="Norra", name=NAME, extract_date=NOVEMBER)
    assert verdict_on(north, content) == There(4)


def test_the_same_content_twice_in_a_run_is_judged_once(north):
    content = table(register(11))
    pair = [came(north, NAME, content), came(north, f"kopia-{NAME}", content)]
    assert [type(each) for each in judged(north, pair)] == [Loadable, Loadable]


def test_the_same_content_in_two_folders_is_held(north):
    content = table(register(11))
    held = judged(north, [came(north, NAME, content), came(north, NAME, content, "Södra")])
    assert [each.code for each in held] == ["folders", "folders"]


# --- What cannot be read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [code for code in SENTENCES if code not in ("late", "killed")])
def test_what_cannot_be_read_is_refused(north, code):
    file = came(north, NAME, table(register(11)))
    refusal = NotRead(code, file=NAME, row=3)
    assert judged(north, [replace(file, prepared=refusal)]) == [(Failed if code == "unopened" else Refused)(refusal)]


def test_what_the_machine_causes_fails_and_what_nobody_foresaw_is_held(north):
    file = came(north, NAME, table(register(11)))
    for refusal, kind in ((Hindered("Busy"), Failed), (Refusal("New"), Held)):
        assert isinstance(judged(north, [replace(file, prepared=refusal)])[0], kind)


def test_if_there_can_be_no_copy_all_wait(north, monkeypatch):
    def full(_self, _path):
        raise Hindered("The disk is full.")

    monkeypatch.setattr(FileDatabase, "copy_aside", full)
    assert isinstance(verdict_on(north, register(11)), Failed)


# --- The limit --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reviewed", [8, 12])
def test_a_change_by_the_limit_is_loaded(north, reviewed):
    assert isinstance(verdict_on(north, register(reviewed)), Loadable)


@pytest.mark.parametrize(("reviewed", "after"), [(7, "35,0"), (13, "65,0")])
def test_a_change_by_more_is_held_and_says_the_numbers(north, reviewed, after):
    held = verdict_on(north, register(reviewed))
    assert held.code == "limit"
    told = f"Punkt 8 skulle gå från 50,0 till {after} % den 20 november 2026. Läs in filen om det stämmer."
    assert sentence(held) == told


def test_the_limit_of_a_point_is_its_own(north):
    file = came(north, NAME, table(register(13)))
    assert isinstance(judged(north, [file], changes={"processing_record": 0.2})[0], Loadable)


def test_a_first_figure_may_be_anything(line):
    line.load_table(people(), organisation="Norra", extract_date=OCTOBER)
    assert isinstance(verdict_on(line, register(20)), Loadable)


def test_a_figure_that_is_lost_is_held(line):
    """An export of one course of two, of the same people and with as many rows: nothing else asks."""
    line.load_table(people(), organisation="Norra", extract_date=OCTOBER)
    other = courses(15, course="Informationssäkerhet för medarbetare").removeprefix(TRAINING)
    line.load_table(f"{courses(15)}\n{other}", organisation="Norra", extract_date=OCTOBER)
    name, again = "utbildning-2026-11-20.csv", courses(15).removeprefix(TRAINING)
    held = verdict_on(line, f"{courses(15)}\n{again}", name)
    told = "Punkt 1 skulle sakna värde den 20 november 2026, där den nu har 50,0 %. Läs in filen om det stämmer."
    assert (held.code, sentence(held)) == ("limit", told)
    assert isinstance(verdict_on(line, f"{courses(16)}\n{other}", name), Loadable)


def test_one_bad_file_does_not_hold_the_right_one_of_a_later_day(north):
    pair = [
        came(north, "registerforteckning-2026-11-19.csv", table(register(1))),
        came(north, NAME, table(register(11))),
    ]
    bad, right = judged(north, pair)
    assert (bad.code, type(right)) == ("limit", Loadable)


def test_files_that_never_settle_are_held(north, monkeypatch):
    """Each of many days moves the figure too far: one is held after the other, and in the end all that are left."""
    monkeypatch.setattr(judging, "ROUNDS", 2)
    days = [
        came(north, f"registerforteckning-2026-11-{day}.csv", table(register(15 + day % 5))) for day in range(10, 16)
    ]
    later = [came(north, "personal-2026-11-20.csv", table(people(first=700)))]
    held = judged(north, [*days, *later])
    assert [each.code for each in held[:-1]] == ["limit"] * 6


def test_another_organisations_file_is_not_held(north):
    north.load_table(register(10, first=700), organisation="Södra", extract_date=OCTOBER)
    pair = [came(north, NAME, table(register(19))), came(north, NAME, table(register(10, first=700)), "Södra")]
    bad, right = judged(north, pair)
    assert (bad.code, type(right)) == ("limit", Loadable)


# --- The day of arrival -----------------------------------------------------------------------------------------------


def test_the_day_of_arrival_counts_where_it_is_declared(north):
    file = came(north, "registerforteckning.csv", table(register(11)))
    [held] = judged(north, [file], days={"staff": "arrival"})
    assert held.code == "day"
    [verdict] = judged(north, [file], days={"processing": "arrival"})
    [[receipt]] = load_all(north, [verdict])
    assert (receipt.extract_date.day, receipt.extract_date.by) == (TODAY, "arrival")
