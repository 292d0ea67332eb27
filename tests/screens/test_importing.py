"""The page of imports: the inbox, doubts, choices and saved mappings, returned rows, the history."""

import gc
import html
import io
import re
import weakref
from datetime import date
from urllib.parse import parse_qsl

import openpyxl
import pytest

from compliance.core import remembering
from compliance.core.language import LANGUAGES, Language
from compliance.correcting import previewing
from compliance.counting.assessing import Coverage
from compliance.loading import guessing, loading
from compliance.loading.loading import Order, load
from compliance.reading import mapping
from compliance.screens import effect_texts
from compliance.screens.imports import inbox_texts, texts
from compliance.serving.uploading import LEDGER
from compliance.store import failures
from compliance.store.database import rows
from tests.apps import SESSION, dropped, listed_files, notes, opened, text
from tests.files import xlsx
from tests.layers import first_of
from tests.line import POINTS, SOURCES, WORDS, read_here

pytestmark = pytest.mark.usefixtures("reads_here")

PEOPLE = [
    ["Uttagen 2026-10-15"],
    ["AD-konto", "Anställningsnr", "E-post", "Enhet", "Anställningsdatum"],
    *([f"konto{i}", 7000 + i, f"p{i}@exempel.se", "Norr", "2020-01-01"] for i in range(12)),
]
COURSES = [
    ["Uttagen 2026-10-16"],
    ["Medarbetar-id", "Kurstitel", "Läge", "Klart den"],
    *([7000 + i, "Grundkurs i dataskydd", "Klarmarkerad", "2026-05-01"] for i in range(12)),
]


def drop(app, tmp_path, **sheets):
    """Drop a workbook for each name; those of the same table are the same file, to the second in which it was made."""
    paths = []
    made = {id(table): xlsx({"Blad1": table}) for table in sheets.values()}
    for name, table in sheets.items():
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(made[id(table)])
        paths.append(path)
    dropped(app, *paths)


def press(app, label):
    button = next(b for b in app.button if b.label.replace("\u00a0", " ").startswith(label))
    button.click().run()
    assert not app.exception


def day_field(app):
    return next(field for field in app.text_input if field.label.startswith("Uttagsdatum"))


def choose(app, label, value):
    box = next(b for b in app.selectbox if b.label.startswith(label))
    box.set_value(value).run()
    assert not app.exception


@pytest.fixture
def app(own, monkeypatch):
    return opened("imports", monkeypatch)


@pytest.fixture
def loaded(own, app):
    """The app with the persons above loaded."""
    book = read_here(xlsx({"Blad1": PEOPLE}), name="personal.xlsx")
    load(own, book, Order("tester"), sources=SOURCES, words=WORDS)
    return app


@pytest.mark.live
def test_a_file_and_the_choices_about_it_stay_in_the_inbox_until_it_is_taken_away(app, tmp_path):
    drop(app, tmp_path, personal=PEOPLE)
    assert "personal.xlsx" in text(app)
    day_field(app).set_value("1 sept 2026").run()
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/imports.py").run()
    assert "personal.xlsx" in text(app)
    assert (day_field(app).value, day_field(app).label) == ("2026-09-01", "Uttagsdatum (som du har angett)")
    day_field(app).set_value("igår").run()
    assert "Det är inget datum." in text(app)
    day_field(app).set_value("").run()
    assert (day_field(app).value, day_field(app).label) == ("2026-10-15", "Uttagsdatum (står ovanför rubrikerna)")
    press(app, "Ta bort filen")
    assert "personal.xlsx" not in text(app)


@pytest.mark.live
def test_the_session_holds_no_cells(app, tmp_path):
    """A closed browser, a restart or a full session leaves nothing of a file: only the ledger holds its content."""
    wrong = ["konto50", 7050, "", None, "2020-01-01"]
    drop(app, tmp_path, personal=[*PEOPLE, wrong], kurser=COURSES)
    press(app, "Läs in 12 rader")
    contents = [LEDGER.content(SESSION, file) for file in app.session_state["inbox"].items]
    assert [bool(content.receipts) for content in contents] == [True, False]
    left = [weakref.ref(content) for content in contents]
    del contents
    LEDGER.close(SESSION)
    gc.collect()
    assert [content() for content in left] == [None, None]


@pytest.mark.live
def test_an_unrecognised_file_is_mapped_and_the_mapping_is_saved_and_matched(loaded, own, tmp_path, monkeypatch):
    app = loaded
    drop(app, tmp_path, kurser=COURSES)
    assert "Filen liknar Utbildningsstatus" in text(app)
    # the best guesses are filled in
    assert next(b for b in app.selectbox if b.label.startswith("Kurs *")).value == "kurstitel"
    choose(app, "Status\\: ”Klarmarkerad”", "passed")
    press(app, "Läs filen så")
    assert "Läses så som du har kopplat kolumnerna." in text(app)
    assert "12 av 12 i AD-konto finns inte i Personallista" in text(app)
    press(app, "Koppla via kolumnen Anställningsnr")
    assert "Kopplas via kolumnen Anställningsnr." in text(app)
    press(app, "Läs in 12 rader")
    with own.cursor() as cursor:
        assert rows(cursor, "select distinct status_code, left(employee_id, 5) as id from training") == [
            {"status_code": "passed", "id": "konto"}
        ]
        [kept] = mapping.saved_mappings(cursor)
    assert kept.columns.fields["employee_id"] == "medarbetar-id"
    page = opened("imports", monkeypatch, part="mappings")
    assert "<td>Medarbetar-id</td>" in text(page)  # as it was written, though it is compared in lower case
    [label, *_courses] = [box.label.replace("\\", "") for box in page.expander]
    assert label == "Utbildningsstatus · Medarbetar-id, Kurstitel, Läge, Klart den"
    # the first button opens, the second deletes
    assert [button.label for button in page.button if "Ta bort" in button.label] == ["Ta bort"]
    press(page, "Ta bort")
    assert "Ingenting än." in text(page)


@pytest.mark.exhaustive
def test_an_accepted_match_applies_to_the_next_file(loaded, own, tmp_path):
    app = loaded
    table = [["Uttagen 2026-10-16"], ["Användarnamn", "Kurs", "Status"], *([7000 + i, "K", "Klar"] for i in range(12))]
    drop(app, tmp_path, kurser=table)
    press(app, "Koppla via kolumnen Anställningsnr")
    press(app, "Läs in 12 rader")
    drop(app, tmp_path, senare=[["Uttagen 2026-11-01"], *table[1:]])
    assert "Kopplas via kolumnen Anställningsnr." in text(app)
    press(app, "Läs in 12 rader")
    with own.cursor() as cursor:
        assert rows(cursor, "select count(*) as n from training where starts_with(employee_id, 'konto')") == [{"n": 24}]


@pytest.mark.live
def test_new_changed_and_gone_rows_are_reported_with_the_doubts(loaded, tmp_path):
    app = loaded
    later = [["Uttagen 2026-11-01"], PEOPLE[1], *PEOPLE[3:13], ["konto99", 1, "x@exempel.se", "Norr", "2020-01-01"]]
    drop(app, tmp_path, personal2=later)
    assert "Jämfört med 15\u00a0oktober\u00a02026: en ny rad och två borta." in text(app)
    press(app, "Ta bort filen")
    drop(app, tmp_path, gammal=[["Uttagen 2026-09-01"], *PEOPLE[1:4]])
    assert "Det finns en nyare export, från 15\u00a0oktober\u00a02026." in text(app)


@pytest.mark.live
def test_a_file_without_headings_is_not_saved_as_a_mapping_with_its_persons(app, tmp_path):
    drop(app, tmp_path, utan=PEOPLE[2:])
    assert "Rad 1 har inga rubriker." in text(app)
    assert "Läs filen så" not in [button.label for button in app.button]


@pytest.mark.live
def test_a_file_that_waits_is_guessed_once_and_the_guesses_go_with_it(app, tmp_path, monkeypatch):
    path, before = tmp_path / "okänt.xlsx", set(remembering._KEPT)
    path.write_bytes(xlsx({"Försättsblad": [["Behörighetsgranskning 2026"]], "Data": [["Yta", "Grad"], ["a", "b"]]}))
    dropped(app, path)
    assert next(box for box in app.selectbox if box.label == "Tolkad som").value == "access_reviews"
    assert "Läses inte: har för få kända rubriker." in text(app)
    gc.collect()
    kept = set(remembering._KEPT) - before
    for name in ("likely_row", "likely_source", "guesses", "candidates", "shown_sheet"):
        monkeypatch.setattr(guessing, name, None)
    app.run()
    assert not app.exception
    press(app, "Ta bort filen")
    gc.collect()
    assert kept
    assert not kept & remembering._KEPT.keys()


@pytest.mark.live
def test_a_row_with_several_wrong_cells_is_one_rejected_row(app, tmp_path, monkeypatch):
    wrong = [[f"konto{i}", 7000 + i, "", None, "igår"] for i in range(20, 31)]
    drop(app, tmp_path, personal=[*PEOPLE, *wrong])
    assert "Elva rader är avvisade." in [box.label for box in app.expander]
    assert "10 av 11 visas." in text(app)
    press(app, "Läs in 12 rader")
    page = opened("imports", monkeypatch, part="history", **{"import": "99"})
    assert notes(page) == ["Adressen anger ”99”, som inte finns. I stället visas: Importer."]
    [address] = re.findall(r'v-row-link" href="/imports\?([^"]*)">', text(page))
    page.query_params.update(parse_qsl(html.unescape(address)))
    page.run()
    assert "Godtagna: <strong>12</strong>. Avvisade: <strong>11</strong>." in text(page)
    assert "10 av 11 visas." in text(page)
    button = "Ladda ner avvisade rader"
    assert button in [each.label for each in page.get("download_button")]
    press(app, "Stäng")
    dropped(app, tmp_path / "personal.xlsx")
    assert "är redan inläst, som import 1 den" in text(app)
    assert button in [each.label for each in app.get("download_button")]


@pytest.mark.exhaustive
def test_every_import_that_a_file_replaces_is_named(loaded, tmp_path):
    drop(loaded, tmp_path, mer=[["Uttagen 2026-10-15"], PEOPLE[1], ["konto80", 7080, "", "Norr", "2020-01-01"]])
    next(box for box in loaded.checkbox if box.label.startswith("Kompletterar")).check().run()
    press(loaded, "Läs in 1 rad")
    drop(loaded, tmp_path, allt=[*PEOPLE, ["konto81", 7081, "", "Norr", "2020-01-01"]])
    assert "Ersätter personal.xlsx och mer.xlsx med samma uttagsdatum." in text(loaded)
    assert "om alla ska räknas" in text(loaded)


@pytest.mark.live
def test_an_opened_import_shows_its_cells_what_it_changed_and_the_imports_that_complete_it(loaded, own, monkeypatch):
    line_of = {"sources": SOURCES, "words": WORDS}
    for number, (day, completes) in enumerate([(15, True), (20, True), (25, False), (26, True)], start=2):
        table = f"AD-konto;Enhet;Anställningsdatum\nny{number};Norr;2020-01-01".encode()
        order = Order("test", extract_date=date(2026, 10, day), completes=completes)
        load(own, read_here(table, name=f"{number}.csv"), order, **line_of)
    courses = [["Uttagen 2026-10-16"], ["AD-konto", "Kurs", "Status"], ["konto1", "Grundkurs i dataskydd", "Klar"]]
    load(own, read_here(xlsx({"Blad1": courses}), name="kurser.xlsx"), Order("test"), **line_of)

    page = opened("imports", monkeypatch, part="history")
    assert text(page).count("Äldre än import 4; räknas bara före den 25\N{NO-BREAK SPACE}oktober") == 3
    assert text(page).count(">Räknas<") == 2
    assert text(page).count("Räknas, kompletterar en annan fil") == 1

    def note_of(import_id):
        page.query_params["import"] = str(import_id)
        page.run()
        return next((part.value for part in page.markdown if "kompletterar den" in part.value), "")

    assert "Import 2 (2.csv) och 3 (3.csv) kompletterar den och räknas fortfarande." in note_of(1)
    assert "Import 5 (5.csv) kompletterar den" in note_of(4)
    assert note_of(2) == ""
    assert note_of(6) == ""
    assert not page.exception
    assert "Ingen tidigare export av det här slaget är inläst." in text(page)
    assert "v-dumbbells" in text(page)
    cells = page.dataframe[0].value
    assert cells["A"].tolist() == ["Uttagen 2026-10-16", "AD-konto", "konto1"]
    assert cells["Rad"].tolist() == [1, 2, 3]


def test_an_import_that_does_not_count_says_which_one_does():
    same = {"organisation": "F", "source": "staff", "revoked_at": None, "completes": False, "purged_at": None}
    days = ((1, date(2026, 10, 1)), (2, date(2026, 10, 1)), (3, date(2026, 10, 9)))
    imports = [same | {"import_id": id_, "extract_date": day} for id_, day in days]
    standing = texts.Standing(date(2026, 10, 5), {2}, [*imports, same | imports[2] | {"source": "other"}])
    said = [texts.state(row, standing, Language("sv")).replace("\N{NO-BREAK SPACE}", " ") for row in imports]
    assert said == ["Ersatt av import 2", "Räknas", "Räknas från och med den 9 oktober 2026"]


@pytest.mark.live
def test_rejected_rows_are_downloaded_corrected_returned_and_complete_the_import(app, own, tmp_path):
    wrong = [*PEOPLE, ["konto50", 7050, "p50@exempel.se", None, "2020-01-01"], ["konto51", 7051, "", "Norr", "igår"]]
    drop(app, tmp_path, personal=wrong)
    book = openpyxl.load_workbook(io.BytesIO(rejected(app)))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["Fel", "Rad i filen", *PEOPLE[1]]
    assert "Enhet" in sheet["A2"].value
    press(app, "Läs in 12 rader")
    sheet["F2"] = "Söder"
    back = tmp_path / "rättade.xlsx"
    book.save(back)
    dropped(app, back)
    assert "Kompletterar det som är inläst." in text(app)
    press(app, "Läs in 1 rad")
    assert "En rad är avvisad." in text(app)
    assert "Söder" in text(app)
    with own.cursor() as cursor:
        found = rows(cursor, "select extract_date, completes, loaded from imports order by import_id")
    assert [tuple(row.values()) for row in found] == [
        (date(2026, 10, 15), False, 12),
        (date(2026, 10, 15), True, 1),
    ]


def rejected(app):
    """The bytes of the download of the rejected rows."""
    from compliance.core.language import Language
    from compliance.correcting import returning

    [file] = app.session_state["inbox"].items
    content = LEDGER.content(SESSION, file)
    return returning.return_workbook(content.outcome.receipts, content.workbook, Language("sv"))


@pytest.mark.exhaustive
def test_corrected_rows_of_a_file_that_is_not_loaded_are_refused(app, tmp_path):
    drop(app, tmp_path, personal=[*PEOPLE, ["konto50", 7050, "", None, "2020-01-01"]])
    back = tmp_path / "rättade.xlsx"
    back.write_bytes(rejected(app))
    press(app, "Ta bort filen")
    dropped(app, back)
    assert "innehåller rättade rader till en fil som inte är inläst" in text(app)


# --- What it changes ----------------------------------------------------------------------------------------------


@pytest.mark.live
def test_the_effect_is_that_of_the_day_shown_and_a_later_file_says_from_when_it_counts(app, tmp_path, monkeypatch):
    first = [["Uttagen 2026-10-15"], ["System", "Enhet", "Objektägare"], ["Alfa", "Norr", "Chefen"]]
    drop(app, tmp_path, system=first, Personallista=[["Uttagen 2026-11-15"], *PEOPLE[1:]])
    later = "Personallista.xlsx är från 15\u00a0november och räknas från den dagen."
    assert later in text(app)
    assert "Läget den 31\u00a0oktober\u00a02026." in text(app)
    press(app, "Läs in två filer")
    assert later in text(app)
    assert "Läget den 31\u00a0oktober\u00a02026." in text(app)
    pages = [opened("imports", monkeypatch, part="history", **{"import": number}) for number in "12"]
    assert [later in text(page) for page in pages] == [True, False]


def test_the_sentence_on_an_effect_says_which_figure_changes_most():
    def on(*met):
        none = dict.fromkeys(("unknown", "pending", "exempt"), 0)
        where = {"as_of": date(2026, 10, 31), "organisation": "A", "department": None, "unit": None}
        return [
            Coverage(point, **where, basis=n is not None, met=n or 0, unmet=1000 - (n or 0), **none)
            for point, n in zip(POINTS, met, strict=False)
        ]

    before, after = on(None, 778, 500, 610), on(300, 149, 600, 610)
    say = Language("sv")
    assert inbox_texts.changed_text(before, after, say, done=True).replace("\u00a0", " ") == (
        "En punkt fick en siffra och två siffror ändrades, mest punkt 2: 77,8 → 14,9 %."
    )
    assert inbox_texts.changed_text(on(1, 778), on(1, 149), Language("en")) == (
        "One figure changes, point 2: 77.8 → 14.9%."
    )
    assert inbox_texts.changed_text(on(None), on(5), say) == "En punkt får en siffra."
    assert inbox_texts.changed_text(after, after, say) == ""


def test_many_files_of_a_later_day_are_named_by_the_first_of_them():
    dated = [(f"{n}.xlsx", date(2027, 1, 15)) for n in range(5)]
    [sentence] = effect_texts.later([*dated, ("6.xlsx", date(2026, 10, 31))], date(2026, 10, 31), Language("sv"))
    assert sentence.replace("\u00a0", " ") == (
        "0.xlsx, 1.xlsx, 2.xlsx och 2 till är från 15 januari 2027 och räknas från den dagen."
    )


# --- Many files ---------------------------------------------------------------------------------------------------

OURS = [["Förvaltning: Socialförvaltningen"], *PEOPLE]
KNOWN = [["Uttagen 2026-10-16"], ["AD-konto", "Kurs", "Status"], ["konto1", "Grundkurs i dataskydd", "Pågår"]]
REGISTER = [
    ["Uttagen 2026-10-17"],
    ["Systemnamn", "Enhet", "Objektägare"],
    *([f"System {n}", "Norr", "Chefen"] for n in range(12)),
]
LEVELS = [["Uttagen 2026-10-18"], ["System", "K/R/T", "Klassad datum"], ["System 1", "K1 R1 T1", "2026-05-01"]]


WHOLE = [
    ["Uttagen 2026-10-20"],
    PEOPLE[1],
    *([f"konto{n}", 7000 + n, "x@exempel.se", "Norr", "2020-01-01"] for n in range(24)),
]
OTHERS = [
    ["Uttagen 2026-11-01"],
    PEOPLE[1],
    *([f"konto{n}", 7000 + n, "x@exempel.se", "Norr", "2020-01-01"] for n in range(80, 100)),
]


def open_row(app, name):
    """Open the card of a file as a click in the table does, which leads to its address."""
    app.query_params["file"] = str(listed_files(app)["Fil"].index(f"{name}.xlsx"))
    app.run()
    assert "file" not in app.query_params


def loaded_files(own):
    with own.cursor() as cursor:
        return rows(
            cursor,
            "select file, loaded, completes, n.name from imports join organisation_names n using (organisation_id)",
        )


@pytest.mark.live
def test_many_files_are_one_table_with_the_doubtful_first_and_the_organisation_is_asked_once(app, own, tmp_path):
    unknown = [["Något"], ["annat"]]
    drop(app, tmp_path, personal=OURS, kurser=KNOWN, system=REGISTER, klassning=LEVELS, okänd=unknown)
    assert listed_files(app)["Fil"][0] == "personal.xlsx"
    assert [state.split()[1] for state in listed_files(app)["Läge"]] == ["Svara"] * 5
    assert "En fil nämner Socialförvaltningen. Hör den till …?" in [radio.label for radio in app.radio]
    assert not [button for button in app.button if button.label.startswith("Läs\u00a0in")]
    app.radio[0].set_value("Socialförvaltningen").run()
    assert "Fyra filer är klara att läsa in och en behöver ett svar." in text(app)
    assert listed_files(app)["Fil"][0] == "okänd.xlsx"
    assert (
        dict(zip(listed_files(app)["Fil"], listed_files(app)["Tolkad som"], strict=True))["klassning.xlsx"]
        == "Informationsklassning"
    )
    press(app, "Läs in fyra filer")
    assert "Fyra filer med 26 rader är inlästa." in text(app)
    assert {(row["file"], row["name"]) for row in loaded_files(own)} == {
        (f"{name}.xlsx", "Socialförvaltningen") for name in ("personal", "kurser", "system", "klassning")
    }
    # what is loaded can be hidden, and what still waits stays
    press(app, "Stäng")
    assert listed_files(app)["Fil"] == ["okänd.xlsx"]


@pytest.mark.live
def test_what_is_no_data_and_what_no_list_knows_is_counted_on_the_card(app, own, tmp_path):
    headings = ["Systemnamn", "Enhet", "Objektägare", "Status"]
    lines = [
        ["Alfa", "Norr", "?", "Vilande"],
        headings,
        ["Beta", "saknas", "-", "Aktiv"],
        ["Gamma", "Syd", "", "Utfasat"],
    ]
    drop(app, tmp_path, system=[["Uttagen 2026-10-17"], headings, *lines])
    assert "Tre celler anger att uppgift saknas. De läses som tomma." in text(app)
    assert "En rad upprepar rubrikerna och läses inte in." in text(app)
    assert "Ord som inte finns i ordlistan (räknas som I drift): Status: Vilande (1)." in text(app)
    press(app, "Läs in 3 rader")
    with own.cursor() as cursor:
        assert cursor.execute("select system, row, lifecycle_code from systems order by row").fetchall() == [
            ("Alfa", 3, None),
            ("Beta", 5, None),
            ("Gamma", 6, "retired"),
        ]


@pytest.mark.exhaustive
def test_files_that_name_none_are_asked_about_where_the_others_belong_to_several(app, own, tmp_path):
    other = [["Förvaltning: Kulturförvaltningen"], *KNOWN]
    drop(app, tmp_path, personal=OURS, kurser=other, system=REGISTER)
    for place, name in enumerate(("Socialförvaltningen", "Kulturförvaltningen")):
        app.radio[place].set_value(name).run()
    assert app.radio[-1].label == "En fil nämner ingen förvaltning. Hör den till …?"
    assert "Två filer är klara att läsa in och en behöver ett svar." in text(app)
    app.radio[-1].set_value("Kulturförvaltningen").run()
    press(app, "Läs in tre filer")
    assert {(row["file"], row["name"]) for row in loaded_files(own)} == {
        ("personal.xlsx", "Socialförvaltningen"),
        ("kurser.xlsx", "Kulturförvaltningen"),
        ("system.xlsx", "Kulturförvaltningen"),
    }


@pytest.mark.exhaustive
def test_a_name_in_several_spellings_is_one_question(app, own, tmp_path):
    other = [["FÖRVALTNING:  SOCIALFÖRVALTNINGEN "], *KNOWN]
    drop(app, tmp_path, personal=OURS, kurser=other)
    assert [radio.label for radio in app.radio] == ["Två filer nämner Socialförvaltningen. Hör de till …?"]
    app.radio[0].set_value("Socialförvaltningen").run()
    press(app, "Läs in två filer")
    assert {row["name"] for row in loaded_files(own)} == {"Socialförvaltningen"}


@pytest.mark.live
@pytest.mark.parametrize(
    ("answer", "completes"), first_of([("Den kompletterar dem", True), ("Den ersätter dem", False)])
)
def test_a_file_that_lacks_most_of_the_one_before_waits_for_an_answer(answer, completes, loaded, own, tmp_path):
    load(own, read_here(xlsx({"Blad1": WHOLE}), name="hela.xlsx"), Order("test"), sources=SOURCES, words=WORDS)
    drop(loaded, tmp_path, mall=OTHERS)
    assert "Filen saknar 24 av 24 AD-konto i föregående export." in text(loaded)
    assert "Läs\u00a0in\u00a020\u00a0rader" not in [button.label for button in loaded.button]
    press(loaded, answer)
    assert [box.value for box in loaded.checkbox if box.label.startswith("Kompletterar")] == [completes]
    press(loaded, "Läs in 20 rader")
    assert [(row["file"], row["completes"]) for row in loaded_files(own)][2:] == [("mall.xlsx", completes)]


def others(first, day):
    people = [[f"konto{n}", 7000 + n, "x@exempel.se", "Norr", "2020-01-01"] for n in range(first, first + 20)]
    return [[f"Uttagen {day}"], PEOPLE[1], *people]


@pytest.mark.live
def test_what_many_files_ask_is_answered_once_and_the_answer_can_be_read_and_changed(loaded, own, tmp_path):
    load(own, read_here(xlsx({"Blad1": WHOLE}), name="hela.xlsx"), Order("test"), sources=SOURCES, words=WORDS)
    drop(loaded, tmp_path, **{f"del{n}": others(20 * n + 60, f"2026-11-0{n}") for n in (1, 2, 3)})
    assert [state.split()[1] for state in listed_files(loaded)["Läge"]] == ["Svara"] * 3
    assert "Samma fråga gäller del2.xlsx och del3.xlsx." in text(loaded)
    [same] = [box for box in loaded.checkbox if box.label.startswith("Samma svar")]
    assert (same.label, same.value) == ("Samma svar för alla tre filer", True)
    press(loaded, "Den kompletterar dem")
    assert "Svara" not in [state.split()[1] for state in listed_files(loaded)["Läge"]]
    open_row(loaded, "del3")
    assert "Du har svarat att den kompletterar föregående export." in text(loaded)
    press(loaded, "Ändra svaret")
    assert "Ersätter den exporten, eller kompletterar den?" in text(loaded)
    assert [box.label for box in loaded.checkbox if box.label.startswith("Samma svar")] == []
    press(loaded, "Den ersätter dem")
    assert "Du har svarat att den ersätter föregående export." in text(loaded)
    press(loaded, "Läs in tre filer")
    assert {row["file"]: row["completes"] for row in loaded_files(own)[2:]} == {
        "del1.xlsx": True,
        "del2.xlsx": True,
        "del3.xlsx": False,
    }


@pytest.mark.exhaustive
def test_an_answer_holds_for_one_file_alone_where_that_is_chosen(loaded, own, tmp_path):
    load(own, read_here(xlsx({"Blad1": WHOLE}), name="hela.xlsx"), Order("test"), sources=SOURCES, words=WORDS)
    drop(loaded, tmp_path, **{f"del{n}": others(20 * n + 60, f"2026-11-0{n}") for n in (1, 2)})
    next(box for box in loaded.checkbox if box.label == "Samma svar för båda filerna").uncheck().run()
    press(loaded, "Den kompletterar dem")
    assert sorted(state.split()[1] for state in listed_files(loaded)["Läge"]) == ["Klar", "Svara"]


@pytest.mark.live
def test_what_cannot_be_loaded_is_removed_and_what_is_loaded_or_asked_about_stays(app, own, tmp_path):
    """each for itself: loaded already, dropped twice, empty, and of no known kind"""
    drop(app, tmp_path, personal=PEOPLE, system=REGISTER)
    press(app, "Läs in två filer")
    press(app, "Stäng")
    paths = [tmp_path / f"{name}.xlsx" for name in ("personal", "system")]
    for name in ("ett.csv", "två.csv", "tre.csv"):
        paths.append(tmp_path / name)
        paths[-1].write_bytes(b"")
    paths.append(tmp_path / "okänd.xlsx")
    paths[-1].write_bytes(xlsx({"Blad1": [["Något"], ["annat"]]}))
    dropped(app, *paths)
    assert [state for state in listed_files(app)["Läge"] if state == "◆ Kan inte läsas in"] == [
        "◆ Kan inte läsas in"
    ] * 3
    assert "Filen är tom." in listed_files(app)["Anmärkning"]
    assert [told for told in listed_files(app)["Anmärkning"] if re.search(r"\.(xlsx|csv)", told)] == []
    press(app, "Ta bort de tre som inte kan läsas in")
    assert set(listed_files(app)["Fil"]) == {"personal.xlsx", "system.xlsx", "okänd.xlsx"}
    press(app, "Ta bort de två som redan är inlästa")
    assert listed_files(app)["Fil"] == ["okänd.xlsx"]


@pytest.mark.exhaustive
def test_an_answer_holds_for_the_file_as_it_was(loaded, own, tmp_path):
    load(own, read_here(xlsx({"Blad1": WHOLE}), name="hela.xlsx"), Order("test"), sources=SOURCES, words=WORDS)
    drop(loaded, tmp_path, mall=OTHERS)
    press(loaded, "Den ersätter dem")
    day_field(loaded).set_value("2026-10-21").run()
    assert "Ersätter den exporten, eller kompletterar den?" in text(loaded)


@pytest.mark.exhaustive
def test_the_day_of_files_that_do_not_say_it_is_asked_once(app, own, tmp_path):
    paths = [tmp_path / name for name in ("personal.csv", "system.csv")]
    for path, lines in zip(paths, (PEOPLE[1:], REGISTER[1:]), strict=True):
        path.write_text("\n".join(";".join(map(str, line)) for line in lines), "utf-8")
    dropped(app, *paths)
    field = next(f for f in app.text_input if f.label.startswith("Två filer saknar uttagsdatum."))
    field.set_value("31/10/2026").run()
    assert listed_files(app)["Uttagsdatum"] == ["2026-10-31", "2026-10-31"]
    press(app, "Läs in två filer")
    assert len(loaded_files(own)) == 2


@pytest.mark.live
def test_headings_that_any_list_has_propose_nothing_until_it_is_said_what_the_file_is(app, own, tmp_path):
    """five people are not offered as systems"""
    lines = [["Uttagen 2026-10-31"], ["Namn", "Status", "Anteckning"], *([f"P{n}", "Aktiv", "x"] for n in range(5))]
    drop(app, tmp_path, lista=lines)
    assert listed_files(app)["Tolkad som"] == [""]
    assert "Det går inte att se vad filen är: de rubriker som känns igen (Namn, Status)" in text(app)
    assert "kolumner kändes igen" not in text(app)
    assert [button.label for button in app.button if button.label == "Ja, det är det"] == []
    [source] = [box for box in app.selectbox if box.label == "Tolkad som"]
    assert source.value is None
    source.set_value("systems").run()
    press(app, "Läs filen så")
    press(app, "Läs in ")
    assert [row["file"] for row in loaded_files(own)] == ["lista.xlsx"]


@pytest.mark.exhaustive
def test_the_same_file_dropped_twice_is_refused_once(app, own, tmp_path):
    drop(app, tmp_path, personal=PEOPLE, kopia=PEOPLE)
    assert "Filen är samma fil som personal.xlsx." in listed_files(app)["Anmärkning"]
    press(app, "Läs in 12 rader")
    assert [row["file"] for row in loaded_files(own)] == ["personal.xlsx"]


@pytest.mark.exhaustive
def test_a_choice_about_one_of_many_files_is_answered_before_all_are_rehearsed_anew(app, own, tmp_path, monkeypatch):
    drop(app, tmp_path, personal=PEOPLE, kurser=KNOWN, system=REGISTER, klassning=LEVELS)
    rehearsed = []
    original = previewing.rehearsed
    monkeypatch.setattr(previewing, "rehearsed", lambda *a, **k: rehearsed.append(set(a[1])) or original(*a, **k))
    open_row(app, "klassning")
    assert rehearsed == []
    next(box for box in app.checkbox if box.label.startswith("Kompletterar")).check().run()
    names = [{app.session_state["inbox"].items[file].name for file in files} for files in rehearsed]
    # with what it refers to, then all of them for the effect
    assert names == [
        {"klassning.xlsx", "system.xlsx"},
        {f"{n}.xlsx" for n in ("personal", "kurser", "system", "klassning")},
    ]


@pytest.mark.live
def test_loading_goes_on_where_a_click_has_stopped_it(app, own, tmp_path):
    drop(app, tmp_path, personal=PEOPLE, system=REGISTER)
    waiting = app.session_state["inbox"]
    waiting.queue = list(waiting.items)
    app.run()
    assert [row["file"] for row in loaded_files(own)] == ["personal.xlsx", "system.xlsx"]
    assert "Två filer med 24 rader är inlästa." in text(app)


@pytest.mark.live
@pytest.mark.parametrize("lang", first_of(LANGUAGES))
def test_every_part_of_the_page_opens_on_an_empty_database(lang, own, monkeypatch):
    app = opened("imports", monkeypatch, lang=lang)
    for part in ("load", "history", "questions", "settings"):
        app.query_params["part"] = part
        app.run()
        assert not app.exception, part
        assert text(app), part


# --- Identity numbers ---------------------------------------------------------------------------------------------

CASES = [["Uttagen 2026-10-15"], ["Ärende-ID", "Upptäckt", "Enhet"], ["20261001-0015", "2026-10-01", "Norr"]]


@pytest.mark.live
def test_another_extract_date_reads_the_file_again(app, own, tmp_path):
    """said_later: a number is a case only near the extract date; with another date it may be a person"""
    drop(app, tmp_path, ärenden=[*CASES, ["A-1", "2026-10-01", "Norr"]])
    for day, refused in ((date(2020, 1, 1), True), (date(2026, 10, 15), False)):
        day_field(app).set_value(str(day)).run()
        assert ("Ett personnummer kan inte" in text(app)) is refused
    press(app, "Läs in 2 rader")
    with own.cursor() as cursor:
        assert [row["incident_id"] for row in rows(cursor, "from incidents")] == ["20261001-0015", "A-1"]


@pytest.mark.exhaustive
def test_mapping_a_column_reads_the_file_again(app, own, tmp_path):
    """said_later: the user may choose the column with the cases"""
    head = ["Vårt nr", "När", "Var", "Rubrik"]
    drop(app, tmp_path, ärenden=[["Uttagen 2026-10-15"], head, [*CASES[2], "x"], ["A-1", "2026-10-02", "Norr", "y"]])
    assert "20261001" not in text(app)
    choose(app, "Tolkad som", "incidents")
    for field, heading in (("Ärende-ID *", "vårt nr"), ("Upptäcktes *", "när"), ("Enhet *", "var")):
        next(box for box in app.selectbox if box.label.startswith(field)).set_value(heading)
    app.run()
    press(app, "Läs filen så")
    press(app, "Läs in 2 rader")
    with own.cursor() as cursor:
        assert [row["incident_id"] for row in rows(cursor, "from incidents")] == ["20261001-0015", "A-1"]


@pytest.mark.exhaustive
def test_a_file_that_is_refused_while_it_is_queued_leaves_the_queue(app, own, tmp_path):
    """The progress bar leaves the card on the page: a click on it meanwhile can make the file another's, or none's."""
    drop(app, tmp_path, personal=PEOPLE, kurser=COURSES)
    waiting = app.session_state["inbox"]
    (file, *_) = waiting.items
    waiting.items[file].source, waiting.queue = "systems", [file]
    app.run()
    assert (waiting.queue, waiting.loaded, waiting.items[file].result) == ([], None, None)


@pytest.mark.exhaustive
def test_a_file_waits_while_the_database_is_busy(app, own, tmp_path, monkeypatch):
    """blamed: it was said to be one that cannot be loaded, and had to be dropped again"""
    drop(app, tmp_path, personal=OTHERS)

    def busy(*_, **__):
        raise failures.busy(own.path, 120)

    with monkeypatch.context() as patched:
        patched.setattr(loading, "load_set", busy)
        press(app, "Läs in 20 rader")
        assert "har varit upptagen i 120 sekunder" in text(app)
    press(app, "Läs in 20 rader")
    with own.cursor() as cursor:
        assert [row["loaded"] for row in rows(cursor, "select loaded from imports")] == [20]


@pytest.mark.exhaustive
def test_what_others_load_meanwhile_is_not_replaced_unasked(app, own, tmp_path):
    drop(app, tmp_path, personal=OTHERS)
    book = read_here(xlsx({"Blad1": WHOLE}), name="hela.xlsx")
    load(own, book, Order("another"), sources=SOURCES, words=WORDS)
    press(app, "Läs in 20 rader")
    assert "saknar 24 av 24 AD-konto" in text(app)
    with own.cursor() as cursor:
        assert [row["loaded"] for row in rows(cursor, "select loaded from imports")] == [24]
    press(app, "Den ersätter dem")
    press(app, "Läs in 20 rader")
    with own.cursor() as cursor:
        assert [row["loaded"] for row in rows(cursor, "select loaded from imports order by import_id")] == [24, 20]


@pytest.mark.exhaustive
def test_whose_a_file_is_is_asked_before_what_it_replaces(own, monkeypatch, tmp_path):
    """Until then it is compared with another's exports, and what is accepted of those is not of its own."""
    for name in ("A", "B"):
        staff = [[f"{name}{i}", i, f"{name}{i}@exempel.se", "Norr", "2020-01-01"] for i in range(24)]
        book = read_here(xlsx({"Blad1": [*PEOPLE[:2], *staff]}), name=f"{name}.xlsx")
        load(own, book, Order("tester", organisation=name), sources=SOURCES, words=WORDS)
    app = opened("imports", monkeypatch, organisation="A", unit="Norr")
    assert any(opens.proto.popover.label.endswith("2026 · A · Norr") for opens in app.get("popover"))
    drop(app, tmp_path, personal=[["Organisation:", "B"], *OTHERS])
    assert "i föregående export" not in text(app)
    app.radio[0].set_value("A").run()
    press(app, "Den ersätter dem")
    assert "i föregående export" not in text(app)
    app.radio[0].set_value("B").run()
    assert "saknar 24 av 24 AD-konto i föregående export" in text(app)


@pytest.mark.exhaustive
def test_what_an_organisation_lacks_is_named_though_another_has_it(own, monkeypatch, tmp_path):
    for name, table in {"A": REGISTER, "B": PEOPLE}.items():
        book = read_here(xlsx({"Blad1": table}), name=f"{name}.xlsx")
        load(own, book, Order("tester", organisation=name), sources=SOURCES, words=WORDS)
    app = opened("imports", monkeypatch, organisation="A")
    drop(app, tmp_path, kurser=[COURSES[0], ["AD-konto", "Kurs", "Status", "Slutfört"], *COURSES[2:]])
    assert "kan räknas när Personallista också" in text(app)
    app = opened("point", monkeypatch, organisation="A", point="data_protection_training")
    assert "Ingen export av Personallista" in text(app)
