"""The page of imports: the inbox, doubts, choices and saved mappings, returned rows, the history."""

import gc
import io
import weakref
from datetime import date

import openpyxl
import pytest

from compliance.core import remembering
from compliance.core.language import LANGUAGES
from compliance.loading import guessing
from compliance.loading.loading import Order, load
from compliance.reading import mapping
from compliance.serving.uploading import LEDGER
from compliance.store.database import rows
from tests.apps import SESSION, dropped, opened, text
from tests.browser import MOST
from tests.files import xlsx
from tests.line import SOURCES, WORDS, read_here

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
    """Drop a workbook for each name."""
    paths = []
    for name, table in sheets.items():
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(xlsx({"Blad1": table}))
        paths.append(path)
    dropped(app, *paths)


def press(app, label):
    button = next(b for b in app.button if b.label.replace("\u00a0", " ").startswith(label))
    button.click().run()
    assert not app.exception


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


def test_a_file_and_the_choices_about_it_stay_in_the_inbox_until_it_is_taken_away(app, tmp_path):
    drop(app, tmp_path, personal=PEOPLE)
    assert "personal.xlsx" in text(app)
    app.date_input[-1].set_value(date(2026, 9, 1)).run()
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/imports.py").run()
    assert "personal.xlsx" in text(app)
    assert app.date_input[-1].value == date(2026, 9, 1)
    assert app.date_input[-1].label == "Uttagsdatum (som du har angett)"
    press(app, "Ta bort filen")
    assert "personal.xlsx" not in text(app)


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


def test_an_unrecognised_file_is_mapped_and_the_mapping_is_saved_and_matched(loaded, own, tmp_path, monkeypatch):
    app = loaded
    drop(app, tmp_path, kurser=COURSES)
    assert "kurser.xlsx liknar Utbildningsstatus" in text(app)
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
    [label] = [box.label.replace("\\", "") for box in page.expander]
    assert label == "Utbildningsstatus · Medarbetar-id, Kurstitel, Läge, Klart den"
    # the first button opens, the second deletes
    assert [button.label for button in page.button if "Ta bort" in button.label] == ["Ta bort kopplingen"]
    press(page, "Ta bort kopplingen")
    assert "Inget än." in text(page)


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


def test_new_changed_and_gone_rows_are_reported_with_the_doubts(loaded, tmp_path):
    app = loaded
    later = [["Uttagen 2026-11-01"], PEOPLE[1], *PEOPLE[3:13], ["konto99", 1, "x@exempel.se", "Norr", "2020-01-01"]]
    drop(app, tmp_path, personal2=later)
    assert "Sedan 2026-10-15 (import 1): 1 nya, 0 ändrade, 2 borta." in text(app)
    press(app, "Ta bort filen")
    drop(app, tmp_path, gammal=[["Uttagen 2026-09-01"], *PEOPLE[1:4]])
    assert "En nyare export, från 15\u00a0oktober\u00a02026, är inläst." in text(app)


def test_a_file_without_headings_is_not_saved_as_a_mapping_with_its_persons(app, tmp_path):
    drop(app, tmp_path, utan=PEOPLE[2:])
    assert "Rad 1 ser ut som uppgifter och inte som rubriker." in text(app)
    assert "Läs filen så" not in [button.label for button in app.button]


def test_a_file_that_waits_is_guessed_once_and_the_guesses_go_with_it(app, tmp_path, monkeypatch):
    path, before = tmp_path / "okänt.xlsx", set(remembering._KEPT)
    path.write_bytes(xlsx({"Försättsblad": [["Behörighetsgranskning 2026"]], "Data": [["Yta", "Grad"], ["a", "b"]]}))
    dropped(app, path)
    assert next(box for box in app.selectbox if box.label == "Vad filen är").value == "access_reviews"
    assert "Läses inte: har inga kända rubriker." in text(app)
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


def test_a_row_with_several_wrong_cells_is_one_rejected_row(app, tmp_path, monkeypatch):
    wrong = [[f"konto{i}", 7000 + i, "", None, "igår"] for i in range(20, 31)]
    drop(app, tmp_path, personal=[*PEOPLE, *wrong])
    assert "11 rader avvisas" in [box.label for box in app.expander]
    assert "10 av 11 rader visas." in text(app)
    press(app, "Läs in 12 rader")
    page = opened("imports", monkeypatch, part="history")
    page.selectbox(key="open import").set_value(1).run()
    assert "<strong>12</strong> inlästa, <strong>11</strong> avvisade." in text(page)
    assert "10 av 11 rader visas." in text(page)
    button = "Ladda ner 11 rader att rätta"
    assert button in [each.label for each in page.get("download_button")]
    press(app, "Stäng kortet")
    dropped(app, tmp_path / "personal.xlsx")
    assert "är redan inläst, som import 1 den" in text(app)
    assert button in [each.label for each in app.get("download_button")]


def test_every_import_that_a_file_replaces_is_named(loaded, tmp_path):
    drop(loaded, tmp_path, mer=[["Uttagen 2026-10-15"], PEOPLE[1], ["konto80", 7080, "", "Norr", "2020-01-01"]])
    next(box for box in loaded.checkbox if box.label.startswith("Kompletterar")).check().run()
    press(loaded, "Läs in 1 rad")
    drop(loaded, tmp_path, allt=[*PEOPLE, ["konto81", 7081, "", "Norr", "2020-01-01"]])
    assert "Ersätter import 1 (personal.xlsx) och 2 (mer.xlsx) med samma uttagsdatum." in text(loaded)
    assert "om alla ska räknas" in text(loaded)


def test_an_opened_import_shows_its_cells_what_it_changed_and_the_imports_that_complete_it(loaded, own, monkeypatch):
    line_of = {"sources": SOURCES, "words": WORDS}
    for number, (day, completes) in enumerate([(15, True), (20, True), (25, False), (26, True)], start=2):
        table = f"AD-konto;Enhet;Anställningsdatum\nny{number};Norr;2020-01-01".encode()
        order = Order("test", extract_date=date(2026, 10, day), completes=completes)
        load(own, read_here(table, name=f"{number}.csv"), order, **line_of)
    courses = [["Uttagen 2026-10-16"], ["AD-konto", "Kurs", "Status"], ["konto1", "K", "Klar"]]
    load(own, read_here(xlsx({"Blad1": courses}), name="kurser.xlsx"), Order("test"), **line_of)

    page = opened("imports", monkeypatch, part="history")

    def note_of(import_id):
        page.selectbox(key="open import").set_value(import_id).run()
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
    assert "Rättade rader som kompletterar filen de kom från." in text(app)
    press(app, "Läs in 1 rad")
    assert "1 rad avvisas fortfarande." in text(app)
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
    return returning.return_workbook(content.preview.receipts, content.workbook, Language("sv"))


def test_corrected_rows_of_a_file_that_is_not_loaded_are_refused(app, tmp_path):
    drop(app, tmp_path, personal=[*PEOPLE, ["konto50", 7050, "", None, "2020-01-01"]])
    back = tmp_path / "rättade.xlsx"
    back.write_bytes(rejected(app))
    press(app, "Ta bort filen")
    dropped(app, back)
    assert "innehåller rättade rader till en fil som inte är inläst" in text(app)


@pytest.mark.parametrize("lang", LANGUAGES if MOST else ["sv"])
def test_every_part_of_the_page_opens_on_an_empty_database(lang, own, monkeypatch):
    app = opened("imports", monkeypatch, lang=lang)
    for part in ("load", "history", "questions", "settings"):
        app.query_params["part"] = part
        app.run()
        assert not app.exception, part
        assert text(app), part


# --- Identity numbers ---------------------------------------------------------------------------------------------

CASES = [["Uttagen 2026-10-15"], ["Ärende-ID", "Upptäckt", "Enhet"], ["20261001-0015", "2026-10-01", "Norr"]]


def test_another_extract_date_reads_the_file_again(app, own, tmp_path):
    """said_later: a number is a case only near the extract date; with another date it may be a person"""
    drop(app, tmp_path, ärenden=[*CASES, ["A-1", "2026-10-01", "Norr"]])
    for day, refused in ((date(2020, 1, 1), True), (date(2026, 10, 15), False)):
        next(field for field in app.date_input if field.label.startswith("Uttagsdatum")).set_value(day).run()
        assert ("Ett personnummer kan inte" in text(app)) is refused
    press(app, "Läs in 2 rader")
    with own.cursor() as cursor:
        assert [row["incident_id"] for row in rows(cursor, "from incidents")] == ["20261001-0015", "A-1"]


def test_mapping_a_column_reads_the_file_again(app, own, tmp_path):
    """said_later: the user may choose the column with the cases"""
    head = ["Vårt nr", "När", "Var", "Rubrik"]
    drop(app, tmp_path, ärenden=[["Uttagen 2026-10-15"], head, [*CASES[2], "x"], ["A-1", "2026-10-02", "Norr", "y"]])
    assert "20261001" not in text(app)
    choose(app, "Vad filen är", "incidents")
    for field, heading in (("Ärende-ID *", "vårt nr"), ("Upptäcktes *", "när"), ("Enhet *", "var")):
        next(box for box in app.selectbox if box.label.startswith(field)).set_value(heading)
    app.run()
    press(app, "Läs filen så")
    press(app, "Läs in 2 rader")
    with own.cursor() as cursor:
        assert [row["incident_id"] for row in rows(cursor, "from incidents")] == ["20261001-0015", "A-1"]
